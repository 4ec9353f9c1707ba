/* Nodes that templates and repeats make, and the arithmetic in their scalars. */
#include "base/config_template.h"

#include <string.h>

/* --- findings -------------------------------------------------------------------------------- */

void orr_expansion_memory(orr_expansion *x) {
  if (!x->memory) orr_diagnostics_memory(x->diagnostics);
  x->memory = x->failed = true;
}

void orr_expansion_complain(orr_expansion *x, orr_place place, const char *hint, const char *format,
                            ...) {
  char message[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  x->failed = true;
  orr_diagnostics_add(x->diagnostics, x->config, place, hint, "%s", message);
}

orr_place orr_expansion_place(orr_expansion *x, const orr_scope *s, orr_place place) {
  if (!s->use || s->literal) return place;
  orr_use *u = s->use;
  if (u->from != place.file) {
    u->to = orr_config_add_use(x->config, place.file, u->place);
    u->from = u->to ? place.file : NULL;
    if (!u->to) orr_expansion_memory(x);
  }
  if (u->to) place.file = u->to;
  return place;
}

/* --- making nodes ---------------------------------------------------------------------------- */

static void too_much(orr_expansion *x, const orr_node *node, const orr_scope *s) {
  x->full = true;
  orr_expansion_complain(
      x, orr_expansion_place(x, s, node->place), "lower a count, or use fewer templates",
      "templates and repeats make more than %d values or 4 MB of text", ORR_CONFIG_MAX_MADE);
}

orr_node *orr_expansion_make(orr_expansion *x, const orr_node *node, const orr_scope *s,
                             const char *text) {
  size_t length = strlen(text);
  if (x->full || x->memory) return NULL;
  if (x->nodes_left == 0 || length > x->text_left) {
    too_much(x, node, s);
    return NULL;
  }
  orr_node *made = orr_nodes_alloc(&x->config->nodes, 1, sizeof *made);
  if (!made) {
    orr_expansion_memory(x);
    return NULL;
  }
  x->nodes_left--;
  x->text_left -= length;
  *made = (orr_node){.kind = node->kind,
                     .quoted = node->quoted,
                     .place = orr_expansion_place(x, s, node->place),
                     .text = text};
  return made;
}

/* --- ${} ------------------------------------------------------------------------------------- */

/* The place of a byte of a scalar, when the scalar stands on one line as it was written. */
static orr_place inside(const orr_expansion *x, const orr_node *node, size_t at) {
  orr_place place = node->place;
  const char *text = orr_config_line(x->config, place);
  if (!text) return place;
  size_t skip = 0;
  for (int column = 1; column < place.column && text[skip] && text[skip] != '\n'; column++) do
      skip++;
    while (((unsigned char)text[skip] & 0xc0) == 0x80);
  size_t quote = text[skip] == '"' || text[skip] == '\'';
  if (strncmp(text + skip + quote, node->text, at) != 0) return place;
  place.column += (int)quote;
  for (size_t i = 0; i < at; i++) place.column += ((unsigned char)node->text[i] & 0xc0) != 0x80;
  return place;
}

static bool evaluate(orr_expansion *x, const orr_node *node, const orr_scope *s, const char *from,
                     const char *end, double *out) {
  orr_mistake mistake;
  if (orr_expression_value(from, (size_t)(end - from), s->names, out, &mistake)) return true;
  size_t at = (size_t)(from - node->text) + mistake.at;
  orr_expansion_complain(x, orr_expansion_place(x, s, inside(x, node, at)), mistake.hint,
                         "in ${%.*s}: %s", (int)(end - from < 80 ? end - from : 80), from,
                         mistake.message);
  return false;
}

/* The value of a name that stands alone between ${ and }; NULL when it is arithmetic. */
static const orr_node *lone_name(const orr_scope *s, const char *from, const char *end) {
  while (from < end && *from == ' ') from++;
  while (end > from && end[-1] == ' ') end--;
  size_t length = orr_name_length(from, (size_t)(end - from));
  return length && from + length == end ? orr_binding_find(s->names, from, length) : NULL;
}

/* A scalar that is one ${} only. */
static orr_node *whole_value(orr_expansion *x, const orr_node *node, const orr_scope *s,
                             const char *from, const char *end, int levels) {
  const orr_node *value = lone_name(s, from, end);
  if (value) {
    const orr_scope as_it_is = {.copy = true, .literal = true};
    orr_node *made = orr_expand(x, (orr_node *)value, &as_it_is, levels);
    if (made) made->place = orr_expansion_place(x, s, node->place);
    return made;
  }
  double number;
  if (!evaluate(x, node, s, from, end, &number)) return NULL;
  char text[ORR_NUMBER_TEXT];
  orr_number_text(number, text);
  char *copy = orr_nodes_text(&x->config->nodes, text, strlen(text));
  if (!copy) {
    orr_expansion_memory(x);
    return NULL;
  }
  orr_node *made = orr_expansion_make(x, node, s, copy);
  if (!made) return NULL;
  made->kind = ORR_NODE_SCALAR;
  made->quoted = false;
  return made;
}

/* What a ${} puts into a longer text; NULL after a finding. `room` holds a number. */
static const char *piece(orr_expansion *x, const orr_node *node, const orr_scope *s,
                         const char *from, const char *end, char room[ORR_NUMBER_TEXT]) {
  const orr_node *value = lone_name(s, from, end);
  double number;
  if (value && value->kind == ORR_NODE_SCALAR && !orr_node_number(value, &number))
    return value->text;
  if (value && value->kind != ORR_NODE_SCALAR) {
    orr_expansion_complain(
        x, orr_expansion_place(x, s, inside(x, node, (size_t)(from - node->text))),
        "only texts and numbers can be put into a longer text", "in ${%.*s}: this is a %s",
        (int)(end - from), from, value->kind == ORR_NODE_LIST ? "list" : "map");
    return NULL;
  }
  if (!evaluate(x, node, s, from, end, &number)) return NULL;
  orr_number_text(number, room);
  return room;
}

typedef struct joined_text {
  char *bytes;
  size_t count;
} joined_text;

/* Appends to a text; false when there is no room. */
static bool put(orr_expansion *x, const orr_node *node, const orr_scope *s, const char *from,
                size_t length, joined_text *out) {
  if (length > x->text_left || out->count > x->text_left - length) {
    too_much(x, node, s);
    return false;
  }
  char *grown = orr_realloc(out->bytes, out->count + length + 1, 1);
  if (!grown) {
    orr_expansion_memory(x);
    return false;
  }
  memcpy(grown + out->count, from, length);
  out->bytes = grown;
  out->count += length;
  grown[out->count] = 0;
  return true;
}

static const char *next_open(const char *text) { return strstr(text, "${"); }

static bool join_pieces(orr_expansion *x, const orr_node *node, const orr_scope *s,
                        joined_text *out) {
  const char *at = node->text, *open;
  while ((open = next_open(at))) {
    const char *end = strchr(open, '}');
    char room[ORR_NUMBER_TEXT];
    const char *value = piece(x, node, s, open + 2, end, room);
    if (!value || !put(x, node, s, at, (size_t)(open - at), out)) return false;
    if (!put(x, node, s, value, strlen(value), out)) return false;
    at = end + 1;
  }
  return put(x, node, s, at, strlen(at), out);
}

/* A text with ${} among other characters; it stays a text, whatever it looks like. */
static orr_node *longer_text(orr_expansion *x, const orr_node *node, const orr_scope *s) {
  joined_text joined = {0};
  orr_node *made = NULL;
  if (join_pieces(x, node, s, &joined)) {
    char *copy = orr_nodes_text(&x->config->nodes, joined.bytes, joined.count);
    if (!copy) orr_expansion_memory(x);
    if (copy) made = orr_expansion_make(x, node, s, copy);
    if (made) made->quoted = true;
  }
  orr_free(joined.bytes);
  return made;
}

orr_node *orr_expand_scalar(orr_expansion *x, const orr_node *node, const orr_scope *s,
                            int levels) {
  const char *open = s->literal ? NULL : next_open(node->text);
  if (!open) return orr_expansion_make(x, node, s, node->text);
  for (const char *at = open; at; at = next_open(at + 2)) {
    const char *end = strchr(at, '}');
    const char *again = next_open(at + 2);
    if (end && (!again || again > end)) continue;
    orr_expansion_complain(x, orr_expansion_place(x, s, inside(x, node, (size_t)(at - node->text))),
                           NULL, "this ${ has no }");
    return NULL;
  }
  const char *end = strchr(open, '}');
  if (open == node->text && end[1] == 0) return whole_value(x, node, s, open + 2, end, levels);
  return longer_text(x, node, s);
}
