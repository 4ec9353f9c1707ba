/* AdamW, clipping, schedule; the inner loops are in kernels.c. */
#include "worldmodel/optimiser.h"
#include "base/maths.h"
#include "base/memory.h"
#include "worldmodel/kernels.h"
#include "worldmodel/trig.h"
#include <string.h>

enum { CHUNK = 8192 }; /* numbers: 32 KB of each array */

static size_t chunk_count(const orr_params *params) { return (params->total + CHUNK - 1) / CHUNK; }

static size_t chunk_end(const orr_params *params, size_t begin) {
  return params->total - begin < CHUNK ? params->total : begin + CHUNK;
}

orr_status orr_update_create(const orr_params *params, size_t tiles, orr_pool *pool,
                             orr_update *out, orr_error *err) {
  size_t total = params->total;
  *out = (orr_update){.params = params, .pool = pool, .tiles = tiles};
  out->tile_gradients = orr_alloc_aligned(tiles * total * sizeof(float), 64);
  out->gradients = orr_alloc_aligned(total * sizeof(float), 64);
  out->moment1 = orr_alloc_aligned(total * sizeof(float), 64);
  out->moment2 = orr_alloc_aligned(total * sizeof(float), 64);
  out->squares = orr_alloc(chunk_count(params), sizeof *out->squares);
  if (out->tile_gradients && out->gradients && out->moment1 && out->moment2 && out->squares) {
    return ORR_OK;
  }
  orr_update_destroy(out);
  return orr_fail(err, ORR_ERR_MEMORY, "no memory for the gradients of %zu tiles of %zu numbers",
                  tiles, total);
}

void orr_update_destroy(orr_update *update) {
  orr_free(update->tile_gradients);
  orr_free(update->gradients);
  orr_free(update->moment1);
  orr_free(update->moment2);
  orr_free(update->squares);
  memset(update, 0, sizeof *update);
}

float *orr_update_tile(const orr_update *update, size_t index) {
  size_t total = update->params->total;
  return memset(update->tile_gradients + index * total, 0, total * sizeof(float));
}

typedef struct piece {
  size_t from, count;
} piece;

/* What of tensor `index` lies in [begin, end); nothing of a frozen one. */
static piece piece_of(const orr_params *params, size_t index, size_t begin, size_t end) {
  const orr_param *item = &params->items[index];
  size_t from = item->offset, to = item->offset + item->rows * item->cols;
  if (from < begin) from = begin;
  if (to > end) to = end;
  return (piece){from, from < to && !item->frozen ? to - from : 0};
}

static void gather_chunk(void *context, size_t index, size_t lane) {
  (void)lane;
  const orr_update *update = context;
  const orr_kernels *kernels = orr_kernels_best();
  size_t begin = index * CHUNK, count = chunk_end(update->params, begin) - begin;
  float *sum = update->gradients + begin;
  const float *part = update->tile_gradients + begin;
  memcpy(sum, part, count * sizeof *sum);
  for (size_t t = 1; t < update->tiles; t++) {
    part += update->params->total;
    kernels->accumulate(count, 1.0f, part, sum);
  }
  update->squares[index] = 0.0;
  for (size_t i = 0; i < update->params->count; i++) {
    piece p = piece_of(update->params, i, begin, begin + count);
    if (p.count == 0) continue;
    update->squares[index] += kernels->sum_squares(p.count, update->gradients + p.from);
  }
}

double orr_update_gather(const orr_update *update) {
  size_t chunks = chunk_count(update->params);
  double sum = 0.0;
  orr_pool_run(update->pool, chunks, gather_chunk, (void *)(uintptr_t)update);
  for (size_t i = 0; i < chunks; i++) sum += update->squares[i];
  return sqrt(sum);
}

/* beta^step by squaring: no library function whose last bit could differ. */
static double power(double beta, int64_t step) {
  double result = 1.0;
  for (; step > 0; step >>= 1, beta *= beta) {
    if (step & 1) result *= beta;
  }
  return result;
}

typedef struct application {
  const orr_update *update;
  orr_adamw_numbers numbers;
  float keep; /* of tensors that decay */
  float *values;
} application;

static void apply_chunk(void *context, size_t index, size_t lane) {
  (void)lane;
  const application *a = context;
  const orr_update *u = a->update;
  size_t begin = index * CHUNK, end = chunk_end(u->params, begin);
  for (size_t i = 0; i < u->params->count; i++) {
    piece p = piece_of(u->params, i, begin, end);
    if (p.count == 0) continue;
    orr_adamw_numbers numbers = a->numbers;
    numbers.keep = u->params->items[i].decay ? a->keep : 1.0f;
    orr_kernels_best()->adamw(p.count, &numbers, u->gradients + p.from, u->moment1 + p.from,
                              u->moment2 + p.from, a->values + p.from);
  }
}

void orr_update_apply(const orr_update *update, const orr_adamw *adamw, double rate, double clip,
                      int64_t step, float *values) {
  ORR_ASSERT(step >= 1);
  application a = {.update = update, .keep = (float)(1.0 - rate * adamw->decay), .values = values};
  a.numbers = (orr_adamw_numbers){.clip = (float)clip,
                                  .beta1 = (float)adamw->beta1,
                                  .beta2 = (float)adamw->beta2,
                                  .correct1 = (float)(1.0 / (1.0 - power(adamw->beta1, step))),
                                  .correct2 = (float)(1.0 / (1.0 - power(adamw->beta2, step))),
                                  .rate = (float)rate,
                                  .epsilon = (float)adamw->epsilon};
  orr_pool_run(update->pool, chunk_count(update->params), apply_chunk, &a);
}

double orr_learning_rate(double peak, int64_t warmup, int64_t steps, int64_t step) {
  if (step < warmup) return peak * (double)(step + 1) / (double)warmup;
  if (step >= steps) return 0.0;
  double sine, cosine;
  orr_sincos(ORR_PI * (double)(step - warmup) / (double)(steps - warmup), &sine, &cosine);
  return peak * 0.5 * (1.0 + cosine);
}

double orr_clip_factor(double norm, double limit) {
  return limit > 0.0 && norm > limit ? limit / norm : 1.0;
}
