#include "render/raster_base.h"
#include "base/memory.h"
#include <string.h>

struct orr_raster_base {
  orr_image image;
  /* What is on it: copies, whose corners lie in `corners` one after the other. */
  orr_scene_shape *shapes;
  double (*corners)[2];
  size_t shape_count, corner_count, shape_capacity, corner_capacity;
  double size[2];
  bool y_down, painted;
};

orr_status orr_raster_base_create(int width, int height, orr_raster_base **out, orr_error *err) {
  orr_raster_base *base;
  *out = NULL;
  ORR_TRY(orr_new(&base, 1, sizeof *base, err));
  orr_status status = orr_image_create(width, height, &base->image, err);
  if (status == ORR_OK)
    *out = base;
  else
    orr_raster_base_destroy(base);
  return status;
}

void orr_raster_base_destroy(orr_raster_base *base) {
  if (!base) return;
  orr_image_destroy(&base->image);
  orr_free(base->shapes);
  orr_free(base->corners);
  orr_free(base);
}

static bool stands(const orr_scene_shape *shape) { return shape->layer <= ORR_LAYER_STATIC; }

static bool same_shape(const orr_scene_shape *a, const orr_scene_shape *b) {
  return a->kind == b->kind && a->layer == b->layer && a->body == b->body && a->label == b->label &&
         a->position[0] == b->position[0] && a->position[1] == b->position[1] &&
         a->angle == b->angle && a->radius == b->radius && a->vertex_count == b->vertex_count &&
         !memcmp(a->colour, b->colour, sizeof a->colour);
}

static bool up_to_date(const orr_raster_base *base, const orr_scene *scene) {
  if (!base->painted || base->y_down != scene->y_down) return false;
  if (base->size[0] != scene->size[0] || base->size[1] != scene->size[1]) return false;
  size_t count = 0, corners = 0;
  for (size_t i = 0; i < scene->shape_count; i++) {
    const orr_scene_shape *shape = &scene->shapes[i];
    if (!stands(shape)) continue;
    if (count == base->shape_count || !same_shape(shape, &base->shapes[count++])) return false;
    if (memcmp(shape->vertices, base->corners + corners,
               shape->vertex_count * sizeof *base->corners))
      return false;
    corners += shape->vertex_count;
  }
  return count == base->shape_count;
}

static orr_status reserve(orr_raster_base *base, size_t shapes, size_t corners, orr_error *err) {
  if (shapes > base->shape_capacity) {
    orr_free(base->shapes);
    base->shape_capacity = 0;
    ORR_TRY(orr_new(&base->shapes, shapes, sizeof *base->shapes, err));
    base->shape_capacity = shapes;
  }
  if (corners > base->corner_capacity) {
    orr_free(base->corners);
    base->corner_capacity = 0;
    ORR_TRY(orr_new(&base->corners, corners, sizeof *base->corners, err));
    base->corner_capacity = corners;
  }
  return ORR_OK;
}

static orr_status remember(orr_raster_base *base, const orr_scene *scene, orr_error *err) {
  size_t shapes = 0, corners = 0;
  for (size_t i = 0; i < scene->shape_count; i++)
    if (stands(&scene->shapes[i])) shapes++, corners += scene->shapes[i].vertex_count;
  base->painted = false;
  ORR_TRY(reserve(base, shapes, corners, err));
  base->shape_count = base->corner_count = 0;
  for (size_t i = 0; i < scene->shape_count; i++) {
    const orr_scene_shape *shape = &scene->shapes[i];
    if (!stands(shape)) continue;
    base->shapes[base->shape_count++] = *shape;
    memcpy(base->corners + base->corner_count, shape->vertices,
           shape->vertex_count * sizeof *base->corners);
    base->corner_count += shape->vertex_count;
  }
  memcpy(base->size, scene->size, sizeof base->size);
  base->y_down = scene->y_down;
  base->painted = true;
  return ORR_OK;
}

orr_status orr_raster_base_of(orr_raster_base *base, const orr_scene *scene,
                              orr_raster_base_fn *draw, const void *context, const orr_image **out,
                              bool *changed, orr_error *err) {
  *out = &base->image;
  *changed = !up_to_date(base, scene);
  if (!*changed) return ORR_OK;
  ORR_TRY(remember(base, scene, err));
  draw(context, scene, &base->image);
  return ORR_OK;
}

void orr_raster_base_copy(const orr_image *from, int x, int y, const orr_raster_target *target) {
  if (target->width <= 0 || target->height <= 0) return;
  const orr_image *image = target->image;
  size_t row = (size_t)target->width * 3, rows = (size_t)target->height;
  size_t stride = (size_t)image->width * 3, from_stride = (size_t)from->width * 3;
  uint8_t *to = image->pixels + (size_t)target->y * stride + (size_t)target->x * 3;
  const uint8_t *pixels =
      from->pixels + (size_t)(target->y - y) * from_stride + (size_t)(target->x - x) * 3;
  if (row == stride && row == from_stride)
    memcpy(to, pixels, rows * row);
  else
    for (size_t i = 0; i < rows; i++) memcpy(to + i * stride, pixels + i * from_stride, row);
}
