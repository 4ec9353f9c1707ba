/* What a user relies on: light in pictures is as bright as light.h says. Every test computes its
 * answer from the scene's numbers alone and holds for each renderer. */
#include "base/maths.h"
#include "tests/render/light_setting.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- brightness ---- */

static void test_ambient_light(void **state) {
  setting s;
  begin(&s);
  s.sky = (orr_scene_sky){.ambient = 0.5, .horizon = {255, 255, 255}, .zenith = {0, 100, 200}};
  orr_scene_shape *floor = add_floor(&s);
  orr_eye eye = from_above();
  orr_image image;
  shoot(*state, &s, &eye, &image);
  double wanted[3];
  for (int k = 0; k < 3; k++) /* straight up: halfway between is the zenith itself */
    wanted[k] = 0.5 * orr_light_linear(s.sky.zenith[k]) * orr_light_linear(floor->colour[k]);
  assert_light(&image, 20, 90, wanted);
  orr_image_destroy(&image);
}

static void test_sun_on_a_plane(void **state) {
  setting s;
  begin(&s);
  orr_scene_shape *floor = add_floor(&s);
  orr_scene_light *sun = shine(&s, ORR_SCENE_LIGHT_SUN, 0, 0, 0);
  sun->direction[0] = 1.0; /* 45 degrees */
  sun->power = 1.1;
  orr_eye eye = from_above();
  orr_image image;
  double wanted[3];
  shoot(*state, &s, &eye, &image);
  lambert(floor, sun, 1.1 * sqrt(0.5), wanted);
  assert_light(&image, 5, 100, wanted);
  orr_image_destroy(&image);
}

static void test_gloss(void **state) {
  setting s;
  begin(&s);
  orr_scene_shape *floor = add_floor(&s);
  floor->material.gloss = 0.6;
  floor->material.mirror = 0.25; /* of a black sky */
  orr_scene_light *sun = shine(&s, ORR_SCENE_LIGHT_SUN, 0, 0, 0);
  sun->direction[0] = 0.5;
  orr_eye eye = from_above();
  orr_image image;
  double wanted[3], angle = atan(0.5);
  shoot(*state, &s, &eye, &image);
  lambert(floor, sun, 0.8 * cos(angle), wanted);
  for (int k = 0; k < 3; k++) {
    wanted[k] += 0.6 * 0.8 * orr_light_linear(sun->colour[k]) * pow(cos(0.5 * angle), 64.0);
    wanted[k] *= 0.75;
  }
  assert_light(&image, 64, 64, wanted);
  orr_image_destroy(&image);
}

/* Of point and area lamps: the fall with distance, and what a lamp gives to its side. */
static void check_fall(const renderer *by, orr_scene_light_kind kind, double radius) {
  setting s;
  begin(&s);
  orr_scene_shape *floor = add_floor(&s);
  orr_scene_light *lamp = shine(&s, kind, -0.5, 0.25, 1.5);
  lamp->reach = 1.2;
  lamp->radius = radius;
  orr_eye eye = from_above();
  orr_image image;
  shoot(by, &s, &eye, &image);
  for (int i = 0; i < 8; i++) {
    int column = 4 + 16 * i, row = 120 - 15 * i;
    double x = world_x(column) + 0.5, y = -world_x(row) - 0.25, wanted[3];
    double square = x * x + y * y + 1.5 * 1.5, cosine = 1.5 / sqrt(square);
    double part = kind == ORR_SCENE_LIGHT_AREA ? cosine : 1.0;
    lambert(floor, lamp, 0.8 * 1.2 * 1.2 / square * cosine * part, wanted);
    assert_light(&image, column, row, wanted);
  }
  orr_image_destroy(&image);
}

static void test_fall_of_lamps(void **state) {
  check_fall(*state, ORR_SCENE_LIGHT_POINT, 0.0);
  check_fall(*state, ORR_SCENE_LIGHT_POINT, 0.3);
  check_fall(*state, ORR_SCENE_LIGHT_AREA, 0.0);
  check_fall(*state, ORR_SCENE_LIGHT_AREA, 0.3);
}

/* A cone of 0.9 rad from a height of 1.2: over its last tenth a smooth step down. */
static void test_spot(void **state) {
  setting s;
  begin(&s);
  orr_scene_shape *floor = add_floor(&s);
  orr_scene_light *lamp = shine(&s, ORR_SCENE_LIGHT_SPOT, 0, 0, 1.2);
  lamp->angle = 0.9;
  orr_eye eye = from_above();
  orr_image image;
  shoot(*state, &s, &eye, &image);
  double full = orr_light_linear(floor->colour[0]) * 0.8; /* the lamp is at its reddest */
  int edge = 0;
  for (int x = SIDE / 2; x < SIDE; x++) {
    double angle = atan(world_x(x) / 1.2), part = orr_clamp((0.9 - angle) / 0.09, 0.0, 1.0);
    double wanted = part * part * (3.0 - 2.0 * part) * cos(angle);
    edge += part > 0.0 && part < 1.0;
    assert_true(fabs(light_at(&image, x, 64, 0) / full - wanted) < 0.02);
  }
  assert_int_equal(edge, 8); /* pixels */
  orr_image_destroy(&image);
}

/* A sun straight above shows the upward part of the normal. */
static void check_normals(const renderer *by, orr_scene_kind kind, const double rotation[4]) {
  const double a = 1.5, b = 0.9, c = 0.6; /* along x, y, z as they lie; round ones have b alone */
  setting s;
  begin(&s);
  orr_scene_shape *shape = add(&s, kind, 0, 0, 0, b, a, 0);
  memcpy(shape->rotation, rotation, sizeof shape->rotation);
  bool egg = kind == ORR_SCENE_ELLIPSOID;
  if (egg) memcpy(shape->size, (const double[3]){c, b, a}, sizeof shape->size);
  orr_scene_light *sun = shine(&s, ORR_SCENE_LIGHT_SUN, 0, 0, 0);
  sun->radius = 0.0;
  orr_eye eye = from_above();
  orr_image image;
  shoot(by, &s, &eye, &image);
  double full = orr_light_linear(shape->colour[0]) * 0.8;
  for (int i = 0; i < 36; i++) {
    int column = 40 + 8 * (i % 6), row = 46 + 6 * (i / 6);
    double x = world_x(column), y = -world_x(row);
    double height = egg ? c * sqrt(1.0 - x * x / (a * a) - y * y / (b * b)) : sqrt(b * b - y * y);
    double nx = egg ? x / (a * a) : 0.0, ny = y / (b * b), nz = height / (egg ? c * c : b * b);
    double wanted = nz / sqrt(nx * nx + ny * ny + nz * nz);
    assert_true(fabs(light_at(&image, column, row, 0) / full - wanted) < 0.015);
  }
  orr_image_destroy(&image);
}

static void test_normals(void **state) {
  static const double lying[4] = {0.70710678118654752, 0, 0.70710678118654752, 0}; /* z along x */
  check_normals(*state, ORR_SCENE_ELLIPSOID, lying);
  check_normals(*state, ORR_SCENE_CYLINDER, lying);
  check_normals(*state, ORR_SCENE_CAPSULE, lying);
}

/* ---- what is followed, and what is not ---- */

static void test_what_glass_reflects(void **state) {
  renderer by = *(const renderer *)*state;
  by.quality.bounces = 1; /* the far side sees the sky both ways */
  for (int i = 0; i < 2; i++) {
    const double tilt = i * ORR_PI / 3.0, up[3] = {0, 1, 0}, centre[3] = {0, 0, 1};
    const double forward[3] = {sin(tilt), 0, -cos(tilt)};
    setting s;
    begin(&s);
    whiten(&s);
    s.sky.horizon[0] = s.sky.zenith[0] = 200;
    orr_scene_shape *slab = add(&s, ORR_SCENE_BOX, 0, 0, 1, 9, 9, 0.2);
    slab->material.glass = 1.0;
    paint_colour(slab, 150, 100, 50);
    orr_eye eye = orr_eye_parallel(centre, 2.0, forward, up, SIDE, SIDE);
    orr_image image;
    shoot(&by, &s, &eye, &image);
    double part = 0.04 + 0.96 * pow(1.0 - cos(tilt), 5.0), wanted[3];
    for (int k = 0; k < 3; k++)
      wanted[k] = orr_light_linear(s.sky.horizon[k]) *
                  (part + (1.0 - part) * orr_light_linear(slab->colour[k]));
    assert_light(&image, 64, 64, wanted);
    orr_image_destroy(&image);
  }
}

/* Between two mirrors of 0.8, a ray is followed `bounces` times and then sees the sky. */
static void test_mirrors_face_to_face(void **state) {
  const double centre[3] = {0, 0, 1}, along[3] = {0, 1, 0}, up[3] = {0, 0, 1};
  for (int bounces = 0; bounces <= 4; bounces += 2) {
    renderer by = *(const renderer *)*state;
    by.quality.bounces = bounces;
    setting s;
    begin(&s);
    whiten(&s);
    for (int side = -1; side <= 1; side += 2) {
      orr_scene_shape *mirror = add(&s, ORR_SCENE_BOX, 0, 1.5 * side, 1, 9, 0.5, 9);
      mirror->material.mirror = 0.8;
      paint_colour(mirror, 0, 0, 0);
    }
    orr_eye eye = orr_eye_parallel(centre, 2.0, along, up, SIDE, SIDE);
    memcpy(eye.position, centre, sizeof centre);
    eye.near = 0.0;
    orr_image image;
    shoot(&by, &s, &eye, &image);
    double light = pow(0.8, bounces + 1);
    assert_light(&image, 64, 64, (const double[3]){light, light, light});
    orr_image_destroy(&image);
  }
}

static void test_shadow_of_glass(void **state) {
  setting s;
  begin(&s);
  orr_scene_shape *floor = add_floor(&s);
  orr_scene_shape *board = add(&s, ORR_SCENE_BOX, -1, 0, 1, 0.4, 3, 0.05);
  board->material.glass = 0.6;
  orr_scene_light *sun = shine(&s, ORR_SCENE_LIGHT_SUN, 0, 0, 0);
  sun->direction[0] = 1.0;
  orr_eye eye = from_above();
  orr_image image;
  double wanted[3];
  shoot(*state, &s, &eye, &image);
  lambert(floor, sun, 0.6 * 0.8 * sqrt(0.5), wanted);
  assert_light(&image, 64, 64, wanted);
  lambert(floor, sun, 0.8 * sqrt(0.5), wanted);
  assert_light(&image, (int)pixel_x(0.6), 64, wanted);
  orr_image_destroy(&image);
}

static void test_goals_are_half_there(void **state) {
  setting s;
  begin(&s);
  orr_scene_shape *floor = add_floor(&s);
  orr_scene_light *sun = shine(&s, ORR_SCENE_LIGHT_SUN, 0, 0, 0);
  for (int i = 0; i < 2; i++) { /* the lower one is not seen */
    orr_scene_shape *goal = add(&s, ORR_SCENE_BOX, 0, 0, 0.3 + 0.5 * i, 0.5, 0.5, 0.1);
    goal->layer = ORR_LAYER_GOAL;
    goal->material.mirror = 0.7;
    paint_colour(goal, 20, 200 * i, 90);
  }
  orr_eye eye = from_above();
  orr_image image;
  double own[3], behind[3], wanted[3];
  shoot(*state, &s, &eye, &image);
  lambert(&s.shapes[2], sun, 0.8, own);
  lambert(floor, sun, 0.8, behind);
  for (int k = 0; k < 3; k++) wanted[k] = 0.5 * (own[k] + behind[k]);
  assert_light(&image, 64, 64, wanted);
  assert_light(&image, 20, 64, behind);
  orr_image_destroy(&image);
}

/* The world is 4 x 4 x 2 from the origin: its ball has the radius 3. */
static void test_haze(void **state) {
  const double centre[3] = {2, 2, 1}, down[3] = {0, 0, -1}, up[3] = {0, 1, 0};
  setting s;
  begin(&s);
  orr_scene_shape *floor = add(&s, ORR_SCENE_PLANE, 0, 0, 0, 0, 0, 0);
  orr_scene_light *sun = shine(&s, ORR_SCENE_LIGHT_SUN, 0, 0, 0);
  s.sky = (orr_scene_sky){0.0, {90, 160, 250}, {0, 0, 0}};
  orr_eye eye = orr_eye_parallel(centre, 20.0, down, up, SIDE, SIDE);
  orr_image image;
  shoot(*state, &s, &eye, &image);
  for (int x = 64; x < SIDE; x += 9) {
    double away = (x + 0.5 - 64) * 40.0 / SIDE, wanted[3];
    double across = 0.5 * 40.0 / SIDE; /* of the row's middle */
    double far = sqrt(away * away + across * across + 1.0);
    double share = orr_clamp((far / 3.0 - 1.2) / 4.0, 0.0, 1.0), haze = share * (2.0 - share);
    lambert(floor, sun, 0.8, wanted);
    for (int k = 0; k < 3; k++)
      wanted[k] += haze * (orr_light_linear(s.sky.horizon[k]) - wanted[k]);
    assert_light(&image, x, 64, wanted);
  }
  orr_image_destroy(&image);
}

int main(void) {
  const struct CMUnitTest tests[] = {OF_BOTH(test_ambient_light),
                                     OF_BOTH(test_sun_on_a_plane),
                                     OF_BOTH(test_gloss),
                                     OF_BOTH(test_fall_of_lamps),
                                     OF_BOTH(test_spot),
                                     OF_BOTH(test_normals),
                                     OF_BOTH(test_what_glass_reflects),
                                     OF_BOTH(test_mirrors_face_to_face),
                                     OF_BOTH(test_shadow_of_glass),
                                     OF_BOTH(test_goals_are_half_there),
                                     OF_BOTH(test_haze)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
