/* run, collect, train and eval differ in one call: this is what they share. */
#ifndef ORR_CLI_STAGE_VERB_H
#define ORR_CLI_STAGE_VERB_H

#include "base/file.h"
#include "cli/cli.h"

typedef orr_status orr_stage_fn(orr_experiment *experiment, const orr_run_options *options,
                                const orr_control *control, orr_error *err);

/* Where a run is, and its model (relative to that). */
typedef struct orr_run_place {
  char folder[ORR_PATH], checkpoint[64];
} orr_run_place;

/* Loads the scenario, runs `stage` in its folder, and says where that is. Returns the exit code;
 * prints errors, and after Ctrl-C how to go on. With --dry-run prints the plan and returns 0 with
 * an empty folder. */
int orr_stage_verb(const orr_invocation *invocation, orr_stage_fn *stage, orr_run_place *out);

/* Writes the report of a run folder, prints its tables and where it is. Returns the exit code. */
int orr_cli_report(const char *folder);

#endif
