/* The picture of what stands still: the table, goals and static shapes. It is kept until one of
 * them changes, which is looked up for each picture. */
#ifndef ORR_RENDER_RASTER_BASE_H
#define ORR_RENDER_RASTER_BASE_H

#include "render/raster_scene.h"

typedef struct orr_raster_base orr_raster_base;

/* Draws what stands still on a picture of the size that the base was made for. */
typedef void orr_raster_base_fn(const void *context, const orr_scene *scene, orr_image *image);

orr_status orr_raster_base_create(int width, int height, orr_raster_base **out, orr_error *err);
void orr_raster_base_destroy(orr_raster_base *base);
/* The picture; `changed`: drawn anew. Memory is needed when more stands still than ever before. */
orr_status orr_raster_base_of(orr_raster_base *base, const orr_scene *scene,
                              orr_raster_base_fn *draw, const void *context, const orr_image **out,
                              bool *changed, orr_error *err);
/* Copies the target's part of a picture that lies at x, y of the target's image. */
void orr_raster_base_copy(const orr_image *from, int x, int y, const orr_raster_target *target);

#endif
