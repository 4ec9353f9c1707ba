/* Coverage, reward, success, ends, goal rules. */
#include "base/clock.h"
#include "sim_test.h"

#include "base/maths.h"
#include "sim/coverage.h"
#include "sim/goal.h"

#include <string.h>
#include <time.h>

static const double square[4][2] = {{0, 0}, {2, 0}, {2, 2}, {0, 2}};

static double overlap_with_square(const double (*other)[2], size_t count) {
  double one = orr_convex_overlap(square, 4, other, count);
  assert_float_equal(orr_convex_overlap(other, count, square, 4), one, 1e-12);
  return one;
}

static void overlaps_of_known_shapes(void **context) {
  (void)context;
  const double shifted[4][2] = {{1, 0.5}, {3, 0.5}, {3, 2.5}, {1, 2.5}};
  const double inside[3][2] = {{0.5, 0.5}, {1.5, 0.5}, {1, 1.5}};
  const double away[3][2] = {{5, 5}, {6, 5}, {5, 6}};
  const double beside[4][2] = {{2, 0}, {4, 0}, {4, 2}, {2, 2}};
  const double diamond[4][2] = {{1, -1}, {3, 1}, {1, 3}, {-1, 1}};
  double octagon[4][2]; /* the square turned by 45 degrees about its centre: a regular octagon */
  for (int i = 0; i < 4; i++) {
    octagon[i][0] = 1.0 + sqrt(2.0) * cos(ORR_PI / 2.0 * i);
    octagon[i][1] = 1.0 + sqrt(2.0) * sin(ORR_PI / 2.0 * i);
  }
  assert_float_equal(overlap_with_square(square, 4), 4.0, 1e-12);
  assert_float_equal(overlap_with_square(shifted, 4), 1.5, 1e-12);
  assert_float_equal(overlap_with_square(inside, 3), 0.5, 1e-12);
  assert_float_equal(overlap_with_square(away, 3), 0.0, 0.0);
  assert_float_equal(overlap_with_square(beside, 4), 0.0, 1e-12);
  assert_float_equal(overlap_with_square(diamond, 4), 4.0, 1e-12);
  assert_float_equal(overlap_with_square((const double(*)[2])octagon, 4), 8.0 * (sqrt(2.0) - 1.0),
                     1e-12);
}

static double coverage_at(orr_world *world, double x, double y, double angle) {
  const double state[12] = {20, 20, 0, 0, 0, 0, x, y, angle, 0, 0, 0};
  assert_int_equal(orr_world_reset_to(world, state, NULL), ORR_OK);
  return orr_world_coverage(world);
}

static void coverage_of_known_poses(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *world = new_world(scenario);
  double quarter = ORR_PI / 4.0, c = cos(quarter), s = sin(quarter);
  assert_float_equal(coverage_at(world, 256, 256, quarter), 1.0, 1e-12);
  assert_float_equal(coverage_at(world, 256, 256, quarter + 2.0 * ORR_PI), 1.0, 1e-9);
  assert_float_equal(coverage_at(world, 100, 100, quarter), 0.0, 0.0);
  /* 10 px along the bar: it loses 10 of 120, the stem 10 of 30. */
  double along = (110.0 * 30.0 + 20.0 * 90.0) / (3600.0 + 2700.0);
  assert_float_equal(coverage_at(world, 256 + 10 * c, 256 + 10 * s, quarter), along, 1e-9);
  /* 10 px along the stem: bar on bar 20 of 30; bar on stem 30 x 10; stem on stem 80. */
  double down = (120.0 * 20.0 + 30.0 * 10.0 + 30.0 * 80.0) / 6300.0;
  assert_float_equal(coverage_at(world, 256 - 10 * s, 256 + 10 * c, quarter), down, 1e-9);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void coverage_is_fast(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  double sum = 0.0;
  enum { COUNT = 200000 };
  double from = orr_seconds();
  for (int i = 0; i < COUNT; i++) {
    const double pose[3] = {240.0 + i % 31, 240.0 + i % 37, 0.01 * (i % 629)};
    sum += orr_goal_overlap(scenario, &scenario->parts->goals[0], pose);
  }
  double seconds = orr_seconds() - from;
  print_message("  coverage: %.2f M/s, mean area %.0f\n", COUNT / seconds * 1e-6, sum / COUNT);
  assert_true(sum > 0.0);
  orr_scenario_destroy(scenario);
}

static void success_terminates_and_latches(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *world = new_world(scenario);
  const float rest[2] = {0, 0}, reach[2] = {1, 1};
  coverage_at(world, 256, 256, ORR_PI / 4.0);
  assert_false(orr_world_success(world));
  assert_int_equal(orr_world_step(world, rest), ORR_TERMINATED);
  assert_float_equal(orr_world_reward(world), 1.0, 0.0);
  assert_int_equal(orr_world_step(world, reach), ORR_TERMINATED);
  orr_intervention move = {ORR_INTERVENE_MOVE, 1, {100, 400, 0}};
  assert_int_equal(orr_world_intervene(world, &move, NULL), ORR_OK);
  assert_int_equal(orr_world_step(world, rest), ORR_TERMINATED);
  assert_true(orr_world_success(world));
  assert_true(orr_world_reward(world) < 0.5);
  double below = coverage_at(world, 256 + 4, 256, ORR_PI / 4.0);
  assert_true(below < 0.95);
  assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_float_equal(orr_world_reward(world), below / 0.95, 1e-12);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* The steps of a hold must follow each other. */
static void a_broken_hold_begins_anew(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("tests/fixtures/jointed_stack.yaml");
  orr_world *world = new_world(scenario);
  const float rest[2] = {0, 0};
  const int box3 = 3;
  orr_intervention away = {ORR_INTERVENE_MOVE, box3, {6, 6, 0}}, home = away;
  assert_int_equal(orr_world_reset(world, 1, 1, NULL), ORR_OK);
  double state[256];
  orr_world_state(world, state);
  memcpy(home.value, state + box3 * ORR_BODY_STATE, sizeof home.value);
  for (int i = 0; i < 3; i++) assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_int_equal(orr_world_intervene(world, &away, NULL), ORR_OK);
  assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_float_equal(orr_world_reward(world), 0.0, 0.0);
  assert_int_equal(orr_world_intervene(world, &home, NULL), ORR_OK);
  for (int i = 0; i < 3; i++) assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_int_equal(orr_world_step(world, rest), ORR_TERMINATED);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void time_truncates(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *world = new_world(scenario);
  const float rest[2] = {0, 0};
  coverage_at(world, 100, 400, 0.0);
  for (int i = 0; i < 299; i++) assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_int_equal(orr_world_step(world, rest), ORR_TRUNCATED);
  assert_int_equal(orr_world_step(world, rest), ORR_TRUNCATED);
  assert_int_equal(orr_world_steps(world), 301);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void starts_are_drawn_from_their_ranges(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *world = new_world(scenario), *other = new_world(scenario);
  double low[12], high[12], state[12], again[12];
  for (int n = 0; n < 12; n++) low[n] = 1e9, high[n] = -1e9;
  for (uint32_t i = 0; i < 500; i++) {
    assert_int_equal(orr_world_reset(world, 3, i, NULL), ORR_OK);
    orr_world_state(world, state);
    for (int n = 0; n < 12; n++) low[n] = fmin(low[n], state[n]), high[n] = fmax(high[n], state[n]);
  }
  assert_true(low[0] >= 50 && low[0] < 55 && high[0] <= 450 && high[0] > 445);
  assert_true(low[6] >= 100 && low[6] < 105 && high[7] <= 400 && high[7] > 395);
  assert_true(low[8] < -3.0 && low[8] >= -ORR_PI && high[8] > 3.0 && high[8] <= ORR_PI);
  orr_world_reset(other, 3, 499, NULL);
  orr_world_state(other, again);
  assert_memory_equal(state, again, sizeof state);
  orr_world_reset(other, 4, 499, NULL);
  orr_world_state(other, again);
  assert_memory_not_equal(state, again, sizeof state);
  orr_world_destroy(other);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void goal_rules_judge_states(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  const char *both[] = {"agent", "block"}, *block[] = {"block"};
  orr_goal_rule rule = {.name = "moderate",
                        .position_bodies = {both, 2},
                        .angle_bodies = {block, 1},
                        .position = 20.0,
                        .angle = ORR_PI / 9.0,
                        .turn = INFINITY,
                        .joint = INFINITY,
                        .hold = 1};
  double goal[12] = {100, 100, 0, 0, 0, 0, 300, 300, 3.1, 0, 0, 0}, state[12];
  memcpy(state, goal, sizeof goal);
  assert_true(orr_goal_reached(scenario, &rule, state, goal));
  state[0] += 14.0;
  state[7] += 14.0; /* together 19.8 */
  assert_true(orr_goal_reached(scenario, &rule, state, goal));
  state[7] += 1.0;
  assert_false(orr_goal_reached(scenario, &rule, state, goal));
  state[7] -= 1.0;
  state[8] = -3.1 + 4.0 * ORR_PI; /* 0.083 rad across the seam */
  assert_true(orr_goal_reached(scenario, &rule, state, goal));
  state[8] = 3.1 - 0.36;
  assert_false(orr_goal_reached(scenario, &rule, state, goal));
  rule.position_bodies = (orr_list){block, 1};
  rule.angle_bodies.count = 0;
  state[0] = -1000.0;
  assert_true(orr_goal_reached(scenario, &rule, state, goal));
  state[6] = (double)NAN;
  assert_false(orr_goal_reached(scenario, &rule, state, goal));
  orr_scenario_destroy(scenario);
}

int run_task_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(overlaps_of_known_shapes),
      cmocka_unit_test(coverage_of_known_poses),
      cmocka_unit_test(coverage_is_fast),
      cmocka_unit_test(success_terminates_and_latches),
      cmocka_unit_test(a_broken_hold_begins_anew),
      cmocka_unit_test(time_truncates),
      cmocka_unit_test(starts_are_drawn_from_their_ranges),
      cmocka_unit_test(goal_rules_judge_states),
  };
  return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
