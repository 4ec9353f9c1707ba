/* Errors, hashes, the log and what the binary says about itself. */
#include "base/build_info.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "test_base.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void text_shows_place_message_and_hint(void **state) {
  (void)state;
  orr_error err;
  char text[512];
  assert_int_equal(orr_fail_at(&err, ORR_ERR_CONFIG, "a.yaml", 3, 7, "no such key '%s'", "mas"),
                   ORR_ERR_CONFIG);
  orr_hint(&err, "did you mean '%s'?", "mass");
  orr_error_text(&err, text, sizeof text);
  assert_string_equal(text, "a.yaml:3:7: no such key 'mas'\n  hint: did you mean 'mass'?");
  orr_fail_at(&err, ORR_ERR_FILE, "b.h5", 0, 0, "damaged");
  orr_error_text(&err, text, sizeof text);
  assert_string_equal(text, "b.h5: damaged");
  assert_int_equal(orr_fail(&err, ORR_ERR_MEMORY, "out of memory"), ORR_ERR_MEMORY);
  orr_error_context(&err, "episode %d", 4);
  orr_error_text(&err, text, sizeof text);
  assert_string_equal(text, "episode 4: out of memory");
  orr_error_text(&err, text, 8);
  assert_string_equal(text, "episode");
}

static void long_messages_are_cut_and_own_text_may_be_quoted(void **state) {
  (void)state;
  orr_error err;
  char big[2000];
  memset(big, 'x', sizeof big - 1);
  big[sizeof big - 1] = '\0';
  orr_fail(&err, ORR_ERR_FILE, "%s", big);
  orr_hint(&err, "%s", big);
  orr_error_context(&err, "%s", big);
  assert_int_equal(strlen(err.message), sizeof err.message - 1);
  assert_int_equal(strlen(err.hint), sizeof err.hint - 1);
  orr_fail(&err, ORR_ERR_FILE, "first");
  orr_fail(&err, ORR_ERR_NUMBERS, "second after %s", err.message);
  assert_string_equal(err.message, "second after first");
  assert_string_equal(err.hint, "");
  assert_int_equal(orr_fail(NULL, ORR_ERR_FILE, "nobody listens"), ORR_ERR_FILE);
  orr_hint(NULL, "nobody");
  orr_error_context(NULL, "nobody");
}

static void exit_codes_are_the_documented_ones(void **state) {
  (void)state;
  const orr_status of[] = {ORR_OK,         ORR_ERR_CONFIG,    ORR_ERR_MISMATCH,
                           ORR_ERR_FILE,   ORR_ERR_MEMORY,    ORR_ERR_NUMBERS,
                           ORR_ERR_SYSTEM, ORR_ERR_CANCELLED, ORR_ERR_GATE};
  const int codes[] = {0, 2, 2, 1, 1, 1, 1, 130, 3};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
    assert_int_equal(orr_exit_code(of[i]), codes[i]);
  }
}

static void a_broken_promise_aborts(void **state) {
  (void)state;
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    if (!freopen("/dev/null", "w", stderr)) _exit(1);
    ORR_ASSERT(1 + 1 == 3);
    _exit(0);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void hashes_have_known_values(void **state) {
  (void)state;
  char text[ORR_HASH_TEXT], sha[ORR_SHA256_TEXT];
  orr_hash_text(orr_hash_bytes("", 0), text); /* XXH3-128 of nothing, xxhash's own sanity check */
  assert_string_equal(text, "99aa06d3014798d86001c324468d497f");
  orr_sha256_bytes("abc", 3, sha); /* FIPS 180-2, appendix B.1 */
  assert_string_equal(sha, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  orr_sha256_bytes("", 0, sha);
  assert_string_equal(sha, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void hashes_of_files_equal_hashes_of_their_bytes(void **state) {
  (void)state;
  static char bytes[200000];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i * 31 >> 3);
  char file_sha[ORR_SHA256_TEXT], sha[ORR_SHA256_TEXT];
  assert_int_equal(orr_file_put("sha.bin", bytes, sizeof bytes, NULL), ORR_OK);
  assert_int_equal(orr_sha256_file("sha.bin", file_sha, NULL), ORR_OK);
  orr_sha256_bytes(bytes, sizeof bytes, sha);
  assert_string_equal(file_sha, sha);
  assert_int_equal(orr_file_remove("sha.bin", NULL), ORR_OK);
  orr_error err;
  assert_int_equal(orr_sha256_file("sha.bin", file_sha, &err), ORR_ERR_FILE);
}

static void hash_texts_read_back_and_bad_ones_are_refused(void **state) {
  (void)state;
  orr_hash a = orr_hash_bytes("orrery", 6), b = orr_hash_bytes("planet", 6), c;
  char text[ORR_HASH_TEXT];
  orr_hash_text(a, text);
  assert_true(orr_hash_parse(text, &c) && orr_hash_equal(a, c));
  assert_false(orr_hash_equal(orr_hash_join(a, b), orr_hash_join(b, a)));
  assert_false(orr_hash_parse("", &c));
  assert_false(orr_hash_parse("99aa06d3014798d86001c324468d497", &c));
  assert_false(orr_hash_parse("99aa06d3014798d86001c324468d497f0", &c));
  assert_false(orr_hash_parse("99aa06d3014798d86001c324468d497g", &c));
}

static void note(void *user, orr_log_level level, const char *message) {
  snprintf(user, 128, "%d %s", (int)level, message);
}

static void the_log_goes_to_its_sink(void **state) {
  (void)state;
  char last[128] = "";
  orr_log_set(note, last);
  orr_log(ORR_LOG_DEBUG, "quiet");
  assert_string_equal(last, "");
  orr_log(ORR_LOG_WARN, "%d worlds", 3);
  assert_string_equal(last, "2 3 worlds");
  orr_log_set_level(ORR_LOG_ERROR);
  orr_log(ORR_LOG_WARN, "not shown");
  assert_string_equal(last, "2 3 worlds");
  orr_log_set_level(ORR_LOG_INFO);
  orr_log_set(NULL, NULL);
}

/* The level is fixed once a process: each cap is tried in a child. */
static int level_under(const char *cap) {
  static const char *const levels[] = {"baseline", "v3", "v4"};
  fflush(NULL);
  pid_t child = fork();
  if (child == 0) {
    if (!freopen("/dev/null", "w", stderr)) _exit(99);
    setenv("ORR_ISA", cap, 1);
    for (int i = 0; i < 3; i++) {
      if (strcmp(orr_isa_level(), levels[i]) == 0) _exit(i);
    }
    _exit(98);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void the_instruction_set_is_capped(void **state) {
  (void)state;
  int best = level_under("");
  assert_in_range(best, 0, 2);
  assert_int_equal(level_under("baseline"), 0);
  assert_int_equal(level_under("v3"), best < 1 ? best : 1);
  assert_int_equal(level_under("v4"), best);
  assert_int_equal(level_under("avx9000"), best);
}

static void the_binary_names_itself(void **state) {
  (void)state;
  assert_non_null(strstr(orr_build_id(), ORR_VERSION));
  assert_non_null(strstr(orr_build_id(), orr_build_compiler()));
  assert_non_null(strstr(orr_build_id(), "-ffp-contract=off"));
  assert_true(strlen(orr_cpu_name()) > 3);
}

int test_error(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_shows_place_message_and_hint),
      cmocka_unit_test(long_messages_are_cut_and_own_text_may_be_quoted),
      cmocka_unit_test(exit_codes_are_the_documented_ones),
      cmocka_unit_test(a_broken_promise_aborts),
      cmocka_unit_test(hashes_have_known_values),
      cmocka_unit_test(hashes_of_files_equal_hashes_of_their_bytes),
      cmocka_unit_test(hash_texts_read_back_and_bad_ones_are_refused),
      cmocka_unit_test(the_log_goes_to_its_sink),
      cmocka_unit_test(the_instruction_set_is_capped),
      cmocka_unit_test(the_binary_names_itself),
  };
  return cmocka_run_group_tests_name("error, hash, log, build", tests, NULL, NULL);
}
