/* orrery train: the model of an experiment. */
#include "base/file.h"
#include "cli/stage_verb.h"
#include "cli/verbs.h"

static int run(const orr_invocation *invocation) {
  orr_run_place place;
  int code = orr_stage_verb(invocation, orr_experiment_train, &place);
  if (code || !*place.folder) return code;
  printf("Wrote %s/%s\nNext: orrery inspect %s/%s\n", place.folder, place.checkpoint, place.folder,
         place.checkpoint);
  return 0;
}

const orr_verb orr_verb_train = {
    .name = "train",
    .summary = "Train the world model on the collected episodes",
    .arguments = "SCENARIO",
    .example =
        "orrery train scenarios/push_t.yaml --profile quick\norrery train scenarios/push_t.yaml "
        "--profile quick --set model.family=jepa --out out/push_t-jepa",
    .details =
        "Collects first when the data are not there. A killed training resumes to the same bytes.\n"
        "On-policy rounds (section rounds) follow.",
    .groups = ORR_CLI_SCENARIO | ORR_CLI_OUTPUT | ORR_CLI_DRY | ORR_CLI_WORK,
    .least = 1,
    .most = 1,
    .run = run,
};
