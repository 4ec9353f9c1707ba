/* orrery bench sim FOLDER: one line a world. */
#include "base/file.h"
#include "base/memory.h"
#include "cli/bench.h"
#include "sim/bench.h"

static json_t *measure_file(const orr_invocation *invocation, const char *path, double seconds) {
  orr_invocation one = *invocation;
  one.arguments[0] = path;
  orr_experiment *experiment = NULL;
  if (orr_cli_load(&one, &experiment) != 0) return NULL;
  const orr_scenario *scenario = experiment->scenario;
  orr_sim_bench_result alone = {0}, both = {0};
  orr_error err = {0};
  orr_status status = orr_sim_bench(scenario, 1, seconds, &alone, &err);
  if (status == ORR_OK) status = orr_sim_bench(scenario, 2, seconds, &both, &err);
  json_t *row = NULL;
  if (status == ORR_OK)
    row = json_pack("{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "scenario", experiment->id,
                    "engine", orr_engine_library((orr_engine_kind)scenario->world.engine),
                    "steps_per_second", alone.steps_per_second, "two_thread_scaling",
                    both.steps_per_second / alone.steps_per_second, "contact_share",
                    alone.contact_share, "allocations_per_step", alone.allocations_per_step,
                    "save_us", 1e6 * alone.save_seconds, "restore_us", 1e6 * alone.restore_seconds,
                    "reset_us", 1e6 * alone.reset_seconds);
  else
    orr_cli_fail(&err);
  orr_experiment_destroy(experiment);
  return row;
}

static void print_head(void) {
  printf("%-14s %-16s %11s %10s %8s %6s %8s %11s %9s\n", "scenario", "engine", "steps/s",
         "2 threads", "contact", "alloc", "save us", "restore us", "reset us");
}

static double number(const json_t *row, const char *key) {
  return json_real_value(json_object_get(row, key));
}

static void print_row(const json_t *row) {
  printf("%-14s %-16s %11.0f %9.2fx %8.2f %6.2g %8.2f %11.2f %9.1f\n",
         json_string_value(json_object_get(row, "scenario")),
         json_string_value(json_object_get(row, "engine")), number(row, "steps_per_second"),
         number(row, "two_thread_scaling"), number(row, "contact_share"),
         number(row, "allocations_per_step"), number(row, "save_us"), number(row, "restore_us"),
         number(row, "reset_us"));
  fflush(stdout);
}

int orr_bench_shelf_verb(const orr_invocation *invocation, const char *folder) {
  double seconds = (double)orr_cli_number(invocation, "seconds", 1, 1, 600);
  char **names;
  size_t count;
  orr_error err = {0};
  if (orr_folder_list(folder, "", ".yaml", &names, &count, &err) != ORR_OK)
    return orr_cli_fail(&err);
  if (!invocation->json) print_head();
  json_t *rows = json_array();
  for (size_t i = 0; i < count; i++) {
    char path[ORR_PATH];
    orr_path_join(path, sizeof path, folder, names[i]);
    json_t *row = measure_file(invocation, path, seconds);
    if (!row) continue;
    if (!invocation->json) print_row(row);
    json_array_append_new(rows, row);
  }
  bool all = json_array_size(rows) == count;
  orr_free(names);
  if (invocation->json) {
    json_t *result = json_pack("{s:O}", "worlds", rows);
    orr_bench_print(invocation, result);
    json_decref(result);
  }
  json_decref(rows);
  return all ? 0 : 1;
}
