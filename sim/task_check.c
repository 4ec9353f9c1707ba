/* Mistakes in tasks. */
#include "sim/scenario_check.h"

#include <stdio.h>

static bool only_polygons(const orr_body_def *body) {
  const orr_shape_def *shapes = body->shapes.items;
  for (size_t i = 0; i < body->shapes.count; i++)
    if (shapes[i].geometry.tag != ORR_SHAPE_BOX && shapes[i].geometry.tag != ORR_SHAPE_POLYGON)
      return false;
  return true;
}

/* A goal may lie a little outside of what is shown, no further: walls stand there. */
static void check_reachable(const orr_checker *c, const char *path, const orr_goal_def *goal) {
  const double *size = c->scenario->world.space.size;
  for (size_t i = 0; i < 2 && orr_check_flat(c); i++) {
    double margin = 0.1 * size[i];
    if (!(goal->position[i] < -margin || goal->position[i] > size[i] + margin)) continue;
    orr_check_complain_key(c, path, "position", "a goal lies within world.space.size",
                           "the goal is outside of the world");
    return;
  }
}

void orr_check_task(const orr_checker *c) {
  const orr_task_def *task = &c->scenario->task;
  if (task->success.tag != ORR_SUCCESS_NONE && task->goals.count == 0)
    orr_check_complain(c, "task.goals", "add a goal, or set success: {none: {}}",
                       "there is no goal that the success could be about");
  for (size_t i = 0; i < task->goals.count; i++) {
    const orr_goal_def *goal = orr_goal_at(c->scenario, i);
    char path[64];
    snprintf(path, sizeof path, "task.goals[%zu]", i);
    orr_check_finite(c, path, "position", goal->position, 2);
    check_reachable(c, path, goal);
    const orr_body_def *body = orr_check_find_body(c, goal->body);
    if (!body) continue;
    if (body->type == ORR_BODY_STATIC)
      orr_check_complain(c, path, NULL, "a static body cannot reach a goal");
    if (task->success.tag == ORR_SUCCESS_COVERAGE && !only_polygons(body))
      orr_check_complain(c, path, "use success: {pose: ...} for bodies with circles or segments",
                         "coverage is for bodies of polygons and boxes");
  }
}
