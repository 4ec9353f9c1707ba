/* Instants of an episode, kept so that drawing them is all that is measured; private to cli/. */
#ifndef ORR_CLI_BENCH_REEL_H
#define ORR_CLI_BENCH_REEL_H

#include "eval/experiment.h"
#include "render/painter.h"

typedef struct orr_reel {
  orr_scene *scenes; /* immutable: any number of threads may draw them */
  double *states;    /* the world's state at each */
  size_t count, state_count;
  double scene_seconds; /* the least that the world took to hand over a scene */
  orr_env *env;         /* owns what the scenes borrow: outlines, meshes, textures */
  orr_policy *policy;
  orr_arena *arena;
  const orr_scenario *scenario;
} orr_reel;

/* A scene after each of `count` steps of random actions from the start of episode 0: near a body
 * that can be pushed, if there is one. */
orr_status orr_reel_record(const orr_experiment *experiment, size_t count, orr_reel *out,
                           orr_error *err);
void orr_reel_clear(orr_reel *reel);
void orr_reel_take_mirrors(orr_reel *reel); /* off every surface */
/* For peers: the outlines of a 2D world by groups that have a colour, in the order of drawing
 * (tests/render/peer_cairo.c says how); the free bodies' positions as MuJoCo has them. */
orr_status orr_reel_write_outlines(const orr_reel *reel, const char *path, orr_error *err);
orr_status orr_reel_write_poses(const orr_reel *reel, const char *path, orr_error *err);

/* One way to draw a reel. Each painter has a thread of its own; with a single one, `tiles` are the
 * threads that share each picture. */
#define ORR_STAND_MOST 2
typedef struct orr_stand {
  const orr_reel *reel;
  orr_painter_def def;
  size_t painter_count;
  orr_pool *tiles; /* or NULL */
  bool copies;     /* depth and labels too, out of the painter */
  orr_painter *painters[ORR_STAND_MOST];
  orr_image images[ORR_STAND_MOST];
  float *depths[ORR_STAND_MOST];
  uint8_t *labels[ORR_STAND_MOST];
} orr_stand;

/* Fills the rest of `stand`; orr_stand_clear after any outcome. */
orr_status orr_stand_set_up(orr_stand *stand, orr_error *err);
void orr_stand_clear(orr_stand *stand);
/* Draws for so long, after a picture that is not counted; at least a few. `threads` has a lane for
 * each painter. Pictures a second, and a second of the processor's time. */
orr_status orr_stand_rate(orr_stand *stand, orr_pool *threads, double seconds, double *out_rate,
                          double *out_cpu_rate, orr_error *err);
/* Draws one, for a look: images[0]. */
orr_status orr_stand_draw(orr_stand *stand, size_t number, orr_error *err);

#endif
