/* On-policy rounds in the report: what the agent did, how much of it training saw. */
#include "eval/report_private.h"

#include "base/file.h"

static json_t *round_json(const orr_rounds_def *rounds, size_t number, const json_t *data,
                          const char *sha) {
  static const char *const facts[] = {"episodes", "rows", "mean_length", "terminated", "contact"};
  const json_t *model = orr_json_at(data, "train.policies.model");
  json_t *out =
      json_pack("{s:I, s:f, s:I, s:I, s:s}", "round", (json_int_t)number, "share", rounds->share,
                "train_steps", (json_int_t)rounds->train_steps, "diverged",
                json_integer_value(json_object_get(data, "diverged")), "manifest_sha256", sha);
  for (size_t i = 0; out && i < sizeof facts / sizeof facts[0]; i++)
    json_object_set(out, facts[i], json_object_get(model, facts[i]));
  return out;
}

static orr_status add_round(const orr_rounds_def *rounds, const char *folder, size_t number,
                            json_t *list, orr_error *err) {
  char path[600], sha[ORR_SHA256_TEXT];
  json_t *data;
  snprintf(path, sizeof path, "%.400s/rounds/%zu/data/manifest.json", folder, number);
  ORR_TRY(orr_sha256_file(path, sha, err));
  snprintf(path, sizeof path, "%.400s/rounds/%zu/data/statistics.json", folder, number);
  ORR_TRY(orr_json_get(path, &data, err));
  int failed = json_array_append_new(list, round_json(rounds, number, data, sha));
  json_decref(data);
  return failed ? orr_fail(err, ORR_ERR_MEMORY, "out of memory") : ORR_OK;
}

orr_status orr_report_rounds(const orr_experiment *experiment, const char *folder,
                             const json_t *model, json_t **out, orr_error *err) {
  *out = NULL;
  bool given = json_is_true(json_object_get(model, "given"));
  if (given || experiment->rounds.count == 0) return ORR_OK;
  *out = json_array();
  orr_status status = ORR_OK;
  for (size_t i = 1; status == ORR_OK && i <= (size_t)experiment->rounds.count; i++)
    status = add_round(&experiment->rounds, folder, i, *out, err);
  return status;
}

void orr_markdown_rounds(const json_t *report, FILE *out) {
  size_t i;
  json_t *r;
  json_array_foreach(json_object_get(report, "rounds"), i, r) {
    fprintf(out,
            "On-policy round %s: the agent acted in %s episodes (%s rows) and reached its goal in "
            "%s %%; then %s more training steps with %s %% of the windows from rounds.\n\n",
            orr_cell_integer(json_object_get(r, "round")).text,
            orr_cell_integer(json_object_get(r, "episodes")).text,
            orr_cell_integer(json_object_get(r, "rows")).text,
            orr_cell_number(json_object_get(r, "terminated"), 1, 100.0).text,
            orr_cell_integer(json_object_get(r, "train_steps")).text,
            orr_cell_number(json_object_get(r, "share"), 1, 100.0).text);
  }
}

static void put_cell(FILE *out, orr_cell cell) { fprintf(out, "<td>%s</td>", cell.text); }

void orr_html_rounds(const json_t *report, FILE *out) {
  size_t i;
  json_t *r;
  if (!json_array_size(json_object_get(report, "rounds"))) return;
  fputs("<h2>On-policy rounds</h2>\n<p class=\"soft\">After training the agent acted in the true "
        "simulator from states of training demonstrations, and training went on with what happened "
        "among its windows. The model above is the last round's.</p>\n<div class=\"scroll\"><table>"
        "<thead><tr><th>round</th><th>episodes</th><th>rows</th><th>mean length</th>"
        "<th>reached its goal&nbsp;%</th><th>rows in contact&nbsp;%</th><th>diverged</th>"
        "<th>share of windows&nbsp;%</th><th>training steps</th></tr></thead><tbody>\n",
        out);
  json_array_foreach(json_object_get(report, "rounds"), i, r) {
    fputs("<tr>", out);
    put_cell(out, orr_cell_integer(json_object_get(r, "round")));
    put_cell(out, orr_cell_integer(json_object_get(r, "episodes")));
    put_cell(out, orr_cell_integer(json_object_get(r, "rows")));
    put_cell(out, orr_cell_number(json_object_get(r, "mean_length"), 1, 1.0));
    put_cell(out, orr_cell_number(json_object_get(r, "terminated"), 1, 100.0));
    put_cell(out, orr_cell_number(json_object_get(r, "contact"), 1, 100.0));
    put_cell(out, orr_cell_integer(json_object_get(r, "diverged")));
    put_cell(out, orr_cell_number(json_object_get(r, "share"), 1, 100.0));
    put_cell(out, orr_cell_integer(json_object_get(r, "train_steps")));
    fputs("</tr>\n", out);
  }
  fputs("</tbody></table></div>\n", out);
}
