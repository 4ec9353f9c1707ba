/* Kernels, optimiser, parameters, matrix products: hand values, accuracy, and the same bits on
 * every instruction set. */
#include "base/build_info.h"
#include "base/hash.h"
#include "base/pool.h"
#include "tests/worldmodel/networks.h"
#include "tests/worldmodel/test_ops.h"
#include "worldmodel/kernels.h"
#include "worldmodel/optimiser.h"
#include "worldmodel/trig.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1003, ROWS = 17, COLS = 59, WHOLE = 48 };

static float noise(uint32_t stream, uint32_t i, double spread) {
  orr_random random = orr_random_at(11, ORR_PURPOSE_TEST, stream, i, 0, 0);
  return (float)orr_random_uniform(&random, -spread, spread);
}

static void fill(float *x, size_t n, uint32_t stream, double spread) {
  for (size_t i = 0; i < n; i++) x[i] = noise(stream, (uint32_t)i, spread);
}

/* ---- the same bits on every instruction set ---- */

typedef struct outcome {
  float y[4][N], slope[4][N], columns[COLS], sum[N];
  float norm[ROWS * COLS], stats[2 * ROWS], norm_slope[ROWS * COLS];
  float dx[ROWS * COLS], dgain[COLS], dshift[COLS];
  float whole_dx[ROWS * WHOLE], whole_dgain[WHOLE], whole_dshift[WHOLE]; /* whole blocks of 16 */
  uint16_t narrow[N];
  float moment1[N], moment2[N], values[N];
  double squares;
} outcome;

static void run_kernels(const orr_kernels *k, outcome *out) {
  static float u[N], g[N], x[ROWS * COLS], gain[COLS], dy[ROWS * COLS];
  memset(out, 0, sizeof *out);
  fill(u, N, 1, 12.0);
  fill(g, N, 2, 3.0);
  fill(x, ROWS * COLS, 3, 2.0);
  fill(gain, COLS, 4, 1.5);
  fill(dy, ROWS * COLS, 5, 1.0);
  for (int a = 0; a < 4; a++) k->activate(N, (orr_activation)a, u, out->y[a], out->slope[a]);
  k->column_sum(ROWS, COLS, x, out->columns);
  k->add(N, u, g, out->sum);
  k->accumulate(N, 0.3f, g, out->sum);
  k->multiply(N, out->sum, u, out->sum);
  k->norm(ROWS, COLS, x, gain, dy, ORR_ACT_SILU, out->norm, out->stats, out->norm_slope);
  fill(out->dx, ROWS * COLS, 6, 1.0);
  k->norm_backward(ROWS, COLS, x, gain, out->stats, out->norm_slope, dy, true, out->dx, out->dgain,
                   out->dshift);
  k->norm_backward(ROWS, WHOLE, x, gain, out->stats, out->norm_slope, dy, false, out->whole_dx,
                   out->whole_dgain, out->whole_dshift);
  k->narrow(N, u, out->narrow);
  fill(out->values, N, 7, 1.0);
  const orr_adamw_numbers numbers = {0.7f, 0.9f, 0.999f, 10.0f, 1000.0f, 1e-3f, 0.9999f, 1e-8f};
  for (int i = 0; i < 3; i++) {
    k->adamw(N, &numbers, g, out->moment1, out->moment2, out->values);
  }
  out->squares = k->sum_squares(N, u);
}

static void test_same_bits(void **state) {
  (void)state;
#if defined(__x86_64__)
  static outcome baseline, other;
  run_kernels(&orr_kernels_baseline, &baseline);
  assert_true(baseline.squares > 0.0 && baseline.dx[5] != 0.0f);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    run_kernels(&orr_kernels_v3, &other);
    assert_memory_equal(&baseline, &other, sizeof other);
  }
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    run_kernels(&orr_kernels_v4, &other);
    assert_memory_equal(&baseline, &other, sizeof other);
    other.norm[3] = nextafterf(other.norm[3], 2.0f); /* one bit would be seen */
    assert_memory_not_equal(&baseline, &other, sizeof other);
  }
#endif
}

/* Rounded to even; the largest float becomes infinite, what is no number stays none. */
static void test_narrow(void **state) {
  (void)state;
  const float x[] = {1.0f, 1.00390625f, 1.01171875f, -2.5f, 3.4e38f, INFINITY, 1e-40f};
  const uint16_t want[] = {0x3f80, 0x3f80, 0x3f82, 0xc020, 0x7f80, 0x7f80, 0x0001};
  uint16_t out[7];
  float nan = NAN;
  orr_kernels_best()->narrow(7, x, out);
  assert_memory_equal(out, want, sizeof want);
  orr_kernels_best()->narrow(1, &nan, out);
  assert_true((out[0] & 0x7fff) > 0x7f80);
}

/* ---- activations ---- */

static double exact(orr_activation act, double u, double *slope) {
  double c = 2.0 * sqrt(2.0 / acos(-1.0)),
         z = act == ORR_ACT_GELU ? c * (u + 0.044715 * u * u * u) : u;
  double s = 1.0 / (1.0 + exp(-z)),
         inner = act == ORR_ACT_GELU ? c * (1 + 3 * 0.044715 * u * u) : 1;
  *slope = act == ORR_ACT_TANH ? 1.0 - tanh(u) * tanh(u) : s + u * s * (1.0 - s) * inner;
  return act == ORR_ACT_TANH ? tanh(u) : u * s;
}

static void test_activations(void **state) {
  (void)state;
  const orr_activation acts[] = {ORR_ACT_SILU, ORR_ACT_GELU, ORR_ACT_TANH};
  for (size_t a = 0; a < 3; a++) {
    for (int i = -3200; i <= 3200; i++) {
      float u = (float)i / 160.0f + 1e-5f, y, slope;
      double by, want = exact(acts[a], (double)u, &by);
      orr_kernels_best()->activate(1, acts[a], &u, &y, &slope);
      /* gelu's z is up to 300 in size, and its rounding goes into the exponent */
      double ulps = acts[a] == ORR_ACT_GELU ? 4.0 + 2.0 * fabs((double)u * u) : 4.0;
      if (fabs((double)y - want) > ulps * 0x1p-24 * fabs(want) + 1e-36) {
        fail_msg("act %d at %.9g: %.9g, not %.9g", (int)acts[a], u, y, want);
      }
      assert_true(fabs((double)slope - by) <= 4e-6);
    }
  }
  const float special[] = {0.0f, -0.0f, 1e30f, -1e30f, INFINITY, 1e-30f};
  for (size_t a = 0; a < 3; a++) {
    float y[6], slope[6], nan = NAN;
    orr_kernels_best()->activate(6, acts[a], special, y, slope);
    assert_true(y[0] == 0.0f && y[1] == 0.0f);
    assert_true(acts[a] == ORR_ACT_TANH ? y[2] == 1.0f && y[3] == -1.0f : y[2] == 1e30f);
    orr_kernels_best()->activate(1, acts[a], &nan, y, slope);
    assert_true(isnan(y[0])); /* a number that is none must not vanish */
  }
}

static void test_sincos(void **state) {
  (void)state;
  for (int i = -4000; i <= 4000; i++) {
    double x = (double)i * 0.0137 * (i % 7 == 0 ? 1000.0 : 1.0), s, c;
    orr_sincos(x, &s, &c);
    assert_true(fabs(s - sin(x)) < 4e-16 && fabs(c - cos(x)) < 4e-16);
  }
}

/* ---- norm by hand ---- */

static void test_norm_by_hand(void **state) {
  (void)state;
  /* mean 2.5, variance 1.25; 1/sqrt(1.25001) = 0.894423613... */
  const float x[] = {1, 2, 3, 4}, gain[] = {1, 1, 2, -1}, shift[] = {0, 0.5f, 0, 0};
  const double inverse = 1.0 / sqrt(1.25001);
  const double want[] = {-1.5 * inverse, -0.5 * inverse + 0.5, 2 * 0.5 * inverse, -1.5 * inverse};
  float y[4], stats[2];
  orr_kernels_best()->norm(1, 4, x, gain, shift, ORR_ACT_NONE, y, stats, NULL);
  for (int i = 0; i < 4; i++) assert_true(fabs((double)y[i] - want[i]) < 1e-6);
  assert_true(stats[0] == 2.5f && fabs((double)stats[1] - inverse) < 1e-6);
  /* gain 1: the gradient is orthogonal to 1 and (nearly) to hat; for dy = e_0 it is
   * inverse (1 - 1/4 - 9/4 inverse^2 / 4, ...) */
  const float dy[] = {1, 0, 0, 0};
  float dx[4];
  orr_kernels_best()->norm_backward(1, 4, x, NULL, stats, NULL, dy, false, dx, NULL, NULL);
  const double hat[] = {-1.5 * inverse, -0.5 * inverse, 0.5 * inverse, 1.5 * inverse};
  for (int i = 0; i < 4; i++) {
    double d = inverse * ((i == 0) - 0.25 - hat[i] * hat[0] / 4.0);
    assert_true(fabs((double)dx[i] - d) < 1e-6);
  }
}

/* ---- optimiser ---- */

static void test_adamw_by_hand(void **state) {
  (void)state;
  orr_params params = {0};
  orr_params_add(&params, "weight", 1, 1, ORR_INIT_ONE, true);
  orr_params_add(&params, "bias", 1, 1, ORR_INIT_ONE, false);
  const orr_adamw adamw = {0.9, 0.999, 1e-8, 0.1};
  float values[32];
  orr_update update;
  orr_error err;
  assert_int_equal(orr_update_create(&params, 1, NULL, &update, &err), ORR_OK);
  orr_params_init(&params, 0, values);
  assert_true(params.total == 32 && values[0] == 1.0f && values[16] == 1.0f && values[1] == 0.0f);
  const double g[] = {0.5, -0.25, 2.0}, clip = 0.5, rate = 0.01;
  double w[] = {1.0, 1.0}, m = 0.0, v = 0.0;
  for (int t = 1; t <= 3; t++) {
    float *gradients = orr_update_tile(&update, 0);
    gradients[0] = gradients[16] = (float)g[t - 1];
    orr_update_gather(&update);
    orr_update_apply(&update, &adamw, rate, clip, t, values);
    m = 0.9 * m + 0.1 * g[t - 1] * clip;
    v = 0.999 * v + 0.001 * g[t - 1] * clip * g[t - 1] * clip;
    double step = rate * (m / (1 - pow(0.9, t))) / (sqrt(v / (1 - pow(0.999, t))) + 1e-8);
    w[0] = w[0] * (1 - rate * 0.1) - step;
    w[1] -= step;
    assert_true(fabs((double)values[0] - w[0]) < 1e-6 && fabs((double)values[16] - w[1]) < 1e-6);
    if (t == 1) assert_true(fabs((double)values[16] - 0.99) < 1e-6); /* a first step is the rate */
  }
  assert_true(values[0] != values[16] && values[1] == 0.0f && values[17] == 0.0f);
  orr_update_destroy(&update);
}

static void test_schedule_and_clip(void **state) {
  (void)state;
  assert_true(orr_learning_rate(1.0, 4, 100, 0) == 0.25);
  assert_true(orr_learning_rate(1.0, 4, 100, 3) == 1.0);
  assert_true(orr_learning_rate(1.0, 4, 100, 4) == 1.0);
  assert_true(fabs(orr_learning_rate(2.0, 0, 100, 50) - 1.0) < 1e-12);
  assert_true(orr_learning_rate(1.0, 4, 100, 99) < 1e-3 && orr_learning_rate(1, 4, 100, 100) == 0);
  orr_params params = {0};
  orr_params_add(&params, "a", 1, 2, ORR_INIT_ZERO, true);
  orr_params_add(&params, "b", 1, 1, ORR_INIT_ZERO, true);
  orr_update update;
  orr_error err;
  assert_int_equal(orr_update_create(&params, 2, NULL, &update, &err), ORR_OK);
  float *one = orr_update_tile(&update, 0), *two = orr_update_tile(&update, 1);
  one[0] = one[1] = 2; /* (2, 3, 6) in two tiles: 4 + 9 + 36 = 49 */
  two[1] = 1;
  two[16] = 6;
  assert_true(orr_update_gather(&update) == 7.0 && update.gradients[1] == 3.0f);
  orr_update_destroy(&update);
  assert_true(orr_clip_factor(7.0, 3.5) == 0.5 && orr_clip_factor(7.0, 8.0) == 1.0);
  assert_true(orr_clip_factor(7.0, 0.0) == 1.0);
}

static void test_initial_weights(void **state) {
  (void)state;
  orr_params params = {0};
  int a = orr_params_add(&params, "a", 100, 25, ORR_INIT_UNIFORM, true);
  int b = orr_params_add(&params, "b", 25, 100, ORR_INIT_UNIFORM, true);
  float *one = orr_alloc(params.total, sizeof *one), *two = orr_alloc(params.total, sizeof *two);
  orr_params_init(&params, 1, one);
  orr_params_init(&params, 1, two);
  assert_memory_equal(one, two, params.total * sizeof *one);
  orr_params_init(&params, 2, two);
  assert_memory_not_equal(one, two, params.total * sizeof *one);
  const int which[] = {a, b};
  for (int i = 0; i < 2; i++) {
    const orr_param *p = &params.items[which[i]];
    double bound = i ? 0.1 : 0.2, sum = 0.0, square = 0.0;
    for (size_t j = 0; j < 2500; j++) {
      double x = (double)one[p->offset + j];
      assert_true(fabs(x) <= bound);
      sum += x;
      square += x * x;
    }
    assert_true(fabs(sum / 2500) < 0.1 * bound);
    assert_true(fabs(square / 2500 - bound * bound / 3) < 0.05 * bound * bound);
  }
  orr_free(one);
  orr_free(two);
}

/* ---- products ---- */

/* C = A B in double, by the definition of the shapes. */
static double product_error(const orr_gemm_def *d, const float *a, const float *b,
                            const float *bias, const float *before, const float *c) {
  double error = 0.0, size = 0.0;
  for (size_t i = 0; i < d->m; i++) {
    for (size_t j = 0; j < d->n; j++) {
      double sum = d->bias ? (double)bias[j] : 0.0;
      if (d->accumulate) sum += (double)before[i * d->n + j];
      for (size_t k = 0; k < d->k; k++) {
        double x = (double)a[d->transpose_a ? k * d->m + i : i * d->k + k];
        sum += x * (double)b[d->transpose_b ? j * d->k + k : k * d->n + j];
      }
      double e = (double)c[i * d->n + j] - sum;
      error += e * e;
      size += sum * sum;
    }
  }
  return sqrt(error / size);
}

static void check_product(const orr_gemm_def *def) {
  enum { MOST = 300 * 300 };
  orr_gemm_context *context;
  orr_gemm *gemm;
  orr_error err;
  float *m = orr_alloc_aligned(5 * MOST * sizeof *m, 64);
  float *a = m, *b = m + MOST, *c = m + 2 * MOST, *before = m + 3 * MOST, *bias = m + 4 * MOST;
  fill(a, def->m * def->k, 21, 1.0);
  fill(b, def->k * def->n, 22, 1.0);
  fill(c, def->m * def->n, 23, 1.0);
  fill(bias, def->n, 24, 1.0);
  memcpy(before, c, MOST * sizeof *c);
  assert_int_equal(orr_gemm_context_create(&context, &err), ORR_OK);
  assert_int_equal(orr_gemm_create(context, def, &gemm, &err), ORR_OK);
  const char *name = orr_gemm_implementation(gemm);
  if (strncmp(name, "ref", 3) == 0) fail_msg("%zux%zux%zu: %s", def->m, def->n, def->k, name);
  bool slow = strncmp(name, "gemm:", 5) == 0 && strcmp(orr_isa_level(), "v4") == 0;
  if (slow) fail_msg("%zux%zux%zu: %s", def->m, def->n, def->k, name);
  void *scratch = orr_alloc_aligned(orr_gemm_scratch_bytes(gemm) + 64, 64);
  float *packed = orr_alloc_aligned(orr_gemm_packed_bytes(gemm) + 64, 64);
  for (int twice = 0; def->packed && twice < 2; twice++) orr_gemm_pack(gemm, b, packed, scratch);
  orr_gemm_run(gemm, a, def->packed ? packed : b, bias, c, scratch);
  double error = product_error(def, a, b, bias, before, c);
  if (!(error < 1e-6)) fail_msg("%zux%zux%zu by %s: %g", def->m, def->n, def->k, name, error);
  orr_gemm_destroy(gemm);
  orr_gemm_context_destroy(context);
  orr_free(scratch);
  orr_free(packed);
  orr_free(m);
}

static void test_products(void **state) {
  (void)state;
  const orr_gemm_def defs[] = {
      {64, 256, 256, false, true, false, true, false, false},
      {64, 256, 256, false, true, false, true, true, false},
      {64, 256, 18, false, true, false, true, true, false},
      {64, 7, 256, false, true, false, true, true, false},
      {64, 7, 12, false, true, false, false, false, false},
      {64, 256, 256, false, false, true, false, false, false},
      {64, 256, 7, false, false, false, false, false, false},
      {256, 256, 64, true, false, true, false, false, false},
      {256, 18, 64, true, false, true, false, false, false},
      {7, 256, 64, true, false, true, false, false, false},
      {1, 96, 96, false, true, false, true, true, false},
      {64, 256, 256, false, false, false, false, true, false},
      {64, 256, 256, false, false, true, false, true, false},
      {64, 64, 7, false, false, false, false, true, false},
      {64, 256, 7, false, false, true, false, true, false},
      {64, 28, 256, false, false, true, false, true, false},
      {64, 132, 256, false, false, false, false, true, false},
  };
  for (size_t i = 0; i < sizeof defs / sizeof *defs; i++) check_product(&defs[i]);
}

/* ---- tapes ---- */

typedef struct small {
  orr_params params;
  orr_tape *tape;
  orr_var x, out;
  float *values;
} small;

/* 18 -> 64 -> 64 -> 7, forward only; `rate` > 0 puts a dropout in the middle. */
static void open_small(small *s, size_t rows, double rate) {
  memset(s, 0, sizeof *s);
  orr_error err;
  assert_int_equal(orr_tape_create(&s->params, ORR_PATH_PRODUCT, false, &s->tape, &err), ORR_OK);
  int w0 = orr_params_add(&s->params, "w0", 64, 18, ORR_INIT_UNIFORM, true);
  int b0 = orr_params_add(&s->params, "b0", 1, 64, ORR_INIT_UNIFORM, false);
  int w1 = orr_params_add(&s->params, "w1", 64, 64, ORR_INIT_UNIFORM, true);
  int w2 = orr_params_add(&s->params, "w2", 7, 64, ORR_INIT_UNIFORM, true);
  s->x = orr_tape_input(s->tape, rows, 18);
  orr_var h = orr_tape_linear(s->tape, s->x, w0, b0, ORR_ACT_NONE);
  h = orr_tape_norm(s->tape, h, -1, -1, ORR_ACT_SILU);
  h = orr_tape_linear(s->tape, h, w1, -1, ORR_ACT_GELU);
  h = orr_tape_dropout(s->tape, h, rate);
  s->out = orr_tape_linear(s->tape, h, w2, -1, ORR_ACT_NONE);
  assert_int_equal(orr_tape_compile(s->tape, -1, &s->out, 1, &err), ORR_OK);
  s->values = orr_alloc(s->params.total, sizeof(float));
  orr_params_init(&s->params, 9, s->values);
}

static void close_small(small *s) {
  orr_tape_destroy(s->tape);
  orr_free(s->values);
}

static void test_rows_are_alone(void **state) {
  (void)state;
  static float x[ORR_TILE * 18], first[ORR_TILE * 7];
  small s;
  open_small(&s, ORR_TILE, 0.0);
  for (int packed = 0; packed < 2; packed++) {
    if (packed) orr_tape_pack(s.tape, s.values);
    fill(x, ORR_TILE * 18, 31, 1.0);
    orr_tape_set_input(s.tape, s.x, x);
    orr_tape_forward(s.tape, s.values);
    memcpy(first, orr_tape_value(s.tape, s.out), sizeof first);
    fill(x + 3 * 18, (ORR_TILE - 3) * 18, 32, 50.0); /* all rows but three change */
    orr_tape_set_input(s.tape, s.x, x);
    orr_tape_forward(s.tape, s.values);
    assert_memory_equal(first, orr_tape_value(s.tape, s.out), 3 * 7 * sizeof *first);
    assert_memory_not_equal(first, orr_tape_value(s.tape, s.out), sizeof first);
  }
  close_small(&s);
}

typedef struct crew {
  small *lanes;
  orr_hash hashes[64];
} crew;

static void crew_task(void *context, size_t index, size_t lane) {
  crew *c = context;
  small *s = &c->lanes[lane];
  float x[ORR_TILE * 18];
  fill(x, ORR_TILE * 18, 100 + (uint32_t)index, 1.0);
  orr_tape_set_input(s->tape, s->x, x);
  orr_tape_forward(s->tape, s->values);
  c->hashes[index] = orr_hash_bytes(orr_tape_value(s->tape, s->out), ORR_TILE * 7 * sizeof(float));
}

static size_t thread_count(void) {
  FILE *file = fopen("/proc/self/status", "r");
  char line[256];
  size_t count = 0;
  while (file && fgets(line, sizeof line, file)) {
    if (strncmp(line, "Threads:", 8) == 0) count = strtoul(line + 8, NULL, 10);
  }
  if (file) fclose(file);
  return count;
}

static void run_crew(size_t threads, crew *c) {
  orr_pool *pool;
  orr_error err;
  assert_int_equal(orr_pool_create(threads, &pool, &err), ORR_OK);
  size_t before = thread_count();
  c->lanes = orr_alloc(threads, sizeof *c->lanes);
  for (size_t i = 0; i < threads; i++) open_small(&c->lanes[i], ORR_TILE, 0.0);
  orr_pool_run(pool, 64, crew_task, c);
  assert_int_equal(thread_count(), before); /* oneDNN started none of its own */
  for (size_t i = 0; i < threads; i++) close_small(&c->lanes[i]);
  orr_free(c->lanes);
  orr_pool_destroy(pool);
}

static void test_threads(void **state) {
  (void)state;
  static crew one, four;
  run_crew(1, &one);
  run_crew(4, &four);
  assert_memory_equal(one.hashes, four.hashes, sizeof one.hashes);
  assert_memory_not_equal(&one.hashes[0], &one.hashes[1], sizeof(orr_hash));
}

static void test_dropout(void **state) {
  (void)state;
  enum { CELLS = ORR_TILE * 100 };
  orr_params params = {0};
  orr_tape *tape;
  orr_error err;
  static float ones[CELLS], first[CELLS];
  for (size_t i = 0; i < CELLS; i++) ones[i] = 1.0f;
  assert_int_equal(orr_tape_create(&params, ORR_PATH_PRODUCT, false, &tape, &err), ORR_OK);
  orr_var x = orr_tape_input(tape, ORR_TILE, 100);
  orr_var pair[] = {orr_tape_dropout(tape, x, 0.25), orr_tape_dropout(tape, x, 0.25)};
  assert_int_equal(orr_tape_compile(tape, -1, pair, 2, &err), ORR_OK);
  orr_tape_set_input(tape, x, ones);
  orr_tape_forward(tape, NULL); /* off: identity */
  assert_memory_equal(ones, orr_tape_value(tape, pair[0]), sizeof ones);
  orr_tape_set_dropout(tape, true, 4, 9, 64);
  orr_tape_forward(tape, NULL);
  memcpy(first, orr_tape_value(tape, pair[0]), sizeof first);
  double sum = 0.0;
  for (size_t i = 0; i < CELLS; i++) {
    assert_true(first[i] == 0.0f || first[i] == (float)(1.0 / 0.75));
    sum += (double)first[i];
  }
  assert_true(fabs(sum / CELLS - 1.0) < 4.0 * sqrt(0.25 / 0.75 / CELLS)); /* four deviations */
  assert_memory_not_equal(first, orr_tape_value(tape, pair[1]), sizeof first);
  orr_tape_set_dropout(tape, true, 4, 9, 65); /* masks belong to rows: one row further */
  orr_tape_forward(tape, NULL);
  assert_memory_equal(first + 100, orr_tape_value(tape, pair[0]),
                      sizeof first - 100 * sizeof *first);
  orr_tape_set_dropout(tape, true, 4, 10, 64);
  orr_tape_forward(tape, NULL);
  assert_memory_not_equal(first, orr_tape_value(tape, pair[0]), sizeof first);
  orr_tape_set_dropout(tape, true, 4, 9, 64);
  orr_tape_forward(tape, NULL);
  assert_memory_equal(first, orr_tape_value(tape, pair[0]), sizeof first);
  orr_tape_destroy(tape);
}

static void test_valid_rows(void **state) {
  (void)state;
  orr_params params = {0};
  orr_tape *tape;
  orr_error err;
  assert_int_equal(orr_tape_create(&params, ORR_PATH_PRODUCT, true, &tape, &err), ORR_OK);
  int w = orr_params_add(&params, "w", 1, 1, ORR_INIT_ONE, true);
  orr_var x = orr_tape_input(tape, 4, 1), t = orr_tape_input(tape, 4, 1);
  orr_var loss = orr_tape_mse(tape, orr_tape_linear(tape, x, w, -1, ORR_ACT_NONE), t);
  assert_int_equal(orr_tape_compile(tape, loss, NULL, 0, &err), ORR_OK);
  float values[16] = {1}, gradients[16] = {0};
  orr_tape_set_input(tape, x, (float[]){1, 2, 1000, NAN});
  orr_tape_set_input(tape, t, (float[]){0, 4, 0, 0});
  orr_tape_set_valid(tape, 2); /* ((1)^2 + (-2)^2) / 2, gradient (2 1 1 + 2 (-2) 2) / 2 = -3 */
  orr_tape_forward(tape, values);
  assert_true(orr_tape_scalar(tape, loss) == 2.5);
  orr_tape_set_input(tape, x, (float[]){1, 2, 1000, 5});
  orr_tape_forward(tape, values);
  orr_tape_backward(tape, values, 2.0, gradients);
  assert_true(fabs((double)gradients[0] + 6.0) < 1e-6);
  orr_tape_destroy(tape);
}

/* 1 and -2 off numbers, 3 beyond a bound and 1 short of one, tau 0.1. */
static void test_expectile_by_hand(void **state) {
  (void)state;
  orr_params params = {0};
  orr_tape *tape;
  orr_error err;
  assert_int_equal(orr_tape_create(&params, ORR_PATH_PRODUCT, true, &tape, &err), ORR_OK);
  int w = orr_params_add(&params, "w", 1, 1, ORR_INIT_ONE, true);
  orr_var x = orr_tape_input(tape, 4, 1), t = orr_tape_input(tape, 4, 2);
  orr_var said = orr_tape_linear(tape, x, w, -1, ORR_ACT_NONE);
  orr_var loss = orr_tape_expectile(tape, said, t, 0.1);
  assert_int_equal(orr_tape_compile(tape, loss, NULL, 0, &err), ORR_OK);
  float values[16] = {1}, gradients[16] = {0};
  orr_tape_set_input(tape, x, (float[]){3, 1, 8, 4});
  orr_tape_set_input(tape, t, (float[]){2, 1, 3, 1, 5, 0, 5, 0});
  orr_tape_forward(tape, values);
  assert_true(fabs(orr_tape_scalar(tape, loss) - (0.9 * 1 + 0.1 * 4 + 0 + 0.1 * 1) / 4) < 1e-6);
  orr_tape_backward(tape, values, 1.0, gradients);
  double slope = 2 * (0.9 * 1 * 3 + 0.1 * -2 * 1 + 0 + 0.1 * -1 * 4) / 4;
  assert_true(fabs((double)gradients[0] - slope) < 1e-6);
  orr_tape_destroy(tape);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_same_bits),         cmocka_unit_test(test_narrow),
      cmocka_unit_test(test_activations),       cmocka_unit_test(test_sincos),
      cmocka_unit_test(test_norm_by_hand),      cmocka_unit_test(test_adamw_by_hand),
      cmocka_unit_test(test_schedule_and_clip), cmocka_unit_test(test_initial_weights),
      cmocka_unit_test(test_products),          cmocka_unit_test(test_rows_are_alone),
      cmocka_unit_test(test_threads),           cmocka_unit_test(test_dropout),
      cmocka_unit_test(test_valid_rows),        cmocka_unit_test(test_expectile_by_hand),
  };
  return cmocka_run_group_tests_name("numerics", tests, NULL, NULL);
}
