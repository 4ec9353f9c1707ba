/* Mistakes in factors of variation: what their paths name, and whether their ends can be. */
#include "base/maths.h"
#include "base/memory.h"
#include "sim/engine.h"
#include "sim/scenario_check.h"
#include "sim/vary.h"

#include <stdio.h>
#include <string.h>

/* --- paths ------------------------------------------------------------------------------------ */

static bool is_inside(const orr_node *node, const orr_node *other) {
  if (node == other) return true;
  for (size_t i = 0; i < node->count; i++) {
    const orr_node *child = node->kind == ORR_NODE_MAP ? node->entries[i].value : node->items[i];
    if (is_inside(child, other)) return true;
  }
  return false;
}

/* The names below a node: keys, or names of items. */
static size_t names_below(const orr_node *node, const char **names, size_t most) {
  size_t count = 0;
  for (size_t i = 0; i < node->count && count < most; i++) {
    const orr_node *name =
        node->kind == ORR_NODE_LIST ? orr_node_get(node->items[i], "name") : NULL;
    if (node->kind == ORR_NODE_MAP) names[count++] = node->entries[i].key;
    if (name && name->kind == ORR_NODE_SCALAR) names[count++] = name->text;
  }
  return count;
}

static void complain_missing(const orr_checker *c, const char *at, const char *path) {
  enum { MOST = 64 };
  char head[256], message[400], hint[128] = "write a path as `orrery explain` has it";
  const char *names[MOST];
  snprintf(head, sizeof head, "%s", path);
  const orr_node *node = NULL;
  char *cut = NULL;
  while (!node) {
    char *dot = strrchr(head, '.'), *bracket = strrchr(head, '[');
    cut = !dot || (bracket && bracket > dot) ? bracket : dot;
    if (!cut) break;
    *cut = 0;
    node = orr_node_find(orr_config_root(c->config), head);
  }
  const char *rest = node ? path + (cut - head) : path;
  char word[64];
  snprintf(word, sizeof word, "%.*s", (int)strcspn(rest + 1, ".["), rest + 1);
  size_t count = node ? names_below(node, names, MOST) : 0;
  const char *close = orr_closest(word, names, count);
  if (close) snprintf(hint, sizeof hint, "did you mean \"%.60s\"?", close);
  if (node && *rest == '[')
    snprintf(hint, sizeof hint, "%.60s has %zu items, counted from 0", head,
             node->kind == ORR_NODE_LIST ? node->count : 0);
  snprintf(message, sizeof message, "there is no `%.200s`", path);
  orr_check_complain_key(c, at, "path", hint, message);
}

static bool starts_with(const char *text, const char *start) {
  return strncmp(text, start, strlen(start)) == 0;
}

/* The node that a path names, or NULL after a finding. */
static const orr_node *find_node(const orr_checker *c, const char *at, const char *path) {
  if (!starts_with(path, "world.") && !starts_with(path, "task.")) {
    orr_check_complain_key(c, at, "path", "begin the path with world. or task.",
                           "only the world and the task vary");
    return NULL;
  }
  const orr_node *node = orr_node_find(orr_config_root(c->config), path);
  if (!node) complain_missing(c, at, path);
  return node;
}

static bool draws(const orr_factor_def *def) {
  return def->choice.count > 0 || def->value.kind != ORR_RANGE_VALUE;
}

static void check_factor(const orr_checker *c, size_t index, const orr_node **nodes) {
  static const char *const letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  const orr_factor_def *def = orr_factor_at(c->scenario, index);
  char at[32];
  snprintf(at, sizeof at, "vary[%zu]", index);
  size_t length = strlen(def->name);
  if (length == 0 || length > 32 || strspn(def->name, letters) != length)
    orr_check_complain_key(c, at, "name", NULL, "a name has 1 to 32 letters, digits, - or _");
  if (def->choice.count > ORR_FACTOR_MOST_TRY)
    orr_check_complain_key(c, at, "choice", NULL, "at most 16 texts");
  if (def->choice.count > 0 && def->value.kind != ORR_RANGE_VALUE)
    orr_check_complain_key(c, at, "choice", "numbers: value: {choice: [...]}",
                           "a factor is a number or a text, not both");
  else if (!draws(def))
    orr_check_complain(c, at, "write value: {uniform: [low, high]}, or choice: [a, b] for texts",
                       "this factor draws nothing");
  nodes[index] = find_node(c, at, def->path);
  for (size_t i = 0; nodes[index] && i < index; i++) {
    if (!nodes[i]) continue;
    if (!is_inside(nodes[i], nodes[index]) && !is_inside(nodes[index], nodes[i])) continue;
    orr_check_complain_key(c, at, "path", NULL, "another factor sets the same thing");
    return;
  }
}

/* In a state of many numbers two must not have the same name. */
static void check_names(const orr_checker *c) {
  const orr_space *state = &c->scenario->state;
  size_t count = c->scenario->factors.count;
  for (size_t i = 0; i < count; i++) {
    size_t own = state->count - count + i;
    if ((size_t)orr_space_find(state, state->fields[own].name) == own) continue;
    char at[32];
    snprintf(at, sizeof at, "vary[%zu]", i);
    orr_check_complain_key(c, at, "name", "give it another name",
                           "the state has this name already");
  }
}

/* --- tries ------------------------------------------------------------------------------------ */

/* The ends of a factor and something in between; returns how many. */
static size_t extremes(const orr_factor_def *def, double out[ORR_FACTOR_MOST_TRY]) {
  const double *v = def->value.values;
  size_t count = def->choice.count;
  for (size_t i = 0; i < count; i++) out[i] = (double)i;
  switch (count ? ORR_RANGE_VALUE : def->value.kind) {
  case ORR_RANGE_UNIFORM:
    out[count++] = v[0];
    out[count++] = v[1];
    out[count++] = v[0] + 0.382 * (v[1] - v[0]); /* whole ends: is the middle good as well? */
    break;
  case ORR_RANGE_INTEGER:
    out[count++] = v[0];
    out[count++] = v[1] - 1.0;
    break;
  case ORR_RANGE_NORMAL:
    out[count++] = v[0] - ORR_FACTOR_STD * v[1];
    out[count++] = v[0] + ORR_FACTOR_STD * v[1];
    out[count++] = v[0] + 0.382 * v[1];
    break;
  case ORR_RANGE_CHOICE:
    for (int i = 0; i < def->value.count; i++) out[count++] = v[i];
    break;
  case ORR_RANGE_VALUE: break;
  }
  return count;
}

typedef struct trial {
  const orr_checker *c;
  orr_sandbox *sandbox;
  orr_variation *variation;
  double factors[ORR_MOST_FACTORS];
} trial;

static void note_needs(const orr_scenario *variant, orr_variation *out) {
  int64_t limit = variant->task.time_limit;
  if (variant->parts->delay > out->delay) out->delay = variant->parts->delay;
  if (limit == 0 || (out->time_limit > 0 && limit > out->time_limit)) out->time_limit = limit;
}

static orr_status try_once(const trial *t, orr_error *err) {
  orr_scenario *variant;
  orr_engine *engine = NULL;
  ORR_TRY(orr_sandbox_make(t->sandbox, t->factors, &variant, err));
  note_needs(variant, t->variation);
  const orr_engine_table *table = orr_engine_of(variant);
  orr_status status = table->create(variant, &engine, err);
  size_t size = status == ORR_OK ? table->save_limit(engine) : 0;
  if (size > t->variation->save_limit) t->variation->save_limit = size;
  table->destroy(engine);
  orr_scenario_destroy(variant);
  return status;
}

/* One finding a factor is enough. */
static orr_status try_factor(trial *t, size_t index) {
  const orr_factor_def *def = orr_factor_at(t->c->scenario, index);
  double values[ORR_FACTOR_MOST_TRY + 8];
  char at[32], message[600], shown[80];
  size_t count = extremes(def, values);
  for (size_t i = 0; i < ORR_MOST_FACTORS; i++) t->factors[i] = NAN;
  for (size_t i = 0; i < count; i++) {
    orr_error err = {0};
    t->factors[index] = values[i];
    orr_status status = try_once(t, &err);
    if (status == ORR_OK) continue;
    if (status == ORR_ERR_MEMORY) return status;
    if (def->choice.count)
      snprintf(shown, sizeof shown, "%.60s", ((const char *const *)def->choice.items)[i]);
    else
      snprintf(shown, sizeof shown, "%.6g", values[i]);
    snprintf(at, sizeof at, "vary[%zu]", index);
    snprintf(message, sizeof message, "%.200s cannot be %s: %.300s", def->path, shown, err.message);
    orr_check_complain_key(t->c, at, def->choice.count ? "choice" : "value",
                           *err.hint ? err.hint : "every end of a factor must be a good world",
                           message);
    return ORR_ERR_CONFIG;
  }
  return ORR_OK;
}

/* All factors at one of their ends. */
static orr_status try_corner(trial *t, size_t which) {
  double values[ORR_FACTOR_MOST_TRY + 8];
  char message[600];
  orr_error err = {0};
  for (size_t i = 0; i < t->c->scenario->factors.count; i++) {
    size_t count = extremes(orr_factor_at(t->c->scenario, i), values);
    t->factors[i] = values[which < count ? which : count - 1];
  }
  orr_status status = try_once(t, &err);
  if (status != ORR_ERR_CONFIG) return status;
  snprintf(message, sizeof message, "with every factor at its %s end: %.400s",
           which ? "second" : "first", err.message);
  orr_check_complain(t->c, "vary", "two factors do not go together", message);
  return status;
}

static orr_status try_all(trial *t) {
  orr_status worst = ORR_OK;
  for (size_t i = 0; i < t->c->scenario->factors.count; i++) {
    orr_status status = try_factor(t, i);
    if (status == ORR_ERR_MEMORY) return status;
    if (status != ORR_OK) worst = status;
  }
  ORR_TRY(worst);
  ORR_TRY(try_corner(t, 0));
  return try_corner(t, 1);
}

/* --- the text --------------------------------------------------------------------------------- */

static orr_status keep_text(const orr_config *config, orr_arena *arena, orr_variation *out) {
  const orr_node *root = orr_config_root(config);
  orr_entry entries[] = {{"world", root->place, orr_node_get(root, "world")},
                         {"task", root->place, orr_node_get(root, "task")}};
  orr_node both = {.kind = ORR_NODE_MAP, .place = root->place, .text = "", .count = 2};
  both.entries = entries;
  char *text = orr_node_to_yaml(&both);
  if (!text) return ORR_ERR_MEMORY;
  out->text = orr_arena_strdup(arena, text);
  out->path = orr_arena_strdup(arena, orr_config_path(config));
  out->length = strlen(text);
  orr_free(text);
  return out->text && out->path ? ORR_OK : ORR_ERR_MEMORY;
}

orr_status orr_variation_create(orr_scenario *scenario, const orr_config *config,
                                orr_diagnostics *diagnostics) {
  orr_checker c = {scenario, config, diagnostics};
  const orr_node *nodes[ORR_MOST_FACTORS] = {0};
  size_t before = orr_diagnostics_count(diagnostics);
  for (size_t i = 0; i < scenario->factors.count; i++) check_factor(&c, i, nodes);
  check_names(&c);
  if (orr_diagnostics_count(diagnostics) != before) return ORR_ERR_CONFIG;
  trial t = {.c = &c, .variation = orr_arena_alloc(scenario->arena, 1, sizeof *t.variation)};
  if (!t.variation) return ORR_ERR_MEMORY;
  ORR_TRY(keep_text(config, scenario->arena, t.variation));
  t.variation->delay = scenario->parts->delay;
  t.variation->time_limit = scenario->task.time_limit;
  scenario->variation = t.variation;
  orr_error err = {0};
  orr_status status = orr_sandbox_create(scenario, &t.sandbox, &err);
  if (status == ORR_ERR_CONFIG) orr_check_complain(&c, "vary", NULL, err.message);
  ORR_TRY(status);
  status = try_all(&t);
  orr_sandbox_destroy(t.sandbox);
  return status;
}
