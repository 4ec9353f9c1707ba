/* Goal reaching: frozen pairs, and the loop that judges a policy on them.
 *
 * A pair starts at row s of a held-out expert episode and asks for the state at row s + goal_offset
 * within `budget` control steps. The start is reached by replay from the episode's reset, never by
 * set_state, so it is exact. Pairs already solved under the rule are removed; each rule has its own
 * manifest (world-models.md section 2.2: Moderate and Strict of CLEAR). */
#ifndef ORR_EVAL_PROTOCOL_H
#define ORR_EVAL_PROTOCOL_H

#include "eval/experiment.h"

typedef struct orr_pair {
  uint64_t seed;
  int64_t reset_episode, episode, start; /* row of the start in that episode */
  size_t action_offset;                  /* of this pair's replayed actions in `actions` */
  bool must_move;                        /* the free bodies do not satisfy the rule at the start */
  double motion[2];               /* of the first free body from start to goal: distance, |angle| */
  orr_hash start_hash, goal_hash; /* of the world's state there */
} orr_pair;

typedef struct orr_pairs {
  char rule[ORR_NAME];
  int64_t goal_offset, budget;
  int64_t considered, removed; /* candidates drawn; removed because already solved */
  size_t count, action_count;  /* pairs; numbers in an action, A */
  orr_pair *items;
  size_t number_count;
  float *actions; /* (start + goal_offset) x A per pair, number_count in all */
  orr_hash hash;  /* of everything above */
} orr_pairs;

/* Draws pairs without replacement from held-out expert episodes, at (eval.seed, ORR_PURPOSE_PAIRS).
 */
orr_status orr_pairs_make(const orr_experiment *experiment, const orr_goal_rule *rule,
                          const orr_dataset *held_out, const orr_control *control, orr_pairs **out,
                          orr_error *err);
orr_status orr_pairs_write(const orr_pairs *pairs, const char *path,
                           orr_error *err); /* HDF5 via data */
orr_status orr_pairs_read(const char *path, orr_pairs **out, orr_error *err);
void orr_pairs_destroy(orr_pairs *pairs);

typedef struct orr_outcome {
  bool success, must_move;
  orr_end end;
  int64_t steps;          /* control steps used */
  int64_t plans;          /* decisions */
  double position, angle; /* error of the first free body at the end: world units, rad */
} orr_outcome;

/* Runs one row of a table on all pairs, in parallel over episodes: "random", "model", "oracle", or
 * any other name when `model` is a policy that acts (orr_model_acts).
 * outcomes: count items. latencies: seconds of every decision, in episode order (malloc'd by
 * orr_alloc into *out_latencies; wall clock, not part of any promise). Finished episodes are kept
 * in
 * `<folder>/<row>.part.csv` so that a killed run goes on where it was. */
orr_status orr_protocol_run(const orr_experiment *experiment, const orr_planner_def *planner,
                            const orr_goal_rule *rule, const orr_pairs *pairs, const char *row,
                            const orr_model *model, const char *folder, const orr_control *control,
                            orr_outcome *outcomes, double **out_latencies,
                            size_t *out_latency_count, orr_error *err);

#endif
