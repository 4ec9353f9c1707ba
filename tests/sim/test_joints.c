/* Joints against formulas: what they hold, where they stop, how their springs swing. */
#include "sim_test.h"

#include "base/maths.h"

#include <stdio.h>

static const char world_text[] =
    "world:\n"
    "  space: {size: [10, 10]}\n  gravity: [0, %g]\n  dt: 0.002\n  substeps: 5\n  slop: 0.001\n"
    "  bodies:\n"
    "    - {name: post, type: static, start: {position: [5, 5]}, shapes: [{geometry: {circle: "
    "{radius: 0.1}}, group: 1}]}\n%s";

static orr_world *make(double gravity, const char *rest) {
  char text[4096];
  snprintf(text, sizeof text, world_text, gravity, rest);
  return begin_world(text);
}

/* A disc at 1 m below the post: I = m r^2 / 2 about its middle. */
#define BOB                                                                                        \
  "    - {name: bob, mass: 2, start: {position: [5, 4]%s}, shapes: [{geometry: {circle: {radius: " \
  "0.2}}}]}\n"                                                                                     \
  "  joints:\n"                                                                                    \
  "    - {name: j, type: pivot, body_a: post, body_b: bob, anchor_b: [0, 1]%s}\n"

/* The time between two upward crossings of `level`, from the control steps around them. */
static double period_of(orr_world *world, const char *name, double level) {
  double before = number_of(world, name), first = -1.0;
  for (int i = 1; i < 2000; i++) {
    orr_world_step(world, NULL);
    double now = number_of(world, name);
    double time = orr_world_time(world) - 0.01 * (now - level) / (now - before);
    bool crosses = before < level && now >= level;
    if (crosses && first >= 0.0) return time - first;
    if (crosses) first = time;
    before = now;
  }
  return -1.0;
}

static void a_pendulum_swings_in_time(void **context) {
  (void)context;
  char rest[512];
  snprintf(rest, sizeof rest, BOB, ", velocity: [0.2, 0], omega: 0.2", "");
  orr_world *world = make(-10.0, rest);
  double exact = 2.0 * ORR_PI * sqrt((1.0 + 0.02) / 10.0); /* (m l^2 + I) / (m g l) */
  assert_float_equal(period_of(world, "j.angle", 0.0), exact, 0.005 * exact);
  double x = number_of(world, "bob.x") - 5.0, y = number_of(world, "bob.y") - 5.0;
  assert_float_equal(hypot(x, y), 1.0, 1e-3);
  end_world(world);
}

static void a_pivot_stops_at_its_limits(void **context) {
  (void)context;
  char rest[512];
  snprintf(rest, sizeof rest, BOB, ", velocity: [3, 0], omega: 3", ", limits: [-0.3, 0.5]");
  orr_world *world = make(-10.0, rest);
  double least = 0.0, most = 0.0;
  for (int i = 0; i < 300; i++) {
    orr_world_step(world, NULL);
    least = fmin(least, number_of(world, "j.angle"));
    most = fmax(most, number_of(world, "j.angle"));
    if (i == 60) {
      orr_intervention kick = {ORR_INTERVENE_KICK, 0, {-3.0, 0.0, -3.0}};
      assert_int_equal(orr_world_intervene(world, &kick, NULL), ORR_OK);
    }
  }
  assert_true(most > 0.48 && most < 0.52);
  assert_true(least < -0.28 && least > -0.32);
  end_world(world);
}

/* I = m l^2 + m r^2 / 2 about the post. */
static void a_pivot_has_a_spring(void **context) {
  (void)context;
  char rest[512];
  snprintf(rest, sizeof rest, BOB, "", ", stiffness: 5, rest: 0.4");
  orr_world *world = make(0.0, rest);
  double exact = 2.0 * ORR_PI * sqrt(2.0 * 1.02 / 5.0);
  assert_float_equal(period_of(world, "j.angle", 0.4), exact, 0.01 * exact);
  end_world(world);
  snprintf(rest, sizeof rest, BOB, "", ", stiffness: 5, rest: 0.4, damping: 4");
  world = make(0.0, rest);
  for (int i = 0; i < 1500; i++) orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "j.angle"), 0.4, 1e-3);
  end_world(world);
}

#define CART                                                                                       \
  "    - {name: cart, mass: 2, start: {position: [5, 5]}, shapes: [{geometry: {box: {size: [1, "   \
  "0.4]}}, group: 1}]}\n"                                                                          \
  "  joints:\n"                                                                                    \
  "    - {name: j, type: slide, body_a: post, body_b: cart%s}\n"

/* Down a slope of 45 degrees: a = g / sqrt 2, on the line, unturned. */
static void a_slide_keeps_to_its_line(void **context) {
  (void)context;
  char rest[512];
  snprintf(rest, sizeof rest, CART, ", axis: [-2, -2]");
  orr_world *world = make(-10.0, rest);
  for (int i = 0; i < 100; i++) {
    orr_world_step(world, NULL);
    assert_float_equal(number_of(world, "cart.x"), number_of(world, "cart.y"), 1e-3);
    assert_float_equal(number_of(world, "cart.angle"), 0.0, 1e-4);
  }
  double fallen = 0.5 * 10.0 / sqrt(2.0);
  assert_float_equal(number_of(world, "j.offset"), fallen, 0.01 * fallen);
  assert_float_equal(number_of(world, "j.rate"), 10.0 / sqrt(2.0), 0.05);
  orr_intervention twist = {ORR_INTERVENE_KICK, 0, {0.0, 0.0, 3.0}};
  assert_int_equal(orr_world_intervene(world, &twist, NULL), ORR_OK);
  for (int i = 0; i < 20; i++) orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "cart.angle"), 0.0, 0.01);
  end_world(world);
}

static void a_slide_stops_at_its_limits(void **context) {
  (void)context;
  char rest[512];
  snprintf(rest, sizeof rest, CART, ", axis: [0, 1], limits: [-0.8, 0.5]");
  orr_world *world = make(-10.0, rest);
  double least = 0.0;
  for (int i = 0; i < 300; i++) {
    orr_world_step(world, NULL);
    least = fmin(least, number_of(world, "j.offset"));
  }
  assert_true(least > -0.87);
  assert_float_equal(number_of(world, "j.offset"), -0.8, 0.01);
  orr_intervention kick = {ORR_INTERVENE_KICK, 0, {0.0, 8.0, 0.0}};
  assert_int_equal(orr_world_intervene(world, &kick, NULL), ORR_OK);
  double most = -1.0;
  for (int i = 0; i < 60; i++) {
    orr_world_step(world, NULL);
    most = fmax(most, number_of(world, "j.offset"));
  }
  assert_true(most > 0.45 && most < 0.57);
  end_world(world);
}

static void a_slide_has_a_spring(void **context) {
  (void)context;
  char rest[512];
  snprintf(rest, sizeof rest, CART, ", axis: [1, 1], stiffness: 50, rest: 0.5");
  orr_world *world = make(0.0, rest);
  double exact = 2.0 * ORR_PI * sqrt(2.0 / 50.0);
  assert_float_equal(period_of(world, "j.offset", 0.5), exact, 0.01 * exact);
  end_world(world);
  snprintf(rest, sizeof rest, CART, ", axis: [0, 1], stiffness: 50, damping: 10, rest: 0.5");
  world = make(-10.0, rest);
  for (int i = 0; i < 800; i++) orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "j.offset"), 0.5 - 2.0 * 10.0 / 50.0,
                     1e-3); /* rest - m g / k */
  end_world(world);
}

#define PAIR                                                                                       \
  "    - {name: a, mass: 1, start: {position: [3, 8], omega: 1}, shapes: [{geometry: {box: "       \
  "{size: "                                                                                        \
  "[0.6, 0.2]}}}]}\n"                                                                              \
  "    - {name: b, mass: 2, start: {position: [3.6, 8], angle: 0.3}, shapes: [{geometry: {box: "   \
  "{size: [0.4, 0.2]}}}]}\n"                                                                       \
  "  joints:\n"                                                                                    \
  "    - {name: j, body_a: a, body_b: b, %s}\n"

/* Two bars fall, spin and hit the ground as one. */
static void a_weld_holds(void **context) {
  (void)context;
  char rest[1024];
  snprintf(rest, sizeof rest,
           "    - {name: floor, type: static, shapes: [{geometry: {box: {size: [20, 2], offset: "
           "[5, -1]}}}]}\n" PAIR,
           "type: weld, anchor_a: [0.4, 0], anchor_b: [-0.2, 0]");
  orr_world *world = make(-10.0, rest);
  for (int i = 0; i < 300; i++) {
    orr_world_step(world, NULL);
    double a = number_of(world, "a.angle"), b = number_of(world, "b.angle");
    double dx = number_of(world, "b.x") - 0.2 * cos(b) - number_of(world, "a.x") - 0.4 * cos(a);
    double dy = number_of(world, "b.y") - 0.2 * sin(b) - number_of(world, "a.y") - 0.4 * sin(a);
    assert_float_equal(b - a, 0.3, 0.05);
    assert_true(i < 20 || hypot(dx, dy) < 0.05);
  }
  assert_true(number_of(world, "b.y") > 0.05 && number_of(world, "b.y") < 1.0);
  end_world(world);
}

/* Speeds and angles are those of body_b relative to body_a, as in the state. */
static void turns_are_those_of_body_b(void **context) {
  (void)context;
  char rest[1024];
  snprintf(rest, sizeof rest, PAIR, "type: motor, rate: 2");
  orr_world *world = make(0.0, rest);
  for (int i = 0; i < 50; i++) orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "b.omega") - number_of(world, "a.omega"), 2.0, 1e-6);
  end_world(world);
  snprintf(rest, sizeof rest, PAIR, "type: rotary_spring, stiffness: 1, damping: 0.2, rest: 0.7");
  world = make(0.0, rest);
  for (int i = 0; i < 1500; i++) orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "b.angle") - number_of(world, "a.angle"), 0.7, 1e-3);
  end_world(world);
  snprintf(rest, sizeof rest, PAIR, "type: gear, rate: 3, rest: 0.9"); /* 3 b - a = rest */
  world = make(0.0, rest);
  for (int i = 0; i < 200; i++) orr_world_step(world, NULL);
  assert_float_equal(3.0 * number_of(world, "b.omega"), number_of(world, "a.omega"), 1e-6);
  assert_float_equal(3.0 * number_of(world, "b.angle") - number_of(world, "a.angle"), 0.9, 0.01);
  end_world(world);
}

static void a_rope_goes_slack_and_holds(void **context) {
  (void)context;
  char rest[1024];
  snprintf(rest, sizeof rest,
           "    - {name: bob, mass: 2, start: {position: [5, 4.6]}, shapes: [{geometry: {circle: "
           "{radius: 0.1}}}]}\n  joints:\n"
           "    - {name: j, type: distance, body_a: post, body_b: bob, limits: [0, 1.5]}\n");
  orr_world *world = make(-10.0, rest);
  for (int i = 0; i < 20; i++) orr_world_step(world, NULL); /* 0.2 s: it falls freely */
  assert_float_equal(number_of(world, "bob.vy"), -2.0, 1e-9);
  for (int i = 0; i < 300; i++) {
    orr_world_step(world, NULL);
    assert_true(number_of(world, "bob.y") > 5.0 - 1.55);
  }
  assert_float_equal(number_of(world, "bob.y"), 3.5, 0.01);
  end_world(world);
}

/* Two bodies that a joint ties together meet only when it says so. */
static void joined_bodies_collide_if_told(void **context) {
  (void)context;
  static const char format[] =
      "    - {name: a, mass: 1, start: {position: [3, 8], velocity: [1, 0]}, shapes: [{geometry: "
      "{circle: {radius: 0.3}}}]}\n"
      "    - {name: b, mass: 1, start: {position: [4, 8]}, shapes: [{geometry: {circle: {radius: "
      "0.3}}}]}\n"
      "  joints:\n"
      "    - {name: j, type: distance, body_a: a, body_b: b, limits: [0, 5], collide: %s}\n";
  for (int collide = 0; collide < 2; collide++) {
    char rest[1024];
    snprintf(rest, sizeof rest, format, collide ? "true" : "false");
    orr_world *world = make(0.0, rest);
    for (int i = 0; i < 200; i++) orr_world_step(world, NULL);
    assert_true((number_of(world, "a.x") < number_of(world, "b.x")) == (collide == 1));
    end_world(world);
  }
}

/* All constraints of a joint leave with a body of it; its numbers are then 0. */
static void joints_leave_with_their_bodies(void **context) {
  (void)context;
  char rest[1024];
  snprintf(rest, sizeof rest, CART, ", axis: [0, 1], stiffness: 50, damping: 1");
  orr_world *world = make(-10.0, rest);
  for (int i = 0; i < 10; i++) orr_world_step(world, NULL);
  assert_true(number_of(world, "j.offset") < 0.0);
  orr_intervention gone = {ORR_INTERVENE_REMOVE, 0, {0}};
  assert_int_equal(orr_world_intervene(world, &gone, NULL), ORR_OK);
  for (int i = 0; i < 10; i++) assert_int_equal(orr_world_step(world, NULL), ORR_RUNNING);
  assert_float_equal(number_of(world, "j.offset"), 0.0, 0.0);
  end_world(world);
  snprintf(rest, sizeof rest, PAIR, "type: slide, stiffness: 50, rest: 2, damping: 1");
  world = make(0.0, rest);
  for (int i = 0; i < 10; i++) orr_world_step(world, NULL);
  double speed = number_of(world, "b.vx");
  assert_true(speed > 0.1); /* its spring has pushed it */
  assert_int_equal(orr_world_intervene(world, &gone, NULL), ORR_OK);
  for (int i = 0; i < 10; i++) orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "b.vx"), speed, 0.0);
  end_world(world);
}

int run_joint_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pendulum_swings_in_time),
      cmocka_unit_test(a_pivot_stops_at_its_limits),
      cmocka_unit_test(a_pivot_has_a_spring),
      cmocka_unit_test(a_slide_keeps_to_its_line),
      cmocka_unit_test(a_slide_stops_at_its_limits),
      cmocka_unit_test(a_slide_has_a_spring),
      cmocka_unit_test(a_weld_holds),
      cmocka_unit_test(turns_are_those_of_body_b),
      cmocka_unit_test(a_rope_goes_slack_and_holds),
      cmocka_unit_test(joined_bodies_collide_if_told),
      cmocka_unit_test(joints_leave_with_their_bodies),
  };
  return cmocka_run_group_tests_name("joints", tests, NULL, NULL);
}
