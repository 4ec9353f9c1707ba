/* Interventions. A world has its own copy of the arrays that they change; everything else of the
 * model is shared. What was changed is in the saved block, and the arrays follow from it.
 *
 * A removed body has no shapes and stays where it is. One of a jointed tree has next to no mass and
 * is fixed to what it hangs on, so that what hangs on it still has a place. Springs and ropes tied
 * to it let go. */
#include "sim/engine_mujoco.h"

#include "base/memory.h"

#include <math.h>
#include <string.h>

/* Of what is left of a removed body in a tree. */
static const double remnant = 1e-6;

typedef struct array {
  void **place; /* in engine->model */
  size_t bytes;
} array;
enum { ARRAYS = 24 };

static void list_arrays(orr_engine *engine, array out[ARRAYS]) {
  mjModel *m = &engine->model;
  size_t bodies = (size_t)m->nbody, geoms = (size_t)m->ngeom, dofs = (size_t)m->nv;
  size_t pairs = (size_t)m->npair, tendons = (size_t)m->ntendon, real = sizeof(mjtNum);
  const array arrays[ARRAYS] = {
      {(void **)&m->body_mass, bodies * real},
      {(void **)&m->body_inertia, 3 * bodies * real},
      {(void **)&m->body_subtreemass, bodies * real},
      {(void **)&m->body_invweight0, 2 * bodies * real},
      {(void **)&m->dof_invweight0, dofs * real},
      {(void **)&m->dof_M0, dofs * real},
      {(void **)&m->dof_armature, dofs * real},
      {(void **)&m->geom_contype, geoms * sizeof(int)},
      {(void **)&m->geom_conaffinity, geoms * sizeof(int)},
      {(void **)&m->geom_matid, geoms * sizeof(int)},
      {(void **)&m->geom_rgba, 4 * geoms * sizeof(float)},
      {(void **)&m->pair_dim, pairs * sizeof(int)},
      {(void **)&m->pair_geom1, pairs * sizeof(int)},
      {(void **)&m->pair_geom2, pairs * sizeof(int)},
      {(void **)&m->pair_signature, pairs * sizeof(int)},
      {(void **)&m->pair_margin, pairs * real},
      {(void **)&m->pair_gap, pairs * real},
      {(void **)&m->pair_solref, mjNREF * pairs * real},
      {(void **)&m->pair_solimp, mjNIMP * pairs * real},
      {(void **)&m->pair_friction, 5 * pairs * real},
      {(void **)&m->tendon_stiffness, tendons * real},
      {(void **)&m->tendon_damping, tendons * real},
      {(void **)&m->tendon_limited, tendons * sizeof(mjtByte)},
      {(void **)&m->eq_active, (size_t)m->neq * sizeof(mjtByte)},
  };
  memcpy(out, arrays, sizeof arrays);
}

static size_t aligned(size_t bytes) { return (bytes + 15) / 16 * 16; }

orr_status orr_mujoco_change_create(orr_engine *engine, orr_error *err) {
  array arrays[ARRAYS];
  size_t size = 16;
  list_arrays(engine, arrays);
  for (int i = 0; i < ARRAYS; i++) size += aligned(arrays[i].bytes);
  ORR_TRY(orr_new(&engine->changed, size, 1, err));
  unsigned char *at = engine->changed;
  for (int i = 0; i < ARRAYS; i++) {
    memcpy(at, *arrays[i].place, arrays[i].bytes);
    *arrays[i].place = at;
    at += aligned(arrays[i].bytes);
  }
  return ORR_OK;
}

static void start_over(orr_engine *engine) {
  array own[ARRAYS], shared[ARRAYS];
  orr_engine original = {.model = *engine->shared->model};
  engine->model.npair = original.model.npair;
  list_arrays(engine, own);
  list_arrays(&original, shared);
  for (int i = 0; i < ARRAYS; i++) memcpy(*own[i].place, *shared[i].place, own[i].bytes);
}

static void scale_mass(mjModel *m, int body, double factor) {
  double added = (factor - 1.0) * m->body_mass[body];
  m->body_mass[body] *= factor;
  for (int i = 0; i < 3; i++) m->body_inertia[3 * body + i] *= factor;
  for (int i = 0; i < 2; i++) m->body_invweight0[2 * body + i] /= factor;
  for (int i = body;; i = m->body_parentid[i]) {
    m->body_subtreemass[i] += added;
    if (i == 0) break;
  }
  for (int i = 0; i < m->body_dofnum[body]; i++) {
    m->dof_invweight0[m->body_dofadr[body] + i] /= factor;
    m->dof_M0[m->body_dofadr[body] + i] *= factor;
  }
}

static bool is_of(const orr_engine *engine, int geom, int file) {
  return engine->shared->file_of[engine->model.geom_bodyid[geom]] == file;
}

/* Pairs that are left move up; their order stays. */
static void drop_pairs(orr_engine *engine, int file) {
  mjModel *m = &engine->model;
  int kept = 0;
  for (int i = 0; i < m->npair; i++) {
    if (is_of(engine, m->pair_geom1[i], file) || is_of(engine, m->pair_geom2[i], file)) continue;
    m->pair_dim[kept] = m->pair_dim[i];
    m->pair_geom1[kept] = m->pair_geom1[i];
    m->pair_geom2[kept] = m->pair_geom2[i];
    m->pair_signature[kept] = m->pair_signature[i];
    m->pair_margin[kept] = m->pair_margin[i];
    m->pair_gap[kept] = m->pair_gap[i];
    for (int k = 0; k < mjNREF; k++)
      m->pair_solref[mjNREF * kept + k] = m->pair_solref[mjNREF * i + k];
    for (int k = 0; k < mjNIMP; k++)
      m->pair_solimp[mjNIMP * kept + k] = m->pair_solimp[mjNIMP * i + k];
    for (int k = 0; k < 5; k++) m->pair_friction[5 * kept + k] = m->pair_friction[5 * i + k];
    kept++;
  }
  m->npair = kept;
}

static void drop_ties(orr_engine *engine, int file) {
  const orr_parts *parts = engine->scenario->parts;
  mjModel *m = &engine->model;
  for (size_t i = 0; i < parts->joint_count; i++) {
    const orr_mujoco_joint *joint = &engine->shared->joints[i];
    if (parts->joint_ends[i][0] != file && parts->joint_ends[i][1] != file) continue;
    if (joint->equality >= 0) m->eq_active[joint->equality] = 0;
    if (joint->tendon < 0) continue;
    m->tendon_stiffness[joint->tendon] = m->tendon_damping[joint->tendon] = 0.0;
    m->tendon_limited[joint->tendon] = 0;
  }
}

/* Contacts, ties and, for rays, the looks of a body. */
static void drop_body(orr_engine *engine, int file) {
  mjModel *m = &engine->model;
  drop_pairs(engine, file);
  for (int i = 0; i < m->ngeom; i++) {
    if (!is_of(engine, i, file)) continue;
    m->geom_contype[i] = m->geom_conaffinity[i] = 0;
    m->geom_matid[i] = -1;
    m->geom_rgba[4 * i + 3] = 0.0f;
  }
  if (!engine->shared->mjcf) drop_ties(engine, file);
}

/* Freedoms too heavy to move. */
static void fix(mjModel *m, int body) {
  double length = fmax(1.0, m->stat.extent);
  for (int i = 0; i < m->body_dofnum[body]; i++)
    m->dof_armature[m->body_dofadr[body] + i] =
        ORR_MUJOCO_HEAVY * m->body_subtreemass[0] * length * length;
}

void orr_mujoco_change(orr_engine *engine) {
  const orr_scenario *scenario = engine->scenario;
  start_over(engine);
  for (size_t i = 0; i < scenario->body_count; i++) {
    const orr_mujoco_body *body = &engine->shared->bodies[scenario->parts->file_of[i]];
    double factor = engine->own.factor[i];
    bool gone = engine->own.removed[i] != 0.0;
    if (gone && body->q < 0) factor *= remnant;
    if (factor != 1.0) scale_mass(&engine->model, body->id, factor);
    if (gone && body->q < 0) fix(&engine->model, body->id);
    if (gone) drop_body(engine, scenario->parts->file_of[i]);
  }
}

static void scale(orr_engine *engine, const orr_intervention *what) {
  engine->own.factor[what->body] *= what->value[0];
  orr_mujoco_change(engine);
}

static void remove_body(orr_engine *engine, int moving) {
  const orr_mujoco_body *body = &engine->shared->bodies[orr_mujoco_file(engine, moving)];
  mjData *d = engine->data;
  int first, count = orr_mujoco_coordinates(engine, body->id, &first);
  engine->own.removed[moving] = 1.0;
  orr_mujoco_change(engine);
  for (int i = 0; i < count; i++) engine->own.parked[7 * moving + i] = d->qpos[first + i];
  for (int i = 0; i < engine->model.body_dofnum[body->id]; i++)
    d->qvel[engine->model.body_dofadr[body->id] + i] = 0.0;
  memset(engine->own.velocity + 6 * moving, 0, 6 * sizeof(double));
}

/* As far as its joints let it: a slide by what lies along it, a pivot about z by the turn. */
static void move_hung(orr_engine *engine, const orr_mujoco_body *body, size_t file,
                      const double *to) {
  const mjModel *m = &engine->model;
  mjData *d = engine->data;
  bool flat = orr_mujoco_flat(engine->scenario);
  double turn = flat ? to[2] - orr_mujoco_angle(engine, file) : 0.0;
  for (int i = 0; i < m->body_jntnum[body->id]; i++) {
    int joint = m->body_jntadr[body->id] + i;
    const double *axis = d->xaxis + 3 * joint, *at = d->xpos + 3 * body->id;
    double *q = d->qpos + m->jnt_qposadr[joint];
    if (m->jnt_type[joint] == mjJNT_SLIDE)
      *q += axis[0] * (to[0] - at[0]) + axis[1] * (to[1] - at[1]);
    else if (m->jnt_type[joint] == mjJNT_HINGE && flat)
      *q += turn;
  }
}

static void move(orr_engine *engine, const orr_intervention *what) {
  size_t file = (size_t)orr_mujoco_file(engine, what->body);
  const orr_mujoco_body *body = &engine->shared->bodies[file];
  double *q = engine->data->qpos + body->q;
  if (body->q < 0) {
    move_hung(engine, body, file, what->value);
  } else if (orr_mujoco_flat(engine->scenario)) {
    memcpy(q, what->value, 3 * sizeof *q);
  } else { /* upright as it is: about z until it heads there */
    double state[ORR_BODY_STATE_3D], half, turned[4];
    const double *mat = engine->data->xmat + 9 * body->id;
    state[0] = atan2(mat[3], mat[0]);
    half = 0.5 * (what->value[2] - state[0]);
    const double turn[4] = {cos(half), 0.0, 0.0, sin(half)};
    mju_mulQuat(turned, turn, q + 3);
    q[0] = what->value[0], q[1] = what->value[1];
    memcpy(q + 3, turned, sizeof turned);
  }
}

/* The impulse that changes a free body's velocity by as much, on whatever it hangs. */
static void kick(orr_engine *engine, const orr_intervention *what) {
  size_t file = (size_t)orr_mujoco_file(engine, what->body);
  const orr_mujoco_body *body = &engine->shared->bodies[file];
  const mjModel *m = &engine->model;
  mjData *d = engine->data;
  double *own = engine->own.velocity + 6 * what->body, *impulse = engine->forces;
  if (body->kinematic) {
    own[0] += what->value[0], own[1] += what->value[1], own[5] += what->value[2];
    memcpy(d->qvel + body->dof, own, 2 * sizeof *own);
    if (orr_mujoco_flat(engine->scenario)) d->qvel[body->dof + 2] = own[5];
    return;
  }
  const double *arm = d->xpos + 3 * body->id, *centre = d->xipos + 3 * body->id;
  const double spin = what->value[2]; /* the file's velocities are those of the origin */
  const double dv[3] = {what->value[0] - spin * (centre[1] - arm[1]),
                        what->value[1] + spin * (centre[0] - arm[0]), 0.0};
  double force[3], torque[3], local[3], mat[9];
  for (int i = 0; i < 3; i++) force[i] = m->body_mass[body->id] * dv[i];
  memcpy(mat, d->ximat + 9 * body->id, sizeof mat);
  mju_rotVecMatT(local, (const double[3]){0.0, 0.0, spin}, mat);
  for (int i = 0; i < 3; i++) local[i] *= m->body_inertia[3 * body->id + i];
  mju_rotVecMat(torque, local, mat);
  memset(impulse, 0, 2 * (size_t)m->nv * sizeof *impulse);
  mj_applyFT(m, d, force, torque, centre, body->id, impulse);
  mj_solveM(m, d, impulse + m->nv, impulse, 1);
  for (int i = 0; i < m->nv; i++) d->qvel[i] += impulse[m->nv + i];
}

typedef struct call {
  orr_engine *engine;
  const orr_intervention *what;
} call;

static void intervene_task(void *argument) {
  const call *own = argument;
  const orr_intervention *what = own->what;
  orr_engine *engine = own->engine;
  double *drag = engine->own.drag + 4 * what->body;
  switch (what->kind) {
  case ORR_INTERVENE_MASS: scale(engine, what); break;
  case ORR_INTERVENE_MOVE: move(engine, what); break;
  case ORR_INTERVENE_KICK: kick(engine, what); break;
  case ORR_INTERVENE_REMOVE: remove_body(engine, what->body); break;
  case ORR_INTERVENE_DRAG:
    drag[0] = 1.0;
    memcpy(drag + 1, what->value, sizeof what->value);
    break;
  }
  orr_mujoco_refresh(engine);
}

bool orr_mujoco_intervene(orr_engine *engine, const orr_intervention *intervention) {
  call own = {engine, intervention};
  bool fine = orr_mujoco_guard(engine->message, sizeof engine->message, intervene_task, &own);
  return fine && engine->message[0] == 0;
}
