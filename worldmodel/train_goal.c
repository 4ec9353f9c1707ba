/* What training a goal-conditioned policy does differently: hindsight batches and the check on
 * held-out data. */
#include "base/file.h"
#include "base/memory.h"
#include "worldmodel/train_internal.h"
#include <math.h>
#include <string.h>

/* Buffers of a batch of hindsight goals. */
typedef struct hindsight {
  float *states, *goals, *actions, *ahead, *rows;
} hindsight;

void orr_train_feed_goals(const orr_trainer *trainer, orr_train_lane *lane, size_t first,
                          size_t rows) {
  const orr_model *model = trainer->model;
  const orr_goal_layout *layout = &model->net.goal.layout;
  size_t S = model->observation.count, J = orr_goal_row(layout);
  float *goals = lane->states + ORR_TILE * S, ahead[ORR_TILE];
  orr_windows_hindsight(trainer->windows, (uint64_t)trainer->setup->train->seed,
                        (uint32_t)trainer->state.step, first, rows, (size_t)model->def.horizon,
                        lane->states, goals, lane->actions, ahead);
  memset(lane->rows + rows * J, 0, (ORR_TILE - rows) * J * sizeof *lane->rows);
  memset(lane->actions + rows * model->action_length, 0,
         (ORR_TILE - rows) * model->action_length * sizeof *lane->actions);
  for (size_t r = 0; r < rows; r++) {
    orr_goal_fill(layout, lane->states + r * S, goals + r * S, ahead[r], lane->rows + r * J);
  }
  orr_tape_set_input(lane->tape, lane->loss.states[0], lane->rows);
  orr_tape_set_input(lane->tape, lane->loss.actions[0], lane->actions);
}

orr_windows_def orr_train_windows(const orr_model *model) {
  bool acts = orr_model_acts(model);
  return (orr_windows_def){.history = (size_t)model->def.history,
                           .horizon = acts ? 1 : (size_t)model->def.horizon * model->passes,
                           .block = (size_t)model->def.stride,
                           .policies = model->family->policies};
}

/* Checks ------------------------------------------------------------------------------------ */

enum { CHECKED = 1024 };

static orr_status reserve(const orr_model *model, hindsight *out, orr_error *err) {
  size_t S = model->observation.count, A = model->action_length;
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
    orr_windows_hindsight(windows, 0, 0, 0, CHECKED, (size_t)model->def.horizon, h.states, h.goals,
                          h.actions, h.ahead);
    orr_model_act(worker, h.states, h.goals, h.ahead, CHECKED, h.rows);
    *out = action_errors(model, &h);
  }
  orr_free(h.states);
  orr_model_worker_destroy(worker);
  orr_windows_destroy(windows);
  return status;
}
