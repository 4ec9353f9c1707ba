/* Spaces: what an observation and an action consist of, by name.
 *
 * Files hold raw named quantities; a network's input transform (angle -> sine and cosine, z-score)
 * lives in its checkpoint. The identity of an interface is the hash of its spaces. */
#ifndef ORR_BASE_SPACE_H
#define ORR_BASE_SPACE_H

#include "base/hash.h"
#include <jansson.h>

#define ORR_NAME             48
#define ORR_MAX_FIELDS       512
#define ORR_MAX_BODIES       128
#define ORR_MAX_PICTURES     3
#define ORR_MAX_PICTURE_SIDE 1024 /* pixels */

typedef enum orr_quantity {
  ORR_QUANTITY_X,
  ORR_QUANTITY_Y,
  ORR_QUANTITY_ANGLE, /* pose of a body's origin */
  ORR_QUANTITY_VX,
  ORR_QUANTITY_VY,
  ORR_QUANTITY_OMEGA, /* its velocity */
  ORR_QUANTITY_OTHER,
  ORR_QUANTITY_Z, /* 3D */
  ORR_QUANTITY_QW,
  ORR_QUANTITY_QX,
  ORR_QUANTITY_QY,
  ORR_QUANTITY_QZ, /* its turn as a quaternion */
  ORR_QUANTITY_VZ,
  ORR_QUANTITY_OMEGA_X,
  ORR_QUANTITY_OMEGA_Y,
  ORR_QUANTITY_OFFSET, /* of a slide */
  ORR_QUANTITY_RATE,
  ORR_QUANTITY_FX, /* a force or impulse on a body */
  ORR_QUANTITY_FY
} orr_quantity;

typedef enum orr_role { ORR_ROLE_ACTUATED, ORR_ROLE_FREE } orr_role;

/* A moving body that fields refer to; or a joint with a state of its own, which has no radius. */
typedef struct orr_space_body {
  char name[ORR_NAME];
  orr_role role;    /* driven by an actuator, or moved by contacts only */
  double centre[2]; /* centre of mass in the body frame, world units */
  double radius;    /* of the circle around the centre of mass that holds the shape */
} orr_space_body;

typedef struct orr_space_field {
  char name[ORR_NAME]; /* "block.angle" */
  char unit[16];       /* "px", "rad", "px/s", "" */
  orr_quantity quantity;
  int body;         /* index into bodies, or -1 */
  double low, high; /* bounds; -INFINITY/INFINITY when there are none */
} orr_space_field;

/* Meaning of an action field of a position target. */
typedef enum orr_action_meaning {
  ORR_ACTION_OTHER,    /* velocity, force, ... */
  ORR_ACTION_ABSOLUTE, /* target = action */
  ORR_ACTION_RELATIVE  /* target = position of the body + scale * action */
} orr_action_meaning;

/* A picture that belongs to an observation, rows from the top. */
typedef enum orr_picture_kind {
  ORR_PICTURE_RGB,   /* height x width x 3, u8 */
  ORR_PICTURE_DEPTH, /* height x width, f32: along the eye's axis, world units; INFINITY: nothing */
  ORR_PICTURE_LABELS /* height x width, u8: 1 + number of the scenario's body; 0: nothing */
} orr_picture_kind;
typedef struct orr_space_picture {
  char name[ORR_NAME]; /* "pixels", "depth", "segmentation" */
  orr_picture_kind kind;
  int width, height; /* pixels */
} orr_space_picture;

typedef struct orr_space {
  size_t count; /* number of fields = length of the vector */
  size_t body_count;
  orr_action_meaning meaning; /* action spaces only */
  double scale;               /* of a relative action, world units per unit of action */
  double bounds[4];           /* of the arena: x low, y low, x high, y high */
  orr_space_body bodies[ORR_MAX_BODIES];
  orr_space_field fields[ORR_MAX_FIELDS];
  size_t picture_count; /* observation spaces only */
  orr_space_picture pictures[ORR_MAX_PICTURES];
} orr_space;

json_t *orr_space_to_json(const orr_space *space); /* new reference; NULL when out of memory */
orr_status orr_space_from_json(const json_t *json, orr_space *out, orr_error *err);
orr_hash orr_space_hash(const orr_space *space);              /* of the canonical JSON */
int orr_space_find(const orr_space *space, const char *name); /* -1 when absent */
int orr_space_find_body(const orr_space *space, const char *name);
size_t orr_picture_bytes(const orr_space_picture *picture); /* of one frame */
/* Words for the first thing in which two spaces differ: "observation has 7 numbers, here 6", or a
 * name, or a picture. Empty when it is none of these. */
void orr_space_difference(const orr_space *there, const orr_space *here, const char *what,
                          char *out, size_t size);

#endif
