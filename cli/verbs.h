/* The verbs, one file each. */
#ifndef ORR_CLI_VERBS_H
#define ORR_CLI_VERBS_H

#include "cli/cli.h"

extern const orr_verb orr_verb_run_all, orr_verb_collect, orr_verb_train, orr_verb_eval,
    orr_verb_view, orr_verb_render, orr_verb_inspect, orr_verb_report, orr_verb_bench,
    orr_verb_validate, orr_verb_schema, orr_verb_explain, orr_verb_list, orr_verb_doctor,
    orr_verb_completion, orr_verb_export;

#endif
