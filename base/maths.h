/* Small functions that everyone needs. */
#ifndef ORR_BASE_MATHS_H
#define ORR_BASE_MATHS_H

#include <math.h>
#include <stddef.h>

#define ORR_PI 3.14159265358979323846

static inline double orr_min(double a, double b) { return a < b ? a : b; }
static inline double orr_max(double a, double b) { return a > b ? a : b; }
static inline double orr_clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}
/* The angle in (-pi, pi] that differs from `angle` by whole turns. */
static inline double orr_wrap_angle(double angle) { return remainder(angle, 2.0 * ORR_PI); }

void orr_sort(double *values, size_t count); /* ascending; no NaN */
/* The middle value (of an even number the upper one), NaN of none. Sorts. */
double orr_median(double *values, size_t count);

#endif
