#include "tests/worldmodel/networks.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static orr_var add_input(orr_tape *tape, built *out, size_t rows, size_t cols, double spread) {
  orr_var x = orr_tape_input(tape, rows, cols);
  out->spread[out->input_count] = spread;
  out->inputs[out->input_count++] = x;
  return x;
}

/* Every network begins with a linear layer, so that a gradient comes from below. */
static orr_var base(size_t rows, size_t cols, orr_activation act, orr_params *params,
                    orr_tape *tape, built *out) {
  orr_var x = add_input(tape, out, rows, 9, 2.0);
  int w = orr_params_add(params, "base.weight", cols, 9, ORR_INIT_UNIFORM, true);
  int b = orr_params_add(params, "base.bias", 1, cols, ORR_INIT_UNIFORM, false);
  return orr_tape_linear(tape, x, w, b, act);
}

static void finish(orr_tape *tape, built *out, orr_var y) {
  orr_var target = add_input(tape, out, orr_tape_rows(tape, y), orr_tape_cols(tape, y), 1.0);
  out->out = y;
  out->loss = orr_tape_mse(tape, y, target);
}

static void linear_as(size_t rows, orr_activation act, bool bias, orr_params *params,
                      orr_tape *tape, built *out) {
  orr_var h = base(rows, 20, ORR_ACT_TANH, params, tape, out);
  int w = orr_params_add(params, "top.weight", 7, 20, ORR_INIT_UNIFORM, true);
  int b = bias ? orr_params_add(params, "top.bias", 1, 7, ORR_INIT_UNIFORM, false) : -1;
  finish(tape, out, orr_tape_linear(tape, h, w, b, act));
}

static void linear(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  linear_as(rows, ORR_ACT_NONE, true, params, tape, out);
}
static void linear_no_bias(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  linear_as(rows, ORR_ACT_NONE, false, params, tape, out);
}
static void linear_silu(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  linear_as(rows, ORR_ACT_SILU, true, params, tape, out);
}
static void linear_gelu(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  linear_as(rows, ORR_ACT_GELU, true, params, tape, out);
}
static void linear_tanh(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  linear_as(rows, ORR_ACT_TANH, false, params, tape, out);
}

static void norm_as(size_t rows, size_t cols, orr_activation act, bool gain, orr_params *params,
                    orr_tape *tape, built *out) {
  orr_var h = base(rows, cols, ORR_ACT_NONE, params, tape, out);
  int g = gain ? orr_params_add(params, "norm.weight", 1, cols, ORR_INIT_UNIFORM, false) : -1;
  int s = gain ? orr_params_add(params, "norm.bias", 1, cols, ORR_INIT_UNIFORM, false) : -1;
  finish(tape, out, orr_tape_norm(tape, h, g, s, act));
}

static void norm(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  norm_as(rows, 21, ORR_ACT_NONE, true, params, tape, out);
}
static void norm_plain(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  norm_as(rows, 5, ORR_ACT_NONE, false, params, tape, out);
}
static void norm_silu(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  norm_as(rows, 48, ORR_ACT_SILU, true, params, tape, out);
}
static void norm_gelu(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  norm_as(rows, 33, ORR_ACT_GELU, true, params, tape, out);
}
static void norm_tanh(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  norm_as(rows, 16, ORR_ACT_TANH, false, params, tape, out);
}

static void add(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 6, ORR_ACT_SILU, params, tape, out);
  orr_var twice = orr_tape_add(tape, h, h); /* the same variable on both sides */
  finish(tape, out, orr_tape_add(tape, twice, h));
}

static void sub(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 6, ORR_ACT_SILU, params, tape, out);
  orr_var s = orr_tape_scale(tape, h, -0.7);
  finish(tape, out, orr_tape_sub(tape, h, s));
}

static void scale(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  finish(tape, out, orr_tape_scale(tape, base(rows, 6, ORR_ACT_SILU, params, tape, out), 1.7));
}

static void affine(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  const double shift[] = {1, -2, 0.5, 0}, factor[] = {2, 0.3, -1, 5};
  finish(tape, out,
         orr_tape_affine(tape, base(rows, 4, ORR_ACT_NONE, params, tape, out), shift, factor));
}

static void dropout(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  finish(tape, out, orr_tape_dropout(tape, base(rows, 11, ORR_ACT_NONE, params, tape, out), 0.3));
}

static void stop(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 6, ORR_ACT_NONE, params, tape, out);
  int w = orr_params_add(params, "top.weight", 6, 6, ORR_INIT_UNIFORM, true);
  finish(tape, out, orr_tape_add(tape, h, orr_tape_linear(tape, h, w, -1, ORR_ACT_TANH)));
}

static void concat(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 6, ORR_ACT_SILU, params, tape, out);
  orr_var x = add_input(tape, out, rows, 3, 1.0);
  finish(tape, out, orr_tape_concat(tape, (orr_var[]){h, x, orr_tape_scale(tape, h, 2.0)}, 3));
}

static void slice(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 9, ORR_ACT_SILU, params, tape, out);
  orr_var a = orr_tape_slice(tape, h, 2, 4), b = orr_tape_slice(tape, h, 4, 4);
  finish(tape, out, orr_tape_add(tape, a, b));
}

static void reshape(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 6, ORR_ACT_SILU, params, tape, out);
  orr_var wide = orr_tape_reshape(tape, h, rows * 2, 3);
  finish(tape, out, orr_tape_norm(tape, wide, -1, -1, ORR_ACT_NONE));
}

static void unangle(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  const bool angles[] = {false, true, true, false, true};
  orr_var h = base(rows, 5, ORR_ACT_NONE, params, tape, out);
  finish(tape, out, orr_tape_unangle(tape, orr_tape_scale(tape, h, 4.0), angles));
}

static void angle(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  const bool angles[] = {false, true, false, true};
  orr_var h = base(rows, 6, ORR_ACT_NONE, params, tape, out);
  finish(tape, out, orr_tape_angle(tape, h, angles, 4));
}

/* Wide enough for bf16 operands; the weight between has two uses. */
static void wide(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 48, ORR_ACT_SILU, params, tape, out);
  int w = orr_params_add(params, "middle.weight", 48, 48, ORR_INIT_UNIFORM, true);
  int b = orr_params_add(params, "middle.bias", 1, 48, ORR_INIT_UNIFORM, false);
  h = orr_tape_norm(tape, orr_tape_linear(tape, h, w, b, ORR_ACT_NONE), -1, -1, ORR_ACT_SILU);
  h = orr_tape_linear(tape, h, w, b, ORR_ACT_GELU);
  int top = orr_params_add(params, "top.weight", 7, 48, ORR_INIT_UNIFORM, true);
  finish(tape, out, orr_tape_linear(tape, h, top, -1, ORR_ACT_NONE));
}

static void waves(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 5, ORR_ACT_NONE, params, tape, out);
  finish(tape, out, orr_tape_waves(tape, orr_tape_scale(tape, h, 0.5), 3));
}

static void smooth_l1(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  const double weight[] = {1.0, 0.3, 2.0, 0.7, 0.6, 1.0};
  const bool angles[] = {false, true, false, true, false, false};
  orr_var h = base(rows, 6, ORR_ACT_NONE, params, tape, out);
  orr_var far = orr_tape_scale(tape, h, 3.0), t = add_input(tape, out, rows, 6, 4.0);
  orr_var both[] = {orr_tape_smooth_l1(tape, far, t, weight, angles),
                    orr_tape_smooth_l1(tape, t, h, weight, NULL)};
  out->out = h;
  out->loss = orr_tape_total(tape, both, (double[]){0.7, -0.2}, 2);
}

static void mse(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 6, ORR_ACT_SILU, params, tape, out);
  orr_var t = add_input(tape, out, rows, 6, 1.0);
  out->out = h;
  out->loss = orr_tape_total(tape, (orr_var[]){orr_tape_mse(tape, t, h)}, (double[]){3.0}, 1);
}

/* Numbers and bounds, some above and some below what is predicted. */
static void expectile(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 3, ORR_ACT_NONE, params, tape, out);
  orr_var p = orr_tape_slice(tape, h, 0, 1), t = orr_tape_slice(tape, h, 1, 2);
  orr_var given = add_input(tape, out, rows, 2, 1.0);
  orr_var both[] = {orr_tape_expectile(tape, p, given, 0.1), orr_tape_expectile(tape, p, t, 0.7)};
  out->out = h;
  out->loss = orr_tape_total(tape, both, (double[]){2.0, 0.6}, 2);
}

static void sigreg(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  orr_var h = base(rows, 6, ORR_ACT_NONE, params, tape, out),
          x = add_input(tape, out, rows, 6, 2.0);
  orr_var parts[] = {h, x, orr_tape_scale(tape, h, -0.7)};
  out->out = h;
  out->loss = orr_tape_sigreg(tape, parts, 3, 20);
}

/* ---- frames ---- */

static void set_body(orr_space *s, const char *name, orr_role role, double radius, double cx,
                     double cy) {
  orr_space_body *body = &s->bodies[s->body_count++];
  *body = (orr_space_body){.role = role, .radius = radius, .centre = {cx, cy}};
  snprintf(body->name, sizeof body->name, "%s", name);
}

static void set_field(orr_space *s, int body, orr_quantity quantity) {
  orr_space_field *f = &s->fields[s->count++];
  *f = (orr_space_field){.quantity = quantity, .body = body, .low = -INFINITY, .high = INFINITY};
  snprintf(f->name, sizeof f->name, "field %zu", s->count);
}

static void set_fields(orr_space *s, int body, const char *which) {
  static const char letters[] = "xyavwo"; /* v: both velocities */
  for (; *which; which++) {
    size_t q = (size_t)(strchr(letters, *which) - letters);
    if (*which == 'v') {
      set_field(s, body, ORR_QUANTITY_VX);
      set_field(s, body, ORR_QUANTITY_VY);
    } else {
      set_field(s, body,
                q < 3    ? (orr_quantity)q
                : q == 4 ? ORR_QUANTITY_OMEGA
                         : ORR_QUANTITY_OTHER);
    }
  }
}

void push_t_spaces(orr_space *observation, orr_space *action) {
  memset(observation, 0, sizeof *observation);
  memset(action, 0, sizeof *action);
  const double bounds[] = {0, 0, 512, 512};
  memcpy(observation->bounds, bounds, sizeof bounds);
  set_body(observation, "agent", ORR_ROLE_ACTUATED, 15, 0, 0);
  set_body(observation, "block", ORR_ROLE_FREE, 76.5, 0, 45);
  set_fields(observation, 0, "xy");
  set_fields(observation, 1, "xya");
  set_fields(observation, 0, "v");
  set_body(action, "agent", ORR_ROLE_ACTUATED, 15, 0, 0);
  set_fields(action, 0, "xy");
  action->meaning = ORR_ACTION_RELATIVE;
}

void crowd_spaces(orr_space *observation, orr_space *action) {
  memset(observation, 0, sizeof *observation);
  memset(action, 0, sizeof *action);
  set_body(observation, "one", ORR_ROLE_FREE, 3, 0.2, -0.1);
  set_body(observation, "left", ORR_ROLE_ACTUATED, 1, 0, 0);
  set_body(observation, "right", ORR_ROLE_ACTUATED, 0, 0.3, 0.1);
  set_body(observation, "two", ORR_ROLE_FREE, 2, 0, 0.5);
  set_fields(observation, 0, "xyavw");
  set_fields(observation, 1, "xyv");
  set_fields(observation, 2, "xyaw");
  set_fields(observation, 3, "xyavw");
  set_fields(observation, -1, "o");
  set_body(action, "right", ORR_ROLE_ACTUATED, 0, 0, 0);
  set_body(action, "left", ORR_ROLE_ACTUATED, 0, 0, 0);
  set_fields(action, 0, "xyo");
  set_fields(action, 1, "v");
  action->meaning = ORR_ACTION_ABSOLUTE;
}

static orr_frame *frames[2];

static const orr_frame *push_t_frame(void) {
  static const double std[] = {95, 97, 68, 69, 1.8, 150, 150}, action_std[] = {0.32, 0.32};
  orr_space observation, action;
  push_t_spaces(&observation, &action);
  if (!frames[0]) {
    ORR_ASSERT(!orr_frame_create(&observation, &action, 5,
                                 &(orr_frame_scales){std, action_std, std}, &frames[0], NULL));
  }
  return frames[0];
}

static const orr_frame *crowd_frame(void) {
  double std[ORR_MAX_FIELDS], action_std[ORR_MAX_FIELDS];
  orr_space observation, action;
  crowd_spaces(&observation, &action);
  for (size_t i = 0; i < ORR_MAX_FIELDS; i++) std[i] = action_std[i] = 0.5 + 0.03 * (double)i;
  if (!frames[1]) {
    ORR_ASSERT(!orr_frame_create(&observation, &action, 2,
                                 &(orr_frame_scales){std, action_std, std}, &frames[1], NULL));
  }
  return frames[1];
}

void free_frames(void) {
  for (size_t i = 0; i < 2; i++) {
    orr_frame_destroy(frames[i]);
    frames[i] = NULL;
  }
}

/* Unrolled twice, so that features and advance both get a gradient from above and hand it down. */
static void roll(size_t rows, const orr_frame *frame, size_t horizon, size_t hidden, double spread,
                 orr_params *params, orr_tape *tape, built *out) {
  size_t S = orr_frame_state(frame), A = orr_frame_actions(frame), first;
  size_t F = orr_frame_features(frame), M = orr_frame_motions(frame);
  size_t linear_count = orr_frame_linear(frame, &first);
  int w0 = orr_params_add(params, "0.weight", hidden, F, ORR_INIT_UNIFORM, true);
  int b0 = orr_params_add(params, "0.bias", 1, hidden, ORR_INIT_UNIFORM, false);
  int g0 = orr_params_add(params, "1.weight", 1, hidden, ORR_INIT_ONE, false);
  int s0 = orr_params_add(params, "1.bias", 1, hidden, ORR_INIT_UNIFORM, false);
  int w1 = orr_params_add(params, "2.weight", M, hidden, ORR_INIT_UNIFORM, true);
  int wl = orr_params_add(params, "linear.weight", M, linear_count, ORR_INIT_UNIFORM, true);
  double weight[ORR_MAX_FIELDS], none[ORR_MAX_FIELDS] = {0}, size[ORR_MAX_FIELDS];
  bool is_angle[ORR_MAX_FIELDS];
  for (size_t i = 0; i < S; i++) {
    is_angle[i] = i == 4 && spread > 100.0; /* Push-T's angle */
    size[i] = is_angle[i] ? 3.0 : spread;
    weight[i] = 20.0 / size[i];
  }
  orr_var state = orr_tape_affine(tape, add_input(tape, out, rows, S, 1.0), none, size), terms[8];
  for (size_t t = 0; t < horizon; t++) {
    orr_var actions = add_input(tape, out, rows, A, 0.5);
    orr_var x = orr_tape_frame_features(tape, frame, state, actions);
    orr_var h = orr_tape_linear(tape, x, w0, b0, ORR_ACT_NONE);
    h = orr_tape_norm(tape, h, g0, s0, ORR_ACT_SILU);
    orr_var m = orr_tape_linear(tape, h, w1, -1, ORR_ACT_NONE);
    orr_var straight = orr_tape_slice(tape, x, first, linear_count);
    m = orr_tape_add(tape, m, orr_tape_linear(tape, straight, wl, -1, ORR_ACT_NONE));
    state = orr_tape_frame_advance(tape, frame, state, m);
    orr_var target = orr_tape_affine(tape, add_input(tape, out, rows, S, 1.0), none, size);
    terms[t] = orr_tape_smooth_l1(tape, state, target, weight, is_angle);
  }
  out->out = state;
  out->loss =
      orr_tape_total(tape, terms, (double[]){0.5, 0.3, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2}, horizon);
}

static void push_t(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  roll(rows, push_t_frame(), 3, 32, 200.0, params, tape, out);
}

static void crowd(size_t rows, orr_params *params, orr_tape *tape, built *out) {
  roll(rows, crowd_frame(), 2, 24, 3.0, params, tape, out);
}

const network all_networks[] = {
    {"linear", 8, ORR_OP_LINEAR, linear},
    {"linear without bias", 8, ORR_OP_LINEAR, linear_no_bias},
    {"linear silu", 64, ORR_OP_LINEAR, linear_silu},
    {"linear gelu", 8, ORR_OP_LINEAR, linear_gelu},
    {"linear tanh", 8, ORR_OP_LINEAR, linear_tanh},
    {"wide", 16, ORR_OP_LINEAR, wide},
    {"norm", 8, ORR_OP_NORM, norm},
    {"norm without gain", 8, ORR_OP_NORM, norm_plain},
    {"norm silu", 64, ORR_OP_NORM, norm_silu},
    {"norm gelu", 8, ORR_OP_NORM, norm_gelu},
    {"norm tanh", 8, ORR_OP_NORM, norm_tanh},
    {"add", 8, ORR_OP_ADD, add},
    {"sub", 8, ORR_OP_SUB, sub},
    {"scale", 8, ORR_OP_SCALE, scale},
    {"affine", 8, ORR_OP_AFFINE, affine},
    {"dropout", 8, ORR_OP_DROPOUT, dropout},
    {"two users", 8, ORR_OP_ADD, stop},
    {"concat", 8, ORR_OP_CONCAT, concat},
    {"slice", 8, ORR_OP_SLICE, slice},
    {"reshape", 8, ORR_OP_RESHAPE, reshape},
    {"unangle", 8, ORR_OP_UNANGLE, unangle},
    {"angle", 8, ORR_OP_ANGLE, angle},
    {"waves", 8, ORR_OP_WAVES, waves},
    {"smooth l1", 8, ORR_OP_SMOOTH_L1, smooth_l1},
    {"mse", 8, ORR_OP_MSE, mse},
    {"expectile", 64, ORR_OP_EXPECTILE, expectile},
    {"sigreg", 40, ORR_OP_SIGREG, sigreg},
    {"total", 8, ORR_OP_TOTAL, mse},
    {"push-t, features", 16, ORR_OP_FEATURES, push_t},
    {"push-t, advance", 64, ORR_OP_ADVANCE, push_t},
    {"crowd, features", 8, ORR_OP_FEATURES, crowd},
    {"crowd, advance", 8, ORR_OP_ADVANCE, crowd},
};
const size_t network_count = sizeof all_networks / sizeof *all_networks;
