/* Swaps: the row `model` with its dynamics, objective or search replaced, on the same pairs. */
#include "base/file.h"
#include "eval/baselines.h"
#include "eval/experiment_private.h"
#include "eval/protocol_private.h"
#include "eval/run.h"
#include <string.h>

static orr_status run_swaps(orr_run *run, size_t rule, const orr_pairs *pairs, const char *folder,
                            orr_error *err) {
  const orr_swap_def *swaps = run->experiment->eval.swaps.items;
  size_t count = run->experiment->eval.swaps.count;
  const char *names[ORR_MAX_SWAPS];
  orr_outcome *outcomes;
  ORR_TRY(orr_new(&outcomes, count * pairs->count + 1, sizeof *outcomes, err));
  orr_status status = ORR_OK;
  for (size_t i = 0; status == ORR_OK && i < count; i++) {
    names[i] = swaps[i].name;
    status = orr_run_row(run, rule, pairs, folder, swaps[i].name, &swaps[i],
                         outcomes + i * pairs->count, err);
  }
  if (status == ORR_OK) status = orr_run_put_rows(folder, names, count, pairs, outcomes, err);
  orr_free(outcomes);
  return status;
}

static orr_status add_inputs(const orr_run *run, const orr_pairs *pairs, orr_stage *stage,
                             orr_error *err) {
  char hash[ORR_HASH_TEXT];
  orr_hash_text(pairs->hash, hash);
  ORR_TRY(orr_stage_input(stage, "pairs", hash, err));
  return orr_run_input_model(run, stage, err);
}

orr_status orr_run_swaps(orr_run *run, size_t rule, orr_error *err) {
  orr_stage stage;
  bool done = false;
  orr_pairs *pairs;
  char path[600];
  snprintf(path, sizeof path, "%.500s/%.47s/pairs.h5", run->eval, orr_run_rule_of(run, rule)->name);
  ORR_TRY(orr_pairs_read(path, &pairs, err));
  orr_status status = orr_run_describe(run, ORR_RUN_SWAPS, rule, &stage, err);
  if (status != ORR_OK) {
    orr_pairs_destroy(pairs);
    return status;
  }
  status = add_inputs(run, pairs, &stage, err);
  if (status == ORR_OK) status = orr_head_input(run, true, &stage, err);
  if (status == ORR_OK) status = orr_stage_begin(&stage, run->options->force, &done, err);
  if (status == ORR_OK && done) orr_run_tell(run, stage.name, true);
  if (status == ORR_OK && !done) status = run_swaps(run, rule, pairs, stage.folder, err);
  if (status == ORR_OK && !done) status = orr_stage_end(&stage, err);
  if (status == ORR_OK) status = orr_part_remove(stage.folder, err);
  orr_stage_release(&stage);
  orr_pairs_destroy(pairs);
  return status;
}
