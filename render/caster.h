/* 3D pictures of a scene: rays are cast, in packets of 16, against analytic solids.
 *
 * See light.h for what a ray sees, cast_private.h for how packets work. */
#ifndef ORR_RENDER_CASTER_H
#define ORR_RENDER_CASTER_H

#include "base/image.h"
#include "base/pool.h"
#include "render/eye.h"
#include "render/painter.h"

typedef struct orr_caster orr_caster;

/* For rectangles of width x height pixels. */
orr_status orr_caster_create(int width, int height, const orr_quality *quality, orr_caster **out,
                             orr_error *err);
void orr_caster_destroy(orr_caster *caster);
/* Fills the rectangle at x, y. Solids whose numbers are not finite are left out. Memory is needed
 * when a scene has more solids than any before, or a mesh not seen before. */
orr_status orr_caster_paint(orr_caster *caster, const orr_eye *eye, const orr_scene *scene,
                            orr_pool *pool, orr_image *image, int x, int y, orr_error *err);
/* Of the last picture, as orr_painter_depth and orr_painter_labels; borrowed. */
const float *orr_caster_depth(const orr_caster *caster);
const uint8_t *orr_caster_labels(const orr_caster *caster);

#endif
