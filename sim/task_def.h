/* Tasks, as a scenario file describes them. */
#ifndef ORR_SIM_TASK_DEF_H
#define ORR_SIM_TASK_DEF_H

#include "base/field.h"

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

extern const orr_record orr_task_record; /* field table of `task` */

#endif
