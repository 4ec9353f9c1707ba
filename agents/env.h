/* The env: a world, seen through an observer, with an optional goal to reach.
 *
 * The room `agents` owns everything that acts: env (here), policies, planners, and the two adapters
 * between which a planner stands: dynamics, which roll action plans out (the true simulator or a
 * world model), and objectives, which say what a rollout is worth. Both are freely combined: the
 * oracle is simulator + goal distance, an agent is model + either distance, metric regret is
 * simulator + latent distance. Collection turns policies into data sets.
 *
 * One env loop serves collection, evaluation and the window. The observer picks named quantities of
 * the world's state (section `observe:`) as floats: what files hold and what models see. */
#ifndef ORR_AGENTS_ENV_H
#define ORR_AGENTS_ENV_H

#include "render/painter.h"
#include "sim/goal.h"
#include "sim/world.h"

/* Section `observe:`. */
#define ORR_LEAST_PIXELS 16 /* of a side of an observed picture */
typedef struct orr_pixels_def {
  int64_t width, height;                 /* pixels; height 0: as width */
  int from;                              /* orr_viewpoint, of solids */
  bool relief, unlit;                    /* of a 2D world, as in orr_painter_def */
  int theme;                             /* orr_theme, of a flat picture */
  bool depth, segmentation;              /* 3D and relief: two more pictures */
  int64_t samples, shadow_rays, bounces; /* orr_quality */
} orr_pixels_def;
extern const orr_record orr_pixels_record;
typedef struct orr_observe_def {
  orr_list state;         /* const char *: "block.angle"; empty: all */
  orr_pixels_def *pixels; /* NULL: none */
} orr_observe_def;
extern const orr_record orr_observe_record;

/* What no table can say about `pixels` in a scenario: a setting that cannot be, or that would do
 * nothing. Returns how many faults there are, in the order of the table. */
typedef struct orr_pixels_fault {
  const char *field, *message, *hint;
} orr_pixels_fault;
#define ORR_MOST_PIXELS_FAULTS 11
size_t orr_pixels_check(const orr_scenario *scenario, const orr_pixels_def *def,
                        orr_pixels_fault out[ORR_MOST_PIXELS_FAULTS]);
orr_painter_def orr_pixels_painter(const orr_pixels_def *def); /* how they are painted */

typedef struct orr_observer {
  const orr_scenario *scenario;
  orr_space space;             /* of the observation: numbers, and pictures when there are any */
  size_t pick[ORR_MAX_FIELDS]; /* index into the world's state vector */
  orr_pixels_def pixels;       /* when the space has pictures */
} orr_observer;
orr_status orr_observer_create(const orr_scenario *scenario, const orr_observe_def *def,
                               orr_observer *out, orr_error *err);
/* world state (doubles) -> observation (space.count floats) */
void orr_observer_read(const orr_observer *observer, const double *state, float *out);
/* The interface: observation fields, picture sizes, action meaning, block. A model of another is
 * refused. */
orr_hash orr_interface_hash(const orr_space *observation, const orr_space *action, size_t block);

typedef struct orr_env orr_env;
orr_status orr_env_create(const orr_scenario *scenario, const orr_observer *observer, orr_env **out,
                          orr_error *err);
void orr_env_destroy(orr_env *env);
orr_world *orr_env_world(orr_env *env); /* for who changes it, now: the picture is drawn anew */
const orr_world *orr_env_look(const orr_env *env); /* the same world, for those who only look */
const orr_observer *orr_env_observer(const orr_env *env);

/* Reset clears the goal. */
orr_status orr_env_reset(orr_env *env, uint64_t seed, uint32_t episode, orr_error *err);
/* A goal for who plans. From now on success is the rule's, not the task's; with a rule of NULL it
 * stays the task's. Copies `goal_state` (the world's state vector); `rule` is borrowed. */
void orr_env_set_goal(orr_env *env, const orr_goal_rule *rule, const double *goal_state);
/* One control step. ORR_TERMINATED when the goal rule (or, without one, the task) is met. */
orr_end orr_env_step(orr_env *env, const float *action);
void orr_env_observe(const orr_env *env, float *out); /* observer's space.count floats */
/* A picture of the observation space as things stand: orr_picture_bytes into `out`. An instant is
 * drawn once for all of its pictures, when the first is asked for; unasked, nothing is drawn. */
orr_status orr_env_frame(orr_env *env, size_t picture, void *out, orr_error *err);
void orr_env_goal(const orr_env *env, float *out); /* the goal as an observation */
bool orr_env_has_goal(const orr_env *env);
bool orr_env_success(const orr_env *env);
int64_t orr_env_steps(const orr_env *env); /* control steps since reset */

#endif
