/* orrery bench train: optimiser steps per second, beside PyTorch in alternating rounds. */
#include "worldmodel/bench_train.h"
#include "base/build_info.h"
#include "base/maths.h"
#include "cli/bench.h"
#include <string.h>

enum { MAX_THREADS = 2 };
static const char *const network_names[] = {"perceptron", "gelu", "model"};

typedef struct contest {
  const orr_bench_train_def *def;
  size_t rounds;
  double seconds;
  orr_peer *peer; /* or NULL */
} contest;

/* One row: a batch on a number of threads. The sides take turns within every round. `half` is ours
 * in bf16, where the processor has it. */
typedef struct row {
  double ours[ORR_BENCH_MAX_ROUNDS], half[ORR_BENCH_MAX_ROUNDS];
  double f32[ORR_BENCH_MAX_ROUNDS], bf16[ORR_BENCH_MAX_ROUNDS]; /* PyTorch's */
  double flops;
  size_t parameters, threads;
} row;

static orr_status no_answer(orr_error *err) {
  orr_fail(err, ORR_ERR_SYSTEM, "scripts/bench_torch stopped answering");
  orr_hint(err, "run it by hand: .venv-peers/bin/python scripts/bench_torch perceptron 256 bf16");
  return ORR_ERR_SYSTEM;
}

static orr_status ask(const contest *c, const char *precision, size_t threads, double *rate,
                      orr_error *err) {
  char question[64];
  if (!c->peer) return ORR_OK;
  snprintf(question, sizeof question, "%s %zu %g", precision, threads, c->seconds);
  *rate = orr_peer_ask(c->peer, question);
  return *rate != 0.0 ? ORR_OK : no_answer(err);
}

static orr_status run_rounds(const contest *c, orr_bench_trainer *trainer, orr_bench_trainer *half,
                             row *out, orr_error *err) {
  for (size_t i = 0; i < c->rounds; i++) {
    out->ours[i] = orr_bench_trainer_rate(trainer, c->seconds);
    ORR_TRY(ask(c, "f32", out->threads, &out->f32[i], err));
    if (half) out->half[i] = orr_bench_trainer_rate(half, c->seconds);
    ORR_TRY(ask(c, "bf16", out->threads, &out->bf16[i], err));
  }
  return ORR_OK;
}

static orr_status run_row(const contest *c, size_t threads, row *out, orr_error *err) {
  orr_pool *pool = NULL;
  orr_bench_trainer *trainer = NULL, *half = NULL;
  orr_bench_train_def bf16 = *c->def;
  bf16.bf16 = true;
  *out = (row){.threads = threads};
  orr_status status = threads > 1 ? orr_pool_create(threads, &pool, err) : ORR_OK;
  if (status == ORR_OK) status = orr_bench_trainer_create(c->def, pool, &trainer, err);
  if (status == ORR_OK && orr_cpu_bf16())
    status = orr_bench_trainer_create(&bf16, pool, &half, err);
  if (status == ORR_OK) {
    out->flops = orr_bench_trainer_flops(trainer);
    out->parameters = orr_bench_trainer_parameters(trainer);
    status = run_rounds(c, trainer, half, out, err);
  }
  orr_bench_trainer_destroy(trainer);
  orr_bench_trainer_destroy(half);
  orr_pool_destroy(pool);
  return status;
}

static double median_ratio(const double *a, const double *b, size_t count) {
  double ratios[ORR_BENCH_MAX_ROUNDS];
  for (size_t i = 0; i < count; i++) ratios[i] = a[i] / b[i];
  return orr_median(ratios, count);
}

/* Below zero: the peer cannot. */
static void add(json_t *json, const char *name, double value) {
  json_object_set_new(json, name, value > 0.0 ? json_real(value) : json_null());
}

static json_t *row_json(const contest *c, row *r) {
  double f32 = c->peer ? median_ratio(r->ours, r->f32, c->rounds) : 0.0;
  double bf16 = c->peer ? median_ratio(r->half, r->bf16, c->rounds) : 0.0;
  double gain = median_ratio(r->half, r->ours, c->rounds), rate = orr_median(r->ours, c->rounds);
  json_t *json = json_pack("{s:I, s:I, s:f, s:f}", "batch", (json_int_t)c->def->batch, "threads",
                           (json_int_t)r->threads, "steps_per_second", rate, "gflop_per_second",
                           1e-9 * rate * r->flops);
  add(json, "bf16_steps_per_second", orr_median(r->half, c->rounds));
  add(json, "ratio_bf16_to_f32", gain);
  if (!c->peer) return json;
  add(json, "pytorch_f32_steps_per_second", orr_median(r->f32, c->rounds));
  add(json, "pytorch_bf16_steps_per_second", orr_median(r->bf16, c->rounds));
  add(json, "ratio_f32_to_pytorch_f32", f32);
  add(json, "ratio_bf16_to_pytorch_bf16", bf16);
  return json;
}

static orr_status start_peer(contest *c, const char *const *command, orr_error *err) {
  orr_status status = orr_peer_start(command, &c->peer, err);
  if (status != ORR_OK)
    orr_hint(err, "run scripts/peers --torch, stand in the project's folder, and give "
                  "--peer .venv-peers/bin/python");
  return status;
}

static orr_status run_batch(contest *c, const char *network, const char *python, json_t *json,
                            orr_error *err) {
  char batch[32];
  static row result;
  snprintf(batch, sizeof batch, "%zu", c->def->batch);
  const char *command[] = {python, "scripts/bench_torch", network, batch, NULL};
  if (python) ORR_TRY(start_peer(c, command, err));
  if (python) json_object_set(json, "peer", (json_t *)(uintptr_t)orr_peer_identity(c->peer));
  orr_status status = ORR_OK;
  for (size_t t = 1; t <= MAX_THREADS && status == ORR_OK; t++) {
    status = run_row(c, t, &result, err);
    if (status != ORR_OK) break;
    json_object_set_new(json, "parameters", json_integer((json_int_t)result.parameters));
    json_object_set_new(json, "mflop_per_sample",
                        json_real(1e-6 * result.flops / (double)c->def->batch));
    json_array_append_new(json_object_get(json, "results"), row_json(c, &result));
  }
  orr_peer_end(c->peer);
  c->peer = NULL;
  return status;
}

/* 0 when there is no such network. */
static int find_network(const char *name, orr_bench_network_kind *out) {
  for (size_t i = 0; i < sizeof network_names / sizeof *network_names; i++) {
    if (strcmp(network_names[i], name) == 0) *out = (orr_bench_network_kind)i;
    if (strcmp(network_names[i], name) == 0) return 1;
  }
  return 0;
}

int orr_bench_train_verb(const orr_invocation *invocation, const orr_experiment *experiment) {
  const char *network = orr_cli_option(invocation, "network");
  const char *python = orr_cli_option(invocation, "peer");
  size_t batches[] = {256, 64}, count = 2;
  orr_bench_train_def def = {.model = &experiment->model,
                             .observation = &experiment->observer.space,
                             .action = &experiment->scenario->action};
  contest c = {.def = &def,
               .rounds = (size_t)orr_cli_number(invocation, "rounds", 5, 1, ORR_BENCH_MAX_ROUNDS),
               .seconds = (double)orr_cli_number(invocation, "seconds", 3, 1, 600)};
  if (!network) network = network_names[0];
  if (!find_network(network, &def.network) || (python && def.network == ORR_BENCH_MODEL)) {
    fprintf(stderr,
            "orrery bench: no network '%s'%s\n  hint: perceptron or gelu; or model, "
            "without --peer\n",
            network, python ? " with a peer" : "");
    return 2;
  }
  if (orr_cli_option(invocation, "batch")) {
    batches[0] = (size_t)orr_cli_number(invocation, "batch", 256, 1, 65536);
    count = 1;
  }
  orr_error err = {0};
  json_t *json =
      json_pack("{s:s, s:I, s:[]}", "network", network, "rounds", (json_int_t)c.rounds, "results");
  orr_status status = ORR_OK;
  for (size_t i = 0; i < count && status == ORR_OK; i++) {
    def.batch = batches[i];
    status = run_batch(&c, network, python, json, &err);
  }
  if (status == ORR_OK) orr_bench_print(invocation, json);
  json_decref(json);
  return status == ORR_OK ? 0 : orr_cli_fail(&err);
}
