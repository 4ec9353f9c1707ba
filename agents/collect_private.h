/* What the files of collection share: a collector, its lanes, and units. */
#ifndef ORR_AGENTS_COLLECT_PRIVATE_H
#define ORR_AGENTS_COLLECT_PRIVATE_H

#include "agents/collect.h"

/* What one thread works with. */
typedef struct orr_collect_lane {
  orr_env *env;
  orr_dynamics *dynamics;
  orr_policy *expert, *weak, *random; /* NULL when none is asked for; the agent is an expert */
  double *state, *goal;               /* the world's state vector */
  bool task_goal;                     /* the task's poses instead of `goal`'s */
  double *targets;                    /* steps x A: where the expert aimed */
  float *seen, *action;
  uint8_t *frame; /* the largest picture; NULL without any */
  orr_deflater *deflater;
  double seconds, drawing, deflating; /* s spent: in all, and on frames */
} orr_collect_lane;

typedef struct orr_collector {
  const orr_scenario *scenario;
  const orr_observer *observer;
  const orr_collect_def *def;
  const orr_agent_def *agent; /* NULL: not an on-policy round */
  size_t *starts;             /* demonstrations that are long enough to start from, by index */
  size_t start_count;
  size_t block;
  bool goal_entity[ORR_MAX_BODIES]; /* bodies and joints that demonstrations bring to a pose */
  const char *goal_names[ORR_MAX_BODIES]; /* of bodies, then of joints */
  size_t goal_bodies, goal_joints;
  orr_goal_rule reached;   /* its empty lists filled with these */
  orr_objective objective; /* of the expert: these alone */
  size_t lane_count;
  orr_collect_lane *lanes;
} orr_collector;

orr_status orr_collector_create(const orr_observer *observer, const orr_collect_def *def,
                                size_t block, size_t lanes, orr_collector *out, orr_error *err);
/* Adds what an on-policy round needs to a collector without experts. */
orr_status orr_collector_add_agent(orr_collector *collector, const orr_agent_def *agent,
                                   orr_error *err);
void orr_collector_destroy(orr_collector *collector); /* what it owns */

typedef enum orr_unit_kind {
  ORR_UNIT_EXPERT,
  ORR_UNIT_WEAK,
  ORR_UNIT_RANDOM,
  ORR_UNIT_AGENT
} orr_unit_kind;

/* The `number`-th unit of its kind and split. */
typedef struct orr_unit {
  orr_unit_kind kind;
  orr_split split;
  uint32_t number;
} orr_unit;

/* Episodes of a unit (a demonstration for training is followed by its replays), and the longest. */
size_t orr_unit_episodes(const orr_collect_def *def, orr_unit_kind kind, orr_split split);
size_t orr_unit_steps(const orr_collect_def *def, orr_unit_kind kind);
/* How many of them go into a shard. Its frames wait in memory until it is written: large pictures
 * make it smaller than `shard_episodes` says, so that they are at most this many bytes before they
 * are deflated, or a single unit's. */
#define ORR_SHARD_PICTURES ((int64_t)1 << 32)
int64_t orr_unit_shard(const orr_collect_def *def, const orr_space *observation, orr_unit_kind kind,
                       orr_split split);

/* Records one unit into `episodes` (orr_unit_episodes of them; those that diverged are marked).
 * `reached`: whether a demonstration reached its goal. */
orr_status orr_collect_unit(const orr_collector *collector, orr_collect_lane *lane,
                            const orr_unit *unit, orr_episode *episodes, bool *reached,
                            orr_error *err);

/* Pieces of units. `number`: that of the reset episode or of the draws. */
uint32_t orr_agent_number(int64_t round, uint32_t unit);
orr_status orr_collect_agent_unit(const orr_collector *collector, orr_collect_lane *lane,
                                  const orr_unit *unit, orr_episode *episode, bool *reached,
                                  orr_error *err);
/* The first row: the env as it stands, of which lane->seen holds the numbers. */
orr_status orr_collect_begin(orr_collect_lane *lane, orr_episode *episode, orr_error *err);
/* One control step of lane->action, recorded; an episode that diverges is marked. */
orr_status orr_collect_step(orr_collect_lane *lane, orr_episode *episode, orr_error *err);
/* A demonstration's goal into lane->goal, before the unit's own reset, which may vary the task's;
 * then set in the env. */
void orr_collect_draw_goal(const orr_collector *collector, orr_collect_lane *lane, uint32_t number);
void orr_collect_set_goal(const orr_collector *collector, orr_collect_lane *lane);
orr_hash orr_agent_digest(const orr_agent_def *agent); /* of all but how many episodes */

/* Of all values that a field table describes. */
orr_hash orr_record_digest(const orr_record *record, const void *value);

#endif
