/* What a table says, for a person: types, units, limits, defaults, help. */
#include "base/field_internal.h"

#include <string.h>

size_t orr_field_least(const orr_field *field) {
  return field->least ? field->least : field->length;
}

void orr_count_text(size_t least, size_t most, char *out, size_t size) {
  if (least == most)
    snprintf(out, size, "%zu", most);
  else
    snprintf(out, size, "%zu to %zu", least, most);
}

void orr_field_type_text(const orr_field *field, char *out, size_t size) {
  const char *names[ORR_MAX_KEYS];
  char list[256], length[48];
  orr_count_text(orr_field_least(field), field->length, length, sizeof length);
  switch (field->type) {
  case ORR_FIELD_BOOL: snprintf(out, size, "true or false"); break;
  case ORR_FIELD_INT: snprintf(out, size, "whole number"); break;
  case ORR_FIELD_REAL: snprintf(out, size, "number"); break;
  case ORR_FIELD_TEXT: snprintf(out, size, "text"); break;
  case ORR_FIELD_ENUM:
    orr_join_names(field->names, orr_enum_count(field), list, sizeof list);
    snprintf(out, size, "one of %s", list);
    break;
  case ORR_FIELD_VECTOR: snprintf(out, size, "list of %s numbers", length); break;
  case ORR_FIELD_NUMBERS: snprintf(out, size, "list of numbers"); break;
  case ORR_FIELD_POINTS: snprintf(out, size, "list of pairs of numbers"); break;
  case ORR_FIELD_TEXTS: snprintf(out, size, "list of texts"); break;
  case ORR_FIELD_RANGE: snprintf(out, size, "number or distribution"); break;
  case ORR_FIELD_RANGES: snprintf(out, size, "list of %s numbers or distributions", length); break;
  case ORR_FIELD_RECORD: snprintf(out, size, "map"); break;
  case ORR_FIELD_OPTIONAL: snprintf(out, size, "map, or nothing"); break;
  case ORR_FIELD_LIST: snprintf(out, size, "list of %s", field->record->name); break;
  case ORR_FIELD_UNION:
    orr_join_names(names, orr_variant_names(field, names), list, sizeof list);
    snprintf(out, size, "map with one key of %s", list);
    break;
  case ORR_FIELD_REF: snprintf(out, size, "name of an item of %s", field->target); break;
  case ORR_FIELD_UNIONS:
    orr_join_names(names, orr_variant_names(field, names), list, sizeof list);
    snprintf(out, size, "list of maps with one key each of %s", list);
    break;
  case ORR_FIELD_TREE: snprintf(out, size, "anything"); break;
  }
}

void orr_field_explain(const orr_field *field, const char *path, FILE *stream) {
  char type[320], limits[128];
  orr_field_type_text(field, type, sizeof type);
  orr_field_limits(field, limits, sizeof limits);
  bool unit = field->unit && field->unit[0];
  fprintf(stream, "%s\n  %s\n  type     %s%s%s\n", path, field->help ? field->help : "", type,
          unit ? ", in " : "", unit ? field->unit : "");
  if (limits[0]) fprintf(stream, "  allowed  %s\n", limits);
  bool list = field->type == ORR_FIELD_LIST || field->type == ORR_FIELD_NUMBERS ||
              field->type == ORR_FIELD_POINTS || field->type == ORR_FIELD_TEXTS ||
              field->type == ORR_FIELD_UNIONS;
  if (list && field->length) fprintf(stream, "  length   at least %zu\n", field->length);
  if (field->preset)
    fprintf(stream, "  default  %s\n", field->preset);
  else if (field->type == ORR_FIELD_OPTIONAL)
    fprintf(stream, "  default  none\n");
  else
    fprintf(stream, "  required\n");
}

enum { EXPLAIN_LEVELS = 12 }; /* a table may hold itself behind a list */

bool orr_is_inside(const orr_inside *inside, const orr_record *const *variants) {
  for (; inside; inside = inside->up)
    if (inside->variants == variants) return true;
  return false;
}

static void explain_below(const orr_record *record, const char *path, const orr_inside *inside,
                          int levels, FILE *stream);

static void explain_field(const orr_field *field, const char *path, const orr_inside *inside,
                          int levels, FILE *stream) {
  orr_field_explain(field, path, stream);
  if (field->record) explain_below(field->record, path, inside, levels - 1, stream);
  if (!orr_has_variants(field) || orr_is_inside(inside, field->variants)) return;
  const orr_inside within = {inside, field->variants};
  for (size_t i = 0; field->variants[i]; i++) {
    const orr_record *variant = field->variants[i];
    char below[512];
    snprintf(below, sizeof below, "%.400s.%.100s", path, variant->name);
    fprintf(stream, "%s\n  %s\n", below, variant->help ? variant->help : "");
    explain_below(variant, below, &within, levels - 1, stream);
  }
}

static void explain_below(const orr_record *record, const char *path, const orr_inside *inside,
                          int levels, FILE *stream) {
  for (size_t i = 0; levels > 0 && i < record->count; i++) {
    char below[512];
    snprintf(below, sizeof below, "%.400s%s%.100s", path, path[0] ? "." : "",
             record->fields[i].name);
    explain_field(&record->fields[i], below, inside, levels, stream);
  }
}

void orr_record_explain(const orr_record *record, const char *path, FILE *stream) {
  if (record->help) fprintf(stream, "%s%s%s\n", path, path[0] ? ": " : "", record->help);
  explain_below(record, path, NULL, EXPLAIN_LEVELS, stream);
}

/* --- looking up ------------------------------------------------------------------------------ */

/* A path in progress: `record` is where the next name is looked up, when `unions` is NULL. */
typedef struct walk {
  const orr_record *record;
  const orr_field *unions; /* the next name is one of this union's variants */
  const orr_field *field;  /* the last one found */
} walk;

static const orr_record *variant_named(const orr_field *field, const char *name, size_t length) {
  for (size_t i = 0; field->variants[i]; i++)
    if (strncmp(field->variants[i]->name, name, length) == 0 &&
        field->variants[i]->name[length] == 0)
      return field->variants[i];
  return NULL;
}

static bool take_name(walk *w, const char *name, size_t length) {
  if (w->unions) {
    w->record = variant_named(w->unions, name, length);
    w->unions = NULL;
    return w->record != NULL;
  }
  const orr_field *field = w->record ? orr_record_field(w->record, name, length) : NULL;
  if (!field) return false;
  w->field = field;
  w->record = field->record;
  w->unions = orr_has_variants(field) ? field : NULL;
  return true;
}

static void suggest(const walk *w, const char *path, const orr_step *step, char *suggestion,
                    size_t size) {
  const char *names[ORR_MAX_KEYS];
  size_t count = w->unions   ? orr_variant_names(w->unions, names)
                 : w->record ? orr_field_names(w->record, names)
                             : 0;
  char word[ORR_CONFIG_MAX_KEY + 1];
  snprintf(word, sizeof word, "%.*s", (int)step->length, step->name);
  const char *close = orr_closest(word, names, count);
  if (close) snprintf(suggestion, size, "%.*s%s", (int)(step->name - path), path, close);
}

/* Walks as far as it can; true when the whole path was found. */
static bool walk_path(walk *w, const char *path, char *suggestion, size_t size) {
  const char *at = path, *end = path + strlen(path);
  orr_step step;
  int more;
  for (bool first = true; (more = orr_path_step(&at, end, first, &step)) > 0; first = false) {
    if (step.is_index) continue;
    const walk before = *w;
    if (take_name(w, step.name, step.length)) continue;
    /* "bodies.block.mass": the name of an item between a list and a field of its items. */
    const char *next = at;
    orr_step then;
    bool item = before.field && before.field->type == ORR_FIELD_LIST &&
                orr_path_step(&next, end, false, &then) > 0 && !then.is_index;
    *w = before;
    if (item && take_name(w, then.name, then.length)) {
      at = next;
      continue;
    }
    if (suggestion) suggest(&before, path, &step, suggestion, size);
    return false;
  }
  return more == 0;
}

const orr_field *orr_record_find(const orr_record *record, const char *path, char *suggestion,
                                 size_t size) {
  walk w = {.record = record};
  if (suggestion && size) suggestion[0] = 0;
  return walk_path(&w, path, suggestion, size) ? w.field : NULL;
}

const orr_record *orr_record_at(const orr_record *record, const char *path) {
  walk w = {.record = record};
  return walk_path(&w, path, NULL, 0) ? w.record : NULL;
}
