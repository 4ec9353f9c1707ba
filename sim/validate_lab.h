/* What the experiments of validate.h share: a laboratory that builds a world from a few bodies,
 * steps it and takes points. Everything is in units of the experiment: sizes, T, kg. */
#ifndef ORR_SIM_VALIDATE_LAB_H
#define ORR_SIM_VALIDATE_LAB_H

#include "sim/validate.h"
#include "sim/world.h"

enum { ORR_LAB_BODIES = 32 };

typedef struct orr_lab_state {
  double x, y, angle, vx, vy, omega;
  double z, vz, rotation[4], spin[2]; /* of a solid: quaternion w x y z; omega about x and y */
} orr_lab_state;

typedef struct orr_lab {
  const orr_numerics *numerics;
  const orr_control *control;
  orr_validation *out;
  double dt;                          /* in T */
  double t;                           /* since the start, in T */
  orr_lab_state body[ORR_LAB_BODIES]; /* the moving ones, in the order in which they were added */
  /* Private: */
  double length, time; /* units in those of the file */
  int64_t steps;
  size_t added, joined, used;
  double turned[ORR_LAB_BODIES], turning[ORR_LAB_BODIES]; /* angle and omega of all at the start */
  bool solid;                                             /* three dimensions */
  bool diverged;
  orr_status status; /* of what is no result: memory, cancelled */
  orr_error *err;
  orr_scenario *scenario;
  orr_world *world;
  char text[16384];
} orr_lab;

/* A disc when `radius` is above 0, else a box. Without mass it is static. */
typedef struct orr_lab_body {
  double mass, radius, size[2], position[2], angle, velocity[2], omega;
  double depth, spin[2]; /* of a solid box: its size along z; omega about x and y */
  double friction, elasticity;
  int group;
} orr_lab_body;

/* An empty world with this gravity (0, -1: the file's, downwards) and damping (part of a velocity
 * that is kept per T; 1: all). Ends the world before. */
void orr_lab_clear(orr_lab *lab, double gravity_x, double gravity_y, double damping);
void orr_lab_clear_solid(orr_lab *lab);                  /* in three dimensions, without gravity */
int orr_lab_add(orr_lab *lab, const orr_lab_body *body); /* its number, static ones counted too */
void orr_lab_floor(orr_lab *lab, double friction, double elasticity); /* its surface is y = 0 */
/* Joints come after all bodies. Anchors in the frames of the bodies. */
void orr_lab_pivot(orr_lab *lab, int a, int b, const double anchor_a[2], const double anchor_b[2]);
void orr_lab_slide(orr_lab *lab, int a, int b); /* along x */
void orr_lab_spring(orr_lab *lab, int a, int b, double rest, double stiffness, double damping);
/* The force field of a world, after its bodies: strength / r^2 to the origin; resistance. */
void orr_lab_attraction(orr_lab *lab, double strength);
void orr_lab_drag(orr_lab *lab, double quadratic);
/* Reads the text and starts the world. False when the experiment must end here. */
bool orr_lab_open(orr_lab *lab);
/* One substep; false when `until` is reached or the world has diverged. */
bool orr_lab_step(orr_lab *lab, double until);
void orr_lab_point(orr_lab *lab, double x, double measured, double law, double error);
/* A point without a number where a run that takes points as it goes broke off. */
void orr_lab_finish(orr_lab *lab, double until, double law);
/* About `count` times in a run until `until`, and at its end: whether to take a point now. */
bool orr_lab_due(const orr_lab *lab, double until, int count);
bool orr_lab_over(const orr_lab *lab); /* cancelled, not offered, out of memory */
void orr_lab_note(orr_lab *lab, const char *format, ...) __attribute__((format(printf, 2, 3)));
void orr_lab_close(orr_lab *lab);

/* The experiments, each in one of validate_motion.c, validate_impact.c, validate_contact.c. */
typedef void orr_lab_run(orr_lab *lab);
orr_lab_run orr_lab_free_fall, orr_lab_projectile, orr_lab_damping, orr_lab_air, orr_lab_orbit,
    orr_lab_spring_law, orr_lab_pendulum, orr_lab_double_pendulum, orr_lab_cart_pole,
    orr_lab_jointed_spin, orr_lab_tumbling, orr_lab_hanging_chain;
orr_lab_run orr_lab_bounce, orr_lab_elastic_bounces, orr_lab_oblique, orr_lab_plastic, orr_lab_bar,
    orr_lab_chain_apart, orr_lab_chain_touching, orr_lab_tunnelling;
orr_lab_run orr_lab_braking, orr_lab_slip_angle, orr_lab_tipping, orr_lab_rolling,
    orr_lab_sliding_to_rolling, orr_lab_tower, orr_lab_penetration, orr_lab_mass_ratio;

#endif
