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

/* Where a shape's own frame is in the body's; NULL: it has none. */
static const double *offset_of(const orr_shape_def *shape) {
  const void *value = shape->geometry.value;
  switch ((orr_shape_type)shape->geometry.tag) {
  case ORR_SHAPE_BOX: return ((const orr_box_def *)value)->offset;
  case ORR_SHAPE_CAPSULE:
  case ORR_SHAPE_CYLINDER: return ((const orr_capsule_def *)value)->offset;
  case ORR_SHAPE_SPHERE: return ((const orr_sphere_def *)value)->offset;
  case ORR_SHAPE_ELLIPSOID: return ((const orr_ellipsoid_def *)value)->offset;
  case ORR_SHAPE_PLANE: return ((const orr_plane_def *)value)->offset;
  case ORR_SHAPE_MESH: return ((const orr_mesh_def *)value)->offset;
  case ORR_SHAPE_CIRCLE:
  case ORR_SHAPE_POLYGON:
  case ORR_SHAPE_SEGMENT: break;
  }
  return NULL;
}

static bool is_flat_shape(int tag) {
  return tag == ORR_SHAPE_CIRCLE || tag == ORR_SHAPE_POLYGON || tag == ORR_SHAPE_SEGMENT;
}

/* What a shape has in two dimensions only, or in three. */
static void check_dimensions(const orr_checker *c, const char *owner, const orr_shape_def *shape) {
  static const char *const solid = "set space.dimensions to 3";
  bool flat = orr_check_flat(c), turns = shape->rotation[0] != 0.0 || shape->rotation[1] != 0.0;
  int tag = shape->geometry.tag;
  const double *offset = offset_of(shape);
  const orr_box_def *box = tag == ORR_SHAPE_BOX ? shape->geometry.value : NULL;
  if (!flat && is_flat_shape(tag))
    orr_check_complain_key(c, owner, "geometry", "write sphere, box, capsule, cylinder or mesh",
                           "this shape has two dimensions, the world three");
  if (!flat && box && box->size[2] == 0.0)
    orr_check_complain_key(c, owner, "geometry.box.size", "write size: [x, y, z]",
                           "a 3D box has three sizes");
  if (!flat) return;
  if (!is_flat_shape(tag) && tag != ORR_SHAPE_BOX && tag != ORR_SHAPE_CAPSULE)
    orr_check_complain_key(c, owner, "geometry",
                           "write circle, box, capsule, polygon or segment, or set "
                           "space.dimensions to 3",
                           "this shape has three dimensions, the world two");
  else if ((box && box->size[2] != 0.0) || (offset && offset[2] != 0.0))
    orr_check_complain_key(c, owner, "geometry", solid, "a 2D world has two axes");
  if (turns || (shape->rotation[2] != 0.0 && is_flat_shape(tag)))
    orr_check_complain_key(c, owner, "rotation",
                           turns ? "write rotation: [0, 0, angle]"
                                 : "turn its corners or ends; boxes and capsules have a rotation",
                           "a 2D shape cannot be turned so");
  if (shape->rolling != 0.0)
    orr_check_complain_key(c, owner, "rolling", solid, "rolling friction is for 3D worlds");
}

/* Part of the light is reflected, part passes through: no more than there is. */
static void check_look(const orr_checker *c, const char *owner, const orr_shape_def *shape) {
  char path[200];
  if (shape->colour) orr_check_colour(c, owner, shape->colour);
  if (shape->mirror + shape->glass > 1.0)
    orr_check_complain_key(c, owner, shape->glass > 0.0 ? "glass" : "mirror",
                           "clear glass is glass: 1 alone; it reflects as glass does",
                           "mirror and glass together are more than 1");
  if (shape->pattern.tag == ORR_PATTERN_CHECKER) {
    snprintf(path, sizeof path, "%.140s.pattern.checker", owner);
    orr_check_colour(c, path, ((const orr_checker_def *)shape->pattern.value)->colour);
  }
  if (shape->height != 0.0 && !orr_check_flat(c))
    orr_check_complain_key(c, owner, "height", "its size along z is in its geometry",
                           "heights are for 2D worlds in relief");
}

static void check_shape(const orr_checker *c, const char *owner, const orr_shape_def *shape) {
  char path[160];
  snprintf(path, sizeof path, "%.140s.geometry", owner);
  const char *mistake = NULL, *hint = NULL;
  const double *offset = offset_of(shape);
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
  } else if (offset && !all_finite(offset, 3)) {
    mistake = "offset must be finite";
  }
  if (mistake) orr_check_complain(c, path, hint, mistake);
  orr_check_finite(c, owner, "rotation", shape->rotation, 3);
  check_look(c, owner, shape);
  check_dimensions(c, owner, shape);
}

static bool has_area(const orr_body_def *body) {
  const orr_shape_def *shapes = body->shapes.items;
  for (size_t i = 0; i < body->shapes.count; i++) {
    const orr_segment_def *segment = shapes[i].geometry.value;
    if (shapes[i].geometry.tag != ORR_SHAPE_SEGMENT || segment->radius > 0.0) return true;
  }
  return false;
}

static void check_mass(const orr_checker *c, const char *path, const orr_body_def *body) {
  static const char *const solid = "set space.dimensions to 3";
  bool flat = orr_check_flat(c);
  const double *inertia = body->inertia;
  if (body->type == ORR_BODY_DYNAMIC) {
    if (!(body->mass > 0.0) && !(body->density > 0.0))
      orr_check_complain_key(c, path, "mass", "give mass or density",
                             "a dynamic body must have a mass above 0");
    else if (!has_area(body) && (!(body->mass > 0.0) || !(body->moment > 0.0)))
      orr_check_complain_key(c, path, "mass", "give mass and moment, or a shape with area",
                             "mass and moment do not follow from shapes without area");
  }
  orr_check_finite(c, path, "centre_of_mass", body->centre_of_mass, 3);
  if (flat && body->centre_of_mass[2] != 0.0)
    orr_check_complain_key(c, path, "centre_of_mass", solid, "a 2D world has two axes");
  if (flat && (inertia[0] != 0.0 || inertia[1] != 0.0 || inertia[2] != 0.0))
    orr_check_complain_key(c, path, "inertia", "give the moment about z as `moment`",
                           "a 2D body has one moment of inertia");
  if (!flat && body->moment != 0.0)
    orr_check_complain_key(c, path, "moment", "give `inertia: [about x, about y, about z]`",
                           "a 3D body has three moments of inertia");
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
  check_mass(c, path, body);
  check_start(c, path, &body->start);
  orr_check_colour(c, path, body->colour);
  const orr_shape_def *shapes = body->shapes.items;
  for (size_t i = 0; i < body->shapes.count; i++) {
    snprintf(inner, sizeof inner, "%s.shapes[%zu]", path, i);
    check_shape(c, inner, &shapes[i]);
  }
}
