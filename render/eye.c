#include "render/eye.h"
#include "base/maths.h"
#include "render/solid.h"
#include <string.h>

#define MARGIN 1.04 /* around what is shown */

const char *const orr_viewpoint_names[] = {"camera", "top", "front", "side", NULL};

static double dot(const double a[3], const double b[3]) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void cross(const double a[3], const double b[3], double out[3]) {
  out[0] = a[1] * b[2] - a[2] * b[1];
  out[1] = a[2] * b[0] - a[0] * b[2];
  out[2] = a[0] * b[1] - a[1] * b[0];
}

/* False, and nothing done, when the vector has no direction. */
static bool normalise(double v[3]) {
  double length = sqrt(dot(v, v));
  if (!(length > 1e-12) || !isfinite(length)) return false;
  for (int k = 0; k < 3; k++) v[k] /= length;
  return true;
}

void orr_eye_bounds(const orr_scene *scene, double low[3], double high[3]) {
  bool said = scene->size[0] > 0.0 && scene->size[1] > 0.0 && scene->size[2] > 0.0;
  for (int k = 0; k < 3; k++) {
    low[k] = said ? 0.0 : INFINITY;
    high[k] = said ? scene->size[k] : -INFINITY;
  }
  for (size_t i = 0; i < scene->shape_count && !said; i++) {
    const orr_scene_shape *shape = &scene->shapes[i];
    if (shape->kind == ORR_SCENE_PLANE || !orr_solid_drawable(shape)) continue;
    double radius = orr_solid_radius(shape);
    for (int k = 0; k < 3; k++) {
      low[k] = orr_min(low[k], shape->position[k] - radius);
      high[k] = orr_max(high[k], shape->position[k] + radius);
    }
  }
  for (int k = 0; k < 3; k++) {
    if (high[k] > low[k]) continue;
    low[k] = -1.0;
    high[k] = 1.0;
  }
}

/* Axes from a direction of sight and an up; either may be bad. */
static void set_axes(orr_eye *eye, const double forward[3], const double up[3]) {
  static const double ahead[3] = {0.0, 1.0, 0.0}, others[2][3] = {{0.0, 0.0, 1.0}, {0.0, 1.0, 0.0}};
  memcpy(eye->forward, forward, sizeof eye->forward);
  if (!normalise(eye->forward)) memcpy(eye->forward, ahead, sizeof eye->forward);
  cross(eye->forward, up, eye->right);
  for (int i = 0; i < 2 && !normalise(eye->right); i++) cross(eye->forward, others[i], eye->right);
  normalise(eye->right);
  cross(eye->forward, eye->right, eye->down);
}

static orr_eye along(const double forward[3], const double up[3], int width, int height) {
  orr_eye eye = {.middle = {0.5 * width, 0.5 * height}, .scale = 1.0, .near = 1e-9};
  set_axes(&eye, forward, up);
  return eye;
}

orr_eye orr_eye_parallel(const double centre[3], double radius, const double forward[3],
                         const double up[3], int width, int height) {
  orr_eye eye = along(forward, up, width, height);
  eye.parallel = true;
  eye.near = -INFINITY;
  eye.scale = 0.5 * orr_min(width, height) / radius;
  for (int k = 0; k < 3; k++) eye.position[k] = centre[k] - 2.0 * radius * eye.forward[k];
  return eye;
}

static void corner(const double low[3], const double high[3], int i, double out[3]) {
  for (int k = 0; k < 3; k++) out[k] = i >> k & 1 ? high[k] : low[k];
}

static void move(orr_eye *eye, double right, double down, double forward) {
  for (int k = 0; k < 3; k++)
    eye->position[k] += right * eye->right[k] + down * eye->down[k] + forward * eye->forward[k];
}

/* Goes as near as all corners of the box can be seen from. */
static void approach(orr_eye *eye, const double low[3], const double high[3]) {
  double back = -INFINITY;
  for (int i = 0; i < 8; i++) {
    double world[3], seen[3];
    corner(low, high, i, world);
    orr_eye_look(eye, world, seen);
    for (int k = 0; k < 2; k++)
      back = orr_max(back, MARGIN * fabs(seen[k]) * eye->scale / eye->middle[k] - seen[2]);
  }
  move(eye, 0.0, 0.0, -back);
}

/* Goes sideways until the box is in the middle of the picture. */
static void centre_box(orr_eye *eye, const double low[3], const double high[3]) {
  double least[2] = {INFINITY, INFINITY}, most[2] = {-INFINITY, -INFINITY}, depth = 0.0;
  for (int i = 0; i < 8; i++) {
    double world[3], seen[3];
    corner(low, high, i, world);
    orr_eye_look(eye, world, seen);
    depth += seen[2] / 8.0;
    for (int k = 0; k < 2; k++) {
      least[k] = orr_min(least[k], seen[k] / seen[2]);
      most[k] = orr_max(most[k], seen[k] / seen[2]);
    }
  }
  move(eye, 0.5 * depth * (least[0] + most[0]), 0.5 * depth * (least[1] + most[1]), 0.0);
}

static void show_parallel(orr_eye *eye, const double low[3], const double high[3]) {
  double half[2] = {0.0, 0.0};
  for (int i = 0; i < 8; i++) {
    double world[3], seen[3];
    corner(low, high, i, world);
    orr_eye_look(eye, world, seen);
    for (int k = 0; k < 2; k++) half[k] = orr_max(half[k], fabs(seen[k]));
  }
  eye->near = -INFINITY;
  eye->scale = orr_min(eye->middle[0] / half[0], eye->middle[1] / half[1]) / MARGIN;
}

/* Places the eye so that all of the box is in the picture, and little else. */
static void show_box(orr_eye *eye, const double low[3], const double high[3]) {
  double extent = 0.0;
  for (int k = 0; k < 3; k++) {
    eye->position[k] = 0.5 * (low[k] + high[k]);
    extent += high[k] - low[k];
  }
  if (eye->parallel) {
    show_parallel(eye, low, high);
    return;
  }
  approach(eye, low, high);
  for (int round = 0; round < 4; round++) {
    centre_box(eye, low, high);
    approach(eye, low, high);
  }
  eye->near = 1e-3 * extent;
}

static double scale_of(double field_of_view, int height) {
  return 0.5 * height / tan(0.5 * orr_clamp(field_of_view, 1e-3, 3.1));
}

static bool good_camera(const orr_scene_camera *camera) {
  double sum = camera->field_of_view;
  for (int k = 0; k < 3; k++) sum += camera->position[k] + camera->target[k] + camera->up[k];
  return isfinite(sum);
}

static orr_eye of_camera(const orr_scene *scene, int width, int height) {
  const orr_scene_camera *camera = scene->camera;
  double forward[3], low[3], high[3], extent = 0.0;
  for (int k = 0; k < 3; k++) forward[k] = camera->target[k] - camera->position[k];
  orr_eye eye = along(forward, camera->up, width, height);
  memcpy(eye.position, camera->position, sizeof eye.position);
  eye.scale = scale_of(camera->field_of_view, height);
  orr_eye_bounds(scene, low, high);
  for (int k = 0; k < 3; k++) extent += high[k] - low[k];
  eye.near = 1e-3 * extent;
  return eye;
}

orr_eye orr_eye_of(const orr_scene *scene, orr_viewpoint viewpoint, int width, int height) {
  static const double forwards[][3] = {{-0.45, 1, -0.62}, {0, 0, -1}, {0, 1, 0}, {-1, 0, 0}};
  static const double ups[][3] = {{0, 0, 1}, {0, 1, 0}, {0, 0, 1}, {0, 0, 1}};
  if (viewpoint == ORR_VIEWPOINT_CAMERA && scene->camera && good_camera(scene->camera))
    return of_camera(scene, width, height);
  double low[3], high[3];
  orr_eye eye = along(forwards[viewpoint], ups[viewpoint], width, height);
  eye.parallel = viewpoint != ORR_VIEWPOINT_CAMERA;
  eye.scale = scale_of(0.6, height);
  orr_eye_bounds(scene, low, high);
  show_box(&eye, low, high);
  return eye;
}

static void turn_about_z(double turn, double v[3]) {
  double x = v[0], y = v[1];
  v[0] = cos(turn) * x - sin(turn) * y;
  v[1] = sin(turn) * x + cos(turn) * y;
}

void orr_eye_orbit(orr_eye *eye, const double axis[2], double turn) {
  for (int k = 0; k < 2; k++) eye->position[k] -= axis[k];
  turn_about_z(turn, eye->position);
  for (int k = 0; k < 2; k++) eye->position[k] += axis[k];
  turn_about_z(turn, eye->right);
  turn_about_z(turn, eye->down);
  turn_about_z(turn, eye->forward);
}

void orr_eye_look(const orr_eye *eye, const double world[3], double seen[3]) {
  double away[3];
  for (int k = 0; k < 3; k++) away[k] = world[k] - eye->position[k];
  seen[0] = dot(away, eye->right);
  seen[1] = dot(away, eye->down);
  seen[2] = dot(away, eye->forward);
}

void orr_eye_project(const orr_eye *eye, const double seen[3], double pixel[3]) {
  double scale = eye->parallel ? eye->scale : eye->scale / seen[2];
  pixel[0] = eye->middle[0] + seen[0] * scale;
  pixel[1] = eye->middle[1] + seen[1] * scale;
  pixel[2] = orr_eye_key(eye, seen[2]);
}

double orr_eye_key(const orr_eye *eye, double depth) {
  return eye->parallel ? -depth : 1.0 / depth;
}

void orr_eye_unproject(const orr_eye *eye, const double pixel[3], double world[3]) {
  double depth = eye->parallel ? -pixel[2] : 1.0 / pixel[2];
  double length = eye->parallel ? 1.0 / eye->scale : depth / eye->scale;
  double right = (pixel[0] - eye->middle[0]) * length, down = (pixel[1] - eye->middle[1]) * length;
  for (int k = 0; k < 3; k++)
    world[k] =
        eye->position[k] + right * eye->right[k] + down * eye->down[k] + depth * eye->forward[k];
}

void orr_eye_range(const orr_eye *eye, const orr_scene *scene, double *near, double *far) {
  double low[3], high[3];
  orr_eye_bounds(scene, low, high);
  *near = INFINITY;
  *far = -INFINITY;
  for (int i = 0; i < 8; i++) {
    double world[3], seen[3];
    corner(low, high, i, world);
    orr_eye_look(eye, world, seen);
    *near = orr_min(*near, seen[2]);
    *far = orr_max(*far, seen[2]);
  }
  *near = orr_max(*near, eye->near);
}
