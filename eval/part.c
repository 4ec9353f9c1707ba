/* `<row>.part.csv`: the finished episodes of a row, so that a killed run goes on where it was.
 *
 *   # orrery-part/1 <hash of the pairs> <row>
 *   index,success,must_move,end,steps,plans,position,angle,latency;latency;...,.
 *
 * Every line ends with a dot of its own: a torn line has none. Doubles are written so that they
 * read back to the bit, so resuming changes nothing. */
#include "eval/protocol_private.h"

#include "base/file.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void head_line(const orr_pairs *pairs, const char *row, char *out, size_t size) {
  char hash[ORR_HASH_TEXT];
  orr_hash_text(pairs->hash, hash);
  snprintf(out, size, "# orrery-part/1 %s %s", hash, row);
}

static bool parse_latencies(const char *text, size_t count, double *out) {
  for (size_t i = 0; i < count; i++) {
    char *end;
    out[i] = strtod(text, &end);
    if (end == text || *end != ';') return false;
    text = end + 1;
  }
  return strcmp(text, ",.") == 0;
}

static void take_line(orr_part *part, const orr_pairs *pairs, const char *line) {
  size_t index;
  int success, must_move, end, used = 0;
  orr_outcome o = {0};
  if (sscanf(line, "%zu,%d,%d,%d,%" SCNd64 ",%" SCNd64 ",%lf,%lf,%n", &index, &success, &must_move,
             &end, &o.steps, &o.plans, &o.position, &o.angle, &used) != 8 ||
      used == 0)
    return;
  if (index >= part->count || part->finished[index] || end < ORR_RUNNING ||
      end > ORR_END_CANCELLED || o.plans < 0 || o.plans > pairs->budget)
    return;
  size_t plans = (size_t)o.plans;
  double *latencies = orr_alloc(plans + 1, sizeof *latencies);
  if (!latencies) return;
  if (!parse_latencies(line + used, plans, latencies)) {
    orr_free(latencies);
    return;
  }
  o.success = success != 0;
  o.must_move = must_move != 0;
  o.end = (orr_end)end;
  part->finished[index] = true;
  part->outcomes[index] = o;
  part->latencies[index] = latencies;
}

static orr_status read_lines(orr_part *part, const orr_pairs *pairs, const char *head,
                             orr_error *err) {
  enum { LIMIT = 256 << 20 };
  char *text;
  size_t length;
  ORR_TRY(orr_file_get(part->path, LIMIT, &text, &length, err));
  char *save = NULL, *line = strtok_r(text, "\n", &save);
  bool same = line && strcmp(line, head) == 0;
  while (same && (line = strtok_r(NULL, "\n", &save))) take_line(part, pairs, line);
  orr_free(text);
  return same ? ORR_OK : orr_file_remove(part->path, err);
}

orr_status orr_part_open(const char *folder, const char *row, const orr_pairs *pairs, orr_part *out,
                         orr_error *err) {
  *out = (orr_part){.count = pairs->count};
  snprintf(out->path, sizeof out->path, "%s/%s.part.csv", folder, row);
  size_t n = pairs->count + 1;
  char head[160];
  head_line(pairs, row, head, sizeof head);
  ORR_TRY(orr_new(&out->finished, n, sizeof *out->finished, err));
  ORR_TRY(orr_new(&out->outcomes, n, sizeof *out->outcomes, err));
  ORR_TRY(orr_new(&out->latencies, n, sizeof *out->latencies, err));
  if (orr_file_exists(out->path)) ORR_TRY(read_lines(out, pairs, head, err));
  if (orr_file_exists(out->path)) return ORR_OK;
  return orr_file_append(out->path, head, err);
}

void orr_part_close(orr_part *part) {
  for (size_t i = 0; part->latencies && i < part->count; i++) orr_free(part->latencies[i]);
  orr_free(part->latencies);
  orr_free(part->outcomes);
  orr_free(part->finished);
  *part = (orr_part){0};
}

orr_status orr_part_append(const orr_part *part, size_t index, const orr_outcome *o,
                           const double *latencies, orr_error *err) {
  size_t plans = (size_t)o->plans, size = 256 + 26 * plans;
  char *line;
  ORR_TRY(orr_new(&line, size, 1, err));
  size_t used = (size_t)snprintf(line, size, "%zu,%d,%d,%d,%" PRId64 ",%" PRId64 ",%.17g,%.17g,",
                                 index, o->success, o->must_move, (int)o->end, o->steps, o->plans,
                                 o->position, o->angle);
  for (size_t i = 0; i < plans; i++)
    used += (size_t)snprintf(line + used, size - used, "%.9g;", latencies[i]);
  snprintf(line + used, size - used, ",.");
  orr_status status = orr_file_append(part->path, line, err);
  orr_free(line);
  return status;
}

orr_status orr_part_remove(const char *folder, orr_error *err) {
  char **names;
  size_t count;
  ORR_TRY(orr_folder_list(folder, "", ".part.csv", &names, &count, err));
  orr_status status = ORR_OK;
  for (size_t i = 0; status == ORR_OK && i < count; i++) {
    char path[600];
    orr_path_join(path, sizeof path, folder, names[i]);
    status = orr_file_remove(path, err);
  }
  orr_free(names);
  return status;
}
