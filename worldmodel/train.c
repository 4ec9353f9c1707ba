/* The training loop: resume, step, log, check, save.
 *
 * The state is written before the model: killed between the two, the next call finds the newer
 * state, goes on from it and writes the model again. metrics.jsonl is cut back to the step that a
 * run resumes from, so that every step stands in it once. */
#include "base/clock.h"
#include "base/file.h"
#include "base/maths.h"
#include "base/memory.h"
#include "worldmodel/train_internal.h"
#include <string.h>

/* Saving ----------------------------------------------------------------------------------- */

static json_t *training_record(const orr_trainer *trainer) {
  const orr_train_setup *setup = trainer->setup;
  char data[ORR_HASH_TEXT], from[ORR_HASH_TEXT];
  orr_hash_text(trainer->state.data, data);
  json_t *record =
      json_pack("{s:s, s:I, s:I, s:f, s:o}", "data_hash", data, "seed",
                (json_int_t)setup->train->seed, "steps", (json_int_t)trainer->state.step, "loss",
                trainer->state.loss, "train", orr_checkpoint_pack(&orr_train_record, setup->train));
  if (!record || !setup->from) return record;
  orr_hash_text(setup->from->hash, from);
  json_object_set_new(record, "from", json_string(from));
  json_object_set_new(record, "share", json_real(setup->more_count ? setup->share : 0.0));
  return record;
}

static orr_status check_weights(const orr_trainer *trainer, orr_error *err) {
  for (size_t i = 0; i < trainer->model->params.total; i++) {
    if (isfinite(trainer->model->values[i])) continue;
    orr_fail(err, ORR_ERR_NUMBERS, "a weight is not finite after training step %lld",
             (long long)trainer->state.step);
    orr_hint(err, "lower train.rate (now %g); an earlier checkpoint is kept",
             trainer->setup->train->rate);
    return ORR_ERR_NUMBERS;
  }
  return ORR_OK;
}

static orr_status save_model(orr_trainer *trainer, orr_error *err) {
  json_decref(trainer->model->record);
  trainer->model->record = training_record(trainer);
  if (!trainer->model->record) return orr_fail(err, ORR_ERR_MEMORY, "no memory for a record");
  return orr_checkpoint_save(trainer->model, trainer->model_path, err);
}

static orr_status save(orr_trainer *trainer, orr_error *err) {
  ORR_TRY(orr_model_fit_metric(trainer->model, trainer->setup->data, err));
  ORR_TRY(check_weights(trainer, err)); /* the metric's too */
  ORR_TRY(orr_checkpoint_save_state(trainer->model, trainer->setup->train, &trainer->state,
                                    trainer->state_path, err));
  trainer->saved = trainer->state.step;
  return save_model(trainer, err);
}

/* Starting --------------------------------------------------------------------------------- */

/* What a killed writer has left behind. */
static orr_status sweep_leftovers(const char *folder, orr_error *err) {
  static const char *const prefixes[] = {"state.safetensors.orr-tmp", "model.safetensors.orr-tmp",
                                         "metrics.jsonl.orr-tmp"};
  for (size_t i = 0; i < 3; i++) {
    char **names, path[ORR_TRAIN_PATH];
    size_t count;
    ORR_TRY(orr_folder_list(folder, prefixes[i], "", &names, &count, err));
    orr_status status = ORR_OK;
    for (size_t j = 0; j < count && status == ORR_OK; j++) {
      orr_path_join(path, sizeof path, folder, names[j]);
      status = orr_file_remove(path, err);
    }
    orr_free(names);
    ORR_TRY(status);
  }
  return ORR_OK;
}

static orr_status build(orr_trainer *trainer, const orr_transform *transform, orr_error *err) {
  const orr_shard_info *info = orr_dataset_info(trainer->setup->data);
  orr_model_destroy(trainer->model);
  return orr_model_build(trainer->setup->model, &info->observation, &info->action, transform,
                         &trainer->model, err);
}

/* The weights to go on from; their transform belongs to them. */
static orr_status copy_model(orr_trainer *trainer, orr_error *err) {
  const orr_model *from = trainer->setup->from;
  json_t *then = orr_checkpoint_pack(&orr_model_record, &from->def);
  json_t *now = orr_checkpoint_pack(&orr_model_record, trainer->setup->model);
  bool same = then && now && json_equal(then, now);
  json_decref(then);
  json_decref(now);
  if (!same || !orr_hash_equal(from->interface, orr_dataset_info(trainer->setup->data)->interface))
    return orr_fail(err, ORR_ERR_MISMATCH, "the model to go on from has another %s",
                    same ? "interface" : "definition");
  ORR_TRY(build(trainer, &from->transform, err));
  ORR_TRY(orr_model_allocate(trainer->model, err));
  memcpy(trainer->model->values, from->values, from->params.total * sizeof *from->values);
  trainer->model->interface = from->interface;
  trainer->model->world = from->world;
  return ORR_OK;
}

static orr_status make_model(orr_trainer *trainer, orr_error *err) {
  const orr_train_setup *setup = trainer->setup;
  const orr_shard_info *info = orr_dataset_info(setup->data);
  orr_transform *transform;
  if (setup->from) return copy_model(trainer, err);
  ORR_TRY(orr_new(&transform, 1, sizeof *transform, err));
  orr_status status = orr_transform_fit(setup->data, (size_t)setup->model->stride, transform, err);
  if (status == ORR_OK) status = build(trainer, transform, err);
  if (status == ORR_OK && trainer->model->law >= 0) {
    status = orr_model_measure_law(trainer->model, setup->data, transform->motion_std, err);
    if (status == ORR_OK) status = build(trainer, transform, err); /* in units of what is left */
  }
  orr_free(transform);
  ORR_TRY(status);
  trainer->model->interface = info->interface;
  trainer->model->world = info->world;
  return orr_model_allocate(trainer->model, err);
}

static orr_status make_paths(orr_trainer *trainer, orr_error *err) {
  const char *folder = trainer->setup->folder;
  if (strlen(folder) + 64 > ORR_TRAIN_PATH) {
    return orr_fail(err, ORR_ERR_FILE, "the path of the folder is too long: '%.60s...'", folder);
  }
  orr_path_join(trainer->metrics, ORR_TRAIN_PATH, folder, "metrics.jsonl");
  orr_path_join(trainer->state_path, ORR_TRAIN_PATH, folder, "state.safetensors");
  orr_path_join(trainer->model_path, ORR_TRAIN_PATH, folder, "model.safetensors");
  ORR_TRY(orr_folder_make(folder, err));
  return sweep_leftovers(folder, err);
}

static orr_status open_windows(orr_trainer *trainer, orr_error *err) {
  const orr_train_setup *setup = trainer->setup;
  orr_windows_def def = orr_train_windows(trainer->model);
  ORR_ASSERT(setup->more_count <= ORR_MAX_MORE);
  ORR_ASSERT(setup->more_count == 0 || !orr_model_sees_goal(trainer->model));
  ORR_TRY(orr_windows_create(setup->data, &def, &trainer->windows, err));
  trainer->mix =
      (orr_windows_mix){.base = trainer->windows, .more = trainer->more, .share = setup->share};
  for (size_t i = 0; i < setup->more_count; i++) {
    orr_windows *more;
    if (!orr_hash_equal(orr_dataset_info(setup->more[i])->interface,
                        orr_dataset_info(setup->data)->interface))
      return orr_fail(err, ORR_ERR_MISMATCH, "the data to mix in have another interface");
    ORR_TRY(orr_windows_create(setup->more[i], &def, &more, err));
    trainer->more[trainer->mix.more_count++] = more;
  }
  return ORR_OK;
}

/* Everything that the weights come from beside the definitions; of one data set alone its hash. */
static orr_hash data_hash(const orr_train_setup *setup) {
  orr_hash hash = orr_dataset_hash(setup->data);
  if (setup->from) hash = orr_hash_join(hash, setup->from->hash);
  for (size_t i = 0; i < setup->more_count; i++)
    hash = orr_hash_join(hash, orr_dataset_hash(setup->more[i]));
  if (setup->more_count)
    hash = orr_hash_join(hash, orr_hash_bytes(&setup->share, sizeof setup->share));
  return hash;
}

static orr_status first_weights(orr_trainer *trainer, orr_error *err) {
  const orr_train_setup *setup = trainer->setup;
  if (setup->from) return ORR_OK; /* they are there */
  orr_params_init(&trainer->model->params, (uint64_t)setup->train->seed, trainer->model->values);
  return orr_model_fit_law(trainer->model, setup->data, err);
}

static orr_status start(orr_trainer *trainer, orr_error *err) {
  const orr_train_setup *setup = trainer->setup;
  ORR_TRY(make_paths(trainer, err));
  ORR_TRY(make_model(trainer, err));
  ORR_TRY(open_windows(trainer, err));
  ORR_TRY(orr_train_prepare(trainer, err));
  trainer->state.data = data_hash(setup);
  trainer->resumed = orr_file_exists(trainer->state_path);
  if (!trainer->resumed) {
    ORR_TRY(first_weights(trainer, err));
    return orr_train_cut_log(trainer->metrics, -1, err);
  }
  ORR_TRY(orr_checkpoint_load_state(trainer->model, setup->train, &trainer->state,
                                    trainer->state_path, err));
  trainer->saved = trainer->state.step;
  return orr_train_cut_log(trainer->metrics, trainer->state.step, err);
}

/* The loop --------------------------------------------------------------------------------- */

typedef struct orr_train_clock {
  double begin, logged, reported; /* s */
  int64_t first, logged_step;
} orr_train_clock;

static bool due(int64_t step, int64_t every, int64_t last) {
  return step % every == 0 || step == last;
}

/* Everything that follows a step: lines, checks, progress, checkpoints. */
static orr_status follow_up(orr_trainer *trainer, orr_train_clock *clock, orr_error *err) {
  const orr_train_def *train = trainer->setup->train;
  int64_t step = trainer->state.step;
  double time = orr_seconds();
  if (due(step, train->log_every, train->steps)) {
    double seconds = orr_max(time - clock->logged, 1e-9);
    double windows = (double)((step - clock->logged_step) * train->batch);
    ORR_TRY(orr_train_log(trainer, windows / seconds, err));
    clock->logged = orr_seconds();
    clock->logged_step = step;
  }
  if (trainer->setup->held_out && due(step, train->check_every, train->steps)) {
    ORR_TRY(orr_train_check(trainer, err));
    clock->logged += orr_seconds() - time; /* a check is not training time */
  }
  if (time - clock->reported > 0.05 || step == train->steps) {
    char note[48];
    snprintf(note, sizeof note, "loss %.5f", trainer->state.loss);
    orr_report(trainer->control, "steps", step, train->steps, note);
    clock->reported = time;
  }
  return due(step, train->save_every, train->steps) ? save(trainer, err) : ORR_OK;
}

static orr_status cancelled(orr_trainer *trainer, orr_error *err) {
  if (trainer->saved != trainer->state.step) ORR_TRY(save(trainer, err));
  orr_fail(err, ORR_ERR_CANCELLED, "cancelled after training step %lld of %lld",
           (long long)trainer->state.step, (long long)trainer->setup->train->steps);
  orr_hint(err, "run it again to go on from there");
  return ORR_ERR_CANCELLED;
}

static orr_status run(orr_trainer *trainer, orr_train_clock *clock, orr_error *err) {
  const orr_train_def *train = trainer->setup->train;
  ORR_TRY(start(trainer, err));
  clock->begin = clock->logged = clock->reported = orr_seconds();
  clock->first = clock->logged_step = trainer->state.step;
  if (trainer->state.step == train->steps) return save_model(trainer, err);
  while (trainer->state.step < train->steps) {
    if (orr_cancelled(trainer->control)) return cancelled(trainer, err);
    ORR_TRY(orr_train_step(trainer, err));
    ORR_TRY(follow_up(trainer, clock, err));
  }
  return ORR_OK;
}

orr_status orr_train_run(const orr_train_setup *setup, const orr_control *control,
                         orr_train_result *out, orr_error *err) {
  orr_trainer *trainer;
  orr_train_clock clock = {0};
  *out = (orr_train_result){0};
  ORR_TRY(orr_new(&trainer, 1, sizeof *trainer, err));
  trainer->setup = setup;
  trainer->control = control;
  trainer->pool = control ? control->pool : NULL;
  trainer->saved = -1;
  orr_status status = run(trainer, &clock, err);
  out->steps = trainer->state.step;
  out->resumed = trainer->resumed;
  out->loss = trainer->state.loss;
  if (clock.begin > 0) {
    double windows = (double)((trainer->state.step - clock.first) * setup->train->batch);
    out->seconds = orr_seconds() - clock.begin;
    out->windows_per_second = windows / orr_max(out->seconds, 1e-9);
  }
  orr_train_release(trainer);
  orr_free(trainer);
  return status;
}
