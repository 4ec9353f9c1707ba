/* The summary of a data set, from JSON to a page of text; private to data/. */
#ifndef ORR_DATA_INSPECT_TEXT_H
#define ORR_DATA_INSPECT_TEXT_H

#include <jansson.h>
#include <stdio.h>

void orr_inspect_print(const json_t *summary, FILE *stream);

#endif
