/* Looking at a Chipmunk space: state, contacts, energy, hash. */
#include "sim/engine_chipmunk.h"

#include "sim/parts.h"

#include <string.h>

void orr_chipmunk_body_state(const cpBody *body, double *state) {
  cpVect arm = cpTransformVect(body->transform, body->cog); /* origin -> centre of mass */
  cpVect origin = cpv(body->transform.tx, body->transform.ty);
  state[0] = origin.x;
  state[1] = origin.y;
  state[2] = body->a;
  state[3] = body->v.x + body->w * arm.y;
  state[4] = body->v.y - body->w * arm.x;
  state[5] = body->w;
}

/* Of a pivot or slide: body b relative to body a. A removed one keeps its last numbers: those of a
 * joint that does not move. */
static void joint_state(const orr_engine *engine, size_t index, double *out) {
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
  cpVect from = cpTransformPoint(a->transform, cpv(def->anchor_a[0], def->anchor_a[1]));
  cpVect to = cpTransformPoint(b->transform, cpv(def->anchor_b[0], def->anchor_b[1]));
  cpVect of_a = cpBodyGetVelocityAtWorldPoint((cpBody *)a, to);
  cpVect of_b = cpBodyGetVelocityAtWorldPoint((cpBody *)b, to);
  out[0] = cpvdot(axis, cpvsub(to, from));
  out[1] = cpvdot(axis, cpvsub(of_b, of_a));
}

cpVect orr_chipmunk_axis(const orr_joint_def *def) {
  bool given = def->axis[0] != 0.0 || def->axis[1] != 0.0;
  return given ? cpvnormalize(cpv(def->axis[0], def->axis[1])) : cpv(1.0, 0.0);
}

void orr_chipmunk_get_state(const orr_engine *engine, double *state) {
  const orr_scenario *scenario = engine->scenario;
  const orr_chipmunk_root *root = engine->root;
  for (size_t i = 0; i < scenario->body_count; i++) {
    double *out = state + i * ORR_BODY_STATE;
    if (root->moving[i])
      orr_chipmunk_body_state(root->moving[i], out);
    else
      memcpy(out, root->last + i * ORR_BODY_STATE, ORR_BODY_STATE * sizeof *out);
  }
  for (size_t i = 0; i < scenario->parts->joint_count; i++) {
    int entity = scenario->parts->joint_entity[i];
    if (entity >= 0) joint_state(engine, i, state + orr_state_at(scenario, (size_t)entity));
  }
}

static int file_of(const cpBody *body) { return (int)(intptr_t)body->userData; }

static size_t add_contacts(const cpArbiter *arbiter, orr_scene_contact *out, size_t count,
                           size_t capacity) {
  for (int c = 0; c < arbiter->count && count < capacity; c++) {
    const struct cpContact *contact = &arbiter->contacts[c];
    cpVect at = cpvadd(arbiter->body_a->p, contact->r1);
    out[count++] = (orr_scene_contact){{at.x, at.y},
                                       {arbiter->n.x, arbiter->n.y},
                                       contact->jnAcc,
                                       {file_of(arbiter->body_a), file_of(arbiter->body_b)}};
  }
  return count;
}

/* Contacts of sleeping bodies are not in the space's list, but still in theirs. */
size_t orr_chipmunk_contacts(const orr_engine *engine, orr_scene_contact *out, size_t capacity) {
  const cpArray *arbiters = engine->root->space->arbiters;
  size_t count = 0;
  for (int i = 0; i < arbiters->num; i++)
    count = add_contacts(arbiters->arr[i], out, count, capacity);
  for (size_t i = 0; i < engine->scenario->body_count; i++) {
    cpBody *body = engine->root->moving[i];
    if (!body || !cpBodyIsSleeping(body)) continue;
    CP_BODY_FOREACH_ARBITER(body, arbiter) {
      const cpBody *other = arbiter->body_a == body ? arbiter->body_b : arbiter->body_a;
      bool first = arbiter->body_a == body || !cpBodyIsSleeping(other);
      if (first) count = add_contacts(arbiter, out, count, capacity);
    }
  }
  return count;
}

double orr_chipmunk_energy(const orr_engine *engine) {
  double sum = 0.0;
  const double *gravity = engine->scenario->world.gravity;
  for (size_t i = 0; i < engine->scenario->body_count; i++) {
    const cpBody *body = engine->root->moving[i];
    if (!body || cpBodyGetType((cpBody *)body) != CP_BODY_TYPE_DYNAMIC) continue;
    double speed2 = body->v.x * body->v.x + body->v.y * body->v.y;
    sum += 0.5 * body->m * speed2 + 0.5 * body->i * body->w * body->w;
    sum -= body->m * (gravity[0] * body->p.x + gravity[1] * body->p.y);
  }
  return sum;
}

/* The hash reads values, never addresses: bodies and their contacts in file order and in the order
 * of the contact lists, then the contacts that are only cached, sorted by their shapes. The boxes
 * of the broad phase are not read: they follow from the same history. */
typedef struct hasher {
  orr_hash hash;
  size_t count;
  double numbers[64];
} hasher;

static void flush(hasher *h) {
  h->hash = orr_hash_join(h->hash, orr_hash_bytes(h->numbers, h->count * sizeof *h->numbers));
  h->count = 0;
}

static void put(hasher *h, double number) {
  if (h->count == sizeof h->numbers / sizeof *h->numbers) flush(h);
  h->numbers[h->count++] = number;
}

static void put_vect(hasher *h, cpVect v) {
  put(h, v.x);
  put(h, v.y);
}

static void put_bits(hasher *h, uint64_t bits) {
  double number;
  memcpy(&number, &bits, sizeof number);
  put(h, number);
}

static uint64_t shape_index(const cpShape *shape) { return (uint64_t)(intptr_t)shape->userData; }

static void put_arbiter(hasher *h, const cpArbiter *arbiter, const cpSpace *space) {
  put_bits(h, shape_index(arbiter->a) << 32 | shape_index(arbiter->b));
  put_bits(h, (uint64_t)arbiter->state << 32 | (uint64_t)(uint32_t)arbiter->count);
  put_bits(h, (uint64_t)(space->stamp - arbiter->stamp));
  put_vect(h, arbiter->n);
  put(h, arbiter->e);
  put(h, arbiter->u);
  for (int i = 0; i < arbiter->count; i++) {
    const struct cpContact *contact = &arbiter->contacts[i];
    put_vect(h, contact->r1);
    put_vect(h, contact->r2);
    put(h, contact->jnAcc);
    put(h, contact->jtAcc);
    put(h, contact->jBias);
    put_bits(h, contact->hash);
  }
}

static void put_body(hasher *h, cpBody *body, const cpSpace *space) {
  put(h, body->m);
  put(h, body->i);
  put_vect(h, body->p);
  put_vect(h, body->v);
  put_vect(h, body->f);
  put_vect(h, body->v_bias);
  put(h, body->a);
  put(h, body->w);
  put(h, body->t);
  put(h, body->w_bias);
  put(h, body->sleeping.idleTime);
  const cpBody *sleeper = body->sleeping.root;
  put_bits(h, sleeper ? 1 + (uint64_t)(intptr_t)sleeper->userData : 0);
  CP_BODY_FOREACH_ARBITER(body, arbiter) put_arbiter(h, arbiter, space);
}

static void collect(void *element, void *data) {
  const orr_engine *engine = data;
  struct orr_engine *scratch = data;
  const cpArbiter *arbiter = element;
  if (arbiter->stamp == engine->root->space->stamp) return; /* in the contact lists */
  if (scratch->sorted_count < scratch->sorted_capacity)
    scratch->sorted[scratch->sorted_count++] = element;
}

static uint64_t pair_key(const cpArbiter *arbiter) {
  uint64_t a = shape_index(arbiter->a), b = shape_index(arbiter->b);
  return a < b ? a << 32 | b : b << 32 | a;
}

static void sort_collected(orr_engine *engine) {
  for (size_t i = 1; i < engine->sorted_count; i++) { /* a handful: insertion sort */
    cpArbiter *moving = engine->sorted[i];
    size_t j = i;
    for (; j > 0 && pair_key(engine->sorted[j - 1]) > pair_key(moving); j--)
      engine->sorted[j] = engine->sorted[j - 1];
    engine->sorted[j] = moving;
  }
}

/* The impulses that a joint starts its next step with. */
static void put_joint(hasher *h, const cpConstraint *joint, int type) {
  put_bits(h, joint != NULL);
  if (!joint) return;
  const void *any = joint;
  switch ((orr_joint_type)type) {
  case ORR_JOINT_PIVOT: put_vect(h, ((const cpPivotJoint *)any)->jAcc); break;
  case ORR_JOINT_DISTANCE: put(h, ((const cpSlideJoint *)any)->jnAcc); break;
  case ORR_JOINT_SPRING: put(h, ((const cpDampedSpring *)any)->jAcc); break;
  case ORR_JOINT_ROTARY_SPRING: put(h, ((const cpDampedRotarySpring *)any)->jAcc); break;
  case ORR_JOINT_GEAR: put(h, ((const cpGearJoint *)any)->jAcc); break;
  case ORR_JOINT_MOTOR: put(h, ((const cpSimpleMotor *)any)->jAcc); break;
  case ORR_JOINT_SLIDE:
  case ORR_JOINT_WELD:
  case ORR_JOINT_BALL: break;
  }
}

static void put_drags(hasher *h, const orr_engine *engine) {
  for (size_t i = 0; i < engine->scenario->body_count; i++) {
    const orr_drag *drag = &engine->root->drags[i];
    put_bits(h, drag->active);
    if (!drag->active) continue;
    put(h, drag->x);
    put(h, drag->y);
    put(h, drag->stiffness);
  }
}

orr_hash orr_chipmunk_hash(const orr_engine *engine) {
  const orr_parts *parts = engine->scenario->parts;
  const orr_chipmunk_root *root = engine->root;
  const cpSpace *space = root->space;
  hasher h = {0};
  put_bits(&h, space->stamp);
  put_bits(&h, space->shapeIDCounter);
  put(&h, space->curr_dt);
  for (size_t i = 0; i < parts->file_count; i++) {
    put_bits(&h, root->bodies[i] != NULL);
    if (root->bodies[i]) put_body(&h, root->bodies[i], space);
  }
  for (size_t i = 0; i < parts->joint_count; i++)
    put_joint(&h, root->joints[i], orr_joint_at(engine->scenario, i)->type);
  put_drags(&h, engine);
  orr_engine *scratch = (orr_engine *)engine; /* its scratch list is no state */
  scratch->sorted_count = 0;
  cpHashSetEach(space->cachedArbiters, collect, scratch);
  sort_collected(scratch);
  for (size_t i = 0; i < engine->sorted_count; i++) put_arbiter(&h, engine->sorted[i], space);
  flush(&h);
  return h.hash;
}
