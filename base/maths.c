#include "base/maths.h"

#include <stdlib.h>

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

void orr_sort(double *values, size_t count) { qsort(values, count, sizeof *values, compare); }

double orr_median(double *values, size_t count) {
  orr_sort(values, count);
  return count ? values[count / 2] : NAN;
}
