#include "view/canvas.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/text.h"
#include <stdarg.h>
#include <stdio.h>

struct orr_canvas {
  orr_image image;
  orr_text *text;
  double unit;
};

orr_status orr_canvas_create(int width, int height, const char *font, orr_canvas **out,
                             orr_error *err) {
  orr_canvas *canvas;
  *out = NULL;
  ORR_TRY(orr_new(&canvas, 1, sizeof *canvas, err));
  canvas->unit = 1.0;
  orr_status status = orr_image_create(width, height, &canvas->image, err);
  if (status == ORR_OK) status = orr_text_create(font, &canvas->text, err);
  if (status != ORR_OK) {
    orr_canvas_destroy(canvas);
    return status;
  }
  *out = canvas;
  return ORR_OK;
}

void orr_canvas_destroy(orr_canvas *canvas) {
  if (!canvas) return;
  orr_text_destroy(canvas->text);
  orr_image_destroy(&canvas->image);
  orr_free(canvas);
}

orr_image *orr_canvas_image(orr_canvas *canvas) { return &canvas->image; }

orr_status orr_canvas_resize(orr_canvas *canvas, int width, int height, double unit,
                             orr_error *err) {
  canvas->unit = orr_clamp(unit, 0.5, ORR_TEXT_MOST_PIXELS / 22.0);
  if (canvas->image.width == width && canvas->image.height == height) return ORR_OK;
  orr_image_destroy(&canvas->image);
  return orr_image_create(width, height, &canvas->image, err);
}

static int em_of(const orr_canvas *canvas, int size) {
  static const int pixels[] = {12, 15, 22};
  ORR_ASSERT(size >= 0 && size < 3);
  return (int)(canvas->unit * pixels[size] + 0.5);
}

int orr_canvas_text(orr_canvas *canvas, int x, int y, int size, orr_colour colour,
                    const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  int em = em_of(canvas, size);
  return (int)(orr_text_draw(canvas->text, &canvas->image, x, y, em, colour, text) + 0.5);
}

int orr_canvas_width(orr_canvas *canvas, int size, const char *line) {
  return (int)(orr_text_width(canvas->text, em_of(canvas, size), line) + 0.5);
}
