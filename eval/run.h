/* A run under way: what the files of the stages share. Private to eval/. */
#ifndef ORR_EVAL_RUN_H
#define ORR_EVAL_RUN_H

#include "base/file.h"
#include "eval/protocol.h"
#include "eval/stage.h"

typedef struct orr_run {
  const orr_experiment *experiment;
  const orr_run_options *options;
  const orr_control *control;
  const char *out;
  char data[512], model[512], eval[512];
  char checkpoint[ORR_PATH];           /* of the model that is judged */
  char data_identity[ORR_SHA256_TEXT]; /* of the data set's manifest */
  orr_model *weights;                  /* loaded by the first stage that needs it */
  orr_model **baselines;   /* per baseline; NULL: no row asks for it, or nothing to train it on */
  char manifest[ORR_PATH]; /* eval.manifest, from where we are; "" when pairs are drawn */
  orr_pairs **committed;   /* of the manifest, per rule; NULL without */
  bool data_needed;        /* false: everything is given, and no data stand there */
  int lock;                /* on the folder */
} orr_run;

/* One folder of the run and what it is made from. */
typedef enum orr_run_stage {
  ORR_RUN_COLLECT,
  ORR_RUN_TRAIN,
  ORR_RUN_ROUND_COLLECT,
  ORR_RUN_ROUND_TRAIN,
  ORR_RUN_BASELINE,
  ORR_RUN_OPEN_LOOP,
  ORR_RUN_RULE,
  ORR_RUN_SWAPS
} orr_run_stage;
/* `rule`: index, for the last two and for ORR_RUN_BASELINE; of rounds their number, from 1. */
orr_status orr_run_describe(const orr_run *run, orr_run_stage kind, size_t rule, orr_stage *out,
                            orr_error *err);

orr_status orr_run_collect(orr_run *run, orr_error *err);
orr_status orr_run_train(orr_run *run, orr_error *err);
/* Effective world and task as YAML, what every shard carries; orr_free. */
char *orr_run_scenario_yaml(const orr_experiment *experiment);
/* <folder>/statistics.json of the data set there. */
orr_status orr_run_write_statistics(const char *folder, bool held_out, int64_t diverged,
                                    orr_error *err);
/* Trains on the run's data, which `setup` need not name; notes the time at timings[section][key].
 */
orr_status orr_run_train_network(orr_run *run, orr_train_setup *setup, const char *section,
                                 const char *key, orr_error *err);
/* Refuses a network of another interface; `path` is named. */
orr_status orr_run_check_interface(const orr_run *run, const orr_model *model, const char *path,
                                   orr_error *err);
orr_status orr_run_open_loop(orr_run *run, orr_error *err);
orr_status orr_run_rule(orr_run *run, size_t rule, orr_error *err);
/* The rule's pairs again, in the model's row with things swapped. After orr_run_rule. */
orr_status orr_run_swaps(orr_run *run, size_t rule, orr_error *err);
/* Writes the pairs of each rule to options->manifest. */
orr_status orr_run_freeze(orr_run *run, orr_error *err);
/* Loads the checkpoint, refuses another interface, writes eval/model.json. */
orr_status orr_run_load_model(orr_run *run, orr_error *err);

const orr_goal_rule *orr_run_rule_of(const orr_run *run, size_t rule);
const orr_planner_def *orr_eval_planner(const orr_experiment *experiment);
/* "default": that of the rows; "plan": section plan; otherwise the preset of that name. */
const orr_planner_def *orr_eval_planner_named(const orr_experiment *experiment, const char *name);
/* Identity of the model, as an input of `stage`. */
orr_status orr_run_input_model(const orr_run *run, orr_stage *stage, orr_error *err);
/* One row of a table on disk (`row` of a rule, or a swap), and its latencies in timings.json. */
orr_status orr_run_row(orr_run *run, size_t rule, const orr_pairs *pairs, const char *folder,
                       const char *row, const orr_swap_def *swap, orr_outcome *outcomes,
                       orr_error *err);
/* <folder>/episodes.csv: `count` rows of outcomes, one after the other. */
orr_status orr_run_put_rows(const char *folder, const char *const *rows, size_t count,
                            const orr_pairs *pairs, const orr_outcome *outcomes, orr_error *err);
/* Whether held-out data stand in the folder, or will. */
bool orr_run_can_open_loop(const orr_run *run);
void orr_run_tell(const orr_run *run, const char *name, bool skipped);

#endif
