/* Filling triangles into a picture of depths. */
#include "base/maths.h"
#include "render/solid_private.h"
#include <string.h>

#define FARTHEST 1e12 /* pixels */

void orr_depth_clear(orr_depth *depth) {
  size_t count = (size_t)depth->width * (size_t)depth->height;
  for (size_t i = 0; i < count; i++) depth->keys[i] = -INFINITY;
  for (size_t i = 0; depth->faces && i < count; i++) depth->faces[i] = -1;
}

/* Cuts off what is not deep enough; 0, 3 or 4 corners stay. */
static int clip_near(const double (*in)[3], double near, double (*out)[3]) {
  int count = 0;
  for (int i = 0; i < 3; i++) {
    const double *a = in[i], *b = in[(i + 1) % 3];
    bool keep = a[2] >= near;
    if (keep) memcpy(out[count++], a, sizeof *out);
    if (keep == (b[2] >= near)) continue;
    double t = (near - a[2]) / (b[2] - a[2]);
    for (int k = 0; k < 2; k++) out[count][k] = a[k] + t * (b[k] - a[k]);
    out[count++][2] = near;
  }
  return count;
}

/* The samples of row y that lie between the edges of a triangle: [*from, *to). */
static void row_span(const double (*p)[3], double sign, double y, double low, double high,
                     int *from, int *to) {
  for (int i = 0; i < 3; i++) {
    const double *a = p[i], *b = p[(i + 1) % 3];
    double slope = -sign * (b[1] - a[1]); /* of the edge function along x */
    double at_zero = sign * ((b[0] - a[0]) * (y - a[1]) + (b[1] - a[1]) * a[0]);
    if (slope > 0.0)
      low = orr_max(low, -at_zero / slope);
    else if (slope < 0.0)
      high = orr_min(high, -at_zero / slope);
    else if (at_zero < 0.0)
      high = -1.0;
  }
  *from = *to = 0;
  if (!(low >= 0.0 && high >= low)) return;
  *from = (int)ceil(low - 0.5);
  *to = (int)floor(high - 0.5) + 1;
}

typedef struct filler {
  orr_depth *depth;
  int face;
  bool cull, stipple;
} filler;

static void fill_row(const filler *f, int y, int from, int to, double key, double step) {
  size_t row = (size_t)y * (size_t)f->depth->width;
  for (int x = from; x < to; x++, key += step) {
    if (f->stipple && (x + y) % 2) continue;
    if (!((float)key > f->depth->keys[row + (size_t)x])) continue;
    f->depth->keys[row + (size_t)x] = (float)key;
    if (f->depth->faces) f->depth->faces[row + (size_t)x] = f->face;
  }
}

/* Whether sums of products of two numbers are exact enough to stay within the picture. */
static bool drawable(const double (*p)[3]) {
  for (int i = 0; i < 9; i++)
    if (!(fabs(p[i / 3][i % 3]) < FARTHEST)) return false;
  return true;
}

/* Corners: pixel x, y, key. */
static void fill(const filler *f, const double (*p)[3]) {
  if (!drawable(p)) return;
  double ux = p[1][0] - p[0][0], uy = p[1][1] - p[0][1], uk = p[1][2] - p[0][2];
  double vx = p[2][0] - p[0][0], vy = p[2][1] - p[0][1], vk = p[2][2] - p[0][2];
  double area = ux * vy - uy * vx; /* below 0: counterclockwise to the viewer (y down) */
  if (fabs(area) < 1e-12 || (f->cull && area > 0.0)) return;
  double low[2], high[2], most[2] = {f->depth->width, f->depth->height};
  for (int k = 0; k < 2; k++) {
    low[k] = orr_clamp(orr_min(p[0][k], orr_min(p[1][k], p[2][k])), 0.0, most[k]);
    high[k] = orr_clamp(orr_max(p[0][k], orr_max(p[1][k], p[2][k])), 0.0, most[k]);
  }
  double dx = (uk * vy - vk * uy) / area, dy = (vk * ux - uk * vx) / area;
  for (int y = (int)ceil(low[1] - 0.5); y + 0.5 <= high[1] && y < f->depth->height; y++) {
    int from, to;
    row_span(p, area < 0.0 ? -1.0 : 1.0, y + 0.5, low[0], high[0], &from, &to);
    if (to > f->depth->width) to = f->depth->width;
    double key = p[0][2] + dx * (from + 0.5 - p[0][0]) + dy * (y + 0.5 - p[0][1]);
    fill_row(f, y, from, to, key, dx);
  }
}

void orr_depth_triangle(orr_depth *depth, const orr_eye *eye, const double corners[3][3], int face,
                        bool cull, bool stipple) {
  const filler f = {depth, face, cull, stipple};
  double seen[3][3], kept[4][3], pixels[4][3];
  for (int i = 0; i < 3; i++) orr_eye_look(eye, corners[i], seen[i]);
  int count = clip_near((const double(*)[3])seen, eye->near, kept);
  for (int i = 0; i < count; i++) orr_eye_project(eye, kept[i], pixels[i]);
  if (count < 3) return;
  fill(&f, (const double(*)[3])pixels);
  if (count < 4) return;
  memcpy(pixels[1], pixels[2], sizeof pixels[1]);
  memcpy(pixels[2], pixels[3], sizeof pixels[2]);
  fill(&f, (const double(*)[3])pixels);
}
