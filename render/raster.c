#include "render/raster.h"
#include "base/maths.h"
#include <string.h>

#define MAX_CORNERS 64

/* ---- cameras ---- */

orr_camera orr_camera_fit(const orr_scene *scene, int x, int y, int width, int height) {
  double scale = orr_min(width / scene->size[0], height / scene->size[1]);
  return (orr_camera){.centre = {0.5 * scene->size[0], 0.5 * scene->size[1]},
                      .scale = scale,
                      .middle = {x + 0.5 * width, y + 0.5 * height},
                      .flip_y = !scene->y_down};
}

void orr_camera_project(const orr_camera *camera, const double world[2], double pixel[2]) {
  double dy = (world[1] - camera->centre[1]) * camera->scale;
  pixel[0] = camera->middle[0] + (world[0] - camera->centre[0]) * camera->scale;
  pixel[1] = camera->middle[1] + (camera->flip_y ? -dy : dy);
}

void orr_camera_unproject(const orr_camera *camera, const double pixel[2], double world[2]) {
  double dy = (pixel[1] - camera->middle[1]) / camera->scale;
  world[0] = camera->centre[0] + (pixel[0] - camera->middle[0]) / camera->scale;
  world[1] = camera->centre[1] + (camera->flip_y ? -dy : dy);
}

/* ---- primitives ---- */

typedef struct pixel_box {
  int x0, y0, x1, y1;
} pixel_box; /* x1, y1 excluded */

/* The pixels that a shape between `low` and `high` may touch, inside the picture. */
static pixel_box clip_box(const orr_image *image, const double low[2], const double high[2]) {
  return (pixel_box){
      .x0 = (int)orr_clamp(floor(low[0] - 1), 0, image->width),
      .y0 = (int)orr_clamp(floor(low[1] - 1), 0, image->height),
      .x1 = (int)orr_clamp(ceil(high[0] + 1), 0, image->width),
      .y1 = (int)orr_clamp(ceil(high[1] + 1), 0, image->height),
  };
}

static void blend(uint8_t *pixel, orr_colour colour, double cover) {
  double share = cover * colour.alpha;
  const uint8_t over[3] = {colour.r, colour.g, colour.b};
  for (int c = 0; c < 3; c++) pixel[c] = (uint8_t)(pixel[c] + (over[c] - pixel[c]) * share + 0.5);
}

/* Cover of a pixel whose centre lies `inside` pixels within the edge. */
static double cover_of(double inside) { return orr_clamp(inside + 0.5, 0.0, 1.0); }

void orr_raster_fill(orr_image *image, int x, int y, int width, int height, orr_colour colour) {
  int x0 = x < 0 ? 0 : x, y0 = y < 0 ? 0 : y;
  int x1 = x + width > image->width ? image->width : x + width;
  int y1 = y + height > image->height ? image->height : y + height;
  for (int row = y0; row < y1; row++)
    for (int col = x0; col < x1; col++)
      blend(&image->pixels[((size_t)row * (size_t)image->width + (size_t)col) * 3], colour, 1.0);
}

/* Half planes of a convex polygon: a x + b y + c >= 0 inside, in pixels. */
typedef struct half_plane {
  double a, b, c;
} half_plane;

static size_t half_planes(const double (*points)[2], size_t count, half_plane *planes) {
  double area = 0.0;
  for (size_t i = 0; i < count; i++) {
    const double *p = points[i], *q = points[(i + 1) % count];
    area += p[0] * q[1] - p[1] * q[0];
  }
  double sign = area < 0.0 ? -1.0 : 1.0;
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    const double *p = points[i], *q = points[(i + 1) % count];
    double dx = q[0] - p[0], dy = q[1] - p[1], length = hypot(dx, dy);
    if (length < 1e-9) continue;
    double a = -dy * sign / length, b = dx * sign / length;
    planes[used++] = (half_plane){a, b, -(a * p[0] + b * p[1])};
  }
  return used;
}

void orr_raster_polygon(orr_image *image, const double (*points)[2], size_t count,
                        orr_colour colour) {
  ORR_ASSERT(count <= MAX_CORNERS);
  if (count < 3) return;
  double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
  for (size_t i = 0; i < count; i++)
    for (int k = 0; k < 2; k++) {
      low[k] = orr_min(low[k], points[i][k]);
      high[k] = orr_max(high[k], points[i][k]);
    }
  half_plane planes[MAX_CORNERS];
  size_t used = half_planes(points, count, planes);
  pixel_box box = clip_box(image, low, high);
  for (int y = box.y0; y < box.y1; y++)
    for (int x = box.x0; x < box.x1; x++) {
      double inside = 1.0;
      for (size_t i = 0; i < used; i++)
        inside = orr_min(inside, planes[i].a * (x + 0.5) + planes[i].b * (y + 0.5) + planes[i].c);
      double cover = cover_of(inside);
      if (cover > 0.0)
        blend(&image->pixels[((size_t)y * (size_t)image->width + (size_t)x) * 3], colour, cover);
    }
}

/* A disc is a capsule of length zero. */
static void raster_capsule(orr_image *image, const double a[2], const double b[2], double radius,
                           orr_colour colour) {
  double low[2], high[2], along[2] = {b[0] - a[0], b[1] - a[1]};
  for (int k = 0; k < 2; k++) {
    low[k] = orr_min(a[k], b[k]) - radius;
    high[k] = orr_max(a[k], b[k]) + radius;
  }
  double length2 = along[0] * along[0] + along[1] * along[1];
  pixel_box box = clip_box(image, low, high);
  for (int y = box.y0; y < box.y1; y++)
    for (int x = box.x0; x < box.x1; x++) {
      double px = x + 0.5 - a[0], py = y + 0.5 - a[1];
      double t = length2 > 0 ? orr_clamp((px * along[0] + py * along[1]) / length2, 0.0, 1.0) : 0.0;
      double cover = cover_of(radius - hypot(px - t * along[0], py - t * along[1]));
      if (cover > 0.0)
        blend(&image->pixels[((size_t)y * (size_t)image->width + (size_t)x) * 3], colour, cover);
    }
}

void orr_raster_disc(orr_image *image, const double centre[2], double radius, orr_colour colour) {
  raster_capsule(image, centre, centre, radius, colour);
}

void orr_raster_line(orr_image *image, const double a[2], const double b[2], double width,
                     orr_colour colour) {
  raster_capsule(image, a, b, 0.5 * width, colour);
}

/* ---- scenes ---- */

static void to_pixels(const orr_camera *camera, const double position[2], double angle,
                      const double local[2], double pixel[2]) {
  double c = cos(angle), s = sin(angle);
  double world[2] = {position[0] + c * local[0] - s * local[1],
                     position[1] + s * local[0] + c * local[1]};
  orr_camera_project(camera, world, pixel);
}

static void draw_shape(orr_image *image, const orr_camera *camera, const orr_scene_shape *shape,
                       const double position[2], double angle, orr_colour colour) {
  double points[MAX_CORNERS][2];
  ORR_ASSERT(shape->vertex_count <= MAX_CORNERS);
  for (size_t i = 0; i < shape->vertex_count; i++)
    to_pixels(camera, position, angle, shape->vertices[i], points[i]);
  switch (shape->kind) {
  case ORR_SCENE_POLYGON:
    orr_raster_polygon(image, (const double(*)[2])points, shape->vertex_count, colour);
    break;
  case ORR_SCENE_CIRCLE:
    orr_raster_disc(image, points[0], shape->radius * camera->scale, colour);
    break;
  case ORR_SCENE_SEGMENT:
    raster_capsule(image, points[0], points[1], shape->radius * camera->scale, colour);
    break;
  default: break; /* a solid */
  }
}

void orr_render_scene(orr_image *image, const orr_camera *camera, const orr_scene *scene) {
  for (int layer = ORR_LAYER_GOAL; layer <= ORR_LAYER_ACTOR; layer++)
    for (size_t i = 0; i < scene->shape_count; i++) {
      const orr_scene_shape *shape = &scene->shapes[i];
      if ((int)shape->layer != layer) continue;
      orr_colour colour = {shape->colour[0], shape->colour[1], shape->colour[2], 1.0};
      draw_shape(image, camera, shape, shape->position, shape->angle, colour);
    }
}

void orr_render_ghost(orr_image *image, const orr_camera *camera, const orr_scene *scene, int body,
                      const double position[2], double angle, double alpha) {
  for (size_t i = 0; i < scene->shape_count; i++) {
    const orr_scene_shape *shape = &scene->shapes[i];
    if (shape->body != body) continue;
    orr_colour colour = {shape->colour[0], shape->colour[1], shape->colour[2], alpha};
    draw_shape(image, camera, shape, position, angle, colour);
  }
}
