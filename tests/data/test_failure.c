/* No memory, no disk: whichever allocation or disk call fails, the old files stand, nothing is left
 * over and no handle stays open. (Leaks of memory are the sanitizers' to find.) */
#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"
#include "data/windows.h"
#include "test_data.h"
#include "tests/data/sample.h"
#include <string.h>

typedef orr_status job(void **state, orr_error *err);

/* The folder holds a sealed data set before each job. */
static orr_status write_shard(void **state, orr_error *err) {
  const size_t steps[1] = {6};
  return sample_seen_shard(in_scratch(state, "train-00000.h5"), ORR_SPLIT_TRAIN, 9, steps, 1, err);
}

static orr_status seal_again(void **state, orr_error *err) {
  const int64_t diverged[3] = {7, 7, 7};
  orr_shard_info info;
  sample_seen_info(&info);
  return orr_dataset_seal(*state, &info, diverged, err);
}

static orr_status open_verified(void **state, orr_error *err) {
  orr_dataset *dataset;
  orr_windows *windows = NULL;
  orr_inflater *inflater = NULL;
  uint8_t frames[2 * SAMPLE_FRAME_BYTES];
  ORR_TRY(orr_dataset_open(*state, ORR_SPLIT_TRAIN, true, &dataset, err));
  orr_windows_def def = {1, 1, 5, 0};
  orr_status status = orr_windows_create(dataset, &def, &windows, err);
  if (status == ORR_OK) status = orr_inflater_create(&inflater, err);
  if (status == ORR_OK) {
    status = orr_windows_frames(windows, 0, 0, 0, 1, 0, &inflater, NULL, frames, err);
  }
  orr_inflater_destroy(inflater);
  orr_windows_destroy(windows);
  orr_dataset_close(dataset);
  return status;
}

static orr_status inspect(void **state, orr_error *err) {
  char *text = NULL;
  orr_status status = orr_dataset_inspect(*state, true, &text, err);
  assert_true((text != NULL) == (status == ORR_OK));
  orr_free(text);
  return status;
}

static const char *const names[] = {"train-00000.h5", "train-00001.h5", "held-out-00000.h5",
                                    "manifest.json", "all.h5"};
typedef struct snapshot {
  char *bytes[5];
  size_t counts[5];
} snapshot;

static snapshot take(void **state) {
  snapshot all;
  for (size_t i = 0; i < 5; i++) all.bytes[i] = slurp(in_scratch(state, names[i]), &all.counts[i]);
  return all;
}

static void drop(snapshot *all) {
  for (size_t i = 0; i < 5; i++) orr_free(all->bytes[i]);
}

/* Each file is the old one or the new one, whole; nothing else lies there. */
static void check_folder(void **state, const snapshot *old, const snapshot *new) {
  orr_error err = {0};
  char **found;
  size_t count;
  assert_ok(orr_folder_list(*state, "", "", &found, &count, &err), &err);
  orr_free(found);
  assert_int_equal(count, 5);
  snapshot now = take(state);
  for (size_t i = 0; i < 5; i++) {
    bool is_old =
        now.counts[i] == old->counts[i] && memcmp(now.bytes[i], old->bytes[i], now.counts[i]) == 0;
    bool is_new =
        now.counts[i] == new->counts[i] && memcmp(now.bytes[i], new->bytes[i], now.counts[i]) == 0;
    if (!is_old && !is_new) fail_msg("%s is neither the old file nor the new one", names[i]);
  }
  drop(&now);
}

static void restore(void **state, const snapshot *all) {
  for (size_t i = 0; i < 5; i++) spill(in_scratch(state, names[i]), all->bytes[i], all->counts[i]);
}

/* Makes the n-th call fail for n = 1, 2, ... until the job gets by without it. */
static int fail_each(void **state, job *run, void (*fail_at)(int64_t), orr_status expected) {
  orr_error err = {0};
  assert_ok(sample_seen_folder(*state, &err), &err);
  snapshot old = take(state);
  assert_ok(run(state, &err), &err);
  snapshot new = take(state);
  int n = 0;
  orr_status status = ORR_ERR_SYSTEM;
  while (status != ORR_OK) {
    restore(state, &old);
    int64_t handles = open_handles();
    err = (orr_error){0};
    fail_at(++n);
    status = run(state, &err);
    fail_at(0);
    assert_in_range(n, 1, 2000);
    assert_int_equal(open_handles(), handles);
    check_folder(state, &old, &new);
    if (status == ORR_OK) break;
    assert_int_equal(status, expected);
    assert_int_equal(err.status, expected);
    assert_true(err.message[0] != '\0');
  }
  snapshot end = take(state);
  for (size_t i = 0; i < 5; i++) assert_memory_equal(end.bytes[i], new.bytes[i], new.counts[i]);
  drop(&end);
  drop(&old);
  drop(&new);
  return n - 1;
}

static void memory_fails(void **state) {
  assert_in_range(fail_each(state, write_shard, orr_alloc_fail_at, ORR_ERR_MEMORY), 15, 200);
  assert_in_range(fail_each(state, seal_again, orr_alloc_fail_at, ORR_ERR_MEMORY), 15, 200);
  assert_in_range(fail_each(state, open_verified, orr_alloc_fail_at, ORR_ERR_MEMORY), 15, 200);
  assert_in_range(fail_each(state, inspect, orr_alloc_fail_at, ORR_ERR_MEMORY), 15, 400);
}

static void disk_fails(void **state) {
  assert_in_range(fail_each(state, write_shard, orr_file_fail_at, ORR_ERR_FILE), 5, 50);
  assert_in_range(fail_each(state, seal_again, orr_file_fail_at, ORR_ERR_FILE), 15, 200);
  assert_in_range(fail_each(state, open_verified, orr_file_fail_at, ORR_ERR_FILE), 5, 100);
  assert_in_range(fail_each(state, inspect, orr_file_fail_at, ORR_ERR_FILE), 2, 100);
}

int test_failure(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(memory_fails, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(disk_fails, make_scratch, drop_scratch),
  };
  return cmocka_run_group_tests_name("failure", tests, NULL, NULL);
}
