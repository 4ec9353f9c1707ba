/* A script: all that an episode did, so that it can be shown at any pace. The world is exact, so
 * (seed, episode, actions) gives it again. */
#ifndef ORR_VIEW_SCRIPT_H
#define ORR_VIEW_SCRIPT_H

#include "base/control.h"
#include "view/view.h"

typedef struct orr_script {
  uint64_t seed; /* orr_world_reset(seed, episode) is where it begins */
  uint32_t episode;
  int64_t first;  /* control steps that lead to its start and are not shown */
  int64_t steps;  /* after these */
  float *actions; /* (first + steps) x action_count */
} orr_script;

/* Lets an agent act until it succeeds, the episode ends or `most` control steps are over. */
orr_status orr_script_play(const orr_view_def *play, uint32_t episode, int64_t most,
                           const orr_control *control, orr_script *out, orr_error *err);
/* Reads episode `number` of `path`: a shard, a folder of shards, or a run that holds one. The
 * episode is replayed, and refused when it does not give what was recorded; an episode of policy
 * `model` begins on the way of a demonstration, which is looked for beside it or in its run. */
orr_status orr_script_read(const orr_experiment *experiment, const char *path, int64_t number,
                           orr_script *out, orr_error *err);
void orr_script_destroy(orr_script *script);

#endif
