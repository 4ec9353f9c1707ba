/* The area of each pixel's square under a shape is exact, at any pose. */
#include "base/maths.h"
#include "base/random.h"
#include "render/raster_cover.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 40, POSES = 60, SLICES = 4000 };

static double cover_sum(const double cover[SIDE][SIDE]) {
  double sum = 0.0;
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) sum += cover[y][x];
  return sum;
}

/* The cover of each pixel, in windows of `rows` x `cols`: 0: one window. */
static void cover_of(void (*add)(const orr_raster_cover *, const void *), const void *what,
                     int window, double out[SIDE][SIDE]) {
  static int32_t cells[SIDE * (SIDE + 1)];
  int step = window ? window : SIDE;
  for (int y0 = 0; y0 < SIDE; y0 += step)
    for (int x0 = 0; x0 < SIDE; x0 += step) {
      int width = x0 + step > SIDE ? SIDE - x0 : step, height = y0 + step > SIDE ? SIDE - y0 : step;
      const orr_raster_cover cover = {x0, y0, width, height, cells};
      memset(cells, 0, sizeof cells);
      add(&cover, what);
      for (int y = 0; y < height; y++) {
        int sum = 0;
        for (int x = 0; x < width; x++) {
          sum += cells[y * (width + 1) + x];
          out[y0 + y][x0 + x] = (double)sum / ORR_RASTER_WHOLE;
        }
      }
    }
}

typedef struct shape {
  double points[8][2];
  size_t count; /* 1 and 2: a disc, a capsule */
  double radius;
} shape;

static void add(const orr_raster_cover *cover, const void *what) {
  const shape *s = what;
  if (s->count > 2)
    orr_raster_cover_polygon(cover, s->points, s->count);
  else
    orr_raster_cover_capsule(cover, s->points[0], s->points[s->count - 1], s->radius);
}

static double uniform(orr_random *random, double low, double high) {
  return orr_random_uniform(random, low, high);
}

/* ---- polygons: the square clipped by each pixel's four sides ---- */

static size_t clip_side(const double (*in)[2], size_t count, int axis, double at, double sign,
                        double (*out)[2]) {
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    const double *p = in[i], *q = in[(i + 1) % count];
    double dp = sign * (p[axis] - at), dq = sign * (q[axis] - at);
    if (dp >= 0.0) memcpy(out[used++], p, sizeof *out);
    if (dp * dq >= 0.0) continue;
    for (int k = 0; k < 2; k++) out[used][k] = p[k] + dp / (dp - dq) * (q[k] - p[k]);
    used++;
  }
  return used;
}

static double area_of(const double (*points)[2], size_t count) {
  double area = 0.0;
  for (size_t i = 0; i < count; i++) {
    const double *p = points[i], *q = points[(i + 1) % count];
    area += 0.5 * (p[0] * q[1] - p[1] * q[0]);
  }
  return fabs(area);
}

static double polygon_in_pixel(const shape *s, int x, int y) {
  double a[16][2], b[16][2];
  size_t n = clip_side(s->points, s->count, 0, x, 1.0, a);
  n = clip_side((const double(*)[2])a, n, 0, x + 1, -1.0, b);
  n = clip_side((const double(*)[2])b, n, 1, y, 1.0, a);
  n = clip_side((const double(*)[2])a, n, 1, y + 1, -1.0, b);
  return area_of((const double(*)[2])b, n);
}

/* Points on a circle in order are a convex polygon. */
static shape random_polygon(orr_random *random, double low, double high) {
  shape s = {.count = 3 + (size_t)uniform(random, 0, 5.99)};
  double centre[2] = {uniform(random, low, high), 0};
  centre[1] = uniform(random, low, high);
  double radius = uniform(random, 0.3, 22), turn = uniform(random, 0, 6.28);
  for (size_t i = 0; i < s.count; i++) {
    turn += uniform(random, 0.1, 1.0) * 2.0 * ORR_PI / (double)s.count;
    s.points[i][0] = centre[0] + radius * cos(turn);
    s.points[i][1] = centre[1] + radius * sin(turn);
  }
  return s;
}

static void check_cover(const double cover[SIDE][SIDE], const shape *s,
                        double (*exact)(const shape *, int, int), double most) {
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) {
      double want = exact(s, x, y);
      if (fabs(cover[y][x] - want) > most)
        fail_msg("pixel %d, %d: %.6f, not %.6f", x, y, cover[y][x], want);
    }
}

static void test_polygons(void **state) {
  (void)state;
  orr_random random = orr_random_at(3, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  double cover[SIDE][SIDE];
  for (int i = 0; i < 20 * POSES; i++) {
    shape s = random_polygon(&random, -8, SIDE + 8);
    cover_of(add, &s, 0, cover);
    check_cover((const double(*)[SIDE])cover, &s, polygon_in_pixel, 1.0 / 8192);
  }
}

/* Edges along the pixels' borders, through their corners, and almost so. */
static void test_aligned_polygons(void **state) {
  (void)state;
  static const double shifts[] = {0.0, 1e-13, -1e-13, 1e-6, 0.5, 1.0 / 3.0};
  double cover[SIDE][SIDE];
  for (size_t i = 0; i < sizeof shifts / sizeof *shifts; i++) {
    double d = shifts[i];
    const shape s[] = {
        {{{4 + d, 7}, {31 + d, 7}, {31 + d, 20 - d}, {4 + d, 20 - d}}, 4, 0},
        {{{5, 5 + d}, {25, 25 + d}, {5, 25 - d}}, 3, 0},
        {{{10, 10}, {30, 10 + d}, {30, 10.5}, {10, 10.5 + d}}, 4, 0},
        {{{12 + d, 3}, {12.25, 33}, {12, 36 + d}}, 3, 0},
        {{{-5, -5}, {45, -5}, {45, 45}, {-5, 45 + d}}, 4, 0},
    };
    for (size_t j = 0; j < sizeof s / sizeof *s; j++) {
      cover_of(add, &s[j], 0, cover);
      check_cover((const double(*)[SIDE])cover, &s[j], polygon_in_pixel, 1.0 / 8192);
    }
  }
}

/* ---- discs and capsules: many thin slices ---- */

/* From where to where the line at y runs inside the disc. */
static void widen_by_disc(const double centre[2], double radius, double y, double x[2]) {
  double square = radius * radius - (y - centre[1]) * (y - centre[1]);
  if (square <= 0.0) return;
  x[0] = orr_min(x[0], centre[0] - sqrt(square));
  x[1] = orr_max(x[1], centre[0] + sqrt(square));
}

static void widen_by_side(const double p[2], const double q[2], double y, double x[2]) {
  if ((p[1] - y) * (q[1] - y) > 0.0 || p[1] == q[1]) return;
  double at = p[0] + (y - p[1]) / (q[1] - p[1]) * (q[0] - p[0]);
  x[0] = orr_min(x[0], at);
  x[1] = orr_max(x[1], at);
}

static void slice(const shape *s, double y, double x[2]) {
  const double *a = s->points[0], *b = s->points[s->count - 1];
  double length = hypot(b[0] - a[0], b[1] - a[1]);
  x[0] = INFINITY;
  x[1] = -INFINITY;
  widen_by_disc(a, s->radius, y, x);
  widen_by_disc(b, s->radius, y, x);
  for (int side = -1; side <= 1 && length > 0.0; side += 2) {
    double n[2] = {-side * s->radius * (b[1] - a[1]) / length,
                   side * s->radius * (b[0] - a[0]) / length};
    widen_by_side((const double[2]){a[0] + n[0], a[1] + n[1]},
                  (const double[2]){b[0] + n[0], b[1] + n[1]}, y, x);
  }
}

static void slice_all(const shape *s, double out[SIDE][SIDE]) {
  memset(out, 0, sizeof(double[SIDE][SIDE]));
  for (int i = 0; i < SIDE * SLICES; i++) {
    double x[2];
    slice(s, (i + 0.5) / SLICES, x);
    for (int col = 0; col < SIDE && x[1] > x[0]; col++) {
      double part = orr_min(x[1], col + 1) - orr_max(x[0], col);
      if (part > 0.0) out[i / SLICES][col] += part / SLICES;
    }
  }
}

static void check_round(const shape *s) {
  double cover[SIDE][SIDE], want[SIDE][SIDE];
  cover_of(add, s, 0, cover);
  slice_all(s, want);
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++)
      if (fabs(cover[y][x] - want[y][x]) > 1.0 / 512)
        fail_msg("radius %g, pixel %d, %d: %.6f, not %.6f", s->radius, x, y, cover[y][x],
                 want[y][x]);
}

static void test_discs(void **state) {
  (void)state;
  static const double radii[] = {0.2, 0.5, 0.9, 1.0, 1.7, 2.8125, 7.3, 19.0, 60.0};
  orr_random random = orr_random_at(4, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  for (size_t i = 0; i < sizeof radii / sizeof *radii; i++)
    for (int j = 0; j < 4; j++) {
      shape s = {.count = 1, .radius = radii[i], .points = {{20, 20}}};
      s.points[0][0] += j == 0 ? 0.0 : j == 1 ? 0.5 : uniform(&random, -18, 18);
      s.points[0][1] += j < 2 ? 0.0 : uniform(&random, -18, 18);
      check_round(&s);
    }
}

static void test_capsules(void **state) {
  (void)state;
  orr_random random = orr_random_at(5, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  for (int i = 0; i < POSES / 2; i++) {
    shape s = {.count = 2, .radius = uniform(&random, 0.1, 6)};
    for (int k = 0; k < 4; k++) s.points[k / 2][k % 2] = uniform(&random, -5, SIDE + 5);
    if (i % 5 == 0) s.points[1][i % 2] = s.points[0][i % 2]; /* along an axis */
    check_round(&s);
  }
}

/* ---- sums ---- */

/* The whole shape's area is there, and a hundredth of a pixel of motion past an edge of the
 * picture takes away what it should. */
static void test_areas_and_motion(void **state) {
  (void)state;
  orr_random random = orr_random_at(6, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  double cover[SIDE][SIDE];
  for (int i = 0; i < POSES; i++) {
    double turn = uniform(&random, 0, 6.28), c = cos(turn), s = sin(turn);
    shape square = {.count = 4}, disc = {.count = 1, .radius = 7.0};
    double centre[2] = {uniform(&random, 18, 22), 0};
    centre[1] = uniform(&random, 18, 22);
    for (int k = 0; k < 4; k++) {
      double x = k == 0 || k == 3 ? -9 : 9, y = k < 2 ? -4 : 4;
      square.points[k][0] = centre[0] + c * x - s * y;
      square.points[k][1] = centre[1] + s * x + c * y;
    }
    memcpy(disc.points[0], centre, sizeof centre);
    cover_of(add, &square, 0, cover);
    assert_true(fabs(cover_sum((const double(*)[SIDE])cover) - 144.0) < 2e-3);
    cover_of(add, &disc, 0, cover);
    assert_true(fabs(cover_sum((const double(*)[SIDE])cover) - 49.0 * ORR_PI) < 5e-3);
  }
  for (int i = 0; i < 50; i++) {
    double x = 30.0 + 0.01 * i;
    shape s = {{{x, 10.3}, {x + 40, 10.3}, {x + 40, 22.8}, {x, 22.8}}, 4, 0};
    cover_of(add, &s, 0, cover);
    assert_true(fabs(cover_sum((const double(*)[SIDE])cover) - 12.5 * (40 - x)) < 2e-4);
  }
}

/* Whatever the windows are, the numbers are the same. */
static void test_windows(void **state) {
  (void)state;
  orr_random random = orr_random_at(7, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  double whole[SIDE][SIDE], parts[SIDE][SIDE];
  for (int i = 0; i < 4 * POSES; i++) {
    shape s = random_polygon(&random, -8, SIDE + 8);
    if (i % 2) s.count = 1 + (size_t)i / 2 % 2, s.radius = uniform(&random, 0.2, 12);
    cover_of(add, &s, 0, whole);
    cover_of(add, &s, 1 + i % 13, parts);
    for (int k = 0; k < SIDE * SIDE; k++)
      if (fabs(whole[k / SIDE][k % SIDE] - parts[k / SIDE][k % SIDE]) > 2.0 / ORR_RASTER_WHOLE)
        fail_msg("shape %d, pixel %d: %.6f, %.6f", i, k, whole[k / SIDE][k % SIDE],
                 parts[k / SIDE][k % SIDE]);
  }
}

static void test_absurd(void **state) {
  (void)state;
  double cover[SIDE][SIDE];
  const shape nothing[] = {{{{NAN, 3}, {5, 5}, {9, 1}}, 3, 0},
                           {{{INFINITY, 3}, {5, 5}, {9, 1}}, 3, 0},
                           {{{1e300, 3}, {5, 5}, {9, 1}}, 3, 0},
                           {{{5, 5}}, 1, NAN},
                           {{{5, 5}}, 1, -2},
                           {{{5, NAN}}, 1, 2},
                           {{{5, 5}, {5, INFINITY}}, 2, 2}};
  for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
    cover_of(add, &nothing[i], 0, cover);
    assert_true(cover_sum((const double(*)[SIDE])cover) == 0.0);
  }
  const shape all[] = {{{{-1e11, -1e11}, {1e11, -1e11}, {0, 1e11}}, 3, 0}, {{{5, 5}}, 1, 1e9}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    cover_of(add, &all[i], 0, cover);
    assert_true(cover_sum((const double(*)[SIDE])cover) == SIDE * SIDE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_polygons), cmocka_unit_test(test_aligned_polygons),
      cmocka_unit_test(test_discs),    cmocka_unit_test(test_capsules),
      cmocka_unit_test(test_windows),  cmocka_unit_test(test_areas_and_motion),
      cmocka_unit_test(test_absurd),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
