/* A thread pool for independent tasks.
 *
 * Work is a range of indices; an index may run on any thread, so a result may depend on the index
 * and never on the thread. Scratch memory is picked by `lane`. Nested calls run inline. */
#ifndef ORR_BASE_POOL_H
#define ORR_BASE_POOL_H

#include "base/error.h"

#define ORR_MOST_THREADS 1024

typedef struct orr_pool orr_pool;

/* `lane` is in [0, orr_pool_lanes): no two tasks run in the same lane at the same time. */
typedef void orr_task_fn(void *context, size_t index, size_t lane);

/* `threads` >= 1, counting the calling one; 0 = one per usable core. */
orr_status orr_pool_create(size_t threads, orr_pool **out, orr_error *err);
void orr_pool_destroy(orr_pool *pool);
size_t orr_pool_lanes(const orr_pool *pool); /* 1 for NULL */

/* Runs task(context, i, lane) for every i in [0, count) and returns when all are done. The calling
 * thread takes part. NULL pool: runs in the calling thread. No heap allocation. */
void orr_pool_run(orr_pool *pool, size_t count, orr_task_fn *task, void *context);

size_t orr_usable_cores(void); /* what the scheduler affinity allows, at least 1 */

#endif
