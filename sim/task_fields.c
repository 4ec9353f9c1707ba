/* The field tables of tasks and goal rules. */
#include "sim/goal.h"

#include <math.h>

static const orr_field goal_fields[] = {
    {ORR_FIELD(REF, orr_goal_def, body), .help = "The moving body that shall get there",
     .target = "world.bodies"},
    {ORR_FIELD(VECTOR, orr_goal_def, position), .help = "Of its origin", .unit = "length",
     .length = 2},
    {ORR_FIELD(REAL, orr_goal_def, angle), .help = "Its angle", .unit = "rad", .preset = "0",
     .low = -1e6, .high = 1e6},
};
static const orr_record goal_record = {ORR_RECORD("goal", orr_goal_def, goal_fields),
                                       .help = "A pose that the task asks for"};

typedef struct none_def {
  int nothing;
} none_def;
static const orr_record none_record = {
    .name = "none", .help = "The task has no success", .size = sizeof(none_def)};

static const orr_field coverage_fields[] = {
    {ORR_FIELD(REAL, orr_coverage_def, threshold),
     .help = "Part of the goal's area that must be covered, exclusive", .preset = "0.95",
     .low = 1e-6, .high = 1.0},
};
static const orr_record coverage_record = {
    ORR_RECORD("coverage", orr_coverage_def, coverage_fields),
    .help = "The bodies cover their goals; reward = min(1, coverage/threshold)"};

static const orr_field pose_fields[] = {
    {ORR_FIELD(REAL, orr_pose_def, position), .help = "Largest distance of an origin from its goal",
     .unit = "length", .low = 0.0, .high = 1e9},
    {ORR_FIELD(REAL, orr_pose_def, angle), .help = "Largest difference of the turns", .unit = "rad",
     .preset = "inf", .low = 0.0, .high = INFINITY},
};
static const orr_record pose_record = {
    ORR_RECORD("pose", orr_pose_def, pose_fields),
    .help = "The bodies are near their goals; reward = part of the goals reached"};

/* In the order of orr_success_kind. */
static const orr_record *const success_variants[] = {&none_record, &coverage_record, &pose_record,
                                                     NULL};

static const orr_field task_fields[] = {
    {ORR_FIELD(LIST, orr_task_def, goals), .help = "Poses that the task asks for", .preset = "[]",
     .record = &goal_record},
    {ORR_FIELD(INT, orr_task_def, time_limit),
     .help = "Control steps until an episode is truncated; 0: none", .preset = "0", .low = 0.0,
     .high = 1e7},
    {ORR_FIELD(UNION, orr_task_def, success),
     .help = "When the task is solved: none, coverage or pose", .preset = "{none: {}}",
     .variants = success_variants},
    {ORR_FIELD(INT, orr_task_def, hold), .help = "Control steps for which the success must last",
     .preset = "1", .low = 1.0, .high = 1e6},
};
const orr_record orr_task_record = {ORR_RECORD("task", orr_task_def, task_fields),
                                    .help = "What an episode is about"};

static const orr_field rule_fields[] = {
    {ORR_FIELD(TEXT, orr_goal_rule, name), .help = "Name of the rule"},
    {ORR_FIELD(TEXTS, orr_goal_rule, position_bodies),
     .help = "Moving bodies whose positions together must be near", .preset = "[]"},
    {ORR_FIELD(TEXTS, orr_goal_rule, angle_bodies),
     .help = "Moving bodies whose turns must each be near", .preset = "[]"},
    {ORR_FIELD(REAL, orr_goal_rule, position),
     .help = "Norm of the position differences must be below this", .unit = "length",
     .preset = "inf", .low = 0.0, .high = INFINITY},
    {ORR_FIELD(REAL, orr_goal_rule, angle),
     .help = "Each wrapped angle difference must be below this", .unit = "rad", .preset = "inf",
     .low = 0.0, .high = INFINITY},
    {ORR_FIELD(INT, orr_goal_rule, hold), .help = "Control steps in a row", .preset = "1",
     .low = 1.0, .high = 1e6},
};
const orr_record orr_goal_rule_record = {
    ORR_RECORD("rule", orr_goal_rule, rule_fields),
    .help = "When a state counts as having reached a goal state", .unique_names = true};
