/* The stages of a run, one after another. */
#include "eval/run.h"

#include "base/file.h"
#include "eval/baselines.h"
#include "eval/report.h"
#include "eval/rounds.h"
#include "eval/timings.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

typedef enum last_stage {
  LAST_COLLECT,
  LAST_FREEZE,
  LAST_TRAIN,
  LAST_EVAL,
  LAST_REPORT
} last_stage;

const orr_goal_rule *orr_run_rule_of(const orr_run *run, size_t rule) {
  return (const orr_goal_rule *)run->experiment->eval.rules.items + rule;
}

const orr_planner_def *orr_eval_planner_named(const orr_experiment *experiment, const char *name) {
  const orr_preset_def *presets = experiment->presets.items;
  if (strcmp(name, "default") == 0) name = experiment->eval.planner;
  for (size_t i = 0; i < experiment->presets.count; i++)
    if (strcmp(presets[i].name, name) == 0) return &presets[i].plan;
  return &experiment->plan;
}

const orr_planner_def *orr_eval_planner(const orr_experiment *experiment) {
  return orr_eval_planner_named(experiment, "default");
}

void orr_run_tell(const orr_run *run, const char *name, bool skipped) {
  if (run->options->stage) run->options->stage(run->options->user, name, skipped);
}

/* --- what a stage is made from ---------------------------------------------------------------- */

/* A manifest is known by its content, an input; not by where it lies. */
static orr_status describe_rule(const orr_run *run, size_t rule, bool swaps, orr_stage *out,
                                orr_error *err) {
  const char *name = orr_run_rule_of(run, rule)->name, *preset = run->experiment->eval.planner;
  char title[96], folder[600], rule_path[96], plan_path[96] = "plan";
  snprintf(title, sizeof title, swaps ? "swaps %s" : "eval %s", name);
  snprintf(folder, sizeof folder, "%.500s/%.47s%s", run->eval, name, swaps ? "/swaps" : "");
  snprintf(rule_path, sizeof rule_path, "eval.rules.%s", name);
  if (strcmp(preset, "default") != 0)
    snprintf(plan_path, sizeof plan_path, "presets.%.47s.plan", preset);
  const char *const sections[] = {
      "eval.seed", "eval.held_out", "eval.pairs",       "eval.goal_offset", "eval.budget",
      "eval.rows", rule_path,       "eval.random_hold", plan_path,          NULL};
  const char *const with_swaps[] = {
      "eval.seed",   "eval.held_out", "eval.pairs", "eval.goal_offset",
      "eval.budget", "eval.planner",  rule_path,    "eval.swaps",
      "presets",     "plan",          NULL};
  if (swaps) return orr_stage_create(run->experiment, title, folder, with_swaps, out, err);
  return orr_stage_create(run->experiment, title, folder, sections, out, err);
}

orr_status orr_run_describe(const orr_run *run, orr_run_stage kind, size_t rule, orr_stage *out,
                            orr_error *err) {
  static const char *const collect[] = {"version", "world",   "task",        "vary",
                                        "observe", "collect", "model.block", NULL};
  static const char *const train[] = {"model", "train", NULL};
  static const char *const open_loop[] = {"eval.open_loop", NULL};
  char folder[600];
  switch (kind) {
  case ORR_RUN_COLLECT:
    return orr_stage_create(run->experiment, "collect", run->data, collect, out, err);
  case ORR_RUN_TRAIN:
    return orr_stage_create(run->experiment, "train", run->model, train, out, err);
  case ORR_RUN_ROUND_COLLECT:
  case ORR_RUN_ROUND_TRAIN: return orr_round_describe(run, kind, rule, out, err);
  case ORR_RUN_OPEN_LOOP:
    orr_path_join(folder, sizeof folder, run->eval, "open_loop");
    return orr_stage_create(run->experiment, "open loop", folder, open_loop, out, err);
  case ORR_RUN_BASELINE: return orr_baseline_describe(run, rule, out, err);
  case ORR_RUN_RULE: return describe_rule(run, rule, false, out, err);
  case ORR_RUN_SWAPS: break;
  }
  return describe_rule(run, rule, true, out, err);
}

/* Stages in order; calls `visit` for each until it fails. */
typedef orr_status stage_visit(const orr_run *run, orr_run_stage kind, orr_stage *stage,
                               void *context, orr_error *err);

static orr_status visit_one(const orr_run *run, orr_run_stage kind, size_t rule, stage_visit *visit,
                            void *context, orr_error *err) {
  orr_stage stage;
  ORR_TRY(orr_run_describe(run, kind, rule, &stage, err));
  orr_status status = visit(run, kind, &stage, context, err);
  orr_stage_release(&stage);
  return status;
}

static orr_status visit_stages(const orr_run *run, stage_visit *visit, void *context,
                               orr_error *err) {
  if (run->data_needed) ORR_TRY(visit_one(run, ORR_RUN_COLLECT, 0, visit, context, err));
  if (run->options->manifest) return ORR_OK;
  if (!run->options->model) ORR_TRY(visit_one(run, ORR_RUN_TRAIN, 0, visit, context, err));
  for (size_t i = 1; i <= orr_rounds_of(run); i++) {
    ORR_TRY(visit_one(run, ORR_RUN_ROUND_COLLECT, i, visit, context, err));
    ORR_TRY(visit_one(run, ORR_RUN_ROUND_TRAIN, i, visit, context, err));
  }
  for (size_t i = 0; run->data_needed && i < run->experiment->baselines.count; i++)
    ORR_TRY(visit_one(run, ORR_RUN_BASELINE, i, visit, context, err));
  if (orr_run_can_open_loop(run))
    ORR_TRY(visit_one(run, ORR_RUN_OPEN_LOOP, 0, visit, context, err));
  for (size_t i = 0; i < run->experiment->eval.rules.count; i++) {
    ORR_TRY(visit_one(run, ORR_RUN_RULE, i, visit, context, err));
    if (run->experiment->eval.swaps.count)
      ORR_TRY(visit_one(run, ORR_RUN_SWAPS, i, visit, context, err));
  }
  return ORR_OK;
}

/* `context`: bool, set once a round has work to do. What judged the model before it would then be
 * refused after that work: better now. */
static orr_status check_stage(const orr_run *run, orr_run_stage kind, orr_stage *stage,
                              void *context, orr_error *err) {
  bool *fresh = context;
  (void)run;
  ORR_TRY(orr_stage_check(stage, err));
  if (kind == ORR_RUN_ROUND_COLLECT || kind == ORR_RUN_ROUND_TRAIN)
    *fresh = *fresh || !orr_stage_is_done(stage);
  bool judges = kind == ORR_RUN_OPEN_LOOP || kind == ORR_RUN_RULE || kind == ORR_RUN_SWAPS;
  if (!judges || !*fresh || !orr_stage_is_done(stage)) return ORR_OK;
  orr_fail(err, ORR_ERR_MISMATCH, "stage `%s`: %s was made without the rounds that are to come",
           stage->name, stage->folder);
  orr_hint(err, "--force redoes it with the last round's model; another --out keeps both");
  return ORR_ERR_MISMATCH;
}

/* --- the folder ------------------------------------------------------------------------------- */

static orr_status check_owner(const orr_run *run, orr_error *err) {
  char path[600];
  orr_path_join(path, sizeof path, run->out, "config.yaml");
  if (!orr_file_exists(path)) return ORR_OK;
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_status status = found ? orr_config_load(path, &config, found) : ORR_ERR_MEMORY;
  if (status != ORR_OK && found) orr_diagnostics_status(found, err);
  if (!found) orr_fail(err, status, "out of memory");
  const orr_node *id = config ? orr_node_get(orr_config_root(config), "id") : NULL;
  if (id && id->kind != ORR_NODE_SCALAR) id = NULL;
  if (status == ORR_OK && (!id || strcmp(id->text, run->experiment->id) != 0)) {
    status = orr_fail(err, ORR_ERR_MISMATCH, "%s is the run of scenario `%s`, not of `%s`",
                      run->out, id ? id->text : "?", run->experiment->id);
    orr_hint(err, "give another --out; even --force does not write over another scenario");
  }
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
  return status;
}

static orr_status lock_folder(orr_run *run, orr_error *err) {
  ORR_TRY(orr_folder_make(run->out, err));
  run->lock = open(run->out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (run->lock < 0)
    return orr_fail(err, ORR_ERR_FILE, "cannot open %s: %s", run->out, strerror(errno));
  /* A run that was killed while it started another process may be outlived by its lock for a
   * moment: the new process shares it until it has become another program. */
  for (int i = 0; i < 50; i++) {
    if (flock(run->lock, LOCK_EX | LOCK_NB) == 0) return ORR_OK;
    nanosleep(&(struct timespec){0, 20 * 1000 * 1000}, NULL);
  }
  orr_fail(err, ORR_ERR_SYSTEM, "another orrery is working in %s", run->out);
  orr_hint(err, "wait for it, or give another --out");
  return ORR_ERR_SYSTEM;
}

static orr_status write_config(const orr_run *run, orr_error *err) {
  char path[600];
  orr_path_join(path, sizeof path, run->out, "config.yaml");
  if (run->options->manifest && orr_file_exists(path)) return ORR_OK; /* freezing leaves no trace */
  char *text = orr_node_to_yaml(orr_config_root(run->experiment->config));
  if (!text) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  orr_status status = orr_file_put(path, text, strlen(text), err);
  orr_free(text);
  return status;
}

static void fill_paths(orr_run *run) {
  orr_path_join(run->data, sizeof run->data, run->out, "data");
  orr_path_join(run->model, sizeof run->model, run->out, "model");
  orr_path_join(run->eval, sizeof run->eval, run->out, "eval");
  if (run->options->model)
    snprintf(run->checkpoint, sizeof run->checkpoint, "%s", run->options->model);
  else {
    char name[64];
    orr_experiment_checkpoint(run->experiment, name, sizeof name);
    orr_path_join(run->checkpoint, sizeof run->checkpoint, run->out, name);
  }
}

/* --- the manifest ----------------------------------------------------------------------------- */

/* eval.manifest from where we are: it is relative to the scenario file. */
static orr_status find_manifest(orr_run *run, orr_error *err) {
  const char *name = run->experiment->eval.manifest;
  const char *file = orr_config_path(run->experiment->config), *slash = strrchr(file, '/');
  if (!*name || run->options->manifest) return ORR_OK;
  int above = *name == '/' || !slash ? 0 : (int)(slash - file) + 1;
  int length = snprintf(run->manifest, sizeof run->manifest, "%.*s%s", above, file, name);
  if (length > 0 && (size_t)length < sizeof run->manifest - 128) return ORR_OK;
  return orr_fail(err, ORR_ERR_CONFIG, "eval.manifest: the name is too long");
}

static orr_status load_manifest(orr_run *run, orr_error *err) {
  size_t count = run->experiment->eval.rules.count;
  ORR_TRY(orr_new(&run->committed, count + 1, sizeof *run->committed, err));
  for (size_t i = 0; i < count; i++)
    ORR_TRY(orr_pairs_load(run->experiment, orr_run_rule_of(run, i), run->manifest,
                           &run->committed[i], err));
  return ORR_OK;
}

/* The folder of a run stands alone: eval/ holds the pairs, so config.yaml names that. */
static orr_status point_to_own_pairs(orr_experiment *experiment, bool freezes, orr_error *err) {
  const char *assignment = freezes ? "eval.manifest=''" : "eval.manifest=eval";
  if (!*experiment->eval.manifest) return ORR_OK;
  orr_diagnostics *found = orr_diagnostics_create();
  if (!found) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  orr_status status = orr_config_set(experiment->config, assignment, found);
  if (status != ORR_OK) orr_diagnostics_status(found, err);
  orr_diagnostics_destroy(found);
  return status;
}

static void find_needs(orr_run *run, bool judges) {
  char path[600];
  orr_path_join(path, sizeof path, run->data, "stage.json");
  bool given = judges && run->options->model && *run->manifest;
  run->data_needed = !given || orr_file_exists(path);
}

bool orr_run_can_open_loop(const orr_run *run) {
  return run->data_needed && run->experiment->collect.held_out > 0;
}

/* Nothing is written before everything that stands there has been compared. */
static orr_status open_run(orr_run *run, bool judges, orr_error *err) {
  if (strlen(run->out) > 400) return orr_fail(err, ORR_ERR_CONFIG, "the name of --out is too long");
  fill_paths(run);
  ORR_TRY(find_manifest(run, err));
  find_needs(run, judges);
  orr_run_tell(run, "resolve", false);
  ORR_TRY(check_owner(run, err));
  if (judges && *run->manifest) ORR_TRY(load_manifest(run, err));
  bool fresh = false;
  if (!run->options->force) ORR_TRY(visit_stages(run, check_stage, &fresh, err));
  ORR_TRY(lock_folder(run, err));
  ORR_TRY(orr_stage_sweep(run->out, err));
  return write_config(run, err);
}

static void close_run(orr_run *run) {
  orr_model_destroy(run->weights);
  for (size_t i = 0; run->committed && i < run->experiment->eval.rules.count; i++)
    orr_pairs_destroy(run->committed[i]);
  orr_free(run->committed);
  orr_run_drop_baselines(run);
  if (run->lock >= 0) close(run->lock);
}

/* --- the stages ------------------------------------------------------------------------------- */

static orr_status check_judgement(const orr_experiment *experiment, orr_error *err) {
  if (experiment->eval.rules.count && experiment->eval.rows.count) return ORR_OK;
  const char *what = experiment->eval.rules.count ? "eval.rows" : "eval.rules";
  orr_fail(err, ORR_ERR_CONFIG, "%s has no %s: there is nothing to judge",
           orr_config_path(experiment->config), what);
  orr_hint(err, "`orrery explain eval` shows what can stand there");
  return ORR_ERR_CONFIG;
}

/* Before hours of work, not after them. */
static orr_status check_rounds(const orr_experiment *experiment, orr_error *err) {
  bool reaches = experiment->plan.objective.kind == ORR_OBJECTIVE_REACH;
  if (experiment->rounds.count == 0 || !reaches) return ORR_OK;
  orr_fail(err, ORR_ERR_CONFIG, "rounds act before the distance of objective reach is trained");
  orr_hint(err, "plan with objective goal; eval.planner may name a preset with reach");
  return ORR_ERR_CONFIG;
}

static orr_status report(const orr_run *run, orr_error *err) {
  orr_run_tell(run, "report", false);
  return orr_report_write(run->experiment, run->out, err);
}

static orr_status run_until(orr_run *run, last_stage last, orr_error *err) {
  if (last >= LAST_EVAL || last == LAST_FREEZE) ORR_TRY(check_judgement(run->experiment, err));
  if (last != LAST_FREEZE && !run->options->model) ORR_TRY(check_rounds(run->experiment, err));
  ORR_TRY(open_run(run, last >= LAST_EVAL, err));
  if (run->data_needed) ORR_TRY(orr_run_collect(run, err));
  if (last == LAST_COLLECT) return ORR_OK;
  if (last == LAST_FREEZE) return orr_run_freeze(run, err);
  if (!run->options->model) ORR_TRY(orr_run_train(run, err));
  ORR_TRY(orr_run_rounds(run, err));
  for (size_t i = 0; run->data_needed && i < run->experiment->baselines.count; i++)
    ORR_TRY(orr_run_baseline(run, i, err));
  if (last == LAST_TRAIN) return ORR_OK;
  size_t threads = orr_pool_lanes(run->control ? run->control->pool : NULL);
  ORR_TRY(orr_timings_set(run->out, "machine", NULL, orr_timings_machine(threads), err));
  ORR_TRY(orr_run_load_model(run, err));
  ORR_TRY(orr_run_load_baselines(run, err));
  for (size_t i = 0; i < run->experiment->eval.rules.count; i++) {
    ORR_TRY(orr_run_rule(run, i, err));
    if (run->experiment->eval.swaps.count) ORR_TRY(orr_run_swaps(run, i, err));
  }
  ORR_TRY(orr_run_open_loop(run, err));
  return last == LAST_REPORT ? report(run, err) : ORR_OK;
}

static orr_status start(orr_experiment *experiment, const orr_run_options *options,
                        const orr_control *control, last_stage last, orr_error *err) {
  orr_run *run;
  ORR_TRY(orr_new(&run, 1, sizeof *run, err));
  *run = (orr_run){.experiment = experiment,
                   .options = options,
                   .control = control,
                   .out = options->out,
                   .lock = -1};
  orr_status status = point_to_own_pairs(experiment, last == LAST_FREEZE, err);
  if (status == ORR_OK) status = run_until(run, last, err);
  close_run(run);
  orr_free(run);
  return status;
}

orr_status orr_experiment_run(orr_experiment *experiment, const orr_run_options *options,
                              const orr_control *control, orr_error *err) {
  return start(experiment, options, control, LAST_REPORT, err);
}

orr_status orr_experiment_collect(orr_experiment *experiment, const orr_run_options *options,
                                  const orr_control *control, orr_error *err) {
  return start(experiment, options, control, LAST_COLLECT, err);
}

orr_status orr_experiment_train(orr_experiment *experiment, const orr_run_options *options,
                                const orr_control *control, orr_error *err) {
  return start(experiment, options, control, LAST_TRAIN, err);
}

orr_status orr_experiment_eval(orr_experiment *experiment, const orr_run_options *options,
                               const orr_control *control, orr_error *err) {
  return start(experiment, options, control, LAST_EVAL, err);
}

orr_status orr_experiment_freeze(orr_experiment *experiment, const orr_run_options *options,
                                 const orr_control *control, orr_error *err) {
  return start(experiment, options, control, LAST_FREEZE, err);
}

/* --- --dry-run -------------------------------------------------------------------------------- */

typedef struct plan_text {
  FILE *stream;
  bool fresh;
} plan_text;

static void put_plan_line(const orr_run *run, orr_run_stage kind, const orr_stage *stage,
                          FILE *to) {
  const orr_experiment *e = run->experiment;
  const orr_collect_def *c = &e->collect;
  if (kind == ORR_RUN_COLLECT)
    fprintf(to,
            "%lld + %lld demonstrations (x %lld noisy replays), %lld weak, %lld random episodes",
            (long long)c->experts, (long long)c->held_out, (long long)c->replay.count,
            (long long)c->weak, (long long)c->random);
  else if (kind == ORR_RUN_TRAIN)
    fprintf(to, "%lld steps of %lld windows", (long long)e->train.steps, (long long)e->train.batch);
  else if (kind == ORR_RUN_ROUND_COLLECT)
    fprintf(to, "%lld episodes of the agent, at most %lld control steps",
            (long long)e->rounds.episodes, (long long)e->rounds.steps);
  else if (kind == ORR_RUN_ROUND_TRAIN)
    fprintf(to, "%lld more steps of %lld windows, %g %% of them on-policy",
            (long long)e->rounds.train_steps, (long long)e->train.batch, 100.0 * e->rounds.share);
  else if (kind == ORR_RUN_BASELINE) {
    const orr_baseline_def *baseline = orr_baseline_find(e, stage->name + strlen("train "));
    fprintf(to, "%lld steps of %lld windows", (long long)baseline->train.steps,
            (long long)baseline->train.batch);
  } else if (kind == ORR_RUN_OPEN_LOOP)
    fprintf(to, "%lld windows, %lld blocks ahead", (long long)e->eval.open_loop.windows,
            (long long)e->eval.open_loop.horizon);
  else if (kind == ORR_RUN_SWAPS)
    fprintf(to, "%zu swaps on the same pairs", e->eval.swaps.count);
  else
    fprintf(to, "%lld pairs%s, %zu rows, planner %s", (long long)e->eval.pairs,
            *run->manifest ? " of the manifest" : "", e->eval.rows.count, e->eval.planner);
  fprintf(to, " -> %s\n", stage->folder);
}

static orr_status put_plan_stage(const orr_run *run, orr_run_stage kind, orr_stage *stage,
                                 void *context, orr_error *err) {
  plan_text *plan = context;
  char begun[600];
  orr_path_join(begun, sizeof begun, stage->folder, "stage.begun.json");
  const char *state = "to do";
  if (orr_stage_check(stage, err) != ORR_OK) {
    state = run->options->force ? "redo" : "refused without --force";
    plan->fresh = true;
  } else if (plan->fresh && orr_file_exists(stage->folder))
    state = "redo";
  else if (orr_stage_is_done(stage))
    state = "done";
  else if (orr_file_exists(begun))
    state = "go on";
  if (strcmp(state, "to do") == 0) plan->fresh = true;
  fprintf(plan->stream, "  %-16s %-24s ", stage->name, state);
  put_plan_line(run, kind, stage, plan->stream);
  return ORR_OK;
}

char *orr_experiment_plan_text(const orr_experiment *experiment, const orr_run_options *options) {
  orr_run run = {.experiment = experiment, .options = options, .out = options->out, .lock = -1};
  char *text = NULL, *copy = NULL;
  size_t length = 0;
  if (strlen(options->out) > 400) return NULL;
  FILE *stream = open_memstream(&text, &length);
  if (!stream) return NULL;
  fill_paths(&run);
  fprintf(stream, "%s%s%s in %s\n", experiment->id, *experiment->profile ? ", profile " : "",
          experiment->profile, options->out);
  plan_text plan = {.stream = stream};
  orr_error err = {0};
  orr_status status = find_manifest(&run, &err);
  find_needs(&run, !options->manifest);
  if (status == ORR_OK) status = visit_stages(&run, put_plan_stage, &plan, &err);
  if (status == ORR_OK && options->manifest)
    fprintf(stream, "  %-16s %-24s %lld pairs per rule, judged by nobody -> %s\n", "freeze",
            "to do", (long long)experiment->eval.pairs, options->manifest);
  else if (status == ORR_OK)
    fprintf(stream, "  %-16s %-24s report.html, report.json, report.md, episodes.csv -> %s\n",
            "report", "to do", options->out);
  if (fclose(stream) == 0 && status == ORR_OK) copy = orr_strdup(text);
  free(text);
  return copy;
}
