/* Looking at a MuJoCo world: state, sensors, contacts, solids, energy. */
#include "sim/engine_mujoco.h"

#include <math.h>
#include <string.h>

void orr_mujoco_velocity(const orr_engine *engine, size_t file, double linear[3],
                         double angular[3]) {
  const orr_mujoco_body *body = &engine->shared->bodies[file];
  const mjData *d = engine->data;
  double both[6];
  if (body->dof >= 0 && orr_mujoco_flat(engine->scenario)) {
    const double *v = d->qvel + body->dof;
    linear[0] = v[0], linear[1] = v[1], linear[2] = 0.0;
    angular[0] = angular[1] = 0.0, angular[2] = v[2];
    return;
  }
  mj_objectVelocity(&engine->model, d, mjOBJ_XBODY, body->id, both, 0);
  memcpy(angular, both, 3 * sizeof *both);
  memcpy(linear, both + 3, 3 * sizeof *both);
}

/* The turns of all pivots along the way to a body that hangs on nothing. */
double orr_mujoco_angle(const orr_engine *engine, size_t file) {
  const orr_mujoco_body *body = &engine->shared->bodies[file];
  double angle = 0.0;
  for (; body->parent >= 0; file = (size_t)body->parent, body = &engine->shared->bodies[file])
    for (size_t i = 0; i < engine->scenario->parts->joint_count; i++)
      if (engine->scenario->parts->joint_ends[i][1] == (int)file &&
          orr_joint_at(engine->scenario, i)->type == ORR_JOINT_PIVOT)
        angle += engine->data->qpos[engine->shared->joints[i].q];
  return angle + (body->q >= 0 ? engine->data->qpos[body->q + 2] : engine->own.angle[file]);
}

static void flat_state(const orr_engine *engine, size_t file, double *out) {
  const orr_mujoco_body *body = &engine->shared->bodies[file];
  double linear[3], angular[3];
  orr_mujoco_velocity(engine, file, linear, angular);
  out[0] = engine->data->xpos[3 * body->id];
  out[1] = engine->data->xpos[3 * body->id + 1];
  out[2] = orr_mujoco_angle(engine, file);
  out[3] = linear[0], out[4] = linear[1], out[5] = angular[2];
}

static void solid_state(const orr_engine *engine, size_t file, double *out) {
  const mjData *d = engine->data;
  int id = engine->shared->bodies[file].id;
  const double *at = d->xpos + 3 * id, *turn = d->xmat + 9 * id;
  double linear[3], angular[3];
  orr_mujoco_velocity(engine, file, linear, angular);
  out[0] = at[0], out[1] = at[1], out[2] = atan2(turn[3], turn[0]);
  out[3] = linear[0], out[4] = linear[1], out[5] = angular[2];
  out[6] = at[2];
  memcpy(out + 7, d->xquat + 4 * id, 4 * sizeof *out);
  out[11] = linear[2], out[12] = angular[0], out[13] = angular[1];
}

void orr_mujoco_get_state(const orr_engine *engine, double *state) {
  const orr_scenario *scenario = engine->scenario;
  for (size_t i = 0; i < scenario->body_count; i++) {
    size_t file = (size_t)orr_mujoco_file(engine, (int)i);
    if (orr_mujoco_flat(scenario))
      flat_state(engine, file, state + i * scenario->stride);
    else
      solid_state(engine, file, state + i * scenario->stride);
  }
  for (size_t i = 0; i < scenario->parts->joint_count; i++) {
    int entity = scenario->parts->joint_entity[i];
    if (entity < 0) continue;
    double *out = state + orr_state_at(scenario, (size_t)entity);
    out[0] = engine->data->qpos[engine->shared->joints[i].q];
    out[1] = engine->data->qvel[engine->shared->joints[i].dof];
  }
  size_t sensors = scenario->world.sensors.count;
  double *sensed = state + orr_state_at(scenario, scenario->body_count + scenario->joint_count);
  memcpy(sensed, engine->own.sensed, sensors * sizeof *state);
}

static int file_of_geom(const orr_engine *engine, int geom) {
  return engine->shared->file_of[engine->model.geom_bodyid[geom]];
}

static bool meets(const int feeler[2], const int files[2]) {
  for (int k = 0; k < 2; k++)
    if (files[k] == feeler[0] && (feeler[1] < 0 || files[1 - k] == feeler[1])) return true;
  return false;
}

static void feel(orr_engine *engine, const int files[2], double impulse) {
  for (size_t i = 0; i < engine->scenario->world.sensors.count; i++) {
    const orr_sensor_def *def = orr_sensor_at(engine->scenario, i);
    if (def->reads.tag == ORR_SENSOR_RAY || !meets(engine->scenario->parts->sensor_ends[i], files))
      continue;
    if (def->reads.tag == ORR_SENSOR_CONTACT)
      engine->own.sensed[i] = 1.0;
    else
      engine->own.sensed[i] += impulse;
  }
}

/* 1 actuated, 0 dynamic and not actuated, -1 neither. */
static int kind_of(const orr_engine *engine, int file) {
  int moving = file < 0 ? -1 : engine->scenario->parts->moving_of[file];
  if (moving < 0) return -1;
  if (engine->scenario->state.bodies[moving].role == ORR_ROLE_ACTUATED) return 1;
  return orr_body_at(engine->scenario, (size_t)file)->type == ORR_BODY_DYNAMIC ? 0 : -1;
}

static void note_contact(orr_engine *engine, const mjContact *contact, const int files[2],
                         double impulse) {
  size_t count = (size_t)*engine->own.count;
  if (count == ORR_MUJOCO_CONTACTS) return;
  double *out = engine->own.contacts + 9 * count;
  memcpy(out, contact->pos, 3 * sizeof *out);
  memcpy(out + 3, contact->frame, 3 * sizeof *out);
  out[6] = impulse, out[7] = files[0], out[8] = files[1];
  *engine->own.count = (double)(count + 1);
}

bool orr_mujoco_touch(orr_engine *engine) {
  const mjData *d = engine->data;
  bool touched = false;
  *engine->own.count = 0.0;
  for (int i = 0; i < d->ncon; i++) {
    const mjContact *contact = &d->contact[i];
    double force[6];
    if (contact->efc_address < 0 || contact->dist > 0.0) continue;
    int files[2] = {file_of_geom(engine, contact->geom1), file_of_geom(engine, contact->geom2)};
    mj_contactForce(&engine->model, d, i, force);
    double impulse = force[0] * engine->scenario->world.dt;
    feel(engine, files, impulse);
    note_contact(engine, contact, files, impulse);
    int a = kind_of(engine, files[0]), b = kind_of(engine, files[1]);
    touched = touched || (a >= 0 && b >= 0 && a + b == 1);
  }
  return touched;
}

static double ray(const orr_engine *engine, const orr_ray_sensor *def, int file) {
  int id = engine->shared->bodies[file].id, hit = -1;
  const mjData *d = engine->data;
  double from[3], along[3];
  mju_rotVecMat(from, def->from, d->xmat + 9 * id);
  mju_addTo3(from, d->xpos + 3 * id);
  mju_rotVecMat(along, def->direction, d->xmat + 9 * id);
  mju_normalize3(along);
  double distance = mj_ray(&engine->model, d, from, along, NULL, 1, id, &hit);
  return distance < 0.0 || distance > def->range ? def->range : distance;
}

void orr_mujoco_sense(orr_engine *engine) {
  for (size_t i = 0; i < engine->scenario->world.sensors.count; i++) {
    const orr_sensor_def *def = orr_sensor_at(engine->scenario, i);
    if (def->reads.tag == ORR_SENSOR_RAY)
      engine->own.sensed[i] =
          ray(engine, def->reads.value, engine->scenario->parts->sensor_ends[i][0]);
  }
}

size_t orr_mujoco_contacts(const orr_engine *engine, orr_scene_contact *out, size_t capacity) {
  size_t count = (size_t)*engine->own.count;
  if (count > capacity) count = capacity;
  for (size_t i = 0; i < count; i++) {
    const double *in = engine->own.contacts + 9 * i;
    memcpy(out[i].position, in, 3 * sizeof *in);
    memcpy(out[i].normal, in + 3, 3 * sizeof *in);
    if (orr_mujoco_flat(engine->scenario)) out[i].position[2] = 0.0;
    out[i].impulse = in[6];
    out[i].bodies[0] = (int)in[7];
    out[i].bodies[1] = (int)in[8];
  }
  return count;
}

/* How each of MuJoCo's shapes is shown; their sizes are halves as ours are. */
static orr_scene_kind scene_kind(int type) {
  switch (type) {
  case mjGEOM_PLANE: return ORR_SCENE_PLANE;
  case mjGEOM_SPHERE: return ORR_SCENE_SPHERE;
  case mjGEOM_CAPSULE: return ORR_SCENE_CAPSULE;
  case mjGEOM_ELLIPSOID: return ORR_SCENE_ELLIPSOID;
  case mjGEOM_CYLINDER: return ORR_SCENE_CYLINDER;
  case mjGEOM_BOX: return ORR_SCENE_BOX;
  default: return ORR_SCENE_MESH;
  }
}

static void fill_solid(const orr_engine *engine, int geom, int file, orr_scene_shape *out) {
  const mjModel *m = &engine->model;
  const mjData *d = engine->data;
  int moving = file < 0 ? -1 : engine->scenario->parts->moving_of[file];
  bool actor = moving >= 0 && engine->scenario->state.bodies[moving].role == ORR_ROLE_ACTUATED;
  *out =
      (orr_scene_shape){.kind = scene_kind(m->geom_type[geom]), .body = moving, .label = file + 1};
  out->layer = moving < 0 ? ORR_LAYER_STATIC : actor ? ORR_LAYER_ACTOR : ORR_LAYER_BODY;
  memcpy(out->position, d->geom_xpos + 3 * geom, sizeof out->position);
  mju_mat2Quat(out->rotation, d->geom_xmat + 9 * geom);
  memcpy(out->size, m->geom_size + 3 * geom, sizeof out->size);
  memcpy(out->colour, engine->shared->colours[geom], sizeof out->colour);
  out->material = engine->shared->materials[geom];
  if (m->geom_type[geom] == mjGEOM_HFIELD)
    out->mesh = engine->shared->fields[m->geom_dataid[geom]];
  else if (out->kind == ORR_SCENE_MESH)
    out->mesh = engine->shared->meshes[m->geom_dataid[geom]];
}

size_t orr_mujoco_solids(const orr_engine *engine, orr_scene_shape *out, size_t capacity) {
  size_t count = 0;
  for (int i = 0; i < engine->model.ngeom; i++) {
    int file = file_of_geom(engine, i);
    int moving = file < 0 ? -1 : engine->scenario->parts->moving_of[file];
    if (!engine->shared->shown[i]) continue;
    if (moving >= 0 && engine->own.removed[moving] != 0.0) continue;
    if (count < capacity) fill_solid(engine, i, file, &out[count]);
    count++;
  }
  return count;
}

double orr_mujoco_energy(const orr_engine *engine) {
  const mjModel *m = &engine->model;
  const mjData *d = engine->data;
  double sum = 0.0;
  for (int i = 1; i < m->nbody; i++) {
    int file = engine->shared->file_of[i];
    int moving = file < 0 ? -1 : engine->scenario->parts->moving_of[file];
    if (file >= 0 && engine->shared->bodies[file].kinematic) continue;
    if (moving >= 0 && engine->own.removed[moving] != 0.0) continue;
    if (m->body_mocapid[i] >= 0 || m->body_weldid[i] == 0) continue;
    double velocity[6];
    mj_objectVelocity(m, d, mjOBJ_BODY, i, velocity, 1);
    for (int k = 0; k < 3; k++) {
      sum += 0.5 * m->body_inertia[3 * i + k] * velocity[k] * velocity[k];
      sum += 0.5 * m->body_mass[i] * velocity[3 + k] * velocity[3 + k];
      sum -= m->body_mass[i] * m->opt.gravity[k] * d->xipos[3 * i + k];
    }
  }
  for (int i = 0; i < m->nv; i++) sum += 0.5 * m->dof_armature[i] * d->qvel[i] * d->qvel[i];
  return sum;
}
