/* Baselines without a planner: stages of their own, rows of their names, the same bytes in the
 * end. */
#include "tests/eval/eval_test.h"

#include "base/file.h"
#include "base/pool.h"
#include "eval/report.h"

static orr_status go(const char *out, const char *set, const char *model, size_t threads,
                     told *heard, orr_error *err) {
  orr_experiment *e = orr_test_load_file(TINY, "policies", &set, set != NULL);
  orr_pool *pool = NULL;
  assert_int_equal(orr_pool_create(threads, &pool, err), ORR_OK);
  orr_control control = {
      .pool = pool, .progress = orr_test_progress, .user = heard, .cancel = &heard->cancel};
  orr_run_options options = {.out = out, .model = model, .stage = orr_test_tell, .user = heard};
  orr_status status = orr_experiment_run(e, &options, &control, err);
  orr_pool_destroy(pool);
  orr_experiment_destroy(e);
  return status;
}

/* The model plans by a distance; beside it the usual cost. */
static orr_status go_by_distance(const char *out, const char *more, size_t threads, told *heard,
                                 orr_error *err) {
  const char *sets[] = {
      "baselines=[{name: far, family: reach, horizon: 4, hidden: 16, layers: 2, "
      "train: {steps: 40, batch: 64, warmup: 5, check_every: 20, save_every: 10}}]",
      "plan.objective.kind=reach", "eval.rows=[model, oracle]",
      "eval.swaps=[{name: near, objective: goal}, {name: truth, dynamics: "
      "simulator}]",
      more};
  orr_experiment *e = orr_test_load_file(TINY, NULL, sets, more ? 5 : 4);
  orr_pool *pool = NULL;
  assert_int_equal(orr_pool_create(threads, &pool, err), ORR_OK);
  orr_control control = {.pool = pool};
  orr_run_options options = {.out = out, .stage = orr_test_tell, .user = heard};
  orr_status status = orr_experiment_run(e, &options, &control, err);
  orr_pool_destroy(pool);
  orr_experiment_destroy(e);
  return status;
}

static void good(const char *out, size_t threads, told *heard) {
  orr_error err = {0};
  orr_status status = go(out, NULL, NULL, threads, heard, &err);
  if (status != ORR_OK) print_error("%s (%s)\n", err.message, err.hint);
  assert_int_equal(status, ORR_OK);
}

static void refused(const char *set, const char *model, const char *message) {
  orr_error err = {0};
  told heard = {.brake = NULL};
  assert_int_equal(go("policies", set, model, 1, &heard, &err), ORR_ERR_MISMATCH);
  if (!strstr(err.message, message)) fail_msg("'%s' does not say '%s'", err.message, message);
  assert_true(err.hint[0] != '\0');
}

static int make_run(void **state) {
  (void)state;
  told heard = {.brake = NULL};
  assert_int_equal(orr_folder_remove("policies", NULL), ORR_OK);
  good("policies", 2, &heard);
  assert_string_equal(heard.text,
                      "+resolve;+collect;+train;+train inverse;+train cloning;+pairs near;"
                      "+eval near random;+eval near cloning;+eval near inverse;+eval near model;"
                      "+pairs there;+eval there random;+eval there cloning;+eval there inverse;"
                      "+eval there model;+open loop;+report;");
  return 0;
}

static void they_stand_in_the_report(void **state) {
  (void)state;
  char *text;
  size_t length;
  assert_int_equal(orr_file_get("policies/report.md", 1 << 20, &text, &length, NULL), ORR_OK);
  assert_non_null(strstr(text, "\n| inverse (no search) |"));
  assert_non_null(strstr(text, "\n| cloning (no search) |"));
  assert_non_null(strstr(text, "Row cloning: family cloning, no planner;"));
  const char *time = strstr(text, "\n| near/inverse | "); /* it is timed: some decisions */
  assert_true(time && time[strlen("\n| near/inverse | ")] != '0');
  orr_free(text);
  char *summary = orr_report_summary("policies", NULL);
  assert_non_null(strstr(summary, "inverse"));
  orr_free(summary);
}

static void a_second_run_skips_them(void **state) {
  (void)state;
  told heard = {.brake = NULL};
  good("policies", 1, &heard);
  assert_string_equal(heard.text, "+resolve;-collect;-train;-train inverse;-train cloning;"
                                  "-eval near;-eval there;-open loop;+report;");
}

static void what_differs_is_refused_and_named(void **state) {
  (void)state;
  refused("baselines.inverse.hidden=17", NULL, "stage `train inverse`: baselines.inverse.hidden");
  refused("baselines.cloning.train.rate=0.1", NULL, "`train cloning`");
  refused(NULL, "policies/model/inverse/model.safetensors", "is a policy, not a world model");
}

/* Cancelled while either learns and while either acts; in the end the same bytes. */
static void cancelled_ones_go_on_to_the_same_bytes(void **state) {
  (void)state;
  static const char *const brakes[] = {"train inverse", "train cloning", "eval near cloning",
                                       "eval there inverse"};
  assert_int_equal(orr_folder_remove("policies-cut", NULL), ORR_OK);
  for (size_t i = 0; i < sizeof brakes / sizeof brakes[0]; i++) {
    orr_error err = {0};
    told heard = {.brake = brakes[i]};
    assert_int_equal(go("policies-cut", NULL, NULL, 1 + i % 2, &heard, &err), ORR_ERR_CANCELLED);
  }
  told heard = {.brake = NULL};
  good("policies-cut", 1, &heard);
  assert_true(orr_hash_equal(orr_test_folder_hash("policies", NULL),
                             orr_test_folder_hash("policies-cut", NULL)));
  assert_int_equal(orr_folder_remove("policies-cut", NULL), ORR_OK);
}

/* It is trained, passed along, an input of what it scored, and counts: the same rows by another
 * cost end elsewhere. Threads change nothing. */
static void a_distance_scores_the_plans(void **state) {
  (void)state;
  orr_error err = {0};
  told heard = {.brake = NULL}, again = {.brake = NULL};
  char *text;
  size_t length;
  assert_int_equal(orr_folder_remove("far", NULL), ORR_OK);
  assert_int_equal(orr_folder_remove("far-one", NULL), ORR_OK);
  orr_status status = go_by_distance("far", NULL, 2, &heard, &err);
  if (status != ORR_OK) fail_msg("%s (%s)", err.message, err.hint);
  assert_non_null(strstr(heard.text, "+train far;+pairs near;+eval near model;+eval near oracle;"
                                     "+eval near swap near;+eval near swap truth;"));
  assert_int_equal(go_by_distance("far-one", NULL, 1, &again, &err), ORR_OK);
  assert_true(
      orr_hash_equal(orr_test_folder_hash("far", NULL), orr_test_folder_hash("far-one", NULL)));
  static const char *const stages[] = {"far/eval/near/stage.json",
                                       "far/eval/near/swaps/stage.json"};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(orr_file_get(stages[i], 1 << 20, &text, &length, NULL), ORR_OK);
    assert_non_null(strstr(text, "\"head\""));
    orr_free(text);
  }
  assert_int_equal(orr_file_get("far/eval/near/swaps/episodes.csv", 1 << 20, &text, &length, NULL),
                   ORR_OK);
  char *other, *line = strstr(text, "\nnear,0,") + strlen("\nnear");
  assert_int_equal(orr_file_get("far/eval/near/episodes.csv", 1 << 20, &other, &length, NULL),
                   ORR_OK);
  char *row = strstr(other, "\nmodel,0,") + strlen("\nmodel");
  assert_true(strcspn(line, "\n") != strcspn(row, "\n") ||
              memcmp(line, row, strcspn(line, "\n")) != 0);
  orr_free(other);
  orr_free(text);
  assert_int_equal(go_by_distance("far", "baselines.far.hidden=17", 1, &again, &err),
                   ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "`train far`"));
  assert_int_equal(orr_folder_remove("far", NULL), ORR_OK);
  assert_int_equal(orr_folder_remove("far-one", NULL), ORR_OK);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(they_stand_in_the_report),
    cmocka_unit_test(a_second_run_skips_them),
    cmocka_unit_test(what_differs_is_refused_and_named),
    cmocka_unit_test(cancelled_ones_go_on_to_the_same_bytes),
    cmocka_unit_test(a_distance_scores_the_plans),
};

int orr_test_baselines(void) {
  return cmocka_run_group_tests_name("baselines", tests, make_run, NULL);
}
