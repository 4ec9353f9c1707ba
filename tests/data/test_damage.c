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

static char *good_shard(const char *path, bool seen, size_t *count) {
  orr_error err = {0};
  orr_status status = seen ? sample_seen_shard(path, ORR_SPLIT_TRAIN, 0, sample_steps, 5, &err)
                           : sample_shard(path, ORR_SPLIT_TRAIN, 0, sample_steps, 5, &err);
  assert_ok(status, &err);
  return slurp(path, count);
}

static void cut_anywhere(void **state) {
  size_t count;
  const char *path = in_scratch(state, "train-00000.h5");
  char *bytes = good_shard(path, true, &count);
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
  char *bytes = good_shard(path, false, &count);
  spill(path, bytes, count + 1); /* the reader's terminating zero */
  assert_says(orr_dataset_open_shard(path, &dataset, &err), &err, "is damaged");
  orr_free(bytes);
}

static void flip_anywhere(void **state) {
  size_t count;
  const char *path = in_scratch(state, "train-00000.h5");
  char *bytes = good_shard(path, true, &count);
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

/* Frames of the sample, all rows; how many are refused. */
static size_t read_frames(const orr_dataset *dataset) {
  const orr_space *observation = &orr_dataset_info(dataset)->observation;
  orr_inflater *inflater;
  size_t refused = 0;
  ORR_ASSERT(orr_inflater_create(&inflater, NULL) == ORR_OK);
  for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
    for (size_t i = 0; i < 3 * (orr_dataset_episode(dataset, e).steps + 1); i++) {
      if (i % 3 >= observation->picture_count) continue;
      void *frame = orr_alloc(orr_picture_bytes(&observation->pictures[i % 3]), 1);
      refused += orr_dataset_frame(dataset, e, i / 3, i % 3, inflater, frame, NULL) != ORR_OK;
      orr_free(frame);
    }
  }
  orr_inflater_destroy(inflater);
  return refused;
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
  return sum + (double)read_frames(dataset);
}

/* A forged seal lets changed bytes through. They must be refused, or be readable; in a child, so
 * that a crash or a hang is counted and does not end the test. */
static void forge_seals(void **state, bool seen) {
  size_t count;
  int refused = 0, readable = 0, stopped = 0;
  const char *path = in_scratch(state, "train-00000.h5");
  char *bytes = good_shard(path, seen, &count);
  orr_random random = orr_random_at(2, ORR_PURPOSE_TEST, seen, 0, 0, 0);
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

static void forged_seals(void **state) { forge_seals(state, false); }
static void forged_seals_of_pictures(void **state) { forge_seals(state, true); }

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
  char *good = good_shard(path, false, &count), *bytes = orr_alloc(count, 1);
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

/* The index of the frames lies: the first column's, whose places have five sides. */
enum { KEY = 24, ROW = KEY + 8, CHILD = KEY + 48, NEXT = 56 };
typedef enum tree_node {
  ONLY,
  ROOT,
  LEAF
} tree_node; /* a tree of one leaf; a root, its first leaf */
static const struct {
  tree_node node;
  size_t offset;
  uint64_t value;
  size_t bytes; /* 0: an address, the node's own or that of the root's child */
} index_lies[] = {
    {ONLY, 4, 0, 1},            /* an index of another kind */
    {ONLY, 5, 1, 1},            /* a level deeper than there are nodes */
    {ONLY, 5, 255, 1},          /* deeper than any */
    {ONLY, 6, 0, 2},            /* no frames */
    {ONLY, 6, 49, 2},           /* one too few */
    {ONLY, 6, 51, 2},           /* too many */
    {ONLY, 6, 65535, 2},        /* more than there are bytes */
    {ONLY, KEY, UINT32_MAX, 4}, /* a frame beyond the end of the file */
    {ONLY, KEY + 4, 1, 4},      /* which was not deflated */
    {ONLY, ROW, 1, 8},          /* of another row */
    {ONLY, ROW + 8, 1, 8},      /* from within a frame */
    {ONLY, ROW + 32, 1, 8},
    {ONLY, ROW + NEXT, 0, 8}, /* the same row twice */
    {ONLY, ROW + NEXT, UINT64_MAX, 8},
    {ONLY, CHILD, UINT64_MAX, 8}, /* never written */
    {ONLY, CHILD, HUGE, 8},
    {ROOT, 5, 0, 1}, /* leaves taken for frames */
    {ROOT, 5, 2, 1},
    {ROOT, 6, 1, 2}, /* a part of the leaves */
    {ROOT, CHILD, UINT64_MAX, 8},
    {ROOT, CHILD, 0, 8},
    {ROOT, CHILD, 0, 0},        /* the root itself: a cycle */
    {ROOT, CHILD + NEXT, 1, 0}, /* the first leaf again */
    {LEAF, 5, 1, 1},            /* a level that does not fall */
    {LEAF, 5, 7, 1},
    {LEAF, 6, 0, 2},
};

static void tell(size_t which, char *bytes, size_t count) {
  char *root = memmem(bytes, count, "TREE\1", 5), *node = root;
  bool leaves = index_lies[which].node != ONLY;
  assert_true(root && root[5] == leaves);
  assert_int_equal(root[6], leaves ? 3 : 50); /* 150 rows in 3 leaves, or 50 */
  uint64_t self = (uint64_t)(root - bytes), child;
  memcpy(&child, root + CHILD, sizeof child);
  if (index_lies[which].node == LEAF) node = bytes + child;
  const void *value = &index_lies[which].value;
  if (index_lies[which].bytes == 0) value = index_lies[which].value ? &child : &self;
  memcpy(node + index_lies[which].offset, value,
         index_lies[which].bytes ? index_lies[which].bytes : 8);
}

static void index_lies_of_frames(void **state) {
  static const size_t steps[] = {7, 1, 12, 5, 20, 99};
  const char *path = in_scratch(state, "train-00000.h5");
  for (size_t i = 0; i < sizeof index_lies / sizeof *index_lies; i++) {
    orr_error err = {0};
    orr_dataset *dataset;
    size_t count, episodes = index_lies[i].node == ONLY ? 5 : 6;
    assert_ok(sample_seen_shard(path, ORR_SPLIT_TRAIN, 0, steps, episodes, &err), &err);
    char *bytes = slurp(path, &count);
    tell(i, bytes, count);
    spill_sealed(path, bytes, count - ORR_HDF5_SEAL);
    orr_status status = orr_dataset_open_shard(path, &dataset, &err);
    if (status == ORR_OK) fail_msg("lie %zu was believed", i);
    assert_says(status, &err, "'pixels' has a frame that is missing or out of its place");
    orr_free(bytes);
  }
}

/* Behind a forged seal, each single bit of a frame's stream: it is refused, or changes nothing. */
static void bits_of_a_frame(void **state) {
  size_t count, refused = 0;
  uint64_t place;
  uint32_t length;
  orr_inflater *inflater;
  orr_error err = {0};
  float good[SAMPLE_FRAME_BYTES / 4] = {0}, found[SAMPLE_FRAME_BYTES / 4];
  orr_shard_info info;
  sample_seen_info(&info);
  sample_frame(&info.observation.pictures[0], 0, 0, good);
  const char *path = in_scratch(state, "train-00000.h5");
  char *bytes = good_shard(path, true, &count), *root = memmem(bytes, count, "TREE\1", 5);
  assert_ok(orr_inflater_create(&inflater, &err), &err);
  memcpy(&length, root + KEY, sizeof length);
  memcpy(&place, root + CHILD, sizeof place);
  for (size_t bit = 0; bit < 8 * length; bit++) {
    orr_dataset *dataset;
    bytes[place + bit / 8] ^= (char)(1 << bit % 8);
    spill_sealed(path, bytes, count - ORR_HDF5_SEAL);
    bytes[place + bit / 8] ^= (char)(1 << bit % 8);
    assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
    memset(found, 0, sizeof found);
    orr_status status = orr_dataset_frame(dataset, 0, 0, 0, inflater, found, &err);
    if (status != ORR_OK) {
      refused++;
      assert_says(status, &err, "frame 0 of the picture 'pixels' in episode 0 does not inflate");
    } else {
      assert_memory_equal(found, good, sizeof good);
    }
    assert_ok(orr_dataset_frame(dataset, 0, 1, 0, inflater, found, &err), &err);
    orr_dataset_close(dataset);
  }
  assert_true(refused >= 8 * length - 7); /* up to seven bits fill the last byte */
  orr_inflater_destroy(inflater);
  orr_free(bytes);
}

/* What windows say of damage does not depend on who met it first. */
static void windows_name_the_damage(void **state) {
  size_t count;
  orr_error err = {0};
  orr_dataset *dataset;
  orr_windows *windows;
  orr_inflater *inflaters[4];
  orr_pool *pool;
  char first[sizeof err.message] = "";
  const orr_windows_def def = {.history = 1, .horizon = 1, .block = 1};
  const char *path = in_scratch(state, "train-00000.h5");
  char *bytes = good_shard(path, true, &count), *root = memmem(bytes, count, "TREE\1", 5);
  for (size_t i = 0; i < 50; i += 3) { /* a third of the frames */
    uint64_t place;
    memcpy(&place, root + CHILD + i * NEXT, sizeof place);
    bytes[place + 10] ^= 1;
  }
  spill_sealed(path, bytes, count - ORR_HDF5_SEAL);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  assert_ok(orr_windows_create(dataset, &def, &windows, &err), &err);
  assert_ok(orr_pool_create(4, &pool, &err), &err);
  for (size_t i = 0; i < 4; i++) assert_ok(orr_inflater_create(&inflaters[i], &err), &err);
  uint8_t *frames = orr_alloc(2 * 64, SAMPLE_FRAME_BYTES);
  for (size_t round = 0; round < 50; round++) {
    orr_status status =
        orr_windows_frames(windows, 1, 2, 0, 64, 0, inflaters, round ? pool : NULL, frames, &err);
    assert_says(status, &err, "of the picture 'pixels'");
    if (!round) memcpy(first, err.message, sizeof first);
    assert_string_equal(err.message, first);
  }
  for (size_t i = 0; i < 4; i++) orr_inflater_destroy(inflaters[i]);
  orr_free(frames);
  orr_pool_destroy(pool);
  orr_windows_destroy(windows);
  orr_dataset_close(dataset);
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
      cmocka_unit_test_setup_teardown(forged_seals_of_pictures, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(structures_lie, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(index_lies_of_frames, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(bits_of_a_frame, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(windows_name_the_damage, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(other_things, make_scratch, drop_scratch),
  };
  return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
