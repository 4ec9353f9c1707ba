#include "restore_trial.h"

#include "base/random.h"

#include <string.h>

enum { MOST_NUMBERS = 512, MOST_ACTION = 64, MOST_AFTER = 20 };

/* All that a user can see of a world. */
typedef struct view {
  orr_hash hash;
  double state[MOST_NUMBERS], reward, coverage, time, energy;
  int64_t steps;
  orr_end end;
  bool success, contact;
} view;

static void look(const orr_world *world, view *out) {
  memset(out, 0, sizeof *out);
  out->hash = orr_world_hash(world);
  orr_world_state(world, out->state);
  out->reward = orr_world_reward(world);
  out->coverage = orr_world_coverage(world);
  out->time = orr_world_time(world);
  out->energy = orr_world_energy(world);
  out->steps = orr_world_steps(world);
  out->end = orr_world_end(world);
  out->success = orr_world_success(world);
  out->contact = orr_world_contact(world);
}

static void maybe_intervene(orr_world *world, orr_random *random) {
  const orr_scenario *scenario = orr_world_scenario(world);
  if (scenario->body_count == 0) return; /* joints alone */
  uint32_t dice = orr_random_u32(random) % 100;
  orr_intervention what = {0};
  what.body = (int)(orr_random_u32(random) % (uint32_t)scenario->body_count);
  double numbers[3];
  for (int i = 0; i < 3; i++) numbers[i] = orr_random_unit(random);
  if (dice >= 6) return;
  double width = scenario->world.space.size[0], height = scenario->world.space.size[1];
  switch (dice) {
  case 0:
    what.kind = ORR_INTERVENE_MASS;
    what.value[0] = 0.5 + 2.0 * numbers[0];
    break;
  case 1:
    what.kind = ORR_INTERVENE_MOVE;
    what.value[0] = (0.2 + 0.6 * numbers[0]) * width;
    what.value[1] = (0.2 + 0.6 * numbers[1]) * height;
    what.value[2] = 6.0 * numbers[2];
    break;
  case 2:
    what.kind = ORR_INTERVENE_KICK;
    what.value[0] = (numbers[0] - 0.5) * width;
    what.value[1] = (numbers[1] - 0.5) * height;
    what.value[2] = numbers[2] - 0.5;
    break;
  case 3: what.kind = ORR_INTERVENE_REMOVE; break;
  default:
    what.kind = ORR_INTERVENE_DRAG;
    what.value[0] = numbers[0] * width;
    what.value[1] = numbers[1] * height;
    what.value[2] = 20.0 * numbers[2];
    break;
  }
  orr_world_intervene(world, &what, NULL); /* some are refused, the same ones in every run */
}

/* Mostly near a body, so that there is something to restore. */
static void draw(const orr_world *world, orr_random *random, float *action) {
  const orr_scenario *scenario = orr_world_scenario(world);
  double state[MOST_NUMBERS];
  orr_world_state(world, state);
  size_t bodies = scenario->body_count;
  size_t body = orr_random_u32(random) % (bodies ? bodies : 1);
  for (size_t i = 0; i < scenario->action_count; i++) {
    const orr_space_field *field = &scenario->action.fields[i];
    double low = field->low, high = field->high;
    double value = orr_random_uniform(random, low, high);
    if (scenario->action.meaning == ORR_ACTION_OTHER) {
      action[i] = (float)value;
      continue;
    }
    if (scenario->action.meaning == ORR_ACTION_ABSOLUTE)
      value = state[body * scenario->stride + i % 2] + 0.1 * (value - 0.5 * (low + high));
    else
      value = 0.5 * value + (state[body * scenario->stride + i % 2] -
                             state[(size_t)field->body * scenario->stride + i % 2]) /
                                scenario->action.scale;
    action[i] = (float)value;
  }
}

/* The driven bodies stay where they are, so that a pile comes to rest. */
static void wait(orr_world *world, int64_t steps) {
  const orr_scenario *scenario = orr_world_scenario(world);
  float action[MOST_ACTION] = {0};
  double state[MOST_NUMBERS];
  orr_world_state(world, state);
  for (size_t i = 0; i < scenario->action_count; i++)
    if (scenario->action.meaning == ORR_ACTION_ABSOLUTE)
      action[i] = (float)state[(size_t)scenario->action.fields[i].body * scenario->stride + i % 2];
  for (int64_t i = 0; i < steps; i++) orr_world_step(world, action);
}

static void advance(orr_world *world, uint32_t trial, uint32_t lane, int64_t steps, view *views) {
  float action[MOST_ACTION];
  for (int64_t i = 0; i < steps; i++) {
    orr_random random = orr_random_at(3, ORR_PURPOSE_TEST, trial, (uint32_t)i, lane, 0);
    maybe_intervene(world, &random);
    draw(world, &random, action);
    orr_world_step(world, action);
    if (views) look(world, &views[i]);
  }
}

/* Whether the free bodies' states are the same in both; where nothing is free, all bodies'. */
static bool is_still(const orr_world *world, const double *a, const double *b) {
  const orr_scenario *scenario = orr_world_scenario(world);
  const orr_space *space = &scenario->state;
  bool moves = false, free_moves = false, any_free = false;
  for (size_t i = 0; i < scenario->body_count; i++) {
    size_t at = i * scenario->stride;
    bool same = memcmp(a + at, b + at, ORR_BODY_STATE * sizeof *a) == 0;
    bool is_free = space->bodies[i].role == ORR_ROLE_FREE;
    any_free = any_free || is_free;
    moves = moves || !same;
    free_moves = free_moves || (is_free && !same);
  }
  return any_free ? !free_moves : !moves;
}

restore_result restore_trial(orr_world *world, orr_snapshot *snapshot, uint32_t trial) {
  static _Thread_local view first[MOST_AFTER + 1], second[MOST_AFTER + 1];
  restore_result result = {false, false, false};
  orr_random random = orr_random_at(5, ORR_PURPOSE_TEST, trial, 0, 0, 0);
  if (orr_world_reset(world, 17, trial, NULL) != ORR_OK) return result;
  bool rests = trial % 4 == 0; /* a pile needs a while until it sleeps */
  int64_t before = orr_random_integer(&random, 0, rests ? 120 : 40);
  int64_t after = orr_random_integer(&random, 1, MOST_AFTER + 1);
  bool drag = orr_random_unit(&random) < 0.2; /* pending at the moment of the save */
  if (rests)
    wait(world, before);
  else
    advance(world, trial, 0, before, NULL);
  double earlier[MOST_NUMBERS], now[MOST_NUMBERS];
  orr_world_state(world, earlier);
  if (rests)
    wait(world, 1);
  else
    advance(world, trial, 3, 1, NULL);
  orr_world_state(world, now);
  result.diverged = orr_world_end(world) == ORR_DIVERGED;
  result.still = !result.diverged && is_still(world, earlier, now);
  if (drag) {
    orr_intervention what = {
        ORR_INTERVENE_DRAG, (int)orr_world_scenario(world)->body_count - 1, {1.0, 1.0, 5.0}};
    orr_world_intervene(world, &what, NULL);
  }
  orr_world_save(world, snapshot);
  look(world, &first[MOST_AFTER]);
  advance(world, trial, 1, after, first);
  orr_world_restore(world, snapshot);
  look(world, &second[MOST_AFTER]);
  if (memcmp(&first[MOST_AFTER], &second[MOST_AFTER], sizeof *first) != 0) return result;
  advance(world, trial, 2, after / 2 + 1, NULL); /* another future, which must leave no trace */
  orr_world_restore(world, snapshot);
  advance(world, trial, 1, after, second);
  result.exact = memcmp(first, second, (size_t)after * sizeof *first) == 0;
  return result;
}
