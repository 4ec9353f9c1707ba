/* Speed of training: whole optimiser steps (forward, backward, clipping, AdamW) of a network on
 * data that is already there. Two networks are also in scripts/bench_torch, the same to the last
 * size, so that a step can be set beside PyTorch's; the third is a scenario's own model. */
#ifndef ORR_WORLDMODEL_BENCH_TRAIN_H
#define ORR_WORLDMODEL_BENCH_TRAIN_H

#include "base/pool.h"
#include "worldmodel/model.h"

typedef enum orr_bench_network_kind {
  /* Residual dynamics of 18 numbers, 10 of action: (Linear, LayerNorm, SiLU) x 3 of 256 columns,
   * Linear; unrolled five times, smooth L1 at every step. */
  ORR_BENCH_PERCEPTRON,
  /* Encoder 20-512-512-128 of six frames and predictor 132-512-512-128 unrolled five times, GELU
   * (tanh), mean square to targets without gradient. */
  ORR_BENCH_GELU,
  ORR_BENCH_MODEL /* a model's own loss */
} orr_bench_network_kind;

typedef struct orr_bench_train_def {
  orr_bench_network_kind network;
  size_t batch;
  bool bf16; /* ORR_PATH_BF16 */
  /* ORR_BENCH_MODEL alone: */
  const orr_model_def *model;
  const orr_space *observation, *action;
} orr_bench_train_def;

typedef struct orr_bench_trainer orr_bench_trainer;

/* `pool` is borrowed; NULL: the calling thread alone. Weights, data: drawn, the same every time. */
orr_status orr_bench_trainer_create(const orr_bench_train_def *def, orr_pool *pool,
                                    orr_bench_trainer **out, orr_error *err);
void orr_bench_trainer_destroy(orr_bench_trainer *trainer);

void orr_bench_trainer_step(orr_bench_trainer *trainer);
/* Steps per second of the clock on the wall, after five steps that do not count. */
double orr_bench_trainer_rate(orr_bench_trainer *trainer, double seconds);

double orr_bench_trainer_loss(const orr_bench_trainer *trainer); /* of the last step */
const float *orr_bench_trainer_values(const orr_bench_trainer *trainer, size_t *count);
size_t orr_bench_trainer_parameters(const orr_bench_trainer *trainer);
/* Of one step: three times the products of the forward pass, less what has no gradient. */
double orr_bench_trainer_flops(const orr_bench_trainer *trainer);

#endif
