/* Demonstrations and plans of the oracle, measured: prove_expert [demonstrations] [key=value ...]
 * where the keys are those of collect.expert. One thread. */
#include "agents/collect.h"
#include "agents/collect_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void must(orr_status status, const orr_error *err) {
  if (status == ORR_OK) return;
  char text[2048];
  orr_error_text(err, text, sizeof text);
  fprintf(stderr, "%s\n", text);
  exit(1);
}

static orr_scenario *load(void) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_scenario *scenario = NULL;
  orr_error err = {0};
  orr_status status =
      orr_config_load(ORR_SOURCE_DIR "/scenarios/push_t.yaml", &config, diagnostics);
  if (status == ORR_OK) status = orr_scenario_read(config, &scenario, diagnostics);
  if (status != ORR_OK) orr_diagnostics_status(diagnostics, &err);
  must(status, &err);
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
  return scenario;
}

/* collect, with the settings of the command line. */
static void settings(int count, char **assignments, orr_arena *arena, orr_collect_def *out) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_error err = {0};
  orr_status status = orr_config_parse("{expert: {}}\n", 13, "settings", &config, diagnostics);
  for (int i = 0; i < count && status == ORR_OK; i++)
    status = orr_config_set(config, assignments[i], diagnostics);
  orr_node *root = orr_config_root(config);
  if (status == ORR_OK)
    status = orr_record_read(&orr_collect_record, config, root, root, "", arena, out, diagnostics);
  if (status != ORR_OK) orr_diagnostics_status(diagnostics, &err);
  must(status, &err);
  orr_diagnostics_destroy(diagnostics);
}

static void demonstrate(const orr_observer *observer, const orr_collect_def *def, uint32_t count) {
  orr_collector collector;
  orr_error err = {0};
  must(orr_collector_create(observer, def, 5, 1, &collector, &err), &err);
  orr_episode episode;
  must(orr_episode_create(observer->space.count, observer->scenario->action_count,
                          (size_t)def->steps, &episode, &err), &err);
  int64_t reached = 0, steps = 0, solved = 0;
  double start = now();
  for (uint32_t i = 0; i < count; i++) {
    orr_unit unit = {ORR_UNIT_EXPERT, ORR_SPLIT_HELD_OUT, i};
    bool there;
    must(orr_collect_unit(&collector, &collector.lanes[0], &unit, &episode, &there, &err), &err);
    reached += there;
    steps += (int64_t)episode.steps;
    solved += episode.success[episode.steps];
  }
  double seconds = now() - start;
  printf("%u demonstrations: reached %.1f %%, task solved %.1f %%, %.1f steps, %.3f s each\n",
         count, 100.0 * (double)reached / count, 100.0 * (double)solved / count,
         (double)steps / count, seconds / count);
  orr_episode_destroy(&episode);
  orr_collector_destroy(&collector);
}

int main(int argc, char **argv) {
  uint32_t count = argc > 1 ? (uint32_t)atoi(argv[1]) : 20;
  orr_arena *arena = orr_arena_create(4096);
  orr_scenario *scenario = load();
  orr_observe_def observe = {0};
  orr_observer observer;
  orr_error err = {0};
  must(orr_observer_create(scenario, &observe, &observer, &err), &err);
  orr_collect_def def;
  settings(argc > 2 ? argc - 2 : 0, argv + 2, arena, &def);
  demonstrate(&observer, &def, count);
  orr_scenario_destroy(scenario);
  orr_arena_destroy(arena);
  return 0;
}
