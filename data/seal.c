/* Sealing a data set: every shard is opened, checked and hashed; then all.h5, then manifest.json,
 * whose presence says that the folder is whole. */
#include "base/file.h"
#include "base/memory.h"
#include "data/dataset.h"
#include "data/manifest.h"
#include "data/shard_format.h"
#include <string.h>

static const orr_split splits[] = {ORR_SPLIT_TRAIN, ORR_SPLIT_HELD_OUT};

/* Appends the shards of one split, in the order of their names. */
static orr_status list_split(const char *folder, orr_split split, orr_manifest *out,
                             orr_error *err) {
  char **names;
  size_t count;
  ORR_TRY(orr_folder_list(folder, orr_split_name(split), ".h5", &names, &count, err));
  size_t room = out->count + count;
  orr_manifest_shard *grown = orr_realloc(out->shards, room ? room : 1, sizeof *grown);
  if (!grown) {
    orr_free(names);
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory while listing '%s'", folder);
  }
  out->shards = grown;
  for (size_t i = 0; i < count; i++) {
    if (!orr_manifest_shard_name(names[i], split)) continue;
    orr_manifest_shard *shard = &out->shards[out->count++];
    *shard = (orr_manifest_shard){.split = split};
    memcpy(shard->name, names[i], strlen(names[i]) + 1);
  }
  orr_free(names);
  return ORR_OK;
}

/* The plain columns of all.h5: of episodes, and the split of each row. */
typedef struct index_columns {
  size_t episodes, rows, next_episode, next_row;
  int32_t *lengths, *splits; /* `splits` by row */
  int64_t *offsets;
} index_columns;

static orr_status grow_columns(index_columns *index, size_t episodes, size_t rows, orr_error *err) {
  index->episodes += episodes;
  index->rows += rows;
  int32_t *lengths = orr_realloc(index->lengths, index->episodes, sizeof *lengths);
  if (lengths) index->lengths = lengths;
  int64_t *offsets = orr_realloc(index->offsets, index->episodes, sizeof *offsets);
  if (offsets) index->offsets = offsets;
  int32_t *by_row = orr_realloc(index->splits, index->rows, sizeof *by_row);
  if (by_row) index->splits = by_row;
  if (lengths && offsets && by_row) return ORR_OK;
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory: cannot index %zu episodes", index->episodes);
}

static void free_columns(index_columns *index) {
  orr_free(index->lengths);
  orr_free(index->offsets);
  orr_free(index->splits);
}

static orr_status add_to_index(index_columns *index, const orr_shard *shard, orr_split split,
                               orr_error *err) {
  ORR_TRY(grow_columns(index, shard->episodes, shard->rows, err));
  for (size_t e = 0; e < shard->episodes; e++) {
    index->lengths[index->next_episode] = shard->lengths[e];
    index->offsets[index->next_episode++] = (int64_t)index->next_row + shard->offsets[e];
  }
  for (size_t t = 0; t < shard->rows; t++) index->splits[index->next_row + t] = (int32_t)split;
  index->next_row += shard->rows;
  return ORR_OK;
}

static orr_status take_shard(const char *path, const orr_shard_info *info, orr_shard_header *header,
                             orr_manifest_shard *out, index_columns *index, orr_error *err) {
  orr_shard shard;
  ORR_TRY(orr_sha256_file(path, out->sha256, err));
  ORR_TRY(orr_shard_open(path, header, &shard, err));
  out->episodes = (int64_t)shard.episodes;
  out->rows = (int64_t)shard.rows;
  orr_status status = orr_shard_agree(info, &header->info, path, err);
  if (status == ORR_OK && header->split != out->split) {
    status = orr_fail(err, ORR_ERR_MISMATCH, "'%s' holds %s episodes, against its name", path,
                      orr_split_name(header->split));
    orr_hint(err, "Delete this file and run collect again.");
  }
  if (status == ORR_OK) status = add_to_index(index, &shard, out->split, err);
  orr_shard_close(&shard);
  orr_shard_header_clear(header);
  return status;
}

static orr_status take_shards(const char *folder, const orr_shard_info *info,
                              orr_manifest *manifest, index_columns *index, orr_error *err) {
  orr_shard_header *header;
  ORR_TRY(orr_new(&header, 1, sizeof *header, err));
  orr_status status = ORR_OK;
  for (size_t i = 0; i < manifest->count && status == ORR_OK; i++) {
    char *path;
    status = orr_manifest_path(folder, manifest->shards[i].name, &path, err);
    if (status != ORR_OK) break;
    status = take_shard(path, info, header, &manifest->shards[i], index, err);
    orr_free(path);
  }
  orr_free(header);
  return status;
}

/* all.h5 ----------------------------------------------------------------------------------- */

static orr_status put_index(orr_hdf5_writer *writer, const index_columns *index, orr_error *err) {
  size_t E = index->episodes, N = index->rows;
  ORR_TRY(orr_hdf5_put(writer, "ep_len", ORR_HDF5_I32, E, 0, index->lengths, err));
  ORR_TRY(orr_hdf5_put(writer, "ep_offset", ORR_HDF5_I64, E, 0, index->offsets, err));
  return orr_hdf5_put(writer, "split", ORR_HDF5_I32, N, 0, index->splits, err);
}

static orr_status put_all(orr_hdf5_writer *writer, const orr_shard_info *info,
                          const orr_hdf5_part *parts, size_t count, const index_columns *index,
                          orr_error *err) {
  ORR_TRY(orr_hdf5_put_text(writer, "orrery_schema", ORR_DATASET_SCHEMA, err));
  ORR_TRY(orr_hdf5_put_text(writer, "scenario", info->scenario, err));
  ORR_TRY(orr_hdf5_put_text(writer, "split_names", "0 train, 1 held-out", err));
  ORR_TRY(put_index(writer, index, err));
  for (int c = 0; c < ORR_SHARD_COUNT; c++) {
    const orr_shard_column_def *def = &orr_shard_columns[c];
    size_t width =
        orr_shard_width((orr_shard_column)c, info->observation.count, info->action.count);
    orr_hdf5_row row = {def->type, width ? 1 : 0, {width}};
    ORR_TRY(orr_hdf5_put_virtual(writer, def->name, &row, parts, count, err));
  }
  for (size_t p = 0; p < info->observation.picture_count; p++) {
    const orr_space_picture *picture = &info->observation.pictures[p];
    orr_hdf5_row row = orr_shard_picture_row(picture);
    ORR_TRY(orr_hdf5_put_virtual(writer, picture->name, &row, parts, count, err));
  }
  return ORR_OK;
}

static orr_status write_all(const char *path, const orr_shard_info *info,
                            const orr_hdf5_part *parts, size_t count, const index_columns *index,
                            orr_error *err) {
  orr_hdf5_writer *writer;
  ORR_TRY(orr_hdf5_create(path, &writer, err));
  orr_status status = put_all(writer, info, parts, count, index, err);
  if (status == ORR_OK) return orr_hdf5_commit(writer, err);
  orr_hdf5_abort(writer);
  return status;
}

static orr_status make_all(const char *folder, const orr_shard_info *info,
                           const orr_manifest *manifest, const index_columns *index,
                           orr_error *err) {
  orr_hdf5_part *parts;
  ORR_TRY(orr_new(&parts, manifest->count, sizeof *parts, err));
  for (size_t i = 0; i < manifest->count; i++) {
    parts[i] = (orr_hdf5_part){manifest->shards[i].name, (size_t)manifest->shards[i].rows};
  }
  char *path;
  orr_status status = orr_manifest_path(folder, ORR_ALL_NAME, &path, err);
  if (status == ORR_OK) {
    status = write_all(path, info, parts, manifest->count, index, err);
    orr_free(path);
  }
  orr_free(parts);
  return status;
}

static orr_status seal(const char *folder, const orr_shard_info *info, const int64_t *diverged,
                       orr_manifest *manifest, index_columns *index, orr_error *err) {
  for (size_t s = 0; s < 2; s++) ORR_TRY(list_split(folder, splits[s], manifest, err));
  if (manifest->count == 0) {
    orr_fail(err, ORR_ERR_FILE, "'%s' holds no shards", folder);
    orr_hint(err, "Shards are named train-00000.h5, held-out-00000.h5 and so on.");
    return ORR_ERR_FILE;
  }
  for (size_t i = 0; i < manifest->count && diverged; i++) {
    manifest->shards[i].diverged = diverged[i];
  }
  ORR_TRY(take_shards(folder, info, manifest, index, err));
  ORR_TRY(make_all(folder, info, manifest, index, err));
  return orr_manifest_write(folder, manifest, err);
}

orr_status orr_dataset_seal(const char *folder, const orr_shard_info *info, const int64_t *diverged,
                            orr_error *err) {
  orr_manifest manifest = {.world = info->world, .interface = info->interface, .seed = info->seed};
  index_columns index = {0};
  manifest.scenario = orr_strdup(info->id);
  orr_status status =
      manifest.scenario ? seal(folder, info, diverged, &manifest, &index, err)
                        : orr_fail(err, ORR_ERR_MEMORY, "out of memory while sealing '%s'", folder);
  free_columns(&index);
  orr_manifest_clear(&manifest);
  return status;
}
