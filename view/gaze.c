#include "view/gaze.h"
#include "base/maths.h"
#include <string.h>

#define GLIDE_SECONDS 0.12   /* in which the rest of a way becomes a third */
#define GLIDE_ENDS    0.004  /* of the picture: what is left is not seen */
#define NOTCH         0.86   /* of the distance, for a notch of the wheel */
#define HALF_TURN     ORR_PI /* for a drag over the picture's height */
#define AROUND        WIDE   /* rad, of a rider's drag over it: what is seen comes along */
#define WIDE          1.2    /* rad, of a rider's picture */
#define NARROWEST     0.1    /* rad */
#define WIDEST        2.4
#define RIDE_DISTANCE 1e-3 /* radii of the world, from the eye to its own centre */
#define APPROACH      0.5  /* of the distance, to what is focused on and does not move */

/* ---- bodies ---- */

/* The middle and the radius of a body's solids; false: the scene has none of it. */
static bool find_body(const orr_scene *scene, int label, double centre[3], double *radius,
                      double *heading, bool *moves) {
  double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
  *heading = 0.0;
  *moves = false;
  for (size_t i = 0; i < scene->shape_count && label > 0; i++) {
    const orr_scene_shape *shape = &scene->shapes[i];
    if (shape->label != label || shape->layer == ORR_LAYER_GOAL) continue;
    const orr_scene alone = {.dimensions = 3, .shapes = shape, .shape_count = 1};
    double from[3], to[3];
    orr_eye_bounds(&alone, from, to);
    for (int k = 0; k < 3; k++) {
      low[k] = orr_min(low[k], from[k]);
      high[k] = orr_max(high[k], to[k]);
    }
    *moves = *moves || shape->body >= 0;
    const double *q = shape->rotation; /* balls roll: their turn is no heading */
    if (shape->kind != ORR_SCENE_SPHERE)
      *heading = atan2(2.0 * (q[1] * q[2] + q[0] * q[3]), 1.0 - 2.0 * (q[2] * q[2] + q[3] * q[3]));
  }
  if (!(high[0] > low[0])) return false;
  *radius = 0.0;
  for (int k = 0; k < 3; k++) {
    centre[k] = 0.5 * (low[k] + high[k]);
    *radius = orr_max(*radius, 0.5 * (high[k] - low[k]));
  }
  return true;
}

static bool meet(orr_gaze *gaze, const orr_scene *scene, int label, double *radius, bool *moves) {
  return find_body(scene, label, gaze->at, radius, &gaze->turned, moves);
}

/* ---- where the eye is ---- */

static bool own_camera(const orr_scene *scene) { return scene->camera != NULL; }

static orr_eye scene_eye(const orr_gaze *gaze, const orr_scene *scene) {
  if (!own_camera(scene)) return gaze->home;
  return orr_eye_of(scene, ORR_VIEWPOINT_CAMERA, gaze->width, gaze->height);
}

orr_eye orr_gaze_eye(const orr_gaze *gaze, const orr_scene *scene) {
  if (gaze->mode == ORR_GAZE_SCENE && !gaze->gliding) return scene_eye(gaze, scene);
  return orr_orbit_eye(&gaze->shown, gaze->width, gaze->height);
}

int orr_gaze_inside(const orr_gaze *gaze) { return gaze->mode == ORR_GAZE_RIDE ? gaze->label : 0; }

/* From now on the user's own. */
static void take_over(orr_gaze *gaze, const orr_scene *scene) {
  if (gaze->mode != ORR_GAZE_SCENE) return;
  orr_eye eye = orr_gaze_eye(gaze, scene);
  gaze->orbit = orr_orbit_of(&eye, scene, gaze->height);
  gaze->shown = gaze->orbit;
  gaze->gliding = false;
  gaze->mode = ORR_GAZE_ORBIT;
}

/* Goes where `orbit` is, from where it is now. */
static void glide(orr_gaze *gaze, const orr_scene *scene) {
  orr_eye eye = orr_gaze_eye(gaze, scene);
  if (gaze->mode == ORR_GAZE_SCENE && !gaze->gliding)
    gaze->shown = orr_orbit_of(&eye, scene, gaze->height);
  gaze->gliding = true;
}

void orr_gaze_begin(orr_gaze *gaze, const orr_scene *scene, bool keep) {
  bool moves;
  double radius, was[3];
  memcpy(was, gaze->at, sizeof was);
  gaze->home = orr_eye_of(scene, ORR_VIEWPOINT_CAMERA, gaze->width, gaze->height);
  if (!keep || (gaze->label && !meet(gaze, scene, gaze->label, &radius, &moves))) {
    gaze->mode = ORR_GAZE_SCENE;
    gaze->gliding = false;
    gaze->label = 0;
  }
  for (int k = 0; k < 3 && gaze->label; k++) {
    gaze->orbit.centre[k] += gaze->at[k] - was[k];
    gaze->shown.centre[k] += gaze->at[k] - was[k];
  }
}

void orr_gaze_resize(orr_gaze *gaze, const orr_scene *scene, int width, int height) {
  if (gaze->width == width && gaze->height == height) return;
  gaze->width = width;
  gaze->height = height;
  gaze->home = orr_eye_of(scene, ORR_VIEWPOINT_CAMERA, width, height);
}

void orr_gaze_home(orr_gaze *gaze, const orr_scene *scene) {
  if (gaze->mode == ORR_GAZE_SCENE) return;
  orr_eye eye = scene_eye(gaze, scene);
  glide(gaze, scene);
  gaze->orbit = orr_orbit_of(&eye, scene, gaze->height);
  gaze->mode = ORR_GAZE_SCENE;
  gaze->label = 0;
}

void orr_gaze_view(orr_gaze *gaze, const orr_scene *scene, orr_viewpoint viewpoint) {
  if (viewpoint == ORR_VIEWPOINT_CAMERA) {
    orr_gaze_home(gaze, scene);
    return;
  }
  orr_eye eye = orr_eye_of(scene, viewpoint, gaze->width, gaze->height);
  glide(gaze, scene);
  gaze->orbit = orr_orbit_of(&eye, scene, gaze->height);
  gaze->mode = ORR_GAZE_ORBIT;
  gaze->label = 0;
}

void orr_gaze_flatten(orr_gaze *gaze, const orr_scene *scene) {
  if (gaze->mode == ORR_GAZE_RIDE) return;
  take_over(gaze, scene);
  gaze->orbit.parallel = gaze->shown.parallel = !gaze->orbit.parallel;
}

/* ---- time ---- */

static void carry_along(orr_gaze *gaze, const orr_scene *scene) {
  double was[3], turned = gaze->turned, radius;
  bool moves;
  memcpy(was, gaze->at, sizeof was);
  if (!meet(gaze, scene, gaze->label, &radius, &moves)) return;
  for (int k = 0; k < 3; k++) {
    gaze->orbit.centre[k] += gaze->at[k] - was[k];
    gaze->shown.centre[k] += gaze->at[k] - was[k];
  }
  if (gaze->mode != ORR_GAZE_RIDE) return;
  orr_orbit_turn(&gaze->orbit, gaze->turned - turned, 0.0);
  orr_orbit_turn(&gaze->shown, gaze->turned - turned, 0.0);
}

static bool arrived(const orr_orbit *a, const orr_orbit *b) {
  double off = fabs(orr_wrap_angle(a->heading - b->heading)) + fabs(a->tilt - b->tilt) +
               fabs(a->opening - b->opening) + fabs(a->distance - b->distance) / b->distance;
  for (int k = 0; k < 3; k++) off += fabs(a->centre[k] - b->centre[k]) / b->distance;
  return off < GLIDE_ENDS;
}

void orr_gaze_pass(orr_gaze *gaze, const orr_scene *scene, double seconds) {
  if (gaze->label) carry_along(gaze, scene);
  if (!gaze->gliding) return;
  if (gaze->mode == ORR_GAZE_SCENE) { /* its camera may move meanwhile */
    orr_eye eye = scene_eye(gaze, scene);
    gaze->orbit = orr_orbit_of(&eye, scene, gaze->height);
  }
  gaze->shown = orr_orbit_between(&gaze->shown, &gaze->orbit, 1.0 - exp(-seconds / GLIDE_SECONDS));
  if (!arrived(&gaze->shown, &gaze->orbit)) return;
  gaze->shown = gaze->orbit;
  gaze->gliding = false;
}

/* ---- the mouse ---- */

void orr_gaze_turn(orr_gaze *gaze, const orr_scene *scene, const double from[2],
                   const double to[2]) {
  take_over(gaze, scene);
  bool rides = gaze->mode == ORR_GAZE_RIDE;
  double turn = (rides ? -AROUND : HALF_TURN) / gaze->height;
  double right = (to[0] - from[0]) * turn, down = (to[1] - from[1]) * turn;
  orr_orbit_turn(&gaze->orbit, -right, down);
  orr_orbit_turn(&gaze->shown, -right, down);
}

void orr_gaze_pan(orr_gaze *gaze, const orr_scene *scene, const double point[3],
                  const double pixel[2]) {
  take_over(gaze, scene);
  if (gaze->mode == ORR_GAZE_RIDE) return;
  gaze->orbit = gaze->shown;
  orr_orbit_pan(&gaze->orbit, point, pixel, gaze->width, gaze->height);
  gaze->shown = gaze->orbit;
}

void orr_gaze_zoom(orr_gaze *gaze, const orr_scene *scene, const double point[3], double notches) {
  double factor = pow(NOTCH, notches);
  take_over(gaze, scene);
  if (gaze->mode == ORR_GAZE_RIDE)
    gaze->orbit.opening = orr_clamp(gaze->orbit.opening * factor, NARROWEST, WIDEST);
  else
    orr_orbit_zoom(&gaze->orbit, point, factor);
  gaze->gliding = true;
}

void orr_gaze_focus(orr_gaze *gaze, const orr_scene *scene, int label, const double point[3]) {
  double radius;
  bool moves;
  take_over(gaze, scene);
  if (gaze->mode == ORR_GAZE_RIDE || label <= 0) return;
  gaze->label = 0;
  gaze->gliding = true;
  if (meet(gaze, scene, label, &radius, &moves) && moves) {
    gaze->label = label;
    orr_orbit_focus(&gaze->orbit, gaze->at, radius);
    return;
  }
  orr_orbit_zoom(&gaze->orbit, point, APPROACH);
  memcpy(gaze->orbit.centre, point, sizeof gaze->orbit.centre);
}

void orr_gaze_ride(orr_gaze *gaze, const orr_scene *scene, int label) {
  double radius;
  bool moves;
  if (gaze->mode == ORR_GAZE_RIDE || (!gaze->label && gaze->camera_on_body)) {
    orr_gaze_home(gaze, scene);
    return;
  }
  if (gaze->label) label = gaze->label;
  if (!meet(gaze, scene, label, &radius, &moves) || !moves) return;
  take_over(gaze, scene);
  gaze->label = label;
  gaze->mode = ORR_GAZE_RIDE;
  memcpy(gaze->orbit.centre, gaze->at, sizeof gaze->orbit.centre);
  gaze->orbit.distance = RIDE_DISTANCE * gaze->orbit.reach;
  gaze->orbit.opening = WIDE;
  gaze->orbit.tilt = 0.1;
  gaze->orbit.parallel = false;
  gaze->shown = gaze->orbit; /* a way through other bodies is no help */
  gaze->gliding = false;
}

bool orr_gaze_ground(const orr_eye *eye, const double pixel[2], double out[2]) {
  double from[3], to[3];
  double near = eye->parallel ? 0.0 : 1.0, key[2];
  key[0] = orr_eye_key(eye, near);
  key[1] = orr_eye_key(eye, near + 1.0);
  orr_eye_unproject(eye, (double[3]){pixel[0], pixel[1], key[0]}, from);
  orr_eye_unproject(eye, (double[3]){pixel[0], pixel[1], key[1]}, to);
  double fall = from[2] - to[2], share = from[2] / fall;
  bool ahead = eye->parallel || share > -1.0; /* the eye itself is at -1 */
  if (fall < 1e-3 || !ahead || !isfinite(share)) return false;
  for (int k = 0; k < 2; k++) out[k] = from[k] + share * (to[k] - from[k]);
  return true;
}
