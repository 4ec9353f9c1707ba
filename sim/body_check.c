/* Mistakes in bodies and shapes. */
#include "base/maths.h"
#include "sim/scenario_check.h"

#include <stdio.h>
#include <string.h>

static bool all_finite(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!isfinite(values[i])) return false;
  return true;
}

static void check_start(const orr_checker *c, const char *owner, const orr_start_def *start) {
  const orr_range *ranges[] = {&start->position[0], &start->position[1], &start->position[2],
                               &start->angle,       &start->velocity[0], &start->velocity[1],
                               &start->velocity[2], &start->omega,       &start->tilt[0],
                               &start->tilt[1],     &start->spin[0],     &start->spin[1]};
  static const char *const keys[] = {"start.position", "start.position", "start.position",
                                     "start.angle",    "start.velocity", "start.velocity",
                                     "start.velocity", "start.omega",    "start.tilt",
                                     "start.tilt",     "start.spin",     "start.spin"};
  for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
    orr_check_range(c, owner, keys[i], ranges[i]);
  static const size_t solid[] = {2, 6, 8, 9, 10, 11};
  for (size_t i = 0; orr_check_flat(c) && i < sizeof solid / sizeof *solid; i++) {
    const orr_range *range = ranges[solid[i]];
    if (range->kind != ORR_RANGE_VALUE || range->values[0] != 0.0)
      orr_check_complain_key(c, owner, keys[solid[i]], "set space.dimensions to 3",
                             "a 2D world has two axes and one angle");
  }
}

/* Convex when every corner turns the same way and the turns make one round. */
static const char *polygon_mistake(const orr_polygon_def *polygon) {
  const double(*v)[2] = polygon->vertices.items;
  size_t count = polygon->vertices.count;
  if (count > ORR_MOST_CORNERS) return "a polygon has at most 64 corners";
  if (!all_finite(v[0], 2 * count)) return "corners must be finite";
  double area = orr_polygon_area(v, count), round = 0.0;
  double sign = area > 0.0 ? 1.0 : -1.0;
  for (size_t i = 0; i < count; i++) {
    const double *a = v[i], *b = v[(i + 1) % count], *d = v[(i + 2) % count];
    double ux = b[0] - a[0], uy = b[1] - a[1], wx = d[0] - b[0], wy = d[1] - b[1];
    double cross = sign * (ux * wy - uy * wx);
    double scale = sqrt((ux * ux + uy * uy) * (wx * wx + wy * wy));
    if (!(scale > 0.0)) return "two corners are at the same place";
    if (!(cross > 1e-9 * scale)) return "the polygon is not convex";
    round += atan2(cross, ux * wx + uy * wy);
  }
  return fabs(round - 2.0 * ORR_PI) < 1e-6 ? NULL : "the outline crosses itself";
}

static void check_shape(const orr_checker *c, const char *owner, const orr_shape_def *shape) {
  char path[160];
  snprintf(path, sizeof path, "%.140s.geometry", owner);
  const char *mistake = NULL, *hint = NULL;
  if (shape->geometry.tag == ORR_SHAPE_POLYGON) {
    mistake = polygon_mistake(shape->geometry.value);
    hint = "split the shape into convex parts; a body may have many";
  } else if (shape->geometry.tag == ORR_SHAPE_SEGMENT) {
    const orr_segment_def *segment = shape->geometry.value;
    double dx = segment->b[0] - segment->a[0], dy = segment->b[1] - segment->a[1];
    if (!(dx * dx + dy * dy > 0.0)) mistake = "both ends are at the same place";
    if (!all_finite(segment->a, 2) || !all_finite(segment->b, 2)) mistake = "ends must be finite";
  } else if (shape->geometry.tag == ORR_SHAPE_CIRCLE) {
    if (!all_finite(((const orr_circle_def *)shape->geometry.value)->offset, 2))
      mistake = "offset must be finite";
  } else if (!all_finite(((const orr_box_def *)shape->geometry.value)->offset, 2)) {
    mistake = "offset must be finite";
  }
  if (mistake) orr_check_complain(c, path, hint, mistake);
}

static bool has_area(const orr_body_def *body) {
  const orr_shape_def *shapes = body->shapes.items;
  for (size_t i = 0; i < body->shapes.count; i++) {
    const orr_segment_def *segment = shapes[i].geometry.value;
    if (shapes[i].geometry.tag != ORR_SHAPE_SEGMENT || segment->radius > 0.0) return true;
  }
  return false;
}

void orr_check_body(const orr_checker *c, size_t index) {
  const orr_body_def *body = orr_body_at(c->scenario, index);
  char path[64], inner[128];
  snprintf(path, sizeof path, "world.bodies[%zu]", index);
  size_t length = strlen(body->name);
  snprintf(inner, sizeof inner, "%s.name", path);
  if (length == 0 || length > 32)
    orr_check_complain(c, inner, NULL, "a name has 1 to 32 characters");
  if (c->scenario->world.mjcf) return; /* the rest is in the file */
  if (body->shapes.count == 0)
    orr_check_complain_key(c, path, "shapes", "shapes: [{geometry: {circle: {radius: 0.1}}}]",
                           "a body has at least one shape");
  if (body->type == ORR_BODY_DYNAMIC) {
    snprintf(inner, sizeof inner, "%s.mass", path);
    if (!(body->mass > 0.0) && !(body->density > 0.0))
      orr_check_complain(c, inner, "give mass or density",
                         "a dynamic body must have a mass above 0");
    else if (!has_area(body) && (!(body->mass > 0.0) || !(body->moment > 0.0)))
      orr_check_complain(c, inner, "give mass and moment, or a shape with area",
                         "mass and moment do not follow from shapes without area");
  }
  orr_check_finite(c, path, "centre_of_mass", body->centre_of_mass, 3);
  check_start(c, path, &body->start);
  orr_check_colour(c, path, body->colour);
  const orr_shape_def *shapes = body->shapes.items;
  for (size_t i = 0; i < body->shapes.count; i++) {
    snprintf(inner, sizeof inner, "%s.shapes[%zu]", path, i);
    check_shape(c, inner, &shapes[i]);
  }
}
