/* Damage: cut or changed bytes are found, and nothing that is read can lead astray. */
#include "base/memory.h"
#include "base/random.h"
#include "data/dataset.h"
#include "data/hdf5.h"
#include "data/windows.h"
#include "test_data.h"
#include "tests/data/sample.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char *good_shard(const char *path, size_t *count) {
  orr_error err = {0};
  assert_ok(sample_shard(path, ORR_SPLIT_TRAIN, 0, sample_steps, 5, &err), &err);
  return slurp(path, count);
}

static void cut_anywhere(void **state) {
  size_t count;
  const char *path = in_scratch(state, "train-00000.h5");
  char *bytes = good_shard(path, &count);
  for (size_t i = 0; i < 50; i++) {
    orr_error err = {0};
    orr_dataset *dataset;
    size_t left = i < 40 ? i * count / 40 : count - 1 - (i - 40) * 7;
    spill(path, bytes, left);
    assert_says(orr_dataset_open_shard(path, &dataset, &err), &err, "is damaged");
    assert_null(dataset);
  }
  orr_free(bytes);
}

static void longer_file(void **state) {
  size_t count;
  orr_error err = {0};
  orr_dataset *dataset;
  const char *path = in_scratch(state, "train-00000.h5");
  char *bytes = good_shard(path, &count);
  spill(path, bytes, count + 1); /* the reader's terminating zero */
  assert_says(orr_dataset_open_shard(path, &dataset, &err), &err, "is damaged");
  orr_free(bytes);
}

static void flip_anywhere(void **state) {
  size_t count;
  const char *path = in_scratch(state, "train-00000.h5");
  char *bytes = good_shard(path, &count);
  orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (size_t i = 0; i < 200; i++) {
    orr_error err = {0};
    orr_dataset *dataset;
    size_t bit = (size_t)orr_random_integer(&random, 0, (int64_t)count * 8);
    bytes[bit / 8] ^= (char)(1 << bit % 8);
    spill(path, bytes, count);
    assert_says(orr_dataset_open_shard(path, &dataset, &err), &err, "is damaged");
    bytes[bit / 8] ^= (char)(1 << bit % 8);
  }
  orr_free(bytes);
}

/* Reads all there is; the sum keeps the compiler from leaving it out. */
static double read_all(const orr_dataset *dataset) {
  const orr_shard_info *info = orr_dataset_info(dataset);
  double sum = 0;
  for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
    orr_episode_view v = orr_dataset_episode(dataset, e);
    for (size_t t = 0; t <= v.steps; t++) sum += v.success[t] + v.contact[t] + v.rewards[t];
    for (size_t i = 0; i < (v.steps + 1) * info->observation.count; i++) sum += v.states[i];
    for (size_t i = 0; i < (v.steps + 1) * info->action.count; i++) sum += v.actions[i];
  }
  return sum;
}

/* A forged seal lets changed bytes through. They must be refused, or be readable; in a child, so
 * that a crash or a hang is counted and does not end the test. */
static void forged_seals(void **state) {
  size_t count;
  int refused = 0, readable = 0, stopped = 0;
  const char *path = in_scratch(state, "train-00000.h5");
  char *bytes = good_shard(path, &count);
  orr_random random = orr_random_at(2, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (size_t i = 0; i < 200; i++) {
    size_t bit = (size_t)orr_random_integer(&random, 0, (int64_t)(count - ORR_HDF5_SEAL) * 8);
    bytes[bit / 8] ^= (char)(1 << bit % 8);
    spill_sealed(path, bytes, count - ORR_HDF5_SEAL);
    bytes[bit / 8] ^= (char)(1 << bit % 8);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      orr_error err = {0};
      orr_dataset *dataset;
      static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
      for (size_t k = 0; k < 5; k++) signal(signals[k], SIG_DFL); /* cmocka catches them */
      alarm(20);
      if (orr_dataset_open_shard(path, &dataset, &err) != ORR_OK) _exit(err.message[0] ? 1 : 3);
      volatile double sum = read_all(dataset);
      (void)sum;
      _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status)) {
      stopped++;
      continue;
    }
    assert_in_range(WEXITSTATUS(status), 0, 1);
    refused += WEXITSTATUS(status) == 1;
    readable += WEXITSTATUS(status) == 0;
  }
  print_message("forged seals: %d refused, %d readable, %d stopped the reader\n", refused, readable,
                stopped);
  assert_int_equal(stopped, 0);
  assert_true(refused > 20 && readable > 20);
  orr_free(bytes);
}

/* Structures that lie about themselves: `value` of `bytes` bytes at `offset` behind `mark`. */
typedef struct lie {
  const char *mark;
  size_t offset;
  uint64_t value;
  size_t bytes;
} lie;
#define HUGE ((uint64_t)1 << 62)
static const lie lies[] = {
    {"GCOL", 24, HUGE, 8},           /* a heap object that reaches beyond its collection */
    {"GCOL", 24, UINT64_MAX - 3, 8}, /* the same, where the sum overflows */
    {"GCOL", 24, 4096, 8},
    {"GCOL", 8, HUGE, 8}, /* a collection that reaches beyond the file */
    {"GCOL", 8, 15, 8},
    {"GCOL", 4, 2, 1},
    {"TREE", 5, 9, 1}, /* a level deeper than there are nodes */
    {"TREE", 5, 1, 1},
    {"TREE", 6, 65535, 2}, /* more children than there are bytes */
    {"TREE", 32, 0, 8},    /* a child that is no node */
    {"TREE", 32, UINT64_MAX, 8},
    {"SNOD", 6, 65535, 2},
    {"SNOD", 8, HUGE, 8},            /* a name outside the heap of names */
    {"SNOD", 16, UINT64_MAX - 8, 8}, /* an object outside the file */
    {"HEAP", 8, HUGE, 8},
    {"HEAP", 24, UINT64_MAX - 1, 8},
    {"\x89HDF", 64, 0, 8}, /* a root group outside of anything */
    {"\x89HDF", 64, UINT64_MAX, 8},
    {"\x89HDF", 40, 1, 8}, /* an end of file elsewhere */
    {"\x89HDF", 13, 4, 1},
};

static void structures_lie(void **state) {
  size_t count;
  const char *path = in_scratch(state, "train-00000.h5");
  char *good = good_shard(path, &count), *bytes = orr_alloc(count, 1);
  for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
    orr_error err = {0};
    orr_dataset *dataset;
    memcpy(bytes, good, count);
    char *mark = memmem(bytes, count, lies[i].mark, 4);
    assert_non_null(mark);
    memcpy(mark + lies[i].offset, &lies[i].value, lies[i].bytes);
    spill_sealed(path, bytes, count - ORR_HDF5_SEAL);
    orr_status status = orr_dataset_open_shard(path, &dataset, &err);
    if (status == ORR_OK) fail_msg("lie %zu was believed", i);
    assert_true(err.message[0] && err.hint[0]);
  }
  orr_free(good);
  orr_free(bytes);
}

static void other_things(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  const char *path = in_scratch(state, "train-00000.h5");
  assert_says(orr_dataset_open_shard(path, &dataset, &err), &err, "cannot read");
  spill(path, "", 0);
  assert_says(orr_dataset_open_shard(path, &dataset, &err), &err, "empty");
  spill(path, "hello", 5);
  assert_says(orr_dataset_open_shard(path, &dataset, &err), &err, "not begin like an HDF5");
  assert_int_equal(orr_dataset_open_shard(*state, &dataset, &err), ORR_ERR_FILE);
  assert_int_equal(orr_dataset_open_shard("/dev/null", &dataset, &err), ORR_ERR_FILE);
}

int test_damage(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(cut_anywhere, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(longer_file, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(flip_anywhere, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(forged_seals, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(structures_lie, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(other_things, make_scratch, drop_scratch),
  };
  return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
