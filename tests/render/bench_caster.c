/* Pictures a second of the ray caster, the set-up of each among them:
 *   bench_caster [SECONDS] [THREADS]
 * Objects (boxes, balls, capsules) on an endless checkered floor under a sun with hard shadows, one
 * sample a pixel; then with a mirror in the floor and in a quarter of the objects, one bounce. */
#include "base/maths.h"
#include "base/pool.h"
#include "render/caster.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 101 };

/* Of this thread's own time when it is alone, so that others on the machine do not count. */
static clockid_t timer = CLOCK_THREAD_CPUTIME_ID;

static double now(void) {
  struct timespec t;
  clock_gettime(timer, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* On a square of side 4 about the origin, turned and coloured by their numbers. */
static void place(orr_scene_shape *shapes, int count, bool mirrors) {
  static const orr_scene_kind kinds[3] = {ORR_SCENE_BOX, ORR_SCENE_SPHERE, ORR_SCENE_CAPSULE};
  shapes[0] = (orr_scene_shape){.kind = ORR_SCENE_PLANE,
                                .layer = ORR_LAYER_STATIC,
                                .rotation = {1, 0, 0, 0},
                                .colour = {200, 190, 170}};
  for (int i = 1; i <= count; i++) {
    double angle = 2.4 * i, away = 2.0 * sqrt((i - 0.5) / count), turn = 0.7 * i;
    shapes[i] = (orr_scene_shape){.kind = kinds[i % 3],
                                  .layer = ORR_LAYER_BODY,
                                  .label = i,
                                  .position = {away * cos(angle), away * sin(angle), 0.3},
                                  .rotation = {cos(turn), 0.6 * sin(turn), 0, 0.8 * sin(turn)},
                                  .size = {0.2, 0.15 + 0.01 * (i % 5), 0.2},
                                  .colour = {(uint8_t)(60 + 37 * i), (uint8_t)(40 + 91 * i), 120}};
    shapes[i].material.mirror = mirrors && i % 4 == 0 ? 0.6 : 0.0;
  }
  shapes[0].material.mirror = mirrors ? 0.3 : 0.0;
}

static void measure(int count, int side, bool mirrors, double seconds, orr_pool *pool) {
  orr_scene_shape shapes[MOST];
  orr_scene_light sun = {.kind = ORR_SCENE_LIGHT_SUN,
                         .direction = {0.4, 0.5, -1},
                         .power = 0.8,
                         .colour = {255, 255, 255}};
  orr_scene_camera camera = {
      .position = {1.5, -5.5, 3.2}, .target = {0, 0, 0.2}, .up = {0, 0, 1}, .field_of_view = 0.8};
  orr_scene scene = {.dimensions = 3,
                     .size = {4, 4, 2},
                     .shapes = shapes,
                     .shape_count = (size_t)count + 1,
                     .lights = &sun,
                     .light_count = 1,
                     .camera = &camera};
  orr_caster *caster;
  orr_image image;
  orr_error err;
  place(shapes, count, mirrors);
  orr_eye eye = orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, side, side);
  if (orr_image_create(side, side, &image, &err) != ORR_OK ||
      orr_caster_create(side, side, &orr_quality_observation, &caster, &err) != ORR_OK)
    exit(1);
  double best = 0.0;
  for (double end = now() + seconds; now() < end;) {
    int pictures = 0, batch = side > 100 ? 2 : 20;
    double begin = now();
    for (; pictures < batch; pictures++) {
      shapes[1].position[0] = 0.001 * pictures;
      if (orr_caster_paint(caster, &eye, &scene, pool, &image, 0, 0, &err) != ORR_OK) exit(1);
    }
    best = orr_max(best, pictures / (now() - begin));
  }
  printf("%3d objects, %3d x %3d%s: %8.0f pictures/s\n", count, side, side,
         mirrors ? ", mirrors" : "         ", best);
  char path[64];
  snprintf(path, sizeof path, "bench_caster_%d_%d%s.png", count, side, mirrors ? "_mirror" : "");
  if (getenv("BENCH_PICTURES")) orr_image_write_png(&image, path, NULL);
  orr_caster_destroy(caster);
  orr_image_destroy(&image);
}

int main(int argc, char **argv) {
  double seconds = argc > 1 ? atof(argv[1]) : 1.0;
  orr_pool *pool = NULL;
  if (argc > 2 && orr_pool_create((size_t)atoi(argv[2]), &pool, NULL) != ORR_OK) return 1;
  if (pool) timer = CLOCK_MONOTONIC;
  static const int counts[2] = {10, 30}, sides[2] = {64, 224};
  for (int c = 0; c < 2; c++)
    for (int mirrors = 0; mirrors < 2; mirrors++)
      for (int s = 0; s < 2; s++) measure(counts[c], sides[s], mirrors, seconds, pool);
  orr_pool_destroy(pool);
  return 0;
}
