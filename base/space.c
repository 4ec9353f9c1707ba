/* Spaces as JSON, strictly read: an unknown key or a wrong type is an error, never a default. */
#include "base/space.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const quantity_names[] = {
    "x",  "y",  "angle", "vx",      "vy",      "omega",  "other", "z",  "qw", "qx",
    "qy", "qz", "vz",    "omega_x", "omega_y", "offset", "rate",  "fx", "fy", NULL};
static const char *const role_names[] = {"actuated", "free", NULL};
static const char *const picture_names[] = {"rgb", "depth", "labels", NULL};
static const char *const meaning_names[] = {"other", "absolute", "relative", NULL};

/* Writing ---------------------------------------------------------------------------------- */

/* An infinite bound is null: JSON has no infinity. */
static json_t *bound(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *body_to_json(const orr_space_body *body) {
  return json_pack("{s:s, s:s, s:[f,f], s:f}", "name", body->name, "role", role_names[body->role],
                   "centre", body->centre[0], body->centre[1], "radius", body->radius);
}

static json_t *field_to_json(const orr_space *space, const orr_space_field *field) {
  const char *body = field->body >= 0 ? space->bodies[field->body].name : NULL;
  return json_pack("{s:s, s:s, s:s, s:s?, s:o, s:o}", "name", field->name, "unit", field->unit,
                   "quantity", quantity_names[field->quantity], "body", body, "low",
                   bound(field->low), "high", bound(field->high));
}

/* Adds "pictures" when there are any, so that spaces without keep their identity. */
static int add_pictures(const orr_space *space, json_t *json) {
  if (space->picture_count == 0) return 0;
  json_t *pictures = json_array();
  int failed = 0;
  for (size_t i = 0; i < space->picture_count; i++) {
    const orr_space_picture *picture = &space->pictures[i];
    failed |=
        json_array_append_new(pictures, json_pack("{s:s, s:s, s:i, s:i}", "name", picture->name,
                                                  "kind", picture_names[picture->kind], "width",
                                                  picture->width, "height", picture->height));
  }
  return failed | json_object_set_new(json, "pictures", pictures);
}

json_t *orr_space_to_json(const orr_space *space) {
  ORR_ASSERT(space->count <= ORR_MAX_FIELDS && space->body_count <= ORR_MAX_BODIES);
  json_t *bodies = json_array(), *fields = json_array();
  int failed = 0;
  for (size_t i = 0; i < space->body_count; i++) {
    failed |= json_array_append_new(bodies, body_to_json(&space->bodies[i]));
  }
  for (size_t i = 0; i < space->count; i++) {
    ORR_ASSERT(space->fields[i].body < (int)space->body_count);
    failed |= json_array_append_new(fields, field_to_json(space, &space->fields[i]));
  }
  /* pack takes both arrays, also when it fails */
  json_t *json =
      json_pack("{s:s, s:f, s:[f,f,f,f], s:o, s:o}", "meaning", meaning_names[space->meaning],
                "scale", space->scale, "bounds", space->bounds[0], space->bounds[1],
                space->bounds[2], space->bounds[3], "bodies", bodies, "fields", fields);
  if (json && failed == 0 && add_pictures(space, json) == 0) return json;
  json_decref(json);
  return NULL;
}

/* Reading ---------------------------------------------------------------------------------- */

static orr_status wrong(orr_error *err, const char *where, const char *key, const char *what) {
  return orr_fail(err, ORR_ERR_FILE, "space: %s%s%s: %s", where, key[0] ? "." : "", key, what);
}

/* An object with exactly the keys of the NULL-terminated list, and `optional` or not. */
static orr_status expect_keys_or(const json_t *object, const char *where, const char *const *keys,
                                 const char *optional, orr_error *err) {
  if (!json_is_object(object)) return wrong(err, where, "", "must be an object");
  for (size_t i = 0; keys[i]; i++) {
    if (!json_object_get(object, keys[i])) return wrong(err, where, keys[i], "is missing");
  }
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    bool known = strcmp(key, optional) == 0;
    for (size_t i = 0; keys[i]; i++) known = known || strcmp(keys[i], key) == 0;
    if (!known) return wrong(err, where, key, "is not a known key");
  }
  return ORR_OK;
}

static orr_status expect_keys(const json_t *object, const char *where, const char *const *keys,
                              orr_error *err) {
  return expect_keys_or(object, where, keys, "", err);
}

static orr_status number_of(const json_t *value, const char *where, const char *key, double *out,
                            orr_error *err) {
  if (!json_is_number(value)) return wrong(err, where, key, "must be a number");
  *out = json_number_value(value);
  return isfinite(*out) ? ORR_OK : wrong(err, where, key, "must be finite");
}

static orr_status numbers_of(const json_t *object, const char *where, const char *key, size_t count,
                             double *out, orr_error *err) {
  const json_t *list = json_object_get(object, key);
  if (!json_is_array(list) || json_array_size(list) != count) {
    return orr_fail(err, ORR_ERR_FILE, "space: %s.%s: must be a list of %zu numbers", where, key,
                    count);
  }
  for (size_t i = 0; i < count; i++) {
    ORR_TRY(number_of(json_array_get(list, i), where, key, out + i, err));
  }
  return ORR_OK;
}

/* Printable text of fewer than `size` bytes. */
static orr_status text_of(const json_t *object, const char *where, const char *key,
                          bool may_be_empty, char *out, size_t size, orr_error *err) {
  const json_t *value = json_object_get(object, key);
  if (!json_is_string(value)) return wrong(err, where, key, "must be a text");
  size_t length = json_string_length(value);
  const char *text = json_string_value(value);
  if (length == 0 && !may_be_empty) return wrong(err, where, key, "must not be empty");
  if (length >= size) {
    return orr_fail(err, ORR_ERR_FILE, "space: %s.%s: is longer than %zu bytes", where, key,
                    size - 1);
  }
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c < 0x20 || c == 0x7F) return wrong(err, where, key, "holds a control character");
  }
  memset(out, 0, size);
  memcpy(out, text, length);
  return ORR_OK;
}

static orr_status word_of(const json_t *object, const char *where, const char *key,
                          const char *const *names, int *out, orr_error *err) {
  const json_t *value = json_object_get(object, key);
  const char *text = json_is_string(value) ? json_string_value(value) : "";
  for (int i = 0; names[i]; i++) {
    if (strcmp(names[i], text) != 0) continue;
    *out = i;
    return ORR_OK;
  }
  return orr_fail(err, ORR_ERR_FILE, "space: %s.%s: '%.40s' is not a known word", where, key, text);
}

static orr_status bound_of(const json_t *object, const char *where, const char *key,
                           double infinite, double *out, orr_error *err) {
  const json_t *value = json_object_get(object, key);
  *out = infinite;
  return json_is_null(value) ? ORR_OK : number_of(value, where, key, out, err);
}

static orr_status read_body(const json_t *json, size_t index, orr_space *out, orr_error *err) {
  static const char *const keys[] = {"name", "role", "centre", "radius", NULL};
  char where[32];
  snprintf(where, sizeof where, "bodies[%zu]", index);
  orr_space_body *body = &out->bodies[index];
  int role;
  ORR_TRY(expect_keys(json, where, keys, err));
  ORR_TRY(text_of(json, where, "name", false, body->name, sizeof body->name, err));
  ORR_TRY(word_of(json, where, "role", role_names, &role, err));
  ORR_TRY(numbers_of(json, where, "centre", 2, body->centre, err));
  ORR_TRY(number_of(json_object_get(json, "radius"), where, "radius", &body->radius, err));
  if (body->radius < 0) return wrong(err, where, "radius", "must not be negative");
  body->role = (orr_role)role;
  if (orr_space_find_body(out, body->name) >= 0) return wrong(err, where, "name", "occurs twice");
  out->body_count = index + 1;
  return ORR_OK;
}

static orr_status read_field_body(const json_t *json, const char *where, const orr_space *space,
                                  int *out, orr_error *err) {
  *out = -1;
  if (json_is_null(json_object_get(json, "body"))) return ORR_OK;
  char name[ORR_NAME];
  ORR_TRY(text_of(json, where, "body", false, name, sizeof name, err));
  *out = orr_space_find_body(space, name);
  return *out >= 0 ? ORR_OK : wrong(err, where, "body", "names no body of this space");
}

static orr_status read_field(const json_t *json, size_t index, orr_space *out, orr_error *err) {
  static const char *const keys[] = {"name", "unit", "quantity", "body", "low", "high", NULL};
  char where[32];
  snprintf(where, sizeof where, "fields[%zu]", index);
  orr_space_field *field = &out->fields[index];
  int quantity;
  ORR_TRY(expect_keys(json, where, keys, err));
  ORR_TRY(text_of(json, where, "name", false, field->name, sizeof field->name, err));
  ORR_TRY(text_of(json, where, "unit", true, field->unit, sizeof field->unit, err));
  ORR_TRY(word_of(json, where, "quantity", quantity_names, &quantity, err));
  ORR_TRY(read_field_body(json, where, out, &field->body, err));
  ORR_TRY(bound_of(json, where, "low", -INFINITY, &field->low, err));
  ORR_TRY(bound_of(json, where, "high", INFINITY, &field->high, err));
  if (field->low > field->high) return wrong(err, where, "low", "is greater than high");
  field->quantity = (orr_quantity)quantity;
  if (orr_space_find(out, field->name) >= 0) return wrong(err, where, "name", "occurs twice");
  out->count = index + 1;
  return ORR_OK;
}

static orr_status side_of(const json_t *object, const char *where, const char *key, int *out,
                          orr_error *err) {
  const json_t *value = json_object_get(object, key);
  json_int_t side = json_is_integer(value) ? json_integer_value(value) : 0;
  if (side < 1 || side > ORR_MAX_PICTURE_SIDE) return wrong(err, where, key, "is no size");
  *out = (int)side;
  return ORR_OK;
}

static orr_status read_picture(const json_t *json, size_t index, orr_space *out, orr_error *err) {
  static const char *const keys[] = {"name", "kind", "width", "height", NULL};
  char where[32];
  snprintf(where, sizeof where, "pictures[%zu]", index);
  orr_space_picture *picture = &out->pictures[index];
  int kind;
  ORR_TRY(expect_keys(json, where, keys, err));
  ORR_TRY(text_of(json, where, "name", false, picture->name, sizeof picture->name, err));
  ORR_TRY(word_of(json, where, "kind", picture_names, &kind, err));
  ORR_TRY(side_of(json, where, "width", &picture->width, err));
  ORR_TRY(side_of(json, where, "height", &picture->height, err));
  for (size_t i = 0; i < index; i++)
    if (strcmp(out->pictures[i].name, picture->name) == 0)
      return wrong(err, where, "name", "occurs twice");
  picture->kind = (orr_picture_kind)kind;
  out->picture_count = index + 1;
  return ORR_OK;
}

typedef orr_status read_item_fn(const json_t *json, size_t index, orr_space *out, orr_error *err);

static orr_status read_list(const json_t *json, const char *key, size_t most, read_item_fn *read,
                            orr_space *out, orr_error *err) {
  const json_t *list = json_object_get(json, key);
  if (!json_is_array(list)) return wrong(err, key, "", "must be a list");
  if (json_array_size(list) > most) {
    return orr_fail(err, ORR_ERR_FILE, "space: %s: %zu items are too many (at most %zu)", key,
                    json_array_size(list), most);
  }
  for (size_t i = 0; i < json_array_size(list); i++) {
    ORR_TRY(read(json_array_get(list, i), i, out, err));
  }
  return ORR_OK;
}

orr_status orr_space_from_json(const json_t *json, orr_space *out, orr_error *err) {
  static const char *const keys[] = {"meaning", "scale", "bounds", "bodies", "fields", NULL};
  int meaning;
  memset(out, 0, sizeof *out);
  ORR_TRY(expect_keys_or(json, "space", keys, "pictures", err));
  ORR_TRY(word_of(json, "space", "meaning", meaning_names, &meaning, err));
  out->meaning = (orr_action_meaning)meaning;
  ORR_TRY(number_of(json_object_get(json, "scale"), "space", "scale", &out->scale, err));
  ORR_TRY(numbers_of(json, "space", "bounds", 4, out->bounds, err));
  ORR_TRY(read_list(json, "bodies", ORR_MAX_BODIES, read_body, out, err));
  ORR_TRY(read_list(json, "fields", ORR_MAX_FIELDS, read_field, out, err));
  if (!json_object_get(json, "pictures")) return ORR_OK;
  return read_list(json, "pictures", ORR_MAX_PICTURES, read_picture, out, err);
}

orr_hash orr_space_hash(const orr_space *space) {
  json_t *json = orr_space_to_json(space);
  char *text =
      json ? json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
  ORR_ASSERT(text); /* a few kilobytes, of numbers that the space's maker checked */
  orr_hash hash = orr_hash_bytes(text, strlen(text));
  free(text); /* jansson's own allocator */
  json_decref(json);
  return hash;
}

int orr_space_find(const orr_space *space, const char *name) {
  for (size_t i = 0; i < space->count; i++) {
    if (strcmp(space->fields[i].name, name) == 0) return (int)i;
  }
  return -1;
}

int orr_space_find_body(const orr_space *space, const char *name) {
  for (size_t i = 0; i < space->body_count; i++) {
    if (strcmp(space->bodies[i].name, name) == 0) return (int)i;
  }
  return -1;
}

size_t orr_picture_bytes(const orr_space_picture *picture) {
  static const size_t sizes[] = {3, sizeof(float), 1};
  return (size_t)picture->width * (size_t)picture->height * sizes[picture->kind];
}

/* Differences ------------------------------------------------------------------------------ */

static bool same_picture(const orr_space_picture *a, const orr_space_picture *b) {
  return strcmp(a->name, b->name) == 0 && a->kind == b->kind && a->width == b->width &&
         a->height == b->height;
}

/* "pixels of 64 x 64", or "no such picture" beyond the last. */
static const char *picture_words(const orr_space *space, size_t at, char out[ORR_NAME + 32]) {
  const orr_space_picture *picture = &space->pictures[at];
  if (at >= space->picture_count) return "no such picture";
  snprintf(out, ORR_NAME + 32, "%s of %d x %d", picture->name, picture->width, picture->height);
  return out;
}

void orr_space_difference(const orr_space *there, const orr_space *here, const char *what,
                          char *out, size_t size) {
  char was[ORR_NAME + 32], is[ORR_NAME + 32];
  *out = '\0';
  if (there->count != here->count) {
    snprintf(out, size, "%s has %zu numbers, here %zu", what, there->count, here->count);
    return;
  }
  for (size_t i = 0; i < here->count; i++) {
    if (strcmp(there->fields[i].name, here->fields[i].name) == 0) continue;
    snprintf(out, size, "%s %zu is %s, here %s", what, i, there->fields[i].name,
             here->fields[i].name);
    return;
  }
  for (size_t i = 0; i < ORR_MAX_PICTURES; i++) {
    bool both = i < there->picture_count && i < here->picture_count;
    if (both && same_picture(&there->pictures[i], &here->pictures[i])) continue;
    if (i >= there->picture_count && i >= here->picture_count) return;
    snprintf(out, size, "%s picture %zu is %s, here %s", what, i, picture_words(there, i, was),
             picture_words(here, i, is));
    return;
  }
}
