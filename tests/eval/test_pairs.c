/* Rules of pairs: what they speak of, how manifests hold them. */
#include "tests/eval/eval_test.h"

#include "eval/protocol_private.h"
#include <math.h>

#define STACK ORR_SOURCE_DIR "/tests/fixtures/jointed_stack.yaml"

static const char *const pusher[] = {"pusher"}, *const both[] = {"pusher", "bob"},
                         *const hinge[] = {"hinge"};

static orr_list names(const char *const *items, size_t count) {
  return (orr_list){(void *)(uintptr_t)items, count};
}

static orr_goal_rule rule_of(orr_list positions, orr_list joints) {
  return (orr_goal_rule){.name = "there",
                         .position_bodies = positions,
                         .joints = joints,
                         .position = 2.0,
                         .angle = 0.5,
                         .turn = INFINITY,
                         .joint = INFINITY,
                         .hold = 1};
}

static void motion_is_of_what_the_rule_speaks_of(void **state) {
  (void)state;
  orr_experiment *e = orr_test_load_file(STACK, NULL, NULL, 0);
  const orr_space *space = &e->scenario->state;
  double a[ORR_MAX_FIELDS] = {0}, b[ORR_MAX_FIELDS] = {0}, distance, angle;
  b[orr_space_find(space, "pusher.x")] = 3.0;
  b[orr_space_find(space, "bob.y")] = -4.0;
  b[orr_space_find(space, "bob.angle")] = 6.0;
  b[orr_space_find(space, "hinge.angle")] = 0.25;
  orr_goal_rule rule = rule_of(names(pusher, 1), names(hinge, 0));
  orr_pose_error(e->scenario, &rule, a, b, &distance, &angle);
  assert_true(distance == 3.0 && angle == 0.0);
  rule.position_bodies = names(both, 2); /* the free one of the two */
  orr_pose_error(e->scenario, &rule, a, b, &distance, &angle);
  assert_true(distance == 4.0);
  assert_true(fabs(angle - (6.283185307179586 - 6.0)) < 1e-12);
  rule = rule_of(names(both, 0), names(hinge, 1));
  orr_pose_error(e->scenario, &rule, a, b, &distance, &angle);
  assert_true(distance == 0.0 && angle == 0.25);
  orr_experiment_destroy(e);
}

/* A manifest from before a setting came says nothing of it: then it is at its default. */
static void manifests_hold_what_a_rule_says(void **state) {
  (void)state;
  orr_experiment *e = orr_test_load_file(STACK, NULL, NULL, 0);
  orr_goal_rule old = rule_of(names(both, 2), names(hinge, 0)), fresh = old;
  char *text = orr_goal_rule_text(&old);
  assert_string_equal(text, "{\"name\":\"there\",\"position_bodies\":[\"pusher\",\"bob\"],"
                            "\"angle_bodies\":[],\"position\":2.0,\"angle\":0.5,\"hold\":1}");
  orr_pairs pairs = {.definition = text,
                     .world = e->scenario->identity,
                     .goal_offset = e->eval.goal_offset,
                     .budget = e->eval.budget,
                     .action_count = e->scenario->action_count};
  orr_error err = {0};
  assert_int_equal(orr_pairs_check(&pairs, "p.h5", e, &old, &err), ORR_OK);
  fresh.joints = names(hinge, 1);
  assert_int_equal(orr_pairs_check(&pairs, "p.h5", e, &fresh, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "rule `there`, joints absent, here it is [\"hinge\"]"));
  orr_free(text);
  fresh.joint = 0.125;
  pairs.definition = text = orr_goal_rule_text(&fresh);
  assert_int_equal(orr_pairs_check(&pairs, "p.h5", e, &fresh, &err), ORR_OK);
  assert_int_equal(orr_pairs_check(&pairs, "p.h5", e, &old, &err), ORR_ERR_MISMATCH);
  fresh.joint = 0.25;
  assert_int_equal(orr_pairs_check(&pairs, "p.h5", e, &fresh, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "joint 0.125, here it is 0.25"));
  orr_free(text);
  orr_experiment_destroy(e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(motion_is_of_what_the_rule_speaks_of),
    cmocka_unit_test(manifests_hold_what_a_rule_says),
};

int orr_test_pairs(void) { return cmocka_run_group_tests_name("pairs", tests, NULL, NULL); }
