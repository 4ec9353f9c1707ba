/* The rules of a task: how good is this state, and is the episode over? */
#include "base/maths.h"
#include "sim/condition.h"
#include "sim/coverage.h"
#include "sim/goal.h"
#include "sim/world_private.h"

static double coverage(const orr_world *world) {
  const orr_parts *parts = world->scenario->parts;
  double area = 0.0;
  for (size_t i = 0; i < parts->goal_count; i++) {
    const orr_goal_parts *goal = &parts->goals[i];
    if (goal->body < 0 || world->table->removed(world->engine, goal->body)) continue;
    area += orr_goal_overlap(world->scenario, goal,
                             world->state + (size_t)goal->body * world->scenario->stride);
  }
  return area / parts->goal_area;
}

/* How far a goal's entity is from it; infinitely when its body was removed. */
static void goal_left(const orr_world *world, const orr_goal_parts *goal, double *distance,
                      double *angle) {
  orr_goal_apart(world->scenario, goal->entity,
                 world->state + orr_state_at(world->scenario, goal->entity), goal->pose, distance,
                 angle);
  if (goal->body >= 0 && world->table->removed(world->engine, goal->body))
    *distance = *angle = INFINITY;
}

/* The part of the goals whose body or joint is near enough. */
double orr_task_poses(const orr_world *world, const orr_pose_def *rule) {
  const orr_parts *parts = world->scenario->parts;
  size_t reached = 0;
  for (size_t i = 0; i < parts->goal_count; i++) {
    double distance, angle;
    goal_left(world, &parts->goals[i], &distance, &angle);
    reached += distance <= rule->position && angle <= rule->angle && isfinite(distance);
  }
  return (double)reached / (double)parts->goal_count;
}

static double pose_term(const orr_world *world, const orr_term *term) {
  const orr_pose_term *def = term->def;
  double distance, angle;
  goal_left(world, term->goal, &distance, &angle);
  if (!isfinite(distance)) return 0.0; /* nothing is left to get there */
  return -(distance / def->position + angle / def->angle);
}

/* Of the command of the last control step. */
static double effort(const orr_world *world) {
  size_t width = world->scenario->action_count;
  if (world->core->steps == 0) return 0.0;
  size_t row = (size_t)(world->core->steps - 1) % world->command_rows;
  double sum = 0.0;
  for (size_t i = 0; i < width; i++) {
    double a = (double)world->commands[row * width + i];
    sum += a * a;
  }
  return sum;
}

/* `mark`: the distance after the step before, for progress. */
static double term_value(const orr_world *world, const orr_term *term, bool solved, double *mark) {
  const orr_scenario *scenario = world->scenario;
  switch (term->kind) {
  case ORR_TERM_SUCCESS: return solved;
  case ORR_TERM_WHEN:
  case ORR_TERM_CONTACT: return orr_condition_holds(world, &term->condition);
  case ORR_TERM_DISTANCE:
    return -orr_way_left(scenario, term->def, term->entity, term->to, world->state);
  case ORR_TERM_PROGRESS: {
    double before = *mark;
    *mark = orr_way_left(scenario, term->def, term->entity, term->to, world->state);
    return before - *mark;
  }
  case ORR_TERM_POSE: return pose_term(world, term);
  case ORR_TERM_UPRIGHT: return cos(orr_lean_of(scenario, term->entity, term->def, world->state));
  case ORR_TERM_VELOCITY: return world->state[term->at];
  case ORR_TERM_CONTROL: return -effort(world);
  case ORR_TERM_ENERGY: return world->table->energy(world->engine);
  case ORR_TERM_TIME: return 1.0;
  }
  return 0.0;
}

static double reward(const orr_world *world, bool solved) {
  const orr_union *success = &world->scenario->task.success;
  const orr_task_parts *task = world->scenario->parts->task;
  double sum = 0.0;
  for (size_t i = 0; i < task->term_count; i++)
    sum += task->terms[i].weight * term_value(world, &task->terms[i], solved, &world->marks[i]);
  if (task->term_count) return sum;
  if (success->tag == ORR_SUCCESS_COVERAGE) {
    double threshold = ((const orr_coverage_def *)success->value)->threshold;
    return orr_clamp(world->core->coverage / threshold, 0.0, 1.0);
  }
  return success->tag == ORR_SUCCESS_POSE ? orr_task_poses(world, success->value) : solved;
}

/* Sets coverage and reward; true when the task counts as solved in this very state. */
static bool score(orr_world *world) {
  const orr_task_parts *task = world->scenario->parts->task;
  orr_core *core = world->core;
  if (task->covers) core->coverage = coverage(world);
  if (task->touches)
    world->touch_count =
        world->table->contacts(world->engine, world->contacts, world->contact_capacity);
  bool solved = orr_condition_holds(world, &task->success);
  core->reward = reward(world, solved);
  return solved;
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
