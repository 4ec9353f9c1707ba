/* MJCF text of a YAML world, one element a line, each line with the setting it comes from. */
#ifndef ORR_SIM_ENGINE_MUJOCO_TEXT_H
#define ORR_SIM_ENGINE_MUJOCO_TEXT_H

#include "sim/engine_mujoco.h"

/* Mass of a body about its centre of mass, along the axes of the body. */
typedef struct orr_mujoco_inertia {
  double mass, centre[3];
  double tensor[6]; /* xx yy zz xy xz yz */
} orr_mujoco_inertia;

/* What is decided before the text is written. */
typedef struct orr_mujoco_plan {
  const orr_scenario *scenario;
  const char *folder;             /* of the scenario file, "" or with a slash at its end */
  int *mesh;                      /* outline -> its mesh, or -1 */
  orr_mujoco_asset *meshes;       /* all different ones, m0.msh, m1.msh, ... */
  const orr_mesh_def **mesh_defs; /* the first shape of each */
  size_t mesh_count;
  int *parent;                 /* file index -> the body it hangs on, or -1 */
  int *joint;                  /* file index -> the first joint that hangs it, or -1 */
  int *turn;                   /* joint -> the rotary spring that a pivot takes over, or -1 */
  orr_mujoco_inertia *inertia; /* by file index */
  double heavy, gyration;      /* of a kinematic body */
  size_t pairs;
} orr_mujoco_plan;

typedef struct orr_mujoco_text {
  orr_arena *arena;
  char *bytes;
  size_t count, capacity;
  char **paths; /* of each line */
  size_t lines, room;
  bool failed; /* out of memory */
} orr_mujoco_text;

void orr_mujoco_text_free(orr_mujoco_text *text);
/* Every dynamic body alone, with the density of its shapes: what do they weigh? */
void orr_mujoco_text_measure(const orr_mujoco_plan *plan, orr_mujoco_text *out);
void orr_mujoco_text_world(const orr_mujoco_plan *plan, orr_mujoco_text *out);

/* Whether two shapes (indices of parts->outlines) may ever touch. */
bool orr_mujoco_may_touch(const orr_mujoco_plan *plan, size_t a, size_t b);

#endif
