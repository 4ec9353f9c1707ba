/* Motion without contact: gravity, throws, springs, pendulums, chains.
 *
 * Units as in validate.h: size 1, gravity 1, mass 1. A disc of radius r has moment r^2 / 2 about
 * its centre, a box w x h (w^2 + h^2) / 12. */
#include "sim/validate_lab.h"

#include "base/maths.h"

static const double origin[2] = {0.0, 0.0};

void orr_lab_free_fall(orr_lab *lab) {
  const double until = 4.0, drop = 0.5 * until * until;
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  orr_lab_add(lab, &(orr_lab_body){.mass = 1.0, .radius = 0.5});
  if (!orr_lab_open(lab)) return;
  while (orr_lab_step(lab, until)) {
    if (!orr_lab_due(lab, until, 16)) continue;
    double law = 0.5 * lab->t * lab->t, measured = -lab->body[0].y;
    orr_lab_point(lab, lab->t, measured, law, fabs(measured - law) / drop);
  }
  orr_lab_finish(lab, until, drop);
}

/* Where a disc thrown from y = 0 at `angle` comes down to y = 0 again; NaN when it does not. */
static double throw_range(orr_lab *lab, double angle, double speed) {
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  orr_lab_add(lab, &(orr_lab_body){.mass = 1.0,
                                   .radius = 0.5,
                                   .velocity = {speed * cos(angle), speed * sin(angle)}});
  if (!orr_lab_open(lab)) return (double)NAN;
  orr_lab_state before = lab->body[0];
  while (orr_lab_step(lab, 4.0 * speed)) {
    const orr_lab_state now = lab->body[0];
    if (now.y <= 0.0 && now.vy < 0.0 && before.y > now.y)
      return before.x + (now.x - before.x) * before.y / (before.y - now.y);
    before = now;
  }
  return (double)NAN;
}

void orr_lab_projectile(orr_lab *lab) {
  const double speed = 3.0;
  for (int degrees = 20; degrees <= 70; degrees += 5) {
    double angle = degrees * ORR_PI / 180.0, law = speed * speed * sin(2.0 * angle);
    double range = throw_range(lab, angle, speed);
    if (orr_lab_over(lab)) return;
    orr_lab_point(lab, degrees, range, law, fabs(range / law - 1.0));
  }
}

void orr_lab_damping(orr_lab *lab) {
  const double until = 6.0, rate = 0.5, end = (1.0 - exp(-rate * until)) / rate;
  orr_lab_clear(lab, 0.0, 0.0, exp(-rate));
  orr_lab_add(lab, &(orr_lab_body){.mass = 1.0, .radius = 0.5, .velocity = {1.0, 0.0}});
  if (!orr_lab_open(lab)) return;
  while (orr_lab_step(lab, until)) {
    if (!orr_lab_due(lab, until, 16)) continue;
    double law = (1.0 - exp(-rate * lab->t)) / rate, x = lab->body[0].x;
    orr_lab_point(lab, lab->t, x, law, fabs(x - law) / end);
  }
  orr_lab_finish(lab, until, end);
}

/* A fall against air: v = tanh(t), with resistance v^2. */
void orr_lab_air(orr_lab *lab) {
  const double until = 4.0;
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  orr_lab_add(lab, &(orr_lab_body){.mass = 1.0, .radius = 0.5});
  orr_lab_drag(lab, 1.0);
  if (!orr_lab_open(lab)) return;
  while (orr_lab_step(lab, until)) {
    if (!orr_lab_due(lab, until, 16)) continue;
    double law = tanh(lab->t), measured = -lab->body[0].vy;
    orr_lab_point(lab, lab->t, measured, law, fabs(measured - law));
  }
  orr_lab_finish(lab, until, 1.0);
}

/* Mean anomaly of an ellipse to the eccentric one, by Newton's method. */
static double eccentric(double mean, double eccentricity) {
  double angle = mean + eccentricity * sin(mean);
  for (int i = 0; i < 20; i++) {
    double rest = angle - eccentricity * sin(angle) - mean;
    angle -= rest / (1.0 - eccentricity * cos(angle));
  }
  return angle;
}

/* Once round an ellipse of half axis 2 and eccentricity 1/2, from its nearest point. */
void orr_lab_orbit(orr_lab *lab) {
  const double e = 0.5, a = 2.0, near = a * (1.0 - e), until = 2.0 * ORR_PI * a * sqrt(a);
  orr_lab_clear(lab, 0.0, 0.0, 1.0);
  orr_lab_add(lab, &(orr_lab_body){.mass = 1.0,
                                   .radius = 0.5,
                                   .position = {near, 0.0},
                                   .velocity = {0.0, sqrt((1.0 + e) / near)}});
  orr_lab_attraction(lab, 1.0);
  if (!orr_lab_open(lab)) return;
  double most = 0.0;
  while (orr_lab_step(lab, until)) {
    double angle = eccentric(lab->t / (a * sqrt(a)), e);
    double x = a * (cos(angle) - e), y = a * sqrt(1.0 - e * e) * sin(angle);
    most = orr_max(most, hypot(lab->body[0].x - x, lab->body[0].y - y) / a);
    if (!orr_lab_due(lab, until, 32)) continue;
    orr_lab_point(lab, lab->t, hypot(lab->body[0].x, lab->body[0].y), hypot(x, y), most);
  }
  orr_lab_finish(lab, until, near);
}

void orr_lab_spring_law(orr_lab *lab) {
  const double until = 3.0 * ORR_PI, omega = 2.0, zeta = 0.1, rest = 2.0;
  const double decay = zeta * omega, beat = omega * sqrt(1.0 - zeta * zeta);
  orr_lab_clear(lab, 0.0, 0.0, 1.0);
  int wall = orr_lab_add(lab, &(orr_lab_body){.radius = 0.1, .group = 1});
  int bob = orr_lab_add(
      lab, &(orr_lab_body){.mass = 1.0, .radius = 0.5, .position = {rest + 1.0, 0.0}, .group = 1});
  orr_lab_spring(lab, wall, bob, rest, omega * omega, 2.0 * decay);
  if (!orr_lab_open(lab)) return;
  while (orr_lab_step(lab, until)) {
    if (!orr_lab_due(lab, until, 36)) continue;
    double swing = cos(beat * lab->t) + decay / beat * sin(beat * lab->t);
    double law = exp(-decay * lab->t) * swing, x = lab->body[0].x - rest;
    orr_lab_point(lab, lab->t, x, law, fabs(x - law));
  }
  orr_lab_finish(lab, until, 0.0);
}

/* 1 / (2 K(k) / pi) with k = sin(a / 2): the arithmetic-geometric mean of 1 and cos(a / 2). */
static double mean_of(double a, double b) {
  for (int i = 0; i < 40; i++) {
    double arithmetic = 0.5 * (a + b), geometric = sqrt(a * b);
    a = arithmetic;
    b = geometric;
  }
  return a;
}

enum { ARM = 2 }; /* from the hinge to the centre of the bob */

/* From the first to the third passage through the lowest point: one period. */
static double measure_period(orr_lab *lab, double amplitude, double until) {
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  int wall = orr_lab_add(lab, &(orr_lab_body){.radius = 0.1, .group = 1});
  int bob =
      orr_lab_add(lab, &(orr_lab_body){.mass = 1.0,
                                       .radius = 0.5,
                                       .position = {ARM * sin(amplitude), -ARM * cos(amplitude)},
                                       .angle = amplitude,
                                       .group = 1});
  orr_lab_pivot(lab, wall, bob, origin, (const double[2]){0.0, ARM});
  if (!orr_lab_open(lab)) return (double)NAN;
  double before = amplitude, first = 0.0;
  int passed = 0;
  while (orr_lab_step(lab, until)) {
    double now = atan2(lab->body[0].x, -lab->body[0].y);
    if ((now > 0.0) != (before > 0.0) && fabs(now - before) < ORR_PI) {
      double when = lab->t - lab->dt * now / (now - before);
      if (++passed == 1) first = when;
      if (passed == 3) return when - first;
    }
    before = now;
  }
  return (double)NAN;
}

void orr_lab_pendulum(orr_lab *lab) {
  static const int amplitudes[] = {5, 15, 30, 45, 60, 75, 90, 105, 120, 135, 150};
  const double small = 2.0 * ORR_PI * sqrt((ARM * ARM + 0.125) / ARM);
  for (size_t i = 0; i < sizeof amplitudes / sizeof *amplitudes; i++) {
    double amplitude = amplitudes[i] * ORR_PI / 180.0;
    double law = small / mean_of(1.0, cos(0.5 * amplitude));
    double period = measure_period(lab, amplitude, 2.0 * law);
    if (orr_lab_over(lab)) return;
    orr_lab_point(lab, amplitudes[i], period, law, fabs(period / law - 1.0));
  }
}

/* A bob on an arm below a cart that slides freely: it swings about the common centre of mass. */
static double measure_cart(orr_lab *lab, double mass, double until) {
  const double amplitude = 0.1 * ORR_PI / 180.0;
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  int wall = orr_lab_add(lab, &(orr_lab_body){.radius = 0.1, .group = 1});
  int cart = orr_lab_add(lab, &(orr_lab_body){.mass = mass, .size = {1.0, 0.5}, .group = 1});
  orr_lab_body body = {.mass = 1.0,
                       .radius = 0.5,
                       .position = {ARM * sin(amplitude), -ARM * cos(amplitude)},
                       .angle = amplitude,
                       .group = 1};
  int bob = orr_lab_add(lab, &body);
  orr_lab_slide(lab, wall, cart);
  orr_lab_pivot(lab, cart, bob, origin, (const double[2]){0.0, ARM});
  if (!orr_lab_open(lab)) return (double)NAN;
  double before = amplitude, first = 0.0;
  int passed = 0;
  while (orr_lab_step(lab, until)) {
    double now = lab->body[1].x - lab->body[0].x;
    if ((now > 0.0) != (before > 0.0)) {
      double when = lab->t - lab->dt * now / (now - before);
      if (++passed == 1) first = when;
      if (passed == 3) return when - first;
    }
    before = now;
  }
  return (double)NAN;
}

void orr_lab_cart_pole(orr_lab *lab) {
  static const double masses[] = {0.3, 1.0, 3.0, 10.0, 30.0};
  for (size_t i = 0; i < sizeof masses / sizeof *masses; i++) {
    double all = masses[i] + 1.0, moment = ARM * ARM + 0.125;
    double law = 2.0 * ORR_PI * sqrt((all * moment - ARM * ARM) / (all * ARM));
    double period = measure_cart(lab, masses[i], 2.0 * law);
    if (orr_lab_over(lab)) return;
    orr_lab_point(lab, masses[i], period, law, fabs(period / law - 1.0));
  }
}

/* Energy of the moving bodies, each of mass 1 and the given moment, in a gravity of `g`. */
static double energy(const orr_lab *lab, size_t count, double moment, double g) {
  double sum = 0.0;
  for (size_t i = 0; i < count; i++) {
    const orr_lab_state *b = &lab->body[i];
    sum += 0.5 * (b->vx * b->vx + b->vy * b->vy + moment * b->omega * b->omega) + g * b->y;
  }
  return sum;
}

/* Two discs on arms of length 1, dropped from the horizontal. */
void orr_lab_double_pendulum(orr_lab *lab) {
  const double until = 30.0, radius = 0.25, moment = 0.5 * radius * radius, scale = 3.0;
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  int wall = orr_lab_add(lab, &(orr_lab_body){.radius = 0.1, .group = 1});
  int bobs[2];
  for (int i = 0; i < 2; i++)
    bobs[i] = orr_lab_add(
        lab,
        &(orr_lab_body){.mass = 1.0, .radius = radius, .position = {1.0 + i, 0.0}, .group = 1});
  orr_lab_pivot(lab, wall, bobs[0], origin, (const double[2]){-1.0, 0.0});
  orr_lab_pivot(lab, bobs[0], bobs[1], origin, (const double[2]){-1.0, 0.0});
  if (!orr_lab_open(lab)) return;
  double most = 0.0;
  while (orr_lab_step(lab, until)) {
    double change = energy(lab, 2, moment, 1.0) / scale; /* it was 0 */
    most = orr_max(most, fabs(change));
    if (orr_lab_due(lab, until, 30)) orr_lab_point(lab, lab->t, change, 0.0, most);
  }
  orr_lab_finish(lab, until, 0.0);
}

typedef struct momenta {
  double x, y, spin; /* linear, and angular about the origin */
} momenta;

static momenta momenta_of(const orr_lab *lab, size_t count, double moment) {
  momenta sum = {0};
  for (size_t i = 0; i < count; i++) {
    const orr_lab_state *b = &lab->body[i];
    sum.x += b->vx;
    sum.y += b->vy;
    sum.spin += b->x * b->vy - b->y * b->vx + moment * b->omega;
  }
  return sum;
}

/* Two bars with a common hinge, thrown and spinning, without gravity. */
void orr_lab_jointed_spin(orr_lab *lab) {
  const double until = 30.0, height = 0.25, moment = (1.0 + height * height) / 12.0;
  const double omega[2] = {2.0, -0.5}, drift = 0.5;
  orr_lab_clear(lab, 0.0, 0.0, 1.0);
  int bars[2];
  for (int i = 0; i < 2; i++) {
    double x = i == 0 ? -0.5 : 0.5;
    bars[i] = orr_lab_add(lab, &(orr_lab_body){.mass = 1.0,
                                               .size = {1.0, height},
                                               .position = {x, 0.0},
                                               .velocity = {drift, omega[i] * x},
                                               .omega = omega[i],
                                               .group = 1});
  }
  orr_lab_pivot(lab, bars[0], bars[1], (const double[2]){0.5, 0.0}, (const double[2]){-0.5, 0.0});
  if (!orr_lab_open(lab)) return;
  const momenta from = {2.0 * drift, 0.5 * (omega[1] - omega[0]),
                        (omega[0] + omega[1]) * (0.25 + moment)};
  double most = 0.0;
  while (orr_lab_step(lab, until)) {
    momenta now = momenta_of(lab, 2, moment);
    double ratio = now.spin / from.spin;
    double pushed = hypot(now.x - from.x, now.y - from.y) / hypot(from.x, from.y);
    most = orr_max(most, orr_max(fabs(ratio - 1.0), pushed));
    if (orr_lab_due(lab, until, 30)) orr_lab_point(lab, lab->t, ratio, 1.0, most);
  }
  orr_lab_finish(lab, until, 1.0);
}

/* Spin R I R' omega and energy of a solid whose moments along its own axes are `moments`. */
static double spin_of(const orr_lab_state *b, const double moments[3], double spin[3]) {
  const double w = b->rotation[0], x = b->rotation[1], y = b->rotation[2], z = b->rotation[3];
  const double r[3][3] = {
      {1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)},
      {2.0 * (x * y + w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z - w * x)},
      {2.0 * (x * z - w * y), 2.0 * (y * z + w * x), 1.0 - 2.0 * (x * x + y * y)}};
  const double omega[3] = {b->spin[0], b->spin[1], b->omega};
  double twice = b->vx * b->vx + b->vy * b->vy + b->vz * b->vz;
  spin[0] = spin[1] = spin[2] = 0.0;
  for (int axis = 0; axis < 3; axis++) {
    double own = r[0][axis] * omega[0] + r[1][axis] * omega[1] + r[2][axis] * omega[2];
    twice += moments[axis] * own * own;
    for (int i = 0; i < 3; i++) spin[i] += r[i][axis] * moments[axis] * own;
  }
  return 0.5 * twice;
}

/* A thrown solid box that turns about its middle axis, which is unstable: it tumbles. */
void orr_lab_tumbling(orr_lab *lab) {
  const double until = 30.0, a = 1.0, b = 0.7, c = 0.4, drift = 0.5, turn = 2.0, aside = 0.02;
  const double moments[3] = {(b * b + c * c) / 12.0, (a * a + c * c) / 12.0,
                             (a * a + b * b) / 12.0};
  const double from[3] = {moments[0] * aside, moments[1] * turn, moments[2] * aside};
  const double size = sqrt(from[0] * from[0] + from[1] * from[1] + from[2] * from[2]);
  const double energy_from =
      0.5 * (drift * drift + from[0] * aside + from[1] * turn + from[2] * aside);
  orr_lab_clear_solid(lab);
  orr_lab_body body = {.mass = 1.0,
                       .size = {a, b},
                       .depth = c,
                       .velocity = {drift, 0.0},
                       .omega = aside,
                       .spin = {aside, turn}};
  orr_lab_add(lab, &body);
  if (!orr_lab_open(lab)) return;
  double most = 0.0, of_energy = 0.0, of_spin = 0.0, of_momentum = 0.0;
  while (orr_lab_step(lab, until)) {
    const orr_lab_state *now = &lab->body[0];
    double spin[3], ratio = spin_of(now, moments, spin) / energy_from;
    double turned = hypot(hypot(spin[0] - from[0], spin[1] - from[1]), spin[2] - from[2]) / size;
    double pushed = hypot(hypot(now->vx - drift, now->vy), now->vz) / drift;
    of_energy = orr_max(of_energy, fabs(ratio - 1.0));
    of_spin = orr_max(of_spin, turned);
    of_momentum = orr_max(of_momentum, pushed);
    most = orr_max(of_energy, orr_max(of_spin, of_momentum));
    if (orr_lab_due(lab, until, 30)) orr_lab_point(lab, lab->t, ratio, 1.0, most);
  }
  orr_lab_finish(lab, until, 1.0);
  if (!lab->diverged)
    orr_lab_note(lab, "energy off by %.2g, angular momentum by %.2g, momentum by %.2g", of_energy,
                 of_spin, of_momentum);
}

/* Ten bars of length 1 and mass 1 hang from a hinge, a weight at their end. */
static double stretch(orr_lab *lab, double weight, double until) {
  enum { LINKS = 10 };
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  int above = orr_lab_add(lab, &(orr_lab_body){.radius = 0.1, .group = 1});
  int links[LINKS];
  for (int i = 0; i < LINKS; i++)
    links[i] = orr_lab_add(
        lab,
        &(orr_lab_body){.mass = 1.0, .size = {0.2, 1.0}, .position = {0.0, -0.5 - i}, .group = 1});
  int load = orr_lab_add(
      lab, &(orr_lab_body){.mass = weight, .radius = 0.5, .position = {0.0, -LINKS}, .group = 1});
  const double top[2] = {0.0, 0.5}, bottom[2] = {0.0, -0.5};
  orr_lab_pivot(lab, above, links[0], origin, top);
  for (int i = 1; i < LINKS; i++) orr_lab_pivot(lab, links[i - 1], links[i], bottom, top);
  orr_lab_pivot(lab, links[LINKS - 1], load, bottom, origin);
  if (!orr_lab_open(lab)) return (double)NAN;
  double most = 0.0;
  while (orr_lab_step(lab, until))
    most = orr_max(most, hypot(lab->body[LINKS].x, lab->body[LINKS].y) / LINKS);
  return most;
}

void orr_lab_hanging_chain(orr_lab *lab) {
  static const double weights[] = {1.0, 3.0, 10.0, 30.0, 100.0};
  for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
    double measured = stretch(lab, weights[i], 15.0);
    if (orr_lab_over(lab)) return;
    orr_lab_point(lab, weights[i], measured, 1.0, fabs(measured - 1.0));
  }
}
