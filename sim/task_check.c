/* Mistakes in tasks. */
#include "sim/scenario_check.h"

#include <stdio.h>
#include <string.h>

typedef struct path {
  char text[400];
} path;

static path below(const char *owner, const char *key) {
  path p;
  snprintf(p.text, sizeof p.text, "%.300s.%.90s", owner, key);
  return p;
}

static path item(const char *owner, const char *key, size_t index) {
  path p;
  snprintf(p.text, sizeof p.text, "%.300s.%.70s[%zu]", owner, key, index);
  return p;
}

/* ---- names ---- */

static void unknown_name(const orr_checker *c, const path *at, const char *list, const char *name,
                         const char *const *names, size_t count) {
  char message[160], hint[160] = "";
  const char *close = orr_closest(name, names, count);
  snprintf(message, sizeof message, "no item of %s has the name \"%.64s\"", list, name);
  if (count == 0)
    snprintf(hint, sizeof hint, "%s has no named items", list);
  else if (close)
    snprintf(hint, sizeof hint, "did you mean \"%.64s\"?", close);
  else
    snprintf(hint, sizeof hint, "known: %.64s%s", names[0], count > 1 ? ", ..." : "");
  orr_check_complain(c, at->text, hint, message);
}

/* NULL after a complaint. */
static const orr_body_def *find_body(const orr_checker *c, const char *owner, const char *key,
                                     const char *name) {
  const char *names[ORR_MOST_BODIES];
  size_t count = c->scenario->world.bodies.count;
  const orr_body_def *body = orr_check_find_body(c, name);
  path at = below(owner, key);
  for (size_t i = 0; i < count; i++) names[i] = orr_body_at(c->scenario, i)->name;
  if (!body) unknown_name(c, &at, "world.bodies", name, names, count);
  return body;
}

static void check_moving(const orr_checker *c, const char *owner, const char *key,
                         const char *name) {
  const orr_body_def *body = find_body(c, owner, key, name);
  path at = below(owner, key);
  if (body && body->type == ORR_BODY_STATIC)
    orr_check_complain(c, at.text, "name a kinematic or dynamic body", "a static body never moves");
}

static const orr_joint_def *check_joint(const orr_checker *c, const char *owner, const char *name) {
  const char *names[ORR_MOST_JOINTS];
  size_t count = 0;
  path at = below(owner, "joint");
  for (size_t i = 0; i < c->scenario->world.joints.count; i++) {
    const orr_joint_def *joint = orr_joint_at(c->scenario, i);
    names[count++] = joint->name;
    if (strcmp(joint->name, name) != 0) continue;
    if (orr_joint_moves(joint)) return joint;
    orr_check_complain(c, at.text, "name a pivot or a slide", "this joint has no state of its own");
    return NULL;
  }
  unknown_name(c, &at, "world.joints", name, names, count);
  return NULL;
}

/* Exactly one of two. */
static bool check_either(const orr_checker *c, const char *owner, const char *body,
                         const char *joint) {
  if (!body == !joint)
    orr_check_complain(c, owner, "give exactly one of body and joint",
                       body ? "it names a body and a joint" : "it names neither body nor joint");
  return !body != !joint;
}

/* ---- values ---- */

static void check_point(const orr_checker *c, const char *owner, const char *key,
                        const double *point) {
  path at = below(owner, key);
  orr_check_finite(c, owner, key, point, 3);
  if (orr_check_flat(c) && point[2] != 0.0)
    orr_check_complain(c, at.text, "write two numbers", "a 2D world has two axes");
}

static void check_way(const orr_checker *c, const char *owner, const orr_way_def *way) {
  check_moving(c, owner, "body", way->body);
  check_point(c, owner, "point", way->point);
  if (!way->to) return;
  check_moving(c, owner, "to", way->to);
  path at = below(owner, "to");
  if (strcmp(way->to, way->body) == 0)
    orr_check_complain(c, at.text, NULL, "a body is always at itself");
}

static void check_contact(const orr_checker *c, const char *owner, const orr_contact_def *contact) {
  find_body(c, owner, "body", contact->body);
  if (!contact->other) return;
  find_body(c, owner, "other", contact->other);
  path at = below(owner, "other");
  if (strcmp(contact->other, contact->body) == 0)
    orr_check_complain(c, at.text, NULL, "a body does not touch itself");
}

static void check_lean(const orr_checker *c, const char *owner, const orr_lean_def *lean) {
  if (!check_either(c, owner, lean->body, lean->joint)) return;
  if (lean->body) check_moving(c, owner, "body", lean->body);
  const orr_joint_def *joint = lean->joint ? check_joint(c, owner, lean->joint) : NULL;
  path at = below(owner, "joint");
  if (joint && joint->type == ORR_JOINT_SLIDE)
    orr_check_complain(c, at.text, "name a pivot", "a slide has no angle");
}

static void check_region(const orr_checker *c, const char *owner, const orr_union *region) {
  path at = below(owner, "region"), box_at = below(at.text, "box");
  if (region->tag == ORR_REGION_EVERYWHERE)
    orr_check_complain(c, at.text, "give a box or a ball", "a body is always everywhere");
  if (region->tag == ORR_REGION_BALL) {
    path ball_at = below(at.text, "ball");
    check_point(c, ball_at.text, "centre", ((const orr_region_ball *)region->value)->centre);
  }
  if (region->tag != ORR_REGION_BOX) return;
  const orr_region_box *box = region->value;
  check_point(c, box_at.text, "low", box->low);
  check_point(c, box_at.text, "high", box->high);
  for (size_t i = 0; i < (orr_check_flat(c) ? 2 : 3); i++) {
    if (box->low[i] <= box->high[i]) continue;
    orr_check_complain(c, box_at.text, "low is the lower corner along every axis",
                       "nothing is inside: low is above high");
    return;
  }
}

/* ---- conditions ---- */

static bool only_polygons(const orr_body_def *body) {
  const orr_shape_def *shapes = body->shapes.items;
  for (size_t i = 0; i < body->shapes.count; i++)
    if (shapes[i].geometry.tag != ORR_SHAPE_BOX && shapes[i].geometry.tag != ORR_SHAPE_POLYGON)
      return false;
  return true;
}

/* Coverage: every goal is that of a body whose shapes can cover it. */
static void check_coverage(const orr_checker *c, const char *at) {
  if (!orr_check_flat(c))
    orr_check_complain(c, at, "use pose or reach", "coverage is for 2D worlds");
  for (size_t i = 0; i < c->scenario->task.goals.count; i++) {
    const orr_goal_def *goal = orr_goal_at(c->scenario, i);
    path p = item("task", "goals", i);
    if (goal->joint) orr_check_complain(c, p.text, "use pose", "coverage is for goals of bodies");
    const orr_body_def *body = goal->body ? orr_check_find_body(c, goal->body) : NULL;
    if (body && !only_polygons(body))
      orr_check_complain(c, p.text, "use success: {pose: ...} for bodies with circles or segments",
                         "coverage is for bodies of polygons and boxes");
  }
}

static void check_goals_there(const orr_checker *c) {
  if (c->scenario->task.goals.count == 0)
    orr_check_complain(c, "task.goals", "add a goal, or set success: {none: {}}",
                       "there is no goal that the success could be about");
}

static void check_rest(const orr_checker *c, const char *at, const orr_rest_def *rest) {
  const char *const *names = rest->bodies.items;
  for (size_t i = 0; i < rest->bodies.count; i++) {
    char key[32];
    snprintf(key, sizeof key, "bodies[%zu]", i);
    check_moving(c, at, key, names[i]);
  }
}

static void check_condition(const orr_checker *c, const char *owner, const orr_union *of,
                            bool nested) {
  path at = below(owner, orr_condition_variants[of->tag]->name);
  const void *def = of->value;
  const orr_list *parts = NULL;
  switch ((orr_success_kind)of->tag) {
  case ORR_SUCCESS_NONE:
    if (nested) orr_check_complain(c, at.text, "take it out", "none never holds");
    break;
  case ORR_SUCCESS_COVERAGE:
    check_goals_there(c);
    check_coverage(c, at.text);
    break;
  case ORR_SUCCESS_POSE: check_goals_there(c); break;
  case ORR_SUCCESS_REACH: check_way(c, at.text, &((const orr_reach_def *)def)->way); break;
  case ORR_SUCCESS_CONTACT: check_contact(c, at.text, def); break;
  case ORR_SUCCESS_INSIDE:
    check_moving(c, at.text, "body", ((const orr_inside_def *)def)->body);
    check_region(c, at.text, &((const orr_inside_def *)def)->region);
    break;
  case ORR_SUCCESS_BALANCE: check_lean(c, at.text, &((const orr_balance_def *)def)->lean); break;
  case ORR_SUCCESS_LIFT: check_moving(c, at.text, "body", ((const orr_lift_def *)def)->body); break;
  case ORR_SUCCESS_REST: check_rest(c, at.text, def); break;
  case ORR_SUCCESS_ALL:
  case ORR_SUCCESS_ANY: parts = &((const orr_group_def *)def)->of; break;
  case ORR_SUCCESS_NOT: {
    path inner = below(at.text, "of");
    check_condition(c, inner.text, &((const orr_not_def *)def)->of, true);
    break;
  }
  }
  for (size_t i = 0; parts && i < parts->count; i++) {
    path inner = item(at.text, "of", i);
    check_condition(c, inner.text, (const orr_union *)parts->items + i, true);
  }
}

/* ---- rewards ---- */

static void check_goal_term(const orr_checker *c, const char *at, const char *name) {
  const char *names[ORR_MAX_BODIES];
  size_t count = 0;
  path p = below(at, "goal");
  for (size_t i = 0; i < c->scenario->task.goals.count; i++) {
    const orr_goal_def *goal = orr_goal_at(c->scenario, i);
    const char *other = goal->joint ? goal->joint : goal->body;
    if (!other) continue;
    if (strcmp(other, name) == 0) return;
    names[count++] = other;
  }
  unknown_name(c, &p, "task.goals", name, names, count);
}

static void check_velocity(const orr_checker *c, const char *at, const orr_velocity_term *term) {
  path p = below(at, "axis");
  if (!check_either(c, at, term->body, term->joint)) return;
  if (term->joint) check_joint(c, at, term->joint);
  if (term->body) check_moving(c, at, "body", term->body);
  if (term->body && term->axis == 2 && orr_check_flat(c))
    orr_check_complain(c, p.text, "use x or y", "a 2D world has two axes");
}

static void check_term(const orr_checker *c, size_t index, const orr_reward_def *reward) {
  static const char *const names[] = {"success",  "when",   "contact", "distance",
                                      "progress", "pose",   "upright", "velocity",
                                      "control",  "energy", "time"};
  path owner = item("task", "reward", index), term = below(owner.text, "term");
  path at = below(term.text, names[reward->term.tag]), inner = below(at.text, "condition");
  const void *def = reward->term.value;
  switch ((orr_term_kind)reward->term.tag) {
  case ORR_TERM_SUCCESS:
    if (c->scenario->task.success.tag == ORR_SUCCESS_NONE)
      orr_check_complain(c, at.text, "set task.success, or use when", "the task has no success");
    break;
  case ORR_TERM_WHEN: check_condition(c, inner.text, &((const orr_not_def *)def)->of, true); break;
  case ORR_TERM_CONTACT: check_contact(c, at.text, def); break;
  case ORR_TERM_DISTANCE:
  case ORR_TERM_PROGRESS: check_way(c, at.text, def); break;
  case ORR_TERM_POSE: check_goal_term(c, at.text, ((const orr_pose_term *)def)->goal); break;
  case ORR_TERM_UPRIGHT: check_lean(c, at.text, def); break;
  case ORR_TERM_VELOCITY: check_velocity(c, at.text, def); break;
  case ORR_TERM_CONTROL:
  case ORR_TERM_ENERGY:
  case ORR_TERM_TIME: break;
  }
}

/* ---- goals ---- */

/* Whether the file, or what was set over it, says something there. */
static bool is_given(const orr_checker *c, const char *path_) {
  const orr_node *node = orr_node_find(orr_config_root(c->config), path_);
  return node && node->place.file && strcmp(node->place.file, "<default>") != 0;
}

/* A goal may lie a little outside of what is shown, no further: walls stand there. */
static void check_reachable(const orr_checker *c, const char *at, const orr_goal_def *goal) {
  const double *size = c->scenario->world.space.size;
  for (size_t i = 0; i < 2 && orr_check_flat(c); i++) {
    double margin = 0.1 * size[i];
    if (!(goal->position[i] < -margin || goal->position[i] > size[i] + margin)) continue;
    orr_check_complain_key(c, at, "position", "a goal lies within world.space.size",
                           "the goal is outside of the world");
    return;
  }
}

static void check_body_goal(const orr_checker *c, const char *at, const orr_goal_def *goal) {
  path position = below(at, "position"), offset = below(at, "offset");
  const orr_body_def *body = find_body(c, at, "body", goal->body);
  if (body && body->type == ORR_BODY_STATIC)
    orr_check_complain(c, at, NULL, "a static body cannot reach a goal");
  check_point(c, at, "position", goal->position);
  check_reachable(c, at, goal);
  if (!is_given(c, position.text))
    orr_check_complain(c, at, "position: [x, y] of its origin", "the key \"position\" is missing");
  if (goal->offset != 0.0)
    orr_check_complain(c, offset.text, "give joint instead of body", "a body has no offset");
}

static void check_joint_goal(const orr_checker *c, const char *at, const orr_goal_def *goal) {
  const orr_joint_def *joint = check_joint(c, at, goal->joint);
  path position = below(at, "position"), offset = below(at, "offset"), angle = below(at, "angle");
  if (is_given(c, position.text))
    orr_check_complain(c, position.text, "give angle or offset", "a joint has no position");
  if (joint && joint->type == ORR_JOINT_PIVOT && goal->offset != 0.0)
    orr_check_complain(c, offset.text, "give angle", "a pivot has no offset");
  if (joint && joint->type == ORR_JOINT_SLIDE && goal->angle != 0.0)
    orr_check_complain(c, angle.text, "give offset", "a slide has no angle");
}

static void check_goal(const orr_checker *c, size_t index) {
  const orr_goal_def *goal = orr_goal_at(c->scenario, index);
  path at = item("task", "goals", index);
  if (!check_either(c, at.text, goal->body, goal->joint)) return;
  for (size_t i = 0; i < index; i++) {
    const orr_goal_def *other = orr_goal_at(c->scenario, i);
    const char *name = goal->joint ? goal->joint : goal->body;
    const char *before = other->joint ? other->joint : other->body;
    if (before && !other->joint == !goal->joint && strcmp(before, name) == 0)
      orr_check_complain(c, at.text, "one goal a body or joint", "it has a goal already");
  }
  if (goal->joint)
    check_joint_goal(c, at.text, goal);
  else
    check_body_goal(c, at.text, goal);
}

void orr_check_task(const orr_checker *c) {
  const orr_task_def *task = &c->scenario->task;
  for (size_t i = 0; i < task->goals.count; i++) check_goal(c, i);
  check_condition(c, "task.success", &task->success, false);
  for (size_t i = 0; i < task->reward.count; i++)
    check_term(c, i, (const orr_reward_def *)task->reward.items + i);
}
