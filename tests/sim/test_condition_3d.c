/* Conditions, rewards and goals in three dimensions. */
#include "sim_test.h"

#include "base/maths.h"
#include "sim/goal.h"
#include "sim/parts.h"

#include <math.h>
#include <string.h>

/* Nothing pulls: what rests stays where it is put. */
static const char world_text[] =
    "world:\n"
    "  engine: mujoco\n"
    "  space: {dimensions: 3, size: [9, 9, 9]}\n"
    "  gravity: [0, 0, 0]\n"
    "  dt: 0.01\n"
    "  substeps: 1\n"
    "  bodies:\n"
    "    - {name: floor, type: static, shapes: [{geometry: {plane: {size: [9, 9]}}}]}\n"
    "    - {name: cube, mass: 1, start: {position: [3, 4, 5]},\n"
    "       shapes: [{geometry: {box: {size: [1, 1, 1]}}}]}\n"
    "task:\n"
    "  success: %s\n"
    "  goals: [{body: cube, position: [3, 4, 0], angle: 0.5}]\n"
    "  reward: [{name: it, term: %s}]\n";

typedef struct result {
  bool holds;
  double reward;
} result;

/* One step from a cube at `x, y, z`, rolled by `roll` about x. */
static result step_from(const char *success, const char *term, const double at[3], double roll) {
  char text[2048];
  orr_error err = {0};
  double state[ORR_BODY_STATE_3D] = {at[0], at[1]}, after[ORR_BODY_STATE_3D];
  snprintf(text, sizeof text, world_text, success, term);
  orr_scenario *scenario = parse_scenario(text, &err);
  if (!scenario) fail_msg("%s: %s", success, err.message);
  assert_int_equal(scenario->state.count, ORR_BODY_STATE_3D);
  orr_world *world = new_world(scenario);
  state[6] = at[2], state[7] = cos(0.5 * roll), state[8] = sin(0.5 * roll);
  assert_int_equal(orr_world_reset_to(world, state, NULL), ORR_OK);
  result out = {.holds = orr_world_step(world, NULL) == ORR_TERMINATED};
  out.reward = orr_world_reward(world);
  orr_world_state(world, after);
  assert_true(fabs(after[0] - state[0]) < 0.02 && fabs(after[6] - state[6]) < 0.02);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
  return out;
}

static bool holds(const char *success, double z, double roll) {
  const double at[3] = {3, 4, z};
  return step_from(success, "{time: {}}", at, roll).holds;
}

static double reward(const char *term, double z, double roll) {
  const double at[3] = {3, 4, z};
  return step_from("{none: {}}", term, at, roll).reward;
}

static void conditions_see_the_third_axis(void **context) {
  (void)context;
  assert_true(holds("{reach: {body: cube, point: [3, 0, 2], distance: 5.0001}}", 5, 0));
  assert_false(holds("{reach: {body: cube, point: [3, 0, 2], distance: 4.9999}}", 5, 0));
  assert_true(
      holds("{inside: {body: cube, region: {ball: {centre: [3, 4, 6], radius: 1.0001}}}}", 5, 0));
  assert_false(
      holds("{inside: {body: cube, region: {box: {low: [0, 0, 0], high: [9, 9, 4.9]}}}}", 5, 0));
  assert_true(holds("{lift: {body: cube, height: 4.9999}}", 5, 0));
  assert_false(holds("{lift: {body: cube, height: 5.0001}}", 5, 0));
  assert_true(holds("{balance: {body: cube, within: 0.31}}", 5, 0.3));
  assert_false(holds("{balance: {body: cube, within: 0.29}}", 5, 0.3));
  assert_true(holds("{balance: {body: cube, angle: 1.2, within: 0.1}}", 5, -1.2));
  assert_true(holds("{contact: {body: floor, other: cube}}", 0.49, 0));
  assert_false(holds("{contact: {body: cube}}", 0.6, 0));
  assert_true(holds("{pose: {position: 5.0001, angle: 0.51}}", 5, 0));
  assert_false(holds("{pose: {position: 4.9999}}", 5, 0));
  assert_false(holds("{pose: {position: 9, angle: 0.49}}", 5, 0));
}

static void rewards_see_the_third_axis(void **context) {
  (void)context;
  assert_true(fabs(reward("{distance: {body: cube, point: [3, 0, 2]}}", 5, 0) + 5.0) < 1e-9);
  assert_true(fabs(reward("{upright: {body: cube}}", 5, 0.4) - cos(0.4)) < 1e-9);
  assert_true(fabs(reward("{pose: {goal: cube, position: 2, angle: 0.25}}", 5, 0) + 4.5) < 1e-9);
  assert_true(reward("{velocity: {body: cube, axis: z}}", 5, 0) == 0.0);
}

/* Heading and quaternion of a goal say the same. */
static void a_goal_stands_upright(void **context) {
  (void)context;
  char text[2048];
  orr_error err;
  double state[ORR_BODY_STATE_3D], copy[ORR_BODY_STATE_3D] = {0};
  for (int i = 0; i < ORR_BODY_STATE_3D; i++) state[i] = 7.0;
  snprintf(text, sizeof text, world_text, "{none: {}}", "{time: {}}");
  orr_scenario *scenario = parse_scenario(text, &err);
  assert_non_null(scenario);
  orr_goal_write(scenario, 0, state);
  const double wanted[ORR_BODY_STATE_3D] = {3, 4, 0.5, 0, 0, 0, 0, cos(0.25), 0, 0, sin(0.25)};
  assert_memory_equal(state, wanted, sizeof wanted);
  for (int i = 3; i < 6; i++) state[i] = state[i + 8] = 9.0; /* velocities */
  orr_goal_copy(scenario, 0, state, copy);
  assert_memory_equal(copy, wanted, sizeof wanted);
  orr_world *world = new_world(scenario);
  assert_int_equal(orr_world_reset_to(world, copy, NULL), ORR_OK);
  orr_world_state(world, state);
  assert_true(fabs(state[2] - 0.5) < 1e-12);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

int run_condition_3d_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(conditions_see_the_third_axis),
      cmocka_unit_test(rewards_see_the_third_axis),
      cmocka_unit_test(a_goal_stands_upright),
  };
  return cmocka_run_group_tests_name("conditions in 3D", tests, NULL, NULL);
}
