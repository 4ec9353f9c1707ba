/* Tapes: life, compilation, running. Building is in tape_build.c, operations in ops_*.inc. */
#include "worldmodel/kernels.h"
#include "worldmodel/tape_internal.h"
#include <string.h>

orr_status orr_tape_create(const orr_params *params, orr_path path, bool gradients, orr_tape **out,
                           orr_error *err) {
  orr_tape *tape;
  ORR_TRY(orr_new(&tape, 1, sizeof *tape, err));
  tape->params = params;
  tape->path = path;
  tape->gradients = gradients;
  tape->loss = -1;
  tape->valid = SIZE_MAX;
  tape->kernels = orr_kernels_best();
  tape->arena = orr_arena_create(4096);
  tape->variables = orr_alloc(ORR_MAX_VARIABLES, sizeof *tape->variables);
  tape->ops = orr_alloc(ORR_MAX_VARIABLES, sizeof *tape->ops);
  if (!tape->arena || !tape->variables || !tape->ops) {
    orr_tape_destroy(tape);
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory: a network's tape");
  }
  *out = tape;
  return ORR_OK;
}

void orr_tape_destroy(orr_tape *tape) {
  if (!tape) return;
  orr_tape_release_products(tape);
  orr_free(tape->memory);
  orr_free(tape->variables);
  orr_free(tape->ops);
  orr_arena_destroy(tape->arena);
  orr_free(tape);
}

static const orr_op_functions *functions(const orr_tape *tape, orr_op_kind kind) {
  if (tape->path == ORR_PATH_REFERENCE) return &orr_ops_f64[kind];
  bool fast = orr_tape_is_product(tape) && orr_ops_product[kind].forward;
  return fast ? &orr_ops_product[kind] : &orr_ops_f32[kind];
}

/* What only a backward pass would read is not written where none arrives. */
static void drop_idle_slopes(orr_tape *tape) {
  for (size_t i = 0; i < tape->op_count; i++) {
    orr_op *op = &tape->ops[i];
    if (op->live) continue;
    if (op->kind == ORR_OP_LINEAR) op->saved_count = 0;
    if (op->kind == ORR_OP_NORM) op->saved_count = 2 * tape->variables[op->out].rows;
  }
}

orr_status orr_tape_compile(orr_tape *tape, orr_var loss, const orr_var *outputs, size_t count,
                            orr_error *err) {
  ORR_ASSERT(!tape->compiled && tape->variable_count > 0);
  if (tape->failed) return orr_fail(err, ORR_ERR_MEMORY, "out of memory: a network's tape");
  ORR_ASSERT(loss < 0 || (orr_tape_rows(tape, loss) == 1 && orr_tape_cols(tape, loss) == 1));
  tape->loss = loss;
  if (loss >= 0) tape->variables[loss].fixed = true;
  for (size_t i = 0; i < count; i++) {
    ORR_ASSERT(outputs[i] >= 0 && (size_t)outputs[i] < tape->variable_count);
    tape->variables[outputs[i]].fixed = true;
  }
  for (size_t i = 0; i < tape->op_count; i++) {
    tape->ops[i].run = *functions(tape, tape->ops[i].kind);
  }
  ORR_TRY(orr_tape_plan_backward(tape, err));
  drop_idle_slopes(tape);
  if (tape->path == ORR_PATH_BF16) orr_tape_choose_bf16(tape);
  ORR_TRY(orr_tape_plan(tape, err));
  if (orr_tape_is_product(tape)) ORR_TRY(orr_tape_create_products(tape, err));
  tape->compiled = true;
  return ORR_OK;
}

void orr_tape_set_input(orr_tape *tape, orr_var input, const float *data) {
  ORR_ASSERT(tape->compiled && tape->variables[input].fixed);
  size_t count = tape->variables[input].rows * tape->variables[input].cols;
  if (!orr_tape_is_double(tape)) {
    memcpy(tape->variables[input].value, data, count * sizeof *data);
    return;
  }
  double *value = tape->variables[input].value;
  for (size_t i = 0; i < count; i++) value[i] = (double)data[i];
}

void orr_tape_set_input_f64(orr_tape *tape, orr_var input, const double *data) {
  ORR_ASSERT(tape->compiled && tape->variables[input].fixed && orr_tape_is_double(tape));
  size_t count = tape->variables[input].rows * tape->variables[input].cols;
  memcpy(tape->variables[input].value, data, count * sizeof *data);
}

void orr_tape_set_valid(orr_tape *tape, size_t rows) { tape->valid = rows; }

void orr_tape_set_dropout(orr_tape *tape, bool on, uint64_t seed, uint32_t step, uint32_t row0) {
  tape->dropout_on = on;
  tape->dropout_seed = seed;
  tape->dropout_step = step;
  tape->dropout_row0 = row0;
}

static void forward(orr_tape *tape, const void *values) {
  ORR_ASSERT(tape->compiled);
  tape->values = values;
  for (size_t i = 0; i < tape->op_count; i++) tape->ops[i].run.forward(tape, &tape->ops[i]);
}

void orr_tape_forward(orr_tape *tape, const float *values) {
  ORR_ASSERT(!orr_tape_is_double(tape));
  forward(tape, values);
}

void orr_tape_forward_f64(orr_tape *tape, const double *values) {
  ORR_ASSERT(orr_tape_is_double(tape));
  forward(tape, values);
}

static void clear_fresh(orr_tape *tape, const orr_op *op) {
  size_t size = orr_tape_is_double(tape) ? sizeof(double) : sizeof(float);
  for (size_t j = 0; j < op->in_count; j++) {
    const orr_variable *x = &tape->variables[op->in[j]];
    if (op->fresh[j]) memset(x->gradient, 0, x->rows * x->cols * size);
  }
}

static void backward(orr_tape *tape, const void *values, void *gradients) {
  ORR_ASSERT(tape->compiled && tape->gradients && tape->loss >= 0);
  tape->values = values;
  tape->parameter_gradients = gradients;
  for (size_t i = tape->op_count; i-- > 0;) {
    const orr_op *op = &tape->ops[i];
    if (!op->live) continue;
    if (!op->run.writes) clear_fresh(tape, op);
    op->run.backward(tape, op);
  }
}

void orr_tape_backward(orr_tape *tape, const float *values, double scale, float *gradients) {
  ORR_ASSERT(!orr_tape_is_double(tape));
  float *seed = tape->variables[tape->loss].gradient;
  if (!seed) return; /* no parameter reaches the loss */
  *seed = (float)scale;
  backward(tape, values, gradients);
}

void orr_tape_backward_f64(orr_tape *tape, const double *values, double scale, double *gradients) {
  ORR_ASSERT(orr_tape_is_double(tape));
  double *seed = tape->variables[tape->loss].gradient;
  if (!seed) return;
  *seed = scale;
  backward(tape, values, gradients);
}

const float *orr_tape_value(const orr_tape *tape, orr_var x) {
  ORR_ASSERT(!orr_tape_is_double(tape));
  return tape->variables[x].value;
}

const double *orr_tape_value_f64(const orr_tape *tape, orr_var x) {
  ORR_ASSERT(orr_tape_is_double(tape));
  return tape->variables[x].value;
}

size_t orr_tape_rows(const orr_tape *tape, orr_var x) { return tape->variables[x].rows; }
size_t orr_tape_cols(const orr_tape *tape, orr_var x) { return tape->variables[x].cols; }

double orr_tape_scalar(const orr_tape *tape, orr_var x) {
  const void *value = tape->variables[x].value;
  return orr_tape_is_double(tape) ? *(const double *)value : (double)*(const float *)value;
}

double orr_tape_flops(const orr_tape *tape) {
  double flops = 0.0;
  for (size_t i = 0; i < tape->op_count; i++) {
    const orr_op *op = &tape->ops[i];
    if (op->kind != ORR_OP_LINEAR) continue;
    const orr_param *w = orr_tape_param(tape, op->weight);
    flops += 2.0 * (double)tape->variables[op->in[0]].rows * (double)w->rows * (double)w->cols;
  }
  return flops;
}

const char *orr_tape_library(void) { return orr_gemm_library(); }
