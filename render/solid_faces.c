/* The surfaces of solids: triangles and normals. */
#include "base/maths.h"
#include "render/solid_private.h"
#include <string.h>

typedef struct face_sink {
  orr_solid_sink *put;
  void *user;
} face_sink;

static void put_quad(const face_sink *sink, const double corners[4][3]) {
  double half[3][3];
  memcpy(half, corners, sizeof half);
  sink->put(sink->user, (const double(*)[3])half, 0);
  memcpy(half[1], corners[2], sizeof half[1]);
  memcpy(half[2], corners[3], sizeof half[2]);
  sink->put(sink->user, (const double(*)[3])half, 0);
}

static void put_box(const double size[3], const face_sink *sink) {
  static const double round[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
  for (int axis = 0; axis < 3; axis++) {
    int u = (axis + 1) % 3, v = (axis + 2) % 3;
    for (int far = 0; far < 2; far++) {
      double corners[4][3];
      for (int i = 0; i < 4; i++) {
        const double *at = round[far ? i : 3 - i];
        corners[i][axis] = far ? size[axis] : -size[axis];
        corners[i][u] = at[0] * size[u];
        corners[i][v] = at[1] * size[v];
      }
      put_quad(sink, (const double(*)[3])corners);
    }
  }
}

static void put_plane(const double size[3], const face_sink *sink) {
  const double x = size[0], y = size[1];
  const double corners[4][3] = {{-x, -y, 0}, {x, -y, 0}, {x, y, 0}, {-x, y, 0}};
  put_quad(sink, corners);
}

/* A profile turned about z: rows of radius and height from the top, radii stretched along x, y. */
static void put_lathe(const double (*rows)[2], int count, const double stretch[2], int segments,
                      const face_sink *sink) {
  double around[ORR_SOLID_SEGMENTS + 1][2];
  for (int j = 0; j < segments; j++) {
    around[j][0] = stretch[0] * cos(2.0 * ORR_PI * j / segments);
    around[j][1] = stretch[1] * sin(2.0 * ORR_PI * j / segments);
  }
  memcpy(around[segments], around[0], sizeof around[0]);
  for (int i = 0; i + 1 < count; i++) {
    const double *top = rows[i], *low = rows[i + 1];
    for (int j = 0; j < segments; j++) {
      const double *a = around[j], *b = around[j + 1];
      const double corners[4][3] = {{top[0] * a[0], top[0] * a[1], top[1]},
                                    {low[0] * a[0], low[0] * a[1], low[1]},
                                    {low[0] * b[0], low[0] * b[1], low[1]},
                                    {top[0] * b[0], top[0] * b[1], top[1]}};
      put_quad(sink, corners);
    }
  }
}

/* Two half balls, `half` above and below the middle. */
static void put_ball(double radius, double height, double half, const double stretch[2],
                     int segments, const face_sink *sink) {
  double rows[ORR_SOLID_SEGMENTS + 2][2];
  int quarter = segments / 4, count = 0;
  for (int side = 0; side < 2; side++)
    for (int i = 0; i <= quarter; i++) {
      double angle = 0.5 * ORR_PI * (side + (double)i / quarter);
      rows[count][0] = radius * sin(angle);
      rows[count++][1] = height * cos(angle) + (side ? -half : half);
    }
  put_lathe((const double(*)[2])rows, count, stretch, segments, sink);
}

static void put_mesh(const orr_scene_mesh *mesh, const face_sink *sink) {
  for (size_t i = 0; i < mesh->triangle_count; i++) {
    double corners[3][3];
    for (int c = 0; c < 3; c++)
      for (int k = 0; k < 3; k++) corners[c][k] = (double)mesh->vertices[mesh->triangles[i][c]][k];
    sink->put(sink->user, (const double(*)[3])corners, (int)i);
  }
}

void orr_solid_faces(const orr_solid *solid, int segments, orr_solid_sink *put, void *user) {
  static const double even[2] = {1.0, 1.0};
  const double *size = solid->size;
  const face_sink sink = {put, user};
  switch (solid->shape->kind) {
  case ORR_SCENE_SPHERE: put_ball(size[0], size[0], 0.0, even, segments, &sink); break;
  case ORR_SCENE_CAPSULE: put_ball(size[0], size[0], size[1], even, segments, &sink); break;
  case ORR_SCENE_ELLIPSOID: put_ball(1.0, size[2], 0.0, size, segments, &sink); break;
  case ORR_SCENE_CYLINDER: {
    const double rows[4][2] = {
        {0, size[1]}, {size[0], size[1]}, {size[0], -size[1]}, {0, -size[1]}};
    put_lathe(rows, 4, even, segments, &sink);
    break;
  }
  case ORR_SCENE_BOX: put_box(size, &sink); break;
  case ORR_SCENE_PLANE: put_plane(size, &sink); break;
  case ORR_SCENE_MESH: put_mesh(&solid->shape->mesh, &sink); break;
  default: break;
  }
}

/* ---- normals ---- */

static void mesh_normal(const orr_scene_mesh *mesh, int face, double normal[3]) {
  const int *corners = mesh->triangles[face];
  double u[3], v[3];
  for (int k = 0; k < 3; k++) {
    u[k] = (double)mesh->vertices[corners[1]][k] - (double)mesh->vertices[corners[0]][k];
    v[k] = (double)mesh->vertices[corners[2]][k] - (double)mesh->vertices[corners[0]][k];
  }
  for (int k = 0; k < 3; k++)
    normal[k] = u[(k + 1) % 3] * v[(k + 2) % 3] - u[(k + 2) % 3] * v[(k + 1) % 3];
}

/* Of the face that the point is nearest to. */
static void box_normal(const double size[3], const double local[3], double normal[3]) {
  int axis = 0;
  for (int k = 1; k < 3; k++)
    if (size[k] - fabs(local[k]) < size[axis] - fabs(local[axis])) axis = k;
  for (int k = 0; k < 3; k++) normal[k] = k == axis ? copysign(1.0, local[k]) : 0.0;
}

static void cylinder_normal(const double size[3], const double local[3], double normal[3]) {
  bool cap = size[1] - fabs(local[2]) < size[0] - hypot(local[0], local[1]);
  normal[0] = cap ? 0.0 : local[0];
  normal[1] = cap ? 0.0 : local[1];
  normal[2] = cap ? copysign(1.0, local[2]) : 0.0;
}

void orr_solid_normal(const orr_solid *solid, int face, const double local[3], double normal[3]) {
  const double *size = solid->size;
  memcpy(normal, local, 3 * sizeof *normal); /* as on a sphere */
  switch (solid->shape->kind) {
  case ORR_SCENE_CAPSULE: normal[2] -= orr_clamp(local[2], -size[1], size[1]); break;
  case ORR_SCENE_ELLIPSOID:
    for (int k = 0; k < 3; k++) normal[k] /= orr_max(size[k] * size[k], 1e-18);
    break;
  case ORR_SCENE_CYLINDER: cylinder_normal(size, local, normal); break;
  case ORR_SCENE_BOX: box_normal(size, local, normal); break;
  case ORR_SCENE_PLANE: normal[0] = normal[1] = 0.0, normal[2] = 1.0; break;
  case ORR_SCENE_MESH: mesh_normal(&solid->shape->mesh, face, normal); break;
  default: break;
  }
  double length = sqrt(normal[0] * normal[0] + normal[1] * normal[1] + normal[2] * normal[2]);
  bool known = length > 1e-150 && isfinite(length);
  for (int k = 0; k < 3; k++) normal[k] = known ? normal[k] / length : k == 2;
}
