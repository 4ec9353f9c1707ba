/* What pushes bodies in a substep: fields, drags, actuators. Chipmunk forgets forces after each.
 *
 * Chipmunk moves bodies before it changes their velocities. So the laws are evaluated where bodies
 * will be when the force acts: then the integrator is the semi-implicit Euler of other engines, and
 * an orbit keeps its energy. Evaluated where bodies still are it would gain some every round. */
#include "sim/engine_chipmunk.h"

#include "sim/drive.h"
#include "sim/force.h"

#include <math.h>

/* Actuators act in this order, whatever theirs in the file: what gives a body or joint a force
 * comes after velocities that are set, and what seeks a velocity after all other forces. */
typedef enum phase { PHASE_KINEMATIC, PHASE_FORCE, PHASE_VELOCITY } phase;

typedef struct driver {
  orr_engine *engine;
  const double *targets;
  bool first; /* substep of the control step */
} driver;

static bool is_dynamic(const cpBody *body) {
  return cpBodyGetType((cpBody *)body) == CP_BODY_TYPE_DYNAMIC;
}

/* At the centre of mass. No force leaves a sleeping body asleep. */
static void push(cpBody *body, cpVect force, double torque) {
  if (!is_dynamic(body) || (force.x == 0.0 && force.y == 0.0 && torque == 0.0)) return;
  cpBodyActivate(body);
  body->f = cpvadd(body->f, force);
  body->t += torque;
}

/* How the substep will move the centre of mass. */
static cpVect moves(const cpBody *body, double dt) {
  return cpvmult(cpvadd(body->v, body->v_bias), dt);
}

/* A body that sleeps has come to rest in its field: what acts on it has not changed since. */
static void blow(orr_engine *engine) {
  const orr_scenario *scenario = engine->scenario;
  for (size_t i = 0; i < scenario->parts->file_count; i++) {
    cpBody *body = engine->root->bodies[i];
    if (!orr_force_any(scenario, i) || !body || cpBodyIsSleeping(body)) continue;
    cpVect p = cpvadd(body->p, moves(body, scenario->world.dt));
    orr_motion motion = {
        {p.x, p.y, 0.0}, {body->v.x, body->v.y, 0.0}, {0.0, 0.0, body->w}, body->m};
    double force[3], torque[3];
    orr_force_on(scenario, i, &motion, force, torque);
    body->f = cpvadd(body->f, cpv(force[0], force[1]));
    body->t += torque[2];
  }
}

static void pull(orr_engine *engine) {
  for (size_t i = 0; i < engine->scenario->body_count; i++) {
    const orr_drag *drag = &engine->root->drags[i];
    cpBody *body = engine->root->moving[i];
    if (!drag->active || !body || !is_dynamic(body)) continue;
    cpVect origin = cpBodyGetPosition(body);
    cpVect force =
        cpv(drag->stiffness * (drag->x - origin.x), drag->stiffness * (drag->y - origin.y));
    cpBodyApplyForceAtWorldPoint(body, force, origin); /* wakes it */
  }
}

static double along(cpVect v, int axis) { return axis ? v.y : v.x; }

/* Position: v += dt (kp (target - p) - kv v), as in gym-pusht. A drag is followed in the same way.
 */
static void steer(const driver *d, const orr_actuator_def *def, const orr_drive *drive,
                  cpBody *body) {
  const orr_drag *drag = &d->engine->root->drags[drive->body];
  double dt = d->engine->scenario->world.dt;
  cpVect p = cpBodyGetPosition(body), v = body->v;
  for (size_t k = 0; k < drive->width; k++) {
    int axis = drive->axes[k];
    double *speed = axis ? &v.y : &v.x;
    double target = d->targets[drive->first + k];
    if (def->type == ORR_ACTUATE_VELOCITY && !drag->active) {
      *speed = target;
      continue;
    }
    if (drag->active) target = axis ? drag->y : drag->x;
    *speed += dt * (def->kp * (target - along(p, axis)) - def->kv * *speed);
  }
  cpBodySetVelocity(body, v);
}

/* The velocity along an axis after the substep, if nothing touches the body. */
static double coasting(const orr_world_def *world, const cpBody *body, int axis) {
  double kept = pow(world->damping, world->dt);
  return along(body->v, axis) * kept +
         (world->gravity[axis] + along(body->f, axis) * body->m_inv) * world->dt;
}

static void push_body(const driver *d, const orr_actuator_def *def, const orr_drive *drive,
                      cpBody *body) {
  const orr_world_def *world = &d->engine->scenario->world;
  cpVect p = cpvadd(cpBodyGetPosition(body), moves(body, world->dt)), force = cpvzero;
  for (size_t k = 0; k < drive->width; k++) {
    int axis = drive->axes[k];
    bool seeks = def->type == ORR_ACTUATE_VELOCITY;
    double speed = seeks ? coasting(world, body, axis) : along(body->v, axis);
    double f = orr_drive_force(def, body->m, world->dt, d->targets[drive->first + k],
                               along(p, axis), speed);
    if (def->type == ORR_ACTUATE_TORQUE) {
      push(body, cpvzero, f);
      return;
    }
    *(axis ? &force.y : &force.x) = f;
  }
  push(body, force, 0.0);
}

/* Equal and opposite on both bodies. */
static void push_joint(const driver *d, const orr_actuator_def *def, const orr_drive *drive) {
  orr_engine *engine = d->engine;
  size_t joint = (size_t)drive->joint;
  if (!engine->root->joints[joint][0]) return;
  const int *ends = engine->scenario->parts->joint_ends[joint];
  cpBody *a = engine->root->bodies[ends[0]], *b = engine->root->bodies[ends[1]];
  double state[ORR_JOINT_STATE];
  orr_chipmunk_joint_state(engine, joint, state);
  double dt = engine->scenario->world.dt, there = state[0] + dt * state[1];
  double f = orr_drive_force(def, 1.0, dt, d->targets[drive->first], there, state[1]);
  const orr_joint_def *of = orr_joint_at(engine->scenario, joint);
  if (of->type == ORR_JOINT_PIVOT) {
    push(a, cpvzero, -f);
    push(b, cpvzero, f);
    return;
  }
  cpVect at = cpTransformPoint(b->transform, cpv(of->anchor_b[0], of->anchor_b[1]));
  cpVect force = cpvmult(cpTransformVect(a->transform, orr_chipmunk_axis(of)), f);
  push(a, cpvneg(force), cpvcross(cpvsub(at, a->p), cpvneg(force)));
  push(b, force, cpvcross(cpvsub(at, b->p), force));
}

static phase phase_of(const orr_actuator_def *def, const cpBody *body) {
  if (body && !is_dynamic(body)) return PHASE_KINEMATIC;
  return body && def->type == ORR_ACTUATE_VELOCITY ? PHASE_VELOCITY : PHASE_FORCE;
}

static void actuate(const driver *d, phase now) {
  const orr_scenario *scenario = d->engine->scenario;
  for (size_t i = 0; i < scenario->parts->actuator_count; i++) {
    const orr_actuator_def *def = orr_actuator_at(scenario, i);
    const orr_drive *drive = &scenario->parts->drives[i];
    cpBody *body = drive->joint < 0 ? d->engine->root->moving[drive->body] : NULL;
    if ((drive->joint < 0 && !body) || phase_of(def, body) != now) continue;
    if (def->type == ORR_ACTUATE_IMPULSE && !d->first) continue;
    if (drive->joint >= 0)
      push_joint(d, def, drive);
    else if (now == PHASE_KINEMATIC)
      steer(d, def, drive, body);
    else
      push_body(d, def, drive, body);
  }
}

void orr_chipmunk_drive(orr_engine *engine, const double *targets, bool first) {
  driver d = {engine, targets, first};
  actuate(&d, PHASE_KINEMATIC);
  blow(engine);
  if (engine->root->dragging) pull(engine);
  actuate(&d, PHASE_FORCE);
  actuate(&d, PHASE_VELOCITY);
}
