/* Writing a shard: one column after another is gathered from the episodes and handed to HDF5. */
#include "data/shard.h"
#include "base/build_info.h"
#include "base/memory.h"
#include "data/shard_format.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const orr_shard_column_def orr_shard_columns[ORR_SHARD_COUNT] = {
    [ORR_SHARD_STATE] = {"state", ORR_HDF5_F32},
    [ORR_SHARD_ACTION] = {"action", ORR_HDF5_F32},
    [ORR_SHARD_REWARD] = {"reward", ORR_HDF5_F32},
    [ORR_SHARD_TERMINATED] = {"terminated", ORR_HDF5_BOOL},
    [ORR_SHARD_TRUNCATED] = {"truncated", ORR_HDF5_BOOL},
    [ORR_SHARD_SUCCESS] = {"success", ORR_HDF5_BOOL},
    [ORR_SHARD_CONTACT] = {"contact", ORR_HDF5_BOOL},
    [ORR_SHARD_STEP] = {"step_idx", ORR_HDF5_I32},
    [ORR_SHARD_EPISODE] = {"ep_idx", ORR_HDF5_I64},
    [ORR_SHARD_SEED] = {"seed", ORR_HDF5_I64},
    [ORR_SHARD_RESET] = {"reset_episode", ORR_HDF5_I64},
    [ORR_SHARD_SOURCE] = {"source", ORR_HDF5_I64},
    [ORR_SHARD_POLICY] = {"policy", ORR_HDF5_I32},
};

static const char block_meaning[] =
    "Row t of an episode holds observation t and the action applied after it, for one control step "
    "(control_dt seconds). A block of k control steps from row t is the k consecutive, different "
    "actions of rows t .. t+k-1, concatenated; it leads to row t+k.";

size_t orr_shard_width(orr_shard_column column, size_t state_count, size_t action_count) {
  if (column == ORR_SHARD_STATE) return state_count;
  return column == ORR_SHARD_ACTION ? action_count : 0;
}

orr_hdf5_row orr_shard_picture_row(const orr_space_picture *picture) {
  size_t height = (size_t)picture->height, width = (size_t)picture->width;
  switch (picture->kind) {
  case ORR_PICTURE_RGB: return (orr_hdf5_row){ORR_HDF5_U8, 3, {height, width, 3}};
  case ORR_PICTURE_DEPTH: return (orr_hdf5_row){ORR_HDF5_F32, 2, {height, width}};
  case ORR_PICTURE_LABELS: break;
  }
  return (orr_hdf5_row){ORR_HDF5_U8, 2, {height, width}};
}

bool orr_shard_frame_is_sound(const orr_space_picture *picture, const void *frame) {
  if (picture->kind != ORR_PICTURE_DEPTH) return true;
  size_t count = (size_t)picture->width * (size_t)picture->height, wrong = 0;
  const float *depth = frame;
  for (size_t i = 0; i < count; i++) wrong += isnan(depth[i]) != 0;
  return wrong == 0;
}

const char *orr_split_name(orr_split split) {
  return split == ORR_SPLIT_TRAIN ? "train" : "held-out";
}

const char *orr_policy_kind_name(orr_policy_kind policy) {
  static const char *const names[ORR_POLICY_COUNT] = {"random", "weak",  "expert",
                                                      "replay", "model", "human"};
  return names[policy];
}

/* Gathering -------------------------------------------------------------------------------- */

static void fill_actions(const orr_episode *episode, float *out) {
  size_t A = episode->action_count, count = episode->steps * A;
  if (count) memcpy(out, episode->actions, count * sizeof *out);
  for (size_t i = 0; i < A; i++) out[count + i] = NAN;
}

static void fill_rewards(const orr_episode *episode, float *out) {
  out[0] = NAN;
  if (episode->steps) memcpy(out + 1, episode->rewards, episode->steps * sizeof *out);
}

static void fill_words(size_t rows, int64_t value, int64_t *out) {
  for (size_t t = 0; t < rows; t++) out[t] = value;
}

/* The T+1 rows of one episode in one column. */
static void fill(orr_shard_column column, const orr_episode *episode, void *out) {
  size_t rows = episode->steps + 1;
  switch (column) {
  case ORR_SHARD_STATE:
    memcpy(out, episode->states, rows * episode->state_count * sizeof(float));
    return;
  case ORR_SHARD_ACTION: fill_actions(episode, out); return;
  case ORR_SHARD_REWARD: fill_rewards(episode, out); return;
  case ORR_SHARD_TERMINATED: ((uint8_t *)out)[rows - 1] = episode->terminated; return;
  case ORR_SHARD_TRUNCATED: ((uint8_t *)out)[rows - 1] = episode->truncated; return;
  case ORR_SHARD_SUCCESS: memcpy(out, episode->success, rows); return;
  case ORR_SHARD_CONTACT: memcpy(out, episode->contact, rows); return;
  case ORR_SHARD_STEP:
    for (size_t t = 0; t < rows; t++) ((int32_t *)out)[t] = (int32_t)t;
    return;
  case ORR_SHARD_EPISODE: fill_words(rows, episode->index, out); return;
  case ORR_SHARD_SEED: fill_words(rows, (int64_t)episode->seed, out); return;
  case ORR_SHARD_RESET: fill_words(rows, episode->reset_episode, out); return;
  case ORR_SHARD_SOURCE: fill_words(rows, episode->source, out); return;
  case ORR_SHARD_POLICY:
    for (size_t t = 0; t < rows; t++) ((int32_t *)out)[t] = (int32_t)episode->policy;
    return;
  case ORR_SHARD_COUNT: break;
  }
}

typedef struct batch {
  const orr_shard_info *info;
  const orr_episode *const *episodes;
  size_t count, rows;
} batch;

static orr_status put_column(orr_hdf5_writer *writer, orr_shard_column column, const batch *b,
                             orr_error *err) {
  const orr_shard_column_def *def = &orr_shard_columns[column];
  size_t width = orr_shard_width(column, b->info->observation.count, b->info->action.count);
  size_t row_bytes = orr_hdf5_type_size(def->type) * (width ? width : 1);
  uint8_t *values;
  ORR_TRY(orr_new(&values, b->rows, row_bytes, err));
  uint8_t *at = values;
  for (size_t e = 0; e < b->count; e++) {
    fill(column, b->episodes[e], at);
    at += (b->episodes[e]->steps + 1) * row_bytes;
  }
  orr_status status = orr_hdf5_put(writer, def->name, def->type, b->rows, width, values, err);
  orr_free(values);
  return status;
}

static void list_frames(const batch *b, size_t picture, orr_hdf5_span *out) {
  for (size_t e = 0; e < b->count; e++) {
    const orr_frames *frames = &b->episodes[e]->pictures[picture];
    for (size_t t = 0, from = 0; t < frames->count; from = frames->ends[t++]) {
      *out++ = (orr_hdf5_span){frames->bytes + from, frames->ends[t] - from};
    }
  }
}

static orr_status put_picture(orr_hdf5_writer *writer, size_t picture, const batch *b,
                              orr_error *err) {
  const orr_space_picture *what = &b->info->observation.pictures[picture];
  orr_hdf5_row row = orr_shard_picture_row(what);
  orr_hdf5_span *frames;
  ORR_TRY(orr_new(&frames, b->rows, sizeof *frames, err));
  list_frames(b, picture, frames);
  orr_status status = orr_hdf5_put_frames(writer, what->name, &row, b->rows, frames, err);
  orr_free(frames);
  return status;
}

static orr_status put_episodes(orr_hdf5_writer *writer, const batch *b, orr_error *err) {
  struct {
    int32_t *lengths;
    int64_t *offsets;
  } index = {NULL, NULL};
  orr_status status = orr_new(&index.lengths, b->count, sizeof *index.lengths, err);
  if (status == ORR_OK) status = orr_new(&index.offsets, b->count, sizeof *index.offsets, err);
  int64_t offset = 0;
  for (size_t e = 0; e < b->count && status == ORR_OK; e++) {
    index.lengths[e] = (int32_t)b->episodes[e]->steps + 1;
    index.offsets[e] = offset;
    offset += index.lengths[e];
  }
  if (status == ORR_OK) {
    status = orr_hdf5_put(writer, "ep_len", ORR_HDF5_I32, b->count, 0, index.lengths, err);
  }
  if (status == ORR_OK) {
    status = orr_hdf5_put(writer, "ep_offset", ORR_HDF5_I64, b->count, 0, index.offsets, err);
  }
  orr_free(index.lengths);
  orr_free(index.offsets);
  return status;
}

/* Texts ------------------------------------------------------------------------------------ */

static orr_status put_space(orr_hdf5_writer *writer, const char *name, const orr_space *space,
                            orr_error *err) {
  json_t *json = orr_space_to_json(space);
  char *text =
      json ? json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
  json_decref(json);
  if (!text) return orr_fail(err, ORR_ERR_MEMORY, "out of memory while writing a space");
  orr_status status = orr_hdf5_put_text(writer, name, text, err);
  free(text); /* jansson's own allocator */
  return status;
}

static orr_status put_texts(orr_hdf5_writer *writer, const orr_shard_info *info, orr_split split,
                            orr_error *err) {
  char world[ORR_HASH_TEXT], interface[ORR_HASH_TEXT], dt[40], seed[24];
  orr_hash_text(info->world, world);
  orr_hash_text(info->interface, interface);
  snprintf(dt, sizeof dt, "%.17g", info->control_dt);
  snprintf(seed, sizeof seed, "%llu", (unsigned long long)info->seed);
  const struct {
    const char *name, *text;
  } texts[] = {
      {"orrery_schema", ORR_SHARD_SCHEMA},
      {"scenario", info->scenario},
      {"scenario_id", info->id},
      {"world_hash", world},
      {"interface_hash", interface},
      {"build", orr_build_id()},
      {"split", orr_split_name(split)},
      {"control_dt", dt},
      {"data_seed", seed},
      {"block", block_meaning},
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    ORR_TRY(orr_hdf5_put_text(writer, texts[i].name, texts[i].text, err));
  }
  ORR_TRY(put_space(writer, "observation", &info->observation, err));
  return put_space(writer, "action", &info->action, err);
}

/* Checks ----------------------------------------------------------------------------------- */

static bool all_finite(const float *values, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(values[i])) return false;
  }
  return true;
}

static orr_status check_episode(const orr_shard_info *info, const orr_episode *e, const char *path,
                                orr_error *err) {
  ORR_ASSERT(!e->diverged && e->steps <= e->capacity);
  ORR_ASSERT(e->state_count == info->observation.count && e->action_count == info->action.count);
  ORR_ASSERT((unsigned)e->policy < ORR_POLICY_COUNT);
  const char *what = NULL;
  if (!all_finite(e->states, (e->steps + 1) * e->state_count)) what = "a state";
  if (!all_finite(e->actions, e->steps * e->action_count)) what = "an action";
  if (!all_finite(e->rewards, e->steps)) what = "a reward";
  if (!what) return ORR_OK;
  orr_fail(err, ORR_ERR_NUMBERS, "'%s': %s of episode %lld is not finite", path, what,
           (long long)e->index);
  orr_hint(err, "Such an episode has diverged: it is counted, and not written.");
  return ORR_ERR_NUMBERS;
}

/* Every row needs a frame of each picture. */
static orr_status check_frames(const orr_shard_info *info, const orr_episode *e, const char *path,
                               orr_error *err) {
  for (size_t p = 0; p < info->observation.picture_count; p++) {
    size_t count = p < e->picture_count ? e->pictures[p].count : 0;
    if (count == e->steps + 1) continue;
    orr_fail(err, ORR_ERR_NUMBERS,
             "'%s': episode %lld has %zu rows and %zu frames of the picture '%s'", path,
             (long long)e->index, e->steps + 1, count, info->observation.pictures[p].name);
    orr_hint(err, "Each row, the last one too, needs a frame of every picture observed.");
    return ORR_ERR_NUMBERS;
  }
  return ORR_OK;
}

/* Counts the rows of all episodes. */
static orr_status check_batch(batch *b, const char *path, orr_error *err) {
  ORR_ASSERT(b->info->observation.count > 0 && b->info->action.count > 0);
  ORR_ASSERT(isfinite(b->info->control_dt) && b->info->control_dt > 0);
  if (b->count == 0) {
    orr_fail(err, ORR_ERR_NUMBERS, "'%s': there is no episode to write", path);
    orr_hint(err, "Perhaps all of them diverged: try a smaller world.dt.");
    return ORR_ERR_NUMBERS;
  }
  for (size_t e = 0; e < b->count; e++) {
    ORR_TRY(check_episode(b->info, b->episodes[e], path, err));
    ORR_TRY(check_frames(b->info, b->episodes[e], path, err));
    b->rows += b->episodes[e]->steps + 1;
  }
  return ORR_OK;
}

static orr_status put_all(orr_hdf5_writer *writer, const batch *b, orr_split split,
                          orr_error *err) {
  ORR_TRY(put_texts(writer, b->info, split, err));
  ORR_TRY(put_episodes(writer, b, err));
  for (int column = 0; column < ORR_SHARD_COUNT; column++) {
    ORR_TRY(put_column(writer, (orr_shard_column)column, b, err));
  }
  for (size_t p = 0; p < b->info->observation.picture_count; p++) {
    ORR_TRY(put_picture(writer, p, b, err));
  }
  return ORR_OK;
}

orr_status orr_shard_write(const char *path, const orr_shard_info *info, orr_split split,
                           const orr_episode *const *episodes, size_t count, orr_error *err) {
  batch b = {.info = info, .episodes = episodes, .count = count};
  ORR_TRY(check_batch(&b, path, err));
  orr_hdf5_writer *writer;
  ORR_TRY(orr_hdf5_create(path, &writer, err));
  orr_status status = put_all(writer, &b, split, err);
  if (status == ORR_OK) return orr_hdf5_commit(writer, err);
  orr_hdf5_abort(writer);
  return status;
}
