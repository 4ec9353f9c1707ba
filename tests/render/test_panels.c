/* What a user relies on: panels do not cover each other, depth grows darker evenly, labels can be
 * told apart. */
#include "render/panels.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char *const labels[7] = {"one", "two", "three", "four", "five", "six", "seven"};

static orr_panels *make(int width, int height, size_t count) {
  orr_panels *panels;
  assert_int_equal(orr_panels_create(width, height, labels, count, &panels, NULL), ORR_OK);
  return panels;
}

static const uint8_t *pixel_of(orr_panels *panels, size_t panel, int x, int y) {
  int left, top;
  orr_panels_place(panels, panel, &left, &top);
  const orr_image *image = orr_panels_image(panels);
  return image->pixels + 3 * ((top + y) * image->width + left + x);
}

static void test_places(void **state) {
  (void)state;
  for (size_t count = 1; count <= 7; count++) {
    orr_panels *panels = make(40, 30, count);
    const orr_image *image = orr_panels_image(panels);
    for (size_t i = 0; i < count; i++) {
      int x, y;
      orr_panels_place(panels, i, &x, &y);
      assert_true(x >= 0 && y >= 0 && x + 40 <= image->width && y + 30 <= image->height);
      for (size_t j = 0; j < i; j++) {
        int other[2];
        orr_panels_place(panels, j, &other[0], &other[1]);
        assert_true(x >= other[0] + 40 || other[0] >= x + 40 || y >= other[1] + 30 + 10);
      }
    }
    if (count == 1) assert_true(image->width == 40 && image->height == 30);
    orr_panels_destroy(panels);
  }
}

/* Each label has ink of its own above its panel. */
static void test_labels_are_written(void **state) {
  (void)state;
  orr_panels *panels = make(60, 30, 3);
  for (size_t i = 0; i < 3; i++) {
    int darkest = 255;
    for (int y = -14; y < -1; y++)
      for (int x = 0; x < 30; x++) darkest = (int)fmin(darkest, pixel_of(panels, i, x, y)[1]);
    assert_true(darkest < 120);
  }
  orr_panels_destroy(panels);
}

/* CIE L* from sRGB. */
static double lightness(const uint8_t *rgb) {
  static const double weights[3] = {0.2126, 0.7152, 0.0722};
  double y = 0.0;
  for (int k = 0; k < 3; k++) {
    double c = rgb[k] / 255.0;
    y += weights[k] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
  }
  return 116.0 * cbrt(y) - 16.0;
}

static void test_depth(void **state) {
  (void)state;
  enum { STEPS = 33 };
  float depth[STEPS];
  orr_panels *panels = make(STEPS, 1, 1);
  for (int i = 0; i < STEPS; i++) depth[i] = (float)(2.0 + 0.25 * i);
  orr_panels_put_depth(panels, 0, depth, 2.0, 10.0);
  double first = lightness(pixel_of(panels, 0, 0, 0)),
         last = lightness(pixel_of(panels, 0, STEPS - 1, 0)), step = (first - last) / (STEPS - 1);
  assert_true(first > 85 && last > 15 && last < 35);
  for (int i = 1; i < STEPS; i++) {
    double fall = lightness(pixel_of(panels, 0, i - 1, 0)) - lightness(pixel_of(panels, 0, i, 0));
    assert_true(fall > 0.4 * step && fall < 1.8 * step);
  }
  const float odd[STEPS] = {0.0f, -5.0f, 1e30f, INFINITY, NAN};
  uint8_t near[3], far[3];
  memcpy(near, pixel_of(panels, 0, 0, 0), 3);
  memcpy(far, pixel_of(panels, 0, STEPS - 1, 0), 3);
  orr_panels_put_depth(panels, 0, odd, 2.0, 10.0);
  assert_memory_equal(pixel_of(panels, 0, 0, 0), near, 3);
  assert_memory_equal(pixel_of(panels, 0, 1, 0), near, 3);
  assert_memory_equal(pixel_of(panels, 0, 2, 0), far, 3);
  assert_true(lightness(pixel_of(panels, 0, 3, 0)) < 10); /* nothing is there */
  assert_true(lightness(pixel_of(panels, 0, 4, 0)) < 10);
  orr_panels_destroy(panels);
}

static void test_labels_can_be_told_apart(void **state) {
  (void)state;
  enum { COUNT = 16 };
  uint8_t numbers[COUNT];
  orr_panels *panels = make(COUNT, 1, 1);
  for (int i = 0; i < COUNT; i++) numbers[i] = (uint8_t)i;
  orr_panels_put_labels(panels, 0, numbers);
  for (int i = 0; i < COUNT; i++)
    for (int j = 0; j < i; j++) {
      const uint8_t *a = pixel_of(panels, 0, i, 0), *b = pixel_of(panels, 0, j, 0);
      assert_true(hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]) > 30);
    }
  orr_panels_destroy(panels);
}

/* Squares, in the middle, whatever the proportions; and what is larger than the panel fits. */
static void test_enlarging(void **state) {
  (void)state;
  uint8_t pixels[200 * 100 * 3];
  for (int i = 0; i < 200 * 100; i++) memset(pixels + 3 * i, i % 2 ? 200 : 50, 3);
  orr_panels *panels = make(50, 40, 1);
  const orr_image small = {3, 3, pixels}, large = {200, 100, pixels};
  orr_panels_put_enlarged(panels, 0, &small); /* 13 times: 39 x 39 at 5, 0 */
  const struct {
    int x, y, value;
  } at[] = {{4, 5, -1},   {5, 0, 50},   {17, 12, 50}, {18, 0, 200},
            {5, 13, 200}, {43, 38, 50}, {44, 0, -1},  {20, 39, -1}};
  for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
    const uint8_t *pixel = pixel_of(panels, 0, at[i].x, at[i].y);
    assert_true(at[i].value < 0 ? pixel[0] > 240 : pixel[0] == at[i].value);
  }
  orr_panels_put_enlarged(panels, 0, &large); /* 50 x 25 at 0, 7 */
  assert_true(pixel_of(panels, 0, 0, 6)[0] > 240 && pixel_of(panels, 0, 0, 7)[0] == 50);
  assert_true(pixel_of(panels, 0, 49, 31)[0] < 240 && pixel_of(panels, 0, 49, 32)[0] > 240);
  orr_panels_destroy(panels);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_places),    cmocka_unit_test(test_labels_are_written),
      cmocka_unit_test(test_depth),     cmocka_unit_test(test_labels_can_be_told_apart),
      cmocka_unit_test(test_enlarging),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
