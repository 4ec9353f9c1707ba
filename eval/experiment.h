/* The experiment: the sections of a scenario file, profiles, and the stages of `orrery run`.
 *
 *   out/<scenario>-<profile>/config.yaml          the effective configuration
 *     data/{train,held-out}-NNNNN.h5, manifest.json, all.h5
 *     model/{model,state}.safetensors, metrics.jsonl; model/<baseline>/ the same
 *     rounds/<n>/data/, rounds/<n>/model/           the same again, on-policy
 *     eval/<rule>/{pairs.h5, episodes.csv, swaps/episodes.csv}
 *     report.{html,json,md}, episodes.csv, timings.json
 *
 * A stage is done when its stage.json stands (its effective configuration sections, hashes of its
 * inputs, the build), written last. Running again skips done stages, resumes an unfinished one to
 * the same bytes, and refuses (ORR_ERR_MISMATCH, names the field) when a section or an input
 * differs: `force` redoes from there. A folder that holds another scenario's run is never written
 * to. With eval.manifest and a given model no data are needed: nothing is collected or trained.
 * Order of configuration: defaults < file < profile < --set. A profile may not touch world, task or
 * vary. */
#ifndef ORR_EVAL_EXPERIMENT_H
#define ORR_EVAL_EXPERIMENT_H

#include "agents/collect.h"
#include "worldmodel/train.h"

/* A named planner beside the default one ("paper"). Never in one table with it. */
typedef struct orr_preset_def {
  const char *name;
  orr_planner_def plan;
} orr_preset_def;

/* A policy without a planner, to be named in eval.rows; or a distance, for objective kind reach. */
typedef struct orr_baseline_def {
  const char *name;
  int family;      /* 0: inverse, 1: cloning, 2: reach */
  int64_t horizon; /* blocks */
  int64_t hidden, layers;
  orr_train_def train;
} orr_baseline_def;

/* On-policy rounds after training: the agent acts in the true simulator, training goes on with what
 * happened among its windows. The model of the last round is the one that is judged. */
typedef struct orr_rounds_def {
  int64_t count; /* 0: none */
  int64_t episodes, steps;
  double noise, random_goals;
  double share; /* of the windows */
  int64_t train_steps;
  double rate; /* of train.rate */
} orr_rounds_def;

typedef struct orr_open_loop_def {
  int64_t horizon, windows;
} orr_open_loop_def;

/* Which held-out demonstrations pairs are drawn from, so that two sets of pairs (validation, test)
 * can come from different ones. */
typedef struct orr_held_out_def {
  int64_t first, count; /* count 0: all from `first` on */
} orr_held_out_def;

/* The row `model` with one thing swapped, to see what its gap to the oracle is made of. */
typedef enum orr_swap_dynamics { ORR_SWAP_MODEL, ORR_SWAP_SIMULATOR } orr_swap_dynamics;
typedef struct orr_swap_def {
  const char *name;
  int dynamics;          /* orr_swap_dynamics */
  const char *objective; /* "default" (of the rows' planner) or an orr_objective_kind's name */
  const char *planner;   /* "default" (of the rows), "plan" (the section), or a preset's name: its
                            search; the objective stays */
} orr_swap_def;

/* Section `eval:`. */
typedef struct orr_eval_def {
  int64_t seed;
  const char *manifest; /* folder of frozen pairs, relative to the file; "": they are drawn */
  orr_held_out_def held_out;
  int64_t pairs;       /* per rule */
  int64_t goal_offset; /* control steps from start to goal in a held-out episode */
  int64_t budget;      /* control steps */
  orr_list rules;      /* orr_goal_rule */
  orr_list rows;       /* const char *: random, model, oracle, names of baselines */
  orr_list swaps;      /* orr_swap_def */
  const char *planner; /* "default" (section plan) or the name of a preset */
  const char *head;    /* baseline of family reach that objective reach asks; "": the only one */
  int64_t random_hold; /* of the random floor */
  orr_open_loop_def open_loop;
} orr_eval_def;

typedef struct orr_experiment {
  const char *id, *title, *lesson, *proof, *profile; /* proof, profile: "" when none */
  int64_t version;
  orr_scenario *scenario;
  orr_observe_def observe;
  orr_collect_def collect;
  orr_model_def model;
  orr_train_def train;
  orr_rounds_def rounds;
  orr_list baselines; /* orr_baseline_def */
  orr_planner_def plan;
  orr_list presets; /* orr_preset_def */
  orr_eval_def eval;
  orr_observer observer;
  orr_config *config; /* effective, with every default written out */
  orr_arena *arena;
} orr_experiment;

extern const orr_record orr_experiment_record; /* the whole file: schema, explain, docs */

/* What the command line adds. */
typedef struct orr_experiment_options {
  const char *profile;            /* NULL: none */
  const char *const *assignments; /* --set path=value */
  size_t assignment_count;
  const int64_t *seed; /* NULL, or the value for collect.seed, train.seed, eval.seed */
} orr_experiment_options;

/* Reads, overlays, completes and checks a scenario file; every finding goes to `diagnostics`. */
orr_status orr_experiment_load(const char *path, const orr_experiment_options *options,
                               orr_experiment **out, orr_diagnostics *diagnostics);
void orr_experiment_destroy(orr_experiment *experiment);
/* Where a run leaves the model that it judges, relative to its folder. */
void orr_experiment_checkpoint(const orr_experiment *experiment, char *out, size_t size);
/* Names of the profiles of a file, for `list` and messages: NULL-terminated, orr_free. */
char **orr_experiment_profiles(const orr_config *config);

typedef struct orr_run_options {
  const char *out;      /* folder */
  bool force;           /* redo from the first stage whose hash differs */
  const char *model;    /* a checkpoint to use instead of training one; NULL */
  const char *manifest; /* where orr_experiment_freeze writes; NULL */
  void (*stage)(void *user, const char *name, bool skipped); /* told at the start of each; NULL */
  void *user;
} orr_run_options;

/* All stages. */
orr_status orr_experiment_run(orr_experiment *experiment, const orr_run_options *options,
                              const orr_control *control, orr_error *err);
/* One stage each, for the verbs; same folders, same skipping. */
orr_status orr_experiment_collect(orr_experiment *experiment, const orr_run_options *options,
                                  const orr_control *control, orr_error *err);
orr_status orr_experiment_train(orr_experiment *experiment, const orr_run_options *options,
                                const orr_control *control, orr_error *err);
orr_status orr_experiment_eval(orr_experiment *experiment, const orr_run_options *options,
                               const orr_control *control, orr_error *err);
/* Draws the pairs of each rule from the run folder's held-out data (collected when they are not
 * there) and writes them to options->manifest as <rule>.h5, for eval.manifest; judges nothing. What
 * stands there with other pairs is replaced with `force` alone. */
orr_status orr_experiment_freeze(orr_experiment *experiment, const orr_run_options *options,
                                 const orr_control *control, orr_error *err);
/* What `--dry-run` shows: stages, what each would do and write, which are done. orr_free. */
char *orr_experiment_plan_text(const orr_experiment *experiment, const orr_run_options *options);

#endif
