/* What lamps reach in the plane, as areas. All in pixels of the picture. */
#ifndef ORR_RENDER_FLATLIGHT_PRIVATE_H
#define ORR_RENDER_FLATLIGHT_PRIVATE_H

#include "render/flatlight.h"
#include "render/raster_scene.h"

enum { ORR_FLATLIGHT_CORNERS = 5 };

/* An area that a lamp does not reach, or that it reaches through mirrors: from the points 0 and 1
 * away from the lamp. */
typedef struct orr_flatlight_area {
  double points[ORR_FLATLIGHT_CORNERS][2], low[2], high[2]; /* its box */
  int owner; /* of the outline that casts it, whose own top it does not darken; -1: everything */
} orr_flatlight_area;

/* A point of a lamp, or its image behind mirrors. */
typedef struct orr_flatlight_beam {
  double apex[2];
  double direction[2]; /* unit, where `aimed` */
  bool aimed, falls;   /* falls: with the square of the distance, 1 at `reach` */
  bool spot;           /* aimed: within `angle`; otherwise by the cosine */
  double angle, reach;
  double inner, outer; /* spot: cosines of where it begins to fade and where it ends */
  double colour[3];    /* linear, of what arrives */
  bool mirrored;       /* reaches `lit` alone */
  orr_flatlight_area lit;
  size_t first_shadow, shadow_count;
} orr_flatlight_beam;

typedef struct orr_flatlight_beams {
  orr_flatlight_beam *beams;
  orr_flatlight_area *shadows;
  size_t count, capacity, shadow_count, shadow_capacity;
} orr_flatlight_beams;

typedef struct orr_flatlight_stage {
  const orr_scene *scene;
  orr_camera camera;
  int width, height; /* of the picture */
  int shadow_rays, bounces;
} orr_flatlight_stage;

void orr_flatlight_beams_destroy(orr_flatlight_beams *beams);
/* Replaces the beams by those of the scene. */
orr_status orr_flatlight_beams_find(orr_flatlight_beams *beams, const orr_flatlight_stage *stage,
                                    orr_error *err);
/* Whose top it is: the same for the shapes of one body. */
int orr_flatlight_owner(const orr_scene *scene, size_t shape);

#endif
