/* Position targets and the actions that aim at them. */
#ifndef ORR_AGENTS_POLICY_PRIVATE_H
#define ORR_AGENTS_POLICY_PRIVATE_H

#include "agents/policy.h"

/* `a`: a field of the action space. `state`: the world's. Of an action that is no position target
 * (ORR_ACTION_OTHER) the target is the action itself. */
double orr_action_target(const orr_scenario *scenario, size_t a, double value, const double *state);
/* The target, brought into the arena so that the body fits. */
double orr_action_arena(const orr_space *action, size_t a, double target);
/* The action, within its nominal range, that aims at the target from where the body is. */
float orr_action_towards(const orr_scenario *scenario, size_t a, double target,
                         const double *state);
/* The action that leaves the body where it is. */
/* Centre of mass of the free body that is nearest to an entity in the plane, and its height; false
 * when none is free. */
bool orr_nearest_free(const orr_scenario *scenario, const double *state, int entity, double out[3]);

#endif
