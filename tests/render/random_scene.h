/* Random 3D scenes, and how alike two pictures are. */
#ifndef ORR_TESTS_RENDER_RANDOM_SCENE_H
#define ORR_TESTS_RENDER_RANDOM_SCENE_H

#include "base/image.h"
#include "sim/scene.h"

enum {
  RANDOM_SOLIDS = 12,
  RANDOM_LAMPS = 3,
  RANDOM_CORNERS = 7, /* of a prism */
  RANDOM_RING = 20,   /* corners of a mesh around its hole, */
  RANDOM_TUBE = 10,   /* and around its tube */
  RANDOM_TEXELS = 8   /* along a side of an image */
};

/* Borrows from itself: not to be copied. */
typedef struct random_scene {
  orr_scene scene;
  orr_scene_shape shapes[RANDOM_SOLIDS + 2]; /* the floor, the solids, a goal */
  orr_scene_light lights[RANDOM_LAMPS];
  orr_scene_camera camera;
  orr_scene_sky sky;
  double corners[RANDOM_SOLIDS][RANDOM_CORNERS][2];
  float vertices[RANDOM_RING * RANDOM_TUBE][3]; /* one mesh, used by all solids that are one */
  int triangles[2 * RANDOM_RING * RANDOM_TUBE][3];
  uint8_t texels[RANDOM_TEXELS][RANDOM_TEXELS][3];
  orr_scene_texture texture;
} random_scene;

/* A checkered floor of 4 x 4, 5 to 12 solids of all kinds that do not touch, some of them mirrors,
 * glass or patterned, now and then a goal; 1 to 3 lamps, half of them soft; a camera that sees
 * most of it. The same number, the same scene. */
void random_scene_make(uint64_t number, random_scene *out);

/* Peak signal-to-noise ratio of the 8-bit values, dB; INFINITY for equal pictures. */
double psnr(const orr_image *a, const orr_image *b);

#endif
