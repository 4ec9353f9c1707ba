/* Mistakes in forces, sensors, lights and the camera. */
#include "sim/scenario_check.h"

#include <stdio.h>
#include <string.h>

void orr_check_surroundings(const orr_checker *c) {
  const orr_world_def *world = &c->scenario->world;
  const orr_light_def *lights = world->lights.items;
  for (size_t i = 0; i < world->lights.count; i++) {
    char path[64];
    snprintf(path, sizeof path, "world.lights[%zu]", i);
    orr_check_colour(c, path, lights[i].colour);
  }
}
