/* Exports: what is refused, what a failure leaves behind, and that nothing else changes. The values
 * are compared by check_export.py, and by the loaders themselves in check_loaders.py. */
#include "base/file.h"
#include "base/memory.h"
#include "data/export.h"
#include "data/hdf5.h"
#include "test_data.h"
#include "tests/data/sample.h"
#include <math.h>
#include <stdatomic.h>
#include <string.h>

static const char *const mains[] = {"made/data/main_data.hdf5", "made.hdf5"};
static const char *const outs[] = {"made", "made.hdf5"};

static int make_wide(void **state) {
  orr_error err = {0};
  make_scratch(state);
  assert_ok(sample_wide_folder(in_scratch(state, "data"), &err), &err);
  return 0;
}

static orr_export_def def_of(void **state, orr_export_format format) {
  return (orr_export_def){
      .data = in_scratch(state, "data"), .out = in_scratch(state, outs[format]), .format = format};
}

/* Nothing but the data set, what is named, and no temporary file at any depth. */
static void assert_clean(void **state, size_t expected) {
  static const char *const folders[] = {"", "made", "made/data"};
  orr_error err = {0};
  for (size_t i = 0; i < 3; i++) {
    char **names;
    size_t count;
    const char *folder = i ? in_scratch(state, folders[i]) : *state;
    if (!orr_folder_exists(folder)) continue;
    assert_ok(orr_folder_list(folder, "", "", &names, &count, &err), &err);
    for (size_t n = 0; n < count; n++) assert_null(strstr(names[n], ".orr-"));
    if (i == 0) assert_int_equal(count, 1 + expected);
    orr_free(names);
  }
}

/* What is refused ------------------------------------------------------------------------------ */

static void refuse(orr_export_def def, const char *words) {
  orr_export_result result;
  orr_error err = {0};
  orr_status status = orr_export(&def, NULL, &result, &err);
  assert_says(status, &err, words);
}

static void names_of_minari(void **state) {
  static const char *const bad[] = {"",       "name",     "name-v",   "-v0",      "a/x-v0",
                                    "/ab-v0", "ab//c-v0", "ab/c-v0x", "ä-v0",     "ab/c v-v0",
                                    "ab/-v0", "../a-v0",  "a-v0/b",   "ab/c-v0/", "a.b-v1"};
  static const char *const good[] = {"x-v0", "lab/x-v0", "a-b/c_d/x-v0-v12", "x--v3"};
  orr_error err = {0};
  orr_export_result result;
  orr_export_def def = def_of(state, ORR_EXPORT_MINARI);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    def.id = bad[i];
    refuse(def, "is no name of a Minari data set");
  }
  assert_clean(state, 0);
  def.force = true;
  for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
    def.id = good[i];
    assert_ok(orr_export(&def, NULL, &result, &err), &err);
    assert_string_equal(result.id, good[i]);
  }
}

/* A name that is no word is made one. */
static void name_of_scenario(void **state) {
  orr_shard_info info;
  orr_episode episode;
  const orr_episode *pointer = &episode;
  orr_error err = {0};
  orr_export_result result;
  sample_info(&info);
  info.id = "my world.v2";
  assert_ok(sample_episode(0, 2, &episode, &err), &err);
  const char *path = in_scratch(state, "one.h5");
  assert_ok(orr_shard_write(path, &info, ORR_SPLIT_TRAIN, &pointer, 1, &err), &err);
  orr_export_def def = {.data = path, .out = in_scratch(state, "made")};
  assert_ok(orr_export(&def, NULL, &result, &err), &err);
  assert_string_equal(result.id, "orrery/my_world_v2-v0");
  orr_episode_destroy(&episode);
}

static void write_one(const char *path, const orr_shard_info *info) {
  orr_episode episode;
  const orr_episode *pointer = &episode;
  orr_error err = {0};
  assert_ok(sample_episode(0, 2, &episode, &err), &err);
  assert_ok(orr_shard_write(path, info, ORR_SPLIT_TRAIN, &pointer, 1, &err), &err);
  orr_episode_destroy(&episode);
}

static void actions_need_bounds(void **state) {
  orr_shard_info info;
  orr_error err = {0};
  orr_export_result result;
  orr_export_def def = {.data = in_scratch(state, "one.h5"),
                        .out = in_scratch(state, "made.hdf5"),
                        .format = ORR_EXPORT_ROBOMIMIC};
  sample_wide_info(&info);
  info.observation.picture_count = 0;
  info.action.fields[1].high = INFINITY;
  write_one(def.data, &info);
  refuse(def, "the action 'target.y' has no bounds");
  info.action.fields[1].high = -0.2; /* the actions of field 1 are -0.25 and -0.3125 */
  write_one(def.data, &info);
  assert_ok(orr_export(&def, NULL, &result, &err), &err);
  def.force = true;
  info.action.fields[1].high = -0.3;
  write_one(def.data, &info);
  refuse(def, "episode 0, step 0: the action 'target.y' is -0.25, outside of its bounds");
  def.raw_actions = true;
  assert_ok(orr_export(&def, NULL, &result, &err), &err);
}

/* An action on its bound stays, though the float lies beyond the double. */
static void action_on_its_bound(void **state) {
  orr_shard_info info;
  orr_episode episode;
  const orr_episode *pointer = &episode;
  orr_error err = {0};
  orr_export_result result;
  const float states[SAMPLE_STATE] = {0}, action[SAMPLE_ACTION] = {0.1f, -0.1f};
  orr_export_def def = {.data = in_scratch(state, "one.h5"),
                        .out = in_scratch(state, "made.hdf5"),
                        .format = ORR_EXPORT_ROBOMIMIC};
  sample_info(&info);
  info.action.fields[0].low = info.action.fields[1].low = -0.1;
  info.action.fields[0].high = info.action.fields[1].high = 0.1;
  assert_true((double)action[0] > 0.1);
  assert_ok(orr_episode_create(SAMPLE_STATE, SAMPLE_ACTION, 1, &episode, &err), &err);
  orr_episode_begin(&episode, states);
  orr_episode_append(&episode, action, 0, states, false, false);
  assert_ok(orr_shard_write(def.data, &info, ORR_SPLIT_TRAIN, &pointer, 1, &err), &err);
  assert_ok(orr_export(&def, NULL, &result, &err), &err);
  orr_episode_destroy(&episode);
}

static void splits_that_are_not_there(void **state) {
  orr_export_def def = def_of(state, ORR_EXPORT_MINARI);
  orr_error err = {0};
  orr_export_result result;
  def.data = in_scratch(state, "data/train-00000.h5");
  def.split = ORR_EXPORT_HELD_OUT;
  refuse(def, "has no held-out episodes");
  def.split = ORR_EXPORT_TRAIN;
  assert_ok(orr_export(&def, NULL, &result, &err), &err);
  assert_int_equal(result.episodes, 3);
  assert_int_equal(result.held_out, 0);
  def.data = in_scratch(state, "nothing");
  refuse(def, "nothing");
}

/* Episodes without a step have no row to write. */
static void empty_episodes(void **state) {
  const size_t some[] = {3, 0, 2}, none[] = {0};
  orr_error err = {0};
  orr_export_result result;
  orr_export_def def = def_of(state, ORR_EXPORT_MINARI);
  def.data = in_scratch(state, "one.h5");
  assert_ok(sample_shard(def.data, ORR_SPLIT_TRAIN, 0, some, 3, &err), &err);
  assert_ok(orr_export(&def, NULL, &result, &err), &err);
  assert_int_equal(result.episodes, 2);
  assert_int_equal(result.left_out, 1);
  assert_int_equal(result.steps, 5);
  def.force = true;
  assert_ok(sample_shard(def.data, ORR_SPLIT_TRAIN, 0, none, 1, &err), &err);
  orr_status status = orr_export(&def, NULL, &result, &err);
  assert_int_equal(status, ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "has no episode with a step"));
}

/* Nothing of the user's goes ------------------------------------------------------------------- */

static void force_has_limits(void **state) {
  orr_error err = {0};
  size_t before, after;
  orr_export_def def = def_of(state, ORR_EXPORT_MINARI);
  def.force = true;
  def.out = in_scratch(state, "data");
  refuse(def, "is no Minari data set");
  assert_ok(orr_folder_make(in_scratch(state, "made"), &err), &err);
  spill(in_scratch(state, "made/notes"), "mine", 4);
  def = def_of(state, ORR_EXPORT_MINARI);
  def.force = true;
  refuse(def, "is no Minari data set");
  spill(in_scratch(state, "made.hdf5"), "mine", 4);
  def.out = in_scratch(state, "made.hdf5");
  refuse(def, "is no Minari data set");
  def = def_of(state, ORR_EXPORT_ROBOMIMIC);
  def.force = true;
  def.out = in_scratch(state, "made");
  refuse(def, "is a folder");
  def.out = in_scratch(state, "data/train-00000.h5");
  char *kept = slurp(def.out, &before);
  refuse(def, "holds data of Orrery's own");
  def = def_of(state, ORR_EXPORT_ROBOMIMIC);
  refuse(def, "is already there");
  char *same = slurp(in_scratch(state, "data/train-00000.h5"), &after);
  assert_int_equal(before, after);
  assert_memory_equal(kept, same, before);
  orr_free(kept);
  orr_free(same);
}

static void replaces(void **state) {
  orr_error err = {0};
  orr_export_result result;
  for (int format = 0; format < ORR_EXPORT_FORMATS; format++) {
    orr_export_def def = def_of(state, (orr_export_format)format);
    assert_ok(orr_export(&def, NULL, &result, &err), &err);
    refuse(def, "is already there");
    def.force = true;
    def.split = ORR_EXPORT_HELD_OUT;
    assert_ok(orr_export(&def, NULL, &result, &err), &err);
    assert_int_equal(result.episodes, 2);
  }
  assert_clean(state, 2);
}

/* An empty folder, which `mkdir` made for the purpose, is filled. */
static void into_empty_folder(void **state) {
  orr_error err = {0};
  orr_export_result result;
  orr_export_def def = def_of(state, ORR_EXPORT_MINARI);
  assert_ok(orr_folder_make(def.out, &err), &err);
  assert_ok(orr_export(&def, NULL, &result, &err), &err);
  assert_true(orr_file_exists(in_scratch(state, mains[0])));
  assert_clean(state, 1);
}

/* Stopping and failing ------------------------------------------------------------------------- */

static void stop_soon(void *user, const char *what, int64_t done, int64_t total, const char *note) {
  (void)what, (void)total, (void)note;
  if (done == 3) atomic_store((atomic_bool *)user, true);
}

static void stops(void **state) {
  orr_error err = {0};
  orr_export_result result;
  for (int format = 0; format < ORR_EXPORT_FORMATS; format++) {
    atomic_bool cancel = false;
    const orr_control control = {.cancel = &cancel, .progress = stop_soon, .user = &cancel};
    orr_export_def def = def_of(state, (orr_export_format)format);
    assert_int_equal(orr_export(&def, &control, &result, &err), ORR_ERR_CANCELLED);
    assert_clean(state, 0);
  }
}

static orr_status export_one(void **state, orr_export_format format, orr_error *err) {
  orr_export_result result;
  orr_export_def def = def_of(state, format);
  def.data = in_scratch(state, "data/held-out-00000.h5");
  def.force = true;
  return orr_export(&def, NULL, &result, err);
}

/* The n-th call fails, for every n: the old export stands whole, or the new one, and nothing else;
 * no handle stays open in the library. Returns how many there were. */
static int fail_each(void **state, orr_export_format format, void (*fail_at)(int64_t),
                     orr_status expected) {
  orr_error err = {0};
  orr_export_result result;
  size_t counts[3];
  char *old, *new, *now;
  int n = 0;
  assert_ok(export_one(state, format, &err), &err);
  new = slurp(in_scratch(state, mains[format]), &counts[1]);
  for (orr_status status = ORR_ERR_SYSTEM; status != ORR_OK;) {
    orr_export_def old_def = def_of(state, format);
    old_def.force = true;
    assert_ok(orr_export(&old_def, NULL, &result, &err), &err);
    old = slurp(in_scratch(state, mains[format]), &counts[0]);
    int64_t handles = open_handles();
    fail_at(++n);
    status = export_one(state, format, &err);
    fail_at(0);
    assert_int_equal(open_handles(), handles);
    if (status != ORR_OK) assert_int_equal(status, expected);
    now = slurp(in_scratch(state, mains[format]), &counts[2]);
    bool is_old = counts[2] == counts[0] && memcmp(now, old, counts[0]) == 0;
    bool is_new = counts[2] == counts[1] && memcmp(now, new, counts[1]) == 0;
    assert_true(status == ORR_OK ? is_new : is_old || is_new);
    orr_free(old);
    orr_free(now);
    if (is_old) assert_clean(state, 1);
  }
  orr_free(new);
  return n - 1;
}

static void memory_fails(void **state) {
  assert_in_range(fail_each(state, ORR_EXPORT_MINARI, orr_alloc_fail_at, ORR_ERR_MEMORY), 20, 200);
  orr_folder_remove(in_scratch(state, "made"), NULL); /* fail_each looks for one export */
  assert_in_range(fail_each(state, ORR_EXPORT_ROBOMIMIC, orr_alloc_fail_at, ORR_ERR_MEMORY), 15,
                  200);
}

static void disk_fails(void **state) {
  assert_in_range(fail_each(state, ORR_EXPORT_MINARI, orr_file_fail_at, ORR_ERR_FILE), 30, 600);
  orr_folder_remove(in_scratch(state, "made"), NULL);
  assert_in_range(fail_each(state, ORR_EXPORT_ROBOMIMIC, orr_file_fail_at, ORR_ERR_FILE), 30, 600);
}

/* A frame that does not inflate is an error of the export, not a picture in it. */
static void damaged_frame(void **state) {
  size_t count, taken;
  orr_error err = {0};
  orr_export_result result;
  orr_dataset *dataset;
  const char *path = in_scratch(state, "data/held-out-00000.h5");
  char *bytes = slurp(path, &count);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  const uint8_t *frame = orr_dataset_stream(dataset, 1, 2, 0, &taken);
  char *found = memmem(bytes, count, frame, taken);
  assert_non_null(found);
  found[taken / 2] ^= 0x55;
  orr_dataset_close(dataset);
  spill_sealed(path, bytes, count - ORR_HDF5_SEAL);
  orr_free(bytes);
  orr_export_def def = def_of(state, ORR_EXPORT_MINARI);
  def.data = path;
  orr_status status = orr_export(&def, NULL, &result, &err);
  assert_says(status, &err, "is damaged: frame 2 of the picture 'pixels' in episode 6");
  assert_clean(state, 0);
}

int test_export(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(names_of_minari, make_wide, drop_scratch),
      cmocka_unit_test_setup_teardown(name_of_scenario, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(actions_need_bounds, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(action_on_its_bound, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(splits_that_are_not_there, make_wide, drop_scratch),
      cmocka_unit_test_setup_teardown(empty_episodes, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(force_has_limits, make_wide, drop_scratch),
      cmocka_unit_test_setup_teardown(replaces, make_wide, drop_scratch),
      cmocka_unit_test_setup_teardown(into_empty_folder, make_wide, drop_scratch),
      cmocka_unit_test_setup_teardown(stops, make_wide, drop_scratch),
      cmocka_unit_test_setup_teardown(memory_fails, make_wide, drop_scratch),
      cmocka_unit_test_setup_teardown(disk_fails, make_wide, drop_scratch),
      cmocka_unit_test_setup_teardown(damaged_frame, make_wide, drop_scratch),
  };
  return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
