/* Push-T against the reference: gym-pusht's own documented vector, and episodes that were recorded
 * from it (scripts/record_gym_pusht). */
#include "sim_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void start_gym(orr_world *world, const double start[5]) {
  double state[2 * ORR_BODY_STATE] = {start[0], start[1], 0, 0, 0, 0, start[2], start[3], start[4]};
  assert_int_equal(orr_world_reset_to(world, state, NULL), ORR_OK);
}

/* gym-pusht's documentation of reset_to_state. */
static void reset_places_the_block_as_gym_does(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t_gym.yaml");
  orr_world *world = new_world(scenario);
  double state[2 * ORR_BODY_STATE];
  start_gym(world, (const double[]){0, 10, 20, 30, 1.0});
  orr_world_state(world, state);
  assert_float_equal(state[0], 0.0, 1e-12);
  assert_float_equal(state[1], 10.0, 1e-12);
  assert_float_equal(state[6], 57.866196, 1e-6);
  assert_float_equal(state[7], 50.686398, 1e-6);
  assert_float_equal(state[8], 1.0, 1e-12);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

typedef struct row {
  int episode, step;
  double action[2], pose[5], reward;
} row;

/* Empty cells read as NaN. */
static bool read_row(FILE *file, row *out) {
  char line[512];
  if (!fgets(line, sizeof line, file)) return false;
  double cells[10];
  char *at = line;
  for (int i = 0; i < 10; i++) {
    char *end = strpbrk(at, ",\n");
    cells[i] = end == at || !end ? NAN : strtod(at, NULL);
    at = end ? end + 1 : at + strlen(at);
  }
  *out = (row){(int)cells[0],
               (int)cells[1],
               {cells[2], cells[3]},
               {cells[4], cells[5], cells[6], cells[7], cells[8]},
               cells[9]};
  return true;
}

static double difference(const orr_world *world, const double pose[5]) {
  double state[2 * ORR_BODY_STATE];
  orr_world_state(world, state);
  double most = fmax(fabs(state[0] - pose[0]), fabs(state[1] - pose[1]));
  most = fmax(most, fmax(fabs(state[6] - pose[2]), fabs(state[7] - pose[3])));
  return fmax(most, 60.0 * fabs(state[8] - pose[4]));
}

static void episodes_follow_the_recorded_ones(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t_gym.yaml");
  orr_world *world = new_world(scenario);
  FILE *file = fopen(ORR_SOURCE_DIR "/tests/fixtures/gym_pusht.csv", "r");
  assert_non_null(file);
  char header[256];
  assert_non_null(fgets(header, sizeof header, file));
  size_t rows = 0, exact = 0;
  double worst = 0.0, worst_reward = 0.0, worst_at[101] = {0}; /* by control step */
  for (row r; read_row(file, &r); rows++) {
    if (r.step < 0) {
      for (int i = 0; i < 5; i++) r.pose[i] = (double)(float)r.pose[i]; /* printed with 9 digits */
      start_gym(world, r.pose);
      continue;
    }
    if (r.step > 0) orr_world_step(world, (const float[]){(float)r.action[0], (float)r.action[1]});
    double away = difference(world, r.pose);
    exact += away < 1e-9;
    worst = fmax(worst, away);
    worst_at[r.step] = fmax(worst_at[r.step], away);
    if (r.step > 0) worst_reward = fmax(worst_reward, fabs(orr_world_reward(world) - r.reward));
  }
  fclose(file);
  print_message("gym-pusht: %zu rows, %zu within 1e-9; worst pose %.3g px, reward %.3g\n", rows,
                exact, worst, worst_reward);
  print_message("worst after 10, 50, 100 control steps: %.3g, %.3g, %.3g px\n", worst_at[10],
                worst_at[50], worst_at[100]);
  assert_true(rows > 2000);
  assert_true(worst < 1e-6);
  assert_true(worst_reward < 1e-6);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

int run_gym_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reset_places_the_block_as_gym_does),
      cmocka_unit_test(episodes_follow_the_recorded_ones),
  };
  return cmocka_run_group_tests_name("gym", tests, NULL, NULL);
}
