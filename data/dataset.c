/* Opening a data set: the manifest, then each shard of a split, then one view per episode. */
#include "data/dataset.h"
#include "base/file.h"
#include "base/memory.h"
#include "data/deflate.h"
#include "data/manifest.h"
#include "data/shard_format.h"
#include <string.h>

struct orr_dataset {
  orr_shard_header header; /* of the first shard */
  size_t shard_count, episode_count, row_count;
  orr_shard *shards;
  orr_episode_view *episodes;
  struct {
    size_t shard, row;
  } * places; /* of the first row of each episode */
  orr_hash hash;
};

const char *orr_dataset_library(void) { return orr_hdf5_library(); }

/* Episodes --------------------------------------------------------------------------------- */

static const void *at(const orr_shard *shard, orr_shard_column column, size_t row, size_t width) {
  size_t size = orr_hdf5_type_size(orr_shard_columns[column].type);
  return (const uint8_t *)shard->columns[column] + row * width * size;
}

static orr_episode_view view_of(const orr_shard *shard, const orr_shard_info *info, size_t e) {
  size_t row = (size_t)shard->offsets[e], T = (size_t)shard->lengths[e] - 1;
  const uint8_t *terminated = at(shard, ORR_SHARD_TERMINATED, row, 1);
  const uint8_t *truncated = at(shard, ORR_SHARD_TRUNCATED, row, 1);
  return (orr_episode_view){
      .steps = T,
      .states = at(shard, ORR_SHARD_STATE, row, info->observation.count),
      .actions = at(shard, ORR_SHARD_ACTION, row, info->action.count),
      .rewards = at(shard, ORR_SHARD_REWARD, row, 1),
      .success = at(shard, ORR_SHARD_SUCCESS, row, 1),
      .contact = at(shard, ORR_SHARD_CONTACT, row, 1),
      .terminated = terminated[T],
      .truncated = truncated[T],
      .index = *(const int64_t *)at(shard, ORR_SHARD_EPISODE, row, 1),
      .source = *(const int64_t *)at(shard, ORR_SHARD_SOURCE, row, 1),
      .reset_episode = *(const int64_t *)at(shard, ORR_SHARD_RESET, row, 1),
      .seed = (uint64_t) * (const int64_t *)at(shard, ORR_SHARD_SEED, row, 1),
      .policy = (orr_policy_kind) * (const int32_t *)at(shard, ORR_SHARD_POLICY, row, 1),
  };
}

static orr_status list_episodes(orr_dataset *dataset, orr_error *err) {
  for (size_t s = 0; s < dataset->shard_count; s++) {
    dataset->episode_count += dataset->shards[s].episodes;
    dataset->row_count += dataset->shards[s].rows;
  }
  ORR_TRY(orr_new(&dataset->episodes, dataset->episode_count, sizeof *dataset->episodes, err));
  ORR_TRY(orr_new(&dataset->places, dataset->episode_count, sizeof *dataset->places, err));
  size_t next = 0;
  for (size_t s = 0; s < dataset->shard_count; s++) {
    const orr_shard *shard = &dataset->shards[s];
    for (size_t e = 0; e < shard->episodes; e++, next++) {
      dataset->episodes[next] = view_of(shard, &dataset->header.info, e);
      dataset->places[next].shard = s;
      dataset->places[next].row = (size_t)shard->offsets[e];
    }
  }
  return ORR_OK;
}

/* One shard -------------------------------------------------------------------------------- */

static orr_status fill_from_shard(orr_dataset *dataset, const char *path, orr_error *err) {
  ORR_TRY(orr_new(&dataset->shards, 1, sizeof *dataset->shards, err));
  ORR_TRY(orr_shard_open(path, &dataset->header, &dataset->shards[0], err));
  dataset->shard_count = 1;
  dataset->hash = orr_hdf5_hash(dataset->shards[0].file);
  return list_episodes(dataset, err);
}

orr_status orr_dataset_open_shard(const char *path, orr_dataset **out, orr_error *err) {
  *out = NULL;
  orr_dataset *dataset;
  ORR_TRY(orr_new(&dataset, 1, sizeof *dataset, err));
  orr_status status = fill_from_shard(dataset, path, err);
  if (status == ORR_OK) {
    *out = dataset;
  } else {
    orr_dataset_close(dataset);
  }
  return status;
}

/* A split of a folder ---------------------------------------------------------------------- */

static orr_status damaged(orr_error *err, const char *path, const char *why) {
  orr_fail(err, ORR_ERR_FILE, "'%s' is damaged: %s", path, why);
  orr_hint(err, "Delete this file and run collect again: only what is missing is made, to the same "
                "bytes.");
  return ORR_ERR_FILE;
}

static orr_status check_sha(const orr_manifest_shard *entry, const char *path, orr_error *err) {
  char sha[ORR_SHA256_TEXT];
  ORR_TRY(orr_sha256_file(path, sha, err));
  if (strcmp(sha, entry->sha256) == 0) return ORR_OK;
  return damaged(err, path, "its SHA-256 is not the one in manifest.json");
}

/* Against the manifest, and against the shards before it. */
static orr_status check_entry(const orr_manifest *manifest, const orr_manifest_shard *entry,
                              const orr_shard_header *first, const orr_shard_header *header,
                              const orr_shard *shard, const char *path, orr_error *err) {
  if (header->split != entry->split || shard->episodes != (uint64_t)entry->episodes ||
      shard->rows != (uint64_t)entry->rows ||
      !orr_hash_equal(header->info.world, manifest->world) ||
      !orr_hash_equal(header->info.interface, manifest->interface)) {
    return damaged(err, path, "it is not the shard that manifest.json describes");
  }
  return header == first ? ORR_OK : orr_shard_agree(&first->info, &header->info, path, err);
}

static orr_status add_shard(orr_dataset *dataset, const char *path, const orr_manifest *manifest,
                            const orr_manifest_shard *entry, orr_shard_header *scratch, bool verify,
                            orr_error *err) {
  if (!orr_file_exists(path)) {
    orr_fail(err, ORR_ERR_FILE, "'%s' is missing, though manifest.json names it", path);
    orr_hint(err, "Run collect again: only what is missing is made, to the same bytes.");
    return ORR_ERR_FILE;
  }
  if (verify) ORR_TRY(check_sha(entry, path, err));
  orr_shard *shard = &dataset->shards[dataset->shard_count];
  orr_shard_header *header = dataset->shard_count ? scratch : &dataset->header;
  ORR_TRY(orr_shard_open(path, header, shard, err));
  dataset->shard_count++;
  orr_status status = check_entry(manifest, entry, &dataset->header, header, shard, path, err);
  if (header == scratch) orr_shard_header_clear(scratch);
  char line[ORR_NAME + ORR_SHA256_TEXT + 64];
  int length = snprintf(line, sizeof line, "%s %lld %lld %s\n", entry->name,
                        (long long)entry->episodes, (long long)entry->rows, entry->sha256);
  dataset->hash = orr_hash_join(dataset->hash, orr_hash_bytes(line, (size_t)length));
  return status;
}

static orr_status add_shards(orr_dataset *dataset, const char *folder, const orr_manifest *manifest,
                             orr_split split, bool verify, orr_error *err) {
  orr_shard_header *scratch;
  ORR_TRY(orr_new(&dataset->shards, manifest->count, sizeof *dataset->shards, err));
  ORR_TRY(orr_new(&scratch, 1, sizeof *scratch, err));
  orr_status status = ORR_OK;
  for (size_t i = 0; i < manifest->count && status == ORR_OK; i++) {
    if (manifest->shards[i].split != split) continue;
    char *path;
    status = orr_manifest_path(folder, manifest->shards[i].name, &path, err);
    if (status != ORR_OK) break;
    status = add_shard(dataset, path, manifest, &manifest->shards[i], scratch, verify, err);
    orr_free(path);
  }
  orr_free(scratch);
  if (status != ORR_OK || dataset->shard_count) return status;
  orr_fail(err, ORR_ERR_FILE, "'%s' has no %s episodes", folder, orr_split_name(split));
  orr_hint(err, "Collect some: see `orrery explain collect`.");
  return ORR_ERR_FILE;
}

orr_status orr_dataset_open(const char *folder, orr_split split, bool verify, orr_dataset **out,
                            orr_error *err) {
  *out = NULL;
  orr_manifest manifest;
  ORR_TRY(orr_manifest_read(folder, &manifest, err));
  orr_dataset *dataset;
  orr_status status = orr_new(&dataset, 1, sizeof *dataset, err);
  if (status == ORR_OK) {
    status = add_shards(dataset, folder, &manifest, split, verify, err);
    if (status == ORR_OK) status = list_episodes(dataset, err);
    if (status == ORR_OK) {
      *out = dataset;
    } else {
      orr_dataset_close(dataset);
    }
  }
  orr_manifest_clear(&manifest);
  return status;
}

void orr_dataset_close(orr_dataset *dataset) {
  if (!dataset) return;
  for (size_t s = 0; s < dataset->shard_count; s++) orr_shard_close(&dataset->shards[s]);
  orr_shard_header_clear(&dataset->header);
  orr_free(dataset->shards);
  orr_free(dataset->episodes);
  orr_free(dataset->places);
  orr_free(dataset);
}

/* Reading ---------------------------------------------------------------------------------- */

const orr_shard_info *orr_dataset_info(const orr_dataset *dataset) { return &dataset->header.info; }

orr_split orr_dataset_split(const orr_dataset *dataset) { return dataset->header.split; }

size_t orr_dataset_episodes(const orr_dataset *dataset) { return dataset->episode_count; }

size_t orr_dataset_rows(const orr_dataset *dataset) { return dataset->row_count; }

orr_hash orr_dataset_hash(const orr_dataset *dataset) { return dataset->hash; }

orr_episode_view orr_dataset_episode(const orr_dataset *dataset, size_t index) {
  ORR_ASSERT(index < dataset->episode_count);
  return dataset->episodes[index];
}

/* Pictures --------------------------------------------------------------------------------- */

static const orr_hdf5_span *span_of(const orr_dataset *dataset, size_t episode, size_t row,
                                    size_t picture) {
  ORR_ASSERT(episode < dataset->episode_count &&
             picture < dataset->header.info.observation.picture_count);
  ORR_ASSERT(row <= dataset->episodes[episode].steps);
  const orr_shard *shard = &dataset->shards[dataset->places[episode].shard];
  return &shard->frames[picture][dataset->places[episode].row + row];
}

const uint8_t *orr_dataset_stream(const orr_dataset *dataset, size_t episode, size_t row,
                                  size_t picture, size_t *count) {
  const orr_hdf5_span *frame = span_of(dataset, episode, row, picture);
  *count = frame->count;
  return frame->bytes;
}

orr_status orr_dataset_frame(const orr_dataset *dataset, size_t episode, size_t row, size_t picture,
                             orr_inflater *inflater, void *out, orr_error *err) {
  const orr_hdf5_span *frame = span_of(dataset, episode, row, picture);
  const orr_shard *shard = &dataset->shards[dataset->places[episode].shard];
  const orr_space_picture *what = &dataset->header.info.observation.pictures[picture];
  const char *wrong = NULL;
  if (!orr_deflate_undo(inflater, frame->bytes, frame->count, out, orr_picture_bytes(what))) {
    wrong = "does not inflate to its size";
  } else if (!orr_shard_frame_is_sound(what, out)) {
    wrong = "has a depth that is not a number";
  }
  if (!wrong) return ORR_OK;
  orr_fail(err, ORR_ERR_FILE, "'%s' is damaged: frame %zu of the picture '%s' in episode %lld %s",
           orr_hdf5_path(shard->file), row, what->name, (long long)dataset->episodes[episode].index,
           wrong);
  orr_hint(err, "Delete this file and run collect again: only what is missing is made, to the same "
                "bytes.");
  return ORR_ERR_FILE;
}

uint64_t orr_dataset_frame_bytes(const orr_dataset *dataset, size_t picture) {
  ORR_ASSERT(picture < dataset->header.info.observation.picture_count);
  uint64_t bytes = 0;
  for (size_t s = 0; s < dataset->shard_count; s++) {
    const orr_shard *shard = &dataset->shards[s];
    for (size_t row = 0; row < shard->rows; row++) bytes += shard->frames[picture][row].count;
  }
  return bytes;
}
