#include "eval/report_private.h"

#include "base/file.h"
#include "base/maths.h"
#include <string.h>

/* --- cells ------------------------------------------------------------------------------------ */

static const char DASH[] = "\xe2\x80\x93";

const char *orr_json_text(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "";
}

bool orr_report_unseen(const json_t *body, const char *key) {
  char still[32];
  snprintf(still, sizeof still, "still_%.20s", key);
  const char *const keys[] = {key, still};
  for (size_t k = 0; k < 2; k++) {
    const json_t *values = json_object_get(body, keys[k]);
    for (size_t i = 0; i < json_array_size(values); i++)
      if (json_number_value(json_array_get(values, i)) != 0.0) return false;
  }
  return true;
}

json_t *orr_json_at(const json_t *object, const char *path) {
  char key[64];
  json_t *at = NULL;
  while (*path) {
    size_t length = strcspn(path, ".");
    ORR_ASSERT(length < sizeof key);
    memcpy(key, path, length);
    key[length] = 0;
    at = json_object_get(object, key);
    object = at;
    path += length + (path[length] == '.');
  }
  return at;
}

orr_cell orr_cell_number(const json_t *value, int digits, double factor) {
  orr_cell cell;
  if (json_is_number(value))
    snprintf(cell.text, sizeof cell.text, "%.*f", digits, factor * json_number_value(value));
  else
    snprintf(cell.text, sizeof cell.text, "%s", DASH);
  return cell;
}

orr_cell orr_cell_points(const json_t *interval) {
  orr_cell cell;
  const json_t *point = json_object_get(interval, "point");
  if (json_is_number(point))
    snprintf(cell.text, sizeof cell.text, "%+.1f", 100.0 * json_number_value(point));
  else
    snprintf(cell.text, sizeof cell.text, "%s", DASH);
  return cell;
}

orr_cell orr_cell_points_range(const json_t *interval) {
  orr_cell cell;
  const json_t *low = json_object_get(interval, "low"), *high = json_object_get(interval, "high");
  if (json_is_number(low) && json_is_number(high))
    snprintf(cell.text, sizeof cell.text, "[%+.1f, %+.1f]", 100.0 * json_number_value(low),
             100.0 * json_number_value(high));
  else
    snprintf(cell.text, sizeof cell.text, "%s", DASH);
  return cell;
}

orr_cell orr_cell_p(const json_t *value) {
  double p = json_number_value(value);
  orr_cell cell;
  if (p < 1e-4)
    snprintf(cell.text, sizeof cell.text, "< 0.0001");
  else
    snprintf(cell.text, sizeof cell.text, "%.2g", p);
  return cell;
}

orr_cell orr_cell_integer(const json_t *value) {
  orr_cell cell;
  if (json_is_integer(value))
    snprintf(cell.text, sizeof cell.text, "%lld", (long long)json_integer_value(value));
  else
    snprintf(cell.text, sizeof cell.text, "%s", DASH);
  return cell;
}

orr_cell orr_cell_rate(const json_t *rate) {
  return orr_cell_number(json_object_get(rate, "rate"), 1, 100.0);
}

orr_cell orr_cell_range(const json_t *rate) {
  orr_cell cell;
  const json_t *low = json_object_get(rate, "low"), *high = json_object_get(rate, "high");
  if (json_is_number(low) && json_is_number(high))
    snprintf(cell.text, sizeof cell.text, "[%.1f, %.1f]", 100.0 * json_number_value(low),
             100.0 * json_number_value(high));
  else
    snprintf(cell.text, sizeof cell.text, "%s", DASH);
  return cell;
}

const char *orr_row_title(const char *row) {
  if (strcmp(row, "random") == 0) return "random (floor)";
  if (strcmp(row, "oracle") == 0) return "oracle (ceiling)";
  if (strcmp(row, "inverse") == 0) return "inverse (no search)";
  if (strcmp(row, "cloning") == 0) return "cloning (no search)";
  return row;
}

/* --- episodes.csv of all rules ---------------------------------------------------------------- */

static orr_status copy_rule(const char *folder, const char *rule, bool head, FILE *to,
                            orr_error *err) {
  enum { LIMIT = 256 << 20 };
  char path[600], *text, *save = NULL;
  size_t length;
  snprintf(path, sizeof path, "%.400s/eval/%.47s/episodes.csv", folder, rule);
  ORR_TRY(orr_file_get(path, LIMIT, &text, &length, err));
  char *line = strtok_r(text, "\n", &save);
  if (line && head) fprintf(to, "rule,%s\n", line);
  while ((line = strtok_r(NULL, "\n", &save))) fprintf(to, "%s,%s\n", rule, line);
  orr_free(text);
  return ORR_OK;
}

static orr_status write_episodes(const orr_experiment *experiment, const char *folder,
                                 orr_error *err) {
  char path[600];
  orr_file_writer *writer;
  const orr_goal_rule *rules = experiment->eval.rules.items;
  orr_path_join(path, sizeof path, folder, "episodes.csv");
  ORR_TRY(orr_file_begin(path, &writer, err));
  orr_status status = ORR_OK;
  for (size_t i = 0; status == ORR_OK && i < experiment->eval.rules.count; i++)
    status = copy_rule(folder, rules[i].name, i == 0, orr_file_stream(writer), err);
  if (status == ORR_OK) return orr_file_commit(writer, err);
  orr_file_abort(writer);
  return status;
}

/* --- the three forms -------------------------------------------------------------------------- */

static json_t *read_timings(const char *folder) {
  char path[ORR_PATH];
  json_t *timings = NULL;
  orr_error ignored;
  orr_path_join(path, sizeof path, folder, "timings.json");
  if (orr_file_exists(path) && orr_json_get(path, &timings, &ignored) != ORR_OK) timings = NULL;
  return timings;
}

static orr_status write_html(const orr_experiment *experiment, const char *folder,
                             const json_t *report, const json_t *timings, orr_error *err) {
  char path[600];
  orr_file_writer *writer;
  char *yaml = orr_node_to_yaml(orr_config_root(experiment->config));
  if (!yaml) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  json_t *plots = orr_report_plots(report, folder);
  orr_path_join(path, sizeof path, folder, "report.html");
  orr_status status = orr_file_begin(path, &writer, err);
  if (status == ORR_OK) {
    orr_report_html(report, timings, plots, folder, yaml, orr_file_stream(writer));
    status = orr_file_commit(writer, err);
  }
  json_decref(plots);
  orr_free(yaml);
  return status;
}

static orr_status write_markdown(const char *folder, const json_t *report, const json_t *timings,
                                 orr_error *err) {
  char path[600];
  orr_file_writer *writer;
  orr_path_join(path, sizeof path, folder, "report.md");
  ORR_TRY(orr_file_begin(path, &writer, err));
  orr_report_markdown(report, timings, orr_file_stream(writer));
  return orr_file_commit(writer, err);
}

orr_status orr_report_write(const orr_experiment *experiment, const char *folder, orr_error *err) {
  json_t *report;
  char path[600];
  if (strlen(folder) > 400)
    return orr_fail(err, ORR_ERR_CONFIG, "the name of the folder is too long");
  ORR_TRY(orr_stage_sweep(folder, err));
  ORR_TRY(orr_report_build(experiment, folder, &report, err));
  json_t *timings = read_timings(folder);
  orr_path_join(path, sizeof path, folder, "report.json");
  orr_status status = orr_json_put(path, report, err);
  if (status == ORR_OK) status = write_episodes(experiment, folder, err);
  if (status == ORR_OK) status = write_markdown(folder, report, timings, err);
  if (status == ORR_OK) status = write_html(experiment, folder, report, timings, err);
  json_decref(timings);
  json_decref(report);
  return status;
}

/* --- the small table -------------------------------------------------------------------------- */

/* A row that plans nothing has none. */
static void put_latency(FILE *to, const json_t *time) {
  static const char *const keys[] = {"p50", "p95", "p99"};
  static const int widths[] = {11, 7, 7};
  for (int i = 0; i < 3; i++) {
    const json_t *value = json_object_get(time, keys[i]);
    fprintf(to, "%s%*s", i ? " " : "", widths[i],
            value ? orr_cell_number(value, 1, 1000.0).text : "-");
  }
  fputc('\n', to);
}

static void put_summary(FILE *to, const json_t *report, const json_t *timings) {
  size_t i, k;
  json_t *table, *row;
  json_array_foreach(json_object_get(report, "tables"), i, table) {
    const char *rule = orr_json_text(json_object_get(table, "rule"), "name");
    fprintf(to, "%s%-22s%9s  %-14s%9s  %-14s %s\n", i ? "\n" : "", rule, "success %", "95 %",
            "must move", "95 %", "ms/plan p50     p95     p99");
    json_array_foreach(json_object_get(table, "rows"), k, row) {
      const json_t *all = json_object_get(row, "all"), *must = json_object_get(row, "must_move");
      const char *name = orr_json_text(row, "row");
      char key[112];
      snprintf(key, sizeof key, "%.47s/%.47s", rule, name);
      fprintf(to, "  %-20s%9s  %-14s%9s  %-14s ", orr_row_title(name), orr_cell_rate(all).text,
              orr_cell_range(all).text, orr_cell_rate(must).text, orr_cell_range(must).text);
      put_latency(to, json_object_get(json_object_get(timings, "eval"), key));
    }
    fprintf(to, "  n = %lld, of which a free body must move in %lld\n",
            (long long)json_integer_value(orr_json_at(table, "manifest.pairs")),
            (long long)json_integer_value(orr_json_at(table, "manifest.must_move")));
    orr_summary_swaps(table, timings, to);
  }
  if (json_is_true(orr_json_at(report, "model.shift")))
    fputs("\nShift: the model was trained on another world than it is judged in.\n", to);
}

char *orr_report_summary(const char *folder, orr_error *err) {
  char path[ORR_PATH], *text = NULL, *copy = NULL;
  size_t length = 0;
  json_t *report;
  orr_path_join(path, sizeof path, folder, "report.json");
  if (orr_json_get(path, &report, err) != ORR_OK) return NULL;
  json_t *timings = read_timings(folder);
  FILE *stream = open_memstream(&text, &length);
  if (stream) {
    put_summary(stream, report, timings);
    if (fclose(stream) == 0) copy = orr_strdup(text);
  }
  free(text);
  json_decref(timings);
  json_decref(report);
  if (!copy) orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  return copy;
}
