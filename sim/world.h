/* A world: one running instance of a scenario.
 *
 * The room owns what is true: bodies, contacts, joints, actuators, the task's rules, and the exact
 * state of all of it. orr_world_step is one control step: actuators aim, `substeps` engine steps,
 * task rules. An engine (engine.h) computes the motion. Chipmunk2D 7.0.3, for contacts in 2D: rigid
 * bodies with sequential impulses, warm starting and a separate position correction (Catto,
 * Iterative Dynamics with Temporal Coherence, GDC 2005). MuJoCo 2.2.2, for 3D and for what is
 * jointed: generalised coordinates, soft constraints solved by Newton's method (Todorov, Erez,
 * Tassa, IROS 2012). Push-T follows Chi et al. (Diffusion Policy, RSS 2023) as gym-pusht implements
 * it, digit for digit (tests/sim/test_gym.c).
 *
 * Save, restore, step gives bit for bit what stepping without it gives: planning in the true
 * simulator, counterfactual twins and step-back stand on that. A save is a copy of all that the
 * engine remembers and of the world's own numbers; worlds in other threads reach the same state by
 * replay of the event log. Numbers that break end the episode as diverged, with a reason; nothing
 * else. */
#ifndef ORR_SIM_WORLD_H
#define ORR_SIM_WORLD_H

#include "sim/scenario.h"
#include "sim/scene.h"

typedef struct orr_world orr_world;
typedef struct orr_snapshot orr_snapshot; /* belongs to the world that made it */

/* How an episode stands or ended: four different values. */
typedef enum orr_end {
  ORR_RUNNING,
  ORR_TERMINATED,   /* the task succeeded */
  ORR_TRUNCATED,    /* time */
  ORR_DIVERGED,     /* numbers */
  ORR_END_CANCELLED /* user */
} orr_end;
extern const char *const orr_end_names[]; /* NULL-terminated, by orr_end */

const char *orr_engine_library(orr_engine_kind engine); /* "Chipmunk2D 7.0.3" */

orr_status orr_world_create(const orr_scenario *scenario, orr_world **out, orr_error *err);
void orr_world_destroy(orr_world *world);
const orr_scenario *orr_world_scenario(const orr_world *world);
/* The scenario as this episode has it: with its factors of variation set, of the same layout and
 * identity. The world's own when nothing varies. Borrowed until one begins or is restored. */
const orr_scenario *orr_world_variant(const orr_world *world);

/* A fresh episode: factors of variation drawn from (seed, ORR_PURPOSE_VARIATION, episode), then
 * starts from (seed, ORR_PURPOSE_RESET, episode). */
orr_status orr_world_reset(orr_world *world, uint64_t seed, uint32_t episode, orr_error *err);
/* For demonstrations and the `gym` variant only: a fresh episode from given poses and factors,
 * placed by each body's `start.order`. `state`: a state vector. Contacts start cold, so this is
 * not a restore. */
orr_status orr_world_reset_to(orr_world *world, const double *state, orr_error *err);

/* One control step. `action`: action_count floats, all finite (else the episode ends as diverged).
 * May go on after TERMINATED or TRUNCATED (success stays latched); after DIVERGED it does nothing.
 */
orr_end orr_world_step(orr_world *world, const float *action);

orr_end orr_world_end(const orr_world *world);
int64_t orr_world_steps(const orr_world *world);           /* control steps since reset */
double orr_world_time(const orr_world *world);             /* steps x dt x substeps */
void orr_world_state(const orr_world *world, double *out); /* scenario->state.count */
double orr_world_reward(const orr_world *world);           /* of the last step */
double orr_world_coverage(const orr_world *world);         /* 0 when the task has none */
bool orr_world_success(const orr_world *world);            /* latched */
/* Whether an actuated body touched a dynamic one during the last control step. */
bool orr_world_contact(const orr_world *world);
/* Kinetic energy and that of gravity of the dynamic bodies; 0 after divergence. */
double orr_world_energy(const orr_world *world);
const char *orr_world_diverged_reason(const orr_world *world); /* "" while it has not */

/* The exact state. A save covers engine, task, delays, pending events, step and episode. */
orr_status orr_snapshot_create(orr_world *world, orr_snapshot **out, orr_error *err);
void orr_snapshot_destroy(orr_snapshot *snapshot);
void orr_world_save(orr_world *world, orr_snapshot *snapshot); /* no heap allocation */
void orr_world_restore(orr_world *world, const orr_snapshot *snapshot);
/* Of everything that a save covers and that can change a later output. Independent of addresses. */
orr_hash orr_world_hash(const orr_world *world);

/* The event log: actions and interventions since reset, in address space that is reserved at
 * creation: twice the time limit and 4,096 events, or 262,144 without a limit; then it is full.
 * `orr_world_sync` brings `dst` (same scenario) bit-exactly to the state of `src`, by stepping the
 * rest in lockstep or by replay from reset; it refuses when the log of `src` is full. */
orr_status orr_world_sync(orr_world *dst, const orr_world *src, orr_error *err);

typedef enum orr_intervention_kind {
  ORR_INTERVENE_MASS, /* body's mass and moment times value[0] */
  ORR_INTERVENE_MOVE, /* origin to value[0], value[1]; angle value[2] */
  ORR_INTERVENE_KICK, /* velocity += value[0], value[1]; omega += value[2] */
  ORR_INTERVENE_REMOVE,
  ORR_INTERVENE_DRAG /* pull towards value[0], value[1] with stiffness value[2] until the next step
                      */
} orr_intervention_kind;
typedef struct orr_intervention {
  orr_intervention_kind kind;
  int body;
  double value[3];
} orr_intervention;
/* Applied at once, before the next step; recorded in the log. */
orr_status orr_world_intervene(orr_world *world, const orr_intervention *intervention,
                               orr_error *err);

/* Borrowed until the world changes. */
const orr_scene *orr_world_scene(orr_world *world);

/* For planners: how many heap allocations of any kind a step makes is 0; this is the engine arena's
 * use in bytes. */
size_t orr_world_memory(const orr_world *world);

#endif
