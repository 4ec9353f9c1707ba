/* orrery bench: speed, as ratios measured in one run. */
#include "agents/bench.h"
#include "base/build_info.h"
#include "base/file.h"
#include "base/maths.h"
#include "base/memory.h"
#include "cli/verbs.h"
#include "sim/bench.h"
#include <stdlib.h>
#include <string.h>

static const struct argp_option options[] = {
    {"seconds", 0, "N", 0, "sim: seconds per measurement (default 3)", 0},
    {"peer", 0, "PYTHON", 0, "sim: a Python with gym-pusht (scripts/peers), measured in turns", 0},
    {"samples", 0, "N", 0, "plan: CEM samples (default 300)", 0},
    {"iterations", 0, "N", 0, "plan: CEM iterations (default 30)", 0},
    {"rounds", 0, "N", 0, "Repetitions, alternating (default 5 for sim, 15 for plan)", 0},
    {0},
};

#define MAX_ROUNDS 100

/* Machine and load, so that a figure can be judged. */
static json_t *machine(void) {
  double load[3] = {0};
  getloadavg(load, 3);
  return json_pack("{s:s, s:s, s:I, s:s, s:f}", "cpu", orr_cpu_name(), "isa", orr_isa_level(),
                   "cores", (json_int_t)orr_usable_cores(), "build", orr_build_id(), "load",
                   load[0]);
}

static void print_result(const orr_invocation *invocation, json_t *result) {
  json_object_set_new(result, "machine", machine());
  const char *key;
  json_t *value;
  if (invocation->json) {
    json_dumpf(result, stdout, JSON_INDENT(2));
    putchar('\n');
  } else {
    json_object_foreach(result, key, value) {
      char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(4));
      printf("%-28s %s\n", key, text);
      free(text);
    }
  }
}

/* Steps per second of the peer, asked of its own process; 0 when it does not answer. */
static double ask_peer(const char *python, int64_t seconds) {
  char command[1024];
  snprintf(command, sizeof command, "'%s' scripts/bench_gym_pusht %lld 2>/dev/null", python,
           (long long)seconds);
  FILE *pipe = popen(command, "r");
  double rate = 0.0;
  if (!pipe) return 0.0;
  if (fscanf(pipe, "%lf", &rate) != 1) rate = 0.0;
  return pclose(pipe) == 0 ? rate : 0.0;
}

static int peer_failed(const char *python) {
  fprintf(stderr,
          "orrery bench: '%s' does not run scripts/bench_gym_pusht\n"
          "  hint: run scripts/peers, stand in the project's folder, and give "
          "--peer .venv-peers/bin/python\n",
          python);
  return 1;
}

static int bench_sim(const orr_invocation *invocation, const orr_experiment *experiment) {
  size_t rounds = (size_t)orr_cli_number(invocation, "rounds", 5, 1, MAX_ROUNDS);
  int64_t seconds = orr_cli_number(invocation, "seconds", 3, 1, 600);
  const char *python = orr_cli_option(invocation, "peer");
  double one[MAX_ROUNDS], two[MAX_ROUNDS], peer[MAX_ROUNDS], ratio[MAX_ROUNDS], scaling[MAX_ROUNDS];
  orr_sim_bench_result result = {0};
  orr_error err = {0};
  for (size_t i = 0; i < rounds; i++) {
    if (orr_sim_bench(experiment->scenario, 1, (double)seconds, &result, &err) != ORR_OK)
      return orr_cli_fail(&err);
    one[i] = result.steps_per_second;
    if (python && !(peer[i] = ask_peer(python, seconds))) return peer_failed(python);
    if (orr_sim_bench(experiment->scenario, 2, (double)seconds, &result, &err) != ORR_OK)
      return orr_cli_fail(&err);
    two[i] = result.steps_per_second;
    scaling[i] = two[i] / one[i];
    if (python) ratio[i] = one[i] / peer[i];
  }
  json_t *json =
      json_pack("{s:s, s:I, s:f, s:f, s:f, s:f, s:f}", "scenario", experiment->id, "rounds",
                (json_int_t)rounds, "steps_per_second_1_thread", orr_median(one, rounds),
                "steps_per_second_2_threads", orr_median(two, rounds), "two_thread_scaling",
                orr_median(scaling, rounds), "contact_share", result.contact_share,
                "allocations_per_step", result.allocations_per_step);
  if (python) {
    json_object_set_new(json, "gym_pusht_steps_per_second", json_real(orr_median(peer, rounds)));
    json_object_set_new(json, "ratio_to_gym_pusht", json_real(orr_median(ratio, rounds)));
  }
  print_result(invocation, json);
  json_decref(json);
  return 0;
}

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

static json_t *plan_json(const orr_plan_bench *bench) {
  return json_pack(
      "{s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f}", "threads",
      (json_int_t)bench->threads, "parameters", (json_int_t)bench->parameters, "samples",
      (json_int_t)bench->samples, "iterations", (json_int_t)bench->iterations, "horizon_blocks",
      (json_int_t)bench->horizon, "mflop_per_step", bench->step_flops * 1e-6, "plan_ms_p50",
      bench->plan_seconds * 1e3, "plan_ms_p95", bench->plan_p95 * 1e3, "plan_gflop_per_second",
      bench->plan_rate * 1e-9, "gemm_gflop_per_second", bench->gemm_rate * 1e-9,
      "share_of_gemm_rate", bench->plan_rate / bench->gemm_rate);
}

static int bench_plan(const orr_invocation *invocation, const orr_experiment *experiment) {
  char path[ORR_PATH];
  model_path(invocation, experiment, path, sizeof path);
  orr_error err = {0};
  orr_session session = {0};
  orr_model *model = NULL;
  orr_plan_bench bench;
  orr_planner_def def = paper_planner(invocation, experiment);
  const orr_goal_rule *rule = experiment->eval.rules.items;
  orr_status status = orr_session_begin(invocation, &session, &err);
  if (status == ORR_OK) status = orr_model_load(path, &model, &err);
  if (status == ORR_OK)
    status = orr_plan_bench_run(model, experiment->scenario, &experiment->observer, rule, &def,
                                (size_t)orr_cli_number(invocation, "rounds", 15, 1, MAX_ROUNDS),
                                session.pool, &bench, &err);
  orr_model_destroy(model);
  orr_session_end(&session);
  if (status != ORR_OK) return orr_cli_fail(&err);
  json_t *json = plan_json(&bench);
  print_result(invocation, json);
  json_decref(json);
  return 0;
}

static int run(const orr_invocation *invocation) {
  const char *what = invocation->arguments[0];
  bool sim = !strcmp(what, "sim"), plan = !strcmp(what, "plan");
  if (!sim && !plan) {
    fprintf(stderr, "orrery bench: there is no benchmark '%s'\n  hint: sim or plan\n", what);
    return 2;
  }
  orr_invocation scenario = *invocation;
  scenario.arguments[0] =
      invocation->argument_count > 1 ? invocation->arguments[1] : "scenarios/push_t.yaml";
  orr_experiment *experiment = NULL;
  int code = orr_cli_load(&scenario, &experiment);
  if (code) return code;
  code = sim ? bench_sim(invocation, experiment) : bench_plan(invocation, experiment);
  orr_experiment_destroy(experiment);
  return code;
}

const orr_verb orr_verb_bench = {
    .name = "bench",
    .summary = "Measure speed on this machine, as ratios in one run",
    .arguments = "sim|plan [SCENARIO]",
    .example = "orrery bench sim\n"
               "orrery bench sim --peer .venv-peers/bin/python\n"
               "orrery bench plan --model out/push_t-quick/model/model.safetensors",
    .details =
        "sim: control steps per second with targets near the block, coverage reward included;\n"
        "     beside gym-pusht when --peer is given.\n"
        "plan: CEM in a world model, beside the rate of its matrix products.",
    .groups = ORR_CLI_SCENARIO | ORR_CLI_MODEL | ORR_CLI_WORK | ORR_CLI_JSON,
    .options = options,
    .least = 1,
    .most = 2,
    .run = run,
};
