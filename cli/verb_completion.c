/* orrery completion: shell completions, made from the table of verbs. */
#include "cli/verbs.h"
#include <string.h>

#define MAX_SHOWN 40

static void print_words(const orr_verb *verb) {
  const struct argp_option *options[MAX_SHOWN];
  size_t count = orr_verb_options(verb, options, MAX_SHOWN);
  for (size_t i = 0; i < count; i++) printf("%s--%s", i ? " " : "", options[i]->name);
}

static void print_bash(const orr_verb *const *verbs, size_t count) {
  fputs("_orrery() {\n  local word=${COMP_WORDS[COMP_CWORD]} options=\"\"\n"
        "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W \"help",
        stdout);
  for (size_t i = 0; i < count; i++) printf(" %s", verbs[i]->name);
  fputs("\" -- \"$word\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n", stdout);
  for (size_t i = 0; i < count; i++) {
    printf("  %s) options=\"", verbs[i]->name);
    print_words(verbs[i]);
    fputs("\" ;;\n", stdout);
  }
  fputs("  esac\n  case $word in\n  -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
        "  *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n  esac\n}\n"
        "complete -o filenames -F _orrery orrery\n",
        stdout);
}

static void print_zsh(const orr_verb *const *verbs, size_t count) {
  fputs("#compdef orrery\n_orrery() {\n  if (( CURRENT == 2 )); then\n    local -a verbs=(\n",
        stdout);
  for (size_t i = 0; i < count; i++) printf("      '%s:%s'\n", verbs[i]->name, verbs[i]->summary);
  fputs("    )\n    _describe verb verbs\n    return\n  fi\n  case $words[2] in\n", stdout);
  for (size_t i = 0; i < count; i++) {
    printf("  %s) compadd -- ", verbs[i]->name);
    print_words(verbs[i]);
    fputs("; _files ;;\n", stdout);
  }
  fputs("  esac\n}\ncompdef _orrery orrery\n", stdout);
}

static void print_fish_options(const orr_verb *verb) {
  const struct argp_option *options[MAX_SHOWN];
  size_t count = orr_verb_options(verb, options, MAX_SHOWN);
  for (size_t i = 0; i < count; i++)
    printf("complete -c orrery -n '__fish_seen_subcommand_from %s' -l %s%s -d '%s'\n", verb->name,
           options[i]->name, options[i]->arg ? " -r" : "", options[i]->doc);
}

static void print_fish(const orr_verb *const *verbs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    printf("complete -c orrery -n __fish_use_subcommand -a %s -d '%s'\n", verbs[i]->name,
           verbs[i]->summary);
    print_fish_options(verbs[i]);
  }
}

static int run(const orr_invocation *invocation) {
  const char *shell = invocation->arguments[0];
  size_t count;
  const orr_verb *const *verbs = orr_verbs(&count);
  if (!strcmp(shell, "bash")) return print_bash(verbs, count), 0;
  if (!strcmp(shell, "zsh")) return print_zsh(verbs, count), 0;
  if (!strcmp(shell, "fish")) return print_fish(verbs, count), 0;
  fprintf(stderr, "orrery: no completions for '%s'\n  hint: bash, zsh or fish\n", shell);
  return 2;
}

const orr_verb orr_verb_completion = {
    .name = "completion",
    .summary = "Print completions for bash, zsh or fish",
    .arguments = "SHELL",
    .example = "source <(orrery completion bash)",
    .least = 1,
    .most = 1,
    .run = run,
};
