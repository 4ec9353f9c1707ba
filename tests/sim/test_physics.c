#include "sim_test.h"
int run_physics_tests(void) { return 0; }
