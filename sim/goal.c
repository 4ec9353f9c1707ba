#include "sim/goal.h"

#include "base/maths.h"

static const double *pose_of(const orr_scenario *scenario, const char *name, const double *state) {
  int body = orr_space_find_body(&scenario->state, name);
  return body < 0 ? NULL : state + orr_state_at(scenario, (size_t)body);
}

bool orr_goal_reached(const orr_scenario *scenario, const orr_goal_rule *rule, const double *state,
                      const double *goal) {
  const char *const *names = rule->position_bodies.items;
  double square = 0.0;
  for (size_t i = 0; i < rule->position_bodies.count; i++) {
    const double *now = pose_of(scenario, names[i], state);
    const double *want = pose_of(scenario, names[i], goal);
    if (!now || !want) return false; /* a body that the world does not have is never there */
    double dx = now[0] - want[0], dy = now[1] - want[1];
    square += dx * dx + dy * dy;
  }
  if (rule->position_bodies.count && !(sqrt(square) < rule->position)) return false;
  names = rule->angle_bodies.items;
  for (size_t i = 0; i < rule->angle_bodies.count; i++) {
    const double *now = pose_of(scenario, names[i], state);
    const double *want = pose_of(scenario, names[i], goal);
    if (!now || !want) return false;
    if (!(fabs(orr_wrap_angle(now[2] - want[2])) < rule->angle)) return false;
  }
  return true;
}
