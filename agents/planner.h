/* Planners: search over action plans. Each is one readable loop.
 *
 * CEM (Rubinstein 1999; settings of DINO-WM and stable-worldmodel) and iCEM (Pinneri et al., CoRL
 * 2020: elites kept and reused, momentum, clipped samples, the best plan ever seen is executed, the
 * plan is shifted for the next decision). In both the mean is a candidate. Noise of (decision,
 * iteration, sample) is drawn from the counter RNG, so a plan depends on neither threads nor batch
 * size. Departures: noise is AR(1) instead of coloured by a spectrum, the number of samples does
 * not shrink, and deviations are the population's (DINO-WM: the sample's). */
#ifndef ORR_AGENTS_PLANNER_H
#define ORR_AGENTS_PLANNER_H

#include "agents/dynamics.h"
#include "agents/others.h"

typedef enum orr_planner_kind { ORR_PLANNER_CEM, ORR_PLANNER_ICEM } orr_planner_kind;

/* Section `plan:` of a scenario file. */
typedef struct orr_planner_def {
  int kind; /* orr_planner_kind */
  int64_t samples, iterations, elites;
  int64_t horizon;    /* blocks */
  int64_t hold;       /* control steps that one action of a plan is held; divides the block */
  int64_t replan;     /* blocks executed before planning again; horizon: the whole plan */
  double sigma;       /* initial standard deviation, action units */
  double floor;       /* least standard deviation */
  double momentum;    /* iCEM: share of the old mean and deviation kept in an update */
  int64_t keep;       /* iCEM: elites carried over to the next iteration and decision */
  double correlation; /* of the noise between neighbouring actions of a plan (AR(1)) */
  bool clip;          /* clip samples to the action space's nominal range */
  int precision;      /* orr_precision of the world model's products */
  const char *agent;  /* whose numbers are searched; "" or NULL: all */
  int others;         /* orr_others_law: what the other agents do */
  orr_objective_def objective;
} orr_planner_def;
extern const orr_record orr_planner_record;

typedef struct orr_planner orr_planner;
orr_status orr_planner_create(const orr_planner_def *def, const orr_space *action, size_t block,
                              orr_planner **out, orr_error *err);
void orr_planner_destroy(orr_planner *planner);
/* Only these numbers of an action are searched (A flags); the others are what was last given. */
void orr_planner_restrict(orr_planner *planner, const bool *own);
/* What the other agents do now (A floats): plans assume that they go on with it. */
void orr_planner_give(orr_planner *planner, const float *action);
/* Forgets the warm start. */
void orr_planner_reset(orr_planner *planner, uint64_t seed, uint32_t episode);
/* One decision: plans from what `dynamics` was begun with. `out_plan`: horizon x block x A floats,
 * borrowed until the next call. `out_cost` may be NULL. */
const float *orr_planner_plan(orr_planner *planner, orr_dynamics *dynamics, orr_pool *pool,
                              double *out_cost);
/* The samples of the last iteration, count x horizon x block x A, and their costs. */
size_t orr_planner_samples(const orr_planner *planner, const float **out_plans,
                           const double **out_costs);

/* The plan that the last decision chose (horizon x block x A; NULL before the first), its cost. */
const float *orr_planner_best(const orr_planner *planner);
double orr_planner_best_cost(const orr_planner *planner);

#endif
