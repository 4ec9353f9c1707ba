/* On-policy rounds: their section and their stages. */
#include "eval/rounds.h"

#include "base/clock.h"
#include "eval/timings.h"
#include <string.h>

static const orr_field rounds_fields[] = {
    {ORR_FIELD(INT, orr_rounds_def, count), .low = 0, .high = ORR_MAX_MORE, .preset = "0",
     .help = "How many rounds follow training; the last one's model is judged. A model given with "
             "--model has none"},
    {ORR_FIELD(INT, orr_rounds_def, episodes), .low = 1, .high = ORR_MAX_AGENT_EPISODES,
     .preset = "800",
     .help = "Episodes of a round: the planner of section plan acts in the true simulator with "
             "the model so far, from states of training demonstrations"},
    {ORR_FIELD(INT, orr_rounds_def, steps), .unit = "control steps", .low = 1, .high = 1e6,
     .preset = "60", .help = "Their longest; they end collect.linger after collect.reached is met"},
    {ORR_FIELD(REAL, orr_rounds_def, noise), .unit = "action", .low = 0, .high = 1e6,
     .preset = "0.05", .help = "Deviation of the noise on each action"},
    {ORR_FIELD(REAL, orr_rounds_def, random_goals), .low = 0, .high = 1, .preset = "0.2",
     .help = "Share of episodes whose goal is drawn as demonstrations' goals are; the others' is "
             "the demonstration's state eval.goal_offset ahead"},
    {ORR_FIELD(REAL, orr_rounds_def, share), .low = 0, .high = 1, .preset = "0.2",
     .help = "Share of the windows of a training step that come from the rounds' episodes; 0 "
             "trains on without them"},
    {ORR_FIELD(INT, orr_rounds_def, train_steps), .low = 1, .high = 1e8, .preset = "4000",
     .help = "Optimiser steps of a round, with a warm-up and a cosine of their own"},
    {ORR_FIELD(REAL, orr_rounds_def, rate), .low = 0.001, .high = 10, .preset = "1",
     .help = "Peak learning rate of a round, in units of train.rate"},
};
const orr_record orr_rounds_record = {
    ORR_RECORD("rounds", orr_rounds_def, rounds_fields),
    .help = "On-policy data: the agent acts with the trained model, what happened is added to the "
            "data, and training goes on with both. Baselines do not see it"};

void orr_experiment_checkpoint(const orr_experiment *experiment, char *out, size_t size) {
  long long last = (long long)experiment->rounds.count;
  if (last > 0)
    snprintf(out, size, "rounds/%lld/model/model.safetensors", last);
  else
    snprintf(out, size, "model/model.safetensors");
}

size_t orr_rounds_of(const orr_run *run) {
  return run->options->model ? 0 : (size_t)run->experiment->rounds.count;
}

/* ---- the stages ---- */

static void folder_of(const orr_run *run, size_t number, const char *part, char out[600]) {
  snprintf(out, 600, "%.500s/rounds/%zu/%s", run->out, number, part);
}

orr_status orr_round_describe(const orr_run *run, orr_run_stage kind, size_t number, orr_stage *out,
                              orr_error *err) {
  static const char *const collect[] = {"rounds.episodes",
                                        "rounds.steps",
                                        "rounds.noise",
                                        "rounds.random_goals",
                                        "eval.goal_offset",
                                        "plan",
                                        NULL};
  static const char *const train[] = {"model",       "train", "rounds.share", "rounds.train_steps",
                                      "rounds.rate", NULL};
  bool collects = kind == ORR_RUN_ROUND_COLLECT;
  char title[96], folder[600];
  snprintf(title, sizeof title, "round %zu %s", number, collects ? "collect" : "train");
  folder_of(run, number, collects ? "data" : "model", folder);
  return orr_stage_create(run->experiment, title, folder, collects ? collect : train, out, err);
}

/* The model that round `number` goes on from. */
static orr_status load_model(const orr_run *run, size_t number, orr_model **out, orr_error *err) {
  char folder[600], path[640];
  if (number > 1) folder_of(run, number - 1, "model", folder);
  orr_path_join(path, sizeof path, number > 1 ? folder : run->model, "model.safetensors");
  ORR_TRY(orr_precision_check(run->experiment->plan.precision, "plan.precision", err));
  ORR_TRY(orr_model_load(path, out, err));
  orr_model_set_precision(*out, run->experiment->plan.precision);
  return ORR_OK;
}

static orr_status add_inputs(const orr_run *run, const orr_model *model, orr_stage *stage,
                             orr_error *err) {
  char hash[ORR_HASH_TEXT];
  orr_hash_text(orr_model_hash(model), hash);
  ORR_TRY(orr_stage_input(stage, "data", run->data_identity, err));
  return orr_stage_input(stage, "model", hash, err);
}

/* ---- collecting ---- */

static orr_status note_time(const orr_run *run, size_t number, const char *what, json_t *time,
                            orr_error *err) {
  char key[32];
  snprintf(key, sizeof key, "%zu %s", number, what);
  return orr_timings_set(run->out, "rounds", key, time, err);
}

static orr_status act(const orr_run *run, size_t number, const orr_model *model,
                      const orr_dataset *data, const char *folder, orr_error *err) {
  const orr_experiment *e = run->experiment;
  const orr_rounds_def *rounds = &e->rounds;
  orr_agent_def agent = {.collect = &e->collect,
                         .plan = &e->plan,
                         .model = model,
                         .demonstrations = data,
                         .round = (int64_t)number,
                         .episodes = rounds->episodes,
                         .steps = rounds->steps,
                         .goal_offset = e->eval.goal_offset,
                         .noise = rounds->noise,
                         .random_goals = rounds->random_goals};
  char *yaml = orr_run_scenario_yaml(e);
  if (!yaml) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  orr_collect_result result = {0};
  orr_status status = orr_collect_agent(e->scenario, &e->observer, &agent, e->id, yaml,
                                        (size_t)e->model.block, folder, run->control, &result, err);
  orr_free(yaml);
  ORR_TRY(status);
  ORR_TRY(orr_run_write_statistics(folder, false, result.diverged, err));
  json_t *time =
      json_pack("{s:f, s:I, s:I}", "seconds", result.seconds, "episodes",
                (json_int_t)result.episodes, "shards_kept", (json_int_t)result.shards_kept);
  return note_time(run, number, "collect", time, err);
}

static orr_status collect(const orr_run *run, size_t number, const orr_model *model,
                          orr_error *err) {
  orr_stage stage;
  orr_dataset *data = NULL;
  bool done;
  ORR_TRY(orr_round_describe(run, ORR_RUN_ROUND_COLLECT, number, &stage, err));
  orr_status status = add_inputs(run, model, &stage, err);
  if (status == ORR_OK) status = orr_stage_begin(&stage, run->options->force, &done, err);
  if (status == ORR_OK) orr_run_tell(run, stage.name, done);
  if (status == ORR_OK && !done)
    status = orr_dataset_open(run->data, ORR_SPLIT_TRAIN, true, &data, err);
  if (status == ORR_OK && !done) status = act(run, number, model, data, stage.folder, err);
  if (status == ORR_OK && !done) status = orr_stage_end(&stage, err);
  orr_dataset_close(data);
  orr_stage_release(&stage);
  return status;
}

/* ---- training on ---- */

static orr_status train(orr_run *run, size_t number, const orr_model *model, const char *folder,
                        orr_error *err) {
  const orr_experiment *e = run->experiment;
  orr_dataset *more[ORR_MAX_MORE] = {NULL};
  orr_train_def def = e->train;
  def.steps = e->rounds.train_steps;
  def.rate *= e->rounds.rate;
  orr_train_setup setup = {
      .model = &e->model, .train = &def, .folder = folder, .from = model, .share = e->rounds.share};
  orr_status status = ORR_OK;
  for (size_t i = 0; status == ORR_OK && i < number && setup.share > 0.0; i++) {
    char there[600];
    folder_of(run, i + 1, "data", there);
    status = orr_dataset_open(there, ORR_SPLIT_TRAIN, true, &more[i], err);
    setup.more[setup.more_count++] = more[i];
  }
  char key[32];
  snprintf(key, sizeof key, "%zu train", number);
  if (status == ORR_OK) status = orr_run_train_network(run, &setup, "rounds", key, err);
  for (size_t i = 0; i < number; i++) orr_dataset_close(more[i]);
  return status;
}

/* The rounds' data so far are inputs too. */
static orr_status add_round_inputs(const orr_run *run, size_t number, orr_stage *stage,
                                   orr_error *err) {
  for (size_t i = 1; i <= number; i++) {
    char folder[600], path[640], name[32], sha[ORR_SHA256_TEXT];
    folder_of(run, i, "data", folder);
    orr_path_join(path, sizeof path, folder, "manifest.json");
    ORR_TRY(orr_sha256_file(path, sha, err));
    snprintf(name, sizeof name, "round %zu", i);
    ORR_TRY(orr_stage_input(stage, name, sha, err));
  }
  return ORR_OK;
}

static orr_status train_on(orr_run *run, size_t number, const orr_model *model, orr_error *err) {
  orr_stage stage;
  bool done;
  ORR_TRY(orr_round_describe(run, ORR_RUN_ROUND_TRAIN, number, &stage, err));
  orr_status status = add_inputs(run, model, &stage, err);
  if (status == ORR_OK) status = add_round_inputs(run, number, &stage, err);
  if (status == ORR_OK) status = orr_stage_begin(&stage, run->options->force, &done, err);
  if (status == ORR_OK) orr_run_tell(run, stage.name, done);
  if (status == ORR_OK && !done) status = train(run, number, model, stage.folder, err);
  if (status == ORR_OK && !done) status = orr_stage_end(&stage, err);
  orr_stage_release(&stage);
  return status;
}

orr_status orr_run_rounds(orr_run *run, orr_error *err) {
  for (size_t number = 1; number <= orr_rounds_of(run); number++) {
    orr_model *model;
    ORR_TRY(load_model(run, number, &model, err));
    orr_status status = collect(run, number, model, err);
    if (status == ORR_OK) status = train_on(run, number, model, err);
    orr_model_destroy(model);
    ORR_TRY(status);
  }
  return ORR_OK;
}
