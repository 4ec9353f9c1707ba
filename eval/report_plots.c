/* Plots: gnuplot as a process, SVG out. Scripts with their data stay beside the pictures in plots/,
 * so that a reader can change them. Colours read on a light and on a dark page. */
#include "eval/report_private.h"

#include "base/file.h"
#include "base/maths.h"
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

#define INK "#808890"

/* --- one plot --------------------------------------------------------------------------------- */

typedef struct plot {
  orr_file_writer *writer;
  FILE *to;
  char name[96], folder[512];
} plot;

/* Between single quotes: a quote is doubled, so that a body's name stays a name (gnuplot runs
 * commands, the shell's too); what does not print is left out. */
static void put_quoted(FILE *to, const char *text) {
  fputc('\'', to);
  for (; *text; text++) {
    if (*text == '\'') fputc('\'', to);
    if ((unsigned char)*text >= 0x20 && *text != 0x7F) fputc(*text, to);
  }
  fputc('\'', to);
}

static bool begin(plot *p, const char *folder, const char *name, const char *x, const char *y) {
  char path[640];
  orr_error ignored;
  snprintf(p->name, sizeof p->name, "%s", name);
  snprintf(p->folder, sizeof p->folder, "%.400s/plots", folder);
  snprintf(path, sizeof path, "%s/%s.gp", p->folder, name);
  if (orr_folder_make(p->folder, &ignored) != ORR_OK) return false;
  if (orr_file_begin(path, &p->writer, &ignored) != ORR_OK) return false;
  p->to = orr_file_stream(p->writer);
  fprintf(p->to,
          "set terminal svg size 640,340 dynamic font 'sans-serif,13'\n"
          "set output '%s.svg'\n"
          "set border 3 lc rgb '" INK "'\n"
          "set tics nomirror textcolor rgb '" INK "'\n"
          "set grid ytics lc rgb '" INK "' lw 0.3 dt 3\n"
          "set key outside top center horizontal textcolor rgb '" INK "'\n"
          "set xlabel '%s' textcolor rgb '" INK "'\n"
          "set ylabel ",
          name, x);
  put_quoted(p->to, y);
  fputs(" textcolor rgb '" INK "'\n", p->to);
  return true;
}

/* Runs `gnuplot <name>.gp` in plots/; its words go nowhere. */
static bool call_gnuplot(const plot *p) {
  char script[112];
  snprintf(script, sizeof script, "%s.gp", p->name);
  char program[] = "gnuplot", *const arguments[] = {program, script, NULL};
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return false;
  posix_spawn_file_actions_addchdir_np(&actions, p->folder);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t child;
  bool started = posix_spawnp(&child, program, &actions, NULL, arguments, environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  int status = 1;
  if (started && waitpid(child, &status, 0) != child) status = 1;
  return started && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void end(plot *p, const char *title, json_t *drawn) {
  orr_error ignored;
  char svg[640];
  snprintf(svg, sizeof svg, "%s/%s.svg", p->folder, p->name);
  if (orr_file_commit(p->writer, &ignored) != ORR_OK) return;
  if (call_gnuplot(p) && orr_file_size(svg) > 0)
    json_array_append_new(drawn, json_pack("{s:s, s:s}", "name", p->name, "title", title));
  else
    orr_file_remove(svg, &ignored); /* nothing, or half of it */
}

/* $name << EOD, then two numbers a line. */
static void put_series(plot *p, const char *name, const json_t *values, double x0, double dx,
                       double factor) {
  fprintf(p->to, "$%s << EOD\n", name);
  for (size_t i = 0; i < json_array_size(values); i++) {
    const json_t *value = json_array_get(values, i);
    if (!json_is_number(value)) continue;
    fprintf(p->to, "%.10g %.10g\n", x0 + dx * (double)i, factor * json_number_value(value));
  }
  fprintf(p->to, "EOD\n");
}

/* --- success over steps ----------------------------------------------------------------------- */

static const char *colour_of(const char *row) {
  if (strcmp(row, "model") == 0) return "#3b7dd8";
  if (strcmp(row, "cloning") == 0) return "#c77d4f";
  if (strcmp(row, "random") == 0) return "#9a8f6a";
  return strcmp(row, "oracle") == 0 ? "#2f9e6e" : "#8a6fb0";
}

static void plot_success(const json_t *table, const char *folder, json_t *drawn) {
  plot p;
  char name[96], title[160];
  const char *rule = orr_json_text(json_object_get(table, "rule"), "name");
  json_t *rows = json_object_get(table, "rows"), *row;
  size_t i;
  snprintf(name, sizeof name, "success-%.47s", rule);
  snprintf(title, sizeof title, "Solved within so many control steps, rule %s", rule);
  if (!begin(&p, folder, name, "control steps", "solved, %")) return;
  json_array_foreach(rows, i, row) {
    double n = json_number_value(orr_json_at(row, "all.n"));
    put_series(&p, orr_json_text(row, "row"), json_object_get(row, "solved_within"), 0, 1,
               n > 0 ? 100.0 / n : 0.0);
  }
  fprintf(p.to, "set yrange [0:100]\nplot ");
  json_array_foreach(rows, i, row) {
    const char *word = orr_json_text(row, "row");
    fprintf(p.to, "%s$%s with steps lw 2 lc rgb '%s' title '%s'", i ? ", " : "", word,
            colour_of(word), word);
  }
  fputc('\n', p.to);
  end(&p, title, drawn);
}

/* --- open loop -------------------------------------------------------------------------------- */

/* Bodies and joints that nothing actuates; without any, those that are actuated. */
static bool is_plotted(const json_t *bodies, const json_t *body, const char *key) {
  size_t i;
  json_t *other;
  if (orr_report_unseen(body, key)) return false;
  if (strcmp(orr_json_text(body, "role"), "free") == 0) return true;
  json_array_foreach(bodies, i, other) {
    bool is_free = strcmp(orr_json_text(other, "role"), "free") == 0;
    if (is_free && !orr_report_unseen(other, key)) return false;
  }
  return true;
}

static void plot_open_loop(const json_t *report, const char *key, const char *still_key,
                           const char *unit, double factor, const char *folder, json_t *drawn) {
  plot p;
  char name[96], title[160], label[64];
  json_t *bodies = orr_json_at(report, "open_loop.bodies"), *body;
  double block = json_number_value(orr_json_at(report, "planner.block"));
  size_t i, shown = 0;
  json_array_foreach(bodies, i, body) shown += is_plotted(bodies, body, key);
  if (shown == 0) return;
  shown = 0;
  snprintf(name, sizeof name, "open-loop-%s", key);
  snprintf(title, sizeof title, "Open-loop %s error by horizon", key);
  snprintf(label, sizeof label, "mean %s error, %s", key, unit);
  if (!begin(&p, folder, name, "control steps ahead", label)) return;
  json_array_foreach(bodies, i, body) {
    char series[32];
    snprintf(series, sizeof series, "model%zu", i);
    put_series(&p, series, json_object_get(body, key), block, block, factor);
    snprintf(series, sizeof series, "still%zu", i);
    put_series(&p, series, json_object_get(body, still_key), block, block, factor);
  }
  fprintf(p.to, "set yrange [0:*]\nplot ");
  json_array_foreach(bodies, i, body) {
    if (!is_plotted(bodies, body, key)) continue;
    char title_of[2][96];
    snprintf(title_of[0], sizeof title_of[0], "%.64s, model", orr_json_text(body, "body"));
    snprintf(title_of[1], sizeof title_of[1], "%.64s, nothing moves", orr_json_text(body, "body"));
    fprintf(p.to, "%s$model%zu with linespoints pt 7 ps 0.5 lw 2 lc rgb '#3b7dd8' title ",
            shown++ ? ", " : "", i);
    put_quoted(p.to, title_of[0]);
    fprintf(p.to, ", $still%zu with lines lw 2 dt 2 lc rgb '#d9822b' title ", i);
    put_quoted(p.to, title_of[1]);
  }
  fputc('\n', p.to);
  end(&p, title, drawn);
}

/* --- training --------------------------------------------------------------------------------- */

json_t *orr_report_training(const char *folder, const char *body) {
  enum { LIMIT = 1 << 30 };
  char path[600], *text, *save = NULL;
  size_t length;
  orr_error ignored;
  json_t *loss = json_array(), *error = json_array();
  orr_path_join(path, sizeof path, folder, "model/metrics.jsonl");
  if (orr_file_exists(path) && orr_file_get(path, LIMIT, &text, &length, &ignored) == ORR_OK) {
    for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
      json_t *json = json_loads(line, 0, NULL), *step = json_object_get(json, "step");
      json_t *value = json_object_get(json, "loss");
      if (step && value) json_array_append_new(loss, json_pack("[O, O]", step, value));
      const char *key;
      json_t *part, *far = NULL; /* of block_1 and block_N the later one */
      json_object_foreach(json, key, part) {
        if (strncmp(key, "block_", 6) == 0) far = part;
      }
      value = json_object_get(json_object_get(far, body), "position");
      if (step && value) json_array_append_new(error, json_pack("[O, O]", step, value));
      json_decref(json);
    }
    orr_free(text);
  }
  return json_pack("{s:o, s:o}", "loss", loss, "held_out_position", error);
}

static void plot_pairs(const json_t *points, const char *folder, const char *name, const char *y,
                       const char *title, bool logarithmic, json_t *drawn) {
  plot p;
  size_t i;
  json_t *point;
  if (json_array_size(points) < 2 || !begin(&p, folder, name, "training step", y)) return;
  fprintf(p.to, "$series << EOD\n");
  json_array_foreach(points, i, point) {
    fprintf(p.to, "%.10g %.10g\n", json_number_value(json_array_get(point, 0)),
            json_number_value(json_array_get(point, 1)));
  }
  fprintf(p.to, "EOD\n%s\nplot $series with lines lw 2 lc rgb '#3b7dd8' notitle\n",
          logarithmic ? "set logscale y" : "set yrange [0:*]");
  end(&p, title, drawn);
}

static void plot_training(const json_t *report, const char *folder, json_t *drawn) {
  const char *body = "";
  size_t i;
  json_t *bodies = orr_json_at(report, "open_loop.bodies"), *item;
  json_array_foreach(bodies, i, item) {
    if (!*body && is_plotted(bodies, item, "position")) body = orr_json_text(item, "body");
  }
  char label[128];
  snprintf(label, sizeof label, "%.40s position error, %.20s", body,
           orr_json_text(json_object_get(report, "scenario"), "unit"));
  json_t *training = orr_report_training(folder, body);
  plot_pairs(json_object_get(training, "loss"), folder, "training-loss", "loss", "Training loss",
             true, drawn);
  plot_pairs(json_object_get(training, "held_out_position"), folder, "training-check", label,
             "Open-loop error on held-out windows while training", false, drawn);
  json_decref(training);
}

json_t *orr_report_plots(const json_t *report, const char *folder) {
  json_t *drawn = json_array();
  char plots[640];
  orr_error ignored;
  snprintf(plots, sizeof plots, "%.400s/plots", folder);
  orr_folder_remove(plots, &ignored); /* what an earlier or a killed run left */
  size_t i;
  json_t *table;
  json_array_foreach(json_object_get(report, "tables"), i, table)
      plot_success(table, folder, drawn);
  if (json_object_get(report, "open_loop")) {
    plot_open_loop(report, "position", "still_position",
                   orr_json_text(json_object_get(report, "scenario"), "unit"), 1.0, folder, drawn);
    plot_open_loop(report, "angle", "still_angle", "degrees", 180.0 / ORR_PI, folder, drawn);
  }
  plot_training(report, folder, drawn);
  return drawn;
}
