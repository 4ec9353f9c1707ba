/* What the files behind reference.h share: vectors, solids, and the stage that holds them. */
#ifndef ORR_RENDER_REFERENCE_PRIVATE_H
#define ORR_RENDER_REFERENCE_PRIVATE_H

#include "base/memory.h"
#include "render/light.h"
#include "render/reference.h"
#include <math.h>

typedef struct vec3 {
  double x, y, z;
} vec3;

static inline vec3 vec3_of(const double v[3]) { return (vec3){v[0], v[1], v[2]}; }
static inline vec3 plus(vec3 a, vec3 b) { return (vec3){a.x + b.x, a.y + b.y, a.z + b.z}; }
static inline vec3 minus(vec3 a, vec3 b) { return (vec3){a.x - b.x, a.y - b.y, a.z - b.z}; }
static inline vec3 times(double s, vec3 v) { return (vec3){s * v.x, s * v.y, s * v.z}; }
/* Component by component: of colours, and for ellipsoids. */
static inline vec3 product(vec3 a, vec3 b) { return (vec3){a.x * b.x, a.y * b.y, a.z * b.z}; }
static inline double dot(vec3 a, vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
static inline vec3 cross(vec3 a, vec3 b) {
  return (vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
static inline double norm(vec3 v) { return sqrt(dot(v, v)); }
static inline vec3 unit(vec3 v) { return times(1.0 / norm(v), v); }

typedef struct ray {
  vec3 from, along; /* a unit vector */
} ray;
static inline vec3 at(ray r, double distance) { return plus(r.from, times(distance, r.along)); }

/* The half space normal . x <= offset. */
typedef struct half_space {
  vec3 normal;
  double offset;
} half_space;

/* Triangles of a mesh, in boxes within boxes. */
typedef struct orr_reference_tree orr_reference_tree;
orr_status orr_reference_tree_create(const orr_scene_mesh *mesh, orr_reference_tree **out,
                                     orr_error *err);
void orr_reference_tree_destroy(orr_reference_tree *tree);
/* The first triangle after `near`; false when there is none before *distance. */
bool orr_reference_tree_hit(const orr_reference_tree *tree, ray local, double near,
                            double *distance, vec3 *normal);

typedef struct orr_reference_solid {
  const orr_scene_shape *shape;
  vec3 axes[3]; /* of the solid, in the world */
  vec3 position;
  double radius; /* of a ball about the position that holds it */
  double mirror, glass, index;
  bool endless;       /* a plane that fades */
  half_space *spaces; /* box, prism: it is what they have in common */
  size_t space_count;
  orr_reference_tree *tree; /* mesh */
} orr_reference_solid;

typedef struct orr_reference_hit {
  double distance;
  vec3 normal; /* unit, outward, in the world */
  const orr_reference_solid *solid;
} orr_reference_hit;

/* A scene, made ready. */
typedef struct orr_reference_stage {
  orr_reference_solid *solids;
  size_t count;
  orr_scene_light lamps[ORR_MOST_LAMPS];
  size_t lamp_count;
  orr_scene_sky sky;
  vec3 centre; /* of a ball about the world */
  double radius;
  double step; /* by which a new ray starts off its surface */
} orr_reference_stage;

orr_status orr_reference_stage_create(const orr_scene *scene, orr_reference_stage *out,
                                      orr_error *err);
void orr_reference_stage_destroy(orr_reference_stage *stage);
/* The nearest of the goals, or of all but goals, after `near` and before out->distance; false, and
 * nothing written, when there is none. */
bool orr_reference_nearest(const orr_reference_stage *stage, ray r, double near, bool goals,
                           orr_reference_hit *out);
/* The part of the light that comes through along the first `distance` of a ray. */
double orr_reference_passes(const orr_reference_stage *stage, ray r, double distance);
/* A world point in the solid's frame. */
vec3 orr_reference_local(const orr_reference_solid *solid, vec3 world);

/* Linear RGB of a solid's surface. */
vec3 orr_reference_albedo(const orr_reference_stage *stage, const orr_reference_hit *hit,
                          vec3 point);

/* Two numbers in [0, 1) for the next area that a sample needs. */
typedef struct orr_reference_sampler {
  uint64_t seed;
  uint32_t x, y, sample;
  int bits; /* 2^bits samples a pixel, an even number */
  uint32_t area;
} orr_reference_sampler;
void orr_reference_draw(orr_reference_sampler *sampler, double out[2]);

/* What a ray sees. */
vec3 orr_reference_radiance(const orr_reference_stage *stage, const orr_reference_def *def,
                            orr_reference_sampler *sampler, ray r, double near);

#endif
