/* The input transform: means and stds of the training split. */
#include "base/maths.h"
#include "base/memory.h"
#include "worldmodel/model_internal.h"
#include <string.h>

/* Sums of one column; an angle is first turned back by the circular mean, then wrapped. */
typedef struct column {
  double count, sum, squares, sine, cosine;
} column;

static void add(column *c, double x) {
  c->count += 1;
  c->sum += x;
  c->squares += x * x;
}

/* A column that does not move is left as it is. */
static double usable(double std, double mean) { return std > 1e-6 * (1 + fabs(mean)) ? std : 1; }

static void finish(const column *c, double *mean, double *std) {
  double m = c->count > 0 ? c->sum / c->count : 0;
  double variance = c->count > 0 ? c->squares / c->count - m * m : 0;
  *std = usable(sqrt(orr_max(variance, 0)), m);
  *mean = m;
}

/* Two passes: the first finds a centre near the mean, so that the squares of the second do not lose
 * their digits; for angles the centre is the circular mean. */
static void sweep(const orr_dataset *data, bool centred, const double *state_centre,
                  const double *action_centre, column *state, column *action) {
  const orr_shard_info *info = orr_dataset_info(data);
  size_t S = info->observation.count, A = info->action.count;
  for (size_t e = 0; e < orr_dataset_episodes(data); e++) {
    orr_episode_view view = orr_dataset_episode(data, e);
    for (size_t k = 0; k < (view.steps + 1) * S; k++) {
      column *c = &state[k % S];
      double x = (double)view.states[k] - (centred ? state_centre[k % S] : 0);
      if (info->observation.fields[k % S].quantity == ORR_QUANTITY_ANGLE) {
        x = orr_wrap_angle(x);
        c->sine += sin(x);
        c->cosine += cos(x);
      }
      add(c, x);
    }
    for (size_t k = 0; k < view.steps * A; k++) {
      column *c = &action[k % A];
      double x = (double)view.actions[k] - (centred ? action_centre[k % A] : 0);
      add(c, x);
    }
  }
}

/* Changes over some control steps; an angle's are wrapped. Root mean square: standing still is the
 * zero. */
static void fit_changes(const orr_dataset *data, size_t steps, column *sums, double *std) {
  const orr_shard_info *info = orr_dataset_info(data);
  size_t S = info->observation.count;
  for (size_t e = 0; e < orr_dataset_episodes(data); e++) {
    orr_episode_view view = orr_dataset_episode(data, e);
    for (size_t k = 0; k + steps * S < (view.steps + 1) * S; k++) {
      double change = (double)view.states[k + steps * S] - (double)view.states[k];
      bool is_angle = info->observation.fields[k % S].quantity == ORR_QUANTITY_ANGLE;
      if (is_angle) change = orr_wrap_angle(change);
      sums[k % S].count += 1;
      sums[k % S].squares += change * change;
    }
  }
  for (size_t i = 0; i < ORR_MAX_FIELDS; i++) {
    std[i] = sums[i].count > 0 ? usable(sqrt(sums[i].squares / sums[i].count), 0) : 1;
  }
}

orr_status orr_transform_fit(const orr_dataset *data, size_t steps, orr_transform *out,
                             orr_error *err) {
  const orr_shard_info *info = orr_dataset_info(data);
  column *sums, *state, *action;
  *out = (orr_transform){0};
  ORR_TRY(orr_new(&sums, 5 * ORR_MAX_FIELDS, sizeof *sums, err));
  sweep(data, false, NULL, NULL, sums, sums + ORR_MAX_FIELDS);
  for (size_t i = 0; i < ORR_MAX_FIELDS; i++) {
    const column *s = &sums[i], *a = &sums[ORR_MAX_FIELDS + i];
    bool is_angle =
        i < info->observation.count && info->observation.fields[i].quantity == ORR_QUANTITY_ANGLE;
    double mean = s->count > 0 ? s->sum / s->count : 0;
    out->state_mean[i] = is_angle ? atan2(s->sine, s->cosine) : mean;
    out->action_mean[i] = a->count > 0 ? a->sum / a->count : 0;
  }
  state = sums + 2 * ORR_MAX_FIELDS, action = sums + 3 * ORR_MAX_FIELDS;
  sweep(data, true, out->state_mean, out->action_mean, state, action);
  for (size_t i = 0; i < ORR_MAX_FIELDS; i++) {
    double offset;
    finish(&state[i], &offset, &out->state_std[i]);
    out->state_std[i] = usable(out->state_std[i], out->state_mean[i]);
    finish(&action[i], &offset, &out->action_std[i]);
    out->action_std[i] = usable(out->action_std[i], out->action_mean[i]);
  }
  fit_changes(data, steps, sums + 4 * ORR_MAX_FIELDS, out->change_std);
  memcpy(out->motion_std, out->change_std, sizeof out->motion_std);
  orr_free(sums);
  return ORR_OK;
}
