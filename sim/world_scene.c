/* The scene: goals, static bodies, moving bodies, actors, from the state and the scenario. */
#include "base/memory.h"
#include "base/rotation.h"
#include "sim/world_private.h"

#include <math.h>
#include <string.h>

static const uint8_t goal_colour[3] = {0x90, 0xee, 0x90}; /* lightgreen, as in gym-pusht */

static bool has_solids(const orr_world *world) {
  return world->scene.dimensions == 3 && world->table->solids;
}

/* A goal shows the solids of its body once more. */
static orr_status create_solids(orr_world *world, orr_error *err) {
  const orr_parts *parts = world->scenario->parts;
  size_t count = world->table->solids(world->engine, NULL, 0), shown = count;
  orr_scene_shape *solids;
  ORR_TRY(orr_new(&solids, count + 1, sizeof *solids, err));
  world->table->solids(world->engine, solids, count);
  for (size_t g = 0; g < parts->goal_count; g++)
    for (size_t i = 0; i < count; i++) shown += solids[i].body == parts->goals[g].body;
  orr_free(solids);
  if (world->base->factors.count) shown = count * (1 + parts->goal_count); /* its body may vary */
  world->solid_capacity = count;
  world->contact_capacity = 64 + 8 * count;
  return orr_new(&world->shapes, shown + 1, sizeof *world->shapes, err);
}

static orr_status create_outlines(orr_world *world, orr_error *err) {
  const orr_parts *parts = world->scenario->parts;
  size_t most = parts->outline_count;
  for (size_t i = 0; i < parts->goal_count; i++) most += parts->goals[i].count;
  if (world->base->factors.count) /* a goal's body may vary */
    most = parts->outline_count * (1 + parts->goal_count);
  world->contact_capacity = 64 + 8 * parts->outline_count;
  return orr_new(&world->shapes, most + 1, sizeof *world->shapes, err);
}

orr_status orr_world_scene_create(orr_world *world, orr_error *err) {
  world->scene.dimensions = (int)world->scenario->world.space.dimensions;
  ORR_TRY(has_solids(world) ? create_solids(world, err) : create_outlines(world, err));
  ORR_TRY(orr_new(&world->contacts, world->contact_capacity, sizeof *world->contacts, err));
  return orr_world_light_create(world, err);
}

static void add_body(orr_world *world, size_t file, orr_scene_layer layer, const double *pose) {
  const orr_parts *parts = world->scenario->parts;
  for (size_t i = parts->first_outline[file]; i < parts->first_outline[file + 1]; i++) {
    const orr_outline *outline = &parts->outlines[i];
    orr_scene_shape *shape = &world->shapes[world->scene.shape_count++];
    *shape = (orr_scene_shape){
        .kind = outline->type == ORR_SHAPE_CIRCLE    ? ORR_SCENE_CIRCLE
                : outline->type == ORR_SHAPE_SEGMENT ? ORR_SCENE_SEGMENT
                                                     : ORR_SCENE_POLYGON,
        .layer = layer,
        .body = layer == ORR_LAYER_GOAL ? -1 : parts->moving_of[file],
        .label = layer == ORR_LAYER_GOAL ? 0 : (int)file + 1,
        .position = {pose[0], pose[1], 0.0},
        .rotation = {cos(0.5 * pose[2]), 0.0, 0.0, sin(0.5 * pose[2])},
        .angle = pose[2],
        .radius = outline->radius,
        .vertices = (const double(*)[2])outline->vertices,
        .vertex_count = outline->count,
        .height = outline->def->height,
    };
    if (layer != ORR_LAYER_GOAL) shape->material = parts->materials[i];
    memcpy(shape->colour, layer == ORR_LAYER_GOAL ? goal_colour : parts->colours[i],
           sizeof shape->colour);
  }
}

static void add_static(orr_world *world, size_t file) {
  double pose[3];
  orr_flat_start(orr_body_at(world->scenario, file), world->starts + file * world->scenario->stride,
                 pose);
  add_body(world, file, ORR_LAYER_STATIC, pose);
}

static void add_moving(orr_world *world, orr_role role) {
  const orr_scenario *scenario = world->scenario;
  orr_scene_layer layer = role == ORR_ROLE_ACTUATED ? ORR_LAYER_ACTOR : ORR_LAYER_BODY;
  for (size_t i = 0; i < scenario->body_count; i++) {
    if (scenario->state.bodies[i].role != role) continue;
    if (world->table->removed(world->engine, (int)i)) continue;
    size_t file = (size_t)scenario->parts->file_of[i];
    add_body(world, file, layer, world->state + i * scenario->stride);
  }
}

/* The solids of the goal's body, carried from where it is to where it shall be. */
static void add_goal_solids(orr_world *world, const orr_goal_parts *goal, size_t count) {
  const double *state = world->state + (size_t)goal->body * world->scenario->stride;
  const double *pose = goal->pose, from[3] = {state[0], state[1], state[ORR_BODY_STATE]};
  const double to[3] = {pose[0], pose[1], pose[ORR_BODY_STATE]};
  double turn[4];
  orr_quaternion_inverse(state + ORR_BODY_STATE + 1, turn);
  orr_quaternion_product(pose + ORR_BODY_STATE + 1, turn, turn);
  for (size_t i = 0; i < count; i++) {
    const orr_scene_shape *solid = &world->shapes[i];
    if (solid->body != goal->body) continue;
    orr_scene_shape *shape = &world->shapes[world->scene.shape_count++];
    *shape = *solid;
    shape->layer = ORR_LAYER_GOAL;
    shape->body = -1;
    shape->label = 0;
    shape->material = (orr_scene_material){0};
    memcpy(shape->colour, goal_colour, sizeof shape->colour);
    for (int k = 0; k < 3; k++) shape->position[k] -= from[k];
    orr_quaternion_turn(turn, shape->position, shape->position);
    for (int k = 0; k < 3; k++) shape->position[k] += to[k];
    orr_quaternion_product(turn, solid->rotation, shape->rotation);
  }
}

static void add_solids(orr_world *world) {
  const orr_parts *parts = world->scenario->parts;
  size_t count = world->table->solids(world->engine, world->shapes, world->solid_capacity);
  if (count > world->solid_capacity) count = world->solid_capacity;
  world->scene.shape_count = count;
  for (size_t i = 0; i < parts->goal_count; i++)
    if (parts->goals[i].body >= 0) add_goal_solids(world, &parts->goals[i], count);
}

static void add_outlines(orr_world *world) {
  const orr_parts *parts = world->scenario->parts;
  for (size_t i = 0; i < parts->goal_count; i++)
    if (parts->goals[i].file >= 0)
      add_body(world, (size_t)parts->goals[i].file, ORR_LAYER_GOAL, parts->goals[i].pose);
  for (size_t i = 0; i < parts->file_count; i++)
    if (parts->moving_of[i] < 0) add_static(world, i);
  add_moving(world, ORR_ROLE_FREE);
  add_moving(world, ORR_ROLE_ACTUATED);
}

const orr_scene *orr_world_scene(orr_world *world) {
  const orr_space_def *space = &world->scenario->world.space;
  orr_scene *scene = &world->scene;
  /* A model of its own lies about the origin as it likes: its solids say where. */
  if (!world->scenario->world.mjcf) memcpy(scene->size, space->size, sizeof scene->size);
  scene->y_down = space->y != 0;
  orr_world_light(world);
  scene->time = orr_world_time(world);
  scene->shapes = world->shapes;
  scene->contacts = world->contacts;
  scene->shape_count = scene->contact_count = 0;
  if (has_solids(world))
    add_solids(world);
  else
    add_outlines(world);
  if (world->core->begun && world->core->end != ORR_DIVERGED)
    scene->contact_count =
        world->table->contacts(world->engine, world->contacts, world->contact_capacity);
  return scene;
}
