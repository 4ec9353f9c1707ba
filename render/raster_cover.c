#include "render/raster_cover.h"
#include "base/maths.h"
#include <stdbool.h>

#define INLINE static inline __attribute__((always_inline))
#define MOST   1e12 /* pixels: what lies further away is left out */

/* A boundary on which y grows with `row`, from (x, y): a straight line, or a quarter of a circle
 * about (x, y), on the sides `right` and `low` (-1 or 1) of its centre. */
typedef struct boundary {
  double x, y;
  double steep;  /* line: dy/dx */
  double radius; /* arc */
  double right, low;
  int sign; /* of the area to its right */
} boundary;

/* A part of a boundary inside one row. */
typedef struct piece {
  double x0, y0, x1, y1;
} piece;

INLINE double y_at(const boundary *b, bool arc, double x) {
  if (!arc) return b->y + (x - b->x) * b->steep;
  double d = x - b->x, square = (b->radius - d) * (b->radius + d);
  return b->y + b->low * (square > 0.0 ? sqrt(square) : 0.0);
}

INLINE double arc_x_at(const boundary *b, double y) {
  double d = y - b->y, square = (b->radius - d) * (b->radius + d);
  return b->x + b->right * (square > 0.0 ? sqrt(square) : 0.0);
}

/* Between an arc of radius r and its chord: r^2 (t - sin t)/2 with sin(t/2) = k, half the chord in
 * radii, as a series in k; good to r^2/1000 up to a quarter of a circle. */
INLINE double segment_area(double radius, double dx, double dy) {
  double k2 = 0.25 * (dx * dx + dy * dy) / (radius * radius);
  double series = 35.0 / 704.0;
  series = series * k2 + 5.0 / 72.0;
  series = series * k2 + 3.0 / 28.0;
  series = series * k2 + 1.0 / 5.0;
  series = series * k2 + 2.0 / 3.0;
  return radius * radius * k2 * sqrt(k2) * series;
}

INLINE int fixed(double y, int row) { return (int)((y - row) * ORR_RASTER_WHOLE + 0.5); }

/* `height` of the column lie beside the piece, of which `left` (an area) to the left of it. */
INLINE void add_cell(int32_t *cell, int sign, int height, double left) {
  int area = (int)(left + 0.5);
  area = area < 0 ? 0 : area > height ? height : area;
  cell[0] += sign * (height - area);
  cell[1] += sign * area;
}

INLINE void add_part(int32_t *cells, int col, const boundary *b, bool arc, const piece *p,
                     int height) {
  double left = height * (0.5 * (p->x0 + p->x1) - col);
  if (arc)
    left += b->right * ORR_RASTER_WHOLE * segment_area(b->radius, p->x1 - p->x0, p->y1 - p->y0);
  add_cell(cells + col, b->sign, height, left);
}

/* A piece that runs through several columns, all inside the window. */
INLINE void add_columns(int32_t *cells, int row, const boundary *b, bool arc, const piece *p) {
  bool on = p->x0 < p->x1;
  int col = on ? (int)p->x0 : (int)ceil(p->x0) - 1, last = on ? (int)ceil(p->x1) - 1 : (int)p->x1;
  int from = fixed(p->y0, row), end = fixed(p->y1, row);
  piece part = {p->x0, p->y0, p->x0, p->y0};
  for (; col != last; col += on ? 1 : -1) {
    part.x1 = on ? col + 1 : col;
    part.y1 = orr_clamp(y_at(b, arc, part.x1), part.y0, p->y1);
    int to = fixed(part.y1, row);
    add_part(cells, col, b, arc, &part, to - from);
    from = to;
    part.x0 = part.x1;
    part.y0 = part.y1;
  }
  part.x1 = p->x1;
  part.y1 = p->y1;
  add_part(cells, col, b, arc, &part, end - from);
}

/* Cuts off what lies beside the window: to its left it counts whole, to its right not at all. */
INLINE bool clip(const orr_raster_cover *c, int32_t *cells, int row, const boundary *b, bool arc,
                 piece *p) {
  double left = c->x, right = c->x + c->width;
  double *outer_x = p->x0 < p->x1 ? &p->x0 : &p->x1, *outer_y = p->x0 < p->x1 ? &p->y0 : &p->y1;
  if (orr_min(p->x0, p->x1) >= right) return false;
  if (orr_max(p->x0, p->x1) <= left) {
    add_cell(cells + c->x, b->sign, fixed(p->y1, row) - fixed(p->y0, row), 0.0);
    return false;
  }
  if (*outer_x < left) {
    double y = orr_clamp(y_at(b, arc, left), p->y0, p->y1);
    int height = fixed(y, row) - fixed(*outer_y, row);
    add_cell(cells + c->x, b->sign, height < 0 ? -height : height, 0.0);
    *outer_x = left;
    *outer_y = y;
  }
  outer_x = p->x0 < p->x1 ? &p->x1 : &p->x0;
  outer_y = p->x0 < p->x1 ? &p->y1 : &p->y0;
  if (*outer_x > right) {
    *outer_y = orr_clamp(y_at(b, arc, right), p->y0, p->y1);
    *outer_x = right;
  }
  return true;
}

INLINE void add_row(const orr_raster_cover *c, int row, const boundary *b, bool arc, piece p) {
  int32_t *cells = c->cells + (ptrdiff_t)(row - c->y) * (c->width + 1) - c->x;
  double low = orr_min(p.x0, p.x1), high = orr_max(p.x0, p.x1);
  if (low < c->x || high > c->x + c->width || low >= c->x + c->width) {
    if (!clip(c, cells, row, b, arc, &p)) return;
    low = orr_min(p.x0, p.x1);
    high = orr_max(p.x0, p.x1);
  }
  int col = (int)low;
  if (high > col + 1)
    add_columns(cells, row, b, arc, &p);
  else if (col < c->x + c->width)
    add_part(cells, col, b, arc, &p, fixed(p.y1, row) - fixed(p.y0, row));
}

/* `sign`: of the area to the right of a line that goes up. */
static void add_line(const orr_raster_cover *c, const double p[2], const double q[2], int sign) {
  bool down = p[1] < q[1];
  const double *top = down ? p : q, *end = down ? q : p;
  double y0 = orr_max(top[1], c->y), y1 = orr_min(end[1], c->y + c->height);
  if (!(y0 < y1)) return;
  double height = end[1] - top[1], width = end[0] - top[0], slope = width / height;
  boundary b = {.x = top[0], .y = top[1], .sign = down ? -sign : sign};
  if (width != 0.0) b.steep = height / width;
  piece part = {.x1 = top[0] + (y0 - top[1]) * slope, .y1 = y0};
  for (int row = (int)y0; row < y1; row++) {
    part.x0 = part.x1;
    part.y0 = part.y1;
    part.y1 = orr_min(row + 1, y1);
    part.x1 = part.y1 == end[1] ? end[0] : top[0] + (part.y1 - top[1]) * slope;
    add_row(c, row, &b, false, part);
  }
}

/* The part of a quarter of a circle whose y, from its centre, lies between `from` and `to`. */
static void add_arc(const orr_raster_cover *c, const double centre[2], double radius, int right,
                    int low, double from, double to) {
  double y0 = orr_max(centre[1] + orr_min(from, to), c->y);
  double y1 = orr_min(centre[1] + orr_max(from, to), c->y + c->height);
  if (!(y0 < y1)) return;
  boundary b = {
      .x = centre[0], .y = centre[1], .radius = radius, .right = right, .low = low, .sign = -right};
  piece part = {.x1 = arc_x_at(&b, y0), .y1 = y0};
  for (int row = (int)y0; row < y1; row++) {
    part.x0 = part.x1;
    part.y0 = part.y1;
    part.y1 = orr_min(row + 1, y1);
    part.x1 = arc_x_at(&b, part.y1);
    add_row(c, row, &b, true, part);
  }
}

static bool near_enough(double x, double y) { return fabs(x) < MOST && fabs(y) < MOST; }

void orr_raster_cover_polygon(const orr_raster_cover *cover, const double (*points)[2],
                              size_t count) {
  double area = 0.0;
  for (size_t i = 0, last = count - 1; i < count; last = i++) {
    if (!near_enough(points[i][0], points[i][1])) return;
    area += points[last][0] * points[i][1] - points[last][1] * points[i][0];
  }
  for (size_t i = 0, last = count - 1; i < count; last = i++)
    add_line(cover, points[last], points[i], area < 0.0 ? -1 : 1);
}

/* Half a circle, from the direction `from` by growing angles (x towards y) to its opposite. */
static void add_half(const orr_raster_cover *c, const double centre[2], double radius,
                     const double from[2]) {
  static const int rights[4] = {1, -1, -1, 1}, lows[4] = {1, 1, -1, -1};
  static const double begins[4] = {0, 1, 0, -1}, ends[4] = {1, 0, -1, 0};
  int first = from[0] > 0.0 ? (from[1] >= 0.0 ? 0 : 3) : from[1] > 0.0 ? 1 : from[0] < 0.0 ? 2 : 3;
  for (int i = 0; i < 3; i++) {
    int q = (first + i) % 4;
    double begin = i == 0 ? from[1] : begins[q], end = i == 2 ? -from[1] : ends[q];
    add_arc(c, centre, radius, rights[q], lows[q], begin * radius, end * radius);
  }
}

void orr_raster_cover_capsule(const orr_raster_cover *cover, const double a[2], const double b[2],
                              double radius) {
  double along[2] = {b[0] - a[0], b[1] - a[1]}, length = hypot(along[0], along[1]);
  if (!near_enough(a[0], a[1]) || !near_enough(b[0], b[1])) return;
  if (!(radius > 0.0) || !near_enough(radius, 0.0)) return;
  if (!(length > 1e-9 * radius)) {
    for (int q = 0; q < 4; q++)
      add_arc(cover, a, radius, q % 2 ? 1 : -1, q < 2 ? 1 : -1, 0.0, q < 2 ? radius : -radius);
    return;
  }
  double n[2] = {-along[1] / length, along[0] / length}; /* a quarter turn on from a to b */
  double sides[4][2];
  for (int k = 0; k < 2; k++) {
    sides[0][k] = a[k] - radius * n[k];
    sides[1][k] = b[k] - radius * n[k];
    sides[2][k] = b[k] + radius * n[k];
    sides[3][k] = a[k] + radius * n[k];
  }
  add_line(cover, sides[0], sides[1], 1);
  add_line(cover, sides[2], sides[3], 1);
  add_half(cover, b, radius, (const double[2]){-n[0], -n[1]});
  add_half(cover, a, radius, n);
}
