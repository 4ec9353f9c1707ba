/* The file-system door: old bytes or new ones, whatever fails. */
#include "base/file.h"
#include "base/memory.h"
#include "test_base.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char folder[64];

static const char *in(const char *name) { /* good until the call after next */
  static char paths[2][256];
  static int turn;
  turn = 1 - turn;
  orr_path_join(paths[turn], sizeof paths[turn], folder, name);
  return paths[turn];
}

static int setup(void **state) {
  (void)state;
  make_scratch(folder, sizeof folder);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  return orr_folder_remove(folder, NULL) == ORR_OK && !orr_file_exists(folder) ? 0 : -1;
}

static void assert_holds(const char *path, const char *text) {
  char *bytes;
  size_t count;
  assert_int_equal(orr_file_get(path, 1 << 20, &bytes, &count, NULL), ORR_OK);
  assert_int_equal(count, strlen(text));
  assert_string_equal(bytes, text);
  orr_free(bytes);
}

static size_t temporaries(void) {
  char **names;
  size_t all, count = 0;
  assert_int_equal(orr_folder_list(folder, "", "", &names, &all, NULL), ORR_OK);
  for (size_t i = 0; i < all; i++) count += strstr(names[i], ".orr-tmp") != NULL;
  orr_free(names);
  return count;
}

static void files_come_back_as_written(void **state) {
  (void)state;
  assert_int_equal(orr_file_put(in("a"), "one\0two", 7, NULL), ORR_OK);
  char *bytes;
  size_t count;
  assert_int_equal(orr_file_get(in("a"), 7, &bytes, &count, NULL), ORR_OK);
  assert_int_equal(count, 7);
  assert_memory_equal(bytes, "one\0two", 8); /* and a zero behind */
  orr_free(bytes);
  assert_int_equal(orr_file_size(in("a")), 7);
  assert_int_equal(orr_file_put(in("a"), "", 0, NULL), ORR_OK);
  assert_holds(in("a"), "");
  assert_int_equal(temporaries(), 0);
}

static void nothing_shows_before_the_commit(void **state) {
  (void)state;
  assert_int_equal(orr_file_put(in("a"), "old", 3, NULL), ORR_OK);
  orr_file_writer *writer;
  assert_int_equal(orr_file_begin(in("a"), &writer, NULL), ORR_OK);
  assert_int_equal(orr_file_write(writer, "new", 3, NULL), ORR_OK);
  assert_true(fprintf(orr_file_stream(writer), " %d", 7) == 2);
  assert_holds(in("a"), "old");
  assert_int_equal(temporaries(), 1);
  assert_int_equal(orr_file_commit(writer, NULL), ORR_OK);
  assert_holds(in("a"), "new 7");
  assert_int_equal(orr_file_begin(in("a"), &writer, NULL), ORR_OK);
  assert_int_equal(orr_file_write(writer, "never", 5, NULL), ORR_OK);
  orr_file_abort(writer);
  orr_file_abort(NULL);
  assert_holds(in("a"), "new 7");
  assert_int_equal(temporaries(), 0);
}

/* As HDF5 does: the temporary file is replaced by name. */
static void a_library_may_write_the_temporary_by_name(void **state) {
  (void)state;
  orr_file_writer *writer;
  assert_int_equal(orr_file_begin(in("a"), &writer, NULL), ORR_OK);
  assert_int_equal(unlink(orr_file_temporary(writer)), 0);
  FILE *other = fopen(orr_file_temporary(writer), "w");
  assert_non_null(other);
  fputs("by name", other);
  fclose(other);
  assert_int_equal(orr_file_commit(writer, NULL), ORR_OK);
  assert_holds(in("a"), "by name");
}

/* Fails the first, second, ... call that touches the disk until the write succeeds. */
static void a_writer_may_go_back(void **state) {
  (void)state;
  char path[256], back[8];
  orr_file_writer *writer;
  snprintf(path, sizeof path, "%s", in("places"));
  assert_int_equal(orr_file_begin(path, &writer, NULL), ORR_OK);
  assert_int_equal(orr_file_write_at(writer, 4, "ef--", 4, NULL), ORR_OK);
  assert_int_equal(orr_file_read_at(writer, 2, back, 8, NULL), ORR_OK);
  assert_memory_equal(back, "\0\0ef--\0\0", 8);
  assert_int_equal(orr_file_write_at(writer, 0, "abcd", 4, NULL), ORR_OK);
  assert_int_equal(orr_file_resize(writer, 6, NULL), ORR_OK);
  assert_int_equal(orr_file_commit(writer, NULL), ORR_OK);
  assert_holds(path, "abcdef");
}

static void every_injected_failure_leaves_old_or_new_whole(void **state) {
  (void)state;
  int failures = 0, old = 0;
  for (int n = 1;; n++) {
    assert_int_equal(orr_file_put(in("a"), "old content", 11, NULL), ORR_OK);
    orr_error err;
    orr_file_fail_at(n);
    orr_status status = orr_file_put(in("a"), "the new content", 15, &err);
    orr_file_fail_at(0);
    assert_int_equal(temporaries(), 0);
    if (status == ORR_OK) break;
    failures++;
    assert_int_equal(status, ORR_ERR_FILE);
    assert_non_null(strstr(err.message, "No space left on device"));
    bool durable = strstr(err.message, "durable") != NULL; /* only the folder's fsync failed */
    assert_holds(in("a"), durable ? "the new content" : "old content");
    if (!durable) {
      old++;
      assert_non_null(strstr(err.hint, "Nothing was lost"));
      assert_non_null(strstr(err.hint, "intact"));
    }
  }
  assert_holds(in("a"), "the new content");
  assert_true(old >= 4 && failures == old + 1); /* open, write, flush, sync, rename; folder */
}

static void reading_fails_cleanly(void **state) {
  (void)state;
  char *bytes;
  size_t count;
  orr_error err;
  assert_int_equal(orr_file_put(in("a"), "abc", 3, NULL), ORR_OK);
  assert_int_equal(orr_file_get(in("a"), 2, &bytes, &count, &err), ORR_ERR_FILE);
  assert_null(bytes);
  assert_non_null(strstr(err.message, "at most 2"));
  assert_int_equal(orr_file_get(in("none"), 9, &bytes, &count, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "No such file"));
  assert_int_equal(orr_file_get(folder, 9, &bytes, &count, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "folder"));
  assert_int_equal(orr_file_get("/dev/zero", 9, &bytes, &count, &err), ORR_ERR_FILE);
  assert_int_equal(mkfifo(in("pipe"), 0600), 0); /* must not hang */
  assert_int_equal(orr_file_get(in("pipe"), 9, &bytes, &count, &err), ORR_ERR_FILE);
  for (int n = 1; n <= 2; n++) {
    orr_file_fail_at(n);
    assert_int_equal(orr_file_get(in("a"), 9, &bytes, &count, &err), ORR_ERR_FILE);
  }
  orr_file_fail_at(0);
  orr_alloc_fail_at(1);
  assert_int_equal(orr_file_get(in("a"), 9, &bytes, &count, &err), ORR_ERR_MEMORY);
  orr_alloc_fail_at(0);
}

static void writing_to_impossible_places_says_why(void **state) {
  (void)state;
  orr_error err;
  assert_int_equal(orr_file_put(in("none/a"), "x", 1, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "none/a"));
  assert_true(err.hint[0] != '\0');
  assert_int_equal(orr_file_put(folder, "x", 1, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "directory"));
  orr_file_writer *writer;
  for (int n = 1; n <= 3; n++) {
    orr_alloc_fail_at(n);
    assert_int_equal(orr_file_begin(in("a"), &writer, &err), ORR_ERR_MEMORY);
  }
  orr_alloc_fail_at(0);
}

static void a_full_disk_is_a_plain_message(void **state) {
  (void)state;
  FILE *full = fopen("/dev/full", "w");
  if (!full) skip();
  fclose(full);
  orr_error err; /* a real ENOSPC of the kernel, not an injected one */
  assert_int_equal(orr_file_append("/dev/full", "line", &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "No space left"));
}

/* Who writes to the stream sees no error itself, and closes other files before the commit. */
static void a_stream_that_failed_still_tells_why(void **state) {
  (void)state;
  struct rlimit before, small;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = (struct rlimit){.rlim_cur = 4096, .rlim_max = before.rlim_max};
  void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  orr_file_writer *writer;
  orr_error err;
  assert_int_equal(orr_file_begin(in("long"), &writer, &err), ORR_OK);
  for (int i = 0; i < 10000; i++) fputs("a line\n", orr_file_stream(writer));
  errno = 0;
  orr_status status = orr_file_commit(writer, &err);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, old);
  assert_int_equal(status, ORR_ERR_FILE);
  assert_non_null(strstr(err.message, strerror(EFBIG)));
  assert_false(orr_file_exists(in("long")));
}

static void lines_append_and_torn_ones_are_ended(void **state) {
  (void)state;
  assert_int_equal(orr_file_append(in("m"), "{1}", NULL), ORR_OK);
  assert_int_equal(orr_file_append(in("m"), "{2}", NULL), ORR_OK);
  assert_holds(in("m"), "{1}\n{2}\n");
  assert_int_equal(truncate(in("m"), 6), 0); /* killed in the middle of {2} */
  assert_int_equal(orr_file_append(in("m"), "{3}", NULL), ORR_OK);
  assert_holds(in("m"), "{1}\n{2\n{3}\n");
  for (int n = 1; n <= 2; n++) {
    orr_file_fail_at(n);
    assert_int_equal(orr_file_append(in("m"), "{4}", NULL), ORR_ERR_FILE);
  }
  orr_file_fail_at(0);
  assert_holds(in("m"), "{1}\n{2\n{3}\n");
}

static void folders_are_made_listed_and_removed(void **state) {
  (void)state;
  orr_error err;
  assert_int_equal(orr_folder_make(in("x/y//z/"), NULL), ORR_OK);
  assert_int_equal(orr_folder_make(in("x/y"), NULL), ORR_OK);
  const char *names[] = {"train-2.h5", "train-10.h5", "held-1.h5", "train-1.txt", ".h5"};
  for (int i = 0; i < 5; i++) {
    char path[256];
    orr_path_join(path, sizeof path, in("x"), names[i]);
    assert_int_equal(orr_file_put(path, "", 0, NULL), ORR_OK);
  }
  char **found;
  size_t count;
  assert_int_equal(orr_folder_list(in("x"), "train-", ".h5", &found, &count, NULL), ORR_OK);
  assert_int_equal(count, 2);
  assert_string_equal(found[0], "train-10.h5");
  assert_string_equal(found[1], "train-2.h5");
  orr_free(found);
  assert_int_equal(orr_folder_list(in("no"), "", "", &found, &count, &err), ORR_ERR_FILE);
  assert_int_equal(orr_folder_make(in("x/held-1.h5/deep"), &err), ORR_ERR_FILE);
  assert_int_equal(symlink("nowhere", in("x/dangling")), 0); /* the reason is mkdir's, not stat's */
  assert_int_equal(orr_folder_make(in("x/dangling/deep"), &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, strerror(ENOTDIR)));
  assert_int_equal(orr_file_put(in("kept"), "k", 1, NULL), ORR_OK);
  assert_int_equal(symlink("../kept", in("x/link")), 0); /* removed, not followed */
  assert_int_equal(orr_folder_remove(in("x"), NULL), ORR_OK);
  assert_false(orr_file_exists(in("x")));
  assert_holds(in("kept"), "k");
  assert_int_equal(orr_folder_remove(in("x"), NULL), ORR_OK);
  assert_int_equal(orr_file_remove(in("nothing"), NULL), ORR_OK);
}

static void paths_join_with_one_slash(void **state) {
  (void)state;
  static const char *const cases[][3] = {{"a", "b", "a/b"},    {"a/", "b", "a/b"},
                                         {"a//", "/b", "a/b"}, {"/", "b", "/b"},
                                         {"", "b", "b"},       {"", "/b", "/b"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char out[32];
    orr_path_join(out, sizeof out, cases[i][0], cases[i][1]);
    assert_string_equal(out, cases[i][2]);
  }
}

#define BIG 300000

/* A child writes 'a's, then 'b's, and so on without end. */
static _Noreturn void write_forever(const char *path, int ready) {
  char *bytes = malloc(BIG);
  for (int i = 0; bytes; i++) {
    memset(bytes, 'a' + i % 26, BIG);
    if (orr_file_put(path, bytes, BIG, NULL) != ORR_OK) break;
    if (i == 0 && write(ready, "x", 1) != 1) break;
  }
  _exit(1);
}

static void a_killed_writer_leaves_a_whole_file(void **state) {
  (void)state;
  for (int round = 0; round < 25; round++) {
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) write_forever(in("big"), ready[1]);
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    nanosleep(&(struct timespec){0, 137000L * (round + 1)}, NULL);
    kill(child, SIGKILL);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(ready[0]);
    close(ready[1]);
    char *bytes;
    size_t count;
    assert_int_equal(orr_file_get(in("big"), BIG, &bytes, &count, NULL), ORR_OK);
    assert_int_equal(count, BIG);
    for (size_t i = 1; i < BIG; i++) {
      if (bytes[i] != bytes[0]) fail_msg("mixed bytes at %zu", i);
    }
    orr_free(bytes);
  }
}

static void temporary_folders_are_fresh(void **state) {
  (void)state;
  char one[ORR_PATH], two[ORR_PATH];
  orr_error err;
  assert_int_equal(setenv("TMPDIR", folder, 1), 0);
  assert_int_equal(orr_folder_temporary("bench", one, &err), ORR_OK);
  assert_int_equal(orr_folder_temporary("bench", two, &err), ORR_OK);
  assert_true(orr_folder_exists(one) && orr_folder_exists(two));
  assert_string_not_equal(one, two);
  assert_memory_equal(one, folder, strlen(folder));
  assert_int_equal(setenv("TMPDIR", "/nowhere", 1), 0);
  assert_int_equal(orr_folder_temporary("bench", one, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "/nowhere"));
  assert_int_equal(unsetenv("TMPDIR"), 0);
}

int test_file(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(temporary_folders_are_fresh),
      cmocka_unit_test(files_come_back_as_written),
      cmocka_unit_test(nothing_shows_before_the_commit),
      cmocka_unit_test(a_library_may_write_the_temporary_by_name),
      cmocka_unit_test(a_writer_may_go_back),
      cmocka_unit_test(every_injected_failure_leaves_old_or_new_whole),
      cmocka_unit_test(reading_fails_cleanly),
      cmocka_unit_test(writing_to_impossible_places_says_why),
      cmocka_unit_test(a_full_disk_is_a_plain_message),
      cmocka_unit_test(a_stream_that_failed_still_tells_why),
      cmocka_unit_test(lines_append_and_torn_ones_are_ended),
      cmocka_unit_test(folders_are_made_listed_and_removed),
      cmocka_unit_test(paths_join_with_one_slash),
      cmocka_unit_test(a_killed_writer_leaves_a_whole_file),
  };
  return cmocka_run_group_tests_name("file", tests, setup, teardown);
}
