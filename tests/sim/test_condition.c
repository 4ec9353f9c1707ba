/* Conditions, rewards and goals of tasks: each at its border, one number a term. */
#include "sim_test.h"

#include "base/maths.h"
#include "sim/goal.h"
#include "sim/parts.h"

#include <string.h>

/* No gravity: what rests stays where it is put, to the bit. */
static const char world_text[] =
    "world:\n"
    "  space: {size: [20, 20], y: %s}\n"
    "  gravity: [0, 0]\n"
    "  dt: 0.01\n"
    "  substeps: 1\n"
    "  bodies:\n"
    "    - {name: ground, type: static, shapes: [{geometry: {box: {size: [20, 1]}}}]}\n"
    "    - {name: hand, type: kinematic, start: {position: [18, 18]},\n"
    "       shapes: [{geometry: {circle: {radius: 0.5}}}]}\n"
    "    - {name: disc, mass: 2, centre_of_mass: [0, 1], start: {position: [3, 4]},\n"
    "       shapes: [{geometry: {circle: {radius: 0.5}}}]}\n"
    "    - {name: pole, mass: 1, start: {position: [10, 6]},\n"
    "       shapes: [{geometry: {circle: {radius: 0.1}}}]}\n"
    "  joints:\n"
    "    - {name: hinge, type: pivot, body_a: ground, body_b: pole, anchor_a: [10, 5],\n"
    "       anchor_b: [0, -1]}\n"
    "    - {name: rope, type: distance, body_a: pole, body_b: disc, limits: [0, 90]}\n"
    "  actuators:\n"
    "    - {name: push, body: hand, meaning: relative, scale: 1, low: [-9, -9], high: [9, 9]}\n"
    "task:\n"
    "  success: %s\n"
    "%s";

enum { DISC = 6, POLE = 12, NUMBERS = 20 };

static orr_world *open_world(const char *y, const char *success, const char *more,
                             orr_scenario **scenario) {
  char text[4096];
  orr_error err = {0};
  int length = snprintf(text, sizeof text, world_text, y, success, more);
  assert_true(length < (int)sizeof text);
  *scenario = parse_scenario(text, &err);
  if (!*scenario) fail_msg("%s: %s", success, err.message);
  assert_int_equal((*scenario)->state.count, NUMBERS);
  return new_world(*scenario);
}

static void put(double *state, double x, double y, double angle) {
  const double start[NUMBERS] = {18, 18, 0, 0, 0, 0, x, y, angle, 0, 0, 0, 10, 6};
  memcpy(state, start, sizeof start);
}

/* One control step from a state in which nothing moves by itself. */
static bool holds_up(const char *y, const char *success, const double *state) {
  orr_scenario *scenario;
  orr_world *world = open_world(y, success, "", &scenario);
  const float rest[2] = {0, 0};
  assert_int_equal(orr_world_reset_to(world, state, NULL), ORR_OK);
  bool there = orr_world_step(world, rest) == ORR_TERMINATED;
  assert_true(orr_world_reward(world) == (there ? 1.0 : 0.0));
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
  return there;
}

static bool holds(const char *success, double x, double y, double angle) {
  double state[NUMBERS];
  put(state, x, y, angle);
  return holds_up("up", success, state);
}

static void reach_is_a_distance(void **context) {
  (void)context;
  assert_true(holds("{reach: {body: disc, point: [0, 0], distance: 5}}", 3, 4, 0));
  assert_false(holds("{reach: {body: disc, point: [0, 0], distance: 4.9999}}", 3, 4, 0));
  assert_true(holds("{reach: {body: disc, to: hand, point: [-12, -10], distance: 5}}", 3, 4, 0));
  assert_false(
      holds("{reach: {body: disc, to: hand, point: [-12, -10], distance: 4.9999}}", 3, 4, 0));
}

static void inside_looks_at_the_centre_of_mass(void **context) {
  (void)context;
  const char *box = "{inside: {body: disc, region: {box: {low: [2, 4], high: [3, 5]}}}}";
  const char *ball = "{inside: {body: disc, region: {ball: {centre: [0, 5], radius: 3}}}}";
  assert_true(holds(box, 3, 4, 0)); /* the centre of mass is at (3, 5) */
  assert_false(holds(box, 3, 4.001, 0));
  assert_false(holds(box, 3.001, 4, 0));
  assert_false(holds(box, 3, 4, ORR_PI)); /* at (3, 3) */
  assert_true(holds(ball, 3, 4, 0));
  assert_false(holds(ball, 3.001, 4, 0));
}

static void lift_follows_the_sense_of_y(void **context) {
  (void)context;
  double state[NUMBERS];
  put(state, 3, 4, 0);
  assert_true(holds_up("up", "{lift: {body: disc, height: 4}}", state));
  assert_false(holds_up("up", "{lift: {body: disc, height: 4.001}}", state));
  assert_true(holds_up("down", "{lift: {body: disc, height: 4}}", state));
  assert_false(holds_up("down", "{lift: {body: disc, height: 3.999}}", state));
}

/* The pole turned by `angle` about its pivot. */
static void lean(double *state, double angle, double omega) {
  put(state, 3, 4, 0);
  double pole[6] = {10 - sin(angle),     5 + cos(angle),      angle,
                    -cos(angle) * omega, -sin(angle) * omega, omega};
  memcpy(state + POLE, pole, sizeof pole);
}

static void balance_is_of_a_pivot_or_a_body(void **context) {
  (void)context;
  double state[NUMBERS];
  lean(state, 0.25, 0);
  assert_true(holds_up("up", "{balance: {joint: hinge, within: 0.26}}", state));
  assert_false(holds_up("up", "{balance: {joint: hinge, within: 0.24}}", state));
  assert_true(holds_up("up", "{balance: {body: pole, within: 0.251}}", state));
  assert_true(holds_up("up", "{balance: {body: pole, angle: 0.5, within: 0.251}}", state));
  lean(state, 0.25 + 2 * ORR_PI, 0);
  assert_true(holds_up("up", "{balance: {joint: hinge, within: 0.26}}", state));
  lean(state, 0, 0.5);
  assert_true(holds_up("up", "{balance: {joint: hinge, within: 0.1, rate: 0.51}}", state));
  assert_false(holds_up("up", "{balance: {joint: hinge, within: 0.1, rate: 0.49}}", state));
}

static void rest_is_slow_enough(void **context) {
  (void)context;
  double state[NUMBERS];
  put(state, 3, 4, 0);
  assert_true(holds_up("up", "{rest: {speed: 0}}", state));
  state[DISC + 3] = 0.5; /* through the air: nothing slows it */
  assert_true(holds_up("up", "{rest: {bodies: [disc], speed: 0.5}}", state));
  assert_false(holds_up("up", "{rest: {speed: 0.4999}}", state));
  assert_true(holds_up("up", "{rest: {bodies: [hand, pole], speed: 0}}", state));
  state[DISC + 3] = 0, state[DISC + 5] = 0.25;
  assert_false(holds_up("up", "{rest: {bodies: [disc], speed: 1, omega: 0.2}}", state));
  assert_true(holds_up("up", "{rest: {bodies: [disc], speed: 1, omega: 0.3}}", state));
}

static void contact_is_of_two_bodies_or_of_any(void **context) {
  (void)context;
  assert_true(holds("{contact: {body: disc, other: ground}}", 3, 0.99, 0));
  assert_true(holds("{contact: {body: ground, other: disc}}", 3, 0.99, 0));
  assert_true(holds("{contact: {body: disc}}", 3, 0.99, 0));
  assert_false(holds("{contact: {body: disc, other: hand}}", 3, 0.99, 0));
  assert_false(holds("{contact: {body: disc}}", 3, 1.01, 0));
}

static void conditions_nest(void **context) {
  (void)context;
#define NEAR "{reach: {body: disc, point: [3, 4], distance: 1}}"
#define FAR  "{reach: {body: disc, point: [9, 9], distance: 1}}"
  assert_true(holds("{all: {of: [" NEAR ", {rest: {speed: 0}}]}}", 3, 4, 0));
  assert_false(holds("{all: {of: [" NEAR ", " FAR "]}}", 3, 4, 0));
  assert_true(holds("{any: {of: [" FAR ", " NEAR "]}}", 3, 4, 0));
  assert_false(holds("{any: {of: [" FAR ", " FAR "]}}", 3, 4, 0));
  assert_true(holds("{not: {of: " FAR "}}", 3, 4, 0));
  assert_false(holds("{not: {of: " NEAR "}}", 3, 4, 0));
  const char *deep = "{all: {of: [{not: {of: {all: {of: [" NEAR ", " FAR "]}}}}, {any: {of: [" FAR
                     ", {not: {of: {not: {of: " NEAR "}}}}]}}]}}";
  assert_true(holds(deep, 3, 4, 0));
  assert_false(holds(deep, 6, 6, 0));
}

/* Of a body that is gone nothing holds; the steps of a hold follow each other. */
static void removed_bodies_and_holds(void **context) {
  (void)context;
  orr_scenario *scenario;
  orr_world *world = open_world("up", NEAR, "  hold: 3\n", &scenario);
  const float rest[2] = {0, 0};
  const orr_intervention away = {ORR_INTERVENE_MOVE, 1, {9, 9, 0}},
                         home = {ORR_INTERVENE_MOVE, 1, {3, 4, 0}},
                         remove = {ORR_INTERVENE_REMOVE, 1, {0}};
  assert_int_equal(orr_world_reset(world, 1, 0, NULL), ORR_OK);
  for (int i = 0; i < 2; i++) assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_int_equal(orr_world_intervene(world, &away, NULL), ORR_OK);
  assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_int_equal(orr_world_intervene(world, &home, NULL), ORR_OK);
  for (int i = 0; i < 2; i++) assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_int_equal(orr_world_intervene(world, &remove, NULL), ORR_OK);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
    assert_true(orr_world_reward(world) == 0.0);
  }
  assert_int_equal(orr_world_reset(world, 1, 0, NULL), ORR_OK);
  for (int i = 0; i < 2; i++) assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_int_equal(orr_world_step(world, rest), ORR_TERMINATED);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* Reward of one step that applies `action` from `state`, with one term of weight 3. */
static double reward_of(const char *term, const double *state, const float *action) {
  char more[1024];
  orr_scenario *scenario;
  snprintf(more, sizeof more,
           "  goals:\n"
           "    - {body: disc, position: [0, 8], angle: 1}\n"
           "    - {joint: hinge, angle: 0.5}\n"
           "  reward: [{name: it, weight: 3, term: %s}]\n",
           term);
  orr_world *world = open_world("up", NEAR, more, &scenario);
  assert_int_equal(orr_world_reset_to(world, state, NULL), ORR_OK);
  assert_true(orr_world_reward(world) == 0.0);
  orr_world_step(world, action);
  double reward = orr_world_reward(world);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
  return reward / 3.0;
}

static void reward_terms_are_their_numbers(void **context) {
  (void)context;
  const float rest[2] = {0, 0}, act[2] = {2, -1};
  double state[NUMBERS], apart = 1e-12;
  put(state, 3, 4, 0);
  assert_float_equal(reward_of("{success: {}}", state, rest), 1.0, 0);
  assert_float_equal(reward_of("{when: {condition: " FAR "}}", state, rest), 0.0, 0);
  assert_float_equal(reward_of("{when: {condition: {not: {of: " FAR "}}}}", state, rest), 1.0, 0);
  assert_float_equal(reward_of("{contact: {body: disc}}", state, rest), 0.0, 0);
  assert_float_equal(reward_of("{distance: {body: disc}}", state, rest), -5.0, apart);
  assert_float_equal(reward_of("{distance: {body: disc, to: hand}}", state, rest), -hypot(15, 14),
                     apart);
  assert_float_equal(reward_of("{pose: {goal: disc}}", state, rest), -5.0, apart);
  assert_float_equal(reward_of("{pose: {goal: disc, position: 2, angle: 0.5}}", state, rest), -4.5,
                     apart);
  assert_float_equal(reward_of("{pose: {goal: hinge, angle: 0.25}}", state, rest), -2.0, apart);
  assert_float_equal(reward_of("{upright: {joint: hinge, angle: 1}}", state, rest), cos(1), apart);
  assert_float_equal(reward_of("{upright: {body: disc}}", state, rest), 1.0, 0);
  assert_float_equal(reward_of("{control: {}}", state, act), -5.0, 0);
  assert_float_equal(reward_of("{energy: {}}", state, rest), 0.0, 0);
  assert_float_equal(reward_of("{time: {}}", state, rest), 1.0, 0);
  state[DISC + 1] = 0.99;
  assert_float_equal(reward_of("{contact: {body: disc, other: ground}}", state, rest), 1.0, 0);
  put(state, 3, 4, 0);
  state[DISC + 3] = -0.3, state[DISC + 4] = -0.4; /* half a unit a second towards (0, 0) */
  assert_float_equal(reward_of("{progress: {body: disc}}", state, rest), 0.005, 1e-9);
  assert_float_equal(reward_of("{velocity: {body: disc, axis: y}}", state, rest), -0.4, apart);
  assert_float_equal(reward_of("{energy: {}}", state, rest), 0.25, apart);
  lean(state, 0, 0.5);
  assert_float_equal(reward_of("{velocity: {joint: hinge}}", state, rest), 0.5, 1e-3);
}

static void terms_add_up_and_survive_a_restore(void **context) {
  (void)context;
  orr_scenario *scenario;
  orr_world *world = open_world("up", "{none: {}}",
                                "  reward:\n"
                                "    - {name: near, weight: 2, term: {progress: {body: hand}}}\n"
                                "    - {name: slow, weight: -0.5, term: {time: {}}}\n",
                                &scenario);
  orr_snapshot *snapshot;
  const float act[2] = {-2, -2};
  double state[NUMBERS];
  assert_int_equal(orr_snapshot_create(world, &snapshot, NULL), ORR_OK);
  assert_int_equal(orr_world_reset(world, 1, 0, NULL), ORR_OK);
  for (int i = 0; i < 3; i++) orr_world_step(world, act);
  orr_world_state(world, state);
  orr_world_save(world, snapshot);
  double before = hypot(state[0], state[1]);
  orr_world_step(world, act);
  orr_world_state(world, state);
  double reward = orr_world_reward(world);
  assert_float_equal(reward, 2 * (before - hypot(state[0], state[1])) - 0.5, 1e-12);
  orr_hash hash = orr_world_hash(world);
  orr_world_step(world, act);
  orr_world_restore(world, snapshot);
  orr_world_step(world, act);
  assert_true(orr_world_reward(world) == reward);
  assert_true(orr_hash_equal(orr_world_hash(world), hash));
  orr_snapshot_destroy(snapshot);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void goals_of_joints(void **context) {
  (void)context;
  orr_scenario *scenario;
  orr_world *world = open_world("up", "{pose: {position: 0.1, angle: 0.2}}",
                                "  goals:\n"
                                "    - {joint: hinge, angle: 0.5}\n"
                                "    - {body: disc, position: [3, 4]}\n",
                                &scenario);
  const float rest[2] = {0, 0};
  const char *joints[] = {"hinge"};
  double state[NUMBERS], goal[NUMBERS] = {0};
  lean(state, 0.1, 0);
  assert_int_equal(orr_world_reset_to(world, state, NULL), ORR_OK);
  assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_true(orr_world_reward(world) == 0.5); /* the disc alone is there */
  lean(state, 0.31, 0);
  assert_int_equal(orr_world_reset_to(world, state, NULL), ORR_OK);
  assert_int_equal(orr_world_step(world, rest), ORR_TERMINATED);
  assert_int_equal(orr_world_scene(world)->shape_count, 5); /* four bodies and the disc's goal */
  orr_world_state(world, state);
  orr_goal_rule rule = {.name = "there",
                        .joints = {joints, 1},
                        .position = INFINITY,
                        .angle = 0.2,
                        .turn = INFINITY,
                        .joint = INFINITY};
  for (size_t i = 0; i < 2; i++) orr_goal_write(scenario, i, goal);
  assert_true(goal[NUMBERS - 2] == 0.5 && goal[DISC] == 3.0);
  assert_true(orr_goal_reached(scenario, &rule, state, goal));
  rule.joint = 0.18;
  assert_false(orr_goal_reached(scenario, &rule, state, goal));
  rule.joint = 0.2;
  assert_true(orr_goal_reached(scenario, &rule, state, goal));
  goal[NUMBERS - 2] += 2 * ORR_PI;
  assert_true(orr_goal_reached(scenario, &rule, state, goal));
  joints[0] = "rope"; /* has no state */
  assert_false(orr_goal_reached(scenario, &rule, state, goal));
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* Names and places are enough: no engine is asked. */
static void rules_in_three_dimensions(void **context) {
  (void)context;
  static orr_scenario scenario = {.body_count = 1, .stride = ORR_BODY_STATE_3D, .joint_count = 1};
  strcpy(scenario.state.bodies[0].name, "cube");
  strcpy(scenario.state.bodies[1].name, "rail");
  scenario.state.body_count = 2;
  scenario.state.fields[ORR_BODY_STATE_3D].quantity = ORR_QUANTITY_OFFSET;
  const char *cube[] = {"cube"}, *rail[] = {"rail"};
  orr_goal_rule rule = {.name = "there",
                        .position_bodies = {cube, 1},
                        .angle_bodies = {cube, 1},
                        .joints = {rail, 1},
                        .position = 5.0,
                        .angle = 0.1,
                        .turn = INFINITY,
                        .joint = INFINITY};
  double goal[16] = {1, 2, 0.3}, state[16];
  goal[6] = 3, goal[7] = cos(0.15), goal[10] = sin(0.15);
  memcpy(state, goal, sizeof goal);
  state[0] += 2.0, state[1] += 2.0, state[6] += 4.0; /* 4.9 away */
  assert_true(orr_goal_reached(&scenario, &rule, state, goal));
  state[6] += 0.2;
  assert_false(orr_goal_reached(&scenario, &rule, state, goal));
  memcpy(state, goal, sizeof goal);
  state[14] = 4.9;
  assert_true(orr_goal_reached(&scenario, &rule, state, goal));
  state[14] = 5.1;
  assert_false(orr_goal_reached(&scenario, &rule, state, goal));
  state[14] = 0.0;
  for (int i = 7; i < 11; i++) state[i] = -goal[i]; /* the same turn */
  rule.turn = 1e-6;
  assert_true(orr_goal_reached(&scenario, &rule, state, goal));
  double half = 0.2; /* rolled by 0.4 rad: the heading stays */
  state[7] = cos(0.15) * cos(half), state[8] = cos(0.15) * sin(half);
  state[9] = sin(0.15) * sin(half), state[10] = sin(0.15) * cos(half);
  rule.turn = 0.401;
  assert_true(orr_goal_reached(&scenario, &rule, state, goal));
  rule.turn = 0.399;
  assert_false(orr_goal_reached(&scenario, &rule, state, goal));
}

int run_condition_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reach_is_a_distance),
      cmocka_unit_test(inside_looks_at_the_centre_of_mass),
      cmocka_unit_test(lift_follows_the_sense_of_y),
      cmocka_unit_test(balance_is_of_a_pivot_or_a_body),
      cmocka_unit_test(rest_is_slow_enough),
      cmocka_unit_test(contact_is_of_two_bodies_or_of_any),
      cmocka_unit_test(conditions_nest),
      cmocka_unit_test(removed_bodies_and_holds),
      cmocka_unit_test(reward_terms_are_their_numbers),
      cmocka_unit_test(terms_add_up_and_survive_a_restore),
      cmocka_unit_test(goals_of_joints),
      cmocka_unit_test(rules_in_three_dimensions),
  };
  return cmocka_run_group_tests_name("conditions", tests, NULL, NULL);
}
