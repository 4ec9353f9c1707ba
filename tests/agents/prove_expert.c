/* Demonstrations and plans of the oracle, measured: prove_expert [demonstrations] [key=value ...]
 * where the keys are those of collect.expert. One thread. */
#include "agents/collect.h"
#include "agents/collect_private.h"
#include "base/clock.h"
#include "base/maths.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void must(orr_status status, const orr_error *err) {
  if (status == ORR_OK) return;
  char text[2048];
  orr_error_text(err, text, sizeof text);
  fprintf(stderr, "%s\n", text);
  exit(1);
}

static orr_scenario *load(void) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_scenario *scenario = NULL;
  orr_error err = {0};
  orr_status status =
      orr_config_load(ORR_SOURCE_DIR "/scenarios/push_t.yaml", &config, diagnostics);
  if (status == ORR_OK) status = orr_scenario_read(config, &scenario, diagnostics);
  if (status != ORR_OK) orr_diagnostics_status(diagnostics, &err);
  must(status, &err);
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
  return scenario;
}

/* collect, with the settings of the command line. */
static void settings(int count, char **assignments, orr_arena *arena, orr_collect_def *out) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_error err = {0};
  orr_status status = orr_config_parse("{expert: {}}\n", 13, "settings", &config, diagnostics);
  for (int i = 0; i < count && status == ORR_OK; i++)
    status = orr_config_set(config, assignments[i], diagnostics);
  orr_node *root = orr_config_root(config);
  if (status == ORR_OK)
    status = orr_record_read(&orr_collect_record, config, root, root, "", arena, out, diagnostics);
  if (status != ORR_OK) orr_diagnostics_status(diagnostics, &err);
  must(status, &err);
  orr_diagnostics_destroy(diagnostics);
}

static void demonstrate(const orr_observer *observer, const orr_collect_def *def, uint32_t count) {
  orr_collector collector;
  orr_error err = {0};
  must(orr_collector_create(observer, def, 5, 1, &collector, &err), &err);
  orr_episode episode;
  must(orr_episode_create(observer->space.count, observer->scenario->action_count,
                          (size_t)def->steps, &episode, &err),
       &err);
  int64_t reached = 0, steps = 0, solved = 0;
  double start = orr_seconds();
  for (uint32_t i = 0; i < count; i++) {
    orr_unit unit = {ORR_UNIT_EXPERT, ORR_SPLIT_HELD_OUT, i};
    bool there;
    must(orr_collect_unit(&collector, &collector.lanes[0], &unit, &episode, &there, &err), &err);
    reached += there;
    steps += (int64_t)episode.steps;
    solved += episode.success[episode.steps];
  }
  double seconds = orr_seconds() - start;
  printf("%u demonstrations: reached %.1f %%, task solved %.1f %%, %.1f steps, %.3f s each\n",
         count, 100.0 * (double)reached / count, 100.0 * (double)solved / count,
         (double)steps / count, seconds / count);
  orr_episode_destroy(&episode);
  orr_collector_destroy(&collector);
}

/* The goal is where the demonstration stands 25 steps later; replanned every block for 50 steps. */
static bool reach(orr_env *env, orr_policy *policy, const orr_goal_rule *rule,
                  const orr_episode *episode, size_t from, double *seconds, size_t *plans) {
  const orr_scenario *scenario = orr_env_observer(env)->scenario;
  double goal[ORR_MAX_FIELDS];
  float action[ORR_MAX_FIELDS];
  orr_error err = {0};
  for (int pass = 0; pass < 2; pass++) {
    must(orr_env_reset(env, episode->seed, (uint32_t)episode->reset_episode, &err), &err);
    for (size_t t = 0; t < from + (pass ? 0 : 25); t++)
      orr_env_step(env, episode->actions + t * scenario->action_count);
    if (pass == 0) orr_world_state(orr_env_look(env), goal);
  }
  orr_env_set_goal(env, rule, goal);
  orr_policy_reset(policy, 0, (uint32_t)episode->reset_episode);
  orr_end end = ORR_RUNNING;
  for (int i = 0; i < 50 && end == ORR_RUNNING; i++) {
    must(orr_policy_act(policy, env, action, &err), &err);
    double took = orr_policy_last_plan_seconds(policy);
    if (took >= 0.0) seconds[(*plans)++] = took;
    end = orr_env_step(env, action);
  }
  return end == ORR_TERMINATED;
}

static void plan(const orr_observer *observer, const orr_collect_def *def, uint32_t count,
                 orr_arena *arena) {
  static const char *both[] = {"agent", "block"}, *block[] = {"block"};
  const orr_goal_rule rule = {.name = "moderate",
                              .position_bodies = {both, 2},
                              .angle_bodies = {block, 1},
                              .position = 20.0,
                              .angle = 3.14159265358979 / 9.0,
                              .hold = 1};
  orr_planner_def planner;
  orr_objective objective;
  orr_collector collector;
  orr_dynamics *dynamics;
  orr_policy *policy;
  orr_env *env;
  orr_episode episode;
  orr_error err = {0};
  orr_record_default(&orr_planner_record, arena, &planner);
  must(orr_objective_create(&planner.objective, observer, &objective, &err), &err);
  must(
      orr_dynamics_simulator(observer->scenario, observer, &objective, NULL, 5, 1, &dynamics, &err),
      &err);
  must(orr_policy_planner(&planner, dynamics, observer, NULL, &policy, &err), &err);
  must(orr_env_create(observer->scenario, observer, &env, &err), &err);
  must(orr_collector_create(observer, def, 5, 1, &collector, &err), &err);
  must(orr_episode_create(observer->space.count, observer->scenario->action_count,
                          (size_t)def->steps, &episode, &err),
       &err);
  double *seconds = orr_alloc((size_t)count * 50, sizeof *seconds);
  size_t plans = 0, solved = 0, pairs = 0;
  for (uint32_t i = 0; i < count; i++) {
    orr_unit unit = {ORR_UNIT_EXPERT, ORR_SPLIT_HELD_OUT, i};
    bool there;
    must(orr_collect_unit(&collector, &collector.lanes[0], &unit, &episode, &there, &err), &err);
    if (episode.steps < 30) continue;
    orr_random random = orr_random_at(7, ORR_PURPOSE_TEST, i, 0, 0, 0);
    size_t from = (size_t)orr_random_integer(&random, 0, (int64_t)episode.steps - 25);
    solved += reach(env, policy, &rule, &episode, from, seconds, &plans);
    pairs++;
  }
  orr_sort(seconds, plans);
  printf("oracle %lld x %lld: %zu of %zu pairs; %zu plans, median %.2f ms, 95 %% %.2f ms\n",
         (long long)planner.samples, (long long)planner.iterations, solved, pairs, plans,
         1e3 * seconds[plans / 2], 1e3 * seconds[plans * 95 / 100]);
  orr_free(seconds);
  orr_episode_destroy(&episode);
  orr_collector_destroy(&collector);
  orr_env_destroy(env);
  orr_policy_destroy(policy);
  orr_dynamics_destroy(dynamics);
}

int main(int argc, char **argv) {
  uint32_t count = argc > 1 ? (uint32_t)atoi(argv[1]) : 20;
  orr_arena *arena = orr_arena_create(4096);
  orr_scenario *scenario = load();
  orr_observe_def observe = {0};
  orr_observer observer;
  orr_error err = {0};
  must(orr_observer_create(scenario, &observe, &observer, &err), &err);
  orr_collect_def def;
  settings(argc > 2 ? argc - 2 : 0, argv + 2, arena, &def);
  demonstrate(&observer, &def, count);
  plan(&observer, &def, count, arena);
  orr_scenario_destroy(scenario);
  orr_arena_destroy(arena);
  return 0;
}
