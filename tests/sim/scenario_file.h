/* A scenario of the source tree, for the programs that prove. */
#ifndef ORR_TESTS_SIM_SCENARIO_FILE_H
#define ORR_TESTS_SIM_SCENARIO_FILE_H

#include "sim/scenario.h"

/* `path` from the root of the source tree. NULL after the findings were printed to stderr. */
orr_scenario *load_scenario_file(const char *path);

#endif
