/* An MJCF file as it is: its bodies, joints and actuators become definitions, as if they had been
 * written in YAML. Meshes, textures and includes are found where the file names them.
 *
 * The state shows the bodies that `bodies` lists, else those that hang on the world by joints of
 * their own, and all hinges and slides. A name of more than 32 characters is cut and gets a number,
 * a joint that is called like a body gets `_joint`. An action is `ctrl`. An episode begins at the
 * first keyframe, else where the file puts things; the starts of free bodies and of joints can be
 * varied, since they are definitions like all others. */
#include "sim/engine_mujoco.h"

#include "base/file.h"
#include "base/log.h"
#include "sim/scenario_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct importer {
  orr_checker check;
  orr_scenario *scenario;
  orr_mujoco_shared *shared;
  const mjModel *model;
  bool failed; /* out of memory */
} importer;

static void *get(importer *im, size_t count, size_t size) {
  void *memory = orr_arena_alloc(im->scenario->arena, count ? count : 1, size);
  im->failed = im->failed || !memory;
  return memory;
}

static void complain(importer *im, const char *path, const char *message) {
  orr_check_complain(&im->check, path, "it belongs to the MJCF file: leave it out here", message);
}

static bool has_masses(const orr_body_def *body) {
  bool centred = true, round = true;
  for (int i = 0; i < 3; i++) {
    centred = centred && body->centre_of_mass[i] == 0.0;
    round = round && body->inertia[i] == 0.0;
  }
  return body->mass > 0.0 || body->density > 0.0 || body->moment > 0.0 || !centred || !round;
}

/* Numbers of the engine that are not as when they are left out. */
static void check_solver(importer *im) {
  const orr_world_def *world = &im->scenario->world;
  orr_world_def usual;
  orr_record_default(&orr_world_record, im->scenario->arena, &usual);
  const struct {
    bool same;
    const char *path;
  } numbers[] = {
      {world->iterations == usual.iterations, "world.iterations"},
      {world->slop == usual.slop, "world.slop"},
      {world->bias == usual.bias, "world.bias"},
      {world->sleep_time == usual.sleep_time, "world.sleep_time"},
      {world->contact_time == usual.contact_time, "world.contact_time"},
      {world->contact_damping == usual.contact_damping, "world.contact_damping"},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!numbers[i].same) complain(im, numbers[i].path, "contacts and solver are the file's");
}

/* What stands beside `mjcf` but would have no effect. */
static void check_alone(importer *im) {
  const orr_world_def *world = &im->scenario->world;
  check_solver(im);
  if (world->gravity[0] != 0.0 || world->gravity[1] != 0.0 || world->gravity[2] != 0.0)
    complain(im, "world.gravity", "gravity is the file's");
  if (world->joints.count > 0) complain(im, "world.joints", "the joints are the file's");
  if (world->actuators.count > 0) complain(im, "world.actuators", "the actuators are the file's");
  if (world->forces.count > 0) complain(im, "world.forces", "force fields act on bodies of YAML");
  if (world->damping != 1.0) complain(im, "world.damping", "damping is the file's");
  if (world->integrator != ORR_INTEGRATOR_EULER)
    complain(im, "world.integrator", "the integrator is the file's");
  for (size_t i = 0; i < world->bodies.count; i++) {
    const orr_body_def *body = orr_body_at(im->scenario, i);
    char path[64];
    snprintf(path, sizeof path, "world.bodies[%zu]", i);
    if (body->shapes.count > 0 || has_masses(body))
      complain(im, path, "shapes and masses are the file's; `bodies` only names bodies to show");
  }
}

static void refuse(importer *im, const char *path, const char *message) {
  orr_place place = {orr_arena_strdup(im->scenario->arena, path), orr_mujoco_line(message), 1};
  if (place.line == 0) {
    char text[800];
    snprintf(text, sizeof text, "%.120s: %.600s", path, message);
    orr_check_complain(&im->check, "world.mjcf", NULL, text);
    return;
  }
  bool unknown = strstr(message, "Schema violation") || strstr(message, "invalid keyword");
  orr_diagnostics_add(im->check.diagnostics, NULL, place,
                      unknown ? "the library is MuJoCo 2.2.2, which newer MJCF is refused by"
                              : NULL,
                      "%s", message);
}

static void copy_task(void *argument) {
  importer *im = argument;
  const orr_mujoco_shared *of_base = im->scenario->base->shared;
  im->shared->model = mj_copyModel(NULL, of_base->model);
}

/* A variant has the model of its base: nothing of the file varies. */
static bool copy(importer *im) {
  const char *of_base = im->scenario->base->world.mjcf;
  char message[400] = "";
  if (!of_base || strcmp(of_base, im->scenario->world.mjcf) != 0) {
    orr_check_complain(&im->check, "world.mjcf", "vary what stands beside it",
                       "an MJCF file cannot vary");
    return false;
  }
  bool fine = orr_mujoco_guard(message, sizeof message, copy_task, im);
  im->model = im->shared->model;
  im->failed = im->failed || !fine || !im->model;
  return !im->failed;
}

static bool load(importer *im) {
  const orr_world_def *world = &im->scenario->world;
  const char *own = orr_config_path(im->check.config), *slash = strrchr(own, '/');
  char path[1024], message[700];
  int folder = slash && world->mjcf[0] != '/' ? (int)(slash - own + 1) : 0;
  snprintf(path, sizeof path, "%.*s%.500s", folder, own, world->mjcf);
  if (orr_file_size(path) <= 0) {
    snprintf(message, sizeof message, "there is no file %.500s", path);
    orr_check_complain(&im->check, "world.mjcf", "its place is beside the scenario", message);
    return false;
  }
  im->shared->model = orr_mujoco_load(path, NULL, NULL, 0, message, sizeof message);
  if (!im->shared->model) refuse(im, path, message);
  im->model = im->shared->model;
  return im->model != NULL;
}

static const char *name_of(importer *im, int type, int id, const char *fallback) {
  const char *name = mj_id2name(im->model, type, id);
  orr_arena *arena = im->scenario->arena;
  bool unnamed = !name || !*name;
  char *own;
  if (unnamed)
    own = orr_arena_printf(arena, "%s%d", fallback, id);
  else if (strlen(name) > 32)
    own = orr_arena_printf(arena, "%.22s_%d", name, id);
  else
    own = orr_arena_strdup(arena, name);
  if (own && unnamed && mj_name2id(im->model, type, own) >= 0)
    own = orr_arena_printf(arena, "%s%d_unnamed", fallback, id);
  im->failed = im->failed || !own;
  return own;
}

/* Its numbers in the state must not have the names of a body's. */
static const char *joint_name(importer *im, int id) {
  const char *name = name_of(im, mjOBJ_JOINT, id, "joint");
  for (size_t i = 0; name && i < im->scenario->world.bodies.count; i++) {
    if (strcmp(orr_body_at(im->scenario, i)->name, name) != 0) continue;
    name = orr_arena_printf(im->scenario->arena, "%.26s_joint", name);
    im->failed = im->failed || !name;
    break;
  }
  return name;
}

static orr_range value(double number) {
  return (orr_range){.kind = ORR_RANGE_VALUE, .count = 1, .values = {number}};
}

/* Rz(yaw) Ry(pitch) Rx(roll). */
static void angles_of(const double *q, double *roll, double *pitch, double *yaw) {
  double sine = 2.0 * (q[0] * q[2] - q[3] * q[1]);
  *roll = atan2(2.0 * (q[0] * q[1] + q[2] * q[3]), 1.0 - 2.0 * (q[1] * q[1] + q[2] * q[2]));
  *pitch = asin(fmin(fmax(sine, -1.0), 1.0));
  *yaw = atan2(2.0 * (q[0] * q[3] + q[1] * q[2]), 1.0 - 2.0 * (q[2] * q[2] + q[3] * q[3]));
}

static bool all_zero(const orr_range *ranges, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (ranges[i].kind != ORR_RANGE_VALUE || ranges[i].values[0] != 0.0) return false;
  return true;
}

/* The keyframe's velocity of a free body, which turns in its own frame. */
static void fill_velocity(const double *v, const double *q, orr_start_def *start) {
  double spin[3];
  mju_rotVecQuat(spin, v + 3, q);
  for (int i = 0; i < 3; i++) start->velocity[i] = value(v[i]);
  start->spin[0] = value(spin[0]);
  start->spin[1] = value(spin[1]);
  start->omega = value(spin[2]);
}

static bool is_free(const mjModel *m, int id) {
  return m->body_jntadr[id] >= 0 && m->jnt_type[m->body_jntadr[id]] == mjJNT_FREE;
}

static bool has_start(const orr_start_def *start) {
  return !(all_zero(start->position, 3) && all_zero(&start->angle, 1) && all_zero(start->tilt, 2) &&
           all_zero(start->velocity, 3) && all_zero(&start->omega, 1) && all_zero(start->spin, 2));
}

/* A start that is not given is the file's. */
static void fill_start(importer *im, int id, orr_start_def *start) {
  const mjModel *m = im->model;
  int joint = m->body_jntadr[id];
  if (!is_free(m, id) || !all_zero(start->position, 3)) return;
  const double *q = im->shared->q0 + m->jnt_qposadr[joint];
  double roll, pitch, yaw;
  angles_of(q + 3, &roll, &pitch, &yaw);
  for (int i = 0; i < 3; i++) start->position[i] = value(q[i]);
  start->angle = value(yaw);
  start->tilt[0] = value(roll);
  start->tilt[1] = value(pitch);
  bool still =
      all_zero(start->velocity, 3) && all_zero(start->spin, 2) && all_zero(&start->omega, 1);
  if (im->shared->v0 && still) fill_velocity(im->shared->v0 + m->jnt_dofadr[joint], q + 3, start);
}

static int type_of(const mjModel *m, int id) {
  if (m->body_mocapid[id] >= 0 || m->body_weldid[id] == 0) return ORR_BODY_STATIC;
  return ORR_BODY_DYNAMIC;
}

static void list_bodies(importer *im) {
  const mjModel *m = im->model;
  orr_world_def *world = &im->scenario->world;
  orr_body_def *bodies = get(im, (size_t)m->nbody, sizeof *bodies);
  int *ids = im->shared->body_ids = get(im, (size_t)m->nbody, sizeof *ids);
  size_t count = 0;
  for (int i = 1; i < m->nbody && !im->failed; i++) {
    if (m->body_parentid[i] != 0 || m->body_jntnum[i] == 0) continue;
    orr_record_default(&orr_body_record, im->scenario->arena, &bodies[count]);
    bodies[count].name = name_of(im, mjOBJ_BODY, i, "body");
    bodies[count].type = ORR_BODY_DYNAMIC;
    fill_start(im, i, &bodies[count].start);
    ids[count++] = i;
  }
  world->bodies = (orr_list){bodies, count};
}

static void check_listed(importer *im) {
  size_t count = im->scenario->world.bodies.count;
  im->shared->body_ids = get(im, count, sizeof *im->shared->body_ids);
  for (size_t i = 0; i < count && !im->failed; i++) {
    orr_body_def *body = (orr_body_def *)im->scenario->world.bodies.items + i;
    char path[64], message[128];
    int id = mj_name2id(im->model, mjOBJ_BODY, body->name);
    snprintf(path, sizeof path, "world.bodies[%zu].name", i);
    snprintf(message, sizeof message, "the MJCF file has no body \"%.40s\"", body->name);
    if (id <= 0) {
      orr_check_complain(&im->check, path, "names are those of the file", message);
      continue;
    }
    im->shared->body_ids[i] = id;
    snprintf(path, sizeof path, "world.bodies[%zu].start", i);
    if (!is_free(im->model, id) && has_start(&body->start))
      complain(im, path, "a body without a free joint begins where the file puts it");
    body->type = type_of(im->model, id);
    fill_start(im, id, &body->start);
  }
}

/* The listed body at or above a body of the model; the first one when there is none. */
static const char *carrier(const importer *im, int id) {
  for (; id > 0; id = im->model->body_parentid[id])
    for (size_t i = 0; i < im->scenario->world.bodies.count; i++)
      if (im->shared->body_ids[i] == id) return orr_body_at(im->scenario, i)->name;
  return orr_body_at(im->scenario, 0)->name;
}

static void list_joints(importer *im) {
  const mjModel *m = im->model;
  orr_joint_def *joints = get(im, (size_t)m->njnt, sizeof *joints);
  int *ids = im->shared->joint_ids = get(im, (size_t)m->njnt, sizeof *ids);
  size_t count = 0;
  for (int i = 0; i < m->njnt && !im->failed; i++) {
    bool slide = m->jnt_type[i] == mjJNT_SLIDE;
    if (!slide && m->jnt_type[i] != mjJNT_HINGE) continue;
    ids[count] = i;
    orr_joint_def *joint = &joints[count++];
    orr_record_default(&orr_joint_record, im->scenario->arena, joint);
    joint->name = joint_name(im, i);
    joint->type = slide ? ORR_JOINT_SLIDE : ORR_JOINT_PIVOT;
    joint->body_a = joint->body_b = carrier(im, m->jnt_bodyid[i]);
    memcpy(joint->axis, m->jnt_axis + 3 * i, sizeof joint->axis);
    if (m->jnt_limited[i]) memcpy(joint->limits, m->jnt_range + 2 * i, sizeof joint->limits);
    joint->start = value(im->shared->q0[m->jnt_qposadr[i]]);
    if (im->shared->v0) joint->speed = value(im->shared->v0[m->jnt_dofadr[i]]);
  }
  im->scenario->world.joints = (orr_list){joints, count};
}

static const orr_body_def *moving_body(const importer *im) {
  const orr_list *bodies = &im->scenario->world.bodies;
  for (size_t i = 0; i < bodies->count; i++)
    if (orr_body_at(im->scenario, i)->type != ORR_BODY_STATIC) return orr_body_at(im->scenario, i);
  return orr_body_at(im->scenario, 0);
}

/* What an actuator acts on, as far as the state has a name for it. */
static void aim_actuator(const importer *im, int id, orr_actuator_def *out) {
  const mjModel *m = im->model;
  int type = m->actuator_trntype[id], target = m->actuator_trnid[2 * id];
  bool joint = type == mjTRN_JOINT || type == mjTRN_JOINTINPARENT;
  if (type == mjTRN_TENDON) { /* the first joint of a fixed one */
    int wrap = m->tendon_adr[target];
    joint = m->wrap_type[wrap] == mjWRAP_JOINT;
    target = m->wrap_objid[wrap];
  }
  for (size_t i = 0; joint && i < im->scenario->world.joints.count; i++)
    if (im->shared->joint_ids[i] == target) out->joint = orr_joint_at(im->scenario, i)->name;
  if (!out->joint) out->body = moving_body(im)->name;
}

static void list_actuators(importer *im) {
  const mjModel *m = im->model;
  orr_actuator_def *actuators = get(im, (size_t)m->nu, sizeof *actuators);
  for (int i = 0; i < m->nu && !im->failed; i++) {
    orr_actuator_def *def = &actuators[i];
    orr_record_default(&orr_actuator_record, im->scenario->arena, def);
    def->name = name_of(im, mjOBJ_ACTUATOR, i, "actuator");
    def->type = ORR_ACTUATE_FORCE;
    def->axes = "x"; /* one number */
    aim_actuator(im, i, def);
    bool limited = m->actuator_ctrllimited[i];
    def->low[0] = limited ? m->actuator_ctrlrange[2 * i] : -1.0;
    def->high[0] = limited ? m->actuator_ctrlrange[2 * i + 1] : 1.0;
    if (!limited)
      orr_log(ORR_LOG_DEBUG, "actuator %s has no ctrlrange: actions are drawn from [-1, 1]",
              def->name);
  }
  im->scenario->world.actuators = (orr_list){actuators, (size_t)m->nu};
}

/* `dt` that stands in no file becomes 0, which says: the MJCF file's. */
static orr_status take_time(importer *im, const orr_config *config) {
  orr_world_def *world = &im->scenario->world;
  const orr_node *node = orr_node_find(orr_config_root(config), "world.dt");
  bool given = node && strcmp(node->place.file, "<default>") != 0 && world->dt > 0.0;
  mjModel *model = im->shared->model;
  if (given)
    model->opt.timestep = world->dt;
  else
    world->dt = model->opt.timestep;
  if (given) return ORR_OK;
  orr_config *own = (orr_config *)(uintptr_t)config; /* the tree is the effective one */
  return orr_config_set(own, "world.dt=0", im->check.diagnostics);
}

static void take_space(importer *im) {
  orr_space_def *space = &im->scenario->world.space;
  space->dimensions = 3;
  bool given = space->size[0] > 0.0 && space->size[1] > 0.0 && space->size[2] > 0.0;
  for (int i = 0; i < 3 && !given; i++) space->size[i] = 2.0 * im->model->stat.extent;
}

static void check_camera(importer *im) {
  enum { MOST = 64 };
  const orr_camera_def *camera = im->scenario->world.camera;
  const mjModel *m = im->model;
  if (!camera || !camera->model || mj_name2id(m, mjOBJ_CAMERA, camera->model) >= 0) return;
  const char *names[MOST], *name;
  size_t count = 0;
  for (int i = 0; i < m->ncam && count < MOST; i++)
    if ((name = mj_id2name(m, mjOBJ_CAMERA, i))) names[count++] = name;
  const char *closest = orr_closest(camera->model, names, count);
  char message[160], hint[128] = "it has no cameras with names";
  snprintf(message, sizeof message, "the MJCF file has no camera \"%.60s\"", camera->model);
  if (count) snprintf(hint, sizeof hint, "one of its cameras is \"%.60s\"", names[0]);
  if (closest) snprintf(hint, sizeof hint, "did you mean \"%.60s\"?", closest);
  orr_check_complain(&im->check, "world.camera.model", hint, message);
}

static orr_status run(importer *im, const orr_config *config) {
  check_alone(im);
  if (!(im->scenario->base ? copy(im) : load(im))) return ORR_ERR_CONFIG;
  im->shared->q0 = im->model->nkey > 0 ? im->model->key_qpos : im->model->qpos0;
  im->shared->v0 = im->model->nkey > 0 ? im->model->key_qvel : NULL;
  check_camera(im);
  take_space(im);
  ORR_TRY(take_time(im, config));
  if (im->scenario->world.bodies.count > 0)
    check_listed(im);
  else
    list_bodies(im);
  if (im->failed || im->scenario->world.bodies.count == 0) return ORR_OK; /* nothing can move */
  if (!im->failed) list_joints(im);
  if (!im->failed) list_actuators(im);
  return ORR_OK;
}

orr_status orr_mujoco_import(orr_scenario *scenario, const orr_config *config,
                             orr_diagnostics *diagnostics) {
  if (!scenario->world.mjcf) return ORR_OK;
  importer im = {.check = {scenario, config, diagnostics}, .scenario = scenario};
  size_t before = orr_diagnostics_count(diagnostics);
  im.shared = get(&im, 1, sizeof *im.shared);
  if (im.failed) return ORR_ERR_MEMORY;
  im.shared->mjcf = true;
  scenario->shared = im.shared;
  orr_status status = run(&im, config);
  if (im.failed) return ORR_ERR_MEMORY;
  if (status != ORR_OK) return status;
  return orr_diagnostics_count(diagnostics) == before ? ORR_OK : ORR_ERR_CONFIG;
}
