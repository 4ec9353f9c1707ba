/* On-policy rounds: plan, collect, train on; the same bytes in the end. */
#include "tests/eval/eval_test.h"

#include "base/file.h"
#include "base/pool.h"
#include "data/dataset.h"
#include "eval/report.h"

typedef struct trial {
  const char *out, *set, *model;
  size_t threads;
  bool force;
} trial;

static orr_status go(const trial *t, told *heard, orr_error *err) {
  const char *sets[] = {"eval.rows=[random, model]", t->set};
  orr_experiment *e = orr_test_load_file(TINY, "onpolicy", sets, t->set ? 2 : 1);
  orr_pool *pool = NULL;
  assert_int_equal(orr_pool_create(t->threads ? t->threads : 1, &pool, err), ORR_OK);
  orr_control control = {
      .pool = pool, .progress = orr_test_progress, .user = heard, .cancel = &heard->cancel};
  orr_run_options options = {
      .out = t->out, .model = t->model, .force = t->force, .stage = orr_test_tell, .user = heard};
  orr_status status = orr_experiment_run(e, &options, &control, err);
  orr_pool_destroy(pool);
  orr_experiment_destroy(e);
  return status;
}

static void good(const trial *t, told *heard) {
  orr_error err = {0};
  *heard = (told){.brake = NULL};
  orr_status status = go(t, heard, &err);
  if (status != ORR_OK) print_error("%s (%s)\n", err.message, err.hint);
  assert_int_equal(status, ORR_OK);
}

static void refused(const trial *t, const char *message) {
  orr_error err = {0};
  told heard = {.brake = NULL};
  assert_int_equal(go(t, &heard, &err), ORR_ERR_MISMATCH);
  if (!strstr(err.message, message)) fail_msg("'%s' does not say '%s'", err.message, message);
  assert_non_null(strstr(err.hint, "--force"));
}

static int make_run(void **state) {
  (void)state;
  told heard;
  assert_int_equal(orr_folder_remove("rounds", NULL), ORR_OK);
  good(&(trial){.out = "rounds", .threads = 2}, &heard);
  assert_string_equal(heard.text,
                      "+resolve;+collect;+train;+round 1 collect;+round 1 train;+round 2 collect;"
                      "+round 2 train;+pairs near;+eval near random;+eval near model;+pairs there;"
                      "+eval there random;+eval there model;+open loop;+report;");
  return 0;
}

static orr_dataset *open_data(const char *folder) {
  orr_dataset *data;
  orr_error err = {0};
  if (orr_dataset_open(folder, ORR_SPLIT_TRAIN, true, &data, &err)) fail_msg("%s", err.message);
  return data;
}

/* The row of the demonstration that `first` is the state of; -1 when it is none of them. */
static int64_t row_of(const orr_dataset *demonstrations, int64_t source, const float *first,
                      size_t fields) {
  for (size_t i = 0; i < orr_dataset_episodes(demonstrations); i++) {
    orr_episode_view view = orr_dataset_episode(demonstrations, i);
    if (view.policy != ORR_POLICY_EXPERT || view.source != source) continue;
    for (size_t t = 0; t <= view.steps; t++)
      if (memcmp(view.states + t * fields, first, fields * sizeof *first) == 0) return (int64_t)t;
  }
  return -1;
}

/* Starts are states of training demonstrations, no further than a goal's offset from their end. */
static void episodes_start_on_training_demonstrations(void **state) {
  (void)state;
  orr_dataset *base = open_data("rounds/data"), *first = open_data("rounds/rounds/1/data");
  orr_dataset *second = open_data("rounds/rounds/2/data");
  size_t fields = orr_dataset_info(base)->observation.count, later = 0;
  assert_int_equal(orr_dataset_episodes(first), 10);
  for (size_t i = 0; i < 10; i++) {
    orr_episode_view view = orr_dataset_episode(first, i);
    assert_int_equal(view.policy, ORR_POLICY_MODEL);
    assert_true(view.steps <= 30 && view.terminated != view.truncated);
    assert_true(view.terminated || view.steps == 30);
    int64_t row = row_of(base, view.source, view.states, fields);
    assert_in_range(row, 0, 15); /* demonstrations have 30 steps, goals lie 15 ahead */
    later += row > 0;
  }
  assert_true(later > 0);
  orr_episode_view a = orr_dataset_episode(first, 0), b = orr_dataset_episode(second, 0);
  assert_memory_not_equal(a.states, b.states, fields * sizeof *a.states); /* drawn anew */
  orr_dataset_close(second);
  orr_dataset_close(first);
  orr_dataset_close(base);
}

static orr_hash weights_of(const char *path, double *share, char from[ORR_HASH_TEXT]) {
  orr_model *model;
  orr_error err = {0};
  if (orr_model_load(path, &model, &err) != ORR_OK) fail_msg("%s", err.message);
  const json_t *record = orr_model_record_json(model);
  const char *begun = json_string_value(json_object_get(record, "from"));
  *share = json_number_value(json_object_get(record, "share"));
  snprintf(from, ORR_HASH_TEXT, "%s", begun ? begun : "");
  orr_hash hash = orr_model_hash(model);
  orr_model_destroy(model);
  return hash;
}

/* Each round goes on from the weights before it, and the last one's are judged. */
static void rounds_go_on_from_each_other(void **state) {
  (void)state;
  static const char *const paths[] = {"rounds/model/model.safetensors",
                                      "rounds/rounds/1/model/model.safetensors",
                                      "rounds/rounds/2/model/model.safetensors"};
  char hash[ORR_HASH_TEXT] = "", from[ORR_HASH_TEXT], *card;
  size_t length;
  for (size_t i = 0; i < 3; i++) {
    double share;
    orr_hash weights = weights_of(paths[i], &share, from);
    assert_string_equal(from, hash);
    assert_true(share == (i ? 0.5 : 0.0));
    orr_hash_text(weights, hash);
  }
  assert_int_equal(orr_file_get("rounds/eval/model.json", 1 << 20, &card, &length, NULL), ORR_OK);
  assert_non_null(strstr(card, hash));
  orr_free(card);
}

static void they_stand_in_the_report(void **state) {
  (void)state;
  char *text;
  size_t length;
  assert_int_equal(orr_file_get("rounds/report.md", 1 << 20, &text, &length, NULL), ORR_OK);
  assert_non_null(strstr(text, "On-policy round 2: the agent acted in 10 episodes"));
  assert_non_null(strstr(text, "then 20 more training steps with 50.0 % of the windows"));
  assert_non_null(strstr(text, "--model rounds/2/model/model.safetensors"));
  orr_free(text);
}

static void a_dry_run_names_them(void **state) {
  (void)state;
  static const char *const sets[] = {"eval.rows=[random, model]", "rounds.count=3"};
  orr_experiment *e = orr_test_load_file(TINY, "onpolicy", sets, 2);
  orr_run_options options = {.out = "rounds"};
  char *text = orr_experiment_plan_text(e, &options);
  static const char *const lines[] = {
      "round 2 train    done                     20 more steps of 64 windows, 50 % of them on-pol",
      "round 3 collect  to do                    10 episodes of the agent, at most 30 control st"};
  for (size_t i = 0; i < 2; i++)
    if (!strstr(text, lines[i])) fail_msg("no '%s' in:\n%s", lines[i], text);
  orr_free(text);
  orr_experiment_destroy(e);
}

static void a_second_run_skips_them(void **state) {
  (void)state;
  told heard;
  good(&(trial){.out = "rounds"}, &heard);
  assert_string_equal(heard.text, "+resolve;-collect;-train;-round 1 collect;-round 1 train;"
                                  "-round 2 collect;-round 2 train;-eval near;-eval there;"
                                  "-open loop;+report;");
}

static void what_differs_is_refused_and_named(void **state) {
  (void)state;
  orr_hash before = orr_test_folder_hash("rounds", NULL);
  refused(&(trial){.out = "rounds", .set = "rounds.noise=0.1"},
          "stage `round 1 collect`: rounds.noise is 0.1");
  refused(&(trial){.out = "rounds", .set = "rounds.share=0.1"}, "`round 1 train`: rounds.share");
  refused(&(trial){.out = "rounds", .set = "plan.sigma=0.4"}, "`round 1 collect`: plan.sigma");
  /* before anything is done, not after the third round */
  refused(&(trial){.out = "rounds", .set = "rounds.count=3"},
          "without the rounds that are to come");
  assert_true(orr_hash_equal(before, orr_test_folder_hash("rounds", NULL)));
}

/* Cancelled while it acts and while it learns, other thread counts: in the end the same bytes. */
static void cancelled_ones_go_on_to_the_same_bytes(void **state) {
  (void)state;
  static const char *const brakes[] = {"round 1 collect", "round 1 train", "round 2 collect",
                                       "round 2 train"};
  assert_int_equal(orr_folder_remove("rounds-cut", NULL), ORR_OK);
  for (size_t i = 0; i < sizeof brakes / sizeof brakes[0]; i++) {
    orr_error err = {0};
    told heard = {.brake = brakes[i]};
    assert_int_equal(go(&(trial){.out = "rounds-cut", .threads = 1 + i % 2}, &heard, &err),
                     ORR_ERR_CANCELLED);
    assert_non_null(strstr(heard.text, brakes[i]));
  }
  told heard;
  good(&(trial){.out = "rounds-cut", .threads = 1}, &heard);
  assert_true(orr_hash_equal(orr_test_folder_hash("rounds", NULL),
                             orr_test_folder_hash("rounds-cut", NULL)));
}

/* Redone from the changed round on; what a share of 0 trains on has no rounds' windows. */
static void force_redoes_from_the_round(void **state) {
  (void)state;
  told heard;
  good(&(trial){.out = "rounds-cut", .set = "rounds.share=0", .force = true}, &heard);
  assert_non_null(strstr(heard.text, "-train;-round 1 collect;+round 1 train;+round 2 collect;"));
  char from[ORR_HASH_TEXT];
  double share;
  orr_hash none = weights_of("rounds-cut/rounds/1/model/model.safetensors", &share, from);
  assert_true(share == 0.0);
  orr_hash half = weights_of("rounds/rounds/1/model/model.safetensors", &share, from);
  assert_false(orr_hash_equal(none, half));
  assert_int_equal(orr_folder_remove("rounds-cut", NULL), ORR_OK);
}

static void a_given_model_has_no_rounds(void **state) {
  (void)state;
  told heard;
  assert_int_equal(orr_folder_remove("rounds-given", NULL), ORR_OK);
  good(&(trial){.out = "rounds-given", .model = "rounds/rounds/1/model/model.safetensors"}, &heard);
  assert_null(strstr(heard.text, "round"));
  assert_int_equal(orr_folder_remove("rounds-given", NULL), ORR_OK);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(episodes_start_on_training_demonstrations),
    cmocka_unit_test(rounds_go_on_from_each_other),
    cmocka_unit_test(they_stand_in_the_report),
    cmocka_unit_test(a_dry_run_names_them),
    cmocka_unit_test(a_second_run_skips_them),
    cmocka_unit_test(what_differs_is_refused_and_named),
    cmocka_unit_test(cancelled_ones_go_on_to_the_same_bytes),
    cmocka_unit_test(force_redoes_from_the_round),
    cmocka_unit_test(a_given_model_has_no_rounds),
};

int orr_test_rounds(void) { return cmocka_run_group_tests_name("rounds", tests, make_run, NULL); }
