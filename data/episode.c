/* One episode in memory, growing while it is recorded. */
#include "base/memory.h"
#include "data/shard.h"
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
  *episode = (orr_episode){0};
}

void orr_episode_begin(orr_episode *episode, const float *state) {
  episode->steps = 0;
  episode->terminated = episode->truncated = episode->diverged = false;
  episode->success[0] = episode->contact[0] = 0;
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
