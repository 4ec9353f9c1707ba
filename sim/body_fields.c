/* The field tables of bodies and shapes. */
#include "sim/body_def.h"

static const orr_field circle_fields[] = {
    {ORR_FIELD(REAL, orr_circle_def, radius), .help = "Radius", .unit = "length", .low = 1e-9,
     .high = 1e9},
    {ORR_FIELD(VECTOR, orr_circle_def, offset), .help = "Centre in the body's frame",
     .unit = "length", .preset = "[0, 0]", .length = 2},
};
static const orr_record circle_record = {ORR_RECORD("circle", orr_circle_def, circle_fields),
                                         .help = "A disc"};

static const orr_field box_fields[] = {
    {ORR_FIELD(VECTOR, orr_box_def, size), .help = "Width and height; 3D: along x, y and z",
     .unit = "length", .length = 3, .least = 2, .low = 1e-9, .high = 1e9},
    {ORR_FIELD(VECTOR, orr_box_def, offset), .help = "Centre in the body's frame", .unit = "length",
     .preset = "[0, 0]", .length = 3, .least = 2},
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

static const orr_field capsule_fields[] = {
    {ORR_FIELD(REAL, orr_capsule_def, radius), .help = "Radius", .unit = "length", .low = 1e-9,
     .high = 1e9},
    {ORR_FIELD(REAL, orr_capsule_def, length), .help = "Of the straight part, along x; 3D: along z",
     .unit = "length", .low = 1e-9, .high = 1e9},
    {ORR_FIELD(VECTOR, orr_capsule_def, offset), .help = "Centre in the body's frame",
     .unit = "length", .preset = "[0, 0]", .length = 3, .least = 2},
};
static const orr_record capsule_record = {ORR_RECORD("capsule", orr_capsule_def, capsule_fields),
                                          .help = "A rod with round ends"};
static const orr_record cylinder_record = {ORR_RECORD("cylinder", orr_capsule_def, capsule_fields),
                                           .help = "A rod with flat ends, along z (3D)"};

static const orr_field sphere_fields[] = {
    {ORR_FIELD(REAL, orr_sphere_def, radius), .help = "Radius", .unit = "length", .low = 1e-9,
     .high = 1e9},
    {ORR_FIELD(VECTOR, orr_sphere_def, offset), .help = "Centre in the body's frame",
     .unit = "length", .preset = "[0, 0, 0]", .length = 3},
};
static const orr_record sphere_record = {ORR_RECORD("sphere", orr_sphere_def, sphere_fields),
                                         .help = "A ball (3D)"};

static const orr_field ellipsoid_fields[] = {
    {ORR_FIELD(VECTOR, orr_ellipsoid_def, radii), .help = "Half axes along x, y and z",
     .unit = "length", .length = 3, .low = 1e-9, .high = 1e9},
    {ORR_FIELD(VECTOR, orr_ellipsoid_def, offset), .help = "Centre in the body's frame",
     .unit = "length", .preset = "[0, 0, 0]", .length = 3},
};
static const orr_record ellipsoid_record = {
    ORR_RECORD("ellipsoid", orr_ellipsoid_def, ellipsoid_fields), .help = "An ellipsoid (3D)"};

static const orr_field plane_fields[] = {
    {ORR_FIELD(VECTOR, orr_plane_def, size), .help = "What is drawn of it, along x and y",
     .unit = "length", .length = 2, .low = 1e-9, .high = 1e9},
    {ORR_FIELD(VECTOR, orr_plane_def, offset), .help = "Its middle in the body's frame",
     .unit = "length", .preset = "[0, 0, 0]", .length = 3},
};
static const orr_record plane_record = {
    ORR_RECORD("plane", orr_plane_def, plane_fields),
    .help = "A half space that is solid below z = 0 (3D, static bodies)"};

static const orr_field mesh_fields[] = {
    {ORR_FIELD(TEXT, orr_mesh_def, file),
     .help = "OBJ or STL, beside the scenario; at most 200000 triangles"},
    {ORR_FIELD(VECTOR, orr_mesh_def, scale), .help = "Of its vertices", .preset = "[1, 1, 1]",
     .length = 3},
    {ORR_FIELD(VECTOR, orr_mesh_def, offset), .help = "Where its origin is in the body's frame",
     .unit = "length", .preset = "[0, 0, 0]", .length = 3},
};
static const orr_record mesh_record = {
    ORR_RECORD("mesh", orr_mesh_def, mesh_fields),
    .help = "A closed surface of triangles; its convex hull collides (3D)"};

/* In the order of orr_shape_type. */
static const orr_record *const shape_variants[] = {&circle_record,
                                                   &box_record,
                                                   &polygon_record,
                                                   &segment_record,
                                                   &capsule_record,
                                                   &sphere_record,
                                                   &cylinder_record,
                                                   &ellipsoid_record,
                                                   &plane_record,
                                                   &mesh_record,
                                                   NULL};

static const orr_record auto_record = {
    .name = "auto", .help = "Planes are checkered, all else is plain", .size = sizeof(int)};
static const orr_record plain_record = {
    .name = "plain", .help = "The shape's colour alone", .size = sizeof(int)};

static const orr_field checker_fields[] = {
    {ORR_FIELD(TEXT, orr_checker_def, colour), .help = "Of every other square", .preset = "white"},
    {ORR_FIELD(REAL, orr_checker_def, tile), .help = "Side of a square; 0: the picture chooses",
     .unit = "length", .preset = "0", .low = 0.0, .high = 1e9},
};
static const orr_record checker_record = {ORR_RECORD("checker", orr_checker_def, checker_fields),
                                          .help = "Squares of the shape's colour and another"};

static const orr_field image_fields[] = {
    {ORR_FIELD(TEXT, orr_image_def, file), .help = "PNG, beside the scenario"},
    {ORR_FIELD(REAL, orr_image_def, tile),
     .help = "Width of the image, which is repeated; 0: the picture chooses", .unit = "length",
     .preset = "0", .low = 0.0, .high = 1e9},
};
static const orr_record image_record = {
    ORR_RECORD("image", orr_image_def, image_fields),
    .help = "An image; its colours are multiplied with the shape's, so make that white"};

/* In the order of orr_scene_pattern. */
static const orr_record *const pattern_variants[] = {&auto_record, &plain_record, &checker_record,
                                                     &image_record, NULL};

static const orr_field shape_fields[] = {
    {ORR_FIELD(UNION, orr_shape_def, geometry), .help = "What it looks like",
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
    {ORR_FIELD(INT, orr_shape_def, category), .help = "What others may name to ignore it",
     .preset = "0", .low = 0.0, .high = 30.0, .later = true},
    {ORR_FIELD(NUMBERS, orr_shape_def, ignores),
     .help = "Categories of shapes that it passes through, as they through it", .preset = "[]",
     .low = 0.0, .high = 30.0, .later = true},
    {ORR_FIELD(VECTOR, orr_shape_def, rotation),
     .help = "Its turn in the body's frame about x, y and z: Rz Ry Rx; 2D: [0, 0, angle], of boxes "
             "and capsules",
     .unit = "rad", .preset = "[0, 0, 0]", .length = 3, .later = true},
    {ORR_FIELD(REAL, orr_shape_def, rolling), .help = "Rolling friction (3D)", .unit = "length",
     .preset = "0", .low = 0.0, .high = 1e6, .later = true},
    {ORR_FIELD(REAL, orr_shape_def, mirror),
     .help = "Part of the light that it reflects as a mirror does", .preset = "0", .low = 0.0,
     .high = 1.0, .later = true},
    {ORR_FIELD(REAL, orr_shape_def, glass),
     .help = "Part of the light that passes through; with `mirror` at most 1", .preset = "0",
     .low = 0.0, .high = 1.0, .later = true},
    {ORR_FIELD(REAL, orr_shape_def, index),
     .help = "Of refraction of its glass: 1 air, 1.33 water, 1.5 glass, 2.4 diamond",
     .preset = "1.5", .low = 1.0, .high = 4.0, .later = true},
    {ORR_FIELD(REAL, orr_shape_def, gloss), .help = "Strength of the lamps' highlights on it",
     .preset = "0", .low = 0.0, .high = 1.0, .later = true},
    {ORR_FIELD(UNION, orr_shape_def, pattern),
     .help = "What is painted on it, such as {checker: {colour: white, tile: 0.1}}",
     .preset = "{auto: {}}", .variants = pattern_variants, .later = true},
    {ORR_FIELD(REAL, orr_shape_def, height),
     .help = "2D: its height in pictures in relief; 0: the picture chooses", .unit = "length",
     .preset = "0", .low = 0.0, .high = 1e9, .later = true},
    {ORR_FIELD(TEXT, orr_shape_def, colour), .help = "Its own colour; null: the body's",
     .preset = "null", .later = true},
};
static const orr_record shape_record = {ORR_RECORD("shape", orr_shape_def, shape_fields),
                                        .help = "What collides and what is drawn"};

static const char *const order_names[] = {"angle_then_position", "position_then_angle", NULL};

static const orr_field start_fields[] = {
    {ORR_FIELD(RANGES, orr_start_def, position), .help = "Where the body's origin starts",
     .unit = "length", .preset = "[0, 0]", .length = 3, .least = 2},
    {ORR_FIELD(RANGE, orr_start_def, angle), .help = "Its angle", .unit = "rad", .preset = "0"},
    {ORR_FIELD(RANGES, orr_start_def, tilt),
     .help = "3D: turns about x and y before `angle` turns it about z", .unit = "rad",
     .preset = "[0, 0]", .length = 2, .later = true},
    {ORR_FIELD(RANGES, orr_start_def, velocity), .help = "Velocity of the origin",
     .unit = "length/s", .preset = "[0, 0]", .length = 3, .least = 2},
    {ORR_FIELD(RANGE, orr_start_def, omega), .help = "Angular velocity", .unit = "rad/s",
     .preset = "0"},
    {ORR_FIELD(RANGES, orr_start_def, spin), .help = "3D: angular velocity about x and y",
     .unit = "rad/s", .preset = "[0, 0]", .length = 2, .later = true},
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
     .unit = "length", .preset = "[0, 0]", .length = 3, .least = 2},
    {ORR_FIELD(VECTOR, orr_body_def, inertia),
     .help = "3D: moments of inertia about the centre of mass along the body's axes; zeros: from "
             "the shapes",
     .unit = "kg area", .preset = "[0, 0, 0]", .length = 3, .low = 0.0, .high = 1e18,
     .later = true},
    {ORR_FIELD(RECORD, orr_body_def, start), .help = "Where and how it begins", .preset = "{}",
     .record = &start_record},
    {ORR_FIELD(LIST, orr_body_def, shapes),
     .help = "Its shapes; parts may touch but should not overlap", .record = &shape_record,
     .preset = "[]"},
    {ORR_FIELD(TEXT, orr_body_def, colour), .help = "\"#rrggbb\" or a CSS colour name",
     .preset = "lightslategray"},
};
const orr_record orr_body_record = {ORR_RECORD("body", orr_body_def, body_fields),
                                    .help = "A rigid body", .unique_names = true};
