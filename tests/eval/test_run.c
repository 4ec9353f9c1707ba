/* The stages of a run: skipping, resuming, refusing, redoing; the same bytes in the end. */
#include "tests/eval/eval_test.h"

#include "base/file.h"
#include "data/dataset.h"
#include "data/table.h"
#include "eval/report.h"
#include "eval/report_private.h"
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Names of the stages that were told, "+" for worked and "-" for skipped ones. */
typedef struct trial {
  const char *file, *profile, *set, *out, *model; /* file: NULL for tiny.yaml */
  bool force;
  size_t threads;
} trial;

static orr_status go(const trial *t, told *heard, orr_error *err) {
  const char *file = t->file ? t->file : TINY;
  orr_experiment *e = orr_test_load_file(file, t->profile, &t->set, t->set != NULL);
  orr_pool *pool = NULL;
  assert_int_equal(orr_pool_create(t->threads ? t->threads : 1, &pool, err), ORR_OK);
  orr_control control = {.pool = pool};
  if (heard) *heard = (told){.brake = NULL};
  orr_run_options options = {.out = t->out,
                             .force = t->force,
                             .model = t->model,
                             .stage = heard ? orr_test_tell : NULL,
                             .user = heard};
  orr_status status = orr_experiment_run(e, &options, &control, err);
  orr_pool_destroy(pool);
  orr_experiment_destroy(e);
  return status;
}

static void good(const trial *t, told *heard) {
  orr_error err = {0};
  orr_status status = go(t, heard, &err);
  if (status != ORR_OK) print_error("%s (%s)\n", err.message, err.hint);
  assert_int_equal(status, ORR_OK);
}

static void clear(const char *folder) { assert_int_equal(orr_folder_remove(folder, NULL), ORR_OK); }

static char *read_text(const char *path) {
  char *text;
  size_t length;
  assert_int_equal(orr_file_get(path, 1 << 26, &text, &length, NULL), ORR_OK);
  return text;
}

/* One run that the others are held against. */
static orr_hash reference;
static char *reference_names;

static int make_reference(void **state) {
  (void)state;
  clear("reference");
  good(&(trial){.out = "reference", .threads = 2}, NULL);
  reference = orr_test_folder_hash("reference", &reference_names);
  return 0;
}

static int drop_reference(void **state) {
  (void)state;
  orr_free(reference_names);
  return 0;
}

/* Prints the files ("hash name") that only one of the two has. */
static void print_difference(char *names) {
  char *save = NULL, *other = orr_strdup(reference_names);
  for (char *line = strtok_r(other, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
    if (!strstr(names, line)) print_error("reference: %s\n", line);
  orr_free(other);
  for (char *line = strtok_r(names, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
    if (!strstr(reference_names, line)) print_error("here:      %s\n", line);
}

static void same_as_reference(const char *folder) {
  char *names;
  orr_hash hash = orr_test_folder_hash(folder, &names);
  if (!orr_hash_equal(hash, reference)) print_difference(names);
  orr_free(names);
  assert_true(orr_hash_equal(hash, reference));
}

static void all_files_are_there(void **state) {
  (void)state;
  static const char *const files[] = {"config.yaml",
                                      "data/manifest.json",
                                      "data/all.h5",
                                      "data/statistics.json",
                                      "data/stage.json",
                                      "model/model.safetensors",
                                      "model/state.safetensors",
                                      "model/metrics.jsonl",
                                      "model/stage.json",
                                      "eval/near/pairs.h5",
                                      "eval/near/episodes.csv",
                                      "eval/there/stage.json",
                                      "eval/open_loop/open_loop.json",
                                      "eval/model.json",
                                      "report.html",
                                      "report.json",
                                      "report.md",
                                      "episodes.csv",
                                      "timings.json"};
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    char path[256];
    orr_path_join(path, sizeof path, "reference", files[i]);
    if (orr_file_size(path) <= 0) fail_msg("%s is missing", path);
  }
  assert_null(strstr(reference_names, ".part.csv"));
  assert_null(strstr(reference_names, "orr-tmp"));
  assert_null(strstr(reference_names, "begun"));
}

static void threads_change_nothing(void **state) {
  (void)state;
  clear("threads");
  good(&(trial){.out = "threads", .threads = 1}, NULL);
  same_as_reference("threads");
  clear("threads");
}

static void a_second_run_skips(void **state) {
  (void)state;
  told heard;
  good(&(trial){.out = "reference"}, &heard);
  assert_string_equal(heard.text, "+resolve;-collect;-train;-eval near;-eval there;-open loop;"
                                  "+report;");
  same_as_reference("reference");
}

static void a_changed_setting_is_refused_and_named(void **state) {
  (void)state;
  static const struct {
    const char *set, *stage, *field;
  } changes[] = {{"collect.weak=11", "`collect`", "collect.weak is 11"},
                 {"world.bodies.puck.mass=2", "`collect`", "world.bodies[2].mass is 2"},
                 {"train.rate=0.01", "`train`", "train.rate is 0.01"},
                 {"eval.rules.there.position=4", "`eval there`", "position is 4"},
                 {"plan.sigma=0.5", "`eval near`", "plan.sigma is 0.5"},
                 {"eval.open_loop.windows=7", "`open loop`", "windows is 7"}};
  for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
    orr_error err = {0};
    assert_int_equal(go(&(trial){.out = "reference", .set = changes[i].set}, NULL, &err),
                     ORR_ERR_MISMATCH);
    if (!strstr(err.message, changes[i].stage) || !strstr(err.message, changes[i].field))
      fail_msg("%s: %s", changes[i].set, err.message);
    assert_non_null(strstr(err.hint, "--force"));
  }
  same_as_reference("reference"); /* nothing was touched */
}

static void force_redoes_from_there(void **state) {
  (void)state;
  told heard;
  clear("forced");
  good(&(trial){.out = "forced", .set = "train.rate=0.01"}, NULL);
  good(&(trial){.out = "forced", .force = true}, &heard);
  assert_string_equal(heard.text,
                      "+resolve;-collect;+train;+pairs near;+eval near random;+eval near model;"
                      "+eval near oracle;+pairs there;+eval there random;+eval there model;"
                      "+eval there oracle;+open loop;+report;");
  same_as_reference("forced");
  good(&(trial){.out = "forced", .force = true}, &heard); /* nothing left to redo */
  assert_non_null(strstr(heard.text, "-train;"));
  clear("forced");
}

static void another_scenarios_folder_is_refused(void **state) {
  (void)state;
  orr_error err = {0};
  clear("other");
  assert_int_equal(orr_folder_make("other", NULL), ORR_OK);
  assert_int_equal(orr_file_put("other/config.yaml", "id: push_t\n", 11, NULL), ORR_OK);
  assert_int_equal(go(&(trial){.out = "other", .force = true}, NULL, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "`push_t`"));
  assert_int_equal(orr_file_put("other/config.yaml", "id: [1]\n", 8, NULL), ORR_OK);
  assert_int_equal(go(&(trial){.out = "other"}, NULL, &err), ORR_ERR_MISMATCH);
  clear("other");
}

static void a_long_name_is_refused(void **state) {
  (void)state;
  orr_error err = {0};
  char out[3000];
  memset(out, 'x', sizeof out - 1);
  out[sizeof out - 1] = '\0';
  assert_int_equal(go(&(trial){.out = out}, NULL, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "too long"));
}

/* Without demonstrations held out there is nothing to judge on, but data to train on. */
static void nothing_held_out_can_be_collected(void **state) {
  (void)state;
  static const char *const sets[] = {"eval.rules=[]", "collect.held_out=0"};
  orr_error err = {0};
  orr_control control = {0};
  clear("unheld");
  orr_experiment *e = orr_test_load_file(TINY, NULL, sets, 2);
  orr_run_options options = {.out = "unheld"};
  orr_status status = orr_experiment_collect(e, &options, &control, &err);
  if (status != ORR_OK) print_error("%s (%s)\n", err.message, err.hint);
  assert_int_equal(status, ORR_OK);
  assert_true(orr_file_exists("unheld/data/stage.json"));
  orr_experiment_destroy(e);
  clear("unheld");
}

static void a_given_model_is_judged_and_its_world_compared(void **state) {
  (void)state;
  told heard;
  clear("given");
  trial t = {.out = "given",
             .model = "reference/model/model.safetensors",
             .set = "world.bodies.puck.mass=3"};
  good(&t, &heard);
  assert_null(strstr(heard.text, "train"));
  char *html = read_text("given/report.html"), *summary = orr_report_summary("given", NULL);
  assert_non_null(strstr(html, "Shift: this model was trained on another world"));
  assert_non_null(strstr(summary, "Shift"));
  orr_free(summary);
  orr_free(html);
  clear("given");
  orr_error err = {0};
  t.set = "model.block=10";
  assert_int_equal(go(&t, NULL, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "its block is 5 control steps, here 10"));
  clear("given");
}

static void a_damaged_manifest_is_refused(void **state) {
  (void)state;
  orr_pairs *pairs;
  orr_error err = {0};
  assert_int_equal(orr_pairs_read("reference/eval/near/pairs.h5", &pairs, &err), ORR_OK);
  assert_int_equal(pairs->count, 8);
  assert_true(pairs->considered >= pairs->removed + 8);
  pairs->actions[3] += 0.25f; /* the hash is now that of other actions */
  assert_int_equal(orr_pairs_write(pairs, "bent.h5", NULL), ORR_OK);
  orr_pairs_destroy(pairs);
  assert_int_equal(orr_pairs_read("bent.h5", &pairs, &err), ORR_ERR_FILE);
  assert_non_null(strstr(err.message, "hash"));
  char *bytes = read_text("reference/eval/near/pairs.h5");
  int64_t size = orr_file_size("reference/eval/near/pairs.h5");
  for (int64_t cut = 0; cut < size; cut += size / 37) { /* any length, never a crash */
    assert_int_equal(orr_file_put("bent.h5", bytes, (size_t)cut, NULL), ORR_OK);
    assert_int_not_equal(orr_pairs_read("bent.h5", &pairs, &err), ORR_OK);
  }
  orr_free(bytes);
  orr_file_remove("bent.h5", NULL);
}

/* --- killed runs ------------------------------------------------------------------------------ */

static void sleep_milliseconds(int64_t ms) {
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&left, NULL);
}

/* Starts the run in a child and kills it after `ms`; false when it was done before. */
static bool run_and_kill(const char *out, int64_t ms) {
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    orr_error err = {0};
    orr_status status = go(&(trial){.out = out, .threads = 2}, NULL, &err);
    if (status != ORR_OK) fprintf(stderr, "%s (%s)\n", err.message, err.hint);
    _exit(status == ORR_OK ? 0 : 1);
  }
  int status = 0;
  int64_t waited = 0;
  for (; waited < ms && waitpid(child, &status, WNOHANG) == 0; waited += 2) sleep_milliseconds(2);
  if (waited < ms) {
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return false;
  }
  kill(child, SIGKILL);
  assert_int_equal(waitpid(child, &status, 0), child);
  return WIFSIGNALED(status);
}

/* ORR_TEST_KILLS: how many; three in the everyday run. */
static void kills_change_nothing(void **state) {
  (void)state;
  const char *asked = getenv("ORR_TEST_KILLS");
  int kills = asked ? atoi(asked) : 3, struck = 0;
  for (int round = 0; struck < kills && round < 10 * kills; round++) {
    clear("killed");
    for (int i = 0; i < 40; i++) {
      orr_random random = orr_random_at(3, ORR_PURPOSE_TEST, (uint32_t)round, (uint32_t)i, 0, 0);
      if (!run_and_kill("killed", orr_random_integer(&random, 5, 400))) break;
      struck++;
    }
    good(&(trial){.out = "killed", .threads = 1}, NULL);
    same_as_reference("killed");
  }
  clear("killed");
  assert_true(struck >= kills);
}

/* --- cancelled runs --------------------------------------------------------------------------- */

typedef struct brake {
  atomic_bool cancel;
  int64_t after;
} brake;

/* Stops the row `model` of the first rule when so many episodes are done. */
static void press(void *user, const char *what, int64_t done, int64_t total, const char *note) {
  brake *b = user;
  (void)what, (void)total;
  if (note && strcmp(note, "model") == 0 && done >= b->after) atomic_store(&b->cancel, true);
}

static void a_cancelled_row_goes_on_after_a_torn_line(void **state) {
  (void)state;
  brake b = {.after = 3};
  orr_error err = {0};
  orr_experiment *e = orr_test_load_file(TINY, NULL, NULL, 0);
  orr_control control = {.cancel = &b.cancel, .progress = press, .user = &b};
  clear("cancelled");
  assert_int_equal(orr_experiment_run(e, &(orr_run_options){.out = "cancelled"}, &control, &err),
                   ORR_ERR_CANCELLED);
  orr_experiment_destroy(e);
  char *part = read_text("cancelled/eval/near/model.part.csv");
  int lines = 0;
  for (const char *c = part; *c; c++) lines += *c == '\n';
  orr_free(part);
  assert_int_equal(lines, 4); /* the head and three episodes */
  FILE *file = fopen("cancelled/eval/near/model.part.csv", "a");
  fputs("5,1,1,1,20,1,3,0,0.01;", file); /* a success that never was, cut off */
  fclose(file);
  told heard;
  good(&(trial){.out = "cancelled"}, &heard);
  assert_non_null(strstr(heard.text, "-pairs near;"));
  same_as_reference("cancelled");
  clear("cancelled");
}

/* --- the report ------------------------------------------------------------------------------- */

static void the_html_stands_alone(void **state) {
  (void)state;
  char *html = read_text("reference/report.html");
  static const char *const never[] = {"http://", "https://", "<script", "<link", "@import",
                                      "url(",    "src=\"/",  "%s",      "nan"};
  for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
    if (strstr(html, never[i])) fail_msg("report.html has %s", never[i]);
  static const char *const always[] = {"name=\"viewport\"",
                                       "prefers-color-scheme",
                                       "random (floor)",
                                       "oracle (ceiling)",
                                       "Rule near",
                                       "McNemar",
                                       "orrery run config.yaml",
                                       "</html>"};
  for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
    if (!strstr(html, always[i])) fail_msg("report.html has no %s", always[i]);
  orr_free(html);
}

/* A body may have any name: it must reach neither gnuplot nor the page as code. */
static void names_are_no_code(void **state) {
  (void)state;
  clear("named");
  assert_int_equal(orr_folder_make("named", NULL), ORR_OK);
  json_t *report = json_pack(
      "{s:[], s:{s:s, s:s}, s:{s:i}, s:{s:i, s:[{s:s, s:s, s:[f,f], s:[f,f], s:[f,f], s:[f,f]}]}}",
      "tables", "scenario", "unit", "m", "profile", "<b>", "planner", "block", 5, "open_loop",
      "windows", 1, "bodies", "body", "<i>'; system('touch owned') #", "role", "free", "position",
      1.0, 2.0, "angle", 1.0, 2.0, "still_position", 1.0, 2.0, "still_angle", 1.0, 2.0);
  assert_non_null(report);
  json_t *plots = orr_report_plots(report, "named");
  assert_true(orr_file_exists("named/plots/open-loop-position.gp"));
  assert_false(orr_file_exists("named/plots/owned"));
  char *html = NULL;
  size_t length = 0;
  FILE *stream = open_memstream(&html, &length);
  orr_report_html(report, NULL, plots, "named", "", stream);
  fclose(stream);
  assert_null(strstr(html, "<i>'"));
  assert_null(strstr(html, "<b>"));
  assert_non_null(strstr(html, "&lt;i&gt;'"));
  free(html);
  json_decref(plots);
  json_decref(report);
  clear("named");
}

static void without_gnuplot_there_are_tables(void **state) {
  (void)state;
  char *path = orr_strdup(getenv("PATH"));
  orr_experiment *e = orr_test_load_file(TINY, NULL, NULL, 0);
  clear("plain");
  good(&(trial){.out = "plain"}, NULL);
  setenv("PATH", "/nowhere", 1);
  orr_status status = orr_report_write(e, "plain", NULL);
  setenv("PATH", path, 1);
  orr_free(path);
  assert_int_equal(status, ORR_OK);
  char *html = read_text("plain/report.html");
  assert_non_null(strstr(html, "gnuplot was not found"));
  assert_non_null(strstr(html, "oracle (ceiling)"));
  assert_null(strstr(html, "<img"));
  orr_free(html);
  orr_experiment_destroy(e);
  good(&(trial){.out = "plain"}, NULL); /* with gnuplot again */
  same_as_reference("plain");
  clear("plain");
}

static void the_summary_has_every_row(void **state) {
  (void)state;
  char *text = orr_report_summary("reference", NULL);
  assert_non_null(text);
  assert_non_null(strstr(text, "near"));
  assert_non_null(strstr(text, "oracle (ceiling)"));
  assert_non_null(strstr(text, "n = 8"));
  orr_free(text);
  orr_error err = {0};
  assert_null(orr_report_summary("nowhere", &err));
  assert_int_equal(err.status, ORR_ERR_FILE);
}

static void a_dry_run_says_what_is_done(void **state) {
  (void)state;
  orr_experiment *e = orr_test_load_file(TINY, NULL, NULL, 0);
  char *text = orr_experiment_plan_text(e, &(orr_run_options){.out = "reference"});
  assert_non_null(strstr(text, "collect          done"));
  orr_free(text);
  text = orr_experiment_plan_text(e, &(orr_run_options){.out = "nowhere"});
  assert_non_null(strstr(text, "train            to do"));
  assert_false(orr_file_exists("nowhere"));
  orr_free(text);
  orr_experiment_destroy(e);
}

static void nothing_to_judge_is_an_error(void **state) {
  (void)state;
  orr_error err = {0};
  assert_int_equal(go(&(trial){.out = "none", .set = "eval.rules=[]"}, NULL, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "eval.rules"));
  assert_false(orr_file_exists("none"));
}

/* A world of joints, one body unseen: the report tells errors of what is observed alone, the offset
 * of a slide as a position. */
static void joints_are_reported(void **state) {
  (void)state;
  static const char *const small[] = {
      "collect.experts=2",  "collect.held_out=2", "collect.random=4",         "train.steps=4",
      "eval.rows=[random]", "eval.pairs=2",       "eval.open_loop.windows=20"};
  orr_experiment *e = orr_test_load_file(ORR_SOURCE_DIR "/scenarios/cart_pole.yaml", "tiny", small,
                                         sizeof small / sizeof *small);
  clear("joints");
  orr_error err = {0};
  orr_status status =
      orr_experiment_run(e, &(orr_run_options){.out = "joints"}, &(orr_control){0}, &err);
  if (status != ORR_OK) print_error("%s (%s)\n", err.message, err.hint);
  assert_int_equal(status, ORR_OK);
  orr_experiment_destroy(e);
  json_t *loop = json_load_file("joints/eval/open_loop/open_loop.json", 0, NULL);
  const json_t *bodies = json_object_get(loop, "bodies");
  assert_int_equal(json_array_size(bodies), 2); /* neither the cart nor the pole is seen */
  const json_t *track = json_array_get(bodies, 0), *hinge = json_array_get(bodies, 1);
  assert_string_equal(orr_json_text(track, "body"), "track");
  assert_string_equal(orr_json_text(hinge, "body"), "hinge");
  assert_false(orr_report_unseen(track, "position"));
  assert_true(orr_report_unseen(track, "angle"));
  assert_true(orr_report_unseen(hinge, "position"));
  assert_false(orr_report_unseen(hinge, "angle"));
  json_decref(loop);
  char *html = read_text("joints/report.html");
  assert_non_null(strstr(html, "track, position m, model"));
  assert_null(strstr(html, "track, angle"));
  assert_non_null(strstr(html, "hinge, angle &deg;, model"));
  assert_null(strstr(html, "hinge, position"));
  orr_free(html);
}

static const char *const seen_file = ORR_SOURCE_DIR "/tests/fixtures/tiny_pixels.yaml";

/* Pictures ride along: a model of the state trains, plans and is judged as if there were none. */
static void pictures_change_no_number(void **state) {
  (void)state;
  static const char *const files[] = {"eval/near/episodes.csv", "eval/there/episodes.csv",
                                      "eval/open_loop/open_loop.json"};
  told heard;
  orr_error err = {0};
  clear("seen");
  trial t = {.file = seen_file, .out = "seen", .threads = 2};
  good(&t, NULL);
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    char path[256];
    orr_path_join(path, sizeof path, "reference", files[i]);
    char *blind = read_text(path);
    orr_path_join(path, sizeof path, "seen", files[i]);
    char *with = read_text(path);
    assert_string_equal(with, blind);
    orr_free(with);
    orr_free(blind);
  }
  t.model = "seen/model/model.safetensors"; /* of the same pictures: it is taken */
  t.out = "again";
  clear("again");
  good(&t, &heard);
  assert_null(strstr(heard.text, "train"));
  clear("again");
  t.model = "reference/model/model.safetensors";
  assert_int_equal(go(&t, NULL, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "picture 0 is no such picture, here pixels of 32 x 32"));
  clear("again");
  clear("seen");
}

static void rounds_have_pictures(void **state) {
  (void)state;
  orr_dataset *data;
  clear("seen");
  good(&(trial){.file = seen_file, .profile = "onpolicy", .out = "seen", .threads = 2}, NULL);
  assert_int_equal(orr_dataset_open("seen/rounds/2/data", ORR_SPLIT_TRAIN, true, &data, NULL),
                   ORR_OK);
  assert_int_equal(orr_dataset_info(data)->observation.picture_count, 1);
  assert_int_equal(orr_dataset_episode(data, 0).policy, ORR_POLICY_MODEL);
  assert_true(orr_dataset_frame_bytes(data, 0) > orr_dataset_rows(data));
  orr_dataset_close(data);
  clear("seen");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(pictures_change_no_number),
    cmocka_unit_test(rounds_have_pictures),
    cmocka_unit_test(all_files_are_there),
    cmocka_unit_test(threads_change_nothing),
    cmocka_unit_test(a_second_run_skips),
    cmocka_unit_test(a_changed_setting_is_refused_and_named),
    cmocka_unit_test(force_redoes_from_there),
    cmocka_unit_test(another_scenarios_folder_is_refused),
    cmocka_unit_test(a_long_name_is_refused),
    cmocka_unit_test(nothing_held_out_can_be_collected),
    cmocka_unit_test(a_given_model_is_judged_and_its_world_compared),
    cmocka_unit_test(a_damaged_manifest_is_refused),
    cmocka_unit_test(kills_change_nothing),
    cmocka_unit_test(a_cancelled_row_goes_on_after_a_torn_line),
    cmocka_unit_test(the_html_stands_alone),
    cmocka_unit_test(names_are_no_code),
    cmocka_unit_test(without_gnuplot_there_are_tables),
    cmocka_unit_test(the_summary_has_every_row),
    cmocka_unit_test(a_dry_run_says_what_is_done),
    cmocka_unit_test(nothing_to_judge_is_an_error),
    cmocka_unit_test(joints_are_reported),
};

int orr_test_run(void) {
  return cmocka_run_group_tests_name("run", tests, make_reference, drop_reference);
}
