/* What the user does: events become changes of the view, of time, and of the hand. */
#include "base/maths.h"
#include "view/view_private.h"
#include <string.h>

/* ---- what is under the cursor ---- */

/* A point of the world that is seen at the mouse: of the solid there, or as deep as the middle. */
static orr_status point_at_mouse(orr_view_loop *loop, int *label, double point[3], orr_error *err) {
  double depth, seen[3];
  ORR_TRY(orr_pane_probe(loop->pane, &loop->scene, &loop->eye, loop->mouse, label, &depth, err));
  if (!isfinite(depth)) {
    orr_orbit orbit = orr_orbit_of(&loop->eye, &loop->scene, loop->layout.h);
    const double *middle =
        loop->gaze.mode == ORR_GAZE_SCENE ? orbit.centre : loop->gaze.shown.centre;
    orr_eye_look(&loop->eye, middle, seen);
    depth = orr_max(seen[2], loop->eye.near);
  }
  const double pixel[3] = {loop->mouse[0], loop->mouse[1], orr_eye_key(&loop->eye, depth)};
  orr_eye_unproject(&loop->eye, pixel, point);
  return ORR_OK;
}

static void point_hand(orr_view_loop *loop) {
  const orr_scene *world = orr_world_scene(orr_view_world(loop));
  if (!orr_view_solid(loop)) {
    orr_camera_unproject(&loop->camera, loop->mouse, loop->cursor);
    return;
  }
  double ground[2];
  if (!orr_gaze_ground(&loop->eye, loop->mouse, ground)) return;
  if (world->dimensions == 2 && world->y_down) ground[1] = world->size[1] - ground[1]; /* relief */
  memcpy(loop->cursor, ground, sizeof ground);
}

/* ---- the mouse ---- */

static bool on_world(const orr_view_loop *loop) {
  return loop->mouse[0] >= 0.0 && loop->mouse[1] >= 0.0 && loop->mouse[0] < loop->layout.w &&
         loop->mouse[1] < loop->layout.h;
}

static orr_status focus(orr_view_loop *loop, orr_error *err) {
  int label;
  double point[3];
  ORR_TRY(point_at_mouse(loop, &label, point, err));
  orr_gaze_focus(&loop->gaze, &loop->scene, label, point);
  return ORR_OK;
}

static orr_status press(orr_view_loop *loop, const orr_event *event, orr_error *err) {
  int label;
  if (!orr_view_solid(loop) || !on_world(loop) || loop->held) return ORR_OK;
  if (event->button == ORR_BUTTON_LEFT && event->clicks == 2) return focus(loop, err);
  loop->held = event->button;
  loop->panning = event->button != ORR_BUTTON_LEFT || event->shift;
  return point_at_mouse(loop, &label, loop->grabbed, err);
}

static void drag(orr_view_loop *loop, const double from[2]) {
  if (!orr_view_solid(loop)) return;
  if (loop->panning)
    orr_gaze_pan(&loop->gaze, &loop->scene, loop->grabbed, loop->mouse);
  else
    orr_gaze_turn(&loop->gaze, &loop->scene, from, loop->mouse);
}

static orr_status roll(orr_view_loop *loop, double notches, orr_error *err) {
  int label;
  double point[3];
  if (!orr_view_solid(loop) || !on_world(loop)) return ORR_OK;
  ORR_TRY(point_at_mouse(loop, &label, point, err));
  orr_gaze_zoom(&loop->gaze, &loop->scene, point, notches);
  return ORR_OK;
}

static orr_status take_mouse(orr_view_loop *loop, const orr_event *event, orr_error *err) {
  const double from[2] = {loop->mouse[0], loop->mouse[1]};
  loop->mouse[0] = event->x - loop->layout.x;
  loop->mouse[1] = event->y - loop->layout.y;
  switch (event->kind) {
  case ORR_EVENT_PRESS: return press(loop, event, err);
  case ORR_EVENT_WHEEL: return roll(loop, event->wheel, err);
  case ORR_EVENT_RELEASE:
    if (event->button == loop->held) loop->held = 0;
    return ORR_OK;
  default: break;
  }
  if (loop->held)
    drag(loop, from);
  else
    point_hand(loop);
  return ORR_OK;
}

/* ---- keys ---- */

static orr_status step_once(orr_view_loop *loop, orr_error *err) {
  loop->paused = true;
  return orr_view_over(loop) ? ORR_OK : orr_view_advance(loop, err);
}

/* Between flat and relief the view begins anew. */
static orr_status toggle_relief(orr_view_loop *loop, orr_error *err) {
  if (orr_world_scene(orr_view_world(loop))->dimensions == 3) return ORR_OK;
  loop->in_relief = !loop->in_relief;
  loop->held = 0;
  ORR_TRY(orr_view_look(loop, 0.0, err));
  if (!orr_view_solid(loop)) return ORR_OK;
  orr_gaze_begin(&loop->gaze, &loop->scene, false);
  return orr_view_look(loop, 0.0, err);
}

/* A step finer or coarser than now; from then on it stays so. */
static void change_divisor(orr_view_loop *loop, int step) {
  int now = loop->how.divisor ? loop->how.divisor : orr_pane_divisor(loop->pane);
  now += step;
  loop->how.divisor = now < 1 ? 1 : now > ORR_PACE_COARSEST ? ORR_PACE_COARSEST : now;
}

/* Keys that need solids. */
static orr_status take_solid_key(orr_view_loop *loop, int key, orr_error *err) {
  orr_gaze *gaze = &loop->gaze;
  const orr_scene *scene = &loop->scene;
  int label;
  double point[3];
  if (!orr_view_solid(loop)) return ORR_OK;
  switch (key) {
  case 'v':
  case ORR_KEY_HOME: orr_gaze_home(gaze, scene); break;
  case '1':
  case '2':
  case '3':
  case '4': orr_gaze_view(gaze, scene, (orr_viewpoint)(key - '1')); break;
  case 'o': orr_gaze_flatten(gaze, scene); break;
  case 'd': loop->how.overlay = (loop->how.overlay + 1) % (ORR_OVERLAY_LABELS + 1); break;
  case 'f': return on_world(loop) ? focus(loop, err) : ORR_OK;
  case 'c':
    ORR_TRY(point_at_mouse(loop, &label, point, err));
    orr_gaze_ride(gaze, scene, on_world(loop) ? label : 0);
    break;
  default: break;
  }
  return ORR_OK;
}

static orr_status take_key(orr_view_loop *loop, int key, bool *go_on, orr_error *err) {
  switch (key) {
  case 'q':
  case ORR_KEY_ESCAPE: *go_on = false; break;
  case ' ':
  case 'p': loop->paused = !loop->paused; break;
  case '.':
  case ORR_KEY_RIGHT: return step_once(loop, err);
  case 'r': return orr_view_next(loop, loop->episode + 1, err);
  case 'h':
  case ORR_KEY_F1: loop->help = loop->asked = !loop->help_shown; break;
  case 'g': loop->hides_ghosts = !loop->hides_ghosts; break;
  case 't': return toggle_relief(loop, err);
  case 'l': loop->how.unlit = !loop->how.unlit; break;
  case '+':
  case '=': change_divisor(loop, -1); break;
  case '-': change_divisor(loop, 1); break;
  case '0': loop->how.divisor = 0; break;
  default: return take_solid_key(loop, key, err);
  }
  return ORR_OK;
}

/* ---- all of it ---- */

static orr_status take(orr_view_loop *loop, const orr_event *event, bool *go_on, orr_error *err) {
  switch (event->kind) {
  case ORR_EVENT_QUIT: *go_on = false; return ORR_OK;
  case ORR_EVENT_KEY: return take_key(loop, event->key, go_on, err);
  case ORR_EVENT_LEAVE: return ORR_OK; /* the hand stays where it was */
  default: return take_mouse(loop, event, err);
  }
}

/* After each event the eye is where it brought it, so that the next one sees what the user saw. */
static orr_status take_and_look(orr_view_loop *loop, const orr_event *event, bool *go_on,
                                orr_error *err) {
  ORR_TRY(take(loop, event, go_on, err));
  return orr_view_look(loop, loop->window ? 0.0 : INFINITY, err);
}

orr_status orr_view_listen(orr_view_loop *loop, int64_t frame, bool *go_on, orr_error *err) {
  const orr_view_def *def = loop->def;
  orr_event event;
  *go_on = true;
  for (; loop->heard < (int64_t)def->event_count; loop->heard++) {
    if (def->events[loop->heard].frame > frame) break;
    ORR_TRY(take_and_look(loop, &def->events[loop->heard], go_on, err));
  }
  while (loop->window && orr_window_next(loop->window, &event))
    ORR_TRY(take_and_look(loop, &event, go_on, err));
  return ORR_OK;
}
