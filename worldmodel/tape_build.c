/* Building a tape: every function checks its shapes and appends one operation. */
#include "worldmodel/tape_internal.h"
#include <string.h>

static orr_var add_variable(orr_tape *tape, size_t rows, size_t cols, bool needs) {
  ORR_ASSERT(!tape->compiled && tape->variable_count < ORR_MAX_VARIABLES);
  ORR_ASSERT(rows > 0 && cols > 0 && rows <= (SIZE_MAX >> 8) / cols);
  tape->variables[tape->variable_count] =
      (orr_variable){.rows = rows, .cols = cols, .needs = needs && tape->gradients};
  return (orr_var)tape->variable_count++;
}

static const orr_variable *get(const orr_tape *tape, orr_var x) {
  ORR_ASSERT(x >= 0 && (size_t)x < tape->variable_count);
  return &tape->variables[x];
}

/* Memory that lives as long as the tape; a failure is reported by compile. */
static void *keep(orr_tape *tape, const void *data, size_t count, size_t size) {
  void *copy = orr_arena_alloc(tape->arena, count, size);
  if (!copy) tape->failed = true;
  if (copy && data) memcpy(copy, data, count * size);
  return copy;
}

/* Appends an operation whose output needs a gradient if an input does or a parameter is used. */
static orr_op *append(orr_tape *tape, orr_op_kind kind, const orr_var *in, size_t count,
                      size_t rows, size_t cols) {
  bool needs = false;
  for (size_t i = 0; i < count; i++) needs |= get(tape, in[i])->needs;
  if (kind == ORR_OP_STOP) needs = false;
  if (kind == ORR_OP_LINEAR || kind == ORR_OP_NORM) needs = true;
  orr_op *op = &tape->ops[tape->op_count++];
  *op = (orr_op){.kind = kind, .in_count = count, .weight = -1, .bias = -1, .factor = 1.0};
  op->in = keep(tape, in, count, sizeof *in);
  op->fresh = keep(tape, NULL, count, sizeof *op->fresh);
  op->out = add_variable(tape, rows, cols, needs);
  return op;
}

static orr_op *append_same(orr_tape *tape, orr_op_kind kind, orr_var x) {
  return append(tape, kind, &x, 1, get(tape, x)->rows, get(tape, x)->cols);
}

static const orr_param *parameter(const orr_tape *tape, int index) {
  ORR_ASSERT(index >= 0 && (size_t)index < tape->params->count);
  return &tape->params->items[index];
}

static void check_vector(const orr_tape *tape, int index, size_t cols) {
  if (index < 0) return;
  ORR_ASSERT(parameter(tape, index)->rows == 1 && parameter(tape, index)->cols == cols);
}

orr_var orr_tape_input(orr_tape *tape, size_t rows, size_t cols) {
  orr_var x = add_variable(tape, rows, cols, false);
  tape->variables[x].fixed = true;
  return x;
}

orr_var orr_tape_linear(orr_tape *tape, orr_var x, int weight, int bias, orr_activation act) {
  const orr_param *w = parameter(tape, weight);
  size_t rows = get(tape, x)->rows;
  ORR_ASSERT(w->cols == get(tape, x)->cols);
  check_vector(tape, bias, w->rows);
  orr_op *op = append(tape, ORR_OP_LINEAR, &x, 1, rows, w->rows);
  op->weight = weight;
  op->bias = bias;
  op->act = act;
  if (tape->gradients && act != ORR_ACT_NONE) op->saved_count = rows * w->rows; /* act'(u) */
  return op->out;
}

orr_var orr_tape_norm(orr_tape *tape, orr_var x, int gain, int shift, orr_activation act) {
  const orr_variable *in = get(tape, x);
  size_t rows = in->rows, cols = in->cols;
  check_vector(tape, gain, cols);
  check_vector(tape, shift, cols);
  orr_op *op = append_same(tape, ORR_OP_NORM, x);
  op->weight = gain;
  op->bias = shift;
  op->act = act;
  /* mean and 1/deviation of each row, then act'(u) */
  op->saved_count = 2 * rows + (tape->gradients && act != ORR_ACT_NONE ? rows * cols : 0);
  return op->out;
}

static orr_var binary(orr_tape *tape, orr_op_kind kind, orr_var a, orr_var b) {
  size_t rows = get(tape, a)->rows, cols = get(tape, a)->cols;
  ORR_ASSERT(rows == get(tape, b)->rows && cols == get(tape, b)->cols);
  return append(tape, kind, (orr_var[]){a, b}, 2, rows, cols)->out;
}

orr_var orr_tape_add(orr_tape *tape, orr_var a, orr_var b) {
  return binary(tape, ORR_OP_ADD, a, b);
}

orr_var orr_tape_sub(orr_tape *tape, orr_var a, orr_var b) {
  return binary(tape, ORR_OP_SUB, a, b);
}

orr_var orr_tape_scale(orr_tape *tape, orr_var x, double factor) {
  orr_op *op = append_same(tape, ORR_OP_SCALE, x);
  op->factor = factor;
  return op->out;
}

orr_var orr_tape_affine(orr_tape *tape, orr_var x, const double *shift, const double *factor) {
  size_t cols = get(tape, x)->cols;
  orr_op *op = append_same(tape, ORR_OP_AFFINE, x);
  op->numbers = keep(tape, NULL, 2 * cols, sizeof *op->numbers);
  if (!op->numbers) return op->out;
  memcpy(op->numbers, shift, cols * sizeof *shift);
  memcpy(op->numbers + cols, factor, cols * sizeof *factor);
  return op->out;
}

orr_var orr_tape_dropout(orr_tape *tape, orr_var x, double rate) {
  ORR_ASSERT(rate >= 0.0 && rate < 1.0);
  if (rate == 0.0) return x;
  orr_op *op = append_same(tape, ORR_OP_DROPOUT, x);
  op->factor = rate;
  op->stream = tape->dropouts++;
  op->saved_count = get(tape, x)->rows * get(tape, x)->cols; /* 0 or 1/(1 - rate) */
  return op->out;
}

orr_var orr_tape_stop(orr_tape *tape, orr_var x) { return append_same(tape, ORR_OP_STOP, x)->out; }

orr_var orr_tape_concat(orr_tape *tape, const orr_var *parts, size_t count) {
  ORR_ASSERT(count > 0);
  size_t rows = get(tape, parts[0])->rows, cols = 0;
  for (size_t i = 0; i < count; i++) {
    ORR_ASSERT(get(tape, parts[i])->rows == rows);
    cols += get(tape, parts[i])->cols;
  }
  return append(tape, ORR_OP_CONCAT, parts, count, rows, cols)->out;
}

orr_var orr_tape_slice(orr_tape *tape, orr_var x, size_t first_col, size_t cols) {
  size_t all = get(tape, x)->cols;
  ORR_ASSERT(first_col < all && cols > 0 && cols <= all - first_col);
  orr_op *op = append(tape, ORR_OP_SLICE, &x, 1, get(tape, x)->rows, cols);
  op->first = first_col;
  return op->out;
}

orr_var orr_tape_reshape(orr_tape *tape, orr_var x, size_t rows, size_t cols) {
  ORR_ASSERT(cols > 0 && rows == get(tape, x)->rows * get(tape, x)->cols / cols);
  ORR_ASSERT(rows * cols == get(tape, x)->rows * get(tape, x)->cols);
  return append(tape, ORR_OP_RESHAPE, &x, 1, rows, cols)->out;
}

orr_var orr_tape_unangle(orr_tape *tape, orr_var x, const bool *is_angle) {
  size_t in = get(tape, x)->cols, out = in;
  for (size_t c = 0; c < in; c++) out += is_angle[c];
  orr_op *op = append(tape, ORR_OP_UNANGLE, &x, 1, get(tape, x)->rows, out);
  op->flags = keep(tape, is_angle, in, sizeof *is_angle);
  return op->out;
}

orr_var orr_tape_angle(orr_tape *tape, orr_var x, const bool *is_angle, size_t cols) {
  size_t in = cols;
  for (size_t c = 0; c < cols; c++) in += is_angle[c];
  ORR_ASSERT(in == get(tape, x)->cols);
  orr_op *op = append(tape, ORR_OP_ANGLE, &x, 1, get(tape, x)->rows, cols);
  op->flags = keep(tape, is_angle, cols, sizeof *is_angle);
  return op->out;
}

orr_var orr_tape_waves(orr_tape *tape, orr_var x, size_t octaves) {
  ORR_ASSERT(octaves > 0);
  size_t rows = get(tape, x)->rows, cols = get(tape, x)->cols;
  orr_op *op = append(tape, ORR_OP_WAVES, &x, 1, rows, 2 * octaves * cols);
  op->first = octaves;
  return op->out;
}

static void set_frame(orr_tape *tape, orr_op *op, const orr_frame *frame) {
  op->frame = frame;
  op->scratch = orr_frame_scratch_create(frame, tape->arena);
  if (!op->scratch) tape->failed = true;
}

orr_var orr_tape_frame_features(orr_tape *tape, const orr_frame *frame, orr_var state,
                                orr_var actions) {
  size_t rows = get(tape, state)->rows;
  ORR_ASSERT(get(tape, actions)->rows == rows);
  ORR_ASSERT(get(tape, state)->cols == orr_frame_state(frame));
  ORR_ASSERT(get(tape, actions)->cols == orr_frame_actions(frame));
  orr_op *op = append(tape, ORR_OP_FEATURES, (orr_var[]){state, actions}, 2,
                      rows * orr_frame_centres(frame), orr_frame_features(frame));
  set_frame(tape, op, frame);
  return op->out;
}

orr_var orr_tape_frame_advance(orr_tape *tape, const orr_frame *frame, orr_var state,
                               orr_var motion) {
  size_t rows = get(tape, state)->rows, cols = get(tape, state)->cols;
  ORR_ASSERT(get(tape, motion)->rows == rows * orr_frame_centres(frame));
  ORR_ASSERT(get(tape, motion)->cols == orr_frame_motions(frame));
  ORR_ASSERT(cols == orr_frame_state(frame));
  orr_op *op = append(tape, ORR_OP_ADVANCE, (orr_var[]){state, motion}, 2, rows, cols);
  set_frame(tape, op, frame);
  return op->out;
}

static orr_op *compare(orr_tape *tape, orr_op_kind kind, orr_var prediction, orr_var target) {
  ORR_ASSERT(get(tape, prediction)->rows == get(tape, target)->rows);
  ORR_ASSERT(get(tape, prediction)->cols == get(tape, target)->cols);
  return append(tape, kind, (orr_var[]){prediction, target}, 2, 1, 1);
}

orr_var orr_tape_smooth_l1(orr_tape *tape, orr_var prediction, orr_var target, const double *weight,
                           const bool *is_angle) {
  size_t cols = get(tape, prediction)->cols;
  orr_op *op = compare(tape, ORR_OP_SMOOTH_L1, prediction, target);
  op->numbers = keep(tape, weight, cols, sizeof *weight);
  if (is_angle) op->flags = keep(tape, is_angle, cols, sizeof *is_angle);
  return op->out;
}

orr_var orr_tape_mse(orr_tape *tape, orr_var prediction, orr_var target) {
  return compare(tape, ORR_OP_MSE, prediction, target)->out;
}

orr_var orr_tape_expectile(orr_tape *tape, orr_var prediction, orr_var target, double tau) {
  ORR_ASSERT(tau > 0.0 && tau < 1.0 && get(tape, prediction)->rows == get(tape, target)->rows);
  ORR_ASSERT(get(tape, prediction)->cols == 1 && get(tape, target)->cols == 2);
  orr_op *op = append(tape, ORR_OP_EXPECTILE, (orr_var[]){prediction, target}, 2, 1, 1);
  op->factor = tau;
  return op->out;
}

orr_var orr_tape_sigreg(orr_tape *tape, const orr_var *parts, size_t count, size_t directions) {
  ORR_ASSERT(count > 0 && directions > 0);
  size_t rows = get(tape, parts[0])->rows, cols = get(tape, parts[0])->cols;
  for (size_t i = 0; i < count; i++) {
    ORR_ASSERT(get(tape, parts[i])->rows == rows && get(tape, parts[i])->cols == cols);
  }
  size_t lanes = ORR_SIGREG_LANES, wide = (directions + lanes - 1) / lanes * lanes;
  orr_op *op = append(tape, ORR_OP_SIGREG, parts, count, 1, 1);
  op->first = wide;
  op->stream = tape->sigregs++;
  /* directions, sine and cosine of every sample, slopes of every knot, a row */
  op->saved_count = wide * (cols + 2 * count * rows + 2 * ORR_SIGREG_KNOTS + 1);
  return op->out;
}

orr_var orr_tape_total(orr_tape *tape, const orr_var *terms, const double *weights, size_t count) {
  ORR_ASSERT(count > 0);
  for (size_t i = 0; i < count; i++) {
    ORR_ASSERT(get(tape, terms[i])->rows == 1 && get(tape, terms[i])->cols == 1);
  }
  orr_op *op = append(tape, ORR_OP_TOTAL, terms, count, 1, 1);
  op->numbers = keep(tape, weights, count, sizeof *weights);
  return op->out;
}
