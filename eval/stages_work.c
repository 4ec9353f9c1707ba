/* What each stage does. */
#include "base/clock.h"
#include "eval/run.h"

#include "base/file.h"
#include "data/shard.h"
#include "data/statistics.h"
#include "eval/baselines.h"
#include "eval/protocol_private.h"
#include "eval/timings.h"
#include <string.h>

/* --- collect ---------------------------------------------------------------------------------- */

char *orr_run_scenario_yaml(const orr_experiment *experiment) {
  const orr_node *root = orr_config_root(experiment->config);
  orr_node node = *root;
  orr_entry entries[3];
  node.count = 0;
  node.entries = entries;
  for (size_t i = 0; i < root->count; i++) {
    const char *key = root->entries[i].key;
    bool varies = strcmp(key, "vary") == 0 && root->entries[i].value->count > 0;
    if (strcmp(key, "world") != 0 && strcmp(key, "task") != 0 && !varies) continue;
    entries[node.count++] = root->entries[i];
  }
  return orr_node_to_yaml(&node);
}

typedef struct kind_facts {
  int64_t episodes, rows, succeeded;
  double contact;
} kind_facts;

/* How much of the data each kind of policy made. */
static json_t *policies_json(const orr_dataset *data) {
  kind_facts facts[ORR_POLICY_COUNT] = {0};
  for (size_t i = 0; i < orr_dataset_episodes(data); i++) {
    orr_episode_view view = orr_dataset_episode(data, i);
    kind_facts *f = &facts[view.policy];
    f->episodes++;
    f->rows += (int64_t)view.steps + 1;
    f->succeeded += view.terminated;
    for (size_t t = 0; t <= view.steps; t++) f->contact += view.contact[t] != 0;
  }
  json_t *all = json_object();
  for (size_t k = 0; k < ORR_POLICY_COUNT; k++) {
    if (facts[k].episodes == 0) continue;
    double n = (double)facts[k].episodes, rows = (double)facts[k].rows;
    json_object_set_new(
        all, orr_policy_kind_name((orr_policy_kind)k),
        json_pack("{s:I, s:I, s:f, s:f, s:f}", "episodes", (json_int_t)facts[k].episodes, "rows",
                  (json_int_t)facts[k].rows, "mean_length", rows / n - 1.0, "terminated",
                  (double)facts[k].succeeded / n, "contact", facts[k].contact / rows));
  }
  return all;
}

static orr_status split_json(const char *folder, orr_split split, json_t **out, orr_error *err) {
  orr_dataset *data;
  ORR_TRY(orr_dataset_open(folder, split, false, &data, err));
  orr_statistics *statistics;
  orr_status status = orr_new(&statistics, 1, sizeof *statistics, err);
  if (status == ORR_OK) {
    const orr_shard_info *info = orr_dataset_info(data);
    orr_statistics_fit(data, statistics);
    *out = orr_statistics_to_json(statistics, &info->observation, &info->action);
    json_object_set_new(*out, "policies", policies_json(data));
    orr_free(statistics);
  }
  orr_dataset_close(data);
  return status;
}

orr_status orr_run_write_statistics(const char *folder, bool held_out, int64_t diverged,
                                    orr_error *err) {
  json_t *train = NULL, *held = NULL;
  ORR_TRY(split_json(folder, ORR_SPLIT_TRAIN, &train, err));
  orr_status status = ORR_OK;
  if (held_out) status = split_json(folder, ORR_SPLIT_HELD_OUT, &held, err);
  json_t *all = json_pack("{s:I, s:o, s:o}", "diverged", (json_int_t)diverged, "train", train,
                          "held_out", held ? held : json_object());
  char path[600];
  orr_path_join(path, sizeof path, folder, "statistics.json");
  if (status == ORR_OK) status = orr_json_put(path, all, err);
  json_decref(all);
  return status;
}

static orr_status collect(orr_run *run, orr_error *err) {
  const orr_experiment *e = run->experiment;
  char *yaml = orr_run_scenario_yaml(e);
  if (!yaml) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  double begun = orr_seconds();
  orr_collect_result result = {0};
  orr_status status =
      orr_collect_run(e->scenario, &e->observer, &e->collect, e->id, yaml, (size_t)e->model.block,
                      run->data, run->control, &result, err);
  orr_free(yaml);
  ORR_TRY(status);
  ORR_TRY(orr_run_write_statistics(run->data, e->collect.held_out > 0, result.diverged, err));
  json_t *time =
      json_pack("{s:f, s:I, s:I, s:I, s:f, s:f, s:f, s:f}", "seconds", orr_seconds() - begun,
                "episodes", (json_int_t)result.episodes, "shards", (json_int_t)result.shards,
                "shards_kept", (json_int_t)result.shards_kept, "acting_thread_seconds",
                result.acting, "drawing_thread_seconds", result.drawing, "deflating_thread_seconds",
                result.deflating, "writing_thread_seconds", result.writing);
  return orr_timings_set(run->out, "collect", NULL, time, err);
}

orr_status orr_run_collect(orr_run *run, orr_error *err) {
  orr_stage stage;
  bool done;
  ORR_TRY(orr_run_describe(run, ORR_RUN_COLLECT, 0, &stage, err));
  orr_status status = orr_stage_begin(&stage, run->options->force, &done, err);
  if (status == ORR_OK) orr_run_tell(run, "collect", done);
  if (status == ORR_OK && !done) status = collect(run, err);
  if (status == ORR_OK && !done) status = orr_stage_end(&stage, err);
  orr_stage_release(&stage);
  ORR_TRY(status);
  char path[600];
  orr_path_join(path, sizeof path, run->data, "manifest.json");
  return orr_sha256_file(path, run->data_identity, err);
}

/* --- train ------------------------------------------------------------------------------------ */

static orr_status train_on(orr_run *run, const orr_train_setup *setup, const char *section,
                           const char *key, orr_error *err) {
  orr_train_result result = {0};
  ORR_TRY(orr_train_run(setup, run->control, &result, err));
  json_t *time = json_pack("{s:f, s:f, s:b}", "seconds", result.seconds, "windows_per_second",
                           result.windows_per_second, "resumed", result.resumed);
  return orr_timings_set(run->out, section, key, time, err);
}

orr_status orr_run_train_network(orr_run *run, orr_train_setup *setup, const char *section,
                                 const char *key, orr_error *err) {
  orr_dataset *data = NULL, *held_out = NULL;
  orr_status status = orr_dataset_open(run->data, ORR_SPLIT_TRAIN, true, &data, err);
  if (status == ORR_OK && run->experiment->collect.held_out > 0)
    status = orr_dataset_open(run->data, ORR_SPLIT_HELD_OUT, true, &held_out, err);
  setup->data = data;
  setup->held_out = held_out;
  if (status == ORR_OK) status = train_on(run, setup, section, key, err);
  orr_dataset_close(held_out);
  orr_dataset_close(data);
  return status;
}

static orr_status train(orr_run *run, orr_error *err) {
  const orr_experiment *e = run->experiment;
  orr_train_setup setup = {.model = &e->model, .train = &e->train, .folder = run->model};
  return orr_run_train_network(run, &setup, "train", NULL, err);
}

orr_status orr_run_train(orr_run *run, orr_error *err) {
  orr_stage stage;
  bool done;
  ORR_TRY(orr_run_describe(run, ORR_RUN_TRAIN, 0, &stage, err));
  orr_status status = orr_stage_input(&stage, "data", run->data_identity, err);
  if (status == ORR_OK) status = orr_stage_begin(&stage, run->options->force, &done, err);
  if (status == ORR_OK) orr_run_tell(run, "train", done);
  if (status == ORR_OK && !done) status = train(run, err);
  if (status == ORR_OK && !done) status = orr_stage_end(&stage, err);
  orr_stage_release(&stage);
  return status;
}

/* --- the model -------------------------------------------------------------------------------- */

orr_status orr_run_check_interface(const orr_run *run, const orr_model *model, const char *path,
                                   orr_error *err) {
  const orr_experiment *e = run->experiment;
  int64_t block = orr_model_definition(model)->block;
  orr_hash here =
      orr_interface_hash(&e->observer.space, &e->scenario->action, (size_t)e->model.block);
  if (orr_hash_equal(orr_model_interface(model), here)) return ORR_OK;
  char why[256] = "";
  if (block != e->model.block)
    snprintf(why, sizeof why, "its block is %lld control steps, here %lld", (long long)block,
             (long long)e->model.block);
  if (!*why)
    orr_space_difference(orr_model_observation(model), &e->observer.space, "observation", why,
                         sizeof why);
  if (!*why)
    orr_space_difference(orr_model_action(model), &e->scenario->action, "action", why, sizeof why);
  orr_fail(err, ORR_ERR_MISMATCH, "%s was trained for another interface: %s", path,
           *why ? why : "bodies, bounds or the meaning of actions differ");
  orr_hint(err, "train a model for this scenario, or set observe and model.block as it was");
  return ORR_ERR_MISMATCH;
}

static orr_status write_card(const orr_run *run, orr_error *err) {
  const orr_model *m = run->weights;
  const orr_model_def *def = orr_model_definition(m);
  char hash[ORR_HASH_TEXT], world[ORR_HASH_TEXT], interface[ORR_HASH_TEXT], here[ORR_HASH_TEXT];
  orr_hash_text(orr_model_hash(m), hash);
  orr_hash_text(orr_model_world(m), world);
  orr_hash_text(orr_model_interface(m), interface);
  orr_hash_text(run->experiment->scenario->identity, here);
  bool shift = strcmp(world, here) != 0;
  json_t *card = json_pack(
      "{s:s, s:b, s:I, s:I, s:I, s:I, s:f, s:s, s:s, s:s, s:s, s:b, s:O?}", "family",
      orr_family_names[def->family], "given", run->options->model != NULL, "parameters",
      (json_int_t)orr_model_parameters(m), "latent", (json_int_t)orr_model_latent(m), "block",
      (json_int_t)def->block, "horizon", (json_int_t)def->horizon, "flops_per_step",
      orr_model_flops(m), "hash", hash, "interface", interface, "trained_on_world", world, "world",
      here, "shift", shift, "record", orr_model_record_json(m));
  if (!card) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  char path[600];
  orr_status status = orr_folder_make(run->eval, err);
  orr_path_join(path, sizeof path, run->eval, "model.json");
  if (status == ORR_OK) status = orr_stage_sweep(run->eval, err);
  if (status == ORR_OK) status = orr_json_put(path, card, err);
  json_decref(card);
  return status;
}

orr_status orr_run_load_model(orr_run *run, orr_error *err) {
  int precision = orr_eval_planner(run->experiment)->precision;
  ORR_TRY(orr_precision_check(precision, "plan.precision", err));
  ORR_TRY(orr_model_load(run->checkpoint, &run->weights, err));
  orr_model_set_precision(run->weights, precision);
  if (orr_model_acts(run->weights) || orr_model_reaches(run->weights)) {
    orr_fail(err, ORR_ERR_MISMATCH, "%s is a %s, not a world model", run->checkpoint,
             orr_model_acts(run->weights) ? "policy" : "distance");
    orr_hint(err, orr_model_acts(run->weights)
                      ? "policies are judged by rows of their own: see `orrery explain baselines`"
                      : "distances are for objective reach: see `orrery explain eval.head`");
    return ORR_ERR_MISMATCH;
  }
  ORR_TRY(orr_run_check_interface(run, run->weights, run->checkpoint, err));
  return write_card(run, err);
}

orr_status orr_run_input_model(const orr_run *run, orr_stage *stage, orr_error *err) {
  char hash[ORR_HASH_TEXT];
  orr_hash_text(orr_model_hash(run->weights), hash);
  return orr_stage_input(stage, "model", hash, err);
}

/* --- open loop -------------------------------------------------------------------------------- */

/* Whether anything of a body or joint is observed: of the others there is no error to tell. */
static bool is_seen(const orr_space *space, size_t body) {
  for (size_t i = 0; i < space->count; i++)
    if (space->fields[i].body == (int)body) return true;
  return false;
}

static json_t *error_json(const orr_open_loop *loop, const orr_space *space, size_t body) {
  json_t *position = json_array(), *angle = json_array();
  json_t *still_position = json_array(), *still_angle = json_array();
  for (size_t h = 0; h < loop->horizon; h++) {
    json_array_append_new(position, json_real(loop->position[h][body]));
    json_array_append_new(angle, json_real(loop->angle[h][body]));
    json_array_append_new(still_position, json_real(loop->still_position[h][body]));
    json_array_append_new(still_angle, json_real(loop->still_angle[h][body]));
  }
  return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "body", space->bodies[body].name, "role",
                   space->bodies[body].role == ORR_ROLE_FREE ? "free" : "actuated", "position",
                   position, "angle", angle, "still_position", still_position, "still_angle",
                   still_angle);
}

static orr_status measure(orr_run *run, const char *folder, orr_error *err) {
  const orr_open_loop_def *def = &run->experiment->eval.open_loop;
  orr_dataset *data;
  orr_open_loop *loop;
  ORR_TRY(orr_dataset_open(run->data, ORR_SPLIT_HELD_OUT, false, &data, err));
  orr_status status = orr_new(&loop, 1, sizeof *loop, err);
  if (status == ORR_OK)
    status = orr_open_loop_measure(run->weights, data, (size_t)def->horizon, (size_t)def->windows,
                                   run->control, loop, err);
  if (status == ORR_OK) {
    json_t *bodies = json_array();
    const orr_space *space = orr_model_observation(run->weights);
    for (size_t b = 0; b < loop->bodies; b++)
      if (is_seen(space, b)) json_array_append_new(bodies, error_json(loop, space, b));
    json_t *all = json_pack("{s:I, s:I, s:o}", "horizon", (json_int_t)loop->horizon, "windows",
                            (json_int_t)loop->windows, "bodies", bodies);
    char path[600];
    orr_path_join(path, sizeof path, folder, "open_loop.json");
    status = orr_json_put(path, all, err);
    json_decref(all);
  }
  orr_free(loop);
  orr_dataset_close(data);
  return status;
}

orr_status orr_run_open_loop(orr_run *run, orr_error *err) {
  orr_stage stage;
  bool done;
  if (!orr_run_can_open_loop(run)) {
    orr_run_tell(run, "open loop: left out, no held-out data here", false);
    return ORR_OK;
  }
  ORR_TRY(orr_run_describe(run, ORR_RUN_OPEN_LOOP, 0, &stage, err));
  orr_status status = orr_stage_input(&stage, "data", run->data_identity, err);
  if (status == ORR_OK) status = orr_run_input_model(run, &stage, err);
  if (status == ORR_OK) status = orr_stage_begin(&stage, run->options->force, &done, err);
  if (status == ORR_OK) orr_run_tell(run, "open loop", done);
  if (status == ORR_OK && !done) status = measure(run, stage.folder, err);
  if (status == ORR_OK && !done) status = orr_stage_end(&stage, err);
  orr_stage_release(&stage);
  return status;
}

/* --- a rule's table --------------------------------------------------------------------------- */

static orr_status get_pairs(orr_run *run, size_t rule, const char *folder, orr_pairs **out,
                            orr_error *err) {
  char path[600], name[96];
  orr_path_join(path, sizeof path, folder, "pairs.h5");
  bool frozen = orr_file_exists(path);
  snprintf(name, sizeof name, "pairs %s", orr_run_rule_of(run, rule)->name);
  orr_run_tell(run, name, frozen);
  if (frozen) return orr_pairs_read(path, out, err);
  if (run->committed) {
    ORR_TRY(orr_pairs_write(run->committed[rule], path, err));
    return orr_pairs_read(path, out, err);
  }
  orr_dataset *data;
  ORR_TRY(orr_dataset_open(run->data, ORR_SPLIT_HELD_OUT, true, &data, err));
  orr_status status =
      orr_pairs_make(run->experiment, orr_run_rule_of(run, rule), data, run->control, out, err);
  orr_dataset_close(data);
  return status == ORR_OK ? orr_pairs_write(*out, path, err) : status;
}

static void put_rows(FILE *stream, const char *row, const orr_pairs *pairs,
                     const orr_outcome *outcomes) {
  for (size_t i = 0; i < pairs->count; i++) {
    const orr_pair *p = &pairs->items[i];
    const orr_outcome *o = &outcomes[i];
    fprintf(stream, "%s,%zu,%llu,%lld,%lld,%lld,%d,%d,%s,%lld,%lld,%.17g,%.17g\n", row, i,
            (unsigned long long)p->seed, (long long)p->reset_episode, (long long)p->episode,
            (long long)p->start, o->must_move, o->success, orr_end_names[o->end],
            (long long)o->steps, (long long)o->plans, o->position, o->angle);
  }
}

orr_status orr_run_put_rows(const char *folder, const char *const *rows, size_t count,
                            const orr_pairs *pairs, const orr_outcome *outcomes, orr_error *err) {
  orr_file_writer *writer;
  char path[600];
  orr_path_join(path, sizeof path, folder, "episodes.csv");
  ORR_TRY(orr_file_begin(path, &writer, err));
  FILE *stream = orr_file_stream(writer);
  fputs("row,index,seed,reset_episode,episode,start,must_move,success,end,steps,plans,position,"
        "angle\n",
        stream);
  for (size_t r = 0; r < count; r++) put_rows(stream, rows[r], pairs, outcomes + r * pairs->count);
  return orr_file_commit(writer, err);
}

orr_status orr_run_row(orr_run *run, size_t rule, const orr_pairs *pairs, const char *folder,
                       const char *row, const orr_swap_def *swap, orr_outcome *outcomes,
                       orr_error *err) {
  const char *name = orr_run_rule_of(run, rule)->name, *kind = swap ? "swap " : "";
  char title[128], key[128];
  double *latencies = NULL, begun = orr_seconds();
  size_t count = 0;
  snprintf(title, sizeof title, "eval %.47s %s%.47s", name, kind, row);
  orr_run_tell(run, title, false);
  ORR_TRY(orr_protocol_run(run->experiment, orr_eval_planner(run->experiment),
                           orr_run_rule_of(run, rule), pairs, row, swap,
                           swap ? run->weights : orr_run_weights(run, row), orr_run_head(run),
                           folder, run->control, outcomes, &latencies, &count, err));
  json_t *time = orr_timings_latency(latencies, count);
  orr_free(latencies);
  json_object_set_new(time, "seconds", json_real(orr_seconds() - begun));
  snprintf(key, sizeof key, "%.47s/%s%.47s", name, kind, row);
  return orr_timings_set(run->out, "eval", key, time, err);
}

static orr_status run_rows(orr_run *run, size_t rule, const orr_pairs *pairs, const char *folder,
                           const char **rows, orr_outcome *outcomes, orr_error *err) {
  const char *const *asked = run->experiment->eval.rows.items;
  size_t count = 0;
  for (size_t r = 0; r < run->experiment->eval.rows.count; r++) {
    if (!orr_run_has_row(run, asked[r])) continue;
    ORR_TRY(orr_run_row(run, rule, pairs, folder, asked[r], NULL, outcomes + count * pairs->count,
                        err));
    rows[count++] = asked[r];
  }
  return orr_run_put_rows(folder, rows, count, pairs, outcomes, err);
}

static orr_status run_table(orr_run *run, size_t rule, const orr_pairs *pairs, const char *folder,
                            orr_error *err) {
  size_t count = run->experiment->eval.rows.count;
  orr_outcome *outcomes;
  const char **rows = NULL;
  ORR_TRY(orr_new(&outcomes, count * pairs->count + 1, sizeof *outcomes, err));
  orr_status status = orr_new(&rows, count + 1, sizeof *rows, err);
  if (status == ORR_OK) status = run_rows(run, rule, pairs, folder, rows, outcomes, err);
  orr_free(rows);
  orr_free(outcomes);
  return status;
}

static orr_status judge(orr_run *run, size_t rule, const char *folder, orr_error *err) {
  orr_pairs *pairs = NULL;
  orr_status status = get_pairs(run, rule, folder, &pairs, err);
  if (status == ORR_OK) status = run_table(run, rule, pairs, folder, err);
  orr_pairs_destroy(pairs);
  return status;
}

/* Pairs come from the data, or from a manifest and then need none. */
static orr_status add_inputs(const orr_run *run, size_t rule, orr_stage *stage, orr_error *err) {
  char hash[ORR_HASH_TEXT] = "";
  if (run->committed) orr_hash_text(run->committed[rule]->hash, hash);
  ORR_TRY(orr_stage_input(stage, "manifest", hash, err));
  ORR_TRY(orr_stage_input(stage, "data", run->committed ? "" : run->data_identity, err));
  return orr_run_input_model(run, stage, err);
}

orr_status orr_run_rule(orr_run *run, size_t rule, orr_error *err) {
  orr_stage stage;
  bool done;
  ORR_TRY(orr_run_describe(run, ORR_RUN_RULE, rule, &stage, err));
  orr_status status = add_inputs(run, rule, &stage, err);
  if (status == ORR_OK) status = orr_baseline_inputs(run, &stage, err);
  if (status == ORR_OK) status = orr_head_input(run, false, &stage, err);
  if (status == ORR_OK) status = orr_stage_begin(&stage, run->options->force, &done, err);
  if (status == ORR_OK && done) orr_run_tell(run, stage.name, true);
  if (status == ORR_OK && !done) status = judge(run, rule, stage.folder, err);
  if (status == ORR_OK && !done) status = orr_stage_end(&stage, err);
  if (status == ORR_OK) status = orr_part_remove(stage.folder, err); /* also after a kill */
  orr_stage_release(&stage);
  return status;
}
