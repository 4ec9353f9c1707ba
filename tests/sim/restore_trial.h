/* One trial of exact restoring, shared by the tests and by prove_restore. */
#ifndef ORR_TESTS_SIM_RESTORE_TRIAL_H
#define ORR_TESTS_SIM_RESTORE_TRIAL_H

#include "sim/world.h"

#include <stdint.h>

typedef struct restore_result {
  bool exact;
  bool diverged; /* already before the save: such a trial proves little */
  bool still;    /* no free body moved in the step before the save: it rests or sleeps */
} restore_result;

/* Resets to episode `trial`, steps with random actions and interventions to a random moment, saves,
 * goes on for 1..20 steps, restores, goes on again in the same way: exact when hash and all bytes
 * of state, reward, coverage and end agree after the restore and after every step. Between save and
 * restore the world also runs off with other actions. `snapshot` belongs to `world`. */
restore_result restore_trial(orr_world *world, orr_snapshot *snapshot, uint32_t trial);

#endif
