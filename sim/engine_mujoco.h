/* MuJoCo 2.2.2 behind the engine table (Todorov, Erez, Tassa, IROS 2012).
 *
 * A YAML world becomes MJCF text in memory, an MJCF file is taken as it is; both become one mjModel
 * that all worlds of the scenario share. What moves by itself is a tree: pivots, slides, balls and
 * welds hang body_b on body_a. The rest are free bodies: six freedoms, in 2D the three of the plane
 * z = 0, where boxes are deeper than any two of them can overlap, so that no contact leaves the
 * plane. Static bodies are mocap bodies, since an episode may place them. A kinematic body is one
 * so heavy (ORR_MUJOCO_HEAVY of all others) that nothing disturbs it within a substep; afterwards
 * it is put exactly where its law says. A mocap body would have no velocity in contacts.
 *
 * Exact state: time, positions, velocities, activations, the solver's warm start, mocap poses and
 * our own numbers (orr_mujoco_layout). A substep is mj_step2 then mj_step1, which has the same bits
 * as mj_step and leaves positions fresh; RK4 needs mj_step, then kinematics. mj_forward is never
 * called between steps: it would overwrite the warm start. MuJoCo resets itself silently when
 * numbers break and drops contacts when its buffers are full: after every substep its counters of
 * warnings are read, and the episode ends as diverged.
 *
 * Friction and elasticity of a contact are products: contact pairs are written out one by one,
 * those that can never touch left out. Elasticity e > 0 makes the contact a spring with a damper
 * (Schwager and Poeschel, Granular Matter 9, 2007) of ten substeps, damped so that e comes out.
 *
 * Departures from Chipmunk: slop, bias and sleep_time do not exist; damping scales the velocities
 * of joints, not of bodies; iterations are at least 100 (Newton's method needs about five). */
#ifndef ORR_SIM_ENGINE_MUJOCO_H
#define ORR_SIM_ENGINE_MUJOCO_H

#include "sim/engine.h"
#include "sim/parts.h"

#include <mujoco/mujoco.h>
#include <setjmp.h>

#define ORR_MUJOCO_HEAVY      1e6
#define ORR_MUJOCO_ITERATIONS 100
#define ORR_MUJOCO_MOST_PAIRS 50000 /* of shapes that may touch */
#define ORR_MUJOCO_CONTACTS   256   /* that a scene shows */

/* A body of the file. */
typedef struct orr_mujoco_body {
  int id;     /* of the model */
  int mocap;  /* of a static body, or -1 */
  int q, dof; /* first own coordinate and freedom of a free body, or -1 */
  int parent; /* file index of the body that it hangs on, or -1 */
  int joint;  /* the first joint that it hangs on, or -1 */
  bool kinematic;
  double mass, gyration; /* gyration: moment of a kinematic body */
} orr_mujoco_body;

/* A joint of the file; all -1 when the model has none of its own. */
typedef struct orr_mujoco_joint {
  int id, q, dof;
  int tendon, equality;
} orr_mujoco_joint;

/* What all worlds of a scenario share; lies in the scenario's arena, except the model. */
typedef struct orr_mujoco_shared {
  mjModel *model;
  orr_mujoco_body *bodies; /* by file index */
  orr_mujoco_joint *joints;
  int *body_ids, *joint_ids; /* of an MJCF file: by file index, in the model */
  int *file_of;              /* body of the model -> file index of the nearest body, or -1 */
  double *keep;              /* of each freedom: the part of its velocity that a substep keeps */
  const double *q0, *v0;     /* where an MJCF world starts */
  uint8_t (*colours)[3];     /* of geoms */
  orr_scene_material *materials; /* of geoms */
  orr_scene_texture *textures;   /* of an MJCF file; they borrow its pixels */
  orr_scene_mesh *meshes;        /* they borrow its triangles */
  orr_scene_mesh *fields;        /* of its height fields */
  bool *shown;                   /* of geoms */
  bool mjcf, pushes, damped;     /* pushes: some law of ours acts; damped: keep is not all 1 */
  bool rungekutta, touches;      /* touches: contacts are looked at after each substep */
} orr_mujoco_shared;

/* The engine's own saved numbers, one block of doubles. */
typedef struct orr_mujoco_layout {
  double *velocity;  /* of kinematic bodies: 6 a moving body */
  double *drag;      /* on, x, y, stiffness: 4 a moving body */
  double *factor;    /* of a moving body's mass */
  double *removed;   /* 0 or 1 a moving body */
  double *parked;    /* coordinates that a removed body keeps: 7 a moving body */
  double *angle;     /* of static bodies, unwrapped: one a body of the file */
  double *sensed;    /* one a sensor */
  double *count;     /* of contacts */
  double *contacts;  /* 9 a contact; the last, so that a save ends after the used ones */
  size_t fixed, all; /* numbers before the contacts; with all of them */
} orr_mujoco_layout;

struct orr_engine {
  const orr_scenario *scenario;
  const orr_mujoco_shared *shared;
  mjModel model; /* the shared one, but with own arrays where an intervention changes numbers */
  void *changed; /* these arrays */
  mjData *data;
  double *block;
  orr_mujoco_layout own;
  double *forces; /* scratch: one a freedom */
  double *raw;    /* positions before quaternions were normalised, which is not idempotent */
  double *before; /* scratch: positions of kinematic bodies */
  double *held;   /* scratch: 6 a body of the model, forces that last for the substep */
  bool pushed;    /* xfrc_applied holds forces of a drag */
  char message[200];
};

/* engine_mujoco_load.c: the only door to MuJoCo's compiler, and the way out of its fatal errors.
 * Runs task(argument); false when MuJoCo gave up, with its words in `message`. */
bool orr_mujoco_guard(char *message, size_t size, void (*task)(void *), void *argument);
/* Within a guarded call: runs stage(argument) whenever MuJoCo is about to ask for forces; NULL: no
 * more. */
void orr_mujoco_at_stages(void (*stage)(void *), void *argument);
/* A file that a text names: of a mesh. */
typedef struct orr_mujoco_asset {
  char name[24];
  void *bytes;
  size_t size;
} orr_mujoco_asset;
#define ORR_MUJOCO_MOST_ASSETS (mjMAXVFS - 1)
/* From text in memory, with the files that it names, when `text`; else from the file `path`. NULL:
 * `message` has the reason, "" without memory. */
mjModel *orr_mujoco_load(const char *path, const char *text, const orr_mujoco_asset *files,
                         size_t file_count, char *message, size_t size);
/* Buffers for the contacts that can be; MuJoCo's defaults are 3 MB a world. */
void orr_mujoco_fit(mjModel *model);
/* The line that MuJoCo names in a message, or 0. */
int orr_mujoco_line(const char *message);
orr_hash orr_mujoco_hash_model(mjModel *model, bool *out_fine);

/* engine_mujoco.c: brings what follows from positions and velocities up to date; false, with the
 * reason in engine->message, when the numbers broke. */
bool orr_mujoco_refresh(orr_engine *engine);

/* engine_mujoco_import.c */
orr_status orr_mujoco_import(orr_scenario *scenario, const orr_config *config,
                             orr_diagnostics *diagnostics);

/* engine_mujoco_compile.c */
orr_status orr_mujoco_compile(orr_scenario *scenario, const orr_config *config,
                              orr_diagnostics *diagnostics);
/* Index tables that follow from the model's names; false without memory. */
bool orr_mujoco_tables(orr_scenario *scenario, orr_mujoco_shared *shared);

/* engine_mujoco_material.c: what geoms look like; false without memory. */
bool orr_mujoco_materials(orr_scenario *scenario, orr_mujoco_shared *shared);

/* engine_mujoco_change.c: masses and bodies that interventions changed. */
orr_status orr_mujoco_change_create(orr_engine *engine, orr_error *err);
void orr_mujoco_change(orr_engine *engine); /* from own.factor and own.removed */
bool orr_mujoco_intervene(orr_engine *engine, const orr_intervention *intervention);

/* engine_mujoco_drive.c: the laws, before a substep; what they fix, after it. */
void orr_mujoco_push(orr_engine *engine, const double *targets, bool first);
/* Runge-Kutta: the fields' forces where a stage of the substep is, instead of where it began. */
void orr_mujoco_renew_fields(void *engine);
void orr_mujoco_settle(orr_engine *engine);
/* How many coordinates a body of the model has by its own joints, and the first. */
int orr_mujoco_coordinates(const orr_engine *engine, int id, int *first);

/* engine_mujoco_read.c: looks, never changes anything but the sensors' numbers. */
void orr_mujoco_get_state(const orr_engine *engine, double *state);
void orr_mujoco_velocity(const orr_engine *engine, size_t file, double linear[3],
                         double angular[3]);                    /* of the origin, in the world */
double orr_mujoco_angle(const orr_engine *engine, size_t file); /* 2D, unwrapped */
bool orr_mujoco_touch(orr_engine *engine); /* after a substep; whether the actuated touched */
void orr_mujoco_sense(orr_engine *engine); /* after a control step */
size_t orr_mujoco_contacts(const orr_engine *engine, orr_scene_contact *out, size_t capacity);
size_t orr_mujoco_solids(const orr_engine *engine, orr_scene_shape *out, size_t capacity);
double orr_mujoco_energy(const orr_engine *engine);

/* engine_mujoco_light.c: lamps, sky and cameras of an MJCF file. */
void orr_mujoco_place(const orr_engine *engine, size_t file, double position[3],
                      double rotation[4]);
size_t orr_mujoco_lights(const orr_engine *engine, orr_scene_light *out, size_t most);
bool orr_mujoco_sky(const orr_engine *engine, orr_scene_sky *out);
bool orr_mujoco_camera(const orr_engine *engine, const char *name, orr_scene_camera *out);

static inline int orr_mujoco_file(const orr_engine *engine, int moving) {
  return engine->scenario->parts->file_of[moving];
}
static inline bool orr_mujoco_flat(const orr_scenario *scenario) {
  return scenario->stride == ORR_BODY_STATE;
}

#endif
