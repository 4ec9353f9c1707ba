/* Any bytes as a shard or a table: they get a fitting length and seal, so that the reader has to
 * look at them, and what it accepts is read to the last value through views, frames, windows,
 * statistics, inspect and preview. */
#include "base/memory.h"
#include "data/dataset.h"
#include "data/preview.h"
#include "data/statistics.h"
#include "data/table.h"
#include "data/windows.h"
#include "tests/fuzz/sealed.h"
#include <math.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_views(const orr_dataset *dataset) {
  const orr_shard_info *info = orr_dataset_info(dataset);
  size_t S = info->observation.count, A = info->action.count, rows = 0;
  require(strlen(info->scenario) + strlen(info->id) < SIZE_MAX);
  for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
    orr_episode_view v = orr_dataset_episode(dataset, e);
    for (size_t t = 0; t <= v.steps; t++) {
      require(v.success[t] <= 1 && v.contact[t] <= 1);
      require(t == 0 ? isnan(v.rewards[t]) : isfinite(v.rewards[t]));
      for (size_t i = 0; i < S; i++) require(isfinite(v.states[t * S + i]));
      for (size_t i = 0; i < A; i++) {
        float action = v.actions[t * A + i];
        require(t == v.steps ? isnan(action) : isfinite(action));
      }
    }
    rows += v.steps + 1;
  }
  require(rows == orr_dataset_rows(dataset));
}

static const orr_windows_def def = {.history = 2, .horizon = 1, .block = 2};

/* Every frame; those that are believed have only depths that are numbers. */
static void read_frames(const orr_dataset *dataset) {
  const orr_space *observation = &orr_dataset_info(dataset)->observation;
  orr_inflater *inflater;
  require(orr_inflater_create(&inflater, NULL) == ORR_OK);
  for (size_t p = 0; p < observation->picture_count; p++) {
    size_t bytes = orr_picture_bytes(&observation->pictures[p]), good = 0;
    void *frame = malloc(bytes);
    for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
      for (size_t t = 0; t <= orr_dataset_episode(dataset, e).steps; t++) {
        orr_error err = {0};
        orr_status status = orr_dataset_frame(dataset, e, t, p, inflater, frame, &err);
        require(status == ORR_OK || (err.status == status && err.message[0]));
        if (status != ORR_OK) continue;
        good++;
        const float *depths = frame;
        bool depth = observation->pictures[p].kind == ORR_PICTURE_DEPTH;
        for (size_t i = 0; depth && i < bytes / sizeof *depths; i++) require(!isnan(depths[i]));
      }
    }
    free(frame);
    require(good <= orr_dataset_rows(dataset) && orr_dataset_frame_bytes(dataset, p) < SIZE_MAX);
  }
  orr_inflater_destroy(inflater);
}

static void read_window_frames(const orr_dataset *dataset, const orr_windows *windows) {
  const orr_space *observation = &orr_dataset_info(dataset)->observation;
  orr_inflater *inflater;
  require(orr_inflater_create(&inflater, NULL) == ORR_OK);
  for (size_t p = 0; p < observation->picture_count; p++) {
    uint8_t *frames = malloc(3 * 4 * orr_picture_bytes(&observation->pictures[p]));
    (void)orr_windows_frames(windows, 1, 2, 3, 4, p, &inflater, NULL, frames, NULL);
    free(frames);
  }
  orr_inflater_destroy(inflater);
}

static void read_windows(const orr_dataset *dataset) {
  const orr_shard_info *info = orr_dataset_info(dataset);
  orr_windows *windows;
  if (orr_windows_create(dataset, &def, &windows, NULL) != ORR_OK) return;
  float *states = malloc(3 * 4 * info->observation.count * sizeof *states);
  float *actions = malloc(4 * 2 * info->action.count * sizeof *actions);
  for (size_t w = 0; w < orr_windows_count(windows); w++) {
    orr_windows_at(windows, w, states, actions);
  }
  orr_windows_batch(windows, 1, 2, 3, 4, states, actions);
  read_window_frames(dataset, windows);
  free(states);
  free(actions);
  orr_windows_destroy(windows);
}

static void read_table(const char *path) {
  orr_table *table;
  if (orr_table_read(path, &table, NULL) != ORR_OK) return;
  static const size_t bytes[] = {1, 8, 8, 4, 8}; /* by orr_column_type */
  for (size_t i = 0; i < table->count; i++) {
    const orr_column *c = &table->columns[i];
    void *copy = malloc(c->rows * c->width * bytes[c->type] + 1);
    if (c->rows) memcpy(copy, c->values, c->rows * c->width * bytes[c->type]);
    free(copy);
  }
  orr_table_destroy(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[64], *text;
  int fd = make_file(data, size);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  orr_dataset *dataset;
  orr_error err = {0};
  orr_status status = orr_dataset_open_shard(path, &dataset, &err);
  if (status == ORR_OK) {
    static orr_statistics statistics;
    read_views(dataset);
    read_frames(dataset);
    read_windows(dataset);
    orr_statistics_fit(dataset, &statistics);
    orr_dataset_close(dataset);
    for (int json = 0; json < 2; json++) {
      require(orr_dataset_inspect(path, json, &text, &err) == ORR_OK);
      orr_free(text);
    }
    orr_preview preview;
    if (orr_preview_make(path, &preview, &err) == ORR_OK) orr_image_destroy(&preview.image);
  } else {
    require(err.status == status && err.message[0] && !dataset);
  }
  read_table(path);
  close(fd);
  return 0;
}
