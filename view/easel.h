/* The easel: one scene, painted in all the ways that are asked for, side by side. */
#ifndef ORR_VIEW_EASEL_H
#define ORR_VIEW_EASEL_H

#include "agents/env.h"
#include "render/painter.h"

typedef enum orr_easel_panel {
  ORR_EASEL_CAMERA, /* from the easel's viewpoint */
  ORR_EASEL_TOP,
  ORR_EASEL_FRONT,
  ORR_EASEL_SIDE,
  ORR_EASEL_DEPTH, /* of the first: from the same place */
  ORR_EASEL_SEGMENTATION,
  ORR_EASEL_PIXELS /* what a model sees, enlarged */
} orr_easel_panel;
extern const char *const orr_easel_panel_names[]; /* NULL-terminated, by orr_easel_panel */
#define ORR_EASEL_MOST 7

typedef struct orr_easel_def {
  orr_painter_def paint; /* of each panel */
  orr_easel_panel panels[ORR_EASEL_MOST];
  size_t panel_count;           /* >= 1 */
  double turn;                  /* rad: the largest that will be asked for */
  const orr_pixels_def *pixels; /* NULL: small pictures as `paint` says */
} orr_easel_def;

typedef struct orr_easel orr_easel;

/* `scene`: the first that will be painted. Where nobody says from where a 3D world is seen, it is
 * seen from where all of this one is. */
orr_status orr_easel_create(const orr_easel_def *def, const orr_scene *scene, orr_easel **out,
                            orr_error *err);
void orr_easel_destroy(orr_easel *easel);
/* As orr_painter_watch, for all panels. */
void orr_easel_watch(orr_easel *easel, const orr_control *control);
/* Paints all panels, the first viewpoint turned by `turn` rad about the world's vertical axis; the
 * picture is the easel's. */
orr_status orr_easel_paint(orr_easel *easel, const orr_scene *scene, double turn, orr_pool *pool,
                           const orr_image **out, orr_error *err);

#endif
