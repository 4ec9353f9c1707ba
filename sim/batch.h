/* Many worlds of one scenario, stepped together into caller-owned arrays: no copy, no allocation,
 * no automatic reset that would eat the last transition. */
#ifndef ORR_SIM_BATCH_H
#define ORR_SIM_BATCH_H

#include "base/pool.h"
#include "sim/world.h"

typedef struct orr_batch orr_batch;
orr_status orr_batch_create(const orr_scenario *scenario, size_t count, orr_batch **out,
                            orr_error *err);
void orr_batch_destroy(orr_batch *batch);
orr_world *orr_batch_world(orr_batch *batch, size_t index);
/* Resets the worlds whose `mask` is true (NULL: all) to episodes[i]. */
orr_status orr_batch_reset(orr_batch *batch, orr_pool *pool, const bool *mask, uint64_t seed,
                           const uint32_t *episodes, orr_error *err);
/* actions: count x action_count. Outputs, each may be NULL: states count x state.count,
 * rewards, ends. */
void orr_batch_step(orr_batch *batch, orr_pool *pool, const float *actions, double *states,
                    double *rewards, orr_end *ends);

#endif
