/* A table with every type of field, for the tests, the schema probe and the fuzzer. */
#ifndef ORR_TESTS_BASE_RICH_RECORD_H
#define ORR_TESTS_BASE_RICH_RECORD_H

#include "base/field.h"
#include <math.h>

typedef struct circle {
  double radius;
} circle;
typedef struct box {
  double width, height;
} box;
typedef struct body {
  const char *name;
  double mass, drag;
  orr_range x;
  orr_union shape;
} body;
typedef struct camera {
  int64_t width, height;
} camera;
typedef struct light {
  double power;
} light;
typedef struct rich {
  const char *name, *note, *agent;
  int64_t seed;
  double dt, heading, reach;
  bool shown;
  int mode;
  double start[2];
  orr_list weights, outline, tags, bodies;
  orr_range friction, spread[2];
  camera camera;
  light *light;
  orr_union planner;
  const orr_node *extra;
  double gravity[3];
  orr_range turn[3];
  orr_union sensor;
  light *lamp;
  orr_range wind;
} rich;

static const orr_field circle_fields[] = {
    {ORR_FIELD(REAL, circle, radius), .unit = "m", .low = 0.01, .high = 10, .preset = "1",
     .help = "Radius"},
};
static const orr_record circle_record = {ORR_RECORD("circle", circle, circle_fields),
                                         .help = "A disc"};
static const orr_field box_fields[] = {
    {ORR_FIELD(REAL, box, width), .unit = "m", .low = 0.01, .high = 10, .help = "Width"},
    {ORR_FIELD(REAL, box, height), .unit = "m", .low = 0.01, .high = 10, .preset = "0.5",
     .help = "Height"},
};
static const orr_record box_record = {ORR_RECORD("box", box, box_fields), .help = "A rectangle"};
static const orr_record *const shape_records[] = {&circle_record, &box_record, NULL};

static const orr_field body_fields[] = {
    {ORR_FIELD(TEXT, body, name), .help = "Its name"},
    {ORR_FIELD(REAL, body, mass), .unit = "kg", .low = 0.1, .high = 100, .preset = "1",
     .help = "Mass"},
    {ORR_FIELD(RANGE, body, x), .unit = "m", .preset = "{uniform: [-1, 1]}", .help = "Start"},
    {ORR_FIELD(UNION, body, shape), .variants = shape_records, .preset = "{circle: {}}",
     .help = "Shape"},
    {ORR_FIELD(REAL, body, drag), .low = 0, .high = 1, .preset = "0", .later = true,
     .help = "Drag"},
};
static const orr_record body_record = {ORR_RECORD("body", body, body_fields), .unique_names = true,
                                       .help = "Something that moves"};

static const orr_field camera_fields[] = {
    {ORR_FIELD(INT, camera, width), .unit = "px", .low = 1, .high = 4096, .preset = "96",
     .help = "Width"},
    {ORR_FIELD(INT, camera, height), .unit = "px", .low = 1, .high = 4096, .preset = "64",
     .help = "Height"},
};
static const orr_record camera_record = {ORR_RECORD("camera", camera, camera_fields),
                                         .help = "The picture"};
static const orr_field light_fields[] = {
    {ORR_FIELD(REAL, light, power), .unit = "W", .low = 0, .high = INFINITY, .preset = "10",
     .help = "Power"},
};
static const orr_record light_record = {ORR_RECORD("light", light, light_fields), .help = "A lamp"};

static const char *const mode_names[] = {"fast", "exact", "off", NULL};
static const orr_field rich_fields[] = {
    {ORR_FIELD(TEXT, rich, name), .help = "What it is called"},
    {ORR_FIELD(TEXT, rich, note), .preset = "null", .help = "A remark"},
    {ORR_FIELD(REF, rich, agent), .target = "bodies", .preset = "null", .help = "Who acts"},
    {ORR_FIELD(INT, rich, seed), .low = 0, .high = 1000, .preset = "7", .help = "Seed"},
    {ORR_FIELD(REAL, rich, dt), .unit = "s", .low = 0.001, .high = 0.1, .preset = "0.01",
     .help = "Length of a step"},
    {ORR_FIELD(REAL, rich, heading), .unit = "rad", .low = -3.2, .high = 3.2, .preset = "45deg",
     .help = "Direction"},
    {ORR_FIELD(REAL, rich, reach), .unit = "m", .low = 0, .high = INFINITY, .preset = "inf",
     .help = "How far it sees"},
    {ORR_FIELD(BOOL, rich, shown), .preset = "true", .help = "Is it drawn"},
    {ORR_FIELD(ENUM, rich, mode), .names = mode_names, .preset = "exact", .help = "Engine"},
    {ORR_FIELD(VECTOR, rich, start), .length = 2, .unit = "m", .preset = "[0, 0]",
     .help = "Where it starts"},
    {ORR_FIELD(NUMBERS, rich, weights), .preset = "[]", .help = "Weights"},
    {ORR_FIELD(POINTS, rich, outline), .length = 3, .preset = "[[0, 0], [1, 0], [0, 1]]",
     .help = "A polygon"},
    {ORR_FIELD(TEXTS, rich, tags), .preset = "[a, \"5\"]", .help = "Labels"},
    {ORR_FIELD(RANGE, rich, friction), .low = 0, .high = 2, .preset = "0.5", .help = "Friction"},
    {ORR_FIELD(RANGES, rich, spread), .length = 2, .unit = "rad",
     .preset = "[10deg, {normal: [0, 0.1]}]", .help = "Spread"},
    {ORR_FIELD(RECORD, rich, camera), .record = &camera_record, .preset = "{}", .help = "Camera"},
    {ORR_FIELD(OPTIONAL, rich, light), .record = &light_record, .help = "Lamp"},
    {ORR_FIELD(LIST, rich, bodies), .record = &body_record, .preset = "[]", .help = "Bodies"},
    {ORR_FIELD(UNION, rich, planner), .variants = shape_records, .preset = "{box: {width: 2}}",
     .help = "Planner"},
    {ORR_FIELD(TREE, rich, extra), .preset = "null", .help = "Read later"},
    {ORR_FIELD(VECTOR, rich, gravity), .length = 3, .least = 2, .preset = "[0, 0]",
     .help = "Gravity in 2D or 3D"},
    {ORR_FIELD(RANGES, rich, turn), .length = 3, .least = 1, .preset = "[0]", .later = true,
     .help = "Turn about up to three axes"},
    {ORR_FIELD(UNION, rich, sensor), .variants = shape_records, .preset = "{box: {width: 2}}",
     .later = true, .help = "Sensor"},
    {ORR_FIELD(OPTIONAL, rich, lamp), .record = &light_record, .later = true, .help = "Lamp"},
    {ORR_FIELD(RANGE, rich, wind), .preset = "null", .later = true, .help = "Wind"},
};
static const orr_record rich_record = {ORR_RECORD("rich", rich, rich_fields),
                                       .help = "Every type of field"};

#endif
