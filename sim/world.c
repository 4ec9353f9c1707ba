#include "sim/world_private.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/rotation.h"
#include "sim/condition.h"

#include <stdio.h>
#include <string.h>

const char *const orr_end_names[] = {"running",  "terminated", "truncated",
                                     "diverged", "cancelled",  NULL};

static size_t aligned(size_t bytes) { return (bytes + 15) / 16 * 16; }

/* Lays the arrays of the block out; with `world->block` NULL only measures. */
static size_t lay_out(orr_world *world) {
  const orr_scenario *scenario = world->scenario;
  size_t state = aligned(scenario->state.count * sizeof(double));
  size_t starts = aligned(scenario->parts->start_count * sizeof(double));
  size_t factors = aligned(scenario->factors.count * sizeof(double));
  size_t origins = aligned(scenario->action_count * sizeof(double));
  size_t commands = aligned(world->command_rows * scenario->action_count * sizeof(float));
  size_t marks = aligned(scenario->parts->task->term_count * sizeof(double));
  unsigned char *at = world->block;
  size_t offset = aligned(sizeof(orr_core));
  if (at) {
    world->core = (orr_core *)(void *)at;
    world->state = (double *)(void *)(at + offset);
    world->starts = (double *)(void *)(at + offset + state);
    world->factors = (double *)(void *)(at + offset + state + starts);
    at += offset + state + starts + factors;
    world->origins = (double *)(void *)at;
    world->commands = (float *)(void *)(at + origins);
    world->marks = (double *)(void *)(at + origins + commands);
  }
  return offset + state + starts + factors + origins + commands + marks;
}

/* Room for two events a step; without a limit for a quarter of a million. */
static orr_status create_log(orr_world *world, orr_error *err) {
  const orr_variation *variation = world->base->variation;
  int64_t limit = variation ? variation->time_limit : world->base->task.time_limit;
  size_t action = world->scenario->action_count * sizeof(float);
  size_t data = action > sizeof(double[3]) ? action : sizeof(double[3]);
  world->event_size = (offsetof(orr_event, data) + data + 7) / 8 * 8;
  world->event_capacity = limit > 0 ? 2 * (size_t)limit + 4096 : (size_t)1 << 18;
  return orr_reserve_create(world->event_size * world->event_capacity, &world->log, err);
}

static orr_status create_parts(orr_world *world, orr_error *err) {
  const orr_scenario *scenario = world->scenario;
  const orr_variation *variation = scenario->variation;
  world->command_rows = (size_t)(variation ? variation->delay : scenario->parts->delay) + 2;
  world->block_size = lay_out(world);
  ORR_TRY(orr_new(&world->block, 1, world->block_size, err));
  lay_out(world);
  ORR_TRY(orr_new(&world->fresh, scenario->state.count, sizeof(double), err));
  ORR_TRY(orr_new(&world->targets, scenario->action_count + 1, sizeof(double), err));
  ORR_TRY(create_log(world, err));
  if (variation) ORR_TRY(orr_sandbox_create(scenario, &world->sandbox, err));
  ORR_TRY(world->table->create(scenario, &world->base_engine, err));
  world->engine = world->base_engine;
  return orr_world_scene_create(world, err);
}

orr_status orr_world_create(const orr_scenario *scenario, orr_world **out, orr_error *err) {
  orr_world *world;
  *out = NULL;
  ORR_TRY(orr_new(&world, 1, sizeof *world, err));
  world->scenario = world->base = scenario;
  world->table = orr_engine_of(scenario);
  orr_status status = create_parts(world, err);
  if (status == ORR_OK)
    *out = world;
  else
    orr_world_destroy(world);
  return status;
}

void orr_world_destroy(orr_world *world) {
  if (!world) return;
  world->table->destroy(world->base_engine);
  orr_variant_share(&world->variant, NULL);
  orr_sandbox_destroy(world->sandbox);
  orr_reserve_destroy(&world->log);
  orr_free(world->block);
  orr_free(world->fresh);
  orr_free(world->targets);
  orr_free(world->shapes);
  orr_free(world->contacts);
  orr_free(world->lights);
  orr_free(world);
}

const orr_scenario *orr_world_scenario(const orr_world *world) { return world->base; }
const orr_scenario *orr_world_variant(const orr_world *world) { return world->scenario; }

static orr_end diverge(orr_world *world, const char *reason) {
  snprintf(world->core->reason, sizeof world->core->reason, "%.199s", reason);
  world->core->end = ORR_DIVERGED;
  world->core->reward = 0.0;
  return ORR_DIVERGED;
}

/* Takes the engine's state over if all of it is finite. */
static bool refresh_state(orr_world *world) {
  size_t count = world->scenario->state.count, factors = world->base->factors.count;
  world->table->get_state(world->engine, world->fresh);
  if (factors) memcpy(world->fresh + count - factors, world->factors, factors * sizeof(double));
  for (size_t i = 0; i < count; i++)
    if (!isfinite(world->fresh[i])) return false;
  memcpy(world->state, world->fresh, count * sizeof(double));
  return true;
}

static void note_origins(orr_world *world) {
  const orr_parts *parts = world->scenario->parts;
  for (size_t a = 0; a < parts->actuator_count; a++) {
    for (size_t k = 0; k < parts->drives[a].width; k++) {
      size_t at = orr_target_at(world->scenario, a, k);
      world->origins[parts->drives[a].first + k] = at == SIZE_MAX ? 0.0 : world->state[at];
    }
  }
}

orr_status orr_world_prepare(orr_world *world, uint64_t seed, uint32_t episode, orr_error *err) {
  orr_core *core = world->core;
  memset(core, 0, sizeof *core);
  memset(world->commands, 0, world->command_rows * world->scenario->action_count * sizeof(float));
  core->seed = seed;
  core->episode = episode;
  core->begun = true;
  orr_error why = {0};
  orr_status status = orr_world_vary(world, &why);
  if (status == ORR_OK) return ORR_OK;
  diverge(world, why.message);
  if (status != ORR_ERR_CONFIG) return orr_fail(err, status, "%s", why.message);
  return orr_fail(err, ORR_ERR_NUMBERS, "the episode cannot begin: %s", core->reason);
}

orr_status orr_world_begin(orr_world *world, orr_error *err) {
  orr_core *core = world->core;
  if (!world->table->reset(world->engine, world->starts))
    diverge(world, world->table->status(world->engine));
  else if (!refresh_state(world))
    diverge(world, "a body's state is not finite");
  if (core->end == ORR_DIVERGED)
    return orr_fail(err, ORR_ERR_NUMBERS, "the episode cannot begin: %s", core->reason);
  note_origins(world);
  orr_task_begin(world);
  return ORR_OK;
}

/* A value draws nothing: a 2D world draws what it has. */
static void draw_start(const orr_start_def *start, size_t stride, orr_random *random, double *out) {
  out[0] = orr_range_draw(&start->position[0], random);
  out[1] = orr_range_draw(&start->position[1], random);
  out[2] = orr_range_draw(&start->angle, random);
  out[3] = orr_range_draw(&start->velocity[0], random);
  out[4] = orr_range_draw(&start->velocity[1], random);
  out[5] = orr_range_draw(&start->omega, random);
  if (stride == ORR_BODY_STATE) return;
  out[6] = orr_range_draw(&start->position[2], random);
  double roll = orr_range_draw(&start->tilt[0], random);
  double pitch = orr_range_draw(&start->tilt[1], random);
  orr_quaternion_euler(roll, pitch, out[2], out + 7);
  out[11] = orr_range_draw(&start->velocity[2], random);
  out[12] = orr_range_draw(&start->spin[0], random);
  out[13] = orr_range_draw(&start->spin[1], random);
}

orr_status orr_world_reset(orr_world *world, uint64_t seed, uint32_t episode, orr_error *err) {
  orr_factors_draw(world->base, seed, episode, world->factors);
  ORR_TRY(orr_world_prepare(world, seed, episode, err));
  orr_random random = orr_random_at(seed, ORR_PURPOSE_RESET, episode, 0, 0, 0);
  const orr_scenario *scenario = world->scenario;
  double *out = world->starts;
  for (size_t i = 0; i < scenario->parts->file_count; i++, out += scenario->stride)
    draw_start(&orr_body_at(scenario, i)->start, scenario->stride, &random, out);
  for (size_t i = 0; i < scenario->parts->joint_count; i++) {
    if (scenario->parts->joint_entity[i] < 0) continue;
    *out++ = orr_range_draw(&orr_joint_at(scenario, i)->start, &random);
    *out++ = orr_range_draw(&orr_joint_at(scenario, i)->speed, &random);
  }
  return orr_world_begin(world, err);
}

/* The first number that a range can give: where static bodies stand in orr_world_reset_to. */
static double range_first(const orr_range *range) { return range->values[0]; }

static void place_static(const orr_start_def *start, size_t stride, double *out) {
  memset(out, 0, stride * sizeof *out);
  out[0] = range_first(&start->position[0]);
  out[1] = range_first(&start->position[1]);
  out[2] = range_first(&start->angle);
  if (stride == ORR_BODY_STATE) return;
  out[6] = range_first(&start->position[2]);
  orr_quaternion_euler(range_first(&start->tilt[0]), range_first(&start->tilt[1]), out[2], out + 7);
}

orr_status orr_world_reset_to(orr_world *world, const double *state, orr_error *err) {
  size_t stride = world->base->stride, bodies = world->base->body_count * stride;
  size_t driven = bodies + world->base->joint_count * ORR_JOINT_STATE;
  size_t factors = world->base->factors.count, first_factor = world->base->state.count - factors;
  for (size_t i = 0; i < world->base->state.count; i++)
    if ((i < driven || i >= first_factor) && !isfinite(state[i]))
      return orr_fail(err, ORR_ERR_NUMBERS, "the episode cannot begin: %s is not finite",
                      world->base->state.fields[i].name);
  if (factors) memcpy(world->factors, state + first_factor, factors * sizeof *state);
  ORR_TRY(orr_world_prepare(world, 0, 0, err));
  const orr_scenario *scenario = world->scenario;
  const orr_parts *parts = scenario->parts;
  for (size_t i = 0; i < parts->file_count; i++) {
    double *out = world->starts + i * stride;
    if (parts->moving_of[i] >= 0)
      memcpy(out, state + stride * (size_t)parts->moving_of[i], stride * sizeof *out);
    else
      place_static(&orr_body_at(scenario, i)->start, stride, out);
  }
  memcpy(world->starts + parts->file_count * stride, state + bodies,
         (driven - bodies) * sizeof *state);
  return orr_world_begin(world, err);
}

static bool finite_action(const orr_world *world, const float *action) {
  for (size_t i = 0; i < world->scenario->action_count; i++)
    if (!isfinite(action[i])) return false;
  return true;
}

static void clip_commands(const orr_scenario *scenario, float *command) {
  for (size_t a = 0; a < scenario->parts->actuator_count; a++) {
    const orr_actuator_def *def = orr_actuator_at(scenario, a);
    float *own = command + scenario->parts->drives[a].first;
    for (size_t k = 0; def->clip && k < scenario->parts->drives[a].width; k++)
      own[k] = (float)orr_clamp((double)own[k], def->low[k], def->high[k]);
  }
}

/* Writes the command of this step: the action, or within a repeat the one before. */
static void accept(orr_world *world, const float *action) {
  size_t width = world->scenario->action_count;
  size_t row = (size_t)world->core->steps % world->command_rows;
  float *command = world->commands + row * width;
  bool repeats = world->core->steps % world->scenario->world.repeat != 0;
  size_t before = (row + world->command_rows - 1) % world->command_rows;
  if (width == 0) return;
  memcpy(command, repeats ? world->commands + before * width : action, width * sizeof *command);
  if (!repeats) clip_commands(world->scenario, command);
}

static double target_of(const orr_world *world, size_t actuator, size_t k, double command) {
  const orr_actuator_def *def = orr_actuator_at(world->scenario, actuator);
  size_t at = orr_target_at(world->scenario, actuator, k);
  if (at == SIZE_MAX) return def->gain * command;
  bool relative = def->meaning == ORR_ACTION_RELATIVE;
  return relative ? world->state[at] + def->scale * command : command;
}

/* The targets of this step, from the command of `delay` steps ago. */
static void aim(orr_world *world) {
  const orr_scenario *scenario = world->scenario;
  for (size_t a = 0; a < scenario->parts->actuator_count; a++) {
    const orr_drive *drive = &scenario->parts->drives[a];
    int64_t from = world->core->steps - orr_actuator_at(scenario, a)->delay;
    size_t row = from < 0 ? 0 : (size_t)from % world->command_rows;
    const float *command = world->commands + row * scenario->action_count;
    for (size_t k = 0; k < drive->width; k++) {
      size_t i = drive->first + k;
      world->targets[i] = from < 0 ? world->origins[i] : target_of(world, a, k, (double)command[i]);
    }
  }
}

orr_end orr_world_step(orr_world *world, const float *action) {
  orr_core *core = world->core;
  ORR_ASSERT(core->begun);
  if (core->end == ORR_DIVERGED) return ORR_DIVERGED;
  orr_log_action(world, action);
  if (!finite_action(world, action)) return diverge(world, "an action is not finite");
  accept(world, action);
  aim(world);
  bool contact = false;
  bool fine = world->table->step(world->engine, world->targets, &contact);
  core->contact = contact;
  if (!fine) return diverge(world, world->table->status(world->engine));
  if (!refresh_state(world)) return diverge(world, "a body's state is not finite");
  core->steps++;
  orr_task_judge(world);
  return (orr_end)core->end;
}

void orr_world_bare_step(orr_world *world, const double *controls) {
  world->table->bare(world->engine, controls);
}

static orr_status check_intervention(const orr_world *world, const orr_intervention *what,
                                     orr_error *err) {
  if (what->body < 0 || (size_t)what->body >= world->scenario->body_count)
    return orr_fail(err, ORR_ERR_CONFIG, "there is no moving body %d; the world has %zu",
                    what->body, world->scenario->body_count);
  const char *name = world->scenario->state.bodies[what->body].name;
  if (world->core->end == ORR_DIVERGED)
    return orr_fail(err, ORR_ERR_NUMBERS, "the episode has diverged: %s", world->core->reason);
  if (world->table->removed(world->engine, what->body))
    return orr_fail(err, ORR_ERR_CONFIG, "body %s was removed", name);
  int file = world->scenario->parts->file_of[what->body];
  bool dynamic = orr_body_at(world->scenario, (size_t)file)->type == ORR_BODY_DYNAMIC;
  bool driven = world->scenario->state.bodies[what->body].role == ORR_ROLE_ACTUATED;
  switch (what->kind) {
  case ORR_INTERVENE_MASS:
    if (!dynamic)
      return orr_fail(err, ORR_ERR_CONFIG, "body %s is kinematic: it has no mass", name);
    if (!(what->value[0] > 0.0))
      return orr_fail(err, ORR_ERR_CONFIG, "a factor of mass must be above 0, not %g",
                      what->value[0]);
    return ORR_OK;
  case ORR_INTERVENE_DRAG:
    if (!dynamic && !driven)
      return orr_fail(err, ORR_ERR_CONFIG, "body %s follows nothing: it cannot be dragged", name);
    return ORR_OK;
  case ORR_INTERVENE_MOVE:
  case ORR_INTERVENE_KICK:
  case ORR_INTERVENE_REMOVE: return ORR_OK;
  }
  return orr_fail(err, ORR_ERR_CONFIG, "unknown intervention %d", (int)what->kind);
}

orr_status orr_world_intervene(orr_world *world, const orr_intervention *intervention,
                               orr_error *err) {
  ORR_ASSERT(world->core->begun);
  ORR_TRY(check_intervention(world, intervention, err));
  orr_log_intervention(world, intervention);
  if (!world->table->intervene(world->engine, intervention))
    diverge(world, world->table->status(world->engine));
  else if (!refresh_state(world))
    diverge(world, "a body's state is not finite");
  if (world->core->end != ORR_DIVERGED) return ORR_OK;
  return orr_fail(err, ORR_ERR_NUMBERS, "the episode has diverged: %s", world->core->reason);
}

orr_end orr_world_end(const orr_world *world) { return (orr_end)world->core->end; }
int64_t orr_world_steps(const orr_world *world) { return world->core->steps; }

double orr_world_time(const orr_world *world) {
  const orr_world_def *def = &world->scenario->world;
  return (double)(world->core->steps * def->substeps) * def->dt;
}

void orr_world_state(const orr_world *world, double *out) {
  memcpy(out, world->state, world->scenario->state.count * sizeof *out);
}

double orr_world_reward(const orr_world *world) { return world->core->reward; }
double orr_world_coverage(const orr_world *world) { return world->core->coverage; }
bool orr_world_success(const orr_world *world) { return world->core->success; }
bool orr_world_contact(const orr_world *world) { return world->core->contact; }
const char *orr_world_diverged_reason(const orr_world *world) { return world->core->reason; }
size_t orr_world_memory(const orr_world *world) { return world->table->memory(world->engine); }

double orr_world_energy(const orr_world *world) {
  bool sound = world->core->begun && world->core->end != ORR_DIVERGED;
  return sound ? world->table->energy(world->engine) : 0.0;
}
