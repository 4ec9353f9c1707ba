/* Scenario files: what is derived from good ones, and where bad ones are wrong. */
#include "sim_test.h"

#include "base/memory.h"
#include "sim/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void push_t_has_its_spaces(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  const orr_space *state = &scenario->state, *action = &scenario->action;
  assert_int_equal(scenario->body_count, 2);
  assert_int_equal(scenario->action_count, 2);
  assert_int_equal(state->count, 12);
  assert_int_equal(orr_space_find(state, "block.angle"), 8);
  assert_string_equal(state->fields[0].name, "agent.x");
  assert_string_equal(state->fields[0].unit, "px");
  assert_int_equal(state->bodies[0].role, ORR_ROLE_ACTUATED);
  assert_int_equal(state->bodies[1].role, ORR_ROLE_FREE);
  assert_float_equal(state->bodies[1].centre[1], 45.0, 0.0);
  assert_float_equal(state->bodies[1].radius, 76.485292703891772, 1e-9); /* to (+-15, 120) */
  assert_string_equal(action->fields[1].name, "push.y");
  assert_int_equal(action->meaning, ORR_ACTION_RELATIVE);
  assert_float_equal(action->scale, 100.0, 0.0);
  assert_float_equal(action->bounds[3], 512.0, 0.0);
  orr_scenario_destroy(scenario);
}

static const char body_text[] =
    "world:\n"
    "  space: {size: [10, 10]}\n"
    "  bodies:\n"
    "    - {name: a, density: 2, centre_of_mass: [0, 0.5], shapes: [%s]}\n";

static const orr_parts *parts_of(const char *shapes, orr_scenario **scenario) {
  char text[1024];
  orr_error err;
  snprintf(text, sizeof text, body_text, shapes);
  *scenario = parse_scenario(text, &err);
  assert_non_null(*scenario);
  return (*scenario)->parts;
}

static void masses_follow_from_shapes(void **context) {
  (void)context;
  orr_scenario *scenario;
  const orr_parts *parts = parts_of("{geometry: {box: {size: [3, 2]}}}", &scenario);
  assert_float_equal(parts->mass[0], 12.0, 1e-12);
  assert_float_equal(parts->moment[0], 12.0 * ((9.0 + 4.0) / 12.0 + 0.25), 1e-12);
  orr_scenario_destroy(scenario);
  parts = parts_of("{geometry: {circle: {radius: 2, offset: [1, 0.5]}}}", &scenario);
  assert_float_equal(parts->moment[0], parts->mass[0] * (2.0 + 1.0), 1e-9);
  orr_scenario_destroy(scenario);
  /* the same box as two polygons, one clockwise */
  parts = parts_of("{geometry: {polygon: {vertices: [[-1.5, -1], [0, -1], [0, 1], [-1.5, 1]]}}},"
                   "{geometry: {polygon: {vertices: [[0, 1], [1.5, 1], [1.5, -1], [0, -1]]}}}",
                   &scenario);
  assert_float_equal(parts->mass[0], 12.0, 1e-12);
  assert_float_equal(parts->moment[0], 12.0 * ((9.0 + 4.0) / 12.0 + 0.25), 1e-12);
  orr_scenario_destroy(scenario);
}

/* Comments, defaults that are spelled out and the order of keys mean nothing. */
static void identity_is_of_the_meaning(void **context) {
  (void)context;
  static const char plain[] =
      "world:\n  space: {size: [10, 10]}\n  bodies:\n"
      "    - {name: a, mass: 1, shapes: [{geometry: {circle: {radius: 1}}}]}\n";
  static const char spelled[] =
      "# a comment\nid: x\nworld:\n  dt: 0.01\n  space:\n    size: [10, 10]\n  bodies:\n"
      "    - shapes: [{geometry: {circle: {radius: 1}}, friction: 0}]\n      mass: 1\n"
      "      name: a\ntask: {}\n";
  static const char other[] =
      "world:\n  space: {size: [10, 10]}\n  bodies:\n"
      "    - {name: a, mass: 2, shapes: [{geometry: {circle: {radius: 1}}}]}\n";
  orr_error err;
  orr_scenario *one = parse_scenario(plain, &err), *two = parse_scenario(spelled, &err);
  orr_scenario *three = parse_scenario(other, &err);
  assert_true(one && two && three);
  assert_false(orr_hash_equal(one->identity, three->identity));
  assert_true(orr_hash_equal(one->identity, two->identity));
  orr_scenario_destroy(one);
  orr_scenario_destroy(two);
  orr_scenario_destroy(three);
}

/* One mistake: the line it is on, and a word of the message. */
typedef struct mistake {
  const char *body, *rest;
  int line;
  const char *word;
} mistake;

#define GOOD  "    - {name: a, mass: 1, shapes: [{geometry: {circle: {radius: 1}}}]}\n"
#define OTHER "    - {name: b, mass: 1, shapes: [{geometry: {box: {size: [1, 1]}}}]}\n"
#define HAND  "    - {name: h, type: kinematic, shapes: [{geometry: {circle: {radius: 1}}}]}\n"

#define APART                                                                                      \
  "    - {name: b, mass: 1, start: {position: [5, 5]}, shapes: [{geometry: {box: {size: [1, "      \
  "1]}}}]}\n"
#define WALL                                                                                       \
  "    - {name: wall, type: static, start: {position: [5, 5]}, shapes: [{geometry: {box: {size: "  \
  "[1, 1]}}}]}\n"
#define AWAY(shape)   "    - {name: s, mass: 1, start: {position: [5, 5]}, shapes: [" shape "]}\n"
#define FORCE(law)    "  forces:\n    - {name: f, force: {" law "}\n"
#define SENSOR(reads) "  sensors:\n    - {name: s, reads: {" reads "}}\n"

static const mistake mistakes[] = {
    {"    - {name: a, shapes: [{geometry: {circle: {radius: 1}}}]}\n", "", 4, "mass"},
    {"    - {name: a, mass: 0, shapes: [{geometry: {circle: {radius: 1}}}]}\n", "", 4, "mass"},
    {"    - {name: a, mass: -1, shapes: [{geometry: {circle: {radius: 1}}}]}\n", "", 4, "range"},
    {"    - {name: a, mass: .nan, shapes: [{geometry: {circle: {radius: 1}}}]}\n", "", 4, "number"},
    {"    - {name: a, mass: nan, shapes: [{geometry: {circle: {radius: 1}}}]}\n", "", 4, "number"},
    {"    - {name: a, mass: inf, shapes: [{geometry: {circle: {radius: 1}}}]}\n", "", 4, ""},
    {"    - {name: a, mass: 1, shapes: [{geometry: {circle: {radius: 0}}}]}\n", "", 4, "range"},
    {"    - {name: a, mass: 1, shapes: []}\n", "", 4, "at least one shape"},
    {"    - {name: a, mass: 1, shapes: [{geometry: {disc: {radius: 1}}}]}\n", "", 4, "disc"},
    {"    - {name: a, mass: 1, start: {position: [inf, 0]}, shapes: [{geometry: {circle: {radius: "
     "1}}}]}\n",
     "", 4, ""},
    {"    - {name: a, mass: 1, centre_of_mass: [0, inf], shapes: [{geometry: {circle: {radius: "
     "1}}}]}\n",
     "", 4, ""},
    {"    - {name: a, mass: 1, shapes: [{geometry: {polygon: {vertices: [[0, 0], [4, 0], [1, 1], "
     "[0, 4]]}}}]}\n",
     "", 4, "convex"},
    {"    - {name: a, mass: 1, shapes: [{geometry: {polygon: {vertices: [[0, 0], [1, 0], [1, 0], "
     "[0, 1]]}}}]}\n",
     "", 4, "same place"},
    {"    - {name: a, mass: 1, shapes: [{geometry: {polygon: {vertices: [[0, 10], [6, -8], [-9, "
     "3], [9, 3], [-6, -8]]}}}]}\n",
     "", 4, "crosses"},
    {"    - {name: a, mass: 1, shapes: [{geometry: {polygon: {vertices: [[0, 0], [1, 0]]}}}]}\n",
     "", 4, "at least"},
    {"    - {name: a, mass: 1, shapes: [{geometry: {segment: {a: [1, 1], b: [1, 1], radius: "
     "1}}}]}\n",
     "", 4, "same place"},
    {"    - {name: a, density: 1, shapes: [{geometry: {segment: {a: [0, 1], b: [1, 1], radius: "
     "0}}}]}\n",
     "", 4, "area"},
    {GOOD GOOD, "", 5, "again"},
    {GOOD "    - {name: b, colour: bleu, mass: 1, shapes: [{geometry: {circle: {radius: 1}}}]}\n",
     "", 5, "colour"},
    {"    - {name: w, type: static, shapes: [{geometry: {circle: {radius: 1}}}]}\n", "", 4, "move"},
    {GOOD OTHER, "  joints:\n    - {name: j, type: pivot, body_a: a, body_b: a}\n", 7, "itself"},
    {GOOD OTHER, "  joints:\n    - {name: j, type: pivot, body_a: a, body_b: c}\n", 7, "\"c\""},
    {GOOD OTHER, "  joints:\n    - {name: j, type: glue, body_a: a, body_b: b}\n", 7, "glue"},
    {GOOD OTHER, "  joints:\n    - {name: j, type: slide, body_a: a, body_b: b, limits: [2, 1]}\n",
     7, "order"},
    {GOOD OTHER, "  joints:\n    - {name: j, type: gear, body_a: a, body_b: b}\n", 7, "ratio"},
    {GOOD HAND "    - {name: k, type: static, shapes: [{geometry: {circle: {radius: 1}}}]}\n",
     "  joints:\n    - {name: j, type: weld, body_a: h, body_b: k}\n", 8, "give way"},
    {GOOD OTHER, "  joints:\n    - {name: j, type: distance, body_a: a, body_b: b}\n", 7, "limits"},
    {HAND, "  actuators:\n    - {name: x, body: h, type: force}\n", 6, "dynamic"},
    {HAND, "  actuators:\n    - {name: x}\n", 6, "a body or a joint"},
    {HAND, "  actuators:\n    - {name: x, body: h, axes: xz}\n", 6, "axes"},
    {GOOD "    - {name: s, mass: 1, start: {position: [0, 0, 1]}, shapes: [{geometry: {circle: "
          "{radius: 1}}}]}\n",
     "", 5, "two axes"},
    {HAND, "  actuators:\n    - {name: x, body: h}\n    - {name: y, body: h}\n", 7, "same way"},
    {HAND, "  actuators:\n    - {name: x, body: h, low: [1, 1], high: [0, 2]}\n", 6, "below"},
    {HAND, "  actuators:\n    - {name: x, body: h, meaning: other}\n", 6, "meaning"},
    {HAND, "  actuators:\n    - {name: x, body: h, scale: 0}\n", 6, "would move anything"},
    {GOOD, "task:\n  goals: [{body: z, position: [0, 0]}]\n", 6, "\"z\""},
    {GOOD, "task:\n  goals: [{body: a, position: [0, 0]}]\n  success: {coverage: {}}\n", 6,
     "polygons"},
    {GOOD, "task:\n  success: {coverage: {}}\n", 0, "goal"},
    {GOOD, "  substepz: 3\n", 5, "substeps"},
    {GOOD, "  substeps: 0\n", 5, "range"},
    {GOOD, "  dt: 0\n", 5, "above 0"},
    {GOOD, "  dt: fast\n", 5, "number"},
    {GOOD AWAY("{geometry: {circle: {radius: 1}}, rotation: [0, 0, 1]}"), "", 5, "turned"},
    {GOOD AWAY("{geometry: {box: {size: [1, 1]}}, rotation: [1, 0, 0]}"), "", 5, "turned"},
    {GOOD AWAY("{geometry: {sphere: {radius: 1}}}"), "", 5, "three dimensions"},
    {GOOD AWAY("{geometry: {box: {size: [1, 1, 1]}}}"), "", 5, "two axes"},
    {GOOD AWAY("{geometry: {capsule: {radius: 1, length: 1, offset: [0, 0, 1]}}}"), "", 5,
     "two axes"},
    {GOOD AWAY("{geometry: {circle: {radius: 1}}, rolling: 0.1}"), "", 5, "rolling"},
    {GOOD AWAY("{geometry: {circle: {radius: 1}}, colour: redd}"), "", 5, "colour"},
    {GOOD AWAY("{geometry: {circle: {radius: 1}}, category: 31}"), "", 5, "range"},
    {GOOD AWAY("{geometry: {circle: {radius: 1}}, ignores: [31]}"), "", 5, "range"},
    {GOOD "    - {name: s, mass: 1, inertia: [1, 1, 1], start: {position: [5, 5]}, shapes: "
          "[{geometry: {circle: {radius: 1}}}]}\n",
     "", 5, "one moment"},
    {GOOD OTHER, "", 5, "begins inside"},
    {GOOD HAND, "", 5, "1"},
    {GOOD APART, "  joints:\n    - {name: j, type: ball, body_a: a, body_b: b}\n", 7, "3D"},
    {GOOD APART, "  joints:\n    - {name: j, type: pivot, body_a: a, body_b: b, axis: [1, 0]}\n", 7,
     "about z"},
    {GOOD APART, "  joints:\n    - {name: j, type: pivot, body_a: a, body_b: b, armature: 1}\n", 7,
     "Chipmunk"},
    {GOOD APART, "  joints:\n    - {name: j, type: slide, body_a: a, body_b: b, start: 1}\n", 7,
     "own start"},
    {GOOD APART, "  joints:\n    - {name: j, type: slide, body_a: a, body_b: b, limits: [1, 1]}\n",
     7, "weld"},
    {GOOD APART, "  joints:\n    - {name: a, type: pivot, body_a: a, body_b: b}\n", 7, "this name"},
    {GOOD APART, "  integrator: rk4\n", 6, "euler"},
    {GOOD APART, "  mjcf: model.xml\n", 6, "MJCF"},
    {GOOD APART, FORCE("gravity: {acceleration: [0, 1]}}, bodies: [c]"), 7, "\"c\""},
    {GOOD APART, FORCE("gravity: {acceleration: [0, 0, 1]}}"), 7, "two axes"},
    {GOOD WALL, FORCE("drag: {linear: 1}}, bodies: [wall]"), 7, "dynamic"},
    {GOOD WALL, FORCE("drag: {linear: 1}}, bodies: [wal]"), 7, "did you mean \"wall\""},
    {GOOD APART, FORCE("drag: {linear: -1}}"), 7, "range"},
    {GOOD APART, FORCE("drag: {linear: 1}}, region: {box: {low: [1, 1], high: [2, 1]}}"), 7,
     "inside"},
    {GOOD APART, FORCE("attraction: {point: [inf, 1], strength: 1}}"), 7, ""},
    {GOOD APART, FORCE("push: {strength: 1}}"), 7, "push"},
    {GOOD APART, SENSOR("contact: {body: z}"), 7, "\"z\""},
    {GOOD APART, SENSOR("contact: {body: a, other: a}"), 7, "itself"},
    {GOOD WALL "    - {name: h, type: kinematic, start: {position: [2, 2]}, shapes: [{geometry: "
               "{circle: {radius: 1}}}]}\n",
     SENSOR("impulse: {body: wall, other: h}"), 8, "pass through"},
    {GOOD APART, SENSOR("ray: {body: a, direction: [0, 0], range: 1}"), 7, "zero"},
    {GOOD APART, SENSOR("ray: {body: a, direction: [0, 1], range: 0}"), 7, "range"},
    {GOOD APART, "  lights:\n    - {name: l, kind: sun, direction: [0, 0, 0]}\n", 7, "zero"},
    {GOOD APART, "  lights:\n    - {name: l, colour: whit}\n", 7, "white"},
    {GOOD APART, "  camera: {position: [1, 1, 1], target: [1, 1, 1]}\n", 6, "stands"},
    {GOOD APART, "  camera: {position: [0, 0, 5]}\n", 6, "along the view"},
    {GOOD, "task:\n  goals: [{body: a, position: [11.5, 5]}]\n", 6, "outside"},
    {GOOD, "task:\n  goals: [{body: a, position: [5, -40]}]\n", 6, "outside"},
};

/* In three dimensions other shapes are wrong. */
static void flat_things_are_refused_in_3d(void **context) {
  (void)context;
  static const char *const wrong[][2] = {
      {"mass: 1, shapes: [{geometry: {circle: {radius: 1}}}]", "two dimensions"},
      {"mass: 1, shapes: [{geometry: {box: {size: [1, 1]}}}]", "three sizes"},
      {"mass: 1, moment: 1, shapes: [{geometry: {sphere: {radius: 1}}}]", "three moments"},
      {"mass: 1, shapes: [{geometry: {sphere: {radius: 1}}}]", "two dimensions"}, /* the engine */
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char text[512];
    orr_error err;
    snprintf(text, sizeof text,
             "world:\n  space: {size: [9, 9, 9], dimensions: 3}\n  engine: chipmunk\n  bodies:\n"
             "    - {name: a, %s}\n",
             wrong[i][0]);
    assert_null(parse_scenario(text, &err));
    assert_non_null(strstr(err.message, wrong[i][1]));
    assert_int_equal(err.line, i == 3 ? 3 : 5);
  }
}

/* What begins inside something else is refused only when it always does, and could collide. */
static void starts_may_touch(void **context) {
  (void)context;
  static const char format[] =
      "world:\n  space: {size: [10, 10]}\n  bodies:\n"
      "    - {name: a, mass: 1, start: {position: [5, 5]}, shapes: [{geometry: {box: {size: [1, "
      "1]}}%s}]}\n"
      "    - {name: b, mass: 1, start: {position: [%s]}, shapes: [{geometry: {box: {size: [1, "
      "1]}}%s}]}\n%s";
  static const struct {
    const char *position, *one, *other, *rest;
    bool good;
  } cases[] = {
      {"6, 5", "", "", "", true},
      {"5.85, 5", "", "", "", true}, /* 15 % deep */
      {"5.75, 5", "", "", "", false},
      {"{uniform: [5, 6]}, 5", "", "", "", true},
      {"5, 5", ", group: 1", ", group: 1", "", true},
      {"5, 5", ", category: 4", ", ignores: [4]", "", true},
      {"5, 5", "", "", "  joints:\n    - {name: j, type: weld, body_a: a, body_b: b}\n", true},
      {"5, 5", "", "",
       "  joints:\n    - {name: j, type: weld, body_a: b, body_b: a, collide: true}\n", false},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[1024];
    orr_error err;
    snprintf(text, sizeof text, format, cases[i].one, cases[i].position, cases[i].other,
             cases[i].rest);
    orr_scenario *scenario = parse_scenario(text, &err);
    if ((scenario != NULL) != cases[i].good) print_error("case %zu: %s\n", i, err.message);
    assert_int_equal(scenario != NULL, cases[i].good);
    if (!scenario) assert_int_equal(err.line, 5);
    orr_scenario_destroy(scenario);
  }
}

static void bad_scenarios_are_placed(void **context) {
  (void)context;
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    const mistake *m = &mistakes[i];
    char text[2048];
    orr_error err;
    snprintf(text, sizeof text, "world:\n  space: {size: [10, 10]}\n  bodies:\n%s%s", m->body,
             m->rest);
    orr_scenario *scenario = parse_scenario(text, &err);
    if (scenario) print_error("accepted: %s", text);
    assert_null(scenario);
    bool said = strstr(err.message, m->word) || strstr(err.hint, m->word);
    bool placed = m->line == 0 || err.line == m->line;
    if (!said || !placed || !err.file[0])
      print_error("%s%s -> %s:%d:%d %s (%s)\n", m->body, m->rest, err.file, err.line, err.column,
                  err.message, err.hint);
    assert_true(said && placed);
    assert_string_equal(err.file, "test.yaml");
    assert_int_equal(err.status, ORR_ERR_CONFIG);
  }
}

/* All mistakes of a file at once. */
static void all_mistakes_are_found(void **context) {
  (void)context;
  static const char text[] =
      "world:\n  space: {size: [10, 10]}\n  bodies:\n"
      "    - {name: a, shapes: [{geometry: {circle: {radius: 1}}}]}\n"
      "    - {name: b, mass: 1, shapes: [{geometry: {polygon: {vertices: [[0, 0], [4, 0], [1, 1], "
      "[0, 4]]}}}]}\n"
      "    - {name: c, mass: 1, colour: nocolour, shapes: [{geometry: {circle: {radius: 1}}}]}\n";
  orr_error err;
  assert_null(parse_scenario(text, &err));
  assert_non_null(strstr(err.message, "mass"));
  assert_non_null(strstr(err.message, "convex"));
  assert_non_null(strstr(err.message, "colour"));
}

static char *many_bodies(size_t count, const char *type) {
  size_t size = 128 + count * 128, used = 0;
  char *text = malloc(size);
  used += (size_t)snprintf(text, size, "world:\n  space: {size: [10, 10]}\n  bodies:\n");
  for (size_t i = 0; i < count; i++)
    used += (size_t)snprintf(
        text + used, size - used,
        "    - {name: b%zu, %s, start: {position: [%zu, 0]}, shapes: [{geometry: {circle: {radius: "
        "1}}}]}\n",
        i, type, 3 * i);
  return text;
}

static void too_many_bodies_are_refused(void **context) {
  (void)context;
  const struct {
    size_t count;
    const char *type;
  } cases[] = {{40000, "mass: 1"}, {100000, "mass: 1"}, {86, "mass: 1"}, {1001, "type: static"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *text = many_bodies(cases[i].count, cases[i].type);
    orr_error err;
    orr_scenario *scenario = parse_scenario(text, &err);
    assert_null(scenario);
    assert_int_equal(err.status, ORR_ERR_CONFIG);
    assert_true(err.message[0] != 0);
    print_message("  %zu bodies: %.100s\n", cases[i].count, err.message);
    free(text);
  }
  char *text = many_bodies(85, "mass: 1");
  orr_error err;
  orr_scenario *scenario = parse_scenario(text, &err);
  assert_non_null(scenario);
  orr_scenario_destroy(scenario);
  free(text);
}

static void odd_documents_are_refused(void **context) {
  (void)context;
  static const char *const texts[] = {"",
                                      "3\n",
                                      "[]\n",
                                      "task: {}\n",
                                      "world: 3\n",
                                      "world: []\n",
                                      "world:\n",
                                      "world: {bodies: {}}\n",
                                      "world: {}\ntask: 7\n"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    orr_error err;
    assert_null(parse_scenario(texts[i], &err));
    assert_true(err.status != ORR_OK && err.message[0]);
  }
}

static void reading_survives_failures(void **context) {
  (void)context;
  bool read = false;
  static const char text[] =
      "world:\n  space: {size: [10, 10]}\n  bodies:\n" GOOD
      "    - {name: b, mass: 1, start: {position: [3, 3]}, shapes: [{geometry: {box: {size: [1, "
      "1]}}}]}\n"
      "    - {name: h, type: kinematic, start: {position: [6, 3]}, shapes: [{geometry: {circle: "
      "{radius: 1}}}]}\n"
      "  joints:\n    - {name: j, type: slide, body_a: a, body_b: b, stiffness: 1}\n"
      "  actuators:\n    - {name: x, body: h}\n"
      "  forces:\n    - {name: f, force: {drag: {linear: 1}}, bodies: [a]}\n"
      "  sensors:\n    - {name: s, reads: {contact: {body: a}}}\n";
  for (int64_t n = 1; n < 4000 && !read; n++) {
    orr_diagnostics *diagnostics = orr_diagnostics_create();
    orr_config *config = NULL;
    orr_scenario *scenario = NULL;
    assert_int_equal(orr_config_parse(text, strlen(text), "t", &config, diagnostics), ORR_OK);
    orr_alloc_fail_at(n);
    orr_status status = orr_scenario_read(config, &scenario, diagnostics);
    orr_alloc_fail_at(0);
    read = status == ORR_OK;
    assert_true(read == (scenario != NULL));
    orr_scenario_destroy(scenario);
    orr_config_destroy(config);
    orr_diagnostics_destroy(diagnostics);
  }
  assert_true(read);
}

int run_scenario_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(push_t_has_its_spaces),
      cmocka_unit_test(masses_follow_from_shapes),
      cmocka_unit_test(identity_is_of_the_meaning),
      cmocka_unit_test(bad_scenarios_are_placed),
      cmocka_unit_test(flat_things_are_refused_in_3d),
      cmocka_unit_test(starts_may_touch),
      cmocka_unit_test(all_mistakes_are_found),
      cmocka_unit_test(too_many_bodies_are_refused),
      cmocka_unit_test(odd_documents_are_refused),
      cmocka_unit_test(reading_survives_failures),
  };
  return cmocka_run_group_tests_name("scenario", tests, NULL, NULL);
}
