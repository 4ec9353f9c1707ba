/* The foundations: errors, memory, files, random numbers, threads, pictures, spaces, progress. */
#include "test_base.h"
#include "base/error.h"
#include <stdio.h>
#include <stdlib.h>

void make_scratch(char *out, size_t size) {
  int length = snprintf(out, size, "scratch-XXXXXX");
  ORR_ASSERT(length > 0 && (size_t)length < size);
  ORR_ASSERT(mkdtemp(out));
}

int main(void) {
  int failed = test_error() + test_memory() + test_random() + test_pool() + test_file() +
               test_image() + test_png() + test_space() + test_progress();
  return failed == 0 ? 0 : 1;
}
