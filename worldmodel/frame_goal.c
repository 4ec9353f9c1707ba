/* The frame of a network that sees a goal; see goal.h. It is an ordinary frame over a world that
 * holds every body twice, as it is and as it shall be, of which only the actions move. */
#include "worldmodel/frame_terms.h"
#include "worldmodel/goal.h"
#include <stdio.h>
#include <string.h>

size_t orr_goal_row(const orr_goal_layout *layout) {
  return orr_goal_first_action(layout) + layout->block * layout->action;
}

size_t orr_goal_first_action(const orr_goal_layout *layout) {
  return layout->state + layout->goal + layout->ahead;
}

void orr_goal_fill(const orr_goal_layout *layout, const float *observation, const float *goal,
                   float ahead, float *row) {
  memcpy(row, observation, layout->state * sizeof *row);
  row += layout->state;
  for (size_t i = 0; i < layout->goal; i++) *row++ = goal[layout->pick[i]];
  if (layout->ahead) *row++ = ahead;
  for (size_t s = 0; s < layout->block; s++) {
    for (size_t a = 0; a < layout->action; a++) {
      int from = layout->start[a];
      *row++ = from >= 0 ? observation[from] : (float)layout->constant[a];
    }
  }
}

/* Both worlds ------------------------------------------------------------------------------- */

typedef struct both {
  orr_space space;
  double std[ORR_MAX_FIELDS];
} both;

static bool is_velocity(const orr_space_field *field) {
  return field->quantity == ORR_QUANTITY_VX || field->quantity == ORR_QUANTITY_VY ||
         field->quantity == ORR_QUANTITY_OMEGA;
}

static void describe_goal(const orr_space *observation, orr_goal_layout *layout) {
  layout->state = observation->count;
  layout->goal = 0;
  for (size_t i = 0; i < observation->count; i++) {
    if (!is_velocity(&observation->fields[i])) layout->pick[layout->goal++] = i;
  }
}

static orr_status check_room(const orr_space *observation, const orr_goal_layout *layout,
                             orr_error *err) {
  size_t fields = layout->state + layout->goal + layout->ahead,
         bodies = 2 * observation->body_count;
  if (fields <= ORR_MAX_FIELDS && bodies <= ORR_MAX_BODIES) return ORR_OK;
  orr_fail(err, ORR_ERR_CONFIG,
           "a network with a goal sees %zu bodies and %zu numbers here; at most %d and %d", bodies,
           fields, ORR_MAX_BODIES, ORR_MAX_FIELDS);
  orr_hint(err, "observe fewer bodies or fewer quantities of them");
  return ORR_ERR_CONFIG;
}

/* Goal bodies are nobody's view: as actuated ones they are seen, but are no centres. */
static void describe_both(const orr_space *observation, const orr_goal_layout *layout,
                          const orr_goal_scales *scales, both *out) {
  orr_space *space = &out->space;
  size_t bodies = observation->body_count;
  *space = *observation;
  memcpy(out->std, scales->state_std, layout->state * sizeof *out->std);
  for (size_t i = 0; i < bodies; i++) {
    orr_space_body *body = &space->bodies[bodies + i];
    *body = observation->bodies[i];
    snprintf(body->name, sizeof body->name, "goal %.40s", observation->bodies[i].name);
    body->role = ORR_ROLE_ACTUATED;
  }
  space->body_count = 2 * bodies;
  for (size_t i = 0; i < layout->goal; i++) {
    orr_space_field *field = &space->fields[space->count];
    *field = observation->fields[layout->pick[i]];
    if (field->body >= 0) field->body += (int)bodies;
    out->std[space->count++] = scales->state_std[layout->pick[i]];
  }
  if (!layout->ahead) return;
  space->fields[space->count] = (orr_space_field){
      .name = "ahead", .quantity = ORR_QUANTITY_OTHER, .body = -1, .high = scales->ahead};
  out->std[space->count++] = 0.5 * scales->ahead;
}

/* Actions that move -------------------------------------------------------------------------- */

static bool is_action(const term *t) {
  return t->kind == TERM_PUSH || t->kind == TERM_TARGET || t->kind == TERM_INPUT;
}

/* What a centre would see of the actions of one control step says how to speak of them: the terms
 * are taken off the sight and turned around. */
static void describe_starts(const orr_frame *frame, const orr_goal_scales *scales,
                            orr_goal_layout *layout) {
  for (size_t a = 0; a < layout->action; a++) {
    layout->start[a] = -1;
    layout->constant[a] = scales->action_mean[a];
  }
  for (size_t i = 0; i < frame->seen[0].count; i++) {
    const term *t = &frame->seen[0].items[i];
    if (!is_action(t) || t->kind == TERM_INPUT) continue;
    bool point = t->kind == TERM_TARGET;
    layout->start[t->i] = point ? frame->bodies[t->body].x : -1;
    layout->start[t->j] = point ? frame->bodies[t->body].y : -1;
    layout->constant[t->i] = layout->constant[t->j] = 0.0;
  }
}

static void move_actions(const orr_goal_layout *layout, const terms *seen, double share,
                         terms *moved) {
  for (size_t s = 0; s < layout->block; s++) {
    int first = (int)(orr_goal_first_action(layout) + s * layout->action);
    for (size_t i = 0; i < seen->count; i++) {
      const term *t = &seen->items[i];
      if (!is_action(t)) continue;
      bool one = t->kind == TERM_INPUT;
      moved->items[moved->count++] = (term){.kind = one ? MOVE_SCALAR : MOVE_VECTOR,
                                            .body = -1,
                                            .i = first + t->i,
                                            .j = one ? 0 : first + t->j,
                                            .scale = share / t->scale};
      moved->columns += one ? 1 : 2;
    }
  }
}

/* They stand last in what is seen. */
static void forget_actions(terms *seen) {
  while (seen->count > 0 && is_action(&seen->items[seen->count - 1])) {
    seen->columns -= seen->items[--seen->count].kind == TERM_INPUT ? 1 : 2;
  }
}

static orr_status turn_around(orr_frame *frame, const orr_goal_scales *scales,
                              orr_goal_layout *layout, orr_error *err) {
  size_t most = layout->block * layout->action;
  double share = 1.0 / (double)frame->centre_count;
  describe_starts(frame, scales, layout);
  for (size_t k = 0; k < frame->centre_count; k++) {
    orr_free(frame->moved[k].items);
    frame->moved[k] = (terms){.capacity = most};
    ORR_TRY(orr_new(&frame->moved[k].items, most, sizeof(term), err));
    move_actions(layout, &frame->seen[k], share, &frame->moved[k]);
    forget_actions(&frame->seen[k]);
  }
  frame->linear_first = 0;
  frame->linear_count = frame->seen[0].columns;
  frame->state = orr_goal_row(layout);
  return ORR_OK;
}

orr_status orr_goal_frame_create(const orr_space *observation, const orr_space *action,
                                 size_t block, const orr_goal_scales *scales,
                                 orr_goal_layout *layout, orr_frame **out, orr_error *err) {
  both *room;
  *out = NULL;
  describe_goal(observation, layout);
  layout->ahead = scales->ahead > 0.0 ? 1 : 0;
  layout->block = block;
  layout->action = action->count;
  ORR_TRY(check_room(observation, layout, err));
  ORR_TRY(orr_new(&room, 1, sizeof *room, err));
  describe_both(observation, layout, scales, room);
  orr_frame *frame = NULL;
  const orr_frame_scales sizes = {room->std, scales->action_std, room->std};
  orr_status status = orr_frame_create(&room->space, action, 1, &sizes, &frame, err);
  orr_free(room);
  if (status == ORR_OK) status = turn_around(frame, scales, layout, err);
  if (status == ORR_OK)
    *out = frame;
  else
    orr_frame_destroy(frame);
  return status;
}
