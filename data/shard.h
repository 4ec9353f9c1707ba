/* A shard: one flat HDF5 file of whole episodes, in the layout that stable-worldmodel reads.
 *
 * One root data set per column over all rows of all episodes, `ep_len` (E, i32) and `ep_offset`
 * (E, i64). An episode of T actions has T+1 rows: row t holds observation t and the action taken
 * after it; the last row's action is NaN, the first row's reward is NaN. Columns:
 *
 *   state (N, S) f32      observation fields, in the order of the observation space
 *   action (N, A) f32     as applied
 *   reward (N) f32        of the step that led to this row
 *   terminated, truncated (N) bool   true on the last row only, by how the episode ended
 *   success (N) bool      task success so far (latched)
 *   contact (N) bool      the actuated body touched a free one
 *   step_idx (N) i32      0..T
 *   ep_idx (N) i64        number of the episode in the data set
 *   seed (N) i64, reset_episode (N) i64   orr_world_reset(seed, reset_episode) is its start; an
 *                         episode of policy `model` starts on the way of the demonstration `source`
 *                         that was reset so (agents/collect.h says where)
 *   source (N) i64        number of the base demonstration; noisy replays share it; weak: unique
 *   policy (N) i32        orr_policy_kind
 *
 * and one column per picture of the observation space, by its name: (N, H, W, 3) u8, (N, H, W) f32
 * or (N, H, W) u8. These are cut into chunks of one frame, each deflated (gzip, level 1); all
 * others are in one piece.
 *
 * Root attributes (vlen UTF-8): orrery_schema ("orrery-shard/1"), scenario (effective world and
 * task as YAML), scenario_id, observation, action (JSON spaces), world_hash, interface_hash, build,
 * split, control_dt (s), data_seed, block (what consecutive rows mean).
 * Vector columns are contiguous, aligned to 64 bytes and memory-mapped by the reader. A shard is
 * written when its episodes are complete, beside its place, and renamed; it is then immutable: a
 * seal behind the last byte of HDF5 (data/hdf5.h) tells when a byte of it changed. */
#ifndef ORR_DATA_SHARD_H
#define ORR_DATA_SHARD_H

#include "base/space.h"

typedef enum orr_policy_kind {
  ORR_POLICY_RANDOM,
  ORR_POLICY_WEAK,
  ORR_POLICY_EXPERT,
  ORR_POLICY_REPLAY,
  ORR_POLICY_MODEL,
  ORR_POLICY_HUMAN
} orr_policy_kind;
#define ORR_POLICY_COUNT 6
const char *orr_policy_kind_name(orr_policy_kind policy); /* "random", ... */

typedef enum orr_split { ORR_SPLIT_TRAIN, ORR_SPLIT_HELD_OUT } orr_split;
const char *orr_split_name(orr_split split); /* "train", "held-out": also the file name prefix */

/* What every shard of a data set shares. Texts are borrowed. */
typedef struct orr_shard_info {
  orr_space observation, action;
  const char *scenario; /* effective world and task, YAML */
  const char *id;       /* of the scenario */
  orr_hash world, interface;
  double control_dt; /* s per control step */
  uint64_t seed;
} orr_shard_info;

/* The frames of one picture, row after row, deflated as they will lie in the file. */
typedef struct orr_frames {
  uint8_t *bytes;
  size_t used, capacity;
  size_t *ends; /* T+1: where each frame ends in `bytes` */
  size_t count;
} orr_frames;

/* One episode in memory, growing while it is recorded. */
typedef struct orr_episode {
  size_t steps;    /* T actions so far */
  size_t capacity; /* of T */
  size_t state_count, action_count;
  float *states;                        /* (T+1) x S */
  float *actions;                       /* T x A */
  float *rewards;                       /* T */
  uint8_t *success, *contact;           /* T+1 */
  bool terminated, truncated, diverged; /* a diverged episode is counted and never written */
  int64_t index, source, reset_episode;
  uint64_t seed;
  orr_policy_kind policy;
  size_t picture_count;
  orr_frames pictures[ORR_MAX_PICTURES];
} orr_episode;

orr_status orr_episode_create(size_t state_count, size_t action_count, size_t capacity,
                              orr_episode *out, orr_error *err);
void orr_episode_destroy(orr_episode *episode);
/* Forgets the rows and records observation 0 (S floats). */
void orr_episode_begin(orr_episode *episode, const float *state);
/* Asserts that the capacity is not exceeded. */
void orr_episode_append(orr_episode *episode, const float *action, float reward, const float *state,
                        bool success, bool contact);

/* Deflates frames; one thread at a time. */
typedef struct orr_deflater orr_deflater;
orr_status orr_deflater_create(orr_deflater **out, orr_error *err);
void orr_deflater_destroy(orr_deflater *deflater);

/* Makes room for the pictures of a space; to be called once, after orr_episode_create. */
orr_status orr_episode_add_pictures(orr_episode *episode, const orr_space *observation,
                                    orr_error *err);
/* Appends the next frame of a picture (orr_picture_bytes). Every row needs one of each. */
orr_status orr_episode_put_frame(orr_episode *episode, const orr_space *observation, size_t picture,
                                 const void *frame, orr_deflater *deflater, orr_error *err);

/* Writes `count` >= 1 episodes as one shard. The bytes depend on the arguments and on the build
 * alone. ORR_ERR_NUMBERS when a value is not finite. */
orr_status orr_shard_write(const char *path, const orr_shard_info *info, orr_split split,
                           const orr_episode *const *episodes, size_t count, orr_error *err);

#endif
