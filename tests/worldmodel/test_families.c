/* Families: gradients of whole losses, and the five questions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/maths.h"
#include "base/memory.h"
#include "synthetic.h"
#include "worldmodel/train_internal.h"
#include <stdio.h>
#include <string.h>

static const char folder[] = "learn-data";
enum { ROWS = 50, CHECKED = 20 };

/* One loss on both paths, fed with the same batch. */
typedef struct loss_pair {
  orr_model *model;
  orr_tape *f32, *f64;
  orr_loss_tape loss32, loss64;
  double *values;
} loss_pair;

static void feed(loss_pair *pair, orr_var in32, orr_var in64, const float *data) {
  size_t cols = orr_tape_cols(pair->f32, in32);
  float *single = orr_alloc(ORR_TILE * cols, sizeof *single);
  double *twice = orr_alloc(ORR_TILE * cols, sizeof *twice);
  for (size_t i = 0; i < ROWS * cols; i++) twice[i] = (double)(single[i] = data[i]);
  orr_tape_set_input(pair->f32, in32, single);
  orr_tape_set_input_f64(pair->f64, in64, twice);
  orr_free(single);
  orr_free(twice);
}

/* Families that see a goal: rows of goals in hindsight. */
static void feed_goals(loss_pair *pair, const orr_dataset *data) {
  const orr_model *model = pair->model;
  const orr_goal_layout *layout = &model->net.goal.layout;
  size_t S = model->observation.count, A = model->action_length, J = orr_goal_row(layout);
  orr_windows_def def = orr_train_windows(model);
  orr_windows *windows;
  orr_error err;
  ASSERT_OK(orr_windows_create(data, &def, &windows, &err), err);
  if (A < 2) A = 2;
  float *room = orr_alloc(ROWS * (2 * S + A + 1 + J), sizeof *room);
  float *goals = room + ROWS * S, *actions = goals + ROWS * S, *ahead = actions + ROWS * A;
  float *rows = ahead + ROWS;
  if (orr_model_reaches(model))
    orr_windows_apart(windows, 5, 0, 0, ROWS, 3, 0.3, room, goals, actions);
  else
    orr_windows_hindsight(windows, 5, 0, 0, ROWS, 3, room, goals, actions, ahead);
  for (size_t r = 0; r < ROWS; r++) {
    orr_goal_fill(layout, room + r * S, goals + r * S, ahead[r], rows + r * J);
  }
  feed(pair, pair->loss32.states[0], pair->loss64.states[0], rows);
  feed(pair, pair->loss32.actions[0], pair->loss64.actions[0], actions);
  orr_free(room);
  orr_windows_destroy(windows);
}

static void feed_batch(loss_pair *pair, const orr_dataset *data) {
  const orr_model *model = pair->model;
  size_t H = pair->loss32.passes, S = model->observation.count, A = model->pass_length;
  orr_windows_def def = {1, H, (size_t)model->def.stride, 0};
  orr_windows *windows;
  orr_error err;
  ASSERT_OK(orr_windows_create(data, &def, &windows, &err), err);
  float *states = orr_alloc((H + 1) * ROWS * S, sizeof *states);
  float *actions = orr_alloc(H * ROWS * A, sizeof *actions);
  orr_windows_batch(windows, 5, 0, 0, ROWS, states, actions);
  for (size_t h = 0; h <= H; h++) {
    feed(pair, pair->loss32.states[h], pair->loss64.states[h], states + h * ROWS * S);
  }
  for (size_t h = 0; h < H; h++) {
    feed(pair, pair->loss32.actions[h], pair->loss64.actions[h], actions + h * ROWS * A);
  }
  orr_free(states);
  orr_free(actions);
  orr_windows_destroy(windows);
}

static orr_tape *make_tape(const orr_model *model, orr_path path, orr_loss_tape *loss) {
  orr_tape *tape;
  orr_error err;
  ASSERT_OK(orr_tape_create(&model->params, path, true, &tape, &err), err);
  orr_model_loss(model, tape, loss);
  ASSERT_OK(orr_tape_compile(tape, loss->loss, loss->terms, loss->term_count, &err), err);
  orr_tape_set_valid(tape, ROWS);
  orr_tape_set_dropout(tape, model->def.dropout > 0, 3, 7, 0);
  return tape;
}

static loss_pair open_pair(const orr_dataset *data, orr_family family) {
  orr_model_def def = synthetic_model(family);
  loss_pair pair = {0};
  def.hidden = 24;
  def.latent = 12;
  def.dropout = 0.1;
  if (family == ORR_FAMILY_JEPA) {
    def.horizon = 1; /* random weights: long unrolls are chaotic */
    def.sigreg = 0.5;
    def.projections = 16;
  }
  pair.model = synthetic_random_model(data, &def, 11);
  pair.f32 = make_tape(pair.model, ORR_PATH_PRODUCT, &pair.loss32);
  pair.f64 = make_tape(pair.model, ORR_PATH_REFERENCE, &pair.loss64);
  pair.values = orr_alloc(pair.model->params.total, sizeof *pair.values);
  for (size_t i = 0; i < pair.model->params.total; i++) {
    pair.values[i] = (double)pair.model->values[i];
  }
  if (orr_model_sees_goal(pair.model))
    feed_goals(&pair, data);
  else
    feed_batch(&pair, data);
  return pair;
}

static void close_pair(loss_pair *pair) {
  orr_tape_destroy(pair->f32);
  orr_tape_destroy(pair->f64);
  orr_model_destroy(pair->model);
  orr_free(pair->values);
}

static double loss_at(loss_pair *pair, size_t index, double value) {
  double kept = pair->values[index];
  pair->values[index] = value;
  orr_tape_forward_f64(pair->f64, pair->values);
  pair->values[index] = kept;
  return orr_tape_scalar(pair->f64, pair->loss64.loss);
}

/* A random number of a tensor; every tensor comes once before any comes twice. */
static double check_one(loss_pair *pair, uint32_t round, const double *gradient, double norm) {
  const orr_params *params = &pair->model->params;
  orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, round, 2, 0, 0);
  const orr_param *param = &params->items[(round * 7) % params->count];
  int64_t numbers = (int64_t)(param->rows * param->cols);
  size_t at = param->offset + (size_t)orr_random_integer(&random, 0, numbers);
  double h = 1e-5, value = pair->values[at], up = loss_at(pair, at, value + h);
  double slope = (up - loss_at(pair, at, value - h)) / (2 * h);
  return fabs(slope - gradient[at]) / orr_max(fabs(slope), 1e-2 * norm);
}

static void check_gradients(orr_family family) {
  synthetic_data data = synthetic_open(folder);
  loss_pair pair = open_pair(data.train, family);
  const orr_params *params = &pair.model->params;
  double *gradient = orr_alloc(params->total, sizeof *gradient);
  float *product = orr_alloc(params->total, sizeof *product);
  orr_tape_forward_f64(pair.f64, pair.values);
  double loss = orr_tape_scalar(pair.f64, pair.loss64.loss);
  orr_tape_backward_f64(pair.f64, pair.values, 1.0, gradient);
  orr_tape_forward(pair.f32, pair.model->values);
  orr_tape_backward(pair.f32, pair.model->values, 1.0, product);
  assert_true(fabs(orr_tape_scalar(pair.f32, pair.loss32.loss) - loss) <= 1e-5 * fabs(loss));
  double norm = 0, difference = 0, worst = 0;
  for (size_t i = 0; i < params->total; i++) {
    norm += gradient[i] * gradient[i];
    difference += (gradient[i] - (double)product[i]) * (gradient[i] - (double)product[i]);
  }
  norm = sqrt(norm);
  for (uint32_t round = 0; round < CHECKED; round++) {
    worst = orr_max(worst, check_one(&pair, round, gradient, norm));
  }
  print_message("%s: loss %.4f, |gradient| %.3g, against differences %.2g, product %.2g\n",
                pair.model->family->name, loss, norm, worst, sqrt(difference) / norm);
  assert_true(norm > 1e-3);
  assert_true(worst <= 1e-6);
  assert_true(sqrt(difference) / norm <= 1e-5);
  orr_free(gradient);
  orr_free(product);
  close_pair(&pair);
  synthetic_close(&data);
}

static void test_state_gradients(void **state) {
  (void)state;
  check_gradients(ORR_FAMILY_STATE);
}

static void test_jepa_gradients(void **state) {
  (void)state;
  check_gradients(ORR_FAMILY_JEPA);
}

static void test_goal_gradients(void **state) {
  (void)state;
  check_gradients(ORR_FAMILY_INVERSE);
  check_gradients(ORR_FAMILY_CLONING);
  check_gradients(ORR_FAMILY_REACH);
}

/* Rows do not depend on the others, nor on how many there are. */
static void check_rows(orr_family family) {
  enum { COUNT = 150 };
  synthetic_data data = synthetic_open(folder);
  orr_model_def def = synthetic_model(family);
  orr_model *model = synthetic_random_model(data.train, &def, 3);
  size_t L = orr_model_latent(model), S = SYNTHETIC_STATE, A = model->action_length;
  orr_model_worker *worker;
  orr_error err;
  ASSERT_OK(orr_model_worker_create(model, &worker, &err), err);
  orr_episode_view view = orr_dataset_episode(data.train, 0);
  float *states = orr_alloc(COUNT * S, sizeof *states);
  float *actions = orr_alloc(COUNT * A, sizeof *actions);
  float *latents = orr_alloc(2 * COUNT * L, sizeof *latents), *one = orr_alloc(3 * L, sizeof *one);
  float *next = latents + COUNT * L, *seen = orr_alloc(COUNT * S, sizeof *seen);
  float distances[COUNT], single;
  for (size_t r = 0; r < COUNT; r++) {
    memcpy(states + r * S, view.states + (r % 30) * S, S * sizeof *states);
    states[r * S] += (float)r;
    memcpy(actions + r * A, view.actions + (r % 30) * SYNTHETIC_ACTION, A * sizeof *actions);
  }
  uint64_t before = orr_alloc_count();
  orr_model_encode(worker, states, COUNT, latents);
  orr_model_step(worker, latents, actions, COUNT, next);
  orr_model_decode(worker, next, COUNT, seen);
  orr_model_distance(worker, next, latents, COUNT, distances);
  assert_int_equal(orr_alloc_count(), before);
  for (size_t r = 0; r < COUNT; r += 7) {
    float decoded[SYNTHETIC_STATE];
    orr_model_encode(worker, states + r * S, 1, one);
    assert_memory_equal(one, latents + r * L, L * sizeof *one);
    orr_model_step(worker, one, actions + r * A, 1, one); /* in place */
    assert_memory_equal(one, next + r * L, L * sizeof *one);
    orr_model_decode(worker, one, 1, decoded);
    assert_memory_equal(decoded, seen + r * S, sizeof decoded);
    orr_model_distance(worker, one, latents, 1, &single);
    assert_true(single == distances[r] && isfinite(single) && single >= 0);
  }
  orr_model_distance(worker, latents, latents, 1, &single);
  assert_true(single == 0);
  orr_model_distance(worker, next, next, 1, &single); /* another goal is another measure */
  assert_true(single == 0);
  for (size_t i = 0; i < COUNT * S; i++) assert_true(isfinite(seen[i]));
  assert_true(orr_model_flops(model) > 1000 && orr_model_parameters(model) > 1000);
  orr_free(states), orr_free(actions), orr_free(latents), orr_free(one), orr_free(seen);
  orr_model_worker_destroy(worker);
  orr_model_destroy(model);
  synthetic_close(&data);
}

static void test_rows(void **state) {
  (void)state;
  check_rows(ORR_FAMILY_STATE);
  check_rows(ORR_FAMILY_JEPA);
}

/* Family state: identity, and angles a whole turn apart are the same place. */
static void test_state_meaning(void **state) {
  (void)state;
  synthetic_data data = synthetic_open(folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_STATE);
  orr_model *model = synthetic_random_model(data.train, &def, 3);
  orr_model_worker *worker;
  orr_error err;
  ASSERT_OK(orr_model_worker_create(model, &worker, &err), err);
  float a[SYNTHETIC_STATE] = {1, 2, 3, 4, 5, 6, 7}, b[SYNTHETIC_STATE], distance;
  orr_model_encode(worker, a, 1, b);
  assert_memory_equal(a, b, sizeof a);
  b[4] += 6.2831853f;
  orr_model_distance(worker, b, a, 1, &distance);
  assert_true(distance < 1e-9f);
  b[0] += (float)model->transform.change_std[0];
  orr_model_distance(worker, b, a, 1, &distance);
  assert_true(fabsf(distance - 1) < 1e-4f);
  orr_model_worker_destroy(worker);
  orr_model_destroy(model);
  synthetic_close(&data);
}

/* The spread of a latent: independent columns, one direction, none. */
static void test_spread(void **state) {
  (void)state;
  enum { N = 4096, L = 4 };
  float *z = orr_alloc(N * L, sizeof *z);
  double scratch[L + L * L], std, rank;
  orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, 0, 3, 0, 0);
  for (size_t i = 0; i < N * L; i++) z[i] = (float)(2 * orr_random_normal(&random) + 5);
  orr_latent_spread(z, N, L, scratch, &std, &rank);
  assert_true(fabs(std - 2) < 0.1 && fabs(rank - 4) < 0.05);
  assert_true(!orr_latent_collapsed(std, rank));
  for (size_t i = 0; i < N * L; i++) z[i] = z[i / L * L];
  orr_latent_spread(z, N, L, scratch, &std, &rank);
  assert_true(fabs(std - 2) < 0.1 && fabs(rank - 1) < 1e-6);
  assert_true(orr_latent_collapsed(std, rank));
  memset(z, 0, N * L * sizeof *z);
  orr_latent_spread(z, N, L, scratch, &std, &rank);
  assert_true(std == 0 && rank == 0 && orr_latent_collapsed(std, rank));
  orr_free(z);
}

int test_families(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_state_gradients), cmocka_unit_test(test_jepa_gradients),
      cmocka_unit_test(test_goal_gradients),  cmocka_unit_test(test_rows),
      cmocka_unit_test(test_state_meaning),   cmocka_unit_test(test_spread),
  };
  return cmocka_run_group_tests_name("families", tests, NULL, NULL);
}
