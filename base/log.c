/* Messages for a person. The sink is one of the few mutable globals of Orrery; it is set once,
 * before threads start. */
#include "base/log.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static orr_log_fn *log_sink;
static void *log_user;
static atomic_int log_least = ORR_LOG_INFO;

void orr_log_set(orr_log_fn *sink, void *user) {
  log_sink = sink;
  log_user = user;
}

void orr_log_set_level(orr_log_level least) { atomic_store(&log_least, (int)least); }

static void to_stderr(orr_log_level level, const char *message) {
  static const char *const words[] = {"debug: ", "", "warning: ", "error: "};
  fprintf(stderr, "%s%s\n", words[level], message); /* one call: lines of threads stay whole */
}

void orr_log(orr_log_level level, const char *format, ...) {
  if ((int)level < atomic_load(&log_least) || level < ORR_LOG_DEBUG || level > ORR_LOG_ERROR)
    return;
  char message[2048];
  va_list args;
  va_start(args, format);
  int length = vsnprintf(message, sizeof message, format, args);
  va_end(args);
  if (length < 0) return;
  if ((size_t)length >= sizeof message) memcpy(message + sizeof message - 4, "...", 4);
  if (log_sink) {
    log_sink(log_user, level, message);
  } else {
    to_stderr(level, message);
  }
}
