/* One picture of an episode, as a file; needs no display. */
#ifndef ORR_VIEW_PICTURE_H
#define ORR_VIEW_PICTURE_H

#include "render/eye.h"
#include "view/view.h"

typedef struct orr_picture_def {
  orr_view_def play; /* experiment, agent, model and seed */
  uint32_t episode;
  int64_t steps;           /* control steps before the picture; fewer when the episode ends */
  int width, height;       /* pixels; 0: of the world's proportions, 3D: 4 by 3 */
  orr_viewpoint viewpoint; /* of a 3D world */
  const char *path;        /* PNG */
} orr_picture_def;

/* Says in *steps after how many control steps the picture was taken. */
orr_status orr_picture_write(const orr_picture_def *def, const orr_control *control, int64_t *steps,
                             orr_error *err);

#endif
