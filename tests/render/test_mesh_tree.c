/* What a user relies on: a ray meets of a mesh what all its triangles, one by one, say; whatever
 * the mesh, the ray and the lanes beside it are. */
#include "base/maths.h"
#include "base/memory.h"
#include "base/pool.h"
#include "base/random.h"
#include "render/mesh_tree.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xmmintrin.h>
#include <cmocka.h>

#define MOST_TRIANGLES 400

typedef struct soup { /* triangles without a common corner */
  float vertices[3 * MOST_TRIANGLES][3];
  int triangles[MOST_TRIANGLES][3];
  size_t count;
} soup;

static float between(orr_random *random, double low, double high) {
  return (float)orr_random_uniform(random, low, high);
}

static orr_scene_mesh mesh_of(const soup *s) {
  return (orr_scene_mesh){.vertices = s->vertices,
                          .triangles = s->triangles,
                          .vertex_count = 3 * s->count,
                          .triangle_count = s->count};
}

static void scatter(soup *out, size_t count, double size, uint64_t seed) {
  orr_random random = orr_random_at(seed, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  out->count = count;
  for (size_t i = 0; i < count; i++) {
    float centre[3];
    for (size_t c = 0; c < 3; c++) centre[c] = between(&random, -size, size);
    for (size_t k = 0; k < 3; k++) {
      out->triangles[i][k] = (int)(3 * i + k);
      for (size_t c = 0; c < 3; c++)
        out->vertices[3 * i + k][c] = centre[c] + between(&random, -0.4 * size, 0.4 * size);
    }
  }
}

static orr_mesh_tree *tree_of(const orr_scene_mesh *mesh) {
  orr_mesh_tree *tree;
  assert_int_equal(orr_mesh_tree_create(mesh, &tree, NULL), ORR_OK);
  return tree;
}

/* From anywhere in twice the size to anywhere, directions from 0.01 to 100 long. */
static void aim(orr_rays16 *out, double size, orr_random *random) {
  for (size_t i = 0; i < 16; i++) {
    double length = pow(10.0, orr_random_uniform(random, -2.0, 2.0));
    for (size_t c = 0; c < 3; c++) {
      out->origin[c][i] = between(random, -2.0 * size, 2.0 * size);
      float target = between(random, -size, size);
      out->direction[c][i] = (float)((target - out->origin[c][i]) * length / size);
    }
    out->near[i] = 0.0f;
    out->far[i] = INFINITY;
    out->active[i] = -1;
  }
}

typedef struct crossing {
  double distance;
  double inside; /* least barycentric coordinate; below 0: missed */
} crossing;

/* Moeller and Trumbore, "Fast, minimum storage ray/triangle intersection", 1997. */
static crossing cross_triangle(const soup *s, size_t which, const orr_rays16 *rays, size_t lane) {
  double e[2][3], o[3], p[3], q[3], d[3], det = 0.0, u = 0.0, v = 0.0, t = 0.0;
  for (size_t c = 0; c < 3; c++) {
    const int *corners = s->triangles[which];
    for (size_t k = 0; k < 2; k++)
      e[k][c] = (double)s->vertices[corners[k + 1]][c] - s->vertices[corners[0]][c];
    o[c] = (double)rays->origin[c][lane] - s->vertices[corners[0]][c];
    d[c] = rays->direction[c][lane];
  }
  for (size_t c = 0, a = 1, b = 2; c < 3; c++, a = (a + 1) % 3, b = (b + 1) % 3) {
    p[c] = d[a] * e[1][b] - d[b] * e[1][a];
    q[c] = o[a] * e[0][b] - o[b] * e[0][a];
  }
  for (size_t c = 0; c < 3; c++) {
    det += e[0][c] * p[c];
    u += o[c] * p[c];
    v += d[c] * q[c];
    t += e[1][c] * q[c];
  }
  return (crossing){t / det, fmin(u / det, fmin(v / det, 1.0 - (u + v) / det))};
}

/* The nearest of the triangles hit by more (`slack` negative: or nearly hit) than `slack`. */
static double nearest(const soup *s, const orr_rays16 *rays, size_t lane, double slack) {
  double best = INFINITY;
  for (size_t i = 0; i < s->count; i++) {
    crossing c = cross_triangle(s, i, rays, lane);
    if (c.inside > slack && c.distance >= rays->near[lane] && c.distance <= rays->far[lane])
      best = fmin(best, c.distance);
  }
  return best;
}

/* A hit is the distance of a triangle that is hit there, and it has that triangle's normal. */
static void assert_is_of_the_mesh(const soup *s, const orr_rays16 *rays, size_t lane,
                                  const orr_hits16 *hits) {
  bool found = false;
  for (size_t i = 0; i < s->count && !found; i++) {
    crossing c = cross_triangle(s, i, rays, lane);
    if (!(c.inside > -1e-4) || fabs(c.distance - hits->distance[lane]) > 1e-5 * c.distance)
      continue;
    double turn = 0.0, square = 0.0;
    for (size_t k = 1; k < 3; k++) {
      double edge = 0.0, length = 0.0;
      for (size_t a = 0; a < 3; a++) {
        double e = (double)s->vertices[3 * i + k][a] - s->vertices[3 * i][a];
        edge += e * hits->normal[a][lane];
        length += e * e;
      }
      turn = fmax(turn, fabs(edge) / sqrt(length));
    }
    for (size_t a = 0; a < 3; a++) square += (double)hits->normal[a][lane] * hits->normal[a][lane];
    found = turn < 1e-4 && fabs(square - 1.0) < 1e-6;
  }
  assert_true(found);
}

static size_t compare(const soup *s, const orr_rays16 *rays, const orr_hits16 *hits,
                      const int32_t blocked[16]) {
  size_t count = 0;
  for (size_t i = 0; i < 16; i++) {
    double sure = nearest(s, rays, i, 1e-5), near = nearest(s, rays, i, -1e-5);
    double got = hits->distance[i];
    if (sure == near && isinf(sure)) assert_true(isinf(got) && !blocked[i]);
    if (sure == near && isfinite(sure)) {
      assert_true(fabs(got - sure) <= 1e-5 * sure);
      assert_int_equal(blocked[i], -1);
    }
    assert_true(got <= sure * (1.0 + 1e-5));
    if (!isfinite(got)) continue;
    assert_is_of_the_mesh(s, rays, i, hits);
    count++;
  }
  return count;
}

static void rays_meet_what_all_triangles_say(void **state) {
  (void)state;
  static soup s;
  size_t met = 0, traced = 0;
  for (int n = 0; n < 40; n++) {
    double size = pow(10.0, n % 9 - 4);
    scatter(&s, 1 + (size_t)n * n / 4, size, (uint64_t)n);
    orr_scene_mesh mesh = mesh_of(&s);
    orr_mesh_tree *tree = tree_of(&mesh);
    orr_random random = orr_random_at(7, ORR_PURPOSE_TEST, (uint32_t)n, 0, 0, 0);
    for (int k = 0; k < 20; k++, traced += 16) {
      orr_rays16 rays;
      orr_hits16 hits;
      int32_t blocked[16];
      aim(&rays, size, &random);
      orr_mesh_tree_hit(tree, &rays, &hits);
      orr_mesh_tree_blocked(tree, &rays, blocked);
      met += compare(&s, &rays, &hits, blocked);
    }
    orr_mesh_tree_destroy(tree);
  }
  assert_in_range(met, traced / 4, traced * 19 / 20);
}

static void near_and_far_bound_a_ray(void **state) {
  (void)state;
  static soup s;
  scatter(&s, 300, 1.0, 3);
  orr_scene_mesh mesh = mesh_of(&s);
  orr_mesh_tree *tree = tree_of(&mesh);
  orr_random random = orr_random_at(8, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  size_t met = 0;
  for (int k = 0; k < 200; k++) {
    orr_rays16 rays;
    orr_hits16 hits;
    int32_t blocked[16];
    aim(&rays, 1.0, &random);
    orr_mesh_tree_hit(tree, &rays, &hits);
    for (size_t i = 0; i < 16; i++) {
      if (!isfinite(hits.distance[i])) continue;
      rays.near[i] = (i & 1) ? 1.001f * hits.distance[i] : 0.0f; /* the next one */
      rays.far[i] = (i & 1) ? 2.0f * hits.distance[i] : 0.999f * hits.distance[i]; /* none */
    }
    orr_mesh_tree_hit(tree, &rays, &hits);
    orr_mesh_tree_blocked(tree, &rays, blocked);
    met += compare(&s, &rays, &hits, blocked);
  }
  assert_in_range(met, 100, 1500);
  orr_mesh_tree_destroy(tree);
}

/* A lane's answer, to the bit, has nothing to do with the lanes beside it. A packet with lanes left
 * out is what Embree has been seen to hang at. */
static void every_mask_gives_the_same_answers(void **state) {
  (void)state;
  static soup s;
  scatter(&s, 200, 1.0, 5);
  orr_scene_mesh mesh = mesh_of(&s);
  orr_mesh_tree *tree = tree_of(&mesh);
  orr_random random = orr_random_at(9, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  orr_rays16 rays;
  orr_hits16 all, some;
  int32_t all_blocked[16], blocked[16];
  aim(&rays, 1.0, &random);
  orr_mesh_tree_hit(tree, &rays, &all);
  orr_mesh_tree_blocked(tree, &rays, all_blocked);
  alarm(60);
  for (uint32_t mask = 0; mask < 65536; mask++) {
    for (size_t i = 0; i < 16; i++) rays.active[i] = mask >> i & 1 ? -1 : 0;
    orr_mesh_tree_hit(tree, &rays, &some);
    orr_mesh_tree_blocked(tree, &rays, blocked);
    for (size_t i = 0; i < 16; i++) {
      bool on = mask >> i & 1;
      float expected = on ? all.distance[i] : INFINITY;
      if (memcmp(&some.distance[i], &expected, sizeof expected) != 0) fail();
      if (on && memcmp(&some.normal[1][i], &all.normal[1][i], sizeof expected) != 0) fail();
      if (blocked[i] != (on ? all_blocked[i] : 0)) fail();
    }
  }
  alarm(0);
  orr_mesh_tree_destroy(tree);
}

/* Rays that are no rays, in one lane of a packet of good ones. */
static void rays_that_are_none_meet_nothing(void **state) {
  (void)state;
  static soup s;
  static const float odd[] = {NAN, INFINITY, -INFINITY, 1e30f, -3e38f, 1e-30f};
  scatter(&s, 200, 1.0, 5);
  orr_scene_mesh mesh = mesh_of(&s);
  orr_mesh_tree *tree = tree_of(&mesh);
  orr_random random = orr_random_at(10, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  alarm(60);
  for (int n = 0; n < 3000; n++) {
    orr_rays16 rays;
    orr_hits16 good, hits;
    int32_t blocked[16];
    aim(&rays, 1.0, &random);
    orr_mesh_tree_hit(tree, &rays, &good);
    size_t lane = (size_t)orr_random_integer(&random, 0, 16);
    size_t part = (size_t)orr_random_integer(&random, 0, 10);
    float value = odd[orr_random_integer(&random, 0, 6)];
    if (part < 3) rays.origin[part][lane] = value;
    if (part >= 3 && part < 6) rays.direction[part - 3][lane] = value;
    if (part == 6) rays.near[lane] = value;
    if (part == 7) rays.far[lane] = value;
    for (size_t c = 0; part == 8 && c < 3; c++) rays.direction[c][lane] = value;
    for (size_t c = 0; part == 9 && c < 3; c++) rays.direction[c][lane] = 0.0f;
    orr_mesh_tree_hit(tree, &rays, &hits);
    orr_mesh_tree_blocked(tree, &rays, blocked);
    for (size_t i = 0; i < 16; i++)
      if (i != lane) assert_memory_equal(&hits.distance[i], &good.distance[i], sizeof(float));
    assert_false(isnan(hits.distance[lane]));
    bool none = part >= 8 || (isnan(value) && part < 8);
    if (none) assert_true(isinf(hits.distance[lane]) && blocked[lane] == 0);
  }
  alarm(0);
  orr_mesh_tree_destroy(tree);
}

/* One ray down the z axis onto whatever is at the origin. */
static float look_down(const orr_scene_mesh *mesh, float height, float normal[3]) {
  orr_mesh_tree *tree = tree_of(mesh);
  orr_rays16 rays = {.active = {0, 0, 0, -1}};
  orr_hits16 hits;
  rays.origin[2][3] = height;
  rays.direction[2][3] = -1.0f;
  rays.far[3] = INFINITY;
  orr_mesh_tree_hit(tree, &rays, &hits);
  for (size_t c = 0; c < 3; c++) normal[c] = hits.normal[c][3];
  orr_mesh_tree_destroy(tree);
  return hits.distance[3];
}

static void one_triangle_is_hit_from_both_sides(void **state) {
  (void)state;
  static const float corners[3][3] = {{-1, -1, 0.5f}, {1, -1, 0.5f}, {0, 2, 0.5f}};
  static const int order[1][3] = {{0, 1, 2}};
  orr_scene_mesh mesh = {
      .vertices = corners, .triangles = order, .vertex_count = 3, .triangle_count = 1};
  float normal[3];
  assert_true(look_down(&mesh, 3.0f, normal) == 2.5f);
  assert_true(normal[0] == 0.0f && normal[1] == 0.0f && normal[2] == 1.0f);
  assert_true(isinf(look_down(&mesh, 0.25f, normal)));
  static const int reversed[1][3] = {{0, 2, 1}};
  mesh.triangles = reversed;
  assert_true(look_down(&mesh, 3.0f, normal) == 2.5f && normal[2] == -1.0f);
}

static void what_is_no_triangle_is_left_out(void **state) {
  (void)state;
  static const float corners[][3] = {{-1, -1, 0},   {1, -1, 0},     {0, 2, 0},     {NAN, 0, 1},
                                     {0, 1, 1},     {1, 0, 1},      {0, 0, 2},     {INFINITY, 0, 2},
                                     {1, 1, 2},     {-2e18f, 0, 0}, {2e18f, 0, 1}, {0, 1e-30f, 2},
                                     {0, 2e-30f, 2}};
  static const int bad[][3] = {{3, 4, 5},  {6, 7, 8},  {0, 1, 1},       {0, 0, 0},  {0, 1, 13},
                               {0, -1, 2}, {9, 10, 4}, {0, 1, 1 << 30}, {6, 11, 12}};
  static const int mixed[][3] = {{3, 4, 5}, {0, 0, 1}, {0, 1, 2}, {0, -1, 2}, {6, 7, 8}};
  orr_scene_mesh mesh = {
      .vertices = corners, .triangles = bad, .vertex_count = 13, .triangle_count = 9};
  float normal[3];
  assert_true(isinf(look_down(&mesh, 3.0f, normal)));
  mesh.triangles = mixed;
  mesh.triangle_count = 5;
  assert_true(look_down(&mesh, 3.0f, normal) == 3.0f && normal[2] == 1.0f);
  assert_true(isinf(look_down(&(orr_scene_mesh){0}, 3.0f, normal)));
}

static void huge_and_tiny_meshes_are_hit(void **state) {
  (void)state;
  static const float sizes[] = {1e-12f, 1e-6f, 1e6f, 1e12f, 9e17f};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    float a = sizes[i], normal[3];
    const float corners[3][3] = {{-a, -a, 0}, {a, -a, 0}, {0, a, 0}};
    static const int order[1][3] = {{0, 1, 2}};
    orr_scene_mesh mesh = {
        .vertices = corners, .triangles = order, .vertex_count = 3, .triangle_count = 1};
    assert_true(look_down(&mesh, a, normal) == a && normal[2] == 1.0f);
  }
}

/* Rays in the plane of a triangle, but for rounding: an answer stays on it. */
static void edge_on_triangles_answer_within_their_reach(void **state) {
  (void)state;
  static soup s;
  orr_random random = orr_random_at(11, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  size_t met = 0;
  for (int n = 0; n < 3000; n++) {
    orr_rays16 rays;
    orr_hits16 hits;
    scatter(&s, 1, 1.0, (uint64_t)n);
    orr_scene_mesh mesh = mesh_of(&s);
    orr_mesh_tree *tree = tree_of(&mesh);
    aim(&rays, 1.0, &random);
    for (size_t i = 0; i < 16; i++) { /* from beside one edge to a point of the opposite one */
      double part = orr_random_uniform(&random, 0.0, 1.0);
      for (size_t c = 0; c < 3; c++) {
        double a = s.vertices[0][c], u = s.vertices[1][c] - a, v = s.vertices[2][c] - a;
        rays.origin[c][i] = (float)(a - 0.5 * u - 0.3 * v);
        rays.direction[c][i] = (float)(a + part * u + (1.0 - part) * v - rays.origin[c][i]);
      }
    }
    orr_mesh_tree_hit(tree, &rays, &hits);
    for (size_t i = 0; i < 16; i++) {
      if (isinf(hits.distance[i])) continue;
      double square = 0.0, nearest = INFINITY, farthest = -INFINITY;
      for (size_t c = 0; c < 3; c++) square += rays.direction[c][i] * rays.direction[c][i];
      for (size_t k = 0; k < 3; k++) {
        double reach = 0.0;
        for (size_t c = 0; c < 3; c++)
          reach += rays.direction[c][i] * (s.vertices[k][c] - rays.origin[c][i]);
        nearest = fmin(nearest, reach / square);
        farthest = fmax(farthest, reach / square);
      }
      assert_true(hits.distance[i] >= nearest - 1e-5 && hits.distance[i] <= farthest + 1e-5);
      met++;
    }
    orr_mesh_tree_destroy(tree);
  }
  assert_true(met > 1000);
}

/* A closed surface has no gaps: through shared edges and corners, too. */
static void a_closed_surface_has_no_gaps(void **state) {
  (void)state;
  static const float corners[6][3] = {{1, 0, 0},  {-1, 0, 0}, {0, 1, 0},
                                      {0, -1, 0}, {0, 0, 1},  {0, 0, -1}};
  static const int faces[8][3] = {{0, 2, 4}, {2, 1, 4}, {1, 3, 4}, {3, 0, 4},
                                  {2, 0, 5}, {1, 2, 5}, {3, 1, 5}, {0, 3, 5}};
  orr_scene_mesh mesh = {
      .vertices = corners, .triangles = faces, .vertex_count = 6, .triangle_count = 8};
  orr_mesh_tree *tree = tree_of(&mesh);
  orr_random random = orr_random_at(12, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (int n = 0; n < 4000; n++) {
    orr_rays16 rays;
    orr_hits16 hits;
    aim(&rays, 1.0, &random);
    for (size_t i = 0; i < 16; i++) { /* to a point of an edge, or to a corner */
      size_t a = (size_t)orr_random_integer(&random, 0, 6), b = (a + 2) % 6;
      float part = n & 1 ? between(&random, 0.0, 1.0) : 0.0f, outside = 0.0f;
      for (size_t c = 0; c < 3; c++) {
        float x = corners[a][c] + part * (corners[b][c] - corners[a][c]);
        rays.origin[c][i] = (float)(0.1 * rays.origin[c][i]);
        rays.direction[c][i] = x - rays.origin[c][i];
        outside += fabsf(rays.origin[c][i]);
      }
      assert_true(outside < 1.0f);
    }
    orr_mesh_tree_hit(tree, &rays, &hits);
    for (size_t i = 0; i < 16; i++) assert_true(fabsf(hits.distance[i] - 1.0f) < 1e-5f);
  }
  orr_mesh_tree_destroy(tree);
}

typedef struct crowd {
  const orr_mesh_tree *tree;
  const orr_rays16 *rays;
  orr_hits16 *hits;
  int32_t (*blocked)[16];
} crowd;

static void trace_one(void *context, size_t index, size_t lane) {
  crowd *c = context;
  (void)lane;
  orr_mesh_tree_hit(c->tree, &c->rays[index], &c->hits[index]);
  orr_mesh_tree_blocked(c->tree, &c->rays[index], c->blocked[index]);
}

static void build_one(void *context, size_t index, size_t lane) {
  (void)lane;
  orr_scene_mesh mesh = mesh_of(context);
  mesh.triangle_count -= index % 7;
  orr_mesh_tree_destroy(tree_of(&mesh));
}

#define PACKETS 500

static void threads_share_a_tree(void **state) {
  (void)state;
  static soup s;
  static orr_rays16 rays[PACKETS];
  static orr_hits16 hits[2][PACKETS];
  static int32_t blocked[2][PACKETS][16];
  orr_pool *pool;
  orr_random random = orr_random_at(13, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  scatter(&s, MOST_TRIANGLES, 1.0, 6);
  for (size_t i = 0; i < PACKETS; i++) aim(&rays[i], 1.0, &random);
  orr_scene_mesh mesh = mesh_of(&s);
  assert_int_equal(orr_pool_create(4, &pool, NULL), ORR_OK);
  for (size_t n = 0; n < 2; n++) {
    crowd c = {tree_of(&mesh), rays, hits[n], blocked[n]};
    orr_pool_run(n ? pool : NULL, PACKETS, trace_one, &c);
    orr_mesh_tree_destroy((orr_mesh_tree *)c.tree);
  }
  assert_memory_equal(hits[0], hits[1], sizeof hits[0]);
  assert_memory_equal(blocked[0], blocked[1], sizeof blocked[0]);
  orr_pool_run(pool, 200, build_one, &s);
  orr_pool_destroy(pool);
}

static void the_processor_is_left_as_it_was(void **state) {
  (void)state;
  static soup s;
  scatter(&s, MOST_TRIANGLES, 1.0, 6);
  unsigned before = _mm_getcsr() & ~0x3Fu; /* without the sticky flags */
  orr_scene_mesh mesh = mesh_of(&s);
  orr_mesh_tree *tree = tree_of(&mesh);
  orr_rays16 rays;
  orr_hits16 hits;
  orr_random random = orr_random_at(14, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  aim(&rays, 1.0, &random);
  orr_mesh_tree_hit(tree, &rays, &hits);
  assert_int_equal(_mm_getcsr() & ~0x3Fu, before);
  orr_mesh_tree_destroy(tree);
}

static void every_want_of_memory_is_survived(void **state) {
  (void)state;
  static soup s;
  scatter(&s, 20, 1.0, 6);
  orr_scene_mesh mesh = mesh_of(&s);
  orr_mesh_tree *tree = NULL;
  int n = 1;
  for (;; n++) {
    orr_alloc_fail_at(n);
    orr_status status = orr_mesh_tree_create(&mesh, &tree, NULL);
    orr_alloc_fail_at(0);
    if (status == ORR_OK) break;
    assert_int_equal(status, ORR_ERR_MEMORY);
    assert_null(tree);
  }
  assert_int_equal(n, 3);
  orr_mesh_tree_destroy(tree);
  mesh.triangle_count = (size_t)ORR_MESH_TREE_MOST + 1;
  assert_int_equal(orr_mesh_tree_create(&mesh, &tree, NULL), ORR_ERR_CONFIG);
  orr_mesh_tree_destroy(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rays_meet_what_all_triangles_say),
      cmocka_unit_test(near_and_far_bound_a_ray),
      cmocka_unit_test(every_mask_gives_the_same_answers),
      cmocka_unit_test(rays_that_are_none_meet_nothing),
      cmocka_unit_test(one_triangle_is_hit_from_both_sides),
      cmocka_unit_test(what_is_no_triangle_is_left_out),
      cmocka_unit_test(huge_and_tiny_meshes_are_hit),
      cmocka_unit_test(edge_on_triangles_answer_within_their_reach),
      cmocka_unit_test(a_closed_surface_has_no_gaps),
      cmocka_unit_test(threads_share_a_tree),
      cmocka_unit_test(the_processor_is_left_as_it_was),
      cmocka_unit_test(every_want_of_memory_is_survived),
  };
  return cmocka_run_group_tests_name("mesh tree", tests, NULL, NULL);
}
