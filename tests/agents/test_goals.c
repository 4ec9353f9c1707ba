/* Goals of joints and of actuated bodies: a pole that an expert keeps upright. */
#include "agents_test.h"

#include "base/file.h"
#include "base/maths.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char cart_text[] =
    "world:\n"
    "  space: {size: [6, 4]}\n"
    "  gravity: [0, -9.81]\n"
    "  dt: 0.01\n"
    "  substeps: 4\n"
    "  bodies:\n"
    "    - {name: cart, type: kinematic, start: {position: [3, 1]},\n"
    "       shapes: [{geometry: {box: {size: [0.4, 0.2]}}, group: 1}]}\n"
    "    - {name: pole, mass: 0.1, start: {position: [3, 1.5], angle: {uniform: [-0.1, 0.1]}},\n"
    "       shapes: [{geometry: {box: {size: [0.06, 1]}}, group: 1}]}\n"
    "  joints:\n"
    "    - {name: hinge, type: pivot, body_a: cart, body_b: pole, anchor_b: [0, -0.5]}\n"
    "  actuators:\n"
    "    - {name: push, body: cart, axes: x, kp: 100, kv: 20, meaning: relative, scale: 0.5,\n"
    "       low: [-1], high: [1]}\n"
    "task:\n"
    "  goals:\n"
    "    - {joint: hinge, angle: 0}\n"
    "    - {body: cart, position: [3, 1]}\n"
    "  success: {balance: {joint: hinge, within: 5deg}}\n"
    "  hold: 20\n";

/* Fields of its observation, which is its whole state. */
enum { CART = 0, HINGE = 12, COUNT = 14, BLOCK = 2 };

static orr_collect_def def_of(bench *b) {
  orr_collect_def def;
  orr_record_default(&orr_collect_record, b->arena, &def);
  def.seed = 3;
  def.experts = 4, def.held_out = 2, def.steps = 100, def.linger = 4;
  def.weak = 0, def.random = 2, def.random_steps = 40;
  def.replay.count = 1;
  def.random_goals = 0.0;
  def.reached.position = 0.15, def.reached.angle = 0.1, def.reached.hold = 30;
  def.expert.samples = 48, def.expert.iterations = 3, def.expert.elites = 6;
  def.expert.horizon = 10, def.expert.hold = 1;
  def.expert.objective = (orr_objective_def){.kind = ORR_OBJECTIVE_GOAL,
                                             .aggregate = ORR_AGGREGATE_SUM,
                                             .points = ORR_POINTS_STEPS,
                                             .position = 0.5,
                                             .angle = ORR_PI / 18.0};
  return def;
}

/* A demonstration ends with the pole upright over the cart's place for as long as was asked. */
static void assert_balanced(const orr_episode_view *view) {
  assert_true(view->steps > 30);
  for (size_t t = view->steps - 30; t <= view->steps; t++) {
    const float *row = view->states + t * COUNT;
    assert_true(fabs(orr_wrap_angle((double)row[HINGE])) < 0.15);
    assert_true(fabs((double)row[CART] - 3.0) < 0.2);
  }
}

static void an_expert_balances_a_pole(void **state) {
  (void)state;
  bench b;
  open_text(&b, cart_text);
  assert_int_equal(b.observer.space.count, COUNT);
  orr_collect_def def = def_of(&b);
  orr_collect_result result;
  orr_error err = {0};
  orr_pool *pool = new_pool(2);
  orr_control control = {.pool = pool};
  char folder[64];
  snprintf(folder, sizeof folder, "goals-%d", (int)getpid());
  assert_int_equal(orr_folder_remove(folder, NULL), ORR_OK);
  if (orr_collect_run(b.scenario, &b.observer, &def, "cart", "world: {}\n", BLOCK, folder, &control,
                      &result, &err) != ORR_OK)
    fail_msg("%s", err.message);
  printf("%g %lld\n", result.expert_success, (long long)result.episodes);
  assert_int_equal(result.diverged, 0);
  assert_true(result.expert_success == 1.0);
  orr_dataset *data;
  assert_int_equal(orr_dataset_open(folder, ORR_SPLIT_HELD_OUT, true, &data, &err), ORR_OK);
  assert_int_equal(orr_dataset_episodes(data), 2);
  for (size_t i = 0; i < 2; i++) {
    orr_episode_view view = orr_dataset_episode(data, i);
    assert_balanced(&view);
  }
  orr_dataset_close(data);
  orr_pool_destroy(pool);
  assert_int_equal(orr_folder_remove(folder, NULL), ORR_OK);
  close_bench(&b);
}

/* Without a goal of the task that names it an actuated body hardly counts beside a free one. */
static void who_counts_by_itself(void **state) {
  (void)state;
  bench b;
  float seen[COUNT] = {0}, goal[COUNT] = {0};
  char text[sizeof cart_text];
  open_text(&b, cart_text);
  orr_objective_def def = def_of(&b).expert.objective;
  orr_objective objective = make_objective(&b, &def);
  seen[CART] = 0.5f;
  assert_float_equal(orr_objective_cost(&objective, seen, goal), 1.0, 1e-12);
  seen[CART] = 0.0f, seen[HINGE] = (float)(ORR_PI / 9.0 + 2.0 * ORR_PI);
  assert_float_equal(orr_objective_cost(&objective, seen, goal), 4.0, 1e-5);
  close_bench(&b);
  snprintf(text, sizeof text, "%.*s", (int)(strstr(cart_text, "task:") - cart_text), cart_text);
  open_text(&b, text);
  objective = make_objective(&b, &def);
  seen[CART] = 0.5f, seen[HINGE] = 0.0f;
  assert_float_equal(orr_objective_cost(&objective, seen, goal), 0.05, 1e-12);
  orr_body_weight weight = {"hinge", 3.0};
  def.weights = (orr_list){&weight, 1};
  objective = make_objective(&b, &def);
  seen[CART] = 0.0f, seen[HINGE] = (float)(ORR_PI / 18.0);
  assert_float_equal(orr_objective_cost(&objective, seen, goal), 3.0, 1e-5);
  close_bench(&b);
}

int run_goal_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_expert_balances_a_pole),
      cmocka_unit_test(who_counts_by_itself),
  };
  return cmocka_run_group_tests_name("goals", tests, NULL, NULL);
}
