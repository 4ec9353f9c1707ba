/* The tape: a static list of coarse operations over one arena, built once, run many times.
 *
 * A variable is a matrix [rows, cols], row-major. Rows are a tile of ORR_TILE samples (or any fixed
 * number): a batch is cut into tiles of 64 rows, padded with zeros, each tile runs on one thread,
 * and partial gradients are added in tile order, so neither threads nor batch size can change a
 * bit. An operation has a forward and a backward in one file, side by side. Backward accumulates
 * (+=). Unrolled time steps share weights: parameters are named by index, and every use adds its
 * gradient.
 *
 * Each operation exists twice. The reference is plain C that compiles for float and double; the
 * product calls oneDNN for matrix products and our own kernels for what lies between. */
#ifndef ORR_WORLDMODEL_TAPE_H
#define ORR_WORLDMODEL_TAPE_H

#include "base/space.h"
#include "worldmodel/params.h"

#define ORR_TILE 64

typedef struct orr_tape orr_tape;
typedef int orr_var; /* index of a variable on its tape */

typedef enum orr_path {
  ORR_PATH_PRODUCT,   /* f32: oneDNN and kernels of the best ISA level */
  ORR_PATH_REFERENCE, /* f64: the plain loops; inputs and parameters are converted */
  ORR_PATH_PLAIN,     /* f32: the plain loops; tests and machines that oneDNN does not know */
  /* The product path with bf16 operands in the large matrix products (both sides of the weight 32
   * or more; small ones cost little and hold inputs and outputs): sums, everything between, values
   * and gradients are f32. Such a tape has to be packed before it runs. */
  ORR_PATH_BF16
} orr_path;

typedef enum orr_activation {
  ORR_ACT_NONE,
  ORR_ACT_SILU,
  ORR_ACT_GELU,
  ORR_ACT_TANH
} orr_activation;

const char *orr_tape_library(void); /* "oneDNN 2.6.3" */

/* `gradients` false: forward only, buffers are reused where lifetimes allow. `params` is borrowed
 * and must hold every parameter when an operation names it. */
orr_status orr_tape_create(const orr_params *params, orr_path path, bool gradients, orr_tape **out,
                           orr_error *err);
void orr_tape_destroy(orr_tape *tape);

/* Building. Shapes are asserted. A parameter index of -1 leaves the term out. */
orr_var orr_tape_input(orr_tape *tape, size_t rows, size_t cols);
/* y = act(x W' + b); W [out, in], b [1, out]. */
orr_var orr_tape_linear(orr_tape *tape, orr_var x, int weight, int bias, orr_activation act);
/* y = act(gain * (x - mean)/sqrt(var + 1e-5) + shift), per row (Ba et al., 2016). */
orr_var orr_tape_norm(orr_tape *tape, orr_var x, int gain, int shift, orr_activation act);
orr_var orr_tape_add(orr_tape *tape, orr_var a, orr_var b);
orr_var orr_tape_sub(orr_tape *tape, orr_var a, orr_var b);
orr_var orr_tape_scale(orr_tape *tape, orr_var x, double factor);
orr_var orr_tape_concat(orr_tape *tape, const orr_var *parts, size_t count); /* along columns */
orr_var orr_tape_slice(orr_tape *tape, orr_var x, size_t first_col, size_t cols);
/* The same numbers in the same order under another shape. */
orr_var orr_tape_reshape(orr_tape *tape, orr_var x, size_t rows, size_t cols);
/* y_c = (x_c - shift_c) * factor_c; constants are copied, [cols] each. */
orr_var orr_tape_affine(orr_tape *tape, orr_var x, const double *shift, const double *factor);
/* Columns flagged as angles become two columns (sine, cosine); others pass. */
orr_var orr_tape_unangle(orr_tape *tape, orr_var x, const bool *is_angle);
/* The way back: a column flagged as angle is the atan2 of two columns (sine, cosine), in (-pi, pi].
 * `is_angle` is by column of the result. */
orr_var orr_tape_angle(orr_tape *tape, orr_var x, const bool *is_angle, size_t cols);
/* Each column x becomes 2 `octaves` columns: sin(pi u), cos(pi u), sin(2 pi u), cos(2 pi u), sin(4
 * pi u), ... with u = x in [-1, 1], and held at the ends beyond. A perceptron learns sharp edges in
 * space late or never; from waves of several lengths it learns them early (Tancik et al., 2020). */
orr_var orr_tape_waves(orr_tape *tape, orr_var x, size_t octaves);
/* Inverted dropout; the mask of row r is drawn at (seed, ORR_PURPOSE_DROPOUT, step, row0 + r, ...):
 * see orr_tape_set_dropout. Identity when the rate is 0 or dropout is off. */
orr_var orr_tape_dropout(orr_tape *tape, orr_var x, double rate);
orr_var orr_tape_stop(orr_tape *tape, orr_var x); /* stops the gradient */

/* Object-centric features and motion (family state); see worldmodel/frame.h for the layout. */
struct orr_frame;
/* With C centres (orr_frame_centres: one for each free body), row r of the state gives the rows
 * r * C ... r * C + C - 1 of the features, one network pass for each.
 * state [rows, S], actions [rows, steps*A] -> features [rows * C, orr_frame_features(frame)]. */
orr_var orr_tape_frame_features(orr_tape *tape, const struct orr_frame *frame, orr_var state,
                                orr_var actions);
/* state [rows, S], motion [rows * C, orr_frame_motions(frame)] -> next state [rows, S]. */
orr_var orr_tape_frame_advance(orr_tape *tape, const struct orr_frame *frame, orr_var state,
                               orr_var motion);

/* Losses: [1, 1], the mean over rows marked valid and over columns. `weight` [cols] scales the
 * error of each column before the penalty; columns flagged in `is_angle` (may be NULL) are wrapped
 * to (-pi, pi] first. Smooth-L1: 0.5 e^2 for |e| < 1, |e| - 0.5 beyond. */
orr_var orr_tape_smooth_l1(orr_tape *tape, orr_var prediction, orr_var target, const double *weight,
                           const bool *is_angle);
orr_var orr_tape_mse(orr_tape *tape, orr_var prediction, orr_var target);
/* Expectile regression (Newey & Powell, 1987), of numbers and of lower bounds. prediction [R, 1],
 * target [R, 2]: a number, and 1 when it is one or 0 when it says "that much or more". An error e =
 * prediction - number costs (1 - tau) e^2 above, tau e^2 below: small tau, low predictions. A
 * prediction above a bound costs nothing. */
orr_var orr_tape_expectile(orr_tape *tape, orr_var prediction, orr_var target, double tau);
/* SIGReg (Balestriero and LeCun, LeJEPA, 2025): how far random one-dimensional projections of the
 * rows of `parts` (all of one shape) are from a standard normal. For each unit direction a, with h
 * = a . z over the N valid rows of all parts together:
 *   N sum_k w_k e^(-t_k^2/2) [(mean cos(t_k h) - e^(-t_k^2/2))^2 + (mean sin(t_k h))^2],
 * t_k = 0, 3/16, ..., 3, w_k = 3/8 and 3/16 at both ends; the mean over directions. About 1.05 for
 * rows that are normal, 0.40 N for rows that are all zero. `directions` is rounded up to a multiple
 * of 16; direction p is drawn at (seed, ORR_PURPOSE_DIRECTIONS, sigreg's number, step, p) of
 * orr_tape_set_dropout, so every tile of a step looks along the same ones.
 * Departure: the published statistic is of a whole batch at one time step. Here it is of a tile,
 * whose rows are independent of all others whatever runs beside them; a batch's is the mean over
 * its tiles. Several time steps as parts make up for the samples that a tile lacks. */
orr_var orr_tape_sigreg(orr_tape *tape, const orr_var *parts, size_t count, size_t directions);
/* Weighted sum of [1, 1] variables. */
orr_var orr_tape_total(orr_tape *tape, const orr_var *terms, const double *weights, size_t count);

/* Plans the buffers and creates the primitives. Nothing may be added afterwards. `loss` is -1 for a
 * forward-only tape; `outputs` must survive the forward pass. */
orr_status orr_tape_compile(orr_tape *tape, orr_var loss, const orr_var *outputs, size_t count,
                            orr_error *err);

/* Running. `values`: the parameter block (params->total floats). No heap allocation. A variable
 * that is read afterwards must be the loss, an input or one of `outputs`, unless the tape has
 * gradients. */
void orr_tape_set_input(orr_tape *tape, orr_var input, const float *data);
void orr_tape_set_input_f64(orr_tape *tape, orr_var input, const double *data); /* reference path */
void orr_tape_set_valid(orr_tape *tape, size_t rows); /* rows beyond do not count in losses */
/* Whether dropout is on, and where its masks and the directions of sigreg are drawn. */
void orr_tape_set_dropout(orr_tape *tape, bool on, uint64_t seed, uint32_t step, uint32_t row0);
/* Product tapes: brings the weights into the order that the matrix products like best. Passes with
 * the same pointer use that copy until the next call (NULL: none again), so call it once for
 * weights that do not change, and again whenever they did. */
void orr_tape_pack(orr_tape *tape, const float *values);
void orr_tape_forward(orr_tape *tape, const float *values);
void orr_tape_forward_f64(orr_tape *tape, const double *values);
/* Adds d(scale * loss)/d(parameters) to `gradients` (params->total). */
void orr_tape_backward(orr_tape *tape, const float *values, double scale, float *gradients);
void orr_tape_backward_f64(orr_tape *tape, const double *values, double scale, double *gradients);

/* Reading a variable after forward: [rows, cols]. Product path: float; reference path: double. */
const float *orr_tape_value(const orr_tape *tape, orr_var x);
const double *orr_tape_value_f64(const orr_tape *tape, orr_var x);
size_t orr_tape_rows(const orr_tape *tape, orr_var x);
size_t orr_tape_cols(const orr_tape *tape, orr_var x);
double orr_tape_scalar(const orr_tape *tape, orr_var x); /* of a [1, 1] variable, either path */
double orr_tape_flops(const orr_tape *tape); /* multiply-adds x 2 of one forward pass, GEMM only */

#endif
