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

/* What a thread count gives, by rounds: by the clock, and by the processor's time alone, which does
 * not mind a busy machine. */
typedef struct rates {
  double second[ORR_BENCH_MAX_ROUNDS], cpu_second[ORR_BENCH_MAX_ROUNDS];
} rates;

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
  rates frames[MAX_THREADS], windows[MAX_THREADS];
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
  double cpu = orr_cpu_seconds();
  ORR_TRY(orr_collect_run(e->scenario, &c->observer, &c->collect, e->id, c->yaml,
                          (size_t)e->model.block, c->folder, &control, &result, err));
  double rows = (double)result.rows;
  c->rows = result.rows;
  c->frames[threads - 1].second[round] = rows / result.seconds;
  c->frames[threads - 1].cpu_second[round] = rows / (orr_cpu_seconds() - cpu);
  if (threads > 1) return ORR_OK;
  c->acting[round] = result.acting / rows;
  c->drawing[round] = result.drawing / rows;
  c->deflating[round] = result.deflating / rows;
  c->writing[round] = result.writing / rows;
  return ORR_OK;
}

/* Windows per second for at least `seconds`. */
static orr_status read_windows(const contest *c, const orr_windows *windows, orr_pool *pool,
                               orr_inflater *const *inflaters, uint8_t *frames, size_t round,
                               rates *out, orr_error *err) {
  double cpu = orr_cpu_seconds(), begun = orr_seconds(), passed = 0.0;
  uint32_t step = 0;
  while (passed < c->seconds) {
    ORR_TRY(orr_windows_frames(windows, 1, step++, 0, ROWS, 0, inflaters, pool, frames, err));
    passed = orr_seconds() - begun;
  }
  out->second[round] = (double)step * ROWS / passed;
  out->cpu_second[round] = (double)step * ROWS / (orr_cpu_seconds() - cpu);
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
    status = read_windows(c, windows, c->pools[i], inflaters, frames, round, &c->windows[i], err);
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
  c->frames_ratio[round] = c->frames[1].second[round] / c->frames[0].second[round];
  c->windows_ratio[round] = c->windows[1].second[round] / c->windows[0].second[round];
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

static void add(json_t *json, const char *what, size_t threads, rates *r, size_t rounds) {
  char key[64];
  const char *plural = threads > 1 ? "s" : "";
  snprintf(key, sizeof key, "%s_per_second_%zu_thread%s", what, threads, plural);
  json_object_set_new(json, key, json_real(orr_median(r->second, rounds)));
  snprintf(key, sizeof key, "%s_per_cpu_second_%zu_thread%s", what, threads, plural);
  json_object_set_new(json, key, json_real(orr_median(r->cpu_second, rounds)));
}

static json_t *contest_json(contest *c, size_t rounds) {
  const orr_space_picture *picture = &c->observer.space.pictures[0];
  json_t *json =
      json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:f}", "scenario", c->experiment->id, "width",
                (json_int_t)picture->width, "height", (json_int_t)picture->height, "pictures",
                (json_int_t)c->observer.space.picture_count, "rounds", (json_int_t)rounds, "rows",
                (json_int_t)c->rows, "bytes_per_frame", c->bytes);
  for (size_t i = 0; i < MAX_THREADS; i++) add(json, "frames", i + 1, &c->frames[i], rounds);
  json_object_set_new(json, "frames_two_thread_scaling",
                      json_real(orr_median(c->frames_ratio, rounds)));
  json_object_set_new(json, "microseconds_per_frame",
                      json_pack("{s:f, s:f, s:f, s:f}", "simulate",
                                1e6 * orr_median(c->acting, rounds), "draw",
                                1e6 * orr_median(c->drawing, rounds), "deflate",
                                1e6 * orr_median(c->deflating, rounds), "write",
                                1e6 * orr_median(c->writing, rounds)));
  for (size_t i = 0; i < MAX_THREADS; i++) add(json, "windows", i + 1, &c->windows[i], rounds);
  json_object_set_new(json, "windows_two_thread_scaling",
                      json_real(orr_median(c->windows_ratio, rounds)));
  return json;
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
