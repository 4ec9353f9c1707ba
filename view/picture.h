/* An episode as a file, a picture of one instant or a clip of the whole way; needs no display. */
#ifndef ORR_VIEW_PICTURE_H
#define ORR_VIEW_PICTURE_H

#include "view/easel.h"
#include "view/view.h"

typedef struct orr_picture_def {
  orr_view_def play; /* experiment, agent, model and seed */
  const char *data;  /* NULL, or the shard or folder whose episode is shown instead of an agent */
  int64_t episode;
  int64_t steps;      /* control steps to the instant, or of the clip, unless the episode ends
                         before; -1: all of the episode, 0 for an instant */
  orr_easel_def draw; /* paint.width, paint.height 0: of the world's proportions, solids: 4 by 3;
                         `pixels` is the experiment's */
  double frames_per_second, speed; /* of a clip; world seconds a second */
  double turn; /* rad that the camera turns: during a clip, or for the picture */
  bool lossless;
  const char *path; /* .png, or what orr_clip_kind_of knows */
} orr_picture_def;

typedef struct orr_picture_result {
  int64_t steps, pictures;
  double seconds; /* of the clip */
} orr_picture_result;

orr_status orr_picture_write(const orr_picture_def *def, const orr_control *control,
                             orr_picture_result *out, orr_error *err);

#endif
