/* The field table of `world`: the format that a scenario file follows. */
#include "sim/scenario.h"

#include <math.h>

static const char *const unit_names[] = {"m", "px", NULL};
static const char *const y_names[] = {"up", "down", NULL};

static const orr_field space_fields[] = {
    {ORR_FIELD(ENUM, orr_space_def, unit), .help = "Unit of length", .preset = "m",
     .names = unit_names},
    {ORR_FIELD(ENUM, orr_space_def, y), .help = "Where y grows to", .preset = "up",
     .names = y_names},
    {ORR_FIELD(VECTOR, orr_space_def, size),
     .help = "Width and height of what is shown, from the origin; 3D: and its depth along z",
     .unit = "length", .preset = "[0, 0]", .length = 3, .least = 2, .low = 0.0, .high = 1e9},
    {ORR_FIELD(INT, orr_space_def, dimensions), .help = "2 or 3", .preset = "2", .low = 2.0,
     .high = 3.0, .later = true},
};
static const orr_record space_record = {ORR_RECORD("space", orr_space_def, space_fields),
                                        .help = "Units and extent"};

static const char *const engine_names[] = {"chipmunk", "mujoco", NULL};
static const char *const integrators[] = {"euler", "rk4", "implicit", NULL};

static const orr_field world_fields[] = {
    {ORR_FIELD(ENUM, orr_world_def, engine), .help = "What computes the motion",
     .preset = "chipmunk", .names = engine_names},
    {ORR_FIELD(RECORD, orr_world_def, space), .help = "Units and extent", .preset = "{}",
     .record = &space_record},
    {ORR_FIELD(VECTOR, orr_world_def, gravity), .help = "Acceleration of free bodies",
     .unit = "length/s^2", .preset = "[0, 0]", .length = 3, .least = 2},
    {ORR_FIELD(REAL, orr_world_def, damping),
     .help = "Part of a dynamic body's velocity that is kept per second; 0: none, it moves only "
             "while it is pushed",
     .preset = "1", .low = 0.0, .high = 1.0},
    {ORR_FIELD(REAL, orr_world_def, dt), .help = "Length of a substep; 0: what the MJCF file says",
     .unit = "s", .preset = "0.01", .low = 0.0, .high = 1.0},
    {ORR_FIELD(INT, orr_world_def, substeps), .help = "Substeps in a control step", .preset = "10",
     .low = 1.0, .high = 10000.0},
    {ORR_FIELD(INT, orr_world_def, repeat), .help = "Control steps for which one action is held",
     .preset = "1", .low = 1.0, .high = 1000.0},
    {ORR_FIELD(INT, orr_world_def, iterations),
     .help = "Iterations of the contact solver; MuJoCo: at least 100", .preset = "10", .low = 1.0,
     .high = 1000.0},
    {ORR_FIELD(REAL, orr_world_def, slop), .help = "Chipmunk: penetration that is allowed",
     .unit = "length", .preset = "0.1", .low = 0.0, .high = 1e6},
    {ORR_FIELD(REAL, orr_world_def, bias),
     .help = "Chipmunk: part of a penetration that is left after a second, (1.0f - 0.1f)^60",
     .preset = "0.0017970074436457143", .low = 0.0, .high = 1.0},
    {ORR_FIELD(REAL, orr_world_def, sleep_time),
     .help = "Chipmunk: rest until a body sleeps; inf: never", .unit = "s", .preset = "inf",
     .low = 1e-6, .high = INFINITY},
    {ORR_FIELD(INT, orr_world_def, settle), .help = "Substeps that are run when an episode begins",
     .preset = "0", .low = 0.0, .high = 100000.0},
    {ORR_FIELD(LIST, orr_world_def, bodies),
     .help = "All bodies; the moving ones in this order make the state", .record = &orr_body_record,
     .preset = "[]"},
    {ORR_FIELD(LIST, orr_world_def, joints), .help = "What ties bodies together", .preset = "[]",
     .record = &orr_joint_record},
    {ORR_FIELD(LIST, orr_world_def, actuators),
     .help = "What actions move, in the order of the action's numbers", .preset = "[]",
     .record = &orr_actuator_record},
    {ORR_FIELD(ENUM, orr_world_def, integrator), .help = "MuJoCo: how motion is integrated",
     .preset = "euler", .names = integrators, .later = true},
    {ORR_FIELD(REAL, orr_world_def, contact_time),
     .help = "MuJoCo: time constant of a contact, which is a damped spring", .unit = "s",
     .preset = "0.02", .low = 1e-5, .high = 10.0, .later = true},
    {ORR_FIELD(REAL, orr_world_def, contact_damping), .help = "MuJoCo: its damping ratio",
     .preset = "1", .low = 1e-3, .high = 100.0, .later = true},
    {ORR_FIELD(TEXT, orr_world_def, mjcf),
     .help = "MuJoCo: an MJCF file beside the scenario that is the world, as it is; `bodies` then "
             "names those of its bodies that the state shows",
     .preset = "null", .later = true},
    {ORR_FIELD(LIST, orr_world_def, forces), .help = "Drag, wind, attraction, regions of gravity",
     .preset = "[]", .record = &orr_force_record, .later = true},
    {ORR_FIELD(LIST, orr_world_def, sensors), .help = "What the state holds beside poses",
     .preset = "[]", .record = &orr_sensor_record, .later = true},
    {ORR_FIELD(LIST, orr_world_def, lights),
     .help = "What lights the scene, at most 16; none: the sun, or what the MJCF file has",
     .preset = "[]", .record = &orr_light_record, .later = true},
    {ORR_FIELD(OPTIONAL, orr_world_def, camera),
     .help = "From where a 3D scene is seen; null: where all is seen", .preset = "null",
     .record = &orr_camera_record, .later = true},
    {ORR_FIELD(OPTIONAL, orr_world_def, sky), .help = "Its colours and its even light",
     .preset = "null", .record = &orr_sky_record, .later = true},
};
const orr_record orr_world_record = {ORR_RECORD("world", orr_world_def, world_fields),
                                     .help =
                                         "Bodies, joints, actuators and the numbers of the engine"};
