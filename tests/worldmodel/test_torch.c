/* A whole model against PyTorch: loss and every gradient, from the fixture that
 * scripts/record_torch_gradients wrote. The network is described there. */
#include "base/build_info.h"
#include "base/memory.h"
#include "tests/worldmodel/test_ops.h"
#include "worldmodel/model_internal.h"
#include "worldmodel/safetensors.h"
#include "worldmodel/tape_internal.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 16, HORIZON = 3, FRAME = 6, ACTION = 4, LATENT = 40, HIDDEN = 48 };

typedef struct world {
  orr_params params;
  orr_mlp dynamics;
  int encoder[4], readout[2]; /* weight, bias, ... */
  orr_tape *tape;
  orr_var frames[HORIZON + 1], actions[HORIZON], loss;
  float *values, *gradients;
} world;

static void declare(world *w) {
  orr_params *p = &w->params;
  w->encoder[0] = orr_params_add(p, "encoder.0.weight", HIDDEN, FRAME, ORR_INIT_ZERO, true);
  w->encoder[1] = orr_params_add(p, "encoder.0.bias", 1, HIDDEN, ORR_INIT_ZERO, false);
  w->encoder[2] = orr_params_add(p, "encoder.2.weight", LATENT, HIDDEN, ORR_INIT_ZERO, true);
  w->encoder[3] = orr_params_add(p, "encoder.2.bias", 1, LATENT, ORR_INIT_ZERO, false);
  orr_mlp_declare(p, "dynamics", LATENT + ACTION, HIDDEN, 2, LATENT, ORR_INIT_ZERO, &w->dynamics);
  w->readout[0] = orr_params_add(p, "readout.weight", FRAME, LATENT, ORR_INIT_ZERO, true);
  w->readout[1] = orr_params_add(p, "readout.bias", 1, FRAME, ORR_INIT_ZERO, false);
}

static orr_var encode(world *w, orr_var frame) {
  orr_var h = orr_tape_linear(w->tape, frame, w->encoder[0], w->encoder[1], ORR_ACT_GELU);
  return orr_tape_linear(w->tape, h, w->encoder[2], w->encoder[3], ORR_ACT_NONE);
}

static void build(world *w, const double *weight) {
  orr_tape *tape = w->tape;
  orr_var terms[2 * HORIZON];
  double shares[2 * HORIZON];
  w->frames[0] = orr_tape_input(tape, ROWS, FRAME);
  orr_var z = encode(w, w->frames[0]);
  for (size_t h = 0; h < HORIZON; h++) {
    w->actions[h] = orr_tape_input(tape, ROWS, ACTION);
    w->frames[h + 1] = orr_tape_input(tape, ROWS, FRAME);
    orr_var x = orr_tape_concat(tape, (orr_var[]){z, w->actions[h]}, 2);
    z = orr_tape_add(tape, z, orr_mlp_apply(&w->dynamics, tape, x, 0.0));
    orr_var seen = orr_tape_linear(tape, z, w->readout[0], w->readout[1], ORR_ACT_NONE);
    orr_var target = orr_tape_stop(tape, encode(w, w->frames[h + 1]));
    terms[2 * h] = orr_tape_smooth_l1(tape, seen, w->frames[h + 1], weight, NULL);
    terms[2 * h + 1] = orr_tape_mse(tape, z, target);
    shares[2 * h] = 1.0 / HORIZON;
    shares[2 * h + 1] = 0.5 / HORIZON;
  }
  w->loss = orr_tape_total(tape, terms, shares, 2 * HORIZON);
}

static const float *numbers(const orr_safetensors *file, const char *kind, const char *name,
                            size_t count) {
  char full[128];
  snprintf(full, sizeof full, "%s%s", kind, name);
  const orr_tensor *tensor = orr_safetensors_find(file, full);
  if (!tensor || tensor->bytes != count * sizeof(float)) fail_msg("the fixture lacks %s", full);
  return tensor->data;
}

static void open_world(world *w, orr_path path, const orr_safetensors *file) {
  orr_error err;
  double weight[FRAME];
  memset(w, 0, sizeof *w);
  declare(w);
  for (size_t i = 0; i < FRAME; i++) {
    weight[i] = (double)numbers(file, "input.", "weight", FRAME)[i];
  }
  assert_int_equal(orr_tape_create(&w->params, path, true, &w->tape, &err), ORR_OK);
  build(w, weight);
  assert_int_equal(orr_tape_compile(w->tape, w->loss, NULL, 0, &err), ORR_OK);
  w->values = orr_alloc(w->params.total, sizeof(float));
  w->gradients = orr_alloc(w->params.total, sizeof(float));
  for (size_t i = 0; i < w->params.count; i++) {
    const orr_param *p = &w->params.items[i];
    size_t count = p->rows * p->cols;
    memcpy(w->values + p->offset, numbers(file, "value.", p->name, count), count * sizeof(float));
  }
  const float *frames = numbers(file, "input.", "frames", (HORIZON + 1) * ROWS * FRAME);
  const float *actions = numbers(file, "input.", "actions", HORIZON * ROWS * ACTION);
  for (size_t h = 0; h <= HORIZON; h++) {
    orr_tape_set_input(w->tape, w->frames[h], frames + h * ROWS * FRAME);
    if (h < HORIZON) orr_tape_set_input(w->tape, w->actions[h], actions + h * ROWS * ACTION);
  }
}

static void close_world(world *w) {
  orr_tape_destroy(w->tape);
  orr_free(w->values);
  orr_free(w->gradients);
}

/* Relative L2 distance of one tensor's gradient. */
static double distance(const world *w, const orr_param *p, const orr_safetensors *file) {
  size_t count = p->rows * p->cols;
  const float *want = numbers(file, "gradient.", p->name, count);
  double error = 0.0, size = 0.0;
  for (size_t i = 0; i < count; i++) {
    double e = (double)w->gradients[p->offset + i] - (double)want[i];
    error += e * e;
    size += (double)want[i] * (double)want[i];
  }
  assert_true(size > 0.0);
  return sqrt(error / size);
}

static double compare(orr_path path, const orr_safetensors *file, double limit) {
  world w;
  double worst = 0.0;
  open_world(&w, path, file);
  if (path != ORR_PATH_PLAIN) orr_tape_pack(w.tape, w.values);
  orr_tape_forward(w.tape, w.values);
  orr_tape_backward(w.tape, w.values, 1.0, w.gradients);
  double want = (double)*numbers(file, "", "loss", 1);
  assert_true(fabs(orr_tape_scalar(w.tape, w.loss) - want) <= limit * fabs(want));
  for (size_t i = 0; i < w.params.count; i++) {
    double error = distance(&w, &w.params.items[i], file);
    if (!(error <= limit)) fail_msg("gradient of %s off by %.3g", w.params.items[i].name, error);
    worst = fmax(worst, error);
  }
  close_world(&w);
  return worst;
}

static void test_gradients(void **state) {
  (void)state;
  orr_safetensors file;
  orr_error err;
  if (orr_safetensors_load(ORR_SOURCE_DIR "/tests/fixtures/torch_gradients.safetensors", 1 << 20,
                           &file, &err) != ORR_OK)
    fail_msg("%s", err.message);
  double product = compare(ORR_PATH_PRODUCT, &file, 1e-5);
  double plain = compare(ORR_PATH_PLAIN, &file, 1e-5), half = 0.0;
  if (orr_cpu_bf16()) half = compare(ORR_PATH_BF16, &file, 2e-2);
  print_message("against PyTorch %s: worst gradient off by %.2g, plain %.2g, bf16 %.2g\n",
                orr_safetensors_text(&file, "torch"), product, plain, half);
  orr_safetensors_free(&file);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradients)};
  return cmocka_run_group_tests_name("PyTorch", tests, NULL, NULL);
}
