/* One optimiser step. Tiles of 64 windows run on any thread; what they leave behind is added in
 * tile order, over chunks that are fixed, so the sum has the same bits for any number of
 * threads. */
#include "base/memory.h"
#include "worldmodel/train_internal.h"
#include <math.h>
#include <string.h>

static size_t windows_of_tile(const orr_trainer *trainer, size_t index) {
  size_t batch = (size_t)trainer->setup->train->batch, first = index * ORR_TILE;
  return batch - first < ORR_TILE ? batch - first : ORR_TILE;
}

/* `data`: rows x cols; the rest of the tile is zero. */
static void feed(orr_train_lane *lane, orr_var input, const float *data, size_t rows) {
  if (rows < ORR_TILE) {
    size_t cols = orr_tape_cols(lane->tape, input);
    memset(lane->pad, 0, ORR_TILE * cols * sizeof(float));
    memcpy(lane->pad, data, rows * cols * sizeof(float));
    data = lane->pad;
  }
  orr_tape_set_input(lane->tape, input, data);
}

/* The windows of a tile of a world model. */
static void feed_windows(const orr_trainer *trainer, orr_train_lane *lane, size_t first,
                         size_t rows) {
  const orr_model *model = trainer->model;
  size_t S = model->observation.count, A = model->pass_length, passes = lane->loss.passes;
  orr_windows_mix_batch(&trainer->mix, (uint64_t)trainer->setup->train->seed,
                        (uint32_t)trainer->state.step, first, rows, lane->states, lane->actions);
  for (size_t p = 0; p <= passes; p++) {
    feed(lane, lane->loss.states[p], lane->states + p * rows * S, rows);
  }
  for (size_t p = 0; p < passes; p++) {
    feed(lane, lane->loss.actions[p], lane->actions + p * rows * A, rows);
  }
}

static void run_tile(void *context, size_t index, size_t lane_index) {
  orr_trainer *trainer = context;
  orr_train_lane *lane = &trainer->lanes[lane_index];
  const orr_model *model = trainer->model;
  const orr_train_def *train = trainer->setup->train;
  size_t rows = windows_of_tile(trainer, index), first = index * ORR_TILE;
  uint64_t seed = (uint64_t)train->seed;
  uint32_t step = (uint32_t)trainer->state.step;
  if (orr_model_sees_goal(model))
    orr_train_feed_goals(trainer, lane, first, rows);
  else
    feed_windows(trainer, lane, first, rows);
  orr_tape_set_valid(lane->tape, rows);
  orr_tape_set_dropout(lane->tape, model->def.dropout > 0, seed, step, (uint32_t)first);
  orr_tape_forward(lane->tape, model->values);

  double share = (double)rows / (double)train->batch;
  double *losses = trainer->tile_losses + index * (1 + ORR_MAX_TERMS);
  float *gradients = orr_update_tile(&trainer->update, index);
  losses[0] = share * orr_tape_scalar(lane->tape, lane->loss.loss);
  for (size_t i = 0; i < lane->loss.term_count; i++) {
    losses[1 + i] = share * orr_tape_scalar(lane->tape, lane->loss.terms[i]);
  }
  if (isfinite(losses[0])) orr_tape_backward(lane->tape, model->values, share, gradients);
}

static double add_losses(orr_trainer *trainer) {
  double loss = 0;
  memset(trainer->terms, 0, sizeof trainer->terms);
  for (size_t t = 0; t < trainer->tiles; t++) {
    const double *losses = trainer->tile_losses + t * (1 + ORR_MAX_TERMS);
    loss += losses[0];
    for (size_t i = 0; i < ORR_MAX_TERMS; i++) trainer->terms[i] += losses[1 + i];
  }
  return loss;
}

static orr_status not_finite(const orr_trainer *trainer, const char *what, orr_error *err) {
  orr_fail(err, ORR_ERR_NUMBERS, "the %s of training step %lld is not finite", what,
           (long long)trainer->state.step + 1);
  if (trainer->saved >= 0) {
    orr_hint(err, "lower train.rate (now %g); the checkpoint of step %lld is kept",
             trainer->setup->train->rate, (long long)trainer->saved);
  } else {
    orr_hint(err, "lower train.rate (now %g) or look for wild numbers in the data",
             trainer->setup->train->rate);
  }
  return ORR_ERR_NUMBERS;
}

static void update(orr_trainer *trainer) {
  const orr_train_def *train = trainer->setup->train;
  orr_adamw adamw = {train->beta1, train->beta2, train->epsilon, train->decay};
  int64_t step = trainer->state.step;
  trainer->rate = orr_learning_rate(train->rate, train->warmup, train->steps, step);
  orr_update_apply(&trainer->update, &adamw, trainer->rate,
                   orr_clip_factor(trainer->norm, train->clip), step + 1, trainer->model->values);
}

static void pack_lane(void *context, size_t index, size_t lane) {
  (void)lane;
  orr_trainer *trainer = context;
  orr_tape_pack(trainer->lanes[index].tape, trainer->model->values);
}

orr_status orr_train_step(orr_trainer *trainer, orr_error *err) {
  orr_pool_run(trainer->pool, trainer->lane_count, pack_lane, trainer);
  orr_pool_run(trainer->pool, trainer->tiles, run_tile, trainer);
  double loss = add_losses(trainer);
  if (!isfinite(loss)) return not_finite(trainer, "loss", err);
  trainer->norm = orr_update_gather(&trainer->update);
  if (!isfinite(trainer->norm)) return not_finite(trainer, "gradient", err);
  update(trainer);
  trainer->state.loss = loss;
  trainer->state.step++;
  return ORR_OK;
}

/* Buffers ---------------------------------------------------------------------------------- */

static orr_status create_lane(const orr_trainer *trainer, orr_train_lane *lane, orr_error *err) {
  const orr_model *model = trainer->model;
  size_t S = model->observation.count, A = model->pass_length;
  orr_path path = orr_precision_path(trainer->setup->train->precision);
  ORR_TRY(orr_tape_create(&model->params, path, true, &lane->tape, err));
  orr_model_loss(model, lane->tape, &lane->loss);
  ORR_TRY(
      orr_tape_compile(lane->tape, lane->loss.loss, lane->loss.terms, lane->loss.term_count, err));
  size_t passes = lane->loss.passes;
  ORR_TRY(orr_new(&lane->states, (passes + 1) * ORR_TILE * S, sizeof(float), err));
  size_t targets = A > 2 ? A : 2; /* a distance has two */
  ORR_TRY(orr_new(&lane->actions, passes * ORR_TILE * targets, sizeof(float), err));
  if (orr_model_sees_goal(model)) {
    size_t row = orr_goal_row(&model->net.goal.layout);
    ORR_TRY(orr_new(&lane->rows, ORR_TILE * row, sizeof(float), err));
  }
  return orr_new(&lane->pad, ORR_TILE * (S > A ? S : A), sizeof(float), err);
}

orr_status orr_train_prepare(orr_trainer *trainer, orr_error *err) {
  size_t batch = (size_t)trainer->setup->train->batch;
  ORR_TRY(orr_precision_check(trainer->setup->train->precision, "train.precision", err));
  trainer->tiles = (batch + ORR_TILE - 1) / ORR_TILE;
  trainer->lane_count = orr_pool_lanes(trainer->pool);
  ORR_TRY(orr_new(&trainer->lanes, trainer->lane_count, sizeof *trainer->lanes, err));
  for (size_t i = 0; i < trainer->lane_count; i++) {
    ORR_TRY(create_lane(trainer, &trainer->lanes[i], err));
  }
  ORR_TRY(orr_update_create(&trainer->model->params, trainer->tiles, trainer->pool,
                            &trainer->update, err));
  trainer->state.first = trainer->update.moment1;
  trainer->state.second = trainer->update.moment2;
  return orr_new(&trainer->tile_losses, trainer->tiles * (1 + ORR_MAX_TERMS), sizeof(double), err);
}

void orr_train_release(orr_trainer *trainer) {
  for (size_t i = 0; trainer->lanes && i < trainer->lane_count; i++) {
    orr_train_lane *lane = &trainer->lanes[i];
    orr_tape_destroy(lane->tape);
    orr_free(lane->states);
    orr_free(lane->actions);
    orr_free(lane->pad);
    orr_free(lane->rows);
  }
  orr_free(trainer->lanes);
  orr_update_destroy(&trainer->update);
  orr_free(trainer->tile_losses);
  orr_windows_destroy(trainer->windows);
  for (size_t i = 0; i < trainer->mix.more_count; i++)
    orr_windows_destroy((orr_windows *)trainer->more[i]);
  orr_model_destroy(trainer->model);
}
