/* A folder of shards: what the manifest promises, statistics, and what inspect shows. */
#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"
#include "data/statistics.h"
#include "test_data.h"
#include "tests/data/sample.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void splits_open(void **state) {
  orr_error err = {0};
  orr_dataset *train, *held_out, *again;
  assert_ok(sample_folder(*state, &err), &err);
  assert_ok(orr_dataset_open(*state, ORR_SPLIT_TRAIN, true, &train, &err), &err);
  assert_ok(orr_dataset_open(*state, ORR_SPLIT_HELD_OUT, true, &held_out, &err), &err);
  assert_ok(orr_dataset_open(*state, ORR_SPLIT_TRAIN, false, &again, &err), &err);
  assert_int_equal(orr_dataset_episodes(train), 5);
  assert_int_equal(orr_dataset_episodes(held_out), 2);
  assert_int_equal(orr_dataset_rows(train), 23 + 27);
  for (size_t e = 0; e < 7; e++) {
    orr_episode_view view = orr_dataset_episode(e < 5 ? train : held_out, e < 5 ? e : e - 5);
    assert_int_equal(view.index, e);
    assert_int_equal(view.steps, sample_steps[e]);
    assert_true(view.states[0] == sample_state((int64_t)e, 0, 0));
  }
  assert_true(orr_hash_equal(orr_dataset_hash(train), orr_dataset_hash(again)));
  assert_false(orr_hash_equal(orr_dataset_hash(train), orr_dataset_hash(held_out)));
  orr_dataset_close(train);
  orr_dataset_close(held_out);
  orr_dataset_close(again);
}

static void seals_the_same(void **state) {
  orr_error err = {0};
  static const char *const names[] = {"manifest.json", "all.h5"};
  for (size_t i = 0; i < 2; i++) {
    size_t count, again;
    assert_ok(sample_folder(in_scratch(state, "a"), &err), &err);
    assert_ok(sample_folder(in_scratch(state, "b"), &err), &err);
    char *a = slurp(in_scratch(state, i ? "a/all.h5" : "a/manifest.json"), &count);
    char *b = slurp(in_scratch(state, i ? "b/all.h5" : "b/manifest.json"), &again);
    assert_int_equal(count, again);
    assert_memory_equal(a, b, count);
    assert_true(count > strlen(names[i]));
    orr_free(a);
    orr_free(b);
  }
}

/* Another good shard in the place of one is found, and named, when asked to verify. */
static void exchanged_shard(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  assert_ok(sample_folder(*state, &err), &err);
  const char *path = in_scratch(state, "train-00001.h5");
  assert_ok(sample_shard(path, ORR_SPLIT_TRAIN, 13, sample_steps + 3, 2, &err), &err);
  orr_status status = orr_dataset_open(*state, ORR_SPLIT_TRAIN, true, &dataset, &err);
  assert_says(status, &err, "train-00001.h5' is damaged: its SHA-256");
  assert_non_null(strstr(err.hint, "Delete this file and run collect again"));
  assert_ok(orr_dataset_open(*state, ORR_SPLIT_HELD_OUT, true, &dataset, &err), &err);
  orr_dataset_close(dataset);
  assert_ok(sample_shard(path, ORR_SPLIT_TRAIN, 3, sample_steps, 2, &err), &err);
  status = orr_dataset_open(*state, ORR_SPLIT_TRAIN, false, &dataset, &err);
  assert_says(status, &err, "train-00001.h5' is damaged: it is not the shard");
}

static void missing_things(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  orr_status status = orr_dataset_open(*state, ORR_SPLIT_TRAIN, false, &dataset, &err);
  assert_says(status, &err, "no manifest.json");
  assert_ok(sample_folder(*state, &err), &err);
  assert_ok(orr_file_remove(in_scratch(state, "train-00000.h5"), &err), &err);
  status = orr_dataset_open(*state, ORR_SPLIT_TRAIN, true, &dataset, &err);
  assert_says(status, &err, "train-00000.h5' is missing");
  orr_shard_info info;
  sample_info(&info);
  assert_ok(orr_file_remove(in_scratch(state, "train-00001.h5"), &err), &err);
  assert_ok(orr_dataset_seal(*state, &info, NULL, &err), &err);
  status = orr_dataset_open(*state, ORR_SPLIT_TRAIN, true, &dataset, &err);
  assert_says(status, &err, "has no train episodes");
}

static void seal_refuses(void **state) {
  orr_error err = {0};
  orr_shard_info info;
  sample_info(&info);
  assert_says(orr_dataset_seal(*state, &info, NULL, &err), &err, "holds no shards");
  assert_ok(
      sample_shard(in_scratch(state, "train-00000.h5"), ORR_SPLIT_TRAIN, 0, sample_steps, 2, &err),
      &err);
  info.world.low++;
  assert_int_equal(orr_dataset_seal(*state, &info, NULL, &err), ORR_ERR_MISMATCH);
  assert_says(ORR_ERR_MISMATCH, &err, "another world");
  sample_info(&info);
  snprintf(info.observation.fields[0].name, ORR_NAME, "block.z");
  assert_says(orr_dataset_seal(*state, &info, NULL, &err), &err, "another interface");
  sample_info(&info);
  assert_ok(sample_shard(in_scratch(state, "held-out-00000.h5"), ORR_SPLIT_TRAIN, 0, sample_steps,
                         2, &err),
            &err);
  assert_says(orr_dataset_seal(*state, &info, NULL, &err), &err, "against its name");
  assert_false(orr_file_exists(in_scratch(state, "manifest.json")));
}

/* Replaces the first `from` in the manifest. */
static void edit_manifest(void **state, const char *from, const char *to) {
  size_t count;
  const char *path = in_scratch(state, "manifest.json");
  char *text = slurp(path, &count), *place = strstr(text, from);
  assert_non_null(place);
  size_t before = (size_t)(place - text), after = count - before - strlen(from);
  char *edited = orr_alloc(count + strlen(to) + 1, 1);
  memcpy(edited, text, before);
  memcpy(edited + before, to, strlen(to));
  memcpy(edited + before + strlen(to), place + strlen(from), after);
  spill(path, edited, before + strlen(to) + after);
  orr_free(edited);
  orr_free(text);
}

static void damaged_manifest(void **state) {
  static const char *const edits[][2] = {
      {"orrery-dataset/1", "orrery-dataset/2"},
      {"train-00000.h5", "train-../../etc.h5"},
      {"train-00000.h5", "../train-00000.h5"},
      {"train-00001.h5", "train-00000.h5"},
      {"\"train\"", "\"test\""},
      {"\"rows\": 23", "\"rows\": -23"},
      {"\"rows\": 23", "\"rows\": 9223372036854775807"},
      {"\"rows\": 23", "\"rows\": 1e400"},
      {"\"episodes\": 3", "\"episodes\": \"3\""},
      {"\"diverged\": 0,", ""},
      {"\"sha256\": \"", "\"sha256\": \"x"},
      {"\"seed\": \"1", "\"seed\": \"-1"},
      {"\"world_hash\": \"", "\"world_hash\": \"z"},
      {"\"shards\"", "\"shard\""},
      {"{", "[{"},
      {"}", ""},
  };
  for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
    orr_error err = {0};
    orr_dataset *dataset;
    assert_ok(sample_folder(*state, &err), &err);
    edit_manifest(state, edits[i][0], edits[i][1]);
    orr_status status = orr_dataset_open(*state, ORR_SPLIT_TRAIN, false, &dataset, &err);
    assert_says(status, &err, "manifest.json' is damaged");
    assert_null(dataset);
  }
  orr_error err = {0};
  orr_dataset *dataset;
  assert_ok(sample_folder(*state, &err), &err);
  edit_manifest(state, "\"rows\": 23", "\"rows\": 24");
  orr_status status = orr_dataset_open(*state, ORR_SPLIT_TRAIN, true, &dataset, &err);
  assert_says(status, &err, "not the shard that manifest.json describes");
}

/* Episodes 0 (2 actions) and 1 (1 action): x is 0 10 20 1000 1010. */
static void figures_by_hand(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  const size_t steps[2] = {2, 1};
  const char *path = in_scratch(state, "train-00000.h5");
  assert_ok(sample_shard(path, ORR_SPLIT_TRAIN, 0, steps, 2, &err), &err);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  orr_statistics *s = orr_alloc(1, sizeof *s);
  orr_statistics_fit(dataset, s);
  assert_true(s->state[0].mean == 408 && s->state[2].mean == 410);
  assert_true(fabs(s->state[0].std - 487.49974358967616) < 1e-12); /* sqrt(237656) */
  assert_true(s->state[0].low == 0 && s->state[0].high == 1010);
  /* Actions 0: 0, -1/16, -1: the NaN of last rows is no action. */
  assert_true(fabs(s->action[0].mean - -1.0625 / 3) < 1e-15);
  assert_true(fabs(s->action[0].std - 0.4573853833354197) < 1e-12);
  assert_true(s->action[0].low == -1 && s->action[0].high == 0);
  assert_int_equal(s->episodes, 2);
  assert_int_equal(s->rows, 5);
  assert_true(s->mean_length == 1.5 && s->success_rate == 0.5 && s->contact_share == 0.2);
  const orr_shard_info *info = orr_dataset_info(dataset);
  json_t *json = orr_statistics_to_json(s, &info->observation, &info->action);
  const json_t *x = json_array_get(json_object_get(json, "state"), 0);
  assert_string_equal(json_string_value(json_object_get(x, "name")), "block.x");
  assert_true(json_real_value(json_object_get(x, "mean")) == 408);
  assert_int_equal(json_integer_value(json_object_get(json, "rows")), 5);
  json_decref(json);
  orr_free(s);
  orr_dataset_close(dataset);
}

static void inspects(void **state) {
  orr_error err = {0};
  char *text;
  assert_ok(sample_folder(*state, &err), &err);
  assert_ok(orr_dataset_inspect(*state, false, &text, &err), &err);
  static const char *const words[] = {
      "block.angle",         "rad",   "held-out", "replay", "2 diverged", "all.h5",
      "statistics of train", "2666.4"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) assert_non_null(strstr(text, words[i]));
  orr_free(text);
  assert_ok(orr_dataset_inspect(*state, true, &text, &err), &err);
  json_t *json = json_loads(text, 0, NULL);
  orr_free(text);
  assert_int_equal(json_array_size(json_object_get(json, "groups")), 7);
  assert_int_equal(json_array_size(json_object_get(json, "files")), 5);
  assert_string_equal(json_string_value(json_object_get(json, "kind")), "data set");
  json_decref(json);
  assert_ok(orr_dataset_inspect(in_scratch(state, "train-00001.h5"), false, &text, &err), &err);
  assert_non_null(strstr(text, "statistics of this shard"));
  assert_null(strstr(text, "held-out"));
  orr_free(text);
  orr_status status = orr_dataset_inspect(in_scratch(state, "nothing"), true, &text, &err);
  assert_says(status, &err, "cannot read");
  assert_null(text);
}

int test_dataset(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(splits_open, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(seals_the_same, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(exchanged_shard, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(missing_things, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(seal_refuses, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(damaged_manifest, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(figures_by_hand, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(inspects, make_scratch, drop_scratch),
  };
  return cmocka_run_group_tests_name("dataset", tests, NULL, NULL);
}
