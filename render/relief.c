#include "render/relief.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/light.h"
#include <string.h>

enum { ARC = 24, OUTLINE = 64, CORNERS = OUTLINE + 2 * ARC + 4, PARTS = 3 };
/* Parts of the world's longer side. */
#define BODY_HEIGHT 0.05
#define WALL_HEIGHT 0.035
#define GOAL_HEIGHT 0.002
#define RIM         0.01 /* of the table around the world */
#define LAMP_HEIGHT 0.35
#define LAMP_REACH  0.6 /* a lamp hangs at most at so much of its reach */
#define ROUND       1.2 /* a disc's height is at most so many radii */
static const uint8_t table[3] = {233, 229, 221};

struct orr_relief {
  orr_scene scene;
  orr_scene_shape *solids;
  double (*corners)[CORNERS][2]; /* of each solid that is a prism */
  size_t capacity;               /* of both */
  orr_scene_light lights[ORR_MOST_LAMPS];
  orr_scene_camera camera;
  double size; /* the world's longer side */
};

orr_status orr_relief_create(orr_relief **out, orr_error *err) {
  return orr_new(out, 1, sizeof **out, err);
}

void orr_relief_destroy(orr_relief *relief) {
  if (!relief) return;
  orr_free(relief->solids);
  orr_free(relief->corners);
  orr_free(relief);
}

static orr_status reserve(orr_relief *relief, size_t count, orr_error *err) {
  if (count <= relief->capacity) return ORR_OK;
  orr_free(relief->solids);
  orr_free(relief->corners);
  relief->solids = NULL;
  relief->corners = NULL;
  relief->capacity = 0;
  ORR_TRY(orr_new(&relief->solids, count, sizeof *relief->solids, err));
  ORR_TRY(orr_new(&relief->corners, count, sizeof *relief->corners, err));
  relief->capacity = count;
  return ORR_OK;
}

/* ---- outlines, in the world ---- */

/* What lies within `radius` of the convex hull of the points; y up. */
typedef struct outline {
  double points[CORNERS][2];
  size_t count;
  double radius;
} outline;

/* False: no outline, or not finite. */
static bool place(const orr_scene *flat, const orr_scene_shape *shape, outline *out) {
  bool polygon = shape->kind == ORR_SCENE_POLYGON;
  size_t least = polygon ? 3 : shape->kind == ORR_SCENE_SEGMENT ? 2 : 1;
  if (shape->kind > ORR_SCENE_SEGMENT || shape->vertex_count < least) return false;
  ORR_ASSERT(shape->vertex_count <= OUTLINE);
  double c = cos(shape->angle), s = sin(shape->angle);
  out->count = polygon ? shape->vertex_count : least;
  out->radius = polygon ? 0.0 : shape->radius;
  if (!(out->radius >= 0.0) || !isfinite(out->radius)) return false;
  for (size_t i = 0; i < out->count; i++) {
    const double *v = shape->vertices[i];
    double *p = out->points[i];
    p[0] = shape->position[0] + c * v[0] - s * v[1];
    p[1] = shape->position[1] + s * v[0] + c * v[1];
    if (flat->y_down) p[1] = flat->size[1] - p[1];
    if (!isfinite(p[0]) || !isfinite(p[1])) return false;
  }
  return true;
}

/* A circle or a segment as a polygon, counterclockwise. */
static void flatten(outline *o) {
  double a[2] = {o->points[0][0], o->points[0][1]};
  double b[2] = {o->points[o->count - 1][0], o->points[o->count - 1][1]};
  double along = atan2(b[1] - a[1], b[0] - a[0]);
  for (int i = 0; i <= ARC; i++) {
    double angle = along + ORR_PI * ((double)i / ARC - 0.5);
    double x = o->radius * cos(angle), y = o->radius * sin(angle);
    o->points[i][0] = b[0] + x;
    o->points[i][1] = b[1] + y;
    o->points[ARC + 1 + i][0] = a[0] - x;
    o->points[ARC + 1 + i][1] = a[1] - y;
  }
  o->count = 2 * (ARC + 1);
  o->radius = 0.0;
}

/* Keeps where sign (point[axis] - at) >= 0. */
static void cut(outline *o, int axis, double at, double sign) {
  outline kept = {.count = 0, .radius = 0.0};
  for (size_t i = 0; i < o->count; i++) {
    const double *p = o->points[i], *q = o->points[(i + 1) % o->count];
    double dp = sign * (p[axis] - at), dq = sign * (q[axis] - at);
    if (dp >= 0.0 && kept.count < CORNERS) memcpy(kept.points[kept.count++], p, 2 * sizeof *p);
    if ((dp < 0.0) == (dq < 0.0) || kept.count == CORNERS) continue;
    for (int k = 0; k < 2; k++) kept.points[kept.count][k] = p[k] + dp / (dp - dq) * (q[k] - p[k]);
    kept.count++;
  }
  *o = kept;
}

/* Cuts off what lies off the table; false: all does. */
static bool cut_to_table(const orr_relief *relief, outline *o) {
  double rim = RIM * relief->size;
  for (int k = 0; k < 2; k++) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < o->count; i++) {
      low = orr_min(low, o->points[i][k] - o->radius);
      high = orr_max(high, o->points[i][k] + o->radius);
    }
    double end = relief->scene.size[k] + rim;
    if (high <= -rim || low >= end) return false;
    if (low >= -rim && high <= end) continue;
    if (o->count <= 2) flatten(o);
    cut(o, k, -rim, 1.0);
    cut(o, k, end, -1.0);
    if (o->count < 3) return false;
  }
  return true;
}

/* ---- solids ---- */

static double height_of(const orr_relief *relief, const orr_scene_shape *shape) {
  if (shape->layer == ORR_LAYER_GOAL) return GOAL_HEIGHT * relief->size;
  if (shape->height > 0.0 && isfinite(shape->height)) return shape->height;
  if (shape->layer == ORR_LAYER_STATIC) return WALL_HEIGHT * relief->size;
  double height = BODY_HEIGHT * relief->size;
  return shape->kind == ORR_SCENE_CIRCLE ? orr_min(height, ROUND * shape->radius) : height;
}

static orr_scene_shape *add_solid(orr_relief *relief, const orr_scene_shape *shape,
                                  orr_scene_kind kind, double x, double y, double angle) {
  double height = height_of(relief, shape);
  orr_scene_shape *solid = &relief->solids[relief->scene.shape_count++];
  *solid = (orr_scene_shape){.kind = kind,
                             .layer = shape->layer,
                             .body = shape->body,
                             .label = shape->label,
                             .position = {x, y, 0.5 * height},
                             .rotation = {cos(0.5 * angle), 0.0, 0.0, sin(0.5 * angle)},
                             .size = {0.0, 0.0, 0.5 * height},
                             .material = shape->material};
  memcpy(solid->colour, shape->colour, sizeof solid->colour);
  return solid;
}

static void add_cylinder(orr_relief *relief, const orr_scene_shape *shape, const double centre[2],
                         double radius) {
  if (!(radius > 0.0)) return;
  orr_scene_shape *solid = add_solid(relief, shape, ORR_SCENE_CYLINDER, centre[0], centre[1], 0.0);
  solid->size[0] = radius;
  solid->size[1] = solid->size[2];
  solid->size[2] = 0.0;
}

/* A prism stands about its first corner, with corners counterclockwise. */
static void add_prism(orr_relief *relief, const orr_scene_shape *shape, const outline *o) {
  double area = 0.0;
  double(*corners)[2] = relief->corners[relief->scene.shape_count];
  for (size_t i = 0; i < o->count; i++) {
    const double *p = o->points[i], *q = o->points[(i + 1) % o->count];
    area += p[0] * q[1] - p[1] * q[0];
  }
  for (size_t i = 0; i < o->count; i++)
    for (int k = 0; k < 2; k++)
      corners[i][k] = o->points[area < 0.0 ? o->count - 1 - i : i][k] - o->points[0][k];
  orr_scene_shape *solid =
      add_solid(relief, shape, ORR_SCENE_PRISM, o->points[0][0], o->points[0][1], 0.0);
  solid->vertices = (const double(*)[2])corners;
  solid->vertex_count = o->count;
}

static void add_segment(orr_relief *relief, const orr_scene_shape *shape, const outline *o) {
  const double *a = o->points[0], *b = o->points[1];
  double x = b[0] - a[0], y = b[1] - a[1], length = hypot(x, y);
  double radius = orr_max(o->radius, 1e-3 * relief->size); /* a line is a thin wall */
  add_cylinder(relief, shape, a, radius);
  if (!(length > 0.0)) return;
  add_cylinder(relief, shape, b, radius);
  orr_scene_shape *box = add_solid(relief, shape, ORR_SCENE_BOX, 0.5 * (a[0] + b[0]),
                                   0.5 * (a[1] + b[1]), atan2(y, x));
  box->size[0] = 0.5 * length;
  box->size[1] = radius;
}

static void add_shape(orr_relief *relief, const orr_scene *flat, const orr_scene_shape *shape) {
  outline o;
  if (!place(flat, shape, &o) || !cut_to_table(relief, &o)) return;
  if (o.count > 2)
    add_prism(relief, shape, &o);
  else if (o.count == 2)
    add_segment(relief, shape, &o);
  else
    add_cylinder(relief, shape, o.points[0], o.radius);
}

static void add_table(orr_relief *relief) {
  const double *size = relief->scene.size;
  double rim = RIM * relief->size;
  orr_scene_shape *plane = &relief->solids[relief->scene.shape_count++];
  *plane = (orr_scene_shape){.kind = ORR_SCENE_PLANE,
                             .layer = ORR_LAYER_STATIC,
                             .body = -1,
                             .position = {0.5 * size[0], 0.5 * size[1], 0.0},
                             .rotation = {1.0, 0.0, 0.0, 0.0},
                             .size = {0.5 * size[0] + rim, 0.5 * size[1] + rim, 0.0},
                             .material = {.pattern = ORR_PATTERN_PLAIN}};
  memcpy(plane->colour, table, sizeof table);
}

/* ---- surroundings ---- */

static void turn_y(const orr_scene *flat, double point[3], bool direction) {
  if (flat->y_down) point[1] = (direction ? 0.0 : flat->size[1]) - point[1];
}

/* Lamps that a 2D world has in its plane shine from above. */
static void set_lights(orr_relief *relief, const orr_scene *flat) {
  size_t count = flat->light_count < ORR_MOST_LAMPS ? flat->light_count : ORR_MOST_LAMPS;
  for (size_t i = 0; i < count; i++) {
    orr_scene_light *light = &relief->lights[i];
    *light = flat->lights[i];
    turn_y(flat, light->position, false);
    turn_y(flat, light->direction, true);
    double height = LAMP_HEIGHT * relief->size;
    if (light->reach > 0.0) height = orr_min(height, LAMP_REACH * light->reach);
    if (!(light->position[2] > 0.0)) light->position[2] = height;
    if (light->direction[2] == 0.0)
      light->direction[2] = -hypot(light->direction[0], light->direction[1]);
  }
  relief->scene.lights = relief->lights;
  relief->scene.light_count = count;
}

static void set_camera(orr_relief *relief, const orr_scene *flat) {
  relief->scene.camera = NULL;
  if (!flat->camera) return;
  relief->camera = *flat->camera;
  turn_y(flat, relief->camera.position, false);
  turn_y(flat, relief->camera.target, false);
  turn_y(flat, relief->camera.up, true);
  relief->scene.camera = &relief->camera;
}

orr_status orr_relief_of(orr_relief *relief, const orr_scene *flat, const orr_scene **out,
                         orr_error *err) {
  static const int layers[] = {ORR_LAYER_STATIC, ORR_LAYER_BODY, ORR_LAYER_ACTOR, ORR_LAYER_GOAL};
  ORR_TRY(reserve(relief, PARTS * flat->shape_count + 1, err));
  relief->size = orr_max(flat->size[0], flat->size[1]);
  relief->scene = (orr_scene){.dimensions = 3,
                              .size = {flat->size[0], flat->size[1], BODY_HEIGHT * relief->size},
                              .time = flat->time,
                              .shapes = relief->solids,
                              .sky = flat->sky};
  add_table(relief);
  for (int l = 0; l < 4; l++)
    for (size_t i = 0; i < flat->shape_count; i++)
      if ((int)flat->shapes[i].layer == layers[l]) add_shape(relief, flat, &flat->shapes[i]);
  set_lights(relief, flat);
  set_camera(relief, flat);
  *out = &relief->scene;
  return ORR_OK;
}
