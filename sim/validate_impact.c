/* Collisions: bounces, two discs, rows of discs, a thin wall.
 *
 * Units as in validate.h: size 1, gravity 1, mass 1. Discs have diameter 1. */
#include "sim/validate_lab.h"

#include "base/maths.h"

static orr_lab_body disc(double x, double y, double elasticity) {
  return (orr_lab_body){.mass = 1.0, .radius = 0.5, .position = {x, y}, .elasticity = elasticity};
}

/* The top of the first flight after the first bounce, above the floor; 0 when it stays down. */
static double rebound(orr_lab *lab, double height, double elasticity) {
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  orr_lab_floor(lab, 0.0, 1.0);
  orr_lab_body ball = disc(0.0, height + 0.5, elasticity);
  orr_lab_add(lab, &ball);
  if (!orr_lab_open(lab)) return (double)NAN;
  double fall = sqrt(2.0 * height), top = -1.0;
  bool up = false;
  while (orr_lab_step(lab, fall * (1.5 + 2.0 * elasticity))) {
    if (lab->body[0].vy > 0.0) up = true;
    if (up) top = orr_max(top, lab->body[0].y - 0.5);
    if (up && lab->body[0].vy < 0.0) break;
  }
  return up ? orr_max(top, 0.0) : 0.0;
}

/* Where in a substep an impact falls is chance: every experiment here is done in PHASES phases, and
 * the worst counts. */
enum { PHASES = 8 };

/* `height` and up to a substep's way of the impact more. */
static double higher(const orr_lab *lab, double height, int phase) {
  double dt = lab->numerics->dt / orr_numerics_time(lab->numerics);
  return height + sqrt(2.0 * height) * dt * phase / PHASES;
}

void orr_lab_bounce(orr_lab *lab) {
  for (int tenth = 1; tenth <= 10; tenth++) {
    double e = 0.1 * tenth, worst = -1.0, at = (double)NAN;
    for (int phase = 0; phase < PHASES; phase++) {
      double height = higher(lab, 5.0, phase), measured = rebound(lab, height, e) / height;
      if (orr_lab_over(lab)) return;
      double error = lab->diverged ? INFINITY : fabs(measured - e * e);
      if (error > worst) {
        worst = error;
        at = measured;
      }
    }
    orr_lab_point(lab, e, at, e * e, worst);
  }
}

enum { BOUNCES = 20 };

/* The tops of BOUNCES flights over the height of the start; returns how many there were. */
static int flights(orr_lab *lab, double height, double *tops) {
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  orr_lab_floor(lab, 0.0, 1.0);
  orr_lab_body ball = disc(0.0, height + 0.5, 1.0);
  orr_lab_add(lab, &ball);
  if (!orr_lab_open(lab)) return 0;
  double before = 0.0, top = 0.0;
  int bounces = 0;
  /* A flight takes 2 sqrt(2 height); a ball that is too fast needs longer. */
  while (bounces < BOUNCES && orr_lab_step(lab, 4.0 * sqrt(2.0 * height) * BOUNCES)) {
    double speed = lab->body[0].vy, above = lab->body[0].y - 0.5;
    if (speed > 0.0) top = orr_max(top, above);
    if (before > 0.0 && speed <= 0.0) {
      tops[bounces++] = orr_max(top, above) / height;
      top = 0.0;
    }
    before = speed;
  }
  return bounces;
}

void orr_lab_elastic_bounces(orr_lab *lab) {
  double worst[BOUNCES] = {0}, at[BOUNCES];
  for (int i = 0; i < BOUNCES; i++) at[i] = 1.0;
  int fewest = BOUNCES;
  bool diverged = false;
  for (int phase = 0; phase < PHASES; phase++) {
    double tops[BOUNCES] = {0};
    int count = flights(lab, higher(lab, 2.0, phase), tops);
    if (orr_lab_over(lab)) return;
    if (count < fewest) fewest = count;
    diverged = diverged || lab->diverged;
    for (int i = 0; i < BOUNCES; i++) {
      if (fabs(tops[i] - 1.0) <= worst[i]) continue;
      worst[i] = fabs(tops[i] - 1.0);
      at[i] = tops[i];
    }
  }
  for (int i = 0; i < BOUNCES; i++)
    orr_lab_point(lab, i + 1, at[i], 1.0, diverged ? INFINITY : worst[i]);
  if (fewest < BOUNCES && !diverged) orr_lab_note(lab, "it came to rest after %d bounces", fewest);
}

/* A disc flies at one that rests, `offset` beside its centre. What counts is where the substeps
 * catch them: `phase` of a substep's way further off. Returns the error of both velocities. */
static double collide(orr_lab *lab, double offset, double phase, double *direction) {
  const double speed = 2.0;
  double reach = sqrt(1.0 - offset * offset);
  orr_lab_clear(lab, 0.0, 0.0, 1.0);
  orr_lab_body striker = disc(-reach - 1.0 - phase * speed * lab->dt, -offset, 1.0);
  striker.velocity[0] = speed;
  orr_lab_body target = disc(0.0, 0.0, 1.0);
  orr_lab_add(lab, &striker);
  orr_lab_add(lab, &target);
  if (!orr_lab_open(lab)) return INFINITY;
  while (orr_lab_step(lab, 2.0 + 4.0 * lab->dt)) {
  }
  if (lab->diverged) return INFINITY;
  /* The whole speed along the line of centres goes over. */
  double along = speed * reach, law[2] = {along * reach, along * offset};
  const orr_lab_state *a = &lab->body[0], *b = &lab->body[1];
  *direction = atan2(b->vy, b->vx);
  double of_target = hypot(b->vx - law[0], b->vy - law[1]);
  double of_striker = hypot(a->vx - (speed - law[0]), a->vy + law[1]);
  return orr_max(of_target, of_striker) / speed;
}

void orr_lab_oblique(orr_lab *lab) {
  for (int tenth = 0; tenth <= 8; tenth++) {
    double offset = 0.1 * tenth, law = asin(offset), worst = -1.0, at = (double)NAN;
    for (int phase = 0; phase < PHASES; phase++) {
      double direction = (double)NAN,
             error = collide(lab, offset, (double)phase / PHASES, &direction);
      if (orr_lab_over(lab)) return;
      if (error > worst) {
        worst = error;
        at = direction;
      }
    }
    orr_lab_point(lab, offset, at * 180.0 / ORR_PI, law * 180.0 / ORR_PI, worst);
  }
}

/* A disc of mass 1 flies at one of mass `ratio` that rests, without restitution; returns the larger
 * difference of a speed from the common one of the law, and the target's speed, over the first
 * speed. */
static double stick(orr_lab *lab, double ratio, double phase, double *measured) {
  const double speed = 2.0, law = 1.0 / (1.0 + ratio);
  orr_lab_clear(lab, 0.0, 0.0, 1.0);
  orr_lab_body striker = disc(-2.0 - phase * speed * lab->dt, 0.0, 0.0),
               target = disc(0.0, 0.0, 0.0);
  striker.velocity[0] = speed;
  target.mass = ratio;
  orr_lab_add(lab, &striker);
  orr_lab_add(lab, &target);
  if (!orr_lab_open(lab)) return INFINITY;
  while (orr_lab_step(lab, 2.0 + 4.0 * lab->dt)) {
  }
  *measured = lab->body[1].vx / speed;
  if (lab->diverged) return INFINITY;
  return orr_max(fabs(*measured - law), fabs(lab->body[0].vx / speed - law));
}

void orr_lab_plastic(orr_lab *lab) {
  static const double ratios[] = {0.1, 0.3, 1.0, 3.0, 10.0};
  for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
    double worst = -1.0, at = (double)NAN;
    for (int phase = 0; phase < PHASES; phase++) {
      double measured = (double)NAN;
      double error = stick(lab, ratios[i], (double)phase / PHASES, &measured);
      if (orr_lab_over(lab)) return;
      if (error > worst) {
        worst = error;
        at = measured;
      }
    }
    orr_lab_point(lab, ratios[i], at, 1.0 / (1.0 + ratios[i]), worst);
  }
}

/* A disc flies at a bar that rests, `offset` beside its centre. By momentum, angular momentum and
 * restitution the impulse is 2 v0 / (1/m + 1/M + offset^2 / I). */
static double strike(orr_lab *lab, double offset, double phase, double *spin, double *law) {
  const double speed = 2.0, width = 0.2, length = 2.0;
  const double moment = (width * width + length * length) / 12.0;
  const double impulse = 2.0 * speed / (2.0 + offset * offset / moment);
  *law = -offset * impulse / moment;
  orr_lab_clear(lab, 0.0, 0.0, 1.0);
  orr_lab_body striker = disc(-0.5 * width - 1.5 - phase * speed * lab->dt, offset, 1.0);
  striker.velocity[0] = speed;
  orr_lab_add(lab, &striker);
  orr_lab_add(lab, &(orr_lab_body){.mass = 1.0, .size = {width, length}, .elasticity = 1.0});
  if (!orr_lab_open(lab)) return INFINITY;
  while (orr_lab_step(lab, 0.8 + 2.0 * lab->dt)) {
  } /* it meets the bar at 0.5 */
  if (lab->diverged) return INFINITY;
  *spin = lab->body[1].omega;
  double error = 0.5 * length * fabs(*spin - *law);
  error = orr_max(error, fabs(lab->body[0].vx - (speed - impulse)));
  return orr_max(error, fabs(lab->body[1].vx - impulse)) / speed;
}

void orr_lab_bar(orr_lab *lab) {
  for (int tenth = 0; tenth <= 8; tenth += 2) {
    double worst = -1.0, at = (double)NAN, law = 0.0;
    for (int phase = 0; phase < PHASES; phase++) {
      double spin = (double)NAN;
      double error = strike(lab, 0.1 * tenth, (double)phase / PHASES, &spin, &law);
      if (orr_lab_over(lab)) return;
      if (error > worst) {
        worst = error;
        at = spin;
      }
    }
    orr_lab_point(lab, 0.1 * tenth, at, law, worst);
  }
}

/* A disc hits a row of five. Discs that touch overlap by a little: a contact must be seen. */
static void chain(orr_lab *lab, double gap) {
  enum { ROW = 5 };
  const double speed = 2.0;
  orr_lab_clear(lab, 0.0, 0.0, 1.0);
  for (int i = -1; i < ROW; i++) {
    orr_lab_body body = disc(i < 0 ? -2.0 : i * (1.0 + gap), 0.0, 1.0);
    if (i < 0) body.velocity[0] = speed;
    orr_lab_add(lab, &body);
  }
  if (!orr_lab_open(lab)) return;
  while (orr_lab_step(lab, 4.0 + 16.0 * lab->dt)) {
  }
  double momentum = 0.0, energy = 0.0;
  for (int i = 0; i <= ROW; i++) {
    double measured = lab->body[i].vx / speed, law = i == ROW ? 1.0 : 0.0;
    momentum += measured;
    energy += measured * measured;
    orr_lab_point(lab, i, measured, law, fabs(measured - law));
  }
  if (!lab->diverged)
    orr_lab_note(lab, "%.4g of the momentum and %.4g of the energy are left", momentum, energy);
}

void orr_lab_chain_apart(orr_lab *lab) { chain(lab, 0.1); }
void orr_lab_chain_touching(orr_lab *lab) { chain(lab, -0.001); }

/* Whether a disc ends behind a wall that it flies at with `step` sizes a substep. */
static bool tunnels(orr_lab *lab, double step, double phase) {
  const double thickness = 0.1;
  orr_lab_clear(lab, 0.0, 0.0, 1.0);
  orr_lab_add(lab, &(orr_lab_body){.size = {thickness, 20.0}});
  orr_lab_body body = disc(-0.5 - 0.5 * thickness - (1.0 + phase) * step, 0.0, 0.0);
  body.velocity[0] = step / lab->dt;
  orr_lab_add(lab, &body);
  if (!orr_lab_open(lab)) return false;
  while (orr_lab_step(lab, 100.0 * lab->dt)) {
  }
  return !lab->diverged && lab->body[0].x > 0.0;
}

void orr_lab_tunnelling(orr_lab *lab) {
  const double enough = 10.0; /* the speed of a fall through 50 sizes */
  double lowest = INFINITY;
  for (int i = 0; i <= 12; i++) {
    double step = 0.1 * pow(2.0, 0.5 * i), passed = 0.0;
    for (int phase = 0; phase < PHASES; phase++) {
      passed += tunnels(lab, step, (phase + 0.5) / PHASES) / (double)PHASES;
      if (orr_lab_over(lab)) return;
    }
    double speed = step / lab->dt;
    if (passed > 0.0) lowest = orr_min(lowest, speed);
    orr_lab_point(lab, step, passed, 0.0, passed > 0.0 ? enough / speed : 0.0);
  }
  if (isfinite(lowest))
    orr_lab_note(lab, "passes at %.3g sizes a substep, %.3g %s/s: a fall through %.3g sizes",
                 lowest * lab->dt, lowest * lab->length / lab->time, lab->numerics->unit,
                 0.5 * lowest * lowest);
}
