/* What gaps are made of: swaps against the row `model`, and the oracle's misses. */
#include "eval/report_private.h"

#include "base/file.h"
#include <string.h>

static size_t find_row(const orr_outcome_table *table, const char *name) {
  size_t row = 0;
  while (row < table->rows && strcmp(table->names[row], name) != 0) row++;
  return row;
}

/* --- swaps ------------------------------------------------------------------------------------ */

/* Of one stratum: the swap's rate, its difference to the model's, and the exact test of it. */
static orr_status stratum_json(const orr_outcome *swap, const orr_outcome *model, size_t count,
                               orr_stratum which, json_t **out, orr_error *err) {
  bool *wins;
  int64_t only_swap = 0, only_model = 0;
  size_t n = 0;
  ORR_TRY(orr_new(&wins, 2 * count + 1, sizeof *wins, err));
  bool *a = wins, *b = wins + count;
  for (size_t i = 0; i < count; i++) {
    if (which == ORR_MUST_MOVE && !swap[i].must_move) continue;
    a[n] = swap[i].success;
    b[n] = model[i].success;
    only_swap += a[n] && !b[n];
    only_model += b[n] && !a[n];
    n++;
  }
  *out = json_pack("{s:o, s:o, s:I, s:I, s:f}", "rate", orr_report_rate(swap, count, which),
                   "difference", orr_report_interval(orr_paired_difference(a, b, n)), "only_swap",
                   (json_int_t)only_swap, "only_model", (json_int_t)only_model, "p",
                   orr_mcnemar(a, b, n));
  orr_free(wins);
  return *out ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

static orr_status swap_json(const orr_swap_def *def, const orr_outcome *swap,
                            const orr_outcome *model, size_t count, json_t *list, orr_error *err) {
  static const char *const dynamics[] = {"model", "simulator"};
  json_t *all, *must_move;
  ORR_TRY(stratum_json(swap, model, count, ORR_ALL, &all, err));
  orr_status status = stratum_json(swap, model, count, ORR_MUST_MOVE, &must_move, err);
  if (status != ORR_OK) {
    json_decref(all);
    return status;
  }
  int64_t diverged = 0;
  for (size_t i = 0; i < count; i++) diverged += swap[i].end == ORR_DIVERGED;
  json_t *item =
      json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:I}", "name", def->name, "dynamics",
                dynamics[def->dynamics], "objective", def->objective, "planner", def->planner,
                "all", all, "must_move", must_move, "diverged", (json_int_t)diverged);
  if (json_array_append_new(list, item) == 0) return ORR_OK;
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

static orr_status compare_swaps(const orr_list *swaps, const orr_outcome_table *read,
                                const orr_outcome_table *table, const char *path, json_t *list,
                                orr_error *err) {
  size_t n = table->pairs, model = find_row(table, "model");
  const orr_swap_def *defs = swaps->items;
  for (size_t i = 0; i < swaps->count; i++) {
    size_t row = find_row(read, defs[i].name);
    if (row == read->rows || model == table->rows)
      return orr_fail(err, ORR_ERR_FILE, "%s has no lines of swap `%s`", path, defs[i].name);
    ORR_TRY(
        swap_json(&defs[i], read->outcomes + row * n, table->outcomes + model * n, n, list, err));
  }
  return ORR_OK;
}

orr_status orr_report_swaps(const orr_experiment *experiment, const char *folder, const char *rule,
                            const orr_outcome_table *table, json_t **out, orr_error *err) {
  const orr_list *swaps = &experiment->eval.swaps;
  char path[600];
  orr_outcome_table read = {0};
  *out = json_array();
  if (swaps->count == 0) return ORR_OK;
  snprintf(path, sizeof path, "%.400s/eval/%.47s/swaps/episodes.csv", folder, rule);
  orr_status status = orr_outcomes_read(path, table->pairs, &read, err);
  if (status == ORR_OK) status = compare_swaps(swaps, &read, table, path, *out, err);
  orr_outcomes_release(&read);
  if (status != ORR_OK) json_decref(*out);
  return status;
}

/* --- misses of the oracle --------------------------------------------------------------------- */

json_t *orr_report_misses(const orr_outcome_table *table, const orr_pairs *pairs) {
  size_t row = find_row(table, "oracle");
  if (row == table->rows) return NULL;
  json_t *list = json_array();
  for (size_t i = 0; i < table->pairs; i++) {
    const orr_outcome *o = &table->outcomes[row * table->pairs + i];
    const orr_pair *p = &pairs->items[i];
    if (o->success) continue;
    json_array_append_new(
        list, json_pack("{s:I, s:I, s:I, s:b, s:s, s:I, s:f, s:f, s:f, s:f}", "pair", (json_int_t)i,
                        "episode", (json_int_t)p->episode, "start", (json_int_t)p->start,
                        "must_move", p->must_move, "end", orr_end_names[o->end], "steps",
                        (json_int_t)o->steps, "position", o->position, "angle", o->angle,
                        "motion_distance", p->motion[0], "motion_angle", p->motion[1]));
  }
  return list;
}
