/* The outlines of a scene, in pixels. */
#ifndef ORR_RENDER_RASTER_SCENE_H
#define ORR_RENDER_RASTER_SCENE_H

#include "render/raster.h"
#include "render/raster_cover.h"

enum { ORR_RASTER_CORNERS = 64 };

/* What lies within `radius` of the convex hull of the points: a polygon (radius 0), a circle (one
 * point), a segment (two). */
typedef struct orr_raster_outline {
  double points[ORR_RASTER_CORNERS][2];
  size_t count;
  double radius;
} orr_raster_outline;

/* Where a body is. */
typedef struct orr_raster_pose {
  double position[2], cosine, sine;
} orr_raster_pose;

/* The part of a picture that may be painted on. */
typedef struct orr_raster_target {
  orr_image *image;
  int x, y, width, height;
} orr_raster_target;

typedef struct orr_raster_box {
  int x0, y0, x1, y1; /* x1, y1 excluded */
} orr_raster_box;

orr_raster_target orr_raster_scene_target(orr_image *image, int x, int y, int width, int height);
orr_raster_pose orr_raster_scene_pose(const double position[2], double angle);
/* False: a shape that is no outline, not finite or absurdly far away. */
bool orr_raster_scene_outline(const orr_camera *camera, const orr_scene_shape *shape,
                              const orr_raster_pose *pose, orr_raster_outline *out);
void orr_raster_scene_cover(const orr_raster_cover *cover, const orr_raster_outline *outline);
/* Shapes from `first` that belong together: one body's, of one colour and layer. Their cover is
 * summed before it is painted, so that nothing shines through where they touch. */
size_t orr_raster_scene_group(const orr_scene *scene, size_t first);
/* Pixels that the shapes may touch, inside the target. */
orr_raster_box orr_raster_scene_box(const orr_raster_target *target, const orr_camera *camera,
                                    const orr_scene_shape *shapes, size_t count,
                                    const orr_raster_pose *pose);
/* Draws the layers from `first` to `last`. */
void orr_raster_scene_draw(const orr_raster_target *target, const orr_camera *camera,
                           const orr_scene *scene, orr_scene_layer first, orr_scene_layer last);

#endif
