/* Shared by the files of the experiment; not for other rooms. */
#ifndef ORR_EVAL_EXPERIMENT_PRIVATE_H
#define ORR_EVAL_EXPERIMENT_PRIVATE_H

#include "eval/experiment.h"

#define ORR_MAX_SWAPS 16

/* The kind of objective a swap asks for, or one of the two below. */
#define ORR_SWAP_DEFAULT (-1)
#define ORR_SWAP_UNKNOWN (-2)
int orr_swap_objective(const orr_swap_def *swap);

/* What field tables cannot say: how the sections fit together. Adds findings with places. */
void orr_experiment_check(const orr_experiment *experiment, orr_diagnostics *diagnostics);

#endif
