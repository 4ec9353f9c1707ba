/* Indices for the names of a task's conditions and reward terms. */
#include "sim/condition.h"

#include <string.h>

typedef struct deriver {
  orr_scenario *scenario;
  orr_task_parts *out;
  bool failed;
} deriver;

static void *get(deriver *d, size_t count, size_t size) {
  void *memory = orr_arena_alloc(d->scenario->arena, count ? count : 1, size);
  d->failed = d->failed || !memory;
  return memory;
}

static int body_entity(const deriver *d, const char *name) {
  int file = orr_body_named(d->scenario, name);
  return file < 0 ? -1 : d->scenario->parts->moving_of[file];
}

static int joint_entity(const deriver *d, const char *name) {
  int joint = orr_joint_named(d->scenario, name);
  return joint < 0 ? -1 : d->scenario->parts->joint_entity[joint];
}

static int either(const deriver *d, const char *body, const char *joint) {
  return joint ? joint_entity(d, joint) : body_entity(d, body);
}

static void fill_rest(deriver *d, const orr_rest_def *rest, orr_condition *out) {
  const char *const *names = rest->bodies.items;
  out->count = rest->bodies.count ? rest->bodies.count : d->scenario->body_count;
  int *bodies = get(d, out->count, sizeof *bodies);
  for (size_t i = 0; i < out->count && !d->failed; i++)
    bodies[i] = rest->bodies.count ? body_entity(d, names[i]) : (int)i;
  out->bodies = bodies;
}

static void fill_contact(deriver *d, const orr_contact_def *contact, orr_condition *out) {
  d->out->touches = true;
  out->kind = ORR_SUCCESS_CONTACT;
  out->touch[0] = orr_body_named(d->scenario, contact->body);
  out->touch[1] = orr_body_named(d->scenario, contact->other);
}

/* As deep as the file: its parser limits that. */
static void fill_condition(deriver *d, const orr_union *from, orr_condition *out) {
  const void *def = from->value;
  *out = (orr_condition){(orr_success_kind)from->tag, def, -1, -1, {-1, -1}, 0, NULL, NULL};
  const orr_union *of = NULL;
  switch (out->kind) {
  case ORR_SUCCESS_NONE:
  case ORR_SUCCESS_POSE: break;
  case ORR_SUCCESS_COVERAGE: d->out->covers = true; break;
  case ORR_SUCCESS_REACH:
    out->entity = body_entity(d, ((const orr_reach_def *)def)->way.body);
    out->to = body_entity(d, ((const orr_reach_def *)def)->way.to);
    break;
  case ORR_SUCCESS_CONTACT: fill_contact(d, def, out); break;
  case ORR_SUCCESS_INSIDE: out->entity = body_entity(d, ((const orr_inside_def *)def)->body); break;
  case ORR_SUCCESS_BALANCE: {
    const orr_lean_def *lean = &((const orr_balance_def *)def)->lean;
    out->entity = either(d, lean->body, lean->joint);
    break;
  }
  case ORR_SUCCESS_LIFT: out->entity = body_entity(d, ((const orr_lift_def *)def)->body); break;
  case ORR_SUCCESS_REST: fill_rest(d, def, out); break;
  case ORR_SUCCESS_ALL:
  case ORR_SUCCESS_ANY:
    of = ((const orr_group_def *)def)->of.items;
    out->count = ((const orr_group_def *)def)->of.count;
    break;
  case ORR_SUCCESS_NOT:
    of = &((const orr_not_def *)def)->of;
    out->count = 1;
    break;
  }
  orr_condition *below = of ? get(d, out->count, sizeof *below) : NULL;
  for (size_t i = 0; below && i < out->count && !d->failed; i++)
    fill_condition(d, &of[i], &below[i]);
  out->of = below;
}

static const orr_goal_parts *goal_of(const deriver *d, const char *name) {
  for (size_t i = 0; i < d->scenario->task.goals.count; i++) {
    const orr_goal_def *goal = orr_goal_at(d->scenario, i);
    if (!strcmp(goal->joint ? goal->joint : goal->body, name)) return &d->scenario->parts->goals[i];
  }
  return NULL;
}

static void fill_velocity(const deriver *d, const orr_velocity_term *def, orr_term *out) {
  static const size_t of_axis[] = {3, 4, 11}; /* of a body's numbers in the state */
  out->entity = either(d, def->body, def->joint);
  out->at = orr_state_at(d->scenario, (size_t)out->entity) + (def->joint ? 1 : of_axis[def->axis]);
}

static void fill_term(deriver *d, const orr_reward_def *from, orr_term *out) {
  const void *def = from->term.value;
  *out =
      (orr_term){.kind = (orr_term_kind)from->term.tag, .weight = from->weight, .def = def, -1, -1};
  switch (out->kind) {
  case ORR_TERM_SUCCESS:
  case ORR_TERM_CONTROL:
  case ORR_TERM_ENERGY:
  case ORR_TERM_TIME: break;
  case ORR_TERM_WHEN: fill_condition(d, &((const orr_not_def *)def)->of, &out->condition); break;
  case ORR_TERM_CONTACT: fill_contact(d, def, &out->condition); break;
  case ORR_TERM_DISTANCE:
  case ORR_TERM_PROGRESS:
    out->entity = body_entity(d, ((const orr_way_def *)def)->body);
    out->to = body_entity(d, ((const orr_way_def *)def)->to);
    break;
  case ORR_TERM_POSE: out->goal = goal_of(d, ((const orr_pose_term *)def)->goal); break;
  case ORR_TERM_UPRIGHT:
    out->entity = either(d, ((const orr_lean_def *)def)->body, ((const orr_lean_def *)def)->joint);
    break;
  case ORR_TERM_VELOCITY: fill_velocity(d, def, out); break;
  }
}

const orr_task_parts *orr_task_derive(orr_scenario *scenario) {
  deriver d = {.scenario = scenario};
  const orr_list *reward = &scenario->task.reward;
  d.out = get(&d, 1, sizeof *d.out);
  orr_term *terms = get(&d, reward->count, sizeof *terms);
  if (d.failed) return NULL;
  fill_condition(&d, &scenario->task.success, &d.out->success);
  for (size_t i = 0; i < reward->count && !d.failed; i++)
    fill_term(&d, (const orr_reward_def *)reward->items + i, &terms[i]);
  d.out->terms = terms;
  d.out->term_count = reward->count;
  return d.failed ? NULL : d.out;
}
