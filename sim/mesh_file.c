#include "sim/mesh_file.h"

#include "base/file.h"
#include "base/maths.h"
#include "base/memory.h"
#include "sim/mesh_file_private.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_BYTES      ((size_t)1 << 28)
#define MOST_COORDINATE 1e9
/* Of its extent: thinner, and MuJoCo's moments of inertia are rounding errors. */
#define LEAST_THICKNESS 2e-4
#define LEAST_VOLUME    1e-14 /* mjMINVAL is 1e-15 */
#define LEAST_FILLING   1e-4  /* of the box about it */

/* How many bytes here part words of a line: a blank, or a backslash and the line's end. */
static size_t gap(const orr_mesh_text *text) {
  size_t left = (size_t)(text->end - text->at);
  if (left > 0 && (*text->at == ' ' || *text->at == '\t' || *text->at == '\r')) return 1;
  if (left > 1 && memcmp(text->at, "\\\n", 2) == 0) return 2;
  return left > 2 && memcmp(text->at, "\\\r\n", 3) == 0 ? 3 : 0;
}

bool orr_mesh_text_word(orr_mesh_text *text, char out[ORR_MESH_WORD]) {
  size_t used = 0;
  for (size_t bytes = gap(text); bytes > 0; bytes = gap(text)) {
    text->at += bytes;
    text->line += bytes > 1;
  }
  for (; text->at < text->end && *text->at != '\n' && *text->at != '#' && !gap(text); text->at++) {
    char c = *text->at;
    if (used + 1 < ORR_MESH_WORD) out[used++] = c > ' ' && c <= '~' ? c : '?';
  }
  out[used] = 0;
  return used > 0;
}

bool orr_mesh_text_turn(orr_mesh_text *text) {
  const char *next = memchr(text->at, '\n', (size_t)(text->end - text->at));
  text->at = next ? next + 1 : text->end;
  text->line += next != NULL;
  return text->at < text->end;
}

orr_status orr_mesh_text_refuse(const orr_mesh_text *text, const char *format, ...) {
  char message[200];
  va_list list;
  va_start(list, format);
  vsnprintf(message, sizeof message, format, list);
  va_end(list);
  return orr_fail_at(text->err, ORR_ERR_FILE, text->path, text->line, 0, "%s", message);
}

bool orr_mesh_maker_fits(double coordinate) { return fabs(coordinate) <= MOST_COORDINATE; }

orr_status orr_mesh_text_number(const orr_mesh_text *text, const char *word, float *out) {
  char *end;
  double number = strtod(word, &end);
  bool plain = word[strspn(word, "+-.0123456789eE")] == 0; /* no names, nothing hexadecimal */
  if (!plain || end == word || *end) return orr_mesh_text_refuse(text, "'%s' is no number", word);
  if (!orr_mesh_maker_fits(number))
    return orr_mesh_text_refuse(text, "%s is beyond %g", word, MOST_COORDINATE);
  *out = (float)number + 0.0f; /* -0 is 0 */
  return ORR_OK;
}

/* Room for one more, or twice as many. */
static orr_status grow(void *array, size_t count, size_t *room, size_t size, orr_error *err) {
  if (count < *room) return ORR_OK;
  size_t more = 2 * *room + 256;
  void *old, *grown;
  memcpy(&old, array, sizeof old);
  grown = orr_realloc(old, more, size);
  if (!grown) return orr_fail(err, ORR_ERR_MEMORY, "out of memory for a mesh");
  memcpy(array, &grown, sizeof grown);
  *room = more;
  return ORR_OK;
}

orr_status orr_mesh_maker_vertex(orr_mesh_maker *maker, const float vertex[3], orr_error *err) {
  orr_mesh_file *mesh = &maker->mesh;
  if (mesh->vertex_count >= 3 * (size_t)ORR_MESH_FILE_MOST)
    return orr_fail(err, ORR_ERR_FILE, "more than %d vertices", 3 * ORR_MESH_FILE_MOST);
  ORR_TRY(
      grow(&mesh->vertices, mesh->vertex_count, &maker->vertex_room, sizeof *mesh->vertices, err));
  memcpy(mesh->vertices[mesh->vertex_count++], vertex, sizeof *mesh->vertices);
  return ORR_OK;
}

orr_status orr_mesh_maker_triangle(orr_mesh_maker *maker, const int corners[3], orr_error *err) {
  orr_mesh_file *mesh = &maker->mesh;
  if (mesh->triangle_count >= ORR_MESH_FILE_MOST)
    return orr_fail(err, ORR_ERR_FILE, "more than %d triangles", ORR_MESH_FILE_MOST);
  ORR_TRY(grow(&mesh->triangles, mesh->triangle_count, &maker->triangle_room,
               sizeof *mesh->triangles, err));
  memcpy(mesh->triangles[mesh->triangle_count++], corners, sizeof *mesh->triangles);
  return ORR_OK;
}

static size_t slot_of(const float vertex[3]) {
  uint32_t bits[3];
  memcpy(bits, vertex, sizeof bits);
  uint64_t h = (uint64_t)bits[0] * UINT64_C(0x9E3779B97F4A7C15);
  h = (h ^ h >> 29 ^ bits[1]) * UINT64_C(0xBF58476D1CE4E5B9);
  h = (h ^ h >> 32 ^ bits[2]) * UINT64_C(0x94D049BB133111EB);
  return (size_t)(h ^ h >> 31);
}

/* For each vertex the first one at its place. */
static orr_status find_first(const orr_mesh_file *mesh, int *first, orr_error *err) {
  size_t slots = 64;
  int *table; /* 1 + vertex, 0: free */
  while (slots < 2 * mesh->vertex_count) slots *= 2;
  ORR_TRY(orr_new(&table, slots, sizeof *table, err));
  for (size_t i = 0; i < mesh->vertex_count; i++) {
    size_t at = slot_of(mesh->vertices[i]) % slots;
    while (table[at] &&
           memcmp(mesh->vertices[table[at] - 1], mesh->vertices[i], sizeof *mesh->vertices) != 0)
      at = (at + 1) % slots;
    if (!table[at]) table[at] = (int)i + 1;
    first[i] = table[at] - 1;
  }
  orr_free(table);
  return ORR_OK;
}

/* Keeps triangles of three places, and the vertices that they have. `moved`: scratch, one a vertex,
 * 0. */
static void tidy(orr_mesh_file *mesh, const int *first, int *moved) {
  size_t triangles = 0, vertices = 0;
  for (size_t i = 0; i < mesh->triangle_count; i++) {
    int c[3];
    for (size_t k = 0; k < 3; k++) c[k] = first[mesh->triangles[i][k]];
    if (c[0] == c[1] || c[1] == c[2] || c[2] == c[0]) continue;
    for (size_t k = 0; k < 3; k++) moved[c[k]] = 1;
    memcpy(mesh->triangles[triangles++], c, sizeof c);
  }
  for (size_t i = 0; i < mesh->vertex_count; i++) {
    if (!moved[i]) continue;
    memmove(mesh->vertices[vertices], mesh->vertices[i], sizeof *mesh->vertices);
    moved[i] = (int)vertices++;
  }
  for (size_t i = 0; i < 3 * triangles; i++)
    mesh->triangles[i / 3][i % 3] = moved[mesh->triangles[i / 3][i % 3]];
  mesh->triangle_count = triangles;
  mesh->vertex_count = vertices;
}

static orr_status finish(orr_mesh_maker *maker, const char *path, orr_error *err) {
  orr_mesh_file *mesh = &maker->mesh;
  int *scratch;
  ORR_TRY(orr_new(&scratch, 2 * mesh->vertex_count + 1, sizeof *scratch, err));
  orr_status status = find_first(mesh, scratch, err);
  if (status == ORR_OK) tidy(mesh, scratch, scratch + mesh->vertex_count);
  orr_free(scratch);
  if (status == ORR_OK && mesh->triangle_count == 0)
    status = orr_fail_at(err, ORR_ERR_FILE, path, 0, 0, "no triangle is in it");
  return status;
}

static orr_status read_text(orr_mesh_text *text, orr_mesh_file *out) {
  const char *dot = strrchr(text->path, '.');
  orr_mesh_maker maker = {0};
  orr_status status;
  if (dot && strcasecmp(dot, ".obj") == 0)
    status = orr_mesh_obj_read(text, &maker);
  else if (dot && strcasecmp(dot, ".stl") == 0)
    status = orr_mesh_stl_read(text, &maker);
  else
    status = orr_fail_at(text->err, ORR_ERR_FILE, text->path, 0, 0,
                         "a mesh is read from a file .obj or .stl");
  if (status == ORR_OK) status = finish(&maker, text->path, text->err);
  if (status == ORR_OK)
    *out = maker.mesh;
  else
    orr_mesh_file_destroy(&maker.mesh);
  return status;
}

orr_status orr_mesh_file_read(const char *path, orr_mesh_file *out, orr_error *err) {
  char *bytes;
  size_t count;
  *out = (orr_mesh_file){0};
  ORR_TRY(orr_file_get(path, MOST_BYTES, &bytes, &count, err));
  orr_mesh_text text = {.at = bytes, .end = bytes + count, .path = path, .line = 1, .err = err};
  orr_status status = read_text(&text, out);
  orr_free(bytes);
  return status;
}

void orr_mesh_file_destroy(orr_mesh_file *mesh) {
  orr_free(mesh->vertices);
  orr_free(mesh->triangles);
  *mesh = (orr_mesh_file){0};
}

typedef struct point {
  double at[3];
} point;

static point scaled(const orr_mesh_file *mesh, size_t index, const double scale[3]) {
  point out;
  for (size_t i = 0; i < 3; i++) out.at[i] = (double)mesh->vertices[index][i] * scale[i];
  return out;
}

static point minus(point a, point b) {
  return (point){{a.at[0] - b.at[0], a.at[1] - b.at[1], a.at[2] - b.at[2]}};
}
static point cross(point a, point b) {
  return (point){{a.at[1] * b.at[2] - a.at[2] * b.at[1], a.at[2] * b.at[0] - a.at[0] * b.at[2],
                  a.at[0] * b.at[1] - a.at[1] * b.at[0]}};
}
static double dot(point a, point b) {
  return a.at[0] * b.at[0] + a.at[1] * b.at[1] + a.at[2] * b.at[2];
}

/* The vertex farthest from `origin`, from the line through it along `along`, or from the plane
 * through it across `along`: how far, and where from there. `part` says which: 0, 1, 2. */
static double farthest(const orr_mesh_file *mesh, const double scale[3], point origin, point along,
                       int part, point *out) {
  double best = -1.0, length = sqrt(dot(along, along));
  for (size_t i = 0; i < mesh->vertex_count; i++) {
    point away = minus(scaled(mesh, i, scale), origin), turned = cross(away, along);
    double distance = part == 0   ? sqrt(dot(away, away))
                      : part == 1 ? sqrt(dot(turned, turned)) / length
                                  : fabs(dot(away, along)) / length;
    if (!(distance > best)) continue;
    best = distance;
    *out = away;
  }
  return best;
}

static void take_triangle(const orr_mesh_file *mesh, size_t which, const double scale[3],
                          point out[3]) {
  for (size_t k = 0; k < 3; k++) out[k] = scaled(mesh, (size_t)mesh->triangles[which][k], scale);
}

/* As MuJoCo adds it up, for open surfaces too: what the triangles and the middle of their areas
 * enclose, not signed. */
static double volume_of(const orr_mesh_file *mesh, const double scale[3]) {
  double volume = 0.0, area = 0.0;
  point middle = {{0.0}}, c[3];
  for (size_t i = 0; i < mesh->triangle_count; i++) {
    take_triangle(mesh, i, scale, c);
    point normal = cross(minus(c[1], c[0]), minus(c[2], c[0]));
    double own = sqrt(dot(normal, normal));
    for (size_t k = 0; k < 3; k++)
      middle.at[k] += own * (c[0].at[k] + c[1].at[k] + c[2].at[k]) / 3.0;
    area += own;
  }
  for (size_t k = 0; k < 3; k++) middle.at[k] /= area;
  for (size_t i = 0; i < mesh->triangle_count; i++) {
    take_triangle(mesh, i, scale, c);
    point edge = minus(c[0], middle);
    volume += fabs(dot(edge, cross(minus(c[1], middle), minus(c[2], middle)))) / 6.0;
  }
  return volume;
}

const char *orr_mesh_file_flaw(const orr_mesh_file *mesh, const double scale[3]) {
  for (size_t i = 0; i < mesh->vertex_count; i++)
    for (size_t k = 0; k < 3; k++)
      if (!orr_mesh_maker_fits(mesh->vertices[i][k] * scale[k])) return "it is scaled beyond 1e9";
  point first = scaled(mesh, 0, scale), none = {{0.0}}, along, across, away;
  double extent = farthest(mesh, scale, first, none, 0, &along);
  if (!(extent > 0.0)) return "all its vertices are in one place";
  double width = farthest(mesh, scale, first, along, 1, &across);
  if (!(width > LEAST_THICKNESS * extent)) return "all its vertices lie on a line";
  double depth = farthest(mesh, scale, first, cross(along, across), 2, &away);
  if (!(depth > LEAST_THICKNESS * extent)) return "all its vertices lie in a plane";
  double least = fmax(LEAST_VOLUME, LEAST_FILLING * extent * width * depth);
  if (!(volume_of(mesh, scale) > least)) return "it encloses nothing";
  return NULL;
}
