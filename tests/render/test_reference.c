/* What the certificate of the fast caster relies on: the reference is the same for any number of
 * threads, tends to one picture with more samples, and finds solids where other ways find them. */
#include "base/maths.h"
#include "base/memory.h"
#include "base/random.h"
#include "render/reference.h"
#include "tests/render/random_scene.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SIDE 48

static orr_reference_def def_of(int samples, uint64_t seed) {
  orr_reference_def def = orr_reference_default();
  def.width = def.height = SIDE;
  def.samples = samples;
  def.seed = seed;
  return def;
}

static orr_image paint(const orr_reference_def *def, const orr_scene *scene, orr_pool *pool) {
  orr_image image;
  orr_control control = {.pool = pool};
  orr_eye eye = orr_eye_of(scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  assert_int_equal(orr_reference_paint(def, &eye, scene, &control, &image, 0, 0, NULL), ORR_OK);
  return image;
}

static void test_psnr(void **state) {
  (void)state;
  orr_image a, b;
  assert_int_equal(orr_image_create(10, 10, &a, NULL), ORR_OK);
  assert_int_equal(orr_image_create(10, 10, &b, NULL), ORR_OK);
  assert_true(isinf(psnr(&a, &b)));
  for (int i = 0; i < 300; i++) b.pixels[i] = 51; /* a fifth of 255 */
  assert_true(fabs(psnr(&a, &b) - 20.0 * log10(5.0)) < 1e-12);
  orr_image_destroy(&a);
  orr_image_destroy(&b);
}

static void test_any_threads_same_bytes(void **state) {
  (void)state;
  static random_scene random;
  orr_pool *pool;
  orr_reference_def def = def_of(4, 5);
  assert_int_equal(orr_pool_create(3, &pool, NULL), ORR_OK);
  for (int global = 0; global <= 1; global++) {
    random_scene_make(3, &random);
    def.global = global;
    orr_image one = paint(&def, &random.scene, NULL), many = paint(&def, &random.scene, pool);
    assert_memory_equal(one.pixels, many.pixels, SIDE * SIDE * 3);
    def.seed++;
    orr_image other = paint(&def, &random.scene, pool);
    assert_memory_not_equal(one.pixels, other.pixels, SIDE * SIDE * 3);
    orr_image_destroy(&one);
    orr_image_destroy(&many);
    orr_image_destroy(&other);
  }
  orr_pool_destroy(pool);
}

/* Independent samples would give 6 dB for 4 times as many; stratified ones give more. */
static void test_more_samples_less_noise(void **state) {
  (void)state;
  static random_scene random;
  double gained = 0.0;
  for (int number = 0; number < 3; number++) {
    double alike[2];
    random_scene_make((uint64_t)number, &random);
    for (int i = 0; i < 2; i++) {
      orr_reference_def first = def_of(4 << (4 * i), 1), second = def_of(4 << (4 * i), 2);
      orr_image a = paint(&first, &random.scene, NULL), b = paint(&second, &random.scene, NULL);
      alike[i] = psnr(&a, &b);
      orr_image_destroy(&a);
      orr_image_destroy(&b);
    }
    assert_true(alike[1] > 40.0);
    gained += (alike[1] - alike[0]) / 3.0;
  }
  assert_true(gained > 13.0);
}

/* ---- solids ---- */

static const float box_corners[8][3] = {
    {-0.3f, -0.4f, -0.5f}, {0.3f, -0.4f, -0.5f}, {-0.3f, 0.4f, -0.5f}, {0.3f, 0.4f, -0.5f},
    {-0.3f, -0.4f, 0.5f},  {0.3f, -0.4f, 0.5f},  {-0.3f, 0.4f, 0.5f},  {0.3f, 0.4f, 0.5f}};
static const int box_triangles[12][3] = {{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6},
                                         {0, 1, 4}, {1, 5, 4}, {2, 6, 3}, {3, 6, 7},
                                         {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}};
static const double box_outline[4][2] = {{-0.3, -0.4}, {-0.3, 0.4}, {0.3, 0.4}, {0.3, -0.4}};

static orr_scene_shape solid(orr_scene_kind kind, double a, double b, double c) {
  return (orr_scene_shape){.kind = kind,
                           .layer = ORR_LAYER_BODY,
                           .label = 7,
                           .position = {0.1, -0.1, 0.6},
                           .rotation = {0.8, 0.1, -0.5, 0.3},
                           .size = {a, b, c},
                           .colour = {220, 60, 30},
                           .vertices = box_outline,
                           .vertex_count = 4,
                           .mesh = {box_corners, box_triangles, 8, 12}};
}

/* A pair of shapes that are one solid gives one picture, shadow, glass and all. */
static void check_alike(orr_scene_shape a, orr_scene_shape b, double decibels) {
  static const orr_scene_camera camera = {
      .position = {2, -3, 2}, .target = {0, 0, 0.5}, .up = {0, 0, 1}, .field_of_view = 0.7};
  orr_scene_shape shapes[2] = {
      {.kind = ORR_SCENE_PLANE, .layer = ORR_LAYER_STATIC, .colour = {200, 200, 200}}};
  orr_scene scene = {
      .dimensions = 3, .size = {2, 2, 2}, .shapes = shapes, .shape_count = 2, .camera = &camera};
  orr_reference_def def = def_of(16, 1);
  for (int glass = 0; glass <= 1; glass++) {
    a.material.glass = b.material.glass = 0.8 * glass;
    a.material.mirror = b.material.mirror = 0.1;
    shapes[1] = a;
    orr_image first = paint(&def, &scene, NULL);
    shapes[1] = b;
    orr_image second = paint(&def, &scene, NULL);
    assert_true(psnr(&first, &second) > decibels);
    orr_image_destroy(&first);
    orr_image_destroy(&second);
  }
}

static void test_one_solid_in_other_words(void **state) {
  (void)state;
  orr_scene_shape box = solid(ORR_SCENE_BOX, 0.3, 0.4, 0.5);
  check_alike(box, solid(ORR_SCENE_PRISM, 0.3, 0.4, 0.5), 50.0);
  check_alike(box, solid(ORR_SCENE_MESH, 0.3, 0.4, 0.5), 50.0);
  orr_scene_shape ball = solid(ORR_SCENE_SPHERE, 0.5, 0, 0);
  check_alike(ball, solid(ORR_SCENE_ELLIPSOID, 0.5, 0.5, 0.5), 50.0);
  check_alike(ball, solid(ORR_SCENE_CAPSULE, 0.5, 0.0, 0.0), 50.0);
  /* The comparison can fail. */
  orr_image first, second;
  orr_scene_shape shapes[2] = {box, solid(ORR_SCENE_BOX, 0.3, 0.4, 0.52)};
  orr_scene scene = {.dimensions = 3, .size = {2, 2, 2}, .shapes = shapes, .shape_count = 1};
  orr_reference_def def = def_of(16, 1);
  first = paint(&def, &scene, NULL);
  scene.shapes = shapes + 1;
  second = paint(&def, &scene, NULL);
  assert_true(psnr(&first, &second) < 45.0);
  orr_image_destroy(&first);
  orr_image_destroy(&second);
}

/* Is a point of the solid's frame inside? Written from the words of sim/scene.h. */
static bool inside(const orr_scene_shape *shape, const double p[3]) {
  const double *size = shape->size;
  double flat = hypot(p[0], p[1]), ends = orr_max(fabs(p[2]) - size[1], 0.0);
  switch (shape->kind) {
  case ORR_SCENE_SPHERE: return hypot(flat, p[2]) < size[0];
  case ORR_SCENE_CAPSULE: return hypot(flat, ends) < size[0];
  case ORR_SCENE_CYLINDER: return flat < size[0] && fabs(p[2]) < size[1];
  case ORR_SCENE_ELLIPSOID: return hypot(hypot(p[0] / size[0], p[1] / size[1]), p[2] / size[2]) < 1;
  default: return fabs(p[0]) < size[0] && fabs(p[1]) < size[1] && fabs(p[2]) < size[2];
  }
}

/* Walks along the ray of each pixel in small steps until it is inside. */
static void check_depths(const orr_scene_shape *shape) {
  const double centre[3] = {0, 0, 0}, forward[3] = {0.3, 0.8, -0.52}, up[3] = {0, 0, 1};
  orr_scene scene = {.dimensions = 3, .size = {2, 2, 2}, .shapes = shape, .shape_count = 1};
  orr_eye eye = orr_eye_parallel(centre, 1.2, forward, up, SIDE, SIDE);
  orr_reference_def def = def_of(1, 1);
  float depths[SIDE * SIDE];
  uint8_t labels[SIDE * SIDE];
  int hits = 0;
  assert_int_equal(orr_reference_survey(&def, &eye, &scene, depths, labels, NULL), ORR_OK);
  for (int i = 0; i < SIDE * SIDE; i++) {
    const double step = 0.002;
    double depth = 0.0, point[3] = {10, 10, 10};
    for (; depth < 5.0 && !inside(shape, point); depth += step) {
      const double pixel[3] = {i % SIDE + 0.5, i / SIDE + 0.5, -depth};
      orr_eye_unproject(&eye, pixel, point);
    }
    bool found = depth < 5.0;
    hits += found;
    if (found != isfinite(depths[i])) {
      hits -= 1000; /* a ray that only touches may be missed: few of them */
      continue;
    }
    assert_int_equal(labels[i], found ? 7 : 0);
    if (found) assert_true(fabs((double)depths[i] + step - depth) < 1.01 * step);
  }
  assert_true((hits + 100000) % 1000 > 100);
  assert_true(hits > -4000);
}

static void test_depths(void **state) {
  (void)state;
  static const orr_scene_kind kinds[] = {ORR_SCENE_SPHERE, ORR_SCENE_BOX, ORR_SCENE_CAPSULE,
                                         ORR_SCENE_CYLINDER, ORR_SCENE_ELLIPSOID};
  for (int i = 0; i < 5; i++) {
    orr_scene_shape shape = solid(kinds[i], 0.4, 0.3, 0.6);
    memset(shape.position, 0, sizeof shape.position);
    memset(shape.rotation, 0, sizeof shape.rotation); /* none is said: none is meant */
    check_depths(&shape);
  }
}

/* ---- global light ---- */

/* A floor under an even sky is as bright with global light as without; with a wall that hides half
 * of the sky from the floor's points next to it, it is darker there by half of what the wall does
 * not give back. */
static void test_global_light(void **state) {
  (void)state;
  const double centre[3] = {0, 0, 1}, down[3] = {0, 0, -1}, up[3] = {0, 1, 0};
  orr_scene_sky sky = {0.5, {255, 255, 255}, {255, 255, 255}};
  orr_scene_light none = {.kind = ORR_SCENE_LIGHT_SUN};
  orr_scene_shape shapes[2] = {{.kind = ORR_SCENE_PLANE,
                                .layer = ORR_LAYER_STATIC,
                                .size = {50, 50, 0},
                                .colour = {200, 200, 200},
                                .material = {.pattern = ORR_PATTERN_PLAIN}},
                               {.kind = ORR_SCENE_BOX,
                                .layer = ORR_LAYER_STATIC,
                                .position = {-1, 0, 200},
                                .size = {1, 400, 200},
                                .colour = {0, 0, 0}}};
  orr_scene scene = {.dimensions = 3, .size = {2, 2, 2}, .shapes = shapes, .shape_count = 1};
  scene.sky = &sky;
  scene.lights = &none;
  scene.light_count = 1;
  orr_eye eye = orr_eye_parallel(centre, 2.0, down, up, SIDE, SIDE);
  orr_reference_def def = def_of(256, 1);
  orr_image image;
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  int middle = 3 * (SIDE / 2 * SIDE + SIDE / 2), values[3];
  for (int i = 0; i < 3; i++) {
    def.global = i > 0;
    scene.shape_count = i == 2 ? 2 : 1;
    assert_int_equal(orr_reference_paint(&def, &eye, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
    values[i] = image.pixels[middle + 3]; /* 1/16 of a pixel's neighbour from the wall */
  }
  assert_int_equal(values[0], values[1]);
  double light = 0.0, half = 0.0;
  light = pow((values[0] / 255.0 + 0.055) / 1.055, 2.4);
  half = pow((values[2] / 255.0 + 0.055) / 1.055, 2.4);
  assert_true(fabs(half / light - 0.5) < 0.05);
  orr_image_destroy(&image);
}

/* ---- trouble ---- */

static void stop_soon(void *user, const char *what, int64_t done, int64_t total, const char *note) {
  (void)note;
  assert_string_equal(what, "rows");
  assert_int_equal(total, SIDE);
  if (done == 3) atomic_store((atomic_bool *)user, true);
  assert_true(done <= 3);
}

static void test_cancel(void **state) {
  (void)state;
  static random_scene random;
  random_scene_make(1, &random);
  atomic_bool cancel = false;
  orr_control control = {.cancel = &cancel, .progress = stop_soon, .user = &cancel};
  orr_reference_def def = def_of(1, 1);
  orr_eye eye = orr_eye_of(&random.scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
  orr_image image;
  orr_error err;
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  assert_int_equal(orr_reference_paint(&def, &eye, &random.scene, &control, &image, 0, 0, &err),
                   ORR_ERR_CANCELLED);
  orr_image_destroy(&image);
}

static void test_out_of_memory(void **state) {
  (void)state;
  static random_scene random;
  orr_scene_shape shapes[3] = {solid(ORR_SCENE_BOX, 1, 1, 1), solid(ORR_SCENE_PRISM, 1, 1, 1),
                               solid(ORR_SCENE_MESH, 1, 1, 1)};
  random_scene_make(1, &random);
  random.scene.shapes = shapes;
  random.scene.shape_count = 3;
  orr_reference_def def = def_of(1, 1);
  orr_eye eye = orr_eye_of(&random.scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
  orr_image image;
  orr_error err;
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  int failures = 0;
  for (orr_status status = ORR_ERR_MEMORY; status != ORR_OK; failures++) {
    orr_alloc_fail_at(failures + 1);
    status = orr_reference_paint(&def, &eye, &random.scene, NULL, &image, 0, 0, &err);
    orr_alloc_fail_at(0);
    assert_true(status == ORR_OK || status == ORR_ERR_MEMORY);
  }
  assert_int_equal(failures, 7); /* solids, spaces twice, a tree of three; then it works */
  orr_image_destroy(&image);
}

/* Whatever numbers a scene holds, there is a picture. */
static void test_absurd_scenes(void **state) {
  (void)state;
  static random_scene random;
  orr_reference_def def = def_of(1, 1);
  for (uint32_t number = 0; number < 60; number++) {
    orr_random draw = orr_random_at(number, ORR_PURPOSE_TEST, 1, 0, 0, 0);
    static const double odd[] = {0.0, -1.0, INFINITY, NAN, 1e300, 1e-300, -1e30, 1e9};
    random_scene_make(number, &random);
    orr_scene_shape *shape = &random.shapes[orr_random_integer(&draw, 0, 4)];
    orr_scene_light *lamp = &random.lights[0];
    double *places[] = {&shape->position[1],
                        &shape->size[0],
                        &shape->size[2],
                        &shape->rotation[1],
                        &shape->material.mirror,
                        &shape->material.glass,
                        &shape->material.index,
                        &shape->material.tile,
                        &lamp->position[2],
                        &lamp->radius,
                        &lamp->reach,
                        &lamp->power,
                        &lamp->direction[0],
                        &random.sky.ambient,
                        &random.corners[2][1][0],
                        &shape->material.gloss};
    for (int i = 0; i < 2; i++) {
      double *place = places[orr_random_integer(&draw, 0, 16)];
      *place = odd[orr_random_integer(&draw, 0, 8)];
    }
    orr_image image = paint(&def, &random.scene, NULL);
    orr_image_destroy(&image);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_psnr),
      cmocka_unit_test(test_any_threads_same_bytes),
      cmocka_unit_test(test_more_samples_less_noise),
      cmocka_unit_test(test_one_solid_in_other_words),
      cmocka_unit_test(test_depths),
      cmocka_unit_test(test_global_light),
      cmocka_unit_test(test_cancel),
      cmocka_unit_test(test_out_of_memory),
      cmocka_unit_test(test_absurd_scenes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
