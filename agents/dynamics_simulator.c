/* The true simulator as dynamics.
 *
 * Each lane owns a replica world. At the first roll after `begin` the lane brings its replica to
 * the env's exact state: back to the snapshot of the last decision, whose event log is a beginning
 * of the env's, then by lockstep over what has happened since. That costs the few steps since the
 * last decision, not a replay from reset. */
#include "agents/dynamics_private.h"

#include "base/maths.h"
#include "base/memory.h"

typedef struct sim_lane {
  orr_world *world;
  orr_snapshot *snapshot;
  bool saved, ready; /* the snapshot holds something; holds the present state */
  double *state;
  float *seen;                /* ORR_MAX_PLAN x points x S: observations of one rollout */
  double *costs;              /* ORR_MAX_PLAN x points */
  orr_model_worker *metric;   /* latent; NULL otherwise */
  orr_model_worker *head;     /* reach; NULL otherwise */
  float *latents, *distances; /* points x ORR_MAX_PLAN x L; without L */
} sim_lane;

typedef struct sim_dynamics {
  orr_dynamics base;
  sim_lane *lanes;
  const orr_world *source; /* the env's world, still between begin and roll */
  float *goal_latent;
  size_t latent;
  size_t points; /* of a block that are scored */
} sim_dynamics;

static void destroy(orr_dynamics *dynamics) {
  sim_dynamics *sim = (sim_dynamics *)dynamics;
  for (size_t i = 0; sim->lanes && i < sim->base.lanes; i++) {
    sim_lane *lane = &sim->lanes[i];
    orr_snapshot_destroy(lane->snapshot);
    orr_world_destroy(lane->world);
    orr_model_worker_destroy(lane->metric);
    orr_model_worker_destroy(lane->head);
    orr_free(lane->state);
    orr_free(lane->seen);
    orr_free(lane->costs);
    orr_free(lane->latents);
    orr_free(lane->distances);
  }
  orr_free(sim->lanes);
  orr_free(sim->goal_latent);
  orr_free(sim);
}

/* The last snapshot's world is a beginning of the env's unless the episode is another. */
static orr_status prepare(sim_dynamics *sim, sim_lane *lane, orr_error *err) {
  if (lane->saved) orr_world_restore(lane->world, lane->snapshot);
  lane->saved = false;
  ORR_TRY(orr_world_sync(lane->world, sim->source, err));
#ifndef NDEBUG
  ORR_ASSERT(orr_hash_equal(orr_world_hash(lane->world), orr_world_hash(sim->source)));
#endif
  orr_world_save(lane->world, lane->snapshot);
  lane->saved = lane->ready = true;
  return ORR_OK;
}

/* Lane 0 here, where an error can be told; the others when they are used. */
static orr_status begin(orr_dynamics *dynamics, const orr_env *env, orr_error *err) {
  sim_dynamics *sim = (sim_dynamics *)dynamics;
  sim->source = orr_env_look(env);
  for (size_t i = 0; i < sim->base.lanes; i++) sim->lanes[i].ready = false;
  if (sim->lanes[0].metric)
    orr_model_encode(sim->lanes[0].metric, sim->base.goal, 1, sim->goal_latent);
  return prepare(sim, &sim->lanes[0], err);
}

/* One rollout into `observations` (horizon x points x S, the points spread evenly over the block,
 * the last at its end); false when it diverged. */
static bool rollout(sim_dynamics *sim, sim_lane *lane, const float *plan, size_t horizon,
                    size_t points, float *observations) {
  size_t actions = sim->base.scenario->action_count, fields = sim->base.observer.space.count;
  if (!lane->ready)
    ORR_ASSERT(prepare(sim, lane, NULL) == ORR_OK); /* lane 0 could */
  else
    orr_world_restore(lane->world, lane->snapshot);
  size_t every = sim->base.block / points;
  for (size_t k = 1; k <= horizon * sim->base.block; k++, plan += actions) {
    if (orr_world_step(lane->world, plan) == ORR_DIVERGED) return false;
    if (k % every != 0) continue;
    orr_world_state(lane->world, lane->state);
    orr_observer_read(&sim->base.observer, lane->state, observations);
    observations += fields;
  }
  return true;
}

static double score(sim_dynamics *sim, sim_lane *lane, size_t horizon) {
  size_t fields = sim->base.observer.space.count, count = horizon * sim->points;
  double *costs = lane->costs;
  if (lane->metric) {
    orr_model_encode(lane->metric, lane->seen, count, lane->latents);
    orr_model_distance(lane->metric, lane->latents, sim->goal_latent, count, lane->distances);
    for (size_t p = 0; p < count; p++) costs[p] = (double)lane->distances[p];
  } else if (lane->head) {
    orr_model_reach(lane->head, lane->seen, sim->base.goal, 0, count, lane->distances);
    for (size_t p = 0; p < count; p++) costs[p] = (double)lane->distances[p];
  } else {
    for (size_t p = 0; p < count; p++)
      costs[p] = orr_objective_cost(&sim->base.objective, lane->seen + p * fields, sim->base.goal);
  }
  return orr_objective_aggregate(&sim->base.objective, costs, count, 1);
}

typedef struct roll_task {
  sim_dynamics *sim;
  const float *plans;
  size_t horizon;
  double *costs;
} roll_task;

static void roll_one(void *context, size_t index, size_t lane_index) {
  roll_task *task = context;
  sim_dynamics *sim = task->sim;
  sim_lane *lane = &sim->lanes[lane_index];
  const float *plan = task->plans + index * task->horizon * sim->base.width;
  bool fine = rollout(sim, lane, plan, task->horizon, sim->points, lane->seen);
  task->costs[index] = fine ? score(sim, lane, task->horizon) : INFINITY;
}

static void roll(orr_dynamics *dynamics, orr_pool *pool, const float *plans, size_t count,
                 size_t horizon, double *costs) {
  roll_task task = {(sim_dynamics *)dynamics, plans, horizon, costs};
  orr_pool_run(pool, count, roll_one, &task);
}

static bool imagine(orr_dynamics *dynamics, const float *plan, size_t horizon,
                    float *observations) {
  sim_dynamics *sim = (sim_dynamics *)dynamics;
  return rollout(sim, &sim->lanes[0], plan, horizon, 1, observations);
}

static const orr_dynamics_table table = {destroy, begin, roll, imagine};

static orr_status create_lane(sim_dynamics *sim, const orr_model *metric, sim_lane *lane,
                              orr_error *err) {
  const orr_scenario *scenario = sim->base.scenario;
  size_t points = ORR_MAX_PLAN * sim->points, seen = points * sim->base.observer.space.count;
  ORR_TRY(orr_new(&lane->state, scenario->state.count, sizeof *lane->state, err));
  ORR_TRY(orr_new(&lane->seen, seen, sizeof *lane->seen, err));
  ORR_TRY(orr_new(&lane->costs, points, sizeof *lane->costs, err));
  ORR_TRY(orr_world_create(scenario, &lane->world, err));
  ORR_TRY(orr_snapshot_create(lane->world, &lane->snapshot, err));
  ORR_TRY(orr_new(&lane->distances, points, sizeof *lane->distances, err));
  if (sim->base.objective.kind == ORR_OBJECTIVE_REACH)
    return orr_model_worker_create(sim->base.objective.head, &lane->head, err);
  if (!metric) return ORR_OK;
  ORR_TRY(orr_new(&lane->latents, points * sim->latent, sizeof *lane->latents, err));
  return orr_model_worker_create(metric, &lane->metric, err);
}

static orr_status create_lanes(sim_dynamics *sim, const orr_model *metric, orr_error *err) {
  if (metric) {
    ORR_TRY(orr_dynamics_fits(metric, &sim->base.observer, err));
    sim->latent = orr_model_latent(metric);
    ORR_TRY(orr_new(&sim->goal_latent, sim->latent, sizeof *sim->goal_latent, err));
  }
  ORR_TRY(orr_new(&sim->lanes, sim->base.lanes, sizeof *sim->lanes, err));
  for (size_t i = 0; i < sim->base.lanes; i++)
    ORR_TRY(create_lane(sim, metric, &sim->lanes[i], err));
  return ORR_OK;
}

orr_status orr_dynamics_simulator(const orr_scenario *scenario, const orr_observer *observer,
                                  const orr_objective *objective, const orr_model *metric,
                                  size_t block, size_t lanes, orr_dynamics **out, orr_error *err) {
  ORR_ASSERT(block > 0 && lanes > 0 && observer->scenario == scenario);
  *out = NULL;
  bool latent = objective->kind == ORR_OBJECTIVE_LATENT;
  if (latent && !metric) {
    orr_fail(err, ORR_ERR_CONFIG, "a latent objective on the simulator needs a model to encode by");
    orr_hint(err, "name a model, or use objective.kind: goal");
    return ORR_ERR_CONFIG;
  }
  ORR_TRY(orr_dynamics_check_head(objective, observer, err));
  sim_dynamics *sim;
  ORR_TRY(orr_new(&sim, 1, sizeof *sim, err));
  orr_dynamics_fill(&sim->base, &table, observer, objective, block, lanes);
  sim->points = objective->points == ORR_POINTS_STEPS ? block : 1;
  orr_status status = create_lanes(sim, latent ? metric : NULL, err);
  if (status == ORR_OK)
    *out = &sim->base;
  else
    destroy(&sim->base);
  return status;
}
