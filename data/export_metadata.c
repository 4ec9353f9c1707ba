/* Minari's metadata.json: names, counts, and the spaces as JSON texts inside the JSON
 * (minari/serialization.py). Bounds are written out in full, element by element, and may be
 * Infinity, which Python reads and jansson does not write. */
#include "base/build_info.h"
#include "base/file.h"
#include "data/export_format.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

/* The name --------------------------------------------------------------------------------- */

/* "name-v0", and "space/" or more of them before it. */
static bool is_id(const char *id) {
  const char *name = strrchr(id, '/'), *version = strstr(id, "-v");
  if (id[strspn(id, WORDS "/")] || *id == '/' || strstr(id, "//")) return false;
  if (name && name - id < 2) return false;
  name = name ? name + 1 : id;
  for (const char *next = version; next; next = strstr(next + 1, "-v")) version = next;
  if (!version || version <= name) return false;
  size_t digits = strspn(version + 2, "0123456789");
  return digits > 0 && digits < 10 && !version[2 + digits];
}

orr_status orr_export_set_id(orr_export_job *job, orr_error *err) {
  char *id = job->result->id;
  const char *given = job->def->id;
  int length = given ? snprintf(id, ORR_EXPORT_ID, "%s", given)
                     : snprintf(id, ORR_EXPORT_ID, "orrery/%.128s-v0", job->info->id);
  for (char *at = given ? id + length : strchr(id, '/') + 1; *at; at++)
    if (!strchr(WORDS, *at)) *at = '_';
  if (length < ORR_EXPORT_ID && is_id(id)) return ORR_OK;
  orr_fail(err, ORR_ERR_CONFIG, "'%.200s' is no name of a Minari data set", given ? given : id);
  orr_hint(err,
           "A name is like lab/pushing-v0: letters, digits, _ and -, and a version at the end.");
  return ORR_ERR_CONFIG;
}

/* Spaces, within a text: quotes are \" ------------------------------------------------------ */

static void put_bound(FILE *out, double bound) {
  if (isinf(bound)) {
    fputs(bound > 0 ? "Infinity" : "-Infinity", out);
  } else {
    fprintf(out, "%.17g", bound);
  }
}

static void put_fields(FILE *out, const orr_space *space, bool high) {
  for (size_t i = 0; i < space->count; i++) {
    fputs(i ? ", " : "[", out);
    put_bound(out, high ? space->fields[i].high : space->fields[i].low);
  }
  fputc(']', out);
}

static void put_vector(FILE *out, const orr_space *space) {
  fprintf(out,
          "{\\\"type\\\": \\\"Box\\\", \\\"dtype\\\": \\\"float32\\\", \\\"shape\\\": [%zu], "
          "\\\"low\\\": ",
          space->count);
  put_fields(out, space, false);
  fputs(", \\\"high\\\": ", out);
  put_fields(out, space, true);
  fputc('}', out);
}

/* An array of this shape, all of it `value`. */
static void put_filled(FILE *out, const size_t *sides, int rank, double value) {
  for (size_t i = 0; i < *sides; i++) {
    fputs(i ? ", " : "[", out);
    if (rank > 1) {
      put_filled(out, sides + 1, rank - 1, value);
    } else {
      put_bound(out, value);
    }
  }
  fputc(']', out);
}

/* Labels never reach 255, so that Minari does not take them for encoded pictures. */
static double highest(const orr_space_picture *picture) {
  return picture->kind == ORR_PICTURE_DEPTH ? INFINITY
         : picture->kind == ORR_PICTURE_RGB ? 255
                                            : 254;
}

bool orr_export_encodes(const orr_space_picture *picture) {
  return picture->kind == ORR_PICTURE_RGB && picture->width >= 32 && picture->height >= 32;
}

static void put_picture(FILE *out, const orr_space_picture *picture) {
  orr_hdf5_row row = orr_shard_picture_row(picture);
  fprintf(out, "{\\\"type\\\": \\\"Box\\\", \\\"dtype\\\": \\\"%s\\\", \\\"shape\\\": [",
          row.type == ORR_HDF5_U8 ? "uint8" : "float32");
  for (int i = 0; i < row.rank; i++) fprintf(out, "%s%zu", i ? ", " : "", row.sides[i]);
  fputs("], \\\"low\\\": ", out);
  put_filled(out, row.sides, row.rank, 0);
  fputs(", \\\"high\\\": ", out);
  put_filled(out, row.sides, row.rank, highest(picture));
  fputc('}', out);
}

static void put_observation(FILE *out, const orr_space *space) {
  if (space->picture_count == 0) {
    put_vector(out, space);
    return;
  }
  fputs("{\\\"type\\\": \\\"Dict\\\", \\\"subspaces\\\": {\\\"state\\\": ", out);
  put_vector(out, space);
  for (size_t p = 0; p < space->picture_count; p++) {
    fprintf(out, ", \\\"%s\\\": ", space->pictures[p].name);
    put_picture(out, &space->pictures[p]);
  }
  fputs("}}", out);
}

/* The file --------------------------------------------------------------------------------- */

/* The lines that are plain JSON, without the braces around them. */
static char *plain_lines(const orr_export_job *job, double megabytes) {
  char world[ORR_HASH_TEXT];
  const orr_export_result *result = job->result;
  orr_hash_text(job->info->world, world);
  json_t *json = json_pack(
      "{s:s, s:s, s:s, s:b, s:I, s:I, s:f, s:f, s:s, s:s, s:s}", "dataset_id", result->id,
      "minari_version", "0.5.3", "data_format", "hdf5", "jpeg_encoding", 1, "total_episodes",
      (json_int_t)result->episodes, "total_steps", (json_int_t)result->steps, "dataset_size",
      round(megabytes * 10) / 10, "control_dt", job->info->control_dt, "orrery_scenario",
      job->info->scenario, "orrery_world", world, "orrery_build", orr_build_id());
  char *text = json ? json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(17)) : NULL;
  json_decref(json);
  if (text) text[strlen(text) - 2] = 0; /* "\n}" */
  return text;
}

orr_status orr_export_metadata(const orr_export_job *job, const char *path, double megabytes,
                               orr_error *err) {
  orr_file_writer *writer;
  char *lines = plain_lines(job, megabytes);
  if (!lines) return orr_fail(err, ORR_ERR_MEMORY, "out of memory while exporting");
  orr_status status = orr_file_begin(path, &writer, err);
  if (status == ORR_OK) {
    FILE *out = orr_file_stream(writer); /* a failure is the commit's to find */
    fprintf(out, "%s,\n  \"observation_space\": \"", lines);
    put_observation(out, &job->info->observation);
    fputs("\",\n  \"action_space\": \"", out);
    put_vector(out, &job->info->action);
    fputs("\"\n}\n", out);
    status = orr_file_commit(writer, err);
  }
  free(lines);
  return status;
}
