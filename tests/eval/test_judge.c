/* Manifests and swaps: frozen pairs that need no data, and what gaps are made of. Builds on the run
 * `reference` that test_run leaves. */
#include "tests/eval/eval_test.h"

#include "base/file.h"
#include "eval/protocol_private.h"
#include "eval/report_private.h"
#include <unistd.h>

#define MODEL "reference/model/model.safetensors"
/* `same` searches as the rows do; its own objective must not count. */
#define PRESETS                                                                                    \
  "presets=[{name: same, plan: {samples: 12, iterations: 2, elites: 4, horizon: 3, "               \
  "objective: {position: 99, aggregate: final}}}, "                                                \
  "{name: wide, plan: {samples: 24, iterations: 3, elites: 4, horizon: 3}}]"
#define SWAPS                                                                                      \
  "eval.swaps=[{name: truth, dynamics: simulator}, {name: feel, objective: latent}, "              \
  "{name: metric, dynamics: simulator, objective: latent}, {name: same, planner: same}, "          \
  "{name: wide, planner: wide}]"

typedef struct trial {
  const char *sets[4];
  const char *out, *model, *manifest, *file; /* file NULL: tiny.yaml */
  bool force;
  size_t threads;
  const orr_control *control;
} trial;

static orr_status go(const trial *t, told *heard, orr_error *err) {
  told ignored;
  size_t count = 0;
  while (count < 4 && t->sets[count]) count++;
  orr_experiment *e = orr_test_load_file(t->file ? t->file : TINY, NULL, t->sets, count);
  orr_pool *pool = NULL;
  assert_int_equal(orr_pool_create(t->threads ? t->threads : 1, &pool, err), ORR_OK);
  orr_control control = t->control ? *t->control : (orr_control){.pool = pool};
  if (!heard) heard = &ignored;
  *heard = (told){.brake = NULL};
  orr_run_options options = {.out = t->out,
                             .force = t->force,
                             .model = t->model,
                             .manifest = t->manifest,
                             .stage = orr_test_tell,
                             .user = heard};
  orr_status status = t->manifest ? orr_experiment_freeze(e, &options, &control, err)
                                  : orr_experiment_run(e, &options, &control, err);
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

/* The run must fail with this status, and say these words. */
static void bad(const trial *t, orr_status expected, const char *words) {
  orr_error err = {0};
  assert_int_equal(go(t, NULL, &err), expected);
  if (!strstr(err.message, words)) fail_msg("expected \"%s\" in: %s", words, err.message);
  assert_true(err.hint[0] != '\0');
}

static void clear(const char *folder) { assert_int_equal(orr_folder_remove(folder, NULL), ORR_OK); }

static char *read_text(const char *path) {
  char *text;
  size_t length;
  assert_int_equal(orr_file_get(path, 1 << 26, &text, &length, NULL), ORR_OK);
  return text;
}

static void same_files(const char *a, const char *b) {
  char *x = read_text(a), *y = read_text(b);
  assert_string_equal(x, y);
  orr_free(x);
  orr_free(y);
}

static orr_pairs *read_pairs(const char *path) {
  orr_pairs *pairs;
  assert_int_equal(orr_pairs_read(path, &pairs, NULL), ORR_OK);
  return pairs;
}

/* eval.manifest=<here>/<name>: what is relative is relative to the scenario file. */
static const char *manifest(const char *name) {
  static char text[600];
  char here[512];
  assert_non_null(getcwd(here, sizeof here));
  snprintf(text, sizeof text, "eval.manifest=%s/%s", here, name);
  return text;
}

static int freeze_all(void **state) {
  (void)state;
  static const char *const left[] = {"frozen", "first", "second", "refused", "bent"};
  for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) clear(left[i]);
  good(&(trial){.out = "reference", .manifest = "frozen", .threads = 2}, NULL);
  return 0;
}

/* --- manifests -------------------------------------------------------------------------------- */

static void freezing_leaves_the_run_alone(void **state) {
  (void)state;
  char *before, *after;
  orr_test_folder_hash("reference", &before);
  good(&(trial){.out = "reference", .manifest = "frozen", .sets = {"eval.budget=20"}}, NULL);
  bad(&(trial){.out = "reference", .manifest = "frozen", .sets = {"eval.budget=19"}},
      ORR_ERR_MISMATCH, "frozen/near.h5 holds other pairs");
  orr_test_folder_hash("reference", &after);
  assert_string_equal(before, after);
  orr_free(before);
  orr_free(after);
}

static void ranges_share_no_demonstration(void **state) {
  (void)state;
  static const char *const rules[] = {"near", "there"};
  trial t = {.out = "reference", .manifest = "first", .sets = {"eval.held_out.count=2"}};
  good(&t, NULL);
  t.manifest = "second";
  t.sets[0] = "eval.held_out.first=2";
  good(&t, NULL);
  for (size_t r = 0; r < 2; r++) {
    char path[64];
    snprintf(path, sizeof path, "first/%s.h5", rules[r]);
    orr_pairs *a = read_pairs(path);
    snprintf(path, sizeof path, "second/%s.h5", rules[r]);
    orr_pairs *b = read_pairs(path);
    assert_true(a->first == 0 && a->demonstrations == 2);
    assert_true(b->first == 2 && b->demonstrations == 2);
    assert_true(a->count > 0 && b->count > 0);
    for (size_t i = 0; i < a->count; i++)
      for (size_t k = 0; k < b->count; k++)
        assert_int_not_equal(a->items[i].episode, b->items[k].episode);
    orr_pairs_destroy(a);
    orr_pairs_destroy(b);
  }
  clear("first");
  clear("second");
}

/* The same pairs, so the same episodes to the byte, without a data set. */
static void a_manifest_and_a_model_need_no_data(void **state) {
  (void)state;
  told heard;
  clear("judged");
  trial t = {
      .out = "judged", .model = MODEL, .sets = {manifest("frozen"), PRESETS, SWAPS}, .threads = 2};
  good(&t, &heard);
  assert_null(strstr(heard.text, "collect"));
  assert_null(strstr(heard.text, "train"));
  assert_non_null(strstr(heard.text, "open loop: left out"));
  assert_false(orr_file_exists("judged/data"));
  assert_false(orr_file_exists("judged/model"));
  same_files("judged/eval/near/episodes.csv", "reference/eval/near/episodes.csv");
  same_files("judged/eval/there/episodes.csv", "reference/eval/there/episodes.csv");
  orr_pairs *pairs = read_pairs("frozen/near.h5");
  char hash[ORR_HASH_TEXT];
  orr_hash_text(pairs->hash, hash);
  orr_pairs_destroy(pairs);
  char *json = read_text("judged/report.json"), *html = read_text("judged/report.html");
  assert_non_null(strstr(json, hash));
  assert_non_null(strstr(json, "\"committed\": true"));
  assert_non_null(strstr(html, "of the committed manifest"));
  assert_non_null(strstr(html, "Open-loop errors are not here"));
  orr_free(json);
  orr_free(html);
}

/* Its folder stands alone: config.yaml there gives it again, for any number of threads. */
static void the_run_repeats_from_its_own_folder(void **state) {
  (void)state;
  told heard;
  char *before, *after;
  orr_test_folder_hash("judged", &before);
  clear("again");
  good(&(trial){.file = "judged/config.yaml", .out = "again", .model = MODEL}, NULL);
  orr_test_folder_hash("again", &after);
  assert_string_equal(before, after);
  clear("again");
  good(&(trial){.file = "judged/config.yaml", .out = "judged", .model = MODEL}, &heard);
  assert_non_null(strstr(heard.text, "-eval near;-swaps near;"));
  orr_free(before);
  orr_free(after);
}

/* A run that has its data judges on the manifest and measures the open loop too. */
static void data_that_stand_there_are_used(void **state) {
  (void)state;
  told heard;
  clear("mixed");
  good(&(trial){.out = "mixed", .sets = {manifest("frozen"), "eval.pairs=3"}}, &heard);
  assert_non_null(strstr(heard.text, "+collect;+train;"));
  assert_true(orr_file_exists("mixed/eval/open_loop/open_loop.json"));
  orr_pairs *cut = read_pairs("mixed/eval/near/pairs.h5"), *all = read_pairs("frozen/near.h5");
  assert_int_equal(cut->count, 3);
  assert_int_equal(cut->whole_count, all->count);
  assert_true(orr_hash_equal(cut->whole, all->hash));
  for (size_t i = 0; i < 3; i++)
    assert_true(orr_hash_equal(cut->items[i].start_hash, all->items[i].start_hash));
  orr_pairs_destroy(cut);
  orr_pairs_destroy(all);
  clear("mixed");
}

/* A committed file of this format stays readable; the seeds of tests/fuzz are some. */
static void committed_files_stay_readable(void **state) {
  (void)state;
  orr_pairs *pairs = read_pairs(ORR_SOURCE_DIR "/tests/fuzz/corpus/pairs/there.h5");
  assert_string_equal(pairs->rule, "there");
  assert_string_equal(pairs->scenario, "tiny");
  assert_int_equal(pairs->count, 2);
  assert_int_equal(pairs->demonstrations, 4);
  orr_pairs_destroy(pairs);
}

static void another_scenario_is_refused_by_name(void **state) {
  (void)state;
  static const struct {
    const char *set, *words;
  } changes[] = {{"eval.rules.near.position=11", "rule `near`, position 12.0, here it is 11.0"},
                 {"eval.rules.there.hold=1", "rule `there`, hold 2, here it is 1"},
                 {"eval.goal_offset=14", "eval.goal_offset 15, here it is 14"},
                 {"eval.budget=21", "eval.budget 20, here it is 21"},
                 {"world.bodies.puck.mass=2", "drawn in another world"},
                 {"eval.manifest=nowhere", "nowhere/near.h5"}};
  for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
    orr_status status = i == 5 ? ORR_ERR_FILE : ORR_ERR_MISMATCH;
    bad(&(trial){.out = "refused", .model = MODEL, .sets = {manifest("frozen"), changes[i].set}},
        status, changes[i].words);
    assert_false(orr_file_exists("refused"));
  }
}

/* A baseline cannot be trained without data: its row is left out, and that is said. */
static void rows_of_baselines_need_data(void **state) {
  (void)state;
  told heard;
  clear("rows");
  trial t = {.out = "rows",
             .model = MODEL,
             .sets = {manifest("frozen"), "baselines=[{name: inverse}]",
                      "eval.rows=[inverse, model, oracle]"}};
  good(&t, &heard);
  assert_non_null(strstr(heard.text, "+row inverse: left out, no data here;"));
  char *rows = read_text("rows/eval/near/episodes.csv");
  assert_null(strstr(rows, "inverse"));
  assert_non_null(strstr(rows, "\nmodel,"));
  orr_free(rows);
  clear("rows");
  bad(&(trial){.out = "rows",
               .model = MODEL,
               .sets = {manifest("frozen"), "baselines=[{name: far, family: reach}]",
                        "plan.objective.kind=reach", "eval.rows=[model]"}},
      ORR_ERR_CONFIG, "objective reach asks far, and there are no data");
  clear("rows");
}

/* The folder of a run keeps the manifest that it began with. */
static void another_manifest_is_refused(void **state) {
  (void)state;
  good(&(trial){.out = "reference", .manifest = "first", .sets = {"eval.held_out.count=3"}}, NULL);
  bad(&(trial){.out = "judged", .model = MODEL, .sets = {manifest("first"), PRESETS, SWAPS}},
      ORR_ERR_MISMATCH, "input `manifest` has changed");
  clear("first");
}

/* What an engine of another build would do: lead to another state. */
static void a_start_that_cannot_be_reached_is_named(void **state) {
  (void)state;
  orr_pairs *pairs = read_pairs("frozen/near.h5");
  pairs->items[5].start_hash.low ^= 1;
  pairs->hash = orr_pairs_hash(pairs);
  assert_int_equal(orr_folder_make("bent", NULL), ORR_OK);
  assert_int_equal(orr_pairs_write(pairs, "bent/near.h5", NULL), ORR_OK);
  orr_pairs_destroy(pairs);
  pairs = read_pairs("frozen/there.h5");
  assert_int_equal(orr_pairs_write(pairs, "bent/there.h5", NULL), ORR_OK);
  orr_pairs_destroy(pairs);
  orr_error err = {0};
  trial t = {.out = "bent/out", .model = MODEL, .sets = {manifest("bent")}};
  assert_int_equal(go(&t, NULL, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "pair 5 "));
  assert_non_null(strstr(err.hint, "another engine build?"));
  clear("bent");
}

/* --- swaps ------------------------------------------------------------------------------------ */

static json_t *table_of(const char *folder, size_t rule) {
  char path[128];
  json_t *report;
  orr_path_join(path, sizeof path, folder, "report.json");
  assert_int_equal(orr_json_get(path, &report, NULL), ORR_OK);
  json_t *table = json_incref(json_array_get(json_object_get(report, "tables"), rule));
  json_decref(report);
  return table;
}

/* The lines of one row of an episodes.csv, without its name. */
static char *rows_of(const char *path, const char *row) {
  char *text = read_text(path), *save = NULL, *out = NULL;
  size_t length = 0, word = strlen(row);
  FILE *to = open_memstream(&out, &length);
  for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
    if (strncmp(line, row, word) == 0 && line[word] == ',') fprintf(to, "%s\n", line + word);
  fclose(to);
  orr_free(text);
  assert_true(length > 0);
  return out;
}

/* True dynamics with the rows' goal objective and search is the oracle, to the byte; a preset that
 * searches as the rows do is the model; everything else is something else. */
static void one_thing_is_swapped_at_a_time(void **state) {
  (void)state;
  static const char *const names[] = {"truth", "feel", "metric", "same", "wide", "model", "oracle"};
  enum { TRUTH, FEEL, METRIC, SAME, WIDE, MODEL_ROW, ORACLE, COUNT };
  char *rows[COUNT];
  for (int i = 0; i < COUNT; i++)
    rows[i] = rows_of(i < MODEL_ROW ? "judged/eval/near/swaps/episodes.csv"
                                    : "judged/eval/near/episodes.csv",
                      names[i]);
  assert_string_equal(rows[TRUTH], rows[ORACLE]);
  assert_string_equal(rows[SAME], rows[MODEL_ROW]);
  for (int i = 0; i < SAME; i++)
    for (int k = i + 1; k < COUNT; k++)
      if (k != ORACLE) assert_string_not_equal(rows[i], rows[k]);
  assert_string_not_equal(rows[WIDE], rows[MODEL_ROW]);
  for (int i = 0; i < COUNT; i++) free(rows[i]);
}

static void the_table_of_swaps_is_that_of_the_episodes(void **state) {
  (void)state;
  json_t *table = table_of("judged", 0), *swap = json_array_get(json_object_get(table, "swaps"), 0);
  assert_int_equal(json_array_size(json_object_get(table, "swaps")), 5);
  double oracle =
      json_number_value(orr_json_at(json_array_get(json_object_get(table, "rows"), 2), "all.rate"));
  double model =
      json_number_value(orr_json_at(json_array_get(json_object_get(table, "rows"), 1), "all.rate"));
  assert_string_equal(orr_json_text(swap, "name"), "truth");
  assert_true(json_number_value(orr_json_at(swap, "all.rate.rate")) == oracle);
  double gain = json_number_value(orr_json_at(swap, "all.difference.point"));
  assert_true(gain - (oracle - model) < 1e-12 && gain - (oracle - model) > -1e-12);
  json_decref(table);
  char *summary = orr_report_summary("judged", NULL), *html = read_text("judged/report.html");
  char *markdown = read_text("judged/report.md");
  assert_non_null(strstr(summary, "the model with"));
  assert_non_null(strstr(summary, "true dynamics"));
  assert_non_null(strstr(summary, "p99"));
  assert_non_null(strstr(html, "What the gap is made of"));
  assert_non_null(strstr(html, "near/swap truth"));
  assert_non_null(strstr(markdown, "| wide | search wide |"));
  orr_free(summary);
  orr_free(html);
  orr_free(markdown);
}

static void changed_swaps_redo_swaps_alone(void **state) {
  (void)state;
  told heard;
  trial t = {
      .out = "judged",
      .model = MODEL,
      .sets = {manifest("frozen"), PRESETS, "eval.swaps=[{name: truth, dynamics: simulator}]"}};
  bad(&t, ORR_ERR_MISMATCH, "`swaps near`: eval.swaps is a list of 1");
  clear("swapped");
  t.out = "swapped";
  good(&t, NULL);
  t.sets[2] = SWAPS;
  t.force = true;
  good(&t, &heard);
  assert_non_null(strstr(heard.text, "-eval near;+eval near swap truth;"));
  char *names, *expected;
  orr_test_folder_hash("swapped", &names);
  orr_test_folder_hash("judged", &expected);
  assert_string_equal(names, expected);
  orr_free(names);
  orr_free(expected);
  clear("swapped");
}

typedef struct brake {
  atomic_bool cancel;
} brake;

static void press(void *user, const char *what, int64_t done, int64_t total, const char *note) {
  brake *b = user;
  (void)what, (void)total;
  if (note && strcmp(note, "feel") == 0 && done >= 2) atomic_store(&b->cancel, true);
}

static void a_cancelled_swap_goes_on(void **state) {
  (void)state;
  brake b = {0};
  orr_error err = {0};
  orr_control control = {.cancel = &b.cancel, .progress = press, .user = &b};
  trial t = {.out = "stopped", .model = MODEL, .sets = {manifest("frozen"), PRESETS, SWAPS}};
  clear("stopped");
  t.control = &control;
  assert_int_equal(go(&t, NULL, &err), ORR_ERR_CANCELLED);
  char *part = read_text("stopped/eval/near/swaps/feel.part.csv");
  int lines = 0;
  for (const char *c = part; *c; c++) lines += *c == '\n';
  orr_free(part);
  assert_int_equal(lines, 3); /* the head and two episodes */
  t.control = NULL;
  good(&t, NULL);
  char *names, *expected;
  orr_test_folder_hash("stopped", &names);
  orr_test_folder_hash("judged", &expected);
  assert_string_equal(names, expected);
  orr_free(names);
  orr_free(expected);
  clear("stopped");
}

/* --- misses ----------------------------------------------------------------------------------- */

static void every_miss_of_the_oracle_is_listed(void **state) {
  (void)state;
  orr_pairs *pairs = read_pairs("frozen/near.h5");
  orr_outcome_table table;
  assert_int_equal(orr_outcomes_read("judged/eval/near/episodes.csv", pairs->count, &table, NULL),
                   ORR_OK);
  orr_outcome *oracle = table.outcomes + 2 * pairs->count;
  for (size_t i = 0; i < pairs->count; i++) oracle[i].success = i != 1 && i != 6;
  oracle[6].position = 3.5;
  json_t *misses = orr_report_misses(&table, pairs), *miss = json_array_get(misses, 1);
  assert_int_equal(json_array_size(misses), 2);
  assert_int_equal(json_integer_value(json_object_get(miss, "pair")), 6);
  assert_true(json_number_value(json_object_get(miss, "position")) == 3.5);
  assert_true(json_number_value(json_object_get(miss, "motion_distance")) ==
              pairs->items[6].motion[0]);
  json_t *words = json_pack("{s:{s:s}, s:O}", "rule", "name", "near", "oracle_misses", misses);
  char *text = NULL;
  size_t length;
  FILE *to = open_memstream(&text, &length);
  orr_markdown_misses(words, "px", to);
  orr_html_misses(words, "px", to);
  fclose(to);
  assert_non_null(strstr(text, "Misses of the oracle, rule near"));
  assert_non_null(strstr(text, "| 3.50 |"));
  assert_non_null(strstr(text, "<td>3.50</td>"));
  free(text);
  json_decref(words);
  json_decref(misses);
  orr_outcomes_release(&table);
  orr_pairs_destroy(pairs);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(freezing_leaves_the_run_alone),
    cmocka_unit_test(ranges_share_no_demonstration),
    cmocka_unit_test(a_manifest_and_a_model_need_no_data),
    cmocka_unit_test(the_run_repeats_from_its_own_folder),
    cmocka_unit_test(data_that_stand_there_are_used),
    cmocka_unit_test(committed_files_stay_readable),
    cmocka_unit_test(another_scenario_is_refused_by_name),
    cmocka_unit_test(rows_of_baselines_need_data),
    cmocka_unit_test(another_manifest_is_refused),
    cmocka_unit_test(a_start_that_cannot_be_reached_is_named),
    cmocka_unit_test(one_thing_is_swapped_at_a_time),
    cmocka_unit_test(the_table_of_swaps_is_that_of_the_episodes),
    cmocka_unit_test(changed_swaps_redo_swaps_alone),
    cmocka_unit_test(a_cancelled_swap_goes_on),
    cmocka_unit_test(every_miss_of_the_oracle_is_listed),
};

int orr_test_judge(void) { return cmocka_run_group_tests_name("judge", tests, freeze_all, NULL); }
