/* Describing a frame: from the spaces to the list of terms that a centre sees and the list of terms
 * that move things; see frame.h. The terms are worked out in frame_geometry.inc. */
#include "base/maths.h"
#include "worldmodel/frame_terms.h"
#include <math.h>

typedef struct builder {
  orr_frame *frame;
  const orr_space *observation, *action;
  const double *state_std, *action_std, *motion_std;
} builder;

static size_t term_columns(const term *t) {
  bool one = t->kind == TERM_SCALAR || t->kind == TERM_IDENTITY || t->kind == TERM_INPUT ||
             t->kind == MOVE_ANGLE || t->kind == MOVE_SCALAR;
  return one ? 1 : 2;
}

static void put(terms *list, term item) {
  ORR_ASSERT(list->count < list->capacity);
  list->items[list->count++] = item;
  list->columns += term_columns(&item);
}

/* Root mean square of two deviations; 1 where they say nothing. */
static double spread(const double *std, int i, int j) {
  double square = 0.5 * (std[i] * std[i] + std[j] * std[j]);
  return square > 0.0 && square < 1e24 ? sqrt(square) : 1.0;
}

static int field_of(const orr_space *space, int body, orr_quantity quantity) {
  for (size_t i = 0; i < space->count; i++) {
    if (space->fields[i].body == body && space->fields[i].quantity == quantity) return (int)i;
  }
  return -1;
}

static void pair(int *a, int *b) {
  if (*a < 0 || *b < 0) *a = *b = -1;
}

static frame_body describe_body(const orr_space *space, int body) {
  const orr_space_body *from = &space->bodies[body];
  frame_body out = {.x = field_of(space, body, ORR_QUANTITY_X),
                    .y = field_of(space, body, ORR_QUANTITY_Y),
                    .angle = field_of(space, body, ORR_QUANTITY_ANGLE),
                    .vx = field_of(space, body, ORR_QUANTITY_VX),
                    .vy = field_of(space, body, ORR_QUANTITY_VY),
                    .omega = field_of(space, body, ORR_QUANTITY_OMEGA),
                    .centre = {from->centre[0], from->centre[1]},
                    .radius = from->radius,
                    .role = from->role};
  pair(&out.x, &out.y);
  pair(&out.vx, &out.vy);
  return out;
}

/* A field that belongs to no pose and no velocity of a body. */
static bool is_other(const orr_frame *frame, int field) {
  for (size_t b = 0; b < frame->body_count; b++) {
    const frame_body *body = &frame->bodies[b];
    if (field == body->x || field == body->y || field == body->angle) return false;
    if (field == body->vx || field == body->vy || field == body->omega) return false;
  }
  return true;
}

/* A velocity that belongs to no turned vector: of a slide, or out of the plane. */
static bool is_rate(const orr_frame *frame, const orr_space *space, int field) {
  orr_quantity quantity = space->fields[field].quantity;
  return is_other(frame, field) &&
         (quantity == ORR_QUANTITY_RATE || quantity == ORR_QUANTITY_VZ ||
          quantity == ORR_QUANTITY_OMEGA_X || quantity == ORR_QUANTITY_OMEGA_Y);
}

static void describe_arena(builder *b) {
  const double *bounds = b->observation->bounds;
  double width = bounds[2] - bounds[0], height = bounds[3] - bounds[1];
  if (!(width > 0.0 && height > 0.0 && width < 1e12 && height < 1e12)) return;
  b->frame->middle[0] = 0.5 * (bounds[0] + bounds[2]);
  b->frame->middle[1] = 0.5 * (bounds[1] + bounds[3]);
  b->frame->size = 0.5 * (width + height);
  b->frame->span = orr_max(width, height);
}

static void see_velocity(builder *b, const frame_body *body, terms *list) {
  const double *std = b->state_std;
  if (body->vx >= 0) {
    put(list,
        (term){TERM_VECTOR, -1, body->vx, body->vy, 1.0 / spread(std, body->vx, body->vy), 0});
  }
  if (body->omega >= 0) {
    put(list,
        (term){TERM_SCALAR, -1, body->omega, 0, 1.0 / spread(std, body->omega, body->omega), 0});
  }
}

/* Another body, from a centre. Offsets are measured in sizes of the largest centre: contact happens
 * there, and the network is the same for all. */
static void see_other_body(builder *b, int centre, int other, terms *list) {
  const frame_body *body = &b->frame->bodies[other];
  double size = centre >= 0 ? b->frame->largest : 0.0;
  if (!(size > 0.0) && body->x >= 0) size = spread(b->state_std, body->x, body->y);
  bool placed = centre < 0 || b->frame->bodies[centre].x >= 0;
  if (body->x >= 0 && placed) put(list, (term){TERM_OFFSET, other, 0, 0, 1.0 / size, 0});
  if (body->angle >= 0) put(list, (term){TERM_TURN, other, 0, 0, 1.0, 0});
  if (body->role == ORR_ROLE_FREE) see_velocity(b, body, list);
}

static void see_centre(builder *b, int centre, terms *list) {
  if (centre < 0) return;
  const frame_body *body = &b->frame->bodies[centre];
  if (body->x >= 0) {
    double size = 0.25 * b->frame->size;
    if (!(size > 0.0)) size = spread(b->state_std, body->x, body->y);
    put(list, (term){TERM_PLACE, centre, 0, 0, 1.0 / size, 0});
  }
  if (body->angle >= 0) put(list, (term){TERM_HEADING, centre, 0, 0, 1.0, 0});
  see_velocity(b, body, list);
}

/* The observation's body that an action field drives, or -1. */
static int driven_body(const builder *b, int field) {
  int body = b->action->fields[field].body;
  if (body < 0) return -1;
  if ((size_t)body < b->action->body_count) {
    return orr_space_find_body(b->observation, b->action->bodies[body].name);
  }
  return (size_t)body < b->observation->body_count ? body : -1;
}

static orr_quantity other_half(orr_quantity quantity) {
  switch (quantity) {
  case ORR_QUANTITY_X: return ORR_QUANTITY_Y;
  case ORR_QUANTITY_Y: return ORR_QUANTITY_X;
  case ORR_QUANTITY_VX: return ORR_QUANTITY_VY;
  case ORR_QUANTITY_VY: return ORR_QUANTITY_VX;
  case ORR_QUANTITY_FX: return ORR_QUANTITY_FY;
  case ORR_QUANTITY_FY: return ORR_QUANTITY_FX;
  default: return ORR_QUANTITY_OTHER;
  }
}

/* The other half of a vector: x with y, vx with vy, fx with fy, of the same body; -1 when there is
 * none. A body may have two actuators of a kind: the halves of one stand side by side. */
static int partner(const orr_space *space, int field) {
  const orr_space_field *f = &space->fields[field];
  orr_quantity half = other_half(f->quantity);
  if (half == ORR_QUANTITY_OTHER) return -1;
  for (int i = field + 1; i >= field - 1; i -= 2) {
    if (i < 0 || (size_t)i >= space->count) continue;
    if (space->fields[i].body == f->body && space->fields[i].quantity == half) return i;
  }
  return field_of(space, f->body, half);
}

static void see_action(builder *b, int field, int offset, terms *list) {
  const orr_space *space = b->action;
  const orr_space_field *f = &space->fields[field];
  int other = partner(space, field), body = driven_body(b, field);
  if (other < 0) {
    double scale = 1.0 / spread(b->action_std, field, field);
    put(list, (term){TERM_INPUT, -1, offset + field, 0, scale, 0});
    return;
  }
  bool second = f->quantity == ORR_QUANTITY_Y || f->quantity == ORR_QUANTITY_VY ||
                f->quantity == ORR_QUANTITY_FY;
  if (second) return; /* with its x */
  bool point = space->meaning == ORR_ACTION_ABSOLUTE && f->quantity == ORR_QUANTITY_X &&
               body >= 0 && b->frame->bodies[body].x >= 0;
  if (point) {
    const frame_body *p = &b->frame->bodies[body];
    double size = 0.3 * spread(b->state_std, p->x, p->y);
    put(list, (term){TERM_TARGET, body, offset + field, offset + other, 1.0 / size, 0});
    return;
  }
  double scale = 1.0 / spread(b->action_std, field, other);
  put(list, (term){TERM_PUSH, -1, offset + field, offset + other, scale, 0});
}

/* Order: others, the centre, other fields, identity; then what the linear path reads. */
static void describe_sight(builder *b, size_t k) {
  orr_frame *frame = b->frame;
  terms *list = &frame->seen[k];
  int centre = frame->centres[k];
  for (int role = ORR_ROLE_ACTUATED; role <= (int)ORR_ROLE_FREE; role++) {
    for (int i = 0; i < (int)frame->body_count; i++) {
      if (i != centre && (int)frame->bodies[i].role == role) see_other_body(b, centre, i, list);
    }
  }
  see_centre(b, centre, list);
  for (int i = 0; i < (int)frame->state; i++) {
    if (!is_other(frame, i)) continue;
    const orr_space_field *f = &b->observation->fields[i];
    bool bounded = fabs(f->low) < 1e12 && fabs(f->high) < 1e12;
    double middle = bounded ? 0.5 * (f->low + f->high) : 0.0;
    put(list, (term){TERM_SCALAR, -1, i, 0, 1.0 / spread(b->state_std, i, i), middle});
  }
  for (size_t c = 0; frame->centre_count > 1 && c < frame->centre_count; c++) {
    put(list, (term){TERM_IDENTITY, -1, 0, 0, 1.0, c == k ? 1.0 : 0.0});
  }
  frame->linear_first = list->columns;
  if (centre >= 0) see_velocity(b, &frame->bodies[centre], list);
  frame->coast_count = list->columns - frame->linear_first;
  for (size_t i = 0; i < frame->body_count; i++) {
    if (frame->bodies[i].role == ORR_ROLE_ACTUATED) see_velocity(b, &frame->bodies[i], list);
  }
  for (int i = 0; i < (int)frame->state; i++) {
    if (!is_rate(frame, b->observation, i)) continue;
    put(list, (term){TERM_SCALAR, -1, i, 0, 1.0 / spread(b->state_std, i, i), 0});
  }
  for (size_t s = 0; s < frame->steps; s++) {
    for (size_t i = 0; i < frame->action; i++)
      see_action(b, (int)i, (int)(s * frame->action), list);
  }
  frame->linear_count = list->columns - frame->linear_first;
}

/* One unit of the network's output is a typical change over a pass. */
static void move_body(builder *b, int index, double share, terms *list) {
  const frame_body *body = &b->frame->bodies[index];
  const double *change = b->motion_std;
  if (body->x >= 0) {
    put(list, (term){MOVE_POINT, index, 0, 0, share * spread(change, body->x, body->y), 0});
  }
  if (body->angle >= 0) {
    put(list, (term){MOVE_ANGLE, index, 0, 0, share * spread(change, body->angle, body->angle), 0});
  }
  if (body->vx >= 0) {
    double size = spread(change, body->vx, body->vy);
    put(list, (term){MOVE_VECTOR, index, body->vx, body->vy, share * size, 0});
  }
  if (body->omega >= 0) {
    double size = spread(change, body->omega, body->omega);
    put(list, (term){MOVE_SCALAR, index, body->omega, 0, share * size, 0});
  }
}

/* What every centre predicts (actuated bodies, other fields) is averaged over the centres. */
static void describe_motion(builder *b, size_t k) {
  orr_frame *frame = b->frame;
  terms *list = &frame->moved[k];
  double share = 1.0 / (double)frame->centre_count;
  for (int i = 0; i < (int)frame->body_count; i++) {
    if (frame->bodies[i].role == ORR_ROLE_ACTUATED) move_body(b, i, share, list);
  }
  frame->own_first = list->columns;
  if (frame->centres[k] >= 0) move_body(b, frame->centres[k], 1.0, list);
  frame->own_count = list->columns - frame->own_first;
  for (int i = 0; i < (int)frame->state; i++) {
    if (!is_other(frame, i)) continue;
    put(list, (term){MOVE_SCALAR, -1, i, 0, share * spread(b->motion_std, i, i), 0});
  }
}

static orr_status reserve(terms *list, size_t capacity, orr_error *err) {
  list->capacity = capacity;
  return orr_new(&list->items, capacity, sizeof *list->items, err);
}

/* The same kinds in the same order: the network's columns mean the same. */
static bool alike(const terms *a, const terms *b) {
  if (a->count != b->count) return false;
  for (size_t i = 0; i < a->count; i++) {
    if (a->items[i].kind != b->items[i].kind) return false;
  }
  return true;
}

static orr_status describe(builder *b, orr_error *err) {
  orr_frame *frame = b->frame;
  frame->body_count = b->observation->body_count;
  for (size_t i = 0; i < frame->body_count; i++) {
    frame->bodies[i] = describe_body(b->observation, (int)i);
    bool seen = frame->bodies[i].x >= 0 || frame->bodies[i].angle >= 0;
    if (frame->bodies[i].role == ORR_ROLE_FREE && seen) {
      frame->centres[frame->centre_count++] = (int)i;
    }
  }
  if (frame->centre_count == 0) frame->centres[frame->centre_count++] = -1;
  describe_arena(b);
  for (size_t k = 0; k < frame->centre_count && frame->centres[k] >= 0; k++) {
    frame->largest = orr_max(frame->largest, frame->bodies[frame->centres[k]].radius);
  }
  size_t most = 4 * frame->body_count + 3 * frame->state + frame->centre_count +
                frame->steps * frame->action + 6;
  for (size_t k = 0; k < frame->centre_count; k++) {
    ORR_TRY(reserve(&frame->seen[k], most, err));
    ORR_TRY(reserve(&frame->moved[k], most, err));
    describe_sight(b, k);
    describe_motion(b, k);
    bool same = alike(&frame->seen[k], &frame->seen[0]);
    if (!same || !alike(&frame->moved[k], &frame->moved[0])) {
      orr_fail(err, ORR_ERR_CONFIG, "free bodies \"%s\" and \"%s\" have different fields",
               b->observation->bodies[frame->centres[0]].name,
               b->observation->bodies[frame->centres[k]].name);
      orr_hint(err, "observe position, angle and velocity of all free bodies, or of none");
      return ORR_ERR_CONFIG;
    }
  }
  return ORR_OK;
}

orr_status orr_frame_create(const orr_space *observation, const orr_space *action, size_t steps,
                            const orr_frame_scales *scales, orr_frame **out, orr_error *err) {
  ORR_ASSERT(steps > 0 && observation->count > 0);
  orr_frame *frame;
  ORR_TRY(orr_new(&frame, 1, sizeof *frame, err));
  frame->state = observation->count;
  frame->action = action->count;
  frame->steps = steps;
  builder b = {
      frame, observation, action, scales->state_std, scales->action_std, scales->motion_std};
  orr_status status = describe(&b, err);
  if (status == ORR_OK)
    *out = frame;
  else
    orr_frame_destroy(frame);
  return status;
}

void orr_frame_destroy(orr_frame *frame) {
  if (!frame) return;
  for (size_t k = 0; k < ORR_MAX_BODIES; k++) {
    orr_free(frame->seen[k].items);
    orr_free(frame->moved[k].items);
  }
  orr_free(frame);
}

size_t orr_frame_state(const orr_frame *frame) { return frame->state; }
size_t orr_frame_actions(const orr_frame *frame) { return frame->steps * frame->action; }
size_t orr_frame_centres(const orr_frame *frame) { return frame->centre_count; }
size_t orr_frame_features(const orr_frame *frame) { return frame->seen[0].columns; }
size_t orr_frame_motions(const orr_frame *frame) { return frame->moved[0].columns; }
size_t orr_frame_linear(const orr_frame *frame, size_t *first) {
  *first = frame->linear_first;
  return frame->linear_count;
}

bool orr_frame_drives(const orr_frame *frame, size_t column, size_t motion) {
  bool own = motion >= frame->own_first && motion < frame->own_first + frame->own_count;
  return own == (column < frame->coast_count);
}

/* The motion that displaces a body, or NULL. */
static const term *displacement_of(const orr_frame *frame, int body, size_t *column) {
  const terms *list = &frame->moved[0];
  *column = 0;
  for (size_t i = 0; i < list->count; i++) {
    const term *t = &list->items[i];
    if (t->kind == MOVE_POINT && t->body == body && frame->centres[0] != body) return t;
    *column += term_columns(t);
  }
  return NULL;
}

static bool is_offset(const term *t) { return t->kind == TERM_OFFSET || t->kind == TERM_PLACE; }

size_t orr_frame_offsets(const orr_frame *frame) {
  size_t count = 0;
  for (size_t i = 0; i < frame->seen[0].count; i++) {
    count += is_offset(&frame->seen[0].items[i]);
  }
  return count;
}

/* Contact is within the sum of the radii; beyond one and a half times that, of the largest bodies
 * that stand at this index, all is the same. Without a free body, and for the place, the arena's
 * longest side is the measure. The order of terms is the same for every centre. */
orr_frame_offset orr_frame_offset_at(const orr_frame *frame, size_t index) {
  static const double margin = 1.5;
  orr_frame_offset out = {.motion = SIZE_MAX};
  size_t at = 0;
  for (;; at++) {
    if (is_offset(&frame->seen[0].items[at]) && index-- == 0) break;
    out.feature += term_columns(&frame->seen[0].items[at]);
  }
  const term *t = &frame->seen[0].items[at];
  double other = 0.0, reach = 0.0;
  for (size_t k = 0; k < frame->centre_count && t->kind == TERM_OFFSET; k++) {
    other = orr_max(other, frame->bodies[frame->seen[k].items[at].body].radius);
  }
  if (t->kind == TERM_PLACE || frame->centres[0] < 0)
    reach = 0.5 * frame->span;
  else
    reach = margin * (frame->largest + other);
  out.reach = reach > 0.0 ? 1.0 / (reach * t->scale) : 1.0;
  if (t->kind == TERM_PLACE) return out;
  size_t column;
  const term *moved = displacement_of(frame, t->body, &column);
  if (!moved) return out;
  out.motion = column;
  out.unit = moved->scale * (double)frame->centre_count * t->scale;
  return out;
}
