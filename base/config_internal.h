/* What the files behind base/config.h and base/field.h share; no other room includes it. */
#ifndef ORR_BASE_CONFIG_INTERNAL_H
#define ORR_BASE_CONFIG_INTERNAL_H

#include "base/config.h"
#include "base/memory.h"

#define ORR_CONFIG_MAX_BYTES  ((size_t)4 << 20)
#define ORR_CONFIG_MAX_DEPTH  64
#define ORR_CONFIG_MAX_EXPAND 10000 /* nodes that all aliases of a file may make */
#define ORR_CONFIG_MAX_ANCHOR 1000
#define ORR_CONFIG_MAX_KEY    200 /* bytes; libyaml takes no written key over 1024 characters */

/* Small pieces packed into the chunks of an arena, whose own pieces are 64 bytes or more. */
typedef struct orr_nodes {
  orr_arena *arena;
  char *next;
  size_t left, chunk;
} orr_nodes;

void *orr_nodes_alloc(orr_nodes *nodes, size_t count, size_t size); /* zeroed, or NULL */
char *orr_nodes_text(orr_nodes *nodes, const char *text, size_t length);

/* A text that places point into, kept for caret lines. `text` is NULL for a name alone. Sources
 * are told apart by the addresses of their names: all --set have the same name, and a file has one
 * more source for each use of a template in it. */
typedef struct orr_source {
  const char *name;
  const char *text;
  size_t length;
  orr_place used; /* where the template was used; `file` is NULL for a file's own source */
} orr_source;
#define ORR_CONFIG_MAX_USED 2000 /* sources with a use; the places of further ones go untold */

struct orr_config {
  orr_arena *arena;
  orr_nodes nodes;
  orr_node *root;
  const char *path;
  orr_source *sources;
  size_t source_count, source_capacity, used_count;
};

/* Keeps a copy of a text (NULL: a name alone); returns its name, or NULL when out of memory. */
const char *orr_config_add_source(orr_config *config, const char *name, const char *text,
                                  size_t length);
/* The config's own copy of a place's file name. */
const char *orr_config_intern(orr_config *config, const char *name);

/* The name under which places in `file` also tell that they come from a use at `used`; NULL when
 * out of memory. */
const char *orr_config_add_use(orr_config *config, const char *file, orr_place used);
/* The source with this name, or NULL. */
const orr_source *orr_config_source(const orr_config *config, const char *file);
/* The start of the line of a place, or NULL. */
const char *orr_config_line(const orr_config *config, orr_place place);

typedef struct orr_yaml_input {
  const char *text; /* with a zero byte after its last */
  size_t length;
  const char *name;       /* outlives the nodes */
  int first_column;       /* columns before the text on its first line */
  const orr_place *place; /* not NULL: every node gets this place */
  bool need_map;          /* the root must be a map */
} orr_yaml_input;

/* `*out` is the tree, also when findings that do not spoil it were added; NULL when there is
 * none. */
orr_status orr_yaml_parse(orr_nodes *nodes, const orr_yaml_input *input, const orr_config *config,
                          orr_diagnostics *diagnostics, orr_node **out);

/* A deep copy. `config` (may be NULL) interns the names of places; `budget` (may be NULL) counts
 * down and `levels` bounds the depth: NULL when one is used up, or out of memory. */
orr_node *orr_node_copy(orr_nodes *nodes, orr_config *config, const orr_node *node, int levels,
                        size_t *budget);
/* How deep a tree is: 1 for a scalar. */
int orr_node_depth(const orr_node *node);
/* Appends to a map whose key is known to be absent; false when out of memory. */
bool orr_node_add(orr_nodes *nodes, orr_node *map, const char *key, orr_place place,
                  orr_node *value);
/* A list that has items, all of them maps with a `name`. */
bool orr_node_is_named_list(const orr_node *node);
/* The item of a list whose `name` is that text, or NULL. */
orr_node *orr_node_named(const orr_node *list, const char *name, size_t length);

/* One step of "a.b[2].c": the next name (length 0 when it is an index alone). */
typedef struct orr_step {
  const char *name;
  size_t length;
  bool is_index;
  size_t index;
} orr_step;
/* 1: a step was read and `*path` moved on; 0: the path is at its end; -1: it is malformed. */
int orr_path_step(const char **path, const char *end, bool first, orr_step *out);

/* What a plain word means (YAML 1.2 core without octals, hexadecimals and variants of spelling). */
typedef enum orr_word {
  ORR_WORD_TEXT,
  ORR_WORD_NULL,
  ORR_WORD_BOOL,
  ORR_WORD_NUMBER,
  ORR_WORD_DEGREES
} orr_word;
orr_word orr_word_kind(const char *text);
bool orr_node_is_text(const orr_node *node); /* a scalar that no reader takes for something else */

/* The code point at `text` and its length in bytes; 0 when it is not valid UTF-8. */
size_t orr_utf8_next(const char *text, size_t length, uint32_t *out);
bool orr_utf8_printable(uint32_t code); /* may stand in a file as it is */

/* `"text"` cut to a readable length, for messages; returns `out`. */
#define ORR_SHOWN 72
const char *orr_show(const char *text, char out[ORR_SHOWN]);

/* Two equal texts in a list of texts. */
typedef struct orr_word_at {
  const char *text;
  size_t index;
} orr_word_at;
/* Sorts by text, then by index, so that equal texts stand side by side. */
void orr_words_sort(orr_word_at *words, size_t count);
/* The index of a text among sorted words, the first of equal ones; SIZE_MAX when it is absent. */
size_t orr_words_find(const orr_word_at *words, size_t count, const char *text);

void orr_diagnostics_memory(orr_diagnostics *diagnostics); /* notes that memory ran out */
/* Further findings are counted only. */
bool orr_diagnostics_full(const orr_diagnostics *diagnostics);

#endif
