/* Rays against a mesh: Embree finds the triangle, our own arithmetic the point.
 *
 * One tree a mesh, in the mesh's own frame and built once; whoever traces turns rays into that
 * frame, so moving a mesh costs nothing. Embree (Wald et al., SIGGRAPH 2014) runs on one thread, by
 * one fixed instruction set, with the incoherent flag (the coherent one has been seen to hang). */
#ifndef ORR_RENDER_MESH_TREE_H
#define ORR_RENDER_MESH_TREE_H

#include "base/error.h"
#include "sim/scene.h"

/* 16 rays, structure of arrays; directions need not be unit vectors. */
typedef struct orr_rays16 {
  _Alignas(64) float origin[3][16];
  float direction[3][16];
  float near[16], far[16]; /* in units of the direction */
  int32_t active[16];      /* -1: traced, 0: left alone */
} orr_rays16;
typedef struct orr_hits16 {
  _Alignas(64) float distance[16]; /* in units of the direction; INFINITY: nothing */
  float normal[3][16];             /* unit, outward by the corners' order */
} orr_hits16;

typedef struct orr_mesh_tree orr_mesh_tree; /* immutable and shared by threads */

#define ORR_MESH_TREE_MOST 50000000 /* triangles */

/* Copies what it needs. Triangles that are degenerate, not finite, beyond 1e18 or of missing
 * corners are left out; a mesh without any is fine and never hit. */
orr_status orr_mesh_tree_create(const orr_scene_mesh *mesh, orr_mesh_tree **out, orr_error *err);
void orr_mesh_tree_destroy(orr_mesh_tree *tree);
/* The first hit between near and far and not behind the origin, on either side. A ray that is not
 * finite, or whose direction is not between 1e-6 and 1e6 long, meets nothing. Lanes left alone: as
 * if nothing was met. */
void orr_mesh_tree_hit(const orr_mesh_tree *tree, const orr_rays16 *rays, orr_hits16 *out);
/* -1 where anything lies between near and far. */
void orr_mesh_tree_blocked(const orr_mesh_tree *tree, const orr_rays16 *rays, int32_t out[16]);

#endif
