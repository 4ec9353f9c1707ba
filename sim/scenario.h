/* The scenario of a world: everything that `world:`, `task:` and `vary:` of a YAML file say.
 *
 * A scenario is immutable and shared by all its worlds. Nothing about a task is hard-coded: Push-T
 * is a file. Numbers that an episode draws are orr_range. Units are SI and radians unless
 * `space: {unit: px, y: down}`. */
#ifndef ORR_SIM_SCENARIO_H
#define ORR_SIM_SCENARIO_H

#include "base/space.h"
#include "sim/body_def.h"
#include "sim/joint_def.h"
#include "sim/surroundings_def.h"
#include "sim/task_def.h"
#include "sim/vary_def.h"

typedef struct orr_space_def {
  int unit; /* 0 m, 1 px */
  int y;    /* 0 up, 1 down */
  double size[3];
  int64_t dimensions; /* 2 or 3 */
} orr_space_def;

typedef enum orr_engine_kind { ORR_ENGINE_CHIPMUNK, ORR_ENGINE_MUJOCO } orr_engine_kind;
typedef enum orr_integrator {
  ORR_INTEGRATOR_EULER,
  ORR_INTEGRATOR_RK4,
  ORR_INTEGRATOR_IMPLICIT
} orr_integrator;

typedef struct orr_world_def {
  int engine; /* orr_engine_kind */
  orr_space_def space;
  double gravity[3];
  double damping;     /* fraction of a dynamic body's velocity that is kept per second */
  double dt;          /* of a substep, s */
  int64_t substeps;   /* per control step */
  int64_t repeat;     /* control steps that one action is held; 1 */
  int64_t iterations; /* of the contact solver */
  double slop, bias;  /* allowed penetration; Chipmunk's collision bias rate base, (1-0.1)^60 */
  double sleep_time;  /* s of rest until a body sleeps; inf: never */
  int64_t settle;     /* substeps run after placing the bodies at reset */
  int integrator;     /* MuJoCo, orr_integrator */
  double contact_time, contact_damping; /* MuJoCo: of a contact as a damped spring, s and ratio */
  const char *mjcf; /* MuJoCo: a model as it is, beside the scenario; NULL: bodies are here */
  orr_list bodies, joints, actuators;
  orr_list forces;        /* orr_force_def */
  orr_list sensors;       /* orr_sensor_def */
  orr_list lights;        /* orr_light_def */
  orr_camera_def *camera; /* NULL: all of the world */
  orr_sky_def *sky;       /* NULL: as render/light.h says */
} orr_world_def;

/* The state vector: `stride` numbers for each moving body in file order, two for each pivot and
 * slide, one for each sensor, one for each factor of variation. */
typedef struct orr_scenario {
  orr_world_def world;
  orr_task_def task;
  orr_list factors;    /* orr_factor_def: what each episode draws */
  orr_hash identity;   /* of the canonical effective world and task, and of vary if there is any */
  size_t body_count;   /* moving bodies, in file order = order of the state vector */
  size_t stride;       /* ORR_BODY_STATE or ORR_BODY_STATE_3D */
  size_t joint_count;  /* pivots and slides: the state's entities behind the bodies */
  size_t action_count; /* numbers in an action */
  orr_space state;
  orr_space action;
  const struct orr_parts *parts;         /* what follows from the file: sim/parts.h */
  const struct orr_variation *variation; /* sim/vary.h; NULL without factors and in variants */
  const struct orr_scenario *base;       /* of a variant: the scenario that it varies */
  void *shared;                          /* what the engine compiled for all worlds, or NULL */
  orr_arena *arena;
} orr_scenario;

/* A body's first six numbers mean the same in 2D and 3D. */
#define ORR_BODY_STATE 6 /* x, y, angle (2D: unwrapped), vx, vy, omega of the origin and turn */
/* ... z, quaternion w x y z, vz, omega x, omega y. `angle` is the heading: of the body's x axis
 * seen from above; `omega` the angular velocity about z. Velocities are those of the world. */
#define ORR_BODY_STATE_3D 14
#define ORR_JOINT_STATE   2 /* angle, omega or offset, rate */

/* Where an entity (of state.bodies: a moving body, then pivots and slides) begins in a state. */
static inline size_t orr_state_at(const orr_scenario *scenario, size_t entity) {
  if (entity <= scenario->body_count) return entity * scenario->stride;
  return scenario->body_count * scenario->stride +
         (entity - scenario->body_count) * ORR_JOINT_STATE;
}

extern const orr_record orr_world_record; /* field table of `world` */

/* Reads `world`, `task` and `vary` of a scenario tree (a complete document; other sections are
 * ignored), writes missing defaults into the tree, and checks what a table cannot (mass of dynamic
 * bodies, convex polygons, joint ends, sizes). */
orr_status orr_scenario_read(orr_config *config, orr_scenario **out, orr_diagnostics *diagnostics);
void orr_scenario_destroy(orr_scenario *scenario);

#endif
