/* Operations and tape: gradients against central differences, the product path against the double
 * reference. Run by CTest at every level of ORR_ISA. */
#include "tests/worldmodel/test_ops.h"
#include "base/build_info.h"
#include "tests/worldmodel/networks.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* One network on one path, with its inputs, values and gradients in both number types. */
typedef struct bench {
  orr_params params;
  built net;
  orr_tape *tape;
  float *values32, *gradients32;
  double *values, *gradients, *inputs[MAX_INPUTS];
} bench;

static double draw(uint32_t a, uint32_t b, double spread) {
  orr_random random = orr_random_at(7, ORR_PURPOSE_TEST, a, b, 0, 0);
  return orr_random_uniform(&random, -spread, spread);
}

static void set_inputs(bench *b) {
  for (size_t i = 0; i < b->net.input_count; i++) {
    orr_var x = b->net.inputs[i];
    size_t n = orr_tape_rows(b->tape, x) * orr_tape_cols(b->tape, x);
    float *narrow = orr_alloc(n, sizeof *narrow);
    for (size_t j = 0; j < n; j++) {
      narrow[j] = (float)draw((uint32_t)i, (uint32_t)j, b->net.spread[i]);
    }
    orr_tape_set_input(b->tape, x, narrow);
    orr_free(narrow);
  }
}

static void open_bench(const network *which, orr_path path, bool gradients, bench *b) {
  orr_error err;
  memset(b, 0, sizeof *b);
  assert_int_equal(orr_tape_create(&b->params, path, gradients, &b->tape, &err), ORR_OK);
  which->build(which->rows, &b->params, b->tape, &b->net);
  orr_var outputs[] = {b->net.out, b->net.loss};
  orr_status status = orr_tape_compile(b->tape, gradients ? b->net.loss : -1, outputs, 2, &err);
  if (status) fail_msg("%s: %s", which->name, err.message);
  size_t n = b->params.total;
  b->values32 = orr_alloc(n, sizeof(float));
  b->gradients32 = orr_alloc(n, sizeof(float));
  b->values = orr_alloc(n, sizeof(double));
  b->gradients = orr_alloc(n, sizeof(double));
  orr_params_init(&b->params, 3, b->values32);
  for (size_t i = 0; i < n; i++) b->values[i] = (double)b->values32[i];
  orr_tape_set_dropout(b->tape, true, 5, 6, 7);
  set_inputs(b);
}

static void close_bench(bench *b) {
  orr_tape_destroy(b->tape);
  orr_free(b->values32);
  orr_free(b->gradients32);
  orr_free(b->values);
  orr_free(b->gradients);
}

static void run_bench(bench *b) {
  if (b->tape->path == ORR_PATH_REFERENCE) {
    orr_tape_forward_f64(b->tape, b->values);
    orr_tape_backward_f64(b->tape, b->values, 1.5, b->gradients);
    return;
  }
  orr_tape_forward(b->tape, b->values32);
  orr_tape_backward(b->tape, b->values32, 1.5, b->gradients32);
  for (size_t i = 0; i < b->params.total; i++) b->gradients[i] = (double)b->gradients32[i];
}

static double loss_at(bench *b, size_t i, double value) {
  double old = b->values[i];
  b->values[i] = value;
  orr_tape_forward_f64(b->tape, b->values);
  b->values[i] = old;
  return 1.5 * orr_tape_scalar(b->tape, b->net.loss);
}

/* Worst relative L2 distance, over tensors, between backward and central differences (of fourth
 * order: the error is h^4 and rounding over h; h is small for the kinks of smooth L1). */
static double difference_error(bench *b) {
  const double h = 1e-5;
  double worst = 0.0;
  for (size_t j = 0; j < b->params.count; j++) {
    const orr_param *item = &b->params.items[j];
    size_t n = item->rows * item->cols, step = n > 40 ? n / 40 : 1;
    double error = 0.0, size = 0.0;
    for (size_t i = 0; i < n; i += step) {
      size_t at = item->offset + i;
      double v = b->values[at];
      double near = loss_at(b, at, v + h) - loss_at(b, at, v - h);
      double far = loss_at(b, at, v + 2 * h) - loss_at(b, at, v - 2 * h);
      double slope = (8.0 * near - far) / (12.0 * h);
      error += (slope - b->gradients[at]) * (slope - b->gradients[at]);
      size += slope * slope;
    }
    worst = fmax(worst, sqrt(error / (size + 1e-20)));
  }
  return worst;
}

static void test_differences(void **state) {
  (void)state;
  for (size_t i = 0; i < network_count; i++) {
    bench b;
    open_bench(&all_networks[i], ORR_PATH_REFERENCE, true, &b);
    run_bench(&b);
    double error = difference_error(&b);
    if (!(error <= 1e-6)) fail_msg("%s: gradient off by %.3g", all_networks[i].name, error);
    close_bench(&b);
  }
}

/* A wrong backward: 1 % too much into the first input that has a gradient, as an op function. */
static orr_op_fn *honest;

static void broken_backward(orr_tape *tape, const orr_op *op) {
  honest(tape, op);
  for (size_t j = 0; j < op->in_count; j++) {
    orr_variable *x = &tape->variables[op->in[j]];
    if (!x->needs) continue;
    double *wide = x->gradient;
    float *narrow = x->gradient;
    for (size_t i = 0; i < x->rows * x->cols; i++) {
      if (orr_tape_is_double(tape))
        wide[i] *= 1.01;
      else
        narrow[i] *= 1.01f;
    }
    return;
  }
}

/* Breaks the last operation of the kind under test that has a gradient to give. */
static void break_one(bench *b, orr_op_kind kind) {
  for (size_t i = b->tape->op_count; i-- > 0;) {
    orr_op *op = &b->tape->ops[i];
    bool gives = false;
    for (size_t j = 0; j < op->in_count; j++) gives |= b->tape->variables[op->in[j]].needs;
    if (op->kind != kind || !op->live || !gives) continue;
    honest = op->run.backward;
    op->run.backward = broken_backward;
    return;
  }
  fail_msg("nothing to break");
}

static void test_differences_catch(void **state) {
  (void)state;
  for (size_t i = 0; i < network_count; i++) {
    bench b;
    open_bench(&all_networks[i], ORR_PATH_REFERENCE, true, &b);
    break_one(&b, all_networks[i].kind);
    run_bench(&b);
    double error = difference_error(&b);
    if (!(error > 1e-5)) fail_msg("%s: a break passed: %.3g", all_networks[i].name, error);
    close_bench(&b);
  }
}

static double relative(const double *a, const double *b, size_t n) {
  double error = 0.0, size = 0.0;
  for (size_t i = 0; i < n; i++) {
    error += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return sqrt(error / (size + 1e-30));
}

/* Worst relative L2 distance of loss, output and gradients (per tensor) between two paths. */
static double path_error(const bench *fast, const bench *exact) {
  size_t n =
      orr_tape_rows(exact->tape, exact->net.out) * orr_tape_cols(exact->tape, exact->net.out);
  double *wide = orr_alloc(n, sizeof *wide);
  for (size_t i = 0; i < n; i++) wide[i] = (double)orr_tape_value(fast->tape, fast->net.out)[i];
  double worst = relative(wide, orr_tape_value_f64(exact->tape, exact->net.out), n);
  orr_free(wide);
  double a = orr_tape_scalar(fast->tape, fast->net.loss);
  double b = orr_tape_scalar(exact->tape, exact->net.loss);
  worst = fmax(worst, relative(&a, &b, 1));
  for (size_t j = 0; j < exact->params.count; j++) {
    const orr_param *item = &exact->params.items[j];
    worst = fmax(worst, relative(fast->gradients + item->offset, exact->gradients + item->offset,
                                 item->rows * item->cols));
  }
  return worst;
}

static double compare_paths(const network *which, orr_path path, bool packed, bool broken) {
  bench fast, exact;
  open_bench(which, path, true, &fast);
  open_bench(which, ORR_PATH_REFERENCE, true, &exact);
  if (broken) break_one(&fast, which->kind);
  if (packed) orr_tape_pack(fast.tape, fast.values32);
  run_bench(&fast);
  run_bench(&exact);
  double error = path_error(&fast, &exact);
  close_bench(&fast);
  close_bench(&exact);
  return error;
}

static void test_paths(void **state) {
  (void)state;
  double worst = 0.0;
  for (size_t i = 0; i < network_count; i++) {
    double product = compare_paths(&all_networks[i], ORR_PATH_PRODUCT, false, false);
    double packed = compare_paths(&all_networks[i], ORR_PATH_PRODUCT, true, false);
    double plain = compare_paths(&all_networks[i], ORR_PATH_PLAIN, false, false);
    if (!(product <= 1e-5)) fail_msg("%s: product off by %.3g", all_networks[i].name, product);
    if (!(packed <= 1e-5)) fail_msg("%s: packed off by %.3g", all_networks[i].name, packed);
    if (!(plain <= 1e-5)) fail_msg("%s: plain off by %.3g", all_networks[i].name, plain);
    worst = fmax(worst, product);
  }
  print_message("product against double at %s: worst %.2g\n", orr_isa_level(), worst);
}

/* bf16 operands: within a hundredth of the double reference, tensor by tensor, and really used. */
static void test_bf16(void **state) {
  (void)state;
  if (!orr_cpu_bf16()) skip();
  for (size_t i = 0; i < network_count; i++) {
    double error = compare_paths(&all_networks[i], ORR_PATH_BF16, true, false);
    bool used = strcmp(all_networks[i].name, "wide") == 0;
    if (used) print_message("bf16 against double: %.2g\n", error);
    if (!(error <= (used ? 1e-2 : 1e-5))) fail_msg("%s: off by %.3g", all_networks[i].name, error);
    assert_true(!used || error > 1e-4);
  }
}

static void test_paths_catch(void **state) {
  (void)state;
  for (size_t i = 0; i < network_count; i++) {
    double error = compare_paths(&all_networks[i], ORR_PATH_PRODUCT, true, true);
    if (!(error > 1e-5)) fail_msg("%s: a break passed: %.3g", all_networks[i].name, error);
  }
}

/* Forward-only tapes share buffers and pack weights: same numbers (packed: to rounding). */
static void test_forward_only(void **state) {
  (void)state;
  for (size_t i = 0; i < network_count; i++) {
    bench full, bare;
    open_bench(&all_networks[i], ORR_PATH_PRODUCT, true, &full);
    open_bench(&all_networks[i], ORR_PATH_PRODUCT, false, &bare);
    orr_tape_forward(full.tape, full.values32);
    double loss = orr_tape_scalar(full.tape, full.net.loss);
    for (int packed = 0; packed < 3; packed++) {
      if (packed == 1) orr_tape_pack(bare.tape, bare.values32);
      if (packed == 2) orr_tape_pack(bare.tape, NULL);
      orr_tape_forward(bare.tape, bare.values32);
      double other = orr_tape_scalar(bare.tape, bare.net.loss);
      if (packed == 1)
        assert_true(fabs(other - loss) <= 1e-5 * fabs(loss));
      else
        assert_true(other == loss);
    }
    close_bench(&full);
    close_bench(&bare);
  }
}

static void test_no_allocation(void **state) {
  (void)state;
  for (size_t i = 0; i < network_count; i++) {
    bench b;
    open_bench(&all_networks[i], ORR_PATH_PRODUCT, true, &b);
    uint64_t before = orr_alloc_count();
    run_bench(&b);
    assert_true(orr_alloc_count() == before);
    close_bench(&b);
  }
}

static void test_allocation_failures(void **state) {
  (void)state;
  const network *which = &all_networks[network_count - 3]; /* push-t */
  orr_status status = ORR_ERR_MEMORY;
  for (int64_t n = 1; status != ORR_OK; n++) {
    orr_params params = {0};
    built net = {0};
    orr_tape *tape = NULL;
    orr_error err;
    assert_true(n < 1000);
    orr_alloc_fail_at(n);
    status = orr_tape_create(&params, ORR_PATH_PRODUCT, true, &tape, &err);
    if (status == ORR_OK) {
      which->build(4, &params, tape, &net);
      status = orr_tape_compile(tape, net.loss, &net.out, 1, &err);
    }
    orr_alloc_fail_at(0);
    assert_true(status == ORR_OK || status == ORR_ERR_MEMORY);
    orr_tape_destroy(tape);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_differences),   cmocka_unit_test(test_differences_catch),
      cmocka_unit_test(test_paths),         cmocka_unit_test(test_bf16),
      cmocka_unit_test(test_paths_catch),   cmocka_unit_test(test_forward_only),
      cmocka_unit_test(test_no_allocation), cmocka_unit_test(test_allocation_failures),
  };
  int failed = cmocka_run_group_tests_name("operations", tests, NULL, NULL);
  free_frames();
  return failed;
}
