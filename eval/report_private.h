/* Shared by the files of the report. The report is a JSON tree first (report.json); Markdown and
 * HTML say the same in other words. */
#ifndef ORR_EVAL_REPORT_PRIVATE_H
#define ORR_EVAL_REPORT_PRIVATE_H

#include "eval/report.h"
#include "eval/stage.h"
#include <stdio.h>

#define ORR_MAX_ROWS 24

/* Outcomes of one rule as `episodes.csv` has them. */
typedef struct orr_outcome_table {
  size_t rows, pairs;
  char names[ORR_MAX_ROWS][ORR_NAME];
  orr_outcome *outcomes; /* rows x pairs */
} orr_outcome_table;
orr_status orr_outcomes_read(const char *path, size_t pairs, orr_outcome_table *out,
                             orr_error *err);
void orr_outcomes_release(orr_outcome_table *table);

/* Everything that report.json says; new reference. */
orr_status orr_report_build(const orr_experiment *experiment, const char *folder, json_t **out,
                            orr_error *err);
/* A rate of the outcomes of one stratum, with its Wilson interval. */
typedef enum orr_stratum { ORR_ALL, ORR_MUST_MOVE, ORR_REST } orr_stratum;
json_t *orr_report_rate(const orr_outcome *outcomes, size_t count, orr_stratum which);
json_t *orr_report_interval(orr_interval interval);
/* eval/<rule>/swaps against the row `model` of `table`: table.swaps. New reference, a list that is
 * empty when the file has no swaps. */
orr_status orr_report_swaps(const orr_experiment *experiment, const char *folder, const char *rule,
                            const orr_outcome_table *table, json_t **out, orr_error *err);
/* Every pair that the row `oracle` did not solve: table.oracle_misses. New reference; NULL without
 * that row. */
json_t *orr_report_misses(const orr_outcome_table *table, const orr_pairs *pairs);

/* What each on-policy round collected and trained: report.rounds. New reference; NULL without any,
 * and of a given model, whose rounds are not here. */
orr_status orr_report_rounds(const orr_experiment *experiment, const char *folder,
                             const json_t *model, json_t **out, orr_error *err);

/* points[i] = [step, value] of metrics.jsonl: "loss", and the held-out position error of `body` at
 * the farthest checked block. Wall-clock values of that file are left alone. */
json_t *orr_report_training(const char *folder, const char *body);

/* Draws plots/<name>.svg through gnuplot and returns the names of those that were drawn; an empty
 * list when there is no gnuplot. New reference. */
json_t *orr_report_plots(const json_t *report, const char *folder);

/* `timings` may be NULL. */
void orr_report_markdown(const json_t *report, const json_t *timings, FILE *out);
void orr_report_html(const json_t *report, const json_t *timings, const json_t *plots,
                     const char *folder, const char *yaml, FILE *out);

/* The same two parts in words. */
void orr_markdown_swaps(const json_t *table, FILE *out);
void orr_markdown_misses(const json_t *table, const char *unit, FILE *out);
void orr_markdown_rounds(const json_t *report, FILE *out);
void orr_html_rounds(const json_t *report, FILE *out);
void orr_html_swaps(const json_t *table, FILE *out);
void orr_html_misses(const json_t *table, const char *unit, FILE *out);
void orr_summary_swaps(const json_t *table, const json_t *timings, FILE *out);
void orr_html_text(FILE *out, const char *text);                         /* escaped */
void orr_html_rule(FILE *to, const json_t *report, const json_t *table); /* report_rule.c */
void orr_html_element(FILE *out, const char *element, const char *text);

/* Formatting that both share. Rates "91.0", "[86.2, 94.3]"; a dash for what is not there. */
typedef struct orr_cell {
  char text[64];
} orr_cell;
orr_cell orr_cell_rate(const json_t *rate); /* {"n", "successes", "rate", "low", "high"} */
orr_cell orr_cell_range(const json_t *rate);
orr_cell orr_cell_number(const json_t *value, int digits, double factor);
orr_cell orr_cell_points(const json_t *interval);       /* "+3.5": percentage points */
orr_cell orr_cell_points_range(const json_t *interval); /* "[-0.3, +7.2]" */
orr_cell orr_cell_p(const json_t *value);               /* "0.032", "< 0.0001" */
orr_cell orr_cell_integer(const json_t *value);
const char *orr_json_text(const json_t *object, const char *key);
/* Errors ("position", "angle") of a body of open_loop, and those when nothing moves, that are all
 * exactly 0: no observation shows the quantity, they say nothing. */
bool orr_report_unseen(const json_t *body, const char *key);
json_t *orr_json_at(const json_t *object, const char *path); /* "a.b.c"; borrowed or NULL */
const char *orr_row_title(const char *row);                  /* "random (floor)" */

/* What marks the part of report.html and report.md that is outside the promise of equal bytes. */
#define ORR_TIMINGS_BEGIN                                                                          \
  "<!-- timings: wall-clock values from timings.json; these bytes differ from run to run -->"
#define ORR_TIMINGS_END "<!-- end of timings -->"

#endif
