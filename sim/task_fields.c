/* The field tables of tasks and goal rules. Names are texts: an MJCF file may bring what they name,
 * so task_check.c looks them up. */
#include "sim/goal.h"
#include "sim/surroundings_def.h"

#include <math.h>

static const orr_field goal_fields[] = {
    {ORR_FIELD(TEXT, orr_goal_def, body), .preset = "null",
     .help = "The moving body that shall get there; or give joint"},
    {ORR_FIELD(VECTOR, orr_goal_def, position), .help = "Of its origin", .unit = "length",
     .preset = "[0, 0]", .length = 3, .least = 2},
    {ORR_FIELD(REAL, orr_goal_def, angle),
     .help = "Its angle (3D: its heading; it stands upright), or that of a pivot", .unit = "rad",
     .preset = "0", .low = -1e6, .high = 1e6},
    {ORR_FIELD(TEXT, orr_goal_def, joint), .help = "The pivot or slide that shall get there",
     .preset = "null", .later = true},
    {ORR_FIELD(REAL, orr_goal_def, offset), .help = "Of a slide", .unit = "length", .preset = "0",
     .low = -1e9, .high = 1e9, .later = true},
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

/* Both stand first in the structs that hold them. */
#define WAY                                                                                        \
  {ORR_FIELD(TEXT, orr_way_def, body), .help = "A moving body"},                                   \
      {ORR_FIELD(TEXT, orr_way_def, to), .preset = "null",                                         \
       .help = "A moving body to get to; null: a point of the world"},                             \
  {                                                                                                \
    ORR_FIELD(VECTOR, orr_way_def, point), .unit = "length", .preset = "[0, 0]", .length = 3,      \
                                           .least = 2,                                             \
                                           .help = "The point; with `to` as seen from that "       \
                                                   "body's origin, along the world's axes"         \
  }
#define LEAN                                                                                       \
  {ORR_FIELD(TEXT, orr_lean_def, body), .preset = "null", .help = "A moving body; or give joint"}, \
      {ORR_FIELD(TEXT, orr_lean_def, joint), .preset = "null", .help = "A pivot"}, {               \
    ORR_FIELD(REAL, orr_lean_def, angle), .unit = "rad", .preset = "0", .low = -1e6, .high = 1e6,  \
                                          .help = "What its angle shall be; of a body in 3D: "     \
                                                  "between its z axis and the world's"             \
  }
_Static_assert(offsetof(orr_reach_def, way) == 0, "fields of a way are its");
_Static_assert(offsetof(orr_balance_def, lean) == 0, "fields of a lean are its");

static const orr_field reach_fields[] = {
    WAY,
    {ORR_FIELD(REAL, orr_reach_def, distance), .unit = "length", .low = 0.0, .high = 1e9,
     .help = "Largest distance of its origin, inclusive"},
};
static const orr_record reach_record = {ORR_RECORD("reach", orr_reach_def, reach_fields),
                                        .help = "A body's origin is near a point or a body"};

static const orr_field contact_fields[] = {
    {ORR_FIELD(TEXT, orr_contact_def, body), .help = "A body"},
    {ORR_FIELD(TEXT, orr_contact_def, other), .preset = "null",
     .help = "What it touches; null: anything"},
};
static const orr_record contact_record = {ORR_RECORD("contact", orr_contact_def, contact_fields),
                                          .help = "Two bodies touch when a control step ends"};

static const orr_field inside_fields[] = {
    {ORR_FIELD(TEXT, orr_inside_def, body), .help = "A moving body"},
    {ORR_FIELD(UNION, orr_inside_def, region), .help = "A box or a ball, its rim included",
     .variants = orr_region_variants},
};
static const orr_record inside_record = {ORR_RECORD("inside", orr_inside_def, inside_fields),
                                         .help = "A body's centre of mass is in a region"};

static const orr_field balance_fields[] = {
    LEAN,
    {ORR_FIELD(REAL, orr_balance_def, within), .unit = "rad", .low = 0.0, .high = 1e6,
     .help = "Largest difference from it, inclusive"},
    {ORR_FIELD(REAL, orr_balance_def, rate), .unit = "rad/s", .preset = "inf", .low = 0.0,
     .high = INFINITY, .help = "Largest angular velocity, inclusive"},
};
static const orr_record balance_record = {ORR_RECORD("balance", orr_balance_def, balance_fields),
                                          .help = "A pivot or body stands at an angle"};

static const orr_field lift_fields[] = {
    {ORR_FIELD(TEXT, orr_lift_def, body), .help = "A moving body"},
    {ORR_FIELD(REAL, orr_lift_def, height), .unit = "length", .low = -1e9, .high = 1e9,
     .help = "Least z of its origin, inclusive; in 2D least y, or with y: down largest y"},
};
static const orr_record lift_record = {ORR_RECORD("lift", orr_lift_def, lift_fields),
                                       .help = "A body is high enough"};

static const orr_field rest_fields[] = {
    {ORR_FIELD(TEXTS, orr_rest_def, bodies), .preset = "[]",
     .help = "Moving bodies; empty: all of them"},
    {ORR_FIELD(REAL, orr_rest_def, speed), .unit = "length/s", .low = 0.0, .high = 1e9,
     .help = "Largest speed of each origin, inclusive"},
    {ORR_FIELD(REAL, orr_rest_def, omega), .unit = "rad/s", .preset = "inf", .low = 0.0,
     .high = INFINITY, .help = "Largest angular velocity of each, inclusive"},
};
static const orr_record rest_record = {ORR_RECORD("rest", orr_rest_def, rest_fields),
                                       .help = "Bodies do not move"};

static const orr_field group_fields[] = {
    {ORR_FIELD(UNIONS, orr_group_def, of), .variants = orr_condition_variants, .length = 1,
     .help = "Conditions, each written like success"},
};
static const orr_record all_record = {ORR_RECORD("all", orr_group_def, group_fields),
                                      .help = "All of the conditions hold at once"};
static const orr_record any_record = {ORR_RECORD("any", orr_group_def, group_fields),
                                      .help = "At least one of the conditions holds"};

static const orr_field not_fields[] = {
    {ORR_FIELD(UNION, orr_not_def, of), .variants = orr_condition_variants,
     .help = "A condition, written like success"},
};
static const orr_record not_record = {ORR_RECORD("not", orr_not_def, not_fields),
                                      .help = "A condition does not hold"};

/* In the order of orr_success_kind. */
const orr_record *const orr_condition_variants[] = {
    &none_record,   &coverage_record, &pose_record, &reach_record, &contact_record,
    &inside_record, &balance_record,  &lift_record, &rest_record,  &all_record,
    &any_record,    &not_record,      NULL};

static const orr_record success_term = {.name = "success",
                                        .help =
                                            "1 when the success holds in this very state, else 0",
                                        .size = sizeof(none_def)};
static const orr_field when_fields[] = {
    {.name = "condition",
     .type = ORR_FIELD_UNION,
     .offset = offsetof(orr_not_def, of),
     .variants = orr_condition_variants,
     .help = "A condition, written like success"},
};
static const orr_record when_term = {ORR_RECORD("when", orr_not_def, when_fields),
                                     .help = "1 when a condition holds, else 0"};
static const orr_record contact_term = {ORR_RECORD("contact", orr_contact_def, contact_fields),
                                        .help = "1 when two bodies touch, else 0"};
static const orr_field way_fields[] = {WAY};
static const orr_record distance_term = {
    ORR_RECORD("distance", orr_way_def, way_fields),
    .help = "Minus the distance of a body's origin from a point or a body, length; at most 0"};
static const orr_record progress_term = {
    ORR_RECORD("progress", orr_way_def, way_fields),
    .help = "By how much that distance shrank in this control step, length"};
static const orr_field pose_term_fields[] = {
    {ORR_FIELD(TEXT, orr_pose_term, goal), .help = "A body or joint of task.goals"},
    {ORR_FIELD(REAL, orr_pose_term, position), .unit = "length", .preset = "1", .low = 1e-9,
     .high = INFINITY, .help = "The distance that counts as one; inf: it does not count"},
    {ORR_FIELD(REAL, orr_pose_term, angle), .unit = "rad", .preset = "inf", .low = 1e-9,
     .high = INFINITY, .help = "The turn that counts as one; inf: it does not count"},
};
static const orr_record pose_term = {
    ORR_RECORD("pose", orr_pose_term, pose_term_fields),
    .help = "Minus (distance / position + |wrapped turn| / angle) from its goal; at most 0"};
static const orr_field upright_fields[] = {LEAN};
static const orr_record upright_term = {ORR_RECORD("upright", orr_lean_def, upright_fields),
                                        .help =
                                            "Cosine of how far it leans from `angle`; in [-1, 1]"};
static const char *const axis_names[] = {"x", "y", "z", NULL};
static const orr_field velocity_fields[] = {
    {ORR_FIELD(TEXT, orr_velocity_term, body), .preset = "null",
     .help = "A moving body; or give joint"},
    {ORR_FIELD(TEXT, orr_velocity_term, joint), .preset = "null", .help = "A pivot or slide"},
    {ORR_FIELD(ENUM, orr_velocity_term, axis), .names = axis_names, .preset = "x",
     .help = "Of a body's velocity"},
};
static const orr_record velocity_term = {
    ORR_RECORD("velocity", orr_velocity_term, velocity_fields),
    .help = "Velocity of a body's origin along an axis, or of a joint"};
static const orr_record control_term = {
    .name = "control",
    .help = "Minus the sum of the squares of the action's numbers, as commanded "
            "(after repeat and clip, before delay and gain); at most 0",
    .size = sizeof(none_def)};
static const orr_record energy_term = {
    .name = "energy",
    .help = "Kinetic energy and that of gravity of all dynamic bodies",
    .size = sizeof(none_def)};
static const orr_record time_term = {
    .name = "time", .help = "1 in every control step", .size = sizeof(none_def)};

/* In the order of orr_term_kind. */
static const orr_record *const term_variants[] = {
    &success_term, &when_term,     &contact_term, &distance_term, &progress_term, &pose_term,
    &upright_term, &velocity_term, &control_term, &energy_term,   &time_term,     NULL};

static const orr_field reward_fields[] = {
    {ORR_FIELD(TEXT, orr_reward_def, name), .help = "Its name, unique among the terms"},
    {ORR_FIELD(REAL, orr_reward_def, weight), .help = "The term is multiplied by it", .preset = "1",
     .low = -1e9, .high = 1e9},
    {ORR_FIELD(UNION, orr_reward_def, term), .help = "What is measured after each control step",
     .variants = term_variants},
};
static const orr_record reward_record = {ORR_RECORD("reward", orr_reward_def, reward_fields),
                                         .help = "A weighted term", .unique_names = true};

static const orr_field task_fields[] = {
    {ORR_FIELD(LIST, orr_task_def, goals), .help = "Poses that the task asks for", .preset = "[]",
     .record = &goal_record},
    {ORR_FIELD(INT, orr_task_def, time_limit),
     .help = "Control steps until an episode is truncated; 0: none", .preset = "0", .low = 0.0,
     .high = 1e7},
    {ORR_FIELD(UNION, orr_task_def, success),
     .help = "When the task is solved; judged after each control step, and of a body that was "
             "removed nothing holds",
     .preset = "{none: {}}", .variants = orr_condition_variants},
    {ORR_FIELD(INT, orr_task_def, hold), .help = "Control steps for which the success must last",
     .preset = "1", .low = 1.0, .high = 1e6},
    {ORR_FIELD(LIST, orr_task_def, reward),
     .help = "The reward of a control step is the sum of weight times term, in this order; empty: "
             "as coverage and pose say, 1 when another success holds, else 0",
     .preset = "[]", .record = &reward_record, .later = true},
};
const orr_record orr_task_record = {ORR_RECORD("task", orr_task_def, task_fields),
                                    .help = "What an episode is about"};

static const orr_field rule_fields[] = {
    {ORR_FIELD(TEXT, orr_goal_rule, name), .help = "Name of the rule"},
    {ORR_FIELD(TEXTS, orr_goal_rule, position_bodies),
     .help = "Moving bodies whose positions together must be near", .preset = "[]"},
    {ORR_FIELD(TEXTS, orr_goal_rule, angle_bodies),
     .help = "Moving bodies whose turns must each be near", .preset = "[]"},
    {ORR_FIELD(TEXTS, orr_goal_rule, joints), .help = "Pivots and slides that must each be near",
     .preset = "[]", .later = true},
    {ORR_FIELD(REAL, orr_goal_rule, position),
     .help = "Norm of the position differences must be below this", .unit = "length",
     .preset = "inf", .low = 0.0, .high = INFINITY},
    {ORR_FIELD(REAL, orr_goal_rule, angle),
     .help = "Each wrapped angle difference (3D: of headings) must be below this", .unit = "rad",
     .preset = "inf", .low = 0.0, .high = INFINITY},
    {ORR_FIELD(REAL, orr_goal_rule, turn),
     .help = "3D: the angle of the rotation between a body's turn and its goal's must be below "
             "this",
     .unit = "rad", .preset = "inf", .low = 0.0, .high = INFINITY, .later = true},
    {ORR_FIELD(REAL, orr_goal_rule, joint),
     .help = "Each difference of a pivot (wrapped, rad) or slide (length) must be below this; inf: "
             "below `angle` or `position`",
     .preset = "inf", .low = 0.0, .high = INFINITY, .later = true},
    {ORR_FIELD(INT, orr_goal_rule, hold), .help = "Control steps in a row", .preset = "1",
     .low = 1.0, .high = 1e6},
};
const orr_record orr_goal_rule_record = {
    ORR_RECORD("rule", orr_goal_rule, rule_fields),
    .help = "When a state counts as having reached a goal state", .unique_names = true};
