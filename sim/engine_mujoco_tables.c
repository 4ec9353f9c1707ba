/* Where things of a scenario are in its model. */
#include "sim/engine_mujoco.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int find(const mjModel *m, int type, const char *kind, size_t index) {
  char name[32];
  snprintf(name, sizeof name, "%s%zu", kind, index);
  return mj_name2id(m, type, name);
}

static void fill_body(const orr_scenario *scenario, orr_mujoco_shared *shared, size_t file) {
  const mjModel *m = shared->model;
  const orr_body_def *def = orr_body_at(scenario, file);
  orr_mujoco_body *body = &shared->bodies[file];
  body->id = shared->mjcf ? shared->body_ids[file] : find(m, mjOBJ_BODY, "b", file);
  ORR_ASSERT(body->id >= 0);
  if (shared->mjcf) body->parent = body->joint = -1;
  body->mocap = m->body_mocapid[body->id];
  body->mass = m->body_mass[body->id];
  body->kinematic = !shared->mjcf && def->type == ORR_BODY_KINEMATIC;
  body->q = body->dof = -1;
  int first = m->body_jntadr[body->id];
  bool free = shared->mjcf ? first >= 0 && m->jnt_type[first] == mjJNT_FREE : body->parent < 0;
  if (!free || first < 0) return;
  body->q = m->jnt_qposadr[first];
  body->dof = m->jnt_dofadr[first];
}

static void fill_joint(orr_mujoco_shared *shared, size_t index) {
  const mjModel *m = shared->model;
  orr_mujoco_joint *joint = &shared->joints[index];
  *joint = (orr_mujoco_joint){-1, -1, -1, -1, -1};
  joint->id = shared->mjcf ? shared->joint_ids[index] : find(m, mjOBJ_JOINT, "j", index);
  if (joint->id >= 0) {
    joint->q = m->jnt_qposadr[joint->id];
    joint->dof = m->jnt_dofadr[joint->id];
  }
  if (shared->mjcf) return;
  joint->tendon = find(m, mjOBJ_TENDON, "t", index);
  joint->equality = find(m, mjOBJ_EQUALITY, "e", index);
}

/* The nearest body of the file at or above each body of the model. */
static void fill_files(const orr_scenario *scenario, orr_mujoco_shared *shared) {
  const mjModel *m = shared->model;
  for (int i = 0; i < m->nbody; i++) shared->file_of[i] = -1;
  for (size_t i = 0; i < scenario->parts->file_count; i++)
    shared->file_of[shared->bodies[i].id] = (int)i;
  for (int i = 1; i < m->nbody; i++)
    if (shared->file_of[i] < 0) shared->file_of[i] = shared->file_of[m->body_parentid[i]];
}

static void fill_keep(const orr_scenario *scenario, orr_mujoco_shared *shared) {
  double keep = pow(scenario->world.damping, scenario->world.dt);
  for (int i = 0; i < shared->model->nv; i++) {
    int file = shared->file_of[shared->model->dof_bodyid[i]];
    bool kinematic = file >= 0 && shared->bodies[file].kinematic;
    shared->keep[i] = kinematic ? 1.0 : keep;
  }
  shared->damped = keep != 1.0;
}

static void fill_flags(const orr_scenario *scenario, orr_mujoco_shared *shared) {
  const orr_parts *parts = scenario->parts;
  shared->rungekutta = shared->model->opt.integrator == mjINT_RK4;
  shared->pushes = scenario->world.forces.count > 0;
  shared->touches = scenario->world.sensors.count > 0;
  if (parts->actuator_count > 0 && !shared->mjcf) shared->pushes = true;
  size_t driven = 0; /* only they can touch others */
  for (size_t i = 0; i < scenario->body_count; i++)
    driven += scenario->state.bodies[i].role == ORR_ROLE_ACTUATED;
  if (driven > 0 && driven < scenario->body_count) shared->touches = true;
  for (size_t i = 0; i < parts->file_count; i++)
    if (shared->bodies[i].kinematic) shared->pushes = true;
  for (size_t i = 0; i < parts->joint_count; i++)
    if (orr_joint_at(scenario, i)->type == ORR_JOINT_MOTOR) shared->pushes = true;
}

bool orr_mujoco_tables(orr_scenario *scenario, orr_mujoco_shared *shared) {
  const mjModel *m = shared->model;
  orr_arena *arena = scenario->arena;
  size_t joints = scenario->parts->joint_count;
  shared->joints = orr_arena_alloc(arena, joints + 1, sizeof *shared->joints);
  shared->file_of = orr_arena_alloc(arena, (size_t)m->nbody, sizeof *shared->file_of);
  shared->keep = orr_arena_alloc(arena, (size_t)m->nv + 1, sizeof *shared->keep);
  if (!shared->joints || !shared->file_of || !shared->keep) return false;
  for (size_t i = 0; i < scenario->parts->file_count; i++) fill_body(scenario, shared, i);
  for (size_t i = 0; i < joints; i++) fill_joint(shared, i);
  fill_files(scenario, shared);
  fill_keep(scenario, shared);
  fill_flags(scenario, shared);
  return orr_mujoco_materials(scenario, shared);
}
