/* A joint of a scenario becomes up to three constraints. Angles and speeds are those of body_b
 * relative to body_a; Chipmunk's springs and motors count the other way round. */
#include "sim/engine_chipmunk.h"

#include "sim/parts.h"

#include <math.h>
#include <string.h>

static cpVect vect(const double v[3]) { return cpv(v[0], v[1]); }

cpVect orr_chipmunk_axis(const orr_joint_def *def) {
  bool given = def->axis[0] != 0.0 || def->axis[1] != 0.0;
  return given ? cpvnormalize(vect(def->axis)) : cpv(1.0, 0.0);
}

static bool is_limited(const orr_joint_def *def) {
  return def->limits[0] != 0.0 || def->limits[1] != 0.0;
}

static bool is_sprung(const orr_joint_def *def) {
  return def->stiffness > 0.0 || def->damping > 0.0;
}

static cpConstraint *rotary_spring(const orr_joint_def *def, cpBody *a, cpBody *b) {
  return cpDampedRotarySpringNew(a, b, -def->rest, def->stiffness, def->damping);
}

/* Keeps the angle that the two have now. */
static cpConstraint *unturned(cpBody *a, cpBody *b) { return cpGearJointNew(a, b, b->a - a->a, 1); }

static void build_pivot(const orr_joint_def *def, cpBody *a, cpBody *b, cpConstraint **out) {
  out[0] = cpPivotJointNew2(a, b, vect(def->anchor_a), vect(def->anchor_b));
  if (is_limited(def)) out[1] = cpRotaryLimitJointNew(a, b, def->limits[0], def->limits[1]);
  if (is_sprung(def)) out[2] = rotary_spring(def, a, b);
}

/* A groove in body a, as long as the limits or a thousand worlds. Its spring hangs on a point of
 * the groove's line so far away that it always pulls along the line. */
static void build_slide(const orr_joint_def *def, double far, cpBody *a, cpBody *b,
                        cpConstraint **out) {
  cpVect axis = orr_chipmunk_axis(def), anchor = vect(def->anchor_a);
  double low = is_limited(def) ? def->limits[0] : -far;
  double high = is_limited(def) ? def->limits[1] : far;
  out[0] = cpGrooveJointNew(a, b, cpvadd(anchor, cpvmult(axis, low)),
                            cpvadd(anchor, cpvmult(axis, high)), vect(def->anchor_b));
  out[1] = unturned(a, b);
  if (is_sprung(def))
    out[2] = cpDampedSpringNew(a, b, cpvsub(anchor, cpvmult(axis, far)), vect(def->anchor_b),
                               far + def->rest, def->stiffness, def->damping);
}

static void build(const orr_joint_def *def, double far, cpBody *a, cpBody *b, cpConstraint **out) {
  cpVect anchor_a = vect(def->anchor_a), anchor_b = vect(def->anchor_b);
  switch ((orr_joint_type)def->type) {
  case ORR_JOINT_PIVOT: build_pivot(def, a, b, out); break;
  case ORR_JOINT_SLIDE: build_slide(def, far, a, b, out); break;
  case ORR_JOINT_WELD:
    out[0] = cpPivotJointNew2(a, b, anchor_a, anchor_b);
    out[1] = unturned(a, b);
    break;
  case ORR_JOINT_DISTANCE:
    out[0] = cpSlideJointNew(a, b, anchor_a, anchor_b, def->limits[0], def->limits[1]);
    break;
  case ORR_JOINT_SPRING:
    out[0] = cpDampedSpringNew(a, b, anchor_a, anchor_b, def->rest, def->stiffness, def->damping);
    break;
  case ORR_JOINT_ROTARY_SPRING: out[0] = rotary_spring(def, a, b); break;
  case ORR_JOINT_GEAR: out[0] = cpGearJointNew(a, b, def->rest, def->rate); break;
  case ORR_JOINT_MOTOR: out[0] = cpSimpleMotorNew(a, b, -def->rate); break;
  case ORR_JOINT_BALL: break; /* refused by compile */
  }
}

void orr_chipmunk_joint_add(orr_engine *engine, size_t index) {
  const orr_world_def *world = &engine->scenario->world;
  const orr_joint_def *def = orr_joint_at(engine->scenario, index);
  const int *ends = engine->scenario->parts->joint_ends[index];
  orr_chipmunk_root *root = engine->root;
  cpConstraint **parts = root->joints[index];
  double far = 1000.0 * (world->space.size[0] + world->space.size[1]);
  build(def, far, root->bodies[ends[0]], root->bodies[ends[1]], parts);
  ORR_ASSERT(parts[0]);
  for (size_t i = 0; i < ORR_JOINT_PARTS; i++) {
    if (!parts[i]) continue;
    cpConstraintSetMaxForce(parts[i], def->max_force);
    cpConstraintSetErrorBias(parts[i], world->bias);
    cpConstraintSetMaxBias(parts[i], INFINITY);
    cpConstraintSetCollideBodies(parts[i], def->collide);
    cpSpaceAddConstraint(root->space, parts[i]);
  }
}

void orr_chipmunk_joint_remove(orr_engine *engine, size_t index) {
  cpConstraint **parts = engine->root->joints[index];
  for (size_t i = 0; i < ORR_JOINT_PARTS; i++) {
    if (!parts[i]) continue;
    cpSpaceRemoveConstraint(engine->root->space, parts[i]);
    cpConstraintFree(parts[i]);
    parts[i] = NULL;
  }
}

/* A removed joint keeps no numbers: it does not move. */
void orr_chipmunk_joint_state(const orr_engine *engine, size_t index, double *out) {
  const orr_joint_def *def = orr_joint_at(engine->scenario, index);
  const int *ends = engine->scenario->parts->joint_ends[index];
  const cpBody *a = engine->root->bodies[ends[0]], *b = engine->root->bodies[ends[1]];
  out[0] = out[1] = 0.0;
  if (!a || !b) return;
  if (def->type == ORR_JOINT_PIVOT) {
    out[0] = b->a - a->a;
    out[1] = b->w - a->w;
    return;
  }
  cpVect axis = cpTransformVect(a->transform, orr_chipmunk_axis(def));
  cpVect from = cpTransformPoint(a->transform, vect(def->anchor_a));
  cpVect to = cpTransformPoint(b->transform, vect(def->anchor_b));
  cpVect of_a = cpBodyGetVelocityAtWorldPoint((cpBody *)a, to);
  cpVect of_b = cpBodyGetVelocityAtWorldPoint((cpBody *)b, to);
  out[0] = cpvdot(axis, cpvsub(to, from));
  out[1] = cpvdot(axis, cpvsub(of_b, of_a));
}

size_t orr_chipmunk_impulses(const cpConstraint *constraint, double out[2]) {
  const void *any = constraint;
  out[1] = 0.0;
  if (cpConstraintIsPivotJoint(constraint)) {
    memcpy(out, &((const cpPivotJoint *)any)->jAcc, sizeof(cpVect));
    return 2;
  }
  if (cpConstraintIsGrooveJoint(constraint)) {
    memcpy(out, &((const cpGrooveJoint *)any)->jAcc, sizeof(cpVect));
    return 2;
  }
  if (cpConstraintIsSlideJoint(constraint))
    out[0] = ((const cpSlideJoint *)any)->jnAcc;
  else if (cpConstraintIsDampedSpring(constraint))
    out[0] = ((const cpDampedSpring *)any)->jAcc;
  else if (cpConstraintIsDampedRotarySpring(constraint))
    out[0] = ((const cpDampedRotarySpring *)any)->jAcc;
  else if (cpConstraintIsRotaryLimitJoint(constraint))
    out[0] = ((const cpRotaryLimitJoint *)any)->jAcc;
  else if (cpConstraintIsGearJoint(constraint))
    out[0] = ((const cpGearJoint *)any)->jAcc;
  else
    out[0] = ((const cpSimpleMotor *)any)->jAcc;
  return 1;
}
