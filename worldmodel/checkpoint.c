/* Checkpoints as safetensors: metadata as texts, weights as tensors. Everything that a file says is
 * checked before it is used, and nothing is allocated for weights that the file does not hold. */
#include "worldmodel/checkpoint.h"
#include "base/memory.h"
#include "worldmodel/safetensors.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char model_schema[] = "orrery-model/1", state_schema[] = "orrery-training/1";
static const size_t file_limit = (size_t)4 << 30;

/* Structs as JSON by their field tables ---------------------------------------------------- */

static json_t *pack_field(const orr_field *field, const char *at) {
  switch (field->type) {
  case ORR_FIELD_INT: return json_integer(*(const int64_t *)(const void *)at);
  case ORR_FIELD_REAL: return json_real(*(const double *)(const void *)at);
  case ORR_FIELD_ENUM: return json_string(field->names[*(const int *)(const void *)at]);
  default: ORR_ASSERT(!"a field of another type"); return NULL;
  }
}

json_t *orr_checkpoint_pack(const orr_record *record, const void *object) {
  json_t *json = json_object();
  int failed = json ? 0 : -1;
  for (size_t i = 0; i < record->count; i++) {
    const orr_field *field = &record->fields[i];
    const char *at = (const char *)object + field->offset;
    failed |= json_object_set_new(json, field->name, pack_field(field, at));
  }
  if (failed == 0) return json;
  json_decref(json);
  return NULL;
}

static orr_status unpack_number(const orr_record *record, const orr_field *field,
                                const json_t *json, char *at, orr_error *err) {
  bool whole = field->type == ORR_FIELD_INT;
  if (whole ? !json_is_integer(json) : !json_is_number(json)) {
    return orr_fail(err, ORR_ERR_FILE, "%s.%s must be a %snumber", record->name, field->name,
                    whole ? "whole " : "");
  }
  double value = json_number_value(json);
  bool limited = field->low < field->high || field->low > 0; /* both 0: no limit */
  if (!isfinite(value) || (limited && (value < field->low || value > field->high))) {
    return orr_fail(err, ORR_ERR_FILE, "%s.%s is %.17g, must lie in %.17g .. %.17g", record->name,
                    field->name, value, field->low, field->high);
  }
  if (whole)
    *(int64_t *)(void *)at = json_integer_value(json);
  else
    *(double *)(void *)at = value;
  return ORR_OK;
}

static orr_status unpack_enum(const orr_record *record, const orr_field *field, const json_t *json,
                              char *at, orr_error *err) {
  const char *text = json_is_string(json) ? json_string_value(json) : "";
  for (int i = 0; field->names[i]; i++) {
    if (strcmp(text, field->names[i]) != 0) continue;
    *(int *)(void *)at = i;
    return ORR_OK;
  }
  return orr_fail(err, ORR_ERR_FILE, "%s.%s: \"%.40s\" is not a known word", record->name,
                  field->name, text);
}

/* Settings that files of before them lack, and what was true without them. */
static bool fill_younger(const orr_record *record, const orr_field *field, char *at) {
  if (record != &orr_model_record) return false;
  if (strcmp(field->name, "sigreg") == 0)
    *(double *)(void *)at = 0.0;
  else if (strcmp(field->name, "projections") == 0)
    *(int64_t *)(void *)at = 64;
  else
    return false;
  return true;
}

orr_status orr_checkpoint_unpack(const orr_record *record, const json_t *json, void *object,
                                 orr_error *err) {
  memset(object, 0, record->size);
  if (!json_is_object(json)) {
    return orr_fail(err, ORR_ERR_FILE, "%s must be an object", record->name);
  }
  size_t known = 0;
  for (size_t i = 0; i < record->count; i++) {
    const orr_field *field = &record->fields[i];
    const json_t *value = json_object_get(json, field->name);
    char *at = (char *)object + field->offset;
    if (!value && fill_younger(record, field, at)) continue;
    if (!value) {
      orr_fail(err, ORR_ERR_FILE, "%s.%s is missing", record->name, field->name);
      orr_hint(err, "a file of an older version: train again");
      return ORR_ERR_FILE;
    }
    known++;
    ORR_TRY(field->type == ORR_FIELD_ENUM ? unpack_enum(record, field, value, at, err)
                                          : unpack_number(record, field, value, at, err));
  }
  if (json_object_size(json) == known) return ORR_OK;
  return orr_fail(err, ORR_ERR_FILE, "%s has fields that are not known", record->name);
}

/* Metadata --------------------------------------------------------------------------------- */

/* Takes `json`, stores its text. Returns 0, or -1 when out of memory. */
static int put_json(json_t *metadata, const char *key, json_t *json) {
  char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
  int failed = text ? json_object_set_new(metadata, key, json_string(text)) : -1;
  free(text);
  json_decref(json);
  return failed;
}

static int put_text(json_t *metadata, const char *key, const char *text) {
  return json_object_set_new(metadata, key, json_string(text));
}

static int put_number(json_t *metadata, const char *key, int64_t value) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long)value);
  return put_text(metadata, key, text);
}

static int put_hash(json_t *metadata, const char *key, orr_hash hash) {
  char text[ORR_HASH_TEXT];
  orr_hash_text(hash, text);
  return put_text(metadata, key, text);
}

static json_t *numbers(const double *values, size_t count) {
  json_t *list = json_array();
  int failed = list ? 0 : -1;
  for (size_t i = 0; i < count; i++) failed |= json_array_append_new(list, json_real(values[i]));
  if (failed == 0) return list;
  json_decref(list);
  return NULL;
}

static json_t *pack_transform(const orr_model *model) {
  const orr_transform *t = &model->transform;
  size_t S = model->observation.count, A = model->action.count;
  return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "state_mean", numbers(t->state_mean, S),
                   "state_std", numbers(t->state_std, S), "change_std", numbers(t->change_std, S),
                   "motion_std", numbers(t->motion_std, S), "action_mean",
                   numbers(t->action_mean, A), "action_std", numbers(t->action_std, A));
}

/* A text of the metadata as JSON; new reference. */
static orr_status get_json(const orr_safetensors *file, const char *key, json_t **out,
                           orr_error *err) {
  const char *text = orr_safetensors_text(file, key);
  json_error_t where;
  if (!text) return orr_fail(err, ORR_ERR_FILE, "__metadata__ lacks \"%s\"", key);
  *out = json_loads(text, JSON_REJECT_DUPLICATES, &where);
  if (*out) return ORR_OK;
  return orr_fail(err, ORR_ERR_FILE, "__metadata__ \"%s\" is not JSON: %s", key, where.text);
}

static orr_status get_hash(const orr_safetensors *file, const char *key, orr_hash *out,
                           orr_error *err) {
  const char *text = orr_safetensors_text(file, key);
  if (text && orr_hash_parse(text, out)) return ORR_OK;
  return orr_fail(err, ORR_ERR_FILE, "__metadata__ \"%s\" is missing or not a hash", key);
}

static orr_status check_schema(const orr_safetensors *file, const char *schema, orr_error *err) {
  const char *text = orr_safetensors_text(file, "schema");
  if (text && strcmp(text, schema) == 0) return ORR_OK;
  orr_fail(err, ORR_ERR_FILE, "its schema is \"%.40s\", not \"%s\"", text ? text : "", schema);
  orr_hint(err, "this is not a file that `orrery train` of this version has written");
  return ORR_ERR_FILE;
}

static orr_status get_numbers(const json_t *json, const char *key, size_t count, bool positive,
                              double *out, orr_error *err) {
  const json_t *list = json_object_get(json, key);
  if (!json_is_array(list) || json_array_size(list) != count) {
    return orr_fail(err, ORR_ERR_FILE, "transform: \"%s\" must list %zu numbers", key, count);
  }
  for (size_t i = 0; i < count; i++) {
    const json_t *value = json_array_get(list, i);
    out[i] = json_number_value(value);
    if (json_is_number(value) && isfinite(out[i]) && (!positive || out[i] > 0)) continue;
    return orr_fail(err, ORR_ERR_FILE, "transform: \"%s\"[%zu] must be a %snumber", key, i,
                    positive ? "positive " : "");
  }
  return ORR_OK;
}

static orr_status get_transform(const orr_safetensors *file, size_t S, size_t A, orr_transform *out,
                                orr_error *err) {
  json_t *json;
  *out = (orr_transform){0};
  ORR_TRY(get_json(file, "transform", &json, err));
  orr_status status = get_numbers(json, "state_mean", S, false, out->state_mean, err);
  if (status == ORR_OK) status = get_numbers(json, "state_std", S, true, out->state_std, err);
  if (status == ORR_OK) status = get_numbers(json, "change_std", S, true, out->change_std, err);
  if (status == ORR_OK) status = get_numbers(json, "motion_std", S, true, out->motion_std, err);
  if (status == ORR_OK) status = get_numbers(json, "action_mean", A, false, out->action_mean, err);
  if (status == ORR_OK) status = get_numbers(json, "action_std", A, true, out->action_std, err);
  json_decref(json);
  return status;
}

static orr_status get_space(const orr_safetensors *file, const char *key, orr_space *out,
                            orr_error *err) {
  json_t *json;
  ORR_TRY(get_json(file, key, &json, err));
  orr_status status = orr_space_from_json(json, out, err);
  json_decref(json);
  if (status != ORR_OK) orr_error_context(err, "__metadata__ \"%s\"", key);
  return status;
}

static orr_status get_record(const orr_safetensors *file, const char *key, const orr_record *record,
                             void *out, orr_error *err) {
  json_t *json;
  ORR_TRY(get_json(file, key, &json, err));
  orr_status status = orr_checkpoint_unpack(record, json, out, err);
  json_decref(json);
  return status;
}

/* Weights ---------------------------------------------------------------------------------- */

typedef struct orr_named {
  char name[ORR_MAX_PARAMS][96];
} orr_named;

static void name_of(const orr_param *param, const char *prefix, char out[96]) {
  snprintf(out, 96, "%s%s", prefix, param->name);
}

/* Appends the tensors of a block under `prefix`; `names` owns their names. */
static size_t add_block(const orr_params *params, const char *prefix, const float *values,
                        orr_named *names, orr_tensor *tensors) {
  for (size_t i = 0; i < params->count; i++) {
    const orr_param *param = &params->items[i];
    name_of(param, prefix, names->name[i]);
    size_t rows = param->rows == 1 && !param->decay ? 0 : param->rows; /* a vector has one axis */
    tensors[i] = orr_tensor_f32(names->name[i], rows, param->cols, values + param->offset);
  }
  return params->count;
}

static orr_status read_tensor(const orr_tensor *tensor, const orr_param *param, float *out,
                              orr_error *err) {
  size_t count = param->rows * param->cols;
  bool flat = param->rows == 1 && tensor->rank == 1 && tensor->shape[0] == param->cols;
  bool matrix =
      tensor->rank == 2 && tensor->shape[0] == param->rows && tensor->shape[1] == param->cols;
  if (tensor->dtype != ORR_DTYPE_F32 || !(flat || matrix)) {
    return orr_fail(err, ORR_ERR_FILE, "tensor \"%.60s\" must be F32 of shape %zu x %zu",
                    tensor->name, param->rows, param->cols);
  }
  memcpy(out, tensor->data, count * sizeof *out);
  for (size_t i = 0; i < count; i++) {
    if (isfinite(out[i])) continue;
    return orr_fail(err, ORR_ERR_FILE, "tensor \"%.60s\": number %zu is not finite", tensor->name,
                    i);
  }
  return ORR_OK;
}

static orr_status read_block(const orr_safetensors *file, const orr_params *params,
                             const char *prefix, float *values, orr_error *err) {
  for (size_t i = 0; i < params->count; i++) {
    char name[96];
    name_of(&params->items[i], prefix, name);
    const orr_tensor *tensor = orr_safetensors_find(file, name);
    if (!tensor) return orr_fail(err, ORR_ERR_FILE, "tensor \"%s\" is missing", name);
    ORR_TRY(read_tensor(tensor, &params->items[i], values + params->items[i].offset, err));
  }
  return ORR_OK;
}

/* Tensors and bytes that the file holds against those that `copies` blocks need: before memory is
 * allocated for them. */
static orr_status check_amount(const orr_safetensors *file, const orr_params *params, size_t copies,
                               orr_error *err) {
  size_t bytes = 0, wanted = copies * orr_params_numbers(params) * sizeof(float);
  for (size_t i = 0; i < file->count; i++) bytes += file->tensors[i].bytes;
  if (file->count == copies * params->count && bytes == wanted) return ORR_OK;
  return orr_fail(err, ORR_ERR_FILE,
                  "its definition asks for %zu tensors of %zu bytes, it holds %zu of %zu",
                  copies * params->count, wanted, file->count, bytes);
}

/* model.safetensors ------------------------------------------------------------------------ */

static json_t *model_metadata(const orr_model *model) {
  json_t *meta = json_object();
  int failed = meta ? 0 : -1;
  failed |= put_text(meta, "format", "pt"); /* what readers in Python look for */
  failed |= put_text(meta, "schema", model_schema);
  failed |= put_text(meta, "family", model->family->name);
  failed |= put_json(meta, "definition", orr_checkpoint_pack(&orr_model_record, &model->def));
  failed |= put_json(meta, "observation", orr_space_to_json(&model->observation));
  failed |= put_json(meta, "action", orr_space_to_json(&model->action));
  failed |= put_json(meta, "transform", pack_transform(model));
  failed |= put_hash(meta, "interface_hash", model->interface);
  failed |= put_hash(meta, "world_hash", model->world);
  failed |= put_number(meta, "block", model->def.block);
  failed |= put_number(meta, "history", model->def.history);
  failed |= put_json(meta, "training", model->record ? json_incref(model->record) : json_object());
  if (failed == 0) return meta;
  json_decref(meta);
  return NULL;
}

orr_status orr_checkpoint_save(const orr_model *model, const char *path, orr_error *err) {
  struct {
    orr_named names;
    orr_tensor tensors[ORR_MAX_PARAMS];
  } * room;
  ORR_TRY(orr_new(&room, 1, sizeof *room, err));
  size_t count = add_block(&model->params, "", model->values, &room->names, room->tensors);
  json_t *meta = model_metadata(model);
  orr_status status = meta ? orr_safetensors_save(path, meta, room->tensors, count, err)
                           : orr_fail(err, ORR_ERR_MEMORY, "%s: no memory for metadata", path);
  json_decref(meta);
  orr_free(room);
  return status;
}

/* "family", "block" and "history" stand beside the definition for human readers. */
static orr_status check_family(const orr_safetensors *file, const orr_model_def *def,
                               orr_error *err) {
  const char *family = orr_safetensors_text(file, "family");
  if (family && strcmp(family, orr_family_names[def->family]) == 0) return ORR_OK;
  return orr_fail(err, ORR_ERR_FILE, "__metadata__ \"family\" disagrees with its definition");
}

static orr_status get_training(const orr_safetensors *file, json_t **out, orr_error *err) {
  ORR_TRY(get_json(file, "training", out, err));
  if (json_is_object(*out)) return ORR_OK;
  return orr_fail(err, ORR_ERR_FILE, "__metadata__ \"training\" must be an object");
}

/* Spaces are large: they live on the heap. */
typedef struct orr_heading {
  orr_model_def def;
  orr_space observation, action;
  orr_transform transform;
} orr_heading;

static orr_status read_heading(const orr_safetensors *file, orr_heading *out, orr_error *err) {
  ORR_TRY(check_schema(file, model_schema, err));
  ORR_TRY(get_record(file, "definition", &orr_model_record, &out->def, err));
  ORR_TRY(check_family(file, &out->def, err));
  ORR_TRY(get_space(file, "observation", &out->observation, err));
  ORR_TRY(get_space(file, "action", &out->action, err));
  return get_transform(file, out->observation.count, out->action.count, &out->transform, err);
}

static orr_status read_model(const orr_safetensors *file, orr_heading *heading, orr_model **out,
                             orr_error *err) {
  ORR_TRY(read_heading(file, heading, err));
  ORR_TRY(orr_model_build(&heading->def, &heading->observation, &heading->action,
                          &heading->transform, out, err));
  orr_model *model = *out;
  ORR_TRY(get_hash(file, "interface_hash", &model->interface, err));
  ORR_TRY(get_hash(file, "world_hash", &model->world, err));
  ORR_TRY(get_training(file, &model->record, err));
  ORR_TRY(check_amount(file, &model->params, 1, err));
  ORR_TRY(orr_model_allocate(model, err));
  ORR_TRY(read_block(file, &model->params, "", model->values, err));
  orr_model_rehash(model);
  return ORR_OK;
}

orr_status orr_model_load(const char *path, orr_model **out, orr_error *err) {
  orr_safetensors file;
  orr_heading *heading;
  orr_model *model = NULL;
  *out = NULL;
  ORR_TRY(orr_new(&heading, 1, sizeof *heading, err));
  orr_status status = orr_safetensors_load(path, file_limit, &file, err);
  if (status == ORR_OK) {
    status = read_model(&file, heading, &model, err);
    if (status != ORR_OK) orr_error_context(err, "%s is not a sound model", path);
    orr_safetensors_free(&file);
  }
  orr_free(heading);
  if (status == ORR_OK)
    *out = model;
  else
    orr_model_destroy(model);
  return status;
}

/* state.safetensors ------------------------------------------------------------------------ */

static const char *const block_prefix[3] = {"weights.", "exp_avg.", "exp_avg_sq."};

static json_t *state_metadata(const orr_model *model, const orr_train_def *train,
                              const orr_train_state *state) {
  char loss[40];
  snprintf(loss, sizeof loss, "%.17g", state->loss);
  json_t *meta = json_object();
  int failed = meta ? 0 : -1;
  failed |= put_text(meta, "schema", state_schema);
  failed |= put_json(meta, "definition", orr_checkpoint_pack(&orr_model_record, &model->def));
  failed |= put_json(meta, "train", orr_checkpoint_pack(&orr_train_record, train));
  failed |= put_hash(meta, "data_hash", state->data);
  failed |= put_number(meta, "step", state->step);
  failed |= put_text(meta, "loss", loss);
  if (failed == 0) return meta;
  json_decref(meta);
  return NULL;
}

orr_status orr_checkpoint_save_state(const orr_model *model, const orr_train_def *train,
                                     const orr_train_state *state, const char *path,
                                     orr_error *err) {
  struct {
    orr_named names[3];
    orr_tensor tensors[3 * ORR_MAX_PARAMS];
  } * room;
  const float *blocks[3] = {model->values, state->first, state->second};
  ORR_TRY(orr_new(&room, 1, sizeof *room, err));
  size_t count = 0;
  for (size_t i = 0; i < 3; i++) {
    count += add_block(&model->params, block_prefix[i], blocks[i], &room->names[i],
                       room->tensors + count);
  }
  json_t *meta = state_metadata(model, train, state);
  orr_status status = meta ? orr_safetensors_save(path, meta, room->tensors, count, err)
                           : orr_fail(err, ORR_ERR_MEMORY, "%s: no memory for metadata", path);
  json_decref(meta);
  orr_free(room);
  return status;
}

/* Fields that change what is written down, not what is learned. */
static bool is_watching(const orr_field *field) {
  return strcmp(field->name, "log_every") == 0 || strcmp(field->name, "check_every") == 0 ||
         strcmp(field->name, "save_every") == 0;
}

static void field_text(const orr_field *field, const void *object, char out[40]) {
  const char *at = (const char *)object + field->offset;
  if (field->type == ORR_FIELD_INT) {
    snprintf(out, 40, "%lld", (long long)*(const int64_t *)(const void *)at);
  } else if (field->type == ORR_FIELD_REAL) {
    snprintf(out, 40, "%.17g", *(const double *)(const void *)at);
  } else {
    snprintf(out, 40, "%s", field->names[*(const int *)(const void *)at]);
  }
}

static orr_status compare(const orr_record *record, const void *then, const void *now,
                          orr_error *err) {
  for (size_t i = 0; i < record->count; i++) {
    const orr_field *field = &record->fields[i];
    char old[40], new[40];
    field_text(field, then, old);
    field_text(field, now, new);
    if (strcmp(old, new) == 0 || is_watching(field)) continue;
    orr_fail(err, ORR_ERR_MISMATCH, "%s.%s was %s when this training began and is %s now",
             record->name, field->name, old, new);
    orr_hint(err, "train into another folder, or remove state.safetensors to begin afresh");
    return ORR_ERR_MISMATCH;
  }
  return ORR_OK;
}

static orr_status check_same(const orr_safetensors *file, const orr_model *model,
                             const orr_train_def *train, orr_hash data, orr_error *err) {
  orr_model_def model_then;
  orr_train_def train_then;
  orr_hash data_then;
  ORR_TRY(get_record(file, "definition", &orr_model_record, &model_then, err));
  ORR_TRY(get_record(file, "train", &orr_train_record, &train_then, err));
  ORR_TRY(get_hash(file, "data_hash", &data_then, err));
  ORR_TRY(compare(&orr_model_record, &model_then, &model->def, err));
  ORR_TRY(compare(&orr_train_record, &train_then, train, err));
  if (orr_hash_equal(data_then, data)) return ORR_OK;
  char old[ORR_HASH_TEXT], new[ORR_HASH_TEXT];
  orr_hash_text(data_then, old);
  orr_hash_text(data, new);
  orr_fail(err, ORR_ERR_MISMATCH, "data: this training began on %s, the data set is now %s", old,
           new);
  orr_hint(err, "train into another folder, or remove state.safetensors to begin afresh");
  return ORR_ERR_MISMATCH;
}

/* "step" and "loss". */
static orr_status get_progress(const orr_safetensors *file, int64_t steps, orr_train_state *state,
                               orr_error *err) {
  const char *step = orr_safetensors_text(file, "step"), *loss = orr_safetensors_text(file, "loss");
  char *end = NULL;
  long long number = step ? strtoll(step, &end, 10) : -1;
  if (!step || end == step || *end || number < 0 || number > steps) {
    return orr_fail(err, ORR_ERR_FILE, "__metadata__ \"step\" must lie in 0 .. %lld",
                    (long long)steps);
  }
  state->step = number;
  state->loss = loss ? strtod(loss, &end) : 0;
  if (loss && end != loss && *end == '\0' && isfinite(state->loss)) return ORR_OK;
  return orr_fail(err, ORR_ERR_FILE, "__metadata__ \"loss\" must be a number");
}

static orr_status read_state(const orr_safetensors *file, orr_model *model,
                             const orr_train_def *train, orr_train_state *state, orr_error *err) {
  float *blocks[3] = {model->values, state->first, state->second};
  ORR_TRY(check_schema(file, state_schema, err));
  ORR_TRY(check_same(file, model, train, state->data, err));
  ORR_TRY(get_progress(file, train->steps, state, err));
  ORR_TRY(check_amount(file, &model->params, 3, err));
  for (size_t i = 0; i < 3; i++) {
    ORR_TRY(read_block(file, &model->params, block_prefix[i], blocks[i], err));
  }
  return ORR_OK;
}

orr_status orr_checkpoint_load_state(orr_model *model, const orr_train_def *train,
                                     orr_train_state *state, const char *path, orr_error *err) {
  orr_safetensors file;
  ORR_TRY(orr_safetensors_load(path, file_limit, &file, err));
  orr_status status = read_state(&file, model, train, state, err);
  orr_safetensors_free(&file);
  if (status == ORR_ERR_FILE) {
    orr_error_context(err, "%s", path);
    orr_hint(err, "remove it to begin this training afresh");
  } else if (status == ORR_ERR_MISMATCH) {
    orr_error_context(err, "%s", path);
  }
  return status;
}
