/* The steps of orr_scenario_read, each in a file of its own. */
#ifndef ORR_SIM_SCENARIO_PARTS_H
#define ORR_SIM_SCENARIO_PARTS_H

#include "sim/coverage.h"
#include "sim/parts.h"

#define ORR_MOST_BODIES     1000 /* of a file, static ones too */
#define ORR_MOST_SHAPES     4096
#define ORR_MOST_JOINTS     4096
#define ORR_MOST_LIGHTS     16
#define ORR_MOST_IMAGE_SIDE 4096 /* pixels */

/* scenario_check.c: what a table cannot say. Adds findings. */
void orr_scenario_check(const orr_scenario *scenario, const orr_config *config,
                        orr_diagnostics *diagnostics);
/* scenario_parts.c: of a scenario that was found right. False when out of memory. */
bool orr_scenario_derive(orr_scenario *scenario);
/* scenario_look.c: materials, images, who carries lamps and camera; adds findings. */
orr_status orr_scenario_look(orr_scenario *scenario, const orr_config *config,
                             orr_diagnostics *diagnostics);
/* scenario_space.c: names and bounds of state and action. */
void orr_scenario_spaces(orr_scenario *scenario);

#endif
