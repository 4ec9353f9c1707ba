/* cmocka needs these, in this order. */
#ifndef ORR_TESTS_WORLDMODEL_TEST_OPS_H
#define ORR_TESTS_WORLDMODEL_TEST_OPS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
