/* What the two kinds of dynamics share. */
#ifndef ORR_AGENTS_DYNAMICS_PRIVATE_H
#define ORR_AGENTS_DYNAMICS_PRIVATE_H

#include "agents/dynamics.h"

typedef struct orr_dynamics_table {
  void (*destroy)(orr_dynamics *dynamics);
  orr_status (*begin)(orr_dynamics *dynamics, const orr_env *env, orr_error *err);
  void (*roll)(orr_dynamics *dynamics, orr_pool *pool, const float *plans, size_t count,
               size_t horizon, double *costs);
  bool (*imagine)(orr_dynamics *dynamics, const float *plan, size_t horizon, float *observations);
} orr_dynamics_table;

/* The first member of each kind. */
struct orr_dynamics {
  const orr_dynamics_table *table;
  const orr_scenario *scenario;
  orr_observer observer;
  orr_objective objective;
  size_t block, lanes;
  size_t width; /* floats of a block: block x A */
  bool begun;
  float goal[ORR_MAX_FIELDS]; /* as an observation */
};

void orr_dynamics_fill(orr_dynamics *dynamics, const orr_dynamics_table *table,
                       const orr_observer *observer, const orr_objective *objective, size_t block,
                       size_t lanes);
/* ORR_ERR_MISMATCH, and what differs, when the model was trained on another interface. */
orr_status orr_dynamics_fits(const orr_model *model, const orr_observer *observer, orr_error *err);
/* Refuses objective kind reach without a network of that family that fits. */
orr_status orr_dynamics_check_head(const orr_objective *objective, const orr_observer *observer,
                                   orr_error *err);
/* Whether decoding a latent of this model means anything. */
bool orr_dynamics_decodes(const orr_model *model);

#endif
