#include "view/view.h"
#include "render/painter.h"
#include "render/raster.h"
#include "render/text.h"
#include "view/canvas.h"
#include "view/player.h"
#include "view/tween.h"
#include "view/window.h"
#include <SDL.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WIDTH        1000
#define HEIGHT       720
#define MARGIN       20
#define WORLD_PIXELS 680
#define PANEL_X      (MARGIN + WORLD_PIXELS + 24)
#define VALUE_X      92 /* of a value, from the panel's left edge */
#define LINE         26
#define REST_SECONDS 1.0 /* how long a finished episode stays on screen */

static const orr_colour paper = {248, 247, 243, 1.0}, table = {255, 255, 255, 1.0},
                        ink = {38, 38, 42, 1.0}, faint = {130, 130, 136, 1.0},
                        accent = {196, 78, 42, 1.0}, good = {44, 128, 84, 1.0};

/* One run of the window. */
typedef struct view_loop {
  const orr_view_def *def;
  orr_canvas *canvas;
  orr_window *window; /* NULL: off screen */
  orr_player *player;
  orr_painter *painter; /* NULL: a 2D world */
  orr_eye eye;          /* of a 3D world, for the whole episode */
  orr_pool *pool;
  orr_tween *tween; /* between two control steps */
  uint32_t episode;
  bool paused, help;
  double cursor[2]; /* world units */
  double waited;    /* s since the last control step */
} view_loop;

static double control_seconds(const view_loop *loop) {
  const orr_world_def *world = &loop->def->experiment->scenario->world;
  return world->dt * (double)world->substeps;
}

/* ---- drawing ---- */

static orr_status remember(view_loop *loop, orr_error *err) {
  const orr_scene *scene = orr_world_scene(orr_env_world(orr_player_env(loop->player)));
  return orr_tween_remember(loop->tween, scene, err);
}

/* The model's imagined future: fainter the further away. */
static void draw_ghosts(view_loop *loop, const orr_camera *camera, const orr_scene *scene) {
  const float *imagined;
  size_t count = orr_player_imagined(loop->player, &imagined);
  const orr_space *space = &loop->def->experiment->observer.space;
  for (size_t p = count; p-- > 0;) {
    const float *observation = imagined + p * space->count;
    for (size_t b = 0; b < space->body_count; b++) {
      double pose[3] = {0};
      for (size_t f = 0; f < space->count; f++)
        if (space->fields[f].body == (int)b && space->fields[f].quantity <= ORR_QUANTITY_ANGLE)
          pose[space->fields[f].quantity] = observation[f];
      int body =
          orr_space_find_body(&loop->def->experiment->scenario->state, space->bodies[b].name);
      orr_render_ghost(orr_canvas_image(loop->canvas), camera, scene, body, pose, pose[2],
                       0.28 / (1.0 + (double)p));
    }
  }
}

static const char *end_name(const view_loop *loop) {
  if (orr_player_success(loop->player)) return "goal reached";
  switch (orr_player_end(loop->player)) {
  case ORR_TRUNCATED: return "out of time";
  case ORR_DIVERGED: return "diverged";
  default: return loop->paused ? "paused" : "running";
  }
}

/* One line of the panel: a name, and a value in its own column. */
static void put(view_loop *loop, int *y, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void put(view_loop *loop, int *y, const char *name, const char *format, ...) {
  char value[128];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(value, sizeof value, format, arguments);
  va_end(arguments);
  orr_canvas_text(loop->canvas, PANEL_X, *y, 1, faint, "%s", name);
  orr_canvas_text(loop->canvas, PANEL_X + VALUE_X, *y, 1, ink, "%s", value);
  *y += LINE;
}

static void draw_panel(view_loop *loop) {
  orr_world *world = orr_env_world(orr_player_env(loop->player));
  bool success = orr_player_success(loop->player), planning = loop->def->agent == ORR_VIEW_CEM;
  char hash[ORR_HASH_TEXT];
  orr_hash_text(orr_world_hash(world), hash);
  int y = MARGIN + 82;
  orr_canvas_text(loop->canvas, PANEL_X, MARGIN, 2, ink, "%s", loop->def->experiment->id);
  orr_canvas_text(loop->canvas, PANEL_X, MARGIN + 38, 1, success ? good : accent, "%s",
                  end_name(loop));
  put(loop, &y, "agent", "%s", orr_view_agent_names[loop->def->agent]);
  if (planning) put(loop, &y, "plans in", "%s", loop->def->model ? "model" : "simulator");
  put(loop, &y, "episode", "%u", loop->episode);
  put(loop, &y, "step", "%lld", (long long)orr_world_steps(world));
  put(loop, &y, "time", "%.1f s", orr_world_time(world));
  put(loop, &y, "coverage", "%.3f", orr_world_coverage(world));
  put(loop, &y, "reward", "%.3f", orr_world_reward(world));
  if (planning && orr_player_plan_milliseconds(loop->player) > 0.0) { /* since the reset */
    put(loop, &y, "plan", "%.1f ms", orr_player_plan_milliseconds(loop->player));
    put(loop, &y, "cost", "%.3f", orr_player_plan_cost(loop->player));
  }
  put(loop, &y, "state", "%.8s", hash);
}

static void draw_help(view_loop *loop) {
  static const char *const keys[][2] = {
      {"Space", "pause or go on"}, {".", "one step"}, {"R", "next episode"},
      {"H", "hide this help"},     {"Q", "quit"},     {"mouse", "the human's target"}};
  size_t count = sizeof keys / sizeof *keys;
  int y = HEIGHT - MARGIN - (int)count * LINE;
  if (!loop->help) {
    orr_canvas_text(loop->canvas, PANEL_X, HEIGHT - MARGIN - LINE, 1, faint, "H  help");
    return;
  }
  for (size_t i = 0; i < count; i++, y += LINE) {
    orr_canvas_text(loop->canvas, PANEL_X, y, 1, ink, "%s", keys[i][0]);
    orr_canvas_text(loop->canvas, PANEL_X + VALUE_X, y, 1, faint, "%s", keys[i][1]);
  }
}

static void draw_flat(view_loop *loop, const orr_scene *scene, const orr_camera *camera) {
  orr_image *image = orr_canvas_image(loop->canvas);
  orr_raster_fill(image, MARGIN, MARGIN, WORLD_PIXELS, WORLD_PIXELS, table);
  orr_render_scene(image, camera, scene);
  draw_ghosts(loop, camera, scene);
  /* What lies outside the world's rectangle (thick walls) is covered by the frame. */
  orr_raster_fill(image, MARGIN + WORLD_PIXELS, 0, WIDTH - MARGIN - WORLD_PIXELS, HEIGHT, paper);
  orr_raster_fill(image, 0, 0, MARGIN, HEIGHT, paper);
  orr_raster_fill(image, 0, 0, WIDTH, MARGIN, paper);
  orr_raster_fill(image, 0, MARGIN + WORLD_PIXELS, WIDTH, HEIGHT - MARGIN - WORLD_PIXELS, paper);
}

/* A 3D world's ghosts are not drawn. */
static orr_status draw_solid(view_loop *loop, const orr_scene *scene, orr_error *err) {
  orr_painter_look(loop->painter, &loop->eye);
  return orr_painter_paint(loop->painter, scene, loop->pool, orr_canvas_image(loop->canvas), MARGIN,
                           MARGIN, err);
}

static orr_status draw(view_loop *loop, orr_camera *out_camera, orr_error *err) {
  orr_image *image = orr_canvas_image(loop->canvas);
  const orr_scene *now = orr_world_scene(orr_env_world(orr_player_env(loop->player)));
  double share = loop->paused ? 1.0 : fmin(1.0, loop->waited / control_seconds(loop));
  orr_scene scene = orr_tween_between(loop->tween, now, loop->window ? share : 1.0);
  *out_camera = orr_camera_fit(now, MARGIN, MARGIN, WORLD_PIXELS, WORLD_PIXELS);
  orr_raster_fill(image, 0, 0, WIDTH, HEIGHT, paper);
  if (loop->painter)
    ORR_TRY(draw_solid(loop, &scene, err));
  else
    draw_flat(loop, &scene, out_camera);
  draw_panel(loop);
  draw_help(loop);
  return ORR_OK;
}

/* ---- the loop ---- */

static bool episode_over(const view_loop *loop) {
  return orr_player_success(loop->player) || orr_player_end(loop->player) != ORR_RUNNING;
}

static orr_status next_episode(view_loop *loop, uint32_t episode, orr_error *err) {
  loop->episode = episode;
  loop->waited = 0.0;
  ORR_TRY(orr_player_reset(loop->player, episode, err));
  const orr_scene *scene = orr_world_scene(orr_env_world(orr_player_env(loop->player)));
  if (loop->painter)
    loop->eye = orr_eye_of(scene, ORR_VIEWPOINT_CAMERA, WORLD_PIXELS, WORLD_PIXELS);
  return remember(loop, err);
}

static orr_status advance(view_loop *loop, orr_error *err) {
  loop->waited = 0.0;
  ORR_TRY(remember(loop, err));
  return orr_player_step(loop->player, loop->cursor, err);
}

/* Off screen every frame is a control step. */
static orr_status run_off_screen(view_loop *loop, const orr_control *control, orr_error *err) {
  for (int64_t frame = 0; frame < loop->def->frames && !orr_cancelled(control); frame++) {
    if (episode_over(loop)) break; /* the picture keeps the end of the episode */
    ORR_TRY(advance(loop, err));
  }
  orr_camera camera;
  return draw(loop, &camera, err);
}

/* Where the mouse points in the world; in 3D on the ground, z = 0. */
static void point_at(view_loop *loop, const orr_camera *camera, const double mouse[2]) {
  if (!loop->painter) {
    orr_camera_unproject(camera, mouse, loop->cursor);
    return;
  }
  const double *from = loop->eye.position, pixel[3] = {mouse[0] - MARGIN, mouse[1] - MARGIN, 1.0};
  double ahead[3];
  orr_eye_unproject(&loop->eye, pixel, ahead);
  double fall = from[2] - ahead[2]; /* over one unit of depth */
  if (from[2] <= 0.0 || fall < 1e-3) return;
  for (int k = 0; k < 2; k++) loop->cursor[k] = from[k] + (ahead[k] - from[k]) * from[2] / fall;
}

static orr_status take_input(view_loop *loop, const orr_camera *camera, const orr_input *input,
                             orr_error *err) {
  if (input->mouse_inside) point_at(loop, camera, input->mouse);
  if (input->pause) loop->paused = !loop->paused;
  if (input->help) loop->help = !loop->help;
  if (input->reset) ORR_TRY(next_episode(loop, loop->episode + 1, err));
  if (input->step) {
    loop->paused = true;
    if (!episode_over(loop)) ORR_TRY(advance(loop, err));
  }
  return ORR_OK;
}

static orr_status pass_time(view_loop *loop, double seconds, orr_error *err) {
  if (loop->paused) return ORR_OK;
  loop->waited += seconds;
  if (!episode_over(loop))
    return loop->waited >= control_seconds(loop) ? advance(loop, err) : ORR_OK;
  return loop->waited >= REST_SECONDS ? next_episode(loop, loop->episode + 1, err) : ORR_OK;
}

static orr_status run_window(view_loop *loop, const orr_control *control, orr_error *err) {
  double last = orr_window_seconds();
  for (int64_t frame = 0; !orr_cancelled(control); frame++) {
    if (loop->def->frames && frame >= loop->def->frames) break;
    orr_camera camera;
    orr_input input;
    ORR_TRY(draw(loop, &camera, err));
    orr_window_show(loop->window, orr_canvas_image(loop->canvas));
    orr_window_poll(loop->window, &input);
    if (input.quit) break;
    ORR_TRY(take_input(loop, &camera, &input, err));
    double now = orr_window_seconds();
    ORR_TRY(pass_time(loop, now - last, err));
    last = now;
  }
  return ORR_OK;
}

static orr_status prepare(view_loop *loop, const orr_control *control, orr_error *err) {
  const orr_view_def *def = loop->def;
  const orr_painter_def how = {
      .width = WORLD_PIXELS, .height = WORLD_PIXELS, .quality = orr_quality_observation};
  loop->help = true;
  ORR_TRY(orr_canvas_create(WIDTH, HEIGHT, NULL, &loop->canvas, err));
  ORR_TRY(orr_player_create(def, control ? control->pool : NULL, &loop->player, err));
  ORR_TRY(orr_player_reset(loop->player, 0, err));
  ORR_TRY(orr_tween_create(&loop->tween, err));
  const orr_scene *scene = orr_world_scene(orr_env_world(orr_player_env(loop->player)));
  for (int k = 0; k < 2; k++) loop->cursor[k] = 0.5 * scene->size[k];
  loop->pool = control ? control->pool : NULL;
  if (scene->dimensions == 3) ORR_TRY(orr_painter_create(&how, &loop->painter, err));
  ORR_TRY(next_episode(loop, 0, err));
  bool off_screen = def->frames > 0 && def->screenshot;
  if (off_screen) return ORR_OK;
  return orr_window_open("Orrery", WIDTH, HEIGHT, &loop->window, err);
}

orr_status orr_view_run(const orr_view_def *def, const orr_control *control, orr_error *err) {
  view_loop loop = {.def = def};
  orr_status status = prepare(&loop, control, err);
  if (status == ORR_OK)
    status = loop.window ? run_window(&loop, control, err) : run_off_screen(&loop, control, err);
  if (status == ORR_OK && def->screenshot)
    status = orr_image_write_png(orr_canvas_image(loop.canvas), def->screenshot, err);
  orr_window_close(loop.window);
  orr_player_destroy(loop.player);
  orr_canvas_destroy(loop.canvas);
  orr_painter_destroy(loop.painter);
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
