#include "base/config.h"

#include "base/config_template.h"
#include "base/file.h"

#include <string.h>

void *orr_nodes_alloc(orr_nodes *nodes, size_t count, size_t size) {
  if (size != 0 && count > (SIZE_MAX - 15) / size) return NULL;
  size_t bytes = (count * size + 15) & ~(size_t)15;
  if (bytes == 0) bytes = 16;
  if (bytes > nodes->chunk / 4) return orr_arena_alloc(nodes->arena, bytes, 1);
  if (bytes > nodes->left) {
    nodes->next = orr_arena_alloc(nodes->arena, nodes->chunk, 1);
    nodes->left = nodes->next ? nodes->chunk : 0;
    if (!nodes->next) return NULL;
  }
  void *piece = nodes->next;
  nodes->next += bytes;
  nodes->left -= bytes;
  return piece;
}

char *orr_nodes_text(orr_nodes *nodes, const char *text, size_t length) {
  char *copy = orr_nodes_alloc(nodes, length + 1, 1);
  if (copy && length) memcpy(copy, text, length);
  return copy;
}

/* --- sources --------------------------------------------------------------------------------- */

const char *orr_config_add_source(orr_config *config, const char *name, const char *text,
                                  size_t length) {
  if (config->source_count == config->source_capacity) {
    size_t capacity = config->source_capacity ? config->source_capacity * 2 : 4;
    orr_source *sources = orr_nodes_alloc(&config->nodes, capacity, sizeof *sources);
    if (!sources) return NULL;
    if (config->source_count)
      memcpy(sources, config->sources, config->source_count * sizeof *sources);
    config->sources = sources;
    config->source_capacity = capacity;
  }
  orr_source source = {.length = length};
  source.name = orr_nodes_text(&config->nodes, name, strlen(name));
  source.text = text ? orr_nodes_text(&config->nodes, text, length) : NULL;
  if (!source.name || (text && !source.text)) return NULL;
  config->sources[config->source_count++] = source;
  return source.name;
}

const orr_source *orr_config_source(const orr_config *config, const char *file) {
  for (size_t i = 0; config && i < config->source_count; i++) {
    const orr_source *source = &config->sources[i];
    if (source->text && source->name == file) return source;
  }
  return NULL;
}

const char *orr_config_add_use(orr_config *config, const char *file, orr_place used) {
  const orr_source *of = orr_config_source(config, file);
  if (!of) return file;
  for (size_t i = 0; i < config->source_count; i++) {
    const orr_source *known = &config->sources[i];
    const orr_place *at = &known->used;
    if (known->text == of->text && at->file == used.file && at->line == used.line &&
        at->column == used.column)
      return known->name;
  }
  if (config->used_count == ORR_CONFIG_MAX_USED) return file;
  const char *text = of->text;
  size_t length = of->length;
  const char *name = orr_config_add_source(config, of->name, NULL, 0);
  if (!name) return NULL;
  orr_source *added = &config->sources[config->source_count - 1];
  added->text = text;
  added->length = length;
  added->used = used;
  config->used_count++;
  return name;
}

/* A line ends with LF, CR LF or CR, as libyaml counts them. */
const char *orr_config_line(const orr_config *config, orr_place place) {
  const orr_source *source = orr_config_source(config, place.file);
  if (!source || place.line < 1) return NULL;
  const char *at = source->text, *end = source->text + source->length;
  for (int current = 1; current < place.line; current++) {
    while (at < end && *at != '\n' && *at != '\r') at++;
    if (at == end) return NULL;
    at += at + 1 < end && at[0] == '\r' && at[1] == '\n' ? 2 : 1;
  }
  return at;
}

const char *orr_config_intern(orr_config *config, const char *name) {
  for (size_t i = 0; i < config->source_count; i++)
    if (config->sources[i].name == name) return name;
  for (size_t i = 0; i < config->source_count; i++)
    if (!config->sources[i].text && strcmp(config->sources[i].name, name) == 0)
      return config->sources[i].name;
  return orr_config_add_source(config, name, NULL, 0);
}

/* --- life ------------------------------------------------------------------------------------ */

static orr_config *config_create(void) {
  orr_config *config = orr_alloc(1, sizeof *config);
  if (!config) return NULL;
  config->arena = orr_arena_create(1 << 15);
  config->nodes = (orr_nodes){.arena = config->arena, .chunk = 1 << 14};
  if (config->arena) return config;
  orr_free(config);
  return NULL;
}

void orr_config_destroy(orr_config *config) {
  if (!config) return;
  orr_arena_destroy(config->arena);
  orr_free(config);
}

static orr_status parse(const char *text, size_t length, const char *name, bool file,
                        orr_config **out, orr_diagnostics *diagnostics) {
  *out = NULL;
  if (length > ORR_CONFIG_MAX_BYTES) { /* before anything of it is copied */
    orr_diagnostics_add(diagnostics, NULL, (orr_place){name, 0, 0}, NULL,
                        "the configuration is larger than 4 MB");
    return ORR_ERR_CONFIG;
  }
  bool mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
  orr_config *config = config_create();
  if (config)
    config->path =
        orr_config_add_source(config, name, text + (mark ? 3 : 0), length - (mark ? 3 : 0));
  if (!config || !config->path) {
    orr_config_destroy(config);
    orr_diagnostics_memory(diagnostics);
    return ORR_ERR_MEMORY;
  }
  orr_yaml_input input = {.text = config->sources[0].text,
                          .length = config->sources[0].length,
                          .name = config->path,
                          .need_map = true};
  orr_status status = orr_yaml_parse(&config->nodes, &input, config, diagnostics, &config->root);
  orr_status made = config->root ? orr_config_expand(config, file, diagnostics) : status;
  if (config->root && made == ORR_OK) {
    *out = config;
    return status;
  }
  orr_config_destroy(config);
  return made;
}

orr_status orr_config_parse(const char *text, size_t length, const char *name, orr_config **out,
                            orr_diagnostics *diagnostics) {
  return parse(text, length, name, false, out, diagnostics);
}

orr_status orr_config_load(const char *path, orr_config **out, orr_diagnostics *diagnostics) {
  char *text = NULL;
  size_t length = 0;
  orr_error err = {0};
  *out = NULL;
  orr_status status = orr_file_get(path, ORR_CONFIG_MAX_BYTES, &text, &length, &err);
  if (status == ORR_ERR_MEMORY) {
    orr_diagnostics_memory(diagnostics);
    return status;
  }
  if (status != ORR_OK) {
    orr_diagnostics_add(diagnostics, NULL, (orr_place){path, 0, 0}, err.hint, "%s", err.message);
    return ORR_ERR_CONFIG;
  }
  status = parse(text, length, path, true, out, diagnostics);
  orr_free(text);
  return status;
}

orr_node *orr_config_root(const orr_config *config) { return config->root; }

const char *orr_config_path(const orr_config *config) { return config->path; }

/* --- looking up ------------------------------------------------------------------------------ */

static orr_node *get_part(const orr_node *map, const char *key, size_t length) {
  if (!map || map->kind != ORR_NODE_MAP) return NULL;
  for (size_t i = 0; i < map->count; i++) {
    const char *name = map->entries[i].key;
    if (strncmp(name, key, length) == 0 && name[length] == 0) return map->entries[i].value;
  }
  return NULL;
}

orr_node *orr_node_get(const orr_node *map, const char *key) {
  return get_part(map, key, strlen(key));
}

orr_node *orr_node_named(const orr_node *list, const char *name, size_t length) {
  if (!list || list->kind != ORR_NODE_LIST) return NULL;
  for (size_t i = 0; i < list->count; i++) {
    const orr_node *text = orr_node_get(list->items[i], "name");
    if (!text || text->kind != ORR_NODE_SCALAR) continue;
    if (strncmp(text->text, name, length) == 0 && text->text[length] == 0) return list->items[i];
  }
  return NULL;
}

int orr_path_step(const char **path, const char *end, bool first, orr_step *out) {
  const char *at = *path;
  *out = (orr_step){0};
  if (at == end) return first ? -1 : 0;
  if (*at == '[' && !first) {
    size_t index = 0;
    const char *digits = ++at;
    for (; at < end && *at >= '0' && *at <= '9' && at - digits < 9; at++)
      index = index * 10 + (size_t)(*at - '0');
    if (at == digits || at == end || *at != ']') return -1;
    *out = (orr_step){.is_index = true, .index = index};
    *path = at + 1;
    return 1;
  }
  if (!first) {
    if (*at != '.') return -1;
    at++;
  }
  out->name = at;
  while (at < end && *at != '.' && *at != '[') at++;
  out->length = (size_t)(at - out->name);
  *path = at;
  return out->length > 0 && out->length <= ORR_CONFIG_MAX_KEY ? 1 : -1;
}

orr_node *orr_node_find(const orr_node *root, const char *path) {
  const char *at = path, *end = path + strlen(path);
  orr_node *node = NULL;
  orr_step step;
  for (bool first = true;; first = false) {
    int more = orr_path_step(&at, end, first, &step);
    if (more <= 0) return more == 0 ? node : NULL;
    const orr_node *from = first ? root : node;
    if (!from) return NULL;
    if (step.is_index)
      node =
          from->kind == ORR_NODE_LIST && step.index < from->count ? from->items[step.index] : NULL;
    else if (from->kind == ORR_NODE_LIST)
      node = orr_node_named(from, step.name, step.length);
    else
      node = get_part(from, step.name, step.length);
    if (!node) return NULL;
  }
}
