/* A borrowed, read-only view of one instant of a world, for both engines. All that render knows. */
#ifndef ORR_SIM_SCENE_H
#define ORR_SIM_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum orr_scene_kind {
  ORR_SCENE_CIRCLE,
  ORR_SCENE_POLYGON,
  ORR_SCENE_SEGMENT
} orr_scene_kind;
typedef enum orr_scene_layer {
  ORR_LAYER_GOAL,
  ORR_LAYER_STATIC,
  ORR_LAYER_BODY,
  ORR_LAYER_ACTOR
} orr_scene_layer;

typedef struct orr_scene_shape {
  orr_scene_kind kind;
  orr_scene_layer layer;       /* drawn in this order */
  int body;                    /* index of the moving body; -1 for static and goal shapes */
  double position[3];          /* of the body's origin, world units; z = 0 in 2D */
  double rotation[4];          /* quaternion w, x, y, z */
  double angle;                /* the same turn about z, 2D */
  double radius;               /* circle; half thickness of a segment */
  const double (*vertices)[2]; /* body frame: polygon corners, segment ends, circle centre */
  size_t vertex_count;
  uint8_t colour[3];
} orr_scene_shape;

typedef struct orr_scene_contact {
  double position[2], normal[2];
  double impulse;
  int bodies[2]; /* indices in the scenario's list, static ones too */
} orr_scene_contact;

typedef struct orr_scene {
  double size[2]; /* of the world, from the origin */
  bool y_down;
  double time; /* s */
  const orr_scene_shape *shapes;
  size_t shape_count;
  const orr_scene_contact *contacts;
  size_t contact_count;
} orr_scene;

#endif
