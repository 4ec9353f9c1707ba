/* Working out the terms of a frame, forwards and backwards, one row at a time.
 *
 * A body's pose is taken at its centre of mass: g = origin + R(angle) centre; R(t) turns from the
 * body's frame into the world's. With f = R(-t) v: df/dt = (f1, -f0); with v = R(t) m: dv/dt =
 * (-v1, v0). */
#include "base/maths.h"
#include "worldmodel/frame_terms.h"
#include "worldmodel/trig.h"
#include <string.h>

typedef struct pose {
  double g[2], angle, sine, cosine;
} pose;

typedef struct vector {
  double x, y;
} vector;

static vector turn(const pose *p, double x, double y) { /* R(angle) */
  return (vector){p->cosine * x - p->sine * y, p->sine * x + p->cosine * y};
}

static vector turn_back(const pose *p, double x, double y) { /* R(-angle) */
  return (vector){p->cosine * x + p->sine * y, p->cosine * y - p->sine * x};
}

static double field(const double *state, int index) { return index < 0 ? 0.0 : state[index]; }

static void read_poses(const orr_frame *frame, const double *state, pose *poses) {
  for (size_t b = 0; b < frame->body_count; b++) {
    const frame_body *body = &frame->bodies[b];
    pose *p = &poses[b];
    *p = (pose){.angle = field(state, body->angle), .cosine = 1.0};
    if (body->angle >= 0) orr_sincos(p->angle, &p->sine, &p->cosine);
    vector arm = turn(p, body->centre[0], body->centre[1]);
    p->g[0] = field(state, body->x) + arm.x;
    p->g[1] = field(state, body->y) + arm.y;
  }
}

/* The pose of a centre: of its body, or the middle of the arena. */
static pose centre_pose(const orr_frame *frame, const pose *poses, size_t k) {
  int body = frame->centres[k];
  if (body >= 0) return poses[body];
  return (pose){.g = {frame->middle[0], frame->middle[1]}, .cosine = 1.0};
}

/* The vector in the world behind a turned term. */
static vector world_vector(const orr_frame *frame, const term *t, const double *state,
                           const double *action, const pose *poses, const pose *centre) {
  if (t->kind == TERM_OFFSET) {
    return (vector){poses[t->body].g[0] - centre->g[0], poses[t->body].g[1] - centre->g[1]};
  }
  if (t->kind == TERM_VECTOR) return (vector){state[t->i], state[t->j]};
  if (t->kind == TERM_PUSH) return (vector){action[t->i], action[t->j]};
  const frame_body *body = &frame->bodies[t->body]; /* TERM_TARGET */
  return (vector){action[t->i] - state[body->x], action[t->j] - state[body->y]};
}

static double *put(double *out, double a, double b) {
  out[0] = a;
  out[1] = b;
  return out + 2;
}

static double *see_term(const orr_frame *frame, const term *t, const double *state,
                        const double *action, const pose *poses, const pose *centre, double *out) {
  vector v;
  switch (t->kind) {
  case TERM_TURN: /* angle difference by the addition theorems */
    v = turn_back(centre, poses[t->body].cosine, poses[t->body].sine);
    return put(out, v.x, v.y);
  case TERM_PLACE:
    return put(out, (centre->g[0] - frame->middle[0]) * t->scale,
               (centre->g[1] - frame->middle[1]) * t->scale);
  case TERM_HEADING: return put(out, centre->cosine, centre->sine);
  case TERM_SCALAR: *out = (state[t->i] - t->shift) * t->scale; return out + 1;
  case TERM_INPUT: *out = action[t->i] * t->scale; return out + 1;
  case TERM_IDENTITY: *out = t->shift; return out + 1;
  default: break;
  }
  v = world_vector(frame, t, state, action, poses, centre);
  v = turn_back(centre, v.x, v.y);
  return put(out, v.x * t->scale, v.y * t->scale);
}

void orr_frame_see(const orr_frame *frame, const double *state, const double *action,
                   double *features) {
  pose poses[ORR_MAX_BODIES];
  read_poses(frame, state, poses);
  for (size_t k = 0; k < frame->centre_count; k++) {
    pose centre = centre_pose(frame, poses, k);
    const terms *list = &frame->seen[k];
    for (size_t i = 0; i < list->count; i++) {
      features = see_term(frame, &list->items[i], state, action, poses, &centre, features);
    }
  }
}

/* Derivatives by the poses of bodies, before they are turned into derivatives by fields. */
typedef struct pose_gradient {
  double g[2], angle;
} pose_gradient;

/* By the fields of the poses: g = origin + R(angle) centre. */
static void spread_poses(const orr_frame *frame, const pose *poses, const pose_gradient *d,
                         double *d_state) {
  for (size_t b = 0; b < frame->body_count; b++) {
    const frame_body *body = &frame->bodies[b];
    vector arm = turn(&poses[b], body->centre[0], body->centre[1]);
    if (body->x >= 0) {
      d_state[body->x] += d[b].g[0];
      d_state[body->y] += d[b].g[1];
    }
    if (body->angle < 0) continue;
    d_state[body->angle] += d[b].angle - d[b].g[0] * arm.y + d[b].g[1] * arm.x;
  }
}

typedef struct sight { /* what the backward pass of a term reads and writes */
  const orr_frame *frame;
  const double *state, *action;
  const pose *poses;
  pose centre;
  pose_gradient *d_poses, d_centre;
  double *d_state, *d_action;
} sight;

static void see_turned_back(sight *s, const term *t, const double *d) {
  vector v = world_vector(s->frame, t, s->state, s->action, s->poses, &s->centre);
  vector f = turn_back(&s->centre, v.x, v.y);
  vector dv = turn(&s->centre, d[0] * t->scale, d[1] * t->scale);
  s->d_centre.angle += (d[0] * f.y - d[1] * f.x) * t->scale;
  if (t->kind == TERM_OFFSET) {
    s->d_poses[t->body].g[0] += dv.x;
    s->d_poses[t->body].g[1] += dv.y;
    s->d_centre.g[0] -= dv.x;
    s->d_centre.g[1] -= dv.y;
    return;
  }
  double *into = t->kind == TERM_VECTOR ? s->d_state : s->d_action;
  into[t->i] += dv.x;
  into[t->j] += dv.y;
  if (t->kind != TERM_TARGET) return;
  s->d_state[s->frame->bodies[t->body].x] -= dv.x;
  s->d_state[s->frame->bodies[t->body].y] -= dv.y;
}

static const double *see_term_back(sight *s, const term *t, const double *d) {
  double slope;
  switch (t->kind) {
  case TERM_TURN: { /* d cos = -sin, d sin = cos of the difference */
    const pose *p = &s->poses[t->body];
    vector f = turn_back(&s->centre, p->cosine, p->sine);
    slope = d[1] * f.x - d[0] * f.y;
    s->d_poses[t->body].angle += slope;
    s->d_centre.angle -= slope;
    return d + 2;
  }
  case TERM_PLACE:
    s->d_centre.g[0] += d[0] * t->scale;
    s->d_centre.g[1] += d[1] * t->scale;
    return d + 2;
  case TERM_HEADING:
    s->d_centre.angle += d[1] * s->centre.cosine - d[0] * s->centre.sine;
    return d + 2;
  case TERM_SCALAR: s->d_state[t->i] += d[0] * t->scale; return d + 1;
  case TERM_INPUT: s->d_action[t->i] += d[0] * t->scale; return d + 1;
  case TERM_IDENTITY: return d + 1;
  default: see_turned_back(s, t, d); return d + 2;
  }
}

static void add_to_pose(pose_gradient *to, const pose_gradient *d) {
  to->g[0] += d->g[0];
  to->g[1] += d->g[1];
  to->angle += d->angle;
}

void orr_frame_see_back(const orr_frame *frame, const double *state, const double *action,
                        const double *d_features, double *d_state, double *d_action) {
  pose poses[ORR_MAX_BODIES];
  pose_gradient d_poses[ORR_MAX_BODIES];
  memset(d_poses, 0, frame->body_count * sizeof *d_poses);
  memset(d_state, 0, frame->state * sizeof *d_state);
  memset(d_action, 0, frame->steps * frame->action * sizeof *d_action);
  read_poses(frame, state, poses);
  for (size_t k = 0; k < frame->centre_count; k++) {
    sight s = {.frame = frame,
               .state = state,
               .action = action,
               .poses = poses,
               .centre = centre_pose(frame, poses, k),
               .d_poses = d_poses,
               .d_state = d_state,
               .d_action = d_action};
    const terms *list = &frame->seen[k];
    for (size_t i = 0; i < list->count; i++) {
      d_features = see_term_back(&s, &list->items[i], d_features);
    }
    if (frame->centres[k] >= 0) add_to_pose(&d_poses[frame->centres[k]], &s.d_centre);
  }
  spread_poses(frame, poses, d_poses, d_state);
}

/* Applies one term of a motion to the next poses or fields. */
static const double *move_term(const term *t, const pose *centre, const double *m, pose *poses,
                               double *next) {
  if (t->kind == MOVE_ANGLE) {
    poses[t->body].angle += m[0] * t->scale;
    return m + 1;
  }
  if (t->kind == MOVE_SCALAR) {
    next[t->i] += m[0] * t->scale;
    return m + 1;
  }
  vector v = turn(centre, m[0] * t->scale, m[1] * t->scale);
  if (t->kind == MOVE_POINT) {
    poses[t->body].g[0] += v.x;
    poses[t->body].g[1] += v.y;
  } else {
    next[t->i] += v.x;
    next[t->j] += v.y;
  }
  return m + 2;
}

/* `old` and `moved` receive the poses before and after; angles stay unwrapped. */
static void move(const orr_frame *frame, const double *state, const double *motion, pose *old,
                 pose *moved, double *next) {
  read_poses(frame, state, old);
  memcpy(moved, old, frame->body_count * sizeof *moved);
  memcpy(next, state, frame->state * sizeof *next);
  for (size_t k = 0; k < frame->centre_count; k++) {
    pose centre = centre_pose(frame, old, k);
    const terms *list = &frame->moved[k];
    for (size_t i = 0; i < list->count; i++) {
      motion = move_term(&list->items[i], &centre, motion, moved, next);
    }
  }
  for (size_t b = 0; b < frame->body_count; b++) {
    const frame_body *body = &frame->bodies[b];
    pose *p = &moved[b];
    if (body->angle >= 0) {
      orr_sincos(p->angle, &p->sine, &p->cosine);
      next[body->angle] = p->angle;
    }
    if (body->x < 0) continue;
    vector arm = turn(p, body->centre[0], body->centre[1]);
    next[body->x] = p->g[0] - arm.x;
    next[body->y] = p->g[1] - arm.y;
  }
}

void orr_frame_move(const orr_frame *frame, const double *state, const double *motion,
                    double *next) {
  pose old[ORR_MAX_BODIES], moved[ORR_MAX_BODIES];
  move(frame, state, motion, old, moved, next);
}

void orr_frame_motion(const orr_frame *frame, const double *state, const double *next,
                      double *motion) {
  pose old[ORR_MAX_BODIES], moved[ORR_MAX_BODIES];
  read_poses(frame, state, old);
  read_poses(frame, next, moved);
  for (size_t k = 0; k < frame->centre_count; k++) {
    pose centre = centre_pose(frame, old, k);
    const terms *list = &frame->moved[k];
    for (size_t i = 0; i < list->count; i++) {
      const term *t = &list->items[i];
      bool own = t->body >= 0 && t->body == frame->centres[k];
      double unit = t->scale * (own ? 1.0 : (double)frame->centre_count);
      if (t->kind == MOVE_ANGLE) {
        *motion++ = orr_wrap_angle(moved[t->body].angle - old[t->body].angle) / unit;
      } else if (t->kind == MOVE_SCALAR) {
        *motion++ = (next[t->i] - state[t->i]) / unit;
      } else {
        bool point = t->kind == MOVE_POINT;
        double x = point ? moved[t->body].g[0] - old[t->body].g[0] : next[t->i] - state[t->i];
        double y = point ? moved[t->body].g[1] - old[t->body].g[1] : next[t->j] - state[t->j];
        vector v = turn_back(&centre, x, y);
        motion = put(motion, v.x / unit, v.y / unit);
      }
    }
  }
}

/* Derivatives by one term's motion, and by the angle of the centre that turned it. */
static double *move_term_back(const term *t, const pose *centre, const pose_gradient *d_moved,
                              const double *d_next, const double *m, double *d_m, double *d_angle) {
  if (t->kind == MOVE_ANGLE || t->kind == MOVE_SCALAR) {
    double d = t->kind == MOVE_ANGLE ? d_moved[t->body].angle : d_next[t->i];
    *d_m = d * t->scale;
    return d_m + 1;
  }
  bool point = t->kind == MOVE_POINT;
  vector d = point ? (vector){d_moved[t->body].g[0], d_moved[t->body].g[1]}
                   : (vector){d_next[t->i], d_next[t->j]};
  vector v = turn(centre, m[0] * t->scale, m[1] * t->scale);
  vector back = turn_back(centre, d.x, d.y);
  *d_angle += d.y * v.x - d.x * v.y;
  return put(d_m, back.x * t->scale, back.y * t->scale);
}

void orr_frame_move_back(const orr_frame *frame, const double *state, const double *motion,
                         const double *d_next, double *d_state, double *d_motion) {
  pose old[ORR_MAX_BODIES], moved[ORR_MAX_BODIES];
  pose_gradient d_moved[ORR_MAX_BODIES], d_old[ORR_MAX_BODIES];
  move(frame, state, motion, old, moved, d_state); /* d_state serves as a scratch row */
  memcpy(d_state, d_next, frame->state * sizeof *d_state);
  for (size_t b = 0; b < frame->body_count; b++) {
    const frame_body *body = &frame->bodies[b];
    pose_gradient *d = &d_moved[b];
    vector arm = turn(&moved[b], body->centre[0], body->centre[1]);
    *d = (pose_gradient){{field(d_next, body->x), field(d_next, body->y)},
                         field(d_next, body->angle)};
    d->angle += d->g[0] * arm.y - d->g[1] * arm.x;
    if (body->x >= 0) d_state[body->x] = d_state[body->y] = 0.0; /* comes back through g */
    if (body->angle >= 0) d_state[body->angle] = 0.0;
    d_old[b] = *d;
  }
  for (size_t k = 0; k < frame->centre_count; k++) {
    pose centre = centre_pose(frame, old, k);
    const terms *list = &frame->moved[k];
    double d_angle = 0.0;
    for (size_t i = 0; i < list->count; i++) {
      double *after =
          move_term_back(&list->items[i], &centre, d_moved, d_next, motion, d_motion, &d_angle);
      motion += after - d_motion;
      d_motion = after;
    }
    if (frame->centres[k] >= 0) d_old[frame->centres[k]].angle += d_angle;
  }
  spread_poses(frame, old, d_old, d_state);
}

orr_frame_scratch *orr_frame_scratch_create(const orr_frame *frame, orr_arena *arena) {
  size_t state = frame->state, action = frame->steps * frame->action;
  size_t wide = orr_frame_features(frame) > orr_frame_motions(frame) ? orr_frame_features(frame)
                                                                     : orr_frame_motions(frame);
  wide *= frame->centre_count;
  orr_frame_scratch *s = orr_arena_alloc(arena, 1, sizeof *s);
  double *numbers = orr_arena_alloc(arena, 3 * state + 2 * action + 2 * wide, sizeof *numbers);
  if (!s || !numbers) return NULL;
  *s = (orr_frame_scratch){.state = numbers,
                           .d_state = numbers + state,
                           .d_next = numbers + 2 * state,
                           .action = numbers + 3 * state,
                           .d_action = numbers + 3 * state + action,
                           .wide = numbers + 3 * state + 2 * action,
                           .d_wide = numbers + 3 * state + 2 * action + wide};
  return s;
}
