/* What a user relies on: a mesh of any of the three formats is read as it was written, and whatever
 * is wrong with a file is said with its line; nothing that passes is refused by the engine. */
#include "base/file.h"
#include "base/maths.h"
#include "base/memory.h"
#include "base/random.h"
#include "sim/mesh_file.h"
#include "sim/world.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const double one[3] = {1.0, 1.0, 1.0};

/* Without the fsync of orr_file_put: thousands of files. */
static void put(const char *name, const void *bytes, size_t count) {
  FILE *file = fopen(name, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, count, file), count);
  assert_int_equal(fclose(file), 0);
}

static orr_status read_bytes(const char *name, const void *bytes, size_t count, orr_mesh_file *out,
                             orr_error *err) {
  put(name, bytes, count);
  orr_status status = orr_mesh_file_read(name, out, err);
  remove(name);
  return status;
}

static orr_mesh_file read_good(const char *name, const char *text) {
  orr_mesh_file mesh;
  orr_error err = {0};
  orr_status status = read_bytes(name, text, strlen(text), &mesh, &err);
  if (status != ORR_OK) print_error("%s:%d: %s\n", err.file, err.line, err.message);
  assert_int_equal(status, ORR_OK);
  return mesh;
}

#define refuse(name, text, line, words) refuse_bytes(name, text, sizeof text - 1, line, words)
static void refuse_bytes(const char *name, const void *bytes, size_t count, int line,
                         const char *words) {
  orr_mesh_file mesh;
  orr_error err = {0};
  assert_int_equal(read_bytes(name, bytes, count, &mesh, &err), ORR_ERR_FILE);
  if (!strstr(err.message, words) || err.line != line)
    print_error("%s:%d: %s\n", err.file, err.line, err.message);
  assert_non_null(strstr(err.message, words));
  assert_int_equal(err.line, line);
  assert_string_equal(err.file, name);
  assert_null(mesh.vertices);
}

static void assert_triangle(const orr_mesh_file *mesh, size_t which, int a, int b, int c) {
  const int expected[3] = {a, b, c};
  assert_memory_equal(mesh->triangles[which], expected, sizeof expected);
}

static void obj_is_read_as_it_was_written(void **state) {
  (void)state;
  orr_mesh_file mesh = read_good("orr-a.OBJ", "# a comment\r\n"
                                              "mtllib some.mtl\r\n"
                                              "o thing\n"
                                              "v 0 0 0\n"
                                              "v 1.5e0 0 -0 0.5 0.5 0.5 # with a colour\n"
                                              "  v\t1 \\\n"
                                              " 1\\\r\n"
                                              " 0 1\n"
                                              "v 0 1 0\n"
                                              "v 9 9 9\n" /* of no triangle */
                                              "v .5 .5 +1\n"
                                              "vt 0 0\nvt 1 0\nvn 0 0 1\n"
                                              "usemtl red\n"
                                              "f 4/1 3/2 2/1 1/1\n"
                                              "f 1//1 2//1 6//1\n"
                                              "f -5/-1/-1 -4/1/1 -1/2/1\n"
                                              "f 3 4 6\n"
                                              "f 4 1 -1"); /* no line's end */
  assert_int_equal(mesh.vertex_count, 5);
  assert_int_equal(mesh.triangle_count, 6);
  static const float vertices[5][3] = {
      {0, 0, 0}, {1.5f, 0, 0}, {1, 1, 0}, {0, 1, 0}, {0.5f, 0.5f, 1}};
  assert_memory_equal(mesh.vertices, vertices, sizeof vertices);
  assert_triangle(&mesh, 0, 3, 2, 1);
  assert_triangle(&mesh, 1, 3, 1, 0);
  assert_triangle(&mesh, 2, 0, 1, 4);
  assert_triangle(&mesh, 3, 1, 2, 4);
  assert_triangle(&mesh, 5, 3, 0, 4);
  assert_null(orr_mesh_file_flaw(&mesh, one));
  orr_mesh_file_destroy(&mesh);
  assert_null(mesh.vertices);
  orr_mesh_file_destroy(&mesh);
}

static void a_polygon_becomes_a_fan(void **state) {
  (void)state;
  orr_mesh_file mesh =
      read_good("orr-a.obj", "v 0 0 0\nv 2 0 0\nv 3 1 0\nv 2 2 0\nv 0 2 0\nf 1 2 3 4 5\nf 1 1 2\n");
  assert_int_equal(mesh.triangle_count, 3);
  assert_triangle(&mesh, 0, 0, 1, 2);
  assert_triangle(&mesh, 1, 0, 2, 3);
  assert_triangle(&mesh, 2, 0, 3, 4);
  assert_string_equal(orr_mesh_file_flaw(&mesh, one), "all its vertices lie in a plane");
  orr_mesh_file_destroy(&mesh);
}

#define V3 "v 0 0 0\nv 1 0 0\nv 0 1 0\n"

static void wrong_obj_is_refused_at_its_line(void **state) {
  (void)state;
  refuse("a.obj", "", 0, "no triangle");
  refuse("a.obj", V3, 0, "no triangle");
  refuse("a.obj", V3 "f 1 1 2\n", 0, "no triangle");
  refuse("a.obj", V3 "v 0 0 0\nf 1 4 2\n", 0, "no triangle"); /* 4 is where 1 is */
  refuse("a.obj", V3 "f 1 2 4\n", 4, "vertex 4 of 3 so far");
  refuse("a.obj", V3 "f 1 2 -4\n", 4, "vertex -4 of 3");
  refuse("a.obj", V3 "f 1 2 0\n", 4, "no vertex: '0'");
  refuse("a.obj", V3 "f 1 2 99999999999999999999\n", 4, "of 3");
  refuse("a.obj", "f 1 2 3\n" V3, 1, "vertex 1 of 0");
  refuse("a.obj", V3 "f 1 2\n", 4, "2 corners");
  refuse("a.obj", V3 "f\n", 4, "0 corners");
  refuse("a.obj", V3 "f 1/1 2/1 3/1\n", 4, "texture point 1 of 0");
  refuse("a.obj", V3 "f 1//1 2//1 3//1\n", 4, "normal 1 of 0");
  refuse("a.obj", V3 "f 1/ 2/ 3/\n", 4, "no texture point");
  refuse("a.obj", V3 "f 1// 2// 3//\n", 4, "no normal");
  refuse("a.obj", V3 "vn 0 0 1\nf 1//1/1 2//1 3//1\n", 5, "no corner");
  refuse("a.obj", V3 "f 1.5 2 3\n", 4, "no corner");
  refuse("a.obj", V3 "f one 2 3\n", 4, "no vertex");
  refuse("a.obj", "v 0 0\n", 1, "2 numbers");
  refuse("a.obj", "v 1 2 3 4 5 6 7 8\n", 1, "8 numbers");
  refuse("a.obj", "v 0 0 nan\n", 1, "'nan' is no number");
  refuse("a.obj", "v 0 inf 0\n", 1, "'inf' is no number");
  refuse("a.obj", "\n\nv 0 0x10 0\n", 3, "'0x10' is no number");
  refuse("a.obj", "v 0 1e400 0\n", 1, "beyond");
  refuse("a.obj", "v 0 -2e9 0\n", 1, "beyond");
  refuse("a.obj", "v 0 1,5 0\n", 1, "'1,5' is no number");
  refuse("a.obj", "v 0 1e 0\n", 1, "'1e' is no number");
  refuse("a.obj", "v 0 \\\n \\\n z 0\n", 3, "'z' is no number");
  refuse("a.obj", V3 "vt 1 nan\n", 4, "no number");
  refuse("a.obj", V3 "vn 0 1\n", 4, "2 numbers");
  refuse("a.obj", V3 "curv 0 1 1 2\n", 4, "'curv' is no statement");
  refuse("a.obj", "\x89PNG\r\n\x1a\n", 1, "'?PNG' is no statement");
  refuse("a.obj", V3 "f 1 2\0 3\n", 4, "no corner");
  refuse("a.txt", V3, 0, ".obj or .stl");
  refuse("obj", V3, 0, ".obj or .stl");
}

static void put_float(uint8_t *out, float value) { memcpy(out, &value, sizeof value); }

/* The corners of `mesh` as a binary STL; free with orr_free. */
static uint8_t *make_stl(const float (*corners)[3], size_t triangles, const char *header,
                         size_t *count) {
  *count = 84 + 50 * triangles;
  uint8_t *bytes = orr_alloc(*count, 1);
  strcpy((char *)bytes, header);
  bytes[80] = (uint8_t)triangles;
  bytes[81] = (uint8_t)(triangles >> 8);
  bytes[82] = (uint8_t)(triangles >> 16);
  for (size_t i = 0; i < 9 * triangles; i++)
    put_float(bytes + 84 + 50 * (i / 9) + 12 + 4 * (i % 9), corners[i / 3][i % 3]);
  return bytes;
}

static const float tetrahedron[12][3] = {{0, 0, 0}, {0, 1, 0},     {1, 0, 0}, {0, 0, 0},
                                         {1, 0, 0}, {0, 0, 1},     {1, 0, 0}, {0, 1, 0},
                                         {0, 0, 1}, {0, -0.0f, 0}, {0, 0, 1}, {0, 1, 0}};

#define FACET(a, b, c)                                                                             \
  "  facet normal nan 0 1\n    outer loop\n      vertex " a "\n      vertex " b                    \
  "\n      vertex " c "\n    endloop\n  endfacet\n"
#define FACETS                                                                                     \
  FACET("0 0 0", "0 1 0", "1 0 0")                                                                 \
  FACET("0 0 0", "1 0 0", "0 0 1")                                                                 \
  FACET("1 0 0", "0 1 0", "0 0 1") FACET("0 -0 0", "0 0 1", "0 1 0")

static void both_kinds_of_stl_are_read_alike(void **state) {
  (void)state;
  static const char *const headers[] = {"made here", "solid liar"};
  orr_mesh_file mesh[5];
  mesh[0] = read_good("orr-a.stl", "solid some name\n" FACETS "endsolid some name\n");
  mesh[1] = read_good("orr-a.STL", "SOLID\r\n" FACETS "EndSolid");
  mesh[2] = read_good("orr-a.stl", "solid # 1\nendsolid\nsolid 2\n" FACETS "endsolid 2\n\n");
  for (size_t i = 0; i < 2; i++) {
    size_t count;
    uint8_t *bytes = make_stl(tetrahedron, 4, headers[i], &count);
    assert_int_equal(read_bytes("orr-a.stl", bytes, count, &mesh[3 + i], NULL), ORR_OK);
    orr_free(bytes);
  }
  for (size_t i = 0; i < 5; i++) {
    assert_int_equal(mesh[i].vertex_count, 4);
    assert_int_equal(mesh[i].triangle_count, 4);
    assert_memory_equal(mesh[i].vertices, mesh[0].vertices, 48);
    assert_memory_equal(mesh[i].triangles, mesh[0].triangles, 48);
    assert_null(orr_mesh_file_flaw(&mesh[i], one));
  }
  for (size_t i = 0; i < 5; i++) orr_mesh_file_destroy(&mesh[i]);
}

static void wrong_stl_is_refused(void **state) {
  (void)state;
  refuse("a.stl", "", 0, "too few");
  refuse("a.stl", "garbage", 0, "too few");
  refuse("a.stl", "solid", 1, "before endsolid");
  refuse("a.stl", "solid x\nendsolid", 0, "no triangle");
  refuse("a.stl", "solid x\n" FACETS, 30, "before endsolid");
  refuse("a.stl", "solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\n", 5, "before 'vertex'");
  refuse("a.stl", "solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 inf\n", 4, "no number");
  refuse("a.stl", "solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0\nvertex", 5, "'vertex'");
  refuse("a.stl", "solid x\nfacet normal 0 0 1\ninner loop", 3, "'inner' where 'outer' belongs");
  refuse("a.stl", "solid x\nfact normal 0 0 1", 2, "'fact' where facet or endsolid");
  refuse("a.stl", "solid x\nendsolid x\nmore", 3, "'more' where solid");
  size_t count;
  uint8_t *bytes = make_stl(tetrahedron, 4, "made here", &count);
  for (size_t cut = 1; cut < count; cut += 7) refuse_bytes("a.stl", bytes, count - cut, 0, "byte");
  static const uint32_t bad[] = {0x7fc00000, 0x7f800000, 0xff800000, 0x7f000000};
  for (size_t i = 0; i < 4; i++) {
    memcpy(bytes + 84 + 50 + 12 + 4 * (i + 2), &bad[i], 4);
    refuse_bytes("a.stl", bytes, count, 0, "triangle 2 of 4");
    put_float(bytes + 84 + 50 + 12 + 4 * (i + 2), 0.0f);
  }
  bytes[83] = 0x80; /* two thousand million triangles */
  refuse_bytes("a.stl", bytes, count, 0, "has 1");
  memset(bytes + 80, 0, 4);
  refuse_bytes("a.stl", bytes, 84, 0, "no triangle");
  orr_free(bytes);
}

static void more_triangles_than_allowed_are_refused(void **state) {
  (void)state;
  size_t most = ORR_MESH_FILE_MOST, count;
  float(*corners)[3] = orr_alloc(3 * (most + 1), sizeof *corners);
  for (size_t i = 0; i < 3 * (most + 1); i++)
    for (size_t k = 0; k < 3; k++) corners[i][k] = (float)(i % (7 + 4 * k)) + (float)(i / 3);
  uint8_t *bytes = make_stl((const float(*)[3])corners, most, "", &count);
  orr_mesh_file mesh;
  assert_int_equal(read_bytes("orr-a.stl", bytes, count, &mesh, NULL), ORR_OK);
  assert_in_range(mesh.triangle_count, most / 2, most);
  orr_mesh_file_destroy(&mesh);
  orr_free(bytes);
  bytes = make_stl((const float(*)[3])corners, most + 1, "", &count);
  refuse_bytes("a.stl", bytes, count, 0, "more than 200000");
  orr_free(bytes);
  orr_free(corners);
  size_t room = 4000000, used = 0;
  char *text = orr_alloc(room, 1);
  used += (size_t)snprintf(text, room, "v 0 0 0\nv 1 0 0\nv 0 1 0\nf");
  for (size_t i = 0; i < most + 3; i++) used += (size_t)snprintf(text + used, 8, " %zu", i % 3 + 1);
  refuse_bytes("a.obj", text, used, 4, "more than 200000");
  used = 0;
  for (size_t i = 0; i <= 3 * most; i++) used += (size_t)snprintf(text + used, 7, "v%s", "\n");
  refuse_bytes("a.obj", text, used, 1, "0 numbers");
  for (size_t i = 0; i < used; i++) text[i] = ' ';
  orr_free(text);
}

static void what_cannot_be_opened_is_refused(void **state) {
  (void)state;
  orr_mesh_file mesh;
  orr_error err;
  assert_int_equal(orr_mesh_file_read("nowhere.obj", &mesh, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "nowhere.obj"));
  assert_int_equal(orr_folder_make("orr-folder.obj", NULL), ORR_OK);
  assert_int_equal(orr_mesh_file_read("orr-folder.obj", &mesh, &err), ORR_ERR_FILE);
  assert_int_equal(orr_folder_remove("orr-folder.obj", NULL), ORR_OK);
  assert_int_equal(orr_mesh_file_read("/dev/zero", &mesh, &err), ORR_ERR_FILE);
}

static void every_want_of_memory_is_survived(void **state) {
  (void)state;
  static const char *const names[] = {"orr-m.stl", "orr-m.obj"};
  static const char *const texts[] = {"solid\n" FACETS "endsolid\n", V3 "v 0 0 1\nf 1 2 3 4\n"};
  for (size_t i = 0; i < 2; i++) {
    put(names[i], texts[i], strlen(texts[i]));
    int n = 1;
    for (;; n++) {
      orr_mesh_file mesh;
      orr_alloc_fail_at(n);
      orr_status status = orr_mesh_file_read(names[i], &mesh, NULL);
      orr_alloc_fail_at(0);
      if (status == ORR_OK) orr_mesh_file_destroy(&mesh);
      if (status == ORR_OK) break;
      assert_int_equal(status, ORR_ERR_MEMORY);
      assert_null(mesh.vertices);
    }
    assert_true(n > 4);
    remove(names[i]);
  }
}

/* What the reader says about bytes that were changed is the same each time, and never a fault. */
static void damaged_files_are_read_or_refused(void **state) {
  (void)state;
  static char text[] = "solid some name\n" FACETS "endsolid some name\n";
  static char obj[] = V3 "v 0 0 1\nvt 0 0\nvn 0 0 1\nf 1/1/1 2/1/1 3/-1/-1\nf 1 2 4\n";
  size_t count, refused = 0;
  uint8_t *binary = make_stl(tetrahedron, 4, "made here", &count);
  const struct {
    const char *name;
    char *bytes;
    size_t count;
  } files[] = {{"orr-d.stl", text, sizeof text - 1},
               {"orr-d.obj", obj, sizeof obj - 1},
               {"orr-d.stl", (char *)binary, count}};
  orr_random random = orr_random_at(5, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (int n = 0; n < 1500; n++) {
    size_t at = (size_t)orr_random_integer(&random, 0, (int64_t)files[n % 3].count);
    char kept = files[n % 3].bytes[at];
    orr_mesh_file mesh;
    orr_error err = {0};
    files[n % 3].bytes[at] = (char)orr_random_integer(&random, 0, 256);
    orr_status status =
        read_bytes(files[n % 3].name, files[n % 3].bytes, files[n % 3].count, &mesh, &err);
    files[n % 3].bytes[at] = kept;
    if (status == ORR_OK) orr_mesh_file_destroy(&mesh);
    if (status == ORR_OK) continue;
    assert_true(status == ORR_ERR_FILE && err.message[0]);
    refused++;
  }
  assert_in_range(refused, 200, 1300);
  orr_free(binary);
}

/* Every edge once in each direction, and the signed volume above 0. */
static void assert_closed(const orr_mesh_file *mesh) {
  size_t n = mesh->vertex_count;
  uint8_t *edges = orr_alloc(n * n, 1);
  double volume = 0.0;
  for (size_t i = 0; i < mesh->triangle_count; i++) {
    const float *v[3];
    for (size_t k = 0; k < 3; k++) {
      v[k] = mesh->vertices[mesh->triangles[i][k]];
      edges[(size_t)mesh->triangles[i][k] * n + (size_t)mesh->triangles[i][(k + 1) % 3]]++;
    }
    for (size_t a = 0, b = 1, c = 2; a < 3; a++, b = (b + 1) % 3, c = (c + 1) % 3)
      volume += v[0][a] * ((double)v[1][b] * v[2][c] - (double)v[1][c] * v[2][b]) / 6.0;
  }
  assert_true(volume > 0.01);
  for (size_t i = 0; i < n * n; i++)
    assert_true(edges[i] <= 1 && edges[i] == edges[i % n * n + i / n]);
  orr_free(edges);
}

static void meshes_of_the_shelf_are_closed(void **state) {
  (void)state;
  char **names;
  size_t count;
  assert_int_equal(
      orr_folder_list(ORR_SOURCE_DIR "/scenarios/meshes", "", ".obj", &names, &count, NULL),
      ORR_OK);
  assert_true(count >= 2);
  for (size_t i = 0; i < count; i++) {
    char path[ORR_PATH];
    orr_mesh_file mesh;
    orr_path_join(path, sizeof path, ORR_SOURCE_DIR "/scenarios/meshes", names[i]);
    assert_int_equal(orr_mesh_file_read(path, &mesh, NULL), ORR_OK);
    assert_null(orr_mesh_file_flaw(&mesh, one));
    assert_closed(&mesh);
    orr_mesh_file_destroy(&mesh);
  }
  orr_free(names);
}

#define WORLD                                                                                      \
  "scenario: test\nworld:\n  engine: mujoco\n  space: {dimensions: 3, size: [2, 2, 2]}\n"          \
  "  bodies:\n    - {name: a, mass: 1, shapes: [{geometry: {mesh: {file: orr-w.obj%s}}}]}\n"

static orr_scenario *make_world(const char *more, orr_error *err) {
  char text[600];
  orr_scenario *scenario = NULL;
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config;
  snprintf(text, sizeof text, WORLD, more);
  assert_int_equal(orr_config_parse(text, strlen(text), "test.yaml", &config, found), ORR_OK);
  if (orr_scenario_read(config, &scenario, found) != ORR_OK) orr_diagnostics_status(found, err);
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
  return scenario;
}

static void a_world_says_what_is_wrong_with_its_mesh(void **state) {
  (void)state;
  static const struct {
    const char *text, *more, *words;
  } cases[] = {
      {V3 "f 1 2 3\n", "", "orr-w.obj: all its vertices lie in a plane"},
      {V3 "v 0 0 1e-5\nf 1 2 3\nf 1 2 4\n", "", "plane"},
      {"v 0 0 0\nv 1 1 1\nv 2 2 2\nf 1 2 3\n", "", "on a line"},
      {V3 "v 0 0 1\nf 1 2 3 4\n", ", scale: [1, 0, 1]", "plane"},
      {V3 "v 0 0 1\nf 1 2 3 4\n", ", scale: [0, 0, 0]", "one place"},
      {V3 "v 0 0 1\nf 1 2 3 4\n", ", scale: [1, 1e12, 1]", "beyond"},
      {V3 "v 0 0 1\nf 1 2 3 4\n", ", scale: [1e-6, 1e-6, 1e-6]", "encloses nothing"},
      {V3 "v 0 0 1\nf 1 2 5\n", "", "orr-w.obj:5: vertex 5 of 4"},
      {V3 "v 0 0 1\nv 0 1e-9 0\nf 1 2 5\nf 1 3 5\nf 5 4 1\n", "", "encloses nothing"},
      {"", "", "no triangle"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    orr_error err = {0};
    put("orr-w.obj", cases[i].text, strlen(cases[i].text));
    assert_null(make_world(cases[i].more, &err));
    if (!strstr(err.message, cases[i].words)) print_error("%s\n", err.message);
    assert_non_null(strstr(err.message, cases[i].words));
    assert_int_equal(err.line, 6);
  }
  remove("orr-w.obj");
}

static void a_world_survives_every_want_of_memory(void **state) {
  (void)state;
  put("orr-w.obj", V3 "v 0 0 1\nf 1 2 3 4\n", sizeof V3 "v 0 0 1\nf 1 2 3 4\n" - 1);
  int n = 1;
  for (;; n += 1 + n / 20) {
    orr_diagnostics *found = orr_diagnostics_create();
    orr_config *config;
    orr_scenario *scenario = NULL;
    char text[600];
    snprintf(text, sizeof text, WORLD, "");
    assert_int_equal(orr_config_parse(text, strlen(text), "test.yaml", &config, found), ORR_OK);
    orr_alloc_fail_at(n);
    orr_status status = orr_scenario_read(config, &scenario, found);
    orr_alloc_fail_at(0);
    if (status == ORR_ERR_CONFIG) status = orr_diagnostics_status(found, NULL);
    orr_scenario_destroy(scenario);
    orr_config_destroy(config);
    orr_diagnostics_destroy(found);
    if (status == ORR_OK) break;
    assert_int_equal(status, ORR_ERR_MEMORY);
  }
  assert_true(n > 20);
  remove("orr-w.obj");
}

/* Twisted prisms, some open, some inside out, some thin, large or small. */
static size_t make_prism(orr_random *random, char *out, size_t room) {
  size_t used = 0;
  int sides = (int)orr_random_integer(random, 3, 12);
  double size = pow(10.0, orr_random_uniform(random, -2.0, 3.0));
  double height = size * pow(10.0, orr_random_uniform(random, -3.0, 1.0));
  double twist = orr_random_uniform(random, -1.0, 1.0);
  for (int i = 0; i < 2 * sides; i++) {
    double angle = 2.0 * ORR_PI * (i / 2) / sides + (i & 1 ? twist : 0.0);
    used += (size_t)snprintf(out + used, room - used, "v %g %g %g\n", size * cos(angle),
                             size * sin(angle), i & 1 ? height : 0.0);
  }
  bool open = orr_random_uniform(random, 0.0, 1.0) < 0.3;
  bool turned = orr_random_uniform(random, 0.0, 1.0) < 0.3;
  for (int i = 0; i < sides; i++) {
    int a = 2 * i + 1, b = (2 * i + 2) % (2 * sides) + 1;
    used += (size_t)snprintf(out + used, room - used, "f %d %d %d %d\n", a, turned ? a + 1 : b,
                             b + 1, turned ? b : a + 1);
  }
  for (int k = 0; k < (open ? 0 : 2); k++) {
    used += (size_t)snprintf(out + used, room - used, "f");
    for (int i = 0; i < sides; i++)
      used +=
          (size_t)snprintf(out + used, room - used, " %d", k ? 2 * i + 2 : 2 * (sides - 1 - i) + 1);
    used += (size_t)snprintf(out + used, room - used, "\n");
  }
  return used;
}

static void what_passes_the_reader_passes_the_engine(void **state) {
  (void)state;
  orr_random random = orr_random_at(6, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (int n = 0; n < 150; n++) {
    char text[2000];
    orr_error err = {0};
    orr_world *world;
    size_t count = make_prism(&random, text, sizeof text);
    put("orr-w.obj", text, count);
    orr_scenario *scenario = make_world("", &err);
    if (!scenario) print_error("%s\n%s\n", err.message, text);
    assert_non_null(scenario);
    if (n % 10 == 0) {
      assert_int_equal(orr_world_create(scenario, &world, NULL), ORR_OK);
      assert_int_equal(orr_world_reset(world, 1, 1, NULL), ORR_OK);
      const orr_scene *scene = orr_world_scene(world);
      assert_int_equal(scene->shapes[0].kind, ORR_SCENE_MESH);
      assert_true(scene->shapes[0].mesh.triangle_count > 0);
      orr_world_destroy(world);
    }
    orr_scenario_destroy(scenario);
  }
  remove("orr-w.obj");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(obj_is_read_as_it_was_written),
      cmocka_unit_test(a_polygon_becomes_a_fan),
      cmocka_unit_test(wrong_obj_is_refused_at_its_line),
      cmocka_unit_test(both_kinds_of_stl_are_read_alike),
      cmocka_unit_test(wrong_stl_is_refused),
      cmocka_unit_test(more_triangles_than_allowed_are_refused),
      cmocka_unit_test(what_cannot_be_opened_is_refused),
      cmocka_unit_test(every_want_of_memory_is_survived),
      cmocka_unit_test(damaged_files_are_read_or_refused),
      cmocka_unit_test(meshes_of_the_shelf_are_closed),
      cmocka_unit_test(a_world_says_what_is_wrong_with_its_mesh),
      cmocka_unit_test(a_world_survives_every_want_of_memory),
      cmocka_unit_test(what_passes_the_reader_passes_the_engine),
  };
  return cmocka_run_group_tests_name("mesh file", tests, NULL, NULL);
}
