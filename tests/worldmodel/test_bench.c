/* The benchmarks give figures that can be true; the plan benchmark prints what this machine does.
 */
#include "base/build_info.h"
#include "base/memory.h"
#include "tests/worldmodel/networks.h"
#include "tests/worldmodel/test_ops.h"
#include "worldmodel/bench.h"
#include "worldmodel/bench_train.h"
#include "worldmodel/model_internal.h"
#include <string.h>

static void test_gemm(void **state) {
  (void)state;
  double rate = 0.0;
  orr_error err;
  assert_int_equal(orr_bench_gemm(64, 64, 64, 0.01, &rate, &err), ORR_OK);
  assert_true(rate > 0.1 && rate < 1e5);
}

static void test_network(void **state) {
  (void)state;
  orr_bench_pass pass;
  orr_error err;
  for (int training = 0; training < 2; training++) {
    assert_int_equal(orr_bench_network(64, 18, 64, 2, 7, training, 0.02, &pass, &err), ORR_OK);
    assert_true(pass.forward > 0.0 && pass.products > 0.0 && pass.gflops > 0.01);
    assert_true(pass.share > 0.0 && pass.share < 2.0); /* about 1 is the ceiling; rounds differ */
    assert_true((pass.backward > 0.0) == (training == 1));
  }
}

/* A Push-T model of the usual size, with weights but no training. */
static orr_model *make_model(void) {
  const orr_model_def def = {.family = ORR_FAMILY_STATE,
                             .history = 1,
                             .block = 5,
                             .stride = 5,
                             .horizon = 5,
                             .hidden = 256,
                             .layers = 3,
                             .latent = 96};
  orr_space observation, action;
  orr_model *model;
  orr_error err;
  orr_transform *transform = orr_alloc(1, sizeof *transform);
  push_t_spaces(&observation, &action);
  for (size_t i = 0; i < observation.count; i++) {
    transform->state_std[i] = 80.0;
    transform->motion_std[i] = 20.0;
  }
  for (size_t i = 0; i < action.count; i++) transform->action_std[i] = 0.3;
  orr_status status = orr_model_build(&def, &observation, &action, transform, &model, &err);
  orr_free(transform);
  if (status != ORR_OK) fail_msg("%s", err.message);
  assert_int_equal(orr_model_allocate(model, &err), ORR_OK);
  orr_params_init(&model->params, 1, model->values);
  return model;
}

static void test_plan(void **state) {
  (void)state;
  orr_bench_plan plan;
  orr_error err;
  orr_model *model = make_model();
  assert_int_equal(orr_bench_plan_run(model, 300, 4, 5, &plan, &err), ORR_OK);
  print_message("300 samples x 4 x 5: %.1f ms, %zu parameters, %.3f MFLOP a step, %.1f of %.1f "
                "GFLOP/s (%.0f %%)\n",
                1e3 * plan.seconds, plan.parameters, plan.megaflops, plan.gflops, plan.gemm_gflops,
                100.0 * plan.share);
  assert_true(plan.seconds > 0.0 && plan.parameters > 100000);
  assert_true(plan.megaflops > 0.2 && plan.megaflops < 0.4);
  assert_true(plan.share > 0.05 && plan.share < 1.5); /* the target, 0.6, is for a quiet machine */
  orr_model_destroy(model);
}

/* The networks of `orrery bench train`: the same weights after 200 steps on one thread and on two,
 * and a loss that falls. A batch of 80 is a tile and a quarter. */
static double train(const orr_bench_train_def *def, size_t threads, int steps, float *values) {
  orr_error err;
  orr_pool *pool;
  orr_bench_trainer *trainer;
  size_t count;
  assert_int_equal(orr_pool_create(threads, &pool, &err), ORR_OK);
  assert_int_equal(orr_bench_trainer_create(def, pool, &trainer, &err), ORR_OK);
  orr_bench_trainer_step(trainer);
  double first = orr_bench_trainer_loss(trainer);
  for (int i = 1; i < steps; i++) orr_bench_trainer_step(trainer);
  if (steps >= 200) assert_true(orr_bench_trainer_loss(trainer) < 0.7 * first);
  assert_true(orr_bench_trainer_flops(trainer) > 1e6 * (double)def->batch);
  const float *learned = orr_bench_trainer_values(trainer, &count);
  memcpy(values, learned, count * sizeof *values);
  orr_bench_trainer_destroy(trainer);
  orr_pool_destroy(pool);
  return first;
}

static void check_train(orr_bench_network_kind kind, bool bf16, int steps) {
  const orr_bench_train_def def = {.network = kind, .batch = 80, .bf16 = bf16};
  enum { MOST = 800000 };
  float *one = orr_alloc(MOST, sizeof *one), *two = orr_alloc(MOST, sizeof *two);
  double first = train(&def, 1, steps, one);
  assert_true(train(&def, 2, steps, two) == first);
  assert_memory_equal(one, two, MOST * sizeof *one);
  assert_true(one[100] != 0.0f);
  orr_free(one);
  orr_free(two);
}

static void test_train(void **state) {
  (void)state;
  check_train(ORR_BENCH_PERCEPTRON, false, 200);
  if (orr_cpu_bf16()) check_train(ORR_BENCH_PERCEPTRON, true, 200);
  check_train(ORR_BENCH_GELU, false, 20);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_gemm), cmocka_unit_test(test_network),
                                     cmocka_unit_test(test_plan), cmocka_unit_test(test_train)};
  return cmocka_run_group_tests_name("benchmarks", tests, NULL, NULL);
}
