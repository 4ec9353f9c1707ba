/* Training: AdamW with linear warm-up, cosine decay and gradient clipping by global norm.
 *
 * Batches are f(seed, step). A batch is cut into tiles of 64 windows; each tile's gradient is its
 * own array and they are added in tile order. Weights after step n do not depend on the number of
 * threads; a checkpoint is weights, moments, step and the data's hash, so a killed and resumed run
 * ends with the same bytes. */
#ifndef ORR_WORLDMODEL_TRAIN_H
#define ORR_WORLDMODEL_TRAIN_H

#include "base/control.h"
#include "data/windows.h"
#include "worldmodel/model.h"

/* Section `train:` of a scenario file. */
typedef struct orr_train_def {
  int64_t steps, batch; /* optimiser steps; windows per step (a multiple of 64 is fastest) */
  double rate;          /* peak learning rate; 1e-3 */
  int64_t warmup;       /* steps; 200 */
  double decay;         /* decoupled weight decay; 1e-4 (Loshchilov and Hutter, 2019) */
  double clip;          /* global norm; 1 */
  double beta1, beta2, epsilon; /* 0.9, 0.999, 1e-8 */
  int precision;                /* orr_precision; f32 */
  int64_t seed;
  int64_t log_every;   /* steps between lines of metrics.jsonl; 50 */
  int64_t check_every; /* steps between open-loop checks on held-out windows; 500 */
  int64_t save_every;  /* steps between checkpoints; 500 */
} orr_train_def;
extern const orr_record orr_train_record;

#define ORR_MAX_MORE 16
typedef struct orr_train_setup {
  const orr_model_def *model;
  const orr_train_def *train;
  const orr_dataset *data, *held_out; /* held_out may be NULL: no checks */
  const char *folder;                 /* model.safetensors, state.safetensors, metrics.jsonl */
  /* Going on from a world model of the same definition and interface: its weights and its input
   * transform, fresh moments, warm-up and cosine. NULL: from random weights. */
  const orr_model *from;
  /* A share of the windows comes from these; none by default. The transform is never fitted on
   * them. */
  const orr_dataset *more[ORR_MAX_MORE];
  size_t more_count;
  double share;
} orr_train_setup;

typedef struct orr_train_result {
  int64_t steps; /* done in all */
  bool resumed;
  double loss;    /* of the last step */
  double seconds; /* of this call */
  double windows_per_second;
} orr_train_result;

/* Trains to the end, or resumes from state.safetensors; refuses a checkpoint of other data or
 * another definition (ORR_ERR_MISMATCH, names the field). Cancelled: saves, returns
 * ORR_ERR_CANCELLED. */
orr_status orr_train_run(const orr_train_setup *setup, const orr_control *control,
                         orr_train_result *out, orr_error *err);

/* Open-loop error by horizon, beside persistence: the model sees the first observation and the
 * actions of a window and predicts every block end. Errors are means over `count` windows spread
 * evenly over the data; position errors per body in world units, angle errors in rad. */
#define ORR_MAX_HORIZON 32
typedef struct orr_open_loop {
  size_t horizon, bodies;
  int64_t windows;
  double position[ORR_MAX_HORIZON][ORR_MAX_BODIES], angle[ORR_MAX_HORIZON][ORR_MAX_BODIES];
  double still_position[ORR_MAX_HORIZON][ORR_MAX_BODIES]; /* nothing moves */
  double still_angle[ORR_MAX_HORIZON][ORR_MAX_BODIES];
} orr_open_loop;
orr_status orr_open_loop_measure(const orr_model *model, const orr_dataset *data, size_t horizon,
                                 size_t count, const orr_control *control, orr_open_loop *out,
                                 orr_error *err);

/* `orrery bench train|plan` live on these: see worldmodel/bench.h. */

#endif
