#include "view/ghosts.h"
#include "base/maths.h"
#include "base/memory.h"
#include <string.h>

enum { MOST_INSTANTS = 4 }; /* of solids: those behind a ghost are not seen */
#define FIRST_ALPHA 0.28    /* of outlines, one block ahead */
#define PALER       0.22    /* of the way to white, for each instant */
#define STILL       0.02    /* of the body's radius: it has not moved, and nothing is added */

struct orr_ghosts {
  orr_scene_shape *shapes;
  size_t capacity;
};

typedef struct ghost_pose {
  double position[3], rotation[4];
  double angle; /* about z, unwrapped */
} ghost_pose;

orr_status orr_ghosts_create(orr_ghosts **out, orr_error *err) {
  *out = NULL;
  return orr_new(out, 1, sizeof **out, err);
}

void orr_ghosts_destroy(orr_ghosts *ghosts) {
  if (!ghosts) return;
  orr_free(ghosts->shapes);
  orr_free(ghosts);
}

/* ---- poses ---- */

static void multiply(const double a[4], const double b[4], double out[4]) {
  out[0] = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3];
  out[1] = a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2];
  out[2] = a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1];
  out[3] = a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0];
}

static void rotate(const double q[4], const double v[3], double out[3]) {
  const double turned[4] = {0.0, v[0], v[1], v[2]}, back[4] = {q[0], -q[1], -q[2], -q[3]};
  double half[4], whole[4];
  multiply(q, turned, half);
  multiply(half, back, whole);
  memcpy(out, whole + 1, 3 * sizeof *out);
}

/* Of a moving body in a state. */
static ghost_pose pose_in(const orr_scenario *scenario, const double *state, size_t body) {
  const double *numbers = state + orr_state_at(scenario, body);
  ghost_pose pose = {.position = {numbers[0], numbers[1], 0.0}, .angle = numbers[2]};
  if (scenario->stride == ORR_BODY_STATE_3D) {
    pose.position[2] = numbers[6];
    memcpy(pose.rotation, numbers + 7, sizeof pose.rotation);
  } else {
    pose.rotation[0] = cos(0.5 * pose.angle);
    pose.rotation[3] = sin(0.5 * pose.angle);
  }
  return pose;
}

/* Where an observation has a body of its space; what it does not tell stays as it is. False: it
 * tells nothing of where the body is. */
static bool imagine(const orr_space *space, const float *observation, int body,
                    const ghost_pose *now, ghost_pose *out) {
  bool place = false, whole_turn = false, heading = false;
  *out = *now;
  for (size_t f = 0; f < space->count; f++) {
    const orr_space_field *field = &space->fields[f];
    if (field->body != body) continue;
    double value = (double)observation[f];
    switch (field->quantity) {
    case ORR_QUANTITY_X: out->position[0] = value, place = true; break;
    case ORR_QUANTITY_Y: out->position[1] = value, place = true; break;
    case ORR_QUANTITY_Z: out->position[2] = value, place = true; break;
    case ORR_QUANTITY_ANGLE: out->angle = value, heading = true; break;
    case ORR_QUANTITY_QW: out->rotation[0] = value, whole_turn = true; break;
    case ORR_QUANTITY_QX: out->rotation[1] = value, whole_turn = true; break;
    case ORR_QUANTITY_QY: out->rotation[2] = value, whole_turn = true; break;
    case ORR_QUANTITY_QZ: out->rotation[3] = value, whole_turn = true; break;
    default: break;
    }
  }
  if (heading && !whole_turn) { /* turned about the vertical */
    double half = 0.5 * (out->angle - now->angle);
    multiply((double[4]){cos(half), 0.0, 0.0, sin(half)}, now->rotation, out->rotation);
  }
  double size = 0.0;
  for (int k = 0; k < 4; k++) size += out->rotation[k] * out->rotation[k];
  for (int k = 0; k < 4 && size > 0.0; k++) out->rotation[k] /= sqrt(size);
  return (place || heading || whole_turn) && isfinite(size) && size > 0.0;
}

/* ---- outlines ---- */

void orr_ghosts_draw(const orr_imagined *future, const double *state, const orr_scene *scene,
                     const orr_camera *camera, orr_image *image) {
  const orr_space *space = future->space;
  for (size_t p = future->count; p-- > 0;)
    for (size_t b = 0; b < space->body_count; b++) {
      int body = orr_space_find_body(&future->scenario->state, space->bodies[b].name);
      if (body < 0 || (size_t)body >= future->scenario->body_count) continue;
      ghost_pose now = pose_in(future->scenario, state, (size_t)body), then;
      if (imagine(space, future->observations + p * space->count, (int)b, &now, &then))
        orr_render_ghost(image, camera, scene, body, then.position, then.angle,
                         FIRST_ALPHA / (1.0 + (double)p));
    }
}

/* ---- solids ---- */

/* A shape of a body, carried along as the body goes from one pose to another. */
static void carry(const ghost_pose *now, const ghost_pose *then, bool flat,
                  orr_scene_shape *shape) {
  const double back[4] = {now->rotation[0], -now->rotation[1], -now->rotation[2],
                          -now->rotation[3]};
  double turn[4], away[3], rotation[4];
  if (flat) {
    memcpy(shape->position, then->position, sizeof shape->position);
    shape->angle = then->angle;
    return;
  }
  multiply(then->rotation, back, turn);
  for (int k = 0; k < 3; k++) away[k] = shape->position[k] - now->position[k];
  rotate(turn, away, shape->position);
  for (int k = 0; k < 3; k++) shape->position[k] += then->position[k];
  multiply(turn, shape->rotation, rotation);
  memcpy(shape->rotation, rotation, sizeof rotation);
}

static void add_body(orr_ghosts *ghosts, const orr_scene *now, int body, const ghost_pose *from,
                     const ghost_pose *to, size_t instant, orr_scene *out) {
  for (size_t i = 0; i < now->shape_count; i++) {
    if (now->shapes[i].body != body || now->shapes[i].layer == ORR_LAYER_GOAL) continue;
    orr_scene_shape *shape = &ghosts->shapes[out->shape_count++];
    *shape = now->shapes[i];
    carry(from, to, now->dimensions == 2, shape);
    shape->layer = ORR_LAYER_GOAL;
    shape->body = -1;
    shape->label = 0;
    for (int k = 0; k < 3; k++)
      shape->colour[k] +=
          (uint8_t)((255 - shape->colour[k]) * orr_min(1.0, PALER * (double)instant));
  }
}

static bool moved(const ghost_pose *from, const ghost_pose *to, double radius) {
  double way = 0.0, same = 0.0;
  for (int k = 0; k < 3; k++) way += fabs(to->position[k] - from->position[k]);
  for (int k = 0; k < 4; k++) same += to->rotation[k] * from->rotation[k];
  return way > STILL * radius || fabs(same) < cos(0.5 * STILL);
}

orr_status orr_ghosts_add(orr_ghosts *ghosts, const orr_imagined *future, const double *state,
                          const orr_scene *now, const orr_scene *shown, int hidden, orr_scene *out,
                          orr_error *err) {
  const orr_space *space = future->space;
  const orr_scene before = *shown; /* which may be `out` */
  size_t stride = (future->count + MOST_INSTANTS - 1) / MOST_INSTANTS;
  size_t most = before.shape_count + MOST_INSTANTS * now->shape_count;
  *out = before;
  if (future->count == 0 && hidden == 0) return ORR_OK;
  if (most > ghosts->capacity) {
    orr_free(ghosts->shapes);
    ghosts->shapes = NULL;
    ghosts->capacity = 0;
    ORR_TRY(orr_new(&ghosts->shapes, most, sizeof *ghosts->shapes, err));
    ghosts->capacity = most;
  }
  out->shapes = ghosts->shapes;
  out->shape_count = 0;
  for (size_t i = 0; i < before.shape_count; i++)
    if (hidden == 0 || before.shapes[i].label != hidden)
      ghosts->shapes[out->shape_count++] = before.shapes[i];
  for (size_t p = stride - 1, instant = 0; p < future->count; p += stride, instant++)
    for (size_t b = 0; b < space->body_count; b++) {
      int body = orr_space_find_body(&future->scenario->state, space->bodies[b].name);
      if (body < 0 || (size_t)body >= future->scenario->body_count) continue;
      ghost_pose from = pose_in(future->scenario, state, (size_t)body), to;
      if (imagine(space, future->observations + p * space->count, (int)b, &from, &to) &&
          moved(&from, &to, space->bodies[b].radius))
        add_body(ghosts, now, body, &from, &to, instant, out);
    }
  return ORR_OK;
}
