/* Shadows and mirrored light fall where rays say that they do. */
#include "base/maths.h"
#include "base/random.h"
#include "flat_scene.h"
#include "render/light.h"
#include "render/painter.h"
#include "render/raster_rows.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { WIDTH = 160, HEIGHT = 128, SHAPES = 12, LAMPS = 3, SCENES = 12, DEEPEST = 2 };
#define SCALE 1.6 /* pixels per unit of a world of 100 x 80 */

typedef struct world {
  orr_scene scene;
  orr_scene_shape shapes[SHAPES];
  double corners[SHAPES][8][2];
  orr_scene_light lamps[LAMPS];
  orr_scene_sky sky;
} world;

static void begin(world *w) {
  memset(w, 0, sizeof *w);
  w->sky = (orr_scene_sky){0.2, {255, 255, 255}, {200, 220, 255}};
  w->scene = (orr_scene){
      .dimensions = 2, .size = {100, 80}, .shapes = w->shapes, .lights = w->lamps, .sky = &w->sky};
}

static orr_scene_shape *add_shape(world *w, orr_scene_kind kind, double x, double y, double angle,
                                  double radius) {
  size_t i = w->scene.shape_count++;
  w->shapes[i] = (orr_scene_shape){
      .kind = kind,
      .layer = ORR_LAYER_BODY,
      .body = (int)i,
      .position = {x, y},
      .angle = angle,
      .radius = radius,
      .vertices = (const double(*)[2])w->corners[i],
      .colour = {(uint8_t)(60 + 15 * i), (uint8_t)(220 - 13 * i), (uint8_t)(90 + 40 * (i % 4))}};
  w->shapes[i].vertex_count = kind == ORR_SCENE_CIRCLE ? 1 : 2;
  return &w->shapes[i];
}

static orr_scene_shape *add_segment(world *w, double x, double y, double angle, double half,
                                    double radius, double mirror) {
  orr_scene_shape *shape = add_shape(w, ORR_SCENE_SEGMENT, x, y, angle, radius);
  double(*ends)[2] = w->corners[w->scene.shape_count - 1];
  memset(ends, 0, 2 * sizeof *ends);
  ends[0][0] = -half;
  ends[1][0] = half;
  shape->material.mirror = mirror;
  return shape;
}

static orr_scene_light *add_lamp(world *w, double x, double y, double power, double reach) {
  orr_scene_light *lamp = &w->lamps[w->scene.light_count++];
  *lamp = (orr_scene_light){.kind = ORR_SCENE_LIGHT_POINT,
                            .position = {x, y},
                            .power = power,
                            .reach = reach,
                            .colour = {255, 230, 180}};
  return lamp;
}

static void paint_with(const world *w, orr_quality quality, orr_pool *pool, uint8_t *pixels) {
  const orr_painter_def def = {.width = WIDTH, .height = HEIGHT, .quality = quality};
  orr_image image = {WIDTH, HEIGHT, pixels};
  orr_painter *painter;
  assert_int_equal(orr_painter_create(&def, &painter, NULL), ORR_OK);
  assert_int_equal(orr_painter_paint(painter, &w->scene, pool, &image, 0, 0, NULL), ORR_OK);
  orr_painter_destroy(painter);
}

static const orr_quality hard = {.samples = 1, .shadow_rays = 1, .bounces = DEEPEST};

/* ---- rays ---- */

static void corner(const orr_scene_shape *s, size_t i, double out[2]) {
  const double *v = s->vertices[i % s->vertex_count];
  out[0] = s->position[0] + cos(s->angle) * v[0] - sin(s->angle) * v[1];
  out[1] = s->position[1] + sin(s->angle) * v[0] + cos(s->angle) * v[1];
}

static double turn(const double a[2], const double b[2], const double c[2]) {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

static bool segments_cross(const double a[2], const double b[2], const double c[2],
                           const double d[2]) {
  return turn(a, b, c) * turn(a, b, d) < 0.0 && turn(c, d, a) * turn(c, d, b) < 0.0;
}

static double point_distance(const double p[2], const double a[2], const double b[2]) {
  double u[2] = {b[0] - a[0], b[1] - a[1]}, length2 = u[0] * u[0] + u[1] * u[1];
  double t = length2 > 0.0 ? ((p[0] - a[0]) * u[0] + (p[1] - a[1]) * u[1]) / length2 : 0.0;
  t = orr_clamp(t, 0.0, 1.0);
  return hypot(p[0] - a[0] - t * u[0], p[1] - a[1] - t * u[1]);
}

static double segment_distance(const double a[2], const double b[2], const double c[2],
                               const double d[2]) {
  if (segments_cross(a, b, c, d)) return 0.0;
  return orr_min(orr_min(point_distance(a, c, d), point_distance(b, c, d)),
                 orr_min(point_distance(c, a, b), point_distance(d, a, b)));
}

static bool covers(const orr_scene_shape *s, const double p[2]) {
  double a[2], b[2];
  bool left = true, right = true;
  for (size_t i = 0; i < s->vertex_count; i++) {
    corner(s, i, a);
    corner(s, i + 1, b);
    if (s->kind != ORR_SCENE_POLYGON) return point_distance(p, a, b) < s->radius;
    left = left && turn(a, b, p) >= 0.0;
    right = right && turn(a, b, p) <= 0.0;
  }
  return left || right;
}

static bool stops(const orr_scene_shape *s, const double p[2], const double q[2]) {
  double a[2], b[2];
  if (covers(s, p) || covers(s, q)) return true;
  for (size_t i = 0; i < s->vertex_count; i++) {
    corner(s, i, a);
    corner(s, i + 1, b);
    if (s->kind == ORR_SCENE_POLYGON ? segments_cross(a, b, p, q)
                                     : segment_distance(a, b, p, q) < s->radius)
      return true;
  }
  return false;
}

/* Adds an answer to a hash of all answers so far. */
static void note(uint64_t *hash, bool answer) {
  *hash = (*hash ^ answer) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

/* Nothing but `own` stands between the points; both ends a little short, to leave mirrors. */
static bool clear_way(const world *w, const double p[2], const double q[2], int own,
                      uint64_t *hash) {
  double from[2], to[2];
  bool clear = true;
  for (int k = 0; k < 2; k++) {
    from[k] = p[k] + 1e-6 * (q[k] - p[k]);
    to[k] = q[k] - 1e-6 * (q[k] - p[k]);
  }
  for (size_t i = 0; i < w->scene.shape_count; i++) {
    bool stopped = w->shapes[i].body != own && stops(&w->shapes[i], from, to);
    note(hash, stopped);
    clear = clear && !stopped;
  }
  return clear;
}

typedef struct side {
  double a[2], b[2], normal[2], part;
} side;

static double over(const side *s, const double p[2]) {
  return (p[0] - s->a[0]) * s->normal[0] + (p[1] - s->a[1]) * s->normal[1];
}

static size_t mirror_sides(const world *w, side *out) {
  size_t count = 0;
  for (size_t i = 0; i < w->scene.shape_count; i++) {
    const orr_scene_shape *s = &w->shapes[i];
    if (!(s->material.mirror > 0.0)) continue;
    bool polygon = s->kind == ORR_SCENE_POLYGON;
    for (size_t k = 0; k < s->vertex_count; k++) {
      side *m = &out[count++];
      corner(s, k, m->a);
      corner(s, k + 1, m->b);
      double length = hypot(m->b[0] - m->a[0], m->b[1] - m->a[1]);
      m->normal[0] = (m->b[1] - m->a[1]) / length; /* corners run counterclockwise */
      m->normal[1] = (m->a[0] - m->b[0]) / length;
      m->part = s->material.mirror;
      for (int c = 0; c < 2 && !polygon; c++) {
        m->a[c] += s->radius * m->normal[c];
        m->b[c] += s->radius * m->normal[c];
      }
    }
  }
  return count;
}

/* What arrives of a lamp by a given order of mirrors: traced back from the point; 0: nothing.
 * `hash` grows by all that decides it. */
static double arrives(const world *w, const orr_scene_light *lamp, const side *const *mirrors,
                      int depth, const double point[2], int own, uint64_t *hash) {
  double images[DEEPEST + 1][2], at[2] = {point[0], point[1]}, part = 1.0;
  memcpy(images[0], lamp->position, sizeof images[0]);
  for (int i = 0; i < depth; i++) {
    double height = over(mirrors[i], images[i]);
    if (height <= 0.0) return 0.0;
    for (int k = 0; k < 2; k++)
      images[i + 1][k] = images[i][k] - 2.0 * height * mirrors[i]->normal[k];
    part *= mirrors[i]->part;
  }
  for (int i = depth; i-- > 0;) {
    const side *m = mirrors[i];
    double hp = over(m, at), hq = over(m, images[i + 1]), hit[2];
    note(hash, hp > 0.0);
    if (hp <= 0.0 || hq >= 0.0) return 0.0;
    for (int k = 0; k < 2; k++) hit[k] = at[k] + hp / (hp - hq) * (images[i + 1][k] - at[k]);
    double length = hypot(m->b[0] - m->a[0], m->b[1] - m->a[1]);
    bool in_window = hypot(hit[0] - m->a[0], hit[1] - m->a[1]) < length &&
                     hypot(hit[0] - m->b[0], hit[1] - m->b[1]) < length;
    note(hash, in_window);
    if (!in_window || !clear_way(w, hit, at, i == depth - 1 ? own : -1, hash)) return 0.0;
    memcpy(at, hit, sizeof hit);
  }
  if (!clear_way(w, images[0], at, depth == 0 ? own : -1, hash)) return 0.0;
  double d = hypot(point[0] - images[depth][0], point[1] - images[depth][1]);
  return part * lamp->power * (lamp->reach > 0.0 ? lamp->reach * lamp->reach / (d * d) : 1.0);
}

typedef struct sight {
  int top;          /* the shape that is seen, -1: the table */
  uint64_t reached; /* by which lamps and mirrors: a hash */
  uint64_t edges;   /* and past which outlines, also where others stand in the way */
  double light;
} sight;

static sight look(const world *w, const side *sides, size_t side_count, const double point[2]) {
  sight out = {.top = -1};
  for (size_t i = 0; i < w->scene.shape_count; i++)
    if (covers(&w->shapes[i], point)) out.top = (int)i;
  int own = out.top < 0 ? -1 : w->shapes[out.top].body;
  for (size_t l = 0; l < w->scene.light_count; l++)
    for (size_t i = 0; i <= side_count; i++)
      for (size_t j = 0; j <= side_count; j++) {
        const side *mirrors[DEEPEST];
        int depth = 0;
        if (i == side_count && j < side_count) continue;
        if (i < side_count) mirrors[depth++] = &sides[i];
        if (j < side_count) mirrors[depth++] = &sides[j];
        double light = arrives(w, &w->lamps[l], mirrors, depth, point, own, &out.edges);
        note(&out.reached, light > 0.0);
        out.light += light;
      }
  return out;
}

/* The pixel's colour by the light at its middle. */
static void colour_of(const world *w, const sight *s, double out[3]) {
  static const uint8_t table[3] = {236, 234, 230};
  const uint8_t *own = s->top < 0 ? table : w->shapes[s->top].colour;
  for (int c = 0; c < 3; c++) {
    double light = w->sky.ambient * orr_light_linear(w->sky.zenith[c]);
    light += s->light * orr_light_linear(w->lamps[0].colour[c]);
    out[c] = orr_light_encode(orr_light_linear(own[c]) * light);
  }
}

/* Which of the eight pixels around see the same? */
static void compare_around(const sight *s, bool *same, bool *same_edges) {
  *same = *same_edges = true;
  for (int k = 0; k < 9; k++) {
    const sight *o = s + (k / 3 - 1) * (WIDTH + 2) + k % 3 - 1;
    *same = *same && o->top == s->top && o->reached == s->reached;
    *same_edges = *same_edges && o->edges == s->edges;
  }
}

/* Everywhere but within a pixel of an edge of light, shadow or body. Where light leaves a mirror's
 * end within a pixel of a shadow's edge, its cover is that of either: few may differ there. */
static void check_by_rays(const world *w, double most_left_out) {
  static sight sights[(WIDTH + 2) * (HEIGHT + 2)];
  static uint8_t pixels[WIDTH * HEIGHT * 3];
  side sides[2 * SHAPES * 4];
  size_t count = mirror_sides(w, sides), left_out = 0, doubtful = 0;
  paint_with(w, hard, NULL, pixels);
  for (int y = -1; y <= HEIGHT; y++)
    for (int x = -1; x <= WIDTH; x++) {
      double up = w->scene.y_down ? y + 0.5 : HEIGHT - y - 0.5;
      const double point[2] = {(x + 0.5) / SCALE, up / SCALE};
      sights[(y + 1) * (WIDTH + 2) + x + 1] = look(w, sides, count, point);
    }
  for (int i = 0; i < WIDTH * HEIGHT; i++) {
    const sight *s = &sights[(i / WIDTH + 1) * (WIDTH + 2) + i % WIDTH + 1];
    bool same, same_edges, off = false;
    double want[3];
    compare_around(s, &same, &same_edges);
    left_out += !same;
    if (!same) continue;
    colour_of(w, s, want);
    for (int c = 0; c < 3; c++) off = off || fabs(pixels[i * 3 + c] - want[c]) > 1.0;
    if (off && same_edges)
      fail_msg("pixel %d, %d: red is %d, not %g", i % WIDTH, i / WIDTH, pixels[i * 3], want[0]);
    doubtful += off;
  }
  print_message("%.1f %% near an edge, %zu pixels near two\n",
                100.0 * (double)left_out / (WIDTH * HEIGHT), doubtful);
  assert_true((double)left_out < most_left_out * WIDTH * HEIGHT);
  assert_true(doubtful <= WIDTH * HEIGHT / 200);
}

/* ---- scenes ---- */

static double uniform(orr_random *random, double low, double high) {
  return orr_random_uniform(random, low, high);
}

static void add_random_shape(world *w, orr_random *random, double x, double y) {
  double angle = uniform(random, 0, 6.28), size = uniform(random, 3, 7);
  int kind = (int)uniform(random, 0, 4.0);
  if (kind == 0) {
    add_shape(w, ORR_SCENE_CIRCLE, x, y, angle, size);
    return;
  }
  if (kind < 3) {
    add_segment(w, x, y, angle, size, uniform(random, 0.6, 2.0), kind == 1 ? 0.8 : 0.0);
    return;
  }
  orr_scene_shape *shape = add_shape(w, ORR_SCENE_POLYGON, x, y, angle, 0.0);
  double(*corners)[2] = w->corners[w->scene.shape_count - 1];
  shape->vertex_count = 3 + (size_t)uniform(random, 0, 2.99);
  if (shape->vertex_count == 4) shape->material.mirror = 0.6;
  for (size_t i = 0; i < shape->vertex_count; i++) {
    double at = 2.0 * ORR_PI * (double)i / (double)shape->vertex_count + uniform(random, -0.3, 0.3);
    corners[i][0] = size * cos(at);
    corners[i][1] = size * sin(at);
  }
}

static void test_random_scenes(void **state) {
  (void)state;
  for (uint32_t n = 0; n < SCENES; n++) {
    orr_random random = orr_random_at(21, ORR_PURPOSE_POLICY, n, 0, 0, 0);
    world w;
    begin(&w);
    w.scene.y_down = n % 2;
    for (int i = 0; i < 12; i++) { /* in cells of a grid, so that none overlap */
      double x = 12.5 + 25.0 * (i % 4), y = 13.0 + 26.0 * (i / 4);
      x += uniform(&random, -3, 3);
      y += uniform(&random, -3, 3);
      if (i == 1 || i == 10 || (n % 3 == 0 && i == 7))
        add_lamp(&w, x, y, 0.3, i == 10 ? 40.0 : 0.0);
      else if (w.scene.shape_count < 3 + n)
        add_random_shape(&w, &random, x, y);
    }
    check_by_rays(&w, 0.6);
  }
}

/* Light between two mirrors that face each other, and a block before one of them. */
static void test_facing_mirrors(void **state) {
  (void)state;
  world w;
  begin(&w);
  add_segment(&w, 30, 40, 1.5, 25, 1.0, 0.9);
  add_segment(&w, 75, 42, 1.65, 20, 1.5, 0.7);
  add_shape(&w, ORR_SCENE_CIRCLE, 40, 50, 0, 4);
  add_lamp(&w, 55, 30, 0.25, 0);
  check_by_rays(&w, 0.5);
}

/* Along a column: where the light passes the middle between both sides. */
static double edge_in_column(const uint8_t *pixels, int x, int from, int to) {
  double first = orr_light_linear(pixels[(from * WIDTH + x) * 3]);
  double last = orr_light_linear(pixels[(to * WIDTH + x) * 3]), part = 0.0;
  for (int y = from; y <= to; y++)
    part += (orr_light_linear(pixels[(y * WIDTH + x) * 3]) - last) / (first - last);
  return from + part;
}

static void test_analytic_edges(void **state) {
  (void)state;
  uint8_t pixels[WIDTH * HEIGHT * 3];
  world w;
  begin(&w);
  w.scene.y_down = true;
  add_lamp(&w, 20, 30, 0.5, 0);
  orr_scene_shape *block = add_shape(&w, ORR_SCENE_POLYGON, 50, 40, 0, 0);
  const double square[4][2] = {{-4, -4}, {4, -4}, {4, 4}, {-4, 4}};
  memcpy(w.corners[0], square, sizeof square);
  block->vertex_count = 4;
  paint_with(&w, hard, NULL, pixels);
  for (double x = 70; x < 95; x += 3.3) { /* past the corners 54, 36 and 46, 44 */
    int col = (int)(x * SCALE);
    double at = (col + 0.5) / SCALE - 20;
    double upper = (30 + at * 6 / 34) * SCALE, lower = (30 + at * 14 / 26) * SCALE;
    assert_true(fabs(edge_in_column(pixels, col, (int)upper - 5, (int)upper + 5) - upper) < 0.1);
    if (lower < HEIGHT - 8)
      assert_true(fabs(edge_in_column(pixels, col, (int)lower - 5, (int)lower + 5) - lower) < 0.1);
  }
  /* The image of the lamp behind a mirror on y = 70 stands at y = 110; its light leaves the mirror
   * between x = 40 and x = 60. */
  w.scene.shape_count = 0;
  add_segment(&w, 50, 72, 0, 10, 2, 1.0);
  paint_with(&w, hard, NULL, pixels);
  for (double y = 20; y < 60; y += 4.7) {
    int row = (int)(y * SCALE);
    double share = (110 - (row + 0.5) / SCALE) / 40;
    for (int end = 0; end < 2; end++) {
      double at = (20 + share * (end ? 40 : 20)) * SCALE, sum = 0.0;
      if (at > WIDTH - 10) continue;
      int from = (int)at - 6, to = (int)at + 6;
      double first = orr_light_linear(pixels[(row * WIDTH + from) * 3]);
      double last = orr_light_linear(pixels[(row * WIDTH + to) * 3]);
      for (int x = from; x <= to; x++)
        sum += (orr_light_linear(pixels[(row * WIDTH + x) * 3]) - last) / (first - last);
      assert_true(fabs(first - last) > 0.2);
      assert_true(fabs(from + sum - at) < 0.1);
    }
  }
}

/* A sun's shadow is a strip; a spot's light ends at its angle; a lamp with a radius has a soft
 * edge whose middle is the hard one. */
static void test_kinds(void **state) {
  (void)state;
  uint8_t pixels[WIDTH * HEIGHT * 3], soft[WIDTH * HEIGHT * 3];
  world w;
  begin(&w);
  w.scene.y_down = true;
  add_shape(&w, ORR_SCENE_CIRCLE, 40, 30, 0, 5);
  orr_scene_light *lamp = add_lamp(&w, 0, 0, 0.5, 0);
  lamp->kind = ORR_SCENE_LIGHT_SUN;
  lamp->direction[0] = 2;
  lamp->direction[1] = 1;
  lamp->direction[2] = -1;
  paint_with(&w, hard, NULL, pixels);
  double half = 5 * sqrt(1.25); /* of the shadow, along y */
  for (int col = 90; col < 140; col += 7) {
    double middle = 30 + ((col + 0.5) / SCALE - 40) / 2;
    for (int edge = -1; edge <= 1; edge += 2) {
      double at = (middle + edge * half) * SCALE;
      assert_true(fabs(edge_in_column(pixels, col, (int)at - 4, (int)at + 4) - at) < 0.1);
    }
  }
  lamp->radius = 0.05;
  paint_with(&w, (orr_quality){1, 16, 1, 0, false}, NULL, soft);
  for (int col = 110; col < 140; col += 7) {
    double middle = 30 + ((col + 0.5) / SCALE - 40) / 2, at = (middle + half) * SCALE;
    assert_true(fabs(edge_in_column(soft, col, (int)at - 8, (int)at + 8) - at) < 0.5);
    int widths[2] = {0, 0};
    const uint8_t *pictures[2] = {pixels, soft};
    for (int i = 0; i < 2; i++)
      for (int y = (int)at - 8; y < (int)at + 8; y++)
        widths[i] += pictures[i][(y * WIDTH + col) * 3] != pictures[i][((y + 1) * WIDTH + col) * 3];
    assert_true(widths[0] <= 2 && widths[1] >= 6);
  }
  w.scene.shape_count = 0;
  *lamp = (orr_scene_light){.kind = ORR_SCENE_LIGHT_SPOT,
                            .position = {10, 40},
                            .direction = {1, 0, -3},
                            .angle = 0.4,
                            .power = 0.5,
                            .colour = {255, 255, 255}};
  paint_with(&w, hard, NULL, pixels);
  for (int y = 0; y < HEIGHT; y++) {
    double angle = fabs(atan2((y + 0.5) / SCALE - 40, 100.5 / SCALE - 10));
    int value = pixels[(y * WIDTH + 100) * 3];
    if (angle > 0.4) assert_int_equal(value, pixels[0]);
    if (angle < 0.36) assert_int_equal(value, pixels[(64 * WIDTH + 150) * 3]);
    if (angle < 0.39 && angle > 0.37) assert_true(value > pixels[0] + 5);
  }
  assert_true(pixels[(64 * WIDTH + 150) * 3] > pixels[0] + 50);
}

static void test_threads(void **state) {
  (void)state;
  static uint8_t one[WIDTH * HEIGHT * 3], many[WIDTH * HEIGHT * 3];
  orr_random random = orr_random_at(22, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  orr_pool *pool;
  world w;
  begin(&w);
  for (int i = 0; i < 8; i++) add_random_shape(&w, &random, 12 + 20 * (i % 4), 20 + 30 * (i / 4));
  add_lamp(&w, 40, 38, 0.5, 30)->radius = 2.0;
  paint_with(&w, orr_quality_picture, NULL, one);
  for (size_t threads = 2; threads <= 5; threads += 3) {
    assert_int_equal(orr_pool_create(threads, &pool, NULL), ORR_OK);
    paint_with(&w, orr_quality_picture, pool, many);
    assert_memory_equal(one, many, sizeof one);
    orr_pool_destroy(pool);
  }
}

/* The rows of light at all levels, to the byte. */
static void same_light(const orr_raster_rows *a, const orr_raster_rows *b) {
  enum { COUNT = 157 };
  orr_random random = orr_random_at(23, ORR_PURPOSE_POLICY, 0, 0, 0, 0);
  for (int trial = 0; trial < 200; trial++) {
    int32_t lit[COUNT], dark[COUNT];
    float factor[COUNT], light[2][3 * COUNT] = {{0}}, out[2][3 * COUNT] = {{0}};
    const float albedo[3] = {0.3f, 0.7f, 0.11f};
    orr_raster_shine shine = {(float)uniform(&random, -300, 100),
                              (float)uniform(&random, -9, 9),
                              trial % 3 ? 1234.5f : 0.0f,
                              {0.7f, 0.3f, 0.9f}};
    for (int i = 0; i < COUNT; i++) {
      lit[i] = (int32_t)uniform(&random, 0, 65536);
      dark[i] = (int32_t)uniform(&random, 0, 65536);
      factor[i] = (float)uniform(&random, 0, 1);
    }
    for (int i = 0; i < 2; i++) {
      const orr_raster_rows *rows = i ? b : a;
      rows->shine(COUNT, &shine, lit, dark, factor, light[i], COUNT);
      rows->lay(COUNT, lit, albedo, light[i], out[i], COUNT);
    }
    assert_memory_equal(light[0], light[1], sizeof light[0]);
    assert_memory_equal(out[0], out[1], sizeof out[0]);
    double x = (double)shine.x + 50.0,
           fall = (double)shine.reach2 / (x * x + (double)(shine.y * shine.y));
    double want = 0.3 * (trial % 3 ? fall : 1.0) * (double)factor[50] * lit[50] / 65536.0 *
                  (1.0 - dark[50] / 65536.0);
    assert_true(fabs((double)light[0][COUNT + 50] - want) < 1e-5 * (1.0 + want));
  }
}

static void test_levels(void **state) {
  (void)state;
  same_light(&orr_raster_rows_baseline, &orr_raster_rows_baseline);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    same_light(&orr_raster_rows_baseline, &orr_raster_rows_v3);
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    same_light(&orr_raster_rows_baseline, &orr_raster_rows_v4);
#endif
}

/* Lamps in bodies, on edges and without sense; shapes without size: a picture, and no harm. */
static void test_absurd(void **state) {
  (void)state;
  static uint8_t pixels[WIDTH * HEIGHT * 3];
  world w;
  begin(&w);
  add_shape(&w, ORR_SCENE_CIRCLE, 20, 20, 0, 8);
  add_segment(&w, 50, 40, 0, 20, 0, 1.0);
  add_segment(&w, 50, 60, 0, 0, 0, 1.0);
  add_segment(&w, 50, 41, 0, 20, 0, 1.0);
  add_shape(&w, ORR_SCENE_CIRCLE, NAN, 20, 0, 8);
  add_lamp(&w, 20, 20, 0.5, 10); /* in the disc */
  add_lamp(&w, 50, 40, 0.5, 0);  /* on a mirror */
  add_lamp(&w, NAN, 40, 0.5, 0);
  paint_with(&w, orr_quality_picture, NULL, pixels);
  w.scene.light_count = 1;
  paint_with(&w, hard, NULL, pixels);
  /* Only the disc's own top is lit. */
  size_t inside = ((size_t)(HEIGHT - 32) * WIDTH + 32 + 8) * 3, outside = inside + 30;
  assert_true(pixels[inside] > 60);
  assert_memory_equal(pixels + outside, pixels + (size_t)10 * WIDTH * 3 + 90, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random_scenes),  cmocka_unit_test(test_facing_mirrors),
      cmocka_unit_test(test_analytic_edges), cmocka_unit_test(test_kinds),
      cmocka_unit_test(test_threads),        cmocka_unit_test(test_levels),
      cmocka_unit_test(test_absurd),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
