/* Goal rules: when does a state count as having reached a goal state. */
#ifndef ORR_SIM_GOAL_H
#define ORR_SIM_GOAL_H

#include "sim/scenario.h"

/* Reached when the norm of the position differences of `position_bodies` taken together (2 numbers
 * a body, 3 in 3D) is below `position`, every wrapped angle difference of `angle_bodies` is below
 * `angle` (3D: of headings, and the rotation between the turns below `turn`), and every pivot and
 * slide of `joints` is nearer than `joint` or, when that is inf, than `angle` or `position`; for
 * `hold` control steps in a row. Push-T: world-models.md section 2.2. */
typedef struct orr_goal_rule {
  const char *name;
  orr_list position_bodies, angle_bodies; /* const char *: names of moving bodies */
  orr_list joints;                        /* const char *: of pivots and slides */
  double position;                        /* world units */
  double angle, turn;                     /* rad */
  double joint;                           /* rad or world units */
  int64_t hold;
} orr_goal_rule;

extern const orr_record orr_goal_rule_record;

/* `state`, `goal`: state vectors. One instant; the caller counts the hold. */
bool orr_goal_reached(const orr_scenario *scenario, const orr_goal_rule *rule, const double *state,
                      const double *goal);

/* A goal as the task has it, written into a state vector: pose of a body at rest, or of a joint. */
void orr_goal_write(const orr_scenario *scenario, size_t goal, double *state);
/* Copies the pose of an entity (of state.bodies) from one state to another, at rest. */
void orr_goal_copy(const orr_scenario *scenario, size_t entity, const double *from, double *to);
/* How far an entity is from its goal: world units, |rad|; a slide has no angle and a pivot no
 * distance. `now`, `goal`: stretches of states that begin at the entity. */
void orr_goal_apart(const orr_scenario *scenario, size_t entity, const double *now,
                    const double *goal, double *out_distance, double *out_angle);
/* ... of whole state vectors. */
void orr_goal_distance(const orr_scenario *scenario, size_t entity, const double *state,
                       const double *goal, double *out_distance, double *out_angle);

#endif
