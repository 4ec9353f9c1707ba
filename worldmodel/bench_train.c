/* Speed of training; see bench_train.h. A step is what train_step.c does, on drawn numbers. */
#include "worldmodel/bench_train.h"
#include "base/clock.h"
#include "base/memory.h"
#include "worldmodel/model_internal.h"
#include "worldmodel/optimiser.h"
#include "worldmodel/tape_internal.h"
#include <stdio.h>
#include <string.h>

enum { HORIZON = 5, STATE = 18, ACTION = 10, FRAME = 20, LATENT = 128, PUSH = 4 };
enum { MAX_INPUTS = 2 * ORR_MAX_PASSES + 1, WARM_UP = 5 };

typedef struct loss_tape {
  orr_var inputs[MAX_INPUTS], loss;
  size_t input_count;
} loss_tape;

typedef struct gelu_net {
  int weight[3], bias[3];
} gelu_net;

typedef struct bench_lane {
  orr_tape *tape;
  loss_tape net;
  float *pad; /* one tile of the widest input */
} bench_lane;

struct orr_bench_trainer {
  orr_bench_train_def def;
  orr_pool *pool;
  orr_model *model; /* ORR_BENCH_MODEL */
  orr_params own, *params;
  orr_mlp mlp;
  gelu_net encoder, predictor;
  float *values, *data; /* data: input by input, batch rows */
  orr_update update;
  bench_lane *lanes;
  size_t lane_count, tiles;
  double *losses; /* shares of the tiles */
  double loss;
  int64_t step;
};

/* Networks --------------------------------------------------------------------------------- */

static const double shares[HORIZON] = {0.2, 0.2, 0.2, 0.2, 0.2};

static orr_var add_input(orr_tape *tape, loss_tape *net, size_t cols) {
  return net->inputs[net->input_count++] = orr_tape_input(tape, ORR_TILE, cols);
}

static void build_perceptron(const orr_bench_trainer *trainer, orr_tape *tape, loss_tape *net) {
  static const double ones[STATE] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  orr_var z = add_input(tape, net, STATE), terms[HORIZON];
  for (size_t h = 0; h < HORIZON; h++) {
    orr_var action = add_input(tape, net, ACTION), target = add_input(tape, net, STATE);
    orr_var x = orr_tape_concat(tape, (orr_var[]){z, action}, 2);
    z = orr_tape_add(tape, z, orr_mlp_apply(&trainer->mlp, tape, x, 0.0));
    terms[h] = orr_tape_smooth_l1(tape, z, target, ones, NULL);
  }
  net->loss = orr_tape_total(tape, terms, shares, HORIZON);
}

static void declare_gelu(orr_params *params, const char *name, size_t in, gelu_net *net) {
  const size_t widths[] = {in, 512, 512, LATENT};
  for (size_t i = 0; i < 3; i++) {
    char weight[32], bias[32];
    snprintf(weight, sizeof weight, "%s.%zu.weight", name, 2 * i);
    snprintf(bias, sizeof bias, "%s.%zu.bias", name, 2 * i);
    net->weight[i] =
        orr_params_add(params, weight, widths[i + 1], widths[i], ORR_INIT_UNIFORM, true);
    net->bias[i] = orr_params_add(params, bias, 1, widths[i + 1], ORR_INIT_ZERO, false);
  }
}

static orr_var apply_gelu(const gelu_net *net, orr_tape *tape, orr_var x) {
  for (size_t i = 0; i < 3; i++) {
    x = orr_tape_linear(tape, x, net->weight[i], net->bias[i], i < 2 ? ORR_ACT_GELU : ORR_ACT_NONE);
  }
  return x;
}

static void build_gelu(const orr_bench_trainer *trainer, orr_tape *tape, loss_tape *net) {
  orr_var z = apply_gelu(&trainer->encoder, tape, add_input(tape, net, FRAME)), terms[HORIZON];
  for (size_t h = 0; h < HORIZON; h++) {
    orr_var action = add_input(tape, net, PUSH), frame = add_input(tape, net, FRAME);
    orr_var target = orr_tape_stop(tape, apply_gelu(&trainer->encoder, tape, frame));
    orr_var x = orr_tape_concat(tape, (orr_var[]){z, action}, 2);
    z = apply_gelu(&trainer->predictor, tape, x);
    terms[h] = orr_tape_mse(tape, z, target);
  }
  net->loss = orr_tape_total(tape, terms, shares, HORIZON);
}

static void build_model(const orr_model *model, orr_tape *tape, loss_tape *net) {
  orr_loss_tape loss;
  orr_model_loss(model, tape, &loss);
  size_t passes = loss.passes;
  for (size_t h = 0; h <= 2 * passes; h++) {
    net->inputs[h] = h <= passes ? loss.states[h] : loss.actions[h - passes - 1];
  }
  net->input_count = 2 * passes + 1;
  net->loss = loss.loss;
}

/* Building --------------------------------------------------------------------------------- */

/* Deviations of 100 for states and 1 for actions: positions in pixels, pushes of an agent. */
static orr_status make_model(orr_bench_trainer *trainer, orr_error *err) {
  const orr_bench_train_def *def = &trainer->def;
  orr_transform *transform;
  ORR_TRY(orr_new(&transform, 1, sizeof *transform, err));
  for (size_t i = 0; i < ORR_MAX_FIELDS; i++) {
    transform->state_std[i] = transform->change_std[i] = 100.0;
    transform->motion_std[i] = 1.0;
    transform->action_std[i] = 1.0;
  }
  orr_status status =
      orr_model_build(def->model, def->observation, def->action, transform, &trainer->model, err);
  orr_free(transform);
  if (status == ORR_OK) trainer->params = &trainer->model->params;
  return status;
}

static orr_status declare(orr_bench_trainer *trainer, orr_error *err) {
  trainer->params = &trainer->own;
  switch (trainer->def.network) {
  case ORR_BENCH_PERCEPTRON:
    orr_mlp_declare(&trainer->own, "body", STATE + ACTION, 256, 3, STATE, ORR_INIT_UNIFORM,
                    &trainer->mlp);
    return ORR_OK;
  case ORR_BENCH_GELU:
    declare_gelu(&trainer->own, "encoder", FRAME, &trainer->encoder);
    declare_gelu(&trainer->own, "predictor", LATENT + PUSH, &trainer->predictor);
    return ORR_OK;
  case ORR_BENCH_MODEL: break;
  }
  return make_model(trainer, err);
}

static orr_status open_lane(const orr_bench_trainer *trainer, bench_lane *lane, orr_error *err) {
  orr_path path = trainer->def.bf16 ? ORR_PATH_BF16 : ORR_PATH_PRODUCT;
  size_t widest = 0;
  ORR_TRY(orr_tape_create(trainer->params, path, true, &lane->tape, err));
  switch (trainer->def.network) {
  case ORR_BENCH_PERCEPTRON: build_perceptron(trainer, lane->tape, &lane->net); break;
  case ORR_BENCH_GELU: build_gelu(trainer, lane->tape, &lane->net); break;
  case ORR_BENCH_MODEL: build_model(trainer->model, lane->tape, &lane->net); break;
  }
  for (size_t i = 0; i < lane->net.input_count; i++) {
    size_t cols = orr_tape_cols(lane->tape, lane->net.inputs[i]);
    if (cols > widest) widest = cols;
  }
  ORR_TRY(orr_new(&lane->pad, ORR_TILE * widest, sizeof(float), err));
  return orr_tape_compile(lane->tape, lane->net.loss, NULL, 0, err);
}

/* Inputs are uniform with deviation 1; input i of sample r does not depend on the batch. */
static orr_status draw_data(orr_bench_trainer *trainer, orr_error *err) {
  const bench_lane *lane = &trainer->lanes[0];
  size_t batch = trainer->def.batch, cols = 0;
  for (size_t i = 0; i < lane->net.input_count; i++) {
    cols += orr_tape_cols(lane->tape, lane->net.inputs[i]);
  }
  ORR_TRY(orr_new(&trainer->data, batch * cols, sizeof(float), err));
  float *to = trainer->data;
  for (size_t i = 0; i < lane->net.input_count; i++) {
    size_t n = orr_tape_cols(lane->tape, lane->net.inputs[i]);
    for (size_t j = 0; j < batch * n; j++) {
      orr_random random =
          orr_random_at(1, ORR_PURPOSE_WEIGHTS, 1000 + (uint32_t)i, (uint32_t)j, 0, 0);
      *to++ = (float)orr_random_uniform(&random, -1.7320508, 1.7320508);
    }
  }
  return ORR_OK;
}

static orr_status build(orr_bench_trainer *trainer, orr_error *err) {
  trainer->tiles = (trainer->def.batch + ORR_TILE - 1) / ORR_TILE;
  trainer->lane_count = orr_pool_lanes(trainer->pool);
  ORR_TRY(declare(trainer, err));
  ORR_TRY(orr_new(&trainer->lanes, trainer->lane_count, sizeof *trainer->lanes, err));
  for (size_t i = 0; i < trainer->lane_count; i++) {
    ORR_TRY(open_lane(trainer, &trainer->lanes[i], err));
  }
  ORR_TRY(draw_data(trainer, err));
  ORR_TRY(orr_new(&trainer->losses, trainer->tiles, sizeof *trainer->losses, err));
  ORR_TRY(orr_update_create(trainer->params, trainer->tiles, trainer->pool, &trainer->update, err));
  trainer->values = orr_alloc_aligned(trainer->params->total * sizeof(float), 64);
  if (!trainer->values) return orr_fail(err, ORR_ERR_MEMORY, "no memory for a network's weights");
  orr_params_init(trainer->params, 1, trainer->values);
  return ORR_OK;
}

orr_status orr_bench_trainer_create(const orr_bench_train_def *def, orr_pool *pool,
                                    orr_bench_trainer **out, orr_error *err) {
  orr_bench_trainer *trainer;
  *out = NULL;
  ORR_TRY(orr_new(&trainer, 1, sizeof *trainer, err));
  trainer->def = *def;
  trainer->pool = pool;
  orr_status status = build(trainer, err);
  if (status == ORR_OK)
    *out = trainer;
  else
    orr_bench_trainer_destroy(trainer);
  return status;
}

void orr_bench_trainer_destroy(orr_bench_trainer *trainer) {
  if (!trainer) return;
  for (size_t i = 0; trainer->lanes && i < trainer->lane_count; i++) {
    orr_tape_destroy(trainer->lanes[i].tape);
    orr_free(trainer->lanes[i].pad);
  }
  orr_update_destroy(&trainer->update);
  orr_model_destroy(trainer->model);
  orr_free(trainer->lanes);
  orr_free(trainer->values);
  orr_free(trainer->data);
  orr_free(trainer->losses);
  orr_free(trainer);
}

/* Running ---------------------------------------------------------------------------------- */

static void feed(const orr_bench_trainer *trainer, bench_lane *lane, size_t first, size_t rows) {
  const float *data = trainer->data;
  for (size_t i = 0; i < lane->net.input_count; i++) {
    size_t cols = orr_tape_cols(lane->tape, lane->net.inputs[i]);
    const float *from = data + first * cols;
    if (rows < ORR_TILE) {
      memset(lane->pad, 0, ORR_TILE * cols * sizeof *lane->pad);
      from = memcpy(lane->pad, from, rows * cols * sizeof *lane->pad);
    }
    orr_tape_set_input(lane->tape, lane->net.inputs[i], from);
    data += trainer->def.batch * cols;
  }
}

static void run_tile(void *context, size_t index, size_t lane_index) {
  orr_bench_trainer *trainer = context;
  bench_lane *lane = &trainer->lanes[lane_index];
  size_t batch = trainer->def.batch, first = index * ORR_TILE;
  size_t rows = batch - first < ORR_TILE ? batch - first : ORR_TILE;
  double share = (double)rows / (double)batch;
  feed(trainer, lane, first, rows);
  orr_tape_set_valid(lane->tape, rows);
  orr_tape_forward(lane->tape, trainer->values);
  trainer->losses[index] = share * orr_tape_scalar(lane->tape, lane->net.loss);
  orr_tape_backward(lane->tape, trainer->values, share, orr_update_tile(&trainer->update, index));
}

static void pack_lane(void *context, size_t index, size_t lane) {
  (void)lane;
  orr_bench_trainer *trainer = context;
  orr_tape_pack(trainer->lanes[index].tape, trainer->values);
}

void orr_bench_trainer_step(orr_bench_trainer *trainer) {
  static const orr_adamw adamw = {0.9, 0.999, 1e-8, 1e-4};
  orr_pool_run(trainer->pool, trainer->lane_count, pack_lane, trainer);
  orr_pool_run(trainer->pool, trainer->tiles, run_tile, trainer);
  trainer->loss = 0.0;
  for (size_t i = 0; i < trainer->tiles; i++) trainer->loss += trainer->losses[i];
  double clip = orr_clip_factor(orr_update_gather(&trainer->update), 1.0);
  orr_update_apply(&trainer->update, &adamw, 1e-3, clip, ++trainer->step, trainer->values);
}

double orr_bench_trainer_rate(orr_bench_trainer *trainer, double seconds) {
  for (int i = 0; i < WARM_UP; i++) orr_bench_trainer_step(trainer);
  double start = orr_seconds(), passed;
  int64_t steps = 0;
  do {
    orr_bench_trainer_step(trainer);
    steps++;
    passed = orr_seconds() - start;
  } while (passed < seconds);
  return (double)steps / passed;
}

double orr_bench_trainer_loss(const orr_bench_trainer *trainer) { return trainer->loss; }

const float *orr_bench_trainer_values(const orr_bench_trainer *trainer, size_t *count) {
  *count = trainer->params->total;
  return trainer->values;
}

size_t orr_bench_trainer_parameters(const orr_bench_trainer *trainer) {
  return orr_params_numbers(trainer->params);
}

double orr_bench_trainer_flops(const orr_bench_trainer *trainer) {
  const orr_tape *tape = trainer->lanes[0].tape;
  double flops = 0.0;
  for (size_t i = 0; i < tape->op_count; i++) {
    const orr_op *op = &tape->ops[i];
    if (op->kind != ORR_OP_LINEAR) continue;
    const orr_param *w = orr_tape_param(tape, op->weight);
    double once = 2.0 * (double)w->rows * (double)w->cols * (double)trainer->def.batch;
    flops += once * (1.0 + (op->gemm_weight != NULL) + (op->gemm_input_packed != NULL));
  }
  return flops;
}
