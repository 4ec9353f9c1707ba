/* What goes into a shard comes out of it, and the same arguments give the same bytes. */
#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"
#include "data/hdf5.h"
#include "data/table.h"
#include "test_data.h"
#include "tests/data/sample.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static void check_rows(const orr_episode_view *view, int64_t number) {
  size_t T = view->steps;
  for (size_t t = 0; t <= T; t++) {
    for (size_t i = 0; i < SAMPLE_STATE; i++) {
      assert_true(view->states[t * SAMPLE_STATE + i] == sample_state(number, t, i));
    }
    for (size_t i = 0; i < SAMPLE_ACTION; i++) {
      float action = view->actions[t * SAMPLE_ACTION + i];
      assert_true(t == T ? isnan(action) : action == sample_action(number, t, i));
    }
    float reward = view->rewards[t];
    assert_true(t == 0 ? isnan(reward) : reward == (float)(t - 1) / 8);
    assert_int_equal(view->success[t], sample_success(number, t, T));
    assert_int_equal(view->contact[t], sample_contact(t));
  }
}

static void comes_back(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  const char *path = in_scratch(state, "train-00000.h5");
  assert_ok(sample_shard(path, ORR_SPLIT_TRAIN, 0, sample_steps, 7, &err), &err);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  assert_int_equal(orr_dataset_episodes(dataset), 7);
  size_t rows = 0;
  for (int64_t n = 0; n < 7; n++) {
    orr_episode_view view = orr_dataset_episode(dataset, (size_t)n);
    assert_int_equal(view.steps, sample_steps[n]);
    check_rows(&view, n);
    assert_int_equal(view.terminated, n % 2 == 0);
    assert_int_equal(view.truncated, n % 2 == 1);
    assert_int_equal(view.index, n);
    assert_int_equal(view.source, n / 2);
    assert_int_equal(view.reset_episode, 100 + n);
    assert_true(view.seed == sample_seed(n));
    assert_int_equal(view.policy, n % 6);
    rows += view.steps + 1;
  }
  assert_int_equal(orr_dataset_rows(dataset), rows);
  orr_dataset_close(dataset);
}

static void texts_come_back(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  orr_shard_info expected;
  sample_info(&expected);
  const char *path = in_scratch(state, "held-out-00000.h5");
  assert_ok(sample_shard(path, ORR_SPLIT_HELD_OUT, 0, sample_steps, 1, &err), &err);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  const orr_shard_info *info = orr_dataset_info(dataset);
  assert_string_equal(info->scenario, expected.scenario);
  assert_string_equal(info->id, expected.id);
  assert_true(orr_hash_equal(info->world, expected.world));
  assert_true(orr_hash_equal(info->interface, expected.interface));
  assert_true(info->control_dt == expected.control_dt && info->seed == expected.seed);
  assert_true(
      orr_hash_equal(orr_space_hash(&info->observation), orr_space_hash(&expected.observation)));
  assert_true(orr_hash_equal(orr_space_hash(&info->action), orr_space_hash(&expected.action)));
  assert_int_equal(orr_dataset_split(dataset), ORR_SPLIT_HELD_OUT);
  orr_dataset_close(dataset);
}

static void same_bytes(void **state) {
  orr_error err = {0};
  size_t count, again;
  const char *first = in_scratch(state, "a.h5"), *second = in_scratch(state, "elsewhere.h5");
  assert_ok(sample_shard(first, ORR_SPLIT_TRAIN, 0, sample_steps, 5, &err), &err);
  void *dirt[64]; /* so that uninitialised bytes would differ */
  for (size_t i = 0; i < 64; i++) {
    dirt[i] = orr_alloc(1, 64 * (i + 1));
    memset(dirt[i], (int)i + 1, 64 * (i + 1));
  }
  for (size_t i = 0; i < 64; i++) orr_free(dirt[i]);
  assert_ok(sample_shard(second, ORR_SPLIT_TRAIN, 0, sample_steps, 5, &err), &err);
  char *a = slurp(first, &count), *b = slurp(second, &again);
  assert_int_equal(count, again);
  assert_memory_equal(a, b, count);
  orr_free(b);
  assert_ok(sample_shard(second, ORR_SPLIT_TRAIN, 1, sample_steps, 5, &err), &err);
  b = slurp(second, &again);
  assert_true(count != again || memcmp(a, b, count) != 0);
  orr_free(a);
  orr_free(b);
}

/* An episode without a single action is one row: nothing to learn from, but no mistake. */
static void empty_episode(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  const size_t steps[2] = {0, 2};
  const char *path = in_scratch(state, "train-00000.h5");
  assert_ok(sample_shard(path, ORR_SPLIT_TRAIN, 0, steps, 2, &err), &err);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  assert_int_equal(orr_dataset_episode(dataset, 0).steps, 0);
  assert_true(isnan(orr_dataset_episode(dataset, 0).actions[0]));
  assert_true(orr_dataset_episode(dataset, 1).states[0] == sample_state(1, 0, 0));
  orr_dataset_close(dataset);
}

static orr_status write_one(const char *path, const orr_episode *episode, orr_error *err) {
  orr_shard_info info;
  sample_info(&info);
  return orr_shard_write(path, &info, ORR_SPLIT_TRAIN, &episode, 1, err);
}

static void refuses_bad_numbers(void **state) {
  orr_error err = {0};
  const char *path = in_scratch(state, "train-00000.h5");
  orr_episode episode;
  assert_ok(sample_episode(3, 4, &episode, &err), &err);
  float *places[] = {&episode.states[4 * SAMPLE_STATE], &episode.actions[1], &episode.rewards[3]};
  const char *words[] = {"a state of episode 3", "an action of episode 3", "a reward of episode 3"};
  for (size_t i = 0; i < 3; i++) {
    float before = *places[i];
    *places[i] = i ? NAN : INFINITY;
    orr_status status = write_one(path, &episode, &err);
    assert_int_equal(status, ORR_ERR_NUMBERS);
    assert_says(status, &err, words[i]);
    assert_false(orr_file_exists(path));
    *places[i] = before;
  }
  assert_ok(write_one(path, &episode, &err), &err);
  orr_episode_destroy(&episode);
}

static void refuses_nothing(void **state) {
  orr_error err = {0};
  orr_shard_info info;
  sample_info(&info);
  const char *path = in_scratch(state, "train-00000.h5");
  assert_says(orr_shard_write(path, &info, ORR_SPLIT_TRAIN, NULL, 0, &err), &err, "no episode");
}

/* A recorder forgets what it held when a new episode begins. */
static void begins_anew(void **state) {
  (void)state;
  orr_error err = {0};
  orr_episode episode;
  assert_ok(sample_episode(0, 4, &episode, &err), &err);
  episode.diverged = true;
  const float state0[SAMPLE_STATE] = {1, 2, 3};
  orr_episode_begin(&episode, state0);
  assert_int_equal(episode.steps, 0);
  assert_false(episode.terminated || episode.truncated || episode.diverged);
  assert_false(episode.success[0] || episode.contact[0]);
  assert_memory_equal(episode.states, state0, sizeof state0);
  orr_episode_destroy(&episode);
  orr_episode_destroy(&episode);
}

/* Columns of every type, for other rooms' files. */
static const double motion[6] = {0.5, 1, 2, 3, 4, 1e-300};
static const uint64_t hashes[3] = {1, UINT64_MAX, 3};
static const int64_t starts[3] = {-1, INT64_MAX, INT64_MIN};
static const uint8_t flags[3] = {1, 0, 255};
static const float actions[5] = {1, 2, 3, 4, -0.0f};
static const orr_column table_columns[] = {
    {"motion", ORR_COLUMN_F64, 3, 2, motion},  {"hash", ORR_COLUMN_U64, 3, 1, hashes},
    {"start", ORR_COLUMN_I64, 3, 1, starts},   {"must_move", ORR_COLUMN_U8, 3, 1, flags},
    {"action", ORR_COLUMN_F32, 5, 1, actions}, {"none", ORR_COLUMN_I64, 0, 4, NULL},
};

static void tables(void **state) {
  orr_error err = {0};
  const char *path = in_scratch(state, "pairs.h5");
  const orr_column *found;
  orr_table *table;
  assert_ok(orr_table_write(path, "{\"rule\": \"süß\"}", table_columns, 6, &err), &err);
  assert_ok(orr_table_read(path, &table, &err), &err);
  assert_string_equal(table->text, "{\"rule\": \"süß\"}");
  assert_int_equal(table->count, 6);
  for (size_t i = 0; i < 6; i++) {
    const orr_column *c = &table_columns[i];
    assert_ok(orr_table_column(table, path, c->name, c->type, c->width, &found, &err), &err);
    assert_int_equal(found->rows, c->rows);
    size_t bytes = orr_hdf5_type_size(c->type == ORR_COLUMN_U8    ? ORR_HDF5_U8
                                      : c->type == ORR_COLUMN_F32 ? ORR_HDF5_F32
                                                                  : ORR_HDF5_F64);
    if (c->rows) assert_memory_equal(found->values, c->values, c->rows * c->width * bytes);
  }
  assert_int_not_equal(orr_table_column(table, path, "motion", ORR_COLUMN_F32, 2, &found, &err), 0);
  assert_int_not_equal(orr_table_column(table, path, "motion", ORR_COLUMN_F64, 3, &found, &err), 0);
  assert_int_not_equal(orr_table_column(table, path, "else", ORR_COLUMN_F64, 3, &found, &err), 0);
  orr_table_destroy(table);
  /* A shard has plain vectors: no table. */
  assert_ok(sample_shard(path, ORR_SPLIT_TRAIN, 0, sample_steps, 1, &err), &err);
  assert_int_equal(orr_table_read(path, &table, &err), ORR_ERR_FILE);
  assert_null(table);
}

static void many_columns(void **state) {
  orr_error err = {0};
  orr_column columns[ORR_TABLE_COLUMNS];
  orr_table *table;
  const char *path = in_scratch(state, "pairs.h5");
  for (size_t i = 0; i < ORR_TABLE_COLUMNS; i++) {
    columns[i] = table_columns[i % 5];
    snprintf(columns[i].name, ORR_NAME, "column-%02zu-%036zu", ORR_TABLE_COLUMNS - i, i);
  }
  assert_ok(orr_table_write(path, "", columns, ORR_TABLE_COLUMNS, &err), &err);
  assert_ok(orr_table_read(path, &table, &err), &err);
  assert_int_equal(table->count, ORR_TABLE_COLUMNS);
  for (size_t i = 0; i < ORR_TABLE_COLUMNS; i++) { /* sorted: the reverse of ours */
    assert_string_equal(table->columns[i].name, columns[ORR_TABLE_COLUMNS - 1 - i].name);
  }
  orr_table_destroy(table);
}

int test_shard(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(comes_back, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(texts_come_back, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(same_bytes, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(empty_episode, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(refuses_bad_numbers, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(refuses_nothing, make_scratch, drop_scratch),
      cmocka_unit_test(begins_anew),
      cmocka_unit_test_setup_teardown(tables, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(many_columns, make_scratch, drop_scratch),
  };
  return cmocka_run_group_tests_name("shard", tests, NULL, NULL);
}
