/* MuJoCo worlds against formulas: free motion, pendulums, friction, bounces, what is driven. */
#include "sim_test.h"

#include "base/maths.h"
#include "base/rotation.h"

#include <stdio.h>
#include <string.h>

enum { MOST = 512 };

static orr_scenario *parse(const char *text) {
  orr_error err;
  orr_scenario *scenario = parse_scenario(text, &err);
  if (!scenario) print_error("%s\n", err.message);
  assert_non_null(scenario);
  return scenario;
}

static orr_world *begin(const orr_scenario *scenario) {
  orr_world *world = new_world(scenario);
  orr_error err = {0};
  if (orr_world_reset(world, 1, 0, &err) != ORR_OK) print_error("%s\n", err.message);
  assert_int_equal(orr_world_end(world), ORR_RUNNING);
  return world;
}

static void run(orr_world *world, int steps, const float *action) {
  for (int i = 0; i < steps; i++) orr_world_step(world, action);
}

/* A number of the state by its name. */
static void end(orr_world *world, const orr_scenario *scenario) {
  orr_world_destroy(world);
  orr_scenario_destroy((orr_scenario *)(uintptr_t)scenario);
}

/* A brick of 1 kg, 0.2 x 0.3 x 0.6 m, that tumbles about its middle axis. */
static const double brick_inertia[3] = {(0.09 + 0.36) / 12.0, (0.04 + 0.36) / 12.0,
                                        (0.04 + 0.09) / 12.0};

static orr_scenario *brick(const char *integrator, double dt, int substeps) {
  char text[640];
  snprintf(
      text, sizeof text,
      "world:\n  engine: mujoco\n  space: {size: [2, 2, 2], dimensions: 3}\n"
      "  integrator: %s\n  dt: %.17g\n  substeps: %d\n  bodies:\n"
      "    - {name: brick, mass: 1, start: {position: [1, 1, 1], velocity: [0.3, -0.2, 0.1],\n"
      "       omega: 0.2, spin: [0.1, 3]}, shapes: [{geometry: {box: {size: [0.2, 0.3, 0.6]}}}]}\n",
      integrator, dt, substeps);
  return parse(text);
}

typedef struct motion {
  double energy, linear[3], angular[3];
} motion;

/* From the state alone: nothing is asked of the engine. */
static motion measure(const orr_world *world) {
  double s[MOST], m[3][3];
  motion out = {0};
  orr_world_state(world, s);
  orr_quaternion_matrix(s + 7, m);
  const double v[3] = {s[3], s[4], s[11]}, w[3] = {s[12], s[13], s[5]};
  for (int i = 0; i < 3; i++) {
    double own = m[0][i] * w[0] + m[1][i] * w[1] + m[2][i] * w[2];
    out.energy += 0.5 * v[i] * v[i] + 0.5 * brick_inertia[i] * own * own;
    out.linear[i] = v[i];
    for (int k = 0; k < 3; k++) out.angular[k] += m[k][i] * brick_inertia[i] * own;
  }
  return out;
}

static double length_of(const double *v) { return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

static double change(const double *a, const double *b) {
  const double d[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
  return length_of(d) / length_of(a);
}

/* Largest relative changes of energy, angular and linear momentum over 10 s. */
static void tumble(const char *integrator, double dt, double worst[3]) {
  int substeps = (int)lround(0.1 / dt);
  orr_scenario *scenario = brick(integrator, dt, substeps);
  orr_world *world = begin(scenario);
  motion first = measure(world);
  assert_float_equal(orr_world_energy(world), first.energy, 1e-12);
  memset(worst, 0, 3 * sizeof *worst);
  for (int i = 0; i < 100; i++) {
    orr_world_step(world, NULL);
    motion now = measure(world);
    worst[0] = fmax(worst[0], fabs(now.energy / first.energy - 1.0));
    worst[1] = fmax(worst[1], change(first.angular, now.angular));
    worst[2] = fmax(worst[2], change(first.linear, now.linear));
  }
  print_message("%s, dt %g: energy %.2e, angular momentum %.2e, linear %.2e\n", integrator, dt,
                worst[0], worst[1], worst[2]);
  end(world, scenario);
}

static void a_free_body_keeps_what_it_has(void **context) {
  (void)context;
  double worst[3];
  tumble("rk4", 0.001, worst);
  assert_true(worst[0] <= 1e-9);
  assert_true(worst[1] <= 1e-6);
  assert_true(worst[2] <= 1e-12);
}

/* First order: half the step, half the error. */
static void euler_drifts_in_proportion_to_its_step(void **context) {
  (void)context;
  double coarse[3], fine[3];
  tumble("euler", 0.01, coarse);
  tumble("euler", 0.005, fine);
  assert_true(coarse[0] / fine[0] > 1.5 && coarse[0] / fine[0] < 3.0);
  assert_true(fine[0] > 1e-6);
  tumble("euler", 0.001, fine);
  tumble("implicit", 0.001, fine);
  assert_true(fine[2] <= 1e-12);
}

static const char cart_pole[] =
    "world:\n  engine: mujoco\n  space: {size: [4, 2]}\n  gravity: [0, -9.81]\n  dt: 0.001\n"
    "  substeps: 1\n  integrator: rk4\n  bodies:\n"
    "    - {name: rail, type: static, shapes: [{geometry: {box: {size: [4, 0.02]}}, group: 1}]}\n"
    "    - {name: cart, mass: 1.5, shapes: [{geometry: {box: {size: [0.3, 0.2]}}, group: 1}]}\n"
    "    - {name: pole, mass: 0.4, shapes: [{geometry: {box: {size: [0.6, 0.04]}}, group: 1}]}\n"
    "  joints:\n"
    "    - {name: track, type: slide, body_a: rail, body_b: cart, limits: [-1, 0.8]}\n"
    "    - {name: hinge, type: pivot, body_a: cart, body_b: pole, anchor_b: [-0.3, 0],\n"
    "       limits: [-2.5, 1.2], start: START}\n"
    "  actuators:\n    - {name: push, type: force, joint: track}\n"
    "    - {name: turn, type: force, joint: hinge}\n";

static orr_scenario *cart(const char *start) {
  char text[sizeof cart_pole + 32];
  const char *at = strstr(cart_pole, "START");
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - cart_pole), cart_pole, start, at + 5);
  return parse(text);
}

/* Hanging, small: omega^2 = (M + m) m g l / ((M + m)(I + m l^2) - (m l)^2). */
static void a_cart_pole_swings_with_its_period(void **context) {
  (void)context;
  orr_scenario *scenario = cart("-1.5607963267948966"); /* 0.01 beside straight down */
  orr_world *world = begin(scenario);
  double M = 1.5, m = 0.4, l = 0.3, own = m * (0.36 + 0.0016) / 12.0;
  double omega = sqrt((M + m) * m * 9.81 * l / ((M + m) * (own + m * l * l) - m * l * m * l));
  const float rest[2] = {0.0f, 0.0f};
  double before = number_of(world, "hinge.angle") + 0.5 * ORR_PI, first = -1.0, last = 0.0;
  int crossings = 0;
  double energy = orr_world_energy(world);
  for (int i = 1; i <= 10000; i++) {
    orr_world_step(world, rest);
    double now = number_of(world, "hinge.angle") + 0.5 * ORR_PI;
    if (before < 0.0 && now >= 0.0) {
      last = 0.001 * (i - now / (now - before));
      if (first < 0.0) first = last;
      crossings++;
    }
    before = now;
  }
  double period = (last - first) / (crossings - 1);
  print_message("cart-pole: period %.6f s, formula %.6f s, energy %.1e\n", period,
                2.0 * ORR_PI / omega, fabs(orr_world_energy(world) / energy - 1.0));
  assert_true(fabs(period * omega / (2.0 * ORR_PI) - 1.0) < 1e-4);
  assert_true(fabs(orr_world_energy(world) - energy) < 1e-9);
  end(world, scenario);
}

static void limits_hold(void **context) {
  (void)context;
  orr_scenario *scenario = cart("-1.5");
  orr_world *world = begin(scenario);
  const float right[2] = {5.0f, 0.0f}, turn[2] = {-5.0f, 4.0f};
  run(world, 5000, right);
  print_message("pushed against 0.8: %.5f;", number_of(world, "track.offset"));
  assert_float_equal(number_of(world, "track.offset"), 0.8, 0.005);
  run(world, 8000, turn);
  print_message(" -1: %.5f; turned against 1.2: %.5f\n", number_of(world, "track.offset"),
                number_of(world, "hinge.angle"));
  assert_float_equal(number_of(world, "track.offset"), -1.0, 0.005);
  assert_float_equal(number_of(world, "hinge.angle"), 1.2, 0.02);
  end(world, scenario);
}

/* A box on a slope of tan 0.45 or 0.55; friction is the product 1.25 x 0.4 = 0.5. MuJoCo's own rule
 * would be the larger: 1.25. */
static double slide_down(double slope, int dimensions) {
  char text[900];
  double g = 10.0, c = 1.0 / sqrt(1.0 + slope * slope), s = slope * c;
  const char *floor = dimensions == 2 ? "box: {size: [60, 2], offset: [0, -1]}"
                                      : "box: {size: [60, 60, 2], offset: [0, 0, -1]}";
  char gravity[96], start[64];
  snprintf(gravity, sizeof gravity, dimensions == 2 ? "[%.17g, %.17g]" : "[%.17g, 0, %.17g]", g * s,
           -g * c);
  snprintf(start, sizeof start, dimensions == 2 ? "[0, 0.25]" : "[0, 0, 0.25]");
  snprintf(text, sizeof text,
           "world:\n  engine: mujoco\n  space: {size: [10, 10, 10], dimensions: %d}\n"
           "  gravity: %s\n  dt: 0.002\n  substeps: 10\n  bodies:\n"
           "    - {name: floor, type: static, shapes: [{geometry: {%s}, friction: 1.25}]}\n"
           "    - {name: box, mass: 2, start: {position: %s},\n"
           "       shapes: [{geometry: {box: {size: [2, 0.5%s]}}, friction: 0.4}]}\n",
           dimensions, gravity, floor, start, dimensions == 2 ? "" : ", 0.5");
  orr_scenario *scenario = parse(text);
  orr_world *world = begin(scenario);
  run(world, 100, NULL);
  double way = number_of(world, "box.x");
  end(world, scenario);
  return way;
}

static void friction_is_a_product(void **context) {
  (void)context;
  for (int dimensions = 2; dimensions <= 3; dimensions++) {
    double held = slide_down(0.45, dimensions), slid = slide_down(0.55, dimensions);
    double c = 1.0 / sqrt(1.0 + 0.55 * 0.55), ideal = 0.5 * 10.0 * c * (0.55 - 0.5) * 4.0;
    print_message("%dD: slope 0.45 creeps %.4f m in 2 s, slope 0.55 slides %.4f m (%.4f)\n",
                  dimensions, held, slid, ideal);
    assert_true(fabs(held) < 0.02);
    assert_true(fabs(slid / ideal - 1.0) < 0.1);
  }
}

/* Height of the first bounce over the height of the fall. */
static double bounce(double elasticity) {
  char text[640];
  snprintf(
      text, sizeof text,
      "world:\n  engine: mujoco\n  space: {size: [4, 4]}\n  gravity: [0, -10]\n  dt: 0.001\n"
      "  substeps: 1\n  bodies:\n"
      "    - {name: floor, type: static, shapes: [{geometry: {box: {size: [8, 2], offset: [0, "
      "-1]}}, elasticity: 1}]}\n"
      "    - {name: ball, mass: 0.7, start: {position: [0, 1.1]}, shapes: [{geometry: {circle: "
      "{radius: 0.1}}, elasticity: %.17g}]}\n",
      elasticity);
  orr_scenario *scenario = parse(text);
  orr_world *world = begin(scenario);
  double highest = 0.0;
  for (int i = 0; i < 1200; i++) {
    orr_world_step(world, NULL);
    if (i > 500 && number_of(world, "ball.vy") > 0.0)
      highest = fmax(highest, number_of(world, "ball.y") - 0.1);
  }
  end(world, scenario);
  return highest;
}

static void bounces_rise_by_the_square_of_elasticity(void **context) {
  (void)context;
  static const double values[] = {0.3, 0.5, 0.7, 0.9, 1.0};
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    double height = bounce(values[i]);
    print_message("elasticity %.1f: bounce %.4f, square %.4f\n", values[i], height,
                  values[i] * values[i]);
    assert_float_equal(sqrt(height), values[i], 0.05);
  }
}

/* The law of a kinematic body, by hand; a heavy box in its way changes nothing. */
static void kinematic_bodies_follow_their_law(void **context) {
  (void)context;
  static const char text[] =
      "world:\n  engine: mujoco\n  space: {size: [4, 4]}\n  dt: 0.01\n  substeps: 10\n  damping: "
      "0.1\n"
      "  bodies:\n"
      "    - {name: hand, type: kinematic, start: {position: [0, 1], velocity: [0, 0.5]},\n"
      "       shapes: [{geometry: {circle: {radius: 0.2}}}]}\n"
      "    - {name: box, mass: 50, start: {position: [1, 1]}, shapes: [{geometry: {box: {size: [1, "
      "1]}}}]}\n"
      "  actuators:\n    - {name: push, body: hand, kp: 100, kv: 20, meaning: absolute}\n";
  orr_scenario *scenario = parse(text);
  orr_world *world = begin(scenario);
  const float target[2] = {1.5f, 1.0f};
  double p[2] = {0.0, 1.0}, v[2] = {0.0, 0.5};
  for (int i = 0; i < 30; i++) {
    orr_world_step(world, target);
    for (int k = 0; k < 20; k++) {
      int axis = k % 2;
      v[axis] += 0.01 * (100.0 * ((double)target[axis] - p[axis]) - 20.0 * v[axis]);
      p[axis] += 0.01 * v[axis];
    }
    assert_float_equal(number_of(world, "hand.x"), p[0], 1e-12);
    assert_float_equal(number_of(world, "hand.y"), p[1], 1e-12);
    assert_float_equal(number_of(world, "hand.vx"), v[0], 1e-12);
  }
  double gap = number_of(world, "box.x") - 0.5 - number_of(world, "hand.x") - 0.2;
  print_message("a kinematic hand has pushed 50 kg to x = %.3f, gap %.4f\n",
                number_of(world, "box.x"), gap);
  assert_true(gap > -0.02);
  end(world, scenario);
}

/* Pushed at a steady speed a box goes as fast as the hand and is hardly entered. */
static void what_is_pushed_moves_along(void **context) {
  (void)context;
  static const char text[] =
      "world:\n  engine: mujoco\n  space: {size: [4, 4, 4], dimensions: 3}\n  gravity: [0, 0, "
      "-10]\n"
      "  dt: 0.004\n  substeps: 5\n  bodies:\n"
      "    - {name: floor, type: static, shapes: [{geometry: {plane: {size: [8, 8]}}, friction: "
      "1}]}\n"
      "    - {name: hand, type: kinematic, start: {position: [0, 0, 0.2]}, shapes: [{geometry: "
      "{sphere: {radius: 0.1}}, friction: 0.5}]}\n"
      "    - {name: box, mass: 1, start: {position: [0.3, 0, 0.2]}, shapes: [{geometry: {box: "
      "{size: "
      "[0.4, 0.4, 0.4]}}, friction: 0.5}]}\n"
      "  actuators:\n    - {name: push, type: velocity, body: hand, axes: xyz}\n";
  orr_scenario *scenario = parse(text);
  orr_world *world = begin(scenario);
  const float speed[3] = {0.4f, 0.0f, 0.0f};
  run(world, 100, speed);
  double gap = number_of(world, "box.x") - 0.2 - number_of(world, "hand.x") - 0.1;
  print_message("pushed at 0.4 m/s: %.4f m/s, gap %.5f m\n", number_of(world, "box.vx"), gap);
  assert_float_equal(number_of(world, "hand.x"), 0.8, 1e-6); /* the action is a float */
  assert_float_equal(number_of(world, "box.vx"), 0.4, 0.02);
  assert_true(fabs(gap) < 0.003);
  assert_true(orr_world_contact(world));
  end(world, scenario);
}

/* Velocity, force, torque, impulse on a free body, each against Newton. */
static void actuators_push_as_they_say(void **context) {
  (void)context;
  static const char text[] =
      "world:\n  engine: mujoco\n  space: {size: [4, 4]}\n  dt: 0.01\n  substeps: 10\n"
      "  gravity: [0, -3]\n  bodies:\n"
      "    - {name: a, mass: 2, moment: 0.5, start: {position: [0, 0]}, shapes: [{geometry: "
      "{circle: "
      "{radius: 0.1}}}]}\n"
      "    - {name: b, mass: 2, start: {position: [2, 0]}, shapes: [{geometry: {circle: {radius: "
      "0.1}}}]}\n"
      "    - {name: c, mass: 2, start: {position: [3, 0]}, shapes: [{geometry: {circle: {radius: "
      "0.1}}}]}\n"
      "  actuators:\n"
      "    - {name: push, type: force, body: a, axes: x, gain: 4}\n"
      "    - {name: turn, type: torque, body: a}\n"
      "    - {name: go, type: velocity, body: b}\n"
      "    - {name: hit, type: impulse, body: c, axes: x}\n";
  orr_scenario *scenario = parse(text);
  orr_world *world = begin(scenario);
  const float action[5] = {1.0f, 1.0f, 0.5f, 0.25f, 3.0f};
  orr_world_step(world, action);
  assert_float_equal(number_of(world, "a.vx"), 4.0 / 2.0 * 0.1, 1e-12);
  assert_float_equal(number_of(world, "a.vy"), -0.3, 1e-12);
  assert_float_equal(number_of(world, "a.omega"), 1.0 / 0.5 * 0.1, 1e-12);
  assert_float_equal(number_of(world, "b.vx"), 0.5, 1e-12);
  assert_float_equal(number_of(world, "b.vy"), 0.25, 1e-12);
  assert_float_equal(number_of(world, "c.vx"), 1.5, 1e-12);
  orr_world_step(world, action);
  assert_float_equal(number_of(world, "c.vx"), 3.0, 1e-12);
  end(world, scenario);
}

/* damping is a share of the velocity a second, whatever the substep. */
static void damping_slows_free_bodies(void **context) {
  (void)context;
  static const char text[] =
      "world:\n  engine: mujoco\n  space: {size: [4, 4]}\n  dt: 0.01\n  damping: 0.25\n  bodies:\n"
      "    - {name: a, mass: 2, start: {velocity: [4, 0], omega: 2}, shapes: [{geometry: {circle: "
      "{radius: 0.1}}}]}\n";
  orr_scenario *scenario = parse(text);
  orr_world *world = begin(scenario);
  run(world, 10, NULL);
  assert_float_equal(number_of(world, "a.vx"), 1.0, 1e-12);
  assert_float_equal(number_of(world, "a.omega"), 0.5, 1e-12);
  end(world, scenario);
}

int run_mujoco_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_free_body_keeps_what_it_has),
      cmocka_unit_test(euler_drifts_in_proportion_to_its_step),
      cmocka_unit_test(a_cart_pole_swings_with_its_period),
      cmocka_unit_test(limits_hold),
      cmocka_unit_test(friction_is_a_product),
      cmocka_unit_test(bounces_rise_by_the_square_of_elasticity),
      cmocka_unit_test(kinematic_bodies_follow_their_law),
      cmocka_unit_test(what_is_pushed_moves_along),
      cmocka_unit_test(actuators_push_as_they_say),
      cmocka_unit_test(damping_slows_free_bodies),
  };
  return cmocka_run_group_tests_name("mujoco", tests, NULL, NULL);
}
