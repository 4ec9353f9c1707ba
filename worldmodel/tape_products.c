/* The matrix products of a tape: which there are, their packed weights, their scratch memory. */
#include "worldmodel/tape_internal.h"

enum { LEAST_BF16 = 32 }; /* columns on both sides of a weight */

void orr_tape_choose_bf16(orr_tape *tape) {
  for (size_t i = 0; i < tape->op_count; i++) {
    orr_op *op = &tape->ops[i];
    if (op->kind != ORR_OP_LINEAR) continue;
    const orr_param *w = orr_tape_param(tape, op->weight);
    /* what is fitted once (the law, the metric) keeps its digits */
    op->bf16 = !w->frozen && w->rows >= LEAST_BF16 && w->cols >= LEAST_BF16;
  }
}

/* The pack of (weight, direction) in the layout that `gemm` wants: found or made. */
static orr_status find_pack(orr_tape *tape, const orr_op *op, orr_gemm *gemm, bool input,
                            const void **out, orr_error *err) {
  for (size_t i = 0; i < tape->pack_count; i++) {
    const orr_pack *p = &tape->packs[i];
    if (p->weight != op->weight || p->input != input) continue;
    if (!orr_gemm_packs_alike(p->gemm, gemm)) continue;
    *out = p->buffer;
    return ORR_OK;
  }
  orr_pack *made = &tape->packs[tape->pack_count];
  *made = (orr_pack){.weight = op->weight, .input = input, .gemm = gemm};
  made->buffer = orr_alloc_aligned(orr_gemm_packed_bytes(gemm), 64);
  if (!made->buffer) return orr_fail(err, ORR_ERR_MEMORY, "out of memory: packed weights");
  tape->pack_count++;
  *out = made->buffer;
  return ORR_OK;
}

/* Plain products read the weights where they lie, for tapes that nobody packs; those of bf16 have
 * no such thing. Shapes: x [rows, in], w [out, in], y [rows, out]. */
static orr_status create_forward(orr_tape *tape, orr_op *op, orr_error *err) {
  const orr_param *w = orr_tape_param(tape, op->weight);
  orr_gemm_def def = {.m = tape->variables[op->out].rows,
                      .n = w->rows,
                      .k = w->cols,
                      .transpose_b = true,
                      .bias = op->bias >= 0,
                      .bf16 = op->bf16};
  if (!op->bf16) ORR_TRY(orr_gemm_create(tape->context, &def, &op->gemm_forward, err));
  def.packed = true;
  ORR_TRY(orr_gemm_create(tape->context, &def, &op->gemm_packed, err));
  return find_pack(tape, op, op->gemm_packed, false, &op->packed, err);
}

static orr_status create_backward(orr_tape *tape, orr_op *op, orr_error *err) {
  const orr_variable *x = &tape->variables[op->in[0]];
  const orr_param *w = orr_tape_param(tape, op->weight);
  orr_gemm_def input = {
      .m = x->rows, .n = w->cols, .k = w->rows, .accumulate = !op->fresh[0], .bf16 = op->bf16};
  orr_gemm_def weight = {.m = w->rows,
                         .n = w->cols,
                         .k = x->rows,
                         .transpose_a = true,
                         .accumulate = true,
                         .bf16 = op->bf16};
  ORR_TRY(orr_gemm_create(tape->context, &weight, &op->gemm_weight, err));
  if (!x->needs) return ORR_OK;
  if (!op->bf16) ORR_TRY(orr_gemm_create(tape->context, &input, &op->gemm_input, err));
  input.packed = true;
  ORR_TRY(orr_gemm_create(tape->context, &input, &op->gemm_input_packed, err));
  return find_pack(tape, op, op->gemm_input_packed, true, &op->packed_input, err);
}

static size_t larger_scratch(size_t bytes, const orr_gemm *gemm) {
  return gemm && orr_gemm_scratch_bytes(gemm) > bytes ? orr_gemm_scratch_bytes(gemm) : bytes;
}

static size_t scratch_of(size_t bytes, const orr_op *op) {
  bytes = larger_scratch(bytes, op->gemm_forward);
  bytes = larger_scratch(bytes, op->gemm_packed);
  bytes = larger_scratch(bytes, op->gemm_input);
  bytes = larger_scratch(bytes, op->gemm_input_packed);
  return larger_scratch(bytes, op->gemm_weight);
}

orr_status orr_tape_create_products(orr_tape *tape, orr_error *err) {
  size_t bytes = 64, half = 1;
  ORR_TRY(orr_gemm_context_create(&tape->context, err));
  ORR_TRY(orr_new(&tape->packs, 2 * tape->op_count + 1, sizeof *tape->packs, err));
  for (size_t i = 0; i < tape->op_count; i++) {
    orr_op *op = &tape->ops[i];
    if (op->kind != ORR_OP_LINEAR) continue;
    ORR_TRY(create_forward(tape, op, err));
    if (op->live) ORR_TRY(create_backward(tape, op, err));
    bytes = scratch_of(bytes, op);
    size_t numbers = tape->variables[op->out].rows * tape->variables[op->out].cols;
    if (op->live && op->bf16 && numbers > half) half = numbers;
  }
  tape->scratch = orr_alloc_aligned(bytes, 64);
  tape->half = orr_alloc_aligned(half * sizeof *tape->half, 64);
  if (tape->scratch && tape->half) return ORR_OK;
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory: scratch");
}

void orr_tape_release_products(orr_tape *tape) {
  for (size_t i = 0; i < tape->op_count; i++) {
    orr_op *op = &tape->ops[i];
    orr_gemm_destroy(op->gemm_forward);
    orr_gemm_destroy(op->gemm_packed);
    orr_gemm_destroy(op->gemm_input);
    orr_gemm_destroy(op->gemm_input_packed);
    orr_gemm_destroy(op->gemm_weight);
  }
  for (size_t i = 0; i < tape->pack_count; i++) orr_free(tape->packs[i].buffer);
  orr_gemm_context_destroy(tape->context);
  orr_free(tape->packs);
  orr_free(tape->scratch);
  orr_free(tape->half);
}

void orr_tape_pack(orr_tape *tape, const float *values) {
  ORR_ASSERT(tape->compiled && orr_tape_is_product(tape));
  tape->packed_values = values;
  for (size_t i = 0; values && i < tape->pack_count; i++) {
    const orr_pack *p = &tape->packs[i];
    const float *weight = values + orr_tape_param(tape, p->weight)->offset;
    orr_gemm_pack(p->gemm, weight, p->buffer, tape->scratch);
  }
}
