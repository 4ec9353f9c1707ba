/* What a user relies on: what a clip shows between two control steps lies between them; what is
 * shown is what happened; an episode of the model's begins where it began. */
#include "base/file.h"
#include "base/memory.h"
#include "view/easel.h"
#include "view/picture.h"
#include "view/player.h"
#include "view/script.h"
#include "view/tween.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static orr_experiment *experiment;

static int load(void **state) {
  (void)state;
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_status status =
      orr_experiment_load(ORR_SOURCE_DIR "/scenarios/push_t.yaml",
                          &(orr_experiment_options){.profile = "tiny"}, &experiment, diagnostics);
  orr_diagnostics_destroy(diagnostics);
  return status == ORR_OK ? 0 : -1;
}

static int unload(void **state) {
  (void)state;
  orr_experiment_destroy(experiment);
  return 0;
}

/* ---- between two control steps ---- */

static orr_scene_shape ball_at(double x, const double rotation[4]) {
  orr_scene_shape shape = {.kind = ORR_SCENE_SPHERE, .position = {x, 2 * x, 1}, .angle = x};
  memcpy(shape.rotation, rotation, sizeof shape.rotation);
  return shape;
}

/* Places are in the middle, turns on the shorter way, lamps and the camera go along. */
static void test_half_way(void **state) {
  (void)state;
  const double none[4] = {1, 0, 0, 0}, quarter[4] = {-sqrt(0.5), 0, 0, -sqrt(0.5)};
  orr_scene_shape from = ball_at(0, none), to = ball_at(4, quarter);
  orr_scene_light low = {.position = {0, 0, 1}, .direction = {0, 0, -1}};
  orr_scene_light high = {.position = {0, 0, 3}, .direction = {1, 0, -1}};
  orr_scene_camera near = {.position = {0, -2, 0}, .up = {0, 0, 1}}, far = near;
  far.position[1] = -6;
  orr_scene before = {.dimensions = 3,
                      .shapes = &from,
                      .shape_count = 1,
                      .lights = &low,
                      .light_count = 1,
                      .camera = &near,
                      .time = 1.0};
  orr_scene now = {.dimensions = 3,
                   .shapes = &to,
                   .shape_count = 1,
                   .lights = &high,
                   .light_count = 1,
                   .camera = &far,
                   .time = 2.0};
  orr_tween *tween;
  assert_int_equal(orr_tween_create(&tween, NULL), ORR_OK);
  assert_int_equal(orr_tween_remember(tween, &before, NULL), ORR_OK);
  orr_scene half = orr_tween_between(tween, &now, 0.5);
  const orr_scene_shape *ball = &half.shapes[0];
  double turn = 2.0 * atan2(ball->rotation[3], ball->rotation[0]);
  assert_true(fabs(ball->position[0] - 2) < 1e-12 && fabs(ball->position[1] - 4) < 1e-12);
  assert_true(fabs(fabs(remainder(turn, 2 * acos(-1.0))) - acos(-1.0) / 4) < 1e-12);
  assert_true(fabs(ball->angle - 2) < 1e-12 && fabs(half.time - 1.5) < 1e-12);
  assert_true(half.lights[0].position[2] == 2 && half.lights[0].direction[0] == 0.5);
  assert_true(half.camera->position[1] == -4 && half.camera->up[2] == 1);
  half = orr_tween_between(tween, &now, 1.0);
  assert_ptr_equal(half.shapes, &to);
  now.shape_count = 0; /* a body is gone: nothing can be carried */
  assert_int_equal(orr_tween_between(tween, &now, 0.5).shape_count, 0);
  orr_tween_destroy(tween);
}

/* ---- what happened ---- */

/* What an agent did, done again, ends in the same state to the bit. */
static void test_a_script_is_what_happened(void **state) {
  (void)state;
  const orr_view_def play = {.experiment = experiment, .agent = ORR_VIEW_WEAK, .seed = 4};
  const double middle[2] = {256, 256};
  size_t numbers = experiment->scenario->action_count;
  orr_script script;
  orr_player *player;
  orr_world *world;
  assert_int_equal(orr_script_play(&play, 2, 150, NULL, &script, NULL), ORR_OK);
  assert_int_equal(script.steps, 150);
  assert_int_equal(script.first, 0);
  assert_int_equal(orr_player_create(&play, NULL, &player, NULL), ORR_OK);
  assert_int_equal(orr_player_reset(player, 2, NULL), ORR_OK);
  assert_int_equal(orr_world_create(experiment->scenario, &world, NULL), ORR_OK);
  assert_int_equal(orr_world_reset(world, script.seed, script.episode, NULL), ORR_OK);
  for (size_t step = 0; step < 150; step++) {
    assert_int_equal(orr_player_step(player, middle, NULL), ORR_OK);
    orr_world_step(world, script.actions + step * numbers);
  }
  assert_true(
      orr_hash_equal(orr_world_hash(world), orr_world_hash(orr_env_world(orr_player_env(player)))));
  orr_world_destroy(world);
  orr_player_destroy(player);
  orr_script_destroy(&script);
}

/* A file of a world and a task alone: its planner goes on until the task itself is solved. */
static void test_a_planner_without_rules(void **state) {
  (void)state;
  orr_experiment bare = *experiment;
  bare.eval.rules = (orr_list){0};
  const orr_view_def play = {.experiment = &bare, .agent = ORR_VIEW_CEM};
  orr_script script;
  assert_int_equal(orr_script_play(&play, 0, 4, NULL, &script, NULL), ORR_OK);
  assert_int_equal(script.steps, 4);
  orr_script_destroy(&script);
}

/* Records an episode as collection does: from row `start` on of what the weak agent does. */
static void record(orr_script *way, int64_t start, orr_policy_kind policy, float shift,
                   orr_episode *out) {
  const orr_observer *observer = &experiment->observer;
  size_t numbers = experiment->scenario->action_count;
  float seen[ORR_MAX_FIELDS], action[ORR_MAX_FIELDS];
  orr_env *env;
  assert_int_equal(orr_env_create(experiment->scenario, observer, &env, NULL), ORR_OK);
  assert_int_equal(orr_env_reset(env, way->seed, way->episode, NULL), ORR_OK);
  assert_int_equal(
      orr_episode_create(observer->space.count, numbers, (size_t)way->steps, out, NULL), ORR_OK);
  out->seed = way->seed;
  out->reset_episode = way->episode;
  out->policy = policy;
  out->truncated = true;
  for (int64_t step = 0; step < way->steps; step++) {
    memcpy(action, way->actions + (size_t)step * numbers, numbers * sizeof *action);
    orr_env_observe(env, seen);
    if (step == start) orr_episode_begin(out, seen);
    if (step >= start) action[0] += shift;
    orr_env_step(env, action);
    orr_env_observe(env, seen);
    if (step >= start) orr_episode_append(out, action, 0.0f, seen, false, false);
  }
  orr_env_destroy(env);
}

static void write_data(const char *folder, const orr_episode *episode) {
  char path[ORR_PATH];
  const orr_shard_info info = {.observation = experiment->observer.space,
                               .action = experiment->scenario->action,
                               .scenario = "{}",
                               .id = "push_t",
                               .world = experiment->scenario->identity,
                               .interface = orr_interface_hash(&experiment->observer.space,
                                                               &experiment->scenario->action, 5),
                               .control_dt = 0.1};
  assert_int_equal(orr_folder_make(folder, NULL), ORR_OK);
  orr_path_join(path, sizeof path, folder, "train-00000.h5");
  assert_int_equal(orr_shard_write(path, &info, ORR_SPLIT_TRAIN, &episode, 1, NULL), ORR_OK);
  assert_int_equal(orr_dataset_seal(folder, &info, NULL, NULL), ORR_OK);
}

/* The model's episode in a round begins at row 17 of a demonstration of the run. */
static void test_an_episode_of_the_model(void **state) {
  (void)state;
  const orr_view_def play = {.experiment = experiment, .agent = ORR_VIEW_WEAK, .seed = 7};
  orr_script way, script;
  orr_episode demonstration, own;
  orr_error err = {0};
  orr_folder_remove("run", NULL); /* of a test that failed */
  assert_int_equal(orr_script_play(&play, 3, 40, NULL, &way, NULL), ORR_OK);
  record(&way, 0, ORR_POLICY_EXPERT, 0.0f, &demonstration);
  record(&way, 17, ORR_POLICY_MODEL, 0.25f, &own);
  write_data("run/data", &demonstration);
  write_data("run/rounds/1/data", &own);
  assert_int_equal(orr_script_read(experiment, "run", 0, &script, &err), ORR_OK);
  assert_true(script.first == 0 && script.steps == 40);
  orr_script_destroy(&script);
  assert_int_equal(orr_script_read(experiment, "run/rounds/1", 0, &script, &err), ORR_OK);
  assert_true(script.first == 17 && script.steps == 23);
  size_t numbers = experiment->scenario->action_count;
  assert_memory_equal(script.actions, way.actions, 17 * numbers * sizeof(float));
  assert_true(script.actions[17 * numbers] == way.actions[17 * numbers] + 0.25f);
  orr_script_destroy(&script);

  orr_folder_remove("run/data", NULL);
  assert_int_equal(orr_script_read(experiment, "run/rounds/1", 0, &script, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "demonstration"));

  demonstration.states[4 * experiment->observer.space.count] += 1.0f; /* that never happened */
  write_data("run/data", &demonstration);
  assert_int_equal(orr_script_read(experiment, "run", 0, &script, &err), ORR_ERR_MISMATCH);
  assert_non_null(strstr(err.message, "row 4"));
  orr_episode_destroy(&demonstration);
  orr_episode_destroy(&own);
  orr_script_destroy(&way);
  orr_folder_remove("run", NULL);
}

/* ---- the easel ---- */

/* A panel is the picture that the painter makes; what a model sees is enlarged in squares. */
static void test_panels_are_pictures(void **state) {
  (void)state;
  enum { SIDE = 96, SMALL = 24, GAP = 12 };
  const orr_pixels_def pixels = {.width = SMALL, .samples = 1, .shadow_rays = 1, .bounces = 1};
  const orr_easel_def def = {.paint = {.width = SIDE, .height = SIDE},
                             .panels = {ORR_EASEL_CAMERA, ORR_EASEL_PIXELS},
                             .panel_count = 2,
                             .pixels = &pixels};
  orr_world *world;
  orr_easel *easel;
  const orr_image *image;
  orr_image alone[2];
  assert_int_equal(orr_world_create(experiment->scenario, &world, NULL), ORR_OK);
  assert_int_equal(orr_world_reset(world, 1, 1, NULL), ORR_OK);
  const orr_scene *scene = orr_world_scene(world);
  assert_int_equal(orr_easel_create(&def, scene, &easel, NULL), ORR_OK);
  assert_int_equal(orr_easel_paint(easel, scene, 0.0, NULL, &image, NULL), ORR_OK);
  for (int i = 0; i < 2; i++) {
    int side = i ? SMALL : SIDE;
    orr_painter *painter;
    assert_int_equal(orr_image_create(side, side, &alone[i], NULL), ORR_OK);
    assert_int_equal(
        orr_painter_create(&(orr_painter_def){.width = side, .height = side}, &painter, NULL),
        ORR_OK);
    assert_int_equal(orr_painter_paint(painter, scene, NULL, &alone[i], 0, 0, NULL), ORR_OK);
    orr_painter_destroy(painter);
  }
  assert_int_equal(image->width, 2 * SIDE + 3 * GAP);
  int top = image->height - GAP - SIDE;
  for (int y = 0; y < SIDE; y++) {
    const uint8_t *row = image->pixels + 3 * ((top + y) * image->width + GAP);
    assert_memory_equal(row, alone[0].pixels + 3 * y * SIDE, 3 * SIDE);
    for (int x = 0; x < SIDE; x++)
      assert_memory_equal(row + 3 * (SIDE + GAP + x), alone[1].pixels + 3 * (y / 4 * SMALL + x / 4),
                          3);
  }
  orr_image_destroy(&alone[0]);
  orr_image_destroy(&alone[1]);
  orr_easel_destroy(easel);
  orr_world_destroy(world);
}

/* On the whole way round nothing of the world is cut off: all along the edge nothing is there. */
static void test_the_way_round(void **state) {
  (void)state;
  enum { WIDTH = 80, HEIGHT = 60 };
  const orr_easel_def def = {
      .paint = {.width = WIDTH, .height = HEIGHT, .relief = true, .quality = {1, 1, 1, 0, false}},
      .panels = {ORR_EASEL_DEPTH},
      .panel_count = 1,
      .turn = 6.28};
  orr_world *world;
  orr_easel *easel;
  assert_int_equal(orr_world_create(experiment->scenario, &world, NULL), ORR_OK);
  assert_int_equal(orr_world_reset(world, 1, 1, NULL), ORR_OK);
  assert_int_equal(orr_easel_create(&def, orr_world_scene(world), &easel, NULL), ORR_OK);
  for (double turn = 0.0; turn < 6.3; turn += 0.2) {
    const orr_image *image;
    int seen = 0;
    assert_int_equal(orr_easel_paint(easel, orr_world_scene(world), turn, NULL, &image, NULL),
                     ORR_OK);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int x = i % WIDTH, y = i / WIDTH;
      bool edge = x == 0 || y == 0 || x == WIDTH - 1 || y == HEIGHT - 1;
      bool black = image->pixels[3 * i] == 18 && image->pixels[3 * i + 1] == 18;
      assert_true(!edge || black);
      seen += !black;
    }
    assert_true(seen > WIDTH * HEIGHT / 8);
  }
  orr_easel_destroy(easel);
  orr_world_destroy(world);
}

/* Wherever memory ends while a clip is made: an error, and no file. */
static void test_little_memory(void **state) {
  (void)state;
  const orr_picture_def def = {
      .play = {.experiment = experiment, .agent = ORR_VIEW_WEAK},
      .steps = 2,
      .draw = {.paint = {.width = 32, .height = 32, .quality = {.samples = 1}}, .panel_count = 1},
      .frames_per_second = 10,
      .speed = 1,
      .path = "little.gif"};
  orr_picture_result result;
  int failed = 0;
  for (int n = 1; n < 400; n++) {
    orr_error err = {0};
    orr_alloc_fail_at(n);
    orr_status status = orr_picture_write(&def, NULL, &result, &err);
    orr_alloc_fail_at(0);
    if (status == ORR_OK) break;
    failed++;
    assert_int_equal(status, ORR_ERR_MEMORY);
    assert_false(orr_file_exists("little.gif"));
  }
  assert_true(failed > 10 && orr_file_exists("little.gif"));
  orr_file_remove("little.gif", NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_half_way),
      cmocka_unit_test(test_a_script_is_what_happened),
      cmocka_unit_test(test_a_planner_without_rules),
      cmocka_unit_test(test_an_episode_of_the_model),
      cmocka_unit_test(test_panels_are_pictures),
      cmocka_unit_test(test_the_way_round),
      cmocka_unit_test(test_little_memory),
  };
  return cmocka_run_group_tests(tests, load, unload);
}
