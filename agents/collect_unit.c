/* One unit of collection: a demonstration with its noisy replays, or an episode of a simple policy.
 * Everything that a unit draws is a function of (seed, its number). */
#include "agents/collect_private.h"
#include "agents/others.h"
#include "agents/policy_private.h"

#include "base/clock.h"
#include "base/maths.h"
#include "base/memory.h"

#include <string.h>

#define GOAL_SETTLE 10 /* control steps at rest that push a drawn goal pose out of walls */

/* Reset episodes of the kinds lie in ranges of their own, so that no two episodes share a start and
 * more of one kind leaves the others as they are. */
enum {
  TRAIN_EXPERTS = 0x00000000,
  HELD_EXPERTS = 0x10000000,
  WEAK = 0x20000000,
  RANDOM = 0x30000000,
  GOALS = 0x40000000, /* + the reset episode of a demonstration, or an agent's number */
  AGENTS = 0x60000000 /* numbers of draws: these start from demonstrations */
};
enum { ROUND_BITS = 20 }; /* of an agent's number that count episodes */
_Static_assert(ORR_MAX_AGENT_EPISODES <= 1 << ROUND_BITS, "rounds do not overlap");

uint32_t orr_agent_number(int64_t round, uint32_t unit) {
  return AGENTS + ((uint32_t)round << ROUND_BITS) + unit;
}

static uint32_t reset_episode(const orr_unit *unit) {
  switch (unit->kind) {
  case ORR_UNIT_EXPERT:
    return (unit->split == ORR_SPLIT_TRAIN ? TRAIN_EXPERTS : HELD_EXPERTS) + unit->number;
  case ORR_UNIT_WEAK: return WEAK + unit->number;
  case ORR_UNIT_RANDOM: return RANDOM + unit->number;
  case ORR_UNIT_AGENT: break;
  }
  return 0;
}

size_t orr_unit_episodes(const orr_collect_def *def, orr_unit_kind kind, orr_split split) {
  bool replays = kind == ORR_UNIT_EXPERT && split == ORR_SPLIT_TRAIN;
  return 1 + (replays ? (size_t)def->replay.count : 0);
}

size_t orr_unit_steps(const orr_collect_def *def, orr_unit_kind kind) {
  return (size_t)(kind == ORR_UNIT_WEAK     ? def->weak_steps
                  : kind == ORR_UNIT_RANDOM ? def->random_steps
                                            : def->steps);
}

int64_t orr_unit_shard(const orr_collect_def *def, const orr_space *observation, orr_unit_kind kind,
                       orr_split split) {
  int64_t episodes = (int64_t)orr_unit_episodes(def, kind, split), row = 0;
  int64_t most = (def->shard_episodes + episodes - 1) / episodes;
  for (size_t i = 0; i < observation->picture_count; i++)
    row += (int64_t)orr_picture_bytes(&observation->pictures[i]);
  if (row == 0) return most;
  int64_t fit = ORR_SHARD_PICTURES / row / episodes / ((int64_t)orr_unit_steps(def, kind) + 1);
  if (fit < 1) fit = 1;
  return fit < most ? fit : most;
}

/* ---- the collector ---- */

static bool has_task_goal(const orr_scenario *scenario, const char *name) {
  const orr_goal_def *goals = scenario->task.goals.items;
  for (size_t i = 0; i < scenario->task.goals.count; i++)
    if (strcmp(goals[i].joint ? goals[i].joint : goals[i].body, name) == 0) return true;
  return false;
}

/* Those of the task's goals; without any the free ones; all when none is free. */
static void choose_goal_entities(orr_collector *collector) {
  const orr_scenario *scenario = collector->scenario;
  const orr_space *state = &scenario->state;
  bool given = scenario->task.goals.count > 0, any_free = false;
  for (size_t i = 0; i < state->body_count; i++)
    any_free = any_free || state->bodies[i].role == ORR_ROLE_FREE;
  for (size_t i = 0; i < state->body_count; i++) {
    const orr_space_body *entity = &state->bodies[i];
    bool chosen =
        given ? has_task_goal(scenario, entity->name) : entity->role == ORR_ROLE_FREE || !any_free;
    collector->goal_entity[i] = chosen;
    if (!chosen) continue;
    collector->goal_names[collector->goal_bodies + collector->goal_joints] = entity->name;
    if (i < scenario->body_count)
      collector->goal_bodies++;
    else
      collector->goal_joints++;
  }
}

static void fill_rule(orr_collector *collector) {
  orr_goal_rule *rule = &collector->reached;
  *rule = collector->def->reached;
  if (rule->position_bodies.count + rule->angle_bodies.count + rule->joints.count > 0) return;
  rule->position_bodies = (orr_list){collector->goal_names, collector->goal_bodies};
  rule->angle_bodies = rule->position_bodies;
  rule->joints = (orr_list){collector->goal_names + collector->goal_bodies, collector->goal_joints};
}

static bool named(const orr_list *weights, const char *name) {
  const orr_body_weight *items = weights->items;
  for (size_t i = 0; i < weights->count; i++)
    if (strcmp(items[i].name, name) == 0) return true;
  return false;
}

/* Only the goal's entities have a place to be, unless the file gives another one a weight. */
static orr_status make_objective(orr_collector *collector, orr_error *err) {
  const orr_objective_def *def = &collector->def->expert.objective;
  const orr_space *space = &collector->observer->space;
  ORR_TRY(orr_objective_create(def, collector->observer, &collector->objective, err));
  bool counts = false;
  for (size_t i = 0; i < space->count; i++) {
    int body = space->fields[i].body;
    if (body < 0) continue;
    if (!collector->goal_entity[body] && !named(&def->weights, space->bodies[body].name))
      collector->objective.factor[i] = 0.0;
    counts = counts || collector->objective.factor[i] > 0.0;
  }
  if (counts) return ORR_OK;
  orr_fail(err, ORR_ERR_CONFIG,
           "demonstrations need a goal: no pose of its bodies and joints is observed");
  orr_hint(err, "set collect.experts and collect.held_out to 0, or observe them");
  return ORR_ERR_CONFIG;
}

static orr_status create_expert(orr_collector *collector, orr_collect_lane *lane, orr_error *err) {
  const orr_scenario *scenario = collector->scenario;
  size_t targets = (size_t)collector->def->steps * scenario->action_count;
  ORR_TRY(orr_new(&lane->targets, targets, sizeof *lane->targets, err));
  ORR_TRY(orr_dynamics_simulator(scenario, collector->observer, &collector->objective, NULL,
                                 collector->block, 1, &lane->dynamics, err));
  return orr_policy_planner(&collector->def->expert, lane->dynamics, collector->observer, NULL,
                            &lane->expert, err);
}

static orr_status create_pictures(const orr_observer *observer, orr_collect_lane *lane,
                                  orr_error *err) {
  size_t most = 0;
  for (size_t i = 0; i < observer->space.picture_count; i++) {
    size_t bytes = orr_picture_bytes(&observer->space.pictures[i]);
    if (bytes > most) most = bytes;
  }
  if (most == 0) return ORR_OK;
  ORR_TRY(orr_new(&lane->frame, most, 1, err));
  return orr_deflater_create(&lane->deflater, err);
}

static orr_status create_lane(orr_collector *collector, orr_collect_lane *lane, orr_error *err) {
  const orr_scenario *scenario = collector->scenario;
  const orr_collect_def *def = collector->def;
  ORR_TRY(orr_new(&lane->state, scenario->state.count, sizeof *lane->state, err));
  ORR_TRY(orr_new(&lane->goal, scenario->state.count, sizeof *lane->goal, err));
  ORR_TRY(orr_new(&lane->seen, collector->observer->space.count, sizeof *lane->seen, err));
  ORR_TRY(orr_new(&lane->action, scenario->action_count, sizeof *lane->action, err));
  ORR_TRY(create_pictures(collector->observer, lane, err));
  ORR_TRY(orr_env_create(scenario, collector->observer, &lane->env, err));
  if (def->experts + def->held_out > 0) ORR_TRY(create_expert(collector, lane, err));
  if (def->weak > 0)
    ORR_TRY(orr_policy_weak(collector->observer, &def->weak_policy, &lane->weak, err));
  if (def->random > 0) ORR_TRY(orr_policy_random(collector->observer, 1, &lane->random, err));
  return ORR_OK;
}

orr_status orr_collector_create(const orr_observer *observer, const orr_collect_def *def,
                                size_t block, size_t lanes, orr_collector *out, orr_error *err) {
  memset(out, 0, sizeof *out);
  out->scenario = observer->scenario;
  out->observer = observer;
  out->def = def;
  out->block = block;
  choose_goal_entities(out);
  fill_rule(out);
  if (def->experts + def->held_out > 0) ORR_TRY(make_objective(out, err));
  ORR_TRY(orr_new(&out->lanes, lanes, sizeof *out->lanes, err));
  out->lane_count = lanes;
  for (size_t i = 0; i < lanes; i++) {
    orr_status status = create_lane(out, &out->lanes[i], err);
    if (status == ORR_OK) continue;
    orr_collector_destroy(out);
    return status;
  }
  return ORR_OK;
}

void orr_collector_destroy(orr_collector *collector) {
  for (size_t i = 0; i < collector->lane_count; i++) {
    orr_collect_lane *lane = &collector->lanes[i];
    orr_policy_destroy(lane->expert);
    orr_policy_destroy(lane->weak);
    orr_policy_destroy(lane->random);
    orr_dynamics_destroy(lane->dynamics);
    orr_env_destroy(lane->env);
    orr_free(lane->state);
    orr_free(lane->goal);
    orr_free(lane->targets);
    orr_free(lane->seen);
    orr_free(lane->action);
    orr_free(lane->frame);
    orr_deflater_destroy(lane->deflater);
  }
  orr_free(collector->lanes);
  orr_free(collector->starts);
  collector->starts = NULL;
  collector->lanes = NULL;
  collector->lane_count = 0;
}

/* ---- recording ---- */

/* A start that cannot begin is a diverged episode; other failures are errors. */
static orr_status reset(const orr_collector *collector, orr_collect_lane *lane, uint32_t number,
                        orr_episode *episode, orr_error *err) {
  orr_status status = orr_env_reset(lane->env, (uint64_t)collector->def->seed, number, err);
  episode->seed = (uint64_t)collector->def->seed;
  episode->reset_episode = number;
  episode->terminated = episode->truncated = false;
  episode->diverged = status == ORR_ERR_NUMBERS;
  if (status != ORR_OK) return episode->diverged ? ORR_OK : status;
  orr_env_observe(lane->env, lane->seen);
  return orr_collect_begin(lane, episode, err);
}

/* Of the present instant, deflated into the episode. Nothing is drawn but what is recorded: not
 * while an expert plans, not on the way to a start or a goal. */
static orr_status put_frames(orr_collect_lane *lane, orr_episode *episode, orr_error *err) {
  const orr_space *space = &orr_env_observer(lane->env)->space;
  for (size_t i = 0; i < space->picture_count; i++) {
    double begun = orr_seconds();
    ORR_TRY(orr_env_frame(lane->env, i, lane->frame, err));
    double drawn = orr_seconds();
    ORR_TRY(orr_episode_put_frame(episode, space, i, lane->frame, lane->deflater, err));
    lane->drawing += drawn - begun;
    lane->deflating += orr_seconds() - drawn;
  }
  return ORR_OK;
}

/* Nobody will write them, and a shard's episodes wait for each other in memory. */
static void drop_frames(orr_episode *episode) {
  for (size_t i = 0; i < episode->picture_count; i++) {
    orr_frames *frames = &episode->pictures[i];
    orr_free(frames->bytes);
    frames->bytes = NULL;
    frames->used = frames->capacity = frames->count = 0;
  }
}

orr_status orr_collect_begin(orr_collect_lane *lane, orr_episode *episode, orr_error *err) {
  orr_episode_begin(episode, lane->seen);
  return put_frames(lane, episode, err);
}

orr_status orr_collect_step(orr_collect_lane *lane, orr_episode *episode, orr_error *err) {
  orr_end end = orr_env_step(lane->env, lane->action);
  const orr_world *world = orr_env_look(lane->env);
  if (end == ORR_DIVERGED) {
    episode->diverged = true;
    drop_frames(episode);
    return ORR_OK;
  }
  orr_env_observe(lane->env, lane->seen);
  orr_episode_append(episode, lane->action, (float)orr_world_reward(world), lane->seen,
                     orr_world_success(world), orr_world_contact(world));
  return put_frames(lane, episode, err);
}

static orr_status run_simple(const orr_collector *collector, orr_collect_lane *lane,
                             const orr_unit *unit, orr_episode *episode, orr_error *err) {
  orr_policy *policy = unit->kind == ORR_UNIT_WEAK ? lane->weak : lane->random;
  uint32_t number = reset_episode(unit);
  ORR_TRY(reset(collector, lane, number, episode, err));
  episode->policy = unit->kind == ORR_UNIT_WEAK ? ORR_POLICY_WEAK : ORR_POLICY_RANDOM;
  episode->source = number;
  orr_policy_reset(policy, (uint64_t)collector->def->seed, number);
  size_t steps = orr_unit_steps(collector->def, unit->kind);
  while (episode->steps < steps && !episode->diverged) {
    ORR_TRY(orr_policy_act(policy, lane->env, lane->action, err));
    ORR_TRY(orr_collect_step(lane, episode, err));
  }
  episode->truncated = !episode->diverged;
  return ORR_OK;
}

/* ---- demonstrations ---- */

/* The action that leaves the actuated bodies where they are. */
static void stay(const orr_collector *collector, orr_collect_lane *lane) {
  orr_world_state(orr_env_look(lane->env), lane->state);
  for (size_t a = 0; a < collector->scenario->action_count; a++)
    lane->action[a] = orr_action_rest(collector->scenario, a, lane->state);
}

/* The poses of another start, after a moment at rest. False when that start diverges. */
static bool draw_poses(const orr_collector *collector, orr_collect_lane *lane, uint32_t number) {
  uint64_t seed = (uint64_t)collector->def->seed;
  if (orr_env_reset(lane->env, seed, GOALS + number, NULL) != ORR_OK) return false;
  for (int i = 0; i < GOAL_SETTLE; i++) {
    stay(collector, lane);
    if (orr_env_step(lane->env, lane->action) == ORR_DIVERGED) return false;
  }
  orr_world_state(orr_env_look(lane->env), lane->goal);
  return true;
}

static void task_poses(orr_collect_lane *lane) {
  const orr_scenario *now = orr_world_variant(orr_env_look(lane->env));
  for (size_t g = 0; g < now->task.goals.count; g++) orr_goal_write(now, g, lane->goal);
}

/* Sets lane->goal to the poses to reach, before the demonstration's own reset. */
void orr_collect_draw_goal(const orr_collector *collector, orr_collect_lane *lane,
                           uint32_t number) {
  orr_random random =
      orr_random_at((uint64_t)collector->def->seed, ORR_PURPOSE_GOAL, number, 0, 0, 0);
  bool drawn = orr_random_unit(&random) < collector->def->random_goals;
  size_t fields = collector->scenario->state.count;
  memset(lane->goal, 0, fields * sizeof *lane->goal); /* never what the unit before left there */
  bool has_task = collector->scenario->task.goals.count > 0;
  lane->task_goal = (!drawn && has_task) || !draw_poses(collector, lane, number);
}

/* The goal's bodies and joints at their poses, everything else as it stands. */
void orr_collect_set_goal(const orr_collector *collector, orr_collect_lane *lane) {
  const orr_scenario *scenario = collector->scenario;
  if (lane->task_goal) task_poses(lane);
  orr_world_state(orr_env_look(lane->env), lane->state);
  for (size_t i = 0; i < scenario->body_count + scenario->joint_count; i++)
    if (collector->goal_entity[i]) orr_goal_copy(scenario, i, lane->goal, lane->state);
  orr_env_set_goal(lane->env, &collector->reached, lane->state);
}

static void note_targets(const orr_collector *collector, orr_collect_lane *lane, size_t at) {
  const orr_space *space = &collector->scenario->action;
  orr_world_state(orr_env_look(lane->env), lane->state);
  for (size_t a = 0; a < space->count; a++)
    lane->targets[at * space->count + a] =
        orr_action_target(collector->scenario, a, (double)lane->action[a], lane->state);
}

static orr_status run_expert(const orr_collector *collector, orr_collect_lane *lane,
                             uint32_t number, orr_episode *episode, bool *reached, orr_error *err) {
  const orr_collect_def *def = collector->def;
  orr_collect_draw_goal(collector, lane, number);
  ORR_TRY(reset(collector, lane, number, episode, err));
  episode->policy = ORR_POLICY_EXPERT;
  episode->source = number;
  if (episode->diverged) return ORR_OK;
  orr_collect_set_goal(collector, lane);
  orr_policy_reset(lane->expert, (uint64_t)def->seed, number);
  int64_t left = def->steps; /* until the end: fewer once the goal is reached */
  while (left > 0 && !episode->diverged) {
    ORR_TRY(orr_policy_act(lane->expert, lane->env, lane->action, err));
    note_targets(collector, lane, episode->steps);
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

/* The expert's targets, with AR(1) noise, aimed at from wherever the noisy actor is: replaying
 * relative actions as they are would let its position walk away at random. */
static orr_status run_replay(const orr_collector *collector, orr_collect_lane *lane,
                             const orr_episode *expert, uint32_t replay, orr_episode *episode,
                             orr_error *err) {
  const orr_collect_def *def = collector->def;
  const orr_space *space = &collector->scenario->action;
  uint32_t number = (uint32_t)expert->reset_episode;
  ORR_TRY(reset(collector, lane, number, episode, err));
  episode->policy = ORR_POLICY_REPLAY;
  episode->source = expert->source;
  orr_random random = orr_random_at((uint64_t)def->seed, ORR_PURPOSE_NOISE, number, 0, replay, 0);
  double sigma = orr_range_draw(&def->replay.sigma, &random);
  double rho = orr_clamp(orr_range_draw(&def->replay.correlation, &random), 0.0, 1.0);
  double noise[ORR_MAX_FIELDS], fresh = sqrt(1.0 - rho * rho);
  double unit = space->meaning == ORR_ACTION_RELATIVE ? space->scale : 1.0;
  for (size_t a = 0; a < space->count; a++) noise[a] = orr_random_normal(&random);
  while (episode->steps < expert->steps && !episode->diverged) {
    const double *targets = lane->targets + episode->steps * space->count;
    orr_world_state(orr_env_look(lane->env), lane->state);
    for (size_t a = 0; a < space->count; a++) {
      double target = orr_action_arena(space, a, targets[a] + sigma * unit * noise[a]);
      lane->action[a] = orr_action_towards(collector->scenario, a, target, lane->state);
      noise[a] = rho * noise[a] + fresh * orr_random_normal(&random);
    }
    ORR_TRY(orr_collect_step(lane, episode, err));
  }
  episode->truncated = !episode->diverged;
  return ORR_OK;
}

orr_status orr_collect_unit(const orr_collector *collector, orr_collect_lane *lane,
                            const orr_unit *unit, orr_episode *episodes, bool *reached,
                            orr_error *err) {
  *reached = false;
  if (unit->kind == ORR_UNIT_AGENT)
    return orr_collect_agent_unit(collector, lane, unit, episodes, reached, err);
  if (unit->kind != ORR_UNIT_EXPERT) return run_simple(collector, lane, unit, episodes, err);
  ORR_TRY(run_expert(collector, lane, reset_episode(unit), episodes, reached, err));
  size_t count = orr_unit_episodes(collector->def, unit->kind, unit->split);
  for (size_t i = 1; i < count; i++) {
    episodes[i].diverged = true;
    if (episodes[0].diverged) continue; /* there is nothing whole to replay */
    ORR_TRY(run_replay(collector, lane, episodes, (uint32_t)i, &episodes[i], err));
  }
  return ORR_OK;
}
