/* orrery schema: the JSON Schema of scenario files, for editors and other programs. */
#include "cli/verbs.h"

static int run(const orr_invocation *invocation) {
  (void)invocation;
  json_t *schema = orr_record_schema(&orr_experiment_record);
  if (!schema) return fputs("orrery: out of memory\n", stderr), 1;
  json_object_set_new(schema, "title", json_string("Orrery scenario, schema orrery-scenario/1"));
  json_dumpf(schema, stdout, JSON_INDENT(2));
  putchar('\n');
  json_decref(schema);
  return 0;
}

const orr_verb orr_verb_schema = {
    .name = "schema",
    .summary = "Print the JSON Schema of scenario files",
    .arguments = "",
    .example = "orrery schema > scenario.schema.json",
    .details = "Draft-07. Name it in the first line of a scenario for completion in an editor:\n"
               "  # yaml-language-server: $schema=scenario.schema.json",
    .run = run,
};
