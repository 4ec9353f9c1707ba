/* What a user sees of a 3D world: its solids where they are, and its goals where they shall be. */
#include "sim_test.h"

#include "base/maths.h"
#include "base/rotation.h"

#include <string.h>

/* The tool's second shape is half a metre ahead along its own x. */
static const char text[] =
    "world:\n"
    "  engine: mujoco\n"
    "  space: {dimensions: 3, size: [4, 4, 2]}\n"
    "  lights: [{name: lamp, kind: spot, position: [1, 2, 3], power: 2, colour: '#ff8000'}]\n"
    "  camera: {position: [0, -5, 2], target: [2, 2, 0]}\n"
    "  bodies:\n"
    "    - {name: ground, type: static, colour: white,\n"
    "       shapes: [{geometry: {plane: {size: [8, 6]}}}]}\n"
    "    - name: tool\n"
    "      mass: 1\n"
    "      colour: '#0a141e'\n"
    "      start: {position: [1, 1, 1.5], tilt: [0, 90deg]}\n"
    "      shapes:\n"
    "        - {geometry: {box: {size: [0.2, 0.4, 0.6]}}}\n"
    "        - {geometry: {capsule: {radius: 0.1, length: 0.3, offset: [0.5, 0, 0]}},\n"
    "           colour: '#c80000', mirror: 0.5}\n"
    "    - {name: ball, mass: 1, colour: '#0000c8', start: {position: [3, 3, 0.2]},\n"
    "       shapes: [{geometry: {sphere: {radius: 0.2}}}]}\n"
    "task:\n"
    "  goals: [{body: tool, position: [2, 3, 0.5], angle: 180deg}]\n";

static const orr_scene_shape *find(const orr_scene *scene, orr_scene_kind kind,
                                   orr_scene_layer layer) {
  for (size_t i = 0; i < scene->shape_count; i++)
    if (scene->shapes[i].kind == kind && scene->shapes[i].layer == layer) return &scene->shapes[i];
  fail_msg("no solid of kind %d in layer %d", (int)kind, (int)layer);
  return NULL;
}

static void is_at(const double *got, double x, double y, double z) {
  assert_float_equal(got[0], x, 1e-9);
  assert_float_equal(got[1], y, 1e-9);
  assert_float_equal(got[2], z, 1e-9);
}

static void solids_are_where_they_are(void **context) {
  (void)context;
  orr_world *world = begin_world(text);
  const orr_scene *scene = orr_world_scene(world);
  assert_int_equal(scene->dimensions, 3);
  assert_int_equal(scene->shape_count, 4 + 2); /* and the goal's */
  const orr_scene_shape *box = find(scene, ORR_SCENE_BOX, ORR_LAYER_BODY);
  assert_int_equal(box->body, 0);
  is_at(box->size, 0.1, 0.2, 0.3);
  is_at(box->position, 1, 1, 1.5);
  assert_memory_equal(box->colour, ((uint8_t[3]){10, 20, 30}), 3);
  const orr_scene_shape *rod = find(scene, ORR_SCENE_CAPSULE, ORR_LAYER_BODY);
  is_at(rod->position, 1, 1, 1.0); /* the tool's x axis points down */
  is_at(rod->size, 0.1, 0.15, rod->size[2]);
  assert_memory_equal(rod->colour, ((uint8_t[3]){200, 0, 0}), 3);
  assert_float_equal(rod->material.mirror, 0.5, 1e-12);
  const orr_scene_shape *ball = find(scene, ORR_SCENE_SPHERE, ORR_LAYER_BODY);
  assert_int_equal(ball->body, 1);
  assert_memory_equal(ball->colour, ((uint8_t[3]){0, 0, 200}), 3); /* its own, not a shape's */
  const orr_scene_shape *ground = find(scene, ORR_SCENE_PLANE, ORR_LAYER_STATIC);
  assert_int_equal(ground->body, -1);
  assert_float_equal(ground->size[0], 4, 1e-9);
  assert_float_equal(ground->size[1], 3, 1e-9);
  end_world(world);
}

/* The body lies on its side, the goal stands upright and looks back. */
static void goals_show_their_body(void **context) {
  (void)context;
  orr_world *world = begin_world(text);
  for (int step = 0; step < 2; step++) { /* and stays there while the body falls */
    const orr_scene *scene = orr_world_scene(world);
    const orr_scene_shape *box = find(scene, ORR_SCENE_BOX, ORR_LAYER_GOAL);
    const orr_scene_shape *rod = find(scene, ORR_SCENE_CAPSULE, ORR_LAYER_GOAL);
    const double ahead[3] = {1, 0, 0};
    double turned[3];
    assert_int_equal(box->body, -1);
    is_at(box->position, 2, 3, 0.5);
    is_at(rod->position, 1.5, 3, 0.5);
    orr_quaternion_turn(box->rotation, ahead, turned);
    is_at(turned, -1, 0, 0);
    orr_world_step(world, NULL);
  }
  end_world(world);
}

static void removed_bodies_are_not_shown(void **context) {
  (void)context;
  orr_world *world = begin_world(text);
  orr_intervention remove = {.kind = ORR_INTERVENE_REMOVE, .body = 1};
  assert_int_equal(orr_world_intervene(world, &remove, NULL), ORR_OK);
  const orr_scene *scene = orr_world_scene(world);
  assert_int_equal(scene->shape_count, 3 + 2);
  for (size_t i = 0; i < scene->shape_count; i++)
    assert_int_not_equal(scene->shapes[i].kind, ORR_SCENE_SPHERE);
  end_world(world);
}

static void lights_and_camera_are_the_files(void **context) {
  (void)context;
  orr_world *world = begin_world(text);
  const orr_scene *scene = orr_world_scene(world);
  assert_int_equal(scene->light_count, 1);
  assert_int_equal(scene->lights[0].kind, ORR_SCENE_LIGHT_SPOT);
  is_at(scene->lights[0].position, 1, 2, 3);
  is_at(scene->lights[0].direction, 0, 0, -1);
  assert_float_equal(scene->lights[0].power, 2, 1e-12);
  assert_memory_equal(scene->lights[0].colour, ((uint8_t[3]){255, 128, 0}), 3);
  assert_non_null(scene->camera);
  is_at(scene->camera->position, 0, -5, 2);
  is_at(scene->camera->target, 2, 2, 0);
  is_at(scene->camera->up, 0, 0, 1);
  assert_float_equal(scene->camera->field_of_view, ORR_PI / 4, 1e-12);
  end_world(world);
}

int run_scene_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(solids_are_where_they_are),
      cmocka_unit_test(goals_show_their_body),
      cmocka_unit_test(removed_bodies_are_not_shown),
      cmocka_unit_test(lights_and_camera_are_the_files),
  };
  return cmocka_run_group_tests_name("scene", tests, NULL, NULL);
}
