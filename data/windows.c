/* Windows are numbered in file order: episode by episode, start row by start row. */
#include "data/windows.h"
#include "base/memory.h"
#include "base/random.h"
#include <stdatomic.h>
#include <string.h>

struct orr_windows {
  const orr_dataset *dataset;
  orr_windows_def def;
  size_t state_count, action_count;
  size_t span;      /* control steps from the first observation to the last */
  size_t episodes;  /* of the data set */
  uint64_t *before; /* windows in episodes 0..e-1; episodes + 1 values */
};

static bool counts(const orr_windows_def *def, const orr_episode_view *episode) {
  return def->policies == 0 || (def->policies >> episode->policy & 1) != 0;
}

static orr_status no_window(const orr_dataset *dataset, const orr_windows_def *def, size_t span,
                            orr_error *err) {
  size_t longest = 0, counted = 0;
  for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
    orr_episode_view episode = orr_dataset_episode(dataset, e);
    if (!counts(def, &episode)) continue;
    counted++;
    if (episode.steps > longest) longest = episode.steps;
  }
  if (counted == 0) {
    orr_fail(err, ORR_ERR_CONFIG, "no %s episode was made by a policy that is learned from",
             orr_split_name(orr_dataset_split(dataset)));
    orr_hint(err, "Cloning learns from demonstrations: see `orrery explain collect.experts`.");
    return ORR_ERR_CONFIG;
  }
  orr_fail(err, ORR_ERR_CONFIG,
           "no episode is long enough: a window spans %zu control steps, the longest episode has "
           "%zu",
           span, longest);
  orr_hint(err, "Use fewer blocks ahead, a shorter history or a smaller block; or collect longer "
                "episodes.");
  return ORR_ERR_CONFIG;
}

/* (history + horizon - 1) * block, or SIZE_MAX. */
static size_t span_of(const orr_windows_def *def) {
  size_t blocks, span;
  if (__builtin_add_overflow(def->history - 1, def->horizon, &blocks) ||
      __builtin_mul_overflow(blocks, def->block, &span)) {
    return SIZE_MAX;
  }
  return span;
}

orr_status orr_windows_create(const orr_dataset *dataset, const orr_windows_def *def,
                              orr_windows **out, orr_error *err) {
  ORR_ASSERT(def->history >= 1 && def->block >= 1);
  *out = NULL;
  orr_windows *windows;
  ORR_TRY(orr_new(&windows, 1, sizeof *windows, err));
  *windows = (orr_windows){.dataset = dataset,
                           .def = *def,
                           .state_count = orr_dataset_info(dataset)->observation.count,
                           .action_count = orr_dataset_info(dataset)->action.count,
                           .span = span_of(def),
                           .episodes = orr_dataset_episodes(dataset)};
  orr_status status =
      orr_new(&windows->before, windows->episodes + 1, sizeof *windows->before, err);
  for (size_t e = 0; e < windows->episodes && status == ORR_OK; e++) {
    orr_episode_view view = orr_dataset_episode(dataset, e);
    bool fits = view.steps >= windows->span && counts(def, &view);
    size_t fit = fits ? view.steps - windows->span + 1 : 0;
    windows->before[e + 1] = windows->before[e] + fit;
  }
  if (status == ORR_OK && orr_windows_count(windows) == 0) {
    status = no_window(dataset, def, windows->span, err);
  }
  if (status == ORR_OK) {
    *out = windows;
  } else {
    orr_windows_destroy(windows);
  }
  return status;
}

void orr_windows_destroy(orr_windows *windows) {
  if (!windows) return;
  orr_free(windows->before);
  orr_free(windows);
}

size_t orr_windows_count(const orr_windows *windows) {
  return (size_t)windows->before[windows->episodes];
}

/* The episode that window `index` lies in: the last e with before[e] <= index. */
static size_t episode_of(const orr_windows *windows, uint64_t index) {
  size_t low = 0, high = windows->episodes;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (windows->before[middle] <= index) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/* Copies window `index` to place `row` of `rows`. */
static void copy_window(const orr_windows *windows, uint64_t index, size_t row, size_t rows,
                        float *states, float *actions) {
  ORR_ASSERT(index < windows->before[windows->episodes]);
  size_t S = windows->state_count, k = windows->def.block, history = windows->def.history;
  size_t block_actions = k * windows->action_count;
  size_t e = episode_of(windows, index), start = (size_t)(index - windows->before[e]);
  orr_episode_view episode = orr_dataset_episode(windows->dataset, e);
  for (size_t i = 0; i < history + windows->def.horizon; i++) {
    memcpy(states + (i * rows + row) * S, episode.states + (start + i * k) * S, S * sizeof *states);
  }
  size_t now = start + (history - 1) * k;
  for (size_t h = 0; h < windows->def.horizon; h++) {
    memcpy(actions + (h * rows + row) * block_actions,
           episode.actions + (now + h * k) * windows->action_count,
           block_actions * sizeof *actions);
  }
}

static uint64_t draw_window(const orr_windows *windows, uint64_t seed, uint32_t step, size_t row) {
  orr_random random = orr_random_at(seed, ORR_PURPOSE_BATCH, 0, step, (uint32_t)row, 0);
  return (uint64_t)orr_random_integer(&random, 0, (int64_t)orr_windows_count(windows));
}

void orr_windows_batch(const orr_windows *windows, uint64_t seed, uint32_t step, size_t first,
                       size_t rows, float *states, float *actions) {
  for (size_t r = 0; r < rows; r++)
    copy_window(windows, draw_window(windows, seed, step, first + r), r, rows, states, actions);
}

/* Pictures --------------------------------------------------------------------------------- */

typedef struct frames_task {
  const orr_windows *windows;
  uint64_t seed;
  uint32_t step;
  size_t first, rows, picture, bytes;
  orr_inflater *const *inflaters;
  uint8_t *frames;
  _Atomic size_t damaged; /* the lowest row with a frame that is, or SIZE_MAX */
} frames_task;

static orr_status fill_frames(const frames_task *task, size_t r, orr_inflater *inflater,
                              orr_error *err) {
  const orr_windows *windows = task->windows;
  uint64_t index = draw_window(windows, task->seed, task->step, task->first + r);
  size_t e = episode_of(windows, index), start = (size_t)(index - windows->before[e]);
  for (size_t i = 0; i < windows->def.history + windows->def.horizon; i++) {
    uint8_t *out = task->frames + (i * task->rows + r) * task->bytes;
    size_t row = start + i * windows->def.block;
    ORR_TRY(orr_dataset_frame(windows->dataset, e, row, task->picture, inflater, out, err));
  }
  return ORR_OK;
}

static void frames_of_row(void *context, size_t r, size_t lane) {
  frames_task *task = context;
  if (fill_frames(task, r, task->inflaters[lane], NULL) == ORR_OK) return;
  size_t lowest = atomic_load(&task->damaged);
  while (r < lowest && !atomic_compare_exchange_weak(&task->damaged, &lowest, r)) {
  }
}

/* What is said of damage must not depend on who came first: the lowest row is asked again. */
orr_status orr_windows_frames(const orr_windows *windows, uint64_t seed, uint32_t step,
                              size_t first, size_t rows, size_t picture,
                              orr_inflater *const *inflaters, orr_pool *pool, uint8_t *frames,
                              orr_error *err) {
  const orr_space *observation = &orr_dataset_info(windows->dataset)->observation;
  ORR_ASSERT(picture < observation->picture_count);
  frames_task task = {.windows = windows,
                      .seed = seed,
                      .step = step,
                      .first = first,
                      .rows = rows,
                      .picture = picture,
                      .bytes = orr_picture_bytes(&observation->pictures[picture]),
                      .inflaters = inflaters,
                      .frames = frames,
                      .damaged = SIZE_MAX};
  orr_pool_run(pool, rows, frames_of_row, &task);
  if (task.damaged == SIZE_MAX) return ORR_OK;
  return fill_frames(&task, task.damaged, inflaters[0], err);
}

/* Mixtures --------------------------------------------------------------------------------- */

/* The source of a row has a stream of its own (episode 1), so that rows of the base stay. */
static const orr_windows *draw_source(const orr_windows_mix *mix, uint64_t seed, uint32_t step,
                                      size_t row, uint64_t *index) {
  orr_random random = orr_random_at(seed, ORR_PURPOSE_BATCH, 1, step, (uint32_t)row, 0);
  uint64_t all = 0;
  for (size_t m = 0; m < mix->more_count; m++) all += orr_windows_count(mix->more[m]);
  if (orr_random_unit(&random) >= mix->share || all == 0) {
    *index = draw_window(mix->base, seed, step, row);
    return mix->base;
  }
  *index = (uint64_t)orr_random_integer(&random, 0, (int64_t)all);
  size_t m = 0;
  for (; *index >= orr_windows_count(mix->more[m]); m++) *index -= orr_windows_count(mix->more[m]);
  return mix->more[m];
}

void orr_windows_mix_batch(const orr_windows_mix *mix, uint64_t seed, uint32_t step, size_t first,
                           size_t rows, float *states, float *actions) {
  for (size_t r = 0; r < rows; r++) {
    uint64_t index;
    const orr_windows *source = draw_source(mix, seed, step, first + r, &index);
    copy_window(source, index, r, rows, states, actions);
  }
}

void orr_windows_hindsight(const orr_windows *windows, uint64_t seed, uint32_t step, size_t first,
                           size_t rows, size_t most, float *states, float *goals, float *actions,
                           float *ahead) {
  ORR_ASSERT(windows->def.history == 1 && windows->def.horizon == 1 && most >= 1);
  size_t S = windows->state_count, k = windows->def.block, A = windows->action_count;
  int64_t count = (int64_t)orr_windows_count(windows);
  for (size_t r = 0; r < rows; r++) {
    orr_random random = orr_random_at(seed, ORR_PURPOSE_BATCH, 0, step, (uint32_t)(first + r), 0);
    uint64_t index = (uint64_t)orr_random_integer(&random, 0, count);
    size_t e = episode_of(windows, index), start = (size_t)(index - windows->before[e]);
    orr_episode_view episode = orr_dataset_episode(windows->dataset, e);
    size_t left = (episode.steps - start) / k;
    int64_t limit = (int64_t)(left < most ? left : most);
    size_t h = 1 + (size_t)orr_random_integer(&random, 0, limit);
    memcpy(states + r * S, episode.states + start * S, S * sizeof *states);
    memcpy(goals + r * S, episode.states + (start + h * k) * S, S * sizeof *goals);
    memcpy(actions + r * k * A, episode.actions + start * A, k * A * sizeof *actions);
    ahead[r] = (float)h;
  }
}

/* A state of another episode than `episode`; false when the draw falls on the same. */
static bool draw_stranger(const orr_windows *windows, orr_random *random, size_t episode,
                          float *goal) {
  int64_t count = (int64_t)orr_windows_count(windows);
  uint64_t index = (uint64_t)orr_random_integer(random, 0, count);
  size_t e = episode_of(windows, index), S = windows->state_count;
  size_t at = (size_t)(index - windows->before[e]);
  if (e == episode) return false;
  memcpy(goal, orr_dataset_episode(windows->dataset, e).states + at * S, S * sizeof *goal);
  return true;
}

void orr_windows_apart(const orr_windows *windows, uint64_t seed, uint32_t step, size_t first,
                       size_t rows, size_t most, double strangers, float *states, float *goals,
                       float *targets) {
  ORR_ASSERT(windows->def.history == 1 && windows->def.horizon == 1 && most >= 1);
  size_t S = windows->state_count, k = windows->def.block;
  int64_t count = (int64_t)orr_windows_count(windows);
  for (size_t r = 0; r < rows; r++) {
    orr_random random = orr_random_at(seed, ORR_PURPOSE_BATCH, 0, step, (uint32_t)(first + r), 0);
    uint64_t index = (uint64_t)orr_random_integer(&random, 0, count);
    size_t e = episode_of(windows, index), start = (size_t)(index - windows->before[e]);
    orr_episode_view episode = orr_dataset_episode(windows->dataset, e);
    memcpy(states + r * S, episode.states + start * S, S * sizeof *states);
    targets[2 * r] = (float)most;
    targets[2 * r + 1] = 0.0f;
    bool far = orr_random_uniform(&random, 0.0, 1.0) < strangers;
    if (far && draw_stranger(windows, &random, e, goals + r * S)) continue;
    size_t left = episode.steps - start, limit = left < most * k ? left : most * k;
    size_t ahead = (size_t)orr_random_integer(&random, 0, (int64_t)limit + 1);
    memcpy(goals + r * S, episode.states + (start + ahead) * S, S * sizeof *goals);
    targets[2 * r] = (float)ahead / (float)k;
    targets[2 * r + 1] = 1.0f;
  }
}

void orr_windows_at(const orr_windows *windows, size_t index, float *states, float *actions) {
  copy_window(windows, index, 0, 1, states, actions);
}
