/* Changing a tree: copies, overlays, --set. */
#include "base/config_internal.h"
#include "base/field.h"

#include <string.h>

/* --- copies ---------------------------------------------------------------------------------- */

static bool copy_children(orr_nodes *nodes, orr_config *config, const orr_node *node, int levels,
                          size_t *budget, orr_node *copy) {
  if (node->kind == ORR_NODE_LIST) {
    copy->items = orr_nodes_alloc(nodes, node->count, sizeof *copy->items);
    for (size_t i = 0; copy->items && i < node->count; i++) {
      copy->items[i] = orr_node_copy(nodes, config, node->items[i], levels - 1, budget);
      if (!copy->items[i]) return false;
    }
    return copy->items != NULL;
  }
  copy->entries = orr_nodes_alloc(nodes, node->count, sizeof *copy->entries);
  for (size_t i = 0; copy->entries && i < node->count; i++) {
    orr_entry *to = &copy->entries[i];
    *to = node->entries[i];
    to->value = orr_node_copy(nodes, config, to->value, levels - 1, budget);
    if (config) {
      to->key = orr_nodes_text(nodes, to->key, strlen(to->key));
      to->place.file = orr_config_intern(config, to->place.file);
    }
    if (!to->value || !to->key || !to->place.file) return false;
  }
  return copy->entries != NULL;
}

orr_node *orr_node_copy(orr_nodes *nodes, orr_config *config, const orr_node *node, int levels,
                        size_t *budget) {
  bool collection = node->kind == ORR_NODE_LIST || node->kind == ORR_NODE_MAP;
  if ((collection && levels <= 0) || (budget && *budget == 0)) return NULL;
  if (budget) (*budget)--;
  orr_node *copy = orr_nodes_alloc(nodes, 1, sizeof *copy);
  if (!copy) return NULL;
  *copy = *node;
  copy->capacity = 0;
  if (config) {
    copy->place.file = orr_config_intern(config, node->place.file);
    copy->text = orr_nodes_text(nodes, node->text, strlen(node->text));
    if (!copy->place.file || !copy->text) return NULL;
  }
  if (!collection || node->count == 0) return copy;
  return copy_children(nodes, config, node, levels, budget, copy) ? copy : NULL;
}

int orr_node_depth(const orr_node *node) {
  int deepest = 0;
  for (size_t i = 0; i < node->count; i++) {
    const orr_node *child = node->kind == ORR_NODE_MAP ? node->entries[i].value : node->items[i];
    int depth = orr_node_depth(child);
    if (depth > deepest) deepest = depth;
  }
  return deepest + 1;
}

bool orr_node_add(orr_nodes *nodes, orr_node *map, const char *key, orr_place place,
                  orr_node *value) {
  if (!value) return false;
  if (map->count >= map->capacity) {
    size_t capacity = map->count * 2 + 4;
    orr_entry *entries = orr_nodes_alloc(nodes, capacity, sizeof *entries);
    if (!entries) return false;
    if (map->count) memcpy(entries, map->entries, map->count * sizeof *entries);
    map->entries = entries;
    map->capacity = capacity;
  }
  map->entries[map->count++] = (orr_entry){key, place, value};
  return true;
}

void orr_node_remove(orr_node *map, const char *key) {
  if (!map || map->kind != ORR_NODE_MAP) return;
  for (size_t i = 0; i < map->count; i++) {
    if (strcmp(map->entries[i].key, key) != 0) continue;
    memmove(&map->entries[i], &map->entries[i + 1], (map->count - i - 1) * sizeof *map->entries);
    map->count--;
    return;
  }
}

/* --- overlays -------------------------------------------------------------------------------- */

/* Trees made by overlays may be deeper than a file; the writer and reader still bound them. */
enum { COPY_LEVELS = 2 * ORR_CONFIG_MAX_DEPTH };

bool orr_node_is_named_list(const orr_node *node) {
  if (node->kind != ORR_NODE_LIST || node->count == 0) return false;
  for (size_t i = 0; i < node->count; i++)
    if (!orr_node_get(node->items[i], "name")) return false;
  return true;
}

/* "did you mean" for the items of a list; writes into `out`, which it returns, or NULL. */
static const char *hint_for_item(const orr_node *list, const char *name, char *out, size_t size) {
  enum { NAMES = 256 };
  const char *names[NAMES];
  size_t count = 0;
  for (size_t i = 0; i < list->count && count < NAMES; i++) {
    const orr_node *text = orr_node_get(list->items[i], "name");
    if (text && text->kind == ORR_NODE_SCALAR) names[count++] = text->text;
  }
  const char *close = orr_closest(name, names, count);
  if (!close) return NULL;
  char shown[ORR_SHOWN];
  snprintf(out, size, "did you mean %s?", orr_show(close, shown));
  return out;
}

static void remove_item(orr_node *list, const orr_node *item) {
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++)
    if (list->items[i] != item) list->items[kept++] = list->items[i];
  list->count = kept;
}

static orr_status overlay_item(orr_config *config, orr_node *list, const orr_entry *change,
                               orr_diagnostics *diagnostics) {
  char shown[ORR_SHOWN], hint[128];
  orr_node *item = orr_node_named(list, change->key, strlen(change->key));
  if (!item) {
    orr_diagnostics_add(diagnostics, config, change->place,
                        hint_for_item(list, change->key, hint, sizeof hint),
                        "no item of the list has the name %s", orr_show(change->key, shown));
    return ORR_ERR_CONFIG;
  }
  if (change->value->kind == ORR_NODE_NULL) {
    remove_item(list, item);
    return ORR_OK;
  }
  return orr_config_overlay(config, item, change->value, diagnostics);
}

static orr_status overlay_entry(orr_config *config, orr_node *target, const orr_entry *change,
                                orr_diagnostics *diagnostics) {
  if (change->value->kind == ORR_NODE_NULL) {
    orr_node_remove(target, change->key);
    return ORR_OK;
  }
  orr_node *old = orr_node_get(target, change->key);
  bool map = change->value->kind == ORR_NODE_MAP;
  if (old && map && (old->kind == ORR_NODE_MAP || orr_node_is_named_list(old)))
    return orr_config_overlay(config, old, change->value, diagnostics);
  orr_node *copy = orr_node_copy(&config->nodes, config, change->value, COPY_LEVELS, NULL);
  bool done = copy != NULL;
  if (done && old) *old = *copy;
  if (done && !old) {
    char *key = orr_nodes_text(&config->nodes, change->key, strlen(change->key));
    orr_place place = change->place;
    place.file = orr_config_intern(config, place.file);
    done = key && place.file && orr_node_add(&config->nodes, target, key, place, copy);
  }
  if (done) return ORR_OK;
  orr_diagnostics_memory(diagnostics);
  return ORR_ERR_MEMORY;
}

orr_status orr_config_overlay(orr_config *config, orr_node *target, const orr_node *overlay,
                              orr_diagnostics *diagnostics) {
  bool list = orr_node_is_named_list(target);
  if (overlay->kind != ORR_NODE_MAP || (!list && target->kind != ORR_NODE_MAP)) {
    orr_diagnostics_add(diagnostics, config, overlay->place, NULL,
                        "only a map can be laid over a map or a list of named items");
    return ORR_ERR_CONFIG;
  }
  orr_status worst = ORR_OK;
  for (size_t i = 0; i < overlay->count; i++) {
    const orr_entry *change = &overlay->entries[i];
    orr_status status = list ? overlay_item(config, target, change, diagnostics)
                             : overlay_entry(config, target, change, diagnostics);
    if (status == ORR_ERR_MEMORY) return status;
    if (status != ORR_OK) worst = status;
  }
  return worst;
}

/* --- set ------------------------------------------------------------------------------------- */

typedef struct assignment {
  orr_config *config;
  orr_diagnostics *diagnostics;
  const char *name; /* of the source: "--set" */
  const char *text; /* the whole assignment */
  const char *end;  /* of the path: the '=' */
} assignment;

static orr_place place_in(const assignment *a, const char *at) {
  int column = 1;
  for (const char *s = a->text; s < at; s++) column += ((unsigned char)*s & 0xc0) != 0x80;
  return (orr_place){a->name, 1, column};
}

static orr_status memory_failed(const assignment *a) {
  orr_diagnostics_memory(a->diagnostics);
  return ORR_ERR_MEMORY;
}

/* The child that a step names. A missing key of a map is made with a null value. */
static orr_status take_step(const assignment *a, orr_node *node, const orr_step *step,
                            const char *at, orr_node **out) {
  char shown[ORR_SHOWN], word[ORR_CONFIG_MAX_KEY + 1], hint[128];
  snprintf(word, sizeof word, "%.*s", (int)step->length, step->length ? step->name : "");
  *out = NULL;
  if (step->is_index && node->kind == ORR_NODE_LIST && step->index < node->count) {
    *out = node->items[step->index];
    return ORR_OK;
  }
  if (step->is_index) {
    bool list = node->kind == ORR_NODE_LIST;
    orr_diagnostics_add(a->diagnostics, a->config, place_in(a, at),
                        list ? "items are counted from 0" : NULL, "there is no item [%zu] in %s",
                        step->index, list ? "the list" : "what is not a list");
    return ORR_ERR_CONFIG;
  }
  if (node->kind == ORR_NODE_LIST) {
    *out = orr_node_named(node, step->name, step->length);
    if (*out) return ORR_OK;
    orr_diagnostics_add(a->diagnostics, a->config, place_in(a, step->name),
                        hint_for_item(node, word, hint, sizeof hint),
                        "no item of the list has the name %s", orr_show(word, shown));
    return ORR_ERR_CONFIG;
  }
  if (node->kind == ORR_NODE_NULL) node->kind = ORR_NODE_MAP;
  if (node->kind != ORR_NODE_MAP) {
    orr_diagnostics_add(a->diagnostics, a->config, place_in(a, step->name),
                        "set the whole value instead", "%s cannot be set inside a single value",
                        orr_show(word, shown));
    return ORR_ERR_CONFIG;
  }
  *out = orr_node_get(node, word);
  if (*out) return ORR_OK;
  orr_node *made = orr_nodes_alloc(&a->config->nodes, 1, sizeof *made);
  char *key = orr_nodes_text(&a->config->nodes, step->name, step->length);
  if (!made || !key) return memory_failed(a);
  *made = (orr_node){.kind = ORR_NODE_NULL, .text = "", .place = place_in(a, step->name)};
  if (!orr_node_add(&a->config->nodes, node, key, made->place, made)) return memory_failed(a);
  *out = made;
  return ORR_OK;
}

static orr_status bad_path(const assignment *a) {
  orr_diagnostics_add(a->diagnostics, a->config, place_in(a, a->text),
                      "write path=value, such as world.dt=0.01 or world.bodies[0].mass=2",
                      a->end ? "the path before = is malformed" : "there is no = in it");
  return ORR_ERR_CONFIG;
}

/* Walks the path once without touching the tree: how many steps, or 0 when it is malformed. */
static int count_steps(const assignment *a) {
  const char *at = a->text;
  orr_step step;
  int steps = 0, more;
  while ((more = orr_path_step(&at, a->end, steps == 0, &step)) > 0) steps++;
  return more < 0 ? 0 : steps;
}

static orr_status assign(const assignment *a, const orr_node *value) {
  int steps = count_steps(a);
  if (steps == 0) return bad_path(a);
  if (steps + orr_node_depth(value) > ORR_CONFIG_MAX_DEPTH) {
    orr_diagnostics_add(a->diagnostics, a->config, place_in(a, a->text), NULL,
                        "nested deeper than %d levels", ORR_CONFIG_MAX_DEPTH);
    return ORR_ERR_CONFIG;
  }
  orr_node *node = a->config->root;
  const char *at = a->text;
  for (int i = 0; i < steps; i++) {
    orr_step step;
    const char *here = at;
    orr_path_step(&at, a->end, i == 0, &step);
    ORR_TRY(take_step(a, node, &step, here, &node));
  }
  *node = *value;
  return ORR_OK;
}

orr_status orr_config_set(orr_config *config, const char *text, orr_diagnostics *diagnostics) {
  assignment a = {.config = config, .diagnostics = diagnostics};
  a.name = orr_config_add_source(config, "--set", text, strlen(text));
  if (!a.name) return memory_failed(&a);
  a.text = config->sources[config->source_count - 1].text;
  a.end = strchr(a.text, '=');
  if (!a.end) return bad_path(&a);
  orr_yaml_input input = {.text = a.end + 1,
                          .length = strlen(a.end + 1),
                          .name = a.name,
                          .first_column = place_in(&a, a.end).column};
  orr_node *value = NULL;
  ORR_TRY(orr_yaml_parse(&config->nodes, &input, config, diagnostics, &value));
  return assign(&a, value);
}
