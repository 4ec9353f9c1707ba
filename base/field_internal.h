/* What the files behind base/field.h share. */
#ifndef ORR_BASE_FIELD_INTERNAL_H
#define ORR_BASE_FIELD_INTERNAL_H

#include "base/config_internal.h"
#include "base/field.h"
#include <string.h>

enum { ORR_MAX_KEYS = 256 }; /* fields of a record, names of an enum, variants of a union */

/* One read: what all its steps need. `diagnostics` may be NULL (defaults only). */
typedef struct orr_reader {
  const orr_config *config;
  const orr_node *root;
  orr_arena *arena;
  orr_nodes nodes; /* for presets, in `arena` */
  orr_diagnostics *diagnostics;
  bool failed;
} orr_reader;

/* Where a value stands, from the value up to the root of the read. */
typedef struct orr_trail {
  const struct orr_trail *up;
  const char *name; /* NULL: item `index` of a list */
  size_t index;
} orr_trail;

void orr_reader_complain(orr_reader *reader, orr_place place, const char *hint,
                         const orr_trail *trail, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void orr_reader_memory(orr_reader *reader);
/* "expected <what>, found <node>". */
void orr_reader_expected(orr_reader *reader, const orr_node *node, const char *hint,
                         const orr_trail *trail, const char *what);
/* Reads one field whose node is there. */
void orr_read_field(orr_reader *reader, const orr_field *field, const orr_node *node,
                    const orr_trail *trail, void *out);

/* Numbers (field_number.c). They return false after they complained. */
bool orr_read_integer(orr_reader *reader, const orr_field *field, const orr_node *node,
                      const orr_trail *trail, int64_t *out);
bool orr_read_real(orr_reader *reader, const orr_field *field, const orr_node *node,
                   const orr_trail *trail, double *out);
void orr_read_range(orr_reader *reader, const orr_field *field, const orr_node *node,
                    const orr_trail *trail, orr_range *out);
bool orr_field_has_limits(const orr_field *field);
/* "in [0, 1] m", "at least 0", "" */
/* Whether degrees may be written: "rad", or "rad or length" of what is an angle at times. */
static inline bool orr_field_is_angle(const orr_field *field) {
  return field->unit && strncmp(field->unit, "rad", 3) == 0 && strchr(field->unit, '/') == NULL;
}
void orr_field_limits(const orr_field *field, char *out, size_t size);

/* Unions that a walk through a table is in, the innermost first: a union within itself is not
 * entered again. */
typedef struct orr_inside {
  const struct orr_inside *up;
  const orr_record *const *variants;
} orr_inside;
bool orr_is_inside(const orr_inside *inside, const orr_record *const *variants);

/* The tree of a default; every node gets `place`. NULL when out of memory; a default that is not
 * YAML is a mistake in a table and asserts. */
orr_node *orr_preset_node(orr_nodes *nodes, const char *yaml, orr_place place);

/* "a, b, c" cut to `size`. */
void orr_join_names(const char *const *names, size_t count, char *out, size_t size);
/* A hint for a word that is none of `names`: the closest, or all of them. */
void orr_word_hint(const char *word, const char *const *names, size_t count, char *out,
                   size_t size);
size_t orr_field_names(const orr_record *record, const char *names[ORR_MAX_KEYS]);
size_t orr_variant_names(const orr_field *field, const char *names[ORR_MAX_KEYS]);
size_t orr_enum_count(const orr_field *field);
/* UNION or UNIONS. */
static inline bool orr_has_variants(const orr_field *field) {
  return field->type == ORR_FIELD_UNION || field->type == ORR_FIELD_UNIONS;
}
const orr_field *orr_record_field(const orr_record *record, const char *name, size_t length);
/* Fewest numbers that a file may give for a VECTOR or RANGES. */
size_t orr_field_least(const orr_field *field);
/* "3" or "2 to 3" */
void orr_count_text(size_t least, size_t most, char *out, size_t size);
/* Writes missing defaults, at `place`; false when out of memory. */
bool orr_complete_map(const orr_record *record, orr_nodes *nodes, orr_place place, orr_node *map);
/* The same below the value of a field. */
bool orr_complete_value(const orr_field *field, orr_nodes *nodes, orr_place place, orr_node *value);
/* What the JSON Schema says about include, templates and repeat (config_language.c). */
void orr_config_schema_root(json_t *properties);
void orr_config_schema_definitions(json_t *definitions);
/* "real", "list of body", ... */
void orr_field_type_text(const orr_field *field, char *out, size_t size);

#endif
