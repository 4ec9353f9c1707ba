/* Frames: the Push-T features of reference by hand, symmetry, and worlds of other shapes. Gradients
 * are checked in test_ops.c, through the tape. */
#include "tests/worldmodel/networks.h"
#include "tests/worldmodel/test_ops.h"
#include "worldmodel/frame_rows.h"
#include "worldmodel/goal.h"
#include <math.h>
#include <string.h>

static const double push_t_std[] = {95, 97, 68, 69, 1.8, 150, 150};
static const double push_t_action_std[] = {0.32, 0.32};
static const double push_t_motion_std[] = {20, 22, 10, 12, 0.2, 90, 110};
static const orr_frame_scales push_t_scales = {push_t_std, push_t_action_std, push_t_motion_std};

static orr_frame *make_push_t(void) {
  orr_space observation, action;
  orr_frame *frame;
  push_t_spaces(&observation, &action);
  assert_int_equal(orr_frame_create(&observation, &action, 5, &push_t_scales, &frame, NULL),
                   ORR_OK);
  return frame;
}

static void near(double got, double want, const char *what) {
  if (!(fabs(got - want) <= 1e-12 * (1.0 + fabs(want))))
    fail_msg("%s: %.17g, not %.17g", what, got, want);
}

static void test_push_t_by_hand(void **state) {
  (void)state;
  orr_frame *frame = make_push_t();
  size_t first;
  assert_int_equal(orr_frame_centres(frame), 1);
  assert_int_equal(orr_frame_features(frame), 18);
  assert_int_equal(orr_frame_motions(frame), 7);
  assert_int_equal(orr_frame_linear(frame, &first), 12);
  assert_int_equal(first, 6);
  /* The T lies on its side: its frame's x is the world's y; its mass centre is at (255, 300). */
  const double pi = acos(-1.0), s[] = {285, 310, 300, 300, pi / 2, 15, -30};
  const double a[] = {0.32, 0, 0, 0.64, 0, 0, 0, 0, -0.32, 0};
  double f[18];
  orr_frame_see(frame, s, a, f);
  near(f[0], 10 / 76.5, "offset x"); /* world (30, 10) turned by -90 degrees: (10, -30) */
  near(f[1], -30 / 76.5, "offset y");
  near(f[2], (255.0 - 256) / 128, "place x");
  near(f[3], (300.0 - 256) / 128, "place y");
  near(f[4], 0.0, "cosine");
  near(f[5], 1.0, "sine");
  near(f[6], -30 / 150.0, "velocity x");
  near(f[7], -15 / 150.0, "velocity y");
  near(f[8], 0.0, "action 0 x");
  near(f[9], -1.0, "action 0 y");
  near(f[10], 2.0, "action 1 x");
  near(f[11], 0.0, "action 1 y");
  near(f[17], 1.0, "action 4 y");
  orr_frame_destroy(frame);
}

static void test_push_t_moves(void **state) {
  (void)state;
  orr_frame *frame = make_push_t();
  const double pi = acos(-1.0), s[] = {285, 310, 300, 300, pi / 2, 15, -30};
  double m[7] = {0}, next[7];
  orr_frame_move(frame, s, m, next);
  for (int i = 0; i < 7; i++) near(next[i], s[i], "no motion");
  /* In the T's frame: agent forward by one unit, T's mass centre sideways by one unit, a turn. */
  m[0] = m[5] = m[6] = 1.0;
  orr_frame_move(frame, s, m, next);
  double agent = sqrt((20.0 * 20 + 22 * 22) / 2), body = sqrt((10.0 * 10 + 12 * 12) / 2);
  near(next[0], 285, "agent x");
  near(next[1], 310 + agent, "agent y");
  double angle = pi / 2 + 0.2;
  near(next[4], angle, "angle");
  near(next[2] - 45 * sin(angle), 255 - body, "mass centre x");
  near(next[3] + 45 * cos(angle), 300, "mass centre y");
  double far[7]; /* angles are not wrapped */
  memcpy(far, s, sizeof far);
  far[4] += 20 * pi;
  orr_frame_move(frame, far, m, next);
  near(next[4], angle + 20 * pi, "unwrapped");
  orr_frame_destroy(frame);
}

/* Turn and shift the whole scene: what is seen of others stays, motion turns with it. */
static void test_symmetry(void **state) {
  (void)state;
  orr_frame *frame = make_push_t();
  const double t = 0.7, c = cos(t), s = sin(t);
  const double one[] = {285, 310, 300, 290, 1.1, 15, -30};
  const double a[] = {0.3, 0.1, -0.2, 0.6, 0, 0, 0.1, 0.1, -0.3, 0.2};
  double two[] = {c * 285 - s * 310 + 7,
                  s * 285 + c * 310 - 9,
                  c * 300 - s * 290 + 7,
                  s * 300 + c * 290 - 9,
                  1.1 + t,
                  c * 15 + s * 30,
                  s * 15 - c * 30};
  double b[10], f[18], g[18], m[7] = {0.3, -1, 0.5, 0.2, 0.9, -0.4, 0.6}, next[7], other[7];
  for (int i = 0; i < 10; i += 2) {
    b[i] = c * a[i] - s * a[i + 1];
    b[i + 1] = s * a[i] + c * a[i + 1];
  }
  orr_frame_see(frame, one, a, f);
  orr_frame_see(frame, two, b, g);
  for (int i = 0; i < 18; i++) {
    if (i < 2 || i >= 6) near(g[i], f[i], "seen");
  }
  orr_frame_move(frame, one, m, next);
  orr_frame_move(frame, two, m, other);
  near(other[0], c * next[0] - s * next[1] + 7, "agent x");
  near(other[3], s * next[2] + c * next[3] - 9, "block y");
  near(other[5], c * next[5] - s * next[6], "velocity x");
  near(other[4], next[4] + t, "angle");
  orr_frame_destroy(frame);
}

/* What moves a state to the next one, and back. */
static void test_motion_back(void **state) {
  (void)state;
  orr_frame *frame = make_push_t();
  const double s[] = {285, 310, 300, 300, 1.3, 15, -30};
  const double m[7] = {0.3, -1.2, 0.7, 0.4, -0.9, 1.1, 0.6};
  double next[7], found[7];
  orr_frame_move(frame, s, m, next);
  orr_frame_motion(frame, s, next, found);
  for (int i = 0; i < 7; i++) near(found[i], m[i], "motion");
  next[4] += 4 * acos(-1.0); /* the same angle, some turns later */
  orr_frame_motion(frame, s, next, found);
  near(found[6], m[6], "turn");
  orr_frame_destroy(frame);
}

/* What decides contact: the agent, which the law displaces, and the walls. */
static void test_offsets(void **state) {
  (void)state;
  orr_frame *frame = make_push_t();
  assert_int_equal(orr_frame_offsets(frame), 2);
  orr_frame_offset agent = orr_frame_offset_at(frame, 0), place = orr_frame_offset_at(frame, 1);
  assert_int_equal(agent.feature, 0);
  near(agent.reach, 76.5 / (1.5 * (15 + 76.5)), "reach of the agent");
  assert_int_equal(agent.motion, 0);
  near(agent.unit, sqrt((20.0 * 20 + 22 * 22) / 2) / 76.5, "the agent's motion");
  assert_int_equal(place.feature, 2);
  near(place.reach, 0.5, "reach of the walls"); /* the feature is 2 there */
  assert_true(place.motion == SIZE_MAX);
  for (size_t m = 0; m < 7; m++) {
    bool block = m >= 4; /* nothing of what is linear moves it: its velocity is not seen */
    for (size_t c = 0; c < 12; c++) assert_int_equal(orr_frame_drives(frame, c, m), !block);
  }
  orr_frame_destroy(frame);
}

static void test_crowd(void **state) {
  (void)state;
  orr_space observation, action;
  orr_frame *frame;
  orr_error err;
  double std[ORR_MAX_FIELDS];
  for (size_t i = 0; i < ORR_MAX_FIELDS; i++) std[i] = 1.0;
  crowd_spaces(&observation, &action);
  assert_int_equal(
      orr_frame_create(&observation, &action, 2, &(orr_frame_scales){std, std, std}, &frame, &err),
      ORR_OK);
  assert_int_equal(orr_frame_centres(frame), 2);
  /* No motion predicted: everything stays where it is. */
  size_t wide = 2 * orr_frame_motions(frame), n = orr_frame_state(frame);
  double *m = orr_alloc(wide, sizeof *m), s[64], next[64];
  for (size_t i = 0; i < n; i++) s[i] = 0.3 * (double)i - 1.0;
  orr_frame_move(frame, s, m, next);
  for (size_t i = 0; i < n; i++) near(next[i], s[i], "no motion");
  orr_free(m);
  orr_frame_destroy(frame);
  /* A free body whose velocity is not observed beside one whose velocity is: refused. */
  for (size_t i = 0; i < observation.count; i++) {
    if (observation.fields[i].body == 3 && observation.fields[i].quantity >= ORR_QUANTITY_VX) {
      observation.fields[i].body = -1;
    }
  }
  orr_status status =
      orr_frame_create(&observation, &action, 2, &(orr_frame_scales){std, std, std}, &frame, &err);
  assert_int_equal(status, ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "\"two\""));
}

/* Goals: every body's place to be, in the present frame of the T; actions that turn. */

static orr_frame *make_goal(orr_goal_layout *layout) {
  static const double mean[2];
  orr_space observation, action;
  orr_frame *frame;
  orr_goal_scales scales = {push_t_std, mean, push_t_action_std, 8};
  push_t_spaces(&observation, &action);
  assert_int_equal(orr_goal_frame_create(&observation, &action, 5, &scales, layout, &frame, NULL),
                   ORR_OK);
  return frame;
}

static void see_goal(const orr_frame *frame, const orr_goal_layout *layout, const float *s,
                     const float *g, float ahead, double *row, double *f) {
  float narrow[64];
  const double none[2] = {0};
  assert_int_equal(orr_goal_row(layout), orr_frame_state(frame));
  orr_goal_fill(layout, s, g, ahead, narrow);
  for (size_t i = 0; i < orr_goal_row(layout); i++) row[i] = (double)narrow[i];
  orr_frame_see(frame, row, none, f);
}

static void test_goal_by_hand(void **state) {
  (void)state;
  orr_goal_layout layout;
  orr_frame *frame = make_goal(&layout);
  assert_int_equal(orr_frame_features(frame), 15);
  assert_int_equal(orr_frame_motions(frame), 10);
  assert_int_equal(layout.goal, 5); /* no velocities */
  /* The T lies on its side at (300, 300), mass centre (255, 300); it shall stand at (300, 245),
   * mass centre (300, 290). */
  const float turned = 1.57079637f;
  const float s[] = {285, 310, 300, 300, turned, 15, -30}, g[] = {255, 330, 300, 245, 0, 9, 9};
  double row[64], f[15], next[64];
  see_goal(frame, &layout, s, g, 2, row, f);
  const double want[] = {10 / 76.5,
                         -30 / 76.5, /* agent: world (30, 10) turned by -90 degrees */
                         30 / 76.5,
                         0, /* goal of the agent: world (0, 30) */
                         -10 / 76.5,
                         -45 / 76.5,
                         0,
                         -1, /* goal of the T: world (45, -10), a quarter turn back */
                         (255.0 - 256) / 128,
                         (300.0 - 256) / 128,
                         0,
                         1,             /* the T itself */
                         (2 - 4) / 4.0, /* 2 of 8 blocks left */
                         -30 / 150.0,
                         -15 / 150.0}; /* the agent's velocity */
  for (int i = 0; i < 15; i++) assert_true(fabs(f[i] - want[i]) < 1e-6);
  double m[10] = {0};
  m[0] = 1, m[3] = 2; /* forward at once, then twice as much sideways */
  orr_frame_move(frame, row, m, next);
  const double *a = next + orr_goal_first_action(&layout);
  const double actions[10] = {0, 0.32, -0.64};
  for (int i = 0; i < 10; i++) assert_true(fabs(a[i] - actions[i]) < 1e-6);
  orr_frame_destroy(frame);
}

/* A distance sees the same but for the blocks that are left. */
static void test_goal_without_time(void **state) {
  (void)state;
  static const double mean[2];
  orr_space observation, action;
  orr_goal_layout with, without;
  orr_frame *frame, *timeless;
  push_t_spaces(&observation, &action);
  orr_goal_scales scales = {push_t_std, mean, push_t_action_std, 0};
  assert_int_equal(
      orr_goal_frame_create(&observation, &action, 1, &scales, &without, &timeless, NULL), ORR_OK);
  frame = make_goal(&with);
  assert_int_equal(orr_frame_features(timeless), 14);
  const float s[] = {285, 310, 300, 300, 0.3f, 15, -30}, g[] = {255, 330, 300, 245, 0, 9, 9};
  double row[64], f[15], other[14];
  see_goal(frame, &with, s, g, 2, row, f);
  see_goal(timeless, &without, s, g, 2, row, other);
  for (int i = 0; i < 14; i++) assert_true(other[i] == f[i < 12 ? i : i + 1]);
  orr_frame_destroy(timeless);
  orr_frame_destroy(frame);
}

/* Turn and shift the scene with its goal: only the T's own place and heading look different, and
 * the actions turn along. */
static void test_goal_symmetry(void **state) {
  (void)state;
  orr_goal_layout layout;
  orr_frame *frame = make_goal(&layout);
  const double t = 0.7, c = cos(t), n = sin(t);
  const float s[2][7] = {{285, 310, 300, 290, 1.1f, 15, -30}, {250, 300, 310, 270, 1.4f, 0, 0}};
  float moved[2][7];
  for (int i = 0; i < 2; i++) {
    for (int k = 0; k < 7; k += k == 2 ? 3 : 2) {
      double x = (double)s[i][k], y = (double)s[i][k + 1], shift = k < 5 ? 7 : 0;
      moved[i][k] = (float)(c * x - n * y + shift);
      moved[i][k + 1] = (float)(n * x + c * y - shift);
    }
    moved[i][4] = (float)((double)s[i][4] + t);
  }
  double one[64], two[64], f[15], g[15], m[10], next[64], other[64];
  for (int i = 0; i < 10; i++) m[i] = 0.3 * i - 1;
  see_goal(frame, &layout, s[0], s[1], 3, one, f);
  see_goal(frame, &layout, moved[0], moved[1], 3, two, g);
  for (int i = 0; i < 15; i++) {
    if (i < 8 || i > 11) assert_true(fabs(f[i] - g[i]) < 1e-5);
  }
  orr_frame_move(frame, one, m, next);
  orr_frame_move(frame, two, m, other);
  for (size_t i = orr_goal_first_action(&layout); i < orr_goal_row(&layout); i += 2) {
    assert_true(fabs(other[i] - (c * next[i] - n * next[i + 1])) < 1e-5);
    assert_true(fabs(other[i + 1] - (n * next[i] + c * next[i + 1])) < 1e-5);
  }
  orr_frame_destroy(frame);
}

/* Two centres, actions of every kind: without a word from the network, points are where their
 * bodies are, vectors are zero, the rest is the mean. */
static void test_goal_crowd(void **state) {
  (void)state;
  orr_space observation, action;
  orr_goal_layout layout;
  orr_frame *frame;
  orr_error err;
  double std[ORR_MAX_FIELDS], mean[ORR_MAX_FIELDS], row[ORR_MAX_FIELDS], next[ORR_MAX_FIELDS];
  for (size_t i = 0; i < ORR_MAX_FIELDS; i++) std[i] = 1.0, mean[i] = 0.25;
  orr_goal_scales scales = {std, mean, std, 4};
  crowd_spaces(&observation, &action);
  orr_status status =
      orr_goal_frame_create(&observation, &action, 2, &scales, &layout, &frame, &err);
  assert_int_equal(status, ORR_OK);
  assert_int_equal(orr_frame_centres(frame), 2);
  float s[64], narrow[ORR_MAX_FIELDS];
  for (size_t i = 0; i < observation.count; i++) s[i] = 0.5f * (float)i - 2;
  orr_goal_fill(&layout, s, s, 1, narrow);
  for (size_t i = 0; i < orr_goal_row(&layout); i++) row[i] = (double)narrow[i];
  double *m = orr_alloc(2 * orr_frame_motions(frame), sizeof *m);
  orr_frame_move(frame, row, m, next);
  const size_t right = 10; /* its x stands there */
  const double *a = next + orr_goal_first_action(&layout);
  for (size_t step = 0; step < 2; step++, a += action.count) {
    near(a[0], (double)s[right], "point x");
    near(a[1], (double)s[right + 1], "point y");
    near(a[2], 0.25, "number");
    near(a[3], 0.0, "vector x");
  }
  orr_free(m);
  orr_frame_destroy(frame);
  observation.body_count = 80; /* twice that is too much */
  status = orr_goal_frame_create(&observation, &action, 2, &scales, &layout, &frame, &err);
  assert_int_equal(status, ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "160 bodies"));
}

/* An agent alone: the arena is the frame. */
static void test_nobody_free(void **state) {
  (void)state;
  orr_space observation, action;
  orr_frame *frame;
  push_t_spaces(&observation, &action);
  observation.count = 2; /* the agent's position */
  observation.body_count = 1;
  const double std[] = {50, 50};
  assert_int_equal(
      orr_frame_create(&observation, &action, 1, &(orr_frame_scales){std, std, std}, &frame, NULL),
      ORR_OK);
  size_t first;
  assert_int_equal(orr_frame_centres(frame), 1);
  assert_int_equal(orr_frame_features(frame), 4);
  assert_int_equal(orr_frame_linear(frame, &first), 2);
  double f[4], next[2];
  orr_frame_see(frame, (double[]){306, 256}, (double[]){25, -50}, f);
  near(f[0], 1.0, "x");
  near(f[1], 0.0, "y");
  near(f[2], 0.5, "action");
  orr_frame_move(frame, (double[]){306, 256}, (double[]){1, 0}, next);
  near(next[0], 356, "moved");
  orr_frame_destroy(frame);
}

/* A force and an impulse on the same body: each number of the action is seen. */
static void test_two_actuators_of_a_kind(void **state) {
  (void)state;
  orr_space observation, action;
  orr_frame *frame;
  push_t_spaces(&observation, &action);
  observation.count = 2;
  observation.body_count = 1;
  action.meaning = ORR_ACTION_OTHER;
  action.count = 4;
  for (size_t i = 0; i < 4; i++) {
    action.fields[i] = action.fields[i % 2];
    action.fields[i].quantity = i % 2 ? ORR_QUANTITY_FY : ORR_QUANTITY_FX;
  }
  const double std[] = {1, 1, 1, 1};
  assert_int_equal(
      orr_frame_create(&observation, &action, 1, &(orr_frame_scales){std, std, std}, &frame, NULL),
      ORR_OK);
  assert_int_equal(orr_frame_features(frame), 6);
  double f[6];
  orr_frame_see(frame, (double[]){0, 0}, (double[]){1, 2, 3, 4}, f);
  for (int i = 0; i < 4; i++) near(f[2 + i], 1.0 + i, "action");
  orr_frame_destroy(frame);
}

static void add_number(orr_space *space, const char *name, orr_quantity quantity, int body) {
  orr_space_field *field = &space->fields[space->count++];
  snprintf(field->name, sizeof field->name, "%s", name);
  field->quantity = quantity;
  field->body = body;
}

/* A cart on a rail with a pole: the slide's rate and the force on it are what the linear law reads
 * of the slide, a pivot that nothing drives coasts on its own rate. */
static void test_slide(void **state) {
  (void)state;
  orr_space observation = {.body_count = 2}, action = {.body_count = 2};
  orr_frame *frame;
  observation.bodies[0] = action.bodies[0] =
      (orr_space_body){.name = "track", .role = ORR_ROLE_ACTUATED};
  observation.bodies[1] = action.bodies[1] =
      (orr_space_body){.name = "hinge", .role = ORR_ROLE_FREE};
  add_number(&observation, "track.offset", ORR_QUANTITY_OFFSET, 0);
  add_number(&observation, "track.rate", ORR_QUANTITY_RATE, 0);
  add_number(&observation, "hinge.angle", ORR_QUANTITY_ANGLE, 1);
  add_number(&observation, "hinge.omega", ORR_QUANTITY_OMEGA, 1);
  add_number(&action, "push.force", ORR_QUANTITY_OTHER, 0);
  const double state_std[] = {0.5, 2, 1, 4}, one[] = {1, 1, 1, 1};
  assert_int_equal(orr_frame_create(&observation, &action, 1,
                                    &(orr_frame_scales){state_std, one, one}, &frame, NULL),
                   ORR_OK);
  size_t first, count = orr_frame_linear(frame, &first), all = orr_frame_features(frame);
  assert_int_equal(count, 3); /* the pivot's rate, the slide's rate, the force */
  assert_int_equal(first + count, all);
  double f[16], next[4];
  assert_true(all <= 16);
  orr_frame_see(frame, (double[]){0.25, 1.0, 0.1, -2.0}, (double[]){0.75}, f);
  near(f[first], -0.5, "the pivot's rate");
  near(f[first + 1], 0.5, "the slide's rate");
  near(f[first + 2], 0.75, "the force");
  assert_int_equal(orr_frame_motions(frame), 4); /* the pivot's two, then the slide's two */
  for (size_t motion = 0; motion < 4; motion++)
    for (size_t column = 0; column < 3; column++)
      assert_int_equal(orr_frame_drives(frame, column, motion), (motion < 2) == (column == 0));
  orr_frame_move(frame, (double[]){0.25, 1.0, 0.1, -2.0}, (double[]){1, 2, 3, 4}, next);
  near(next[0], 3.25, "offset");
  near(next[1], 5.0, "rate");
  near(next[2], 1.1, "angle");
  near(next[3], 0.0, "omega");
  orr_frame_destroy(frame);
}

/* Many rows at a time, on every instruction set: the bits of one row at a time, and no row sees its
 * neighbours. */
enum { MANY = 13 }; /* two eights, the second not full */

static float noise(uint32_t stream, size_t i, double spread) {
  orr_random random = orr_random_at(5, ORR_PURPOSE_TEST, stream, (uint32_t)i, 0, 0);
  return (float)orr_random_uniform(&random, -spread, spread);
}

static void check_rows(const orr_frame *frame, orr_frame_scratch *scratch,
                       const orr_frame_rows *table) {
  enum { MOST = 256 };
  static float state[MANY * MOST], action[MANY * MOST], motion[MANY * MOST], out[MANY * MOST];
  size_t S = orr_frame_state(frame), A = orr_frame_actions(frame);
  size_t C = orr_frame_centres(frame), F = C * orr_frame_features(frame);
  size_t M = C * orr_frame_motions(frame);
  assert_true(S <= MOST && A <= MOST && F <= MOST && M <= MOST);
  for (size_t i = 0; i < MANY * MOST; i++) {
    state[i] = noise(1, i, i % MOST == 4 ? 1e6 : 400.0); /* some angles beyond all turns */
    action[i] = noise(2, i, 1.0);
    motion[i] = noise(3, i, 2.0);
  }
  double s[MOST], a[MOST], m[MOST], want[MOST];
  for (int which = 0; which < 2; which++) {
    size_t width = which ? S : F;
    if (which)
      table->move(frame, scratch, MANY, state, motion, out);
    else
      table->see(frame, scratch, MANY, state, action, out);
    for (size_t r = 0; r < MANY; r++) {
      for (size_t i = 0; i < S; i++) s[i] = (double)state[r * S + i];
      for (size_t i = 0; i < A; i++) a[i] = (double)action[r * A + i];
      for (size_t i = 0; i < M; i++) m[i] = (double)motion[r * M + i];
      if (which)
        orr_frame_move(frame, s, m, want);
      else
        orr_frame_see(frame, s, a, want);
      for (size_t i = 0; i < width; i++) assert_true(out[r * width + i] == (float)want[i]);
    }
  }
}

static void test_rows(void **state) {
  (void)state;
  orr_arena *arena = orr_arena_create(4096);
  orr_frame *frame = make_push_t();
  orr_frame_scratch *scratch = orr_frame_scratch_create(frame, arena);
  check_rows(frame, scratch, &orr_frame_rows_baseline);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) check_rows(frame, scratch, &orr_frame_rows_v3);
  if (__builtin_cpu_supports("avx512dq")) check_rows(frame, scratch, &orr_frame_rows_v4);
#endif
  orr_frame_destroy(frame);
  orr_arena_destroy(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_push_t_by_hand),
      cmocka_unit_test(test_push_t_moves),
      cmocka_unit_test(test_symmetry),
      cmocka_unit_test(test_motion_back),
      cmocka_unit_test(test_offsets),
      cmocka_unit_test(test_goal_by_hand),
      cmocka_unit_test(test_goal_without_time),
      cmocka_unit_test(test_goal_symmetry),
      cmocka_unit_test(test_goal_crowd),
      cmocka_unit_test(test_crowd),
      cmocka_unit_test(test_nobody_free),
      cmocka_unit_test(test_two_actuators_of_a_kind),
      cmocka_unit_test(test_rows),
      cmocka_unit_test(test_slide),
  };
  return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
