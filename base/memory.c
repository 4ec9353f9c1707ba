/* The allocation door and arenas. */
#include "base/memory.h"
#include "base/inject.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_ALIGNMENT 64
#define LARGEST_GROWTH  ((size_t)64 << 20) /* bytes; beyond this chunks stop doubling */

static atomic_uint_fast64_t allocations;
static atomic_int_fast64_t fail_countdown;

uint64_t orr_alloc_count(void) { return atomic_load(&allocations); }
void orr_alloc_fail_at(int64_t n) { atomic_store(&fail_countdown, n); }

/* Counts one allocation; false when it has to fail. */
static bool admit(void) {
  atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
  return !orr_inject(&fail_countdown);
}

/* count * size, at least one byte; false on overflow. */
static bool product(size_t count, size_t size, size_t *bytes) {
  if (__builtin_mul_overflow(count, size, bytes) || *bytes > PTRDIFF_MAX) return false;
  if (*bytes == 0) *bytes = 1;
  return true;
}

void *orr_alloc(size_t count, size_t size) {
  size_t bytes;
  if (!admit() || !product(count, size, &bytes)) return NULL;
  return calloc(1, bytes);
}

void *orr_realloc(void *memory, size_t count, size_t size) {
  size_t bytes;
  if (!admit() || !product(count, size, &bytes)) return NULL;
  return realloc(memory, bytes);
}

/* Not zeroed. */
static void *aligned_bytes(size_t bytes, size_t alignment) {
  ORR_ASSERT(alignment > 0 && (alignment & (alignment - 1)) == 0);
  if (alignment < sizeof(void *)) alignment = sizeof(void *);
  if (!admit() || bytes > PTRDIFF_MAX - alignment) return NULL;
  size_t rounded = (bytes + alignment - 1) & ~(alignment - 1);
  return aligned_alloc(alignment, rounded ? rounded : alignment);
}

void *orr_alloc_aligned(size_t bytes, size_t alignment) {
  void *memory = aligned_bytes(bytes, alignment);
  return memory ? memset(memory, 0, bytes) : NULL;
}

char *orr_strdup(const char *text) {
  size_t bytes = strlen(text) + 1;
  char *copy = orr_alloc(bytes, 1);
  return copy ? memcpy(copy, text, bytes) : NULL;
}

void orr_free(void *memory) { free(memory); }

orr_status orr_new(void *out_pointer, size_t count, size_t size, orr_error *err) {
  void *memory = orr_alloc(count, size);
  memcpy(out_pointer, &memory, sizeof memory); /* whatever type the caller's pointer has */
  if (memory) return ORR_OK;
  orr_fail(err, ORR_ERR_MEMORY, "out of memory: cannot allocate %zu x %zu bytes", count, size);
  orr_hint(err, "Close other programs, or ask for less (fewer worlds, samples or threads).");
  return ORR_ERR_MEMORY;
}

typedef struct arena_chunk {
  struct arena_chunk *next;
  size_t size, used; /* bytes of `bytes` */
  char *bytes;       /* behind this header, aligned */
} arena_chunk;

struct orr_arena {
  arena_chunk *first, *current;
};

static arena_chunk *chunk_create(size_t size) {
  size_t header = (sizeof(arena_chunk) + ARENA_ALIGNMENT - 1) & ~(size_t)(ARENA_ALIGNMENT - 1);
  if (size > PTRDIFF_MAX - header - ARENA_ALIGNMENT) return NULL;
  arena_chunk *chunk = aligned_bytes(header + size, ARENA_ALIGNMENT);
  if (chunk) *chunk = (arena_chunk){.size = size, .bytes = (char *)chunk + header};
  return chunk;
}

orr_arena *orr_arena_create(size_t first_chunk_bytes) {
  orr_arena *arena = orr_alloc(1, sizeof *arena);
  if (!arena) return NULL;
  arena->first = chunk_create(first_chunk_bytes ? first_chunk_bytes : ARENA_ALIGNMENT);
  arena->current = arena->first;
  if (arena->first) return arena;
  orr_free(arena);
  return NULL;
}

void orr_arena_destroy(orr_arena *arena) {
  if (!arena) return;
  for (arena_chunk *chunk = arena->first, *next; chunk; chunk = next) {
    next = chunk->next;
    orr_free(chunk);
  }
  orr_free(arena);
}

void orr_arena_reset(orr_arena *arena) {
  for (arena_chunk *chunk = arena->first; chunk; chunk = chunk->next) chunk->used = 0;
  arena->current = arena->first;
}

/* Moves on to a chunk with room for `bytes`: one kept by a reset, or a new one behind it. */
static bool arena_grow(orr_arena *arena, size_t bytes) {
  arena_chunk *last = arena->current;
  while (last->next) {
    last = last->next;
    if (last->size >= bytes) {
      arena->current = last;
      return true;
    }
  }
  size_t size = last->size < LARGEST_GROWTH / 2 ? 2 * last->size : LARGEST_GROWTH;
  last->next = chunk_create(size > bytes ? size : bytes);
  if (!last->next) return false;
  arena->current = last->next;
  return true;
}

/* `bytes` zeroed bytes; texts are packed (alignment 1). */
static void *arena_take(orr_arena *arena, size_t bytes, size_t alignment) {
  arena_chunk *chunk = arena->current;
  size_t start = (chunk->used + alignment - 1) & ~(alignment - 1);
  if (start > chunk->size || chunk->size - start < bytes) {
    if (!arena_grow(arena, bytes)) return NULL;
    chunk = arena->current;
    start = 0;
  }
  chunk->used = start + bytes;
  return memset(chunk->bytes + start, 0, bytes);
}

void *orr_arena_alloc(orr_arena *arena, size_t count, size_t size) {
  size_t bytes;
  if (!product(count, size, &bytes)) return NULL;
  return arena_take(arena, bytes, ARENA_ALIGNMENT);
}

char *orr_arena_strdup(orr_arena *arena, const char *text) {
  size_t bytes = strlen(text) + 1;
  char *copy = arena_take(arena, bytes, 1);
  return copy ? memcpy(copy, text, bytes) : NULL;
}

char *orr_arena_printf(orr_arena *arena, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *text = length < 0 ? NULL : arena_take(arena, (size_t)length + 1, 1);
  if (text) vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

size_t orr_arena_used(const orr_arena *arena) {
  size_t used = 0;
  for (const arena_chunk *chunk = arena->first; chunk; chunk = chunk->next) used += chunk->used;
  return used;
}
