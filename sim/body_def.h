/* Bodies and their shapes, as a scenario file describes them. In 2D a vector's third number and
 * what turns about x and y stay 0; `angle` is the turn about z in both. */
#ifndef ORR_SIM_BODY_DEF_H
#define ORR_SIM_BODY_DEF_H

#include "base/field.h"
#include "sim/scene.h"

typedef enum orr_body_type { ORR_BODY_STATIC, ORR_BODY_KINEMATIC, ORR_BODY_DYNAMIC } orr_body_type;

typedef enum orr_shape_type {
  ORR_SHAPE_CIRCLE, /* 2D */
  ORR_SHAPE_BOX,
  ORR_SHAPE_POLYGON, /* 2D */
  ORR_SHAPE_SEGMENT, /* 2D */
  ORR_SHAPE_CAPSULE,
  ORR_SHAPE_SPHERE, /* these are 3D */
  ORR_SHAPE_CYLINDER,
  ORR_SHAPE_ELLIPSOID,
  ORR_SHAPE_PLANE,
  ORR_SHAPE_MESH
} orr_shape_type;

/* A shape in the frame of its body. */
typedef struct orr_circle_def {
  double radius, offset[2];
} orr_circle_def;
typedef struct orr_box_def {
  double size[3], offset[3];
} orr_box_def;
typedef struct orr_polygon_def {
  orr_list vertices; /* double[2], convex, either winding */
} orr_polygon_def;
typedef struct orr_segment_def {
  double a[2], b[2], radius;
} orr_segment_def;
/* A rod with round ends: along x in 2D, along z in 3D, as is a cylinder. */
typedef struct orr_capsule_def {
  double radius, length; /* of the straight part */
  double offset[3];
} orr_capsule_def;
typedef struct orr_sphere_def {
  double radius, offset[3];
} orr_sphere_def;
typedef struct orr_ellipsoid_def {
  double radii[3], offset[3];
} orr_ellipsoid_def;
/* The half space z < 0 of its frame is solid; `size` is what is drawn of it. */
typedef struct orr_plane_def {
  double size[2], offset[3];
} orr_plane_def;
/* A file beside the scenario (STL, OBJ); what collides is its convex hull. */
typedef struct orr_mesh_def {
  const char *file;
  double scale[3], offset[3];
} orr_mesh_def;

/* What is painted on a shape. */
typedef struct orr_checker_def {
  const char *colour; /* of every other square */
  double tile;        /* side of a square; 0: the picture chooses */
} orr_checker_def;
typedef struct orr_image_def {
  const char *file; /* PNG, beside the scenario */
  double tile;      /* width of the image; 0: the picture chooses */
} orr_image_def;

typedef struct orr_shape_def {
  orr_union geometry; /* tag: orr_shape_type */
  double friction;    /* Coulomb; the product of both shapes counts */
  double elasticity;  /* restitution; the product counts */
  int64_t group;      /* shapes of the same group (not 0) do not collide */
  int64_t category;   /* 0..30 */
  orr_list ignores;   /* double: categories that this shape passes through */
  double rotation[3]; /* rad: roll, pitch, yaw in the body's frame */
  double rolling;     /* 3D: rolling friction, length */
  double mirror;      /* part of the light that is reflected as by a mirror */
  double glass;       /* part that passes through, bent by `index` */
  double index;       /* of refraction */
  double gloss;       /* strength of the lamps' highlights */
  orr_union pattern;  /* tag: orr_scene_pattern */
  double height;      /* 2D: in pictures in relief; 0: the picture chooses */
  const char *colour; /* NULL: the body's */
} orr_shape_def;

typedef struct orr_start_def {
  orr_range position[3];
  orr_range angle;   /* rad */
  orr_range tilt[2]; /* rad: roll and pitch; rotation = Rz(angle) Ry(pitch) Rx(roll) */
  orr_range velocity[3];
  orr_range omega;   /* rad/s */
  orr_range spin[2]; /* rad/s about x and y of the world */
  int order; /* 0 = angle, then position; 1 = position, then angle: the angle turns the body about
                its centre of mass after the origin was placed (the `gym` variant of Push-T) */
} orr_start_def;

typedef struct orr_body_def {
  const char *name;
  int type;    /* orr_body_type */
  double mass; /* dynamic only; 0: from density */
  double density;
  double moment;            /* 2D, about the centre of mass; 0: from the shapes */
  double inertia[3];        /* 3D, about the centre of mass along the body's axes; 0: from shapes */
  double centre_of_mass[3]; /* body frame */
  orr_start_def start;
  orr_list shapes;    /* orr_shape_def */
  const char *colour; /* "#rrggbb" or a CSS name */
} orr_body_def;

extern const orr_record orr_body_record;

#endif
