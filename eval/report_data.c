/* report.json: everything the report says, from what the stages left. */
#include "eval/report_private.h"

#include "base/build_info.h"
#include "base/file.h"
#include "base/maths.h"
#include "eval/protocol_private.h"
#include "eval/run.h"
#include <string.h>

enum { BOOTSTRAP = 2000 };

typedef struct builder {
  const orr_experiment *experiment;
  const char *folder;
} builder;

static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

json_t *orr_report_interval(orr_interval interval) {
  return json_pack("{s:o, s:o, s:o}", "point", number(interval.point), "low", number(interval.low),
                   "high", number(interval.high));
}

/* --- one row ---------------------------------------------------------------------------------- */

json_t *orr_report_rate(const orr_outcome *outcomes, size_t count, orr_stratum which) {
  int64_t n = 0, successes = 0;
  for (size_t i = 0; i < count; i++) {
    if ((which == ORR_MUST_MOVE && !outcomes[i].must_move) ||
        (which == ORR_REST && outcomes[i].must_move))
      continue;
    n++;
    successes += outcomes[i].success;
  }
  orr_interval wilson = orr_wilson(successes, n);
  return json_pack("{s:I, s:I, s:o, s:o, s:o}", "n", (json_int_t)n, "successes",
                   (json_int_t)successes, "rate", number(wilson.point), "low", number(wilson.low),
                   "high", number(wilson.high));
}

/* Solved pairs by the number of control steps used: entry t counts those solved within t. */
static json_t *curve_json(const orr_outcome *outcomes, size_t count, int64_t budget) {
  json_t *curve = json_array();
  for (int64_t t = 0; t <= budget; t++) {
    int64_t solved = 0;
    for (size_t i = 0; i < count; i++) solved += outcomes[i].success && outcomes[i].steps <= t;
    json_array_append_new(curve, json_integer(solved));
  }
  return curve;
}

static orr_status row_json(const builder *b, const orr_outcome_table *table, size_t row,
                           int64_t budget, json_t **out, orr_error *err) {
  const orr_outcome *o = table->outcomes + row * table->pairs;
  size_t n = table->pairs;
  int64_t diverged = 0, plans = 0, steps = 0;
  double *scores;
  ORR_TRY(orr_new(&scores, 2 * n + 1, sizeof *scores, err));
  for (size_t i = 0; i < n; i++) {
    diverged += o[i].end == ORR_DIVERGED;
    plans += o[i].plans;
    steps += o[i].steps;
    scores[i] = o[i].position;
    scores[n + i] = o[i].angle;
  }
  uint64_t seed = (uint64_t)b->experiment->eval.seed;
  *out = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:o}", "row", table->names[row],
                   "all", orr_report_rate(o, n, ORR_ALL), "must_move",
                   orr_report_rate(o, n, ORR_MUST_MOVE), "rest", orr_report_rate(o, n, ORR_REST),
                   "final_position", orr_report_interval(orr_iqm(scores, n, BOOTSTRAP, seed)),
                   "final_angle", orr_report_interval(orr_iqm(scores + n, n, BOOTSTRAP, seed)),
                   "diverged", (json_int_t)diverged, "plans", (json_int_t)plans, "steps",
                   (json_int_t)steps, "solved_within", curve_json(o, n, budget));
  orr_free(scores);
  return *out ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

/* --- paired tests ----------------------------------------------------------------------------- */

static orr_status compare_rows(const orr_outcome_table *table, size_t a, size_t b, json_t *list,
                               orr_error *err) {
  bool *wins;
  size_t n = table->pairs;
  int64_t only_a = 0, only_b = 0;
  ORR_TRY(orr_new(&wins, 2 * n + 1, sizeof *wins, err));
  for (size_t i = 0; i < n; i++) {
    wins[i] = table->outcomes[a * n + i].success;
    wins[n + i] = table->outcomes[b * n + i].success;
    only_a += wins[i] && !wins[n + i];
    only_b += wins[n + i] && !wins[i];
  }
  double p = orr_mcnemar(wins, wins + n, n);
  orr_free(wins);
  json_t *found = json_pack("{s:s, s:s, s:s, s:I, s:I, s:f}", "test", "exact McNemar, two-sided",
                            "a", table->names[a], "b", table->names[b], "only_a",
                            (json_int_t)only_a, "only_b", (json_int_t)only_b, "p", p);
  if (json_array_append_new(list, found) == 0) return ORR_OK;
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

static orr_status comparisons(const orr_outcome_table *table, json_t *list, orr_error *err) {
  size_t model = table->rows;
  for (size_t i = 0; i < table->rows; i++)
    if (strcmp(table->names[i], "model") == 0) model = i;
  for (size_t i = 0; i < table->rows && model < table->rows; i++)
    if (i != model) ORR_TRY(compare_rows(table, model, i, list, err));
  return ORR_OK;
}

/* --- the manifest ----------------------------------------------------------------------------- */

static json_t *quantiles_json(double *values, size_t count) {
  double p10 = orr_quantile(values, count, 0.1), p50 = orr_quantile(values, count, 0.5);
  return json_pack("{s:o, s:o, s:o}", "p10", number(p10), "p50", number(p50), "p90",
                   number(orr_quantile(values, count, 0.9)));
}

/* Where pairs came from: the whole manifest, of which the first were taken, and its draw. */
static json_t *source_json(const builder *b, const orr_pairs *pairs) {
  char hash[ORR_HASH_TEXT];
  bool cut = pairs->whole_count != 0;
  orr_hash_text(cut ? pairs->whole : pairs->hash, hash);
  return json_pack("{s:b, s:s, s:I, s:I, s:I, s:I}", "committed",
                   *b->experiment->eval.manifest != 0, "hash", hash, "pairs",
                   (json_int_t)(cut ? pairs->whole_count : (int64_t)pairs->count), "seed",
                   (json_int_t)pairs->seed, "first", (json_int_t)pairs->first, "demonstrations",
                   (json_int_t)pairs->demonstrations);
}

static orr_status manifest_json(const builder *b, const orr_pairs *pairs, const char *path,
                                json_t **out, orr_error *err) {
  char hash[ORR_HASH_TEXT], sha[ORR_SHA256_TEXT];
  int64_t must_move = 0;
  double *motion;
  size_t n = pairs->count;
  ORR_TRY(orr_sha256_file(path, sha, err));
  ORR_TRY(orr_new(&motion, 2 * n + 1, sizeof *motion, err));
  for (size_t i = 0; i < n; i++) {
    must_move += pairs->items[i].must_move;
    motion[i] = pairs->items[i].motion[0];
    motion[n + i] = pairs->items[i].motion[1];
  }
  orr_hash_text(pairs->hash, hash);
  *out = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:o, s:{s:o, s:o}}", "pairs",
                   (json_int_t)n, "asked", (json_int_t)b->experiment->eval.pairs, "considered",
                   (json_int_t)pairs->considered, "removed", (json_int_t)pairs->removed,
                   "must_move", (json_int_t)must_move, "goal_offset",
                   (json_int_t)pairs->goal_offset, "budget", (json_int_t)pairs->budget, "hash",
                   hash, "sha256", sha, "source", source_json(b, pairs), "motion", "distance",
                   quantiles_json(motion, n), "angle", quantiles_json(motion + n, n));
  orr_free(motion);
  return *out ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

/* --- a table ---------------------------------------------------------------------------------- */

static orr_status fill_table(const builder *b, const orr_outcome_table *outcomes, int64_t budget,
                             json_t *table, orr_error *err) {
  json_t *rows = json_object_get(table, "rows");
  for (size_t i = 0; i < outcomes->rows; i++) {
    json_t *row;
    ORR_TRY(row_json(b, outcomes, i, budget, &row, err));
    json_array_append_new(rows, row);
  }
  return comparisons(outcomes, json_object_get(table, "comparisons"), err);
}

/* What the gap to the oracle, and the oracle's own, is made of. */
static orr_status fill_causes(const builder *b, const char *rule, const orr_outcome_table *outcomes,
                              const orr_pairs *pairs, json_t *table, orr_error *err) {
  json_t *swaps, *misses = orr_report_misses(outcomes, pairs);
  if (misses) json_object_set_new(table, "oracle_misses", misses);
  ORR_TRY(orr_report_swaps(b->experiment, b->folder, rule, outcomes, &swaps, err));
  if (json_object_set_new(table, "swaps", swaps) == 0) return ORR_OK;
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

static orr_status table_json(const builder *b, const orr_goal_rule *rule, json_t **out,
                             orr_error *err) {
  char path[600], csv[600];
  orr_pairs *pairs;
  orr_outcome_table outcomes = {0};
  json_t *manifest = NULL;
  snprintf(path, sizeof path, "%.400s/eval/%s/pairs.h5", b->folder, rule->name);
  snprintf(csv, sizeof csv, "%.400s/eval/%s/episodes.csv", b->folder, rule->name);
  if (!orr_file_exists(csv)) {
    orr_fail(err, ORR_ERR_FILE, "%s is not there: rule `%s` has not been judged yet", csv,
             rule->name);
    orr_hint(err, "`orrery run` goes on where it was");
    return ORR_ERR_FILE;
  }
  ORR_TRY(orr_pairs_read(path, &pairs, err));
  orr_status status = manifest_json(b, pairs, path, &manifest, err);
  if (status == ORR_OK) status = orr_outcomes_read(csv, pairs->count, &outcomes, err);
  *out = json_pack("{s:o, s:o?, s:[], s:[]}", "rule", orr_goal_rule_json(rule), "manifest",
                   manifest, "rows", "comparisons");
  if (status == ORR_OK) status = fill_table(b, &outcomes, pairs->budget, *out, err);
  if (status == ORR_OK) status = fill_causes(b, rule->name, &outcomes, pairs, *out, err);
  orr_outcomes_release(&outcomes);
  orr_pairs_destroy(pairs);
  if (status != ORR_OK) json_decref(*out);
  return status;
}

static orr_status tables_json(const builder *b, json_t *tables, orr_error *err) {
  const orr_goal_rule *rules = b->experiment->eval.rules.items;
  for (size_t i = 0; i < b->experiment->eval.rules.count; i++) {
    json_t *table;
    ORR_TRY(table_json(b, &rules[i], &table, err));
    json_array_append_new(tables, table);
  }
  return ORR_OK;
}

/* --- everything ------------------------------------------------------------------------------- */

static json_t *planner_json(const orr_experiment *e) {
  const orr_planner_def *p = orr_eval_planner(e);
  static const char *const kinds[] = {"cem", "icem"};
  static const char *const aggregates[] = {"final", "sum", "minimum"};
  static const char *const points[] = {"blocks", "steps"};
  static const char form[] =
      "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:s, s:s, s:f, s:f}";
  return json_pack(
      form, "precision", orr_precision_names[p->precision], "points", points[p->objective.points],
      "name", e->eval.planner, "kind", kinds[p->kind], "samples", (json_int_t)p->samples,
      "iterations", (json_int_t)p->iterations, "elites", (json_int_t)p->elites, "horizon",
      (json_int_t)p->horizon, "hold", (json_int_t)p->hold, "replan", (json_int_t)p->replan, "block",
      (json_int_t)e->model.block, "sigma", p->sigma, "objective",
      orr_objective_names[p->objective.kind], "aggregate", aggregates[p->objective.aggregate],
      "position_scale", p->objective.position, "angle_scale", p->objective.angle);
}

/* They run in the folder of the report: config.yaml there is complete. */
static json_t *commands_json(const orr_experiment *e, const json_t *model, bool data) {
  bool given = json_is_true(json_object_get(model, "given"));
  char checkpoint[64] = "CHECKPOINT";
  if (!given) orr_experiment_checkpoint(e, checkpoint, sizeof checkpoint);
  json_t *list = json_array();
  char line[160];
  snprintf(line, sizeof line, "orrery run config.yaml --out again%s",
           given ? " --model CHECKPOINT" : "");
  const char *all = data ? "everything, from the first episode" : "everything";
  json_array_append_new(list, json_pack("{s:s, s:s}", "what", all, "command", line));
  if (data)
    json_array_append_new(list, json_pack("{s:s, s:s}", "what", "the episodes alone", "command",
                                          "orrery collect config.yaml --out again"));
  snprintf(line, sizeof line, "orrery eval config.yaml --out again --model %s", checkpoint);
  json_array_append_new(
      list, json_pack("{s:s, s:s}", "what", "the tables, with this checkpoint", "command", line));
  json_array_append_new(list, json_pack("{s:s, s:s}", "what", "this report, from the stages' files",
                                        "command", "orrery report ."));
  return list;
}

static orr_status read_part(const builder *b, const char *name, json_t **out, orr_error *err) {
  char path[600];
  orr_path_join(path, sizeof path, b->folder, name);
  if (orr_file_exists(path)) return orr_json_get(path, out, err);
  *out = NULL;
  return ORR_OK;
}

static const char *unit_of(const orr_experiment *e) {
  return e->scenario->world.space.unit ? "px" : "m";
}

static json_t *head_json(const orr_experiment *e) {
  char identity[ORR_HASH_TEXT], config[ORR_HASH_TEXT];
  orr_hash_text(e->scenario->identity, identity);
  orr_hash_text(orr_node_hash(orr_config_root(e->config)), config);
  return json_pack("{s:s, s:I, s:s, s:s, s:s, s:s, s:s, s:f, s:{s:I, s:I, s:I}}", "id", e->id,
                   "version", (json_int_t)e->version, "lesson", e->lesson, "profile", e->profile,
                   "world_hash", identity, "config_hash", config, "unit", unit_of(e),
                   "control_step", e->scenario->world.dt * (double)e->scenario->world.substeps,
                   "seeds", "collect", (json_int_t)e->collect.seed, "train",
                   (json_int_t)e->train.seed, "eval", (json_int_t)e->eval.seed);
}

orr_status orr_report_build(const orr_experiment *experiment, const char *folder, json_t **out,
                            orr_error *err) {
  builder b = {experiment, folder};
  json_t *data, *model, *loop, *baselines = NULL, *rounds = NULL, *all;
  char path[600], sha[ORR_SHA256_TEXT];
  *out = NULL;
  orr_path_join(path, sizeof path, folder, "data/manifest.json");
  ORR_TRY(read_part(&b, "data/statistics.json", &data, err));
  if (data) ORR_TRY(orr_sha256_file(path, sha, err));
  if (data) json_object_set_new(data, "manifest_sha256", json_string(sha));
  orr_status status = read_part(&b, "eval/model.json", &model, err);
  if (status == ORR_OK)
    status = read_part(&b, "eval/open_loop/open_loop.json", &loop, err);
  else
    loop = NULL;
  if (status == ORR_OK) status = read_part(&b, "eval/baselines.json", &baselines, err);
  if (status == ORR_OK) status = orr_report_rounds(experiment, folder, model, &rounds, err);
  all = json_pack(
      "{s:s, s:s, s:{s:s, s:s}, s:o, s:o, s:o*, s:o*, s:o*, s:o*, s:o*, s:[], s:o, s:s}", "$schema",
      "docs/report.schema.json", "schema_version", "1.1", "tool", "name", "orrery", "version",
      ORR_VERSION, "scenario", head_json(experiment), "planner", planner_json(experiment), "data",
      data, "model", model, "baselines", baselines, "rounds", rounds, "open_loop", loop, "tables",
      "commands", commands_json(experiment, model, data), "timings", "timings.json");
  if (status == ORR_OK && !all) status = orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  if (status == ORR_OK) status = tables_json(&b, json_object_get(all, "tables"), err);
  if (status == ORR_OK)
    *out = all;
  else
    json_decref(all);
  return status;
}
