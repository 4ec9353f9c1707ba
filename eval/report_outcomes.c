/* episodes.csv of a rule, read back. */
#include "eval/report_private.h"

#include "base/file.h"
#include <inttypes.h>
#include <string.h>

typedef struct csv_line {
  char row[ORR_NAME];
  size_t index;
  orr_outcome outcome;
} csv_line;

static bool parse_line(const char *line, csv_line *out) {
  char end[16];
  int must_move, success;
  orr_outcome *o = &out->outcome;
  *o = (orr_outcome){0};
  if (sscanf(line, "%47[^,],%zu,%*u,%*d,%*d,%*d,%d,%d,%15[^,],%" SCNd64 ",%" SCNd64 ",%lf,%lf",
             out->row, &out->index, &must_move, &success, end, &o->steps, &o->plans, &o->position,
             &o->angle) != 9)
    return false;
  o->must_move = must_move != 0;
  o->success = success != 0;
  for (int i = 0; orr_end_names[i]; i++)
    if (strcmp(end, orr_end_names[i]) == 0) o->end = (orr_end)i;
  return true;
}

static bool take_line(orr_outcome_table *table, const char *line) {
  csv_line read;
  if (!parse_line(line, &read) || read.index >= table->pairs) return false;
  size_t row = 0;
  while (row < table->rows && strcmp(table->names[row], read.row) != 0) row++;
  if (row == table->rows) {
    if (row >= sizeof table->names / sizeof table->names[0]) return false;
    snprintf(table->names[table->rows++], sizeof table->names[0], "%s", read.row);
  }
  table->outcomes[row * table->pairs + read.index] = read.outcome;
  return true;
}

orr_status orr_outcomes_read(const char *path, size_t pairs, orr_outcome_table *out,
                             orr_error *err) {
  enum { LIMIT = 256 << 20 };
  char *text;
  size_t length, lines = 0;
  *out = (orr_outcome_table){.pairs = pairs};
  size_t most = sizeof out->names / sizeof out->names[0];
  ORR_TRY(orr_file_get(path, LIMIT, &text, &length, err));
  orr_status status = orr_new(&out->outcomes, most * pairs + 1, sizeof *out->outcomes, err);
  char *save = NULL, *line = strtok_r(text, "\n", &save);
  while (status == ORR_OK && (line = strtok_r(NULL, "\n", &save))) {
    lines++;
    if (!take_line(out, line))
      status = orr_fail_at(err, ORR_ERR_FILE, path, (int)lines + 1, 1, "not a line of a result");
  }
  if (status == ORR_OK && lines != out->rows * pairs)
    status = orr_fail(err, ORR_ERR_FILE, "%s has %zu lines for %zu rows of %zu pairs", path, lines,
                      out->rows, pairs);
  orr_free(text);
  if (status != ORR_OK) orr_outcomes_release(out);
  return status;
}

void orr_outcomes_release(orr_outcome_table *table) {
  orr_free(table->outcomes);
  table->outcomes = NULL;
}
