/* A scenario becomes a Chipmunk space. Everything is set here, no default is left to the library.
 * Runs inside a guarded call. */
#include "sim/engine_chipmunk.h"

#include "sim/parts.h"

enum { MOST_CORNERS = 64 };

static cpVect vect(const double v[2]) { return cpv(v[0], v[1]); }

static cpSpace *build_space(const orr_world_def *world) {
  cpSpace *space = cpSpaceNew();
  cpSpaceSetIterations(space, (int)world->iterations);
  cpSpaceSetGravity(space, vect(world->gravity));
  cpSpaceSetDamping(space, world->damping);
  cpSpaceSetIdleSpeedThreshold(space, 0.0); /* 0: from gravity */
  cpSpaceSetSleepTimeThreshold(space, world->sleep_time);
  cpSpaceSetCollisionSlop(space, world->slop);
  cpSpaceSetCollisionBias(space, world->bias);
  cpSpaceSetCollisionPersistence(space, 3);
  return space;
}

static cpBody *build_body(const orr_scenario *scenario, size_t file) {
  const orr_body_def *def = orr_body_at(scenario, file);
  const orr_parts *parts = scenario->parts;
  cpBody *body = def->type == ORR_BODY_STATIC ? cpBodyNewStatic()
                 : def->type == ORR_BODY_KINEMATIC
                     ? cpBodyNewKinematic()
                     : cpBodyNew(parts->mass[file], parts->moment[file]);
  cpBodySetCenterOfGravity(body, vect(def->centre_of_mass));
  cpBodySetUserData(body, (cpDataPointer)(intptr_t)file);
  return body;
}

static void place(cpBody *body, const orr_start_def *def, const double *start) {
  if (def->order == 0) cpBodySetAngle(body, start[2]);
  cpBodySetPosition(body, cpv(start[0], start[1]));
  if (def->order != 0) cpBodySetAngle(body, start[2]); /* turns about the centre of mass */
  if (cpBodyGetType(body) == CP_BODY_TYPE_STATIC) return;
  /* The file gives the velocity of the origin, Chipmunk keeps that of the centre of mass. */
  cpVect arm = cpTransformVect(body->transform, body->cog);
  cpBodySetAngularVelocity(body, start[5]);
  cpBodySetVelocity(body, cpv(start[3] - start[5] * arm.y, start[4] + start[5] * arm.x));
}

static cpShape *build_shape(const orr_outline *outline, cpBody *body) {
  if (outline->type == ORR_SHAPE_CIRCLE)
    return cpCircleShapeNew(body, outline->radius, vect(outline->vertices[0]));
  if (outline->type == ORR_SHAPE_SEGMENT)
    return cpSegmentShapeNew(body, vect(outline->vertices[0]), vect(outline->vertices[1]),
                             outline->radius);
  cpVect corners[MOST_CORNERS];
  size_t count = outline->count < MOST_CORNERS ? outline->count : MOST_CORNERS;
  for (size_t i = 0; i < count; i++) corners[i] = vect(outline->vertices[i]);
  return cpPolyShapeNew(body, (int)count, corners, cpTransformIdentity, 0.0);
}

static cpShapeFilter filter_of(const orr_shape_def *def) {
  const double *ignores = def->ignores.items;
  cpBitmask seen = CP_ALL_CATEGORIES;
  for (size_t i = 0; i < def->ignores.count; i++) seen &= ~((cpBitmask)1 << (unsigned)ignores[i]);
  return cpShapeFilterNew((cpGroup)def->group, (cpBitmask)1 << def->category, seen);
}

static void add_shape(orr_engine *engine, size_t index, cpBody *body) {
  const orr_outline *outline = &engine->scenario->parts->outlines[index];
  cpShape *shape = build_shape(outline, body);
  cpShapeSetFriction(shape, outline->def->friction);
  cpShapeSetElasticity(shape, outline->def->elasticity);
  cpShapeSetSurfaceVelocity(shape, cpvzero);
  cpShapeSetFilter(shape, filter_of(outline->def));
  cpShapeSetUserData(shape, (cpDataPointer)(intptr_t)index);
  engine->root->shapes[index] = cpSpaceAddShape(engine->root->space, shape);
}

static void *room_for(size_t count, size_t size) { return orr_chipmunk_calloc(count + 1, size); }

void orr_chipmunk_build(orr_engine *engine, const double *starts) {
  const orr_scenario *scenario = engine->scenario;
  const orr_parts *parts = scenario->parts;
  orr_chipmunk_root *root = engine->root = orr_chipmunk_calloc(1, sizeof *engine->root);
  root->bodies = room_for(parts->file_count, sizeof *root->bodies);
  root->moving = room_for(scenario->body_count, sizeof *root->moving);
  root->shapes = room_for(parts->outline_count, sizeof *root->shapes);
  root->joints = room_for(parts->joint_count, sizeof *root->joints);
  root->drags = room_for(scenario->body_count, sizeof *root->drags);
  root->sensed = room_for(scenario->world.sensors.count, sizeof *root->sensed);
  root->last = room_for(scenario->body_count * ORR_BODY_STATE, sizeof *root->last);
  root->space = build_space(&scenario->world);
  for (size_t file = 0; file < parts->file_count; file++) {
    cpBody *body = root->bodies[file] = build_body(scenario, file);
    place(body, &orr_body_at(scenario, file)->start, starts + file * ORR_BODY_STATE);
    if (parts->moving_of[file] >= 0) root->moving[parts->moving_of[file]] = body;
    cpSpaceAddBody(root->space, body); /* before its shapes: 7.0.3 does not check */
    for (size_t i = parts->first_outline[file]; i < parts->first_outline[file + 1]; i++)
      add_shape(engine, i, body);
  }
  for (size_t i = 0; i < parts->joint_count; i++) orr_chipmunk_joint_add(engine, i);
}
