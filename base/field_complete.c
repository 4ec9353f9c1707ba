/* Defaults: as trees, written into a configuration, and checked against their own tables. */
#include "base/field_internal.h"

#include <string.h>

static bool is_word(const char *text) {
  for (const char *s = text; *s; s++) {
    bool letter = (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z');
    if (!letter && !(*s >= '0' && *s <= '9') && !strchr("_.+-/", *s)) return false;
  }
  return text[0] != 0;
}

/* Most defaults are a word or empty: these need no parser. */
orr_node *orr_preset_node(orr_nodes *nodes, const char *yaml, orr_place place) {
  orr_node *node = orr_nodes_alloc(nodes, 1, sizeof *node);
  if (!node) return NULL;
  *node = (orr_node){.place = place, .text = ""};
  if (is_word(yaml)) {
    node->kind = orr_word_kind(yaml) == ORR_WORD_NULL ? ORR_NODE_NULL : ORR_NODE_SCALAR;
    node->text = orr_nodes_text(nodes, yaml, strlen(yaml));
    return node->text ? node : NULL;
  }
  if (strcmp(yaml, "[]") == 0 || strcmp(yaml, "{}") == 0) {
    node->kind = yaml[0] == '[' ? ORR_NODE_LIST : ORR_NODE_MAP;
    return node;
  }
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  if (!diagnostics) return NULL;
  orr_yaml_input input = {
      .text = yaml, .length = strlen(yaml), .name = place.file, .place = &place};
  orr_status status = orr_yaml_parse(nodes, &input, NULL, diagnostics, &node);
  orr_diagnostics_destroy(diagnostics);
  bool sound = status == ORR_OK || status == ORR_ERR_MEMORY;
  ORR_ASSERT(sound);
  return node;
}

static orr_status out_of_memory(orr_diagnostics *diagnostics) {
  orr_diagnostics_memory(diagnostics);
  return ORR_ERR_MEMORY;
}

static bool complete_union(const orr_field *field, orr_nodes *nodes, orr_place place,
                           orr_node *value) {
  if (value->kind != ORR_NODE_MAP || value->count != 1) return true;
  for (size_t i = 0; field->variants[i]; i++)
    if (strcmp(field->variants[i]->name, value->entries[0].key) == 0)
      return orr_complete_map(field->variants[i], nodes, place, value->entries[0].value);
  return true;
}

/* What does not fit the table is left for orr_record_read to report. */
bool orr_complete_value(const orr_field *field, orr_nodes *nodes, orr_place place,
                        orr_node *value) {
  if (field->type == ORR_FIELD_RECORD || field->type == ORR_FIELD_OPTIONAL)
    return orr_complete_map(field->record, nodes, place, value);
  bool done = true;
  if (field->type == ORR_FIELD_LIST && value->kind == ORR_NODE_LIST)
    for (size_t i = 0; done && i < value->count; i++)
      done = orr_complete_map(field->record, nodes, place, value->items[i]);
  if (field->type == ORR_FIELD_UNIONS && value->kind == ORR_NODE_LIST)
    for (size_t i = 0; done && i < value->count; i++)
      done = complete_union(field, nodes, place, value->items[i]);
  if (field->type == ORR_FIELD_UNION) return complete_union(field, nodes, place, value);
  return done;
}

/* Keys in the order of the table, unknown ones last. */
bool orr_complete_map(const orr_record *record, orr_nodes *nodes, orr_place place, orr_node *map) {
  if (map->kind != ORR_NODE_MAP) return true;
  orr_entry *entries = orr_nodes_alloc(nodes, map->count + record->count, sizeof *entries);
  if (!entries) return false;
  size_t count = 0;
  for (size_t i = 0; i < record->count; i++) {
    const orr_field *field = &record->fields[i];
    size_t at = 0;
    while (at < map->count && strcmp(map->entries[at].key, field->name) != 0) at++;
    if (at < map->count)
      entries[count] = map->entries[at];
    else if (field->preset)
      entries[count] = (orr_entry){orr_nodes_text(nodes, field->name, strlen(field->name)), place,
                                   orr_preset_node(nodes, field->preset, place)};
    else
      continue;
    if (!entries[count].key || !entries[count].value) return false;
    count++;
  }
  for (size_t i = 0; i < map->count; i++) {
    const char *key = map->entries[i].key;
    if (!orr_record_field(record, key, strlen(key))) entries[count++] = map->entries[i];
  }
  map->entries = entries;
  map->capacity = map->count + record->count;
  map->count = count;
  for (size_t i = 0; i < count; i++) {
    const orr_field *field = orr_record_field(record, entries[i].key, strlen(entries[i].key));
    if (field && !orr_complete_value(field, nodes, place, entries[i].value)) return false;
  }
  return true;
}

orr_status orr_record_complete(const orr_record *record, orr_config *config, orr_node *map,
                               orr_diagnostics *diagnostics) {
  orr_place place = {orr_config_intern(config, "<default>"), 0, 0};
  if (place.file && orr_complete_map(record, &config->nodes, place, map)) return ORR_OK;
  return out_of_memory(diagnostics);
}

/* --- tables that are wrong ------------------------------------------------------------------- */

enum { CHECK_LEVELS = 12 }; /* a table may hold itself behind a list */

static void check_record(orr_reader *reader, const orr_record *record, const orr_trail *trail,
                         const orr_inside *inside, int levels);

static void check_field(orr_reader *reader, const orr_record *record, size_t at,
                        const orr_trail *trail, const orr_inside *inside, int levels) {
  const orr_field *field = &record->fields[at];
  orr_trail here = {trail, field->name, 0};
  orr_place place = {"<default>", 0, 0};
  if (orr_record_field(record, field->name, strlen(field->name)) != field)
    orr_reader_complain(reader, place, NULL, &here, "two fields have this name");
  if (field->offset >= record->size)
    orr_reader_complain(reader, place, NULL, &here, "lies outside its struct");
  if (field->least > field->length)
    orr_reader_complain(reader, place, NULL, &here, "least is above length");
  if (field->later && !field->preset && field->type != ORR_FIELD_OPTIONAL)
    orr_reader_complain(reader, place, NULL, &here, "a later field needs a default");
  bool preset = field->preset && strcmp(field->preset, "null") != 0;
  void *scratch = orr_arena_alloc(reader->arena, 1, record->size);
  const orr_node *node = preset ? orr_preset_node(&reader->nodes, field->preset, place) : NULL;
  if (!scratch || (preset && !node))
    orr_reader_memory(reader);
  else if (preset)
    orr_read_field(reader, field, node, &here, (char *)scratch + field->offset);
  if (field->record) check_record(reader, field->record, &here, inside, levels - 1);
  if (!orr_has_variants(field) || orr_is_inside(inside, field->variants)) return;
  const orr_inside within = {inside, field->variants};
  for (size_t i = 0; field->variants[i]; i++) {
    orr_trail below = {&here, field->variants[i]->name, 0};
    check_record(reader, field->variants[i], &below, &within, levels - 1);
  }
}

static void check_record(orr_reader *reader, const orr_record *record, const orr_trail *trail,
                         const orr_inside *inside, int levels) {
  for (size_t i = 0; levels > 0 && i < record->count; i++)
    check_field(reader, record, i, trail, inside, levels);
}

orr_status orr_record_check(const orr_record *record, orr_diagnostics *diagnostics) {
  orr_arena *arena = orr_arena_create(4096);
  if (!arena) return out_of_memory(diagnostics);
  orr_reader reader = {
      .arena = arena, .diagnostics = diagnostics, .nodes = {.arena = arena, .chunk = 2048}};
  orr_trail trail = {NULL, record->name, 0};
  check_record(&reader, record, &trail, NULL, CHECK_LEVELS);
  orr_arena_destroy(arena);
  return reader.failed ? ORR_ERR_CONFIG : ORR_OK;
}
