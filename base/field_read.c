#include "base/field_internal.h"

#include <string.h>

static void *at_offset(void *record, size_t offset) { return (char *)record + offset; }

/* --- complaints ------------------------------------------------------------------------------ */

static void put_trail(const orr_trail *trail, char *out, size_t size) {
  if (!trail) {
    out[0] = 0;
    return;
  }
  put_trail(trail->up, out, size);
  size_t used = strlen(out);
  if (!trail->name)
    snprintf(out + used, size - used, "[%zu]", trail->index);
  else if (trail->name[0])
    snprintf(out + used, size - used, "%s%.200s", used ? "." : "", trail->name);
}

void orr_reader_complain(orr_reader *reader, orr_place place, const char *hint,
                         const orr_trail *trail, const char *format, ...) {
  reader->failed = true;
  if (!reader->diagnostics) return;
  char message[512], path[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  put_trail(trail, path, sizeof path);
  orr_diagnostics_add(reader->diagnostics, reader->config, place, hint, "%s%s%s", path,
                      path[0] ? ": " : "", message);
}

void orr_reader_memory(orr_reader *reader) {
  reader->failed = true;
  if (reader->diagnostics) orr_diagnostics_memory(reader->diagnostics);
}

void orr_reader_expected(orr_reader *reader, const orr_node *node, const char *hint,
                         const orr_trail *trail, const char *what) {
  char shown[ORR_SHOWN], found[ORR_SHOWN + 32];
  switch (node->kind) {
  case ORR_NODE_NULL: snprintf(found, sizeof found, "no value"); break;
  case ORR_NODE_LIST: snprintf(found, sizeof found, "a list of %zu", node->count); break;
  case ORR_NODE_MAP: snprintf(found, sizeof found, "a map of %zu", node->count); break;
  case ORR_NODE_SCALAR:
    if (orr_node_is_text(node))
      snprintf(found, sizeof found, "the text %s", orr_show(node->text, shown));
    else
      snprintf(found, sizeof found, "%.60s", node->text);
    break;
  }
  orr_reader_complain(reader, node->place, hint, trail, "expected %s, found %s", what, found);
}

static void *reader_alloc(orr_reader *reader, size_t count, size_t size) {
  void *memory = orr_arena_alloc(reader->arena, count ? count : 1, size);
  if (!memory) orr_reader_memory(reader);
  return memory;
}

/* --- names ----------------------------------------------------------------------------------- */

void orr_join_names(const char *const *names, size_t count, char *out, size_t size) {
  size_t used = 0;
  out[0] = 0;
  for (size_t i = 0; i < count; i++) {
    size_t need = strlen(names[i]) + 2;
    if (used + need + 8 > size) {
      snprintf(out + used, size - used, ", ...");
      return;
    }
    used += (size_t)snprintf(out + used, size - used, "%s%s", i ? ", " : "", names[i]);
  }
}

void orr_word_hint(const char *word, const char *const *names, size_t count, char *out,
                   size_t size) {
  const char *close = orr_closest(word, names, count);
  if (close) {
    snprintf(out, size, "did you mean \"%s\"?", close);
    return;
  }
  size_t used = (size_t)snprintf(out, size, "known: ");
  if (used < size) orr_join_names(names, count, out + used, size - used);
}

size_t orr_field_names(const orr_record *record, const char *names[ORR_MAX_KEYS]) {
  ORR_ASSERT(record->count <= ORR_MAX_KEYS);
  for (size_t i = 0; i < record->count; i++) names[i] = record->fields[i].name;
  return record->count;
}

size_t orr_variant_names(const orr_field *field, const char *names[ORR_MAX_KEYS]) {
  size_t count = 0;
  for (; field->variants[count]; count++) {
    ORR_ASSERT(count < ORR_MAX_KEYS);
    names[count] = field->variants[count]->name;
  }
  return count;
}

size_t orr_enum_count(const orr_field *field) {
  size_t count = 0;
  while (field->names[count]) count++;
  return count;
}

const orr_field *orr_record_field(const orr_record *record, const char *name, size_t length) {
  for (size_t i = 0; i < record->count; i++) {
    const char *other = record->fields[i].name;
    if (strncmp(other, name, length) == 0 && other[length] == 0) return &record->fields[i];
  }
  return NULL;
}

/* --- single values --------------------------------------------------------------------------- */

static void read_bool(orr_reader *reader, const orr_node *node, const orr_trail *trail, bool *out) {
  bool bare = node->kind == ORR_NODE_SCALAR && !node->quoted;
  if (bare && orr_word_kind(node->text) == ORR_WORD_BOOL)
    *out = node->text[0] == 't';
  else
    orr_reader_expected(reader, node, "only true and false are booleans", trail, "true or false");
}

/* Null reads as NULL where the default is null. */
static bool read_text(orr_reader *reader, const orr_field *field, const orr_node *node,
                      const orr_trail *trail, const char **out) {
  bool optional = field->preset && strcmp(field->preset, "null") == 0;
  if (node->kind == ORR_NODE_NULL && optional) {
    *out = NULL;
    return false;
  }
  if (!orr_node_is_text(node) &&
      !(node->kind == ORR_NODE_SCALAR && orr_word_kind(node->text) == ORR_WORD_DEGREES)) {
    bool scalar = node->kind == ORR_NODE_SCALAR;
    orr_reader_expected(reader, node, scalar ? "put it in quotes to make it a text" : NULL, trail,
                        "a text");
    return false;
  }
  *out = orr_arena_strdup(reader->arena, node->text);
  if (!*out) orr_reader_memory(reader);
  return *out != NULL;
}

static void read_enum(orr_reader *reader, const orr_field *field, const orr_node *node,
                      const orr_trail *trail, int *out) {
  size_t count = orr_enum_count(field);
  char names[256], what[288], shown[ORR_SHOWN];
  orr_join_names(field->names, count, names, sizeof names);
  bool scalar = node->kind == ORR_NODE_SCALAR || (node->kind == ORR_NODE_NULL && node->text[0]);
  if (!scalar) {
    snprintf(what, sizeof what, "one of %s", names);
    orr_reader_expected(reader, node, NULL, trail, what);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    if (strcmp(field->names[i], node->text) != 0) continue;
    *out = (int)i;
    return;
  }
  char hint[128] = "";
  const char *close = orr_closest(node->text, field->names, count);
  if (close) snprintf(hint, sizeof hint, "did you mean \"%s\"?", close);
  orr_reader_complain(reader, node->place, hint, trail, "%s is none of %s",
                      orr_show(node->text, shown), names);
}

static void read_ref(orr_reader *reader, const orr_field *field, const orr_node *node,
                     const orr_trail *trail, const char **out) {
  if (!read_text(reader, field, node, trail, out) || !reader->root) return;
  const orr_node *list = orr_node_find(reader->root, field->target);
  if (orr_node_named(list, *out, strlen(*out))) return;
  const char *names[ORR_MAX_KEYS];
  size_t count = 0;
  for (size_t i = 0; list && list->kind == ORR_NODE_LIST && i < list->count; i++) {
    const orr_node *name = orr_node_get(list->items[i], "name");
    if (name && name->kind == ORR_NODE_SCALAR && count < ORR_MAX_KEYS) names[count++] = name->text;
  }
  char hint[256], shown[ORR_SHOWN];
  if (count)
    orr_word_hint(*out, names, count, hint, sizeof hint);
  else
    snprintf(hint, sizeof hint, "%s has no named items", field->target);
  orr_reader_complain(reader, node->place, hint, trail, "no item of %s has the name %s",
                      field->target, orr_show(*out, shown));
}

/* --- lists ----------------------------------------------------------------------------------- */

static bool check_list(orr_reader *reader, const orr_field *field, const orr_node *node,
                       const orr_trail *trail, const char *what) {
  if (node->kind != ORR_NODE_LIST) {
    orr_reader_expected(reader, node, node->kind == ORR_NODE_NULL ? "write [] for none" : NULL,
                        trail, what);
    return false;
  }
  if (node->count >= field->length) return true;
  orr_reader_complain(reader, node->place, NULL, trail, "needs at least %zu, has %zu",
                      field->length, node->count);
  return false;
}

/* From `least` to `length` numbers, or ranges when `ranges` is not NULL; the others stay 0. */
static void read_fixed(orr_reader *reader, const orr_field *field, const orr_node *node,
                       const orr_trail *trail, size_t least, size_t length, double *numbers,
                       orr_range *ranges) {
  if (node->kind != ORR_NODE_LIST || node->count < least || node->count > length) {
    char what[96], count[48];
    orr_count_text(least, length, count, sizeof count);
    snprintf(what, sizeof what, "a list of %s numbers%s", count, ranges ? " or distributions" : "");
    orr_reader_expected(reader, node, NULL, trail, what);
    return;
  }
  for (size_t i = 0; i < node->count; i++) {
    orr_trail here = {trail, NULL, i};
    if (ranges)
      orr_read_range(reader, field, node->items[i], &here, &ranges[i]);
    else
      orr_read_real(reader, field, node->items[i], &here, &numbers[i]);
  }
}

/* A list of numbers (`width` 1) or of pairs (2). */
static void read_numbers(orr_reader *reader, const orr_field *field, const orr_node *node,
                         const orr_trail *trail, size_t width, orr_list *out) {
  const char *what = width == 1 ? "a list of numbers" : "a list of pairs such as [[0, 0], [1, 2]]";
  if (!check_list(reader, field, node, trail, what)) return;
  double *values = reader_alloc(reader, node->count, width * sizeof *values);
  if (!values) return;
  *out = (orr_list){values, node->count};
  for (size_t i = 0; i < node->count; i++) {
    orr_trail here = {trail, NULL, i};
    if (width == 1)
      orr_read_real(reader, field, node->items[i], &here, &values[i]);
    else
      read_fixed(reader, field, node->items[i], &here, 2, 2, &values[2 * i], NULL);
  }
}

static void read_texts(orr_reader *reader, const orr_field *field, const orr_node *node,
                       const orr_trail *trail, orr_list *out) {
  if (!check_list(reader, field, node, trail, "a list of texts")) return;
  const char **texts = reader_alloc(reader, node->count, sizeof *texts);
  if (!texts) return;
  *out = (orr_list){texts, node->count};
  const orr_field item = {.name = field->name, .type = ORR_FIELD_TEXT};
  for (size_t i = 0; i < node->count; i++) {
    orr_trail here = {trail, NULL, i};
    read_text(reader, &item, node->items[i], &here, &texts[i]);
  }
}

/* --- records --------------------------------------------------------------------------------- */

static bool is_null_preset(const orr_field *field) {
  return field->preset && strcmp(field->preset, "null") == 0;
}

static void unknown_key(orr_reader *reader, const orr_record *record, const orr_entry *entry,
                        const orr_trail *trail) {
  if (reader->diagnostics && orr_diagnostics_full(reader->diagnostics)) {
    orr_reader_complain(reader, entry->place, NULL, trail, "unknown key");
    return;
  }
  const char *names[ORR_MAX_KEYS];
  size_t count = orr_field_names(record, names);
  char hint[512], shown[ORR_SHOWN];
  orr_word_hint(entry->key, names, count, hint, sizeof hint);
  orr_reader_complain(reader, entry->place, hint, trail, "unknown key %s in %s",
                      orr_show(entry->key, shown), record->name);
}

static void missing_key(orr_reader *reader, const orr_field *field, orr_place place,
                        const orr_trail *trail) {
  char type[128], hint[512];
  orr_field_type_text(field, type, sizeof type);
  snprintf(hint, sizeof hint, "%s: %s (%s%s%s)", field->name, field->help ? field->help : "", type,
           field->unit && field->unit[0] ? ", " : "", field->unit ? field->unit : "");
  orr_reader_complain(reader, place, hint, trail, "the key \"%s\" is missing", field->name);
}

static void read_absent(orr_reader *reader, const orr_field *field, orr_place place,
                        const orr_trail *trail, const orr_trail *parent, void *out) {
  if (!field->preset) {
    if (field->type != ORR_FIELD_OPTIONAL) missing_key(reader, field, place, parent);
    return;
  }
  if (is_null_preset(field)) return;
  const orr_node *preset = orr_preset_node(&reader->nodes, field->preset, place);
  if (!preset)
    orr_reader_memory(reader);
  else
    orr_read_field(reader, field, preset, trail, out);
}

/* `node` NULL: an empty map that stands at `place`. */
static void read_record(orr_reader *reader, const orr_record *record, const orr_node *node,
                        orr_place place, const orr_trail *trail, void *out) {
  memset(out, 0, record->size);
  if (node && node->kind != ORR_NODE_MAP) {
    char what[128];
    snprintf(what, sizeof what, "a map (%s)", record->name);
    orr_reader_expected(reader, node,
                        node->kind == ORR_NODE_NULL ? "write {} for the defaults" : NULL, trail,
                        what);
    return;
  }
  for (size_t i = 0; i < record->count; i++) {
    const orr_field *field = &record->fields[i];
    const orr_node *value = node ? orr_node_get(node, field->name) : NULL;
    orr_trail here = {trail, field->name, 0};
    void *member = at_offset(out, field->offset);
    if (value)
      orr_read_field(reader, field, value, &here, member);
    else
      read_absent(reader, field, place, &here, trail, member);
  }
  for (size_t i = 0; node && i < node->count; i++) {
    const orr_entry *entry = &node->entries[i];
    if (!orr_record_field(record, entry->key, strlen(entry->key)))
      unknown_key(reader, record, entry, trail);
  }
}

/* Items made from one text have one place: their name must hold what tells them apart. */
static void name_again(orr_reader *reader, const orr_node *one, const orr_node *two,
                       const orr_trail *trail) {
  char shown[ORR_SHOWN], file[400] = "";
  bool same_file = strcmp(one->place.file, two->place.file) == 0;
  if (!same_file) snprintf(file, sizeof file, "%.390s:", one->place.file);
  if (same_file && one->place.line == two->place.line && one->place.column == two->place.column)
    orr_reader_complain(reader, two->place,
                        "put a parameter or the index into it, such as \"ball${i}\"", trail,
                        "the name %s again: it was made here before", orr_show(one->text, shown));
  else
    orr_reader_complain(reader, two->place, "names in a list are unique", trail,
                        "the name %s again; it is already at %s%d:%d", orr_show(one->text, shown),
                        file, one->place.line, one->place.column);
}

static void check_unique(orr_reader *reader, const orr_node *list, const orr_trail *trail) {
  orr_word_at *words = reader_alloc(reader, list->count, sizeof *words);
  size_t count = 0;
  for (size_t i = 0; words && i < list->count; i++) {
    const orr_node *name = orr_node_get(list->items[i], "name");
    if (name && name->kind == ORR_NODE_SCALAR) words[count++] = (orr_word_at){name->text, i};
  }
  if (words) orr_words_sort(words, count);
  for (size_t i = 1, first = 0; i < count; i++) {
    if (strcmp(words[i].text, words[first].text) != 0) {
      first = i;
      continue;
    }
    const orr_node *one = orr_node_get(list->items[words[first].index], "name");
    const orr_node *two = orr_node_get(list->items[words[i].index], "name");
    orr_trail here = {trail, NULL, words[i].index};
    name_again(reader, one, two, &here);
  }
}

static void read_list(orr_reader *reader, const orr_field *field, const orr_node *node,
                      const orr_trail *trail, orr_list *out) {
  char what[128];
  snprintf(what, sizeof what, "a list of %s", field->record->name);
  if (!check_list(reader, field, node, trail, what)) return;
  char *items = reader_alloc(reader, node->count, field->record->size);
  if (!items) return;
  *out = (orr_list){items, node->count};
  for (size_t i = 0; i < node->count; i++) {
    orr_trail here = {trail, NULL, i};
    read_record(reader, field->record, node->items[i], node->items[i]->place, &here,
                items + i * field->record->size);
    if (reader->diagnostics && orr_diagnostics_full(reader->diagnostics)) return;
  }
  if (field->record->unique_names) check_unique(reader, node, trail);
}

static void read_union(orr_reader *reader, const orr_field *field, const orr_node *node,
                       const orr_trail *trail, orr_union *out) {
  const char *names[ORR_MAX_KEYS];
  size_t count = orr_variant_names(field, names);
  char hint[256], shown[ORR_SHOWN];
  if (node->kind != ORR_NODE_MAP || node->count != 1) {
    int used = snprintf(hint, sizeof hint, "one of: ");
    orr_join_names(names, count, hint + used, sizeof hint - (size_t)used);
    orr_reader_expected(reader, node, hint, trail, "a map with exactly one key");
    return;
  }
  const orr_entry *entry = &node->entries[0];
  for (size_t i = 0; i < count; i++) {
    if (strcmp(names[i], entry->key) != 0) continue;
    const orr_record *variant = field->variants[i];
    void *value = reader_alloc(reader, 1, variant->size);
    if (!value) return;
    *out = (orr_union){(int)i, value};
    orr_trail here = {trail, variant->name, 0};
    read_record(reader, variant, entry->value, entry->value->place, &here, value);
    return;
  }
  orr_word_hint(entry->key, names, count, hint, sizeof hint);
  orr_reader_complain(reader, entry->place, hint, trail, "unknown kind %s",
                      orr_show(entry->key, shown));
}

static void read_unions(orr_reader *reader, const orr_field *field, const orr_node *node,
                        const orr_trail *trail, orr_list *out) {
  if (!check_list(reader, field, node, trail, "a list of maps with one key each")) return;
  orr_union *items = reader_alloc(reader, node->count, sizeof *items);
  if (!items) return;
  *out = (orr_list){items, node->count};
  for (size_t i = 0; i < node->count; i++) {
    orr_trail here = {trail, NULL, i};
    read_union(reader, field, node->items[i], &here, &items[i]);
    if (reader->diagnostics && orr_diagnostics_full(reader->diagnostics)) return;
  }
}

static void read_optional(orr_reader *reader, const orr_field *field, const orr_node *node,
                          const orr_trail *trail, void **out) {
  if (node->kind == ORR_NODE_NULL) return;
  *out = reader_alloc(reader, 1, field->record->size);
  if (*out) read_record(reader, field->record, node, node->place, trail, *out);
}

void orr_read_field(orr_reader *reader, const orr_field *field, const orr_node *node,
                    const orr_trail *trail, void *out) {
  const size_t least = orr_field_least(field), length = field->length;
  switch (field->type) {
  case ORR_FIELD_BOOL: read_bool(reader, node, trail, out); break;
  case ORR_FIELD_INT: orr_read_integer(reader, field, node, trail, out); break;
  case ORR_FIELD_REAL: orr_read_real(reader, field, node, trail, out); break;
  case ORR_FIELD_TEXT: read_text(reader, field, node, trail, out); break;
  case ORR_FIELD_ENUM: read_enum(reader, field, node, trail, out); break;
  case ORR_FIELD_VECTOR: read_fixed(reader, field, node, trail, least, length, out, NULL); break;
  case ORR_FIELD_NUMBERS: read_numbers(reader, field, node, trail, 1, out); break;
  case ORR_FIELD_POINTS: read_numbers(reader, field, node, trail, 2, out); break;
  case ORR_FIELD_TEXTS: read_texts(reader, field, node, trail, out); break;
  case ORR_FIELD_RANGE:
    if (node->kind != ORR_NODE_NULL || !is_null_preset(field))
      orr_read_range(reader, field, node, trail, out);
    break;
  case ORR_FIELD_RANGES: read_fixed(reader, field, node, trail, least, length, NULL, out); break;
  case ORR_FIELD_RECORD: read_record(reader, field->record, node, node->place, trail, out); break;
  case ORR_FIELD_OPTIONAL: read_optional(reader, field, node, trail, out); break;
  case ORR_FIELD_LIST: read_list(reader, field, node, trail, out); break;
  case ORR_FIELD_UNION: read_union(reader, field, node, trail, out); break;
  case ORR_FIELD_UNIONS: read_unions(reader, field, node, trail, out); break;
  case ORR_FIELD_REF: read_ref(reader, field, node, trail, out); break;
  case ORR_FIELD_TREE: *(const orr_node **)out = node->kind == ORR_NODE_NULL ? NULL : node; break;
  }
}

static orr_reader reader_at(const orr_config *config, const orr_node *root, orr_arena *arena,
                            orr_diagnostics *diagnostics) {
  return (orr_reader){.config = config,
                      .root = root,
                      .arena = arena,
                      .diagnostics = diagnostics,
                      .nodes = {.arena = arena, .chunk = 2048}};
}

orr_status orr_record_read(const orr_record *record, const orr_config *config, const orr_node *node,
                           const orr_node *root, const char *path, orr_arena *arena, void *out,
                           orr_diagnostics *diagnostics) {
  orr_reader reader = reader_at(config, root, arena, diagnostics);
  orr_trail trail = {NULL, path ? path : "", 0};
  orr_place place = {config ? orr_config_path(config) : "<default>", 0, 0};
  read_record(&reader, record, node, node ? node->place : place, &trail, out);
  return reader.failed ? ORR_ERR_CONFIG : ORR_OK;
}

void orr_record_default(const orr_record *record, orr_arena *arena, void *out) {
  orr_reader reader = reader_at(NULL, NULL, arena, NULL);
  orr_place place = {"<default>", 0, 0};
  read_record(&reader, record, NULL, place, NULL, out);
  for (size_t i = 0; i < record->count; i++) {
    const orr_field *field = &record->fields[i];
    if (field->type == ORR_FIELD_RECORD && !field->preset)
      orr_record_default(field->record, arena, at_offset(out, field->offset));
  }
}
