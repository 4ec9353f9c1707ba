/* A YAML world as MJCF text. Names are indices: b3 is body 3 of the file, g7 outline 7, j2 joint 2,
 * t2 the tendon of joint 2 between the sites s2a and s2b. */
#include "sim/engine_mujoco_text.h"

#include "base/maths.h"
#include "base/memory.h"
#include "base/rotation.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NUMBER "%.17g"
#define TRIPLE NUMBER " " NUMBER " " NUMBER

void orr_mujoco_text_free(orr_mujoco_text *text) {
  orr_free(text->bytes);
  orr_free(text->paths);
  text->bytes = NULL;
  text->paths = NULL;
}

static bool make_room(orr_mujoco_text *text, size_t more) {
  if (text->count + more + 1 > text->capacity) {
    size_t capacity = 2 * (text->capacity + more) + 4096;
    char *bytes = orr_realloc(text->bytes, capacity, 1);
    text->failed = text->failed || !bytes;
    if (!bytes) return false;
    text->bytes = bytes;
    text->capacity = capacity;
  }
  if (text->lines == text->room) {
    size_t room = 2 * text->room + 64;
    char **paths = orr_realloc(text->paths, room, sizeof *paths);
    text->failed = text->failed || !paths;
    if (!paths) return false;
    text->paths = paths;
    text->room = room;
  }
  return true;
}

/* A line; `path` of the setting that it comes from, or NULL. */
__attribute__((format(printf, 3, 4))) static void put(orr_mujoco_text *text, const char *path,
                                                      const char *format, ...) {
  char line[1024];
  va_list list;
  va_start(list, format);
  int length = vsnprintf(line, sizeof line, format, list);
  va_end(list);
  ORR_ASSERT(length >= 0 && (size_t)length + 1 < sizeof line);
  if (text->failed || !make_room(text, (size_t)length + 1)) return;
  memcpy(text->bytes + text->count, line, (size_t)length);
  text->count += (size_t)length;
  text->bytes[text->count++] = '\n';
  text->bytes[text->count] = 0;
  text->paths[text->lines++] = path ? orr_arena_strdup(text->arena, path) : NULL;
}

/* Room for an attribute, "" when it is left out. */
typedef struct words {
  char text[160];
} words;

__attribute__((format(printf, 1, 2))) static words say(const char *format, ...) {
  words out;
  va_list list;
  va_start(list, format);
  vsnprintf(out.text, sizeof out.text, format, list);
  va_end(list);
  return out;
}

/* Rz Ry Rx. */
static words quaternion(const double rotation[3]) {
  double q[4];
  orr_quaternion_euler(rotation[0], rotation[1], rotation[2], q);
  return say("quat='" NUMBER " " TRIPLE "'", q[0], q[1], q[2], q[3]);
}

static words position(const double at[3]) { return say("pos='" TRIPLE "'", at[0], at[1], at[2]); }

/* Deeper than two boxes of moving bodies can overlap within the plane. */
static double depth_of(const orr_scenario *scenario) {
  double depth = 1e-6;
  for (size_t i = 0; i < scenario->parts->outline_count; i++) {
    const orr_outline *outline = &scenario->parts->outlines[i];
    bool moves = scenario->parts->moving_of[outline->body] >= 0;
    if (outline->type != ORR_SHAPE_BOX || !moves) continue;
    const orr_box_def *box = outline->def->geometry.value;
    depth = fmax(depth, fmax(box->size[0], box->size[1]));
  }
  return depth;
}

static void put_flat_shape(const orr_mujoco_plan *plan, orr_mujoco_text *text, const char *path,
                           size_t index) {
  const orr_outline *outline = &plan->scenario->parts->outlines[index];
  const double(*v)[2] = (const double(*)[2])outline->vertices;
  if (outline->type == ORR_SHAPE_CIRCLE) {
    put(text, path,
        "<geom name='g%zu' type='sphere' size='" NUMBER "' pos='" NUMBER " " NUMBER " 0'/>", index,
        outline->radius, v[0][0], v[0][1]);
    return;
  }
  if (outline->type == ORR_SHAPE_SEGMENT) {
    put(text, path,
        "<geom name='g%zu' type='capsule' size='" NUMBER "' fromto='" NUMBER " " NUMBER " 0 " NUMBER
        " " NUMBER " 0'/>",
        index, outline->radius, v[0][0], v[0][1], v[1][0], v[1][1]);
    return;
  }
  const orr_box_def *box = outline->def->geometry.value;
  const double at[3] = {box->offset[0], box->offset[1], 0.0};
  put(text, path, "<geom name='g%zu' type='box' size='" TRIPLE "' %s %s/>", index,
      0.5 * box->size[0], 0.5 * box->size[1], depth_of(plan->scenario), position(at).text,
      quaternion((const double[3]){0.0, 0.0, outline->def->rotation[2]}).text);
}

/* Type, size and place of a solid. */
static words describe(const orr_shape_def *def, int mesh) {
  const void *shape = def->geometry.value;
  const orr_capsule_def *rod = shape;
  switch ((orr_shape_type)def->geometry.tag) {
  case ORR_SHAPE_BOX: {
    const double *size = ((const orr_box_def *)shape)->size;
    return say("type='box' size='" TRIPLE "'", 0.5 * size[0], 0.5 * size[1], 0.5 * size[2]);
  }
  case ORR_SHAPE_SPHERE:
    return say("type='sphere' size='" NUMBER "'", ((const orr_sphere_def *)shape)->radius);
  case ORR_SHAPE_CAPSULE:
    return say("type='capsule' size='" NUMBER " " NUMBER "'", rod->radius, 0.5 * rod->length);
  case ORR_SHAPE_CYLINDER:
    return say("type='cylinder' size='" NUMBER " " NUMBER "'", rod->radius, 0.5 * rod->length);
  case ORR_SHAPE_ELLIPSOID: {
    const double *radii = ((const orr_ellipsoid_def *)shape)->radii;
    return say("type='ellipsoid' size='" TRIPLE "'", radii[0], radii[1], radii[2]);
  }
  case ORR_SHAPE_PLANE: {
    const double *size = ((const orr_plane_def *)shape)->size;
    return say("type='plane' size='" NUMBER " " NUMBER " 1'", 0.5 * size[0], 0.5 * size[1]);
  }
  case ORR_SHAPE_MESH: return say("type='mesh' mesh='m%d'", mesh);
  case ORR_SHAPE_CIRCLE:
  case ORR_SHAPE_POLYGON:
  case ORR_SHAPE_SEGMENT: break; /* 2D */
  }
  return say("%s", "");
}

static const double *offset_of(const orr_shape_def *def) {
  const void *shape = def->geometry.value;
  switch ((orr_shape_type)def->geometry.tag) {
  case ORR_SHAPE_BOX: return ((const orr_box_def *)shape)->offset;
  case ORR_SHAPE_SPHERE: return ((const orr_sphere_def *)shape)->offset;
  case ORR_SHAPE_CAPSULE:
  case ORR_SHAPE_CYLINDER: return ((const orr_capsule_def *)shape)->offset;
  case ORR_SHAPE_ELLIPSOID: return ((const orr_ellipsoid_def *)shape)->offset;
  case ORR_SHAPE_PLANE: return ((const orr_plane_def *)shape)->offset;
  case ORR_SHAPE_MESH: return ((const orr_mesh_def *)shape)->offset;
  case ORR_SHAPE_CIRCLE:
  case ORR_SHAPE_POLYGON:
  case ORR_SHAPE_SEGMENT: break;
  }
  return ((const orr_box_def *)shape)->offset;
}

static void put_shapes(const orr_mujoco_plan *plan, orr_mujoco_text *text, size_t file,
                       double density) {
  const orr_parts *parts = plan->scenario->parts;
  for (size_t i = parts->first_outline[file]; i < parts->first_outline[file + 1]; i++) {
    char path[96];
    snprintf(path, sizeof path, "world.bodies[%zu].shapes[%zu].geometry", file,
             i - parts->first_outline[file]);
    const orr_shape_def *def = parts->outlines[i].def;
    if (orr_mujoco_flat(plan->scenario))
      put_flat_shape(plan, text, path, i);
    else
      put(text, path, "<geom name='g%zu' %s %s %s density='" NUMBER "'/>", i,
          describe(def, plan->mesh[i]).text, position(offset_of(def)).text,
          quaternion(def->rotation).text, density);
  }
}

static void put_meshes(const orr_mujoco_plan *plan, orr_mujoco_text *text) {
  const orr_parts *parts = plan->scenario->parts;
  put(text, NULL, "<asset>");
  for (size_t i = 0, next = 0; i < parts->outline_count; i++) {
    const orr_outline *outline = &parts->outlines[i];
    if (plan->mesh[i] != (int)next) continue; /* an earlier one, or none */
    const orr_mesh_def *mesh = outline->def->geometry.value;
    char path[96];
    snprintf(path, sizeof path, "world.bodies[%d].shapes[%zu].geometry.mesh.file", outline->body,
             i - parts->first_outline[outline->body]);
    put(text, path, "<mesh name='m%zu' file='%s' scale='" TRIPLE "'/>", next,
        plan->meshes[next].name, mesh->scale[0], mesh->scale[1], mesh->scale[2]);
    next++;
  }
  put(text, NULL, "</asset>");
}

void orr_mujoco_text_measure(const orr_mujoco_plan *plan, orr_mujoco_text *text) {
  const orr_scenario *scenario = plan->scenario;
  put(text, NULL, "<mujoco model='orrery'>");
  put(text, NULL, "<compiler angle='radian'/>");
  put_meshes(plan, text);
  put(text, NULL, "<worldbody>");
  for (size_t i = 0; i < scenario->parts->file_count; i++) {
    const orr_body_def *def = orr_body_at(scenario, i);
    char path[64];
    snprintf(path, sizeof path, "world.bodies[%zu]", i);
    if (def->type != ORR_BODY_DYNAMIC) continue;
    put(text, path, "<body name='b%zu'>", i);
    put(text, path, "<freejoint/>");
    put_shapes(plan, text, i, def->density > 0.0 ? def->density : 1.0);
    put(text, path, "</body>");
  }
  put(text, NULL, "</worldbody>");
  put(text, NULL, "</mujoco>");
}

static void put_inertia(const orr_mujoco_plan *plan, orr_mujoco_text *text, const char *path,
                        size_t file) {
  const orr_mujoco_inertia *own = &plan->inertia[file];
  const double *t = own->tensor;
  put(text, path, "<inertial %s mass='" NUMBER "' fullinertia='" TRIPLE " " TRIPLE "'/>",
      position(own->centre).text, own->mass, t[0], t[1], t[2], t[3], t[4], t[5]);
}

/* The freedoms of a body that hangs on nothing; `at`: where the model has it at rest. */
static void put_free(const orr_scenario *scenario, orr_mujoco_text *text, const char *path,
                     const double at[3]) {
  if (!orr_mujoco_flat(scenario)) {
    put(text, path, "<freejoint/>");
    return;
  }
  put(text, path, "<joint type='slide' axis='1 0 0' ref='" NUMBER "'/>", at[0]);
  put(text, path, "<joint type='slide' axis='0 1 0' ref='" NUMBER "'/>", at[1]);
  put(text, path, "<joint type='hinge' axis='0 0 1'/>");
}

static void joint_axis(const orr_scenario *scenario, const orr_joint_def *def, double axis[3]) {
  bool flat = orr_mujoco_flat(scenario);
  bool given = def->axis[0] != 0.0 || def->axis[1] != 0.0 || def->axis[2] != 0.0;
  bool slide = def->type == ORR_JOINT_SLIDE;
  for (size_t i = 0; i < 3; i++) axis[i] = given ? def->axis[i] : 0.0;
  if (!given || (flat && !slide)) {
    axis[0] = slide ? 1.0 : 0.0;
    axis[1] = 0.0;
    axis[2] = slide ? 0.0 : 1.0;
  }
}

static void put_joint(const orr_mujoco_plan *plan, orr_mujoco_text *text, size_t index) {
  const orr_joint_def *def = orr_joint_at(plan->scenario, index);
  char path[64];
  snprintf(path, sizeof path, "world.joints[%zu]", index);
  if (def->type == ORR_JOINT_WELD) return;
  if (def->type == ORR_JOINT_BALL) {
    put(text, path,
        "<joint name='j%zu' type='ball' %s damping='" NUMBER "' armature='" NUMBER "'/>", index,
        position(def->anchor_b).text, def->damping, def->armature);
    return;
  }
  double axis[3], stiffness = def->stiffness, rest = def->rest, damping = def->damping;
  joint_axis(plan->scenario, def, axis);
  if (plan->turn[index] >= 0) {
    const orr_joint_def *spring = orr_joint_at(plan->scenario, (size_t)plan->turn[index]);
    bool same = strcmp(spring->body_a, def->body_a) == 0;
    stiffness = spring->stiffness;
    damping += spring->damping;
    rest = same ? -spring->rest : spring->rest; /* of angle_a - angle_b, as Chipmunk has it */
  }
  bool limited = def->limits[0] != 0.0 || def->limits[1] != 0.0;
  const orr_world_def *world = &plan->scenario->world;
  put(text, path,
      "<joint name='j%zu' type='%s' %s axis='" TRIPLE "' limited='%s' range='" NUMBER " " NUMBER
      "' stiffness='" NUMBER "' springref='" NUMBER "' damping='" NUMBER "' armature='" NUMBER
      "' solreflimit='" NUMBER " " NUMBER "'/>",
      index, def->type == ORR_JOINT_SLIDE ? "slide" : "hinge", position(def->anchor_b).text,
      axis[0], axis[1], axis[2], limited ? "true" : "false", def->limits[0], def->limits[1],
      stiffness, rest, damping, def->armature, world->contact_time, world->contact_damping);
}

static bool is_tendon(const orr_joint_def *def) {
  return def->type == ORR_JOINT_DISTANCE || def->type == ORR_JOINT_SPRING;
}

static void put_sites(const orr_mujoco_plan *plan, orr_mujoco_text *text, int file) {
  const orr_parts *parts = plan->scenario->parts;
  for (size_t i = 0; i < parts->joint_count; i++) {
    const orr_joint_def *def = orr_joint_at(plan->scenario, i);
    if (!is_tendon(def)) continue;
    if (parts->joint_ends[i][0] == file)
      put(text, NULL, "<site name='s%zua' %s/>", i, position(def->anchor_a).text);
    if (parts->joint_ends[i][1] == file)
      put(text, NULL, "<site name='s%zub' %s/>", i, position(def->anchor_b).text);
  }
}

/* Where a body begins when nothing is drawn; in the frame of what it hangs on. */
static void rest_pose(const orr_mujoco_plan *plan, size_t file, double at[3]) {
  const orr_start_def *start = &orr_body_at(plan->scenario, file)->start;
  for (size_t i = 0; i < 3; i++) at[i] = start->position[i].values[0];
  if (plan->parent[file] < 0) return;
  const orr_joint_def *def = orr_joint_at(plan->scenario, (size_t)plan->joint[file]);
  for (size_t i = 0; i < 3; i++) at[i] = def->anchor_a[i] - def->anchor_b[i];
}

static void put_body(const orr_mujoco_plan *plan, orr_mujoco_text *text, size_t file) {
  const orr_scenario *scenario = plan->scenario;
  const orr_body_def *def = orr_body_at(scenario, file);
  bool fixed = def->type == ORR_BODY_STATIC;
  double at[3];
  char path[64];
  snprintf(path, sizeof path, "world.bodies[%zu]", file);
  rest_pose(plan, file, at);
  put(text, path, "<body name='b%zu' %s %s>", file, position(at).text, fixed ? "mocap='true'" : "");
  if (def->type == ORR_BODY_KINEMATIC)
    put(text, path, "<inertial pos='0 0 0' mass='" NUMBER "' diaginertia='" TRIPLE "'/>",
        plan->heavy, plan->gyration, plan->gyration, plan->gyration);
  else if (!fixed)
    put_inertia(plan, text, path, file);
  if (!fixed && plan->parent[file] < 0) put_free(scenario, text, path, at);
  for (size_t i = 0; plan->parent[file] >= 0 && i < scenario->parts->joint_count; i++) {
    int type = orr_joint_at(scenario, i)->type;
    bool hangs = type == ORR_JOINT_PIVOT || type == ORR_JOINT_SLIDE || type == ORR_JOINT_BALL;
    if (hangs && scenario->parts->joint_ends[i][1] == (int)file) put_joint(plan, text, i);
  }
  put_shapes(plan, text, file, 0.0);
  put_sites(plan, text, (int)file);
  for (size_t i = 0; i < scenario->parts->file_count; i++)
    if (plan->parent[i] == (int)file) put_body(plan, text, i);
  put(text, path, "</body>");
}

/* Substeps in half a period of the spring that an elastic contact is. */
static const double half_period = 10.0;

/* The speed with which a mass of speed 1 leaves a damped spring that cannot pull, by its damping
 * ratio: the very steps that MuJoCo takes, from several depths of the first contact. */
static double restitution(double ratio) {
  enum { PHASES = 8, MOST_STEPS = 400 };
  double omega = ORR_PI / half_period, sum = 0.0;
  for (int i = 0; i < PHASES; i++) {
    double x = -(i + 0.5) / PHASES, v = -1.0;
    for (int step = 0; x < 0.0 && step < MOST_STEPS; step++) {
      v += fmax(0.0, -omega * omega * x - 2.0 * ratio * omega * v);
      x += v;
    }
    sum += fmax(v, 0.0);
  }
  return sum / PHASES;
}

static double damping_ratio(double elasticity) {
  double low = 0.0, high = 2.0;
  for (int i = 0; i < 60; i++) {
    double middle = 0.5 * (low + high);
    if (restitution(middle) > elasticity)
      low = middle;
    else
      high = middle;
  }
  return 0.5 * (low + high);
}

/* A contact that gives back is a spring. */
static words give(const orr_world_def *world, double elasticity) {
  static const double impedance = 0.99;
  if (!(elasticity > 0.0))
    return say("solref='" NUMBER " " NUMBER "' solimp='0.95 0.99 0.001'", world->contact_time,
               world->contact_damping);
  double omega = ORR_PI / (half_period * world->dt);
  return say("solref='" NUMBER " " NUMBER "' solimp='" NUMBER " " NUMBER " 0.001'",
             -omega * omega * impedance, -2.0 * damping_ratio(elasticity) * omega, impedance,
             impedance);
}

static void put_pair(const orr_mujoco_plan *plan, orr_mujoco_text *text, size_t a, size_t b) {
  const orr_outline *outlines = plan->scenario->parts->outlines;
  const orr_shape_def *first = outlines[a].def, *second = outlines[b].def;
  double friction = first->friction * second->friction;
  double rolling = fmax(first->rolling, second->rolling);
  int dimensions = rolling > 0.0 ? 6 : friction > 0.0 ? 3 : 1;
  put(text, NULL,
      "<pair geom1='g%zu' geom2='g%zu' condim='%d' friction='" NUMBER " " NUMBER " " TRIPLE
      "' %s/>",
      a, b, dimensions, friction, friction, rolling, rolling, rolling,
      give(&plan->scenario->world, first->elasticity * second->elasticity).text);
}

static void put_pairs(const orr_mujoco_plan *plan, orr_mujoco_text *text) {
  size_t count = plan->scenario->parts->outline_count;
  put(text, NULL, "<contact>");
  for (size_t a = 0; a < count; a++)
    for (size_t b = a + 1; b < count; b++)
      if (orr_mujoco_may_touch(plan, a, b)) put_pair(plan, text, a, b);
  put(text, NULL, "</contact>");
}

static void put_tendons(const orr_mujoco_plan *plan, orr_mujoco_text *text) {
  const orr_world_def *world = &plan->scenario->world;
  put(text, NULL, "<tendon>");
  for (size_t i = 0; i < plan->scenario->parts->joint_count; i++) {
    const orr_joint_def *def = orr_joint_at(plan->scenario, i);
    if (!is_tendon(def)) continue;
    char path[64];
    words more = say("%s", "");
    snprintf(path, sizeof path, "world.joints[%zu]", i);
    if (def->type == ORR_JOINT_SPRING)
      more = say("stiffness='" NUMBER "' damping='" NUMBER "' springlength='" NUMBER "'",
                 def->stiffness, def->damping, def->rest);
    else if (def->limits[0] < def->limits[1])
      more = say("limited='true' range='" NUMBER " " NUMBER "' solreflimit='" NUMBER " " NUMBER "'",
                 def->limits[0], def->limits[1], world->contact_time, world->contact_damping);
    put(text, path, "<spatial name='t%zu' %s>", i, more.text);
    put(text, path, "<site site='s%zua'/>", i);
    put(text, path, "<site site='s%zub'/>", i);
    put(text, path, "</spatial>");
  }
  put(text, NULL, "</tendon>");
}

/* The pivot that hangs a body, or -1. */
static int pivot_of(const orr_scenario *scenario, int file) {
  for (size_t i = 0; i < scenario->parts->joint_count; i++)
    if (orr_joint_at(scenario, i)->type == ORR_JOINT_PIVOT &&
        scenario->parts->joint_ends[i][1] == file)
      return (int)i;
  return -1;
}

/* Rods and gears. The length of a rod is set when the model is there. */
static void put_equalities(const orr_mujoco_plan *plan, orr_mujoco_text *text) {
  const orr_scenario *scenario = plan->scenario;
  words firm = say("solref='" NUMBER " 1' solimp='0.999 0.9999 0.001'", 2.0 * scenario->world.dt);
  put(text, NULL, "<equality>");
  for (size_t i = 0; i < scenario->parts->joint_count; i++) {
    const orr_joint_def *def = orr_joint_at(scenario, i);
    const int *ends = scenario->parts->joint_ends[i];
    char path[64];
    snprintf(path, sizeof path, "world.joints[%zu]", i);
    if (def->type == ORR_JOINT_DISTANCE && def->limits[0] == def->limits[1])
      put(text, path, "<tendon name='e%zu' tendon1='t%zu' polycoef='0 0 0 0 0' %s/>", i, i,
          firm.text);
    if (def->type == ORR_JOINT_GEAR) /* angle_a = ratio angle_b - rest */
      put(text, path,
          "<joint name='e%zu' joint1='j%d' joint2='j%d' polycoef='" NUMBER " " NUMBER
          " 0 0 0' %s/>",
          i, pivot_of(scenario, ends[0]), pivot_of(scenario, ends[1]), -def->rest, def->rate,
          firm.text);
  }
  put(text, NULL, "</equality>");
}

void orr_mujoco_text_world(const orr_mujoco_plan *plan, orr_mujoco_text *text) {
  static const char *const integrators[] = {"Euler", "RK4", "implicit"};
  const orr_world_def *world = &plan->scenario->world;
  int64_t least = ORR_MUJOCO_ITERATIONS;
  put(text, NULL, "<mujoco model='orrery'>");
  put(text, NULL, "<compiler angle='radian' inertiafromgeom='false'/>");
  put(text, "world.dt",
      "<option timestep='" NUMBER "' gravity='" TRIPLE "' integrator='%s' cone='elliptic' "
      "impratio='10' iterations='%d' tolerance='1e-10'/>",
      world->dt, world->gravity[0], world->gravity[1], world->gravity[2],
      integrators[world->integrator], (int)(world->iterations > least ? world->iterations : least));
  put(text, NULL, "<default><geom contype='0' conaffinity='0'/></default>");
  put_meshes(plan, text);
  put(text, NULL, "<worldbody>");
  for (size_t i = 0; i < plan->scenario->parts->file_count; i++)
    if (plan->parent[i] < 0) put_body(plan, text, i);
  put(text, NULL, "</worldbody>");
  put_pairs(plan, text);
  put_tendons(plan, text);
  put_equalities(plan, text);
  put(text, NULL, "</mujoco>");
}
