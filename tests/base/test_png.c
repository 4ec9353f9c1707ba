/* PNG of every kind (W3C Recommendation 2003): 15 pixel formats, plain and interlaced, with all
 * filters and several data chunks, are read as the standard says; colours that a palette lacks are
 * refused. The pictures are written here, in stored deflate blocks. */
#include "base/file.h"
#include "base/image.h"
#include "base/random.h"
#include "test_base.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 60000

typedef struct kind {
  int depth, type, channels; /* type: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA */
} kind;
static const kind kinds[] = {{1, 0, 1}, {2, 0, 1},  {4, 0, 1},  {8, 0, 1}, {16, 0, 1},
                             {8, 2, 3}, {16, 2, 3}, {1, 3, 1},  {2, 3, 1}, {4, 3, 1},
                             {8, 3, 1}, {8, 4, 2},  {16, 4, 2}, {8, 6, 4}, {16, 6, 4}};

typedef struct png {
  kind kind;
  int width, height;
  bool interlaced, clear; /* clear: with a tRNS chunk */
  int colours;            /* of the palette */
  uint16_t *samples;      /* height x width x channels */
  uint8_t raw[MOST], bytes[MOST + 3000];
  size_t raw_count, count;
} png;

static uint8_t colour(int index, int channel) { return (uint8_t)(37 * index + 90 * channel + 5); }

static uint32_t crc(const uint8_t *bytes, size_t count) {
  uint32_t value = UINT32_MAX;
  for (size_t i = 0; i < count; i++) {
    value ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0);
  }
  return ~value;
}

static void put_number(uint8_t *out, uint32_t value) {
  for (int i = 0; i < 4; i++) out[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_chunk(png *p, const char *type, const void *data, size_t count) {
  uint8_t *to = p->bytes + p->count;
  assert_true(p->count + count + 12 <= sizeof p->bytes);
  put_number(to, (uint32_t)count);
  memcpy(to + 4, type, 4);
  if (count) memcpy(to + 8, data, count);
  put_number(to + 8 + count, crc(to + 4, count + 4));
  p->count += count + 12;
}

static uint8_t paeth(uint8_t left, uint8_t above, uint8_t corner) {
  int guess = left + above - corner;
  int a = abs(guess - left), b = abs(guess - above), c = abs(guess - corner);
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

/* The row of `count` bytes, the one above it before `row`, by a filter. */
static void put_row(png *p, const uint8_t *above, const uint8_t *row, size_t count, int filter) {
  size_t step = (size_t)(p->kind.depth * p->kind.channels + 7) / 8;
  assert_true(p->raw_count + count + 1 <= sizeof p->raw);
  p->raw[p->raw_count++] = (uint8_t)filter;
  for (size_t i = 0; i < count; i++) {
    uint8_t left = i < step ? 0 : row[i - step], corner = i < step ? 0 : above[i - step];
    const uint8_t guesses[] = {0, left, above[i], (uint8_t)((left + above[i]) / 2),
                               paeth(left, above[i], corner)};
    p->raw[p->raw_count++] = (uint8_t)(row[i] - guesses[filter]);
  }
}

/* The pixels at x0 + n dx, y0 + n dy, as a picture of their own. */
static void put_pass(png *p, int x0, int y0, int dx, int dy) {
  uint8_t rows[2][2000];
  memset(rows, 0, sizeof rows);
  if (x0 >= p->width) return;
  for (int y = y0, n = 0; y < p->height; y += dy, n++) {
    uint8_t *row = rows[n & 1];
    size_t bit = 0;
    memset(row, 0, sizeof rows[0]);
    for (int x = x0; x < p->width; x += dx)
      for (int c = 0; c < p->kind.channels; c++, bit += (size_t)p->kind.depth) {
        uint16_t sample = p->samples[(y * p->width + x) * p->kind.channels + c];
        if (p->kind.depth == 16) row[bit / 8] = (uint8_t)(sample >> 8);
        if (p->kind.depth == 16) row[bit / 8 + 1] = (uint8_t)sample;
        if (p->kind.depth < 16)
          row[bit / 8] |= (uint8_t)(sample << (8 - (size_t)p->kind.depth - bit % 8));
      }
    put_row(p, rows[~n & 1], row, (bit + 7) / 8, (n + x0) % 5);
  }
}

/* zlib: stored blocks of 1000 bytes, split into chunks at other places. */
static void put_data(png *p) {
  static uint8_t stream[MOST + 1000];
  size_t used = 2;
  uint32_t a = 1, b = 0;
  memcpy(stream, "\x78\x01", 2);
  for (size_t at = 0; at < p->raw_count; at += 1000) {
    size_t count = p->raw_count - at < 1000 ? p->raw_count - at : 1000;
    const uint8_t block[] = {at + count == p->raw_count, (uint8_t)count, (uint8_t)(count >> 8),
                             (uint8_t)~count, (uint8_t)(~count >> 8)};
    memcpy(stream + used, block, 5);
    memcpy(stream + used + 5, p->raw + at, count);
    used += 5 + count;
  }
  for (size_t i = 0; i < p->raw_count; i++) {
    a = (a + p->raw[i]) % 65521;
    b = (b + a) % 65521;
  }
  put_number(stream + used, b << 16 | a);
  used += 4;
  for (size_t at = 0; at < used; at += 777)
    put_chunk(p, "IDAT", stream + at, used - at < 777 ? used - at : 777);
}

static void encode(png *p) {
  static const int passes[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                   {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  uint8_t head[13] = {0}, palette[768], clear[256] = {0};
  p->raw_count = 0;
  p->count = 8;
  memcpy(p->bytes, "\x89PNG\r\n\x1a\n", 8);
  put_number(head, (uint32_t)p->width);
  put_number(head + 4, (uint32_t)p->height);
  head[8] = (uint8_t)p->kind.depth;
  head[9] = (uint8_t)p->kind.type;
  head[12] = p->interlaced;
  put_chunk(p, "IHDR", head, 13);
  put_chunk(p, "tEXt", "Author\0nobody", 13);
  for (int i = 0; i < 768; i++) palette[i] = colour(i / 3, i % 3);
  if (p->kind.type == 3) put_chunk(p, "PLTE", palette, 3 * (size_t)p->colours);
  if (p->kind.type == 3 && p->clear) put_chunk(p, "tRNS", clear, (size_t)p->colours);
  if (p->kind.type < 3 && p->clear) put_chunk(p, "tRNS", clear, p->kind.type ? 6 : 2);
  if (!p->interlaced) put_pass(p, 0, 0, 1, 1);
  for (int i = 0; p->interlaced && i < 7; i++)
    put_pass(p, passes[i][0], passes[i][1], passes[i][2], passes[i][3]);
  put_data(p);
  put_chunk(p, "IEND", NULL, 0);
}

static orr_status decode_as(const png *p, orr_image *out, orr_error *err) {
  FILE *file = fopen("k.png", "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(p->bytes, 1, p->count, file), p->count);
  assert_int_equal(fclose(file), 0);
  orr_status status = orr_image_read_png("k.png", out, err);
  remove("k.png");
  return status;
}

static orr_status decode(const png *p, orr_image *out) { return decode_as(p, out, NULL); }

/* What the standard says that a pixel is; alpha left out, 16 bits cut to 8. */
static uint8_t expected(const png *p, int pixel, int channel) {
  const uint16_t *sample = &p->samples[pixel * p->kind.channels];
  int most = (1 << p->kind.depth) - 1;
  if (p->kind.type == 3) return colour(sample[0], channel);
  int value = sample[p->kind.channels > 2 ? channel : 0];
  return (uint8_t)(p->kind.depth == 16 ? value >> 8 : 255 * value / most);
}

static void fill(png *p, const kind *k, int width, int height, orr_random *random) {
  size_t count = (size_t)(width * height * k->channels);
  p->kind = *k;
  p->width = width;
  p->height = height;
  p->colours = k->depth < 8 ? 1 << k->depth : 200;
  int most = k->type == 3 ? p->colours : 1 << k->depth;
  p->samples = calloc(count, sizeof *p->samples);
  for (size_t i = 0; i < count; i++) p->samples[i] = (uint16_t)orr_random_integer(random, 0, most);
}

static void every_kind_is_read_as_the_standard_says(void **state) {
  (void)state;
  static png p;
  static const int sizes[][2] = {{1, 1}, {3, 2}, {5, 9}, {37, 29}, {64, 8}};
  orr_random random = orr_random_at(15, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (size_t i = 0; i < 15 * 5 * 4; i++) {
    const int *size = sizes[i / 15 % 5];
    orr_image image;
    fill(&p, &kinds[i % 15], size[0], size[1], &random);
    p.interlaced = i / 75 & 1;
    p.clear = i / 150;
    encode(&p);
    assert_int_equal(decode(&p, &image), ORR_OK);
    assert_true(image.width == size[0] && image.height == size[1]);
    for (int k = 0; k < 3 * size[0] * size[1]; k++)
      assert_int_equal(image.pixels[k], expected(&p, k / 3, k % 3));
    orr_image_destroy(&image);
    free(p.samples);
  }
}

static void colours_that_a_palette_lacks_are_refused(void **state) {
  (void)state;
  static png p;
  orr_random random = orr_random_at(16, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (size_t i = 0; i < 16; i++) {
    orr_image image;
    fill(&p, &kinds[7 + i % 4], 20, 10, &random);
    p.interlaced = i & 4;
    p.clear = i & 8;
    p.colours--;
    p.samples[150] = (uint16_t)p.colours;
    encode(&p);
    assert_int_equal(decode(&p, &image), ORR_ERR_FILE);
    assert_null(image.pixels);
    for (int k = 0; k < 200; k++)
      if (p.samples[k] == p.colours) p.samples[k]--;
    encode(&p);
    assert_int_equal(decode(&p, &image), ORR_OK);
    orr_image_destroy(&image);
    p.colours = 0; /* an empty palette */
    encode(&p);
    assert_int_equal(decode(&p, &image), ORR_ERR_FILE);
    free(p.samples);
  }
}

/* A chunk of data may be empty, but not before there are any. */
static void a_picture_without_data_is_refused(void **state) {
  (void)state;
  static png p;
  orr_image image;
  orr_error err = {0};
  orr_random random = orr_random_at(18, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  fill(&p, &kinds[5], 9, 9, &random);
  encode(&p);
  size_t head = 8 + 12 + 13; /* signature and IHDR */
  static uint8_t rest[MOST + 3000];
  size_t count = p.count - head;
  memcpy(rest, p.bytes + head, count);
  p.count = head;
  put_chunk(&p, "IDAT", rest, 0);
  memcpy(p.bytes + p.count, rest, count);
  p.count += count;
  assert_int_equal(decode_as(&p, &image, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "start with nothing"));
  p.count = head;
  put_chunk(&p, "IEND", rest, 0);
  assert_int_equal(decode_as(&p, &image, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "holds no picture"));
  free(p.samples);
}

static void kinds_that_do_not_exist_are_refused(void **state) {
  (void)state;
  static png p;
  static const int wrong[][5] = {/* depth, type, compression, filter, interlace */
                                 {3, 0, 0, 0, 0}, {16, 3, 0, 0, 0}, {4, 2, 0, 0, 0},
                                 {8, 1, 0, 0, 0}, {8, 5, 0, 0, 0},  {8, 7, 0, 0, 0},
                                 {0, 2, 0, 0, 0}, {8, 2, 1, 0, 0},  {8, 2, 0, 1, 0},
                                 {8, 2, 0, 0, 2}, {32, 2, 0, 0, 0}};
  orr_random random = orr_random_at(17, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  fill(&p, &kinds[5], 9, 9, &random);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    orr_image image;
    encode(&p);
    for (size_t k = 0; k < 5; k++) p.bytes[24 + k] = (uint8_t)wrong[i][k];
    put_number(p.bytes + 29, crc(p.bytes + 12, 17));
    assert_int_equal(decode(&p, &image), ORR_ERR_FILE);
  }
  free(p.samples);
}

int test_png(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kind_is_read_as_the_standard_says),
      cmocka_unit_test(colours_that_a_palette_lacks_are_refused),
      cmocka_unit_test(a_picture_without_data_is_refused),
      cmocka_unit_test(kinds_that_do_not_exist_are_refused),
  };
  return cmocka_run_group_tests_name("png", tests, NULL, NULL);
}
