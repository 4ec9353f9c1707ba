/* manifest.json: which shards a data set has, and the hash of each; private to data/. */
#ifndef ORR_DATA_MANIFEST_H
#define ORR_DATA_MANIFEST_H

#include "data/shard.h"

#define ORR_DATASET_SCHEMA "orrery-dataset/1"
#define ORR_MANIFEST_NAME  "manifest.json"
#define ORR_ALL_NAME       "all.h5"

typedef struct orr_manifest_shard {
  char name[ORR_NAME]; /* "train-00000.h5", in the manifest's folder */
  orr_split split;
  int64_t episodes, rows, diverged;
  char sha256[ORR_SHA256_TEXT];
} orr_manifest_shard;

typedef struct orr_manifest {
  char *scenario; /* id */
  orr_hash world, interface;
  uint64_t seed;
  size_t count;
  orr_manifest_shard *shards; /* train first, then held-out; by name */
} orr_manifest;

orr_status orr_manifest_read(const char *folder, orr_manifest *out, orr_error *err);
orr_status orr_manifest_write(const char *folder, const orr_manifest *manifest, orr_error *err);
void orr_manifest_clear(orr_manifest *manifest);

/* Whether `name` is "<split>-<digits>.h5". */
bool orr_manifest_shard_name(const char *name, orr_split split);
/* "folder/name"; free with orr_free. */
orr_status orr_manifest_path(const char *folder, const char *name, char **out, orr_error *err);

#endif
