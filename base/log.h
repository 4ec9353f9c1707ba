/* Messages for a person: to a sink, by default stderr. */
#ifndef ORR_BASE_LOG_H
#define ORR_BASE_LOG_H

typedef enum orr_log_level {
  ORR_LOG_DEBUG,
  ORR_LOG_INFO,
  ORR_LOG_WARN,
  ORR_LOG_ERROR
} orr_log_level;
typedef void orr_log_fn(void *user, orr_log_level level, const char *message);

void orr_log_set(orr_log_fn *sink, void *user); /* NULL: stderr. Set once, before threads start. */
void orr_log_set_level(orr_log_level least);
void orr_log(orr_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
