/* What the state and the action of a scenario consist of, by name. */
#include "base/maths.h"
#include "sim/scenario_parts.h"
#include "sim/vary.h"

#include <stdio.h>
#include <string.h>

static void add_field(orr_space *space, const char *owner, const char *quantity, const char *unit,
                      orr_quantity kind, int body, double low, double high) {
  ORR_ASSERT(space->count < ORR_MAX_FIELDS);
  orr_space_field *field = &space->fields[space->count++];
  snprintf(field->name, sizeof field->name, "%.32s.%s", owner, quantity);
  snprintf(field->unit, sizeof field->unit, "%s", unit);
  field->quantity = kind;
  field->body = body;
  field->low = low;
  field->high = high;
}

/* An actuator moves a body itself or a joint that hangs it; a joint is driven when it is moved
 * itself or the body that hangs on it is. */
static bool is_driven(const orr_parts *parts, int body, int joint) {
  for (size_t a = 0; a < parts->actuator_count; a++) {
    const orr_drive *drive = &parts->drives[a];
    if (body >= 0 && drive->body == body) return true;
    if (drive->joint < 0) continue;
    int hung = parts->moving_of[parts->joint_ends[drive->joint][1]];
    if (drive->joint == joint || (joint < 0 && hung >= 0 && hung == body)) return true;
  }
  return false;
}

static void add_bodies(const orr_scenario *scenario, orr_space *space) {
  const orr_parts *parts = scenario->parts;
  for (size_t i = 0; i < scenario->body_count; i++) {
    const orr_body_def *def = orr_body_at(scenario, (size_t)parts->file_of[i]);
    orr_space_body *body = &space->bodies[space->body_count++];
    snprintf(body->name, sizeof body->name, "%.32s", def->name);
    body->role = is_driven(parts, (int)i, -1) ? ORR_ROLE_ACTUATED : ORR_ROLE_FREE;
    memcpy(body->centre, def->centre_of_mass, sizeof body->centre);
    size_t file = (size_t)parts->file_of[i];
    for (size_t s = parts->first_outline[file]; s < parts->first_outline[file + 1]; s++) {
      const orr_outline *outline = &parts->outlines[s];
      for (size_t v = 0; v < outline->count; v++) {
        double away = hypot(outline->vertices[v][0] - body->centre[0],
                            outline->vertices[v][1] - body->centre[1]);
        body->radius = fmax(body->radius, away + outline->radius);
      }
    }
  }
}

/* Pivots and slides are entities too, behind the bodies. */
static void add_joints(const orr_scenario *scenario, orr_space *space) {
  const orr_parts *parts = scenario->parts;
  for (size_t i = 0; i < parts->joint_count; i++) {
    if (parts->joint_entity[i] < 0) continue;
    orr_space_body *body = &space->bodies[space->body_count++];
    snprintf(body->name, sizeof body->name, "%.32s", orr_joint_at(scenario, i)->name);
    bool driven = is_driven(parts, parts->moving_of[parts->joint_ends[i][1]], (int)i);
    body->role = driven ? ORR_ROLE_ACTUATED : ORR_ROLE_FREE;
  }
}

static void begin(const orr_scenario *scenario, orr_space *space) {
  space->bounds[2] = scenario->world.space.size[0];
  space->bounds[3] = scenario->world.space.size[1];
  add_bodies(scenario, space);
  add_joints(scenario, space);
}

typedef struct named_quantity {
  const char *name;
  orr_quantity kind;
  const char *unit; /* NULL: of a length; "/s": of a speed */
} named_quantity;

/* In the order of the state vector; a 2D body has the first six. */
static const named_quantity of_body[ORR_BODY_STATE_3D] = {
    {"x", ORR_QUANTITY_X, NULL},
    {"y", ORR_QUANTITY_Y, NULL},
    {"angle", ORR_QUANTITY_ANGLE, "rad"},
    {"vx", ORR_QUANTITY_VX, "/s"},
    {"vy", ORR_QUANTITY_VY, "/s"},
    {"omega", ORR_QUANTITY_OMEGA, "rad/s"},
    {"z", ORR_QUANTITY_Z, NULL},
    {"qw", ORR_QUANTITY_QW, ""},
    {"qx", ORR_QUANTITY_QX, ""},
    {"qy", ORR_QUANTITY_QY, ""},
    {"qz", ORR_QUANTITY_QZ, ""},
    {"vz", ORR_QUANTITY_VZ, "/s"},
    {"omega_x", ORR_QUANTITY_OMEGA_X, "rad/s"},
    {"omega_y", ORR_QUANTITY_OMEGA_Y, "rad/s"},
};
static const named_quantity of_pivot[ORR_JOINT_STATE] = {{"angle", ORR_QUANTITY_ANGLE, "rad"},
                                                         {"omega", ORR_QUANTITY_OMEGA, "rad/s"}};
static const named_quantity of_slide[ORR_JOINT_STATE] = {{"offset", ORR_QUANTITY_OFFSET, NULL},
                                                         {"rate", ORR_QUANTITY_RATE, "/s"}};

static const char *unit_of(const orr_scenario *scenario, const char *unit) {
  bool pixels = scenario->world.space.unit != 0;
  if (!unit) return pixels ? "px" : "m";
  if (strcmp(unit, "/s") == 0) return pixels ? "px/s" : "m/s";
  return unit;
}

static void add_quantities(const orr_scenario *scenario, orr_space *space, int entity,
                           const named_quantity *quantities, size_t count) {
  char owner[ORR_NAME];
  memcpy(owner, space->bodies[entity].name, sizeof owner);
  for (size_t i = 0; i < count; i++)
    add_field(space, owner, quantities[i].name, unit_of(scenario, quantities[i].unit),
              quantities[i].kind, entity, -INFINITY, INFINITY);
}

static void fill_state(orr_scenario *scenario) {
  orr_space *state = &scenario->state;
  const orr_parts *parts = scenario->parts;
  for (size_t i = 0; i < scenario->body_count; i++)
    add_quantities(scenario, state, (int)i, of_body, scenario->stride);
  for (size_t i = 0; i < parts->joint_count; i++) {
    if (parts->joint_entity[i] < 0) continue;
    bool slide = orr_joint_at(scenario, i)->type == ORR_JOINT_SLIDE;
    add_quantities(scenario, state, parts->joint_entity[i], slide ? of_slide : of_pivot,
                   ORR_JOINT_STATE);
  }
  for (size_t i = 0; i < scenario->world.sensors.count; i++)
    add_field(state, orr_sensor_at(scenario, i)->name, "value", "", ORR_QUANTITY_OTHER, -1, 0.0,
              INFINITY);
  for (size_t i = 0; i < scenario->factors.count; i++)
    add_field(state, "vary", orr_factor_at(scenario, i)->name, "", ORR_QUANTITY_OTHER, -1,
              -INFINITY, INFINITY);
}

static orr_quantity quantity_of(const orr_actuator_def *def, int axis) {
  switch ((orr_actuator_type)def->type) {
  case ORR_ACTUATE_POSITION:
    return axis == 2 ? ORR_QUANTITY_Z : axis ? ORR_QUANTITY_Y : ORR_QUANTITY_X;
  case ORR_ACTUATE_VELOCITY:
    return axis == 2 ? ORR_QUANTITY_VZ : axis ? ORR_QUANTITY_VY : ORR_QUANTITY_VX;
  case ORR_ACTUATE_FORCE:
  case ORR_ACTUATE_IMPULSE:
    return axis == 2 ? ORR_QUANTITY_OTHER : axis ? ORR_QUANTITY_FY : ORR_QUANTITY_FX;
  case ORR_ACTUATE_TORQUE: break;
  }
  return ORR_QUANTITY_OTHER;
}

static void add_actions(const orr_scenario *scenario, size_t a, orr_space *action) {
  static const char *const axes[] = {"x", "y", "z"};
  static const char *const kinds[] = {"position", "velocity", "force", "torque", "impulse"};
  const orr_actuator_def *def = orr_actuator_at(scenario, a);
  const orr_drive *drive = &scenario->parts->drives[a];
  bool absolute = def->type == ORR_ACTUATE_POSITION && def->meaning == ORR_ACTION_ABSOLUTE;
  for (size_t i = 0; i < drive->width; i++) {
    bool one = drive->joint >= 0 || def->type == ORR_ACTUATE_TORQUE;
    int entity = drive->joint >= 0 ? scenario->parts->joint_entity[drive->joint] : drive->body;
    add_field(action, def->name, one ? kinds[def->type] : axes[drive->axes[i]],
              absolute && drive->joint < 0 ? unit_of(scenario, NULL) : "",
              one ? ORR_QUANTITY_OTHER : quantity_of(def, drive->axes[i]), entity, def->low[i],
              def->high[i]);
  }
}

/* Targets have a meaning when all actions are positions of bodies; then the check has seen to it
 * that all have the same. */
static void fill_action(orr_scenario *scenario) {
  orr_space *action = &scenario->action;
  size_t targets = 0;
  for (size_t a = 0; a < scenario->parts->actuator_count; a++) {
    const orr_actuator_def *def = orr_actuator_at(scenario, a);
    targets += def->type == ORR_ACTUATE_POSITION && !def->joint;
    add_actions(scenario, a, action);
  }
  if (targets == 0 || targets < scenario->parts->actuator_count) return;
  const orr_actuator_def *first = orr_actuator_at(scenario, 0);
  action->meaning = (orr_action_meaning)first->meaning;
  action->scale = first->meaning == ORR_ACTION_ABSOLUTE ? 1.0 : first->scale;
}

void orr_scenario_spaces(orr_scenario *scenario) {
  begin(scenario, &scenario->state);
  begin(scenario, &scenario->action);
  fill_state(scenario);
  fill_action(scenario);
}
