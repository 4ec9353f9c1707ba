/* The pictures that models were trained on elsewhere can be made here: against frames of gym-pusht
 * (scripts/record_gym_pusht_frames). */
#include "base/image.h"
#include "flat_scene.h"
#include "render/painter.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { FRAMES = 8, SIDE = 96 };
#define LEAST_PSNR 36.0 /* dB; of one frame */

static orr_painter *theme_painter(int width, int height) {
  const orr_painter_def def = {.width = width, .height = height, .theme = ORR_THEME_PYMUNK};
  orr_painter *painter;
  assert_int_equal(orr_painter_create(&def, &painter, NULL), ORR_OK);
  return painter;
}

static double psnr(const orr_image *a, int ax, const orr_image *b, int bx) {
  double sum = 0.0;
  for (int y = 0; y < SIDE; y++)
    for (int i = 0; i < SIDE * 3; i++) {
      double d = a->pixels[(y * a->width + ax) * 3 + i] - b->pixels[(y * b->width + bx) * 3 + i];
      sum += d * d / (SIDE * SIDE * 3);
    }
  return 10.0 * log10(255.0 * 255.0 / fmax(sum, 1e-9));
}

static void test_gym_frames(void **state) {
  (void)state;
  orr_image frames, image;
  char line[256];
  assert_int_equal(
      orr_image_read_png(ORR_SOURCE_DIR "/tests/fixtures/gym_pusht_frames.png", &frames, NULL),
      ORR_OK);
  assert_int_equal(frames.width, FRAMES * SIDE);
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  FILE *rows = fopen(ORR_SOURCE_DIR "/tests/fixtures/gym_pusht_frames.csv", "r");
  assert_non_null(rows);
  assert_non_null(fgets(line, sizeof line, rows));
  orr_painter *painter = theme_painter(SIDE, SIDE);
  for (int i = 0; i < FRAMES; i++) {
    push_t_pose pose;
    orr_scene_shape shapes[9];
    assert_non_null(fgets(line, sizeof line, rows));
    assert_int_equal(sscanf(line, "%lf,%lf,%lf,%lf,%lf", &pose.agent[0], &pose.agent[1],
                            &pose.block[0], &pose.block[1], &pose.angle),
                     5);
    orr_scene scene = push_t_gym_scene(&pose, shapes);
    assert_int_equal(orr_painter_paint(painter, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
    double value = psnr(&image, 0, &frames, i * SIDE);
    print_message("frame %d: %.1f dB\n", i, value);
    assert_true(value >= LEAST_PSNR);
  }
  fclose(rows);
  orr_painter_destroy(painter);
  orr_image_destroy(&image);
  orr_image_destroy(&frames);
}

/* Only what moves is reduced anew: the picture after other ones is that of a new painter to whom
 * all stands still, in any place of the image, and what lies outside of it is cut off. */
static void test_kept(void **state) {
  (void)state;
  orr_painter *painter = theme_painter(SIDE, 70);
  orr_image kept, fresh;
  assert_int_equal(orr_image_create(SIDE + 20, SIDE, &kept, NULL), ORR_OK);
  assert_int_equal(orr_image_create(SIDE, 70, &fresh, NULL), ORR_OK);
  for (int i = 0; i < 40; i++) {
    const push_t_pose pose = {{-30 + 15.3 * i, 540 - 14.9 * i}, {20 + 11.7 * i, 200}, 0.31 * i};
    orr_scene_shape shapes[9];
    orr_scene scene = push_t_scene(&pose, shapes);
    if (i > 20) shapes[0].angle = 0.1 * i;
    orr_painter *one = theme_painter(SIDE, 70);
    orr_scene_shape still[9];
    memcpy(still, shapes, sizeof still);
    for (int k = 6; k < 9; k++) still[k].layer = ORR_LAYER_STATIC;
    orr_scene all = scene;
    all.shapes = still;
    assert_int_equal(orr_painter_paint(one, &all, NULL, &fresh, 0, 0, NULL), ORR_OK);
    memset(kept.pixels, 9, (size_t)(SIDE + 20) * SIDE * 3);
    assert_int_equal(orr_painter_paint(painter, &scene, NULL, &kept, 13, 7, NULL), ORR_OK);
    for (int y = 0; y < SIDE; y++)
      for (int x = 0; x < (SIDE + 20) * 3; x++) {
        bool inside = x >= 39 && x < 39 + SIDE * 3 && y >= 7 && y < 77;
        assert_int_equal(kept.pixels[y * (SIDE + 20) * 3 + x],
                         inside ? fresh.pixels[(y - 7) * SIDE * 3 + x - 39] : 9);
      }
    assert_int_equal(orr_painter_paint(painter, &scene, NULL, &kept, -20, 50, NULL), ORR_OK);
    assert_memory_equal(kept.pixels + (size_t)50 * (SIDE + 20) * 3, fresh.pixels + 60,
                        (SIDE - 20) * 3);
    orr_painter_destroy(one);
  }
  orr_painter_destroy(painter);
  orr_image_destroy(&kept);
  orr_image_destroy(&fresh);
}

/* Larger than the canvas, and tiny. */
static void test_sizes(void **state) {
  (void)state;
  static const int sizes[][2] = {{1, 1}, {3, 700}, {700, 3}, {512, 512}, {1100, 1100}};
  const push_t_pose pose = {{100, 100}, {300, 200}, 0.5};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    orr_scene_shape shapes[9];
    orr_scene scene = push_t_scene(&pose, shapes);
    orr_painter *painter = theme_painter(sizes[i][0], sizes[i][1]);
    orr_image image;
    assert_int_equal(orr_image_create(sizes[i][0], sizes[i][1], &image, NULL), ORR_OK);
    assert_int_equal(orr_painter_paint(painter, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
    if (sizes[i][0] == sizes[i][1] && sizes[i][0] > 1) {
      int middle = 100 * sizes[i][0] / 512;
      const uint8_t *pixel =
          image.pixels + ((size_t)middle * (size_t)sizes[i][0] + (size_t)middle) * 3;
      assert_memory_equal(pixel, ((const uint8_t[3]){78, 126, 255}), 3);
    }
    orr_image_destroy(&image);
    orr_painter_destroy(painter);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_gym_frames),
      cmocka_unit_test(test_kept),
      cmocka_unit_test(test_sizes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
