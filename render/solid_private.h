/* What the files behind solid.h share. */
#ifndef ORR_RENDER_SOLID_PRIVATE_H
#define ORR_RENDER_SOLID_PRIVATE_H

#include "render/solid.h"

#define ORR_SOLID_SEGMENTS 64 /* most corners of a circle */

/* A solid of the scene that can be drawn. */
typedef struct orr_solid {
  const orr_scene_shape *shape;
  double axes[3][3]; /* columns: the solid's axes in the world */
  double size[3];    /* of planes: what is drawn */
  int first;         /* of the numbers of its faces; all but meshes have one */
  bool endless;      /* a plane that fades */
} orr_solid;

/* Receives one triangle in the solid's frame, counterclockwise seen from outside. */
typedef void orr_solid_sink(void *user, const double corners[3][3], int face);
void orr_solid_faces(const orr_solid *solid, int segments, orr_solid_sink *sink, void *user);
/* The outward normal at a point of the surface, in the solid's frame. */
void orr_solid_normal(const orr_solid *solid, int face, const double local[3], double normal[3]);

/* A picture of depths. */
typedef struct orr_depth {
  int width, height;
  float *keys; /* -INFINITY: nothing */
  int *faces;  /* whose they are, or NULL */
} orr_depth;
void orr_depth_clear(orr_depth *depth);
/* `stipple`: every other sample, as on a chessboard. `cull`: faces that look away are left out. */
void orr_depth_triangle(orr_depth *depth, const orr_eye *eye, const double corners[3][3], int face,
                        bool cull, bool stipple);

#endif
