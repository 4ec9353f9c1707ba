/* The field tables of forces, sensors, lights and the camera. */
#include "sim/surroundings_def.h"

#include <math.h>

#define POINT(type, member, text, default_)                                                        \
  {                                                                                                \
    ORR_FIELD(VECTOR, type, member), .help = text, .unit = "length", .preset = default_,           \
                                     .length = 3, .least = 2                                       \
  }

static const orr_record everywhere_record = {
    .name = "everywhere", .help = "No limits", .size = sizeof(int)};

static const orr_field box_fields[] = {
    POINT(orr_region_box, low, "Its lowest corner", NULL),
    POINT(orr_region_box, high, "Its highest corner", NULL),
};
static const orr_record box_record = {ORR_RECORD("box", orr_region_box, box_fields),
                                      .help = "A box along the axes of the world"};

static const orr_field ball_fields[] = {
    POINT(orr_region_ball, centre, "Its centre", NULL),
    {ORR_FIELD(REAL, orr_region_ball, radius), .help = "Its radius", .unit = "length", .low = 1e-9,
     .high = 1e9},
};
static const orr_record ball_record = {ORR_RECORD("ball", orr_region_ball, ball_fields),
                                       .help = "A disc or ball"};

/* In the order of orr_region_kind. */
const orr_record *const orr_region_variants[] = {&everywhere_record, &box_record, &ball_record,
                                                 NULL};

static const orr_field gravity_fields[] = {
    {ORR_FIELD(VECTOR, orr_gravity_force, acceleration), .help = "Added to the world's gravity",
     .unit = "length/s^2", .length = 3, .least = 2},
};
static const orr_record gravity_record = {ORR_RECORD("gravity", orr_gravity_force, gravity_fields),
                                          .help = "A constant acceleration"};

static const orr_field drag_fields[] = {
    {ORR_FIELD(REAL, orr_drag_force, linear), .help = "Force per velocity", .unit = "kg/s",
     .preset = "0", .low = 0.0, .high = 1e9},
    {ORR_FIELD(REAL, orr_drag_force, quadratic), .help = "Force per velocity squared",
     .unit = "kg/length", .preset = "0", .low = 0.0, .high = 1e9},
    {ORR_FIELD(REAL, orr_drag_force, angular), .help = "Torque per angular velocity",
     .unit = "kg area/s", .preset = "0", .low = 0.0, .high = 1e9},
};
static const orr_record drag_record = {ORR_RECORD("drag", orr_drag_force, drag_fields),
                                       .help = "Resistance against motion"};

static const orr_field wind_fields[] = {
    {ORR_FIELD(VECTOR, orr_wind_force, velocity), .help = "Of the air", .unit = "length/s",
     .length = 3, .least = 2},
    {ORR_FIELD(REAL, orr_wind_force, linear), .help = "Force per relative velocity", .unit = "kg/s",
     .preset = "0", .low = 0.0, .high = 1e9},
    {ORR_FIELD(REAL, orr_wind_force, quadratic), .help = "Force per relative velocity squared",
     .unit = "kg/length", .preset = "0", .low = 0.0, .high = 1e9},
};
static const orr_record wind_record = {ORR_RECORD("wind", orr_wind_force, wind_fields),
                                       .help = "Drag against moving air"};

static const orr_field attraction_fields[] = {
    POINT(orr_attraction_force, point, "Where it pulls to", NULL),
    {ORR_FIELD(REAL, orr_attraction_force, strength),
     .help = "Acceleration at distance 1; below 0 it repels", .low = -1e12, .high = 1e12},
    {ORR_FIELD(REAL, orr_attraction_force, power),
     .help = "Of the distance by which it falls: 2 like gravity, -1 like a spring", .preset = "2",
     .low = -8.0, .high = 8.0},
    {ORR_FIELD(REAL, orr_attraction_force, soft), .help = "Nearer than this it falls to 0",
     .unit = "length", .preset = "0.01", .low = 1e-9, .high = 1e9},
};
static const orr_record attraction_record = {
    ORR_RECORD("attraction", orr_attraction_force, attraction_fields), .help = "A pull to a point"};

/* In the order of orr_force_kind. */
static const orr_record *const force_variants[] = {&gravity_record, &drag_record, &wind_record,
                                                   &attraction_record, NULL};

static const orr_field force_fields[] = {
    {ORR_FIELD(TEXT, orr_force_def, name), .help = "Its name, unique among the forces"},
    {ORR_FIELD(UNION, orr_force_def, force), .help = "gravity, drag, wind or attraction",
     .variants = force_variants},
    {ORR_FIELD(UNION, orr_force_def, region), .help = "Where it acts", .preset = "{everywhere: {}}",
     .variants = orr_region_variants},
    {ORR_FIELD(TEXTS, orr_force_def, bodies), .help = "On which dynamic bodies; empty: on all",
     .preset = "[]"},
};
const orr_record orr_force_record = {ORR_RECORD("force", orr_force_def, force_fields),
                                     .help = "A force field", .unique_names = true};

static const orr_field touch_fields[] = {
    {ORR_FIELD(REF, orr_touch_sensor, body), .help = "The body that feels",
     .target = "world.bodies"},
    {ORR_FIELD(REF, orr_touch_sensor, other), .help = "What it feels; null: anything",
     .target = "world.bodies", .preset = "null"},
};
static const orr_record contact_record = {
    ORR_RECORD("contact", orr_touch_sensor, touch_fields),
    .help = "1 when they touched during the last control step, else 0"};
static const orr_record impulse_record = {
    ORR_RECORD("impulse", orr_touch_sensor, touch_fields),
    .help = "Sum of the normal impulses between them over the last control step"};

static const orr_field ray_fields[] = {
    {ORR_FIELD(REF, orr_ray_sensor, body), .help = "The body that it is fixed to",
     .target = "world.bodies"},
    POINT(orr_ray_sensor, from, "Where it begins, in the body's frame", "[0, 0]"),
    {ORR_FIELD(VECTOR, orr_ray_sensor, direction), .help = "In the body's frame", .length = 3,
     .least = 2},
    {ORR_FIELD(REAL, orr_ray_sensor, range), .help = "How far it sees", .unit = "length",
     .low = 1e-9, .high = 1e9},
};
static const orr_record ray_record = {
    ORR_RECORD("ray", orr_ray_sensor, ray_fields),
    .help =
        "Distance to the first shape that is not the body's own, at most `range`; from inside of "
        "one: 0, on MuJoCo to its far side"};

/* In the order of orr_sensor_kind. */
static const orr_record *const sensor_variants[] = {&contact_record, &impulse_record, &ray_record,
                                                    NULL};

static const orr_field sensor_fields[] = {
    {ORR_FIELD(TEXT, orr_sensor_def, name), .help = "The state holds it as `name.value`"},
    {ORR_FIELD(UNION, orr_sensor_def, reads), .help = "contact, impulse or ray",
     .variants = sensor_variants},
};
const orr_record orr_sensor_record = {ORR_RECORD("sensor", orr_sensor_def, sensor_fields),
                                      .help = "A number that the state holds beside poses",
                                      .unique_names = true};

static const char *const light_kinds[] = {"point", "spot", "sun", "area", NULL};

static const orr_field light_fields[] = {
    {ORR_FIELD(TEXT, orr_light_def, name), .help = "Its name, unique among the lights"},
    {ORR_FIELD(ENUM, orr_light_def, kind), .help = "What it is", .preset = "point",
     .names = light_kinds},
    POINT(orr_light_def, position, "Where it is", "[0, 0, 0]"),
    {ORR_FIELD(VECTOR, orr_light_def, direction), .help = "Where a spot, sun or area shines to",
     .preset = "[0, 0, -1]", .length = 3, .least = 2},
    {ORR_FIELD(REAL, orr_light_def, angle), .help = "Half the opening of a spot", .unit = "rad",
     .preset = "30deg", .low = 1e-3, .high = 3.2},
    {ORR_FIELD(REAL, orr_light_def, radius),
     .help = "Of what shines, which makes shadows soft; sun: tangent of half the angle under which "
             "it is seen",
     .unit = "length", .preset = "0", .low = 0.0, .high = 1e9},
    {ORR_FIELD(REAL, orr_light_def, power), .help = "Its strength", .preset = "1", .low = 0.0,
     .high = 1e9},
    {ORR_FIELD(REAL, orr_light_def, reach),
     .help = "Distance at which `power` arrives: nearer more, farther less, by its square; 0: the "
             "same everywhere",
     .unit = "length", .preset = "0", .low = 0.0, .high = 1e9, .later = true},
    {ORR_FIELD(TEXT, orr_light_def, colour), .help = "\"#rrggbb\" or a CSS colour name",
     .preset = "white"},
    {ORR_FIELD(REF, orr_light_def, body),
     .help = "The body that it is fixed to: position and direction are then in its frame",
     .target = "world.bodies", .preset = "null", .later = true},
};
const orr_record orr_light_record = {ORR_RECORD("light", orr_light_def, light_fields),
                                     .help = "A source of light", .unique_names = true};

static const orr_field camera_fields[] = {
    POINT(orr_camera_def, position, "Where it is", "[0, 0, 0]"),
    POINT(orr_camera_def, target, "What it looks at", "[0, 0, 0]"),
    {ORR_FIELD(VECTOR, orr_camera_def, up), .help = "Where up is in the picture",
     .preset = "[0, 0, 1]", .length = 3},
    {ORR_FIELD(REAL, orr_camera_def, field_of_view), .help = "Opening of the picture's height",
     .unit = "rad", .preset = "45deg", .low = 1e-3, .high = 3.1},
    {ORR_FIELD(REF, orr_camera_def, body),
     .help = "The body that sees: position, target and up are then in its frame",
     .target = "world.bodies", .preset = "null", .later = true},
    {ORR_FIELD(REF, orr_camera_def, follow),
     .help = "The body that it goes along with, unturned: position and target are then measured "
             "from its origin",
     .target = "world.bodies", .preset = "null", .later = true},
    {ORR_FIELD(TEXT, orr_camera_def, model),
     .help = "A camera of the MJCF file instead; without `camera` it is the file's first",
     .preset = "null", .later = true},
};
const orr_record orr_camera_record = {
    ORR_RECORD("camera", orr_camera_def, camera_fields),
    .help = "From where 3D worlds are seen, and 2D worlds in relief; heights are along z"};

static const orr_field sky_fields[] = {
    {ORR_FIELD(REAL, orr_sky_def, ambient), .help = "Strength of the light from everywhere",
     .preset = "0.42", .low = 0.0, .high = 1e3},
    {ORR_FIELD(TEXT, orr_sky_def, horizon), .help = "Its colour at the horizon and below",
     .preset = "\"" ORR_SKY_HORIZON "\""},
    {ORR_FIELD(TEXT, orr_sky_def, zenith), .help = "Its colour overhead",
     .preset = "\"" ORR_SKY_ZENITH "\""},
};
const orr_record orr_sky_record = {
    ORR_RECORD("sky", orr_sky_def, sky_fields),
    .help = "What is seen where nothing is, and the even light that comes from there"};
