#include "render/raster_scene.h"
#include "base/maths.h"
#include "render/raster_rows.h"
#include <string.h>

enum { CELLS = 16384, WIDEST = 1023 }; /* of a window, on the stack */
#define FARTHEST 1e12                  /* pixels: shapes beyond, or not finite, are left out */

orr_raster_target orr_raster_scene_target(orr_image *image, int x, int y, int width, int height) {
  int x0 = x < 0 ? 0 : x, y0 = y < 0 ? 0 : y;
  int x1 = x + width > image->width ? image->width : x + width;
  int y1 = y + height > image->height ? image->height : y + height;
  return (orr_raster_target){image, x0, y0, x1 - x0, y1 - y0};
}

/* ---- outlines ---- */

orr_raster_pose orr_raster_scene_pose(const double position[2], double angle) {
  return (orr_raster_pose){{position[0], position[1]}, cos(angle), sin(angle)};
}

bool orr_raster_scene_outline(const orr_camera *camera, const orr_scene_shape *shape,
                              const orr_raster_pose *pose, orr_raster_outline *out) {
  bool polygon = shape->kind == ORR_SCENE_POLYGON;
  size_t least = polygon ? 3 : shape->kind == ORR_SCENE_SEGMENT ? 2 : 1;
  if (shape->kind > ORR_SCENE_SEGMENT || shape->vertex_count < least) return false;
  ORR_ASSERT(shape->vertex_count <= ORR_RASTER_CORNERS);
  out->count = polygon ? shape->vertex_count : least;
  out->radius = polygon ? 0.0 : shape->radius * camera->scale;
  /* A line without a thickness is half a pixel wide. */
  if (shape->kind == ORR_SCENE_SEGMENT && !(shape->radius > 0.0)) out->radius = 0.25;
  for (size_t i = 0; i < out->count; i++) {
    const double *v = shape->vertices[i];
    double world[2] = {pose->position[0] + pose->cosine * v[0] - pose->sine * v[1],
                       pose->position[1] + pose->sine * v[0] + pose->cosine * v[1]};
    orr_camera_project(camera, world, out->points[i]);
    if (!(fabs(out->points[i][0]) < FARTHEST && fabs(out->points[i][1]) < FARTHEST)) return false;
  }
  return out->radius < FARTHEST;
}

void orr_raster_scene_cover(const orr_raster_cover *cover, const orr_raster_outline *outline) {
  const double(*points)[2] = (const double(*)[2])outline->points;
  if (outline->count > 2)
    orr_raster_cover_polygon(cover, points, outline->count);
  else
    orr_raster_cover_capsule(cover, points[0], points[outline->count - 1], outline->radius);
}

static orr_raster_box box_of(const orr_raster_target *target, const double low[2],
                             const double high[2]) {
  double x1 = target->x + target->width, y1 = target->y + target->height;
  return (orr_raster_box){
      .x0 = (int)orr_clamp(floor(low[0]), target->x, x1),
      .y0 = (int)orr_clamp(floor(low[1]), target->y, y1),
      .x1 = (int)orr_clamp(ceil(high[0]), target->x, x1),
      .y1 = (int)orr_clamp(ceil(high[1]), target->y, y1),
  };
}

static void widen(const orr_raster_outline *outline, double low[2], double high[2]) {
  for (size_t i = 0; i < outline->count; i++)
    for (int k = 0; k < 2; k++) {
      low[k] = orr_min(low[k], outline->points[i][k] - outline->radius);
      high[k] = orr_max(high[k], outline->points[i][k] + outline->radius);
    }
}

orr_raster_box orr_raster_scene_box(const orr_raster_target *target, const orr_camera *camera,
                                    const orr_scene_shape *shapes, size_t count,
                                    const orr_raster_pose *pose) {
  double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
  orr_raster_outline outline;
  for (size_t i = 0; i < count; i++)
    if (orr_raster_scene_outline(camera, &shapes[i], pose, &outline)) widen(&outline, low, high);
  return box_of(target, low, high);
}

static bool together(const orr_scene_shape *a, const orr_scene_shape *b) {
  return a->layer == b->layer && a->body == b->body && a->label == b->label &&
         a->angle == b->angle && a->position[0] == b->position[0] &&
         a->position[1] == b->position[1] && !memcmp(a->colour, b->colour, sizeof a->colour);
}

size_t orr_raster_scene_group(const orr_scene *scene, size_t first) {
  size_t end = first + 1;
  while (end < scene->shape_count && together(&scene->shapes[first], &scene->shapes[end])) end++;
  return end - first;
}

/* ---- painting ---- */

typedef struct painting {
  const orr_raster_target *target;
  const orr_raster_rows *rows;
  orr_colour colour;
} painting;

static void paint_window(const painting *p, const orr_raster_cover *window) {
  const orr_image *image = p->target->image;
  int32_t weights[WIDEST], share = (int32_t)(p->colour.alpha * ORR_RASTER_WHOLE + 0.5);
  const uint8_t colour[3] = {p->colour.r, p->colour.g, p->colour.b};
  size_t width = (size_t)window->width, stride = (size_t)image->width * 3;
  uint8_t *pixels = image->pixels + (size_t)window->y * stride + (size_t)window->x * 3;
  for (int y = 0; y < window->height; y++, pixels += stride) {
    p->rows->weigh(width, window->cells + (size_t)y * (width + 1), share, weights);
    p->rows->blend(width, weights, colour, pixels);
  }
}

typedef void add_fn(const void *what, const orr_raster_cover *window);

/* Calls `add` on windows that fill the box, and paints what it covers there. */
static void paint_box(const painting *p, orr_raster_box box, add_fn *add, const void *what) {
  int32_t cells[CELLS];
  for (int x = box.x0; x < box.x1; x += WIDEST) {
    int width = box.x1 - x < WIDEST ? box.x1 - x : WIDEST, most = CELLS / (width + 1);
    int left = box.y1 - box.y0 < most ? box.y1 - box.y0 : most;
    memset(cells, 0, (size_t)left * (size_t)(width + 1) * sizeof *cells);
    for (int y = box.y0; y < box.y1; y += most) {
      int height = box.y1 - y < most ? box.y1 - y : most;
      const orr_raster_cover window = {x, y, width, height, cells};
      add(what, &window);
      paint_window(p, &window);
    }
  }
}

typedef struct shape_group {
  const orr_camera *camera;
  const orr_scene_shape *shapes;
  size_t count;
  orr_raster_pose pose;
} shape_group;

static void add_shapes(const void *what, const orr_raster_cover *window) {
  const shape_group *group = what;
  orr_raster_outline outline;
  for (size_t i = 0; i < group->count; i++)
    if (orr_raster_scene_outline(group->camera, &group->shapes[i], &group->pose, &outline))
      orr_raster_scene_cover(window, &outline);
}

static void paint_shapes(const orr_raster_target *target, const shape_group *group, double alpha) {
  const uint8_t *colour = group->shapes->colour;
  const painting p = {target,
                      orr_raster_rows_best(),
                      {colour[0], colour[1], colour[2], orr_clamp(alpha, 0.0, 1.0)}};
  orr_raster_box box =
      orr_raster_scene_box(target, group->camera, group->shapes, group->count, &group->pose);
  paint_box(&p, box, add_shapes, group);
}

void orr_raster_scene_draw(const orr_raster_target *target, const orr_camera *camera,
                           const orr_scene *scene, orr_scene_layer first, orr_scene_layer last) {
  for (int layer = (int)first; layer <= (int)last; layer++)
    for (size_t i = 0, count = 1; i < scene->shape_count; i += count) {
      const orr_scene_shape *shape = &scene->shapes[i];
      count = 1;
      if ((int)shape->layer != layer) continue;
      count = orr_raster_scene_group(scene, i);
      const shape_group group = {camera, shape, count,
                                 orr_raster_scene_pose(shape->position, shape->angle)};
      paint_shapes(target, &group, 1.0);
    }
}

void orr_render_scene(orr_image *image, const orr_camera *camera, const orr_scene *scene) {
  orr_raster_target all = orr_raster_scene_target(image, 0, 0, image->width, image->height);
  orr_raster_scene_draw(&all, camera, scene, ORR_LAYER_GOAL, ORR_LAYER_ACTOR);
}

void orr_render_ghost(orr_image *image, const orr_camera *camera, const orr_scene *scene, int body,
                      const double position[2], double angle, double alpha) {
  orr_raster_target all = orr_raster_scene_target(image, 0, 0, image->width, image->height);
  orr_raster_pose pose = orr_raster_scene_pose(position, angle);
  for (size_t i = 0, count = 1; i < scene->shape_count; i += count) {
    count = orr_raster_scene_group(scene, i);
    if (scene->shapes[i].body != body) continue;
    const shape_group group = {camera, &scene->shapes[i], count, pose};
    paint_shapes(&all, &group, alpha);
  }
}

/* ---- single shapes ---- */

static void add_outline(const void *what, const orr_raster_cover *window) {
  orr_raster_scene_cover(window, what);
}

static void paint_outline(orr_image *image, const orr_raster_outline *outline, orr_colour colour) {
  orr_raster_target all = orr_raster_scene_target(image, 0, 0, image->width, image->height);
  const painting p = {&all, orr_raster_rows_best(), colour};
  double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
  widen(outline, low, high);
  paint_box(&p, box_of(&all, low, high), add_outline, outline);
}

void orr_raster_polygon(orr_image *image, const double (*points)[2], size_t count,
                        orr_colour colour) {
  orr_raster_outline outline = {.count = count};
  ORR_ASSERT(count <= ORR_RASTER_CORNERS);
  if (count < 3) return;
  memcpy(outline.points, points, count * sizeof *points);
  paint_outline(image, &outline, colour);
}

void orr_raster_disc(orr_image *image, const double centre[2], double radius, orr_colour colour) {
  const orr_raster_outline outline = {{{centre[0], centre[1]}}, 1, radius};
  paint_outline(image, &outline, colour);
}

void orr_raster_line(orr_image *image, const double a[2], const double b[2], double width,
                     orr_colour colour) {
  const orr_raster_outline outline = {{{a[0], a[1]}, {b[0], b[1]}}, 2, 0.5 * width};
  paint_outline(image, &outline, colour);
}
