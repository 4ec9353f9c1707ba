#include "sim/parts.h"

double orr_polygon_area(const double (*vertices)[2], size_t count) {
  double twice = 0.0;
  for (size_t i = 0; i < count; i++) {
    const double *a = vertices[i], *b = vertices[(i + 1) % count];
    twice += a[0] * b[1] - a[1] * b[0];
  }
  return 0.5 * twice;
}
