/* orrery bench pixels: episodes with pictures into a data set, and windows of frames out of it. */
#include "agents/collect.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/maths.h"
#include "cli/bench.h"
#include "data/windows.h"
#include "eval/run.h"
#include <string.h>

enum { STEPS = 100, FRAMES = 4, ROWS = 256, MAX_THREADS = 2 };

/* One set-up, measured on one thread and on two, in turns. */
typedef struct contest {
  const orr_experiment *experiment;
  orr_observer observer; /* with pictures */
  orr_collect_def collect;
  const char *folder;
  char *yaml;
  atomic_bool *cancel;
  double seconds;
  orr_pool *pools[MAX_THREADS]; /* by threads - 1 */
  double frames[MAX_THREADS][ORR_BENCH_MAX_ROUNDS], windows[MAX_THREADS][ORR_BENCH_MAX_ROUNDS];
  double frames_ratio[ORR_BENCH_MAX_ROUNDS], windows_ratio[ORR_BENCH_MAX_ROUNDS];
  /* On one thread, s a frame. */
  double acting[ORR_BENCH_MAX_ROUNDS], drawing[ORR_BENCH_MAX_ROUNDS];
  double deflating[ORR_BENCH_MAX_ROUNDS], writing[ORR_BENCH_MAX_ROUNDS];
  int64_t rows;
  double bytes; /* of a frame, deflated */
} contest;

/* --- what is measured ------------------------------------------------------------------------- */

/* Random actions, drawn, deflated, written and hashed: a whole data set, as `orrery collect`. */
static orr_status collect(contest *c, size_t threads, size_t round, orr_error *err) {
  const orr_experiment *e = c->experiment;
  orr_collect_result result = {0};
  orr_control control = {.pool = c->pools[threads - 1], .cancel = c->cancel};
  ORR_TRY(orr_folder_remove(c->folder, err));
  ORR_TRY(orr_collect_run(e->scenario, &c->observer, &c->collect, e->id, c->yaml,
                          (size_t)e->model.block, c->folder, &control, &result, err));
  double rows = (double)result.rows;
  c->rows = result.rows;
  c->frames[threads - 1][round] = rows / result.seconds;
  if (threads > 1) return ORR_OK;
  c->acting[round] = result.acting / rows;
  c->drawing[round] = result.drawing / rows;
  c->deflating[round] = result.deflating / rows;
  c->writing[round] = result.writing / rows;
  return ORR_OK;
}

/* Windows per second for at least `seconds`. */
static orr_status read_windows(const contest *c, const orr_windows *windows, orr_pool *pool,
                               orr_inflater *const *inflaters, uint8_t *frames, double *rate,
                               orr_error *err) {
  double begun = orr_seconds(), passed = 0.0;
  uint32_t step = 0;
  while (passed < c->seconds) {
    ORR_TRY(orr_windows_frames(windows, 1, step++, 0, ROWS, 0, inflaters, pool, frames, err));
    passed = orr_seconds() - begun;
  }
  *rate = (double)step * ROWS / passed;
  return ORR_OK;
}

static orr_status measure_windows(contest *c, const orr_dataset *data, size_t round,
                                  orr_error *err) {
  const orr_windows_def def = {
      .history = 1, .horizon = FRAMES - 1, .block = (size_t)c->experiment->model.block};
  orr_windows *windows = NULL;
  orr_inflater *inflaters[MAX_THREADS] = {NULL};
  uint8_t *frames = NULL;
  size_t bytes = orr_picture_bytes(&c->observer.space.pictures[0]);
  orr_status status = orr_windows_create(data, &def, &windows, err);
  if (status == ORR_OK) status = orr_new(&frames, (size_t)FRAMES * ROWS, bytes, err);
  for (size_t i = 0; i < MAX_THREADS && status == ORR_OK; i++)
    status = orr_inflater_create(&inflaters[i], err);
  for (size_t i = 0; i < MAX_THREADS && status == ORR_OK; i++)
    status = read_windows(c, windows, c->pools[i], inflaters, frames, &c->windows[i][round], err);
  for (size_t i = 0; i < MAX_THREADS; i++) orr_inflater_destroy(inflaters[i]);
  orr_free(frames);
  orr_windows_destroy(windows);
  return status;
}

static orr_status run_round(contest *c, size_t round, orr_error *err) {
  orr_dataset *data;
  for (size_t threads = 1; threads <= MAX_THREADS; threads++)
    ORR_TRY(collect(c, threads, round, err));
  ORR_TRY(orr_dataset_open(c->folder, ORR_SPLIT_TRAIN, false, &data, err));
  c->bytes = (double)orr_dataset_frame_bytes(data, 0) / (double)orr_dataset_rows(data);
  orr_status status = measure_windows(c, data, round, err);
  orr_dataset_close(data);
  c->frames_ratio[round] = c->frames[1][round] / c->frames[0][round];
  c->windows_ratio[round] = c->windows[1][round] / c->windows[0][round];
  return status;
}

/* --- the set-up ------------------------------------------------------------------------------- */

/* A scenario without pictures is seen as the defaults say. */
static orr_status see(contest *c, orr_error *err) {
  orr_observe_def observe = c->experiment->observe;
  orr_pixels_def pixels;
  orr_arena *arena = orr_arena_create(4096);
  if (!arena) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  orr_record_default(&orr_pixels_record, arena, &pixels);
  orr_arena_destroy(arena);
  if (!observe.pixels) observe.pixels = &pixels;
  return orr_observer_create(c->experiment->scenario, &observe, &c->observer, err);
}

static orr_status set_up(contest *c, int64_t episodes, orr_error *err) {
  c->collect = c->experiment->collect;
  c->collect.experts = c->collect.held_out = c->collect.weak = 0;
  c->collect.random = episodes;
  c->collect.random_steps = STEPS;
  ORR_TRY(see(c, err));
  for (size_t i = 0; i < MAX_THREADS; i++) ORR_TRY(orr_pool_create(i + 1, &c->pools[i], err));
  return ORR_OK;
}

static orr_status run_contest(contest *c, int64_t episodes, size_t rounds, orr_error *err) {
  orr_status status = set_up(c, episodes, err);
  for (size_t i = 0; i < rounds && status == ORR_OK; i++) status = run_round(c, i, err);
  for (size_t i = 0; i < MAX_THREADS; i++) orr_pool_destroy(c->pools[i]);
  return status;
}

static json_t *contest_json(contest *c, size_t rounds) {
  const orr_space_picture *picture = &c->observer.space.pictures[0];
  json_t *split = json_pack("{s:f, s:f, s:f, s:f}", "simulate", 1e6 * orr_median(c->acting, rounds),
                            "draw", 1e6 * orr_median(c->drawing, rounds), "deflate",
                            1e6 * orr_median(c->deflating, rounds), "write",
                            1e6 * orr_median(c->writing, rounds));
  return json_pack(
      "{s:s, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:o, s:f, s:f, s:f}", "scenario",
      c->experiment->id, "width", (json_int_t)picture->width, "height", (json_int_t)picture->height,
      "pictures", (json_int_t)c->observer.space.picture_count, "rounds", (json_int_t)rounds, "rows",
      (json_int_t)c->rows, "bytes_per_frame", c->bytes, "frames_per_second_1_thread",
      orr_median(c->frames[0], rounds), "frames_per_second_2_threads",
      orr_median(c->frames[1], rounds), "two_thread_scaling", orr_median(c->frames_ratio, rounds),
      "microseconds_per_frame", split, "windows_per_second_1_thread",
      orr_median(c->windows[0], rounds), "windows_per_second_2_threads",
      orr_median(c->windows[1], rounds), "windows_two_thread_scaling",
      orr_median(c->windows_ratio, rounds));
}

int orr_bench_pixels_verb(const orr_invocation *invocation, const orr_experiment *experiment) {
  static contest c;
  size_t rounds = (size_t)orr_cli_number(invocation, "rounds", 5, 1, ORR_BENCH_MAX_ROUNDS);
  int64_t episodes = orr_cli_number(invocation, "episodes", 1000, 2, 1000000);
  char folder[ORR_PATH];
  orr_error err = {0};
  orr_session session = {0}; /* for Ctrl-C: nothing is left behind */
  c = (contest){.experiment = experiment, .folder = folder};
  c.seconds = (double)orr_cli_number(invocation, "seconds", 3, 1, 600);
  c.yaml = orr_run_scenario_yaml(experiment);
  orr_status status = c.yaml ? orr_session_begin(invocation, &session, &err)
                             : orr_fail(&err, ORR_ERR_MEMORY, "out of memory");
  c.cancel = session.control.cancel;
  if (status == ORR_OK) status = orr_folder_temporary("orrery-bench", folder, &err);
  if (status == ORR_OK) {
    status = run_contest(&c, episodes, rounds, &err);
    orr_folder_remove(folder, NULL);
  }
  orr_session_end(&session);
  orr_free(c.yaml);
  if (status != ORR_OK) return orr_cli_fail(&err);
  json_t *json = contest_json(&c, rounds);
  orr_bench_print(invocation, json);
  json_decref(json);
  return 0;
}
