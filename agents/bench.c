#include "agents/bench.h"
#include "base/clock.h"
#include "base/maths.h"
#include "base/memory.h"
#include "worldmodel/bench.h"
#include <stdlib.h>

#define GOAL_STEPS   25
#define GEMM_SECONDS 0.1
#define MAX_ROUNDS   200

/* ---- the bare products, one independent stream per lane ---- */

typedef struct gemm_task {
  size_t width;
  double rates[ORR_MOST_THREADS];
} gemm_task;

static void run_gemm(void *context, size_t index, size_t lane) {
  (void)lane;
  gemm_task *task = context;
  if (orr_bench_gemm(ORR_TILE, task->width, task->width, GEMM_SECONDS, &task->rates[index], NULL) !=
      ORR_OK)
    task->rates[index] = 0.0;
}

static double gemm_rate(orr_pool *pool, size_t width) {
  gemm_task task = {.width = width};
  size_t lanes = orr_pool_lanes(pool);
  orr_pool_run(pool, lanes, run_gemm, &task);
  double sum = 0.0;
  for (size_t i = 0; i < lanes; i++) sum += task.rates[i] * 1e9;
  return sum;
}

/* ---- the env: a start, and a goal that random actions reach ---- */

static orr_status prepare_env(orr_env *env, const orr_scenario *scenario, const orr_goal_rule *rule,
                              orr_error *err) {
  double goal[ORR_MAX_FIELDS];
  ORR_TRY(orr_env_reset(env, 0, 0, err));
  orr_random random = orr_random_at(0, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  for (int step = 0; step < GOAL_STEPS; step++) {
    float action[ORR_MAX_FIELDS];
    for (size_t i = 0; i < scenario->action_count; i++)
      action[i] = (float)(0.3 * orr_random_normal(&random));
    orr_env_step(env, action);
  }
  orr_world_state(orr_env_world(env), goal);
  ORR_TRY(orr_env_reset(env, 0, 0, err));
  orr_env_set_goal(env, rule, goal);
  return ORR_OK;
}

typedef struct bench_parts {
  orr_env *env;
  orr_objective objective;
  orr_dynamics *dynamics;
  orr_planner *planner;
} bench_parts;

static void destroy_parts(bench_parts *parts) {
  orr_planner_destroy(parts->planner);
  orr_dynamics_destroy(parts->dynamics);
  orr_env_destroy(parts->env);
}

static orr_status create_parts(bench_parts *parts, const orr_model *model,
                               const orr_scenario *scenario, const orr_observer *observer,
                               const orr_goal_rule *rule, const orr_planner_def *def,
                               orr_pool *pool, orr_error *err) {
  ORR_TRY(orr_env_create(scenario, observer, &parts->env, err));
  ORR_TRY(prepare_env(parts->env, scenario, rule, err));
  ORR_TRY(orr_objective_create(&def->objective, observer, &parts->objective, err));
  ORR_TRY(orr_dynamics_model(model, scenario, observer, &parts->objective, orr_pool_lanes(pool),
                             &parts->dynamics, err));
  ORR_TRY(orr_planner_create(def, &scenario->action, orr_dynamics_block(parts->dynamics),
                             &parts->planner, err));
  orr_planner_reset(parts->planner, 0, 0);
  return orr_dynamics_begin(parts->dynamics, parts->env, err);
}

static void measure(bench_parts *parts, size_t rounds, size_t width, orr_pool *pool,
                    orr_plan_bench *out) {
  double plans[MAX_ROUNDS], rates[MAX_ROUNDS];
  orr_planner_plan(parts->planner, parts->dynamics, pool, NULL); /* warm caches */
  for (size_t i = 0; i < rounds; i++) {
    double start = orr_seconds();
    orr_planner_plan(parts->planner, parts->dynamics, pool, NULL);
    plans[i] = orr_seconds() - start;
    rates[i] = gemm_rate(pool, width);
  }
  out->plan_seconds = orr_median(plans, rounds);
  out->plan_p95 = plans[(rounds * 95) / 100 < rounds ? (rounds * 95) / 100 : rounds - 1];
  out->gemm_rate = orr_median(rates, rounds);
}

orr_status orr_plan_bench_run(const orr_model *model, const orr_scenario *scenario,
                              const orr_observer *observer, const orr_goal_rule *rule,
                              const orr_planner_def *def, size_t rounds, orr_pool *pool,
                              orr_plan_bench *out, orr_error *err) {
  ORR_ASSERT(rounds >= 1 && rounds <= MAX_ROUNDS);
  bench_parts parts = {0};
  orr_status status = create_parts(&parts, model, scenario, observer, rule, def, pool, err);
  *out = (orr_plan_bench){.threads = orr_pool_lanes(pool),
                          .parameters = orr_model_parameters(model),
                          .samples = def->samples,
                          .iterations = def->iterations,
                          .horizon = def->horizon,
                          .step_flops = orr_model_flops(model)};
  if (status == ORR_OK) {
    measure(&parts, rounds, (size_t)orr_model_definition(model)->hidden, pool, out);
    out->plan_flops = out->step_flops * (double)(def->samples * def->iterations * def->horizon);
    out->plan_rate = out->plan_flops / out->plan_seconds;
  }
  destroy_parts(&parts);
  return status;
}
