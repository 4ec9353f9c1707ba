#include "sim/engine_mujoco.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void free_data(void *argument) { mj_deleteData(argument); }
static void free_model(void *argument) { mj_deleteModel(argument); }

static void destroy(orr_engine *engine) {
  char ignored[8];
  if (!engine) return;
  if (engine->data) orr_mujoco_guard(ignored, sizeof ignored, free_data, engine->data);
  orr_free(engine->changed);
  orr_free(engine->block);
  orr_free(engine->forces);
  orr_free(engine->before);
  orr_free(engine->held);
  orr_free(engine->raw);
  orr_free(engine);
}

static void release(void *shared) {
  char ignored[8];
  mjModel *model = ((orr_mujoco_shared *)shared)->model;
  if (model) orr_mujoco_guard(ignored, sizeof ignored, free_model, model);
}

static size_t lay_out(const orr_scenario *scenario, double *block, orr_mujoco_layout *out) {
  size_t moving = scenario->body_count, at = 0;
  const struct {
    double **place;
    size_t count;
  } parts[] = {
      {&out->velocity, 6 * moving},
      {&out->drag, 4 * moving},
      {&out->factor, moving},
      {&out->removed, moving},
      {&out->parked, 7 * moving},
      {&out->angle, scenario->parts->file_count},
      {&out->sensed, scenario->world.sensors.count},
      {&out->count, 1},
      {&out->contacts, (size_t)9 * ORR_MUJOCO_CONTACTS},
  };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (block) *parts[i].place = block + at;
    if (parts[i].place == &out->contacts) out->fixed = at;
    at += parts[i].count;
  }
  return out->all = at;
}

static void make_data(void *argument) {
  orr_engine *engine = argument;
  engine->data = mj_makeData(&engine->model);
  if (engine->data) mj_kinematics(&engine->model, engine->data); /* a scene may be asked for */
}

static orr_status fill_engine(orr_engine *engine, orr_error *err) {
  orr_mujoco_layout measured;
  const mjModel *m = engine->shared->model;
  char message[200] = "no memory";
  ORR_TRY(orr_new(&engine->block, lay_out(engine->scenario, NULL, &measured), sizeof(double), err));
  lay_out(engine->scenario, engine->block, &engine->own);
  ORR_TRY(orr_new(&engine->forces, 2 * (size_t)m->nv + 1, sizeof(double), err));
  ORR_TRY(orr_new(&engine->raw, (size_t)m->nq + 1, sizeof(double), err));
  ORR_TRY(orr_new(&engine->before, (size_t)m->nq + 1, sizeof(double), err));
  ORR_TRY(orr_new(&engine->held, 6 * (size_t)m->nbody, sizeof(double), err));
  engine->model = *m;
  ORR_TRY(orr_mujoco_change_create(engine, err));
  if (!orr_mujoco_guard(message, sizeof message, make_data, engine) || !engine->data)
    return orr_fail(err, ORR_ERR_MEMORY, "MuJoCo cannot make a world: %s", message);
  return ORR_OK;
}

static orr_status create(const orr_scenario *scenario, orr_engine **out, orr_error *err) {
  orr_engine *engine;
  ORR_TRY(orr_new(&engine, 1, sizeof *engine, err));
  engine->scenario = scenario;
  engine->shared = scenario->shared;
  orr_status status = fill_engine(engine, err);
  if (status == ORR_OK)
    *out = engine;
  else
    destroy(engine);
  return status;
}

/* What MuJoCo would only count. */
static bool is_sound(orr_engine *engine) {
  static const char *const reasons[mjNWARNING] = {
      "the matrix of inertia became singular",      "more contacts than there is room for",
      "more constraints than there is room for",    NULL,
      "a position is not finite or too large",      "a velocity is not finite or too large",
      "an acceleration is not finite or too large", "a control is not finite"};
  for (int i = 0; i < mjNWARNING; i++) {
    if (!reasons[i] || engine->data->warning[i].number == 0) continue;
    snprintf(engine->message, sizeof engine->message, "%s", reasons[i]);
    return false;
  }
  return true;
}

bool orr_mujoco_refresh(orr_engine *engine) {
  mjModel *m = &engine->model;
  mjData *d = engine->data;
  size_t positions = (size_t)m->nq * sizeof(double);
  memcpy(engine->raw, d->qpos, positions);
  if (!engine->shared->rungekutta) {
    mj_step1(m, d);
    return is_sound(engine);
  }
  mj_kinematics(m, d);
  mj_comPos(m, d);
  mj_comVel(m, d);
  memcpy(d->qpos, engine->raw, positions); /* mj_step normalises them itself */
  return is_sound(engine);
}

static void keep_velocities(orr_engine *engine) {
  const orr_mujoco_shared *shared = engine->shared;
  for (int i = 0; i < engine->model.nv; i++) engine->data->qvel[i] *= shared->keep[i];
  if (shared->rungekutta)
    mj_comVel(&engine->model, engine->data);
  else
    mj_fwdVelocity(&engine->model, engine->data);
}

static void step_in_stages(orr_engine *engine) {
  bool fields = engine->scenario->world.forces.count > 0;
  if (fields) orr_mujoco_at_stages(orr_mujoco_renew_fields, engine);
  mj_step(&engine->model, engine->data);
  if (fields) orr_mujoco_at_stages(NULL, NULL);
}

/* False when the numbers broke. `look`: contacts are wanted. */
static bool substep(orr_engine *engine, const double *targets, bool first, bool look,
                    bool *contact) {
  const orr_mujoco_shared *shared = engine->shared;
  if (shared->damped) keep_velocities(engine);
  orr_mujoco_push(engine, targets, first);
  if (shared->rungekutta)
    step_in_stages(engine);
  else
    mj_step2(&engine->model, engine->data);
  if (!is_sound(engine)) return false;
  if (look && orr_mujoco_touch(engine)) *contact = true;
  orr_mujoco_settle(engine);
  return orr_mujoco_refresh(engine);
}

typedef struct step_call {
  orr_engine *engine;
  const double *targets;
  bool contact;
} step_call;

static void step_task(void *argument) {
  step_call *call = argument;
  orr_engine *engine = call->engine;
  int64_t count = engine->scenario->world.substeps;
  memset(engine->own.sensed, 0, engine->scenario->world.sensors.count * sizeof(double));
  for (int64_t i = 0; i < count; i++) {
    bool look = engine->shared->touches || i == count - 1;
    if (!substep(engine, call->targets, i == 0, look, &call->contact)) return;
  }
  orr_mujoco_sense(engine);
  memset(engine->own.drag, 0, 4 * engine->scenario->body_count * sizeof(double));
}

static bool step(orr_engine *engine, const double *targets, bool *contact) {
  step_call call = {engine, targets, false};
  bool fine = orr_mujoco_guard(engine->message, sizeof engine->message, step_task, &call);
  *contact = call.contact;
  return fine && engine->message[0] == 0;
}

static void bare_step(orr_engine *engine, const double *controls) {
  mjData *d = engine->data;
  memcpy(d->ctrl, controls, (size_t)engine->model.nu * sizeof *controls);
  for (int64_t i = 0; i < engine->scenario->world.substeps; i++) mj_step(&engine->model, d);
}

static void forget(orr_engine *engine) {
  mjData *d = engine->data;
  const mjModel *m = &engine->model;
  engine->message[0] = 0;
  engine->pushed = false;
  d->pstack = 0; /* a fatal error leaves it anywhere */
  memset(d->warning, 0, sizeof d->warning);
  memset(d->xfrc_applied, 0, 6 * (size_t)m->nbody * sizeof(double));
  memset(d->qfrc_applied, 0, (size_t)m->nv * sizeof(double));
}

/* MuJoCo keeps the angular velocity of a free body in its own frame. */
static void spin_of(const double *quaternion, const double *world, double *out) {
  double back[4];
  mju_negQuat(back, quaternion);
  mju_rotVecQuat(out, world, back);
}

static void place_solid(orr_engine *engine, const orr_mujoco_body *body, const double *start) {
  mjData *d = engine->data;
  double *pose = body->mocap >= 0 ? NULL : d->qpos + body->q;
  double *at = pose ? pose : d->mocap_pos + 3 * body->mocap;
  double *turn = pose ? pose + 3 : d->mocap_quat + 4 * body->mocap;
  at[0] = start[0], at[1] = start[1], at[2] = start[6];
  memcpy(turn, start + 7, 4 * sizeof *turn);
  mju_normalize4(turn);
  if (!pose) return;
  double *v = d->qvel + body->dof;
  v[0] = start[3], v[1] = start[4], v[2] = start[11];
  spin_of(turn, (const double[3]){start[12], start[13], start[5]}, v + 3);
}

static void place_body(orr_engine *engine, size_t file, const double *start) {
  const orr_mujoco_body *body = &engine->shared->bodies[file];
  mjData *d = engine->data;
  if (engine->shared->mjcf ? body->q < 0 : body->parent >= 0) return;
  if (!orr_mujoco_flat(engine->scenario)) {
    place_solid(engine, body, start);
    return;
  }
  double pose[3];
  orr_flat_start(orr_body_at(engine->scenario, file), start, pose);
  if (body->mocap >= 0) {
    double *at = d->mocap_pos + 3 * body->mocap, *turn = d->mocap_quat + 4 * body->mocap;
    at[0] = pose[0], at[1] = pose[1], at[2] = 0.0;
    turn[0] = cos(0.5 * pose[2]), turn[1] = turn[2] = 0.0, turn[3] = sin(0.5 * pose[2]);
    engine->own.angle[file] = pose[2];
    return;
  }
  memcpy(d->qpos + body->q, pose, sizeof pose);
  memcpy(d->qvel + body->dof, start + 3, 3 * sizeof *start);
}

/* A ball starts with the turn that its body's own start gives. */
static void place_ball(orr_engine *engine, size_t index, const double *starts) {
  const int *ends = engine->scenario->parts->joint_ends[index];
  const orr_mujoco_joint *joint = &engine->shared->joints[index];
  const double *a = starts + (size_t)ends[0] * engine->scenario->stride;
  const double *b = starts + (size_t)ends[1] * engine->scenario->stride;
  double back[4], spin[3];
  double *q = engine->data->qpos + joint->q;
  mju_negQuat(back, a + 7);
  mju_mulQuat(q, back, b + 7);
  mju_normalize4(q);
  spin[0] = b[12] - a[12], spin[1] = b[13] - a[13], spin[2] = b[5] - a[5];
  spin_of(b + 7, spin, engine->data->qvel + joint->dof);
}

static void place_joints(orr_engine *engine, const double *starts) {
  const orr_scenario *scenario = engine->scenario;
  const double *own = starts + scenario->parts->file_count * scenario->stride;
  for (size_t i = 0; i < scenario->parts->joint_count; i++) {
    const orr_mujoco_joint *joint = &engine->shared->joints[i];
    if (orr_joint_at(scenario, i)->type == ORR_JOINT_BALL) place_ball(engine, i, starts);
    if (scenario->parts->joint_entity[i] < 0) continue;
    engine->data->qpos[joint->q] = own[0];
    engine->data->qvel[joint->dof] = own[1];
    own += ORR_JOINT_STATE;
  }
}

/* Every number that a save covers, as at the beginning of the model. */
static void begin(orr_engine *engine) {
  const mjModel *m = &engine->model;
  const orr_mujoco_shared *shared = engine->shared;
  mjData *d = engine->data;
  d->time = 0.0;
  memcpy(d->qpos, shared->q0 ? shared->q0 : m->qpos0, (size_t)m->nq * sizeof(double));
  memset(d->qvel, 0, (size_t)m->nv * sizeof(double));
  if (shared->v0) memcpy(d->qvel, shared->v0, (size_t)m->nv * sizeof(double));
  memset(d->act, 0, (size_t)m->na * sizeof(double));
  memset(d->ctrl, 0, (size_t)m->nu * sizeof(double));
  memset(d->qacc_warmstart, 0, (size_t)m->nv * sizeof(double));
  for (int i = 0; i < m->nbody; i++) {
    if (m->body_mocapid[i] < 0) continue;
    memcpy(d->mocap_pos + 3 * m->body_mocapid[i], m->body_pos + 3 * i, 3 * sizeof(double));
    memcpy(d->mocap_quat + 4 * m->body_mocapid[i], m->body_quat + 4 * i, 4 * sizeof(double));
  }
  memset(engine->block, 0, engine->own.all * sizeof(double));
  for (size_t i = 0; i < engine->scenario->body_count; i++) engine->own.factor[i] = 1.0;
}

/* What a kinematic body keeps by itself: its velocity in the world. */
static void note_velocities(orr_engine *engine) {
  for (size_t i = 0; i < engine->scenario->body_count; i++) {
    size_t file = (size_t)orr_mujoco_file(engine, (int)i);
    double *v = engine->own.velocity + 6 * i;
    if (engine->shared->bodies[file].kinematic) orr_mujoco_velocity(engine, file, v, v + 3);
  }
}

static void reset_task(void *argument) {
  step_call *call = argument;
  orr_engine *engine = call->engine;
  begin(engine);
  orr_mujoco_change(engine);
  for (size_t i = 0; i < engine->scenario->parts->file_count; i++)
    place_body(engine, i, call->targets + i * engine->scenario->stride);
  place_joints(engine, call->targets);
  if (!orr_mujoco_refresh(engine)) return;
  note_velocities(engine);
  for (int64_t i = 0; i < engine->scenario->world.settle; i++)
    if (!substep(engine, NULL, false, false, &call->contact)) return;
  orr_mujoco_sense(engine);
}

static bool reset(orr_engine *engine, const double *starts) {
  step_call call = {engine, starts, false};
  forget(engine);
  bool fine = orr_mujoco_guard(engine->message, sizeof engine->message, reset_task, &call);
  return fine && engine->message[0] == 0;
}

/* A save: time, then the arrays, then the block up to its last contact. */
typedef struct saved_array {
  double *numbers;
  size_t count;
} saved_array;
enum { SAVED_ARRAYS = 7 };

static void list_arrays(const orr_engine *engine, saved_array out[SAVED_ARRAYS]) {
  const mjModel *m = &engine->model;
  mjData *d = engine->data;
  out[0] = (saved_array){&d->time, 1};
  out[1] = (saved_array){engine->raw, (size_t)m->nq};
  out[2] = (saved_array){d->qvel, (size_t)m->nv};
  out[3] = (saved_array){d->act, (size_t)m->na};
  out[4] = (saved_array){d->qacc_warmstart, (size_t)m->nv};
  out[5] = (saved_array){d->mocap_pos, 3 * (size_t)m->nmocap};
  out[6] = (saved_array){d->mocap_quat, 4 * (size_t)m->nmocap};
}

static size_t block_used(const orr_engine *engine, double count) {
  return engine->own.fixed + 9 * (size_t)count;
}

static size_t save_limit(const orr_engine *engine) {
  saved_array arrays[SAVED_ARRAYS];
  size_t count = engine->own.all;
  list_arrays(engine, arrays);
  for (int i = 0; i < SAVED_ARRAYS; i++) count += arrays[i].count;
  return count * sizeof(double);
}

static size_t save(const orr_engine *engine, void *image) {
  saved_array arrays[SAVED_ARRAYS];
  double *out = image;
  list_arrays(engine, arrays);
  for (int i = 0; i < SAVED_ARRAYS; i++) {
    memcpy(out, arrays[i].numbers, arrays[i].count * sizeof *out);
    out += arrays[i].count;
  }
  size_t used = block_used(engine, *engine->own.count);
  memcpy(out, engine->block, used * sizeof *out);
  return (size_t)((char *)(out + used) - (char *)image);
}

static void refresh_task(void *argument) { orr_mujoco_refresh(argument); }

static void restore(orr_engine *engine, const void *image) {
  saved_array arrays[SAVED_ARRAYS];
  const double *in = image;
  forget(engine);
  list_arrays(engine, arrays);
  for (int i = 0; i < SAVED_ARRAYS; i++) {
    memcpy(arrays[i].numbers, in, arrays[i].count * sizeof *in);
    in += arrays[i].count;
  }
  memcpy(engine->data->qpos, engine->raw, (size_t)engine->model.nq * sizeof *in);
  size_t count_at = (size_t)(engine->own.count - engine->block);
  memcpy(engine->block, in, block_used(engine, in[count_at]) * sizeof *in);
  orr_mujoco_change(engine);
  orr_mujoco_guard(engine->message, sizeof engine->message, refresh_task, engine);
}

static orr_hash hash(const orr_engine *engine) {
  saved_array arrays[SAVED_ARRAYS];
  orr_hash sum = {0};
  list_arrays(engine, arrays);
  for (int i = 0; i < SAVED_ARRAYS; i++)
    sum = orr_hash_join(sum, orr_hash_bytes(arrays[i].numbers, arrays[i].count * sizeof(double)));
  size_t used = block_used(engine, *engine->own.count);
  return orr_hash_join(sum, orr_hash_bytes(engine->block, used * sizeof(double)));
}

static bool removed(const orr_engine *engine, int body) { return engine->own.removed[body] != 0.0; }

static const char *status(const orr_engine *engine) { return engine->message; }

static size_t memory(const orr_engine *engine) {
  return (size_t)engine->data->nbuffer + (size_t)engine->data->nstack * sizeof(double) +
         engine->own.all * sizeof(double);
}

static const char *library(void) {
  static const char *const name = "MuJoCo 2.2.2";
  _Static_assert(mjVERSION_HEADER == 222, "the name above, and all that was measured");
  return name;
}

const orr_engine_table orr_engine_mujoco = {
    .name = "mujoco",
    .library = library,
    .import = orr_mujoco_import,
    .compile = orr_mujoco_compile,
    .release = release,
    .create = create,
    .destroy = destroy,
    .reset = reset,
    .step = step,
    .save_limit = save_limit,
    .save = save,
    .restore = restore,
    .get_state = orr_mujoco_get_state,
    .intervene = orr_mujoco_intervene,
    .removed = removed,
    .solids = orr_mujoco_solids,
    .place = orr_mujoco_place,
    .lights = orr_mujoco_lights,
    .sky = orr_mujoco_sky,
    .camera = orr_mujoco_camera,
    .contacts = orr_mujoco_contacts,
    .energy = orr_mujoco_energy,
    .status = status,
    .hash = hash,
    .memory = memory,
    .bare = bare_step,
};
