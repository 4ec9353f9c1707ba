/* The configuration tree: what a YAML file says, with the place of every word.
 *
 * Strict YAML 1.2 style on top of libyaml: plain `yes`, `on`, `012` are text, not booleans or
 * octals; duplicate keys, tags, merge keys, a second document, aliases that expand to more than
 * 10,000 nodes, nesting deeper than 64 and files over 4 MB are errors. All errors of a file are
 * collected, each with file:line:column, a caret line and, where it helps, "did you mean"; a syntax
 * error ends the reading, as libyaml cannot go on. Meaning is given by field tables
 * (base/field.h).
 *
 * A tree that was read holds no `include`, templates or repeats any more: they are expanded between
 * the text and everything else (base/config_template.h). Nodes that they make keep the place where
 * they were written, in their own file, and findings there also say where the template was used. */
#ifndef ORR_BASE_CONFIG_H
#define ORR_BASE_CONFIG_H

#include "base/error.h"
#include "base/hash.h"
#include <stdio.h>

typedef struct orr_config orr_config; /* owns nodes, texts and the lines for carets of all files */
typedef struct orr_node orr_node;

typedef struct orr_place {
  const char *file; /* never NULL: a path, "--set", "<default>" */
  int line, column; /* from 1; 0 when unknown */
} orr_place;

typedef enum orr_node_kind {
  ORR_NODE_NULL,
  ORR_NODE_SCALAR,
  ORR_NODE_LIST,
  ORR_NODE_MAP
} orr_node_kind;

typedef struct orr_entry {
  const char *key;
  orr_place place; /* of the key */
  orr_node *value;
} orr_entry;

struct orr_node {
  orr_node_kind kind;
  bool quoted; /* a scalar in quotes is always text */
  orr_place place;
  const char *text;   /* scalar; of a null what was written; never NULL */
  size_t count;       /* list or map; 0 for the others */
  orr_node **items;   /* list */
  orr_entry *entries; /* map, in file order */
  size_t capacity;    /* of `entries`, when an edit made room; 0 otherwise */
};

/* All findings about one configuration. */
typedef struct orr_diagnostics orr_diagnostics;
orr_diagnostics *orr_diagnostics_create(void);
void orr_diagnostics_destroy(orr_diagnostics *diagnostics);
size_t orr_diagnostics_count(const orr_diagnostics *diagnostics);
/* `hint` may be NULL. `config` supplies the caret line and may be NULL. */
void orr_diagnostics_add(orr_diagnostics *diagnostics, const orr_config *config, orr_place place,
                         const char *hint, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Nothing found: ORR_OK. Otherwise fills `err` with the first place and all messages (as many as
 * fit, then "and N more") and returns ORR_ERR_CONFIG. */
orr_status orr_diagnostics_status(const orr_diagnostics *diagnostics, orr_error *err);
void orr_diagnostics_print(const orr_diagnostics *diagnostics, FILE *stream, bool colour);

/* `*out` is the tree as far as the text gave one: findings that do not spoil it (a key that stands
 * twice) come with a tree, so that its meaning can be checked in the same go; syntax errors and
 * mistakes of include, templates and repeats give NULL. The status is ORR_ERR_CONFIG in all these
 * cases (a file that cannot be read too): destroy `*out` whatever the status. The root is a map. A
 * text that is no file cannot include. */
orr_status orr_config_load(const char *path, orr_config **out, orr_diagnostics *diagnostics);
orr_status orr_config_parse(const char *text, size_t length, const char *name, orr_config **out,
                            orr_diagnostics *diagnostics);
void orr_config_destroy(orr_config *config);
orr_node *orr_config_root(const orr_config *config);
const char *orr_config_path(const orr_config *config);

/* A map's value, or NULL. */
orr_node *orr_node_get(const orr_node *map, const char *key);
/* "world.bodies[1].mass" or "world.bodies.block.mass" (by name), or NULL. */
orr_node *orr_node_find(const orr_node *root, const char *path);

/* Lays `overlay` (a map) over the tree at `target`: maps merge, null removes the key (so that a
 * profile can change the kind of a union: `planner: {cem: null, icem: {}}`), everything else
 * replaces. A list of named items merges by name when the overlay gives a map instead of a list;
 * a name that is not there is an error. */
orr_status orr_config_overlay(orr_config *config, orr_node *target, const orr_node *overlay,
                              orr_diagnostics *diagnostics);
/* "--set path=value": the value is YAML ("3", "[1, 2]", "{uniform: [0, 1]}"); missing maps on the
 * way are made. */
orr_status orr_config_set(orr_config *config, const char *assignment, orr_diagnostics *diagnostics);
/* Removes a key of a map; fine when it is not there. */
void orr_node_remove(orr_node *map, const char *key);

/* What `orrery explain` says about include, templates and repeat; NULL for other words. */
const char *orr_config_explain(const char *word);
/* The words themselves, from 0, with one sentence on each; NULL after the last. */
const char *orr_config_word(size_t index, const char **help);

/* Canonical YAML of a tree (plain block style, quoted where it must be); orr_free the text. */
char *orr_node_to_yaml(const orr_node *node);
/* Of kinds, texts and keys; not of places, needless quotes, or the order of keys. */
orr_hash orr_node_hash(const orr_node *node);

#endif
