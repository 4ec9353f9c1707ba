/* Files that include files: each is read, expanded, and laid under the one that includes it. */
#include "base/config_template.h"
#include "base/field.h"
#include "base/file.h"

#include <stdlib.h>
#include <string.h>

/* A file that is being read, and those that include it. */
typedef struct reading {
  const char *path;
  orr_node *root;
  orr_templates *known;
  const struct reading *up;
  int depth;
} reading;

static bool read_file(orr_expansion *x, reading *file, bool files);

/* --- merging --------------------------------------------------------------------------------- */

static void merge_maps(orr_expansion *x, orr_node *own, orr_node *included);

/* Items of an included list come first; an own item of the same name is merged over one of them,
 * the other own items follow. */
static void join_lists(orr_expansion *x, orr_node *own, const orr_node *included) {
  size_t count = included->count;
  orr_node **items =
      orr_nodes_alloc(&x->config->nodes, included->count + own->count, sizeof *items);
  orr_word_at *words = orr_alloc(included->count, sizeof *words);
  if (!items || !words) {
    orr_expansion_memory(x);
    orr_free(words);
    return;
  }
  for (size_t i = 0; i < included->count; i++) {
    items[i] = included->items[i];
    words[i] = (orr_word_at){orr_node_get(items[i], "name")->text, i};
  }
  orr_words_sort(words, included->count);
  for (size_t i = 0; i < own->count; i++) {
    orr_node *item = own->items[i];
    size_t at = orr_words_find(words, included->count, orr_node_get(item, "name")->text);
    if (at < included->count && items[at] == included->items[at]) {
      merge_maps(x, item, items[at]);
      items[at] = item;
    } else {
      items[count++] = item;
    }
  }
  orr_free(words);
  own->items = items;
  own->count = count;
}

/* An own map of names over an included list changes its items, as a profile does. */
static void merge_values(orr_expansion *x, orr_entry *own, orr_node *included) {
  orr_node *value = own->value;
  if (value->kind == ORR_NODE_MAP && included->kind == ORR_NODE_MAP)
    merge_maps(x, value, included);
  else if (orr_node_is_named_list(value) && orr_node_is_named_list(included))
    join_lists(x, value, included);
  else if (value->kind == ORR_NODE_MAP && orr_node_is_named_list(included)) {
    if (orr_config_overlay(x->config, included, value, x->diagnostics) != ORR_OK) x->failed = true;
    own->value = included;
  }
}

/* What `included` says and `own` does not is added to `own`; an own null takes a key away. */
static void merge_maps(orr_expansion *x, orr_node *own, orr_node *included) {
  for (size_t i = 0; i < included->count && !x->memory; i++) {
    const orr_entry *entry = &included->entries[i];
    size_t at = 0;
    while (at < own->count && strcmp(own->entries[at].key, entry->key) != 0) at++;
    if (at == own->count) {
      if (!orr_node_add(&x->config->nodes, own, entry->key, entry->place, entry->value))
        orr_expansion_memory(x);
    } else if (own->entries[at].value->kind == ORR_NODE_NULL) {
      orr_node_remove(own, entry->key);
    } else {
      merge_values(x, &own->entries[at], entry->value);
    }
  }
}

/* --- paths ----------------------------------------------------------------------------------- */

/* Removes "." and "name/.." from a path, by its letters alone. */
static void tidy_path(char *path) {
  char *parts[ORR_PATH / 2 + 1], *rest = NULL, *out = path + (path[0] == '/');
  size_t count = 0;
  for (char *part = strtok_r(path, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
    bool back = strcmp(part, "..") == 0;
    if (strcmp(part, ".") == 0) continue;
    if (back && count && strcmp(parts[count - 1], "..") != 0)
      count--;
    else
      parts[count++] = part;
  }
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(parts[i]);
    memmove(out, parts[i], length);
    out += length;
    if (i + 1 < count) *out++ = '/';
  }
  *out = 0;
}

/* `name` as seen from the folder of `from`; false when it is too long. */
static bool path_beside(const char *from, const char *name, char out[ORR_PATH]) {
  const char *slash = strrchr(from, '/');
  int folder = slash && name[0] != '/' ? (int)(slash + 1 - from) : 0;
  int used = snprintf(out, ORR_PATH, "%.*s%s", folder, from, name);
  if (used < 0 || used >= ORR_PATH) return false;
  tidy_path(out);
  return true;
}

/* "did you mean" for a file that is not there. */
static void hint_for_file(const char *path, char *hint, size_t size) {
  char folder[ORR_PATH], word[256];
  const char *slash = strrchr(path, '/');
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
  snprintf(word, sizeof word, "%.255s", slash ? slash + 1 : path);
  char **names = NULL;
  size_t count = 0;
  if (orr_folder_list(folder, "", ".yaml", &names, &count, NULL) != ORR_OK) return;
  const char *close = orr_closest(word, (const char *const *)names, count);
  if (close) snprintf(hint, size, "did you mean \"%.200s\"?", close);
  orr_free(names);
}

/* --- includes -------------------------------------------------------------------------------- */

static bool is_open(const reading *file, const char *path) {
  for (; file; file = file->up)
    if (strcmp(file->path, path) == 0) return true;
  return false;
}

/* May the file at `path` be included here? */
static bool may_include(orr_expansion *x, const reading *by, const orr_node *given,
                        const char *path) {
  if (is_open(by, path))
    orr_expansion_complain(x, given->place, "remove one of the two includes",
                           "%s includes itself, directly or through others", path);
  else if (by->depth == ORR_CONFIG_MAX_INCLUDE)
    orr_expansion_complain(x, given->place, NULL, "files include each other deeper than %d levels",
                           ORR_CONFIG_MAX_INCLUDE);
  else if (x->files_left == 0)
    orr_expansion_complain(x, given->place, NULL, "more than %d included files",
                           ORR_CONFIG_MAX_FILES);
  else
    return true;
  return false;
}

/* The tree of an included file before its expansion; NULL after a finding. */
static orr_node *parse_file(orr_expansion *x, const orr_node *given, const char *path,
                            const char **name) {
  char *text = NULL, hint[256];
  size_t length = 0;
  orr_error err = {0};
  orr_status status = orr_file_get(path, x->bytes_left, &text, &length, &err);
  if (status == ORR_ERR_MEMORY) orr_expansion_memory(x);
  if (status != ORR_OK && status != ORR_ERR_MEMORY) {
    snprintf(hint, sizeof hint, "%s", err.hint);
    hint_for_file(path, hint, sizeof hint);
    orr_expansion_complain(x, given->place, hint, "%s", err.message);
  }
  if (status != ORR_OK) return NULL;
  x->bytes_left -= length;
  x->files_left--;
  size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  *name = orr_config_add_source(x->config, path, text + mark, length - mark);
  orr_free(text);
  if (!*name) {
    orr_expansion_memory(x);
    return NULL;
  }
  const orr_source *source = orr_config_source(x->config, *name);
  orr_yaml_input input = {
      .text = source->text, .length = source->length, .name = *name, .need_map = true};
  orr_node *root = NULL;
  status = orr_yaml_parse(&x->config->nodes, &input, x->config, x->diagnostics, &root);
  if (status != ORR_OK) x->failed = true;
  if (status == ORR_ERR_MEMORY) x->memory = true;
  return root;
}

/* Reads one included file and lays it over what was included before it. */
static void include_one(orr_expansion *x, reading *by, const orr_node *given, bool files,
                        orr_node **all) {
  char path[ORR_PATH];
  if (!orr_node_is_text(given)) {
    orr_expansion_complain(x, given->place, "include: [common/walls.yaml]",
                           "include: expected the name of a file");
    return;
  }
  if (!files) {
    orr_expansion_complain(x, given->place, "write the text into a file",
                           "include needs a file that it is relative to");
    return;
  }
  if (!path_beside(by->path, given->text, path)) {
    orr_expansion_complain(x, given->place, NULL, "the path is too long");
    return;
  }
  if (!may_include(x, by, given, path)) return;
  const char *name = NULL;
  reading file = {.up = by, .depth = by->depth + 1};
  file.root = parse_file(x, given, path, &name);
  file.path = name;
  if (!file.root || !read_file(x, &file, files)) return;
  for (size_t i = 0; i < file.known->count; i++)
    if (!orr_templates_add(x, by->known, file.known->items[i])) return;
  if (*all && !x->failed) merge_maps(x, file.root, *all);
  *all = file.root;
}

/* The trees of all files that `by` includes as one, or NULL. */
static orr_node *include_all(orr_expansion *x, reading *by, bool files) {
  const orr_node *given = orr_node_get(by->root, "include");
  orr_node *all = NULL;
  if (!given || given->kind == ORR_NODE_NULL) return NULL;
  if (given->kind != ORR_NODE_LIST) include_one(x, by, given, files, &all);
  if (given->kind != ORR_NODE_LIST) return all;
  for (size_t i = 0; i < given->count && !x->memory; i++)
    include_one(x, by, given->items[i], files, &all);
  return all;
}

/* Turns `file->root` into the tree that its readers see. */
static bool read_file(orr_expansion *x, reading *file, bool files) {
  file->known = orr_nodes_alloc(&x->config->nodes, 1, sizeof *file->known);
  if (!file->known) {
    orr_expansion_memory(x);
    return false;
  }
  orr_node *included = include_all(x, file, files);
  orr_templates_read(x, orr_node_get(file->root, "templates"), file->known);
  orr_node_remove(file->root, "include");
  orr_node_remove(file->root, "templates");
  if (!x->memory) orr_expand_root(x, file->root, file->known);
  if (included && !x->failed) merge_maps(x, file->root, included);
  return !x->memory;
}

orr_status orr_config_expand(orr_config *config, bool files, orr_diagnostics *diagnostics) {
  orr_expansion x = {.config = config,
                     .diagnostics = diagnostics,
                     .nodes_left = ORR_CONFIG_MAX_MADE,
                     .text_left = ORR_CONFIG_MAX_BYTES,
                     .files_left = ORR_CONFIG_MAX_FILES,
                     .bytes_left = ORR_CONFIG_MAX_BYTES};
  reading file = {.path = config->path, .root = config->root};
  read_file(&x, &file, files);
  if (x.failed) config->root = NULL;
  return x.memory ? ORR_ERR_MEMORY : x.failed ? ORR_ERR_CONFIG : ORR_OK;
}
