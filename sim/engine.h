/* What a physics engine must do for a world: a small function table.
 *
 * Nothing else includes an engine's header. Every function that runs the engine's own code may find
 * that the numbers broke: it then returns false and `status` says why; after that only `reset`,
 * `restore` and `destroy` touch the engine again. No function allocates from the heap except
 * `create`. Scenes of 2D worlds are made by world_scene.c from the state, so that both engines look
 * alike; those of 3D worlds from what `solids` says. */
#ifndef ORR_SIM_ENGINE_H
#define ORR_SIM_ENGINE_H

#include "sim/world.h"

typedef struct orr_engine orr_engine; /* each engine defines its own */

typedef struct orr_engine_table {
  const char *name;
  const char *(*library)(void); /* "Chipmunk2D 7.0.3" */
  /* An MJCF file becomes bodies, joints and actuators of the scenario, before anything is checked;
   * NULL: the engine reads no files. */
  orr_status (*import)(orr_scenario *scenario, const orr_config *config,
                       orr_diagnostics *diagnostics);
  /* What the engine cannot do is a finding; sets scenario->shared to what all worlds share. Runs
   * last, on a scenario that was found right. */
  orr_status (*compile)(orr_scenario *scenario, const orr_config *config,
                        orr_diagnostics *diagnostics);
  void (*release)(void *shared);
  orr_status (*create)(const orr_scenario *scenario, orr_engine **out, orr_error *err);
  void (*destroy)(orr_engine *engine);
  /* A fresh space: bodies, shapes, joints in file order, then `settle` substeps. `starts`:
   * parts->start_count numbers: the state of every body of the file, static ones too, then of
   * pivots and slides. */
  bool (*reset)(orr_engine *engine, const double *starts);
  /* One control step. `targets`: action_count numbers, held for all substeps: where positions shall
   * go, and the velocities, forces, torques, impulses that are commanded. Sets *contact when an
   * actuated body touched a dynamic one that is not actuated. */
  bool (*step)(orr_engine *engine, const double *targets, bool *contact);
  size_t (*save_limit)(const orr_engine *engine);        /* most bytes that a save can take */
  size_t (*save)(const orr_engine *engine, void *image); /* bytes written */
  void (*restore)(orr_engine *engine, const void *image);
  /* The whole state vector but its factors of variation. */
  void (*get_state)(const orr_engine *engine, double *state);
  bool (*intervene)(orr_engine *engine, const orr_intervention *intervention);
  bool (*removed)(const orr_engine *engine, int body); /* of a moving body */
  /* The solids of a 3D world at this instant, as many as `capacity` allows: static ones and those
   * of moving bodies that are not removed, with layer and body; returns how many there are. Asked
   * before the first reset, too (then poses need not be right), and after the numbers broke. NULL:
   * the engine knows 2D alone. */
  size_t (*solids)(const orr_engine *engine, orr_scene_shape *out, size_t capacity);
  /* With `solids`: where a body of the file is in a 3D world. */
  void (*place)(const orr_engine *engine, size_t file, double position[3], double rotation[4]);
  /* With `import`, of what the file has: its lamps, at most `most`, returns how many; its sky and
   * its camera of that name (NULL: its first one), false when it has none. */
  size_t (*lights)(const orr_engine *engine, orr_scene_light *out, size_t most);
  bool (*sky)(const orr_engine *engine, orr_scene_sky *out);
  bool (*camera)(const orr_engine *engine, const char *name, orr_scene_camera *out);
  size_t (*contacts)(const orr_engine *engine, orr_scene_contact *out, size_t capacity);
  double (*energy)(const orr_engine *engine); /* kinetic and of gravity, J when mass is in kg */
  const char *(*status)(const orr_engine *engine); /* "" or what broke */
  orr_hash (*hash)(const orr_engine *engine);
  size_t (*memory)(const orr_engine *engine);
  /* For the benchmark: the control step of a model of its own as the library alone would do it, its
   * controls set, its own step called and nothing looked at. NULL: there is no such thing. */
  void (*bare)(orr_engine *engine, const double *targets);
} orr_engine_table;

extern const orr_engine_table orr_engine_chipmunk, orr_engine_mujoco;
const orr_engine_table *orr_engine_of(const orr_scenario *scenario);

#endif
