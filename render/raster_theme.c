#include "render/raster_theme.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/raster_base.h"
#include <string.h>

#define CANVAS     512 /* pixels of the longer side */
#define OUTLINE    2.0 /* half width of polygons' outlines, canvas pixels */
#define RIM        4.0 /* between a disc and the lighter disc in it */
#define LIGHTER    1.2f
#define FAT        0.3  /* pygame's lines are so much wider to either side */
#define SLIM       0.25 /* and its discs so much smaller */
#define SHARE_BITS 11

/* Along x or y: the pixels of the canvas that are looked at, and the picture's way to them. */
typedef struct axis {
  int count, size; /* pixels of the picture, of the canvas */
  int used;        /* of the canvas, ascending in `at` */
  int *at;
  int *from;  /* for each pixel of the picture: index in `at` of the nearer to the origin, */
  int *share; /* and the share of the next one, of 2^SHARE_BITS */
  int *first; /* for each pixel of the canvas, and the end: how many used ones lie before it */
} axis;

struct orr_raster_theme {
  axis x, y;
  orr_raster_base *base; /* used rows and columns with what stands still */
  orr_image canvas;      /* the same, and with what moves while a picture is made */
  orr_image still;       /* the picture of the base */
};

typedef struct brush {
  const orr_raster_theme *theme;
  orr_image *canvas;
  orr_camera camera; /* world to canvas */
  uint8_t colour[3];
  orr_raster_box dirty; /* used columns and rows */
} brush;

/* ---- making ---- */

static orr_status create_axis(axis *a, int count, int size, orr_error *err) {
  *a = (axis){.count = count, .size = size};
  ORR_TRY(orr_new(&a->at, (size_t)(count < size ? 2 * count : size) + 2, sizeof *a->at, err));
  ORR_TRY(orr_new(&a->from, (size_t)count, sizeof *a->from, err));
  ORR_TRY(orr_new(&a->share, (size_t)count, sizeof *a->share, err));
  ORR_TRY(orr_new(&a->first, (size_t)size + 1, sizeof *a->first, err));
  for (int i = 0; i < count; i++) {
    double middle = orr_clamp((i + 0.5) * size / count - 0.5, 0.0, size - 1);
    int low = (int)middle;
    a->share[i] = (int)((middle - low) * (1 << SHARE_BITS) + 0.5);
    for (int k = low; k <= low + 1 && k < size; k++)
      if (a->used == 0 || a->at[a->used - 1] < k) a->at[a->used++] = k;
    a->from[i] = a->used - (a->at[a->used - 1] > low ? 2 : 1);
  }
  for (int i = 0, k = 0; i <= size; i++) {
    while (k < a->used && a->at[k] < i) k++;
    a->first[i] = k;
  }
  return ORR_OK;
}

static void destroy_axis(axis *a) {
  orr_free(a->at);
  orr_free(a->from);
  orr_free(a->share);
  orr_free(a->first);
}

static orr_status create_all(orr_raster_theme *theme, int width, int height, orr_error *err) {
  double scale = (double)CANVAS / (width > height ? width : height);
  int canvas_width = (int)orr_max(1.0, rint(width * scale));
  int canvas_height = (int)orr_max(1.0, rint(height * scale));
  ORR_TRY(create_axis(&theme->x, width, canvas_width, err));
  ORR_TRY(create_axis(&theme->y, height, canvas_height, err));
  ORR_TRY(orr_raster_base_create(theme->x.used, theme->y.used, &theme->base, err));
  ORR_TRY(orr_image_create(theme->x.used, theme->y.used, &theme->canvas, err));
  return orr_image_create(width, height, &theme->still, err);
}

orr_status orr_raster_theme_create(int width, int height, orr_raster_theme **out, orr_error *err) {
  orr_raster_theme *theme;
  *out = NULL;
  ORR_TRY(orr_new(&theme, 1, sizeof *theme, err));
  orr_status status = create_all(theme, width, height, err);
  if (status == ORR_OK)
    *out = theme;
  else
    orr_raster_theme_destroy(theme);
  return status;
}

void orr_raster_theme_destroy(orr_raster_theme *theme) {
  if (!theme) return;
  destroy_axis(&theme->x);
  destroy_axis(&theme->y);
  orr_raster_base_destroy(theme->base);
  orr_image_destroy(&theme->canvas);
  orr_image_destroy(&theme->still);
  orr_free(theme);
}

/* ---- on the canvas ---- */

/* The pixels from `low` to `high`, both included, of a used row. */
static void span(brush *b, int row, double low, double high) {
  const axis *x = &b->theme->x;
  if (!(high >= 0.0) || !(low <= x->size - 1)) return;
  int from = x->first[(int)orr_max(low, 0.0)];
  int end = x->first[(int)orr_min(high, x->size - 1) + 1];
  if (from >= end) return;
  uint8_t *pixel = b->canvas->pixels + ((size_t)row * (size_t)x->used + (size_t)from) * 3;
  for (int i = from; i < end; i++, pixel += 3) memcpy(pixel, b->colour, 3);
  b->dirty.x0 = from < b->dirty.x0 ? from : b->dirty.x0;
  b->dirty.x1 = end > b->dirty.x1 ? end : b->dirty.x1;
  b->dirty.y0 = row < b->dirty.y0 ? row : b->dirty.y0;
  b->dirty.y1 = row + 1 > b->dirty.y1 ? row + 1 : b->dirty.y1;
}

/* The used rows between `low` and `high`. */
static void rows_between(const brush *b, double low, double high, int *from, int *end) {
  const axis *y = &b->theme->y;
  *from = *end = 0;
  if (!(high >= 0.0) || !(low <= y->size - 1)) return;
  *from = y->first[(int)ceil(orr_max(low, 0.0))];
  *end = y->first[(int)floor(orr_min(high, y->size - 1)) + 1];
}

/* Widens x[0] ... x[1] by where the row at y crosses the edge. */
static void cross_edge(const double p[2], const double q[2], double y, double x[2]) {
  if ((y < p[1] && y < q[1]) || (y > p[1] && y > q[1])) return;
  double share = p[1] == q[1] ? 0.0 : (y - p[1]) / (q[1] - p[1]);
  double at = p[0] + share * (q[0] - p[0]), other = p[1] == q[1] ? q[0] : at;
  x[0] = orr_min(x[0], orr_min(at, other));
  x[1] = orr_max(x[1], orr_max(at, other));
}

static void cross_disc(const double centre[2], double radius, double y, double x[2]) {
  double square = radius * radius - (y - centre[1]) * (y - centre[1]);
  if (!(square >= 0.0)) return;
  x[0] = orr_min(x[0], centre[0] - sqrt(square));
  x[1] = orr_max(x[1], centre[0] + sqrt(square));
}

static void fill_polygon(brush *b, const double (*points)[2], size_t count) {
  double low = INFINITY, high = -INFINITY;
  int from, end;
  for (size_t i = 0; i < count; i++) {
    low = orr_min(low, points[i][1]);
    high = orr_max(high, points[i][1]);
  }
  rows_between(b, low, high, &from, &end);
  for (int row = from; row < end; row++) {
    double x[2] = {INFINITY, -INFINITY};
    for (size_t i = 0, last = count - 1; i < count; last = i++)
      cross_edge(points[last], points[i], b->theme->y.at[row], x);
    span(b, row, floor(x[0]), floor(x[1]));
  }
}

static void fill_line(brush *b, const double p[2], const double q[2], double radius) {
  double along[2] = {q[0] - p[0], q[1] - p[1]}, length = hypot(along[0], along[1]);
  double n[2] = {0.0, 0.0}, sides[4][2];
  if (length > 0.0) n[0] = -along[1] / length * radius, n[1] = along[0] / length * radius;
  for (int k = 0; k < 2; k++) {
    sides[0][k] = p[k] - n[k];
    sides[1][k] = q[k] - n[k];
    sides[2][k] = p[k] + n[k];
    sides[3][k] = q[k] + n[k];
  }
  int from, end;
  rows_between(b, orr_min(p[1], q[1]) - radius, orr_max(p[1], q[1]) + radius, &from, &end);
  for (int row = from; row < end; row++) {
    double x[2] = {INFINITY, -INFINITY}, y = b->theme->y.at[row];
    cross_disc(p, radius, y, x);
    cross_disc(q, radius, y, x);
    cross_edge(sides[0], sides[1], y, x);
    cross_edge(sides[2], sides[3], y, x);
    span(b, row, ceil(x[0]), floor(x[1]));
  }
}

/* About the corner between four pixels. */
static void fill_disc(brush *b, const double corner[2], double radius) {
  const double centre[2] = {corner[0] - 0.5, corner[1] - 0.5};
  if (radius > SLIM) fill_line(b, centre, centre, radius - SLIM);
}

static void choose_colour(brush *b, const uint8_t colour[3], bool light) {
  for (int c = 0; c < 3; c++) {
    float value = light ? fminf(255.0f, rintf(LIGHTER * (float)colour[c])) : (float)colour[c];
    b->colour[c] = (uint8_t)value;
  }
}

static void draw_polygon(brush *b, const orr_scene_shape *shape, const orr_raster_outline *o) {
  bool goal = shape->layer == ORR_LAYER_GOAL;
  choose_colour(b, shape->colour, !goal);
  fill_polygon(b, (const double(*)[2])o->points, o->count);
  if (goal) return;
  choose_colour(b, shape->colour, false);
  for (size_t i = 0, last = o->count - 1; i < o->count; last = i++)
    fill_line(b, o->points[last], o->points[i], OUTLINE + FAT);
}

static void draw_disc(brush *b, const orr_scene_shape *shape, const orr_raster_outline *o) {
  choose_colour(b, shape->colour, false);
  fill_disc(b, o->points[0], rint(o->radius));
  if (shape->layer == ORR_LAYER_GOAL) return;
  choose_colour(b, shape->colour, true);
  fill_disc(b, o->points[0], rint(o->radius - RIM));
}

static void draw_shape(brush *b, const orr_scene_shape *shape) {
  orr_raster_outline o;
  orr_raster_pose pose = orr_raster_scene_pose(shape->position, shape->angle);
  if (!orr_raster_scene_outline(&b->camera, shape, &pose, &o)) return;
  for (size_t i = 0; i < o.count; i++)
    for (int k = 0; k < 2; k++) o.points[i][k] = rint(o.points[i][k]);
  if (o.count > 2) {
    draw_polygon(b, shape, &o);
  } else if (o.count == 1) {
    draw_disc(b, shape, &o);
  } else {
    choose_colour(b, shape->colour, false);
    fill_line(b, o.points[0], o.points[1], orr_max(0.5, o.radius) + FAT);
  }
}

static brush draw_layers(const orr_raster_theme *theme, const orr_scene *scene, orr_image *canvas,
                         int first, int last) {
  brush b = {.theme = theme,
             .canvas = canvas,
             .camera = orr_camera_fit(scene, 0, 0, theme->x.size, theme->y.size),
             .dirty = {canvas->width, canvas->height, 0, 0}};
  for (int layer = first; layer <= last; layer++)
    for (size_t i = 0; i < scene->shape_count; i++)
      if ((int)scene->shapes[i].layer == layer) draw_shape(&b, &scene->shapes[i]);
  return b;
}

static void draw_still(const void *context, const orr_scene *scene, orr_image *canvas) {
  memset(canvas->pixels, 255, (size_t)canvas->width * (size_t)canvas->height * 3);
  draw_layers(context, scene, canvas, ORR_LAYER_GOAL, ORR_LAYER_STATIC);
}

/* ---- to the picture ---- */

/* One pixel: the four of the canvas about its middle. */
static void reduce_pixel(const orr_raster_theme *theme, int col, int row, uint8_t *out) {
  const axis *x = &theme->x, *y = &theme->y;
  int right = x->share[col], low = y->share[row], whole = 1 << SHARE_BITS;
  const uint8_t *p =
      theme->canvas.pixels + ((size_t)y->from[row] * (size_t)x->used + (size_t)x->from[col]) * 3;
  size_t on = right ? 3 : 0, down = low ? (size_t)x->used * 3 : 0;
  for (int c = 0; c < 3; c++, p++) {
    int upper = p[0] * (whole - right) + p[on] * right;
    int lower = p[down] * (whole - right) + p[down + on] * right;
    *out++ = (uint8_t)((upper * (whole - low) + lower * low + (1 << (2 * SHARE_BITS - 1))) >>
                       (2 * SHARE_BITS));
  }
}

/* The pixels of `box` that lie in the target; the picture's corner is at x, y. */
static void reduce(const orr_raster_theme *theme, orr_raster_box box, int x, int y,
                   const orr_raster_target *target) {
  int x0 = x + box.x0 > target->x ? box.x0 : target->x - x;
  int y0 = y + box.y0 > target->y ? box.y0 : target->y - y;
  int x1 = x + box.x1 < target->x + target->width ? box.x1 : target->x + target->width - x;
  int y1 = y + box.y1 < target->y + target->height ? box.y1 : target->y + target->height - y;
  for (int row = y0; row < y1; row++) {
    size_t at = (size_t)(y + row) * (size_t)target->image->width + (size_t)(x + x0);
    for (int col = x0; col < x1; col++, at++)
      reduce_pixel(theme, col, row, target->image->pixels + at * 3);
  }
}

/* The pixels of the picture that look at used ones from `low` to `high`. */
static void looking(const axis *a, int low, int high, int *from, int *end) {
  *from = 0;
  while (*from < a->count && a->from[*from] + 1 < low) ++*from;
  *end = *from;
  while (*end < a->count && a->from[*end] < high) ++*end;
}

static void restore(const orr_raster_theme *theme, const orr_image *base, orr_raster_box dirty) {
  if (dirty.x1 <= dirty.x0) return;
  size_t row = (size_t)base->width * 3, from = (size_t)dirty.x0 * 3;
  for (int y = dirty.y0; y < dirty.y1; y++)
    memcpy(theme->canvas.pixels + (size_t)y * row + from, base->pixels + (size_t)y * row + from,
           (size_t)(dirty.x1 - dirty.x0) * 3);
}

orr_status orr_raster_theme_paint(orr_raster_theme *theme, const orr_scene *scene, orr_image *image,
                                  int x, int y, orr_error *err) {
  const orr_image *base;
  bool changed;
  orr_image *still = &theme->still;
  ORR_TRY(orr_raster_base_of(theme->base, scene, draw_still, theme, &base, &changed, err));
  if (changed) {
    orr_raster_target all = orr_raster_scene_target(still, 0, 0, still->width, still->height);
    restore(theme, base, (orr_raster_box){0, 0, base->width, base->height});
    reduce(theme, (orr_raster_box){0, 0, still->width, still->height}, 0, 0, &all);
  }
  orr_raster_target target = orr_raster_scene_target(image, x, y, still->width, still->height);
  orr_raster_base_copy(still, x, y, &target);
  brush b = draw_layers(theme, scene, &theme->canvas, ORR_LAYER_BODY, ORR_LAYER_ACTOR);
  orr_raster_box box;
  looking(&theme->x, b.dirty.x0, b.dirty.x1, &box.x0, &box.x1);
  looking(&theme->y, b.dirty.y0, b.dirty.y1, &box.y0, &box.y1);
  reduce(theme, box, x, y, &target);
  restore(theme, base, b.dirty);
  return ORR_OK;
}
