/* One episode in memory, growing while it is recorded. Frames are deflated as they come, so that a
 * shard's worth of episodes fits into memory. */
#include "base/memory.h"
#include "data/deflate.h"
#include "data/shard_format.h"
#include <string.h>

/* One float array of `rows` x `width`, checked for overflow. */
static orr_status new_floats(float **out, size_t rows, size_t width, orr_error *err) {
  size_t count;
  if (__builtin_mul_overflow(rows, width, &count)) count = SIZE_MAX; /* refused below */
  return orr_new(out, count, sizeof(float), err);
}

orr_status orr_episode_create(size_t state_count, size_t action_count, size_t capacity,
                              orr_episode *out, orr_error *err) {
  ORR_ASSERT(capacity < INT32_MAX);
  *out =
      (orr_episode){.capacity = capacity, .state_count = state_count, .action_count = action_count};
  orr_status status = new_floats(&out->states, capacity + 1, state_count, err);
  if (status == ORR_OK) status = new_floats(&out->actions, capacity, action_count, err);
  if (status == ORR_OK) status = new_floats(&out->rewards, capacity, 1, err);
  if (status == ORR_OK) status = orr_new(&out->success, capacity + 1, 1, err);
  if (status == ORR_OK) status = orr_new(&out->contact, capacity + 1, 1, err);
  if (status != ORR_OK) orr_episode_destroy(out);
  return status;
}

void orr_episode_destroy(orr_episode *episode) {
  if (!episode) return;
  orr_free(episode->states);
  orr_free(episode->actions);
  orr_free(episode->rewards);
  orr_free(episode->success);
  orr_free(episode->contact);
  for (size_t p = 0; p < episode->picture_count; p++) {
    orr_free(episode->pictures[p].bytes);
    orr_free(episode->pictures[p].ends);
  }
  *episode = (orr_episode){0};
}

void orr_episode_begin(orr_episode *episode, const float *state) {
  episode->steps = 0;
  episode->terminated = episode->truncated = episode->diverged = false;
  episode->success[0] = episode->contact[0] = 0;
  for (size_t p = 0; p < episode->picture_count; p++) {
    episode->pictures[p].used = episode->pictures[p].count = 0;
  }
  memcpy(episode->states, state, episode->state_count * sizeof *state);
}

void orr_episode_append(orr_episode *episode, const float *action, float reward, const float *state,
                        bool success, bool contact) {
  ORR_ASSERT(episode->steps < episode->capacity);
  size_t t = episode->steps++, S = episode->state_count, A = episode->action_count;
  memcpy(episode->actions + t * A, action, A * sizeof *action);
  memcpy(episode->states + (t + 1) * S, state, S * sizeof *state);
  episode->rewards[t] = reward;
  episode->success[t + 1] = success;
  episode->contact[t + 1] = contact;
}

/* Pictures --------------------------------------------------------------------------------- */

orr_status orr_episode_add_pictures(orr_episode *episode, const orr_space *observation,
                                    orr_error *err) {
  ORR_ASSERT(episode->picture_count == 0);
  ORR_ASSERT(observation->picture_count <= ORR_MAX_PICTURES);
  for (size_t p = 0; p < observation->picture_count; p++) {
    orr_frames *frames = &episode->pictures[p];
    *frames = (orr_frames){0};
    episode->picture_count = p + 1; /* so that destroy frees what there is */
    ORR_TRY(orr_new(&frames->ends, episode->capacity + 1, sizeof *frames->ends, err));
  }
  return ORR_OK;
}

/* Room for `more` bytes behind those used: at least doubled, so that copies stay few. */
static orr_status reserve(orr_frames *frames, size_t more, orr_error *err) {
  if (frames->capacity - frames->used >= more) return ORR_OK;
  size_t least = frames->used + more, capacity = 2 * frames->capacity;
  if (capacity < least) capacity = least;
  uint8_t *grown = orr_realloc(frames->bytes, capacity, 1);
  if (!grown) {
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory: an episode's frames take %zu bytes",
                    capacity);
  }
  frames->bytes = grown;
  frames->capacity = capacity;
  return ORR_OK;
}

orr_status orr_episode_put_frame(orr_episode *episode, const orr_space *observation, size_t picture,
                                 const void *frame, orr_deflater *deflater, orr_error *err) {
  ORR_ASSERT(picture < episode->picture_count && picture < observation->picture_count);
  orr_frames *frames = &episode->pictures[picture];
  ORR_ASSERT(frames->count <= episode->capacity);
  const orr_space_picture *what = &observation->pictures[picture];
  if (!orr_shard_frame_is_sound(what, frame)) {
    return orr_fail(err, ORR_ERR_NUMBERS, "frame %zu of the picture '%s' has a depth that is NaN",
                    frames->count, what->name);
  }
  size_t count = orr_picture_bytes(what), bound = orr_deflate_bound(deflater, count);
  ORR_TRY(reserve(frames, bound, err));
  frames->used += orr_deflate(deflater, frame, count, frames->bytes + frames->used, bound);
  frames->ends[frames->count++] = frames->used;
  return ORR_OK;
}
