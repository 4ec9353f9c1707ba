/* Section `rounds:`: on-policy data. Round n records what the agent does that plans with the model
 * of the round before (agents/collect.h) into rounds/<n>/data/, then trains on from that model, on
 * the data of the run and of all rounds so far, into rounds/<n>/model/. Two stages a round. Private
 * to eval/. */
#ifndef ORR_EVAL_ROUNDS_H
#define ORR_EVAL_ROUNDS_H

#include "eval/run.h"

extern const orr_record orr_rounds_record;

/* How many this run has: none with a given model, which is not trained either. */
size_t orr_rounds_of(const orr_run *run);
/* Stages ORR_RUN_ROUND_COLLECT and ORR_RUN_ROUND_TRAIN of round `number`, from 1. */
orr_status orr_round_describe(const orr_run *run, orr_run_stage kind, size_t number, orr_stage *out,
                              orr_error *err);
/* All rounds; after orr_run_train. */
orr_status orr_run_rounds(orr_run *run, orr_error *err);

#endif
