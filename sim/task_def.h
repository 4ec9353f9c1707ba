/* Tasks, as a scenario file describes them: goals, when the task is solved, what is rewarded. */
#ifndef ORR_SIM_TASK_DEF_H
#define ORR_SIM_TASK_DEF_H

#include "base/field.h"

/* A pose of a body, or what a pivot or slide shall read; exactly one of `body` and `joint`. In 3D a
 * body stands upright at its goal, turned by `angle`. */
typedef struct orr_goal_def {
  const char *body, *joint; /* names, or NULL */
  double position[3];
  double angle;  /* rad; of a body, or of a pivot */
  double offset; /* of a slide */
} orr_goal_def;

typedef enum orr_success_kind {
  ORR_SUCCESS_NONE,
  ORR_SUCCESS_COVERAGE,
  ORR_SUCCESS_POSE,
  ORR_SUCCESS_REACH,
  ORR_SUCCESS_CONTACT,
  ORR_SUCCESS_INSIDE,
  ORR_SUCCESS_BALANCE,
  ORR_SUCCESS_LIFT,
  ORR_SUCCESS_REST,
  ORR_SUCCESS_ALL, /* these three are of other conditions */
  ORR_SUCCESS_ANY,
  ORR_SUCCESS_NOT
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
/* A place: `point`, or with `to` the origin of that body and `point` farther. */
typedef struct orr_way_def {
  const char *body, *to; /* to: NULL: from the world's origin */
  double point[3];
} orr_way_def;
typedef struct orr_reach_def {
  orr_way_def way;
  double distance;
} orr_reach_def;
typedef struct orr_contact_def {
  const char *body, *other; /* other NULL: anything */
} orr_contact_def;
typedef struct orr_inside_def {
  const char *body;
  orr_union region; /* tag: orr_region_kind */
} orr_inside_def;
/* How far something leans: a pivot, a body in 2D from `angle`; a body in 3D as the angle between
 * its z axis and that of the world. */
typedef struct orr_lean_def {
  const char *body, *joint; /* exactly one */
  double angle;             /* rad */
} orr_lean_def;
typedef struct orr_balance_def {
  orr_lean_def lean;
  double within, rate; /* rad, rad/s */
} orr_balance_def;
typedef struct orr_lift_def {
  const char *body;
  double height;
} orr_lift_def;
typedef struct orr_rest_def {
  orr_list bodies;     /* const char *; empty: all that move */
  double speed, omega; /* length/s, rad/s */
} orr_rest_def;
typedef struct orr_group_def {
  orr_list of; /* orr_union, tag: orr_success_kind */
} orr_group_def;
typedef struct orr_not_def {
  orr_union of;
} orr_not_def;

typedef enum orr_term_kind {
  ORR_TERM_SUCCESS,
  ORR_TERM_WHEN,
  ORR_TERM_CONTACT,
  ORR_TERM_DISTANCE,
  ORR_TERM_PROGRESS,
  ORR_TERM_POSE,
  ORR_TERM_UPRIGHT,
  ORR_TERM_VELOCITY,
  ORR_TERM_CONTROL,
  ORR_TERM_ENERGY,
  ORR_TERM_TIME
} orr_term_kind;
typedef struct orr_pose_term {
  const char *goal;       /* body or joint that has a goal */
  double position, angle; /* what counts as one; inf: does not count */
} orr_pose_term;
typedef struct orr_velocity_term {
  const char *body, *joint; /* exactly one */
  int axis;                 /* of a body: 0 x, 1 y, 2 z */
} orr_velocity_term;
/* A weighted part of the reward. Distance and progress are an orr_way_def, contact an
 * orr_contact_def, upright an orr_lean_def, when an orr_not_def. */
typedef struct orr_reward_def {
  const char *name;
  double weight;
  orr_union term; /* tag: orr_term_kind */
} orr_reward_def;

typedef struct orr_task_def {
  orr_list goals;     /* orr_goal_def */
  int64_t time_limit; /* control steps; 0: none */
  orr_union success;  /* tag: orr_success_kind */
  int64_t hold;       /* control steps the success must last */
  orr_list reward;    /* orr_reward_def; empty: by the kind of success */
} orr_task_def;

extern const orr_record *const orr_condition_variants[]; /* by orr_success_kind */
extern const orr_record orr_task_record;                 /* field table of `task` */

#endif
