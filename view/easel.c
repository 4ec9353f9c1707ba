#include "view/easel.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/panels.h"
#include <stdio.h>

#define SMALL 96 /* pixels of what a model sees, when its scenario does not say */

const char *const orr_easel_panel_names[] = {"camera", "top",          "front",  "side",
                                             "depth",  "segmentation", "pixels", NULL};

struct orr_easel {
  orr_easel_def def;
  orr_panels *panels;
  orr_painter *painters[ORR_EASEL_MOST]; /* by orr_easel_panel; the first serves depth too */
  orr_image scratch;                     /* of the first, when it is no panel itself */
  orr_image small;
  orr_eye eye; /* for all pictures, when `steady` */
  bool steady;
  double near, far; /* of the colours of depth */
};

static bool has(const orr_easel_def *def, orr_easel_panel panel) {
  for (size_t i = 0; i < def->panel_count; i++)
    if (def->panels[i] == panel) return true;
  return false;
}

static bool from_camera(orr_easel_panel panel) {
  return panel == ORR_EASEL_CAMERA || panel == ORR_EASEL_DEPTH || panel == ORR_EASEL_SEGMENTATION;
}

/* How a panel is painted; those that are made from the first's picture, as the first. */
static orr_painter_def painting(const orr_easel_def *def, orr_easel_panel panel) {
  orr_painter_def paint = def->paint;
  const orr_pixels_def *pixels = def->pixels;
  if (panel == ORR_EASEL_TOP) paint.viewpoint = ORR_VIEWPOINT_TOP;
  if (panel == ORR_EASEL_FRONT) paint.viewpoint = ORR_VIEWPOINT_FRONT;
  if (panel == ORR_EASEL_SIDE) paint.viewpoint = ORR_VIEWPOINT_SIDE;
  if (panel != ORR_EASEL_PIXELS) return paint;
  paint.width = paint.height = SMALL;
  paint.quality = orr_quality_observation;
  return pixels ? orr_pixels_painter(pixels) : paint;
}

/* From the nearest to the farthest corner of the world. */
static void choose_range(orr_easel *easel, const orr_scene *scene, const orr_eye *eye) {
  double low[3], high[3];
  orr_eye_bounds(scene, low, high);
  easel->near = INFINITY;
  easel->far = -INFINITY;
  for (int c = 0; c < 8; c++) {
    double corner[3], seen[3];
    for (int k = 0; k < 3; k++) corner[k] = c >> k & 1 ? high[k] : low[k];
    orr_eye_look(eye, corner, seen);
    easel->near = orr_min(easel->near, seen[2]);
    easel->far = orr_max(easel->far, seen[2]);
  }
  easel->near = orr_max(easel->near, eye->near);
}

/* Of what was painted first, when the world itself is flat. */
static void measure_range(orr_easel *easel, const float *depth) {
  size_t count = (size_t)easel->def.paint.width * (size_t)easel->def.paint.height;
  easel->near = INFINITY;
  easel->far = -INFINITY;
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(depth[i])) continue;
    easel->near = orr_min(easel->near, (double)depth[i]);
    easel->far = orr_max(easel->far, (double)depth[i]);
  }
}

static orr_status create_panels(orr_easel *easel, orr_error *err) {
  const orr_easel_def *def = &easel->def;
  const char *labels[ORR_EASEL_MOST];
  char pixels[48];
  orr_painter_def small = painting(def, ORR_EASEL_PIXELS);
  snprintf(pixels, sizeof pixels, "pixels %d × %d", small.width, small.height);
  for (size_t i = 0; i < def->panel_count; i++) {
    labels[i] = orr_easel_panel_names[def->panels[i]];
    if (def->panels[i] == ORR_EASEL_CAMERA) labels[i] = orr_viewpoint_names[def->paint.viewpoint];
    if (def->panels[i] == ORR_EASEL_PIXELS) labels[i] = pixels;
  }
  return orr_panels_create(def->paint.width, def->paint.height, labels, def->panel_count,
                           &easel->panels, err);
}

static orr_status create_painters(orr_easel *easel, orr_error *err) {
  const orr_easel_def *def = &easel->def;
  for (size_t i = 0; i < def->panel_count; i++) {
    orr_easel_panel panel = def->panels[i];
    orr_painter_def paint = painting(def, panel);
    if (panel == ORR_EASEL_PIXELS)
      ORR_TRY(orr_image_create(paint.width, paint.height, &easel->small, err));
    if (from_camera(panel)) panel = ORR_EASEL_CAMERA;
    if (!easel->painters[panel]) ORR_TRY(orr_painter_create(&paint, &easel->painters[panel], err));
  }
  if (easel->painters[ORR_EASEL_CAMERA] && !has(def, ORR_EASEL_CAMERA))
    ORR_TRY(orr_image_create(def->paint.width, def->paint.height, &easel->scratch, err));
  return ORR_OK;
}

orr_status orr_easel_create(const orr_easel_def *def, const orr_scene *scene, orr_easel **out,
                            orr_error *err) {
  orr_easel *easel;
  *out = NULL;
  ORR_ASSERT(def->panel_count > 0 && def->panel_count <= ORR_EASEL_MOST);
  ORR_TRY(orr_new(&easel, 1, sizeof *easel, err));
  easel->def = *def;
  orr_status status = create_panels(easel, err);
  if (status == ORR_OK) status = create_painters(easel, err);
  if (status != ORR_OK) {
    orr_easel_destroy(easel);
    return status;
  }
  easel->eye = orr_eye_of(scene, def->paint.viewpoint, def->paint.width, def->paint.height);
  easel->steady = scene->dimensions == 3 && !scene->camera;
  if (scene->dimensions == 3) choose_range(easel, scene, &easel->eye);
  *out = easel;
  return ORR_OK;
}

void orr_easel_destroy(orr_easel *easel) {
  if (!easel) return;
  for (size_t i = 0; i < ORR_EASEL_MOST; i++) orr_painter_destroy(easel->painters[i]);
  orr_panels_destroy(easel->panels);
  orr_image_destroy(&easel->scratch);
  orr_image_destroy(&easel->small);
  orr_free(easel);
}

void orr_easel_watch(orr_easel *easel, const orr_control *control) {
  for (size_t i = 0; i < ORR_EASEL_MOST; i++)
    if (easel->painters[i]) orr_painter_watch(easel->painters[i], control);
}

/* The picture on which depth and labels rest. */
static orr_status paint_first(orr_easel *easel, const orr_scene *scene, double turn, orr_pool *pool,
                              orr_error *err) {
  const orr_painter_def *paint = &easel->def.paint;
  orr_painter *painter = easel->painters[ORR_EASEL_CAMERA];
  orr_image *image = easel->scratch.pixels ? &easel->scratch : orr_panels_image(easel->panels);
  int x = 0, y = 0;
  if (easel->steady || turn != 0.0) {
    orr_eye eye = easel->steady ? easel->eye
                                : orr_eye_of(scene, paint->viewpoint, paint->width, paint->height);
    double low[3], high[3];
    orr_eye_bounds(scene, low, high);
    const double axis[2] = {0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1])};
    orr_eye_orbit(&eye, axis, turn);
    orr_painter_look(painter, &eye);
  }
  for (size_t i = 0; i < easel->def.panel_count; i++)
    if (easel->def.panels[i] == ORR_EASEL_CAMERA) orr_panels_place(easel->panels, i, &x, &y);
  return orr_painter_paint(painter, scene, pool, image, x, y, err);
}

static orr_status not_known(const char *what, orr_error *err) {
  orr_fail(err, ORR_ERR_CONFIG, "%s is not known of this picture", what);
  orr_hint(err, "it is of solids: a 3D world, or a flat one with --relief");
  return ORR_ERR_CONFIG;
}

static orr_status paint_panel(orr_easel *easel, size_t i, const orr_scene *scene, orr_pool *pool,
                              orr_error *err) {
  orr_easel_panel panel = easel->def.panels[i];
  orr_painter *first = easel->painters[ORR_EASEL_CAMERA], *own = easel->painters[panel];
  int x, y;
  orr_panels_place(easel->panels, i, &x, &y);
  if (panel == ORR_EASEL_CAMERA) return ORR_OK;
  if (panel == ORR_EASEL_DEPTH) {
    const float *depth = orr_painter_depth(first);
    if (!depth) return not_known("depth", err);
    if (!(easel->far > easel->near)) measure_range(easel, depth);
    orr_panels_put_depth(easel->panels, i, depth, easel->near, easel->far);
    return ORR_OK;
  }
  if (panel == ORR_EASEL_SEGMENTATION) {
    const uint8_t *labels = orr_painter_labels(first);
    if (!labels) return not_known("segmentation", err);
    orr_panels_put_labels(easel->panels, i, labels);
    return ORR_OK;
  }
  if (panel != ORR_EASEL_PIXELS)
    return orr_painter_paint(own, scene, pool, orr_panels_image(easel->panels), x, y, err);
  ORR_TRY(orr_painter_paint(own, scene, pool, &easel->small, 0, 0, err));
  orr_panels_put_enlarged(easel->panels, i, &easel->small);
  return ORR_OK;
}

orr_status orr_easel_paint(orr_easel *easel, const orr_scene *scene, double turn, orr_pool *pool,
                           const orr_image **out, orr_error *err) {
  if (easel->painters[ORR_EASEL_CAMERA]) ORR_TRY(paint_first(easel, scene, turn, pool, err));
  for (size_t i = 0; i < easel->def.panel_count; i++)
    ORR_TRY(paint_panel(easel, i, scene, pool, err));
  *out = orr_panels_image(easel->panels);
  return ORR_OK;
}
