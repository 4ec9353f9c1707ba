/* What a user relies on: a 3D picture shows solids where they are, the nearer ones in front, and
 * nothing that a scene holds can break it. */
#include "base/maths.h"
#include "base/memory.h"
#include "render/caster.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define SIDE 200

/* At (0, -10, 0), looking along y: a length at depth d is 100 length / d pixels. */
static const orr_scene_camera camera = {
    .position = {0, -10, 0}, .target = {0, 0, 0}, .up = {0, 0, 1}, .field_of_view = 0.5 * ORR_PI};

static orr_scene_shape solid(orr_scene_kind kind, double x, double y, double z, double a, double b,
                             double c) {
  return (orr_scene_shape){.kind = kind,
                           .layer = ORR_LAYER_BODY,
                           .position = {x, y, z},
                           .rotation = {1, 0, 0, 0},
                           .size = {a, b, c},
                           .colour = {200, 40, 30}};
}

/* The same everywhere, so that what is not a solid is known by its colour. */
static const orr_scene_sky sky = {
    .ambient = 0.4, .horizon = {243, 245, 247}, .zenith = {243, 245, 247}};

static orr_scene scene_of(const orr_scene_shape *shapes, size_t count) {
  return (orr_scene){.dimensions = 3,
                     .size = {2, 2, 2},
                     .shapes = shapes,
                     .shape_count = count,
                     .sky = &sky,
                     .camera = &camera};
}

static orr_image paint(const orr_scene *scene, orr_viewpoint viewpoint, orr_pool *pool) {
  orr_image image;
  orr_caster *painter;
  orr_eye eye = orr_eye_of(scene, viewpoint, SIDE, SIDE);
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  assert_int_equal(orr_caster_create(SIDE, SIDE, &orr_quality_picture, &painter, NULL), ORR_OK);
  assert_int_equal(orr_caster_paint(painter, &eye, scene, pool, &image, 0, 0, NULL), ORR_OK);
  orr_caster_destroy(painter);
  return image;
}

static const uint8_t *pixel(const orr_image *image, int x, int y) {
  return &image->pixels[3 * (y * image->width + x)];
}

static bool is_red(const uint8_t *p) { return p[0] > 2 * p[2] && p[0] > 2 * p[1]; }
static bool is_blue(const uint8_t *p) { return p[2] > 2 * p[0] && p[2] > 2 * p[1]; }
static bool is_sky(const uint8_t *p) { return p[0] == 243 && p[1] == 245 && p[2] == 247; }

/* How many pixels are red, a half covered one half: by what is lacking of green. */
static double red_area(const orr_image *image, const uint8_t full[3]) {
  double area = 0.0;
  for (int i = 0; i < SIDE * SIDE; i++)
    area += (245.0 - image->pixels[3 * i + 1]) / (245.0 - full[1]);
  return area;
}

static void test_projection(void **state) {
  (void)state;
  orr_scene scene = scene_of(NULL, 0);
  orr_eye eye = orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
  const double world[3] = {1, 0, 2}, other[3] = {-3, 10, -1};
  double seen[3], at[3], back[3];
  orr_eye_look(&eye, world, seen);
  orr_eye_project(&eye, seen, at);
  assert_true(fabs(at[0] - 110) < 1e-9 && fabs(at[1] - 80) < 1e-9 && fabs(at[2] - 0.1) < 1e-12);
  orr_eye_look(&eye, other, seen);
  orr_eye_project(&eye, seen, at);
  assert_true(fabs(at[0] - 85) < 1e-9 && fabs(at[1] - 105) < 1e-9);
  orr_eye_unproject(&eye, at, back);
  for (int k = 0; k < 3; k++) assert_true(fabs(back[k] - other[k]) < 1e-9);
}

/* The front face of a box with half edges of 1 is 9 away: its edge is 100 / 9 from the middle. */
static void test_a_box_is_where_it_is(void **state) {
  (void)state;
  orr_scene_shape box = solid(ORR_SCENE_BOX, 0, 0, 0, 1, 1, 1);
  orr_scene scene = scene_of(&box, 1);
  orr_image image = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
  assert_true(is_red(pixel(&image, 89, 89)) && is_red(pixel(&image, 110, 110)));
  assert_true(is_sky(pixel(&image, 87, 100)) && is_sky(pixel(&image, 100, 112)));
  double area = red_area(&image, pixel(&image, 100, 100));
  assert_true(fabs(sqrt(area) - 200.0 / 9) <= 0.25); /* samples are a quarter of a pixel apart */
  orr_image_destroy(&image);
}

/* A ball of radius 1 seen from 10: its outline has the radius 100 / sqrt(99). */
static void test_round_solids_have_their_radius(void **state) {
  (void)state;
  const orr_scene_shape round[3] = {solid(ORR_SCENE_SPHERE, 0, 0, 0, 1, 0, 0),
                                    solid(ORR_SCENE_ELLIPSOID, 0, 0, 0, 1, 1, 1),
                                    solid(ORR_SCENE_CAPSULE, 0, 0, 0, 1, 0, 0)};
  for (int i = 0; i < 3; i++) {
    orr_scene scene = scene_of(&round[i], 1);
    orr_image image = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
    double covered = 0.0;
    for (int p = 0; p < SIDE * SIDE; p++) covered += !is_sky(&image.pixels[3 * p]);
    double exact = ORR_PI * 1e4 / 99, rim = 2 * ORR_PI * 10.05;
    assert_true(covered > exact - 0.25 * rim && covered < exact + rim);
    assert_true(is_sky(pixel(&image, 100, 88)) && is_red(pixel(&image, 100, 91)));
    orr_image_destroy(&image);
  }
}

/* ---- outlines and depths against closed forms ---- */

typedef struct outline {
  orr_scene_shape shape;
  double front, top;             /* areas, seen along y and along -z */
  double front_depth, top_depth; /* of the middle of the picture, from the solid's origin */
} outline;

static const double pentagon[5][2] = {
    {0.8, 0}, {0.25, 0.76}, {-0.65, 0.47}, {-0.65, -0.47}, {0.25, -0.76}};

static double pentagon_area(void) {
  double area = 0.0;
  for (int i = 0; i < 5; i++) {
    const double *a = pentagon[i], *b = pentagon[(i + 1) % 5];
    area += 0.5 * (a[0] * b[1] - a[1] * b[0]);
  }
  return area;
}

static void check_outline(const orr_scene_shape *shape, orr_viewpoint viewpoint, double area,
                          double depth) {
  orr_scene scene = scene_of(shape, 1);
  orr_scene_shape moved = *shape;
  moved.label = 7;
  scene.shapes = &moved;
  orr_eye eye = orr_eye_of(&scene, viewpoint, SIDE, SIDE);
  orr_image image;
  orr_caster *caster;
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  assert_int_equal(orr_caster_create(SIDE, SIDE, &orr_quality_observation, &caster, NULL), ORR_OK);
  assert_int_equal(orr_caster_paint(caster, &eye, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
  const uint8_t *labels = orr_caster_labels(caster);
  const float *depths = orr_caster_depth(caster);
  double covered = 0.0, seen[3];
  for (int i = 0; i < SIDE * SIDE; i++) {
    assert_true(labels[i] == 0 || labels[i] == 7);
    assert_true((labels[i] == 7) == isfinite((double)depths[i]));
    covered += labels[i] == 7;
  }
  orr_eye_look(&eye, shape->position, seen);
  int x = (int)(eye.middle[0] + seen[0] * eye.scale),
      y = (int)(eye.middle[1] + seen[1] * eye.scale);
  assert_true(fabs(covered / (eye.scale * eye.scale) - area) <
              0.015 * area); /* half a pixel of a side */
  assert_true(fabs((double)depths[y * SIDE + x] - seen[2] - depth) < 4e-3);
  orr_caster_destroy(caster);
  orr_image_destroy(&image);
}

static void test_outlines_and_depths(void **state) {
  (void)state;
  outline cases[] = {
      {solid(ORR_SCENE_SPHERE, 1, 1, 1, 0.7, 0, 0), 0.49 * ORR_PI, 0.49 * ORR_PI, -0.7, -0.7},
      {solid(ORR_SCENE_BOX, 1, 1, 1, 0.3, 0.5, 0.7), 4 * 0.21, 4 * 0.15, -0.5, -0.7},
      {solid(ORR_SCENE_CAPSULE, 1, 1, 1, 0.3, 0.4, 0), 0.09 * ORR_PI + 0.48, 0.09 * ORR_PI, -0.3,
       -0.7},
      {solid(ORR_SCENE_CYLINDER, 1, 1, 1, 0.3, 0.6, 0), 0.72, 0.09 * ORR_PI, -0.3, -0.6},
      {solid(ORR_SCENE_ELLIPSOID, 1, 1, 1, 0.3, 0.5, 0.8), 0.24 * ORR_PI, 0.15 * ORR_PI, -0.5,
       -0.8},
      {solid(ORR_SCENE_PRISM, 1, 1, 1, 0, 0, 0.4), 0.8 * 1.45, pentagon_area(), -0.679, -0.4},
      {solid(ORR_SCENE_PLANE, 1, 1, 1, 0.6, 0.4, 0), 0, 0.96, 0, 0}};
  cases[5].shape.vertices = pentagon;
  cases[5].shape.vertex_count = 5;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const outline *c = &cases[i];
    check_outline(&c->shape, ORR_VIEWPOINT_TOP, c->top, c->top_depth);
    if (c->front > 0.0) check_outline(&c->shape, ORR_VIEWPOINT_FRONT, c->front, c->front_depth);
    orr_scene_shape turned = c->shape; /* z to -y: the front shows what the top did */
    turned.rotation[0] = turned.rotation[1] = sqrt(0.5);
    check_outline(&turned, ORR_VIEWPOINT_FRONT, c->top, c->top_depth);
  }
}

/* Depth is measured along the eye's axis, not along the ray. */
static void test_depth_in_perspective(void **state) {
  (void)state;
  orr_scene_shape wall = solid(ORR_SCENE_BOX, 0, 5, 0, 50, 1, 50);
  orr_scene scene = scene_of(&wall, 1);
  orr_eye eye = orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
  orr_painter *painter;
  orr_image image;
  const orr_painter_def def = {.width = SIDE, .height = SIDE, .quality = orr_quality_observation};
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  assert_int_equal(orr_painter_create(&def, &painter, NULL), ORR_OK);
  assert_null(orr_painter_depth(painter));
  orr_painter_look(painter, &eye);
  assert_int_equal(orr_painter_paint(painter, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
  for (int i = 0; i < SIDE * SIDE; i++)
    assert_true(fabs((double)orr_painter_depth(painter)[i] - 14.0) < 1e-4);
  orr_painter_destroy(painter);
  orr_image_destroy(&image);
}

/* A world far from its origin looks like one at home; its floor, which begins at home, too. */
static void test_far_worlds_are_as_sharp(void **state) {
  (void)state;
  const double far_off[2] = {3e6, -1e6}, aside[2] = {0.123, -0.456}; /* no floats */
  orr_scene_shape shapes[3] = {solid(ORR_SCENE_PLANE, 0, 0, -1, 0, 0, 0),
                               solid(ORR_SCENE_BOX, 0.07, 0.1, 0, 1, 0.7, 0.5),
                               solid(ORR_SCENE_SPHERE, 1.6, 1.03, 0, 0.5, 0, 0)};
  orr_scene_camera eye = camera;
  shapes[0].material.tile = 0.5;
  orr_scene scene = scene_of(shapes, 3);
  scene.camera = &eye;
  scene.size[0] = 0.0; /* bounds are those of the solids */
  orr_image near = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
  for (int k = 0; k < 2; k++) {
    for (int i = 0; i < 3; i++) shapes[i].position[k] += aside[k] + (i ? far_off[k] : 0.0);
    eye.position[k] += aside[k] + far_off[k];
    eye.target[k] += aside[k] + far_off[k];
  }
  orr_image far = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
  int apart = 0;
  for (int i = 0; i < 3 * SIDE * SIDE; i++) apart += abs(near.pixels[i] - far.pixels[i]) > 1;
  assert_true(apart < 30);
  orr_image_destroy(&near);
  orr_image_destroy(&far);
}

/* Within a body its inside is seen, all around and at the right depth. */
static void test_a_camera_inside_a_body(void **state) {
  (void)state;
  const orr_scene_kind kinds[4] = {ORR_SCENE_SPHERE, ORR_SCENE_BOX, ORR_SCENE_CYLINDER,
                                   ORR_SCENE_CAPSULE};
  for (int k = 0; k < 4; k++) {
    orr_scene_shape shape = solid(kinds[k], 0, -10, 0, 3, 3, 3);
    shape.label = 3;
    orr_scene scene = scene_of(&shape, 1);
    orr_eye eye = orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
    orr_image image;
    orr_caster *caster;
    assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
    assert_int_equal(orr_caster_create(SIDE, SIDE, &orr_quality_picture, &caster, NULL), ORR_OK);
    assert_int_equal(orr_caster_paint(caster, &eye, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
    for (int i = 0; i < SIDE * SIDE; i++) assert_int_equal(orr_caster_labels(caster)[i], 3);
    double depth = (double)orr_caster_depth(caster)[100 * SIDE + 100];
    assert_true(fabs(depth - 3.0) < 1e-3 && is_red(pixel(&image, 100, 100)));
    orr_caster_destroy(caster);
    orr_image_destroy(&image);
  }
}

/* When memory ends it is said, nothing is lost, and the next picture is whole. */
static void test_no_memory(void **state) {
  (void)state;
  orr_scene_shape shapes[2] = {solid(ORR_SCENE_BOX, 0, 0, 0, 1, 1, 1),
                               solid(ORR_SCENE_PLANE, 0, 0, -1, 0, 0, 0)};
  static const uint8_t texel[3] = {9, 99, 199};
  const orr_scene_texture texture = {.width = 1, .height = 1, .pixels = texel};
  shapes[0].material = (orr_scene_material){.pattern = ORR_PATTERN_IMAGE, .texture = &texture};
  orr_scene scene = scene_of(shapes, 2);
  orr_eye eye = orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
  orr_image image, whole = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
  assert_int_equal(orr_image_create(SIDE, SIDE, &image, NULL), ORR_OK);
  int failures = 0;
  for (int n = 1; n < 40; n++) {
    orr_caster *caster;
    orr_error err;
    orr_alloc_fail_at(n);
    orr_status status = orr_caster_create(SIDE, SIDE, &orr_quality_picture, &caster, &err);
    if (status == ORR_OK) status = orr_caster_paint(caster, &eye, &scene, NULL, &image, 0, 0, &err);
    orr_alloc_fail_at(0);
    failures += status == ORR_ERR_MEMORY;
    assert_true(status == ORR_OK || status == ORR_ERR_MEMORY);
    if (caster) {
      assert_int_equal(orr_caster_paint(caster, &eye, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
      assert_memory_equal(image.pixels, whole.pixels, 3 * SIDE * SIDE);
    }
    orr_caster_destroy(caster);
  }
  assert_true(failures > 8 && failures < 30);
  orr_image_destroy(&image);
  orr_image_destroy(&whole);
}

/* From the front, in parallel: a lying rod is as long as it is. */
static void test_turned_solids(void **state) {
  (void)state;
  orr_scene_shape rod = solid(ORR_SCENE_CYLINDER, 1, 1, 1, 0.1, 0.8, 0);
  rod.rotation[0] = rod.rotation[2] = sqrt(0.5); /* z to x */
  orr_scene scene = scene_of(&rod, 1);
  orr_image image = paint(&scene, ORR_VIEWPOINT_FRONT, NULL);
  double scale = SIDE / 2.0 / 1.04; /* pixels a unit: the world of 2 and a margin */
  int end = (int)(100 + 0.8 * scale), top = (int)(100 - 0.1 * scale);
  assert_true(is_red(pixel(&image, end - 1, 100)) && is_sky(pixel(&image, end + 2, 100)));
  assert_true(is_red(pixel(&image, 100, top + 1)) && is_sky(pixel(&image, 100, top - 2)));
  orr_image_destroy(&image);

  rod.rotation[0] = cos(ORR_PI / 8); /* a turn of 45 degrees about y leans it to the right */
  rod.rotation[2] = sin(ORR_PI / 8);
  image = paint(&scene, ORR_VIEWPOINT_FRONT, NULL);
  int out = (int)(0.5 * scale);
  assert_true(is_red(pixel(&image, 100 + out, 100 - out)));
  assert_true(is_red(pixel(&image, 100 - out, 100 + out)));
  assert_true(is_sky(pixel(&image, 100 - out, 100 - out)));
  orr_image_destroy(&image);
}

/* A cube of triangles gives the same picture as a box. */
static void test_a_mesh_is_its_triangles(void **state) {
  (void)state;
  static const float corners[8][3] = {{-1, -1, -1}, {1, -1, -1}, {1, 1, -1}, {-1, 1, -1},
                                      {-1, -1, 1},  {1, -1, 1},  {1, 1, 1},  {-1, 1, 1}};
  static const int triangles[12][3] = {{0, 2, 1}, {0, 3, 2}, {4, 5, 6}, {4, 6, 7},
                                       {0, 1, 5}, {0, 5, 4}, {2, 3, 7}, {2, 7, 6},
                                       {1, 2, 6}, {1, 6, 5}, {3, 0, 4}, {3, 4, 7}};
  orr_scene_shape pair[2] = {solid(ORR_SCENE_BOX, 0, 0, -1, 1, 1, 1),
                             solid(ORR_SCENE_MESH, 0, 0, -1, 0, 0, 0)};
  pair[1].mesh = (orr_scene_mesh){
      .vertices = corners, .triangles = triangles, .vertex_count = 8, .triangle_count = 12};
  for (int i = 0; i < 2; i++)
    memcpy(pair[i].rotation, (double[4]){cos(0.3), 0, 0, sin(0.3)}, sizeof pair[i].rotation);
  orr_scene box = scene_of(&pair[0], 1), mesh = scene_of(&pair[1], 1);
  orr_image a = paint(&box, ORR_VIEWPOINT_CAMERA, NULL),
            b = paint(&mesh, ORR_VIEWPOINT_CAMERA, NULL);
  double apart = 0.0;
  for (int i = 0; i < 3 * SIDE * SIDE; i++) apart += abs(a.pixels[i] - b.pixels[i]);
  assert_true(apart < 400.0); /* of 14,000 covered pixels' worth: edges alone */
  assert_true(is_red(pixel(&b, 100, 110)));
  orr_image_destroy(&a);
  orr_image_destroy(&b);
}

/* Whatever the order of the list; and a ball on a floor that begins before it and ends behind. */
static void test_near_hides_far(void **state) {
  (void)state;
  for (int swap = 0; swap < 2; swap++) {
    orr_scene_shape shapes[3];
    shapes[swap ? 2 : 0] = solid(ORR_SCENE_BOX, 0, 3, 0, 2, 1, 2);
    shapes[1] = solid(ORR_SCENE_SPHERE, 0, -1, 0, 0.5, 0, 0);
    shapes[swap ? 0 : 2] = solid(ORR_SCENE_BOX, 0, 0, -1, 4, 8, 0.5);
    memcpy(shapes[1].colour, (uint8_t[3]){20, 40, 220}, 3);
    orr_scene scene = scene_of(shapes, 3);
    orr_image image = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
    assert_true(is_blue(pixel(&image, 100, 100)));
    assert_true(is_blue(pixel(&image, 100, 104))); /* just above the floor, which is nearer */
    assert_true(is_red(pixel(&image, 100, 92)));   /* the box behind */
    assert_true(is_red(pixel(&image, 100, 120)));
    orr_image_destroy(&image);
  }
}

/* What is behind the eye is not seen; what reaches past it is cut. */
static void test_clipping(void **state) {
  (void)state;
  orr_scene_shape behind = solid(ORR_SCENE_BOX, 0, -20, 0, 1, 1, 1);
  orr_scene scene = scene_of(&behind, 1);
  orr_image image = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
  for (int i = 0; i < SIDE * SIDE; i++) assert_true(is_sky(&image.pixels[3 * i]));
  orr_image_destroy(&image);

  orr_scene_shape floor = solid(ORR_SCENE_BOX, 0, 0, -1.5, 100, 100, 0.5);
  scene = scene_of(&floor, 1);
  image = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
  assert_true(is_red(pixel(&image, 3, 196)) && is_red(pixel(&image, 100, 199)));
  assert_true(is_red(pixel(&image, 100, 103)) && is_sky(pixel(&image, 100, 98)));
  orr_image_destroy(&image);
}

/* Solids that cannot be: left out, and the others are as without them. */
static void test_bad_numbers_are_left_out(void **state) {
  (void)state;
  orr_scene_shape shapes[8];
  shapes[0] = solid(ORR_SCENE_SPHERE, 0, 0, 0, 1, 0, 0);
  shapes[1] = solid(ORR_SCENE_BOX, NAN, 0, 0, 1, 1, 1);
  shapes[2] = solid(ORR_SCENE_CAPSULE, 0, -3, 0, INFINITY, 1, 1);
  shapes[3] = solid(ORR_SCENE_CYLINDER, 0, -3, 0, -1, 1, 0);
  shapes[4] = solid(ORR_SCENE_BOX, 0, -3, 0, 0, 0, 0);
  shapes[5] = solid(ORR_SCENE_MESH, 0, -3, 0, 0, 0, 0);
  shapes[6] = solid(ORR_SCENE_ELLIPSOID, 0, -3, 0, 0, 0, 0);
  shapes[7] = solid(ORR_SCENE_BOX, 0, -3, 0, 1, 1, 1);
  shapes[7].rotation[1] = NAN;
  orr_scene one = scene_of(shapes, 1), all = scene_of(shapes, 8);
  one.size[0] = all.size[0] = 0.0; /* the extent is that of the good ones */
  orr_image a = paint(&one, ORR_VIEWPOINT_CAMERA, NULL);
  all.size[0] = one.size[0] = 2.0;
  orr_image b = paint(&all, ORR_VIEWPOINT_CAMERA, NULL);
  assert_true(is_red(pixel(&a, 100, 100)));
  orr_image_destroy(&a);
  a = paint(&one, ORR_VIEWPOINT_CAMERA, NULL);
  assert_memory_equal(a.pixels, b.pixels, 3 * SIDE * SIDE);
  orr_image_destroy(&a);
  orr_image_destroy(&b);
}

/* Each number of a solid, the camera and a lamp in turn: the picture is made, and what is sound in
 * it is shown. */
static void test_odd_numbers_do_no_harm(void **state) {
  (void)state;
  static const double odd[] = {NAN, INFINITY, -INFINITY, 0.0, -1.0, 1e-300, 1e300, 1e18, 1e9};
  for (size_t i = 0; i < sizeof odd / sizeof *odd * 21; i++) {
    orr_scene_shape shapes[2] = {
        solid(ORR_SCENE_SPHERE, 0, 0, 0, 1, 0, 0),
        solid((orr_scene_kind)(ORR_SCENE_SPHERE + (int)(i % 6)), 40, 0, 0, 0.5, 0.5, 0.5)};
    orr_scene_camera eye = camera;
    orr_scene_light lamp = {.kind = (orr_scene_light_kind)(i % 4),
                            .position = {0, 0, 5},
                            .direction = {0, 0, -1},
                            .angle = 0.5,
                            .power = 1};
    double *numbers[21] = {&eye.field_of_view, &lamp.angle, &lamp.power};
    for (int k = 0; k < 3; k++) {
      numbers[3 + k] = &shapes[1].position[k];
      numbers[6 + k] = &shapes[1].size[k];
      numbers[9 + k] = &shapes[1].rotation[k];
      numbers[12 + k] = &lamp.direction[k];
      numbers[15 + k] = &lamp.position[k];
      numbers[18 + k] = &eye.position[k];
    }
    orr_scene scene = scene_of(shapes, 2);
    scene.camera = &eye;
    scene.lights = &lamp;
    scene.light_count = 1;
    *numbers[i % 21] = odd[i / 21];
    orr_image image = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
    bool moved = i % 21 == 0 || i % 21 >= 18; /* the camera shows something else */
    bool hidden = i % 21 >= 3 && i % 21 < 9;  /* the odd solid may be in front */
    assert_true(moved || hidden || !is_sky(pixel(&image, 100, 100)));
    orr_image_destroy(&image);
  }
}

/* A ball under a lamp straight above darkens the ground below it, and its own upper side is the
 * brighter one. */
static void test_light_and_shadow(void **state) {
  (void)state;
  static const orr_scene_light sun = {
      .kind = ORR_SCENE_LIGHT_SUN, .direction = {0, 0, -3}, .power = 1, .colour = {255, 255, 255}};
  orr_scene_shape shapes[2] = {solid(ORR_SCENE_PLANE, 0, 0, 0, 0, 0, 0),
                               solid(ORR_SCENE_SPHERE, 1, 1, 1.5, 0.4, 0, 0)};
  orr_scene scene = scene_of(shapes, 2);
  scene.camera = NULL;
  scene.lights = &sun;
  scene.light_count = 1;
  orr_eye eye = orr_eye_of(&scene, ORR_VIEWPOINT_CAMERA, SIDE, SIDE);
  orr_image image = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
  const double points[4][3] = {{1.3, 1, 0}, {1.7, 1, 0}, {1, 0.85, 1.86}, {1, 0.85, 1.14}};
  int red[4];
  for (int i = 0; i < 4; i++) {
    double seen[3], at[3];
    orr_eye_look(&eye, points[i], seen);
    orr_eye_project(&eye, seen, at);
    red[i] = pixel(&image, (int)at[0], (int)at[1])[0];
  }
  assert_true(red[0] < 0.75 * red[1]); /* in the shadow; beside it */
  assert_true(red[3] < 0.75 * red[2]); /* the ball from below; from above */
  orr_image_destroy(&image);
}

/* A goal lets half of what is behind it through, and does not hide the body that is there. */
static void test_goals_are_translucent(void **state) {
  (void)state;
  orr_scene_shape shapes[3] = {solid(ORR_SCENE_BOX, 0, 0, 0, 1, 1, 1),
                               solid(ORR_SCENE_BOX, 0, 0, 0, 1, 1, 1),
                               solid(ORR_SCENE_BOX, -4, 0, 0, 1, 1, 1)};
  shapes[0].layer = shapes[2].layer = ORR_LAYER_GOAL;
  memcpy(shapes[1].colour, (uint8_t[3]){20, 40, 220}, 3);
  orr_scene scene = scene_of(shapes, 3);
  orr_image image = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
  assert_true(is_blue(pixel(&image, 100, 100)));
  const uint8_t *goal = pixel(&image, 56, 100);
  assert_true(goal[1] > 176 && goal[1] < 182); /* half of 245's linear light */
  orr_image_destroy(&image);
}

static void test_threads_change_nothing(void **state) {
  (void)state;
  const orr_scene_shape shapes[3] = {solid(ORR_SCENE_PLANE, 0, 0, 0, 0, 0, 0),
                                     solid(ORR_SCENE_CAPSULE, 1, 1, 1, 0.3, 0.4, 0),
                                     solid(ORR_SCENE_CYLINDER, 0.5, 0.5, 0.4, 0.3, 0.4, 0)};
  orr_scene scene = scene_of(shapes, 3);
  scene.camera = NULL;
  orr_pool *pool;
  assert_int_equal(orr_pool_create(3, &pool, NULL), ORR_OK);
  orr_image a = paint(&scene, ORR_VIEWPOINT_CAMERA, NULL);
  orr_image b = paint(&scene, ORR_VIEWPOINT_CAMERA, pool);
  assert_memory_equal(a.pixels, b.pixels, 3 * SIDE * SIDE);
  orr_pool_destroy(pool);
  orr_image_destroy(&a);
  orr_image_destroy(&b);
}

/* With no camera of its own a world is seen whole, in a picture of any proportions. */
static void test_all_of_the_world_is_seen(void **state) {
  (void)state;
  const double sizes[3][3] = {{2, 2, 2}, {10, 1, 0.5}, {1, 0.2, 6}};
  for (int i = 0; i < 3 * 4 * 2; i++) {
    orr_scene scene = scene_of(NULL, 0);
    int width = i % 2 ? 320 : 100, height = 200;
    memcpy(scene.size, sizes[i / 8], sizeof scene.size);
    scene.camera = NULL;
    orr_eye eye = orr_eye_of(&scene, (orr_viewpoint)(i / 2 % 4), width, height);
    for (int c = 0; c < 8; c++) {
      double world[3], seen[3], at[3];
      for (int k = 0; k < 3; k++) world[k] = c >> k & 1 ? scene.size[k] : 0.0;
      orr_eye_look(&eye, world, seen);
      orr_eye_project(&eye, seen, at);
      assert_true(seen[2] > eye.near);
      assert_true(at[0] > 0 && at[0] < width && at[1] > 0 && at[1] < height);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_projection),
      cmocka_unit_test(test_a_box_is_where_it_is),
      cmocka_unit_test(test_round_solids_have_their_radius),
      cmocka_unit_test(test_outlines_and_depths),
      cmocka_unit_test(test_depth_in_perspective),
      cmocka_unit_test(test_far_worlds_are_as_sharp),
      cmocka_unit_test(test_a_camera_inside_a_body),
      cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_turned_solids),
      cmocka_unit_test(test_a_mesh_is_its_triangles),
      cmocka_unit_test(test_near_hides_far),
      cmocka_unit_test(test_clipping),
      cmocka_unit_test(test_bad_numbers_are_left_out),
      cmocka_unit_test(test_odd_numbers_do_no_harm),
      cmocka_unit_test(test_light_and_shadow),
      cmocka_unit_test(test_goals_are_translucent),
      cmocka_unit_test(test_threads_change_nothing),
      cmocka_unit_test(test_all_of_the_world_is_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
