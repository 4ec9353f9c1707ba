/* report.html: one file, nothing fetched, readable on a phone and in the dark. */
#include "eval/report_private.h"

#include "base/file.h"
#include "base/maths.h"
#include <string.h>

static const char STYLE[] =
    ":root{color-scheme:light dark;--ink:#1c2126;--soft:#5b656f;--page:#fbfaf7;--card:#fff;"
    "--line:#e2e0d9;--model:#3b7dd8;--oracle:#2f9e6e;--random:#9a8f6a;--warn:#b4531a}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e4e7ea;--soft:#98a2ac;--page:#14171a;"
    "--card:#1b1f23;--line:#2d3338;--warn:#e58a4e}}"
    "*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);"
    "font:16px/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,sans-serif}"
    "main{max-width:66rem;margin:0 auto;padding:2.5rem 1.1rem 5rem}"
    "h1{font-size:2.1rem;line-height:1.15;margin:0 0 .3rem;letter-spacing:-.01em}"
    "h2{font-size:1.25rem;margin:3rem 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid "
    "var(--line)}h3{font-size:1rem;margin:1.6rem 0 .4rem}p{margin:.5rem 0;max-width:46rem}"
    ".soft,figcaption,caption{color:var(--soft);font-size:.9rem}"
    ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1rem;"
    "margin:1.6rem 0}.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;"
    "padding:1rem 1.2rem}.big{font-size:2.3rem;font-weight:650;line-height:1.1;"
    "font-variant-numeric:tabular-nums}.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}"
    "table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.94rem}"
    "th,td{padding:.42rem .7rem;text-align:right;border-bottom:1px solid var(--line);"
    "white-space:nowrap}th:first-child,td:first-child{text-align:left;padding-left:0}"
    "th{color:var(--soft);font-weight:500;font-size:.84rem}tr.model td{font-weight:600}"
    ".bar{display:inline-block;position:relative;width:7.5rem;height:.9rem;vertical-align:middle;"
    "border-radius:.2rem;background:color-mix(in srgb,var(--line) 60%,transparent)}"
    ".bar i,.bar b{position:absolute;top:0;height:100%;border-radius:.2rem;background:#8a6fb0}"
    ".cloning i,.cloning b{background:#c77d4f}"
    ".bar i{opacity:.38}.bar b{width:3px;margin-left:-1px}"
    ".random i,.random b{background:var(--random)}.model i,.model b{background:var(--model)}"
    ".oracle i,.oracle b{background:var(--oracle)}"
    ".note{border-left:3px solid var(--warn);padding:.2rem .9rem;margin:1rem 0}"
    ".plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:"
    "1rem}"
    "figure{margin:1rem 0;max-width:40rem}figure img{width:100%;height:auto;display:block}"
    "pre,code{font:.86rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}"
    "code{overflow-wrap:anywhere}"
    "pre{background:var(--card);border:1px solid var(--line);border-radius:.5rem;"
    "padding:.8rem 1rem;overflow-x:auto}"
    "details{margin:1rem 0}summary{cursor:pointer;color:var(--soft)}"
    "dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.25rem "
    "1.2rem;margin:.6rem 0}"
    "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}";

/* --- words ------------------------------------------------------------------------------------ */

void orr_html_text(FILE *to, const char *text) {
  for (const char *s = text; *s; s++) {
    switch (*s) {
    case '&': fputs("&amp;", to); break;
    case '<': fputs("&lt;", to); break;
    case '>': fputs("&gt;", to); break;
    case '"': fputs("&quot;", to); break;
    default: fputc(*s, to);
    }
  }
}

void orr_html_element(FILE *to, const char *element, const char *text) {
  fprintf(to, "<%s>", element);
  orr_html_text(to, text);
  fprintf(to, "</%s>", element);
}

static void put_fact(FILE *to, const char *what, const char *value) {
  orr_html_element(to, "dt", what);
  orr_html_element(to, "dd", value);
}

static void put_base64(FILE *to, const char *bytes, size_t count) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < count; i += 3) {
    size_t left = count - i;
    unsigned word = (unsigned)(unsigned char)bytes[i] << 16;
    if (left > 1) word |= (unsigned)(unsigned char)bytes[i + 1] << 8;
    if (left > 2) word |= (unsigned char)bytes[i + 2];
    fputc(digits[word >> 18 & 63], to);
    fputc(digits[word >> 12 & 63], to);
    fputc(left > 1 ? digits[word >> 6 & 63] : '=', to);
    fputc(left > 2 ? digits[word & 63] : '=', to);
  }
}

/* The plots whose names begin with `prefix`. */
static void put_plots(FILE *to, const json_t *plots, const char *folder, const char *prefix) {
  enum { LIMIT = 16 << 20 };
  size_t i;
  json_t *plot;
  fputs("<div class=\"plots\">\n", to);
  json_array_foreach(plots, i, plot) {
    char path[640], *svg;
    size_t length;
    orr_error ignored;
    const char *name = orr_json_text(plot, "name"), *title = orr_json_text(plot, "title");
    if (strncmp(name, prefix, strlen(prefix)) != 0) continue;
    snprintf(path, sizeof path, "%.400s/plots/%.100s.svg", folder, name);
    if (orr_file_get(path, LIMIT, &svg, &length, &ignored) != ORR_OK) continue;
    fputs("<figure><img alt=\"", to);
    orr_html_text(to, title);
    fputs("\" src=\"data:image/svg+xml;base64,", to);
    put_base64(to, svg, length);
    fputs("\">", to);
    orr_html_element(to, "figcaption", title);
    fputs("</figure>\n", to);
    orr_free(svg);
  }
  fputs("</div>\n", to);
}

/* --- tables of success ------------------------------------------------------------------------ */

static void put_bar(FILE *to, const char *row, const json_t *rate) {
  double low = json_number_value(json_object_get(rate, "low"));
  double high = json_number_value(json_object_get(rate, "high"));
  double point = json_number_value(json_object_get(rate, "rate"));
  fprintf(to,
          "<td><span class=\"bar %s\" aria-hidden=\"true\"><i style=\"left:%.2f%%;width:%.2f%%\">"
          "</i><b style=\"left:%.2f%%\"></b></span></td>",
          row, 100 * low, 100 * (high - low), 100 * point);
}

static void put_cell(FILE *to, orr_cell cell) { orr_html_element(to, "td", cell.text); }

static void put_row(FILE *to, const json_t *row) {
  const char *name = orr_json_text(row, "row");
  json_t *all = json_object_get(row, "all"), *must = json_object_get(row, "must_move");
  json_t *rest = json_object_get(row, "rest");
  fprintf(to, "<tr class=\"%s\">", name);
  orr_html_element(to, "td", orr_row_title(name));
  put_cell(to, orr_cell_rate(all));
  put_cell(to, orr_cell_range(all));
  put_bar(to, name, all);
  put_cell(to, orr_cell_rate(must));
  put_cell(to, orr_cell_range(must));
  put_cell(to, orr_cell_rate(rest));
  put_cell(to, orr_cell_number(orr_json_at(row, "final_position.point"), 2, 1.0));
  put_cell(to, orr_cell_number(orr_json_at(row, "final_angle.point"), 1, 180.0 / ORR_PI));
  fputs("</tr>\n", to);
}

static void put_comparisons(FILE *to, const json_t *table) {
  size_t i;
  json_t *c, *row;
  json_array_foreach(json_object_get(table, "rows"), i, row) {
    long long diverged = json_integer_value(json_object_get(row, "diverged"));
    if (diverged)
      fprintf(to,
              "<p class=\"note\">%s: in %lld episodes the simulator's numbers diverged; they "
              "count as not solved.</p>\n",
              orr_row_title(orr_json_text(row, "row")), diverged);
  }
  json_array_foreach(json_object_get(table, "comparisons"), i, c) {
    fprintf(to,
            "<p class=\"soft\">%s against %s on the same pairs: %lld solved by %s alone, %lld "
            "by %s alone; exact McNemar p = %.3g.</p>\n",
            orr_json_text(c, "a"), orr_json_text(c, "b"),
            (long long)json_integer_value(json_object_get(c, "only_a")), orr_json_text(c, "a"),
            (long long)json_integer_value(json_object_get(c, "only_b")), orr_json_text(c, "b"),
            json_number_value(json_object_get(c, "p")));
  }
}

/* "frozen in a manifest ..., drawn from demonstrations 0 to 99". */
static void put_source(FILE *to, const json_t *manifest) {
  const json_t *source = json_object_get(manifest, "source");
  long long first = json_integer_value(json_object_get(source, "first"));
  long long count = json_integer_value(json_object_get(source, "demonstrations"));
  if (json_is_true(json_object_get(source, "committed")))
    fprintf(to, " of the committed manifest <code>%.16s</code>", orr_json_text(source, "hash"));
  fprintf(to, "; drawn from held-out demonstrations %lld to %lld, seed %lld.</p>\n", first,
          first + count - 1, (long long)json_integer_value(json_object_get(source, "seed")));
}

static void put_manifest(FILE *to, const json_t *report, const json_t *table) {
  const json_t *m = json_object_get(table, "manifest");
  const char *unit = orr_json_text(json_object_get(report, "scenario"), "unit");
  long long pairs = json_integer_value(json_object_get(m, "pairs"));
  long long must = json_integer_value(json_object_get(m, "must_move"));
  fprintf(to,
          "<p class=\"soft\">%lld pairs, the first of %lld from %lld candidates; solved at the "
          "start and removed: %lld. In %lld of %lld (%.0f&nbsp;%%) a free body must move. ",
          pairs, (long long)json_integer_value(orr_json_at(m, "source.pairs")),
          (long long)json_integer_value(json_object_get(m, "considered")),
          (long long)json_integer_value(json_object_get(m, "removed")), must, pairs,
          pairs ? 100.0 * (double)must / (double)pairs : 0.0);
  fprintf(to,
          "What the rule speaks of (its first free body) moves %s / %s / %s %s and turns %s / %s / "
          "%s&deg; from start to "
          "goal (10, 50, 90 %% of the pairs). Pairs <code>%.16s</code>",
          orr_cell_number(orr_json_at(m, "motion.distance.p10"), 1, 1.0).text,
          orr_cell_number(orr_json_at(m, "motion.distance.p50"), 1, 1.0).text,
          orr_cell_number(orr_json_at(m, "motion.distance.p90"), 1, 1.0).text, unit,
          orr_cell_number(orr_json_at(m, "motion.angle.p10"), 0, 180.0 / ORR_PI).text,
          orr_cell_number(orr_json_at(m, "motion.angle.p50"), 0, 180.0 / ORR_PI).text,
          orr_cell_number(orr_json_at(m, "motion.angle.p90"), 0, 180.0 / ORR_PI).text,
          orr_json_text(m, "hash"));
  put_source(to, m);
}

static void put_planner(FILE *to, const json_t *report) {
  const json_t *p = json_object_get(report, "planner");
  fprintf(to,
          "<p class=\"soft\">Planner of the rows <em>model</em> and <em>oracle</em> (%s): %s, "
          "%lld samples &times; %lld iterations, %lld elites, horizon %lld blocks of %lld "
          "control steps, replanning after %lld, sigma %s, hold %lld, objective %s (%s).</p>\n",
          orr_json_text(p, "name"), orr_json_text(p, "kind"),
          (long long)json_integer_value(json_object_get(p, "samples")),
          (long long)json_integer_value(json_object_get(p, "iterations")),
          (long long)json_integer_value(json_object_get(p, "elites")),
          (long long)json_integer_value(json_object_get(p, "horizon")),
          (long long)json_integer_value(json_object_get(p, "block")),
          (long long)json_integer_value(json_object_get(p, "replan")),
          orr_cell_number(json_object_get(p, "sigma"), 3, 1.0).text,
          (long long)json_integer_value(json_object_get(p, "hold")), orr_json_text(p, "objective"),
          orr_json_text(p, "aggregate"));
}

static void put_tables(FILE *to, const json_t *report, const json_t *plots, const char *folder) {
  size_t i, k;
  json_t *table, *row;
  const char *unit = orr_json_text(json_object_get(report, "scenario"), "unit");
  json_array_foreach(json_object_get(report, "tables"), i, table) {
    const char *rule = orr_json_text(json_object_get(table, "rule"), "name");
    char prefix[80];
    fputs("<h2>Rule ", to);
    orr_html_text(to, rule);
    fputs("</h2>\n", to);
    orr_html_rule(to, report, table);
    fprintf(to,
            "<div class=\"scroll\"><table><thead><tr><th>policy</th><th>success&nbsp;%%</th>"
            "<th>95&nbsp;%% interval</th><th></th><th>must move&nbsp;%%</th><th>interval</th>"
            "<th>rest&nbsp;%%</th><th>end, %s</th><th>end, &deg;</th></tr>"
            "</thead><tbody>\n",
            unit);
    json_array_foreach(json_object_get(table, "rows"), k, row) put_row(to, row);
    fprintf(
        to,
        "</tbody></table></div>\n<p class=\"soft\">n = %lld; Wilson intervals. "
        "<em>end</em>: interquartile mean of the distance and angle of what the rule speaks of to "
        "its goal when the episode ends.</p>\n",
        (long long)json_integer_value(orr_json_at(table, "manifest.pairs")));
    put_comparisons(to, table);
    orr_html_swaps(table, to);
    orr_html_misses(table, unit, to);
    put_planner(to, report);
    put_manifest(to, report, table);
    snprintf(prefix, sizeof prefix, "success-%.47s", rule);
    put_plots(to, plots, folder, prefix);
  }
}

/* --- the top ---------------------------------------------------------------------------------- */

static const json_t *find_row(const json_t *table, const char *name) {
  size_t i;
  json_t *row;
  json_array_foreach(json_object_get(table, "rows"), i, row) {
    if (strcmp(orr_json_text(row, "row"), name) == 0) return row;
  }
  return NULL;
}

static void put_cards(FILE *to, const json_t *report) {
  size_t i;
  json_t *table;
  fputs("<div class=\"cards\">\n", to);
  json_array_foreach(json_object_get(report, "tables"), i, table) {
    const json_t *model = find_row(table, "model");
    const json_t *rate = json_object_get(model, "all");
    if (!model) continue;
    fputs("<div class=\"card\"><div class=\"soft\">", to);
    orr_html_text(to, orr_json_text(json_object_get(table, "rule"), "name"));
    fprintf(to, "</div><div class=\"big\">%s&nbsp;%%</div><div class=\"soft\">%s, n = %lld",
            orr_cell_rate(rate).text, orr_cell_range(rate).text,
            (long long)json_integer_value(json_object_get(rate, "n")));
    const json_t *floor = json_object_get(find_row(table, "random"), "all");
    const json_t *ceiling = json_object_get(find_row(table, "oracle"), "all");
    if (floor) fprintf(to, "<br>random floor %s&nbsp;%%", orr_cell_rate(floor).text);
    if (ceiling) fprintf(to, "<br>oracle ceiling %s&nbsp;%%", orr_cell_rate(ceiling).text);
    fputs("</div></div>\n", to);
  }
  fputs("</div>\n", to);
}

static void put_shift(FILE *to, const json_t *report) {
  if (!json_is_true(orr_json_at(report, "model.shift"))) return;
  fprintf(to,
          "<p class=\"note\">Shift: this model was trained on another world (<code>%.12s</code>) "
          "than the one it is judged in (<code>%.12s</code>).</p>\n",
          orr_json_text(json_object_get(report, "model"), "trained_on_world"),
          orr_json_text(json_object_get(report, "model"), "world"));
}

static void put_head(FILE *to, const json_t *report) {
  const json_t *s = json_object_get(report, "scenario");
  const char *profile = orr_json_text(s, "profile");
  fputs("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>",
        to);
  orr_html_text(to, orr_json_text(s, "id"));
  fprintf(to, " &middot; Orrery</title><style>%s</style></head><body><main>\n<header>", STYLE);
  orr_html_element(to, "h1", orr_json_text(s, "id"));
  fprintf(to, "<p class=\"soft\">Orrery %s &middot; version %lld",
          orr_json_text(json_object_get(report, "tool"), "version"),
          (long long)json_integer_value(json_object_get(s, "version")));
  if (*profile) fputs(" &middot; profile ", to);
  orr_html_text(to, profile);
  fprintf(to, " &middot; seeds %lld, %lld, %lld (collect, train, eval)</p>\n",
          (long long)json_integer_value(orr_json_at(s, "seeds.collect")),
          (long long)json_integer_value(orr_json_at(s, "seeds.train")),
          (long long)json_integer_value(orr_json_at(s, "seeds.eval")));
  orr_html_element(to, "p", orr_json_text(s, "lesson"));
  fputs("</header>\n", to);
  put_shift(to, report);
  put_cards(to, report);
}

/* --- model and data --------------------------------------------------------------------------- */

static void put_open_loop(FILE *to, const json_t *report, const json_t *plots, const char *folder) {
  const json_t *loop = json_object_get(report, "open_loop");
  if (!loop) {
    fputs("<p class=\"soft\">Open-loop errors are not here: this run had no held-out data.</p>\n",
          to);
    return;
  }
  size_t i, h;
  json_t *body, *value;
  json_int_t block = json_integer_value(orr_json_at(report, "planner.block"));
  fprintf(to,
          "<h2>How far the model sees</h2>\n<p>Open loop: the model is shown one observation of "
          "a held-out episode and the actions that followed, and predicts the rest on its own. "
          "Mean over %lld windows, beside the prediction that nothing moves.</p>\n"
          "<div class=\"scroll\"><table><thead><tr><th>control steps ahead</th>",
          (long long)json_integer_value(json_object_get(loop, "windows")));
  json_array_foreach(
      json_object_get(json_array_get(json_object_get(loop, "bodies"), 0), "position"), h, value)
      fprintf(to, "<th>%lld</th>", (long long)(block * (json_int_t)(h + 1)));
  fputs("</tr></thead><tbody>\n", to);
  static const struct {
    const char *key, *what;
    bool degrees;
  } lines[] = {{"position", "model", false},
               {"still_position", "nothing moves", false},
               {"angle", "model", true},
               {"still_angle", "nothing moves", true}};
  const char *unit = orr_json_text(json_object_get(report, "scenario"), "unit");
  json_array_foreach(json_object_get(loop, "bodies"), i, body) {
    bool turns = !orr_report_unseen(body, "angle");
    bool moves = !turns || !orr_report_unseen(body, "position");
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
      if (!(lines[k].degrees ? turns : moves)) continue;
      fputs("<tr><td>", to);
      orr_html_text(to, orr_json_text(body, "body"));
      fprintf(to, ", %s %s, %s</td>", lines[k].degrees ? "angle" : "position",
              lines[k].degrees ? "&deg;" : unit, lines[k].what);
      json_array_foreach(json_object_get(body, lines[k].key), h, value)
          put_cell(to, orr_cell_number(value, 2, lines[k].degrees ? 180.0 / ORR_PI : 1.0));
      fputs("</tr>\n", to);
    }
  }
  fputs("</tbody></table></div>\n", to);
  put_plots(to, plots, folder, "open-loop-");
}

static void put_model(FILE *to, const json_t *report, const json_t *plots, const char *folder) {
  const json_t *m = json_object_get(report, "model");
  if (!m) return;
  char text[192];
  fputs("<h2>The model</h2>\n<dl>", to);
  put_fact(to, "family", orr_json_text(m, "family"));
  put_fact(to, "parameters", orr_cell_integer(json_object_get(m, "parameters")).text);
  put_fact(to, "latent", orr_cell_integer(json_object_get(m, "latent")).text);
  snprintf(text, sizeof text, "%s control steps a block, %s blocks unrolled in training",
           orr_cell_integer(json_object_get(m, "block")).text,
           orr_cell_integer(json_object_get(m, "horizon")).text);
  put_fact(to, "block", text);
  put_fact(to, "weights", orr_json_text(m, "hash"));
  put_fact(to, "trained on data", orr_json_text(json_object_get(m, "record"), "data_hash"));
  put_fact(to, "training steps", orr_cell_integer(orr_json_at(m, "record.steps")).text);
  put_fact(to, "checkpoint",
           json_is_true(json_object_get(m, "given")) ? "given on the command line"
                                                     : "trained by this run");
  fputs("</dl>\n", to);
  put_plots(to, plots, folder, "training-");
}

static void put_baselines(FILE *to, const json_t *report) {
  size_t i;
  json_t *b;
  if (!json_array_size(json_object_get(report, "baselines"))) return;
  fputs("<h2>Without a planner</h2>\n<p class=\"soft\">Networks from observation, goal and blocks "
        "left to a block of actions, asked once a block. Inverse dynamics learns from all "
        "episodes, cloning from demonstrations alone.</p>\n<div class=\"scroll\"><table><thead><tr>"
        "<th>policy</th><th>family</th><th>parameters</th><th>goals, blocks ahead</th>"
        "<th>training steps</th><th>weights</th></tr></thead><tbody>\n",
        to);
  json_array_foreach(json_object_get(report, "baselines"), i, b) {
    fputs("<tr>", to);
    orr_html_element(to, "td", orr_json_text(b, "row"));
    orr_html_element(to, "td", orr_json_text(b, "family"));
    put_cell(to, orr_cell_integer(json_object_get(b, "parameters")));
    put_cell(to, orr_cell_integer(json_object_get(b, "horizon")));
    put_cell(to, orr_cell_integer(orr_json_at(b, "record.steps")));
    orr_html_element(to, "td", orr_json_text(b, "hash"));
    fputs("</tr>\n", to);
  }
  fputs("</tbody></table></div>\n", to);
}

static void put_split(FILE *to, const json_t *data, const char *split) {
  const char *policy;
  json_t *facts;
  json_object_foreach(json_object_get(json_object_get(data, split), "policies"), policy, facts) {
    fprintf(to, "<tr><td>%s, %s</td>", strcmp(split, "train") == 0 ? "training" : "held out",
            policy);
    put_cell(to, orr_cell_integer(json_object_get(facts, "episodes")));
    put_cell(to, orr_cell_integer(json_object_get(facts, "rows")));
    put_cell(to, orr_cell_number(json_object_get(facts, "mean_length"), 1, 1.0));
    put_cell(to, orr_cell_number(json_object_get(facts, "terminated"), 1, 100.0));
    put_cell(to, orr_cell_number(json_object_get(facts, "contact"), 1, 100.0));
    fputs("</tr>\n", to);
  }
}

/* Columns of the training split: what the model's input transform was fitted on. */
static void put_columns(FILE *to, const json_t *data, const char *which) {
  static const char *const keys[] = {"mean", "std", "low", "high"};
  size_t i;
  json_t *column;
  json_array_foreach(json_object_get(json_object_get(data, "train"), which), i, column) {
    fputs("<tr><td>", to);
    orr_html_text(to, orr_json_text(column, "name"));
    if (*orr_json_text(column, "unit")) fprintf(to, ", %s", orr_json_text(column, "unit"));
    fputs("</td>", to);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
      put_cell(to, orr_cell_number(json_object_get(column, keys[k]), 3, 1.0));
    fputs("</tr>\n", to);
  }
}

static void put_data(FILE *to, const json_t *report) {
  const json_t *data = json_object_get(report, "data");
  if (!data) return;
  fputs("<h2>The data</h2>\n<div class=\"scroll\"><table><thead><tr><th>split, policy</th>"
        "<th>episodes</th><th>rows</th><th>mean length</th><th>reached its goal&nbsp;%</th>"
        "<th>rows in contact&nbsp;%</th></tr></thead><tbody>\n",
        to);
  put_split(to, data, "train");
  put_split(to, data, "held_out");
  fprintf(to,
          "</tbody></table></div>\n<p class=\"soft\">%lld episodes diverged and were dropped. "
          "Manifest <code>%s</code>.</p>\n",
          (long long)json_integer_value(json_object_get(data, "diverged")),
          orr_json_text(data, "manifest_sha256"));
  fputs("<details><summary>Columns of the training split</summary>\n<div class=\"scroll\"><table>"
        "<thead><tr><th>column</th><th>mean</th><th>std</th><th>least</th><th>largest</th></tr>"
        "</thead><tbody>\n",
        to);
  put_columns(to, data, "state");
  put_columns(to, data, "action");
  fputs("</tbody></table></div></details>\n", to);
}

/* --- the end ---------------------------------------------------------------------------------- */

static void put_commands(FILE *to, const json_t *report) {
  size_t i;
  json_t *c;
  fputs(
      "<h2>Repeat it</h2>\n<p>Same binary, same type of machine, same configuration and seeds give "
      "the same bytes. In the folder of this report:</p>\n<pre>",
      to);
  json_array_foreach(json_object_get(report, "commands"), i, c) {
    fputs("# ", to);
    orr_html_text(to, orr_json_text(c, "what"));
    fputc('\n', to);
    orr_html_text(to, orr_json_text(c, "command"));
    fputc('\n', to);
  }
  fputs("</pre>\n", to);
}

static void put_milliseconds(FILE *to, const json_t *value) {
  put_cell(to, orr_cell_number(value, 2, 1000.0));
}

static void put_timings(FILE *to, const json_t *timings) {
  const char *key;
  json_t *t;
  const json_t *machine = json_object_get(timings, "machine");
  fputs(ORR_TIMINGS_BEGIN "\n<h2>Time</h2>\n", to);
  if (!timings) {
    fputs("<p class=\"soft\">There is no timings.json.</p>\n" ORR_TIMINGS_END "\n", to);
    return;
  }
  fputs("<p class=\"soft\">Wall-clock values, read from timings.json: the only part of this page "
        "that "
        "differs from run to run.</p>\n<div class=\"scroll\"><table><thead><tr><th>rule/policy</th>"
        "<th>plans</th><th>mean ms</th><th>p50</th><th>p95</th><th>p99</th><th>all, s</th></tr>"
        "</thead><tbody>\n",
        to);
  json_object_foreach(json_object_get(timings, "eval"), key, t) {
    fputs("<tr>", to);
    orr_html_element(to, "td", key);
    put_cell(to, orr_cell_integer(json_object_get(t, "plans")));
    put_milliseconds(to, json_object_get(t, "mean"));
    put_milliseconds(to, json_object_get(t, "p50"));
    put_milliseconds(to, json_object_get(t, "p95"));
    put_milliseconds(to, json_object_get(t, "p99"));
    put_cell(to, orr_cell_number(json_object_get(t, "seconds"), 1, 1.0));
    fputs("</tr>\n", to);
  }
  fputs("</tbody></table></div>\n<dl>", to);
  put_fact(to, "collecting, s",
           orr_cell_number(orr_json_at(timings, "collect.seconds"), 1, 1.0).text);
  put_fact(to, "training, s", orr_cell_number(orr_json_at(timings, "train.seconds"), 1, 1.0).text);
  json_object_foreach(json_object_get(timings, "baselines"), key, t) {
    char what[96];
    snprintf(what, sizeof what, "training %.47s, s", key);
    put_fact(to, what, orr_cell_number(json_object_get(t, "seconds"), 1, 1.0).text);
  }
  put_fact(to, "machine", orr_json_text(machine, "processor"));
  put_fact(to, "threads", orr_cell_integer(json_object_get(machine, "threads")).text);
  put_fact(to, "instruction set", orr_json_text(machine, "isa"));
  put_fact(to, "build", orr_json_text(machine, "build"));
  fputs("</dl>\n" ORR_TIMINGS_END "\n", to);
}

void orr_report_html(const json_t *report, const json_t *timings, const json_t *plots,
                     const char *folder, const char *yaml, FILE *out) {
  put_head(out, report);
  put_tables(out, report, plots, folder);
  put_open_loop(out, report, plots, folder);
  put_model(out, report, plots, folder);
  put_baselines(out, report);
  orr_html_rounds(report, out);
  put_data(out, report);
  if (json_array_size(plots) == 0)
    fputs("<p class=\"soft\">gnuplot was not found, so this report has tables and no plots.</p>\n",
          out);
  put_commands(out, report);
  put_timings(out, timings);
  fputs("<h2>Configuration</h2>\n<details><summary>The effective configuration, every default "
        "written out (config.yaml)</summary>\n<pre>",
        out);
  orr_html_text(out, yaml);
  fputs("</pre></details>\n</main></body></html>\n", out);
}
