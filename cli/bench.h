/* The benchmarks of `orrery bench`, one file each; private to cli/. */
#ifndef ORR_CLI_BENCH_H
#define ORR_CLI_BENCH_H

#include "cli/cli.h"
#include <jansson.h>

#define ORR_BENCH_MAX_ROUNDS 100

/* Each measures, prints, and returns the exit code. */
int orr_bench_sim_verb(const orr_invocation *invocation, const orr_experiment *experiment);
int orr_bench_shelf_verb(const orr_invocation *invocation, const char *folder);
int orr_bench_plan_verb(const orr_invocation *invocation, const orr_experiment *experiment);
int orr_bench_pixels_verb(const orr_invocation *invocation, const orr_experiment *experiment);
int orr_bench_render_verb(const orr_invocation *invocation, const orr_experiment *experiment);
int orr_bench_train_verb(const orr_invocation *invocation, const orr_experiment *experiment);

/* Prints `result` as JSON or as a table, with machine and load, so that a figure can be judged. */
void orr_bench_print(const orr_invocation *invocation, json_t *result);

/* A program measured in turns with our own: it first says who it is, one line of JSON; then it gets
 * a line and answers with a number, again and again. */
typedef struct orr_peer orr_peer;
orr_status orr_peer_start(const char *const *command, orr_peer **out, orr_error *err);
void orr_peer_end(orr_peer *peer);
const json_t *orr_peer_identity(const orr_peer *peer);
/* 0 when there is no answer. */
double orr_peer_ask(orr_peer *peer, const char *question);

#endif
