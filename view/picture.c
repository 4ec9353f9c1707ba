#include "view/picture.h"
#include "base/maths.h"
#include "render/clip.h"
#include "view/script.h"
#include "view/tween.h"

#define LONGEST       512  /* pixels of the longer side, when no size is given */
#define LONGEST_PANEL 320  /* when there are several */
#define REST_SECONDS  0.5  /* how long the last instant of a clip is shown */
#define WATCH_SECONDS 20.0 /* of the world, when an episode has no end of its own */
#define MOST_PICTURES 100000

/* What is shown, and where it stands. */
typedef struct episode_film {
  const orr_picture_def *def;
  const orr_control *control;
  orr_script script;
  orr_world *world;
  orr_tween *tween;
  orr_easel *easel;
  double step_seconds;
  int64_t step; /* control steps since the script's `first` */
} episode_film;

static bool is_clip(const orr_picture_def *def) {
  return orr_clip_kind_of(def->path) != ORR_CLIP_NONE;
}

static bool has_solids(const orr_picture_def *def) {
  return def->play.experiment->scenario->world.space.dimensions == 3 || def->draw.paint.relief;
}

static double step_seconds(const orr_picture_def *def) {
  const orr_world_def *world = &def->play.experiment->scenario->world;
  return world->dt * (double)world->substeps;
}

/* ---- what cannot be ---- */

static orr_status only_for(const char *what, const char *whom, const char *hint, orr_error *err) {
  orr_fail(err, ORR_ERR_CONFIG, "%s is for %s", what, whom);
  orr_hint(err, "%s", hint);
  return ORR_ERR_CONFIG;
}

static orr_status check(const orr_picture_def *def, orr_error *err) {
  static const char hint[] = "this world is flat: add --relief";
  bool solid_world = def->play.experiment->scenario->world.space.dimensions == 3;
  if (solid_world && def->draw.paint.relief)
    return only_for("--relief", "flat worlds", "this one has three dimensions: leave it out", err);
  if (solid_world && def->draw.paint.unlit)
    return only_for("--unlit", "flat worlds", "solids are always seen in light", err);
  if (has_solids(def) && def->draw.paint.theme != ORR_THEME_PLAIN)
    return only_for("--theme", "flat pictures", "leave it out", err);
  if (has_solids(def)) return ORR_OK;
  orr_viewpoint from = def->draw.paint.viewpoint;
  if (def->turn != 0.0) return only_for("--orbit", "solids", hint, err);
  if (from == ORR_VIEWPOINT_FRONT || from == ORR_VIEWPOINT_SIDE)
    return only_for("--from front or side", "solids", hint, err);
  if (def->draw.paint.quality.reference)
    return only_for("--quality reference", "solids", hint, err);
  for (size_t i = 0; i < def->draw.panel_count; i++) {
    orr_easel_panel panel = def->draw.panels[i];
    if (panel != ORR_EASEL_CAMERA && panel != ORR_EASEL_TOP && panel != ORR_EASEL_PIXELS)
      return only_for(orr_easel_panel_names[panel], "solids", hint, err);
  }
  return ORR_OK;
}

/* ---- what happened ---- */

static int64_t most_steps(const orr_picture_def *def) {
  int64_t limit = def->play.experiment->scenario->task.time_limit;
  if (def->steps >= 0) return def->steps;
  if (!is_clip(def)) return 0;
  return limit > 0 ? limit : (int64_t)ceil(WATCH_SECONDS / step_seconds(def));
}

static orr_status read_script(episode_film *film, orr_error *err) {
  const orr_picture_def *def = film->def;
  if (!def->data)
    return orr_script_play(&def->play, (uint32_t)def->episode, most_steps(def), film->control,
                           &film->script, err);
  ORR_TRY(orr_script_read(def->play.experiment, def->data, def->episode, &film->script, err));
  int64_t most = def->steps < 0 && !is_clip(def) ? 0 : def->steps;
  if (most >= 0 && most < film->script.steps) film->script.steps = most;
  return ORR_OK;
}

static orr_status step_world(episode_film *film, orr_error *err) {
  size_t numbers = film->def->play.experiment->scenario->action_count;
  int64_t row = film->script.first + film->step;
  ORR_TRY(orr_tween_remember(film->tween, orr_world_scene(film->world), err));
  orr_world_step(film->world, film->script.actions + (size_t)row * numbers);
  film->step++;
  return ORR_OK;
}

/* ---- drawing ---- */

static void choose_size(const orr_picture_def *def, const orr_scene *scene,
                        orr_painter_def *paint) {
  double wide = has_solids(def) ? 4.0 : scene->size[0],
         tall = has_solids(def) ? 3.0 : scene->size[1];
  double scale = (def->draw.panel_count > 1 ? LONGEST_PANEL : LONGEST) / orr_max(wide, tall);
  if (!paint->width) paint->width = (int)orr_max(64.0, floor(wide * scale + 0.5));
  if (!paint->height) paint->height = (int)orr_max(64.0, floor(tall * scale + 0.5));
}

/* The world at the script's start, and an easel for it. */
static orr_status begin(episode_film *film, orr_error *err) {
  orr_easel_def draw = film->def->draw;
  const orr_scenario *scenario = film->def->play.experiment->scenario;
  draw.turn = film->def->turn;
  draw.pixels = film->def->play.experiment->observe.pixels;
  film->step_seconds = step_seconds(film->def);
  ORR_TRY(orr_tween_create(&film->tween, err));
  ORR_TRY(orr_world_create(scenario, &film->world, err));
  ORR_TRY(orr_world_reset(film->world, film->script.seed, film->script.episode, err));
  for (film->step = -film->script.first; film->step < 0;) ORR_TRY(step_world(film, err));
  const orr_scene *scene = orr_world_scene(film->world);
  choose_size(film->def, scene, &draw.paint);
  return orr_easel_create(&draw, scene, &film->easel, err);
}

/* Paints the world `at` control steps after its start; time only goes on. */
static orr_status paint_at(episode_film *film, double at, double turn, const orr_image **out,
                           orr_error *err) {
  while ((double)film->step < at - 1e-9) ORR_TRY(step_world(film, err));
  double share = film->step > 0 ? orr_clamp(at - (double)(film->step - 1), 0.0, 1.0) : 1.0;
  orr_scene scene = orr_tween_between(film->tween, orr_world_scene(film->world),
                                      share > 1.0 - 1e-9 ? 1.0 : share);
  orr_pool *pool = film->control ? film->control->pool : NULL;
  return orr_easel_paint(film->easel, &scene, turn, pool, out, err);
}

static orr_status write_instant(episode_film *film, orr_picture_result *out, orr_error *err) {
  const orr_image *image;
  orr_easel_watch(film->easel, film->control);
  ORR_TRY(paint_at(film, (double)film->script.steps, film->def->turn, &image, err));
  if (orr_cancelled(film->control)) return orr_fail(err, ORR_ERR_CANCELLED, "cancelled");
  *out = (orr_picture_result){.steps = film->script.steps, .pictures = 1};
  return orr_image_write_png(image, film->def->path, err);
}

static orr_status add_pictures(episode_film *film, int64_t count, orr_clip **clip, orr_error *err) {
  const orr_picture_def *def = film->def;
  const orr_clip_options how = {.lossless = def->lossless, .quality = orr_clip_default.quality};
  double pace = def->speed / (def->frames_per_second * film->step_seconds),
         last = (double)film->script.steps;
  const orr_image *image = NULL;
  const orr_control stop = {.cancel = film->control ? film->control->cancel : NULL};
  double shown = -1.0;
  orr_easel_watch(film->easel, &stop);
  for (int64_t i = 0; i < count; i++) {
    double at = orr_min((double)i * pace, last);
    if (orr_cancelled(film->control)) return orr_fail(err, ORR_ERR_CANCELLED, "cancelled");
    if (at != shown || def->turn != 0.0)
      ORR_TRY(paint_at(film, at, def->turn * (double)i / (double)count, &image, err));
    if (!*clip)
      ORR_TRY(orr_clip_create(def->path, image->width, image->height, def->frames_per_second, &how,
                              clip, err));
    ORR_TRY(orr_clip_add(*clip, image, err));
    orr_report(film->control, "pictures", i + 1, count, NULL);
    shown = at;
  }
  return ORR_OK;
}

static orr_status write_clip(episode_film *film, orr_picture_result *out, orr_error *err) {
  const orr_picture_def *def = film->def;
  double seconds = (double)film->script.steps * film->step_seconds / def->speed;
  double count = ceil((seconds + REST_SECONDS) * def->frames_per_second - 1e-6);
  orr_clip *clip = NULL;
  if (count > MOST_PICTURES) {
    orr_fail(err, ORR_ERR_CONFIG, "the clip would have %.0f pictures; at most %d are written",
             count, MOST_PICTURES);
    orr_hint(err, "show fewer --steps, fewer --fps, or at a higher --speed");
    return ORR_ERR_CONFIG;
  }
  *out = (orr_picture_result){.steps = film->script.steps,
                              .pictures = (int64_t)count,
                              .seconds = count / def->frames_per_second};
  orr_status status = add_pictures(film, (int64_t)count, &clip, err);
  if (status == ORR_OK) return orr_clip_finish(clip, err);
  orr_clip_abort(clip);
  return status;
}

orr_status orr_picture_write(const orr_picture_def *def, const orr_control *control,
                             orr_picture_result *out, orr_error *err) {
  episode_film film = {.def = def, .control = control};
  ORR_TRY(check(def, err));
  orr_status status = read_script(&film, err);
  if (status == ORR_OK) status = begin(&film, err);
  if (status == ORR_OK)
    status = is_clip(def) ? write_clip(&film, out, err) : write_instant(&film, out, err);
  orr_easel_destroy(film.easel);
  orr_tween_destroy(film.tween);
  orr_world_destroy(film.world);
  orr_script_destroy(&film.script);
  return status;
}
