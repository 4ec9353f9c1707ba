/* The picture of what stands still: the table, goals and static shapes. It is kept until one of
 * them changes, which is looked up for each picture. */
#ifndef ORR_RENDER_RASTER_BASE_H
#define ORR_RENDER_RASTER_BASE_H

#include "render/raster_scene.h"

typedef struct orr_raster_base orr_raster_base;

orr_status orr_raster_base_create(int width, int height, orr_raster_base **out, orr_error *err);
void orr_raster_base_destroy(orr_raster_base *base);
/* Fills the target's part of the rectangle at x, y. Memory is needed when more stands still than
 * ever before. */
orr_status orr_raster_base_paint(orr_raster_base *base, const orr_scene *scene,
                                 const orr_raster_target *target, int x, int y, orr_error *err);

#endif
