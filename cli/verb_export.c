/* orrery export: a data set in another program's format. */
#include "cli/verbs.h"
#include "data/export.h"
#include <string.h>

static const struct argp_option options[] = {
    {"to", 0, "FORMAT", 0, "minari (a folder) or robomimic (one HDF5 file)", 0},
    {"id", 0, "NAME", 0, "Minari: name of the data set; default orrery/SCENARIO-v0", 0},
    {"split", 0, "WORD", 0, "Which episodes: all, train or held-out; default all", 0},
    {"raw-actions", 0, NULL, 0, "robomimic: actions as they were applied, not carried to [-1, 1]",
     0},
    {0},
};

/* The position of an option's word in a NULL-terminated list; `fallback` when it is absent. */
static bool read_word(const orr_invocation *invocation, const char *name, const char *const *words,
                      int fallback, int *out) {
  const char *word = orr_cli_option(invocation, name);
  *out = fallback;
  if (!word && fallback >= 0) return true;
  for (int i = 0; word && words[i]; i++)
    if (!strcmp(word, words[i])) return *out = i, true;
  if (word) {
    fprintf(stderr, "orrery export: --%s: '%s' is none of", name, word);
  } else {
    fprintf(stderr, "orrery export: --%s is missing: one of", name);
  }
  for (int i = 0; words[i]; i++) fprintf(stderr, "%s %s", i ? "," : "", words[i]);
  fputs("\n  hint: orrery export out/push_t-quick/data --to minari -o exported\n", stderr);
  return false;
}

static bool complain(const char *message, const char *hint) {
  fprintf(stderr, "orrery export: %s\n  hint: %s\n", message, hint);
  return false;
}

static bool read_options(const orr_invocation *invocation, orr_export_def *def) {
  int format, split;
  if (!read_word(invocation, "to", orr_export_format_names, -1, &format) ||
      !read_word(invocation, "split", orr_export_split_names, ORR_EXPORT_ALL, &split))
    return false;
  *def = (orr_export_def){.data = invocation->arguments[0],
                          .out = invocation->out,
                          .format = (orr_export_format)format,
                          .split = (orr_export_split)split,
                          .id = orr_cli_option(invocation, "id"),
                          .raw_actions = orr_cli_option(invocation, "raw-actions") != NULL,
                          .force = invocation->force};
  if (!def->out || !*def->out) return complain("--out is missing", "-o exported, where it goes");
  if (def->id && format != ORR_EXPORT_MINARI)
    return complain("--id is for Minari", "robomimic's data sets have no name");
  if (def->raw_actions && format != ORR_EXPORT_ROBOMIMIC)
    return complain("--raw-actions is for robomimic", "Minari's actions are always as applied");
  return true;
}

static void say(const orr_export_def *def, const orr_export_result *result) {
  printf("Wrote %s: %zu episodes (%zu held out), %zu steps", def->out, result->episodes,
         result->held_out, result->steps);
  if (result->left_out) printf("; left out %zu without a step", result->left_out);
  printf("\nOpen it in Python (%s):\n",
         def->format == ORR_EXPORT_MINARI ? "pip install 'minari[hdf5]' pillow" : "robomimic");
  if (def->format == ORR_EXPORT_MINARI) {
    printf("  data = minari.MinariDataset(\"%s/data\")  # %s\n", def->out, result->id);
  } else {
    printf("  python -m robomimic.scripts.get_dataset_info --dataset %s\n", def->out);
  }
}

static int run(const orr_invocation *invocation) {
  orr_export_def def;
  orr_export_result result;
  orr_session session;
  orr_error err = {0};
  if (!read_options(invocation, &def)) return 2;
  orr_status status = orr_session_begin(invocation, &session, &err);
  if (status == ORR_OK) {
    if (session.progress) orr_progress_stage(session.progress, "export");
    status = orr_export(&def, &session.control, &result, &err);
  }
  orr_session_end(&session);
  if (status != ORR_OK) return orr_cli_fail(&err);
  say(&def, &result);
  return 0;
}

const orr_verb orr_verb_export = {
    .name = "export",
    .summary = "Write a data set for Minari or robomimic",
    .arguments = "DATA",
    .example =
        "orrery export out/push_t-quick/data --to minari -o ~/.minari/datasets/orrery/push_t-v0\n"
        "orrery export out/push_t-quick/data --to robomimic -o push_t.hdf5",
    .details =
        "DATA is a folder of shards, a run folder, or one shard. Held-out episodes are\n"
        "marked: infos[\"held_out\"] for Minari, mask/valid for robomimic. docs/export.md says\n"
        "what is written, how to open it, and how to reach LeRobot and Lance.",
    .groups = ORR_CLI_OUTPUT | ORR_CLI_WORK,
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
