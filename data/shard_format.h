/* The columns and texts of a shard, and an open shard; private to data/. */
#ifndef ORR_DATA_SHARD_FORMAT_H
#define ORR_DATA_SHARD_FORMAT_H

#include "data/hdf5.h"
#include "data/shard.h"

#define ORR_SHARD_SCHEMA "orrery-shard/1"

typedef enum orr_shard_column {
  ORR_SHARD_STATE,
  ORR_SHARD_ACTION,
  ORR_SHARD_REWARD,
  ORR_SHARD_TERMINATED,
  ORR_SHARD_TRUNCATED,
  ORR_SHARD_SUCCESS,
  ORR_SHARD_CONTACT,
  ORR_SHARD_STEP,
  ORR_SHARD_EPISODE,
  ORR_SHARD_SEED,
  ORR_SHARD_RESET,
  ORR_SHARD_SOURCE,
  ORR_SHARD_POLICY,
  ORR_SHARD_COUNT
} orr_shard_column;

typedef struct orr_shard_column_def {
  const char *name;
  orr_hdf5_type type;
} orr_shard_column_def;
extern const orr_shard_column_def orr_shard_columns[ORR_SHARD_COUNT];
/* Values a row: state_count, action_count, or 0 for a plain vector. */
size_t orr_shard_width(orr_shard_column column, size_t state_count, size_t action_count);
orr_hdf5_row orr_shard_picture_row(const orr_space_picture *picture);
/* Depth may be infinite (nothing is there), and is never NaN. */
bool orr_shard_frame_is_sound(const orr_space_picture *picture, const void *frame);

/* The texts of a shard, read. */
typedef struct orr_shard_header {
  orr_shard_info info; /* its texts are the two below */
  orr_split split;
  char *scenario, *id; /* owned */
} orr_shard_header;
void orr_shard_header_clear(orr_shard_header *header);

/* An open shard: pointers into the map, all checked; frames, that they lie in it. */
typedef struct orr_shard {
  orr_hdf5_file *file;
  size_t rows, episodes;
  const int32_t *lengths; /* rows of each episode, >= 1 */
  const int64_t *offsets; /* first row of each */
  const void *columns[ORR_SHARD_COUNT];
  orr_hdf5_span *frames[ORR_MAX_PICTURES]; /* rows, deflated; NULL behind the last picture */
} orr_shard;

/* Fills `header` (to be cleared by the caller) and `out` (to be closed). Both are left empty on
 * failure. */
orr_status orr_shard_open(const char *path, orr_shard_header *header, orr_shard *out,
                          orr_error *err);
void orr_shard_close(orr_shard *shard);

/* Whether two shards may lie in one data set: the same world and the same interface. */
orr_status orr_shard_agree(const orr_shard_info *expected, const orr_shard_info *found,
                           const char *path, orr_error *err);

#endif
