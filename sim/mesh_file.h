/* Triangles from OBJ and STL files, so strict that whatever comes after may trust them.
 *
 * Read are the polygons of OBJ (v, vt, vn, f; other statements that shape nothing are passed over,
 * curves are refused) and both kinds of STL, ASCII and binary. A polygon becomes a fan. Vertices of
 * the same place become one, vertices of no triangle and triangles with a repeated corner go. */
#ifndef ORR_SIM_MESH_FILE_H
#define ORR_SIM_MESH_FILE_H

#include "base/error.h"

#define ORR_MESH_FILE_MOST 200000 /* triangles: MuJoCo needs 10 s for the hull of as many */

typedef struct orr_mesh_file {
  float (*vertices)[3]; /* finite, within 1e9 of the origin */
  int (*triangles)[3];  /* counterclockwise seen from outside, if the file keeps to that */
  size_t vertex_count, triangle_count; /* at least 3 and 1 */
} orr_mesh_file;

/* By the end of its name, .obj or .stl in any case. The error has the line of a text. */
orr_status orr_mesh_file_read(const char *path, orr_mesh_file *out, orr_error *err);
void orr_mesh_file_destroy(orr_mesh_file *mesh); /* zeroes the struct */

/* Why it is no solid body when its axes are scaled so, or NULL. */
const char *orr_mesh_file_flaw(const orr_mesh_file *mesh, const double scale[3]);

#endif
