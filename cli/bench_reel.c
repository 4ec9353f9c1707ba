#include "cli/bench_reel.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/maths.h"
#include "base/memory.h"
#include <stdlib.h>
#include <string.h>

enum { BATCH = 4, SEED = 1 };

/* --- recording -------------------------------------------------------------------------------- */

static void *copy(orr_arena *arena, const void *from, size_t count, size_t size) {
  void *to = orr_arena_alloc(arena, count + 1, size);
  if (to && count > 0) memcpy(to, from, count * size);
  return to;
}

static orr_status keep(orr_reel *reel, size_t index, orr_error *err) {
  orr_scene *scene = &reel->scenes[index];
  double begun = orr_seconds();
  *scene = *orr_world_scene(orr_env_world(reel->env));
  reel->scene_seconds = orr_min(reel->scene_seconds, orr_seconds() - begun);
  scene->contacts = NULL;
  scene->contact_count = 0;
  scene->shapes = copy(reel->arena, scene->shapes, scene->shape_count, sizeof *scene->shapes);
  scene->lights = copy(reel->arena, scene->lights, scene->light_count, sizeof *scene->lights);
  bool fine = scene->shapes && scene->lights;
  if (scene->sky)
    fine = fine && (scene->sky = copy(reel->arena, scene->sky, 1, sizeof(orr_scene_sky)));
  if (scene->camera)
    fine = fine && (scene->camera = copy(reel->arena, scene->camera, 1, sizeof(orr_scene_camera)));
  orr_world_state(orr_env_look(reel->env), reel->states + index * reel->state_count);
  return fine ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

static orr_status step(orr_reel *reel, float *action, orr_error *err) {
  ORR_TRY(orr_policy_act(reel->policy, reel->env, action, err));
  if (orr_env_step(reel->env, action) != ORR_DIVERGED) return ORR_OK;
  const char *reason = orr_world_diverged_reason(orr_env_look(reel->env));
  return orr_fail(err, ORR_ERR_NUMBERS, "the episode diverged: %s", reason);
}

/* What keeps near a body that can be pushed, where actions can; an aimless one leaves the world. */
static orr_status choose_policy(const orr_experiment *experiment, orr_policy **out,
                                orr_error *err) {
  const orr_weak_def *weak = &experiment->collect.weak_policy;
  orr_status status = orr_policy_weak(&experiment->observer, weak, out, err);
  if (status != ORR_ERR_CONFIG) return status;
  return orr_policy_random(&experiment->observer, experiment->eval.random_hold, out, err);
}

static orr_status record(const orr_experiment *experiment, orr_reel *reel, orr_error *err) {
  float action[ORR_MAX_FIELDS] = {0};
  reel->arena = orr_arena_create(1 << 20);
  if (!reel->arena) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  ORR_TRY(orr_new(&reel->scenes, reel->count, sizeof *reel->scenes, err));
  ORR_TRY(orr_new(&reel->states, reel->count, reel->state_count * sizeof *reel->states, err));
  ORR_TRY(orr_env_create(reel->scenario, &experiment->observer, &reel->env, err));
  ORR_TRY(choose_policy(experiment, &reel->policy, err));
  ORR_TRY(orr_env_reset(reel->env, SEED, 0, err));
  orr_policy_reset(reel->policy, SEED, 0);
  for (size_t i = 0; i < reel->count; i++) {
    ORR_TRY(step(reel, action, err));
    ORR_TRY(keep(reel, i, err));
  }
  return ORR_OK;
}

orr_status orr_reel_record(const orr_experiment *experiment, size_t count, orr_reel *out,
                           orr_error *err) {
  *out = (orr_reel){.count = count,
                    .scenario = experiment->scenario,
                    .state_count = experiment->scenario->state.count,
                    .scene_seconds = INFINITY};
  orr_status status = record(experiment, out, err);
  if (status != ORR_OK) orr_reel_clear(out);
  return status;
}

void orr_reel_clear(orr_reel *reel) {
  orr_policy_destroy(reel->policy);
  orr_env_destroy(reel->env);
  orr_free(reel->scenes);
  orr_free(reel->states);
  orr_arena_destroy(reel->arena);
  *reel = (orr_reel){0};
}

void orr_reel_take_mirrors(orr_reel *reel) {
  for (size_t i = 0; i < reel->count; i++) {
    orr_scene_shape *shapes = (orr_scene_shape *)(uintptr_t)reel->scenes[i].shapes; /* our copies */
    for (size_t k = 0; k < reel->scenes[i].shape_count; k++) shapes[k].material.mirror = 0.0;
  }
}

/* --- for peers -------------------------------------------------------------------------------- */

static json_t *part_json(const orr_scene_shape *shape) {
  json_t *points = json_array();
  double cosine = cos(shape->angle), sine = sin(shape->angle);
  for (size_t i = 0; i < shape->vertex_count; i++) {
    const double *v = shape->vertices[i];
    json_array_append_new(points,
                          json_pack("[f, f]", shape->position[0] + cosine * v[0] - sine * v[1],
                                    shape->position[1] + sine * v[0] + cosine * v[1]));
  }
  double radius = shape->kind == ORR_SCENE_POLYGON ? 0.0 : shape->radius;
  return json_pack("{s:f, s:o}", "radius", radius, "points", points);
}

/* The shapes of one body and colour are one area, as our raster has them. */
static bool together(const orr_scene_shape *a, const orr_scene_shape *b) {
  return a->body == b->body && a->label == b->label &&
         memcmp(a->colour, b->colour, sizeof a->colour) == 0;
}

static json_t *frame_json(const orr_scene *scene) {
  json_t *groups = json_array();
  for (int layer = ORR_LAYER_GOAL; layer <= (int)ORR_LAYER_ACTOR; layer++) {
    const orr_scene_shape *before = NULL;
    json_t *parts = NULL;
    for (size_t i = 0; i < scene->shape_count; i++) {
      const orr_scene_shape *shape = &scene->shapes[i];
      if ((int)shape->layer != layer) continue;
      if (!before || !together(before, shape)) {
        const uint8_t *c = shape->colour;
        parts = json_array();
        json_array_append_new(groups, json_pack("{s:b, s:[i, i, i], s:o}", "still",
                                                layer <= (int)ORR_LAYER_STATIC, "colour", c[0],
                                                c[1], c[2], "parts", parts));
      }
      json_array_append_new(parts, part_json(shape));
      before = shape;
    }
  }
  return groups;
}

static orr_status write_json(json_t *json, const char *path, orr_error *err) {
  char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
  orr_status status = text ? orr_file_put(path, text, strlen(text), err)
                           : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  free(text);
  json_decref(json);
  return status;
}

orr_status orr_reel_write_outlines(const orr_reel *reel, const char *path, orr_error *err) {
  const orr_scene *first = &reel->scenes[0];
  json_t *frames = json_array();
  for (size_t i = 0; i < reel->count; i++)
    json_array_append_new(frames, frame_json(&reel->scenes[i]));
  json_t *json = json_pack("{s:[f, f], s:b, s:o}", "size", first->size[0], first->size[1], "y_down",
                           first->y_down, "frames", frames);
  return write_json(json, path, err);
}

/* Position and turn of each body, as the joints of free bodies have them. */
orr_status orr_reel_write_poses(const orr_reel *reel, const char *path, orr_error *err) {
  json_t *poses = json_array();
  for (size_t i = 0; i < reel->count; i++) {
    json_t *pose = json_array();
    for (size_t b = 0; b < reel->scenario->body_count; b++) {
      const double *s = reel->states + i * reel->state_count + b * reel->scenario->stride;
      const double numbers[7] = {s[0],
                                 s[1],
                                 s[ORR_BODY_STATE],
                                 s[ORR_BODY_STATE + 1],
                                 s[ORR_BODY_STATE + 2],
                                 s[ORR_BODY_STATE + 3],
                                 s[ORR_BODY_STATE + 4]};
      for (size_t k = 0; k < 7; k++) json_array_append_new(pose, json_real(numbers[k]));
    }
    json_array_append_new(poses, pose);
  }
  return write_json(json_pack("{s:o}", "qpos", poses), path, err);
}

/* --- drawing ---------------------------------------------------------------------------------- */

orr_status orr_stand_set_up(orr_stand *stand, orr_error *err) {
  const orr_painter_def *def = &stand->def;
  size_t pixels = (size_t)def->width * (size_t)def->height;
  for (size_t i = 0; i < stand->painter_count; i++) {
    ORR_TRY(orr_painter_create(def, &stand->painters[i], err));
    ORR_TRY(orr_image_create(def->width, def->height, &stand->images[i], err));
    if (!stand->copies) continue;
    ORR_TRY(orr_new(&stand->depths[i], pixels, sizeof *stand->depths[i], err));
    ORR_TRY(orr_new(&stand->labels[i], pixels, sizeof *stand->labels[i], err));
  }
  return ORR_OK;
}

void orr_stand_clear(orr_stand *stand) {
  for (size_t i = 0; i < ORR_STAND_MOST; i++) {
    orr_painter_destroy(stand->painters[i]);
    orr_image_destroy(&stand->images[i]);
    orr_free(stand->depths[i]);
    orr_free(stand->labels[i]);
    stand->painters[i] = NULL;
    stand->depths[i] = NULL;
    stand->labels[i] = NULL;
  }
}

static orr_status paint(orr_stand *stand, size_t painter, size_t number, orr_error *err) {
  const orr_scene *scene = &stand->reel->scenes[number % stand->reel->count];
  orr_painter *p = stand->painters[painter];
  size_t pixels = (size_t)stand->def.width * (size_t)stand->def.height;
  ORR_TRY(orr_painter_paint(p, scene, stand->tiles, &stand->images[painter], 0, 0, err));
  if (!stand->copies || !orr_painter_depth(p)) return ORR_OK;
  memcpy(stand->depths[painter], orr_painter_depth(p), pixels * sizeof(float));
  memcpy(stand->labels[painter], orr_painter_labels(p), pixels);
  return ORR_OK;
}

orr_status orr_stand_draw(orr_stand *stand, size_t number, orr_error *err) {
  return paint(stand, 0, number, err);
}

typedef struct hour {
  orr_stand *stand;
  double end;
  size_t pictures[ORR_STAND_MOST];
  orr_status status[ORR_STAND_MOST];
  orr_error errors[ORR_STAND_MOST];
} hour;

static void paint_until(void *context, size_t index, size_t lane) {
  hour *h = context;
  size_t count = 0;
  (void)lane;
  do {
    for (int i = 0; i < BATCH && h->status[index] == ORR_OK; i++)
      h->status[index] = paint(h->stand, index, count++, &h->errors[index]);
  } while (h->status[index] == ORR_OK && orr_seconds() < h->end);
  h->pictures[index] = count;
}

orr_status orr_stand_rate(orr_stand *stand, orr_pool *threads, double seconds, double *out_rate,
                          double *out_cpu_rate, orr_error *err) {
  hour h = {.stand = stand};
  size_t count = 0;
  for (size_t i = 0; i < stand->painter_count; i++) ORR_TRY(paint(stand, i, 0, err));
  double cpu = orr_cpu_seconds(), begun = orr_seconds();
  h.end = begun + seconds;
  orr_pool_run(stand->painter_count > 1 ? threads : NULL, stand->painter_count, paint_until, &h);
  double passed = orr_seconds() - begun;
  cpu = orr_cpu_seconds() - cpu;
  for (size_t i = 0; i < stand->painter_count; i++) {
    count += h.pictures[i];
    if (h.status[i] == ORR_OK) continue;
    if (err) *err = h.errors[i];
    return h.status[i];
  }
  *out_rate = (double)count / passed;
  *out_cpu_rate = (double)count / cpu;
  return ORR_OK;
}
