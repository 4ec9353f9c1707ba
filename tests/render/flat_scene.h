/* 2D scenes for tests. */
#ifndef ORR_TESTS_RENDER_FLAT_SCENE_H
#define ORR_TESTS_RENDER_FLAT_SCENE_H

#include "sim/scene.h"

/* The picture of Push-T: thick walls, the goal, the block and the agent; 9 shapes. */
typedef struct push_t_pose {
  double agent[2], block[2], angle;
} push_t_pose;
orr_scene push_t_scene(const push_t_pose *pose, orr_scene_shape shapes[9]);
/* With the thin walls of gym-pusht. */
orr_scene push_t_gym_scene(const push_t_pose *pose, orr_scene_shape shapes[9]);

#endif
