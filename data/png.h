/* PNG in memory, for pictures by the thousand; private to data/. base/image.h writes files. */
#ifndef ORR_DATA_PNG_H
#define ORR_DATA_PNG_H

#include "data/dataset.h"

/* One thread at a time. */
typedef struct orr_png orr_png;
/* For pictures of one shape: `channels` 1 (grey) or 3 (RGB), 8 bits each. */
orr_status orr_png_create(int width, int height, int channels, orr_png **out, orr_error *err);
void orr_png_destroy(orr_png *png);       /* NULL is fine */
size_t orr_png_bound(const orr_png *png); /* most bytes that a picture takes */
/* Writes at most that many; returns how many. */
size_t orr_png_encode(orr_png *png, const uint8_t *pixels, uint8_t *out);

#endif
