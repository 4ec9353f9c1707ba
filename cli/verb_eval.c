/* orrery eval: the judgement of a model. */
#include "base/file.h"
#include "cli/stage_verb.h"
#include "cli/verbs.h"

static int freeze(const orr_invocation *invocation, const char *manifest) {
  orr_run_place place;
  int code = orr_stage_verb(invocation, orr_experiment_freeze, &place);
  if (code || !*place.folder) return code;
  printf("Wrote one file of pairs per rule to %s\n"
         "Next: name the folder in eval.manifest, relative to the scenario file\n",
         manifest);
  return 0;
}

static int run(const orr_invocation *invocation) {
  orr_run_place place;
  const char *manifest = orr_cli_option(invocation, "write-manifest");
  if (manifest) return freeze(invocation, manifest);
  int code = orr_stage_verb(invocation, orr_experiment_eval, &place);
  if (code || !*place.folder) return code;
  return orr_cli_report(place.folder);
}

static const struct argp_option options[] = {
    {"write-manifest", 0, "FOLDER", 0,
     "Draw the pairs of each rule and freeze them there as RULE.h5; judge nothing", 0},
    {0}};

const orr_verb orr_verb_eval = {
    .name = "eval",
    .summary = "Judge a model beside a random floor and the true simulator",
    .arguments = "SCENARIO",
    .example =
        "orrery eval scenarios/push_t.yaml --profile quick\norrery eval scenarios/push_t.yaml "
        "--out out/judged --model scenarios/models/push_t.safetensors",
    .details = "With --model judges that checkpoint; collects and trains first when it must. With "
               "--model and eval.manifest\nit needs neither data nor training. Ends with the "
               "tables and the report.",
    .options = options,
    .groups = ORR_CLI_SCENARIO | ORR_CLI_OUTPUT | ORR_CLI_DRY | ORR_CLI_WORK | ORR_CLI_MODEL,
    .least = 1,
    .most = 1,
    .run = run,
};
