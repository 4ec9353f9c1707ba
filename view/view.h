/* The window: a world, live, with the agent's plans and the model's imagined future over it.
 *
 * view owns its loop: it drives a world and an agent, draws through render/, and never changes what
 * they compute. The window is SDL2 with the software renderer; with no display, `frames` and
 * `screenshot` draw off screen. The mouse is the human agent: the cursor is the target position. */
#ifndef ORR_VIEW_VIEW_H
#define ORR_VIEW_VIEW_H

#include "eval/experiment.h"

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
} orr_view_def;

orr_status orr_view_run(const orr_view_def *def, const orr_control *control, orr_error *err);

/* For `orrery doctor`: the SDL version, the video drivers, and the font that would be used ("none":
 * the window has no text). */
void orr_view_describe(char *out, size_t size);

#endif
