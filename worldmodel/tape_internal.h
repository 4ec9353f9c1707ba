/* What the files of the tape share. An operation is a record in one array: walked forward, then
 * backward. Its functions see plain pointers; everything is sized and created by compile. */
#ifndef ORR_WORLDMODEL_TAPE_INTERNAL_H
#define ORR_WORLDMODEL_TAPE_INTERNAL_H

#include "base/memory.h"
#include "worldmodel/frame_internal.h"
#include "worldmodel/gemm.h"
#include "worldmodel/tape.h"

typedef enum orr_op_kind {
  ORR_OP_LINEAR,
  ORR_OP_NORM,
  ORR_OP_ADD,
  ORR_OP_SUB,
  ORR_OP_SCALE,
  ORR_OP_AFFINE,
  ORR_OP_DROPOUT,
  ORR_OP_STOP,
  ORR_OP_CONCAT,
  ORR_OP_SLICE,
  ORR_OP_RESHAPE,
  ORR_OP_UNANGLE,
  ORR_OP_ANGLE,
  ORR_OP_WAVES,
  ORR_OP_FEATURES,
  ORR_OP_ADVANCE,
  ORR_OP_SMOOTH_L1,
  ORR_OP_MSE,
  ORR_OP_EXPECTILE,
  ORR_OP_SIGREG,
  ORR_OP_TOTAL,
  ORR_OP_KINDS
} orr_op_kind;

/* sigreg: knots above 0 of its quadrature; directions are taken by so many at a time */
enum { ORR_SIGREG_KNOTS = 16, ORR_SIGREG_LANES = 16 };

typedef struct orr_op orr_op;
typedef void orr_op_fn(orr_tape *tape, const orr_op *op);

typedef struct orr_op_functions {
  orr_op_fn *forward, *backward;
  bool writes; /* backward obeys op->fresh itself; otherwise fresh gradients are zeroed before it */
} orr_op_functions;

typedef struct orr_variable {
  size_t rows, cols;
  bool needs; /* a parameter reaches it: it has a gradient */
  bool fixed; /* input, output or loss: its buffer is not reused */
  void *value, *gradient;
} orr_variable;

struct orr_op {
  orr_op_kind kind;
  orr_var out, *in;
  size_t in_count;
  bool *fresh;      /* [in_count] backward of this operation is the first to write that gradient */
  bool live;        /* a gradient arrives here: backward runs */
  int weight, bias; /* parameter indices or -1; gain and shift of a norm */
  orr_activation act;
  double factor;   /* scale; dropout rate; expectile: tau */
  size_t first;    /* slice: column; waves: octaves; sigreg: directions */
  double *numbers; /* affine: shift then factor; losses: weight; total: weights */
  bool *flags;     /* angles, or NULL */
  const orr_frame *frame;
  orr_frame_scratch *scratch; /* a few rows in double */
  uint32_t stream;            /* number of a dropout, or of a sigreg, on its tape */
  size_t saved_count;
  void *saved; /* numbers that forward leaves for backward */
  /* Product path: y = x w', the same with packed weights, dx = du w and with packed weights, dw. */
  orr_gemm *gemm_forward, *gemm_packed, *gemm_input, *gemm_input_packed, *gemm_weight;
  const void *packed, *packed_input; /* of the tape's packs */
  bool bf16;
  uint16_t *half; /* bf16: the input, rounded; forward leaves it for backward */
  orr_op_functions run;
};

/* Packed weights: one for all uses of a tensor in one direction and layout. */
typedef struct orr_pack {
  int weight;
  bool input;     /* for dx, not for y */
  orr_gemm *gemm; /* of an operation: knows the layout */
  void *buffer;
} orr_pack;

struct orr_tape {
  const orr_params *params;
  orr_path path;
  bool gradients, failed, compiled;
  orr_arena *arena;
  orr_variable *variables;
  orr_op *ops;
  size_t variable_count, op_count;
  uint32_t dropouts, sigregs;
  orr_var loss;
  void *memory;   /* all buffers */
  void *scratch;  /* of the matrix products */
  uint16_t *half; /* bf16: a gradient, rounded */
  orr_pack *packs;
  size_t pack_count;
  orr_gemm_context *context;
  const struct orr_kernels *kernels;
  /* Set for a run. */
  const void *values; /* float or double, by path */
  void *parameter_gradients;
  const float *packed_values;
  size_t valid;
  bool dropout_on;
  uint64_t dropout_seed;
  uint32_t dropout_step, dropout_row0;
};

enum { ORR_MAX_VARIABLES = 32768 };

/* The plain loops, and the operations that have something faster (others: forward is NULL). */
extern const orr_op_functions orr_ops_f64[ORR_OP_KINDS];
extern const orr_op_functions orr_ops_f32[ORR_OP_KINDS];
extern const orr_op_functions orr_ops_product[ORR_OP_KINDS];

/* Places values, gradients and saved numbers in one allocation (tape_plan.c). */
orr_status orr_tape_plan(orr_tape *tape, orr_error *err);
/* The matrix products of a tape (tape_products.c). */
void orr_tape_choose_bf16(orr_tape *tape);
orr_status orr_tape_create_products(orr_tape *tape, orr_error *err);
void orr_tape_release_products(orr_tape *tape);
/* Fills fresh and live of every operation (tape_plan.c). */
orr_status orr_tape_plan_backward(orr_tape *tape, orr_error *err);

static inline bool orr_tape_is_product(const orr_tape *tape) {
  return tape->path == ORR_PATH_PRODUCT || tape->path == ORR_PATH_BF16;
}

static inline bool orr_tape_is_double(const orr_tape *tape) {
  return tape->path == ORR_PATH_REFERENCE;
}

static inline const orr_param *orr_tape_param(const orr_tape *tape, int index) {
  return &tape->params->items[index];
}

#endif
