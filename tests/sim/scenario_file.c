#include "tests/sim/scenario_file.h"

#include <stdio.h>

orr_scenario *load_scenario_file(const char *path) {
  char full[512];
  snprintf(full, sizeof full, "%s/%s", ORR_SOURCE_DIR, path);
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_scenario *scenario = NULL;
  if (orr_config_load(full, &config, diagnostics) == ORR_OK)
    orr_scenario_read(config, &scenario, diagnostics);
  orr_diagnostics_print(diagnostics, stderr, false);
  orr_diagnostics_destroy(diagnostics);
  orr_config_destroy(config);
  return scenario;
}
