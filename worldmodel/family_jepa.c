/* Family `jepa`: a latent that is learned by predicting itself (LeCun, 2022).
 *
 *   encoder        z = L(x) + MLP(x), L(x) = [f, W x]     f: the transformed fields, part of x
 *   pose           p = the first numbers of z, asked to stay the transformed fields
 *   predictor      [m, d] = MLP([z, sight(p, a)])
 *                  z' = z + L(x(p')) - L(x(p)) + d        p' = p moved by the law and m
 *   inverse head   [a, dx] ~ MLP(z_{t+1} - z_t)
 *
 *   loss = mean over passes of |z'_t - z_t|  +  readout |p - x|^2  +  inverse |[a, dx] - MLP(dz)|^2
 *          +  sigreg SIGReg(z beyond p)
 *
 * x holds the z-scored fields, sine and cosine of every angle and what each free body sees of the
 * others in its own frame (frame.h; the action's columns are fed with zeros).
 *
 * The predictor decodes the pose from its own latent, looks at the action from there (what it is
 * given is what family `state` is given, worldmodel/sight.c) and turns what it predicts in the
 * body's frame back into the latent by the encoder's linear part: a rotation is a product of what
 * the latent knows and what the action is, and a perceptron over both learns products badly.
 *
 * No target network, no stopped gradient on the targets. The latent cannot shrink, since a part of
 * it is read without any scale in between; the rest is kept alive by the inverse head, which reads
 * the block's actions and how the fields changed from the displacement alone (after Delta-JEPA; fed
 * with both latents it lets them drift together), by SIGReg (after LeJEPA and LeWM), or both.
 *
 * SIGReg asks what the read-out leaves alone, the latent beyond the pose, to be standard normal;
 * the pose is z-scored fields, sines and cosines, which are not normal and are kept alive anyway.
 * It sees the ends of blocks, all of a window's together: passes next to each other look alike.
 *
 * Distances are measured in units of how much a latent usually changes in a block (metric.c): an
 * actor that can be anywhere in a second is cheap, a block that has to be pushed is dear. */
#include "worldmodel/model_internal.h"

/* A field that hardly ever changes is not blown up any further. */
static const double most_magnified = 20;
/* A prediction error of one number of the latent that counts as 1 in smooth-L1: errors of a pushed
 * body have heavy tails. */
static const double error_unit = 0.05;

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

static void declare(orr_model *model) {
  const orr_model_def *def = &model->def;
  orr_params *params = &model->params;
  orr_jepa_net *net = &model->net.jepa;
  size_t fields = field_columns(model), x = fields + frame_columns(model);
  size_t hidden = (size_t)def->hidden, layers = (size_t)def->layers, z = (size_t)def->latent;
  size_t shallow = layers > 1 ? layers - 1 : 1, centres = orr_frame_centres(model->frame);
  size_t sight = centres * orr_sight_columns(model);
  size_t motions = centres * orr_frame_motions(model->frame);
  if (z <= fields) z = fields + 1; /* room for the pose and something to learn */
  orr_mlp_declare(params, "encoder.mlp", x, hidden, shallow, z, ORR_INIT_ZERO, &net->encoder);
  net->encoder_skip =
      orr_params_add(params, "encoder.skip.weight", z - fields, x, ORR_INIT_UNIFORM, true);
  orr_mlp_declare(params, "predictor.mlp", z + sight, hidden, layers, motions + z, ORR_INIT_ZERO,
                  &net->predictor);
  orr_mlp_declare(params, "inverse.mlp", z, hidden, 1, model->action_length + fields,
                  ORR_INIT_UNIFORM, &net->inverse);
  orr_sight_declare(model, "predictor.law.weight");
  model->metric = orr_params_add(params, "metric.weight", z, z, ORR_INIT_ZERO, false);
  params->items[model->metric].frozen = true;
  model->latent = z;
}

/* Into and out of the observation --------------------------------------------------------- */

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

/* The way back, from a latent. */
static orr_var pose_of(const orr_model *model, orr_tape *tape, orr_var z) {
  double shift[ORR_MAX_FIELDS], factor[ORR_MAX_FIELDS];
  bool is_angle[ORR_MAX_FIELDS];
  size_t count = model->observation.count;
  for (size_t i = 0; i < count; i++) {
    is_angle[i] = model->observation.fields[i].quantity == ORR_QUANTITY_ANGLE;
    factor[i] = is_angle[i] ? 1.0 : model->transform.state_std[i];
    shift[i] = is_angle[i] ? 0.0 : -model->transform.state_mean[i] / factor[i];
  }
  orr_var fields = orr_tape_slice(tape, z, 0, field_columns(model));
  return orr_tape_affine(tape, orr_tape_angle(tape, fields, is_angle, count), shift, factor);
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

/* How the transformed fields change over a block, in units of their usual change. */
static orr_var change_of(const orr_model *model, orr_tape *tape, orr_var before, orr_var after) {
  const orr_transform *t = &model->transform;
  double shift[2 * ORR_MAX_FIELDS] = {0}, factor[2 * ORR_MAX_FIELDS];
  size_t columns = 0;
  for (size_t i = 0; i < model->observation.count; i++) {
    bool is_angle = model->observation.fields[i].quantity == ORR_QUANTITY_ANGLE;
    double usual = (double)model->passes * t->change_std[i];
    double scale = (is_angle ? 1.0 : t->state_std[i]) / usual;
    if (scale > most_magnified) scale = most_magnified;
    factor[columns++] = scale;
    if (is_angle) factor[columns++] = scale;
  }
  return orr_tape_affine(tape, orr_tape_sub(tape, after, before), shift, factor);
}

/* x: fields beside what the free bodies see, a row for each: side by side. */
static orr_var input_of(const orr_model *model, orr_tape *tape, orr_var state, orr_var no_action) {
  orr_var fields = fields_of(model, tape, state);
  if (frame_columns(model) == 0) return fields;
  orr_var frame = orr_tape_frame_features(tape, model->frame, state, no_action);
  frame = orr_tape_reshape(tape, frame, orr_tape_rows(tape, state), frame_columns(model));
  return orr_tape_concat(tape, (orr_var[]){fields, frame}, 2);
}

/* L(x); of differences of x just as well. */
static orr_var straight(const orr_model *model, orr_tape *tape, orr_var x) {
  orr_var fields = orr_tape_slice(tape, x, 0, field_columns(model));
  orr_var mixed = orr_tape_linear(tape, x, model->net.jepa.encoder_skip, -1, ORR_ACT_NONE);
  return orr_tape_concat(tape, (orr_var[]){fields, mixed}, 2);
}

/* The five questions ----------------------------------------------------------------------- */

static orr_var encode_input(const orr_model *model, orr_tape *tape, orr_var x) {
  const orr_jepa_net *net = &model->net.jepa;
  orr_var deep = orr_mlp_apply(&net->encoder, tape, x, 0.0);
  return orr_tape_add(tape, straight(model, tape, x), deep);
}

static orr_var encode(const orr_model *model, orr_tape *tape, orr_var state, orr_var no_action) {
  return encode_input(model, tape, input_of(model, tape, state, no_action));
}

static orr_var step(const orr_model *model, orr_tape *tape, orr_var z, orr_var action) {
  const orr_jepa_net *net = &model->net.jepa;
  size_t rows = orr_tape_rows(tape, z), centres = orr_frame_centres(model->frame);
  size_t motions = orr_frame_motions(model->frame);
  orr_var pose = pose_of(model, tape, z), law;
  orr_var sight = orr_sight(model, tape, pose, action, &law);
  sight = orr_tape_reshape(tape, sight, rows, centres * orr_sight_columns(model));
  orr_var in = orr_tape_concat(tape, (orr_var[]){z, sight}, 2);
  orr_var out = orr_mlp_apply(&net->predictor, tape, in, model->def.dropout);
  orr_var motion = orr_tape_slice(tape, out, 0, centres * motions);
  motion = orr_tape_reshape(tape, motion, rows * centres, motions);
  if (law >= 0) motion = orr_tape_add(tape, motion, law);
  orr_var moved = orr_tape_frame_advance(tape, model->frame, pose, motion);
  orr_var nothing = orr_tape_scale(tape, action, 0.0);
  orr_var before = input_of(model, tape, pose, nothing);
  orr_var after = input_of(model, tape, moved, nothing);
  orr_var carried = straight(model, tape, orr_tape_sub(tape, after, before));
  orr_var rest = orr_tape_slice(tape, out, centres * motions, model->latent);
  return orr_tape_add(tape, z, orr_tape_add(tape, carried, rest));
}

/* Transformed fields; worldmodel/model.c turns them back into quantities. */
static orr_var decode(const orr_model *model, orr_tape *tape, orr_var z) {
  return orr_tape_slice(tape, z, 0, field_columns(model));
}

static orr_var mean_of(orr_tape *tape, const orr_var *terms, size_t count) {
  double shares[ORR_MAX_PASSES + 1];
  for (size_t i = 0; i < count; i++) shares[i] = 1.0 / (double)count;
  return orr_tape_total(tape, terms, shares, count);
}

/* The block's actions, z-scored, side by side. */
static orr_var block_actions(const orr_model *model, orr_tape *tape, const orr_var *passes) {
  orr_var scored[ORR_MAX_PASSES];
  for (size_t p = 0; p < model->passes; p++) scored[p] = action_of(model, tape, passes[p]);
  return model->passes == 1 ? scored[0] : orr_tape_concat(tape, scored, model->passes);
}

static orr_var inverse_loss(const orr_model *model, orr_tape *tape, const orr_loss_tape *out,
                            const orr_var *z, const orr_var *fields) {
  size_t horizon = (size_t)model->def.horizon, k = model->passes;
  orr_var terms[ORR_MAX_HORIZON];
  for (size_t h = 0; h < horizon; h++) {
    size_t from = h * k, to = from + k;
    orr_var delta = orr_tape_sub(tape, z[to], z[from]);
    orr_var change = change_of(model, tape, fields[from], fields[to]);
    orr_var scored = block_actions(model, tape, &out->actions[from]);
    orr_var happened = orr_tape_concat(tape, (orr_var[]){scored, change}, 2);
    orr_var guess = orr_mlp_apply(&model->net.jepa.inverse, tape, delta, 0.0);
    terms[h] = orr_tape_mse(tape, guess, happened);
  }
  return mean_of(tape, terms, horizon);
}

/* Of the numbers beyond the pose, at the ends of blocks. */
static orr_var sigreg_loss(const orr_model *model, orr_tape *tape, const orr_var *z) {
  size_t ends = (size_t)model->def.horizon + 1, fields = field_columns(model);
  orr_var parts[ORR_MAX_HORIZON + 1];
  for (size_t h = 0; h < ends; h++) {
    parts[h] = orr_tape_slice(tape, z[h * model->passes], fields, model->latent - fields);
  }
  return orr_tape_sigreg(tape, parts, ends, (size_t)model->def.projections);
}

static void loss(const orr_model *model, orr_tape *tape, orr_loss_tape *out) {
  size_t passes = out->passes;
  orr_var z[ORR_MAX_PASSES + 1], read[ORR_MAX_PASSES + 1];
  orr_var predicted[ORR_MAX_PASSES], fields[ORR_MAX_PASSES + 1];
  double weight[ORR_MAX_LATENT];
  for (size_t i = 0; i < model->latent; i++) weight[i] = 1.0 / error_unit;
  orr_var no_action = orr_tape_input(tape, ORR_TILE, model->pass_length); /* stays zero */
  for (size_t p = 0; p <= passes; p++) {
    z[p] = encode(model, tape, out->states[p], no_action);
    fields[p] = fields_of(model, tape, out->states[p]);
    read[p] = orr_tape_mse(tape, decode(model, tape, z[p]), fields[p]);
  }
  orr_var rolled = z[0];
  for (size_t p = 0; p < passes; p++) {
    rolled = step(model, tape, rolled, out->actions[p]);
    predicted[p] = orr_tape_smooth_l1(tape, rolled, z[p + 1], weight, NULL);
  }
  out->names[0] = "prediction";
  out->terms[0] = mean_of(tape, predicted, passes);
  out->names[1] = "inverse";
  out->terms[1] = inverse_loss(model, tape, out, z, fields);
  out->names[2] = "readout";
  out->terms[2] = mean_of(tape, read, passes + 1);
  out->term_count = 3;
  if (model->def.sigreg > 0) {
    out->names[3] = "sigreg";
    out->terms[3] = sigreg_loss(model, tape, z);
    out->term_count = 4;
  }
  const double weights[] = {1.0, model->def.inverse, model->def.readout, model->def.sigreg};
  out->loss = orr_tape_total(tape, out->terms, weights, out->term_count);
}

const orr_family_table orr_family_jepa_table = {.name = "jepa",
                                                .declare = declare,
                                                .encode = encode,
                                                .step = step,
                                                .decode = decode,
                                                .loss = loss,
                                                .step_prefix = {"predictor.", "encoder.skip."}};
