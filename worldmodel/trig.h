/* Sine and cosine from IEEE operations only, so that they do not depend on the C library. */
#ifndef ORR_WORLDMODEL_TRIG_H
#define ORR_WORLDMODEL_TRIG_H

#include <math.h>

/* Sine `s` and cosine `c` of r, |r| <= pi/4, with z = r r; of doubles or of vectors of them. */
#define ORR_SINCOS_SERIES(r, z, s, c)                                                              \
  do {                                                                                             \
    (s) = 1.0 - (z) * (1.0 / 272.0); /* 16*17 */                                                   \
    (c) = 1.0 - (z) * (1.0 / 306.0); /* 17*18 */                                                   \
    (s) = 1.0 - (z) * (1.0 / 210.0) * (s);                                                         \
    (c) = 1.0 - (z) * (1.0 / 240.0) * (c);                                                         \
    (s) = 1.0 - (z) * (1.0 / 156.0) * (s);                                                         \
    (c) = 1.0 - (z) * (1.0 / 182.0) * (c);                                                         \
    (s) = 1.0 - (z) * (1.0 / 110.0) * (s);                                                         \
    (c) = 1.0 - (z) * (1.0 / 132.0) * (c);                                                         \
    (s) = 1.0 - (z) * (1.0 / 72.0) * (s);                                                          \
    (c) = 1.0 - (z) * (1.0 / 90.0) * (c);                                                          \
    (s) = 1.0 - (z) * (1.0 / 42.0) * (s);                                                          \
    (c) = 1.0 - (z) * (1.0 / 56.0) * (c);                                                          \
    (s) = 1.0 - (z) * (1.0 / 20.0) * (s);                                                          \
    (c) = 1.0 - (z) * (1.0 / 30.0) * (c);                                                          \
    (s) = (r) * (1.0 - (z) * (1.0 / 6.0) * (s));                                                   \
    (c) = 1.0 - (z) * (1.0 / 12.0) * (c);                                                          \
    (c) = 1.0 - (z) * (1.0 / 2.0) * (c);                                                           \
  } while (0)

/* x = k pi/2 + r, |r| <= pi/4; pi/2 in two parts, the first of 33 bits, so that k times it is
 * exact. Taylor series to r^17 and r^18 (rest below 1e-17). Beyond 2^19 radians: the C library. */
static inline void orr_sincos(double x, double *sine, double *cosine) {
  if (!(fabs(x) < 524288.0)) {
    *sine = sin(x);
    *cosine = cos(x);
    return;
  }
  double k = rint(x * 0.63661977236758134308);
  double r = (x - k * 0x1.921FB544p0) - k * 6.0771005065061922e-11, z = r * r;
  double s, c;
  ORR_SINCOS_SERIES(r, z, s, c);
  int quarter = (int)k & 3;
  double swap_s = quarter & 1 ? c : s, swap_c = quarter & 1 ? s : c;
  *sine = quarter & 2 ? -swap_s : swap_s;
  *cosine = quarter == 1 || quarter == 2 ? -swap_c : swap_c;
}

#endif
