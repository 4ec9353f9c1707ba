/* From YAML text to a tree.
 *
 * libyaml's event interface drives an explicit stack of open collections, so nesting costs no C
 * stack and is refused at ORR_CONFIG_MAX_DEPTH. The text is checked for UTF-8 and control
 * characters first, because libyaml gives these no line and column. Departures from YAML 1.2, all
 * refused with a message: tags, merge keys, keys that are not scalars, more than one document. */
#include "base/config_internal.h"

#include <string.h>
#include <yaml.h>

/* A list or map that is still open. */
typedef struct frame {
  orr_node *node;
  void *elements; /* orr_node * of a list, orr_entry of a map; grows */
  size_t count, capacity;
  bool has_key; /* a map that waits for the value of its last entry */
  bool skip;    /* that value's key was refused: read it and forget it */
} frame;

typedef struct anchor {
  const char *name;
  orr_node *node;
} anchor;

typedef struct parser {
  orr_nodes *nodes;
  const orr_yaml_input *input;
  const orr_config *config;
  orr_diagnostics *diagnostics;
  yaml_parser_t yaml;
  frame frames[ORR_CONFIG_MAX_DEPTH];
  size_t depth;
  anchor *anchors;
  size_t anchor_count;
  size_t expand_left;
  orr_node *root;
  size_t found_before; /* findings when the parse began */
  int documents;
  bool done, fatal;
} parser;

static orr_place place_at(const parser *p, size_t line, size_t column) {
  if (p->input->place) return *p->input->place;
  size_t shift = line == 0 ? (size_t)p->input->first_column : 0;
  return (orr_place){p->input->name, (int)line + 1, (int)(column + shift) + 1};
}

static orr_place place_of(const parser *p, yaml_mark_t mark) {
  return place_at(p, mark.line, mark.column);
}

static void out_of_memory(parser *p) {
  orr_diagnostics_memory(p->diagnostics);
  p->fatal = true;
}

/* --- characters ------------------------------------------------------------------------------ */

static void bad_character(parser *p, size_t line, size_t column, const char *at, bool valid,
                          uint32_t code) {
  orr_place place = place_at(p, line, column);
  p->fatal = true;
  if (!valid)
    orr_diagnostics_add(p->diagnostics, p->config, place, "save the file as UTF-8",
                        "byte 0x%02X is not valid UTF-8", (unsigned)(unsigned char)*at);
  else if (code == 0)
    orr_diagnostics_add(p->diagnostics, p->config, place, "this does not look like a text file",
                        "a zero byte in the text");
  else
    orr_diagnostics_add(p->diagnostics, p->config, place,
                        "remove it, or write it as an escape in double quotes",
                        "the character U+%04X may not stand in a configuration", (unsigned)code);
}

static void check_characters(parser *p) {
  const char *at = p->input->text, *end = at + p->input->length;
  size_t line = 0, column = 0;
  while (at < end) {
    uint32_t code;
    size_t bytes = orr_utf8_next(at, (size_t)(end - at), &code);
    if (bytes == 0 || !orr_utf8_printable(code)) {
      bad_character(p, line, column, at, bytes != 0, code);
      return;
    }
    bool next_line = code == '\n' || (code == '\r' && !(at + 1 < end && at[1] == '\n'));
    at += bytes;
    line += next_line;
    column = next_line ? 0 : column + 1;
  }
}

/* --- the tree -------------------------------------------------------------------------------- */

static bool is_open(const parser *p, const orr_node *node) {
  for (size_t i = 0; i < p->depth; i++)
    if (p->frames[i].node == node) return true;
  return false;
}

static void *grow(parser *p, frame *f, size_t size) {
  if (f->count < f->capacity) return f->elements;
  size_t capacity = f->capacity ? f->capacity * 2 : 8;
  void *elements = orr_realloc(f->elements, capacity, size);
  if (!elements) {
    out_of_memory(p);
    return NULL;
  }
  f->elements = elements;
  f->capacity = capacity;
  return elements;
}

/* Hangs a finished or just opened node where it belongs. */
static void attach(parser *p, orr_node *node) {
  if (p->depth == 0) {
    p->root = node;
    return;
  }
  frame *f = &p->frames[p->depth - 1];
  if (f->node->kind == ORR_NODE_MAP) {
    if (!f->skip) ((orr_entry *)f->elements)[f->count - 1].value = node;
    f->has_key = false;
    f->skip = false;
    return;
  }
  orr_node **items = grow(p, f, sizeof(orr_node *));
  if (items) items[f->count++] = node;
}

static bool wants_key(const parser *p) {
  if (p->depth == 0) return false;
  const frame *f = &p->frames[p->depth - 1];
  return f->node->kind == ORR_NODE_MAP && !f->has_key;
}

static void add_anchor(parser *p, const yaml_char_t *name, orr_node *node, orr_place place) {
  if (!name) return;
  if (!p->anchors) p->anchors = orr_alloc(ORR_CONFIG_MAX_ANCHOR, sizeof *p->anchors);
  char *copy =
      p->anchors ? orr_nodes_text(p->nodes, (const char *)name, strlen((const char *)name)) : NULL;
  if (!copy) {
    out_of_memory(p);
    return;
  }
  if (p->anchor_count == ORR_CONFIG_MAX_ANCHOR) {
    orr_diagnostics_add(p->diagnostics, p->config, place, NULL, "more than %d anchors",
                        ORR_CONFIG_MAX_ANCHOR);
    p->fatal = true;
    return;
  }
  p->anchors[p->anchor_count++] = (anchor){copy, node};
}

static void refuse_tag(parser *p, const yaml_char_t *tag, orr_place place) {
  if (!tag) return;
  char shown[ORR_SHOWN];
  orr_diagnostics_add(p->diagnostics, p->config, place,
                      "remove the tag; put a text that looks like a number in quotes",
                      "the tag %s is not supported", orr_show((const char *)tag, shown));
}

static orr_node *new_node(parser *p, orr_node_kind kind, orr_place place) {
  orr_node *node = orr_nodes_alloc(p->nodes, 1, sizeof *node);
  if (!node) {
    out_of_memory(p);
    return NULL;
  }
  node->kind = kind;
  node->place = place;
  node->text = "";
  return node;
}

/* --- keys ------------------------------------------------------------------------------------ */

/* Makes the next value count as read but forgets it. */
static void skip_value(parser *p) {
  frame *f = &p->frames[p->depth - 1];
  f->has_key = true;
  f->skip = true;
}

static const char *why_bad_key(const yaml_event_t *event, const char **hint) {
  const char *text = (const char *)event->data.scalar.value;
  size_t length = event->data.scalar.length;
  *hint = NULL;
  if (length == 0) return "a key is missing before the colon";
  if (memchr(text, 0, length)) return "a key with a zero byte";
  if (length > ORR_CONFIG_MAX_KEY) return "a key of more than 200 bytes";
  *hint = "put it on the value";
  if (event->data.scalar.anchor) return "an anchor on a key is not supported";
  *hint = "repeat the keys, or give the whole map an anchor and an alias";
  if (strcmp(text, "<<") == 0 && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
    return "merge keys (<<) are not part of YAML 1.2";
  return NULL;
}

static void add_key(parser *p, const yaml_event_t *event, orr_place place) {
  frame *f = &p->frames[p->depth - 1];
  const char *hint;
  const char *why = why_bad_key(event, &hint);
  refuse_tag(p, event->data.scalar.tag, place);
  if (why) {
    orr_diagnostics_add(p->diagnostics, p->config, place, hint, "%s", why);
    skip_value(p);
    return;
  }
  orr_entry *entries = grow(p, f, sizeof(orr_entry));
  char *key =
      orr_nodes_text(p->nodes, (const char *)event->data.scalar.value, event->data.scalar.length);
  if (!entries || !key) {
    out_of_memory(p);
    return;
  }
  entries[f->count++] = (orr_entry){key, place, NULL};
  f->has_key = true;
}

/* Reports keys that came twice and keeps the first of each. */
static void drop_duplicates(parser *p, frame *f) {
  orr_entry *entries = f->elements;
  orr_word_at *words = orr_alloc(f->count ? f->count : 1, sizeof *words);
  if (!words) {
    out_of_memory(p);
    return;
  }
  for (size_t i = 0; i < f->count; i++) words[i] = (orr_word_at){entries[i].key, i};
  orr_words_sort(words, f->count);
  for (size_t i = 1, first = 0; i < f->count; i++) {
    if (strcmp(words[i].text, words[first].text) != 0) {
      first = i;
      continue;
    }
    const orr_entry *earlier = &entries[words[first].index];
    char shown[ORR_SHOWN];
    orr_diagnostics_add(p->diagnostics, p->config, entries[words[i].index].place,
                        "a key may stand once in a map", "key %s again; it is already at %d:%d",
                        orr_show(earlier->key, shown), earlier->place.line, earlier->place.column);
    entries[words[i].index].value = NULL;
  }
  orr_free(words);
  size_t kept = 0;
  for (size_t i = 0; i < f->count; i++)
    if (entries[i].value) entries[kept++] = entries[i];
  f->count = kept;
}

/* --- events ---------------------------------------------------------------------------------- */

static void on_scalar(parser *p, const yaml_event_t *event) {
  orr_place place = place_of(p, event->start_mark);
  if (wants_key(p)) {
    add_key(p, event, place);
    return;
  }
  refuse_tag(p, event->data.scalar.tag, place);
  const char *text = (const char *)event->data.scalar.value;
  size_t length = event->data.scalar.length;
  if (memchr(text, 0, length)) {
    orr_diagnostics_add(p->diagnostics, p->config, place, NULL, "a text with a zero byte");
    length = strlen(text);
  }
  orr_node *node = new_node(p, ORR_NODE_SCALAR, place);
  char *copy = orr_nodes_text(p->nodes, text, length);
  if (!node || !copy) {
    out_of_memory(p);
    return;
  }
  node->text = copy;
  node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
  if (!node->quoted && orr_word_kind(copy) == ORR_WORD_NULL) node->kind = ORR_NODE_NULL;
  add_anchor(p, event->data.scalar.anchor, node, place);
  attach(p, node);
}

static void on_alias(parser *p, const yaml_event_t *event) {
  orr_place place = place_of(p, event->start_mark);
  const char *name = (const char *)event->data.alias.anchor;
  char shown[ORR_SHOWN];
  if (wants_key(p)) {
    orr_diagnostics_add(p->diagnostics, p->config, place, NULL, "an alias cannot be a key");
    skip_value(p);
    return;
  }
  const orr_node *target = NULL;
  for (size_t i = p->anchor_count; i-- > 0 && !target;)
    if (strcmp(p->anchors[i].name, name) == 0) target = p->anchors[i].node;
  orr_node *copy = NULL;
  if (!target)
    orr_diagnostics_add(p->diagnostics, p->config, place, NULL, "no anchor %s before this alias",
                        orr_show(name, shown));
  else if (is_open(p, target))
    orr_diagnostics_add(p->diagnostics, p->config, place, NULL,
                        "the anchor %s contains itself here", orr_show(name, shown));
  else
    copy = orr_node_copy(p->nodes, NULL, target, ORR_CONFIG_MAX_DEPTH - (int)p->depth,
                         &p->expand_left);
  if (target && !copy && !is_open(p, target)) {
    orr_diagnostics_add(p->diagnostics, p->config, place, NULL,
                        "the aliases of this file expand to more than %d nodes or %d levels",
                        ORR_CONFIG_MAX_EXPAND, ORR_CONFIG_MAX_DEPTH);
    p->fatal = true;
  }
  if (!copy) copy = new_node(p, ORR_NODE_NULL, place);
  if (copy) attach(p, copy);
}

static void on_open(parser *p, orr_node_kind kind, const yaml_char_t *name, const yaml_char_t *tag,
                    orr_place place) {
  refuse_tag(p, tag, place);
  if (p->depth == ORR_CONFIG_MAX_DEPTH) {
    orr_diagnostics_add(p->diagnostics, p->config, place, NULL, "nested deeper than %d levels",
                        ORR_CONFIG_MAX_DEPTH);
    p->fatal = true;
    return;
  }
  if (wants_key(p)) {
    orr_diagnostics_add(p->diagnostics, p->config, place,
                        "{ and [ start a map and a list; put a text with them in quotes",
                        "a key must be a word, not a map or a list");
    p->fatal = true;
    return;
  }
  orr_node *node = new_node(p, kind, place);
  if (!node) return;
  add_anchor(p, name, node, place);
  attach(p, node);
  p->frames[p->depth++] = (frame){.node = node};
}

static void on_close(parser *p) {
  frame *f = &p->frames[p->depth - 1];
  bool map = f->node->kind == ORR_NODE_MAP;
  if (map) drop_duplicates(p, f);
  size_t size = map ? sizeof(orr_entry) : sizeof(orr_node *);
  void *kept = f->count ? orr_nodes_alloc(p->nodes, f->count, size) : NULL;
  if (f->count && !kept) {
    out_of_memory(p);
    return;
  }
  if (f->count) memcpy(kept, f->elements, f->count * size);
  if (map)
    f->node->entries = kept;
  else
    f->node->items = kept;
  f->node->count = f->count;
  orr_free(f->elements);
  f->elements = NULL;
  p->depth--;
}

static void on_document(parser *p, const yaml_event_t *event) {
  if (++p->documents == 1) return;
  orr_diagnostics_add(p->diagnostics, p->config, place_of(p, event->start_mark),
                      "a line of --- starts a new document; remove it",
                      "a configuration is one document; here a second one starts");
  p->fatal = true;
}

static void on_event(parser *p, const yaml_event_t *event) {
  orr_place place = place_of(p, event->start_mark);
  switch (event->type) {
  case YAML_DOCUMENT_START_EVENT: on_document(p, event); break;
  case YAML_SCALAR_EVENT: on_scalar(p, event); break;
  case YAML_ALIAS_EVENT: on_alias(p, event); break;
  case YAML_SEQUENCE_START_EVENT:
    on_open(p, ORR_NODE_LIST, event->data.sequence_start.anchor, event->data.sequence_start.tag,
            place);
    break;
  case YAML_MAPPING_START_EVENT:
    on_open(p, ORR_NODE_MAP, event->data.mapping_start.anchor, event->data.mapping_start.tag,
            place);
    break;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT: on_close(p); break;
  case YAML_STREAM_END_EVENT: p->done = true; break;
  default: break;
  }
}

/* --- syntax errors --------------------------------------------------------------------------- */

/* Does the line of this mark begin with a tab among its spaces? */
static bool tab_indents(const parser *p, yaml_mark_t mark) {
  const char *at = p->input->text;
  for (size_t line = 0; line < mark.line; line++) {
    at += strcspn(at, "\r\n");
    if (*at == 0) return false;
    at += at[0] == '\r' && at[1] == '\n' ? 2 : 1;
  }
  at += strspn(at, " ");
  return *at == '\t';
}

static const char *syntax_hint(const parser *p, const char *problem) {
  static const char *const table[][2] = {
      {"mapping values are not allowed", "a text with \": \" in it needs quotes; or the line is "
                                         "indented too far"},
      {"could not find expected ':'", "a key needs a colon and a space after it"},
      {"did not find expected key", "check the indentation of this line, and quotes above it"},
      {"did not find expected '-' indicator", "check the indentation of this line"},
      {"expected ',' or ']'", "close the list with ]"},
      {"expected ',' or '}'", "close the map with }"},
      {"unexpected end of stream", "a quote is not closed"},
      {"cannot start any token", "put the text in quotes"},
  };
  if (tab_indents(p, p->yaml.problem_mark)) return "indent with spaces, not tabs";
  for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
    if (strstr(problem, table[i][0])) return table[i][1];
  return NULL;
}

/* libyaml puts the end of a text without a last line break onto a line of its own: take the end of
 * the last line instead. */
static orr_place problem_place(const parser *p) {
  yaml_mark_t mark = p->yaml.problem_mark;
  size_t line = 0, column = 0;
  const char *at = p->input->text, *end = at + p->input->length;
  while (at < end && line < mark.line) {
    uint32_t code;
    size_t bytes = orr_utf8_next(at, (size_t)(end - at), &code);
    bool next_line = code == '\n' || (code == '\r' && !(at + 1 < end && at[1] == '\n'));
    at += bytes ? bytes : 1;
    line += next_line;
    column = next_line ? 0 : column + 1;
  }
  return line < mark.line ? place_at(p, line, column) : place_of(p, mark);
}

static void syntax_error(parser *p) {
  p->fatal = true;
  if (p->yaml.error == YAML_MEMORY_ERROR) {
    out_of_memory(p);
    return;
  }
  const char *problem = p->yaml.problem ? p->yaml.problem : "not valid YAML";
  const char *context = p->yaml.context;
  orr_place place = problem_place(p);
  orr_diagnostics_add(p->diagnostics, p->config, place, syntax_hint(p, problem), "%s%s%s", problem,
                      context ? " " : "", context ? context : "");
}

/* --- entry ----------------------------------------------------------------------------------- */

static void check_root(parser *p) {
  bool empty = !p->root || p->root->kind == ORR_NODE_NULL;
  if (!p->root) p->root = new_node(p, ORR_NODE_NULL, place_at(p, 0, 0));
  if (!p->input->need_map || !p->root || p->root->kind == ORR_NODE_MAP) return;
  orr_place place = empty ? place_at(p, 0, 0) : p->root->place;
  const char *what = p->root->kind == ORR_NODE_LIST ? "a list" : "a single value";
  orr_diagnostics_add(p->diagnostics, p->config, place, "start with a key, such as \"name: ...\"",
                      "a configuration is a map of keys; this one is %s", empty ? "empty" : what);
  p->fatal = true;
}

static void parse_events(parser *p) {
  yaml_parser_set_encoding(&p->yaml, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&p->yaml, (const unsigned char *)p->input->text, p->input->length);
  while (!p->done && !p->fatal) {
    yaml_event_t event;
    if (!yaml_parser_parse(&p->yaml, &event)) {
      syntax_error(p);
      break;
    }
    on_event(p, &event);
    yaml_event_delete(&event);
  }
  for (size_t i = 0; i < p->depth; i++) orr_free(p->frames[i].elements);
}

orr_status orr_yaml_parse(orr_nodes *nodes, const orr_yaml_input *input, const orr_config *config,
                          orr_diagnostics *diagnostics, orr_node **out) {
  parser p = {.nodes = nodes,
              .input = input,
              .config = config,
              .diagnostics = diagnostics,
              .expand_left = ORR_CONFIG_MAX_EXPAND,
              .found_before = orr_diagnostics_count(diagnostics)};
  *out = NULL;
  if (input->length > ORR_CONFIG_MAX_BYTES) {
    orr_diagnostics_add(diagnostics, config, (orr_place){input->name, 0, 0}, NULL,
                        "the configuration is larger than 4 MB");
    return ORR_ERR_CONFIG;
  }
  check_characters(&p);
  if (p.fatal) return ORR_ERR_CONFIG;
  if (!yaml_parser_initialize(&p.yaml)) {
    orr_diagnostics_memory(diagnostics);
    return ORR_ERR_MEMORY;
  }
  parse_events(&p);
  yaml_parser_delete(&p.yaml);
  orr_free(p.anchors);
  if (!p.fatal) check_root(&p);
  bool found = orr_diagnostics_count(diagnostics) != p.found_before;
  if (p.fatal) return found ? ORR_ERR_CONFIG : ORR_ERR_MEMORY;
  *out = p.root;
  return found ? ORR_ERR_CONFIG : ORR_OK;
}
