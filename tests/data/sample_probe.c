/* Writes the sample data set ("seen": with pictures; "wide": with larger ones) into the folder
 * named, and prints what inspect says of it. */
#include "base/memory.h"
#include "data/dataset.h"
#include "tests/data/sample.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  orr_error err = {0};
  char text[1200], *page;
  if (argc != 3) return 2;
  orr_status status = strcmp(argv[2], "seen") == 0   ? sample_seen_folder(argv[1], &err)
                      : strcmp(argv[2], "wide") == 0 ? sample_wide_folder(argv[1], &err)
                                                     : sample_folder(argv[1], &err);
  if (status == ORR_OK) status = orr_dataset_inspect(argv[1], false, &page, &err);
  if (status != ORR_OK) {
    orr_error_text(&err, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    return 1;
  }
  fputs(page, stdout);
  orr_free(page);
  return 0;
}
