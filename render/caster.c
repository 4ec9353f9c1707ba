/* Pictures by the kernels: memory, tables, rows of tiles for threads, and which pixels need more
 * than one sample: those that differ from a neighbour. */
#include "render/caster.h"
#include "base/build_info.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/cast_private.h"
#include <stdlib.h>
#include <string.h>

/* Differences of colour between neighbours, of 255, from which a pixel gets more samples: where
 * another solid begins, and elsewhere (shadows, reflections, patterns). */
#define EDGE  2
#define INNER 5

struct orr_caster {
  const orr_cast_kernels *kernels;
  orr_cast_stage stage;
  uint8_t codes[ORR_CAST_CODES];
  float linear[256];
  uint8_t *first; /* one sample a pixel, height x width x 3 */
  int32_t *queue; /* pixels to refine, a row of tiles after the other */
  uint8_t *refined;
  orr_image *image; /* of the picture being painted */
  int x, y;
};

const orr_cast_kernels *orr_cast_best(void) { return ORR_ISA_TABLE(orr_cast); }

void orr_caster_use(orr_caster *caster, const orr_cast_kernels *kernels) {
  caster->kernels = kernels;
}

/* ---- tables ---- */

static void set_tables(orr_caster *caster) {
  orr_cast_scene *scene = &caster->stage.scene;
  for (int i = 0; i < ORR_CAST_CODES; i++) {
    double root = (double)i / (ORR_CAST_CODES - 1);
    caster->codes[i] = orr_light_encode(root * root);
  }
  for (int i = 0; i < 256; i++) caster->linear[i] = (float)orr_light_linear((uint8_t)i);
  scene->codes = caster->codes;
  scene->linear = caster->linear;
  for (int i = 0; i < scene->quality.shadow_rays; i++) {
    double point[2];
    orr_light_disc(i, scene->quality.shadow_rays, point);
    for (int k = 0; k < 2; k++) scene->disc[i][k] = (float)point[k];
  }
  for (int i = 0; i < ORR_CAST_SPINS; i++) {
    double angle = 2.0 * ORR_PI * i / ORR_CAST_SPINS;
    scene->spins[i][0] = (float)cos(angle);
    scene->spins[i][1] = (float)sin(angle);
  }
}

/* ---- memory ---- */

static orr_status allocate(orr_caster *caster, orr_error *err) {
  orr_cast_scene *scene = &caster->stage.scene;
  size_t count = (size_t)scene->width * (size_t)scene->height;
  ORR_TRY(orr_new(&scene->depth, count, sizeof *scene->depth, err));
  ORR_TRY(orr_new(&scene->labels, count, sizeof *scene->labels, err));
  ORR_TRY(orr_new(&scene->seen, count, sizeof *scene->seen, err));
  if (scene->quality.samples == 1) return ORR_OK;
  ORR_TRY(orr_new(&caster->first, count, 3, err));
  ORR_TRY(orr_new(&caster->queue, count, sizeof *caster->queue, err));
  return orr_new(&caster->refined, count, 3, err);
}

static bool power_of_four(int n) { return n == 1 || n == 4 || n == 16; }

orr_status orr_caster_create(int width, int height, const orr_quality *quality, orr_caster **out,
                             orr_error *err) {
  ORR_ASSERT(width > 0 && height > 0 && width <= INT32_MAX / 4 / height);
  ORR_ASSERT(power_of_four(quality->samples) && power_of_four(quality->shadow_rays));
  ORR_ASSERT(quality->bounces >= 0 && quality->bounces <= 8);
  orr_caster *caster;
  *out = NULL;
  ORR_TRY(orr_new(&caster, 1, sizeof *caster, err));
  orr_cast_scene *scene = &caster->stage.scene;
  caster->kernels = orr_cast_best();
  scene->width = width;
  scene->height = height;
  scene->quality = *quality;
  scene->across = (width + ORR_CAST_TILE - 1) / ORR_CAST_TILE;
  scene->down_count = (height + ORR_CAST_TILE - 1) / ORR_CAST_TILE;
  set_tables(caster);
  orr_status status = allocate(caster, err);
  if (status == ORR_OK)
    *out = caster;
  else
    orr_caster_destroy(caster);
  return status;
}

void orr_caster_destroy(orr_caster *caster) {
  if (!caster) return;
  orr_free(caster->stage.scene.depth);
  orr_free(caster->stage.scene.labels);
  orr_free(caster->stage.scene.seen);
  orr_free(caster->first);
  orr_free(caster->queue);
  orr_free(caster->refined);
  orr_cast_stage_clear(&caster->stage);
  orr_free(caster);
}

const float *orr_caster_depth(const orr_caster *caster) { return caster->stage.scene.depth; }

const uint8_t *orr_caster_labels(const orr_caster *caster) { return caster->stage.scene.labels; }

/* ---- painting ---- */

static void cast_row(void *context, size_t row, size_t lane) {
  (void)lane;
  const orr_caster *caster = context;
  caster->kernels->row(&caster->stage.scene, (int)row);
}

static bool differ(const orr_caster *caster, size_t a, size_t b) {
  const uint8_t *p = caster->first + 3 * a, *q = caster->first + 3 * b;
  const int32_t *seen = caster->stage.scene.seen;
  int limit = seen[a] == seen[b] ? INNER : EDGE;
  for (int k = 0; k < 3; k++)
    if (abs(p[k] - q[k]) >= limit) return true;
  return false;
}

static bool has_edge(const orr_caster *caster, int x, int y) {
  int width = caster->stage.scene.width, height = caster->stage.scene.height;
  size_t at = (size_t)y * (size_t)width + (size_t)x;
  for (int dy = -1; dy <= 1; dy++)
    for (int dx = -1; dx <= 1; dx++) {
      if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
      size_t other = (size_t)(y + dy) * (size_t)width + (size_t)(x + dx);
      if (other != at && differ(caster, at, other)) return true;
    }
  return false;
}

/* Pixels of one sample go to the picture as they are, the others once more. */
static void refine_row(void *context, size_t tile_row, size_t lane) {
  (void)lane;
  const orr_caster *caster = context;
  const orr_cast_scene *scene = &caster->stage.scene;
  int top = (int)tile_row * ORR_CAST_TILE, count = 0;
  int low = top + ORR_CAST_TILE < scene->height ? top + ORR_CAST_TILE : scene->height;
  size_t begin = (size_t)top * (size_t)scene->width, across = (size_t)scene->width;
  int32_t *queue = caster->queue + begin;
  for (int y = top; y < low; y++) {
    uint8_t *row = caster->image->pixels +
                   3 * ((size_t)(caster->y + y) * (size_t)caster->image->width + (size_t)caster->x);
    memcpy(row, caster->first + 3 * (size_t)y * across, 3 * across);
    for (int x = 0; x < scene->width; x++)
      if (has_edge(caster, x, y)) queue[count++] = y * scene->width + x;
  }
  uint8_t *refined = caster->refined + 3 * begin;
  caster->kernels->refine(scene, queue, count, refined);
  for (int i = 0; i < count; i++) {
    int x = caster->x + queue[i] % scene->width, y = caster->y + queue[i] / scene->width;
    memcpy(caster->image->pixels + 3 * ((size_t)y * (size_t)caster->image->width + (size_t)x),
           refined + 3 * i, 3);
  }
}

orr_status orr_caster_paint(orr_caster *caster, const orr_eye *eye, const orr_scene *scene,
                            orr_pool *pool, orr_image *image, int x, int y, orr_error *err) {
  orr_cast_scene *own = &caster->stage.scene;
  ORR_ASSERT(x >= 0 && y >= 0 && x + own->width <= image->width &&
             y + own->height <= image->height);
  ORR_TRY(orr_cast_stage_set(&caster->stage, eye, scene, err));
  bool more = own->quality.samples > 1;
  size_t stride = 3 * (size_t)(more ? own->width : image->width);
  own->stride = stride;
  own->pixels = more ? caster->first : image->pixels + (size_t)y * stride + 3 * (size_t)x;
  caster->image = image;
  caster->x = x;
  caster->y = y;
  orr_pool_run(pool, (size_t)own->down_count, cast_row, caster);
  if (more) orr_pool_run(pool, (size_t)own->down_count, refine_row, caster);
  return ORR_OK;
}
