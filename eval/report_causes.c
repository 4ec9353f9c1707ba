/* Swaps and the oracle's misses in words: Markdown, HTML, and the summary on the terminal. */
#include "eval/report_private.h"

#include "base/maths.h"
#include <string.h>

static long long whole(const json_t *object, const char *path) {
  return (long long)json_integer_value(orr_json_at(object, path));
}

/* "true dynamics, objective goal, search large": what is not as in the row `model`. */
typedef struct words {
  char text[192];
} words;

static words swapped(const json_t *swap) {
  words out = {""};
  const char *objective = orr_json_text(swap, "objective"),
             *search = orr_json_text(swap, "planner");
  bool truth = strcmp(orr_json_text(swap, "dynamics"), "simulator") == 0;
  size_t used = 0, size = sizeof out.text;
  if (truth) used = (size_t)snprintf(out.text, size, "true dynamics");
  if (strcmp(objective, "default") != 0)
    used += (size_t)snprintf(out.text + used, size - used, "%sobjective %.47s", used ? ", " : "",
                             objective);
  if (strcmp(search, "default") != 0)
    snprintf(out.text + used, size - used, "%ssearch %.47s", used ? ", " : "", search);
  return out;
}

static const char EXPLAIN[] =
    "Each line is the row model with what it names swapped, on the same pairs with the same random "
    "numbers. Difference: percentage points against the row model, 95 % by method 10 of Newcombe "
    "(1998) for paired rates; p: exact McNemar.";

/* --- Markdown --------------------------------------------------------------------------------- */

void orr_markdown_swaps(const json_t *table, FILE *to) {
  const json_t *swaps = json_object_get(table, "swaps");
  size_t i;
  json_t *swap;
  if (json_array_size(swaps) == 0) return;
  fprintf(to,
          "### What the gap is made of, rule %s\n\n%s\n\n| swap | what | success %% | 95 %% | "
          "difference | 95 %% | p | must move %% | difference | 95 %% | p |\n"
          "|---|---|---|---|---|---|---|---|---|---|---|\n",
          orr_json_text(json_object_get(table, "rule"), "name"), EXPLAIN);
  json_array_foreach(swaps, i, swap) {
    const json_t *all = json_object_get(swap, "all"), *must = json_object_get(swap, "must_move");
    const json_t *gain = json_object_get(all, "difference");
    const json_t *must_gain = json_object_get(must, "difference");
    fprintf(to, "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n",
            orr_json_text(swap, "name"), swapped(swap).text,
            orr_cell_rate(json_object_get(all, "rate")).text,
            orr_cell_range(json_object_get(all, "rate")).text, orr_cell_points(gain).text,
            orr_cell_points_range(gain).text, orr_cell_p(json_object_get(all, "p")).text,
            orr_cell_rate(json_object_get(must, "rate")).text, orr_cell_points(must_gain).text,
            orr_cell_points_range(must_gain).text, orr_cell_p(json_object_get(must, "p")).text);
  }
  fputc('\n', to);
}

void orr_markdown_misses(const json_t *table, const char *unit, FILE *to) {
  const json_t *misses = json_object_get(table, "oracle_misses");
  size_t i;
  json_t *miss;
  if (json_array_size(misses) == 0) return;
  fprintf(to,
          "### Misses of the oracle, rule %s\n\n| pair | episode | row | must move | to go, %s | "
          "to turn, ° | steps | end, %s | end, ° |\n|---|---|---|---|---|---|---|---|---|\n",
          orr_json_text(json_object_get(table, "rule"), "name"), unit, unit);
  json_array_foreach(misses, i, miss) {
    fprintf(to, "| %lld | %lld | %lld | %s | %s | %s | %lld | %s | %s |\n", whole(miss, "pair"),
            whole(miss, "episode"), whole(miss, "start"),
            json_is_true(json_object_get(miss, "must_move")) ? "yes" : "no",
            orr_cell_number(json_object_get(miss, "motion_distance"), 1, 1.0).text,
            orr_cell_number(json_object_get(miss, "motion_angle"), 1, 180.0 / ORR_PI).text,
            whole(miss, "steps"), orr_cell_number(json_object_get(miss, "position"), 2, 1.0).text,
            orr_cell_number(json_object_get(miss, "angle"), 1, 180.0 / ORR_PI).text);
  }
  fputc('\n', to);
}

/* --- HTML ------------------------------------------------------------------------------------- */

static void put_cell(FILE *to, orr_cell cell) { orr_html_element(to, "td", cell.text); }

static void put_stratum(FILE *to, const json_t *stratum) {
  const json_t *gain = json_object_get(stratum, "difference");
  put_cell(to, orr_cell_rate(json_object_get(stratum, "rate")));
  put_cell(to, orr_cell_range(json_object_get(stratum, "rate")));
  put_cell(to, orr_cell_points(gain));
  put_cell(to, orr_cell_points_range(gain));
  put_cell(to, orr_cell_p(json_object_get(stratum, "p")));
}

void orr_html_swaps(const json_t *table, FILE *to) {
  const json_t *swaps = json_object_get(table, "swaps");
  size_t i;
  json_t *swap;
  if (json_array_size(swaps) == 0) return;
  fputs("<h3>What the gap is made of</h3>\n<div class=\"scroll\"><table><thead><tr><th>swap</th>"
        "<th>what</th><th>success&nbsp;%</th><th>95&nbsp;%</th><th>difference</th>"
        "<th>95&nbsp;%</th><th>p</th><th>must move&nbsp;%</th><th>95&nbsp;%</th>"
        "<th>difference</th><th>95&nbsp;%</th><th>p</th></tr></thead><tbody>\n",
        to);
  json_array_foreach(swaps, i, swap) {
    fputs("<tr>", to);
    orr_html_element(to, "td", orr_json_text(swap, "name"));
    orr_html_element(to, "td", swapped(swap).text);
    put_stratum(to, json_object_get(swap, "all"));
    put_stratum(to, json_object_get(swap, "must_move"));
    fputs("</tr>\n", to);
  }
  fputs("</tbody></table></div>\n<p class=\"soft\">", to);
  orr_html_text(to, EXPLAIN);
  fputs(" Times of its plans stand at the end, under <em>swap</em>.</p>\n", to);
}

void orr_html_misses(const json_t *table, const char *unit, FILE *to) {
  const json_t *misses = json_object_get(table, "oracle_misses");
  size_t i;
  json_t *miss;
  if (json_array_size(misses) == 0) return;
  fprintf(to,
          "<details><summary>Misses of the oracle: %zu</summary>\n<div class=\"scroll\"><table>"
          "<thead><tr><th>pair</th><th>episode</th><th>row</th><th>must move</th><th>to go, %s</th>"
          "<th>to turn, &deg;</th><th>ended</th><th>steps</th><th>end, %s</th><th>end, &deg;</th>"
          "</tr></thead><tbody>\n",
          json_array_size(misses), unit, unit);
  json_array_foreach(misses, i, miss) {
    fprintf(to, "<tr><td>%lld</td><td>%lld</td><td>%lld</td><td>%s</td>", whole(miss, "pair"),
            whole(miss, "episode"), whole(miss, "start"),
            json_is_true(json_object_get(miss, "must_move")) ? "yes" : "no");
    put_cell(to, orr_cell_number(json_object_get(miss, "motion_distance"), 1, 1.0));
    put_cell(to, orr_cell_number(json_object_get(miss, "motion_angle"), 1, 180.0 / ORR_PI));
    orr_html_element(to, "td", orr_json_text(miss, "end"));
    put_cell(to, orr_cell_integer(json_object_get(miss, "steps")));
    put_cell(to, orr_cell_number(json_object_get(miss, "position"), 2, 1.0));
    put_cell(to, orr_cell_number(json_object_get(miss, "angle"), 1, 180.0 / ORR_PI));
    fputs("</tr>\n", to);
  }
  fputs("</tbody></table></div></details>\n", to);
}

/* --- the summary ------------------------------------------------------------------------------ */

void orr_summary_swaps(const json_t *table, const json_t *timings, FILE *to) {
  const json_t *swaps = json_object_get(table, "swaps");
  const char *rule = orr_json_text(json_object_get(table, "rule"), "name");
  size_t i;
  json_t *swap;
  if (json_array_size(swaps) == 0) return;
  fprintf(to, "  %-34s%9s  %10s  %-14s %9s %12s\n", "the model with", "success %", "difference",
          "95 %", "p", "ms/plan p50");
  json_array_foreach(swaps, i, swap) {
    const json_t *all = json_object_get(swap, "all"), *gain = json_object_get(all, "difference");
    char key[128];
    snprintf(key, sizeof key, "%.47s/swap %.47s", rule, orr_json_text(swap, "name"));
    const json_t *time = json_object_get(json_object_get(timings, "eval"), key);
    fprintf(to, "    %-32s%9s  %10s  %-14s %9s %12s\n", swapped(swap).text,
            orr_cell_rate(json_object_get(all, "rate")).text, orr_cell_points(gain).text,
            orr_cell_points_range(gain).text, orr_cell_p(json_object_get(all, "p")).text,
            orr_cell_number(json_object_get(time, "p50"), 1, 1000.0).text);
  }
}
