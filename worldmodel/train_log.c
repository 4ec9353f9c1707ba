/* metrics.jsonl: one JSON object a line, and what a run is checked against while it learns. */
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "worldmodel/train_internal.h"
#include <stdlib.h>
#include <string.h>

static const size_t check_windows = 512, spread_rows = 512;

/* A whole line's "step"; -1 when the line is not one of ours. */
static int64_t step_of(const char *line, size_t length) {
  json_t *json = json_loadb(line, length, 0, NULL);
  json_t *step = json_object_get(json, "step");
  int64_t value = json_is_integer(step) ? json_integer_value(step) : -1;
  json_decref(json);
  return value;
}

orr_status orr_train_cut_log(const char *path, int64_t step, orr_error *err) {
  if (!orr_file_exists(path)) return ORR_OK;
  if (step < 0) return orr_file_remove(path, err);
  char *bytes;
  size_t count, kept = 0;
  ORR_TRY(orr_file_get(path, (size_t)1 << 30, &bytes, &count, err));
  for (size_t at = 0; at < count;) {
    const char *end = memchr(bytes + at, '\n', count - at);
    if (!end) break; /* a torn last line */
    size_t length = (size_t)(end - (bytes + at)) + 1;
    int64_t number = step_of(bytes + at, length);
    if (number >= 0 && number <= step) {
      memmove(bytes + kept, bytes + at, length);
      kept += length;
    }
    at += length;
  }
  orr_status status = kept == count ? ORR_OK : orr_file_put(path, bytes, kept, err);
  orr_free(bytes);
  return status;
}

/* Takes `json`. */
static orr_status append(const char *path, json_t *json, orr_error *err) {
  char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
  json_decref(json);
  if (!text) return orr_fail(err, ORR_ERR_MEMORY, "%s: no memory for a line", path);
  orr_status status = orr_file_append(path, text, err);
  free(text);
  return status;
}

orr_status orr_train_log(const orr_trainer *trainer, double windows_per_second, orr_error *err) {
  const orr_loss_tape *loss = &trainer->lanes[0].loss;
  json_t *terms = json_object();
  for (size_t i = 0; i < loss->term_count; i++) {
    json_object_set_new(terms, loss->names[i], json_real(trainer->terms[i]));
  }
  json_t *line =
      json_pack("{s:I, s:f, s:o, s:f, s:f, s:f}", "step", (json_int_t)trainer->state.step, "loss",
                trainer->state.loss, "terms", terms, "rate", trainer->rate, "gradient_norm",
                trainer->norm, "windows_per_second", windows_per_second);
  return append(trainer->metrics, line, err);
}

static json_t *body_errors(const orr_open_loop *o, size_t block, size_t body) {
  size_t h = block - 1;
  return json_pack("{s:f, s:f, s:f, s:f}", "position", o->position[h][body], "angle",
                   o->angle[h][body], "still_position", o->still_position[h][body], "still_angle",
                   o->still_angle[h][body]);
}

static json_t *block_errors(const orr_model *model, const orr_open_loop *o, size_t block) {
  json_t *json = json_object();
  for (size_t b = 0; b < o->bodies; b++) {
    json_object_set_new(json, model->observation.bodies[b].name, body_errors(o, block, b));
  }
  return json;
}

/* Encodes first observations of windows spread over the data. `room`: latents, then states, then
 * the actions of a window. */
static orr_status encode_spread(const orr_trainer *trainer, orr_windows *windows, size_t rows,
                                float *latents, float *states, float *actions, orr_error *err) {
  const orr_model *model = trainer->model;
  size_t S = model->observation.count, all = orr_windows_count(windows);
  orr_model_worker *worker;
  ORR_TRY(orr_model_worker_create(model, &worker, err));
  for (size_t r = 0; r < rows; r++) {
    /* the room for states has one row to spare: a window has two observations */
    size_t index = (size_t)((double)all * (double)r / (double)rows);
    orr_windows_at(windows, index, states + r * S, actions);
  }
  orr_model_encode(worker, states, rows, latents);
  orr_model_worker_destroy(worker);
  return ORR_OK;
}

/* Adds "latent": {"std", "rank"}. */
static orr_status add_spread(const orr_trainer *trainer, json_t *line, orr_error *err) {
  const orr_model *model = trainer->model;
  size_t S = model->observation.count, L = model->latent;
  orr_windows_def def = {.history = 1, .horizon = 1, .block = (size_t)model->def.block};
  orr_windows *windows = NULL;
  float *room = NULL;
  double *scratch = NULL, std, rank;
  orr_status status = orr_windows_create(trainer->setup->held_out, &def, &windows, err);
  if (status == ORR_OK) {
    status = orr_new(&room, spread_rows * L + (spread_rows + 1) * S + model->action_length,
                     sizeof *room, err);
  }
  if (status == ORR_OK) status = orr_new(&scratch, L + L * L, sizeof *scratch, err);
  if (status == ORR_OK) {
    float *states = room + spread_rows * L;
    status = encode_spread(trainer, windows, spread_rows, room, states,
                           states + (spread_rows + 1) * S, err);
  }
  if (status == ORR_OK) {
    orr_latent_spread(room, spread_rows, L, scratch, &std, &rank);
    bool collapsed = orr_latent_collapsed(std, rank);
    json_object_set_new(
        line, "latent",
        json_pack("{s:f, s:f, s:b}", "std", std, "rank", rank, "collapsed", collapsed));
    if (collapsed) {
      orr_log(ORR_LOG_WARN,
              "step %lld: the latent is collapsing (spread %.3g, effective rank %.2f); raise "
              "model.readout, model.inverse or model.sigreg",
              (long long)trainer->state.step, std, rank);
    }
  }
  orr_free(scratch);
  orr_free(room);
  orr_windows_destroy(windows);
  return status;
}

static orr_status check_goals(const orr_trainer *trainer, orr_error *err) {
  json_t *errors;
  ORR_TRY(orr_train_check_goals(trainer, &errors, err));
  json_t *line =
      json_pack("{s:I, s:o}", "step", (json_int_t)trainer->state.step, "held_out", errors);
  return append(trainer->metrics, line, err);
}

orr_status orr_train_check(const orr_trainer *trainer, orr_error *err) {
  const orr_model *model = trainer->model;
  if (orr_model_sees_goal(model)) return check_goals(trainer, err);
  size_t far = (size_t)(model->def.horizon < 5 ? model->def.horizon : 5);
  orr_open_loop *errors;
  ORR_TRY(orr_new(&errors, 1, sizeof *errors, err));
  orr_control quiet = {.cancel = NULL, .progress = NULL, .user = NULL, .pool = trainer->pool};
  orr_status status = orr_open_loop_measure(model, trainer->setup->held_out, far, check_windows,
                                            &quiet, errors, err);
  if (status == ORR_OK) {
    char name[32];
    snprintf(name, sizeof name, "block_%zu", far);
    json_t *line = json_pack("{s:I, s:o}", "step", (json_int_t)trainer->state.step, "block_1",
                             block_errors(model, errors, 1));
    if (far > 1) json_object_set_new(line, name, block_errors(model, errors, far));
    if (model->family->encode) status = add_spread(trainer, line, err);
    if (status == ORR_OK)
      status = append(trainer->metrics, line, err);
    else
      json_decref(line);
  }
  orr_free(errors);
  return status;
}
