#include "agents_test.h"

#include "base/maths.h"

#include <stdio.h>
#include <string.h>

static const char reacher_text[] =
    "world:\n"
    "  engine: chipmunk\n"
    "  space: {unit: px, y: down, size: [512, 512]}\n"
    "  gravity: [0, 0]\n"
    "  damping: 0\n"
    "  dt: 0.01\n"
    "  substeps: 10\n"
    "  bodies:\n"
    "    - name: agent\n"
    "      type: kinematic\n"
    "      start: {position: [{uniform: [50, 450]}, {uniform: [50, 450]}]}\n"
    "      shapes: [{geometry: {circle: {radius: 15}}}]\n"
    "  actuators:\n"
    "    - {name: push, body: agent, kp: 100, kv: 20, meaning: relative, scale: 100,\n"
    "       low: [-1, -1], high: [1, 1]}\n"
    "task: {time_limit: 20}\n";

static void finish(bench *out, orr_config *config, orr_status status,
                   orr_diagnostics *diagnostics) {
  orr_error err = {0};
  if (status == ORR_OK) status = orr_scenario_read(config, &out->scenario, diagnostics);
  if (status != ORR_OK) {
    orr_diagnostics_status(diagnostics, &err);
    fail_msg("%s", err.message);
  }
  out->arena = orr_arena_create(4096);
  orr_observe_def observe = {0};
  assert_int_equal(orr_observer_create(out->scenario, &observe, &out->observer, &err), ORR_OK);
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
}

void open_file(bench *out, const char *name) {
  char path[512];
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  snprintf(path, sizeof path, "%s/%s", ORR_SOURCE_DIR, name);
  orr_status status = orr_config_load(path, &config, diagnostics);
  finish(out, config, status, diagnostics);
}

void open_push_t(bench *out) { open_file(out, "scenarios/push_t.yaml"); }

void open_text(bench *out, const char *yaml) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_status status = orr_config_parse(yaml, strlen(yaml), "test.yaml", &config, diagnostics);
  finish(out, config, status, diagnostics);
}

void open_varied(bench *out) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_status status =
      orr_config_load(ORR_SOURCE_DIR "/tests/fixtures/tiny.yaml", &config, diagnostics);
  if (status == ORR_OK)
    status = orr_config_set(
        config,
        "vary=[{name: mass, path: world.bodies.puck.mass, value: {uniform: [0.5, 4]}},"
        "{name: goal, path: 'task.goals[0].position[0]', value: {uniform: [60, 140]}}]",
        diagnostics);
  finish(out, config, status, diagnostics);
}

void open_reacher(bench *out) { open_text(out, reacher_text); }

void close_bench(bench *b) {
  orr_scenario_destroy(b->scenario);
  orr_arena_destroy(b->arena);
}

orr_pixels_def default_pixels(const bench *b) {
  orr_pixels_def def;
  orr_record_default(&orr_pixels_record, b->arena, &def);
  return def;
}

void see_pixels(bench *b, const orr_pixels_def *def) {
  orr_pixels_def pixels = *def;
  orr_observe_def observe = {{NULL, 0}, &pixels};
  orr_error err = {0};
  if (orr_observer_create(b->scenario, &observe, &b->observer, &err) != ORR_OK)
    fail_msg("%s", err.message);
}

orr_planner_def default_planner(bench *b) {
  orr_planner_def def;
  orr_record_default(&orr_planner_record, b->arena, &def);
  return def;
}

orr_objective make_objective(const bench *b, const orr_objective_def *def) {
  orr_objective objective;
  orr_error err = {0};
  assert_int_equal(orr_objective_create(def, &b->observer, &objective, &err), ORR_OK);
  return objective;
}

const orr_goal_rule *moderate_rule(void) {
  static const char *both[] = {"agent", "block"}, *block[] = {"block"};
  static const orr_goal_rule rule = {.name = "moderate",
                                     .position_bodies = {both, 2},
                                     .angle_bodies = {block, 1},
                                     .position = 20.0,
                                     .angle = ORR_PI / 9.0,
                                     .hold = 1};
  return &rule;
}

orr_env *new_env(const bench *b, uint64_t seed, uint32_t episode) {
  orr_env *env;
  orr_error err = {0};
  assert_int_equal(orr_env_create(b->scenario, &b->observer, &env, &err), ORR_OK);
  assert_int_equal(orr_env_reset(env, seed, episode, &err), ORR_OK);
  return env;
}

orr_pool *new_pool(size_t threads) {
  orr_pool *pool;
  assert_int_equal(orr_pool_create(threads, &pool, NULL), ORR_OK);
  return pool;
}

int main(void) {
  int failed = run_env_tests();
  failed += run_objective_tests();
  failed += run_planner_tests();
  failed += run_policy_tests();
  failed += run_others_tests();
  failed += run_model_tests();
  failed += run_collect_tests();
  failed += run_goal_tests();
  return failed != 0;
}
