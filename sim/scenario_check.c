#include "sim/scenario_check.h"

#include "base/maths.h"
#include "sim/colour.h"

#include <stdio.h>
#include <string.h>

/* The place of a path, or of the closest thing above it that stands in the file. */
static orr_place place_of(const orr_checker *c, const char *path) {
  char text[400];
  snprintf(text, sizeof text, "%s", path);
  for (;;) {
    const orr_node *node = orr_node_find(orr_config_root(c->config), text);
    if (node && node->place.line > 0) return node->place;
    char *dot = strrchr(text, '.');
    if (!dot) break;
    *dot = 0;
  }
  return (orr_place){orr_config_path(c->config), 1, 1};
}

void orr_check_complain(const orr_checker *c, const char *path, const char *hint,
                        const char *message) {
  orr_diagnostics_add(c->diagnostics, c->config, place_of(c, path), hint, "%s: %s", path, message);
}

static bool all_finite(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!isfinite(values[i])) return false;
  return true;
}

void orr_check_complain_key(const orr_checker *c, const char *owner, const char *key,
                            const char *hint, const char *message) {
  char path[400];
  snprintf(path, sizeof path, "%.300s.%.90s", owner, key);
  orr_check_complain(c, path, hint, message);
}

void orr_check_finite(const orr_checker *c, const char *owner, const char *key,
                      const double *values, size_t count) {
  if (all_finite(values, count)) return;
  orr_check_complain_key(c, owner, key, NULL, "must be finite");
}

static size_t range_count(const orr_range *range) {
  switch (range->kind) {
  case ORR_RANGE_VALUE: return 1;
  case ORR_RANGE_UNIFORM:
  case ORR_RANGE_INTEGER:
  case ORR_RANGE_NORMAL: return 2;
  case ORR_RANGE_CHOICE: return (size_t)range->count;
  }
  return 0;
}

void orr_check_range(const orr_checker *c, const char *owner, const char *key,
                     const orr_range *range) {
  orr_check_finite(c, owner, key, range->values, range_count(range));
}

void orr_check_colour_key(const orr_checker *c, const char *owner, const char *key,
                          const char *colour) {
  uint8_t rgb[3];
  if (orr_colour_parse(colour, rgb)) return;
  const char *closest = orr_colour_closest(colour);
  char hint[96] = "write \"#rrggbb\" or a CSS colour name";
  if (closest) snprintf(hint, sizeof hint, "did you mean \"%s\"?", closest);
  orr_check_complain_key(c, owner, key, hint, "this colour is not known");
}

void orr_check_colour(const orr_checker *c, const char *owner, const char *colour) {
  orr_check_colour_key(c, owner, "colour", colour);
}

const orr_body_def *orr_check_find_body(const orr_checker *c, const char *name) {
  int index = orr_body_named(c->scenario, name);
  return index < 0 ? NULL : orr_body_at(c->scenario, (size_t)index); /* the table has said so */
}

/* Numbers in the state vector. */
static size_t count_fields(const orr_checker *c, size_t moving, size_t joints) {
  size_t stride = orr_check_flat(c) ? ORR_BODY_STATE : ORR_BODY_STATE_3D;
  return moving * stride + joints * ORR_JOINT_STATE + c->scenario->world.sensors.count +
         c->scenario->factors.count;
}

/* False when there are so many things that looking at each would help nobody. */
static bool check_counts(const orr_checker *c) {
  const orr_world_def *world = &c->scenario->world;
  size_t moving = 0, shapes = 0, joints = 0;
  for (size_t i = 0; i < world->bodies.count; i++) {
    moving += orr_body_at(c->scenario, i)->type != ORR_BODY_STATIC;
    shapes += orr_body_at(c->scenario, i)->shapes.count;
  }
  for (size_t i = 0; i < world->joints.count; i++)
    joints += orr_joint_moves(orr_joint_at(c->scenario, i));
  char message[128];
  const struct {
    size_t count, most;
    const char *path, *what;
  } limits[] = {
      {world->bodies.count, ORR_MOST_BODIES, "world.bodies", "bodies"},
      {shapes, ORR_MOST_SHAPES, "world.bodies", "shapes"},
      {world->joints.count, ORR_MOST_JOINTS, "world.joints", "joints"},
      {moving + joints, ORR_MAX_BODIES, "world.bodies", "moving bodies and joints"},
      {count_fields(c, moving, joints), ORR_MAX_FIELDS, "world.bodies", "numbers in the state"},
      {world->actuators.count, ORR_MAX_BODIES, "world.actuators", "actuators"},
      {world->sensors.count, ORR_MAX_BODIES, "world.sensors", "sensors"},
      {world->forces.count, ORR_MAX_BODIES, "world.forces", "forces"},
      {world->lights.count, ORR_MOST_LIGHTS, "world.lights", "lights"},
      {c->scenario->task.goals.count, ORR_MAX_BODIES, "task.goals", "goals"},
      {c->scenario->factors.count, ORR_MOST_FACTORS, "vary", "factors"},
  };
  bool fine = true;
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    if (limits[i].count <= limits[i].most) continue;
    snprintf(message, sizeof message, "%zu %s; the most is %zu", limits[i].count, limits[i].what,
             limits[i].most);
    orr_check_complain(c, limits[i].path, NULL, message);
    fine = false;
  }
  if (fine && moving + joints == 0)
    orr_check_complain(c, "world.bodies", "add a dynamic body", "nothing can move");
  return fine;
}

static void check_world(const orr_checker *c) {
  const orr_world_def *world = &c->scenario->world;
  orr_check_finite(c, "world", "gravity", world->gravity, 3);
  if (!(world->dt > 0.0))
    orr_check_complain(c, "world.dt", "0 is for MJCF files alone", "must be above 0");
  size_t axes = (size_t)world->space.dimensions;
  for (size_t i = 0; i < axes; i++) {
    if (world->space.size[i] >= 1e-6) continue;
    orr_check_complain(c, "world.space.size",
                       axes == 3 ? "write size: [x, y, z]" : "write size: [x, y]",
                       "the world has no extent");
    break;
  }
  if (axes == 2 && world->gravity[2] != 0.0)
    orr_check_complain(c, "world.gravity", "set space.dimensions to 3", "a 2D world has two axes");
}

void orr_scenario_check(const orr_scenario *scenario, const orr_config *config,
                        orr_diagnostics *diagnostics) {
  orr_checker c = {scenario, config, diagnostics};
  const orr_world_def *world = &scenario->world;
  if (!check_counts(&c)) return;
  check_world(&c);
  for (size_t i = 0; i < world->bodies.count; i++) orr_check_body(&c, i);
  for (size_t i = 0; i < world->joints.count; i++) orr_check_joint(&c, i);
  for (size_t i = 0; i < world->actuators.count; i++) orr_check_actuator(&c, i);
  orr_check_surroundings(&c);
  orr_check_task(&c);
}
