/* Factors of variation at work.
 *
 * A scenario with factors keeps its effective world and task as a text. A sandbox is one thread's
 * tree of that text: the factors are set in it and it is read again, with all checks, into a
 * variant: a scenario of the same layout, identity and spaces with other numbers, which an engine
 * of its own runs. So whatever a scenario file can say can vary. Reading a file tries the ends of
 * every factor, so that a value that does not fit is a finding there and not in some episode. */
#ifndef ORR_SIM_VARY_H
#define ORR_SIM_VARY_H

#include "sim/scenario.h"

/* What all worlds of a scenario with factors share. */
typedef struct orr_variation {
  const char *text, *path; /* effective world and task; the scenario's file */
  size_t length;
  int64_t delay;      /* the longest of any variant */
  int64_t time_limit; /* the largest of any variant; 0: one has none */
  size_t save_limit;  /* the largest of an engine of the variants that were tried */
} orr_variation;

static inline const orr_factor_def *orr_factor_at(const orr_scenario *scenario, size_t index) {
  return (const orr_factor_def *)scenario->factors.items + index;
}

/* scenario->factors.count numbers, a function of (seed, episode). */
void orr_factors_draw(const orr_scenario *scenario, uint64_t seed, uint32_t episode, double *out);

typedef struct orr_sandbox orr_sandbox;
orr_status orr_sandbox_create(const orr_scenario *base, orr_sandbox **out, orr_error *err);
void orr_sandbox_destroy(orr_sandbox *sandbox);
/* A factor that is NaN stays as the file has it. Refuses what gives another layout. */
orr_status orr_sandbox_make(orr_sandbox *sandbox, const double *factors, orr_scenario **out,
                            orr_error *err);

/* vary_check.c: fills scenario->variation and tries the factors. Adds findings. */
orr_status orr_variation_create(orr_scenario *scenario, const orr_config *config,
                                orr_diagnostics *diagnostics);
/* scenario.c: reads a completed tree once more. */
orr_status orr_scenario_read_variant(orr_config *config, const orr_scenario *base,
                                     orr_scenario **out, orr_diagnostics *diagnostics);

#endif
