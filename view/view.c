/* The loop: time, episodes, and who is asked when. */
#include "render/text.h"
#include "view/view_private.h"
#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDTH        1000
#define HEIGHT       720
#define REST_SECONDS 1.0 /* how long a finished episode stays on screen */
#define RATE_SHARE   0.1 /* of the last frame in the shown rate */

static double control_seconds(const orr_view_loop *loop) {
  const orr_world_def *world = &loop->def->experiment->scenario->world;
  return world->dt * (double)world->substeps;
}

bool orr_view_over(const orr_view_loop *loop) {
  return orr_player_success(loop->player) || orr_player_end(loop->player) != ORR_RUNNING;
}

static orr_status remember(orr_view_loop *loop, orr_error *err) {
  return orr_tween_remember(loop->tween, orr_world_scene(orr_view_world(loop)), err);
}

/* The view of the first episode is kept in those that follow. */
orr_status orr_view_next(orr_view_loop *loop, uint32_t episode, orr_error *err) {
  bool first = loop->gaze.width == 0;
  loop->episode = episode;
  loop->waited = 0.0;
  ORR_TRY(orr_player_reset(loop->player, episode, err));
  ORR_TRY(remember(loop, err));
  ORR_TRY(orr_view_look(loop, 0.0, err));
  if (!orr_view_solid(loop)) return ORR_OK;
  orr_gaze_begin(&loop->gaze, &loop->scene, !first);
  return orr_view_look(loop, 0.0, err);
}

orr_status orr_view_advance(orr_view_loop *loop, orr_error *err) {
  loop->waited = 0.0;
  ORR_TRY(remember(loop, err));
  return orr_player_step(loop->player, loop->cursor, err);
}

/* Off screen every frame is a control step, and views do not glide. */
static orr_status run_off_screen(orr_view_loop *loop, const orr_control *control, orr_error *err) {
  bool go_on = true;
  for (int64_t frame = 0; frame < loop->def->frames && !orr_cancelled(control); frame++) {
    ORR_TRY(orr_view_listen(loop, frame, &go_on, err));
    if (orr_view_over(loop) || !go_on) break; /* the picture keeps the end of the episode */
    if (!loop->paused) ORR_TRY(orr_view_advance(loop, err));
    ORR_TRY(orr_view_look(loop, INFINITY, err));
  }
  ORR_TRY(orr_view_look(loop, INFINITY, err));
  return orr_view_draw(loop, err);
}

static orr_status pass_time(orr_view_loop *loop, double seconds, orr_error *err) {
  if (loop->paused) return ORR_OK;
  loop->waited += seconds;
  if (!orr_view_over(loop))
    return loop->waited >= control_seconds(loop) ? orr_view_advance(loop, err) : ORR_OK;
  return loop->waited >= REST_SECONDS ? orr_view_next(loop, loop->episode + 1, err) : ORR_OK;
}

/* A mean that forgets. */
static void measure_rate(orr_view_loop *loop, double seconds) {
  if (seconds <= 0.0) return;
  double mean = loop->rate > 0.0 ? 1.0 / loop->rate : seconds;
  loop->rate = 1.0 / (mean + RATE_SHARE * (seconds - mean));
}

static orr_status run_window(orr_view_loop *loop, const orr_control *control, orr_error *err) {
  double last = orr_window_seconds(), seconds = 0.0;
  bool go_on = true;
  for (int64_t frame = 0; go_on && !orr_cancelled(control); frame++) {
    if (loop->def->frames && frame >= loop->def->frames) break;
    int width, height;
    double unit;
    orr_window_size(loop->window, &width, &height, &unit);
    loop->layout = orr_layout_of(width, height, unit);
    ORR_TRY(orr_view_look(loop, seconds, err));
    ORR_TRY(orr_view_draw(loop, err));
    ORR_TRY(orr_window_show(loop->window, orr_canvas_image(loop->canvas), err));
    ORR_TRY(orr_view_listen(loop, frame, &go_on, err));
    double now = orr_window_seconds();
    seconds = now - last;
    last = now;
    measure_rate(loop, seconds);
    ORR_TRY(pass_time(loop, fmin(seconds, 0.25), err));
  }
  return ORR_OK;
}

static void set_options(orr_view_loop *loop) {
  const orr_view_def *def = loop->def;
  const orr_camera_def *camera = def->experiment->scenario->world.camera;
  bool off_screen = def->frames > 0 && def->screenshot;
  loop->help = true;
  loop->in_relief = def->relief;
  loop->how = (orr_pane_how){
      .care = def->care, .divisor = def->divisor, .unlit = def->unlit, .at_once = off_screen};
  loop->gaze.camera_on_body = camera && (camera->body || camera->model);
  loop->layout =
      orr_layout_of(def->width ? def->width : WIDTH, def->height ? def->height : HEIGHT, 1.0);
}

static orr_status prepare(orr_view_loop *loop, const orr_control *control, orr_error *err) {
  const orr_view_def *def = loop->def;
  set_options(loop);
  const orr_layout *at = &loop->layout;
  loop->pool = control ? control->pool : NULL;
  if (def->experiment->scenario->world.space.dimensions == 3 && (def->relief || def->unlit)) {
    orr_fail(err, ORR_ERR_CONFIG, "%s is for flat worlds", def->relief ? "--relief" : "--unlit");
    orr_hint(err, "this one has three dimensions: leave it out");
    return ORR_ERR_CONFIG;
  }
  ORR_TRY(orr_canvas_create(at->width, at->height, NULL, &loop->canvas, err));
  ORR_TRY(orr_player_create(def, loop->pool, &loop->player, err));
  ORR_TRY(orr_player_reset(loop->player, 0, err));
  ORR_TRY(orr_tween_create(&loop->tween, err));
  ORR_TRY(orr_relief_create(&loop->relief, err));
  ORR_TRY(orr_ghosts_create(&loop->ghosts, err));
  ORR_TRY(orr_pane_create(&loop->pane, err));
  const orr_scene *scene = orr_world_scene(orr_view_world(loop));
  for (int k = 0; k < 2; k++) loop->cursor[k] = 0.5 * scene->size[k];
  ORR_TRY(orr_view_next(loop, 0, err));
  if (loop->how.at_once) return ORR_OK;
  return orr_window_open("Orrery", at->width, at->height, &loop->window, err);
}

orr_status orr_view_run(const orr_view_def *def, const orr_control *control, orr_error *err) {
  orr_view_loop loop = {.def = def};
  orr_status status = prepare(&loop, control, err);
  if (status == ORR_OK)
    status = loop.window ? run_window(&loop, control, err) : run_off_screen(&loop, control, err);
  if (status == ORR_OK && def->screenshot)
    status = orr_image_write_png(orr_canvas_image(loop.canvas), def->screenshot, err);
  orr_window_close(loop.window);
  orr_player_destroy(loop.player);
  orr_canvas_destroy(loop.canvas);
  orr_pane_destroy(loop.pane);
  orr_ghosts_destroy(loop.ghosts);
  orr_relief_destroy(loop.relief);
  orr_tween_destroy(loop.tween);
  return status;
}

void orr_view_describe(char *out, size_t size) {
  SDL_version version;
  SDL_GetVersion(&version);
  const char *font = orr_text_find_font();
  int used =
      snprintf(out, size, "SDL %d.%d.%d; drivers", version.major, version.minor, version.patch);
  for (int i = 0; i < SDL_GetNumVideoDrivers() && used > 0 && (size_t)used < size; i++)
    used += snprintf(out + used, size - (size_t)used, " %s", SDL_GetVideoDriver(i));
  if (used > 0 && (size_t)used < size)
    snprintf(out + used, size - (size_t)used, "; font %s", *font ? font : "none");
}
