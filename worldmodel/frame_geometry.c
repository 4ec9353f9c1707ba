/* The terms of a frame, one row at a time: the plain paths and the tests. */
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

orr_frame_scratch *orr_frame_scratch_create(const orr_frame *frame, orr_arena *arena) {
  size_t state = frame->state, action = frame->block * frame->action;
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
