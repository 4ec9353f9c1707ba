/* One stage of a run: what it is made from, and whether it is done.
 *
 * `stage.json` in the stage's folder holds the effective sections (as YAML), the hashes of the
 * inputs and the build; it is written last. While the stage is under way the same text stands in
 * `stage.begun.json`, so that a killed stage goes on only with what it began with. Private to
 * eval/. */
#ifndef ORR_EVAL_STAGE_H
#define ORR_EVAL_STAGE_H

#include "eval/experiment.h"
#include <jansson.h>

typedef struct orr_stage {
  char name[96]; /* "collect", "eval strict" */
  char folder[512];
  json_t *record; /* what stage.json will say */
} orr_stage;

/* `sections`: NULL-terminated paths into the effective configuration. Later fields at their default
 * are left out, so that a stage made before they came still stands. */
orr_status orr_stage_create(const orr_experiment *experiment, const char *name, const char *folder,
                            const char *const *sections, orr_stage *out, orr_error *err);
void orr_stage_release(orr_stage *stage);
/* An input's identity; before begin. */
orr_status orr_stage_input(orr_stage *stage, const char *name, const char *identity,
                           orr_error *err);
/* Whether what stands in the folder was made with the same sections; inputs are not compared. */
orr_status orr_stage_check(const orr_stage *stage, orr_error *err);
/* *done: stands, nothing to do. Otherwise the stage is begun, or goes on. What does not fit is
 * ORR_ERR_MISMATCH that names the field, or with `force` removed and begun anew. */
orr_status orr_stage_begin(orr_stage *stage, bool force, bool *done, orr_error *err);
orr_status orr_stage_end(orr_stage *stage, orr_error *err);
bool orr_stage_is_done(const orr_stage *stage);

/* Removes what killed processes left half-written in a folder. */
orr_status orr_stage_sweep(const char *folder, orr_error *err);
/* JSON to a file, keys in order of insertion; and back. */
orr_status orr_json_put(const char *path, const json_t *json, orr_error *err);
orr_status orr_json_get(const char *path, json_t **out, orr_error *err);

#endif
