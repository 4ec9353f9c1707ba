#include "sim_test.h"
int run_restore_tests(void) { return 0; }
