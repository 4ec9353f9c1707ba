/* The monotonic clock, for progress, timings and benchmarks. Nothing that it says enters a result:
 * wall-clock values live in timings.json and metrics.jsonl alone. */
#ifndef ORR_BASE_CLOCK_H
#define ORR_BASE_CLOCK_H

double orr_seconds(void);     /* since some fixed moment */
double orr_cpu_seconds(void); /* that all threads of this process have computed */

#endif
