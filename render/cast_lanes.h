/* A register of rays: LANES floats side by side, 16, 8 or 4 of them as the instruction set has it.
 *
 * Only what gives the same bits everywhere: sums, products, quotients and square roots as IEEE 754
 * has them, comparisons, choices; no estimate of a reciprocal, no fused multiply-add. A mask is a
 * mask register where there are such, else all bits of a lane. Include it in the kernels alone. */
#ifndef ORR_RENDER_CAST_LANES_H
#define ORR_RENDER_CAST_LANES_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)
enum { LANES = 16 };
#elif defined(__AVX2__)
enum { LANES = 8 };
#else
enum { LANES = 4 };
#endif
enum { PACKET = 16, PARTS = PACKET / LANES };
typedef float vec __attribute__((vector_size(LANES * 4)));
typedef int32_t ivec __attribute__((vector_size(LANES * 4)));
typedef uint32_t uvec __attribute__((vector_size(LANES * 4)));

INLINE vec all(float x) { return (vec){0} + x; }
INLINE ivec iall(int32_t x) { return (ivec){0} + x; }

INLINE vec load(const float *x) {
  vec v;
  memcpy(&v, x, sizeof v);
  return v;
}
INLINE ivec iload(const int32_t *x) {
  ivec v;
  memcpy(&v, x, sizeof v);
  return v;
}
INLINE void store(float *x, vec v) { memcpy(x, &v, sizeof v); }
INLINE void istore(int32_t *x, ivec v) { memcpy(x, &v, sizeof v); }

/* Towards zero; what an int32 cannot hold is the least one. */
INLINE ivec truncate(vec x) { return __builtin_convertvector(x, ivec); }
INLINE vec to_float(ivec x) { return __builtin_convertvector(x, vec); }

/* lesser: a < b ? a : b, and greater: a > b ? a : b, so that b is taken when one is not a number.
 * bits: lane i in bit i. pick: where the mask is set the first one. */
#if defined(__AVX512F__)
typedef __mmask16 mask;
INLINE mask below(vec a, vec b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LT_OQ); }
INLINE mask upto(vec a, vec b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_LE_OQ); }
INLINE mask same(ivec a, ivec b) { return _mm512_cmpeq_epi32_mask((__m512i)a, (__m512i)b); }
INLINE mask both(mask a, mask b) { return (mask)(a & b); }
INLINE mask either(mask a, mask b) { return (mask)(a | b); }
INLINE mask without(mask a, mask b) { return (mask)(a & ~b); }
INLINE mask from_bits(unsigned bits) { return (mask)bits; }
INLINE unsigned bits_of(mask m) { return m; }
INLINE vec pick(mask m, vec yes, vec no) {
  return (vec)_mm512_mask_blend_ps(m, (__m512)no, (__m512)yes);
}
INLINE ivec ipick(mask m, ivec yes, ivec no) {
  return (ivec)_mm512_mask_blend_epi32(m, (__m512i)no, (__m512i)yes);
}
INLINE vec lesser(vec a, vec b) { return (vec)_mm512_min_ps((__m512)a, (__m512)b); }
INLINE vec greater(vec a, vec b) { return (vec)_mm512_max_ps((__m512)a, (__m512)b); }
INLINE vec root(vec x) { return (vec)_mm512_sqrt_ps((__m512)x); }
INLINE vec whole(vec x) { return (vec)_mm512_roundscale_ps((__m512)x, _MM_FROUND_FLOOR); }
#else
typedef ivec mask;
INLINE mask below(vec a, vec b) { return a < b; }
INLINE mask upto(vec a, vec b) { return a <= b; }
INLINE mask same(ivec a, ivec b) { return a == b; }
INLINE mask both(mask a, mask b) { return a & b; }
INLINE mask either(mask a, mask b) { return a | b; }
INLINE mask without(mask a, mask b) { return a & ~b; }
INLINE mask from_bits(unsigned bits) {
  ivec lane;
  for (int i = 0; i < LANES; i++) lane[i] = -(int32_t)(bits >> i & 1);
  return lane;
}
INLINE ivec ipick(mask m, ivec yes, ivec no) { return (m & yes) | (~m & no); }
#if defined(__AVX2__)
INLINE unsigned bits_of(mask m) { return (unsigned)_mm256_movemask_ps((__m256)m); }
INLINE vec pick(mask m, vec yes, vec no) {
  return (vec)_mm256_blendv_ps((__m256)no, (__m256)yes, (__m256)m);
}
INLINE vec lesser(vec a, vec b) { return (vec)_mm256_min_ps((__m256)a, (__m256)b); }
INLINE vec greater(vec a, vec b) { return (vec)_mm256_max_ps((__m256)a, (__m256)b); }
INLINE vec root(vec x) { return (vec)_mm256_sqrt_ps((__m256)x); }
INLINE vec whole(vec x) { return (vec)_mm256_floor_ps((__m256)x); }
#else
INLINE vec pick(mask m, vec yes, vec no) { return (vec)((m & (ivec)yes) | (~m & (ivec)no)); }
#if defined(__SSE2__)
INLINE unsigned bits_of(mask m) { return (unsigned)_mm_movemask_ps((__m128)m); }
INLINE vec lesser(vec a, vec b) { return (vec)_mm_min_ps((__m128)a, (__m128)b); }
INLINE vec greater(vec a, vec b) { return (vec)_mm_max_ps((__m128)a, (__m128)b); }
INLINE vec root(vec x) { return (vec)_mm_sqrt_ps((__m128)x); }
#else
INLINE unsigned bits_of(mask m) {
  unsigned bits = 0;
  for (int i = 0; i < LANES; i++) bits |= (unsigned)(m[i] & 1) << i;
  return bits;
}
INLINE vec lesser(vec a, vec b) { return pick(a < b, a, b); }
INLINE vec greater(vec a, vec b) { return pick(a > b, a, b); }
INLINE vec root(vec x) {
  for (int i = 0; i < LANES; i++) x[i] = __builtin_sqrtf(x[i]);
  return x;
}
#endif
/* From 2^23 on every float is a whole number. */
INLINE vec whole(vec x) {
  vec cut = to_float(truncate(x));
  vec floor = cut - pick(cut > x, all(1.0f), all(0.0f));
  ivec size = (ivec)x & 0x7fffffff;
  return pick(size >= 0x4b000000, x, floor);
}
#endif
#endif

INLINE bool any(mask m) { return bits_of(m) != 0; }
INLINE vec magnitude(vec x) { return (vec)((ivec)x & 0x7fffffff); }
INLINE vec clamp(vec x, float low, float high) { return lesser(greater(x, all(low)), all(high)); }
/* Zero where the mask is not set. */
INLINE vec keep(mask m, vec x) { return pick(m, x, all(0.0f)); }

/* Over the lanes; no lane is not a number. */
INLINE float least(vec v) {
#if defined(__AVX512F__)
  return _mm512_reduce_min_ps((__m512)v);
#elif defined(__AVX2__)
  __m128 half = _mm_min_ps(_mm256_castps256_ps128((__m256)v), _mm256_extractf128_ps((__m256)v, 1));
  half = _mm_min_ps(half, _mm_movehl_ps(half, half));
  return _mm_cvtss_f32(_mm_min_ss(half, _mm_movehdup_ps(half)));
#else
  float a = v[0] < v[1] ? v[0] : v[1], b = v[2] < v[3] ? v[2] : v[3];
  return a < b ? a : b;
#endif
}
INLINE float most(vec v) { return -least(-v); }

typedef struct vec3s {
  vec x, y, z;
} vec3s;

INLINE vec3s add3(vec3s a, vec3s b) { return (vec3s){a.x + b.x, a.y + b.y, a.z + b.z}; }
INLINE vec3s sub3(vec3s a, vec3s b) { return (vec3s){a.x - b.x, a.y - b.y, a.z - b.z}; }
INLINE vec3s scale3(vec s, vec3s v) { return (vec3s){s * v.x, s * v.y, s * v.z}; }
INLINE vec3s all3(const float v[3]) { return (vec3s){all(v[0]), all(v[1]), all(v[2])}; }
INLINE vec dot3(vec3s a, vec3s b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
INLINE vec3s pick3(mask m, vec3s a, vec3s b) {
  return (vec3s){pick(m, a.x, b.x), pick(m, a.y, b.y), pick(m, a.z, b.z)};
}
INLINE vec3s unit3(vec3s v) { return scale3(1.0f / root(dot3(v, v)), v); }

#endif
