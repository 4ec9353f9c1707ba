/* For check_schema.py: prints the schema of the rich table, or reads documents given as arguments
 * and says of each "good" or "bad" on a line of its own. */
#include "tests/base/rich_record.h"

#include <string.h>

static bool is_good(const char *text) {
  orr_diagnostics *found = orr_diagnostics_create();
  orr_arena *arena = orr_arena_create(4096);
  orr_config *config = NULL;
  rich value;
  orr_config_parse(text, strlen(text), "document", &config, found);
  const orr_node *root = config ? orr_config_root(config) : NULL;
  if (root) orr_record_read(&rich_record, config, root, root, "", arena, &value, found);
  bool good = orr_diagnostics_count(found) == 0;
  orr_config_destroy(config);
  orr_arena_destroy(arena);
  orr_diagnostics_destroy(found);
  return good;
}

int main(int argc, char **argv) {
  if (argc == 1) {
    json_t *schema = orr_record_schema(&rich_record);
    json_dumpf(schema, stdout, JSON_INDENT(2));
    json_decref(schema);
    return 0;
  }
  for (int i = 1; i < argc; i++) puts(is_good(argv[i]) ? "good" : "bad");
  return 0;
}
