/* Does a condition hold? Only the state vector, contacts and what was removed are looked at. */
#include "sim/condition.h"

#include "base/maths.h"
#include "base/rotation.h"
#include "sim/world_private.h"

#include <string.h>

static bool flat(const orr_scenario *scenario) { return scenario->stride == ORR_BODY_STATE; }

void orr_origin_of(const orr_scenario *scenario, int entity, const double *state, double out[3]) {
  const double *body = state + orr_state_at(scenario, (size_t)entity);
  out[0] = body[0];
  out[1] = body[1];
  out[2] = flat(scenario) ? 0.0 : body[ORR_BODY_STATE];
}

static void centre_of(const orr_scenario *scenario, int entity, const double *state,
                      double out[3]) {
  const double *body = state + orr_state_at(scenario, (size_t)entity);
  const double *centre =
      orr_body_at(scenario, (size_t)scenario->parts->file_of[entity])->centre_of_mass;
  double c = cos(body[2]), s = sin(body[2]), origin[3];
  double arm[3] = {c * centre[0] - s * centre[1], s * centre[0] + c * centre[1], 0.0};
  if (!flat(scenario)) orr_quaternion_turn(body + ORR_BODY_STATE + 1, centre, arm);
  orr_origin_of(scenario, entity, state, origin);
  for (int i = 0; i < 3; i++) out[i] = origin[i] + arm[i];
}

double orr_way_left(const orr_scenario *scenario, const orr_way_def *way, int entity, int to,
                    const double *state) {
  double from[3], base[3] = {0.0, 0.0, 0.0}, square = 0.0;
  orr_origin_of(scenario, entity, state, from);
  if (to >= 0) orr_origin_of(scenario, to, state, base);
  for (int i = 0; i < 3; i++) {
    double d = base[i] + way->point[i] - from[i];
    square += d * d;
  }
  return sqrt(square);
}

double orr_lean_of(const orr_scenario *scenario, int entity, const orr_lean_def *lean,
                   const double *state) {
  const double *at = state + orr_state_at(scenario, (size_t)entity);
  if (lean->joint) return fabs(orr_wrap_angle(at[0] - lean->angle));
  if (flat(scenario)) return fabs(orr_wrap_angle(at[2] - lean->angle));
  const double *q = at + ORR_BODY_STATE + 1; /* the z of its z axis: 1 - 2 (x^2 + y^2) */
  double up = 1.0 - 2.0 * (q[1] * q[1] + q[2] * q[2]);
  return fabs(acos(orr_clamp(up, -1.0, 1.0)) - lean->angle);
}

/* |omega|; of a body in 3D about any axis. */
static double turning(const orr_scenario *scenario, int entity, const double *state) {
  const double *at = state + orr_state_at(scenario, (size_t)entity);
  if ((size_t)entity >= scenario->body_count) return fabs(at[1]);
  if (flat(scenario)) return fabs(at[5]);
  return sqrt(at[5] * at[5] + at[12] * at[12] + at[13] * at[13]);
}

static double speed(const orr_scenario *scenario, int entity, const double *state) {
  const double *at = state + orr_state_at(scenario, (size_t)entity);
  double vz = flat(scenario) ? 0.0 : at[11];
  return sqrt(at[3] * at[3] + at[4] * at[4] + vz * vz);
}

static bool inside(const orr_world *world, const orr_condition *condition) {
  const orr_union *region = &((const orr_inside_def *)condition->def)->region;
  size_t axes = flat(world->scenario) ? 2 : 3;
  double at[3], square = 0.0;
  centre_of(world->scenario, condition->entity, world->state, at);
  if (region->tag == ORR_REGION_BOX) {
    const orr_region_box *box = region->value;
    for (size_t i = 0; i < axes; i++)
      if (!(at[i] >= box->low[i] && at[i] <= box->high[i])) return false;
    return true;
  }
  const orr_region_ball *ball = region->value;
  for (size_t i = 0; i < axes; i++) square += (at[i] - ball->centre[i]) * (at[i] - ball->centre[i]);
  return sqrt(square) <= ball->radius;
}

static bool touches(const orr_world *world, const int pair[2]) {
  for (size_t i = 0; i < world->touch_count; i++) {
    const int *bodies = world->contacts[i].bodies;
    for (int k = 0; k < 2; k++)
      if (bodies[k] == pair[0] && (pair[1] < 0 || bodies[1 - k] == pair[1])) return true;
  }
  return false;
}

static bool lifted(const orr_world *world, const orr_condition *condition) {
  const orr_scenario *scenario = world->scenario;
  double height = ((const orr_lift_def *)condition->def)->height, at[3];
  orr_origin_of(scenario, condition->entity, world->state, at);
  if (!flat(scenario)) return at[2] >= height;
  return scenario->world.space.y != 0 ? at[1] <= height : at[1] >= height;
}

static bool rests(const orr_world *world, const orr_condition *condition) {
  const orr_rest_def *rest = condition->def;
  for (size_t i = 0; i < condition->count; i++) {
    int body = condition->bodies[i];
    if (world->table->removed(world->engine, body)) return false;
    if (!(speed(world->scenario, body, world->state) <= rest->speed)) return false;
    if (!(turning(world->scenario, body, world->state) <= rest->omega)) return false;
  }
  return true;
}

static bool balances(const orr_world *world, const orr_condition *condition) {
  const orr_balance_def *balance = condition->def;
  double lean = orr_lean_of(world->scenario, condition->entity, &balance->lean, world->state);
  return lean <= balance->within &&
         turning(world->scenario, condition->entity, world->state) <= balance->rate;
}

/* Of an entity that is a body. */
static bool is_gone(const orr_world *world, int entity) {
  bool body = entity >= 0 && (size_t)entity < world->scenario->body_count;
  return body && world->table->removed(world->engine, entity);
}

bool orr_condition_holds(const orr_world *world, const orr_condition *condition) {
  const void *def = condition->def;
  size_t held = 0;
  for (size_t i = 0; condition->of && i < condition->count; i++)
    held += orr_condition_holds(world, &condition->of[i]);
  if (is_gone(world, condition->entity) || is_gone(world, condition->to)) return false;
  switch (condition->kind) {
  case ORR_SUCCESS_NONE: return false;
  case ORR_SUCCESS_COVERAGE:
    return world->core->coverage > ((const orr_coverage_def *)def)->threshold;
  case ORR_SUCCESS_POSE: return orr_task_poses(world, def) >= 1.0;
  case ORR_SUCCESS_REACH: {
    const orr_reach_def *reach = def;
    return orr_way_left(world->scenario, &reach->way, condition->entity, condition->to,
                        world->state) <= reach->distance;
  }
  case ORR_SUCCESS_CONTACT: return touches(world, condition->touch);
  case ORR_SUCCESS_INSIDE: return inside(world, condition);
  case ORR_SUCCESS_BALANCE: return balances(world, condition);
  case ORR_SUCCESS_LIFT: return lifted(world, condition);
  case ORR_SUCCESS_REST: return rests(world, condition);
  case ORR_SUCCESS_ALL: return held == condition->count;
  case ORR_SUCCESS_ANY: return held > 0;
  case ORR_SUCCESS_NOT: return held == 0;
  }
  return false;
}
