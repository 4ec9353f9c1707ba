#include "sim/drive.h"

#include "base/maths.h"

static double wanted(const orr_actuator_def *def, double mass, double dt, double target,
                     double position, double velocity) {
  switch ((orr_actuator_type)def->type) {
  case ORR_ACTUATE_POSITION: return mass * (def->kp * (target - position) - def->kv * velocity);
  case ORR_ACTUATE_VELOCITY:
    return def->joint ? def->kv * (target - velocity) : mass * (target - velocity) / dt;
  case ORR_ACTUATE_FORCE:
  case ORR_ACTUATE_TORQUE: return target;
  case ORR_ACTUATE_IMPULSE: return target / dt;
  }
  return 0.0;
}

double orr_drive_force(const orr_actuator_def *def, double mass, double dt, double target,
                       double position, double velocity) {
  double force = wanted(def, mass, dt, target, position, velocity);
  return orr_clamp(force, -def->max_force, def->max_force);
}
