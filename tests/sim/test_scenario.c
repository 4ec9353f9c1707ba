#include "sim_test.h"
int run_scenario_tests(void) { return 0; }
