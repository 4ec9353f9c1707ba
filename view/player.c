#include "view/player.h"
#include "base/memory.h"
#include "sim/parts.h"
#include "view/hand.h"
#include <string.h>

struct orr_player {
  const orr_view_def *def;
  const orr_scenario *scenario;
  orr_env *env;
  orr_policy *policy; /* NULL: the human */
  orr_others others;  /* beside the human: who owns the first actuator is the human */
  orr_model *model;
  orr_dynamics *dynamics;
  orr_objective objective;
  orr_planner_def plan;      /* the scenario's, with actuated bodies left out of the goal */
  const orr_goal_rule *rule; /* NULL: the task's own success */
  orr_arena *arena;
  orr_end end;
  uint32_t episode;
  double plan_seconds;
  size_t imagined_count;
  float imagined[ORR_PLAYER_GHOSTS * ORR_MAX_FIELDS];
  float action[ORR_MAX_FIELDS];
  double goal[ORR_MAX_FIELDS];
};

const char *const orr_view_agent_names[] = {"human", "random",  "weak",    "rest",
                                            "cem",   "inverse", "cloning", NULL};

static bool has_goal_of_its_own(const orr_task_def *task, const char *name) {
  const orr_goal_def *goals = task->goals.items;
  for (size_t i = 0; i < task->goals.count; i++)
    if (strcmp(goals[i].joint ? goals[i].joint : goals[i].body, name) == 0) return true;
  return false;
}

/* The task's goal says where free bodies go, not where the agent ends unless it names the agent. */
static orr_status ignore_actuated(orr_player *player, orr_error *err) {
  const orr_space *space = &player->def->experiment->observer.space;
  orr_body_weight *weights = orr_arena_alloc(player->arena, ORR_MAX_BODIES, sizeof *weights);
  if (!weights) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  size_t count = 0;
  for (size_t i = 0; i < space->body_count; i++)
    if (space->bodies[i].role == ORR_ROLE_ACTUATED &&
        !has_goal_of_its_own(&player->scenario->task, space->bodies[i].name))
      weights[count++] = (orr_body_weight){space->bodies[i].name, 0.0};
  player->plan = player->def->experiment->plan;
  player->plan.objective.weights = (orr_list){weights, count};
  return ORR_OK;
}

/* The first rule of the scenario that speaks of the task's bodies alone; else the first, if any. */
static void choose_rule(orr_player *player) {
  const orr_eval_def *eval = &player->def->experiment->eval;
  const orr_goal_rule *rules = eval->rules.items;
  for (size_t i = 0; i < eval->rules.count; i++)
    if (!player->rule || rules[i].position_bodies.count < player->rule->position_bodies.count)
      player->rule = &rules[i];
}

static orr_status create_planner(orr_player *player, orr_pool *pool, orr_error *err) {
  const orr_experiment *experiment = player->def->experiment;
  size_t block = (size_t)experiment->model.block;
  ORR_TRY(ignore_actuated(player, err));
  choose_rule(player);
  ORR_TRY(orr_objective_create(&player->plan.objective, &experiment->observer, &player->objective,
                               err));
  if (player->def->model) {
    ORR_TRY(orr_precision_check(player->plan.precision, "plan.precision", err));
    ORR_TRY(orr_model_load(player->def->model, &player->model, err));
    orr_model_set_precision(player->model, player->plan.precision);
    ORR_TRY(orr_dynamics_model(player->model, player->scenario, &experiment->observer,
                               &player->objective, orr_pool_lanes(pool), &player->dynamics, err));
  } else {
    ORR_TRY(orr_dynamics_simulator(player->scenario, &experiment->observer, &player->objective,
                                   NULL, block, orr_pool_lanes(pool), &player->dynamics, err));
  }
  return orr_policy_planner(&player->plan, player->dynamics, &experiment->observer, pool,
                            &player->policy, err);
}

static bool has_goal(const orr_player *player) { return player->def->agent >= ORR_VIEW_CEM; }

/* It is told to be there as soon as an evaluation would ask it to. */
static orr_status create_network(orr_player *player, orr_error *err) {
  const orr_experiment *experiment = player->def->experiment;
  bool cloning = player->def->agent == ORR_VIEW_CLONING;
  const char *word = cloning ? "cloning" : "inverse";
  if (!player->def->model) {
    orr_fail(err, ORR_ERR_CONFIG, "agent `%s` needs its network", word);
    orr_hint(err, "give --model, for example out/push_t-full/model/%s/model.safetensors", word);
    return ORR_ERR_CONFIG;
  }
  choose_rule(player);
  ORR_TRY(orr_model_load(player->def->model, &player->model, err));
  int family = orr_model_definition(player->model)->family;
  if (family != (cloning ? (int)ORR_FAMILY_CLONING : (int)ORR_FAMILY_INVERSE)) {
    return orr_fail(err, ORR_ERR_MISMATCH, "%s is of family %s, not %s", player->def->model,
                    orr_family_names[family], word);
  }
  return orr_policy_network(player->model, &experiment->observer, experiment->eval.goal_offset,
                            &player->policy, err);
}

static const char *first_agent(const orr_player *player) {
  const orr_parts *parts = player->scenario->parts;
  return parts->agent_count ? parts->agents[0] : "";
}

static orr_status create_agent(orr_player *player, orr_pool *pool, orr_error *err) {
  const orr_experiment *experiment = player->def->experiment;
  switch (player->def->agent) {
  case ORR_VIEW_HUMAN:
    return orr_others_create(player->scenario, first_agent(player), experiment->plan.others,
                             &player->others, err);
  case ORR_VIEW_REST: return ORR_OK;
  case ORR_VIEW_RANDOM:
    return orr_policy_random(&experiment->observer, experiment->eval.random_hold, &player->policy,
                             err);
  case ORR_VIEW_WEAK:
    return orr_policy_weak(&experiment->observer, &experiment->collect.weak_policy, &player->policy,
                           err);
  case ORR_VIEW_CEM: return create_planner(player, pool, err);
  case ORR_VIEW_INVERSE:
  case ORR_VIEW_CLONING: return create_network(player, err);
  }
  return ORR_OK;
}

orr_status orr_player_create(const orr_view_def *def, orr_pool *pool, orr_player **out,
                             orr_error *err) {
  orr_player *player;
  *out = NULL;
  ORR_TRY(orr_new(&player, 1, sizeof *player, err));
  player->def = def;
  player->scenario = def->experiment->scenario;
  player->arena = orr_arena_create(4096);
  orr_status status = player->arena ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  if (status == ORR_OK)
    status = orr_env_create(player->scenario, &def->experiment->observer, &player->env, err);
  if (status == ORR_OK) status = create_agent(player, pool, err);
  if (status != ORR_OK) {
    orr_player_destroy(player);
    return status;
  }
  *out = player;
  return ORR_OK;
}

void orr_player_destroy(orr_player *player) {
  if (!player) return;
  orr_policy_destroy(player->policy);
  orr_dynamics_destroy(player->dynamics);
  orr_model_destroy(player->model);
  orr_env_destroy(player->env);
  orr_arena_destroy(player->arena);
  orr_free(player);
}

/* The planner's goal: the task's poses, everything else as it is. */
static void set_task_goal(orr_player *player) {
  const orr_scenario *now = orr_world_variant(orr_env_world(player->env));
  orr_world_state(orr_env_world(player->env), player->goal);
  for (size_t i = 0; i < now->task.goals.count; i++) orr_goal_write(now, i, player->goal);
  orr_env_set_goal(player->env, player->rule, player->goal);
}

orr_status orr_player_reset(orr_player *player, uint32_t episode, orr_error *err) {
  player->episode = episode;
  player->end = ORR_RUNNING;
  player->imagined_count = 0;
  player->plan_seconds = 0.0;
  ORR_TRY(orr_env_reset(player->env, player->def->seed, episode, err));
  if (has_goal(player)) set_task_goal(player);
  if (player->policy) orr_policy_reset(player->policy, player->def->seed, episode);
  return ORR_OK;
}

/* The cursor leads the first agent; other agents do what plan.others says. */
static void human_action(orr_player *player, const double cursor[2]) {
  if (!player->scenario->parts->actuator_count) return;
  double state[ORR_MAX_FIELDS];
  orr_world_state(orr_env_world(player->env), state);
  int64_t step = orr_env_steps(player->env);
  if (step == 0) orr_others_begin(&player->others, state);
  orr_others_act(&player->others, state, player->def->seed, player->episode, step, player->action);
  orr_hand_act(player->scenario, state, cursor, player->action);
}

/* Nothing is commanded: positions stay as they are, all else is 0. */
static void rest_action(orr_player *player) {
  double state[ORR_MAX_FIELDS];
  orr_world_state(orr_env_world(player->env), state);
  for (size_t a = 0; a < player->scenario->action_count; a++)
    player->action[a] = orr_action_rest(player->scenario, a, state);
}

static void imagine(orr_player *player) {
  double seconds = orr_policy_last_plan_seconds(player->policy);
  if (seconds < 0.0 || !player->dynamics) return;
  player->plan_seconds = seconds;
  const orr_planner *planner = orr_policy_planner_of(player->policy);
  size_t horizon = (size_t)player->plan.horizon;
  if (horizon > ORR_PLAYER_GHOSTS) horizon = ORR_PLAYER_GHOSTS;
  const float *best = planner ? orr_planner_best(planner) : NULL;
  bool known = best && orr_dynamics_imagine(player->dynamics, best, horizon, player->imagined);
  player->imagined_count = known ? horizon : 0;
}

orr_status orr_player_step(orr_player *player, const double cursor[2], orr_error *err) {
  if (player->policy) {
    ORR_TRY(orr_policy_act(player->policy, player->env, player->action, err));
    imagine(player);
  } else if (player->def->agent == ORR_VIEW_REST) {
    rest_action(player);
  } else {
    human_action(player, cursor);
  }
  player->end = orr_env_step(player->env, player->action);
  return ORR_OK;
}

orr_env *orr_player_env(orr_player *player) { return player->env; }
const float *orr_player_action(const orr_player *player) { return player->action; }
bool orr_player_success(const orr_player *player) { return orr_env_success(player->env); }
orr_end orr_player_end(const orr_player *player) { return player->end; }
double orr_player_plan_milliseconds(const orr_player *player) { return player->plan_seconds * 1e3; }

double orr_player_plan_cost(const orr_player *player) {
  const orr_planner *planner = player->policy ? orr_policy_planner_of(player->policy) : NULL;
  return planner ? orr_planner_best_cost(planner) : 0.0;
}

size_t orr_player_imagined(const orr_player *player, const float **out) {
  *out = player->imagined;
  return player->imagined_count;
}
