/* orrery inspect: what is in a data set, a shard, a checkpoint or a run folder. */
#include "base/file.h"
#include "base/memory.h"
#include "cli/verbs.h"
#include "eval/report.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int print_text(char *text) {
  fputs(text, stdout);
  orr_free(text);
  return 0;
}

static int inspect_data(const char *path, bool json) {
  orr_error err = {0};
  char *text;
  if (orr_dataset_inspect(path, json, &text, &err) != ORR_OK) return orr_cli_fail(&err);
  return print_text(text);
}

static json_t *model_json(const orr_model *model) {
  const orr_model_def *def = orr_model_definition(model);
  char hash[ORR_HASH_TEXT], interface[ORR_HASH_TEXT], world[ORR_HASH_TEXT];
  orr_hash_text(orr_model_hash(model), hash);
  orr_hash_text(orr_model_interface(model), interface);
  orr_hash_text(orr_model_world(model), world);
  return json_pack(
      "{s:s, s:I, s:f, s:I, s:I, s:I, s:s, s:s, s:s, s:o, s:o, s:O}", "family",
      orr_family_names[def->family], "parameters", (json_int_t)orr_model_parameters(model),
      "mflop_per_step", orr_model_flops(model) * 1e-6, "latent",
      (json_int_t)orr_model_latent(model), "block", (json_int_t)def->block, "history",
      (json_int_t)def->history, "weights", hash, "interface", interface, "world", world,
      "observation", orr_space_to_json(orr_model_observation(model)), "action",
      orr_space_to_json(orr_model_action(model)), "training", orr_model_record_json(model));
}

static void print_fields(const char *title, const orr_space *space) {
  printf("%-16s", title);
  for (size_t i = 0; i < space->count; i++)
    printf("%s%s%s%s%s", i ? ", " : "", space->fields[i].name, *space->fields[i].unit ? " [" : "",
           space->fields[i].unit, *space->fields[i].unit ? "]" : "");
  putchar('\n');
}

static void print_model(const orr_model *model) {
  json_t *json = model_json(model);
  static const char *const keys[] = {"family",  "parameters", "mflop_per_step", "latent", "block",
                                     "history", "weights",    "interface",      "world"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    char *text =
        json_dumps(json_object_get(json, keys[i]), JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
    printf("%-16s%s\n", keys[i], text);
    free(text);
  }
  print_fields("observation", orr_model_observation(model));
  print_fields("action", orr_model_action(model));
  char *record = json_dumps(json_object_get(json, "training"), JSON_INDENT(2));
  printf("training        %s\n", record);
  free(record);
  json_decref(json);
}

static int inspect_model(const char *path, bool json) {
  orr_error err = {0};
  orr_model *model;
  if (orr_model_load(path, &model, &err) != ORR_OK) return orr_cli_fail(&err);
  if (json) {
    json_t *value = model_json(model);
    json_dumpf(value, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(value);
  } else {
    print_model(model);
  }
  orr_model_destroy(model);
  return 0;
}

/* What is no file of Orrery's is not "damaged", and nobody is told to delete it. */
static int no_such_thing(const char *path) {
  fprintf(stderr,
          "orrery inspect: '%s' is no run folder, data set, shard (.h5) or checkpoint "
          "(.safetensors)\n"
          "  hint: give what `orrery run` wrote, e.g. out/push_t-quick\n",
          path);
  return 1;
}

static int inspect_folder(const char *path, bool json) {
  char file[ORR_PATH];
  orr_path_join(file, sizeof file, path, "report.json");
  if (orr_file_exists(file)) {
    orr_error err = {0};
    char *text = NULL;
    size_t length;
    if (json) {
      if (orr_file_get(file, 64u << 20, &text, &length, &err) != ORR_OK) return orr_cli_fail(&err);
    } else if (!(text = orr_report_summary(path, &err))) {
      return orr_cli_fail(&err);
    }
    return print_text(text);
  }
  orr_path_join(file, sizeof file, path, "manifest.json");
  if (orr_file_exists(file)) return inspect_data(path, json);
  orr_path_join(file, sizeof file, path, "data");
  return orr_file_exists(file) ? inspect_data(file, json) : no_such_thing(path);
}

static int run(const orr_invocation *invocation) {
  const char *path = invocation->arguments[0];
  struct stat info;
  const char *dot = strrchr(path, '.');
  if (!stat(path, &info) && S_ISDIR(info.st_mode)) return inspect_folder(path, invocation->json);
  if (dot && !strcmp(dot, ".safetensors")) return inspect_model(path, invocation->json);
  if (orr_file_exists(path) && !(dot && !strcmp(dot, ".h5"))) return no_such_thing(path);
  return inspect_data(path, invocation->json);
}

const orr_verb orr_verb_inspect = {
    .name = "inspect",
    .summary = "Show what is in a data set, a shard, a checkpoint or a run folder",
    .arguments = "PATH",
    .example = "orrery inspect out/push_t-quick/data\n"
               "orrery inspect out/push_t-quick/model/model.safetensors",
    .groups = ORR_CLI_JSON,
    .least = 1,
    .most = 1,
    .run = run,
};
