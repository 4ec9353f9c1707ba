/* 3D pictures of a scene, for people: triangles and a depth buffer.
 *
 * Each solid is cut into triangles that are projected and filled where nothing nearer is; a pixel
 * is the mean of samples x samples points. Light is diffuse (Lambert) from the scene's first lamp,
 * or from a sun over the viewer's left shoulder, above an even light from everywhere; shadows are
 * those of a sun in that direction, found in a depth picture seen from it (Williams, Casting Curved
 * Shadows on Curved Surfaces, SIGGRAPH 1978). Goals are translucent and cast no shadow; planes are
 * checkered and can only be seen from above. Mirrors show a part of the sky's colour alone. */
#ifndef ORR_RENDER_SOLID_H
#define ORR_RENDER_SOLID_H

#include "base/image.h"
#include "base/pool.h"
#include "render/eye.h"

typedef struct orr_solid_painter orr_solid_painter;

/* For rectangles of width x height pixels; `samples`: 2 or 4, even so that what is translucent
 * covers exactly half of a pixel. */
orr_status orr_solid_create(int width, int height, int samples, orr_solid_painter **out,
                            orr_error *err);
void orr_solid_destroy(orr_solid_painter *painter);
/* Fills the rectangle at x, y, of the size that the painter was made for. Solids whose numbers are
 * not finite are left out. Memory is needed when a scene has more solids than any before. `pool`
 * may be NULL and changes nothing but the time. */
orr_status orr_solid_paint(orr_solid_painter *painter, const orr_eye *eye, const orr_scene *scene,
                           orr_pool *pool, orr_image *image, int x, int y, orr_error *err);

#endif
