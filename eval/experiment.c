#include "eval/experiment.h"

#include "eval/baselines.h"
#include "eval/experiment_private.h"
#include "eval/rounds.h"
#include <string.h>

/* --- field tables ----------------------------------------------------------------------------- */

static const orr_field preset_fields[] = {
    {ORR_FIELD(TEXT, orr_preset_def, name), .help = "Name of the preset, for eval.planner"},
    {ORR_FIELD(RECORD, orr_preset_def, plan), .record = &orr_planner_record, .preset = "{}",
     .help = "Its planner; what is not given is the default of plan, not what section plan says"},
};
static const orr_record preset_record = {
    ORR_RECORD("preset", orr_preset_def, preset_fields), .unique_names = true,
    .help = "A named planner beside the default one; never in one table with it"};

static const orr_field open_loop_fields[] = {
    {ORR_FIELD(INT, orr_open_loop_def, horizon), .unit = "blocks", .low = 1, .preset = "5",
     .high = ORR_MAX_HORIZON, .help = "How far ahead the model predicts on its own"},
    {ORR_FIELD(INT, orr_open_loop_def, windows), .low = 1, .high = 1e9, .preset = "1000",
     .help = "Windows of held-out data that the error is a mean of, spread evenly"},
};
static const orr_record open_loop_record = {
    ORR_RECORD("open_loop", orr_open_loop_def, open_loop_fields),
    .help = "The open-loop error: the model's prediction beside \"nothing moves\""};

static const orr_field held_out_fields[] = {
    {ORR_FIELD(INT, orr_held_out_def, first), .low = 0, .high = 1e9, .preset = "0",
     .help = "Number of the first one, counted from 0"},
    {ORR_FIELD(INT, orr_held_out_def, count), .low = 0, .high = 1e9, .preset = "0",
     .help = "How many; 0: all from the first on"},
};
static const orr_record held_out_record = {
    ORR_RECORD("held_out", orr_held_out_def, held_out_fields),
    .help =
        "Which held-out demonstrations pairs are drawn from: of two ranges that do not meet, one "
        "serves to choose settings and the other to judge them"};

static const char *const swap_dynamics_names[] = {"model", "simulator", NULL};
static const orr_field swap_fields[] = {
    {ORR_FIELD(TEXT, orr_swap_def, name), .help = "Name of the line in its table"},
    {ORR_FIELD(ENUM, orr_swap_def, dynamics), .names = swap_dynamics_names, .preset = "model",
     .help = "What rolls plans out: the model, or the true simulator"},
    {ORR_FIELD(TEXT, orr_swap_def, objective), .preset = "default",
     .help = "What scores them: default (as in the rows), or a kind of plan.objective.kind"},
    {ORR_FIELD(TEXT, orr_swap_def, planner), .preset = "default",
     .help =
         "Who searches: default (as in the rows), plan (the section), or a preset; the objective "
         "stays that of the rows"},
};
static const orr_record swap_record = {
    ORR_RECORD("swap", orr_swap_def, swap_fields), .unique_names = true,
    .help = "The row `model` with something swapped, judged on the same pairs"};

static const orr_field eval_fields[] = {
    {ORR_FIELD(INT, orr_eval_def, seed), .low = 0, .high = 9007199254740991.0, .preset = "0",
     .help = "Seed of the pairs, of the planner and of the bootstrap"},
    {ORR_FIELD(TEXT, orr_eval_def, manifest), .preset = "\"\"",
     .help =
         "Folder of frozen pairs, relative to this file: RULE.h5 as `orrery eval "
         "--write-manifest` writes them, or eval/ of a run; empty: pairs are drawn from held-out "
         "demonstrations"},
    {ORR_FIELD(RECORD, orr_eval_def, held_out), .record = &held_out_record, .preset = "{}",
     .help = "Which held-out demonstrations pairs are drawn from"},
    {ORR_FIELD(INT, orr_eval_def, pairs), .low = 1, .high = 100000, .preset = "200",
     .help = "Pairs of a start and a goal per rule; of a manifest the first so many"},
    {ORR_FIELD(INT, orr_eval_def, goal_offset), .unit = "control steps", .low = 1, .high = 100000,
     .preset = "25", .help = "Control steps from start to goal in a held-out demonstration"},
    {ORR_FIELD(INT, orr_eval_def, budget), .unit = "control steps", .low = 1, .high = 100000,
     .preset = "50", .help = "Control steps in which the goal must be reached"},
    {ORR_FIELD(LIST, orr_eval_def, rules), .record = &orr_goal_rule_record, .preset = "[]",
     .help = "When a goal counts as reached; each rule has its own pairs and its own table"},
    {ORR_FIELD(TEXTS, orr_eval_def, rows), .preset = "[random, model, oracle]",
     .help = "Rows of each table: random (floor), names of baselines, model, oracle (the true "
             "simulator, ceiling)"},
    {ORR_FIELD(LIST, orr_eval_def, swaps), .record = &swap_record, .preset = "[]",
     .help = "What the gap between model and oracle is made of: the row `model` with one thing "
             "swapped at a time, in a table of its own"},
    {ORR_FIELD(TEXT, orr_eval_def, planner), .preset = "default",
     .help = "Planner of the rows: default (section plan) or the name of a preset"},
    {ORR_FIELD(TEXT, orr_eval_def, head), .preset = "\"\"",
     .help = "Baseline of family reach that objective kind reach asks; empty: the only one"},
    {ORR_FIELD(INT, orr_eval_def, random_hold), .unit = "control steps", .low = 1, .high = 100000,
     .preset = "1", .help = "How long the random floor holds an action"},
    {ORR_FIELD(RECORD, orr_eval_def, open_loop), .record = &open_loop_record, .preset = "{}",
     .help = "The open-loop error"},
};
static const orr_record eval_record = {ORR_RECORD("eval", orr_eval_def, eval_fields),
                                       .help = "How the model is judged"};

static const char *const schema_names[] = {"orrery-scenario/1", NULL};

/* A scenario file as the table below reads it. */
typedef struct scenario_file {
  int schema;
  const char *id, *title, *lesson, *proof, *profile;
  int64_t version;
  orr_world_def world;
  orr_task_def task;
  orr_list vary;
  orr_observe_def observe;
  orr_collect_def collect;
  orr_model_def model;
  orr_train_def train;
  orr_rounds_def rounds;
  orr_list baselines;
  orr_planner_def plan;
  orr_list presets;
  orr_eval_def eval;
  const orr_node *profiles;
  const orr_node *tree; /* where world, task and vary go while reading: sim reads them itself */
} scenario_file;

static const orr_field file_fields[] = {
    {ORR_FIELD(ENUM, scenario_file, schema), .names = schema_names, .help = "Format of this file"},
    {ORR_FIELD(TEXT, scenario_file, id),
     .help = "Name of the scenario: letters, digits, - and _; run folders are called after it"},
    {ORR_FIELD(INT, scenario_file, version), .low = 1, .high = 1e9, .preset = "1",
     .help = "Grows when simulated numbers change"},
    {ORR_FIELD(TEXT, scenario_file, title), .preset = "\"\"", .later = true,
     .help = "What people call it; empty: its id"},
    {ORR_FIELD(TEXT, scenario_file, lesson), .preset = "\"\"",
     .help = "What a reader learns from this scenario"},
    {ORR_FIELD(TEXT, scenario_file, proof), .preset = "\"\"", .later = true,
     .help = "The test that shows its physics or its expert: file and name"},
    {ORR_FIELD(TEXT, scenario_file, profile), .preset = "\"\"",
     .help = "Written into effective configurations: the profile that they were made with"},
    {ORR_FIELD(RECORD, scenario_file, world), .record = &orr_world_record,
     .help = "The physical world"},
    {ORR_FIELD(RECORD, scenario_file, task), .record = &orr_task_record, .preset = "{}",
     .help = "What an episode is about"},
    {ORR_FIELD(LIST, scenario_file, vary), .record = &orr_factor_record, .preset = "[]",
     .help = "Numbers and texts of world and task that each episode draws", .later = true},
    {ORR_FIELD(RECORD, scenario_file, observe), .record = &orr_observe_record, .preset = "{}",
     .help = "What agents and models see"},
    {ORR_FIELD(RECORD, scenario_file, collect), .record = &orr_collect_record, .preset = "{}",
     .help = "Which episodes are recorded"},
    {ORR_FIELD(RECORD, scenario_file, model), .record = &orr_model_record, .preset = "{}",
     .help = "The world model"},
    {ORR_FIELD(RECORD, scenario_file, train), .record = &orr_train_record, .preset = "{}",
     .help = "How it is trained"},
    {ORR_FIELD(RECORD, scenario_file, rounds), .record = &orr_rounds_record, .preset = "{}",
     .help = "On-policy data: plan, collect, train on"},
    {ORR_FIELD(LIST, scenario_file, baselines), .record = &orr_baseline_record, .preset = "[]",
     .help = "Policies without a planner that it is held against"},
    {ORR_FIELD(RECORD, scenario_file, plan), .record = &orr_planner_record, .preset = "{}",
     .help = "The default planner"},
    {ORR_FIELD(LIST, scenario_file, presets), .record = &preset_record, .preset = "[]",
     .help = "Other planners, by name"},
    {ORR_FIELD(RECORD, scenario_file, eval), .record = &eval_record, .preset = "{}",
     .help = "How the model is judged"},
    {ORR_FIELD(TREE, scenario_file, profiles), .preset = "{}",
     .help = "Named changes (tiny, quick, full) to any section but world, task and vary"},
};
enum { FILE_FIELDS = sizeof file_fields / sizeof file_fields[0] };
const orr_record orr_experiment_record = {
    ORR_RECORD("scenario", scenario_file, file_fields),
    .help = "A scenario file: a world, a task, and the experiment on them"};

/* --- profiles --------------------------------------------------------------------------------- */

char **orr_experiment_profiles(const orr_config *config) {
  const orr_node *profiles = orr_node_get(orr_config_root(config), "profiles");
  size_t count = profiles && profiles->kind == ORR_NODE_MAP ? profiles->count : 0, bytes = 0;
  for (size_t i = 0; i < count; i++) bytes += strlen(profiles->entries[i].key) + 1;
  char **names = orr_alloc(1, (count + 1) * sizeof *names + bytes);
  if (!names) return NULL;
  char *text = (char *)(names + count + 1);
  for (size_t i = 0; i < count; i++) {
    size_t length = strlen(profiles->entries[i].key) + 1;
    names[i] = memcpy(text, profiles->entries[i].key, length);
    text += length;
  }
  return names;
}

/* The keys of a profile must be sections that a profile may change. */
static void check_profile(const orr_config *config, const orr_entry *profile,
                          orr_diagnostics *diagnostics) {
  static const char *const may[] = {"observe",   "collect", "model",   "train", "rounds",
                                    "baselines", "plan",    "presets", "eval"};
  const orr_node *changes = profile->value;
  if (changes->kind != ORR_NODE_MAP && changes->kind != ORR_NODE_NULL) {
    orr_diagnostics_add(diagnostics, config, changes->place, NULL,
                        "profiles.%s: expected a map of sections", profile->key);
    return;
  }
  for (size_t i = 0; i < changes->count; i++) {
    const orr_entry *section = &changes->entries[i];
    bool known = false;
    bool fixed = strcmp(section->key, "world") == 0 || strcmp(section->key, "task") == 0 ||
                 strcmp(section->key, "vary") == 0;
    for (size_t k = 0; k < sizeof may / sizeof may[0]; k++)
      known = known || strcmp(section->key, may[k]) == 0;
    if (known) continue;
    const char *close = orr_closest(section->key, may, sizeof may / sizeof may[0]);
    char hint[128] =
        "a profile may change observe, collect, model, train, rounds, baselines, plan, presets, "
        "eval";
    if (fixed)
      snprintf(hint, sizeof hint, "write another scenario file for another world");
    else if (close)
      snprintf(hint, sizeof hint, "did you mean \"%s\"?", close);
    orr_diagnostics_add(diagnostics, config, section->place, hint,
                        "profiles.%s: a profile may not touch `%s`", profile->key, section->key);
  }
}

static void check_profiles(const orr_config *config, orr_diagnostics *diagnostics) {
  const orr_node *profiles = orr_node_get(orr_config_root(config), "profiles");
  if (!profiles || profiles->kind == ORR_NODE_NULL) return;
  if (profiles->kind != ORR_NODE_MAP) {
    orr_diagnostics_add(diagnostics, config, profiles->place, NULL,
                        "profiles: expected a map from names to changes");
    return;
  }
  for (size_t i = 0; i < profiles->count; i++)
    check_profile(config, &profiles->entries[i], diagnostics);
}

static void complain_unknown_profile(const orr_config *config, const char *name,
                                     orr_diagnostics *diagnostics) {
  const orr_node *root = orr_config_root(config);
  const orr_node *profiles = orr_node_get(root, "profiles");
  char hint[256] = "this file has no profiles";
  char **names = orr_experiment_profiles(config);
  size_t used = 0;
  for (size_t i = 0; names && names[i] && used < sizeof hint; i++)
    used += (size_t)snprintf(hint + used, sizeof hint - used, "%s%s",
                             i ? ", " : "profiles of this file: ", names[i]);
  orr_free(names);
  orr_place place = profiles ? profiles->place : (orr_place){orr_config_path(config), 1, 1};
  orr_diagnostics_add(diagnostics, config, place, hint, "there is no profile `%s`", name);
}

static orr_status apply_profile(orr_config *config, const char *name,
                                orr_diagnostics *diagnostics) {
  orr_node *root = orr_config_root(config);
  const orr_node *profiles = orr_node_get(root, "profiles");
  const orr_node *changes =
      profiles && profiles->kind == ORR_NODE_MAP ? orr_node_get(profiles, name) : NULL;
  if (!changes) {
    complain_unknown_profile(config, name, diagnostics);
    return ORR_ERR_CONFIG;
  }
  if (changes->kind == ORR_NODE_MAP)
    ORR_TRY(orr_config_overlay(config, root, changes, diagnostics));
  char assignment[128];
  snprintf(assignment, sizeof assignment, "profile='%.100s'", name);
  return orr_config_set(config, assignment, diagnostics);
}

static orr_status seed_baselines(orr_config *config, int64_t seed, orr_diagnostics *diagnostics) {
  const orr_node *list = orr_node_get(orr_config_root(config), "baselines");
  size_t count = list && list->kind == ORR_NODE_LIST ? list->count : 0;
  for (size_t i = 0; i < count; i++) {
    char assignment[64];
    snprintf(assignment, sizeof assignment, "baselines[%zu].train.seed=%lld", i, (long long)seed);
    ORR_TRY(orr_config_set(config, assignment, diagnostics));
  }
  return ORR_OK;
}

static orr_status apply_options(orr_config *config, const orr_experiment_options *options,
                                orr_diagnostics *diagnostics) {
  size_t before = orr_diagnostics_count(diagnostics);
  check_profiles(config, diagnostics);
  if (orr_diagnostics_count(diagnostics) != before) return ORR_ERR_CONFIG;
  if (options->profile) ORR_TRY(apply_profile(config, options->profile, diagnostics));
  static const char *const seeds[] = {"collect.seed", "train.seed", "eval.seed"};
  for (size_t i = 0; options->seed && i < sizeof seeds / sizeof seeds[0]; i++) {
    char assignment[64];
    snprintf(assignment, sizeof assignment, "%s=%lld", seeds[i], (long long)*options->seed);
    ORR_TRY(orr_config_set(config, assignment, diagnostics));
  }
  if (options->seed) ORR_TRY(seed_baselines(config, *options->seed, diagnostics));
  orr_status worst = ORR_OK;
  for (size_t i = 0; i < options->assignment_count; i++) {
    orr_status status = orr_config_set(config, options->assignments[i], diagnostics);
    if (status != ORR_OK) worst = status;
  }
  return worst;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The table with world, task and vary left as trees: sim reads these; no finding comes twice. */
static orr_status read_sections(orr_config *config, orr_arena *arena, scenario_file *out,
                                orr_diagnostics *diagnostics) {
  orr_field fields[FILE_FIELDS];
  memcpy(fields, file_fields, sizeof fields);
  for (size_t i = 0; i < FILE_FIELDS; i++) {
    bool own = fields[i].record != &orr_world_record && fields[i].record != &orr_task_record &&
               fields[i].record != &orr_factor_record;
    if (own) continue;
    fields[i].type = ORR_FIELD_TREE;
    fields[i].offset = offsetof(scenario_file, tree);
    fields[i].record = NULL;
  }
  orr_record record = orr_experiment_record;
  record.fields = fields;
  orr_node *root = orr_config_root(config);
  return orr_record_read(&record, config, root, root, "", arena, out, diagnostics);
}

static void take(orr_experiment *experiment, const scenario_file *file) {
  experiment->id = file->id;
  experiment->title = *file->title ? file->title : file->id;
  experiment->lesson = file->lesson;
  experiment->proof = file->proof;
  experiment->profile = file->profile;
  experiment->version = file->version;
  experiment->observe = file->observe;
  experiment->collect = file->collect;
  experiment->model = file->model;
  experiment->train = file->train;
  experiment->rounds = file->rounds;
  experiment->baselines = file->baselines;
  experiment->plan = file->plan;
  experiment->presets = file->presets;
  experiment->eval = file->eval;
}

static void complain(const orr_config *config, const char *section, const orr_error *err,
                     orr_diagnostics *diagnostics) {
  const orr_node *node = orr_node_get(orr_config_root(config), section);
  orr_place place = node ? node->place : (orr_place){orr_config_path(config), 1, 1};
  orr_diagnostics_add(diagnostics, config, place, *err->hint ? err->hint : NULL, "%s: %s", section,
                      err->message);
}

static orr_status read_experiment(orr_experiment *experiment, orr_diagnostics *diagnostics) {
  size_t before = orr_diagnostics_count(diagnostics);
  orr_config *config = experiment->config;
  scenario_file file = {0};
  orr_status sections = read_sections(config, experiment->arena, &file, diagnostics);
  orr_status world = orr_scenario_read(config, &experiment->scenario, diagnostics);
  ORR_TRY(sections);
  ORR_TRY(world);
  take(experiment, &file);
  orr_node_remove(orr_config_root(config), "profiles");
  ORR_TRY(
      orr_record_complete(&orr_experiment_record, config, orr_config_root(config), diagnostics));
  orr_node_remove(orr_config_root(config), "profiles");
  orr_experiment_check(experiment, diagnostics);
  if (orr_diagnostics_count(diagnostics) != before) return ORR_ERR_CONFIG;
  orr_error err = {0};
  orr_status status =
      orr_observer_create(experiment->scenario, &experiment->observe, &experiment->observer, &err);
  if (status != ORR_OK) complain(config, "observe", &err, diagnostics);
  return status;
}

/* A file without a chosen profile is good when each of its profiles is. */
static orr_status try_profiles(const char *path, const orr_config *original,
                               const orr_experiment_options *options,
                               orr_diagnostics *diagnostics) {
  char **names = orr_experiment_profiles(original);
  orr_status worst = names ? ORR_OK : ORR_ERR_MEMORY;
  for (size_t i = 0; names && names[i]; i++) {
    orr_experiment_options with = *options;
    with.profile = names[i];
    orr_experiment *experiment = NULL;
    orr_status status = orr_experiment_load(path, &with, &experiment, diagnostics);
    if (status != ORR_OK) worst = status;
    orr_experiment_destroy(experiment);
  }
  orr_free(names);
  return worst;
}

static orr_experiment *create_experiment(void) {
  orr_arena *arena = orr_arena_create((size_t)1 << 16);
  orr_experiment *experiment = arena ? orr_arena_alloc(arena, 1, sizeof *experiment) : NULL;
  if (experiment)
    experiment->arena = arena;
  else
    orr_arena_destroy(arena);
  return experiment;
}

orr_status orr_experiment_load(const char *path, const orr_experiment_options *options,
                               orr_experiment **out, orr_diagnostics *diagnostics) {
  static const orr_experiment_options none = {0};
  *out = NULL;
  if (!options) options = &none;
  orr_experiment *experiment = create_experiment();
  if (!experiment) {
    orr_diagnostics_add(diagnostics, NULL, (orr_place){path, 0, 0}, NULL, "out of memory");
    return ORR_ERR_MEMORY;
  }
  size_t before = orr_diagnostics_count(diagnostics);
  orr_status status = orr_config_load(path, &experiment->config, diagnostics);
  bool tree = experiment->config && orr_config_root(experiment->config);
  if (tree) status = apply_options(experiment->config, options, diagnostics);
  char **profiles = status == ORR_OK ? orr_experiment_profiles(experiment->config) : NULL;
  bool has_profiles = profiles && profiles[0];
  orr_free(profiles);
  if (status == ORR_OK) status = read_experiment(experiment, diagnostics);
  if (status == ORR_OK && orr_diagnostics_count(diagnostics) != before) status = ORR_ERR_CONFIG;
  if (status == ORR_OK && has_profiles && !options->profile) {
    orr_config *original = NULL;
    status = orr_config_load(path, &original, diagnostics);
    if (status == ORR_OK) status = try_profiles(path, original, options, diagnostics);
    orr_config_destroy(original);
  }
  if (status == ORR_OK) {
    *out = experiment;
    return ORR_OK;
  }
  orr_experiment_destroy(experiment);
  return status;
}

void orr_experiment_destroy(orr_experiment *experiment) {
  if (!experiment) return;
  orr_scenario_destroy(experiment->scenario);
  orr_config_destroy(experiment->config);
  orr_arena_destroy(experiment->arena); /* it lies in its own arena */
}
