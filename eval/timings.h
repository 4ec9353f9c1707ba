/* timings.json: the only place for wall-clock values; outside every promise of equal bytes. */
#ifndef ORR_EVAL_TIMINGS_H
#define ORR_EVAL_TIMINGS_H

#include "base/error.h"
#include <jansson.h>

/* Sets timings[section][key] (key NULL: timings[section]) in `<folder>/timings.json`; takes over
 * `value`. */
orr_status orr_timings_set(const char *folder, const char *section, const char *key, json_t *value,
                           orr_error *err);
/* {"plans", "mean", "p50", "p95", "p99"} of seconds; sorts `values`. */
json_t *orr_timings_latency(double *values, size_t count);
/* What ran: processor, threads, instruction set, build. */
json_t *orr_timings_machine(size_t threads);

#endif
