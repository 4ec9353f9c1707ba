/* orrery list: the shelf of scenarios. */
#include "base/file.h"
#include "base/memory.h"
#include "cli/verbs.h"
#include <string.h>

typedef struct shelf_row {
  char path[ORR_PATH], id[64], lesson[256], profiles[128], agents[128];
} shelf_row;

static void copy_scalar(const orr_node *root, const char *key, char *out, size_t size) {
  const orr_node *node = orr_node_get(root, key);
  snprintf(out, size, "%s", node && node->kind == ORR_NODE_SCALAR ? node->text : "");
}

/* Names of the agents that actuators belong to, each once. */
static void list_agents(const orr_node *root, char *out, size_t size) {
  const orr_node *list = orr_node_find(root, "world.actuators");
  size_t used = 0, count = list && list->kind == ORR_NODE_LIST ? list->count : 0;
  *out = 0;
  for (size_t i = 0; i < count && used < size; i++) {
    const orr_node *agent = orr_node_get(list->items[i], "agent");
    bool known = !agent || agent->kind != ORR_NODE_SCALAR || !*agent->text;
    for (size_t k = 0; k < i && !known; k++) {
      const orr_node *other = orr_node_get(list->items[k], "agent");
      known = other && other->kind == ORR_NODE_SCALAR && strcmp(other->text, agent->text) == 0;
    }
    if (!known)
      used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "", agent->text);
  }
}

static bool read_row(const char *path, shelf_row *row) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  bool good = orr_config_load(path, &config, diagnostics) == ORR_OK;
  if (good) {
    const orr_node *root = orr_config_root(config);
    snprintf(row->path, sizeof row->path, "%s", path);
    copy_scalar(root, "id", row->id, sizeof row->id);
    copy_scalar(root, "lesson", row->lesson, sizeof row->lesson);
    char **names = orr_experiment_profiles(config);
    *row->profiles = 0;
    for (size_t i = 0, used = 0; names && names[i] && used < sizeof row->profiles; i++)
      used += (size_t)snprintf(row->profiles + used, sizeof row->profiles - used, "%s%s",
                               i ? ", " : "", names[i]);
    orr_free(names);
    list_agents(root, row->agents, sizeof row->agents);
  }
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
  return good && *row->id;
}

static void print_row(const shelf_row *row, json_t *list) {
  if (list)
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", row->id, "path",
                                          row->path, "lesson", row->lesson, "profiles",
                                          row->profiles, "agents", row->agents));
  else
    printf("%-14s %s\n%14s %s%s%s%s%s\n", row->id, row->path, "", row->lesson,
           *row->agents ? "  agents: " : "", row->agents, *row->profiles ? "  profiles: " : "",
           row->profiles);
}

static int run(const orr_invocation *invocation) {
  const char *folder = invocation->argument_count ? invocation->arguments[0] : "scenarios";
  char **names;
  size_t count;
  orr_error err = {0};
  if (orr_folder_list(folder, "", ".yaml", &names, &count, &err) != ORR_OK)
    return orr_cli_fail(&err);
  json_t *list = invocation->json ? json_array() : NULL;
  size_t shown = 0;
  for (size_t i = 0; i < count; i++) {
    shelf_row row;
    char path[ORR_PATH];
    orr_path_join(path, sizeof path, folder, names[i]);
    if (!read_row(path, &row)) continue;
    print_row(&row, list);
    shown++;
  }
  orr_free(names);
  if (list)
    json_dumpf(list, stdout, JSON_INDENT(2)), putchar('\n');
  else if (!shown)
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
