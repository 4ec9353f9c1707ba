/* Tweens: scenes between two control steps. Shapes, lamps and the camera are carried on straight
 * ways, turns on the shorter way. */
#ifndef ORR_VIEW_TWEEN_H
#define ORR_VIEW_TWEEN_H

#include "base/error.h"
#include "sim/scene.h"

typedef struct orr_tween orr_tween;

orr_status orr_tween_create(orr_tween **out, orr_error *err);
void orr_tween_destroy(orr_tween *tween);
/* The scene from where everything is carried from now on. Memory is needed when it has more shapes
 * than any before. */
orr_status orr_tween_remember(orr_tween *tween, const orr_scene *scene, orr_error *err);
/* The scene at `share` of the way to `now`, which has the shapes and lamps of the one remembered
 * (or else is shown as it is). Borrowed from both until either changes. */
orr_scene orr_tween_between(orr_tween *tween, const orr_scene *now, double share);

#endif
