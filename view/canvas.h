/* The canvas: a picture with text. Everything that the window shows is drawn here first, so that a
 * screenshot without a display shows the same. */
#ifndef ORR_VIEW_CANVAS_H
#define ORR_VIEW_CANVAS_H

#include "render/raster.h"

typedef struct orr_canvas orr_canvas;

/* `font`: a TrueType file, or NULL to search the usual places. Without any font there is no text.
 */
orr_status orr_canvas_create(int width, int height, const char *font, orr_canvas **out,
                             orr_error *err);
void orr_canvas_destroy(orr_canvas *canvas);
orr_image *orr_canvas_image(orr_canvas *canvas);
/* Nothing of the old picture is kept. `unit`: of text, 1 on a screen of usual density. */
orr_status orr_canvas_resize(orr_canvas *canvas, int width, int height, double unit,
                             orr_error *err);
/* Draws one line with its top left corner at x, y; returns its width in pixels. Size: 0 small,
 * 1 normal, 2 large. */
int orr_canvas_text(orr_canvas *canvas, int x, int y, int size, orr_colour colour,
                    const char *format, ...) __attribute__((format(printf, 6, 7)));
/* The width that a line has. */
int orr_canvas_width(orr_canvas *canvas, int size, const char *line);

#endif
