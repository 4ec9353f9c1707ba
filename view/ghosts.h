/* Ghosts: the bodies where the model's imagined future has them, at block ends. */
#ifndef ORR_VIEW_GHOSTS_H
#define ORR_VIEW_GHOSTS_H

#include "render/raster.h"
#include "sim/scenario.h"

typedef struct orr_ghosts orr_ghosts;

/* Observations as the space says; nothing of bodies whose place they do not tell. */
typedef struct orr_imagined {
  const orr_scenario *scenario;
  const orr_space *space;
  const float *observations; /* count x space->count */
  size_t count;
} orr_imagined;

orr_status orr_ghosts_create(orr_ghosts **out, orr_error *err);
void orr_ghosts_destroy(orr_ghosts *ghosts);
/* Outlines: fainter the further away in time. `scene` is the world's at this state. */
void orr_ghosts_draw(const orr_imagined *future, const double *state, const orr_scene *scene,
                     const orr_camera *camera, orr_image *image);
/* Adds them to `shown` as things that are half there: every other instant, paler the later. `now`
 * is the world's scene at this state, `shown` may be on the way there; `hidden`: the label of a
 * body that is left out, or 0. `out` is borrowed from both, until the next call. */
orr_status orr_ghosts_add(orr_ghosts *ghosts, const orr_imagined *future, const double *state,
                          const orr_scene *now, const orr_scene *shown, int hidden, orr_scene *out,
                          orr_error *err);

#endif
