/* Objectives: what a rollout is worth. Lower is better.
 *
 * `goal` compares observations with a goal observation, component by component:
 *   cost = sum over bodies b of weight_b * (|dp_b|^2 / position^2 + wrap(da_b)^2 / angle^2)
 * with z in dp where it is observed; pivots count as angles, offsets of slides as positions. A body
 * or joint that is not named weighs 1 if it is free, no free one is observed or the task's goals
 * name it, else 0.05: an actuated body that pushes may end where it likes. Added to that is
 * `approach` * (gap / position)^2 for every actuated body, its gap to the free body that is
 * nearest: shaping that leads a demonstration to what it should push; 0 unless it is asked for.
 * `latent` is the model's own distance between latents. `reach` asks a network of family reach, the
 * head, how many blocks of control the goal is away: no scales and weights, and an observation that
 * is near in space but takes long is worth little. Sum it up: the minimum over many points finds
 * where the network errs (Push-T, one model and network, 200 pairs each: 93.0 % Moderate and 75.0 %
 * Strict by the sum, 85.5 and 46.0 by the minimum; `goal` by its minimum 96.0 and 87.5).
 *
 * An objective aggregates over the points of a rollout as final, sum or minimum (+ 0.01 final,
 * which breaks ties towards staying there). */
#ifndef ORR_AGENTS_OBJECTIVE_H
#define ORR_AGENTS_OBJECTIVE_H

#include "agents/env.h"

typedef enum orr_objective_kind {
  ORR_OBJECTIVE_GOAL,
  ORR_OBJECTIVE_LATENT,
  ORR_OBJECTIVE_REACH
} orr_objective_kind;
extern const char *const orr_objective_names[]; /* NULL-terminated, by orr_objective_kind */
typedef enum orr_aggregate {
  ORR_AGGREGATE_FINAL,
  ORR_AGGREGATE_SUM,
  ORR_AGGREGATE_MINIMUM
} orr_aggregate;

/* Success counts at any control step: a rollout may be scored at each, not at block ends alone. */
typedef enum orr_points { ORR_POINTS_BLOCKS, ORR_POINTS_STEPS } orr_points;

/* Section `plan.objective`. */
typedef struct orr_body_weight {
  const char *name;
  double weight;
} orr_body_weight;
typedef struct orr_objective_def {
  int kind;         /* orr_objective_kind */
  int aggregate;    /* orr_aggregate */
  int points;       /* orr_points */
  double position;  /* world units that count as one */
  double angle;     /* rad that count as one */
  orr_list weights; /* orr_body_weight, of bodies and joints; the others as above */
  double approach;  /* weight of an actuated body's gap to the nearest free body */
} orr_objective_def;
extern const orr_record orr_objective_record;

/* A body as a disc around its centre of mass: where its pose stands in an observation. */
typedef struct orr_disc {
  size_t x, y, z, angle; /* fields; z, angle: SIZE_MAX when it is not observed */
  double centre[2], radius;
} orr_disc;

/* Compiled for an observation space; a plain value. */
struct orr_model;
typedef struct orr_objective {
  orr_objective_kind kind;
  orr_aggregate aggregate;
  orr_points points;
  const struct orr_model *head;  /* reach: borrowed, for whoever has one to set */
  size_t count;                  /* observation fields */
  double factor[ORR_MAX_FIELDS]; /* weight / scale^2; 0: does not count */
  bool is_angle[ORR_MAX_FIELDS];
  double approach;                   /* weight / position^2 */
  size_t actuated_count, free_count; /* 0 when approach is */
  orr_disc actuated[ORR_MAX_BODIES], free[ORR_MAX_BODIES];
} orr_objective;
orr_status orr_objective_create(const orr_objective_def *def, const orr_observer *observer,
                                orr_objective *out, orr_error *err);
/* Cost of one observation against the goal. */
double orr_objective_cost(const orr_objective *objective, const float *observation,
                          const float *goal);
/* Aggregates `points` costs of one rollout (point p at costs[p * stride]). */
double orr_objective_aggregate(const orr_objective *objective, const double *costs, size_t points,
                               size_t stride);

#endif
