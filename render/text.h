/* Text on pictures: one line at a time, from a TrueType file.
 *
 * Glyphs are drawn by stb_truetype, whose pixels are covered by exact areas, at quarters of a pixel
 * along the line and on whole pixels across it, so that stems stand evenly and the base line is
 * crisp. Drawn glyphs are kept. Without a font there is no text, and nothing fails. */
#ifndef ORR_RENDER_TEXT_H
#define ORR_RENDER_TEXT_H

#include "render/raster.h"

#define ORR_TEXT_MOST_PIXELS 48 /* the largest size */

typedef struct orr_text orr_text;

/* The font that is used when none is named, or "". */
const char *orr_text_find_font(void);
/* `font`: a TrueType file, or NULL to search the usual places. What cannot be read is no font. */
orr_status orr_text_create(const char *font, orr_text **out, orr_error *err);
void orr_text_destroy(orr_text *text);
/* Height of a line of `pixels` pixels an em; 0 without a font. */
int orr_text_height(const orr_text *text, int pixels);
/* Width of a line of UTF-8. What is not UTF-8 is shown as U+FFFD. */
double orr_text_width(orr_text *text, int pixels, const char *line);
/* Draws it with its top left corner at x, y; clipped to the picture. Returns its width. */
double orr_text_draw(orr_text *text, orr_image *image, double x, int y, int pixels,
                     orr_colour colour, const char *line);

#endif
