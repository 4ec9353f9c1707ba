#include "render/text.h"
#include "base/file.h"
#include "base/maths.h"
#include "base/memory.h"
#include <string.h>

/* stb declares as static what is not used here. */
#pragma GCC diagnostic ignored "-Wunused-function"
#define STBTT_STATIC
#define STB_TRUETYPE_IMPLEMENTATION
#define STBTT_malloc(size, user) ((void)(user), orr_alloc(size, 1))
#define STBTT_free(memory, user) ((void)(user), orr_free(memory))
#define STBTT_assert(x)          ((void)0)
#include <stb/stb_truetype.h>

#define MOST_FONT_BYTES ((size_t)64 << 20)
#define PHASES          4                 /* positions of a glyph within a pixel */
#define SLOTS           1024              /* of the table of drawn glyphs; a power of two */
#define STORE           ((size_t)1 << 19) /* bytes of drawn glyphs */
#define WIDEST          64                /* pixels: up to here stb allocates nothing unchecked */
#define FLATNESS        0.02f             /* pixels: how far a chord of an outline may be off */
#define REPLACEMENT     0xFFFDu

typedef struct drawn_glyph {
  bool used;
  int glyph, pixels, phase;
  int x, y, width, height; /* of its bitmap, from the pen on the base line */
  size_t at;               /* in the store */
} drawn_glyph;

struct orr_text {
  char *file;
  stbtt_fontinfo font;
  bool has_font;
  size_t slots_used, store_used;
  drawn_glyph slots[SLOTS];
  uint8_t store[STORE];
};

const char *orr_text_find_font(void) {
  static const char *const places[] = {
      "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
      "/usr/share/fonts/TTF/DejaVuSans.ttf",
      "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
      "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
  };
  for (size_t i = 0; i < sizeof places / sizeof *places; i++)
    if (orr_file_exists(places[i])) return places[i];
  return "";
}

/* A font's offset table says where its tables lie; stb trusts it. */
static bool tables_fit(const uint8_t *bytes, size_t count) {
  if (count < 12) return false;
  size_t tables = (size_t)bytes[4] << 8 | bytes[5];
  if (count < 12 + 16 * tables) return false;
  for (size_t i = 0; i < tables; i++) {
    const uint8_t *entry = bytes + 12 + 16 * i;
    uint64_t start = 0, length = 0;
    for (int k = 0; k < 4; k++) {
      start = start << 8 | entry[8 + k];
      length = length << 8 | entry[12 + k];
    }
    if (start + length > count) return false;
  }
  return true;
}

static void open_font(orr_text *text, const char *path) {
  size_t count;
  if (!*path || orr_file_get(path, MOST_FONT_BYTES, &text->file, &count, NULL) != ORR_OK) return;
  const uint8_t *bytes = (const uint8_t *)text->file;
  text->has_font = tables_fit(bytes, count) && stbtt_InitFont(&text->font, bytes, 0);
}

orr_status orr_text_create(const char *font, orr_text **out, orr_error *err) {
  *out = NULL;
  ORR_TRY(orr_new(out, 1, sizeof **out, err));
  open_font(*out, font ? font : orr_text_find_font());
  return ORR_OK;
}

void orr_text_destroy(orr_text *text) {
  if (!text) return;
  orr_free(text->file);
  orr_free(text);
}

/* ---- UTF-8 (RFC 3629) ---- */

/* The next character of a line that has one. */
static uint32_t next_character(const uint8_t **at) {
  const uint8_t *from = *at;
  int more = from[0] < 0x80 ? 0 : (from[0] & 0xE0) == 0xC0 ? 1 : (from[0] & 0xF0) == 0xE0 ? 2 : 3;
  static const uint32_t least[4] = {0, 0x80, 0x800, 0x10000};
  uint32_t code = more ? from[0] & (0x3Fu >> more) : from[0];
  *at = from + 1;
  if (from[0] >= 0xF8 || (from[0] & 0xC0) == 0x80) return REPLACEMENT;
  for (int k = 1; k <= more; k++) {
    if ((from[k] & 0xC0) != 0x80) return REPLACEMENT; /* the end of the line too */
    code = code << 6 | (from[k] & 0x3F);
  }
  if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
    return REPLACEMENT;
  *at = from + 1 + more;
  return code;
}

/* ---- glyphs ---- */

static float scale_of(const orr_text *text, int pixels) {
  ORR_ASSERT(pixels > 0 && pixels <= ORR_TEXT_MOST_PIXELS);
  return stbtt_ScaleForMappingEmToPixels(&text->font, (float)pixels);
}

static void forget(orr_text *text) {
  memset(text->slots, 0, sizeof text->slots);
  text->slots_used = text->store_used = 0;
}

/* The slot of a glyph, or the free one where it belongs. */
static drawn_glyph *find(orr_text *text, int glyph, int pixels, int phase) {
  uint32_t hash = (uint32_t)((glyph * 64 + pixels) * PHASES + phase) * 2654435761u;
  for (uint32_t i = hash >> 16;; i++) {
    drawn_glyph *slot = &text->slots[i % SLOTS];
    if (!slot->used || (slot->glyph == glyph && slot->pixels == pixels && slot->phase == phase))
      return slot;
  }
}

/* As stbtt_MakeGlyphBitmapSubpixel, whose chords (0.35 pixels off at most) cost small letters 3 %
 * of their ink. */
static void rasterise(orr_text *text, const drawn_glyph *drawn, float scale, float shift) {
  stbtt_vertex *outline;
  stbtt__bitmap bitmap = {.w = drawn->width,
                          .h = drawn->height,
                          .stride = drawn->width,
                          .pixels = text->store + drawn->at};
  int count = stbtt_GetGlyphShape(&text->font, drawn->glyph, &outline);
  memset(bitmap.pixels, 0, (size_t)bitmap.w * (size_t)bitmap.h);
  if (count <= 0) return;
  stbtt_Rasterize(&bitmap, FLATNESS, outline, count, scale, scale, shift, 0, drawn->x, drawn->y, 1,
                  NULL);
  orr_free(outline);
}

/* Draws a glyph into the store, or finds it there. One that is too wide is left out. */
static const drawn_glyph *get_glyph(orr_text *text, int glyph, int pixels, int phase) {
  drawn_glyph *slot = find(text, glyph, pixels, phase);
  if (slot->used) return slot;
  float scale = scale_of(text, pixels), shift = (float)phase / PHASES;
  int x0, y0, x1, y1;
  stbtt_GetGlyphBitmapBoxSubpixel(&text->font, glyph, scale, scale, shift, 0, &x0, &y0, &x1, &y1);
  drawn_glyph drawn = {.used = true, .glyph = glyph, .pixels = pixels, .phase = phase};
  if (x1 > x0 && y1 > y0 && x1 - x0 <= WIDEST && y1 - y0 <= 4 * WIDEST) {
    drawn.x = x0, drawn.y = y0, drawn.width = x1 - x0, drawn.height = y1 - y0;
  }
  size_t bytes = (size_t)drawn.width * (size_t)drawn.height;
  if (text->slots_used >= SLOTS * 3 / 4 || text->store_used + bytes > STORE) {
    forget(text);
    slot = find(text, glyph, pixels, phase);
  }
  drawn.at = text->store_used;
  if (bytes) rasterise(text, &drawn, scale, shift);
  text->store_used += bytes;
  text->slots_used++;
  *slot = drawn;
  return slot;
}

static void blend(orr_image *image, const orr_text *text, const drawn_glyph *glyph, int x, int y,
                  orr_colour colour) {
  const double alpha = colour.alpha / 255.0;
  for (int row = 0; row < glyph->height; row++)
    for (int col = 0; col < glyph->width; col++) {
      uint8_t cover = text->store[glyph->at + (size_t)row * (size_t)glyph->width + (size_t)col];
      if (!cover) continue;
      colour.alpha = alpha * cover;
      orr_raster_fill(image, x + col, y + row, 1, 1, colour);
    }
}

/* Walks along a line; draws when there is a picture. */
static double walk(orr_text *text, orr_image *image, double x, int base, int pixels,
                   orr_colour colour, const char *line) {
  double pen = x, scale = (double)scale_of(text, pixels);
  int before = 0;
  for (const uint8_t *at = (const uint8_t *)line; *at;) {
    int advance, bearing, glyph = stbtt_FindGlyphIndex(&text->font, (int)next_character(&at));
    if (before) pen += scale * stbtt_GetGlyphKernAdvance(&text->font, before, glyph);
    double place = floor(pen * PHASES + 0.5) / PHASES, whole = floor(place);
    if (image && whole > -1e6 && whole < 1e6) {
      const drawn_glyph *drawn = get_glyph(text, glyph, pixels, (int)((place - whole) * PHASES));
      blend(image, text, drawn, (int)whole + drawn->x, base + drawn->y, colour);
    }
    stbtt_GetGlyphHMetrics(&text->font, glyph, &advance, &bearing);
    pen += scale * advance;
    before = glyph;
  }
  return pen - x;
}

/* ---- lines ---- */

static int ascent_of(const orr_text *text, int pixels, int *height) {
  int ascent, descent, gap;
  float scale = scale_of(text, pixels);
  stbtt_GetFontVMetrics(&text->font, &ascent, &descent, &gap);
  int above = (int)ceil((double)(scale * (float)ascent));
  *height = above + (int)ceil((double)(-scale * (float)descent));
  return above;
}

int orr_text_height(const orr_text *text, int pixels) {
  int height = 0;
  if (text->has_font) ascent_of(text, pixels, &height);
  return height;
}

double orr_text_width(orr_text *text, int pixels, const char *line) {
  return text->has_font ? walk(text, NULL, 0.0, 0, pixels, (orr_colour){0}, line) : 0.0;
}

double orr_text_draw(orr_text *text, orr_image *image, double x, int y, int pixels,
                     orr_colour colour, const char *line) {
  int height;
  if (!text->has_font) return 0.0;
  return walk(text, image, x, y + ascent_of(text, pixels, &height), pixels, colour, line);
}
