/* Spaces: JSON round trip, identity, and strict reading. */
#include "base/space.h"
#include "test_base.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static orr_space example(void) {
  orr_space space = {.count = 3,
                     .body_count = 2,
                     .meaning = ORR_ACTION_RELATIVE,
                     .scale = 100.0 / 3.0,
                     .bounds = {0, 0, 512, 512}};
  space.bodies[0] = (orr_space_body){"pusher", ORR_ROLE_ACTUATED, {0, 0}, 15};
  space.bodies[1] = (orr_space_body){"block", ORR_ROLE_FREE, {0, 46.153846153846153}, 90.1};
  space.fields[0] = (orr_space_field){"pusher.x", "px", ORR_QUANTITY_X, 0, 0, 512};
  space.fields[1] =
      (orr_space_field){"block.angle", "rad", ORR_QUANTITY_ANGLE, 1, -INFINITY, INFINITY};
  space.fields[2] = (orr_space_field){"wind", "", ORR_QUANTITY_OTHER, -1, 0.1, INFINITY};
  return space;
}

static void json_holds_the_whole_space(void **state) {
  (void)state;
  static orr_space space, back;
  space = example();
  json_t *json = orr_space_to_json(&space);
  assert_non_null(json);
  char *text = json_dumps(json, JSON_REAL_PRECISION(17));
  json_t *parsed = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  orr_error err;
  assert_int_equal(orr_space_from_json(parsed, &back, &err), ORR_OK);
  assert_memory_equal(&space, &back, sizeof space);
  assert_true(orr_hash_equal(orr_space_hash(&space), orr_space_hash(&back)));
  assert_int_equal(orr_space_find(&back, "wind"), 2);
  assert_int_equal(orr_space_find(&back, "rain"), -1);
  assert_int_equal(orr_space_find_body(&back, "block"), 1);
  assert_int_equal(orr_space_find_body(&back, "wind"), -1);
  free(text);
  json_decref(json);
  json_decref(parsed);
}

static void every_part_is_part_of_the_identity(void **state) {
  (void)state;
  static orr_space space, other;
  space = example();
  orr_hash hash = orr_space_hash(&space);
#define CHANGES(statement)                                                                         \
  do {                                                                                             \
    other = example();                                                                             \
    statement;                                                                                     \
    assert_false(orr_hash_equal(hash, orr_space_hash(&other)));                                    \
  } while (0)
  CHANGES(other.scale = nextafter(other.scale, 0));
  CHANGES(other.meaning = ORR_ACTION_ABSOLUTE);
  CHANGES(other.bounds[3] = 511);
  CHANGES(other.bodies[0].role = ORR_ROLE_FREE);
  CHANGES(other.bodies[1].centre[1] = 0);
  CHANGES(other.bodies[1].radius = 90);
  CHANGES(strcpy(other.fields[0].name, "pusher.y"));
  CHANGES(strcpy(other.fields[1].unit, "deg"));
  CHANGES(other.fields[1].quantity = ORR_QUANTITY_OTHER);
  CHANGES(other.fields[1].body = 0);
  CHANGES(other.fields[2].low = 0);
  CHANGES(other.count = 2);
#undef CHANGES
}

/* The example with one text replaced by another. */
static void refused(const char *from, const char *to, const char *message) {
  static orr_space space, out;
  static char text[8192];
  space = example();
  json_t *json = orr_space_to_json(&space);
  char *good = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
  char *at = strstr(good, from);
  if (!at) fail_msg("'%s' is not in %s", from, good);
  snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
  json_t *bad = json_loads(text, 0, NULL);
  if (!bad) fail_msg("no JSON: %s", text);
  orr_error err;
  if (orr_space_from_json(bad, &out, &err) == ORR_OK) fail_msg("accepted: %s", text);
  if (!strstr(err.message, message)) fail_msg("'%s' does not say '%s'", err.message, message);
  free(good);
  json_decref(json);
  json_decref(bad);
}

static void bad_spaces_are_refused_with_their_place(void **state) {
  (void)state;
  refused("\"meaning\":\"relative\"", "\"meaning\":\"odd\"", "space.meaning: 'odd'");
  refused("\"meaning\":\"relative\"", "\"meaning\":3", "space.meaning");
  refused("\"meaning\":\"relative\",", "", "space.meaning: is missing");
  refused("\"meaning\"", "\"extra\":1,\"meaning\"", "space.extra: is not a known key");
  refused("[0.0,0.0,512.0,512.0]", "[0,0,512]", "space.bounds: must be a list of 4");
  refused("[0.0,0.0,512.0,512.0]", "[0,0,512,null]", "space.bounds: must be a number");
  refused("\"radius\":15.0", "\"radius\":-1", "bodies[0].radius: must not be negative");
  refused("\"role\":\"free\"", "\"role\":\"loose\"", "bodies[1].role");
  refused("\"name\":\"block\"", "\"name\":\"pusher\"", "bodies[1].name: occurs twice");
  refused("\"name\":\"wind\"", "\"name\":\"pusher.x\"", "fields[2].name: occurs twice");
  refused("\"name\":\"wind\"", "\"name\":\"\"", "fields[2].name: must not be empty");
  refused("\"name\":\"wind\"", "\"name\":\"a\\nb\"", "control character");
  refused("\"name\":\"wind\"",
          "\"name\":\"a-name-that-is-much-too-long-for-any-field-of-any-space\"", "longer than 47");
  refused("\"unit\":\"px\"", "\"unit\":7", "fields[0].unit: must be a text");
  refused("\"body\":\"pusher\"", "\"body\":\"ghost\"", "fields[0].body: names no body");
  refused("\"high\":512.0,\"low\":0.0", "\"high\":1,\"low\":2", "fields[0].low: is greater");
  refused("\"quantity\":\"x\"", "\"quantity\":\"w\"", "fields[0].quantity: 'w'");
  refused("\"scale\":33", "\"scale\":\"33\",\"scales\":33", "space.scale");
}

static void wrong_shapes_and_too_many_items_are_refused(void **state) {
  (void)state;
  static orr_space space, out;
  orr_error err;
  assert_int_equal(orr_space_from_json(NULL, &out, &err), ORR_ERR_FILE);
  json_t *list = json_array();
  assert_int_equal(orr_space_from_json(list, &out, &err), ORR_ERR_FILE);
  json_decref(list);
  space = example();
  json_t *json = orr_space_to_json(&space), *fields = json_object_get(json, "fields");
  while (json_array_size(fields) <= ORR_MAX_FIELDS) {
    json_array_append_new(fields, json_deep_copy(json_array_get(fields, 0)));
  }
  assert_int_equal(orr_space_from_json(json, &out, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "at most 512"));
  json_object_set_new(json, "fields", json_object());
  assert_int_equal(orr_space_from_json(json, &out, &err), ORR_ERR_FILE);
  json_decref(json);
}

static void differences_are_said_in_words(void **state) {
  (void)state;
  static orr_space space, other;
  char why[128];
  space = other = example();
  orr_space_difference(&space, &other, "observation", why, sizeof why);
  assert_string_equal(why, "");
  other.picture_count = 2;
  other.pictures[0] = (orr_space_picture){"pixels", ORR_PICTURE_RGB, 64, 48};
  other.pictures[1] = (orr_space_picture){"depth", ORR_PICTURE_DEPTH, 64, 48};
  orr_space_difference(&space, &other, "observation", why, sizeof why);
  assert_string_equal(why, "observation picture 0 is no such picture, here pixels of 64 x 48");
  space = other;
  space.pictures[1].height = 32;
  orr_space_difference(&space, &other, "observation", why, sizeof why);
  assert_string_equal(why, "observation picture 1 is depth of 64 x 32, here depth of 64 x 48");
  snprintf(other.fields[1].name, ORR_NAME, "block.turn");
  orr_space_difference(&space, &other, "action", why, sizeof why);
  assert_string_equal(why, "action 1 is block.angle, here block.turn");
  other.count = 2;
  orr_space_difference(&space, &other, "action", why, sizeof why);
  assert_string_equal(why, "action has 3 numbers, here 2");
}

int test_space(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(differences_are_said_in_words),
      cmocka_unit_test(json_holds_the_whole_space),
      cmocka_unit_test(every_part_is_part_of_the_identity),
      cmocka_unit_test(bad_spaces_are_refused_with_their_place),
      cmocka_unit_test(wrong_shapes_and_too_many_items_are_refused),
  };
  return cmocka_run_group_tests_name("space", tests, NULL, NULL);
}
