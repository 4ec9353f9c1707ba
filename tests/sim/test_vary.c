/* Factors of variation: drawn by episode, seen in the state, true in physics, exact in saves. */
#include "restore_trial.h"
#include "sim_test.h"

#include "base/clock.h"
#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define VARIED    "tests/fixtures/varied.yaml"
#define VARIED_3D "tests/fixtures/varied_3d.yaml"

/* A unit disc of 2 m/s meets a disc at rest, head on, without loss. */
#define COLLISION                                                                                  \
  "world:\n"                                                                                       \
  "  space: {size: [20, 4]}\n"                                                                     \
  "  dt: 0.002\n"                                                                                  \
  "  bodies:\n"                                                                                    \
  "    - {name: ball, mass: 1, start: {position: [2, 2], velocity: [2, 0]},\n"                     \
  "       shapes: [{geometry: {circle: {radius: 0.5}}, elasticity: 1, friction: 0}]}\n"            \
  "    - {name: block, mass: 1, start: {position: [4, 2]},\n"                                      \
  "       shapes: [{geometry: {circle: {radius: 0.5}}, elasticity: 1, friction: 0}]}\n"

typedef struct fixture {
  const char *path, *engine;
} fixture;
static fixture flat = {VARIED, "chipmunk"}, flat_mujoco = {VARIED, "mujoco"},
               solid = {VARIED_3D, "mujoco"};

/* The world that a test was given. */
static orr_scenario *open_fixture(void **context) {
  const fixture *given = *context;
  char path[300], set[64];
  orr_error err = {0};
  snprintf(path, sizeof path, ORR_SOURCE_DIR "/%s", given->path);
  snprintf(set, sizeof set, "world.engine=%s", given->engine);
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_scenario *scenario = NULL;
  if (orr_config_load(path, &config, found) == ORR_OK &&
      orr_config_set(config, set, found) == ORR_OK)
    orr_scenario_read(config, &scenario, found);
  orr_diagnostics_status(found, &err);
  if (!scenario) fail_msg("%s", err.message);
  orr_diagnostics_destroy(found);
  orr_config_destroy(config);
  return scenario;
}

static void draws_belong_to_seed_and_episode(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario(VARIED);
  orr_world *world = new_world(scenario), *other = new_world(scenario);
  size_t count = scenario->state.count, first = count - 10;
  double state[64], again[64];
  double low = INFINITY, high = -INFINITY, paints[3] = {0};
  assert_string_equal(scenario->state.fields[first].name, "vary.mass");
  assert_string_equal(scenario->state.fields[count - 1].name, "vary.limit");
  assert_int_equal(orr_world_reset(other, 3, 77, NULL), ORR_OK);
  for (uint32_t episode = 0; episode < 200; episode++) {
    assert_int_equal(orr_world_reset(world, 3, episode, NULL), ORR_OK);
    orr_world_state(world, state);
    low = fmin(low, state[first]);
    high = fmax(high, state[first]);
    double paint = state[first + 5], lag = state[first + 8];
    assert_true(paint == 0.0 || paint == 1.0 || paint == 2.0);
    paints[(int)paint] += 1.0;
    assert_true(lag == 0.0 || lag == 1.0 || lag == 2.0 || lag == 3.0);
    if (episode != 77) continue;
    orr_world_state(other, again);
    assert_memory_equal(state, again, count * sizeof *state);
  }
  assert_true(low >= 0.2 && low < 0.3 && high > 4.9 && high < 5.0);
  for (int i = 0; i < 3; i++) assert_true(paints[i] > 40.0);
  orr_world_reset(world, 4, 77, NULL);
  orr_world_state(world, state);
  assert_true(state[first] != again[first]); /* another seed, another world */
  orr_world_destroy(world);
  orr_world_destroy(other);
  orr_scenario_destroy(scenario);
}

/* One more factor leaves the draws of the others, and all starts, as they were. */
static void factors_do_not_disturb_each_other(void **context) {
  (void)context;
  static const char one[] =
      COLLISION "vary: [{name: mass, path: world.bodies.block.mass, value: {uniform: [1, 9]}}]\n";
  static const char two[] =
      COLLISION "vary: [{name: mass, path: world.bodies.block.mass, value: {uniform: [1, 9]}},\n"
                "       {name: own, path: world.bodies.ball.mass, value: {uniform: [1, 9]}}]\n";
  orr_error err;
  orr_scenario *a = parse_scenario(one, &err), *b = parse_scenario(two, &err);
  orr_world *first = new_world(a), *second = new_world(b);
  double x[16], y[16];
  for (uint32_t episode = 0; episode < 10; episode++) {
    orr_world_reset(first, 1, episode, NULL);
    orr_world_reset(second, 1, episode, NULL);
    orr_world_state(first, x);
    orr_world_state(second, y);
    assert_memory_equal(x, y, a->state.count * sizeof *x);
  }
  orr_world_destroy(first);
  orr_world_destroy(second);
  orr_scenario_destroy(a);
  orr_scenario_destroy(b);
}

/* v' = 2 m v / (m + M): momentum and energy of an elastic collision. */
static void a_heavier_block_moves_less(void **context) {
  (void)context;
  static const char text[] = COLLISION
      "vary: [{name: mass, path: world.bodies.block.mass, value: {uniform: [0.2, 20]}}]\n";
  orr_error err;
  orr_scenario *scenario = parse_scenario(text, &err);
  assert_non_null(scenario);
  orr_world *world = new_world(scenario);
  double state[16];
  const float nothing = 0.0f;
  for (uint32_t episode = 0; episode < 50; episode++) {
    assert_int_equal(orr_world_reset(world, 1, episode, NULL), ORR_OK);
    for (int i = 0; i < 50; i++) orr_world_step(world, &nothing);
    orr_world_state(world, state);
    double mass = state[12], expected = 2.0 * 2.0 / (1.0 + mass);
    assert_true(fabs(state[9] - expected) < 1e-9);
  }
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* Shape, colour, goal: what is drawn and asked for is this episode's. */
static void scene_and_task_are_of_the_episode(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario(VARIED);
  orr_world *world = new_world(scenario);
  size_t first = scenario->state.count - 10;
  double state[64];
  static const uint8_t green[3] = {0x63, 0xd7, 0x80}; /* of tomato, gold, teal */
  for (uint32_t episode = 0; episode < 40; episode++) {
    assert_int_equal(orr_world_reset(world, 3, episode, NULL), ORR_OK);
    orr_world_state(world, state);
    const orr_scene *scene = orr_world_scene(world);
    const orr_scenario *now = orr_world_variant(world);
    for (size_t i = 0; i < scene->shape_count; i++) {
      const orr_scene_shape *shape = &scene->shapes[i];
      if (shape->layer == ORR_LAYER_GOAL) {
        assert_true(shape->position[0] == state[first + 7]);
        assert_int_equal(shape->kind,
                         state[first + 6] == 0.0 ? ORR_SCENE_POLYGON : ORR_SCENE_CIRCLE);
      }
      if (shape->layer == ORR_LAYER_GOAL || shape->body != 1) continue;
      assert_int_equal(shape->colour[1], green[(int)state[first + 5]]);
      assert_true(shape->vertices[1][0] - shape->vertices[0][0] == state[first + 1]);
    }
    assert_true(now->task.time_limit == (int64_t)state[first + 9]);
    assert_true(orr_hash_equal(now->identity, scenario->identity));
    const float rest[2] = {0};
    int64_t steps = 0;
    while (steps < 200 && orr_world_step(world, rest) == ORR_RUNNING) steps++;
    if (orr_world_end(world) == ORR_TRUNCATED)
      assert_int_equal(orr_world_steps(world), now->task.time_limit);
  }
  assert_ptr_equal(orr_world_scenario(world), scenario);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void restores_varied_worlds(void **context) {
  orr_scenario *scenario = open_fixture(context);
  orr_world *world = new_world(scenario);
  orr_snapshot *snapshot;
  assert_int_equal(orr_snapshot_create(world, &snapshot, NULL), ORR_OK);
  size_t exact = 0;
  for (uint32_t i = 0; i < 400; i++) exact += restore_trial(world, snapshot, i).exact;
  assert_int_equal(exact, 400);
  orr_snapshot_destroy(snapshot);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void act(orr_world *world, uint32_t episode, uint32_t step) {
  float action[4];
  draw_action(world, episode, step, action);
  orr_world_step(world, action);
}

/* Saves of several episodes, restored in any order, each bring their own factors back. */
static void saves_bring_their_factors_back(void **context) {
  enum { SAVES = 5, ROUNDS = 60 };
  orr_scenario *scenario = open_fixture(context);
  orr_world *world = new_world(scenario);
  orr_snapshot *saves[SAVES];
  orr_hash here[SAVES], after[SAVES];
  for (uint32_t s = 0; s < SAVES; s++) {
    assert_int_equal(orr_snapshot_create(world, &saves[s], NULL), ORR_OK);
    orr_world_reset(world, 9, s, NULL);
    for (uint32_t i = 0; i < 20 + s; i++) act(world, s, i);
    orr_world_save(world, saves[s]);
    here[s] = orr_world_hash(world);
    for (uint32_t i = 0; i < 15; i++) act(world, s, 100 + i);
    after[s] = orr_world_hash(world);
  }
  orr_random random = orr_random_at(1, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (uint32_t round = 0; round < ROUNDS; round++) {
    size_t s = (size_t)orr_random_integer(&random, 0, SAVES);
    if (round % 7 == 0) orr_world_reset(world, 9, 100 + round, NULL);
    uint64_t before = orr_alloc_count();
    orr_world_restore(world, saves[s]);
    assert_true(orr_hash_equal(orr_world_hash(world), here[s]));
    for (uint32_t i = 0; i < 15; i++) act(world, (uint32_t)s, 100 + i);
    assert_true(orr_hash_equal(orr_world_hash(world), after[s]));
    assert_int_equal(orr_alloc_count(), before);
    if (round % 11 != 0) continue;
    orr_world_save(world, saves[s]); /* the save moves on */
    here[s] = after[s];
    for (uint32_t i = 0; i < 15; i++) act(world, (uint32_t)s, 100 + i);
    after[s] = orr_world_hash(world);
  }
  orr_world_destroy(world);
  for (size_t s = 0; s < SAVES; s++) orr_snapshot_destroy(saves[s]); /* they may outlive it */
  orr_scenario_destroy(scenario);
}

static void worlds_follow_across_episodes(void **context) {
  orr_scenario *scenario = open_fixture(context);
  orr_world *src = new_world(scenario), *dst = new_world(scenario);
  double a[96], b[96];
  for (uint32_t episode = 0; episode < 20; episode++) {
    orr_world_reset(src, 4, episode / 2, NULL);
    if (episode % 4 == 3) { /* given, not drawn: only the factors differ */
      orr_world_state(src, a);
      size_t mass = (size_t)orr_space_find(&scenario->state, "vary.mass");
      a[mass] = 1.5;
      assert_int_equal(orr_world_reset_to(src, a, NULL), ORR_OK);
      orr_world_sync(dst, src, NULL);
      a[mass] = 2.5;
      assert_int_equal(orr_world_reset_to(src, a, NULL), ORR_OK);
    }
    for (uint32_t i = 0; i < 30; i++) {
      act(src, episode, i);
      if (i % 10 == 0) assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
    }
    assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
    assert_true(orr_hash_equal(orr_world_hash(dst), orr_world_hash(src)));
    orr_world_state(src, a);
    orr_world_state(dst, b);
    assert_memory_equal(a, b, scenario->state.count * sizeof *a);
  }
  orr_world_destroy(src);
  orr_world_destroy(dst);
  orr_scenario_destroy(scenario);
}

/* A text's place must be one of its choices; a number must be one that the file may hold. */
static void given_factors_are_checked(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario(VARIED);
  orr_world *world = new_world(scenario);
  size_t first = scenario->state.count - 10;
  double state[64];
  orr_error err = {0};
  orr_world_reset(world, 1, 1, NULL);
  orr_world_state(world, state);
  double paint = state[first + 5];
  state[first + 5] = 3.0;
  assert_int_equal(orr_world_reset_to(world, state, &err), ORR_ERR_NUMBERS);
  assert_non_null(strstr(err.message, "vary.paint is 3, but it has 3 choices"));
  assert_int_equal(orr_world_end(world), ORR_DIVERGED);
  assert_non_null(strstr(orr_world_diverged_reason(world), "vary.paint"));
  state[first + 5] = paint;
  state[first] = -1.0;
  assert_int_equal(orr_world_reset_to(world, state, &err), ORR_ERR_NUMBERS);
  assert_non_null(strstr(err.message, "mass"));
  state[first] = (double)NAN;
  assert_int_equal(orr_world_reset_to(world, state, &err), ORR_ERR_NUMBERS);
  assert_non_null(strstr(err.message, "vary.mass is not finite"));
  state[first] = 2.0;
  assert_int_equal(orr_world_reset_to(world, state, &err), ORR_OK);
  orr_world_state(world, state);
  assert_true(state[first] == 2.0);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* Each allocation of a reset may fail: the episode has diverged, the next one is as ever. */
static void a_reset_survives_failures(void **context) {
  orr_scenario *scenario = open_fixture(context);
  orr_world *world = new_world(scenario), *other = new_world(scenario);
  orr_world_reset(other, 2, 5, NULL);
  int64_t n = 1;
  for (;; n++) {
    orr_world_reset(world, 2, 4, NULL);
    orr_alloc_fail_at(n);
    orr_status status = orr_world_reset(world, 2, 5, NULL);
    orr_alloc_fail_at(0);
    if (status == ORR_OK) break;
    assert_int_equal(status, ORR_ERR_MEMORY);
    assert_int_equal(orr_world_end(world), ORR_DIVERGED);
  }
  assert_true(n > 3);
  assert_true(orr_hash_equal(orr_world_hash(world), orr_world_hash(other)));
  orr_world_destroy(world);
  orr_world_destroy(other);
  orr_scenario_destroy(scenario);
}

/* An empty list is no list: identity, state and bits are those of a world that says nothing. */
static void nothing_varies_without_factors(void **context) {
  (void)context;
  orr_error err;
  orr_scenario *plain = parse_scenario(COLLISION, &err);
  orr_scenario *empty = parse_scenario(COLLISION "vary: []\n", &err);
  orr_scenario *varied = parse_scenario(
      COLLISION "vary: [{name: mass, path: world.bodies.block.mass, value: {uniform: [1, 2]}}]\n",
      &err);
  orr_scenario *wider = parse_scenario(
      COLLISION "vary: [{name: mass, path: world.bodies.block.mass, value: {uniform: [1, 3]}}]\n",
      &err);
  assert_true(orr_hash_equal(plain->identity, empty->identity));
  assert_int_equal(plain->state.count, empty->state.count);
  assert_false(orr_hash_equal(plain->identity, varied->identity));
  assert_false(orr_hash_equal(wider->identity, varied->identity));
  orr_scenario_destroy(plain);
  orr_scenario_destroy(empty);
  orr_scenario_destroy(varied);
  orr_scenario_destroy(wider);
}

/* The least of many, on a machine that may do other things. */
static void a_varied_reset_is_quick(void **context) {
  orr_scenario *scenario = open_fixture(context);
  orr_world *world = new_world(scenario);
  double least = INFINITY;
  for (uint32_t episode = 0; episode < 200; episode++) {
    double start = orr_seconds();
    orr_world_reset(world, 1, episode, NULL);
    least = fmin(least, orr_seconds() - start);
  }
  print_message("a varied reset: %.3f ms\n", 1e3 * least);
  assert_true(least < 50e-3); /* also under sanitizers, which slow MuJoCo by twenty */
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* Pushed by a constant force where nothing resists: v = F t / m. */
static void a_heavier_body_of_mujoco_moves_less(void **context) {
  (void)context;
  static const char *const worlds[] = {
      "world:\n  engine: mujoco\n  space: {size: [20, 20]}\n"
      "  bodies: [{name: box, mass: 1, start: {position: [4, 4]},"
      " shapes: [{geometry: {box: {size: [1, 1]}}}]}]\n",
      "world:\n  engine: mujoco\n  space: {dimensions: 3, size: [20, 20, 20]}\n"
      "  bodies: [{name: box, mass: 1, start: {position: [4, 4, 4]},"
      " shapes: [{geometry: {box: {size: [1, 1, 1]}}}]}]\n"};
  for (size_t i = 0; i < 2; i++) {
    char text[1000];
    snprintf(text, sizeof text,
             "%s  actuators: [{name: push, type: force, body: box, axes: x, gain: 3}]\n"
             "vary: [{name: mass, path: world.bodies.box.mass, value: {uniform: [0.2, 20]}}]\n",
             worlds[i]);
    orr_world *world = begin_world(text);
    for (uint32_t episode = 0; episode < 20; episode++) {
      assert_int_equal(orr_world_reset(world, 1, episode, NULL), ORR_OK);
      for (int step = 0; step < 20; step++) orr_world_step(world, &(const float){1.0f});
      double mass = number_of(world, "vary.mass"), speed = number_of(world, "box.vx");
      assert_true(mass >= 0.2 && mass < 20.0);
      assert_true(fabs(speed - 3.0 * orr_world_time(world) / mass) < 1e-9);
    }
    end_world(world);
  }
}

/* Sizes, colours, goals and lights of this episode; sensors stand before the factors. */
static void a_3d_scene_is_of_the_episode(void **context) {
  (void)context;
  static const uint8_t green[3] = {0x63, 0xd7, 0x80}; /* of tomato, gold, teal */
  static const double widths[] = {0.4, 0.6, 1.0};
  orr_scenario *scenario = load_scenario(VARIED_3D);
  orr_world *world = new_world(scenario);
  bool seen[2] = {false, false};
  for (uint32_t episode = 0; episode < 30; episode++) {
    assert_int_equal(orr_world_reset(world, 5, episode, NULL), ORR_OK);
    double width = number_of(world, "vary.width");
    int target = (int)number_of(world, "vary.target"), goals = 0, crates = 0;
    assert_true(width == widths[0] || width == widths[1] || width == widths[2]);
    assert_true(fabs(number_of(world, "below.value") - 0.44) < 1e-6);
    const orr_scene *scene = orr_world_scene(world);
    for (size_t i = 0; i < scene->shape_count; i++) {
      const orr_scene_shape *shape = &scene->shapes[i];
      if (shape->layer == ORR_LAYER_GOAL) {
        assert_int_equal(shape->kind, target == 0 ? ORR_SCENE_BOX : ORR_SCENE_SPHERE);
        assert_true(fabs(shape->position[0] - 5.0) < 1e-9);
        goals++;
      } else if (shape->body == 1) {
        assert_true(shape->size[0] == 0.5 * width || shape->size[0] == width);
        assert_int_equal(shape->colour[1], green[(int)number_of(world, "vary.paint")]);
        crates++;
      }
    }
    assert_int_equal(goals, 1);
    assert_int_equal(crates, 1);
    assert_true(scene->lights[0].power == number_of(world, "vary.power"));
    seen[target] = true;
  }
  assert_true(seen[0] && seen[1]);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

#define MODEL                                                                                      \
  "<mujoco><option timestep='0.01'/><worldbody><body name='puck' pos='0 0 1'><freejoint/>"         \
  "<geom type='sphere' size='0.1'/></body></worldbody></mujoco>"
#define OF_MODEL                                                                                   \
  "world: {engine: mujoco, substeps: 1, mjcf: varied_test.xml, bodies: [{name: puck}]}\n"          \
  "task: {goals: [{body: puck, position: [0, 0, 0]}], time_limit: 20}\n"

/* The task of a model of its own varies; the file is read once. */
static void the_task_of_a_model_varies(void **context) {
  (void)context;
  FILE *file = fopen("varied_test.xml", "w");
  assert_non_null(file);
  fputs(MODEL, file);
  fclose(file);
  orr_error err;
  assert_null(parse_scenario(
      OF_MODEL "vary: [{name: fall, path: \"world.gravity[1]\", value: {uniform: [-9, -8]}}]\n",
      &err));
  assert_non_null(strstr(err.message, "gravity is the file's"));
  assert_null(parse_scenario(
      OF_MODEL "vary: [{name: file, path: world.mjcf, choice: [varied_test.xml, other.xml]}]\n",
      &err));
  assert_non_null(strstr(err.message, "an MJCF file cannot vary"));
  orr_scenario *scenario =
      parse_scenario(OF_MODEL "vary: [{name: goal, path: \"task.goals[0].position[0]\","
                              " value: {uniform: [-1, 1]}},\n"
                              "  {name: step, path: world.dt, value: {choice: [0.001, 0.002]}}]\n",
                     &err);
  if (!scenario) fail_msg("%s", err.message);
  orr_scenario *plain = parse_scenario(OF_MODEL, &err);
  orr_world *world = new_world(scenario);
  remove("varied_test.xml");
  for (uint32_t episode = 0; episode < 20; episode++) {
    assert_int_equal(orr_world_reset(world, 1, episode, NULL), ORR_OK);
    const orr_goal_def *goal = orr_world_variant(world)->task.goals.items;
    assert_true(goal->position[0] == number_of(world, "vary.goal"));
    while (orr_world_step(world, NULL) == ORR_RUNNING) continue;
    double time = 20.0 * number_of(world, "vary.step");
    assert_true(fabs(number_of(world, "puck.vz") + 9.81 * time) < 1e-9);
    assert_true(orr_hash_equal(orr_world_variant(world)->identity, scenario->identity));
  }
  assert_false(orr_hash_equal(plain->identity, scenario->identity));
  orr_world_destroy(world);
  orr_scenario_destroy(plain);
  orr_scenario_destroy(scenario);
}

int run_vary_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(draws_belong_to_seed_and_episode),
      cmocka_unit_test(factors_do_not_disturb_each_other),
      cmocka_unit_test(a_heavier_block_moves_less),
      cmocka_unit_test(a_heavier_body_of_mujoco_moves_less),
      cmocka_unit_test(a_3d_scene_is_of_the_episode),
      cmocka_unit_test(the_task_of_a_model_varies),
      cmocka_unit_test(scene_and_task_are_of_the_episode),
      cmocka_unit_test_prestate(restores_varied_worlds, &flat),
      cmocka_unit_test_prestate(restores_varied_worlds, &flat_mujoco),
      cmocka_unit_test_prestate(restores_varied_worlds, &solid),
      cmocka_unit_test_prestate(saves_bring_their_factors_back, &flat),
      cmocka_unit_test_prestate(saves_bring_their_factors_back, &flat_mujoco),
      cmocka_unit_test_prestate(saves_bring_their_factors_back, &solid),
      cmocka_unit_test_prestate(worlds_follow_across_episodes, &flat),
      cmocka_unit_test_prestate(worlds_follow_across_episodes, &flat_mujoco),
      cmocka_unit_test_prestate(worlds_follow_across_episodes, &solid),
      cmocka_unit_test(given_factors_are_checked),
      cmocka_unit_test_prestate(a_reset_survives_failures, &flat),
      cmocka_unit_test_prestate(a_reset_survives_failures, &flat_mujoco),
      cmocka_unit_test_prestate(a_reset_survives_failures, &solid),
      cmocka_unit_test(nothing_varies_without_factors),
      cmocka_unit_test_prestate(a_varied_reset_is_quick, &flat),
      cmocka_unit_test_prestate(a_varied_reset_is_quick, &flat_mujoco),
      cmocka_unit_test_prestate(a_varied_reset_is_quick, &solid),
  };
  return cmocka_run_group_tests_name("vary", tests, NULL, NULL);
}
