/* The physics against formulas, interventions, divergence, scene. */
#include "sim_test.h"

#include "base/maths.h"

#include <stdio.h>

static const char ball_text[] =
    "world:\n"
    "  space: {size: [10, 20]}\n"
    "  gravity: [0, -10]\n"
    "  dt: 0.001\n"
    "  substeps: 10\n"
    "  slop: 0.001\n"
    "  bodies:\n"
    "    - {name: floor, type: static, shapes: [{geometry: {box: {size: [20, 2], offset: [0, -1]}},"
    " elasticity: 1}]}\n"
    "    - {name: ball, mass: 2, start: {position: [0, 5.5], velocity: [1, 0]},"
    " shapes: [{geometry: {circle: {radius: 0.5}}, elasticity: 1}]}\n";

/* Semi-implicit Euler with Chipmunk's order (positions first): after n substeps
 * v = -g n dt, y = y0 - g dt^2 n (n - 1) / 2. */
static void a_body_falls_as_it_must(void **context) {
  (void)context;
  orr_error err;
  orr_scenario *scenario = parse_scenario(ball_text, &err);
  assert_non_null(scenario);
  orr_world *world = new_world(scenario);
  orr_world_reset(world, 1, 0, NULL);
  double state[6], n = 500.0;
  for (int i = 0; i < 50; i++) orr_world_step(world, NULL);
  orr_world_state(world, state);
  assert_float_equal(state[0], 0.001 * n, 1e-9);
  assert_float_equal(state[1], 5.5 - 10.0 * 1e-6 * n * (n - 1.0) / 2.0, 1e-9);
  assert_float_equal(state[4], -10.0 * 1e-3 * n, 1e-9);
  assert_float_equal(orr_world_time(world), 0.5, 1e-15);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void an_elastic_ball_bounces_back(void **context) {
  (void)context;
  orr_error err;
  orr_scenario *scenario = parse_scenario(ball_text, &err);
  orr_world *world = new_world(scenario);
  orr_world_reset(world, 1, 0, NULL);
  double start = orr_world_energy(world), highest = 0.0, lowest = 100.0, state[6];
  assert_float_equal(start, 2.0 * 10.0 * 5.5 + 0.5 * 2.0, 1e-9);
  for (int i = 0; i < 1000; i++) { /* 10 s, five bounces */
    orr_world_step(world, NULL);
    orr_world_state(world, state);
    if (i > 150) highest = fmax(highest, state[1]);
    lowest = fmin(lowest, state[1]);
  }
  assert_true(highest > 5.4 && highest < 5.6);
  assert_true(lowest > 0.45 && lowest < 0.52);
  assert_true(fabs(orr_world_energy(world) / start - 1.0) < 0.02);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void friction_stops_a_box(void **context) {
  (void)context;
  static const char text[] =
      "world:\n"
      "  space: {size: [10, 20]}\n  gravity: [0, -10]\n  dt: 0.005\n  slop: 0.001\n"
      "  bodies:\n"
      "    - {name: floor, type: static, shapes: [{geometry: {box: {size: [60, 2], offset: [0, "
      "-1]}},"
      " friction: 0.5}]}\n"
      "    - {name: box, mass: 2, start: {position: [0, 0.25], velocity: [4, 0]},"
      " shapes: [{geometry: {box: {size: [2, 0.5]}}, friction: 0.8}]}\n";
  orr_error err;
  orr_scenario *scenario = parse_scenario(text, &err);
  assert_non_null(scenario);
  orr_world *world = new_world(scenario);
  orr_world_reset(world, 1, 0, NULL);
  for (int i = 0; i < 40; i++) orr_world_step(world, NULL);
  double state[6];
  orr_world_state(world, state);
  assert_float_equal(state[0], 4.0 * 4.0 / (2.0 * 0.4 * 10.0), 0.05); /* v^2 / (2 mu g) */
  assert_float_equal(state[3], 0.0, 1e-6);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* With e = p - target, kp 100, kv 20, dt 0.01 a substep is v' = 0.8 v - e, e' = e + 0.01 v': a
 * matrix M with trace 1.79 and determinant 0.8. By Cayley and Hamilton ten substeps are M^10 = a M
 * - b I, a = (r^10 - s^10) / (r - s), b = (r^10 s - s^10 r) / (r - s), eigenvalues r, s. */
static void the_agent_follows_its_law(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *world = new_world(scenario);
  double state[12] = {100, 120, 0, 0, 0, 0, 400, 350, 0, 0, 0, 0};
  orr_world_reset_to(world, state, NULL);
  const float action[2] = {0.375f, -0.25f};
  double p[2] = {100, 120}, v[2] = {0, 0};
  double r = (1.79 + sqrt(1.79 * 1.79 - 3.2)) / 2.0, s = 1.79 - r;
  double a = (pow(r, 10) - pow(s, 10)) / (r - s), b = (pow(r, 10) * s - pow(s, 10) * r) / (r - s);
  for (int step = 0; step < 5; step++) {
    for (int axis = 0; axis < 2; axis++) {
      double target = p[axis] + 100.0 * (double)action[axis];
      double e = p[axis] - target, u = v[axis];
      p[axis] = target + a * (0.99 * e + 0.008 * u) - b * e;
      v[axis] = a * (-e + 0.8 * u) - b * u;
    }
    orr_world_step(world, action);
    orr_world_state(world, state);
    for (int axis = 0; axis < 2; axis++) {
      assert_float_equal(state[axis], p[axis], 1e-9);
      assert_float_equal(state[3 + axis], v[axis], 1e-9);
    }
  }
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* A delayed actuator stays at its start, then does what an undelayed one has done before. */
static void delay_and_repeat_shift_actions(void **context) {
  (void)context;
  static const char format[] =
      "world:\n"
      "  space: {size: [10, 10]}\n  repeat: %s\n"
      "  bodies:\n"
      "    - {name: hand, type: kinematic, start: {position: [5, 5]},"
      " shapes: [{geometry: {circle: {radius: 1}}}]}\n"
      "  actuators:\n"
      "    - {name: move, body: hand, meaning: absolute, low: [0, 0], high: [10, 10], clip: true,"
      " delay: %s}\n";
  double tracks[3][8][6];
  const char *const settings[3][2] = {{"1", "0"}, {"1", "3"}, {"2", "0"}};
  for (int s = 0; s < 3; s++) {
    char text[1024];
    snprintf(text, sizeof text, format, settings[s][0], settings[s][1]);
    orr_error err;
    orr_scenario *scenario = parse_scenario(text, &err);
    assert_non_null(scenario);
    orr_world *world = new_world(scenario);
    orr_world_reset(world, 1, 0, NULL);
    for (int i = 0; i < 8; i++) {
      /* the third world gets nonsense at every second step, which the repeat ignores */
      float x = i == 0 ? 20.0f : (float)(i / (s == 2 ? 2 : 1));
      if (s == 2 && i % 2 == 1) x = 3.5f;
      orr_world_step(world, (const float[]){x, 6.0f});
      orr_world_state(world, tracks[s][i]);
    }
    orr_world_destroy(world);
    orr_scenario_destroy(scenario);
  }
  for (int i = 0; i < 3; i++) assert_float_equal(tracks[1][i][0], 5.0, 0.0);
  for (int i = 3; i < 8; i++)
    assert_memory_equal(tracks[1][i], tracks[0][i - 3], sizeof tracks[0][0]);
  assert_true(tracks[0][0][0] < 10.0);            /* clipped to 10 on the way there */
  assert_true(tracks[2][1][0] > tracks[2][0][0]); /* the first action is held */
}

static orr_world *push_t(orr_scenario **scenario, const double *state) {
  *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *world = new_world(*scenario);
  assert_int_equal(orr_world_reset_to(world, state, NULL), ORR_OK);
  return world;
}

static const double apart[12] = {100, 100, 0, 0, 0, 0, 300, 300, 0.5, 0, 0, 0};

static void interventions_do_what_they_say(void **context) {
  (void)context;
  orr_scenario *scenario;
  orr_world *world = push_t(&scenario, apart);
  double state[12];
  orr_intervention move = {ORR_INTERVENE_MOVE, 1, {200, 220, -1.0}};
  assert_int_equal(orr_world_intervene(world, &move, NULL), ORR_OK);
  orr_world_state(world, state);
  assert_float_equal(state[6], 200.0, 1e-9);
  assert_float_equal(state[7], 220.0, 1e-9);
  assert_float_equal(state[8], -1.0, 0.0);
  orr_intervention kick = {ORR_INTERVENE_KICK, 0, {30, -20, 0}};
  assert_int_equal(orr_world_intervene(world, &kick, NULL), ORR_OK);
  orr_world_state(world, state);
  assert_float_equal(state[3], 30.0, 1e-9);
  orr_intervention drag = {ORR_INTERVENE_DRAG, 1, {400, 220, 50}};
  assert_int_equal(orr_world_intervene(world, &drag, NULL), ORR_OK);
  const float rest[2] = {0, 0};
  orr_world_step(world, rest);
  orr_world_state(world, state);
  assert_true(state[6] > 205.0);
  orr_world_step(world, rest); /* the pull ended with its step; damping 0 stops the block at once */
  double after[12];
  orr_world_state(world, state);
  orr_world_step(world, rest);
  orr_world_state(world, after);
  assert_float_equal(after[6], state[6], 0.0);
  /* A driven body follows the drag. */
  orr_intervention lead = {ORR_INTERVENE_DRAG, 0, {250, 90, 1}};
  double before_lead[12], after_lead[12];
  orr_world_state(world, before_lead);
  assert_int_equal(orr_world_intervene(world, &lead, NULL), ORR_OK);
  orr_world_step(world, rest);
  orr_world_state(world, after_lead);
  assert_true(after_lead[0] - before_lead[0] > 20.0);
  orr_intervention heavy = {ORR_INTERVENE_MASS, 1, {4, 0, 0}};
  assert_int_equal(orr_world_intervene(world, &heavy, NULL), ORR_OK);
  size_t shapes = orr_world_scene(world)->shape_count;
  orr_intervention gone = {ORR_INTERVENE_REMOVE, 1, {0}};
  assert_int_equal(orr_world_intervene(world, &gone, NULL), ORR_OK);
  assert_int_equal(orr_world_scene(world)->shape_count, shapes - 2);
  assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  assert_float_equal(orr_world_coverage(world), 0.0, 0.0);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void wrong_interventions_are_refused(void **context) {
  (void)context;
  orr_scenario *scenario;
  orr_world *world = push_t(&scenario, apart);
  orr_hash before = orr_world_hash(world);
  orr_error err = {0};
  const orr_intervention wrong[] = {
      {ORR_INTERVENE_MOVE, 2, {0}},
      {ORR_INTERVENE_MOVE, -1, {0}},
      {ORR_INTERVENE_MASS, 1, {0, 0, 0}},
      {ORR_INTERVENE_MASS, 0, {2, 0, 0}},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    err.message[0] = 0;
    assert_int_equal(orr_world_intervene(world, &wrong[i], &err), ORR_ERR_CONFIG);
    assert_true(err.message[0] != 0);
  }
  assert_true(orr_hash_equal(before, orr_world_hash(world)));
  orr_intervention gone = {ORR_INTERVENE_REMOVE, 1, {0}};
  assert_int_equal(orr_world_intervene(world, &gone, NULL), ORR_OK);
  assert_int_equal(orr_world_intervene(world, &gone, NULL), ORR_ERR_CONFIG);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* An assertion inside the engine ends this episode and nothing else. */
static void broken_numbers_end_the_episode(void **context) {
  (void)context;
  orr_scenario *scenario;
  orr_world *world = push_t(&scenario, apart), *other = new_world(scenario);
  orr_snapshot *snapshot;
  assert_int_equal(orr_snapshot_create(world, &snapshot, NULL), ORR_OK);
  orr_world_save(world, snapshot);
  orr_hash sound = orr_world_hash(world);
  orr_world_reset_to(other, apart, NULL);
  const float rest[2] = {0.1f, 0.1f};
  const orr_intervention broken[] = {
      {ORR_INTERVENE_MOVE, 1, {(double)NAN, 0, 0}},
      {ORR_INTERVENE_MOVE, 1, {0, 0, (double)NAN}},
      {ORR_INTERVENE_KICK, 1, {(double)INFINITY, 0, 0}},
      {ORR_INTERVENE_MASS, 1, {INFINITY, 0, 0}},
      {ORR_INTERVENE_DRAG, 1, {(double)NAN, 0, 1}},
  };
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    orr_world_restore(world, snapshot);
    assert_true(orr_hash_equal(orr_world_hash(world), sound));
    orr_world_intervene(world, &broken[i], NULL);
    for (int step = 0; step < 3; step++) orr_world_step(world, rest);
    assert_int_equal(orr_world_end(world), ORR_DIVERGED);
    assert_true(orr_world_diverged_reason(world)[0] != 0);
    print_message("  %zu: %s\n", i, orr_world_diverged_reason(world));
    double state[12], later[12];
    orr_world_state(world, state);
    for (int n = 0; n < 12; n++) assert_true(isfinite(state[n]));
    assert_int_equal(orr_world_step(world, rest), ORR_DIVERGED);
    orr_world_state(world, later);
    assert_memory_equal(state, later, sizeof state);
    assert_non_null(orr_world_scene(world));
    assert_int_equal(orr_world_step(other, rest), ORR_RUNNING);
  }
  const float bad[2] = {(float)NAN, 0.0f};
  orr_world_restore(world, snapshot);
  assert_int_equal(orr_world_step(world, bad), ORR_DIVERGED);
  assert_string_equal(orr_world_diverged_reason(world), "an action is not finite");
  assert_int_equal(orr_world_reset(world, 1, 1, NULL), ORR_OK);
  assert_int_equal(orr_world_step(world, rest), ORR_RUNNING);
  orr_snapshot_destroy(snapshot);
  orr_world_destroy(other);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* Numbers that are finite and absurd may end the episode; they must not hang the program. */
static void absurd_numbers_do_no_harm(void **context) {
  (void)context;
  static const double sizes[] = {1e-300, 1e-9, 1e9, 1e40, 1e155, 1e300};
  orr_scenario *scenario = load_scenario("tests/fixtures/sleeping_pile.yaml");
  orr_world *world = new_world(scenario);
  for (uint32_t n = 0; n < 6 * 5 * 2; n++) {
    double size = sizes[n % 6] * (n < 30 ? 1.0 : -1.0);
    orr_intervention what = {(orr_intervention_kind)(n / 6 % 5), 3 + (int)(n % 4), {size, size, 1}};
    assert_int_equal(orr_world_reset(world, 2, n, NULL), ORR_OK);
    for (uint32_t i = 0; i < 10; i++) orr_world_step(world, (const float[]){2, 7});
    orr_world_intervene(world, &what, NULL);
    for (uint32_t i = 0; i < 10; i++) orr_world_step(world, (const float[]){(float)(3e38 / n), 2});
    double state[256];
    orr_world_state(world, state);
    for (size_t i = 0; i < scenario->state.count; i++) assert_true(isfinite(state[i]));
  }
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

/* A disc that aims at the block's centre with all its force squeezes it into the wall for a moment,
 * never through it. */
static void thick_walls_hold(void **context) {
  (void)context;
  orr_scenario *scenario = load_scenario("scenarios/push_t.yaml");
  orr_world *world = new_world(scenario);
  int outside = 0;
  for (uint32_t episode = 0; episode < 40; episode++) {
    orr_world_reset(world, 5, episode, NULL);
    for (uint32_t i = 0; i < 300; i++) {
      double s[12];
      orr_world_state(world, s);
      double x = s[6] - 45.0 * sin(s[8]), y = s[7] + 45.0 * cos(s[8]);
      double away = fmax(fmax(-x, x - 512.0), fmax(-y, y - 512.0));
      outside += away > 0.0;
      assert_true(away < 60.0);
      const float action[2] = {(float)((x - s[0]) * 0.02), (float)((y - s[1]) * 0.02)};
      orr_world_step(world, action);
    }
  }
  print_message("  centre of the block outside in %d of 12000 steps\n", outside);
  assert_true(outside < 60);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void contact_is_reported(void **context) {
  (void)context;
  const double near[12] = {300, 280, 0, 0, 0, 0, 300, 300, 0, 0, 0, 0};
  orr_scenario *scenario;
  orr_world *world = push_t(&scenario, near);
  orr_world_step(world, (const float[]){0.0f, 0.2f});
  assert_true(orr_world_contact(world));
  assert_true(orr_world_scene(world)->contact_count > 0);
  orr_world_reset_to(world, apart, NULL);
  orr_world_step(world, (const float[]){0.0f, 0.2f});
  assert_false(orr_world_contact(world));
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

static void the_scene_shows_every_layer_in_order(void **context) {
  (void)context;
  orr_scenario *scenario;
  orr_world *world = push_t(&scenario, apart);
  const orr_scene *scene = orr_world_scene(world);
  assert_int_equal(scene->shape_count, 2 + 4 + 2 + 1);
  assert_true(scene->y_down);
  for (size_t i = 1; i < scene->shape_count; i++)
    assert_true(scene->shapes[i - 1].layer <= scene->shapes[i].layer);
  const orr_scene_shape *agent = &scene->shapes[8];
  assert_int_equal(agent->kind, ORR_SCENE_CIRCLE);
  assert_int_equal(agent->body, 0);
  assert_float_equal(agent->position[0], 100.0, 0.0);
  assert_float_equal(agent->radius, 15.0, 0.0);
  assert_int_equal(agent->colour[0], 0x41);
  assert_float_equal(scene->shapes[6].rotation[0], cos(0.25), 1e-12);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

int run_physics_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_body_falls_as_it_must),
      cmocka_unit_test(an_elastic_ball_bounces_back),
      cmocka_unit_test(friction_stops_a_box),
      cmocka_unit_test(the_agent_follows_its_law),
      cmocka_unit_test(delay_and_repeat_shift_actions),
      cmocka_unit_test(interventions_do_what_they_say),
      cmocka_unit_test(wrong_interventions_are_refused),
      cmocka_unit_test(broken_numbers_end_the_episode),
      cmocka_unit_test(absurd_numbers_do_no_harm),
      cmocka_unit_test(thick_walls_hold),
      cmocka_unit_test(contact_is_reported),
      cmocka_unit_test(the_scene_shows_every_layer_in_order),
  };
  return cmocka_run_group_tests_name("physics", tests, NULL, NULL);
}
