/* Actuators and force fields on running worlds, against formulas. dt 0.01, ten substeps. */
#include "sim_test.h"

#include "base/maths.h"

#include <stdio.h>

static const char world_text[] =
    "world:\n"
    "  space: {size: [20, 20]}\n  gravity: [0, %g]\n  damping: %g\n  dt: 0.01\n  slop: 0.001\n"
    "  bodies:\n%s";

#define BODY                                                                                       \
  "    - {name: b, mass: 2, start: {position: [10, 10]%s}, shapes: [{geometry: {box: {size: "      \
  "[1, 1]}}}]}\n"
#define ONE BODY "  actuators:\n    - {name: f, body: b, %s}\n"

static orr_world *make(double gravity, double damping, const char *rest) {
  char text[4096];
  snprintf(text, sizeof text, world_text, gravity, damping, rest);
  return begin_world(text);
}

static orr_world *make_one(double gravity, double damping, const char *start,
                           const char *actuator) {
  char rest[1024];
  snprintf(rest, sizeof rest, ONE, start, actuator);
  return make(gravity, damping, rest);
}

static void run(orr_world *world, int steps, float x, float y) {
  const float action[4] = {x, y, 0.0f, 0.0f};
  for (int i = 0; i < steps; i++) assert_int_equal(orr_world_step(world, action), ORR_RUNNING);
}

/* After n substeps v = n dt F / m; positions come first: x = F/m dt^2 n (n - 1) / 2. */
static void a_force_accelerates(void **context) {
  (void)context;
  orr_world *world = make_one(0.0, 1.0, "", "type: force, gain: 3");
  run(world, 10, 2.0f, -1.0f);
  assert_float_equal(number_of(world, "b.vx"), 3.0, 1e-9); /* 6 N on 2 kg for 1 s */
  assert_float_equal(number_of(world, "b.vy"), -1.5, 1e-9);
  assert_float_equal(number_of(world, "b.x"), 10.0 + 3.0 * 1e-4 * 100.0 * 99.0 / 2.0, 1e-9);
  assert_float_equal(number_of(world, "b.omega"), 0.0, 0.0);
  end_world(world);
}

static void forces_are_limited(void **context) {
  (void)context;
  orr_world *world = make_one(0.0, 1.0, "", "type: force, max_force: 4, axes: y");
  run(world, 10, 9.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vy"), 2.0, 1e-9);
  end_world(world);
}

static void a_torque_turns(void **context) {
  (void)context;
  orr_world *world = make_one(0.0, 1.0, "", "type: torque, gain: 0.5");
  run(world, 10, 1.0f, 0.0f);
  assert_float_equal(number_of(world, "b.omega"), 0.5 / (2.0 * 2.0 / 12.0), 1e-9); /* T / I */
  assert_float_equal(number_of(world, "b.vx"), 0.0, 0.0);
  end_world(world);
}

static void an_impulse_strikes_once_a_step(void **context) {
  (void)context;
  orr_world *world = make_one(0.0, 1.0, "", "type: impulse");
  run(world, 1, 3.0f, 1.0f);
  assert_float_equal(number_of(world, "b.vx"), 1.5, 1e-9);
  run(world, 1, 0.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vx"), 1.5, 1e-9);
  run(world, 1, 1.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vx"), 2.0, 1e-9);
  end_world(world);
}

/* Where kp (target - y) = g. */
static void a_position_is_held_against_gravity(void **context) {
  (void)context;
  orr_world *world = make_one(-10.0, 1.0, "", "meaning: absolute, kp: 50, kv: 10");
  run(world, 100, 12.0f, 13.0f);
  assert_float_equal(number_of(world, "b.x"), 12.0, 1e-6);
  assert_float_equal(number_of(world, "b.y"), 13.0 - 10.0 / 50.0, 1e-6);
  assert_float_equal(number_of(world, "b.vy"), 0.0, 1e-6);
  end_world(world);
}

/* Whatever gravity, damping, wind or another force do. */
static void a_velocity_is_reached_at_once(void **context) {
  (void)context;
  static const double dampings[] = {0.0, 0.3, 1.0};
  for (size_t i = 0; i < 3; i++) {
    char rest[1024];
    snprintf(rest, sizeof rest,
             BODY "  actuators:\n    - {name: v, type: velocity, body: b, low: [-9, -9], high: [9, "
                  "9]}\n    - {name: f, type: force, body: b, axes: x, gain: 30}\n"
                  "  forces:\n    - {name: w, force: {wind: {velocity: [5, 0], linear: 1}}}\n",
             "");
    orr_world *world = make(-10.0, dampings[i], rest);
    const float action[3] = {1.5f, -0.5f, 1.0f};
    orr_world_step(world, action);
    assert_float_equal(number_of(world, "b.vx"), 1.5, 1e-9);
    assert_float_equal(number_of(world, "b.vy"), -0.5, 1e-9);
    assert_float_equal(number_of(world, "b.x"), 10.0 + 1.5 * 0.09, 1e-9); /* moves a substep late */
    end_world(world);
  }
}

static void a_weak_velocity_takes_time(void **context) {
  (void)context;
  orr_world *world = make_one(0.0, 1.0, "", "type: velocity, axes: x, max_force: 4");
  run(world, 2, 3.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vx"), 0.4, 1e-9); /* 4 N on 2 kg for 0.2 s */
  run(world, 20, 3.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vx"), 3.0, 1e-9);
  end_world(world);
}

/* Unlike a kinematic body, one that is driven gives way to walls, and slides along them. */
static void walls_stop_a_driven_disc(void **context) {
  (void)context;
  static const char rest[] =
      "    - {name: wall, type: static, start: {position: [12, 10]}, shapes: [{geometry: {box: "
      "{size: [1, 20]}}}]}\n"
      "    - {name: b, mass: 1, start: {position: [10, 4]}, shapes: [{geometry: {circle: {radius: "
      "0.5}}}]}\n"
      "  actuators:\n    - {name: v, type: velocity, body: b}\n";
  orr_world *world = make(0.0, 0.0, rest);
  run(world, 50, 1.0f, 1.0f);
  assert_float_equal(number_of(world, "b.x"), 11.0, 0.01);
  assert_float_equal(number_of(world, "b.vx"), 0.0, 1e-6);
  assert_float_equal(number_of(world, "b.y"), 9.0, 0.02);
  assert_float_equal(number_of(world, "b.vy"), 1.0, 1e-6);
  assert_false(orr_world_contact(world)); /* the wall is no dynamic body */
  end_world(world);
}

static void kinematic_bodies_move_along_their_axes(void **context) {
  (void)context;
  static const char rest[] =
      "    - {name: rail, type: kinematic, start: {position: [10, 10]}, shapes: [{geometry: {box: "
      "{size: [1, 1]}}}]}\n"
      "    - {name: belt, type: kinematic, start: {position: [4, 4]}, shapes: [{geometry: {box: "
      "{size: [1, 1]}}}]}\n"
      "  actuators:\n"
      "    - {name: y, body: rail, axes: y, meaning: absolute, low: [0], high: [20]}\n"
      "    - {name: v, type: velocity, body: belt, axes: yx, gain: 2}\n";
  orr_world *world = make(-10.0, 1.0, rest);
  const float action[3] = {12.0f, 0.5f, -0.25f};
  for (int i = 0; i < 20; i++) orr_world_step(world, action);
  assert_float_equal(number_of(world, "rail.x"), 10.0, 0.0);
  assert_float_equal(number_of(world, "rail.vx"), 0.0, 0.0);
  assert_float_equal(number_of(world, "rail.y"), 12.0, 1e-3);
  assert_float_equal(number_of(world, "belt.vy"), 1.0, 0.0);
  assert_float_equal(number_of(world, "belt.vx"), -0.5, 0.0);
  assert_float_equal(number_of(world, "belt.x"), 4.0 - 0.5 * 2.0, 1e-9);
  end_world(world);
}

#define HINGED                                                                                     \
  "    - {name: a, mass: 1, start: {position: [8, 8]}, shapes: [{geometry: {box: {size: [2, "      \
  "0.2]}}, group: 1}]}\n"                                                                          \
  "    - {name: b, mass: 3, start: {position: [8, 8]}, shapes: [{geometry: {box: {size: [1, "      \
  "0.2]}}, group: 1}]}\n"                                                                          \
  "  joints:\n    - {name: j, type: %s, body_a: a, body_b: b}\n"                                   \
  "  actuators:\n    - {name: f, joint: j, low: [-9], high: [9], %s}\n"

static orr_world *make_joint(const char *type, const char *actuator) {
  char rest[1024];
  snprintf(rest, sizeof rest, HINGED, type, actuator);
  return make(0.0, 1.0, rest);
}

/* Nothing outside pushes: momentum, linear and angular, stays 0. */
static void a_joint_pushes_both_ways(void **context) {
  (void)context;
  double ia = 1.0 * 4.04 / 12.0, ib = 3.0 * 1.04 / 12.0;
  orr_world *world = make_joint("pivot", "type: torque");
  run(world, 5, 0.5f, 0.0f);
  assert_float_equal(number_of(world, "j.omega"), 0.25 * (1.0 / ia + 1.0 / ib), 1e-6);
  double turn = ia * number_of(world, "a.omega") + ib * number_of(world, "b.omega");
  assert_float_equal(turn, 0.0, 1e-9);
  end_world(world);
  world = make_joint("slide", "type: force");
  run(world, 5, 0.5f, 0.0f);
  assert_float_equal(number_of(world, "j.rate"), 0.25 * (1.0 + 1.0 / 3.0), 1e-6);
  assert_float_equal(number_of(world, "a.vx") + 3.0 * number_of(world, "b.vx"), 0.0, 1e-9);
  assert_float_equal(number_of(world, "b.omega"), 0.0, 1e-9);
  end_world(world);
  world = make_joint("slide, anchor_a: [0, 0.5], anchor_b: [0, 0.5]", "type: force");
  run(world, 5, 0.5f, 0.0f); /* above both centres: the two torques cancel */
  assert_float_equal(number_of(world, "j.rate"), 0.25 * (1.0 + 1.0 / 3.0), 1e-6);
  assert_float_equal(number_of(world, "a.omega"), 0.0, 1e-3);
  end_world(world);
  world = make_joint("slide", "type: impulse");
  run(world, 1, 1.5f, 0.0f);
  run(world, 5, 0.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vx"), 0.5, 1e-6);
  end_world(world);
}

static void a_joint_is_steered(void **context) {
  (void)context;
  orr_world *world = make_joint("pivot", "meaning: absolute, kp: 20, kv: 4");
  run(world, 100, 0.8f, 0.0f);
  assert_float_equal(number_of(world, "j.angle"), 0.8, 1e-4);
  end_world(world);
  world = make_joint("slide", "type: velocity, kv: 5");
  run(world, 100, 0.3f, 0.0f);
  assert_float_equal(number_of(world, "j.rate"), 0.3, 1e-6);
  end_world(world);
}

/* The order of actuators in a file is that of an action's numbers and nothing else. */
static void order_means_nothing(void **context) {
  (void)context;
  static const char *const lists[2] = {
      "    - {name: v, type: velocity, body: b, axes: x, max_force: 40}\n"
      "    - {name: f, type: force, body: b, axes: x, gain: 5}\n",
      "    - {name: f, type: force, body: b, axes: x, gain: 5}\n"
      "    - {name: v, type: velocity, body: b, axes: x, max_force: 40}\n"};
  double x[2];
  for (int i = 0; i < 2; i++) {
    char rest[1024];
    snprintf(rest, sizeof rest, BODY "  actuators:\n%s", "", lists[i]);
    orr_world *world = make(0.0, 0.5, rest);
    run(world, 20, i == 0 ? 0.7f : -1.0f, i == 0 ? -1.0f : 0.7f);
    x[i] = number_of(world, "b.x");
    end_world(world);
  }
  assert_float_equal(x[0], x[1], 0.0);
  assert_true(x[0] > 11.0);
}

static void contact_is_of_driven_with_free_bodies(void **context) {
  (void)context;
  static const char format[] =
      "    - {name: b, mass: 1, start: {position: [10, 4]}, shapes: [{geometry: {circle: {radius: "
      "0.5}}}]}\n"
      "    - {name: p, mass: 1, start: {position: [11.05, 4]}, shapes: [{geometry: {circle: "
      "{radius: 0.5}}}]}\n"
      "  actuators:\n    - {name: v, type: velocity, body: b}\n%s";
  for (int both = 0; both < 2; both++) {
    char rest[1024];
    snprintf(rest, sizeof rest, format, both ? "    - {name: w, type: force, body: p}\n" : "");
    orr_world *world = make(0.0, 1.0, rest);
    run(world, 2, 1.0f, 0.0f);
    assert_int_equal(orr_world_contact(world), both == 0);
    assert_float_equal(number_of(world, "p.vx"), 1.0, 0.05); /* they did meet */
    end_world(world);
  }
}

/* An arm is driven through its joint. */
static void an_arm_makes_contact(void **context) {
  (void)context;
  static const char rest[] =
      "    - {name: post, type: static, start: {position: [4, 4]}, shapes: [{geometry: {circle: "
      "{radius: 0.1}}, group: 1}]}\n"
      "    - {name: arm, mass: 1, start: {position: [4, 4]}, shapes: [{geometry: {box: {size: [2, "
      "0.2], offset: [1, 0]}}, group: 1}]}\n"
      "    - {name: puck, mass: 1, start: {position: [5.5, 4.7]}, shapes: [{geometry: {circle: "
      "{radius: 0.3}}}]}\n"
      "  joints:\n    - {name: j, type: pivot, body_a: post, body_b: arm}\n"
      "  actuators:\n    - {name: t, type: torque, joint: j}\n";
  orr_world *world = make(0.0, 1.0, rest);
  run(world, 1, 1.0f, 0.0f);
  assert_false(orr_world_contact(world));
  bool met = false;
  for (int i = 0; i < 20; i++) {
    run(world, 1, 1.0f, 0.0f);
    met = met || orr_world_contact(world);
  }
  assert_true(met && number_of(world, "puck.vy") > 0.1);
  end_world(world);
}

static orr_world *make_field(const char *start, const char *field) {
  char rest[1024];
  snprintf(rest, sizeof rest, BODY "  forces:\n    - {name: f, %s}\n", start, field);
  return make(0.0, 1.0, rest);
}

static void drag_ends_a_fall(void **context) {
  (void)context;
  char rest[1024];
  snprintf(rest, sizeof rest, BODY "  forces:\n    - {name: f, force: {drag: {linear: 4}}}\n", "");
  orr_world *world = make(-10.0, 1.0, rest);
  run(world, 100, 0.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vy"), -2.0 * 10.0 / 4.0, 1e-6); /* m g / c */
  end_world(world);
  snprintf(rest, sizeof rest, BODY "  forces:\n    - {name: f, force: {drag: {quadratic: 5}}}\n",
           "");
  world = make(-10.0, 1.0, rest);
  run(world, 100, 0.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vy"), -sqrt(2.0 * 10.0 / 5.0), 1e-6);
  end_world(world);
  world = make_field(", omega: 3", "force: {drag: {angular: 0.5}}");
  run(world, 5, 0.0f, 0.0f); /* omega exp(-c t / I), by Euler's steps */
  assert_float_equal(number_of(world, "b.omega"), 3.0 * pow(1.0 - 0.01 * 1.5, 50), 1e-9);
  end_world(world);
}

static void wind_carries_along(void **context) {
  (void)context;
  orr_world *world = make_field("", "force: {wind: {velocity: [1, -2], linear: 3}}");
  run(world, 100, 0.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vx"), 1.0, 1e-6);
  assert_float_equal(number_of(world, "b.vy"), -2.0, 1e-6);
  end_world(world);
}

/* v^2 = S / r on a circle of r = 3 about the middle; T = 2 pi r / v. */
static void an_orbit_returns(void **context) {
  (void)context;
  orr_world *world = make_field(", velocity: [0, 2]",
                                "force: {attraction: {point: [7, 10], strength: 12, soft: 0.1}}");
  double least = 99.0, most = 0.0, period = 2.0 * ORR_PI * 3.0 / 2.0;
  for (int i = 0; i < 94; i++) {
    run(world, 1, 0.0f, 0.0f);
    double r = hypot(number_of(world, "b.x") - 7.0, number_of(world, "b.y") - 10.0);
    least = fmin(least, r);
    most = fmax(most, r);
  }

  assert_true(least > 2.9 && most < 3.1);
  double late = 2.0 * (9.4 - period); /* metres short of, or beyond, the start */
  assert_float_equal(number_of(world, "b.y"), 10.0 + late, 0.1);
  assert_float_equal(number_of(world, "b.x"), 10.0, 0.05);
  end_world(world);
}

static void a_region_has_an_edge(void **context) {
  (void)context;
  orr_world *world =
      make_field(", velocity: [1, 0]", "region: {box: {low: [10.5, 0], high: [11.5, 20]}}, "
                                       "force: {gravity: {acceleration: [0, -2]}}");
  run(world, 4, 0.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vy"), 0.0, 0.0);
  run(world, 20, 0.0f, 0.0f);
  assert_float_equal(number_of(world, "b.vy"), -2.0, 0.05); /* 1 s inside */
  end_world(world);
}

int run_drive_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_force_accelerates),
      cmocka_unit_test(forces_are_limited),
      cmocka_unit_test(a_torque_turns),
      cmocka_unit_test(an_impulse_strikes_once_a_step),
      cmocka_unit_test(a_position_is_held_against_gravity),
      cmocka_unit_test(a_velocity_is_reached_at_once),
      cmocka_unit_test(a_weak_velocity_takes_time),
      cmocka_unit_test(walls_stop_a_driven_disc),
      cmocka_unit_test(kinematic_bodies_move_along_their_axes),
      cmocka_unit_test(a_joint_pushes_both_ways),
      cmocka_unit_test(a_joint_is_steered),
      cmocka_unit_test(order_means_nothing),
      cmocka_unit_test(contact_is_of_driven_with_free_bodies),
      cmocka_unit_test(an_arm_makes_contact),
      cmocka_unit_test(drag_ends_a_fall),
      cmocka_unit_test(wind_carries_along),
      cmocka_unit_test(an_orbit_returns),
      cmocka_unit_test(a_region_has_an_edge),
  };
  return cmocka_run_group_tests_name("drives", tests, NULL, NULL);
}
