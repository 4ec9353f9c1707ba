/* The rules of a task: how good is this state, and is the episode over? */
#include "base/maths.h"
#include "sim/coverage.h"
#include "sim/world_private.h"

static double coverage(const orr_world *world) {
  const orr_parts *parts = world->scenario->parts;
  double area = 0.0;
  for (size_t i = 0; i < parts->goal_count; i++) {
    const orr_goal_parts *goal = &parts->goals[i];
    if (world->table->removed(world->engine, goal->body)) continue;
    area += orr_goal_overlap(world->scenario, goal,
                             world->state + (size_t)goal->body * world->scenario->stride);
  }
  return area / parts->goal_area;
}

/* The part of the goals whose body is near enough. */
static double poses_reached(const orr_world *world, const orr_pose_def *rule) {
  const orr_parts *parts = world->scenario->parts;
  size_t reached = 0;
  for (size_t i = 0; i < parts->goal_count; i++) {
    const orr_goal_parts *goal = &parts->goals[i];
    const double *pose = world->state + (size_t)goal->body * world->scenario->stride;
    double dx = pose[0] - goal->pose[0], dy = pose[1] - goal->pose[1];
    bool near = sqrt(dx * dx + dy * dy) <= rule->position &&
                fabs(orr_wrap_angle(pose[2] - goal->pose[2])) <= rule->angle;
    reached += near && !world->table->removed(world->engine, goal->body);
  }
  return (double)reached / (double)parts->goal_count;
}

/* Sets coverage and reward; true when the task counts as solved in this very state. */
static bool score(orr_world *world) {
  const orr_union *success = &world->scenario->task.success;
  orr_core *core = world->core;
  switch ((orr_success_kind)success->tag) {
  case ORR_SUCCESS_NONE: return false;
  case ORR_SUCCESS_COVERAGE: {
    double threshold = ((const orr_coverage_def *)success->value)->threshold;
    core->coverage = coverage(world);
    core->reward = orr_clamp(core->coverage / threshold, 0.0, 1.0);
    return core->coverage > threshold;
  }
  case ORR_SUCCESS_POSE:
    core->reward = poses_reached(world, success->value);
    return core->reward >= 1.0;
  }
  return false;
}

void orr_task_begin(orr_world *world) {
  score(world);
  world->core->reward = 0.0; /* a reward belongs to a step */
}

void orr_task_judge(orr_world *world) {
  const orr_task_def *task = &world->scenario->task;
  orr_core *core = world->core;
  core->held = score(world) ? core->held + 1 : 0;
  if (core->held > 0 && core->held >= task->hold) core->success = true;
  if (core->end != ORR_RUNNING) return;
  if (core->success)
    core->end = ORR_TERMINATED;
  else if (task->time_limit > 0 && core->steps >= task->time_limit)
    core->end = ORR_TRUNCATED;
}
