/* The scene: goals, static bodies, moving bodies, actors, from the state and the scenario. */
#include "base/memory.h"
#include "sim/world_private.h"

#include <math.h>
#include <string.h>

static const uint8_t goal_colour[3] = {0x90, 0xee, 0x90}; /* lightgreen, as in gym-pusht */

orr_status orr_world_scene_create(orr_world *world, orr_error *err) {
  const orr_parts *parts = world->scenario->parts;
  size_t most = parts->outline_count;
  for (size_t i = 0; i < parts->goal_count; i++) most += parts->goals[i].count;
  if (world->base->factors.count) /* a goal's body may vary */
    most = parts->outline_count * (1 + parts->goal_count);
  world->contact_capacity = 64 + 8 * parts->outline_count;
  ORR_TRY(orr_new(&world->shapes, most, sizeof *world->shapes, err));
  return orr_new(&world->contacts, world->contact_capacity, sizeof *world->contacts, err);
}

static void add_body(orr_world *world, size_t file, orr_scene_layer layer, const double *pose,
                     const uint8_t colour[3]) {
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
        .position = {pose[0], pose[1], 0.0},
        .rotation = {cos(0.5 * pose[2]), 0.0, 0.0, sin(0.5 * pose[2])},
        .angle = pose[2],
        .radius = outline->radius,
        .vertices = (const double(*)[2])outline->vertices,
        .vertex_count = outline->count,
    };
    memcpy(shape->colour, colour, sizeof shape->colour);
  }
}

static void add_static(orr_world *world, size_t file) {
  const orr_body_def *def = orr_body_at(world->scenario, file);
  const double *start = world->starts + file * world->scenario->stride,
               *centre = def->centre_of_mass;
  double pose[3] = {start[0], start[1], start[2]};
  if (def->start.order != 0) { /* turned about the centre of mass */
    double c = cos(pose[2]), s = sin(pose[2]);
    pose[0] += centre[0] - (c * centre[0] - s * centre[1]);
    pose[1] += centre[1] - (s * centre[0] + c * centre[1]);
  }
  add_body(world, file, ORR_LAYER_STATIC, pose, world->scenario->parts->colours[file]);
}

static void add_moving(orr_world *world, orr_role role) {
  const orr_scenario *scenario = world->scenario;
  orr_scene_layer layer = role == ORR_ROLE_ACTUATED ? ORR_LAYER_ACTOR : ORR_LAYER_BODY;
  for (size_t i = 0; i < scenario->body_count; i++) {
    if (scenario->state.bodies[i].role != role) continue;
    if (world->table->removed(world->engine, (int)i)) continue;
    size_t file = (size_t)scenario->parts->file_of[i];
    add_body(world, file, layer, world->state + i * scenario->stride,
             scenario->parts->colours[file]);
  }
}

const orr_scene *orr_world_scene(orr_world *world) {
  const orr_parts *parts = world->scenario->parts;
  orr_scene *scene = &world->scene;
  scene->size[0] = world->scenario->world.space.size[0];
  scene->size[1] = world->scenario->world.space.size[1];
  scene->y_down = world->scenario->world.space.y != 0;
  scene->time = orr_world_time(world);
  scene->shapes = world->shapes;
  scene->contacts = world->contacts;
  scene->shape_count = scene->contact_count = 0;
  for (size_t i = 0; i < parts->goal_count; i++)
    add_body(world, (size_t)parts->goals[i].file, ORR_LAYER_GOAL, parts->goals[i].pose,
             goal_colour);
  for (size_t i = 0; i < parts->file_count; i++)
    if (parts->moving_of[i] < 0) add_static(world, i);
  add_moving(world, ORR_ROLE_FREE);
  add_moving(world, ORR_ROLE_ACTUATED);
  if (world->core->begun && world->core->end != ORR_DIVERGED)
    scene->contact_count =
        world->table->contacts(world->engine, world->contacts, world->contact_capacity);
  return scene;
}
