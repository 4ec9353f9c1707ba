#include "agents_test.h"

#include "render/light.h"
#include "render/painter.h"
#include "sim/colour.h"

#include <math.h>
#include <string.h>

static void tables_have_good_defaults(void **state) {
  (void)state;
  const orr_record *records[] = {&orr_observe_record, &orr_pixels_record, &orr_objective_record,
                                 &orr_planner_record, &orr_collect_record};
  for (size_t i = 0; i < 5; i++) {
    orr_diagnostics *diagnostics = orr_diagnostics_create();
    assert_int_equal(orr_record_check(records[i], diagnostics), ORR_OK);
    assert_int_equal(orr_diagnostics_count(diagnostics), 0);
    orr_diagnostics_destroy(diagnostics);
  }
}

static void observer_picks_by_name(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  assert_int_equal(b.observer.space.count, b.scenario->state.count); /* empty list: all */
  const char *names[] = {"block.angle", "agent.vx", "block.x"};
  orr_observe_def def = {{names, 3}, NULL};
  orr_observer observer;
  orr_error err = {0};
  assert_int_equal(orr_observer_create(b.scenario, &def, &observer, &err), ORR_OK);
  assert_int_equal(observer.space.count, 3);
  for (size_t i = 0; i < 3; i++) assert_string_equal(observer.space.fields[i].name, names[i]);
  double world[12];
  float seen[3];
  for (int i = 0; i < 12; i++) world[i] = 0.5 + i;
  orr_observer_read(&observer, world, seen);
  assert_true(seen[0] == 8.5f && seen[1] == 3.5f && seen[2] == 6.5f);
  close_bench(&b);
}

static void observer_refuses_what_is_not_there(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  const char *wrong[] = {"block.angel"}, *twice[] = {"block.x", "block.x"};
  orr_observe_def def = {{wrong, 1}, NULL};
  orr_observer observer;
  orr_error err = {0};
  assert_int_equal(orr_observer_create(b.scenario, &def, &observer, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.message, "block.angel"));
  assert_non_null(strstr(err.hint, "block.angle"));
  def.state = (orr_list){twice, 2};
  assert_int_equal(orr_observer_create(b.scenario, &def, &observer, &err), ORR_ERR_CONFIG);
  close_bench(&b);
}

static void interface_depends_on_all_it_names(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  const orr_space *action = &b.scenario->action;
  orr_hash hash = orr_interface_hash(&b.observer.space, action, 5);
  assert_true(orr_hash_equal(hash, orr_interface_hash(&b.observer.space, action, 5)));
  assert_false(orr_hash_equal(hash, orr_interface_hash(&b.observer.space, action, 4)));
  const char *names[] = {"block.x", "block.y"};
  orr_observe_def def = {{names, 2}, NULL};
  orr_observer other;
  assert_int_equal(orr_observer_create(b.scenario, &def, &other, NULL), ORR_OK);
  assert_false(orr_hash_equal(hash, orr_interface_hash(&other.space, action, 5)));
  close_bench(&b);
}

/* The agent drives right; the goal lies on its way. With a hold of 2 the first step inside does not
 * count yet. */
static int64_t steps_to_goal(bench *b, int64_t hold, bool stop_inside, bool *success) {
  const char *agent[] = {"agent"};
  orr_goal_rule rule = {.name = "near",
                        .position_bodies = {agent, 1},
                        .position = 30.0,
                        .angle = INFINITY,
                        .hold = hold};
  orr_env *env = new_env(b, 3, 0);
  double goal[6];
  orr_world_state(orr_env_look(env), goal);
  goal[0] += 100.0;
  orr_env_set_goal(env, &rule, goal);
  assert_true(orr_env_has_goal(env));
  orr_end end = ORR_RUNNING;
  while (end == ORR_RUNNING) {
    double now[6];
    orr_world_state(orr_env_look(env), now);
    bool inside = fabs(now[0] - goal[0]) < 30.0;
    float action[2] = {stop_inside && inside ? 0.0f : 0.5f, 0.0f};
    end = orr_env_step(env, action);
  }
  *success = orr_env_success(env);
  assert_int_equal(end, *success ? ORR_TERMINATED : ORR_TRUNCATED);
  int64_t steps = orr_env_steps(env);
  orr_env_destroy(env);
  return steps;
}

static void goal_rule_must_hold(void **state) {
  (void)state;
  bench b;
  open_reacher(&b);
  bool success;
  int64_t first = steps_to_goal(&b, 1, true, &success);
  assert_true(success && first > 1);
  assert_int_equal(steps_to_goal(&b, 3, true, &success), first + 2);
  assert_true(success);
  assert_int_equal(steps_to_goal(&b, 15, false, &success), 20); /* driven through: time is over */
  assert_false(success);
  close_bench(&b);
}

/* Passing through the goal again and again is not holding it. */
static void passing_through_does_not_add_up(void **state) {
  (void)state;
  bench b;
  open_reacher(&b);
  const char *agent[] = {"agent"};
  orr_goal_rule rule = {.name = "near",
                        .position_bodies = {agent, 1},
                        .position = 30.0,
                        .angle = INFINITY,
                        .hold = 6};
  orr_env *env = new_env(&b, 3, 0);
  double goal[6], now[6];
  orr_world_state(orr_env_look(env), goal);
  goal[0] += 40.0;
  orr_env_set_goal(env, &rule, goal);
  int inside = 0;
  for (int i = 0; i < 20; i++) {
    float action[2] = {i / 5 % 2 ? -0.6f : 0.6f, 0.0f};
    orr_env_step(env, action);
    orr_world_state(orr_env_look(env), now);
    inside += fabs(now[0] - goal[0]) < 30.0;
  }
  assert_true(inside >= 6 && !orr_env_success(env));
  orr_env_destroy(env);
  close_bench(&b);
}

static void goal_is_an_observation(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_env *env = new_env(&b, 1, 2);
  assert_false(orr_env_has_goal(env));
  double goal[12];
  float seen[12];
  for (int i = 0; i < 12; i++) goal[i] = i;
  orr_env_set_goal(env, moderate_rule(), goal);
  orr_env_goal(env, seen);
  for (int i = 0; i < 12; i++) assert_true(seen[i] == (float)i);
  assert_int_equal(orr_env_reset(env, 1, 3, NULL), ORR_OK);
  assert_false(orr_env_has_goal(env)); /* reset clears it */
  orr_env_destroy(env);
  close_bench(&b);
}

/* ---- pictures ---- */

static void pixels_are_seen_as_observations_are(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_pixels_def def = default_pixels(&b);
  assert_int_equal(def.width, 64);
  assert_int_equal(def.samples, orr_quality_observation.samples);
  assert_int_equal(def.shadow_rays, orr_quality_observation.shadow_rays);
  assert_int_equal(def.bounces, orr_quality_observation.bounces);
  size_t count = b.observer.space.count;
  see_pixels(&b, &def);
  const orr_space *space = &b.observer.space;
  assert_int_equal(space->count, count);
  assert_int_equal(space->picture_count, 1);
  assert_int_equal(space->pictures[0].kind, ORR_PICTURE_RGB);
  assert_int_equal(orr_picture_bytes(&space->pictures[0]), 64 * 64 * 3);
  def.relief = def.depth = def.segmentation = true;
  def.width = 48, def.height = 32;
  see_pixels(&b, &def);
  const orr_space_picture *pictures = space->pictures;
  assert_int_equal(space->picture_count, 3);
  assert_string_equal(pictures[1].name, "depth");
  assert_string_equal(pictures[2].name, "segmentation");
  assert_int_equal(orr_picture_bytes(&pictures[1]), 48 * 32 * 4);
  assert_int_equal(orr_picture_bytes(&pictures[2]), 48 * 32);
  close_bench(&b);
}

/* Models from before there were pictures stay good: the one of scenarios/models says this hash. */
static void pictures_are_part_of_the_interface(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  const orr_space *action = &b.scenario->action;
  const char *names[] = {"agent.x",     "agent.y",  "block.x", "block.y",
                         "block.angle", "agent.vx", "agent.vy"};
  orr_observe_def observe = {{names, 7}, NULL};
  orr_pixels_def def = default_pixels(&b), other = def;
  char text[ORR_HASH_TEXT];
  orr_observer with;
  assert_int_equal(orr_observer_create(b.scenario, &observe, &with, NULL), ORR_OK);
  orr_hash_text(orr_interface_hash(&with.space, action, 5), text);
  assert_string_equal(text, "8c18f22fcd6fb6baa49dee6b40502ff7");
  orr_hash none = orr_interface_hash(&b.observer.space, action, 5);
  see_pixels(&b, &def);
  orr_hash hash = orr_interface_hash(&b.observer.space, action, 5);
  assert_false(orr_hash_equal(hash, none));
  other.height = 64; /* as width: the same picture */
  other.unlit = true;
  see_pixels(&b, &other);
  assert_true(orr_hash_equal(hash, orr_interface_hash(&b.observer.space, action, 5)));
  other.height = 32;
  see_pixels(&b, &other);
  assert_false(orr_hash_equal(hash, orr_interface_hash(&b.observer.space, action, 5)));
  close_bench(&b);
}

static void pixels_that_cannot_be_are_refused(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  const struct {
    orr_pixels_def def;
    const char *field;
  } cases[] = {
      {{.width = 64, .samples = 1, .shadow_rays = 1, .depth = true}, "depth"},
      {{.width = 64, .samples = 1, .shadow_rays = 1, .segmentation = true}, "segmentation"},
      {{.width = 64, .samples = 1, .shadow_rays = 1, .from = ORR_VIEWPOINT_SIDE}, "from"},
      {{.width = 64, .samples = 1, .shadow_rays = 1, .height = 8}, "height"},
      {{.width = 64, .samples = 1, .shadow_rays = 1, .relief = true, .theme = ORR_THEME_PYMUNK},
       "theme"},
      {{.width = 64, .samples = 1, .shadow_rays = 1, .unlit = true, .theme = ORR_THEME_PYMUNK},
       "unlit"},
      {{.width = 64, .samples = 1, .shadow_rays = 1, .relief = true, .unlit = true}, "unlit"},
      {{.width = 64, .samples = 2, .shadow_rays = 1}, "samples"},
      {{.width = 64, .samples = 16, .shadow_rays = 8}, "shadow_rays"},
  };
  orr_pixels_fault faults[ORR_MOST_PIXELS_FAULTS];
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(orr_pixels_check(b.scenario, &cases[i].def, faults), 1);
    assert_string_equal(faults[0].field, cases[i].field);
    orr_pixels_def def = cases[i].def;
    orr_observe_def observe = {{NULL, 0}, &def};
    orr_observer observer;
    orr_error err = {0};
    assert_int_equal(orr_observer_create(b.scenario, &observe, &observer, &err), ORR_ERR_CONFIG);
    assert_non_null(strstr(err.message, cases[i].field));
  }
  close_bench(&b);
  open_file(&b, "scenarios/push_cube.yaml");
  orr_pixels_def solid = default_pixels(&b);
  solid.depth = solid.segmentation = true;
  solid.from = ORR_VIEWPOINT_TOP;
  assert_int_equal(orr_pixels_check(b.scenario, &solid, faults), 0);
  orr_scenario crowded = *b.scenario;
  crowded.world.bodies.count = 256;
  assert_int_equal(orr_pixels_check(&crowded, &solid, faults), 1);
  assert_string_equal(faults[0].field, "segmentation");
  solid.relief = solid.unlit = true;
  assert_int_equal(orr_pixels_check(b.scenario, &solid, faults), 2);
  close_bench(&b);
}

static void must_frame(orr_env *env, size_t picture, void *out) {
  orr_error err = {0};
  if (orr_env_frame(env, picture, out, &err) != ORR_OK) fail_msg("%s", err.message);
}

/* What the painter shows of a world now. `depth`, `labels`: NULL, or a copy of these. */
static void paint_now(orr_world *world, const orr_painter_def *def, uint8_t *pixels, float *depth,
                      uint8_t *labels) {
  orr_image image = {def->width, def->height, pixels};
  size_t count = (size_t)def->width * (size_t)def->height;
  orr_painter *painter;
  assert_int_equal(orr_painter_create(def, &painter, NULL), ORR_OK);
  assert_int_equal(orr_painter_paint(painter, orr_world_scene(world), NULL, &image, 0, 0, NULL),
                   ORR_OK);
  if (depth) memcpy(depth, orr_painter_depth(painter), count * sizeof *depth);
  if (labels) memcpy(labels, orr_painter_labels(painter), count);
  orr_painter_destroy(painter);
}

/* However the world has changed, the frame shows it as it is; and to look changes nothing. */
static void frames_show_the_present(void **state) {
  (void)state;
  enum { SIDE = 48, BYTES = SIDE * SIDE * 3 };
  static uint8_t seen[BYTES], again[BYTES], now[BYTES];
  bench b;
  open_push_t(&b);
  orr_pixels_def def = default_pixels(&b);
  def.width = SIDE;
  orr_env *blind = new_env(&b, 3, 0);
  see_pixels(&b, &def);
  orr_env *env = new_env(&b, 3, 0);
  const orr_painter_def paint = {.width = SIDE, .height = SIDE, .quality = orr_quality_observation};
  orr_world *world = orr_env_world(env); /* once: each call would have the picture drawn anew */
  const float action[] = {0.4f, -0.3f};
  const orr_intervention move = {ORR_INTERVENE_MOVE, 1, {100.0, 150.0, 0.5}};
  for (int i = 0; i < 4; i++) {
    must_frame(env, 0, seen);
    must_frame(env, 0, again);
    assert_memory_equal(seen, again, BYTES);
    paint_now(world, &paint, now, NULL, NULL);
    assert_memory_equal(seen, now, BYTES);
    if (i == 1) {
      assert_int_equal(orr_world_intervene(orr_env_world(env), &move, NULL), ORR_OK);
      assert_int_equal(orr_world_intervene(orr_env_world(blind), &move, NULL), ORR_OK);
    } else if (i == 2) {
      assert_int_equal(orr_env_reset(env, 3, 1, NULL), ORR_OK);
      assert_int_equal(orr_env_reset(blind, 3, 1, NULL), ORR_OK);
    } else {
      orr_env_step(env, action);
      orr_env_step(blind, action);
    }
    must_frame(env, 0, again);
    assert_memory_not_equal(seen, again, BYTES);
    assert_true(
        orr_hash_equal(orr_world_hash(orr_env_look(env)), orr_world_hash(orr_env_look(blind))));
  }
  orr_env_destroy(blind);
  orr_env_destroy(env);
  close_bench(&b);
}

enum { WIDE = 40, HIGH = 24, SEEN = WIDE * HIGH };

/* Each setting reaches the painter, and the picture says so. */
static void check_setting(const char *file, const orr_pixels_def *pixels,
                          const orr_painter_def *paint, bool differs) {
  static uint8_t seen[SEEN * 3], plain[SEEN * 3], expected[SEEN * 3];
  const orr_painter_def usual = {.width = WIDE, .height = HIGH, .quality = orr_quality_observation};
  bench b;
  open_file(&b, file);
  see_pixels(&b, pixels);
  orr_env *env = new_env(&b, 3, 0);
  must_frame(env, 0, seen);
  paint_now(orr_env_world(env), paint, expected, NULL, NULL);
  paint_now(orr_env_world(env), &usual, plain, NULL, NULL);
  assert_memory_equal(seen, expected, sizeof seen);
  if (differs) assert_memory_not_equal(seen, plain, sizeof seen);
  orr_env_destroy(env);
  close_bench(&b);
}

static void settings_reach_the_painter(void **state) {
  (void)state;
  const orr_pixels_def def = {
      .width = WIDE, .height = HIGH, .samples = 1, .shadow_rays = 1, .bounces = 1};
  const orr_painter_def usual = {.width = WIDE, .height = HIGH, .quality = orr_quality_observation};
  orr_pixels_def pixels = def;
  orr_painter_def paint = usual;
  pixels.theme = paint.theme = ORR_THEME_PYMUNK;
  check_setting("scenarios/push_t.yaml", &pixels, &paint, true);
  pixels = def, paint = usual;
  pixels.relief = paint.relief = true;
  check_setting("scenarios/push_t.yaml", &pixels, &paint, true);
  pixels = def, paint = usual;
  pixels.from = paint.viewpoint = ORR_VIEWPOINT_SIDE;
  check_setting("scenarios/push_cube.yaml", &pixels, &paint, true);
  pixels = def, paint = usual;
  pixels.samples = paint.quality.samples = 16;
  check_setting("scenarios/push_cube.yaml", &pixels, &paint, true);
  pixels = def, paint = usual;
  pixels.bounces = paint.quality.bounces = 0;
  check_setting("scenarios/push_cube.yaml", &pixels, &paint, false);
}

/* One cast gives all three pictures, whichever is asked for first. */
static void depth_and_labels_belong_to_the_picture(void **state) {
  (void)state;
  static uint8_t seen[SEEN * 3], expected[SEEN * 3], labels[SEEN], expected_labels[SEEN];
  static float depth[SEEN], expected_depth[SEEN];
  const orr_painter_def paint = {.width = WIDE, .height = HIGH, .quality = orr_quality_observation};
  bench b;
  open_file(&b, "scenarios/push_cube.yaml");
  orr_pixels_def def = default_pixels(&b);
  def.width = WIDE, def.height = HIGH;
  def.depth = def.segmentation = true;
  see_pixels(&b, &def);
  orr_env *env = new_env(&b, 3, 0);
  orr_world *world = orr_env_world(env);
  float action[ORR_MAX_FIELDS] = {0.5f};
  for (int i = 0; i < 3; i++) {
    must_frame(env, 2, labels);
    must_frame(env, 1, depth);
    must_frame(env, 0, seen);
    paint_now(world, &paint, expected, expected_depth, expected_labels);
    assert_memory_equal(seen, expected, sizeof seen);
    assert_memory_equal(depth, expected_depth, sizeof depth);
    assert_memory_equal(labels, expected_labels, sizeof labels);
    orr_env_step(env, action);
  }
  size_t things = 0;
  for (size_t i = 0; i < SEEN; i++) things += labels[i] > 0;
  assert_true(things > 0);
  orr_env_destroy(env);
  close_bench(&b);
}

/* What a scenario gets that says `sky: {}` is what render shows when it says nothing. */
static void a_sky_by_default_is_none(void **state) {
  (void)state;
  bench b;
  open_push_t(&b);
  orr_sky_def def;
  uint8_t horizon[3], zenith[3];
  orr_record_default(&orr_sky_record, b.arena, &def);
  orr_colour_parse(def.horizon, horizon);
  orr_colour_parse(def.zenith, zenith);
  orr_scene_sky shown = orr_light_sky(&(orr_scene){.dimensions = 3});
  assert_true(def.ambient == shown.ambient);
  assert_memory_equal(horizon, shown.horizon, 3);
  assert_memory_equal(zenith, shown.zenith, 3);
  close_bench(&b);
}

int run_env_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tables_have_good_defaults),
      cmocka_unit_test(observer_picks_by_name),
      cmocka_unit_test(observer_refuses_what_is_not_there),
      cmocka_unit_test(interface_depends_on_all_it_names),
      cmocka_unit_test(goal_rule_must_hold),
      cmocka_unit_test(passing_through_does_not_add_up),
      cmocka_unit_test(goal_is_an_observation),
      cmocka_unit_test(pixels_are_seen_as_observations_are),
      cmocka_unit_test(pictures_are_part_of_the_interface),
      cmocka_unit_test(pixels_that_cannot_be_are_refused),
      cmocka_unit_test(frames_show_the_present),
      cmocka_unit_test(settings_reach_the_painter),
      cmocka_unit_test(depth_and_labels_belong_to_the_picture),
      cmocka_unit_test(a_sky_by_default_is_none),
  };
  return cmocka_run_group_tests_name("env", tests, NULL, NULL);
}
