/* How much of a goal's area a body covers: exact areas of intersections of convex polygons. */
#ifndef ORR_SIM_COVERAGE_H
#define ORR_SIM_COVERAGE_H

#include "sim/parts.h"

#define ORR_MOST_CORNERS 64 /* of one convex polygon */

/* Area of the intersection of two convex polygons, both counterclockwise; at most ORR_MOST_CORNERS
 * corners each. No allocation. Sutherland and Hodgman, CACM 17(1), 1974. */
double orr_convex_overlap(const double (*a)[2], size_t a_count, const double (*b)[2],
                          size_t b_count);

/* Area of a goal that its body covers at `pose` (x, y, angle). The parts of a body may touch along
 * edges but not overlap. */
double orr_goal_overlap(const orr_scenario *scenario, const orr_goal_parts *goal,
                        const double *pose);

#endif
