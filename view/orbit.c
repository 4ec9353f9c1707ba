#include "view/orbit.h"
#include "base/maths.h"
#include <string.h>

/* Distances, in radii of the world. */
#define NEAREST  0.005
#define FARTHEST 20.0
#define ROOM     3.0 /* radii from the middle of a picture to its edge, when a ball is shown */
#define OPENING  0.6 /* rad: of an eye that has none */

static double limited(const orr_orbit *orbit, double distance) {
  return orr_clamp(distance, NEAREST * orbit->reach, FARTHEST * orbit->reach);
}

static void axes_of(const orr_orbit *orbit, orr_eye *eye) {
  double c = cos(orbit->heading), s = sin(orbit->heading);
  double level = cos(orbit->tilt), fall = sin(orbit->tilt);
  memcpy(eye->right, (double[3]){c, s, 0.0}, sizeof eye->right);
  memcpy(eye->forward, (double[3]){-s * level, c * level, -fall}, sizeof eye->forward);
  memcpy(eye->down, (double[3]){-s * -fall, c * -fall, -level}, sizeof eye->down);
}

orr_orbit orr_orbit_of(const orr_eye *eye, const orr_scene *scene, int height) {
  double low[3], high[3], middle[3], seen[3], size = 0.0;
  orr_eye_bounds(scene, low, high);
  for (int k = 0; k < 3; k++) {
    middle[k] = 0.5 * (low[k] + high[k]);
    size += (high[k] - low[k]) * (high[k] - low[k]);
  }
  orr_orbit orbit = {.reach = 0.5 * sqrt(size), .parallel = eye->parallel};
  const double *f = eye->forward;
  bool level = hypot(f[0], f[1]) > 1e-6;
  orbit.heading = level ? atan2(-f[0], f[1]) : atan2(eye->right[1], eye->right[0]);
  orbit.tilt = asin(orr_clamp(-f[2], -1.0, 1.0));
  orr_eye_look(eye, middle, seen);
  double half = 0.5 * height / eye->scale; /* slope of the picture's edge, or half its height */
  orbit.opening = eye->parallel ? OPENING : 2.0 * atan(half);
  orbit.distance = limited(&orbit, eye->parallel   ? half / tan(0.5 * OPENING)
                                   : seen[2] > 0.0 ? seen[2]
                                                   : orbit.reach);
  double depth = eye->parallel ? seen[2] : orbit.distance;
  for (int k = 0; k < 3; k++) orbit.centre[k] = eye->position[k] + depth * f[k];
  return orbit;
}

orr_eye orr_orbit_eye(const orr_orbit *orbit, int width, int height) {
  orr_eye eye = {.middle = {0.5 * width, 0.5 * height}, .parallel = orbit->parallel};
  double edge = tan(0.5 * orbit->opening);
  axes_of(orbit, &eye);
  eye.scale = 0.5 * height / (orbit->parallel ? edge * orbit->distance : edge);
  eye.near = orbit->parallel ? -INFINITY : orr_min(2e-3 * orbit->reach, 0.1 * orbit->distance);
  for (int k = 0; k < 3; k++) eye.position[k] = orbit->centre[k] - orbit->distance * eye.forward[k];
  return eye;
}

void orr_orbit_turn(orr_orbit *orbit, double heading, double tilt) {
  orbit->heading = orr_wrap_angle(orbit->heading + heading);
  orbit->tilt = orr_clamp(orbit->tilt + tilt, -0.5 * ORR_PI, 0.5 * ORR_PI);
}

void orr_orbit_pan(orr_orbit *orbit, const double point[3], const double pixel[2], int width,
                   int height) {
  orr_eye eye = orr_orbit_eye(orbit, width, height);
  double seen[3];
  orr_eye_look(&eye, point, seen);
  if (!eye.parallel && !(seen[2] > eye.near)) return;
  double length = (eye.parallel ? 1.0 : seen[2]) / eye.scale;
  double right = seen[0] - (pixel[0] - eye.middle[0]) * length,
         down = seen[1] - (pixel[1] - eye.middle[1]) * length;
  for (int k = 0; k < 3; k++) orbit->centre[k] += right * eye.right[k] + down * eye.down[k];
}

void orr_orbit_zoom(orr_orbit *orbit, const double point[3], double factor) {
  double distance = limited(orbit, orbit->distance * factor);
  factor = distance / orbit->distance;
  orbit->distance = distance;
  for (int k = 0; k < 3; k++) orbit->centre[k] = point[k] + factor * (orbit->centre[k] - point[k]);
}

void orr_orbit_focus(orr_orbit *orbit, const double centre[3], double radius) {
  memcpy(orbit->centre, centre, sizeof orbit->centre);
  orbit->distance = limited(orbit, ROOM * radius / tan(0.5 * orbit->opening));
}

orr_orbit orr_orbit_between(const orr_orbit *from, const orr_orbit *to, double share) {
  orr_orbit out = *to;
  double ratio = to->distance / from->distance, now = pow(ratio, share);
  /* As the distance goes, so does the centre: what a zoom keeps in place stays there on the way. */
  double part = fabs(ratio - 1.0) < 1e-6 ? share : (now - 1.0) / (ratio - 1.0);
  out.distance = from->distance * now;
  for (int k = 0; k < 3; k++)
    out.centre[k] = from->centre[k] + part * (to->centre[k] - from->centre[k]);
  out.heading = from->heading + share * orr_wrap_angle(to->heading - from->heading);
  out.tilt = from->tilt + share * (to->tilt - from->tilt);
  out.opening = from->opening + share * (to->opening - from->opening);
  return out;
}
