/* Policies: what acts in an env. One control step at a time. */
#ifndef ORR_AGENTS_POLICY_H
#define ORR_AGENTS_POLICY_H

#include "agents/planner.h"
#include "data/shard.h"

typedef struct orr_policy orr_policy;

/* Uniform actions in the nominal range (random floor), each held `hold` control steps. */
orr_status orr_policy_random(const orr_observer *observer, int64_t hold, orr_policy **out,
                             orr_error *err);
/* Targets near the nearest free body: a = U[-1,1]^2 * amplitude, the target clipped to a box of
 * +-reach around the body (and to the arena). */
typedef struct orr_weak_def {
  double amplitude, reach;
  int64_t hold;
} orr_weak_def;
orr_status orr_policy_weak(const orr_observer *observer, const orr_weak_def *def, orr_policy **out,
                           orr_error *err);
/* A planner over dynamics (both borrowed): the expert when the dynamics is the simulator. `pool`
 * spreads one plan over threads; NULL inside a task. */
orr_status orr_policy_planner(const orr_planner_def *def, orr_dynamics *dynamics,
                              const orr_observer *observer, orr_pool *pool, orr_policy **out,
                              orr_error *err);
/* A goal-conditioned network (families inverse, cloning; borrowed) that acts without a planner. It
 * is asked once a block; blocks left are `goal_steps` control steps minus those done since reset,
 * in blocks, rounded up, and 1 when that is used up: from then on it hurries. Actions are clipped
 * to their nominal range. Refuses a world model (ORR_ERR_MISMATCH). */
orr_status orr_policy_network(const orr_model *model, const orr_observer *observer,
                              int64_t goal_steps, orr_policy **out, orr_error *err);
void orr_policy_destroy(orr_policy *policy);

void orr_policy_reset(orr_policy *policy, uint64_t seed, uint32_t episode);
/* The action for the next control step (A floats). */
orr_status orr_policy_act(orr_policy *policy, const orr_env *env, float *action, orr_error *err);
/* Seconds that the last planning took; negative when the last action did not need a plan. */
double orr_policy_last_plan_seconds(const orr_policy *policy);
/* The planner of a planning policy, or NULL. */
const orr_planner *orr_policy_planner_of(const orr_policy *policy);

#endif
