#include "render/panels.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/light.h"
#include "render/text.h"
#include <math.h>
#include <string.h>

#define GAP         12 /* pixels around panels */
#define SHADES      256
#define GOLDEN_TURN 2.39996322972865332 /* rad: hues that follow each other stay apart */

static const orr_colour paper = {248, 247, 243, 1.0}, ink = {38, 38, 42, 1.0};
static const uint8_t black[3] = {18, 18, 20}, grey[3] = {232, 232, 234};

struct orr_panels {
  orr_image image;
  int width, height, columns;
  int band; /* pixels of a label */
  bool framed;
  uint8_t shades[SHADES][3]; /* of depth */
  uint8_t hues[256][3];      /* of labels */
};

/* From a lightness, a chroma and a hue in which equal steps look equal (Ottosson, OKLab, 2020). */
static void perceived(double lightness, double chroma, double hue, uint8_t out[3]) {
  double a = chroma * cos(hue), b = chroma * sin(hue);
  double l = lightness + 0.3963377774 * a + 0.2158037573 * b;
  double m = lightness - 0.1055613458 * a - 0.0638541728 * b;
  double s = lightness - 0.0894841775 * a - 1.2914855480 * b;
  l = l * l * l, m = m * m * m, s = s * s * s;
  out[0] = orr_light_encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  out[1] = orr_light_encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  out[2] = orr_light_encode(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
}

static void fill_colours(orr_panels *panels) {
  static const double lightness[3] = {0.66, 0.80, 0.52};
  for (int i = 0; i < SHADES; i++) {
    double far = i / (SHADES - 1.0);
    perceived(0.95 - 0.65 * far, 0.11, (100.0 + 175.0 * far) * ORR_PI / 180.0, panels->shades[i]);
  }
  memcpy(panels->hues[0], grey, sizeof grey);
  for (int i = 1; i < 256; i++) perceived(lightness[i % 3], 0.14, i * GOLDEN_TURN, panels->hues[i]);
}

static int columns_for(size_t count) {
  int columns = 1;
  while ((size_t)(columns * columns) < count) columns++;
  return count <= 3 ? (int)count : columns;
}

static void put_label(orr_panels *panels, orr_text *text, size_t panel, int pixels,
                      const char *label) {
  int x, y;
  orr_panels_place(panels, panel, &x, &y);
  orr_text_draw(text, &panels->image, x, y - panels->band, pixels, ink, label);
}

static orr_status lay_out(orr_panels *panels, const char *const *labels, size_t count,
                          orr_text *text, orr_error *err) {
  int pixels = (int)orr_clamp(panels->width / 18, 10, 20), rows;
  panels->framed = count > 1;
  panels->columns = columns_for(count);
  rows = ((int)count + panels->columns - 1) / panels->columns;
  panels->band = panels->framed ? orr_text_height(text, pixels) + 3 : 0;
  int gap = panels->framed ? GAP : 0;
  ORR_TRY(orr_image_create(panels->columns * (panels->width + gap) + gap,
                           rows * (panels->height + panels->band + gap) + gap, &panels->image,
                           err));
  orr_raster_fill(&panels->image, 0, 0, panels->image.width, panels->image.height, paper);
  for (size_t i = 0; panels->framed && i < count; i++)
    put_label(panels, text, i, pixels, labels[i]);
  return ORR_OK;
}

orr_status orr_panels_create(int width, int height, const char *const *labels, size_t count,
                             orr_panels **out, orr_error *err) {
  ORR_ASSERT(width > 0 && height > 0 && count > 0);
  orr_panels *panels;
  orr_text *text = NULL;
  *out = NULL;
  ORR_TRY(orr_new(&panels, 1, sizeof *panels, err));
  panels->width = width;
  panels->height = height;
  fill_colours(panels);
  orr_status status = orr_text_create(NULL, &text, err);
  if (status == ORR_OK) status = lay_out(panels, labels, count, text, err);
  orr_text_destroy(text);
  if (status != ORR_OK) {
    orr_panels_destroy(panels);
    return status;
  }
  *out = panels;
  return ORR_OK;
}

void orr_panels_destroy(orr_panels *panels) {
  if (!panels) return;
  orr_image_destroy(&panels->image);
  orr_free(panels);
}

orr_image *orr_panels_image(orr_panels *panels) { return &panels->image; }

void orr_panels_place(const orr_panels *panels, size_t panel, int *x, int *y) {
  int column = (int)panel % panels->columns, row = (int)panel / panels->columns;
  int gap = panels->framed ? GAP : 0;
  *x = gap + column * (panels->width + gap);
  *y = gap + panels->band + row * (panels->height + panels->band + gap);
}

/* ---- filling ---- */

/* Where row `y` of a panel begins. */
static uint8_t *row_of(orr_panels *panels, size_t panel, int y) {
  int left, top;
  orr_panels_place(panels, panel, &left, &top);
  return panels->image.pixels +
         3 * ((size_t)(top + y) * (size_t)panels->image.width + (size_t)left);
}

void orr_panels_put_depth(orr_panels *panels, size_t panel, const float *depth, double near,
                          double far) {
  double steps = (SHADES - 1) / orr_max(far - near, 1e-12);
  for (int y = 0; y < panels->height; y++) {
    uint8_t *out = row_of(panels, panel, y);
    const float *in = depth + (size_t)y * (size_t)panels->width;
    for (int x = 0; x < panels->width; x++) {
      double shade = orr_clamp((in[x] - near) * steps + 0.5, 0.0, SHADES - 1);
      memcpy(out + 3 * x, isfinite(in[x]) ? panels->shades[(int)shade] : black, 3);
    }
  }
}

void orr_panels_put_labels(orr_panels *panels, size_t panel, const uint8_t *labels) {
  for (int y = 0; y < panels->height; y++) {
    uint8_t *out = row_of(panels, panel, y);
    const uint8_t *in = labels + (size_t)y * (size_t)panels->width;
    for (int x = 0; x < panels->width; x++) memcpy(out + 3 * x, panels->hues[in[x]], 3);
  }
}

void orr_panels_put_enlarged(orr_panels *panels, size_t panel, const orr_image *small) {
  double scale =
      orr_min((double)panels->width / small->width, (double)panels->height / small->height);
  if (scale > 1.0) scale = floor(scale); /* squares of one size */
  int width = (int)orr_max(1.0, scale * small->width + 1e-9);
  int height = (int)orr_max(1.0, scale * small->height + 1e-9);
  int left = (panels->width - width) / 2, top = (panels->height - height) / 2;
  for (int y = 0; y < panels->height; y++) {
    uint8_t *out = row_of(panels, panel, y);
    for (int x = 0; x < panels->width; x++) {
      int col = x - left, row = y - top;
      bool inside = col >= 0 && col < width && row >= 0 && row < height;
      size_t at = inside ? (size_t)(row * (int64_t)small->height / height) * (size_t)small->width +
                               (size_t)(col * (int64_t)small->width / width)
                         : 0;
      memcpy(out + 3 * x,
             inside ? small->pixels + 3 * at : (const uint8_t[3]){paper.r, paper.g, paper.b}, 3);
    }
  }
}
