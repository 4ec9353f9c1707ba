/* Frames: what each body sees of the world, in its own coordinates.
 *
 * Contact motion does not change when the whole scene is moved or turned, and a network should not
 * have to learn that. So every free body ("centre") gets its own view: positions, velocities and
 * actions of the actuated bodies and the other free bodies relative to its centre of mass and
 * turned into its frame; the network predicts the centre's displacement, turn and velocity change
 * in that frame; advance turns them back. The centre of mass is what is displaced: a body's origin
 * swings around it. An actuated body obeys a linear law, so its own motion is predicted in the
 * frame too. On Push-T this is worth 20 points of success over world coordinates. */
#ifndef ORR_WORLDMODEL_FRAME_H
#define ORR_WORLDMODEL_FRAME_H

#include "base/space.h"

typedef struct orr_frame orr_frame; /* immutable */

/* `block`: control steps per model action. `action` meaning RELATIVE: the action is turned as a
 * vector; ABSOLUTE: as a point relative to the centre. Scales are typical sizes and come from the
 * spaces' bodies (radius) and from `state_std`, `action_std` (per field). */
orr_status orr_frame_create(const orr_space *observation, const orr_space *action, size_t block,
                            const double *state_std, const double *action_std, orr_frame **out,
                            orr_error *err);
void orr_frame_destroy(orr_frame *frame);
size_t orr_frame_state(const orr_frame *frame);    /* columns of a state: S */
size_t orr_frame_actions(const orr_frame *frame);  /* columns of a block of actions: block * A */
size_t orr_frame_centres(const orr_frame *frame);  /* free bodies; 1 when there is none */
size_t orr_frame_features(const orr_frame *frame); /* columns of orr_tape_frame_features */
size_t orr_frame_motions(const orr_frame *frame);  /* columns of the network's output */
/* Of the features, the first columns that drive the exact linear part of actuated motion (velocity
 * and actions): a bias-free linear path from these columns to the motions is added by the model. */
size_t orr_frame_linear(const orr_frame *frame, size_t *first);

#endif
