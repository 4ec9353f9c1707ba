/* What lights a scene and from where it is seen: the scenario's lamps, sky and camera, carried by
 * their bodies, or those of a model of its own. */
#include "base/memory.h"
#include "base/rotation.h"
#include "sim/colour.h"
#include "sim/scenario_parts.h"
#include "sim/world_private.h"

#include <math.h>
#include <string.h>

orr_status orr_world_light_create(orr_world *world, orr_error *err) {
  ORR_TRY(orr_new(&world->lights, ORR_MOST_LIGHTS, sizeof *world->lights, err));
  world->scene.lights = world->lights;
  return ORR_OK;
}

static void flat_place(const orr_world *world, size_t file, double position[3], double turn[4]) {
  const orr_scenario *scenario = world->scenario;
  int moving = scenario->parts->moving_of[file];
  double pose[3];
  if (moving >= 0)
    memcpy(pose, world->state + (size_t)moving * scenario->stride, sizeof pose);
  else
    orr_flat_start(orr_body_at(scenario, file), world->starts + file * scenario->stride, pose);
  position[0] = pose[0], position[1] = pose[1], position[2] = 0.0;
  turn[0] = cos(0.5 * pose[2]), turn[1] = turn[2] = 0.0, turn[3] = sin(0.5 * pose[2]);
}

/* Where a body of the file is; false: it was removed. */
static bool place_of(const orr_world *world, int file, double position[3], double turn[4]) {
  int moving = world->scenario->parts->moving_of[file];
  if (moving >= 0 && world->table->removed(world->engine, moving)) return false;
  if (world->scene.dimensions == 3)
    world->table->place(world->engine, (size_t)file, position, turn);
  else
    flat_place(world, (size_t)file, position, turn);
  return true;
}

static void add(double *point, const double *offset) {
  for (int k = 0; k < 3; k++) point[k] += offset[k];
}

/* Without power when what carries it is gone: a world whose only lamp was taken away is dark. */
static void fill_light(const orr_world *world, size_t index, orr_scene_light *out) {
  _Static_assert((int)ORR_SCENE_LIGHT_AREA == (int)ORR_LIGHT_AREA, "one order of lights");
  const orr_light_def *def = (const orr_light_def *)world->scenario->world.lights.items + index;
  *out = (orr_scene_light){.kind = (orr_scene_light_kind)def->kind,
                           .angle = def->angle,
                           .radius = def->radius,
                           .power = def->power,
                           .reach = def->reach};
  memcpy(out->position, def->position, sizeof out->position);
  memcpy(out->direction, def->direction, sizeof out->direction);
  orr_colour_parse(def->colour, out->colour);
  int carrier = world->scenario->parts->light_carriers[index];
  if (carrier < 0) return;
  double place[3], turn[4];
  if (!place_of(world, carrier, place, turn)) {
    out->power = 0.0;
    return;
  }
  orr_quaternion_turn(turn, out->position, out->position);
  orr_quaternion_turn(turn, out->direction, out->direction);
  add(out->position, place);
}

static void fill_lights(orr_world *world) {
  const orr_scenario *scenario = world->scenario;
  size_t count = scenario->world.lights.count;
  for (size_t i = 0; i < count; i++) fill_light(world, i, &world->lights[i]);
  if (scenario->world.mjcf && count == 0)
    count = world->table->lights(world->engine, world->lights, ORR_MOST_LIGHTS);
  world->scene.light_count = count;
}

static bool fill_sky(orr_world *world) {
  const orr_world_def *def = &world->scenario->world;
  if (!def->sky)
    return def->mjcf && def->lights.count == 0 && world->table->sky(world->engine, &world->sky);
  world->sky.ambient = def->sky->ambient;
  orr_colour_parse(def->sky->horizon, world->sky.horizon);
  orr_colour_parse(def->sky->zenith, world->sky.zenith);
  return true;
}

/* False: its body is gone, or numbers broke; then the picture chooses. */
static bool carry_camera(orr_world *world, bool turns) {
  orr_scene_camera *camera = &world->camera;
  double place[3], turn[4], sum = 0.0;
  if (!place_of(world, world->scenario->parts->camera_carrier, place, turn)) return false;
  if (turns) {
    orr_quaternion_turn(turn, camera->position, camera->position);
    orr_quaternion_turn(turn, camera->target, camera->target);
    orr_quaternion_turn(turn, camera->up, camera->up);
  }
  add(camera->position, place);
  add(camera->target, place);
  for (int k = 0; k < 3; k++) sum += camera->position[k] + camera->target[k] + camera->up[k];
  return isfinite(sum);
}

static bool fill_camera(orr_world *world) {
  const orr_world_def *all = &world->scenario->world;
  const orr_camera_def *def = all->camera;
  if (all->mjcf && (!def || def->model))
    return world->table->camera(world->engine, def ? def->model : NULL, &world->camera);
  if (!def) return false;
  memcpy(world->camera.position, def->position, sizeof world->camera.position);
  memcpy(world->camera.target, def->target, sizeof world->camera.target);
  memcpy(world->camera.up, def->up, sizeof world->camera.up);
  world->camera.field_of_view = def->field_of_view;
  return world->scenario->parts->camera_carrier < 0 || carry_camera(world, def->body != NULL);
}

void orr_world_light(orr_world *world) {
  fill_lights(world);
  world->scene.sky = fill_sky(world) ? &world->sky : NULL;
  world->scene.camera = fill_camera(world) ? &world->camera : NULL;
}
