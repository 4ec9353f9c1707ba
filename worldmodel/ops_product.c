/* The operations that the product path does better than the plain loops: matrix products by oneDNN,
 * dense passes by the kernels of the best instruction set. Shapes as in the .inc of the family.
 * Backward functions marked `writes` write a fresh gradient instead of adding to zeros. */
#include "worldmodel/frame_rows.h"
#include "worldmodel/kernels.h"
#include "worldmodel/tape_internal.h"
#include <string.h>

static float *value(const orr_tape *tape, orr_var x) { return tape->variables[x].value; }
static float *gradient(const orr_tape *tape, orr_var x) { return tape->variables[x].gradient; }
static size_t numbers(const orr_tape *tape, orr_var x) {
  return tape->variables[x].rows * tape->variables[x].cols;
}

static const float *parameter(const orr_tape *tape, int index) {
  return index < 0 ? NULL : (const float *)tape->values + orr_tape_param(tape, index)->offset;
}

static float *parameter_gradient(const orr_tape *tape, int index) {
  return index < 0 ? NULL
                   : (float *)tape->parameter_gradients + orr_tape_param(tape, index)->offset;
}

static bool is_packed(const orr_tape *tape) {
  return tape->packed_values && tape->packed_values == tape->values;
}

/* x [R, K], w [O, K], b [O] -> y [R, O]; saved: act'(u) [R, O]; half: x in bf16 */
static void linear_forward(orr_tape *tape, const orr_op *op) {
  const float *x = value(tape, op->in[0]), *b = parameter(tape, op->bias);
  float *y = value(tape, op->out);
  ORR_ASSERT(!op->bf16 || is_packed(tape));
  if (op->bf16) tape->kernels->narrow(numbers(tape, op->in[0]), x, op->half);
  if (is_packed(tape))
    orr_gemm_run(op->gemm_packed, op->bf16 ? (const void *)op->half : x, op->packed, b, y,
                 tape->scratch);
  else
    orr_gemm_run(op->gemm_forward, x, parameter(tape, op->weight), b, y, tape->scratch);
  if (op->act == ORR_ACT_NONE) return;
  tape->kernels->activate(numbers(tape, op->out), op->act, y, y, op->saved);
}

/* du = dy act'(u), in place: nobody reads dy afterwards. dw += du' x, db += sum du, dx = du w */
static void linear_backward(orr_tape *tape, const orr_op *op) {
  const orr_variable *out = &tape->variables[op->out];
  float *du = out->gradient, *db = parameter_gradient(tape, op->bias);
  const void *rounded = du, *x = value(tape, op->in[0]);
  if (op->saved) tape->kernels->multiply(out->rows * out->cols, du, op->saved, du);
  if (db) tape->kernels->column_sum(out->rows, out->cols, du, db);
  if (op->bf16) {
    tape->kernels->narrow(out->rows * out->cols, du, tape->half);
    rounded = tape->half;
    x = op->half;
  }
  orr_gemm_run(op->gemm_weight, rounded, x, NULL, parameter_gradient(tape, op->weight),
               tape->scratch);
  float *dx = gradient(tape, op->in[0]);
  if (!op->gemm_input_packed) return;
  if (is_packed(tape))
    orr_gemm_run(op->gemm_input_packed, rounded, op->packed_input, NULL, dx, tape->scratch);
  else
    orr_gemm_run(op->gemm_input, du, parameter(tape, op->weight), NULL, dx, tape->scratch);
}

/* x [R, C], gain [C], shift [C] -> y [R, C]; saved: mean and 1/deviation [R, 2], act'(u) [R, C] */
static void norm_forward(orr_tape *tape, const orr_op *op) {
  size_t rows = tape->variables[op->out].rows, cols = tape->variables[op->out].cols;
  float *stats = op->saved, *slope = op->saved_count > 2 * rows ? stats + 2 * rows : NULL;
  tape->kernels->norm(rows, cols, value(tape, op->in[0]), parameter(tape, op->weight),
                      parameter(tape, op->bias), op->act, value(tape, op->out), stats, slope);
}

static void norm_backward(orr_tape *tape, const orr_op *op) {
  size_t rows = tape->variables[op->out].rows, cols = tape->variables[op->out].cols;
  const float *stats = op->saved, *slope = op->saved_count > 2 * rows ? stats + 2 * rows : NULL;
  tape->kernels->norm_backward(rows, cols, value(tape, op->in[0]), parameter(tape, op->weight),
                               stats, slope, gradient(tape, op->out), !op->fresh[0],
                               gradient(tape, op->in[0]), parameter_gradient(tape, op->weight),
                               parameter_gradient(tape, op->bias));
}

/* gradient of input j = (or +=) factor dy */
static void pass_back(orr_tape *tape, const orr_op *op, size_t j, float factor) {
  float *dx = gradient(tape, op->in[j]);
  const float *dy = gradient(tape, op->out);
  size_t n = numbers(tape, op->out);
  if (!dx) return;
  if (op->fresh[j])
    tape->kernels->scale(n, factor, dy, dx);
  else
    tape->kernels->accumulate(n, factor, dy, dx);
}

static void add_forward(orr_tape *tape, const orr_op *op) {
  tape->kernels->add(numbers(tape, op->out), value(tape, op->in[0]), value(tape, op->in[1]),
                     value(tape, op->out));
}

static void add_backward(orr_tape *tape, const orr_op *op) {
  pass_back(tape, op, 0, 1.0f);
  pass_back(tape, op, 1, 1.0f);
}

static void sub_forward(orr_tape *tape, const orr_op *op) {
  tape->kernels->subtract(numbers(tape, op->out), value(tape, op->in[0]), value(tape, op->in[1]),
                          value(tape, op->out));
}

static void sub_backward(orr_tape *tape, const orr_op *op) {
  pass_back(tape, op, 0, 1.0f);
  pass_back(tape, op, 1, -1.0f);
}

static void scale_forward(orr_tape *tape, const orr_op *op) {
  tape->kernels->scale(numbers(tape, op->out), (float)op->factor, value(tape, op->in[0]),
                       value(tape, op->out));
}

static void scale_backward(orr_tape *tape, const orr_op *op) {
  pass_back(tape, op, 0, (float)op->factor);
}

static size_t frame_rows(const orr_tape *tape, const orr_op *op) {
  return tape->variables[op->in[0]].rows;
}

static void features_forward(orr_tape *tape, const orr_op *op) {
  orr_frame_rows_best()->see(op->frame, op->scratch, frame_rows(tape, op), value(tape, op->in[0]),
                             value(tape, op->in[1]), value(tape, op->out));
}

static void features_backward(orr_tape *tape, const orr_op *op) {
  orr_frame_rows_best()->see_back(
      op->frame, op->scratch, frame_rows(tape, op), value(tape, op->in[0]), value(tape, op->in[1]),
      gradient(tape, op->out), gradient(tape, op->in[0]), gradient(tape, op->in[1]));
}

static void advance_forward(orr_tape *tape, const orr_op *op) {
  orr_frame_rows_best()->move(op->frame, op->scratch, frame_rows(tape, op), value(tape, op->in[0]),
                              value(tape, op->in[1]), value(tape, op->out));
}

static void advance_backward(orr_tape *tape, const orr_op *op) {
  orr_frame_rows_best()->move_back(
      op->frame, op->scratch, frame_rows(tape, op), value(tape, op->in[0]), value(tape, op->in[1]),
      gradient(tape, op->out), gradient(tape, op->in[0]), gradient(tape, op->in[1]));
}

const orr_op_functions orr_ops_product[ORR_OP_KINDS] = {
    [ORR_OP_LINEAR] = {linear_forward, linear_backward, true},
    [ORR_OP_NORM] = {norm_forward, norm_backward, true},
    [ORR_OP_ADD] = {add_forward, add_backward, true},
    [ORR_OP_SUB] = {sub_forward, sub_backward, true},
    [ORR_OP_SCALE] = {scale_forward, scale_backward, true},
    [ORR_OP_FEATURES] = {features_forward, features_backward, false},
    [ORR_OP_ADVANCE] = {advance_forward, advance_backward, false},
};
