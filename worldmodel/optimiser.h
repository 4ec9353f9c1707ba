/* The optimiser: AdamW over the whole parameter block (Kingma and Ba, 2015, algorithm 1, with the
 * decoupled weight decay of Loshchilov and Hutter, 2019, algorithm 2: only matrices decay),
 * gradient clipping by the global norm (Pascanu et al., 2013), linear warm-up and cosine decay.
 * Every sum has a fixed order; the bits are the same on every instruction set. */
#ifndef ORR_WORLDMODEL_OPTIMISER_H
#define ORR_WORLDMODEL_OPTIMISER_H

#include "worldmodel/params.h"

typedef struct orr_adamw {
  double beta1, beta2, epsilon; /* 0.9, 0.999, 1e-8 */
  double decay;                 /* per step: values *= 1 - rate * decay */
} orr_adamw;

/* The rate of step `step` (from 0) of `steps`: rises linearly over `warmup` steps (step 0 has
 * peak / warmup), then falls along a half cosine to 0 at `steps`. */
double orr_learning_rate(double peak, int64_t warmup, int64_t steps, int64_t step);

/* The Euclidean norm of all gradients but those of frozen tensors, tensor by tensor in double. */
double orr_gradient_norm(const orr_params *params, const float *gradients);

/* The factor that brings `norm` down to `limit` (1 when it is below, or when limit is 0). */
double orr_clip_factor(double norm, double limit);

/* One step, counted from 1. `clip` multiplies the gradients. All arrays hold params->total numbers;
 * moments start at zero. */
void orr_adamw_step(const orr_params *params, const orr_adamw *adamw, double rate, double clip,
                    int64_t step, const float *gradients, float *moment1, float *moment2,
                    float *values);

#endif
