#include "sim/bench.h"
#include "base/clock.h"

#include "base/maths.h"
#include "base/memory.h"
#include "sim/world_private.h"

enum { EPISODE = 100, LONG_EPISODE = 1000, MOST_ACTION = ORR_MAX_FIELDS };

/* One thread's part: apart from the others by more than a cache line. */
typedef struct lane_work {
  orr_world *world;
  uint32_t lane;
  int64_t steps, contacts, episodes;
  double reset_seconds, seconds;
  char padding[64];
} lane_work;

typedef struct bench_call {
  lane_work *works;
  double seconds;
} bench_call;

static size_t first_free_body(const orr_scenario *scenario) {
  for (size_t i = 0; i < scenario->body_count; i++)
    if (scenario->state.bodies[i].role == ORR_ROLE_FREE) return i;
  return 0;
}

static void uniform_action(const orr_space *space, orr_random *random, float *action) {
  for (size_t i = 0; i < space->count; i++)
    action[i] = (float)orr_random_uniform(random, space->fields[i].low, space->fields[i].high);
}

static size_t axis_of(const orr_space_field *field) {
  return field->quantity == ORR_QUANTITY_Z   ? ORR_BODY_STATE
         : field->quantity == ORR_QUANTITY_Y ? 1
                                             : 0;
}

/* Targets in a box around the origin of the first free body: 100 px for Push-T. Of actions that are
 * no targets any. */
static void near_action(const orr_scenario *scenario, const double *state, orr_random *random,
                        float *action) {
  const orr_space *space = &scenario->action;
  if (space->meaning == ORR_ACTION_OTHER) {
    uniform_action(space, random, action);
    return;
  }
  const double *body = state + orr_state_at(scenario, first_free_body(scenario));
  for (size_t i = 0; i < scenario->action_count; i++) {
    const orr_space_field *field = &space->fields[i];
    bool relative = space->meaning == ORR_ACTION_RELATIVE;
    double box = relative ? space->scale : 0.2 * (field->high - field->low);
    double own = state[orr_state_at(scenario, (size_t)field->body) + axis_of(field)];
    double unit = orr_random_uniform(random, -1.0, 1.0);
    double target = body[axis_of(field)] + box * unit;
    action[i] = (float)(relative ? (target - own) / space->scale : target);
  }
}

static void run_episode(lane_work *work) {
  const orr_scenario *scenario = orr_world_scenario(work->world);
  double state[ORR_MAX_FIELDS], from = orr_seconds();
  float action[MOST_ACTION];
  orr_world_reset(work->world, 1, work->lane * 1000003u + (uint32_t)work->episodes, NULL);
  work->reset_seconds += orr_seconds() - from;
  orr_random random =
      orr_random_at(1, ORR_PURPOSE_POLICY, (uint32_t)work->episodes, 0, 0, work->lane);
  for (int i = 0; i < EPISODE; i++) {
    orr_world_state(work->world, state);
    near_action(scenario, state, &random, action);
    orr_world_step(work->world, action);
    work->contacts += orr_world_contact(work->world);
  }
  work->steps += EPISODE;
  work->episodes++;
}

static void lane_task(void *context, size_t index, size_t lane) {
  bench_call *call = context;
  lane_work *work = &call->works[index];
  (void)lane;
  double from = orr_seconds();
  while (orr_seconds() - from < call->seconds) run_episode(work);
  work->seconds = orr_seconds() - from;
}

static orr_status time_snapshots(orr_world *world, orr_sim_bench_result *out, orr_error *err) {
  enum { REPEATS = 2000 };
  orr_snapshot *snapshot;
  ORR_TRY(orr_snapshot_create(world, &snapshot, err));
  orr_world_save(world, snapshot);
  const float rest[MOST_ACTION] = {0};
  double spent[3] = {0};
  const orr_hash saved = orr_world_hash(world);
  bool exact = true;
  for (int i = 0; i < REPEATS; i++) {
    orr_world_step(world, rest);
    double a = orr_seconds();
    orr_world_restore(world, snapshot);
    double b = orr_seconds();
    orr_world_save(world, snapshot);
    double c = orr_seconds();
    exact = orr_hash_equal(orr_world_hash(world), saved) && exact;
    double d = orr_seconds();
    spent[0] += b - a;
    spent[1] += c - b;
    spent[2] += d - c;
  }
  out->restore_seconds = spent[0] / REPEATS;
  out->save_seconds = spent[1] / REPEATS;
  out->hash_seconds = spent[2] / REPEATS;
  orr_snapshot_destroy(snapshot);
  if (!exact) return orr_fail(err, ORR_ERR_NUMBERS, "a restored world differs from the saved one");
  return ORR_OK;
}

static orr_status measure(orr_batch *batch, orr_pool *pool, size_t threads, double seconds,
                          lane_work *works, orr_sim_bench_result *out, orr_error *err) {
  bench_call call = {works, 0.02};
  for (size_t i = 0; i < threads; i++)
    works[i] = (lane_work){.world = orr_batch_world(batch, i), .lane = (uint32_t)i};
  orr_pool_run(pool, threads, lane_task, &call); /* warms caches and pages */
  for (size_t i = 0; i < threads; i++)
    works[i] = (lane_work){.world = works[i].world, .lane = (uint32_t)i};
  uint64_t before = orr_alloc_count();
  call.seconds = seconds;
  orr_pool_run(pool, threads, lane_task, &call);
  uint64_t allocations = orr_alloc_count() - before;
  double steps = 0.0, contacts = 0.0, episodes = 0.0, resets = 0.0, longest = 0.0;
  for (size_t i = 0; i < threads; i++) {
    steps += (double)works[i].steps;
    contacts += (double)works[i].contacts;
    episodes += (double)works[i].episodes;
    resets += works[i].reset_seconds;
    longest = orr_max(longest, works[i].seconds);
  }
  out->steps_per_second = steps / longest;
  out->contact_share = contacts / steps;
  out->allocations_per_step = (double)allocations / steps;
  out->reset_seconds = resets / episodes;
  out->memory = orr_world_memory(works[0].world);
  return time_snapshots(works[0].world, out, err);
}

orr_status orr_sim_bench(const orr_scenario *scenario, size_t threads, double seconds,
                         orr_sim_bench_result *out, orr_error *err) {
  orr_batch *batch = NULL;
  orr_pool *pool = NULL;
  lane_work *works = NULL;
  *out = (orr_sim_bench_result){0};
  orr_status status = orr_pool_create(threads, &pool, err);
  threads = pool ? orr_pool_lanes(pool) : 1;
  if (status == ORR_OK) status = orr_batch_create(scenario, threads, &batch, err);
  if (status == ORR_OK) status = orr_new(&works, threads, sizeof *works, err);
  if (status == ORR_OK) status = measure(batch, pool, threads, seconds, works, out, err);
  orr_free(works);
  orr_batch_destroy(batch);
  orr_pool_destroy(pool);
  return status;
}

/* ---- many worlds in a batch ---- */

typedef struct batch_work {
  orr_batch *batch;
  orr_pool *pool;
  size_t worlds;
  float *actions;
  double *states, *rewards;
  uint32_t *episodes;
} batch_work;

static orr_status create_batch(const orr_scenario *scenario, size_t threads, batch_work *work,
                               orr_error *err) {
  size_t count = work->worlds;
  ORR_TRY(orr_pool_create(threads, &work->pool, err));
  ORR_TRY(orr_batch_create(scenario, count, &work->batch, err));
  ORR_TRY(orr_new(&work->actions, count * scenario->action_count + 1, sizeof(float), err));
  ORR_TRY(orr_new(&work->states, count * scenario->state.count, sizeof(double), err));
  ORR_TRY(orr_new(&work->rewards, count, sizeof(double), err));
  return orr_new(&work->episodes, count, sizeof *work->episodes, err);
}

static void destroy_batch(batch_work *work) {
  orr_batch_destroy(work->batch);
  orr_pool_destroy(work->pool);
  orr_free(work->actions);
  orr_free(work->states);
  orr_free(work->rewards);
  orr_free(work->episodes);
}

static orr_status run_batch(const orr_scenario *scenario, batch_work *work, double seconds,
                            double *out, orr_error *err) {
  double from = orr_seconds();
  size_t steps = 0;
  for (; steps == 0 || orr_seconds() - from < seconds; steps++) {
    if (steps % EPISODE == 0) {
      for (size_t i = 0; i < work->worlds; i++)
        work->episodes[i] = (uint32_t)(steps / EPISODE * work->worlds + i);
      ORR_TRY(orr_batch_reset(work->batch, work->pool, NULL, 1, work->episodes, err));
    }
    orr_random random = orr_random_at(1, ORR_PURPOSE_POLICY, 0, (uint32_t)steps, 0, 0);
    for (size_t i = 0; i < work->worlds; i++)
      uniform_action(&scenario->action, &random, work->actions + i * scenario->action_count);
    orr_batch_step(work->batch, work->pool, work->actions, work->states, work->rewards, NULL);
  }
  *out = (double)(steps * work->worlds) / (orr_seconds() - from);
  return ORR_OK;
}

orr_status orr_sim_bench_batch(const orr_scenario *scenario, size_t worlds, size_t threads,
                               double seconds, double *out, orr_error *err) {
  batch_work work = {.worlds = worlds};
  *out = 0.0;
  orr_status status = create_batch(scenario, threads, &work, err);
  if (status == ORR_OK) status = run_batch(scenario, &work, 0.02, out, err); /* warms up */
  if (status == ORR_OK) status = run_batch(scenario, &work, seconds, out, err);
  destroy_batch(&work);
  return status;
}

/* ---- beside the library's own loop ---- */

/* One of the two: control steps in `seconds`, from where it stopped. */
typedef struct turn {
  orr_world *world;
  bool bare;
  uint32_t steps;
  double seconds;
} turn;

static void take_turn(turn *t, double seconds) {
  const orr_scenario *scenario = orr_world_scenario(t->world);
  double state[ORR_MAX_FIELDS], controls[MOST_ACTION], from = orr_seconds();
  float action[MOST_ACTION];
  do {
    if (t->steps % LONG_EPISODE == 0) orr_world_reset(t->world, 1, t->steps / LONG_EPISODE, NULL);
    orr_random random = orr_random_at(1, ORR_PURPOSE_POLICY, 0, t->steps++, 0, 0);
    uniform_action(&scenario->action, &random, action);
    if (t->bare) {
      for (size_t i = 0; i < scenario->action_count; i++) controls[i] = (double)action[i];
      orr_world_bare_step(t->world, controls);
    } else {
      orr_world_step(t->world, action);
      orr_world_state(t->world, state);
    }
  } while (orr_seconds() - from < seconds);
  t->seconds += orr_seconds() - from;
}

orr_status orr_sim_bench_bare(const orr_scenario *scenario, double seconds, double *ours,
                              double *bare, orr_error *err) {
  turn turns[2] = {{.bare = false}, {.bare = true}};
  *ours = *bare = 0.0;
  if (!scenario->world.mjcf)
    return orr_fail(err, ORR_ERR_CONFIG, "only an MJCF model has a loop of its own");
  orr_status status = orr_world_create(scenario, &turns[0].world, err);
  if (status == ORR_OK) status = orr_world_create(scenario, &turns[1].world, err);
  double from = orr_seconds();
  while (status == ORR_OK && orr_seconds() - from < seconds)
    for (int i = 0; i < 2; i++) take_turn(&turns[i], 0.05);
  if (status == ORR_OK) {
    *ours = turns[0].steps / turns[0].seconds;
    *bare = turns[1].steps / turns[1].seconds;
  }
  for (int i = 0; i < 2; i++) orr_world_destroy(turns[i].world);
  return status;
}
