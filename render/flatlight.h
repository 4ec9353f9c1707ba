/* Light in 2D: a scene seen from above, under its lamps.
 *
 * The light of light.h in the plane: lamps are where their x and y say, every surface is met at a
 * right angle (the cosine is 1), the even light from the sky is that from straight above, and there
 * are no highlights. What a lamp reaches is found as areas, not by rays: behind each outline lies
 * its shadow, a polygon whose edges are the tangents from the lamp (Crow, Shadow Algorithms for
 * Computer Graphics, SIGGRAPH 1977), and it covers a pixel by its exact area (raster_cover.h). A
 * lamp with a radius is a disc in the plane, of several points; a sun's points are directions.
 * Spots and area lamps that look straight down or up shine to all sides; others as light.h says.
 *
 * Outlines are opaque walls; those of glass above a half let all light through. A body's top is
 * lit by the way its own outline does not stop light on the last leg; the table and other bodies
 * lie in its shadow. Straight sides of outlines with a `mirror` throw light on: behind the side is
 * the lamp's image, which shines through the side as through a window, weaker by `mirror`; what
 * stands before or after the mirror stops it. Images of images up to `bounces`, at least 1. Round
 * outlines are no mirrors. */
#ifndef ORR_RENDER_FLATLIGHT_H
#define ORR_RENDER_FLATLIGHT_H

#include "base/image.h"
#include "base/pool.h"
#include "render/painter.h"

typedef struct orr_flatlight orr_flatlight;

orr_status orr_flatlight_create(int width, int height, const orr_quality *quality,
                                orr_flatlight **out, orr_error *err);
void orr_flatlight_destroy(orr_flatlight *flatlight);
/* Fills the rectangle at x, y. Memory is needed when a scene has more shadows, or the pool more
 * threads, than any before. */
orr_status orr_flatlight_paint(orr_flatlight *flatlight, const orr_scene *scene, orr_pool *pool,
                               orr_image *image, int x, int y, orr_error *err);

#endif
