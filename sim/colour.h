/* Colours by name. */
#ifndef ORR_SIM_COLOUR_H
#define ORR_SIM_COLOUR_H

#include <stdbool.h>
#include <stdint.h>

/* "#rrggbb" or a CSS colour name in any case. */
bool orr_colour_parse(const char *text, uint8_t out[3]);
/* The closest known name, or NULL. */
const char *orr_colour_closest(const char *text);

#endif
