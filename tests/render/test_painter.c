/* What holds for every way in which a scene becomes a picture: any size, any place, any numbers,
 * and no memory of worlds that are gone. */
#include "base/maths.h"
#include "base/memory.h"
#include "base/random.h"
#include "render/painter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* ---- what is painted ---- */

static const double square[4][2] = {{-0.3, -0.3}, {0.3, -0.3}, {0.3, 0.3}, {-0.3, 0.3}};
static const double line[2][2] = {{-0.5, 0.0}, {0.5, 0.1}};
static const double origin[1][2] = {{0.0, 0.0}};

static orr_scene_shape outline(orr_scene_kind kind, const double (*vertices)[2], size_t count,
                               orr_scene_layer layer, double x, double y) {
  return (orr_scene_shape){.kind = kind,
                           .layer = layer,
                           .body = layer == ORR_LAYER_GOAL ? -1 : 0,
                           .label = 1,
                           .position = {x, y, 0.0},
                           .rotation = {1.0, 0.0, 0.0, 0.0},
                           .angle = 0.3,
                           .radius = 0.15,
                           .vertices = vertices,
                           .vertex_count = count,
                           .colour = {200, 40, 30}};
}

static orr_scene_shape solid(orr_scene_kind kind, double x, double y, double z) {
  return (orr_scene_shape){.kind = kind,
                           .layer = ORR_LAYER_BODY,
                           .label = 1,
                           .position = {x, y, z},
                           .rotation = {1.0, 0.0, 0.0, 0.0},
                           .size = {0.3, 0.3, 0.3},
                           .vertices = square,
                           .vertex_count = 4,
                           .colour = {200, 40, 30},
                           .material = {.mirror = 0.2, .glass = 0.2, .gloss = 0.1}};
}

/* Ways to paint, and a scene for each. */
enum { PLAIN, THEME, LAMPS, RELIEF, CAST, REFERENCE, WAYS };

typedef struct setting {
  orr_scene scene;
  orr_scene_shape shapes[12];
  orr_scene_light light;
  orr_painter_def def;
} setting;

static void set_up(setting *s, int way, int width, int height) {
  *s = (setting){.def = {.width = width, .height = height, .quality = orr_quality_observation}};
  size_t n = 0;
  bool flat = way != CAST && way != REFERENCE;
  s->light = (orr_scene_light){.position = {0.2, 0.3, 1.8},
                               .direction = {0.0, 0.0, -1.0},
                               .radius = 0.1,
                               .power = 0.8,
                               .reach = 2.0,
                               .colour = {255, 240, 220}};
  if (flat) {
    s->shapes[n++] = outline(ORR_SCENE_POLYGON, square, 4, ORR_LAYER_GOAL, 0.5, 0.6);
    s->shapes[n++] = outline(ORR_SCENE_SEGMENT, line, 2, ORR_LAYER_STATIC, 1.0, 1.6);
    s->shapes[n++] = outline(ORR_SCENE_POLYGON, square, 4, ORR_LAYER_BODY, 1.3, 1.0);
    s->shapes[n++] = outline(ORR_SCENE_CIRCLE, origin, 1, ORR_LAYER_ACTOR, 0.3, 1.4);
    s->shapes[1].material.mirror = 0.5;
  } else {
    s->shapes[n++] = (orr_scene_shape){
        .kind = ORR_SCENE_PLANE, .layer = ORR_LAYER_STATIC, .colour = {90, 120, 90}};
    for (int kind = ORR_SCENE_SPHERE; kind <= ORR_SCENE_PRISM; kind++)
      if (kind != ORR_SCENE_PLANE && kind != ORR_SCENE_MESH)
        s->shapes[n++] =
            solid((orr_scene_kind)kind, 0.4 * (kind % 5), 0.5 * (kind % 3), 0.3 * (kind % 4));
  }
  s->scene = (orr_scene){.dimensions = flat ? 2 : 3,
                         .size = {2.0, 2.0, 2.0},
                         .shapes = s->shapes,
                         .shape_count = n,
                         .lights = &s->light,
                         .light_count = way == LAMPS || !flat};
  s->def.relief = way == RELIEF;
  s->def.theme = way == THEME ? ORR_THEME_PYMUNK : ORR_THEME_PLAIN;
  s->def.quality.reference = way == REFERENCE ? 4 : 0;
}

static orr_image paint(const setting *s, orr_image *canvas, int x, int y) {
  orr_image own = {0};
  orr_painter *painter;
  assert_int_equal(orr_painter_create(&s->def, &painter, NULL), ORR_OK);
  if (!canvas) {
    assert_int_equal(orr_image_create(s->def.width, s->def.height, &own, NULL), ORR_OK);
    canvas = &own;
  }
  assert_int_equal(orr_painter_paint(painter, &s->scene, NULL, canvas, x, y, NULL), ORR_OK);
  orr_painter_destroy(painter);
  return own;
}

/* ---- sizes ---- */

/* A picture of any size is the same wherever it lies, and touches nothing beside it. */
static void test_odd_sizes(void **state) {
  (void)state;
  static const int sizes[][2] = {{1, 1}, {2, 3},   {3, 2},     {5, 1},
                                 {1, 7}, {17, 19}, {16, 1024}, {1024, 16}};
  for (int way = 0; way < WAYS; way++)
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
      int width = sizes[i][0], height = sizes[i][1], wide = width + 5, high = height + 4;
      if (way == REFERENCE && width * height > 1000) continue;
      setting s;
      orr_image canvas;
      set_up(&s, way, width, height);
      orr_image alone = paint(&s, NULL, 0, 0);
      assert_int_equal(orr_image_create(wide, high, &canvas, NULL), ORR_OK);
      memset(canvas.pixels, 77, (size_t)wide * (size_t)high * 3);
      paint(&s, &canvas, 2, 3);
      for (int y = 0; y < high; y++)
        for (int x = 0; x < wide; x++) {
          static const uint8_t untouched[3] = {77, 77, 77};
          bool inside = x >= 2 && x < 2 + width && y >= 3 && y < 3 + height;
          const uint8_t *want = inside ? alone.pixels + 3 * ((y - 3) * width + x - 2) : untouched;
          assert_memory_equal(canvas.pixels + 3 * (y * wide + x), want, 3);
        }
      orr_image_destroy(&canvas);
      orr_image_destroy(&alone);
    }
}

/* ---- numbers ---- */

static double odd_number(orr_random *random) {
  static const double odd[] = {0.0,  -0.0,  1e-300, 1e-40, 1e-12, 1e12,     1e38,
                               1e39, 1e300, -1.0,   -1e30, NAN,   INFINITY, -INFINITY};
  if (orr_random_unit(random) < 0.5) return orr_random_uniform(random, -2.0, 2.0);
  return odd[(size_t)(orr_random_unit(random) * sizeof odd / sizeof *odd)];
}

static void spoil(orr_random *random, double *numbers, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (orr_random_unit(random) < 0.15) numbers[i] = odd_number(random);
}

static void spoil_shape(orr_random *random, orr_scene_shape *shape) {
  double *const some[] = {&shape->angle,           &shape->radius,         &shape->height,
                          &shape->material.mirror, &shape->material.glass, &shape->material.index,
                          &shape->material.gloss,  &shape->material.tile};
  spoil(random, shape->position, 3);
  spoil(random, shape->rotation, 4);
  spoil(random, shape->size, 3);
  for (size_t i = 0; i < sizeof some / sizeof *some; i++) spoil(random, some[i], 1);
  shape->material.pattern = (orr_scene_pattern)(orr_random_unit(random) * 3.0);
  shape->label = orr_random_unit(random) < 0.2 ? 100000 : shape->label;
}

/* Whatever numbers a scene holds, there is a picture. The sanitizers look on. */
static void test_any_numbers(void **state) {
  (void)state;
  orr_random random = orr_random_at(5, ORR_PURPOSE_TEST, 0, 0, 0, 0);
  for (int round = 0; round < 600; round++) {
    setting s;
    orr_scene_camera camera = {{0.0, -4.0, 2.0}, {0.5, 0.5, 0.5}, {0.0, 0.0, 1.0}, 0.8};
    orr_scene_sky sky = {0.4, {240, 240, 240}, {200, 220, 240}};
    set_up(&s, round % WAYS, 33, 18);
    s.def.viewpoint = (orr_viewpoint)(round / WAYS % 4);
    s.def.quality.samples = round % 3 ? 1 : 4;
    s.def.quality.shadow_rays = round % 5 ? 1 : 4;
    s.def.quality.bounces = round % 4;
    for (size_t i = 0; i < s.scene.shape_count; i++) spoil_shape(&random, &s.shapes[i]);
    spoil(&random, camera.position, 3);
    spoil(&random, camera.target, 3);
    spoil(&random, camera.up, 3);
    spoil(&random, &camera.field_of_view, 1);
    spoil(&random, s.light.position, 3);
    spoil(&random, s.light.direction, 3);
    double *const lamp[] = {&s.light.angle, &s.light.radius, &s.light.power, &s.light.reach};
    for (int i = 0; i < 4; i++) spoil(&random, lamp[i], 1);
    s.light.kind = (orr_scene_light_kind)(round / 7 % 4);
    spoil(&random, &sky.ambient, 1);
    s.scene.camera = round % 2 ? &camera : NULL;
    s.scene.sky = &sky;
    if (round % 8 == 0 && s.scene.dimensions == 3) spoil(&random, s.scene.size, 3);
    orr_image image = paint(&s, NULL, 0, 0);
    orr_image_destroy(&image);
  }
}

/* ---- worlds that are gone ---- */

static const int faces[4][3] = {{0, 2, 1}, {0, 1, 3}, {1, 2, 3}, {2, 0, 3}};

static void set_corners(float corners[4][3], float size) {
  for (int i = 0; i < 4; i++)
    for (int k = 0; k < 3; k++) corners[i][k] = i == k + 1 ? size : -0.3f * size;
}

static size_t covered(orr_painter *painter, const orr_scene *scene, orr_image *image) {
  size_t count = 0;
  assert_int_equal(orr_painter_paint(painter, scene, NULL, image, 0, 0, NULL), ORR_OK);
  for (int i = 0; i < 48 * 48; i++) count += orr_painter_labels(painter)[i] == 7;
  return count;
}

/* The next world's mesh lies where that of the last one was; and one that is known is not made
 * again wherever it lies. */
static void test_a_mesh_is_known_by_its_numbers(void **state) {
  (void)state;
  float corners[4][3], copy[4][3];
  orr_scene_shape shape = solid(ORR_SCENE_MESH, 1.0, 1.0, 1.0);
  shape.label = 7;
  shape.mesh = (orr_scene_mesh){.vertices = (const float(*)[3])corners,
                                .triangles = faces,
                                .vertex_count = 4,
                                .triangle_count = 4,
                                .id = 11};
  const orr_scene scene = {
      .dimensions = 3, .size = {2.0, 2.0, 2.0}, .shapes = &shape, .shape_count = 1};
  const orr_painter_def def = {.width = 48, .height = 48, .quality = orr_quality_observation};
  orr_painter *painter;
  orr_image image;
  assert_int_equal(orr_painter_create(&def, &painter, NULL), ORR_OK);
  assert_int_equal(orr_image_create(48, 48, &image, NULL), ORR_OK);
  set_corners(corners, 1.0f);
  size_t large = covered(painter, &scene, &image);
  set_corners(corners, 0.4f);
  shape.mesh.id = 12;
  size_t small = covered(painter, &scene, &image);
  assert_true(small > 10 && large > 3 * small);
  set_corners(copy, 1.0f);
  shape.mesh.vertices = (const float(*)[3])copy;
  shape.mesh.id = 11;
  uint64_t before = orr_alloc_count();
  assert_int_equal(covered(painter, &scene, &image), large);
  assert_int_equal(orr_alloc_count(), before);
  orr_painter_destroy(painter);
  orr_image_destroy(&image);
}

/* The same of images; and a world that has another one in each episode does not fill the memory:
 * after many of them the first is made anew. */
static void test_an_image_is_known_by_its_numbers(void **state) {
  (void)state;
  uint8_t texel[3] = {250, 10, 10};
  orr_scene_texture texture = {.width = 1, .height = 1, .pixels = texel, .id = 1};
  orr_scene_shape shape = solid(ORR_SCENE_BOX, 1.0, 1.0, 1.0);
  shape.material = (orr_scene_material){.pattern = ORR_PATTERN_IMAGE, .texture = &texture};
  memset(shape.colour, 255, 3);
  const orr_scene scene = {
      .dimensions = 3, .size = {2.0, 2.0, 2.0}, .shapes = &shape, .shape_count = 1};
  const orr_painter_def def = {.width = 48, .height = 48, .quality = orr_quality_observation};
  orr_painter *painter;
  orr_image image;
  assert_int_equal(orr_painter_create(&def, &painter, NULL), ORR_OK);
  assert_int_equal(orr_image_create(48, 48, &image, NULL), ORR_OK);
  const uint8_t *middle = image.pixels + 3 * (24 * 48 + 24);
  for (int i = 0; i < 200; i++) {
    texel[0] = i % 2 ? 10 : 250;
    texel[2] = i % 2 ? 250 : 10;
    texture.id = (uint64_t)i + 1;
    assert_int_equal(orr_painter_paint(painter, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
    assert_true(i % 2 ? middle[2] > 2 * middle[0] : middle[0] > 2 * middle[2]);
  }
  texture.id = 200; /* the last one is still there */
  uint64_t before = orr_alloc_count();
  assert_int_equal(orr_painter_paint(painter, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
  assert_int_equal(orr_alloc_count(), before);
  texture.id = 1;
  assert_int_equal(orr_painter_paint(painter, &scene, NULL, &image, 0, 0, NULL), ORR_OK);
  assert_true(orr_alloc_count() > before);
  orr_painter_destroy(painter);
  orr_image_destroy(&image);
}

/* A byte has room for 255 bodies; the 256th is not nobody. */
static void test_more_bodies_than_labels(void **state) {
  (void)state;
  setting s;
  orr_painter *painter;
  orr_image image;
  set_up(&s, CAST, 16, 16);
  for (size_t i = 0; i < s.scene.shape_count; i++) s.shapes[i].label = 256;
  assert_int_equal(orr_painter_create(&s.def, &painter, NULL), ORR_OK);
  assert_int_equal(orr_image_create(16, 16, &image, NULL), ORR_OK);
  assert_int_equal(orr_painter_paint(painter, &s.scene, NULL, &image, 0, 0, NULL), ORR_OK);
  const uint8_t *labels = orr_painter_labels(painter);
  for (int i = 0; i < 256; i++)
    assert_int_equal(labels[i], isinf(orr_painter_depth(painter)[i]) ? 0 : 255);
  assert_int_equal(labels[8 * 16 + 8], 255);
  orr_painter_destroy(painter);
  orr_image_destroy(&image);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_odd_sizes),
      cmocka_unit_test(test_any_numbers),
      cmocka_unit_test(test_a_mesh_is_known_by_its_numbers),
      cmocka_unit_test(test_an_image_is_known_by_its_numbers),
      cmocka_unit_test(test_more_bodies_than_labels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
