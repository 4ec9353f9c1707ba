/* What a user relies on: a picture shows the world where it is, to a fraction of a pixel. */
#include "render/raster.h"
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_areas),           cmocka_unit_test(test_winding),
      cmocka_unit_test(test_subpixel_motion), cmocka_unit_test(test_flip),
      cmocka_unit_test(test_clipping),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
