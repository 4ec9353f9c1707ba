/* Families `inverse` and `cloning`: goal-conditioned inverse dynamics (GCSL, Ghosh et al., 2021;
 * GC-IDM beside LeWM) and goal-conditioned behaviour cloning with hindsight goals (Ding et al.,
 * 2019). Both learn, from a pair of states of one episode and the blocks between them, the block
 * of actions that was taken first. They differ in what they learn from: `inverse` from every
 * episode, `cloning` from demonstrations alone.
 *
 * The network takes features of each free body's own frame through a perceptron whose last layer
 * starts at zero; a bias-free linear path stands beside it, because an actuated body obeys a linear
 * law. The loss is smooth-L1 on actions in units of half their
 * deviation: which way round an obstacle was taken, or what noise was added, makes the actions
 * spread, and the mean that a square asks for lies between the ways; the median lies on one. */
#include "worldmodel/model_internal.h"

static const double unit = 0.5; /* deviations that count as an error of 1 */

static orr_status make_frame(orr_model *model, orr_error *err) {
  orr_goal_scales scales = {.state_std = model->transform.state_std,
                            .action_mean = model->transform.action_mean,
                            .action_std = model->transform.action_std,
                            .ahead = (double)model->def.horizon};
  return orr_goal_frame_create(&model->observation, &model->action, (size_t)model->def.block,
                               &scales, &model->net.goal.layout, &model->frame, err);
}

static void declare(orr_model *model) {
  orr_goal_net *net = &model->net.goal;
  size_t features = orr_frame_features(model->frame), motions = orr_frame_motions(model->frame);
  orr_mlp_declare(&model->params, "policy.mlp", features, (size_t)model->def.hidden,
                  (size_t)model->def.layers, motions, ORR_INIT_ZERO, &net->mlp);
  net->linear = orr_params_add(&model->params, "policy.linear.weight", motions, features,
                               ORR_INIT_ZERO, true);
  model->latent = 0;
}

static orr_var act(const orr_model *model, orr_tape *tape, orr_var row) {
  const orr_goal_net *net = &model->net.goal;
  orr_var nothing = orr_tape_slice(tape, row, 0, model->action.count); /* no action is seen */
  orr_var features = orr_tape_frame_features(tape, model->frame, row, nothing);
  orr_var deep = orr_mlp_apply(&net->mlp, tape, features, model->def.dropout);
  orr_var skip = orr_tape_linear(tape, features, net->linear, -1, ORR_ACT_NONE);
  orr_var moved = orr_tape_frame_advance(tape, model->frame, row, orr_tape_add(tape, deep, skip));
  return orr_tape_slice(tape, moved, orr_goal_first_action(&net->layout), model->action_length);
}

static void loss(const orr_model *model, orr_tape *tape, orr_loss_tape *out) {
  double weight[ORR_MAX_ACTION];
  for (size_t i = 0; i < model->action_length; i++) {
    weight[i] = 1.0 / (unit * model->transform.action_std[i % model->action.count]);
  }
  orr_var action = act(model, tape, out->states[0]);
  out->terms[0] = orr_tape_smooth_l1(tape, action, out->actions[0], weight, NULL);
  out->names[0] = "action";
  out->term_count = 1;
  out->loss = orr_tape_total(tape, out->terms, (double[]){1.0}, 1);
}

const orr_family_table orr_family_inverse_table = {.name = "inverse",
                                                   .frame = make_frame,
                                                   .declare = declare,
                                                   .act = act,
                                                   .loss = loss,
                                                   .step_prefix = {"policy."}};
const orr_family_table orr_family_cloning_table = {.name = "cloning",
                                                   .frame = make_frame,
                                                   .declare = declare,
                                                   .act = act,
                                                   .loss = loss,
                                                   .policies = 1u << ORR_POLICY_EXPERT,
                                                   .step_prefix = {"policy."}};
