#include "tests/render/random_scene.h"
#include "base/maths.h"
#include "base/random.h"
#include "base/rotation.h"
#include <string.h>

#define SIDE 4.0   /* of the world; it is SIDE / 2 high */
#define GAP  0.003 /* between a solid and the floor: faces in one plane have no one picture */

/* ---- small draws ---- */

static bool chance(orr_random *random, double part) { return orr_random_unit(random) < part; }

static void draw_colour(orr_random *random, double low, uint8_t out[3]) {
  for (int k = 0; k < 3; k++) out[k] = (uint8_t)orr_random_uniform(random, low, 256.0);
}

static void draw_rotation(orr_random *random, double out[4]) {
  double square = 0.0;
  for (int k = 0; k < 4; k++) out[k] = orr_random_normal(random);
  for (int k = 0; k < 4; k++) square += out[k] * out[k];
  for (int k = 0; k < 4; k++) out[k] /= sqrt(square);
}

/* ---- solids ---- */

/* Corners in order on an ellipse: convex. */
static void draw_prism(orr_random *random, double corners[][2], orr_scene_shape *shape) {
  shape->vertex_count = (size_t)orr_random_integer(random, 3, RANDOM_CORNERS + 1);
  double a = orr_random_uniform(random, 0.2, 0.45), b = orr_random_uniform(random, 0.2, 0.45);
  for (size_t i = 0; i < shape->vertex_count; i++) {
    double turn = (double)i + orr_random_uniform(random, -0.3, 0.3);
    double angle = 2.0 * ORR_PI * turn / (double)shape->vertex_count;
    corners[i][0] = a * cos(angle);
    corners[i][1] = b * sin(angle);
  }
  shape->vertices = (const double(*)[2])corners;
  shape->size[0] = a;
  shape->size[1] = b;
}

static void draw_solid(random_scene *out, orr_random *random, int index, orr_scene_shape *shape) {
  static const orr_scene_kind kinds[] = {ORR_SCENE_SPHERE, ORR_SCENE_BOX,      ORR_SCENE_CAPSULE,
                                         ORR_SCENE_BOX,    ORR_SCENE_CYLINDER, ORR_SCENE_ELLIPSOID,
                                         ORR_SCENE_PRISM,  ORR_SCENE_MESH};
  *shape = (orr_scene_shape){.kind = kinds[orr_random_integer(random, 0, 8)],
                             .layer = ORR_LAYER_BODY,
                             .body = index,
                             .label = index + 1,
                             .rotation = {1, 0, 0, 0}};
  for (int k = 0; k < 3; k++) shape->size[k] = orr_random_uniform(random, 0.12, 0.42);
  draw_colour(random, 30.0, shape->colour);
  if (shape->kind == ORR_SCENE_PRISM) draw_prism(random, out->corners[index], shape);
  if (shape->kind == ORR_SCENE_MESH)
    shape->mesh = (orr_scene_mesh){.vertices = (const float(*)[3])out->vertices,
                                   .triangles = (const int(*)[3])out->triangles,
                                   .vertex_count = RANDOM_RING * RANDOM_TUBE,
                                   .triangle_count = 2 * RANDOM_RING * RANDOM_TUBE};
}

static void draw_material(random_scene *out, orr_random *random, orr_scene_shape *shape) {
  orr_scene_material *material = &shape->material;
  double sort = orr_random_unit(random), look = orr_random_unit(random);
  material->gloss = chance(random, 0.4) ? orr_random_uniform(random, 0.1, 0.8) : 0.0;
  if (sort < 0.2) {
    material->mirror = orr_random_uniform(random, 0.3, 0.95);
  } else if (sort < 0.35) {
    material->glass = orr_random_uniform(random, 0.6, 0.95);
    material->index = orr_random_uniform(random, 1.2, 1.8);
    draw_colour(random, 200.0, shape->colour);
  }
  material->tile = orr_random_uniform(random, 0.1, 0.3);
  draw_colour(random, 30.0, material->second);
  if (look < 0.2) material->pattern = ORR_PATTERN_CHECKER;
  if (look > 0.9) material->pattern = ORR_PATTERN_IMAGE;
  material->texture = &out->texture;
}

/* The radius of a ball about the origin, and the height of the origin when it stands. */
static double radius_of(const orr_scene_shape *shape, double *height) {
  const double *size = shape->size;
  switch (shape->kind) {
  case ORR_SCENE_SPHERE: return *height = size[0];
  case ORR_SCENE_CAPSULE: return *height = size[0] + size[1];
  case ORR_SCENE_CYLINDER: *height = size[1]; return hypot(size[0], size[1]);
  case ORR_SCENE_ELLIPSOID: *height = size[2]; return orr_max(size[0], orr_max(size[1], size[2]));
  case ORR_SCENE_MESH: *height = 0.13; return 0.5;
  default: *height = size[2]; return hypot(hypot(size[0], size[1]), size[2]);
  }
}

static bool is_free(const random_scene *out, const orr_scene_shape *shape, double radius) {
  for (size_t i = 1; i < out->scene.shape_count; i++) {
    double height, apart = 0.0;
    for (int k = 0; k < 3; k++) {
      double away = out->shapes[i].position[k] - shape->position[k];
      apart += away * away;
    }
    if (sqrt(apart) < radius + radius_of(&out->shapes[i], &height)) return false;
  }
  return true;
}

/* Stands on the floor, or floats, turned in any way; false when no place was found. */
static bool place_solid(const random_scene *out, orr_random *random, orr_scene_shape *shape) {
  double height, radius = radius_of(shape, &height);
  bool floats = chance(random, 0.4);
  for (int attempt = 0; attempt < 50; attempt++) {
    for (int k = 0; k < 2; k++)
      shape->position[k] = orr_random_uniform(random, 0.1 * SIDE, 0.9 * SIDE);
    shape->position[2] =
        floats ? radius + GAP + orr_random_uniform(random, 0.0, 0.6) : height + GAP;
    double turn = orr_random_uniform(random, -ORR_PI, ORR_PI);
    if (floats)
      draw_rotation(random, shape->rotation);
    else
      orr_quaternion_euler(0.0, 0.0, turn, shape->rotation);
    if (is_free(out, shape, radius)) return true;
  }
  return false;
}

static void draw_floor(random_scene *out, orr_random *random) {
  orr_scene_shape *floor = &out->shapes[out->scene.shape_count++];
  *floor = (orr_scene_shape){.kind = ORR_SCENE_PLANE,
                             .layer = ORR_LAYER_STATIC,
                             .body = -1,
                             .position = {0.5 * SIDE, 0.5 * SIDE, 0.0},
                             .rotation = {1, 0, 0, 0}};
  draw_colour(random, 120.0, floor->colour);
  if (chance(random, 0.3)) floor->size[0] = floor->size[1] = 0.7 * SIDE;
  if (chance(random, 0.2)) floor->material.mirror = orr_random_uniform(random, 0.1, 0.5);
  if (chance(random, 0.15)) floor->material.pattern = ORR_PATTERN_IMAGE;
  floor->material.texture = &out->texture;
}

/* ---- what all share ---- */

/* Turned a little: a facet as near to one axis as to another has no one place on its pattern. */
static void make_ring(random_scene *out) {
  for (int i = 0; i < RANDOM_RING; i++)
    for (int j = 0; j < RANDOM_TUBE; j++) {
      int next = (i + 1) % RANDOM_RING, up = (j + 1) % RANDOM_TUBE, n = i * RANDOM_TUBE + j;
      double a = 2.0 * ORR_PI * (i + 0.3) / RANDOM_RING;
      double b = 2.0 * ORR_PI * (j + 0.2) / RANDOM_TUBE;
      double away = 0.36 + 0.13 * cos(b);
      const double place[3] = {away * cos(a), away * sin(a), 0.13 * sin(b)};
      for (int k = 0; k < 3; k++) out->vertices[n][k] = (float)place[k];
      const int corners[2][3] = {{n, next * RANDOM_TUBE + j, next * RANDOM_TUBE + up},
                                 {n, next * RANDOM_TUBE + up, i * RANDOM_TUBE + up}};
      memcpy(out->triangles[2 * n], corners, sizeof corners);
    }
}

static void make_texture(random_scene *out, orr_random *random) {
  for (int i = 0; i < RANDOM_TEXELS * RANDOM_TEXELS; i++)
    draw_colour(random, 60.0, out->texels[i / RANDOM_TEXELS][i % RANDOM_TEXELS]);
  out->texture = (orr_scene_texture){
      .width = RANDOM_TEXELS, .height = RANDOM_TEXELS, .pixels = &out->texels[0][0][0]};
}

static void draw_lamp(orr_random *random, size_t count, orr_scene_light *lamp) {
  const double middle[3] = {0.5 * SIDE, 0.5 * SIDE, 0.2};
  double square = 0.0;
  *lamp = (orr_scene_light){.kind = (orr_scene_light_kind)orr_random_integer(random, 0, 4)};
  for (int k = 0; k < 2; k++) lamp->position[k] = orr_random_uniform(random, 0.0, SIDE);
  lamp->position[2] = orr_random_uniform(random, 2.0, 3.5);
  for (int k = 0; k < 3; k++) {
    double aim = middle[k] + orr_random_uniform(random, -0.5, 0.5) - lamp->position[k];
    lamp->direction[k] = aim;
    square += aim * aim;
  }
  lamp->angle = orr_random_uniform(random, 0.3, 0.8);
  if (chance(random, 0.5)) lamp->radius = orr_random_uniform(random, 0.05, 0.35);
  if (lamp->kind == ORR_SCENE_LIGHT_SUN) lamp->radius *= 0.3;
  if (chance(random, 0.5)) lamp->reach = sqrt(square);
  lamp->power = orr_random_uniform(random, 0.5, 1.1) / sqrt((double)count);
  draw_colour(random, 190.0, lamp->colour);
}

static void draw_camera(orr_random *random, orr_scene_camera *camera) {
  double turn = orr_random_uniform(random, -ORR_PI, ORR_PI);
  double rise = orr_random_uniform(random, 0.2, 1.1), away = orr_random_uniform(random, 4.0, 6.0);
  const double target[3] = {0.5 * SIDE, 0.5 * SIDE, 0.3};
  const double towards[3] = {cos(turn) * cos(rise), sin(turn) * cos(rise), sin(rise)};
  *camera = (orr_scene_camera){.up = {0.0, 0.0, 1.0}};
  for (int k = 0; k < 3; k++) {
    camera->target[k] = target[k];
    camera->position[k] = target[k] + away * towards[k];
  }
  camera->field_of_view = orr_random_uniform(random, 0.6, 1.0);
}

static void add_solids(random_scene *out, orr_random *random) {
  int count = (int)orr_random_integer(random, 5, RANDOM_SOLIDS + 1);
  for (int i = 0; i < count; i++) {
    orr_scene_shape shape;
    draw_solid(out, random, i, &shape);
    draw_material(out, random, &shape);
    if (place_solid(out, random, &shape)) out->shapes[out->scene.shape_count++] = shape;
  }
}

static void add_goal(random_scene *out, orr_random *random) {
  orr_scene_shape goal = out->shapes[1];
  goal.layer = ORR_LAYER_GOAL;
  goal.body = -1;
  goal.label = 0;
  draw_colour(random, 80.0, goal.colour);
  if (place_solid(out, random, &goal)) out->shapes[out->scene.shape_count++] = goal;
}

void random_scene_make(uint64_t number, random_scene *out) {
  orr_random random = orr_random_at(number, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  memset(out, 0, sizeof *out);
  out->scene = (orr_scene){.dimensions = 3,
                           .size = {SIDE, SIDE, 0.5 * SIDE},
                           .shapes = out->shapes,
                           .lights = out->lights,
                           .sky = &out->sky,
                           .camera = &out->camera};
  make_ring(out);
  make_texture(out, &random);
  draw_floor(out, &random);
  add_solids(out, &random);
  if (chance(&random, 0.3)) add_goal(out, &random);
  out->scene.light_count = (size_t)orr_random_integer(&random, 1, RANDOM_LAMPS + 1);
  for (size_t i = 0; i < out->scene.light_count; i++)
    draw_lamp(&random, out->scene.light_count, &out->lights[i]);
  draw_camera(&random, &out->camera);
  out->sky.ambient = orr_random_uniform(&random, 0.15, 0.45);
  draw_colour(&random, 200.0, out->sky.horizon);
  draw_colour(&random, 120.0, out->sky.zenith);
}

double psnr(const orr_image *a, const orr_image *b) {
  size_t count = 3 * (size_t)a->width * (size_t)a->height;
  double square = 0.0;
  for (size_t i = 0; i < count; i++) {
    double apart = (double)a->pixels[i] - (double)b->pixels[i];
    square += apart * apart;
  }
  return 10.0 * log10(255.0 * 255.0 * (double)count / square);
}
