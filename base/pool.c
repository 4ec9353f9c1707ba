/* A pool of persistent threads that share out a range of indices.
 *
 * The next index is one atomic counter: a slow task never holds up the others. Between runs a
 * thread looks out for the next one for some tens of microseconds (a planner's runs follow each
 * other that closely, and waking a sleeper takes as long), then it sleeps on a condition variable.
 * A worker joins a run only while the run is open, so a worker that wakes late costs nothing. */
#include "base/pool.h"
#include "base/memory.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

typedef struct pool_worker {
  orr_pool *pool;
  size_t lane;
  pthread_t thread;
} pool_worker;

struct orr_pool {
  size_t lanes;
  pool_worker *workers; /* lanes - 1; lane 0 is the caller */
  size_t started;
  pthread_mutex_t one_run; /* held while a run lasts */
  pthread_mutex_t lock;    /* guards what follows */
  pthread_cond_t work, done;
  atomic_uint_fast64_t generation; /* of runs; this and `active` are also read without the lock */
  atomic_size_t active;            /* workers inside the current run */
  bool open;
  atomic_bool stop;
  int patience; /* looks before sleeping */
  orr_task_fn *task;
  void *context;
  size_t count;
  atomic_size_t next;
};

/* What this thread is in the middle of, so that a nested call runs inline in the same lane. */
typedef struct pool_frame {
  const orr_pool *pool;
  size_t lane;
  const struct pool_frame *outer;
} pool_frame;
static _Thread_local const pool_frame *current_frame;

static void drain(orr_pool *pool, size_t lane) {
  pool_frame frame = {.pool = pool, .lane = lane, .outer = current_frame};
  current_frame = &frame;
  for (;;) {
    size_t index = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
    if (index >= pool->count) break;
    pool->task(pool->context, index, lane);
  }
  current_frame = frame.outer;
}

enum { PATIENCE = 2000 }; /* pauses of 25 to 50 ns */

static inline void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

/* Waits a little for a run after `seen`. */
static void await_run(orr_pool *pool, uint64_t seen) {
  for (int i = 0; i < pool->patience; i++) {
    if (atomic_load(&pool->generation) != seen || atomic_load(&pool->stop)) return;
    pause_briefly();
  }
}

static void await_workers(orr_pool *pool) {
  for (int i = 0; i < pool->patience && atomic_load(&pool->active) > 0; i++) pause_briefly();
}

static void *worker_main(void *argument) {
  pool_worker *worker = argument;
  orr_pool *pool = worker->pool;
  uint64_t seen = 0;
  pthread_mutex_lock(&pool->lock);
  for (;;) {
    while (!pool->stop && !(pool->open && pool->generation != seen)) {
      pthread_cond_wait(&pool->work, &pool->lock);
    }
    if (pool->stop) break;
    seen = pool->generation;
    pool->active++;
    pthread_mutex_unlock(&pool->lock);
    drain(pool, worker->lane);
    pthread_mutex_lock(&pool->lock);
    if (--pool->active == 0) pthread_cond_signal(&pool->done);
    pthread_mutex_unlock(&pool->lock);
    await_run(pool, seen);
    pthread_mutex_lock(&pool->lock);
  }
  pthread_mutex_unlock(&pool->lock);
  return NULL;
}

/* Workers take no signals: an interrupt is handled by the thread that started them. */
static int start_workers(orr_pool *pool) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = 0;
  for (size_t i = 0; i + 1 < pool->lanes && error == 0; i++) {
    pool->workers[i] = (pool_worker){.pool = pool, .lane = i + 1};
    error = pthread_create(&pool->workers[i].thread, NULL, worker_main, &pool->workers[i]);
    if (error == 0) pool->started++;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return error;
}

orr_status orr_pool_create(size_t threads, orr_pool **out, orr_error *err) {
  *out = NULL;
  if (threads == 0) threads = orr_usable_cores();
  if (threads > ORR_MOST_THREADS) {
    orr_fail(err, ORR_ERR_CONFIG, "%zu threads are too many; the most is %d", threads,
             ORR_MOST_THREADS);
    orr_hint(err, "0 means one thread per usable core (here %zu).", orr_usable_cores());
    return ORR_ERR_CONFIG;
  }
  orr_pool *pool;
  ORR_TRY(orr_new(&pool, 1, sizeof *pool, err));
  orr_status status = orr_new(&pool->workers, threads, sizeof *pool->workers, err);
  if (status != ORR_OK) {
    orr_free(pool);
    return status;
  }
  pool->lanes = threads;
  pool->patience = threads <= orr_usable_cores() ? PATIENCE : 0;
  pthread_mutex_init(&pool->one_run, NULL);
  pthread_mutex_init(&pool->lock, NULL);
  pthread_cond_init(&pool->work, NULL);
  pthread_cond_init(&pool->done, NULL);
  int error = start_workers(pool);
  if (error != 0) {
    orr_pool_destroy(pool);
    orr_fail(err, ORR_ERR_SYSTEM, "cannot start %zu threads: %s", threads, strerror(error));
    orr_hint(err, "Ask for fewer threads, or raise the limit (ulimit -u).");
    return ORR_ERR_SYSTEM;
  }
  *out = pool;
  return ORR_OK;
}

void orr_pool_destroy(orr_pool *pool) {
  if (!pool) return;
  pthread_mutex_lock(&pool->lock);
  pool->stop = true;
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  for (size_t i = 0; i < pool->started; i++) pthread_join(pool->workers[i].thread, NULL);
  pthread_cond_destroy(&pool->work);
  pthread_cond_destroy(&pool->done);
  pthread_mutex_destroy(&pool->lock);
  pthread_mutex_destroy(&pool->one_run);
  orr_free(pool->workers);
  orr_free(pool);
}

size_t orr_pool_lanes(const orr_pool *pool) { return pool ? pool->lanes : 1; }

/* Opens the run to the workers, takes part, and waits for those that joined. */
static void run_shared(orr_pool *pool, size_t count, orr_task_fn *task, void *context) {
  pthread_mutex_lock(&pool->lock);
  pool->task = task;
  pool->context = context;
  pool->count = count;
  atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
  pool->open = true;
  pool->generation++;
  pthread_cond_broadcast(&pool->work);
  pthread_mutex_unlock(&pool->lock);
  drain(pool, 0);
  pthread_mutex_lock(&pool->lock);
  pool->open = false;
  pthread_mutex_unlock(&pool->lock);
  await_workers(pool);
  pthread_mutex_lock(&pool->lock);
  while (pool->active > 0) pthread_cond_wait(&pool->done, &pool->lock);
  pthread_mutex_unlock(&pool->lock);
}

static void run_inline(const orr_pool *pool, size_t lane, size_t count, orr_task_fn *task,
                       void *context) {
  pool_frame frame = {.pool = pool, .lane = lane, .outer = current_frame};
  current_frame = &frame;
  for (size_t i = 0; i < count; i++) task(context, i, lane);
  current_frame = frame.outer;
}

void orr_pool_run(orr_pool *pool, size_t count, orr_task_fn *task, void *context) {
  if (count == 0) return;
  if (!pool) {
    for (size_t i = 0; i < count; i++) task(context, i, 0);
    return;
  }
  for (const pool_frame *frame = current_frame; frame; frame = frame->outer) {
    if (frame->pool != pool) continue;
    run_inline(pool, frame->lane, count, task, context);
    return;
  }
  pthread_mutex_lock(&pool->one_run); /* lane 0 belongs to one caller at a time */
  if (count == 1 || pool->lanes == 1 || current_frame) {
    run_inline(pool, 0, count, task, context);
  } else {
    run_shared(pool, count, task, context);
  }
  pthread_mutex_unlock(&pool->one_run);
}

size_t orr_usable_cores(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
    return (size_t)CPU_COUNT(&set);
  }
  long online = sysconf(_SC_NPROCESSORS_ONLN); /* more than 1024 cores */
  return online > 0 ? (size_t)online : 1;
}
