/* orrery bench sim: control steps per second, beside gym-pusht and the library's own loop. */
#include "base/maths.h"
#include "cli/bench.h"
#include "sim/bench.h"

/* Steps per second of the peer, asked of its own process; 0 when it does not answer. */
static double ask_peer(const char *python, int64_t seconds) {
  char command[1024];
  snprintf(command, sizeof command, "'%s' scripts/bench_gym_pusht %lld 2>/dev/null", python,
           (long long)seconds);
  FILE *pipe = popen(command, "r");
  double rate = 0.0;
  if (!pipe) return 0.0;
  if (fscanf(pipe, "%lf", &rate) != 1) rate = 0.0;
  return pclose(pipe) == 0 ? rate : 0.0;
}

static int peer_failed(const char *python) {
  fprintf(stderr,
          "orrery bench: '%s' does not run scripts/bench_gym_pusht\n"
          "  hint: run scripts/peers, stand in the project's folder, and give "
          "--peer .venv-peers/bin/python\n",
          python);
  return 1;
}

static const size_t thread_counts[] = {1, 2, 4, 8, 16};
enum { THREADS = sizeof thread_counts / sizeof *thread_counts, WORLDS = 64 };

/* Many worlds in one batch, on more and more threads. */
static orr_status add_batch(const orr_scenario *scenario, double seconds, size_t rounds,
                            json_t *json, orr_error *err) {
  double rates[THREADS][ORR_BENCH_MAX_ROUNDS];
  for (size_t i = 0; i < rounds; i++)
    for (size_t t = 0; t < THREADS; t++)
      ORR_TRY(orr_sim_bench_batch(scenario, WORLDS, thread_counts[t], seconds, &rates[t][i], err));
  json_t *batch = json_object();
  for (size_t t = 0; t < THREADS; t++) {
    char key[32];
    snprintf(key, sizeof key, "%zu", thread_counts[t]);
    json_object_set_new(batch, key, json_real(orr_median(rates[t], rounds)));
  }
  json_object_set_new(json, "batch_worlds", json_integer(WORLDS));
  json_object_set_new(json, "batch_steps_per_second_by_threads", batch);
  return ORR_OK;
}

/* An MJCF model through a world, and by the library's own step alone. */
static orr_status add_bare(const orr_scenario *scenario, double seconds, size_t rounds,
                           json_t *json, orr_error *err) {
  double ours[ORR_BENCH_MAX_ROUNDS], bare[ORR_BENCH_MAX_ROUNDS], ratio[ORR_BENCH_MAX_ROUNDS];
  if (!scenario->world.mjcf) return ORR_OK;
  for (size_t i = 0; i < rounds; i++) {
    ORR_TRY(orr_sim_bench_bare(scenario, seconds, &ours[i], &bare[i], err));
    ratio[i] = ours[i] / bare[i];
  }
  json_object_set_new(json, "steps_per_second_with_state", json_real(orr_median(ours, rounds)));
  json_object_set_new(json, "bare_loop_steps_per_second", json_real(orr_median(bare, rounds)));
  json_object_set_new(json, "ratio_to_bare_loop", json_real(orr_median(ratio, rounds)));
  return ORR_OK;
}

int orr_bench_sim_verb(const orr_invocation *invocation, const orr_experiment *experiment) {
  size_t rounds = (size_t)orr_cli_number(invocation, "rounds", 5, 1, ORR_BENCH_MAX_ROUNDS);
  int64_t seconds = orr_cli_number(invocation, "seconds", 3, 1, 600);
  const char *python = orr_cli_option(invocation, "peer");
  double one[ORR_BENCH_MAX_ROUNDS], two[ORR_BENCH_MAX_ROUNDS], peer[ORR_BENCH_MAX_ROUNDS],
      ratio[ORR_BENCH_MAX_ROUNDS], scaling[ORR_BENCH_MAX_ROUNDS];
  orr_sim_bench_result result = {0};
  orr_error err = {0};
  for (size_t i = 0; i < rounds; i++) {
    if (orr_sim_bench(experiment->scenario, 1, (double)seconds, &result, &err) != ORR_OK)
      return orr_cli_fail(&err);
    one[i] = result.steps_per_second;
    if (python && !(peer[i] = ask_peer(python, seconds))) return peer_failed(python);
    if (orr_sim_bench(experiment->scenario, 2, (double)seconds, &result, &err) != ORR_OK)
      return orr_cli_fail(&err);
    two[i] = result.steps_per_second;
    scaling[i] = two[i] / one[i];
    if (python) ratio[i] = one[i] / peer[i];
  }
  json_t *json =
      json_pack("{s:s, s:I, s:f, s:f, s:f, s:f, s:f}", "scenario", experiment->id, "rounds",
                (json_int_t)rounds, "steps_per_second_1_thread", orr_median(one, rounds),
                "steps_per_second_2_threads", orr_median(two, rounds), "two_thread_scaling",
                orr_median(scaling, rounds), "contact_share", result.contact_share,
                "allocations_per_step", result.allocations_per_step);
  if (python) {
    json_object_set_new(json, "gym_pusht_steps_per_second", json_real(orr_median(peer, rounds)));
    json_object_set_new(json, "ratio_to_gym_pusht", json_real(orr_median(ratio, rounds)));
  }
  orr_status status = add_bare(experiment->scenario, (double)seconds, rounds, json, &err);
  if (status == ORR_OK)
    status = add_batch(experiment->scenario, (double)seconds / 5.0, rounds, json, &err);
  if (status == ORR_OK) orr_bench_print(invocation, json);
  json_decref(json);
  return status == ORR_OK ? 0 : orr_cli_fail(&err);
}
