/* Findings about a configuration: kept as texts, so that they outlive the tree they are about. */
#include "base/config_internal.h"

#include <stdlib.h>
#include <string.h>

enum {
  KEPT = 200, /* findings kept with their texts; the rest is counted */
  MESSAGE = 1024,
  WINDOW = 96,        /* characters of a source line shown */
  WINDOW_BEFORE = 60, /* of these, at most so many before the caret */
  WINDOW_BYTES = WINDOW * 4 + 8
};

typedef struct finding {
  const char *file;
  const char *message;
  const char *hint;   /* or NULL */
  const char *source; /* the line, or NULL */
  int line, column;
  int caret;      /* characters of `source` before the caret */
  size_t file_at; /* the order of files is the order in which they first had a finding */
  size_t order;
} finding;

struct orr_diagnostics {
  orr_arena *arena;
  size_t count; /* found, also those not kept */
  size_t kept;
  bool memory;
  finding findings[KEPT];
};

orr_diagnostics *orr_diagnostics_create(void) {
  orr_diagnostics *diagnostics = orr_alloc(1, sizeof *diagnostics);
  if (!diagnostics) return NULL;
  diagnostics->arena = orr_arena_create(4096);
  if (diagnostics->arena) return diagnostics;
  orr_free(diagnostics);
  return NULL;
}

void orr_diagnostics_destroy(orr_diagnostics *diagnostics) {
  if (!diagnostics) return;
  orr_arena_destroy(diagnostics->arena);
  orr_free(diagnostics);
}

size_t orr_diagnostics_count(const orr_diagnostics *diagnostics) { return diagnostics->count; }

void orr_diagnostics_memory(orr_diagnostics *diagnostics) { diagnostics->memory = true; }

bool orr_diagnostics_full(const orr_diagnostics *diagnostics) { return diagnostics->count >= KEPT; }

/* Copies the part of a line around a column: control characters become spaces (so that the caret
 * below lines up), bytes that are not UTF-8 become '?'. */
static int copy_line(const char *at, const char *end, int column, char out[WINDOW_BYTES]) {
  int skip = column - 1 > WINDOW_BEFORE ? column - 1 - WINDOW_BEFORE : 0;
  size_t used = 0;
  int shown = 0;
  for (int position = 0; at < end && *at != '\n' && *at != '\r' && shown < WINDOW; position++) {
    uint32_t code;
    size_t bytes = orr_utf8_next(at, (size_t)(end - at), &code);
    size_t step = bytes ? bytes : 1;
    if (position >= skip) {
      bool plain = bytes && code >= 0x20 && code != 0x7f;
      if (plain)
        memcpy(out + used, at, step);
      else
        out[used] = bytes ? ' ' : '?';
      used += plain ? step : 1;
      shown++;
    }
    at += step;
  }
  out[used] = 0;
  return column - 1 - skip;
}

static void add_source_line(orr_diagnostics *diagnostics, const orr_config *config, orr_place place,
                            finding *f) {
  if (place.column < 1) return;
  const orr_source *source = orr_config_source(config, place.file);
  const char *start = orr_config_line(config, place);
  if (!start) return;
  char line[WINDOW_BYTES];
  f->caret = copy_line(start, source->text + source->length, place.column, line);
  f->source = orr_arena_strdup(diagnostics->arena, line);
}

/* " (used at scene.yaml:12:7)" for a place in a template, from the innermost use outwards. */
static void add_uses(const orr_config *config, orr_place place, char *message, size_t size) {
  enum { TOLD = 4 };
  const orr_source *source = orr_config_source(config, place.file);
  for (int i = 0; i < TOLD && source && source->used.file; i++) {
    size_t used = strlen(message);
    const orr_place *at = &source->used;
    snprintf(message + used, size - used, " (used at %.300s:%d:%d)", at->file, at->line,
             at->column);
    source = orr_config_source(config, at->file);
  }
}

static size_t rank_of_file(const orr_diagnostics *diagnostics, const char *file) {
  for (size_t i = 0; i < diagnostics->kept; i++)
    if (strcmp(diagnostics->findings[i].file, file) == 0) return diagnostics->findings[i].file_at;
  return diagnostics->kept;
}

void orr_diagnostics_add(orr_diagnostics *diagnostics, const orr_config *config, orr_place place,
                         const char *hint, const char *format, ...) {
  diagnostics->count++;
  if (diagnostics->kept == KEPT) return;
  char message[MESSAGE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  add_uses(config, place, message, sizeof message);
  finding f = {.line = place.line, .column = place.column, .order = diagnostics->kept};
  const char *file = place.file ? place.file : "<unknown>";
  f.file_at = rank_of_file(diagnostics, file);
  f.file = orr_arena_strdup(diagnostics->arena, file);
  f.message = orr_arena_strdup(diagnostics->arena, message);
  f.hint = hint && hint[0] ? orr_arena_strdup(diagnostics->arena, hint) : NULL;
  add_source_line(diagnostics, config, place, &f);
  if (!f.file || !f.message) {
    diagnostics->memory = true;
    return;
  }
  diagnostics->findings[diagnostics->kept++] = f;
}

static int compare_findings(const void *a, const void *b) {
  const finding *x = *(const finding *const *)a, *y = *(const finding *const *)b;
  if (x->file_at != y->file_at) return x->file_at < y->file_at ? -1 : 1;
  if (x->line != y->line) return x->line < y->line ? -1 : 1;
  if (x->column != y->column) return x->column < y->column ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

static void sort_findings(const orr_diagnostics *diagnostics, const finding *out[KEPT]) {
  for (size_t i = 0; i < diagnostics->kept; i++) out[i] = &diagnostics->findings[i];
  qsort(out, diagnostics->kept, sizeof *out, compare_findings);
}

static void place_text(const finding *f, char *out, size_t size) {
  if (f->line > 0)
    snprintf(out, size, "%s:%d:%d: ", f->file, f->line, f->column);
  else
    snprintf(out, size, "%s: ", f->file);
}

/* Puts the findings after the first into err->message, as many as fit. */
static void append_findings(const orr_diagnostics *diagnostics, const finding *const sorted[KEPT],
                            orr_error *err) {
  const size_t tail = sizeof "\nand 18446744073709551615 more";
  size_t used = strlen(err->message), shown = 1;
  for (; shown < diagnostics->kept; shown++) {
    char place[400];
    place_text(sorted[shown], place, sizeof place);
    size_t need = 1 + strlen(place) + strlen(sorted[shown]->message);
    if (used + need + tail >= sizeof err->message) break;
    snprintf(err->message + used, sizeof err->message - used, "\n%s%s", place,
             sorted[shown]->message);
    used += need;
  }
  if (shown < diagnostics->count && used + tail < sizeof err->message)
    snprintf(err->message + used, sizeof err->message - used, "\nand %zu more",
             diagnostics->count - shown);
}

orr_status orr_diagnostics_status(const orr_diagnostics *diagnostics, orr_error *err) {
  if (diagnostics->kept == 0 && !diagnostics->memory && diagnostics->count == 0) return ORR_OK;
  if (diagnostics->kept == 0 || (diagnostics->memory && diagnostics->count == 0))
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory while reading the configuration");
  const finding *sorted[KEPT];
  sort_findings(diagnostics, sorted);
  orr_fail_at(err, ORR_ERR_CONFIG, sorted[0]->file, sorted[0]->line, sorted[0]->column, "%s",
              sorted[0]->message);
  if (!err) return ORR_ERR_CONFIG;
  if (sorted[0]->hint) orr_hint(err, "%s", sorted[0]->hint);
  append_findings(diagnostics, sorted, err);
  return ORR_ERR_CONFIG;
}

static void print_finding(const finding *f, FILE *stream, bool colour) {
  const char *bold = colour ? "\033[1m" : "", *red = colour ? "\033[31m" : "";
  const char *reset = colour ? "\033[0m" : "";
  char place[400];
  place_text(f, place, sizeof place);
  fprintf(stream, "%s%s%s%s%s%s\n", bold, place, reset, red, f->message, reset);
  if (f->source) {
    fprintf(stream, "%6d | %s\n", f->line, f->source);
    fprintf(stream, "       | %*s%s^%s\n", f->caret, "", red, reset);
  }
  if (f->hint) fprintf(stream, "  hint: %s\n", f->hint);
}

void orr_diagnostics_print(const orr_diagnostics *diagnostics, FILE *stream, bool colour) {
  const finding *sorted[KEPT];
  sort_findings(diagnostics, sorted);
  for (size_t i = 0; i < diagnostics->kept; i++) print_finding(sorted[i], stream, colour);
  if (diagnostics->count > diagnostics->kept)
    fprintf(stream, "and %zu more\n", diagnostics->count - diagnostics->kept);
  if (diagnostics->memory) fprintf(stream, "out of memory while reading the configuration\n");
}
