/* A person's hand: the cursor as numbers of an action. */
#ifndef ORR_VIEW_HAND_H
#define ORR_VIEW_HAND_H

#include "sim/scenario.h"

/* Writes the numbers of the actuators that belong to the agent of the first one; in 3D the cursor
 * is a point of the ground. Each leads what it moves to the cursor, within its nominal range:
 *   a body   a position is where the cursor is, a velocity gets there by the next control step, a
 *            force pulls like a damped spring, with all there is at a fifth of the world's width
 *   a slide  the same along its axis, for the body that hangs on it
 *   a pivot  turns until the last body of the chain that hangs on it points to the cursor
 * Other numbers of `action` are left alone. */
void orr_hand_act(const orr_scenario *scenario, const double *state, const double cursor[2],
                  float *action);

#endif
