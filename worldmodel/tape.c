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
  for (size_t i = 0; i < tape->op_count; i++) {
    orr_op *op = &tape->ops[i];
    orr_gemm_destroy(op->gemm_forward);
    orr_gemm_destroy(op->gemm_packed);
    orr_gemm_destroy(op->gemm_input);
    orr_gemm_destroy(op->gemm_weight);
    orr_free(op->packed);
  }
  orr_gemm_context_destroy(tape->context);
  orr_free(tape->scratch);
  orr_free(tape->memory);
  orr_free(tape->variables);
  orr_free(tape->ops);
  orr_arena_destroy(tape->arena);
  orr_free(tape);
}

static const orr_op_functions *functions(const orr_tape *tape, orr_op_kind kind) {
  if (tape->path == ORR_PATH_REFERENCE) return &orr_ops_f64[kind];
  bool fast = tape->path == ORR_PATH_PRODUCT && orr_ops_product[kind].forward;
  return fast ? &orr_ops_product[kind] : &orr_ops_f32[kind];
}

/* The four products of a linear operation, as far as this tape needs them. Shapes: x [rows, in],
 * w [out, in], y [rows, out]. */
static orr_status create_gemms(orr_tape *tape, orr_op *op, orr_error *err) {
  const orr_variable *x = &tape->variables[op->in[0]];
  const orr_param *w = orr_tape_param(tape, op->weight);
  orr_gemm_def forward = {
      .m = x->rows, .n = w->rows, .k = w->cols, .transpose_b = true, .bias = op->bias >= 0};
  ORR_TRY(orr_gemm_create(tape->context, &forward, &op->gemm_forward, err));
  if (!tape->gradients) {
    forward.packed = true;
    ORR_TRY(orr_gemm_create(tape->context, &forward, &op->gemm_packed, err));
    op->packed = orr_alloc_aligned(orr_gemm_packed_bytes(op->gemm_packed), 64);
    return op->packed ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory: packed weights");
  }
  if (!op->live) return ORR_OK;
  orr_gemm_def input = {.m = x->rows, .n = w->cols, .k = w->rows, .accumulate = !op->fresh[0]};
  if (x->needs) ORR_TRY(orr_gemm_create(tape->context, &input, &op->gemm_input, err));
  orr_gemm_def weight = {
      .m = w->rows, .n = w->cols, .k = x->rows, .transpose_a = true, .accumulate = true};
  return orr_gemm_create(tape->context, &weight, &op->gemm_weight, err);
}

static size_t larger_scratch(size_t bytes, const orr_gemm *gemm) {
  return gemm && orr_gemm_scratch_bytes(gemm) > bytes ? orr_gemm_scratch_bytes(gemm) : bytes;
}

static orr_status create_products(orr_tape *tape, orr_error *err) {
  size_t bytes = 64;
  ORR_TRY(orr_gemm_context_create(&tape->context, err));
  for (size_t i = 0; i < tape->op_count; i++) {
    orr_op *op = &tape->ops[i];
    if (op->kind != ORR_OP_LINEAR) continue;
    ORR_TRY(create_gemms(tape, op, err));
    bytes = larger_scratch(bytes, op->gemm_forward);
    bytes = larger_scratch(bytes, op->gemm_packed);
    bytes = larger_scratch(bytes, op->gemm_input);
    bytes = larger_scratch(bytes, op->gemm_weight);
  }
  tape->scratch = orr_alloc_aligned(bytes, 64);
  return tape->scratch ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory: scratch");
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
  orr_tape_plan_backward(tape);
  ORR_TRY(orr_tape_plan(tape, err));
  if (tape->path == ORR_PATH_PRODUCT) ORR_TRY(create_products(tape, err));
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

void orr_tape_pack(orr_tape *tape, const float *values) {
  ORR_ASSERT(tape->compiled && !tape->gradients && tape->path == ORR_PATH_PRODUCT);
  tape->packed_values = values;
  for (size_t i = 0; values && i < tape->op_count; i++) {
    orr_op *op = &tape->ops[i];
    if (!op->gemm_packed) continue;
    const float *weight = values + orr_tape_param(tape, op->weight)->offset;
    orr_gemm_pack(op->gemm_packed, weight, op->packed, tape->scratch);
  }
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
