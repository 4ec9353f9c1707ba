#include "view/pane.h"
#include "base/hash.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/panels.h"
#include "view/enlarge.h"
#include "view/window.h"
#include <stdio.h>
#include <string.h>

enum { STRIP = 32, STAGES = 3, TOOLS = ORR_PACE_COARSEST + STAGES };
#define REST_SECONDS 0.02 /* of refinement with each call */

const char *const orr_overlay_names[] = {"colours", "depth", "labels", NULL};
const char *const orr_care_names[] = {"auto", "fast", "good", "best", NULL};
/* Through glass light is bent twice: in and out. */
static const orr_quality fast = {.samples = 1, .shadow_rays = 1, .bounces = 2};
static const orr_quality good = {.samples = 4, .shadow_rays = 4, .bounces = 2};

/* A painter, and where it paints. */
typedef struct pane_tool {
  orr_painter *painter; /* NULL: none yet */
  orr_painter_def def;
  orr_image image;
  orr_panels *panels; /* of depth and labels, as colours; NULL: not asked yet */
} pane_tool;

/* What is to be painted now. */
typedef struct pane_task {
  const orr_pane_how *how;
  const orr_scene *scene;
  const orr_eye *eye;
  orr_pool *pool;
} pane_task;

struct orr_pane {
  int width, height;
  orr_image fine, image;  /* as painted; handed out */
  pane_tool tools[TOOLS]; /* by divisor - 1, then by stage */
  pane_tool probe;
  orr_pace pace;
  orr_hash key; /* of what the picture shows */
  int divisor;  /* of the last picture in motion */
  int stage;    /* of refinement; `stages` when there is no more */
  int stages;
  int row; /* the next to refine */
  orr_quality qualities[STAGES];
  bool still; /* the last picture showed what the one before did */
  bool exact; /* every picture is at once as fine as it gets */
};

orr_status orr_pane_create(orr_pane **out, orr_error *err) {
  *out = NULL;
  ORR_TRY(orr_new(out, 1, sizeof **out, err));
  (*out)->pace = orr_pace_start;
  return ORR_OK;
}

static void drop_tool(pane_tool *tool) {
  orr_painter_destroy(tool->painter);
  orr_image_destroy(&tool->image);
  orr_panels_destroy(tool->panels);
  memset(tool, 0, sizeof *tool);
}

static void clear(orr_pane *pane) {
  for (int i = 0; i < TOOLS; i++) drop_tool(&pane->tools[i]);
  orr_image_destroy(&pane->fine);
  orr_image_destroy(&pane->image);
  pane->width = pane->height = 0;
  pane->key = (orr_hash){0};
}

void orr_pane_destroy(orr_pane *pane) {
  if (!pane) return;
  clear(pane);
  drop_tool(&pane->probe);
  orr_free(pane);
}

orr_status orr_pane_resize(orr_pane *pane, int width, int height, orr_error *err) {
  if (pane->width == width && pane->height == height) return ORR_OK;
  clear(pane);
  ORR_TRY(orr_image_create(width, height, &pane->fine, err));
  ORR_TRY(orr_image_create(width, height, &pane->image, err));
  pane->width = width;
  pane->height = height;
  return ORR_OK;
}

orr_image *orr_pane_image(orr_pane *pane) { return &pane->image; }
int orr_pane_divisor(const orr_pane *pane) { return pane->divisor; }
bool orr_pane_done(const orr_pane *pane) { return pane->stage >= pane->stages; }
bool orr_pane_still(const orr_pane *pane) { return pane->still; }

/* ---- has anything moved? ---- */

static orr_hash shape_key(const orr_scene_shape *shape) {
  double numbers[12] = {shape->angle};
  memcpy(numbers + 1, shape->position, sizeof shape->position);
  memcpy(numbers + 4, shape->rotation, sizeof shape->rotation);
  memcpy(numbers + 8, shape->size, sizeof shape->size);
  memcpy(numbers + 11, shape->colour, sizeof shape->colour);
  return orr_hash_bytes(numbers, sizeof numbers);
}

static orr_hash key_of(const pane_task *task) {
  const orr_scene *scene = task->scene;
  const orr_eye *eye = task->eye;
  double numbers[24] = {eye->scale,      eye->near,          eye->parallel,   task->how->overlay,
                        task->how->care, task->how->divisor, task->how->unlit};
  memcpy(numbers + 7, eye->position, sizeof eye->position);
  memcpy(numbers + 10, eye->right, sizeof eye->right);
  memcpy(numbers + 13, eye->forward, sizeof eye->forward);
  numbers[16] = scene->dimensions;
  if (scene->sky) numbers[17] = scene->sky->ambient;
  orr_hash key = orr_hash_bytes(numbers, sizeof numbers);
  for (size_t i = 0; i < scene->shape_count; i++)
    key = orr_hash_join(key, shape_key(&scene->shapes[i]));
  for (size_t i = 0; i < scene->light_count; i++) {
    const orr_scene_light *lamp = &scene->lights[i];
    double lit[12] = {lamp->angle, lamp->radius, lamp->power, lamp->reach};
    memcpy(lit + 4, lamp->position, sizeof lamp->position);
    memcpy(lit + 7, lamp->direction, sizeof lamp->direction);
    memcpy(lit + 10, lamp->colour, sizeof lamp->colour);
    key = orr_hash_join(key, orr_hash_bytes(lit, sizeof lit));
  }
  return key;
}

/* ---- painting ---- */

static bool same_painting(const orr_painter_def *a, const orr_painter_def *b) {
  return a->width == b->width && a->height == b->height && a->unlit == b->unlit &&
         a->quality.samples == b->quality.samples &&
         a->quality.shadow_rays == b->quality.shadow_rays &&
         a->quality.bounces == b->quality.bounces;
}

static orr_status take(pane_tool *tool, const orr_painter_def *def, orr_error *err) {
  if (tool->painter && same_painting(&tool->def, def)) return ORR_OK;
  drop_tool(tool);
  tool->def = *def;
  ORR_TRY(orr_image_create(def->width, def->height, &tool->image, err));
  return orr_painter_create(def, &tool->painter, err);
}

/* Paints with a tool; `out` is its picture, in the colours of the overlay. */
static orr_status paint(pane_tool *tool, const pane_task *task, const orr_eye *eye,
                        const orr_image **out, orr_error *err) {
  static const char *const none[] = {""};
  *out = &tool->image;
  orr_painter_look(tool->painter, eye);
  ORR_TRY(orr_painter_paint(tool->painter, task->scene, task->pool, &tool->image, 0, 0, err));
  if (task->how->overlay == ORR_OVERLAY_COLOURS || task->scene->dimensions == 2) return ORR_OK;
  if (!tool->panels)
    ORR_TRY(orr_panels_create(tool->def.width, tool->def.height, none, 1, &tool->panels, err));
  if (task->how->overlay == ORR_OVERLAY_DEPTH) {
    double near, far;
    orr_eye_range(task->eye, task->scene, &near, &far);
    orr_panels_put_depth(tool->panels, 0, orr_painter_depth(tool->painter), near, far);
  } else {
    orr_panels_put_labels(tool->panels, 0, orr_painter_labels(tool->painter));
  }
  *out = orr_panels_image(tool->panels);
  return ORR_OK;
}

static orr_status paint_whole(orr_pane *pane, const pane_task *task, int divisor,
                              const orr_quality *quality, orr_error *err) {
  const orr_painter_def def = {.width = (pane->width + divisor - 1) / divisor,
                               .height = (pane->height + divisor - 1) / divisor,
                               .unlit = task->how->unlit,
                               .quality = *quality};
  pane_tool *tool = &pane->tools[divisor - 1];
  orr_eye eye = *task->eye;
  const orr_image *small;
  eye.scale /= divisor;
  for (int k = 0; k < 2; k++) eye.middle[k] /= divisor;
  ORR_TRY(take(tool, &def, err));
  ORR_TRY(paint(tool, task, &eye, &small, err));
  orr_enlarge(small, divisor, task->how->overlay == ORR_OVERLAY_COLOURS, task->pool, &pane->fine);
  pane->divisor = divisor;
  return ORR_OK;
}

/* A few rows at full resolution, and one more on each side: edges are looked for between rows. */
static orr_status paint_strip(orr_pane *pane, const pane_task *task, orr_error *err) {
  const orr_painter_def def = {.width = pane->width,
                               .height = STRIP + 2,
                               .unlit = task->how->unlit,
                               .quality = pane->qualities[pane->stage]};
  pane_tool *tool = &pane->tools[ORR_PACE_COARSEST + pane->stage];
  orr_eye eye = *task->eye;
  const orr_image *strip;
  size_t stride = 3 * (size_t)pane->width;
  int rows = pane->height - pane->row < STRIP ? pane->height - pane->row : STRIP;
  eye.middle[1] -= pane->row - 1;
  ORR_TRY(take(tool, &def, err));
  ORR_TRY(paint(tool, task, &eye, &strip, err));
  memcpy(pane->fine.pixels + stride * (size_t)pane->row, strip->pixels + stride,
         stride * (size_t)rows);
  pane->row += rows;
  return ORR_OK;
}

/* ---- how finely ---- */

/* The qualities that a picture in rest goes through; outlines have few, but are painted whole. */
static void plan_stages(orr_pane *pane, const pane_task *task) {
  bool solid = task->scene->dimensions == 3;
  orr_care care = task->how->care;
  pane->exact = !solid && (task->how->unlit || task->scene->light_count == 0);
  pane->stages = 0;
  pane->row = 0;
  if (pane->exact || (solid && task->how->overlay != ORR_OVERLAY_COLOURS)) care = ORR_CARE_FAST;
  if (care == ORR_CARE_AUTO || care == ORR_CARE_FAST)
    pane->qualities[pane->stages++] = solid ? fast : orr_quality_observation;
  if (care == ORR_CARE_GOOD || (care == ORR_CARE_AUTO && solid))
    pane->qualities[pane->stages++] = good;
  if (care == ORR_CARE_BEST || care == ORR_CARE_AUTO)
    pane->qualities[pane->stages++] = orr_quality_picture;
}

static orr_status paint_moving(orr_pane *pane, const pane_task *task, orr_error *err) {
  int divisor = task->how->divisor;
  bool paced = divisor == 0 && !pane->exact;
  if (divisor == 0) divisor = paced ? pane->pace.divisor : 1;
  if (pane->exact) divisor = 1;
  double begin = orr_window_seconds();
  ORR_TRY(paint_whole(pane, task, divisor, &pane->qualities[0], err));
  if (paced) orr_pace_measured(&pane->pace, orr_window_seconds() - begin);
  pane->stage = divisor == 1 ? 1 : task->how->divisor > 1 ? pane->stages : 0;
  return ORR_OK;
}

static orr_status refine(orr_pane *pane, const pane_task *task, orr_error *err) {
  double begin = orr_window_seconds();
  while (!orr_pane_done(pane) && orr_window_seconds() - begin < REST_SECONDS) {
    if (task->scene->dimensions == 2) {
      ORR_TRY(paint_whole(pane, task, 1, &pane->qualities[pane->stage], err));
      pane->row = pane->height;
    } else {
      ORR_TRY(paint_strip(pane, task, err));
    }
    if (pane->row < pane->height) continue;
    pane->row = 0;
    pane->divisor = 1;
    pane->stage++;
  }
  return ORR_OK;
}

orr_status orr_pane_paint(orr_pane *pane, const orr_pane_how *how, const orr_scene *scene,
                          const orr_eye *eye, orr_pool *pool, orr_error *err) {
  const pane_task task = {how, scene, eye, pool};
  orr_hash key = key_of(&task);
  bool moved = !orr_hash_equal(key, pane->key);
  pane->key = (orr_hash){0}; /* until it is painted */
  pane->still = !moved;
  if (moved) plan_stages(pane, &task);
  if (moved && how->at_once) {
    pane->stage = pane->stages;
    ORR_TRY(paint_whole(pane, &task, how->divisor ? how->divisor : 1,
                        &pane->qualities[pane->stages - 1], err));
  } else if (moved) {
    ORR_TRY(paint_moving(pane, &task, err));
  } else {
    ORR_TRY(refine(pane, &task, err));
  }
  pane->key = key;
  memcpy(pane->image.pixels, pane->fine.pixels, 3 * (size_t)pane->width * (size_t)pane->height);
  return ORR_OK;
}

void orr_pane_describe(const orr_pane *pane, char *out, size_t size) {
  int divisor = pane->divisor > 0 ? pane->divisor : 1, w = pane->width, h = pane->height;
  *out = '\0';
  if (pane->exact) return;
  if (divisor > 1)
    snprintf(out, size, "rendering %d×%d of %d×%d", (w + divisor - 1) / divisor,
             (h + divisor - 1) / divisor, w, h);
  else
    snprintf(out, size, "rendering %d×%d", w, h);
}

orr_status orr_pane_probe(orr_pane *pane, const orr_scene *scene, const orr_eye *eye,
                          const double pixel[2], int *label, double *depth, orr_error *err) {
  const orr_painter_def def = {
      .width = 1, .height = 1, .quality = {.samples = 1, .shadow_rays = 1}};
  orr_eye shifted = *eye;
  *label = 0;
  *depth = INFINITY;
  if (scene->dimensions == 2) return ORR_OK;
  for (int k = 0; k < 2; k++) shifted.middle[k] -= floor(pixel[k]);
  ORR_TRY(take(&pane->probe, &def, err));
  orr_painter_look(pane->probe.painter, &shifted);
  ORR_TRY(orr_painter_paint(pane->probe.painter, scene, NULL, &pane->probe.image, 0, 0, err));
  *label = orr_painter_labels(pane->probe.painter)[0];
  *depth = (double)orr_painter_depth(pane->probe.painter)[0];
  return ORR_OK;
}
