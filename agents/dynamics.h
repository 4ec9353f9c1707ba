/* Dynamics: what rolls action plans out. The true simulator or a world model, freely combined with
 * any objective ("oracle" is simulator + goal cost; metric regret is simulator + latent distance).
 *
 * A plan is `horizon` blocks of `block` actions. The dynamics starts where the env stands, rolls
 * every plan out and returns the cost of each plan from its points: block ends, or every control
 * step (objective.points). A latent objective on the simulator encodes by the model `metric`. */
#ifndef ORR_AGENTS_DYNAMICS_H
#define ORR_AGENTS_DYNAMICS_H

#include "agents/objective.h"
#include "base/pool.h"
#include "worldmodel/model.h"

#define ORR_MAX_PLAN 64 /* blocks of the longest plan */

typedef struct orr_dynamics orr_dynamics;

/* The true simulator: one replica world per lane, brought to the env's exact state by
 * orr_world_sync, then saved and restored for every plan. */
orr_status orr_dynamics_simulator(const orr_scenario *scenario, const orr_observer *observer,
                                  const orr_objective *objective, const orr_model *metric,
                                  size_t block, size_t lanes, orr_dynamics **out, orr_error *err);
/* A world model, one worker per lane. Plans are cut into tiles by their number. Refuses a
 * model whose interface differs from the observer's and the scenario's action space. */
orr_status orr_dynamics_model(const orr_model *model, const orr_scenario *scenario,
                              const orr_observer *observer, const orr_objective *objective,
                              size_t lanes, orr_dynamics **out, orr_error *err);
void orr_dynamics_destroy(orr_dynamics *dynamics);
size_t orr_dynamics_block(const orr_dynamics *dynamics);

/* Takes the present state and the goal of the env. Call before rolling out. */
orr_status orr_dynamics_begin(orr_dynamics *dynamics, const orr_env *env, orr_error *err);
/* plans: count x horizon x block x A floats. costs: count (aggregated). Parallel over the pool; the
 * result depends on neither threads nor count. A rollout that diverges costs INFINITY. */
void orr_dynamics_roll(orr_dynamics *dynamics, orr_pool *pool, const float *plans, size_t count,
                       size_t horizon, double *costs);
/* One plan's predicted observations at block ends, for the window: horizon x S. False when the
 * dynamics cannot decode. */
bool orr_dynamics_imagine(orr_dynamics *dynamics, const float *plan, size_t horizon,
                          float *observations);

#endif
