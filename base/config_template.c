/* Uses of templates and repeats become the trees that they stand for.
 *
 * Outside of them nodes stay where they are; inside they are copied, each with the place where it
 * was written, under a source that remembers where its template was used. */
#include "base/config_template.h"
#include "base/field_internal.h"

#include <math.h>
#include <string.h>

typedef struct item_list {
  orr_node **items;
  size_t count, capacity;
} item_list;

static bool expand_item(orr_expansion *x, orr_node *item, const orr_scope *s, int levels,
                        item_list *out);

/* --- keys ------------------------------------------------------------------------------------ */

static void complain_key(orr_expansion *x, const orr_scope *s, const orr_entry *entry,
                         const char *const *names, size_t count, const char *where) {
  char hint[128], shown[ORR_SHOWN];
  orr_word_hint(entry->key, names, count, hint, sizeof hint);
  orr_expansion_complain(x, orr_expansion_place(x, s, entry->place), hint, "unknown key %s in %s",
                         orr_show(entry->key, shown), where);
}

static void check_keys(orr_expansion *x, const orr_scope *s, const orr_node *map,
                       const char *const *names, size_t count, const char *where) {
  for (size_t i = 0; i < map->count; i++) {
    bool known = false;
    for (size_t k = 0; k < count; k++) known = known || strcmp(map->entries[i].key, names[k]) == 0;
    if (!known) complain_key(x, s, &map->entries[i], names, count, where);
  }
}

static bool append(orr_expansion *x, item_list *out, orr_node *node) {
  if (!node) return false;
  if (out->count == out->capacity) {
    size_t capacity = out->capacity ? out->capacity * 2 : 8;
    orr_node **items = orr_nodes_alloc(&x->config->nodes, capacity, sizeof *items);
    if (!items) {
      orr_expansion_memory(x);
      return false;
    }
    if (out->count) memcpy(items, out->items, out->count * sizeof *items);
    out->items = items;
    out->capacity = capacity;
  }
  out->items[out->count++] = node;
  return true;
}

/* --- uses of templates ----------------------------------------------------------------------- */

static bool is_use(const orr_node *node) {
  return node->kind == ORR_NODE_MAP && orr_node_get(node, "template");
}

static orr_template *find_template(const orr_templates *known, const char *name) {
  for (size_t i = known->count; i-- > 0;)
    if (strcmp(known->items[i]->name, name) == 0) return known->items[i];
  return NULL;
}

static void unknown_template(orr_expansion *x, const orr_templates *known, orr_place place,
                             const char *name) {
  const char *names[ORR_MAX_KEYS];
  char hint[256] = "this file has no section `templates` and includes none", shown[ORR_SHOWN];
  size_t count = 0;
  for (size_t i = 0; i < known->count && count < ORR_MAX_KEYS; i++)
    names[count++] = known->items[i]->name;
  if (count) orr_word_hint(name, names, count, hint, sizeof hint);
  orr_expansion_complain(x, place, hint, "there is no template %s", orr_show(name, shown));
}

/* "a > b > a", the outermost first. */
static void put_chain(const orr_use *u, const orr_template *last, char *out, size_t size) {
  if (!u) {
    out[0] = 0;
    return;
  }
  put_chain(u->of == last ? NULL : u->up, last, out, size);
  size_t used = strlen(out);
  snprintf(out + used, size - used, "%.60s > ", u->of->name);
}

/* The template that a use names, when it may be used here. */
static orr_template *used_template(orr_expansion *x, const orr_node *node, const orr_scope *s) {
  static const char *const keys[] = {"template", "with"};
  orr_node *given = orr_node_get(node, "template");
  orr_place place = orr_expansion_place(x, s, given->place);
  check_keys(x, s, node, keys, 2, "the use of a template");
  if (given->kind != ORR_NODE_SCALAR) {
    orr_expansion_complain(x, place, "template: NAME", "expected the name of a template");
    return NULL;
  }
  const orr_scope inner = {.names = s->names, .use = s->use, .copy = true, .literal = s->literal};
  const orr_node *name = orr_expand(x, given, &inner, 1);
  orr_template *one = name ? find_template(s->known, name->text) : NULL;
  if (name && !one) unknown_template(x, s->known, place, name->text);
  if (!one) return NULL;
  for (const orr_use *u = s->use; u; u = u->up) {
    if (u->of != one) continue;
    char chain[256];
    put_chain(s->use, one, chain, sizeof chain);
    orr_expansion_complain(x, place, "a template cannot hold itself", "%s%s: this never ends",
                           chain, one->name);
    return NULL;
  }
  if (!s->use || s->use->depth < ORR_CONFIG_MAX_USES) return one;
  orr_expansion_complain(x, place, NULL, "more than %d templates inside each other",
                         ORR_CONFIG_MAX_USES);
  return NULL;
}

static const orr_node *given_value(const orr_node *with, const char *name) {
  const orr_node *value = with ? orr_node_get(with, name) : NULL;
  return value && value->kind != ORR_NODE_NULL ? value : NULL;
}

/* Gives the next parameter its value: from `with`, read where the use stands, or its default, read
 * with the parameters before it. */
static bool bind_parameter(orr_expansion *x, const orr_entry *parameter, const orr_node *with,
                           const orr_scope *outer, orr_scope *inner, int levels) {
  const orr_node *given = given_value(with, parameter->key);
  orr_scope in = given ? *outer : *inner;
  in.copy = true;
  orr_binding *binding = orr_nodes_alloc(&x->config->nodes, 1, sizeof *binding);
  if (!binding) {
    orr_expansion_memory(x);
    return false;
  }
  if (!given && parameter->value->kind == ORR_NODE_NULL) {
    char hint[160];
    snprintf(hint, sizeof hint, "with: {%.100s: ...}", parameter->key);
    orr_expansion_complain(x, inner->use->place, hint, "template %.60s needs the parameter %.100s",
                           inner->use->of->name, parameter->key);
    return false;
  }
  orr_node *value = orr_expand(x, given ? (orr_node *)given : parameter->value, &in, levels);
  *binding = (orr_binding){parameter->key, value, inner->names};
  inner->names = binding;
  return value != NULL;
}

static bool check_with(orr_expansion *x, const orr_template *one, const orr_node *with,
                       const orr_scope *s) {
  if (!with || with->kind == ORR_NODE_NULL) return true;
  if (with->kind != ORR_NODE_MAP) {
    orr_expansion_complain(x, orr_expansion_place(x, s, with->place), "with: {NAME: VALUE, ...}",
                           "expected a map from parameters to values");
    return false;
  }
  const char *names[ORR_MAX_KEYS];
  size_t count = 0;
  for (size_t i = 0; one->parameters && i < one->parameters->count; i++)
    if (count < ORR_MAX_KEYS) names[count++] = one->parameters->entries[i].key;
  bool good = true;
  for (size_t i = 0; i < with->count; i++) {
    const orr_entry *entry = &with->entries[i];
    if (one->parameters && orr_node_get(one->parameters, entry->key)) continue;
    char hint[256] = "it has no parameters", shown[ORR_SHOWN];
    if (count) orr_word_hint(entry->key, names, count, hint, sizeof hint);
    orr_expansion_complain(x, orr_expansion_place(x, s, entry->place), hint,
                           "template %.60s has no parameter %s", one->name,
                           orr_show(entry->key, shown));
    good = false;
  }
  return good;
}

/* Enters the template that `node` uses: `inner` becomes the scope of its value. */
static orr_template *enter(orr_expansion *x, const orr_node *node, const orr_scope *s, int levels,
                           orr_use *u, orr_scope *inner) {
  orr_template *one = used_template(x, node, s);
  if (!one) return NULL;
  const orr_node *with = orr_node_get(node, "with");
  *u = (orr_use){.of = one,
                 .place = orr_expansion_place(x, s, node->place),
                 .up = s->use,
                 .depth = s->use ? s->use->depth + 1 : 1};
  *inner = (orr_scope){.known = one->known, .use = u, .copy = true};
  bool good = check_with(x, one, with, s);
  const size_t count = one->parameters ? one->parameters->count : 0;
  for (size_t i = 0; good && i < count; i++)
    good = bind_parameter(x, &one->parameters->entries[i], with, s, inner, levels);
  return good && !one->failed ? one : NULL;
}

static orr_node *expand_use(orr_expansion *x, const orr_node *node, const orr_scope *s,
                            int levels) {
  orr_use u;
  orr_scope inner;
  orr_template *one = enter(x, node, s, levels, &u, &inner);
  if (!one) return NULL;
  orr_node *made = orr_expand(x, (orr_node *)one->value, &inner, levels);
  one->failed = !made;
  return made;
}

/* In a list the value of a template may be a repeat. */
static bool expand_use_item(orr_expansion *x, const orr_node *node, const orr_scope *s, int levels,
                            item_list *out) {
  orr_use u;
  orr_scope inner;
  orr_template *one = enter(x, node, s, levels, &u, &inner);
  if (!one) return false;
  one->failed = !expand_item(x, (orr_node *)one->value, &inner, levels, out);
  return !one->failed;
}

/* --- repeats --------------------------------------------------------------------------------- */

/* A map with `repeat: {...}` or `each`: a world's own `repeat` is a number. */
static bool is_repeat(const orr_node *node) {
  if (node->kind != ORR_NODE_MAP) return false;
  const orr_node *repeat = orr_node_get(node, "repeat");
  return (repeat && repeat->kind == ORR_NODE_MAP) || orr_node_get(node, "each");
}

static bool read_count(orr_expansion *x, const orr_node *repeat, const orr_scope *s, size_t *out) {
  orr_node *given = orr_node_get(repeat, "count");
  if (!given) {
    orr_expansion_complain(x, orr_expansion_place(x, s, repeat->place),
                           "repeat: {count: 10, index: i}", "the key \"count\" is missing");
    return false;
  }
  orr_scope inner = *s;
  inner.copy = true;
  const orr_node *count = orr_expand(x, given, &inner, 1);
  double number;
  if (!count) return false;
  if (!orr_node_number(count, &number) || number != floor(number) || number < 0 ||
      number > ORR_CONFIG_MAX_COUNT) {
    char shown[ORR_SHOWN];
    bool text = orr_node_is_text(count) || count->kind != ORR_NODE_SCALAR;
    orr_expansion_complain(x, orr_expansion_place(x, s, given->place), NULL,
                           "count: expected a whole number in [0, %d], found %.60s",
                           ORR_CONFIG_MAX_COUNT, text ? orr_show(count->text, shown) : count->text);
    return false;
  }
  *out = (size_t)number;
  return true;
}

static bool check_name(orr_expansion *x, const orr_scope *s, const char *name, orr_place place) {
  char shown[ORR_SHOWN];
  bool word = orr_name_length(name, strlen(name)) == strlen(name) && name[0];
  if (word && !orr_name_is_reserved(name)) return true;
  orr_expansion_complain(x, orr_expansion_place(x, s, place),
                         word ? "pi and functions have their names already"
                              : "a letter, then letters, digits and _",
                         "%s cannot be a name", orr_show(name, shown));
  return false;
}

static const char *read_index(orr_expansion *x, const orr_node *repeat, const orr_scope *s) {
  const orr_node *given = orr_node_get(repeat, "index");
  const char *name = given ? given->text : "i";
  orr_place place = given ? given->place : repeat->place;
  if (given && given->kind != ORR_NODE_SCALAR) {
    orr_expansion_complain(x, orr_expansion_place(x, s, place), "index: i",
                           "index: expected a name");
    return NULL;
  }
  if (!check_name(x, s, name, place)) return NULL;
  if (!orr_binding_find(s->names, name, strlen(name))) return name;
  orr_expansion_complain(x, orr_expansion_place(x, s, place),
                         "give the index of this repeat another name", "the name %.60s is taken",
                         name);
  return NULL;
}

static bool lay_out_once(orr_expansion *x, orr_node *each, const orr_scope *s, int levels,
                         item_list *out) {
  if (each->kind != ORR_NODE_LIST) return expand_item(x, each, s, levels, out);
  for (size_t i = 0; i < each->count; i++)
    if (!expand_item(x, each->items[i], s, levels, out)) return false;
  return true;
}

/* The two parts of a repeat; false after a finding. */
static bool check_repeat(orr_expansion *x, const orr_node *node, const orr_scope *s) {
  static const char *const keys[] = {"repeat", "each"}, *const below[] = {"count", "index"};
  static const char hint[] = "{repeat: {count: 10, index: i}, each: ITEM}";
  const orr_node *repeat = orr_node_get(node, "repeat");
  check_keys(x, s, node, keys, 2, "a repeat");
  if (!repeat || !orr_node_get(node, "each")) {
    orr_expansion_complain(x, orr_expansion_place(x, s, node->place), hint,
                           "the key \"%s\" is missing", repeat ? "each" : "repeat");
    return false;
  }
  if (repeat->kind != ORR_NODE_MAP) {
    orr_expansion_complain(x, orr_expansion_place(x, s, repeat->place), hint,
                           "repeat: expected a map");
    return false;
  }
  check_keys(x, s, repeat, below, 2, "repeat");
  return true;
}

/* The value of an index; counted, so that a repeat of nothing comes to an end too. */
static orr_node *index_node(orr_expansion *x, const orr_node *repeat, const orr_scope *s,
                            size_t value) {
  char text[ORR_NUMBER_TEXT];
  orr_number_text((double)value, text);
  char *copy = orr_nodes_text(&x->config->nodes, text, strlen(text));
  if (!copy) orr_expansion_memory(x);
  orr_node *number = copy ? orr_expansion_make(x, repeat, s, copy) : NULL;
  if (number) number->kind = ORR_NODE_SCALAR;
  return number;
}

static bool expand_repeat(orr_expansion *x, const orr_node *node, const orr_scope *s, int levels,
                          item_list *out) {
  if (!check_repeat(x, node, s)) return false;
  const orr_node *repeat = orr_node_get(node, "repeat");
  orr_node *each = orr_node_get(node, "each");
  size_t count = 0;
  const char *index = read_index(x, repeat, s);
  if (!read_count(x, repeat, s, &count) || !index) return false;
  for (size_t i = 0; i < count; i++) {
    const orr_binding binding = {index, index_node(x, repeat, s, i), s->names};
    orr_scope inner = *s;
    inner.names = &binding;
    inner.copy = true;
    if (!binding.value || !lay_out_once(x, each, &inner, levels, out)) return false;
  }
  return true;
}

/* --- trees ----------------------------------------------------------------------------------- */

static bool expand_item(orr_expansion *x, orr_node *item, const orr_scope *s, int levels,
                        item_list *out) {
  if (!s->literal && is_use(item)) return expand_use_item(x, item, s, levels, out);
  if (!s->literal && is_repeat(item)) return expand_repeat(x, item, s, levels, out);
  return append(x, out, orr_expand(x, item, s, levels));
}

static bool has_forms(const orr_node *node) {
  for (size_t i = 0; i < node->count; i++)
    if (is_use(node->items[i]) || is_repeat(node->items[i])) return true;
  return false;
}

static orr_node *expand_in_place(orr_expansion *x, orr_node *node, const orr_scope *s, int levels) {
  bool good = true;
  for (size_t i = 0; i < node->count; i++) good = orr_expand(x, node->items[i], s, levels) && good;
  return good ? node : NULL;
}

/* All items are tried, so that each mistake is told. */
static orr_node *expand_list(orr_expansion *x, orr_node *node, const orr_scope *s, int levels) {
  if (!s->copy && !has_forms(node)) return expand_in_place(x, node, s, levels - 1);
  orr_node *made = s->copy ? orr_expansion_make(x, node, s, node->text) : node;
  item_list out = {0};
  bool good = made != NULL;
  for (size_t i = 0; made && i < node->count; i++)
    good = expand_item(x, node->items[i], s, levels - 1, &out) && good;
  if (!good) return NULL;
  made->items = out.items;
  made->count = out.count;
  return made;
}

static orr_node *expand_map(orr_expansion *x, orr_node *node, const orr_scope *s, int levels) {
  orr_node *made = s->copy ? orr_expansion_make(x, node, s, node->text) : node;
  orr_entry *entries = node->entries;
  if (made && s->copy && node->count)
    entries = orr_nodes_alloc(&x->config->nodes, node->count, sizeof *entries);
  if (node->count && !entries) orr_expansion_memory(x);
  bool good = made && (entries || node->count == 0);
  for (size_t i = 0; made && entries && i < node->count; i++) {
    const orr_entry *entry = &node->entries[i];
    orr_node *value = orr_expand(x, entry->value, s, levels - 1);
    good = value && good;
    entries[i] = (orr_entry){
        entry->key, s->copy ? orr_expansion_place(x, s, entry->place) : entry->place, value};
  }
  if (!good) return NULL;
  made->entries = entries;
  made->count = node->count;
  return made;
}

orr_node *orr_expand(orr_expansion *x, orr_node *node, const orr_scope *s, int levels) {
  if (x->full || x->memory) return NULL;
  if (levels <= 0 && (node->kind == ORR_NODE_LIST || node->kind == ORR_NODE_MAP)) {
    orr_expansion_complain(x, orr_expansion_place(x, s, node->place), NULL,
                           "nested deeper than %d levels", ORR_CONFIG_MAX_DEPTH);
    return NULL;
  }
  if (node->kind == ORR_NODE_SCALAR && s->copy) return orr_expand_scalar(x, node, s, levels);
  if (node->kind == ORR_NODE_LIST) return expand_list(x, node, s, levels);
  if (node->kind != ORR_NODE_MAP)
    return s->copy ? orr_expansion_make(x, node, s, node->text) : node;
  if (s->literal) return expand_map(x, node, s, levels);
  if (is_use(node)) return expand_use(x, node, s, levels);
  if (!orr_node_get(node, "each")) return expand_map(x, node, s, levels);
  orr_expansion_complain(x, orr_expansion_place(x, s, node->place), "put it into [ ] or behind a -",
                         "a repeat can only be an item of a list");
  return NULL;
}

void orr_expand_root(orr_expansion *x, orr_node *root, const orr_templates *known) {
  const orr_scope s = {.known = known};
  expand_map(x, root, &s, ORR_CONFIG_MAX_DEPTH);
}

/* --- the section ----------------------------------------------------------------------------- */

bool orr_templates_add(orr_expansion *x, orr_templates *known, orr_template *one) {
  if (known->count == known->capacity) {
    size_t capacity = known->capacity ? known->capacity * 2 : 8;
    orr_template **items = orr_nodes_alloc(&x->config->nodes, capacity, sizeof *items);
    if (!items) {
      orr_expansion_memory(x);
      return false;
    }
    if (known->count) memcpy(items, known->items, known->count * sizeof *items);
    known->items = items;
    known->capacity = capacity;
  }
  known->items[known->count++] = one;
  return true;
}

static bool check_template(orr_expansion *x, const orr_entry *entry) {
  static const char *const keys[] = {"parameters", "value"};
  static const char hint[] = "NAME: {parameters: {x: 0}, value: ...}";
  const orr_scope s = {0};
  const orr_node *map = entry->value;
  if (map->kind != ORR_NODE_MAP || !orr_node_get(map, "value")) {
    bool is_map = map->kind == ORR_NODE_MAP;
    orr_expansion_complain(x, is_map ? entry->place : map->place, hint,
                           is_map ? "template %.60s: the key \"value\" is missing"
                                  : "template %.60s: expected a map",
                           entry->key);
    return false;
  }
  check_keys(x, &s, map, keys, 2, "a template");
  const orr_node *parameters = orr_node_get(map, "parameters");
  if (!parameters || parameters->kind == ORR_NODE_NULL) return true;
  if (parameters->kind != ORR_NODE_MAP) {
    orr_expansion_complain(x, parameters->place, "parameters: {x: 0, needed: null}",
                           "parameters: expected a map from names to defaults");
    return false;
  }
  bool good = true;
  for (size_t i = 0; i < parameters->count; i++)
    good = check_name(x, &s, parameters->entries[i].key, parameters->entries[i].place) && good;
  return good;
}

void orr_templates_read(orr_expansion *x, const orr_node *section, orr_templates *known) {
  if (!section || section->kind == ORR_NODE_NULL) return;
  if (section->kind != ORR_NODE_MAP) {
    orr_expansion_complain(x, section->place, "templates: {NAME: {parameters: {}, value: ...}}",
                           "templates: expected a map from names to templates");
    return;
  }
  for (size_t i = 0; i < section->count; i++) {
    const orr_entry *entry = &section->entries[i];
    bool good = check_template(x, entry);
    orr_template *one = orr_nodes_alloc(&x->config->nodes, 1, sizeof *one);
    if (!one) {
      orr_expansion_memory(x);
      return;
    }
    const orr_node *parameters = orr_node_get(entry->value, "parameters");
    *one = (orr_template){.name = entry->key,
                          .place = entry->place,
                          .value = orr_node_get(entry->value, "value"),
                          .known = known,
                          .failed = !good};
    if (parameters && parameters->kind == ORR_NODE_MAP) one->parameters = parameters;
    if (!orr_templates_add(x, known, one)) return;
  }
}
