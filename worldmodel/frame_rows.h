/* The operations of a frame on many rows at once: the product path's features and advance.
 *
 * frame_rows.c is compiled like kernels.c, once per instruction set, and works on two, four or
 * eight rows at a time, in double (positions are large beside the motions that are added to them).
 * Lanes never meet: all three give the same bits, those of the plain path. */
#ifndef ORR_WORLDMODEL_FRAME_ROWS_H
#define ORR_WORLDMODEL_FRAME_ROWS_H

#include "worldmodel/frame_internal.h"

/* Shapes as in ops_frame.inc. Gradients are added to; NULL: nobody wants them. */
typedef struct orr_frame_rows {
  void (*see)(const orr_frame *frame, orr_frame_scratch *scratch, size_t rows, const float *state,
              const float *actions, float *features);
  void (*see_back)(const orr_frame *frame, orr_frame_scratch *scratch, size_t rows,
                   const float *state, const float *actions, const float *d_features,
                   float *d_state, float *d_actions);
  void (*move)(const orr_frame *frame, orr_frame_scratch *scratch, size_t rows, const float *state,
               const float *motion, float *next);
  void (*move_back)(const orr_frame *frame, orr_frame_scratch *scratch, size_t rows,
                    const float *state, const float *motion, const float *d_next, float *d_state,
                    float *d_motion);
} orr_frame_rows;

extern const orr_frame_rows orr_frame_rows_baseline;
#if defined(__x86_64__)
extern const orr_frame_rows orr_frame_rows_v3, orr_frame_rows_v4;
#endif

/* The table of orr_isa_level(). */
const orr_frame_rows *orr_frame_rows_best(void);

#endif
