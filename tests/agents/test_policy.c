#include "agents_test.h"

#include "base/maths.h"

#include <string.h>

static void random_actions_fill_the_range_and_hold(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_policy *policy;
  assert_int_equal(orr_policy_random(&b.observer, 3, &policy, NULL), ORR_OK);
  orr_env *env = new_env(&b, 0, 0);
  float action[2], last[2] = {0}, low = 1.0f, high = -1.0f;
  orr_policy_reset(policy, 9, 1);
  for (int i = 0; i < 90; i++) {
    assert_int_equal(orr_policy_act(policy, env, action, NULL), ORR_OK);
    assert_int_equal(memcmp(action, last, sizeof action) == 0, i % 3 != 0);
    memcpy(last, action, sizeof last);
    low = fminf(low, action[0]), high = fmaxf(high, action[0]);
    assert_true(fabsf(action[0]) <= 1.0f && fabsf(action[1]) <= 1.0f);
    assert_true(orr_policy_last_plan_seconds(policy) < 0.0);
  }
  assert_true(low < -0.8f && high > 0.8f);
  assert_null(orr_policy_planner_of(policy));
  orr_policy_destroy(policy);
  orr_env_destroy(env);
  close_bench(&b);
}

/* Once the agent is in the box around the block, every target lies in the box and in the arena. */
static void weak_policy_stays_in_its_box(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_weak_def def = {1.0, 90.0, 5};
  orr_policy *policy;
  assert_int_equal(orr_policy_weak(&b.observer, &def, &policy, NULL), ORR_OK);
  int inside = 0, contacts = 0;
  for (uint32_t episode = 0; episode < 10; episode++) {
    orr_env *env = new_env(&b, 2, episode);
    orr_policy_reset(policy, 2, episode);
    for (int i = 0; i < 60; i++) {
      double s[12];
      float action[2];
      orr_world_state(orr_env_look(env), s);
      double centre[2] = {s[6] - 45.0 * sin(s[8]), s[7] + 45.0 * cos(s[8])};
      assert_int_equal(orr_policy_act(policy, env, action, NULL), ORR_OK);
      for (int k = 0; k < 2; k++) {
        double target = s[k] + 100.0 * (double)action[k];
        assert_true(fabsf(action[k]) <= 1.0f);
        bool near = fabs(s[k] - centre[k]) < 180.0;  /* the box is within an action's reach */
        bool edge = target < 15.1 || target > 496.9; /* the arena counts more than the box */
        if (near) assert_true(fabs(target - centre[k]) < 90.0 + 1e-3 || edge);
        if (s[k] > 15.0 && s[k] < 497.0) assert_true(target > 14.99 && target < 497.01);
        inside += near;
      }
      orr_env_step(env, action);
      contacts += orr_world_contact(orr_env_look(env));
    }
    orr_env_destroy(env);
  }
  assert_true(inside > 900 && contacts > 60);
  orr_policy_destroy(policy);
  close_bench(&b);
}

static void weak_policy_needs_something_to_push(void **state) {
  (void)state;
  bench b;
  open_reacher(&b);
  orr_weak_def def = {1.0, 90.0, 5};
  orr_policy *policy;
  orr_error err = {0};
  assert_int_equal(orr_policy_weak(&b.observer, &def, &policy, &err), ORR_ERR_CONFIG);
  assert_null(policy);
  close_bench(&b);
}

/* The same (seed, episode) gives the same actions after any history. */
static void policies_forget_at_reset(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_weak_def def = {0.5, 100.0, 1};
  orr_policy *policy;
  assert_int_equal(orr_policy_weak(&b.observer, &def, &policy, NULL), ORR_OK);
  float first[20][2], again[20][2];
  for (int round = 0; round < 2; round++) {
    orr_env *env = new_env(&b, 4, 7);
    orr_policy_reset(policy, 4, 7);
    for (int i = 0; i < 20; i++) {
      float *action = round ? again[i] : first[i];
      assert_int_equal(orr_policy_act(policy, env, action, NULL), ORR_OK);
      orr_env_step(env, action);
    }
    orr_env_destroy(env);
  }
  assert_memory_equal(first, again, sizeof first);
  orr_policy_destroy(policy);
  close_bench(&b);
}

int run_policy_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(random_actions_fill_the_range_and_hold),
      cmocka_unit_test(weak_policy_stays_in_its_box),
      cmocka_unit_test(weak_policy_needs_something_to_push),
      cmocka_unit_test(policies_forget_at_reset),
  };
  return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
