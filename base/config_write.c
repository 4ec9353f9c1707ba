/* A tree as canonical YAML, and its hash. */
#include "base/config_internal.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

typedef struct writer {
  char *text;
  size_t count, capacity;
  bool failed;
} writer;

static void put(writer *w, const char *text, size_t count) {
  if (w->failed) return;
  if (w->capacity - w->count < count + 1) {
    size_t capacity = w->capacity ? w->capacity * 2 : 1024;
    while (capacity - w->count < count + 1) capacity *= 2;
    char *grown = orr_realloc(w->text, capacity, 1);
    if (!grown) {
      w->failed = true;
      return;
    }
    w->text = grown;
    w->capacity = capacity;
  }
  memcpy(w->text + w->count, text, count);
  w->count += count;
  w->text[w->count] = 0;
}

static void put_text(writer *w, const char *text) { put(w, text, strlen(text)); }

static void put_indent(writer *w, int indent) {
  for (int i = 0; i < indent; i++) put(w, " ", 1);
}

/* Words that a reader of YAML 1.1 takes for booleans: quoted for its sake. */
static bool is_old_bool(const char *text) {
  static const char *const words[] = {"y", "n", "yes", "no", "on", "off", "true", "false", NULL};
  for (size_t i = 0; words[i]; i++)
    if (strcasecmp(text, words[i]) == 0) return true;
  return false;
}

/* May these characters stand without quotes anywhere, also inside [ ]? */
static bool is_plain(const char *text, bool value) {
  size_t length = strlen(text);
  if (length == 0 || text[length - 1] == ' ' || strncmp(text, "---", 3) == 0) return false;
  unsigned char first = (unsigned char)text[0];
  bool number = value && strchr("+-.", first);
  if (!isalnum(first) && first != '_' && first != '/' && !number) return false;
  for (size_t i = 0; i < length; i++)
    if (!isalnum((unsigned char)text[i]) && !strchr("_./+- ()%", text[i])) return false;
  return true;
}

static bool needs_quotes(const orr_node *node) {
  if (!orr_node_is_text(node)) return !is_plain(node->text, true);
  unsigned char first = (unsigned char)node->text[0];
  if (isdigit(first) || orr_word_kind(node->text) != ORR_WORD_TEXT) return true;
  return is_old_bool(node->text) || !is_plain(node->text, false);
}

static void put_quoted(writer *w, const char *text) {
  size_t length = strlen(text);
  put(w, "\"", 1);
  for (size_t at = 0; at < length;) {
    uint32_t code;
    size_t bytes = orr_utf8_next(text + at, length - at, &code);
    char escape[16];
    if (bytes == 0) bytes = 1; /* cannot come from a parsed text */
    if (code == '"' || code == '\\')
      snprintf(escape, sizeof escape, "\\%c", (char)code);
    else if (code == '\n')
      snprintf(escape, sizeof escape, "\\n");
    else if (code == '\t')
      snprintf(escape, sizeof escape, "\\t");
    else if (code == '\r' || (!orr_utf8_printable(code) && code < 0x100))
      snprintf(escape, sizeof escape, "\\x%02X", (unsigned)code);
    else if (!orr_utf8_printable(code))
      snprintf(escape, sizeof escape, "\\u%04X", (unsigned)code);
    else
      escape[0] = 0;
    if (escape[0])
      put_text(w, escape);
    else
      put(w, text + at, bytes);
    at += bytes;
  }
  put(w, "\"", 1);
}

static void put_scalar(writer *w, const orr_node *node) {
  if (node->kind == ORR_NODE_NULL)
    put_text(w, "null");
  else if (needs_quotes(node))
    put_quoted(w, node->text);
  else
    put_text(w, node->text);
}

static void put_key(writer *w, const char *key) {
  if (is_plain(key, false) && !is_old_bool(key))
    put_text(w, key);
  else
    put_quoted(w, key);
  put(w, ":", 1);
}

enum { INLINE_COLUMNS = 80 };

/* Fits behind its key: a scalar, something empty, or a short list of scalars. */
static bool is_inline(const orr_node *node) {
  if (node->count == 0) return true;
  if (node->kind != ORR_NODE_LIST) return false;
  size_t columns = 0;
  for (size_t i = 0; i < node->count; i++) {
    const orr_node *item = node->items[i];
    if (item->kind == ORR_NODE_LIST || item->kind == ORR_NODE_MAP) return false;
    columns += strlen(item->text) + 2;
    if (columns > INLINE_COLUMNS) return false;
  }
  return true;
}

static void put_inline(writer *w, const orr_node *node) {
  if (node->kind == ORR_NODE_MAP) put_text(w, "{}");
  if (node->kind == ORR_NODE_NULL || node->kind == ORR_NODE_SCALAR) put_scalar(w, node);
  if (node->kind != ORR_NODE_LIST) return;
  put(w, "[", 1);
  for (size_t i = 0; i < node->count; i++) {
    if (i) put(w, ", ", 2);
    put_scalar(w, node->items[i]);
  }
  put(w, "]", 1);
}

/* Writes a block collection at `indent`; the first line's indentation stands already when
 * `started`. */
static void put_block(writer *w, const orr_node *node, int indent, bool started) {
  for (size_t i = 0; i < node->count; i++) {
    const bool map = node->kind == ORR_NODE_MAP;
    const orr_node *value = map ? node->entries[i].value : node->items[i];
    if (i > 0 || !started) put_indent(w, indent);
    if (map)
      put_key(w, node->entries[i].key);
    else
      put(w, "-", 1);
    if (is_inline(value)) {
      put(w, " ", 1);
      put_inline(w, value);
      put(w, "\n", 1);
    } else if (!map && value->kind == ORR_NODE_MAP) {
      put(w, " ", 1);
      put_block(w, value, indent + 2, true);
    } else {
      put(w, "\n", 1);
      put_block(w, value, indent + 2, false);
    }
  }
}

char *orr_node_to_yaml(const orr_node *node) {
  writer w = {0};
  if (is_inline(node)) {
    put_inline(&w, node);
    put(&w, "\n", 1);
  } else {
    put_block(&w, node, 0, true);
  }
  if (!w.failed) return w.text;
  orr_free(w.text);
  return NULL;
}

/* The hash of a map is the sum over its entries, so the order of keys does not count. */
static orr_hash hash_entry(orr_hash map, const char *key, orr_hash value) {
  orr_hash both = orr_hash_join(orr_hash_bytes(key, strlen(key)), value);
  return (orr_hash){.low = map.low + both.low, .high = map.high + both.high};
}

orr_hash orr_node_hash(const orr_node *node) {
  if (node->kind == ORR_NODE_NULL) return orr_hash_bytes("null", 4);
  if (node->kind == ORR_NODE_SCALAR) {
    const char *tag = orr_node_is_text(node) ? "text" : "word";
    return orr_hash_join(orr_hash_bytes(tag, 4), orr_hash_bytes(node->text, strlen(node->text)));
  }
  orr_hash sum = orr_hash_bytes(node->kind == ORR_NODE_LIST ? "list" : "maps", 4);
  for (size_t i = 0; i < node->count; i++) {
    if (node->kind == ORR_NODE_LIST)
      sum = orr_hash_join(sum, orr_node_hash(node->items[i]));
    else
      sum = hash_entry(sum, node->entries[i].key, orr_node_hash(node->entries[i].value));
  }
  return sum;
}
