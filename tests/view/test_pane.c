/* How finely the window paints: as measured times say, and in the end as finely as it gets. */
#include "base/memory.h"
#include "view/enlarge.h"
#include "view/pace.h"
#include "view/pane.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- the pace ---- */

/* A machine that takes `full` seconds for a full picture; the divisor after `count` of them, and
 * how often it changed. */
static int settle(orr_pace *pace, double full, double jitter, int count, int *changes) {
  *changes = 0;
  for (int i = 0; i < count; i++) {
    int before = pace->divisor;
    double noise = 1.0 + jitter * sin(12.9 * i);
    orr_pace_measured(pace, noise * full / (before * before));
    *changes += pace->divisor != before;
    assert_in_range(pace->divisor, 1, ORR_PACE_COARSEST);
  }
  return pace->divisor;
}

static void test_the_pace_of_machines(void **state) {
  (void)state;
  static const struct {
    double full;
    int divisor;
  } machines[] = {{0.005, 1}, {0.02, 1}, {0.08, 2}, {0.2, 3}, {0.5, 4}, {10.0, 4}};
  for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
    orr_pace pace = orr_pace_start;
    int changes;
    assert_int_equal(settle(&pace, machines[i].full, 0.1, 300, &changes), machines[i].divisor);
    assert_true(changes <= 2);
  }
}

/* Whatever the machine: once it has found its pace it keeps it, also near the edge between two. */
static void test_the_pace_does_not_waver(void **state) {
  (void)state;
  for (double full = 0.004; full < 1.0; full *= 1.03) {
    orr_pace pace = orr_pace_start;
    int changes;
    settle(&pace, full, 0.15, 300, &changes);
    settle(&pace, full, 0.15, 3000, &changes);
    assert_true(changes <= 2);
  }
}

static void test_one_slow_picture_is_an_accident(void **state) {
  (void)state;
  orr_pace pace = orr_pace_start;
  int changes;
  settle(&pace, 0.02, 0.0, 100, &changes);
  orr_pace_measured(&pace, 0.5);
  orr_pace_measured(&pace, 0.5);
  assert_int_equal(pace.divisor, 1);
  orr_pace_measured(&pace, 0.5);
  assert_int_equal(pace.divisor, 4); /* as coarse as it must be, at once */
  assert_int_equal(settle(&pace, 0.02, 0.0, 200, &changes), 1);
}

/* Where a finer picture takes far longer than its pixels say, it is tried less and less often. */
static void test_a_wrong_step_is_learnt_from(void **state) {
  (void)state;
  orr_pace pace = orr_pace_start;
  int changes = 0;
  for (int i = 0; i < 3000; i++) {
    int before = pace.divisor;
    orr_pace_measured(&pace, before == 1 ? 0.06 : 0.004);
    changes += pace.divisor != before;
  }
  assert_in_range(changes, 2, 40);
}

/* ---- larger ---- */

static void test_enlarging(void **state) {
  (void)state;
  enum { SMALL = 9, FACTOR = 3, LARGE = 25 };
  orr_image small, large;
  assert_int_equal(orr_image_create(SMALL, SMALL, &small, NULL), ORR_OK);
  assert_int_equal(orr_image_create(LARGE, LARGE, &large, NULL), ORR_OK);
  for (int i = 0; i < SMALL * SMALL; i++)
    for (int k = 0; k < 3; k++)
      small.pixels[3 * i + k] = (uint8_t)(k == 0   ? 20 * (i % SMALL)
                                          : k == 1 ? 9 * (i / SMALL)
                                                   : 77);
  orr_enlarge(&small, FACTOR, false, NULL, &large);
  for (int y = 0; y < LARGE; y++)
    for (int x = 0; x < LARGE; x++)
      assert_memory_equal(large.pixels + 3 * (y * LARGE + x),
                          small.pixels + 3 * (y / FACTOR * SMALL + x / FACTOR), 3);
  orr_enlarge(&small, FACTOR, true, NULL, &large);
  for (int y = 2; y < LARGE; y++) /* ramps stay ramps, at the same places */
    for (int x = 2; x < LARGE; x++) {
      const uint8_t *p = large.pixels + 3 * (y * LARGE + x);
      if (x >= SMALL * FACTOR - 2 || y >= SMALL * FACTOR - 2) continue;
      assert_true(fabs(p[0] - 20.0 * ((x + 0.5) / FACTOR - 0.5)) < 1.0);
      assert_true(fabs(p[1] - 9.0 * ((y + 0.5) / FACTOR - 0.5)) < 1.0);
      assert_int_equal(p[2], 77);
    }
  orr_image_destroy(&small);
  orr_image_destroy(&large);
}

/* ---- the pane ---- */

enum { WIDTH = 90, HEIGHT = 70 }; /* neither a multiple of a strip nor of tiles */

static const orr_scene_shape solids[] = {{.kind = ORR_SCENE_PLANE,
                                          .layer = ORR_LAYER_STATIC,
                                          .body = -1,
                                          .label = 1,
                                          .rotation = {1, 0, 0, 0},
                                          .colour = {200, 180, 160},
                                          .position = {1, 1, 0}},
                                         {.kind = ORR_SCENE_BOX,
                                          .layer = ORR_LAYER_BODY,
                                          .label = 2,
                                          .rotation = {1, 0, 0, 0},
                                          .colour = {220, 60, 40},
                                          .position = {0.7, 0.9, 0.3},
                                          .size = {0.3, 0.2, 0.3}},
                                         {.kind = ORR_SCENE_SPHERE,
                                          .layer = ORR_LAYER_BODY,
                                          .body = 1,
                                          .label = 3,
                                          .rotation = {1, 0, 0, 0},
                                          .colour = {40, 90, 220},
                                          .position = {1.4, 1.2, 0.35},
                                          .size = {0.35, 0, 0},
                                          .material = {.mirror = 0.4}}};
static const orr_scene_light sun = {.kind = ORR_SCENE_LIGHT_SUN,
                                    .direction = {0.3, 0.4, -1},
                                    .radius = 0.05,
                                    .power = 0.8,
                                    .colour = {255, 255, 255}};
static const orr_scene scene = {.dimensions = 3,
                                .size = {2, 2, 1},
                                .shapes = solids,
                                .shape_count = 3,
                                .lights = &sun,
                                .light_count = 1};

static orr_eye usual_eye(void) { return orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, WIDTH, HEIGHT); }

static orr_pane *create(void) {
  orr_pane *pane;
  assert_int_equal(orr_pane_create(&pane, NULL), ORR_OK);
  assert_int_equal(orr_pane_resize(pane, WIDTH, HEIGHT, NULL), ORR_OK);
  return pane;
}

static void paint(orr_pane *pane, const orr_pane_how *how, const orr_scene *what) {
  orr_eye eye = usual_eye();
  assert_int_equal(orr_pane_paint(pane, how, what, &eye, NULL, NULL), ORR_OK);
}

/* Pixels that differ by more than a little. */
static int differences(const orr_image *a, const orr_image *b, int most) {
  int count = 0;
  for (int i = 0; i < 3 * WIDTH * HEIGHT; i++) count += abs(a->pixels[i] - b->pixels[i]) > most;
  return count;
}

/* In motion coarse and told so; in rest it becomes the picture that is painted at once. */
static void test_rest_refines(void **state) {
  (void)state;
  const orr_pane_how how = {0}, at_once = {.at_once = true};
  orr_pane *pane = create(), *whole = create();
  char words[64];
  orr_scene_shape moved[3];
  orr_scene other = scene;
  memcpy(moved, solids, sizeof moved);
  other.shapes = moved;
  paint(whole, &at_once, &scene);
  assert_true(orr_pane_done(whole) && orr_pane_divisor(whole) == 1);
  paint(pane, &how, &scene);
  orr_pane_describe(pane, words, sizeof words);
  assert_string_equal(words, "rendering 45×35 of 90×70");
  assert_true(differences(orr_pane_image(pane), orr_pane_image(whole), 8) > 300);
  int calls = 0;
  for (; !orr_pane_done(pane) && calls < 1000; calls++) paint(pane, &how, &scene);
  assert_true(calls > 0 && orr_pane_done(pane));
  orr_pane_describe(pane, words, sizeof words);
  assert_string_equal(words, "rendering 90×70");
  assert_int_equal(differences(orr_pane_image(pane), orr_pane_image(whole), 8), 0);
  moved[1].position[0] += 0.01; /* and begins anew when something moves */
  paint(pane, &how, &other);
  assert_false(orr_pane_done(pane));
  orr_pane_destroy(pane);
  orr_pane_destroy(whole);
}

/* Who draws on the picture does not draw into the next one. */
static void test_the_picture_may_be_drawn_on(void **state) {
  (void)state;
  const orr_pane_how how = {.at_once = true};
  orr_pane *pane = create(), *other = create();
  paint(pane, &how, &scene);
  paint(other, &how, &scene);
  memset(orr_pane_image(pane)->pixels, 0, 3 * WIDTH * HEIGHT);
  paint(pane, &how, &scene);
  assert_int_equal(differences(orr_pane_image(pane), orr_pane_image(other), 0), 0);
  orr_pane_destroy(pane);
  orr_pane_destroy(other);
}

static void test_a_fixed_scale_stays(void **state) {
  (void)state;
  const orr_pane_how how = {.divisor = 3};
  orr_pane *pane = create();
  for (int i = 0; i < 5; i++) paint(pane, &how, &scene);
  assert_true(orr_pane_done(pane) && orr_pane_divisor(pane) == 3);
  orr_pane_destroy(pane);
}

/* Overlays are of the same picture: each label one colour, where the probe finds it. */
static void test_overlays_and_the_probe(void **state) {
  (void)state;
  const orr_pane_how labels = {.overlay = ORR_OVERLAY_LABELS, .at_once = true},
                     depth = {.overlay = ORR_OVERLAY_DEPTH, .at_once = true};
  orr_pane *pane = create(), *far = create();
  orr_eye eye = usual_eye();
  uint8_t colours[4][3];
  int seen[4] = {0};
  paint(pane, &labels, &scene);
  paint(far, &depth, &scene);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++) {
      int label;
      double deep;
      const uint8_t *p = orr_pane_image(pane)->pixels + 3 * (y * WIDTH + x);
      assert_int_equal(
          orr_pane_probe(pane, &scene, &eye, (double[2]){x + 0.4, y + 0.6}, &label, &deep, NULL),
          ORR_OK);
      assert_in_range(label, 0, 3);
      assert_int_equal(label == 0, isinf(deep));
      if (!seen[label]++) memcpy(colours[label], p, 3);
      assert_memory_equal(p, colours[label], 3);
    }
  for (int i = 1; i < 4; i++) assert_true(seen[i] > 50);
  assert_memory_not_equal(colours[2], colours[3], 3);
  /* The ball is nearer than the ground behind it: lighter. */
  double ball[3], ground[3], at[3];
  orr_eye_look(&eye, solids[2].position, at);
  orr_eye_project(&eye, at, ball);
  orr_eye_look(&eye, (double[3]){1.4, 2.0, 0.0}, at);
  orr_eye_project(&eye, at, ground);
  const uint8_t *pixels = orr_pane_image(far)->pixels;
  assert_true(pixels[3 * ((int)ball[1] * WIDTH + (int)ball[0])] >
              pixels[3 * ((int)ground[1] * WIDTH + (int)ground[0])]);
  orr_pane_destroy(pane);
  orr_pane_destroy(far);
}

/* A disc in the middle of a flat world of 2 x 2. */
static const double circle[1][2] = {{0, 0}};
static const orr_scene_shape disc = {.kind = ORR_SCENE_CIRCLE,
                                     .layer = ORR_LAYER_BODY,
                                     .label = 1,
                                     .position = {1, 1, 0},
                                     .radius = 0.4,
                                     .vertices = circle,
                                     .vertex_count = 1,
                                     .colour = {10, 20, 200}};

/* Outlines without lamps are exact at once, whatever is asked. */
static void test_outlines_are_exact(void **state) {
  (void)state;
  const orr_scene flat = {.dimensions = 2, .size = {2, 2, 0}, .shapes = &disc, .shape_count = 1};
  const orr_pane_how how = {.divisor = 4, .overlay = ORR_OVERLAY_DEPTH};
  orr_pane *pane = create();
  char words[64];
  paint(pane, &how, &flat);
  assert_true(orr_pane_done(pane) && orr_pane_divisor(pane) == 1);
  orr_pane_describe(pane, words, sizeof words);
  assert_string_equal(words, "");
  const uint8_t *middle = orr_pane_image(pane)->pixels + 3 * (HEIGHT / 2 * WIDTH + WIDTH / 2);
  assert_int_equal(middle[2], 200);
  orr_pane_destroy(pane);
}

/* Lamps over outlines: coarse in motion, at last as at once; without them the plain picture. */
static void test_outlines_under_lamps(void **state) {
  (void)state;
  const orr_scene_light lamp = {.kind = ORR_SCENE_LIGHT_POINT,
                                .position = {0.2, 0.2, 0},
                                .radius = 0.1,
                                .power = 0.5,
                                .colour = {255, 255, 255}};
  orr_scene flat = {.dimensions = 2,
                    .size = {2, 2, 0},
                    .shapes = &disc,
                    .shape_count = 1,
                    .lights = &lamp,
                    .light_count = 1};
  const orr_pane_how lit = {0}, at_once = {.at_once = true}, unlit = {.unlit = true};
  orr_pane *pane = create(), *whole = create();
  paint(whole, &at_once, &flat);
  paint(pane, &lit, &flat);
  assert_int_equal(orr_pane_divisor(pane), 2);
  for (int i = 0; i < 100 && !orr_pane_done(pane); i++) paint(pane, &lit, &flat);
  assert_int_equal(differences(orr_pane_image(pane), orr_pane_image(whole), 0), 0);
  paint(pane, &unlit, &flat);
  assert_true(differences(orr_pane_image(pane), orr_pane_image(whole), 8) > 1000);
  flat.light_count = 0;
  paint(whole, &at_once, &flat);
  assert_int_equal(differences(orr_pane_image(pane), orr_pane_image(whole), 0), 0);
  orr_pane_destroy(pane);
  orr_pane_destroy(whole);
}

static void test_little_memory(void **state) {
  (void)state;
  const orr_pane_how how = {.overlay = ORR_OVERLAY_DEPTH};
  orr_eye eye = usual_eye();
  int failed = 0;
  for (int n = 1; n < 200; n++) {
    orr_pane *pane = NULL;
    orr_alloc_fail_at(n);
    orr_status status = orr_pane_create(&pane, NULL);
    if (status == ORR_OK) status = orr_pane_resize(pane, WIDTH, HEIGHT, NULL);
    for (int i = 0; i < 3 && status == ORR_OK; i++)
      status = orr_pane_paint(pane, &how, &scene, &eye, NULL, NULL);
    orr_alloc_fail_at(0);
    if (status != ORR_OK && pane && orr_pane_resize(pane, WIDTH, HEIGHT, NULL) == ORR_OK)
      paint(pane, &how, &scene); /* it can be used again */
    orr_pane_destroy(pane);
    if (status == ORR_OK) break;
    assert_int_equal(status, ORR_ERR_MEMORY);
    failed++;
  }
  assert_true(failed > 5 && failed < 190);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_the_pace_of_machines),
      cmocka_unit_test(test_the_pace_does_not_waver),
      cmocka_unit_test(test_one_slow_picture_is_an_accident),
      cmocka_unit_test(test_a_wrong_step_is_learnt_from),
      cmocka_unit_test(test_enlarging),
      cmocka_unit_test(test_rest_refines),
      cmocka_unit_test(test_the_picture_may_be_drawn_on),
      cmocka_unit_test(test_a_fixed_scale_stays),
      cmocka_unit_test(test_overlays_and_the_probe),
      cmocka_unit_test(test_outlines_are_exact),
      cmocka_unit_test(test_outlines_under_lamps),
      cmocka_unit_test(test_little_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
