/* Any bytes as a configuration: parsed, expanded, read against a table with every type of field,
 * changed, completed, written. What was written reads back with the same hash and the same verdict.
 * Bytes behind a form feed, which no configuration may hold, are a second file, part.yaml, that the
 * first one can include. */
#include "tests/base/rich_record.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact) {
  if (!fact) abort();
}

static bool read_rich(const orr_config *config, orr_diagnostics *found) {
  orr_arena *arena = orr_arena_create(4096);
  rich value;
  const orr_node *root = orr_config_root(config);
  orr_status status = orr_record_read(&rich_record, config, root, root, "", arena, &value, found);
  orr_arena_destroy(arena);
  return status == ORR_OK;
}

static void check_round_trip(const orr_config *config, bool good) {
  char *yaml = orr_node_to_yaml(orr_config_root(config));
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *again = NULL;
  orr_status status = orr_config_parse(yaml, strlen(yaml), "again", &again, found);
  if (status != ORR_OK) {
    orr_diagnostics_print(found, stderr, false);
    fputs(yaml, stderr);
  }
  require(status == ORR_OK);
  require(orr_hash_equal(orr_node_hash(orr_config_root(config)),
                         orr_node_hash(orr_config_root(again))));
  require(read_rich(again, found) == good);
  char *twice = orr_node_to_yaml(orr_config_root(again));
  require(strcmp(yaml, twice) == 0);
  orr_free(yaml);
  orr_free(twice);
  orr_config_destroy(again);
  orr_diagnostics_destroy(found);
}

static void use_tree(orr_config *config, orr_diagnostics *found, const char *text) {
  orr_node *root = orr_config_root(config);
  bool good = read_rich(config, found);
  check_round_trip(config, good);
  require(orr_record_complete(&rich_record, config, root, found) == ORR_OK);
  check_round_trip(config, read_rich(config, found));
  orr_node_find(root, text);
  orr_config_set(config, text, found);
  const orr_node *overlay = orr_node_get(root, "extra");
  if (overlay && overlay->kind == ORR_NODE_MAP) orr_config_overlay(config, root, overlay, found);
  read_rich(config, found);
}

static void put(const char *name, const char *bytes, size_t count) {
  FILE *file = fopen(name, "wb");
  require(file && fwrite(bytes, 1, count, file) == count && fclose(file) == 0);
}

/* Both files, in a folder that is gone afterwards. */
static orr_status load_two(const char *text, size_t first, size_t size, orr_config **config,
                           orr_diagnostics *found) {
  char folder[] = "/tmp/orr-fuzz-XXXXXX", main_file[64], part[64];
  require(mkdtemp(folder) != NULL);
  snprintf(main_file, sizeof main_file, "%s/main.yaml", folder);
  snprintf(part, sizeof part, "%s/part.yaml", folder);
  put(main_file, text, first);
  put(part, text + first + 1, size - first - 1);
  orr_status status = orr_config_load(main_file, config, found);
  require(unlink(main_file) == 0 && unlink(part) == 0 && rmdir(folder) == 0);
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  if (size) memcpy(text, data, size);
  text[size] = 0;
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  const char *feed = memchr(text, '\f', size);
  orr_status status = feed ? load_two(text, (size_t)(feed - text), size, &config, found)
                           : orr_config_parse(text, size, "input", &config, found);
  require((status == ORR_OK) == (orr_diagnostics_count(found) == 0));
  require(status != ORR_OK || config != NULL);
  if (config) use_tree(config, found, text + strcspn(text, "#") + (strchr(text, '#') != NULL));
  static FILE *sink;
  if (!sink) sink = fopen("/dev/null", "w");
  if (sink) orr_diagnostics_print(found, sink, true);
  orr_error err;
  orr_diagnostics_status(found, &err);
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
  free(text);
  return 0;
}
