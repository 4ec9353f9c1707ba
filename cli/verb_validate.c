/* orrery validate: checks scenario files. */
#include "base/memory.h"
#include "cli/verbs.h"
#include <jansson.h>
#include <unistd.h>

static const struct argp_option options[] = {
    {"effective", 0, NULL, 0, "Print the effective configuration, every default written out", 0},
    {0},
};

static bool check(const char *path, const orr_invocation *invocation, char *message, size_t size) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_experiment_options given = {.profile = invocation->profile,
                                  .assignments = invocation->assignments,
                                  .assignment_count = invocation->assignment_count};
  orr_experiment *experiment = NULL;
  orr_status status = orr_experiment_load(path, &given, &experiment, diagnostics);
  orr_error err = {0};
  if (status != ORR_OK) {
    orr_diagnostics_status(diagnostics, &err);
    if (!invocation->json) orr_diagnostics_print(diagnostics, stderr, isatty(STDERR_FILENO) != 0);
  }
  snprintf(message, size, "%s", err.message);
  if (status == ORR_OK && orr_cli_option(invocation, "effective")) {
    char *text = orr_node_to_yaml(orr_config_root(experiment->config));
    if (text) fputs(text, stdout);
    orr_free(text);
  }
  orr_experiment_destroy(experiment);
  orr_diagnostics_destroy(diagnostics);
  return status == ORR_OK;
}

static int run(const orr_invocation *invocation) {
  bool all_good = true;
  json_t *results = json_array();
  for (size_t i = 0; i < invocation->argument_count; i++) {
    const char *path = invocation->arguments[i];
    char message[768];
    bool good = check(path, invocation, message, sizeof message);
    all_good = all_good && good;
    bool told = invocation->json || orr_cli_option(invocation, "effective");
    if (good && !told) printf("%s: good\n", path);
    json_array_append_new(results, json_pack("{s:s, s:b, s:s}", "file", path, "good", good,
                                             "message", good ? "" : message));
  }
  if (invocation->json) json_dumpf(results, stdout, JSON_INDENT(2)), putchar('\n');
  json_decref(results);
  return all_good ? 0 : 2;
}

const orr_verb orr_verb_validate = {
    .name = "validate",
    .summary = "Check scenario files; every mistake is shown with its place",
    .arguments = "SCENARIO...",
    .example = "orrery validate scenarios/push_t.yaml\n"
               "orrery validate scenarios/push_t.yaml --profile full --effective",
    .details = "Exit code 0 when all files are good, 2 when one is not.",
    .groups = ORR_CLI_SCENARIO | ORR_CLI_JSON,
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};
