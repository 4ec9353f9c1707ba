/* Family `reach`: how many blocks of control a goal is away, learned from what was done.
 *
 * A pair of states of one episode says: so many steps sufficed. Replays wander, so the mean over
 * such pairs says more than it takes; a low expectile tends to the shortest way that was seen
 * (Kostrikov et al., 2022, take a high one for the best return that was seen). States of different
 * episodes say little: nobody went from one to the other. Most are farther apart than the horizon,
 * some are near by chance. They are bounds from below: too near costs something, too far nothing.
 * A cap at the horizon would be wrong, since it teaches that all that is far is equally far, and a
 * search needs to know which of two far states is nearer (Wang et al., 2023, push such pairs apart
 * without any bound; here the frame's offsets carry on what was learned within the horizon). A
 * bound weighs as little as a number that is too low does, so that where the two disagree the
 * numbers of those who went there win.
 *
 * Each free body's own frame, with waves of where the others are and shall be, goes through a
 * perceptron to one number. Every centre sees everything, so each estimates the whole; the answer
 * is their mean. Nothing keeps it above 0 or makes it 0 at the goal: what counts is the order. */
#include "worldmodel/model_internal.h"

static const double tau = 0.1; /* of the expectile: how near the shortest */

static orr_status make_frame(orr_model *model, orr_error *err) {
  orr_goal_scales scales = {.state_std = model->transform.state_std,
                            .action_mean = model->transform.action_mean,
                            .action_std = model->transform.action_std};
  return orr_goal_frame_create(&model->observation, &model->action, 1, &scales,
                               &model->net.goal.layout, &model->frame, err);
}

static void declare(orr_model *model) {
  orr_mlp_declare(&model->params, "distance.mlp", orr_sight_columns(model),
                  (size_t)model->def.hidden, (size_t)model->def.layers, 1, ORR_INIT_ZERO,
                  &model->net.goal.mlp);
  model->latent = 0;
}

/* [R, 1], in horizons. */
static orr_var distance(const orr_model *model, orr_tape *tape, orr_var row) {
  const orr_goal_net *net = &model->net.goal;
  size_t rows = orr_tape_rows(tape, row), centres = orr_frame_centres(model->frame);
  size_t first = orr_goal_first_action(&net->layout);
  orr_var nothing = orr_tape_slice(tape, row, first, model->action.count); /* no action is seen */
  orr_var features = orr_tape_frame_features(tape, model->frame, row, nothing);
  orr_var sight = orr_sight_waves(model, tape, features, -1);
  orr_var each = orr_mlp_apply(&net->mlp, tape, sight, model->def.dropout);
  if (centres == 1) return each;
  orr_var side = orr_tape_reshape(tape, each, rows, centres);
  orr_var sum = orr_tape_slice(tape, side, 0, 1);
  for (size_t c = 1; c < centres; c++) {
    sum = orr_tape_add(tape, sum, orr_tape_slice(tape, side, c, 1));
  }
  return orr_tape_scale(tape, sum, 1.0 / (double)centres);
}

static orr_var reach(const orr_model *model, orr_tape *tape, orr_var row) {
  return orr_tape_scale(tape, distance(model, tape, row), (double)model->def.horizon);
}

static void loss(const orr_model *model, orr_tape *tape, orr_loss_tape *out) {
  static const double none[2];
  const double factor[2] = {1.0 / (double)model->def.horizon, 1.0};
  orr_var target = orr_tape_affine(tape, out->actions[0], none, factor);
  orr_var predicted = distance(model, tape, out->states[0]);
  out->terms[0] = orr_tape_expectile(tape, predicted, target, tau);
  out->names[0] = "distance";
  out->term_count = 1;
  out->loss = orr_tape_total(tape, out->terms, (double[]){1.0}, 1);
}

const orr_family_table orr_family_reach_table = {.name = "reach",
                                                 .frame = make_frame,
                                                 .declare = declare,
                                                 .reach = reach,
                                                 .loss = loss,
                                                 .step_prefix = {"distance."}};
