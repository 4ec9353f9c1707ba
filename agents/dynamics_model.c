/* A world model as dynamics. Plans are cut into tiles by their number; a tile belongs to one
 * lane, so neither the number of threads nor that of plans can change a result. */
#include "agents/dynamics_private.h"

#include "base/maths.h"
#include "base/memory.h"

#include <string.h>

#define TILE ORR_MODEL_TILE

typedef struct model_lane {
  orr_model_worker *worker;
  orr_model_worker *head; /* NULL unless the objective is reach */
  float *latents;         /* TILE x L */
  float *trail;           /* passes x TILE x L */
  float *actions;         /* TILE x block x A */
  float *seen;            /* TILE x S: decoded */
  float *distances;       /* TILE */
  double *costs;          /* ORR_MAX_PLAN x passes x TILE */
} model_lane;

typedef struct model_dynamics {
  orr_dynamics base;
  size_t latent;
  size_t passes; /* points of a block that are scored */
  bool decodes;
  model_lane *lanes;
  float *start, *goal_latent; /* L */
} model_dynamics;

static void destroy(orr_dynamics *dynamics) {
  model_dynamics *model = (model_dynamics *)dynamics;
  for (size_t i = 0; model->lanes && i < model->base.lanes; i++) {
    model_lane *lane = &model->lanes[i];
    orr_model_worker_destroy(lane->worker);
    orr_model_worker_destroy(lane->head);
    orr_free(lane->latents);
    orr_free(lane->trail);
    orr_free(lane->actions);
    orr_free(lane->seen);
    orr_free(lane->distances);
    orr_free(lane->costs);
  }
  orr_free(model->lanes);
  orr_free(model->start);
  orr_free(model->goal_latent);
  orr_free(model);
}

static orr_status begin(orr_dynamics *dynamics, const orr_env *env, orr_error *err) {
  (void)err;
  model_dynamics *model = (model_dynamics *)dynamics;
  float seen[ORR_MAX_FIELDS];
  orr_env_observe(env, seen);
  orr_model_encode(model->lanes[0].worker, seen, 1, model->start);
  orr_model_encode(model->lanes[0].worker, dynamics->goal, 1, model->goal_latent);
  return ORR_OK;
}

/* Costs of the latents of one point: rows numbers. */
static void score(model_dynamics *model, model_lane *lane, const float *latents, size_t rows,
                  double *costs) {
  const orr_dynamics *base = &model->base;
  if (base->objective.kind == ORR_OBJECTIVE_LATENT) {
    orr_model_distance(lane->worker, latents, model->goal_latent, rows, lane->distances);
    for (size_t r = 0; r < rows; r++) costs[r] = (double)lane->distances[r];
    return;
  }
  size_t fields = base->observer.space.count;
  orr_model_decode(lane->worker, latents, rows, lane->seen);
  if (lane->head) {
    orr_model_reach(lane->head, lane->seen, base->goal, 0, rows, lane->distances);
    for (size_t r = 0; r < rows; r++) costs[r] = (double)lane->distances[r];
    return;
  }
  for (size_t r = 0; r < rows; r++)
    costs[r] = orr_objective_cost(&base->objective, lane->seen + r * fields, base->goal);
}

typedef struct roll_task {
  model_dynamics *model;
  const float *plans;
  size_t count, horizon;
  double *costs;
} roll_task;

/* One block of all rows; the costs of its points. */
static void roll_block(model_dynamics *model, model_lane *lane, size_t rows, double *costs) {
  size_t L = model->latent, P = model->passes;
  if (P == 1) {
    orr_model_step(lane->worker, lane->latents, lane->actions, rows, lane->latents);
    score(model, lane, lane->latents, rows, costs);
    return;
  }
  orr_model_trail(lane->worker, lane->latents, lane->actions, rows, lane->trail);
  for (size_t p = 0; p < P; p++) {
    score(model, lane, lane->trail + p * rows * L, rows, costs + p * TILE);
  }
  memcpy(lane->latents, lane->trail + (P - 1) * rows * L, rows * L * sizeof(float));
}

/* plans: rows x horizon x width; costs: rows */
static void roll_tile(void *context, size_t index, size_t lane_index) {
  roll_task *task = context;
  model_dynamics *model = task->model;
  model_lane *lane = &model->lanes[lane_index];
  size_t first = index * TILE, width = model->base.width, L = model->latent;
  size_t rows = task->count - first < TILE ? task->count - first : TILE;
  const float *plans = task->plans + first * task->horizon * width;
  for (size_t r = 0; r < rows; r++) memcpy(lane->latents + r * L, model->start, L * sizeof(float));
  for (size_t h = 0; h < task->horizon; h++) {
    for (size_t r = 0; r < rows; r++)
      memcpy(lane->actions + r * width, plans + (r * task->horizon + h) * width,
             width * sizeof(float));
    roll_block(model, lane, rows, lane->costs + h * model->passes * TILE);
  }
  for (size_t r = 0; r < rows; r++)
    task->costs[first + r] = orr_objective_aggregate(&model->base.objective, lane->costs + r,
                                                     task->horizon * model->passes, TILE);
}

static void roll(orr_dynamics *dynamics, orr_pool *pool, const float *plans, size_t count,
                 size_t horizon, double *costs) {
  model_dynamics *model = (model_dynamics *)dynamics;
  roll_task task = {model, plans, count, horizon, costs};
  orr_pool_run(pool, (count + TILE - 1) / TILE, roll_tile, &task);
}

static bool imagine(orr_dynamics *dynamics, const float *plan, size_t horizon,
                    float *observations) {
  model_dynamics *model = (model_dynamics *)dynamics;
  if (!model->decodes) return false;
  model_lane *lane = &model->lanes[0];
  size_t fields = dynamics->observer.space.count;
  memcpy(lane->latents, model->start, model->latent * sizeof(float));
  for (size_t h = 0; h < horizon; h++) {
    orr_model_step(lane->worker, lane->latents, plan + h * dynamics->width, 1, lane->latents);
    orr_model_decode(lane->worker, lane->latents, 1, observations + h * fields);
  }
  return true;
}

static const orr_dynamics_table table = {destroy, begin, roll, imagine};

static orr_status create_lane(model_dynamics *model, const orr_model *weights, model_lane *lane,
                              orr_error *err) {
  size_t fields = model->base.observer.space.count;
  ORR_TRY(orr_new(&lane->latents, TILE * model->latent, sizeof(float), err));
  ORR_TRY(orr_new(&lane->trail, model->passes * TILE * model->latent, sizeof(float), err));
  ORR_TRY(orr_new(&lane->actions, TILE * model->base.width, sizeof(float), err));
  ORR_TRY(orr_new(&lane->seen, TILE * fields, sizeof(float), err));
  ORR_TRY(orr_new(&lane->distances, TILE, sizeof(float), err));
  ORR_TRY(orr_new(&lane->costs, ORR_MAX_PLAN * model->passes * TILE, sizeof(double), err));
  if (model->base.objective.kind == ORR_OBJECTIVE_REACH)
    ORR_TRY(orr_model_worker_create(model->base.objective.head, &lane->head, err));
  return orr_model_worker_create(weights, &lane->worker, err);
}

static orr_status create_parts(model_dynamics *model, const orr_model *weights, orr_error *err) {
  ORR_TRY(orr_new(&model->start, model->latent, sizeof(float), err));
  ORR_TRY(orr_new(&model->goal_latent, model->latent, sizeof(float), err));
  ORR_TRY(orr_new(&model->lanes, model->base.lanes, sizeof *model->lanes, err));
  for (size_t i = 0; i < model->base.lanes; i++)
    ORR_TRY(create_lane(model, weights, &model->lanes[i], err));
  return ORR_OK;
}

orr_status orr_dynamics_model(const orr_model *model, const orr_scenario *scenario,
                              const orr_observer *observer, const orr_objective *objective,
                              size_t lanes, orr_dynamics **out, orr_error *err) {
  ORR_ASSERT(lanes > 0 && observer->scenario == scenario);
  *out = NULL;
  if (orr_model_acts(model) || orr_model_reaches(model)) {
    orr_fail(err, ORR_ERR_MISMATCH, "a network of family %s is a %s, it predicts nothing",
             orr_family_names[orr_model_definition(model)->family],
             orr_model_acts(model) ? "policy" : "distance");
    orr_hint(err,
             orr_model_acts(model)
                 ? "let it act without a planner, or plan with a model of family state or jepa"
                 : "plan with a model of family state or jepa, and score with objective reach");
    return ORR_ERR_MISMATCH;
  }
  ORR_TRY(orr_dynamics_fits(model, observer, err));
  ORR_TRY(orr_dynamics_check_head(objective, observer, err));
  bool decodes = orr_dynamics_decodes(model);
  if (objective->kind != ORR_OBJECTIVE_LATENT && !decodes) {
    orr_fail(err, ORR_ERR_CONFIG,
             "this model has no read-out head, so its futures have no goal "
             "distance");
    orr_hint(err, "plan with objective.kind: latent, or train with model.readout above 0");
    return ORR_ERR_CONFIG;
  }
  model_dynamics *made;
  ORR_TRY(orr_new(&made, 1, sizeof *made, err));
  size_t block = (size_t)orr_model_definition(model)->block;
  orr_dynamics_fill(&made->base, &table, observer, objective, block, lanes);
  made->latent = orr_model_latent(model);
  made->passes = objective->points == ORR_POINTS_STEPS ? orr_model_passes(model) : 1;
  made->decodes = decodes;
  orr_status status = create_parts(made, model, err);
  if (status == ORR_OK)
    *out = &made->base;
  else
    destroy(&made->base);
  return status;
}
