#include "view/enlarge.h"
#include <string.h>

enum { BAND = 16, ONE = 256 }; /* rows of a task; parts of a weight */

typedef struct enlargement {
  const orr_image *small;
  orr_image *out;
  int factor;
  bool smooth;
} enlargement;

/* Where pixel `i` of the large picture lies in the small one: between `at` and the next, of which
 * it takes `part` of ONE. */
static void place(int i, int factor, int count, int *at, int *next, int *part) {
  int twice = 2 * i + 1 - factor; /* 2 factor (position): centres of pixels lie on halves */
  *at = twice < 0 ? 0 : twice / (2 * factor);
  *part = twice < 0 ? 0 : twice % (2 * factor) * ONE / (2 * factor);
  if (*at >= count) *at = count - 1;
  *next = *at + 1 < count ? *at + 1 : *at;
}

static const uint8_t *row_of(const orr_image *image, int y) {
  return image->pixels + 3 * (size_t)y * (size_t)image->width;
}

static void mix_row(const enlargement *e, int y) {
  int above, below, v;
  place(y, e->factor, e->small->height, &above, &below, &v);
  const uint8_t *a = row_of(e->small, above), *b = row_of(e->small, below);
  uint8_t *out = e->out->pixels + 3 * (size_t)y * (size_t)e->out->width;
  for (int x = 0; x < e->out->width; x++) {
    int left, right, u;
    place(x, e->factor, e->small->width, &left, &right, &u);
    for (int k = 0; k < 3; k++) {
      int high = a[3 * left + k] * (ONE - u) + a[3 * right + k] * u;
      int low = b[3 * left + k] * (ONE - u) + b[3 * right + k] * u;
      *out++ = (uint8_t)((high * (ONE - v) + low * v + ONE * ONE / 2) / (ONE * ONE));
    }
  }
}

static void repeat_row(const enlargement *e, int y) {
  const uint8_t *in = row_of(e->small, y / e->factor);
  uint8_t *out = e->out->pixels + 3 * (size_t)y * (size_t)e->out->width;
  for (int x = 0; x < e->out->width; x++) memcpy(out + 3 * x, in + 3 * (x / e->factor), 3);
}

static void enlarge_band(void *context, size_t band, size_t lane) {
  (void)lane;
  const enlargement *e = context;
  int y = (int)band * BAND, end = y + BAND < e->out->height ? y + BAND : e->out->height;
  for (; y < end; y++)
    if (e->smooth)
      mix_row(e, y);
    else
      repeat_row(e, y);
}

void orr_enlarge(const orr_image *small, int factor, bool smooth, orr_pool *pool, orr_image *out) {
  ORR_ASSERT(factor > 0 && small->width * factor >= out->width &&
             small->height * factor >= out->height);
  enlargement e = {.small = small, .out = out, .factor = factor, .smooth = smooth && factor > 1};
  orr_pool_run(pool, (size_t)(out->height + BAND - 1) / BAND, enlarge_band, &e);
}
