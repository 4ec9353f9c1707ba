/* One run of the window, which view.c (time), view_input.c (the user) and view_draw.c (the picture)
 * share. */
#ifndef ORR_VIEW_VIEW_PRIVATE_H
#define ORR_VIEW_VIEW_PRIVATE_H

#include "render/relief.h"
#include "view/canvas.h"
#include "view/gaze.h"
#include "view/ghosts.h"
#include "view/layout.h"
#include "view/pane.h"
#include "view/player.h"
#include "view/tween.h"
#include "view/view.h"
#include "view/window.h"

typedef struct orr_view_loop {
  const orr_view_def *def;
  orr_pool *pool;
  orr_canvas *canvas;
  orr_window *window; /* NULL: off screen */
  orr_player *player;
  orr_tween *tween; /* between two control steps */
  orr_relief *relief;
  orr_ghosts *ghosts;
  orr_pane *pane;
  orr_gaze gaze;
  orr_layout layout;

  /* What is shown, and how. */
  orr_scene scene;   /* borrowed, of this frame; solids in relief */
  orr_eye eye;       /* of this frame, for the world's rectangle */
  orr_camera camera; /* of outlines, for the same */
  orr_pane_how how;
  bool in_relief; /* outlines are shown so */
  bool paused, hides_ghosts;
  bool help, asked; /* help is shown: where there is room, or over the world when asked for */
  bool help_shown;  /* in the last picture */
  double rate;      /* pictures a second; 0: not known */

  /* The user. */
  double cursor[2]; /* where the human points, world units */
  double mouse[2];  /* pixels of the world's rectangle */
  int held;         /* the button that is down; 0: none */
  bool panning;     /* it moves the view, and does not turn it */
  double grabbed[3];
  int64_t heard; /* of the def's events: so many */

  /* Time. */
  uint32_t episode;
  double waited; /* s since the last control step */
} orr_view_loop;

/* Solids are shown: a 3D world, or relief. */
static inline bool orr_view_solid(const orr_view_loop *loop) { return loop->scene.dimensions == 3; }
static inline orr_world *orr_view_world(const orr_view_loop *loop) {
  return orr_env_world(orr_player_env(loop->player));
}

/* view.c */
bool orr_view_over(const orr_view_loop *loop); /* the episode is */
orr_status orr_view_advance(orr_view_loop *loop, orr_error *err);
orr_status orr_view_next(orr_view_loop *loop, uint32_t episode, orr_error *err);

/* view_draw.c: the scene and the eye of this frame; and its picture. */
orr_status orr_view_look(orr_view_loop *loop, double seconds, orr_error *err);
orr_status orr_view_draw(orr_view_loop *loop, orr_error *err);

/* view_input.c: false in `go_on` when the user quits. */
orr_status orr_view_listen(orr_view_loop *loop, int64_t frame, bool *go_on, orr_error *err);

#endif
