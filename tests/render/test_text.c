/* What a user relies on: labels can be read, stand where they are put, and are never a reason to
 * fail. */
#include "base/file.h"
#include "base/memory.h"
#include "render/text.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define WIDTH  400
#define HEIGHT 60

static const orr_colour black = {0, 0, 0, 1.0};

static orr_text *open_text(const char *font) {
  orr_text *text;
  assert_int_equal(orr_text_create(font, &text, NULL), ORR_OK);
  return text;
}

static orr_image paper(void) {
  orr_image image;
  assert_int_equal(orr_image_create(WIDTH, HEIGHT, &image, NULL), ORR_OK);
  memset(image.pixels, 255, 3 * WIDTH * HEIGHT);
  return image;
}

/* Black area in pixels, and where its middle is. */
static double ink(const orr_image *image, double middle[2]) {
  double sum = 0.0, x = 0.0, y = 0.0;
  for (int i = 0; i < WIDTH * HEIGHT; i++) {
    double cover = (255 - image->pixels[3 * i]) / 255.0;
    sum += cover;
    x += cover * (i % WIDTH + 0.5);
    y += cover * (i / WIDTH + 0.5);
  }
  if (middle) middle[0] = x / sum, middle[1] = y / sum;
  return sum;
}

static double draw(orr_text *text, orr_image *image, double x, int y, int pixels,
                   const char *line) {
  return orr_text_draw(text, image, x, y, pixels, black, line);
}

/* A line is as wide as it says, as high as it says, and covers what is between. */
static void test_a_line_fills_its_place(void **state) {
  (void)state;
  orr_text *text = open_text(NULL);
  orr_image image = paper();
  double width = draw(text, &image, 10, 5, 30, "MHHHHM");
  assert_true(fabs(width - orr_text_width(text, 30, "MHHHHM")) < 1e-9);
  int height = orr_text_height(text, 30), left = WIDTH, right = 0, top = HEIGHT, bottom = 0;
  for (int i = 0; i < WIDTH * HEIGHT; i++) {
    if (image.pixels[3 * i] > 100) continue;
    int x = i % WIDTH, y = i / WIDTH;
    left = x < left ? x : left, right = x > right ? x : right;
    top = y < top ? y : top, bottom = y > bottom ? y : bottom;
  }
  assert_true(left >= 10 && left < 16 && right < 10 + width && right > 10 + width - 6);
  assert_true(top > 5 && bottom < 5 + height);
  assert_true(bottom - top + 1 >= 21 && bottom - top + 1 <= 23); /* capitals: 0.73 em */
  orr_image_destroy(&image);
  orr_text_destroy(text);
}

/* Twice the size has four times the ink, exact areas lose none: to one percent. */
static void test_cover_is_exact(void **state) {
  (void)state;
  orr_text *text = open_text(NULL);
  orr_image image = paper();
  draw(text, &image, 20, 0, 12, "orrery 0123");
  double small = ink(&image, NULL);
  memset(image.pixels, 255, 3 * WIDTH * HEIGHT);
  draw(text, &image, 20, 0, 48, "orrery 0123");
  assert_true(fabs(ink(&image, NULL) / small - 16.0) < 0.16);
  orr_image_destroy(&image);
  orr_text_destroy(text);
}

static void test_quarters_of_a_pixel_are_kept(void **state) {
  (void)state;
  orr_text *text = open_text(NULL);
  double first[2], area = 0.0;
  for (int phase = 0; phase < 5; phase++) {
    orr_image image = paper();
    double middle[2];
    draw(text, &image, 20 + 0.25 * phase, 7, 16, "o");
    double now = ink(&image, middle);
    if (phase == 0) memcpy(first, middle, sizeof first), area = now;
    assert_true(fabs(middle[0] - first[0] - 0.25 * phase) < 0.02);
    assert_true(fabs(middle[1] - first[1]) < 0.02 && fabs(now - area) < 0.01 * area);
    orr_image_destroy(&image);
  }
  orr_text_destroy(text);
}

/* Two letters are not one; what is no UTF-8 is the sign for it, once per byte. */
static void test_utf8(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"a\xC3", "a\uFFFD"},
      {"\x80z", "\uFFFDz"},
      {"\xC0\xAF", "\uFFFD\uFFFD"},
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"\xF0\x9F", "\uFFFD\uFFFD"},
      {"\xFF", "\uFFFD"},
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
  };
  orr_text *text = open_text(NULL);
  orr_image a = paper(), b = paper();
  assert_true(orr_text_width(text, 20, "ä") < 1.5 * orr_text_width(text, 20, "a"));
  draw(text, &a, 5, 5, 20, "ä → ρ");
  draw(text, &b, 5, 5, 20, "a → ρ");
  assert_true(memcmp(a.pixels, b.pixels, 3 * WIDTH * HEIGHT) != 0);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    memset(a.pixels, 255, 3 * WIDTH * HEIGHT);
    memset(b.pixels, 255, 3 * WIDTH * HEIGHT);
    draw(text, &a, 5, 5, 20, bad[i][0]);
    draw(text, &b, 5, 5, 20, bad[i][1]);
    assert_memory_equal(a.pixels, b.pixels, 3 * WIDTH * HEIGHT);
  }
  orr_image_destroy(&a);
  orr_image_destroy(&b);
  orr_text_destroy(text);
}

/* Half outside, and far outside. */
static void test_clipping(void **state) {
  (void)state;
  orr_text *text = open_text(NULL);
  orr_image image = paper(), whole = paper();
  draw(text, &whole, 200, 20, 24, "clip");
  draw(text, &image, -13, 20, 24, "clip");
  for (int row = 0; row < HEIGHT; row++)
    assert_memory_equal(&image.pixels[3 * row * WIDTH], &whole.pixels[3 * (row * WIDTH + 213)],
                        3 * 40);
  memcpy(whole.pixels, image.pixels, 3 * WIDTH * HEIGHT);
  draw(text, &image, 1e300, 20, 24, "clip");
  draw(text, &image, 10, -2000000000, 24, "clip");
  draw(text, &image, 10, 2000000000, 24, "clip");
  assert_memory_equal(image.pixels, whole.pixels, 3 * WIDTH * HEIGHT);
  orr_image_destroy(&image);
  orr_image_destroy(&whole);
  orr_text_destroy(text);
}

/* More glyphs than are kept: the same picture as from a fresh start. */
static void test_what_is_kept_changes_nothing(void **state) {
  (void)state;
  orr_text *used = open_text(NULL), *fresh = open_text(NULL);
  orr_image a = paper(), b = paper();
  draw(used, &a, 3.25, 4, 17, "same");
  for (int size = 4; size <= ORR_TEXT_MOST_PIXELS; size++) {
    draw(used, &a, 0, 0, size, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    memset(a.pixels, 255, 3 * WIDTH * HEIGHT);
    draw(used, &a, 3.25, 4, 17, "same");
    memset(b.pixels, 255, 3 * WIDTH * HEIGHT);
    draw(fresh, &b, 3.25, 4, 17, "same");
    assert_memory_equal(a.pixels, b.pixels, 3 * WIDTH * HEIGHT);
  }
  uint64_t before = orr_alloc_count();
  draw(fresh, &b, 3.25, 4, 17, "same");
  assert_int_equal(orr_alloc_count(), before);
  orr_image_destroy(&a);
  orr_image_destroy(&b);
  orr_text_destroy(used);
  orr_text_destroy(fresh);
}

static void expect_no_text(const char *font) {
  orr_text *text = open_text(font);
  orr_image image = paper();
  assert_true(draw(text, &image, 5, 5, 20, "nothing") == 0.0);
  assert_true(orr_text_width(text, 20, "nothing") == 0.0 && orr_text_height(text, 20) == 0);
  assert_true(ink(&image, NULL) == 0.0);
  orr_image_destroy(&image);
  orr_text_destroy(text);
}

/* No font, no file, a folder, a text, a font that was cut off: no text, no failure. */
static void test_without_a_font(void **state) {
  (void)state;
  expect_no_text("");
  expect_no_text("nowhere.ttf");
  expect_no_text(".");
  orr_file_put("no.ttf", "this is no font", 15, NULL);
  expect_no_text("no.ttf");
  char *bytes;
  size_t count;
  assert_int_equal(orr_file_get(orr_text_find_font(), (size_t)1 << 26, &bytes, &count, NULL),
                   ORR_OK);
  for (size_t cut = 1; cut < 8; cut++) {
    orr_file_put("no.ttf", bytes, count * cut / 8, NULL);
    expect_no_text("no.ttf");
  }
  orr_free(bytes);
  orr_file_remove("no.ttf", NULL);
}

/* Whatever allocation fails while text is drawn: fewer letters, no crash. */
static void test_little_memory(void **state) {
  (void)state;
  for (int n = 1; n < 40; n++) {
    orr_alloc_fail_at(n);
    orr_text *text;
    orr_status status = orr_text_create(NULL, &text, NULL);
    if (status == ORR_OK) {
      static uint8_t pixels[3 * WIDTH * HEIGHT];
      orr_image image = {WIDTH, HEIGHT, pixels};
      draw(text, &image, 5, 5, ORR_TEXT_MOST_PIXELS, "Wäß—");
      orr_text_destroy(text);
    } else {
      assert_true(n == 1 && status == ORR_ERR_MEMORY);
    }
    orr_alloc_fail_at(0);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_a_line_fills_its_place),
      cmocka_unit_test(test_cover_is_exact),
      cmocka_unit_test(test_quarters_of_a_pixel_are_kept),
      cmocka_unit_test(test_utf8),
      cmocka_unit_test(test_clipping),
      cmocka_unit_test(test_what_is_kept_changes_nothing),
      cmocka_unit_test(test_without_a_font),
      cmocka_unit_test(test_little_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
