#include "sim/force.h"

#include <math.h>

static double length_of(const double v[3]) { return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]); }

static void add_scaled(double factor, const double v[3], double out[3]) {
  for (size_t i = 0; i < 3; i++) out[i] += factor * v[i];
}

static void offset(const double from[3], const double to[3], double out[3]) {
  for (size_t i = 0; i < 3; i++) out[i] = to[i] - from[i];
}

static bool is_inside(const orr_union *region, const double p[3], size_t axes) {
  if (region->tag == ORR_REGION_BOX) {
    const orr_region_box *box = region->value;
    for (size_t i = 0; i < axes; i++)
      if (p[i] < box->low[i] || p[i] > box->high[i]) return false;
    return true;
  }
  if (region->tag == ORR_REGION_BALL) {
    const orr_region_ball *ball = region->value;
    double away[3];
    offset(ball->centre, p, away);
    return length_of(away) <= ball->radius;
  }
  return true;
}

static void add_drag(const orr_drag_force *drag, const orr_motion *motion, double force[3],
                     double torque[3]) {
  double speed = length_of(motion->velocity);
  add_scaled(-(drag->linear + drag->quadratic * speed), motion->velocity, force);
  add_scaled(-drag->angular, motion->omega, torque);
}

static void add_wind(const orr_wind_force *wind, const orr_motion *motion, double force[3]) {
  double relative[3];
  offset(motion->velocity, wind->velocity, relative);
  add_scaled(wind->linear + wind->quadratic * length_of(relative), relative, force);
}

/* Inside `soft` the direction is not normalised: the pull goes to 0 without a jump. */
static void add_attraction(const orr_attraction_force *pull, const orr_motion *motion,
                           double force[3]) {
  double towards[3];
  offset(motion->position, pull->point, towards);
  double r = fmax(length_of(towards), pull->soft);
  add_scaled(motion->mass * pull->strength * pow(r, -pull->power) / r, towards, force);
}

static void add_force(const orr_force_def *def, const orr_motion *motion, double force[3],
                      double torque[3]) {
  switch ((orr_force_kind)def->force.tag) {
  case ORR_FORCE_GRAVITY:
    add_scaled(motion->mass, ((const orr_gravity_force *)def->force.value)->acceleration, force);
    break;
  case ORR_FORCE_DRAG: add_drag(def->force.value, motion, force, torque); break;
  case ORR_FORCE_WIND: add_wind(def->force.value, motion, force); break;
  case ORR_FORCE_ATTRACTION: add_attraction(def->force.value, motion, force); break;
  }
}

bool orr_force_any(const orr_scenario *scenario, size_t file) {
  const size_t *first = scenario->parts->first_force;
  return first[file + 1] > first[file];
}

void orr_force_on(const orr_scenario *scenario, size_t file, const orr_motion *motion,
                  double force[3], double torque[3]) {
  const orr_parts *parts = scenario->parts;
  size_t axes = (size_t)scenario->world.space.dimensions;
  for (size_t i = 0; i < 3; i++) force[i] = torque[i] = 0.0;
  for (size_t i = parts->first_force[file]; i < parts->first_force[file + 1]; i++) {
    const orr_force_def *def = orr_force_at(scenario, (size_t)parts->forces[i]);
    if (is_inside(&def->region, motion->position, axes)) add_force(def, motion, force, torque);
  }
}
