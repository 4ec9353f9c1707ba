/* The view of solids: what a hand on the mouse expects of it, as properties of plain arithmetic. */
#include "base/maths.h"
#include "view/gaze.h"
#include "view/layout.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { WIDTH = 640, HEIGHT = 480 };

/* A world of 4 x 3 x 2 with a box that moves, a ball that does, and a wall. */
static orr_scene_shape shapes[3];
static orr_scene scene;

static int set_up(void **state) {
  (void)state;
  memset(shapes, 0, sizeof shapes);
  shapes[0] = (orr_scene_shape){.kind = ORR_SCENE_BOX,
                                .layer = ORR_LAYER_BODY,
                                .label = 1,
                                .position = {1, 1, 0.2},
                                .rotation = {1, 0, 0, 0},
                                .size = {0.2, 0.1, 0.2}};
  shapes[1] = (orr_scene_shape){.kind = ORR_SCENE_SPHERE,
                                .layer = ORR_LAYER_BODY,
                                .body = 1,
                                .label = 2,
                                .position = {3, 2, 0.3},
                                .rotation = {1, 0, 0, 0},
                                .size = {0.3, 0, 0}};
  shapes[2] = (orr_scene_shape){.kind = ORR_SCENE_BOX,
                                .layer = ORR_LAYER_STATIC,
                                .body = -1,
                                .label = 3,
                                .position = {2, 3, 0.5},
                                .rotation = {1, 0, 0, 0},
                                .size = {2, 0.1, 0.5}};
  scene = (orr_scene){.dimensions = 3, .size = {4, 3, 2}, .shapes = shapes, .shape_count = 3};
  return 0;
}

static void project(const orr_eye *eye, const double world[3], double pixel[3]) {
  double seen[3];
  orr_eye_look(eye, world, seen);
  orr_eye_project(eye, seen, pixel);
}

static orr_orbit usual(void) {
  orr_eye eye = orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, WIDTH, HEIGHT);
  return orr_orbit_of(&eye, &scene, HEIGHT);
}

/* Whoever takes a view over goes on from the same picture. */
static void test_taking_over_changes_nothing(void **state) {
  (void)state;
  for (int v = ORR_VIEWPOINT_CAMERA; v <= ORR_VIEWPOINT_SIDE; v++) {
    orr_eye before = orr_eye_of(&scene, (orr_viewpoint)v, WIDTH, HEIGHT);
    orr_orbit orbit = orr_orbit_of(&before, &scene, HEIGHT);
    orr_eye after = orr_orbit_eye(&orbit, WIDTH, HEIGHT);
    for (int i = 0; i < 8; i++) {
      const double world[3] = {i & 1 ? 4.0 : 0.0, i & 2 ? 3.0 : 0.0, i & 4 ? 2.0 : 0.0};
      double a[3], b[3];
      project(&before, world, a);
      project(&after, world, b);
      assert_true(hypot(a[0] - b[0], a[1] - b[1]) < 1e-6);
    }
  }
}

/* The eye's axes stay a right-handed frame, level, with up never turned down, however long and
 * far one drags. */
static void test_nothing_flips_at_the_poles(void **state) {
  (void)state;
  orr_orbit orbit = usual();
  double centre[3];
  memcpy(centre, orbit.centre, sizeof centre);
  for (int i = 0; i < 4000; i++) {
    double sweep = 2.5 * sin(0.003 * i); /* past both poles, and slowly across them */
    orr_orbit_turn(&orbit, 0.07, sweep - orbit.tilt);
    orr_eye eye = orr_orbit_eye(&orbit, WIDTH, HEIGHT);
    double seen[3], pixel[3];
    assert_true(fabs(eye.right[2]) < 1e-12);
    assert_true(eye.down[2] <= 1e-12); /* the picture's down is never up in the world */
    assert_true(fabs(orbit.tilt) <= 0.5 * ORR_PI);
    for (int k = 0; k < 3; k++) {
      int a = (k + 1) % 3, b = (k + 2) % 3;
      double cross = eye.forward[a] * eye.right[b] - eye.forward[b] * eye.right[a];
      assert_true(fabs(cross - eye.down[k]) < 1e-12);
    }
    orr_eye_look(&eye, centre, seen);
    orr_eye_project(&eye, seen, pixel);
    assert_true(hypot(pixel[0] - 0.5 * WIDTH, pixel[1] - 0.5 * HEIGHT) < 1e-6);
    assert_true(fabs(seen[2] - orbit.distance) < 1e-9);
  }
}

/* What is held stays under the cursor, in perspective and in parallel. */
static void test_panning_holds_a_point(void **state) {
  (void)state;
  const double held[3] = {1.3, 0.7, 0.4};
  for (int parallel = 0; parallel < 2; parallel++) {
    orr_orbit orbit = usual();
    orbit.parallel = parallel;
    for (int i = 0; i < 20; i++) {
      const double cursor[2] = {30.0 * i, 470.0 - 20.0 * i};
      double pixel[3];
      orr_orbit_pan(&orbit, held, cursor, WIDTH, HEIGHT);
      orr_eye eye = orr_orbit_eye(&orbit, WIDTH, HEIGHT);
      project(&eye, held, pixel);
      assert_true(hypot(pixel[0] - cursor[0], pixel[1] - cursor[1]) < 1e-6);
    }
  }
}

/* The wheel leaves what is under the cursor there, also half way, and ends at its limits. */
static void test_zooming_holds_a_point(void **state) {
  (void)state;
  const double held[3] = {3.1, 2.2, 0.3};
  for (int parallel = 0; parallel < 2; parallel++)
    for (int in = 0; in < 2; in++) {
      orr_orbit orbit = usual();
      orbit.parallel = parallel;
      double first[3], pixel[3], least = INFINITY, most = 0.0;
      orr_eye eye = orr_orbit_eye(&orbit, WIDTH, HEIGHT);
      project(&eye, held, first);
      for (int i = 0; i < 200; i++) {
        orr_orbit before = orbit;
        orr_orbit_zoom(&orbit, held, in ? 0.86 : 1.0 / 0.86);
        for (int half = 0; half < 2; half++) {
          orr_orbit now = half ? orr_orbit_between(&before, &orbit, 0.37) : orbit;
          eye = orr_orbit_eye(&now, WIDTH, HEIGHT);
          project(&eye, held, pixel);
          assert_true(hypot(pixel[0] - first[0], pixel[1] - first[1]) < 1e-5);
        }
        least = orr_min(least, orbit.distance);
        most = orr_max(most, orbit.distance);
      }
      assert_true(in ? least > 0.004 * orbit.reach && least < 0.006 * orbit.reach
                     : most > 19.0 * orbit.reach && most < 21.0 * orbit.reach);
    }
}

static void test_a_ball_is_shown_with_room(void **state) {
  (void)state;
  orr_orbit orbit = usual();
  const double centre[3] = {3, 2, 0.3};
  orr_orbit_focus(&orbit, centre, 0.3);
  orr_eye eye = orr_orbit_eye(&orbit, WIDTH, HEIGHT);
  double pixel[3], top[3];
  project(&eye, centre, pixel);
  assert_true(hypot(pixel[0] - 0.5 * WIDTH, pixel[1] - 0.5 * HEIGHT) < 1e-6);
  const double above[3] = {3 - 0.3 * eye.down[0], 2 - 0.3 * eye.down[1], 0.3 - 0.3 * eye.down[2]};
  project(&eye, above, top);
  assert_true(pixel[1] - top[1] > HEIGHT / 8.0 && pixel[1] - top[1] < HEIGHT / 4.0);
}

/* ---- the gaze ---- */

static orr_gaze begin(void) {
  orr_gaze gaze = {0};
  orr_gaze_resize(&gaze, &scene, WIDTH, HEIGHT);
  orr_gaze_begin(&gaze, &scene, false);
  return gaze;
}

static double off_middle(const orr_gaze *gaze, const double world[3]) {
  orr_eye eye = orr_gaze_eye(gaze, &scene);
  double pixel[3];
  project(&eye, world, pixel);
  return hypot(pixel[0] - 0.5 * WIDTH, pixel[1] - 0.5 * HEIGHT);
}

/* A point in front, dragged to the right, goes to the right. */
static void test_a_drag_turns_the_near_side_along(void **state) {
  (void)state;
  orr_gaze gaze = begin();
  orr_eye before = orr_gaze_eye(&gaze, &scene);
  const double near[3] = {2, 0, 0};
  double a[3], b[3];
  orr_gaze_turn(&gaze, &scene, (double[2]){300, 200}, (double[2]){340, 230});
  orr_eye after = orr_gaze_eye(&gaze, &scene);
  project(&before, near, a);
  project(&after, near, b);
  assert_true(b[0] > a[0] + 5.0);
  assert_true(after.position[2] > before.position[2] + 0.05); /* dragged down: seen from higher */
  orr_gaze_pass(&gaze, &scene, INFINITY);                     /* and it stays there */
  orr_gaze_flatten(&gaze, &scene);
  assert_memory_equal(&gaze.orbit, &gaze.shown, sizeof gaze.orbit);
}

/* A body that is followed stays in the middle while it moves; the wall is gone to, not followed. */
static void test_following(void **state) {
  (void)state;
  orr_gaze gaze = begin();
  orr_gaze_focus(&gaze, &scene, 2, shapes[1].position);
  orr_gaze_pass(&gaze, &scene, INFINITY);
  assert_int_equal(gaze.label, 2);
  for (int i = 0; i < 10; i++) {
    shapes[1].position[0] -= 0.2;
    shapes[1].position[1] -= 0.1;
    orr_gaze_pass(&gaze, &scene, 0.02);
    assert_true(off_middle(&gaze, shapes[1].position) < 1e-6);
  }
  const double there[3] = {1, 2.9, 0.4};
  orr_gaze_focus(&gaze, &scene, 3, there);
  orr_gaze_pass(&gaze, &scene, INFINITY);
  assert_int_equal(gaze.label, 0);
  assert_true(off_middle(&gaze, there) < 1e-6);
}

/* A rider sees from the body's middle, turns with it, and is back home afterwards. */
static void test_riding(void **state) {
  (void)state;
  orr_gaze gaze = begin();
  orr_eye home = orr_gaze_eye(&gaze, &scene);
  orr_gaze_ride(&gaze, &scene, 0); /* on nobody */
  orr_gaze_ride(&gaze, &scene, 3); /* on a wall */
  assert_int_equal(gaze.mode, ORR_GAZE_SCENE);
  orr_gaze_ride(&gaze, &scene, 1);
  assert_int_equal(orr_gaze_inside(&gaze), 1);
  orr_eye before = orr_gaze_eye(&gaze, &scene);
  shapes[0].position[0] += 0.5;
  shapes[0].rotation[0] = cos(0.4);
  shapes[0].rotation[3] = sin(0.4);
  orr_gaze_pass(&gaze, &scene, 0.02);
  orr_eye after = orr_gaze_eye(&gaze, &scene);
  for (int k = 0; k < 3; k++) assert_true(fabs(after.position[k] - shapes[0].position[k]) < 0.01);
  double turned =
      atan2(before.forward[0] * after.forward[1] - before.forward[1] * after.forward[0],
            before.forward[0] * after.forward[0] + before.forward[1] * after.forward[1]);
  assert_true(fabs(turned - 0.8) < 1e-9);
  orr_gaze_ride(&gaze, &scene, 2);
  orr_gaze_pass(&gaze, &scene, INFINITY);
  after = orr_gaze_eye(&gaze, &scene);
  assert_memory_equal(&after, &home, sizeof home);
  gaze.camera_on_body = true; /* the scene's own camera rides: nobody need be chosen */
  orr_gaze_turn(&gaze, &scene, (double[2]){0, 0}, (double[2]){50, 0});
  orr_gaze_ride(&gaze, &scene, 2);
  assert_int_equal(gaze.mode, ORR_GAZE_SCENE);
}

/* A view from above glides there, and is what the painter would show. */
static void test_gliding_arrives(void **state) {
  (void)state;
  orr_gaze gaze = begin();
  orr_eye top = orr_eye_of(&scene, ORR_VIEWPOINT_TOP, WIDTH, HEIGHT);
  orr_gaze_view(&gaze, &scene, ORR_VIEWPOINT_TOP);
  int frames = 0;
  for (; gaze.gliding && frames < 200; frames++) orr_gaze_pass(&gaze, &scene, 1.0 / 60.0);
  assert_in_range(frames, 10, 120);
  orr_eye eye = orr_gaze_eye(&gaze, &scene);
  double a[3], b[3];
  project(&top, shapes[0].position, a);
  project(&eye, shapes[0].position, b);
  assert_true(hypot(a[0] - b[0], a[1] - b[1]) < 1e-6);
}

/* The hand's target is where the ray through the cursor meets the ground; above the horizon there
 * is none. */
static void test_the_ground_under_the_cursor(void **state) {
  (void)state;
  for (int v = ORR_VIEWPOINT_CAMERA; v <= ORR_VIEWPOINT_FRONT; v++) {
    orr_eye eye = orr_eye_of(&scene, (orr_viewpoint)v, WIDTH, HEIGHT);
    const double point[3] = {1.2, 2.3, 0.0};
    double pixel[3], found[2];
    project(&eye, point, pixel);
    bool there = orr_gaze_ground(&eye, pixel, found);
    assert_int_equal(there, v != ORR_VIEWPOINT_FRONT); /* along the ground: never */
    if (there) assert_true(hypot(found[0] - point[0], found[1] - point[1]) < 1e-6);
  }
  orr_orbit orbit = usual();
  double found[2];
  orr_orbit_turn(&orbit, 0.0, -1.0); /* looks up */
  orr_eye up = orr_orbit_eye(&orbit, WIDTH, HEIGHT);
  assert_false(orr_gaze_ground(&up, (double[2]){320, 10}, found));
  orr_eye below = orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, WIDTH, HEIGHT);
  below.position[2] = -1.0; /* and looks further down */
  assert_false(orr_gaze_ground(&below, (double[2]){320, 240}, found));
}

/* ---- where things lie ---- */

static void test_layout(void **state) {
  (void)state;
  orr_layout usual_size = orr_layout_of(1000, 720, 1.0);
  assert_true(usual_size.panel && usual_size.w == 680 && usual_size.h == 680);
  assert_int_equal(usual_size.panel_x, 724);
  orr_layout dense = orr_layout_of(2000, 1440, 2.0);
  assert_true(dense.panel && dense.w == 1360 && dense.panel_x == 1448 && dense.line == 52);
  orr_layout large = orr_layout_of(1920, 1080, 1.0);
  assert_true(large.w == 1600 && large.h == 1040);
  for (int width = 1; width < 1400; width += 7)
    for (int height = 1; height < 1000; height += 31) {
      orr_layout at = orr_layout_of(width, height, 1.0);
      assert_true(at.w > 0 && at.h > 0 && at.x >= 0 && at.y >= 0);
      assert_true(at.x + at.w <= width && at.y + at.h <= height);
      assert_true(!at.panel || (at.panel_x + 256 <= width && at.w >= 280));
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(test_taking_over_changes_nothing, set_up),
      cmocka_unit_test_setup(test_nothing_flips_at_the_poles, set_up),
      cmocka_unit_test_setup(test_panning_holds_a_point, set_up),
      cmocka_unit_test_setup(test_zooming_holds_a_point, set_up),
      cmocka_unit_test_setup(test_a_ball_is_shown_with_room, set_up),
      cmocka_unit_test_setup(test_a_drag_turns_the_near_side_along, set_up),
      cmocka_unit_test_setup(test_following, set_up),
      cmocka_unit_test_setup(test_riding, set_up),
      cmocka_unit_test_setup(test_gliding_arrives, set_up),
      cmocka_unit_test_setup(test_the_ground_under_the_cursor, set_up),
      cmocka_unit_test(test_layout),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
