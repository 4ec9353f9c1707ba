/* Frozen pairs: drawn from replayed held-out demonstrations. */
#include "eval/protocol.h"

#include "base/log.h"
#include "eval/protocol_private.h"
#include <stdlib.h>
#include <string.h>

/* --- replaying the demonstrations ------------------------------------------------------------- */

/* Every instant of one episode: exact states, which files (floats) do not hold. */
typedef struct trace {
  size_t index, steps;
  double *states;   /* (steps + 1) x all bodies */
  orr_hash *hashes; /* of the world, steps + 1 */
} trace;

typedef struct replay {
  const orr_experiment *experiment;
  const orr_dataset *data;
  const orr_control *control;
  orr_world **worlds; /* one per lane */
  trace *traces;
  size_t count;
  int64_t demonstrations; /* in the range, long enough or not */
  orr_error *errors;      /* per trace; status ORR_OK when fine */
} replay;

static size_t state_size(const orr_experiment *experiment) {
  return experiment->scenario->state.count;
}

static bool keep_row(const replay *r, orr_world *world, const orr_episode_view *view, trace *t,
                     size_t row) {
  double *state = t->states + row * state_size(r->experiment);
  const orr_observer *observer = &r->experiment->observer;
  float seen[ORR_MAX_FIELDS];
  orr_world_state(world, state);
  t->hashes[row] = orr_world_hash(world);
  orr_observer_read(observer, state, seen);
  return memcmp(seen, view->states + row * observer->space.count,
                observer->space.count * sizeof *seen) == 0;
}

static orr_status replay_episode(const replay *r, orr_world *world, trace *t, orr_error *err) {
  orr_episode_view view = orr_dataset_episode(r->data, t->index);
  size_t width = r->experiment->scenario->action_count;
  ORR_TRY(orr_world_reset(world, view.seed, (uint32_t)view.reset_episode, err));
  for (size_t row = 0; row <= t->steps; row++) {
    if (!keep_row(r, world, &view, t, row)) {
      orr_fail(err, ORR_ERR_MISMATCH,
               "replaying held-out episode %lld does not give what was recorded (row %zu)",
               (long long)view.index, row);
      orr_hint(err, "the data come from another build or machine type; collect them again");
      return ORR_ERR_MISMATCH;
    }
    if (row < t->steps) orr_world_step(world, view.actions + row * width);
  }
  return ORR_OK;
}

static void replay_task(void *context, size_t index, size_t lane) {
  replay *r = context;
  if (orr_cancelled(r->control)) return;
  orr_error err = {0};
  if (replay_episode(r, r->worlds[lane], &r->traces[index], &err) != ORR_OK) r->errors[index] = err;
}

static orr_status allocate_traces(replay *r, orr_error *err) {
  size_t most = orr_dataset_episodes(r->data);
  const orr_held_out_def *range = &r->experiment->eval.held_out;
  int64_t number = 0;
  ORR_TRY(orr_new(&r->traces, most + 1, sizeof *r->traces, err));
  ORR_TRY(orr_new(&r->errors, most + 1, sizeof *r->errors, err));
  for (size_t i = 0; i < most; i++) {
    orr_episode_view view = orr_dataset_episode(r->data, i);
    if (view.policy != ORR_POLICY_EXPERT) continue;
    int64_t behind = number++ - range->first; /* the first of the range */
    if (behind < 0 || (range->count && behind >= range->count)) continue;
    r->demonstrations++;
    if (view.steps < (size_t)r->experiment->eval.goal_offset) continue;
    trace *t = &r->traces[r->count++];
    t->index = i;
    t->steps = view.steps;
    ORR_TRY(
        orr_new(&t->states, (t->steps + 1) * state_size(r->experiment), sizeof *t->states, err));
    ORR_TRY(orr_new(&t->hashes, t->steps + 1, sizeof *t->hashes, err));
  }
  return ORR_OK;
}

static void release_replay(replay *r, size_t lanes) {
  for (size_t i = 0; r->worlds && i < lanes; i++) orr_world_destroy(r->worlds[i]);
  for (size_t i = 0; i < r->count; i++) {
    orr_free(r->traces[i].states);
    orr_free(r->traces[i].hashes);
  }
  orr_free(r->worlds);
  orr_free(r->traces);
  orr_free(r->errors);
}

static orr_status replay_all(replay *r, size_t lanes, orr_error *err) {
  ORR_TRY(allocate_traces(r, err));
  ORR_TRY(orr_new(&r->worlds, lanes, sizeof *r->worlds, err));
  for (size_t i = 0; i < lanes; i++)
    ORR_TRY(orr_world_create(r->experiment->scenario, &r->worlds[i], err));
  orr_pool_run(r->control ? r->control->pool : NULL, r->count, replay_task, r);
  if (orr_cancelled(r->control)) return orr_fail(err, ORR_ERR_CANCELLED, "stopped");
  for (size_t i = 0; i < r->count; i++) {
    if (r->errors[i].status == ORR_OK) continue;
    if (err) *err = r->errors[i];
    return r->errors[i].status;
  }
  return ORR_OK;
}

/* --- drawing ---------------------------------------------------------------------------------- */

typedef struct candidate {
  size_t trace, start, rank;
  uint64_t key;
} candidate;

static int by_trace(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->trace != y->trace) return x->trace < y->trace ? -1 : 1;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  return (x->start > y->start) - (x->start < y->start);
}

/* Every demonstration gives one pair before any gives a second: pairs of one are alike. */
static int by_rank(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
  if (x->key != y->key) return x->key < y->key ? -1 : 1;
  if (x->trace != y->trace) return x->trace < y->trace ? -1 : 1;
  return (x->start > y->start) - (x->start < y->start);
}

static orr_status draw_candidates(const replay *r, candidate **out, size_t *out_count,
                                  orr_error *err) {
  size_t offset = (size_t)r->experiment->eval.goal_offset, total = 0, count = 0;
  for (size_t i = 0; i < r->count; i++) total += r->traces[i].steps - offset + 1;
  candidate *all;
  ORR_TRY(orr_new(&all, total + 1, sizeof *all, err));
  for (size_t i = 0; i < r->count; i++) {
    for (size_t start = 0; start + offset <= r->traces[i].steps; start++) {
      orr_random random = orr_random_at((uint64_t)r->experiment->eval.seed, ORR_PURPOSE_PAIRS,
                                        (uint32_t)i, (uint32_t)start, 0, 0);
      all[count++] = (candidate){.trace = i, .start = start, .key = orr_random_u64(&random)};
    }
  }
  qsort(all, count, sizeof *all, by_trace);
  for (size_t i = 1; i < count; i++)
    all[i].rank = all[i].trace == all[i - 1].trace ? all[i - 1].rank + 1 : 0;
  qsort(all, count, sizeof *all, by_rank);
  *out = all;
  *out_count = count;
  return ORR_OK;
}

/* --- filling ---------------------------------------------------------------------------------- */

/* The first free body or joint that the rule names; without one the first that it names. */
static int speaks_of(const orr_scenario *scenario, const orr_goal_rule *rule) {
  const orr_list *lists[] = {&rule->position_bodies, &rule->angle_bodies, &rule->joints};
  int first = -1;
  for (size_t l = 0; l < 3; l++) {
    for (size_t i = 0; i < lists[l]->count; i++) {
      const char *name = ((const char *const *)lists[l]->items)[i];
      int entity = orr_space_find_body(&scenario->state, name);
      if (entity < 0) continue;
      if (scenario->state.bodies[entity].role == ORR_ROLE_FREE) return entity;
      if (first < 0) first = entity;
    }
  }
  return first;
}

void orr_pose_error(const orr_scenario *scenario, const orr_goal_rule *rule, const double *a,
                    const double *b, double *out_distance, double *out_angle) {
  int entity = speaks_of(scenario, rule);
  *out_distance = *out_angle = 0.0;
  if (entity >= 0) orr_goal_distance(scenario, (size_t)entity, a, b, out_distance, out_angle);
}

static size_t keep_free(const orr_scenario *scenario, const orr_list *names, const char **kept) {
  const char *const *items = names->items;
  size_t count = 0;
  for (size_t i = 0; i < names->count && count < ORR_MAX_BODIES; i++) {
    int body = orr_space_find_body(&scenario->state, items[i]);
    if (body >= 0 && scenario->state.bodies[body].role == ORR_ROLE_FREE) kept[count++] = items[i];
  }
  return count;
}

/* Whether something free is not yet where the rule wants it; of a rule about what is actuated
 * alone: whether anything is not. */
static bool must_move(const orr_scenario *scenario, const orr_goal_rule *rule, const double *state,
                      const double *goal) {
  const char *positions[ORR_MAX_BODIES], *angles[ORR_MAX_BODIES], *joints[ORR_MAX_BODIES];
  orr_goal_rule rest = *rule;
  rest.position_bodies =
      (orr_list){positions, keep_free(scenario, &rule->position_bodies, positions)};
  rest.angle_bodies = (orr_list){angles, keep_free(scenario, &rule->angle_bodies, angles)};
  rest.joints = (orr_list){joints, keep_free(scenario, &rule->joints, joints)};
  bool any = rest.position_bodies.count + rest.angle_bodies.count + rest.joints.count > 0;
  return !orr_goal_reached(scenario, any ? &rest : rule, state, goal);
}

static orr_status add_pair(const replay *r, const orr_goal_rule *rule, const candidate *from,
                           orr_pairs *pairs, orr_error *err) {
  const orr_experiment *e = r->experiment;
  const trace *t = &r->traces[from->trace];
  size_t goal_row = from->start + (size_t)e->eval.goal_offset;
  const double *start = t->states + from->start * state_size(e);
  const double *goal = t->states + goal_row * state_size(e);
  pairs->considered++;
  if (orr_goal_reached(e->scenario, rule, start, goal)) {
    pairs->removed++;
    return ORR_OK;
  }
  orr_episode_view view = orr_dataset_episode(r->data, t->index);
  size_t numbers = goal_row * pairs->action_count;
  float *grown = orr_realloc(pairs->actions, pairs->number_count + numbers, sizeof *grown);
  if (!grown) return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  pairs->actions = grown;
  memcpy(grown + pairs->number_count, view.actions, numbers * sizeof *grown);
  orr_pair *pair = &pairs->items[pairs->count++];
  *pair = (orr_pair){.seed = view.seed,
                     .reset_episode = view.reset_episode,
                     .episode = view.index,
                     .start = (int64_t)from->start,
                     .action_offset = pairs->number_count,
                     .must_move = must_move(e->scenario, rule, start, goal),
                     .start_hash = t->hashes[from->start],
                     .goal_hash = t->hashes[goal_row]};
  orr_pose_error(e->scenario, rule, start, goal, &pair->motion[0], &pair->motion[1]);
  pairs->number_count += numbers;
  return ORR_OK;
}

static orr_status fill(const replay *r, const orr_goal_rule *rule, orr_pairs *pairs,
                       orr_error *err) {
  candidate *candidates;
  size_t count;
  size_t wanted = (size_t)r->experiment->eval.pairs;
  ORR_TRY(orr_new(&pairs->items, wanted, sizeof *pairs->items, err));
  ORR_TRY(draw_candidates(r, &candidates, &count, err));
  orr_status status = ORR_OK;
  for (size_t i = 0; status == ORR_OK && i < count && pairs->count < wanted; i++)
    status = add_pair(r, rule, &candidates[i], pairs, err);
  orr_free(candidates);
  ORR_TRY(status);
  if (pairs->count == 0) {
    orr_fail(err, ORR_ERR_CONFIG,
             "rule `%s`: no pair is left of %lld candidates, %lld were solved "
             "at the start",
             rule->name, (long long)pairs->considered, (long long)pairs->removed);
    orr_hint(err, "collect more held-out demonstrations, or make the rule stricter");
    return ORR_ERR_CONFIG;
  }
  if (pairs->count < wanted)
    orr_log(ORR_LOG_WARN, "rule `%s`: %zu pairs instead of %zu; collect.held_out is too small",
            rule->name, pairs->count, wanted);
  return ORR_OK;
}

orr_hash orr_pairs_hash(const orr_pairs *pairs) {
  orr_hash hash = orr_hash_bytes(pairs->rule, strlen(pairs->rule));
  hash = orr_hash_join(hash, orr_hash_bytes(pairs->scenario, strlen(pairs->scenario)));
  hash = orr_hash_join(hash, orr_hash_bytes(pairs->definition, strlen(pairs->definition)));
  hash = orr_hash_join(orr_hash_join(hash, pairs->world), pairs->whole);
  int64_t numbers[] = {pairs->goal_offset, pairs->budget,         pairs->considered,
                       pairs->removed,     (int64_t)pairs->count, (int64_t)pairs->action_count,
                       pairs->seed,        pairs->first,          pairs->demonstrations,
                       pairs->whole_count};
  hash = orr_hash_join(hash, orr_hash_bytes(numbers, sizeof numbers));
  for (size_t i = 0; i < pairs->count; i++) {
    const orr_pair *p = &pairs->items[i];
    int64_t whole[] = {(int64_t)p->seed, p->reset_episode,          p->episode,
                       p->start,         (int64_t)p->action_offset, p->must_move};
    hash = orr_hash_join(hash, orr_hash_bytes(whole, sizeof whole));
    hash = orr_hash_join(hash, orr_hash_bytes(p->motion, sizeof p->motion));
    hash = orr_hash_join(hash, p->start_hash);
    hash = orr_hash_join(hash, p->goal_hash);
  }
  return orr_hash_join(
      hash, orr_hash_bytes(pairs->actions, pairs->number_count * sizeof *pairs->actions));
}

static orr_status describe(const orr_experiment *experiment, const orr_goal_rule *rule,
                           orr_pairs *pairs, orr_error *err) {
  snprintf(pairs->rule, sizeof pairs->rule, "%s", rule->name);
  snprintf(pairs->scenario, sizeof pairs->scenario, "%s", experiment->id);
  pairs->definition = orr_goal_rule_text(rule);
  pairs->world = experiment->scenario->identity;
  pairs->goal_offset = experiment->eval.goal_offset;
  pairs->budget = experiment->eval.budget;
  pairs->seed = experiment->eval.seed;
  pairs->first = experiment->eval.held_out.first;
  pairs->action_count = experiment->scenario->action_count;
  return pairs->definition ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

orr_status orr_pairs_make(const orr_experiment *experiment, const orr_goal_rule *rule,
                          const orr_dataset *held_out, const orr_control *control, orr_pairs **out,
                          orr_error *err) {
  *out = NULL;
  size_t lanes = orr_pool_lanes(control ? control->pool : NULL);
  replay r = {.experiment = experiment, .data = held_out, .control = control};
  orr_pairs *pairs;
  ORR_TRY(orr_new(&pairs, 1, sizeof *pairs, err));
  orr_status status = describe(experiment, rule, pairs, err);
  if (status == ORR_OK) status = replay_all(&r, lanes, err);
  pairs->demonstrations = r.demonstrations;
  if (status == ORR_OK) status = fill(&r, rule, pairs, err);
  release_replay(&r, lanes);
  if (status == ORR_OK) {
    pairs->hash = orr_pairs_hash(pairs);
    *out = pairs;
    return ORR_OK;
  }
  orr_pairs_destroy(pairs);
  return status;
}

void orr_pairs_destroy(orr_pairs *pairs) {
  if (!pairs) return;
  orr_free(pairs->definition);
  orr_free(pairs->items);
  orr_free(pairs->actions);
  orr_free(pairs);
}
