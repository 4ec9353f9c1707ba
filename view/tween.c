#include "view/tween.h"
#include "base/memory.h"
#include <string.h>

struct orr_tween {
  orr_scene_shape *before, *shapes; /* remembered; of the drawn instant */
  orr_scene_light *lamps_before, *lamps;
  orr_scene_camera camera_before, camera;
  size_t shape_room, lamp_room;
  size_t shape_count, lamp_count;
  bool has_camera;
  double time;
};

orr_status orr_tween_create(orr_tween **out, orr_error *err) {
  *out = NULL;
  return orr_new(out, 1, sizeof **out, err);
}

void orr_tween_destroy(orr_tween *tween) {
  if (!tween) return;
  orr_free(tween->before);
  orr_free(tween->shapes);
  orr_free(tween->lamps_before);
  orr_free(tween->lamps);
  orr_free(tween);
}

static orr_status grow(orr_tween *tween, const orr_scene *scene, orr_error *err) {
  if (scene->shape_count > tween->shape_room) {
    orr_free(tween->before), orr_free(tween->shapes);
    tween->before = tween->shapes = NULL;
    tween->shape_room = 0;
    ORR_TRY(orr_new(&tween->before, scene->shape_count, sizeof *tween->before, err));
    ORR_TRY(orr_new(&tween->shapes, scene->shape_count, sizeof *tween->shapes, err));
    tween->shape_room = scene->shape_count;
  }
  if (scene->light_count > tween->lamp_room) {
    orr_free(tween->lamps_before), orr_free(tween->lamps);
    tween->lamps_before = tween->lamps = NULL;
    tween->lamp_room = 0;
    ORR_TRY(orr_new(&tween->lamps_before, scene->light_count, sizeof *tween->lamps, err));
    ORR_TRY(orr_new(&tween->lamps, scene->light_count, sizeof *tween->lamps, err));
    tween->lamp_room = scene->light_count;
  }
  return ORR_OK;
}

orr_status orr_tween_remember(orr_tween *tween, const orr_scene *scene, orr_error *err) {
  tween->shape_count = tween->lamp_count = 0;
  ORR_TRY(grow(tween, scene, err));
  tween->shape_count = scene->shape_count;
  tween->lamp_count = scene->light_count;
  tween->has_camera = scene->camera != NULL;
  tween->time = scene->time;
  for (size_t i = 0; i < scene->shape_count; i++) tween->before[i] = scene->shapes[i];
  for (size_t i = 0; i < scene->light_count; i++) tween->lamps_before[i] = scene->lights[i];
  if (scene->camera) tween->camera_before = *scene->camera;
  return ORR_OK;
}

static void carry(const double from[3], double share, double to[3]) {
  for (int k = 0; k < 3; k++) to[k] = from[k] + share * (to[k] - from[k]);
}

/* Quaternions stay on the shorter way; the drawing makes them unit ones again. */
static void carry_shape(const orr_scene_shape *from, double share, orr_scene_shape *to) {
  double same = 0.0;
  for (int k = 0; k < 4; k++) same += from->rotation[k] * to->rotation[k];
  for (int k = 0; k < 4; k++) {
    double start = same < 0.0 ? -from->rotation[k] : from->rotation[k];
    to->rotation[k] = start + share * (to->rotation[k] - start);
  }
  carry(from->position, share, to->position);
  to->angle = from->angle + share * (to->angle - from->angle);
}

orr_scene orr_tween_between(orr_tween *tween, const orr_scene *now, double share) {
  orr_scene out = *now;
  if (now->shape_count != tween->shape_count || now->light_count != tween->lamp_count ||
      (now->camera != NULL) != tween->has_camera || share >= 1.0)
    return out;
  for (size_t i = 0; i < out.shape_count; i++) {
    tween->shapes[i] = now->shapes[i];
    carry_shape(&tween->before[i], share, &tween->shapes[i]);
  }
  for (size_t i = 0; i < out.light_count; i++) {
    tween->lamps[i] = now->lights[i];
    carry(tween->lamps_before[i].position, share, tween->lamps[i].position);
    carry(tween->lamps_before[i].direction, share, tween->lamps[i].direction);
  }
  if (now->camera) {
    tween->camera = *now->camera;
    carry(tween->camera_before.position, share, tween->camera.position);
    carry(tween->camera_before.target, share, tween->camera.target);
    carry(tween->camera_before.up, share, tween->camera.up);
    out.camera = &tween->camera;
  }
  out.shapes = tween->shapes;
  out.lights = tween->lamps;
  out.time = tween->time + share * (now->time - tween->time);
  return out;
}
