/* Scenes whose light can be computed by hand, and how to read it off a picture. */
#ifndef ORR_TESTS_RENDER_LIGHT_SETTING_H
#define ORR_TESTS_RENDER_LIGHT_SETTING_H

#include "render/light.h"
#include "render/painter.h"

#define SIDE 128 /* pixels */

typedef struct renderer {
  orr_quality quality;
  double part; /* by which a part of a lamp may be misjudged */
} renderer;

typedef struct setting {
  orr_scene scene;
  orr_scene_shape shapes[4];
  orr_scene_light lamps[2];
  orr_scene_sky sky;
} setting;

/* A world of 4 x 4 x 2 around the origin of x and y, without any light. */
void begin(setting *s);
orr_scene_shape *add(setting *s, orr_scene_kind kind, double x, double y, double z, double a,
                     double b, double c);
orr_scene_shape *add_floor(setting *s);
orr_scene_light *shine(setting *s, orr_scene_light_kind kind, double x, double y, double z);
void paint_colour(orr_scene_shape *shape, int r, int g, int b);
/* Straight down on the square |x|, |y| < 2: 32 pixels a unit, x to the right, y up. */
orr_eye from_above(void);
double pixel_x(double x);
double world_x(int pixel);
void shoot(const renderer *by, const setting *s, const orr_eye *eye, orr_image *out);
const uint8_t *pixel(const orr_image *image, int x, int y);
double light_at(const orr_image *image, int x, int y, int channel);
/* Linear light, to one step of the 8 bits. */
void assert_light(const orr_image *image, int x, int y, const double linear[3]);
/* Energy times colour of the lamp times albedo. */
void lambert(const orr_scene_shape *shape, const orr_scene_light *lamp, double energy,
             double out[3]);
/* Where, from pixel `first` on to the right, a row's light crosses `level`: in pixels. */
double crossing(const orr_image *image, int row, int channel, int first, double level);
/* The middle of the pixels that are red, and more than `part` as red as the reddest. */
void red_middle(const orr_image *image, double part, double out[2]);
/* White light from everywhere, nothing else: what is not red or blue is grey. */
void whiten(setting *s);

/* A test for each renderer, which it finds in *state. */
extern const renderer caster, reference;
/* clang-format off */
#define OF(test, by) {#test " (" #by ")", test, NULL, NULL, (void *)(uintptr_t)&by}
/* clang-format on */
#define OF_BOTH(test) OF(test, caster), OF(test, reference)

#endif
