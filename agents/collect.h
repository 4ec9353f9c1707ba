/* Collection: units of episodes -> shards.
 *
 * A unit is stateless and seeded by its number: an expert demonstration (planner on the true
 * simulator; the goal is the task's own or a random pose) followed by its noisy replays, or a weak
 * or random episode. All episodes of a demonstration share `source` and lie on one side of the
 * split. A shard is a fixed run of units of one kind, written while the units of the next one
 * run; finished shards are kept, so a killed run loses at most these two and ends with the same
 * bytes for any number of threads.
 *
 * The goal's bodies and joints are those of the task's goals; without any the free ones, or all
 * when none is free. A demonstration plans with these alone in its objective, and with `approach`,
 * which leads the actor to what it should push. A replay aims at the demonstration's absolute
 * targets plus AR(1) noise, from wherever its own actor is: relative actions replayed as they are
 * would walk away at random.
 *
 * With `observe.pixels` every row carries pictures. A unit's thread simulates, draws and deflates
 * its own episode, so drawing overlaps simulation on the others; planning draws nothing.
 *
 * On-policy rounds (orr_collect_agent) record what an agent does that plans with a model: data
 * aggregation after Ross, Gordon and Bagnell (AISTATS 2011), for world models as in PETS (Chua et
 * al., NeurIPS 2018). Departures: starts are states of training demonstrations, reached by replay,
 * and nothing relabels actions, since a world model learns from any. */
#ifndef ORR_AGENTS_COLLECT_H
#define ORR_AGENTS_COLLECT_H

#include "agents/policy.h"
#include "data/dataset.h"

/* Section `collect:` of a scenario file. */
typedef struct orr_replay_def {
  int64_t count;         /* noisy replays per demonstration */
  orr_range sigma;       /* of the action noise, drawn per replay; {choice: [0.1, 0.2, 0.3]} */
  orr_range correlation; /* AR(1) coefficient of the noise, drawn per replay */
} orr_replay_def;
typedef struct orr_collect_def {
  int64_t seed;
  int64_t experts, held_out; /* demonstrations for training and, others, for evaluation; only the
                                former are followed by replays */
  int64_t steps;             /* longest expert episode, control steps */
  int64_t linger;            /* control steps that go on after the expert has succeeded */
  double random_goals;       /* share of demonstrations with a random goal pose */
  orr_goal_rule reached;     /* when a demonstration is done; without names: all of the goal */
  orr_planner_def expert;
  orr_replay_def replay;
  int64_t weak, weak_steps; /* weak episodes and their length */
  orr_weak_def weak_policy;
  int64_t random, random_steps;
  int64_t shard_episodes; /* about how many episodes go into a shard */
} orr_collect_def;
extern const orr_record orr_collect_record;

typedef struct orr_collect_result {
  int64_t episodes, rows, diverged, shards, shards_kept;
  double expert_success; /* share of demonstrations that reached their goal */
  double seconds;
  /* What the threads did, s, added up: simulate and plan; draw and deflate frames; write shards and
   * hash them. Of the shards that were not kept. */
  double acting, drawing, deflating, writing;
} orr_collect_result;

/* Collects both splits into `folder` and seals the data set. Beside each finished shard stands
 * `<shard>.json` with the hash of what it was made from: shards of the same configuration are kept,
 * others made anew, superfluous ones removed. `id` and `scenario_yaml` (effective world and task)
 * go into the files. */
orr_status orr_collect_run(const orr_scenario *scenario, const orr_observer *observer,
                           const orr_collect_def *def, const char *id, const char *scenario_yaml,
                           size_t block, const char *folder, const orr_control *control,
                           orr_collect_result *out, orr_error *err);

/* One on-policy round. An episode takes a training demonstration and a row of it, both uniform, and
 * acts from there until the goal has been reached and `collect.linger` control steps are over, or
 * for `steps`. The goal is the demonstration's state `goal_offset` control steps ahead, or in a
 * share `random_goals` of episodes one that is drawn as demonstrations' goals are. Episodes hold
 * what the agent did, not the replayed way to its start; their seed, reset_episode and source are
 * the demonstration's. */
typedef struct orr_agent_def {
  const orr_collect_def *collect;    /* seed, reached, linger, shard_episodes */
  const orr_planner_def *plan;       /* who searches, by what objective */
  const orr_model *model;            /* what rolls plans out */
  const orr_dataset *demonstrations; /* the training split */
  int64_t round, episodes, steps, goal_offset;
  double noise; /* deviation of what is added to each action, action units */
  double random_goals;
} orr_agent_def;
#define ORR_MAX_AGENT_EPISODES 1000000 /* of a round */
/* As orr_collect_run; `expert_success` is the agent's. */
orr_status orr_collect_agent(const orr_scenario *scenario, const orr_observer *observer,
                             const orr_agent_def *def, const char *id, const char *scenario_yaml,
                             size_t block, const char *folder, const orr_control *control,
                             orr_collect_result *out, orr_error *err);

#endif
