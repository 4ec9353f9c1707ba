#include "sim/scenario.h"

#include "sim/engine.h"
#include "sim/scenario_parts.h"
#include "sim/vary.h"

void orr_scenario_destroy(orr_scenario *scenario) {
  if (!scenario) return;
  if (scenario->shared) orr_engine_of(scenario)->release(scenario->shared);
  orr_arena_destroy(scenario->arena); /* it lies in its own arena */
}

/* Reads one section of the tree, then writes its defaults into the tree, unless it is complete. */
static orr_status read_section(const orr_record *record, orr_config *config, bool complete,
                               orr_arena *arena, void *out, orr_diagnostics *diagnostics) {
  orr_node *root = orr_config_root(config);
  orr_node *node = orr_node_get(root, record->name);
  ORR_TRY(orr_record_read(record, config, node, root, record->name, arena, out, diagnostics));
  return complete ? ORR_OK : orr_record_complete(record, config, node, diagnostics);
}

/* `vary` is a list: it is read as the one key of a map. */
static orr_status read_factors(orr_scenario *scenario, orr_config *config, orr_hash *identity,
                               orr_diagnostics *diagnostics) {
  orr_node *root = orr_config_root(config), *list = orr_node_get(root, "vary");
  orr_vary_def def;
  if (!list) return ORR_OK;
  orr_entry entry = {"vary", list->place, list};
  orr_node map = {.kind = ORR_NODE_MAP, .place = list->place, .text = "", .count = 1};
  map.entries = &entry;
  ORR_TRY(orr_record_read(&orr_vary_record, config, &map, root, "", scenario->arena, &def,
                          diagnostics));
  ORR_TRY(orr_record_complete(&orr_vary_record, config, &map, diagnostics));
  scenario->factors = def.vary;
  return orr_record_identity(&orr_vary_record, &map, identity);
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

/* What both a scenario and its variants go through; `base` NULL: not a variant. */
static orr_status read_sections(orr_scenario *scenario, orr_config *config,
                                const orr_scenario *base, orr_diagnostics *diagnostics) {
  bool complete = base != NULL;
  orr_arena *arena = scenario->arena;
  orr_status world =
      read_section(&orr_world_record, config, complete, arena, &scenario->world, diagnostics);
  orr_status task =
      read_section(&orr_task_record, config, complete, arena, &scenario->task, diagnostics);
  ORR_TRY(world);
  ORR_TRY(task);
  const orr_engine_table *engine = orr_engine_of(scenario);
  return engine->import ? engine->import(scenario, config, diagnostics) : ORR_OK;
}

static orr_status identify(orr_scenario *scenario, const orr_config *config, orr_hash of_vary) {
  const orr_node *root = orr_config_root(config);
  orr_hash of_world, of_task;
  ORR_TRY(orr_record_identity(&orr_world_record, orr_node_get(root, "world"), &of_world));
  ORR_TRY(orr_record_identity(&orr_task_record, orr_node_get(root, "task"), &of_task));
  scenario->identity = orr_hash_join(of_world, of_task);
  if (scenario->factors.count) scenario->identity = orr_hash_join(scenario->identity, of_vary);
  if (scenario->parts->painting_count) /* pictures are observations */
    scenario->identity = orr_hash_join(scenario->identity, scenario->parts->painted);
  return ORR_OK;
}

static orr_status check_and_derive(orr_scenario *scenario, const orr_config *config,
                                   orr_diagnostics *diagnostics) {
  size_t before = orr_diagnostics_count(diagnostics);
  orr_scenario_check(scenario, config, diagnostics);
  if (orr_diagnostics_count(diagnostics) != before) return ORR_ERR_CONFIG;
  if (!orr_scenario_derive(scenario)) return ORR_ERR_MEMORY;
  orr_scenario_spaces(scenario);
  return orr_scenario_look(scenario, config, diagnostics);
}

/* Files that the engine reads join the identity. */
static orr_status compile(orr_scenario *scenario, const orr_config *config,
                          orr_diagnostics *diagnostics) {
  return orr_engine_of(scenario)->compile(scenario, config, diagnostics);
}

static orr_status read_all(orr_scenario *scenario, orr_config *config,
                           orr_diagnostics *diagnostics) {
  size_t before = orr_diagnostics_count(diagnostics);
  orr_hash of_vary = {0};
  orr_status sections = read_sections(scenario, config, NULL, diagnostics);
  orr_status vary = read_factors(scenario, config, &of_vary, diagnostics);
  ORR_TRY(sections);
  ORR_TRY(vary);
  if (orr_diagnostics_count(diagnostics) != before) return ORR_ERR_CONFIG;
  ORR_TRY(check_and_derive(scenario, config, diagnostics));
  ORR_TRY(identify(scenario, config, of_vary));
  ORR_TRY(compile(scenario, config, diagnostics));
  return scenario->factors.count ? orr_variation_create(scenario, config, diagnostics) : ORR_OK;
}

static orr_scenario *create_scenario(void) {
  orr_arena *arena = orr_arena_create((size_t)1 << 16);
  orr_scenario *scenario = arena ? orr_arena_alloc(arena, 1, sizeof *scenario) : NULL;
  if (scenario)
    scenario->arena = arena;
  else
    orr_arena_destroy(arena);
  return scenario;
}

static orr_status finish(orr_scenario *scenario, const orr_config *config, orr_status status,
                         orr_scenario **out, orr_diagnostics *diagnostics) {
  if (status == ORR_OK) {
    *out = scenario;
    return ORR_OK;
  }
  if (status == ORR_ERR_MEMORY) {
    orr_place place = {orr_config_path(config), 0, 0};
    orr_diagnostics_add(diagnostics, config, place, NULL, "out of memory");
  }
  orr_scenario_destroy(scenario);
  return status;
}

orr_status orr_scenario_read(orr_config *config, orr_scenario **out, orr_diagnostics *diagnostics) {
  *out = NULL;
  ORR_TRY(check_root(config, diagnostics));
  orr_scenario *scenario = create_scenario();
  orr_status status = scenario ? read_all(scenario, config, diagnostics) : ORR_ERR_MEMORY;
  return finish(scenario, config, status, out, diagnostics);
}

orr_status orr_scenario_read_variant(orr_config *config, const orr_scenario *base,
                                     orr_scenario **out, orr_diagnostics *diagnostics) {
  *out = NULL;
  orr_scenario *scenario = create_scenario();
  orr_status status = ORR_ERR_MEMORY;
  if (scenario) {
    scenario->base = base;
    scenario->factors = base->factors;
    status = read_sections(scenario, config, base, diagnostics);
  }
  if (status == ORR_OK) status = check_and_derive(scenario, config, diagnostics);
  if (status == ORR_OK) status = compile(scenario, config, diagnostics);
  if (scenario) scenario->identity = base->identity;
  return finish(scenario, config, status, out, diagnostics);
}
