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

static const char slide_text[] =
    "world:\n"
    "  space: {size: [6, 4]}\n"
    "  gravity: [0, -9.81]\n"
    "  dt: 0.01\n"
    "  substeps: 4\n"
    "  bodies:\n"
    "    - {name: ground, type: static, start: {position: [3, 1]},\n"
    "       shapes: [{geometry: {circle: {radius: 0.05}}, group: 1}]}\n"
    "    - {name: cart, mass: 1, start: {position: [3, 1]},\n"
    "       shapes: [{geometry: {box: {size: [0.4, 0.2]}}, group: 1}]}\n"
    "    - {name: pole, mass: 0.1, start: {position: [3, 1.5], angle: {uniform: [-0.1, 0.1]}},\n"
    "       shapes: [{geometry: {box: {size: [0.06, 1]}}, group: 1}]}\n"
    "  joints:\n"
    "    - {name: rail, type: slide, body_a: ground, body_b: cart}\n"
    "    - {name: hinge, type: pivot, body_a: cart, body_b: pole, anchor_b: [0, -0.5]}\n"
    "  actuators:\n"
    "    - {name: push, joint: rail, type: force, gain: 8, low: [-1], high: [1]}\n"
    "task:\n"
    "  goals:\n"
    "    - {joint: hinge, angle: 0}\n"
    "    - {joint: rail, offset: 0.3}\n";

static const char cart_3d_text[] =
    "world:\n"
    "  engine: mujoco\n"
    "  space: {dimensions: 3, size: [6, 2, 4]}\n"
    "  gravity: [0, 0, -9.81]\n"
    "  dt: 0.01\n"
    "  substeps: 4\n"
    "  bodies:\n"
    "    - {name: ground, type: static, start: {position: [3, 1, 1]},\n"
    "       shapes: [{geometry: {sphere: {radius: 0.02}}, group: 1}]}\n"
    "    - {name: cart, mass: 1, start: {position: [3, 1, 1]},\n"
    "       shapes: [{geometry: {box: {size: [0.4, 0.2, 0.2]}}, group: 1}]}\n"
    "    - {name: pole, mass: 0.1, start: {position: [3, 1, 1.5]},\n"
    "       shapes: [{geometry: {capsule: {radius: 0.03, length: 1}}, group: 1}]}\n"
    "  joints:\n"
    "    - {name: rail, type: slide, body_a: ground, body_b: cart}\n"
    "    - {name: hinge, type: pivot, axis: [0, 1, 0], body_a: cart, body_b: pole,\n"
    "       anchor_b: [0, 0, -0.5], start: {uniform: [-0.1, 0.1]}}\n"
    "  actuators:\n"
    "    - {name: push, joint: rail, type: force, gain: 8, low: [-1], high: [1]}\n"
    "task:\n"
    "  goals:\n"
    "    - {joint: hinge, angle: 0}\n"
    "    - {joint: rail, offset: 0.3}\n"
    "  success: {all: {of: [{balance: {body: pole, within: 6deg}},\n"
    "    {lift: {body: pole, height: 1.45}}, {reach: {body: cart, point: [3.3, 1, 1],\n"
    "      distance: 0.2}}]}}\n"
    "  hold: 25\n";

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

/* Demonstrations into a folder; all of them reach their goals. Opens those that are held out. */
static orr_dataset *demonstrate(const bench *b, const orr_collect_def *def, const char *folder) {
  orr_collect_result result;
  orr_error err = {0};
  orr_pool *pool = new_pool(2);
  orr_control control = {.pool = pool};
  orr_dataset *data;
  assert_int_equal(orr_folder_remove(folder, NULL), ORR_OK);
  if (orr_collect_run(b->scenario, &b->observer, def, "goals", "world: {}\n", BLOCK, folder,
                      &control, &result, &err) != ORR_OK)
    fail_msg("%s", err.message);
  orr_pool_destroy(pool);
  assert_int_equal(result.diverged, 0);
  assert_true(result.expert_success == 1.0);
  assert_int_equal(orr_dataset_open(folder, ORR_SPLIT_HELD_OUT, true, &data, &err), ORR_OK);
  assert_int_equal(orr_dataset_episodes(data), def->held_out);
  return data;
}

static void close_data(orr_dataset *data, const char *folder) {
  orr_dataset_close(data);
  assert_int_equal(orr_folder_remove(folder, NULL), ORR_OK);
}

/* A demonstration ends with the pole upright over the cart's place for as long as was asked. */
static void assert_balanced(const orr_episode_view *view, size_t cart, double place, size_t hinge,
                            size_t count) {
  assert_true(view->steps > 30);
  for (size_t t = view->steps - 30; t <= view->steps; t++) {
    const float *row = view->states + t * count;
    assert_true(fabs(orr_wrap_angle((double)row[hinge])) < 0.15);
    assert_true(fabs((double)row[cart] - place) < 0.2);
  }
}

static void an_expert_balances_a_pole(void **state) {
  (void)state;
  bench b;
  open_text(&b, cart_text);
  assert_int_equal(b.observer.space.count, COUNT);
  orr_collect_def def = def_of(&b);
  orr_dataset *data = demonstrate(&b, &def, "goals-cart");
  for (size_t i = 0; i < 2; i++) {
    orr_episode_view view = orr_dataset_episode(data, i);
    assert_balanced(&view, CART, 3.0, HINGE, COUNT);
  }
  close_data(data, "goals-cart");
  close_bench(&b);
}

/* Joints alone: a force on a slide, whose bodies no goal is about. */
static void an_expert_pushes_a_slide(void **state) {
  (void)state;
  bench b;
  open_text(&b, slide_text);
  enum { RAIL = 12, POLE = 14, NUMBERS = 16 };
  assert_int_equal(b.observer.space.count, NUMBERS);
  orr_collect_def def = def_of(&b);
  def.steps = 150, def.expert.horizon = 15;
  orr_dataset *data = demonstrate(&b, &def, "goals-slide");
  for (size_t i = 0; i < 2; i++) {
    orr_episode_view view = orr_dataset_episode(data, i);
    assert_balanced(&view, RAIL, 0.3, POLE, NUMBERS);
  }
  close_data(data, "goals-slide");
  close_bench(&b);
}

/* The same in 3D; the task, about bodies, agrees with the rule, which is about joints. */
static void an_expert_balances_in_three_dimensions(void **state) {
  (void)state;
  bench b;
  open_text(&b, cart_3d_text);
  enum { RAIL = 28, POLE = 30, NUMBERS = 32 };
  assert_int_equal(b.observer.space.count, NUMBERS);
  orr_collect_def def = def_of(&b);
  def.experts = 2, def.held_out = 2, def.steps = 150, def.expert.horizon = 15;
  orr_dataset *data = demonstrate(&b, &def, "goals-3d");
  for (size_t i = 0; i < 2; i++) {
    orr_episode_view view = orr_dataset_episode(data, i);
    assert_balanced(&view, RAIL, 0.3, POLE, NUMBERS);
    assert_int_equal(view.success[view.steps], 1);
  }
  close_data(data, "goals-3d");
  close_bench(&b);
}

/* No goal in the file and nothing free: the disc itself goes to where another episode starts. */
static void an_actuated_body_goes_to_drawn_places(void **state) {
  (void)state;
  bench b;
  open_reacher(&b);
  orr_collect_def def = def_of(&b);
  def.reached.position = 8.0, def.reached.hold = 2;
  def.expert.horizon = 5, def.expert.objective.position = 20.0;
  orr_dataset *data = demonstrate(&b, &def, "goals-disc");
  float first[2] = {0, 0};
  for (size_t i = 0; i < 2; i++) {
    orr_episode_view view = orr_dataset_episode(data, i);
    const float *start = view.states, *end = view.states + view.steps * 6;
    assert_true(hypot((double)(end[0] - start[0]), (double)(end[1] - start[1])) > 20.0);
    double apart = i ? hypot((double)(end[0] - first[0]), (double)(end[1] - first[1])) : 99.0;
    assert_true(apart > 20.0);
    memcpy(first, end, sizeof first);
  }
  close_data(data, "goals-disc");
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

/* What is observed decides: height joins distance and gap. */
static void heights_count_in_three_dimensions(void **state) {
  (void)state;
  static orr_scenario scenario = {.body_count = 2, .stride = ORR_BODY_STATE_3D};
  static orr_observer observer = {.scenario = &scenario};
  static const orr_quantity seen_quantities[] = {ORR_QUANTITY_X, ORR_QUANTITY_Y, ORR_QUANTITY_Z};
  orr_space *space = &observer.space;
  space->body_count = 2, space->count = 6;
  for (int i = 0; i < 6; i++) {
    space->fields[i].body = i / 3;
    space->fields[i].quantity = seen_quantities[i % 3];
  }
  strcpy(space->bodies[0].name, "finger");
  strcpy(space->bodies[1].name, "cube");
  space->bodies[0].role = ORR_ROLE_ACTUATED, space->bodies[1].role = ORR_ROLE_FREE;
  space->bodies[0].radius = space->bodies[1].radius = 1.0;
  orr_objective_def def = {.position = 2.0, .angle = 1.0, .approach = 0.5};
  orr_objective objective;
  assert_int_equal(orr_objective_create(&def, &observer, &objective, NULL), ORR_OK);
  float goal[6] = {0, 0, 2, 0, 0, 0}, seen[6] = {0, 0, 2, 0, 0, 0}; /* they touch */
  assert_float_equal(orr_objective_cost(&objective, seen, goal), 0.0, 0.0);
  seen[5] = -4.0f; /* the cube fell: 16 / 4, and a gap of 4 */
  assert_float_equal(orr_objective_cost(&objective, seen, goal), 4.0 + 0.5 * 4.0, 1e-9);
  seen[5] = 0.0f, seen[2] = 0.0f; /* within each other */
  assert_float_equal(orr_objective_cost(&objective, seen, goal), 0.05, 1e-9);
}

int run_goal_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_expert_balances_a_pole),
      cmocka_unit_test(an_expert_pushes_a_slide),
      cmocka_unit_test(an_expert_balances_in_three_dimensions),
      cmocka_unit_test(an_actuated_body_goes_to_drawn_places),
      cmocka_unit_test(heights_count_in_three_dimensions),
      cmocka_unit_test(who_counts_by_itself),
  };
  return cmocka_run_group_tests_name("goals", tests, NULL, NULL);
}
