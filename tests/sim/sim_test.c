#include "sim_test.h"

#include "base/image.h"
#include "base/maths.h"

#include <stdio.h>
#include <string.h>

static orr_scenario *finish(orr_config *config, orr_status status, orr_diagnostics *diagnostics,
                            orr_error *err) {
  orr_scenario *scenario = NULL;
  if (status == ORR_OK) status = orr_scenario_read(config, &scenario, diagnostics);
  orr_diagnostics_status(diagnostics, err);
  if (status != ORR_OK) assert_null(scenario);
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
  return scenario;
}

orr_scenario *load_scenario(const char *path) {
  char full[512], text[2048];
  snprintf(full, sizeof full, "%s/%s", ORR_SOURCE_DIR, path);
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_error err = {0};
  orr_status status = orr_config_load(full, &config, diagnostics);
  orr_scenario *scenario = finish(config, status, diagnostics, &err);
  if (!scenario) {
    orr_error_text(&err, text, sizeof text);
    print_error("%s\n", text);
  }
  assert_non_null(scenario);
  return scenario;
}

orr_scenario *parse_scenario(const char *text, orr_error *err) {
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  *err = (orr_error){0};
  orr_status status = orr_config_parse(text, strlen(text), "test.yaml", &config, diagnostics);
  return finish(config, status, diagnostics, err);
}

orr_world *new_world(const orr_scenario *scenario) {
  orr_world *world = NULL;
  orr_error err = {0};
  assert_int_equal(orr_world_create(scenario, &world, &err), ORR_OK);
  return world;
}

orr_world *begin_world(const char *text) {
  orr_error err;
  orr_scenario *scenario = parse_scenario(text, &err);
  if (!scenario) print_error("%s\n%s\n", text, err.message);
  assert_non_null(scenario);
  orr_world *world = new_world(scenario);
  assert_int_equal(orr_world_reset(world, 1, 0, NULL), ORR_OK);
  return world;
}

void end_world(orr_world *world) {
  orr_scenario *scenario = (orr_scenario *)orr_world_scenario(world);
  orr_world_destroy(world);
  orr_scenario_destroy(scenario);
}

double number_of(const orr_world *world, const char *name) {
  const orr_scenario *scenario = orr_world_scenario(world);
  double state[512];
  int index = orr_space_find(&scenario->state, name);
  assert_true(index >= 0 && scenario->state.count <= 512);
  orr_world_state(world, state);
  return state[index];
}

const orr_scene_shape *find_shape(const orr_scene *scene, orr_scene_kind kind,
                                  orr_scene_layer layer) {
  for (size_t i = 0; i < scene->shape_count; i++)
    if (scene->shapes[i].kind == kind && scene->shapes[i].layer == layer) return &scene->shapes[i];
  fail_msg("no solid of kind %d in layer %d", (int)kind, (int)layer);
  return NULL;
}

void is_at(const double *got, double x, double y, double z) {
  assert_float_equal(got[0], x, 1e-9);
  assert_float_equal(got[1], y, 1e-9);
  assert_float_equal(got[2], z, 1e-9);
}

void refused(const char *head, const char *tail, const char *message, const char *hint) {
  char file[2400];
  orr_error err;
  snprintf(file, sizeof file, "%s%s", head, tail);
  assert_null(parse_scenario(file, &err));
  if (!strstr(err.message, message) || !strstr(err.hint, hint))
    fail_msg("\"%s\" (%s), not \"%s\" (%s)", err.message, err.hint, message, hint);
  assert_true(err.line > 0);
}

const uint8_t paint_pixels[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

void write_paint(int width, int height) {
  orr_image image;
  assert_int_equal(orr_image_create(width, height, &image, NULL), ORR_OK);
  memcpy(image.pixels, paint_pixels, sizeof paint_pixels);
  assert_int_equal(orr_image_write_png(&image, "paint.png", NULL), ORR_OK);
  orr_image_destroy(&image);
}

void draw_action(const orr_world *world, uint32_t episode, uint32_t step, float *action) {
  const orr_scenario *scenario = orr_world_scenario(world);
  orr_random random = orr_random_at(11, ORR_PURPOSE_TEST, episode, step, 0, 0);
  for (size_t i = 0; i < scenario->action_count; i++) {
    const orr_space_field *field = &scenario->action.fields[i];
    action[i] = (float)orr_random_uniform(&random, field->low, field->high);
  }
}

int main(void) {
  int failed = run_scenario_tests() + run_scene_tests() + run_scene_model_tests();
  failed += run_laws_tests();
  failed += run_joint_tests();
  failed += run_drive_tests();
  failed += run_sensor_tests();
  failed += run_physics_tests();
  failed += run_task_tests();
  failed += run_condition_tests();
  failed += run_condition_3d_tests();
  failed += run_gym_tests();
  failed += run_mujoco_tests();
  failed += run_mujoco_world_tests();
  failed += run_worlds_3d_tests();
  failed += run_world_2d_tests();
  failed += run_restore_tests();
  failed += run_vary_tests();
  failed += run_validate_tests();
  return failed != 0;
}
