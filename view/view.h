/* The window: a world, live, with the agent's plans and the model's imagined future over it.
 *
 * view owns its loop: it drives a world and an agent, draws through render/, and never changes what
 * they compute. The window is SDL2 with the software renderer; with no display, `frames` and
 * `screenshot` draw off screen. Where things are: view.c time and the loop, view_input.c what the
 * user does (keys.h lists it), view_draw.c what is shown; gaze.h from where solids are seen
 * (orbit.h is its arithmetic), pane.h how finely (pace.h decides); hand.h how the cursor leads. */
#ifndef ORR_VIEW_VIEW_H
#define ORR_VIEW_VIEW_H

#include "eval/experiment.h"
#include "view/event.h"
#include "view/pane.h"

typedef enum orr_view_agent {
  ORR_VIEW_HUMAN,
  ORR_VIEW_RANDOM,
  ORR_VIEW_WEAK,
  ORR_VIEW_REST,    /* does nothing: action 0, and stays where it is */
  ORR_VIEW_CEM,     /* planner: model if given, else simulator */
  ORR_VIEW_INVERSE, /* networks that act without a planner: `model` is theirs */
  ORR_VIEW_CLONING
} orr_view_agent;
extern const char *const orr_view_agent_names[]; /* NULL-terminated, by orr_view_agent */

typedef struct orr_view_def {
  const orr_experiment *experiment;
  orr_view_agent agent;
  const char *model; /* checkpoint; NULL: CEM plans in the true simulator */
  uint64_t seed;
  int64_t frames;         /* stop after so many frames; 0: when the user quits */
  const char *screenshot; /* PNG of the last frame; NULL: none */
  int width, height;      /* of the window; 0: 1000 x 720 */
  bool relief, unlit;     /* of outlines: solids on a table; without their lamps */
  orr_care care;
  int divisor;             /* of the resolution, 1 ... ORR_PACE_COARSEST; 0: as time allows */
  const orr_event *events; /* what a user does, by `frame`, beside what a window tells */
  size_t event_count;
} orr_view_def;

orr_status orr_view_run(const orr_view_def *def, const orr_control *control, orr_error *err);

/* For `orrery doctor`: the SDL version, the video drivers, and the font that would be used ("none":
 * the window has no text). */
void orr_view_describe(char *out, size_t size);

#endif
