/* Prints the hash of many control steps of each world: 8 worlds in a batch, 1, 2, 4 and 8 threads:
 *   state_hash [STEPS, default 1000] [MOST THREADS, default 8]
 *              [SCENARIO..., default the shelf and the worlds of the tests]
 * All lines of one scenario must agree, in this process and in any other, with and without address
 * space randomisation (setarch -R), built by gcc or clang. Exit code 1 when they do not. */
#include "base/random.h"
#include "sim/batch.h"
#include "tests/sim/scenario_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORLDS = 8, MOST_ACTION = 64, MOST_SCENARIOS = 64 };

static void draw(const orr_scenario *scenario, uint32_t world, uint32_t step, float *action) {
  orr_random random = orr_random_at(23, ORR_PURPOSE_TEST, world, step, 0, 0);
  for (size_t i = 0; i < scenario->action_count; i++)
    action[i] = (float)orr_random_uniform(&random, scenario->action.fields[i].low,
                                          scenario->action.fields[i].high);
}

/* False when an episode cannot begin: worlds that stand still agree whatever is wrong. */
static bool run(orr_batch *batch, const orr_scenario *scenario, orr_pool *pool, uint32_t steps,
                orr_hash *sum) {
  uint32_t episodes[WORLDS];
  float actions[WORLDS * MOST_ACTION];
  for (uint32_t i = 0; i < WORLDS; i++) episodes[i] = i;
  if (orr_batch_reset(batch, pool, NULL, 99, episodes, NULL) != ORR_OK) return false;
  *sum = (orr_hash){0};
  for (uint32_t step = 0; step < steps; step++) {
    for (uint32_t i = 0; i < WORLDS; i++)
      draw(scenario, i, step, actions + i * scenario->action_count);
    orr_batch_step(batch, pool, actions, NULL, NULL, NULL);
    for (size_t i = 0; i < WORLDS; i++)
      *sum = orr_hash_join(*sum, orr_world_hash(orr_batch_world(batch, i)));
  }
  return true;
}

static bool check(const char *path, uint32_t steps, size_t most_threads) {
  orr_scenario *scenario = load_scenario_file(path);
  orr_batch *batch = NULL;
  if (!scenario || scenario->action_count > MOST_ACTION) return false;
  if (orr_batch_create(scenario, WORLDS, &batch, NULL) != ORR_OK) return false;
  orr_hash first = {0};
  bool same = true;
  for (size_t threads = 1; threads <= most_threads; threads *= 2) {
    orr_pool *pool = NULL;
    if (orr_pool_create(threads, &pool, NULL) != ORR_OK) return false;
    orr_hash hash;
    if (!run(batch, scenario, pool, steps, &hash)) return false;
    char text[ORR_HASH_TEXT];
    orr_hash_text(hash, text);
    printf("%-34s %zu threads  %s\n", path, threads, text);
    if (threads == 1) first = hash;
    same = same && orr_hash_equal(first, hash);
    orr_pool_destroy(pool);
  }
  orr_batch_destroy(batch);
  orr_scenario_destroy(scenario);
  return same;
}

int main(int argc, char **argv) {
  static char paths[MOST_SCENARIOS][256];
  uint32_t steps = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000;
  size_t most_threads = argc > 2 ? strtoul(argv[2], NULL, 10) : 8, count = 0;
  for (int i = 3; i < argc && count < MOST_SCENARIOS; i++)
    snprintf(paths[count++], sizeof *paths, "%s", argv[i]);
  if (count == 0) count = list_scenario_files(paths, MOST_SCENARIOS);
  bool same = true;
  for (size_t i = 0; i < count; i++) same = check(paths[i], steps, most_threads) && same;
  return same ? 0 : 1;
}
