/* What the window shows. */
#include "base/maths.h"
#include "view/keys.h"
#include "view/view_private.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CARD 0.9 /* opacity of what lies behind text on the world */

static const orr_colour paper = {248, 247, 243, 1.0}, ink = {38, 38, 42, 1.0},
                        faint = {130, 130, 136, 1.0}, accent = {196, 78, 42, 1.0},
                        good = {44, 128, 84, 1.0};

/* ---- the world ---- */

static double control_share(const orr_view_loop *loop) {
  const orr_world_def *world = &loop->def->experiment->scenario->world;
  double seconds = world->dt * (double)world->substeps;
  if (loop->paused || !loop->window) return 1.0;
  return orr_min(1.0, loop->waited / seconds);
}

static orr_imagined imagined(const orr_view_loop *loop) {
  orr_imagined future = {.scenario = loop->def->experiment->scenario,
                         .space = &loop->def->experiment->observer.space};
  future.count = orr_player_imagined(loop->player, &future.observations);
  if (loop->hides_ghosts) future.count = 0;
  return future;
}

/* Lets the gaze go on, in a scene that has all bodies. */
static void gaze_at(orr_view_loop *loop, double seconds) {
  orr_gaze_resize(&loop->gaze, &loop->scene, loop->layout.w, loop->layout.h);
  orr_gaze_pass(&loop->gaze, &loop->scene, seconds);
  loop->eye = orr_gaze_eye(&loop->gaze, &loop->scene);
}

orr_status orr_view_look(orr_view_loop *loop, double seconds, orr_error *err) {
  const orr_scene *now = orr_world_scene(orr_view_world(loop)), *solids;
  const orr_imagined nothing = {0};
  double state[ORR_MAX_FIELDS];
  orr_imagined future = imagined(loop);
  orr_scene *scene = &loop->scene;
  *scene = orr_tween_between(loop->tween, now, control_share(loop));
  loop->camera = orr_camera_fit(now, 0, 0, loop->layout.w, loop->layout.h);
  if (now->dimensions == 2 && !loop->in_relief) return ORR_OK;
  orr_world_state(orr_view_world(loop), state);
  if (now->dimensions == 3) {
    gaze_at(loop, seconds);
    return orr_ghosts_add(loop->ghosts, &future, state, now, scene, orr_gaze_inside(&loop->gaze),
                          scene, err);
  }
  ORR_TRY(orr_ghosts_add(loop->ghosts, &future, state, now, scene, 0, scene, err));
  ORR_TRY(orr_relief_of(loop->relief, scene, &solids, err));
  *scene = *solids;
  gaze_at(loop, seconds);
  return orr_ghosts_add(loop->ghosts, &nothing, state, now, scene, orr_gaze_inside(&loop->gaze),
                        scene, err);
}

static orr_status draw_world(orr_view_loop *loop, orr_error *err) {
  const orr_layout *at = &loop->layout;
  orr_image *canvas = orr_canvas_image(loop->canvas), *image;
  ORR_TRY(orr_pane_resize(loop->pane, at->w, at->h, err));
  ORR_TRY(orr_pane_paint(loop->pane, &loop->how, &loop->scene, &loop->eye, loop->pool, err));
  image = orr_pane_image(loop->pane);
  if (!orr_view_solid(loop)) {
    double state[ORR_MAX_FIELDS];
    orr_imagined future = imagined(loop);
    orr_world_state(orr_view_world(loop), state);
    orr_ghosts_draw(&future, state, &loop->scene, &loop->camera, image);
  }
  for (int y = 0; y < at->h; y++)
    memcpy(canvas->pixels + 3 * ((size_t)(at->y + y) * (size_t)canvas->width + (size_t)at->x),
           image->pixels + 3 * (size_t)y * (size_t)at->w, 3 * (size_t)at->w);
  return ORR_OK;
}

/* ---- words ---- */

static const char *end_name(const orr_view_loop *loop) {
  if (orr_player_success(loop->player)) return "goal reached";
  switch (orr_player_end(loop->player)) {
  case ORR_TRUNCATED: return "out of time";
  case ORR_DIVERGED: return "diverged";
  default: return loop->paused ? "paused" : "running";
  }
}

/* One line of the panel: a name, and a value in its own column. What does not fit is left out. */
static void put(orr_view_loop *loop, int *y, const char *name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void put(orr_view_loop *loop, int *y, const char *name, const char *format, ...) {
  const orr_layout *at = &loop->layout;
  char value[128];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(value, sizeof value, format, arguments);
  va_end(arguments);
  if (*y + at->line > at->text_end) return;
  orr_canvas_text(loop->canvas, at->panel_x, *y, 1, faint, "%s", name);
  orr_canvas_text(loop->canvas, at->value_x, *y, 1, ink, "%s", value);
  *y += at->line;
}

/* Returns where the panel's text ends. */
static int draw_panel(orr_view_loop *loop) {
  const orr_layout *at = &loop->layout;
  orr_world *world = orr_view_world(loop);
  bool success = orr_player_success(loop->player), planning = loop->def->agent == ORR_VIEW_CEM;
  char hash[ORR_HASH_TEXT];
  orr_hash_text(orr_world_hash(world), hash);
  int y = at->y + 3 * at->line + (int)(4.0 * at->unit);
  orr_canvas_text(loop->canvas, at->panel_x, at->y, 2, ink, "%s", loop->def->experiment->id);
  orr_canvas_text(loop->canvas, at->panel_x, at->y + (int)(38.0 * at->unit), 1,
                  success ? good : accent, "%s", end_name(loop));
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
  return y;
}

#define ROW(keys, what, when) {keys, what, when},
static const struct {
  const char *keys, *what;
  int when;
} help[] = {ORR_VIEW_KEYS(ROW)};
enum { HELP = sizeof help / sizeof *help };

static bool applies(const orr_view_loop *loop, int line) {
  int now = ORR_KEYS_ALWAYS | (orr_view_solid(loop) ? ORR_KEYS_SOLID : 0);
  if (orr_world_scene(orr_view_world(loop))->dimensions == 2) now |= ORR_KEYS_FLAT;
  if (!orr_view_solid(loop) && loop->scene.light_count > 0) now |= ORR_KEYS_LAMPS;
  if (loop->def->agent == ORR_VIEW_HUMAN) now |= ORR_KEYS_HUMAN;
  if (loop->def->agent == ORR_VIEW_CEM) now |= ORR_KEYS_PLAN;
  return help[line].when & now;
}

static void draw_keys(orr_view_loop *loop, int x, int y) {
  int column = (int)(52.0 * loop->layout.unit);
  for (int i = 0; i < HELP; i++) {
    if (!applies(loop, i)) continue;
    orr_canvas_text(loop->canvas, x, y, 0, ink, "%s", help[i].keys);
    orr_canvas_text(loop->canvas, x + column, y, 0, faint, "%s", help[i].what);
    y += loop->layout.small_line;
  }
}

/* At the foot of the panel, or as a card on the world when there it does not fit. */
static void draw_help(orr_view_loop *loop, int from) {
  const orr_layout *at = &loop->layout;
  int lines = 0, pad = (int)(10.0 * at->unit);
  for (int i = 0; i < HELP; i++) lines += applies(loop, i);
  int height = lines * at->small_line, y = at->text_end - height;
  bool fits = at->panel && y >= from;
  loop->help_shown = loop->help && (fits || loop->asked);
  if (loop->help_shown && fits) {
    draw_keys(loop, at->panel_x, y);
  } else if (loop->help_shown) {
    orr_colour card = paper;
    card.alpha = CARD;
    orr_raster_fill(orr_canvas_image(loop->canvas), at->x, at->y, (int)(290.0 * at->unit),
                    height + 2 * pad, card);
    draw_keys(loop, at->x + pad, at->y + pad);
  } else if (at->panel && from + at->line <= at->text_end) {
    orr_canvas_text(loop->canvas, at->panel_x, at->text_end - at->line, 1, faint, "H  help");
  }
}

/* How finely the world is painted, at the foot of its rectangle. */
static void draw_fineness(orr_view_loop *loop) {
  const orr_layout *at = &loop->layout;
  char line[128];
  orr_colour card = paper;
  card.alpha = CARD;
  orr_pane_describe(loop->pane, line, sizeof line);
  if (!*line || at->margin == 0) return;
  size_t used = strlen(line);
  if (orr_pane_still(loop->pane) && !orr_pane_done(loop->pane))
    used += (size_t)snprintf(line + used, sizeof line - used, ", refining");
  if (loop->rate > 0.0 && used < sizeof line)
    used += (size_t)snprintf(line + used, sizeof line - used, ", %.0f pictures/s", loop->rate);
  if (loop->how.overlay != ORR_OVERLAY_COLOURS && orr_view_solid(loop) && used < sizeof line)
    snprintf(line + used, sizeof line - used, ", %s", orr_overlay_names[loop->how.overlay]);
  int height = at->small_line + 2, y = at->y + at->h - height;
  orr_raster_fill(orr_canvas_image(loop->canvas), at->x, y,
                  orr_canvas_width(loop->canvas, 0, line) + 12, height, card);
  orr_canvas_text(loop->canvas, at->x + 6, y + 1, 0, ink, "%s", line);
}

orr_status orr_view_draw(orr_view_loop *loop, orr_error *err) {
  const orr_layout *at = &loop->layout;
  int text = at->y;
  ORR_TRY(orr_canvas_resize(loop->canvas, at->width, at->height, at->unit, err));
  orr_raster_fill(orr_canvas_image(loop->canvas), 0, 0, at->width, at->height, paper);
  ORR_TRY(draw_world(loop, err));
  if (at->panel) text = draw_panel(loop);
  draw_fineness(loop);
  draw_help(loop, text);
  return ORR_OK;
}
