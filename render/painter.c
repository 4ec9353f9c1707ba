#include "render/painter.h"
#include "base/memory.h"
#include "render/caster.h"
#include "render/raster.h"

const orr_quality orr_quality_observation = {.samples = 1, .shadow_rays = 1, .bounces = 1};
const orr_quality orr_quality_picture = {.samples = 16, .shadow_rays = 16, .bounces = 4};

static const orr_colour table = {255, 255, 255, 1.0};

struct orr_painter {
  orr_painter_def def;
  orr_caster *caster; /* made when a scene needs it */
  orr_eye eye;
  bool looks; /* by `eye` */
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
  orr_caster_destroy(painter->caster);
  orr_free(painter);
}

void orr_painter_look(orr_painter *painter, const orr_eye *eye) {
  painter->looks = eye != NULL;
  if (eye) painter->eye = *eye;
}

static void paint_flat(const orr_painter *painter, const orr_scene *scene, orr_image *image, int x,
                       int y) {
  int width = painter->def.width, height = painter->def.height;
  orr_camera camera = orr_camera_fit(scene, x, y, width, height);
  orr_raster_fill(image, x, y, width, height, table);
  orr_render_scene(image, &camera, scene);
}

orr_status orr_painter_paint(orr_painter *painter, const orr_scene *scene, orr_pool *pool,
                             orr_image *image, int x, int y, orr_error *err) {
  const orr_painter_def *def = &painter->def;
  if (scene->dimensions != 3) {
    paint_flat(painter, scene, image, x, y);
    return ORR_OK;
  }
  if (!painter->caster)
    ORR_TRY(orr_caster_create(def->width, def->height, &def->quality, &painter->caster, err));
  orr_eye eye =
      painter->looks ? painter->eye : orr_eye_of(scene, def->viewpoint, def->width, def->height);
  return orr_caster_paint(painter->caster, &eye, scene, pool, image, x, y, err);
}

const float *orr_painter_depth(const orr_painter *painter) {
  return painter->caster ? orr_caster_depth(painter->caster) : NULL;
}

const uint8_t *orr_painter_labels(const orr_painter *painter) {
  return painter->caster ? orr_caster_labels(painter->caster) : NULL;
}
