/* Several agents: who owns which numbers, what the others do, planning for one of them. */
#include "agents_test.h"

#include "agents/policy.h"
#include "base/maths.h"
#include "sim/parts.h"

#include <string.h>

/* Two discs and a puck, without walls. */
#define BODIES                                                                                     \
  "world:\n"                                                                                       \
  "  space: {unit: px, y: down, size: [400, 200]}\n"                                               \
  "  damping: 0\n"                                                                                 \
  "  bodies:\n"                                                                                    \
  "    - {name: one, type: kinematic, start: {position: [50, 100]},\n"                             \
  "       shapes: [{geometry: {circle: {radius: 10}}}]}\n"                                         \
  "    - {name: two, type: kinematic, start: {position: [350, 100]},\n"                            \
  "       shapes: [{geometry: {circle: {radius: 10}}}]}\n"                                         \
  "    - {name: puck, mass: 1, start: {position: [{uniform: [150, 250]}, {uniform: [60, "          \
  "140]}]},\n"                                                                                     \
  "       shapes: [{geometry: {circle: {radius: 15}}}]}\n"
#define DUEL                                                                                       \
  BODIES "  actuators:\n"                                                                          \
         "    - {name: push, body: one, agent: left, scale: 50, low: [-1, -1], high: [1, 1]}\n"    \
         "    - {name: guard, body: two, agent: right, scale: 50, low: [-1, -1], high: [1, 1]}\n"

static void actions_have_slots(void **state) {
  (void)state;
  bench b;
  open_text(&b, DUEL "    - {name: aid, body: puck, type: force, agent: left}\n");
  const orr_parts *parts = b.scenario->parts;
  assert_int_equal(parts->agent_count, 2);
  assert_string_equal(parts->agents[0], "left");
  assert_string_equal(parts->agents[1], "right");
  static const int owners[] = {0, 0, 1, 1, 0, 0};
  assert_int_equal(b.scenario->action_count, 6);
  assert_memory_equal(parts->agent_of, owners, sizeof owners);
  orr_others others;
  orr_error err = {0};
  assert_int_equal(orr_others_create(b.scenario, "right", 0, &others, NULL), ORR_OK);
  for (size_t a = 0; a < 6; a++) assert_int_equal(others.own[a], owners[a] == 1);
  assert_int_equal(orr_others_create(b.scenario, "", 0, &others, NULL), ORR_OK);
  assert_false(others.any);
  assert_int_equal(orr_others_create(b.scenario, "rihgt", 0, &others, &err), ORR_ERR_CONFIG);
  assert_string_equal(err.hint, "did you mean \"right\"?");
  close_bench(&b);
}

/* Positions, relative and absolute, of some axes; velocities; forces. */
static void laws_fill_the_slots_of_others(void **state) {
  (void)state;
  bench b;
  open_text(&b, BODIES
            "  actuators:\n"
            "    - {name: push, body: one, agent: left, scale: 50}\n"
            "    - {name: slide, body: two, agent: right, type: velocity, axes: yx, gain: 20}\n"
            "    - {name: aid, body: puck, agent: third, type: force, low: [0.5, -1]}\n");
  double s[ORR_MAX_FIELDS] = {0};
  s[0] = 50, s[1] = 100;               /* one */
  s[6] = 350, s[7] = 100;              /* two */
  s[12] = 200, s[13] = 101, s[14] = 0; /* the puck: driven, so nobody follows it */
  orr_others others;
  float action[6] = {9, 9, 9, 9, 9, 9};
  orr_others_create(b.scenario, "left", ORR_OTHERS_REST, &others, NULL);
  orr_others_begin(&others, s);
  orr_others_act(&others, s, 1, 2, 3, action);
  static const float rest[] = {9.0f, 9.0f, 0.0f, 0.0f, 0.5f, 0.0f};
  assert_memory_equal(action, rest, sizeof rest); /* 0 is out of the force's range */
  others.law = ORR_OTHERS_HOLD;
  s[6] = 351, s[7] = 99;
  orr_others_act(&others, s, 1, 2, 3, action);
  static const float hold[] = {9.0f, 9.0f, 0.5f, -0.5f, 0.5f, 0.0f}; /* 1 px in 0.1 s, gain 20 */
  for (size_t a = 0; a < 6; a++) assert_true(fabsf(action[a] - hold[a]) < 1e-6f);
  others.law = ORR_OTHERS_FOLLOW;
  orr_others_act(&others, s, 1, 2, 3, action);
  assert_memory_equal(action, rest, sizeof rest); /* there is nothing free */
  float again[6], low = 1.0f, high = -1.0f;
  others.law = ORR_OTHERS_RANDOM;
  for (int64_t step = 0; step < 100; step++) {
    orr_others_act(&others, s, 1, 2, step, action);
    orr_others_act(&others, s, 1, 2, step, again);
    assert_memory_equal(action + 2, again + 2, 4 * sizeof *action);
    low = fminf(low, action[2]), high = fmaxf(high, action[2]);
    assert_true(action[4] >= 0.5f && action[4] <= 1.0f);
  }
  assert_true(low < -0.8f && low >= -1.0f && high > 0.8f && high <= 1.0f);
  close_bench(&b);
}

static void a_goalkeeper_follows(void **state) {
  (void)state;
  bench b;
  open_text(&b, BODIES "  actuators:\n"
                       "    - {name: push, body: one, agent: left, scale: 50}\n"
                       "    - {name: guard, body: two, agent: right, axes: y, meaning: relative,\n"
                       "       scale: 50}\n"
                       "    - {name: more, body: two, agent: right, axes: x, scale: 50}\n");
  double s[18] = {50, 100, 0, 0, 0, 0, 350, 100, 0, 0, 0, 0, 200, 120, 0, 0, 0, 0};
  orr_others others;
  float action[4];
  orr_others_create(b.scenario, "left", ORR_OTHERS_FOLLOW, &others, NULL);
  orr_others_act(&others, s, 1, 2, 3, action);
  assert_true(fabsf(action[2] - 0.4f) < 1e-6f); /* 20 of 50 px */
  assert_true(action[3] == 0.0f);               /* the second actuator rests */
  s[13] = 20;
  orr_others_act(&others, s, 1, 2, 3, action);
  assert_true(action[2] == -1.0f); /* as far as the range allows */
  close_bench(&b);
}

typedef struct duel {
  bench b;
  orr_planner_def def;
  orr_objective objective;
  orr_dynamics *dynamics;
  orr_policy *policy;
  orr_env *env;
} duel;

static const orr_goal_rule anywhere = {.name = "anywhere", .position = INFINITY, .angle = INFINITY};

static void open_duel(duel *d, const char *agent, int others) {
  static orr_body_weight weights[] = {{"one", 1.0}, {"two", 1.0}, {"puck", 0.0}};
  orr_error err = {0};
  open_text(&d->b, DUEL);
  d->def = default_planner(&d->b);
  d->def.samples = 32;
  d->def.horizon = 2;
  d->def.agent = agent;
  d->def.others = others;
  d->def.objective.weights = (orr_list){weights, 3};
  d->objective = make_objective(&d->b, &d->def.objective);
  assert_int_equal(orr_dynamics_simulator(d->b.scenario, &d->b.observer, &d->objective, NULL, 5, 1,
                                          &d->dynamics, &err),
                   ORR_OK);
  assert_int_equal(orr_policy_planner(&d->def, d->dynamics, &d->b.observer, NULL, &d->policy, &err),
                   ORR_OK);
  d->env = new_env(&d->b, 3, 1);
  orr_policy_reset(d->policy, 3, 1);
  double goal[ORR_MAX_FIELDS];
  orr_world_state(orr_env_look(d->env), goal);
  goal[1] = 30.0; /* both up, if they can */
  goal[7] = 30.0;
  orr_env_set_goal(d->env, &anywhere, goal);
}

static void close_duel(duel *d) {
  orr_policy_destroy(d->policy);
  orr_dynamics_destroy(d->dynamics);
  orr_env_destroy(d->env);
  close_bench(&d->b);
}

static void run(duel *d, int steps, double *state) {
  float action[4];
  orr_error err = {0};
  for (int i = 0; i < steps; i++) {
    assert_int_equal(orr_policy_act(d->policy, d->env, action, &err), ORR_OK);
    orr_env_step(d->env, action);
  }
  orr_world_state(orr_env_look(d->env), state);
}

static void one_agent_is_planned_for(void **state) {
  (void)state;
  duel d;
  double s[ORR_MAX_FIELDS];
  open_duel(&d, "left", ORR_OTHERS_REST);
  run(&d, 25, s);
  assert_true(fabs(s[1] - 30.0) < 10.0);
  assert_true(s[6] == 350.0 && s[7] == 100.0); /* nobody planned for it */
  const float *plans;
  size_t count = orr_planner_samples(orr_policy_planner_of(d.policy), &plans, NULL);
  assert_int_equal(count, 32);
  for (size_t k = 0; k < count * 10; k++) {
    assert_true(plans[4 * k + 2] == 0.0f && plans[4 * k + 3] == 0.0f);
    assert_true(plans[4 * k] != 0.0f || plans[4 * k + 1] != 0.0f);
  }
  close_duel(&d);
  open_duel(&d, "right", ORR_OTHERS_REST);
  run(&d, 25, s);
  assert_true(fabs(s[7] - 30.0) < 10.0 && s[0] == 50.0 && s[1] == 100.0);
  close_duel(&d);
  open_duel(&d, "", ORR_OTHERS_REST);
  run(&d, 25, s);
  assert_true(fabs(s[7] - 30.0) < 15.0 && fabs(s[1] - 30.0) < 15.0);
  close_duel(&d);
}

/* A plan takes what the others do at its making for granted; they go on by their law. */
static void plans_count_on_the_others(void **state) {
  (void)state;
  duel d;
  double s[ORR_MAX_FIELDS];
  open_duel(&d, "left", ORR_OTHERS_FOLLOW);
  orr_world_state(orr_env_look(d.env), s);
  double way[2] = {s[12] - s[6], s[13] - s[7]};
  run(&d, 1, s);
  const float *plans;
  orr_planner_samples(orr_policy_planner_of(d.policy), &plans, NULL);
  for (int k = 0; k < 2; k++)
    assert_true(plans[2 + k] == (float)orr_clamp(way[k] / 50.0, -1.0, 1.0));
  run(&d, 10, s);
  assert_true(hypot(s[12] - s[6], s[13] - s[7]) < hypot(way[0], way[1]));
  close_duel(&d);
}

int run_others_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(actions_have_slots),        cmocka_unit_test(laws_fill_the_slots_of_others),
      cmocka_unit_test(a_goalkeeper_follows),      cmocka_unit_test(one_agent_is_planned_for),
      cmocka_unit_test(plans_count_on_the_others),
  };
  return cmocka_run_group_tests_name("others", tests, NULL, NULL);
}
