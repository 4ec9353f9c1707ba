/* How fast random windows of 4 frames come out of a data set, pictures and vectors:
 *   bench_windows FOLDER [THREADS [SECONDS]]
 * Median and best of batches of 256 windows, which is what a training step asks for; and by the
 * processor's time, which does not mind a busy machine. */
#include "base/memory.h"
#include "data/windows.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = 256, LENGTH = 4, BLOCK = 5, MOST_BATCHES = 100000 };

typedef struct bench {
  orr_dataset *dataset;
  orr_windows *windows;
  orr_pool *pool;
  orr_inflater *inflaters[ORR_MOST_THREADS];
  float *states, *actions;
  uint8_t *frames;
  size_t threads;
  double seconds;
} bench;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static orr_status measure(bench *b, size_t picture, orr_error *err) {
  static double times[MOST_BATCHES];
  const orr_space_picture *what = &orr_dataset_info(b->dataset)->observation.pictures[picture];
  size_t count = 0;
  clock_t spent = clock();
  double start = now(), end = start;
  while (count < MOST_BATCHES && (count < 3 || end - start < b->seconds)) {
    double begin = end;
    orr_windows_batch(b->windows, 1, (uint32_t)count, 0, ROWS, b->states, b->actions);
    ORR_TRY(orr_windows_frames(b->windows, 1, (uint32_t)count, 0, ROWS, picture, b->inflaters,
                               b->pool, b->frames, err));
    end = now();
    times[count++] = end - begin;
  }
  double cpu = (double)(clock() - spent) / CLOCKS_PER_SEC;
  qsort(times, count, sizeof *times, by_size);
  double frames = (double)orr_dataset_rows(b->dataset);
  double bytes = (double)orr_dataset_frame_bytes(b->dataset, picture) / frames;
  double raw = (double)orr_picture_bytes(what);
  printf("%s %dx%d, %.0f bytes a frame (1:%.1f), %zu threads: %.0f windows/s, best %.0f; %.0f in a "
         "second of one core's time, %.2f us a frame\n",
         what->name, what->width, what->height, bytes, raw / bytes, b->threads,
         ROWS / times[count / 2], ROWS / times[0], (double)(ROWS * count) / cpu,
         1e6 * cpu / (double)(ROWS * LENGTH * count));
  return ORR_OK;
}

static orr_status run(bench *b, const char *folder, orr_error *err) {
  const orr_windows_def def = {.history = 1, .horizon = LENGTH - 1, .block = BLOCK};
  ORR_TRY(orr_dataset_open(folder, ORR_SPLIT_TRAIN, false, &b->dataset, err));
  const orr_shard_info *info = orr_dataset_info(b->dataset);
  ORR_TRY(orr_windows_create(b->dataset, &def, &b->windows, err));
  ORR_TRY(orr_pool_create(b->threads, &b->pool, err));
  for (size_t i = 0; i < b->threads; i++) ORR_TRY(orr_inflater_create(&b->inflaters[i], err));
  size_t state = info->observation.count, action = BLOCK * info->action.count;
  ORR_TRY(orr_new(&b->states, ROWS * LENGTH * state, sizeof *b->states, err));
  ORR_TRY(orr_new(&b->actions, ROWS * LENGTH * action, sizeof *b->actions, err));
  for (size_t p = 0; p < info->observation.picture_count; p++) {
    size_t bytes = orr_picture_bytes(&info->observation.pictures[p]);
    ORR_TRY(orr_new(&b->frames, ROWS * LENGTH, bytes, err));
    orr_status status = measure(b, p, err);
    orr_free(b->frames);
    ORR_TRY(status);
  }
  return ORR_OK;
}

static void clear(bench *b) {
  for (size_t i = 0; i < b->threads; i++) orr_inflater_destroy(b->inflaters[i]);
  orr_pool_destroy(b->pool);
  orr_windows_destroy(b->windows);
  orr_dataset_close(b->dataset);
  orr_free(b->states);
  orr_free(b->actions);
}

int main(int argc, char **argv) {
  static bench b;
  orr_error err = {0};
  if (argc < 2) {
    fputs("bench_windows FOLDER [THREADS [SECONDS]]\n", stderr);
    return 2;
  }
  b.threads = argc > 2 ? strtoul(argv[2], NULL, 10) : orr_usable_cores();
  b.seconds = argc > 3 ? strtod(argv[3], NULL) : 5;
  if (b.threads < 1 || b.threads > ORR_MOST_THREADS) return 2;
  orr_status status = run(&b, argv[1], &err);
  clear(&b);
  if (status == ORR_OK) return 0;
  char text[1200];
  orr_error_text(&err, text, sizeof text);
  fprintf(stderr, "%s\n", text);
  return orr_exit_code(status);
}
