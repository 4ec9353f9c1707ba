/* Mistakes in forces, sensors, lights and the camera. */
#include "sim/scenario_check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_zero(const double v[3]) { return v[0] == 0.0 && v[1] == 0.0 && v[2] == 0.0; }

/* A vector of the world: finite, and in 2D without a third number. */
static void check_vector(const orr_checker *c, const char *owner, const char *key,
                         const double v[3]) {
  orr_check_finite(c, owner, key, v, 3);
  if (orr_check_flat(c) && v[2] != 0.0)
    orr_check_complain_key(c, owner, key, "set space.dimensions to 3", "a 2D world has two axes");
}

static void check_direction(const orr_checker *c, const char *owner, const char *key,
                            const double v[3]) {
  check_vector(c, owner, key, v);
  if (is_zero(v))
    orr_check_complain_key(c, owner, key, "write a vector that points somewhere, of any length",
                           "a direction cannot be zero");
}

static void check_name(const orr_checker *c, const char *owner, const char *name) {
  if (strlen(name) == 0 || strlen(name) > 32)
    orr_check_complain_key(c, owner, "name", NULL, "a name has 1 to 32 characters");
}

static void check_region(const orr_checker *c, const char *owner, const orr_union *region) {
  if (region->tag == ORR_REGION_BALL) {
    check_vector(c, owner, "region.ball.centre", ((const orr_region_ball *)region->value)->centre);
    return;
  }
  if (region->tag != ORR_REGION_BOX) return;
  const orr_region_box *box = region->value;
  check_vector(c, owner, "region.box.low", box->low);
  check_vector(c, owner, "region.box.high", box->high);
  for (int64_t i = 0; i < c->scenario->world.space.dimensions; i++) {
    if (box->low[i] < box->high[i]) continue;
    orr_check_complain_key(c, owner, "region.box", "low: the least corner; high: the largest",
                           "nothing is inside: low must be below high along every axis");
    return;
  }
}

static const char *closest_body(const orr_checker *c, const char *name) {
  const char *names[ORR_MOST_BODIES];
  size_t count = c->scenario->world.bodies.count;
  for (size_t i = 0; i < count; i++) names[i] = orr_body_at(c->scenario, i)->name;
  return orr_closest(name, names, count);
}

static void check_pushed(const orr_checker *c, const char *owner, const orr_list *bodies) {
  const char *const *names = bodies->items;
  for (size_t i = 0; i < bodies->count; i++) {
    char path[96], message[128], hint[96] = "";
    snprintf(path, sizeof path, "%s.bodies[%zu]", owner, i);
    const orr_body_def *body = orr_check_find_body(c, names[i]);
    const char *closest = body ? NULL : closest_body(c, names[i]);
    snprintf(message, sizeof message, "there is no body \"%.40s\"", names[i]);
    if (closest) snprintf(hint, sizeof hint, "did you mean \"%.40s\"?", closest);
    if (!body)
      orr_check_complain(c, path, hint[0] ? hint : NULL, message);
    else if (body->type != ORR_BODY_DYNAMIC && !c->scenario->world.mjcf)
      orr_check_complain(c, path, "set `type: dynamic` for the body",
                         "forces move dynamic bodies alone");
  }
}

static void check_force(const orr_checker *c, size_t index) {
  const orr_force_def *def = orr_force_at(c->scenario, index);
  char path[64];
  snprintf(path, sizeof path, "world.forces[%zu]", index);
  check_region(c, path, &def->region);
  check_pushed(c, path, &def->bodies);
  switch ((orr_force_kind)def->force.tag) {
  case ORR_FORCE_GRAVITY:
    check_vector(c, path, "force.gravity.acceleration",
                 ((const orr_gravity_force *)def->force.value)->acceleration);
    break;
  case ORR_FORCE_WIND:
    check_vector(c, path, "force.wind.velocity",
                 ((const orr_wind_force *)def->force.value)->velocity);
    break;
  case ORR_FORCE_ATTRACTION:
    check_vector(c, path, "force.attraction.point",
                 ((const orr_attraction_force *)def->force.value)->point);
    break;
  case ORR_FORCE_DRAG: break;
  }
}

static void check_touch(const orr_checker *c, const char *path, const orr_touch_sensor *touch) {
  const orr_body_def *body = orr_check_find_body(c, touch->body);
  const orr_body_def *other = touch->other ? orr_check_find_body(c, touch->other) : NULL;
  if (!body || !other || c->scenario->world.mjcf) return;
  if (body == other)
    orr_check_complain(c, path, "leave `other` out to feel anything",
                       "a body does not touch itself");
  else if (body->type != ORR_BODY_DYNAMIC && other->type != ORR_BODY_DYNAMIC)
    orr_check_complain(c, path, "at least one of the two must be dynamic",
                       "the two bodies pass through each other");
}

static void check_sensor(const orr_checker *c, size_t index) {
  const orr_sensor_def *def = orr_sensor_at(c->scenario, index);
  char path[64];
  snprintf(path, sizeof path, "world.sensors[%zu]", index);
  check_name(c, path, def->name);
  if (def->reads.tag != ORR_SENSOR_RAY) {
    check_touch(c, path, def->reads.value);
    return;
  }
  const orr_ray_sensor *ray = def->reads.value;
  check_vector(c, path, "reads.ray.from", ray->from);
  check_direction(c, path, "reads.ray.direction", ray->direction);
}

static void check_light(const orr_checker *c, size_t index) {
  const orr_light_def *light = (const orr_light_def *)c->scenario->world.lights.items + index;
  char path[64];
  snprintf(path, sizeof path, "world.lights[%zu]", index);
  orr_check_colour(c, path, light->colour);
  orr_check_finite(c, path, "position", light->position, 3);
  orr_check_finite(c, path, "direction", light->direction, 3);
  if (light->kind != ORR_LIGHT_POINT && is_zero(light->direction))
    orr_check_complain_key(c, path, "direction", "write where it shines to, such as [0, 0, -1]",
                           "a direction cannot be zero");
}

/* The view must have a direction, and `up` must not lie along it. */
static void check_camera(const orr_checker *c, const orr_camera_def *camera) {
  int kinds = (camera->body != NULL) + (camera->follow != NULL) + (camera->model != NULL);
  if (kinds > 1)
    orr_check_complain(c, "world.camera", "write one of body, follow and model",
                       "a camera is carried by one thing");
  if (camera->model) {
    if (!c->scenario->world.mjcf)
      orr_check_complain_key(c, "world.camera", "model", "write position and target",
                             "only an MJCF file has cameras of its own");
    return;
  }
  orr_check_finite(c, "world.camera", "position", camera->position, 3);
  orr_check_finite(c, "world.camera", "target", camera->target, 3);
  orr_check_finite(c, "world.camera", "up", camera->up, 3);
  double view[3], cross[3];
  const double *up = camera->up;
  for (size_t i = 0; i < 3; i++) view[i] = camera->target[i] - camera->position[i];
  for (size_t i = 0; i < 3; i++)
    cross[i] = view[(i + 1) % 3] * up[(i + 2) % 3] - view[(i + 2) % 3] * up[(i + 1) % 3];
  double across = sqrt(cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2]);
  double along = fabs(view[0] * up[0] + view[1] * up[1] + view[2] * up[2]);
  if (is_zero(view))
    orr_check_complain(c, "world.camera.target",
                       "position: where it is; target: a point in the middle of the picture",
                       "the camera looks at the place where it stands");
  else if (!(across > 1e-9 * along))
    orr_check_complain(c, "world.camera.up", "up: [0, 1, 0] for a view from above",
                       "up lies along the view, or is zero");
}

void orr_check_surroundings(const orr_checker *c) {
  const orr_world_def *world = &c->scenario->world;
  for (size_t i = 0; i < world->forces.count; i++) check_force(c, i);
  for (size_t i = 0; i < world->sensors.count; i++) check_sensor(c, i);
  for (size_t i = 0; i < world->lights.count; i++) check_light(c, i);
  if (world->camera) check_camera(c, world->camera);
  if (!world->sky) return;
  orr_check_colour_key(c, "world.sky", "horizon", world->sky->horizon);
  orr_check_colour_key(c, "world.sky", "zenith", world->sky->zenith);
}
