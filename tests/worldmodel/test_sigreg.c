/* SIGReg by hand: the formula, what it says of known distributions, what it is drawn at. */
#include "tests/worldmodel/test_ops.h"

#include "base/memory.h"
#include "base/random.h"
#include "worldmodel/tape_internal.h"
#include <math.h>

typedef struct judge {
  orr_params params; /* none */
  orr_tape *tape;
  orr_var inputs[2], loss;
} judge;

/* Two parts of `rows` rows and `cols` columns. */
static void open_judge(judge *j, orr_path path, size_t rows, size_t cols, size_t directions) {
  orr_error err;
  *j = (judge){0};
  assert_int_equal(orr_tape_create(&j->params, path, false, &j->tape, &err), ORR_OK);
  for (size_t i = 0; i < 2; i++) j->inputs[i] = orr_tape_input(j->tape, rows, cols);
  j->loss = orr_tape_sigreg(j->tape, j->inputs, 2, directions);
  assert_int_equal(orr_tape_compile(j->tape, j->loss, NULL, 0, &err), ORR_OK);
}

/* Of samples [2 rows, cols] in training step `step`. */
static double judged(judge *j, const double *samples, uint32_t step) {
  size_t half = orr_tape_rows(j->tape, j->inputs[0]) * orr_tape_cols(j->tape, j->inputs[0]);
  for (size_t i = 0; i < 2; i++) {
    orr_tape_set_input_f64(j->tape, j->inputs[i], samples + i * half);
  }
  orr_tape_set_dropout(j->tape, false, 5, step, 0);
  orr_tape_forward_f64(j->tape, NULL);
  return orr_tape_scalar(j->tape, j->loss);
}

static void draw(double *samples, size_t count, double mean, double deviation) {
  orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, 9, 9, 9, 0);
  for (size_t i = 0; i < count; i++) {
    samples[i] = mean + deviation * orr_random_normal(&random);
  }
}

/* The sum as it is written, of h [count]. */
static double by_hand(const double *h, size_t count) {
  double sum = 0.0;
  for (int k = 0; k <= 16; k++) {
    double t = 3.0 * k / 16.0, normal = exp(-t * t / 2), c = 0.0, s = 0.0;
    for (size_t i = 0; i < count; i++) {
      c += cos(t * h[i]) / (double)count;
      s += sin(t * h[i]) / (double)count;
    }
    double w = (k == 0 || k == 16 ? 1.0 : 2.0) * 3.0 / 16.0;
    sum += w * normal * ((c - normal) * (c - normal) + s * s);
  }
  return (double)count * sum;
}

/* One column: the only directions are 1 and -1, and the statistic is even. */
static void test_formula(void **state) {
  (void)state;
  enum { ROWS = 21 };
  double samples[2 * ROWS];
  judge j;
  open_judge(&j, ORR_PATH_REFERENCE, ROWS, 1, 1);
  draw(samples, 2 * ROWS, 0.7, 1.9);
  assert_true(fabs(judged(&j, samples, 0) - by_hand(samples, 2 * ROWS)) < 1e-11);
  orr_tape_destroy(j.tape);
}

static void test_distributions(void **state) {
  (void)state;
  enum { ROWS = 256, COLS = 6 };
  double samples[2 * ROWS * COLS] = {0}, zero[2 * ROWS] = {0};
  judge j;
  open_judge(&j, ORR_PATH_REFERENCE, ROWS, COLS, 64);
  assert_true(fabs(judged(&j, samples, 3) - by_hand(zero, 2 * ROWS)) < 1e-9); /* constant: 0.4 N */
  assert_true(judged(&j, samples, 3) > 0.39 * 2 * ROWS);
  draw(samples, 2 * ROWS * COLS, 0, 1);
  double normal = judged(&j, samples, 3);
  print_message("sigreg of %d normal rows: %.3f, expected 1.05\n", 2 * ROWS, normal);
  assert_true(normal > 0.6 && normal < 1.6);
  for (size_t i = 0; i < 2 * ROWS; i++) samples[i * COLS + 1] = samples[i * COLS]; /* no new word */
  assert_true(judged(&j, samples, 3) > 2 * normal);
  draw(samples, 2 * ROWS * COLS, 0, 2);
  assert_true(judged(&j, samples, 3) > 20);
  draw(samples, 2 * ROWS * COLS, 1, 1);
  assert_true(judged(&j, samples, 3) > 20);
  orr_tape_destroy(j.tape);
}

/* The directions belong to the step; rows that pad a tile do not count. */
static void test_draws(void **state) {
  (void)state;
  enum { ROWS = 30, KEPT = 19, COLS = 4 };
  double samples[2 * ROWS * COLS], fewer[2 * KEPT * COLS];
  judge j, exact;
  open_judge(&j, ORR_PATH_REFERENCE, ROWS, COLS, 32);
  open_judge(&exact, ORR_PATH_REFERENCE, KEPT, COLS, 32);
  draw(samples, 2 * ROWS * COLS, 0.2, 1.5);
  double one = judged(&j, samples, 8), other = judged(&j, samples, 9);
  assert_true(one != other && one == judged(&j, samples, 8));
  for (size_t i = 0; i < 2 * KEPT * COLS; i++) {
    fewer[i] = samples[i / (KEPT * COLS) * ROWS * COLS + i % (KEPT * COLS)];
  }
  orr_tape_set_valid(j.tape, KEPT);
  assert_true(judged(&j, samples, 8) == judged(&exact, fewer, 8));
  orr_tape_set_valid(j.tape, 0);
  assert_true(judged(&j, samples, 8) == 0);
  orr_tape_destroy(j.tape);
  orr_tape_destroy(exact.tape);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_formula),
      cmocka_unit_test(test_distributions),
      cmocka_unit_test(test_draws),
  };
  return cmocka_run_group_tests_name("sigreg", tests, NULL, NULL);
}
