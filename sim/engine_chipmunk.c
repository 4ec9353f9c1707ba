#include "sim/engine_chipmunk.h"

#include "base/memory.h"
#include "sim/parts.h"

#include <string.h>

#define TEXT_OF(x)  TEXT_OF_(x)
#define TEXT_OF_(x) #x
#define ORR_CHIPMUNK_VERSION                                                                       \
  TEXT_OF(CP_VERSION_MAJOR) "." TEXT_OF(CP_VERSION_MINOR) "." TEXT_OF(CP_VERSION_RELEASE)

/* Measured: 0.35 MB for Push-T, 0.45 MB for a pyramid of 55 boxes. The rest is address space. */
static size_t arena_size(const orr_parts *parts) {
  size_t things = parts->file_count + parts->outline_count + parts->joint_count;
  return ((size_t)16 << 20) + things * ((size_t)64 << 10);
}

void orr_chipmunk_destroy(orr_engine *engine) {
  if (!engine) return;
  orr_reserve_destroy(&engine->arena);
  orr_free(engine->sorted);
  orr_free(engine);
}

orr_status orr_chipmunk_create(const orr_scenario *scenario, orr_engine **out, orr_error *err) {
  orr_engine *engine;
  ORR_TRY(orr_new(&engine, 1, sizeof *engine, err));
  engine->scenario = scenario;
  engine->sorted_capacity = 64 + 16 * scenario->parts->outline_count;
  orr_status status = orr_reserve_create(arena_size(scenario->parts), &engine->arena, err);
  if (status == ORR_OK)
    status = orr_new(&engine->sorted, engine->sorted_capacity, sizeof *engine->sorted, err);
  if (status != ORR_OK) {
    orr_chipmunk_destroy(engine);
    return status;
  }
  orr_chipmunk_arena_reset(engine);
  *out = engine;
  return ORR_OK;
}

static void reset_task(orr_engine *engine, void *argument) {
  const orr_world_def *world = &engine->scenario->world;
  orr_chipmunk_build(engine, argument);
  for (int64_t i = 0; i < world->settle; i++) cpSpaceStep(engine->root->space, world->dt);
}

static bool reset(orr_engine *engine, const double *starts) {
  orr_chipmunk_arena_reset(engine);
  engine->message[0] = 0;
  engine->root = NULL;
  double *argument;
  memcpy(&argument, &starts, sizeof argument); /* the task only reads */
  return orr_chipmunk_guard(engine, reset_task, argument);
}

static bool is_actuated(const orr_engine *engine, const cpBody *body) {
  int moving = engine->scenario->parts->moving_of[(intptr_t)body->userData];
  return moving >= 0 && engine->scenario->state.bodies[moving].role == ORR_ROLE_ACTUATED;
}

static bool pushes(const orr_engine *engine, const cpBody *a, const cpBody *b) {
  return cpBodyGetType((cpBody *)b) == CP_BODY_TYPE_DYNAMIC && is_actuated(engine, a) &&
         !is_actuated(engine, b);
}

static bool touches(const orr_engine *engine) {
  const cpArray *arbiters = engine->root->space->arbiters;
  for (int i = 0; i < arbiters->num; i++) {
    const cpArbiter *arbiter = arbiters->arr[i];
    if (pushes(engine, arbiter->body_a, arbiter->body_b)) return true;
    if (pushes(engine, arbiter->body_b, arbiter->body_a)) return true;
  }
  return false;
}

typedef struct step_call {
  const double *targets;
  bool contact;
} step_call;

static void step_task(orr_engine *engine, void *argument) {
  step_call *call = argument;
  orr_chipmunk_root *root = engine->root;
  const orr_world_def *world = &engine->scenario->world;
  memset(root->sensed, 0, world->sensors.count * sizeof *root->sensed);
  for (int64_t i = 0; i < world->substeps; i++) {
    orr_chipmunk_drive(engine, call->targets, i == 0);
    cpSpaceStep(root->space, world->dt);
    if (!call->contact) call->contact = touches(engine);
    orr_chipmunk_feel(engine);
  }
  if (root->dragging) memset(root->drags, 0, engine->scenario->body_count * sizeof *root->drags);
  root->dragging = false;
}

static bool step(orr_engine *engine, const double *targets, bool *contact) {
  step_call call = {targets, false};
  bool fine = orr_chipmunk_guard(engine, step_task, &call);
  *contact = call.contact;
  return fine;
}

/* A save is the used part of the arena, then the place of the root. */
static size_t save_limit(const orr_engine *engine) {
  return engine->arena.size + sizeof engine->root;
}

static size_t save(const orr_engine *engine, void *image) {
  size_t used = orr_chipmunk_head(engine)->used;
  memcpy(image, engine->arena.bytes, used);
  memcpy((unsigned char *)image + used, &engine->root, sizeof engine->root);
  return used + sizeof engine->root;
}

static void restore(orr_engine *engine, const void *image) {
  size_t used;
  memcpy(&used, image, sizeof used); /* orr_arena_head starts with it */
  memcpy(engine->arena.bytes, image, used);
  memcpy(&engine->root, (const unsigned char *)image + used, sizeof engine->root);
  engine->message[0] = 0;
}

static void remove_joints(orr_engine *engine, int file) {
  const orr_parts *parts = engine->scenario->parts;
  for (size_t i = 0; i < parts->joint_count; i++) {
    const int *ends = parts->joint_ends[i];
    if (ends[0] == file || ends[1] == file) orr_chipmunk_joint_remove(engine, i);
  }
}

static void remove_body(orr_engine *engine, int moving) {
  const orr_parts *parts = engine->scenario->parts;
  orr_chipmunk_root *root = engine->root;
  int file = parts->file_of[moving];
  cpBody *body = root->moving[moving];
  orr_chipmunk_body_state(body, root->last + ORR_BODY_STATE * moving);
  memset(root->last + ORR_BODY_STATE * moving + 3, 0, 3 * sizeof(double));
  remove_joints(engine, file);
  for (size_t i = parts->first_outline[file]; i < parts->first_outline[file + 1]; i++) {
    cpSpaceRemoveShape(root->space, root->shapes[i]);
    cpShapeFree(root->shapes[i]);
    root->shapes[i] = NULL;
  }
  cpSpaceRemoveBody(root->space, body);
  cpBodyFree(body);
  root->bodies[file] = root->moving[moving] = NULL;
}

static void intervene_task(orr_engine *engine, void *argument) {
  const orr_intervention *what = argument;
  orr_chipmunk_root *root = engine->root;
  cpBody *body = root->moving[what->body];
  switch (what->kind) {
  case ORR_INTERVENE_MASS:
    cpBodySetMass(body, cpBodyGetMass(body) * what->value[0]);
    cpBodySetMoment(body, cpBodyGetMoment(body) * what->value[0]);
    break;
  case ORR_INTERVENE_MOVE:
    cpBodySetAngle(body, what->value[2]);
    cpBodySetPosition(body, cpv(what->value[0], what->value[1]));
    break;
  case ORR_INTERVENE_KICK:
    cpBodySetAngularVelocity(body, body->w + what->value[2]);
    cpBodySetVelocity(body, cpvadd(body->v, cpv(what->value[0], what->value[1])));
    break;
  case ORR_INTERVENE_REMOVE: remove_body(engine, what->body); break;
  case ORR_INTERVENE_DRAG:
    root->drags[what->body] = (orr_drag){true, what->value[0], what->value[1], what->value[2]};
    root->dragging = true;
    break;
  }
}

static bool intervene(orr_engine *engine, const orr_intervention *intervention) {
  orr_intervention copy = *intervention;
  return orr_chipmunk_guard(engine, intervene_task, &copy);
}

static const char *library(void) { return "Chipmunk2D " ORR_CHIPMUNK_VERSION; }

static bool removed(const orr_engine *engine, int body) {
  return !engine->root || !engine->root->moving[body];
}

static const char *status(const orr_engine *engine) { return engine->message; }

static size_t memory(const orr_engine *engine) { return orr_chipmunk_head(engine)->used; }

const orr_engine_table orr_engine_chipmunk = {
    .name = "chipmunk",
    .library = library,
    .compile = orr_chipmunk_compile,
    .create = orr_chipmunk_create,
    .destroy = orr_chipmunk_destroy,
    .reset = reset,
    .step = step,
    .save_limit = save_limit,
    .save = save,
    .restore = restore,
    .get_state = orr_chipmunk_get_state,
    .intervene = intervene,
    .removed = removed,
    .contacts = orr_chipmunk_contacts,
    .energy = orr_chipmunk_energy,
    .status = status,
    .hash = orr_chipmunk_hash,
    .memory = memory,
};
