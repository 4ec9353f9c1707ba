/* What a scenario's file does not say but follows from it, computed once by orr_scenario_read and
 * shared by all worlds: indices instead of names, outlines, masses, the goal's shapes. */
#ifndef ORR_SIM_PARTS_H
#define ORR_SIM_PARTS_H

#include "sim/scenario.h"

/* A shape in its body's frame. Polygons and boxes: corners counterclockwise (x right, y up).
 * Segment: its two ends. Circle: its centre. */
typedef struct orr_outline {
  int body; /* index in world.bodies */
  orr_shape_type type;
  const orr_shape_def *def;
  double radius; /* circle, segment; 0 for polygons */
  double area;
  size_t count;
  double (*vertices)[2];
} orr_outline;

/* A convex polygon at a goal pose, in the world. */
typedef struct orr_goal_part {
  size_t count;
  double (*vertices)[2];
} orr_goal_part;
typedef struct orr_goal_parts {
  size_t entity; /* index in state.bodies */
  int body;      /* index of the moving body; -1: of a joint, which has no shapes */
  int file;      /* index in world.bodies, or -1 */
  double pose[ORR_BODY_STATE_3D]; /* its numbers in the state, at rest */
  double area;
  double centre[2], radius; /* a circle that holds all parts */
  size_t count;
  orr_goal_part *parts;
} orr_goal_parts;

/* An image that shapes are painted with. */
typedef struct orr_painting {
  const char *path;
  orr_hash hash; /* of the pixels */
  orr_scene_texture texture;
} orr_painting;

/* What an actuator moves, and which numbers of the action are its. */
typedef struct orr_drive {
  int body;  /* index in the state vector, or -1 */
  int joint; /* index in world.joints, or -1 */
  size_t first, width;
  int axes[3]; /* of a body: 0 x, 1 y, 2 z */
} orr_drive;

struct orr_task_parts;

typedef struct orr_parts {
  size_t file_count;           /* bodies of the file, static ones too */
  const int *moving_of;        /* file index -> index in the state vector, -1 for static bodies */
  const int *file_of;          /* and back */
  const double *mass, *moment; /* file index; moment about the centre of mass */
  const size_t *first_outline; /* file index -> its outlines; file_count + 1 numbers */
  const double *reach;         /* file index -> radius of a circle about the origin that holds it */
  const uint8_t (*colours)[3]; /* of outlines */
  const orr_outline *outlines;
  size_t outline_count;
  const orr_scene_material *materials; /* of outlines */
  const orr_painting *paintings;
  size_t painting_count;
  orr_hash painted;           /* of all paintings */
  const int *light_carriers;  /* file indices, -1: none */
  int camera_carrier;         /* of the camera's body, or of the one that it follows */
  const int (*joint_ends)[2]; /* file indices */
  const int *joint_entity;    /* index in state.bodies of a pivot or slide, or -1 */
  size_t joint_count;         /* of the file */
  const orr_drive *drives;    /* of the actuators */
  size_t actuator_count;
  const int (*sensor_ends)[2]; /* file indices; the second of rays, and of any body, is -1 */
  const size_t *first_force;   /* file index -> the force fields on it; file_count + 1 numbers */
  const int *forces;           /* index in world.forces */
  const char *const *agents;   /* owners of slots of the action, as they appear; "": one without
                                  a name */
  size_t agent_count;
  const int *agent_of; /* number of an action -> index in agents */
  size_t start_count;  /* numbers that begin an episode: stride a body of the file, then
                          ORR_JOINT_STATE a pivot or slide */
  int64_t delay;       /* the longest of any actuator */
  const orr_goal_parts *goals;
  size_t goal_count;
  double goal_area;                  /* of all goals */
  const struct orr_task_parts *task; /* sim/condition.h */
} orr_parts;

/* Area of a simple polygon, positive when its corners run counterclockwise. */
double orr_polygon_area(const double (*vertices)[2], size_t count);

static inline const orr_body_def *orr_body_at(const orr_scenario *scenario, size_t file) {
  return (const orr_body_def *)scenario->world.bodies.items + file;
}
static inline const orr_joint_def *orr_joint_at(const orr_scenario *scenario, size_t index) {
  return (const orr_joint_def *)scenario->world.joints.items + index;
}
static inline const orr_actuator_def *orr_actuator_at(const orr_scenario *scenario, size_t index) {
  return (const orr_actuator_def *)scenario->world.actuators.items + index;
}
static inline const orr_force_def *orr_force_at(const orr_scenario *scenario, size_t index) {
  return (const orr_force_def *)scenario->world.forces.items + index;
}
static inline const orr_sensor_def *orr_sensor_at(const orr_scenario *scenario, size_t index) {
  return (const orr_sensor_def *)scenario->world.sensors.items + index;
}
/* Index in world.bodies or world.joints of the one of that name; -1: there is none, or no name. */
int orr_body_named(const orr_scenario *scenario, const char *name);
int orr_joint_named(const orr_scenario *scenario, const char *name);
/* Where a flat body's origin and angle begin: x, y, angle. `start.order` may turn it about its
 * centre of mass. */
void orr_flat_start(const orr_body_def *def, const double *start, double out[3]);
/* Whether a joint has a state of its own. */
static inline bool orr_joint_moves(const orr_joint_def *def) {
  return def->type == ORR_JOINT_PIVOT || def->type == ORR_JOINT_SLIDE;
}
/* Where number `k` of an actuator's target stands in the state; SIZE_MAX when it is no position. */
static inline size_t orr_target_at(const orr_scenario *scenario, size_t actuator, size_t k) {
  const orr_drive *drive = &scenario->parts->drives[actuator];
  if (orr_actuator_at(scenario, actuator)->type != ORR_ACTUATE_POSITION) return SIZE_MAX;
  if (drive->joint >= 0)
    return orr_state_at(scenario, (size_t)scenario->parts->joint_entity[drive->joint]);
  size_t at = (size_t)drive->body * scenario->stride;
  return at + (drive->axes[k] == 2 ? ORR_BODY_STATE : (size_t)drive->axes[k]);
}
static inline const orr_goal_def *orr_goal_at(const orr_scenario *scenario, size_t index) {
  return (const orr_goal_def *)scenario->task.goals.items + index;
}

#endif
