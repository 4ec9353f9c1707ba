/* What Chipmunk cannot do, and bodies that would begin an episode inside each other. */
#include "sim/engine_chipmunk.h"

#include "base/memory.h"
#include "sim/scenario_check.h"

#include <math.h>
#include <stdio.h>

enum { MOST_OVERLAPS = 20 }; /* are said: a thousand more would help nobody */

static bool is_zero(const orr_range *range) {
  return range->kind == ORR_RANGE_VALUE && range->values[0] == 0.0;
}

static void check_joint(const orr_checker *c, size_t index) {
  const orr_joint_def *def = orr_joint_at(c->scenario, index);
  const char *mujoco = "write world.engine: mujoco, or leave it out";
  char path[64];
  snprintf(path, sizeof path, "world.joints[%zu]", index);
  if (def->armature != 0.0)
    orr_check_complain_key(c, path, "armature", mujoco, "Chipmunk cannot add inertia to a joint");
  if (!is_zero(&def->start))
    orr_check_complain_key(c, path, "start", "give the bodies' start",
                           "on Chipmunk bodies begin where their own start says");
  if (!is_zero(&def->speed))
    orr_check_complain_key(c, path, "speed", "give the bodies' start.velocity and start.omega",
                           "on Chipmunk bodies begin as their own start says");
}

static void check_engine(const orr_checker *c) {
  const orr_world_def *world = &c->scenario->world;
  const char *mujoco = "write world.engine: mujoco";
  if (!orr_check_flat(c))
    orr_check_complain(c, "world.engine", mujoco, "Chipmunk has two dimensions");
  if (world->mjcf) orr_check_complain(c, "world.mjcf", mujoco, "Chipmunk reads no MJCF files");
  if (world->integrator != ORR_INTEGRATOR_EULER)
    orr_check_complain(c, "world.integrator", mujoco, "Chipmunk has one integrator, euler");
  for (size_t i = 0; i < world->joints.count; i++) check_joint(c, i);
}

/* Starts that are the same in every episode. */
static bool is_fixed(const orr_start_def *start) {
  return start->position[0].kind == ORR_RANGE_VALUE && start->position[1].kind == ORR_RANGE_VALUE &&
         start->angle.kind == ORR_RANGE_VALUE;
}

static double least_width(const orr_outline *outline) {
  if (outline->type == ORR_SHAPE_CIRCLE || outline->type == ORR_SHAPE_SEGMENT)
    return 2.0 * outline->radius;
  double least = INFINITY;
  for (size_t i = 0; i < outline->count; i++) {
    const double *a = outline->vertices[i], *b = outline->vertices[(i + 1) % outline->count];
    double ux = b[0] - a[0], uy = b[1] - a[1], most = 0.0;
    for (size_t k = 0; k < outline->count; k++) {
      const double *p = outline->vertices[k];
      most = fmax(most, (ux * (p[1] - a[1]) - uy * (p[0] - a[0])) / hypot(ux, uy));
    }
    least = fmin(least, most);
  }
  return least;
}

static cpVect corner(const orr_outline *outline, size_t i) {
  return cpv(outline->vertices[i][0], outline->vertices[i][1]);
}

/* How deep a point of the body's frame lies in a shape; below 0 outside. */
static double depth_at(const orr_outline *outline, cpVect p) {
  if (outline->type == ORR_SHAPE_CIRCLE) return outline->radius - cpvdist(p, corner(outline, 0));
  if (outline->type == ORR_SHAPE_SEGMENT)
    return outline->radius -
           cpvdist(p, cpClosetPointOnSegment(p, corner(outline, 0), corner(outline, 1)));
  double depth = INFINITY;
  for (size_t i = 0; i < outline->count; i++) {
    cpVect a = corner(outline, i), b = corner(outline, (i + 1) % outline->count);
    depth = fmin(depth, cpvcross(cpvnormalize(cpvsub(b, a)), cpvsub(p, a)));
  }
  return depth;
}

/* The middle of shape `i` in shape `k`: Chipmunk finds no contact between shapes of the same middle
 * that are alike, which is how bodies without a start begin. */
static double depth_of_middle(const orr_engine *engine, size_t i, size_t k) {
  const orr_outline *one = &engine->scenario->parts->outlines[i];
  const cpBody *of_one = engine->root->bodies[one->body];
  const orr_outline *other = &engine->scenario->parts->outlines[k];
  const cpBody *of_other = engine->root->bodies[other->body];
  cpVect sum = cpvzero;
  for (size_t v = 0; v < one->count; v++) sum = cpvadd(sum, corner(one, v));
  cpVect middle = cpTransformPoint(of_one->transform, cpvmult(sum, 1.0 / (double)one->count));
  return depth_at(other, cpTransformPoint(cpTransformRigidInverse(of_other->transform), middle));
}

/* How deep two shapes begin in each other; 0 when that is no more than a stack of blocks that was
 * written in round numbers may have: the slop, or a fifth of the thinner shape. */
static double depth_of(const orr_engine *engine, size_t i, size_t k) {
  const cpShape *a = engine->root->shapes[i], *b = engine->root->shapes[k];
  const orr_parts *parts = engine->scenario->parts;
  if (!cpBBIntersects(a->bb, b->bb) || cpShapeFilterReject(a->filter, b->filter)) return 0.0;
  double width = fmin(least_width(&parts->outlines[i]), least_width(&parts->outlines[k]));
  double depth = fmax(depth_of_middle(engine, i, k), depth_of_middle(engine, k, i));
  cpContactPointSet set = cpShapesCollide(a, b);
  for (int p = 0; p < set.count; p++) depth = fmax(depth, -set.points[p].distance);
  return depth > fmax(0.2 * width, engine->scenario->world.slop) ? depth : 0.0;
}

static bool are_joined(const orr_scenario *scenario, int a, int b) {
  for (size_t i = 0; i < scenario->parts->joint_count; i++) {
    const int *ends = scenario->parts->joint_ends[i];
    bool both = (ends[0] == a && ends[1] == b) || (ends[0] == b && ends[1] == a);
    if (both && !orr_joint_at(scenario, i)->collide) return true;
  }
  return false;
}

/* Chipmunk lets bodies pass each other when neither is dynamic. */
static bool may_collide(const orr_scenario *scenario, size_t a, size_t b) {
  const orr_body_def *one = orr_body_at(scenario, a), *two = orr_body_at(scenario, b);
  return (one->type == ORR_BODY_DYNAMIC || two->type == ORR_BODY_DYNAMIC) &&
         is_fixed(&one->start) && is_fixed(&two->start);
}

/* False when they overlap. */
static bool check_pair(const orr_checker *c, const orr_engine *engine, size_t a, size_t b) {
  const orr_parts *parts = engine->scenario->parts;
  double depth = 0.0;
  for (size_t i = parts->first_outline[a]; i < parts->first_outline[a + 1]; i++)
    for (size_t k = parts->first_outline[b]; k < parts->first_outline[b + 1]; k++)
      depth = fmax(depth, depth_of(engine, i, k));
  if (depth == 0.0 || are_joined(engine->scenario, (int)a, (int)b)) return true;
  char path[64], message[160], hint[120];
  snprintf(path, sizeof path, "world.bodies[%zu].start", b);
  snprintf(message, sizeof message, "\"%.32s\" begins inside \"%.32s\", %.3g deep",
           orr_body_at(engine->scenario, b)->name, orr_body_at(engine->scenario, a)->name, depth);
  snprintf(hint, sizeof hint, "move it by %.3g, or let their shapes share a `group`", depth);
  orr_check_complain(c, path, hint, message);
  return false;
}

static void check_task(orr_engine *engine, void *argument) {
  const orr_checker *c = argument;
  const orr_scenario *scenario = engine->scenario;
  size_t count = scenario->parts->file_count;
  double *starts = orr_chipmunk_calloc(scenario->parts->start_count + 1, sizeof *starts);
  for (size_t i = 0; i < count; i++) {
    const orr_start_def *start = &orr_body_at(scenario, i)->start;
    double *out = starts + i * ORR_BODY_STATE;
    out[0] = start->position[0].values[0];
    out[1] = start->position[1].values[0];
    out[2] = start->angle.values[0];
  }
  orr_chipmunk_build(engine, starts);
  size_t most = orr_diagnostics_count(c->diagnostics) + MOST_OVERLAPS;
  for (size_t b = 1; b < count && orr_diagnostics_count(c->diagnostics) < most; b++)
    for (size_t a = 0; a < b; a++)
      if (may_collide(scenario, a, b) && !check_pair(c, engine, a, b)) break;
}

static orr_status check_starts(orr_checker *c) {
  orr_engine *engine;
  ORR_TRY(orr_chipmunk_create(c->scenario, &engine, NULL));
  if (!orr_chipmunk_guard(engine, check_task, c)) {
    char message[240];
    snprintf(message, sizeof message, "the engine cannot build this world: %s", engine->message);
    orr_check_complain(c, "world.bodies", NULL, message);
  }
  orr_chipmunk_destroy(engine);
  return ORR_OK;
}

orr_status orr_chipmunk_compile(orr_scenario *scenario, const orr_config *config,
                                orr_diagnostics *diagnostics) {
  orr_checker c = {scenario, config, diagnostics};
  size_t before = orr_diagnostics_count(diagnostics);
  check_engine(&c);
  if (orr_diagnostics_count(diagnostics) == before) ORR_TRY(check_starts(&c));
  return orr_diagnostics_count(diagnostics) == before ? ORR_OK : ORR_ERR_CONFIG;
}
