/* `orrery bench plan`: how long a plan in a world model takes, beside the rate of the matrix
 * products that it is made of, measured in the same run, alternating. */
#ifndef ORR_AGENTS_BENCH_H
#define ORR_AGENTS_BENCH_H

#include "agents/planner.h"

typedef struct orr_plan_bench {
  size_t threads, parameters;
  int64_t samples, iterations, horizon;
  double step_flops;             /* of one model step of one sample */
  double plan_flops;             /* of one plan: samples x iterations x horizon steps */
  double plan_seconds, plan_p95; /* median and 95th percentile of a plan */
  double plan_rate, gemm_rate;   /* FLOP/s of the plan, and of the bare products on all threads */
} orr_plan_bench;

/* `rounds` plans, each followed by a tenth of a second of products of the model's widest layer on
 * tiles of 64 rows. The env is reset to episode 0 of seed 0 with the state 25 random steps later as
 * the goal; `rule` may be NULL. */
orr_status orr_plan_bench_run(const orr_model *model, const orr_scenario *scenario,
                              const orr_observer *observer, const orr_goal_rule *rule,
                              const orr_planner_def *def, size_t rounds, orr_pool *pool,
                              orr_plan_bench *out, orr_error *err);

#endif
