#include "flat_scene.h"
#include "base/maths.h"

static const double bar[4][2] = {{-60, 30}, {60, 30}, {60, 0}, {-60, 0}};
static const double stem[4][2] = {{-15, 30}, {-15, 120}, {15, 120}, {15, 30}};
static const double origin[1][2] = {{0, 0}};
static const double thick[4][2][2] = {{{-93, -100}, {-93, 612}},
                                      {{604, -100}, {604, 612}},
                                      {{-100, -93}, {612, -93}},
                                      {{-100, 604}, {612, 604}}};
static const double thin[4][2][2] = {
    {{5, 506}, {5, 5}}, {{5, 5}, {506, 5}}, {{506, 5}, {506, 506}}, {{5, 506}, {506, 506}}};

static orr_scene scene_of(const push_t_pose *pose, const double (*walls)[2][2], double radius,
                          orr_scene_shape shapes[9]) {
  const double(*bars[2])[2] = {bar, stem};
  size_t count = 0;
  for (int i = 0; i < 2; i++)
    shapes[count++] = (orr_scene_shape){.kind = ORR_SCENE_POLYGON,
                                        .layer = ORR_LAYER_GOAL,
                                        .body = -1,
                                        .position = {256, 256},
                                        .angle = ORR_PI / 4,
                                        .vertices = bars[i],
                                        .vertex_count = 4,
                                        .colour = {0x90, 0xee, 0x90}};
  for (int i = 0; i < 4; i++)
    shapes[count++] = (orr_scene_shape){.kind = ORR_SCENE_SEGMENT,
                                        .layer = ORR_LAYER_STATIC,
                                        .body = -1,
                                        .radius = radius,
                                        .vertices = walls[i],
                                        .vertex_count = 2,
                                        .colour = {211, 211, 211}};
  for (int i = 0; i < 2; i++)
    shapes[count++] = (orr_scene_shape){.kind = ORR_SCENE_POLYGON,
                                        .layer = ORR_LAYER_BODY,
                                        .body = 1,
                                        .position = {pose->block[0], pose->block[1]},
                                        .angle = pose->angle,
                                        .vertices = bars[i],
                                        .vertex_count = 4,
                                        .colour = {119, 136, 153}};
  shapes[count++] = (orr_scene_shape){.kind = ORR_SCENE_CIRCLE,
                                      .layer = ORR_LAYER_ACTOR,
                                      .body = 0,
                                      .position = {pose->agent[0], pose->agent[1]},
                                      .radius = 15,
                                      .vertices = origin,
                                      .vertex_count = 1,
                                      .colour = {65, 105, 225}};
  return (orr_scene){
      .dimensions = 2, .size = {512, 512}, .y_down = true, .shapes = shapes, .shape_count = count};
}

orr_scene push_t_scene(const push_t_pose *pose, orr_scene_shape shapes[9]) {
  return scene_of(pose, thick, 100.0, shapes);
}

orr_scene push_t_gym_scene(const push_t_pose *pose, orr_scene_shape shapes[9]) {
  return scene_of(pose, thin, 2.0, shapes);
}
