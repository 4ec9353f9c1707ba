/* What pushes: actuators, drags, force fields, motors, and the will of kinematic bodies. */
#include "sim/engine_mujoco.h"

#include "sim/drive.h"
#include "sim/force.h"

#include "base/maths.h"
#include <string.h>

static double mass_of(const orr_engine *engine, size_t file) {
  return engine->model.body_mass[engine->shared->bodies[file].id];
}

static void add_at_centre(orr_engine *engine, size_t file, const double force[3],
                          const double torque[3]) {
  double *out = engine->data->xfrc_applied + 6 * engine->shared->bodies[file].id;
  for (int i = 0; i < 3; i++) out[i] += force[i];
  for (int i = 0; i < 3; i++) out[3 + i] += torque[i];
}

/* A force in the plane at the body's origin, as positions are those of the origin. */
static void add_at_origin(orr_engine *engine, size_t file, const double force[3]) {
  int id = engine->shared->bodies[file].id;
  double arm[3], torque[3];
  mju_sub3(arm, engine->data->xpos + 3 * id, engine->data->xipos + 3 * id);
  mju_cross(torque, arm, force);
  add_at_centre(engine, file, force, torque);
}

static void add_fields(orr_engine *engine, size_t file) {
  const mjData *d = engine->data;
  int id = engine->shared->bodies[file].id;
  orr_motion motion = {.mass = mass_of(engine, file)};
  double velocity[6], force[3], torque[3];
  mj_objectVelocity(&engine->model, d, mjOBJ_BODY, id, velocity, 0);
  memcpy(motion.position, d->xipos + 3 * id, sizeof motion.position);
  memcpy(motion.velocity, velocity + 3, sizeof motion.velocity);
  memcpy(motion.omega, velocity, sizeof motion.omega);
  orr_force_on(engine->scenario, file, &motion, force, torque);
  add_at_centre(engine, file, force, torque);
}

static void add_drag(orr_engine *engine, size_t moving) {
  const double *drag = engine->own.drag + 4 * moving;
  size_t file = (size_t)orr_mujoco_file(engine, (int)moving);
  const double *at = engine->data->xpos + 3 * engine->shared->bodies[file].id;
  const double force[3] = {drag[3] * (drag[1] - at[0]), drag[3] * (drag[2] - at[1]), 0.0};
  if (drag[0] != 0.0 && !engine->shared->bodies[file].kinematic) add_at_origin(engine, file, force);
}

/* What one number of a body's actuator meets: where the body is along the axis, how fast. A
 * velocity is what the substep would end with without the actuator. */
static void look_along(const orr_engine *engine, const orr_actuator_def *def, size_t file, int axis,
                       double *position, double *velocity) {
  double linear[3], angular[3];
  const orr_world_def *world = &engine->scenario->world;
  int id = engine->shared->bodies[file].id;
  orr_mujoco_velocity(engine, file, linear, angular);
  *position = engine->data->xpos[3 * id + axis];
  *velocity = linear[axis];
  if (def->type != ORR_ACTUATE_VELOCITY) return;
  double pushed = engine->data->xfrc_applied[6 * id + axis] / mass_of(engine, file);
  *velocity += world->dt * (world->gravity[axis] + pushed);
}

static void push_body(orr_engine *engine, size_t actuator, const double *targets) {
  const orr_actuator_def *def = orr_actuator_at(engine->scenario, actuator);
  const orr_drive *drive = &engine->scenario->parts->drives[actuator];
  size_t file = (size_t)orr_mujoco_file(engine, drive->body);
  double dt = engine->scenario->world.dt, mass = mass_of(engine, file);
  double force[3] = {0.0, 0.0, 0.0}, position, velocity;
  static const double none[3] = {0.0, 0.0, 0.0};
  for (size_t k = 0; k < drive->width; k++) {
    int axis = drive->axes[k];
    double target = targets[drive->first + k];
    if (def->type == ORR_ACTUATE_TORQUE) {
      const double torque[3] = {0.0, 0.0, orr_drive_force(def, mass, dt, target, 0.0, 0.0)};
      add_at_centre(engine, file, none, torque);
      return;
    }
    look_along(engine, def, file, axis, &position, &velocity);
    force[axis] = orr_drive_force(def, mass, dt, target, position, velocity);
  }
  bool aims = def->type == ORR_ACTUATE_POSITION || def->type == ORR_ACTUATE_VELOCITY;
  if (aims)
    add_at_origin(engine, file, force);
  else
    add_at_centre(engine, file, force, none);
}

static void push_joint(orr_engine *engine, size_t actuator, const double *targets) {
  const orr_actuator_def *def = orr_actuator_at(engine->scenario, actuator);
  const orr_drive *drive = &engine->scenario->parts->drives[actuator];
  const orr_mujoco_joint *joint = &engine->shared->joints[drive->joint];
  mjData *d = engine->data;
  d->qfrc_applied[joint->dof] +=
      orr_drive_force(def, 1.0, engine->scenario->world.dt, targets[drive->first],
                      d->qpos[joint->q], d->qvel[joint->dof]);
}

/* The torque that gives the pivot its rate within a substep, at most max_force. */
static void push_motor(orr_engine *engine, size_t index) {
  const orr_scenario *scenario = engine->scenario;
  const orr_joint_def *def = orr_joint_at(scenario, index);
  const int *ends = scenario->parts->joint_ends[index];
  mjData *d = engine->data;
  int nv = engine->model.nv;
  for (size_t i = 0; i < scenario->parts->joint_count; i++) {
    const int *other = scenario->parts->joint_ends[i];
    bool same = other[0] == ends[0] && other[1] == ends[1];
    bool turned = other[0] == ends[1] && other[1] == ends[0];
    if (orr_joint_at(scenario, i)->type != ORR_JOINT_PIVOT || (!same && !turned)) continue;
    int dof = engine->shared->joints[i].dof;
    /* Chipmunk's rate is that of body_a against body_b. */
    double rate = same ? -def->rate : def->rate;
    memset(engine->forces, 0, (size_t)nv * sizeof(double));
    engine->forces[dof] = 1.0;
    mj_solveM(&engine->model, d, engine->forces + nv, engine->forces, 1);
    double torque = (rate - d->qvel[dof]) / (scenario->world.dt * engine->forces[nv + dof]);
    d->qfrc_applied[dof] += orr_clamp(torque, -def->max_force, def->max_force);
    return;
  }
}

/* v += dt (kp (target - p) - kv v), or v = command. */
static void aim_kinematic(orr_engine *engine, size_t actuator, const double *targets) {
  const orr_actuator_def *def = orr_actuator_at(engine->scenario, actuator);
  const orr_drive *drive = &engine->scenario->parts->drives[actuator];
  size_t file = (size_t)orr_mujoco_file(engine, drive->body);
  const double *at = engine->data->xpos + 3 * engine->shared->bodies[file].id;
  const double *drag = engine->own.drag + 4 * drive->body;
  double *v = engine->own.velocity + 6 * drive->body, dt = engine->scenario->world.dt;
  for (size_t k = 0; k < drive->width; k++) {
    int axis = drive->axes[k];
    double target = targets[drive->first + k];
    if (drag[0] != 0.0 && axis < 2 && def->type == ORR_ACTUATE_POSITION) target = drag[1 + axis];
    if (def->type == ORR_ACTUATE_VELOCITY)
      v[axis] = target;
    else
      v[axis] += dt * (def->kp * (target - at[axis]) - def->kv * v[axis]);
  }
}

static void act(orr_engine *engine, const double *targets, bool first) {
  const orr_parts *parts = engine->scenario->parts;
  if (engine->shared->mjcf) {
    memcpy(engine->data->ctrl, targets, (size_t)engine->model.nu * sizeof *targets);
    return;
  }
  for (size_t i = 0; i < parts->actuator_count; i++) {
    const orr_drive *drive = &parts->drives[i];
    bool once = orr_actuator_at(engine->scenario, i)->type == ORR_ACTUATE_IMPULSE;
    if (once && !first) continue;
    if (drive->joint >= 0) {
      push_joint(engine, i, targets);
      continue;
    }
    if (engine->own.removed[drive->body] != 0.0) continue;
    if (engine->shared->bodies[parts->file_of[drive->body]].kinematic)
      aim_kinematic(engine, i, targets);
    else
      push_body(engine, i, targets);
  }
}

/* The force that takes a heavy body from its velocity to the one it wants; nothing else moves
 * it. */
static void push_kinematic(orr_engine *engine, size_t moving) {
  size_t file = (size_t)orr_mujoco_file(engine, (int)moving);
  const orr_mujoco_body *body = &engine->shared->bodies[file];
  const orr_world_def *world = &engine->scenario->world;
  mjData *d = engine->data;
  double *force = d->qfrc_applied + body->dof;
  const double *wanted = engine->own.velocity + 6 * moving;
  int axes = orr_mujoco_flat(engine->scenario) ? 2 : 3;
  for (int i = 0; i < axes; i++)
    force[i] = body->mass *
               ((wanted[i] - d->qvel[body->dof + i]) / world->dt - engine->model.opt.gravity[i]);
  memcpy(engine->before + body->q, d->qpos + body->q, (size_t)axes * sizeof(double));
}

static bool feels_fields(const orr_engine *engine, size_t moving) {
  size_t file = (size_t)orr_mujoco_file(engine, (int)moving);
  return engine->own.removed[moving] == 0.0 && !engine->shared->mjcf &&
         orr_force_any(engine->scenario, file);
}

static void add_all_fields(orr_engine *engine) {
  for (size_t i = 0; i < engine->scenario->body_count; i++)
    if (feels_fields(engine, i)) add_fields(engine, (size_t)orr_mujoco_file(engine, (int)i));
}

void orr_mujoco_renew_fields(void *argument) {
  orr_engine *engine = argument;
  size_t bytes = 6 * (size_t)engine->model.nbody * sizeof(double);
  memcpy(engine->data->xfrc_applied, engine->held, bytes);
  add_all_fields(engine);
}

void orr_mujoco_push(orr_engine *engine, const double *targets, bool first) {
  const orr_mujoco_shared *shared = engine->shared;
  const mjModel *m = &engine->model;
  bool dragged = false;
  for (size_t i = 0; i < engine->scenario->body_count; i++)
    dragged = dragged || engine->own.drag[4 * i] != 0.0;
  if (shared->pushes || dragged || engine->pushed)
    memset(engine->data->xfrc_applied, 0, 6 * (size_t)m->nbody * sizeof(double));
  engine->pushed = dragged;
  if (shared->pushes) memset(engine->data->qfrc_applied, 0, (size_t)m->nv * sizeof(double));
  for (size_t i = 0; i < engine->scenario->body_count; i++) {
    if (engine->own.removed[i] == 0.0 && dragged) add_drag(engine, i);
  }
  if (!shared->rungekutta) add_all_fields(engine);
  if (targets) act(engine, targets, first);
  if (!shared->pushes) return;
  for (size_t i = 0; i < engine->scenario->parts->joint_count; i++)
    if (orr_joint_at(engine->scenario, i)->type == ORR_JOINT_MOTOR) push_motor(engine, i);
  for (size_t i = 0; i < engine->scenario->body_count; i++)
    if (shared->bodies[orr_mujoco_file(engine, (int)i)].kinematic) push_kinematic(engine, i);
  memcpy(engine->held, engine->data->xfrc_applied, 6 * (size_t)m->nbody * sizeof(double));
}

static void put_kinematic(orr_engine *engine, size_t moving, const orr_mujoco_body *body) {
  mjData *d = engine->data;
  const double *v = engine->own.velocity + 6 * moving;
  double *q = d->qpos + body->q, *dof = d->qvel + body->dof, dt = engine->scenario->world.dt;
  int axes = orr_mujoco_flat(engine->scenario) ? 2 : 3;
  for (int i = 0; i < axes; i++) {
    q[i] = engine->before[body->q + i] + dt * v[i];
    dof[i] = v[i];
  }
  if (axes == 2) {
    dof[2] = v[5];
    return;
  }
  double back[4];
  mju_negQuat(back, q + 3);
  mju_rotVecQuat(dof + 3, v + 3, back);
}

int orr_mujoco_coordinates(const orr_engine *engine, int id, int *first) {
  static const int sizes[] = {7, 4, 1, 1}; /* by mjtJoint */
  const mjModel *m = &engine->model;
  int count = 0, joint = m->body_jntadr[id];
  *first = joint < 0 ? 0 : m->jnt_qposadr[joint];
  for (int i = 0; i < m->body_jntnum[id]; i++) count += sizes[m->jnt_type[joint + i]];
  return count < 7 ? count : 7;
}

/* A removed body stays where it was. */
static void park(orr_engine *engine, size_t moving, int id) {
  int first, count = orr_mujoco_coordinates(engine, id, &first);
  for (int i = 0; i < count; i++)
    engine->data->qpos[first + i] = engine->own.parked[7 * moving + (size_t)i];
  for (int i = 0; i < engine->model.body_dofnum[id]; i++)
    engine->data->qvel[engine->model.body_dofadr[id] + i] = 0.0;
}

void orr_mujoco_settle(orr_engine *engine) {
  for (size_t i = 0; i < engine->scenario->body_count; i++) {
    const orr_mujoco_body *body = &engine->shared->bodies[orr_mujoco_file(engine, (int)i)];
    if (engine->own.removed[i] != 0.0)
      park(engine, i, body->id);
    else if (body->kinematic)
      put_kinematic(engine, i, body);
  }
}
