/* The outlines of a 2D world by cairo, for `orrery bench render --peer`, which asks in turns:
 *   peer_cairo OUTLINES.json
 * OUTLINES.json: {"size": [w, h], "y_down": bool, "frames": [[{"still": bool, "colour": [r, g, b],
 * "parts": [{"radius": R, "points": [[x, y], ...]}]}]]}: in the order of drawing, in the world's
 * frame; one point is a disc, two a thick line, more a convex polygon. The parts of a group are one
 * path. Default antialiasing, RGB24.
 *   draw  WIDTH HEIGHT KEPT SECONDS      -> pictures a second
 *   write WIDTH HEIGHT KEPT NUMBER PATH  -> 1, or 0
 * KEPT 0: all is drawn in every picture. 1: what stands still is drawn once and copied. */
#include "base/maths.h"
#include "peer.h"
#include <cairo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 64, MOST_PARTS = 16, MOST_GROUPS = 64 };

typedef struct part {
  double radius, points[MOST_POINTS][2];
  size_t count;
} part;

typedef struct group {
  bool still;
  double colour[3]; /* 0 ... 1 */
  part parts[MOST_PARTS];
  size_t count;
} group;

typedef struct frame {
  group *groups;
  size_t count;
} frame;

typedef struct easel {
  double size[2];
  bool y_down;
  frame *frames;
  size_t count;
  int width, height, kept;
  cairo_surface_t *surface;
  cairo_t *cairo;
  unsigned char *base; /* what stands still; as large as the surface */
} easel;

static void complain(const char *message) {
  fprintf(stderr, "peer_cairo: %s\n", message);
  exit(1);
}

/* ---- reading ---- */

static void read_part(const json_t *json, part *out) {
  const json_t *points = json_object_get(json, "points");
  out->radius = json_number_value(json_object_get(json, "radius"));
  out->count = json_array_size(points);
  if (out->count < 1 || out->count > MOST_POINTS) complain("a part has 1 to 64 points");
  double area = 0.0;
  for (size_t i = 0; i < out->count; i++)
    for (size_t k = 0; k < 2; k++)
      out->points[i][k] = json_number_value(json_array_get(json_array_get(points, i), k));
  for (size_t i = 0; i < out->count; i++) {
    const double *a = out->points[i], *b = out->points[(i + 1) % out->count];
    area += a[0] * b[1] - a[1] * b[0];
  }
  /* All one way round, so that parts of a path that overlap do not cancel out. */
  for (size_t i = 0; area < 0.0 && i < out->count / 2; i++) {
    double kept[2];
    memcpy(kept, out->points[i], sizeof kept);
    memcpy(out->points[i], out->points[out->count - 1 - i], sizeof kept);
    memcpy(out->points[out->count - 1 - i], kept, sizeof kept);
  }
}

static void read_group(const json_t *json, group *out) {
  const json_t *parts = json_object_get(json, "parts"), *colour = json_object_get(json, "colour");
  out->still = json_is_true(json_object_get(json, "still"));
  out->count = json_array_size(parts);
  if (out->count > MOST_PARTS) complain("a group has more than 16 parts");
  for (size_t k = 0; k < 3; k++)
    out->colour[k] = json_number_value(json_array_get(colour, k)) / 255.0;
  for (size_t i = 0; i < out->count; i++) read_part(json_array_get(parts, i), &out->parts[i]);
}

static void read_frames(easel *e, const char *path) {
  json_t *file;
  const json_t *frames = peer_array(path, "frames", &file), *size = json_object_get(file, "size");
  e->y_down = json_is_true(json_object_get(file, "y_down"));
  for (size_t k = 0; k < 2; k++) e->size[k] = json_number_value(json_array_get(size, k));
  if (!(e->size[0] > 0.0 && e->size[1] > 0.0)) complain("a world without a size");
  e->count = json_array_size(frames);
  e->frames = calloc(e->count, sizeof *e->frames);
  for (size_t i = 0; e->frames && i < e->count; i++) {
    const json_t *groups = json_array_get(frames, i);
    frame *f = &e->frames[i];
    f->count = json_array_size(groups);
    if (f->count > MOST_GROUPS) complain("a frame has more than 64 groups");
    f->groups = calloc(f->count + 1, sizeof *f->groups);
    for (size_t g = 0; f->groups && g < f->count; g++)
      read_group(json_array_get(groups, g), &f->groups[g]);
    if (!f->groups) complain("out of memory");
  }
  if (!e->frames) complain("out of memory");
  json_decref(file);
}

/* ---- drawing ---- */

static void add_line(cairo_t *cairo, const part *p) {
  const double *a = p->points[0], *b = p->points[1];
  double turn = atan2(b[1] - a[1], b[0] - a[0]);
  cairo_new_sub_path(cairo);
  cairo_arc(cairo, b[0], b[1], p->radius, turn - 0.5 * ORR_PI, turn + 0.5 * ORR_PI);
  cairo_arc(cairo, a[0], a[1], p->radius, turn + 0.5 * ORR_PI, turn + 1.5 * ORR_PI);
  cairo_close_path(cairo);
}

static void add_part(cairo_t *cairo, const part *p) {
  if (p->count == 1) {
    cairo_new_sub_path(cairo);
    cairo_arc(cairo, p->points[0][0], p->points[0][1], p->radius, 0.0, 2.0 * ORR_PI);
  } else if (p->count == 2) {
    add_line(cairo, p);
  } else {
    cairo_move_to(cairo, p->points[0][0], p->points[0][1]);
    for (size_t i = 1; i < p->count; i++) cairo_line_to(cairo, p->points[i][0], p->points[i][1]);
  }
  cairo_close_path(cairo);
}

static void draw_groups(easel *e, const frame *f, bool still, bool moving) {
  for (size_t i = 0; i < f->count; i++) {
    const group *g = &f->groups[i];
    if (g->still ? !still : !moving) continue;
    cairo_set_source_rgb(e->cairo, g->colour[0], g->colour[1], g->colour[2]);
    for (size_t k = 0; k < g->count; k++) add_part(e->cairo, &g->parts[k]);
    cairo_fill(e->cairo);
  }
}

static void draw_background(easel *e) {
  cairo_set_source_rgb(e->cairo, 1.0, 1.0, 1.0);
  cairo_paint(e->cairo);
}

static size_t surface_bytes(const easel *e) {
  return (size_t)cairo_image_surface_get_stride(e->surface) * (size_t)e->height;
}

static void draw(void *context, size_t number) {
  easel *e = context;
  const frame *f = &e->frames[number % e->count];
  if (e->kept) {
    cairo_surface_flush(e->surface);
    memcpy(cairo_image_surface_get_data(e->surface), e->base, surface_bytes(e));
    cairo_surface_mark_dirty(e->surface);
  } else {
    draw_background(e);
  }
  draw_groups(e, f, !e->kept, true);
  cairo_surface_flush(e->surface);
}

static void clear(easel *e) {
  if (e->cairo) cairo_destroy(e->cairo);
  if (e->surface) cairo_surface_destroy(e->surface);
  free(e->base);
  e->cairo = NULL;
  e->surface = NULL;
  e->base = NULL;
}

static bool prepare(easel *e, int width, int height, int kept) {
  if (width < 1 || width > 4096 || height < 1 || height > 4096) return false;
  clear(e);
  e->width = width;
  e->height = height;
  e->kept = kept;
  e->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
  e->cairo = cairo_create(e->surface);
  if (cairo_status(e->cairo) != CAIRO_STATUS_SUCCESS) return false;
  /* The whole world in the middle. */
  double scale = orr_min(width / e->size[0], height / e->size[1]);
  cairo_translate(e->cairo, 0.5 * width, 0.5 * height);
  cairo_scale(e->cairo, scale, e->y_down ? scale : -scale);
  cairo_translate(e->cairo, -0.5 * e->size[0], -0.5 * e->size[1]);
  e->base = malloc(surface_bytes(e));
  if (!e->base) return false;
  draw_background(e);
  draw_groups(e, &e->frames[0], true, false);
  cairo_surface_flush(e->surface);
  memcpy(e->base, cairo_image_surface_get_data(e->surface), surface_bytes(e));
  return true;
}

static double answer(void *context, const char *question) {
  easel *e = context;
  char verb[8];
  int width, height, kept, end = 0;
  double number;
  int found = sscanf(question, "%7s %d %d %d %lf %n", verb, &width, &height, &kept, &number, &end);
  if (found != 5 || number < 0.0 || !prepare(e, width, height, kept)) return 0.0;
  if (strcmp(verb, "draw") == 0) return peer_rate(draw, e, number);
  if (strcmp(verb, "write") != 0) return 0.0;
  draw(e, (size_t)number);
  return cairo_surface_write_to_png(e->surface, question + end) == CAIRO_STATUS_SUCCESS;
}

int main(int argc, char **argv) {
  static easel e;
  if (argc != 2) complain("peer_cairo OUTLINES.json");
  read_frames(&e, argv[1]);
  json_t *identity = json_pack("{s:s, s:s, s:s}", "cairo", cairo_version_string(), "surface",
                               "RGB24 image", "antialiasing", "default");
  int code = peer_run(identity, answer, &e);
  clear(&e);
  for (size_t i = 0; i < e.count; i++) free(e.frames[i].groups);
  free(e.frames);
  return code;
}
