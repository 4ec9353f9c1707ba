/* orrery bench plan: a plan in a world model, beside the rate of its matrix products. */
#include "agents/bench.h"
#include "base/file.h"
#include "cli/bench.h"

static void model_path(const orr_invocation *invocation, const orr_experiment *experiment,
                       char *out, size_t size) {
  if (invocation->model)
    snprintf(out, size, "%s", invocation->model);
  else
    snprintf(out, size, "scenarios/models/%s.safetensors", experiment->id);
}

/* The setting of the published planners: CEM, executed whole. */
static orr_planner_def paper_planner(const orr_invocation *invocation,
                                     const orr_experiment *experiment) {
  orr_planner_def def = experiment->plan;
  def.kind = ORR_PLANNER_CEM;
  def.samples = orr_cli_number(invocation, "samples", 300, 2, 100000);
  def.iterations = orr_cli_number(invocation, "iterations", 30, 1, 1000);
  def.elites = def.samples / 10 > 1 ? def.samples / 10 : 1;
  return def;
}

static json_t *plan_json(const orr_plan_bench *bench, int precision) {
  return json_pack("{s:I, s:s, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "threads",
                   (json_int_t)bench->threads, "precision", orr_precision_names[precision],
                   "parameters", (json_int_t)bench->parameters, "samples",
                   (json_int_t)bench->samples, "iterations", (json_int_t)bench->iterations,
                   "horizon_blocks", (json_int_t)bench->horizon, "mflop_per_step",
                   bench->step_flops * 1e-6, "plan_ms_p50", bench->plan_seconds * 1e3,
                   "plan_ms_p95", bench->plan_p95 * 1e3, "plan_gflop_per_second",
                   bench->plan_rate * 1e-9, "gemm_gflop_per_second", bench->gemm_rate * 1e-9,
                   "share_of_gemm_rate", bench->plan_rate / bench->gemm_rate);
}

int orr_bench_plan_verb(const orr_invocation *invocation, const orr_experiment *experiment) {
  char path[ORR_PATH];
  model_path(invocation, experiment, path, sizeof path);
  orr_error err = {0};
  orr_session session = {0};
  orr_model *model = NULL;
  orr_plan_bench bench;
  orr_planner_def def = paper_planner(invocation, experiment);
  const orr_list *rules = &experiment->eval.rules;
  const orr_goal_rule *rule = rules->count ? rules->items : NULL;
  orr_status status = orr_session_begin(invocation, &session, &err);
  if (status == ORR_OK) status = orr_precision_check(def.precision, "plan.precision", &err);
  if (status == ORR_OK) status = orr_model_load(path, &model, &err);
  if (status == ORR_OK) orr_model_set_precision(model, def.precision);
  if (status == ORR_OK)
    status = orr_plan_bench_run(
        model, experiment->scenario, &experiment->observer, rule, &def,
        (size_t)orr_cli_number(invocation, "rounds", 15, 1, ORR_BENCH_MAX_ROUNDS), session.pool,
        &bench, &err);
  orr_model_destroy(model);
  orr_session_end(&session);
  if (status != ORR_OK) return orr_cli_fail(&err);
  json_t *json = plan_json(&bench, def.precision);
  orr_bench_print(invocation, json);
  json_decref(json);
  return 0;
}
