/* The plain loops of every operation, for one number type: include after defining REAL (float or
 * double), OP(name) (its suffix) and TABLE. Forward and backward of an operation stand side by
 * side; each .inc is one family. Shapes: rows R, columns C. Backward adds to gradients; a gradient
 * pointer is NULL where no parameter is behind it. */
#include "base/maths.h"
#include "worldmodel/tape_internal.h"
#include "worldmodel/trig.h"
#include <string.h>
#include <tgmath.h>

static REAL *OP(value)(const orr_tape *tape, orr_var x) { return tape->variables[x].value; }
static REAL *OP(gradient)(const orr_tape *tape, orr_var x) { return tape->variables[x].gradient; }
static size_t OP(numbers)(const orr_tape *tape, orr_var x) {
  return tape->variables[x].rows * tape->variables[x].cols;
}
/* Parameter `index` and its gradient; NULL for -1. */
static const REAL *OP(parameter)(const orr_tape *tape, int index) {
  return index < 0 ? NULL : (const REAL *)tape->values + tape->params->items[index].offset;
}
static REAL *OP(parameter_gradient)(const orr_tape *tape, int index) {
  return index < 0 ? NULL : (REAL *)tape->parameter_gradients + tape->params->items[index].offset;
}

/* y += factor x, nothing where y is NULL */
static void OP(axpy)(size_t n, REAL factor, const REAL *x, REAL *y) {
  for (size_t i = 0; y && i < n; i++) y[i] += factor * x[i];
}

#include "worldmodel/ops_dense.inc"
#include "worldmodel/ops_frame.inc"
#include "worldmodel/ops_loss.inc"
#include "worldmodel/ops_pointwise.inc"
#include "worldmodel/ops_shape.inc"
#include "worldmodel/ops_sigreg.inc"

#define BOTH(name)                                                                                 \
  { OP(name##_forward), OP(name##_backward), false }
const orr_op_functions TABLE[ORR_OP_KINDS] = {
    [ORR_OP_LINEAR] = BOTH(linear),
    [ORR_OP_NORM] = BOTH(norm),
    [ORR_OP_ADD] = BOTH(add),
    [ORR_OP_SUB] = BOTH(sub),
    [ORR_OP_SCALE] = BOTH(scale),
    [ORR_OP_AFFINE] = BOTH(affine),
    [ORR_OP_DROPOUT] = BOTH(dropout),
    [ORR_OP_STOP] = BOTH(stop),
    [ORR_OP_CONCAT] = BOTH(concat),
    [ORR_OP_SLICE] = BOTH(slice),
    [ORR_OP_RESHAPE] = BOTH(reshape),
    [ORR_OP_UNANGLE] = BOTH(unangle),
    [ORR_OP_ANGLE] = BOTH(angle),
    [ORR_OP_WAVES] = BOTH(waves),
    [ORR_OP_FEATURES] = BOTH(features),
    [ORR_OP_ADVANCE] = BOTH(advance),
    [ORR_OP_SMOOTH_L1] = BOTH(smooth_l1),
    [ORR_OP_MSE] = BOTH(mse),
    [ORR_OP_EXPECTILE] = BOTH(expectile),
    [ORR_OP_SIGREG] = BOTH(sigreg),
    [ORR_OP_TOTAL] = BOTH(total),
};
