/* Family `state`: the latent is the observation itself, in its own units.
 *
 * What is linear is fitted once (worldmodel/law.h). Features of each free body's own frame
 * (worldmodel/frame.h), and waves of the offsets at which bodies touch, go through a perceptron
 * that predicts what the law leaves over; its last layer starts at zero. One pass advances `stride`
 * control steps: the finer, the simpler is what it has to know of a contact. The loss unrolls
 * `horizon` blocks and penalises scaled errors with smooth-L1: errors of a pushed body have heavy
 * tails (contact made or missed), and a square would let those few windows rule. */
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

/* Columns of the network's input beside the features: the waves of every offset. */
static size_t wave_columns(const orr_model *model) {
  size_t columns = 0, octaves = (size_t)model->def.octaves;
  for (size_t i = 0; octaves > 0 && i < orr_frame_offsets(model->frame); i++) {
    orr_frame_offset offset = orr_frame_offset_at(model->frame, i);
    columns += 2 * 2 * octaves * (offset.motion == SIZE_MAX ? 1 : 2);
  }
  return columns;
}

static void declare(orr_model *model) {
  size_t first, linear = orr_frame_linear(model->frame, &first);
  size_t motions = orr_frame_motions(model->frame);
  size_t in = orr_frame_features(model->frame) + wave_columns(model);
  orr_mlp_declare(&model->params, "dynamics.mlp", in, (size_t)model->def.hidden,
                  (size_t)model->def.layers, motions, ORR_INIT_ZERO, &model->net.state.mlp);
  if (linear > 0) {
    model->law = orr_params_add(&model->params, "dynamics.law.weight", motions, linear,
                                ORR_INIT_ZERO, false);
    model->params.items[model->law].frozen = true;
  }
  model->latent = model->observation.count;
}

/* The features, and where contact is decided in fine detail: where the other bodies are, and where
 * the law says that they will be after this pass, as waves. */
static orr_var describe(const orr_model *model, orr_tape *tape, orr_var features, orr_var law) {
  size_t octaves = (size_t)model->def.octaves, count = orr_frame_offsets(model->frame), n = 1;
  orr_var parts[3 + 2 * ORR_MAX_BODIES] = {features};
  for (size_t i = 0; octaves > 0 && i < count; i++) {
    orr_frame_offset o = orr_frame_offset_at(model->frame, i);
    orr_var here = orr_tape_scale(tape, orr_tape_slice(tape, features, o.feature, 2), o.reach);
    parts[n++] = orr_tape_waves(tape, here, octaves);
    if (o.motion == SIZE_MAX) continue;
    orr_var moved = orr_tape_slice(tape, law, o.motion, 2);
    orr_var there = orr_tape_add(tape, here, orr_tape_scale(tape, moved, o.unit * o.reach));
    parts[n++] = orr_tape_waves(tape, there, octaves);
  }
  return n == 1 ? features : orr_tape_concat(tape, parts, n);
}

static orr_var step(const orr_model *model, orr_tape *tape, orr_var state, orr_var action) {
  orr_var features = orr_tape_frame_features(tape, model->frame, state, action), law = -1;
  if (model->law >= 0) {
    size_t first, count = orr_frame_linear(model->frame, &first);
    orr_var columns = orr_tape_slice(tape, features, first, count);
    law = orr_tape_linear(tape, columns, model->law, -1, ORR_ACT_NONE);
  }
  orr_var sight = describe(model, tape, features, law);
  orr_var motion = orr_mlp_apply(&model->net.state.mlp, tape, sight, model->def.dropout);
  if (law >= 0) motion = orr_tape_add(tape, motion, law);
  return orr_tape_frame_advance(tape, model->frame, state, motion);
}

static void loss(const orr_model *model, orr_tape *tape, orr_loss_tape *out) {
  size_t count = model->observation.count, passes = out->passes;
  double weight[ORR_MAX_FIELDS], shares[ORR_MAX_PASSES];
  bool is_angle[ORR_MAX_FIELDS];
  for (size_t i = 0; i < count; i++) {
    weight[i] = 1.0 / error_scale(model, i);
    is_angle[i] = model->observation.fields[i].quantity == ORR_QUANTITY_ANGLE;
  }
  orr_var state = out->states[0], terms[ORR_MAX_PASSES];
  for (size_t p = 0; p < passes; p++) {
    state = step(model, tape, state, out->actions[p]);
    terms[p] = orr_tape_smooth_l1(tape, state, out->states[p + 1], weight, is_angle);
    shares[p] = 1.0 / (double)passes;
  }
  out->loss = orr_tape_total(tape, terms, shares, passes);
  out->names[0] = "first_block";
  out->terms[0] = terms[model->passes - 1];
  out->names[1] = "last_block";
  out->terms[1] = terms[passes - 1];
  out->term_count = 2;
}

const orr_family_table orr_family_state_table = {
    .name = "state", .declare = declare, .step = step, .loss = loss, .step_prefix = {"dynamics."}};
