/* On-policy units: an agent that plans with a model, from states of training demonstrations. */
#include "agents/collect_private.h"

#include "base/maths.h"
#include "base/memory.h"

#include <string.h>

/* ---- what a round needs ---- */

static orr_status find_starts(orr_collector *collector, orr_error *err) {
  const orr_dataset *data = collector->agent->demonstrations;
  size_t all = orr_dataset_episodes(data);
  ORR_TRY(orr_new(&collector->starts, all + 1, sizeof *collector->starts, err));
  for (size_t i = 0; i < all; i++) {
    orr_episode_view view = orr_dataset_episode(data, i);
    if (view.policy == ORR_POLICY_EXPERT && (int64_t)view.steps >= collector->agent->goal_offset)
      collector->starts[collector->start_count++] = i;
  }
  if (collector->start_count) return ORR_OK;
  orr_fail(err, ORR_ERR_CONFIG,
           "no training demonstration has the %lld control steps from a start to its goal",
           (long long)collector->agent->goal_offset);
  orr_hint(err, "collect more or longer demonstrations, or make eval.goal_offset shorter");
  return ORR_ERR_CONFIG;
}

static orr_status add_lane(orr_collector *collector, orr_collect_lane *lane, orr_error *err) {
  const orr_agent_def *agent = collector->agent;
  ORR_TRY(orr_dynamics_model(agent->model, collector->scenario, collector->observer,
                             &collector->objective, 1, &lane->dynamics, err));
  return orr_policy_planner(agent->plan, lane->dynamics, collector->observer, NULL, &lane->expert,
                            err);
}

orr_status orr_collector_add_agent(orr_collector *collector, const orr_agent_def *agent,
                                   orr_error *err) {
  collector->agent = agent;
  ORR_TRY(find_starts(collector, err));
  ORR_TRY(orr_objective_create(&agent->plan->objective, collector->observer, &collector->objective,
                               err));
  for (size_t i = 0; i < collector->lane_count; i++)
    ORR_TRY(add_lane(collector, &collector->lanes[i], err));
  return ORR_OK;
}

orr_hash orr_agent_digest(const orr_agent_def *agent) {
  int64_t numbers[] = {agent->round, agent->goal_offset};
  double shares[] = {agent->noise, agent->random_goals};
  orr_hash hash = orr_record_digest(&orr_planner_record, agent->plan);
  hash = orr_hash_join(hash, orr_model_hash(agent->model));
  hash = orr_hash_join(hash, orr_dataset_hash(agent->demonstrations));
  hash = orr_hash_join(hash, orr_hash_bytes(numbers, sizeof numbers));
  return orr_hash_join(hash, orr_hash_bytes(shares, sizeof shares));
}

/* ---- a unit ---- */

/* Brings the env to row `row` of a demonstration; lane->seen is what was recorded there. */
static orr_status replay(orr_collect_lane *lane, const orr_episode_view *view, size_t row,
                         orr_error *err) {
  const orr_observer *observer = orr_env_observer(lane->env);
  size_t actions = observer->scenario->action_count, fields = observer->space.count;
  ORR_TRY(orr_env_reset(lane->env, view->seed, (uint32_t)view->reset_episode, err));
  for (size_t t = 0; t < row; t++) orr_env_step(lane->env, view->actions + t * actions);
  orr_env_observe(lane->env, lane->seen);
  if (memcmp(lane->seen, view->states + row * fields, fields * sizeof *lane->seen) == 0)
    return ORR_OK;
  orr_fail(err, ORR_ERR_MISMATCH,
           "replaying demonstration %lld does not give what was recorded (row %zu)",
           (long long)view->index, row);
  orr_hint(err, "the data come from another build or machine type; collect them again");
  return ORR_ERR_MISMATCH;
}

/* Draws start and goal, brings the env to the one and sets the other. */
static orr_status begin(const orr_collector *collector, orr_collect_lane *lane, uint32_t number,
                        orr_episode *episode, orr_error *err) {
  const orr_agent_def *agent = collector->agent;
  size_t offset = (size_t)agent->goal_offset;
  /* step 1: step 0 of this stream is orr_collect_draw_goal's */
  orr_random random =
      orr_random_at((uint64_t)collector->def->seed, ORR_PURPOSE_GOAL, number, 1, 0, 0);
  bool drawn = orr_random_unit(&random) < agent->random_goals;
  size_t which = (size_t)orr_random_integer(&random, 0, (int64_t)collector->start_count);
  orr_episode_view view = orr_dataset_episode(agent->demonstrations, collector->starts[which]);
  size_t start = (size_t)orr_random_integer(&random, 0, (int64_t)(view.steps - offset + 1));
  if (drawn) {
    orr_collect_draw_goal(collector, lane, number);
  } else {
    ORR_TRY(replay(lane, &view, start + offset, err));
    orr_world_state(orr_env_look(lane->env), lane->goal);
  }
  ORR_TRY(replay(lane, &view, start, err));
  if (drawn)
    orr_collect_set_goal(collector, lane);
  else
    orr_env_set_goal(lane->env, &collector->reached, lane->goal);
  episode->seed = view.seed;
  episode->reset_episode = view.reset_episode;
  episode->source = view.source;
  episode->policy = ORR_POLICY_MODEL;
  return orr_collect_begin(lane, episode, err);
}

static void add_noise(const orr_collector *collector, orr_collect_lane *lane, uint32_t number,
                      size_t step) {
  const orr_space *space = &collector->scenario->action;
  orr_random random = orr_random_at((uint64_t)collector->def->seed, ORR_PURPOSE_NOISE, number,
                                    (uint32_t)step, 0, 0);
  for (size_t a = 0; a < space->count; a++) {
    double action = (double)lane->action[a];
    action += collector->agent->noise * orr_random_normal(&random);
    lane->action[a] = (float)orr_clamp(action, space->fields[a].low, space->fields[a].high);
  }
}

orr_status orr_collect_agent_unit(const orr_collector *collector, orr_collect_lane *lane,
                                  const orr_unit *unit, orr_episode *episode, bool *reached,
                                  orr_error *err) {
  const orr_collect_def *def = collector->def;
  uint32_t number = orr_agent_number(collector->agent->round, unit->number);
  episode->terminated = episode->truncated = episode->diverged = false;
  ORR_TRY(begin(collector, lane, number, episode, err));
  orr_policy_reset(lane->expert, (uint64_t)def->seed, number);
  int64_t left = def->steps; /* until the end: fewer once the goal is reached */
  while (left > 0 && !episode->diverged) {
    ORR_TRY(orr_policy_act(lane->expert, lane->env, lane->action, err));
    if (collector->agent->noise > 0.0) add_noise(collector, lane, number, episode->steps);
    ORR_TRY(orr_collect_step(lane, episode, err));
    left--;
    if (!*reached && orr_env_success(lane->env)) {
      *reached = true;
      left = left < def->linger ? left : def->linger;
    }
  }
  episode->terminated = *reached && !episode->diverged;
  episode->truncated = !*reached && !episode->diverged;
  return ORR_OK;
}
