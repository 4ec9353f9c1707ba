/* The terms of a frame: shared by frame.c and frame_goal.c, which list them, and the two that work
 * them out by frame_geometry.inc: frame_geometry.c row by row, frame_rows.c many rows at a time. */
#ifndef ORR_WORLDMODEL_FRAME_TERMS_H
#define ORR_WORLDMODEL_FRAME_TERMS_H

#include "worldmodel/frame_internal.h"

typedef enum term_kind {
  /* what a centre sees */
  TERM_OFFSET,   /* body's g minus the centre's, turned; 2 columns */
  TERM_TURN,     /* cosine, sine of the body's angle minus the centre's */
  TERM_PLACE,    /* the centre's g in the arena, not turned */
  TERM_HEADING,  /* cosine, sine of the centre's angle */
  TERM_VECTOR,   /* two state fields, turned */
  TERM_SCALAR,   /* one state field */
  TERM_IDENTITY, /* a constant, to tell centres apart */
  TERM_PUSH,     /* two action fields, turned */
  TERM_TARGET,   /* two action fields as a point relative to a body's origin, turned */
  TERM_INPUT,    /* one action field */
  /* how things move; the share of each centre is in the scale */
  MOVE_POINT,  /* body's g += R(t) m */
  MOVE_ANGLE,  /* body's angle += m */
  MOVE_VECTOR, /* two state fields += R(t) m */
  MOVE_SCALAR  /* one state field += m */
} term_kind;

typedef struct term {
  term_kind kind;
  int body;     /* or -1 */
  int i, j;     /* fields */
  double scale; /* column = value * scale; motion: change = column * scale */
  double shift; /* TERM_SCALAR: taken off first; TERM_IDENTITY: the value */
} term;

typedef struct frame_body {
  int x, y, angle, vx, vy, omega; /* fields or -1; x and y come together, vx and vy too */
  double centre[2], radius;
  orr_role role;
} frame_body;

typedef struct terms {
  size_t count, columns, capacity;
  term *items;
} terms;

struct orr_frame {
  size_t state, action, steps; /* columns; action of one control step; steps of a pass */
  size_t body_count, centre_count;
  frame_body bodies[ORR_MAX_BODIES];
  int centres[ORR_MAX_BODIES];  /* bodies; -1: the arena itself */
  double middle[2], size, span; /* of the arena: its mean and its longest side */
  double largest;               /* radius of the largest centre; 0 without radii */
  size_t linear_first, linear_count, coast_count;    /* features; the first of them: own velocity */
  size_t own_first, own_count;                       /* motions of the centre itself */
  terms seen[ORR_MAX_BODIES], moved[ORR_MAX_BODIES]; /* of each centre */
};

#endif
