/* The loop that judges a policy on frozen pairs. */
#include "eval/protocol.h"

#include "eval/experiment_private.h"
#include "eval/protocol_private.h"
#include "eval/run.h"
#include <pthread.h>
#include <string.h>

typedef enum row_kind { ROW_RANDOM, ROW_MODEL, ROW_ORACLE, ROW_POLICY } row_kind;

/* What one lane owns. */
typedef struct lane {
  orr_env *env;
  orr_dynamics *dynamics; /* NULL for the random floor and for policies */
  orr_policy *policy;
  double *goal;      /* state vector of the world */
  double *latencies; /* of the episode under way */
} lane;

typedef struct trial {
  const orr_experiment *experiment;
  const orr_planner_def *planner;
  const orr_goal_rule *rule;
  const orr_pairs *pairs;
  const orr_swap_def *swap; /* NULL: a row of the table */
  orr_planner_def swapped;  /* its planner */
  const orr_model *model, *head;
  const orr_control *control;
  const char *name;
  row_kind kind;
  orr_objective objective;
  lane *lanes;
  size_t lane_count, done;
  orr_part part;
  pthread_mutex_t lock; /* of part's file, progress and error */
  orr_error error;
} trial;

/* --- lanes ------------------------------------------------------------------------------------ */

static orr_status create_dynamics(const trial *t, lane *l, orr_error *err) {
  const orr_scenario *scenario = t->experiment->scenario;
  const orr_observer *observer = &t->experiment->observer;
  if (t->kind == ROW_ORACLE)
    return orr_dynamics_simulator(scenario, observer, &t->objective, t->model,
                                  (size_t)t->experiment->model.block, 1, &l->dynamics, err);
  return orr_dynamics_model(t->model, scenario, observer, &t->objective, 1, &l->dynamics, err);
}

static orr_status create_lane(const trial *t, lane *l, orr_error *err) {
  const orr_experiment *e = t->experiment;
  const orr_observer *observer = &e->observer;
  ORR_TRY(orr_env_create(e->scenario, observer, &l->env, err));
  ORR_TRY(orr_new(&l->goal, e->scenario->state.count, sizeof *l->goal, err));
  ORR_TRY(orr_new(&l->latencies, (size_t)t->pairs->budget + 1, sizeof *l->latencies, err));
  if (t->kind == ROW_RANDOM)
    return orr_policy_random(observer, e->eval.random_hold, &l->policy, err);
  if (t->kind == ROW_POLICY)
    return orr_policy_network(t->model, observer, t->pairs->goal_offset, &l->policy, err);
  ORR_TRY(create_dynamics(t, l, err));
  return orr_policy_planner(t->planner, l->dynamics, observer, NULL, &l->policy, err);
}

static void destroy_lane(lane *l) {
  orr_policy_destroy(l->policy);
  orr_dynamics_destroy(l->dynamics);
  orr_env_destroy(l->env);
  orr_free(l->goal);
  orr_free(l->latencies);
}

/* --- one episode ------------------------------------------------------------------------------ */

/* Resets and replays `steps` recorded actions; checks that the world stands where it stood. */
static orr_status replay(const trial *t, size_t index, orr_env *env, int64_t steps,
                         orr_hash expected, orr_error *err) {
  const orr_pair *pair = &t->pairs->items[index];
  const float *actions = t->pairs->actions + pair->action_offset;
  ORR_TRY(orr_env_reset(env, pair->seed, (uint32_t)pair->reset_episode, err));
  for (int64_t i = 0; i < steps; i++)
    orr_env_step(env, actions + (size_t)i * t->pairs->action_count);
  if (orr_hash_equal(orr_world_hash(orr_env_world(env)), expected)) return ORR_OK;
  orr_fail(err, ORR_ERR_MISMATCH,
           "rule `%s`: replaying pair %zu (held-out episode %lld, row %lld) does not lead to the "
           "state that was frozen",
           t->pairs->rule, index, (long long)pair->episode, (long long)steps);
  orr_hint(err, "another engine build? Pairs are bound to the machine type and engine they were "
                "frozen with: make them again, by --write-manifest or --force");
  return ORR_ERR_MISMATCH;
}

static orr_status reach_start(const trial *t, size_t index, lane *l, orr_error *err) {
  const orr_pair *pair = &t->pairs->items[index];
  int64_t goal = pair->start + t->pairs->goal_offset;
  ORR_TRY(replay(t, index, l->env, goal, pair->goal_hash, err));
  orr_world_state(orr_env_world(l->env), l->goal);
  ORR_TRY(replay(t, index, l->env, pair->start, pair->start_hash, err));
  orr_env_set_goal(l->env, t->rule, l->goal);
  return ORR_OK;
}

static orr_status run_episode(const trial *t, size_t index, lane *l, orr_outcome *out,
                              orr_error *err) {
  const orr_pair *pair = &t->pairs->items[index];
  float action[ORR_MAX_FIELDS];
  ORR_TRY(reach_start(t, index, l, err));
  orr_policy_reset(l->policy, (uint64_t)t->experiment->eval.seed, (uint32_t)index);
  *out = (orr_outcome){.must_move = pair->must_move, .end = ORR_TRUNCATED};
  while (out->steps < t->pairs->budget) {
    if (orr_cancelled(t->control)) return orr_fail(err, ORR_ERR_CANCELLED, "stopped");
    ORR_TRY(orr_policy_act(l->policy, l->env, action, err));
    double seconds = orr_policy_last_plan_seconds(l->policy);
    if (seconds >= 0.0) l->latencies[out->plans++] = seconds;
    orr_end end = orr_env_step(l->env, action);
    out->steps++;
    if (end == ORR_DIVERGED) out->end = ORR_DIVERGED;
    if (orr_env_success(l->env)) out->end = ORR_TERMINATED;
    if (out->end != ORR_TRUNCATED) break; /* the world's own time limit does not count here */
  }
  out->success = out->end == ORR_TERMINATED;
  double state[ORR_MAX_FIELDS];
  orr_world_state(orr_env_world(l->env), state);
  orr_pose_error(t->experiment->scenario, t->rule, state, l->goal, &out->position, &out->angle);
  return ORR_OK;
}

/* Keeps the episode on disk before anyone counts on it. */
static orr_status keep(trial *t, size_t index, const orr_outcome *outcome, const double *latencies,
                       orr_error *err) {
  size_t plans = (size_t)outcome->plans;
  double *copy;
  ORR_TRY(orr_new(&copy, plans + 1, sizeof *copy, err));
  memcpy(copy, latencies, plans * sizeof *copy);
  pthread_mutex_lock(&t->lock);
  orr_status status = orr_part_append(&t->part, index, outcome, latencies, err);
  t->part.outcomes[index] = *outcome;
  t->part.latencies[index] = copy;
  t->part.finished[index] = status == ORR_OK;
  t->done++;
  orr_report(t->control, "episodes", (int64_t)t->done, (int64_t)t->pairs->count, t->name);
  pthread_mutex_unlock(&t->lock);
  return status;
}

static void episode_task(void *context, size_t index, size_t lane_index) {
  trial *t = context;
  if (t->part.finished[index] || orr_cancelled(t->control)) return;
  pthread_mutex_lock(&t->lock);
  bool failed = t->error.status != ORR_OK;
  pthread_mutex_unlock(&t->lock);
  if (failed) return;
  lane *l = &t->lanes[lane_index];
  orr_outcome outcome;
  orr_error err = {0};
  orr_status status = run_episode(t, index, l, &outcome, &err);
  if (status == ORR_OK) status = keep(t, index, &outcome, l->latencies, &err);
  if (status == ORR_OK) return;
  pthread_mutex_lock(&t->lock);
  if (t->error.status == ORR_OK) t->error = err;
  pthread_mutex_unlock(&t->lock);
}

/* --- a row ------------------------------------------------------------------------------------ */

/* A swap: the model's row with other dynamics, objective or search. The objective's scales and
 * weights stay those of the rows, so that one thing changes at a time. */
static void take_swap(trial *t) {
  int kind = orr_swap_objective(t->swap);
  t->kind = t->swap->dynamics == ORR_SWAP_SIMULATOR ? ROW_ORACLE : ROW_MODEL;
  t->swapped = *orr_eval_planner_named(t->experiment, t->swap->planner);
  t->swapped.objective = t->planner->objective;
  if (kind != ORR_SWAP_DEFAULT) t->swapped.objective.kind = kind;
  t->planner = &t->swapped;
}

static orr_status name_kind(trial *t, orr_error *err) {
  static const char *const names[] = {"random", "model", "oracle"};
  int kind = -1;
  for (int i = 0; i < 3; i++)
    if (strcmp(t->name, names[i]) == 0) kind = i;
  if (kind < 0 && t->model && orr_model_acts(t->model)) kind = ROW_POLICY;
  if (kind < 0) return orr_fail(err, ORR_ERR_CONFIG, "there is no row `%s`", t->name);
  t->kind = (row_kind)kind;
  return ORR_OK;
}

static orr_status prepare(trial *t, orr_error *err) {
  if (t->swap)
    take_swap(t);
  else
    ORR_TRY(name_kind(t, err));
  if (t->kind == ROW_MODEL && !t->model)
    return orr_fail(err, ORR_ERR_CONFIG, "row `model` needs a checkpoint");
  if (t->pairs->action_count != t->experiment->scenario->action_count)
    return orr_fail(err, ORR_ERR_MISMATCH,
                    "the pairs have actions of %zu numbers, the scenario "
                    "of %zu",
                    t->pairs->action_count, t->experiment->scenario->action_count);
  /* The oracle is the ceiling: the true simulator under the task's own cost. */
  orr_objective_def objective = t->planner->objective;
  if (t->kind == ROW_ORACLE && !t->swap) objective.kind = ORR_OBJECTIVE_GOAL;
  ORR_TRY(orr_objective_create(&objective, &t->experiment->observer, &t->objective, err));
  t->objective.head = t->head;
  ORR_TRY(orr_new(&t->lanes, t->lane_count, sizeof *t->lanes, err));
  for (size_t i = 0; i < t->lane_count; i++) ORR_TRY(create_lane(t, &t->lanes[i], err));
  return ORR_OK;
}

static orr_status gather(const trial *t, orr_outcome *outcomes, double **out_latencies,
                         size_t *out_count, orr_error *err) {
  size_t total = 0, at = 0;
  for (size_t i = 0; i < t->pairs->count; i++) total += (size_t)t->part.outcomes[i].plans;
  double *all;
  ORR_TRY(orr_new(&all, total + 1, sizeof *all, err));
  for (size_t i = 0; i < t->pairs->count; i++) {
    size_t plans = (size_t)t->part.outcomes[i].plans;
    outcomes[i] = t->part.outcomes[i];
    if (plans) memcpy(all + at, t->part.latencies[i], plans * sizeof *all);
    at += plans;
  }
  *out_latencies = all;
  *out_count = total;
  return ORR_OK;
}

static orr_status run_all(trial *t, orr_error *err) {
  for (size_t i = 0; i < t->pairs->count; i++) t->done += t->part.finished[i];
  if (t->done == t->pairs->count) return ORR_OK;
  ORR_TRY(prepare(t, err));
  orr_pool_run(t->control ? t->control->pool : NULL, t->pairs->count, episode_task, t);
  if (orr_cancelled(t->control)) return orr_fail(err, ORR_ERR_CANCELLED, "stopped");
  if (t->error.status != ORR_OK && err) *err = t->error;
  return t->error.status;
}

orr_status orr_protocol_run(const orr_experiment *experiment, const orr_planner_def *planner,
                            const orr_goal_rule *rule, const orr_pairs *pairs, const char *row,
                            const orr_swap_def *swap, const orr_model *model, const orr_model *head,
                            const char *folder, const orr_control *control, orr_outcome *outcomes,
                            double **out_latencies, size_t *out_latency_count, orr_error *err) {
  *out_latencies = NULL;
  *out_latency_count = 0;
  trial *t;
  ORR_TRY(orr_new(&t, 1, sizeof *t, err));
  *t = (trial){.experiment = experiment,
               .planner = planner,
               .rule = rule,
               .pairs = pairs,
               .swap = swap,
               .model = model,
               .head = head,
               .control = control,
               .name = row,
               .lane_count = orr_pool_lanes(control ? control->pool : NULL)};
  pthread_mutex_init(&t->lock, NULL);
  orr_status status = orr_part_open(folder, row, pairs, &t->part, err);
  if (status == ORR_OK) status = run_all(t, err);
  if (status == ORR_OK) status = gather(t, outcomes, out_latencies, out_latency_count, err);
  for (size_t i = 0; t->lanes && i < t->lane_count; i++) destroy_lane(&t->lanes[i]);
  orr_free(t->lanes);
  orr_part_close(&t->part);
  pthread_mutex_destroy(&t->lock);
  orr_free(t);
  return status;
}
