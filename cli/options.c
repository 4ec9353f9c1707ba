/* Options: the shared ones in groups, a verb's own after them, parsed by argp. */
#include "cli/cli.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  KEY_SET = 256,
  KEY_SEED,
  KEY_FORCE,
  KEY_DRY,
  KEY_THREADS,
  KEY_PROGRESS,
  KEY_JSON,
  KEY_MODEL,
  KEY_OWN = 512
};

typedef struct shared_option {
  unsigned group;
  struct argp_option option;
} shared_option;

static const shared_option shared[] = {
    {ORR_CLI_SCENARIO,
     {"profile", 'p', "NAME", 0, "Overlay of the scenario: tiny, quick, full", 0}},
    {ORR_CLI_SCENARIO,
     {"set", KEY_SET, "PATH=VALUE", 0,
      "Change one setting; may be repeated (`orrery explain` lists them)", 0}},
    {ORR_CLI_SCENARIO,
     {"seed", KEY_SEED, "N", 0,
      "Seed of collection, training and evaluation (default: as the scenario says)", 0}},
    {ORR_CLI_MODEL, {"model", 'm', "FILE", 0, "Checkpoint to use (model.safetensors)", 0}},
    {ORR_CLI_OUTPUT,
     {"out", 'o', "PATH", 0, "Where to write (default for runs: out/SCENARIO-PROFILE)", 0}},
    {ORR_CLI_OUTPUT,
     {"force", KEY_FORCE, NULL, 0, "Overwrite, redo what was done with other settings", 0}},
    {ORR_CLI_DRY,
     {"dry-run", KEY_DRY, NULL, 0, "Say what would be done and written; do nothing", 0}},
    {ORR_CLI_WORK,
     {"threads", 't', "N", 0, "Threads (default: all cores); never changes a result", 0}},
    {ORR_CLI_WORK, {"quiet", 'q', NULL, 0, "No progress", 0}},
    {ORR_CLI_WORK, {"progress", KEY_PROGRESS, "STYLE", 0, "auto, plain, json or none", 0}},
    {ORR_CLI_JSON, {"json", KEY_JSON, NULL, 0, "Print the result as JSON", 0}},
};
#define SHARED_COUNT (sizeof shared / sizeof *shared)

#define MAX_OPTIONS 40

/* Fills `out` with the options of a verb, ended by an empty one; returns their number. */
static size_t gather(const orr_verb *verb, struct argp_option out[MAX_OPTIONS]) {
  size_t count = 0;
  for (size_t i = 0; verb->options && verb->options[i].name; i++) {
    out[count] = verb->options[i];
    out[count].key = KEY_OWN + (int)i;
    count++;
  }
  for (size_t i = 0; i < SHARED_COUNT; i++)
    if (verb->groups & shared[i].group) out[count++] = shared[i].option;
  out[count++] = (struct argp_option){"help", 'h', NULL, 0, "Show this help", 0};
  ORR_ASSERT(count < MAX_OPTIONS);
  memset(&out[count], 0, sizeof *out);
  return count;
}

size_t orr_verb_options(const orr_verb *verb, const struct argp_option **out, size_t size) {
  static const struct argp_option help = {"help", 'h', NULL, 0, "Show the help", 0};
  size_t count = 0;
  for (size_t i = 0; verb->options && verb->options[i].name && count < size; i++)
    out[count++] = &verb->options[i];
  for (size_t i = 0; i < SHARED_COUNT && count < size; i++)
    if (verb->groups & shared[i].group) out[count++] = &shared[i].option;
  if (count < size) out[count++] = &help;
  return count;
}

static bool whole_number(const char *text, int64_t low, int64_t high, int64_t *out) {
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (errno || end == text || *end || value < low || value > high) return false;
  *out = value;
  return true;
}

static void set_number(struct argp_state *state, const char *name, const char *text, int64_t low,
                       int64_t high, int64_t *out) {
  if (!whole_number(text, low, high, out))
    argp_error(state, "--%s: '%s' is not a whole number from %lld to %lld", name, text,
               (long long)low, (long long)high);
}

static void set_style(struct argp_state *state, const char *text, orr_progress_style *out) {
  static const char *const names[] = {"auto", "plain", "json", "none"};
  for (int i = 0; i < 4; i++)
    if (!strcmp(text, names[i])) {
      *out = (orr_progress_style)i;
      return;
    }
  argp_error(state, "--progress: '%s' is none of auto, plain, json, none", text);
}

/* No system opens a longer path; what is made from it fits ORR_PATH. */
static const char *checked_path(struct argp_state *state, const char *text) {
  if (strlen(text) >= 4096) argp_error(state, "a path of %zu bytes is too long", strlen(text));
  return text;
}

static error_t take_shared(int key, char *text, struct argp_state *state, orr_invocation *in) {
  int64_t number = 0;
  switch (key) {
  case 'p': in->profile = text; return 0;
  case 'm': in->model = checked_path(state, text); return 0;
  case 'o': in->out = checked_path(state, text); return 0;
  case 'q': in->quiet = true; return 0;
  case KEY_FORCE: in->force = true; return 0;
  case KEY_DRY: in->dry_run = true; return 0;
  case KEY_JSON: in->json = true; return 0;
  case KEY_PROGRESS: set_style(state, text, &in->style); return 0;
  case KEY_SEED:
    set_number(state, "seed", text, 0, INT32_MAX, &in->seed);
    in->has_seed = true;
    return 0;
  case 't':
    set_number(state, "threads", text, 1, 256, &number);
    in->threads = (size_t)number;
    return 0;
  case KEY_SET:
    if (in->assignment_count == ORR_CLI_MAX_SET)
      argp_error(state, "more than %d --set", ORR_CLI_MAX_SET);
    in->assignments[in->assignment_count++] = text;
    return 0;
  default: return ARGP_ERR_UNKNOWN;
  }
}

static error_t take(int key, char *text, struct argp_state *state) {
  orr_invocation *in = state->input;
  if (key >= KEY_OWN && key < KEY_OWN + ORR_CLI_MAX_OWN) {
    in->own[key - KEY_OWN] = text ? text : "";
    return 0;
  }
  switch (key) {
  case 'h': orr_verb_help(in->verb, stdout); exit(0);
  case ARGP_KEY_ARG:
    if (in->verb->most >= 0 && in->argument_count >= (size_t)in->verb->most)
      argp_error(state, "one argument too many: '%s'", text);
    if (in->argument_count == ORR_CLI_MAX_ARGUMENTS) argp_error(state, "too many arguments");
    in->arguments[in->argument_count++] = checked_path(state, text);
    return 0;
  case ARGP_KEY_END:
    if (in->argument_count < (size_t)in->verb->least)
      argp_error(state, "%s is missing", in->verb->arguments);
    return 0;
  default: return take_shared(key, text, state, in);
  }
}

static void print_option(const struct argp_option *option, FILE *stream) {
  char left[64];
  char letter[8] = "    ";
  if (option->key > 32 && option->key < 127) snprintf(letter, sizeof letter, "-%c, ", option->key);
  snprintf(left, sizeof left, "%s--%s%s%s", letter, option->name, option->arg ? " " : "",
           option->arg ? option->arg : "");
  fprintf(stream, "  %-26s %s\n", left, option->doc);
}

void orr_verb_help(const orr_verb *verb, FILE *stream) {
  fputs("Example:\n", stream);
  for (const char *line = verb->example; *line;) {
    size_t length = strcspn(line, "\n");
    fprintf(stream, "  %.*s\n", (int)length, line);
    line += length + (line[length] == '\n');
  }
  fprintf(stream, "\nUsage: orrery %s [OPTION...]%s%s\n%s\n\nOptions:\n", verb->name,
          *verb->arguments ? " " : "", verb->arguments, verb->summary);
  struct argp_option options[MAX_OPTIONS];
  size_t count = gather(verb, options);
  for (size_t i = 0; i < count; i++) print_option(&options[i], stream);
  if (verb->details) fprintf(stream, "\n%s\n", verb->details);
}

int orr_verb_run(const orr_verb *verb, int argc, char **argv) {
  struct argp_option options[MAX_OPTIONS];
  gather(verb, options);
  char usage[96], name[48];
  snprintf(usage, sizeof usage, "%s", verb->arguments);
  snprintf(name, sizeof name, "orrery %s", verb->name);
  argv[0] = name;
  const struct argp argp = {options, take, usage, NULL, NULL, NULL, NULL};
  orr_invocation invocation = {.verb = verb};
  argp_err_exit_status = 2;
  error_t failed = argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &invocation);
  if (failed) return 2;
  if (invocation.quiet) invocation.style = ORR_PROGRESS_QUIET;
  return verb->run(&invocation);
}

static int own_index(const orr_verb *verb, const char *name) {
  for (int i = 0; verb->options && verb->options[i].name; i++)
    if (!strcmp(verb->options[i].name, name)) return i;
  return -1;
}

const char *orr_cli_option(const orr_invocation *invocation, const char *name) {
  int index = own_index(invocation->verb, name);
  ORR_ASSERT(index >= 0);
  return invocation->own[index];
}

int64_t orr_cli_number(const orr_invocation *invocation, const char *name, int64_t fallback,
                       int64_t low, int64_t high) {
  const char *text = orr_cli_option(invocation, name);
  if (!text) return fallback;
  int64_t value;
  if (whole_number(text, low, high, &value)) return value;
  fprintf(stderr, "orrery %s: --%s: '%s' is not a whole number from %lld to %lld\n",
          invocation->verb->name, name, text, (long long)low, (long long)high);
  exit(2);
}
