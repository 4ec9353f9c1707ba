/* Physics validation: how far simulated motion is from the law.
 *
 * Each orr_law is an experiment whose outcome a formula gives: a fall, a pendulum, a bounce, a
 * tower. It builds its own small world as the text of a scenario, with the engine and the numbers
 * of a user's file (orr_numerics), steps it, and holds what it measures against the formula. What
 * comes out is a curve, one error, and a verdict by bands that are part of the law's table:
 * a weakness of an engine appears as such and is never averaged away.
 *
 * Experiments have no dimension. Unit of length is the size of a typical body of the file, unit of
 * acceleration its gravity, and so unit of time T = sqrt(size / gravity), of speed
 * sqrt(size x gravity), of mass 1 kg. What counts for accuracy is then dt / T. */
#ifndef ORR_SIM_VALIDATE_H
#define ORR_SIM_VALIDATE_H

#include "base/control.h"
#include "sim/scenario.h"

/* The numbers of a world that its physics follows from, apart from its bodies. */
typedef struct orr_numerics {
  const char *engine, *integrator; /* integrator: "" where the engine has one only */
  const char *unit;                /* of length */
  double dt;                       /* of a substep, s */
  int64_t iterations;
  double slop, bias;                    /* Chipmunk */
  double contact_time, contact_damping; /* MuJoCo; 0: the engine has none */
  double size;                          /* of a body: root of the median area, in units of length */
  double gravity;                       /* length / s^2 */
  bool gravity_given; /* false: the file has none; one is taken as if `size` (or 1 m) were 1 m */
} orr_numerics;
void orr_numerics_of(const orr_scenario *scenario, orr_numerics *out);
double orr_numerics_time(const orr_numerics *numerics); /* T in s */

typedef enum orr_verdict {
  ORR_VERDICT_FINE,
  ORR_VERDICT_WEAK,
  ORR_VERDICT_OFF,
  ORR_VERDICT_NOT_OFFERED /* the engine refuses what the experiment is made of */
} orr_verdict;
extern const char *const orr_verdict_names[]; /* NULL-terminated, by orr_verdict */

struct orr_lab;

typedef struct orr_law {
  const char *name, *title;
  const char *formula, *source;
  const char *x, *y;    /* what the points are, with units */
  const char *measure;  /* what the error is */
  double fine, weak;    /* largest error that is fine, that is weak; above: off */
  int order;            /* power of dt that the error follows where it has one; 0: none */
  const char *weakness; /* what is known to make it fail; "" when nothing is */
  void (*run)(struct orr_lab *lab);
} orr_law;
const orr_law *orr_laws(size_t *count);
const orr_law *orr_law_find(const char *name); /* NULL when there is none */

enum { ORR_LAW_POINTS = 40 };
typedef struct orr_law_point {
  double x, measured, law; /* measured: NaN when nothing came out */
  double error;
} orr_law_point;

typedef struct orr_validation {
  const orr_law *law;
  orr_verdict verdict;
  double error; /* the largest of the points; INFINITY when one has no number */
  size_t worst; /* the point that has it */
  orr_law_point points[ORR_LAW_POINTS];
  size_t count;
  char note[200]; /* why it is not offered, what diverged, what a number means; may be empty */
} orr_validation;

/* The verdict that bands give an error. */
orr_verdict orr_verdict_of(const orr_law *law, double error);

/* Runs one experiment. A world that diverges is a result (off), not an error. */
orr_status orr_validate(const orr_law *law, const orr_numerics *numerics,
                        const orr_control *control, orr_validation *out, orr_error *err);
/* Runs all of them, on the threads of `control`; `out`: as many as orr_laws counts. */
orr_status orr_validate_all(const orr_numerics *numerics, const orr_control *control,
                            orr_validation *out, orr_error *err);

#endif
