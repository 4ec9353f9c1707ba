/* The command line: a table of verbs and what they share. No logic lives here: a verb parses its
 * options, calls one room, and prints.
 *
 * Results go to stdout, messages and progress to stderr. Exit codes: 0 ok, 1 failed, 2 usage or
 * configuration, 3 a gate not met, 130 interrupted. */
#ifndef ORR_CLI_CLI_H
#define ORR_CLI_CLI_H

#include "base/pool.h"
#include "base/progress.h"
#include "eval/experiment.h"
#include <argp.h>

struct orr_invocation;

/* One verb: a file cli/verb_<name>.c with one function, and a row in cli/verbs.c. */
typedef struct orr_verb {
  const char *name;
  const char *summary;               /* one line of `orrery help` */
  const char *arguments;             /* "SCENARIO" */
  const char *example;               /* what --help leads with; lines separated by \n */
  const char *details;               /* what --help says below the options; may be NULL */
  unsigned groups;                   /* which shared options it takes */
  const struct argp_option *options; /* its own; NULL-terminated table, or NULL */
  int least, most;                   /* positional arguments; most -1: any number */
  int (*run)(const struct orr_invocation *invocation); /* returns the exit code */
} orr_verb;

/* Shared options. */
enum {
  ORR_CLI_SCENARIO = 1, /* --profile --set --seed */
  ORR_CLI_OUTPUT = 2,   /* --out --force */
  ORR_CLI_DRY = 4,      /* --dry-run */
  ORR_CLI_WORK = 8,     /* --threads --quiet --progress */
  ORR_CLI_JSON = 16,    /* --json */
  ORR_CLI_MODEL = 32    /* --model */
};

#define ORR_CLI_MAX_SET       64
#define ORR_CLI_MAX_ARGUMENTS 64
#define ORR_CLI_MAX_OWN       24

/* A parsed command line. */
typedef struct orr_invocation {
  const orr_verb *verb;
  const char *arguments[ORR_CLI_MAX_ARGUMENTS];
  size_t argument_count;
  const char *profile, *out, *model;
  const char *assignments[ORR_CLI_MAX_SET];
  size_t assignment_count;
  int64_t seed;
  bool has_seed, force, dry_run, json, quiet;
  orr_progress_style style;
  size_t threads; /* 0: all cores */
  /* Values of the verb's own options, by position in its table; "" for a flag that was given. */
  const char *own[ORR_CLI_MAX_OWN];
} orr_invocation;

const orr_verb *const *orr_verbs(size_t *count);
const orr_verb *orr_verb_find(const char *name);
/* Parses argv (argv[0] is the verb) and runs it. */
int orr_verb_run(const orr_verb *verb, int argc, char **argv);
/* Prints what `orrery VERB --help` shows. */
void orr_verb_help(const orr_verb *verb, FILE *stream);
/* Every option of a verb, shared and own, for completions; returns how many (at most `size`). */
size_t orr_verb_options(const orr_verb *verb, const struct argp_option **out, size_t size);
/* The value of the verb's own option `name`, or NULL when it was not given. */
const char *orr_cli_option(const orr_invocation *invocation, const char *name);
/* The same as a whole number within [low, high]; `fallback` when absent. Exits with 2 on nonsense.
 */
int64_t orr_cli_number(const orr_invocation *invocation, const char *name, int64_t fallback,
                       int64_t low, int64_t high);

/* Prints an error as "orrery: place: message" and its hint; returns its exit code. */
int orr_cli_fail(const orr_error *err);

/* Long work: threads, progress, and a cancel flag that Ctrl-C sets (a second Ctrl-C
 * ends at once). */
typedef struct orr_session {
  orr_control control;
  orr_progress *progress;
  orr_pool *pool;
} orr_session;
orr_status orr_session_begin(const orr_invocation *invocation, orr_session *session,
                             orr_error *err);
void orr_session_end(orr_session *session);

/* Loads the scenario of argument 0 with profile, --set and --seed. Prints every finding and returns
 * the exit code (0: loaded). */
int orr_cli_load(const orr_invocation *invocation, orr_experiment **out);
/* The run folder: --out, or out/<scenario>[-<profile>]. */
void orr_cli_folder(const orr_invocation *invocation, const orr_experiment *experiment, char *out,
                    size_t size);

#endif
