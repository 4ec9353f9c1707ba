/* orrery list: the shelf of scenarios. */
#include "base/file.h"
#include "base/memory.h"
#include "cli/verbs.h"
#include "sim/parts.h"
#include <math.h>
#include <string.h>

#define LONGEST 100 /* characters of a lesson in the table */

/* ---- a map of the file in one line ---- */

static void put_flow(const orr_node *node, FILE *out) {
  const char *comma = "";
  switch (node->kind) {
  case ORR_NODE_NULL: fputs("null", out); break;
  case ORR_NODE_SCALAR: fprintf(out, node->quoted ? "\"%s\"" : "%s", node->text); break;
  case ORR_NODE_LIST:
    fputc('[', out);
    for (size_t i = 0; i < node->count; i++, comma = ", ") {
      fputs(comma, out);
      put_flow(node->items[i], out);
    }
    fputc(']', out);
    break;
  case ORR_NODE_MAP:
    fputc('{', out);
    for (size_t i = 0; i < node->count; i++, comma = ", ") {
      fprintf(out, "%s%s: ", comma, node->entries[i].key);
      put_flow(node->entries[i].value, out);
    }
    fputc('}', out);
    break;
  }
}

/* What the file itself says of the task, without the defaults: an array of lines. */
static json_t *task_lines(const char *path) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  json_t *lines = json_array();
  orr_config_load(path, &config, diagnostics);
  const orr_node *task = config ? orr_node_get(orr_config_root(config), "task") : NULL;
  for (size_t i = 0; task && task->kind == ORR_NODE_MAP && i < task->count; i++) {
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out) break;
    fprintf(out, "%s: ", task->entries[i].key);
    put_flow(task->entries[i].value, out);
    fclose(out);
    json_array_append_new(lines, json_string(text));
    free(text);
  }
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
  return lines;
}

/* ---- what a scenario is about ---- */

/* What the kind of success means, by its help. */
static const char *success_words(const orr_experiment *experiment) {
  const orr_node *success = orr_node_find(orr_config_root(experiment->config), "task.success");
  char path[128];
  if (!success || success->kind != ORR_NODE_MAP || !success->count) return "";
  snprintf(path, sizeof path, "task.success.%.80s", success->entries[0].key);
  const orr_record *record = orr_record_at(&orr_experiment_record, path);
  return record && record->help ? record->help : "";
}

static json_t *observed(const orr_space *space) {
  json_t *names = json_array();
  for (size_t i = 0; i < space->count; i++)
    json_array_append_new(names, json_string(space->fields[i].name));
  return names;
}

/* JSON has no infinity: null is no bound. */
static json_t *bound(double value) { return isfinite(value) ? json_real(value) : json_null(); }

/* The numbers of an action: whose they are, and their nominal range. */
static json_t *actions(const orr_scenario *scenario) {
  json_t *list = json_array();
  for (size_t a = 0; a < scenario->parts->actuator_count; a++) {
    const orr_actuator_def *actuator = orr_actuator_at(scenario, a);
    const orr_drive *drive = &scenario->parts->drives[a];
    for (size_t k = 0; k < drive->width; k++) {
      const orr_space_field *field = &scenario->action.fields[drive->first + k];
      json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:s}", "name", field->name,
                                            "agent", actuator->agent ? actuator->agent : "", "low",
                                            bound(field->low), "high", bound(field->high), "unit",
                                            field->unit));
    }
  }
  return list;
}

static json_t *profiles(const char *path) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  json_t *list = json_array();
  orr_config_load(path, &config, diagnostics);
  char **names = config && orr_config_root(config) ? orr_experiment_profiles(config) : NULL;
  for (size_t i = 0; names && names[i]; i++) json_array_append_new(list, json_string(names[i]));
  orr_free(names);
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
  return list;
}

/* Whose slots an action has; none when it is all of one nameless agent. */
static json_t *agents(const orr_parts *parts) {
  json_t *list = json_array();
  for (size_t i = 0; i < parts->agent_count; i++)
    if (*parts->agents[i]) json_array_append_new(list, json_string(parts->agents[i]));
  return list;
}

static const char *engine_name(const orr_experiment *experiment) {
  const orr_node *engine = orr_node_find(orr_config_root(experiment->config), "world.engine");
  return engine && engine->kind == ORR_NODE_SCALAR ? engine->text : "";
}

static json_t *describe(const char *path, const orr_experiment *experiment) {
  const orr_scenario *scenario = experiment->scenario;
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "id",
                   experiment->id, "path", path, "title", experiment->title, "lesson",
                   experiment->lesson, "proof", experiment->proof, "dimensions",
                   (json_int_t)scenario->world.space.dimensions, "engine", engine_name(experiment),
                   "success", success_words(experiment), "task", task_lines(path), "observed",
                   observed(&experiment->observer.space), "actions", actions(scenario), "agents",
                   agents(scenario->parts), "profiles", profiles(path));
}

/* A file with an id that cannot be loaded is on the shelf, too; others are no scenarios. */
static json_t *broken(const char *path) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_config_load(path, &config, diagnostics);
  const orr_node *root = config ? orr_config_root(config) : NULL;
  const orr_node *id = root ? orr_node_get(root, "id") : NULL;
  bool known = id && id->kind == ORR_NODE_SCALAR;
  json_t *row =
      known ? json_pack("{s:s, s:s, s:b}", "id", id->text, "path", path, "broken", true) : NULL;
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
  return row;
}

static json_t *read_row(const char *path) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_experiment *experiment = NULL;
  json_t *row = orr_experiment_load(path, NULL, &experiment, diagnostics) == ORR_OK
                    ? describe(path, experiment)
                    : broken(path);
  orr_experiment_destroy(experiment);
  orr_diagnostics_destroy(diagnostics);
  return row;
}

/* ---- the table ---- */

static const char *word(const json_t *row, const char *key) {
  const char *text = json_string_value(json_object_get(row, key));
  return text ? text : "";
}

/* Of the lesson the first sentence; a long one is cut between words. */
static int first_sentence(const char *lesson) {
  const char *end = strstr(lesson, ". ");
  int length = end ? (int)(end - lesson) + 1 : (int)strlen(lesson);
  if (length <= LONGEST) return length;
  for (length = LONGEST; length > 0 && lesson[length] != ' ';) length--;
  return length;
}

static void print_agents(const json_t *list) {
  const json_t *name;
  size_t i;
  json_array_foreach(list, i, name)
      printf("%s%s", i ? ", " : "  agents: ", json_string_value(name));
}

static void print_row(const json_t *row, int width) {
  const char *lesson = word(row, "lesson");
  int length = first_sentence(lesson);
  if (json_object_get(row, "broken")) {
    printf("%-*s  cannot be loaded: orrery validate says why\n", width, word(row, "path"));
    return;
  }
  printf("%-*s  %lldD  %-8s  %.*s%s", width, word(row, "path"),
         (long long)json_integer_value(json_object_get(row, "dimensions")), word(row, "engine"),
         length, lesson, lesson[length] && lesson[length - 1] != '.' ? " ..." : "");
  print_agents(json_object_get(row, "agents"));
  putchar('\n');
}

static void print_rows(const json_t *list) {
  int width = 0;
  const json_t *row;
  size_t i;
  json_array_foreach(list, i, row) {
    int length = (int)strlen(word(row, "path"));
    if (length > width) width = length;
  }
  json_array_foreach(list, i, row) print_row(row, width);
}

static int run(const orr_invocation *invocation) {
  const char *folder = invocation->argument_count ? invocation->arguments[0] : "scenarios";
  char **names;
  size_t count;
  orr_error err = {0};
  if (orr_folder_list(folder, "", ".yaml", &names, &count, &err) != ORR_OK)
    return orr_cli_fail(&err);
  json_t *list = json_array();
  for (size_t i = 0; i < count; i++) {
    char path[ORR_PATH];
    orr_path_join(path, sizeof path, folder, names[i]);
    json_t *row = read_row(path);
    if (row) json_array_append_new(list, row);
  }
  orr_free(names);
  if (invocation->json)
    json_dumpf(list, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6)), putchar('\n');
  else if (json_array_size(list))
    print_rows(list);
  else
    printf("No scenarios in %s\n", folder);
  json_decref(list);
  return 0;
}

const orr_verb orr_verb_list = {
    .name = "list",
    .summary = "List the scenarios of a folder, with what each teaches",
    .arguments = "[FOLDER]",
    .example = "orrery list\norrery list scenarios --json",
    .groups = ORR_CLI_JSON,
    .least = 0,
    .most = 1,
    .run = run,
};
