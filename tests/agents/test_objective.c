#include "agents_test.h"

#include "base/maths.h"

#include <string.h>

/* Push-T: agent x y angle vx vy omega, block x y angle vx vy omega. */
enum { AX, AY, AA, AVX, AVY, AO, BX, BY, BA, BVX, BVY, BO, COUNT };

static orr_objective_def plain(bench *b) {
  orr_objective_def def;
  orr_record_default(&orr_objective_record, b->arena, &def);
  return def;
}

static void near_to(double a, double b) { assert_true(fabs(a - b) <= 1e-6 * (1.0 + fabs(b))); }

static void costs_are_those_of_the_formula(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_objective_def def = plain(&b);
  near_to(def.position, 20.0);
  near_to(def.angle, ORR_PI / 9.0);
  orr_objective objective = make_objective(&b, &def);
  float goal[COUNT] = {0}, seen[COUNT] = {0};
  assert_true(orr_objective_cost(&objective, seen, goal) == 0.0);
  seen[BX] = 30.0f, seen[BY] = -40.0f; /* 50 px = 2.5 */
  near_to(orr_objective_cost(&objective, seen, goal), 6.25);
  seen[AX] = 20.0f; /* the agent weighs 0.05 */
  near_to(orr_objective_cost(&objective, seen, goal), 6.30);
  seen[AVX] = 1000.0f, seen[BO] = 50.0f; /* velocities do not count */
  near_to(orr_objective_cost(&objective, seen, goal), 6.30);
  seen[BA] = (float)(2.0 * ORR_PI + ORR_PI / 9.0); /* one turn and 20 degrees */
  near_to(orr_objective_cost(&objective, seen, goal), 7.30);
  goal[BA] = (float)(2.0 * ORR_PI + ORR_PI / 9.0 - 0.01), seen[BA] = (float)(ORR_PI / 9.0);
  near_to(orr_objective_cost(&objective, seen, goal), 6.30 + pow(0.01 / (ORR_PI / 9.0), 2));
  close_bench(&b);
}

/* -179 and 179 degrees are 2 degrees apart. */
static void angles_wrap(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_objective_def def = plain(&b);
  orr_objective objective = make_objective(&b, &def);
  float goal[COUNT] = {0}, seen[COUNT] = {0};
  goal[BA] = (float)(-179.0 * ORR_PI / 180.0), seen[BA] = (float)(179.0 * ORR_PI / 180.0);
  assert_true(fabs(orr_objective_cost(&objective, seen, goal) - 0.01) < 1e-5);
  close_bench(&b);
}

static void weights_go_by_name(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_objective_def def = plain(&b);
  orr_body_weight weights[] = {{"agent", 0.0}, {"block", 2.0}};
  def.weights = (orr_list){weights, 2};
  orr_objective objective = make_objective(&b, &def);
  float goal[COUNT] = {0}, seen[COUNT] = {0};
  seen[AX] = 500.0f, seen[BY] = 20.0f;
  near_to(orr_objective_cost(&objective, seen, goal), 2.0);
  orr_error err = {0};
  weights[1].name = "blokc";
  assert_int_equal(orr_objective_create(&def, &b.observer, &objective, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.hint, "block"));
  weights[1] = (orr_body_weight){"block", 0.0};
  assert_int_equal(orr_objective_create(&def, &b.observer, &objective, &err),
                   ORR_ERR_CONFIG); /* nothing counts */
  close_bench(&b);
}

/* The gap is measured between discs: nothing once they can touch. */
static void approach_pulls_until_touch(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_objective_def def = plain(&b);
  def.approach = 0.02;
  orr_objective objective = make_objective(&b, &def);
  const orr_space_body *bodies = b.observer.space.bodies;
  double touch = bodies[0].radius + bodies[1].radius;
  float seen[COUNT] = {0}, goal[COUNT];
  seen[BA] = (float)(ORR_PI / 2.0); /* the centre of mass, (0, 45), turns to (-45, 0) */
  seen[AX] = (float)(-45.0 - touch - 60.0);
  memcpy(goal, seen, sizeof goal);
  near_to(orr_objective_cost(&objective, seen, goal), 0.02 * 9.0);
  seen[AX] = goal[AX] = (float)(-45.0 - touch + 1.0);
  assert_true(orr_objective_cost(&objective, seen, goal) == 0.0);
  close_bench(&b);
}

static void aggregates(void **state) {
  (void)state;
  orr_objective objective = {.aggregate = ORR_AGGREGATE_FINAL};
  double costs[] = {3.0, -1.0, 1.0, -1.0, 2.0, -1.0}; /* every second one */
  near_to(orr_objective_aggregate(&objective, costs, 3, 2), 2.0);
  objective.aggregate = ORR_AGGREGATE_SUM;
  near_to(orr_objective_aggregate(&objective, costs, 3, 2), 6.0);
  objective.aggregate = ORR_AGGREGATE_MINIMUM;
  near_to(orr_objective_aggregate(&objective, costs, 3, 2), 1.02);
  for (int kind = 0; kind < 3; kind++) {
    objective.aggregate = (orr_aggregate)kind;
    costs[0] = NAN;
    assert_true(orr_objective_aggregate(&objective, costs, 3, 2) == INFINITY);
    costs[0] = INFINITY;
    assert_true(orr_objective_aggregate(&objective, costs, 3, 2) == INFINITY);
  }
}

int run_objective_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(costs_are_those_of_the_formula),
      cmocka_unit_test(angles_wrap),
      cmocka_unit_test(weights_go_by_name),
      cmocka_unit_test(approach_pulls_until_touch),
      cmocka_unit_test(aggregates),
  };
  return cmocka_run_group_tests_name("objective", tests, NULL, NULL);
}
