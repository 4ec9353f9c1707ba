/* bench_sim [SCENARIO] [SECONDS]: control steps a second on one thread, two and all cores. */
#include "base/pool.h"
#include "sim/bench.h"

#include <stdio.h>
#include <stdlib.h>

static orr_scenario *load(const char *path) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_scenario *scenario = NULL;
  if (orr_config_load(path, &config, diagnostics) == ORR_OK)
    orr_scenario_read(config, &scenario, diagnostics);
  orr_diagnostics_print(diagnostics, stderr, false);
  orr_diagnostics_destroy(diagnostics);
  orr_config_destroy(config);
  return scenario;
}

int main(int argc, char **argv) {
  orr_scenario *scenario = load(argc > 1 ? argv[1] : ORR_SOURCE_DIR "/scenarios/push_t.yaml");
  double seconds = argc > 2 ? strtod(argv[2], NULL) : 1.0;
  if (!scenario) return 1;
  double one = 0.0;
  for (size_t threads = 1; threads <= orr_usable_cores(); threads *= 2) {
    orr_sim_bench_result r;
    if (orr_sim_bench(scenario, threads, seconds, &r, NULL) != ORR_OK) return 1;
    if (threads == 1) one = r.steps_per_second;
    printf("%zu threads: %.0f control steps/s (%.2fx), contact in %.1f %%, allocations a step %g, "
           "reset %.1f us, save %.2f us, restore %.2f us, hash %.2f us, %.0f KB a world\n",
           threads, r.steps_per_second, r.steps_per_second / one, 100.0 * r.contact_share,
           r.allocations_per_step, 1e6 * r.reset_seconds, 1e6 * r.save_seconds,
           1e6 * r.restore_seconds, 1e6 * r.hash_seconds, (double)r.memory / 1024.0);
  }
  orr_scenario_destroy(scenario);
  return 0;
}
