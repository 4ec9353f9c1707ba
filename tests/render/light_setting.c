#include "tests/render/light_setting.h"
#include "base/maths.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

const renderer caster = {.quality = {.samples = 16, .shadow_rays = 16, .bounces = 4}, .part = 0.05};
const renderer reference = {.quality = {.bounces = 4, .reference = 16}, .part = 0.03};

/* ---- scenes ---- */

void begin(setting *s) {
  *s = (setting){.scene = {.dimensions = 3, .size = {4, 4, 2}}};
  s->scene.shapes = s->shapes;
  s->scene.lights = s->lamps;
  s->scene.sky = &s->sky;
  s->lamps[0] = (orr_scene_light){.kind = ORR_SCENE_LIGHT_SUN, .power = 0.0};
  s->scene.light_count = 1;
}

orr_scene_shape *add(setting *s, orr_scene_kind kind, double x, double y, double z, double a,
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

orr_scene_shape *add_floor(setting *s) { return add(s, ORR_SCENE_PLANE, 0, 0, 0, 50, 50, 0); }

orr_scene_light *shine(setting *s, orr_scene_light_kind kind, double x, double y, double z) {
  s->lamps[0] = (orr_scene_light){.kind = kind,
                                  .position = {x, y, z},
                                  .direction = {0, 0, -1},
                                  .angle = 0.6,
                                  .power = 0.8,
                                  .colour = {255, 220, 180}};
  return &s->lamps[0];
}

void paint_colour(orr_scene_shape *shape, int r, int g, int b) {
  const int colour[3] = {r, g, b};
  for (int k = 0; k < 3; k++) shape->colour[k] = (uint8_t)colour[k];
}

/* ---- pictures ---- */

orr_eye from_above(void) {
  static const double centre[3] = {0, 0, 1}, down[3] = {0, 0, -1}, up[3] = {0, 1, 0};
  return orr_eye_parallel(centre, 2.0, down, up, SIDE, SIDE);
}

double pixel_x(double x) { return 0.5 * SIDE + x * SIDE / 4.0; }
double world_x(int pixel) { return (pixel + 0.5 - 0.5 * SIDE) * 4.0 / SIDE; }

void shoot(const renderer *by, const setting *s, const orr_eye *eye, orr_image *out) {
  orr_painter_def def = {.width = SIDE, .height = SIDE, .quality = by->quality};
  orr_painter *painter;
  assert_int_equal(orr_image_create(SIDE, SIDE, out, NULL), ORR_OK);
  assert_int_equal(orr_painter_create(&def, &painter, NULL), ORR_OK);
  orr_painter_look(painter, eye);
  assert_int_equal(orr_painter_paint(painter, &s->scene, NULL, out, 0, 0, NULL), ORR_OK);
  orr_painter_destroy(painter);
}

const uint8_t *pixel(const orr_image *image, int x, int y) {
  return &image->pixels[3 * (y * SIDE + x)];
}

double light_at(const orr_image *image, int x, int y, int channel) {
  return orr_light_linear(pixel(image, x, y)[channel]);
}

void assert_light(const orr_image *image, int x, int y, const double linear[3]) {
  for (int k = 0; k < 3; k++) {
    int found = pixel(image, x, y)[k], wanted = orr_light_encode(linear[k]);
    if (abs(found - wanted) > 1)
      fail_msg("pixel %d %d channel %d: %d, not %d", x, y, k, found, wanted);
  }
}

void lambert(const orr_scene_shape *shape, const orr_scene_light *lamp, double energy,
             double out[3]) {
  for (int k = 0; k < 3; k++)
    out[k] = energy * orr_light_linear(lamp->colour[k]) * orr_light_linear(shape->colour[k]);
}

double crossing(const orr_image *image, int row, int channel, int first, double level) {
  for (int x = first; x + 1 < SIDE; x++) {
    double a = light_at(image, x, row, channel), b = light_at(image, x + 1, row, channel);
    if ((a < level) == (b < level)) continue;
    return x + 0.5 + (level - a) / (b - a);
  }
  fail_msg("row %d never crosses %g", row, level);
  return 0.0;
}

void red_middle(const orr_image *image, double part, double out[2]) {
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

void whiten(setting *s) { s->sky = (orr_scene_sky){0.6, {255, 255, 255}, {255, 255, 255}}; }
