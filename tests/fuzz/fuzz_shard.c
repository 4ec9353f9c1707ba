/* Any bytes as a shard or a table: they get a fitting length and seal, so that the reader has to
 * look at them, and what it accepts is read to the last value through views, windows, statistics
 * and inspect. */
#include "base/memory.h"
#include "data/dataset.h"
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

static void read_windows(const orr_dataset *dataset) {
  const orr_windows_def def = {.history = 2, .horizon = 1, .block = 2};
  const orr_shard_info *info = orr_dataset_info(dataset);
  orr_windows *windows;
  if (orr_windows_create(dataset, &def, &windows, NULL) != ORR_OK) return;
  float *states = malloc(3 * 4 * info->observation.count * sizeof *states);
  float *actions = malloc(4 * 2 * info->action.count * sizeof *actions);
  for (size_t w = 0; w < orr_windows_count(windows); w++) {
    orr_windows_at(windows, w, states, actions);
  }
  orr_windows_batch(windows, 1, 2, 3, 4, states, actions);
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
    read_windows(dataset);
    orr_statistics_fit(dataset, &statistics);
    orr_dataset_close(dataset);
    for (int json = 0; json < 2; json++) {
      require(orr_dataset_inspect(path, json, &text, &err) == ORR_OK);
      orr_free(text);
    }
  } else {
    require(err.status == status && err.message[0] && !dataset);
  }
  read_table(path);
  close(fd);
  return 0;
}
