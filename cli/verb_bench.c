/* orrery bench: speed, as ratios measured in one run. */
#include "base/build_info.h"
#include "base/file.h"
#include "base/pool.h"
#include "cli/bench.h"
#include "cli/verbs.h"
#include <stdlib.h>
#include <string.h>

static const struct argp_option options[] = {
    {"seconds", 0, "N", 0, "All but plan: seconds per measurement (default 3; render: 1, or 0)", 0},
    {"peer", 0, "PATH", 0,
     "Measured in turns. sim, train: a Python with gym-pusht or PyTorch (scripts/peers); render: "
     "the folder of peer_osmesa and peer_cairo (scripts/peers --pictures)",
     0},
    {"size", 0, "WxH", 0, "render: pixels of SCENARIO's picture (default: as observe.pixels says)",
     0},
    {"out", 0, "FOLDER", 0, "render: write one picture of each kind there, for a look", 0},
    {"samples", 0, "N", 0, "plan: CEM samples (default 300)", 0},
    {"iterations", 0, "N", 0, "plan: CEM iterations (default 30)", 0},
    {"network", 0, "NAME", 0,
     "train: perceptron (default), gelu, or model (the scenario's own; no peer)", 0},
    {"batch", 0, "N", 0, "train: samples in a step (default: 256 and 64, one after the other)", 0},
    {"episodes", 0, "N", 0, "pixels: episodes of 100 control steps (default 1000)", 0},
    {"rounds", 0, "N", 0, "Repetitions, alternating (default 5; 15 for plan)", 0},
    {0},
};

static json_t *machine(void) {
  double load[3] = {0};
  getloadavg(load, 3);
  return json_pack("{s:s, s:s, s:I, s:s, s:f}", "cpu", orr_cpu_name(), "isa", orr_isa_level(),
                   "cores", (json_int_t)orr_usable_cores(), "build", orr_build_id(), "load",
                   load[0]);
}

void orr_bench_print(const orr_invocation *invocation, json_t *result) {
  json_object_set_new(result, "machine", machine());
  const char *key;
  json_t *value;
  if (invocation->json) {
    json_dumpf(result, stdout, JSON_INDENT(2));
    putchar('\n');
  } else {
    json_object_foreach(result, key, value) {
      char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(4));
      printf("%-28s %s\n", key, text);
      free(text);
    }
  }
}

typedef struct benchmark {
  const char *name;
  int (*run)(const orr_invocation *invocation, const orr_experiment *experiment);
} benchmark;

static const benchmark benchmarks[] = {
    {"sim", orr_bench_sim_verb},       {"plan", orr_bench_plan_verb},
    {"train", orr_bench_train_verb},   {"pixels", orr_bench_pixels_verb},
    {"render", orr_bench_render_verb},
};

static const benchmark *find(const char *name) {
  for (size_t i = 0; i < sizeof benchmarks / sizeof *benchmarks; i++) {
    if (strcmp(benchmarks[i].name, name) == 0) return &benchmarks[i];
  }
  return NULL;
}

static int run(const orr_invocation *invocation) {
  const char *what = invocation->arguments[0];
  const benchmark *chosen = find(what);
  if (!chosen) {
    fprintf(
        stderr,
        "orrery bench: there is no benchmark '%s'\n  hint: sim, plan, train, pixels or render\n",
        what);
    return 2;
  }
  orr_invocation scenario = *invocation;
  scenario.arguments[0] =
      invocation->argument_count > 1 ? invocation->arguments[1] : "scenarios/push_t.yaml";
  if (chosen->run == orr_bench_sim_verb && orr_folder_exists(scenario.arguments[0]))
    return orr_bench_shelf_verb(invocation, scenario.arguments[0]);
  orr_experiment *experiment = NULL;
  int code = orr_cli_load(&scenario, &experiment);
  if (code) return code;
  code = chosen->run(invocation, experiment);
  orr_experiment_destroy(experiment);
  return code;
}

const orr_verb orr_verb_bench = {
    .name = "bench",
    .summary = "Measure speed on this machine, as ratios in one run",
    .arguments = "sim|plan|train|pixels|render [SCENARIO|FOLDER]",
    .example = "orrery bench sim\n"
               "orrery bench sim scenarios\n"
               "orrery bench sim --peer .venv-peers/bin/python\n"
               "orrery bench plan --model out/push_t-quick/model/model.safetensors\n"
               "orrery bench train --peer .venv-peers/bin/python\n"
               "orrery bench pixels --set observe.pixels.width=96\n"
               "orrery bench render --peer build/release/tests/render\n"
               "orrery bench render scenarios/mirror_room.yaml --size 128x96",
    .details =
        "sim: control steps per second with targets near the block, coverage reward included;\n"
        "     beside gym-pusht when --peer is given; batches of 64 worlds on 1 to 16 threads; an\n"
        "     MJCF model beside a bare loop of the library's step. A folder: one line a world.\n"
        "plan: CEM in a world model, beside the rate of its matrix products.\n"
        "train: optimiser steps per second (forward, backward, clipping, AdamW; the data are\n"
        "     there), on one thread and two; beside PyTorch when --peer is given: the same\n"
        "     network, batch and threads, f32 against f32 and bf16 against bf16 (autocast).\n"
        "pixels: rows per second from random actions to a finished data set of 64 x 64 pictures\n"
        "     (or as observe.pixels says) in a temporary folder, and where the time goes; then\n"
        "     random windows of 4 frames out of it; on one thread and two.\n"
        "render: pictures per second of instants that are there: Push-T; ten solids, with and\n"
        "     without mirrors; on one thread and two; beside cairo and MuJoCo's own pictures by\n"
        "     OpenGL in software when --peer is given. With SCENARIO: of that world alone.",
    .groups = ORR_CLI_SCENARIO | ORR_CLI_MODEL | ORR_CLI_WORK | ORR_CLI_JSON,
    .options = options,
    .least = 1,
    .most = 2,
    .run = run,
};
