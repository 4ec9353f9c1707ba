/* orrery: simulate a world, learn it, plan in it, and say how good the model is. */
#include "base/build_info.h"
#include "cli/cli.h"
#include <string.h>

static void print_help(FILE *stream) {
  fputs("orrery " ORR_VERSION
        ": simulate a world, learn it, plan in it, and say how good the model "
        "is\n\n"
        "Try first:\n"
        "  orrery run scenarios/push_t.yaml --profile quick\n"
        "  orrery view scenarios/push_t.yaml --agent human\n\n"
        "Usage: orrery VERB [OPTION...] [ARGUMENT...]\n\n"
        "Verbs:\n",
        stream);
  size_t count;
  const orr_verb *const *verbs = orr_verbs(&count);
  for (size_t i = 0; i < count; i++)
    fprintf(stream, "  %-11s %s\n", verbs[i]->name, verbs[i]->summary);
  fputs("\n`orrery VERB --help` explains a verb; `orrery doctor` checks this machine.\n", stream);
}

static int unknown_verb(const char *word) {
  size_t count;
  const orr_verb *const *verbs = orr_verbs(&count);
  const char *names[64];
  for (size_t i = 0; i < count; i++) names[i] = verbs[i]->name;
  const char *close = orr_closest(word, names, count);
  fprintf(stderr, "orrery: there is no verb '%s'\n", word);
  if (close)
    fprintf(stderr, "  hint: did you mean 'orrery %s'?\n", close);
  else
    fputs("  hint: `orrery help` lists the verbs\n", stderr);
  return 2;
}

static int help_verb(int argc, char **argv) {
  if (argc < 3) return print_help(stdout), 0;
  const orr_verb *verb = orr_verb_find(argv[2]);
  if (!verb) return unknown_verb(argv[2]);
  orr_verb_help(verb, stdout);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 2) return print_help(stderr), 2;
  const char *word = argv[1];
  if (!strcmp(word, "--version") || !strcmp(word, "-V")) {
    printf("orrery %s\n%s\n", ORR_VERSION, orr_build_id());
    return 0;
  }
  if (!strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h"))
    return help_verb(argc, argv);
  const orr_verb *verb = orr_verb_find(word);
  if (!verb) return unknown_verb(word);
  return orr_verb_run(verb, argc - 1, argv + 1);
}
