/* How much of each pixel's square is covered: exact areas, summed over shapes.
 *
 * Each piece of an outline inside one pixel leaves two numbers there: the area of the square to the
 * right of the piece, and what more the pixels further right get of it. The running sum of a row
 * then is the cover of its pixels (Heckbert's and FreeType's signed areas). Straight pieces are
 * exact; a piece of an arc is its chord and the segment between both, to r^2/1000. Sums are
 * integers of 1/65536 of a square: no order of shapes or rows changes them. */
#ifndef ORR_RENDER_RASTER_COVER_H
#define ORR_RENDER_RASTER_COVER_H

#include <stddef.h>
#include <stdint.h>

enum { ORR_RASTER_WHOLE = 65536 }; /* a square */

/* The part of a picture that is looked at, in pixels from the picture's corner. */
typedef struct orr_raster_cover {
  int x, y, width, height;
  int32_t *cells; /* height x (width + 1), 0 at first: the differences along rows */
} orr_raster_cover;

/* Add a shape, in pixels of the picture. Shapes that are not finite are left out. */
void orr_raster_cover_polygon(const orr_raster_cover *cover, const double (*points)[2],
                              size_t count); /* without holes; either winding */
void orr_raster_cover_capsule(const orr_raster_cover *cover, const double a[2], const double b[2],
                              double radius);

#endif
