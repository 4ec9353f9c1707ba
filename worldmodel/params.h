/* Parameters: named tensors in one block, so that the optimiser, gradients and files are one loop.
 *
 * Names follow PyTorch's state_dict ("predictor.0.weight"); a linear weight is [out, in]. */
#ifndef ORR_WORLDMODEL_PARAMS_H
#define ORR_WORLDMODEL_PARAMS_H

#include "base/error.h"
#include "base/random.h"

#define ORR_MAX_PARAMS 256

typedef enum orr_init {
  ORR_INIT_ZERO,
  ORR_INIT_ONE,
  ORR_INIT_UNIFORM /* U(-1,1)/sqrt(in), as PyTorch's Linear */
} orr_init;

typedef struct orr_param {
  char name[64];
  size_t rows, cols; /* a vector has rows = 1 */
  size_t offset;     /* into the block, in numbers; multiples of 16 */
  bool decay;        /* weight decay applies (matrices) or not (biases, gains) */
  bool frozen;       /* the optimiser leaves it alone */
  orr_init init;
} orr_param;

typedef struct orr_params {
  size_t count, total; /* tensors; numbers in the block with padding */
  orr_param items[ORR_MAX_PARAMS];
} orr_params;

/* Returns the index. Asserts that there is room and that the name is new. */
int orr_params_add(orr_params *params, const char *name, size_t rows, size_t cols, orr_init init,
                   bool decay);
/* Initial weights: number i of tensor j is drawn at (seed, ORR_PURPOSE_WEIGHTS, j, i). Padding is
 * 0. */
void orr_params_init(const orr_params *params, uint64_t seed, float *values);
size_t orr_params_numbers(const orr_params *params); /* without padding: "parameters" of a model */

#endif
