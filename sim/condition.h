/* Conditions of a task, with indices instead of names, and the terms of its reward. */
#ifndef ORR_SIM_CONDITION_H
#define ORR_SIM_CONDITION_H

#include "sim/parts.h"

typedef struct orr_condition {
  orr_success_kind kind;
  const void *def; /* of its kind */
  int entity;      /* index in state.bodies: a body or a joint; -1: none */
  int to;          /* reach: likewise */
  int touch[2];    /* contact: indices in world.bodies; the second -1: anything */
  size_t count;    /* conditions of all, any, not; bodies of rest */
  const struct orr_condition *of;
  const int *bodies; /* rest: indices in state.bodies */
} orr_condition;

typedef struct orr_term {
  orr_term_kind kind;
  double weight;
  const void *def;
  int entity, to;
  size_t at;               /* velocity: where it stands in the state */
  orr_condition condition; /* when, contact */
  const orr_goal_parts *goal;
} orr_term;

typedef struct orr_task_parts {
  orr_condition success;
  const orr_term *terms;
  size_t term_count;
  bool covers, touches; /* something asks for coverage, for contacts */
} orr_task_parts;

/* Of a scenario that was found right; NULL when out of memory. */
const orr_task_parts *orr_task_derive(orr_scenario *scenario);

/* Origin of a body, z = 0 in 2D; how far something leans from what is asked, |rad|. */
void orr_origin_of(const orr_scenario *scenario, int entity, const double *state, double out[3]);
double orr_lean_of(const orr_scenario *scenario, int entity, const orr_lean_def *lean,
                   const double *state);
/* The distance of a body's origin from where `way` leads. */
double orr_way_left(const orr_scenario *scenario, const orr_way_def *way, int entity, int to,
                    const double *state);

struct orr_world;
/* Whether a condition holds in this very state; contacts and coverage as task.c noted them. */
bool orr_condition_holds(const struct orr_world *world, const orr_condition *condition);

#endif
