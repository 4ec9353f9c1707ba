/* Sensors: what bodies felt during a control step, and rays. Rays are cast here and not by
 * Chipmunk, whose shapes lag behind a body that was moved by hand, and whose 7.0.3 divides 0 by 0
 * along an edge. */
#include "sim/engine_chipmunk.h"

#include "sim/parts.h"

#include <math.h>
#include <string.h>

static bool concerns(const orr_engine *engine, const cpArbiter *arbiter, int body, int other) {
  const cpBody *own = engine->root->bodies[body];
  const cpBody *met = arbiter->body_a == own ? arbiter->body_b : arbiter->body_a;
  return other < 0 || met == engine->root->bodies[other];
}

/* The contact lists of bodies hold those of sleeping ones too, with their last impulses. */
static void feel(orr_engine *engine, size_t index, const int ends[2]) {
  double *sum = &engine->root->sensed[index];
  bool counts = orr_sensor_at(engine->scenario, index)->reads.tag == ORR_SENSOR_IMPULSE;
  cpBody *own = engine->root->bodies[ends[0]];
  if (!own || (ends[1] >= 0 && !engine->root->bodies[ends[1]])) return;
  CP_BODY_FOREACH_ARBITER(own, arbiter) {
    if (!concerns(engine, arbiter, ends[0], ends[1])) continue;
    if (!counts) *sum = 1.0;
    for (int c = 0; counts && c < arbiter->count; c++) *sum += arbiter->contacts[c].jnAcc;
  }
}

void orr_chipmunk_feel(orr_engine *engine) {
  const orr_scenario *scenario = engine->scenario;
  for (size_t i = 0; i < scenario->world.sensors.count; i++)
    if (orr_sensor_at(scenario, i)->reads.tag != ORR_SENSOR_RAY)
      feel(engine, i, scenario->parts->sensor_ends[i]);
}

/* A ray in the frame of a body; `direction` has length 1. */
typedef struct ray {
  cpVect from, direction;
} ray;

/* The part of the ray that may be inside what was looked at so far. */
typedef struct span {
  double enter, leave;
} span;

/* Keeps what lies where n . x <= limit. */
static void clip(span *s, const ray *r, cpVect n, double limit) {
  double rate = cpvdot(n, r->direction), room = limit - cpvdot(n, r->from);
  if (rate < 0.0)
    s->enter = fmax(s->enter, room / rate);
  else if (rate > 0.0)
    s->leave = fmin(s->leave, room / rate);
  else if (room < 0.0)
    s->leave = -1.0;
}

static double entry(const span *s, double range) {
  return s->enter <= s->leave ? fmin(s->enter, range) : range;
}

static double to_disc(const ray *r, const double *centre, double radius, double range) {
  cpVect to = cpvsub(cpv(centre[0], centre[1]), r->from);
  double middle = cpvdot(to, r->direction), across = cpvcross(r->direction, to);
  double half = radius * radius - across * across;
  if (half < 0.0) return range;
  span s = {fmax(0.0, middle - sqrt(half)), middle + sqrt(half)};
  return entry(&s, range);
}

static double to_polygon(const ray *r, const orr_outline *outline, double range) {
  span s = {0.0, range};
  for (size_t i = 0; i < outline->count; i++) {
    const double *a = outline->vertices[i], *b = outline->vertices[(i + 1) % outline->count];
    cpVect n = cpv(b[1] - a[1], a[0] - b[0]); /* outwards: corners run counterclockwise */
    clip(&s, r, n, cpvdot(n, cpv(a[0], a[1])));
  }
  return entry(&s, range);
}

/* A rectangle between two discs. */
static double to_rod(const ray *r, const orr_outline *outline, double range) {
  cpVect a = cpv(outline->vertices[0][0], outline->vertices[0][1]);
  cpVect b = cpv(outline->vertices[1][0], outline->vertices[1][1]);
  cpVect along = cpvnormalize(cpvsub(b, a)), across = cpvperp(along);
  span s = {0.0, range};
  clip(&s, r, along, cpvdot(along, b));
  clip(&s, r, cpvneg(along), -cpvdot(along, a));
  clip(&s, r, across, cpvdot(across, a) + outline->radius);
  clip(&s, r, cpvneg(across), outline->radius - cpvdot(across, a));
  double nearest = entry(&s, range);
  nearest = fmin(nearest, to_disc(r, outline->vertices[0], outline->radius, range));
  return fmin(nearest, to_disc(r, outline->vertices[1], outline->radius, range));
}

static double to_body(const orr_parts *parts, size_t file, const ray *r, double range) {
  const double origin[2] = {0.0, 0.0};
  double nearest = range;
  if (to_disc(r, origin, parts->reach[file] * 1.000001, range) >= range) return range;
  for (size_t i = parts->first_outline[file]; i < parts->first_outline[file + 1]; i++) {
    const orr_outline *outline = &parts->outlines[i];
    double at = outline->type == ORR_SHAPE_CIRCLE
                    ? to_disc(r, outline->vertices[0], outline->radius, range)
                : outline->type == ORR_SHAPE_SEGMENT ? to_rod(r, outline, range)
                                                     : to_polygon(r, outline, range);
    nearest = fmin(nearest, at);
  }
  return nearest;
}

static double look(const orr_engine *engine, const orr_ray_sensor *def, int file) {
  const orr_parts *parts = engine->scenario->parts;
  const cpBody *own = engine->root->bodies[file];
  double nearest = def->range;
  if (!own) return nearest;
  cpVect from = cpTransformPoint(own->transform, cpv(def->from[0], def->from[1]));
  cpVect to =
      cpTransformVect(own->transform, cpvnormalize(cpv(def->direction[0], def->direction[1])));
  for (size_t i = 0; i < parts->file_count; i++) {
    const cpBody *body = engine->root->bodies[i];
    if (!body || body == own) continue;
    cpTransform into = cpTransformRigidInverse(body->transform);
    ray r = {cpTransformPoint(into, from), cpTransformVect(into, to)};
    nearest = to_body(parts, i, &r, nearest);
  }
  return nearest;
}

void orr_chipmunk_sensed(const orr_engine *engine, double *out) {
  const orr_scenario *scenario = engine->scenario;
  for (size_t i = 0; i < scenario->world.sensors.count; i++) {
    const orr_union *reads = &orr_sensor_at(scenario, i)->reads;
    out[i] = reads->tag == ORR_SENSOR_RAY
                 ? look(engine, reads->value, scenario->parts->sensor_ends[i][0])
                 : engine->root->sensed[i];
  }
}
