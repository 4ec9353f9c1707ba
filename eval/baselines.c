/* Baselines without a planner: their section, their stages, their weights. */
#include "eval/baselines.h"

#include "eval/experiment_private.h"

#include <string.h>

static const char *const family_names[] = {"inverse", "cloning", "reach", NULL};

static const orr_field baseline_fields[] = {
    {ORR_FIELD(TEXT, orr_baseline_def, name),
     .help = "Name of the baseline, for eval.rows; its folder is model/NAME"},
    {ORR_FIELD(ENUM, orr_baseline_def, family), .names = family_names, .preset = "inverse",
     .help =
         "inverse: goal-conditioned inverse dynamics, learned from all episodes; cloning: "
         "goal-conditioned behaviour cloning, from demonstrations alone; reach: no policy but a "
         "distance, how many blocks away a goal is, for objective kind reach"},
    {ORR_FIELD(INT, orr_baseline_def, horizon), .unit = "blocks", .low = 1, .preset = "5",
     .high = ORR_MAX_HORIZON, .help = "Farthest goal that it learns about"},
    {ORR_FIELD(INT, orr_baseline_def, hidden), .low = 4, .high = 2048, .preset = "256",
     .help = "Width of the hidden layers"},
    {ORR_FIELD(INT, orr_baseline_def, layers), .low = 1, .high = 8, .preset = "3",
     .help = "Hidden layers"},
    {ORR_FIELD(RECORD, orr_baseline_def, train), .record = &orr_train_record, .preset = "{}",
     .help = "How it is trained; what is not given is the default of train, not what section "
             "train says"},
};
const orr_record orr_baseline_record = {
    ORR_RECORD("baseline", orr_baseline_def, baseline_fields), .unique_names = true,
    .help = "A network beside the model: a policy that acts without a planner, from observation, "
            "goal and blocks left to a block of actions; or a distance to plan with"};

const orr_baseline_def *orr_baseline_of(const orr_experiment *experiment, size_t index) {
  return (const orr_baseline_def *)experiment->baselines.items + index;
}

const orr_baseline_def *orr_baseline_find(const orr_experiment *experiment, const char *name) {
  for (size_t i = 0; i < experiment->baselines.count; i++) {
    const orr_baseline_def *baseline = orr_baseline_of(experiment, i);
    if (strcmp(baseline->name, name) == 0) return baseline;
  }
  return NULL;
}

bool orr_baseline_is_distance(const orr_baseline_def *baseline) {
  return (int)ORR_FAMILY_INVERSE + baseline->family == (int)ORR_FAMILY_REACH;
}

/* --- training --------------------------------------------------------------------------------- */

orr_status orr_baseline_describe(const orr_run *run, size_t index, orr_stage *out, orr_error *err) {
  const char *name = orr_baseline_of(run->experiment, index)->name;
  char title[96], folder[600], path[96];
  snprintf(title, sizeof title, "train %s", name);
  snprintf(path, sizeof path, "baselines.%.47s", name);
  orr_path_join(folder, sizeof folder, run->model, name);
  const char *const sections[] = {"model.block", path, NULL};
  return orr_stage_create(run->experiment, title, folder, sections, out, err);
}

/* What a world model has and a policy has not keeps its default. */
static orr_status define(const orr_experiment *experiment, const orr_baseline_def *baseline,
                         orr_model_def *out, orr_error *err) {
  orr_arena *arena = orr_arena_create(4096);
  if (!arena) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  orr_record_default(&orr_model_record, arena, out);
  orr_arena_destroy(arena); /* it held no text of these fields */
  out->family = (int)ORR_FAMILY_INVERSE + baseline->family;
  out->block = experiment->model.block;
  out->horizon = baseline->horizon;
  out->hidden = baseline->hidden;
  out->layers = baseline->layers;
  return ORR_OK;
}

static orr_status train(orr_run *run, const orr_baseline_def *baseline, const char *folder,
                        orr_error *err) {
  orr_model_def model;
  ORR_TRY(define(run->experiment, baseline, &model, err));
  orr_train_setup setup = {.model = &model, .train = &baseline->train, .folder = folder};
  return orr_run_train_network(run, &setup, "baselines", baseline->name, err);
}

orr_status orr_run_baseline(orr_run *run, size_t index, orr_error *err) {
  orr_stage stage;
  bool done;
  ORR_TRY(orr_baseline_describe(run, index, &stage, err));
  orr_status status = orr_stage_input(&stage, "data", run->data_identity, err);
  if (status == ORR_OK) status = orr_stage_begin(&stage, run->options->force, &done, err);
  if (status == ORR_OK) orr_run_tell(run, stage.name, done);
  if (status == ORR_OK && !done)
    status = train(run, orr_baseline_of(run->experiment, index), stage.folder, err);
  if (status == ORR_OK && !done) status = orr_stage_end(&stage, err);
  orr_stage_release(&stage);
  return status;
}

/* --- weights ---------------------------------------------------------------------------------- */

static bool has_row(const orr_experiment *experiment, const char *name) {
  const char *const *rows = experiment->eval.rows.items;
  for (size_t i = 0; i < experiment->eval.rows.count; i++)
    if (strcmp(rows[i], name) == 0) return true;
  return false;
}

static json_t *card(const orr_baseline_def *baseline, const orr_model *weights) {
  const orr_model_def *def = orr_model_definition(weights);
  char hash[ORR_HASH_TEXT];
  orr_hash_text(orr_model_hash(weights), hash);
  return json_pack(
      "{s:s, s:s, s:I, s:I, s:I, s:f, s:s, s:O?}", "row", baseline->name, "family",
      orr_family_names[def->family], "parameters", (json_int_t)orr_model_parameters(weights),
      "block", (json_int_t)def->block, "horizon", (json_int_t)def->horizon, "flops_per_decision",
      orr_model_flops(weights), "hash", hash, "record", orr_model_record_json(weights));
}

static bool is_head(const orr_experiment *experiment, size_t index) {
  bool needed = orr_head_needed(experiment, false) || orr_head_needed(experiment, true);
  return needed && orr_head_of(experiment) == orr_baseline_of(experiment, index);
}

static orr_status no_head(const char *name, orr_error *err) {
  orr_fail(err, ORR_ERR_CONFIG, "objective reach asks %s, and there are no data to train it on",
           name);
  orr_hint(err, "collect first, by the same command without eval.manifest or --model; or plan with "
                "objective.kind: goal");
  return ORR_ERR_CONFIG;
}

/* `cards`: NULL for a network that no row shows. */
static orr_status load(orr_run *run, size_t index, json_t *cards, orr_error *err) {
  const orr_baseline_def *baseline = orr_baseline_of(run->experiment, index);
  char folder[600], path[640];
  orr_path_join(folder, sizeof folder, run->model, baseline->name);
  orr_path_join(path, sizeof path, folder, "model.safetensors");
  ORR_TRY(orr_model_load(path, &run->baselines[index], err));
  ORR_TRY(orr_run_check_interface(run, run->baselines[index], path, err));
  if (!cards) return ORR_OK;
  if (json_array_append_new(cards, card(baseline, run->baselines[index])) == 0) return ORR_OK;
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

orr_status orr_run_load_baselines(orr_run *run, orr_error *err) {
  size_t count = run->experiment->baselines.count, named = 0;
  ORR_TRY(orr_new(&run->baselines, count + 1, sizeof(orr_model *), err));
  json_t *cards = json_array();
  orr_status status = ORR_OK;
  for (size_t i = 0; status == ORR_OK && i < count; i++) {
    const char *name = orr_baseline_of(run->experiment, i)->name;
    bool row = has_row(run->experiment, name), head = is_head(run->experiment, i);
    if (!row && !head) continue;
    if (head && !run->data_needed) {
      status = no_head(name, err);
      break;
    }
    if (!run->data_needed) { /* a given model and manifest: nothing to train a baseline on */
      char title[96];
      snprintf(title, sizeof title, "row %.47s: left out, no data here", name);
      orr_run_tell(run, title, false);
      continue;
    }
    status = load(run, i, row ? cards : NULL, err);
    named += row;
  }
  char path[600];
  orr_path_join(path, sizeof path, run->eval, "baselines.json");
  if (status == ORR_OK)
    status = named ? orr_json_put(path, cards, err) : orr_file_remove(path, err);
  json_decref(cards);
  return status;
}

void orr_run_drop_baselines(orr_run *run) {
  for (size_t i = 0; run->baselines && i < run->experiment->baselines.count; i++)
    orr_model_destroy(run->baselines[i]);
  orr_free(run->baselines);
}

const orr_model *orr_run_weights(const orr_run *run, const char *row) {
  for (size_t i = 0; i < run->experiment->baselines.count; i++)
    if (strcmp(orr_baseline_of(run->experiment, i)->name, row) == 0) return run->baselines[i];
  return run->weights;
}

bool orr_run_has_row(const orr_run *run, const char *row) {
  for (size_t i = 0; i < run->experiment->baselines.count; i++)
    if (strcmp(orr_baseline_of(run->experiment, i)->name, row) == 0) return run->baselines[i];
  return true;
}

orr_status orr_baseline_inputs(const orr_run *run, orr_stage *stage, orr_error *err) {
  for (size_t i = 0; i < run->experiment->baselines.count; i++) {
    char hash[ORR_HASH_TEXT];
    if (!run->baselines[i] || !has_row(run->experiment, orr_baseline_of(run->experiment, i)->name))
      continue;
    orr_hash_text(orr_model_hash(run->baselines[i]), hash);
    ORR_TRY(orr_stage_input(stage, orr_baseline_of(run->experiment, i)->name, hash, err));
  }
  return ORR_OK;
}

/* --- the head of objective reach -------------------------------------------------------------- */

const orr_baseline_def *orr_head_of(const orr_experiment *experiment) {
  const orr_baseline_def *only = NULL;
  const char *name = experiment->eval.head;
  for (size_t i = 0; i < experiment->baselines.count; i++) {
    const orr_baseline_def *baseline = orr_baseline_of(experiment, i);
    if (!orr_baseline_is_distance(baseline)) continue;
    if (*name && strcmp(baseline->name, name) == 0) return baseline;
    if (!*name && only) return NULL;
    if (!*name) only = baseline;
  }
  return only;
}

bool orr_head_needed(const orr_experiment *experiment, bool swaps) {
  bool rows = orr_eval_planner(experiment)->objective.kind == ORR_OBJECTIVE_REACH;
  const orr_swap_def *items = experiment->eval.swaps.items;
  if (!swaps) return rows;
  for (size_t i = 0; i < experiment->eval.swaps.count; i++) {
    int kind = orr_swap_objective(&items[i]);
    if (kind == ORR_OBJECTIVE_REACH || (kind == ORR_SWAP_DEFAULT && rows)) return true;
  }
  return false;
}

const orr_model *orr_run_head(const orr_run *run) {
  const orr_baseline_def *head = orr_head_of(run->experiment);
  return head ? run->baselines[head - orr_baseline_of(run->experiment, 0)] : NULL;
}

orr_status orr_head_input(const orr_run *run, bool swaps, orr_stage *stage, orr_error *err) {
  char hash[ORR_HASH_TEXT];
  if (!orr_head_needed(run->experiment, swaps)) return ORR_OK;
  orr_hash_text(orr_model_hash(orr_run_head(run)), hash);
  return orr_stage_input(stage, "head", hash, err);
}
