/* Small data sets for tests: numbers that say where they came from. */
#ifndef ORR_TESTS_DATA_SAMPLE_H
#define ORR_TESTS_DATA_SAMPLE_H

#include "data/shard.h"

enum { SAMPLE_STATE = 3, SAMPLE_ACTION = 2 };

/* state[t][i] = 1000 * number + 10 * t + i; action[t][i] = -(number + t / 16 + i / 4);
 * reward of step t = t / 8; contact every third row; success from row `steps - 1` on when the
 * number is even. */
float sample_state(int64_t number, size_t t, size_t i);
float sample_action(int64_t number, size_t t, size_t i);
bool sample_success(int64_t number, size_t t, size_t steps);
bool sample_contact(size_t t);
uint64_t sample_seed(int64_t number); /* above 2^63 for odd numbers */

void sample_info(orr_shard_info *out);
/* The same with three pictures of every kind: pixels, depth, segmentation. */
void sample_seen_info(orr_shard_info *out);
/* Larger pictures, which Minari takes for encoded ones, and bounds that hold every action. */
void sample_wide_info(orr_shard_info *out);
/* A value of a frame: (37 number + 11 t + 7 y + 3 x + c) mod 256; depth number + t / 8 + (y W + x)
 * / 64, infinite where x + y is 4; label (number + t + x y) mod 7. */
void sample_frame(const orr_space_picture *picture, int64_t number, size_t t, void *out);
#define SAMPLE_FRAME_BYTES ((size_t)8 * 6 * 3) /* of the largest */
#define SAMPLE_WIDE_BYTES  ((size_t)36 * 33 * sizeof(float))

orr_status sample_episode(int64_t number, size_t steps, orr_episode *out, orr_error *err);
/* Episodes first .. first + count - 1; episode n has `steps[n - first]` actions. */
orr_status sample_shard(const char *path, orr_split split, int64_t first, const size_t *steps,
                        size_t count, orr_error *err);
orr_status sample_seen_shard(const char *path, orr_split split, int64_t first, const size_t *steps,
                             size_t count, orr_error *err);
/* Two training shards (3 + 2 episodes) and a held-out one (2 episodes), sealed. */
orr_status sample_folder(const char *folder, orr_error *err);
orr_status sample_seen_folder(const char *folder, orr_error *err);
orr_status sample_wide_folder(const char *folder, orr_error *err);

/* Lengths of the episodes of that folder, in order. */
extern const size_t sample_steps[7];

#endif
