/* orrery report: writes the report of a run folder again. */
#include "base/file.h"
#include "base/memory.h"
#include "cli/stage_verb.h"
#include "cli/verbs.h"
#include "eval/report.h"
#include <unistd.h>

static int load_folder(const char *folder, orr_experiment **out) {
  char path[ORR_PATH];
  orr_path_join(path, sizeof path, folder, "config.yaml");
  if (!orr_file_exists(path)) {
    orr_error err;
    orr_fail(&err, ORR_ERR_FILE, "%s is not the folder of a run: it has no config.yaml", folder);
    orr_hint(&err, "give the folder that `orrery run` wrote, e.g. out/push_t-quick");
    return orr_cli_fail(&err);
  }
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_status status = orr_experiment_load(path, &(orr_experiment_options){0}, out, diagnostics);
  if (status != ORR_OK) orr_diagnostics_print(diagnostics, stderr, isatty(STDERR_FILENO) != 0);
  orr_diagnostics_destroy(diagnostics);
  return orr_exit_code(status);
}

int orr_cli_report(const char *folder) {
  orr_experiment *experiment = NULL;
  int code = load_folder(folder, &experiment);
  if (code) return code;
  orr_error err = {0};
  orr_status status = orr_report_write(experiment, folder, &err);
  orr_experiment_destroy(experiment);
  if (status != ORR_OK) return orr_cli_fail(&err);
  char *text = orr_report_summary(folder, &err);
  if (!text) return orr_cli_fail(&err);
  printf("%s\nReport: %s/report.html\n", text, folder);
  orr_free(text);
  return 0;
}

static int run(const orr_invocation *invocation) {
  return orr_cli_report(invocation->arguments[0]);
}

const orr_verb orr_verb_report = {
    .name = "report",
    .summary = "Write the report of a run folder again",
    .arguments = "FOLDER",
    .example = "orrery report out/push_t-quick",
    .details =
        "Writes report.html, report.json, report.md and episodes.csv from what the stages left.",
    .least = 1,
    .most = 1,
    .run = run,
};
