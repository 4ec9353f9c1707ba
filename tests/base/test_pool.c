/* The thread pool: every index once, one task a lane, the same result for any thread count. */
#include "base/memory.h"
#include "base/pool.h"
#include "base/random.h"
#include "test_base.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define COUNT 5000

typedef struct marks {
  atomic_int seen[COUNT];
  atomic_int busy[16]; /* tasks in a lane */
  atomic_int wrong;
  orr_pool *pool;
} marks;

static void mark(void *context, size_t index, size_t lane) {
  marks *m = context;
  if (lane >= orr_pool_lanes(m->pool)) atomic_fetch_add(&m->wrong, 1);
  if (atomic_fetch_add(&m->busy[lane], 1) != 0) atomic_fetch_add(&m->wrong, 1);
  atomic_fetch_add(&m->seen[index], 1);
  atomic_fetch_sub(&m->busy[lane], 1);
}

static void every_index_runs_once_in_a_free_lane(void **state) {
  (void)state;
  static marks m;
  for (size_t threads = 1; threads <= 5; threads++) {
    memset(&m, 0, sizeof m);
    assert_int_equal(orr_pool_create(threads, &m.pool, NULL), ORR_OK);
    assert_int_equal(orr_pool_lanes(m.pool), threads);
    for (int round = 0; round < 20; round++) orr_pool_run(m.pool, COUNT, mark, &m);
    for (size_t i = 0; i < COUNT; i++) assert_int_equal(atomic_load(&m.seen[i]), 20);
    assert_int_equal(atomic_load(&m.wrong), 0);
    orr_pool_destroy(m.pool);
  }
}

static void short_runs_neither_lose_nor_repeat(void **state) {
  (void)state;
  static marks m;
  memset(&m, 0, sizeof m);
  assert_int_equal(orr_pool_create(3, &m.pool, NULL), ORR_OK);
  uint64_t before = orr_alloc_count();
  for (size_t round = 0; round < 3000; round++) {
    orr_pool_run(m.pool, 1 + round % 4, mark, &m);
    orr_pool_run(m.pool, 0, mark, &m);
  }
  assert_int_equal(orr_alloc_count(), before); /* no allocation in a run */
  assert_int_equal(atomic_load(&m.seen[0]), 3000);
  assert_int_equal(atomic_load(&m.seen[1]), 2250);
  assert_int_equal(atomic_load(&m.seen[3]), 750);
  assert_int_equal(atomic_load(&m.wrong), 0);
  orr_pool_destroy(m.pool);
}

static void draw_task(void *context, size_t index, size_t lane) {
  (void)lane;
  orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, (uint32_t)index, 0, 0, 0);
  double sum = 0;
  for (size_t i = 0; i < 1 + index % 50; i++) sum += orr_random_normal(&random);
  ((double *)context)[index] = sum;
}

static void thread_counts_do_not_change_a_bit(void **state) {
  (void)state;
  static double alone[COUNT], shared[COUNT];
  orr_pool_run(NULL, COUNT, draw_task, alone);
  for (size_t threads = 2; threads <= 4; threads++) {
    orr_pool *pool;
    assert_int_equal(orr_pool_create(threads, &pool, NULL), ORR_OK);
    memset(shared, 0, sizeof shared);
    orr_pool_run(pool, COUNT, draw_task, shared);
    assert_memory_equal(alone, shared, sizeof alone);
    orr_pool_destroy(pool);
  }
}

typedef struct nesting {
  orr_pool *pool, *other;
  atomic_int inner, wrong;
} nesting;

typedef struct nested_call {
  nesting *top;
  size_t lane;
  pthread_t thread;
} nested_call;

static void inner_task(void *context, size_t index, size_t lane) {
  (void)index;
  nested_call *call = context;
  if (lane != call->lane || !pthread_equal(call->thread, pthread_self())) {
    atomic_fetch_add(&call->top->wrong, 1);
  }
  atomic_fetch_add(&call->top->inner, 1);
}

static void outer_task(void *context, size_t index, size_t lane) {
  (void)index;
  nested_call call = {context, lane, pthread_self()};
  orr_pool_run(call.top->pool, 7, inner_task, &call);
  call.lane = 0; /* another pool: inline too, one caller at a time in its first lane */
  orr_pool_run(call.top->other, 3, inner_task, &call);
}

static void nested_runs_stay_in_their_thread_and_lane(void **state) {
  (void)state;
  nesting n = {0};
  assert_int_equal(orr_pool_create(4, &n.pool, NULL), ORR_OK);
  assert_int_equal(orr_pool_create(2, &n.other, NULL), ORR_OK);
  orr_pool_run(n.pool, 100, outer_task, &n);
  assert_int_equal(atomic_load(&n.inner), 1000);
  assert_int_equal(atomic_load(&n.wrong), 0);
  orr_pool_destroy(n.pool);
  orr_pool_destroy(n.other);
}

static void *second_caller(void *context) {
  marks *m = context;
  for (int i = 0; i < 50; i++) orr_pool_run(m->pool, 100, mark, m);
  return NULL;
}

static void two_callers_take_turns(void **state) {
  (void)state;
  static marks m;
  memset(&m, 0, sizeof m);
  assert_int_equal(orr_pool_create(3, &m.pool, NULL), ORR_OK);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, second_caller, &m), 0);
  second_caller(&m);
  pthread_join(thread, NULL);
  for (size_t i = 0; i < 100; i++) assert_int_equal(atomic_load(&m.seen[i]), 100);
  assert_int_equal(atomic_load(&m.wrong), 0);
  orr_pool_destroy(m.pool);
}

static void creation_fails_cleanly(void **state) {
  (void)state;
  orr_pool *pool;
  orr_error err;
  assert_int_equal(orr_pool_create(1000000, &pool, &err), ORR_ERR_CONFIG);
  for (int n = 1; n <= 2; n++) {
    orr_alloc_fail_at(n);
    assert_int_equal(orr_pool_create(3, &pool, &err), ORR_ERR_MEMORY);
    assert_null(pool);
  }
  orr_alloc_fail_at(0);
  assert_int_equal(orr_pool_create(0, &pool, &err), ORR_OK);
  assert_int_equal(orr_pool_lanes(pool), orr_usable_cores());
  assert_int_equal(orr_pool_lanes(NULL), 1);
  orr_pool_destroy(pool);
  orr_pool_destroy(NULL);
}

int test_pool(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_index_runs_once_in_a_free_lane),
      cmocka_unit_test(short_runs_neither_lose_nor_repeat),
      cmocka_unit_test(thread_counts_do_not_change_a_bit),
      cmocka_unit_test(nested_runs_stay_in_their_thread_and_lane),
      cmocka_unit_test(two_callers_take_turns),
      cmocka_unit_test(creation_fails_cleanly),
  };
  return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
