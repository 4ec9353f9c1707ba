/* Solids as intervals: a convex solid holds one piece of any line, from where it enters to where it
 * leaves. Everything is in the solid's own frame; turning keeps distances. */
#include "base/maths.h"
#include "base/rotation.h"
#include "render/reference_private.h"
#include "render/solid.h"

/* The piece of a line that is inside; nothing when in >= out. */
typedef struct piece {
  double in, out;
  vec3 in_normal, out_normal;
} piece;

static const piece nothing = {.in = INFINITY, .out = -INFINITY};
static const piece everything = {.in = -INFINITY, .out = INFINITY};

vec3 orr_reference_local(const orr_reference_solid *solid, vec3 world) {
  vec3 away = minus(world, solid->position);
  return (vec3){dot(solid->axes[0], away), dot(solid->axes[1], away), dot(solid->axes[2], away)};
}

static ray local_ray(const orr_reference_solid *solid, ray r) {
  vec3 d = r.along;
  return (ray){
      .from = orr_reference_local(solid, r.from),
      .along = {dot(solid->axes[0], d), dot(solid->axes[1], d), dot(solid->axes[2], d)},
  };
}

static vec3 turned(const orr_reference_solid *solid, vec3 v) {
  return plus(plus(times(v.x, solid->axes[0]), times(v.y, solid->axes[1])),
              times(v.z, solid->axes[2]));
}

/* ---- convex solids ---- */

static void cut(piece *p, ray r, half_space space) {
  double speed = dot(space.normal, r.along), room = space.offset - dot(space.normal, r.from);
  if (speed == 0.0) {
    if (room < 0.0) *p = nothing;
    return;
  }
  double where = room / speed;
  if (speed < 0.0 && where > p->in) {
    p->in = where;
    p->in_normal = space.normal;
  } else if (speed > 0.0 && where < p->out) {
    p->out = where;
    p->out_normal = space.normal;
  }
}

/* Where |from + t along| < 1, by the point that is nearest to the origin. */
static bool unit_piece(vec3 from, vec3 along, double *in, double *out) {
  double square = dot(along, along);
  if (square == 0.0) {
    *in = -INFINITY;
    *out = INFINITY;
    return dot(from, from) < 1.0;
  }
  double middle = -dot(from, along) / square;
  vec3 nearest = plus(from, times(middle, along));
  double rest = 1.0 - dot(nearest, nearest);
  if (!(rest > 0.0)) return false;
  double half = sqrt(rest / square);
  *in = middle - half;
  *out = middle + half;
  return true;
}

/* The gradient of sum (x/radius)^2. */
static vec3 quadric_normal(vec3 point, vec3 inverse) {
  return unit(product(point, product(inverse, inverse)));
}

/* |x / radius| < 1; an infinite radius makes a cylinder of it. `inverse`: 1 / radii. */
static piece quadric(ray r, vec3 centre, vec3 inverse) {
  piece p = everything;
  vec3 from = minus(r.from, centre);
  if (!unit_piece(product(from, inverse), product(r.along, inverse), &p.in, &p.out)) return nothing;
  if (!isfinite(p.in)) return p;
  p.in_normal = quadric_normal(plus(from, times(p.in, r.along)), inverse);
  p.out_normal = quadric_normal(plus(from, times(p.out, r.along)), inverse);
  return p;
}

static piece tube(ray r, double radius, double half) {
  static const vec3 origin = {0.0, 0.0, 0.0};
  piece p = quadric(r, origin, (vec3){1.0 / radius, 1.0 / radius, 0.0});
  cut(&p, r, (half_space){{0.0, 0.0, 1.0}, half});
  cut(&p, r, (half_space){{0.0, 0.0, -1.0}, half});
  return p;
}

/* Both, when they overlap and the whole is convex. */
static piece joined(piece a, piece b) {
  if (!(a.in < a.out)) return b;
  if (!(b.in < b.out)) return a;
  piece p = a;
  if (b.in < a.in) p.in = b.in, p.in_normal = b.in_normal;
  if (b.out > a.out) p.out = b.out, p.out_normal = b.out_normal;
  return p;
}

static piece pill(ray r, double radius, double half) {
  const vec3 inverse = {1.0 / radius, 1.0 / radius, 1.0 / radius};
  piece p = tube(r, radius, half);
  p = joined(p, quadric(r, (vec3){0.0, 0.0, half}, inverse));
  return joined(p, quadric(r, (vec3){0.0, 0.0, -half}, inverse));
}

static piece common_piece(const half_space *spaces, size_t count, ray r) {
  piece p = everything;
  for (size_t i = 0; i < count; i++) cut(&p, r, spaces[i]);
  return p;
}

static piece convex_piece(const orr_reference_solid *solid, ray r) {
  static const vec3 origin = {0.0, 0.0, 0.0};
  const double *size = solid->shape->size;
  switch (solid->shape->kind) {
  case ORR_SCENE_SPHERE:
    return quadric(r, origin, (vec3){1.0 / size[0], 1.0 / size[0], 1.0 / size[0]});
  case ORR_SCENE_ELLIPSOID:
    return quadric(r, origin, (vec3){1.0 / size[0], 1.0 / size[1], 1.0 / size[2]});
  case ORR_SCENE_CYLINDER: return tube(r, size[0], size[1]);
  case ORR_SCENE_CAPSULE: return pill(r, size[0], size[1]);
  default: return common_piece(solid->spaces, solid->space_count, r);
  }
}

/* ---- rays ---- */

/* A plane is there only for rays that come from above. */
static bool meets_plane(const orr_reference_solid *solid, ray r, double *distance) {
  const double *size = solid->shape->size;
  if (!(r.along.z < 0.0)) return false;
  *distance = -r.from.z / r.along.z;
  vec3 point = at(r, *distance);
  return solid->endless || (fabs(point.x) <= size[0] && fabs(point.y) <= size[1]);
}

/* The first crossing after `near`; `local` is in the solid's frame, and so is the normal. */
static bool meets(const orr_reference_solid *solid, ray local, double near, double *distance,
                  vec3 *normal) {
  double where;
  switch (solid->shape->kind) {
  case ORR_SCENE_MESH: return orr_reference_tree_hit(solid->tree, local, near, distance, normal);
  case ORR_SCENE_PLANE:
    if (!meets_plane(solid, local, &where) || where <= near || where >= *distance) return false;
    *distance = where;
    *normal = (vec3){0.0, 0.0, 1.0};
    return true;
  default: break;
  }
  piece p = convex_piece(solid, local);
  if (!(p.in < p.out) || p.out <= near) return false;
  bool enters = p.in > near;
  where = enters ? p.in : p.out;
  if (where >= *distance) return false;
  *distance = where;
  *normal = enters ? p.in_normal : p.out_normal;
  return true;
}

/* False only when the line passes the ball about the solid. */
static bool comes_near(const orr_reference_solid *solid, ray r) {
  vec3 away = minus(solid->position, r.from);
  vec3 aside = minus(away, times(dot(away, r.along), r.along));
  double radius = solid->radius * (1.0 + 1e-9);
  return dot(aside, aside) <= radius * radius;
}

bool orr_reference_nearest(const orr_reference_stage *stage, ray r, double near, bool goals,
                           orr_reference_hit *out) {
  bool found = false;
  for (size_t i = 0; i < stage->count; i++) {
    const orr_reference_solid *solid = &stage->solids[i];
    if ((solid->shape->layer == ORR_LAYER_GOAL) != goals || !comes_near(solid, r)) continue;
    vec3 normal;
    if (!meets(solid, local_ray(solid, r), near, &out->distance, &normal)) continue;
    out->normal = turned(solid, normal);
    out->solid = solid;
    found = true;
  }
  return found;
}

/* The part that comes through one solid: of an opaque one nothing at any crossing. */
static double passes(const orr_reference_stage *stage, const orr_reference_solid *solid, ray r,
                     double far) {
  double near = 0.0, rest = 1.0, where = far;
  ray local = local_ray(solid, r);
  vec3 normal;
  while (rest > 0.0 && meets(solid, local, near, &where, &normal)) {
    if (solid->glass == 0.0) return 0.0;
    if (dot(normal, local.along) < 0.0) rest *= solid->glass;
    near = where + stage->step;
    where = far;
  }
  return rest;
}

double orr_reference_passes(const orr_reference_stage *stage, ray r, double distance) {
  double rest = 1.0;
  for (size_t i = 0; i < stage->count && rest > 0.0; i++) {
    const orr_reference_solid *solid = &stage->solids[i];
    if (solid->shape->layer == ORR_LAYER_GOAL || solid->shape->kind == ORR_SCENE_PLANE) continue;
    if (comes_near(solid, r)) rest *= passes(stage, solid, r, distance);
  }
  return rest;
}

/* ---- making a scene ready ---- */

static void set_axes(orr_reference_solid *solid) {
  double q[4] = {1.0, 0.0, 0.0, 0.0}, square = 0.0, matrix[3][3];
  const double *rotation = solid->shape->rotation;
  for (int k = 0; k < 4; k++) square += rotation[k] * rotation[k];
  for (int k = 0; k < 4 && square > 1e-24; k++) q[k] = rotation[k] / sqrt(square);
  orr_quaternion_matrix(q, matrix);
  for (int k = 0; k < 3; k++) solid->axes[k] = (vec3){matrix[0][k], matrix[1][k], matrix[2][k]};
}

static void box_spaces(orr_reference_solid *solid) {
  const double *size = solid->shape->size;
  for (int i = 0; i < 6; i++) {
    double side = i & 1 ? -1.0 : 1.0;
    int k = i / 2;
    solid->spaces[i] =
        (half_space){{k == 0 ? side : 0.0, k == 1 ? side : 0.0, k == 2 ? side : 0.0}, size[k]};
  }
  solid->space_count = 6;
}

/* The corners may go round either way. */
static void prism_spaces(orr_reference_solid *solid) {
  const orr_scene_shape *shape = solid->shape;
  size_t n = shape->vertex_count;
  double area = 0.0;
  for (size_t i = 0; i < n; i++) {
    const double *a = shape->vertices[i], *b = shape->vertices[(i + 1) % n];
    area += a[0] * b[1] - a[1] * b[0];
  }
  for (size_t i = 0; i < n; i++) {
    const double *a = shape->vertices[i], *b = shape->vertices[(i + 1) % n];
    vec3 normal = {b[1] - a[1], a[0] - b[0], 0.0};
    if (!(norm(normal) > 0.0)) continue; /* a corner twice */
    normal = times(area < 0.0 ? -1.0 : 1.0, unit(normal));
    solid->spaces[solid->space_count++] =
        (half_space){normal, dot(normal, (vec3){a[0], a[1], 0.0})};
  }
  for (int side = -1; side <= 1; side += 2)
    solid->spaces[solid->space_count++] = (half_space){{0.0, 0.0, side}, shape->size[2]};
}

static orr_status fill_solid(const orr_scene_shape *shape, orr_reference_solid *solid,
                             orr_error *err) {
  const orr_scene_material *material = &shape->material;
  *solid = (orr_reference_solid){.shape = shape, .position = vec3_of(shape->position)};
  set_axes(solid);
  solid->radius = shape->kind == ORR_SCENE_PLANE ? INFINITY : orr_solid_radius(shape);
  solid->mirror = orr_clamp(material->mirror, 0.0, 1.0);
  solid->glass = orr_clamp(material->glass, 0.0, 1.0 - solid->mirror);
  solid->index = material->index > 0.0 ? material->index : ORR_GLASS_INDEX;
  switch (shape->kind) {
  case ORR_SCENE_PLANE:
    solid->endless = !(shape->size[0] > 0.0 && shape->size[1] > 0.0);
    solid->index = 1.0;
    return ORR_OK;
  case ORR_SCENE_MESH: return orr_reference_tree_create(&shape->mesh, &solid->tree, err);
  case ORR_SCENE_BOX:
    ORR_TRY(orr_new(&solid->spaces, 6, sizeof *solid->spaces, err));
    box_spaces(solid);
    return ORR_OK;
  case ORR_SCENE_PRISM:
    ORR_TRY(orr_new(&solid->spaces, shape->vertex_count + 2, sizeof *solid->spaces, err));
    prism_spaces(solid);
    return ORR_OK;
  default: return ORR_OK;
  }
}

orr_status orr_reference_stage_create(const orr_scene *scene, orr_reference_stage *out,
                                      orr_error *err) {
  double low[3], high[3];
  *out = (orr_reference_stage){.sky = orr_light_sky(scene)};
  out->lamp_count = orr_light_lamps(scene, out->lamps, ORR_MOST_LAMPS);
  orr_eye_bounds(scene, low, high);
  out->centre = times(0.5, plus(vec3_of(low), vec3_of(high)));
  out->radius = 0.5 * norm(minus(vec3_of(high), vec3_of(low)));
  out->step = 1e-8 * out->radius;
  ORR_TRY(orr_new(&out->solids, scene->shape_count + 1, sizeof *out->solids, err));
  for (size_t i = 0; i < scene->shape_count; i++)
    if (orr_solid_drawable(&scene->shapes[i]))
      ORR_TRY(fill_solid(&scene->shapes[i], &out->solids[out->count++], err));
  return ORR_OK;
}

void orr_reference_stage_destroy(orr_reference_stage *stage) {
  for (size_t i = 0; i < stage->count; i++) {
    orr_free(stage->solids[i].spaces);
    orr_reference_tree_destroy(stage->solids[i].tree);
  }
  orr_free(stage->solids);
  *stage = (orr_reference_stage){0};
}
