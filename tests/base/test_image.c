/* PNG: exact round trips, and refusal of everything that is not a whole picture. */
#include "base/file.h"
#include "base/image.h"
#include "base/memory.h"
#include "base/random.h"
#include "test_base.h"
#include <stdio.h>
#include <string.h>

static void paint(orr_image *image, bool noisy) {
  orr_random random = orr_random_at(3, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  size_t count = (size_t)image->width * (size_t)image->height * 3;
  for (size_t i = 0; i < count; i++) {
    image->pixels[i] = noisy ? (uint8_t)orr_random_u32(&random) : (uint8_t)(i / 97);
  }
}

static void pictures_come_back_exactly(void **state) {
  (void)state;
  static const int sizes[][2] = {{1, 1}, {1, 300}, {301, 1}, {96, 64}, {255, 257}};
  for (size_t i = 0; i < 10; i++) {
    orr_image image, back;
    assert_int_equal(orr_image_create(sizes[i / 2][0], sizes[i / 2][1], &image, NULL), ORR_OK);
    paint(&image, i % 2 == 1);
    assert_int_equal(orr_image_write_png(&image, "p.png", NULL), ORR_OK);
    assert_int_equal(orr_image_read_png("p.png", &back, NULL), ORR_OK);
    assert_int_equal(back.width, image.width);
    assert_int_equal(back.height, image.height);
    assert_memory_equal(back.pixels, image.pixels, (size_t)image.width * (size_t)image.height * 3);
    orr_image_destroy(&image);
    orr_image_destroy(&back);
    assert_null(back.pixels);
  }
  orr_file_remove("p.png", NULL);
}

/* A picture's bytes, for the tests below; orr_free. */
static char *png_bytes(size_t *count) {
  orr_image image;
  char *bytes;
  assert_int_equal(orr_image_create(24, 16, &image, NULL), ORR_OK);
  paint(&image, true);
  assert_int_equal(orr_image_write_png(&image, "q.png", NULL), ORR_OK);
  assert_int_equal(orr_file_get("q.png", 1 << 20, &bytes, count, NULL), ORR_OK);
  orr_image_destroy(&image);
  return bytes;
}

static void the_same_picture_gives_the_same_bytes(void **state) {
  (void)state;
  size_t a_count, b_count;
  char *a = png_bytes(&a_count), *b = png_bytes(&b_count);
  assert_int_equal(a_count, b_count);
  assert_memory_equal(a, b, a_count);
  orr_free(a);
  orr_free(b);
}

static void assert_refused(const char *bytes, size_t count) {
  orr_image image;
  orr_error err;
  assert_int_equal(orr_file_put("q.png", bytes, count, NULL), ORR_OK);
  assert_int_equal(orr_image_read_png("q.png", &image, &err), ORR_ERR_FILE);
  assert_null(image.pixels);
  assert_non_null(strstr(err.message, "q.png"));
}

static void truncated_pictures_are_refused(void **state) {
  (void)state;
  size_t count;
  char *bytes = png_bytes(&count);
  for (size_t cut = 0; cut < count; cut += 1 + cut / 40) assert_refused(bytes, cut);
  assert_refused(bytes, count - 1);
  orr_free(bytes);
}

static void flipped_bits_are_refused(void **state) {
  (void)state;
  size_t count;
  char *bytes = png_bytes(&count);
  for (size_t i = 0; i < count; i += 1 + i / 40) {
    bytes[i] = (char)(bytes[i] ^ (1 << i % 8));
    assert_refused(bytes, count);
    bytes[i] = (char)(bytes[i] ^ (1 << i % 8));
  }
  orr_free(bytes);
}

static uint32_t crc(const uint8_t *bytes, size_t count) { /* bit by bit, apart from ours */
  uint32_t value = UINT32_MAX;
  for (size_t i = 0; i < count; i++) {
    value ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0);
  }
  return ~value;
}

static void put_big_endian(uint8_t *out, uint32_t value) {
  for (int i = 0; i < 4; i++) out[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Good checksums, bad contents. */
static void lying_headers_and_data_are_refused(void **state) {
  (void)state;
  static const uint32_t sizes[][2] = {{24, 17}, {25, 16}, {0, 16}, {65536, 65536}, {0x7fffffff, 2}};
  size_t count;
  char *bytes = png_bytes(&count);
  uint8_t *header = (uint8_t *)bytes + 12; /* "IHDR", width, height, ... */
  uint64_t before = orr_alloc_count();
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    put_big_endian(header + 4, sizes[i][0]);
    put_big_endian(header + 8, sizes[i][1]);
    put_big_endian(header + 17, crc(header, 17));
    assert_refused(bytes, count);
  }
  assert_true(orr_alloc_count() - before < 300);
  put_big_endian(header + 4, 24);
  put_big_endian(header + 8, 16);
  put_big_endian(header + 17, crc(header, 17));
  uint8_t *data = header + 21; /* length, "IDAT", zlib stream */
  size_t length = (size_t)data[2] << 8 | data[3];
  orr_random random = orr_random_at(4, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (int i = 0; i < 300; i++) { /* any outcome but a crash or a leak */
    size_t at = 8 + (size_t)orr_random_integer(&random, 0, (int64_t)length);
    uint8_t kept = data[at];
    data[at] = (uint8_t)orr_random_u32(&random);
    put_big_endian(data + 8 + length, crc(data + 4, length + 4));
    orr_image image;
    assert_int_equal(orr_file_put("q.png", bytes, count, NULL), ORR_OK);
    if (orr_image_read_png("q.png", &image, NULL) == ORR_OK) orr_image_destroy(&image);
    data[at] = kept;
  }
  orr_free(bytes);
}

/* 4 MB of zeros in 26 KB, under a header of 24 x 16 pixels: fixed Huffman codes, a literal 0 and
 * then matches of length 258 at distance 1 (RFC 1951, 3.2.6). */
static size_t make_bomb(uint8_t *out, const char *png) {
  memcpy(out, png, 33); /* signature and IHDR */
  uint8_t *data = out + 41;
  memcpy(data - 4, "IDAT\x78\x01", 6);
  size_t bit = 16;
  uint32_t codes[2] = {3 | 0x0C << 3, 0xA3}; /* last block, fixed; 00110000 | 11000101 00000 */
  int lengths[2] = {11, 13};
  for (int i = 0; i < 16000; i++) {
    uint32_t code = codes[i > 0];
    for (int b = 0; b < lengths[i > 0]; b++, bit++) data[bit / 8] |= (code >> b & 1) << bit % 8;
  }
  bit += 7; /* 0000000: the end of the block */
  size_t length = (bit + 7) / 8 + 4;
  put_big_endian(data - 8, (uint32_t)length);
  put_big_endian(data + length, crc(data - 4, length + 4));
  memcpy(data + length + 4, "\0\0\0\0IEND\xAE\x42\x60\x82", 12);
  return (size_t)(data + length + 16 - out);
}

static void a_decompression_bomb_is_refused(void **state) {
  (void)state;
  static uint8_t bomb[40000];
  size_t count;
  char *png = png_bytes(&count);
  assert_refused((char *)bomb, make_bomb(bomb, png));
  orr_free(png);
}

/* 2x1 grey, grey with alpha and RGBA pictures are made by hand: stored deflate blocks. */
static size_t make_png(uint8_t *out, uint8_t colour_type, int channels) {
  static const uint8_t start[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13,
                                  'I',  'H', 'D', 'R', 0,    0,    0,    2,    0, 0, 0, 1};
  memcpy(out, start, sizeof start);
  uint8_t *at = out + sizeof start;
  memcpy(at, (uint8_t[]){8, colour_type, 0, 0, 0}, 5);
  put_big_endian(at + 5, crc(out + 12, 17));
  at += 9;
  size_t raw = 1 + 2 * (size_t)channels, length = 2 + 5 + raw + 4;
  put_big_endian(at, (uint32_t)length);
  memcpy(at + 4, "IDAT\x78\x01\x01", 7);
  memcpy(at + 11, (uint8_t[]){(uint8_t)raw, 0, (uint8_t)~raw, 0xFF}, 4);
  at[15] = 0; /* no filter */
  for (size_t i = 1; i < raw; i++) at[15 + i] = (uint8_t)(10 * i);
  uint32_t a = 1, b = 0;
  for (size_t i = 0; i < raw; i++) {
    a += at[15 + i];
    b += a;
  }
  put_big_endian(at + 15 + raw, b % 65521 << 16 | a % 65521);
  put_big_endian(at + 8 + length, crc(at + 4, length + 4));
  at += 12 + length;
  memcpy(at, "\0\0\0\0IEND\xAE\x42\x60\x82", 12);
  return (size_t)(at + 12 - out);
}

static void grey_and_alpha_become_rgb(void **state) {
  (void)state;
  static const struct {
    uint8_t type;
    int channels;
    uint8_t rgb[6];
  } cases[] = {{0, 1, {10, 10, 10, 20, 20, 20}},
               {4, 2, {10, 10, 10, 30, 30, 30}},
               {6, 4, {10, 20, 30, 50, 60, 70}}};
  for (size_t i = 0; i < 3; i++) {
    uint8_t bytes[256];
    size_t count = make_png(bytes, cases[i].type, cases[i].channels);
    orr_image image;
    assert_int_equal(orr_file_put("q.png", bytes, count, NULL), ORR_OK);
    assert_int_equal(orr_image_read_png("q.png", &image, NULL), ORR_OK);
    assert_int_equal(image.width, 2);
    assert_memory_equal(image.pixels, cases[i].rgb, 6);
    orr_image_destroy(&image);
  }
}

static void every_want_of_memory_is_survived(void **state) {
  (void)state;
  orr_image image, back;
  assert_int_equal(orr_image_create(64, 48, &image, NULL), ORR_OK);
  paint(&image, true);
  int n = 1;
  for (;; n += 1 + n / 30) {
    orr_alloc_fail_at(n);
    orr_status status = orr_image_write_png(&image, "q.png", NULL);
    orr_alloc_fail_at(0);
    if (status == ORR_OK) break;
    assert_int_equal(status, ORR_ERR_MEMORY);
  }
  assert_true(n > 5);
  for (n = 1;; n++) {
    orr_alloc_fail_at(n);
    orr_status status = orr_image_read_png("q.png", &back, NULL);
    orr_alloc_fail_at(0);
    if (status == ORR_OK) break;
    assert_int_equal(status, ORR_ERR_MEMORY);
    assert_null(back.pixels);
  }
  assert_true(n > 4);
  assert_memory_equal(image.pixels, back.pixels, 64 * 48 * 3);
  orr_image_destroy(&image);
  orr_image_destroy(&back);
}

static void impossible_sizes_are_refused(void **state) {
  (void)state;
  orr_image image;
  assert_int_equal(orr_image_create(0, 5, &image, NULL), ORR_ERR_CONFIG);
  assert_int_equal(orr_image_create(-1, 5, &image, NULL), ORR_ERR_CONFIG);
  assert_int_equal(orr_image_create(1 << 14, 1 << 13, &image, NULL), ORR_ERR_CONFIG);
  orr_image_destroy(NULL);
}

static int teardown(void **state) {
  (void)state;
  return orr_file_remove("q.png", NULL) == ORR_OK ? 0 : -1;
}

int test_image(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(pictures_come_back_exactly),
      cmocka_unit_test(the_same_picture_gives_the_same_bytes),
      cmocka_unit_test(truncated_pictures_are_refused),
      cmocka_unit_test(flipped_bits_are_refused),
      cmocka_unit_test(lying_headers_and_data_are_refused),
      cmocka_unit_test(a_decompression_bomb_is_refused),
      cmocka_unit_test(grey_and_alpha_become_rgb),
      cmocka_unit_test(every_want_of_memory_is_survived),
      cmocka_unit_test(impossible_sizes_are_refused),
  };
  return cmocka_run_group_tests_name("image", tests, NULL, teardown);
}
