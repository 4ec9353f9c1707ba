/* What the caster's files share: a scene made ready for rays, and the table of the kernels.
 *
 * Everything is in floats relative to the eye, in the world's axes, so that a world far from its
 * origin is as sharp as one at home. A packet is 16 rays side by side (a tile of 4 x 4 pixels, or
 * 16 samples of pixels that need more), cut into as many registers as the instruction set needs.
 * No lane sees another one except where solids are culled; culling leaves out only what no ray can
 * hit, rounding included, so the bits of a picture depend neither on the width of a register nor
 * on which rays share a packet. */
#ifndef ORR_RENDER_CAST_PRIVATE_H
#define ORR_RENDER_CAST_PRIVATE_H

#include "render/caster.h"
#include "render/light.h"
#include "render/mesh_tree.h"

enum {
  ORR_CAST_TILE = 4,     /* pixels along a side */
  ORR_CAST_BLOCK = 16,   /* bounds of solids come in whole blocks */
  ORR_CAST_LEVELS = 16,  /* of an image: 32768 texels a side at most */
  ORR_CAST_SPINS = 64,   /* turns of the pattern of shadow rays */
  ORR_CAST_CODES = 8192, /* entries of the sRGB table, over the square root of a value */
};

/* An image in linear RGB, and its halves, quarters, ... */
typedef struct orr_cast_image {
  orr_scene_texture source; /* by its id it is known again */
  uint64_t shown;           /* the last picture that had it */
  int levels;
  int width[ORR_CAST_LEVELS], height[ORR_CAST_LEVELS];
  float (*texels[ORR_CAST_LEVELS])[3]; /* height x width; texels[0] owns the memory */
} orr_cast_image;

typedef struct orr_cast_solid {
  orr_scene_kind kind;
  uint8_t label;
  bool goal, endless;
  float centre[3];            /* of the solid's origin */
  float axes[3][3];           /* of the solid, in the world */
  float eye[3];               /* the eye in the solid's frame */
  float size[3];              /* of an ellipsoid one over the radii */
  float radius;               /* of a ball about the origin that holds it */
  float bias;                 /* what a point of its surface may be off, world units */
  float colour[3], second[3]; /* linear */
  float mirror, glass, index, gloss;
  orr_scene_pattern pattern;
  float per_tile;  /* 1 / tile */
  float offset[2]; /* u and v below the eye, less whole periods, world units; planes only */
  float reach;     /* largest radius, of a ball */
  const orr_cast_image *image;
  const float (*edges)[3]; /* prism: n . (x, y) <= edges[i][2] */
  int edge_count;
  const orr_mesh_tree *tree;
} orr_cast_solid;

/* Bounds for culling, a number a solid; nothing can hit what pads the last block. */
typedef struct orr_cast_balls {
  float *x, *y, *z, *radius;
} orr_cast_balls;

typedef struct orr_cast_lamp {
  orr_scene_light_kind kind;
  float position[3], direction[3]; /* direction: of the light, unit */
  float across[2][3];              /* unit vectors across the direction */
  float colour[3];                 /* linear, times the power */
  float radius, reach, angle;
  /* Of a sun: the solids' bounds along across[0], across[1] and against the light. */
  float *low[3], *high[3];
} orr_cast_lamp;

typedef struct orr_cast_scene {
  int width, height;
  orr_quality quality;
  orr_cast_solid *solids; /* first planes, then what casts shadows, then goals */
  int count, first_caster, first_goal;
  orr_cast_balls balls;
  orr_cast_lamp lamps[ORR_MOST_LAMPS];
  int lamp_count;
  float ambient, horizon[3], zenith[3]; /* linear */
  float middle[3], radius;              /* of the world, for haze */
  /* The ray of a pixel: forward + (x - centre_x) right + (y - centre_y) down. */
  float right[3], down[3], forward[3], centre[2], near;
  bool parallel;
  float start;     /* parallel: depth at which rays begin, before every solid; else 0 */
  float pixel;     /* size of a pixel at distance 1 (parallel: everywhere) */
  float step;      /* by which depth and position of a point may be off, part of its distance */
  int words;       /* of 64 solids each, of a tile */
  uint64_t *tiles; /* rows of tiles, each of words: which solids may be seen in it */
  int across, down_count; /* tiles */
  /* Points of the unit disc for quality.shadow_rays, and unit vectors that turn them. */
  float disc[16][2], spins[ORR_CAST_SPINS][2];
  const uint8_t *codes; /* sRGB */
  const float *linear;  /* 256 values, of sRGB */
  uint8_t *known;       /* labels by 1 + index; of nothing first */
  /* Results */
  uint8_t *pixels; /* height x width x 3, `stride` bytes a row */
  size_t stride;
  float *depth;
  uint8_t *labels;
  int32_t *seen; /* which solid and which side of it, -1: none; for edges */
} orr_cast_scene;

typedef struct orr_cast_kernels {
  const char *name;
  /* One row of tiles by the pixels' centres: pixels, depth, labels, seen. */
  void (*row)(const orr_cast_scene *scene, int tile_row);
  /* Pixels (y width + x) by quality.samples each; `out`: as bytes of the picture, 3 a pixel. */
  void (*refine)(const orr_cast_scene *scene, const int32_t *pixels, int count, uint8_t *out);
} orr_cast_kernels;

extern const orr_cast_kernels orr_cast_baseline;
#if defined(__x86_64__)
extern const orr_cast_kernels orr_cast_v3, orr_cast_v4;
#endif
/* The table of orr_isa_level(); and for tests, with any. */
const orr_cast_kernels *orr_cast_best(void);
void orr_caster_use(orr_caster *caster, const orr_cast_kernels *kernels);

/* ---- what is kept from scene to scene ---- */

typedef struct orr_cast_mesh {
  orr_scene_mesh source; /* by its id it is known again */
  uint64_t shown;        /* the last picture that had it */
  orr_mesh_tree *tree;
  double low[3], high[3], radius; /* in its own frame; about the origin */
} orr_cast_mesh;

typedef struct orr_cast_list {
  void **items;
  size_t count, capacity;
} orr_cast_list;
typedef struct orr_cast_cache {
  orr_cast_list meshes, images;
  uint64_t picture; /* the number of the one that is being made */
} orr_cast_cache;

void orr_cast_cache_clear(orr_cast_cache *cache);
/* Begins a picture. What the last one did not show goes when there is much of it: a world whose
 * meshes vary has others in each episode. */
void orr_cast_cache_begin(orr_cast_cache *cache);
/* Made when not seen before; borrowed. */
orr_status orr_cast_cache_mesh(orr_cast_cache *cache, const orr_scene_mesh *mesh,
                               const orr_cast_mesh **out, orr_error *err);
orr_status orr_cast_cache_image(orr_cast_cache *cache, const orr_scene_texture *texture,
                                const orr_cast_image **out, orr_error *err);

/* ---- a scene made ready ---- */

/* In a solid's frame, around it. */
typedef struct orr_cast_box {
  float middle[3], half[3];
} orr_cast_box;

typedef struct orr_cast_stage {
  orr_cast_scene scene;
  orr_cast_cache cache;
  orr_cast_box *boxes;
  float *numbers; /* all bounds */
  float (*edges)[3];
  size_t solid_capacity, box_capacity, label_capacity, number_capacity, edge_capacity,
      word_capacity;
} orr_cast_stage;

/* Fills stage->scene but for its size, quality, tables and results, which stay. */
orr_status orr_cast_stage_set(orr_cast_stage *stage, const orr_eye *eye, const orr_scene *scene,
                              orr_error *err);
void orr_cast_stage_clear(orr_cast_stage *stage);
void orr_cast_list_tiles(orr_cast_stage *stage, const orr_eye *eye);

#endif
