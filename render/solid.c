#include "render/solid.h"
#include "base/maths.h"

static bool all_finite(const orr_scene_shape *shape) {
  const orr_scene_material *m = &shape->material;
  double sum = m->mirror + m->glass + m->index + m->gloss + m->tile;
  for (int k = 0; k < 3; k++) sum += shape->position[k] + shape->size[k];
  for (int k = 0; k < 4; k++) sum += shape->rotation[k];
  for (size_t i = 0; i < shape->vertex_count && shape->kind == ORR_SCENE_PRISM; i++)
    sum += shape->vertices[i][0] + shape->vertices[i][1];
  return isfinite(sum);
}

bool orr_solid_drawable(const orr_scene_shape *shape) {
  if (shape->kind < ORR_SCENE_SPHERE || shape->kind > ORR_SCENE_PRISM) return false;
  if (!all_finite(shape)) return false;
  const double *size = shape->size;
  switch (shape->kind) {
  case ORR_SCENE_PLANE:
  case ORR_SCENE_MESH: return true;
  case ORR_SCENE_SPHERE: return size[0] > 0.0;
  case ORR_SCENE_CAPSULE: return size[0] > 0.0 && size[1] >= 0.0;
  case ORR_SCENE_CYLINDER: return size[0] > 0.0 && size[1] > 0.0;
  case ORR_SCENE_PRISM: return shape->vertex_count >= 3 && size[2] > 0.0;
  default: return size[0] > 0.0 && size[1] > 0.0 && size[2] > 0.0;
  }
}

static double mesh_radius(const orr_scene_mesh *mesh) {
  double most = 0.0;
  if (mesh->radius > 0.0) return mesh->radius;
  for (size_t i = 0; i < mesh->vertex_count; i++) {
    const float *v = mesh->vertices[i];
    double square = 0.0;
    for (int k = 0; k < 3; k++) square += (double)v[k] * (double)v[k];
    if (isfinite(square)) most = orr_max(most, square);
  }
  return sqrt(most);
}

double orr_solid_radius(const orr_scene_shape *shape) {
  const double *size = shape->size;
  double most = 0.0;
  switch (shape->kind) {
  case ORR_SCENE_SPHERE: return size[0];
  case ORR_SCENE_CAPSULE: return size[0] + size[1];
  case ORR_SCENE_CYLINDER:
  case ORR_SCENE_PLANE: return hypot(size[0], size[1]);
  case ORR_SCENE_ELLIPSOID: return orr_max(size[0], orr_max(size[1], size[2]));
  case ORR_SCENE_MESH: return mesh_radius(&shape->mesh);
  case ORR_SCENE_PRISM:
    for (size_t i = 0; i < shape->vertex_count; i++)
      most = orr_max(most, hypot(shape->vertices[i][0], shape->vertices[i][1]));
    return hypot(most, size[2]);
  default: return sqrt(size[0] * size[0] + size[1] * size[1] + size[2] * size[2]);
  }
}

uint8_t orr_solid_label(const orr_scene_shape *shape) {
  return (uint8_t)(shape->label < UINT8_MAX ? shape->label : UINT8_MAX);
}
