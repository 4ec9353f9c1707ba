/* Goal rules: when does a state count as having reached a goal state. */
#ifndef ORR_SIM_GOAL_H
#define ORR_SIM_GOAL_H

#include "sim/scenario.h"

/* Reached when the norm of the position differences of `position_bodies` taken together (2 numbers
 * a body) is below `position` and every wrapped angle difference of `angle_bodies` is below
 * `angle`, for `hold` control steps in a row. Push-T: world-models.md section 2.2. */
typedef struct orr_goal_rule {
  const char *name;
  orr_list position_bodies, angle_bodies; /* const char *: names of moving bodies */
  double position;                        /* world units */
  double angle;                           /* rad */
  int64_t hold;
} orr_goal_rule;

extern const orr_record orr_goal_rule_record;

/* `state`, `goal`: state vectors. One instant; the caller counts the hold. */
bool orr_goal_reached(const orr_scenario *scenario, const orr_goal_rule *rule, const double *state,
                      const double *goal);

#endif
