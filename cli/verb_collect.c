/* orrery collect: the data of an experiment. */
#include "base/file.h"
#include "cli/stage_verb.h"
#include "cli/verbs.h"

static int run(const orr_invocation *invocation) {
  orr_run_place place;
  int code = orr_stage_verb(invocation, orr_experiment_collect, &place);
  if (code || !*place.folder) return code;
  printf("Wrote %s/data\n"
         "Next: orrery inspect %s/data\n",
         place.folder, place.folder);
  return 0;
}

const orr_verb orr_verb_collect = {
    .name = "collect",
    .summary = "Collect the episodes of an experiment",
    .arguments = "SCENARIO",
    .example = "orrery collect scenarios/push_t.yaml --profile quick",
    .details = "Finished shards are kept: a collection that was cut off goes on where it was.",
    .groups = ORR_CLI_SCENARIO | ORR_CLI_OUTPUT | ORR_CLI_DRY | ORR_CLI_WORK,
    .least = 1,
    .most = 1,
    .run = run,
};
