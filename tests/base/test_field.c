/* Field tables: reading into structs, defaults, findings, the effective configuration. */
#include "tests/base/rich_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct reading {
  orr_config *config;
  orr_diagnostics *found;
  orr_arena *arena;
  rich value;
  orr_status status;
} reading;

static reading read_text(const char *text) {
  reading r = {.found = orr_diagnostics_create(), .arena = orr_arena_create(4096)};
  orr_config_parse(text, strlen(text), "t.yaml", &r.config, r.found);
  assert_non_null(r.config);
  const orr_node *root = orr_config_root(r.config);
  r.status = orr_record_read(&rich_record, r.config, root, root, "", r.arena, &r.value, r.found);
  return r;
}

static void end(reading *r) {
  orr_config_destroy(r->config);
  orr_diagnostics_destroy(r->found);
  orr_arena_destroy(r->arena);
}

static const char *const full_text =
    "name: demo\nnote: '5'\nagent: block\nseed: 12\ndt: 0.05\nheading: -90deg\nreach: 4\n"
    "shown: false\nmode: off\nstart: [1, -2.5e1]\nweights: [0.5, 2]\n"
    "outline: [[0, 0], [2, 0], [2, 3]]\ntags: [x, yes]\nfriction: {choice: [0.1, 0.2]}\n"
    "spread: [{uniform: [0deg, 180deg]}, 0.5]\ncamera: {width: 128}\nlight: {}\n"
    "bodies:\n  - {name: block, mass: 2, x: {integer: [0, 5]}}\n"
    "  - {name: other, shape: {box: {width: 2}}}\n"
    "planner: {circle: {radius: 3}}\nextra: {any: [1]}\n";

static void check_scalars(const rich *v) {
  assert_string_equal(v->name, "demo");
  assert_string_equal(v->note, "5");
  assert_string_equal(v->agent, "block");
  assert_int_equal(v->seed, 12);
  assert_true(v->dt == 0.05 && fabs(v->heading + acos(-1.0) / 2) < 1e-15 && v->reach == 4);
  assert_false(v->shown);
  assert_int_equal(v->mode, 2);
}

static void check_lists(const rich *v) {
  assert_true(v->start[0] == 1 && v->start[1] == -25);
  assert_int_equal(v->weights.count, 2);
  assert_true(((const double *)v->weights.items)[1] == 2);
  assert_int_equal(v->outline.count, 3);
  assert_true(((const double *)v->outline.items)[5] == 3);
  assert_string_equal(((const char *const *)v->tags.items)[1], "yes");
  assert_int_equal(v->friction.kind, ORR_RANGE_CHOICE);
  assert_int_equal(v->friction.count, 2);
  assert_int_equal(v->spread[0].kind, ORR_RANGE_UNIFORM);
  assert_true(fabs(v->spread[0].values[1] - acos(-1.0)) < 1e-15 && v->spread[1].values[0] == 0.5);
}

static void every_type_is_read(void **state) {
  (void)state;
  reading r = read_text(full_text);
  if (r.status != ORR_OK) orr_diagnostics_print(r.found, stderr, false);
  assert_int_equal(r.status, ORR_OK);
  const rich *v = &r.value;
  check_scalars(v);
  check_lists(v);
  assert_int_equal(v->camera.width, 128);
  assert_int_equal(v->camera.height, 64);
  assert_true(v->light && v->light->power == 10);
  assert_int_equal(v->bodies.count, 2);
  const body *bodies = v->bodies.items;
  assert_true(bodies[0].mass == 2 && bodies[1].mass == 1);
  assert_int_equal(bodies[0].x.kind, ORR_RANGE_INTEGER);
  assert_int_equal(bodies[0].shape.tag, 0);
  assert_true(((const circle *)bodies[0].shape.value)->radius == 1);
  assert_int_equal(bodies[1].shape.tag, 1);
  assert_true(((const box *)bodies[1].shape.value)->height == 0.5);
  assert_true(((const circle *)v->planner.value)->radius == 3);
  assert_int_equal(v->extra->entries[0].value->count, 1);
  end(&r);
}

static void defaults_fill_what_is_absent(void **state) {
  (void)state;
  reading r = read_text("name: x");
  assert_int_equal(r.status, ORR_OK);
  rich d;
  orr_record_default(&rich_record, r.arena, &d);
  assert_null(d.name);
  const rich *const both[2] = {&r.value, &d};
  for (size_t i = 0; i < 2; i++) {
    const rich *v = both[i];
    assert_true(v->seed == 7 && v->dt == 0.01 && v->shown && v->mode == 1 && isinf(v->reach));
    assert_true(fabs(v->heading - acos(-1.0) / 4) < 1e-15);
    assert_true(v->note == NULL && v->agent == NULL && v->light == NULL && v->extra == NULL);
    assert_int_equal(v->outline.count, 3);
    assert_string_equal(((const char *const *)v->tags.items)[1], "5");
    assert_int_equal(v->camera.width, 96);
    assert_int_equal(v->planner.tag, 1);
    assert_true(((const box *)v->planner.value)->width == 2);
    assert_int_equal(v->spread[1].kind, ORR_RANGE_NORMAL);
  }
  end(&r);
}

/* --- findings -------------------------------------------------------------------------------- */

/* Each case is the text behind "name: x" and a line break. */
static const struct {
  const char *text;
  int line, column;
  const char *word, *hint;
} catalogue[] = {
    {"sed: 3", 2, 1, "unknown key \"sed\" in rich", "did you mean \"seed\"?"},
    {"zzzzzz: 3", 2, 1, "unknown key", "known: name, note"},
    {"camera: {widht: 3}", 2, 10, "camera: unknown key", "did you mean \"width\"?"},
    {"seed: 1.5", 2, 7, "expected a whole number", ""},
    {"seed: 1e2", 2, 7, "expected a whole number", "write 100"},
    {"seed: '3'", 2, 7, "the text \"3\"", "remove the quotes"},
    {"seed: 012", 2, 7, "expected a whole number", "leading zeros"},
    {"seed: 1001", 2, 7, "in [0, 1000]", ""},
    {"seed: 99999999999999999999", 2, 7, "64 bits", ""},
    {"seed: [3]", 2, 7, "found a list of 1", ""},
    {"seed:", 2, 6, "found no value", ""},
    {"dt: 5", 2, 5, "in [0.001, 0.1] s", ""},
    {"dt: fast", 2, 5, "expected a number, found the text \"fast\"", ""},
    {"dt: 0x10", 2, 5, "expected a number", ""},
    {"dt: 3deg", 2, 5, "expected a number", "angles"},
    {"dt: nan", 2, 5, "finite", ""},
    {"dt: .inf", 2, 5, "finite", ""},
    {"dt: 1e999", 2, 5, "finite", ""},
    {"reach: -inf", 2, 8, "finite", ""},
    {"reach: -1", 2, 8, "at least 0 m", ""},
    {"heading: 90", 2, 10, "out of range", "90deg"},
    {"heading: 400deg", 2, 10, "out of range", ""},
    {"shown: yes", 2, 8, "expected true or false", "only true and false"},
    {"shown: 'true'", 2, 8, "expected true or false", ""},
    {"note: 5", 2, 7, "expected a text, found 5", "quotes"},
    {"note: true", 2, 7, "expected a text, found true", "quotes"},
    {"mode: exakt", 2, 7, "none of fast, exact, off", "did you mean \"exact\"?"},
    {"mode: {}", 2, 7, "expected one of fast", ""},
    {"start: [1]", 2, 8, "expected a list of 2 numbers", ""},
    {"start: [1, x]", 2, 12, "start[1]: expected a number", ""},
    {"gravity: [1]", 2, 10, "expected a list of 2 to 3 numbers", ""},
    {"gravity: [1, 2, 3, 4]", 2, 10, "expected a list of 2 to 3 numbers", ""},
    {"turn: []", 2, 7, "expected a list of 1 to 3 numbers or distributions", ""},
    {"start: 1", 2, 8, "expected a list of 2 numbers", ""},
    {"weights: 3", 2, 10, "expected a list of numbers", ""},
    {"outline: [[0, 0], [1, 1]]", 2, 10, "at least 3", ""},
    {"outline: [[0, 0], [1, 1], [2]]", 2, 27, "outline[2]: expected a list of 2", ""},
    {"tags: [a, 3]", 2, 11, "tags[1]: expected a text", ""},
    {"friction: {uniform: [1]}", 2, 21, "friction.uniform: expected a list of two", ""},
    {"friction: {uniform: [1, 0]}", 2, 21, "above the high end", ""},
    {"friction: {uniform: [1, 3]}", 2, 25, "in [0, 2]", ""},
    {"friction: {unifrom: [1, 2]}", 2, 12, "unknown distribution", "did you mean \"uniform\"?"},
    {"friction: {uniform: [0, 1], normal: [0, 1]}", 2, 11, "one distribution", ""},
    {"friction: {normal: [0, -1]}", 2, 24, "at least 0", ""},
    {"friction: {integer: [1, 1]}", 2, 21, "no whole number", ""},
    {"friction: {integer: [0.5, 1]}", 2, 21, "whole numbers", ""},
    {"friction: {choice: []}", 2, 20, "1 to 8", ""},
    {"friction: {choice: [1, 1, 1, 1, 1, 1, 1, 1, 1]}", 2, 20, "1 to 8", ""},
    {"spread: [1, 2, 3]", 2, 9, "2 numbers or distributions", ""},
    {"camera:", 2, 8, "expected a map (camera)", "{}"},
    {"light: 3", 2, 8, "expected a map (light)", ""},
    {"bodies: {}", 2, 9, "expected a list of body", ""},
    {"bodies: [3]", 2, 10, "bodies[0]: expected a map (body)", ""},
    {"bodies: [{mass: 1}]", 2, 10, "bodies[0]: the key \"name\" is missing", "Its name (text)"},
    {"bodies: [{name: a}, {name: a}]", 2, 28, "already at 2:17", "unique"},
    {"planner: {}", 2, 10, "exactly one key", "circle, box"},
    {"planner: {circle: {}, box: {width: 1}}", 2, 10, "exactly one key", ""},
    {"planner: {circel: {}}", 2, 11, "unknown kind", "did you mean \"circle\"?"},
    {"planner: {box: {}}", 2, 16, "planner.box: the key \"width\" is missing", "m)"},
    {"planner: {box: }", 2, 16, "expected a map (box)", "{}"},
    {"agent: blok\nbodies: [{name: block}]", 2, 8, "no item of bodies", "did you mean \"block\"?"},
    {"agent: block", 2, 8, "no item of bodies", "no named items"},
};

static void wrong_values_are_told_at_their_place(void **state) {
  (void)state;
  size_t wrong = 0;
  for (size_t i = 0; i < sizeof catalogue / sizeof catalogue[0]; i++) {
    char text[256];
    snprintf(text, sizeof text, "name: x\n%s\n", catalogue[i].text);
    reading r = read_text(text);
    orr_error err = {0};
    orr_diagnostics_status(r.found, &err);
    bool right = r.status == ORR_ERR_CONFIG && orr_diagnostics_count(r.found) == 1 &&
                 err.line == catalogue[i].line && err.column == catalogue[i].column &&
                 strstr(err.message, catalogue[i].word) && strstr(err.hint, catalogue[i].hint);
    if (!right) {
      wrong++;
      print_error("%s: expected %d:%d %s\n  found %d:%d %s\n  hint %s\n", catalogue[i].text,
                  catalogue[i].line, catalogue[i].column, catalogue[i].word, err.line, err.column,
                  err.message, err.hint);
    }
    end(&r);
  }
  assert_int_equal(wrong, 0);
}

static void all_wrong_values_are_told_at_once(void **state) {
  (void)state;
  reading r = read_text("nam: x\ndt: 5\nseed: x\nseed: 4\nbodies: [{mass: 0}, {name: 4}]\n");
  orr_error err = {0};
  orr_diagnostics_status(r.found, &err);
  assert_int_equal(orr_diagnostics_count(r.found), 8);
  assert_int_equal(err.line, 1);
  assert_non_null(strstr(err.message, "\nt.yaml:5:17: bodies[0].mass: 0 is out of range"));
  assert_non_null(strstr(err.message, "\nt.yaml:5:28: bodies[1].name: expected a text, found 4"));
  end(&r);
}

/* --- the effective configuration ------------------------------------------------------------- */

static void check_round_trip(const char *text) {
  reading r = read_text(text);
  assert_int_equal(r.status, ORR_OK);
  orr_node *root = orr_config_root(r.config);
  assert_int_equal(orr_record_complete(&rich_record, r.config, root, r.found), ORR_OK);
  char *yaml = orr_node_to_yaml(root);
  reading again = read_text(yaml);
  if (again.status != ORR_OK) orr_diagnostics_print(again.found, stderr, false);
  assert_int_equal(again.status, ORR_OK);
  orr_node *same = orr_config_root(again.config);
  assert_true(orr_hash_equal(orr_node_hash(root), orr_node_hash(same)));
  assert_int_equal(orr_record_complete(&rich_record, again.config, same, again.found), ORR_OK);
  assert_true(orr_hash_equal(orr_node_hash(root), orr_node_hash(same)));
  char *twice = orr_node_to_yaml(same);
  assert_string_equal(yaml, twice);
  const rich *a = &r.value, *b = &again.value;
  assert_true(a->dt == b->dt && a->heading == b->heading && a->reach == b->reach);
  assert_true(a->seed == b->seed && a->mode == b->mode && a->shown == b->shown);
  assert_memory_equal(a->start, b->start, sizeof a->start);
  assert_memory_equal(&a->friction, &b->friction, sizeof a->friction);
  assert_memory_equal(a->spread, b->spread, sizeof a->spread);
  assert_memory_equal(&a->camera, &b->camera, sizeof a->camera);
  assert_int_equal(a->bodies.count, b->bodies.count);
  for (size_t i = 0; i < a->bodies.count; i++) {
    const body *x = (const body *)a->bodies.items + i, *y = (const body *)b->bodies.items + i;
    assert_true(x->mass == y->mass && x->shape.tag == y->shape.tag);
    assert_memory_equal(&x->x, &y->x, sizeof x->x);
  }
  assert_memory_equal(a->outline.items, b->outline.items, a->outline.count * 16);
  orr_free(yaml);
  orr_free(twice);
  end(&r);
  end(&again);
}

static void the_effective_configuration_reads_back(void **state) {
  (void)state;
  check_round_trip("name: x");
  check_round_trip(full_text);
}

static void the_effective_configuration_holds_every_default(void **state) {
  (void)state;
  reading r = read_text("name: x\nbodies: [{name: a}]");
  orr_node *root = orr_config_root(r.config);
  orr_record_complete(&rich_record, r.config, root, r.found);
  assert_string_equal(orr_node_find(root, "bodies.a.shape.circle.radius")->text, "1");
  assert_string_equal(orr_node_find(root, "camera.height")->text, "64");
  assert_string_equal(orr_node_find(root, "planner.box.height")->place.file, "<default>");
  assert_null(orr_node_find(root, "light"));
  assert_string_equal(root->entries[0].key, "name");
  assert_string_equal(root->entries[3].key, "seed");
  end(&r);
}

static orr_hash identity_of(const char *text, orr_hash *whole) {
  reading r = read_text(text);
  assert_int_equal(r.status, ORR_OK);
  orr_node *root = orr_config_root(r.config);
  orr_record_complete(&rich_record, r.config, root, r.found);
  orr_hash identity;
  assert_int_equal(orr_record_identity(&rich_record, root, &identity), ORR_OK);
  *whole = orr_node_hash(root);
  end(&r);
  return identity;
}

/* What the identity was before rich had turn, sensor, lamp and wind, and bodies had drag. */
static orr_hash earlier_identity(const char *text) {
  reading r = read_text(text);
  orr_node *root = orr_config_root(r.config);
  orr_record_complete(&rich_record, r.config, root, r.found);
  const orr_node *bodies = orr_node_get(root, "bodies");
  for (size_t i = 0; i < bodies->count; i++) orr_node_remove(bodies->items[i], "drag");
  orr_node_remove(root, "turn");
  orr_node_remove(root, "sensor");
  orr_node_remove(root, "lamp");
  orr_node_remove(root, "wind");
  orr_hash hash = orr_node_hash(root);
  end(&r);
  return hash;
}

static void later_settings_leave_identities_alone(void **state) {
  (void)state;
  orr_hash whole, hash = identity_of(full_text, &whole);
  assert_true(orr_hash_equal(hash, earlier_identity(full_text)));
  assert_false(orr_hash_equal(hash, whole));
  static const char *const plain = "name: x\nbodies: [{name: a}]\n";
  static const struct {
    const char *text;
    bool same;
  } cases[] = {
      {"name: x\nbodies: [{name: a, drag: 0.0}]\n", true},
      {"name: x\nbodies: [{name: a, drag: 0.1}]\n", false},
      {"name: x\nbodies: [{name: a}]\nturn: [0.0]\n", true},
      {"name: x\nbodies: [{name: a}]\nturn: [1]\n", false},
      {"name: x\nbodies: [{name: a}]\nturn: [{uniform: [0, 0]}]\n", false},
      {"name: x\nbodies: [{name: a}]\nsensor: {box: {height: 0.5, width: 2}}\n", true},
      {"name: x\nbodies: [{name: a}]\nsensor: {box: {height: 0.6, width: 2}}\n", false},
      {"name: x\nbodies: [{name: a}]\nsensor: {circle: {}}\n", false},
      {"name: x\nbodies: [{name: a}]\nlamp: null\n", true},
      {"name: x\nbodies: [{name: a}]\nlamp: {}\n", false},
      {"name: x\nbodies: [{name: a}]\nseed: 8\n", false},
      {"name: x\nbodies: [{name: a, shape: {circle: {radius: 2}}}]\n", false},
  };
  hash = identity_of(plain, &whole);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bool same = orr_hash_equal(hash, identity_of(cases[i].text, &whole));
    if (same != cases[i].same) fail_msg("case %zu: %s", i, cases[i].text);
  }
}

static void vectors_may_be_shorter(void **state) {
  (void)state;
  reading r = read_text("name: x\ngravity: [1, 2]\nturn: [{uniform: [1, 2]}, 3]\n");
  assert_int_equal(r.status, ORR_OK);
  assert_true(r.value.gravity[1] == 2 && r.value.gravity[2] == 0);
  assert_int_equal(r.value.turn[0].kind, ORR_RANGE_UNIFORM);
  assert_true(r.value.turn[1].values[0] == 3 && r.value.turn[2].values[0] == 0);
  end(&r);
  r = read_text("name: x\ngravity: [1, 2, 3]\n");
  assert_true(r.status == ORR_OK && r.value.gravity[2] == 3);
  end(&r);
}

/* --- explaining ------------------------------------------------------------------------------ */

static void fields_are_found_by_path(void **state) {
  (void)state;
  char close[64];
  assert_ptr_equal(orr_record_find(&rich_record, "dt", NULL, 0), &rich_fields[4]);
  assert_ptr_equal(orr_record_find(&rich_record, "bodies.mass", NULL, 0), &body_fields[1]);
  assert_ptr_equal(orr_record_find(&rich_record, "bodies[3].mass", NULL, 0), &body_fields[1]);
  assert_ptr_equal(orr_record_find(&rich_record, "bodies.block.mass", NULL, 0), &body_fields[1]);
  assert_ptr_equal(orr_record_find(&rich_record, "planner.box.width", NULL, 0), &box_fields[0]);
  assert_ptr_equal(orr_record_at(&rich_record, "planner.box"), &box_record);
  assert_ptr_equal(orr_record_at(&rich_record, "bodies"), &body_record);
  assert_null(orr_record_at(&rich_record, "dt"));
  assert_null(orr_record_find(&rich_record, "dt.x", close, sizeof close));
  assert_string_equal(close, "");
  assert_null(orr_record_find(&rich_record, "planner.circle.radus", close, sizeof close));
  assert_string_equal(close, "planner.circle.radius");
  assert_null(orr_record_find(&rich_record, "planer", close, sizeof close));
  assert_string_equal(close, "planner");
  assert_null(orr_record_find(&rich_record, "", close, sizeof close));
}

static void explaining_says_what_the_table_says(void **state) {
  (void)state;
  char *text = NULL;
  size_t size = 0;
  FILE *stream = open_memstream(&text, &size);
  orr_field_explain(&rich_fields[4], "dt", stream);
  orr_record_explain(&rich_record, "", stream);
  fclose(stream);
  assert_int_equal(strncmp(text,
                           "dt\n  Length of a step\n  type     number, in s\n"
                           "  allowed  in [0.001, 0.1] s\n  default  0.01\n",
                           84),
                   0);
  assert_non_null(strstr(text, "planner.box.width\n"));
  assert_non_null(strstr(text, "type     one of fast, exact, off"));
  free(text);
}

static void the_closest_word_is_close(void **state) {
  (void)state;
  static const char *const names[] = {"radius", "mass", "friction", "x"};
  assert_string_equal(orr_closest("raduis", names, 4), "radius");
  assert_string_equal(orr_closest("Mass", names, 4), "mass");
  assert_string_equal(orr_closest("frction", names, 4), "friction");
  assert_null(orr_closest("colour", names, 4));
  assert_null(orr_closest("y", names, 4));
  assert_null(orr_closest("", names, 4));
}

static void draws_stay_in_their_range(void **state) {
  (void)state;
  const orr_range ranges[] = {{ORR_RANGE_VALUE, 0, {3}},
                              {ORR_RANGE_UNIFORM, 2, {-1, 2}},
                              {ORR_RANGE_INTEGER, 2, {2, 5}},
                              {ORR_RANGE_CHOICE, 2, {4, 9}},
                              {ORR_RANGE_NORMAL, 2, {10, 1}}};
  double sum = 0;
  bool seen[3] = {false};
  orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (int i = 0; i < 2000; i++) {
    assert_true(orr_range_draw(&ranges[0], &random) == 3);
    double u = orr_range_draw(&ranges[1], &random);
    double n = orr_range_draw(&ranges[2], &random);
    double c = orr_range_draw(&ranges[3], &random);
    sum += orr_range_draw(&ranges[4], &random);
    assert_true(u >= -1 && u < 2);
    assert_true(n == 2 || n == 3 || n == 4);
    assert_true(c == 4 || c == 9);
    seen[(int)n - 2] = true;
  }
  assert_true(seen[0] && seen[1] && seen[2]);
  assert_true(fabs(sum / 2000 - 10) < 0.15); /* six standard errors */
}

static void wrong_tables_are_found(void **state) {
  (void)state;
  orr_diagnostics *found = orr_diagnostics_create();
  assert_int_equal(orr_record_check(&rich_record, found), ORR_OK);
  static const orr_field fields[] = {
      {ORR_FIELD(REAL, light, power), .low = 0, .high = 1, .preset = "2"},
      {ORR_FIELD(REAL, light, power), .low = 0, .high = 1, .preset = "1"},
  };
  static const orr_record record = {ORR_RECORD("light", light, fields)};
  assert_int_equal(orr_record_check(&record, found), ORR_ERR_CONFIG);
  assert_int_equal(orr_diagnostics_count(found), 2);
  static const orr_field newer[] = {
      {ORR_FIELD(REAL, light, power), .later = true, .help = "No default"},
  };
  static const orr_record without = {ORR_RECORD("light", light, newer)};
  assert_int_equal(orr_record_check(&without, found), ORR_ERR_CONFIG);
  orr_diagnostics_destroy(found);
}

static void no_memory_is_an_error(void **state) {
  (void)state;
  size_t failures = 0;
  for (int64_t n = 1; n < 400; n++) {
    orr_diagnostics *found = orr_diagnostics_create();
    orr_config *config = NULL;
    rich value;
    orr_config_parse(full_text, strlen(full_text), "t", &config, found);
    orr_node *root = orr_config_root(config);
    orr_arena *arena = orr_arena_create(64);
    orr_alloc_fail_at(n);
    orr_record_read(&rich_record, config, root, root, "", arena, &value, found);
    orr_status status = orr_record_complete(&rich_record, config, root, found);
    orr_hash identity;
    orr_status told = orr_record_identity(&rich_record, root, &identity);
    char *yaml = orr_node_to_yaml(root);
    json_t *schema = orr_record_schema(&rich_record);
    orr_alloc_fail_at(0);
    orr_status all = orr_diagnostics_status(found, NULL);
    assert_true(all == ORR_OK || all == ORR_ERR_MEMORY);
    failures += all == ORR_ERR_MEMORY || status != ORR_OK || told != ORR_OK || !yaml || !schema;
    orr_free(yaml);
    json_decref(schema);
    orr_arena_destroy(arena);
    orr_config_destroy(config);
    orr_diagnostics_destroy(found);
  }
  assert_true(failures > 2 && failures < 399);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_type_is_read),
      cmocka_unit_test(defaults_fill_what_is_absent),
      cmocka_unit_test(wrong_values_are_told_at_their_place),
      cmocka_unit_test(all_wrong_values_are_told_at_once),
      cmocka_unit_test(the_effective_configuration_reads_back),
      cmocka_unit_test(the_effective_configuration_holds_every_default),
      cmocka_unit_test(later_settings_leave_identities_alone),
      cmocka_unit_test(vectors_may_be_shorter),
      cmocka_unit_test(fields_are_found_by_path),
      cmocka_unit_test(explaining_says_what_the_table_says),
      cmocka_unit_test(the_closest_word_is_close),
      cmocka_unit_test(draws_stay_in_their_range),
      cmocka_unit_test(wrong_tables_are_found),
      cmocka_unit_test(no_memory_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
