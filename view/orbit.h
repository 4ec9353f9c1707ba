/* The orbit: an eye that goes round a point, as a person turns, moves and approaches what is seen.
 * Arithmetic of values, without a window. The eye is never tilted past straight down or up, where
 * its heading still says what is right and left: nothing flips over at the poles. */
#ifndef ORR_VIEW_ORBIT_H
#define ORR_VIEW_ORBIT_H

#include "render/eye.h"

typedef struct orr_orbit {
  double centre[3]; /* what it goes round: in the middle of the picture */
  double distance;  /* from there, world units */
  double heading;   /* rad, counterclockwise from above; 0 looks along y */
  double tilt;      /* rad; pi/2 looks straight down */
  double opening;   /* rad, of the picture's height */
  bool parallel;    /* shows at the centre as much as the perspective does */
  double reach;     /* radius of the world, of which limits are parts */
} orr_orbit;

/* The orbit that sees what `eye` does, about the point on its axis nearest to the world's middle.
 * An eye that is not level is levelled. */
orr_orbit orr_orbit_of(const orr_eye *eye, const orr_scene *scene, int height);
orr_eye orr_orbit_eye(const orr_orbit *orbit, int width, int height);
/* rad; heading counterclockwise from above, tilt downwards. */
void orr_orbit_turn(orr_orbit *orbit, double heading, double tilt);
/* Moves sideways until `point` of the world is seen at `pixel`; not when it is behind the eye. */
void orr_orbit_pan(orr_orbit *orbit, const double point[3], const double pixel[2], int width,
                   int height);
/* The point stays where it is in the picture, its distance is multiplied by `factor` as far as the
 * limits allow. */
void orr_orbit_zoom(orr_orbit *orbit, const double point[3], double factor);
/* Shows a ball in the middle, with room around it. */
void orr_orbit_focus(orr_orbit *orbit, const double centre[3], double radius);
/* At `share` of the way, headings on the shorter one. */
orr_orbit orr_orbit_between(const orr_orbit *from, const orr_orbit *to, double share);

#endif
