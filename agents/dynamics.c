#include "agents/dynamics_private.h"

#include <string.h>

void orr_dynamics_fill(orr_dynamics *dynamics, const orr_dynamics_table *table,
                       const orr_observer *observer, const orr_objective *objective, size_t block,
                       size_t lanes) {
  dynamics->table = table;
  dynamics->scenario = observer->scenario;
  dynamics->observer = *observer;
  dynamics->objective = *objective;
  dynamics->block = block;
  dynamics->lanes = lanes;
  dynamics->width = block * observer->scenario->action_count;
}

void orr_dynamics_destroy(orr_dynamics *dynamics) {
  if (dynamics) dynamics->table->destroy(dynamics);
}

size_t orr_dynamics_block(const orr_dynamics *dynamics) { return dynamics->block; }

orr_status orr_dynamics_begin(orr_dynamics *dynamics, const orr_env *env, orr_error *err) {
  dynamics->begun = false;
  if (!orr_env_has_goal(env)) {
    orr_fail(err, ORR_ERR_CONFIG, "planning needs a goal, and none is set");
    orr_hint(err, "give the task a goal, or choose a policy that needs none");
    return ORR_ERR_CONFIG;
  }
  if (orr_world_end(orr_env_look(env)) == ORR_DIVERGED)
    return orr_fail(err, ORR_ERR_NUMBERS, "nothing can be planned: the episode has diverged (%s)",
                    orr_world_diverged_reason(orr_env_look(env)));
  orr_env_goal(env, dynamics->goal);
  ORR_TRY(dynamics->table->begin(dynamics, env, err));
  dynamics->begun = true;
  return ORR_OK;
}

void orr_dynamics_roll(orr_dynamics *dynamics, orr_pool *pool, const float *plans, size_t count,
                       size_t horizon, double *costs) {
  ORR_ASSERT(dynamics->begun && horizon >= 1 && horizon <= ORR_MAX_PLAN);
  ORR_ASSERT(orr_pool_lanes(pool) <= dynamics->lanes);
  dynamics->table->roll(dynamics, pool, plans, count, horizon, costs);
}

bool orr_dynamics_imagine(orr_dynamics *dynamics, const float *plan, size_t horizon,
                          float *observations) {
  ORR_ASSERT(dynamics->begun && horizon >= 1 && horizon <= ORR_MAX_PLAN);
  return dynamics->table->imagine(dynamics, plan, horizon, observations);
}

/* ---- models ---- */

/* A model that reads numbers alone is bound to the pictures that lay beside them, too: an interface
 * is one thing, and what a model has not seen it was not tested with. */
orr_status orr_dynamics_fits(const orr_model *model, const orr_observer *observer, orr_error *err) {
  const orr_space *observation = orr_model_observation(model), *action = orr_model_action(model);
  const orr_space *actions = &observer->scenario->action;
  size_t block = (size_t)orr_model_definition(model)->block;
  orr_hash here = orr_interface_hash(&observer->space, actions, block);
  if (orr_hash_equal(here, orr_model_interface(model))) return ORR_OK;
  char why[256];
  orr_space_difference(observation, &observer->space, "observation", why, sizeof why);
  if (!*why) orr_space_difference(action, actions, "action", why, sizeof why);
  bool spaces = orr_hash_equal(orr_space_hash(observation), orr_space_hash(&observer->space)) &&
                orr_hash_equal(orr_space_hash(action), orr_space_hash(actions));
  orr_fail(err, ORR_ERR_MISMATCH, "the model was trained for another interface: %s",
           *why     ? why
           : spaces ? "its block has another length"
                    : "bodies, units, bounds or the meaning of actions differ");
  orr_hint(err, "use the scenario that the model was trained for, or train a model for this one");
  return ORR_ERR_MISMATCH;
}

orr_status orr_dynamics_check_head(const orr_objective *objective, const orr_observer *observer,
                                   orr_error *err) {
  if (objective->kind != ORR_OBJECTIVE_REACH) return ORR_OK;
  if (!objective->head) {
    orr_fail(err, ORR_ERR_CONFIG, "objective reach asks a trained network, and there is none here");
    orr_hint(err, "an evaluation brings one (see `orrery explain eval.head`); anywhere else plan "
                  "with objective.kind: goal");
    return ORR_ERR_CONFIG;
  }
  if (!orr_model_reaches(objective->head)) {
    orr_fail(err, ORR_ERR_MISMATCH, "a network of family %s cannot say how far a goal is",
             orr_family_names[orr_model_definition(objective->head)->family]);
    orr_hint(err, "objective reach needs one of family reach");
    return ORR_ERR_MISMATCH;
  }
  return orr_dynamics_fits(objective->head, observer, err);
}

/* A jepa model whose read-out head was not trained decodes noise. */
bool orr_dynamics_decodes(const orr_model *model) {
  const orr_model_def *def = orr_model_definition(model);
  return def->family == ORR_FAMILY_STATE || def->readout > 0.0;
}
