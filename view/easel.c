#include "view/easel.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/panels.h"
#include "render/relief.h"
#include <stdio.h>

#define TURNS 48   /* on the way round at which the view is looked at */
#define EDGE  0.06 /* of the picture, for walls around the world */
#define SMALL 96   /* pixels of what a model sees, when its scenario does not say */

const char *const orr_easel_panel_names[] = {"camera", "top",          "front",  "side",
                                             "depth",  "segmentation", "pixels", NULL};

struct orr_easel {
  orr_easel_def def;
  orr_panels *panels;
  orr_painter *painters[ORR_EASEL_MOST]; /* by orr_easel_panel */
  orr_image scratch;                     /* of what is measured and not shown */
  orr_image small;
  orr_relief *relief; /* NULL: the world is shown as it is */
  orr_eye eye;        /* for all pictures, when `steady` */
  bool steady;
  double near, far; /* of the colours of depth */
};

static bool has(const orr_easel_def *def, orr_easel_panel panel) {
  for (size_t i = 0; i < def->panel_count; i++)
    if (def->panels[i] == panel) return true;
  return false;
}

/* Who knows depth and labels: the slow reference does not, so the fast caster paints beside it. */
static orr_easel_panel knower(const orr_easel_def *def) {
  return def->paint.quality.reference ? ORR_EASEL_DEPTH : ORR_EASEL_CAMERA;
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

static void turn_eye(const orr_scene *scene, double turn, orr_eye *eye) {
  double low[3], high[3];
  orr_eye_bounds(scene, low, high);
  const double axis[2] = {0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1])};
  orr_eye_orbit(eye, axis, turn);
}

static bool shows_all(const orr_eye *eye, const orr_scene *scene, const orr_painter_def *paint) {
  double low[3], high[3];
  orr_eye_bounds(scene, low, high);
  for (int c = 0; c < 8; c++) {
    double corner[3], seen[3], at[3];
    for (int k = 0; k < 3; k++) corner[k] = c >> k & 1 ? high[k] : low[k];
    orr_eye_look(eye, corner, seen);
    orr_eye_project(eye, seen, at);
    double x = at[0] / paint->width - 0.5, y = at[1] / paint->height - 0.5;
    if (!(seen[2] > eye->near && fabs(x) < 0.5 - EDGE && fabs(y) < 0.5 - EDGE)) return false;
  }
  return true;
}

/* Takes the eye as far away as it must be to show all of the world on its whole way round. */
static void step_back(const orr_easel_def *def, const orr_scene *scene, orr_eye *eye) {
  for (int i = 0, rounds = 0; def->turn != 0.0 && i <= TURNS && rounds < 400; rounds++) {
    orr_eye turned = *eye;
    turn_eye(scene, def->turn * i / TURNS, &turned);
    if (shows_all(&turned, scene, &def->paint)) {
      i++;
      continue;
    }
    double low[3], high[3];
    orr_eye_bounds(scene, low, high);
    eye->scale *= eye->parallel ? 0.98 : 1.0;
    for (int k = 0; k < 3 && !eye->parallel; k++)
      eye->position[k] -= 0.02 * eye->forward[k] * (high[0] - low[0] + high[1] - low[1]);
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
    if (panel == ORR_EASEL_DEPTH || panel == ORR_EASEL_SEGMENTATION) panel = knower(def);
    if (panel == ORR_EASEL_DEPTH) paint.quality = orr_quality_observation;
    if (!easel->painters[panel]) ORR_TRY(orr_painter_create(&paint, &easel->painters[panel], err));
  }
  if (has(def, ORR_EASEL_DEPTH) || has(def, ORR_EASEL_SEGMENTATION))
    ORR_TRY(orr_image_create(def->paint.width, def->paint.height, &easel->scratch, err));
  return ORR_OK;
}

/* The scene that all panels show, but for what a model sees: solids, when they are asked for. */
static orr_status stage(orr_easel *easel, const orr_scene *scene, const orr_scene **out,
                        orr_error *err) {
  *out = scene;
  return easel->relief ? orr_relief_of(easel->relief, scene, out, err) : ORR_OK;
}

static orr_status choose_eye(orr_easel *easel, const orr_scene *scene, orr_error *err) {
  const orr_painter_def *paint = &easel->def.paint;
  if (paint->relief && scene->dimensions == 2) ORR_TRY(orr_relief_create(&easel->relief, err));
  ORR_TRY(stage(easel, scene, &scene, err));
  if (scene->dimensions == 2) return ORR_OK;
  easel->eye = orr_eye_of(scene, paint->viewpoint, paint->width, paint->height);
  easel->steady = !scene->camera;
  if (easel->steady) step_back(&easel->def, scene, &easel->eye);
  orr_eye_range(&easel->eye, scene, &easel->near, &easel->far);
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
  if (status == ORR_OK) status = choose_eye(easel, scene, err);
  if (status != ORR_OK) {
    orr_easel_destroy(easel);
    return status;
  }
  *out = easel;
  return ORR_OK;
}

void orr_easel_destroy(orr_easel *easel) {
  if (!easel) return;
  for (size_t i = 0; i < ORR_EASEL_MOST; i++) orr_painter_destroy(easel->painters[i]);
  orr_panels_destroy(easel->panels);
  orr_image_destroy(&easel->scratch);
  orr_image_destroy(&easel->small);
  orr_relief_destroy(easel->relief);
  orr_free(easel);
}

void orr_easel_watch(orr_easel *easel, const orr_control *control) {
  for (size_t i = 0; i < ORR_EASEL_MOST; i++)
    if (easel->painters[i]) orr_painter_watch(easel->painters[i], control);
}

/* From where the first panel is seen. */
static void look(const orr_easel *easel, orr_painter *painter, const orr_scene *scene,
                 double turn) {
  const orr_painter_def *paint = &easel->def.paint;
  if (!easel->steady && turn == 0.0) return;
  orr_eye eye =
      easel->steady ? easel->eye : orr_eye_of(scene, paint->viewpoint, paint->width, paint->height);
  turn_eye(scene, turn, &eye);
  orr_painter_look(painter, &eye);
}

/* The first panel, and what depth and labels are asked of. */
static orr_status paint_first(orr_easel *easel, const orr_scene *scene, double turn, orr_pool *pool,
                              orr_error *err) {
  orr_painter *first = easel->painters[ORR_EASEL_CAMERA],
              *measurer = easel->painters[ORR_EASEL_DEPTH];
  orr_image *image = &easel->scratch;
  int x = 0, y = 0;
  for (size_t i = 0; i < easel->def.panel_count; i++) {
    if (easel->def.panels[i] != ORR_EASEL_CAMERA) continue;
    image = orr_panels_image(easel->panels);
    orr_panels_place(easel->panels, i, &x, &y);
  }
  if (first) {
    look(easel, first, scene, turn);
    ORR_TRY(orr_painter_paint(first, scene, pool, image, x, y, err));
  }
  if (!measurer) return ORR_OK;
  look(easel, measurer, scene, turn);
  return orr_painter_paint(measurer, scene, pool, &easel->scratch, 0, 0, err);
}

static orr_status not_known(const char *what, orr_error *err) {
  orr_fail(err, ORR_ERR_CONFIG, "%s is not known of this picture", what);
  orr_hint(err, "it is of solids: a 3D world, or a flat one with --relief");
  return ORR_ERR_CONFIG;
}

static orr_status paint_panel(orr_easel *easel, size_t i, const orr_scene *scene, orr_pool *pool,
                              orr_error *err) {
  orr_easel_panel panel = easel->def.panels[i];
  orr_painter *first = easel->painters[knower(&easel->def)], *own = easel->painters[panel];
  int x, y;
  orr_panels_place(easel->panels, i, &x, &y);
  if (panel == ORR_EASEL_CAMERA) return ORR_OK;
  if (panel == ORR_EASEL_DEPTH) {
    const float *depth = orr_painter_depth(first);
    if (!depth) return not_known("depth", err);
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
  const orr_scene *shown;
  ORR_TRY(stage(easel, scene, &shown, err));
  ORR_TRY(paint_first(easel, shown, turn, pool, err));
  for (size_t i = 0; i < easel->def.panel_count; i++) {
    bool model = easel->def.panels[i] == ORR_EASEL_PIXELS;
    ORR_TRY(paint_panel(easel, i, model ? scene : shown, pool, err));
  }
  *out = orr_panels_image(easel->panels);
  return ORR_OK;
}
