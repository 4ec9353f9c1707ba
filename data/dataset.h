/* A data set: a folder of shards with a manifest of their hashes, read through memory maps.
 *
 *   train-00000.h5 ... held-out-00000.h5 ...   manifest.json   all.h5 (virtual, over the shards)
 *
 * manifest.json: {"schema": "orrery-dataset/1", "scenario", "world_hash", "interface_hash",
 * "seed", "shards": [{"name", "split", "episodes", "rows", "diverged", "sha256"}]}, in file order;
 * the seed is a text, since JSON readers cut 64 bits to 53.
 * Every reader checks lengths, offsets, types and ranges before it maps or allocates. */
#ifndef ORR_DATA_DATASET_H
#define ORR_DATA_DATASET_H

#include "base/control.h"
#include "data/shard.h"

typedef struct orr_dataset orr_dataset; /* immutable and shared */

/* Writes manifest.json and all.h5 for the shards that lie in `folder`. `diverged`: number of
 * episodes per shard that were dropped (by shard order: train first, then held-out), or NULL. */
orr_status orr_dataset_seal(const char *folder, const orr_shard_info *info, const int64_t *diverged,
                            orr_error *err);

/* Opens one split (all shards of it). With `verify`, the SHA-256 of each shard is checked; without
 * it, its seal, which finds damage too, but not a whole other shard of the same size. */
orr_status orr_dataset_open(const char *folder, orr_split split, bool verify, orr_dataset **out,
                            orr_error *err);
/* Opens one shard file alone, any split. */
orr_status orr_dataset_open_shard(const char *path, orr_dataset **out, orr_error *err);
void orr_dataset_close(orr_dataset *dataset);

const orr_shard_info *orr_dataset_info(const orr_dataset *dataset);
orr_split orr_dataset_split(const orr_dataset *dataset);
size_t orr_dataset_episodes(const orr_dataset *dataset);
size_t orr_dataset_rows(const orr_dataset *dataset);
/* Of the manifest's lines of this split; of a shard opened alone, that of its bytes. */
orr_hash orr_dataset_hash(const orr_dataset *dataset);

/* One episode as borrowed pointers into the map. */
typedef struct orr_episode_view {
  size_t steps;                     /* T; rows = T+1 */
  const float *states;              /* (T+1) x S */
  const float *actions;             /* (T+1) x A, the last row NaN */
  const float *rewards;             /* T+1, the first NaN */
  const uint8_t *success, *contact; /* T+1 */
  bool terminated, truncated;
  int64_t index, source, reset_episode;
  uint64_t seed;
  orr_policy_kind policy;
} orr_episode_view;
orr_episode_view orr_dataset_episode(const orr_dataset *dataset, size_t index);

/* Inflates frames; one thread at a time. */
typedef struct orr_inflater orr_inflater;
orr_status orr_inflater_create(orr_inflater **out, orr_error *err);
void orr_inflater_destroy(orr_inflater *inflater);
/* Frame of `row` (0..T) of an episode, picture `picture` of the observation space: fills
 * orr_picture_bytes. Any thread, without a lock; an error when the bytes are damaged. */
orr_status orr_dataset_frame(const orr_dataset *dataset, size_t episode, size_t row, size_t picture,
                             orr_inflater *inflater, void *out, orr_error *err);
/* The same frame as it lies in its shard: a zlib stream made at level 1. Borrowed. */
const uint8_t *orr_dataset_stream(const orr_dataset *dataset, size_t episode, size_t row,
                                  size_t picture, size_t *count);
uint64_t orr_dataset_frame_bytes(const orr_dataset *dataset, size_t picture); /* all, deflated */

/* What `orrery inspect` shows of a data set, a shard or a folder: text, or JSON when `json`.
 * The text is returned (orr_free). */
orr_status orr_dataset_inspect(const char *path, bool json, char **out_text, orr_error *err);

const char *orr_dataset_library(void); /* "HDF5 1.10.8" */

#endif
