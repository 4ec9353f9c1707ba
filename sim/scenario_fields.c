/* The field tables of `world` and `task`: the format that a scenario file follows. */
#include "sim/goal.h"

#include <math.h>

static const orr_field circle_fields[] = {
    {ORR_FIELD(REAL, orr_circle_def, radius), .help = "Radius", .unit = "length", .low = 1e-9,
     .high = 1e9},
    {ORR_FIELD(VECTOR, orr_circle_def, offset), .help = "Centre in the body's frame",
     .unit = "length", .preset = "[0, 0]", .length = 2},
};
static const orr_record circle_record = {ORR_RECORD("circle", orr_circle_def, circle_fields),
                                         .help = "A disc"};

static const orr_field box_fields[] = {
    {ORR_FIELD(VECTOR, orr_box_def, size), .help = "Width and height", .unit = "length",
     .length = 2, .low = 1e-9, .high = 1e9},
    {ORR_FIELD(VECTOR, orr_box_def, offset), .help = "Centre in the body's frame", .unit = "length",
     .preset = "[0, 0]", .length = 2},
};
static const orr_record box_record = {ORR_RECORD("box", orr_box_def, box_fields),
                                      .help = "A rectangle along the axes of its body"};

static const orr_field polygon_fields[] = {
    {ORR_FIELD(POINTS, orr_polygon_def, vertices),
     .help = "Corners of a convex polygon in the body's frame, in either direction",
     .unit = "length", .length = 3},
};
static const orr_record polygon_record = {ORR_RECORD("polygon", orr_polygon_def, polygon_fields),
                                          .help = "A convex polygon"};

static const orr_field segment_fields[] = {
    {ORR_FIELD(VECTOR, orr_segment_def, a), .help = "One end in the body's frame", .unit = "length",
     .length = 2},
    {ORR_FIELD(VECTOR, orr_segment_def, b), .help = "The other end", .unit = "length", .length = 2},
    {ORR_FIELD(REAL, orr_segment_def, radius), .help = "Half of the thickness", .unit = "length",
     .low = 0.0, .high = 1e9},
};
static const orr_record segment_record = {ORR_RECORD("segment", orr_segment_def, segment_fields),
                                          .help = "A thick line with round ends"};

/* In the order of orr_shape_type. */
static const orr_record *const shape_variants[] = {&circle_record, &box_record, &polygon_record,
                                                   &segment_record, NULL};

static const orr_field shape_fields[] = {
    {ORR_FIELD(UNION, orr_shape_def, geometry), .help = "circle, box, polygon or segment",
     .variants = shape_variants},
    {ORR_FIELD(REAL, orr_shape_def, friction),
     .help = "Coulomb friction; the product of both shapes counts", .preset = "0", .low = 0.0,
     .high = 100.0},
    {ORR_FIELD(REAL, orr_shape_def, elasticity),
     .help = "Restitution; the product of both shapes counts", .preset = "0", .low = 0.0,
     .high = 1.0},
    {ORR_FIELD(INT, orr_shape_def, group),
     .help = "Shapes of the same group do not collide; 0 is no group", .preset = "0", .low = 0.0,
     .high = 1e9},
};
static const orr_record shape_record = {ORR_RECORD("shape", orr_shape_def, shape_fields),
                                        .help = "What collides and what is drawn"};

static const char *const order_names[] = {"angle_then_position", "position_then_angle", NULL};

static const orr_field start_fields[] = {
    {ORR_FIELD(RANGES, orr_start_def, position), .help = "Where the body's origin starts",
     .unit = "length", .preset = "[0, 0]", .length = 2},
    {ORR_FIELD(RANGE, orr_start_def, angle), .help = "Its angle", .unit = "rad", .preset = "0"},
    {ORR_FIELD(RANGES, orr_start_def, velocity), .help = "Velocity of the origin",
     .unit = "length/s", .preset = "[0, 0]", .length = 2},
    {ORR_FIELD(RANGE, orr_start_def, omega), .help = "Angular velocity", .unit = "rad/s",
     .preset = "0"},
    {ORR_FIELD(ENUM, orr_start_def, order),
     .help = "position_then_angle turns the body about its centre of mass after its origin was "
             "placed, as gym-pusht does: the origin moves away",
     .preset = "angle_then_position", .names = order_names},
};
static const orr_record start_record = {
    ORR_RECORD("start", orr_start_def, start_fields),
    .help = "The state in which an episode begins; numbers may be drawn"};

static const char *const body_types[] = {"static", "kinematic", "dynamic", NULL};

static const orr_field body_fields[] = {
    {ORR_FIELD(TEXT, orr_body_def, name), .help = "Its name, unique among the bodies"},
    {ORR_FIELD(ENUM, orr_body_def, type),
     .help = "static never moves, kinematic moves as it is told, dynamic obeys forces",
     .preset = "dynamic", .names = body_types},
    {ORR_FIELD(REAL, orr_body_def, mass), .help = "Mass of a dynamic body; 0: from density",
     .unit = "kg", .preset = "0", .low = 0.0, .high = 1e12},
    {ORR_FIELD(REAL, orr_body_def, density), .help = "Mass per area, used when mass is 0",
     .unit = "kg/area", .preset = "0", .low = 0.0, .high = 1e12},
    {ORR_FIELD(REAL, orr_body_def, moment),
     .help = "Moment of inertia about the centre of mass; 0: from the shapes", .unit = "kg area",
     .preset = "0", .low = 0.0, .high = 1e18},
    {ORR_FIELD(VECTOR, orr_body_def, centre_of_mass), .help = "Centre of mass in the body's frame",
     .unit = "length", .preset = "[0, 0]", .length = 2},
    {ORR_FIELD(RECORD, orr_body_def, start), .help = "Where and how it begins", .preset = "{}",
     .record = &start_record},
    {ORR_FIELD(LIST, orr_body_def, shapes),
     .help = "Its shapes; parts may touch but should not overlap", .record = &shape_record,
     .length = 1},
    {ORR_FIELD(TEXT, orr_body_def, colour), .help = "\"#rrggbb\" or a CSS colour name",
     .preset = "lightslategray"},
};
static const orr_record body_record = {ORR_RECORD("body", orr_body_def, body_fields),
                                       .help = "A rigid body", .unique_names = true};

static const char *const joint_types[] = {
    "pivot", "pin", "slide", "spring", "rotary_spring", "rotary_limit", "gear", "motor", NULL};

static const orr_field joint_fields[] = {
    {ORR_FIELD(TEXT, orr_joint_def, name), .help = "Its name, unique among the joints"},
    {ORR_FIELD(ENUM, orr_joint_def, type),
     .help = "pivot holds two anchors together, pin keeps their distance, slide keeps it in limits",
     .names = joint_types},
    {ORR_FIELD(REF, orr_joint_def, body_a), .help = "First body", .target = "world.bodies"},
    {ORR_FIELD(REF, orr_joint_def, body_b), .help = "Second body", .target = "world.bodies"},
    {ORR_FIELD(VECTOR, orr_joint_def, anchor_a), .help = "Anchor in the first body's frame",
     .unit = "length", .preset = "[0, 0]", .length = 2},
    {ORR_FIELD(VECTOR, orr_joint_def, anchor_b), .help = "Anchor in the second body's frame",
     .unit = "length", .preset = "[0, 0]", .length = 2},
    {ORR_FIELD(VECTOR, orr_joint_def, limits),
     .help = "slide: least and most distance; rotary_limit: least and most angle",
     .preset = "[0, 0]", .length = 2},
    {ORR_FIELD(REAL, orr_joint_def, rest), .help = "Springs: rest length or angle; gear: phase",
     .preset = "0", .low = -1e9, .high = 1e9},
    {ORR_FIELD(REAL, orr_joint_def, stiffness), .help = "Stiffness of springs", .preset = "0",
     .low = 0.0, .high = 1e12},
    {ORR_FIELD(REAL, orr_joint_def, damping), .help = "Damping of springs", .preset = "0",
     .low = 0.0, .high = 1e12},
    {ORR_FIELD(REAL, orr_joint_def, rate), .help = "motor: relative speed in rad/s; gear: ratio",
     .preset = "0", .low = -1e9, .high = 1e9},
    {ORR_FIELD(REAL, orr_joint_def, max_force), .help = "The most that the joint can push",
     .preset = "inf", .low = 0.0, .high = INFINITY},
    {ORR_FIELD(BOOL, orr_joint_def, collide), .help = "Whether the two bodies still collide",
     .preset = "false"},
};
static const orr_record joint_record = {ORR_RECORD("joint", orr_joint_def, joint_fields),
                                        .help = "A constraint between two bodies",
                                        .unique_names = true};

/* In the order of orr_action_meaning; "other" has no place in a file. */
static const char *const meanings[] = {"other", "absolute", "relative", NULL};

static const orr_field actuator_fields[] = {
    {ORR_FIELD(TEXT, orr_actuator_def, name), .help = "Its name, unique among the actuators"},
    {ORR_FIELD(REF, orr_actuator_def, body), .help = "The kinematic body that it moves",
     .target = "world.bodies"},
    {ORR_FIELD(REAL, orr_actuator_def, kp), .help = "Position gain", .unit = "1/s^2",
     .preset = "100", .low = 0.0, .high = 1e9},
    {ORR_FIELD(REAL, orr_actuator_def, kv), .help = "Velocity gain", .unit = "1/s", .preset = "20",
     .low = 0.0, .high = 1e9},
    {ORR_FIELD(ENUM, orr_actuator_def, meaning),
     .help = "absolute: the action is the target; relative: target = position + scale x action",
     .preset = "relative", .names = meanings},
    {ORR_FIELD(REAL, orr_actuator_def, scale), .help = "Of a relative action", .unit = "length",
     .preset = "100", .low = 0.0, .high = 1e9},
    {ORR_FIELD(VECTOR, orr_actuator_def, low), .help = "Least nominal action", .preset = "[-1, -1]",
     .length = 2},
    {ORR_FIELD(VECTOR, orr_actuator_def, high), .help = "Largest nominal action",
     .preset = "[1, 1]", .length = 2},
    {ORR_FIELD(BOOL, orr_actuator_def, clip),
     .help = "Whether actions are clipped to low..high before use", .preset = "false"},
    {ORR_FIELD(INT, orr_actuator_def, delay), .help = "Control steps between command and effect",
     .preset = "0", .low = 0.0, .high = 1000.0},
};
static const orr_record actuator_record = {
    ORR_RECORD("actuator", orr_actuator_def, actuator_fields),
    .help = "A position target for a kinematic body, followed by a PD law", .unique_names = true};

static const char *const unit_names[] = {"m", "px", NULL};
static const char *const y_names[] = {"up", "down", NULL};

static const orr_field space_fields[] = {
    {ORR_FIELD(ENUM, orr_space_def, unit), .help = "Unit of length", .preset = "m",
     .names = unit_names},
    {ORR_FIELD(ENUM, orr_space_def, y), .help = "Where y grows to", .preset = "up",
     .names = y_names},
    {ORR_FIELD(VECTOR, orr_space_def, size),
     .help = "Width and height of what is shown, from the origin", .unit = "length", .length = 2,
     .low = 1e-6, .high = 1e9},
};
static const orr_record space_record = {ORR_RECORD("space", orr_space_def, space_fields),
                                        .help = "Units and extent"};

static const char *const engine_names[] = {"chipmunk", NULL};

static const orr_field world_fields[] = {
    {ORR_FIELD(ENUM, orr_world_def, engine), .help = "What computes the motion",
     .preset = "chipmunk", .names = engine_names},
    {ORR_FIELD(RECORD, orr_world_def, space), .help = "Units and extent", .record = &space_record},
    {ORR_FIELD(VECTOR, orr_world_def, gravity), .help = "Acceleration of free bodies",
     .unit = "length/s^2", .preset = "[0, 0]", .length = 2},
    {ORR_FIELD(REAL, orr_world_def, damping),
     .help = "Part of a dynamic body's velocity that is kept per second; 0: none, it moves only "
             "while it is pushed",
     .preset = "1", .low = 0.0, .high = 1.0},
    {ORR_FIELD(REAL, orr_world_def, dt), .help = "Length of a substep", .unit = "s",
     .preset = "0.01", .low = 1e-6, .high = 1.0},
    {ORR_FIELD(INT, orr_world_def, substeps), .help = "Substeps in a control step", .preset = "10",
     .low = 1.0, .high = 10000.0},
    {ORR_FIELD(INT, orr_world_def, repeat), .help = "Control steps for which one action is held",
     .preset = "1", .low = 1.0, .high = 1000.0},
    {ORR_FIELD(INT, orr_world_def, iterations), .help = "Iterations of the contact solver",
     .preset = "10", .low = 1.0, .high = 1000.0},
    {ORR_FIELD(REAL, orr_world_def, slop), .help = "Penetration that is allowed", .unit = "length",
     .preset = "0.1", .low = 0.0, .high = 1e6},
    {ORR_FIELD(REAL, orr_world_def, bias),
     .help = "Part of a penetration that is left after a second; Chipmunk's (1.0f - 0.1f)^60",
     .preset = "0.0017970074436457143", .low = 0.0, .high = 1.0},
    {ORR_FIELD(REAL, orr_world_def, sleep_time), .help = "Rest until a body sleeps; inf: never",
     .unit = "s", .preset = "inf", .low = 1e-6, .high = INFINITY},
    {ORR_FIELD(INT, orr_world_def, settle), .help = "Substeps that are run when an episode begins",
     .preset = "0", .low = 0.0, .high = 100000.0},
    {ORR_FIELD(LIST, orr_world_def, bodies),
     .help = "All bodies; the moving ones in this order make the state", .record = &body_record,
     .length = 1},
    {ORR_FIELD(LIST, orr_world_def, joints), .help = "What ties bodies together", .preset = "[]",
     .record = &joint_record},
    {ORR_FIELD(LIST, orr_world_def, actuators),
     .help = "What actions move; each takes two numbers of the action", .preset = "[]",
     .record = &actuator_record},
};
const orr_record orr_world_record = {ORR_RECORD("world", orr_world_def, world_fields),
                                     .help =
                                         "Bodies, joints, actuators and the numbers of the engine"};

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
