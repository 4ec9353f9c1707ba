/* The field tables of joints and actuators. */
#include "sim/joint_def.h"

#include <math.h>

static const char *const joint_types[] = {"pivot",  "slide",         "ball", "weld",  "distance",
                                          "spring", "rotary_spring", "gear", "motor", NULL};

static const orr_field joint_fields[] = {
    {ORR_FIELD(TEXT, orr_joint_def, name), .help = "Its name, unique among the joints"},
    {ORR_FIELD(ENUM, orr_joint_def, type),
     .help = "pivot holds two anchors together; slide lets them move along an axis, unturned; ball "
             "is a "
             "pivot about any axis (3D); weld holds them fast; distance keeps theirs in limits",
     .names = joint_types},
    {ORR_FIELD(REF, orr_joint_def, body_a), .help = "First body", .target = "world.bodies"},
    {ORR_FIELD(REF, orr_joint_def, body_b), .help = "Second body", .target = "world.bodies"},
    {ORR_FIELD(VECTOR, orr_joint_def, anchor_a), .help = "Anchor in the first body's frame",
     .unit = "length", .preset = "[0, 0]", .length = 3, .least = 2},
    {ORR_FIELD(VECTOR, orr_joint_def, anchor_b), .help = "Anchor in the second body's frame",
     .unit = "length", .preset = "[0, 0]", .length = 3, .least = 2},
    {ORR_FIELD(VECTOR, orr_joint_def, axis),
     .help =
         "Of a slide or a 3D pivot, in the first body's frame; zeros: x of a slide, z of a pivot",
     .preset = "[0, 0]", .length = 3, .least = 2, .later = true},
    {ORR_FIELD(VECTOR, orr_joint_def, limits),
     .help = "Least and most: distance, angle of a pivot, offset of a slide; [0, 0]: none",
     .unit = "rad or length", .preset = "[0, 0]", .length = 2},
    {ORR_FIELD(REAL, orr_joint_def, rest), .help = "Springs: rest length or angle; gear: phase",
     .unit = "rad or length", .preset = "0", .low = -1e9, .high = 1e9},
    {ORR_FIELD(REAL, orr_joint_def, stiffness),
     .help = "Of springs, and of the spring of a pivot or slide", .preset = "0", .low = 0.0,
     .high = 1e12},
    {ORR_FIELD(REAL, orr_joint_def, damping), .help = "Of springs, and of a pivot or slide",
     .preset = "0", .low = 0.0, .high = 1e12},
    {ORR_FIELD(REAL, orr_joint_def, rate), .help = "motor: relative speed in rad/s; gear: ratio",
     .preset = "0", .low = -1e9, .high = 1e9},
    {ORR_FIELD(REAL, orr_joint_def, max_force), .help = "The most that the joint can push",
     .preset = "inf", .low = 0.0, .high = INFINITY},
    {ORR_FIELD(REAL, orr_joint_def, armature), .help = "MuJoCo: inertia added to a pivot or slide",
     .preset = "0", .low = 0.0, .high = 1e12, .later = true},
    {ORR_FIELD(RANGE, orr_joint_def, start),
     .help = "MuJoCo: angle or offset of a pivot or slide when an episode begins",
     .unit = "rad or length", .preset = "0", .later = true},
    {ORR_FIELD(RANGE, orr_joint_def, speed), .help = "MuJoCo: its rate when an episode begins",
     .preset = "0", .later = true},
    {ORR_FIELD(BOOL, orr_joint_def, collide), .help = "Whether the two bodies still collide",
     .preset = "false"},
};
const orr_record orr_joint_record = {ORR_RECORD("joint", orr_joint_def, joint_fields),
                                     .help = "A constraint between two bodies",
                                     .unique_names = true};

/* In the order of orr_action_meaning; "other" has no place in a file. */
static const char *const meanings[] = {"other", "absolute", "relative", NULL};

static const char *const actuator_types[] = {"position", "velocity", "force",
                                             "torque",   "impulse",  NULL};

static const orr_field actuator_fields[] = {
    {ORR_FIELD(TEXT, orr_actuator_def, name), .help = "Its name, unique among the actuators"},
    {ORR_FIELD(ENUM, orr_actuator_def, type),
     .help = "What an action asks for; a position is followed by a PD law, a velocity is reached "
             "within a substep",
     .preset = "position", .names = actuator_types, .later = true},
    {ORR_FIELD(REF, orr_actuator_def, body), .help = "The body that it moves, or null",
     .target = "world.bodies", .preset = "null"},
    {ORR_FIELD(REF, orr_actuator_def, joint), .help = "The pivot or slide that it moves, or null",
     .target = "world.joints", .preset = "null", .later = true},
    {ORR_FIELD(TEXT, orr_actuator_def, axes),
     .help = "Of a body, each a number of the action: \"xy\", \"x\", \"xyz\" (3D); of a torque "
             "always z",
     .preset = "xy", .later = true},
    {ORR_FIELD(REAL, orr_actuator_def, kp), .help = "Position gain", .unit = "1/s^2",
     .preset = "100", .low = 0.0, .high = 1e9},
    {ORR_FIELD(REAL, orr_actuator_def, kv), .help = "Velocity gain", .unit = "1/s", .preset = "20",
     .low = 0.0, .high = 1e9},
    {ORR_FIELD(ENUM, orr_actuator_def, meaning),
     .help = "absolute: the action is the target; relative: target = position + scale x action",
     .preset = "relative", .names = meanings},
    {ORR_FIELD(REAL, orr_actuator_def, scale), .help = "Of a relative action", .unit = "length",
     .preset = "100", .low = 0.0, .high = 1e9},
    {ORR_FIELD(REAL, orr_actuator_def, gain),
     .help = "Of velocities, forces, torques and impulses: what 1 in an action commands",
     .preset = "1", .low = -1e9, .high = 1e9, .later = true},
    {ORR_FIELD(VECTOR, orr_actuator_def, low), .help = "Least nominal action",
     .preset = "[-1, -1, -1]", .length = 3, .least = 1},
    {ORR_FIELD(VECTOR, orr_actuator_def, high), .help = "Largest nominal action",
     .preset = "[1, 1, 1]", .length = 3, .least = 1},
    {ORR_FIELD(BOOL, orr_actuator_def, clip),
     .help = "Whether actions are clipped to low..high before use", .preset = "false"},
    {ORR_FIELD(REAL, orr_actuator_def, max_force), .help = "The most that it can push",
     .preset = "inf", .low = 0.0, .high = INFINITY, .later = true},
    {ORR_FIELD(INT, orr_actuator_def, delay), .help = "Control steps between command and effect",
     .preset = "0", .low = 0.0, .high = 1000.0},
    {ORR_FIELD(TEXT, orr_actuator_def, agent), .help = "Whose slot of the action it is",
     .preset = "\"\"", .later = true},
};
const orr_record orr_actuator_record = {ORR_RECORD("actuator", orr_actuator_def, actuator_fields),
                                        .help = "What an action moves: a body or a joint",
                                        .unique_names = true};
