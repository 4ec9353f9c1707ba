#include "sim/coverage.h"

#include <math.h>
#include <string.h>

/* A polygon of at most 64 corners gains at most one corner from each half plane that cuts it. */
enum { ROOM = 2 * ORR_MOST_CORNERS + 2 };

/* The part of `in` on the left of the line from a to b. Returns the number of corners. */
static size_t cut(double (*restrict out)[2], const double (*restrict in)[2], size_t count,
                  const double *a, const double *b) {
  double ex = b[0] - a[0], ey = b[1] - a[1];
  size_t made = 0;
  const double *from = in[count - 1];
  double from_side = ex * (from[1] - a[1]) - ey * (from[0] - a[0]);
  for (size_t i = 0; i < count; i++) {
    const double *to = in[i];
    double side = ex * (to[1] - a[1]) - ey * (to[0] - a[0]);
    if ((side >= 0.0) != (from_side >= 0.0)) {
      double t = from_side / (from_side - side);
      out[made][0] = from[0] + t * (to[0] - from[0]);
      out[made++][1] = from[1] + t * (to[1] - from[1]);
    }
    if (side >= 0.0) {
      out[made][0] = to[0];
      out[made++][1] = to[1];
    }
    from = to;
    from_side = side;
  }
  return made;
}

double orr_convex_overlap(const double (*a)[2], size_t a_count, const double (*b)[2],
                          size_t b_count) {
  ORR_ASSERT(a_count <= ORR_MOST_CORNERS && b_count <= ORR_MOST_CORNERS);
  double rooms[2][ROOM][2];
  const double(*now)[2] = a;
  size_t count = a_count;
  for (size_t i = 0; i < b_count && count >= 3; i++) {
    double(*next)[2] = rooms[i & 1];
    count = cut(next, now, count, b[i], b[i + 1 < b_count ? i + 1 : 0]);
    now = (const double(*)[2])next;
  }
  return count < 3 ? 0.0 : fmax(0.0, orr_polygon_area(now, count));
}

double orr_goal_overlap(const orr_scenario *scenario, const orr_goal_parts *goal,
                        const double *pose) {
  const orr_parts *parts = scenario->parts;
  double reach = parts->reach[goal->file] + goal->radius;
  double dx = pose[0] - goal->centre[0], dy = pose[1] - goal->centre[1];
  if (dx * dx + dy * dy >= reach * reach) return 0.0;
  double c = cos(pose[2]), s = sin(pose[2]), sum = 0.0;
  for (size_t i = parts->first_outline[goal->file]; i < parts->first_outline[goal->file + 1]; i++) {
    const orr_outline *outline = &parts->outlines[i];
    double corners[ORR_MOST_CORNERS][2];
    for (size_t v = 0; v < outline->count; v++) {
      double x = outline->vertices[v][0], y = outline->vertices[v][1];
      corners[v][0] = pose[0] + c * x - s * y;
      corners[v][1] = pose[1] + s * x + c * y;
    }
    for (size_t g = 0; g < goal->count; g++)
      sum += orr_convex_overlap((const double(*)[2])corners, outline->count,
                                (const double(*)[2])goal->parts[g].vertices, goal->parts[g].count);
  }
  return sum;
}
