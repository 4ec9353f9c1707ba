#include "eval/stage.h"

#include "base/build_info.h"
#include "base/file.h"
#include "base/memory.h"
#include <string.h>

static const char SCHEMA[] = "orrery-stage/1";

/* --- JSON files ------------------------------------------------------------------------------- */

orr_status orr_json_put(const char *path, const json_t *json, orr_error *err) {
  char *text = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
  if (!text) return orr_fail(err, ORR_ERR_MEMORY, "out of memory while writing %s", path);
  size_t length = strlen(text);
  text[length] = '\n'; /* in place of the zero */
  orr_status status = orr_file_put(path, text, length + 1, err);
  free(text);
  return status;
}

orr_status orr_json_get(const char *path, json_t **out, orr_error *err) {
  enum { LIMIT = 64 << 20 };
  char *text;
  size_t length;
  *out = NULL;
  ORR_TRY(orr_file_get(path, LIMIT, &text, &length, err));
  json_error_t why;
  *out = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
  orr_free(text);
  if (*out) return ORR_OK;
  return orr_fail_at(err, ORR_ERR_FILE, path, why.line, why.column, "damaged: %s", why.text);
}

/* --- the record ------------------------------------------------------------------------------- */

static orr_status add_section(const orr_experiment *experiment, const orr_node *written,
                              const char *path, json_t *sections, orr_error *err) {
  ORR_ASSERT(orr_node_find(orr_config_root(experiment->config), path));
  const orr_node *node = orr_node_find(written, path);
  if (!node) return ORR_OK; /* a later one */
  char *yaml = orr_node_to_yaml(node);
  int failed = yaml ? json_object_set_new(sections, path, json_string(yaml)) : -1;
  orr_free(yaml);
  return failed ? orr_fail(err, ORR_ERR_MEMORY, "out of memory") : ORR_OK;
}

orr_status orr_stage_create(const orr_experiment *experiment, const char *name, const char *folder,
                            const char *const *sections, orr_stage *out, orr_error *err) {
  snprintf(out->name, sizeof out->name, "%s", name);
  snprintf(out->folder, sizeof out->folder, "%s", folder);
  out->record = json_pack("{s:s, s:s, s:s, s:I, s:{}, s:{}, s:s}", "schema", SCHEMA, "stage", name,
                          "scenario", experiment->id, "version", (json_int_t)experiment->version,
                          "sections", "inputs", "build", orr_build_id());
  orr_arena *arena = orr_arena_create((size_t)1 << 14);
  const orr_node *written =
      arena ? orr_record_written(&orr_experiment_record, orr_config_root(experiment->config), arena)
            : NULL;
  orr_status status = ORR_OK;
  if (!out->record || !written) status = orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  for (size_t i = 0; status == ORR_OK && sections[i]; i++)
    status = add_section(experiment, written, sections[i], json_object_get(out->record, "sections"),
                         err);
  orr_arena_destroy(arena);
  if (status != ORR_OK) orr_stage_release(out);
  return status;
}

void orr_stage_release(orr_stage *stage) {
  json_decref(stage->record);
  stage->record = NULL;
}

orr_status orr_stage_input(orr_stage *stage, const char *name, const char *identity,
                           orr_error *err) {
  json_t *inputs = json_object_get(stage->record, "inputs");
  if (json_object_set_new(inputs, name, json_string(identity)) == 0) return ORR_OK;
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

/* --- comparing -------------------------------------------------------------------------------- */

typedef struct difference {
  char path[256], now[96], then[96];
} difference;

static void show(const orr_node *node, char *out, size_t size) {
  if (!node)
    snprintf(out, size, "absent");
  else if (node->kind == ORR_NODE_SCALAR)
    snprintf(out, size, "%.80s", node->text);
  else if (node->kind == ORR_NODE_NULL)
    snprintf(out, size, "null");
  else
    snprintf(out, size, "%s of %zu", node->kind == ORR_NODE_LIST ? "a list" : "a map", node->count);
}

static bool report_difference(const char *path, const orr_node *now, const orr_node *then,
                              difference *out) {
  snprintf(out->path, sizeof out->path, "%s", path);
  show(now, out->now, sizeof out->now);
  show(then, out->then, sizeof out->then);
  return true;
}

/* The first difference in depth-first order; false when the trees mean the same. */
static bool find_difference(const char *path, const orr_node *now, const orr_node *then,
                            difference *out) {
  if (!now || !then || now->kind != then->kind) return report_difference(path, now, then, out);
  char below[256];
  if (now->kind == ORR_NODE_MAP) {
    for (size_t i = 0; i < now->count; i++) {
      const char *key = now->entries[i].key;
      snprintf(below, sizeof below, "%.150s.%.100s", path, key);
      if (find_difference(below, now->entries[i].value, orr_node_get(then, key), out)) return true;
    }
    for (size_t i = 0; i < then->count; i++) {
      const char *key = then->entries[i].key;
      snprintf(below, sizeof below, "%.150s.%.100s", path, key);
      if (!orr_node_get(now, key))
        return report_difference(below, NULL, then->entries[i].value, out);
    }
    return false;
  }
  if (now->kind == ORR_NODE_LIST) {
    if (now->count != then->count) return report_difference(path, now, then, out);
    for (size_t i = 0; i < now->count; i++) {
      snprintf(below, sizeof below, "%.200s[%zu]", path, i);
      if (find_difference(below, now->items[i], then->items[i], out)) return true;
    }
    return false;
  }
  if (now->kind == ORR_NODE_NULL || strcmp(now->text, then->text) == 0) return false;
  return report_difference(path, now, then, out);
}

static void cut_line(const char *text, char *out, size_t size) {
  snprintf(out, size, "%.*s", (int)strcspn(text, "\n"), text);
}

/* A section's tree, or NULL (a scalar). A configuration is a map, so a list is put into one. */
static const orr_node *parse_section(const char *text, orr_config **out,
                                     orr_diagnostics *diagnostics) {
  bool block = strncmp(text, "- ", 2) == 0, list = block || *text == '[';
  size_t size = strlen(text) + 8;
  char *wrapped = orr_alloc(size, 1);
  if (!wrapped) return NULL;
  snprintf(wrapped, size, "%s%s%s", list ? "list:" : "", !list ? "" : block ? "\n" : " ", text);
  orr_status status = orr_config_parse(wrapped, strlen(wrapped), "section", out, diagnostics);
  orr_free(wrapped);
  if (status != ORR_OK) return NULL;
  return list ? orr_node_get(orr_config_root(*out), "list") : orr_config_root(*out);
}

static bool compare_section(const char *path, const char *now, const char *then, difference *out) {
  if (strcmp(now, then) == 0) return false;
  orr_diagnostics *ignored = orr_diagnostics_create();
  orr_config *a = NULL, *b = NULL;
  const orr_node *x = ignored ? parse_section(now, &a, ignored) : NULL;
  const orr_node *y = ignored ? parse_section(then, &b, ignored) : NULL;
  bool differs = true;
  if (x && y) {
    differs = find_difference(path, x, y, out);
  } else {
    snprintf(out->path, sizeof out->path, "%s", path);
    cut_line(now, out->now, sizeof out->now);
    cut_line(then, out->then, sizeof out->then);
  }
  orr_config_destroy(a);
  orr_config_destroy(b);
  orr_diagnostics_destroy(ignored);
  return differs;
}

static const char *text_or(const json_t *object, const char *key, const char *fallback) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : fallback;
}

/* False when the sections mean the same. */
static bool compare_sections(const json_t *now, const json_t *then, difference *out) {
  const char *key;
  json_t *value;
  json_t *mine = json_object_get(now, "sections"), *old = json_object_get(then, "sections");
  json_object_foreach(mine, key, value) {
    const char *before = json_string_value(json_object_get(old, key));
    if (!before) {
      snprintf(out->path, sizeof out->path, "%s", key);
      snprintf(out->now, sizeof out->now, "given");
      snprintf(out->then, sizeof out->then, "absent");
      return true;
    }
    if (compare_section(key, json_string_value(value), before, out)) return true;
  }
  json_object_foreach(old, key, value) {
    if (json_object_get(mine, key)) continue;
    snprintf(out->path, sizeof out->path, "%s", key);
    snprintf(out->now, sizeof out->now, "absent");
    snprintf(out->then, sizeof out->then, "given");
    return true;
  }
  return false;
}

static const char *compare_inputs(const json_t *now, const json_t *then) {
  const char *key;
  json_t *value;
  json_object_foreach(json_object_get(now, "inputs"), key, value) {
    const char *before = text_or(json_object_get(then, "inputs"), key, "");
    if (strcmp(before, json_string_value(value)) != 0) return key;
  }
  return NULL;
}

/* What stands in the folder: done or begun; *out NULL when neither. A damaged record counts as
 * begun with something else. */
static orr_status read_record(const orr_stage *stage, json_t **out, bool *done, orr_error *err) {
  static const char *const names[] = {"stage.json", "stage.begun.json"};
  *out = NULL;
  *done = false;
  for (size_t i = 0; i < 2; i++) {
    char path[600];
    orr_path_join(path, sizeof path, stage->folder, names[i]);
    if (!orr_file_exists(path)) continue;
    *done = i == 0;
    return orr_json_get(path, out, err);
  }
  return ORR_OK;
}

static void hint_force(const orr_stage *stage, orr_error *err) {
  orr_hint(err, "--force redoes the run from stage `%s` on; another --out keeps both", stage->name);
}

static orr_status compare(const orr_stage *stage, const json_t *then, bool inputs, orr_error *err) {
  difference found;
  if (strcmp(text_or(then, "scenario", ""), text_or(stage->record, "scenario", "")) != 0) {
    orr_fail(err, ORR_ERR_MISMATCH, "%s belongs to scenario `%s`, not `%s`", stage->folder,
             text_or(then, "scenario", "?"), text_or(stage->record, "scenario", "?"));
    hint_force(stage, err);
    return ORR_ERR_MISMATCH;
  }
  if (compare_sections(stage->record, then, &found)) {
    orr_fail(err, ORR_ERR_MISMATCH, "stage `%s`: %s is %s, but %s was made with %s", stage->name,
             found.path, found.now, stage->folder, found.then);
    hint_force(stage, err);
    return ORR_ERR_MISMATCH;
  }
  const char *input = inputs ? compare_inputs(stage->record, then) : NULL;
  if (!input) return ORR_OK;
  orr_fail(err, ORR_ERR_MISMATCH, "stage `%s`: its input `%s` has changed since %s was made",
           stage->name, input, stage->folder);
  hint_force(stage, err);
  return ORR_ERR_MISMATCH;
}

orr_status orr_stage_check(const orr_stage *stage, orr_error *err) {
  json_t *then;
  bool done;
  ORR_TRY(read_record(stage, &then, &done, err));
  orr_status status = then ? compare(stage, then, false, err) : ORR_OK;
  json_decref(then);
  return status;
}

bool orr_stage_is_done(const orr_stage *stage) {
  json_t *then;
  bool done;
  orr_error ignored;
  if (read_record(stage, &then, &done, &ignored) != ORR_OK) return false;
  bool fits = then && done && compare(stage, then, false, NULL) == ORR_OK;
  json_decref(then);
  return fits;
}

/* --- begin and end ---------------------------------------------------------------------------- */

orr_status orr_stage_sweep(const char *folder, orr_error *err) {
  char **names;
  size_t count;
  if (!orr_file_exists(folder)) return ORR_OK;
  ORR_TRY(orr_folder_list(folder, "", "", &names, &count, err));
  orr_status status = ORR_OK;
  for (size_t i = 0; status == ORR_OK && i < count; i++) {
    char path[600];
    if (!strstr(names[i], ".orr-tmp")) continue;
    orr_path_join(path, sizeof path, folder, names[i]);
    status = orr_file_remove(path, err);
  }
  orr_free(names);
  return status;
}

orr_status orr_stage_begin(orr_stage *stage, bool force, bool *done, orr_error *err) {
  json_t *then;
  orr_status status = read_record(stage, &then, done, err);
  if (status == ORR_OK && then) status = compare(stage, then, true, err);
  json_decref(then);
  bool redo = status != ORR_OK && force;
  if (status != ORR_OK && !redo) return status;
  if (redo) ORR_TRY(orr_folder_remove(stage->folder, err));
  if (redo) *done = false;
  ORR_TRY(orr_stage_sweep(stage->folder, err));
  char path[600];
  orr_path_join(path, sizeof path, stage->folder, "stage.begun.json");
  if (*done) return orr_file_remove(path, err); /* killed between the two lines of orr_stage_end */
  ORR_TRY(orr_folder_make(stage->folder, err));
  return orr_json_put(path, stage->record, err);
}

orr_status orr_stage_end(orr_stage *stage, orr_error *err) {
  char path[600];
  orr_path_join(path, sizeof path, stage->folder, "stage.json");
  ORR_TRY(orr_json_put(path, stage->record, err));
  orr_path_join(path, sizeof path, stage->folder, "stage.begun.json");
  return orr_file_remove(path, err);
}
