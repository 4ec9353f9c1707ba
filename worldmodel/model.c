/* Models and their workers: everything that does not depend on the family. */
#include "base/maths.h"
#include "base/memory.h"
#include "worldmodel/law.h"
#include "worldmodel/model_internal.h"
#include "worldmodel/tape_internal.h"
#include <string.h>

static const orr_family_table *const families[] = {[ORR_FAMILY_STATE] = &orr_family_state_table,
                                                   [ORR_FAMILY_JEPA] = &orr_family_jepa_table,
                                                   [ORR_FAMILY_INVERSE] = &orr_family_inverse_table,
                                                   [ORR_FAMILY_CLONING] = &orr_family_cloning_table,
                                                   [ORR_FAMILY_REACH] = &orr_family_reach_table};

/* Models ----------------------------------------------------------------------------------- */

static orr_status check_sizes(const orr_model *model, orr_error *err) {
  if (model->observation.count == 0 || model->action.count == 0) {
    return orr_fail(err, ORR_ERR_CONFIG, "a model needs observations and actions, got %zu and %zu",
                    model->observation.count, model->action.count);
  }
  if (model->def.block % model->def.stride != 0) {
    orr_fail(err, ORR_ERR_CONFIG, "model.stride is %lld, which does not divide a block of %lld",
             (long long)model->def.stride, (long long)model->def.block);
    orr_hint(err, "1 always fits");
    return ORR_ERR_CONFIG;
  }
  if ((size_t)model->def.horizon * model->passes > ORR_MAX_PASSES) {
    orr_fail(err, ORR_ERR_CONFIG, "%lld blocks of %zu network passes are too many; at most %d",
             (long long)model->def.horizon, model->passes, ORR_MAX_PASSES);
    orr_hint(err, "make model.horizon or model.block smaller, or model.stride larger");
    return ORR_ERR_CONFIG;
  }
  /* a pass has about 60 variables, some for every other body and every layer */
  size_t each = 60 + 8 * (model->observation.body_count + 1) + 3 * (size_t)model->def.layers;
  if ((size_t)model->def.horizon * model->passes * each > ORR_MAX_VARIABLES) {
    orr_fail(err, ORR_ERR_CONFIG, "%lld blocks of %zu passes over %zu bodies do not fit on a tape",
             (long long)model->def.horizon, model->passes, model->observation.body_count);
    orr_hint(err, "make model.horizon smaller, or model.stride larger");
    return ORR_ERR_CONFIG;
  }
  if (model->action_length <= ORR_MAX_ACTION) return ORR_OK;
  orr_fail(err, ORR_ERR_CONFIG, "a block of %lld steps has %zu numbers of action; at most %d",
           (long long)model->def.block, model->action_length, ORR_MAX_ACTION);
  orr_hint(err, "make model.block smaller");
  return ORR_ERR_CONFIG;
}

static orr_status fill(orr_model *model, orr_error *err) {
  ORR_TRY(check_sizes(model, err));
  const orr_transform *t = &model->transform;
  const orr_frame_scales scales = {t->state_std, t->action_std, t->motion_std};
  if (model->family->frame) {
    ORR_TRY(model->family->frame(model, err));
  } else {
    ORR_TRY(orr_frame_create(&model->observation, &model->action, (size_t)model->def.stride,
                             &scales, &model->frame, err));
  }
  model->family->declare(model);
  return ORR_OK;
}

orr_status orr_model_build(const orr_model_def *def, const orr_space *observation,
                           const orr_space *action, const orr_transform *transform, orr_model **out,
                           orr_error *err) {
  orr_model *model;
  *out = NULL;
  ORR_TRY(orr_new(&model, 1, sizeof *model, err));
  model->def = *def;
  model->observation = *observation;
  model->action = *action;
  model->transform = *transform;
  model->family = families[def->family];
  if (orr_model_sees_goal(model)) model->def.stride = def->block; /* it answers once a block */
  model->action_length = (size_t)def->block * action->count;
  model->pass_length = (size_t)model->def.stride * action->count;
  model->passes = (size_t)(def->block / model->def.stride);
  model->law = model->metric = -1;
  orr_status status = fill(model, err);
  if (status == ORR_OK)
    *out = model;
  else
    orr_model_destroy(model);
  return status;
}

void orr_model_destroy(orr_model *model) {
  if (!model) return;
  orr_frame_destroy(model->frame);
  json_decref(model->record);
  orr_free(model->values);
  orr_free(model);
}

orr_status orr_model_allocate(orr_model *model, orr_error *err) {
  model->values = orr_alloc_aligned(model->params.total * sizeof(float), 64);
  if (model->values) return ORR_OK;
  return orr_fail(err, ORR_ERR_MEMORY, "no memory for %zu weights", model->params.total);
}

static orr_status fit_law(const orr_model *model, const orr_dataset *data, float *weight,
                          double *residual, orr_error *err) {
  const orr_param *item = &model->params.items[model->law];
  size_t numbers = item->rows * item->cols;
  double *exact;
  ORR_TRY(orr_new(&exact, numbers, sizeof *exact, err));
  orr_status status =
      orr_law_fit(model->frame, data, (size_t)model->def.stride, exact, residual, err);
  for (size_t i = 0; weight && i < numbers; i++) weight[i] = (float)exact[i];
  orr_free(exact);
  return status;
}

orr_status orr_model_measure_law(const orr_model *model, const orr_dataset *data,
                                 double motion_std[ORR_MAX_FIELDS], orr_error *err) {
  return model->law < 0 ? ORR_OK : fit_law(model, data, NULL, motion_std, err);
}

orr_status orr_model_fit_law(orr_model *model, const orr_dataset *data, orr_error *err) {
  if (model->law < 0) return ORR_OK;
  return fit_law(model, data, model->values + model->params.items[model->law].offset, NULL, err);
}

void orr_model_rehash(orr_model *model) {
  model->hash = orr_hash_bytes(model->values, model->params.total * sizeof(float));
}

void orr_model_loss(const orr_model *model, orr_tape *tape, orr_loss_tape *out) {
  bool goal = orr_model_sees_goal(model);
  *out = (orr_loss_tape){.passes = goal ? 1 : (size_t)model->def.horizon * model->passes};
  size_t actions = orr_model_reaches(model) ? 2 : model->pass_length;
  if (goal) out->states[0] = orr_tape_input(tape, ORR_TILE, orr_goal_row(&model->net.goal.layout));
  for (size_t p = 0; !goal && p <= out->passes; p++) {
    out->states[p] = orr_tape_input(tape, ORR_TILE, model->observation.count);
  }
  for (size_t p = 0; p < out->passes; p++) {
    out->actions[p] = orr_tape_input(tape, ORR_TILE, actions);
  }
  model->family->loss(model, tape, out);
}

const orr_model_def *orr_model_definition(const orr_model *model) { return &model->def; }
const orr_space *orr_model_observation(const orr_model *model) { return &model->observation; }
const orr_space *orr_model_action(const orr_model *model) { return &model->action; }
orr_hash orr_model_interface(const orr_model *model) { return model->interface; }
orr_hash orr_model_world(const orr_model *model) { return model->world; }
orr_hash orr_model_hash(const orr_model *model) { return model->hash; }
size_t orr_model_latent(const orr_model *model) { return model->latent; }
size_t orr_model_passes(const orr_model *model) { return model->passes; }
bool orr_model_acts(const orr_model *model) { return model->family->act != NULL; }
bool orr_model_reaches(const orr_model *model) { return model->family->reach != NULL; }
bool orr_model_sees_goal(const orr_model *model) {
  return orr_model_acts(model) || orr_model_reaches(model);
}
size_t orr_model_parameters(const orr_model *model) { return orr_params_numbers(&model->params); }
const json_t *orr_model_record_json(const orr_model *model) { return model->record; }

/* Every matrix that a step touches multiplies once in each pass. */
double orr_model_flops(const orr_model *model) {
  double flops = 0;
  for (size_t i = 0; i < model->params.count; i++) {
    const orr_param *param = &model->params.items[i];
    for (size_t j = 0; j < 3 && model->family->step_prefix[j]; j++) {
      const char *prefix = model->family->step_prefix[j];
      if (param->rows < 2 || strncmp(param->name, prefix, strlen(prefix)) != 0) continue;
      flops += 2.0 * (double)(param->rows * param->cols * model->passes);
    }
  }
  return flops;
}

/* Workers ---------------------------------------------------------------------------------- */

typedef struct orr_pass { /* one forward-only tape of ORR_MODEL_TILE rows */
  orr_tape *tape;
  orr_var in[2], out;
} orr_pass;

struct orr_model_worker {
  const orr_model *model;
  orr_pass encode, step, decode, measure;
  orr_pass goal;   /* of a policy or a distance */
  float *measured; /* 2 x L: a goal g and M g, the last that was asked for */
  bool has_measured;
  orr_var *trail; /* outputs of the passes of `step` */
  float *pad;     /* the last tile of an input, filled up with zeros */
};

static orr_status begin_pass(const orr_model *model, orr_pass *pass, size_t first, size_t second,
                             orr_error *err) {
  orr_path path = orr_precision_path(model->precision);
  ORR_TRY(orr_tape_create(&model->params, path, false, &pass->tape, err));
  pass->in[0] = orr_tape_input(pass->tape, ORR_MODEL_TILE, first);
  if (second > 0) pass->in[1] = orr_tape_input(pass->tape, ORR_MODEL_TILE, second);
  return ORR_OK;
}

static orr_status end_pass(const orr_model *model, orr_pass *pass, orr_error *err) {
  ORR_TRY(orr_tape_compile(pass->tape, -1, &pass->out, 1, err));
  orr_tape_pack(pass->tape, model->values);
  return ORR_OK;
}

/* A block: one pass after another, each with its own part of the actions. */
static orr_status build_step(orr_model_worker *worker, orr_error *err) {
  const orr_model *model = worker->model;
  orr_pass *pass = &worker->step;
  ORR_TRY(begin_pass(model, pass, model->latent, model->action_length, err));
  pass->out = pass->in[0];
  ORR_TRY(orr_new(&worker->trail, model->passes, sizeof *worker->trail, err));
  for (size_t p = 0; p < model->passes; p++) {
    orr_var action = pass->in[1];
    if (model->passes > 1) {
      action = orr_tape_slice(pass->tape, action, p * model->pass_length, model->pass_length);
    }
    pass->out = model->family->step(model, pass->tape, pass->out, action);
    worker->trail[p] = pass->out;
  }
  ORR_TRY(orr_tape_compile(pass->tape, -1, worker->trail, model->passes, err));
  orr_tape_pack(pass->tape, model->values);
  return ORR_OK;
}

static orr_status build_worker(orr_model_worker *worker, orr_error *err) {
  const orr_model *model = worker->model;
  const orr_family_table *family = model->family;
  size_t states = model->observation.count, actions = model->action_length;
  size_t widest = states > model->latent ? states : model->latent;
  if (actions > widest) widest = actions;
  if (orr_model_sees_goal(model)) widest = orr_goal_row(&model->net.goal.layout);
  worker->pad = orr_alloc_aligned(ORR_MODEL_TILE * widest * sizeof(float), 64);
  if (!worker->pad) return orr_fail(err, ORR_ERR_MEMORY, "no memory for a worker");
  if (orr_model_sees_goal(model)) {
    orr_pass *pass = &worker->goal;
    ORR_TRY(begin_pass(model, pass, widest, 0, err));
    pass->out = (family->act ? family->act : family->reach)(model, pass->tape, pass->in[0]);
    return end_pass(model, pass, err);
  }
  ORR_TRY(build_step(worker, err));
  if (family->encode) {
    orr_pass *pass = &worker->encode;
    ORR_TRY(begin_pass(model, pass, states, model->pass_length, err));
    pass->out = family->encode(model, pass->tape, pass->in[0], pass->in[1]);
    ORR_TRY(end_pass(model, pass, err));
    orr_tape_set_input(pass->tape, pass->in[1], worker->pad); /* zeros, for ever */
  }
  if (model->metric >= 0) {
    orr_pass *pass = &worker->measure;
    ORR_TRY(orr_new(&worker->measured, 2 * model->latent, sizeof(float), err));
    ORR_TRY(begin_pass(model, pass, model->latent, 0, err));
    pass->out = orr_tape_linear(pass->tape, pass->in[0], model->metric, -1, ORR_ACT_NONE);
    ORR_TRY(end_pass(model, pass, err));
  }
  if (!family->decode) return ORR_OK;
  ORR_TRY(begin_pass(model, &worker->decode, model->latent, 0, err));
  worker->decode.out = family->decode(model, worker->decode.tape, worker->decode.in[0]);
  return end_pass(model, &worker->decode, err);
}

orr_status orr_model_worker_create(const orr_model *model, orr_model_worker **out, orr_error *err) {
  orr_model_worker *worker;
  *out = NULL;
  ORR_TRY(orr_new(&worker, 1, sizeof *worker, err));
  worker->model = model;
  orr_status status = build_worker(worker, err);
  if (status == ORR_OK)
    *out = worker;
  else
    orr_model_worker_destroy(worker);
  return status;
}

void orr_model_worker_destroy(orr_model_worker *worker) {
  if (!worker) return;
  orr_tape_destroy(worker->encode.tape);
  orr_tape_destroy(worker->step.tape);
  orr_tape_destroy(worker->decode.tape);
  orr_tape_destroy(worker->goal.tape);
  orr_tape_destroy(worker->measure.tape);
  orr_free(worker->measured);
  orr_free(worker->pad);
  orr_free(worker->trail);
  orr_free(worker);
}

static void feed(orr_model_worker *worker, orr_pass *pass, int which, const float *data,
                 size_t rows) {
  size_t cols = orr_tape_cols(pass->tape, pass->in[which]);
  if (rows < ORR_MODEL_TILE) {
    memset(worker->pad, 0, ORR_MODEL_TILE * cols * sizeof(float));
    memcpy(worker->pad, data, rows * cols * sizeof(float));
    data = worker->pad;
  }
  orr_tape_set_input(pass->tape, pass->in[which], data);
}

static size_t tile_rows(size_t rows, size_t first) {
  return rows - first < ORR_MODEL_TILE ? rows - first : ORR_MODEL_TILE;
}

void orr_model_encode(orr_model_worker *worker, const float *observations, size_t rows,
                      float *latents) {
  const orr_model *model = worker->model;
  size_t states = model->observation.count, length = model->latent;
  if (!model->family->encode) {
    memmove(latents, observations, rows * states * sizeof(float));
    return;
  }
  for (size_t first = 0; first < rows; first += ORR_MODEL_TILE) {
    size_t n = tile_rows(rows, first);
    feed(worker, &worker->encode, 0, observations + first * states, n);
    orr_tape_forward(worker->encode.tape, model->values);
    memcpy(latents + first * length, orr_tape_value(worker->encode.tape, worker->encode.out),
           n * length * sizeof(float));
  }
}

static void run_step(orr_model_worker *worker, const float *latents, const float *actions,
                     size_t first, size_t n) {
  const orr_model *model = worker->model;
  feed(worker, &worker->step, 0, latents + first * model->latent, n);
  feed(worker, &worker->step, 1, actions + first * model->action_length, n);
  orr_tape_forward(worker->step.tape, model->values);
}

void orr_model_trail(orr_model_worker *worker, const float *latents, const float *actions,
                     size_t rows, float *trail) {
  size_t length = worker->model->latent;
  for (size_t first = 0; first < rows; first += ORR_MODEL_TILE) {
    size_t n = tile_rows(rows, first);
    run_step(worker, latents, actions, first, n);
    for (size_t p = 0; p < worker->model->passes; p++) {
      memcpy(trail + (p * rows + first) * length,
             orr_tape_value(worker->step.tape, worker->trail[p]), n * length * sizeof(float));
    }
  }
}

void orr_model_step(orr_model_worker *worker, const float *latents, const float *actions,
                    size_t rows, float *next) {
  size_t length = worker->model->latent;
  for (size_t first = 0; first < rows; first += ORR_MODEL_TILE) {
    size_t n = tile_rows(rows, first);
    run_step(worker, latents, actions, first, n);
    memcpy(next + first * length, orr_tape_value(worker->step.tape, worker->step.out),
           n * length * sizeof(float));
  }
}

/* In units of the usual change over a pass, as the metric of a learned latent is over a block. */
static double state_distance(const orr_model *model, const float *state, const float *goal) {
  double sum = 0;
  for (size_t i = 0; i < model->observation.count; i++) {
    double error = (double)state[i] - (double)goal[i];
    if (model->observation.fields[i].quantity == ORR_QUANTITY_ANGLE) error = orr_wrap_angle(error);
    error /= model->transform.change_std[i];
    sum += error * error;
  }
  return sum;
}

static float latent_distance(const float *measured, const float *goal, size_t length) {
  double sum = 0;
  for (size_t i = 0; i < length; i++) {
    double error = (double)measured[i] - (double)goal[i];
    sum += error * error;
  }
  return (float)sum;
}

/* M z of up to a tile of rows. */
static const float *measure(orr_model_worker *worker, const float *latents, size_t rows) {
  orr_pass *pass = &worker->measure;
  feed(worker, pass, 0, latents, rows);
  orr_tape_forward(pass->tape, worker->model->values);
  return orr_tape_value(pass->tape, pass->out);
}

/* M g; a decision asks about one goal at every point of every tile. */
static const float *measure_goal(orr_model_worker *worker, const float *goal) {
  size_t bytes = worker->model->latent * sizeof *goal;
  float *known = worker->measured, *aim = known + worker->model->latent;
  if (worker->has_measured && memcmp(known, goal, bytes) == 0) return aim;
  memcpy(aim, measure(worker, goal, 1), bytes);
  memcpy(known, goal, bytes);
  worker->has_measured = true;
  return aim;
}

void orr_model_distance(orr_model_worker *worker, const float *latents, const float *goal,
                        size_t rows, float *distances) {
  const orr_model *model = worker->model;
  size_t length = model->latent;
  if (model->metric < 0) {
    for (size_t r = 0; r < rows; r++) {
      distances[r] = (float)state_distance(model, latents + r * length, goal);
    }
    return;
  }
  const float *aim = measure_goal(worker, goal);
  for (size_t first = 0; first < rows; first += ORR_MODEL_TILE) {
    size_t n = tile_rows(rows, first);
    const float *measured = measure(worker, latents + first * length, n);
    for (size_t r = 0; r < n; r++) {
      distances[first + r] = latent_distance(measured + r * length, aim, length);
    }
  }
}

/* Transformed fields back into quantities. */
static void untransform(const orr_model *model, const float *fields, float *observation) {
  for (size_t i = 0; i < model->observation.count; i++) {
    if (model->observation.fields[i].quantity == ORR_QUANTITY_ANGLE) {
      observation[i] = (float)atan2((double)fields[0], (double)fields[1]);
      fields += 2;
    } else {
      double value = (double)*fields++ * model->transform.state_std[i];
      observation[i] = (float)(value + model->transform.state_mean[i]);
    }
  }
}

void orr_model_decode(orr_model_worker *worker, const float *latents, size_t rows,
                      float *observations) {
  const orr_model *model = worker->model;
  size_t states = model->observation.count;
  if (!model->family->decode) {
    memmove(observations, latents, rows * states * sizeof(float));
    return;
  }
  orr_pass *pass = &worker->decode;
  size_t cols = orr_tape_cols(pass->tape, pass->out);
  for (size_t first = 0; first < rows; first += ORR_MODEL_TILE) {
    size_t n = tile_rows(rows, first);
    feed(worker, pass, 0, latents + first * model->latent, n);
    orr_tape_forward(pass->tape, model->values);
    const float *fields = orr_tape_value(pass->tape, pass->out);
    for (size_t r = 0; r < n; r++) {
      untransform(model, fields + r * cols, observations + (first + r) * states);
    }
  }
}

/* Asks a network that sees a goal about n rows; `ahead` is NULL for a distance. */
static const float *ask(orr_model_worker *worker, const float *observations, const float *goals,
                        size_t stride, const float *ahead, size_t n) {
  const orr_model *model = worker->model;
  const orr_goal_layout *layout = &model->net.goal.layout;
  size_t S = model->observation.count, J = orr_goal_row(layout);
  float most = (float)model->def.horizon;
  memset(worker->pad, 0, ORR_MODEL_TILE * J * sizeof *worker->pad);
  for (size_t r = 0; r < n; r++) {
    float left = ahead && ahead[r] < most ? ahead[r] : most;
    orr_goal_fill(layout, observations + r * S, goals + r * stride, left, worker->pad + r * J);
  }
  orr_tape_set_input(worker->goal.tape, worker->goal.in[0], worker->pad);
  orr_tape_forward(worker->goal.tape, model->values);
  return orr_tape_value(worker->goal.tape, worker->goal.out);
}

void orr_model_act(orr_model_worker *worker, const float *observations, const float *goals,
                   const float *ahead, size_t rows, float *actions) {
  const orr_model *model = worker->model;
  ORR_ASSERT(orr_model_acts(model));
  size_t S = model->observation.count, A = model->action_length;
  for (size_t first = 0; first < rows; first += ORR_MODEL_TILE) {
    size_t n = tile_rows(rows, first);
    const float *out =
        ask(worker, observations + first * S, goals + first * S, S, ahead + first, n);
    memcpy(actions + first * A, out, n * A * sizeof *actions);
  }
}

void orr_model_reach(orr_model_worker *worker, const float *observations, const float *goals,
                     size_t stride, size_t rows, float *blocks) {
  ORR_ASSERT(orr_model_reaches(worker->model));
  size_t S = worker->model->observation.count;
  for (size_t first = 0; first < rows; first += ORR_MODEL_TILE) {
    size_t n = tile_rows(rows, first);
    const float *out =
        ask(worker, observations + first * S, goals + first * stride, stride, NULL, n);
    memcpy(blocks + first, out, n * sizeof *blocks);
  }
}
