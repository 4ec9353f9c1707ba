/* orrery run: every stage, from a scenario file to a report. */
#include "base/file.h"
#include "base/memory.h"
#include "cli/stage_verb.h"
#include "cli/verbs.h"
#include "eval/report.h"

static int print_json(const char *folder) {
  char path[ORR_PATH], *text;
  size_t length;
  orr_error err = {0};
  orr_path_join(path, sizeof path, folder, "report.json");
  if (orr_file_get(path, 64u << 20, &text, &length, &err) != ORR_OK) return orr_cli_fail(&err);
  fwrite(text, 1, length, stdout);
  orr_free(text);
  return 0;
}

static int print_summary(const orr_invocation *invocation, const orr_run_place *place) {
  const char *folder = place->folder, *given = invocation->model;
  orr_error err = {0};
  char *text = orr_report_summary(folder, &err);
  if (!text) return orr_cli_fail(&err);
  fputs(text, stdout);
  orr_free(text);
  printf("\nReport: %s/report.html\nTry next: orrery view %s --agent cem --model %s%s%s\n", folder,
         invocation->arguments[0], given ? given : folder, given ? "" : "/",
         given ? "" : place->checkpoint);
  return 0;
}

static int run(const orr_invocation *invocation) {
  orr_run_place place;
  int code = orr_stage_verb(invocation, orr_experiment_run, &place);
  if (code || !*place.folder) return code;
  return invocation->json ? print_json(place.folder) : print_summary(invocation, &place);
}

const orr_verb orr_verb_run_all = {
    .name = "run",
    .summary = "Simulate, train, plan, judge and report: every stage of an experiment",
    .arguments = "SCENARIO",
    .example = "orrery run scenarios/push_t.yaml --profile quick",
    .details = "Running again skips what is done and resumes what was cut off, to the same bytes.\n"
               "Stages whose settings changed are refused unless --force.",
    .groups = ORR_CLI_SCENARIO | ORR_CLI_OUTPUT | ORR_CLI_DRY | ORR_CLI_WORK | ORR_CLI_JSON |
              ORR_CLI_MODEL,
    .least = 1,
    .most = 1,
    .run = run,
};
