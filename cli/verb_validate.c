/* orrery validate: checks scenario files, and the physics of their numbers. */
#include "base/memory.h"
#include "cli/physics.h"
#include "cli/verbs.h"
#include <jansson.h>
#include <unistd.h>

static const struct argp_option options[] = {
    {"effective", 0, NULL, 0, "Print the effective configuration, every default written out", 0},
    {"physics", 0, NULL, 0,
     "Run experiments with the file's engine and numbers, and compare them with the law", 0},
    {0},
};

/* Checks one file; fills `result`. Returns the exit code. */
static int check(const char *path, const orr_invocation *invocation, json_t *result) {
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
  json_object_set_new(result, "good", json_boolean(status == ORR_OK));
  json_object_set_new(result, "message", json_string(err.message));
  int code = status == ORR_OK ? 0 : 2;
  bool effective = orr_cli_option(invocation, "effective") != NULL;
  bool physics = orr_cli_option(invocation, "physics") != NULL;
  if (status == ORR_OK && effective) {
    char *text = orr_node_to_yaml(orr_config_root(experiment->config));
    if (text) fputs(text, stdout);
    orr_free(text);
  }
  if (status == ORR_OK && physics)
    code = orr_cli_physics(invocation, path, experiment->scenario, result);
  else if (status == ORR_OK && !effective && !invocation->json)
    printf("%s: good\n", path);
  orr_experiment_destroy(experiment);
  orr_diagnostics_destroy(diagnostics);
  return code;
}

static int run(const orr_invocation *invocation) {
  int code = 0;
  json_t *results = json_array();
  for (size_t i = 0; i < invocation->argument_count; i++) {
    const char *path = invocation->arguments[i];
    json_t *result = json_pack("{s:s}", "file", path);
    int own = check(path, invocation, result);
    if (own) code = own;
    json_array_append_new(results, result);
    if (own == 130) break; /* stopped */
  }
  if (invocation->json) json_dumpf(results, stdout, JSON_INDENT(2)), putchar('\n');
  json_decref(results);
  return code;
}

const orr_verb orr_verb_validate = {
    .name = "validate",
    .summary = "Check scenario files, every mistake with its place; or their physics",
    .arguments = "SCENARIO...",
    .example = "orrery validate scenarios/push_t.yaml\n"
               "orrery validate scenarios/push_t.yaml --profile full --effective\n"
               "orrery validate scenarios/push_t.yaml --physics",
    .details =
        "Exit code 0 when all files are good, 2 when one is not.\n"
        "--physics: falls, pendulums, bounces, towers and more, each with a formula to hold it\n"
        "     against. A weak verdict is information about the engine and its settings, not a\n"
        "     mistake of the file: the exit code stays 0. docs/physics.md explains them all.",
    .groups = ORR_CLI_SCENARIO | ORR_CLI_JSON | ORR_CLI_WORK,
    .options = options,
    .least = 1,
    .most = -1,
    .run = run,
};
