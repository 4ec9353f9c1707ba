/* The perceptron that every family is made of. Names follow a torch.nn.Sequential of Linear,
 * LayerNorm and SiLU, where the parameterless SiLU takes a number too: "<name>.0.weight" is the
 * first Linear, "<name>.1.weight" its LayerNorm, "<name>.3.weight" the second Linear. */
#include "worldmodel/model_internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static int add(orr_params *params, const char *name, size_t index, const char *what, size_t rows,
               size_t cols, orr_init init, bool decay) {
  char full[64];
  int length = snprintf(full, sizeof full, "%s.%zu.%s", name, index, what);
  ORR_ASSERT(length > 0 && (size_t)length < sizeof full);
  return orr_params_add(params, full, rows, cols, init, decay);
}

void orr_mlp_declare(orr_params *params, const char *name, size_t in, size_t hidden, size_t layers,
                     size_t out, orr_init last, orr_mlp *mlp) {
  ORR_ASSERT(layers <= ORR_MAX_HIDDEN_LAYERS);
  mlp->layers = layers;
  for (size_t i = 0; i < layers; i++) {
    size_t width = i == 0 ? in : hidden;
    mlp->weight[i] = add(params, name, 3 * i, "weight", hidden, width, ORR_INIT_UNIFORM, true);
    mlp->bias[i] = add(params, name, 3 * i, "bias", 1, hidden, ORR_INIT_ZERO, false);
    mlp->gain[i] = add(params, name, 3 * i + 1, "weight", 1, hidden, ORR_INIT_ONE, false);
    mlp->shift[i] = add(params, name, 3 * i + 1, "bias", 1, hidden, ORR_INIT_ZERO, false);
  }
  size_t width = layers == 0 ? in : hidden;
  mlp->weight[layers] = add(params, name, 3 * layers, "weight", out, width, last, true);
  mlp->bias[layers] = add(params, name, 3 * layers, "bias", 1, out, ORR_INIT_ZERO, false);
}

orr_var orr_mlp_apply(const orr_mlp *mlp, orr_tape *tape, orr_var x, double dropout) {
  for (size_t i = 0; i < mlp->layers; i++) {
    x = orr_tape_linear(tape, x, mlp->weight[i], mlp->bias[i], ORR_ACT_NONE);
    x = orr_tape_norm(tape, x, mlp->gain[i], mlp->shift[i], ORR_ACT_SILU);
    if (dropout > 0) x = orr_tape_dropout(tape, x, dropout);
  }
  return orr_tape_linear(tape, x, mlp->weight[mlp->layers], mlp->bias[mlp->layers], ORR_ACT_NONE);
}

bool orr_latent_collapsed(double std, double rank) { return std < 0.01 || rank < 1.5; }

void orr_latent_spread(const float *latents, size_t rows, size_t length, double *scratch,
                       double *std, double *rank) {
  double *mean = scratch, *covariance = scratch + length;
  memset(scratch, 0, (length + length * length) * sizeof *scratch);
  for (size_t r = 0; r < rows; r++) {
    for (size_t i = 0; i < length; i++) mean[i] += latents[r * length + i] / (double)rows;
  }
  for (size_t r = 0; r < rows; r++) {
    const float *z = latents + r * length;
    for (size_t i = 0; i < length; i++) {
      double d = (z[i] - mean[i]) / (double)rows;
      for (size_t j = 0; j < length; j++) covariance[i * length + j] += d * (z[j] - mean[j]);
    }
  }
  double trace = 0, square = 0;
  *std = 0;
  for (size_t i = 0; i < length; i++) {
    trace += covariance[i * length + i];
    *std += sqrt(covariance[i * length + i]) / (double)length;
  }
  for (size_t i = 0; i < length * length; i++) square += covariance[i] * covariance[i];
  *rank = square > 0 ? trace * trace / square : 0;
}
