/* Several agents in one world: who owns which numbers of an action, and simple laws for the agents
 * that nobody plans for. A law sees the true state. */
#ifndef ORR_AGENTS_OTHERS_H
#define ORR_AGENTS_OTHERS_H

#include "sim/world.h"

typedef enum orr_others_law {
  ORR_OTHERS_REST,   /* positions stay where they are, velocities and forces are 0 */
  ORR_OTHERS_HOLD,   /* positions and velocities go back to where the agent was at first */
  ORR_OTHERS_RANDOM, /* uniform in the nominal range, drawn every control step */
  ORR_OTHERS_FOLLOW  /* a goalkeeper: the first actuator of each agent that has positions or
                        velocities of a body goes to the nearest free body along its axes, as far
                        as its range allows; all others rest */
} orr_others_law;
extern const char *const orr_others_laws[]; /* by orr_others_law, NULL-terminated */

typedef struct orr_others {
  const orr_scenario *scenario;
  orr_others_law law;
  bool any; /* some numbers belong to others */
  bool own[ORR_MAX_FIELDS];
  bool follows[ORR_MAX_FIELDS]; /* numbers that law FOLLOW drives */
  double first[ORR_MAX_FIELDS]; /* where what a number moves was at first */
} orr_others;

/* `agent`: whose numbers are not the others'; "" or NULL: all numbers. Refuses a name that no
 * actuator has. */
orr_status orr_others_create(const orr_scenario *scenario, const char *agent, int law,
                             orr_others *out, orr_error *err);
/* An agent begins to act in this state of the world. */
void orr_others_begin(orr_others *others, const double *state);
/* Writes the numbers of the others at control step `step` and leaves the agent's own alone. */
void orr_others_act(const orr_others *others, const double *state, uint64_t seed, uint32_t episode,
                    int64_t step, float *action);

/* The action, within its nominal range, that brings what number `a` moves to a position: of a
 * velocity until the next action, if the range allows. Of forces the one that does nothing. */
float orr_action_aim(const orr_scenario *scenario, size_t a, double target, const double *state);
/* The action that leaves what number `a` moves where it is: of a velocity or force 0. */
float orr_action_rest(const orr_scenario *scenario, size_t a, const double *state);

#endif
