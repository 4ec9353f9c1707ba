/* From where a 3D scene is seen: a perspective, or a parallel projection along an axis.
 *
 * Pictures have y down; depth is measured along `forward`. A point's `key` grows towards the viewer
 * and is linear in the picture for both kinds, so that a depth buffer can interpolate it. */
#ifndef ORR_RENDER_EYE_H
#define ORR_RENDER_EYE_H

#include "sim/scene.h"

typedef enum orr_viewpoint {
  ORR_VIEWPOINT_CAMERA, /* the scene's, or a three-quarter view of all of the world */
  ORR_VIEWPOINT_TOP,    /* parallel, down along z, y up */
  ORR_VIEWPOINT_FRONT,  /* parallel, along y, z up */
  ORR_VIEWPOINT_SIDE    /* parallel, along -x, z up */
} orr_viewpoint;
extern const char *const orr_viewpoint_names[]; /* NULL-terminated, by orr_viewpoint */

typedef struct orr_eye {
  double position[3], right[3], down[3], forward[3]; /* unit vectors, orthogonal */
  double middle[2];                                  /* of the picture, pixels */
  double scale; /* pixels per unit of slope (perspective) or of length (parallel) */
  double near;  /* what is less deep is not seen */
  bool parallel;
} orr_eye;

/* A box that holds the world: its size from the origin, or all solids when it says none. */
void orr_eye_bounds(const orr_scene *scene, double low[3], double high[3]);
/* For a picture of width x height pixels. */
orr_eye orr_eye_of(const orr_scene *scene, orr_viewpoint viewpoint, int width, int height);
/* A parallel view along `forward` that shows a ball. */
orr_eye orr_eye_parallel(const double centre[3], double radius, const double forward[3],
                         const double up[3], int width, int height);
/* Turns an eye about the vertical line through `axis` (x, y), counterclockwise from above, rad. */
void orr_eye_orbit(orr_eye *eye, const double axis[2], double turn);
/* World to the eye's own axes: right, down, depth. */
void orr_eye_look(const orr_eye *eye, const double world[3], double seen[3]);
/* Of a point at least `near` deep: pixel x and y, and its key. */
void orr_eye_project(const orr_eye *eye, const double seen[3], double pixel[3]);
/* And back to the world. */
void orr_eye_unproject(const orr_eye *eye, const double pixel[3], double world[3]);
/* The key of what is so deep. */
double orr_eye_key(const orr_eye *eye, double depth);
/* Depths of the nearest and the farthest corner of the world's box, for the colours of depth. */
void orr_eye_range(const orr_eye *eye, const orr_scene *scene, double *near, double *far);

#endif
