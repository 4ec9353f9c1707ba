/* What a user relies on: every agent can be watched, with a display and without; a screenshot shows
 * the world; watching does not change what is watched. */
#include "base/file.h"
#include "base/image.h"
#include "view/canvas.h"
#include "view/player.h"
#include "view/view.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
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

/* Pixels of a picture that are the agent's royal blue. */
static int blue_pixels(const char *path) {
  orr_image image;
  int count = 0;
  assert_int_equal(orr_image_read_png(path, &image, NULL), ORR_OK);
  for (int i = 0; i < image.width * image.height; i++) {
    const uint8_t *p = &image.pixels[3 * i];
    count += p[0] == 65 && p[1] == 105 && p[2] == 225;
  }
  orr_image_destroy(&image);
  return count;
}

static void test_screenshots(void **state) {
  (void)state;
  unsetenv("DISPLAY");
  for (int agent = ORR_VIEW_HUMAN; agent <= ORR_VIEW_CEM; agent++) {
    orr_error err = {0};
    orr_view_def def = {.experiment = experiment,
                        .agent = (orr_view_agent)agent,
                        .seed = 3,
                        .frames = 6,
                        .screenshot = "view.png"};
    orr_status status = orr_view_run(&def, NULL, &err);
    if (status != ORR_OK) print_message("%s\n", err.message);
    assert_int_equal(status, ORR_OK);
    assert_true(blue_pixels("view.png") > 400); /* a disc of radius 15 at 1.33 pixels a unit */
    orr_file_remove("view.png", NULL);
  }
}

/* A network is asked for where an agent needs one. */
static void test_a_network_must_be_given(void **state) {
  (void)state;
  orr_error err = {0};
  orr_view_def def = {.experiment = experiment, .agent = ORR_VIEW_INVERSE, .frames = 2};
  assert_int_equal(orr_view_run(&def, NULL, &err), ORR_ERR_CONFIG);
  assert_non_null(strstr(err.hint, "model/inverse/model.safetensors"));
}

static void test_window_on_a_dummy_display(void **state) {
  (void)state;
  setenv("SDL_VIDEODRIVER", "dummy", 1);
  orr_error err = {0};
  orr_view_def def = {.experiment = experiment, .agent = ORR_VIEW_RANDOM, .frames = 5};
  assert_int_equal(orr_view_run(&def, NULL, &err), ORR_OK);
  unsetenv("SDL_VIDEODRIVER");
}

static void test_no_display_says_what_to_do(void **state) {
  (void)state;
  unsetenv("DISPLAY");
  setenv("SDL_VIDEODRIVER", "x11", 1);
  orr_error err = {0};
  orr_view_def def = {.experiment = experiment, .agent = ORR_VIEW_RANDOM, .frames = 2};
  assert_int_equal(orr_view_run(&def, NULL, &err), ORR_ERR_SYSTEM);
  assert_non_null(strstr(err.hint, "--screenshot"));
  unsetenv("SDL_VIDEODRIVER");
}

/* SDL has drivers that need no display and show nothing: a window nobody sees is refused. */
static void test_no_window_behind_nothing(void **state) {
  (void)state;
  unsetenv("DISPLAY");
  unsetenv("WAYLAND_DISPLAY");
  unsetenv("SDL_VIDEODRIVER");
  orr_error err = {0};
  orr_view_def def = {.experiment = experiment, .agent = ORR_VIEW_RANDOM, .frames = 2};
  assert_int_equal(orr_view_run(&def, NULL, &err), ORR_ERR_SYSTEM);
  assert_non_null(strstr(err.message, "display"));
  assert_non_null(strstr(err.hint, "--screenshot"));
}

/* Two players, one of them drawn after every step: the worlds stay the same, bit for bit. */
static void test_watching_changes_nothing(void **state) {
  (void)state;
  orr_view_def def = {.experiment = experiment, .agent = ORR_VIEW_WEAK, .seed = 1};
  orr_player *seen, *unseen;
  const double cursor[2] = {256, 256};
  assert_int_equal(orr_player_create(&def, NULL, &seen, NULL), ORR_OK);
  assert_int_equal(orr_player_create(&def, NULL, &unseen, NULL), ORR_OK);
  assert_int_equal(orr_player_reset(seen, 4, NULL), ORR_OK);
  assert_int_equal(orr_player_reset(unseen, 4, NULL), ORR_OK);
  for (int step = 0; step < 60; step++) {
    orr_world_scene(orr_env_world(orr_player_env(seen)));
    assert_int_equal(orr_player_step(seen, cursor, NULL), ORR_OK);
    assert_int_equal(orr_player_step(unseen, cursor, NULL), ORR_OK);
  }
  assert_true(orr_hash_equal(orr_world_hash(orr_env_world(orr_player_env(seen))),
                             orr_world_hash(orr_env_world(orr_player_env(unseen)))));
  orr_player_destroy(seen);
  orr_player_destroy(unseen);
}

/* The human's cursor is where the agent goes. */
static void test_the_mouse_leads(void **state) {
  (void)state;
  orr_view_def def = {.experiment = experiment, .agent = ORR_VIEW_HUMAN};
  orr_player *player;
  const double cursor[2] = {60, 70};
  double world[ORR_MAX_FIELDS];
  assert_int_equal(orr_player_create(&def, NULL, &player, NULL), ORR_OK);
  assert_int_equal(orr_player_reset(player, 0, NULL), ORR_OK);
  for (int step = 0; step < 60; step++)
    assert_int_equal(orr_player_step(player, cursor, NULL), ORR_OK);
  orr_world_state(orr_env_world(orr_player_env(player)), world);
  assert_true(hypot(world[0] - cursor[0], world[1] - cursor[1]) < 5.0);
  orr_player_destroy(player);
}

/* What a person leads by forces, velocities, impulses, torques and slides comes to the cursor. */
static void test_the_mouse_leads_with_forces(void **state) {
  (void)state;
  static const struct {
    const char *file, *name; /* of a body, or a joint */
    double cursor[2];
  } cases[] = {{"point_maze", "ball", {2.5, 1.5}},   {"reacher", "tip", {1.7, 0.9}},
               {"reacher", "tip", {0.9, 1.6}},       {"push_cube", "hand", {0.1, 0.5}},
               {"mirror_room", "robot", {2.0, 0.6}}, {"cart_pole", "cart", {2.5, 0.6}},
               {"two_room", "disc", {150, 49}},      {"billiards", "cue", {0.4, 0.3}},
               {"air_hockey", "left", {0.5, 0.8}},   {"dominoes", "finger", {0.4, 0.5}},
               {"tower", "hand", {0.4, 0.7}},        {"lantern", "lantern", {0.8, 0.4}}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char path[256];
    snprintf(path, sizeof path, "%s/scenarios/%s.yaml", ORR_SOURCE_DIR, cases[i].file);
    orr_diagnostics *diagnostics = orr_diagnostics_create();
    orr_experiment *other = NULL;
    assert_int_equal(orr_experiment_load(path, &(orr_experiment_options){.profile = "tiny"}, &other,
                                         diagnostics),
                     ORR_OK);
    orr_diagnostics_destroy(diagnostics);
    orr_view_def def = {.experiment = other, .agent = ORR_VIEW_HUMAN};
    orr_player *player;
    double world[ORR_MAX_FIELDS];
    assert_int_equal(orr_player_create(&def, NULL, &player, NULL), ORR_OK);
    assert_int_equal(orr_player_reset(player, 0, NULL), ORR_OK);
    for (int step = 0; step < 240; step++)
      assert_int_equal(orr_player_step(player, cases[i].cursor, NULL), ORR_OK);
    orr_world_state(orr_env_world(orr_player_env(player)), world);
    int body = orr_space_find_body(&other->scenario->state, cases[i].name);
    const double *at = world + orr_state_at(other->scenario, (size_t)body);
    double off = hypot(at[0] - cases[i].cursor[0], at[1] - cases[i].cursor[1]);
    print_message("%s: %s ends %.3f from the cursor\n", cases[i].file, cases[i].name, off);
    assert_true(off < 0.05);
    orr_player_destroy(player);
    orr_experiment_destroy(other);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_screenshots),
      cmocka_unit_test(test_a_network_must_be_given),
      cmocka_unit_test(test_window_on_a_dummy_display),
      cmocka_unit_test(test_no_display_says_what_to_do),
      cmocka_unit_test(test_no_window_behind_nothing),
      cmocka_unit_test(test_watching_changes_nothing),
      cmocka_unit_test(test_the_mouse_leads),
      cmocka_unit_test(test_the_mouse_leads_with_forces),
  };
  return cmocka_run_group_tests(tests, load, unload);
}
