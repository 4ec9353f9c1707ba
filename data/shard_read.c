/* Opening a shard: texts, layout, and every promise of shard.h about the values. */
#include "base/memory.h"
#include "data/shard_format.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT ((size_t)16 << 20) /* bytes */

/* Texts ------------------------------------------------------------------------------------ */

static orr_status wrong_text(orr_error *err, const char *path, const char *name) {
  orr_fail(err, ORR_ERR_FILE, "'%s': the text '%s' is not what it should be", path, name);
  orr_hint(err, "This file was not written by this version of Orrery: make it again.");
  return ORR_ERR_FILE;
}

/* A text that may be shown and put into JSON. */
static orr_status read_utf8(orr_hdf5_file *file, const char *path, const char *name, size_t limit,
                            char **out, orr_error *err) {
  ORR_TRY(orr_hdf5_text(file, name, limit, out, err));
  json_t *json = json_string(*out); /* NULL when it is not UTF-8 */
  json_decref(json);
  return json ? ORR_OK : wrong_text(err, path, name);
}

static orr_status read_space(orr_hdf5_file *file, const char *path, const char *name,
                             orr_space *out, orr_error *err) {
  char *text;
  ORR_TRY(orr_hdf5_text(file, name, TEXT_LIMIT, &text, err));
  json_error_t why;
  json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &why);
  orr_free(text);
  if (!json) {
    return orr_fail(err, ORR_ERR_FILE, "'%s': the text '%s' is no JSON: %s", path, name, why.text);
  }
  orr_status status = orr_space_from_json(json, out, err);
  json_decref(json);
  if (status != ORR_OK) {
    orr_error_context(err, "'%s': %s", path, name);
  } else if (out->count == 0) {
    status = orr_fail(err, ORR_ERR_FILE, "'%s': %s: has no fields", path, name);
  }
  return status;
}

static orr_status read_hash(orr_hdf5_file *file, const char *path, const char *name, orr_hash *out,
                            orr_error *err) {
  char *text;
  ORR_TRY(orr_hdf5_text(file, name, 256, &text, err));
  bool good = orr_hash_parse(text, out);
  orr_free(text);
  return good ? ORR_OK : wrong_text(err, path, name);
}

static orr_status read_numbers(orr_hdf5_file *file, const char *path, orr_shard_info *info,
                               orr_error *err) {
  char *text, *end;
  ORR_TRY(orr_hdf5_text(file, "control_dt", 64, &text, err));
  info->control_dt = strtod(text, &end);
  bool good = end != text && !*end && isfinite(info->control_dt) && info->control_dt > 0;
  orr_free(text);
  if (!good) return wrong_text(err, path, "control_dt");
  ORR_TRY(orr_hdf5_text(file, "data_seed", 64, &text, err));
  errno = 0;
  info->seed = strtoull(text, &end, 10);
  good = text[0] >= '0' && text[0] <= '9' && !*end && errno == 0;
  orr_free(text);
  return good ? ORR_OK : wrong_text(err, path, "data_seed");
}

static orr_status read_split(orr_hdf5_file *file, const char *path, orr_split *out,
                             orr_error *err) {
  char *text;
  ORR_TRY(orr_hdf5_text(file, "split", 256, &text, err));
  bool train = strcmp(text, orr_split_name(ORR_SPLIT_TRAIN)) == 0;
  bool held_out = strcmp(text, orr_split_name(ORR_SPLIT_HELD_OUT)) == 0;
  orr_free(text);
  *out = train ? ORR_SPLIT_TRAIN : ORR_SPLIT_HELD_OUT;
  return train || held_out ? ORR_OK : wrong_text(err, path, "split");
}

static orr_status check_schema(orr_hdf5_file *file, const char *path, orr_error *err) {
  char *text;
  ORR_TRY(orr_hdf5_text(file, "orrery_schema", 256, &text, err));
  orr_status status = ORR_OK;
  if (strcmp(text, ORR_SHARD_SCHEMA) != 0) {
    status = orr_fail(err, ORR_ERR_FILE, "'%s': its schema is '%s', not '%s'", path, text,
                      ORR_SHARD_SCHEMA);
    orr_hint(err, "It may be another kind of file, or come from a newer Orrery.");
  }
  orr_free(text);
  return status;
}

static orr_status read_header(orr_hdf5_file *file, const char *path, orr_shard_header *header,
                              orr_error *err) {
  orr_shard_info *info = &header->info;
  ORR_TRY(check_schema(file, path, err));
  ORR_TRY(read_utf8(file, path, "scenario", TEXT_LIMIT, &header->scenario, err));
  ORR_TRY(read_utf8(file, path, "scenario_id", 4096, &header->id, err));
  ORR_TRY(read_space(file, path, "observation", &info->observation, err));
  ORR_TRY(read_space(file, path, "action", &info->action, err));
  ORR_TRY(read_hash(file, path, "world_hash", &info->world, err));
  ORR_TRY(read_hash(file, path, "interface_hash", &info->interface, err));
  ORR_TRY(read_numbers(file, path, info, err));
  ORR_TRY(read_split(file, path, &header->split, err));
  info->scenario = header->scenario;
  info->id = header->id;
  return ORR_OK;
}

void orr_shard_header_clear(orr_shard_header *header) {
  orr_free(header->scenario);
  orr_free(header->id);
  *header = (orr_shard_header){0};
}

/* Layout ----------------------------------------------------------------------------------- */

static orr_status read_columns(orr_shard *shard, const orr_shard_info *info, orr_error *err) {
  shard->episodes = shard->rows = SIZE_MAX;
  const void *lengths, *offsets;
  ORR_TRY(orr_hdf5_column(shard->file, "ep_len", ORR_HDF5_I32, 0, &shard->episodes, &lengths, err));
  ORR_TRY(
      orr_hdf5_column(shard->file, "ep_offset", ORR_HDF5_I64, 0, &shard->episodes, &offsets, err));
  shard->lengths = lengths;
  shard->offsets = offsets;
  for (int c = 0; c < ORR_SHARD_COUNT; c++) {
    const orr_shard_column_def *def = &orr_shard_columns[c];
    size_t width =
        orr_shard_width((orr_shard_column)c, info->observation.count, info->action.count);
    ORR_TRY(orr_hdf5_column(shard->file, def->name, def->type, width, &shard->rows,
                            &shard->columns[c], err));
  }
  for (size_t p = 0; p < info->observation.picture_count && shard->rows > 0; p++) {
    const orr_space_picture *picture = &info->observation.pictures[p];
    orr_hdf5_row row = orr_shard_picture_row(picture);
    ORR_TRY(orr_hdf5_frames(shard->file, picture->name, &row, shard->rows, &shard->frames[p], err));
  }
  return ORR_OK;
}

static orr_status broken(orr_error *err, const char *path, const char *column, size_t episode,
                         const char *rule) {
  orr_fail(err, ORR_ERR_FILE, "'%s': the column '%s' is wrong in episode %zu: %s", path, column,
           episode, rule);
  orr_hint(err, "Delete this file and run collect again: only what is missing is made.");
  return ORR_ERR_FILE;
}

static orr_status check_offsets(const orr_shard *shard, const char *path, orr_error *err) {
  int64_t next = 0, rows = (int64_t)shard->rows;
  if (shard->episodes == 0 || shard->rows > INT64_MAX) {
    return orr_fail(err, ORR_ERR_FILE, "'%s' holds no episodes", path);
  }
  for (size_t e = 0; e < shard->episodes; e++) {
    if (shard->lengths[e] < 1) return broken(err, path, "ep_len", e, "it must be 1 or more");
    if (shard->offsets[e] != next) {
      return broken(err, path, "ep_offset", e, "it must be the end of the episode before");
    }
    if (shard->lengths[e] > rows - next) {
      return broken(err, path, "ep_len", e, "it reaches beyond the last row");
    }
    next += shard->lengths[e];
  }
  if (next == rows) return ORR_OK;
  return broken(err, path, "ep_len", shard->episodes - 1, "rows follow the last episode");
}

/* Values ----------------------------------------------------------------------------------- */

static bool all_finite(const float *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(values[i])) return false;
  }
  return true;
}

static bool all_nan(const float *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!isnan(values[i])) return false;
  }
  return true;
}

static orr_status check_floats(const orr_shard *shard, const orr_shard_info *info, size_t e,
                               const char *path, orr_error *err) {
  size_t first = (size_t)shard->offsets[e], rows = (size_t)shard->lengths[e], last = rows - 1;
  size_t S = info->observation.count, A = info->action.count;
  const float *states = (const float *)shard->columns[ORR_SHARD_STATE] + first * S;
  const float *actions = (const float *)shard->columns[ORR_SHARD_ACTION] + first * A;
  const float *rewards = (const float *)shard->columns[ORR_SHARD_REWARD] + first;
  if (!all_finite(states, rows * S)) return broken(err, path, "state", e, "it must be finite");
  if (!all_finite(actions, last * A) || !all_nan(actions + last * A, A)) {
    return broken(err, path, "action", e, "it must be finite, and NaN in the last row alone");
  }
  if (!isnan(rewards[0]) || !all_finite(rewards + 1, last)) {
    return broken(err, path, "reward", e, "it must be finite, and NaN in the first row alone");
  }
  return ORR_OK;
}

/* Booleans are 0 or 1; those of the end are false before the last row. */
static orr_status check_booleans(const orr_shard *shard, size_t e, const char *path,
                                 orr_error *err) {
  static const orr_shard_column columns[] = {ORR_SHARD_TERMINATED, ORR_SHARD_TRUNCATED,
                                             ORR_SHARD_SUCCESS, ORR_SHARD_CONTACT};
  size_t rows = (size_t)shard->lengths[e];
  for (size_t i = 0; i < 4; i++) {
    const char *name = orr_shard_columns[columns[i]].name;
    const uint8_t *values = (const uint8_t *)shard->columns[columns[i]] + shard->offsets[e];
    for (size_t t = 0; t < rows; t++) {
      if (values[t] > 1) return broken(err, path, name, e, "it must be 0 or 1");
      if (i < 2 && values[t] && t + 1 < rows) {
        return broken(err, path, name, e, "it must be false before the last row");
      }
    }
  }
  return ORR_OK;
}

/* What is said of an episode is the same in all its rows. */
static orr_status check_constants(const orr_shard *shard, size_t e, const char *path,
                                  orr_error *err) {
  static const orr_shard_column columns[] = {ORR_SHARD_EPISODE, ORR_SHARD_SEED, ORR_SHARD_RESET,
                                             ORR_SHARD_SOURCE};
  size_t rows = (size_t)shard->lengths[e];
  for (size_t i = 0; i < 4; i++) {
    const int64_t *values = (const int64_t *)shard->columns[columns[i]] + shard->offsets[e];
    for (size_t t = 1; t < rows; t++) {
      if (values[t] == values[0]) continue;
      return broken(err, path, orr_shard_columns[columns[i]].name, e, "it must not change");
    }
  }
  const int32_t *steps = (const int32_t *)shard->columns[ORR_SHARD_STEP] + shard->offsets[e];
  const int32_t *policy = (const int32_t *)shard->columns[ORR_SHARD_POLICY] + shard->offsets[e];
  for (size_t t = 0; t < rows; t++) {
    if (steps[t] != (int32_t)t) return broken(err, path, "step_idx", e, "it must count from 0");
    if (policy[t] != policy[0] || (uint32_t)policy[t] >= ORR_POLICY_COUNT) {
      return broken(err, path, "policy", e, "it must be a known policy and must not change");
    }
  }
  return ORR_OK;
}

static orr_status check_values(const orr_shard *shard, const orr_shard_info *info, const char *path,
                               orr_error *err) {
  ORR_TRY(check_offsets(shard, path, err));
  for (size_t e = 0; e < shard->episodes; e++) {
    ORR_TRY(check_floats(shard, info, e, path, err));
    ORR_TRY(check_booleans(shard, e, path, err));
    ORR_TRY(check_constants(shard, e, path, err));
  }
  return ORR_OK;
}

/* Opening ---------------------------------------------------------------------------------- */

orr_status orr_shard_open(const char *path, orr_shard_header *header, orr_shard *out,
                          orr_error *err) {
  *header = (orr_shard_header){0};
  *out = (orr_shard){0};
  ORR_TRY(orr_hdf5_open(path, &out->file, err));
  orr_status status = read_header(out->file, path, header, err);
  if (status == ORR_OK) status = read_columns(out, &header->info, err);
  if (status == ORR_OK) status = check_values(out, &header->info, path, err);
  if (status == ORR_OK) return ORR_OK;
  orr_shard_close(out);
  orr_shard_header_clear(header);
  return status;
}

void orr_shard_close(orr_shard *shard) {
  orr_hdf5_close(shard->file);
  for (size_t p = 0; p < ORR_MAX_PICTURES; p++) orr_free(shard->frames[p]);
  *shard = (orr_shard){0};
}

orr_status orr_shard_agree(const orr_shard_info *expected, const orr_shard_info *found,
                           const char *path, orr_error *err) {
  const char *what = NULL;
  if (!orr_hash_equal(expected->world, found->world)) what = "world";
  if (!orr_hash_equal(expected->interface, found->interface) ||
      !orr_hash_equal(orr_space_hash(&expected->observation),
                      orr_space_hash(&found->observation)) ||
      !orr_hash_equal(orr_space_hash(&expected->action), orr_space_hash(&found->action))) {
    what = "interface";
  }
  if (expected->control_dt != found->control_dt) what = "control step";
  if (!what) return ORR_OK;
  orr_fail(err, ORR_ERR_MISMATCH, "'%s' belongs to another %s than the rest of its data set", path,
           what);
  orr_hint(err, "Collect into a new folder, or delete this file and run collect again.");
  return ORR_ERR_MISMATCH;
}
