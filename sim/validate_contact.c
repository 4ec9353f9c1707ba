/* Lasting contact: friction, rolling, towers.
 *
 * Units as in validate.h: size 1, gravity 1, mass 1. An incline is a level floor under gravity that
 * is turned. Friction of the floor is 1, so that of the body is the pair's (their product). */
#include "sim/validate_lab.h"

#include "base/maths.h"

void orr_lab_braking(orr_lab *lab) {
  static const double mus[] = {0.1, 0.2, 0.4, 0.6, 0.8, 1.0};
  const double speed = 2.0;
  for (size_t i = 0; i < sizeof mus / sizeof *mus; i++) {
    double law = speed * speed / (2.0 * mus[i]);
    orr_lab_clear(lab, 0.0, -1.0, 1.0);
    orr_lab_floor(lab, 1.0, 0.0);
    orr_lab_add(lab, &(orr_lab_body){.mass = 1.0,
                                     .size = {2.0, 0.5},
                                     .position = {0.0, 0.25},
                                     .velocity = {speed, 0.0},
                                     .friction = mus[i]});
    if (!orr_lab_open(lab)) return;
    while (orr_lab_step(lab, 1.5 * speed / mus[i])) {
    }
    if (orr_lab_over(lab)) return;
    orr_lab_point(lab, mus[i], lab->body[0].x, law, fabs(lab->body[0].x / law - 1.0));
  }
}

typedef struct box {
  double width, height, friction;
} box;

/* Whether a box on an incline of the given slope stays for 20 T. Beyond the law's slope by 0.0001
 * it slips 0.02 sizes in that time. */
static bool stays(orr_lab *lab, const box *b, double slope, bool slips) {
  double angle = atan(slope);
  orr_lab_clear(lab, sin(angle), -cos(angle), 1.0);
  orr_lab_floor(lab, 1.0, 0.0);
  orr_lab_add(lab, &(orr_lab_body){.mass = 1.0,
                                   .size = {b->width, b->height},
                                   .position = {0.0, 0.5 * b->height},
                                   .friction = b->friction});
  if (!orr_lab_open(lab)) return true;
  while (orr_lab_step(lab, 20.0)) {
    bool gone = slips ? fabs(lab->body[0].x) > 0.02 : fabs(lab->body[0].angle) > 0.2;
    if (gone) return false;
  }
  return true;
}

/* The slope up to `high` at which a box begins to slip, or to turn. */
static double critical_slope(orr_lab *lab, const box *b, bool slips, double high) {
  double low = 0.0;
  for (int i = 0; i < 11 && !orr_lab_over(lab); i++) {
    double slope = 0.5 * (low + high);
    bool stayed = stays(lab, b, slope, slips);
    if (lab->diverged) return (double)NAN;
    if (stayed)
      low = slope;
    else
      high = slope;
  }
  return 0.5 * (low + high);
}

static double degrees(double slope) { return atan(slope) * 180.0 / ORR_PI; }

void orr_lab_slip_angle(orr_lab *lab) {
  static const double mus[] = {0.1, 0.3, 0.5, 0.7, 0.9};
  for (size_t i = 0; i < sizeof mus / sizeof *mus; i++) {
    box b = {2.0, 0.5, mus[i]};
    double slope = critical_slope(lab, &b, true, 2.0 * mus[i]);
    if (orr_lab_over(lab)) return;
    orr_lab_point(lab, mus[i], degrees(slope), degrees(mus[i]), fabs(slope / mus[i] - 1.0));
  }
}

void orr_lab_tipping(orr_lab *lab) {
  static const double widths[] = {0.2, 0.4, 0.6, 0.8, 1.0};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    box b = {widths[i], 1.0, 3.0};
    double slope = critical_slope(lab, &b, false, 2.0 * widths[i]);
    if (orr_lab_over(lab)) return;
    orr_lab_point(lab, widths[i], degrees(slope), degrees(widths[i]),
                  fabs(slope / widths[i] - 1.0));
  }
}

void orr_lab_rolling(orr_lab *lab) {
  for (int d = 5; d <= 65; d += 10) {
    double angle = d * ORR_PI / 180.0, law = 2.0 / 3.0 * sin(angle);
    orr_lab_clear(lab, sin(angle), -cos(angle), 1.0);
    orr_lab_floor(lab, 1.0, 0.0);
    orr_lab_add(
        lab, &(orr_lab_body){.mass = 1.0, .radius = 0.5, .position = {0.0, 0.5}, .friction = 1.0});
    if (!orr_lab_open(lab)) return;
    while (orr_lab_step(lab, 1.0)) {
    }
    double from = lab->t, speed = lab->body[0].vx;
    while (orr_lab_step(lab, 4.0)) {
    }
    if (orr_lab_over(lab)) return;
    double measured = (lab->body[0].vx - speed) / (lab->t - from);
    orr_lab_point(lab, d, measured, law, fabs(measured / law - 1.0));
  }
}

/* While it slides, v = v0 - mu t and omega r = 2 mu t; it rolls from t = v0 / (3 mu) on. */
void orr_lab_sliding_to_rolling(orr_lab *lab) {
  const double until = 6.0, mu = 0.2, start = 2.0, when = start / (3.0 * mu);
  const double slid = 5.0 * start * start / (18.0 * mu);
  const double end = slid + 2.0 / 3.0 * start * (until - when);
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  orr_lab_floor(lab, 1.0, 0.0);
  orr_lab_add(lab, &(orr_lab_body){.mass = 1.0,
                                   .radius = 0.5,
                                   .position = {0.0, 0.5},
                                   .velocity = {start, 0.0},
                                   .friction = mu});
  if (!orr_lab_open(lab)) return;
  double most = 0.0;
  while (orr_lab_step(lab, until)) {
    double t = lab->t, law = t < when ? start - mu * t : 2.0 / 3.0 * start;
    double way = t < when ? start * t - 0.5 * mu * t * t : slid + 2.0 / 3.0 * start * (t - when);
    most = orr_max(most, fabs(lab->body[0].vx - law) / start);
    most = orr_max(most, fabs(lab->body[0].x - way) / end);
    if (orr_lab_due(lab, until, 30)) orr_lab_point(lab, t, lab->body[0].vx, law, most);
  }
  orr_lab_finish(lab, until, 2.0 / 3.0 * start);
}

/* Cubes on each other for ten seconds of the file's time; false when it must end here. */
static bool stand(orr_lab *lab, int count, double *drift, double *sink) {
  const double friction = sqrt(0.6);
  orr_lab_clear(lab, 0.0, -1.0, 1.0);
  orr_lab_floor(lab, friction, 0.0);
  for (int i = 0; i < count; i++)
    orr_lab_add(lab, &(orr_lab_body){.mass = 1.0,
                                     .size = {1.0, 1.0},
                                     .position = {0.0, 0.5 + i},
                                     .friction = friction});
  if (!orr_lab_open(lab)) return false;
  *drift = 0.0;
  while (orr_lab_step(lab, 10.0 / lab->time)) {
    for (int i = 0; i < count; i++) *drift = orr_max(*drift, fabs(lab->body[i].x));
  }
  *sink = count - 0.5 - lab->body[count - 1].y;
  return !orr_lab_over(lab);
}

void orr_lab_tower(orr_lab *lab) {
  static const int heights[] = {2, 4, 6, 8, 10};
  double drift, sink;
  for (size_t i = 0; i < sizeof heights / sizeof *heights; i++) {
    if (!stand(lab, heights[i], &drift, &sink)) return;
    orr_lab_point(lab, heights[i], drift, 0.0, drift);
    if (sink > 0.5 && !lab->out->note[0]) orr_lab_note(lab, "a tower of %d falls", heights[i]);
  }
}

void orr_lab_penetration(orr_lab *lab) {
  static const int heights[] = {1, 2, 3, 5, 10};
  double drift, sink;
  for (size_t i = 0; i < sizeof heights / sizeof *heights; i++) {
    if (!stand(lab, heights[i], &drift, &sink)) return;
    double each = sink / heights[i];
    orr_lab_point(lab, heights[i], each, 0.0, fabs(each));
    if (sink > 0.5 && !lab->out->note[0]) orr_lab_note(lab, "a tower of %d falls", heights[i]);
  }
}

/* A heavy cube on a light one: how far it sinks. */
void orr_lab_mass_ratio(orr_lab *lab) {
  static const double ratios[] = {1.0, 3.0, 10.0, 30.0, 100.0};
  const double friction = sqrt(0.6);
  for (size_t i = 0; i < sizeof ratios / sizeof *ratios; i++) {
    orr_lab_clear(lab, 0.0, -1.0, 1.0);
    orr_lab_floor(lab, friction, 0.0);
    for (int k = 0; k < 2; k++)
      orr_lab_add(lab, &(orr_lab_body){.mass = k ? ratios[i] : 1.0,
                                       .size = {1.0, 1.0},
                                       .position = {0.0, 0.5 + k},
                                       .friction = friction});
    if (!orr_lab_open(lab)) return;
    while (orr_lab_step(lab, 15.0)) {
    }
    if (orr_lab_over(lab)) return;
    double sink = 1.5 - lab->body[1].y;
    orr_lab_point(lab, ratios[i], sink, 0.0, fabs(sink));
  }
}
