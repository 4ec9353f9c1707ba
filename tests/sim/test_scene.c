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

static void solids_are_where_they_are(void **context) {
  (void)context;
  orr_world *world = begin_world(text);
  const orr_scene *scene = orr_world_scene(world);
  assert_int_equal(scene->dimensions, 3);
  assert_int_equal(scene->shape_count, 4 + 2); /* and the goal's */
  const orr_scene_shape *box = find_shape(scene, ORR_SCENE_BOX, ORR_LAYER_BODY);
  assert_int_equal(box->body, 0);
  is_at(box->size, 0.1, 0.2, 0.3);
  is_at(box->position, 1, 1, 1.5);
  assert_memory_equal(box->colour, ((uint8_t[3]){10, 20, 30}), 3);
  const orr_scene_shape *rod = find_shape(scene, ORR_SCENE_CAPSULE, ORR_LAYER_BODY);
  is_at(rod->position, 1, 1, 1.0); /* the tool's x axis points down */
  is_at(rod->size, 0.1, 0.15, rod->size[2]);
  assert_memory_equal(rod->colour, ((uint8_t[3]){200, 0, 0}), 3);
  assert_float_equal(rod->material.mirror, 0.5, 1e-12);
  const orr_scene_shape *ball = find_shape(scene, ORR_SCENE_SPHERE, ORR_LAYER_BODY);
  assert_int_equal(ball->body, 1);
  assert_memory_equal(ball->colour, ((uint8_t[3]){0, 0, 200}), 3); /* its own, not a shape's */
  const orr_scene_shape *ground = find_shape(scene, ORR_SCENE_PLANE, ORR_LAYER_STATIC);
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
    const orr_scene_shape *box = find_shape(scene, ORR_SCENE_BOX, ORR_LAYER_GOAL);
    const orr_scene_shape *rod = find_shape(scene, ORR_SCENE_CAPSULE, ORR_LAYER_GOAL);
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

/* --- materials -------------------------------------------------------------------------------- */

static const char flat_head[] =
    "world:\n"
    "  space: {size: [4, 4]}\n"
    "  bodies:\n"
    "    - {name: wall, type: static, start: {position: [1, 0], angle: 90deg},\n"
    "       shapes: [{geometry: {box: {size: [1, 1]}}}]}\n"
    "    - name: tool\n"
    "      mass: 1\n"
    "      start: {position: [2, 1], angle: 90deg, velocity: [1, 0], omega: 1}\n"
    "      shapes:\n";
static const char solid_head[] =
    "world:\n"
    "  engine: mujoco\n"
    "  space: {dimensions: 3, size: [4, 4, 4]}\n"
    "  bodies:\n"
    "    - {name: ground, type: static, start: {position: [1, 0, 0], angle: 90deg},\n"
    "       shapes: [{geometry: {plane: {size: [8, 6]}}}]}\n"
    "    - name: tool\n"
    "      mass: 1\n"
    "      start: {position: [2, 1, 1], tilt: [90deg, 0], velocity: [1, 0, 0]}\n"
    "      shapes:\n";
static const char painted[] =
    "        - {geometry: {box: {size: [0.5, 0.5%s]}}, mirror: 0.25, glass: 0.5, index: 2.4,\n"
    "           gloss: 0.75, pattern: {checker: {colour: '#102030', tile: 0.1}}%s}\n"
    "        - {geometry: {box: {size: [0.5, 0.5%s]}}, pattern: {image: {file: paint.png,\n"
    "           tile: 2}}}\n"
    "        - {geometry: {box: {size: [0.5, 0.5%s]}}, pattern: {image: {file: paint.png}}}\n"
    "        - {geometry: {box: {size: [0.5, 0.5%s]}}, pattern: {plain: {}}}\n"
    "task:\n"
    "  goals: [{body: tool, position: [3, 3]}]\n";
/* The tool's shapes in the order of the file. */
static void check_painted(const orr_scene *scene, bool flat) {
  const orr_scene_shape *tool[4];
  size_t found = 0, goals = 0;
  for (size_t i = 0; i < scene->shape_count; i++) {
    const orr_scene_shape *shape = &scene->shapes[i];
    if (shape->layer == ORR_LAYER_BODY && found < 4) tool[found++] = shape;
    if (shape->layer != ORR_LAYER_GOAL) continue;
    goals++;
    assert_int_equal(shape->label, 0);
    assert_int_equal(shape->material.pattern, ORR_PATTERN_AUTO);
    assert_true(shape->material.glass == 0.0 && shape->material.mirror == 0.0);
  }
  assert_int_equal(found, 4);
  assert_int_equal(goals, 4);
  for (size_t i = 0; i < 4; i++) assert_int_equal(tool[i]->label, 2);
  const orr_scene_material *first = &tool[0]->material;
  assert_true(first->mirror == 0.25 && first->glass == 0.5 && first->index == 2.4);
  assert_true(first->gloss == 0.75 && first->tile == 0.1);
  assert_int_equal(first->pattern, ORR_PATTERN_CHECKER);
  assert_memory_equal(first->second, ((uint8_t[3]){16, 32, 48}), 3);
  assert_true(tool[0]->height == (flat ? 0.3 : 0.0));
  const orr_scene_texture *texture = tool[1]->material.texture;
  assert_int_equal(tool[1]->material.pattern, ORR_PATTERN_IMAGE);
  assert_true(tool[1]->material.tile == 2.0 && tool[1]->material.index == 1.5);
  assert_non_null(texture);
  assert_int_equal(texture->width, 2);
  assert_int_equal(texture->height, 2);
  assert_memory_equal(texture->pixels, paint_pixels, sizeof paint_pixels);
  assert_ptr_equal(tool[2]->material.texture, texture); /* read once */
  assert_int_equal(tool[3]->material.pattern, ORR_PATTERN_PLAIN);
  assert_int_equal(
      find_shape(scene, flat ? ORR_SCENE_POLYGON : ORR_SCENE_PLANE, ORR_LAYER_STATIC)->label, 1);
}

static void materials_reach_the_scene(void **context) {
  (void)context;
  char body[1200], file[2400];
  write_paint(2, 2);
  for (int flat = 0; flat < 2; flat++) {
    const char *z = flat ? "" : ", 0.5";
    snprintf(body, sizeof body, painted, z, flat ? ", height: 0.3" : "", z, z, z);
    snprintf(file, sizeof file, "%s%s", flat ? flat_head : solid_head, body);
    orr_world *world = begin_world(file);
    check_painted(orr_world_scene(world), flat);
    end_world(world);
  }
}

static void bad_images_are_refused(void **context) {
  (void)context;
  static const char shape[] =
      "        - {geometry: {box: {size: [1, 1]}}, pattern: {image: {file: paint.png}}}\n";
  remove("paint.png");
  refused(flat_head, shape, "there is no file paint.png", "beside the scenario");
  FILE *file = fopen("paint.png", "w");
  fputs("GIF89a", file);
  fclose(file);
  refused(flat_head, shape, "it is not a PNG picture", "an image is a PNG file");
  write_paint(4097, 2);
  refused(flat_head, shape, "this image is 4097 x 2 pixels; the most is 4096", "make it smaller");
  write_paint(4096, 2);
  char good[2400];
  snprintf(good, sizeof good, "%s%s", flat_head, shape);
  orr_error err;
  orr_scenario *scenario = parse_scenario(good, &err);
  assert_non_null(scenario);
  orr_scenario_destroy(scenario);
}

/* Another picture is another world: pictures may be observed. */
static void images_belong_to_the_identity(void **context) {
  (void)context;
  static const char shape[] =
      "        - {geometry: {box: {size: [1, 1]}}, pattern: {image: {file: paint.png}}}\n";
  char file[2400];
  orr_hash hashes[3];
  orr_error err;
  snprintf(file, sizeof file, "%s%s", flat_head, shape);
  for (int i = 0; i < 3; i++) {
    write_paint(i == 2 ? 4 : 2, 2);
    orr_scenario *scenario = parse_scenario(file, &err);
    assert_non_null(scenario);
    hashes[i] = scenario->identity;
    orr_scenario_destroy(scenario);
  }
  assert_true(orr_hash_equal(hashes[0], hashes[1]));
  assert_false(orr_hash_equal(hashes[0], hashes[2]));
}

/* --- lamps and cameras ------------------------------------------------------------------------ */

static const char lit_box[] = "        - {geometry: {box: {size: [0.5, 0.5%s]}}}\n"
                              "  sky: {ambient: 0.1, horizon: '#010203', zenith: mistyrose}\n"
                              "  lights:\n"
                              "    - {name: fixed, kind: sun, direction: [0, 1%s], reach: 0}\n"
                              "    - {name: torch, kind: spot, body: tool, position: [0, 1],\n"
                              "       direction: [1, 0], reach: 3, radius: 0.1}\n"
                              "    - {name: street, body: %s, position: [1, 0, 2]}\n";

static orr_world *lit_world(bool flat, const char *more) {
  char body[1200], file[2400];
  snprintf(body, sizeof body, lit_box, flat ? "" : ", 0.5", flat ? "" : ", -1",
           flat ? "wall" : "ground");
  snprintf(file, sizeof file, "%s%s%s", flat ? flat_head : solid_head, body, more);
  return begin_world(file);
}

/* The direction of the tool's own axis 0 or 1, from its state. */
static void axis_of_tool(const orr_world *world, bool flat, int axis, double out[3]) {
  const double own[3] = {axis == 0, axis == 1, 0};
  double angle = number_of(world, "tool.angle");
  double turn[4] = {cos(0.5 * angle), 0, 0, sin(0.5 * angle)};
  static const char *const names[] = {"tool.qw", "tool.qx", "tool.qy", "tool.qz"};
  for (int k = 0; k < 4 && !flat; k++) turn[k] = number_of(world, names[k]);
  orr_quaternion_turn(turn, own, out);
}

static void lamps_are_carried(void **context) {
  (void)context;
  for (int flat = 0; flat < 2; flat++) {
    orr_world *world = lit_world(flat, "");
    const orr_scene *scene = orr_world_scene(world);
    assert_int_equal(scene->light_count, 3);
    assert_non_null(scene->sky);
    assert_true(scene->sky->ambient == 0.1);
    assert_memory_equal(scene->sky->horizon, ((uint8_t[3]){1, 2, 3}), 3);
    assert_memory_equal(scene->sky->zenith, ((uint8_t[3]){255, 228, 225}), 3);
    assert_true(scene->lights[1].reach == 3.0 && scene->lights[1].radius == 0.1);
    is_at(scene->lights[2].position, 1, 1, 2); /* 1 ahead of what looks along y */
    if (flat) {
      is_at(scene->lights[1].position, 1, 1, 0); /* the tool looks along y, too */
      is_at(scene->lights[1].direction, 0, 1, 0);
    } else {
      is_at(scene->lights[1].position, 2, 1, 2); /* its y points up */
      is_at(scene->lights[1].direction, 1, 0, 0);
    }
    for (int step = 0; step < 5; step++) {
      double ahead[3], aside[3], x;
      orr_world_step(world, NULL);
      scene = orr_world_scene(world);
      axis_of_tool(world, flat, 0, ahead);
      axis_of_tool(world, flat, 1, aside);
      is_at(scene->lights[1].direction, ahead[0], ahead[1], ahead[2]);
      x = number_of(world, "tool.x");
      assert_float_equal(scene->lights[1].position[0], x + aside[0], 1e-9);
      is_at(scene->lights[2].position, 1, 1, 2);
      is_at(scene->lights[0].direction, 0, 1, flat ? 0 : -1);
    }
    assert_true(number_of(world, "tool.x") > 2.2);
    orr_intervention gone = {.kind = ORR_INTERVENE_REMOVE, .body = 0};
    assert_int_equal(orr_world_intervene(world, &gone, NULL), ORR_OK);
    scene = orr_world_scene(world); /* its torch is out, and still no scene without lamps */
    assert_int_equal(scene->light_count, 3);
    assert_true(scene->lights[1].power == 0.0 && scene->lights[2].power > 0.0);
    end_world(world);
  }
}

static void cameras_are_carried(void **context) {
  (void)context;
  orr_world *world =
      lit_world(false, "  camera: {body: tool, position: [0, 1, 0], target: [2, 1, 0]}\n");
  const orr_scene *scene = orr_world_scene(world);
  is_at(scene->camera->position, 2, 1, 2);
  is_at(scene->camera->target, 4, 1, 2);
  is_at(scene->camera->up, 0, -1, 0);
  end_world(world);
  world = lit_world(true, "  camera: {follow: tool, position: [0, -3, 2]}\n");
  for (int step = 0; step < 3; step++) { /* it turns, the view does not */
    double x = number_of(world, "tool.x"), y = number_of(world, "tool.y");
    scene = orr_world_scene(world);
    is_at(scene->camera->position, x, y - 3, 2);
    is_at(scene->camera->target, x, y, 0);
    is_at(scene->camera->up, 0, 0, 1);
    orr_world_step(world, NULL);
  }
  orr_intervention gone = {.kind = ORR_INTERVENE_REMOVE, .body = 0};
  assert_int_equal(orr_world_intervene(world, &gone, NULL), ORR_OK);
  assert_null(orr_world_scene(world)->camera);
  end_world(world);
}

static void mistakes_of_light_are_told(void **context) {
  (void)context;
  static const char box[] = "        - {geometry: {box: {size: [1, 1]}}%s}\n%s";
  static const struct {
    const char *shape, *world, *message, *hint;
  } cases[] = {
      {", mirror: 0.5, glass: 0.6", "", "together are more than 1", "clear glass"},
      {", glass: 1.1", "", "1", ""},
      {", index: 0.5", "", "1", ""},
      {", pattern: {checker: {colour: tomatoe}}", "", "checker.colour", "tomato"},
      {", pattern: {checkers: {}}", "", "checkers", "checker"},
      {"", "  lights: [{name: a, body: tol}]\n", "tol", "tool"},
      {"", "  lights: [{name: a, reach: -1}]\n", "reach", ""},
      {"", "  camera: {body: tol, position: [1, 1, 1]}\n", "tol", "tool"},
      {"", "  camera: {body: tool, follow: tool, position: [1, 1, 1]}\n", "one thing", "one of"},
      {"", "  camera: {model: eye}\n", "MJCF", "position and target"},
      {"", "  camera: {follow: tool}\n", "where it stands", "position: where it is"},
      {"", "  sky: {horizon: tomatoe}\n", "world.sky.horizon", "tomato"},
      {"", "  sky: {ambient: -1}\n", "ambient", ""},
  };
  char tail[600];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    snprintf(tail, sizeof tail, box, cases[i].shape, cases[i].world);
    refused(flat_head, tail, cases[i].message, cases[i].hint);
  }
  refused(solid_head, "        - {geometry: {box: {size: [1, 1, 1]}}, height: 1}\n",
          "heights are for 2D", "geometry");
}

/* A lamp's numbers and colour are drawn for each episode; the state has them. */
static void lamps_vary(void **context) {
  (void)context;
  orr_world *world = lit_world(
      true, "vary:\n"
            "  - {name: power, path: world.lights.torch.power, value: {uniform: [1, 2]}}\n"
            "  - {name: ahead, path: 'world.lights.torch.position[0]', value: {uniform: [0, 1]}}\n"
            "  - {name: tint, path: world.lights.torch.colour, choice: [red, blue]}\n");
  double seen[2] = {0, 0};
  bool tints[2] = {false, false};
  for (uint32_t episode = 0; episode < 12; episode++) {
    assert_int_equal(orr_world_reset(world, 1, episode, NULL), ORR_OK);
    const orr_scene_light *torch = &orr_world_scene(world)->lights[1];
    double power = number_of(world, "vary.power"), ahead = number_of(world, "vary.ahead");
    int tint = (int)number_of(world, "vary.tint");
    assert_true(torch->power == power && power >= 1 && power <= 2 && power != seen[0]);
    is_at(torch->position, 1, 1 + ahead, 0);
    assert_true(ahead != seen[1]);
    assert_memory_equal(torch->colour, tint ? ((uint8_t[3]){0, 0, 255}) : ((uint8_t[3]){255, 0, 0}),
                        3);
    tints[tint] = true;
    seen[0] = power, seen[1] = ahead;
  }
  assert_true(tints[0] && tints[1]);
  end_world(world);
}

int run_scene_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(solids_are_where_they_are),
      cmocka_unit_test(goals_show_their_body),
      cmocka_unit_test(removed_bodies_are_not_shown),
      cmocka_unit_test(lights_and_camera_are_the_files),
      cmocka_unit_test(materials_reach_the_scene),
      cmocka_unit_test(bad_images_are_refused),
      cmocka_unit_test(images_belong_to_the_identity),
      cmocka_unit_test(lamps_are_carried),
      cmocka_unit_test(cameras_are_carried),
      cmocka_unit_test(mistakes_of_light_are_told),
      cmocka_unit_test(lamps_vary),
  };
  return cmocka_run_group_tests_name("scene", tests, NULL, NULL);
}
