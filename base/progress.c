/* Progress on stderr: a bar on a terminal, lines elsewhere, JSON for programs. The only clock in
 * base/; nothing that it says enters a result. */
#include "base/progress.h"
#include "base/clock.h"
#include "base/maths.h"
#include "base/memory.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR_SECONDS   0.1 /* least time between two drawings */
#define PLAIN_SECONDS 5.0
#define JSON_SECONDS  1.0
#define BAR_CELLS     20

typedef enum output_style { STYLE_BAR, STYLE_PLAIN, STYLE_JSON, STYLE_QUIET } output_style;

struct orr_progress {
  FILE *stream;
  output_style style;
  bool colour;
  char name[96]; /* of the stage; empty: none */
  char what[32], note[128];
  bool counted;          /* the stage has seen an update */
  int64_t begin;         /* units already done at the first update (a resumed run) */
  int64_t done, total;   /* at the last update */
  double started, drawn; /* seconds */
  bool line_open;        /* the terminal's line holds a bar */
};

static output_style resolve(orr_progress_style style, bool terminal) {
  switch (style) {
  case ORR_PROGRESS_QUIET: return STYLE_QUIET;
  case ORR_PROGRESS_JSON: return STYLE_JSON;
  case ORR_PROGRESS_PLAIN: return STYLE_PLAIN;
  case ORR_PROGRESS_AUTO: break;
  }
  return terminal ? STYLE_BAR : STYLE_PLAIN;
}

orr_progress *orr_progress_create(FILE *stream, orr_progress_style style) {
  orr_progress *progress = orr_alloc(1, sizeof *progress);
  if (!progress) return NULL;
  const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");
  int fd = fileno(stream);
  bool terminal = fd >= 0 && isatty(fd) && (!term || strcmp(term, "dumb") != 0);
  progress->stream = stream;
  progress->style = resolve(style, terminal);
  progress->colour = terminal && !(no_colour && *no_colour) && style != ORR_PROGRESS_JSON;
  return progress;
}

bool orr_progress_colour(const orr_progress *progress) { return progress && progress->colour; }

/* Units a second since the first update; 0 when not known yet. */
static double rate_of(const orr_progress *progress, double now) {
  double seconds = now - progress->started;
  double units = (double)(progress->done - progress->begin);
  return seconds > 0.05 && units > 0 ? units / seconds : 0.0;
}

static void duration(double seconds, char *out, size_t size) {
  if (!(seconds < 360000.0)) seconds = 359999.0; /* 99:59:59 */
  long s = (long)(seconds + 0.5);
  if (s >= 3600) {
    snprintf(out, size, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
  } else {
    snprintf(out, size, "%ld:%02ld", s / 60, s % 60);
  }
}

/* "123/300 episodes  12.3/s  0:15 left  note" */
static void describe(const orr_progress *progress, double now, char *out, size_t size) {
  char count[96], speed[32] = "", left[32] = "", clock[24];
  if (progress->total > 0) {
    snprintf(count, sizeof count, "%lld/%lld %s", (long long)progress->done,
             (long long)progress->total, progress->what);
  } else {
    snprintf(count, sizeof count, "%lld %s", (long long)progress->done, progress->what);
  }
  double rate = rate_of(progress, now);
  if (rate > 0) snprintf(speed, sizeof speed, rate < 99.95 ? "  %.1f/s" : "  %.0f/s", rate);
  if (rate > 0 && progress->total > progress->done) {
    duration((double)(progress->total - progress->done) / rate, clock, sizeof clock);
    snprintf(left, sizeof left, "  %s left", clock);
  }
  snprintf(out, size, "%s%s%s%s%s", count, speed, left, progress->note[0] ? "  " : "",
           progress->note);
}

static int columns_of(FILE *stream) {
  struct winsize window;
  if (ioctl(fileno(stream), TIOCGWINSZ, &window) == 0 && window.ws_col >= 20) return window.ws_col;
  return 80;
}

/* Bytes of `text` that fill at most `columns` columns; never half a UTF-8 character. */
static int fitting(const char *text, int columns) {
  int bytes = 0;
  while (text[bytes] && columns > 0) {
    bytes++;
    while (((unsigned char)text[bytes] & 0xC0) == 0x80) bytes++;
    columns--;
  }
  return bytes;
}

static void draw_bar(orr_progress *progress, double now) {
  char text[320], bar[BAR_CELLS + 16] = "", line[512];
  int columns = columns_of(progress->stream), cells = columns < 80 ? BAR_CELLS / 2 : BAR_CELLS;
  describe(progress, now, text, sizeof text);
  if (progress->total > 0) {
    double share = orr_clamp((double)progress->done / (double)progress->total, 0.0, 1.0);
    char cell[BAR_CELLS + 1];
    for (int i = 0; i < cells; i++) cell[i] = i < (int)(share * cells) ? '#' : '-';
    cell[cells] = '\0';
    snprintf(bar, sizeof bar, "[%s] %3d%%  ", cell, (int)(100.0 * share));
  }
  snprintf(line, sizeof line, "%s  %s%s", progress->name, bar, text);
  int bytes = fitting(line, columns - 1);
  const char *on = progress->colour ? "\x1b[36m" : "", *off = progress->colour ? "\x1b[0m" : "";
  fprintf(progress->stream, "\r%s%.*s%s\x1b[K", on, bytes, line, off);
  fflush(progress->stream);
  progress->line_open = true;
}

static void draw_plain(orr_progress *progress, double now) {
  char text[320];
  describe(progress, now, text, sizeof text);
  fprintf(progress->stream, "%s%s%s\n", progress->name, progress->name[0] ? ": " : "", text);
  fflush(progress->stream);
}

/* One object on one line; `event` is "start", "progress" or "end". */
static void draw_json(orr_progress *progress, const char *event, double now) {
  json_t *object = json_pack("{s:s, s:s}", "event", event, "stage", progress->name);
  if (!object) return;
  if (progress->counted) {
    double rate = rate_of(progress, now);
    json_object_set_new(object, "what", json_string(progress->what));
    json_object_set_new(object, "done", json_integer(progress->done));
    json_object_set_new(object, "total", json_integer(progress->total));
    if (rate > 0) json_object_set_new(object, "rate", json_real(rate));
    if (rate > 0 && progress->total > 0) {
      double left = (double)(progress->total - progress->done) / rate;
      json_object_set_new(object, "seconds_left", json_real(left));
    }
    if (progress->note[0]) json_object_set_new(object, "note", json_string(progress->note));
  }
  json_object_set_new(object, "seconds", json_real(now - progress->started));
  char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6));
  if (text) fprintf(progress->stream, "%s\n", text);
  fflush(progress->stream);
  free(text); /* jansson's own allocator */
  json_decref(object);
}

static void clear_line(orr_progress *progress) {
  if (progress->line_open) fputs("\r\x1b[K", progress->stream);
  progress->line_open = false;
}

/* "collect train: 300 episodes in 24.1 s (12.4/s)" */
static void summarise(orr_progress *progress, double now) {
  double seconds = now - progress->started, rate = rate_of(progress, now);
  clear_line(progress);
  fprintf(progress->stream, "%s%s", progress->name, progress->name[0] ? ": " : "");
  if (progress->counted && progress->done < progress->total) {
    fprintf(progress->stream, "stopped at %lld of %lld %s after %.1f s", (long long)progress->done,
            (long long)progress->total, progress->what, seconds);
  } else if (progress->counted) {
    fprintf(progress->stream, "%lld %s in %.1f s", (long long)progress->done, progress->what,
            seconds);
  } else {
    fprintf(progress->stream, "done in %.1f s", seconds);
  }
  if (rate > 0) fprintf(progress->stream, rate < 99.95 ? " (%.1f/s)" : " (%.0f/s)", rate);
  if (progress->note[0]) fprintf(progress->stream, "  %s", progress->note);
  fputc('\n', progress->stream);
  fflush(progress->stream);
}

static void end_stage(orr_progress *progress) {
  if (!progress->name[0] && !progress->counted) return;
  double now = orr_seconds();
  if (progress->style == STYLE_JSON) {
    draw_json(progress, "end", now);
  } else if (progress->style != STYLE_QUIET) {
    summarise(progress, now);
  }
}

static void start_stage(orr_progress *progress, const char *name) {
  snprintf(progress->name, sizeof progress->name, "%s", name);
  progress->what[0] = progress->note[0] = '\0';
  progress->counted = false;
  progress->begin = progress->done = progress->total = 0;
  progress->started = progress->drawn = orr_seconds();
}

void orr_progress_destroy(orr_progress *progress) {
  if (!progress) return;
  end_stage(progress);
  orr_free(progress);
}

void orr_progress_stage(orr_progress *progress, const char *name) {
  if (!progress) return;
  end_stage(progress);
  start_stage(progress, name);
  if (progress->style == STYLE_JSON) draw_json(progress, "start", progress->started);
}

void orr_progress_update(void *user, const char *what, int64_t done, int64_t total,
                         const char *note) {
  orr_progress *progress = user;
  if (!progress || progress->style == STYLE_QUIET) return;
  if (progress->started == 0.0) start_stage(progress, "");
  if (!progress->counted) progress->begin = done;
  progress->counted = true;
  progress->done = done;
  progress->total = total;
  snprintf(progress->what, sizeof progress->what, "%s", what ? what : "");
  snprintf(progress->note, sizeof progress->note, "%s", note ? note : "");
  double now = orr_seconds(), waited = now - progress->drawn;
  double least = progress->style == STYLE_BAR     ? BAR_SECONDS
                 : progress->style == STYLE_PLAIN ? PLAIN_SECONDS
                                                  : JSON_SECONDS;
  if (waited < least) return;
  progress->drawn = now;
  if (progress->style == STYLE_BAR) draw_bar(progress, now);
  if (progress->style == STYLE_PLAIN) draw_plain(progress, now);
  if (progress->style == STYLE_JSON) draw_json(progress, "progress", now);
}
