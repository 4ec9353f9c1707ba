/* orrery explain: what a setting means. */
#include "cli/verbs.h"
#include <string.h>

static void list_sections(void) {
  for (size_t i = 0; i < orr_experiment_record.count; i++) {
    const orr_field *field = &orr_experiment_record.fields[i];
    printf("%-10s %s\n", field->name, field->help);
  }
  const char *word, *help;
  for (size_t i = 0; (word = orr_config_word(i, &help)); i++) printf("%-10s %s\n", word, help);
  puts("\n`orrery explain SECTION` explains all settings of one, `orrery explain all` everything.");
}

static int run(const orr_invocation *invocation) {
  if (invocation->argument_count == 0) {
    list_sections();
    return 0;
  }
  const char *path = invocation->arguments[0];
  if (!strcmp(path, "all")) {
    orr_record_explain(&orr_experiment_record, "", stdout);
    return 0;
  }
  const char *language = orr_config_explain(path);
  if (language) return fputs(language, stdout), 0;
  char suggestion[128] = "";
  const orr_field *field =
      orr_record_find(&orr_experiment_record, path, suggestion, sizeof suggestion);
  const orr_record *record = orr_record_at(&orr_experiment_record, path);
  if (field) orr_field_explain(field, path, stdout);
  if (record) orr_record_explain(record, path, stdout);
  if (field || record) return 0;
  fprintf(stderr, "orrery: there is no setting '%s'\n", path);
  if (*suggestion)
    fprintf(stderr, "  hint: did you mean '%s'?\n", suggestion);
  else
    fputs("  hint: `orrery explain` lists the sections\n", stderr);
  return 2;
}

const orr_verb orr_verb_explain = {
    .name = "explain",
    .summary = "Explain a setting: type, unit, range, default",
    .arguments = "[PATH]",
    .example = "orrery explain world.dt\norrery explain plan",
    .details = "Without PATH lists the sections of a scenario file; `all` explains every setting.",
    .least = 0,
    .most = 1,
    .run = run,
};
