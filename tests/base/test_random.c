/* Counter-based random numbers: published vectors, moments, independence of order. */
#include "base/random.h"
#include "test_base.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Random123, tests/kat_vectors, philox4x32 with 10 rounds. */
static void philox_gives_the_published_vectors(void **state) {
  (void)state;
  static const struct {
    uint32_t counter[4];
    uint64_t key;
    uint32_t out[4];
  } known[] = {
      {{0, 0, 0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
       UINT64_C(0xffffffffffffffff),
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       UINT64_C(0x299f31d0a4093822),
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (size_t i = 0; i < 3; i++) {
    uint32_t out[4];
    orr_philox(known[i].key, known[i].counter, out);
    assert_memory_equal(out, known[i].out, sizeof out);
  }
}

static void a_stream_is_the_block_function(void **state) {
  (void)state;
  orr_random random = orr_random_at(42, ORR_PURPOSE_TEST, 5, 6, 7, 8);
  for (uint32_t block = 0; block < 3; block++) {
    uint32_t out[4];
    orr_philox(orr_mix64(42, ORR_PURPOSE_TEST), (uint32_t[]){5, 6, 7, 8 + block}, out);
    for (int i = 0; i < 4; i++) assert_int_equal(orr_random_u32(&random), out[i]);
  }
}

static void every_coordinate_matters(void **state) {
  (void)state;
  orr_random streams[] = {orr_random_at(1, ORR_PURPOSE_TEST, 0, 0, 0, 0),
                          orr_random_at(2, ORR_PURPOSE_TEST, 0, 0, 0, 0),
                          orr_random_at(1, ORR_PURPOSE_RESET, 0, 0, 0, 0),
                          orr_random_at(1, ORR_PURPOSE_TEST, 1, 0, 0, 0),
                          orr_random_at(1, ORR_PURPOSE_TEST, 0, 1, 0, 0),
                          orr_random_at(1, ORR_PURPOSE_TEST, 0, 0, 1, 0),
                          orr_random_at(1, ORR_PURPOSE_TEST, 0, 0, 0, 1)};
  uint64_t first[7];
  for (int i = 0; i < 7; i++) {
    first[i] = orr_random_u64(&streams[i]);
    for (int j = 0; j < i; j++) assert_true(first[i] != first[j]);
  }
}

typedef struct moments {
  double mean, variance, skew, kurtosis;
} moments;

static moments moments_of(double (*draw)(orr_random *), size_t count) {
  double sum = 0, squares = 0, cubes = 0, fourths = 0;
  orr_random random = orr_random_at(7, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (size_t i = 0; i < count; i++) {
    double x = draw(&random);
    sum += x;
    squares += x * x;
    cubes += x * x * x;
    fourths += x * x * x * x;
  }
  double n = (double)count;
  return (moments){sum / n, squares / n - sum / n * sum / n, cubes / n, fourths / n};
}

static double centred_unit(orr_random *random) {
  double unit = orr_random_unit(random);
  assert_true(unit >= 0.0 && unit < 1.0);
  return unit - 0.5;
}

/* Bounds of five standard errors at 400,000 draws. */
static void distributions_have_their_moments(void **state) {
  (void)state;
  moments unit = moments_of(centred_unit, 400000);
  assert_true(fabs(unit.mean) < 0.0023);
  assert_true(fabs(unit.variance - 1.0 / 12) < 0.0006);
  moments normal = moments_of(orr_random_normal, 400000);
  assert_true(fabs(normal.mean) < 0.008);
  assert_true(fabs(normal.variance - 1.0) < 0.0112);
  assert_true(fabs(normal.skew) < 0.031);
  assert_true(fabs(normal.kurtosis - 3.0) < 0.08);
}

/* Chi-squared over ten equal cells of the normal distribution: 9 degrees of freedom, p = 1e-5. */
static void normals_fill_equal_cells_equally(void **state) {
  (void)state;
  int cells[10] = {0};
  orr_random random = orr_random_at(8, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (int i = 0; i < 100000; i++) {
    double x = orr_random_normal(&random);
    int cell = 0;
    while (cell < 9 && x > orr_normal_quantile((cell + 1) / 10.0)) cell++;
    cells[cell]++;
  }
  double chi2 = 0;
  for (int i = 0; i < 10; i++) chi2 += (cells[i] - 10000.0) * (cells[i] - 10000.0) / 10000.0;
  assert_true(chi2 < 39.3);
}

static void integers_cover_their_range_evenly(void **state) {
  (void)state;
  int counts[7] = {0};
  orr_random random = orr_random_at(9, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (int i = 0; i < 70000; i++) {
    int64_t value = orr_random_integer(&random, -3, 4);
    assert_true(value >= -3 && value < 4);
    counts[value + 3]++;
  }
  for (int i = 0; i < 7; i++) assert_true(abs(counts[i] - 10000) < 500);
  assert_int_equal(orr_random_integer(&random, 5, 6), 5);
  bool low = false, high = false; /* the widest range works */
  for (int i = 0; i < 64; i++) {
    int64_t value = orr_random_integer(&random, INT64_MIN, INT64_MAX);
    low = low || value < 0;
    high = high || value > 0;
  }
  assert_true(low && high);
}

static void uniforms_stay_below_their_upper_end(void **state) {
  (void)state;
  orr_random random = orr_random_at(10, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  double high = nextafter(nextafter(1.0, 2.0), 2.0);
  for (int i = 0; i < 1000; i++) {
    double narrow = orr_random_uniform(&random, 1.0, high); /* rounding would reach `high` */
    assert_true(narrow >= 1.0 && narrow < high);
  }
  assert_true(orr_random_uniform(&random, 2.0, 2.0) == 2.0);
}

/* Reference values to 17 digits: statistics.NormalDist().inv_cdf of CPython. */
static void the_quantile_is_exact_to_fifteen_digits(void **state) {
  (void)state;
  static const double known[][2] = {{1e-300, -37.047096299361201}, {1e-20, -9.2623400897984052},
                                    {1e-5, -4.2648907939228256},   {0.01, -2.3263478740408408},
                                    {0.075, -1.4395314709384557},  {0.3, -0.52440051270804067},
                                    {0.9, 1.2815515655446008},     {0.999999, 4.7534243088170891}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    double error = orr_normal_quantile(known[i][0]) - known[i][1];
    assert_true(fabs(error) <= 1e-15 * fabs(known[i][1]));
  }
  assert_true(orr_normal_quantile(0.5) == 0.0);
  for (double p = 0x1p-50; p < 0.5; p *= 1.7) { /* Phi(quantile(p)) = p, Phi by libm's erfc */
    double x = orr_normal_quantile(p);
    assert_true(fabs(0.5 * erfc(-x / sqrt(2.0)) - p) <= 4e-14 * p);
  }
}

/* Golden values: a change of these changes every episode ever made. */
static void draws_never_change(void **state) {
  (void)state;
  orr_random random = orr_random_at(2024, ORR_PURPOSE_RESET, 3, 0, 0, 0);
  uint64_t word = orr_random_u64(&random);
  double unit = orr_random_unit(&random), normal = orr_random_normal(&random);
  int64_t integer = orr_random_integer(&random, 0, 1000);
  assert_int_equal(word, UINT64_C(0xe8d774629f44be4b));
  assert_true(unit == 0.84815360813875362);
  assert_true(normal == -0.7429004812991794);
  assert_int_equal(integer, 76);
}

int test_random(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(philox_gives_the_published_vectors),
      cmocka_unit_test(a_stream_is_the_block_function),
      cmocka_unit_test(every_coordinate_matters),
      cmocka_unit_test(distributions_have_their_moments),
      cmocka_unit_test(normals_fill_equal_cells_equally),
      cmocka_unit_test(integers_cover_their_range_evenly),
      cmocka_unit_test(uniforms_stay_below_their_upper_end),
      cmocka_unit_test(the_quantile_is_exact_to_fifteen_digits),
      cmocka_unit_test(draws_never_change),
  };
  return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
