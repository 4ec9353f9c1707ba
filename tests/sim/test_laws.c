/* The laws that both engines share: forces of actuators and of fields, against formulas. */
#include "sim_test.h"

#include "sim/drive.h"
#include "sim/force.h"

#include <math.h>
#include <stdio.h>

static orr_actuator_def actuator(orr_actuator_type type) {
  return (orr_actuator_def){
      .type = type, .body = "b", .kp = 50.0, .kv = 4.0, .max_force = (double)INFINITY};
}

static void actuators_push_by_their_laws(void **context) {
  (void)context;
  const double m = 3.0, dt = 0.02, p = 1.5, v = -2.0;
  orr_actuator_def def = actuator(ORR_ACTUATE_POSITION);
  assert_float_equal(orr_drive_force(&def, m, dt, 2.0, p, v), 3.0 * (50.0 * 0.5 + 4.0 * 2.0),
                     1e-12);
  def = actuator(ORR_ACTUATE_VELOCITY);
  assert_float_equal(orr_drive_force(&def, m, dt, 1.0, p, v), 3.0 * 3.0 / 0.02, 1e-9);
  def.joint = "j"; /* a joint's motor is soft */
  assert_float_equal(orr_drive_force(&def, 1.0, dt, 1.0, p, v), 4.0 * 3.0, 1e-12);
  def = actuator(ORR_ACTUATE_FORCE);
  assert_float_equal(orr_drive_force(&def, m, dt, -7.0, p, v), -7.0, 0.0);
  def = actuator(ORR_ACTUATE_TORQUE);
  assert_float_equal(orr_drive_force(&def, m, dt, 0.25, p, v), 0.25, 0.0);
  def = actuator(ORR_ACTUATE_IMPULSE); /* force times dt is the impulse */
  assert_float_equal(orr_drive_force(&def, m, dt, 0.6, p, v), 30.0, 1e-12);
}

static void no_force_exceeds_its_limit(void **context) {
  (void)context;
  for (int type = ORR_ACTUATE_POSITION; type <= ORR_ACTUATE_IMPULSE; type++) {
    orr_actuator_def def = actuator((orr_actuator_type)type);
    def.max_force = 5.0;
    assert_float_equal(orr_drive_force(&def, 2.0, 0.01, 900.0, 0.0, 0.0), 5.0, 0.0);
    assert_float_equal(orr_drive_force(&def, 2.0, 0.01, -900.0, 0.0, 0.0), -5.0, 0.0);
    def.max_force = 0.0;
    assert_float_equal(orr_drive_force(&def, 2.0, 0.01, 900.0, 0.0, 0.0), 0.0, 0.0);
  }
}

static const char fields_text[] =
    "world:\n"
    "  space: {size: [10, 10]}\n"
    "  bodies:\n"
    "    - {name: wall, type: static, shapes: [{geometry: {box: {size: [1, 1]}}}]}\n"
    "    - {name: a, mass: 2, start: {position: [8, 8]}, shapes: [{geometry: {circle: {radius: "
    "1}}}]}\n"
    "    - {name: b, mass: 2, start: {position: [4, 4]}, shapes: [{geometry: {circle: {radius: "
    "1}}}]}\n"
    "  forces:\n"
    "    - {name: f, %s}\n";

/* The first field on a body `file` that moves so. */
static void push(const char *field, size_t file, orr_motion motion, double force[3],
                 double torque[3]) {
  char text[1024];
  orr_error err;
  snprintf(text, sizeof text, fields_text, field);
  orr_scenario *scenario = parse_scenario(text, &err);
  if (!scenario) print_error("%s: %s\n", field, err.message);
  assert_non_null(scenario);
  orr_force_on(scenario, file, &motion, force, torque);
  orr_scenario_destroy(scenario);
}

static void fields_push_by_their_laws(void **context) {
  (void)context;
  const orr_motion motion = {{3, 4, 0}, {3, -4, 0}, {0, 0, 2}, 2.0};
  double f[3], t[3];
  push("force: {gravity: {acceleration: [1, -10]}}", 1, motion, f, t);
  assert_float_equal(f[0], 2.0, 1e-12);
  assert_float_equal(f[1], -20.0, 1e-12);
  push("force: {drag: {linear: 0.5, quadratic: 0.1, angular: 0.25}}", 1, motion, f, t);
  assert_float_equal(f[0], -(0.5 + 0.1 * 5.0) * 3.0, 1e-12);
  assert_float_equal(f[1], (0.5 + 0.1 * 5.0) * 4.0, 1e-12);
  assert_float_equal(t[2], -0.5, 1e-12);
  push("force: {wind: {velocity: [9, 4], linear: 0.5, quadratic: 0.1}}", 1, motion, f, t);
  assert_float_equal(f[0], (0.5 + 0.1 * 10.0) * 6.0, 1e-12); /* relative wind: (6, 8) */
  assert_float_equal(f[1], (0.5 + 0.1 * 10.0) * 8.0, 1e-12);
  assert_float_equal(t[2], 0.0, 0.0);
  push("force: {attraction: {point: [0, 0], strength: 7}}", 1, motion, f, t);
  assert_float_equal(f[0], -2.0 * 7.0 / 25.0 * 3.0 / 5.0, 1e-12); /* r = 5 */
  assert_float_equal(f[1], -2.0 * 7.0 / 25.0 * 4.0 / 5.0, 1e-12);
  push("force: {attraction: {point: [0, 0], strength: 7, power: -1}}", 1, motion, f, t);
  assert_float_equal(f[1], -2.0 * 7.0 * 4.0, 1e-12);
  push("force: {attraction: {point: [0, 0], strength: 7, soft: 10}}", 1, motion, f, t);
  assert_float_equal(f[0], -2.0 * 7.0 / 100.0 * 3.0 / 10.0, 1e-12);
  const orr_motion middle = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}, 2.0};
  push("force: {attraction: {point: [0, 0], strength: 7}}", 1, middle, f, t);
  assert_float_equal(f[0], 0.0, 0.0);
}

static void fields_end_with_their_region(void **context) {
  (void)context;
  static const struct {
    const char *region;
    double x, y;
    bool inside;
  } cases[] = {{"everywhere: {}", 1e6, 0, true},
               {"box: {low: [1, 2], high: [3, 4]}", 2, 3, true},
               {"box: {low: [1, 2], high: [3, 4]}", 3, 4, true},
               {"box: {low: [1, 2], high: [3, 4]}", 3.01, 3, false},
               {"box: {low: [1, 2], high: [3, 4]}", 2, 1.99, false},
               {"ball: {centre: [1, 1], radius: 5}", 4, 5, true},
               {"ball: {centre: [1, 1], radius: 5}", 4, 5.01, false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char field[160];
    double f[3], t[3];
    snprintf(field, sizeof field, "region: {%s}, force: {gravity: {acceleration: [1, 0]}}",
             cases[i].region);
    push(field, 1, (orr_motion){{cases[i].x, cases[i].y, 0}, {0}, {0}, 2.0}, f, t);
    assert_float_equal(f[0], cases[i].inside ? 2.0 : 0.0, 0.0);
  }
}

static void fields_add_up_on_their_bodies(void **context) {
  (void)context;
  static const char two[] = "bodies: [b], force: {gravity: {acceleration: [1, 0]}}}\n"
                            "    - {name: g, force: {gravity: {acceleration: [0, 3]}}";
  char text[1024];
  orr_error err;
  snprintf(text, sizeof text, fields_text, two);
  orr_scenario *scenario = parse_scenario(text, &err);
  assert_non_null(scenario);
  const orr_motion motion = {.mass = 2.0};
  double f[3], t[3];
  assert_false(orr_force_any(scenario, 0));
  assert_true(orr_force_any(scenario, 1));
  orr_force_on(scenario, 0, &motion, f, t);
  assert_float_equal(f[1], 0.0, 0.0);
  orr_force_on(scenario, 1, &motion, f, t);
  assert_float_equal(f[0], 0.0, 0.0);
  assert_float_equal(f[1], 6.0, 0.0);
  orr_force_on(scenario, 2, &motion, f, t);
  assert_float_equal(f[0], 2.0, 0.0);
  assert_float_equal(f[1], 6.0, 0.0);
  orr_scenario_destroy(scenario);
}

int run_laws_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(actuators_push_by_their_laws),
      cmocka_unit_test(no_force_exceeds_its_limit),
      cmocka_unit_test(fields_push_by_their_laws),
      cmocka_unit_test(fields_end_with_their_region),
      cmocka_unit_test(fields_add_up_on_their_bodies),
  };
  return cmocka_run_group_tests_name("laws", tests, NULL, NULL);
}
