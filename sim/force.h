/* The laws of force fields (surroundings_def.h), the same on every engine. */
#ifndef ORR_SIM_FORCE_H
#define ORR_SIM_FORCE_H

#include "sim/parts.h"

/* Of a body's centre of mass, in the world; in 2D z, omega[0] and omega[1] are 0. */
typedef struct orr_motion {
  double position[3], velocity[3], omega[3], mass;
} orr_motion;

/* Whether any field acts on body `file` (index in world.bodies) somewhere. */
bool orr_force_any(const orr_scenario *scenario, size_t file);
/* The sum of all fields on that body: a force at its centre of mass, and a torque about it. */
void orr_force_on(const orr_scenario *scenario, size_t file, const orr_motion *motion,
                  double force[3], double torque[3]);

#endif
