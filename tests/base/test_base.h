/* What the files of test_base share. */
#ifndef ORR_TESTS_BASE_TEST_BASE_H
#define ORR_TESTS_BASE_TEST_BASE_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* One group a file; the number of failed tests. */
int test_error(void);
int test_file(void);
int test_image(void);
int test_png(void);
int test_memory(void);
int test_pool(void);
int test_progress(void);
int test_random(void);
int test_space(void);

/* A fresh folder under the current one; the caller removes it. */
void make_scratch(char *out, size_t size);

#endif
