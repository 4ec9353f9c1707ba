/* The table of verbs, in the order in which `orrery help` shows them. */
#include "cli/verbs.h"
#include <string.h>

static const orr_verb *const verbs[] = {
    &orr_verb_run_all, &orr_verb_collect, &orr_verb_train,    &orr_verb_eval,
    &orr_verb_view,    &orr_verb_render,  &orr_verb_inspect,  &orr_verb_export,
    &orr_verb_report,  &orr_verb_bench,   &orr_verb_validate, &orr_verb_schema,
    &orr_verb_explain, &orr_verb_list,    &orr_verb_doctor,   &orr_verb_completion,
};

const orr_verb *const *orr_verbs(size_t *count) {
  *count = sizeof verbs / sizeof *verbs;
  return verbs;
}

const orr_verb *orr_verb_find(const char *name) {
  for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
    if (!strcmp(verbs[i]->name, name)) return verbs[i];
  return NULL;
}
