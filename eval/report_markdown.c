/* report.md: the tables alone, to paste into a discussion. */
#include "eval/report_private.h"

#include "base/maths.h"
#include <string.h>

static long long whole(const json_t *object, const char *path) {
  return (long long)json_integer_value(orr_json_at(object, path));
}

static void put_table(FILE *to, const json_t *table, const char *unit) {
  size_t i;
  json_t *row, *c;
  fprintf(
      to,
      "## Rule %s\n\n| policy | success %% | 95 %% interval | must move %% | interval | rest %% "
      "| end, %s | end, ° |\n|---|---|---|---|---|---|---|---|\n",
      orr_json_text(json_object_get(table, "rule"), "name"), unit);
  json_array_foreach(json_object_get(table, "rows"), i, row) {
    const json_t *all = json_object_get(row, "all"), *must = json_object_get(row, "must_move");
    fprintf(to, "| %s | %s | %s | %s | %s | %s | %s | %s |\n",
            orr_row_title(orr_json_text(row, "row")), orr_cell_rate(all).text,
            orr_cell_range(all).text, orr_cell_rate(must).text, orr_cell_range(must).text,
            orr_cell_rate(json_object_get(row, "rest")).text,
            orr_cell_number(orr_json_at(row, "final_position.point"), 2, 1.0).text,
            orr_cell_number(orr_json_at(row, "final_angle.point"), 1, 180.0 / ORR_PI).text);
  }
  fprintf(to,
          "\nn = %lld, of which a free body must move in %lld; the first of %lld pairs from %lld "
          "candidates (%lld solved at the start were removed).\n",
          whole(table, "manifest.pairs"), whole(table, "manifest.must_move"),
          whole(table, "manifest.source.pairs"), whole(table, "manifest.considered"),
          whole(table, "manifest.removed"));
  const json_t *source = orr_json_at(table, "manifest.source");
  bool committed = json_is_true(json_object_get(source, "committed"));
  fprintf(to, "Pairs `%.16s`%s%.16s%s; held-out demonstrations %lld to %lld, seed %lld.\n",
          orr_json_text(json_object_get(table, "manifest"), "hash"),
          committed ? " of the committed manifest `" : "",
          committed ? orr_json_text(source, "hash") : "", committed ? "`" : "",
          whole(source, "first"), whole(source, "first") + whole(source, "demonstrations") - 1,
          whole(source, "seed"));
  json_array_foreach(json_object_get(table, "comparisons"), i, c) {
    fprintf(to,
            "%s against %s, paired: %lld solved by the first alone, %lld by the second alone, "
            "exact McNemar p = %.3g.\n",
            orr_json_text(c, "a"), orr_json_text(c, "b"), whole(c, "only_a"), whole(c, "only_b"),
            json_number_value(json_object_get(c, "p")));
  }
  fputc('\n', to);
  orr_markdown_swaps(table, to);
  orr_markdown_misses(table, unit, to);
}

static void put_baselines(FILE *to, const json_t *report) {
  size_t i;
  json_t *b;
  json_array_foreach(json_object_get(report, "baselines"), i, b) {
    fprintf(to,
            "Row %s: family %s, no planner; %lld parameters, goals up to %lld blocks ahead, %lld "
            "training steps, one decision a block.\n\n",
            orr_json_text(b, "row"), orr_json_text(b, "family"), whole(b, "parameters"),
            whole(b, "horizon"), whole(b, "record.steps"));
  }
}

static void put_open_loop(FILE *to, const json_t *report) {
  const json_t *loop = json_object_get(report, "open_loop");
  size_t i, h;
  json_t *body, *value;
  if (!loop) {
    fputs("Open-loop errors are not here: this run had no held-out data.\n\n", to);
    return;
  }
  fprintf(to,
          "## Open loop\n\nMean error over %lld held-out windows, by blocks ahead; \"still\": "
          "nothing moves.\n\n",
          whole(loop, "windows"));
  json_array_foreach(json_object_get(loop, "bodies"), i, body) {
    /* Of what has no position, such as a pivot, the turn. */
    bool turn = orr_report_unseen(body, "position") && !orr_report_unseen(body, "angle");
    double factor = turn ? 180.0 / ORR_PI : 1.0;
    fprintf(to, "- %s: ", orr_json_text(body, "body"));
    json_array_foreach(json_object_get(body, turn ? "angle" : "position"), h, value) {
      json_t *stills = json_object_get(body, turn ? "still_angle" : "still_position");
      fprintf(to, "%s%s (still %s)", h ? ", " : "", orr_cell_number(value, 2, factor).text,
              orr_cell_number(json_array_get(stills, h), 2, factor).text);
    }
    const char *unit = orr_json_text(json_object_get(report, "scenario"), "unit");
    fprintf(to, " %s\n", turn ? "degrees" : unit);
  }
  fputc('\n', to);
}

static void put_timings(FILE *to, const json_t *timings) {
  const char *key;
  json_t *t;
  fputs(ORR_TIMINGS_BEGIN "\n## Time\n\n| rule/policy | plans | p50 ms | p95 ms | p99 ms |\n"
                          "|---|---|---|---|---|\n",
        to);
  json_object_foreach(json_object_get(timings, "eval"), key, t) {
    fprintf(to, "| %s | %s | %s | %s | %s |\n", key,
            orr_cell_integer(json_object_get(t, "plans")).text,
            orr_cell_number(json_object_get(t, "p50"), 2, 1000.0).text,
            orr_cell_number(json_object_get(t, "p95"), 2, 1000.0).text,
            orr_cell_number(json_object_get(t, "p99"), 2, 1000.0).text);
  }
  const json_t *machine = json_object_get(timings, "machine");
  fprintf(to, "\n%s, %s threads, %s\n" ORR_TIMINGS_END "\n", orr_json_text(machine, "processor"),
          orr_cell_integer(json_object_get(machine, "threads")).text,
          orr_json_text(machine, "build"));
}

void orr_report_markdown(const json_t *report, const json_t *timings, FILE *out) {
  const json_t *s = json_object_get(report, "scenario"), *p = json_object_get(report, "planner");
  const char *profile = orr_json_text(s, "profile");
  size_t i;
  json_t *item;
  fprintf(out, "# %s%s%s\n\n%s\n\n", orr_json_text(s, "id"), *profile ? ", profile " : "", profile,
          orr_json_text(s, "lesson"));
  if (json_is_true(orr_json_at(report, "model.shift")))
    fputs("**Shift: the model was trained on another world than it is judged in.**\n\n", out);
  json_array_foreach(json_object_get(report, "tables"), i, item)
      put_table(out, item, orr_json_text(s, "unit"));
  fprintf(out,
          "Planner %s: %s, %lld samples x %lld iterations, horizon %lld blocks of %lld control "
          "steps, replanning after %lld, objective %s (%s).\n\n",
          orr_json_text(p, "name"), orr_json_text(p, "kind"), whole(p, "samples"),
          whole(p, "iterations"), whole(p, "horizon"), whole(p, "block"), whole(p, "replan"),
          orr_json_text(p, "objective"), orr_json_text(p, "aggregate"));
  put_baselines(out, report);
  orr_markdown_rounds(report, out);
  put_open_loop(out, report);
  fputs("## Repeat it\n\nIn the folder of this report:\n\n```sh\n", out);
  json_array_foreach(json_object_get(report, "commands"), i, item)
      fprintf(out, "%s   # %s\n", orr_json_text(item, "command"), orr_json_text(item, "what"));
  fputs("```\n\n", out);
  put_timings(out, timings);
}
