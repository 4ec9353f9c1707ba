/* World models as dynamics: one of each family, trained for three steps on a tiny collection. */
#include "agents_test.h"

#include "agents/policy.h"
#include "base/file.h"
#include "worldmodel/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 5, PLANS = 150, FLOATS = 3 * BLOCK * 2 };

typedef struct lab {
  bench b;
  char folder[128];
  orr_model *models[5]; /* by family: state, jepa, inverse, none, reach */
  orr_env *env;
  float plans[PLANS * FLOATS];
} lab;

static void must(orr_status status, const orr_error *err) {
  if (status != ORR_OK) fail_msg("%s", err->message);
}

static orr_model *train(lab *l, const orr_dataset *data, int family) {
  orr_model_def model;
  orr_train_def def;
  char folder[200], path[256];
  orr_error err = {0};
  orr_model *out;
  orr_record_default(&orr_model_record, l->b.arena, &model);
  orr_record_default(&orr_train_record, l->b.arena, &def);
  model.family = family;
  model.hidden = 32, model.layers = 1, model.latent = 16, model.horizon = 2;
  def.steps = 3, def.batch = 64, def.warmup = 1;
  snprintf(folder, sizeof folder, "%s/model-%d", l->folder, family);
  must(orr_folder_make(folder, &err), &err);
  orr_train_setup setup = {.model = &model, .train = &def, .data = data, .folder = folder};
  orr_train_result result;
  must(orr_train_run(&setup, NULL, &result, &err), &err);
  orr_path_join(path, sizeof path, folder, "model.safetensors");
  must(orr_model_load(path, &out, &err), &err);
  return out;
}

static int set_up(void **state) {
  lab *l = orr_alloc(1, sizeof *l);
  orr_error err = {0};
  orr_collect_def def;
  orr_collect_result result;
  orr_dataset *data;
  open_push_t(&l->b);
  snprintf(l->folder, sizeof l->folder, "agents-model-%d", (int)getpid());
  orr_record_default(&orr_collect_record, l->b.arena, &def);
  def.experts = def.held_out = 0, def.weak = 8, def.weak_steps = 30;
  must(orr_collect_run(l->b.scenario, &l->b.observer, &def, "push_t", "world: {}\n", BLOCK,
                       l->folder, NULL, &result, &err),
       &err);
  must(orr_dataset_open(l->folder, ORR_SPLIT_TRAIN, true, &data, &err), &err);
  for (int family = 0; family < 5; family++)
    if (family != ORR_FAMILY_CLONING) l->models[family] = train(l, data, family);
  orr_dataset_close(data);
  double goal[12];
  l->env = new_env(&l->b, 6, 1);
  orr_world_state(orr_env_look(l->env), goal);
  goal[6] += 30.0, goal[8] -= 0.4;
  orr_env_set_goal(l->env, moderate_rule(), goal);
  orr_random random = orr_random_at(2, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (size_t i = 0; i < PLANS * FLOATS; i++)
    l->plans[i] = (float)orr_random_uniform(&random, -1.0, 1.0);
  *state = l;
  return 0;
}

static int tear_down(void **state) {
  lab *l = *state;
  orr_env_destroy(l->env);
  for (int family = 0; family < 5; family++) orr_model_destroy(l->models[family]);
  orr_folder_remove(l->folder, NULL);
  close_bench(&l->b);
  orr_free(l);
  return 0;
}

static orr_dynamics *dynamics_of(lab *l, int family, int kind, size_t lanes) {
  orr_planner_def def = default_planner(&l->b);
  def.objective.kind = kind;
  orr_objective objective = make_objective(&l->b, &def.objective);
  objective.head = l->models[ORR_FAMILY_REACH];
  orr_dynamics *out;
  orr_error err = {0};
  must(orr_dynamics_model(l->models[family], l->b.scenario, &l->b.observer, &objective, lanes, &out,
                          &err),
       &err);
  must(orr_dynamics_begin(out, l->env, &err), &err);
  assert_int_equal(orr_dynamics_block(out), BLOCK);
  return out;
}

/* A policy asks its network once a block and counts the blocks down: 12 steps are 3 blocks, of
 * which it knows 2, then 2, then 1 and 1 for ever. */
static void a_network_acts_block_by_block(void **state) {
  lab *l = *state;
  static const float ahead[] = {2, 2, 1, 1, 1};
  const orr_model *model = l->models[ORR_FAMILY_INVERSE];
  orr_policy *policy;
  orr_model_worker *worker;
  orr_error err = {0};
  must(orr_policy_network(model, &l->b.observer, 12, &policy, &err), &err);
  must(orr_model_worker_create(model, &worker, &err), &err);
  orr_env *env = new_env(&l->b, 6, 1);
  double far[12];
  orr_world_state(orr_env_look(env), far);
  far[0] += 4000.0; /* out of all reach: wild actions, to be clipped */
  orr_env_set_goal(env, moderate_rule(), far);
  float seen[ORR_MAX_FIELDS], goal[ORR_MAX_FIELDS], block[2 * BLOCK], action[2];
  orr_env_goal(env, goal);
  for (int round = 0; round < 2; round++) { /* a reset starts the count again */
    orr_policy_reset(policy, 1, 0);
    for (int i = 0; i < 25; i++) {
      if (i % BLOCK == 0) {
        orr_env_observe(env, seen);
        orr_model_act(worker, seen, goal, &ahead[i / BLOCK], 1, block);
      }
      must(orr_policy_act(policy, env, action, &err), &err);
      assert_true((orr_policy_last_plan_seconds(policy) >= 0.0) == (i % BLOCK == 0));
      for (int k = 0; k < 2; k++) {
        assert_true(action[k] == fminf(1.0f, fmaxf(-1.0f, block[i % BLOCK * 2 + k])));
      }
      orr_env_step(env, action);
    }
  }
  orr_env_destroy(env);
  orr_model_worker_destroy(worker);
  orr_policy_destroy(policy);
}

static void policies_and_models_are_not_confused(void **state) {
  lab *l = *state;
  orr_planner_def def = default_planner(&l->b);
  orr_objective objective = make_objective(&l->b, &def.objective);
  orr_policy *policy;
  orr_dynamics *dynamics;
  orr_error err = {0};
  const orr_model *inverse = l->models[ORR_FAMILY_INVERSE], *world = l->models[ORR_FAMILY_STATE];
  assert_int_equal(orr_policy_network(world, &l->b.observer, 12, &policy, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "is a world model"));
  assert_int_equal(
      orr_dynamics_model(inverse, l->b.scenario, &l->b.observer, &objective, 1, &dynamics, &err),
      ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "is a policy"));
  const orr_model *reach = l->models[ORR_FAMILY_REACH];
  assert_int_equal(orr_policy_network(reach, &l->b.observer, 12, &policy, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "is a distance"));
  assert_int_equal(
      orr_dynamics_model(reach, l->b.scenario, &l->b.observer, &objective, 1, &dynamics, &err),
      ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "is a distance"));
}

/* 150 plans at once on two threads, in cuts of 7, and one by one. */
static void tiles_and_threads_do_not_change_costs(void **state) {
  lab *l = *state;
  for (int family = 0; family < 2; family++)
    for (int kind = 0; kind < 3; kind++) {
      double whole[PLANS], cut[PLANS], one;
      orr_pool *pool = new_pool(2);
      orr_dynamics *dynamics = dynamics_of(l, family, kind, 2);
      orr_dynamics_roll(dynamics, pool, l->plans, PLANS, 3, whole);
      for (size_t i = 0; i < PLANS; i += 7)
        orr_dynamics_roll(dynamics, NULL, l->plans + i * FLOATS, PLANS - i < 7 ? PLANS - i : 7, 3,
                          cut + i);
      assert_memory_equal(whole, cut, sizeof whole);
      orr_dynamics_roll(dynamics, NULL, l->plans + 99 * FLOATS, 1, 3, &one);
      assert_true(one == whole[99] && whole[99] != whole[98] && isfinite(one));
      orr_dynamics_destroy(dynamics);
      orr_pool_destroy(pool);
    }
}

/* Of family state the cost, at block ends, is that of the observations it imagines. Scored at every
 * step, where there are more points to choose from, the best is no worse. */
static void costs_are_those_of_what_is_imagined(void **state) {
  lab *l = *state;
  orr_planner_def def = default_planner(&l->b);
  def.objective.points = ORR_POINTS_STEPS;
  orr_objective objective = make_objective(&l->b, &def.objective);
  orr_dynamics *dynamics = dynamics_of(l, ORR_FAMILY_STATE, ORR_OBJECTIVE_GOAL, 1), *fine;
  must(orr_dynamics_model(l->models[ORR_FAMILY_STATE], l->b.scenario, &l->b.observer, &objective, 1,
                          &fine, NULL),
       NULL);
  must(orr_dynamics_begin(fine, l->env, NULL), NULL);
  float seen[3 * 12], goal[12];
  double cost, best, points[3];
  assert_true(orr_dynamics_imagine(dynamics, l->plans, 3, seen));
  orr_env_goal(l->env, goal);
  for (int h = 0; h < 3; h++) points[h] = orr_objective_cost(&objective, seen + 12 * h, goal);
  orr_dynamics_roll(dynamics, NULL, l->plans, 1, 3, &cost);
  assert_true(cost == orr_objective_aggregate(&objective, points, 3, 1));
  orr_dynamics_roll(fine, NULL, l->plans, 1, 3, &best);
  assert_true(best <= cost);
  orr_dynamics_destroy(fine);
  orr_dynamics_destroy(dynamics);
}

static void planner_goes_through_models(void **state) {
  lab *l = *state;
  for (int kind = ORR_PLANNER_CEM; kind <= ORR_PLANNER_ICEM; kind++) {
    float plans[2][5 * BLOCK * 2];
    for (size_t lanes = 1; lanes <= 2; lanes++) {
      orr_planner_def def = default_planner(&l->b);
      def.kind = kind, def.samples = 140;
      orr_dynamics *dynamics = dynamics_of(l, ORR_FAMILY_JEPA, ORR_OBJECTIVE_LATENT, lanes);
      orr_planner *planner;
      orr_pool *pool = lanes > 1 ? new_pool(lanes) : NULL;
      must(orr_planner_create(&def, &l->b.scenario->action, BLOCK, &planner, NULL), NULL);
      orr_planner_reset(planner, 3, 3);
      memcpy(plans[lanes - 1], orr_planner_plan(planner, dynamics, pool, NULL), sizeof plans[0]);
      orr_planner_destroy(planner);
      orr_dynamics_destroy(dynamics);
      orr_pool_destroy(pool);
    }
    assert_memory_equal(plans[0], plans[1], sizeof plans[0]);
  }
}

/* True futures, judged by the model's distance: what metric regret needs. */
static void simulator_can_be_judged_by_latents(void **state) {
  lab *l = *state;
  orr_planner_def def = default_planner(&l->b);
  def.objective.kind = ORR_OBJECTIVE_LATENT;
  def.objective.aggregate = ORR_AGGREGATE_FINAL;
  orr_objective objective = make_objective(&l->b, &def.objective);
  orr_dynamics *dynamics;
  orr_error err = {0};
  assert_int_equal(orr_dynamics_simulator(l->b.scenario, &l->b.observer, &objective, NULL, BLOCK, 1,
                                          &dynamics, &err),
                   ORR_ERR_CONFIG);
  const orr_model *model = l->models[ORR_FAMILY_JEPA];
  must(orr_dynamics_simulator(l->b.scenario, &l->b.observer, &objective, model, BLOCK, 1, &dynamics,
                              &err),
       &err);
  must(orr_dynamics_begin(dynamics, l->env, &err), &err);
  double cost;
  float seen[3 * 12], goal[12], latents[2][16], distance;
  assert_int_equal(orr_model_latent(model), 16);
  orr_dynamics_roll(dynamics, NULL, l->plans, 1, 3, &cost);
  assert_true(orr_dynamics_imagine(dynamics, l->plans, 3, seen));
  orr_env_goal(l->env, goal);
  orr_model_worker *worker;
  must(orr_model_worker_create(model, &worker, &err), &err);
  orr_model_encode(worker, seen + 24, 1, latents[0]);
  orr_model_encode(worker, goal, 1, latents[1]);
  orr_model_distance(worker, latents[0], latents[1], 1, &distance);
  assert_true(cost == (double)distance && cost > 0.0);
  orr_model_worker_destroy(worker);
  orr_dynamics_destroy(dynamics);
}

/* What the network says of the last point, of true futures as of imagined ones. */
static void check_reach(lab *l, orr_dynamics *dynamics, double *cost) {
  float seen[3 * 12], goal[12], blocks;
  orr_model_worker *worker;
  orr_error err = {0};
  must(orr_model_worker_create(l->models[ORR_FAMILY_REACH], &worker, &err), &err);
  must(orr_dynamics_begin(dynamics, l->env, &err), &err);
  orr_dynamics_roll(dynamics, NULL, l->plans, 1, 3, cost);
  assert_true(orr_dynamics_imagine(dynamics, l->plans, 3, seen));
  orr_env_goal(l->env, goal);
  orr_model_reach(worker, seen + 24, goal, 0, 1, &blocks);
  assert_true(*cost == (double)blocks);
  orr_model_worker_destroy(worker);
  orr_dynamics_destroy(dynamics);
}

static void a_network_says_how_far_the_goal_is(void **state) {
  lab *l = *state;
  orr_planner_def def = default_planner(&l->b);
  def.objective.kind = ORR_OBJECTIVE_REACH;
  def.objective.aggregate = ORR_AGGREGATE_FINAL;
  orr_objective objective = make_objective(&l->b, &def.objective);
  const orr_observer *observer = &l->b.observer;
  const orr_model *model = l->models[ORR_FAMILY_STATE];
  orr_dynamics *dynamics;
  orr_error err = {0};
  double costs[2];
  assert_int_equal(
      orr_dynamics_model(model, l->b.scenario, observer, &objective, 1, &dynamics, &err),
      ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "there is none here"));
  objective.head = model;
  assert_int_equal(
      orr_dynamics_simulator(l->b.scenario, observer, &objective, NULL, BLOCK, 1, &dynamics, &err),
      ORR_ERR_MISMATCH);
  objective.head = l->models[ORR_FAMILY_REACH];
  must(orr_dynamics_model(model, l->b.scenario, observer, &objective, 1, &dynamics, &err), &err);
  check_reach(l, dynamics, &costs[0]);
  must(orr_dynamics_simulator(l->b.scenario, observer, &objective, NULL, BLOCK, 1, &dynamics, &err),
       &err);
  check_reach(l, dynamics, &costs[1]);
  assert_true(costs[0] != costs[1]);
}

static void models_of_another_interface_are_refused(void **state) {
  lab *l = *state;
  const char *names[] = {"agent.x", "agent.y", "block.x", "block.y", "block.angle"};
  orr_observe_def observe = {{names, 5}, NULL};
  orr_observer other;
  orr_error err = {0};
  must(orr_observer_create(l->b.scenario, &observe, &other, &err), &err);
  orr_planner_def def = default_planner(&l->b);
  orr_objective objective;
  must(orr_objective_create(&def.objective, &other, &objective, &err), &err);
  orr_dynamics *dynamics;
  assert_int_equal(
      orr_dynamics_model(l->models[0], l->b.scenario, &other, &objective, 1, &dynamics, &err),
      ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "observation has 12 numbers, here 5"));
  assert_null(dynamics);
  orr_pixels_def pixels; /* the same numbers, and pictures beside them */
  orr_record_default(&orr_pixels_record, l->b.arena, &pixels);
  observe = (orr_observe_def){{NULL, 0}, &pixels};
  must(orr_observer_create(l->b.scenario, &observe, &other, &err), &err);
  must(orr_objective_create(&def.objective, &other, &objective, &err), &err);
  assert_int_equal(
      orr_dynamics_model(l->models[0], l->b.scenario, &other, &objective, 1, &dynamics, &err),
      ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "here pixels of 64 x 64"));
}

int run_model_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_network_acts_block_by_block),
      cmocka_unit_test(policies_and_models_are_not_confused),
      cmocka_unit_test(tiles_and_threads_do_not_change_costs),
      cmocka_unit_test(costs_are_those_of_what_is_imagined),
      cmocka_unit_test(planner_goes_through_models),
      cmocka_unit_test(simulator_can_be_judged_by_latents),
      cmocka_unit_test(a_network_says_how_far_the_goal_is),
      cmocka_unit_test(models_of_another_interface_are_refused),
  };
  return cmocka_run_group_tests_name("models", tests, set_up, tear_down);
}
