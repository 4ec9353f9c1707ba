/* The pace: how coarsely a picture is painted so that it stays fluid, from how long the last ones
 * took. Arithmetic of values: time is measured by whoever paints, and decides about pictures alone.
 *
 * The work is taken to grow with the number of pixels. Too slow for a few pictures in a row: at
 * once as coarse as it must be. Fast enough for the next finer step, with room to spare, for
 * longer: that step. A step that had to be taken back is tried again later each time. */
#ifndef ORR_VIEW_PACE_H
#define ORR_VIEW_PACE_H

#define ORR_PACE_COARSEST 4
#define ORR_PACE_SECONDS  (1.0 / 30.0) /* of one picture */

typedef struct orr_pace {
  int divisor;     /* 1 ... ORR_PACE_COARSEST: so many pixels of the window for one, each way */
  int slow, quick; /* pictures in a row that were too slow, or quick enough for a finer step */
  int patience;    /* quick pictures before a finer step */
  int since;       /* pictures since the last finer step */
} orr_pace;

extern const orr_pace orr_pace_start;
/* A picture at `pace->divisor` took so many seconds. */
void orr_pace_measured(orr_pace *pace, double seconds);

#endif
