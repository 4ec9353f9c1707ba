/* Intervals and tests against published or hand-computed values. */
#include "tests/eval/eval_test.h"

#include "eval/statistics.h"
#include <math.h>

static void wilson_is_the_published_one(void **state) {
  (void)state;
  /* Newcombe (1998), table I: 81/263, 15/148, 0/20, 1/29. */
  static const struct {
    int64_t s, n;
    double low, high;
  } rows[] = {{81, 263, 0.2553, 0.3662},
              {15, 148, 0.0624, 0.1605},
              {0, 20, 0.0, 0.1611},
              {1, 29, 0.0061, 0.1718},
              {45, 50, 0.7864, 0.9565}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    orr_interval w = orr_wilson(rows[i].s, rows[i].n);
    assert_true(fabs(w.point - (double)rows[i].s / (double)rows[i].n) < 1e-15);
    assert_true(fabs(w.low - rows[i].low) < 5.1e-5);
    assert_true(fabs(w.high - rows[i].high) < 5.1e-5);
  }
  assert_true(orr_wilson(20, 20).high == 1.0);
  assert_true(orr_wilson(0, 20).low == 0.0);
  assert_true(isnan(orr_wilson(0, 0).point) && isnan(orr_wilson(0, 0).low));
}

/* b pairs only a solves, c only b, the rest alike. */
static double mcnemar(size_t b, size_t c, size_t rest) {
  bool x[400] = {false}, y[400] = {false};
  for (size_t i = 0; i < b; i++) x[i] = true;
  for (size_t i = b; i < b + c; i++) y[i] = true;
  for (size_t i = b + c; i < b + c + rest; i++) x[i] = y[i] = i % 2 == 0;
  return orr_mcnemar(x, y, b + c + rest);
}

static void mcnemar_is_the_binomial_tail(void **state) {
  (void)state;
  assert_true(mcnemar(0, 0, 10) == 1.0);
  assert_true(fabs(mcnemar(6, 0, 4) - 2.0 / 64.0) < 1e-12);
  assert_true(fabs(mcnemar(1, 5, 0) - 2.0 * 7.0 / 64.0) < 1e-12);
  assert_true(fabs(mcnemar(3, 9, 20) - 0.14599609375) < 1e-12); /* 2 * 299 / 4096 */
  assert_true(mcnemar(5, 5, 0) == 1.0);
  assert_true(fabs(mcnemar(2, 8, 3) - mcnemar(8, 2, 3)) < 1e-15);
}

static void fill_pairs(const int64_t cells[4], bool *a, bool *b) {
  size_t at = 0;
  for (int cell = 0; cell < 4; cell++)
    for (int64_t i = 0; i < cells[cell]; i++, at++) a[at] = cell < 2, b[at] = cell % 2 == 0;
}

/* Both, only a, only b, neither; bounds from a separate program after the paper's formulas. */
static void paired_differences_are_newcombes(void **state) {
  (void)state;
  static const struct {
    int64_t cells[4];
    double low, high;
  } rows[] = {{{1, 1, 7, 12}, -0.5069202, -0.0255591},   /* positive, cut to 0 */
              {{59, 6, 16, 80}, -0.1186212, -0.0046251}, /* positive, pulled towards 0 */
              {{36, 12, 2, 0}, 0.0569296, 0.3404276}};   /* negative */
  bool a[200], b[200];
  for (size_t i = 0; i < 3; i++) {
    const int64_t *c = rows[i].cells;
    size_t n = (size_t)(c[0] + c[1] + c[2] + c[3]);
    fill_pairs(c, a, b);
    orr_interval d = orr_paired_difference(a, b, n), e = orr_paired_difference(b, a, n);
    assert_true(fabs(d.point - (double)(c[1] - c[2]) / (double)n) < 1e-15);
    assert_true(fabs(d.low - rows[i].low) < 5e-7 && fabs(d.high - rows[i].high) < 5e-7);
    assert_true(fabs(d.low + e.high) < 1e-15 && fabs(d.high + e.low) < 1e-15);
  }
  assert_true(isnan(orr_paired_difference(a, b, 0).low));
}

/* 300 pairs, rates 0.95 and 0.88 as a swap may have them: the truth is inside 19 times of 20. */
static void paired_differences_cover_the_truth(void **state) {
  (void)state;
  enum { N = 300, ROUNDS = 4000 };
  bool a[N], b[N];
  int inside = 0;
  for (uint32_t r = 0; r < ROUNDS; r++) {
    orr_random random = orr_random_at(5, ORR_PURPOSE_TEST, r, 0, 0, 0);
    for (size_t i = 0; i < N; i++) {
      double u = orr_random_unit(&random); /* both 0.86, only a 0.09, only b 0.02 */
      a[i] = u < 0.95;
      b[i] = u < 0.86 || (u >= 0.95 && u < 0.97);
    }
    orr_interval d = orr_paired_difference(a, b, N);
    inside += d.low <= 0.07 && 0.07 <= d.high;
  }
  double share = (double)inside / ROUNDS;
  assert_true(share > 0.935 && share < 0.975);
}

static void quantiles_interpolate(void **state) {
  (void)state;
  double values[] = {4, 1, 3, 2};
  assert_true(orr_quantile(values, 4, 0.5) == 2.5);
  assert_true(values[0] == 1 && values[3] == 4); /* sorted now */
  assert_true(orr_quantile(values, 4, 0.0) == 1 && orr_quantile(values, 4, 1.0) == 4);
  assert_true(fabs(orr_quantile(values, 4, 0.95) - 3.85) < 1e-12);
  double one[] = {7};
  assert_true(orr_quantile(one, 1, 0.3) == 7);
  assert_true(isnan(orr_quantile(one, 0, 0.5)));
}

static void iqm_drops_a_quarter_on_either_side(void **state) {
  (void)state;
  double scores[] = {100, 2, 3, 1, 4, 5, -50, 6};
  orr_interval i = orr_iqm(scores, 8, 500, 7); /* 2, 3, 4, 5 are left */
  assert_true(i.point == 3.5);
  assert_true(i.low <= 3.5 && i.high >= 3.5 && i.low < i.high);
  assert_true(scores[0] == 100); /* the caller's order stays */
  orr_interval again = orr_iqm(scores, 8, 500, 7), other = orr_iqm(scores, 8, 500, 8);
  assert_true(again.low == i.low && again.high == i.high);
  assert_true(other.low != i.low || other.high != i.high);
  double same[] = {2, 2, 2};
  orr_interval flat = orr_iqm(same, 3, 100, 1);
  assert_true(flat.point == 2 && flat.low == 2 && flat.high == 2);
  assert_true(isnan(orr_iqm(same, 0, 10, 1).point));
}

/* 95 % intervals of the mean of a normal sample should hold the truth about 95 % of the time. */
static void the_bootstrap_covers(void **state) {
  (void)state;
  size_t held = 0, trials = 200;
  for (size_t t = 0; t < trials; t++) {
    double scores[60];
    orr_random random = orr_random_at(5, ORR_PURPOSE_TEST, (uint32_t)t, 0, 0, 0);
    for (size_t i = 0; i < 60; i++) scores[i] = orr_random_normal(&random);
    orr_interval i = orr_iqm(scores, 60, 300, t);
    held += i.low <= 0.0 && i.high >= 0.0;
  }
  assert_in_range(held, 178, 199);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(wilson_is_the_published_one),
    cmocka_unit_test(mcnemar_is_the_binomial_tail),
    cmocka_unit_test(paired_differences_are_newcombes),
    cmocka_unit_test(paired_differences_cover_the_truth),
    cmocka_unit_test(quantiles_interpolate),
    cmocka_unit_test(iqm_drops_a_quarter_on_either_side),
    cmocka_unit_test(the_bootstrap_covers),
};

int orr_test_statistics(void) {
  return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
