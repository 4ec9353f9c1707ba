/* Mistakes in joints and actuators. */
#include "sim/scenario_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a joint has in three dimensions only. */
static void check_flat_joint(const orr_checker *c, const char *path, const orr_joint_def *joint) {
  static const char *const solid = "set space.dimensions to 3";
  const double *axis = joint->axis;
  if (joint->type == ORR_JOINT_BALL)
    orr_check_complain_key(c, path, "type", "write type: pivot", "balls are for 3D worlds");
  if (joint->anchor_a[2] != 0.0 || joint->anchor_b[2] != 0.0)
    orr_check_complain_key(c, path, joint->anchor_a[2] != 0.0 ? "anchor_a" : "anchor_b", solid,
                           "a 2D world has two axes");
  bool tilted = joint->type == ORR_JOINT_PIVOT && (axis[0] != 0.0 || axis[1] != 0.0);
  if (tilted || (joint->type == ORR_JOINT_SLIDE && axis[2] != 0.0))
    orr_check_complain_key(c, path, "axis", tilted ? "leave it out" : solid,
                           tilted ? "pivots of a 2D world turn about z"
                                  : "a 2D world has two axes");
}

static void check_sizes(const orr_checker *c, const char *path, const orr_joint_def *joint) {
  orr_check_finite(c, path, "anchor_a", joint->anchor_a, 3);
  orr_check_finite(c, path, "anchor_b", joint->anchor_b, 3);
  orr_check_finite(c, path, "axis", joint->axis, 3);
  orr_check_finite(c, path, "limits", joint->limits, 2);
  orr_check_range(c, path, "start", &joint->start);
  orr_check_range(c, path, "speed", &joint->speed);
}

void orr_check_joint(const orr_checker *c, size_t index) {
  const orr_joint_def *joint = orr_joint_at(c->scenario, index);
  char path[64];
  snprintf(path, sizeof path, "world.joints[%zu]", index);
  const orr_body_def *a = orr_check_find_body(c, joint->body_a),
                     *b = orr_check_find_body(c, joint->body_b);
  if (!a || !b) return;
  if (c->scenario->world.mjcf) return; /* all of it is in the file */
  if (a == b)
    orr_check_complain(c, path, "body_a and body_b must be two bodies",
                       "the joint ties a body to itself");
  else if (a->type != ORR_BODY_DYNAMIC && b->type != ORR_BODY_DYNAMIC)
    orr_check_complain(c, path, "at least one of the two must be dynamic",
                       "neither of the two bodies can give way");
  check_sizes(c, path, joint);
  if (orr_check_flat(c)) check_flat_joint(c, path, joint);
  if (orr_joint_moves(joint) && orr_check_find_body(c, joint->name))
    orr_check_complain_key(c, path, "name", "their numbers in the state would have one name",
                           "a body has this name");
  bool limited = joint->type == ORR_JOINT_DISTANCE || orr_joint_moves(joint);
  if (limited && joint->limits[0] > joint->limits[1])
    orr_check_complain(c, path, "limits: [least, most]", "the limits are in the wrong order");
  if (joint->type == ORR_JOINT_SLIDE && joint->limits[0] != 0.0 &&
      joint->limits[0] == joint->limits[1])
    orr_check_complain(c, path, "write type: weld", "a slide between equal limits cannot move");
  if (joint->type == ORR_JOINT_DISTANCE && joint->limits[0] < 0.0)
    orr_check_complain(c, path, NULL, "a distance cannot be negative");
  if (joint->type == ORR_JOINT_DISTANCE && !(joint->limits[1] > 0.0))
    orr_check_complain(c, path, "limits: [least, most]; the same twice is a rod",
                       "the limits of the distance are missing");
  if (joint->type == ORR_JOINT_GEAR && joint->rate == 0.0)
    orr_check_complain(c, path, "give the ratio as `rate`", "the ratio of a gear cannot be 0");
}

static const orr_joint_def *find_joint(const orr_checker *c, const char *name) {
  int index = orr_joint_named(c->scenario, name);
  return index < 0 ? NULL : orr_joint_at(c->scenario, (size_t)index);
}

/* Each of x, y and, in 3D, z at most once, at least one. */
static bool good_axes(const char *axes, bool flat) {
  size_t count = strlen(axes);
  if (count == 0 || count > 3) return false;
  for (size_t i = 0; i < count; i++) {
    if (axes[i] < 'x' || axes[i] > (flat ? 'y' : 'z')) return false;
    if (strchr(axes + i + 1, axes[i])) return false;
  }
  return true;
}

/* What the actuator pushes; returns how many numbers it takes. */
static size_t check_driven(const orr_checker *c, const char *path, const orr_actuator_def *def) {
  if ((def->body != NULL) == (def->joint != NULL)) {
    orr_check_complain(c, path, "give one of the two", "an actuator moves a body or a joint");
    return 1;
  }
  if (def->joint) {
    const orr_joint_def *joint = find_joint(c, def->joint);
    if (joint && !orr_joint_moves(joint))
      orr_check_complain_key(c, path, "joint", NULL, "an actuator moves a pivot or a slide");
    return 1;
  }
  const orr_body_def *body = orr_check_find_body(c, def->body);
  bool pushes = def->type != ORR_ACTUATE_POSITION && def->type != ORR_ACTUATE_VELOCITY;
  if (body && body->type == ORR_BODY_STATIC)
    orr_check_complain(c, path, "set `type: kinematic` or `type: dynamic` for the body",
                       "a static body never moves");
  else if (body && pushes && body->type != ORR_BODY_DYNAMIC)
    orr_check_complain(c, path, "set `type: dynamic` for the body",
                       "forces move dynamic bodies alone");
  if (def->type == ORR_ACTUATE_TORQUE) return 1;
  if (good_axes(def->axes, orr_check_flat(c))) return strlen(def->axes);
  orr_check_complain_key(c, path, "axes",
                         orr_check_flat(c) ? "write xy, x or y" : "write xyz, xy ...",
                         "these are no axes of the world");
  return 1;
}

static void check_bounds(const orr_checker *c, const char *path, const orr_actuator_def *def,
                         size_t count) {
  for (size_t i = 0; i < count; i++) {
    bool fine = isfinite(def->low[i]) && isfinite(def->high[i]) && def->low[i] < def->high[i];
    if (fine) continue;
    orr_check_complain(c, path, NULL, "low must be below high, both finite");
    return;
  }
}

static bool is_target(const orr_actuator_def *def) {
  return def->type == ORR_ACTUATE_POSITION && !def->joint;
}

/* Actions that are targets are one point for a model; it must know how to read them. */
static void check_meanings(const orr_checker *c, const char *path, size_t index) {
  const orr_actuator_def *def = orr_actuator_at(c->scenario, index);
  if (def->type == ORR_ACTUATE_POSITION && def->meaning == ORR_ACTION_OTHER)
    orr_check_complain(c, path, "write absolute or relative",
                       "the meaning of the action is missing");
  if (def->type == ORR_ACTUATE_POSITION && def->meaning == ORR_ACTION_RELATIVE &&
      !(def->scale > 0.0))
    orr_check_complain_key(c, path, "scale", "write a scale above 0, or meaning: absolute",
                           "no action would move anything");
  if (!is_target(def)) return;
  for (size_t i = 0; i < index; i++) {
    const orr_actuator_def *other = orr_actuator_at(c->scenario, i);
    if (!is_target(other) || (def->meaning == other->meaning && def->scale == other->scale))
      continue;
    orr_check_complain(c, path, NULL, "all positions of a world share one meaning and one scale");
    return;
  }
}

static bool same_text(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }

void orr_check_actuator(const orr_checker *c, size_t index) {
  const orr_actuator_def *def = orr_actuator_at(c->scenario, index);
  char path[64];
  snprintf(path, sizeof path, "world.actuators[%zu]", index);
  if (strlen(def->name) == 0 || strlen(def->name) > 32)
    orr_check_complain(c, path, NULL, "a name has 1 to 32 characters");
  if (strlen(def->agent) > 32)
    orr_check_complain_key(c, path, "agent", NULL, "a name has at most 32 characters");
  if ((*def->agent == 0) != (*orr_actuator_at(c->scenario, 0)->agent == 0))
    orr_check_complain_key(c, path, "agent", "write agent: NAME at each, or at none",
                           "either all actuators have an agent or none");
  if (c->scenario->world.mjcf) return; /* the rest is in the file */
  check_bounds(c, path, def, check_driven(c, path, def));
  check_meanings(c, path, index);
  for (size_t i = 0; i < index; i++) {
    const orr_actuator_def *other = orr_actuator_at(c->scenario, i);
    bool both = same_text(def->body, other->body) || same_text(def->joint, other->joint);
    if (both && def->type == other->type && strcmp(def->axes, other->axes) == 0)
      orr_check_complain(c, path, NULL, "another actuator moves the same thing in the same way");
  }
}
