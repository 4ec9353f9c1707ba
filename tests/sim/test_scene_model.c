/* What pictures show of a world that is an MJCF file: its materials, height fields, lamps, cameras
 * and sky. */
#include "sim_test.h"

#include "base/image.h"
#include "base/maths.h"

#include <string.h>

static const char model[] =
    "<mujoco><compiler angle='degree'/>\n"
    "<visual><headlight ambient='.1 .1 .1' diffuse='.4 .4 .4'/></visual>\n"
    "<statistic extent='4'/>\n"
    "<asset>\n"
    "<texture name='sky' type='skybox' builtin='gradient' rgb1='0 0 1' rgb2='1 1 1' width='16'\n"
    " height='96'/>\n"
    "<texture name='check' type='2d' builtin='checker' rgb1='1 0 0' rgb2='0 1 1' width='64'\n"
    " height='64' mark='edge' markrgb='1 1 1'/>\n"
    "<texture name='photo' type='2d' file='paint.png'/>\n"
    "<texture name='cube' type='cube' builtin='flat' rgb1='.2 .4 .6' rgb2='.2 .4 .6' width='8'\n"
    " height='48'/>\n"
    "<material name='check' texture='check' texrepeat='4 4' texuniform='true' reflectance='.25'\n"
    " specular='.125' rgba='1 .2 1 1'/>\n"
    "<material name='photo' texture='photo' texrepeat='2 2'/>\n"
    "<material name='cube' texture='cube' specular='0' rgba='1 1 .5 1'/>\n"
    "<hfield name='hills' file='hills.png' size='2 1 0.5 0.25'/>\n"
    "</asset>\n"
    "<worldbody>\n"
    "<light directional='true' dir='0 1 -1' diffuse='.5 .25 0' ambient='.2 .2 .2'/>\n"
    "<light pos='0 0 3' dir='0 0 -1' cutoff='20' attenuation='0 0 .25'/>\n"
    "<light pos='1 0 3' active='false'/>\n"
    "<camera name='front' pos='0 -6 1' xyaxes='1 0 0 0 0 1' fovy='30'/>\n"
    "<geom type='plane' size='4 4 1' material='check'/>\n"
    "<geom name='hills' type='hfield' hfield='hills' pos='0 0 1'/>\n"
    "<body name='lamp' pos='0 0 4'><freejoint/>\n"
    "<geom type='sphere' size='.1' rgba='.2 .4 .6 .25'/>\n"
    "<geom type='box' size='.1 .2 .3' material='cube' pos='0 0 .5'/>\n"
    "<light pos='0 0 -1' dir='0 0 -1' cutoff='180' attenuation='2 0 0'/>\n"
    "<camera name='eye' pos='0 0 .5'/></body>\n"
    "<body name='post' pos='1 2 0' euler='0 0 90'>\n"
    "<geom type='cylinder' size='.5 .4' material='photo'/></body>\n"
    "</worldbody></mujoco>\n";

static orr_world *model_world(const char *more) {
  char file[1200];
  orr_image hills;
  assert_int_equal(orr_image_create(4, 3, &hills, NULL), ORR_OK);
  static const uint8_t heights[12] = {0, 51, 204, 102, 255, 0, 153, 51, 102, 204, 0, 255};
  for (size_t i = 0; i < 36; i++) hills.pixels[i] = heights[i / 3];
  assert_int_equal(orr_image_write_png(&hills, "hills.png", NULL), ORR_OK);
  orr_image_destroy(&hills);
  write_paint(2, 2);
  FILE *stream = fopen("model.xml", "w");
  assert_non_null(stream);
  fputs(model, stream);
  fclose(stream);
  snprintf(
      file, sizeof file,
      "world:\n  engine: mujoco\n  mjcf: model.xml\n  bodies: [{name: lamp}, {name: post}]\n%s",
      more);
  return begin_world(file);
}

static void models_light_their_scene(void **context) {
  (void)context;
  orr_world *world = model_world("");
  const orr_scene *scene = orr_world_scene(world);
  const orr_scene_light *lights = scene->lights;
  assert_int_equal(scene->light_count, 3);
  assert_int_equal(lights[0].kind, ORR_SCENE_LIGHT_SUN);
  is_at(lights[0].direction, 0, sqrt(0.5), -sqrt(0.5));
  assert_true(lights[0].power == 0.5 && lights[0].reach == 0.0);
  assert_memory_equal(lights[0].colour, ((uint8_t[3]){255, 128, 0}), 3);
  assert_int_equal(lights[1].kind, ORR_SCENE_LIGHT_SPOT);
  is_at(lights[1].position, 0, 0, 3);
  assert_float_equal(lights[1].angle, ORR_PI / 9, 1e-9);
  assert_float_equal(lights[1].reach, 2, 1e-6); /* .25 d^2 is 1 there */
  assert_int_equal(lights[2].kind, ORR_SCENE_LIGHT_POINT);
  is_at(lights[2].position, 0, 0, 3); /* below the lamp, which is at 4 */
  assert_float_equal(lights[2].power, 0.35, 1e-6);
  assert_non_null(scene->sky);
  assert_float_equal(scene->sky->ambient, 0.2 + 0.1 + 0.2, 1e-6);
  assert_true(scene->sky->zenith[0] < 40 && scene->sky->zenith[2] == 255);
  assert_true(scene->sky->horizon[0] > 100 && scene->sky->horizon[0] < 160);
  is_at(scene->camera->position, 0, -6, 1);
  is_at(scene->camera->target, 0, -2, 1);
  is_at(scene->camera->up, 0, 0, 1);
  assert_float_equal(scene->camera->field_of_view, ORR_PI / 6, 1e-9);
  for (int step = 0; step < 20; step++) orr_world_step(world, NULL);
  double z = number_of(world, "lamp.z");
  assert_true(z < 3.9);
  is_at(orr_world_scene(world)->lights[2].position, 0, 0, z - 1);
  end_world(world);
}

/* What the scenario says wins; bodies of the model carry lamps and cameras, fixed ones too. */
static void scenarios_light_their_model(void **context) {
  (void)context;
  orr_world *world = model_world("  lights: [{name: a, body: post, position: [1, 0, 0]},\n"
                                 "           {name: b, body: lamp, position: [0, 0, 1]}]\n"
                                 "  camera: {model: eye}\n");
  const orr_scene *scene = orr_world_scene(world);
  assert_int_equal(scene->light_count, 2);
  is_at(scene->lights[0].position, 1, 3, 0);
  is_at(scene->lights[1].position, 0, 0, 5);
  assert_null(scene->sky);
  is_at(scene->camera->position, 0, 0, 4.5);
  is_at(scene->camera->target, 0, 0, 0.5);
  is_at(scene->camera->up, 0, 1, 0);
  end_world(world);
  refused("world:\n  engine: mujoco\n  mjcf: model.xml\n  bodies: [{name: lamp}]\n",
          "  camera: {model: eyes}\n", "has no camera \"eyes\"", "did you mean \"eye\"?");
}

static void models_have_materials(void **context) {
  (void)context;
  orr_world *world = model_world("");
  const orr_scene *scene = orr_world_scene(world);
  const orr_scene_shape *ground = find_shape(scene, ORR_SCENE_PLANE, ORR_LAYER_STATIC);
  assert_int_equal(ground->label, 0); /* nobody's */
  assert_int_equal(ground->material.pattern, ORR_PATTERN_CHECKER);
  assert_memory_equal(ground->colour, ((uint8_t[3]){255, 0, 0}), 3);
  assert_memory_equal(ground->material.second, ((uint8_t[3]){0, 51, 255}), 3);
  assert_float_equal(ground->material.tile, 0.25, 1e-9);
  assert_true(ground->material.mirror == 0.25 && ground->material.gloss == 0.125);
  const orr_scene_shape *ball = find_shape(scene, ORR_SCENE_SPHERE, ORR_LAYER_BODY);
  assert_int_equal(ball->label, 1);
  assert_true(ball->material.glass == 0.75 && ball->material.index == 1.0);
  assert_memory_equal(ball->colour, ((uint8_t[3]){51, 102, 153}), 3);
  const orr_scene_shape *box = find_shape(scene, ORR_SCENE_BOX, ORR_LAYER_BODY);
  assert_memory_equal(box->colour, ((uint8_t[3]){51, 102, 77}), 3);
  assert_true(box->material.gloss == 0.0 && box->material.glass == 0.0);
  const orr_scene_shape *post = find_shape(scene, ORR_SCENE_CYLINDER, ORR_LAYER_STATIC);
  assert_int_equal(post->label, 2);
  assert_int_equal(post->material.pattern, ORR_PATTERN_IMAGE);
  assert_memory_equal(post->material.texture->pixels, paint_pixels, sizeof paint_pixels);
  assert_float_equal(post->material.tile, 0.5, 1e-9); /* two in its diameter */
  end_world(world);
}

/* Height of the highest triangle above (x, y) in the mesh's frame. */
static double height_at(const orr_scene_mesh *mesh, double x, double y) {
  double most = -INFINITY;
  for (size_t i = 0; i < mesh->triangle_count; i++) {
    const float *v[3];
    for (int k = 0; k < 3; k++) v[k] = mesh->vertices[mesh->triangles[i][k]];
    double part[3], sum = 0.0, height = 0.0;
    bool inside = true;
    for (int k = 0; k < 3; k++) {
      const float *a = v[(k + 1) % 3], *b = v[(k + 2) % 3];
      part[k] = ((double)b[0] - a[0]) * (y - a[1]) - ((double)b[1] - a[1]) * (x - a[0]);
      sum += part[k];
      height += part[k] * (double)v[k][2];
      inside = inside && part[k] >= 0.0; /* counterclockwise from above: it faces up */
    }
    if (inside && sum > 1e-9) most = fmax(most, height / sum);
  }
  return most;
}

/* Six times the volume; every edge is walked once each way when the surface is closed. */
static double volume_of(const orr_scene_mesh *mesh) {
  double sum = 0.0;
  for (size_t i = 0; i < mesh->triangle_count; i++) {
    const float *a = mesh->vertices[mesh->triangles[i][0]];
    const float *b = mesh->vertices[mesh->triangles[i][1]];
    const float *c = mesh->vertices[mesh->triangles[i][2]];
    sum += (double)a[0] * (b[1] * c[2] - b[2] * c[1]) + (double)a[1] * (b[2] * c[0] - b[0] * c[2]) +
           (double)a[2] * (b[0] * c[1] - b[1] * c[0]);
    for (int k = 0; k < 3; k++) {
      int from = mesh->triangles[i][k], to = mesh->triangles[i][(k + 1) % 3], back = 0;
      for (size_t j = 0; j < mesh->triangle_count; j++)
        for (int n = 0; n < 3; n++)
          back += mesh->triangles[j][n] == to && mesh->triangles[j][(n + 1) % 3] == from;
      assert_int_equal(back, 1);
    }
  }
  return sum;
}

/* The triangles are where MuJoCo's rays meet the field. */
static void height_fields_are_shown(void **context) {
  (void)context;
  static const double points[6][2] = {{-1.7, -0.7}, {-1, -0.2}, {-0.4, 0.6},
                                      {0.3, 0.15},  {0.9, 0.8}, {1.5, -0.6}};
  char more[800] = "  sensors:\n";
  for (size_t i = 0; i < 6; i++)
    snprintf(more + strlen(more), sizeof more - strlen(more),
             "    - {name: ray%zu, reads: {ray: {body: lamp, from: [%g, %g, 0],\n"
             "       direction: [0, 0, -1], range: 9}}}\n",
             i, points[i][0], points[i][1]);
  orr_world *world = model_world(more);
  const orr_scene *scene = orr_world_scene(world);
  const orr_scene_shape *hills = find_shape(scene, ORR_SCENE_MESH, ORR_LAYER_STATIC);
  is_at(hills->position, 0, 0, 1);
  assert_int_equal(hills->mesh.vertex_count, 12 + 10 + 1);
  assert_int_equal(hills->mesh.triangle_count, 12 + 30);
  for (size_t i = 0; i < 6; i++) {
    char name[16];
    snprintf(name, sizeof name, "ray%zu.value", i);
    double height = height_at(&hills->mesh, points[i][0], points[i][1]);
    assert_true(height > 0.0 && height < 0.5);
    assert_float_equal(number_of(world, name), 4 - 1 - height, 1e-6);
  }
  double volume = volume_of(&hills->mesh) / 6;
  assert_true(volume > 8 * 0.25 && volume < 8 * 0.75);
  end_world(world);
}

int run_scene_model_tests(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(models_light_their_scene),
      cmocka_unit_test(scenarios_light_their_model),
      cmocka_unit_test(models_have_materials),
      cmocka_unit_test(height_fields_are_shown),
  };
  return cmocka_run_group_tests_name("scene of a model", tests, NULL, NULL);
}
