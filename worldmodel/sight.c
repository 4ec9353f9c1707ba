/* What a network that predicts motion is given: see model_internal.h. */
#include "worldmodel/model_internal.h"

/* Columns beside the features: the waves of every offset. */
static size_t wave_columns(const orr_model *model) {
  size_t columns = 0, octaves = (size_t)model->def.octaves;
  for (size_t i = 0; octaves > 0 && i < orr_frame_offsets(model->frame); i++) {
    orr_frame_offset offset = orr_frame_offset_at(model->frame, i);
    columns += 2 * 2 * octaves * (offset.motion == SIZE_MAX ? 1 : 2);
  }
  return columns;
}

size_t orr_sight_columns(const orr_model *model) {
  return orr_frame_features(model->frame) + wave_columns(model);
}

void orr_sight_declare(orr_model *model, const char *law) {
  size_t first, linear = orr_frame_linear(model->frame, &first);
  if (linear == 0) return;
  model->law = orr_params_add(&model->params, law, orr_frame_motions(model->frame), linear,
                              ORR_INIT_ZERO, false);
  model->params.items[model->law].frozen = true;
}

orr_var orr_sight_waves(const orr_model *model, orr_tape *tape, orr_var features, orr_var law) {
  size_t octaves = (size_t)model->def.octaves, count = orr_frame_offsets(model->frame), n = 1;
  orr_var parts[3 + 2 * ORR_MAX_BODIES] = {features};
  for (size_t i = 0; octaves > 0 && i < count; i++) {
    orr_frame_offset o = orr_frame_offset_at(model->frame, i);
    orr_var here = orr_tape_scale(tape, orr_tape_slice(tape, features, o.feature, 2), o.reach);
    parts[n++] = orr_tape_waves(tape, here, octaves);
    if (o.motion == SIZE_MAX) continue;
    orr_var there = here;
    if (law >= 0) {
      orr_var moved = orr_tape_slice(tape, law, o.motion, 2);
      there = orr_tape_add(tape, here, orr_tape_scale(tape, moved, o.unit * o.reach));
    }
    parts[n++] = orr_tape_waves(tape, there, octaves);
  }
  return n == 1 ? features : orr_tape_concat(tape, parts, n);
}

orr_var orr_sight(const orr_model *model, orr_tape *tape, orr_var state, orr_var action,
                  orr_var *law) {
  orr_var features = orr_tape_frame_features(tape, model->frame, state, action);
  *law = -1;
  if (model->law >= 0) {
    size_t first, count = orr_frame_linear(model->frame, &first);
    orr_var columns = orr_tape_slice(tape, features, first, count);
    *law = orr_tape_linear(tape, columns, model->law, -1, ORR_ACT_NONE);
  }
  return orr_sight_waves(model, tape, features, *law);
}
