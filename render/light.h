/* The light of pictures: one model, that the fast caster and the slow reference both follow.
 *
 * All sums are of linear RGB; 8-bit colours are sRGB (IEC 61966-2-1) on both ends, cut off at 1.
 * At a point x of a surface with normal n (unit, turned to the viewer), albedo a and material M,
 * seen along the unit direction d:
 *
 *   L = (1 - m - g) (a (A(n) + sum E V max(n.l, 0)) + gloss sum E V max(n.h, 0)^64)
 *       + m L(x, d reflected)
 *       + g (F L(x, d reflected) + (1 - F) a L(x, d refracted))
 *
 * summed over the lamps that n faces (n.l > 0). m, g: M.mirror and M.glass (g is cut to 1 - m).
 * l: towards the lamp; h: halfway between l and -d (Blinn, Models of Light Reflection, SIGGRAPH
 * 1977). A(n): ambient times the sky's colour halfway between horizon and zenith by (1 + n.z)/2.
 * F: Schlick's term F0 + (1 - F0)(1 - cos)^5 with F0 = ((k - 1)/(k + 1))^2, cos on the thin side;
 * light bends by Snell's law with index k on entering a solid and 1/k on leaving it, and is
 * reflected whole when no ray is refracted (F = 1). The tint a is applied on entering alone. Only
 * closed solids bend light: for a plane k = 1.
 *
 * Lamps: E = power x colour x fall; V is the visible part of what shines.
 *   sun    fall = 1; a disc of tangent `radius` about -direction
 *   point  fall = (reach/d)^2, or 1 with reach 0; a disc of `radius` that faces x
 *   spot   as point within the half angle `angle`; over its last tenth it fades by a smooth step
 *   area   as point, but its disc faces `direction` and gives the part cos(between) on that side
 * Opaque solids stop light; one of glass lets the part g of it through each time a ray enters it.
 * Planes cast no shadow, are seen from above alone and are no mirror from below.
 *
 * Goals are half there: half their own colour, half what is behind them; they cast no shadow and do
 * not stop, mirror or bend anything; a goal behind a goal is not seen. An endless plane fades into
 * the horizon's colour with distance from the middle of the world (orr_light_haze), whose radius is
 * half the diagonal of orr_eye_bounds.
 *
 * Patterns lie on a solid in its own frame by lengths u and v. On a sphere or an ellipsoid they are
 * the longitude atan2(y, x) and the latitude asin(z) of the point on the unit ball, both times the
 * largest radius; elsewhere the two axes that the normal is least along, in the order x, y, z.
 * A square is of the shape's colour where floor(u / tile) + floor(v / tile) is even. Of an image, u
 * runs along the rows and v up from the lowest row. A tile of 0 is orr_light_tile of the world on
 * planes, elsewhere of the ball about the solid's origin that holds it. The second colour of
 * ORR_PATTERN_AUTO is 0.9 of the shape's 8-bit values, rounded.
 *
 * A mirror's or a glass's ray is followed for at most `bounces`; then it sees the sky. */
#ifndef ORR_RENDER_LIGHT_H
#define ORR_RENDER_LIGHT_H

#include "sim/scene.h"

#define ORR_LIGHT_AMBIENT  0.42 /* of a scene without a sky of its own */
#define ORR_LIGHT_GLOSS    64   /* exponent of highlights */
#define ORR_LIGHT_SOFTNESS 0.1  /* part of a spot's angle over which its edge fades */
#define ORR_GLASS_INDEX    1.5

/* sRGB 0..255 <-> linear 0..1; the inverse rounds to nearest and cuts off. */
double orr_light_linear(uint8_t value);
uint8_t orr_light_encode(double linear);

/* The scene's sky, or the default one. */
orr_scene_sky orr_light_sky(const orr_scene *scene);
#define ORR_MOST_LAMPS 16
/* The scene's lamps, or one sun when it has none; lamps whose numbers are not finite are left out.
 * Writes at most `most`, returns how many; directions are unit vectors. */
size_t orr_light_lamps(const orr_scene *scene, orr_scene_light *out, size_t most);

/* Point `index` of `count` of the unit disc, evenly spread: rings of equal areas, each at the
 * golden angle from the one before (Vogel, A Better Way to Construct the Sunflower Head, 1979);
 * the middle when there is one alone. */
void orr_light_disc(int index, int count, double out[2]);

/* Linear colour of the sky along a unit direction whose upward part is z: horizon at z <= 0, zenith
 * at 1, linear between. */
void orr_light_sky_colour(const orr_scene_sky *sky, double z, double out[3]);
/* The part of an endless plane's colour that is the horizon's, at `distance` from the middle of a
 * world of `radius`: 0 within 1.2 radii, 1 from 5.2, s (2 - s) between. */
double orr_light_haze(double distance, double radius);
/* The side of a plane's squares when nobody says: a round length for a world of `radius`. */
double orr_light_tile(double radius);

#endif
