/* Many restore trials over four worlds on all cores:
 *   prove_restore [TRIALS, default 100000] [THREADS, default all]
 * Prints a line a world and a summary; exit code 1 when one trial was not exact. */
#include "restore_trial.h"
#include "tests/sim/scenario_file.h"

#include "base/pool.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_THREADS = 64 };

static const char *const paths[] = {"scenarios/push_t.yaml", "tests/fixtures/jointed_stack.yaml",
                                    "tests/fixtures/sleeping_pile.yaml",
                                    "tests/fixtures/surroundings.yaml"};
enum { PATHS = sizeof paths / sizeof *paths };

typedef struct proof {
  orr_world *worlds[MOST_THREADS];
  orr_snapshot *snapshots[MOST_THREADS];
  atomic_size_t exact, diverged, still;
} proof;

static void trial_task(void *context, size_t index, size_t lane) {
  proof *p = context;
  restore_result result = restore_trial(p->worlds[lane], p->snapshots[lane], (uint32_t)index);
  atomic_fetch_add(&p->exact, result.exact);
  atomic_fetch_add(&p->diverged, result.diverged);
  atomic_fetch_add(&p->still, result.still);
  if (!result.exact) fprintf(stderr, "trial %zu is not exact\n", index);
}

static size_t prove(const char *path, size_t trials, orr_pool *pool) {
  orr_scenario *scenario = load_scenario_file(path);
  if (!scenario) return 0;
  proof p = {0};
  size_t lanes = orr_pool_lanes(pool);
  bool fine = true;
  for (size_t i = 0; i < lanes && fine; i++)
    fine = orr_world_create(scenario, &p.worlds[i], NULL) == ORR_OK &&
           orr_snapshot_create(p.worlds[i], &p.snapshots[i], NULL) == ORR_OK;
  if (fine) orr_pool_run(pool, trials, trial_task, &p);
  size_t exact = atomic_load(&p.exact);
  printf("%-34s trials %zu, exact %zu (saved at rest %zu, already diverged %zu)\n", path, trials,
         exact, atomic_load(&p.still), atomic_load(&p.diverged));
  fflush(stdout);
  for (size_t i = 0; i < lanes; i++) {
    orr_snapshot_destroy(p.snapshots[i]);
    orr_world_destroy(p.worlds[i]);
  }
  orr_scenario_destroy(scenario);
  return exact;
}

int main(int argc, char **argv) {
  size_t trials = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
  size_t threads = argc > 2 ? strtoul(argv[2], NULL, 10) : orr_usable_cores();
  if (threads < 1 || threads > MOST_THREADS) threads = 1;
  orr_pool *pool = NULL;
  if (orr_pool_create(threads, &pool, NULL) != ORR_OK) return 1;
  size_t exact = 0, done = 0;
  for (size_t i = 0; i < PATHS; i++) {
    size_t share = trials / PATHS + (i < trials % PATHS);
    exact += prove(paths[i], share, pool);
    done += share;
  }
  printf("trials %zu, exact %zu\n", done, exact);
  orr_pool_destroy(pool);
  return exact == done ? 0 : 1;
}
