/* Scenarios of the source tree, for the programs that prove. */
#ifndef ORR_TESTS_SIM_SCENARIO_FILE_H
#define ORR_TESTS_SIM_SCENARIO_FILE_H

#include "sim/scenario.h"

/* A path is absolute or begins at the root of the source tree. NULL after the findings were printed
 * to stderr. */
orr_scenario *load_scenario_file(const char *path);

/* The shelf and the worlds of the tests: the YAML files of scenarios/ and tests/fixtures/, sorted,
 * from the root of the source tree. Fills at most `most`, returns how many. */
size_t list_scenario_files(char (*out)[256], size_t most);

#endif
