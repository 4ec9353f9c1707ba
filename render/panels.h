/* Panels: pictures of one size side by side, or in a grid, each with a label above it. */
#ifndef ORR_RENDER_PANELS_H
#define ORR_RENDER_PANELS_H

#include "base/image.h"

typedef struct orr_panels orr_panels;

/* `labels`: one text for each of the `count` pictures of width x height. A single one has neither
 * label nor frame: it is the whole picture. Without a font there are no labels. */
orr_status orr_panels_create(int width, int height, const char *const *labels, size_t count,
                             orr_panels **out, orr_error *err);
void orr_panels_destroy(orr_panels *panels);
/* The whole picture, with labels; panels are drawn into it. */
orr_image *orr_panels_image(orr_panels *panels);
/* The top left corner of a panel's picture in it. */
void orr_panels_place(const orr_panels *panels, size_t panel, int *x, int *y);

/* Fills a panel. Depth (width x height): light yellow at `near`, dark blue from `far` on, black
 * where nothing is; equal steps look equal. Labels: a colour for each. */
void orr_panels_put_depth(orr_panels *panels, size_t panel, const float *depth, double near,
                          double far);
void orr_panels_put_labels(orr_panels *panels, size_t panel, const uint8_t *labels);
/* The picture as large as it fits, each of its pixels a square (or, when it is larger than the
 * panel, some of them left out), in the middle. */
void orr_panels_put_enlarged(orr_panels *panels, size_t panel, const orr_image *small);

#endif
