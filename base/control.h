/* How a long operation is watched and stopped. */
#ifndef ORR_BASE_CONTROL_H
#define ORR_BASE_CONTROL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct orr_pool;

/* Called from one thread at a time, at most every few milliseconds. `done` of `total` units of
 * `what` ("episodes", "steps"); `note` is a short extra text or NULL. */
typedef void orr_progress_fn(void *user, const char *what, int64_t done, int64_t total,
                             const char *note);

typedef struct orr_control {
  atomic_bool *cancel;       /* NULL: cannot be cancelled */
  orr_progress_fn *progress; /* NULL: silent */
  void *user;
  struct orr_pool *pool; /* the threads to use; NULL: the calling thread alone */
} orr_control;

/* All of these take a NULL control. */
static inline bool orr_cancelled(const orr_control *control) {
  return control && control->cancel && atomic_load_explicit(control->cancel, memory_order_relaxed);
}

static inline void orr_report(const orr_control *control, const char *what, int64_t done,
                              int64_t total, const char *note) {
  if (control && control->progress) control->progress(control->user, what, done, total, note);
}

#endif
