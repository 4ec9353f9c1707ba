/* Our own inner loops, compiled once per instruction set: ORR_KERNELS is the name of the table.
 *
 * They are written in vectors of 16 floats (GCC and clang vector extensions), which the compiler
 * cuts to the registers it has: 4 of SSE, 2 of AVX2, 1 of AVX-512. A lane never meets another one
 * but in the final, ordered sum of a reduction. So the bits are the same everywhere. */
#include "worldmodel/kernels.h"
#include <math.h>
#include <string.h>

#ifndef ORR_KERNELS
#define ORR_KERNELS orr_kernels_baseline
#endif
#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)
#define INLINE   static inline __attribute__((always_inline))

enum { W = 16 };
typedef float vec __attribute__((vector_size(64)));
typedef int ivec __attribute__((vector_size(64)));

INLINE vec all(float x) { return (vec){0} + x; }

INLINE vec load(const float *x) {
  vec v;
  memcpy(&v, x, sizeof v);
  return v;
}

INLINE void store(float *x, vec v) { memcpy(x, &v, sizeof v); }

/* The first n < 16 numbers; the other lanes are 0. */
INLINE vec load_some(const float *x, size_t n) {
  vec v = {0};
  memcpy(&v, x, n * sizeof *x);
  return v;
}

INLINE void store_some(float *x, vec v, size_t n) { memcpy(x, &v, n * sizeof *x); }

INLINE vec choose(ivec mask, vec yes, vec no) {
  return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}

/* The 16 partial sums in one fixed order. */
INLINE float total(vec v) {
  float x[W], a[8];
  memcpy(x, &v, sizeof v);
  for (int i = 0; i < 8; i++) a[i] = x[i] + x[i + 8];
  return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

/* 2^n and exp(r) - 1 for x = n ln 2 + r, |r| <= ln 2 / 2: the Taylor series to r^8, whose rest is
 * below 2^-31. Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits. |x| <= 87. */
INLINE vec exp_parts(vec x, vec *power) {
  const float magic = 12582912.0f;
  vec shifted = x * 1.44269504f + magic;
  vec n = shifted - magic;
  vec r = (x - n * 0.693359375f) - n * -2.12194440e-4f; /* ln 2 = 355/512 - 2.1219e-4 */
  vec p = all(1.0f / 40320.0f);
  p = p * r + 1.0f / 5040.0f;
  p = p * r + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  *power = (vec)(((ivec)shifted + 127) << 23);
  return r + r * r * p;
}

/* Into [low, high]; not-a-number stays. */
INLINE vec clamp(vec x, float low, float high) {
  x = choose(x < all(low), all(low), x);
  return choose(x > all(high), all(high), x);
}

/* 1 / (1 + exp(-x)) */
INLINE vec sigmoid(vec x) {
  vec power, e = exp_parts(clamp(-x, -87.0f, 87.0f), &power);
  return 1.0f / (1.0f + (power + power * e));
}

/* exp(2x) - 1 over exp(2x) + 1, from exp(2x) - 1, which keeps small x exact. Beyond 10 it is 1. */
INLINE vec tangent(vec x) {
  vec power, e = exp_parts(clamp(x + x, -20.0f, 20.0f), &power);
  vec minus = power * e + (power - 1.0f);
  return minus / (minus + 2.0f);
}

/* silu: u s(u). tanh. gelu: u s(2 sqrt(2/pi) (u + 0.044715 u^3)) (Hendrycks and Gimpel, 2016, eq. 3:
 * the tanh form, as tanh(z) = 2 s(2z) - 1). `slope` is the derivative. */
INLINE vec activation(orr_activation act, vec u, vec *slope) {
  if (act == ORR_ACT_SILU) {
    vec s = sigmoid(u);
    *slope = s * (1.0f + u * (1.0f - s));
    return u * s;
  }
  if (act == ORR_ACT_TANH) {
    vec y = tangent(u);
    *slope = 1.0f - y * y;
    return y;
  }
  if (act == ORR_ACT_GELU) {
    const float c = 1.59576912f;
    vec square = u * u * 0.044715f;
    vec s = sigmoid(u * (1.0f + square) * c);
    *slope = s * (1.0f + u * (1.0f - s) * (1.0f + 3.0f * square) * c);
    return u * s;
  }
  *slope = all(1.0f);
  return u;
}

INLINE void activate_as(size_t n, orr_activation act, const float *u, float *y, float *slope) {
  vec d;
  size_t i = 0;
  for (; i + W <= n; i += W) {
    vec v = activation(act, load(u + i), &d);
    if (slope) store(slope + i, d);
    store(y + i, v);
  }
  if (i == n) return;
  vec v = activation(act, load_some(u + i, n - i), &d);
  if (slope) store_some(slope + i, d, n - i);
  store_some(y + i, v, n - i);
}

static void activate(size_t n, orr_activation act, const float *u, float *y, float *slope) {
  switch (act) {
  case ORR_ACT_SILU: activate_as(n, ORR_ACT_SILU, u, y, slope); break;
  case ORR_ACT_GELU: activate_as(n, ORR_ACT_GELU, u, y, slope); break;
  case ORR_ACT_TANH: activate_as(n, ORR_ACT_TANH, u, y, slope); break;
  case ORR_ACT_NONE: activate_as(n, ORR_ACT_NONE, u, y, slope); break;
  }
}

static void add(size_t n, const float *a, const float *b, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] + b[i];
}

static void subtract(size_t n, const float *a, const float *b, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] - b[i];
}

static void multiply(size_t n, const float *a, const float *b, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = a[i] * b[i];
}

static void scale(size_t n, float factor, const float *x, float *out) {
  for (size_t i = 0; i < n; i++) out[i] = factor * x[i];
}

static void accumulate(size_t n, float factor, const float *x, float *out) {
  for (size_t i = 0; i < n; i++) out[i] += factor * x[i];
}

static void column_sum(size_t rows, size_t cols, const float *x, float *out) {
  size_t c = 0;
  for (; c + W <= cols; c += W) {
    vec sum = {0};
    for (size_t r = 0; r < rows; r++) sum += load(x + r * cols + c);
    store(out + c, load(out + c) + sum);
  }
  if (c == cols) return;
  vec sum = {0};
  for (size_t r = 0; r < rows; r++) sum += load_some(x + r * cols + c, cols - c);
  store_some(out + c, load_some(out + c, cols - c) + sum, cols - c);
}

/* Mean and 1/deviation of one row, in two passes. Lanes beyond the row's end stay out of both. */
INLINE void row_stats(size_t cols, const float *x, float *stats) {
  vec sum = {0}, squares = {0};
  size_t c = 0, whole = cols / W * W, rest = cols - whole;
  for (c = 0; c < whole; c += W) sum += load(x + c);
  if (rest) sum += load_some(x + whole, rest);
  float mean = total(sum) / (float)cols;
  for (c = 0; c < whole; c += W) {
    vec v = load(x + c) - mean;
    squares += v * v;
  }
  if (rest) {
    float tail[W] = {0};
    for (size_t i = 0; i < rest; i++) tail[i] = x[whole + i] - mean;
    vec v = load(tail);
    squares += v * v;
  }
  stats[0] = mean;
  stats[1] = 1.0f / sqrtf(total(squares) / (float)cols + 1e-5f);
}

INLINE void norm_as(size_t rows, size_t cols, const float *x, const float *gain,
                    const float *shift, orr_activation act, float *y, float *stats,
                    float *slope) {
  const vec one = all(1.0f), zero = {0};
  vec d;
  for (size_t r = 0; r < rows; r++, x += cols, y += cols, stats += 2) {
    row_stats(cols, x, stats);
    float mean = stats[0], inverse = stats[1];
    size_t c = 0, n;
    for (; c + W <= cols; c += W) {
      vec hat = (load(x + c) - mean) * inverse;
      vec u = hat * (gain ? load(gain + c) : one) + (shift ? load(shift + c) : zero);
      store(y + c, activation(act, u, &d));
      if (slope) store(slope + r * cols + c, d);
    }
    if ((n = cols - c) == 0) continue;
    vec hat = (load_some(x + c, n) - mean) * inverse;
    vec u = hat * (gain ? load_some(gain + c, n) : one) + (shift ? load_some(shift + c, n) : zero);
    store_some(y + c, activation(act, u, &d), n);
    if (slope) store_some(slope + r * cols + c, d, n);
  }
}

static void norm(size_t rows, size_t cols, const float *x, const float *gain, const float *shift,
                 orr_activation act, float *y, float *stats, float *slope) {
  switch (act) {
  case ORR_ACT_SILU: norm_as(rows, cols, x, gain, shift, ORR_ACT_SILU, y, stats, slope); break;
  case ORR_ACT_GELU: norm_as(rows, cols, x, gain, shift, ORR_ACT_GELU, y, stats, slope); break;
  case ORR_ACT_TANH: norm_as(rows, cols, x, gain, shift, ORR_ACT_TANH, y, stats, slope); break;
  case ORR_ACT_NONE: norm_as(rows, cols, x, gain, shift, ORR_ACT_NONE, y, stats, slope); break;
  }
}

/* One row's view in a backward pass: n = 16 for whole vectors. */
typedef struct norm_row {
  const float *x, *gain, *slope, *dy;
  float mean, inverse;
} norm_row;

/* hat = (x - mean)/deviation; returns dz = dy act'(u). Lanes beyond n are 0. */
INLINE vec norm_terms(const norm_row *row, size_t c, size_t n, bool whole, vec *hat, vec *dhat) {
  vec dz = whole ? load(row->dy + c) : load_some(row->dy + c, n);
  if (row->slope) dz *= whole ? load(row->slope + c) : load_some(row->slope + c, n);
  *hat = ((whole ? load(row->x + c) : load_some(row->x + c, n)) - row->mean) * row->inverse;
  *dhat = dz;
  if (row->gain) *dhat *= whole ? load(row->gain + c) : load_some(row->gain + c, n);
  return dz;
}

INLINE void add_to(float *out, vec v, size_t n, bool whole) {
  if (!out) return;
  if (whole) store(out, load(out) + v);
  else store_some(out, load_some(out, n) + v, n);
}

/* dx = (dhat - mean(dhat) - hat mean(dhat hat)) / deviation */
static void norm_backward(size_t rows, size_t cols, const float *x, const float *gain,
                          const float *stats, const float *slope, const float *dy, bool sum,
                          float *dx, float *dgain, float *dshift) {
  size_t whole = cols / W * W, rest = cols - whole;
  for (size_t r = 0; r < rows; r++) {
    const norm_row row = {x + r * cols, gain, slope ? slope + r * cols : NULL, dy + r * cols,
                          stats[2 * r], stats[2 * r + 1]};
    vec first = {0}, second = {0}, hat, dhat;
    for (size_t c = 0; c < cols; c += W) {
      bool full = c < whole;
      vec dz = norm_terms(&row, c, rest, full, &hat, &dhat);
      add_to(dshift ? dshift + c : NULL, dz, rest, full);
      add_to(dgain ? dgain + c : NULL, dz * hat, rest, full);
      first += dhat;
      second += dhat * hat;
    }
    if (!dx) continue;
    float m1 = total(first) / (float)cols, m2 = total(second) / (float)cols;
    for (size_t c = 0; c < cols; c += W) {
      bool full = c < whole;
      norm_terms(&row, c, rest, full, &hat, &dhat);
      vec d = (dhat - m1 - hat * m2) * row.inverse;
      float *out = dx + r * cols + c;
      if (sum) add_to(out, d, rest, full);
      else if (full) store(out, d);
      else store_some(out, d, rest);
    }
  }
}

/* In double: 16 partial sums, fixed order. */
static double sum_squares(size_t n, const float *x) {
  double sums[W] = {0};
  size_t i = 0;
  for (; i + W <= n; i += W) {
    for (size_t j = 0; j < W; j++) sums[j] += (double)x[i + j] * (double)x[i + j];
  }
  for (size_t j = 0; i + j < n; j++) sums[j] += (double)x[i + j] * (double)x[i + j];
  double sum = 0.0;
  for (size_t j = 0; j < W; j++) sum += sums[j];
  return sum;
}

static void adamw(size_t n, const orr_adamw_numbers *k, const float *gradient, float *moment1,
                  float *moment2, float *values) {
  const orr_adamw_numbers a = *k;
  const float rest1 = 1.0f - a.beta1, rest2 = 1.0f - a.beta2;
  for (size_t i = 0; i < n; i++) {
    float g = gradient[i] * a.clip;
    float m = a.beta1 * moment1[i] + rest1 * g;
    float v = a.beta2 * moment2[i] + rest2 * (g * g);
    moment1[i] = m;
    moment2[i] = v;
    float step = (m * a.correct1) / (sqrtf(v * a.correct2) + a.epsilon);
    values[i] = values[i] * a.keep - a.rate * step;
  }
}

const orr_kernels ORR_KERNELS = {
    .name = TEXT(ORR_KERNELS),
    .activate = activate,
    .add = add,
    .subtract = subtract,
    .multiply = multiply,
    .scale = scale,
    .accumulate = accumulate,
    .column_sum = column_sum,
    .norm = norm,
    .norm_backward = norm_backward,
    .sum_squares = sum_squares,
    .adamw = adamw,
};
