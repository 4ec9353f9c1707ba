/* The metric of a learned latent: how many usual blocks away.
 *
 *   |M (z - g)|^2 = (z - g)' (C + r)^-1 (z - g)      C: mean of dz dz' over blocks of the data
 *
 * Mahalanobis' distance (1936) in units of how much the latent changes in a block of control steps:
 * plain distance would make a second of the actor's way as dear as a minute of pushing. The ridge
 * r, a hundredth of the mean variance, keeps directions that hardly ever change from ruling. */
#include "base/maths.h"
#include "base/memory.h"
#include "data/windows.h"
#include "worldmodel/model_internal.h"
#include <string.h>

static const size_t most_blocks = 8192;
static const double ridge = 0.01;

/* C = L L' in place (lower), then M = L^-1 into `out` [n, n]. C is positive definite. */
static void invert_root(double *c, size_t n, float *out) {
  for (size_t j = 0; j < n; j++) {
    for (size_t k = 0; k < j; k++) c[j * n + j] -= c[j * n + k] * c[j * n + k];
    c[j * n + j] = sqrt(c[j * n + j]);
    for (size_t i = j + 1; i < n; i++) {
      for (size_t k = 0; k < j; k++) c[i * n + j] -= c[i * n + k] * c[j * n + k];
      c[i * n + j] /= c[j * n + j];
    }
  }
  memset(out, 0, n * n * sizeof *out);
  for (size_t col = 0; col < n; col++) { /* L x = e_col */
    for (size_t i = col; i < n; i++) {
      double sum = i == col ? 1.0 : 0.0;
      for (size_t k = col; k < i; k++) sum -= c[i * n + k] * (double)out[k * n + col];
      out[i * n + col] = (float)(sum / c[i * n + i]);
    }
  }
}

/* Adds the outer products of the changes of one tile of blocks. */
static void add_changes(const float *before, const float *after, size_t rows, size_t n,
                        double *sum) {
  for (size_t r = 0; r < rows; r++, before += n, after += n) {
    for (size_t i = 0; i < n; i++) {
      double d = (double)after[i] - (double)before[i];
      for (size_t j = 0; j <= i; j++) {
        sum[i * n + j] += d * ((double)after[j] - (double)before[j]);
      }
    }
  }
}

typedef struct room {
  orr_windows *windows;
  orr_model_worker *worker;
  float *window, *states, *latents; /* of a tile: first rows, then rows a block later */
  double *sum;
} room;

static orr_status reserve(const orr_model *model, const orr_dataset *data, room *out,
                          orr_error *err) {
  size_t S = model->observation.count, n = model->latent;
  orr_windows_def def = {.history = 1, .horizon = 1, .block = (size_t)model->def.block};
  ORR_TRY(orr_windows_create(data, &def, &out->windows, err));
  ORR_TRY(orr_model_worker_create(model, &out->worker, err));
  ORR_TRY(orr_new(&out->window, 2 * S + model->action_length, sizeof(float), err));
  ORR_TRY(orr_new(&out->states, 2 * ORR_MODEL_TILE * S, sizeof(float), err));
  ORR_TRY(orr_new(&out->latents, 2 * ORR_MODEL_TILE * n, sizeof(float), err));
  return orr_new(&out->sum, n * n, sizeof(double), err);
}

static void sum_changes(const orr_model *model, room *r) {
  size_t S = model->observation.count, n = model->latent, all = orr_windows_count(r->windows);
  size_t count = all < most_blocks ? all : most_blocks;
  for (size_t first = 0; first < count; first += ORR_MODEL_TILE) {
    size_t rows = count - first < ORR_MODEL_TILE ? count - first : ORR_MODEL_TILE;
    for (size_t i = 0; i < rows; i++) {
      size_t index = (size_t)((double)all * (double)(first + i) / (double)count);
      orr_windows_at(r->windows, index, r->window, r->window + 2 * S);
      memcpy(r->states + i * S, r->window, S * sizeof(float));
      memcpy(r->states + (rows + i) * S, r->window + S, S * sizeof(float));
    }
    orr_model_encode(r->worker, r->states, 2 * rows, r->latents);
    add_changes(r->latents, r->latents + rows * n, rows, n, r->sum);
  }
  double trace = 0;
  for (size_t i = 0; i < n; i++) trace += r->sum[i * n + i];
  double mean = orr_max(trace / (double)n, 1e-12);
  for (size_t i = 0; i < n; i++) r->sum[i * n + i] += ridge * mean;
  for (size_t i = 0; i < n * n; i++) r->sum[i] /= (double)count;
}

orr_status orr_model_fit_metric(orr_model *model, const orr_dataset *data, orr_error *err) {
  if (model->metric < 0) return ORR_OK;
  room r = {0};
  orr_status status = reserve(model, data, &r, err);
  if (status == ORR_OK) {
    sum_changes(model, &r);
    invert_root(r.sum, model->latent, model->values + model->params.items[model->metric].offset);
  }
  orr_windows_destroy(r.windows);
  orr_model_worker_destroy(r.worker);
  orr_free(r.window);
  orr_free(r.states);
  orr_free(r.latents);
  orr_free(r.sum);
  return status;
}
