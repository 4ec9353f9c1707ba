/* PNG (W3C Recommendation 2003, sections 5 and 11): a header, one chunk of data, an end. Rows are
 * not filtered: flat colours repeat exactly, which is what deflate looks for. */
#include "data/png.h"
#include "base/memory.h"
#include "data/deflate.h"
#include <string.h>

enum { LEVEL = 6, SIGNATURE = 8, HEADER = 13, CHUNK = 12 /* length, type, checksum */ };

struct orr_png {
  orr_deflater *deflater;
  size_t height, row; /* rows, and bytes in one without its filter byte */
  uint8_t header[HEADER];
  uint8_t *raw; /* height x (1 + row) */
};

static uint8_t *put_u32(uint8_t *out, size_t value) {
  for (int i = 0; i < 4; i++) out[i] = (uint8_t)(value >> (24 - 8 * i));
  return out + 4;
}

orr_status orr_png_create(int width, int height, int channels, orr_png **out, orr_error *err) {
  ORR_ASSERT(width > 0 && height > 0 && (channels == 1 || channels == 3));
  *out = NULL;
  orr_png *png;
  ORR_TRY(orr_new(&png, 1, sizeof *png, err));
  png->height = (size_t)height;
  png->row = (size_t)width * (size_t)channels;
  put_u32(put_u32(png->header, (size_t)width), (size_t)height);
  png->header[8] = 8; /* bits; then colour type; then the only compression, filter set and order */
  png->header[9] = channels == 3 ? 2 : 0;
  orr_status status = orr_new(&png->raw, png->height, 1 + png->row, err);
  if (status == ORR_OK) status = orr_deflater_create_level(LEVEL, &png->deflater, err);
  if (status == ORR_OK) {
    *out = png;
  } else {
    orr_png_destroy(png);
  }
  return status;
}

void orr_png_destroy(orr_png *png) {
  if (!png) return;
  orr_deflater_destroy(png->deflater);
  orr_free(png->raw);
  orr_free(png);
}

static size_t stream_bound(const orr_png *png) {
  return orr_deflate_bound(png->deflater, png->height * (1 + png->row));
}

size_t orr_png_bound(const orr_png *png) {
  return SIGNATURE + CHUNK + HEADER + CHUNK + stream_bound(png) + CHUNK;
}

/* Puts length, type and checksum around `count` bytes that lie behind the place of the first two.
 */
static uint8_t *close_chunk(uint8_t *chunk, const char *type, size_t count) {
  put_u32(chunk, count);
  memcpy(chunk + 4, type, 4);
  return put_u32(chunk + 8 + count, orr_deflate_crc32(chunk + 4, 4 + count));
}

size_t orr_png_encode(orr_png *png, const uint8_t *pixels, uint8_t *out) {
  static const uint8_t signature[SIGNATURE] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  for (size_t y = 0; y < png->height; y++) { /* the filter bytes stay 0 */
    memcpy(png->raw + y * (1 + png->row) + 1, pixels + y * png->row, png->row);
  }
  memcpy(out, signature, SIGNATURE);
  uint8_t *to = out + SIGNATURE;
  memcpy(to + 8, png->header, HEADER);
  to = close_chunk(to, "IHDR", HEADER);
  size_t count =
      orr_deflate(png->deflater, png->raw, png->height * (1 + png->row), to + 8, stream_bound(png));
  to = close_chunk(to, "IDAT", count);
  return (size_t)(close_chunk(to, "IEND", 0) - out);
}
