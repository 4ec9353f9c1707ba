/* Windows: the pieces of episodes that a training step sees.
 *
 * A window is `history` observations and then `horizon` blocks of `block` control steps, the
 * observations taken at block ends. Every window that fits into an episode is equally likely. Which
 * window row r of training step s sees is a pure function of (seed, s, r): no iterator, so resuming
 * is exact and neither threads nor tiles matter. */
#ifndef ORR_DATA_WINDOWS_H
#define ORR_DATA_WINDOWS_H

#include "base/pool.h"
#include "data/dataset.h"

typedef struct orr_windows orr_windows; /* immutable and shared */

typedef struct orr_windows_def {
  size_t history;    /* observations up to now, one control block apart; >= 1 */
  size_t horizon;    /* blocks ahead */
  size_t block;      /* control steps per block */
  uint32_t policies; /* bit k: episodes of orr_policy_kind k count; 0: all do */
} orr_windows_def;

orr_status orr_windows_create(const orr_dataset *dataset, const orr_windows_def *def,
                              orr_windows **out, orr_error *err);
void orr_windows_destroy(orr_windows *windows);
size_t orr_windows_count(const orr_windows *windows); /* how many different windows there are */

/* Fills rows [first, first + rows) of training step `step`.
 * states: (history + horizon) x rows x S; actions: horizon x rows x (block * A), row-major. */
void orr_windows_batch(const orr_windows *windows, uint64_t seed, uint32_t step, size_t first,
                       size_t rows, float *states, float *actions);
/* The pictures of the rows that orr_windows_batch gives: frames (history + horizon) x rows x
 * orr_picture_bytes, row-major. `inflaters`: one per lane of the pool. */
orr_status orr_windows_frames(const orr_windows *windows, uint64_t seed, uint32_t step,
                              size_t first, size_t rows, size_t picture,
                              orr_inflater *const *inflaters, orr_pool *pool, uint8_t *frames,
                              orr_error *err);
/* The same with some rows from elsewhere: each row comes with probability `share` from `more` (the
 * same definition; all windows of all of them equally likely), otherwise it is the row that
 * orr_windows_batch would give. */
typedef struct orr_windows_mix {
  const orr_windows *base;
  const orr_windows *const *more;
  size_t more_count;
  double share;
} orr_windows_mix;
void orr_windows_mix_batch(const orr_windows_mix *mix, uint64_t seed, uint32_t step, size_t first,
                           size_t rows, float *states, float *actions);
/* Hindsight: `goals` (rows x S) are the observations `ahead` (rows) blocks after `states` (rows x
 * S) in the same episode, uniform in 1 ... `most` or what is left of the episode; `actions` (rows x
 * (block * A)) is the first block on the way. Windows of one block, no history. */
void orr_windows_hindsight(const orr_windows *windows, uint64_t seed, uint32_t step, size_t first,
                           size_t rows, size_t most, float *states, float *goals, float *actions,
                           float *ahead);
/* Pairs for a distance. A share `strangers` of the rows has as `goals` (rows x S) states of another
 * episode, and as `targets` (rows x 2) `most` and 0: nobody went there, it is that far or
 * farther. For the others they are observations 0 ... most x block control steps later in the same
 * episode, uniform in what is left of it, and `targets` are how many blocks that is, not rounded,
 * and 1. Windows of one block, no history. */
void orr_windows_apart(const orr_windows *windows, uint64_t seed, uint32_t step, size_t first,
                       size_t rows, size_t most, double strangers, float *states, float *goals,
                       float *targets);
/* As orr_windows_batch, one row of a given window number in [0, count): for evaluation in file
 * order. */
void orr_windows_at(const orr_windows *windows, size_t index, float *states, float *actions);

#endif
