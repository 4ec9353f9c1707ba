/* Ridge regression by normal equations in double, summed in file order. */
#include "worldmodel/law.h"
#include "base/maths.h"
#include "base/memory.h"
#include "data/windows.h"
#include <string.h>

static const size_t most_transitions = 20000;
static const double ridge = 1e-9;       /* of the mean diagonal */
static const double least_share = 1e-4; /* of a field's change that counts as left over */

typedef struct law {
  const orr_frame *frame;
  orr_windows *windows;
  size_t S, A, K, F, M, L, first; /* as in frame.h; L linear columns from `first` */
  size_t count;                   /* transitions */
  float *window;                  /* two states, a pass of actions */
  double *state, *next, *action, *features, *motion, *guess;
  double *square;  /* L x L: x' x */
  double *product; /* M x L: y' x */
  double *system;  /* L x (L + 1) */
  size_t *columns; /* L: those that drive one motion */
} law;

static orr_status allocate(law *l, orr_error *err) {
  size_t numbers = 3 * l->S + l->A + l->K * (l->F + l->M) + l->L * (2 * l->L + 1) + l->M * l->L;
  ORR_TRY(orr_new(&l->window, 2 * l->S + l->A, sizeof *l->window, err));
  ORR_TRY(orr_new(&l->state, numbers, sizeof *l->state, err));
  l->next = l->state + l->S;
  l->action = l->next + l->S;
  l->features = l->action + l->A;
  l->motion = l->features + l->K * l->F;
  l->square = l->motion + l->K * l->M;
  l->product = l->square + l->L * l->L;
  l->system = l->product + l->M * l->L;
  l->guess = l->system + l->L * (l->L + 1);
  return orr_new(&l->columns, l->L + 1, sizeof *l->columns, err);
}

static void read_transition(law *l, size_t index) {
  size_t all = orr_windows_count(l->windows);
  size_t at = (size_t)((double)all * (double)index / (double)l->count);
  orr_windows_at(l->windows, at < all ? at : all - 1, l->window, l->window + 2 * l->S);
  for (size_t i = 0; i < 2 * l->S + l->A; i++) l->state[i] = (double)l->window[i];
  orr_frame_see(l->frame, l->state, l->action, l->features);
}

static void add_transition(law *l) {
  orr_frame_motion(l->frame, l->state, l->next, l->motion);
  for (size_t k = 0; k < l->K; k++) {
    const double *x = l->features + k * l->F + l->first, *y = l->motion + k * l->M;
    for (size_t i = 0; i < l->L; i++) {
      for (size_t j = 0; j < l->L; j++) l->square[i * l->L + j] += x[i] * x[j];
      for (size_t m = 0; m < l->M; m++) l->product[m * l->L + i] += y[m] * x[i];
    }
  }
}

/* Gauss elimination with pivots of n equations, n + 1 numbers each; the solution replaces the last
 * column. The ridge keeps the matrix positive definite. */
static void solve(double *a, size_t n) {
  size_t w = n + 1;
  for (size_t c = 0; c < n; c++) {
    size_t best = c;
    for (size_t r = c + 1; r < n; r++) {
      if (fabs(a[r * w + c]) > fabs(a[best * w + c])) best = r;
    }
    for (size_t i = 0; i < w; i++) {
      double swap = a[c * w + i];
      a[c * w + i] = a[best * w + i];
      a[best * w + i] = swap;
    }
    for (size_t r = 0; r < n; r++) {
      double factor = r == c ? 0.0 : a[r * w + c] / a[c * w + c];
      for (size_t i = c; i < w && factor != 0.0; i++) a[r * w + i] -= factor * a[c * w + i];
    }
  }
  for (size_t c = 0; c < n; c++) a[c * w + n] /= a[c * w + c];
}

/* The weights of one motion over the columns that may drive it. */
static void solve_motion(law *l, size_t m, double *weight) {
  size_t n = 0, *columns = l->columns;
  double trace = 0.0;
  memset(weight, 0, l->L * sizeof *weight);
  for (size_t i = 0; i < l->L; i++) {
    if (!orr_frame_drives(l->frame, i, m)) continue;
    columns[n++] = i;
    trace += l->square[i * l->L + i];
  }
  if (n == 0 || !(trace > 0.0)) return;
  for (size_t i = 0; i < n; i++) {
    double *row = l->system + i * (n + 1);
    for (size_t j = 0; j < n; j++) row[j] = l->square[columns[i] * l->L + columns[j]];
    row[i] += ridge * trace / (double)n;
    row[n] = l->product[m * l->L + columns[i]];
  }
  solve(l->system, n);
  for (size_t i = 0; i < n; i++) weight[columns[i]] = l->system[i * (n + 1) + n];
}

/* Sums of squares of what the law leaves over and of the change itself. */
static void add_residual(law *l, const double *weight, const bool *is_angle, double *left,
                         double *change) {
  for (size_t k = 0; k < l->K; k++) {
    const double *x = l->features + k * l->F + l->first;
    for (size_t m = 0; m < l->M; m++) {
      double y = 0.0;
      for (size_t i = 0; i < l->L; i++) y += weight[m * l->L + i] * x[i];
      l->motion[k * l->M + m] = y;
    }
  }
  orr_frame_move(l->frame, l->state, l->motion, l->guess);
  for (size_t i = 0; i < l->S; i++) {
    double rest = l->next[i] - l->guess[i], moved = l->next[i] - l->state[i];
    if (is_angle[i]) rest = orr_wrap_angle(rest), moved = orr_wrap_angle(moved);
    left[i] += rest * rest;
    change[i] += moved * moved;
  }
}

static void measure(law *l, const orr_space *observation, const double *weight, double *residual) {
  double left[ORR_MAX_FIELDS] = {0}, change[ORR_MAX_FIELDS] = {0};
  bool is_angle[ORR_MAX_FIELDS];
  for (size_t i = 0; i < l->S; i++) {
    is_angle[i] = observation->fields[i].quantity == ORR_QUANTITY_ANGLE;
  }
  for (size_t i = 0; i < l->count; i++) {
    read_transition(l, i);
    add_residual(l, weight, is_angle, left, change);
  }
  for (size_t i = 0; i < l->S; i++) {
    double moved = sqrt(change[i] / (double)l->count), rest = sqrt(left[i] / (double)l->count);
    residual[i] = moved > 0.0 ? orr_max(rest, least_share * moved) : 1.0;
  }
}

orr_status orr_law_fit(const orr_frame *frame, const orr_dataset *data, size_t steps,
                       double *weight, double *residual, orr_error *err) {
  law l = {.frame = frame,
           .S = orr_frame_state(frame),
           .A = orr_frame_actions(frame),
           .K = orr_frame_centres(frame),
           .F = orr_frame_features(frame),
           .M = orr_frame_motions(frame)};
  l.L = orr_frame_linear(frame, &l.first);
  orr_windows_def def = {.history = 1, .horizon = 1, .block = steps};
  ORR_TRY(orr_windows_create(data, &def, &l.windows, err));
  orr_status status = allocate(&l, err);
  if (status == ORR_OK) {
    size_t all = orr_windows_count(l.windows);
    l.count = all < most_transitions ? all : most_transitions;
    for (size_t i = 0; i < l.count; i++) {
      read_transition(&l, i);
      add_transition(&l);
    }
    for (size_t m = 0; m < l.M; m++) solve_motion(&l, m, weight + m * l.L);
    if (residual) measure(&l, &orr_dataset_info(data)->observation, weight, residual);
  }
  orr_windows_destroy(l.windows);
  orr_free(l.window);
  orr_free(l.state);
  orr_free(l.columns);
  return status;
}
