/* Progress of long work, on stderr.
 *
 * On a terminal one line is redrawn ten times a second with bar, rate and time left; elsewhere one
 * plain line every few seconds; `json` prints one object a line. Honours NO_COLOR and TERM=dumb. */
#ifndef ORR_BASE_PROGRESS_H
#define ORR_BASE_PROGRESS_H

#include "base/control.h"
#include <stdio.h>

typedef enum orr_progress_style {
  ORR_PROGRESS_AUTO,
  ORR_PROGRESS_PLAIN,
  ORR_PROGRESS_JSON,
  ORR_PROGRESS_QUIET
} orr_progress_style;

typedef struct orr_progress orr_progress;
orr_progress *orr_progress_create(FILE *stream, orr_progress_style style); /* NULL: no memory */
void orr_progress_destroy(orr_progress *progress);                         /* ends the line */
/* Starts a named stage ("collect train"); ends the one before with a summary line. */
void orr_progress_stage(orr_progress *progress, const char *name);
orr_progress_fn orr_progress_update; /* pass as orr_control.progress, the object as user */
bool orr_progress_colour(const orr_progress *progress);

#endif
