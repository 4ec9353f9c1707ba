/* Checkpoints: what lies in model.safetensors and state.safetensors.
 *
 * model.safetensors is all that a user of the model needs: weights under PyTorch-style names and,
 * in the metadata, schema "orrery-model/1", family, definition, spaces, interface and world, input
 * transform, training record. state.safetensors is all that training needs to go on with the same
 * bits: weights, both moments, the step, the hash of the data, both definitions. Training writes
 * the state first: when a run is killed between the two, the state is the truth. */
#ifndef ORR_WORLDMODEL_CHECKPOINT_H
#define ORR_WORLDMODEL_CHECKPOINT_H

#include "worldmodel/model_internal.h"

/* `record` (training record) may be NULL. */
orr_status orr_checkpoint_save(const orr_model *model, const char *path, orr_error *err);

/* A state of training; arrays of model->params.total floats. */
typedef struct orr_train_state {
  int64_t step; /* done */
  double loss;  /* of the last step */
  orr_hash data;
  float *first, *second; /* moments */
} orr_train_state;

orr_status orr_checkpoint_save_state(const orr_model *model, const orr_train_def *train,
                                     const orr_train_state *state, const char *path,
                                     orr_error *err);
/* Fills the model's weights and `state`. Refuses a state of other data or of another definition
 * (ORR_ERR_MISMATCH, names the field). `state->data` is the hash of the present data. */
orr_status orr_checkpoint_load_state(orr_model *model, const orr_train_def *train,
                                     orr_train_state *state, const char *path, orr_error *err);

/* A struct of whole numbers, reals and enums as a JSON object, by its field table. */
json_t *orr_checkpoint_pack(const orr_record *record, const void *object); /* new; NULL: memory */
/* Strict: every field must be there, no other, each within its limits. */
orr_status orr_checkpoint_unpack(const orr_record *record, const json_t *json, void *object,
                                 orr_error *err);

#endif
