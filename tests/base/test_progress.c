/* Progress in each style, to a memory stream and to a pseudo-terminal. */
#include "base/progress.h"
#include "test_base.h"
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Two stages, the second stopped half-way. */
static void work(orr_progress *progress) {
  orr_progress_stage(progress, "collect train");
  for (int i = 0; i <= 300; i++) orr_progress_update(progress, "episodes", i, 300, NULL);
  orr_progress_stage(progress, "train");
  orr_progress_update(progress, "steps", 50, 100, "loss 0.25");
  orr_progress_destroy(progress);
}

static char *output_of(orr_progress_style style) {
  char *text = NULL;
  size_t size;
  FILE *stream = open_memstream(&text, &size);
  orr_progress *progress = orr_progress_create(stream, style);
  assert_non_null(progress);
  assert_false(orr_progress_colour(progress));
  work(progress);
  fclose(stream);
  return text;
}

static size_t lines_of(const char *text) {
  size_t count = 0;
  for (; *text; text++) count += *text == '\n';
  return count;
}

static void plain_lines_have_no_control_characters(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    char *text = output_of(i ? ORR_PROGRESS_PLAIN : ORR_PROGRESS_AUTO);
    assert_null(strpbrk(text, "\r\x1b"));
    assert_non_null(strstr(text, "collect train: 300 episodes in "));
    assert_non_null(strstr(text, "train: stopped at 50 of 100 steps after "));
    assert_non_null(strstr(text, "loss 0.25\n"));
    assert_int_equal(lines_of(text), 2); /* 301 updates in no time: the summary alone */
    free(text);
  }
}

static void quiet_says_nothing(void **state) {
  (void)state;
  char *text = output_of(ORR_PROGRESS_QUIET);
  assert_string_equal(text, "");
  free(text);
}

static void json_is_one_object_a_line(void **state) {
  (void)state;
  char *text = output_of(ORR_PROGRESS_JSON);
  const char *events[] = {"start", "end", "start", "end"};
  size_t count = 0;
  for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), count++) {
    json_t *object = json_loads(line, 0, NULL);
    assert_non_null(object);
    assert_true(count < 4);
    assert_string_equal(json_string_value(json_object_get(object, "event")), events[count]);
    assert_string_equal(json_string_value(json_object_get(object, "stage")),
                        count < 2 ? "collect train" : "train");
    assert_true(json_is_number(json_object_get(object, "seconds")));
    if (count == 3) {
      assert_int_equal(json_integer_value(json_object_get(object, "done")), 50);
      assert_int_equal(json_integer_value(json_object_get(object, "total")), 100);
      assert_string_equal(json_string_value(json_object_get(object, "note")), "loss 0.25");
    }
    json_decref(object);
  }
  assert_int_equal(count, 4);
  free(text);
}

typedef struct terminal {
  int master;
  FILE *stream;
} terminal;

static bool open_terminal(terminal *out) {
  out->master = posix_openpt(O_RDWR | O_NOCTTY);
  if (out->master < 0 || grantpt(out->master) != 0 || unlockpt(out->master) != 0) return false;
  out->stream = fopen(ptsname(out->master), "w");
  struct winsize window = {.ws_row = 24, .ws_col = 72};
  return out->stream && ioctl(out->master, TIOCSWINSZ, &window) == 0;
}

static void read_terminal(const terminal *from, char *out, size_t size) {
  size_t used = 0;
  struct pollfd ready = {.fd = from->master, .events = POLLIN};
  while (used + 1 < size && poll(&ready, 1, 50) > 0 && (ready.revents & POLLIN)) {
    ssize_t got = read(from->master, out + used, size - 1 - used);
    if (got <= 0) break;
    used += (size_t)got;
  }
  out[used] = '\0';
}

/* 0.5 s of a thousand updates on a terminal; what the terminal received. */
static bool on_terminal(const char *term, const char *no_colour, char *out, size_t size) {
  terminal tty;
  if (!open_terminal(&tty)) return false;
  setenv("TERM", term, 1);
  if (no_colour) setenv("NO_COLOR", no_colour, 1);
  orr_progress *progress = orr_progress_create(tty.stream, ORR_PROGRESS_AUTO);
  assert_non_null(progress);
  orr_progress_stage(progress, "collect");
  for (int i = 1; i <= 1000; i++) {
    orr_progress_update(progress, "episodes", i, 2000, "a long note that cannot fit on the line");
    nanosleep(&(struct timespec){0, 450000}, NULL);
  }
  orr_progress_destroy(progress);
  fflush(tty.stream);
  read_terminal(&tty, out, size);
  fclose(tty.stream);
  close(tty.master);
  unsetenv("NO_COLOR");
  return true;
}

static size_t occurrences(const char *text, const char *part) {
  size_t count = 0;
  for (const char *at = text; (at = strstr(at, part)) != NULL; at++) count++;
  return count;
}

/* Columns between two carriage returns, colours not counted. */
static size_t widest(const char *text) {
  size_t most = 0, width = 0;
  for (; *text; text++) {
    if (*text == '\x1b') {
      while (*text && *text != 'm' && *text != 'K') text++;
    } else if (*text == '\r' || *text == '\n') {
      width = 0;
    } else if (++width > most) {
      most = width;
    }
    if (!*text) break;
  }
  return most;
}

static void a_terminal_gets_a_bar_that_is_redrawn(void **state) {
  (void)state;
  static char text[1 << 16];
  if (!on_terminal("xterm", NULL, text, sizeof text)) skip();
  size_t drawn = occurrences(text, "episodes") - 1; /* the summary has it too */
  assert_true(drawn >= 2 && drawn <= 25); /* ten a second at most, on a busy machine too */
  assert_non_null(strstr(text, "\r\x1b[36mcollect  [##"));
  assert_non_null(strstr(text, " left"));
  assert_non_null(strstr(text, "/s"));
  const char *summary = strstr(text, "collect: stopped at 1000 of 2000 episodes");
  assert_non_null(summary);
  *strchr(text, '\n') = '\0';
  char *end = strstr(text, "collect: stopped");
  *end = '\0';
  assert_true(widest(text) <= 71);
}

static void no_color_and_dumb_terminals_are_respected(void **state) {
  (void)state;
  static char text[1 << 16];
  if (!on_terminal("xterm", "1", text, sizeof text)) skip();
  assert_null(strstr(text, "\x1b[36m"));
  assert_non_null(strstr(text, "\rcollect  [##"));
  assert_true(on_terminal("dumb", NULL, text, sizeof text));
  assert_null(strchr(text, '\x1b'));
  assert_non_null(strstr(text, "collect: stopped at 1000 of 2000 episodes"));
}

static void no_progress_at_all_is_fine(void **state) {
  (void)state;
  orr_progress_stage(NULL, "x");
  orr_progress_update(NULL, "x", 1, 2, NULL);
  orr_progress_destroy(NULL);
  assert_false(orr_progress_colour(NULL));
  char *text = NULL;
  size_t size;
  FILE *stream = open_memstream(&text, &size);
  orr_progress *progress = orr_progress_create(stream, ORR_PROGRESS_PLAIN);
  orr_progress_update(progress, "steps", 3, 0, NULL); /* no stage, no total */
  orr_progress_destroy(progress);
  fclose(stream);
  assert_int_equal(strncmp(text, "3 steps in ", 11), 0);
  free(text);
}

int test_progress(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_lines_have_no_control_characters),
      cmocka_unit_test(quiet_says_nothing),
      cmocka_unit_test(json_is_one_object_a_line),
      cmocka_unit_test(a_terminal_gets_a_bar_that_is_redrawn),
      cmocka_unit_test(no_color_and_dumb_terminals_are_respected),
      cmocka_unit_test(no_progress_at_all_is_fine),
  };
  return cmocka_run_group_tests_name("progress", tests, NULL, NULL);
}
