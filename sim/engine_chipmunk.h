/* Chipmunk2D 7.0.3 behind the engine table.
 *
 * Chipmunk keeps hidden state: cached contacts with their impulses, the order of its bounding box
 * tree, ids, pending bias velocities. Saving poses and velocities is wrong by hundreds of pixels
 * after fifty steps, so a save is a copy of everything. Each engine owns an arena in reserved
 * address space; the build renames the heap calls of a private copy of the library
 * (engine_chipmunk.symbols) to the functions of engine_chipmunk_arena.c, which allocate from the
 * arena of the current thread's engine. Saving is copying the arena's used bytes; restoring copies
 * them back to the same addresses. `abort` jumps out of the step instead, which is safe because
 * nothing that Chipmunk owns lies outside the arena.
 *
 * Departures: polygons have radius 0 (7.0.3 mistakes the sign of a contact point of rounded ones),
 * segments keep theirs. A space is built afresh for every episode, since a used one remembers. */
#ifndef ORR_SIM_ENGINE_CHIPMUNK_H
#define ORR_SIM_ENGINE_CHIPMUNK_H

#include "sim/engine.h"
#include "sim/reserve.h"

#include <chipmunk/chipmunk_private.h>
#include <setjmp.h>

#define ORR_ARENA_SMALL   64 /* classes of 16 bytes up to 1 KB, and of 1 KB up to 64 KB */
#define ORR_ARENA_CLASSES (2 * ORR_ARENA_SMALL + 32) /* then powers of two */

/* Lies at the first byte of the reserved range, so that a copy of the range holds it too. */
typedef struct orr_arena_head {
  size_t used; /* bytes from the first, this head included */
  void *free_lists[ORR_ARENA_CLASSES];
} orr_arena_head;

#define ORR_JOINT_PARTS 3 /* most constraints that a joint takes; the first is never NULL */

/* A pull that acts during the next control step. */
typedef struct orr_drag {
  bool active;
  double x, y, stiffness;
} orr_drag;

/* The engine's own mutable things, in the arena as well. */
typedef struct orr_chipmunk_root {
  cpSpace *space;
  cpBody **bodies;                          /* of the file; NULL after removal */
  cpBody **moving;                          /* of the state vector; NULL after removal */
  cpShape **shapes;                         /* outlines' order; NULL after removal */
  cpConstraint *(*joints)[ORR_JOINT_PARTS]; /* filled from the front; NULL after removal */
  orr_drag *drags;                          /* of the state vector */
  double *last;                             /* state of removed bodies */
  double *sensed; /* sums of contact and impulse sensors over the control step; 0 for rays */
  bool dragging;
} orr_chipmunk_root;

struct orr_engine {
  const orr_scenario *scenario;
  orr_reserve arena;
  orr_chipmunk_root *root; /* in the arena; its address never changes */
  jmp_buf *jump;           /* where `abort` lands; NULL outside a guarded call */
  char message[200];       /* what broke; "" when nothing did */
  cpArbiter **sorted;      /* scratch for the hash: cached contacts in a fixed order */
  size_t sorted_capacity, sorted_count;
};

/* Forgets everything in the arena. */
void orr_chipmunk_arena_reset(orr_engine *engine);
static inline orr_arena_head *orr_chipmunk_head(const orr_engine *engine) {
  return (orr_arena_head *)(void *)engine->arena.bytes;
}
/* Zeroed memory of the current engine's arena. */
void *orr_chipmunk_calloc(size_t count, size_t size);

/* Runs task(engine, argument) with the engine as this thread's current one. False when Chipmunk
 * gave up (message filled). Calls do not nest. */
bool orr_chipmunk_guard(orr_engine *engine, void (*task)(orr_engine *, void *), void *argument);

orr_status orr_chipmunk_create(const orr_scenario *scenario, orr_engine **out, orr_error *err);
void orr_chipmunk_destroy(orr_engine *engine);

/* engine_chipmunk_check.c: what the engine cannot do, and bodies that begin inside each other. */
orr_status orr_chipmunk_compile(orr_scenario *scenario, const orr_config *config,
                                orr_diagnostics *diagnostics);

/* Builds the space from `starts`, without settling (a guarded task's work). */
void orr_chipmunk_build(orr_engine *engine, const double *starts);

/* Gives bodies the velocities and forces of a substep. */
void orr_chipmunk_drive(orr_engine *engine, const double *targets, bool first);

/* engine_chipmunk_joint.c */
void orr_chipmunk_joint_add(orr_engine *engine, size_t index);
void orr_chipmunk_joint_remove(orr_engine *engine, size_t index);
void orr_chipmunk_joint_state(const orr_engine *engine, size_t index, double *out);
cpVect orr_chipmunk_axis(const orr_joint_def *def); /* of a slide, in the first body's frame */
/* What a constraint has accumulated; returns how many numbers. */
size_t orr_chipmunk_impulses(const cpConstraint *constraint, double out[2]);

/* engine_chipmunk_sense.c: adds what is felt in a substep; writes a number for each sensor. */
void orr_chipmunk_feel(orr_engine *engine);
void orr_chipmunk_sensed(const orr_engine *engine, double *out);

/* engine_chipmunk_read.c: looks, never changes. */
void orr_chipmunk_get_state(const orr_engine *engine, double *state);
void orr_chipmunk_body_state(const cpBody *body, double *state);
size_t orr_chipmunk_contacts(const orr_engine *engine, orr_scene_contact *out, size_t capacity);
double orr_chipmunk_energy(const orr_engine *engine);
orr_hash orr_chipmunk_hash(const orr_engine *engine);

#endif
