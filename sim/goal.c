#include "sim/goal.h"

#include "base/maths.h"
#include "sim/parts.h"

#include <string.h>

static size_t numbers_of(const orr_scenario *scenario, size_t entity) {
  return entity < scenario->body_count ? scenario->stride : ORR_JOINT_STATE;
}

static bool is_slide(const orr_scenario *scenario, size_t entity) {
  const orr_space *state = &scenario->state;
  if (entity < scenario->body_count) return false;
  return state->fields[orr_state_at(scenario, entity)].quantity == ORR_QUANTITY_OFFSET;
}

void orr_goal_apart(const orr_scenario *scenario, size_t entity, const double *now,
                    const double *goal, double *out_distance, double *out_angle) {
  *out_distance = *out_angle = 0.0;
  if (is_slide(scenario, entity)) {
    *out_distance = fabs(now[0] - goal[0]);
  } else if (entity >= scenario->body_count) {
    *out_angle = fabs(orr_wrap_angle(now[0] - goal[0]));
  } else {
    double dx = now[0] - goal[0], dy = now[1] - goal[1], square = dx * dx + dy * dy;
    double dz = scenario->stride > ORR_BODY_STATE ? now[ORR_BODY_STATE] - goal[ORR_BODY_STATE] : 0;
    *out_distance = sqrt(square + dz * dz);
    *out_angle = fabs(orr_wrap_angle(now[2] - goal[2]));
  }
}

void orr_goal_distance(const orr_scenario *scenario, size_t entity, const double *state,
                       const double *goal, double *out_distance, double *out_angle) {
  size_t at = orr_state_at(scenario, entity);
  orr_goal_apart(scenario, entity, state + at, goal + at, out_distance, out_angle);
}

void orr_goal_write(const orr_scenario *scenario, size_t goal, double *state) {
  const orr_goal_parts *parts = &scenario->parts->goals[goal];
  memcpy(state + orr_state_at(scenario, parts->entity), parts->pose,
         numbers_of(scenario, parts->entity) * sizeof *state);
}

void orr_goal_copy(const orr_scenario *scenario, size_t entity, const double *from, double *to) {
  size_t at = orr_state_at(scenario, entity), count = numbers_of(scenario, entity);
  bool body = entity < scenario->body_count;
  memcpy(to + at, from + at, count * sizeof *to);
  if (!body) to[at + 1] = 0.0;
  if (body) memset(to + at + 3, 0, 3 * sizeof *to);
  if (body && count > ORR_BODY_STATE) memset(to + at + 11, 0, 3 * sizeof *to);
}

/* Angle of the rotation from one turn to another; a quaternion and its negative are one turn. */
static double rotation(const double *p, const double *q) {
  double product = p[0] * q[0] + p[1] * q[1] + p[2] * q[2] + p[3] * q[3];
  double w = fmin(fabs(product), 1.0);
  return 2.0 * acos(w);
}

static bool positions_near(const orr_scenario *scenario, const orr_goal_rule *rule,
                           const double *state, const double *goal) {
  const char *const *names = rule->position_bodies.items;
  bool deep = scenario->stride > ORR_BODY_STATE;
  double square = 0.0;
  for (size_t i = 0; i < rule->position_bodies.count; i++) {
    int body = orr_space_find_body(&scenario->state, names[i]);
    if (body < 0) return false; /* a body that the world does not have is never there */
    size_t at = orr_state_at(scenario, (size_t)body);
    double dx = state[at] - goal[at], dy = state[at + 1] - goal[at + 1];
    double dz = deep ? state[at + ORR_BODY_STATE] - goal[at + ORR_BODY_STATE] : 0.0;
    square += dx * dx + dy * dy;
    square += dz * dz;
  }
  return rule->position_bodies.count == 0 || sqrt(square) < rule->position;
}

static bool angles_near(const orr_scenario *scenario, const orr_goal_rule *rule,
                        const double *state, const double *goal) {
  const char *const *names = rule->angle_bodies.items;
  for (size_t i = 0; i < rule->angle_bodies.count; i++) {
    int body = orr_space_find_body(&scenario->state, names[i]);
    if (body < 0) return false;
    const double *now = state + orr_state_at(scenario, (size_t)body);
    const double *want = goal + orr_state_at(scenario, (size_t)body);
    if (!(fabs(orr_wrap_angle(now[2] - want[2])) < rule->angle)) return false;
    if (scenario->stride == ORR_BODY_STATE || isinf(rule->turn)) continue;
    if (!(rotation(now + ORR_BODY_STATE + 1, want + ORR_BODY_STATE + 1) < rule->turn)) return false;
  }
  return true;
}

static bool joints_near(const orr_scenario *scenario, const orr_goal_rule *rule,
                        const double *state, const double *goal) {
  const char *const *names = rule->joints.items;
  for (size_t i = 0; i < rule->joints.count; i++) {
    int joint = orr_space_find_body(&scenario->state, names[i]);
    if (joint < (int)scenario->body_count) return false;
    double distance, angle;
    orr_goal_distance(scenario, (size_t)joint, state, goal, &distance, &angle);
    bool own = isfinite(rule->joint);
    if (!(distance < (own ? rule->joint : rule->position))) return false;
    if (!(angle < (own ? rule->joint : rule->angle))) return false;
  }
  return true;
}

bool orr_goal_reached(const orr_scenario *scenario, const orr_goal_rule *rule, const double *state,
                      const double *goal) {
  return positions_near(scenario, rule, state, goal) && angles_near(scenario, rule, state, goal) &&
         joints_near(scenario, rule, state, goal);
}
