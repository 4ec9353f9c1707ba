/* MuJoCo worlds as worlds: exact state, threads, interventions, sensors, what is refused and where,
 * MJCF files. */
#include "restore_trial.h"
#include "sim_test.h"

#include "base/file.h"
#include "base/memory.h"
#include "sim/batch.h"

#include <math.h>
#include <mujoco/mujoco.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 512 };

static const char *const fixtures[] = {"tests/fixtures/planar_tree.yaml",
                                       "tests/fixtures/solid_pile.yaml",
                                       "tests/fixtures/crawler.yaml"};
enum { FIXTURES = sizeof fixtures / sizeof *fixtures };

static void act(orr_world *world, uint32_t episode, uint32_t step) {
  float action[64];
  draw_action(world, episode, step, action);
  orr_world_step(world, action);
}

static void restores_are_exact(void **context) {
  (void)context;
  for (size_t f = 0; f < FIXTURES; f++) many_trials(fixtures[f], 400, 0);
}

static void worlds_follow_each_other(void **context) {
  (void)context;
  for (size_t f = 0; f < FIXTURES; f++) {
    orr_scenario *scenario = load_scenario(fixtures[f]);
    orr_world *src = new_world(scenario), *dst = new_world(scenario);
    for (uint32_t episode = 0; episode < 4; episode++) {
      orr_world_reset(src, 4, episode, NULL);
      for (uint32_t i = 0; i < 40; i++) {
        orr_intervention kick = {ORR_INTERVENE_KICK, 0, {0.3, 0.2, 0.1}};
        orr_intervention mass = {ORR_INTERVENE_MASS, 0, {1.5}};
        if (i == 10) assert_int_equal(orr_world_intervene(src, &kick, NULL), ORR_OK);
        if (i == 20) assert_int_equal(orr_world_intervene(src, &mass, NULL), ORR_OK);
        act(src, episode, i);
        if (episode % 2) assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
      }
      assert_int_equal(orr_world_sync(dst, src, NULL), ORR_OK);
      assert_true(orr_hash_equal(orr_world_hash(dst), orr_world_hash(src)));
    }
    orr_world_destroy(src);
    orr_world_destroy(dst);
    orr_scenario_destroy(scenario);
  }
}

enum { WORLDS = 5, STEPS = 150 };

static orr_hash run_batch(const orr_scenario *scenario, size_t threads) {
  orr_batch *batch;
  orr_pool *pool;
  assert_int_equal(orr_batch_create(scenario, WORLDS, &batch, NULL), ORR_OK);
  assert_int_equal(orr_pool_create(threads, &pool, NULL), ORR_OK);
  static const uint32_t episodes[WORLDS] = {0, 1, 2, 3, 4};
  float actions[WORLDS * 16];
  static double states[WORLDS * ORR_MAX_FIELDS];
  double rewards[WORLDS], own[ORR_MAX_FIELDS];
  const size_t numbers = scenario->state.count;
  orr_end ends[WORLDS];
  assert_int_equal(orr_batch_reset(batch, pool, NULL, 8, episodes, NULL), ORR_OK);
  uint64_t before = orr_alloc_count();
  orr_hash sum = {0};
  for (uint32_t step = 0; step < STEPS; step++) {
    for (uint32_t i = 0; i < WORLDS; i++)
      draw_action(orr_batch_world(batch, i), i, step, actions + i * scenario->action_count);
    orr_batch_step(batch, pool, actions, states, rewards, ends);
    for (size_t i = 0; i < WORLDS; i++) {
      orr_world_state(orr_batch_world(batch, i), own);
      assert_memory_equal(own, states + i * numbers, numbers * sizeof *own);
      sum = orr_hash_join(sum, orr_world_hash(orr_batch_world(batch, i)));
    }
  }
  assert_int_equal(orr_alloc_count(), before);
  orr_pool_destroy(pool);
  orr_batch_destroy(batch);
  return sum;
}

static void thread_count_changes_nothing(void **context) {
  (void)context;
  for (size_t f = 0; f < FIXTURES; f++) {
    orr_scenario *scenario = load_scenario(fixtures[f]);
    orr_hash one = run_batch(scenario, 1);
    for (size_t threads = 2; threads <= 8; threads *= 2)
      assert_true(orr_hash_equal(one, run_batch(scenario, threads)));
    orr_scenario_destroy(scenario);
  }
}

/* Bit by bit what a bare loop of mj_step gives. */
static void steps_are_those_of_the_library(void **context) {
  (void)context;
  static const char *const integrators[] = {"Euler", "RK4", "implicit"};
  char *text, path[64] = "orr-bare.xml", error[400], yaml[200];
  size_t count;
  assert_int_equal(
      orr_file_get(ORR_SOURCE_DIR "/tests/fixtures/crawler.xml", 1 << 20, &text, &count, NULL),
      ORR_OK);
  for (int k = 0; k < 3; k++) {
    char changed[8192];
    const char *at = strstr(text, "\"Euler\"");
    int length = snprintf(changed, sizeof changed, "%.*s\"%s\"%s", (int)(at - text), text,
                          integrators[k], at + strlen("\"Euler\""));
    assert_int_equal(orr_file_put(path, changed, (size_t)length, NULL), ORR_OK);
    snprintf(yaml, sizeof yaml, "world: {engine: mujoco, mjcf: %s, substeps: 3}\n", path);
    orr_error err;
    orr_scenario *scenario = parse_scenario(yaml, &err);
    assert_non_null(scenario);
    orr_world *world = new_world(scenario);
    orr_world_reset(world, 1, 0, NULL);
    mjModel *model = mj_loadXML(path, NULL, error, sizeof error);
    mjData *data = mj_makeData(model);
    mj_resetDataKeyframe(model, data, 0);
    for (uint32_t i = 0; i < 300; i++) {
      float action[3];
      draw_action(world, 0, i, action);
      orr_world_step(world, action);
      for (int a = 0; a < 3; a++) data->ctrl[a] = (double)action[a];
      for (int s = 0; s < 3; s++) mj_step(model, data);
    }
    assert_true(number_of(world, "hip_left.angle") == data->qpos[7]);
    assert_true(number_of(world, "hip_right.angle") == data->qpos[8]);
    assert_true(number_of(world, "hip_right.omega") == data->qvel[7]);
    assert_true(number_of(world, "trunk.x") == data->qpos[0]);
    assert_true(number_of(world, "joint3.offset") == data->qpos[9]);
    mj_deleteData(data);
    mj_deleteModel(model);
    orr_world_destroy(world);
    orr_scenario_destroy(scenario);
  }
  unlink(path);
  orr_free(text);
}

/* One world of four blows up, with a reason; the others go on, and it can begin anew. */
static void a_blow_up_ends_one_episode(void **context) {
  (void)context;
  static const char text[] =
      "world:\n  engine: mujoco\n  space: {size: [4, 4]}\n  bodies:\n"
      "    - {name: a, mass: 1e-6, shapes: [{geometry: {circle: {radius: 0.1}}}]}\n"
      "    - {name: floor, type: static, start: {position: [0, -1]}, shapes: [{geometry: {box: "
      "{size: [2, 1]}}}]}\n"
      "  actuators: [{name: push, type: force, body: a, gain: 1e9}]\n";
  orr_error err;
  orr_scenario *scenario = parse_scenario(text, &err);
  assert_non_null(scenario);
  orr_batch *batch;
  assert_int_equal(orr_batch_create(scenario, 4, &batch, NULL), ORR_OK);
  static const uint32_t episodes[4] = {0, 1, 2, 3};
  float actions[8] = {0};
  orr_end ends[4];
  orr_batch_reset(batch, NULL, NULL, 1, episodes, NULL);
  actions[4] = 1.0f;
  orr_batch_step(batch, NULL, actions, NULL, NULL, ends);
  for (size_t i = 0; i < 4; i++) assert_int_equal(ends[i], i == 2 ? ORR_DIVERGED : ORR_RUNNING);
  const char *reason = orr_world_diverged_reason(orr_batch_world(batch, 2));
  print_message("diverged: %s\n", reason);
  assert_non_null(strstr(reason, "too large"));
  orr_batch_reset(batch, NULL, NULL, 1, episodes, NULL);
  actions[4] = 0.0f;
  for (int i = 0; i < 20; i++) orr_batch_step(batch, NULL, actions, NULL, NULL, ends);
  orr_hash fresh = orr_world_hash(orr_batch_world(batch, 1));
  assert_true(orr_hash_equal(fresh, orr_world_hash(orr_batch_world(batch, 2))));
  orr_batch_destroy(batch);
  orr_scenario_destroy(scenario);
}

static const char three[] =
    "world:\n  engine: mujoco\n  space: {size: [4, 4]}\n  gravity: [0, -10]\n  dt: 0.002\n"
    "  bodies:\n"
    "    - {name: floor, type: static, shapes: [{geometry: {box: {size: [20, 2], offset: [0, "
    "-1]}}}]}\n"
    "    - {name: low, mass: 1, start: {position: [0, 0.2]}, shapes: [{geometry: {box: {size: "
    "[0.4, "
    "0.4]}}}]}\n"
    "    - {name: high, mass: 1, start: {position: [0, 0.6]}, shapes: [{geometry: {box: {size: "
    "[0.4, "
    "0.4]}}}]}\n"
    "    - {name: aside, mass: 2, start: {position: [3, 2]}, shapes: [{geometry: {circle: {radius: "
    "0.1}}}]}\n"
    "  sensors:\n"
    "    - {name: felt, reads: {contact: {body: high, other: low}}}\n"
    "    - {name: borne, reads: {impulse: {body: low, other: floor}}}\n"
    "    - {name: seen, reads: {ray: {body: high, from: [0, 0], direction: [0, -1], range: 5}}}\n"
    "    - {name: far, reads: {ray: {body: high, direction: [-1, 0], range: 5}}}\n";

static void interventions_change_the_world(void **context) {
  (void)context;
  orr_error err;
  orr_scenario *scenario = parse_scenario(three, &err);
  assert_non_null(scenario);
  orr_world *world = new_world(scenario);
  orr_snapshot *snapshot;
  orr_snapshot_create(world, &snapshot, NULL);
  orr_world_reset(world, 1, 0, NULL);
  for (int i = 0; i < 50; i++) orr_world_step(world, NULL);
  double weight = number_of(world, "borne.value");
  assert_float_equal(weight, 2.0 * 10.0 * 0.02, 1e-3);
  orr_world_save(world, snapshot);
  orr_intervention what = {ORR_INTERVENE_MASS, 1, {3.0}};
  assert_int_equal(orr_world_intervene(world, &what, NULL), ORR_OK);
  for (int i = 0; i < 50; i++) orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "borne.value"), 4.0 * 10.0 * 0.02, 2e-3);
  orr_world_restore(world, snapshot);
  orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "borne.value"), weight, 1e-3);
  what = (orr_intervention){ORR_INTERVENE_REMOVE, 0, {0}};
  double x = number_of(world, "low.x"), energy = orr_world_energy(world);
  assert_int_equal(orr_world_intervene(world, &what, NULL), ORR_OK);
  assert_true(orr_world_energy(world) < energy);
  for (int i = 0; i < 100; i++) orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "high.y"), 0.2, 0.005); /* fell through it */
  assert_true(number_of(world, "low.x") == x && number_of(world, "low.vy") == 0.0);
  assert_float_equal(number_of(world, "seen.value"), 0.2, 0.005); /* the ray does, too */
  what = (orr_intervention){ORR_INTERVENE_MOVE, 2, {2.0, 1.5, 0.5}};
  orr_world_intervene(world, &what, NULL);
  assert_float_equal(number_of(world, "aside.y"), 1.5, 1e-12);
  assert_float_equal(number_of(world, "aside.angle"), 0.5, 1e-12);
  double vx = number_of(world, "aside.vx"), omega = number_of(world, "aside.omega");
  what = (orr_intervention){ORR_INTERVENE_KICK, 2, {1.0, 0.0, 2.0}};
  orr_world_intervene(world, &what, NULL);
  assert_float_equal(number_of(world, "aside.vx"), vx + 1.0, 1e-9);
  assert_float_equal(number_of(world, "aside.omega"), omega + 2.0, 1e-9);
  vx = number_of(world, "aside.vx");
  double at = number_of(world, "aside.x");
  what = (orr_intervention){ORR_INTERVENE_DRAG, 2, {at + 5.0, 1.5, 20.0}};
  orr_world_intervene(world, &what, NULL);
  orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "aside.vx"), vx + 5.0 * 20.0 / 2.0 * 0.02, 0.02);
  vx = number_of(world, "aside.vx");
  orr_world_step(world, NULL);
  assert_float_equal(number_of(world, "aside.vx"), vx, 1e-9); /* it has let go */
  orr_snapshot_destroy(snapshot);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void sensors_tell(void **context) {
  (void)context;
  orr_error err;
  orr_scenario *scenario = parse_scenario(three, &err);
  orr_world *world = new_world(scenario);
  orr_world_reset(world, 1, 0, NULL);
  for (int i = 0; i < 50; i++) orr_world_step(world, NULL);
  assert_true(number_of(world, "felt.value") == 1.0);
  assert_float_equal(number_of(world, "seen.value"), 0.2, 0.005); /* the low one's top */
  assert_true(number_of(world, "far.value") == 5.0);
  const orr_scene *scene = orr_world_scene(world);
  assert_true(scene->contact_count >= 4);
  double sum = 0.0;
  for (size_t i = 0; i < scene->contact_count; i++) {
    const orr_scene_contact *contact = &scene->contacts[i];
    assert_float_equal(fabs(contact->normal[1]), 1.0, 1e-6);
    if (contact->bodies[0] + contact->bodies[1] == 1) sum += contact->impulse; /* floor, low */
  }
  assert_float_equal(sum, 2.0 * 10.0 * 0.002, 1e-4); /* of the last substep */
  orr_intervention kick = {ORR_INTERVENE_KICK, 1, {0.0, 5.0, 0.0}};
  orr_world_intervene(world, &kick, NULL);
  for (int i = 0; i < 3; i++) orr_world_step(world, NULL);
  assert_true(number_of(world, "felt.value") == 0.0);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* A scenario of these bodies and joints is refused with this message, at this line. */
static void refuse(const char *body, const char *more, const char *message, int line) {
  char text[2048];
  snprintf(text, sizeof text,
           "world:\n  engine: mujoco\n  space: {size: [4, 4, 4], dimensions: 3}\n  bodies:\n"
           "    - {name: base, type: static, shapes: [{geometry: {sphere: {radius: 0.1}}}]}\n"
           "    - %s\n"
           "    - {name: b, mass: 1, shapes: [{geometry: {sphere: {radius: 0.1}}}]}\n%s",
           body, more);
  orr_error err;
  orr_scenario *scenario = parse_scenario(text, &err);
  if (!strstr(err.message, message)) print_error("%s\n", err.message);
  assert_null(scenario);
  assert_non_null(strstr(err.message, message));
  assert_int_equal(err.line, line);
}

#define GOOD "{name: a, mass: 1, shapes: [{geometry: {sphere: {radius: 0.1}}}]}"

static void bad_worlds_are_refused_with_their_place(void **context) {
  (void)context;
  refuse("{name: a, shapes: [{geometry: {sphere: {radius: 0.1}}}]}", "", "mass above 0", 6);
  refuse("{name: a, mass: 1, shapes: [{geometry: {sphere: {radius: nan}}}]}", "", "radius", 6);
  refuse("{name: a, mass: 1, shapes: [{geometry: {mesh: {file: none.stl}}}]}", "", "none.stl", 6);
  refuse("{name: a, mass: 1, shapes: [{geometry: {plane: {size: [1, 1]}}}]}", "", "never moves", 6);
  refuse("{name: a, mass: 1, inertia: [1, 1, 5], shapes: [{geometry: {sphere: {radius: 0.1}}}]}",
         "", "moments of inertia", 6);
  refuse(GOOD,
         "  joints:\n    - {name: p, type: pivot, body_a: a, body_b: b}\n"
         "    - {name: q, type: pivot, body_a: b, body_b: a}\n",
         "circle", 10);
  refuse(GOOD,
         "  joints:\n    - {name: p, type: pivot, body_a: base, body_b: b}\n"
         "    - {name: q, type: weld, body_a: a, body_b: b}\n",
         "hangs on another", 10);
  refuse(GOOD, "  joints:\n    - {name: p, type: ball, body_a: a, body_b: base}\n",
         "must be dynamic", 9);
  refuse(GOOD,
         "  joints:\n    - {name: p, type: pivot, body_a: base, body_b: a, axis: [1, 0, 0]}\n"
         "    - {name: q, type: gear, body_a: a, body_b: b, rate: 2}\n",
         "gear", 10);
  refuse(GOOD, "  joints:\n    - {name: p, type: motor, body_a: a, body_b: b, rate: 2}\n",
         "about a pivot", 9);
  refuse(GOOD, "  joints:\n    - {name: p, type: spring, body_a: a, body_b: b, max_force: 2}\n",
         "do not give way", 9);
  refuse(GOOD, "  joints:\n    - {name: p, type: pivot, body_a: a, body_b: b, limits: [1, 1]}\n",
         "cannot turn", 9);
  refuse(GOOD, "  sleep_time: 1\n", "never sleep", 8);
}

static void broken_meshes_are_refused(void **context) {
  (void)context;
  static const char stl[] = "a truncated file";
  const char *body = "{name: a, mass: 1, shapes: [{geometry: {mesh: {file: orr-bad.stl}}}]}";
  assert_int_equal(orr_file_put("orr-bad.stl", stl, sizeof stl, NULL), ORR_OK);
  refuse(body, "", "STL", 6);
  assert_int_equal(orr_file_put("orr-bad.stl", "", 0, NULL), ORR_OK);
  refuse(body, "", "too few", 6);
  unlink("orr-bad.stl");
  assert_false(orr_file_exists("MUJOCO_LOG.TXT"));
}

static void flat_worlds_say_what_they_lack(void **context) {
  (void)context;
  static const char text[] =
      "world:\n  engine: mujoco\n  space: {size: [4, 4]}\n  bodies:\n"
      "    - {name: a, mass: 1, shapes: [{geometry: {polygon: {vertices: [[0, 0], [1, 0], [0, "
      "1]]}}}]}\n";
  orr_error err;
  assert_null(parse_scenario(text, &err));
  assert_non_null(strstr(err.message, "flat polygons"));
  assert_int_equal(err.line, 5);
}

static orr_scenario *from_file(const char *mjcf, const char *more, orr_error *err) {
  char yaml[400];
  assert_int_equal(orr_file_put("orr-own.xml", mjcf, strlen(mjcf), NULL), ORR_OK);
  snprintf(yaml, sizeof yaml, "world:\n  engine: mujoco\n  mjcf: orr-own.xml\n%s", more);
  orr_scenario *scenario = parse_scenario(yaml, err);
  unlink("orr-own.xml");
  return scenario;
}

static void mjcf_is_taken_as_it_is(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("tests/fixtures/crawler.yaml");
  assert_int_equal(scenario->body_count, 2);
  assert_string_equal(scenario->state.bodies[0].name, "trunk");
  assert_string_equal(scenario->state.bodies[1].name, "body4");
  assert_int_equal(scenario->joint_count, 3);
  assert_int_equal(scenario->action_count, 3);
  assert_true(scenario->world.dt == 0.004);
  assert_true(scenario->action.fields[1].low == -0.8 && scenario->action.fields[2].high == 1.0);
  orr_world *world = new_world(scenario);
  orr_world_reset(world, 1, 0, NULL);
  assert_true(number_of(world, "trunk.z") == 0.4 && number_of(world, "hip_right.angle") == -0.2);
  double state[MOST], again[MOST];
  for (uint32_t i = 0; i < 20; i++) act(world, 0, i);
  orr_world_state(world, state);
  assert_int_equal(orr_world_reset_to(world, state, NULL), ORR_OK); /* a demonstration's start */
  orr_world_state(world, again);
  for (size_t i = 0; i < scenario->state.count; i++) assert_float_equal(again[i], state[i], 1e-12);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* Long names, a body and a joint of one name, a keyframe in motion, a site that pushes. */
static void mjcf_names_and_keyframes(void **context) {
  (void)context;
  static const char mjcf[] =
      "<mujoco><option gravity='0 0 0'/><worldbody><body name='rock'><geom size='0.1'/></body>"
      "<body name='a_name_of_more_than_thirty_two_characters' pos='0 0 1'><freejoint/>"
      "<geom size='0.1'/><site name='s'/></body>"
      "<body name='arm' pos='1 0 1'><joint name='arm' axis='0 1 0'/><geom size='0.1'/></body>"
      "</worldbody><actuator><general site='s' gear='1 0 0 0 0 0'/></actuator>"
      "<keyframe><key qpos='0 0 2 0.6 0 0.8 0 0.5' qvel='1 2 3 4 5 6 7'/></keyframe></mujoco>";
  orr_error err;
  orr_scenario *scenario = from_file(mjcf, "", &err);
  assert_string_equal(scenario->state.bodies[0].name, "a_name_of_more_than_th_2");
  assert_string_equal(scenario->state.bodies[1].name, "arm");
  assert_string_equal(scenario->state.bodies[2].name, "arm_joint");
  orr_world *world = new_world(scenario);
  assert_int_equal(orr_world_reset(world, 1, 0, NULL), ORR_OK);
  assert_true(number_of(world, "a_name_of_more_than_th_2.vy") == 2.0);
  assert_float_equal(number_of(world, "a_name_of_more_than_th_2.omega"), -5.52, 1e-12); /* turned */
  assert_true(number_of(world, "arm_joint.angle") == 0.5 &&
              number_of(world, "arm_joint.omega") == 7.0);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
  scenario = from_file(mjcf, "  bodies: [{name: rock}, {name: arm}]\n", &err);
  assert_int_equal(scenario->action.fields[0].body, 0); /* the rock cannot be pushed */
  assert_string_equal(scenario->state.bodies[0].name, "arm");
  orr_scenario_destroy(scenario);
  scenario =
      from_file("<mujoco><worldbody><body><freejoint/><geom size='1'/></body>"
                "<body name='body1'><freejoint/><geom size='1'/></body></worldbody></mujoco>",
                "", &err);
  assert_string_equal(scenario->state.bodies[0].name, "body1_unnamed");
  assert_string_equal(scenario->state.bodies[1].name, "body1");
  orr_scenario_destroy(scenario);
}

static void mjcf_mistakes_have_their_line(void **context) {
  (void)context;
  orr_error err;
  static const char newer[] = "<mujoco>\n<worldbody>\n<body>\n<freejoint/>\n"
                              "<geom size=\"1\" fluidshape=\"no\" shinyness=\"2\"/>\n</body>\n"
                              "</worldbody>\n</mujoco>\n";
  static const char good[] = "<mujoco><worldbody><body name=\"b\"><freejoint/>"
                             "<geom size=\"0.1\"/></body></worldbody></mujoco>";
  static const char nan_size[] = "<mujoco><worldbody><body name=\"b\"><freejoint/>"
                                 "<inertial pos=\"0 0 0\" mass=\"1\" diaginertia=\"1 1 1\"/>"
                                 "<geom size=\"nan\"/></body></worldbody></mujoco>";
  assert_null(from_file(newer, "", &err));
  assert_string_equal(err.file, "orr-own.xml");
  assert_int_equal(err.line, 5);
  assert_non_null(strstr(err.message, "shinyness"));
  assert_null(from_file(nan_size, "", &err));
  assert_non_null(strstr(err.message, "geom_size"));
  assert_null(from_file("", "", &err));
  assert_int_equal(err.line, 3);
  assert_null(from_file("<mujoco><worldbo", "", &err));
  assert_null(from_file(good, "  gravity: [0, 0, -1]\n", &err));
  assert_int_equal(err.line, 4);
  assert_null(from_file(good, "  slop: 0.01\n", &err));
  assert_non_null(strstr(err.message, "contacts and solver are the file's"));
  assert_null(from_file(good, "  bodies: [{name: b, centre_of_mass: [0, 0, 1]}]\n", &err));
  assert_non_null(strstr(err.message, "masses are the file's"));
  assert_null(from_file("<mujoco><worldbody><body name='b'><joint/><geom size='1'/></body>"
                        "</worldbody></mujoco>",
                        "  bodies: [{name: b, start: {position: [0, 0, 1]}}]\n", &err));
  assert_non_null(strstr(err.message, "without a free joint"));
  assert_null(from_file(good, "  bodies: [{name: c}]\n", &err));
  assert_non_null(strstr(err.message, "no body"));
  orr_scenario *scenario = from_file(good, "  bodies: [{name: b}]\n  dt: 0.005\n", &err);
  assert_non_null(scenario);
  assert_true(scenario->world.dt == 0.005);
  orr_hash one = scenario->identity;
  orr_scenario_destroy(scenario);
  static const char other[] = "<mujoco><worldbody><body name=\"b\"><freejoint/>"
                              "<geom size=\"0.2\"/></body></worldbody></mujoco>";
  scenario = from_file(other, "  bodies: [{name: b}]\n  dt: 0.005\n", &err);
  assert_false(orr_hash_equal(one, scenario->identity)); /* the file is part of the world */
  orr_scenario_destroy(scenario);
}

/* The heaviest solid is shown where it is, its own size and colour. */
static void solids_are_shown(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("tests/fixtures/solid_pile.yaml");
  orr_world *world = new_world(scenario);
  orr_world_reset(world, 1, 0, NULL);
  const orr_scene *scene = orr_world_scene(world);
  size_t crates = 0;
  for (size_t i = 0; i < scene->shape_count; i++) {
    const orr_scene_shape *shape = &scene->shapes[i];
    if (shape->kind != ORR_SCENE_BOX || shape->layer != ORR_LAYER_BODY) continue;
    assert_float_equal(shape->size[0], 0.2, 1e-12);
    assert_float_equal(shape->position[2], number_of(world, "crate.z"), 1e-12);
    assert_float_equal(shape->rotation[3], number_of(world, "crate.qz"), 1e-12);
    crates++;
  }
  assert_int_equal(crates, 1);
  size_t before = scene->shape_count;
  orr_intervention gone = {ORR_INTERVENE_REMOVE, 0, {0}};
  orr_world_intervene(world, &gone, NULL);
  assert_true(orr_world_scene(world)->shape_count < before);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* Whatever allocation fails while a scenario and its world are made, nothing breaks. */
static void creation_survives_failures(void **context) {
  (void)context;
  for (int64_t n = 1; n < 20000; n += 7) {
    orr_diagnostics *found = orr_diagnostics_create();
    orr_config *config = NULL;
    orr_scenario *scenario = NULL;
    orr_world *world = NULL;
    assert_int_equal(orr_config_parse(three, strlen(three), "t.yaml", &config, found), ORR_OK);
    orr_alloc_fail_at(n);
    orr_status status = orr_scenario_read(config, &scenario, found);
    if (status == ORR_OK) status = orr_world_create(scenario, &world, NULL);
    orr_alloc_fail_at(0);
    orr_world_destroy(world);
    orr_scenario_destroy(scenario);
    orr_config_destroy(config);
    orr_diagnostics_destroy(found);
    if (status == ORR_OK) {
      print_message("allocations that can fail: %d\n", (int)n - 1);
      assert_true(n > 15);
      return;
    }
  }
  fail();
}

int run_mujoco_world_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(restores_are_exact),
      cmocka_unit_test(worlds_follow_each_other),
      cmocka_unit_test(thread_count_changes_nothing),
      cmocka_unit_test(steps_are_those_of_the_library),
      cmocka_unit_test(a_blow_up_ends_one_episode),
      cmocka_unit_test(interventions_change_the_world),
      cmocka_unit_test(sensors_tell),
      cmocka_unit_test(bad_worlds_are_refused_with_their_place),
      cmocka_unit_test(broken_meshes_are_refused),
      cmocka_unit_test(flat_worlds_say_what_they_lack),
      cmocka_unit_test(mjcf_is_taken_as_it_is),
      cmocka_unit_test(mjcf_names_and_keyframes),
      cmocka_unit_test(mjcf_mistakes_have_their_line),
      cmocka_unit_test(solids_are_shown),
      cmocka_unit_test(creation_survives_failures),
  };
  return cmocka_run_group_tests_name("mujoco worlds", tests, NULL, NULL);
}
