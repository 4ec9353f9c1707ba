/* A borrowed, read-only view of one instant of a world, for both engines. All that render knows. */
#ifndef ORR_SIM_SCENE_H
#define ORR_SIM_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Outlines of 2D worlds, then the solids of 3D worlds. What `size` holds is said at each solid;
 * lengths are halves, measured from the solid's own origin along its own axes. */
typedef enum orr_scene_kind {
  ORR_SCENE_CIRCLE,
  ORR_SCENE_POLYGON,
  ORR_SCENE_SEGMENT,
  ORR_SCENE_SPHERE,    /* radius */
  ORR_SCENE_BOX,       /* half edges x, y, z */
  ORR_SCENE_CAPSULE,   /* radius, half length of the straight part along z */
  ORR_SCENE_CYLINDER,  /* radius, half length along z */
  ORR_SCENE_ELLIPSOID, /* radii x, y, z */
  ORR_SCENE_PLANE,     /* half extents x, y that are drawn of z = 0; 0: without an end */
  ORR_SCENE_MESH,      /* not used: the corners say it */
  ORR_SCENE_PRISM      /* a convex polygon `vertices` in x and y, half height along z in size[2] */
} orr_scene_kind;
typedef enum orr_scene_layer {
  ORR_LAYER_GOAL,
  ORR_LAYER_STATIC,
  ORR_LAYER_BODY,
  ORR_LAYER_ACTOR
} orr_scene_layer;

/* Triangles in the solid's frame, corners counterclockwise seen from outside. By `id`, a hash of
 * what it holds, a renderer knows a mesh or an image again, wherever it lies, and takes no other
 * for it; 0: by its place, where then nothing may change. */
typedef struct orr_scene_mesh {
  const float (*vertices)[3];
  const int (*triangles)[3];
  size_t vertex_count, triangle_count;
  uint64_t id;
  double radius; /* of a ball about the origin that holds it; 0: not said */
} orr_scene_mesh;

/* How a surface answers light; render/light.h says what the numbers do. */
typedef enum orr_scene_pattern {
  ORR_PATTERN_AUTO,    /* planes are checkered, everything else is plain */
  ORR_PATTERN_PLAIN,   /* of the shape's colour alone */
  ORR_PATTERN_CHECKER, /* squares of the shape's colour and of `second` */
  ORR_PATTERN_IMAGE    /* its colours times the shape's */
} orr_scene_pattern;
typedef struct orr_scene_texture {
  int width, height;
  const uint8_t *pixels; /* height x width x 3, rows from the top */
  uint64_t id;           /* as a mesh's */
} orr_scene_texture;
typedef struct orr_scene_material {
  double mirror; /* part of the light that is reflected as by a mirror */
  double glass;  /* part that passes through, bent by `index` (3D) */
  double index;  /* of refraction; 0: that of window glass, 1.5 */
  double gloss;  /* strength of the lamps' highlights */
  orr_scene_pattern pattern;
  uint8_t second[3];
  double tile; /* side of a square or of the image, world units; 0: the renderer chooses */
  const orr_scene_texture *texture;
} orr_scene_material;

typedef struct orr_scene_shape {
  orr_scene_kind kind;
  orr_scene_layer layer; /* in 2D drawn in this order */
  int body;              /* index of the moving body; -1 for static and goal shapes */
  int label;             /* 1 + index in the scenario's list of bodies; 0: a goal, or nobody's */
  double position[3];    /* world units. 2D: of the body's origin, z = 0. Solids: their own */
  double rotation[4];    /* quaternion w, x, y, z: of the body in 2D, of the solid in 3D */
  uint8_t colour[3];
  /* Outlines */
  double angle;                /* the turn about z */
  double radius;               /* circle; half thickness of a segment */
  const double (*vertices)[2]; /* body frame: polygon corners, segment ends, circle centre */
  size_t vertex_count;
  /* Solids */
  double size[3];
  orr_scene_mesh mesh;
  double height; /* of an outline drawn in relief, world units; 0: the renderer chooses */
  orr_scene_material material;
} orr_scene_shape;

typedef struct orr_scene_contact {
  double position[3], normal[3]; /* world; z = 0 in 2D */
  double impulse;
  int bodies[2]; /* indices in the scenario's list, static ones too */
} orr_scene_contact;

typedef enum orr_scene_light_kind {
  ORR_SCENE_LIGHT_POINT,
  ORR_SCENE_LIGHT_SPOT,
  ORR_SCENE_LIGHT_SUN, /* from everywhere along `direction` */
  ORR_SCENE_LIGHT_AREA
} orr_scene_light_kind;
typedef struct orr_scene_light {
  orr_scene_light_kind kind;
  double position[3], direction[3]; /* direction: where it shines to, of any length */
  double angle;                     /* spot: half opening, rad */
  double radius; /* of what shines; of a sun the tangent of half the angle under which it is seen */
  double power;
  double reach; /* the distance at which `power` arrives; 0: the same at every distance */
  uint8_t colour[3];
} orr_scene_light;

typedef struct orr_scene_camera {
  double position[3], target[3], up[3];
  double field_of_view; /* rad, of the picture's height */
} orr_scene_camera;

/* What is seen where nothing is, and the even light that comes from there. */
typedef struct orr_scene_sky {
  double ambient; /* 0: none */
  uint8_t horizon[3], zenith[3];
} orr_scene_sky;

typedef struct orr_scene {
  int dimensions; /* 2: outlines, 3: solids */
  double size[3]; /* of the world, from the origin; 0: not said */
  bool y_down;
  double time; /* s */
  const orr_scene_shape *shapes;
  size_t shape_count;
  const orr_scene_contact *contacts;
  size_t contact_count;
  const orr_scene_light *lights;
  size_t light_count;
  const orr_scene_sky *sky;       /* NULL: render/light.h says */
  const orr_scene_camera *camera; /* NULL: the renderer chooses one that shows all */
} orr_scene;

#endif
