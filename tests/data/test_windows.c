/* Windows against a brute-force list of all that fit. */
#include "base/memory.h"
#include "data/windows.h"
#include "test_data.h"
#include "tests/data/sample.h"
#include <math.h>
#include <string.h>

enum { MOST = 4096 }; /* floats of any batch below */

static orr_dataset *open_sample(void **state) {
  orr_error err = {0};
  orr_dataset *dataset;
  const char *path = in_scratch(state, "train-00000.h5");
  assert_ok(sample_shard(path, ORR_SPLIT_TRAIN, 0, sample_steps, 7, &err), &err);
  assert_ok(orr_dataset_open_shard(path, &dataset, &err), &err);
  return dataset;
}

static orr_windows *make_windows(const orr_dataset *dataset, orr_windows_def def) {
  orr_error err = {0};
  orr_windows *windows;
  assert_ok(orr_windows_create(dataset, &def, &windows, &err), &err);
  return windows;
}

/* The window of episode `n` whose first observation is row `start`, row by row. */
static void check_window(const orr_windows_def *def, int64_t n, size_t start, const float *states,
                         const float *actions) {
  for (size_t i = 0; i < def->history + def->horizon; i++) {
    for (size_t j = 0; j < SAMPLE_STATE; j++) {
      assert_true(*states++ == sample_state(n, start + i * def->block, j));
    }
  }
  for (size_t h = 0; h < def->horizon; h++) {
    size_t from = start + (def->history - 1 + h) * def->block;
    for (size_t t = from; t < from + def->block; t++) {
      for (size_t j = 0; j < SAMPLE_ACTION; j++) {
        assert_true(*actions++ == sample_action(n, t, j));
      }
    }
  }
}

static void all_that_fit(void **state) {
  static const orr_windows_def defs[] = {{1, 1, 1, 0}, {1, 1, 5, 0}, {3, 2, 1, 0}, {2, 3, 4, 0},
                                         {1, 4, 5, 0}, {4, 0, 3, 0}, {1, 0, 7, 0}};
  orr_dataset *dataset = open_sample(state);
  float states[MOST], actions[MOST];
  for (size_t d = 0; d < sizeof defs / sizeof *defs; d++) {
    orr_windows *windows = make_windows(dataset, defs[d]);
    size_t index = 0;
    for (int64_t n = 0; n < 7; n++) {
      for (size_t start = 0; start <= sample_steps[n]; start++) {
        size_t last = start + (defs[d].history + defs[d].horizon - 1) * defs[d].block;
        if (last > sample_steps[n]) continue;
        orr_windows_at(windows, index++, states, actions);
        check_window(&defs[d], n, start, states, actions);
      }
    }
    assert_int_equal(orr_windows_count(windows), index);
    orr_windows_destroy(windows);
  }
  orr_dataset_close(dataset);
}

/* Chi-square of 400 draws a window against equal shares, within five standard deviations. */
static void equally_likely(void **state) {
  orr_dataset *dataset = open_sample(state);
  orr_windows *windows = make_windows(dataset, (orr_windows_def){1, 2, 2, 0});
  size_t count = orr_windows_count(windows), hits[64] = {0};
  assert_in_range(count, 10, 64);
  float states[3 * 100 * SAMPLE_STATE], actions[2 * 100 * 2 * SAMPLE_ACTION], one[64], unused[64];
  for (uint32_t step = 0; step < count * 4; step++) {
    orr_windows_batch(windows, 11, step, 0, 100, states, actions);
    for (size_t r = 0; r < 100; r++) {
      size_t w = 0;
      for (; w < count; w++) {
        orr_windows_at(windows, w, one, unused);
        if (one[0] == states[r * SAMPLE_STATE]) break; /* x names episode and row */
      }
      assert_in_range(w, 0, count - 1);
      hits[w]++;
    }
  }
  double chi = 0, freedom = (double)count - 1;
  for (size_t w = 0; w < count; w++) chi += pow((double)hits[w] - 400, 2) / 400;
  assert_true(fabs(chi - freedom) < 5 * sqrt(2 * freedom));
  orr_windows_destroy(windows);
  orr_dataset_close(dataset);
}

/* Row r of step s does not depend on how the rows are cut into tiles, nor on what came before. */
static void tiles_agree(void **state) {
  enum { ROWS = 37, H = 3, BLOCK = 2 * SAMPLE_ACTION };
  orr_dataset *dataset = open_sample(state);
  orr_windows *windows = make_windows(dataset, (orr_windows_def){2, 1, 2, 0});
  float states[H * ROWS * SAMPLE_STATE], actions[ROWS * BLOCK];
  float tile[H * ROWS * SAMPLE_STATE], tile_actions[ROWS * BLOCK];
  orr_windows_batch(windows, 5, 77, 0, ROWS, states, actions);
  static const size_t tiles[] = {1, 4, 16, 36};
  for (size_t k = 0; k < 4; k++) {
    for (size_t first = 0; first < ROWS; first += tiles[k]) {
      size_t rows = first + tiles[k] < ROWS ? tiles[k] : ROWS - first;
      orr_windows_batch(windows, 5, 77, first, rows, tile, tile_actions);
      for (size_t i = 0; i < H; i++) {
        assert_memory_equal(tile + i * rows * SAMPLE_STATE,
                            states + (i * ROWS + first) * SAMPLE_STATE,
                            rows * SAMPLE_STATE * sizeof *tile);
      }
      assert_memory_equal(tile_actions, actions + first * BLOCK, rows * BLOCK * sizeof *tile);
    }
  }
  orr_windows_batch(windows, 5, 78, 0, ROWS, tile, tile_actions);
  assert_memory_not_equal(tile, states, sizeof tile);
  orr_windows_batch(windows, 6, 77, 0, ROWS, tile, tile_actions);
  assert_memory_not_equal(tile, states, sizeof tile);
  orr_windows_destroy(windows);
  orr_dataset_close(dataset);
}

/* Goals in hindsight: later states of the same episode, every distance that there is, and episodes
 * of the asked policies alone (the sample has policy n % 6 in episode n). */
static void hindsight(void **state) {
  enum { ROWS = 64, K = 2, FAR = 3, S = SAMPLE_STATE, A = SAMPLE_ACTION };
  orr_dataset *dataset = open_sample(state);
  float states[ROWS * S], goals[ROWS * S], actions[ROWS * K * A], ahead[ROWS];
  for (uint32_t only = 0; only < 2; only++) {
    orr_windows *windows = make_windows(dataset, (orr_windows_def){1, 1, K, only ? 1u << 2 : 0});
    size_t hits[FAR + 1] = {0}, episodes[7] = {0};
    for (uint32_t step = 0; step < 40; step++) {
      orr_windows_hindsight(windows, 3, step, 0, ROWS, FAR, states, goals, actions, ahead);
      for (size_t r = 0; r < ROWS; r++) {
        size_t h = (size_t)ahead[r], start = 0;
        int64_t n = 0;
        while (sample_state(n, start, 0) != states[r * S]) {
          if (++start > sample_steps[n]) n++, start = 0;
          assert_true(n < 7);
        }
        assert_true(h >= 1 && h <= FAR && start + h * K <= sample_steps[n]);
        assert_true(goals[r * S + 1] == sample_state(n, start + h * K, 1));
        assert_true(actions[(r * K + 1) * A] == sample_action(n, start + 1, 0));
        hits[h]++;
        episodes[n]++;
      }
    }
    for (size_t h = 1; h <= FAR; h++) assert_true(hits[h] > 40);
    for (size_t n = 0; only && n < 7; n++) assert_true((episodes[n] > 0) == (n == 2));
    orr_windows_destroy(windows);
  }
  orr_windows_def def = {1, 1, 1000, 1u << 2};
  orr_windows *windows;
  orr_error err = {0};
  assert_int_equal(orr_windows_create(dataset, &def, &windows, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "long enough"));
  def = (orr_windows_def){1, 1, 1, 1u << 20};
  assert_int_equal(orr_windows_create(dataset, &def, &windows, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "no train episode was made by"));
  orr_dataset_close(dataset);
}

/* A share of the rows comes from elsewhere, all windows there equally likely; the others are those
 * that they would be alone, however the rows are cut. (Sample episode n has policy n % 6.) */
static void mixed_rows(void **state) {
  enum { ROWS = 100, STEPS = 100, S = SAMPLE_STATE, A = SAMPLE_ACTION };
  orr_dataset *dataset = open_sample(state);
  orr_windows *base = make_windows(dataset, (orr_windows_def){1, 1, 1, 1u << 2});
  orr_windows *one = make_windows(dataset, (orr_windows_def){1, 1, 1, 1u << 0});
  orr_windows *two = make_windows(dataset, (orr_windows_def){1, 1, 1, 1u << 1});
  const orr_windows *more[] = {one, two};
  orr_windows_mix mix = {base, more, 2, 0.3};
  float states[2 * ROWS * S], actions[ROWS * A], alone[2 * ROWS * S], tile[2 * 7 * S];
  double from_one = 0, from_two = 0, all = ROWS * STEPS;
  for (uint32_t step = 0; step < STEPS; step++) {
    orr_windows_mix_batch(&mix, 3, step, 0, ROWS, states, actions);
    orr_windows_batch(base, 3, step, 0, ROWS, alone, actions);
    for (size_t r = 0; r < ROWS; r++) {
      int64_t policy = (int64_t)(states[r * S] / 1000) % 6;
      if (policy == 2) assert_true(states[r * S] == alone[r * S]);
      from_one += policy == 0;
      from_two += policy == 1;
    }
    orr_windows_mix_batch(&mix, 3, step, 60, 7, tile, actions);
    assert_memory_equal(tile, states + 60 * S, 7 * S * sizeof *tile);
  }
  double share = (from_one + from_two) / all, n = from_one + from_two;
  double ones = (double)orr_windows_count(one), twos = (double)orr_windows_count(two);
  double expected = ones / (ones + twos);
  assert_true(fabs(share - 0.3) < 5 * sqrt(0.3 * 0.7 / all));
  assert_true(fabs(from_one / n - expected) < 5 * sqrt(expected * (1 - expected) / n));
  mix.share = 0;
  orr_windows_mix_batch(&mix, 3, 0, 0, ROWS, states, actions);
  orr_windows_batch(base, 3, 0, 0, ROWS, alone, actions);
  assert_memory_equal(states, alone, sizeof states);
  orr_windows_destroy(two);
  orr_windows_destroy(one);
  orr_windows_destroy(base);
  orr_dataset_close(dataset);
}

/* The episode and step of a state of the sample. */
static size_t where(const float *row, int64_t *episode) {
  size_t step = 0;
  *episode = 0;
  while (sample_state(*episode, step, 0) != row[0]) {
    if (++step > sample_steps[*episode]) *episode += 1, step = 0;
    assert_true(*episode < 7);
  }
  return step;
}

/* Pairs for a distance: states of one episode with the blocks between them, halves too, and states
 * of two with a bound; the same whatever the cut into tiles. */
static void apart(void **state) {
  enum { ROWS = 64, K = 2, FAR = 3, S = SAMPLE_STATE };
  orr_dataset *dataset = open_sample(state);
  orr_windows *windows = make_windows(dataset, (orr_windows_def){1, 1, K, 0});
  float states[ROWS * S], goals[ROWS * S], targets[ROWS * 2], tile[2][7 * S], few[7 * 2];
  size_t hits[FAR * K + 1] = {0}, bounds = 0;
  for (uint32_t step = 0; step < 40; step++) {
    orr_windows_apart(windows, 3, step, 0, ROWS, FAR, 0.25, states, goals, targets);
    for (size_t r = 0; r < ROWS; r++) {
      int64_t here, there;
      size_t from = where(states + r * S, &here), to = where(goals + r * S, &there);
      if (targets[2 * r + 1] == 1.0f) {
        assert_true(here == there && to >= from && to - from <= FAR * K);
        assert_true(targets[2 * r] == (float)(to - from) / K);
        hits[to - from]++;
      } else {
        assert_true(here != there && targets[2 * r] == FAR && targets[2 * r + 1] == 0.0f);
        bounds++;
      }
    }
    orr_windows_apart(windows, 3, step, 14, 7, FAR, 0.25, tile[0], tile[1], few);
    assert_memory_equal(tile[0], states + 14 * S, sizeof tile[0]);
    assert_memory_equal(tile[1], goals + 14 * S, sizeof tile[1]);
    assert_memory_equal(few, targets + 28, sizeof few);
  }
  for (size_t h = 0; h <= FAR * K; h++) assert_true(hits[h] > 40);
  assert_true(bounds > 400 && bounds < 640); /* a quarter, less those that fell on one episode */
  orr_windows_destroy(windows);
  orr_dataset_close(dataset);
}

static void none_fits(void **state) {
  orr_error err = {0};
  orr_dataset *dataset = open_sample(state);
  orr_windows *windows;
  orr_windows_def exact = {1, 4, 5, 0}, defs[] = {{2, 4, 5, 0},
                                                  {1, 21, 1, 0},
                                                  {1, SIZE_MAX, 2, 0},
                                                  {SIZE_MAX, 3, 1, 0},
                                                  {1, 1, SIZE_MAX, 0}};
  for (size_t i = 0; i < 5; i++) {
    orr_status status = orr_windows_create(dataset, &defs[i], &windows, &err);
    assert_int_equal(status, ORR_ERR_CONFIG);
    assert_says(status, &err, "the longest episode has 20");
    assert_null(windows);
  }
  assert_ok(orr_windows_create(dataset, &exact, &windows, &err), &err);
  assert_int_equal(orr_windows_count(windows), 1);
  orr_windows_destroy(windows);
  orr_dataset_close(dataset);
}

int test_windows(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(all_that_fit, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(equally_likely, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(tiles_agree, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(hindsight, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(mixed_rows, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(apart, make_scratch, drop_scratch),
      cmocka_unit_test_setup_teardown(none_fits, make_scratch, drop_scratch),
  };
  return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}
