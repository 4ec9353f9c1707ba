/* 2D pictures of a scene: shapes blended by the exact area that they cover of each pixel's square
 * (raster_cover.h), so that a body's motion by a fraction of a pixel changes the picture, which is
 * what a model that learns from pictures needs. The shapes of one body are one area: nothing shines
 * through where they touch. Only render turns y: worlds with y up are flipped here. */
#ifndef ORR_RENDER_RASTER_H
#define ORR_RENDER_RASTER_H

#include "base/image.h"
#include "sim/scene.h"

/* Where the world lies in the picture. */
typedef struct orr_camera {
  double centre[2]; /* world units, in the middle of the view */
  double scale;     /* pixels per world unit */
  double middle[2]; /* of the view, pixels */
  bool flip_y;      /* world y up */
} orr_camera;

/* The camera that shows the whole world in the rectangle x, y, width, height of a picture. */
orr_camera orr_camera_fit(const orr_scene *scene, int x, int y, int width, int height);
void orr_camera_project(const orr_camera *camera, const double world[2], double pixel[2]);
void orr_camera_unproject(const orr_camera *camera, const double pixel[2], double world[2]);

typedef struct orr_colour {
  uint8_t r, g, b;
  double alpha;
} orr_colour;

/* Primitives in pixels; clipped to the picture. */
void orr_raster_fill(orr_image *image, int x, int y, int width, int height, orr_colour colour);
void orr_raster_polygon(orr_image *image, const double (*points)[2], size_t count,
                        orr_colour colour); /* convex */
void orr_raster_disc(orr_image *image, const double centre[2], double radius, orr_colour colour);
void orr_raster_line(orr_image *image, const double a[2], const double b[2], double width,
                     orr_colour colour);

/* Draws all shapes of a scene, layer by layer, on what is there. */
void orr_render_scene(orr_image *image, const orr_camera *camera, const orr_scene *scene);
/* One body's shapes at another pose, translucent: the ghost of an imagined future. */
void orr_render_ghost(orr_image *image, const orr_camera *camera, const orr_scene *scene, int body,
                      const double position[2], double angle, double alpha);

#endif
