/* Wavefront OBJ, "Object Files", appendix B1 of the Advanced Visualizer's manual. */
#include "sim/mesh_file_private.h"

#include <stdlib.h>
#include <string.h>

typedef struct obj {
  orr_mesh_text *text;
  orr_mesh_maker *maker;
  long textures, normals; /* so far */
} obj;

/* Statements that change no surface. */
static bool is_passed_over(const char *word) {
  static const char *const words[] = {
      "g", "o",  "s",   "mg",    "usemtl",   "mtllib",   "usemap",     "maplib",   "l",
      "p", "vp", "lod", "bevel", "c_interp", "d_interp", "shadow_obj", "trace_obj"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(word, words[i]) == 0) return true;
  return false;
}

/* From `least` to `most` numbers; the first three are kept. */
static orr_status read_numbers(obj *o, const char *what, int least, int most, float out[3]) {
  char word[ORR_MESH_WORD];
  int count = 0;
  for (; orr_mesh_text_word(o->text, word); count++) {
    float number;
    ORR_TRY(orr_mesh_text_number(o->text, word, &number));
    if (count < 3) out[count] = number;
  }
  if (count >= least && count <= most) return ORR_OK;
  return orr_mesh_text_refuse(o->text, "%s has %d numbers, not %d to %d", what, count, least, most);
}

/* A number of `count` things so far: from 1, or from -1 back. */
static orr_status read_index(obj *o, char **at, const char *what, long count, int *out) {
  char *end;
  long index = strtol(*at, &end, 10);
  bool plain = **at == '-' || (**at >= '0' && **at <= '9');
  if (!plain || end == *at || index == 0)
    return orr_mesh_text_refuse(o->text, "a corner names no %s: '%s'", what, *at);
  if (index > count || index < -count)
    return orr_mesh_text_refuse(o->text, "%s %ld of %ld so far", what, index, count);
  *out = (int)(index > 0 ? index - 1 : count + index);
  *at = end;
  return ORR_OK;
}

/* vertex, vertex/texture, vertex//normal or vertex/texture/normal. */
static orr_status read_corner(obj *o, char *word, int *out) {
  char *at = word;
  int ignored;
  ORR_TRY(read_index(o, &at, "vertex", (long)o->maker->mesh.vertex_count, out));
  if (*at == '/' && *++at != '/')
    ORR_TRY(read_index(o, &at, "texture point", o->textures, &ignored));
  if (*at == '/') {
    at++;
    ORR_TRY(read_index(o, &at, "normal", o->normals, &ignored));
  }
  return *at ? orr_mesh_text_refuse(o->text, "'%s' is no corner", word) : ORR_OK;
}

static orr_status read_face(obj *o) {
  char word[ORR_MESH_WORD];
  int corners[3], count = 0, next;
  for (; orr_mesh_text_word(o->text, word); count++) {
    ORR_TRY(read_corner(o, word, &next));
    if (count < 3) corners[count] = next;
    if (count >= 3) {
      corners[1] = corners[2];
      corners[2] = next;
    }
    if (count < 2) continue;
    orr_status status = orr_mesh_maker_triangle(o->maker, corners, NULL);
    if (status == ORR_ERR_FILE)
      return orr_mesh_text_refuse(o->text, "more than %d triangles", ORR_MESH_FILE_MOST);
    if (status != ORR_OK) return orr_fail(o->text->err, status, "out of memory for a mesh");
  }
  return count >= 3 ? ORR_OK : orr_mesh_text_refuse(o->text, "a face of %d corners", count);
}

static orr_status read_vertex(obj *o) {
  float vertex[3] = {0};
  ORR_TRY(read_numbers(o, "a vertex", 3, 7, vertex)); /* w, or a colour, may follow */
  orr_status status = orr_mesh_maker_vertex(o->maker, vertex, NULL);
  if (status == ORR_ERR_FILE)
    return orr_mesh_text_refuse(o->text, "more than %d vertices", 3 * ORR_MESH_FILE_MOST);
  return status == ORR_OK ? status : orr_fail(o->text->err, status, "out of memory for a mesh");
}

static orr_status read_statement(obj *o, const char *word) {
  float ignored[3];
  if (strcmp(word, "v") == 0) return read_vertex(o);
  if (strcmp(word, "f") == 0) return read_face(o);
  if (strcmp(word, "vt") == 0) {
    o->textures++;
    return read_numbers(o, "a texture point", 1, 3, ignored);
  }
  if (strcmp(word, "vn") == 0) {
    o->normals++;
    return read_numbers(o, "a normal", 3, 3, ignored);
  }
  if (is_passed_over(word)) return ORR_OK;
  return orr_mesh_text_refuse(o->text, "'%s' is no statement of a surface of polygons", word);
}

orr_status orr_mesh_obj_read(orr_mesh_text *text, orr_mesh_maker *maker) {
  obj o = {.text = text, .maker = maker};
  do {
    char word[ORR_MESH_WORD];
    if (orr_mesh_text_word(text, word)) ORR_TRY(read_statement(&o, word));
  } while (orr_mesh_text_turn(text));
  return ORR_OK;
}
