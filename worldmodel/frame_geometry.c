/* The terms of a frame, one row at a time: the plain paths and the tests. */
#include "base/maths.h"
#include "worldmodel/frame_terms.h"
#include "worldmodel/trig.h"
#include <stdint.h>
#include <string.h>

#define NUM      double
#define SPLAT(x) (x)
#define SINCOS   orr_sincos
#define LINKAGE
#define OP(name) orr_##name
#include "worldmodel/frame_geometry.inc"

void orr_frame_motion(const orr_frame *frame, const double *state, const double *next,
                      double *motion) {
  pose old[ORR_MAX_BODIES], moved[ORR_MAX_BODIES];
  read_poses(frame, state, old);
  read_poses(frame, next, moved);
  for (size_t k = 0; k < frame->centre_count; k++) {
    pose centre = centre_pose(frame, old, k);
    const terms *list = &frame->moved[k];
    for (size_t i = 0; i < list->count; i++) {
      const term *t = &list->items[i];
      bool own = t->body >= 0 && t->body == frame->centres[k];
      double unit = t->scale * (own ? 1.0 : (double)frame->centre_count);
      if (t->kind == MOVE_ANGLE) {
        *motion++ = orr_wrap_angle(moved[t->body].angle - old[t->body].angle) / unit;
      } else if (t->kind == MOVE_SCALAR) {
        *motion++ = (next[t->i] - state[t->i]) / unit;
      } else {
        bool point = t->kind == MOVE_POINT;
        double x = point ? moved[t->body].g[0] - old[t->body].g[0] : next[t->i] - state[t->i];
        double y = point ? moved[t->body].g[1] - old[t->body].g[1] : next[t->j] - state[t->j];
        vector v = turn_back(&centre, x, y);
        motion = put(motion, v.x / unit, v.y / unit);
      }
    }
  }
}

orr_frame_scratch *orr_frame_scratch_create(const orr_frame *frame, orr_arena *arena) {
  size_t state = frame->state, action = frame->steps * frame->action;
  size_t wide = orr_frame_features(frame) > orr_frame_motions(frame) ? orr_frame_features(frame)
                                                                     : orr_frame_motions(frame);
  wide *= frame->centre_count;
  orr_frame_scratch *s = orr_arena_alloc(arena, 1, sizeof *s);
  state *= ORR_FRAME_LANES;
  action *= ORR_FRAME_LANES;
  wide *= ORR_FRAME_LANES;
  double *numbers = orr_arena_alloc(arena, 3 * state + 2 * action + 2 * wide, sizeof *numbers);
  if (!s || !numbers) return NULL;
  *s = (orr_frame_scratch){.state = numbers,
                           .d_state = numbers + state,
                           .d_next = numbers + 2 * state,
                           .action = numbers + 3 * state,
                           .d_action = numbers + 3 * state + action,
                           .wide = numbers + 3 * state + 2 * action,
                           .d_wide = numbers + 3 * state + 2 * action + wide};
  return s;
}
