/* The field tables of `world` and `task`: the format that a scenario file follows. */
#include "sim/goal.h"

#include <math.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const orr_field circle_fields[] = {
  {.name = "radius", .type = ORR_FIELD_REAL, .offset = offsetof(orr_circle_def, radius),
   .help = "Radius", .unit = "length", .low = 1e-9, .high = 1e9},
  {.name = "offset", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_circle_def, offset),
   .help = "Centre in the body's frame", .unit = "length", .preset = "[0, 0]", .length = 2},
};
static const orr_record circle_record = {
  .name = "circle", .help = "A disc", .size = sizeof(orr_circle_def),
  .fields = circle_fields, .count = COUNT(circle_fields)};

static const orr_field box_fields[] = {
  {.name = "size", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_box_def, size),
   .help = "Width and height", .unit = "length", .length = 2, .low = 1e-9, .high = 1e9},
  {.name = "offset", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_box_def, offset),
   .help = "Centre in the body's frame", .unit = "length", .preset = "[0, 0]", .length = 2},
};
static const orr_record box_record = {
  .name = "box", .help = "A rectangle along the axes of its body", .size = sizeof(orr_box_def),
  .fields = box_fields, .count = COUNT(box_fields)};

static const orr_field polygon_fields[] = {
  {.name = "vertices", .type = ORR_FIELD_POINTS, .offset = offsetof(orr_polygon_def, vertices),
   .help = "Corners of a convex polygon in the body's frame, in either direction",
   .unit = "length", .length = 3},
};
static const orr_record polygon_record = {
  .name = "polygon", .help = "A convex polygon", .size = sizeof(orr_polygon_def),
  .fields = polygon_fields, .count = COUNT(polygon_fields)};

static const orr_field segment_fields[] = {
  {.name = "a", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_segment_def, a),
   .help = "One end in the body's frame", .unit = "length", .length = 2},
  {.name = "b", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_segment_def, b),
   .help = "The other end", .unit = "length", .length = 2},
  {.name = "radius", .type = ORR_FIELD_REAL, .offset = offsetof(orr_segment_def, radius),
   .help = "Half of the thickness", .unit = "length", .low = 0.0, .high = 1e9},
};
static const orr_record segment_record = {
  .name = "segment", .help = "A thick line with round ends", .size = sizeof(orr_segment_def),
  .fields = segment_fields, .count = COUNT(segment_fields)};

/* In the order of orr_shape_type. */
static const orr_record *const shape_variants[] = {&circle_record, &box_record, &polygon_record,
                                                   &segment_record, NULL};

static const orr_field shape_fields[] = {
  {.name = "geometry", .type = ORR_FIELD_UNION, .offset = offsetof(orr_shape_def, geometry),
   .help = "circle, box, polygon or segment", .variants = shape_variants},
  {.name = "friction", .type = ORR_FIELD_REAL, .offset = offsetof(orr_shape_def, friction),
   .help = "Coulomb friction; the product of both shapes counts", .preset = "0", .low = 0.0,
   .high = 100.0},
  {.name = "elasticity", .type = ORR_FIELD_REAL, .offset = offsetof(orr_shape_def, elasticity),
   .help = "Restitution; the product of both shapes counts", .preset = "0", .low = 0.0,
   .high = 1.0},
  {.name = "group", .type = ORR_FIELD_INT, .offset = offsetof(orr_shape_def, group),
   .help = "Shapes of the same group do not collide; 0 is no group", .preset = "0", .low = 0.0,
   .high = 1e9},
};
static const orr_record shape_record = {
  .name = "shape", .help = "What collides and what is drawn", .size = sizeof(orr_shape_def),
  .fields = shape_fields, .count = COUNT(shape_fields)};

static const char *const order_names[] = {"angle_then_position", "position_then_angle", NULL};

static const orr_field start_fields[] = {
  {.name = "position", .type = ORR_FIELD_RANGES, .offset = offsetof(orr_start_def, position),
   .help = "Where the body's origin starts", .unit = "length", .preset = "[0, 0]", .length = 2},
  {.name = "angle", .type = ORR_FIELD_RANGE, .offset = offsetof(orr_start_def, angle),
   .help = "Its turn", .unit = "rad", .preset = "0"},
  {.name = "velocity", .type = ORR_FIELD_RANGES, .offset = offsetof(orr_start_def, velocity),
   .help = "Velocity of the origin", .unit = "length/s", .preset = "[0, 0]", .length = 2},
  {.name = "omega", .type = ORR_FIELD_RANGE, .offset = offsetof(orr_start_def, omega),
   .help = "Angular velocity", .unit = "rad/s", .preset = "0"},
  {.name = "order", .type = ORR_FIELD_ENUM, .offset = offsetof(orr_start_def, order),
   .help = "position_then_angle turns the body about its centre of mass after its origin was "
           "placed, as gym-pusht does: the origin moves away",
   .preset = "angle_then_position", .names = order_names},
};
static const orr_record start_record = {
  .name = "start", .help = "The state in which an episode begins; numbers may be drawn",
  .size = sizeof(orr_start_def), .fields = start_fields, .count = COUNT(start_fields)};

static const char *const body_types[] = {"static", "kinematic", "dynamic", NULL};

static const orr_field body_fields[] = {
  {.name = "name", .type = ORR_FIELD_TEXT, .offset = offsetof(orr_body_def, name),
   .help = "Its name, unique among the bodies"},
  {.name = "type", .type = ORR_FIELD_ENUM, .offset = offsetof(orr_body_def, type),
   .help = "static never moves, kinematic moves as it is told, dynamic obeys forces",
   .preset = "dynamic", .names = body_types},
  {.name = "mass", .type = ORR_FIELD_REAL, .offset = offsetof(orr_body_def, mass),
   .help = "Of a dynamic body; 0: from density", .unit = "kg", .preset = "0", .low = 0.0,
   .high = 1e12},
  {.name = "density", .type = ORR_FIELD_REAL, .offset = offsetof(orr_body_def, density),
   .help = "Mass per area, used when mass is 0", .unit = "kg/area", .preset = "0", .low = 0.0,
   .high = 1e12},
  {.name = "moment", .type = ORR_FIELD_REAL, .offset = offsetof(orr_body_def, moment),
   .help = "About the centre of mass; 0: from the shapes", .unit = "kg area", .preset = "0",
   .low = 0.0, .high = 1e18},
  {.name = "centre_of_mass", .type = ORR_FIELD_VECTOR,
   .offset = offsetof(orr_body_def, centre_of_mass), .help = "In the body's frame",
   .unit = "length", .preset = "[0, 0]", .length = 2},
  {.name = "start", .type = ORR_FIELD_RECORD, .offset = offsetof(orr_body_def, start),
   .help = "Where and how it begins", .preset = "{}", .record = &start_record},
  {.name = "shapes", .type = ORR_FIELD_LIST, .offset = offsetof(orr_body_def, shapes),
   .help = "Its shapes; parts may touch but should not overlap", .record = &shape_record,
   .length = 1},
  {.name = "colour", .type = ORR_FIELD_TEXT, .offset = offsetof(orr_body_def, colour),
   .help = "\"#rrggbb\" or a CSS colour name", .preset = "lightslategray"},
};
static const orr_record body_record = {
  .name = "body", .help = "A rigid body", .size = sizeof(orr_body_def), .fields = body_fields,
  .count = COUNT(body_fields), .unique_names = true};

static const char *const joint_types[] = {"pivot", "pin", "slide", "spring", "rotary_spring",
                                          "rotary_limit", "gear", "motor", NULL};

static const orr_field joint_fields[] = {
  {.name = "name", .type = ORR_FIELD_TEXT, .offset = offsetof(orr_joint_def, name),
   .help = "Its name, unique among the joints"},
  {.name = "type", .type = ORR_FIELD_ENUM, .offset = offsetof(orr_joint_def, type),
   .help = "pivot holds two anchors together, pin keeps their distance, slide keeps it in limits",
   .names = joint_types},
  {.name = "body_a", .type = ORR_FIELD_REF, .offset = offsetof(orr_joint_def, body_a),
   .help = "First body", .target = "world.bodies"},
  {.name = "body_b", .type = ORR_FIELD_REF, .offset = offsetof(orr_joint_def, body_b),
   .help = "Second body", .target = "world.bodies"},
  {.name = "anchor_a", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_joint_def, anchor_a),
   .help = "In the first body's frame", .unit = "length", .preset = "[0, 0]", .length = 2},
  {.name = "anchor_b", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_joint_def, anchor_b),
   .help = "In the second body's frame", .unit = "length", .preset = "[0, 0]", .length = 2},
  {.name = "limits", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_joint_def, limits),
   .help = "slide: least and most distance; rotary_limit: least and most angle",
   .preset = "[0, 0]", .length = 2},
  {.name = "rest", .type = ORR_FIELD_REAL, .offset = offsetof(orr_joint_def, rest),
   .help = "Springs: rest length or angle; gear: phase", .preset = "0", .low = -1e9, .high = 1e9},
  {.name = "stiffness", .type = ORR_FIELD_REAL, .offset = offsetof(orr_joint_def, stiffness),
   .help = "Of springs", .preset = "0", .low = 0.0, .high = 1e12},
  {.name = "damping", .type = ORR_FIELD_REAL, .offset = offsetof(orr_joint_def, damping),
   .help = "Of springs", .preset = "0", .low = 0.0, .high = 1e12},
  {.name = "rate", .type = ORR_FIELD_REAL, .offset = offsetof(orr_joint_def, rate),
   .help = "motor: relative speed in rad/s; gear: ratio", .preset = "0", .low = -1e9,
   .high = 1e9},
  {.name = "max_force", .type = ORR_FIELD_REAL, .offset = offsetof(orr_joint_def, max_force),
   .help = "The most that the joint can push", .preset = "inf", .low = 0.0, .high = INFINITY},
  {.name = "collide", .type = ORR_FIELD_BOOL, .offset = offsetof(orr_joint_def, collide),
   .help = "Whether the two bodies still collide", .preset = "false"},
};
static const orr_record joint_record = {
  .name = "joint", .help = "A constraint between two bodies", .size = sizeof(orr_joint_def),
  .fields = joint_fields, .count = COUNT(joint_fields), .unique_names = true};

/* In the order of orr_action_meaning; "other" has no place in a file. */
static const char *const meanings[] = {"other", "absolute", "relative", NULL};

static const orr_field actuator_fields[] = {
  {.name = "name", .type = ORR_FIELD_TEXT, .offset = offsetof(orr_actuator_def, name),
   .help = "Its name, unique among the actuators"},
  {.name = "body", .type = ORR_FIELD_REF, .offset = offsetof(orr_actuator_def, body),
   .help = "The kinematic body that it moves", .target = "world.bodies"},
  {.name = "kp", .type = ORR_FIELD_REAL, .offset = offsetof(orr_actuator_def, kp),
   .help = "Position gain", .unit = "1/s^2", .preset = "100", .low = 0.0, .high = 1e9},
  {.name = "kv", .type = ORR_FIELD_REAL, .offset = offsetof(orr_actuator_def, kv),
   .help = "Velocity gain", .unit = "1/s", .preset = "20", .low = 0.0, .high = 1e9},
  {.name = "meaning", .type = ORR_FIELD_ENUM, .offset = offsetof(orr_actuator_def, meaning),
   .help = "absolute: the action is the target; relative: target = position + scale x action",
   .preset = "relative", .names = meanings},
  {.name = "scale", .type = ORR_FIELD_REAL, .offset = offsetof(orr_actuator_def, scale),
   .help = "Of a relative action", .unit = "length", .preset = "100", .low = 0.0, .high = 1e9},
  {.name = "low", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_actuator_def, low),
   .help = "Least nominal action", .preset = "[-1, -1]", .length = 2},
  {.name = "high", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_actuator_def, high),
   .help = "Largest nominal action", .preset = "[1, 1]", .length = 2},
  {.name = "clip", .type = ORR_FIELD_BOOL, .offset = offsetof(orr_actuator_def, clip),
   .help = "Whether actions are clipped to low..high before use", .preset = "false"},
  {.name = "delay", .type = ORR_FIELD_INT, .offset = offsetof(orr_actuator_def, delay),
   .help = "Control steps between command and effect", .preset = "0", .low = 0.0, .high = 1000.0},
};
static const orr_record actuator_record = {
  .name = "actuator", .help = "A position target for a kinematic body, followed by a PD law",
  .size = sizeof(orr_actuator_def), .fields = actuator_fields, .count = COUNT(actuator_fields),
  .unique_names = true};

static const char *const unit_names[] = {"m", "px", NULL};
static const char *const y_names[] = {"up", "down", NULL};

/* Of the unnamed struct inside orr_world_def. */
#define SPACE(member) (offsetof(orr_world_def, space.member) - offsetof(orr_world_def, space))

static const orr_field space_fields[] = {
  {.name = "unit", .type = ORR_FIELD_ENUM, .offset = SPACE(unit),
   .help = "Unit of length", .preset = "m", .names = unit_names},
  {.name = "y", .type = ORR_FIELD_ENUM, .offset = SPACE(y),
   .help = "Where y grows to", .preset = "up", .names = y_names},
  {.name = "size", .type = ORR_FIELD_VECTOR, .offset = SPACE(size),
   .help = "Width and height of what is shown, from the origin", .unit = "length", .length = 2,
   .low = 1e-6, .high = 1e9},
};
static const orr_record space_record = {
  .name = "space", .help = "Units and extent", .size = sizeof(((orr_world_def *)0)->space),
  .fields = space_fields, .count = COUNT(space_fields)};

static const char *const engine_names[] = {"chipmunk", NULL};

static const orr_field world_fields[] = {
  {.name = "engine", .type = ORR_FIELD_ENUM, .offset = offsetof(orr_world_def, engine),
   .help = "What computes the motion", .preset = "chipmunk", .names = engine_names},
  {.name = "space", .type = ORR_FIELD_RECORD, .offset = offsetof(orr_world_def, space),
   .help = "Units and extent", .record = &space_record},
  {.name = "gravity", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_world_def, gravity),
   .help = "Acceleration of free bodies", .unit = "length/s^2", .preset = "[0, 0]", .length = 2},
  {.name = "damping", .type = ORR_FIELD_REAL, .offset = offsetof(orr_world_def, damping),
   .help = "Part of a dynamic body's velocity that is kept per second; 0: none, it moves only "
           "while it is pushed",
   .preset = "1", .low = 0.0, .high = 1.0},
  {.name = "dt", .type = ORR_FIELD_REAL, .offset = offsetof(orr_world_def, dt),
   .help = "Length of a substep", .unit = "s", .preset = "0.01", .low = 1e-6, .high = 1.0},
  {.name = "substeps", .type = ORR_FIELD_INT, .offset = offsetof(orr_world_def, substeps),
   .help = "Substeps in a control step", .preset = "10", .low = 1.0, .high = 10000.0},
  {.name = "repeat", .type = ORR_FIELD_INT, .offset = offsetof(orr_world_def, repeat),
   .help = "Control steps for which one action is held", .preset = "1", .low = 1.0,
   .high = 1000.0},
  {.name = "iterations", .type = ORR_FIELD_INT, .offset = offsetof(orr_world_def, iterations),
   .help = "Of the contact solver", .preset = "10", .low = 1.0, .high = 1000.0},
  {.name = "slop", .type = ORR_FIELD_REAL, .offset = offsetof(orr_world_def, slop),
   .help = "Penetration that is allowed", .unit = "length", .preset = "0.1", .low = 0.0,
   .high = 1e6},
  {.name = "bias", .type = ORR_FIELD_REAL, .offset = offsetof(orr_world_def, bias),
   .help = "Part of a penetration that is left after a second; Chipmunk's (1.0f - 0.1f)^60",
   .preset = "0.0017970074436457143", .low = 0.0, .high = 1.0},
  {.name = "sleep_time", .type = ORR_FIELD_REAL, .offset = offsetof(orr_world_def, sleep_time),
   .help = "Rest until a body sleeps; inf: never", .unit = "s", .preset = "inf", .low = 1e-6,
   .high = INFINITY},
  {.name = "settle", .type = ORR_FIELD_INT, .offset = offsetof(orr_world_def, settle),
   .help = "Substeps that are run when an episode begins", .preset = "0", .low = 0.0,
   .high = 100000.0},
  {.name = "bodies", .type = ORR_FIELD_LIST, .offset = offsetof(orr_world_def, bodies),
   .help = "All bodies; the moving ones in this order make the state", .record = &body_record,
   .length = 1},
  {.name = "joints", .type = ORR_FIELD_LIST, .offset = offsetof(orr_world_def, joints),
   .help = "What ties bodies together", .preset = "[]", .record = &joint_record},
  {.name = "actuators", .type = ORR_FIELD_LIST, .offset = offsetof(orr_world_def, actuators),
   .help = "What actions move; each takes two numbers of the action", .preset = "[]",
   .record = &actuator_record},
};
const orr_record orr_world_record = {
  .name = "world", .help = "Bodies, joints, actuators and the numbers of the engine",
  .size = sizeof(orr_world_def), .fields = world_fields, .count = COUNT(world_fields)};

static const orr_field goal_fields[] = {
  {.name = "body", .type = ORR_FIELD_REF, .offset = offsetof(orr_goal_def, body),
   .help = "The moving body that shall get there", .target = "world.bodies"},
  {.name = "position", .type = ORR_FIELD_VECTOR, .offset = offsetof(orr_goal_def, position),
   .help = "Of its origin", .unit = "length", .length = 2},
  {.name = "angle", .type = ORR_FIELD_REAL, .offset = offsetof(orr_goal_def, angle),
   .help = "Its turn", .unit = "rad", .preset = "0", .low = -1e6, .high = 1e6},
};
static const orr_record goal_record = {
  .name = "goal", .help = "A pose that the task asks for", .size = sizeof(orr_goal_def),
  .fields = goal_fields, .count = COUNT(goal_fields)};

typedef struct none_def { int nothing; } none_def;
static const orr_record none_record = {
  .name = "none", .help = "The task has no success", .size = sizeof(none_def)};

static const orr_field coverage_fields[] = {
  {.name = "threshold", .type = ORR_FIELD_REAL, .offset = offsetof(orr_coverage_def, threshold),
   .help = "Part of the goal's area that must be covered, exclusive", .preset = "0.95",
   .low = 1e-6, .high = 1.0},
};
static const orr_record coverage_record = {
  .name = "coverage", .help = "The bodies cover their goals; reward = min(1, coverage/threshold)",
  .size = sizeof(orr_coverage_def), .fields = coverage_fields, .count = COUNT(coverage_fields)};

static const orr_field pose_fields[] = {
  {.name = "position", .type = ORR_FIELD_REAL, .offset = offsetof(orr_pose_def, position),
   .help = "Largest distance of an origin from its goal", .unit = "length", .low = 0.0,
   .high = 1e9},
  {.name = "angle", .type = ORR_FIELD_REAL, .offset = offsetof(orr_pose_def, angle),
   .help = "Largest difference of the turns", .unit = "rad", .preset = "inf", .low = 0.0,
   .high = INFINITY},
};
static const orr_record pose_record = {
  .name = "pose", .help = "The bodies are near their goals; reward = part of the goals reached",
  .size = sizeof(orr_pose_def), .fields = pose_fields, .count = COUNT(pose_fields)};

/* In the order of orr_success_kind. */
static const orr_record *const success_variants[] = {&none_record, &coverage_record, &pose_record,
                                                     NULL};

static const orr_field task_fields[] = {
  {.name = "goals", .type = ORR_FIELD_LIST, .offset = offsetof(orr_task_def, goals),
   .help = "Poses that the task asks for", .preset = "[]", .record = &goal_record},
  {.name = "time_limit", .type = ORR_FIELD_INT, .offset = offsetof(orr_task_def, time_limit),
   .help = "Control steps until an episode is truncated; 0: none", .preset = "0", .low = 0.0,
   .high = 1e7},
  {.name = "success", .type = ORR_FIELD_UNION, .offset = offsetof(orr_task_def, success),
   .help = "When the task is solved: none, coverage or pose", .preset = "{none: {}}",
   .variants = success_variants},
  {.name = "hold", .type = ORR_FIELD_INT, .offset = offsetof(orr_task_def, hold),
   .help = "Control steps for which the success must last", .preset = "1", .low = 1.0,
   .high = 1e6},
};
const orr_record orr_task_record = {
  .name = "task", .help = "What an episode is about", .size = sizeof(orr_task_def),
  .fields = task_fields, .count = COUNT(task_fields)};

static const orr_field rule_fields[] = {
  {.name = "name", .type = ORR_FIELD_TEXT, .offset = offsetof(orr_goal_rule, name),
   .help = "Name of the rule"},
  {.name = "position_bodies", .type = ORR_FIELD_TEXTS,
   .offset = offsetof(orr_goal_rule, position_bodies),
   .help = "Moving bodies whose positions together must be near", .preset = "[]"},
  {.name = "angle_bodies", .type = ORR_FIELD_TEXTS,
   .offset = offsetof(orr_goal_rule, angle_bodies),
   .help = "Moving bodies whose turns must each be near", .preset = "[]"},
  {.name = "position", .type = ORR_FIELD_REAL, .offset = offsetof(orr_goal_rule, position),
   .help = "Norm of the position differences must be below this", .unit = "length",
   .preset = "inf", .low = 0.0, .high = INFINITY},
  {.name = "angle", .type = ORR_FIELD_REAL, .offset = offsetof(orr_goal_rule, angle),
   .help = "Each wrapped angle difference must be below this", .unit = "rad", .preset = "inf",
   .low = 0.0, .high = INFINITY},
  {.name = "hold", .type = ORR_FIELD_INT, .offset = offsetof(orr_goal_rule, hold),
   .help = "Control steps in a row", .preset = "1", .low = 1.0, .high = 1e6},
};
const orr_record orr_goal_rule_record = {
  .name = "rule", .help = "When a state counts as having reached a goal state",
  .size = sizeof(orr_goal_rule), .fields = rule_fields, .count = COUNT(rule_fields),
  .unique_names = true};
