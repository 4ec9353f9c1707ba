/* What a user relies on: light goes where optics says it goes, to the pixel, and neither the
 * instruction set nor the number of threads changes a byte. */
#include "base/maths.h"
#include "base/memory.h"
#include "render/cast_private.h"
#include "tests/render/random_scene.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SIDE 200

static const orr_quality one_sample = {.samples = 1, .shadow_rays = 1, .bounces = 4};
/* Even, so that colours tell solids. */
static const orr_scene_sky sky = {
    .ambient = 0.3, .horizon = {250, 250, 250}, .zenith = {250, 250, 250}};

static orr_scene_shape solid(orr_scene_kind kind, double x, double y, double z, double a, double b,
                             double c) {
  return (orr_scene_shape){.kind = kind,
                           .layer = ORR_LAYER_BODY,
                           .label = 1,
                           .position = {x, y, z},
                           .rotation = {1, 0, 0, 0},
                           .size = {a, b, c},
                           .colour = {200, 40, 30}};
}

static void colour(orr_scene_shape *shape, uint8_t r, uint8_t g, uint8_t b) {
  memcpy(shape->colour, (uint8_t[3]){r, g, b}, 3);
}

static orr_image paint(const orr_scene *scene, const orr_eye *eye, const orr_quality *quality,
                       const orr_cast_kernels *kernels, orr_pool *pool) {
  orr_image image;
  orr_caster *caster;
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  assert_int_equal(orr_caster_create(SIDE, SIDE, quality, &caster, NULL), ORR_OK);
  if (kernels) orr_caster_use(caster, kernels);
  assert_int_equal(orr_caster_paint(caster, eye, scene, pool, &image, 0, 0, NULL), ORR_OK);
  orr_caster_destroy(caster);
  return image;
}

static int value(const orr_image *image, int x, int y, int channel) {
  return image->pixels[3 * (y * image->width + x) + channel];
}

static orr_scene scene_of(const orr_scene_shape *shapes, size_t count,
                          const orr_scene_light *lamp) {
  return (orr_scene){.dimensions = 3,
                     .size = {4, 4, 4},
                     .shapes = shapes,
                     .shape_count = count,
                     .lights = lamp,
                     .light_count = lamp ? 1 : 0,
                     .sky = &sky};
}

/* Straight down on a square of 4 about the origin: 50 pixels a unit. */
static orr_eye from_above(void) {
  const double centre[3] = {0, 0, 0}, down[3] = {0, 0, -1}, north[3] = {0, 1, 0};
  return orr_eye_parallel(centre, 2.0, down, north, SIDE, SIDE);
}

/* ---- shadows ---- */

/* The first pixel of a row, from `from` on, that is darker than `limit`. */
static int first_dark(const orr_image *image, int from, int row, int limit) {
  while (from < SIDE && value(image, from, row, 0) >= limit) from++;
  return from;
}

/* Under a sun that stands at 45 degrees a ball of radius r at height h throws an ellipse about
 * (h, 0) of half axes r sqrt 2 and r; of a lamp at height H above the origin the shadow of an edge
 * at height h is H/(H - h) times as far out. */
static void test_shadows_fall_where_they_must(void **state) {
  (void)state;
  orr_scene_light sun = {
      .kind = ORR_SCENE_LIGHT_SUN, .direction = {1, 0, -1}, .power = 1, .colour = {255, 255, 255}};
  orr_scene_shape shapes[2] = {solid(ORR_SCENE_PLANE, 0, 0, 0, 0, 0, 0),
                               solid(ORR_SCENE_SPHERE, -1, 0, 2, 0.3, 0, 0)};
  shapes[0].material.pattern = ORR_PATTERN_PLAIN;
  orr_scene scene = scene_of(shapes, 2, &sun);
  orr_eye eye = from_above();
  orr_image image = paint(&scene, &eye, &one_sample, NULL, NULL);
  int lit = value(&image, 190, 100, 0), begin = first_dark(&image, 90, 100, lit - 20), end = begin;
  while (value(&image, end, 100, 0) < lit - 20) end++;
  assert_true(abs(begin - (int)(100 + 50 * (1 - 0.3 * sqrt(2.0)))) <= 1);
  assert_true(abs(end - (int)(100 + 50 * (1 + 0.3 * sqrt(2.0)))) <= 1);
  assert_true(value(&image, 150, 100 - 14, 0) < lit - 20 && value(&image, 150, 100 - 17, 0) == lit);
  orr_image_destroy(&image);

  orr_scene_light lamp = {.kind = ORR_SCENE_LIGHT_POINT,
                          .position = {0, 0, 2},
                          .direction = {0, 0, -1},
                          .power = 1,
                          .colour = {255, 255, 255}};
  scene = scene_of(shapes, 2, &lamp);
  shapes[1] = solid(ORR_SCENE_BOX, 0.25, 0, 1, 0.25, 0.5, 0.001); /* from x = 0 to 0.5 */
  image = paint(&scene, &eye, &one_sample, NULL, NULL);
  int edge = 127; /* beside the plate, still in its shadow, which ends at x = 1 */
  int bright = value(&image, 160, 100, 0);
  while (value(&image, edge, 100, 0) < bright - 20) edge++;
  assert_true(abs(edge - (100 + 50)) <= 1);
  orr_image_destroy(&image);
}

/* Of a sun of tangent t behind a straight edge at height h: the light grows from nothing to all
 * over a width of 2 h t, as the part of a disc beside a line does. */
static void test_soft_shadows(void **state) {
  (void)state;
  orr_scene_light sun = {.kind = ORR_SCENE_LIGHT_SUN,
                         .direction = {0, 0, -1},
                         .radius = 0.5,
                         .power = 0.5,
                         .colour = {255, 255, 255}};
  orr_scene_shape shapes[2] = {solid(ORR_SCENE_PLANE, 0, 0, 0, 0, 0, 0),
                               solid(ORR_SCENE_BOX, -50, 0, 1, 50, 100, 1e-4)};
  shapes[0].material.pattern = ORR_PATTERN_PLAIN;
  orr_scene_sky dark = sky;
  dark.ambient = 0.0;
  orr_scene scene = scene_of(shapes, 2, &sun);
  scene.sky = &dark;
  /* From below the plate's height, so that the floor is seen on both sides of the edge. */
  const double centre[3] = {0, 0, 0}, forward[3] = {0, 1, -0.2}, up[3] = {0, 0, 1};
  orr_eye eye = orr_eye_parallel(centre, 1.0, forward, up, SIDE, SIDE);
  eye.near = 0.0;
  for (int k = 0; k < 3; k++) eye.position[k] = 0.0 - 2.0 * eye.forward[k];
  orr_image image = paint(&scene, &eye, &orr_quality_picture, NULL, NULL);
  double full = orr_light_linear((uint8_t)value(&image, 180, 100, 0));
  double worst = 0.0;
  for (int x = 20; x < 180; x += 4) {
    double at = (x + 0.5 - 100) / 100 / 0.5; /* of the half width h t */
    double c = orr_clamp(at, -1, 1), part = 0.5 + (asin(c) + c * sqrt(1 - c * c)) / ORR_PI;
    double seen = orr_light_linear((uint8_t)value(&image, x, 100, 0)) / full;
    worst = orr_max(worst, fabs(seen - part));
  }
  assert_true(worst < 0.05);
  orr_image_destroy(&image);
}

static void test_spots_fade_over_their_last_tenth(void **state) {
  (void)state;
  orr_scene_light lamp = {.kind = ORR_SCENE_LIGHT_SPOT,
                          .position = {0, 0, 1},
                          .direction = {0, 0, -1},
                          .angle = 0.25 * ORR_PI,
                          .power = 1,
                          .colour = {255, 255, 255}};
  orr_scene_shape floor = solid(ORR_SCENE_PLANE, 0, 0, 0, 0, 0, 0);
  orr_scene_sky dark = sky;
  dark.ambient = 0.0;
  floor.material.pattern = ORR_PATTERN_PLAIN;
  orr_scene scene = scene_of(&floor, 1, &lamp);
  scene.sky = &dark;
  orr_eye eye = from_above();
  orr_image image = paint(&scene, &eye, &one_sample, NULL, NULL);
  double albedo = orr_light_linear(200);
  for (int x = 101; x < 160; x++) {
    double away = (x + 0.5 - 100) / 50, angle = atan(hypot(away, 0.01));
    double s = orr_clamp((lamp.angle - angle) / (0.1 * lamp.angle), 0, 1);
    double light = albedo * cos(angle) * s * s * (3 - 2 * s);
    assert_true(abs(value(&image, x, 99, 0) - orr_light_encode(light)) <= 1);
  }
  orr_image_destroy(&image);
}

/* ---- mirrors and glass ---- */

/* Where pixels of the region are much more blue than red: their middle. */
static void blue_middle(const orr_image *image, int top, int low, double out[2]) {
  double count = 0.0;
  out[0] = out[1] = 0.0;
  for (int y = top; y < low; y++)
    for (int x = 0; x < SIDE; x++) {
      if (value(image, x, y, 2) < 2 * value(image, x, y, 0)) continue;
      out[0] += x + 0.5;
      out[1] += y + 0.5;
      count += 1.0;
    }
  assert_true(count > 10.0);
  out[0] /= count;
  out[1] /= count;
}

/* A small ball before a mirror is seen in it where a ball as far behind would be. */
static void test_a_mirror_image_is_in_its_place(void **state) {
  (void)state;
  const orr_scene_camera camera = {
      .position = {0, -6, 1.5}, .target = {0, 3, 1.5}, .up = {0, 0, 1}, .field_of_view = 0.6};
  orr_scene_shape shapes[2] = {solid(ORR_SCENE_BOX, 0, 4, 1.5, 3, 1, 2),
                               solid(ORR_SCENE_SPHERE, 0.9, -2, 2.4, 0.1, 0, 0)};
  shapes[0].material.mirror = 1.0;
  colour(&shapes[1], 20, 40, 250);
  shapes[1].layer = ORR_LAYER_BODY;
  orr_scene scene = scene_of(shapes, 2, NULL);
  scene.camera = &camera;
  orr_eye eye = orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
  orr_image image = paint(&scene, &eye, &one_sample, NULL, NULL);
  const double place[2][3] = {{0.9, -2, 2.4}, {0.9, 8, 2.4}}; /* itself, and beyond y = 3 */
  double seen[2][3], at[2][3], middle[2];
  for (int i = 0; i < 2; i++) {
    orr_eye_look(&eye, place[i], seen[i]);
    orr_eye_project(&eye, seen[i], at[i]);
  }
  int between = (int)(0.5 * (at[0][1] + at[1][1]));
  blue_middle(&image, 0, between, middle);
  assert_true(hypot(middle[0] - at[0][0], middle[1] - at[0][1]) < 0.5);
  blue_middle(&image, between, SIDE, middle);
  assert_true(hypot(middle[0] - at[1][0], middle[1] - at[1][1]) < 0.5);
  orr_image_destroy(&image);
}

/* With no bounce left a mirror shows the sky. */
static void test_bounces_are_counted(void **state) {
  (void)state;
  orr_scene_shape shapes[3] = {solid(ORR_SCENE_BOX, 0, 0, -1, 2, 2, 1),
                               solid(ORR_SCENE_BOX, 0, 0, 7, 2, 2, 1),
                               solid(ORR_SCENE_SPHERE, 0, 0, 3, 0.05, 0, 0)};
  orr_scene_sky green = sky;
  memcpy(green.horizon, (uint8_t[3]){0, 255, 0}, 3);
  memcpy(green.zenith, (uint8_t[3]){0, 255, 0}, 3);
  for (int i = 0; i < 2; i++) shapes[i].material.mirror = i ? 0.5 : 1.0;
  colour(&shapes[1], 0, 0, 0);
  orr_scene scene = scene_of(shapes, 3, NULL);
  scene.sky = &green;
  /* From between the mirrors down: floor, then ceiling (half), floor, ... */
  orr_eye eye = from_above();
  eye.near = 0.0;
  eye.position[2] = 5.0;
  for (int bounces = 0; bounces <= 5; bounces++) {
    orr_quality quality = {.samples = 1, .shadow_rays = 1, .bounces = bounces};
    orr_image image = paint(&scene, &eye, &quality, NULL, NULL);
    double expected = pow(0.5, (bounces + 1) / 2); /* of which every other is at the ceiling */
    assert_true(abs(value(&image, 60, 60, 1) - orr_light_encode(expected)) <= 1);
    orr_image_destroy(&image);
  }
}

/* Through a slab of thickness d, turned by an angle, everything is shifted by
 * d sin(angle) (1 - cos(angle) / (k cos(inside))), sin(inside) = sin(angle) / k. */
static void test_a_slab_of_glass_shifts(void **state) {
  (void)state;
  const double angles[3] = {0.0, 0.5, 1.0}, thickness = 1.0;
  for (int i = 0; i < 3; i++) {
    orr_scene_shape shapes[2] = {solid(ORR_SCENE_BOX, 0, 0, 2.5, 3, 3, 0.5 * thickness),
                                 solid(ORR_SCENE_BOX, -5, 0, -2, 5, 5, 0.1)}; /* edge at x = 0 */
    shapes[0].rotation[0] = cos(0.5 * angles[i]); /* about y: its normal leans to +x */
    shapes[0].rotation[2] = sin(0.5 * angles[i]);
    shapes[0].material.glass = 1.0;
    colour(&shapes[0], 255, 255, 255);
    orr_scene scene = scene_of(shapes, 2, NULL);
    orr_eye eye = from_above();
    orr_image image = paint(&scene, &eye, &one_sample, NULL, NULL);
    int edge = 50; /* away from the slab's own sides */
    assert_true(value(&image, edge, 100, 1) < 150);
    while (edge < SIDE && value(&image, edge, 100, 1) < 150) edge++;
    double inside = asin(sin(angles[i]) / 1.5);
    double shift = thickness * sin(angles[i]) * (1 - cos(angles[i]) / (1.5 * cos(inside)));
    /* A ray that goes down bends towards the normal: it comes out further to -x. */
    assert_true(fabs(edge - (100 + 50 * shift)) <= 1.0);
    orr_image_destroy(&image);
  }
}

/* ---- patterns ---- */

/* Of squares of a fifth of a pixel and less one sample a pixel sees the mean of their colours, but
 * for the one of 25 that may be too many. */
static void test_squares_do_not_alias(void **state) {
  (void)state;
  orr_scene_light sun = {.kind = ORR_SCENE_LIGHT_SUN,
                         .direction = {0, 0, -1},
                         .power = 0.5,
                         .colour = {255, 255, 255}};
  orr_scene_shape floor = solid(ORR_SCENE_PLANE, 0, 0, 0, 50, 50, 0);
  floor.material = (orr_scene_material){
      .pattern = ORR_PATTERN_CHECKER, .second = {255, 255, 255}, .tile = 0.004};
  colour(&floor, 0, 0, 0);
  orr_scene scene = scene_of(&floor, 1, &sun);
  const orr_scene_camera camera = {
      .position = {0, -6, 1.5}, .target = {0, 3, 0}, .up = {0, 0, 1}, .field_of_view = 0.9};
  scene.camera = &camera;
  orr_eye eyes[2] = {from_above(), orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE)};
  uint8_t expected = orr_light_encode(0.5 * (0.3 * orr_light_linear(250) + 0.5));
  for (int i = 0; i < 2; i++) {
    orr_image image = paint(&scene, &eyes[i], &one_sample, NULL, NULL);
    for (int y = 120; y < SIDE; y++)
      for (int x = 0; x < SIDE; x++) assert_true(abs(value(&image, x, y, 0) - expected) <= 8);
    orr_image_destroy(&image);
  }
  floor.material.tile = 1.0; /* and large ones are where they belong, from 0 on the own colour */
  orr_image image = paint(&scene, &eyes[0], &one_sample, NULL, NULL);
  assert_true(value(&image, 105, 95, 0) < 10 && value(&image, 105, 105, 0) > 150);
  assert_true(value(&image, 95, 95, 0) > 150 && value(&image, 95, 105, 0) < 10);
  assert_true(value(&image, 145, 95, 0) < 10 && value(&image, 155, 95, 0) > 150);
  orr_image_destroy(&image);
}

/* An image lies on a floor with its lowest row along x and its rows up along y. */
static void test_images_lie_as_they_should(void **state) {
  (void)state;
  static const uint8_t texels[2][2][3] = {{{255, 0, 0}, {0, 255, 0}}, {{0, 0, 255}, {0, 0, 0}}};
  const orr_scene_texture texture = {.width = 2, .height = 2, .pixels = &texels[0][0][0]};
  orr_scene_shape floor = solid(ORR_SCENE_PLANE, 0, 0, 0, 0, 0, 0);
  floor.material =
      (orr_scene_material){.pattern = ORR_PATTERN_IMAGE, .texture = &texture, .tile = 1.0};
  colour(&floor, 255, 255, 255);
  orr_scene scene = scene_of(&floor, 1, NULL);
  orr_eye eye = from_above();
  orr_image image = paint(&scene, &eye, &one_sample, NULL, NULL);
  for (int repeat = 0; repeat < 2; repeat++) {
    int x = 100 + 50 * repeat;
    assert_true(value(&image, x + 12, 62, 0) > 150 && value(&image, x + 12, 62, 1) == 0);
    assert_true(value(&image, x + 37, 62, 1) > 150 && value(&image, x + 37, 62, 0) == 0);
    assert_true(value(&image, x + 12, 87, 2) > 150 && value(&image, x + 12, 87, 1) == 0);
    assert_true(value(&image, x + 37, 87, 0) + value(&image, x + 37, 87, 2) == 0);
  }
  orr_image_destroy(&image);
}

/* ---- the same bytes ---- */

static void same_picture(const orr_image *a, const orr_image *b) {
  assert_memory_equal(a->pixels, b->pixels, 3 * SIDE * SIDE);
}

static void compare_levels(const orr_scene *scene, const orr_quality *quality,
                           orr_viewpoint viewpoint) {
  orr_eye eye = orr_eye_of(scene, viewpoint, SIDE, SIDE);
  orr_image plain = paint(scene, &eye, quality, &orr_cast_baseline, NULL);
#if defined(__x86_64__)
  const orr_cast_kernels *levels[2] = {
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &orr_cast_v3 : NULL,
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") ? &orr_cast_v4
                                                                               : NULL};
  for (int i = 0; i < 2; i++) {
    if (!levels[i]) continue;
    orr_image other = paint(scene, &eye, quality, levels[i], NULL);
    same_picture(&plain, &other);
    orr_image_destroy(&other);
  }
#endif
  orr_image_destroy(&plain);
}

static void test_instruction_sets_change_nothing(void **state) {
  (void)state;
  random_scene *random = orr_alloc(1, sizeof *random);
  assert_non_null(random);
  for (int i = 0; i < 12; i++) {
    random_scene_make((uint64_t)i, random);
    orr_viewpoint viewpoint = i % 4 == 3 ? ORR_VIEWPOINT_TOP : ORR_VIEWPOINT_CAMERA;
    compare_levels(&random->scene, &orr_quality_observation, viewpoint);
    const orr_quality quality = {.samples = 4, .shadow_rays = 4, .bounces = 3};
    compare_levels(&random->scene, i % 3 ? &quality : &orr_quality_picture, viewpoint);
  }
  orr_free(random);
}

static void test_threads_change_nothing(void **state) {
  (void)state;
  random_scene *random = orr_alloc(1, sizeof *random);
  orr_pool *pool;
  assert_non_null(random);
  assert_int_equal(orr_pool_create(3, &pool, NULL), ORR_OK);
  for (int i = 0; i < 4; i++) {
    random_scene_make((uint64_t)i, random);
    orr_eye eye = orr_eye_of(&random->scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
    orr_image a = paint(&random->scene, &eye, &orr_quality_picture, NULL, NULL);
    orr_image b = paint(&random->scene, &eye, &orr_quality_picture, NULL, pool);
    same_picture(&a, &b);
    orr_image_destroy(&a);
    orr_image_destroy(&b);
  }
  orr_pool_destroy(pool);
  orr_free(random);
}

/* A world of many solids, so that lists of tiles and blocks of bounds run over their first word:
 * each is seen as if it were alone. */
static void test_many_solids(void **state) {
  (void)state;
  enum { ROWS = 17 };
  static orr_scene_shape shapes[ROWS * ROWS];
  for (int i = 0; i < ROWS * ROWS; i++) {
    shapes[i] = solid(ORR_SCENE_SPHERE, 0.22 * (i % ROWS - 8), 0.22 * (i / ROWS - 8), 0, 0.1, 0, 0);
    colour(&shapes[i], (uint8_t)(i % 5 * 50), 100, (uint8_t)(i % 7 * 40));
    shapes[i].label = 1 + i % 200;
  }
  orr_scene scene = scene_of(shapes, ROWS * ROWS, NULL);
  orr_eye eye = from_above();
  orr_image image;
  orr_caster *caster;
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  assert_int_equal(orr_caster_create(SIDE, SIDE, &one_sample, &caster, NULL), ORR_OK);
  assert_int_equal(orr_caster_paint(caster, &eye, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
  for (int i = 0; i < ROWS * ROWS; i++) {
    int x = (int)(100 + 50 * shapes[i].position[0]), y = (int)(100 - 50 * shapes[i].position[1]);
    assert_int_equal(orr_caster_labels(caster)[y * SIDE + x], shapes[i].label);
  }
  orr_caster_destroy(caster);
  orr_image_destroy(&image);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_shadows_fall_where_they_must),
      cmocka_unit_test(test_soft_shadows),
      cmocka_unit_test(test_spots_fade_over_their_last_tenth),
      cmocka_unit_test(test_a_mirror_image_is_in_its_place),
      cmocka_unit_test(test_bounces_are_counted),
      cmocka_unit_test(test_a_slab_of_glass_shifts),
      cmocka_unit_test(test_squares_do_not_alias),
      cmocka_unit_test(test_images_lie_as_they_should),
      cmocka_unit_test(test_instruction_sets_change_nothing),
      cmocka_unit_test(test_threads_change_nothing),
      cmocka_unit_test(test_many_solids),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
