/* Family `state`: the latent is the observation itself, in its own units.
 *
 * Features of each free body's own frame (worldmodel/frame.h) go through a perceptron whose last
 * layer starts at zero; a bias-free linear path, also zero at first, takes velocity and actions
 * straight to the motions, because an actuated body obeys a linear law. The loss unrolls `horizon`
 * blocks and penalises scaled errors with smooth-L1: errors of a pushed body have heavy tails
 * (contact made or missed), and a square would let those few windows rule. */
#include "worldmodel/model_internal.h"

/* One error counts as 1. Positions: two thirds of the radius of an actuated body, a fifteenth of a
 * free one's: what is pushed has to be known better than what pushes (Push-T: 10 px and 5 px).
 * Angles: 5 degrees. Velocities and all else: their std in the training data. */
static const double actuated_share = 2.0 / 3.0, free_share = 1.0 / 15.0;
static const double angle_scale = 5.0 * 3.14159265358979323846 / 180.0;
static const double pointlike_share = 0.1; /* of the std, for a body without a radius */

static double error_scale(const orr_model *model, size_t i) {
  const orr_space_field *field = &model->observation.fields[i];
  const orr_space_body *body = field->body >= 0 ? &model->observation.bodies[field->body] : NULL;
  double std = model->transform.state_std[i];
  if (field->quantity == ORR_QUANTITY_ANGLE) return angle_scale;
  if (!body || (field->quantity != ORR_QUANTITY_X && field->quantity != ORR_QUANTITY_Y)) return std;
  if (!(body->radius > 0)) return pointlike_share * std;
  return body->radius * (body->role == ORR_ROLE_ACTUATED ? actuated_share : free_share);
}

static void declare(orr_model *model) {
  size_t first, linear = orr_frame_linear(model->frame, &first);
  size_t motions = orr_frame_motions(model->frame);
  orr_state_net *net = &model->net.state;
  orr_mlp_declare(&model->params, "dynamics.mlp", orr_frame_features(model->frame),
                  (size_t)model->def.hidden, (size_t)model->def.layers, motions, ORR_INIT_ZERO,
                  &net->mlp);
  net->linear = linear == 0 ? -1
                            : orr_params_add(&model->params, "dynamics.linear.weight", motions,
                                             linear, ORR_INIT_ZERO, true);
  model->latent = model->observation.count;
}

static orr_var step(const orr_model *model, orr_tape *tape, orr_var state, orr_var action) {
  const orr_state_net *net = &model->net.state;
  orr_var features = orr_tape_frame_features(tape, model->frame, state, action);
  orr_var motion = orr_mlp_apply(&net->mlp, tape, features, model->def.dropout);
  if (net->linear >= 0) {
    size_t first, count = orr_frame_linear(model->frame, &first);
    orr_var columns = orr_tape_slice(tape, features, first, count);
    orr_var linear = orr_tape_linear(tape, columns, net->linear, -1, ORR_ACT_NONE);
    motion = orr_tape_add(tape, motion, linear);
  }
  return orr_tape_frame_advance(tape, model->frame, state, motion);
}

static void loss(const orr_model *model, orr_tape *tape, orr_loss_tape *out) {
  size_t count = model->observation.count, horizon = (size_t)model->def.horizon;
  double weight[ORR_MAX_FIELDS], shares[ORR_MAX_HORIZON];
  bool is_angle[ORR_MAX_FIELDS];
  for (size_t i = 0; i < count; i++) {
    weight[i] = 1.0 / error_scale(model, i);
    is_angle[i] = model->observation.fields[i].quantity == ORR_QUANTITY_ANGLE;
  }
  orr_var state = out->states[0], terms[ORR_MAX_HORIZON];
  for (size_t h = 0; h < horizon; h++) {
    state = step(model, tape, state, out->actions[h]);
    terms[h] = orr_tape_smooth_l1(tape, state, out->states[h + 1], weight, is_angle);
    shares[h] = 1.0 / (double)horizon;
  }
  out->loss = orr_tape_total(tape, terms, shares, horizon);
  out->names[0] = "first_block";
  out->terms[0] = terms[0];
  out->names[1] = "last_block";
  out->terms[1] = terms[horizon - 1];
  out->term_count = 2;
}

const orr_family_table orr_family_state_table = {
    .name = "state", .declare = declare, .step = step, .loss = loss, .step_prefix = {"dynamics."}};
