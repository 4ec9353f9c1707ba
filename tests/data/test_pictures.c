/* Pictures: every frame that was put comes back, in shards, data sets and windows; what is missing
 * or damaged is said. */
#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"
#include "data/preview.h"
#include "data/windows.h"
#include "test_data.h"
#include "tests/data/sample.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static orr_inflater *new_inflater(void) {
  orr_error err = {0};
  orr_inflater *inflater;
  assert_ok(orr_inflater_create(&inflater, &err), &err);
  return inflater;
}

static void check_frame(const orr_dataset *dataset, size_t episode, size_t row, size_t picture,
                        orr_inflater *inflater) {
  orr_error err = {0};
  const orr_space_picture *what = &orr_dataset_info(dataset)->observation.pictures[picture];
  float expected[SAMPLE_FRAME_BYTES / 4] = {0}, found[SAMPLE_FRAME_BYTES / 4] = {0};
  sample_frame(what, orr_dataset_episode(dataset, episode).index, row, expected);
  assert_ok(orr_dataset_frame(dataset, episode, row, picture, inflater, found, &err), &err);
  assert_memory_equal(found, expected, sizeof found); /* and nothing behind the frame */
}

static void check_all(const orr_dataset *dataset) {
  orr_inflater *inflater = new_inflater();
  for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
    for (size_t t = 0; t <= orr_dataset_episode(dataset, e).steps; t++) {
      for (size_t p = 0; p < 3; p++) check_frame(dataset, e, t, p, inflater);
    }
  }
  orr_inflater_destroy(inflater);
}

static void frames_come_back(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  assert_ok(sample_seen_folder(*state, &err), &err);
  for (int split = 0; split < 2; split++) {
    assert_ok(orr_dataset_open(*state, (orr_split)split, true, &dataset, &err), &err);
    const orr_space *observation = &orr_dataset_info(dataset)->observation;
    assert_int_equal(observation->picture_count, 3);
    assert_string_equal(observation->pictures[1].name, "depth");
    check_all(dataset);
    orr_dataset_close(dataset);
  }
}

/* Enough frames for a tree of several levels (the library puts at most 64 into a node). */
static void many_frames(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  const size_t steps[] = {4999, 1};
  const char *path = in_scratch(state, "train-00000.h5");
  assert_ok(sample_seen_shard(path, ORR_SPLIT_TRAIN, 0, steps, 2, &err), &err);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  check_all(dataset);
  uint64_t bytes = orr_dataset_frame_bytes(dataset, 0);
  assert_in_range(bytes, 5002 * 20, 5002 * SAMPLE_FRAME_BYTES);
  orr_dataset_close(dataset);
}

static void same_bytes(void **state) {
  orr_error err = {0};
  size_t count, again;
  const size_t steps[] = {70, 200};
  const char *first = in_scratch(state, "a.h5"), *second = in_scratch(state, "elsewhere.h5");
  assert_ok(sample_seen_shard(first, ORR_SPLIT_TRAIN, 0, steps, 2, &err), &err);
  void *dirt[64]; /* so that uninitialised bytes would differ */
  for (size_t i = 0; i < 64; i++) {
    dirt[i] = orr_alloc(1, 128 * (i + 1));
    memset(dirt[i], (int)i + 1, 128 * (i + 1));
  }
  for (size_t i = 0; i < 64; i++) orr_free(dirt[i]);
  assert_ok(sample_seen_shard(second, ORR_SPLIT_TRAIN, 0, steps, 2, &err), &err);
  char *a = slurp(first, &count), *b = slurp(second, &again);
  assert_int_equal(count, again);
  assert_memory_equal(a, b, count);
  orr_free(a);
  orr_free(b);
}

/* A recorder is used again and again: what it held before does not show. */
static void begins_anew(void **state) {
  orr_error err = {0};
  orr_episode episode;
  orr_deflater *deflater;
  orr_dataset *dataset;
  orr_shard_info info;
  float frame[SAMPLE_FRAME_BYTES / 4];
  const float row[SAMPLE_STATE] = {0};
  sample_seen_info(&info);
  assert_ok(orr_deflater_create(&deflater, &err), &err);
  assert_ok(sample_episode(2, 4, &episode, &err), &err);
  assert_ok(orr_episode_add_pictures(&episode, &info.observation, &err), &err);
  for (int round = 0; round < 3; round++) {
    orr_episode_begin(&episode, row);
    for (size_t p = 0; p < 3; p++) {
      assert_int_equal(episode.pictures[p].count, 0);
      sample_frame(&info.observation.pictures[p], 2, 0, frame);
      assert_ok(orr_episode_put_frame(&episode, &info.observation, p, frame, deflater, &err), &err);
    }
  }
  const orr_episode *pointer = &episode;
  const char *path = in_scratch(state, "train-00000.h5");
  assert_ok(orr_shard_write(path, &info, ORR_SPLIT_TRAIN, &pointer, 1, &err), &err);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  check_all(dataset);
  orr_dataset_close(dataset);
  orr_episode_destroy(&episode);
  orr_deflater_destroy(deflater);
}

static void every_row_needs_one(void **state) {
  orr_error err = {0};
  orr_episode episode;
  orr_deflater *deflater;
  orr_shard_info info;
  float frame[SAMPLE_FRAME_BYTES / 4];
  sample_seen_info(&info);
  const char *path = in_scratch(state, "train-00000.h5");
  const orr_episode *pointer = &episode;
  assert_ok(orr_deflater_create(&deflater, &err), &err);
  assert_ok(sample_episode(3, 1, &episode, &err), &err);
  orr_status status = orr_shard_write(path, &info, ORR_SPLIT_TRAIN, &pointer, 1, &err);
  assert_says(status, &err, "episode 3 has 2 rows and 0 frames of the picture 'pixels'");
  assert_ok(orr_episode_add_pictures(&episode, &info.observation, &err), &err);
  for (size_t i = 0; i < 5; i++) {
    sample_frame(&info.observation.pictures[i % 3], 3, i / 3, frame);
    assert_ok(orr_episode_put_frame(&episode, &info.observation, i % 3, frame, deflater, &err),
              &err);
  }
  status = orr_shard_write(path, &info, ORR_SPLIT_TRAIN, &pointer, 1, &err);
  assert_says(status, &err, "2 rows and 1 frames of the picture 'segmentation'");
  assert_false(orr_file_exists(path));
  orr_episode_destroy(&episode);
  orr_deflater_destroy(deflater);
}

static void depth_is_a_number(void **state) {
  (void)state;
  orr_error err = {0};
  orr_episode episode;
  orr_deflater *deflater;
  orr_shard_info info;
  float frame[SAMPLE_FRAME_BYTES / 4];
  sample_seen_info(&info);
  assert_ok(orr_deflater_create(&deflater, &err), &err);
  assert_ok(sample_episode(3, 1, &episode, &err), &err);
  assert_ok(orr_episode_add_pictures(&episode, &info.observation, &err), &err);
  sample_frame(&info.observation.pictures[1], 3, 0, frame);
  frame[19] = NAN;
  orr_status status = orr_episode_put_frame(&episode, &info.observation, 1, frame, deflater, &err);
  assert_int_equal(status, ORR_ERR_NUMBERS);
  assert_non_null(strstr(err.message, "'depth' has a depth that is NaN"));
  frame[19] = INFINITY;
  assert_ok(orr_episode_put_frame(&episode, &info.observation, 1, frame, deflater, &err), &err);
  assert_int_equal(episode.pictures[1].count, 1);
  orr_episode_destroy(&episode);
  orr_deflater_destroy(deflater);
}

/* A depth that is no number is refused by the reader too: written here as labels of as many
 * bytes. */
static void depth_is_read_as_a_number(void **state) {
  orr_error err = {0};
  orr_episode episode;
  orr_deflater *deflater;
  orr_dataset *dataset;
  orr_shard_info info, other;
  float frame[SAMPLE_FRAME_BYTES / 4], depth[20] = {NAN};
  sample_seen_info(&info);
  sample_seen_info(&other);
  other.observation.pictures[1] =
      (orr_space_picture){.name = "depth", .kind = ORR_PICTURE_LABELS, .width = 20, .height = 4};
  assert_ok(orr_deflater_create(&deflater, &err), &err);
  assert_ok(sample_episode(6, 0, &episode, &err), &err);
  assert_ok(orr_episode_add_pictures(&episode, &info.observation, &err), &err);
  for (size_t p = 0; p < 3; p++) {
    sample_frame(&info.observation.pictures[p], 6, 0, frame);
    const void *bytes = p == 1 ? depth : frame;
    assert_ok(orr_episode_put_frame(&episode, &other.observation, p, bytes, deflater, &err), &err);
  }
  const orr_episode *pointer = &episode;
  const char *path = in_scratch(state, "train-00000.h5");
  assert_ok(orr_shard_write(path, &info, ORR_SPLIT_TRAIN, &pointer, 1, &err), &err);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  orr_inflater *inflater = new_inflater();
  orr_status status = orr_dataset_frame(dataset, 0, 0, 1, inflater, frame, &err);
  assert_says(status, &err, "frame 0 of the picture 'depth' in episode 6 has a depth that is not");
  orr_inflater_destroy(inflater);
  orr_dataset_close(dataset);
  orr_episode_destroy(&episode);
  orr_deflater_destroy(deflater);
}

/* Windows: the frames are those of the rows that orr_windows_batch draws, for any pool. */
static void check_windows(const orr_windows *windows, size_t length, size_t rows, orr_pool *pool,
                          const orr_space *observation) {
  orr_error err = {0};
  orr_inflater *inflaters[4];
  for (size_t i = 0; i < 4; i++) inflaters[i] = new_inflater();
  float *states = orr_alloc(length * rows * SAMPLE_STATE, sizeof *states);
  float *actions = orr_alloc(length * rows * 2 * SAMPLE_ACTION, sizeof *actions);
  uint8_t *frames = orr_alloc(length * rows, SAMPLE_FRAME_BYTES);
  for (size_t p = 0; p < 3; p++) {
    size_t bytes = orr_picture_bytes(&observation->pictures[p]);
    orr_windows_batch(windows, 9, 4, 13, rows, states, actions);
    assert_ok(orr_windows_frames(windows, 9, 4, 13, rows, p, inflaters, pool, frames, &err), &err);
    for (size_t i = 0; i < length * rows; i++) {
      float expected[SAMPLE_FRAME_BYTES / 4];
      int64_t number = (int64_t)(states[i * SAMPLE_STATE] / 1000);
      size_t t = (size_t)(states[i * SAMPLE_STATE] - 1000 * (float)number) / 10;
      sample_frame(&observation->pictures[p], number, t, expected);
      assert_memory_equal(frames + i * bytes, expected, bytes);
    }
  }
  for (size_t i = 0; i < 4; i++) orr_inflater_destroy(inflaters[i]);
  orr_free(states);
  orr_free(actions);
  orr_free(frames);
}

static void window_frames(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  orr_windows *windows;
  orr_pool *pool;
  const orr_windows_def def = {.history = 2, .horizon = 2, .block = 2};
  assert_ok(sample_seen_folder(*state, &err), &err);
  assert_ok(orr_dataset_open(*state, ORR_SPLIT_TRAIN, false, &dataset, &err), &err);
  assert_ok(orr_windows_create(dataset, &def, &windows, &err), &err);
  assert_ok(orr_pool_create(4, &pool, &err), &err);
  const orr_space *observation = &orr_dataset_info(dataset)->observation;
  check_windows(windows, 4, 57, pool, observation);
  check_windows(windows, 4, 57, NULL, observation);
  check_windows(windows, 4, 1, pool, observation);
  orr_pool_destroy(pool);
  orr_windows_destroy(windows);
  orr_dataset_close(dataset);
}

/* What inspect says: frames of both splits, bytes as they lie in the file. */
static void inspect_counts_them(void **state) {
  orr_error err = {0};
  char *text;
  orr_dataset *splits[2];
  uint64_t bytes = 0;
  assert_ok(sample_seen_folder(*state, &err), &err);
  for (int i = 0; i < 2; i++) {
    assert_ok(orr_dataset_open(*state, (orr_split)i, false, &splits[i], &err), &err);
    bytes += orr_dataset_frame_bytes(splits[i], 1);
    orr_dataset_close(splits[i]);
  }
  assert_ok(orr_dataset_inspect(*state, true, &text, &err), &err);
  json_t *json = json_loads(text, 0, NULL);
  const json_t *depth = json_array_get(json_object_get(json, "pictures"), 1);
  assert_int_equal(json_integer_value(json_object_get(depth, "frames")), 64); /* 57 actions + 7 */
  assert_int_equal(json_integer_value(json_object_get(depth, "bytes")), bytes);
  assert_int_equal(json_integer_value(json_object_get(depth, "frame_bytes")), 80);
  json_decref(json);
  orr_free(text);
  assert_ok(orr_dataset_inspect(*state, false, &text, &err), &err);
  char line[128];
  snprintf(line, sizeof line, "  %-24s %-12s %10d %10.0f %9.1fx\n", "depth", "5x4", 64,
           (double)bytes / 64, 80.0 * 64 / (double)bytes);
  if (!strstr(text, "\npictures (3)") || !strstr(text, line)) fail_msg("%s", text);
  orr_free(text);
}

/* Whether a tile of 8 x 6 pixels, 8 times as large, shows a frame of the sample. */
static void check_tile(const orr_image *image, size_t left, size_t top, int64_t number, size_t t) {
  static const orr_space_picture pixels = {"pixels", ORR_PICTURE_RGB, 8, 6};
  uint8_t frame[8 * 6 * 3];
  sample_frame(&pixels, number, t, frame);
  for (size_t y = 0; y < 48; y++) {
    for (size_t x = 0; x < 64; x++) {
      const uint8_t *found = image->pixels + 3 * ((top + y) * (size_t)image->width + left + x);
      assert_memory_equal(found, frame + 3 * (y / 8 * 8 + x / 8), 3);
    }
  }
}

static void preview_shows_them(void **state) {
  orr_error err = {0};
  orr_preview sheet;
  assert_ok(sample_seen_folder(*state, &err), &err);
  assert_ok(orr_preview_make(*state, &sheet, &err), &err);
  assert_int_equal(sheet.episodes, 5);
  assert_int_equal(sheet.frames, 12);
  assert_int_equal(sheet.split, ORR_SPLIT_TRAIN);
  /* Strips of 48, 48 (depth: 4 rows, 12 times) and 63 (labels: 7 rows, 9 times) pixels. */
  const size_t episode = 48 + 48 + 63 + 3 * 2 + 6;
  assert_int_equal(sheet.image.width, 2 + 12 * 66);
  assert_int_equal(sheet.image.height, 5 * episode - 6 + 2);
  check_tile(&sheet.image, 2, 2, 0, 0);
  check_tile(&sheet.image, 2 + 7 * 66, 2, 0, 7);
  check_tile(&sheet.image, 2, 2 + episode, 1, 0);
  check_tile(&sheet.image, 2 + 11 * 66, 2 + 4 * episode, 4, 20);
  const uint8_t *depth = sheet.image.pixels + 3 * (52 * sheet.image.width + 2);
  assert_memory_equal(depth, "\xff\xff\xff", 3);              /* the nearest of the strip */
  assert_memory_equal(depth + 3 * 4 * 12, "\x18\x20\x48", 3); /* nothing there: blue */
  orr_image_destroy(&sheet.image);
}

static void preview_of_nothing(void **state) {
  orr_error err = {0};
  orr_preview sheet;
  assert_ok(sample_folder(*state, &err), &err);
  assert_says(orr_preview_make(*state, &sheet, &err), &err, "has no pictures");
  assert_int_equal(err.status, ORR_ERR_CONFIG);
  assert_non_null(strstr(err.hint, "observe: {pixels: {}}"));
  assert_null(sheet.image.pixels);
  const char *path = in_scratch(state, "train-00000.h5");
  assert_says(orr_preview_make(path, &sheet, &err), &err, "train-00000.h5' has no pictures");
}

/* Pictures of every size that there may be give a sheet of a sane one. */
static void preview_scales(void **state) {
  static const int sides[][2] = {{1, 1}, {1024, 1024}, {1024, 1}, {225, 3}, {63, 64}};
  orr_error err = {0};
  orr_deflater *deflater;
  orr_preview sheet;
  const char *path = in_scratch(state, "train-00000.h5");
  uint8_t *frame = orr_alloc((size_t)1024 * 1024, 3);
  assert_ok(orr_deflater_create(&deflater, &err), &err);
  for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
    orr_shard_info info;
    orr_episode episode;
    const orr_episode *pointer = &episode;
    sample_seen_info(&info);
    info.observation.picture_count = 1;
    info.observation.pictures[0].width = sides[i][0];
    info.observation.pictures[0].height = sides[i][1];
    assert_ok(sample_episode(0, 1, &episode, &err), &err);
    assert_ok(orr_episode_add_pictures(&episode, &info.observation, &err), &err);
    for (int t = 0; t < 2; t++) {
      assert_ok(orr_episode_put_frame(&episode, &info.observation, 0, frame, deflater, &err), &err);
    }
    assert_ok(orr_shard_write(path, &info, ORR_SPLIT_TRAIN, &pointer, 1, &err), &err);
    assert_ok(orr_preview_make(path, &sheet, &err), &err);
    assert_in_range(sheet.image.width, 2 * (63 + 2) + 2, 2 * (224 + 2) + 2);
    orr_image_destroy(&sheet.image);
    orr_episode_destroy(&episode);
  }
  orr_deflater_destroy(deflater);
  orr_free(frame);
}

int test_pictures(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(frames_come_back, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(many_frames, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(same_bytes, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(begins_anew, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(every_row_needs_one, make_scratch, drop_scratch),
      cmocka_unit_test(depth_is_a_number),
      cmocka_unit_test_setup_teardown(depth_is_read_as_a_number, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(window_frames, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(inspect_counts_them, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(preview_shows_them, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(preview_of_nothing, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(preview_scales, make_scratch, drop_scratch),
  };
  return cmocka_run_group_tests_name("pictures", tests, NULL, NULL);
}
