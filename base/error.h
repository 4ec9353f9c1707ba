/* Errors: what went wrong, and where.
 *
 * A mistake of the world (a file, a configuration, memory, numbers) is returned as an orr_status
 * and described in the nullable last argument `orr_error *err`. A mistake of the programmer hits
 * ORR_ASSERT. Libraries never print to stdout and never exit. */
#ifndef ORR_BASE_ERROR_H
#define ORR_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum orr_status {
  ORR_OK = 0,
  ORR_ERR_CONFIG,    /* a configuration or the command line is wrong: exit code 2 */
  ORR_ERR_MISMATCH,  /* two things that must agree do not (model and scenario, hash): exit code 2 */
  ORR_ERR_FILE,      /* a file is missing, damaged, or cannot be written: exit code 1 */
  ORR_ERR_MEMORY,    /* out of memory: exit code 1 */
  ORR_ERR_NUMBERS,   /* not finite, diverged: exit code 1 */
  ORR_ERR_SYSTEM,    /* a library or the operating system refused: exit code 1 */
  ORR_ERR_CANCELLED, /* the user asked to stop: exit code 130 */
  ORR_ERR_GATE       /* a gate was not met: exit code 3 */
} orr_status;

typedef struct orr_error {
  orr_status status;
  char message[768]; /* one or more lines, no trailing newline */
  char hint[256];    /* what to do about it; may be empty */
  char file[256];    /* empty when there is no place */
  int line, column;  /* from 1; 0 when unknown */
} orr_error;

/* Fills `err` (when not NULL) and returns `status`, so that a caller can `return orr_fail(...)`.
 * Clears place and hint. */
orr_status orr_fail(orr_error *err, orr_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a place in a file. */
orr_status orr_fail_at(orr_error *err, orr_status status, const char *file, int line, int column,
                       const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Adds a hint to an error already filled; returns err->status (or `status` unchanged for NULL). */
void orr_hint(orr_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "context: " before the message of an error already filled. */
void orr_error_context(orr_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The process exit code that belongs to a status. */
int orr_exit_code(orr_status status);

/* Prints "file:line:column: message" and the hint, as the command line shows it, into `out`
 * (at most `size` bytes with the terminating zero). */
void orr_error_text(const orr_error *err, char *out, size_t size);

_Noreturn void orr_assert_failed(const char *expression, const char *file, int line);
#define ORR_ASSERT(x) ((x) ? (void)0 : orr_assert_failed(#x, __FILE__, __LINE__))

/* Returns from the calling function when `call` does not return ORR_OK. */
#define ORR_TRY(call)                                                                              \
  do {                                                                                             \
    orr_status orr_try_status_ = (call);                                                           \
    if (orr_try_status_ != ORR_OK) return orr_try_status_;                                         \
  } while (0)

#endif
