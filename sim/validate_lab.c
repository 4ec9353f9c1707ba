/* The laboratory: the text of a scenario is written, read like any file, and stepped. */
#include "sim/validate_lab.h"

#include "base/maths.h"

#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static void put(orr_lab *lab, const char *format, ...) {
  va_list list;
  va_start(list, format);
  size_t room = sizeof lab->text - lab->used;
  int length = vsnprintf(lab->text + lab->used, room, format, list);
  va_end(list);
  ORR_ASSERT(length >= 0 && (size_t)length < room);
  lab->used += (size_t)length;
}

static void end_world(orr_lab *lab) {
  orr_world_destroy(lab->world);
  orr_scenario_destroy(lab->scenario);
  lab->world = NULL;
  lab->scenario = NULL;
}

void orr_lab_close(orr_lab *lab) { end_world(lab); }

static void put_numerics(orr_lab *lab) {
  const orr_numerics *n = lab->numerics;
  put(lab, "  dt: %.17g\n  substeps: 1\n", n->dt);
  put(lab, "  iterations: %lld\n  slop: %.17g\n  bias: %.17g\n", (long long)n->iterations, n->slop,
      n->bias);
  if (n->integrator[0]) put(lab, "  integrator: %s\n", n->integrator);
  if (n->contact_time > 0.0)
    put(lab, "  contact_time: %.17g\n  contact_damping: %.17g\n", n->contact_time,
        n->contact_damping);
}

static void begin(orr_lab *lab, bool solid) {
  const orr_numerics *n = lab->numerics;
  end_world(lab);
  lab->used = lab->added = lab->joined = 0;
  lab->steps = 0;
  lab->t = 0.0;
  lab->diverged = false;
  lab->solid = solid;
  lab->length = n->size;
  lab->time = orr_numerics_time(n);
  lab->dt = n->dt / lab->time;
  put(lab, "task: {time_limit: 1}\n"); /* a short log of events */
  put(lab, "world:\n  engine: %s\n", n->engine);
  put_numerics(lab);
}

void orr_lab_clear(orr_lab *lab, double gravity_x, double gravity_y, double damping) {
  const orr_numerics *n = lab->numerics;
  begin(lab, false);
  double extent = orr_clamp(100.0 * n->size, 1e-6, 1e9);
  put(lab, "  space: {unit: %s, size: [%.17g, %.17g]}\n", n->unit, extent, extent);
  put(lab, "  gravity: [%.17g, %.17g]\n", gravity_x * n->gravity, gravity_y * n->gravity);
  if (damping != 1.0) put(lab, "  damping: %.17g\n", pow(damping, 1.0 / lab->time));
  put(lab, "  bodies:\n");
}

void orr_lab_clear_solid(orr_lab *lab) {
  begin(lab, true);
  double extent = orr_clamp(100.0 * lab->numerics->size, 1e-6, 1e9);
  put(lab, "  space: {unit: %s, dimensions: 3, size: [%.17g, %.17g, %.17g]}\n", lab->numerics->unit,
      extent, extent, extent);
  put(lab, "  gravity: [0, 0, 0]\n  bodies:\n");
}

static void put_shape(orr_lab *lab, const orr_lab_body *body) {
  double length = lab->length;
  put(lab, "      shapes:\n        - geometry: ");
  if (lab->solid)
    put(lab, "{box: {size: [%.17g, %.17g, %.17g]}}\n", length * body->size[0],
        length * body->size[1], length * body->depth);
  else if (body->radius > 0.0)
    put(lab, "{circle: {radius: %.17g}}\n", length * body->radius);
  else
    put(lab, "{box: {size: [%.17g, %.17g]}}\n", length * body->size[0], length * body->size[1]);
  put(lab, "          friction: %.17g\n          elasticity: %.17g\n", body->friction,
      body->elasticity);
  if (body->group) put(lab, "          group: %d\n", body->group);
}

int orr_lab_add(orr_lab *lab, const orr_lab_body *body) {
  double length = lab->length, speed = length / lab->time;
  ORR_ASSERT(lab->added < ORR_LAB_BODIES);
  lab->turned[lab->added] = body->angle;
  lab->turning[lab->added] = body->omega;
  put(lab, "    - name: b%zu\n      start: {position: [%.17g, %.17g], angle: %.17g", lab->added,
      length * body->position[0], length * body->position[1], body->angle);
  if (lab->solid)
    put(lab, ", spin: [%.17g, %.17g]", body->spin[0] / lab->time, body->spin[1] / lab->time);
  if (body->mass > 0.0)
    put(lab, ", velocity: [%.17g, %.17g], omega: %.17g}\n      mass: %.17g\n",
        speed * body->velocity[0], speed * body->velocity[1], body->omega / lab->time, body->mass);
  else
    put(lab, "}\n      type: static\n");
  put_shape(lab, body);
  return (int)lab->added++;
}

void orr_lab_floor(orr_lab *lab, double friction, double elasticity) {
  orr_lab_add(lab, &(orr_lab_body){.size = {400.0, 10.0},
                                   .position = {0.0, -5.0},
                                   .friction = friction,
                                   .elasticity = elasticity});
}

static void put_joint(orr_lab *lab, const char *type, int a, int b) {
  if (!lab->joined) put(lab, "  joints:\n");
  put(lab, "    - name: j%zu\n      type: %s\n      body_a: b%d\n      body_b: b%d\n",
      lab->joined++, type, a, b);
}

/* On MuJoCo a body with a pivot begins where its joint says. */
static bool hangs(const orr_lab *lab) { return lab->numerics->contact_time > 0.0; }

void orr_lab_pivot(orr_lab *lab, int a, int b, const double anchor_a[2], const double anchor_b[2]) {
  double length = lab->length;
  put_joint(lab, "pivot", a, b);
  if (hangs(lab))
    put(lab, "      start: %.17g\n      speed: %.17g\n", lab->turned[b] - lab->turned[a],
        (lab->turning[b] - lab->turning[a]) / lab->time);
  put(lab, "      anchor_a: [%.17g, %.17g]\n      anchor_b: [%.17g, %.17g]\n", length * anchor_a[0],
      length * anchor_a[1], length * anchor_b[0], length * anchor_b[1]);
}

void orr_lab_slide(orr_lab *lab, int a, int b) { put_joint(lab, "slide", a, b); }

void orr_lab_spring(orr_lab *lab, int a, int b, double rest, double stiffness, double damping) {
  put_joint(lab, "spring", a, b);
  put(lab, "      rest: %.17g\n      stiffness: %.17g\n      damping: %.17g\n", lab->length * rest,
      stiffness / (lab->time * lab->time), damping / lab->time);
}

void orr_lab_attraction(orr_lab *lab, double strength) {
  double length = lab->length, time = lab->time;
  put(lab, "  forces:\n    - name: sun\n      force: {attraction: {point: [0, 0], strength: %.17g,",
      strength * length * length * length / (time * time));
  put(lab, " power: 2, soft: %.17g}}\n", 0.01 * length);
}

void orr_lab_drag(orr_lab *lab, double quadratic) {
  put(lab, "  forces:\n    - name: air\n      force: {drag: {quadratic: %.17g}}\n",
      quadratic / lab->length);
}

static void refresh_solid(const orr_lab *lab, const double *s, orr_lab_state *out) {
  out->z = s[0] / lab->length;
  memcpy(out->rotation, s + 1, sizeof out->rotation);
  out->vz = s[5] / (lab->length / lab->time);
  out->spin[0] = s[6] * lab->time;
  out->spin[1] = s[7] * lab->time;
}

static void refresh(orr_lab *lab) {
  double state[ORR_MAX_FIELDS], speed = lab->length / lab->time;
  orr_world_state(lab->world, state);
  for (size_t i = 0; i < lab->scenario->body_count; i++) {
    const double *s = state + orr_state_at(lab->scenario, i);
    lab->body[i] = (orr_lab_state){.x = s[0] / lab->length,
                                   .y = s[1] / lab->length,
                                   .angle = s[2],
                                   .vx = s[3] / speed,
                                   .vy = s[4] / speed,
                                   .omega = s[5] * lab->time};
    if (lab->solid) refresh_solid(lab, s + ORR_BODY_STATE, &lab->body[i]);
  }
}

void orr_lab_note(orr_lab *lab, const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(lab->out->note, sizeof lab->out->note, format, list);
  va_end(list);
}

/* What the engine refuses it does not offer; anything else that goes wrong is an error. */
static bool refuse(orr_lab *lab, orr_status status, const orr_error *err) {
  if (status == ORR_ERR_CONFIG) {
    lab->out->verdict = ORR_VERDICT_NOT_OFFERED;
    orr_lab_note(lab, "%s", err->message);
    return false;
  }
  lab->status = status;
  if (lab->err) *lab->err = *err;
  return false;
}

bool orr_lab_open(orr_lab *lab) {
  orr_error err = {0};
  orr_diagnostics *diagnostics = orr_diagnostics_create();
  orr_config *config = NULL;
  orr_status status = orr_config_parse(lab->text, lab->used, "experiment", &config, diagnostics);
  if (status == ORR_OK) status = orr_scenario_read(config, &lab->scenario, diagnostics);
  if (status != ORR_OK) orr_diagnostics_status(diagnostics, &err);
  orr_config_destroy(config);
  orr_diagnostics_destroy(diagnostics);
  if (status == ORR_OK) status = orr_world_create(lab->scenario, &lab->world, &err);
  if (status == ORR_OK) ORR_ASSERT(lab->scenario->body_count <= ORR_LAB_BODIES);
  if (status == ORR_OK) status = orr_world_reset(lab->world, 0, 0, &err);
  if (status != ORR_OK) return refuse(lab, status, &err);
  refresh(lab);
  return !orr_lab_over(lab);
}

bool orr_lab_over(const orr_lab *lab) {
  return lab->status != ORR_OK || lab->out->verdict == ORR_VERDICT_NOT_OFFERED ||
         orr_cancelled(lab->control);
}

bool orr_lab_step(orr_lab *lab, double until) {
  if (lab->diverged || lab->t > until - 0.5 * lab->dt) return false;
  if ((lab->steps & 1023) == 0 && orr_cancelled(lab->control)) return false;
  const float nothing = 0.0f; /* there are no actuators */
  if (orr_world_step(lab->world, &nothing) == ORR_DIVERGED) {
    lab->diverged = true;
    orr_lab_note(lab, "diverged: %s", orr_world_diverged_reason(lab->world));
    return false;
  }
  lab->steps++;
  lab->t = (double)lab->steps * lab->dt;
  refresh(lab);
  return true;
}

bool orr_lab_due(const orr_lab *lab, double until, int count) {
  if (lab->t > until - 0.5 * lab->dt) return true;
  double now = floor(lab->t * count / until), before = floor((lab->t - lab->dt) * count / until);
  return now > before;
}

void orr_lab_point(orr_lab *lab, double x, double measured, double law, double error) {
  orr_validation *out = lab->out;
  if (lab->diverged) measured = error = (double)NAN;
  if (!isfinite(measured) || !isfinite(error)) {
    measured = (double)NAN;
    error = INFINITY;
  }
  ORR_ASSERT(out->count < ORR_LAW_POINTS);
  if (!out->count || error > out->error) {
    out->error = error;
    out->worst = out->count;
  }
  out->points[out->count++] = (orr_law_point){x, measured, law, error};
}

void orr_lab_finish(orr_lab *lab, double until, double law) {
  if (!lab->out->count || lab->diverged) orr_lab_point(lab, until, (double)NAN, law, INFINITY);
}
