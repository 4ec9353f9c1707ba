/* AdamW, clipping, schedule; the inner loops are in kernels.c. */
#include "worldmodel/optimiser.h"
#include "base/maths.h"
#include "worldmodel/kernels.h"
#include "worldmodel/trig.h"

double orr_learning_rate(double peak, int64_t warmup, int64_t steps, int64_t step) {
  if (step < warmup) return peak * (double)(step + 1) / (double)warmup;
  if (step >= steps) return 0.0;
  double sine, cosine;
  orr_sincos(ORR_PI * (double)(step - warmup) / (double)(steps - warmup), &sine, &cosine);
  return peak * 0.5 * (1.0 + cosine);
}

double orr_gradient_norm(const orr_params *params, const float *gradients) {
  const orr_kernels *kernels = orr_kernels_best();
  double sum = 0.0;
  for (size_t i = 0; i < params->count; i++) {
    const orr_param *item = &params->items[i];
    if (item->frozen) continue;
    sum += kernels->sum_squares(item->rows * item->cols, gradients + item->offset);
  }
  return sqrt(sum);
}

double orr_clip_factor(double norm, double limit) {
  return limit > 0.0 && norm > limit ? limit / norm : 1.0;
}

/* beta^step by squaring: no library function whose last bit could differ. */
static double power(double beta, int64_t step) {
  double result = 1.0;
  for (; step > 0; step >>= 1, beta *= beta) {
    if (step & 1) result *= beta;
  }
  return result;
}

void orr_adamw_step(const orr_params *params, const orr_adamw *adamw, double rate, double clip,
                    int64_t step, const float *gradients, float *moment1, float *moment2,
                    float *values) {
  ORR_ASSERT(step >= 1);
  const orr_kernels *kernels = orr_kernels_best();
  orr_adamw_numbers numbers = {.clip = (float)clip,
                               .beta1 = (float)adamw->beta1,
                               .beta2 = (float)adamw->beta2,
                               .correct1 = (float)(1.0 / (1.0 - power(adamw->beta1, step))),
                               .correct2 = (float)(1.0 / (1.0 - power(adamw->beta2, step))),
                               .rate = (float)rate,
                               .epsilon = (float)adamw->epsilon};
  for (size_t i = 0; i < params->count; i++) {
    const orr_param *item = &params->items[i];
    if (item->frozen) continue;
    numbers.keep = item->decay ? (float)(1.0 - rate * adamw->decay) : 1.0f;
    kernels->adamw(item->rows * item->cols, &numbers, gradients + item->offset,
                   moment1 + item->offset, moment2 + item->offset, values + item->offset);
  }
}
