/* Networks that see a goal: rows, what they learn, whom they learn from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/file.h"
#include "base/memory.h"
#include "synthetic.h"
#include "worldmodel/train_internal.h"
#include <math.h>
#include <string.h>

static const char folder[] = "learn-data";

/* Rows do not depend on the others; too many blocks left count as the most that it knows. */
static void test_act_rows(void **state) {
  (void)state;
  enum { COUNT = 70, S = SYNTHETIC_STATE, A = 5 * SYNTHETIC_ACTION };
  synthetic_data data = synthetic_open(folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_INVERSE);
  orr_model *model = synthetic_random_model(data.train, &def, 3);
  orr_model_worker *worker;
  orr_error err;
  ASSERT_OK(orr_model_worker_create(model, &worker, &err), err);
  assert_true(orr_model_acts(model) && model->action_length == A);
  float seen[COUNT * S], goals[COUNT * S], ahead[COUNT], actions[COUNT * A], one[A], other[A];
  orr_episode_view view = orr_dataset_episode(data.train, 0);
  for (size_t r = 0; r < COUNT; r++) {
    memcpy(seen + r * S, view.states + (r % 30) * S, S * sizeof *seen);
    memcpy(goals + r * S, view.states + (r % 30 + 5) * S, S * sizeof *goals);
    seen[r * S] += (float)r;
    ahead[r] = (float)(1 + r % 5);
  }
  uint64_t before = orr_alloc_count();
  orr_model_act(worker, seen, goals, ahead, COUNT, actions);
  assert_int_equal(orr_alloc_count(), before);
  for (size_t r = 0; r < COUNT; r += 3) {
    orr_model_act(worker, seen + r * S, goals + r * S, ahead + r, 1, one);
    assert_memory_equal(one, actions + r * A, sizeof one);
    ahead[r] = ahead[r] == 1 ? 2 : 1;
    orr_model_act(worker, seen + r * S, goals + r * S, ahead + r, 1, other);
    assert_memory_not_equal(one, other, sizeof one);
  }
  ahead[0] = 3, ahead[1] = 300; /* of a horizon of 3 */
  orr_model_act(worker, seen, goals, ahead, 1, one);
  orr_model_act(worker, seen, goals, ahead + 1, 1, other);
  assert_memory_equal(one, other, sizeof one);
  orr_model_worker_destroy(worker);
  orr_model_destroy(model);
  synthetic_close(&data);
}

/* Mean absolute error of actions, in their deviations, towards goals `ahead` steps away; one
 * action a block, so that the goal one step away says which it was. */
static double action_error(const orr_model *model, const orr_dataset *data, size_t ahead) {
  orr_model_worker *worker;
  orr_error err;
  double sum = 0;
  size_t count = 0;
  float left = (float)ahead, action[SYNTHETIC_ACTION];
  ASSERT_OK(orr_model_worker_create(model, &worker, &err), err);
  for (size_t e = 0; e < orr_dataset_episodes(data); e++) {
    orr_episode_view view = orr_dataset_episode(data, e);
    for (size_t t = 0; t + ahead <= view.steps; t += 7) {
      const float *from = view.states + t * SYNTHETIC_STATE;
      orr_model_act(worker, from, from + ahead * SYNTHETIC_STATE, &left, 1, action);
      for (size_t i = 0; i < SYNTHETIC_ACTION; i++, count++) {
        double error = (double)action[i] - (double)view.actions[t * SYNTHETIC_ACTION + i];
        sum += fabs(error) / model->transform.action_std[i];
      }
    }
  }
  orr_model_worker_destroy(worker);
  return sum / (double)count;
}

static void check_learns(orr_family family, const char *out) {
  synthetic_data data = synthetic_open(folder);
  orr_model_def def = synthetic_model(family);
  orr_train_def train = synthetic_train(600);
  orr_train_result result;
  orr_model *model;
  orr_error err;
  char path[256];
  def.block = 1;
  train.check_every = 600;
  ASSERT_OK(orr_folder_remove(out, &err), err);
  ASSERT_OK(synthetic_run(&data, &def, &train, out, 2, &result, &err), err);
  orr_path_join(path, sizeof path, out, "model.safetensors");
  ASSERT_OK(orr_model_load(path, &model, &err), err);
  double near = action_error(model, data.held_out, 1), far = action_error(model, data.held_out, 3);
  print_message("%s: loss %.4f, %.0f windows/s; error %.3f one step ahead, %.3f three\n",
                orr_family_names[family], result.loss, result.windows_per_second, near, far);
  assert_true(near < 0.1); /* the mean action is 0.86 off: deviations of a uniform draw */
  assert_true(far > 0.3 && far < 0.8);
  orr_path_join(path, sizeof path, out, "metrics.jsonl");
  char *lines;
  size_t length;
  ASSERT_OK(orr_file_get(path, 1 << 20, &lines, &length, &err), err);
  assert_non_null(strstr(lines, "\"held_out\":{\"error\":"));
  orr_free(lines);
  orr_model_destroy(model);
  synthetic_close(&data);
}

static void test_learns(void **state) {
  (void)state;
  check_learns(ORR_FAMILY_INVERSE, "learn-inverse");
  check_learns(ORR_FAMILY_CLONING, "learn-cloning");
}

/* A third of the synthetic episodes are demonstrations; cloning sees no other. */
static void test_whom_cloning_learns_from(void **state) {
  (void)state;
  synthetic_data data = synthetic_open(folder);
  size_t counts[2];
  for (int i = 0; i < 2; i++) {
    orr_model_def def = synthetic_model(i ? ORR_FAMILY_CLONING : ORR_FAMILY_INVERSE);
    orr_model *model = synthetic_random_model(data.train, &def, 3);
    orr_windows_def windows_def = orr_train_windows(model);
    orr_windows *windows;
    orr_error err;
    ASSERT_OK(orr_windows_create(data.train, &windows_def, &windows, &err), err);
    counts[i] = orr_windows_count(windows);
    orr_windows_destroy(windows);
    orr_model_destroy(model);
  }
  assert_int_equal(counts[0], 3 * counts[1]);
  synthetic_close(&data);
}

/* Means of what is said about goals `ahead` steps later, and about the same steps of the next
 * episode. */
static double said(const orr_model *model, const orr_dataset *data, size_t ahead, size_t other) {
  enum { S = SYNTHETIC_STATE };
  size_t episodes = orr_dataset_episodes(data), count = 0;
  orr_model_worker *worker;
  orr_error err;
  double sum = 0;
  ASSERT_OK(orr_model_worker_create(model, &worker, &err), err);
  for (size_t e = 0; e < episodes; e++) {
    orr_episode_view view = orr_dataset_episode(data, e);
    orr_episode_view goal = orr_dataset_episode(data, (e + other) % episodes);
    for (size_t t = 0; t + ahead <= view.steps; t += 7, count++) {
      float blocks;
      orr_model_reach(worker, view.states + t * S, goal.states + (t + ahead) * S, S, 1, &blocks);
      sum += (double)blocks;
    }
  }
  orr_model_worker_destroy(worker);
  return sum / (double)count;
}

/* Far goals are told to be farther, the nearer ones within what was taken, and other episodes
 * beyond them; a row does not depend on the others, and one goal may serve all. */
static void test_learns_distance(void **state) {
  (void)state;
  enum { ROWS = 70, S = SYNTHETIC_STATE };
  synthetic_data data = synthetic_open(folder);
  orr_model_def def = synthetic_model(ORR_FAMILY_REACH);
  orr_train_def train = synthetic_train(600);
  orr_train_result result;
  orr_model *model;
  orr_model_worker *worker;
  orr_error err;
  def.block = 2, def.horizon = 6;
  train.check_every = 600;
  ASSERT_OK(orr_folder_remove("learn-reach", &err), err);
  ASSERT_OK(synthetic_run(&data, &def, &train, "learn-reach", 2, &result, &err), err);
  ASSERT_OK(orr_model_load("learn-reach/model.safetensors", &model, &err), err);
  assert_true(orr_model_reaches(model) && !orr_model_acts(model));
  double blocks[5], stranger = said(model, data.held_out, 0, 1);
  for (size_t i = 0; i < 5; i++) blocks[i] = said(model, data.held_out, 3 * i, 0);
  print_message("reach: loss %.4f; 0, 1.5, 3, 4.5, 6 blocks ahead: %.2f, %.2f, %.2f, %.2f, %.2f; "
                "another episode: %.2f\n",
                result.loss, blocks[0], blocks[1], blocks[2], blocks[3], blocks[4], stranger);
  for (size_t i = 1; i < 5; i++) assert_true(blocks[i] > blocks[i - 1] + 0.5);
  assert_true(fabs(blocks[0]) < 0.5 && blocks[4] < 6.0 && stranger > blocks[4]);
  float seen[ROWS * S], many[ROWS], one;
  for (size_t r = 0; r < ROWS; r++) {
    orr_episode_view view = orr_dataset_episode(data.held_out, r % 2);
    memcpy(seen + r * S, view.states + (r % 30) * S, S * sizeof *seen);
  }
  ASSERT_OK(orr_model_worker_create(model, &worker, &err), err);
  uint64_t before = orr_alloc_count();
  orr_model_reach(worker, seen, seen + 9 * S, 0, ROWS, many);
  assert_int_equal(orr_alloc_count(), before);
  for (size_t r = 0; r < ROWS; r++) {
    orr_model_reach(worker, seen + r * S, seen + 9 * S, S, 1, &one);
    assert_true(one == many[r]);
  }
  char *lines;
  size_t length;
  ASSERT_OK(orr_file_get("learn-reach/metrics.jsonl", 1 << 20, &lines, &length, &err), err);
  assert_non_null(strstr(lines, "\"order\":"));
  orr_free(lines);
  orr_model_worker_destroy(worker);
  orr_model_destroy(model);
  synthetic_close(&data);
}

int test_goals(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_act_rows),
      cmocka_unit_test(test_learns),
      cmocka_unit_test(test_whom_cloning_learns_from),
      cmocka_unit_test(test_learns_distance),
  };
  return cmocka_run_group_tests_name("goals", tests, NULL, NULL);
}
