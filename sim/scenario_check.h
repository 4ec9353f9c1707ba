/* Mistakes that a field table cannot see: each with its place and a hint. One file a section. */
#ifndef ORR_SIM_SCENARIO_CHECK_H
#define ORR_SIM_SCENARIO_CHECK_H

#include "sim/scenario_parts.h"

typedef struct orr_checker {
  const orr_scenario *scenario;
  const orr_config *config;
  orr_diagnostics *diagnostics;
} orr_checker;

/* A finding at a path, or at the closest thing above it that stands in the file. */
void orr_check_complain(const orr_checker *c, const char *path, const char *hint,
                        const char *message);
/* ... at `owner.key`. */
void orr_check_complain_key(const orr_checker *c, const char *owner, const char *key,
                            const char *hint, const char *message);
void orr_check_finite(const orr_checker *c, const char *owner, const char *key,
                      const double *values, size_t count);
void orr_check_range(const orr_checker *c, const char *owner, const char *key,
                     const orr_range *range);
void orr_check_colour(const orr_checker *c, const char *owner, const char *colour);
void orr_check_colour_key(const orr_checker *c, const char *owner, const char *key,
                          const char *colour);
const orr_body_def *orr_check_find_body(const orr_checker *c, const char *name);
static inline bool orr_check_flat(const orr_checker *c) {
  return c->scenario->world.space.dimensions == 2;
}

void orr_check_body(const orr_checker *c, size_t index);     /* body_check.c */
void orr_check_joint(const orr_checker *c, size_t index);    /* joint_check.c */
void orr_check_actuator(const orr_checker *c, size_t index); /* joint_check.c */
void orr_check_surroundings(const orr_checker *c);           /* surroundings_check.c */
void orr_check_task(const orr_checker *c);                   /* task_check.c */

#endif
