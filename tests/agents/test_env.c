#include "agents_test.h"

#include <math.h>
#include <string.h>

static void tables_have_good_defaults(void **state) {
  (void)state;
  const orr_record *records[] = {&orr_observe_record, &orr_objective_record, &orr_planner_record,
                                 &orr_collect_record};
  for (size_t i = 0; i < 4; i++) {
    orr_diagnostics *diagnostics = orr_diagnostics_create();
    assert_int_equal(orr_record_check(records[i], diagnostics), ORR_OK);
    assert_int_equal(orr_diagnostics_count(diagnostics), 0);
    orr_diagnostics_destroy(diagnostics);
  }
}

static void observer_picks_by_name(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  assert_int_equal(b.observer.space.count, b.scenario->state.count); /* empty list: all */
  const char *names[] = {"block.angle", "agent.vx", "block.x"};
  orr_observe_def def = {{names, 3}, NULL};
  orr_observer observer;
  orr_error err = {0};
  assert_int_equal(orr_observer_create(b.scenario, &def, &observer, &err), ORR_OK);
  assert_int_equal(observer.space.count, 3);
  for (size_t i = 0; i < 3; i++) assert_string_equal(observer.space.fields[i].name, names[i]);
  double world[12];
  float seen[3];
  for (int i = 0; i < 12; i++) world[i] = 0.5 + i;
  orr_observer_read(&observer, world, seen);
  assert_true(seen[0] == 8.5f && seen[1] == 3.5f && seen[2] == 6.5f);
  close_bench(&b);
}

static void observer_refuses_what_is_not_there(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  const char *wrong[] = {"block.angel"}, *twice[] = {"block.x", "block.x"};
  orr_observe_def def = {{wrong, 1}, NULL};
  orr_observer observer;
  orr_error err = {0};
  assert_int_equal(orr_observer_create(b.scenario, &def, &observer, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "block.angel"));
  assert_non_null(strstr(err.hint, "block.angle"));
  def.state = (orr_list){twice, 2};
  assert_int_equal(orr_observer_create(b.scenario, &def, &observer, &err), ORR_ERR_CONFIG);
  close_bench(&b);
}

static void interface_depends_on_all_it_names(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  const orr_space *action = &b.scenario->action;
  orr_hash hash = orr_interface_hash(&b.observer.space, action, 5);
  assert_true(orr_hash_equal(hash, orr_interface_hash(&b.observer.space, action, 5)));
  assert_false(orr_hash_equal(hash, orr_interface_hash(&b.observer.space, action, 4)));
  const char *names[] = {"block.x", "block.y"};
  orr_observe_def def = {{names, 2}, NULL};
  orr_observer other;
  assert_int_equal(orr_observer_create(b.scenario, &def, &other, NULL), ORR_OK);
  assert_false(orr_hash_equal(hash, orr_interface_hash(&other.space, action, 5)));
  close_bench(&b);
}

/* The agent drives right; the goal lies on its way. With a hold of 2 the first step inside does not
 * count yet. */
static int64_t steps_to_goal(bench *b, int64_t hold, bool stop_inside, bool *success) {
  const char *agent[] = {"agent"};
  orr_goal_rule rule = {.name = "near",
                        .position_bodies = {agent, 1},
                        .position = 30.0,
                        .angle = INFINITY,
                        .hold = hold};
  orr_env *env = new_env(b, 3, 0);
  double goal[6];
  orr_world_state(orr_env_look(env), goal);
  goal[0] += 100.0;
  orr_env_set_goal(env, &rule, goal);
  assert_true(orr_env_has_goal(env));
  orr_end end = ORR_RUNNING;
  while (end == ORR_RUNNING) {
    double now[6];
    orr_world_state(orr_env_look(env), now);
    bool inside = fabs(now[0] - goal[0]) < 30.0;
    float action[2] = {stop_inside && inside ? 0.0f : 0.5f, 0.0f};
    end = orr_env_step(env, action);
  }
  *success = orr_env_success(env);
  assert_int_equal(end, *success ? ORR_TERMINATED : ORR_TRUNCATED);
  int64_t steps = orr_env_steps(env);
  orr_env_destroy(env);
  return steps;
}

static void goal_rule_must_hold(void **state) {
  (void)state;
  bench b;
  open_reacher(&b);
  bool success;
  int64_t first = steps_to_goal(&b, 1, true, &success);
  assert_true(success && first > 1);
  assert_int_equal(steps_to_goal(&b, 3, true, &success), first + 2);
  assert_true(success);
  assert_int_equal(steps_to_goal(&b, 15, false, &success), 20); /* driven through: time is over */
  assert_false(success);
  close_bench(&b);
}

/* Passing through the goal again and again is not holding it. */
static void passing_through_does_not_add_up(void **state) {
  (void)state;
  bench b;
  open_reacher(&b);
  const char *agent[] = {"agent"};
  orr_goal_rule rule = {.name = "near",
                        .position_bodies = {agent, 1},
                        .position = 30.0,
                        .angle = INFINITY,
                        .hold = 6};
  orr_env *env = new_env(&b, 3, 0);
  double goal[6], now[6];
  orr_world_state(orr_env_look(env), goal);
  goal[0] += 40.0;
  orr_env_set_goal(env, &rule, goal);
  int inside = 0;
  for (int i = 0; i < 20; i++) {
    float action[2] = {i / 5 % 2 ? -0.6f : 0.6f, 0.0f};
    orr_env_step(env, action);
    orr_world_state(orr_env_look(env), now);
    inside += fabs(now[0] - goal[0]) < 30.0;
  }
  assert_true(inside >= 6 && !orr_env_success(env));
  orr_env_destroy(env);
  close_bench(&b);
}

static void goal_is_an_observation(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_env *env = new_env(&b, 1, 2);
  assert_false(orr_env_has_goal(env));
  double goal[12];
  float seen[12];
  for (int i = 0; i < 12; i++) goal[i] = i;
  orr_env_set_goal(env, moderate_rule(), goal);
  orr_env_goal(env, seen);
  for (int i = 0; i < 12; i++) assert_true(seen[i] == (float)i);
  assert_int_equal(orr_env_reset(env, 1, 3, NULL), ORR_OK);
  assert_false(orr_env_has_goal(env)); /* reset clears it */
  orr_env_destroy(env);
  close_bench(&b);
}

int run_env_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tables_have_good_defaults),
      cmocka_unit_test(observer_picks_by_name),
      cmocka_unit_test(observer_refuses_what_is_not_there),
      cmocka_unit_test(interface_depends_on_all_it_names),
      cmocka_unit_test(goal_rule_must_hold),
      cmocka_unit_test(passing_through_does_not_add_up),
      cmocka_unit_test(goal_is_an_observation),
  };
  return cmocka_run_group_tests_name("env", tests, NULL, NULL);
}
