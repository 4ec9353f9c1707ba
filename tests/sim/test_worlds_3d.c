/* The worlds of the shelf that MuJoCo moves, as their files have them, against formulas. */
#include "sim_test.h"

#include "base/maths.h"
#include "base/rotation.h"

#include <stdio.h>
#include <string.h>

/* A scenario of the shelf with some settings changed, ends with NULL; reset to episode 0. */
static orr_world *open_world(const char *id, const char *const *changes) {
  char path[512];
  snprintf(path, sizeof path, "%s/scenarios/%s.yaml", ORR_SOURCE_DIR, id);
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_scenario *scenario = NULL;
  orr_status status = orr_config_load(path, &config, diagnostics);
  for (size_t i = 0; status == ORR_OK && changes && changes[i]; i++)
    status = orr_config_set(config, changes[i], diagnostics);
  if (status == ORR_OK) status = orr_scenario_read(config, &scenario, diagnostics);
  if (status != ORR_OK) orr_diagnostics_print(diagnostics, stderr, false);
  assert_non_null(scenario);
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
  orr_world *world = new_world(scenario);
  assert_int_equal(orr_world_reset(world, 1, 0, NULL), ORR_OK);
  return world;
}

/* cmocka's own compares floats. */
static void near(double value, double expected, double band) {
  if (fabs(value - expected) <= band) return;
  fail_msg("%.17g is not within %g of %.17g", value, band, expected);
}

static void act(orr_world *world, float first, float second) {
  const float action[2] = {first, second};
  orr_world_step(world, action);
}

/* ---- cart_pole ---- */

static const double cart = 1.0, pole = 0.1, half = 0.5, weight = 9.81;

/* Of the pole about its pivot: a box of 0.05 x 1. */
static double pole_moment(void) { return pole * (0.05 * 0.05 + 1.0) / 12.0 + pole * half * half; }

/* Seconds from one passage of the hanging pole through its rest to the one ten swings later. */
static double swing_period(const char *mass) {
  const char *changes[] = {"world.joints.hinge.start=3.12",
                           "world.joints.hinge.speed=0",
                           "world.joints.track.start=0",
                           "world.joints.track.speed=0",
                           mass,
                           NULL};
  orr_world *world = open_world("cart_pole", changes);
  double before = number_of(world, "hinge.angle") - ORR_PI, first = 0.0, last = 0.0;
  int passages = 0;
  while (passages < 11 && orr_world_steps(world) < 2000) {
    double time = orr_world_time(world);
    act(world, 0.0f, 0.0f);
    double now = number_of(world, "hinge.angle") - ORR_PI;
    if (before < 0.0 && now >= 0.0) {
      last = time + (orr_world_time(world) - time) * before / (before - now);
      if (passages++ == 0) first = last;
    }
    before = now;
  }
  assert_int_equal(passages, 11);
  end_world(world);
  return (last - first) / 10.0;
}

/* T = 2 pi sqrt(I / (m g l)); a free cart takes (m l)^2 / (M + m) from the moment. */
static void the_pole_swings_at_its_period(void **context) {
  (void)context;
  double torque = pole * weight * half, coupled = pole * half * pole * half / (cart + pole);
  double locked = 2.0 * ORR_PI * sqrt(pole_moment() / torque);
  double loose = 2.0 * ORR_PI * sqrt((pole_moment() - coupled) / torque);
  double measured[] = {swing_period("world.bodies.cart.mass=1e7"),
                       swing_period("world.bodies.cart.mass=1")};
  print_message("cart and pole: period %.5f s (formula %.5f), cart free %.5f (%.5f)\n", measured[0],
                locked, measured[1], loose);
  near(measured[0] / locked, 1.0, 5e-4);
  near(measured[1] / loose, 1.0, 5e-4);
}

static void nothing_brakes_the_pole(void **context) {
  (void)context;
  static const char *const changes[] = {"world.joints.hinge.start=2", "world.joints.track.start=0",
                                        NULL};
  orr_world *world = open_world("cart_pole", changes);
  double first = orr_world_energy(world), worst = 0.0;
  for (int i = 0; i < 500; i++) {
    act(world, 0.0f, 0.0f);
    worst = fmax(worst, fabs(orr_world_energy(world) - first));
  }
  /* In units of what the pole can gain from upright to hanging. */
  worst /= 2.0 * pole * weight * half;
  print_message("cart and pole: energy within %.2g of 2 m g l for 10 s\n", worst);
  assert_true(worst < 0.01);
  end_world(world);
}

static void the_rail_ends(void **context) {
  (void)context;
  orr_world *world = open_world("cart_pole", NULL);
  double most = 0.0, least = 0.0;
  for (int i = 0; i < 600; i++) {
    act(world, (i / 100) % 2 ? -1.0f : 1.0f, 0.0f);
    most = fmax(most, number_of(world, "track.offset"));
    least = fmin(least, number_of(world, "track.offset"));
  }
  print_message("cart and pole: the track from %.3f to %.3f m\n", least, most);
  assert_true(most > 1.59 && most < 1.68);
  assert_true(least < -1.59 && least > -1.68);
  assert_int_equal(orr_world_end(world), ORR_TRUNCATED);
  end_world(world);
}

/* A linear law (force of 10 N) balances it from every start, which no constant push does. */
static void the_pole_can_be_balanced(void **context) {
  (void)context;
  for (uint32_t episode = 0; episode < 10; episode++) {
    orr_world *world = open_world("cart_pole", NULL);
    assert_int_equal(orr_world_reset(world, 2, episode, NULL), ORR_OK);
    while (orr_world_end(world) == ORR_RUNNING) {
      double push = -4.0 * number_of(world, "hinge.angle") - 1.0 * number_of(world, "hinge.omega") +
                    0.3 * number_of(world, "track.offset") + 0.4 * number_of(world, "track.rate");
      act(world, (float)push, 0.0f);
    }
    assert_int_equal(orr_world_end(world), ORR_TERMINATED);
    assert_int_equal(orr_world_reset(world, 2, episode, NULL), ORR_OK);
    while (orr_world_end(world) == ORR_RUNNING) act(world, 0.0f, 0.0f);
    assert_int_equal(orr_world_end(world), ORR_TRUNCATED);
    end_world(world);
  }
}

/* ---- reacher ---- */

typedef struct arm {
  double mass[2][2], bias[2]; /* of the two joints; bias: Coriolis and centrifugal torques */
} arm;

/* Two rods of 1.2 kg/m, 0.5 and 0.4 m long, and a disc of 0.05 kg at the end. */
static arm arm_at(double elbow, double w1, double w2) {
  const double l1 = 0.5, l2 = 0.4, m1 = 0.6, m2 = 0.48, tip = 0.05;
  double i1 = 0.1 * l1 * l1 * l1, i2 = 0.1 * l2 * l2 * l2 + 0.5 * tip * 0.06 * 0.06;
  double lever = m2 * 0.5 * l2 + tip * l2, own = i2 + m2 * 0.25 * l2 * l2 + tip * l2 * l2;
  double c = lever * l1 * cos(elbow), s = lever * l1 * sin(elbow);
  arm out;
  out.mass[0][0] = i1 + m1 * 0.25 * l1 * l1 + (m2 + tip) * l1 * l1 + own + 2.0 * c;
  out.mass[0][1] = out.mass[1][0] = own + c;
  out.mass[1][1] = own;
  out.bias[0] = -s * (2.0 * w1 * w2 + w2 * w2);
  out.bias[1] = s * w1 * w1;
  return out;
}

/* Accelerations over one substep against M q'' = torque - bias - damping q' (Euler takes the
 * damping at the end of the substep). */
static void the_arm_obeys_its_mass_matrix(void **context) {
  (void)context;
  const double dt = 0.01, damping = 0.1, gain[2] = {1.0, 0.5};
  static const char *const changes[] = {"world.substeps=1",
                                        "world.joints.shoulder.speed={uniform: [-3, 3]}",
                                        "world.joints.elbow.speed={uniform: [-3, 3]}", NULL};
  orr_world *world = open_world("reacher", changes);
  for (uint32_t episode = 0; episode < 20; episode++) {
    assert_int_equal(orr_world_reset(world, 3, episode, NULL), ORR_OK);
    float action[2];
    draw_action(world, episode, 0, action);
    double w[2] = {number_of(world, "shoulder.omega"), number_of(world, "elbow.omega")};
    arm at = arm_at(number_of(world, "elbow.angle"), w[0], w[1]);
    double f[2];
    for (int i = 0; i < 2; i++) {
      f[i] = gain[i] * (double)action[i] - at.bias[i] - damping * w[i];
      at.mass[i][i] += dt * damping;
    }
    double det = at.mass[0][0] * at.mass[1][1] - at.mass[0][1] * at.mass[1][0];
    double expected[2] = {(at.mass[1][1] * f[0] - at.mass[0][1] * f[1]) / det,
                          (at.mass[0][0] * f[1] - at.mass[1][0] * f[0]) / det};
    act(world, action[0], action[1]);
    near((number_of(world, "shoulder.omega") - w[0]) / dt, expected[0], 1e-6);
    near((number_of(world, "elbow.omega") - w[1]) / dt, expected[1], 1e-6);
  }
  end_world(world);
}

static void the_tip_is_where_the_joints_say(void **context) {
  (void)context;
  orr_world *world = open_world("reacher", NULL);
  double far = 0.0;
  for (uint32_t i = 0; i < 300; i++) {
    float action[2];
    draw_action(world, 0, i / 20, action);
    act(world, action[0], action[1]);
    double q1 = number_of(world, "shoulder.angle"), q2 = number_of(world, "elbow.angle");
    near(number_of(world, "tip.x"), 1.2 + 0.5 * cos(q1) + 0.4 * cos(q1 + q2), 1e-9);
    near(number_of(world, "tip.y"), 1.2 + 0.5 * sin(q1) + 0.4 * sin(q1 + q2), 1e-9);
    far = fmax(far, fabs(q2));
  }
  assert_true(far > 1.0 && far < 2.7); /* it moved, the elbow no further than it bends */
  end_world(world);
}

/* ---- point_maze ---- */

static void the_ball_reaches_the_speed_of_its_drag(void **context) {
  (void)context;
  static const char *const changes[] = {"world.actuators.push.gain=2.094395",
                                        "world.bodies.ball.start.position=[0.2, 0.2]", NULL};
  orr_world *world = open_world("point_maze", changes);
  const double limit = 2.094395 / 4.18879; /* force / drag */
  for (int i = 0; i < 100; i++) {
    act(world, 1.0f, 0.0f);
    double formula = limit * (1.0 - exp(-orr_world_time(world)));
    near(number_of(world, "ball.vx"), formula, 0.01 * limit);
  }
  near(number_of(world, "ball.vx") / limit, 1.0, 0.01);
  end_world(world);
}

static void the_walls_hold(void **context) {
  (void)context;
  orr_world *world = open_world("point_maze", NULL);
  double deepest = 0.0;
  for (uint32_t i = 0; i < 3000; i++) {
    orr_random random = orr_random_at(5, ORR_PURPOSE_TEST, 0, i / 25, 0, 0);
    float x = orr_random_unit(&random) < 0.5 ? -1.0f : 1.0f;
    float y = orr_random_unit(&random) < 0.5 ? -1.0f : 1.0f;
    act(world, x, y);
    double px = number_of(world, "ball.x"), py = number_of(world, "ball.y"), r = 0.1;
    deepest = fmax(deepest, fmax(fmax(r - px, px - 3.0 + r), fmax(r - py, py - 3.0 + r)));
    if (px < 2.0) deepest = fmax(deepest, fmin(py - 1.0 + r, 2.0 + r - py));
  }
  print_message("point maze: at most %.4f m into a wall\n", deepest);
  assert_true(deepest > 0.0 && deepest < 0.05);
  end_world(world);
}

/* Straight to the goal it never comes; by the corners of the U it does. */
static void the_expert_goes_around_the_wall(void **context) {
  (void)context;
  static const char *const changes[] = {"world.bodies.ball.start.position=[0.3, 0.5]", NULL};
  static const double way[][2] = {{2.4, 0.5}, {2.5, 2.4}, {0.5, 2.5}};
  for (int guided = 0; guided < 2; guided++) {
    orr_world *world = open_world("point_maze", changes);
    int at = guided ? 0 : 2;
    while (orr_world_end(world) == ORR_RUNNING) {
      double dx = way[at][0] - number_of(world, "ball.x");
      double dy = way[at][1] - number_of(world, "ball.y");
      if (at < 2 && hypot(dx, dy) < 0.3) at++;
      double push[2] = {2.0 * dx - number_of(world, "ball.vx"),
                        2.0 * dy - number_of(world, "ball.vy")};
      act(world, (float)orr_clamp(push[0], -1.0, 1.0), (float)orr_clamp(push[1], -1.0, 1.0));
    }
    assert_int_equal(orr_world_end(world), guided ? ORR_TERMINATED : ORR_TRUNCATED);
    end_world(world);
  }
}

/* ---- push_cube ---- */

/* A kicked cube loses mu g of its speed in a second, mu = 0.4, and stays where it stops. */
static void the_cube_slides_as_friction_says(void **context) {
  (void)context;
  static const char *const changes[] = {"world.bodies.cube.start.position=[0.2, 0.5, 0.04]",
                                        "world.bodies.cube.start.angle=0", "world.substeps=1",
                                        NULL};
  orr_world *world = open_world("push_cube", changes);
  for (int i = 0; i < 50; i++) act(world, 0.0f, 0.0f);
  int cube = orr_space_find_body(&orr_world_scenario(world)->state, "cube");
  orr_intervention kick = {ORR_INTERVENE_KICK, cube, {1.0, 0.0, 0.0}};
  assert_int_equal(orr_world_intervene(world, &kick, NULL), ORR_OK);
  double start = number_of(world, "cube.x");
  for (int i = 0; i < 12; i++) act(world, 0.0f, 0.0f);
  double early = number_of(world, "cube.vx"), time = orr_world_time(world);
  for (int i = 0; i < 25; i++) act(world, 0.0f, 0.0f);
  double slows = (early - number_of(world, "cube.vx")) / (orr_world_time(world) - time);
  for (int i = 0; i < 100; i++) act(world, 0.0f, 0.0f);
  double rest = number_of(world, "cube.x"), way = rest - start;
  print_message(
      "push a cube: slows by %.3f m/s2 (mu g %.3f), stops after %.4f m (v2 / 2 mu g %.4f)\n", slows,
      0.4 * weight, way, 0.5 / (0.4 * weight));
  near(slows, 0.4 * weight, 0.04 * weight);
  near(way, 0.5 / (0.4 * weight), 0.012);
  for (int i = 0; i < 2500; i++) act(world, 0.0f, 0.0f);
  print_message("push a cube: creeps %.2g m in 10 s\n", number_of(world, "cube.x") - rest);
  near(number_of(world, "cube.x"), rest, 5e-4);
  near(number_of(world, "cube.z"), 0.04, 1e-3);
  end_world(world);
}

/* Pushed beside its middle it turns; what its heading says its quaternion says too. */
static void a_push_beside_the_middle_turns_the_cube(void **context) {
  (void)context;
  static const char *const changes[] = {
      "world.bodies.cube.start.position=[0.5, 0.5, 0.04]", "world.bodies.cube.start.angle=0",
      "world.joints.along.start=0.47", "world.joints.across.start=0.4", NULL};
  orr_world *world = open_world("push_cube", changes);
  for (int i = 0; i < 40; i++) {
    act(world, 0.0f, 0.5f);
    double w = number_of(world, "cube.qw"), x = number_of(world, "cube.qx"),
           y = number_of(world, "cube.qy"), z = number_of(world, "cube.qz");
    double heading = atan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z));
    near(orr_wrap_angle(number_of(world, "cube.angle") - heading), 0.0, 1e-9);
    near(w * w + x * x + y * y + z * z, 1.0, 1e-9);
  }
  print_message("push a cube: to y = %.3f, heading %.3f\n", number_of(world, "cube.y"),
                number_of(world, "cube.angle"));
  assert_true(number_of(world, "cube.y") > 0.53);
  assert_true(number_of(world, "cube.angle") < -0.1);
  end_world(world);
}

/* kp asks for 15 m/s2 at the longest stroke, the limit of 5 N gives a hand of 0.5 kg 10 m/s2. */
static void the_hand_has_a_limit(void **context) {
  (void)context;
  static const char *const changes[] = {"world.substeps=1", NULL};
  orr_world *world = open_world("push_cube", changes);
  act(world, 1.0f, -0.5f);
  near(number_of(world, "hand.vx"), 10.0 * 0.004, 1e-6);
  near(number_of(world, "hand.vy"), -7.5 * 0.004, 1e-6);
  end_world(world);
}

/* A cube in a corner is squeezed with all the force there is: it stays on the table. */
static void the_rim_holds_the_cube(void **context) {
  (void)context;
  static const char *const changes[] = {
      "world.bodies.cube.start.position=[0.95, 0.95, 0.04]", "world.bodies.cube.start.angle=0.3",
      "world.joints.along.start=0.8", "world.joints.across.start=0.8", NULL};
  orr_world *world = open_world("push_cube", changes);
  for (int i = 0; i < 100; i++) act(world, 1.0f, 1.0f);
  assert_true(orr_world_end(world) != ORR_DIVERGED);
  assert_true(number_of(world, "cube.x") < 0.98 && number_of(world, "cube.y") < 0.98);
  near(number_of(world, "cube.z"), 0.04, 0.01);
  end_world(world);
}

/* ---- mirror_room ---- */

/* Rolling: v = omega x r, the lowest point stands still. A solid ball starts with F / (7/5 m), F
 * less what its rolling friction of 2 mm takes. */
static void the_ball_rolls_without_slipping(void **context) {
  (void)context;
  static const char *const changes[] = {"world.bodies.robot.start.position=[0.8, 0.7, 0.12]", NULL};
  orr_world *world = open_world("mirror_room", changes);
  for (int i = 0; i < 10; i++) act(world, 0.0f, 0.0f);
  act(world, 1.0f, 0.0f);
  near(number_of(world, "robot.vx") / 0.05, (2.0 - weight * 0.002 / 0.12) / 1.4, 0.03);
  double slip = 0.0, most = 0.0;
  for (int i = 0; i < 30; i++) {
    act(world, i < 20 ? 1.0f : 0.0f, i < 15 ? 0.0f : 0.5f);
    double vx = number_of(world, "robot.vx"), vy = number_of(world, "robot.vy");
    slip = fmax(slip, hypot(vx - 0.12 * number_of(world, "robot.omega_y"),
                            vy + 0.12 * number_of(world, "robot.omega_x")));
    most = fmax(most, hypot(vx, vy));
  }
  print_message("mirror room: slips at %.2g m/s of %.2f m/s\n", slip, most);
  assert_true(most > 0.8);
  assert_true(slip < 0.02 * most);
  end_world(world);
}

static void the_room_keeps_the_ball(void **context) {
  (void)context;
  orr_world *world = open_world("mirror_room", NULL);
  double deepest = 0.0, low = 1.0, high = 0.0;
  for (uint32_t i = 0; i < 2000; i++) {
    float action[2];
    draw_action(world, 0, i / 40, action);
    act(world, action[0] > 0.0f ? 1.0f : -1.0f, action[1] > 0.0f ? 1.0f : -1.0f);
    double x = number_of(world, "robot.x"), y = number_of(world, "robot.y"), r = 0.12;
    double z = number_of(world, "robot.z");
    deepest = fmax(deepest, fmax(fmax(r - x, x - 4.0 + r), fmax(r - y, y - 3.0 + r)));
    low = fmin(low, z);
    high = fmax(high, z);
  }
  print_message("mirror room: %.4f m into a wall, z in [%.4f, %.4f]\n", deepest, low, high);
  assert_true(orr_world_end(world) != ORR_DIVERGED);
  assert_true(deepest > 0.0 && deepest < 0.05);
  assert_true(low > 0.11 && high < 0.18);
  end_world(world);
}

/* The screen is in the way; around its end the ball gets there. */
static void the_mark_is_behind_the_screen(void **context) {
  (void)context;
  static const char *const changes[] = {"world.bodies.robot.start.position=[2.2, 0.5, 0.12]", NULL};
  static const double way[][2] = {{3.4, 1.3}, {3.3, 1.9}, {2.2, 2.2}};
  for (int guided = 0; guided < 2; guided++) {
    orr_world *world = open_world("mirror_room", changes);
    int at = guided ? 0 : 2;
    while (orr_world_end(world) == ORR_RUNNING) {
      double dx = way[at][0] - number_of(world, "robot.x");
      double dy = way[at][1] - number_of(world, "robot.y");
      if (at < 2 && hypot(dx, dy) < 0.3) at++;
      double px = 2.0 * dx - 2.0 * number_of(world, "robot.vx");
      double py = 2.0 * dy - 2.0 * number_of(world, "robot.vy");
      act(world, (float)orr_clamp(px, -1.0, 1.0), (float)orr_clamp(py, -1.0, 1.0));
    }
    assert_int_equal(orr_world_end(world), guided ? ORR_TERMINATED : ORR_TRUNCATED);
    end_world(world);
  }
}

/* What a picture of it needs: mirrors, glass, lamps, a sky, a camera, solids of each kind. */
static void the_room_shows_its_mirrors_and_lamps(void **context) {
  (void)context;
  orr_world *world = open_world("mirror_room", NULL);
  const orr_scene *scene = orr_world_scene(world);
  unsigned seen = 0;
  size_t mirrors = 0, glasses = 0, images = 0;
  for (size_t i = 0; i < scene->shape_count; i++) {
    seen |= 1u << scene->shapes[i].kind;
    mirrors += scene->shapes[i].material.mirror > 0.5;
    glasses += scene->shapes[i].material.glass > 0.5;
    images += scene->shapes[i].material.texture != NULL;
  }
  assert_int_equal(mirrors, 2);
  assert_int_equal(glasses, 1);
  assert_int_equal(images, 1);
  assert_int_equal(scene->light_count, 3);
  assert_non_null(scene->sky);
  assert_non_null(scene->camera);
  for (unsigned kind = ORR_SCENE_SPHERE; kind <= ORR_SCENE_MESH; kind++)
    assert_true(seen & 1u << kind);
  end_world(world);
}

int run_worlds_3d_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_pole_swings_at_its_period),
      cmocka_unit_test(nothing_brakes_the_pole),
      cmocka_unit_test(the_rail_ends),
      cmocka_unit_test(the_pole_can_be_balanced),
      cmocka_unit_test(the_arm_obeys_its_mass_matrix),
      cmocka_unit_test(the_tip_is_where_the_joints_say),
      cmocka_unit_test(the_ball_reaches_the_speed_of_its_drag),
      cmocka_unit_test(the_walls_hold),
      cmocka_unit_test(the_expert_goes_around_the_wall),
      cmocka_unit_test(the_cube_slides_as_friction_says),
      cmocka_unit_test(a_push_beside_the_middle_turns_the_cube),
      cmocka_unit_test(the_hand_has_a_limit),
      cmocka_unit_test(the_rim_holds_the_cube),
      cmocka_unit_test(the_ball_rolls_without_slipping),
      cmocka_unit_test(the_room_keeps_the_ball),
      cmocka_unit_test(the_mark_is_behind_the_screen),
      cmocka_unit_test(the_room_shows_its_mirrors_and_lamps),
  };
  return cmocka_run_group_tests_name("worlds of the shelf on MuJoCo", tests, NULL, NULL);
}
