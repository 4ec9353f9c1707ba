#include "sim/batch.h"

#include "base/memory.h"

struct orr_batch {
  const orr_scenario *scenario;
  size_t count;
  orr_world **worlds;
};

/* One call's arguments, for the pool's tasks. */
typedef struct batch_call {
  const orr_batch *batch;
  const bool *mask;
  uint64_t seed;
  const uint32_t *episodes;
  const float *actions;
  double *states, *rewards;
  orr_end *ends;
} batch_call;

orr_status orr_batch_create(const orr_scenario *scenario, size_t count, orr_batch **out,
                            orr_error *err) {
  orr_batch *batch;
  *out = NULL;
  ORR_TRY(orr_new(&batch, 1, sizeof *batch, err));
  batch->scenario = scenario;
  orr_status status = orr_new(&batch->worlds, count, sizeof(orr_world *), err);
  for (; status == ORR_OK && batch->count < count; batch->count += status == ORR_OK)
    status = orr_world_create(scenario, &batch->worlds[batch->count], err);
  if (status == ORR_OK)
    *out = batch;
  else
    orr_batch_destroy(batch);
  return status;
}

void orr_batch_destroy(orr_batch *batch) {
  if (!batch) return;
  for (size_t i = 0; i < batch->count; i++) orr_world_destroy(batch->worlds[i]);
  orr_free(batch->worlds);
  orr_free(batch);
}

orr_world *orr_batch_world(orr_batch *batch, size_t index) {
  ORR_ASSERT(index < batch->count);
  return batch->worlds[index];
}

static void reset_task(void *context, size_t index, size_t lane) {
  const batch_call *call = context;
  (void)lane;
  if (call->mask && !call->mask[index]) return;
  /* A world that cannot begin has diverged; that is looked at below. */
  orr_world_reset(call->batch->worlds[index], call->seed, call->episodes[index], NULL);
}

orr_status orr_batch_reset(orr_batch *batch, orr_pool *pool, const bool *mask, uint64_t seed,
                           const uint32_t *episodes, orr_error *err) {
  batch_call call = {.batch = batch, .mask = mask, .seed = seed, .episodes = episodes};
  orr_pool_run(pool, batch->count, reset_task, &call);
  for (size_t i = 0; i < batch->count; i++) {
    if (mask && !mask[i]) continue;
    const orr_world *world = batch->worlds[i];
    if (orr_world_end(world) == ORR_DIVERGED)
      return orr_fail(err, ORR_ERR_NUMBERS, "episode %u (world %zu) cannot begin: %s", episodes[i],
                      i, orr_world_diverged_reason(world));
  }
  return ORR_OK;
}

static void step_task(void *context, size_t index, size_t lane) {
  const batch_call *call = context;
  const orr_scenario *scenario = call->batch->scenario;
  orr_world *world = call->batch->worlds[index];
  (void)lane;
  orr_end end = orr_world_step(world, call->actions + index * scenario->action_count);
  if (call->states)
    orr_world_state(world, call->states + index * scenario->state.count);
  if (call->rewards) call->rewards[index] = orr_world_reward(world);
  if (call->ends) call->ends[index] = end;
}

void orr_batch_step(orr_batch *batch, orr_pool *pool, const float *actions, double *states,
                    double *rewards, orr_end *ends) {
  batch_call call = {
      .batch = batch, .actions = actions, .states = states, .rewards = rewards, .ends = ends};
  orr_pool_run(pool, batch->count, step_task, &call);
}
