/* A 2D world in relief: the same things in the same places, standing on a table. */
#include "base/maths.h"
#include "base/random.h"
#include "render/painter.h"
#include "render/raster.h"
#include "render/relief.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 160 };

static const double triangle[3][2] = {{-12, -6}, {14, -2}, {1, 15}};
static const double square[4][2] = {{-5, 5}, {5, 5}, {5, -5}, {-5, -5}}; /* clockwise */
static const double rod[2][2] = {{-9, 2}, {11, 2}}, middle[1][2] = {{3, 1}};
static const double wall[2][2] = {{-60, -40}, {-60, 300}}; /* of radius 64: 4 of it is inside */

static orr_scene test_scene(bool y_down, orr_scene_shape shapes[6]) {
  shapes[0] = (orr_scene_shape){.kind = ORR_SCENE_POLYGON,
                                .layer = ORR_LAYER_GOAL,
                                .body = -1,
                                .position = {70, 30},
                                .angle = 0.4,
                                .vertices = square,
                                .vertex_count = 4,
                                .colour = {0x90, 0xee, 0x90}};
  shapes[1] = (orr_scene_shape){.kind = ORR_SCENE_SEGMENT,
                                .layer = ORR_LAYER_STATIC,
                                .body = -1,
                                .label = 1,
                                .radius = 64,
                                .vertices = wall,
                                .vertex_count = 2,
                                .colour = {90, 90, 90}};
  shapes[2] = (orr_scene_shape){.kind = ORR_SCENE_POLYGON,
                                .layer = ORR_LAYER_BODY,
                                .body = 0,
                                .label = 2,
                                .position = {40, 60},
                                .angle = 1.1,
                                .vertices = triangle,
                                .vertex_count = 3,
                                .colour = {200, 40, 40},
                                .material = {.mirror = 0.3}};
  shapes[3] = (orr_scene_shape){.kind = ORR_SCENE_SEGMENT,
                                .layer = ORR_LAYER_BODY,
                                .body = 1,
                                .label = 3,
                                .position = {75, 70},
                                .angle = 2.2,
                                .radius = 3,
                                .vertices = rod,
                                .vertex_count = 2,
                                .colour = {40, 40, 200}};
  shapes[4] = (orr_scene_shape){.kind = ORR_SCENE_CIRCLE,
                                .layer = ORR_LAYER_ACTOR,
                                .body = 2,
                                .label = 4,
                                .position = {30, 20},
                                .angle = 0.7,
                                .radius = 6,
                                .vertices = middle,
                                .vertex_count = 1,
                                .colour = {40, 160, 40},
                                .height = 11};
  shapes[5] = (orr_scene_shape){.kind = ORR_SCENE_POLYGON,
                                .layer = ORR_LAYER_BODY,
                                .body = 3,
                                .label = 5,
                                .position = {85, 12},
                                .angle = 0.2,
                                .vertices = square,
                                .vertex_count = 4,
                                .colour = {200, 160, 40}};
  return (orr_scene){
      .dimensions = 2, .size = {100, 100}, .y_down = y_down, .shapes = shapes, .shape_count = 6};
}

static const orr_scene *relief_of(orr_relief *relief, const orr_scene *flat) {
  const orr_scene *out;
  assert_int_equal(orr_relief_of(relief, flat, &out, NULL), ORR_OK);
  return out;
}

/* Which label the plain picture shows in a pixel that one body covers whole; -1: none does. */
static int flat_label(const orr_scene *flat, const orr_image *plain, const double pixel[2]) {
  int x = (int)pixel[0], y = (int)pixel[1];
  if (x < 0 || y < 0 || x >= plain->width || y >= plain->height) return -1;
  for (size_t i = 0; i < flat->shape_count; i++) {
    const orr_scene_shape *shape = &flat->shapes[i];
    if (!memcmp(plain->pixels + (y * plain->width + x) * 3, shape->colour, 3)) return shape->label;
  }
  static const uint8_t white[3] = {255, 255, 255};
  return memcmp(plain->pixels + (y * plain->width + x) * 3, white, 3) ? -1 : 0;
}

/* From above, every body is where the plain picture has it, with y up and with y down. */
static void test_from_above(void **state) {
  (void)state;
  for (int y_down = 0; y_down < 2; y_down++) {
    orr_scene_shape shapes[6];
    orr_scene flat = test_scene(y_down, shapes);
    const orr_painter_def defs[2] = {{.width = SIDE, .height = SIDE},
                                     {.width = SIDE,
                                      .height = SIDE,
                                      .relief = true,
                                      .viewpoint = ORR_VIEWPOINT_TOP,
                                      .quality = {1, 1, 1, 0, false}}};
    orr_image images[2];
    orr_painter *painters[2];
    for (int i = 0; i < 2; i++) {
      assert_int_equal(orr_image_create(SIDE, SIDE, &images[i], NULL), ORR_OK);
      assert_int_equal(orr_painter_create(&defs[i], &painters[i], NULL), ORR_OK);
      assert_int_equal(orr_painter_paint(painters[i], &flat, NULL, &images[i], 0, 0, NULL), ORR_OK);
    }
    assert_null(orr_painter_labels(painters[0]));
    const uint8_t *labels = orr_painter_labels(painters[1]);
    orr_relief *relief;
    assert_int_equal(orr_relief_create(&relief, NULL), ORR_OK);
    orr_eye eye = orr_eye_of(relief_of(relief, &flat), ORR_VIEWPOINT_TOP, SIDE, SIDE);
    orr_camera camera = orr_camera_fit(&flat, 0, 0, SIDE, SIDE);
    int seen[6] = {0}, compared = 0, off = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
      double pixel[3] = {i % SIDE + 0.5, i / SIDE + 0.5, 0.0}, world[3], plain[2];
      orr_eye_unproject(&eye, pixel, world);
      if (y_down) world[1] = 100 - world[1];
      orr_camera_project(&camera, world, plain);
      int want = flat_label(&flat, &images[0], plain);
      if (want < 0) continue;
      off += want != labels[i];
      seen[want]++;
      compared++;
    }
    assert_true(off <= 3); /* less than 1/512 of a plain pixel is covered, and that is met */
    assert_true(compared > SIDE * SIDE * 8 / 10);
    for (int label = 0; label < 6; label++) assert_true(seen[label] > 50);
    orr_relief_destroy(relief);
    for (int i = 0; i < 2; i++) {
      orr_painter_destroy(painters[i]);
      orr_image_destroy(&images[i]);
    }
  }
}

/* Bodies stand on the table, as high as they say; goals lie on it; nothing hangs over its edge. */
static void test_solids(void **state) {
  (void)state;
  orr_scene_shape shapes[6];
  orr_scene flat = test_scene(true, shapes);
  orr_relief *relief;
  assert_int_equal(orr_relief_create(&relief, NULL), ORR_OK);
  const orr_scene *scene = relief_of(relief, &flat);
  int kinds[ORR_SCENE_PRISM + 1] = {0};
  assert_int_equal(scene->dimensions, 3);
  for (size_t i = 0; i < scene->shape_count; i++) {
    const orr_scene_shape *s = &scene->shapes[i];
    kinds[s->kind]++;
    if (s->kind == ORR_SCENE_PLANE) continue;
    double half = s->kind == ORR_SCENE_CYLINDER ? s->size[1] : s->size[2];
    assert_true(half > 0.0 && fabs(s->position[2] - half) < 1e-12);
    if (s->layer == ORR_LAYER_GOAL) assert_true(half < 0.5);
    if (s->label == 4) assert_true(fabs(2.0 * half - 11.0) < 1e-12);
    assert_true(s->material.mirror == (s->label == 2 ? 0.3 : 0.0));
    double area = 0.0;
    for (size_t k = 0; k < s->vertex_count; k++) {
      const double *p = s->vertices[k], *q = s->vertices[(k + 1) % s->vertex_count];
      area += 0.5 * (p[0] * q[1] - p[1] * q[0]);
      for (int c = 0; c < 2; c++)
        assert_true(p[c] + s->position[c] > -5 && p[c] + s->position[c] < 105);
    }
    if (s->kind == ORR_SCENE_PRISM) assert_true(area > 10.0); /* counterclockwise */
    if (s->label == 1) assert_true(area > 4 * 100 && area < 6 * 104);
  }
  assert_int_equal(kinds[ORR_SCENE_PLANE], 1);
  assert_int_equal(kinds[ORR_SCENE_PRISM], 4); /* goal, wall, triangle, square */
  assert_int_equal(kinds[ORR_SCENE_CYLINDER], 3);
  assert_int_equal(kinds[ORR_SCENE_BOX], 1);
  orr_relief_destroy(relief);
}

static void test_lamps(void **state) {
  (void)state;
  orr_scene_shape shapes[6];
  orr_scene flat = test_scene(true, shapes);
  const orr_scene_light lights[] = {
      {.kind = ORR_SCENE_LIGHT_POINT, .position = {20, 30, 0}, .power = 1, .reach = 40},
      {.kind = ORR_SCENE_LIGHT_AREA, .position = {20, 30, 17}, .direction = {0, 0, -1}, .power = 1},
      {.kind = ORR_SCENE_LIGHT_SUN, .direction = {3, 4, 0}, .power = 1}};
  const orr_scene_camera camera = {{10, 20, 90}, {50, 40, 0}, {0, -1, 0}, 0.8};
  flat.lights = lights;
  flat.light_count = 3;
  flat.camera = &camera;
  orr_relief *relief;
  assert_int_equal(orr_relief_create(&relief, NULL), ORR_OK);
  const orr_scene *scene = relief_of(relief, &flat);
  assert_int_equal(scene->light_count, 3);
  assert_true(scene->lights[0].position[0] == 20.0 && scene->lights[0].position[1] == 70.0);
  assert_true(scene->lights[0].position[2] > 20.0 && scene->lights[0].reach == 40.0);
  assert_true(scene->lights[1].position[2] == 17.0);
  assert_true(scene->lights[2].direction[1] == -4.0 && scene->lights[2].direction[2] == -5.0);
  assert_true(scene->camera->position[1] == 80.0 && scene->camera->up[1] == 1.0);
  orr_relief_destroy(relief);
}

/* Shapes without size or sense, or off the table, are left out; more come than ever before. */
static void test_absurd(void **state) {
  (void)state;
  orr_scene_shape shapes[6], many[40];
  orr_scene flat = test_scene(false, shapes);
  orr_relief *relief;
  assert_int_equal(orr_relief_create(&relief, NULL), ORR_OK);
  size_t before = relief_of(relief, &flat)->shape_count;
  for (int i = 0; i < 40; i++) {
    many[i] = shapes[i % 6];
    if (i < 6) continue;
    if (i % 3 == 0) many[i].position[0] = NAN;
    if (i % 3 == 1) many[i].position[1] = 1e9;
    if (i % 3 == 2) many[i].angle = INFINITY;
  }
  flat.shapes = many;
  flat.shape_count = 40;
  assert_int_equal(relief_of(relief, &flat)->shape_count, before);
  const orr_painter_def def = {
      .width = SIDE, .height = SIDE, .relief = true, .quality = {4, 4, 2, 0, false}};
  orr_painter *painter;
  orr_image image;
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  assert_int_equal(orr_painter_create(&def, &painter, NULL), ORR_OK);
  assert_int_equal(orr_painter_paint(painter, &flat, NULL, &image, 0, 0, NULL), ORR_OK);
  orr_painter_destroy(painter);
  orr_image_destroy(&image);
  orr_relief_destroy(relief);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_from_above),
      cmocka_unit_test(test_solids),
      cmocka_unit_test(test_lamps),
      cmocka_unit_test(test_absurd),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
