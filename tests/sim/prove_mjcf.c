/* Worlds from MJCF files that were made for others:
 *   prove_mjcf FILE...
 * A line a file: what it holds and whether it runs for 1,000 control steps with random actions, or
 * why it is refused. A refusal is an answer; exit code 1 when a file gets none. */
#include "base/random.h"
#include "sim/world.h"

#include <stdio.h>
#include <string.h>

enum { STEPS = 1000, MOST_ACTION = 128 };

static orr_scenario *load(const char *file, orr_error *err) {
  char text[1024];
  int length = snprintf(text, sizeof text,
                        "world:\n  engine: mujoco\n  substeps: 1\n  mjcf: \"%s\"\n", file);
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_scenario *scenario = NULL;
  if (orr_config_parse(text, (size_t)length, "mjcf.yaml", &config, found) == ORR_OK)
    orr_scenario_read(config, &scenario, found);
  if (!scenario) orr_diagnostics_status(found, err);
  orr_diagnostics_destroy(found);
  orr_config_destroy(config);
  return scenario;
}

/* Steps done before the end. */
static int run(orr_world *world) {
  const orr_scenario *scenario = orr_world_scenario(world);
  for (int step = 0; step < STEPS; step++) {
    orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, 0, (uint32_t)step, 0, 0);
    float action[MOST_ACTION];
    for (size_t i = 0; i < scenario->action_count; i++) {
      const orr_space_field *field = &scenario->action.fields[i];
      action[i] = (float)orr_random_uniform(&random, field->low, field->high);
    }
    if (orr_world_step(world, action) == ORR_DIVERGED) return step;
  }
  return STEPS;
}

static bool answer(const char *file) {
  orr_error err = {0};
  orr_scenario *scenario = load(file, &err);
  const char *parent = strstr(file, "site-packages/");
  printf("%-52.52s ", parent ? parent + strlen("site-packages/") : file);
  if (!scenario) {
    printf("refused: %s\n", err.message);
    return err.message[0] != 0;
  }
  orr_world *world = NULL;
  int steps = -1;
  if (scenario->action_count > MOST_ACTION)
    snprintf(err.message, sizeof err.message, "%zu actions", scenario->action_count);
  else if (orr_world_create(scenario, &world, &err) == ORR_OK &&
           orr_world_reset(world, 0, 0, &err) == ORR_OK)
    steps = run(world);
  if (steps < 0)
    printf("cannot begin: %s\n", err.message);
  else
    printf("%3zu numbers in the state, %2zu actions, %4d steps%s%s\n", scenario->state.count,
           scenario->action_count, steps, steps < STEPS ? ", diverged: " : "",
           steps < STEPS ? orr_world_diverged_reason(world) : "");
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
  return steps >= 0;
}

int main(int argc, char **argv) {
  bool all = true;
  for (int i = 1; i < argc; i++) all = answer(argv[i]) && all;
  return all ? 0 : 1;
}
