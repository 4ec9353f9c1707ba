#include "agents_test.h"

#include "base/maths.h"

#include <string.h>

enum { BLOCK = 5 };

/* An env with a goal, dynamics for up to four lanes, and a planner. */
typedef struct rig {
  bench b;
  orr_env *env;
  orr_objective objective;
  orr_planner_def def;
  orr_dynamics *dynamics;
  orr_planner *planner;
  orr_pool *pool; /* NULL: one thread */
} rig;

static void set_up(rig *r, size_t lanes) {
  orr_error err = {0};
  r->objective = make_objective(&r->b, &r->def.objective);
  r->pool = lanes > 1 ? new_pool(lanes) : NULL;
  assert_int_equal(orr_dynamics_simulator(r->b.scenario, &r->b.observer, &r->objective, NULL, BLOCK,
                                          lanes, &r->dynamics, &err),
                   ORR_OK);
  assert_int_equal(orr_planner_create(&r->def, &r->b.scenario->action, BLOCK, &r->planner, &err),
                   ORR_OK);
  orr_planner_reset(r->planner, 5, 0);
}

static void tear_down(rig *r) {
  orr_planner_destroy(r->planner);
  orr_dynamics_destroy(r->dynamics);
  orr_pool_destroy(r->pool);
  r->planner = NULL;
  r->dynamics = NULL;
  r->pool = NULL;
}

static void close_rig(rig *r) {
  orr_env_destroy(r->env);
  close_bench(&r->b);
}

static void begin(rig *r) {
  orr_error err = {0};
  assert_int_equal(orr_dynamics_begin(r->dynamics, r->env, &err), ORR_OK);
}

/* The disc obeys a linear law, so the final squared distance is a quadratic in the plan. */
static void open_quadratic(rig *r) {
  static const char *agent[] = {"agent"};
  static const orr_goal_rule rule = {.name = "there",
                                     .position_bodies = {agent, 1},
                                     .position = 1.0,
                                     .angle = INFINITY,
                                     .hold = 1};
  memset(r, 0, sizeof *r);
  open_reacher(&r->b);
  r->def = default_planner(&r->b);
  r->def.objective.aggregate = ORR_AGGREGATE_FINAL;
  r->env = new_env(&r->b, 3, 0);
  double goal[6];
  orr_world_state(orr_env_look(r->env), goal);
  goal[0] += 70.0, goal[1] -= 40.0;
  orr_env_set_goal(r->env, &rule, goal);
}

static double plan_cost(rig *r) {
  double cost;
  set_up(r, 1);
  begin(r);
  const float *plan = orr_planner_plan(r->planner, r->dynamics, NULL, &cost);
  double again;
  orr_dynamics_roll(r->dynamics, NULL, plan, 1, (size_t)r->def.horizon, &again);
  assert_true(again == cost); /* what is returned is worth what is said */
  assert_true(orr_planner_best_cost(r->planner) == cost && orr_planner_best(r->planner) == plan);
  tear_down(r);
  return cost;
}

static void both_kinds_solve_a_quadratic(void **state) {
  (void)state;
  rig r;
  open_quadratic(&r);
  double start = (70.0 * 70.0 + 40.0 * 40.0) / 400.0; /* nothing is free: it counts fully */
  for (int kind = ORR_PLANNER_CEM; kind <= ORR_PLANNER_ICEM; kind++) {
    r.def.kind = kind;
    r.def.iterations = 5;
    double few = plan_cost(&r);
    r.def.iterations = 30;
    double many = plan_cost(&r);
    assert_true(few < 0.02 * start);
    assert_true(many < 1e-3 * start && many <= few);
  }
  r.def.hold = 1;
  r.def.correlation = 0.8;
  assert_true(plan_cost(&r) < 0.01 * start);
  close_rig(&r);
}

static void plans_hold_and_stay_in_range(void **state) {
  (void)state;
  rig r;
  open_quadratic(&r);
  r.def.sigma = 3.0;
  set_up(&r, 1);
  begin(&r);
  const float *plan = orr_planner_plan(r.planner, r.dynamics, NULL, NULL), *samples;
  const double *costs;
  for (int64_t i = 0; i < r.def.horizon * BLOCK; i++) {
    int64_t first = i / BLOCK * BLOCK;
    for (int a = 0; a < 2; a++) assert_true(plan[2 * i + a] == plan[2 * first + a]);
  }
  size_t count = orr_planner_samples(r.planner, &samples, &costs);
  assert_int_equal(count, r.def.samples);
  bool edge = false;
  for (size_t i = 0; i < count * (size_t)r.def.horizon * BLOCK * 2; i++) {
    assert_true(samples[i] >= -1.0f && samples[i] <= 1.0f);
    edge = edge || fabsf(samples[i]) == 1.0f;
  }
  assert_true(edge);
  double best = orr_planner_best_cost(r.planner);
  for (size_t i = 0; i < count; i++) assert_true(costs[i] >= best); /* the best ever seen */
  tear_down(&r);
  close_rig(&r);
}

/* The plan chosen last time goes on into the next decision, without the block that was executed. */
static void warm_start_keeps_what_is_left(void **state) {
  (void)state;
  rig r;
  enum { LEFT = 4 * BLOCK * 2 };
  open_quadratic(&r);
  r.def.iterations = 1;
  set_up(&r, 1);
  begin(&r);
  const float *plan = orr_planner_plan(r.planner, r.dynamics, NULL, NULL), *samples;
  float left[LEFT];
  memcpy(left, plan + BLOCK * 2, sizeof left);
  for (int i = 0; i < BLOCK; i++) orr_env_step(r.env, plan + 2 * i);
  begin(&r);
  orr_planner_plan(r.planner, r.dynamics, NULL, NULL);
  orr_planner_samples(r.planner, &samples, NULL);
  assert_memory_equal(samples + 5 * BLOCK * 2, left, sizeof left); /* the first after the mean */
  float mean = samples[(5 * BLOCK - 1) * 2];
  assert_true(mean == samples[(4 * BLOCK - 1) * 2] && mean != 0.0f); /* its last action repeats */
  orr_planner_reset(r.planner, 5, 0);
  orr_planner_plan(r.planner, r.dynamics, NULL, NULL);
  orr_planner_samples(r.planner, &samples, NULL);
  for (int i = 0; i < 5 * BLOCK * 2; i++) assert_true(samples[i] == 0.0f); /* forgotten */
  assert_true(memcmp(samples + 5 * BLOCK * 2, left, sizeof left) != 0);
  tear_down(&r);
  close_rig(&r);
}

/* Ten iterations of noise that never narrows: what the first one found is not lost. */
static void the_best_plan_ever_seen_is_returned(void **state) {
  (void)state;
  rig r;
  open_quadratic(&r);
  r.def.samples = r.def.elites = 8, r.def.keep = 0;
  r.def.sigma = r.def.floor = 1.0, r.def.momentum = 0.0;
  for (uint32_t episode = 0; episode < 8; episode++) {
    double costs[2];
    for (int i = 0; i < 2; i++) {
      r.def.iterations = i ? 10 : 1;
      set_up(&r, 1);
      orr_planner_reset(r.planner, 5, episode);
      begin(&r);
      orr_planner_plan(r.planner, r.dynamics, NULL, &costs[i]);
      tear_down(&r);
    }
    assert_true(costs[1] <= costs[0]);
  }
  close_rig(&r);
}

/* The goal is where 25 steps of the weak policy lead. */
static void open_push(rig *r, uint32_t episode, orr_policy *script) {
  double goal[12];
  float action[2];
  r->env = new_env(&r->b, 40, episode);
  orr_policy_reset(script, 40, episode);
  for (int i = 0; i < 25; i++) {
    assert_int_equal(orr_policy_act(script, r->env, action, NULL), ORR_OK);
    orr_env_step(r->env, action);
  }
  orr_world_state(orr_env_look(r->env), goal);
  assert_int_equal(orr_env_reset(r->env, 40, episode, NULL), ORR_OK);
  orr_env_set_goal(r->env, moderate_rule(), goal);
}

static orr_policy *script_of(const bench *b) {
  orr_weak_def weak = {1.0, 100.0, 5};
  orr_policy *script;
  assert_int_equal(orr_policy_weak(&b->observer, &weak, &script, NULL), ORR_OK);
  return script;
}

/* Three decisions with executed blocks between them; the plans of all in `out`. */
static void three_decisions(rig *r, size_t lanes, float *out) {
  set_up(r, lanes);
  assert_int_equal(orr_env_reset(r->env, 40, 0, NULL), ORR_OK);
  double goal[12];
  orr_world_state(orr_env_look(r->env), goal);
  goal[6] += 40.0, goal[8] += 0.5;
  orr_env_set_goal(r->env, moderate_rule(), goal);
  size_t floats = (size_t)r->def.horizon * BLOCK * 2;
  for (int d = 0; d < 3; d++) {
    begin(r);
    const float *plan = orr_planner_plan(r->planner, r->dynamics, r->pool, NULL);
    memcpy(out + (size_t)d * floats, plan, floats * sizeof *out);
    for (int i = 0; i < BLOCK; i++) orr_env_step(r->env, plan + 2 * i);
  }
  tear_down(r);
}

static void threads_do_not_change_plans(void **state) {
  (void)state;
  rig r = {0};
  open_push_t(&r.b);
  r.env = new_env(&r.b, 40, 0);
  for (int kind = ORR_PLANNER_CEM; kind <= ORR_PLANNER_ICEM; kind++) {
    float plans[3][3 * 5 * BLOCK * 2];
    r.def = default_planner(&r.b);
    r.def.kind = kind;
    r.def.samples = 33; /* no multiple of anything */
    for (size_t i = 0; i < 3; i++) three_decisions(&r, (size_t)1 << i, plans[i]);
    assert_memory_equal(plans[0], plans[1], sizeof plans[0]);
    assert_memory_equal(plans[0], plans[2], sizeof plans[0]);
  }
  close_rig(&r);
}

static void batch_cuts_do_not_change_costs(void **state) {
  (void)state;
  rig r = {0};
  enum { PLANS = 20, FLOATS = 5 * BLOCK * 2 };
  open_push_t(&r.b);
  r.def = default_planner(&r.b);
  orr_policy *script = script_of(&r.b);
  open_push(&r, 1, script);
  set_up(&r, 2);
  begin(&r);
  float plans[PLANS * FLOATS];
  double whole[PLANS], cut[PLANS];
  orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (size_t i = 0; i < PLANS * FLOATS; i++)
    plans[i] = (float)orr_random_uniform(&random, -1.0, 1.0);
  plans[3 * FLOATS + 7] = NAN; /* a rollout that diverges costs infinity and spoils no other */
  orr_dynamics_roll(r.dynamics, r.pool, plans, PLANS, 5, whole);
  for (size_t i = PLANS; i-- > 0;)
    orr_dynamics_roll(r.dynamics, NULL, plans + i * FLOATS, 1, 5, &cut[i]);
  assert_memory_equal(whole, cut, sizeof whole);
  for (size_t i = 0; i < PLANS; i++) assert_true((whole[i] == INFINITY) == (i == 3));
  float seen[5 * 12], after[12];
  assert_true(orr_dynamics_imagine(r.dynamics, plans, 5, seen));
  for (int i = 0; i < 5 * BLOCK; i++) orr_env_step(r.env, plans + 2 * i);
  orr_env_observe(r.env, after); /* the simulator's imagination comes true to the bit */
  assert_memory_equal(seen + 4 * 12, after, sizeof after);
  tear_down(&r);
  orr_policy_destroy(script);
  close_rig(&r);
}

static bool oracle_solves(rig *r) {
  orr_policy *policy;
  orr_error err = {0};
  float action[2];
  orr_end end = ORR_RUNNING;
  assert_int_equal(orr_policy_planner(&r->def, r->dynamics, &r->b.observer, NULL, &policy, &err),
                   ORR_OK);
  orr_policy_reset(policy, 1, 0);
  for (int i = 0; i < 50 && end == ORR_RUNNING; i++) {
    assert_int_equal(orr_policy_act(policy, r->env, action, &err), ORR_OK);
    assert_true((orr_policy_last_plan_seconds(policy) >= 0.0) == (i % BLOCK == 0));
    end = orr_env_step(r->env, action);
  }
  orr_policy_destroy(policy);
  return end == ORR_TERMINATED;
}

static void oracle_reaches_short_goals(void **state) {
  (void)state;
  rig r = {0};
  open_push_t(&r.b);
  r.def = default_planner(&r.b);
  orr_policy *script = script_of(&r.b);
  int solved = 0;
  for (uint32_t episode = 0; episode < 10; episode++) {
    open_push(&r, episode, script);
    set_up(&r, 1);
    solved += oracle_solves(&r);
    tear_down(&r);
    orr_env_destroy(r.env);
  }
  print_message("the oracle solved %d of 10\n", solved);
  assert_true(solved >= 9);
  orr_policy_destroy(script);
  close_bench(&r.b);
}

static void planner_refuses_what_does_not_fit(void **state) {
  (void)state;
  rig r;
  open_quadratic(&r);
  orr_error err = {0};
  r.def.hold = 3;
  assert_int_equal(orr_planner_create(&r.def, &r.b.scenario->action, BLOCK, &r.planner, &err),
                   ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "hold"));
  r.def.hold = 5, r.def.replan = 6;
  assert_int_equal(orr_planner_create(&r.def, &r.b.scenario->action, BLOCK, &r.planner, &err),
                   ORR_ERR_CONFIG);
  r.def.replan = 1;
  set_up(&r, 1);
  assert_int_equal(orr_env_reset(r.env, 3, 0, NULL), ORR_OK); /* clears the goal */
  assert_int_equal(orr_dynamics_begin(r.dynamics, r.env, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "goal"));
  tear_down(&r);
  close_rig(&r);
}

static void planning_allocates_nothing(void **state) {
  (void)state;
  rig r;
  open_quadratic(&r);
  set_up(&r, 2);
  begin(&r);
  orr_planner_plan(r.planner, r.dynamics, r.pool, NULL);
  uint64_t before = orr_alloc_count();
  begin(&r);
  orr_planner_plan(r.planner, r.dynamics, r.pool, NULL);
  assert_int_equal(orr_alloc_count(), before);
  tear_down(&r);
  close_rig(&r);
}

int run_planner_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_kinds_solve_a_quadratic),
      cmocka_unit_test(plans_hold_and_stay_in_range),
      cmocka_unit_test(warm_start_keeps_what_is_left),
      cmocka_unit_test(the_best_plan_ever_seen_is_returned),
      cmocka_unit_test(threads_do_not_change_plans),
      cmocka_unit_test(batch_cuts_do_not_change_costs),
      cmocka_unit_test(oracle_reaches_short_goals),
      cmocka_unit_test(planner_refuses_what_does_not_fit),
      cmocka_unit_test(planning_allocates_nothing),
  };
  return cmocka_run_group_tests_name("planner", tests, NULL, NULL);
}
