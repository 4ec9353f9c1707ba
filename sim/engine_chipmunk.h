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

/* A pull that acts during the next control step. */
typedef struct orr_drag {
  bool active;
  double x, y, stiffness;
} orr_drag;

/* The engine's own mutable things, in the arena as well. */
typedef struct orr_chipmunk_root {
  cpSpace *space;
  cpBody **bodies;  /* of the file; NULL after removal */
  cpBody **moving;  /* of the state vector; NULL after removal */
  cpShape **shapes; /* outlines' order; NULL after removal */
  cpConstraint **joints;
  orr_drag *drags; /* of the state vector */
  double *last;    /* state of removed bodies */
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

/* Builds the space from `starts` (a guarded task's work). */
void orr_chipmunk_build(orr_engine *engine, const double *starts);
void orr_chipmunk_place(cpBody *body, const orr_start_def *def, const double *start);

/* engine_chipmunk_read.c: looks, never changes. */
void orr_chipmunk_get_state(const orr_engine *engine, double *state);
void orr_chipmunk_body_state(const cpBody *body, double *state);
cpVect orr_chipmunk_axis(const orr_joint_def *def); /* of a slide, in the first body's frame */
size_t orr_chipmunk_contacts(const orr_engine *engine, orr_scene_contact *out, size_t capacity);
double orr_chipmunk_energy(const orr_engine *engine);
orr_hash orr_chipmunk_hash(const orr_engine *engine);

#endif
