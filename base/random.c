/* Philox4x32-10 streams and the normal quantile.
 *
 * The block function is Random123's (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011). The quantile is algorithm AS 241, PPND16 (Wichura, Applied Statistics 37
 * (3), 1988, pp. 477-484), relative accuracy about 1e-16. Its tail needs a logarithm: ours, of
 * IEEE operations only, so that no draw depends on the version of the C library. */
#include "base/random.h"
#include "base/error.h"
#include <Random123/philox.h>
#include <math.h>
#include <string.h>

static uint64_t finalise(uint64_t z) { /* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) */
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

uint64_t orr_mix64(uint64_t a, uint64_t b) {
  const uint64_t golden = UINT64_C(0x9E3779B97F4A7C15);
  return finalise(finalise(a + golden) + b + golden);
}

void orr_philox(uint64_t key, const uint32_t counter[4], uint32_t out[4]) {
  philox4x32_ctr_t block = {{counter[0], counter[1], counter[2], counter[3]}};
  philox4x32_key_t words = {{(uint32_t)key, (uint32_t)(key >> 32)}};
  block = philox4x32_R(10, block, words);
  for (int i = 0; i < 4; i++) out[i] = block.v[i];
}

orr_random orr_random_at(uint64_t seed, orr_purpose purpose, uint32_t episode, uint32_t step,
                         uint32_t sample, uint32_t lane) {
  return (orr_random){.key = orr_mix64(seed, (uint64_t)purpose),
                      .episode = episode,
                      .step = step,
                      .sample = sample,
                      .lane = lane,
                      .used = 4};
}

uint32_t orr_random_u32(orr_random *random) {
  if (random->used >= 4) {
    const uint32_t counter[4] = {random->episode, random->step, random->sample, random->lane};
    orr_philox(random->key, counter, random->block);
    random->lane++;
    random->used = 0;
  }
  return random->block[random->used++];
}

uint64_t orr_random_u64(orr_random *random) {
  uint64_t low = orr_random_u32(random);
  uint64_t high = orr_random_u32(random);
  return high << 32 | low;
}

double orr_random_unit(orr_random *random) {
  return (double)(orr_random_u64(random) >> 11) * 0x1p-53;
}

double orr_random_uniform(orr_random *random, double low, double high) {
  double unit = orr_random_unit(random);
  double value = low + (high - low) * unit;
  return value < high || high <= low ? value : nextafter(high, low); /* rounding may reach high */
}

/* Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (1), 2019. */
int64_t orr_random_integer(orr_random *random, int64_t low, int64_t high) {
  __extension__ typedef unsigned __int128 wide;
  ORR_ASSERT(low < high);
  uint64_t range = (uint64_t)high - (uint64_t)low;
  uint64_t reject = -range % range; /* 2^64 mod range */
  wide product;
  do {
    product = (wide)orr_random_u64(random) * range;
  } while ((uint64_t)product < reject);
  return (int64_t)((uint64_t)low + (uint64_t)(product >> 64));
}

double orr_random_normal(orr_random *random) {
  /* 52 bits and a half: symmetric about 1/2, never 0 or 1, exact. */
  double p = ((double)(orr_random_u64(random) >> 12) + 0.5) * 0x1p-52;
  return orr_normal_quantile(p);
}

/* Natural logarithm of a finite x > 0, to about 1 ulp, of IEEE operations only:
 * x = 2^e m, m in [1/sqrt 2, sqrt 2); log m = 2 atanh(s), s = (m - 1) / (m + 1), |s| < 0.172. */
static double natural_log(double x) {
  int exponent = 0;
  if (x < 0x1p-1022) { /* subnormal */
    x *= 0x1p54;
    exponent = -54;
  }
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  exponent += (int)(bits >> 52) - 1023;
  bits = (bits & UINT64_C(0x000FFFFFFFFFFFFF)) | UINT64_C(0x3FF0000000000000);
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  double s = (m - 1.0) / (m + 1.0), z = s * s, sum = 0.0;
  for (int k = 10; k >= 1; k--) sum = (sum + 1.0 / (2.0 * k + 1.0)) * z;
  const double ln2_high = 0x1.62e42fefa38p-1; /* 42 bits: times an exponent it is exact */
  const double ln2_low = 0x1.ef35793c7673p-45;
  return exponent * ln2_high + (exponent * ln2_low + 2.0 * s * sum + 2.0 * s);
}

/* top[0] + top[1] r + ... over 1 + bottom[0] r + ... */
static double ratio(const double top[8], const double bottom[7], double r) {
  double a = top[7], b = bottom[6];
  for (int i = 6; i >= 0; i--) a = a * r + top[i];
  for (int i = 5; i >= 0; i--) b = b * r + bottom[i];
  return a / (b * r + 1.0);
}

double orr_normal_quantile(double p) {
  static const double a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                              1.9715909503065514427e+3, 1.3731693765509461125e+4,
                              4.5921953931549871457e+4, 6.7265770927008700853e+4,
                              3.3430575583588128105e+4, 2.5090809287301226727e+3};
  static const double b[7] = {4.2313330701600911252e+1, 6.8718700749205790830e+2,
                              5.3941960214247511077e+3, 2.1213794301586595867e+4,
                              3.9307895800092710610e+4, 2.8729085735721942674e+4,
                              5.2264952788528545610e+3};
  static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                              5.76949722146069140550e0,  3.64784832476320460504e0,
                              1.27045825245236838258e0,  2.41780725177450611770e-1,
                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static const double d[7] = {2.05319162663775882187e0,  1.67638483018380384940e0,
                              6.89767334985100004550e-1, 1.48103976427480074590e-1,
                              1.51986665636164571966e-2, 5.47593808499534494600e-4,
                              1.05075007164441684324e-9};
  static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                              1.78482653991729133580e0,  2.96560571828504891230e-1,
                              2.65321895265761230930e-2, 1.24266094738807843860e-3,
                              2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double f[7] = {5.99832206555887937690e-1, 1.36929880922735805310e-1,
                              1.48753612908506148525e-2, 7.86869131145613259100e-4,
                              1.84631831751005468180e-5, 1.42151175831644588870e-7,
                              2.04426310338993978564e-15};
  ORR_ASSERT(p > 0.0 && p < 1.0);
  double q = p - 0.5;
  if (fabs(q) <= 0.425) return q * ratio(a, b, 0.180625 - q * q);
  double r = sqrt(-natural_log(q < 0.0 ? p : 1.0 - p));
  double x = r <= 5.0 ? ratio(c, d, r - 1.6) : ratio(e, f, r - 5.0);
  return q < 0.0 ? -x : x;
}
