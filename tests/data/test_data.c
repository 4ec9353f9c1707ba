/* Shards, data sets, windows, statistics: what a user relies on. */
#include "test_data.h"
#include "base/file.h"
#include "base/memory.h"
#include "data/hdf5.h"
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int make_scratch(void **state) {
  char *folder = orr_strdup("scratch-XXXXXX");
  assert_non_null(folder);
  assert_non_null(mkdtemp(folder));
  *state = folder;
  return 0;
}

int drop_scratch(void **state) {
  orr_error err = {0};
  assert_ok(orr_folder_remove(*state, &err), &err);
  orr_free(*state);
  return 0;
}

const char *in_scratch(void **state, const char *name) {
  static char paths[4][512];
  static int next;
  char *path = paths[next++ % 4];
  orr_path_join(path, sizeof paths[0], *state, name);
  return path;
}

void assert_ok(orr_status status, const orr_error *err) {
  if (status != ORR_OK) fail_msg("%s", err->message);
}

void assert_says(orr_status status, const orr_error *err, const char *words) {
  assert_int_not_equal(status, ORR_OK);
  assert_int_equal(status, err->status);
  if (!strstr(err->message, words)) fail_msg("'%s' does not say '%s'", err->message, words);
  if (!err->hint[0]) fail_msg("'%s' has no hint", err->message);
}

char *slurp(const char *path, size_t *count) {
  orr_error err = {0};
  char *bytes;
  assert_ok(orr_file_get(path, (size_t)1 << 30, &bytes, count, &err), &err);
  return bytes;
}

void spill(const char *path, const void *bytes, size_t count) {
  FILE *file = fopen(path, "wb"); /* without the fsync that makes orr_file_put slow */
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, count, file), count);
  assert_int_equal(fclose(file), 0);
}

void spill_sealed(const char *path, const void *bytes, size_t count) {
  uint8_t *sealed = orr_alloc(count + ORR_HDF5_SEAL, 1);
  assert_non_null(sealed);
  memcpy(sealed, bytes, count);
  orr_hdf5_seal(bytes, count, sealed + count);
  spill(path, sealed, count + ORR_HDF5_SEAL);
  orr_free(sealed);
}

int64_t open_handles(void) { return H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL); }

int main(void) {
  int failed = test_shard() + test_layout() + test_damage() + test_dataset() + test_windows() +
               test_pictures() + test_export() + test_failure();
  return failed == 0 ? 0 : 1;
}
