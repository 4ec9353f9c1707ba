/* Networks that see a goal. Policies, families `inverse` and `cloning`, answer one question, *act*:
 * observation, goal, blocks left -> a block of actions. No model, no search: the baselines that a
 * planner has to beat. Family `reach` answers another: observation, goal -> how many blocks of
 * control away the goal is.
 *
 * The input is one row, the state of a frame of its own (frame.h):
 *
 *   observation [S] | goal [G] | blocks ahead [1] | where actions start from [block A]
 *
 * A distance is not told how many blocks are left, and its actions are one control step of them
 * that nobody reads: they keep the row's shape.
 * The goal is a pose, not a motion: its velocities are left out. Goal bodies are bodies that every
 * centre sees beside the present ones, in its own present frame: where it has to go is an offset
 * and a turn, and the same in all the arena. Actions leave the frame as motions do: what the
 * network says in the centre's frame is turned back into the world's and added to where the action
 * starts from, which is the driven body's position when actions are points, and 0 when they are
 * vectors. An action that is no vector starts from its mean. Private to worldmodel/. */
#ifndef ORR_WORLDMODEL_GOAL_H
#define ORR_WORLDMODEL_GOAL_H

#include "worldmodel/frame.h"

typedef struct orr_goal_layout {
  size_t state, goal, ahead, block, action; /* S, G, 1 or 0, control steps, A; in this order */
  size_t pick[ORR_MAX_FIELDS];              /* fields of an observation that make up a goal */
  int start[ORR_MAX_FIELDS];                /* field that action a starts from, or -1: */
  double constant[ORR_MAX_FIELDS];          /* then this number */
} orr_goal_layout;

/* Columns of a row, and the first one of its actions. */
size_t orr_goal_row(const orr_goal_layout *layout);
size_t orr_goal_first_action(const orr_goal_layout *layout);
void orr_goal_fill(const orr_goal_layout *layout, const float *observation, const float *goal,
                   float ahead, float *row);

typedef struct orr_goal_scales { /* typical sizes, as for orr_frame_create */
  const double *state_std, *action_mean, *action_std;
  double ahead; /* most blocks ahead; 0: the row has no such number */
} orr_goal_scales;
/* Refuses worlds of which two copies do not fit into a space (ORR_ERR_CONFIG). */
orr_status orr_goal_frame_create(const orr_space *observation, const orr_space *action,
                                 size_t block, const orr_goal_scales *scales,
                                 orr_goal_layout *layout, orr_frame **out, orr_error *err);

#endif
