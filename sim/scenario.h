/* The scenario of a world: everything that `world:` and `task:` of a YAML file say.
 *
 * A scenario is immutable and shared by all its worlds. Nothing about a task is hard-coded: Push-T
 * is a file. Numbers that an episode draws are orr_range. Units are SI and radians unless
 * `space: {unit: px, y: down}`. */
#ifndef ORR_SIM_SCENARIO_H
#define ORR_SIM_SCENARIO_H

#include "base/field.h"
#include "base/space.h"

typedef enum orr_body_type { ORR_BODY_STATIC, ORR_BODY_KINEMATIC, ORR_BODY_DYNAMIC } orr_body_type;
typedef enum orr_shape_type {
  ORR_SHAPE_CIRCLE,
  ORR_SHAPE_BOX,
  ORR_SHAPE_POLYGON,
  ORR_SHAPE_SEGMENT
} orr_shape_type;

/* A shape in the frame of its body. */
typedef struct orr_circle_def {
  double radius, offset[2];
} orr_circle_def;
typedef struct orr_box_def {
  double size[2], offset[2];
} orr_box_def;
typedef struct orr_polygon_def {
  orr_list vertices; /* double[2], convex, either winding */
} orr_polygon_def;
typedef struct orr_segment_def {
  double a[2], b[2], radius;
} orr_segment_def;
typedef struct orr_shape_def {
  orr_union geometry; /* tag: orr_shape_type */
  double friction;    /* Coulomb; the product of both shapes counts */
  double elasticity;  /* restitution; the product counts */
  int64_t group;      /* shapes of the same group (not 0) do not collide */
} orr_shape_def;

typedef struct orr_start_def {
  orr_range position[2];
  orr_range angle; /* rad */
  orr_range velocity[2];
  orr_range omega; /* rad/s */
  int order; /* 0 = angle, then position; 1 = position, then angle: the angle turns the body about
                its centre of mass after the origin was placed (the `gym` variant of Push-T) */
} orr_start_def;

typedef struct orr_body_def {
  const char *name;
  int type;    /* orr_body_type */
  double mass; /* dynamic only; 0: from density */
  double density;
  double moment;            /* about the centre of mass; 0: from the shapes */
  double centre_of_mass[2]; /* body frame */
  orr_start_def start;
  orr_list shapes;    /* orr_shape_def */
  const char *colour; /* "#rrggbb" or a CSS name */
} orr_body_def;

typedef enum orr_joint_type {
  ORR_JOINT_PIVOT,
  ORR_JOINT_PIN,
  ORR_JOINT_SLIDE,
  ORR_JOINT_SPRING,
  ORR_JOINT_ROTARY_SPRING,
  ORR_JOINT_ROTARY_LIMIT,
  ORR_JOINT_GEAR,
  ORR_JOINT_MOTOR
} orr_joint_type;
typedef struct orr_joint_def {
  const char *name;
  int type;                        /* orr_joint_type */
  const char *body_a, *body_b;     /* REF world.bodies */
  double anchor_a[2], anchor_b[2]; /* body frames */
  double limits[2];                /* slide: distances; rotary limit: angles */
  double rest, stiffness, damping; /* springs */
  double rate;                     /* motor: rad/s; gear: ratio */
  double max_force;                /* inf: unlimited */
  bool collide;                    /* whether the two bodies still collide */
} orr_joint_def;

/* A position target for a kinematic body, followed by a PD law in every substep:
 * v += dt (kp (target - p) - kv v), then the engine steps. Takes two action fields. */
typedef struct orr_actuator_def {
  const char *name, *body;
  double kp, kv;          /* 1/s^2, 1/s */
  int meaning;            /* orr_action_meaning: ABSOLUTE or RELATIVE */
  double scale;           /* RELATIVE: target = p + scale * action */
  double low[2], high[2]; /* nominal action range (advertised, not enforced unless `clip`) */
  bool clip;              /* clip the action to low..high before use */
  int64_t delay;          /* control steps between command and effect; until then target = start */
} orr_actuator_def;

typedef struct orr_space_def {
  int unit; /* 0 m, 1 px */
  int y;    /* 0 up, 1 down */
  double size[2];
} orr_space_def;

typedef struct orr_world_def {
  int engine; /* 0 chipmunk */
  orr_space_def space;
  double gravity[2];
  double damping;     /* fraction of a dynamic body's velocity that is kept per second */
  double dt;          /* of a substep, s */
  int64_t substeps;   /* per control step */
  int64_t repeat;     /* control steps that one action is held; 1 */
  int64_t iterations; /* of the contact solver */
  double slop, bias;  /* allowed penetration; Chipmunk's collision bias rate base, (1-0.1)^60 */
  double sleep_time;  /* s of rest until a body sleeps; inf: never */
  int64_t settle;     /* substeps run after placing the bodies at reset */
  orr_list bodies, joints, actuators;
} orr_world_def;

/* A pose that a task asks for. */
typedef struct orr_goal_def {
  const char *body;
  double position[2];
  double angle;
} orr_goal_def;

typedef enum orr_success_kind {
  ORR_SUCCESS_NONE,
  ORR_SUCCESS_COVERAGE,
  ORR_SUCCESS_POSE
} orr_success_kind;
/* Coverage = area(goal shape and body shape) / area(goal shape); reward clip(coverage/threshold).
 */
typedef struct orr_coverage_def {
  double threshold;
} orr_coverage_def;
typedef struct orr_pose_def {
  double position; /* world units */
  double angle;    /* rad */
} orr_pose_def;
typedef struct orr_task_def {
  orr_list goals;     /* orr_goal_def */
  int64_t time_limit; /* control steps; 0: none */
  orr_union success;  /* tag: orr_success_kind */
  int64_t hold;       /* control steps the success must last */
} orr_task_def;

typedef struct orr_scenario {
  orr_world_def world;
  orr_task_def task;
  orr_hash identity;   /* of the canonical effective world and task */
  size_t body_count;   /* moving bodies, in file order = order of the state vector */
  size_t action_count; /* numbers in an action */
  orr_space state;     /* every moving body's x, y, angle, vx, vy, omega: 6 * body_count fields */
  orr_space action;
  const struct orr_parts *parts; /* what follows from the file: sim/parts.h */
  orr_arena *arena;
} orr_scenario;

#define ORR_BODY_STATE 6 /* x, y, angle (unwrapped), vx, vy, omega of the body's origin and turn */

extern const orr_record orr_world_record, orr_task_record; /* field tables */

/* Reads `world` and `task` of a scenario tree (a complete document; other sections are ignored),
 * writes missing defaults into the tree, and checks what a table cannot (mass of dynamic bodies,
 * convex polygons, joint ends, sizes). */
orr_status orr_scenario_read(orr_config *config, orr_scenario **out, orr_diagnostics *diagnostics);
void orr_scenario_destroy(orr_scenario *scenario);

#endif
