/* 2D pictures as the published Push-T environments make them (gym-pusht, Diffusion Policy, DINO-WM:
 * pymunk's debug drawing through pygame), for models that were trained on those.
 *
 * They draw on a canvas of 512 x 512 pixels without anti-aliasing, at corners rounded to whole
 * pixels: goals flat, lines thick, discs with a lighter disc 4 pixels inside, polygons lightened by
 * a fifth with an outline 2 pixels to either side; and reduce it by linear interpolation between
 * the four nearest pixels, so that most of the canvas is never looked at. Here the canvas is those
 * rows and columns alone. What differs from pygame are single pixels of slanted edges; the lamps of
 * a scene are not regarded. */
#ifndef ORR_RENDER_RASTER_THEME_H
#define ORR_RENDER_RASTER_THEME_H

#include "base/image.h"
#include "sim/scene.h"

typedef struct orr_raster_theme orr_raster_theme;

orr_status orr_raster_theme_create(int width, int height, orr_raster_theme **out, orr_error *err);
void orr_raster_theme_destroy(orr_raster_theme *theme);
/* Fills the rectangle at x, y. Memory is needed when more stands still than ever before. */
orr_status orr_raster_theme_paint(orr_raster_theme *theme, const orr_scene *scene, orr_image *image,
                                  int x, int y, orr_error *err);

#endif
