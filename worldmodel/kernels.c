/* Our own inner loops, compiled once per instruction set: ORR_KERNELS is the name of the table.
 *
 * They are written in vectors (GCC and clang vector extensions) as wide as the registers: 4, 8 or
 * 16 floats. A lane never meets another one but in a reduction, which has 16 partial sums at every
 * width: numbers go through in blocks of 16, cut into PARTS vectors, and lane l of part p is sum
 * p LANES + l. The end of a row is a block padded with zeros. So the bits are the same everywhere.
 */
#include "worldmodel/kernels.h"
#include <math.h>
#include <string.h>
#if defined(__AVX__)
#include <immintrin.h>
#endif

#ifndef ORR_KERNELS
#define ORR_KERNELS orr_kernels_baseline
#endif
#define TEXT_(x) #x
#define TEXT(x)  TEXT_(x)
#define INLINE   static inline __attribute__((always_inline))

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
enum { W = 16, PARTS = W / LANES };
typedef float vec __attribute__((vector_size(LANES * 4)));
typedef int ivec __attribute__((vector_size(LANES * 4)));

INLINE vec all(float x) { return (vec){0} + x; }

INLINE vec load(const float *x) {
  vec v;
  memcpy(&v, x, sizeof v);
  return v;
}

INLINE void store(float *x, vec v) { memcpy(x, &v, sizeof v); }

/* A block of 16 from x, of which n are there; the others are 0 in `pad`. */
INLINE const float *block(const float *x, size_t n, float pad[W]) {
  if (n >= W) return x;
  memset(pad, 0, W * sizeof *pad);
  memcpy(pad, x, n * sizeof *x);
  return pad;
}

/* The 16 partial sums in one fixed order. */
INLINE float total(const vec sums[PARTS]) {
  float x[W], a[8];
  memcpy(x, sums, sizeof x);
  for (int i = 0; i < 8; i++) a[i] = x[i] + x[i + 8];
  return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

/* 2^n and exp(r) - 1 for x = n ln 2 + r, |r| <= ln 2 / 2: the Taylor series to r^7, whose rest is
 * below 2^-27. Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits. |x| <= 87. */
INLINE vec exp_parts(vec x, vec *power) {
  const float magic = 12582912.0f;
  vec shifted = x * 1.44269504f + magic;
  vec n = shifted - magic;
  vec r = (x - n * 0.693359375f) - n * -2.12194440e-4f; /* ln 2 = 355/512 - 2.1219e-4 */
  vec p = r * (1.0f / 5040.0f) + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  *power = (vec)(((ivec)shifted + 127) << 23);
  return r + r * r * p;
}

/* x < low ? low : x and x > high ? high : x, which is what the instructions do: they give their
 * second operand when one of the two is not a number. */
#if defined(__AVX512F__)
INLINE vec at_least(vec x, float low) { return (vec)_mm512_max_ps((__m512)all(low), (__m512)x); }
INLINE vec at_most(vec x, float high) { return (vec)_mm512_min_ps((__m512)all(high), (__m512)x); }
#elif defined(__AVX__)
INLINE vec at_least(vec x, float low) { return (vec)_mm256_max_ps((__m256)all(low), (__m256)x); }
INLINE vec at_most(vec x, float high) { return (vec)_mm256_min_ps((__m256)all(high), (__m256)x); }
#else
INLINE vec choose(ivec mask, vec yes, vec no) {
  return (vec)((mask & (ivec)yes) | (~mask & (ivec)no));
}
INLINE vec at_least(vec x, float low) { return choose(x < all(low), all(low), x); }
INLINE vec at_most(vec x, float high) { return choose(x > all(high), all(high), x); }
#endif

/* Into [low, high]; not-a-number stays. */
INLINE vec clamp(vec x, float low, float high) { return at_most(at_least(x, low), high); }

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

/* silu: u s(u). tanh. gelu: u s(2 sqrt(2/pi) (u + 0.044715 u^3)) (Hendrycks and Gimpel, 2016, eq.
 * 3: the tanh form, as tanh(z) = 2 s(2z) - 1). `slope` is the derivative. */
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
  for (size_t i = 0; i < n; i += W) {
    float pad[W], end[W], end_slope[W];
    bool whole = n - i >= W;
    const float *in = block(u + i, n - i, pad);
    float *out = whole ? y + i : end, *d = whole && slope ? slope + i : end_slope;
    for (int p = 0; p < PARTS; p++) {
      vec by, v = activation(act, load(in + p * LANES), &by);
      if (slope) store(d + p * LANES, by);
      store(out + p * LANES, v);
    }
    if (whole) continue;
    memcpy(y + i, end, (n - i) * sizeof *y);
    if (slope) memcpy(slope + i, end_slope, (n - i) * sizeof *slope);
  }
}

/* Every activation, with and without slope, is a function of its own: nothing is asked in the inner
 * loop, and a slope that nobody wants is not worked out. */
static void activate(size_t n, orr_activation act, const float *u, float *y, float *slope) {
#define CASE(a)                                                                                    \
  case a:                                                                                          \
    if (slope)                                                                                     \
      activate_as(n, a, u, y, slope);                                                              \
    else                                                                                           \
      activate_as(n, a, u, y, NULL);                                                               \
    break
  switch (act) {
    CASE(ORR_ACT_SILU);
    CASE(ORR_ACT_GELU);
    CASE(ORR_ACT_TANH);
    CASE(ORR_ACT_NONE);
  }
#undef CASE
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
  for (size_t r = 0; r < rows; r++, x += cols) {
    for (size_t c = 0; c < cols; c++) out[c] += x[c];
  }
}

/* Mean and 1/deviation of one row, in two passes. The zeros after the row's end stay out of both.
 */
INLINE void row_stats(size_t cols, const float *x, float *stats) {
  vec sums[PARTS] = {{0}}, squares[PARTS] = {{0}};
  float pad[W];
  size_t whole = cols / W * W;
  for (size_t c = 0; c < cols; c += W) {
    const float *in = block(x + c, cols - c, pad);
    for (int p = 0; p < PARTS; p++) sums[p] += load(in + p * LANES);
  }
  float mean = total(sums) / (float)cols;
  for (size_t c = 0; c < whole; c += W) {
    for (int p = 0; p < PARTS; p++) {
      vec v = load(x + c + p * LANES) - mean;
      squares[p] += v * v;
    }
  }
  if (whole < cols) {
    block(x + whole, cols - whole, pad);
    for (size_t i = 0; i < cols - whole; i++) pad[i] -= mean;
    for (int p = 0; p < PARTS; p++) squares[p] += load(pad + p * LANES) * load(pad + p * LANES);
  }
  stats[0] = mean;
  stats[1] = 1.0f / sqrtf(total(squares) / (float)cols + 1e-5f);
}

/* One block of a row: y = act(gain hat + shift); gain and shift may be NULL. */
INLINE void norm_block(const float *x, const float *gain, const float *shift, const float *stats,
                       orr_activation act, float *y, float *slope) {
  for (int p = 0; p < PARTS * LANES; p += LANES) {
    vec u = (load(x + p) - stats[0]) * stats[1], d;
    if (gain) u *= load(gain + p);
    if (shift) u += load(shift + p);
    store(y + p, activation(act, u, &d));
    if (slope) store(slope + p, d);
  }
}

INLINE void norm_as(size_t rows, size_t cols, const float *x, const float *gain, const float *shift,
                    orr_activation act, float *y, float *stats, float *slope) {
  size_t whole = cols / W * W, n = cols - whole;
  float pad[4][W], end[W] = {0}, end_slope[W];
  const float *end_gain = gain ? block(gain + whole, n, pad[1]) : NULL;
  const float *end_shift = shift ? block(shift + whole, n, pad[2]) : NULL;
  for (size_t r = 0; r < rows; r++, x += cols, y += cols, stats += 2) {
    float *d = slope ? slope + r * cols : NULL;
    row_stats(cols, x, stats);
    for (size_t c = 0; c < whole; c += W) {
      norm_block(x + c, gain ? gain + c : NULL, shift ? shift + c : NULL, stats, act, y + c,
                 d ? d + c : NULL);
    }
    if (n == 0) continue;
    norm_block(block(x + whole, n, pad[0]), end_gain, end_shift, stats, act, end, end_slope);
    memcpy(y + whole, end, n * sizeof *y);
    if (d) memcpy(d + whole, end_slope, n * sizeof *d);
  }
}

static void norm(size_t rows, size_t cols, const float *x, const float *gain, const float *shift,
                 orr_activation act, float *y, float *stats, float *slope) {
#define CASE(a)                                                                                    \
  case a:                                                                                          \
    if (slope)                                                                                     \
      norm_as(rows, cols, x, gain, shift, a, y, stats, slope);                                     \
    else                                                                                           \
      norm_as(rows, cols, x, gain, shift, a, y, stats, NULL);                                      \
    break
  switch (act) {
    CASE(ORR_ACT_SILU);
    CASE(ORR_ACT_GELU);
    CASE(ORR_ACT_TANH);
    CASE(ORR_ACT_NONE);
  }
#undef CASE
}

/* A block of a row in the backward pass: 16 numbers each, slope and gain may be NULL. */
typedef struct norm_block_view {
  const float *x, *gain, *slope, *dy;
} norm_block_view;

/* hat = (x - mean)/deviation, dz = dy act'(u), dhat = dz gain */
INLINE vec norm_terms(const norm_block_view *b, const float *stats, int at, vec *hat, vec *dhat) {
  vec dz = load(b->dy + at);
  if (b->slope) dz *= load(b->slope + at);
  *hat = (load(b->x + at) - stats[0]) * stats[1];
  *dhat = b->gain ? dz * load(b->gain + at) : dz;
  return dz;
}

INLINE norm_block_view view_block(const norm_block_view *row, size_t c, size_t n, float pad[4][W]) {
  return (norm_block_view){
      block(row->x + c, n, pad[0]), row->gain ? block(row->gain + c, n, pad[1]) : NULL,
      row->slope ? block(row->slope + c, n, pad[2]) : NULL, block(row->dy + c, n, pad[3])};
}

/* out[0 ... n) += v[0 ... n), n <= 16 */
INLINE void add_block(float *out, const float *v, size_t n) {
  if (n < W) {
    for (size_t i = 0; i < n; i++) out[i] += v[i];
    return;
  }
  for (int p = 0; p < W; p += LANES) store(out + p, load(out + p) + load(v + p));
}

/* Adds one row to dgain and dshift; returns mean(dhat), mean(dhat hat). */
INLINE void norm_row_sums(size_t cols, const norm_block_view *row, const float *stats, float *dgain,
                          float *dshift, float *means) {
  vec first[PARTS] = {{0}}, second[PARTS] = {{0}};
  for (size_t c = 0; c < cols; c += W) {
    float pad[4][W], by_gain[W], by_shift[W];
    norm_block_view b = view_block(row, c, cols - c, pad);
    for (int p = 0; p < PARTS; p++) {
      vec hat, dhat, dz = norm_terms(&b, stats, p * LANES, &hat, &dhat);
      first[p] += dhat;
      second[p] += dhat * hat;
      store(by_gain + p * LANES, dz * hat);
      store(by_shift + p * LANES, dz);
    }
    if (dgain) add_block(dgain + c, by_gain, cols - c);
    if (dshift) add_block(dshift + c, by_shift, cols - c);
  }
  means[0] = total(first) / (float)cols;
  means[1] = total(second) / (float)cols;
}

static void row_backward(size_t cols, const norm_block_view *row, const float *stats, bool sum,
                         float *dx, float *dgain, float *dshift) {
  float means[2];
  norm_row_sums(cols, row, stats, dgain, dshift, means);
  for (size_t c = 0; dx && c < cols; c += W) {
    float pad[4][W], out[W], *to = dx + c;
    norm_block_view b = view_block(row, c, cols - c, pad);
    for (int p = 0; p < W; p += LANES) {
      vec hat, dhat;
      norm_terms(&b, stats, p, &hat, &dhat);
      store(out + p, (dhat - means[0] - hat * means[1]) * stats[1]);
    }
    if (sum)
      add_block(to, out, cols - c);
    else
      memcpy(to, out, (cols - c < W ? cols - c : W) * sizeof *to);
  }
}

/* Rows of a backward pass, from the first of them on; gain and what follows are never NULL. */
typedef struct norm_rows {
  const float *x, *gain, *stats, *slope, *dy;
} norm_rows;

enum { GROUP = 4 };

/* The sums of GROUP rows of whole blocks at once: dgain and dshift pass through the registers once
 * for all of them. Every sum takes its numbers in the same order as row by row. */
INLINE void group_sums(size_t cols, const norm_rows *b, float *dgain, float *dshift,
                       float means[GROUP][2]) {
  vec first[GROUP][PARTS] = {{{0}}}, second[GROUP][PARTS] = {{{0}}};
  for (size_t c = 0; c < cols; c += W) {
    for (int p = 0; p < PARTS; p++) {
      size_t at = c + (size_t)(p * LANES);
      vec gain = load(b->gain + at), by_gain = load(dgain + at), by_shift = load(dshift + at);
      for (size_t r = 0; r < GROUP; r++) {
        vec dz = load(b->dy + r * cols + at) * load(b->slope + r * cols + at);
        vec hat = (load(b->x + r * cols + at) - b->stats[2 * r]) * b->stats[2 * r + 1];
        vec dhat = dz * gain;
        first[r][p] += dhat;
        second[r][p] += dhat * hat;
        by_gain += dz * hat;
        by_shift += dz;
      }
      store(dgain + at, by_gain);
      store(dshift + at, by_shift);
    }
  }
  for (size_t r = 0; r < GROUP; r++) {
    means[r][0] = total(first[r]) / (float)cols;
    means[r][1] = total(second[r]) / (float)cols;
  }
}

INLINE void group_backward(size_t cols, const norm_rows *b, bool sum, float *dx, float *dgain,
                           float *dshift) {
  float means[GROUP][2];
  group_sums(cols, b, dgain, dshift, means);
  for (size_t r = 0; dx && r < GROUP; r++) {
    const float *x = b->x + r * cols, *slope = b->slope + r * cols, *dy = b->dy + r * cols;
    for (size_t c = 0; c < cols; c += LANES) {
      vec hat = (load(x + c) - b->stats[2 * r]) * b->stats[2 * r + 1];
      vec dhat = load(dy + c) * load(slope + c) * load(b->gain + c);
      vec out = (dhat - means[r][0] - hat * means[r][1]) * b->stats[2 * r + 1];
      float *to = dx + r * cols + c;
      store(to, sum ? load(to) + out : out);
    }
  }
}

/* dx = (dhat - mean(dhat) - hat mean(dhat hat)) / deviation */
static void norm_backward(size_t rows, size_t cols, const float *x, const float *gain,
                          const float *stats, const float *slope, const float *dy, bool sum,
                          float *dx, float *dgain, float *dshift) {
  bool whole = cols % W == 0 && gain && slope && dgain && dshift;
  size_t r = 0;
  for (; whole && r + GROUP <= rows; r += GROUP) {
    const norm_rows b = {x + r * cols, gain, stats + 2 * r, slope + r * cols, dy + r * cols};
    group_backward(cols, &b, sum, dx ? dx + r * cols : NULL, dgain, dshift);
  }
  for (; r < rows; r++) {
    const norm_block_view row = {x + r * cols, gain, slope ? slope + r * cols : NULL,
                                 dy + r * cols};
    row_backward(cols, &row, stats + 2 * r, sum, dx ? dx + r * cols : NULL, dgain, dshift);
  }
}

static void narrow(size_t n, const float *x, uint16_t *out) {
  for (size_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16, quiet = (bits >> 16) | 0x40;
    out[i] = (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
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
    .narrow = narrow,
    .sum_squares = sum_squares,
    .adamw = adamw,
};
