/* What a user relies on: shadows, mirror images and what is seen through glass are where geometry
 * says, for each renderer. */
#include "base/maths.h"
#include "tests/render/light_setting.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void test_checker(void **state) {
  setting s;
  begin(&s);
  orr_scene_shape *floor = add_floor(&s);
  floor->position[0] = 0.1;
  floor->material =
      (orr_scene_material){.pattern = ORR_PATTERN_CHECKER, .second = {20, 40, 220}, .tile = 0.7};
  orr_scene_light *sun = shine(&s, ORR_SCENE_LIGHT_SUN, 0, 0, 0);
  orr_eye eye = from_above();
  orr_image image;
  double first[3], second[3];
  shoot(*state, &s, &eye, &image);
  lambert(floor, sun, 0.8, first);
  paint_colour(floor, 20, 40, 220);
  lambert(floor, sun, 0.8, second);
  assert_light(&image, (int)pixel_x(0.4), (int)pixel_x(-0.3), first);
  assert_light(&image, (int)pixel_x(-0.3), (int)pixel_x(-0.3), second);
  assert_light(&image, (int)pixel_x(-0.3), (int)pixel_x(0.3), first);
  for (int i = -2; i < 2; i++) {
    double wanted = pixel_x(0.1 + 0.7 * i);
    double found = crossing(&image, 60, 0, (int)wanted - 4, 0.5 * (first[0] + second[0]));
    assert_true(fabs(found - wanted) < 0.3);
  }
  orr_image_destroy(&image);
}

/* A wall of height 1 throws a shadow of length 1 in a sun at 45 degrees. */
static void test_shadow_edge(void **state) {
  setting s;
  begin(&s);
  orr_scene_shape *floor = add_floor(&s);
  add(&s, ORR_SCENE_BOX, -0.93, 0, 0.5, 0.1, 3, 0.5);
  orr_scene_light *sun = shine(&s, ORR_SCENE_LIGHT_SUN, 0, 0, 0);
  sun->direction[0] = 1.0;
  orr_eye eye = from_above();
  orr_image image;
  double full[3], none[3] = {0, 0, 0};
  shoot(*state, &s, &eye, &image);
  lambert(floor, sun, 0.8 * sqrt(0.5), full);
  int start = (int)pixel_x(-0.7);
  assert_light(&image, start, 30, none);
  double found = crossing(&image, 30, 0, start, 0.5 * full[0]);
  assert_true(fabs(found - pixel_x(-0.83 + 1.0)) < 0.3);
  assert_light(&image, (int)found + 3, 30, full);
  orr_image_destroy(&image);
}

/* The part of a disc of radius 1 that is seen beyond an edge at s from its middle. */
static double seen_part(double s) {
  s = orr_clamp(s, -1.0, 1.0);
  return 0.5 + (s * sqrt(1.0 - s * s) + asin(s)) / ORR_PI;
}

/* Under the edge x = 0 of a board at height 0.5: beside it the lamp comes out step by step, over
 * the width that the lamp has through the edge. */
static void check_penumbra(const renderer *by, orr_scene_light_kind kind, double radius,
                           double width) {
  setting s;
  begin(&s);
  orr_scene_shape *floor = add_floor(&s);
  add(&s, ORR_SCENE_BOX, -2, 0, 0.5, 2, 4, 1e-4); /* thin: only its edge counts */
  orr_scene_light *lamp = shine(&s, kind, 0, 0, 2);
  lamp->radius = radius;
  orr_eye eye = from_above();
  orr_image image;
  shoot(by, &s, &eye, &image);
  double full[3], square = 0.0;
  int count = 0;
  for (int x = SIDE / 2; x < (int)pixel_x(0.7 * width); x++, count++) {
    double away = world_x(x), far = hypot(away, 2.0);
    double energy = kind == ORR_SCENE_LIGHT_SUN ? 0.8 : 0.8 * 2.0 / far;
    if (kind == ORR_SCENE_LIGHT_AREA) energy *= 2.0 / far;
    lambert(floor, lamp, energy, full);
    double error = light_at(&image, x, 64, 0) / full[0] - seen_part(away / (0.5 * width));
    square += error * error;
  }
  assert_true(count > 10);
  assert_true(sqrt(square / count) < by->part);
  orr_image_destroy(&image);
}

static void test_penumbra(void **state) {
  renderer by = *(const renderer *)*state;
  by.quality.reference *= 4; /* what is measured here is noise elsewhere */
  check_penumbra(&by, ORR_SCENE_LIGHT_SUN, 1.0, 1.0);
  check_penumbra(&by, ORR_SCENE_LIGHT_AREA, 1.5, 1.0);
}

/* A small red ball before a mirror is seen once more, as far behind it. */
static void test_mirror_image(void **state) {
  static const orr_scene_camera camera = {
      .position = {-1.5, -4, 1.2}, .target = {0.2, 1, 0.7}, .up = {0, 0, 1}, .field_of_view = 0.8};
  setting s;
  begin(&s);
  whiten(&s);
  s.scene.camera = &camera;
  orr_scene_shape *mirror = add(&s, ORR_SCENE_BOX, 0, 1.05, 1, 2, 0.05, 1);
  mirror->material.mirror = 0.9;
  paint_colour(mirror, 0, 0, 0);
  paint_colour(add(&s, ORR_SCENE_SPHERE, 0.8, -0.7, 0.6, 0.06, 0, 0), 255, 0, 0);
  /* Hides the ball itself. */
  paint_colour(add(&s, ORR_SCENE_BOX, 0.45, -1.2, 0.69, 0.15, 0.02, 0.15), 128, 128, 128);
  orr_eye eye = orr_eye_of(&s.scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
  const double behind[3] = {0.8, 2.0 - -0.7, 0.6}; /* the mirror's face is y = 1 */
  double seen[3], wanted[3], found[2];
  orr_eye_look(&eye, behind, seen);
  orr_eye_project(&eye, seen, wanted);
  orr_image image;
  shoot(*state, &s, &eye, &image);
  red_middle(&image, 0.2, found);
  assert_true(hypot(found[0] - wanted[0], found[1] - wanted[1]) < 0.3);
  orr_image_destroy(&image);
}

/* Through a slab of glass a red ball is seen moved along the slab by T (tan 1 - tan 2). */
static void test_slab_of_glass(void **state) {
  const double tilt = 0.7, thick = 0.5, index = 1.45, place[3] = {0.1, 0.05, 0.3};
  const double centre[3] = {0, 0, 0.8}, up[3] = {0, 1, 0};
  const double forward[3] = {sin(tilt), 0, -cos(tilt)};
  setting s;
  begin(&s);
  whiten(&s);
  orr_scene_shape *slab = add(&s, ORR_SCENE_BOX, 0, 0, 1, 4, 4, 0.5 * thick);
  slab->material.glass = 1.0;
  slab->material.index = index;
  paint_colour(slab, 255, 255, 255);
  paint_colour(add(&s, ORR_SCENE_SPHERE, place[0], place[1], place[2], 0.1, 0, 0), 255, 0, 0);
  double moved = thick * (tan(tilt) - tan(asin(sin(tilt) / index)));
  const double there[3] = {place[0] + moved, place[1], place[2]};
  orr_eye eye = orr_eye_parallel(centre, 2.0, forward, up, SIDE, SIDE);
  double seen[3], wanted[3], found[2];
  orr_eye_look(&eye, there, seen);
  orr_eye_project(&eye, seen, wanted);
  orr_image image;
  shoot(*state, &s, &eye, &image);
  red_middle(&image, 0.4, found);
  assert_true(fabs(moved) * SIDE / 4.0 > 4.0); /* pixels: it can be seen */
  assert_true(hypot(found[0] - wanted[0], found[1] - wanted[1]) < 0.3);
  orr_image_destroy(&image);
}

/* Where a ray along y at x = b beyond a ball of glass at the origin meets y = wall. */
static double beyond_ball(double b, double radius, double index, double wall) {
  double outside = asin(b / radius), inside = asin(b / radius / index);
  double turn = 2.0 * (outside - inside), place = outside + ORR_PI - 2.0 * inside;
  return radius * sin(place) - (wall + radius * cos(place)) * tan(turn);
}

/* A ball of glass turns what is behind it round; where an edge is seen is found by bisection. */
static void test_ball_of_glass(void **state) {
  const double radius = 0.9, index = 1.5, wall = 2.5, edges[] = {-0.5, 0.0, 0.4};
  const double centre[3] = {0, 0, 1}, along[3] = {0, 1, 0}, up[3] = {0, 0, 1};
  for (int i = 0; i < 3; i++) {
    setting s;
    begin(&s);
    whiten(&s);
    orr_scene_shape *ball = add(&s, ORR_SCENE_SPHERE, 0, 0, 1, radius, 0, 0);
    ball->material.glass = 1.0;
    ball->material.index = index;
    paint_colour(ball, 255, 255, 255);
    paint_colour(add(&s, ORR_SCENE_BOX, edges[i] - 20, wall + 1, 1, 20, 1, 20), 255, 0, 0);
    paint_colour(add(&s, ORR_SCENE_BOX, edges[i] + 20, wall + 1, 1, 20, 1, 20), 0, 0, 255);
    double low = -0.5, high = 0.5; /* it is a falling function there */
    for (int step = 0; step < 60; step++) {
      double middle = 0.5 * (low + high);
      if (beyond_ball(middle, radius, index, wall) > edges[i])
        low = middle;
      else
        high = middle;
    }
    orr_eye eye = orr_eye_parallel(centre, 2.0, along, up, SIDE, SIDE);
    orr_image image;
    shoot(*state, &s, &eye, &image);
    double found = crossing(&image, 64, 0, (int)pixel_x(-0.5), 0.33);
    assert_true(light_at(&image, (int)pixel_x(low) - 3, 64, 2) >
                light_at(&image, (int)pixel_x(low) - 3, 64, 0)); /* turned round */
    assert_true(fabs(found - pixel_x(low)) < 0.5);
    orr_image_destroy(&image);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {OF_BOTH(test_checker),       OF_BOTH(test_shadow_edge),
                                     OF_BOTH(test_penumbra),      OF_BOTH(test_mirror_image),
                                     OF_BOTH(test_slab_of_glass), OF_BOTH(test_ball_of_glass)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
