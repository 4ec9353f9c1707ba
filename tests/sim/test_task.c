#include "sim_test.h"
int run_task_tests(void) { return 0; }
