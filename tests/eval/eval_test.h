/* Shared by the tests of eval. */
#ifndef ORR_TESTS_EVAL_TEST_H
#define ORR_TESTS_EVAL_TEST_H

#include "base/random.h"
#include "eval/experiment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TINY ORR_SOURCE_DIR "/tests/fixtures/tiny.yaml"

int orr_test_statistics(void);
int orr_test_load(void);
int orr_test_pairs(void);
int orr_test_run(void);
int orr_test_judge(void); /* after orr_test_run: takes its run `reference` */
int orr_test_baselines(void);
int orr_test_rounds(void);

/* What a run said of its stages: "+name;" worked, "-name;" was done before. Given as the user of
 * options and control, it also cancels the run while the stage `brake` works. */
typedef struct told {
  char text[2048];
  const char *brake; /* NULL: let it run */
  bool braking;
  atomic_bool cancel;
} told;
void orr_test_tell(void *user, const char *name, bool skipped);
void orr_test_progress(void *user, const char *what, int64_t done, int64_t total, const char *note);

/* Loads and asserts that it is good. */
orr_experiment *orr_test_load_file(const char *path, const char *profile,
                                   const char *const *assignments, size_t count);
/* One hash over every file below `folder` that the promise of equal bytes covers: all but
 * timings.json and metrics.jsonl, and without the marked part of report.html and report.md.
 * `names` (may be NULL): a list of what was hashed, one "hash name" a line; orr_free. */
orr_hash orr_test_folder_hash(const char *folder, char **names);

#endif
