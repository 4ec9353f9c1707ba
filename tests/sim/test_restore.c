/* Exact state: restore, sync, threads, address independence, no allocation. */
#include "restore_trial.h"
#include "sim_test.h"

#include "base/memory.h"
#include "sim/batch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void many_trials(const char *path, uint32_t trials, size_t least_still) {
  orr_scenario *scenario = load_scenario(path);
  orr_world *world = new_world(scenario);
  orr_snapshot *snapshot;
  assert_int_equal(orr_snapshot_create(world, &snapshot, NULL), ORR_OK);
  size_t exact = 0, still = 0, diverged = 0;
  for (uint32_t i = 0; i < trials; i++) {
    restore_result result = restore_trial(world, snapshot, i);
    exact += result.exact;
    still += result.still;
    diverged += result.diverged;
  }
  print_message("%s: exact %zu of %u, saved at rest %zu, diverged before %zu\n", path, exact,
                trials, still, diverged);
  assert_int_equal(exact, trials);
  assert_true(still >= least_still);
  assert_true(diverged < trials / 20);
  orr_snapshot_destroy(snapshot);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void restores_push_t(void **context) {
  (void)context;
  many_trials("scenarios/push_t.yaml", 900, 50);
}

static void restores_jointed_stack(void **context) {
  (void)context;
  many_trials("tests/fixtures/jointed_stack.yaml", 600, 0);
}

static void restores_sleeping_pile(void **context) {
  (void)context;
  many_trials("tests/fixtures/sleeping_pile.yaml", 600, 50);
}

static void restores_surroundings(void **context) {
  (void)context;
  many_trials("tests/fixtures/surroundings.yaml", 600, 0);
}

static void act(orr_world *world, uint32_t episode, uint32_t step) {
  float action[16];
  draw_action(world, episode, step, action);
  orr_world_step(world, action);
}

/* A snapshot outlives resets, and a second one of another episode does not disturb it. */
static void snapshots_survive_resets(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("tests/fixtures/jointed_stack.yaml");
  orr_world *world = new_world(scenario);
  orr_snapshot *one, *two;
  assert_int_equal(orr_snapshot_create(world, &one, NULL), ORR_OK);
  assert_int_equal(orr_snapshot_create(world, &two, NULL), ORR_OK);
  orr_world_reset(world, 1, 1, NULL);
  for (uint32_t i = 0; i < 30; i++) act(world, 0, i);
  orr_world_save(world, one);
  orr_hash here = orr_world_hash(world);
  act(world, 0, 30);
  orr_hash next = orr_world_hash(world);
  assert_false(orr_hash_equal(here, next));
  orr_world_reset(world, 1, 2, NULL);
  for (uint32_t i = 0; i < 60; i++) act(world, 1, i);
  orr_world_save(world, two);
  orr_world_restore(world, one);
  assert_true(orr_hash_equal(orr_world_hash(world), here));
  act(world, 0, 30);
  assert_true(orr_hash_equal(orr_world_hash(world), next));
  orr_snapshot_destroy(one);
  orr_snapshot_destroy(two);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* The latched success, the count of the hold and the truncation come back too. */
static void task_counters_are_restored(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("tests/fixtures/jointed_stack.yaml");
  orr_world *world = new_world(scenario);
  orr_snapshot *snapshot;
  assert_int_equal(orr_snapshot_create(world, &snapshot, NULL), ORR_OK);
  orr_world_reset(world, 1, 1, NULL); /* box3 begins at its goal; success takes four steps */
  const float rest[2] = {0.0f, 0.0f};
  orr_world_step(world, rest);
  orr_world_step(world, rest);
  orr_world_save(world, snapshot);
  assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  orr_world_restore(world, snapshot);
  assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_int_equal(orr_world_step(world, rest), ORR_TERMINATED);
  assert_true(orr_world_success(world));
  orr_world_restore(world, snapshot);
  assert_false(orr_world_success(world));
  assert_int_equal(orr_world_end(world), ORR_RUNNING);
  orr_snapshot_destroy(snapshot);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void sync_follows(const char *path) {
  orr_scenario *scenario = load_scenario(path);
  orr_world *src = new_world(scenario), *dst = new_world(scenario);
  char *junk = malloc(12345); /* the two do not lie alike */
  orr_snapshot *snapshot;
  assert_int_equal(orr_snapshot_create(src, &snapshot, NULL), ORR_OK);
  for (uint32_t episode = 0; episode < 6; episode++) {
    orr_world_reset(src, 4, episode, NULL);
    for (uint32_t i = 0; i < 50; i++) {
      if (i == 20) orr_world_save(src, snapshot);
      if (i == 30) {
        orr_intervention kick = {ORR_INTERVENE_KICK, 1, {1.0, 0.5, 0.1}};
        assert_int_equal(orr_world_intervene(src, &kick, NULL), ORR_OK);
      }
      act(src, episode, i);
      if (i % (episode + 1) == 0) assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
    }
    assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
    assert_true(orr_hash_equal(orr_world_hash(dst), orr_world_hash(src)));
    orr_world_restore(src, snapshot); /* a branch: dst has gone another way */
    for (uint32_t i = 0; i < 10; i++) act(src, episode + 100, i);
    assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
    assert_true(orr_hash_equal(orr_world_hash(dst), orr_world_hash(src)));
  }
  free(junk);
  orr_snapshot_destroy(snapshot);
  orr_world_destroy(src);
  orr_world_destroy(dst);
  orr_scenario_destroy(scenario);
}

static void worlds_follow_each_other(void **context) {
  (void)context;
  sync_follows("scenarios/push_t.yaml");
  sync_follows("tests/fixtures/jointed_stack.yaml");
  sync_follows("tests/fixtures/sleeping_pile.yaml");
  sync_follows("tests/fixtures/surroundings.yaml");
}

static void sync_follows_into_divergence(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *src = new_world(scenario), *dst = new_world(scenario);
  orr_world_reset(src, 4, 0, NULL);
  act(src, 0, 0);
  orr_intervention move = {ORR_INTERVENE_MOVE, 1, {(double)NAN, 0, 0}};
  assert_int_equal(orr_world_intervene(src, &move, NULL), ORR_ERR_NUMBERS);
  assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
  assert_int_equal(orr_world_end(dst), ORR_DIVERGED);
  assert_true(orr_hash_equal(orr_world_hash(dst), orr_world_hash(src)));
  orr_world_destroy(src);
  orr_world_destroy(dst);
  orr_scenario_destroy(scenario);
}

/* A log that is full stops recording; the world goes on, but cannot be followed. */
static void a_full_log_is_said(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *src = new_world(scenario), *dst = new_world(scenario);
  orr_snapshot *snapshot;
  assert_int_equal(orr_snapshot_create(src, &snapshot, NULL), ORR_OK);
  orr_world_reset(src, 4, 0, NULL);
  for (uint32_t i = 0; i < 2 * 300 + 4096; i++) act(src, 0, i);
  assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
  assert_true(orr_hash_equal(orr_world_hash(dst), orr_world_hash(src)));
  orr_world_save(src, snapshot);
  act(src, 0, 0);
  orr_error err = {0};
  assert_int_equal(orr_world_sync(dst, src, &err), ORR_ERR_SYSTEM);
  assert_non_null(strstr(err.message, "full"));
  orr_world_restore(src, snapshot);
  assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
  orr_snapshot_destroy(snapshot);
  orr_world_destroy(src);
  orr_world_destroy(dst);
  orr_scenario_destroy(scenario);
}

enum { WORLDS = 6, STEPS = 1000 };

static orr_hash run_batch(const orr_scenario *scenario, size_t threads, uint64_t *allocations) {
  orr_batch *batch;
  orr_pool *pool;
  assert_int_equal(orr_batch_create(scenario, WORLDS, &batch, NULL), ORR_OK);
  assert_int_equal(orr_pool_create(threads, &pool, NULL), ORR_OK);
  uint32_t episodes[WORLDS];
  float actions[WORLDS * 2];
  double states[WORLDS * 256];
  double rewards[WORLDS];
  orr_end ends[WORLDS];
  for (uint32_t i = 0; i < WORLDS; i++) episodes[i] = i;
  assert_int_equal(orr_batch_reset(batch, pool, NULL, 8, episodes, NULL), ORR_OK);
  uint64_t before = orr_alloc_count();
  orr_hash sum = {0};
  for (uint32_t step = 0; step < STEPS; step++) {
    for (uint32_t i = 0; i < WORLDS; i++)
      draw_action(orr_batch_world(batch, i), i, step, actions + 2 * i);
    orr_batch_step(batch, pool, actions, states, rewards, ends);
    sum = orr_hash_join(sum, orr_hash_bytes(rewards, sizeof rewards));
    for (size_t i = 0; i < WORLDS; i++)
      sum = orr_hash_join(sum, orr_world_hash(orr_batch_world(batch, i)));
  }
  *allocations = orr_alloc_count() - before;
  orr_pool_destroy(pool);
  orr_batch_destroy(batch);
  return sum;
}

static void thread_count_changes_nothing(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  uint64_t allocations;
  orr_hash one = run_batch(scenario, 1, &allocations);
  for (size_t threads = 2; threads <= 8; threads *= 2) {
    assert_true(orr_hash_equal(one, run_batch(scenario, threads, &allocations)));
    assert_int_equal(allocations, 0);
  }
  orr_scenario_destroy(scenario);
}

static void batch_resets_only_the_masked(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_batch *batch;
  assert_int_equal(orr_batch_create(scenario, 3, &batch, NULL), ORR_OK);
  const uint32_t episodes[3] = {7, 8, 9};
  const float actions[6] = {0};
  assert_int_equal(orr_batch_reset(batch, NULL, NULL, 1, episodes, NULL), ORR_OK);
  orr_batch_step(batch, NULL, actions, NULL, NULL, NULL);
  const bool mask[3] = {false, true, false};
  assert_int_equal(orr_batch_reset(batch, NULL, mask, 1, episodes, NULL), ORR_OK);
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(orr_world_steps(orr_batch_world(batch, i)), i == 1 ? 0 : 1);
  orr_batch_destroy(batch);
  orr_scenario_destroy(scenario);
}

/* Step, save, restore, reset, sync and scene take nothing from the heap, and the engine's arena
 * stops growing. */
static void nothing_is_allocated(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *world = new_world(scenario), *other = new_world(scenario);
  orr_snapshot *snapshot;
  assert_int_equal(orr_snapshot_create(world, &snapshot, NULL), ORR_OK);
  orr_world_reset(world, 1, 0, NULL);
  uint64_t before = orr_alloc_count();
  for (uint32_t i = 0; i < 100; i++) act(world, 0, i);
  size_t used = orr_world_memory(world);
  for (uint32_t i = 0; i < 300; i++) act(world, 1, i);
  assert_int_equal(orr_world_memory(world), used);
  orr_world_save(world, snapshot);
  orr_world_reset(world, 1, 1, NULL);
  orr_world_restore(world, snapshot);
  assert_int_equal(orr_world_sync(other, world, NULL), ORR_OK);
  assert_non_null(orr_world_scene(world));
  assert_int_equal(orr_alloc_count(), before);
  assert_true(used < (size_t)1 << 20);
  orr_snapshot_destroy(snapshot);
  orr_world_destroy(world);
  orr_world_destroy(other);
  orr_scenario_destroy(scenario);
}

/* Creation survives the failure of any of its allocations. */
static void creation_survives_failures(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  for (int64_t n = 1; n < 40; n++) {
    orr_batch *batch = NULL;
    orr_error err = {0};
    orr_alloc_fail_at(n);
    orr_status status = orr_batch_create(scenario, 2, &batch, &err);
    orr_alloc_fail_at(0);
    if (status == ORR_OK) {
      orr_batch_destroy(batch);
      assert_true(n > 5);
      break;
    }
    assert_int_equal(status, ORR_ERR_MEMORY);
    assert_null(batch);
  }
  orr_scenario_destroy(scenario);
}

int run_restore_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(restores_push_t),
      cmocka_unit_test(restores_jointed_stack),
      cmocka_unit_test(restores_sleeping_pile),
      cmocka_unit_test(restores_surroundings),
      cmocka_unit_test(snapshots_survive_resets),
      cmocka_unit_test(task_counters_are_restored),
      cmocka_unit_test(worlds_follow_each_other),
      cmocka_unit_test(sync_follows_into_divergence),
      cmocka_unit_test(a_full_log_is_said),
      cmocka_unit_test(thread_count_changes_nothing),
      cmocka_unit_test(batch_resets_only_the_masked),
      cmocka_unit_test(nothing_is_allocated),
      cmocka_unit_test(creation_survives_failures),
  };
  return cmocka_run_group_tests_name("restore", tests, NULL, NULL);
}
