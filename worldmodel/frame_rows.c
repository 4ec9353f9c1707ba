/* A frame's terms for as many rows as a register has doubles; see frame_rows.h. */
#include "worldmodel/frame_rows.h"
#include "worldmodel/frame_terms.h"
#include "worldmodel/trig.h"
#include <stdint.h>
#include <string.h>

#ifndef ORR_FRAME_ROWS
#define ORR_FRAME_ROWS orr_frame_rows_baseline
#endif

#if defined(__AVX512F__)
enum { LANES = 8 };
#elif defined(__AVX__)
enum { LANES = 4 };
#else
enum { LANES = 2 };
#endif
/* Scratch memory is aligned to a double. */
typedef double num __attribute__((vector_size(LANES * 8), aligned(8)));
typedef int64_t whole __attribute__((vector_size(LANES * 8), aligned(8)));

static inline num splat(double x) {
  num v;
  for (int l = 0; l < LANES; l++) v[l] = x;
  return v;
}

static inline num choose(whole mask, num yes, num no) {
  return (num)((mask & (whole)yes) | (~mask & (whole)no));
}

/* orr_sincos lane by lane: the same operations, so the same bits. Adding 1.5 * 2^52 rounds to an
 * integer and leaves it in the low bits. */
static inline void sincos_lanes(num x, num *sine, num *cosine) {
  const double magic = 6755399441055744.0;
  num shifted = x * 0.63661977236758134308 + magic, k = shifted - magic;
  num r = (x - k * 0x1.921FB544p0) - k * 6.0771005065061922e-11, z = r * r;
  num s, c;
  ORR_SINCOS_SERIES(r, z, s, c);
  whole quarter = (whole)shifted & 3;
  num swap_s = choose((quarter & 1) != 0, c, s), swap_c = choose((quarter & 1) != 0, s, c);
  *sine = choose((quarter & 2) != 0, -swap_s, swap_s);
  *cosine = choose((quarter == 1) | (quarter == 2), -swap_c, swap_c);
  for (int l = 0; l < LANES; l++) {
    if (fabs(x[l]) < 524288.0) continue;
    double far_s, far_c; /* or no number */
    orr_sincos(x[l], &far_s, &far_c);
    (*sine)[l] = far_s;
    (*cosine)[l] = far_c;
  }
}

#define NUM      num
#define SPLAT(x) splat(x)
#define SINCOS   sincos_lanes
#define LINKAGE  static
#define OP(name) name
#include "worldmodel/frame_geometry.inc"

/* `count` rows of `cols` floats, one lane each; missing lanes repeat the first row. */
static void gather(const float *x, size_t count, size_t cols, num *out) {
  for (size_t i = 0; i < cols; i++) {
    for (size_t l = 0; l < LANES; l++) out[i][l] = (double)x[(l < count ? l : 0) * cols + i];
  }
}

static void scatter(const num *x, size_t count, size_t cols, float *out) {
  for (size_t l = 0; l < count; l++) {
    for (size_t i = 0; i < cols; i++) out[l * cols + i] = (float)x[i][l];
  }
}

static void scatter_add(const num *x, size_t count, size_t cols, float *out) {
  for (size_t l = 0; out && l < count; l++) {
    for (size_t i = 0; i < cols; i++) out[l * cols + i] += (float)x[i][l];
  }
}

static float *step_on(float *x, size_t numbers) { return x ? x + numbers : NULL; }

typedef struct shape {
  size_t S, A, F, M; /* numbers of a row: state, actions, features and motions of all centres */
} shape;

static shape shape_of(const orr_frame *frame) {
  return (shape){frame->state, frame->steps * frame->action,
                 frame->centre_count * orr_frame_features(frame),
                 frame->centre_count * orr_frame_motions(frame)};
}

static void see_rows(const orr_frame *frame, orr_frame_scratch *scratch, size_t rows,
                     const float *state, const float *actions, float *features) {
  const shape n = shape_of(frame);
  num *s = (num *)scratch->state, *a = (num *)scratch->action, *f = (num *)scratch->wide;
  for (size_t r = 0; r < rows; r += LANES) {
    size_t count = rows - r < LANES ? rows - r : LANES;
    gather(state + r * n.S, count, n.S, s);
    gather(actions + r * n.A, count, n.A, a);
    frame_see(frame, s, a, f);
    scatter(f, count, n.F, features + r * n.F);
  }
}

static void see_rows_back(const orr_frame *frame, orr_frame_scratch *scratch, size_t rows,
                          const float *state, const float *actions, const float *d_features,
                          float *d_state, float *d_actions) {
  const shape n = shape_of(frame);
  num *s = (num *)scratch->state, *a = (num *)scratch->action, *f = (num *)scratch->wide;
  num *ds = (num *)scratch->d_state, *da = (num *)scratch->d_action;
  for (size_t r = 0; r < rows; r += LANES) {
    size_t count = rows - r < LANES ? rows - r : LANES;
    gather(state + r * n.S, count, n.S, s);
    gather(actions + r * n.A, count, n.A, a);
    gather(d_features + r * n.F, count, n.F, f);
    frame_see_back(frame, s, a, f, ds, da);
    scatter_add(ds, count, n.S, step_on(d_state, r * n.S));
    scatter_add(da, count, n.A, step_on(d_actions, r * n.A));
  }
}

static void move_rows(const orr_frame *frame, orr_frame_scratch *scratch, size_t rows,
                      const float *state, const float *motion, float *next) {
  const shape n = shape_of(frame);
  num *s = (num *)scratch->state, *m = (num *)scratch->wide, *to = (num *)scratch->d_state;
  for (size_t r = 0; r < rows; r += LANES) {
    size_t count = rows - r < LANES ? rows - r : LANES;
    gather(state + r * n.S, count, n.S, s);
    gather(motion + r * n.M, count, n.M, m);
    frame_move(frame, s, m, to);
    scatter(to, count, n.S, next + r * n.S);
  }
}

static void move_rows_back(const orr_frame *frame, orr_frame_scratch *scratch, size_t rows,
                           const float *state, const float *motion, const float *d_next,
                           float *d_state, float *d_motion) {
  const shape n = shape_of(frame);
  num *s = (num *)scratch->state, *m = (num *)scratch->wide, *dn = (num *)scratch->d_next;
  num *ds = (num *)scratch->d_state, *dm = (num *)scratch->d_wide;
  for (size_t r = 0; r < rows; r += LANES) {
    size_t count = rows - r < LANES ? rows - r : LANES;
    gather(state + r * n.S, count, n.S, s);
    gather(motion + r * n.M, count, n.M, m);
    gather(d_next + r * n.S, count, n.S, dn);
    frame_move_back(frame, s, m, dn, ds, dm);
    scatter_add(ds, count, n.S, step_on(d_state, r * n.S));
    scatter_add(dm, count, n.M, step_on(d_motion, r * n.M));
  }
}

const orr_frame_rows ORR_FRAME_ROWS = {see_rows, see_rows_back, move_rows, move_rows_back};
