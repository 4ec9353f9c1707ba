/* Training: it learns, it does not collapse, and its bytes depend on nothing but data, definition
 * and seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"
#include "synthetic.h"
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char data_folder[] = "learn-data";

static void remove_folder(const char *folder) {
  orr_error err;
  ASSERT_OK(orr_folder_remove(folder, &err), err);
}

/* The last line of metrics.jsonl that has `key`; new reference. */
static json_t *last_line(const char *folder, const char *key) {
  char path[256], *bytes;
  size_t count;
  orr_error err;
  json_t *found = NULL;
  orr_path_join(path, sizeof path, folder, "metrics.jsonl");
  ASSERT_OK(orr_file_get(path, 1 << 24, &bytes, &count, &err), err);
  for (char *rest = bytes, *line; (line = strsep(&rest, "\n")) && *line;) {
    json_t *json = json_loads(line, 0, NULL);
    assert_non_null(json);
    if (json_object_get(json, key)) {
      json_decref(found);
      found = json_incref(json);
    }
    json_decref(json);
  }
  orr_free(bytes);
  assert_non_null(found);
  return found;
}

static double number_at(const json_t *json, const char *a, const char *b, const char *c) {
  const json_t *value = json_object_get(json_object_get(json_object_get(json, a), b), c);
  assert_true(json_is_number(value));
  return json_number_value(value);
}

static void assert_same_file(const char *folder, const char *other, const char *name) {
  char path[256], *bytes[2];
  size_t count[2];
  orr_error err;
  for (int i = 0; i < 2; i++) {
    orr_path_join(path, sizeof path, i ? other : folder, name);
    ASSERT_OK(orr_file_get(path, 1 << 26, &bytes[i], &count[i], &err), err);
  }
  assert_int_equal(count[0], count[1]);
  assert_memory_equal(bytes[0], bytes[1], count[0]);
  orr_free(bytes[0]);
  orr_free(bytes[1]);
}

static void assert_same_result(const char *folder, const char *other) {
  assert_same_file(folder, other, "model.safetensors");
  assert_same_file(folder, other, "state.safetensors");
}

/* Learning --------------------------------------------------------------------------------- */

static void test_state_learns(void **state) {
  (void)state;
  static const char folder[] = "learn-state";
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_STATE);
  orr_train_def train = synthetic_train(800);
  def.horizon = 2;
  orr_train_result result;
  orr_open_loop errors;
  orr_model *model;
  orr_error err;
  remove_folder(folder);
  ASSERT_OK(synthetic_run(&data, &def, &train, folder, 2, &result, &err), err);
  ASSERT_OK(orr_model_load("learn-state/model.safetensors", &model, &err), err);
  ASSERT_OK(orr_open_loop_measure(model, data.held_out, 3, 256, NULL, &errors, &err), err);
  print_message("state: loss %.4f, %.0f windows/s; pusher %.2f of %.1f px, block %.2f of %.1f px, "
                "%.4f of %.4f rad\n",
                result.loss, result.windows_per_second, errors.position[2][0],
                errors.still_position[2][0], errors.position[2][1], errors.still_position[2][1],
                errors.angle[2][1], errors.still_angle[2][1]);
  assert_true(result.steps == train.steps && !result.resumed);
  assert_true(result.loss < 0.1);
  assert_true(errors.bodies == 2 && errors.horizon == 3 && errors.windows == 256);
  assert_true(errors.position[2][0] < 0.05 * errors.still_position[2][0]);
  assert_true(errors.position[2][1] < 0.15 * errors.still_position[2][1]);
  assert_true(errors.angle[2][1] < 0.2 * errors.still_angle[2][1]);
  json_t *line = last_line(folder, "block_2");
  assert_true(number_at(line, "block_2", "block", "position") <
              0.2 * number_at(line, "block_2", "block", "still_position"));
  json_decref(line);
  orr_model_destroy(model);
  synthetic_close(&data);
}

static void test_jepa_learns(void **state) {
  (void)state;
  static const char folder[] = "learn-jepa";
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_JEPA);
  orr_train_def train = synthetic_train(600);
  def.horizon = 2;
  orr_train_result result;
  orr_open_loop errors;
  orr_model *model;
  orr_error err;
  remove_folder(folder);
  ASSERT_OK(synthetic_run(&data, &def, &train, folder, 2, &result, &err), err);
  ASSERT_OK(orr_model_load("learn-jepa/model.safetensors", &model, &err), err);
  ASSERT_OK(orr_open_loop_measure(model, data.held_out, 3, 256, NULL, &errors, &err), err);
  json_t *line = last_line(folder, "terms"), *check = last_line(folder, "latent");
  double std = json_number_value(json_object_get(json_object_get(check, "latent"), "std"));
  double rank = json_number_value(json_object_get(json_object_get(check, "latent"), "rank"));
  const json_t *terms = json_object_get(line, "terms");
  double prediction = json_number_value(json_object_get(terms, "prediction"));
  double inverse = json_number_value(json_object_get(terms, "inverse"));
  print_message("jepa: loss %.4f (prediction %.4f, inverse %.4f), latent std %.3f, rank %.1f; "
                "pusher %.1f of %.1f px, block %.1f of %.1f px\n",
                result.loss, prediction, inverse, std, rank, errors.position[2][0],
                errors.still_position[2][0], errors.position[2][1], errors.still_position[2][1]);
  assert_true(prediction < 0.1 && inverse < 0.5);
  assert_true(std > 0.1 && rank > 3);
  assert_true(errors.position[2][0] < 0.15 * errors.still_position[2][0]);
  assert_true(errors.position[2][1] < 0.4 * errors.still_position[2][1]);
  json_decref(line);
  json_decref(check);
  orr_model_destroy(model);
  synthetic_close(&data);
}

/* SIGReg instead of the inverse head: it is reported, falls, and fills the latent (0.4 without). */
static void test_sigreg_fills(void **state) {
  (void)state;
  static const char folder[] = "learn-sigreg";
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_JEPA);
  orr_train_def train = synthetic_train(200);
  orr_train_result result;
  orr_error err;
  def.horizon = 1;
  def.inverse = 0;
  def.sigreg = 0.1;
  remove_folder(folder);
  ASSERT_OK(synthetic_run(&data, &def, &train, folder, 2, &result, &err), err);
  json_t *line = last_line(folder, "terms"), *check = last_line(folder, "latent");
  const json_t *terms = json_object_get(line, "terms");
  double sigreg = json_number_value(json_object_get(terms, "sigreg"));
  double std = json_number_value(json_object_get(json_object_get(check, "latent"), "std"));
  print_message("jepa with SIGReg alone: statistic %.2f, latent std %.3f\n", sigreg, std);
  assert_true(sigreg > 0.5 && sigreg < 20);
  assert_true(std > 0.7 && std < 1.2);
  json_decref(line);
  json_decref(check);
  synthetic_close(&data);
}

/* Bytes ------------------------------------------------------------------------------------ */

static void check_threads(orr_family family) {
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(family);
  orr_train_def train = synthetic_train(50);
  orr_train_result result;
  orr_error err;
  def.dropout = 0.1;
  def.sigreg = 0.5;
  train.batch = 150; /* the last tile is not full */
  remove_folder("learn-one");
  remove_folder("learn-two");
  ASSERT_OK(synthetic_run(&data, &def, &train, "learn-one", 1, &result, &err), err);
  ASSERT_OK(synthetic_run(&data, &def, &train, "learn-two", 2, &result, &err), err);
  assert_same_result("learn-one", "learn-two");
  synthetic_close(&data);
}

static void test_threads(void **state) {
  (void)state;
  check_threads(ORR_FAMILY_STATE);
  check_threads(ORR_FAMILY_JEPA);
  check_threads(ORR_FAMILY_INVERSE);
  check_threads(ORR_FAMILY_CLONING);
  check_threads(ORR_FAMILY_REACH);
}

typedef struct stopper {
  atomic_bool cancel;
  int64_t at;
} stopper;

static void stop_at(void *user, const char *what, int64_t done, int64_t total, const char *note) {
  stopper *stop = user;
  (void)what, (void)total, (void)note;
  if (done >= stop->at) atomic_store(&stop->cancel, true);
}

static void check_steps_once(const char *folder, int64_t last, int64_t every) {
  char path[256], *bytes;
  size_t count;
  orr_error err;
  int64_t expected = every;
  orr_path_join(path, sizeof path, folder, "metrics.jsonl");
  ASSERT_OK(orr_file_get(path, 1 << 24, &bytes, &count, &err), err);
  for (char *rest = bytes, *line; (line = strsep(&rest, "\n")) && *line;) {
    json_t *json = json_loads(line, 0, NULL);
    if (json_object_get(json, "terms")) {
      assert_int_equal(json_integer_value(json_object_get(json, "step")), expected);
      expected += every;
    }
    json_decref(json);
  }
  assert_int_equal(expected, last + every);
  orr_free(bytes);
}

/* Lines of steps that were logged and then lost, and one that was torn. */
static void log_lost_steps(const char *path, int64_t step) {
  FILE *stream = fopen(path, "ab");
  assert_non_null(stream);
  fprintf(stream, "{\"step\":%lld,\"terms\":{}}\n", (long long)step + 1);
  fprintf(stream, "{\"step\":%lld,\"ter", (long long)step);
  fclose(stream);
}

/* Cancelled again and again: the same bytes, every step once in metrics.jsonl. */
static void check_cancel(orr_family family, int64_t hidden) { /* wide enough to be caught */
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(family);
  orr_train_def train = synthetic_train(120);
  def.hidden = hidden;
  orr_train_setup setup = {.model = &def,
                           .train = &train,
                           .data = data.train,
                           .held_out = data.held_out,
                           .folder = "learn-cancelled"};
  orr_train_result result;
  orr_error err;
  int pieces = 0;
  remove_folder("learn-one");
  remove_folder("learn-cancelled");
  ASSERT_OK(synthetic_run(&data, &def, &train, "learn-one", 2, &result, &err), err);
  for (int64_t at = 20;; at += 30) {
    stopper stop = {.at = at};
    orr_control control = {.cancel = &stop.cancel, .progress = stop_at, .user = &stop};
    orr_status status = orr_train_run(&setup, &control, &result, &err);
    pieces++;
    if (status == ORR_OK) break;
    assert_int_equal(status, ORR_ERR_CANCELLED);
    assert_true(result.steps >= at && result.resumed == (pieces > 1));
    log_lost_steps("learn-cancelled/metrics.jsonl", result.steps);
  }
  assert_true(pieces >= 2);
  assert_same_result("learn-one", "learn-cancelled");
  check_steps_once("learn-cancelled", 120, 10);
  assert_true(orr_train_run(&setup, NULL, &result, &err) == ORR_OK && result.steps == 120);
  assert_same_result("learn-one", "learn-cancelled");
  synthetic_close(&data);
}

static void test_cancel(void **state) {
  (void)state;
  check_cancel(ORR_FAMILY_STATE, 64);
  check_cancel(ORR_FAMILY_CLONING, 384);
}

/* Going on from given weights: they are where it begins, with their transform; another definition
 * is refused, and so is another beginning once there is a state. */
static void test_going_on(void **state) {
  (void)state;
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_STATE), wider = def;
  orr_train_def train = synthetic_train(1);
  orr_model *from = synthetic_random_model(data.train, &def, 3), *after;
  orr_train_setup setup = {.model = &def,
                           .train = &train,
                           .data = data.train,
                           .folder = "learn-on",
                           .from = from,
                           .more = {data.held_out},
                           .more_count = 1,
                           .share = 0.5};
  orr_train_result result;
  orr_error err;
  train.rate = 1e-9;
  from->transform.state_mean[0] += 1.0; /* not what the data would give */
  remove_folder("learn-on");
  ASSERT_OK(orr_train_run(&setup, NULL, &result, &err), err);
  ASSERT_OK(orr_model_load("learn-on/model.safetensors", &after, &err), err);
  assert_true(after->transform.state_mean[0] == from->transform.state_mean[0]);
  for (size_t i = 0; i < from->params.total; i++)
    assert_true(fabsf(after->values[i] - from->values[i]) <= 1e-6F);
  orr_model_destroy(after);
  setup.share = 0.25;
  assert_int_equal(orr_train_run(&setup, NULL, &result, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "data: this training began on"));
  setup.share = 0.5;
  wider.hidden = def.hidden + 4;
  setup.model = &wider;
  assert_int_equal(orr_train_run(&setup, NULL, &result, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "another definition"));
  orr_model_destroy(from);
  synthetic_close(&data);
}

static void child(const char *folder, size_t threads, const orr_train_def *train) {
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_STATE);
  orr_train_result result;
  orr_error err;
  orr_status status = synthetic_run(&data, &def, train, folder, threads, &result, &err);
  if (status != ORR_OK) fprintf(stderr, "%s\n", err.message);
  _exit(status == ORR_OK ? 0 : 1);
}

/* Killed at random moments, with one and two threads by turns. */
static void test_kill(void **state) {
  (void)state;
  static const char folder[] = "learn-killed";
  orr_train_def train = synthetic_train(300);
  int kills = 0, status = 0;
  train.save_every = 3;
  train.check_every = 50;
  remove_folder(folder);
  remove_folder("learn-one");
  double begin = orr_seconds();
  pid_t pid = fork();
  if (pid == 0) child("learn-one", 1, &train);
  assert_true(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
  double whole = 1e9 * (orr_seconds() - begin); /* ns; a fifth of it on the average until a kill */
  for (uint32_t round = 0; round < 200; round++) {
    orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, round, 4, 0, 0);
    long ns = (long)orr_random_uniform(&random, 0.05 * whole, 0.35 * whole);
    struct timespec wait = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    pid = fork();
    if (pid == 0) child(folder, 1 + round % 2, &train);
    nanosleep(&wait, NULL);
    kill(pid, SIGKILL);
    assert_true(waitpid(pid, &status, 0) == pid);
    if (WIFEXITED(status)) break;
    kills++;
  }
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  print_message("killed %d times\n", kills);
  assert_true(kills >= 2);
  assert_same_result("learn-one", folder);
  check_steps_once(folder, 300, 10);
  char **names;
  size_t count;
  orr_error err;
  ASSERT_OK(orr_folder_list(folder, "", "", &names, &count, &err), err);
  assert_int_equal(count, 3); /* nothing left lying about */
  orr_free(names);
}

/* Refusals --------------------------------------------------------------------------------- */

static void expect_mismatch(const synthetic_data *data, const orr_model_def *def,
                            const orr_train_def *train, const char *message) {
  orr_train_result result;
  orr_error err = {0};
  assert_int_equal(synthetic_run(data, def, train, "learn-one", 1, &result, &err),
                   ORR_ERR_MISMATCH);
  if (!strstr(err.message, message)) fail_msg("'%s' does not say '%s'", err.message, message);
  assert_true(err.hint[0] != '\0');
}

static void test_refusals(void **state) {
  (void)state;
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_STATE);
  orr_train_def train = synthetic_train(5);
  orr_train_result result;
  orr_error err;
  remove_folder("learn-one");
  ASSERT_OK(synthetic_run(&data, &def, &train, "learn-one", 1, &result, &err), err);
  orr_model_def other = def;
  other.hidden = 32;
  expect_mismatch(&data, &other, &train, "model.hidden was 64");
  other = def;
  other.family = ORR_FAMILY_JEPA;
  expect_mismatch(&data, &other, &train, "model.family was state");
  orr_train_def slower = train;
  slower.rate = 1e-4;
  expect_mismatch(&data, &def, &slower, "train.rate was 0.003");
  slower = train;
  slower.steps = 6;
  expect_mismatch(&data, &def, &slower, "train.steps was 5");
  slower = train;
  slower.log_every = 1; /* what is only written down may differ */
  ASSERT_OK(synthetic_run(&data, &def, &slower, "learn-one", 1, &result, &err), err);
  assert_true(result.resumed);
  remove_folder("learn-data-2");
  synthetic_write("learn-data-2", 2, 5, 2);
  synthetic_data second = synthetic_open("learn-data-2");
  expect_mismatch(&second, &def, &train, "data: this training began on");
  synthetic_close(&second);
  ASSERT_OK(orr_file_put("learn-one/state.safetensors", "12345678", 8, &err), err);
  assert_int_equal(synthetic_run(&data, &def, &train, "learn-one", 1, &result, &err), ORR_ERR_FILE);
  synthetic_close(&data);
}

static void test_numbers(void **state) {
  (void)state;
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_JEPA), loaded;
  orr_train_def train = synthetic_train(400);
  orr_train_result result;
  orr_model *model;
  orr_error err;
  def.stride = def.block;
  def.horizon = 7; /* a latent that grows a thousandfold in every block overflows */
  train.rate = 1e3;
  train.clip = 1e9;
  train.warmup = 40;
  train.save_every = 1;
  remove_folder("learn-one");
  assert_int_equal(synthetic_run(&data, &def, &train, "learn-one", 1, &result, &err),
                   ORR_ERR_NUMBERS);
  assert_true(strstr(err.message, "not finite") && strstr(err.hint, "train.rate"));
  ASSERT_OK(orr_model_load("learn-one/model.safetensors", &model, &err), err);
  loaded = *orr_model_definition(model);
  assert_int_equal(loaded.latent, def.latent);
  orr_model_destroy(model);
  synthetic_close(&data);
}

/* A disk that fills up while saving: an error, and the next run ends with the same bytes. */
static void test_disk(void **state) {
  (void)state;
  synthetic_data data = synthetic_open(data_folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_STATE);
  orr_train_def train = synthetic_train(12);
  orr_train_result result;
  orr_error err;
  train.save_every = 4;
  remove_folder("learn-one");
  remove_folder("learn-disk");
  ASSERT_OK(synthetic_run(&data, &def, &train, "learn-one", 1, &result, &err), err);
  int failed = 0;
  for (int n = 1; n < 2000; n += 17) {
    orr_file_fail_at(n);
    orr_status status = synthetic_run(&data, &def, &train, "learn-disk", 1, &result, &err);
    orr_file_fail_at(0);
    if (status == ORR_OK) break;
    assert_int_equal(status, ORR_ERR_FILE);
    failed++;
  }
  assert_true(failed >= 1);
  assert_same_result("learn-one", "learn-disk");
  synthetic_close(&data);
}

int test_training(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_state_learns), cmocka_unit_test(test_jepa_learns),
      cmocka_unit_test(test_sigreg_fills), cmocka_unit_test(test_threads),
      cmocka_unit_test(test_cancel),       cmocka_unit_test(test_going_on),
      cmocka_unit_test(test_kill),         cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_numbers),      cmocka_unit_test(test_disk),
  };
  return cmocka_run_group_tests_name("training", tests, NULL, NULL);
}

int main(void) {
  remove_folder(data_folder);
  synthetic_write(data_folder, 1, 150, 30);
  int failed = test_families();
  failed += test_goals();
  failed += test_checkpoint();
  failed += test_training();
  return failed;
}
