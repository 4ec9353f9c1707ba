#include "agents/others.h"

#include "agents/policy_private.h"
#include "base/maths.h"
#include "sim/parts.h"

#include <string.h>

const char *const orr_others_laws[] = {"rest", "hold", "random", "follow", NULL};

/* ---- what a number moves ---- */

static size_t actuator_of(const orr_scenario *scenario, size_t a) {
  const orr_drive *drives = scenario->parts->drives;
  size_t i = 0;
  while (a >= drives[i].first + drives[i].width) i++;
  return i;
}

static bool has_target(const orr_actuator_def *def) {
  return def->type == ORR_ACTUATE_POSITION || def->type == ORR_ACTUATE_VELOCITY;
}

/* Where in the state the position stands that a number moves. */
static size_t position_at(const orr_scenario *scenario, size_t a) {
  const orr_drive *drive = &scenario->parts->drives[actuator_of(scenario, a)];
  if (drive->joint >= 0)
    return orr_state_at(scenario, (size_t)scenario->parts->joint_entity[drive->joint]);
  int axis = drive->axes[a - drive->first];
  size_t body = orr_state_at(scenario, (size_t)drive->body);
  return body + (axis == 2 ? (size_t)ORR_BODY_STATE : (size_t)axis);
}

static float in_range(const orr_scenario *scenario, size_t a, double value) {
  const orr_space_field *field = &scenario->action.fields[a];
  return (float)orr_clamp(value, field->low, field->high);
}

float orr_action_aim(const orr_scenario *scenario, size_t a, double target, const double *state) {
  const orr_actuator_def *def = orr_actuator_at(scenario, actuator_of(scenario, a));
  const orr_world_def *world = &scenario->world;
  if (!has_target(def)) return in_range(scenario, a, 0.0);
  double way = target - state[position_at(scenario, a)];
  double step = world->dt * (double)(world->substeps * world->repeat);
  if (def->type == ORR_ACTUATE_VELOCITY)
    return in_range(scenario, a, def->gain != 0.0 ? way / (step * def->gain) : 0.0);
  if (def->meaning == ORR_ACTION_ABSOLUTE) return in_range(scenario, a, target);
  return in_range(scenario, a, def->scale > 0.0 ? way / def->scale : 0.0);
}

/* ---- the others ---- */

static orr_status find_agent(const orr_parts *parts, const char *agent, int *out, orr_error *err) {
  for (size_t i = 0; i < parts->agent_count; i++) {
    *out = (int)i;
    if (strcmp(parts->agents[i], agent) == 0) return ORR_OK;
  }
  orr_fail(err, ORR_ERR_CONFIG, "no actuator has the agent `%s`", agent);
  const char *close = orr_closest(agent, parts->agents, parts->agent_count);
  if (close && *close)
    orr_hint(err, "did you mean \"%s\"?", close);
  else
    orr_hint(err, "agents are named in world.actuators");
  return ORR_ERR_CONFIG;
}

/* The numbers of each agent's first actuator that can go somewhere. */
static void find_followers(orr_others *others) {
  const orr_parts *parts = others->scenario->parts;
  for (size_t agent = 0; agent < parts->agent_count; agent++) {
    size_t i = 0;
    for (; i < parts->actuator_count; i++) {
      bool its = parts->agent_of[parts->drives[i].first] == (int)agent;
      if (its && parts->drives[i].body >= 0 && has_target(orr_actuator_at(others->scenario, i)))
        break;
    }
    for (size_t k = 0; i < parts->actuator_count && k < parts->drives[i].width; k++)
      others->follows[parts->drives[i].first + k] = true;
  }
}

orr_status orr_others_create(const orr_scenario *scenario, const char *agent, int law,
                             orr_others *out, orr_error *err) {
  const orr_parts *parts = scenario->parts;
  int which = -1;
  memset(out, 0, sizeof *out);
  out->scenario = scenario;
  out->law = (orr_others_law)law;
  if (agent && *agent) ORR_TRY(find_agent(parts, agent, &which, err));
  for (size_t a = 0; a < scenario->action_count; a++) {
    out->own[a] = which < 0 || parts->agent_of[a] == which;
    out->any = out->any || !out->own[a];
  }
  find_followers(out);
  return ORR_OK;
}

void orr_others_begin(orr_others *others, const double *state) {
  for (size_t a = 0; a < others->scenario->action_count; a++) {
    const orr_actuator_def *def =
        orr_actuator_at(others->scenario, actuator_of(others->scenario, a));
    if (has_target(def)) others->first[a] = state[position_at(others->scenario, a)];
  }
}

float orr_action_rest(const orr_scenario *scenario, size_t a, const double *state) {
  const orr_actuator_def *def = orr_actuator_at(scenario, actuator_of(scenario, a));
  if (!has_target(def)) return in_range(scenario, a, 0.0);
  return orr_action_aim(scenario, a, state[position_at(scenario, a)], state);
}

static float follow(const orr_others *others, size_t a, const double *state) {
  const orr_scenario *scenario = others->scenario;
  const orr_drive *drive = &scenario->parts->drives[actuator_of(scenario, a)];
  double centre[3];
  if (!others->follows[a] || !orr_nearest_free(scenario, state, drive->body, centre))
    return orr_action_rest(scenario, a, state);
  return orr_action_aim(scenario, a, centre[drive->axes[a - drive->first]], state);
}

void orr_others_act(const orr_others *others, const double *state, uint64_t seed, uint32_t episode,
                    int64_t step, float *action) {
  const orr_scenario *scenario = others->scenario;
  /* sample 1: sample 0 of this stream is the random policy's */
  orr_random random = orr_random_at(seed, ORR_PURPOSE_POLICY, episode, (uint32_t)step, 1, 0);
  for (size_t a = 0; a < scenario->action_count; a++) {
    const orr_space_field *field = &scenario->action.fields[a];
    if (others->own[a]) continue;
    switch (others->law) {
    case ORR_OTHERS_REST: action[a] = orr_action_rest(scenario, a, state); break;
    case ORR_OTHERS_HOLD: action[a] = orr_action_aim(scenario, a, others->first[a], state); break;
    case ORR_OTHERS_RANDOM:
      action[a] = (float)orr_random_uniform(&random, field->low, field->high);
      break;
    case ORR_OTHERS_FOLLOW: action[a] = follow(others, a, state); break;
    }
  }
}
