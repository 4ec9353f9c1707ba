/* Which solids of a scene can be drawn, and how large they are: one answer for the eye, the caster
 * and the reference. */
#ifndef ORR_RENDER_SOLID_H
#define ORR_RENDER_SOLID_H

#include "sim/scene.h"

/* False for outlines, for a solid whose numbers are not finite, and for one without an extent. */
bool orr_solid_drawable(const orr_scene_shape *shape);
/* Of a ball about the solid's own origin that holds it; of a plane, what is drawn of it. */
double orr_solid_radius(const orr_scene_shape *shape);
/* What pictures of labels hold: bytes. Bodies from the 255th on are one. */
uint8_t orr_solid_label(const orr_scene_shape *shape);

#endif
