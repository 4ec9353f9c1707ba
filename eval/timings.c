#include "eval/timings.h"
#include "base/clock.h"

#include "base/build_info.h"
#include "base/file.h"
#include "base/pool.h"
#include "eval/stage.h"
#include "eval/statistics.h"

orr_status orr_timings_set(const char *folder, const char *section, const char *key, json_t *value,
                           orr_error *err) {
  char path[600];
  orr_path_join(path, sizeof path, folder, "timings.json");
  json_t *all = NULL;
  orr_error ignored;
  if (orr_file_exists(path) && orr_json_get(path, &all, &ignored) != ORR_OK) all = NULL;
  if (!json_is_object(all)) {
    json_decref(all);
    all = json_object();
  }
  json_t *part = json_object_get(all, section);
  if (key && !json_is_object(part)) {
    json_object_set_new(all, section, json_object());
    part = json_object_get(all, section);
  }
  int failed =
      key ? json_object_set_new(part, key, value) : json_object_set_new(all, section, value);
  orr_status status =
      failed ? orr_fail(err, ORR_ERR_MEMORY, "out of memory") : orr_json_put(path, all, err);
  json_decref(all);
  return status;
}

json_t *orr_timings_latency(double *values, size_t count) {
  if (count == 0) return json_pack("{s:i}", "plans", 0);
  double sum = 0.0;
  for (size_t i = 0; i < count; i++) sum += values[i];
  double p50 = orr_quantile(values, count, 0.50), p95 = orr_quantile(values, count, 0.95);
  double p99 = orr_quantile(values, count, 0.99);
  return json_pack("{s:I, s:f, s:f, s:f, s:f}", "plans", (json_int_t)count, "mean",
                   sum / (double)count, "p50", p50, "p95", p95, "p99", p99);
}

json_t *orr_timings_machine(size_t threads) {
  return json_pack("{s:s, s:I, s:I, s:s, s:s}", "processor", orr_cpu_name(), "usable_cores",
                   (json_int_t)orr_usable_cores(), "threads", (json_int_t)threads, "isa",
                   orr_isa_level(), "build", orr_build_id());
}
