/* Section `baselines:`: goal-conditioned networks that act without a planner (worldmodel/goal.h),
 * trained by stages of their own into model/<name>/ and judged by rows of their names. Private to
 * eval/. */
#ifndef ORR_EVAL_BASELINES_H
#define ORR_EVAL_BASELINES_H

#include "eval/run.h"

extern const orr_record orr_baseline_record;

const orr_baseline_def *orr_baseline_of(const orr_experiment *experiment, size_t index);
/* By name; NULL when there is none. */
const orr_baseline_def *orr_baseline_find(const orr_experiment *experiment, const char *name);

/* Family reach: it has no row, it scores. */
bool orr_baseline_is_distance(const orr_baseline_def *baseline);

/* Stage ORR_RUN_BASELINE: its sections and folder. */
orr_status orr_baseline_describe(const orr_run *run, size_t index, orr_stage *out, orr_error *err);
orr_status orr_run_baseline(orr_run *run, size_t index, orr_error *err);

/* Loads those that eval.rows names and writes eval/baselines.json for the report. */
orr_status orr_run_load_baselines(orr_run *run, orr_error *err);
void orr_run_drop_baselines(orr_run *run);
/* The weights behind a row: of the baseline of that name, or the model's. */
const orr_model *orr_run_weights(const orr_run *run, const char *row);
/* False for a baseline that could not be trained: the row is left out of the tables. */
bool orr_run_has_row(const orr_run *run, const char *row);
/* The weights of baselines among the rows, as inputs of a stage. */
orr_status orr_baseline_inputs(const orr_run *run, orr_stage *stage, orr_error *err);

/* The baseline that objective reach asks: eval.head, or the only one of family reach; NULL when
 * that names none. */
const orr_baseline_def *orr_head_of(const orr_experiment *experiment);
/* Whether the rows (`swaps` false) or the swaps plan with objective reach. */
bool orr_head_needed(const orr_experiment *experiment, bool swaps);
/* Its weights; NULL when nobody needs them. */
const orr_model *orr_run_head(const orr_run *run);
/* They are an input of a stage that needs them. */
orr_status orr_head_input(const orr_run *run, bool swaps, orr_stage *stage, orr_error *err);

#endif
