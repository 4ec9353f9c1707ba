/* Templates, repeats and includes: what happens to a tree between the text and its readers.
 *
 * A file is expanded by itself, with its own templates and those of the files that it includes;
 * then the expanded trees are merged, so that items of lists have their names by then. A template's
 * value sees its parameters only (lexical scope), never names of where it is used. */
#ifndef ORR_BASE_CONFIG_TEMPLATE_H
#define ORR_BASE_CONFIG_TEMPLATE_H

#include "base/config_internal.h"

#define ORR_CONFIG_MAX_MADE    200000 /* nodes that templates and repeats may make */
#define ORR_CONFIG_MAX_COUNT   10000  /* of one repeat */
#define ORR_CONFIG_MAX_USES    32     /* templates inside each other */
#define ORR_CONFIG_MAX_INCLUDE 8      /* files inside each other */
#define ORR_CONFIG_MAX_FILES   64     /* in all */

/* --- arithmetic (config_expression.c) -------------------------------------------------------- */

/* Names that arithmetic may use, innermost first. */
typedef struct orr_binding {
  const char *name;
  const orr_node *value;
  const struct orr_binding *up;
} orr_binding;
const orr_node *orr_binding_find(const orr_binding *scope, const char *name, size_t length);

typedef struct orr_mistake {
  size_t at; /* bytes into the text */
  char message[200], hint[200];
} orr_mistake;
/* False after it filled `mistake`; what it gives is finite. */
bool orr_expression_value(const char *text, size_t length, const orr_binding *scope, double *out,
                          orr_mistake *mistake);

/* The length of the name that a text begins with: a letter or _, then letters, digits, _. */
size_t orr_name_length(const char *text, size_t length);
bool orr_name_is_reserved(const char *name); /* pi and the functions */
/* The value of a plain number or angle; false for everything else. */
bool orr_node_number(const orr_node *node, double *out);
#define ORR_NUMBER_TEXT 32
void orr_number_text(double value, char out[ORR_NUMBER_TEXT]);

/* --- the expansion of all files -------------------------------------------------------------- */

typedef struct orr_expansion {
  orr_config *config;
  orr_diagnostics *diagnostics;
  size_t nodes_left, text_left; /* for what templates and repeats make, in all files */
  size_t files_left, bytes_left;
  bool failed, full, memory;
} orr_expansion;

/* A finding at `place`; notes that the expansion failed. */
void orr_expansion_complain(orr_expansion *x, orr_place place, const char *hint, const char *format,
                            ...) __attribute__((format(printf, 4, 5)));
void orr_expansion_memory(orr_expansion *x);

struct orr_templates;

typedef struct orr_template {
  const char *name;
  orr_place place;
  const orr_node *parameters; /* a map, or NULL */
  const orr_node *value;
  const struct orr_templates *known; /* what its value may use: the templates of its own file */
  bool failed;                       /* its value holds a mistake that has been told */
} orr_template;

/* The templates that a file knows: its own and those it includes. */
typedef struct orr_templates {
  orr_template **items;
  size_t count, capacity;
} orr_templates;

/* One use of a template that is being expanded, and those around it. */
typedef struct orr_use {
  const orr_template *of;
  orr_place place;
  struct orr_use *up;
  int depth;
  const char *from, *to; /* the last file name that was put under this use */
} orr_use;

/* How a tree is to be read. */
typedef struct orr_scope {
  const orr_templates *known;
  const orr_binding *names;
  orr_use *use; /* the template whose value this is, or NULL */
  bool copy;    /* make new nodes and evaluate ${} */
  bool literal; /* a value that is evaluated already: copy it as it is */
} orr_scope;

/* --- values (config_value.c) ----------------------------------------------------------------- */

/* A place in the value of a template is told together with where the template was used. */
orr_place orr_expansion_place(orr_expansion *x, const orr_scope *s, orr_place place);
/* A new node of the kind and at the place of `node`, counted; NULL when too many were made. */
orr_node *orr_expansion_make(orr_expansion *x, const orr_node *node, const orr_scope *s,
                             const char *text);
/* A copy of a scalar with its ${} evaluated; NULL after a finding. */
orr_node *orr_expand_scalar(orr_expansion *x, const orr_node *node, const orr_scope *s, int levels);

/* --- trees (config_template.c) --------------------------------------------------------------- */

/* What a tree stands for, at most `levels` deep; NULL after a finding. */
orr_node *orr_expand(orr_expansion *x, orr_node *node, const orr_scope *s, int levels);
/* Adds the templates of a file (the value of its key, may be NULL) to `known`; of two with the
 * same name the later one counts. */
void orr_templates_read(orr_expansion *x, const orr_node *section, orr_templates *known);
bool orr_templates_add(orr_expansion *x, orr_templates *known, orr_template *one);
/* Expands the children of a file's root in place. */
void orr_expand_root(orr_expansion *x, orr_node *root, const orr_templates *known);

/* --- files (config_include.c) ---------------------------------------------------------------- */

/* Includes, expands and merges: `config->root` becomes the tree that readers see. Without `files`
 * an include is a mistake. When it fails there is no tree. */
orr_status orr_config_expand(orr_config *config, bool files, orr_diagnostics *diagnostics);

#endif
