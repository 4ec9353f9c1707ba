/* The shelf's worlds on Chipmunk: that the physics each of them teaches is there. Most tests set a
 * scene of their own in the world of the file, with orr_world_reset_to. */
#include "sim_test.h"

#include "base/maths.h"

#include <stdio.h>
#include <string.h>

/* cmocka's own compares as floats. */
#define assert_near(a, b, within) assert_true(fabs((a) - (b)) <= (within))

enum { MOST = 128 }; /* numbers of a state */

typedef struct shelf {
  orr_scenario *scenario;
  orr_world *world;
  double state[MOST];
} shelf;

/* A world of the shelf at the start of episode 0. */
static shelf open_shelf(const char *path) {
  shelf s = {.scenario = load_scenario(path)};
  s.world = new_world(s.scenario);
  assert_true(s.scenario->state.count <= MOST);
  assert_int_equal(orr_world_reset(s.world, 1, 0, NULL), ORR_OK);
  orr_world_state(s.world, s.state);
  return s;
}

static void close_shelf(shelf *s) {
  orr_world_destroy(s->world);
  orr_scenario_destroy(s->scenario);
}

static double *number_in(shelf *s, const char *name) {
  int at = orr_space_find(&s->scenario->state, name);
  assert_true(at >= 0);
  return &s->state[at];
}

static double get(shelf *s, const char *name) { return *number_in(s, name); }
static void put(shelf *s, const char *name, double value) { *number_in(s, name) = value; }

/* Begins again from the numbers that were put. */
static void set(shelf *s) {
  assert_int_equal(orr_world_reset_to(s->world, s->state, NULL), ORR_OK);
  orr_world_state(s->world, s->state);
}

/* Steps with the first two numbers of the action; the others are 0. */
static void step(shelf *s, int count, double x, double y) {
  float action[8] = {(float)x, (float)y};
  for (int i = 0; i < count; i++)
    assert_int_not_equal(orr_world_step(s->world, action), ORR_DIVERGED);
  orr_world_state(s->world, s->state);
}

/* --- two rooms --- */

static void place_disc(shelf *s, double x, double y) {
  memset(s->state, 0, sizeof s->state);
  put(s, "disc.x", x);
  put(s, "disc.y", y);
  set(s);
}

/* A velocity moves the body one substep after it was given: of the five substeps of a control step
 * the first still has the command before. */
static void the_disc_goes_as_far_as_it_is_told(shelf *s) {
  static const double commands[][2] = {{1, 0}, {1, 0}, {-0.5, 0.75}, {0.25, -1}, {0, 0}, {0, 0}};
  double before[2] = {0, 0}, x = 60, y = 120;
  place_disc(s, x, y);
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
    const double *now = commands[i];
    step(s, 1, now[0], now[1]);
    x += 50.0 * 0.02 * (before[0] + 4.0 * now[0]);
    y += 50.0 * 0.02 * (before[1] + 4.0 * now[1]);
    assert_near(get(s, "disc.x"), x, 1e-9);
    assert_near(get(s, "disc.y"), y, 1e-9);
    memcpy(before, now, sizeof before);
  }
}

static void two_room_is_what_it_says(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/two_room.yaml");
  the_disc_goes_as_far_as_it_is_told(&s);
  /* Against the partition it slides: as fast along it as in the open, and not into it. */
  place_disc(&s, 95, 100);
  step(&s, 2, 1, 0);
  double y = get(&s, "disc.y");
  step(&s, 10, 1, 1);
  assert_near(get(&s, "disc.y"), y + 49.0, 1e-6);
  assert_true(get(&s, "disc.x") > 99.9 && get(&s, "disc.x") < 100.0 + 1.2);
  step(&s, 200, 1, 0); /* however long it pushes */
  assert_true(get(&s, "disc.x") < 100.0 + 1.2);
  place_disc(&s, 95, 49); /* through the door, which is wide enough */
  step(&s, 8, 1, 0);
  assert_near(get(&s, "disc.x"), 95.0 + 39.0, 1e-6);
  assert_near(get(&s, "disc.y"), 49.0, 1e-6);
  step(&s, 40, 1, 1); /* and into the corner of the border */
  assert_true(get(&s, "disc.x") < 203.0 + 1.2 && get(&s, "disc.y") < 203.0 + 1.2);
  assert_true(get(&s, "disc.x") > 202.9);
  close_shelf(&s);
}

/* Starts are drawn over both rooms and the wall; none is in the wall after the settling. */
static void starts_are_in_the_rooms(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/two_room.yaml");
  int left = 0, right = 0;
  for (uint32_t episode = 0; episode < 200; episode++) {
    assert_int_equal(orr_world_reset(s.world, 1, episode, NULL), ORR_OK);
    orr_world_state(s.world, s.state);
    double x = get(&s, "disc.x"), y = get(&s, "disc.y");
    assert_true(x > 20.8 && x < 203.2 && y > 20.8 && y < 203.2);
    double beside = fabs(x - 112.0) - 5.0, in_door = fmin(y - 35.0, 63.0 - y);
    double gap = beside > 0.0 ? hypot(beside, fmax(in_door, 0.0)) : in_door; /* to the partition */
    assert_true(gap > 6.8);
    left += x < 100.0;
    right += x > 124.0;
  }
  assert_true(left > 60 && right > 60);
  close_shelf(&s);
}

/* --- billiards --- */

static void place_ball(shelf *s, const char *name, double x, double y, double vx, double vy) {
  static const char *const quantities[] = {"x", "y", "angle", "vx", "vy", "omega"};
  double values[] = {x, y, 0.0, vx, vy, 0.0};
  for (size_t i = 0; i < 6; i++) {
    char field[64];
    snprintf(field, sizeof field, "%s.%s", name, quantities[i]);
    put(s, field, values[i]);
  }
}

/* Head-on, equal masses exchange their velocities; at an angle they part at right angles, with the
 * momentum and the energy that there were. */
static void balls_exchange_what_they_have(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/billiards.yaml");
  place_ball(&s, "cue", 0.5, 0.5, 1.0, 0.0);
  place_ball(&s, "red", 0.9, 0.5, 0.0, 0.0);
  place_ball(&s, "blue", 1.6, 0.2, 0.0, 0.0);
  set(&s);
  step(&s, 5, 0, 0);
  assert_near(get(&s, "cue.vx"), 0.0, 1e-9);
  assert_near(get(&s, "red.vx"), 1.0, 1e-9);
  for (int i = -3; i <= 3; i++) {
    if (i == 0) continue;
    place_ball(&s, "cue", 0.5, 0.5 + 0.025 * i, 1.0, 0.0);
    place_ball(&s, "red", 0.9, 0.5, 0.0, 0.0);
    set(&s);
    step(&s, 5, 0, 0);
    double v[] = {get(&s, "cue.vx"), get(&s, "cue.vy"), get(&s, "red.vx"), get(&s, "red.vy")};
    assert_true(fabs(v[3]) > 0.2);
    assert_near(v[0] * v[2] + v[1] * v[3], 0.0, 1e-9); /* at right angles */
    assert_near(v[0] + v[2], 1.0, 1e-9);
    assert_near(v[1] + v[3], 0.0, 1e-9);
    assert_near(orr_world_energy(s.world), 0.5 * 0.2, 1e-9);
  }
  close_shelf(&s);
}

static void cushions_reflect(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/billiards.yaml");
  for (int i = 1; i <= 8; i++) {
    double angle = 10.0 * i * ORR_PI / 180.0;
    place_ball(&s, "cue", 1.3, 0.3, cos(angle), -sin(angle));
    place_ball(&s, "red", 0.2, 0.7, 0.0, 0.0);
    place_ball(&s, "blue", 0.2, 0.85, 0.0, 0.0);
    set(&s);
    while (get(&s, "cue.vy") < 0.0) step(&s, 1, 0, 0);
    assert_near(get(&s, "cue.vy"), sin(angle), 1e-9);
    assert_near(fabs(get(&s, "cue.vx")), cos(angle), 1e-9);
  }
  close_shelf(&s);
}

/* 1,000 control steps, 100 s, hundreds of collisions: measured 2e-15, the rounding of numbers. */
static void a_table_keeps_its_energy(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/billiards.yaml");
  for (uint32_t episode = 0; episode < 3; episode++) {
    assert_int_equal(orr_world_reset(s.world, 3, episode, NULL), ORR_OK);
    step(&s, 4, 1, 0.5 - 0.3 * episode);
    double start = orr_world_energy(s.world);
    int turns = 0; /* of the cue ball, by cushions and balls */
    for (int i = 0; i < 1000; i++) {
      double before[] = {get(&s, "cue.vx"), get(&s, "cue.vy")};
      step(&s, 1, 0, 0);
      turns += before[0] != get(&s, "cue.vx") || before[1] != get(&s, "cue.vy");
      assert_near(orr_world_energy(s.world) / start, 1.0, 1e-12);
    }
    assert_true(turns > 50);
  }
  close_shelf(&s);
}

/* --- tower --- */

static void box_name(char out[32], int box, const char *quantity) {
  snprintf(out, 32, "box%d.%s", box, quantity);
}

static double box_height(int box) { return 0.1 + (box - 0.5) * 0.1; }

/* Measured in 10 s: 0.9 mm aside or by the turn of a box, and 1.5 mm down; the slop explains 0.5 mm
 * a contact at most. */
static void boxes_stay(shelf *s) {
  double start[9] = {0};
  char name[32];
  for (int box = 1; box <= 8; box++) {
    box_name(name, box, "x");
    start[box] = get(s, name);
  }
  step(s, 200, 0, 0);
  for (int box = 1; box <= 8; box++) {
    box_name(name, box, "x");
    assert_near(get(s, name), start[box], 0.002);
    box_name(name, box, "y");
    assert_near(get(s, name), box_height(box), 0.0005 * box);
    box_name(name, box, "angle");
    assert_near(0.1 * get(s, name), 0.0, 0.002);
  }
}

static void a_tower_stands_and_falls(void **context) {
  (void)context;
  char name[32];
  shelf s = open_shelf("scenarios/tower.yaml");
  for (uint32_t episode = 0; episode < 3; episode++) {
    assert_int_equal(orr_world_reset(s.world, 1, episode, NULL), ORR_OK);
    orr_world_state(s.world, s.state);
    boxes_stay(&s);
    assert_false(orr_world_success(s.world));
  }
  put(&s, "hand.x", 0.6);
  put(&s, "hand.y", 0.6);
  set(&s);
  step(&s, 30, 1, 0); /* a hand through the middle of it */
  step(&s, 40, 0, 0);
  for (int box = 5; box <= 8; box++) {
    box_name(name, box, "y");
    assert_true(get(&s, name) < box_height(box) - 0.05);
  }
  close_shelf(&s);
}

/* A hand at the height of the top box takes it off, slowly, and the task is solved. */
static void the_top_box_comes_off_alone(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/tower.yaml");
  put(&s, "hand.x", 0.55);
  put(&s, "hand.y", 0.87);
  set(&s);
  for (int i = 0; i < 80 && !orr_world_success(s.world); i++)
    step(&s, 1, get(&s, "hand.x") < 0.9 ? 0.4 : 0.0, 0);
  assert_true(orr_world_success(s.world));
  assert_near(get(&s, "box7.y"), box_height(7), 0.004);
  assert_true(get(&s, "box8.y") < 0.3);
  close_shelf(&s);
}

/* --- dominoes --- */

static double lean_of(shelf *s, int domino) {
  char name[32];
  snprintf(name, sizeof name, "domino%d.angle", domino);
  return -get(s, name);
}

/* Seconds after the start at which each domino leans by more than 0.2 rad. */
static void watch_dominoes(shelf *s, int steps, double push, double when[9]) {
  for (int i = 1; i <= 8; i++) when[i] = INFINITY;
  for (int t = 1; t <= steps; t++) {
    step(s, 1, push, 0);
    for (int i = 1; i <= 8; i++)
      if (!isfinite(when[i]) && lean_of(s, i) > 0.2) when[i] = orr_world_time(s->world);
  }
}

/* The speed of the front is sqrt(g h) times a number of about 1 that spacing, friction and bounce
 * decide (McLachlan et al., SIAM Review 1983; van Leeuwen, arXiv:physics/0401018). */
static void dominoes_fall_in_order(void **context) {
  (void)context;
  double when[9];
  shelf s = open_shelf("scenarios/dominoes.yaml");
  watch_dominoes(&s, 200, 0.0, when); /* 10 s without a push */
  for (int i = 1; i <= 8; i++) {
    assert_false(isfinite(when[i]));
    assert_true(fabs(lean_of(&s, i)) < 1e-3);
  }
  assert_int_equal(orr_world_reset(s.world, 1, 0, NULL), ORR_OK);
  orr_world_state(s.world, s.state);
  put(&s, "finger.x", 0.6);
  put(&s, "finger.y", 0.36);
  set(&s);
  watch_dominoes(&s, 60, 0.4, when);
  for (int i = 2; i <= 8; i++) assert_true(when[i] > when[i - 1] && isfinite(when[i]));
  double speed = 5 * 0.15 / (when[8] - when[3]), unit = sqrt(9.81 * 0.3);
  assert_true(speed > 0.5 * unit && speed < 2.0 * unit); /* measured 0.97 */
  assert_true(orr_world_success(s.world));
  close_shelf(&s);
}

/* --- air hockey --- */

static void place_puck(shelf *s, double x, double y, double vx, double vy) {
  place_ball(s, "left", 0.35, 0.6, 0.0, 0.0);
  place_ball(s, "right", 2.05, 0.6, 0.0, 0.0);
  place_ball(s, "puck", x, y, vx, vy);
  set(s);
}

/* dv/dt = -(a + b v) v with a = linear / m, b = quadratic / m has 1/v = (1/v0 + b/a) e^(at) - b/a.
 * Euler's steps of 5 ms lose less than 1e-4 of it. */
static void the_puck_obeys_its_drag(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/air_hockey.yaml");
  double a = 0.005 / 0.05, ratio = 1.0, v0 = 1.5;
  place_puck(&s, 0.5, 0.3, v0, 0.0);
  for (int i = 1; i <= 18; i++) {
    step(&s, 1, 0, 0);
    double law = 1.0 / ((1.0 / v0 + ratio) * exp(a * 0.05 * i) - ratio);
    assert_near(get(&s, "puck.vx") / law, 1.0, 1e-3);
    assert_near(get(&s, "puck.vy"), 0.0, 1e-12);
  }
  close_shelf(&s);
}

/* Rails give back 0.95^2 of the speed across them (the elasticities multiply), all of it along. */
static void the_puck_bounces(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/air_hockey.yaml");
  place_puck(&s, 0.7, 0.4, 0.6, -0.8);
  double along = 0.0, across = 0.0;
  while (get(&s, "puck.vy") < 0.0) {
    along = get(&s, "puck.vx");
    across = get(&s, "puck.vy");
    step(&s, 1, 0, 0);
  }
  double kept = get(&s, "puck.vx") / along; /* by the drag, which takes as much of both */
  assert_true(kept < 1.0 && kept > 0.985);
  assert_near(get(&s, "puck.vy") / across, -0.95 * 0.95 * kept, 1e-3);
  close_shelf(&s);
}

static void each_player_keeps_to_his_half(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/air_hockey.yaml");
  const float out[][4] = {{1, 0, 0, -1}, {-1, 0, 0, 1}, {1, 1, -1, -1}, {-1, -1, 1, 1}};
  for (int i = 0; i < 160; i++) {
    orr_world_step(s.world, out[i / 40]);
    orr_world_state(s.world, s.state);
    assert_true(get(&s, "left.x") > 0.26 && get(&s, "left.x") < 1.12);
    assert_true(get(&s, "right.x") > 1.28 && get(&s, "right.x") < 2.14);
    assert_true(get(&s, "left.y") > 0.16 && get(&s, "left.y") < 1.04);
  }
  assert_true(get(&s, "left.x") < 0.28 && get(&s, "right.x") > 2.12);
  /* The puck is not kept: from one half into the other and through the mouth, where it stays. */
  place_puck(&s, 0.6, 0.75, 1.5, 0.0);
  place_ball(&s, "right", 2.05, 0.3, 0.0, 0.0);
  set(&s);
  step(&s, 60, 0, 0);
  assert_true(orr_world_success(s.world));
  assert_true(get(&s, "puck.x") > 2.25 && fabs(get(&s, "puck.vx")) < 1e-3);
  close_shelf(&s);
}

/* --- lantern --- */

/* A force F against a drag c: v = F/c (1 - exp(-c t / m)), here 1.5 m/s and 0.5 s. */
static void the_lantern_reaches_the_speed_of_its_drag(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/lantern.yaml");
  place_ball(&s, "lantern", 0.25, 0.3, 0.0, 0.0);
  set(&s);
  for (int i = 1; i <= 40; i++) {
    step(&s, 1, 1, 0);
    double law = 1.5 * (1.0 - exp(-0.05 * i / 0.5));
    assert_near(get(&s, "lantern.vx") / law, 1.0, 0.015);
    assert_near(get(&s, "lantern.vy"), 0.0, 1e-12);
  }
  step(&s, 200, -1, 1); /* the walls and the mirror hold it */
  assert_true(get(&s, "lantern.x") > 0.165 && get(&s, "lantern.x") < 0.18);
  assert_true(get(&s, "lantern.y") > 1.80 && get(&s, "lantern.y") < 1.835);
  close_shelf(&s);
}

/* Its two lamps go where it goes, the third stays; it lets their light out, pillars do not. */
static void the_lantern_carries_its_light(void **context) {
  (void)context;
  shelf s = open_shelf("scenarios/lantern.yaml");
  place_ball(&s, "lantern", 0.3, 0.3, 0.0, 0.0);
  set(&s);
  step(&s, 20, 1, 0.5);
  const orr_scene *scene = orr_world_scene(s.world);
  assert_int_equal(scene->light_count, 3);
  assert_true(get(&s, "lantern.x") > 0.8);
  for (size_t i = 0; i < 3; i++) {
    assert_near(scene->lights[i].position[0], i < 2 ? get(&s, "lantern.x") : 2.8, 1e-12);
    assert_near(scene->lights[i].position[1], i < 2 ? get(&s, "lantern.y") : 0.2, 1e-12);
  }
  int mirrors = 0;
  for (size_t i = 0; i < scene->shape_count; i++) {
    const orr_scene_shape *shape = &scene->shapes[i];
    mirrors += shape->material.mirror > 0.5;
    if (shape->layer == ORR_LAYER_GOAL) continue;
    assert_int_equal(shape->material.glass > 0.5, shape->body >= 0);
  }
  assert_int_equal(mirrors, 1);
  close_shelf(&s);
}

int run_world_2d_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_room_is_what_it_says),
      cmocka_unit_test(starts_are_in_the_rooms),
      cmocka_unit_test(balls_exchange_what_they_have),
      cmocka_unit_test(cushions_reflect),
      cmocka_unit_test(a_table_keeps_its_energy),
      cmocka_unit_test(a_tower_stands_and_falls),
      cmocka_unit_test(the_top_box_comes_off_alone),
      cmocka_unit_test(dominoes_fall_in_order),
      cmocka_unit_test(the_puck_obeys_its_drag),
      cmocka_unit_test(the_puck_bounces),
      cmocka_unit_test(each_player_keeps_to_his_half),
      cmocka_unit_test(the_lantern_reaches_the_speed_of_its_drag),
      cmocka_unit_test(the_lantern_carries_its_light),
  };
  return cmocka_run_group_tests_name("2D worlds of the shelf", tests, NULL, NULL);
}
