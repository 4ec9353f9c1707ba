#include "agents/dynamics_private.h"
#include "agents/policy_private.h"
#include "base/clock.h"

#include "base/maths.h"
#include "base/memory.h"

#include <string.h>

typedef enum policy_kind { POLICY_RANDOM, POLICY_WEAK, POLICY_PLANNER, POLICY_NETWORK } policy_kind;

struct orr_policy {
  policy_kind kind;
  orr_observer observer;
  uint64_t seed;
  uint32_t episode;
  int64_t step; /* control steps since reset */
  int64_t hold;
  double amplitude, reach;
  double *state; /* the world's */
  orr_dynamics *dynamics;
  orr_planner *planner;
  orr_model_worker *worker;
  float *seen, *goal, *block;  /* of a network: observations, its actions */
  int64_t goal_steps, horizon; /* control steps to the goal; most blocks ahead */
  orr_others others;           /* of a planner: who is not searched for */
  orr_pool *pool;
  const float *plan;            /* NULL: none yet */
  size_t plan_step, plan_steps; /* of the plan: executed, to execute */
  double plan_seconds;
};

static orr_status create(policy_kind kind, const orr_observer *observer, orr_policy **out,
                         orr_error *err) {
  orr_policy *policy;
  *out = NULL;
  ORR_TRY(orr_new(&policy, 1, sizeof *policy, err));
  policy->kind = kind;
  policy->observer = *observer;
  policy->plan_seconds = -1.0;
  policy->hold = 1;
  orr_status status =
      orr_new(&policy->state, observer->scenario->state.count, sizeof *policy->state, err);
  if (status == ORR_OK)
    *out = policy;
  else
    orr_policy_destroy(policy);
  return status;
}

void orr_policy_destroy(orr_policy *policy) {
  if (!policy) return;
  orr_planner_destroy(policy->planner);
  orr_model_worker_destroy(policy->worker);
  orr_free(policy->seen);
  orr_free(policy->state);
  orr_free(policy);
}

static orr_status check_range(const orr_space *action, orr_error *err) {
  for (size_t a = 0; a < action->count; a++) {
    if (isfinite(action->fields[a].low) && isfinite(action->fields[a].high)) continue;
    orr_fail(err, ORR_ERR_CONFIG, "action %s has no nominal range to draw from",
             action->fields[a].name);
    orr_hint(err, "give its actuator low and high");
    return ORR_ERR_CONFIG;
  }
  return ORR_OK;
}

orr_status orr_policy_random(const orr_observer *observer, int64_t hold, orr_policy **out,
                             orr_error *err) {
  ORR_ASSERT(hold >= 1);
  *out = NULL;
  ORR_TRY(check_range(&observer->scenario->action, err));
  ORR_TRY(create(POLICY_RANDOM, observer, out, err));
  (*out)->hold = hold;
  return ORR_OK;
}

static bool has_free_body(const orr_scenario *scenario) {
  for (size_t i = 0; i < scenario->body_count; i++)
    if (scenario->state.bodies[i].role == ORR_ROLE_FREE) return true;
  return false;
}

orr_status orr_policy_weak(const orr_observer *observer, const orr_weak_def *def, orr_policy **out,
                           orr_error *err) {
  ORR_ASSERT(def->hold >= 1);
  *out = NULL;
  ORR_TRY(check_range(&observer->scenario->action, err));
  if (observer->scenario->action.meaning == ORR_ACTION_OTHER) {
    orr_fail(err, ORR_ERR_CONFIG, "the weak policy needs actions that are position targets");
    orr_hint(err, "use the random policy");
    return ORR_ERR_CONFIG;
  }
  if (!has_free_body(observer->scenario))
    return orr_fail(err, ORR_ERR_CONFIG, "the weak policy needs a free body to stay near");
  ORR_TRY(create(POLICY_WEAK, observer, out, err));
  (*out)->hold = def->hold;
  (*out)->amplitude = def->amplitude;
  (*out)->reach = def->reach;
  return ORR_OK;
}

orr_status orr_policy_planner(const orr_planner_def *def, orr_dynamics *dynamics,
                              const orr_observer *observer, orr_pool *pool, orr_policy **out,
                              orr_error *err) {
  *out = NULL;
  orr_others others;
  ORR_TRY(orr_others_create(observer->scenario, def->agent, def->others, &others, err));
  ORR_TRY(create(POLICY_PLANNER, observer, out, err));
  orr_policy *policy = *out;
  policy->others = others;
  size_t block = orr_dynamics_block(dynamics);
  policy->dynamics = dynamics;
  policy->pool = pool;
  policy->plan_steps = (size_t)def->replan * block;
  orr_status status =
      orr_planner_create(def, &observer->scenario->action, block, &policy->planner, err);
  if (status == ORR_OK && others.any) orr_planner_restrict(policy->planner, others.own);
  if (status == ORR_OK) return ORR_OK;
  orr_policy_destroy(policy);
  *out = NULL;
  return status;
}

static orr_status create_network(orr_policy *policy, const orr_model *model, orr_error *err) {
  size_t S = policy->observer.space.count, actions = policy->observer.scenario->action_count;
  int64_t block = orr_model_definition(model)->block;
  policy->horizon = orr_model_definition(model)->horizon;
  policy->plan_steps = (size_t)block;
  ORR_TRY(orr_model_worker_create(model, &policy->worker, err));
  ORR_TRY(orr_new(&policy->seen, 2 * S + (size_t)block * actions, sizeof *policy->seen, err));
  policy->goal = policy->seen + S;
  policy->block = policy->goal + S;
  return ORR_OK;
}

orr_status orr_policy_network(const orr_model *model, const orr_observer *observer,
                              int64_t goal_steps, orr_policy **out, orr_error *err) {
  *out = NULL;
  if (!orr_model_acts(model)) {
    orr_fail(err, ORR_ERR_MISMATCH, "a network of family %s is a %s, it cannot act",
             orr_family_names[orr_model_definition(model)->family],
             orr_model_reaches(model) ? "distance" : "world model");
    orr_hint(err, "plan with it, or give a network of family inverse or cloning");
    return ORR_ERR_MISMATCH;
  }
  ORR_TRY(orr_dynamics_fits(model, observer, err));
  ORR_TRY(create(POLICY_NETWORK, observer, out, err));
  (*out)->goal_steps = goal_steps;
  orr_status status = create_network(*out, model, err);
  if (status == ORR_OK) return ORR_OK;
  orr_policy_destroy(*out);
  *out = NULL;
  return status;
}

void orr_policy_reset(orr_policy *policy, uint64_t seed, uint32_t episode) {
  policy->seed = seed;
  policy->episode = episode;
  policy->step = 0;
  policy->plan = NULL;
  policy->plan_seconds = -1.0;
  if (policy->planner) orr_planner_reset(policy->planner, seed, episode);
}

double orr_policy_last_plan_seconds(const orr_policy *policy) { return policy->plan_seconds; }
const orr_planner *orr_policy_planner_of(const orr_policy *policy) { return policy->planner; }

/* ---- targets ---- */

static size_t axis_of(const orr_space_field *field) {
  return field->quantity == ORR_QUANTITY_Z ? 2 : field->quantity == ORR_QUANTITY_Y ? 1 : 0;
}

/* Where the body that an action field moves is, along the field's axis. */
static double position_of(const orr_scenario *scenario, const orr_space_field *field,
                          const double *state) {
  size_t axis = axis_of(field);
  const double *body = state + orr_state_at(scenario, (size_t)field->body);
  return body[axis == 2 ? ORR_BODY_STATE : axis];
}

double orr_action_target(const orr_scenario *scenario, size_t a, double value,
                         const double *state) {
  const orr_space *action = &scenario->action;
  const orr_space_field *field = &action->fields[a];
  if (action->meaning != ORR_ACTION_RELATIVE) return value;
  return position_of(scenario, field, state) + action->scale * value;
}

double orr_action_arena(const orr_space *action, size_t a, double target) {
  const orr_space_field *field = &action->fields[a];
  if (action->meaning == ORR_ACTION_OTHER || axis_of(field) == 2) return target;
  double radius = action->bodies[field->body].radius;
  double low = action->bounds[axis_of(field)] + radius;
  double high = action->bounds[2 + axis_of(field)] - radius;
  return low < high ? orr_clamp(target, low, high) : target;
}

float orr_action_towards(const orr_scenario *scenario, size_t a, double target,
                         const double *state) {
  const orr_space *action = &scenario->action;
  const orr_space_field *field = &action->fields[a];
  if (action->meaning == ORR_ACTION_RELATIVE) {
    target = (target - position_of(scenario, field, state)) / action->scale;
  }
  return (float)orr_clamp(target, field->low, field->high);
}

/* ---- acting ---- */

/* The same numbers for all steps of a hold: a draw is a function of the step. */
static orr_random draws(const orr_policy *policy) {
  return orr_random_at(policy->seed, ORR_PURPOSE_POLICY, policy->episode,
                       (uint32_t)(policy->step / policy->hold), 0, 0);
}

static void act_random(const orr_policy *policy, float *action) {
  const orr_space *space = &policy->observer.scenario->action;
  orr_random random = draws(policy);
  for (size_t a = 0; a < space->count; a++)
    action[a] = (float)orr_random_uniform(&random, space->fields[a].low, space->fields[a].high);
}

bool orr_nearest_free(const orr_scenario *scenario, const double *state, int entity,
                      double out[3]) {
  const double *from = state + orr_state_at(scenario, (size_t)entity);
  double nearest = INFINITY;
  for (size_t i = 0; i < scenario->body_count; i++) {
    if (scenario->state.bodies[i].role != ORR_ROLE_FREE) continue;
    const double *pose = state + orr_state_at(scenario, i);
    const double *centre = scenario->state.bodies[i].centre;
    double c = cos(pose[2]), s = sin(pose[2]);
    double x = pose[0] + c * centre[0] - s * centre[1];
    double y = pose[1] + s * centre[0] + c * centre[1];
    double dx = x - from[0], dy = y - from[1], square = dx * dx + dy * dy;
    if (!(square < nearest)) continue;
    nearest = square;
    out[0] = x;
    out[1] = y;
    out[2] = scenario->stride > ORR_BODY_STATE ? pose[ORR_BODY_STATE] : 0.0;
  }
  return nearest < INFINITY;
}

/* The draw is held, the clipping is not: the target stays in the box while the agent moves. */
static void act_weak(const orr_policy *policy, float *action) {
  const orr_scenario *scenario = policy->observer.scenario;
  const orr_space *space = &scenario->action;
  double stroke =
      policy->amplitude * (space->meaning == ORR_ACTION_RELATIVE ? space->scale : policy->reach);
  orr_random random = draws(policy);
  for (size_t a = 0; a < space->count; a++) {
    const orr_space_field *field = &space->fields[a];
    double centre[3], unit = orr_random_uniform(&random, -1.0, 1.0);
    orr_nearest_free(scenario, policy->state, field->body, centre);
    double middle = centre[axis_of(field)];
    double target = position_of(scenario, field, policy->state) + stroke * unit;
    target = orr_clamp(target, middle - policy->reach, middle + policy->reach);
    action[a] = orr_action_towards(scenario, a, orr_action_arena(space, a, target), policy->state);
  }
}

static void act_others(orr_policy *policy, const orr_env *env, float *action) {
  orr_world_state(orr_env_look(env), policy->state);
  if (policy->step == 0) orr_others_begin(&policy->others, policy->state);
  orr_others_act(&policy->others, policy->state, policy->seed, policy->episode, policy->step,
                 action);
}

static orr_status act_planner(orr_policy *policy, const orr_env *env, float *action,
                              orr_error *err) {
  size_t actions = policy->observer.scenario->action_count;
  float others[ORR_MAX_FIELDS];
  policy->plan_seconds = -1.0;
  if (policy->others.any) act_others(policy, env, others);
  if (!policy->plan || policy->plan_step == policy->plan_steps) {
    double start = orr_seconds(); /* told, never used */
    if (policy->others.any) orr_planner_give(policy->planner, others);
    ORR_TRY(orr_dynamics_begin(policy->dynamics, env, err));
    policy->plan = orr_planner_plan(policy->planner, policy->dynamics, policy->pool, NULL);
    policy->plan_step = 0;
    policy->plan_seconds = orr_seconds() - start;
  }
  memcpy(action, policy->plan + policy->plan_step++ * actions, actions * sizeof *action);
  for (size_t a = 0; policy->others.any && a < actions; a++)
    if (!policy->others.own[a]) action[a] = others[a];
  return ORR_OK;
}

static void ask_network(orr_policy *policy, const orr_env *env) {
  const orr_space *space = &policy->observer.scenario->action;
  int64_t block = (int64_t)policy->plan_steps, left = policy->goal_steps - policy->step;
  float ahead = (float)orr_clamp(ceil((double)left / (double)block), 1.0, (double)policy->horizon);
  orr_env_observe(env, policy->seen);
  orr_env_goal(env, policy->goal);
  orr_model_act(policy->worker, policy->seen, policy->goal, &ahead, 1, policy->block);
  for (size_t i = 0; i < policy->plan_steps * space->count; i++) {
    const orr_space_field *field = &space->fields[i % space->count];
    policy->block[i] = (float)orr_clamp((double)policy->block[i], field->low, field->high);
  }
}

static void act_network(orr_policy *policy, const orr_env *env, float *action) {
  size_t actions = policy->observer.scenario->action_count;
  policy->plan_seconds = -1.0;
  if (!policy->plan || policy->plan_step == policy->plan_steps) {
    double start = orr_seconds(); /* told, never used */
    ask_network(policy, env);
    policy->plan = policy->block;
    policy->plan_step = 0;
    policy->plan_seconds = orr_seconds() - start;
  }
  memcpy(action, policy->plan + policy->plan_step++ * actions, actions * sizeof *action);
}

orr_status orr_policy_act(orr_policy *policy, const orr_env *env, float *action, orr_error *err) {
  orr_status status = ORR_OK;
  switch (policy->kind) {
  case POLICY_RANDOM: act_random(policy, action); break;
  case POLICY_WEAK:
    orr_world_state(orr_env_look(env), policy->state);
    act_weak(policy, action);
    break;
  case POLICY_PLANNER: status = act_planner(policy, env, action, err); break;
  case POLICY_NETWORK: act_network(policy, env, action); break;
  }
  policy->step++;
  return status;
}
