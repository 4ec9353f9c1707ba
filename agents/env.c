#include "agents/env.h"

#include "base/memory.h"

#include <stdio.h>
#include <string.h>

static const orr_field observe_fields[] = {
    {ORR_FIELD(TEXTS, orr_observe_def, state), .preset = "[]",
     .help = "Quantities of the world that agents see, such as block.angle; empty: all"},
    {ORR_FIELD(OPTIONAL, orr_observe_def, pixels), .record = &orr_pixels_record, .preset = "null",
     .later = true,
     .help = "Pictures that each row of an episode carries beside its numbers; {}: as the defaults "
             "say"},
};
const orr_record orr_observe_record = {ORR_RECORD("observe", orr_observe_def, observe_fields),
                                       .help = "What agents and models see of the world"};

/* ---- observer ---- */

static orr_status unknown_quantity(const orr_space *space, const char *name, orr_error *err) {
  const char *known[ORR_MAX_FIELDS];
  for (size_t i = 0; i < space->count; i++) known[i] = space->fields[i].name;
  const char *close = orr_closest(name, known, space->count);
  orr_fail(err, ORR_ERR_CONFIG, "the world has no quantity \"%s\"", name);
  if (close)
    orr_hint(err, "did you mean \"%s\"?", close);
  else
    orr_hint(err, "quantities are called body.x, .y, .angle, .vx, .vy, .omega");
  return ORR_ERR_CONFIG;
}

static void add_picture(orr_observer *observer, const char *name, orr_picture_kind kind) {
  orr_space_picture *picture = &observer->space.pictures[observer->space.picture_count++];
  memset(picture, 0, sizeof *picture);
  snprintf(picture->name, sizeof picture->name, "%s", name);
  picture->kind = kind;
  picture->width = (int)observer->pixels.width;
  picture->height = (int)observer->pixels.height;
}

static orr_status add_pictures(const orr_scenario *scenario, const orr_pixels_def *def,
                               orr_observer *out, orr_error *err) {
  orr_pixels_fault faults[ORR_MOST_PIXELS_FAULTS];
  if (orr_pixels_check(scenario, def, faults)) {
    orr_fail(err, ORR_ERR_CONFIG, "pixels.%s: %s", faults->field, faults->message);
    orr_hint(err, "%s", faults->hint);
    return ORR_ERR_CONFIG;
  }
  out->pixels = *def;
  if (def->height == 0) out->pixels.height = def->width;
  add_picture(out, "pixels", ORR_PICTURE_RGB);
  if (def->depth) add_picture(out, "depth", ORR_PICTURE_DEPTH);
  if (def->segmentation) add_picture(out, "segmentation", ORR_PICTURE_LABELS);
  return ORR_OK;
}

orr_status orr_observer_create(const orr_scenario *scenario, const orr_observe_def *def,
                               orr_observer *out, orr_error *err) {
  const orr_space *state = &scenario->state;
  const char *const *names = def->state.items;
  out->scenario = scenario;
  out->space = *state;
  out->pixels = (orr_pixels_def){0};
  if (def->pixels) ORR_TRY(add_pictures(scenario, def->pixels, out, err));
  for (size_t i = 0; i < state->count; i++) out->pick[i] = i;
  if (def->state.count == 0) return ORR_OK;
  if (def->state.count > state->count)
    return orr_fail(err, ORR_ERR_CONFIG, "%zu quantities are asked for, the world has %zu",
                    def->state.count, state->count);
  memset(out->space.fields, 0, sizeof out->space.fields);
  out->space.count = def->state.count;
  for (size_t i = 0; i < def->state.count; i++) {
    int at = orr_space_find(state, names[i]);
    if (at < 0) return unknown_quantity(state, names[i], err);
    for (size_t k = 0; k < i; k++)
      if (out->pick[k] == (size_t)at)
        return orr_fail(err, ORR_ERR_CONFIG, "quantity \"%s\" is observed twice", names[i]);
    out->pick[i] = (size_t)at;
    out->space.fields[i] = state->fields[at];
  }
  return ORR_OK;
}

void orr_observer_read(const orr_observer *observer, const double *state, float *out) {
  for (size_t i = 0; i < observer->space.count; i++) out[i] = (float)state[observer->pick[i]];
}

orr_hash orr_interface_hash(const orr_space *observation, const orr_space *action, size_t block) {
  orr_hash spaces = orr_hash_join(orr_space_hash(observation), orr_space_hash(action));
  char text[32];
  int length = snprintf(text, sizeof text, "block %zu", block);
  return orr_hash_join(spaces, orr_hash_bytes(text, (size_t)length));
}

/* ---- env ---- */

struct orr_env {
  const orr_scenario *scenario;
  orr_observer observer;
  orr_world *world;
  double *state, *goal;      /* the world's state vector; `state` is scratch */
  float *goal_seen;          /* the goal as an observation */
  const orr_goal_rule *rule; /* NULL: the task says what success is */
  int64_t held;              /* control steps in a row in which the rule was met */
  bool aimed;                /* there is a goal */
  bool success;              /* of the rule, latched */
  orr_painter *painter;      /* NULL: nothing but numbers is observed */
  orr_image image;
  bool drawn; /* the picture shows the world as it is now */
};

static orr_status create_painter(orr_env *env, orr_error *err) {
  orr_painter_def painter = orr_pixels_painter(&env->observer.pixels);
  if (env->observer.space.picture_count == 0) return ORR_OK;
  ORR_TRY(orr_image_create(painter.width, painter.height, &env->image, err));
  return orr_painter_create(&painter, &env->painter, err);
}

static orr_status create_parts(orr_env *env, orr_error *err) {
  size_t count = env->scenario->state.count;
  ORR_TRY(orr_new(&env->state, count, sizeof *env->state, err));
  ORR_TRY(orr_new(&env->goal, count, sizeof *env->goal, err));
  ORR_TRY(orr_new(&env->goal_seen, count, sizeof *env->goal_seen, err));
  ORR_TRY(create_painter(env, err));
  return orr_world_create(env->scenario, &env->world, err);
}

orr_status orr_env_create(const orr_scenario *scenario, const orr_observer *observer, orr_env **out,
                          orr_error *err) {
  orr_env *env;
  *out = NULL;
  ORR_TRY(orr_new(&env, 1, sizeof *env, err));
  env->scenario = scenario;
  env->observer = *observer;
  orr_status status = create_parts(env, err);
  if (status == ORR_OK)
    *out = env;
  else
    orr_env_destroy(env);
  return status;
}

void orr_env_destroy(orr_env *env) {
  if (!env) return;
  orr_world_destroy(env->world);
  orr_free(env->state);
  orr_free(env->goal);
  orr_free(env->goal_seen);
  orr_painter_destroy(env->painter);
  orr_image_destroy(&env->image);
  orr_free(env);
}

orr_world *orr_env_world(orr_env *env) {
  env->drawn = false;
  return env->world;
}
const orr_world *orr_env_look(const orr_env *env) { return env->world; }
const orr_observer *orr_env_observer(const orr_env *env) { return &env->observer; }

orr_status orr_env_reset(orr_env *env, uint64_t seed, uint32_t episode, orr_error *err) {
  env->rule = NULL;
  env->held = 0;
  env->aimed = env->success = env->drawn = false;
  return orr_world_reset(env->world, seed, episode, err);
}

void orr_env_set_goal(orr_env *env, const orr_goal_rule *rule, const double *goal_state) {
  memcpy(env->goal, goal_state, env->scenario->state.count * sizeof *env->goal);
  orr_observer_read(&env->observer, env->goal, env->goal_seen);
  env->rule = rule;
  env->aimed = true;
  env->held = 0;
  env->success = false;
}

/* With a rule the task's own success does not end an episode; its time limit still does. */
static orr_end judge(orr_env *env) {
  const orr_goal_rule *rule = env->rule;
  orr_world_state(env->world, env->state);
  bool there = orr_goal_reached(env->scenario, rule, env->state, env->goal);
  env->held = there ? env->held + 1 : 0;
  int64_t hold = rule->hold > 1 ? rule->hold : 1;
  if (env->held >= hold) env->success = true;
  if (env->success) return ORR_TERMINATED;
  int64_t limit = orr_world_variant(env->world)->task.time_limit;
  return limit > 0 && orr_world_steps(env->world) >= limit ? ORR_TRUNCATED : ORR_RUNNING;
}

orr_end orr_env_step(orr_env *env, const float *action) {
  env->drawn = false;
  orr_end end = orr_world_step(env->world, action);
  return env->rule && end != ORR_DIVERGED ? judge(env) : end;
}

void orr_env_observe(const orr_env *env, float *out) {
  orr_world_state(env->world, env->state);
  orr_observer_read(&env->observer, env->state, out);
}

static orr_status draw(orr_env *env, orr_error *err) {
  if (env->drawn) return ORR_OK;
  const orr_scene *scene = orr_world_scene(env->world);
  ORR_TRY(orr_painter_paint(env->painter, scene, NULL, &env->image, 0, 0, err));
  env->drawn = true;
  return ORR_OK;
}

orr_status orr_env_frame(orr_env *env, size_t picture, void *out, orr_error *err) {
  const orr_space *space = &env->observer.space;
  ORR_ASSERT(picture < space->picture_count);
  ORR_TRY(draw(env, err));
  const void *from = NULL;
  switch (space->pictures[picture].kind) {
  case ORR_PICTURE_RGB: from = env->image.pixels; break;
  case ORR_PICTURE_DEPTH: from = orr_painter_depth(env->painter); break;
  case ORR_PICTURE_LABELS: from = orr_painter_labels(env->painter); break;
  }
  if (!from) /* of a world that the painter drew without rays */
    return orr_fail(err, ORR_ERR_CONFIG, "there is no %s of this picture: it was not cast",
                    space->pictures[picture].name);
  memcpy(out, from, orr_picture_bytes(&space->pictures[picture]));
  return ORR_OK;
}

void orr_env_goal(const orr_env *env, float *out) {
  ORR_ASSERT(env->aimed);
  memcpy(out, env->goal_seen, env->observer.space.count * sizeof *out);
}

bool orr_env_has_goal(const orr_env *env) { return env->aimed; }

bool orr_env_success(const orr_env *env) {
  return env->rule ? env->success : orr_world_success(env->world);
}

int64_t orr_env_steps(const orr_env *env) { return orr_world_steps(env->world); }
