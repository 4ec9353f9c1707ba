#include "render/painter.h"
#include "base/memory.h"
#include "render/caster.h"
#include "render/flatlight.h"
#include "render/raster_base.h"
#include "render/raster_theme.h"
#include "render/reference.h"
#include "render/relief.h"

const orr_quality orr_quality_observation = {.samples = 1, .shadow_rays = 1, .bounces = 1};
const orr_quality orr_quality_picture = {.samples = 16, .shadow_rays = 16, .bounces = 4};

const char *const orr_theme_names[] = {"plain", "pymunk", NULL};
static const orr_colour table = {255, 255, 255, 1.0};

struct orr_painter {
  orr_painter_def def;
  /* Made when a scene needs them. */
  orr_caster *caster;
  orr_raster_base *base;   /* of plain 2D pictures */
  orr_raster_theme *theme; /* of others */
  orr_flatlight *flatlight;
  orr_relief *relief;
  orr_eye eye;
  bool looks; /* by `eye` */
  bool cast;  /* the last picture was */
  const orr_control *watcher;
};

orr_status orr_painter_create(const orr_painter_def *def, orr_painter **out, orr_error *err) {
  ORR_ASSERT(def->width > 0 && def->height > 0);
  orr_painter *painter;
  *out = NULL;
  ORR_TRY(orr_new(&painter, 1, sizeof *painter, err));
  painter->def = *def;
  *out = painter;
  return ORR_OK;
}

void orr_painter_destroy(orr_painter *painter) {
  if (!painter) return;
  orr_raster_base_destroy(painter->base);
  orr_raster_theme_destroy(painter->theme);
  orr_flatlight_destroy(painter->flatlight);
  orr_relief_destroy(painter->relief);
  orr_caster_destroy(painter->caster);
  orr_free(painter);
}

void orr_painter_look(orr_painter *painter, const orr_eye *eye) {
  painter->looks = eye != NULL;
  if (eye) painter->eye = *eye;
}

void orr_painter_watch(orr_painter *painter, const orr_control *control) {
  painter->watcher = control;
}

static void draw_base(const void *context, const orr_scene *scene, orr_image *image) {
  (void)context;
  orr_camera camera = orr_camera_fit(scene, 0, 0, image->width, image->height);
  orr_raster_target all = orr_raster_scene_target(image, 0, 0, image->width, image->height);
  orr_raster_fill(image, 0, 0, image->width, image->height, table);
  orr_raster_scene_draw(&all, &camera, scene, ORR_LAYER_GOAL, ORR_LAYER_STATIC);
}

static orr_status paint_plain(orr_painter *painter, const orr_scene *scene, orr_image *image, int x,
                              int y, orr_error *err) {
  int width = painter->def.width, height = painter->def.height;
  const orr_image *base;
  bool changed;
  if (!painter->base) ORR_TRY(orr_raster_base_create(width, height, &painter->base, err));
  ORR_TRY(orr_raster_base_of(painter->base, scene, draw_base, NULL, &base, &changed, err));
  orr_raster_target target = orr_raster_scene_target(image, x, y, width, height);
  orr_camera camera = orr_camera_fit(scene, x, y, width, height);
  orr_raster_base_copy(base, x, y, &target);
  orr_raster_scene_draw(&target, &camera, scene, ORR_LAYER_BODY, ORR_LAYER_ACTOR);
  return ORR_OK;
}

static orr_status paint_flat(orr_painter *painter, const orr_scene *scene, orr_pool *pool,
                             orr_image *image, int x, int y, orr_error *err) {
  const orr_painter_def *def = &painter->def;
  if (def->theme == ORR_THEME_PYMUNK) {
    if (!painter->theme)
      ORR_TRY(orr_raster_theme_create(def->width, def->height, &painter->theme, err));
    return orr_raster_theme_paint(painter->theme, scene, image, x, y, err);
  }
  if (def->unlit || scene->light_count == 0) return paint_plain(painter, scene, image, x, y, err);
  if (!painter->flatlight)
    ORR_TRY(orr_flatlight_create(def->width, def->height, &def->quality, &painter->flatlight, err));
  return orr_flatlight_paint(painter->flatlight, scene, pool, image, x, y, err);
}

static orr_status paint_reference(const orr_painter *painter, const orr_eye *eye,
                                  const orr_scene *scene, orr_pool *pool, orr_image *image, int x,
                                  int y, orr_error *err) {
  const orr_painter_def *def = &painter->def;
  orr_reference_def reference = {.width = def->width,
                                 .height = def->height,
                                 .samples = def->quality.reference,
                                 .bounces = def->quality.bounces,
                                 .global = def->quality.global,
                                 .seed = 1};
  orr_control control = {0};
  if (painter->watcher) control = *painter->watcher;
  control.pool = pool;
  return orr_reference_paint(&reference, eye, scene, &control, image, x, y, err);
}

static orr_status paint_solids(orr_painter *painter, const orr_scene *scene, orr_pool *pool,
                               orr_image *image, int x, int y, orr_error *err) {
  const orr_painter_def *def = &painter->def;
  orr_eye eye =
      painter->looks ? painter->eye : orr_eye_of(scene, def->viewpoint, def->width, def->height);
  if (def->quality.reference > 0)
    return paint_reference(painter, &eye, scene, pool, image, x, y, err);
  if (!painter->caster)
    ORR_TRY(orr_caster_create(def->width, def->height, &def->quality, &painter->caster, err));
  painter->cast = true;
  return orr_caster_paint(painter->caster, &eye, scene, pool, image, x, y, err);
}

orr_status orr_painter_paint(orr_painter *painter, const orr_scene *scene, orr_pool *pool,
                             orr_image *image, int x, int y, orr_error *err) {
  painter->cast = false;
  if (scene->dimensions == 3) return paint_solids(painter, scene, pool, image, x, y, err);
  if (!painter->def.relief) return paint_flat(painter, scene, pool, image, x, y, err);
  const orr_scene *solids;
  if (!painter->relief) ORR_TRY(orr_relief_create(&painter->relief, err));
  ORR_TRY(orr_relief_of(painter->relief, scene, &solids, err));
  return paint_solids(painter, solids, pool, image, x, y, err);
}

const float *orr_painter_depth(const orr_painter *painter) {
  return painter->cast ? orr_caster_depth(painter->caster) : NULL;
}

const uint8_t *orr_painter_labels(const orr_painter *painter) {
  return painter->cast ? orr_caster_labels(painter->caster) : NULL;
}
