/* Field tables: one table per struct says its keys, types, units, ranges, defaults and help.
 *
 * A table drives parsing into the struct (orr_record_read), the effective configuration
 * (orr_record_complete, orr_node_to_yaml), JSON Schema draft-07 (orr_record_schema),
 * `orrery explain` and the format page of the docs. A key without a default is required, an
 * OPTIONAL excepted. A variant may hold the union that it is of: tables may be recursive. The
 * default `null` reads as NULL for TEXT, REF, OPTIONAL and TREE and as the value 0 for RANGE, and
 * allows null in the file. */
#ifndef ORR_BASE_FIELD_H
#define ORR_BASE_FIELD_H

#include "base/config.h"
#include "base/memory.h"
#include "base/random.h"
#include <jansson.h>
#include <stddef.h>

/* A number, or a distribution that each episode draws from:
 * `3`, `{uniform: [a, b]}`, `{integer: [a, b]}` (b excluded), `{normal: [mean, std]}`,
 * `{choice: [..]}` (at most 8). */
typedef enum orr_range_kind {
  ORR_RANGE_VALUE,
  ORR_RANGE_UNIFORM,
  ORR_RANGE_INTEGER,
  ORR_RANGE_NORMAL,
  ORR_RANGE_CHOICE
} orr_range_kind;
typedef struct orr_range {
  orr_range_kind kind;
  int count;        /* of a choice */
  double values[8]; /* value | low, high | mean, std | choices */
} orr_range;
double orr_range_draw(const orr_range *range, orr_random *random); /* a value draws nothing */

typedef enum orr_field_type {
  ORR_FIELD_BOOL,     /* bool */
  ORR_FIELD_INT,      /* int64_t, within [low, high] */
  ORR_FIELD_REAL,     /* double; "45deg" when the unit is "rad"; "inf" when `high` is INFINITY */
  ORR_FIELD_TEXT,     /* const char *; plain numbers, booleans and null are no texts */
  ORR_FIELD_ENUM,     /* int: index into `names` */
  ORR_FIELD_VECTOR,   /* double[length]; a file may give `least` of them, the others are 0 */
  ORR_FIELD_NUMBERS,  /* orr_list of double */
  ORR_FIELD_POINTS,   /* orr_list of double[2]: a list of pairs */
  ORR_FIELD_TEXTS,    /* orr_list of const char * */
  ORR_FIELD_RANGE,    /* orr_range */
  ORR_FIELD_RANGES,   /* orr_range[length]; `least` as above */
  ORR_FIELD_RECORD,   /* a struct inside, described by `record` */
  ORR_FIELD_OPTIONAL, /* pointer to a struct described by `record`, NULL when the key is absent */
  ORR_FIELD_LIST,     /* orr_list of structs described by `record` */
  ORR_FIELD_UNION,    /* orr_union: a map with exactly one key, the name of the variant */
  ORR_FIELD_UNIONS,   /* orr_list of orr_union: a list of such maps */
  ORR_FIELD_REF,      /* const char *: the `name` of an item of the list at path `target` */
  ORR_FIELD_TREE      /* const orr_node *: any tree, read later by another room */
} orr_field_type;

typedef struct orr_list {
  void *items;
  size_t count;
} orr_list;
typedef struct orr_union {
  int tag;
  void *value;
} orr_union; /* value: struct of variants[tag] */

struct orr_record;

typedef struct orr_field {
  const char *name;
  orr_field_type type;
  size_t offset;
  const char *help;   /* one sentence, no full stop needed */
  const char *unit;   /* NULL or "" when it has none */
  const char *preset; /* the default as YAML text; NULL: the key is required */
  double low, high;   /* allowed values of numbers; both 0: no limit */
  size_t length;      /* of VECTOR, RANGES; least count of lists */
  size_t least;       /* VECTOR, RANGES: fewest numbers in a file; 0: `length` */
  bool later; /* came when the format was in use: no part of an identity while at its default */
  const char *const *names;                 /* ENUM: NULL-terminated */
  const struct orr_record *record;          /* RECORD, OPTIONAL, LIST */
  const struct orr_record *const *variants; /* UNION, UNIONS: NULL-terminated; names are the keys */
  const char *target;                       /* REF: "world.bodies" */
} orr_field;

typedef struct orr_record {
  const char *name; /* "body", used in messages and as the key of a union variant */
  const char *help;
  size_t size; /* of the struct */
  const orr_field *fields;
  size_t count;
  bool unique_names; /* items of a list of these have unique `name`s */
} orr_record;

/* A table in few words:
 *   static const orr_field fields[] = {
 *     {ORR_FIELD(REAL, world, dt), .unit = "s", .low = 1e-4, .high = 0.1, .preset = "0.01",
 *      .help = "Length of a step"},
 *   };
 *   const orr_record orr_world_record = {ORR_RECORD("world", world, fields), .help = "..."}; */
#define ORR_FIELD(kind, type_, member)                                                             \
  .name = #member, .type = ORR_FIELD_##kind, .offset = offsetof(type_, member)

#define ORR_FIELDS(table) .fields = (table), .count = sizeof(table) / sizeof((table)[0])

#define ORR_RECORD(name_, type_, table) .name = (name_), .size = sizeof(type_), ORR_FIELDS(table)

/* Reads `node` (a map; NULL reads as an empty map) into `out` (record->size bytes, overwritten).
 * Texts and lists live in `arena`. `root` is where REF targets are looked up. `path` is the dotted
 * path of the node, for messages. Collects every error; returns ORR_ERR_CONFIG when it added
 * any. */
orr_status orr_record_read(const orr_record *record, const orr_config *config, const orr_node *node,
                           const orr_node *root, const char *path, orr_arena *arena, void *out,
                           orr_diagnostics *diagnostics);
/* Fills a struct with the defaults alone (required fields stay zero). */
void orr_record_default(const orr_record *record, orr_arena *arena, void *out);
/* Writes every default that is missing into the tree, so that the tree is the effective
 * configuration. */
orr_status orr_record_complete(const orr_record *record, orr_config *config, orr_node *map,
                               orr_diagnostics *diagnostics);

/* What a completed map says (orr_record_complete) without the `later` fields that have their
 * default, so that a new field with a default changes nothing that is already stored. A tree in
 * `arena` that borrows texts of the map; NULL when out of memory. */
const orr_node *orr_record_written(const orr_record *record, const orr_node *map, orr_arena *arena);
/* Its identity: orr_node_hash of what is written. */
orr_status orr_record_identity(const orr_record *record, const orr_node *map, orr_hash *out);

/* For tests of a table: every default, also of the records below, must fit its own field; the
 * findings say which does not. */
orr_status orr_record_check(const orr_record *record, orr_diagnostics *diagnostics);

/* JSON Schema draft-07 of a record (additionalProperties: false); new reference. */
json_t *orr_record_schema(const orr_record *record);
/* The field at a dotted path ("bodies.mass"; list items and union variants by name; the union
 * itself for a path that ends in a variant); NULL when there is none, with the closest existing
 * path in `suggestion` (may be NULL). */
const orr_field *orr_record_find(const orr_record *record, const char *path, char *suggestion,
                                 size_t size);
/* The record at a path: of a map or list, or a union's variant ("plan.planner.cem"); NULL when
 * there is none. */
const orr_record *orr_record_at(const orr_record *record, const char *path);
/* Prints what `orrery explain` shows for a field, or for all fields of a record below it. */
void orr_field_explain(const orr_field *field, const char *path, FILE *stream);
void orr_record_explain(const orr_record *record, const char *path, FILE *stream);
/* The closest of `count` names to `word`, or NULL when none is close. */
const char *orr_closest(const char *word, const char *const *names, size_t count);

#endif
