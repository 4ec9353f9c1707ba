#include "tests/sim/scenario_file.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

orr_scenario *load_scenario_file(const char *path) {
  char full[512];
  snprintf(full, sizeof full, "%s%s%s", path[0] == '/' ? "" : ORR_SOURCE_DIR,
           path[0] == '/' ? "" : "/", path);
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

size_t list_scenario_files(char (*out)[256], size_t most) {
  static const char *const patterns[] = {ORR_SOURCE_DIR "/scenarios/*.yaml",
                                         ORR_SOURCE_DIR "/tests/fixtures/*.yaml"};
  size_t count = 0;
  for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
    glob_t found;
    if (glob(patterns[p], 0, NULL, &found) != 0) continue;
    for (size_t i = 0; i < found.gl_pathc && count < most; i++)
      snprintf(out[count++], sizeof *out, "%s", found.gl_pathv[i] + strlen(ORR_SOURCE_DIR) + 1);
    globfree(&found);
  }
  return count;
}
