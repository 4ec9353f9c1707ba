/* The optimiser: AdamW over the whole parameter block (Kingma and Ba, 2015, algorithm 1, with the
 * decoupled weight decay of Loshchilov and Hutter, 2019, algorithm 2: only matrices decay),
 * gradient clipping by the global norm (Pascanu et al., 2013), linear warm-up and cosine decay.
 *
 * Tiles of a batch leave a gradient each; they are added in tile order, over chunks that are fixed,
 * so every sum has one order: the bits are the same for any number of threads and on every
 * instruction set. */
#ifndef ORR_WORLDMODEL_OPTIMISER_H
#define ORR_WORLDMODEL_OPTIMISER_H

#include "base/pool.h"
#include "worldmodel/params.h"

typedef struct orr_adamw {
  double beta1, beta2, epsilon; /* 0.9, 0.999, 1e-8 */
  double decay;                 /* per step: values *= 1 - rate * decay */
} orr_adamw;

/* What a step works on; every array but `squares` holds params->total numbers (a tile's gradient
 * likewise). Padding is 0 everywhere and stays so. */
typedef struct orr_update {
  const orr_params *params;
  orr_pool *pool; /* NULL: the calling thread alone */
  size_t tiles;
  float *tile_gradients; /* one after another */
  float *gradients;      /* their sum */
  float *moment1, *moment2;
  double *squares; /* of each chunk's gradients */
} orr_update;

/* The gradients' arrays and zero moments. `params` and `pool` are borrowed. */
orr_status orr_update_create(const orr_params *params, size_t tiles, orr_pool *pool,
                             orr_update *out, orr_error *err);
void orr_update_destroy(orr_update *update);

/* The zeroed gradient of tile `index`, for a backward pass to add to. */
float *orr_update_tile(const orr_update *update, size_t index);
/* Adds the tiles up; returns the Euclidean norm of all gradients but those of frozen tensors,
 * summed in double. */
double orr_update_gather(const orr_update *update);
/* One step, counted from 1. `clip` multiplies the gradients. */
void orr_update_apply(const orr_update *update, const orr_adamw *adamw, double rate, double clip,
                      int64_t step, float *values);

/* The rate of step `step` (from 0) of `steps`: rises linearly over `warmup` steps (step 0 has
 * peak / warmup), then falls along a half cosine to 0 at `steps`. */
double orr_learning_rate(double peak, int64_t warmup, int64_t steps, int64_t step);

/* The factor that brings `norm` down to `limit` (1 when it is below, or when limit is 0). */
double orr_clip_factor(double norm, double limit);

#endif
