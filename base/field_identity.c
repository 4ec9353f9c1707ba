/* What a completed map says beside later fields at their defaults, and its identity. */
#include "base/field_internal.h"

#include <stdlib.h>
#include <string.h>

static bool is_number(const orr_node *node) {
  return node->kind == ORR_NODE_SCALAR && !node->quoted &&
         orr_word_kind(node->text) == ORR_WORD_NUMBER;
}

/* Say two trees the same? Numbers by value, so that 0.0 is the default 0. */
static bool says_same(const orr_node *a, const orr_node *b) {
  if (a->kind != b->kind || a->count != b->count) return false;
  if (a->kind == ORR_NODE_NULL) return true;
  if (is_number(a) && is_number(b) && strtod(a->text, NULL) == strtod(b->text, NULL)) return true;
  if (a->kind == ORR_NODE_SCALAR)
    return orr_node_is_text(a) == orr_node_is_text(b) && strcmp(a->text, b->text) == 0;
  for (size_t i = 0; i < a->count; i++) {
    const orr_node *x = a->kind == ORR_NODE_LIST ? a->items[i] : a->entries[i].value;
    const orr_node *y = a->kind == ORR_NODE_LIST ? b->items[i] : orr_node_get(b, a->entries[i].key);
    if (!y || !says_same(x, y)) return false;
  }
  return true;
}

static orr_status is_default(const orr_field *field, const orr_node *value, bool *out) {
  *out = !field->preset && value->kind == ORR_NODE_NULL;
  if (!field->preset) return ORR_OK;
  orr_arena *arena = orr_arena_create(2048);
  if (!arena) return ORR_ERR_MEMORY;
  orr_nodes nodes = {.arena = arena, .chunk = 2048};
  orr_place place = {"<default>", 0, 0};
  orr_node *preset = orr_preset_node(&nodes, field->preset, place);
  bool done = preset && orr_complete_value(field, &nodes, place, preset);
  *out = done && says_same(value, preset);
  orr_arena_destroy(arena);
  return done ? ORR_OK : ORR_ERR_MEMORY;
}

static orr_node *write_map(orr_nodes *nodes, const orr_record *record, const orr_node *map);

static orr_node *shallow(orr_nodes *nodes, const orr_node *node) {
  orr_node *copy = orr_nodes_alloc(nodes, 1, sizeof *copy);
  if (copy) *copy = *node;
  return copy;
}

static orr_node *write_list(orr_nodes *nodes, const orr_record *record, const orr_node *list) {
  orr_node *copy = shallow(nodes, list);
  orr_node **items = orr_nodes_alloc(nodes, list->count, sizeof *items);
  if (!copy || !items) return NULL;
  copy->items = items;
  for (size_t i = 0; i < list->count; i++) {
    items[i] = write_map(nodes, record, list->items[i]);
    if (!items[i]) return NULL;
  }
  return copy;
}

static orr_node *write_union(orr_nodes *nodes, const orr_field *field, const orr_node *map) {
  orr_node *copy = shallow(nodes, map);
  orr_entry *entry = orr_nodes_alloc(nodes, 1, sizeof *entry);
  if (!copy || !entry) return NULL;
  copy->entries = entry;
  *entry = map->entries[0];
  for (size_t i = 0; field->variants[i]; i++)
    if (strcmp(field->variants[i]->name, entry->key) == 0)
      entry->value = write_map(nodes, field->variants[i], map->entries[0].value);
  return entry->value ? copy : NULL;
}

static orr_node *write_unions(orr_nodes *nodes, const orr_field *field, const orr_node *list) {
  orr_node *copy = shallow(nodes, list);
  orr_node **items = orr_nodes_alloc(nodes, list->count, sizeof *items);
  if (!copy || !items) return NULL;
  copy->items = items;
  for (size_t i = 0; i < list->count; i++) {
    const orr_node *item = list->items[i];
    bool one = item->kind == ORR_NODE_MAP && item->count == 1;
    items[i] = one ? write_union(nodes, field, item) : shallow(nodes, item);
    if (!items[i]) return NULL;
  }
  return copy;
}

static orr_node *write_value(orr_nodes *nodes, const orr_field *field, const orr_node *value) {
  if (field->type == ORR_FIELD_RECORD || field->type == ORR_FIELD_OPTIONAL)
    return write_map(nodes, field->record, value);
  if (field->type == ORR_FIELD_LIST && value->kind == ORR_NODE_LIST)
    return write_list(nodes, field->record, value);
  if (field->type == ORR_FIELD_UNION && value->kind == ORR_NODE_MAP && value->count == 1)
    return write_union(nodes, field, value);
  if (field->type == ORR_FIELD_UNIONS && value->kind == ORR_NODE_LIST)
    return write_unions(nodes, field, value);
  return shallow(nodes, value);
}

static orr_node *write_map(orr_nodes *nodes, const orr_record *record, const orr_node *map) {
  orr_node *copy = shallow(nodes, map);
  if (!copy || map->kind != ORR_NODE_MAP) return copy;
  copy->entries = orr_nodes_alloc(nodes, map->count, sizeof *copy->entries);
  copy->count = copy->capacity = 0;
  for (size_t i = 0; copy->entries && i < map->count; i++) {
    orr_entry entry = map->entries[i];
    const orr_field *field = orr_record_field(record, entry.key, strlen(entry.key));
    bool skip = false;
    if (field && field->later && is_default(field, entry.value, &skip) != ORR_OK) return NULL;
    if (skip) continue;
    if (field) entry.value = write_value(nodes, field, entry.value);
    if (!entry.value) return NULL;
    copy->entries[copy->count++] = entry;
  }
  return copy->entries ? copy : NULL;
}

const orr_node *orr_record_written(const orr_record *record, const orr_node *map,
                                   orr_arena *arena) {
  orr_nodes nodes = {.arena = arena, .chunk = 4096};
  return write_map(&nodes, record, map);
}

orr_status orr_record_identity(const orr_record *record, const orr_node *map, orr_hash *out) {
  orr_arena *arena = orr_arena_create(4096);
  if (!arena) return ORR_ERR_MEMORY;
  const orr_node *written = orr_record_written(record, map, arena);
  if (written) *out = orr_node_hash(written);
  orr_arena_destroy(arena);
  return written ? ORR_OK : ORR_ERR_MEMORY;
}
