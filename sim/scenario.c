#include "sim/scenario.h"

#include "sim/engine.h"
#include "sim/scenario_parts.h"

void orr_scenario_destroy(orr_scenario *scenario) {
  if (!scenario) return;
  if (scenario->shared) orr_engine_of(scenario)->release(scenario->shared);
  orr_arena_destroy(scenario->arena); /* it lies in its own arena */
}

/* Reads one section of the tree, then writes its defaults into the tree. */
static orr_status read_section(const orr_record *record, orr_config *config, orr_arena *arena,
                               void *out, orr_diagnostics *diagnostics) {
  orr_node *root = orr_config_root(config);
  orr_node *node = orr_node_get(root, record->name);
  ORR_TRY(orr_record_read(record, config, node, root, record->name, arena, out, diagnostics));
  return orr_record_complete(record, config, node, diagnostics);
}

/* A document is a map; a missing `task` is an empty one, a missing `world` is a mistake. */
static orr_status check_root(orr_config *config, orr_diagnostics *diagnostics) {
  orr_node *root = orr_config_root(config);
  orr_place place = root ? root->place : (orr_place){orr_config_path(config), 1, 1};
  if (!root || root->kind != ORR_NODE_MAP || !orr_node_get(root, "world")) {
    orr_diagnostics_add(diagnostics, config, place,
                        "a scenario is a map with the sections world and task",
                        "there is no section `world`");
    return ORR_ERR_CONFIG;
  }
  if (orr_node_get(root, "task")) return ORR_OK;
  return orr_config_set(config, "task={}", diagnostics);
}

static orr_status read_all(orr_scenario *scenario, orr_config *config,
                           orr_diagnostics *diagnostics) {
  size_t before = orr_diagnostics_count(diagnostics);
  orr_status world =
      read_section(&orr_world_record, config, scenario->arena, &scenario->world, diagnostics);
  orr_status task =
      read_section(&orr_task_record, config, scenario->arena, &scenario->task, diagnostics);
  ORR_TRY(world);
  ORR_TRY(task);
  const orr_engine_table *engine = orr_engine_of(scenario);
  if (engine->import) ORR_TRY(engine->import(scenario, config, diagnostics));
  orr_scenario_check(scenario, config, diagnostics);
  if (orr_diagnostics_count(diagnostics) != before) return ORR_ERR_CONFIG;
  orr_node *root = orr_config_root(config);
  orr_hash of_world, of_task;
  ORR_TRY(orr_record_identity(&orr_world_record, orr_node_get(root, "world"), &of_world));
  ORR_TRY(orr_record_identity(&orr_task_record, orr_node_get(root, "task"), &of_task));
  scenario->identity = orr_hash_join(of_world, of_task);
  if (!orr_scenario_derive(scenario)) return ORR_ERR_MEMORY;
  orr_scenario_spaces(scenario);
  return engine->compile(scenario, config, diagnostics);
}

orr_status orr_scenario_read(orr_config *config, orr_scenario **out, orr_diagnostics *diagnostics) {
  *out = NULL;
  ORR_TRY(check_root(config, diagnostics));
  orr_arena *arena = orr_arena_create((size_t)1 << 16);
  orr_scenario *scenario = arena ? orr_arena_alloc(arena, 1, sizeof *scenario) : NULL;
  orr_status status = ORR_ERR_MEMORY;
  if (scenario) {
    scenario->arena = arena;
    status = read_all(scenario, config, diagnostics);
  }
  if (status == ORR_OK) {
    *out = scenario;
    return ORR_OK;
  }
  if (scenario && scenario->shared) orr_engine_of(scenario)->release(scenario->shared);
  if (status == ORR_ERR_MEMORY) {
    orr_place place = {orr_config_path(config), 0, 0};
    orr_diagnostics_add(diagnostics, config, place, NULL, "out of memory");
  }
  orr_arena_destroy(arena);
  return status;
}
