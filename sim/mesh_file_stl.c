/* STL (3D Systems, "Stereolithography Interface Specification", 1988): a binary file is what its
 * length and its count of triangles agree on, whatever its first word is. */
#include "sim/mesh_file_private.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define HEADER  84 /* bytes: 80 of a comment, 4 of the count */
#define RECORD  50 /* of a triangle: normal, three corners, two bytes of nobody's */
#define CORNERS 12 /* where the corners begin */

static uint32_t little_endian(const uint8_t *b) {
  return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static orr_status add_triangle(const orr_mesh_text *text, orr_mesh_maker *maker,
                               const float corners[3][3]) {
  int first = (int)maker->mesh.vertex_count;
  for (size_t k = 0; k < 3; k++) ORR_TRY(orr_mesh_maker_vertex(maker, corners[k], text->err));
  return orr_mesh_maker_triangle(maker, (int[3]){first, first + 1, first + 2}, text->err);
}

static orr_status read_binary(orr_mesh_text *text, orr_mesh_maker *maker, uint32_t count) {
  if (count > ORR_MESH_FILE_MOST)
    return orr_fail_at(text->err, ORR_ERR_FILE, text->path, 0, 0, "%u triangles: more than %d",
                       count, ORR_MESH_FILE_MOST);
  for (uint32_t n = 0; n < count; n++) {
    const uint8_t *record = (const uint8_t *)text->at + HEADER + (size_t)RECORD * n;
    float corners[3][3];
    for (size_t i = 0; i < 9; i++) {
      uint32_t bits = little_endian(record + CORNERS + 4 * i);
      float *number = &corners[i / 3][i % 3];
      memcpy(number, &bits, sizeof bits);
      if (!orr_mesh_maker_fits((double)*number))
        return orr_fail_at(text->err, ORR_ERR_FILE, text->path, 0, 0,
                           "triangle %u of %u has a corner that is no number, or beyond 1e9", n + 1,
                           count);
      *number += 0.0f; /* -0 is 0 */
    }
    ORR_TRY(add_triangle(text, maker, (const float(*)[3])corners));
  }
  return ORR_OK;
}

/* The next word, on whatever line; "" at the end. */
static void next_word(orr_mesh_text *text, char word[ORR_MESH_WORD]) {
  while (!orr_mesh_text_word(text, word) && orr_mesh_text_turn(text)) continue;
}

static orr_status expect(orr_mesh_text *text, const char *words) {
  for (const char *at = words; *at;) {
    char word[ORR_MESH_WORD];
    size_t length = strcspn(at, " ");
    next_word(text, word);
    if (strlen(word) != length || strncasecmp(word, at, length) != 0)
      return word[0]
                 ? orr_mesh_text_refuse(text, "'%s' where '%.*s' belongs", word, (int)length, at)
                 : orr_mesh_text_refuse(text, "it ends before '%.*s'", (int)length, at);
    at += length + (at[length] == ' ');
  }
  return ORR_OK;
}

/* After the word "facet". */
static orr_status read_facet(orr_mesh_text *text, orr_mesh_maker *maker) {
  char word[ORR_MESH_WORD];
  float corners[3][3];
  ORR_TRY(expect(text, "normal"));
  for (int i = 0; i < 3; i++) next_word(text, word); /* writers put anything there */
  ORR_TRY(expect(text, "outer loop"));
  for (size_t k = 0; k < 3; k++) {
    ORR_TRY(expect(text, "vertex"));
    for (size_t i = 0; i < 3; i++) {
      next_word(text, word);
      ORR_TRY(orr_mesh_text_number(text, word, &corners[k][i]));
    }
  }
  ORR_TRY(expect(text, "endloop endfacet"));
  if (maker->mesh.triangle_count >= ORR_MESH_FILE_MOST)
    return orr_mesh_text_refuse(text, "more than %d triangles", ORR_MESH_FILE_MOST);
  return add_triangle(text, maker, (const float(*)[3])corners);
}

/* Solids one after the other, each with a name that may be left out. */
static orr_status read_ascii(orr_mesh_text *text, orr_mesh_maker *maker) {
  char word[ORR_MESH_WORD];
  bool inside = false;
  for (;;) {
    next_word(text, word);
    if (!word[0] && !inside) return ORR_OK;
    if (inside && strcasecmp(word, "facet") == 0) {
      ORR_TRY(read_facet(text, maker));
      continue;
    }
    const char *belongs = inside ? "facet or endsolid" : "solid";
    if (strcasecmp(word, inside ? "endsolid" : "solid") != 0)
      return word[0] ? orr_mesh_text_refuse(text, "'%s' where %s belongs", word, belongs)
                     : orr_mesh_text_refuse(text, "it ends before endsolid");
    inside = !inside;
    while (orr_mesh_text_word(text, word)) continue; /* the name */
  }
}

orr_status orr_mesh_stl_read(orr_mesh_text *text, orr_mesh_maker *maker) {
  size_t size = (size_t)(text->end - text->at);
  uint32_t count = size >= HEADER ? little_endian((const uint8_t *)text->at + 80) : 0;
  if (size >= HEADER && size == HEADER + (size_t)RECORD * count)
    return read_binary(text, maker, count);
  if (size >= 5 && strncasecmp(text->at, "solid", 5) == 0) return read_ascii(text, maker);
  if (size < HEADER)
    return orr_fail_at(text->err, ORR_ERR_FILE, text->path, 0, 0,
                       "%zu bytes are too few for an STL file", size);
  return orr_fail_at(text->err, ORR_ERR_FILE, text->path, 0, 0,
                     "an STL file of %u triangles has %zu bytes, this one %zu", count,
                     HEADER + (size_t)RECORD * count, size);
}
