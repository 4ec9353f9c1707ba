/* Sensors, rays, and what passes through what. */
#include "sim_test.h"

#include <math.h>
#include <stdio.h>

static const char box_text[] =
    "world:\n"
    "  space: {size: [10, 10]}\n  gravity: [0, -10]\n  dt: 0.005\n  slop: 0.001\n  sleep_time: %s\n"
    "  bodies:\n"
    "    - {name: floor, type: static, shapes: [{geometry: {box: {size: [20, 2], offset: [5, "
    "-1]}}, elasticity: %s}]}\n"
    "    - {name: box, mass: 2, start: {position: [3, %s]}, shapes: [{geometry: {box: {size: [1, "
    "1]}}, elasticity: 1}]}\n"
    "    - {name: other, mass: 1, start: {position: [8, 0.5]}, shapes: [{geometry: {box: {size: "
    "[1, 1]}}}]}\n"
    "  sensors:\n"
    "    - {name: on, reads: {contact: {body: box, other: floor}}}\n"
    "    - {name: load, reads: {impulse: {body: box, other: floor}}}\n"
    "    - {name: ground, reads: {impulse: {body: floor}}}\n"
    "    - {name: beside, reads: {contact: {body: box, other: other}}}\n"
    "    - {name: any, reads: {contact: {body: box}}}\n";

static orr_world *make_box(const char *sleep, const char *elasticity, const char *height) {
  char text[2048];
  snprintf(text, sizeof text, box_text, sleep, elasticity, height);
  return begin_world(text);
}

/* m g times the 0.05 s of a control step, awake or asleep. */
static void a_resting_box_weighs_on_the_floor(void **context) {
  (void)context;
  static const char *const sleeps[] = {"inf", "0.3"};
  for (size_t i = 0; i < 2; i++) {
    orr_world *world = make_box(sleeps[i], "0", "0.5");
    for (int step = 0; step < 100; step++) orr_world_step(world, NULL);
    assert_float_equal(number_of(world, "load.value"), 2.0 * 10.0 * 0.05, 1e-6);
    assert_float_equal(number_of(world, "ground.value"), 3.0 * 10.0 * 0.05, 1e-6);
    assert_float_equal(number_of(world, "on.value"), 1.0, 0.0);
    assert_float_equal(number_of(world, "any.value"), 1.0, 0.0);
    assert_float_equal(number_of(world, "beside.value"), 0.0, 0.0);
    end_world(world);
  }
}

/* The sensor sees a contact that was over before the step ended, and its impulse: 2 m v, and what
 * the weight adds meanwhile. */
static void a_bounce_is_felt(void **context) {
  (void)context;
  orr_world *world = make_box("inf", "1", "1.7");
  double before = 0.0, felt = 0.0;
  int steps = 0;
  while (felt == 0.0 && steps++ < 40) {
    before = number_of(world, "box.vy");
    assert_float_equal(number_of(world, "on.value"), 0.0, 0.0);
    orr_world_step(world, NULL);
    felt = number_of(world, "load.value");
  }
  assert_float_equal(felt, 2.0 * (number_of(world, "box.vy") - before + 10.0 * 0.05), 1e-6);
  assert_true(felt > 15.0);
  assert_float_equal(number_of(world, "on.value"), 1.0, 0.0);
  for (int i = 0; i < 3; i++) orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "on.value"), 0.0, 0.0);
  assert_float_equal(number_of(world, "load.value"), 0.0, 0.0);
  end_world(world);
}

static const char ray_text[] =
    "world:\n"
    "  space: {size: [20, 20]}\n"
    "  bodies:\n"
    "    - {name: eye, mass: 1, start: {position: [%s], angle: %s}, shapes: [{geometry: {box: "
    "{size: [0.4, 0.4]}}}]}\n"
    "    - {name: thing, type: static, start: {position: [10, 10], angle: %s}, shapes: "
    "[{geometry: {%s}%s}]}\n"
    "  sensors:\n    - {name: ray, reads: {ray: {body: eye, from: [%s], direction: [%s], range: "
    "6}}}\n";

typedef struct sight {
  const char *position, *angle, *turn, *shape, *more, *from, *direction;
  double distance;
} sight;

#define DISC "circle: {radius: 1}"
#define BOX  "box: {size: [2, 1]}"
#define ROD  "capsule: {radius: 0.5, length: 2}"
#define LINE "segment: {a: [0, -1], b: [0, 1], radius: 0}"
#define TRI  "polygon: {vertices: [[0, 0], [2, 0], [0, 2]]}"

static const sight sights[] = {
    {"5, 10", "0", "0", DISC, "", "0, 0", "1, 0", 4.0},
    {"5, 10", "0", "0", DISC, "", "0, 0", "30, 0", 4.0},  /* of any length */
    {"5, 10", "0", "0", DISC, "", "1, 0", "1, 0", 3.0},   /* from elsewhere */
    {"5, 10", "0", "0", DISC, "", "0, 0", "-1, 0", 6.0},  /* nothing there */
    {"3, 10", "0", "0", DISC, "", "0, 0", "1, 0", 6.0},   /* out of range */
    {"5, 10.6", "0", "0", DISC, "", "0, 0", "1, 0", 4.2}, /* 0.6, 0.8, 1 */
    {"5, 11", "0", "0", DISC, "", "0, 0", "1, 0", 5.0},   /* just grazes it */
    {"5, 11.001", "0", "0", DISC, "", "0, 0", "1, 0", 6.0},
    {"10, 5", "90deg", "0", DISC, "", "0, 0", "1, 0", 4.0}, /* turns with its body */
    {"10, 5", "90deg", "0", DISC, "", "1, 0", "1, 0", 3.0},
    {"5, 10", "0", "0", BOX, "", "0, 0", "1, 0", 4.0},
    {"5, 10", "0", "90deg", BOX, "", "0, 0", "1, 0", 4.5},
    {"5, 10", "0", "0", BOX, ", rotation: [0, 0, 90deg]", "0, 0", "1, 0", 4.5},
    {"5, 10.5", "0", "0", BOX, "", "0, 0", "1, 0", 4.0}, /* along its edge */
    {"5, 10.8", "0", "0", BOX, "", "0, 0", "1, 0", 6.0}, /* beside its edge */
    {"10, 5", "0", "0", BOX, "", "0, 0", "0, 1", 4.5},
    {"8.5, 10", "0", "0", BOX, "", "1, 0", "1, 0", 0.0}, /* begins inside */
    {"5, 10", "0", "0", ROD, "", "0, 0", "1, 0", 3.5},
    {"10, 5", "0", "0", ROD, "", "0, 0", "0, 1", 4.5},
    {"5, 10", "0", "90deg", ROD, "", "0, 0", "1, 0", 4.5},
    {"5, 10.3", "0", "0", ROD, "", "0, 0", "1, 0", 3.6}, /* on its round end */
    {"5, 10", "0", "0", LINE, "", "0, 0", "1, 0", 5.0},
    {"10, 5", "0", "0", LINE, "", "0, 0", "0, 1", 4.0}, /* along the line */
    {"9.5, 5", "0", "0", LINE, "", "0, 0", "0, 1", 6.0},
    {"5, 11", "0", "0", TRI, "", "0, 0", "1, 0", 5.0},
    {"15, 11", "0", "0", TRI, "", "0, 0", "-1, 0", 4.0}, /* on its slope */
    {"8, 12.5", "0", "0", TRI, "", "0, 0", "1, 0", 6.0},
};

static void rays_measure_distances(void **context) {
  (void)context;
  for (size_t i = 0; i < sizeof sights / sizeof *sights; i++) {
    const sight *s = &sights[i];
    char text[2048];
    snprintf(text, sizeof text, ray_text, s->position, s->angle, s->turn, s->shape, s->more,
             s->from, s->direction);
    orr_world *world = begin_world(text);
    double seen = number_of(world, "ray.value");
    if (!(fabs(seen - s->distance) < 1e-9))
      print_error("sight %zu: %g, not %g\n", i, seen, s->distance);
    assert_float_equal(seen, s->distance, 1e-9);
    end_world(world);
  }
}

/* At once after an intervention, and gone with the body that looks. */
static void rays_see_what_is_there_now(void **context) {
  (void)context;
  char text[2048];
  snprintf(text, sizeof text, ray_text, "5, 10", "0", "0", DISC, "", "0, 0", "1, 0");
  orr_world *world = begin_world(text);
  orr_intervention move = {ORR_INTERVENE_MOVE, 0, {10.0, 14.0, -1.5707963267948966}};
  assert_int_equal(orr_world_intervene(world, &move, NULL), ORR_OK);
  assert_float_equal(number_of(world, "ray.value"), 3.0, 1e-9);
  orr_intervention gone = {ORR_INTERVENE_REMOVE, 0, {0}};
  assert_int_equal(orr_world_intervene(world, &gone, NULL), ORR_OK);
  assert_int_equal(orr_world_step(world, NULL), ORR_RUNNING);
  assert_float_equal(number_of(world, "ray.value"), 6.0, 0.0);
  end_world(world);
}

/* Whether a box that falls lands on the floor below it. */
static bool lands(const char *floor, const char *box) {
  char text[1024];
  snprintf(text, sizeof text,
           "world:\n  space: {size: [10, 10]}\n  gravity: [0, -10]\n  slop: 0.01\n  bodies:\n"
           "    - {name: floor, type: static, shapes: [{geometry: {box: {size: [20, 2], offset: "
           "[5, -1]}}%s}]}\n"
           "    - {name: box, mass: 2, start: {position: [3, 1.5]}, shapes: [{geometry: {box: "
           "{size: [1, 1]}}%s}]}\n",
           floor, box);
  orr_world *world = begin_world(text);
  for (int i = 0; i < 20; i++) orr_world_step(world, NULL);
  double y = number_of(world, "box.y");
  end_world(world);
  return y > 0.4;
}

static void filters_let_pass(void **context) {
  (void)context;
  assert_true(lands("", ""));
  assert_true(lands(", category: 3", ", category: 3"));
  assert_true(lands(", category: 3", ", ignores: [2, 4]"));
  assert_false(lands(", category: 3", ", ignores: [2, 3]"));
  assert_false(lands(", ignores: [5]", ", category: 5"));
  assert_false(lands("", ", ignores: [0]"));
  assert_true(lands(", group: 1", ", group: 2"));
  assert_true(lands(", group: 1", ""));
  assert_false(lands(", group: 1", ", group: 1"));
}

static const char shape_text[] =
    "world:\n  space: {size: [10, 10]}\n  gravity: [0, -10]\n  dt: 0.005\n  bodies:\n"
    "    - {name: floor, type: static, start: {angle: 0.1}, shapes: [{geometry: {box: {size: "
    "[30, 2]}}, friction: 1}]}\n"
    "    - {name: a, density: 2, colour: navy, start: {position: [3, 3], omega: 2}, shapes: [%s, "
    "{geometry: {circle: {radius: 0.2, offset: [0, -0.4]}}, colour: \"#010203\"}]}\n";

/* A capsule is a thick segment; a turned box is a polygon. */
static void shapes_say_the_same_in_two_ways(void **context) {
  (void)context;
  static const char *const pairs[][2] = {
      {"{geometry: {capsule: {radius: 0.25, length: 2, offset: [0.5, 0.125]}}}",
       "{geometry: {segment: {a: [-0.5, 0.125], b: [1.5, 0.125], radius: 0.25}}}"},
      {"{geometry: {box: {size: [2, 1], offset: [0.5, 0]}}, rotation: [0, 0, 90deg]}",
       "{geometry: {box: {size: [1, 2], offset: [0.5, 0]}}}"},
  };
  for (size_t i = 0; i < 2; i++) {
    double poses[2][3];
    for (size_t k = 0; k < 2; k++) {
      char text[2048];
      snprintf(text, sizeof text, shape_text, pairs[i][k]);
      orr_world *world = begin_world(text);
      for (int step = 0; step < 30; step++) orr_world_step(world, NULL);
      poses[k][0] = number_of(world, "a.x");
      poses[k][1] = number_of(world, "a.y");
      poses[k][2] = number_of(world, "a.angle");
      end_world(world);
    }
    for (size_t n = 0; n < 3; n++) assert_float_equal(poses[0][n], poses[1][n], 1e-6);
    assert_true(poses[0][1] < 2.9);
  }
}

static void shapes_have_colours(void **context) {
  (void)context;
  char text[2048];
  snprintf(text, sizeof text, shape_text, "{geometry: {capsule: {radius: 0.25, length: 2}}}");
  orr_world *world = begin_world(text);
  const orr_scene *scene = orr_world_scene(world);
  assert_int_equal(scene->shape_count, 3);
  assert_int_equal(scene->shapes[1].kind, ORR_SCENE_SEGMENT);
  assert_int_equal(scene->shapes[1].colour[2], 0x80); /* navy */
  assert_int_equal(scene->shapes[2].colour[0], 1);
  assert_int_equal(scene->shapes[2].colour[2], 3);
  end_world(world);
}

int run_sensor_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_resting_box_weighs_on_the_floor),
      cmocka_unit_test(a_bounce_is_felt),
      cmocka_unit_test(rays_measure_distances),
      cmocka_unit_test(rays_see_what_is_there_now),
      cmocka_unit_test(filters_let_pass),
      cmocka_unit_test(shapes_say_the_same_in_two_ways),
      cmocka_unit_test(shapes_have_colours),
  };
  return cmocka_run_group_tests_name("sensors", tests, NULL, NULL);
}
