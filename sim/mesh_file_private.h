/* What the readers of the formats share: words and lines of a text, and triangles that grow. */
#ifndef ORR_SIM_MESH_FILE_PRIVATE_H
#define ORR_SIM_MESH_FILE_PRIVATE_H

#include "sim/mesh_file.h"

#include <stdbool.h>

#define ORR_MESH_WORD 64 /* with the zero at its end; a longer word fits nowhere */

typedef struct orr_mesh_text {
  const char *at, *end, *path;
  int line;
  orr_error *err;
} orr_mesh_text;

/* The next word of this line into `out`; false at its end. Comments (#) and lines that go on (\)
 * are those of OBJ. */
bool orr_mesh_text_word(orr_mesh_text *text, char out[ORR_MESH_WORD]);
/* To the next line; false at the end of the text. */
bool orr_mesh_text_turn(orr_mesh_text *text);
/* An error at this line. */
orr_status orr_mesh_text_refuse(const orr_mesh_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A coordinate. */
orr_status orr_mesh_text_number(const orr_mesh_text *text, const char *word, float *out);

typedef struct orr_mesh_maker {
  orr_mesh_file mesh; /* so far, as the file has it */
  size_t vertex_room, triangle_room;
} orr_mesh_maker;

/* True when a coordinate is one: finite and within bounds. */
bool orr_mesh_maker_fits(double coordinate);
orr_status orr_mesh_maker_vertex(orr_mesh_maker *maker, const float vertex[3], orr_error *err);
orr_status orr_mesh_maker_triangle(orr_mesh_maker *maker, const int corners[3], orr_error *err);

orr_status orr_mesh_obj_read(orr_mesh_text *text, orr_mesh_maker *maker); /* mesh_file_obj.c */
orr_status orr_mesh_stl_read(orr_mesh_text *text, orr_mesh_maker *maker); /* mesh_file_stl.c */

#endif
