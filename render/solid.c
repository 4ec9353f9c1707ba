#include "base/maths.h"
#include "base/memory.h"
#include "base/rotation.h"
#include "render/solid_private.h"
#include <string.h>

#define SUN_SIZE 1024 /* samples of the sun's picture along a side */
#define AMBIENT  0.52 /* light from everywhere */
#define SKY      0.10 /* more from above */
#define DIFFUSE  0.50 /* from the lamp */

static const double sky[3] = {243, 245, 247};

struct orr_solid_painter {
  int width, height, samples;
  orr_depth view, sun;
  orr_solid *solids;
  size_t count, capacity;
  /* Of the scene that is being painted. */
  const orr_eye *eye;
  orr_eye from_sun;
  orr_scene_light light;
  double centre[3], radius; /* a ball about the world */
  double square;            /* side of a plane's squares */
};

/* ---- memory ---- */

static orr_status create_depth(orr_depth *depth, int width, int height, bool faces,
                               orr_error *err) {
  depth->width = width;
  depth->height = height;
  size_t count = (size_t)width * (size_t)height;
  ORR_TRY(orr_new(&depth->keys, count, sizeof *depth->keys, err));
  return faces ? orr_new(&depth->faces, count, sizeof *depth->faces, err) : ORR_OK;
}

orr_status orr_solid_create(int width, int height, int samples, orr_solid_painter **out,
                            orr_error *err) {
  ORR_ASSERT(width > 0 && height > 0 && samples > 0);
  orr_solid_painter *painter;
  *out = NULL;
  ORR_TRY(orr_new(&painter, 1, sizeof *painter, err));
  painter->width = width;
  painter->height = height;
  painter->samples = samples;
  orr_status status = create_depth(&painter->view, width * samples, height * samples, true, err);
  if (status == ORR_OK) status = create_depth(&painter->sun, SUN_SIZE, SUN_SIZE, false, err);
  if (status == ORR_OK)
    *out = painter;
  else
    orr_solid_destroy(painter);
  return status;
}

void orr_solid_destroy(orr_solid_painter *painter) {
  if (!painter) return;
  orr_free(painter->view.keys);
  orr_free(painter->view.faces);
  orr_free(painter->sun.keys);
  orr_free(painter->solids);
  orr_free(painter);
}

/* ---- what there is to draw ---- */

static bool drawable(const orr_scene_shape *shape) {
  if (shape->kind < ORR_SCENE_SPHERE) return false;
  double sum = 0.0, least = 0.0;
  for (int k = 0; k < 3; k++) {
    sum += shape->position[k] + shape->size[k];
    least = orr_min(least, shape->size[k]);
  }
  for (int k = 0; k < 4; k++) sum += shape->rotation[k];
  return isfinite(sum) && least >= 0.0;
}

static void set_axes(const double rotation[4], double axes[3][3]) {
  double q[4] = {1.0, 0.0, 0.0, 0.0}, square = 0.0;
  for (int k = 0; k < 4; k++) square += rotation[k] * rotation[k];
  for (int k = 0; k < 4 && square > 1e-24; k++) q[k] = rotation[k] / sqrt(square);
  orr_quaternion_matrix(q, axes);
}

static void take_solids(orr_solid_painter *painter, const orr_scene *scene) {
  int faces = 0;
  painter->count = 0;
  for (size_t i = 0; i < scene->shape_count; i++) {
    const orr_scene_shape *shape = &scene->shapes[i];
    size_t own = shape->kind == ORR_SCENE_MESH ? shape->mesh.triangle_count : 1;
    if (!drawable(shape) || own > (size_t)(INT32_MAX - faces)) continue;
    orr_solid *solid = &painter->solids[painter->count++];
    *solid = (orr_solid){.shape = shape, .first = faces};
    memcpy(solid->size, shape->size, sizeof solid->size);
    solid->endless =
        shape->kind == ORR_SCENE_PLANE && !(shape->size[0] > 0.0 && shape->size[1] > 0.0);
    if (solid->endless) solid->size[0] = solid->size[1] = 10.0 * painter->radius;
    set_axes(shape->rotation, solid->axes);
    faces += (int)own;
  }
}

static orr_status prepare(orr_solid_painter *painter, const orr_scene *scene, orr_error *err) {
  if (scene->shape_count > painter->capacity) {
    orr_free(painter->solids);
    painter->capacity = 0;
    ORR_TRY(orr_new(&painter->solids, scene->shape_count, sizeof *painter->solids, err));
    painter->capacity = scene->shape_count;
  }
  double low[3], high[3], square = 0.0;
  orr_eye_bounds(scene, low, high);
  for (int k = 0; k < 3; k++) {
    painter->centre[k] = 0.5 * (low[k] + high[k]);
    square += 0.25 * (high[k] - low[k]) * (high[k] - low[k]);
  }
  painter->radius = sqrt(square);
  painter->square = pow(10.0, floor(log10(0.7 * painter->radius))); /* a round length */
  if (painter->square > 0.35 * painter->radius) painter->square *= 0.5;
  take_solids(painter, scene);
  return ORR_OK;
}

/* ---- light ---- */

static double normalise(double v[3]) {
  double length = sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  for (int k = 0; k < 3; k++) v[k] = length > 1e-12 ? v[k] / length : -(double)(k == 2);
  return length;
}

static void choose_light(orr_solid_painter *painter, const orr_scene *scene) {
  static const orr_scene_light noon = {.kind = ORR_SCENE_LIGHT_SUN,
                                       .direction = {0.4, 0.55, -1.0},
                                       .power = 1.0,
                                       .colour = {255, 255, 255}};
  static const double up[3] = {0.0, 0.0, 1.0};
  double sum = 0.0;
  painter->light = scene->light_count ? scene->lights[0] : noon;
  orr_scene_light *light = &painter->light;
  for (int k = 0; k < 3; k++) sum += light->position[k] + light->direction[k];
  if (!isfinite(sum + light->angle + light->power)) *light = noon;
  normalise(light->direction);
  double forward[3];
  for (int k = 0; k < 3; k++)
    forward[k] = light->kind == ORR_SCENE_LIGHT_SUN ? light->direction[k]
                                                    : painter->centre[k] - light->position[k];
  normalise(forward);
  painter->from_sun =
      orr_eye_parallel(painter->centre, 1.1 * painter->radius, forward, up, SUN_SIZE, SUN_SIZE);
}

/* Part of the sun's light that reaches a point, from the four nearest samples of its picture. */
static double sunshine(const orr_solid_painter *painter, const double world[3],
                       const double normal[3]) {
  const orr_depth *map = &painter->sun;
  double at[3], seen[3], pixel[3], step = 1.0 / painter->from_sun.scale, lit = 0.0;
  for (int k = 0; k < 3; k++) at[k] = world[k] + 1.5 * step * normal[k]; /* not its own shadow */
  orr_eye_look(&painter->from_sun, at, seen);
  orr_eye_project(&painter->from_sun, seen, pixel);
  double x = pixel[0] - 0.5, y = pixel[1] - 0.5;
  if (!(x >= 0.0 && y >= 0.0 && x < map->width - 1 && y < map->height - 1)) return 1.0;
  int left = (int)x, top = (int)y;
  for (int i = 0; i < 4; i++) {
    double wx = i & 1 ? x - left : 1.0 - (x - left), wy = i & 2 ? y - top : 1.0 - (y - top);
    size_t cell = (size_t)(top + (i >> 1)) * (size_t)map->width + (size_t)(left + (i & 1));
    if (pixel[2] + step >= (double)map->keys[cell]) lit += wx * wy;
  }
  return lit;
}

/* What the lamp adds at a point of a surface, 0..1. */
static double lamp(const orr_solid_painter *painter, const double world[3],
                   const double normal[3]) {
  const orr_scene_light *light = &painter->light;
  double towards[3], cosine = 0.0, axis = 0.0;
  for (int k = 0; k < 3; k++)
    towards[k] =
        light->kind == ORR_SCENE_LIGHT_SUN ? -light->direction[k] : light->position[k] - world[k];
  normalise(towards);
  for (int k = 0; k < 3; k++) {
    cosine += towards[k] * normal[k];
    axis -= towards[k] * light->direction[k];
  }
  if (cosine <= 0.0) return 0.0;
  if (light->kind == ORR_SCENE_LIGHT_SPOT && axis < cos(light->angle)) return 0.0;
  double power = orr_max(light->power, 0.0);
  return cosine * 2.0 * power / (1.0 + power) * sunshine(painter, world, normal);
}

/* ---- colour ---- */

static const orr_solid *solid_of(const orr_solid_painter *painter, int face) {
  size_t low = 0, high = painter->count;
  while (high - low > 1) {
    size_t middle = (low + high) / 2;
    if (painter->solids[middle].first <= face)
      low = middle;
    else
      high = middle;
  }
  return &painter->solids[low];
}

/* Of a chessboard. */
static double checker(const orr_solid_painter *painter, const double local[3]) {
  double x = floor(local[0] / painter->square), y = floor(local[1] / painter->square);
  double half = 0.5 * (x + y);
  return half > floor(half) ? 0.9 : 1.0;
}

/* How far an endless plane has faded into the sky. */
static double haze(const orr_solid_painter *painter, const double world[3]) {
  double square = 0.0;
  for (int k = 0; k < 3; k++)
    square += (world[k] - painter->centre[k]) * (world[k] - painter->centre[k]);
  double share = orr_clamp((sqrt(square) / painter->radius - 1.2) / 4.0, 0.0, 1.0);
  return share * (2.0 - share);
}

static void shade(const orr_solid_painter *painter, int face, const double pixel[3],
                  double colour[3]) {
  const orr_solid *solid = solid_of(painter, face);
  double world[3], local[3] = {0.0, 0.0, 0.0}, own[3], normal[3] = {0.0, 0.0, 0.0};
  orr_eye_unproject(painter->eye, pixel, world);
  for (int k = 0; k < 3; k++)
    for (int i = 0; i < 3; i++)
      local[k] += solid->axes[i][k] * (world[i] - solid->shape->position[i]);
  orr_solid_normal(solid, face - solid->first, local, own);
  for (int i = 0; i < 3; i++)
    for (int k = 0; k < 3; k++) normal[i] += solid->axes[i][k] * own[k];
  double direct = DIFFUSE * lamp(painter, world, normal), even = AMBIENT + SKY * normal[2];
  bool plane = solid->shape->kind == ORR_SCENE_PLANE;
  double pattern = plane ? checker(painter, local) : 1.0;
  double far = solid->endless ? haze(painter, world) : 0.0;
  double mirror = 0.6 * orr_clamp(solid->shape->material.mirror, 0.0, 1.0);
  for (int k = 0; k < 3; k++) {
    double light = even + direct * painter->light.colour[k] / 255.0;
    double value = orr_min(255.0, solid->shape->colour[k] * light * pattern);
    value += mirror * (sky[k] * light - value);
    value += far * (sky[k] - value);
    colour[k] = value > 0.0 ? orr_min(value, 255.0) : 0.0; /* not a number: black */
  }
}

/* ---- painting ---- */

typedef struct placer {
  const orr_solid *solid;
  orr_depth *depth;
  const orr_eye *eye;
  bool cull, stipple;
} placer;

static void place(void *user, const double corners[3][3], int face) {
  const placer *p = user;
  double world[3][3];
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < 3; i++) {
      world[c][i] = p->solid->shape->position[i];
      for (int k = 0; k < 3; k++) world[c][i] += p->solid->axes[i][k] * corners[c][k];
    }
  orr_depth_triangle(p->depth, p->eye, (const double(*)[3])world, p->solid->first + face, p->cull,
                     p->stipple);
}

/* Corners of a circle: more, the larger it looks. A multiple of 4. */
static int segments_of(const orr_solid *solid, const orr_eye *eye) {
  double seen[3], radius = orr_max(solid->size[0], solid->size[1]);
  if (solid->shape->kind != ORR_SCENE_ELLIPSOID) radius = solid->size[0];
  orr_eye_look(eye, solid->shape->position, seen);
  double pixels = radius * eye->scale;
  if (!eye->parallel) pixels /= orr_max(seen[2], orr_max(radius, eye->near));
  double quarter = ceil(sqrt(pixels));
  return 4 * (quarter > 3.0 ? (int)orr_min(quarter, ORR_SOLID_SEGMENTS / 4) : 3);
}

/* What is opaque comes first: a goal where its body is does not hide it. */
static void place_all(orr_solid_painter *painter, orr_depth *depth, const orr_eye *eye,
                      bool visible) {
  orr_depth_clear(depth);
  for (int goals = 0; goals <= visible; goals++)
    for (size_t i = 0; i < painter->count; i++) {
      const orr_solid *solid = &painter->solids[i];
      if ((solid->shape->layer == ORR_LAYER_GOAL) != goals) continue;
      if (!visible && solid->shape->kind == ORR_SCENE_PLANE) continue;
      placer p = {solid, depth, eye, visible, goals};
      orr_solid_faces(solid, segments_of(solid, eye), place, &p);
    }
}

/* The colour of a sample: x, y in samples. */
static void sample_colour(const orr_solid_painter *painter, int x, int y, double colour[3]) {
  size_t at = (size_t)y * (size_t)painter->view.width + (size_t)x;
  int face = painter->view.faces[at];
  if (face < 0) {
    memcpy(colour, sky, sizeof sky);
    return;
  }
  const double pixel[3] = {x + 0.5, y + 0.5, (double)painter->view.keys[at]};
  shade(painter, face, pixel, colour);
}

/* Two opposite samples stand for a pixel of one face whose colours agree. */
static bool even_pixel(const orr_solid_painter *painter, int x, int y, double colour[3]) {
  int n = painter->samples,
      face = painter->view.faces[(size_t)y * (size_t)painter->view.width + (size_t)x];
  for (int i = 0; i < n * n; i++) {
    size_t at = (size_t)(y + i / n) * (size_t)painter->view.width + (size_t)(x + i % n);
    if (painter->view.faces[at] != face) return false;
  }
  double other[3], apart = 0.0;
  sample_colour(painter, x, y, colour);
  sample_colour(painter, x + n - 1, y + n - 1, other);
  for (int k = 0; k < 3; k++) {
    apart = orr_max(apart, fabs(colour[k] - other[k]));
    colour[k] = 0.5 * (colour[k] + other[k]);
  }
  return apart < 6.0;
}

static void pixel_colour(const orr_solid_painter *painter, int x, int y, double colour[3]) {
  int n = painter->samples;
  if (even_pixel(painter, x * n, y * n, colour)) return;
  colour[0] = colour[1] = colour[2] = 0.0;
  for (int i = 0; i < n * n; i++) {
    double one[3];
    sample_colour(painter, x * n + i % n, y * n + i / n, one);
    for (int k = 0; k < 3; k++) colour[k] += one[k] / (n * n);
  }
}

/* Where the picture goes. */
typedef struct colouring {
  const orr_solid_painter *painter;
  orr_image *image;
  int x, y;
} colouring;

static void colour_row(void *context, size_t row, size_t lane) {
  const colouring *work = context;
  (void)lane;
  size_t start = ((size_t)work->y + row) * (size_t)work->image->width + (size_t)work->x;
  uint8_t *out = work->image->pixels + 3 * start;
  for (int col = 0; col < work->painter->width; col++, out += 3) {
    double colour[3];
    pixel_colour(work->painter, col, (int)row, colour);
    for (int k = 0; k < 3; k++) out[k] = (uint8_t)(colour[k] + 0.5);
  }
}

orr_status orr_solid_paint(orr_solid_painter *painter, const orr_eye *eye, const orr_scene *scene,
                           orr_pool *pool, orr_image *image, int x, int y, orr_error *err) {
  ORR_ASSERT(x >= 0 && y >= 0 && x + painter->width <= image->width &&
             y + painter->height <= image->height);
  ORR_TRY(prepare(painter, scene, err));
  choose_light(painter, scene);
  orr_eye samples = *eye; /* the same picture, of samples */
  samples.scale *= painter->samples;
  for (int k = 0; k < 2; k++) samples.middle[k] *= painter->samples;
  painter->eye = &samples;
  place_all(painter, &painter->sun, &painter->from_sun, false);
  place_all(painter, &painter->view, &samples, true);
  colouring work = {painter, image, x, y};
  orr_pool_run(pool, (size_t)painter->height, colour_row, &work);
  painter->eye = NULL;
  return ORR_OK;
}
