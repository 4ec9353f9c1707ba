/* How fast the simulator is: the loop that a planner runs, and nothing else. */
#ifndef ORR_SIM_BENCH_H
#define ORR_SIM_BENCH_H

#include "sim/batch.h"

typedef struct orr_sim_bench_result {
  double steps_per_second; /* control steps, all threads together */
  double contact_share;    /* of control steps in which the actor touched something */
  double allocations_per_step;
  double save_seconds, restore_seconds, hash_seconds; /* of one call, one thread */
  double reset_seconds;
  size_t memory; /* bytes that one world's engine uses */
} orr_sim_bench_result;

/* One world a thread, episodes of 100 control steps, targets drawn from a box around the first free
 * body (Push-T: 100 px to each side, so that two steps of three push it). Reward and end are
 * computed in every step. Runs for about `seconds`. */
orr_status orr_sim_bench(const orr_scenario *scenario, size_t threads, double seconds,
                         orr_sim_bench_result *out, orr_error *err);

/* Control steps per second of `worlds` worlds that orr_batch_step steps together on `threads`
 * threads, states and rewards written out, uniform actions. */
orr_status orr_sim_bench_batch(const orr_scenario *scenario, size_t worlds, size_t threads,
                               double seconds, double *out, orr_error *err);

/* An MJCF model through a world, its state written out after each control step, against the
 * library's own step in a loop that looks at nothing: control steps per second of both, in turns of
 * a twentieth of a second, the same actions. One thread. ORR_ERR_CONFIG for other worlds. */
orr_status orr_sim_bench_bare(const orr_scenario *scenario, double seconds, double *ours,
                              double *bare, orr_error *err);

#endif
