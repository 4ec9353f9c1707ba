/* The identity of a completed map: orr_node_hash, but for later fields at their defaults. */
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

static orr_status list_identity(const orr_record *record, const orr_node *list, orr_hash *out) {
  *out = orr_node_hash_start(ORR_NODE_LIST);
  for (size_t i = 0; i < list->count; i++) {
    orr_hash item;
    ORR_TRY(orr_record_identity(record, list->items[i], &item));
    *out = orr_hash_join(*out, item);
  }
  return ORR_OK;
}

static orr_status union_identity(const orr_field *field, const orr_entry *entry, orr_hash *out) {
  orr_hash below = orr_node_hash(entry->value);
  for (size_t i = 0; field->variants[i]; i++)
    if (strcmp(field->variants[i]->name, entry->key) == 0)
      ORR_TRY(orr_record_identity(field->variants[i], entry->value, &below));
  *out = orr_node_hash_entry(orr_node_hash_start(ORR_NODE_MAP), entry->key, below);
  return ORR_OK;
}

static orr_status unions_identity(const orr_field *field, const orr_node *list, orr_hash *out) {
  *out = orr_node_hash_start(ORR_NODE_LIST);
  for (size_t i = 0; i < list->count; i++) {
    const orr_node *item = list->items[i];
    orr_hash below = orr_node_hash(item);
    if (item->kind == ORR_NODE_MAP && item->count == 1)
      ORR_TRY(union_identity(field, &item->entries[0], &below));
    *out = orr_hash_join(*out, below);
  }
  return ORR_OK;
}

static orr_status value_identity(const orr_field *field, const orr_node *value, orr_hash *out) {
  if (field->type == ORR_FIELD_RECORD || field->type == ORR_FIELD_OPTIONAL)
    return orr_record_identity(field->record, value, out);
  if (field->type == ORR_FIELD_LIST && value->kind == ORR_NODE_LIST)
    return list_identity(field->record, value, out);
  if (field->type == ORR_FIELD_UNION && value->kind == ORR_NODE_MAP && value->count == 1)
    return union_identity(field, &value->entries[0], out);
  if (field->type == ORR_FIELD_UNIONS && value->kind == ORR_NODE_LIST)
    return unions_identity(field, value, out);
  *out = orr_node_hash(value);
  return ORR_OK;
}
orr_status orr_record_identity(const orr_record *record, const orr_node *map, orr_hash *out) {
  if (map->kind != ORR_NODE_MAP) {
    *out = orr_node_hash(map);
    return ORR_OK;
  }
  *out = orr_node_hash_start(ORR_NODE_MAP);
  for (size_t i = 0; i < map->count; i++) {
    const orr_entry *entry = &map->entries[i];
    const orr_field *field = orr_record_field(record, entry->key, strlen(entry->key));
    orr_hash below = {0};
    bool skip = false;
    if (field && field->later) ORR_TRY(is_default(field, entry->value, &skip));
    if (skip) continue;
    if (!field) below = orr_node_hash(entry->value);
    if (field) ORR_TRY(value_identity(field, entry->value, &below));
    *out = orr_node_hash_entry(*out, entry->key, below);
  }
  return ORR_OK;
}
