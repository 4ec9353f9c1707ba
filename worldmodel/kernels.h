/* Our own inner loops: what lies between the matrix products.
 *
 * kernels.c is compiled three times (x86-64 baseline, v3 = AVX2, v4 = AVX-512) and each gives one
 * table. All three give the same bits: no contraction, no fast-math, every reduction runs in 16
 * partial sums (element i goes to sum i mod 16) that are added in one fixed order. */
#ifndef ORR_WORLDMODEL_KERNELS_H
#define ORR_WORLDMODEL_KERNELS_H

#include "worldmodel/tape.h"
#include <stdint.h>

/* One step of AdamW; see optimiser.h. */
typedef struct orr_adamw_numbers {
  float clip; /* factor on the gradient */
  float beta1, beta2;
  float correct1, correct2;  /* 1/(1 - beta^t) */
  float rate, keep, epsilon; /* keep = 1 - rate * decay, or 1 */
} orr_adamw_numbers;

typedef struct orr_kernels {
  const char *name;
  /* y = act(u) and, unless NULL, slope = act'(u). y may be u. */
  void (*activate)(size_t n, orr_activation act, const float *u, float *y, float *slope);
  void (*add)(size_t n, const float *a, const float *b, float *out);
  void (*subtract)(size_t n, const float *a, const float *b, float *out);
  void (*multiply)(size_t n, const float *a, const float *b, float *out);
  void (*scale)(size_t n, float factor, const float *x, float *out);
  void (*accumulate)(size_t n, float factor, const float *x, float *out); /* out += factor x */
  /* out[c] += sum over rows of x[r, c] */
  void (*column_sum)(size_t rows, size_t cols, const float *x, float *out);
  /* y = act(gain (x - mean) / sqrt(var + 1e-5) + shift) per row; gain, shift, slope may be NULL.
   * stats [rows, 2] receives mean and 1/sqrt(var + 1e-5). y may be x. */
  void (*norm)(size_t rows, size_t cols, const float *x, const float *gain, const float *shift,
               orr_activation act, float *y, float *stats, float *slope);
  /* dx = (or += when `add`) the gradient of x; dgain and dshift [cols] are added to, or NULL. */
  void (*norm_backward)(size_t rows, size_t cols, const float *x, const float *gain,
                        const float *stats, const float *slope, const float *dy, bool add,
                        float *dx, float *dgain, float *dshift);
  /* bf16: the upper half of a float, rounded to even; not-a-number stays one. */
  void (*narrow)(size_t n, const float *x, uint16_t *out);
  double (*sum_squares)(size_t n, const float *x);
  void (*adamw)(size_t n, const orr_adamw_numbers *numbers, const float *gradient, float *moment1,
                float *moment2, float *values);
} orr_kernels;

extern const orr_kernels orr_kernels_baseline;
#if defined(__x86_64__)
extern const orr_kernels orr_kernels_v3, orr_kernels_v4;
#endif

/* The table of orr_isa_level(). */
const orr_kernels *orr_kernels_best(void);

#endif
