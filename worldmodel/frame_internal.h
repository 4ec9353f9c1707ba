/* Row by row geometry of a frame, for the operations of the tape and their tests. K centres, F
 * features, M motions; every derivative is written, not added. */
#ifndef ORR_WORLDMODEL_FRAME_INTERNAL_H
#define ORR_WORLDMODEL_FRAME_INTERNAL_H

#include "base/memory.h"
#include "worldmodel/frame.h"

/* state [S], action [steps A] -> features [K F] */
void orr_frame_see(const orr_frame *frame, const double *state, const double *action,
                   double *features);
void orr_frame_see_back(const orr_frame *frame, const double *state, const double *action,
                        const double *d_features, double *d_state, double *d_action);
/* state [S], motion [K M] -> next [S] */
void orr_frame_move(const orr_frame *frame, const double *state, const double *motion,
                    double *next);
void orr_frame_move_back(const orr_frame *frame, const double *state, const double *motion,
                         const double *d_next, double *d_state, double *d_motion);

/* state [S], next [S] -> the motion [K M] that leads there; what all centres share is given whole
 * to each. */
void orr_frame_motion(const orr_frame *frame, const double *state, const double *next,
                      double *motion);

#define ORR_FRAME_LANES 8 /* most rows that are worked on at once */

/* ORR_FRAME_LANES rows of everything, for an operation that converts number types. */
typedef struct orr_frame_scratch {
  double *state, *action, *wide; /* wide: features or motion of all centres */
  double *d_state, *d_action, *d_wide, *d_next;
} orr_frame_scratch;
orr_frame_scratch *orr_frame_scratch_create(const orr_frame *frame, orr_arena *arena);

#endif
