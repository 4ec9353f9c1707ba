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

typedef struct orr_frame_scales { /* per field, borrowed for the call */
  const double *state_std, *action_std;
  const double *motion_std; /* of the changes over `steps`: what one unit of motion means */
} orr_frame_scales;

/* `steps`: control steps of a pass, each with its own action. `action` meaning RELATIVE: the action
 * is turned as a vector; ABSOLUTE: as a point relative to the centre. Scales are typical sizes and
 * come from the spaces' bodies (radius) and from the data. */
orr_status orr_frame_create(const orr_space *observation, const orr_space *action, size_t steps,
                            const orr_frame_scales *scales, orr_frame **out, orr_error *err);
void orr_frame_destroy(orr_frame *frame);
size_t orr_frame_state(const orr_frame *frame);    /* columns of a state: S */
size_t orr_frame_actions(const orr_frame *frame);  /* columns of a pass's actions: steps * A */
size_t orr_frame_centres(const orr_frame *frame);  /* free bodies; 1 when there is none */
size_t orr_frame_features(const orr_frame *frame); /* columns of orr_tape_frame_features */
size_t orr_frame_motions(const orr_frame *frame);  /* columns of the network's output */

/* Of the features, the columns that drive the linear law of motion (worldmodel/law.h): velocities
 * and actions. */
size_t orr_frame_linear(const orr_frame *frame, size_t *first);
/* Whether the law may use linear column `column` for motion `motion`: a free body coasts on its own
 * velocity, everything else follows the actuators. */
bool orr_frame_drives(const orr_frame *frame, size_t column, size_t motion);

/* Two columns by which contact is decided: the offset of another body, the place in the arena. */
typedef struct orr_frame_offset {
  size_t feature; /* the first of two columns of the features */
  double reach;   /* times the feature: 1 well beyond the distance of contact */
  size_t motion;  /* the first of two columns of motion that displace the body; SIZE_MAX: none */
  double unit;    /* of that motion, in units of the feature */
} orr_frame_offset;
size_t orr_frame_offsets(const orr_frame *frame); /* the same number for every centre */
orr_frame_offset orr_frame_offset_at(const orr_frame *frame, size_t index);

#endif
