/* orrery validate --physics: the simulated physics of a file's numbers beside the law. */
#ifndef ORR_CLI_PHYSICS_H
#define ORR_CLI_PHYSICS_H

#include "cli/cli.h"

/* Runs the experiments for one scenario: prints a table, or fills `json` (then nothing is printed
 * on stdout). Returns the exit code. */
int orr_cli_physics(const orr_invocation *invocation, const char *path,
                    const orr_scenario *scenario, json_t *json);

#endif
