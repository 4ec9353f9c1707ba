/* Two passes in file order: means, then squares about them (one pass would lose digits when a
 * coordinate is far from zero). */
#include "data/statistics.h"
#include <math.h>
#include <string.h>

typedef struct sums {
  orr_moments *out;
  size_t width;
  double count;
} sums;

static void add_values(sums *s, const float *values, size_t rows) {
  for (size_t t = 0; t < rows; t++) {
    for (size_t i = 0; i < s->width; i++) {
      double value = values[t * s->width + i];
      orr_moments *m = &s->out[i];
      m->mean += value;
      if (value < m->low) m->low = value;
      if (value > m->high) m->high = value;
    }
  }
  s->count += (double)rows;
}

static void add_squares(sums *s, const float *values, size_t rows) {
  for (size_t t = 0; t < rows; t++) {
    for (size_t i = 0; i < s->width; i++) {
      double off = values[t * s->width + i] - s->out[i].mean;
      s->out[i].std += off * off;
    }
  }
}

static void begin(sums *s) {
  for (size_t i = 0; i < s->width; i++) {
    s->out[i] = (orr_moments){.low = INFINITY, .high = -INFINITY};
  }
}

static void end_means(sums *s) {
  for (size_t i = 0; i < s->width; i++) {
    orr_moments *m = &s->out[i];
    if (s->count > 0) {
      m->mean /= s->count;
    } else {
      *m = (orr_moments){0}; /* no action was ever taken */
    }
  }
}

static void end_squares(sums *s) {
  for (size_t i = 0; i < s->width; i++) {
    if (s->count > 0) s->out[i].std = sqrt(s->out[i].std / s->count);
  }
}

static void add_outcomes(const orr_dataset *dataset, orr_statistics *out) {
  double steps = 0, successes = 0, contacts = 0;
  for (size_t e = 0; e < orr_dataset_episodes(dataset); e++) {
    orr_episode_view view = orr_dataset_episode(dataset, e);
    steps += (double)view.steps;
    successes += view.success[view.steps];
    for (size_t t = 0; t <= view.steps; t++) contacts += view.contact[t];
  }
  out->episodes = (int64_t)orr_dataset_episodes(dataset);
  out->rows = (int64_t)orr_dataset_rows(dataset);
  out->mean_length = steps / (double)out->episodes;
  out->success_rate = successes / (double)out->episodes;
  out->contact_share = contacts / (double)out->rows;
}

void orr_statistics_fit(const orr_dataset *dataset, orr_statistics *out) {
  memset(out, 0, sizeof *out);
  const orr_shard_info *info = orr_dataset_info(dataset);
  size_t episodes = orr_dataset_episodes(dataset);
  sums states = {.out = out->state, .width = info->observation.count};
  sums actions = {.out = out->action, .width = info->action.count};
  begin(&states);
  begin(&actions);
  for (size_t e = 0; e < episodes; e++) {
    orr_episode_view view = orr_dataset_episode(dataset, e);
    add_values(&states, view.states, view.steps + 1);
    add_values(&actions, view.actions, view.steps);
  }
  end_means(&states);
  end_means(&actions);
  for (size_t e = 0; e < episodes; e++) {
    orr_episode_view view = orr_dataset_episode(dataset, e);
    add_squares(&states, view.states, view.steps + 1);
    add_squares(&actions, view.actions, view.steps);
  }
  end_squares(&states);
  end_squares(&actions);
  add_outcomes(dataset, out);
}

static json_t *moments_to_json(const orr_space *space, const orr_moments *moments) {
  json_t *list = json_array();
  for (size_t i = 0; i < space->count; i++) {
    const orr_moments *m = &moments[i];
    json_t *item = json_pack("{s:s, s:s, s:f, s:f, s:f, s:f}", "name", space->fields[i].name,
                             "unit", space->fields[i].unit, "mean", m->mean, "std", m->std, "low",
                             m->low, "high", m->high);
    if (json_array_append_new(list, item) != 0) {
      json_decref(list);
      return NULL;
    }
  }
  return list;
}

json_t *orr_statistics_to_json(const orr_statistics *statistics, const orr_space *observation,
                               const orr_space *action) {
  return json_pack("{s:I, s:I, s:f, s:f, s:f, s:o, s:o}", "episodes",
                   (json_int_t)statistics->episodes, "rows", (json_int_t)statistics->rows,
                   "mean_length", statistics->mean_length, "success_rate", statistics->success_rate,
                   "contact_share", statistics->contact_share, "state",
                   moments_to_json(observation, statistics->state), "action",
                   moments_to_json(action, statistics->action));
}
