/* orrery inspect: what is in a data set, a shard, a checkpoint or a run folder. */
#include "base/file.h"
#include "base/memory.h"
#include "cli/verbs.h"
#include "data/preview.h"
#include "eval/report.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>
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

/* "preview.png" in the folder, or beside the file. */
static void preview_path(const char *path, char out[ORR_PATH]) {
  char folder[ORR_PATH];
  struct stat info;
  snprintf(folder, sizeof folder, "%s", path);
  if (stat(path, &info) || !S_ISDIR(info.st_mode)) {
    char *slash = strrchr(folder, '/');
    if (!slash) folder[0] = '\0';
    if (slash) slash[slash == folder] = '\0'; /* "/" stays */
  }
  orr_path_join(out, ORR_PATH, *folder ? folder : ".", "preview.png");
}

/* Writes the contact sheet of a data set or shard. */
static int preview_data(const orr_invocation *invocation, const char *path) {
  char file[ORR_PATH];
  orr_error err = {0};
  preview_path(path, file);
  const char *out = invocation->out ? invocation->out : file;
  size_t length = strlen(out);
  if (length < 5 || strcasecmp(out + length - 4, ".png") != 0) {
    fprintf(stderr, "orrery inspect: '%s' is no name of a picture\n  hint: it is written as .png\n",
            out);
    return 2;
  }
  if (orr_file_exists(out) && !invocation->force) {
    fprintf(stderr, "orrery: %s is already there\n  hint: --force replaces it\n", out);
    return 2;
  }
  orr_preview preview;
  if (orr_preview_make(path, &preview, &err) != ORR_OK) return orr_cli_fail(&err);
  orr_status status = orr_image_write_png(&preview.image, out, &err);
  orr_image_destroy(&preview.image);
  if (status != ORR_OK) return orr_cli_fail(&err);
  printf("Wrote %s: %zu %s episodes down, up to %zu frames of each across\n", out, preview.episodes,
         orr_split_name(preview.split), preview.frames);
  return 0;
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

static int inspect_folder(const orr_invocation *invocation, const char *path, bool preview) {
  bool json = invocation->json;
  char file[ORR_PATH];
  orr_path_join(file, sizeof file, path, "report.json");
  if (orr_file_exists(file) && !preview) {
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
  bool is_data = orr_file_exists(file);
  orr_path_join(file, sizeof file, path, "data");
  if (!is_data && !orr_file_exists(file)) return no_such_thing(path);
  const char *data = is_data ? path : file;
  return preview ? preview_data(invocation, data) : inspect_data(data, json);
}

static int run(const orr_invocation *invocation) {
  const char *path = invocation->arguments[0];
  struct stat info;
  const char *dot = strrchr(path, '.');
  bool preview = orr_cli_option(invocation, "preview") != NULL;
  if (!preview && (invocation->out || invocation->force)) {
    fputs("orrery inspect: --out and --force are of --preview\n"
          "  hint: add --preview for a contact sheet of the pictures\n",
          stderr);
    return 2;
  }
  if (!stat(path, &info) && S_ISDIR(info.st_mode)) {
    return inspect_folder(invocation, path, preview);
  }
  bool model = dot && !strcmp(dot, ".safetensors");
  if (model && preview) {
    fprintf(stderr, "orrery inspect: '%s' is a model: --preview shows the pictures of data\n",
            path);
    return 2;
  }
  if (model) return inspect_model(path, invocation->json);
  if (orr_file_exists(path) && !(dot && !strcmp(dot, ".h5"))) return no_such_thing(path);
  return preview ? preview_data(invocation, path) : inspect_data(path, invocation->json);
}

static const struct argp_option options[] = {
    {"preview", 0, NULL, 0,
     "Write a contact sheet of the pictures (default: preview.png in the data's folder)", 0},
    {0},
};

const orr_verb orr_verb_inspect = {
    .name = "inspect",
    .summary = "Show what is in a data set, a shard, a checkpoint or a run folder",
    .arguments = "PATH",
    .example = "orrery inspect out/push_t-quick/data\n"
               "orrery inspect out/push_t-quick/model/model.safetensors\n"
               "orrery inspect out/push_t-quick/data --preview -o sheet.png",
    .groups = ORR_CLI_JSON | ORR_CLI_OUTPUT,
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
