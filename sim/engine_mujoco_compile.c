/* A scenario becomes a model: what cannot be said in MJCF is a finding, the rest is text. */
#include "sim/engine_mujoco_text.h"

#include "base/file.h"
#include "base/maths.h"
#include "base/memory.h"
#include "sim/colour.h"
#include "sim/mesh_file.h"
#include "sim/scenario_check.h"

#include <stdio.h>
#include <string.h>

typedef struct compiler {
  orr_checker check;
  orr_scenario *scenario;
  orr_mujoco_plan plan;
  orr_mujoco_shared *shared;
  bool failed; /* out of memory */
} compiler;

static void *get(compiler *c, size_t count, size_t size) {
  void *memory = orr_arena_alloc(c->scenario->arena, count ? count : 1, size);
  c->failed = c->failed || !memory;
  return memory;
}

static void complain(compiler *c, const char *list, size_t index, const char *key, const char *hint,
                     const char *message) {
  char path[160];
  snprintf(path, sizeof path, "world.%s[%zu]%s%s", list, index, *key ? "." : "", key);
  orr_check_complain(&c->check, path, hint, message);
}

static bool hangs(int type) {
  return type == ORR_JOINT_PIVOT || type == ORR_JOINT_SLIDE || type == ORR_JOINT_BALL ||
         type == ORR_JOINT_WELD;
}

/* Whether `file` is `other` or hangs on it, however far. */
static bool hangs_on(const orr_mujoco_plan *plan, int file, int other) {
  while (file >= 0 && file != other) file = plan->parent[file];
  return file == other;
}

/* Several joints of two bodies are one: they must agree on where body_b is when all are at 0. */
static bool joins(const orr_joint_def *first, const orr_joint_def *next) {
  if (first->type == ORR_JOINT_WELD || next->type == ORR_JOINT_WELD) return false;
  if (first->type == ORR_JOINT_BALL || next->type == ORR_JOINT_BALL) return false;
  for (size_t i = 0; i < 3; i++) {
    double a = first->anchor_a[i] - first->anchor_b[i], b = next->anchor_a[i] - next->anchor_b[i];
    if (fabs(a - b) > 1e-9 * (1.0 + fabs(a))) return false;
  }
  return true;
}

static void hang(compiler *c, size_t index) {
  orr_mujoco_plan *plan = &c->plan;
  const int *ends = c->scenario->parts->joint_ends[index];
  int a = ends[0], b = ends[1];
  if (orr_body_at(c->scenario, (size_t)b)->type != ORR_BODY_DYNAMIC) {
    complain(c, "joints", index, "", "exchange body_a and body_b, and their anchors",
             "body_b hangs on body_a: it must be dynamic");
  } else if (plan->parent[b] >= 0 && plan->parent[b] != a) {
    complain(c, "joints", index, "", "tie it with a distance or a spring",
             "body_b hangs on another body already");
  } else if (plan->parent[b] >= 0) {
    if (!joins(orr_joint_at(c->scenario, (size_t)plan->joint[b]), orr_joint_at(c->scenario, index)))
      complain(c, "joints", index, "", "give both joints the same anchors; pivots and slides alone",
               "body_b hangs on body_a already, in another way");
  } else if (hangs_on(plan, a, b)) {
    complain(c, "joints", index, "", "close the circle with a distance or a spring",
             "the joints go round in a circle");
  } else {
    plan->parent[b] = a;
    plan->joint[b] = (int)index;
  }
}

/* The only pivot between two bodies, or -1. */
static int pivot_between(const compiler *c, const int *ends) {
  int found = -1;
  for (size_t i = 0; i < c->scenario->parts->joint_count; i++) {
    const int *other = c->scenario->parts->joint_ends[i];
    bool same = (other[0] == ends[0] && other[1] == ends[1]) ||
                (other[0] == ends[1] && other[1] == ends[0]);
    if (orr_joint_at(c->scenario, i)->type != ORR_JOINT_PIVOT || !same) continue;
    if (found >= 0) return -1;
    found = (int)i;
  }
  return found;
}

static void check_turner(compiler *c, size_t index) {
  const orr_joint_def *def = orr_joint_at(c->scenario, index);
  int pivot = pivot_between(c, c->scenario->parts->joint_ends[index]);
  if (pivot < 0) {
    complain(c, "joints", index, "", "add a pivot between the two",
             "MuJoCo turns bodies about a pivot: there is none between the two");
    return;
  }
  if (def->type != ORR_JOINT_ROTARY_SPRING) return;
  if (c->plan.turn[pivot] >= 0 || orr_joint_at(c->scenario, (size_t)pivot)->stiffness > 0.0)
    complain(c, "joints", index, "", "add the stiffnesses", "the pivot has a spring already");
  c->plan.turn[pivot] = (int)index;
}

/* Both bodies must hang on pivots of one body, so that their angles can be compared. */
static void check_gear(compiler *c, size_t index) {
  const int *ends = c->scenario->parts->joint_ends[index];
  int pivots[2] = {-1, -1};
  for (size_t i = 0; i < c->scenario->parts->joint_count; i++)
    for (size_t k = 0; k < 2; k++)
      if (orr_joint_at(c->scenario, i)->type == ORR_JOINT_PIVOT &&
          c->scenario->parts->joint_ends[i][1] == ends[k])
        pivots[k] = (int)i;
  bool fine =
      pivots[0] >= 0 && pivots[1] >= 0 && c->plan.parent[ends[0]] == c->plan.parent[ends[1]];
  if (!fine)
    complain(c, "joints", index, "", "hang both on one body with a pivot each",
             "MuJoCo's gear ties two pivots of one body");
}

static void check_joint(compiler *c, size_t index) {
  const orr_joint_def *def = orr_joint_at(c->scenario, index);
  if (hangs(def->type)) hang(c, index);
  if (def->type == ORR_JOINT_ROTARY_SPRING || def->type == ORR_JOINT_MOTOR) check_turner(c, index);
  if (isfinite(def->max_force) && def->type != ORR_JOINT_MOTOR)
    complain(c, "joints", index, "max_force", "leave max_force out, or use engine: chipmunk",
             "MuJoCo's joints do not give way");
  if (def->type == ORR_JOINT_PIVOT && def->limits[0] != 0.0 && def->limits[0] == def->limits[1])
    complain(c, "joints", index, "limits", "write type: weld",
             "a pivot between equal limits cannot turn");
}

/* The mesh of the same file and scale, or -1. */
static int find_mesh(const orr_mujoco_plan *plan, const orr_mesh_def *mesh) {
  for (size_t i = 0; i < plan->mesh_count; i++)
    if (strcmp(plan->mesh_defs[i]->file, mesh->file) == 0 &&
        memcmp(plan->mesh_defs[i]->scale, mesh->scale, sizeof mesh->scale) == 0)
      return (int)i;
  return -1;
}

/* MuJoCo's own format, MSH: four counts, vertices, triangles. What it thinks of OBJ and STL files
 * does not matter then. */
static void add_mesh(compiler *c, const orr_mesh_def *def, const orr_mesh_file *mesh) {
  int counts[4] = {(int)mesh->vertex_count, 0, 0, (int)mesh->triangle_count};
  size_t vertices = mesh->vertex_count * sizeof *mesh->vertices;
  size_t triangles = mesh->triangle_count * sizeof *mesh->triangles;
  orr_mujoco_asset *file = &c->plan.meshes[c->plan.mesh_count];
  file->size = sizeof counts + vertices + triangles;
  char *bytes = file->bytes = orr_alloc(file->size, 1);
  c->failed = c->failed || !bytes;
  if (!bytes) return;
  memcpy(bytes, counts, sizeof counts);
  memcpy(bytes + sizeof counts, mesh->vertices, vertices);
  memcpy(bytes + sizeof counts + vertices, mesh->triangles, triangles);
  snprintf(file->name, sizeof file->name, "m%zu.msh", c->plan.mesh_count);
  c->plan.mesh_defs[c->plan.mesh_count++] = def;
}

/* NULL, or what is wrong with the mesh: in `message`. */
static const char *read_mesh(compiler *c, const orr_mesh_def *def, char *message, size_t size) {
  char path[ORR_PATH];
  orr_error err = {0};
  orr_mesh_file mesh;
  int length =
      snprintf(path, sizeof path, "%s%s", def->file[0] == '/' ? "" : c->plan.folder, def->file);
  if (c->plan.mesh_count == ORR_MUJOCO_MOST_ASSETS) return "more than 1999 different meshes";
  if (length < 0 || (size_t)length >= sizeof path) return "too long a path";
  orr_status status = orr_mesh_file_read(path, &mesh, &err);
  c->failed = c->failed || status == ORR_ERR_MEMORY;
  err.hint[0] = 0;
  orr_error_text(&err, message, size);
  if (status != ORR_OK) return message;
  const char *flaw = orr_mesh_file_flaw(&mesh, def->scale);
  if (flaw)
    snprintf(message, size, "%s: %s", path, flaw);
  else
    add_mesh(c, def, &mesh);
  orr_mesh_file_destroy(&mesh);
  return flaw ? message : NULL;
}

static void check_mesh(compiler *c, size_t file, size_t shape, const orr_mesh_def *mesh) {
  char key[64], message[ORR_PATH + 256];
  int *known = &c->plan.mesh[c->scenario->parts->first_outline[file] + shape];
  *known = find_mesh(&c->plan, mesh);
  if (*known >= 0) return;
  const char *wrong = read_mesh(c, mesh, message, sizeof message);
  if (c->failed) return;
  if (!wrong) {
    *known = (int)c->plan.mesh_count - 1;
    return;
  }
  snprintf(key, sizeof key, "shapes[%zu].geometry.mesh.file", shape);
  complain(c, "bodies", file, key, "a closed surface, OBJ or STL; its place is beside the scenario",
           wrong);
}

static void check_shape(compiler *c, size_t file, size_t index, const orr_shape_def *def) {
  char key[64];
  snprintf(key, sizeof key, "shapes[%zu].geometry", index);
  const orr_segment_def *segment = def->geometry.value;
  int type = def->geometry.tag;
  if (type == ORR_SHAPE_POLYGON)
    complain(c, "bodies", file, key, "make it of boxes, or use engine: chipmunk",
             "MuJoCo has no flat polygons");
  if (type == ORR_SHAPE_SEGMENT && !(segment->radius > 0.0))
    complain(c, "bodies", file, key, "give it a radius", "a line without thickness");
  if (type == ORR_SHAPE_MESH) check_mesh(c, file, index, def->geometry.value);
  if (type == ORR_SHAPE_PLANE && orr_body_at(c->scenario, file)->type != ORR_BODY_STATIC)
    complain(c, "bodies", file, key, "set `type: static` for the body", "a plane never moves");
}

static void check_body(compiler *c, size_t file) {
  const orr_body_def *def = orr_body_at(c->scenario, file);
  const orr_shape_def *shapes = def->shapes.items;
  for (size_t i = 0; i < def->shapes.count; i++) check_shape(c, file, i, &shapes[i]);
  const double *moments = def->inertia;
  bool given = moments[0] > 0.0 || moments[1] > 0.0 || moments[2] > 0.0;
  for (size_t i = 0; given && i < 3; i++) {
    if (moments[i] > 0.0 && moments[i] <= moments[(i + 1) % 3] + moments[(i + 2) % 3]) continue;
    complain(c, "bodies", file, "inertia", "no moment exceeds the sum of the other two",
             "no body has such moments of inertia");
    break;
  }
}

static void check_world(compiler *c) {
  const orr_world_def *world = &c->scenario->world;
  if (isfinite(world->sleep_time))
    orr_check_complain(&c->check, "world.sleep_time", "leave it out",
                       "MuJoCo's bodies never sleep");
  for (size_t i = 0; i < c->scenario->parts->file_count; i++) check_body(c, i);
  for (size_t i = 0; i < c->scenario->parts->joint_count; i++) check_joint(c, i);
  for (size_t i = 0; i < c->scenario->parts->joint_count; i++)
    if (orr_joint_at(c->scenario, i)->type == ORR_JOINT_GEAR) check_gear(c, i);
}

/* The body that a welded one moves with. */
static int rigid_of(const orr_mujoco_plan *plan, int file) {
  while (plan->parent[file] >= 0 &&
         orr_joint_at(plan->scenario, (size_t)plan->joint[file])->type == ORR_JOINT_WELD)
    file = plan->parent[file];
  return file;
}

static bool ignores(const orr_shape_def *def, int64_t category) {
  const double *numbers = def->ignores.items;
  for (size_t i = 0; i < def->ignores.count; i++)
    if (numbers[i] == (double)category) return true;
  return false;
}

static bool tied(const orr_mujoco_plan *plan, int a, int b) {
  for (size_t i = 0; i < plan->scenario->parts->joint_count; i++) {
    const int *ends = plan->scenario->parts->joint_ends[i];
    bool same = (ends[0] == a && ends[1] == b) || (ends[0] == b && ends[1] == a);
    if (same && !orr_joint_at(plan->scenario, i)->collide) return true;
  }
  return false;
}

bool orr_mujoco_may_touch(const orr_mujoco_plan *plan, size_t a, size_t b) {
  const orr_outline *first = &plan->scenario->parts->outlines[a];
  const orr_outline *second = &plan->scenario->parts->outlines[b];
  int rigid_a = rigid_of(plan, first->body), rigid_b = rigid_of(plan, second->body);
  bool moves = orr_body_at(plan->scenario, (size_t)rigid_a)->type == ORR_BODY_DYNAMIC ||
               orr_body_at(plan->scenario, (size_t)rigid_b)->type == ORR_BODY_DYNAMIC;
  if (rigid_a == rigid_b || !moves) return false;
  if (first->def->group != 0 && first->def->group == second->def->group) return false;
  if (ignores(first->def, second->def->category) || ignores(second->def, first->def->category))
    return false;
  return !tied(plan, first->body, second->body);
}

static void count_pairs(compiler *c) {
  size_t count = c->scenario->parts->outline_count;
  for (size_t a = 0; a < count && c->plan.pairs <= ORR_MUJOCO_MOST_PAIRS; a++)
    for (size_t b = a + 1; b < count; b++) c->plan.pairs += orr_mujoco_may_touch(&c->plan, a, b);
  char message[96];
  snprintf(message, sizeof message, "more than %d pairs of shapes could touch",
           ORR_MUJOCO_MOST_PAIRS);
  if (c->plan.pairs > ORR_MUJOCO_MOST_PAIRS)
    orr_check_complain(&c->check, "world.bodies", "put shapes that never meet into a group",
                       message);
}

static bool begin(compiler *c) {
  size_t bodies = c->scenario->parts->file_count, joints = c->scenario->parts->joint_count;
  size_t outlines = c->scenario->parts->outline_count;
  orr_mujoco_plan *plan = &c->plan;
  const char *path = orr_config_path(c->check.config), *slash = strrchr(path, '/');
  plan->scenario = c->scenario;
  plan->parent = get(c, bodies, sizeof *plan->parent);
  plan->joint = get(c, bodies, sizeof *plan->joint);
  plan->turn = get(c, joints, sizeof *plan->turn);
  plan->inertia = get(c, bodies, sizeof *plan->inertia);
  plan->mesh = get(c, outlines, sizeof *plan->mesh);
  plan->meshes = get(c, outlines, sizeof *plan->meshes);
  plan->mesh_defs = get(c, outlines, sizeof *plan->mesh_defs);
  plan->folder =
      slash ? orr_arena_printf(c->scenario->arena, "%.*s/", (int)(slash - path), path) : "";
  c->failed = c->failed || !plan->folder;
  for (size_t i = 0; i < bodies && !c->failed; i++) plan->parent[i] = plan->joint[i] = -1;
  for (size_t i = 0; i < joints && !c->failed; i++) plan->turn[i] = -1;
  for (size_t i = 0; i < outlines && !c->failed; i++) plan->mesh[i] = -1;
  return !c->failed;
}

/* A refusal of MuJoCo's compiler, at the setting that its line came from. */
static void pass_on(compiler *c, const orr_mujoco_text *text, const char *message) {
  int line = orr_mujoco_line(message);
  const char *path = line > 0 && (size_t)line <= text->lines ? text->paths[line - 1] : NULL;
  char own[700]; /* without names and lines of a text that nobody sees */
  const char *cut = strstr(message, "; Object name"), *colon = strstr(message, ": m");
  int length = cut ? (int)(cut - message) : 590;
  bool mesh = path && strstr(path, "].geometry.mesh.file");
  if (mesh && colon && colon - message < length) length = (int)(colon - message);
  snprintf(own, sizeof own, "%s%.*s", mesh ? "MuJoCo cannot make a solid body of it: " : "", length,
           message);
  orr_check_complain(&c->check, path ? path : "world",
                     mesh ? "is it a closed surface, and thick enough?" : NULL, own);
}

static mjModel *load_text(compiler *c, orr_mujoco_text *text) {
  char message[600];
  c->failed = c->failed || text->failed;
  mjModel *model = c->failed ? NULL
                             : orr_mujoco_load(NULL, text->bytes, c->plan.meshes,
                                               c->plan.mesh_count, message, sizeof message);
  if (c->failed || model) return model;
  c->failed = message[0] == 0;
  if (!c->failed) pass_on(c, text, message);
  return model;
}

/* out += mass (d d I - d d^T). */
static void shift(double mass, const double d[3], double tensor[6]) {
  double square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
  for (size_t i = 0; i < 3; i++) tensor[i] += mass * (square - d[i] * d[i]);
  tensor[3] -= mass * d[0] * d[1];
  tensor[4] -= mass * d[0] * d[2];
  tensor[5] -= mass * d[1] * d[2];
}

/* What the shapes weigh, about the centre of mass that the file gives. */
static void weigh(const mjModel *m, size_t file, const orr_body_def *def, orr_mujoco_inertia *out) {
  char name[32];
  snprintf(name, sizeof name, "b%zu", file);
  int id = mj_name2id(m, mjOBJ_BODY, name);
  double turn[9];
  mju_quat2Mat(turn, m->body_iquat + 4 * id);
  static const int pairs[6][2] = {{0, 0}, {1, 1}, {2, 2}, {0, 1}, {0, 2}, {1, 2}};
  for (size_t k = 0; k < 6; k++) {
    out->tensor[k] = 0.0;
    for (int i = 0; i < 3; i++)
      out->tensor[k] +=
          turn[3 * pairs[k][0] + i] * m->body_inertia[3 * id + i] * turn[3 * pairs[k][1] + i];
  }
  double away[3];
  for (size_t i = 0; i < 3; i++) away[i] = m->body_ipos[3 * id + (int)i] - def->centre_of_mass[i];
  shift(m->body_mass[id], away, out->tensor);
  out->mass = def->mass > 0.0 ? def->mass : m->body_mass[id];
  for (size_t k = 0; k < 6; k++) out->tensor[k] *= out->mass / m->body_mass[id];
}

static void flat_inertia(const compiler *c, size_t file, orr_mujoco_inertia *out) {
  out->mass = c->scenario->parts->mass[file];
  for (size_t i = 0; i < 3; i++) out->tensor[i] = c->scenario->parts->moment[file];
}

/* True when the shapes have to be weighed by MuJoCo. */
static bool fill_given(compiler *c) {
  bool open = false;
  for (size_t i = 0; i < c->scenario->parts->file_count; i++) {
    const orr_body_def *def = orr_body_at(c->scenario, i);
    orr_mujoco_inertia *own = &c->plan.inertia[i];
    memcpy(own->centre, def->centre_of_mass, sizeof own->centre);
    if (def->type != ORR_BODY_DYNAMIC) continue;
    if (orr_mujoco_flat(c->scenario))
      flat_inertia(c, i, own);
    else
      open = true;
  }
  return open;
}

static void weigh_all(compiler *c, const mjModel *m) {
  for (size_t i = 0; i < c->scenario->parts->file_count; i++) {
    const orr_body_def *def = orr_body_at(c->scenario, i);
    if (def->type != ORR_BODY_DYNAMIC) continue;
    weigh(m, i, def, &c->plan.inertia[i]);
    if (!(def->inertia[0] > 0.0)) continue;
    memcpy(c->plan.inertia[i].tensor, def->inertia, sizeof def->inertia);
    memset(c->plan.inertia[i].tensor + 3, 0, 3 * sizeof(double));
  }
}

static void weigh_bodies(compiler *c) {
  if (!fill_given(c)) return;
  orr_mujoco_text text = {.arena = c->scenario->arena};
  orr_mujoco_text_measure(&c->plan, &text);
  mjModel *model = load_text(c, &text);
  if (model) weigh_all(c, model);
  if (model) mj_deleteModel(model);
  orr_mujoco_text_free(&text);
}

static void make_heavy(compiler *c) {
  const double *size = c->scenario->world.space.size;
  double mass = 0.0, length = fmax(size[0], fmax(size[1], size[2]));
  for (size_t i = 0; i < c->scenario->parts->file_count; i++) mass += c->plan.inertia[i].mass;
  c->plan.heavy = ORR_MUJOCO_HEAVY * (mass > 0.0 ? mass : 1.0);
  c->plan.gyration = c->plan.heavy * length * length;
}

/* Of what is not made heavy: MuJoCo scales the tolerance of its solver with it. */
static void set_mean_inertia(mjModel *m, const orr_mujoco_shared *shared) {
  double sum = 0.0;
  int count = 0;
  for (int i = 0; i < m->nv; i++) {
    int file = shared->file_of[m->dof_bodyid[i]];
    if (file >= 0 && shared->bodies[file].kinematic) continue;
    sum += m->dof_M0[i];
    count++;
  }
  if (count > 0) m->stat.meaninertia = sum / count;
}

static void set_rods(const compiler *c) {
  mjModel *m = c->shared->model;
  for (size_t i = 0; i < c->scenario->parts->joint_count; i++) {
    const orr_joint_def *def = orr_joint_at(c->scenario, i);
    const orr_mujoco_joint *joint = &c->shared->joints[i];
    if (def->type != ORR_JOINT_DISTANCE || joint->equality < 0) continue;
    m->eq_data[mjNEQDATA * joint->equality] = def->limits[0] - m->tendon_length0[joint->tendon];
  }
}

static void build(compiler *c) {
  orr_mujoco_text text = {.arena = c->scenario->arena};
  orr_mujoco_text_world(&c->plan, &text);
  c->shared->model = load_text(c, &text);
  orr_mujoco_text_free(&text);
  if (!c->shared->model) return;
  for (size_t i = 0; i < c->scenario->parts->file_count; i++) {
    c->shared->bodies[i].parent = c->plan.parent[i];
    c->shared->bodies[i].joint = c->plan.joint[i];
    c->shared->bodies[i].gyration = c->plan.gyration;
  }
}

/* A file's bytes are not in the tree: they belong to the world's identity all the same. */
static void join_identity(compiler *c) {
  bool meshes = c->shared->mjcf, fine;
  for (size_t i = 0; i < c->scenario->parts->outline_count; i++)
    meshes = meshes || c->scenario->parts->outlines[i].def->geometry.tag == ORR_SHAPE_MESH;
  if (!meshes) return;
  orr_hash hash = orr_mujoco_hash_model(c->shared->model, &fine);
  c->scenario->identity = orr_hash_join(c->scenario->identity, hash);
  c->failed = c->failed || !fine;
}

static void run(compiler *c) {
  size_t before = orr_diagnostics_count(c->check.diagnostics);
  if (!c->shared->mjcf) {
    if (!begin(c)) return;
    check_world(c);
    count_pairs(c);
    if (orr_diagnostics_count(c->check.diagnostics) != before) return;
    weigh_bodies(c);
    if (orr_diagnostics_count(c->check.diagnostics) != before || c->failed) return;
    make_heavy(c);
  }
  c->shared->bodies = get(c, c->scenario->parts->file_count, sizeof *c->shared->bodies);
  if (c->failed) return;
  if (!c->shared->mjcf) build(c);
  if (!c->shared->model) return;
  join_identity(c);
  c->failed = c->failed || !orr_mujoco_tables(c->scenario, c->shared);
  if (c->failed) return;
  if (!c->shared->mjcf) {
    set_mean_inertia(c->shared->model, c->shared);
    set_rods(c);
  }
  orr_mujoco_fit(c->shared->model);
}

orr_status orr_mujoco_compile(orr_scenario *scenario, const orr_config *config,
                              orr_diagnostics *diagnostics) {
  compiler c = {.check = {scenario, config, diagnostics}, .scenario = scenario};
  size_t before = orr_diagnostics_count(diagnostics);
  c.shared = scenario->shared; /* of an MJCF file: import has loaded it */
  if (!c.shared) c.shared = get(&c, 1, sizeof *c.shared);
  scenario->shared = c.shared;
  if (!c.failed) run(&c);
  for (size_t i = 0; i < c.plan.mesh_count; i++) orr_free(c.plan.meshes[i].bytes);
  if (c.failed) return ORR_ERR_MEMORY;
  return orr_diagnostics_count(diagnostics) == before ? ORR_OK : ORR_ERR_CONFIG;
}
