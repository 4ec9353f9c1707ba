/* Joints and actuators, as a scenario file describes them. */
#ifndef ORR_SIM_JOINT_DEF_H
#define ORR_SIM_JOINT_DEF_H

#include "base/field.h"

typedef enum orr_joint_type {
  ORR_JOINT_PIVOT,    /* turns about an axis through both anchors */
  ORR_JOINT_SLIDE,    /* moves along an axis, does not turn */
  ORR_JOINT_BALL,     /* 3D: turns about any axis */
  ORR_JOINT_WELD,     /* neither moves nor turns */
  ORR_JOINT_DISTANCE, /* keeps the distance of two anchors within limits: a rope, a rod */
  ORR_JOINT_SPRING,   /* between two anchors */
  ORR_JOINT_ROTARY_SPRING,
  ORR_JOINT_GEAR, /* angle_b * ratio - angle_a = rest */
  ORR_JOINT_MOTOR /* keeps a relative angular velocity, up to a torque */
} orr_joint_type;

/* Pivots and slides of a world have a state of their own: `name.angle` and `name.omega`, or
 * `name.offset` and `name.rate`, of body_b relative to body_a. On MuJoCo pivots, slides, balls and
 * welds hang body_b on body_a: they make a tree, and body_b starts where the joint puts it. */
typedef struct orr_joint_def {
  const char *name;
  int type;                        /* orr_joint_type */
  const char *body_a, *body_b;     /* REF world.bodies */
  double anchor_a[3], anchor_b[3]; /* body frames */
  double axis[3];   /* of pivot and slide, in the frame of body_a; zeros: z for a pivot, x for a
                       slide */
  double limits[2]; /* distance: lengths; pivot: angles; slide: offsets; [0, 0]: none */
  double rest, stiffness, damping; /* springs; of a pivot or slide its own spring and damper */
  double rate;                     /* motor: rad/s; gear: ratio */
  double max_force;                /* inf: unlimited */
  double armature;                 /* MuJoCo: inertia added to a pivot or slide */
  orr_range start, speed;          /* MuJoCo: of a pivot or slide when an episode begins */
  bool collide;                    /* whether the two bodies still collide */
} orr_joint_def;

typedef enum orr_actuator_type {
  ORR_ACTUATE_POSITION,
  ORR_ACTUATE_VELOCITY,
  ORR_ACTUATE_FORCE,
  ORR_ACTUATE_TORQUE,
  ORR_ACTUATE_IMPULSE
} orr_actuator_type;

/* What actions move: a body along `axes`, or a pivot or slide. The laws, in every substep:
 *   position  a kinematic body: v += dt (kp (target - p) - kv v), then the engine steps;
 *             a dynamic body or joint: force = m (kp (target - p) - kv v), m its mass (a joint: 1)
 *   velocity  a kinematic body: v = command; otherwise the force that gives the commanded velocity
 *             within a substep (a joint: kv (command - v))
 *   force, torque  as commanded; impulse  all of it in the first substep of a control step
 * p is that of the body's origin, v that of its centre of mass. Forces act there; a joint's act on
 * both of its bodies, equal and opposite. No force exceeds `max_force`. */
typedef struct orr_actuator_def {
  const char *name;
  int type;               /* orr_actuator_type */
  const char *body;       /* REF world.bodies, or NULL */
  const char *joint;      /* REF world.joints, or NULL */
  const char *axes;       /* of a body: "xy" */
  double kp, kv;          /* 1/s^2, 1/s */
  int meaning;            /* of a position, orr_action_meaning: ABSOLUTE or RELATIVE */
  double scale;           /* RELATIVE: target = p + scale * action */
  double gain;            /* others: command = gain * action */
  double low[3], high[3]; /* nominal action range (advertised, not enforced unless `clip`) */
  bool clip;              /* clip the action to low..high before use */
  double max_force;       /* inf: unlimited */
  int64_t delay;          /* control steps between command and effect; until then target = start */
  const char *agent;      /* whose action slot this is; "": the only agent's */
} orr_actuator_def;

extern const orr_record orr_joint_record, orr_actuator_record;

#endif
