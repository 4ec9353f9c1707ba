/* The arena that Chipmunk allocates from, and the way out of a failed assertion. */
#include "sim/engine_chipmunk.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names that engine_chipmunk.symbols gives to the C library's functions. */
void *orr_chipmunk_malloc(size_t size);
void *orr_chipmunk_realloc(void *memory, size_t size);
void orr_chipmunk_free(void *memory);
_Noreturn void orr_chipmunk_abort(void);
_Noreturn void orr_chipmunk_exit(int code);
_Noreturn void orr_chipmunk_assert_fail(const char *expression, const char *file, unsigned line,
                                        const char *function);
int orr_chipmunk_puts(const char *text);
int orr_chipmunk_putchar(int character);
int orr_chipmunk_fputc(int character, void *stream);
int orr_chipmunk_fputs(const char *text, void *stream);
size_t orr_chipmunk_fwrite(const void *bytes, size_t size, size_t count, void *stream);
int orr_chipmunk_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int orr_chipmunk_fprintf(void *stream, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int orr_chipmunk_vfprintf(void *stream, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));
int orr_chipmunk_printf_chk(int flag, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
int orr_chipmunk_fprintf_chk(void *stream, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int orr_chipmunk_vfprintf_chk(void *stream, int flag, const char *format, va_list list)
    __attribute__((format(printf, 3, 0)));
/* What Chipmunk takes for its streams; never followed. */
extern void *const orr_chipmunk_stderr, *const orr_chipmunk_stdout;
void *const orr_chipmunk_stderr = NULL, *const orr_chipmunk_stdout = NULL;

static _Thread_local orr_engine *current;

/* In front of every allocation; keeps payloads aligned to 16 bytes. */
typedef struct block_head {
  size_t size, padding;
} block_head;

static size_t round_up(size_t value, size_t step) { return (value + step - 1) / step * step; }

/* Rounds a payload to its class: 16 bytes up to 1 KB, 1 KB up to 64 KB, then powers of two. */
static size_t payload_size(size_t size) {
  if (size <= 1024) return round_up(size ? size : 1, 16);
  if (size <= 65536) return round_up(size, 1024);
  size_t power = 131072;
  while (power < size) power *= 2;
  return power;
}

static size_t payload_class(size_t size) {
  if (size <= 1024) return size / 16 - 1;
  if (size <= 65536) return ORR_ARENA_SMALL + size / 1024 - 1;
  size_t class = 2 * ORR_ARENA_SMALL;
  for (size_t power = 131072; power < size; power *= 2) class ++;
  return class;
}

static _Noreturn void leave(const char *message) {
  ORR_ASSERT(current && current->jump); /* Chipmunk may only run inside a guarded call */
  if (!current->message[0]) snprintf(current->message, sizeof current->message, "%s", message);
  longjmp(*current->jump, 1);
}

void orr_chipmunk_arena_reset(orr_engine *engine) {
  orr_arena_head *head = orr_chipmunk_head(engine);
  memset(head, 0, sizeof *head);
  head->used = round_up(sizeof *head, 64);
}

static void *take(size_t size) {
  ORR_ASSERT(current);
  orr_arena_head *head = orr_chipmunk_head(current);
  if (size > current->arena.size / 2) leave("the physics engine asked for too much memory");
  size_t payload = payload_size(size), class = payload_class(payload);
  ORR_ASSERT(class < ORR_ARENA_CLASSES);
  void *block = head->free_lists[class];
  if (block) {
    memcpy(&head->free_lists[class], block, sizeof(void *));
    return block;
  }
  size_t whole = sizeof(block_head) + payload;
  if (whole > current->arena.size - head->used) leave("the world's memory is full");
  block_head *front = (block_head *)(void *)(current->arena.bytes + head->used);
  head->used += whole;
  *front = (block_head){payload, 0};
  return front + 1;
}

void *orr_chipmunk_malloc(size_t size) { return orr_chipmunk_calloc(1, size); }

void *orr_chipmunk_calloc(size_t count, size_t size) {
  if (size && count > SIZE_MAX / 2 / size) leave("the physics engine asked for too much memory");
  void *block = take(count * size);
  memset(block, 0, ((block_head *)block - 1)->size);
  return block;
}

void *orr_chipmunk_realloc(void *memory, size_t size) {
  if (!memory) return orr_chipmunk_calloc(1, size);
  size_t old = ((block_head *)memory - 1)->size;
  if (size <= old) return memory;
  void *block = orr_chipmunk_calloc(1, size);
  memcpy(block, memory, old);
  orr_chipmunk_free(memory);
  return block;
}

void orr_chipmunk_free(void *memory) {
  if (!memory) return;
  ORR_ASSERT(current);
  orr_arena_head *head = orr_chipmunk_head(current);
  size_t class = payload_class(((block_head *)memory - 1)->size);
  memcpy(memory, &head->free_lists[class], sizeof(void *));
  head->free_lists[class] = memory;
}

bool orr_chipmunk_guard(orr_engine *engine, void (*task)(orr_engine *, void *), void *argument) {
  ORR_ASSERT(!current);
  jmp_buf jump;
  current = engine;
  engine->jump = &jump;
  bool fine = setjmp(jump) == 0;
  if (fine) task(engine, argument);
  current->jump = NULL;
  current = NULL;
  return fine;
}

/* Chipmunk reports a failed assertion as "Aborting due to Chipmunk error: ", the message, a line
 * feed, then the condition and the place, and calls abort: the message becomes the reason. */
_Noreturn void orr_chipmunk_abort(void) { leave("the physics engine gave up"); }

_Noreturn void orr_chipmunk_exit(int code) {
  (void)code;
  leave("the physics engine gave up");
}

_Noreturn void orr_chipmunk_assert_fail(const char *expression, const char *file, unsigned line,
                                        const char *function) {
  (void)file, (void)line, (void)function;
  leave(expression);
}

__attribute__((format(printf, 1, 0))) static int note(const char *format, va_list list) {
  char text[200];
  int length = vsnprintf(text, sizeof text, format, list);
  orr_log(ORR_LOG_DEBUG, "chipmunk: %s", text);
  bool preface = !strncmp(text, "Aborting due to", 15) || !strncmp(text, "Chipmunk warning", 16);
  if (current && !preface && text[0] != '\n' && text[0] != '\t' && !current->message[0])
    snprintf(current->message, sizeof current->message, "%s", text);
  return length;
}

int orr_chipmunk_puts(const char *text) {
  orr_log(ORR_LOG_DEBUG, "chipmunk: %s", text);
  return 0;
}
int orr_chipmunk_putchar(int character) { return character; }
int orr_chipmunk_fputc(int character, void *stream) {
  (void)stream;
  return character;
}
int orr_chipmunk_fputs(const char *text, void *stream) {
  (void)stream;
  return orr_chipmunk_puts(text);
}
size_t orr_chipmunk_fwrite(const void *bytes, size_t size, size_t count, void *stream) {
  (void)bytes, (void)size, (void)stream;
  return count;
}

int orr_chipmunk_vfprintf(void *stream, const char *format, va_list list) {
  (void)stream;
  return note(format, list);
}
int orr_chipmunk_vfprintf_chk(void *stream, int flag, const char *format, va_list list) {
  (void)stream, (void)flag;
  return note(format, list);
}
/* Greetings of the first space: only for the log. */
int orr_chipmunk_printf(const char *format, ...) {
  (void)format;
  return 0;
}
int orr_chipmunk_printf_chk(int flag, const char *format, ...) {
  (void)flag, (void)format;
  return 0;
}
int orr_chipmunk_fprintf(void *stream, const char *format, ...) {
  (void)stream;
  va_list list;
  va_start(list, format);
  int length = note(format, list);
  va_end(list);
  return length;
}
int orr_chipmunk_fprintf_chk(void *stream, int flag, const char *format, ...) {
  (void)stream, (void)flag;
  va_list list;
  va_start(list, format);
  int length = note(format, list);
  va_end(list);
  return length;
}
