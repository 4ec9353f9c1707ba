#include "view/canvas.h"
#include "base/file.h"
#include "base/memory.h"
#include <SDL_ttf.h>

#define SIZES 3

struct orr_canvas {
  orr_image image;
  TTF_Font *fonts[SIZES]; /* NULL: no font was found */
};

const char *orr_canvas_find_font(void) {
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

static void open_fonts(orr_canvas *canvas, const char *font) {
  static const int points[SIZES] = {12, 15, 22};
  const char *path = font ? font : orr_canvas_find_font();
  if (!*path) return;
  for (int i = 0; i < SIZES; i++) canvas->fonts[i] = TTF_OpenFont(path, points[i]);
}

orr_status orr_canvas_create(int width, int height, const char *font, orr_canvas **out,
                             orr_error *err) {
  *out = NULL;
  if (TTF_Init())
    return orr_fail(err, ORR_ERR_SYSTEM, "SDL_ttf does not start: %s", TTF_GetError());
  orr_canvas *canvas;
  orr_status status = orr_new(&canvas, 1, sizeof *canvas, err);
  if (status == ORR_OK) status = orr_image_create(width, height, &canvas->image, err);
  if (status != ORR_OK) {
    orr_free(canvas);
    TTF_Quit();
    return status;
  }
  open_fonts(canvas, font);
  *out = canvas;
  return ORR_OK;
}

void orr_canvas_destroy(orr_canvas *canvas) {
  if (!canvas) return;
  for (int i = 0; i < SIZES; i++)
    if (canvas->fonts[i]) TTF_CloseFont(canvas->fonts[i]);
  orr_image_destroy(&canvas->image);
  orr_free(canvas);
  TTF_Quit();
}

orr_image *orr_canvas_image(orr_canvas *canvas) { return &canvas->image; }

/* Blends a surface of text (8-bit cover as alpha of ARGB) into the picture. */
static void blend_surface(orr_image *image, const SDL_Surface *surface, int x, int y,
                          orr_colour colour) {
  for (int row = 0; row < surface->h; row++) {
    const uint8_t *line = (const uint8_t *)surface->pixels + (size_t)row * (size_t)surface->pitch;
    for (int col = 0; col < surface->w; col++) {
      colour.alpha = line[4 * col + 3] / 255.0;
      if (colour.alpha > 0.0) orr_raster_fill(image, x + col, y + row, 1, 1, colour);
    }
  }
}

int orr_canvas_text(orr_canvas *canvas, int x, int y, int size, orr_colour colour,
                    const char *format, ...) {
  ORR_ASSERT(size >= 0 && size < SIZES);
  if (!canvas->fonts[size]) return 0;
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (!*text) return 0;
  SDL_Color white = {255, 255, 255, 255};
  SDL_Surface *surface = TTF_RenderUTF8_Blended(canvas->fonts[size], text, white);
  if (!surface) return 0;
  int width = surface->w;
  blend_surface(&canvas->image, surface, x, y, colour);
  SDL_FreeSurface(surface);
  return width;
}
