/* What a user relies on: every agent can be watched, with a display and without; a screenshot shows
 * the world; watching does not change what is watched. */
#include "base/file.h"
#include "base/image.h"
#include "view/canvas.h"
#include "view/player.h"
#include "view/view.h"
#include <SDL.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static orr_experiment *experiment;

static orr_status load_world(const char *name, orr_experiment **out) {
  char path[256];
  snprintf(path, sizeof path, "%s/scenarios/%s.yaml", ORR_SOURCE_DIR, name);
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_status status =
      orr_experiment_load(path, &(orr_experiment_options){.profile = "tiny"}, out, diagnostics);
  orr_diagnostics_destroy(diagnostics);
  return status;
}

static int load(void **state) {
  (void)state;
  return load_world("push_t", &experiment) == ORR_OK ? 0 : -1;
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
    orr_experiment *other = NULL;
    assert_int_equal(load_world(cases[i].file, &other), ORR_OK);
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

/* ---- what a user does ---- */

#define KEY(at, which)                                                                             \
  { .frame = at, .kind = ORR_EVENT_KEY, .key = which }
#define MOVE(at, to_x, to_y)                                                                       \
  { .frame = at, .kind = ORR_EVENT_MOVE, .x = to_x, .y = to_y }
#define PRESS(at, which, at_x, at_y)                                                               \
  { .frame = at, .kind = ORR_EVENT_PRESS, .button = which, .clicks = 1, .x = at_x, .y = at_y }
#define RELEASE(at, which, at_x, at_y)                                                             \
  { .frame = at, .kind = ORR_EVENT_RELEASE, .button = which, .x = at_x, .y = at_y }
#define WHEEL(at, notches, at_x, at_y)                                                             \
  { .frame = at, .kind = ORR_EVENT_WHEEL, .wheel = notches, .x = at_x, .y = at_y }

enum { SIZE = 300 }; /* a small window is all world */

/* The picture after some frames with nobody acting, and what a user did on the way. */
static orr_image watch(const orr_experiment *what, const orr_event *events, size_t count) {
  orr_error err = {0};
  orr_image image;
  const orr_view_def def = {.experiment = what,
                            .agent = ORR_VIEW_REST,
                            .frames = 4,
                            .screenshot = "watched.png",
                            .width = SIZE,
                            .height = SIZE,
                            .care = ORR_CARE_FAST,
                            .events = events,
                            .event_count = count};
  orr_status status = orr_view_run(&def, NULL, &err);
  if (status != ORR_OK) print_message("%s\n", err.message);
  assert_int_equal(status, ORR_OK);
  assert_int_equal(orr_image_read_png("watched.png", &image, NULL), ORR_OK);
  orr_file_remove("watched.png", NULL);
  return image;
}

/* More than rounding. */
static int differences(const orr_image *a, const orr_image *b) {
  int count = 0;
  assert_true(a->width == b->width && a->height == b->height);
  for (int i = 0; i < a->width * a->height; i++) {
    int most = 0;
    for (int k = 3 * i; k < 3 * i + 3; k++) {
      int off = abs(a->pixels[k] - b->pixels[k]);
      most = off > most ? off : most;
    }
    count += most > 6;
  }
  return count;
}

/* How many pixels two runs differ by. */
static int change(const orr_experiment *what, const orr_event *events, size_t count) {
  orr_image before = watch(what, NULL, 0), after = watch(what, events, count);
  int different = differences(&before, &after);
  orr_image_destroy(&before);
  orr_image_destroy(&after);
  return different;
}
#define CHANGE(what, events) change(what, events, sizeof(events) / sizeof *(events))

static void test_a_user_looks_around(void **state) {
  (void)state;
  enum { MOST = SIZE * SIZE, SOME = SIZE * SIZE / 20 };
  orr_experiment *room;
  assert_int_equal(load_world("mirror_room", &room), ORR_OK);
  const orr_event orbit[] = {PRESS(0, ORR_BUTTON_LEFT, 150, 150), MOVE(0, 190, 140),
                             MOVE(0, 230, 130), RELEASE(0, ORR_BUTTON_LEFT, 230, 130)},
                  there_and_back[] = {PRESS(0, ORR_BUTTON_RIGHT, 150, 150),
                                      MOVE(0, 190, 140),
                                      MOVE(1, 150, 150),
                                      RELEASE(1, ORR_BUTTON_RIGHT, 150, 150),
                                      WHEEL(1, 3, 80, 90),
                                      WHEEL(2, -3, 80, 90)},
                  and_home[] = {WHEEL(0, 5, 150, 150), KEY(1, 'v')},
                  outside[] = {PRESS(0, ORR_BUTTON_LEFT, -5, 150), MOVE(0, 60, 150)},
                  after_release[] = {PRESS(0, ORR_BUTTON_LEFT, 100, 150),
                                     RELEASE(0, ORR_BUTTON_LEFT, 100, 150), MOVE(0, 200, 100)},
                  twice[] = {KEY(0, 'd'), KEY(0, 'd'), KEY(1, 'd')};
  assert_true(CHANGE(room, orbit) > SOME);
  assert_in_range(CHANGE(room, there_and_back), 0, 300); /* edges that rounding moved */
  assert_int_equal(CHANGE(room, and_home), 0);
  assert_int_equal(CHANGE(room, outside), 0);
  assert_int_equal(CHANGE(room, after_release), 0);
  assert_int_equal(CHANGE(room, twice), 0); /* colours, depth, labels, colours */
  static const int keys[] = {'2', '3', '4', 'o', 'd'};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    const orr_event press[] = {KEY(0, keys[i])};
    assert_true(CHANGE(room, press) > SOME);
  }
  const orr_event coarse[] = {KEY(0, '-'), KEY(0, '-'), KEY(0, '-')};
  assert_in_range(CHANGE(room, coarse), 500, MOST);
  orr_experiment_destroy(room);
}

/* Keys of solids do nothing to outlines; in relief they do. */
static void test_flat_and_relief(void **state) {
  (void)state;
  enum { SOME = SIZE * SIZE / 20 };
  const orr_event nothing[] = {KEY(0, '2'),           KEY(0, 'd'),
                               WHEEL(0, 3, 100, 100), PRESS(1, ORR_BUTTON_LEFT, 100, 100),
                               MOVE(1, 150, 150),     KEY(1, 'c')},
                  relief[] = {KEY(0, 't')}, back[] = {KEY(0, 't'), KEY(1, '2'), KEY(2, 't')},
                  top[] = {KEY(0, 't'), KEY(0, '2')};
  assert_int_equal(CHANGE(experiment, nothing), 0);
  assert_int_equal(CHANGE(experiment, back), 0);
  assert_true(CHANGE(experiment, relief) > SOME);
  orr_image above = watch(experiment, top, 2), flat = watch(experiment, NULL, 0);
  int blue[2][3] = {{0}}; /* of the agent: where it is, from above as on the flat picture */
  for (int i = 0; i < SIZE * SIZE; i++)
    for (int j = 0; j < 2; j++) {
      const uint8_t *p = (j ? above : flat).pixels + 3 * i;
      if (p[2] < p[0] + 80) continue;
      blue[j][0]++, blue[j][1] += i % SIZE, blue[j][2] += i / SIZE;
    }
  assert_true(blue[0][0] > 100 && blue[1][0] > 80);
  for (int k = 1; k < 3; k++) {
    double off = (double)blue[0][k] / blue[0][0] - (double)blue[1][k] / blue[1][0];
    assert_true(fabs(off) < 12.0);
  }
  orr_image_destroy(&above);
  orr_image_destroy(&flat);
}

/* What the window shows once a human has done all that. */
static orr_image lead_hand(bool relief, const orr_event *events, size_t count) {
  const orr_view_def def = {.experiment = experiment,
                            .agent = ORR_VIEW_HUMAN,
                            .frames = 30,
                            .screenshot = "hand.png",
                            .width = SIZE,
                            .height = SIZE,
                            .relief = relief,
                            .care = ORR_CARE_FAST,
                            .events = events,
                            .event_count = count};
  orr_image image;
  assert_int_equal(orr_view_run(&def, NULL, NULL), ORR_OK);
  assert_int_equal(orr_image_read_png(def.screenshot, &image, NULL), ORR_OK);
  return image;
}

/* In relief, too, the hand goes where the cursor is: the same place as on the flat picture. */
static void test_the_hand_in_relief(void **state) {
  (void)state;
  const orr_event flat[] = {MOVE(0, 140, 170)},
                  held[] = {PRESS(0, ORR_BUTTON_LEFT, 250, 40), MOVE(0, 140, 170)};
  for (int relief = 0; relief < 2; relief++) {
    int found = 0, x = 0, y = 0;
    orr_image image = lead_hand(relief, flat, 1);
    for (int i = 0; i < SIZE * SIZE; i++) {
      const uint8_t *p = image.pixels + 3 * i;
      if (p[2] < p[0] + 80) continue;
      found++, x += i % SIZE, y += i / SIZE;
    }
    print_message("relief %d: blue at %d %d\n", relief, x / found, y / found);
    assert_true(found > 50 && hypot(x / found - 140, y / found - 170) < 10.0);
    orr_image_destroy(&image);
  }
  /* While a button is down, the mouse moves the view and leaves the hand alone. */
  const orr_event home[] = {held[0], held[1], KEY(1, 'v')};
  orr_image before = lead_hand(true, NULL, 0), after = lead_hand(true, home, 3);
  assert_int_equal(differences(&before, &after), 0);
  orr_image_destroy(&before);
  orr_image_destroy(&after);
  orr_file_remove("hand.png", NULL);
}

/* ---- what SDL says ---- */

static void push_button(Uint32 type, Sint32 x, Sint32 y) {
  SDL_Event event = {
      .button = {.type = type, .button = SDL_BUTTON_LEFT, .clicks = 1, .x = x, .y = y}};
  SDL_PushEvent(&event);
}

static void push_move(Sint32 x, Sint32 y) {
  SDL_Event event = {.motion = {.type = SDL_MOUSEMOTION, .x = x, .y = y}};
  SDL_PushEvent(&event);
}

static void push_key(SDL_Keycode key) {
  SDL_Event event = {.key = {.type = SDL_KEYDOWN, .keysym = {.sym = key}}};
  SDL_PushEvent(&event);
}

/* Pushes real events at a window that is open, waits until the view has come to rest, and quits. */
static void *push_events(void *context) {
  (void)context;
  while (!SDL_WasInit(SDL_INIT_VIDEO)) SDL_Delay(5);
  SDL_Delay(200);
  push_key(SDLK_p);
  push_button(SDL_MOUSEBUTTONDOWN, 150, 150);
  push_move(180, 140);
  push_move(204, 141);
  push_button(SDL_MOUSEBUTTONUP, 204, 141);
  push_move(120, 160);
  SDL_Event wheel = {.wheel = {.type = SDL_MOUSEWHEEL, .y = 2, .preciseY = 2.0F}};
  SDL_PushEvent(&wheel);
  SDL_Delay(2000);
  push_key(SDLK_q);
  return NULL;
}

/* A window shows the same as a screenshot does when the same is done to it. */
static void test_what_a_window_tells(void **state) {
  (void)state;
  const orr_event same[] = {
      PRESS(0, ORR_BUTTON_LEFT, 150, 150),   MOVE(0, 180, 140), MOVE(0, 204, 141),
      RELEASE(0, ORR_BUTTON_LEFT, 204, 141), MOVE(0, 120, 160), WHEEL(0, 2, 120, 160)};
  setenv("SDL_VIDEODRIVER", "dummy", 1);
  orr_experiment *room;
  pthread_t user;
  orr_image told, expected;
  assert_int_equal(load_world("mirror_room", &room), ORR_OK);
  orr_view_def def = {.experiment = room,
                      .agent = ORR_VIEW_REST,
                      .screenshot = "told.png",
                      .width = SIZE,
                      .height = SIZE,
                      .divisor = 1,
                      .care = ORR_CARE_FAST};
  assert_int_equal(pthread_create(&user, NULL, push_events, NULL), 0);
  assert_int_equal(orr_view_run(&def, NULL, NULL), ORR_OK);
  pthread_join(user, NULL);
  assert_int_equal(orr_image_read_png("told.png", &told, NULL), ORR_OK);
  expected = watch(room, same, sizeof same / sizeof *same);
  assert_in_range(differences(&expected, &told), 0, 300);
  orr_image_destroy(&told);
  orr_image_destroy(&expected);
  orr_file_remove("told.png", NULL);
  orr_experiment_destroy(room);
  unsetenv("SDL_VIDEODRIVER");
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
      cmocka_unit_test(test_a_user_looks_around),
      cmocka_unit_test(test_flat_and_relief),
      cmocka_unit_test(test_the_hand_in_relief),
      cmocka_unit_test(test_what_a_window_tells),
  };
  return cmocka_run_group_tests(tests, load, unload);
}
