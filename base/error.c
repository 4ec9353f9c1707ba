/* Errors: filling, decorating and printing them. */
#include "base/error.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

orr_status orr_fail(orr_error *err, orr_status status, const char *format, ...) {
  if (!err) return status;
  va_list args;
  va_start(args, format);
  char message[sizeof err->message]; /* an argument may point into *err */
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  memset(err, 0, sizeof *err);
  err->status = status;
  memcpy(err->message, message, sizeof message);
  return status;
}

orr_status orr_fail_at(orr_error *err, orr_status status, const char *file, int line, int column,
                       const char *format, ...) {
  if (!err) return status;
  va_list args;
  va_start(args, format);
  char message[sizeof err->message], place[sizeof err->file];
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  snprintf(place, sizeof place, "%s", file ? file : "");
  memset(err, 0, sizeof *err);
  err->status = status;
  err->line = line;
  err->column = column;
  memcpy(err->message, message, sizeof message);
  memcpy(err->file, place, sizeof place);
  return status;
}

void orr_hint(orr_error *err, const char *format, ...) {
  if (!err) return;
  va_list args;
  va_start(args, format);
  vsnprintf(err->hint, sizeof err->hint, format, args);
  va_end(args);
}

/* snprintf that continues at *used and stops at the end of `out`. */
__attribute__((format(printf, 4, 5))) static void append(char *out, size_t size, size_t *used,
                                                         const char *format, ...) {
  if (*used + 1 >= size) return;
  va_list args;
  va_start(args, format);
  int length = vsnprintf(out + *used, size - *used, format, args);
  va_end(args);
  if (length > 0) *used += (size_t)length;
  if (*used >= size) *used = size - 1;
}

void orr_error_context(orr_error *err, const char *format, ...) {
  if (!err) return;
  char joined[sizeof err->message];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(joined, sizeof joined, format, args);
  va_end(args);
  size_t used = length < 0 ? 0 : (size_t)length;
  if (used >= sizeof joined) used = sizeof joined - 1;
  append(joined, sizeof joined, &used, ": %s", err->message);
  memcpy(err->message, joined, sizeof joined);
}

int orr_exit_code(orr_status status) {
  switch (status) {
  case ORR_OK: return 0;
  case ORR_ERR_CONFIG:
  case ORR_ERR_MISMATCH: return 2;
  case ORR_ERR_GATE: return 3;
  case ORR_ERR_CANCELLED: return 130;
  case ORR_ERR_FILE:
  case ORR_ERR_MEMORY:
  case ORR_ERR_NUMBERS:
  case ORR_ERR_SYSTEM: return 1;
  }
  return 1;
}

void orr_error_text(const orr_error *err, char *out, size_t size) {
  if (size == 0) return;
  out[0] = '\0';
  size_t used = 0;
  if (err->file[0]) append(out, size, &used, "%s:", err->file);
  if (err->file[0] && err->line > 0) append(out, size, &used, "%d:", err->line);
  if (err->file[0] && err->line > 0 && err->column > 0) {
    append(out, size, &used, "%d:", err->column);
  }
  append(out, size, &used, "%s%s", err->file[0] ? " " : "", err->message);
  if (err->hint[0]) append(out, size, &used, "\n  hint: %s", err->hint);
}

_Noreturn void orr_assert_failed(const char *expression, const char *file, int line) {
  fprintf(stderr, "%s:%d: internal error: (%s) does not hold. Please report this.\n", file, line,
          expression);
  fflush(stderr);
  abort();
}
