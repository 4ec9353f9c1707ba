/* What training a network that sees a goal does differently: hindsight batches and the check on
 * held-out data. */
#include "base/file.h"
#include "base/maths.h"
#include "base/memory.h"
#include "worldmodel/train_internal.h"
#include <math.h>
#include <string.h>

/* Buffers of a batch of hindsight goals. For a distance `actions` are targets, rows x 2, and the
 * rest is not used. */
typedef struct hindsight {
  float *states, *goals, *actions, *ahead, *rows;
} hindsight;

/* Of the pairs that a distance learns from, those of two episodes. */
static const double strangers = 0.25;

static void draw_pairs(const orr_model *model, const orr_windows *windows, uint64_t seed,
                       uint32_t step, size_t first, size_t rows, const hindsight *out) {
  size_t most = (size_t)model->def.horizon;
  if (orr_model_reaches(model))
    orr_windows_apart(windows, seed, step, first, rows, most, strangers, out->states, out->goals,
                      out->actions);
  else
    orr_windows_hindsight(windows, seed, step, first, rows, most, out->states, out->goals,
                          out->actions, out->ahead);
}

void orr_train_feed_goals(const orr_trainer *trainer, orr_train_lane *lane, size_t first,
                          size_t rows) {
  const orr_model *model = trainer->model;
  const orr_goal_layout *layout = &model->net.goal.layout;
  size_t S = model->observation.count, J = orr_goal_row(layout);
  size_t targets = orr_tape_cols(lane->tape, lane->loss.actions[0]);
  float *goals = lane->states + ORR_TILE * S, ahead[ORR_TILE] = {0};
  draw_pairs(model, trainer->windows, (uint64_t)trainer->setup->train->seed,
             (uint32_t)trainer->state.step, first, rows,
             &(hindsight){lane->states, goals, lane->actions, ahead, NULL});
  memset(lane->rows + rows * J, 0, (ORR_TILE - rows) * J * sizeof *lane->rows);
  memset(lane->actions + rows * targets, 0, (ORR_TILE - rows) * targets * sizeof *lane->actions);
  for (size_t r = 0; r < rows; r++) {
    orr_goal_fill(layout, lane->states + r * S, goals + r * S, ahead[r], lane->rows + r * J);
  }
  orr_tape_set_input(lane->tape, lane->loss.states[0], lane->rows);
  orr_tape_set_input(lane->tape, lane->loss.actions[0], lane->actions);
}

orr_windows_def orr_train_windows(const orr_model *model) {
  bool goal = orr_model_sees_goal(model);
  return (orr_windows_def){.history = (size_t)model->def.history,
                           .horizon = goal ? 1 : (size_t)model->def.horizon * model->passes,
                           .block = (size_t)model->def.stride,
                           .policies = model->family->policies};
}

/* Checks ------------------------------------------------------------------------------------ */

enum { CHECKED = 1024 };

static orr_status reserve(const orr_model *model, hindsight *out, orr_error *err) {
  size_t S = model->observation.count, A = model->action_length;
  if (A < 2) A = 2;
  ORR_TRY(orr_new(&out->states, CHECKED * (2 * S + 2 * A + 1), sizeof *out->states, err));
  out->goals = out->states + CHECKED * S;
  out->actions = out->goals + CHECKED * S;
  out->rows = out->actions + CHECKED * A; /* the actions that the policy would take */
  out->ahead = out->rows + CHECKED * A;
  return ORR_OK;
}

/* Mean absolute errors in deviations: of the policy, and of always taking the mean action. */
static json_t *action_errors(const orr_model *model, const hindsight *h) {
  size_t A = model->action.count, count = CHECKED * model->action_length;
  double error = 0, mean = 0;
  for (size_t i = 0; i < count; i++) {
    double std = model->transform.action_std[i % A], taken = (double)h->actions[i];
    error += fabs((double)h->rows[i] - taken) / std / (double)count;
    mean += fabs(model->transform.action_mean[i % A] - taken) / std / (double)count;
  }
  return json_pack("{s:f, s:f}", "error", error, "mean_action", mean);
}

/* Mean absolute error in blocks where the number is known, and that of always saying half the
 * horizon; of pairs of different lengths, the share whose order is right; of states of two
 * episodes, the share that is told to be beyond the horizon. */
static json_t *distance_errors(const orr_model *model, const hindsight *h) {
  const float *target = h->actions, *said = h->rows;
  double error = 0, middle = 0, half = 0.5 * (double)model->def.horizon;
  size_t known = 0, pairs = 0, right = 0, beyond = 0;
  for (size_t i = 0; i < CHECKED; i++, target += 2) {
    if (target[1] < 0.5f) {
      beyond += said[i] >= target[0];
      continue;
    }
    known++;
    error += fabs((double)said[i] - (double)target[0]);
    middle += fabs(half - (double)target[0]);
    if (i == 0 || target[-1] < 0.5f || target[-2] == target[0]) continue;
    pairs++;
    right += (said[i] > said[i - 1]) == (target[0] > target[-2]);
  }
  size_t bounds = CHECKED - known;
  return json_pack("{s:f, s:f, s:f, s:f}", "error", error / orr_max(1.0, (double)known),
                   "half_horizon", middle / orr_max(1.0, (double)known), "order",
                   (double)right / orr_max(1.0, (double)pairs), "beyond",
                   (double)beyond / orr_max(1.0, (double)bounds));
}

static json_t *errors_of(const orr_model *model, orr_model_worker *worker, const hindsight *h) {
  size_t S = model->observation.count;
  if (orr_model_reaches(model)) {
    orr_model_reach(worker, h->states, h->goals, S, CHECKED, h->rows);
    return distance_errors(model, h);
  }
  orr_model_act(worker, h->states, h->goals, h->ahead, CHECKED, h->rows);
  return action_errors(model, h);
}

orr_status orr_train_check_goals(const orr_trainer *trainer, json_t **out, orr_error *err) {
  const orr_model *model = trainer->model;
  orr_windows_def def = orr_train_windows(model);
  orr_windows *windows = NULL;
  orr_model_worker *worker = NULL;
  hindsight h = {0};
  *out = NULL;
  orr_status status = orr_windows_create(trainer->setup->held_out, &def, &windows, err);
  if (status == ORR_OK) status = orr_model_worker_create(model, &worker, err);
  if (status == ORR_OK) status = reserve(model, &h, err);
  if (status == ORR_OK) {
    draw_pairs(model, windows, 0, 0, 0, CHECKED, &h);
    *out = errors_of(model, worker, &h);
  }
  orr_free(h.states);
  orr_model_worker_destroy(worker);
  orr_windows_destroy(windows);
  return status;
}
