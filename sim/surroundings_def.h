/* What surrounds the bodies of a world, as a scenario file describes it: force fields, sensors,
 * lights, the camera. */
#ifndef ORR_SIM_SURROUNDINGS_DEF_H
#define ORR_SIM_SURROUNDINGS_DEF_H

#include "base/field.h"

/* A box or a ball; without either it is everywhere. A body is inside when its centre of mass is. */
typedef enum orr_region_kind {
  ORR_REGION_EVERYWHERE,
  ORR_REGION_BOX,
  ORR_REGION_BALL
} orr_region_kind;
typedef struct orr_region_box {
  double low[3], high[3];
} orr_region_box;
typedef struct orr_region_ball {
  double centre[3], radius;
} orr_region_ball;

/* Forces on every dynamic body, or on those that are named, whose centre of mass is in the region;
 * evaluated in every substep. */
typedef enum orr_force_kind {
  ORR_FORCE_GRAVITY, /* m g, besides the world's own */
  ORR_FORCE_DRAG,    /* -(linear + quadratic |v|) v and -angular omega */
  ORR_FORCE_WIND,    /* drag against moving air */
  ORR_FORCE_ATTRACTION
} orr_force_kind;
typedef struct orr_gravity_force {
  double acceleration[3];
} orr_gravity_force;
typedef struct orr_drag_force {
  double linear, quadratic, angular;
} orr_drag_force;
typedef struct orr_wind_force {
  double velocity[3], linear, quadratic;
} orr_wind_force;
/* m strength / r^power towards the point; within `soft` of it in proportion to r. */
typedef struct orr_attraction_force {
  double point[3], strength, power, soft;
} orr_attraction_force;
typedef struct orr_force_def {
  const char *name;
  orr_union force;  /* tag: orr_force_kind */
  orr_union region; /* tag: orr_region_kind */
  orr_list bodies;  /* const char *; empty: all dynamic ones */
} orr_force_def;

/* A sensor adds one number, `name.value`, to the state. */
typedef enum orr_sensor_kind {
  ORR_SENSOR_CONTACT, /* 1 when the two touched during the last control step */
  ORR_SENSOR_IMPULSE, /* sum of the normal impulses between them over the last control step */
  ORR_SENSOR_RAY      /* distance to the first shape, of no further than `range` */
} orr_sensor_kind;
typedef struct orr_touch_sensor {
  const char *body, *other; /* REF world.bodies; other NULL: anything */
} orr_touch_sensor;
typedef struct orr_ray_sensor {
  const char *body; /* REF; its own shapes are not seen */
  double from[3], direction[3], range;
} orr_ray_sensor;
typedef struct orr_sensor_def {
  const char *name;
  orr_union reads; /* tag: orr_sensor_kind; impulse is an orr_touch_sensor too */
} orr_sensor_def;

typedef enum orr_light_kind {
  ORR_LIGHT_POINT,
  ORR_LIGHT_SPOT,
  ORR_LIGHT_SUN, /* directional */
  ORR_LIGHT_AREA
} orr_light_kind;
typedef struct orr_light_def {
  const char *name;
  int kind; /* orr_light_kind */
  double position[3], direction[3];
  double angle;  /* spot: half opening, rad */
  double radius; /* area, and the softness of a shadow's edge */
  double power;
  double reach; /* distance at which `power` arrives; 0: the same at every distance */
  const char *colour;
  const char *body; /* REF; position and direction are in its frame; NULL: in the world */
} orr_light_def;

typedef struct orr_camera_def {
  double position[3], target[3], up[3];
  double field_of_view; /* rad, of the picture's height */
  const char *body;     /* REF: all three are in its frame; NULL: in the world */
  const char *follow;   /* REF: position and target are measured from its origin; NULL: not */
  const char *model;    /* MJCF: that camera of the model instead; NULL: not */
} orr_camera_def;

/* As render/light.c has them for scenes that say nothing; tests/agents/test_env.c compares. */
#define ORR_SKY_HORIZON "#f3f5f7"
#define ORR_SKY_ZENITH  "#cddcee"
typedef struct orr_sky_def {
  double ambient;
  const char *horizon, *zenith;
} orr_sky_def;

extern const orr_record orr_force_record, orr_sensor_record, orr_light_record, orr_camera_record,
    orr_sky_record;
extern const orr_record *const orr_region_variants[];

#endif
