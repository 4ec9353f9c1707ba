/* Family `jepa`: a latent that is learned by predicting itself (LeCun, 2022).
 *
 *   encoder            z = MLP(x) + W x            x: the transformed observation
 *   action encoder     e = [a, SiLU(W a + b)]      a: the block's actions, z-scored
 *   predictor          z' = z + MLP([z, e]) + W [z, e]
 *   inverse head       [a, dx] ~ MLP(z_{t+1} - z_t)
 *   read-out head      x ~ MLP(z), without gradient into z
 *
 *   loss = mean over blocks of
 *          |z'_t - z_t|^2 + inverse |[a, dx] - MLP(dz)|^2 + readout |x - MLP(z)|^2
 *
 * No target network, no stopped gradient on the targets: a constant latent would make the first
 * term zero, but from a displacement that is zero no action can be read. That the head sees the
 * displacement alone matters: fed with both latents it lets them drift together (Delta-JEPA).
 *
 * A departure: the head also reads dx, how the transformed fields changed, scaled by how much they
 * usually change in a block. Actions alone ask for nothing but the motion of what is actuated, and
 * the prediction loss then shrinks every direction of the latent in which the others move: a pushed
 * block was predicted with 28 px of error after three blocks instead of 12 (of 60 when nothing is
 * predicted; tests/worldmodel/synthetic.c).
 *
 * The prediction is unrolled over `horizon` blocks from the first observation: its own errors
 * count.
 *
 * x holds the z-scored fields, sine and cosine of every angle and (our departure, which pays on
 * contact tasks) what each free body sees of the others in its own frame (frame.h; the
 * action's columns are fed with zeros). The linear skips exist because much of motion is linear. */
#include "worldmodel/model_internal.h"

/* A field that hardly ever changes is not blown up any further. */
static const double most_magnified = 20;

/* Columns of the transformed fields: an angle takes two. */
static size_t field_columns(const orr_model *model) {
  size_t columns = 0;
  for (size_t i = 0; i < model->observation.count; i++) {
    columns += model->observation.fields[i].quantity == ORR_QUANTITY_ANGLE ? 2 : 1;
  }
  return columns;
}

/* What the free bodies see. */
static size_t frame_columns(const orr_model *model) {
  return orr_frame_centres(model->frame) * orr_frame_features(model->frame);
}

static size_t embedding(const orr_model *model) {
  size_t width = (size_t)model->def.hidden / 4;
  return width > 0 ? width : 1;
}

static void declare(orr_model *model) {
  const orr_model_def *def = &model->def;
  orr_params *params = &model->params;
  orr_jepa_net *net = &model->net.jepa;
  size_t z = (size_t)def->latent, a = model->pass_length, e = a + embedding(model);
  size_t hidden = (size_t)def->hidden, layers = (size_t)def->layers;
  size_t fields = field_columns(model), x = fields + frame_columns(model);
  size_t shallow = layers > 1 ? layers - 1 : 1;
  orr_mlp_declare(params, "encoder.mlp", x, hidden, shallow, z, ORR_INIT_UNIFORM, &net->encoder);
  net->encoder_skip = orr_params_add(params, "encoder.skip.weight", z, x, ORR_INIT_UNIFORM, true);
  net->action_weight =
      orr_params_add(params, "action_encoder.weight", embedding(model), a, ORR_INIT_UNIFORM, true);
  net->action_bias =
      orr_params_add(params, "action_encoder.bias", 1, embedding(model), ORR_INIT_ZERO, false);
  orr_mlp_declare(params, "predictor.mlp", z + e, hidden, layers, z, ORR_INIT_ZERO,
                  &net->predictor);
  net->predictor_skip =
      orr_params_add(params, "predictor.skip.weight", z, z + e, ORR_INIT_ZERO, true);
  orr_mlp_declare(params, "inverse.mlp", z, hidden, 1, model->action_length + fields,
                  ORR_INIT_UNIFORM, &net->inverse);
  orr_mlp_declare(params, "readout.mlp", z, hidden, 1, fields, ORR_INIT_UNIFORM, &net->readout);
  model->latent = z;
}

/* The observation's fields: z-scored, angles as sine and cosine. */
static orr_var fields_of(const orr_model *model, orr_tape *tape, orr_var state) {
  double shift[ORR_MAX_FIELDS], factor[ORR_MAX_FIELDS];
  bool is_angle[ORR_MAX_FIELDS];
  for (size_t i = 0; i < model->observation.count; i++) {
    is_angle[i] = model->observation.fields[i].quantity == ORR_QUANTITY_ANGLE;
    shift[i] = is_angle[i] ? 0.0 : model->transform.state_mean[i];
    factor[i] = is_angle[i] ? 1.0 : 1.0 / model->transform.state_std[i];
  }
  orr_var scored = orr_tape_affine(tape, state, shift, factor);
  return orr_tape_unangle(tape, scored, is_angle);
}

static orr_var action_of(const orr_model *model, orr_tape *tape, orr_var action) {
  double shift[ORR_MAX_ACTION], factor[ORR_MAX_ACTION];
  size_t fields = model->action.count;
  for (size_t i = 0; i < model->pass_length; i++) {
    shift[i] = model->transform.action_mean[i % fields];
    factor[i] = 1.0 / model->transform.action_std[i % fields];
  }
  return orr_tape_affine(tape, action, shift, factor);
}

/* How the transformed fields change, in units of their usual change. */
static orr_var change_of(const orr_model *model, orr_tape *tape, orr_var before, orr_var after) {
  const orr_transform *t = &model->transform;
  double shift[2 * ORR_MAX_FIELDS] = {0}, factor[2 * ORR_MAX_FIELDS];
  size_t columns = 0;
  for (size_t i = 0; i < model->observation.count; i++) {
    bool is_angle = model->observation.fields[i].quantity == ORR_QUANTITY_ANGLE;
    double usual = (double)model->passes * t->change_std[i]; /* over a block */
    double scale = (is_angle ? 1.0 : t->state_std[i]) / usual;
    if (scale > most_magnified) scale = most_magnified;
    factor[columns++] = scale;
    if (is_angle) factor[columns++] = scale;
  }
  return orr_tape_affine(tape, orr_tape_sub(tape, after, before), shift, factor);
}

static orr_var encode_fields(const orr_model *model, orr_tape *tape, orr_var state, orr_var fields,
                             orr_var no_action) {
  const orr_jepa_net *net = &model->net.jepa;
  orr_var x = fields;
  if (frame_columns(model) > 0) { /* a row for each free body: side by side */
    orr_var frame = orr_tape_frame_features(tape, model->frame, state, no_action);
    frame = orr_tape_reshape(tape, frame, orr_tape_rows(tape, state), frame_columns(model));
    x = orr_tape_concat(tape, (orr_var[]){fields, frame}, 2);
  }
  orr_var deep = orr_mlp_apply(&net->encoder, tape, x, 0.0);
  orr_var skip = orr_tape_linear(tape, x, net->encoder_skip, -1, ORR_ACT_NONE);
  return orr_tape_add(tape, deep, skip);
}

static orr_var encode(const orr_model *model, orr_tape *tape, orr_var state, orr_var no_action) {
  return encode_fields(model, tape, state, fields_of(model, tape, state), no_action);
}

static orr_var predict(const orr_model *model, orr_tape *tape, orr_var z, orr_var scored) {
  const orr_jepa_net *net = &model->net.jepa;
  orr_var bent = orr_tape_linear(tape, scored, net->action_weight, net->action_bias, ORR_ACT_SILU);
  orr_var in = orr_tape_concat(tape, (orr_var[]){z, scored, bent}, 3);
  orr_var deep = orr_mlp_apply(&net->predictor, tape, in, model->def.dropout);
  orr_var skip = orr_tape_linear(tape, in, net->predictor_skip, -1, ORR_ACT_NONE);
  return orr_tape_add(tape, z, orr_tape_add(tape, deep, skip));
}

static orr_var step(const orr_model *model, orr_tape *tape, orr_var z, orr_var action) {
  return predict(model, tape, z, action_of(model, tape, action));
}

/* Transformed fields; worldmodel/model.c turns them back into quantities. */
static orr_var decode(const orr_model *model, orr_tape *tape, orr_var z) {
  return orr_mlp_apply(&model->net.jepa.readout, tape, z, 0.0);
}

static orr_var mean_of(orr_tape *tape, const orr_var *terms, size_t count) {
  double shares[ORR_MAX_HORIZON + 1];
  for (size_t i = 0; i < count; i++) shares[i] = 1.0 / (double)count;
  return orr_tape_total(tape, terms, shares, count);
}

/* The block's actions, z-scored, side by side. */
static orr_var block_actions(const orr_model *model, orr_tape *tape, const orr_var *passes) {
  orr_var scored[ORR_MAX_PASSES];
  for (size_t p = 0; p < model->passes; p++) scored[p] = action_of(model, tape, passes[p]);
  return model->passes == 1 ? scored[0] : orr_tape_concat(tape, scored, model->passes);
}

static void loss(const orr_model *model, orr_tape *tape, orr_loss_tape *out) {
  const orr_jepa_net *net = &model->net.jepa;
  size_t horizon = (size_t)model->def.horizon, k = model->passes;
  orr_var z[ORR_MAX_HORIZON + 1], read[ORR_MAX_HORIZON + 1];
  orr_var predicted[ORR_MAX_HORIZON], inverse[ORR_MAX_HORIZON], fields[ORR_MAX_HORIZON + 1];
  orr_var no_action = orr_tape_input(tape, ORR_TILE, model->pass_length); /* stays zero */
  for (size_t h = 0; h <= horizon; h++) {
    orr_var state = out->states[h * k];
    fields[h] = fields_of(model, tape, state);
    z[h] = encode_fields(model, tape, state, fields[h], no_action);
    orr_var guess = decode(model, tape, orr_tape_stop(tape, z[h]));
    read[h] = orr_tape_mse(tape, guess, fields[h]);
  }
  orr_var rolled = z[0];
  for (size_t h = 0; h < horizon; h++) {
    orr_var delta = orr_tape_sub(tape, z[h + 1], z[h]);
    orr_var change = change_of(model, tape, fields[h], fields[h + 1]);
    orr_var scored = block_actions(model, tape, &out->actions[h * k]);
    orr_var happened = orr_tape_concat(tape, (orr_var[]){scored, change}, 2);
    inverse[h] = orr_tape_mse(tape, orr_mlp_apply(&net->inverse, tape, delta, 0.0), happened);
    for (size_t p = 0; p < k; p++) rolled = step(model, tape, rolled, out->actions[h * k + p]);
    predicted[h] = orr_tape_mse(tape, rolled, z[h + 1]);
  }
  out->names[0] = "prediction";
  out->terms[0] = mean_of(tape, predicted, horizon);
  out->names[1] = "inverse";
  out->terms[1] = mean_of(tape, inverse, horizon);
  out->names[2] = "readout";
  out->terms[2] = mean_of(tape, read, horizon + 1);
  out->term_count = 3;
  out->loss =
      orr_tape_total(tape, out->terms, (double[]){1.0, model->def.inverse, model->def.readout}, 3);
}

const orr_family_table orr_family_jepa_table = {.name = "jepa",
                                                .declare = declare,
                                                .encode = encode,
                                                .step = step,
                                                .decode = decode,
                                                .loss = loss,
                                                .step_prefix = {"predictor.", "action_encoder."}};
