/* What the files behind world.h share. */
#ifndef ORR_SIM_WORLD_PRIVATE_H
#define ORR_SIM_WORLD_PRIVATE_H

#include "sim/engine.h"
#include "sim/parts.h"
#include "sim/reserve.h"
#include "sim/vary.h"

/* The world's own numbers; at the front of `block`, so that a save copies them with the rest. */
typedef struct orr_core {
  uint64_t seed;
  uint32_t episode;
  uint32_t begun;   /* an episode has begun */
  int64_t steps;    /* control steps since reset */
  int64_t held;     /* control steps in a row in which the success held */
  uint32_t success; /* latched */
  uint32_t contact;
  int32_t end;       /* orr_end */
  uint32_t log_full; /* events were lost: the world cannot be replayed */
  double reward, coverage;
  size_t event_count;
  uint64_t chain;   /* of all events so far */
  char reason[200]; /* of divergence */
} orr_core;

typedef enum orr_event_kind { ORR_EVENT_ACTION, ORR_EVENT_INTERVENTION } orr_event_kind;

/* One entry of the log. Two logs with the same chain at entry n agree on entries 0..n. */
typedef struct orr_event {
  uint64_t chain;
  uint32_t kind;      /* orr_event_kind */
  int32_t what, body; /* of an intervention */
  uint32_t padding;
  union {
    double value[3];
    float action[6];
  } data; /* an action may go on behind the struct */
} orr_event;

/* A scenario with its factors set and the engine that runs it, shared by a world and its snapshots
 * (an image fits no other engine): who is the last to let go destroys it. */
typedef struct orr_variant {
  orr_scenario *scenario;
  const orr_engine_table *table;
  orr_engine *engine;
  size_t users;
  double factors[ORR_MOST_FACTORS];
} orr_variant;

struct orr_world {
  const orr_scenario *scenario; /* of this episode: the base, or variant->scenario */
  const orr_scenario *base;
  orr_variant *variant; /* NULL without factors, and before the first episode */
  orr_sandbox *sandbox; /* NULL without factors */
  const orr_engine_table *table;
  orr_engine *engine; /* of the base, or variant->engine */
  orr_engine *base_engine;
  unsigned char *block; /* all that the world itself saves: core, then the arrays */
  size_t block_size;
  orr_core *core;
  double *state;   /* the last one that was finite */
  double *starts;  /* parts->start_count numbers that began the episode */
  double *factors; /* base->factors.count numbers: what this episode has drawn */
  double *origins; /* action_count: of positions, where their bodies were when it began */
  float *commands; /* command_rows x action_count: what each past step commanded */
  size_t command_rows;
  double *marks;           /* a number for each term of the reward */
  double *fresh, *targets; /* scratch */
  orr_reserve log;
  size_t event_size, event_capacity;
  orr_scene scene;
  orr_scene_shape *shapes;
  orr_scene_contact *contacts;
  size_t contact_capacity, solid_capacity;
  size_t touch_count; /* of contacts: those of this state, when the task asks for them */
  orr_scene_light *lights;
  orr_scene_camera camera;
  orr_scene_sky sky;
};

struct orr_snapshot {
  orr_world *world;
  orr_variant *variant; /* that the saved episode runs on */
  orr_reserve memory;   /* block | events | engine image */
  size_t event_count;   /* entries in the copy of the log; SIZE_MAX: nothing saved yet */
};

/* world.c */
/* Forgets the episode and makes the variant of world->factors; then starts may be written. When
 * that fails the episode has diverged. */
orr_status orr_world_prepare(orr_world *world, uint64_t seed, uint32_t episode, orr_error *err);
/* Begins from world->starts. */
orr_status orr_world_begin(orr_world *world, orr_error *err);

/* world_vary.c */
orr_status orr_world_vary(orr_world *world, orr_error *err); /* the variant of world->factors */
/* Makes `*to` refer to the same variant as `from` (both may be NULL). */
void orr_variant_share(orr_variant **to, orr_variant *from);
/* From now on the world runs on this variant, or (NULL) on its base. */
void orr_world_bind(orr_world *world, orr_variant *variant);
size_t orr_world_image_limit(const orr_world *world); /* most bytes of an engine's image */

/* The engine's `bare` (sim/bench.c). */
void orr_world_bare_step(orr_world *world, const double *controls);

/* world_log.c */
orr_event *orr_world_event(const orr_world *world, size_t index);
void orr_log_action(orr_world *world, const float *action);
void orr_log_intervention(orr_world *world, const orr_intervention *intervention);

/* world_scene.c: sizes and fills what does not change. */
orr_status orr_world_scene_create(orr_world *world, orr_error *err);

/* world_light.c: lamps, sky and camera of this instant. */
orr_status orr_world_light_create(orr_world *world, orr_error *err);
void orr_world_light(orr_world *world);

/* task.c: coverage, reward, success and end after a step; at reset only the coverage. */
void orr_task_begin(orr_world *world);
void orr_task_judge(orr_world *world);
double orr_task_poses(const orr_world *world, const orr_pose_def *rule); /* part that is reached */

#endif
