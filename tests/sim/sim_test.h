/* What the tests of sim share. */
#ifndef ORR_TESTS_SIM_TEST_H
#define ORR_TESTS_SIM_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka needs the four above first. */
#include <cmocka.h>

#include "sim/world.h"

/* A scenario of this repository; fails the test when it does not load. */
orr_scenario *load_scenario(const char *path);
/* From text; NULL with the first finding in `err` when it is refused. */
orr_scenario *parse_scenario(const char *text, orr_error *err);
orr_world *new_world(const orr_scenario *scenario);
/* A world of a scenario's text, reset to episode 0; `end_world` destroys its scenario too. */
orr_world *begin_world(const char *text);
void end_world(orr_world *world);
/* A number of the world's state by its name. */
double number_of(const orr_world *world, const char *name);
/* Restore trials, all of them exact, at least `least_still` saved at rest (test_restore.c). */
void many_trials(const char *path, uint32_t trials, size_t least_still);
/* An action of a fixed random stream that keeps the bodies busy. */
void draw_action(const orr_world *world, uint32_t episode, uint32_t step, float *action);

/* A shape of that kind and layer; fails the test when the scene has none. */
const orr_scene_shape *find_shape(const orr_scene *scene, orr_scene_kind kind,
                                  orr_scene_layer layer);
void is_at(const double *got, double x, double y, double z); /* within 1e-9 */
/* Fails the test unless a scenario's text, in two parts, is refused with these words, at a line. */
void refused(const char *head, const char *tail, const char *message, const char *hint);
/* Writes paint.png into the current folder; its pixels begin with `paint_pixels`. */
extern const uint8_t paint_pixels[12];
void write_paint(int width, int height);

int run_drive_tests(void);
int run_joint_tests(void);
int run_laws_tests(void);
int run_physics_tests(void);
int run_mujoco_tests(void);
int run_mujoco_world_tests(void);
int run_restore_tests(void);
int run_scenario_tests(void);
int run_scene_tests(void);
int run_scene_model_tests(void);
int run_sensor_tests(void);
int run_task_tests(void);
int run_condition_tests(void);
int run_condition_3d_tests(void);
int run_gym_tests(void);
int run_vary_tests(void);
int run_validate_tests(void);
int run_worlds_3d_tests(void);
int run_world_2d_tests(void);

#endif
