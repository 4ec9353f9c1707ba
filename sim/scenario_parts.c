/* Indices, outlines, masses and goal shapes of a scenario that was found right. */
#include "sim/scenario_parts.h"

#include "base/maths.h"
#include "sim/colour.h"
#include "sim/condition.h"

#include <string.h>

typedef struct deriver {
  orr_scenario *scenario;
  orr_parts *parts;
  bool failed;
} deriver;

static void *get(deriver *d, size_t count, size_t size) {
  void *memory = orr_arena_alloc(d->scenario->arena, count ? count : 1, size);
  d->failed = d->failed || !memory;
  return memory;
}

int orr_joint_named(const orr_scenario *scenario, const char *name) {
  for (size_t i = 0; name && i < scenario->world.joints.count; i++)
    if (!strcmp(orr_joint_at(scenario, i)->name, name)) return (int)i;
  return -1;
}

int orr_body_named(const orr_scenario *scenario, const char *name) {
  for (size_t i = 0; name && i < scenario->world.bodies.count; i++)
    if (!strcmp(orr_body_at(scenario, i)->name, name)) return (int)i;
  return -1;
}

/* Of names that the field table has let through. */
static int joint_index(const orr_scenario *scenario, const char *name) {
  int index = orr_joint_named(scenario, name);
  ORR_ASSERT(index >= 0);
  return index;
}

static int file_index(const orr_scenario *scenario, const char *name) {
  int index = orr_body_named(scenario, name);
  ORR_ASSERT(index >= 0);
  return index;
}

void orr_flat_start(const orr_body_def *def, const double *start, double out[3]) {
  const double *centre = def->centre_of_mass;
  double c = cos(start[2]), s = sin(start[2]);
  memcpy(out, start, 3 * sizeof *out);
  if (def->start.order == 0) return;
  out[0] += centre[0] - (c * centre[0] - s * centre[1]);
  out[1] += centre[1] - (s * centre[0] + c * centre[1]);
}

/* A point of a shape that is turned about its middle, in the body's frame. */
static void put_turned(double angle, const double *offset, double x, double y, double *out) {
  double c = angle == 0.0 ? 1.0 : cos(angle), s = angle == 0.0 ? 0.0 : sin(angle);
  out[0] = offset[0] + c * x - s * y;
  out[1] = offset[1] + s * x + c * y;
}

static void put_box(const orr_box_def *box, double angle, double (*out)[2]) {
  for (size_t i = 0; i < 4; i++) {
    double x = i == 1 || i == 2 ? 0.5 : -0.5, y = i >= 2 ? 0.5 : -0.5;
    put_turned(angle, box->offset, x * box->size[0], y * box->size[1], out[i]);
  }
}

static void put_polygon(const orr_polygon_def *polygon, double (*out)[2]) {
  const double(*v)[2] = polygon->vertices.items;
  size_t count = polygon->vertices.count;
  bool turned = orr_polygon_area(v, count) < 0.0;
  for (size_t i = 0; i < count; i++) memcpy(out[i], v[turned ? count - 1 - i : i], sizeof *out);
}

static size_t corner_count(const orr_shape_def *shape) {
  switch ((orr_shape_type)shape->geometry.tag) {
  case ORR_SHAPE_CIRCLE: return 1;
  case ORR_SHAPE_BOX: return 4;
  case ORR_SHAPE_POLYGON: return ((const orr_polygon_def *)shape->geometry.value)->vertices.count;
  case ORR_SHAPE_SEGMENT:
  case ORR_SHAPE_CAPSULE: return 2;
  case ORR_SHAPE_SPHERE:
  case ORR_SHAPE_CYLINDER:
  case ORR_SHAPE_ELLIPSOID:
  case ORR_SHAPE_PLANE:
  case ORR_SHAPE_MESH: return 0; /* 3D */
  }
  return 0;
}

static double rod_area(const orr_outline *rod) {
  double length =
      hypot(rod->vertices[1][0] - rod->vertices[0][0], rod->vertices[1][1] - rod->vertices[0][1]);
  return 2.0 * rod->radius * length + ORR_PI * rod->radius * rod->radius;
}

/* A capsule is a segment that is told otherwise. */
static void fill_capsule(const orr_shape_def *shape, orr_outline *out) {
  const orr_capsule_def *capsule = shape->geometry.value;
  out->type = ORR_SHAPE_SEGMENT;
  out->radius = capsule->radius;
  for (size_t i = 0; i < 2; i++)
    put_turned(shape->rotation[2], capsule->offset, (i ? 0.5 : -0.5) * capsule->length, 0.0,
               out->vertices[i]);
  out->area = rod_area(out);
}

static void fill_outline(deriver *d, const orr_shape_def *shape, orr_outline *out) {
  out->def = shape;
  out->type = (orr_shape_type)shape->geometry.tag;
  out->count = d->scenario->stride == ORR_BODY_STATE ? corner_count(shape) : 0;
  if (out->count == 0) return;
  out->vertices = get(d, out->count, sizeof *out->vertices);
  if (d->failed) return;
  if (out->type == ORR_SHAPE_CIRCLE) {
    const orr_circle_def *circle = shape->geometry.value;
    memcpy(out->vertices[0], circle->offset, sizeof circle->offset);
    out->radius = circle->radius;
    out->area = ORR_PI * circle->radius * circle->radius;
    return;
  }
  if (out->type == ORR_SHAPE_SEGMENT) {
    const orr_segment_def *segment = shape->geometry.value;
    memcpy(out->vertices[0], segment->a, sizeof segment->a);
    memcpy(out->vertices[1], segment->b, sizeof segment->b);
    out->radius = segment->radius;
    out->area = rod_area(out);
    return;
  }
  if (out->type == ORR_SHAPE_CAPSULE) {
    fill_capsule(shape, out);
    return;
  }
  if (out->type == ORR_SHAPE_BOX)
    put_box(shape->geometry.value, shape->rotation[2], out->vertices);
  else
    put_polygon(shape->geometry.value, out->vertices);
  out->area = orr_polygon_area((const double(*)[2])out->vertices, out->count);
}

static void fill_outlines(deriver *d) {
  orr_parts *parts = d->parts;
  size_t *first = get(d, parts->file_count + 1, sizeof *first);
  for (size_t i = 0; i < parts->file_count && !d->failed; i++)
    first[i + 1] = first[i] + orr_body_at(d->scenario, i)->shapes.count;
  if (d->failed) return;
  parts->first_outline = first;
  parts->outline_count = first[parts->file_count];
  orr_outline *outlines = get(d, parts->outline_count, sizeof *outlines);
  parts->outlines = outlines;
  for (size_t i = 0; i < parts->file_count && !d->failed; i++) {
    const orr_shape_def *shapes = orr_body_at(d->scenario, i)->shapes.items;
    for (size_t s = first[i]; s < first[i + 1] && !d->failed; s++) {
      outlines[s].body = (int)i;
      fill_outline(d, &shapes[s - first[i]], &outlines[s]);
    }
  }
}

/* Second moment of area about `centre`, per area. Polygon: sum of triangles. */
static double moment_per_mass(const orr_outline *outline, const double *centre) {
  if (outline->type == ORR_SHAPE_CIRCLE) {
    double dx = outline->vertices[0][0] - centre[0], dy = outline->vertices[0][1] - centre[1];
    return 0.5 * outline->radius * outline->radius + dx * dx + dy * dy;
  }
  if (outline->type == ORR_SHAPE_SEGMENT) { /* as a box with its rounded ends squared */
    const double *a = outline->vertices[0], *b = outline->vertices[1];
    double dx = 0.5 * (a[0] + b[0]) - centre[0], dy = 0.5 * (a[1] + b[1]) - centre[1];
    double length = hypot(b[0] - a[0], b[1] - a[1]) + 2.0 * outline->radius;
    double width = 2.0 * outline->radius;
    return (length * length + width * width) / 12.0 + dx * dx + dy * dy;
  }
  double twice = 0.0, sum = 0.0;
  for (size_t i = 0; i < outline->count; i++) {
    const double *p = outline->vertices[i], *q = outline->vertices[(i + 1) % outline->count];
    double ax = p[0] - centre[0], ay = p[1] - centre[1];
    double bx = q[0] - centre[0], by = q[1] - centre[1];
    double cross = ax * by - ay * bx;
    twice += cross;
    sum += cross * (ax * ax + ay * ay + ax * bx + ay * by + bx * bx + by * by);
  }
  return sum / (6.0 * twice);
}

static double farthest(const orr_parts *parts, size_t file, const double *from) {
  double most = 0.0;
  for (size_t i = parts->first_outline[file]; i < parts->first_outline[file + 1]; i++) {
    const orr_outline *outline = &parts->outlines[i];
    for (size_t v = 0; v < outline->count; v++)
      most =
          fmax(most, hypot(outline->vertices[v][0] - from[0], outline->vertices[v][1] - from[1]) +
                         outline->radius);
  }
  return most;
}

static void fill_masses(deriver *d) {
  orr_parts *parts = d->parts;
  double *mass = get(d, parts->file_count, sizeof *mass);
  double *moment = get(d, parts->file_count, sizeof *moment);
  double *reach = get(d, parts->file_count, sizeof *reach);
  if (d->failed) return;
  for (size_t i = 0; i < parts->file_count; i++) {
    const orr_body_def *body = orr_body_at(d->scenario, i);
    double area = 0.0, product = 0.0;
    for (size_t s = parts->first_outline[i]; s < parts->first_outline[i + 1]; s++) {
      const orr_outline *outline = &parts->outlines[s];
      area += outline->area;
      product += outline->area * moment_per_mass(outline, body->centre_of_mass);
    }
    mass[i] = body->mass > 0.0 ? body->mass : body->density * area;
    moment[i] = body->moment > 0.0 ? body->moment : area > 0.0 ? mass[i] * product / area : 0.0;
    reach[i] = farthest(parts, i, (const double[2]){0.0, 0.0});
  }
  parts->mass = mass;
  parts->moment = moment;
  parts->reach = reach;
}

static void fill_colours(deriver *d) {
  orr_parts *parts = d->parts;
  uint8_t(*colours)[3] = get(d, parts->outline_count, sizeof *colours);
  for (size_t i = 0; i < parts->outline_count && !d->failed; i++) {
    const orr_outline *outline = &parts->outlines[i];
    const orr_body_def *body = orr_body_at(d->scenario, (size_t)outline->body);
    orr_colour_parse(outline->def->colour ? outline->def->colour : body->colour, colours[i]);
  }
  parts->colours = (const uint8_t(*)[3])colours;
}

static void fill_bodies(deriver *d) {
  orr_scenario *scenario = d->scenario;
  orr_parts *parts = d->parts;
  parts->file_count = scenario->world.bodies.count;
  int *moving_of = get(d, parts->file_count, sizeof *moving_of);
  int *file_of = get(d, parts->file_count, sizeof *file_of);
  if (d->failed) return;
  for (size_t i = 0; i < parts->file_count; i++) {
    bool moves = orr_body_at(scenario, i)->type != ORR_BODY_STATIC;
    moving_of[i] = moves ? (int)scenario->body_count : -1;
    if (moves) file_of[scenario->body_count++] = (int)i;
  }
  parts->moving_of = moving_of;
  parts->file_of = file_of;
}

static void fill_joints(deriver *d) {
  orr_scenario *scenario = d->scenario;
  orr_parts *parts = d->parts;
  parts->joint_count = scenario->world.joints.count;
  int(*ends)[2] = get(d, parts->joint_count, sizeof *ends);
  int *entity = get(d, parts->joint_count, sizeof *entity);
  for (size_t i = 0; i < parts->joint_count && !d->failed; i++) {
    const orr_joint_def *def = orr_joint_at(scenario, i);
    ends[i][0] = file_index(scenario, def->body_a);
    ends[i][1] = file_index(scenario, def->body_b);
    entity[i] = orr_joint_moves(def) ? (int)(scenario->body_count + scenario->joint_count++) : -1;
  }
  parts->joint_ends = (const int(*)[2])ends;
  parts->joint_entity = entity;
  parts->start_count =
      parts->file_count * scenario->stride + scenario->joint_count * ORR_JOINT_STATE;
}

static void fill_drives(deriver *d) {
  orr_scenario *scenario = d->scenario;
  orr_parts *parts = d->parts;
  parts->actuator_count = scenario->world.actuators.count;
  orr_drive *drives = get(d, parts->actuator_count, sizeof *drives);
  for (size_t i = 0; i < parts->actuator_count && !d->failed; i++) {
    const orr_actuator_def *def = orr_actuator_at(scenario, i);
    orr_drive *drive = &drives[i];
    *drive = (orr_drive){-1, -1, scenario->action_count, 1, {2, 0, 0}};
    if (def->joint)
      drive->joint = joint_index(scenario, def->joint);
    else
      drive->body = parts->moving_of[file_index(scenario, def->body)];
    if (!def->joint && def->type != ORR_ACTUATE_TORQUE) {
      drive->width = strlen(def->axes);
      for (size_t k = 0; k < drive->width; k++) drive->axes[k] = def->axes[k] - 'x';
    }
    scenario->action_count += drive->width;
    if (def->delay > parts->delay) parts->delay = def->delay;
  }
  parts->drives = drives;
}

static void fill_sensors(deriver *d) {
  const orr_scenario *scenario = d->scenario;
  size_t count = scenario->world.sensors.count;
  int(*ends)[2] = get(d, count, sizeof *ends);
  for (size_t i = 0; i < count && !d->failed; i++) {
    const orr_union *reads = &orr_sensor_at(scenario, i)->reads;
    bool ray = reads->tag == ORR_SENSOR_RAY;
    const orr_touch_sensor *touch = ray ? NULL : reads->value;
    const orr_ray_sensor *looks = ray ? reads->value : NULL;
    ends[i][0] = file_index(scenario, ray ? looks->body : touch->body);
    ends[i][1] = !ray && touch->other ? file_index(scenario, touch->other) : -1;
  }
  d->parts->sensor_ends = (const int(*)[2])ends;
}

static bool acts_on(const orr_force_def *def, const orr_body_def *body) {
  const char *const *names = def->bodies.items;
  for (size_t i = 0; i < def->bodies.count; i++)
    if (!strcmp(names[i], body->name)) return true;
  return def->bodies.count == 0 && body->type == ORR_BODY_DYNAMIC;
}

static void fill_forces(deriver *d) {
  orr_parts *parts = d->parts;
  size_t count = d->scenario->world.forces.count, used = 0;
  size_t *first = get(d, parts->file_count + 1, sizeof *first);
  int *forces = get(d, parts->file_count * count, sizeof *forces);
  for (size_t i = 0; i < parts->file_count && !d->failed; i++) {
    for (size_t f = 0; f < count; f++)
      if (acts_on(orr_force_at(d->scenario, f), orr_body_at(d->scenario, i)))
        forces[used++] = (int)f;
    first[i + 1] = used;
  }
  parts->first_force = first;
  parts->forces = forces;
}

static void fill_joint_goal(const deriver *d, const orr_goal_def *def, orr_goal_parts *goal) {
  int joint = joint_index(d->scenario, def->joint);
  bool slide = orr_joint_at(d->scenario, (size_t)joint)->type == ORR_JOINT_SLIDE;
  goal->file = goal->body = -1;
  goal->entity = (size_t)d->parts->joint_entity[joint];
  goal->pose[0] = slide ? def->offset : def->angle;
}

/* At rest; in 3D upright, so that heading and quaternion agree. */
static void fill_goal_pose(const deriver *d, const orr_goal_def *def, orr_goal_parts *goal) {
  memcpy(goal->pose, def->position, 2 * sizeof *def->position);
  goal->pose[2] = def->angle;
  if (d->scenario->stride == ORR_BODY_STATE) return;
  goal->pose[6] = def->position[2];
  goal->pose[7] = cos(0.5 * def->angle);
  goal->pose[10] = sin(0.5 * def->angle);
}

static void fill_agents(deriver *d) {
  orr_scenario *scenario = d->scenario;
  orr_parts *parts = d->parts;
  const char **agents = get(d, parts->actuator_count, sizeof *agents);
  int *agent_of = get(d, scenario->action_count, sizeof *agent_of);
  for (size_t i = 0; i < parts->actuator_count && !d->failed; i++) {
    const char *name = orr_actuator_at(scenario, i)->agent;
    size_t at = 0;
    while (at < parts->agent_count && strcmp(agents[at], name) != 0) at++;
    if (at == parts->agent_count) agents[parts->agent_count++] = name;
    for (size_t k = 0; k < parts->drives[i].width; k++)
      agent_of[parts->drives[i].first + k] = (int)at;
  }
  parts->agents = agents;
  parts->agent_of = agent_of;
}

static void fill_goal(deriver *d, const orr_goal_def *def, orr_goal_parts *goal) {
  const orr_parts *parts = d->parts;
  if (def->joint) {
    fill_joint_goal(d, def, goal);
    return;
  }
  goal->file = file_index(d->scenario, def->body);
  goal->body = parts->moving_of[goal->file];
  goal->entity = (size_t)goal->body;
  fill_goal_pose(d, def, goal);
  memcpy(goal->centre, def->position, sizeof goal->centre);
  goal->radius = parts->reach[goal->file];
  size_t first = parts->first_outline[goal->file];
  goal->count = parts->first_outline[goal->file + 1] - first;
  goal->parts = get(d, goal->count, sizeof *goal->parts);
  double c = cos(def->angle), s = sin(def->angle);
  for (size_t i = 0; i < goal->count && !d->failed; i++) {
    const orr_outline *outline = &parts->outlines[first + i];
    orr_goal_part *part = &goal->parts[i];
    part->count = outline->count;
    part->vertices = get(d, outline->count, sizeof *part->vertices);
    for (size_t v = 0; v < outline->count && !d->failed; v++) {
      double x = outline->vertices[v][0], y = outline->vertices[v][1];
      part->vertices[v][0] = def->position[0] + c * x - s * y;
      part->vertices[v][1] = def->position[1] + s * x + c * y;
    }
    goal->area += outline->area;
  }
}

bool orr_scenario_derive(orr_scenario *scenario) {
  deriver d = {.scenario = scenario};
  d.parts = get(&d, 1, sizeof *d.parts);
  scenario->stride = scenario->world.space.dimensions == 3 ? ORR_BODY_STATE_3D : ORR_BODY_STATE;
  if (!d.failed) fill_bodies(&d);
  if (!d.failed) fill_joints(&d);
  if (!d.failed) fill_drives(&d);
  if (!d.failed) fill_sensors(&d);
  if (!d.failed) fill_forces(&d);
  if (!d.failed) fill_agents(&d);
  if (!d.failed) fill_outlines(&d);
  if (!d.failed) fill_masses(&d);
  if (!d.failed) fill_colours(&d);
  orr_goal_parts *goals = get(&d, scenario->task.goals.count, sizeof *goals);
  for (size_t i = 0; i < scenario->task.goals.count && !d.failed; i++) {
    fill_goal(&d, orr_goal_at(scenario, i), &goals[i]);
    d.parts->goal_area += goals[i].area;
  }
  if (d.failed) return false;
  d.parts->goals = goals;
  d.parts->goal_count = scenario->task.goals.count;
  scenario->parts = d.parts;
  d.parts->task = orr_task_derive(scenario);
  return d.parts->task != NULL;
}
