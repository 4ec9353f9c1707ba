/* What the files of test_data share. */
#ifndef ORR_TESTS_DATA_TEST_DATA_H
#define ORR_TESTS_DATA_TEST_DATA_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

/* One group a file; the number of failed tests. */
int test_damage(void);
int test_dataset(void);
int test_export(void);
int test_failure(void);
int test_layout(void);
int test_pictures(void);
int test_shard(void);
int test_windows(void);

/* A fresh folder under the current one, removed by drop_scratch. */
int make_scratch(void **state);
int drop_scratch(void **state);
/* "<scratch>/name", valid until four calls later. */
const char *in_scratch(void **state, const char *name);

/* Fails the test with the error's text when the status is not ORR_OK. */
void assert_ok(orr_status status, const orr_error *err);
/* Asserts a failure that says `words` and gives a hint. */
void assert_says(orr_status status, const orr_error *err, const char *words);

char *slurp(const char *path, size_t *count); /* free with orr_free */
void spill(const char *path, const void *bytes, size_t count);
/* Writes `bytes` (without a seal) as a file with a good seal. */
void spill_sealed(const char *path, const void *bytes, size_t count);
/* Files, columns and texts that the library holds open. */
int64_t open_handles(void);

#endif
