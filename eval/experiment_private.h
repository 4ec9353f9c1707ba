/* Shared by the files of the experiment; not for other rooms. */
#ifndef ORR_EVAL_EXPERIMENT_PRIVATE_H
#define ORR_EVAL_EXPERIMENT_PRIVATE_H

#include "eval/experiment.h"

/* What field tables cannot say: how the sections fit together. Adds findings with places. */
void orr_experiment_check(const orr_experiment *experiment, orr_diagnostics *diagnostics);

#endif
