/* The report: one self-contained HTML file, the same as Markdown and as JSON with a published
 * schema. */
#ifndef ORR_EVAL_REPORT_H
#define ORR_EVAL_REPORT_H

#include "eval/protocol.h"
#include "eval/statistics.h"

/* Reads what the stages of a run folder have left and writes report.html, report.json, report.md
 * and episodes.csv. Plots are drawn by gnuplot; without it the report has tables only and says so.
 */
orr_status orr_report_write(const orr_experiment *experiment, const char *folder, orr_error *err);
/* The small table that `orrery run` ends with. orr_free. */
char *orr_report_summary(const char *folder, orr_error *err);

#endif
