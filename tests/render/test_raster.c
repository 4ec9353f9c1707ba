/* What a user relies on: a picture shows the world where it is, to a fraction of a pixel. */
#include "base/memory.h"
#include "base/random.h"
#include "flat_scene.h"
#include "render/painter.h"
#include "render/raster.h"
#include "render/raster_cover.h"
#include "render/raster_rows.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const orr_colour black = {0, 0, 0, 1.0};

static orr_image white_image(int width, int height) {
  orr_image image;
  assert_int_equal(orr_image_create(width, height, &image, NULL), ORR_OK);
  memset(image.pixels, 255, (size_t)width * (size_t)height * 3);
  return image;
}

/* Black area of a picture in pixels: 1 per full pixel. */
static double ink(const orr_image *image) {
  double sum = 0.0;
  for (int i = 0; i < image->width * image->height; i++)
    sum += (255 - image->pixels[3 * i]) / 255.0;
  return sum;
}

static void test_areas(void **state) {
  (void)state;
  orr_image image = white_image(64, 64);
  const double square[4][2] = {{10.25, 10}, {30.75, 10}, {30.75, 40}, {10.25, 40}};
  orr_raster_polygon(&image, square, 4, black);
  assert_true(fabs(ink(&image) - 20.5 * 30) < 1.0);
  memset(image.pixels, 255, 64 * 64 * 3);
  orr_raster_disc(&image, (const double[2]){31.3, 32.8}, 20.0, black);
  assert_true(fabs(ink(&image) - 3.14159265 * 400) < 4.0);
  orr_image_destroy(&image);
}

/* Both windings give the same picture. */
static void test_winding(void **state) {
  (void)state;
  orr_image a = white_image(40, 40), b = white_image(40, 40);
  const double left[3][2] = {{5, 5}, {35, 9}, {12, 33}}, right[3][2] = {{12, 33}, {35, 9}, {5, 5}};
  orr_raster_polygon(&a, left, 3, black);
  orr_raster_polygon(&b, right, 3, black);
  assert_memory_equal(a.pixels, b.pixels, 40 * 40 * 3);
  orr_image_destroy(&a);
  orr_image_destroy(&b);
}

/* A quarter of a pixel of motion moves the centre of the ink by a quarter of a pixel. */
static double ink_centre_x(double x) {
  orr_image image = white_image(64, 64);
  orr_raster_disc(&image, (const double[2]){x, 32.0}, 9.0, black);
  double sum = 0.0, moment = 0.0;
  for (int i = 0; i < 64 * 64; i++) {
    double weight = 255 - image.pixels[3 * i];
    sum += weight;
    moment += weight * (i % 64 + 0.5);
  }
  orr_image_destroy(&image);
  return moment / sum;
}

static void test_subpixel_motion(void **state) {
  (void)state;
  assert_true(fabs(ink_centre_x(30.25) - 30.25) < 0.02);
  assert_true(fabs(ink_centre_x(30.5) - ink_centre_x(30.25) - 0.25) < 0.02);
}

static orr_scene one_square(bool y_down, orr_scene_shape *shape) {
  static const double corners[4][2] = {{-5, -5}, {5, -5}, {5, 5}, {-5, 5}};
  *shape = (orr_scene_shape){.kind = ORR_SCENE_POLYGON,
                             .layer = ORR_LAYER_BODY,
                             .body = 0,
                             .position = {20, 80, 0},
                             .vertices = corners,
                             .vertex_count = 4};
  return (orr_scene){.size = {100, 100}, .y_down = y_down, .shapes = shape, .shape_count = 1};
}

/* Only render flips: y up puts a high body at the top of the picture. */
static void test_flip(void **state) {
  (void)state;
  for (int y_down = 0; y_down < 2; y_down++) {
    orr_scene_shape shape;
    orr_scene scene = one_square(y_down, &shape);
    orr_image image = white_image(100, 100);
    orr_camera camera = orr_camera_fit(&scene, 0, 0, 100, 100);
    orr_render_scene(&image, &camera, &scene);
    int row = y_down ? 80 : 20;
    assert_int_equal(image.pixels[(row * 100 + 20) * 3], 0);
    assert_int_equal(image.pixels[((99 - row) * 100 + 20) * 3], 255);
    double world[2] = {37, 12}, pixel[2], back[2];
    orr_camera_project(&camera, world, pixel);
    orr_camera_unproject(&camera, pixel, back);
    assert_true(fabs(back[0] - 37) < 1e-9 && fabs(back[1] - 12) < 1e-9);
    orr_image_destroy(&image);
  }
}

/* Shapes outside the picture, or far larger, are clipped. */
static void test_clipping(void **state) {
  (void)state;
  orr_image image = white_image(16, 16);
  orr_raster_disc(&image, (const double[2]){-500, 8}, 3, black);
  assert_true(ink(&image) == 0.0);
  orr_raster_line(&image, (const double[2]){-1e6, 8}, (const double[2]){1e6, 8}, 4, black);
  assert_true(fabs(ink(&image) - 64) < 0.5);
  orr_raster_fill(&image, -5, -5, 1000, 1000, black);
  assert_true(ink(&image) == 256.0);
  orr_image_destroy(&image);
}

/* Where the bars of the block's T meet, nothing of the table shines through. */
static void test_seam(void **state) {
  (void)state;
  for (int i = 0; i < 200; i++) {
    const push_t_pose pose = {{60, 60}, {250 + 0.37 * i, 240 - 0.21 * i}, 0.0314 * i};
    orr_scene_shape shapes[9];
    orr_scene scene = push_t_scene(&pose, shapes);
    orr_image image = white_image(512, 512);
    orr_camera camera = orr_camera_fit(&scene, 0, 0, 512, 512);
    orr_render_scene(&image, &camera, &scene);
    for (double along = -13.0; along <= 13.0; along += 0.5) { /* of the seam, at y = 30 */
      double x = pose.block[0] + cos(pose.angle) * along - sin(pose.angle) * 30.0;
      double y = pose.block[1] + sin(pose.angle) * along + cos(pose.angle) * 30.0;
      assert_memory_equal(image.pixels + ((size_t)y * 512 + (size_t)x) * 3, shapes[6].colour, 3);
    }
    orr_image_destroy(&image);
  }
}

/* ---- the painter ---- */

static orr_painter *flat_painter(int width, int height) {
  const orr_painter_def def = {.width = width, .height = height};
  orr_painter *painter;
  assert_int_equal(orr_painter_create(&def, &painter, NULL), ORR_OK);
  return painter;
}

static void paint(orr_painter *painter, const orr_scene *scene, orr_image *image, int x, int y) {
  assert_int_equal(orr_painter_paint(painter, scene, NULL, image, x, y, NULL), ORR_OK);
}

/* What stood still is painted anew when it moved, changed or went away: a painter that has seen
 * other scenes gives the picture of a new one. */
static void test_kept_base(void **state) {
  (void)state;
  static const double other[4][2] = {{-60, 31}, {60, 30}, {60, 0}, {-60, 0}};
  const push_t_pose pose = {{200, 90}, {300, 320}, 0.7};
  orr_scene_shape shapes[9];
  orr_scene scene = push_t_scene(&pose, shapes);
  orr_image kept = white_image(96, 96), fresh = white_image(96, 96);
  orr_painter *painter = flat_painter(96, 96);
  uint8_t before[96 * 96 * 3];
  memset(before, 0, sizeof before);
  for (int i = 0; i < 10; i++) {
    switch (i) {
    case 1: shapes[0].position[0] += 3.0; break;
    case 2: shapes[3].colour[1] = 0; break;
    case 3: shapes[1].angle += 0.3; break;
    case 4: shapes[2].radius += 9.0; break;
    case 5: shapes[0].vertices = other; break;
    case 6: scene.size[0] = 600; break;
    case 7: scene.y_down = false; break;
    case 8: shapes[0].layer = ORR_LAYER_BODY; break;
    case 9: scene.shape_count = 5; break;
    }
    orr_painter *one = flat_painter(96, 96);
    paint(one, &scene, &fresh, 0, 0);
    paint(painter, &scene, &kept, 0, 0);
    paint(painter, &scene, &kept, 0, 0);
    assert_memory_equal(kept.pixels, fresh.pixels, sizeof before);
    assert_true(memcmp(kept.pixels, before, sizeof before) != 0); /* the change can be seen */
    memcpy(before, kept.pixels, sizeof before);
    orr_painter_destroy(one);
  }
  orr_painter_destroy(painter);
  orr_image_destroy(&kept);
  orr_image_destroy(&fresh);
}

/* The rectangle holds the picture, and nothing beside it is touched. */
static void test_rectangle(void **state) {
  (void)state;
  const push_t_pose pose = {{10, 500}, {505, 320}, 0.7};
  orr_scene_shape shapes[9];
  orr_scene scene = push_t_scene(&pose, shapes);
  orr_image one = white_image(64, 64), all = white_image(100, 90);
  orr_painter *painter = flat_painter(64, 64);
  memset(all.pixels, 7, 100 * 90 * 3);
  paint(painter, &scene, &one, 0, 0);
  paint(painter, &scene, &all, 30, 20);
  for (int y = 0; y < 90; y++)
    for (int x = 0; x < 100; x++) {
      bool inside = x >= 30 && x < 94 && y >= 20 && y < 84;
      for (int c = 0; c < 3; c++)
        assert_int_equal(all.pixels[(y * 100 + x) * 3 + c],
                         inside ? one.pixels[((y - 20) * 64 + x - 30) * 3 + c] : 7);
    }
  paint(painter, &scene, &all, -30, 60); /* partly outside */
  assert_memory_equal(all.pixels + (size_t)60 * 300, one.pixels + 30 * 3, 34 * 3);
  orr_painter_destroy(painter);
  orr_image_destroy(&one);
  orr_image_destroy(&all);
}

/* Whatever allocation fails, it is said, and the painter paints once there is memory. */
static void test_no_memory(void **state) {
  (void)state;
  const push_t_pose pose = {{10, 500}, {305, 320}, 0.7};
  const orr_scene_light lamp = {
      .position = {100, 100}, .power = 0.5, .reach = 90, .colour = {255, 255, 255}};
  const orr_painter_def defs[] = {
      {.width = 48, .height = 48, .quality = {1, 1, 1, 0, false}},
      {.width = 48, .height = 48, .theme = ORR_THEME_PYMUNK},
      {.width = 48, .height = 48, .quality = {1, 1, 1, 0, false}, .unlit = true},
      {.width = 48, .height = 48, .quality = {1, 1, 1, 0, false}, .relief = true}};
  orr_scene_shape shapes[9];
  orr_scene scene = push_t_scene(&pose, shapes);
  scene.lights = &lamp;
  scene.light_count = 1;
  orr_image image = white_image(48, 48);
  for (size_t i = 0; i < sizeof defs / sizeof *defs; i++)
    for (int64_t n = 1, failed = 1; failed; n++) {
      orr_painter *painter = NULL;
      orr_alloc_fail_at(n);
      orr_status status = orr_painter_create(&defs[i], &painter, NULL);
      if (status == ORR_OK) status = orr_painter_paint(painter, &scene, NULL, &image, 0, 0, NULL);
      orr_alloc_fail_at(0);
      failed = status != ORR_OK;
      assert_true(status == ORR_OK || status == ORR_ERR_MEMORY);
      assert_true(n > 2 || failed); /* there is something to fail */
      if (painter) paint(painter, &scene, &image, 0, 0);
      orr_painter_destroy(painter);
    }
  orr_image_destroy(&image);
}

/* ---- instruction sets ---- */

static void check_rows(const orr_raster_rows *rows) {
  enum { MOST = 150 };
  orr_random random = orr_random_at(9, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  for (int trial = 0; trial < 600; trial++) {
    size_t count = 1 + (size_t)orr_random_uniform(&random, 0, MOST - 1);
    int32_t cells[MOST + 1] = {0}, weights[MOST], sum = 0;
    int32_t share = trial % 3 ? ORR_RASTER_WHOLE : (int32_t)orr_random_uniform(&random, 0, 65536);
    uint8_t colour[3], pixels[MOST * 3], before[MOST * 3];
    for (size_t i = 0; i < MOST * 3; i++)
      pixels[i] = before[i] = (uint8_t)orr_random_uniform(&random, 0, 255.99);
    for (int c = 0; c < 3; c++) colour[c] = (uint8_t)orr_random_uniform(&random, 0, 255.99);
    for (size_t i = 0; i < count; i++)
      cells[i] = (int32_t)orr_random_uniform(&random, -40000, i % 7 ? 40000 : 140000);
    int32_t differences[MOST];
    memcpy(differences, cells, sizeof differences);
    rows->weigh(count, cells, share, weights);
    rows->blend(count, weights, colour, pixels);
    for (size_t i = 0; i <= count; i++) assert_int_equal(cells[i], 0);
    for (size_t i = 0; i < MOST * 3; i++) {
      size_t pixel = i / 3;
      if (pixel >= count) {
        assert_int_equal(pixels[i], before[i]);
        continue;
      }
      if (i % 3 == 0) sum += differences[pixel];
      double cover = fmin(1.0, fmax(0.0, sum / 65536.0)) * share / 65536.0;
      double want = before[i] + (colour[i % 3] - before[i]) * cover;
      assert_true(fabs(pixels[i] - want) <= 0.51);
      if (cover == 1.0) assert_int_equal(pixels[i], colour[i % 3]);
    }
  }
}

/* All rows of pictures at all levels, to the byte. */
static void same_rows(const orr_raster_rows *a, const orr_raster_rows *b) {
  enum { COUNT = 211 };
  orr_random random = orr_random_at(10, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  for (int trial = 0; trial < 300; trial++) {
    int32_t cells[2][COUNT + 1] = {{0}}, weights[2][COUNT];
    uint8_t pixels[2][COUNT * 3], colour[3] = {(uint8_t)trial, 30, 200};
    for (int i = 0; i < COUNT; i++)
      cells[0][i] = cells[1][i] = (int32_t)orr_random_uniform(&random, -70000, 70000);
    for (int i = 0; i < COUNT * 3; i++) pixels[0][i] = pixels[1][i] = (uint8_t)(i * 7 + trial);
    a->weigh(COUNT, cells[0], 65536 - 50 * trial, weights[0]);
    b->weigh(COUNT, cells[1], 65536 - 50 * trial, weights[1]);
    assert_memory_equal(weights[0], weights[1], sizeof weights[0]);
    a->blend(COUNT, weights[0], colour, pixels[0]);
    b->blend(COUNT, weights[1], colour, pixels[1]);
    assert_memory_equal(pixels[0], pixels[1], sizeof pixels[0]);
  }
}

static void test_levels(void **state) {
  (void)state;
  check_rows(&orr_raster_rows_baseline);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    check_rows(&orr_raster_rows_v3);
    same_rows(&orr_raster_rows_baseline, &orr_raster_rows_v3);
  }
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")) {
    check_rows(&orr_raster_rows_v4);
    same_rows(&orr_raster_rows_baseline, &orr_raster_rows_v4);
  }
#endif
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_areas),           cmocka_unit_test(test_winding),
      cmocka_unit_test(test_subpixel_motion), cmocka_unit_test(test_flip),
      cmocka_unit_test(test_clipping),        cmocka_unit_test(test_seam),
      cmocka_unit_test(test_kept_base),       cmocka_unit_test(test_rectangle),
      cmocka_unit_test(test_no_memory),       cmocka_unit_test(test_levels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
