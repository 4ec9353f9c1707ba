/* Goal reaching: frozen pairs, and the loop that judges a policy on them.
 *
 * A pair starts at row s of a held-out expert episode and asks for the state at row s + goal_offset
 * within `budget` control steps. The start is reached by replay from the episode's reset, never by
 * set_state, so it is exact. Pairs already solved under the rule are removed; each rule has its own
 * manifest (world-models.md section 2.2: Moderate and Strict of CLEAR). A manifest needs no data
 * set: it holds the actions to replay, and what it was drawn for (world, rule, offset, budget). */
#ifndef ORR_EVAL_PROTOCOL_H
#define ORR_EVAL_PROTOCOL_H

#include "eval/experiment.h"

typedef struct orr_pair {
  uint64_t seed;
  int64_t reset_episode, episode, start; /* row of the start in that episode */
  size_t action_offset;                  /* of this pair's replayed actions in `actions` */
  bool must_move;   /* what is free in the rule (all, when nothing is) is not there at the start */
  double motion[2]; /* from start to goal of what the rule speaks of: distance, |angle| */
  orr_hash start_hash, goal_hash; /* of the world's state there */
} orr_pair;

typedef struct orr_pairs {
  char rule[ORR_NAME], scenario[ORR_NAME];
  char *definition; /* of the rule: compact JSON, bodies and tolerances */
  orr_hash world;   /* identity of world and task */
  int64_t goal_offset, budget;
  int64_t seed;                  /* of the draw */
  int64_t first, demonstrations; /* the range of held-out demonstrations drawn from */
  orr_hash whole;                /* of the manifest that these are the first pairs of; or zeros */
  int64_t whole_count;           /* its pairs; 0: these are all */
  int64_t considered, removed;   /* candidates drawn; removed because already solved */
  size_t count, action_count;    /* pairs; numbers in an action, A */
  orr_pair *items;
  size_t number_count;
  float *actions; /* (start + goal_offset) x A per pair, number_count in all */
  orr_hash hash;  /* of everything above */
} orr_pairs;

/* Draws pairs without replacement from the held-out expert episodes of eval.held_out, at
 * (eval.seed, ORR_PURPOSE_PAIRS). */
orr_status orr_pairs_make(const orr_experiment *experiment, const orr_goal_rule *rule,
                          const orr_dataset *held_out, const orr_control *control, orr_pairs **out,
                          orr_error *err);
orr_status orr_pairs_write(const orr_pairs *pairs, const char *path,
                           orr_error *err); /* HDF5 via data */
orr_status orr_pairs_read(const char *path, orr_pairs **out, orr_error *err);
void orr_pairs_destroy(orr_pairs *pairs);
/* Whether they were drawn for this rule, world, offset and budget: ORR_ERR_MISMATCH that names what
 * differs. `path` is for the message. */
orr_status orr_pairs_check(const orr_pairs *pairs, const char *path,
                           const orr_experiment *experiment, const orr_goal_rule *rule,
                           orr_error *err);
/* Keeps the first `count` pairs (all when there are no more) and notes what they were cut from. */
void orr_pairs_cut(orr_pairs *pairs, size_t count);
/* Reads <folder>/<rule>.h5, or <folder>/<rule>/pairs.h5 as a run leaves it; checks and cuts them to
 * eval.pairs. */
orr_status orr_pairs_load(const orr_experiment *experiment, const orr_goal_rule *rule,
                          const char *folder, orr_pairs **out, orr_error *err);

typedef struct orr_outcome {
  bool success, must_move;
  orr_end end;
  int64_t steps;          /* control steps used */
  int64_t plans;          /* decisions */
  double position, angle; /* error at the end of what the rule speaks of: world units, rad */
} orr_outcome;

/* Runs one row of a table on all pairs, in parallel over episodes: "random", "model", "oracle", or
 * any other name when `model` is a policy that acts (orr_model_acts). With `swap` (may be NULL) the
 * row is what it says: the model's with things swapped. `head` (may be NULL): for objective reach.
 * outcomes: count items. latencies: seconds of every decision, in episode order (malloc'd by
 * orr_alloc into *out_latencies; wall clock, not part of any promise). Finished episodes are kept
 * in
 * `<folder>/<row>.part.csv` so that a killed run goes on where it was. */
orr_status orr_protocol_run(const orr_experiment *experiment, const orr_planner_def *planner,
                            const orr_goal_rule *rule, const orr_pairs *pairs, const char *row,
                            const orr_swap_def *swap, const orr_model *model, const orr_model *head,
                            const char *folder, const orr_control *control, orr_outcome *outcomes,
                            double **out_latencies, size_t *out_latency_count, orr_error *err);

#endif
