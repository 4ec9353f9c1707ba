/* Mistakes that a field table cannot see: each with its place and a hint. */
#include "base/maths.h"
#include "sim/colour.h"
#include "sim/scenario_parts.h"

#include <stdio.h>
#include <string.h>

typedef struct checker {
  const orr_scenario *scenario;
  const orr_config *config;
  orr_diagnostics *diagnostics;
} checker;

/* The place of a path, or of the closest thing above it that stands in the file. */
static orr_place place_of(const checker *c, const char *path) {
  char text[160];
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

static void complain(const checker *c, const char *path, const char *hint, const char *message) {
  orr_diagnostics_add(c->diagnostics, c->config, place_of(c, path), hint, "%s: %s", path, message);
}

static bool all_finite(const double *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!isfinite(values[i])) return false;
  return true;
}

static void check_finite(const checker *c, const char *owner, const char *key, const double *values,
                         size_t count) {
  if (all_finite(values, count)) return;
  char path[128];
  snprintf(path, sizeof path, "%s.%s", owner, key);
  complain(c, path, NULL, "must be finite");
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

static void check_start(const checker *c, const char *owner, const orr_start_def *start) {
  const orr_range *ranges[] = {&start->position[0], &start->position[1], &start->angle,
                               &start->velocity[0], &start->velocity[1], &start->omega};
  static const char *const keys[] = {"start.position", "start.position", "start.angle",
                                     "start.velocity", "start.velocity", "start.omega"};
  for (size_t i = 0; i < 6; i++)
    check_finite(c, owner, keys[i], ranges[i]->values, range_count(ranges[i]));
}

/* Convex when every corner turns the same way and the turns make one round. */
static const char *polygon_mistake(const orr_polygon_def *polygon) {
  const double(*v)[2] = polygon->vertices.items;
  size_t count = polygon->vertices.count;
  if (count > ORR_MOST_CORNERS) return "a polygon has at most 64 corners";
  if (!all_finite(v[0], 2 * count)) return "corners must be finite";
  double area = orr_polygon_area(v, count), round = 0.0;
  double sign = area > 0.0 ? 1.0 : -1.0;
  for (size_t i = 0; i < count; i++) {
    const double *a = v[i], *b = v[(i + 1) % count], *d = v[(i + 2) % count];
    double ux = b[0] - a[0], uy = b[1] - a[1], wx = d[0] - b[0], wy = d[1] - b[1];
    double cross = sign * (ux * wy - uy * wx);
    double scale = sqrt((ux * ux + uy * uy) * (wx * wx + wy * wy));
    if (!(scale > 0.0)) return "two corners are at the same place";
    if (!(cross > 1e-9 * scale)) return "the polygon is not convex";
    round += atan2(cross, ux * wx + uy * wy);
  }
  return fabs(round - 2.0 * ORR_PI) < 1e-6 ? NULL : "the outline crosses itself";
}

static void check_shape(const checker *c, const char *owner, const orr_shape_def *shape) {
  char path[160];
  snprintf(path, sizeof path, "%.140s.geometry", owner);
  const char *mistake = NULL, *hint = NULL;
  if (shape->geometry.tag == ORR_SHAPE_POLYGON) {
    mistake = polygon_mistake(shape->geometry.value);
    hint = "split the shape into convex parts; a body may have many";
  } else if (shape->geometry.tag == ORR_SHAPE_SEGMENT) {
    const orr_segment_def *segment = shape->geometry.value;
    double dx = segment->b[0] - segment->a[0], dy = segment->b[1] - segment->a[1];
    if (!(dx * dx + dy * dy > 0.0)) mistake = "both ends are at the same place";
    if (!all_finite(segment->a, 2) || !all_finite(segment->b, 2)) mistake = "ends must be finite";
  } else if (shape->geometry.tag == ORR_SHAPE_CIRCLE) {
    if (!all_finite(((const orr_circle_def *)shape->geometry.value)->offset, 2))
      mistake = "offset must be finite";
  } else if (!all_finite(((const orr_box_def *)shape->geometry.value)->offset, 2)) {
    mistake = "offset must be finite";
  }
  if (mistake) complain(c, path, hint, mistake);
}

static bool has_area(const orr_body_def *body) {
  const orr_shape_def *shapes = body->shapes.items;
  for (size_t i = 0; i < body->shapes.count; i++) {
    const orr_segment_def *segment = shapes[i].geometry.value;
    if (shapes[i].geometry.tag != ORR_SHAPE_SEGMENT || segment->radius > 0.0) return true;
  }
  return false;
}

static void check_body(const checker *c, size_t index) {
  const orr_body_def *body = orr_body_at(c->scenario, index);
  char path[64], inner[128];
  snprintf(path, sizeof path, "world.bodies[%zu]", index);
  size_t length = strlen(body->name);
  snprintf(inner, sizeof inner, "%s.name", path);
  if (length == 0 || length > 32) complain(c, inner, NULL, "a name has 1 to 32 characters");
  if (body->type == ORR_BODY_DYNAMIC) {
    snprintf(inner, sizeof inner, "%s.mass", path);
    if (!(body->mass > 0.0) && !(body->density > 0.0))
      complain(c, inner, "give mass or density", "a dynamic body must have a mass above 0");
    else if (!has_area(body) && (!(body->mass > 0.0) || !(body->moment > 0.0)))
      complain(c, inner, "give mass and moment, or a shape with area",
               "mass and moment do not follow from shapes without area");
  }
  check_finite(c, path, "centre_of_mass", body->centre_of_mass, 2);
  check_start(c, path, &body->start);
  uint8_t rgb[3];
  if (!orr_colour_parse(body->colour, rgb)) {
    const char *closest = orr_colour_closest(body->colour);
    char hint[96] = "write \"#rrggbb\" or a CSS colour name";
    if (closest) snprintf(hint, sizeof hint, "did you mean \"%s\"?", closest);
    snprintf(inner, sizeof inner, "%s.colour", path);
    complain(c, inner, hint, "this colour is not known");
  }
  const orr_shape_def *shapes = body->shapes.items;
  for (size_t i = 0; i < body->shapes.count; i++) {
    snprintf(inner, sizeof inner, "%s.shapes[%zu]", path, i);
    check_shape(c, inner, &shapes[i]);
  }
}

static const orr_body_def *find_body(const checker *c, const char *name) {
  for (size_t i = 0; i < c->scenario->world.bodies.count; i++)
    if (!strcmp(orr_body_at(c->scenario, i)->name, name)) return orr_body_at(c->scenario, i);
  return NULL; /* the table has said so already */
}

static void check_joint(const checker *c, size_t index) {
  const orr_joint_def *joint = orr_joint_at(c->scenario, index);
  char path[64];
  snprintf(path, sizeof path, "world.joints[%zu]", index);
  const orr_body_def *a = find_body(c, joint->body_a), *b = find_body(c, joint->body_b);
  if (!a || !b) return;
  if (a == b)
    complain(c, path, "body_a and body_b must be two bodies", "the joint ties a body to itself");
  else if (a->type != ORR_BODY_DYNAMIC && b->type != ORR_BODY_DYNAMIC)
    complain(c, path, "at least one of the two must be dynamic",
             "neither of the two bodies can give way");
  check_finite(c, path, "anchor_a", joint->anchor_a, 2);
  check_finite(c, path, "anchor_b", joint->anchor_b, 2);
  check_finite(c, path, "limits", joint->limits, 2);
  bool limited = joint->type == ORR_JOINT_SLIDE || joint->type == ORR_JOINT_ROTARY_LIMIT;
  if (limited && joint->limits[0] > joint->limits[1])
    complain(c, path, "limits: [least, most]", "the limits are in the wrong order");
  if (joint->type == ORR_JOINT_SLIDE && joint->limits[0] < 0.0)
    complain(c, path, NULL, "a distance cannot be negative");
  if (joint->type == ORR_JOINT_GEAR && joint->rate == 0.0)
    complain(c, path, "give the ratio as `rate`", "the ratio of a gear cannot be 0");
}

static void check_actuator(const checker *c, size_t index) {
  const orr_actuator_def *actuator = orr_actuator_at(c->scenario, index);
  char path[64];
  snprintf(path, sizeof path, "world.actuators[%zu]", index);
  const orr_body_def *body = find_body(c, actuator->body);
  if (body && body->type != ORR_BODY_KINEMATIC)
    complain(c, path, "set `type: kinematic` for the body", "an actuator moves a kinematic body");
  if (strlen(actuator->name) == 0 || strlen(actuator->name) > 32)
    complain(c, path, NULL, "a name has 1 to 32 characters");
  if (actuator->meaning == ORR_ACTION_OTHER)
    complain(c, path, "write absolute or relative", "the meaning of the action is missing");
  for (size_t i = 0; i < 2; i++) {
    bool fine = isfinite(actuator->low[i]) && isfinite(actuator->high[i]) &&
                actuator->low[i] < actuator->high[i];
    if (!fine) complain(c, path, NULL, "low must be below high, both finite");
  }
  const orr_actuator_def *first = orr_actuator_at(c->scenario, 0);
  if (actuator->meaning != first->meaning || actuator->scale != first->scale)
    complain(c, path, NULL, "all actuators of a world share one meaning and one scale");
  for (size_t i = 0; i < index; i++)
    if (!strcmp(orr_actuator_at(c->scenario, i)->body, actuator->body))
      complain(c, path, NULL, "the body already has an actuator");
}

static bool only_polygons(const orr_body_def *body) {
  const orr_shape_def *shapes = body->shapes.items;
  for (size_t i = 0; i < body->shapes.count; i++)
    if (shapes[i].geometry.tag != ORR_SHAPE_BOX && shapes[i].geometry.tag != ORR_SHAPE_POLYGON)
      return false;
  return true;
}

static void check_task(const checker *c) {
  const orr_task_def *task = &c->scenario->task;
  if (task->success.tag != ORR_SUCCESS_NONE && task->goals.count == 0)
    complain(c, "task.goals", "add a goal, or set success: {none: {}}",
             "there is no goal that the success could be about");
  for (size_t i = 0; i < task->goals.count; i++) {
    const orr_goal_def *goal = orr_goal_at(c->scenario, i);
    char path[64];
    snprintf(path, sizeof path, "task.goals[%zu]", i);
    check_finite(c, path, "position", goal->position, 2);
    const orr_body_def *body = find_body(c, goal->body);
    if (!body) continue;
    if (body->type == ORR_BODY_STATIC) complain(c, path, NULL, "a static body cannot reach a goal");
    if (task->success.tag == ORR_SUCCESS_COVERAGE && !only_polygons(body))
      complain(c, path, "use success: {pose: ...} for bodies with circles or segments",
               "coverage is for bodies of polygons and boxes");
  }
}

/* False when there are so many things that looking at each would help nobody. */
static bool check_counts(const checker *c) {
  const orr_world_def *world = &c->scenario->world;
  size_t moving = 0, shapes = 0;
  for (size_t i = 0; i < world->bodies.count; i++) {
    moving += orr_body_at(c->scenario, i)->type != ORR_BODY_STATIC;
    shapes += orr_body_at(c->scenario, i)->shapes.count;
  }
  char message[128];
  const struct {
    size_t count, most;
    const char *path, *what;
  } limits[] = {
      {world->bodies.count, ORR_MOST_BODIES, "world.bodies", "bodies"},
      {moving, ORR_MOST_MOVING, "world.bodies", "moving bodies"},
      {shapes, ORR_MOST_SHAPES, "world.bodies", "shapes"},
      {world->joints.count, ORR_MOST_JOINTS, "world.joints", "joints"},
      {world->actuators.count, ORR_MOST_MOVING, "world.actuators", "actuators"},
      {c->scenario->task.goals.count, ORR_MOST_MOVING, "task.goals", "goals"},
  };
  bool fine = true;
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    if (limits[i].count <= limits[i].most) continue;
    snprintf(message, sizeof message, "%zu %s; the most is %zu", limits[i].count, limits[i].what,
             limits[i].most);
    complain(c, limits[i].path, NULL, message);
    fine = false;
  }
  if (fine && moving == 0) complain(c, "world.bodies", "add a dynamic body", "nothing can move");
  return fine;
}

void orr_scenario_check(const orr_scenario *scenario, const orr_config *config,
                        orr_diagnostics *diagnostics) {
  checker c = {scenario, config, diagnostics};
  const orr_world_def *world = &scenario->world;
  if (!check_counts(&c)) return;
  check_finite(&c, "world", "gravity", world->gravity, 2);
  for (size_t i = 0; i < world->bodies.count; i++) check_body(&c, i);
  for (size_t i = 0; i < world->joints.count; i++) check_joint(&c, i);
  for (size_t i = 0; i < world->actuators.count; i++) check_actuator(&c, i);
  check_task(&c);
}
