/* Any bytes as a scenario: what is refused is refused with a message; what is accepted makes a
 * world that resets, steps and restores without a fault, whatever its numbers are. */
#include "sim/world.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_BODIES 40 /* larger worlds are valid, but slow to fuzz */

static bool small(const orr_scenario *scenario) {
  const orr_world_def *world = &scenario->world;
  return world->bodies.count <= MOST_BODIES && world->joints.count <= MOST_BODIES &&
         world->substeps * world->repeat <= 40 && world->iterations <= 40 && world->settle <= 40;
}

static void run_world(orr_world *world, const orr_scenario *scenario) {
  float action[ORR_MAX_FIELDS] = {0};
  orr_snapshot *snapshot = NULL;
  orr_error err = {0};
  for (size_t i = 0; i < scenario->action_count; i++) action[i] = 0.25f * (float)(i + 1);
  if (orr_world_reset(world, 1, 2, &err) != ORR_OK) return;
  if (orr_snapshot_create(world, &snapshot, &err) != ORR_OK) return;
  orr_world_step(world, action);
  orr_world_save(world, snapshot);
  orr_world_step(world, action);
  orr_hash after = orr_world_hash(world);
  orr_world_restore(world, snapshot);
  orr_world_step(world, action);
  if (!orr_hash_equal(after, orr_world_hash(world))) abort();
  orr_snapshot_destroy(snapshot);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_scenario *scenario = NULL;
  orr_world *world = NULL;
  orr_status status = orr_config_parse((const char *)data, size, "fuzz", &config, found);
  if (status == ORR_OK) status = orr_scenario_read(config, &scenario, found);
  if ((status == ORR_OK) != (orr_diagnostics_count(found) == 0)) abort();
  if (status == ORR_OK && small(scenario) && orr_world_create(scenario, &world, NULL) == ORR_OK)
    run_world(world, scenario);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
  return 0;
}
