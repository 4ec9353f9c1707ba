/* The one allocation door, and arenas.
 *
 * Every heap allocation of Orrery goes through orr_alloc/orr_free, so that a test can count them
 * and make the n-th one fail. Nothing is allocated in a step, a forward pass or a plan: objects
 * size an arena when they are created. */
#ifndef ORR_BASE_MEMORY_H
#define ORR_BASE_MEMORY_H

#include "base/error.h"
#include <stdint.h>

/* NULL when out of memory (or when a failure was injected). Memory is zeroed. orr_free(NULL) is
 * fine. Thread-safe. */
void *orr_alloc(size_t count, size_t size);
void *orr_realloc(void *memory, size_t count, size_t size); /* new bytes are not zeroed */
void *orr_alloc_aligned(size_t bytes, size_t alignment);    /* zeroed; freed with orr_free */
char *orr_strdup(const char *text);
void orr_free(void *memory);

/* orr_alloc that fills `err`: use as `ORR_TRY(orr_new(&p, n, sizeof *p, err))`. */
orr_status orr_new(void *out_pointer, size_t count, size_t size, orr_error *err);

/* For tests: allocations made so far in this process; and "fail the n-th allocation from now"
 * (1 = the next; 0 = never; negative = the |n|-th and all after it). */
uint64_t orr_alloc_count(void);
void orr_alloc_fail_at(int64_t n);

/* A growing arena: chunks are kept until it is destroyed or reset; nothing is freed singly. */
typedef struct orr_arena orr_arena;
orr_arena *orr_arena_create(size_t first_chunk_bytes); /* NULL when out of memory */
void orr_arena_destroy(orr_arena *arena);
void orr_arena_reset(orr_arena *arena); /* keeps the memory, forgets the contents */
/* Zeroed memory aligned to 64 bytes; NULL when out of memory or when count*size overflows. */
void *orr_arena_alloc(orr_arena *arena, size_t count, size_t size);
char *orr_arena_strdup(orr_arena *arena, const char *text);
char *orr_arena_printf(orr_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
size_t orr_arena_used(const orr_arena *arena); /* bytes handed out */

#endif
