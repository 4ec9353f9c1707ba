/* Boxes within boxes, each halved across its longest edge, about the triangles of a mesh. */
#include "base/maths.h"
#include "render/reference_private.h"

#define LEAF  4  /* triangles that are not divided further */
#define DEPTH 40 /* boxes within boxes at most: what is left then stays together */

typedef struct triangle {
  vec3 corner[3], normal, middle;
} triangle;

typedef struct node {
  double low[3], high[3];
  size_t first, count; /* triangles; count = 0: two boxes, at first and first + 1 */
} node;

struct orr_reference_tree {
  triangle *triangles;
  node *nodes;
  size_t count, node_count;
};

static double component(vec3 v, int k) { return k == 0 ? v.x : k == 1 ? v.y : v.z; }

static bool finite_vec3(vec3 v) { return isfinite(v.x) && isfinite(v.y) && isfinite(v.z); }

/* False for a triangle that is none. */
static bool take_triangle(const orr_scene_mesh *mesh, size_t index, triangle *out) {
  for (int c = 0; c < 3; c++) {
    int corner = mesh->triangles[index][c];
    if (corner < 0 || (size_t)corner >= mesh->vertex_count) return false;
    const float *v = mesh->vertices[corner];
    out->corner[c] = (vec3){(double)v[0], (double)v[1], (double)v[2]};
    if (!finite_vec3(out->corner[c])) return false;
  }
  out->normal = cross(minus(out->corner[1], out->corner[0]), minus(out->corner[2], out->corner[0]));
  double length = norm(out->normal);
  if (!(length > 0.0) || !isfinite(length)) return false;
  out->normal = times(1.0 / length, out->normal);
  out->middle = times(1.0 / 3.0, plus(plus(out->corner[0], out->corner[1]), out->corner[2]));
  return true;
}

static void surround(const orr_reference_tree *tree, node *box) {
  for (int k = 0; k < 3; k++) {
    box->low[k] = INFINITY;
    box->high[k] = -INFINITY;
  }
  for (size_t i = 0; i < 3 * box->count; i++) {
    vec3 corner = tree->triangles[box->first + i / 3].corner[i % 3];
    for (int k = 0; k < 3; k++) {
      box->low[k] = orr_min(box->low[k], component(corner, k));
      box->high[k] = orr_max(box->high[k], component(corner, k));
    }
  }
}

/* Puts triangles whose middle is below the box's before the others; returns how many. */
static size_t part(orr_reference_tree *tree, const node *box) {
  int axis = 0;
  for (int k = 1; k < 3; k++)
    if (box->high[k] - box->low[k] > box->high[axis] - box->low[axis]) axis = k;
  double middle = 0.5 * (box->low[axis] + box->high[axis]);
  triangle *all = tree->triangles + box->first;
  size_t below = 0;
  for (size_t i = 0; i < box->count; i++) {
    if (component(all[i].middle, axis) >= middle) continue;
    triangle moved = all[i];
    all[i] = all[below];
    all[below++] = moved;
  }
  return below;
}

static void divide(orr_reference_tree *tree, size_t index, int depth) {
  node *box = &tree->nodes[index];
  surround(tree, box);
  if (box->count <= LEAF || depth == DEPTH) return;
  size_t below = part(tree, box), first = box->first, count = box->count;
  if (below == 0 || below == count) return;
  size_t left = tree->node_count;
  tree->node_count += 2;
  *box = (node){.low = {box->low[0], box->low[1], box->low[2]},
                .high = {box->high[0], box->high[1], box->high[2]},
                .first = left};
  tree->nodes[left] = (node){.first = first, .count = below};
  tree->nodes[left + 1] = (node){.first = first + below, .count = count - below};
  divide(tree, left, depth + 1);
  divide(tree, left + 1, depth + 1);
}

orr_status orr_reference_tree_create(const orr_scene_mesh *mesh, orr_reference_tree **out,
                                     orr_error *err) {
  orr_reference_tree *tree;
  *out = NULL;
  ORR_TRY(orr_new(&tree, 1, sizeof *tree, err));
  *out = tree;
  if (mesh->triangle_count == 0) return ORR_OK;
  ORR_TRY(orr_new(&tree->triangles, mesh->triangle_count, sizeof *tree->triangles, err));
  ORR_TRY(orr_new(&tree->nodes, 2 * mesh->triangle_count, sizeof *tree->nodes, err));
  for (size_t i = 0; i < mesh->triangle_count; i++)
    tree->count += take_triangle(mesh, i, &tree->triangles[tree->count]);
  if (tree->count == 0) return ORR_OK;
  tree->nodes[0].count = tree->count;
  tree->node_count = 1;
  divide(tree, 0, 0);
  return ORR_OK;
}

void orr_reference_tree_destroy(orr_reference_tree *tree) {
  if (!tree) return;
  orr_free(tree->triangles);
  orr_free(tree->nodes);
  orr_free(tree);
}

static bool meets_box(const node *box, ray r, double near, double far) {
  for (int k = 0; k < 3; k++) {
    double from = component(r.from, k), along = component(r.along, k);
    if (along == 0.0) {
      if (from < box->low[k] || from > box->high[k]) return false;
      continue;
    }
    double a = (box->low[k] - from) / along, b = (box->high[k] - from) / along;
    double slack = 1e-12 * (fabs(a) + fabs(b)); /* a flat box has an inside too */
    near = orr_max(near, orr_min(a, b) - slack);
    far = orr_min(far, orr_max(a, b) + slack);
  }
  return near <= far;
}

/* Where the ray meets the triangle's plane, when it is on the inner side of all three edges, or so
 * little beyond that rounding may have put it there. */
static bool meets_triangle(const triangle *t, ray r, double *distance) {
  double speed = dot(t->normal, r.along);
  if (speed == 0.0) return false;
  *distance = dot(t->normal, minus(t->corner[0], r.from)) / speed;
  vec3 point = at(r, *distance);
  for (int c = 0; c < 3; c++) {
    vec3 edge = minus(t->corner[(c + 1) % 3], t->corner[c]);
    double inside = dot(cross(edge, minus(point, t->corner[c])), t->normal);
    if (inside < -1e-12 * dot(edge, edge)) return false;
  }
  return true;
}

static bool search(const orr_reference_tree *tree, size_t index, ray r, double near,
                   double *distance, vec3 *normal) {
  const node *box = &tree->nodes[index];
  if (!meets_box(box, r, near, *distance)) return false;
  if (box->count == 0) {
    bool left = search(tree, box->first, r, near, distance, normal);
    bool right = search(tree, box->first + 1, r, near, distance, normal);
    return left || right;
  }
  bool found = false;
  for (size_t i = box->first; i < box->first + box->count; i++) {
    double where;
    if (!meets_triangle(&tree->triangles[i], r, &where)) continue;
    if (where <= near || where >= *distance) continue;
    *distance = where;
    *normal = tree->triangles[i].normal;
    found = true;
  }
  return found;
}

bool orr_reference_tree_hit(const orr_reference_tree *tree, ray local, double near,
                            double *distance, vec3 *normal) {
  return tree->node_count > 0 && search(tree, 0, local, near, distance, normal);
}
