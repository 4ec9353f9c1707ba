/* A 2D scene in relief: solids that stand on a table, for the ray caster.
 *
 * Circles become cylinders, polygons prisms, segments a box between two cylinders; goals lie flat
 * on the table. What reaches past the world's edge is cut off a little outside of it. The world's
 * x and y stay, but that y of worlds with y down is turned about the middle: from above the relief
 * looks as the plain picture does. Heights are the shapes' own, or a part of the world's size.
 * Lamps on the table's plane are lifted, and shine down as much as along. */
#ifndef ORR_RENDER_RELIEF_H
#define ORR_RENDER_RELIEF_H

#include "base/error.h"
#include "sim/scene.h"

typedef struct orr_relief orr_relief;

orr_status orr_relief_create(orr_relief **out, orr_error *err);
void orr_relief_destroy(orr_relief *relief);
/* `out` is borrowed until the next call or the end of `flat`. Memory is needed when a scene has
 * more shapes than any before. */
orr_status orr_relief_of(orr_relief *relief, const orr_scene *flat, const orr_scene **out,
                         orr_error *err);

#endif
