/* What the state and the action of a scenario consist of, by name. */
#include "base/maths.h"
#include "sim/scenario_parts.h"

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

static void add_bodies(const orr_scenario *scenario, orr_space *space) {
  const orr_parts *parts = scenario->parts;
  for (size_t i = 0; i < scenario->body_count; i++) {
    const orr_body_def *def = orr_body_at(scenario, (size_t)parts->file_of[i]);
    orr_space_body *body = &space->bodies[space->body_count++];
    snprintf(body->name, sizeof body->name, "%.32s", def->name);
    body->role = ORR_ROLE_FREE;
    for (size_t a = 0; a < parts->actuator_count; a++)
      if (parts->actuator_body[a] == (int)i) body->role = ORR_ROLE_ACTUATED;
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

static void begin(const orr_scenario *scenario, orr_space *space) {
  space->bounds[2] = scenario->world.space.size[0];
  space->bounds[3] = scenario->world.space.size[1];
  add_bodies(scenario, space);
}

void orr_scenario_spaces(orr_scenario *scenario) {
  const char *unit = scenario->world.space.unit ? "px" : "m";
  const char *speed = scenario->world.space.unit ? "px/s" : "m/s";
  orr_space *state = &scenario->state, *action = &scenario->action;
  begin(scenario, state);
  begin(scenario, action);
  for (size_t i = 0; i < scenario->body_count; i++) {
    const char *name = state->bodies[i].name;
    int body = (int)i;
    add_field(state, name, "x", unit, ORR_QUANTITY_X, body, -INFINITY, INFINITY);
    add_field(state, name, "y", unit, ORR_QUANTITY_Y, body, -INFINITY, INFINITY);
    add_field(state, name, "angle", "rad", ORR_QUANTITY_ANGLE, body, -INFINITY, INFINITY);
    add_field(state, name, "vx", speed, ORR_QUANTITY_VX, body, -INFINITY, INFINITY);
    add_field(state, name, "vy", speed, ORR_QUANTITY_VY, body, -INFINITY, INFINITY);
    add_field(state, name, "omega", "rad/s", ORR_QUANTITY_OMEGA, body, -INFINITY, INFINITY);
  }
  static const char *const axes[] = {"x", "y"};
  for (size_t a = 0; a < scenario->parts->actuator_count; a++) {
    const orr_actuator_def *def = orr_actuator_at(scenario, a);
    bool absolute = def->meaning == ORR_ACTION_ABSOLUTE;
    for (size_t i = 0; i < 2; i++)
      add_field(action, def->name, axes[i], absolute ? unit : "",
                i ? ORR_QUANTITY_Y : ORR_QUANTITY_X, scenario->parts->actuator_body[a], def->low[i],
                def->high[i]);
    action->meaning = (orr_action_meaning)def->meaning;
    action->scale = absolute ? 1.0 : def->scale;
  }
}
