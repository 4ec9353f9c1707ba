/* What a user relies on: light in pictures is where geometry says and as bright as light.h says.
 * Every test computes its answer from the scene's numbers alone and holds for each renderer. */
#include "base/maths.h"
#include "render/light.h"
#include "render/painter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SIDE 128

typedef struct renderer {
  orr_quality quality;
  double part; /* by which a part of a lamp may be misjudged */
} renderer;

/* ---- scenes ---- */

typedef struct setting {
  orr_scene scene;
  orr_scene_shape shapes[4];
  orr_scene_light lamps[2];
  orr_scene_sky sky;
} setting;

/* A world of 4 x 4 x 2 around the origin of x and y, without any light. */
static void begin(setting *s) {
  *s = (setting){.scene = {.dimensions = 3, .size = {4, 4, 2}}};
  s->scene.shapes = s->shapes;
  s->scene.lights = s->lamps;
  s->scene.sky = &s->sky;
  s->lamps[0] = (orr_scene_light){.kind = ORR_SCENE_LIGHT_SUN, .power = 0.0};
  s->scene.light_count = 1;
}

static orr_scene_shape *add(setting *s, orr_scene_kind kind, double x, double y, double z, double a,
                            double b, double c) {
  orr_scene_shape *shape = &s->shapes[s->scene.shape_count++];
  *shape = (orr_scene_shape){.kind = kind,
                             .layer = ORR_LAYER_BODY,
                             .position = {x, y, z},
                             .rotation = {1, 0, 0, 0},
                             .size = {a, b, c},
                             .colour = {200, 120, 60},
                             .material = {.pattern = ORR_PATTERN_PLAIN}};
  return shape;
}

static orr_scene_shape *add_floor(setting *s) {
  return add(s, ORR_SCENE_PLANE, 0, 0, 0, 50, 50, 0);
}

static orr_scene_light *shine(setting *s, orr_scene_light_kind kind, double x, double y, double z) {
  s->lamps[0] = (orr_scene_light){.kind = kind,
                                  .position = {x, y, z},
                                  .direction = {0, 0, -1},
                                  .angle = 0.6,
                                  .power = 0.8,
                                  .colour = {255, 220, 180}};
  return &s->lamps[0];
}

static void paint_colour(orr_scene_shape *shape, int r, int g, int b) {
  const int colour[3] = {r, g, b};
  for (int k = 0; k < 3; k++) shape->colour[k] = (uint8_t)colour[k];
}

/* ---- pictures ---- */

/* Straight down on the square |x|, |y| < 2: 32 pixels a unit, x to the right, y up. */
static orr_eye from_above(void) {
  static const double centre[3] = {0, 0, 1}, down[3] = {0, 0, -1}, up[3] = {0, 1, 0};
  return orr_eye_parallel(centre, 2.0, down, up, SIDE, SIDE);
}

static double pixel_x(double x) { return 0.5 * SIDE + x * SIDE / 4.0; }
static double world_x(int pixel) { return (pixel + 0.5 - 0.5 * SIDE) * 4.0 / SIDE; }

static void shoot(const renderer *by, const setting *s, const orr_eye *eye, orr_image *out) {
  orr_painter_def def = {.width = SIDE, .height = SIDE, .quality = by->quality};
  orr_painter *painter;
  assert_int_equal(orr_image_create(SIDE, SIDE, out, NULL), ORR_OK);
  assert_int_equal(orr_painter_create(&def, &painter, NULL), ORR_OK);
  orr_painter_look(painter, eye);
  assert_int_equal(orr_painter_paint(painter, &s->scene, NULL, out, 0, 0, NULL), ORR_OK);
  orr_painter_destroy(painter);
}

static const uint8_t *pixel(const orr_image *image, int x, int y) {
  return &image->pixels[3 * (y * SIDE + x)];
}

static double light_at(const orr_image *image, int x, int y, int channel) {
  return orr_light_linear(pixel(image, x, y)[channel]);
}

/* Linear light, to one step of the 8 bits. */
static void assert_light(const orr_image *image, int x, int y, const double linear[3]) {
  for (int k = 0; k < 3; k++) {
    int found = pixel(image, x, y)[k], wanted = orr_light_encode(linear[k]);
    if (abs(found - wanted) > 1)
      fail_msg("pixel %d %d channel %d: %d, not %d", x, y, k, found, wanted);
  }
}

/* Energy times colour of the lamp times albedo. */
static void lambert(const orr_scene_shape *shape, const orr_scene_light *lamp, double energy,
                    double out[3]) {
  for (int k = 0; k < 3; k++)
    out[k] = energy * orr_light_linear(lamp->colour[k]) * orr_light_linear(shape->colour[k]);
}

/* Where, from pixel `first` on to the right, a row's light crosses `level`: in pixels. */
static double crossing(const orr_image *image, int row, int channel, int first, double level) {
  for (int x = first; x + 1 < SIDE; x++) {
    double a = light_at(image, x, row, channel), b = light_at(image, x + 1, row, channel);
    if ((a < level) == (b < level)) continue;
    return x + 0.5 + (level - a) / (b - a);
  }
  fail_msg("row %d never crosses %g", row, level);
  return 0.0;
}

/* The middle of the pixels that are red, and more than `part` as red as the reddest. */
static void red_middle(const orr_image *image, double part, double out[2]) {
  double most = 0.0, sum = 0.0;
  out[0] = out[1] = 0.0;
  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < SIDE * SIDE; i++) {
      int x = i % SIDE, y = i / SIDE;
      double red = light_at(image, x, y, 0) - light_at(image, x, y, 2);
      if (pass == 0) most = orr_max(most, red);
      if (pass == 0 || red < part * most) continue;
      sum += red;
      out[0] += red * (x + 0.5);
      out[1] += red * (y + 0.5);
    }
  assert_true(most > 0.05);
  out[0] /= sum;
  out[1] /= sum;
}

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

/* ---- places ---- */

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

/* White light from everywhere, nothing else: what is not red or blue is grey. */
static void whiten(setting *s) { s->sky = (orr_scene_sky){0.6, {255, 255, 255}, {255, 255, 255}}; }

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

static renderer caster = {.quality = {.samples = 16, .shadow_rays = 16, .bounces = 4},
                          .part = 0.05};
static renderer reference = {.quality = {.bounces = 4, .reference = 16}, .part = 0.03};

#define OF(test, by)                                                                               \
  { #test " (" #by ")", test, NULL, NULL, &by }
#define ALL_OF(by)                                                                                 \
  OF(test_ambient_light, by), OF(test_sun_on_a_plane, by), OF(test_gloss, by),                     \
      OF(test_fall_of_lamps, by), OF(test_spot, by), OF(test_checker, by),                         \
      OF(test_shadow_edge, by), OF(test_penumbra, by), OF(test_mirror_image, by),                  \
      OF(test_slab_of_glass, by), OF(test_ball_of_glass, by), OF(test_what_glass_reflects, by),    \
      OF(test_mirrors_face_to_face, by), OF(test_shadow_of_glass, by),                             \
      OF(test_goals_are_half_there, by), OF(test_haze, by)

int main(void) {
  const struct CMUnitTest tests[] = {ALL_OF(caster), ALL_OF(reference)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
