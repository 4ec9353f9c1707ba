/* The laws of actuators that push with a force (joint_def.h), the same on every engine. */
#ifndef ORR_SIM_DRIVE_H
#define ORR_SIM_DRIVE_H

#include "sim/joint_def.h"

/* The force (or torque) of one number of an actuator on a dynamic body or a joint in one substep of
 * length `dt`, never beyond max_force. `mass`: of the body, 1 for a joint. `target`: a position, or
 * the commanded velocity, force, torque or impulse. `velocity`: of a position its rate; of a
 * velocity what the substep would end with if this force did not act. All of an impulse acts: the
 * caller asks in the first substep of a control step alone. */
double orr_drive_force(const orr_actuator_def *def, double mass, double dt, double target,
                       double position, double velocity);

#endif
