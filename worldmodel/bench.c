/* Benchmarks of the numerics; see bench.h. */
#include "worldmodel/bench.h"
#include "base/maths.h"
#include "base/memory.h"
#include "worldmodel/tape_internal.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 5 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef void work_fn(void *context);

/* Seconds of one call; repeats until `seconds` have passed. */
static double measure(work_fn *work, void *context, double seconds) {
  double start = now(), passed = 0.0;
  int64_t calls = 0;
  int64_t batch = 1;
  do {
    for (int64_t i = 0; i < batch; i++) work(context);
    calls += batch;
    batch *= 2;
    passed = now() - start;
  } while (passed < seconds);
  return passed / (double)calls;
}

/* ---- one product ---- */

typedef struct product {
  orr_gemm_context *context;
  orr_gemm *gemm;
  float *a, *b, *packed, *c;
  void *scratch;
} product;

static void close_product(product *p) {
  orr_gemm_destroy(p->gemm);
  orr_gemm_context_destroy(p->context);
  orr_free(p->a);
  orr_free(p->b);
  orr_free(p->packed);
  orr_free(p->c);
  orr_free(p->scratch);
}

static orr_status open_product(size_t m, size_t n, size_t k, product *p, orr_error *err) {
  orr_gemm_def def = {.m = m, .n = n, .k = k, .packed = true};
  ORR_TRY(orr_gemm_context_create(&p->context, err));
  ORR_TRY(orr_gemm_create(p->context, &def, &p->gemm, err));
  p->a = orr_alloc_aligned(m * k * sizeof(float), 64);
  p->b = orr_alloc_aligned(k * n * sizeof(float), 64);
  p->c = orr_alloc_aligned(m * n * sizeof(float), 64);
  p->packed = orr_alloc_aligned(orr_gemm_packed_bytes(p->gemm), 64);
  p->scratch = orr_alloc_aligned(orr_gemm_scratch_bytes(p->gemm) + 64, 64);
  if (!p->a || !p->b || !p->c || !p->packed || !p->scratch) {
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory: a benchmark's matrices");
  }
  for (size_t i = 0; i < m * k; i++) p->a[i] = 1.0f / (float)(1 + i % 97);
  for (size_t i = 0; i < k * n; i++) p->b[i] = 1.0f / (float)(1 + i % 89);
  orr_gemm_pack(p->gemm, p->b, p->packed, p->scratch);
  return ORR_OK;
}

static void run_product(void *context) {
  product *p = context;
  orr_gemm_run(p->gemm, p->a, p->packed, NULL, p->c, p->scratch);
}

orr_status orr_bench_gemm(size_t rows, size_t n, size_t k, double seconds, double *gflops,
                          orr_error *err) {
  product p = {0};
  double rounds[ROUNDS];
  orr_status status = open_product(rows, n, k, &p, err);
  if (status == ORR_OK) {
    for (size_t i = 0; i < ROUNDS; i++) rounds[i] = measure(run_product, &p, seconds / ROUNDS);
    *gflops = 2e-9 * (double)rows * (double)n * (double)k / orr_median(rounds, ROUNDS);
  }
  close_product(&p);
  return status;
}

/* ---- a tape ---- */

typedef struct pass {
  orr_tape *tape;
  const float *values;
  float *gradients;
} pass;

static void run_forward(void *context) {
  const pass *p = context;
  orr_tape_forward(p->tape, p->values);
}

static void run_backward(void *context) {
  const pass *p = context;
  orr_tape_backward(p->tape, p->values, 1.0, p->gradients);
}

static const float *parameter(const pass *p, int index) {
  return index < 0 ? NULL : p->values + orr_tape_param(p->tape, index)->offset;
}

/* The products of the forward pass, on the same buffers, with nothing in between. */
static void run_products(void *context) {
  const pass *p = context;
  orr_tape *tape = p->tape;
  for (size_t i = 0; i < tape->op_count; i++) {
    const orr_op *op = &tape->ops[i];
    if (op->kind != ORR_OP_LINEAR) continue;
    bool packed = op->gemm_packed != NULL;
    orr_gemm_run(packed ? op->gemm_packed : op->gemm_forward, tape->variables[op->in[0]].value,
                 packed ? op->packed : parameter(p, op->weight), parameter(p, op->bias),
                 tape->variables[op->out].value, tape->scratch);
  }
}

void orr_bench_tape(orr_tape *tape, const float *values, float *gradients, double seconds,
                    orr_bench_pass *out) {
  pass p = {tape, values, gradients};
  double forward[ROUNDS], products[ROUNDS], backward[ROUNDS] = {0};
  bool back = tape->gradients && tape->loss >= 0 && gradients;
  double each = seconds / ROUNDS / (back ? 3 : 2);
  if (!tape->gradients) orr_tape_pack(tape, values);
  for (size_t i = 0; i < ROUNDS; i++) {
    products[i] = measure(run_products, &p, each);
    forward[i] = measure(run_forward, &p, each);
    if (back) backward[i] = measure(run_backward, &p, each);
  }
  *out = (orr_bench_pass){.forward = orr_median(forward, ROUNDS),
                          .products = orr_median(products, ROUNDS),
                          .backward = orr_median(backward, ROUNDS)};
  out->gflops = 1e-9 * orr_tape_flops(tape) / out->forward;
  out->share = out->products / out->forward;
}

/* ---- a network ---- */

/* in -> (linear, norm, SiLU) x layers -> out */
static orr_var build_network(orr_tape *tape, orr_params *params, orr_var x, size_t hidden,
                             size_t layers, size_t out_cols) {
  for (size_t i = 0; i <= layers; i++) {
    bool last = i == layers;
    char name[4][16] = {"0.weight", "0.bias", "0.gain", "0.shift"};
    for (size_t j = 0; j < 4; j++) name[j][0] = (char)('0' + i);
    size_t in = orr_tape_cols(tape, x), n = last ? out_cols : hidden;
    int w = orr_params_add(params, name[0], n, in, ORR_INIT_UNIFORM, true);
    int b = orr_params_add(params, name[1], 1, n, ORR_INIT_ZERO, false);
    x = orr_tape_linear(tape, x, w, b, ORR_ACT_NONE);
    if (last) return x;
    int g = orr_params_add(params, name[2], 1, n, ORR_INIT_ONE, false);
    int s = orr_params_add(params, name[3], 1, n, ORR_INIT_ZERO, false);
    x = orr_tape_norm(tape, x, g, s, ORR_ACT_SILU);
  }
  return x;
}

typedef struct network {
  orr_params params;
  orr_tape *tape;
  float *values, *gradients, *input;
} network;

static void close_network(network *n) {
  orr_tape_destroy(n->tape);
  orr_free(n->values);
  orr_free(n->gradients);
  orr_free(n->input);
}

static orr_status open_network(size_t rows, size_t in, size_t hidden, size_t layers,
                               size_t out_cols, bool training, network *n, orr_error *err) {
  ORR_TRY(orr_tape_create(&n->params, ORR_PATH_PRODUCT, training, &n->tape, err));
  orr_var x = orr_tape_input(n->tape, rows, in);
  orr_var y = build_network(n->tape, &n->params, x, hidden, layers, out_cols), loss = -1;
  if (training) loss = orr_tape_mse(n->tape, y, orr_tape_input(n->tape, rows, out_cols));
  ORR_TRY(orr_tape_compile(n->tape, loss, &y, 1, err));
  n->values = orr_alloc_aligned(n->params.total * sizeof(float), 64);
  n->gradients = orr_alloc_aligned(n->params.total * sizeof(float), 64);
  n->input = orr_alloc(rows * in, sizeof(float));
  if (!n->values || !n->gradients || !n->input) {
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory: a benchmark's network");
  }
  orr_params_init(&n->params, 1, n->values);
  for (size_t i = 0; i < rows * in; i++) n->input[i] = 1.0f - (float)(i % 83) / 41.0f;
  orr_tape_set_input(n->tape, x, n->input);
  return ORR_OK;
}

orr_status orr_bench_network(size_t rows, size_t in, size_t hidden, size_t layers, size_t out_cols,
                             bool training, double seconds, orr_bench_pass *out, orr_error *err) {
  ORR_ASSERT(layers < 10);
  network *n;
  ORR_TRY(orr_new(&n, 1, sizeof *n, err));
  orr_status status = open_network(rows, in, hidden, layers, out_cols, training, n, err);
  if (status == ORR_OK) orr_bench_tape(n->tape, n->values, n->gradients, seconds, out);
  close_network(n);
  orr_free(n);
  return status;
}

/* ---- a model under a planner ---- */

typedef struct plan {
  orr_model_worker *worker;
  float *latents, *actions;
  size_t latent, samples, iterations, horizon;
} plan;

static void run_plan(void *context) {
  const plan *p = context;
  for (size_t i = 0; i < p->iterations; i++) {
    memset(p->latents, 0, p->samples * p->latent * sizeof *p->latents);
    for (size_t h = 0; h < p->horizon; h++) {
      orr_model_step(p->worker, p->latents, p->actions, p->samples, p->latents);
    }
  }
}

static orr_status measure_plan(const orr_model *model, plan *p, product *gemm,
                               orr_bench_plan *out) {
  double rounds[ROUNDS], bare[ROUNDS];
  double hidden = (double)orr_model_definition(model)->hidden;
  for (size_t i = 0; i < ROUNDS; i++) {
    bare[i] = measure(run_product, gemm, 0.05);
    rounds[i] = measure(run_plan, p, 0.0);
  }
  double steps = (double)(p->samples * p->iterations * p->horizon);
  out->seconds = orr_median(rounds, ROUNDS);
  out->megaflops = 1e-6 * orr_model_flops(model);
  out->gflops = 1e-3 * out->megaflops * steps / out->seconds;
  out->gemm_gflops = 2e-9 * ORR_TILE * hidden * hidden / orr_median(bare, ROUNDS);
  out->share = out->gflops / out->gemm_gflops;
  out->parameters = orr_model_parameters(model);
  return ORR_OK;
}

orr_status orr_bench_plan_run(const orr_model *model, size_t samples, size_t iterations,
                              size_t horizon, orr_bench_plan *out, orr_error *err) {
  const orr_model_def *def = orr_model_definition(model);
  size_t hidden = (size_t)def->hidden;
  size_t action = (size_t)def->block * orr_model_action(model)->count;
  plan p = {.latent = orr_model_latent(model),
            .samples = samples,
            .iterations = iterations,
            .horizon = horizon};
  product gemm = {0};
  orr_status status = orr_model_worker_create(model, &p.worker, err);
  if (status == ORR_OK) status = open_product(ORR_TILE, hidden, hidden, &gemm, err);
  p.latents = orr_alloc(samples * p.latent, sizeof(float));
  p.actions = orr_alloc(samples * action, sizeof(float));
  if (status == ORR_OK && (!p.latents || !p.actions)) {
    status = orr_fail(err, ORR_ERR_MEMORY, "out of memory: a benchmark's plan");
  }
  if (status == ORR_OK) status = measure_plan(model, &p, &gemm, out);
  close_product(&gemm);
  orr_model_worker_destroy(p.worker);
  orr_free(p.latents);
  orr_free(p.actions);
  return status;
}
