/* JSON Schema draft-07 of a table: every record once under "definitions". */
#include "base/field_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS = 256 };

typedef struct schema {
  const orr_record *records[RECORDS];
  char names[RECORDS][80];
  size_t count;
  json_t *definitions;
} schema;

static json_t *record_schema(schema *s, const orr_record *record);

/* {"$ref": "#/definitions/<record>"}; makes the definition on first use. */
static json_t *reference(schema *s, const orr_record *record) {
  size_t at = 0;
  while (at < s->count && s->records[at] != record) at++;
  if (at == s->count) {
    ORR_ASSERT(s->count < RECORDS);
    size_t same = 1;
    for (size_t i = 0; i < s->count; i++) same += strcmp(s->records[i]->name, record->name) == 0;
    s->records[s->count++] = record;
    if (same == 1)
      snprintf(s->names[at], sizeof s->names[at], "%s", record->name);
    else
      snprintf(s->names[at], sizeof s->names[at], "%s_%zu", record->name, same);
    json_object_set_new(s->definitions, s->names[at], record_schema(s, record));
  }
  return json_pack("{s:s+}", "$ref", "#/definitions/", s->names[at]);
}

/* --- numbers --------------------------------------------------------------------------------- */

static json_t *number_value(double value) {
  return value == floor(value) && fabs(value) < 9e15 ? json_integer((json_int_t)value)
                                                     : json_real(value);
}

static void add_limits(const orr_field *field, json_t *type) {
  if (!orr_field_has_limits(field)) return;
  if (isfinite(field->low)) json_object_set_new(type, "minimum", number_value(field->low));
  if (isfinite(field->high)) json_object_set_new(type, "maximum", number_value(field->high));
}

static json_t *real_schema(const orr_field *field) {
  json_t *number = json_pack("{s:s}", "type", "number");
  add_limits(field, number);
  bool wide = isinf(field->low) || isinf(field->high);
  if (!wide && !orr_field_is_angle(field)) return number;
  json_t *any = json_pack("[o]", number);
  if (orr_field_is_angle(field))
    json_array_append_new(any, json_pack("{s:s, s:s+}", "type", "string", "pattern",
                                         "^[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)",
                                         "([eE][-+]?[0-9]+)?deg$"));
  if (wide)
    json_array_append_new(any, json_pack("{s:[s,s,s,s]}", "enum", "inf", "+inf", "-inf", ".inf"));
  return json_pack("{s:o}", "anyOf", any);
}

/* A list whose items may also be templates and repeats; one of these may make several items. */
static json_t *list_of(json_t *item, size_t least) {
  json_t *array = json_pack("{s:s, s:{s:[o, {s:s}]}}", "type", "array", "items", "anyOf", item,
                            "$ref", "#/definitions/made");
  if (least == 1) json_object_set_new(array, "minItems", json_integer(1));
  if (least > 1)
    json_object_set_new(array, "anyOf",
                        json_pack("[{s:i}, {s:{s:s}}]", "minItems", (int)least, "contains", "$ref",
                                  "#/definitions/made"));
  return array;
}

static json_t *template_use(void) {
  return json_pack("{s:s}", "$ref", "#/definitions/template_use");
}

static json_t *array_of(json_t *items, size_t least, size_t most) {
  json_t *array = json_pack("{s:s, s:o}", "type", "array", "items", items);
  if (least) json_object_set_new(array, "minItems", json_integer((json_int_t)least));
  if (most) json_object_set_new(array, "maxItems", json_integer((json_int_t)most));
  return array;
}

/* {"name": <type>} and nothing else. */
static json_t *single_key(const char *name, json_t *type) {
  return json_pack("{s:s, s:{s:o}, s:[s], s:b}", "type", "object", "properties", name, type,
                   "required", name, "additionalProperties", 0);
}

static json_t *range_schema(const orr_field *field) {
  json_t *normal =
      json_pack("{s:s, s:[o, {s:s, s:i}], s:i, s:i}", "type", "array", "items", real_schema(field),
                "type", "number", "minimum", 0, "minItems", 2, "maxItems", 2);
  json_t *kinds = json_pack("[o, o, o, o, o]", real_schema(field),
                            single_key("uniform", array_of(real_schema(field), 2, 2)),
                            single_key("integer", array_of(real_schema(field), 2, 2)),
                            single_key("normal", normal),
                            single_key("choice", array_of(real_schema(field), 1, 8)));
  if (field->preset && strcmp(field->preset, "null") == 0)
    json_array_append_new(kinds, json_pack("{s:s}", "type", "null"));
  return json_pack("{s:o}", "oneOf", kinds);
}

/* --- fields ---------------------------------------------------------------------------------- */

static json_t *enum_schema(const orr_field *field) {
  json_t *names = json_array();
  for (size_t i = 0; field->names[i]; i++)
    json_array_append_new(names, json_string(field->names[i]));
  return json_pack("{s:o}", "enum", names);
}

static json_t *text_schema(const orr_field *field) {
  if (field->preset && strcmp(field->preset, "null") == 0)
    return json_pack("{s:[s, s]}", "type", "string", "null");
  return json_pack("{s:s}", "type", "string");
}

static json_t *union_schema(schema *s, const orr_field *field) {
  json_t *kinds = json_array();
  for (size_t i = 0; field->variants[i]; i++) {
    json_t *below = reference(s, field->variants[i]);
    json_array_append_new(kinds, single_key(field->variants[i]->name, below));
  }
  json_array_append_new(kinds, template_use());
  return json_pack("{s:o}", "oneOf", kinds);
}

static json_t *type_schema(schema *s, const orr_field *field) {
  json_t *integer;
  const size_t least = orr_field_least(field);
  switch (field->type) {
  case ORR_FIELD_BOOL: return json_pack("{s:s}", "type", "boolean");
  case ORR_FIELD_INT:
    integer = json_pack("{s:s}", "type", "integer");
    add_limits(field, integer);
    return integer;
  case ORR_FIELD_REAL: return real_schema(field);
  case ORR_FIELD_TEXT:
  case ORR_FIELD_REF: return text_schema(field);
  case ORR_FIELD_ENUM: return enum_schema(field);
  case ORR_FIELD_VECTOR: return array_of(real_schema(field), least, field->length);
  case ORR_FIELD_NUMBERS: return list_of(real_schema(field), field->length);
  case ORR_FIELD_POINTS: return list_of(array_of(real_schema(field), 2, 2), field->length);
  case ORR_FIELD_TEXTS: return list_of(json_pack("{s:s}", "type", "string"), field->length);
  case ORR_FIELD_RANGE: return range_schema(field);
  case ORR_FIELD_RANGES: return array_of(range_schema(field), least, field->length);
  case ORR_FIELD_RECORD:
    return json_pack("{s:[o, o]}", "anyOf", reference(s, field->record), template_use());
  case ORR_FIELD_OPTIONAL:
    return json_pack("{s:[{s:s}, o, o]}", "anyOf", "type", "null", reference(s, field->record),
                     template_use());
  case ORR_FIELD_LIST: return list_of(reference(s, field->record), field->length);
  case ORR_FIELD_UNION: return union_schema(s, field);
  case ORR_FIELD_UNIONS: return list_of(union_schema(s, field), field->length);
  case ORR_FIELD_TREE: return json_object();
  }
  return NULL;
}

/* A tree as JSON, with the types that the YAML words have. */
static json_t *node_json(const orr_node *node) {
  switch (node->kind) {
  case ORR_NODE_NULL: return json_null();
  case ORR_NODE_SCALAR:
    if (orr_node_is_text(node)) return json_string(node->text);
    if (orr_word_kind(node->text) == ORR_WORD_BOOL) return json_boolean(node->text[0] == 't');
    if (orr_word_kind(node->text) == ORR_WORD_NUMBER && isfinite(strtod(node->text, NULL)))
      return number_value(strtod(node->text, NULL));
    return json_string(node->text);
  case ORR_NODE_LIST: break;
  case ORR_NODE_MAP: break;
  }
  bool list = node->kind == ORR_NODE_LIST;
  json_t *json = list ? json_array() : json_object();
  for (size_t i = 0; i < node->count; i++) {
    if (list)
      json_array_append_new(json, node_json(node->items[i]));
    else
      json_object_set_new(json, node->entries[i].key, node_json(node->entries[i].value));
  }
  return json;
}

static void add_default(const orr_field *field, json_t *type) {
  orr_arena *arena = field->preset ? orr_arena_create(4096) : NULL;
  if (!arena) return;
  orr_nodes nodes = {.arena = arena, .chunk = 2048};
  orr_place place = {"<default>", 0, 0};
  const orr_node *preset = orr_preset_node(&nodes, field->preset, place);
  if (preset) json_object_set_new(type, "default", node_json(preset));
  orr_arena_destroy(arena);
}

static json_t *field_schema(schema *s, const orr_field *field) {
  json_t *type = type_schema(s, field);
  bool unit = field->unit && field->unit[0];
  char help[1024];
  snprintf(help, sizeof help, "%s%s%s%s", field->help ? field->help : "", unit ? " (" : "",
           unit ? field->unit : "", unit ? ")" : "");
  if (help[0]) json_object_set_new(type, "description", json_string(help));
  add_default(field, type);
  return type;
}

static json_t *record_schema(schema *s, const orr_record *record) {
  json_t *properties = json_object(), *required = json_array();
  for (size_t i = 0; i < record->count; i++) {
    const orr_field *field = &record->fields[i];
    json_object_set_new(properties, field->name, field_schema(s, field));
    if (!field->preset && field->type != ORR_FIELD_OPTIONAL)
      json_array_append_new(required, json_string(field->name));
  }
  json_t *json = json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties,
                           "additionalProperties", 0);
  if (json_array_size(required))
    json_object_set_new(json, "required", required);
  else
    json_decref(required);
  if (record->help) json_object_set_new(json, "description", json_string(record->help));
  return json;
}

json_t *orr_record_schema(const orr_record *record) {
  schema *s = orr_alloc(1, sizeof *s);
  if (!s) return NULL;
  s->definitions = json_object();
  orr_config_schema_definitions(s->definitions);
  json_t *json = record_schema(s, record);
  orr_config_schema_root(json_object_get(json, "properties"));
  json_t *top = json_pack("{s:s, s:s}", "$schema", "http://json-schema.org/draft-07/schema#",
                          "title", record->name);
  json_object_update(top, json);
  json_decref(json);
  json_object_set_new(top, "definitions", s->definitions);
  orr_free(s);
  return top;
}
