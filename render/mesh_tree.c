/* Embree's kernels use approximate reciprocals, which differ between makers of processors: from
 * Embree we take no number, only which triangle is met first. Its point is then found in double
 * precision from the triangle's plane.
 *
 * A device a tree (0.06 ms): nothing of ours is shared between trees, so there is no global to
 * guard. Embree's own list of the threads' allocators is, under a spin lock that ThreadSanitizer
 * cannot see when two trees are made at once. The device's one thread is the caller's. Of the
 * instruction sets the one that every x86-64 has: the widest is 5 to 25 % faster, but finds another
 * of two triangles that are equally near. */
#include "render/mesh_tree.h"

#include "base/memory.h"

#include <embree3/rtcore.h>
#include <math.h>
#include <string.h>

/* Embree's own limit for coordinates is 1.8e18: squares must fit in a float. */
#define MOST_COORDINATE 1e18f
/* Embree takes a direction's component below 1e-18 for that. */
#define LEAST_SQUARE 1e-12f
#define MOST_SQUARE  1e12f
#define LANES        16

typedef struct triangle {
  float corners[3][3];
} triangle;

struct orr_mesh_tree {
  RTCScene scene; /* NULL: nothing can be hit; it keeps its device alive */
  size_t count;
  triangle *triangles; /* Embree reads them too */
};

static const char device_settings[] =
    "threads=1,user_threads=1,start_threads=0,set_affinity=0,isa=sse2,hugepages=0,verbose=0";

/* What Embree complains about, in place of its printing. */
static void note_error(void *note, enum RTCError code, const char *text) {
  (void)text;
  enum RTCError *first = note;
  if (*first == RTC_ERROR_NONE) *first = code;
}

static bool take_corner(const orr_scene_mesh *mesh, int index, float out[3]) {
  if (index < 0 || (size_t)index >= mesh->vertex_count) return false;
  memcpy(out, mesh->vertices[index], 3 * sizeof(float));
  for (size_t i = 0; i < 3; i++)
    if (!(fabsf(out[i]) <= MOST_COORDINATE)) return false;
  return true;
}

/* The product of two edges; its square is 0 for a triangle without a plane. */
static double normal_of(const triangle *t, double out[3]) {
  double u[3], v[3], square = 0.0;
  for (size_t i = 0; i < 3; i++) {
    u[i] = (double)t->corners[1][i] - t->corners[0][i];
    v[i] = (double)t->corners[2][i] - t->corners[0][i];
  }
  for (size_t i = 0; i < 3; i++) {
    size_t j = (i + 1) % 3, k = (i + 2) % 3;
    out[i] = u[j] * v[k] - u[k] * v[j];
    square += out[i] * out[i];
  }
  return square;
}

static orr_status take_triangles(orr_mesh_tree *tree, const orr_scene_mesh *mesh, orr_error *err) {
  size_t most = mesh->triangle_count;
  /* One more: Embree reads 16 bytes for each corner of 12. */
  ORR_TRY(orr_new(&tree->triangles, most + 1, sizeof *tree->triangles, err));
  for (size_t i = 0; i < most; i++) {
    triangle *t = &tree->triangles[tree->count];
    double normal[3];
    bool fine = true;
    for (size_t k = 0; k < 3; k++)
      fine = fine && take_corner(mesh, mesh->triangles[i][k], t->corners[k]);
    if (fine && normal_of(t, normal) > 0.0) tree->count++;
  }
  tree->triangles[tree->count] = (triangle){0};
  return ORR_OK;
}

static void fill_scene(orr_mesh_tree *tree, RTCDevice device) {
  RTCGeometry geometry = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_TRIANGLE);
  unsigned *corners = rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3,
                                              3 * sizeof(unsigned), tree->count);
  if (corners) {
    for (size_t i = 0; i < 3 * tree->count; i++) corners[i] = (unsigned)i;
    rtcSetSharedGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3,
                               tree->triangles, 0, 3 * sizeof(float), 3 * tree->count);
    rtcCommitGeometry(geometry);
    tree->scene = rtcNewScene(device);
  }
  if (tree->scene) {
    rtcAttachGeometryByID(tree->scene, geometry, 0);
    rtcSetSceneFlags(tree->scene, RTC_SCENE_FLAG_ROBUST);
    rtcCommitScene(tree->scene);
  }
  rtcReleaseGeometry(geometry);
}

static orr_status build(orr_mesh_tree *tree, orr_error *err) {
  enum RTCError wrong = RTC_ERROR_NONE;
  RTCDevice device = rtcNewDevice(device_settings);
  if (!device) return orr_fail(err, ORR_ERR_SYSTEM, "Embree does not work on this machine");
  rtcSetDeviceErrorFunction(device, note_error, &wrong);
  fill_scene(tree, device);
  rtcSetDeviceErrorFunction(device, NULL, NULL);
  rtcReleaseDevice(device);
  if (wrong == RTC_ERROR_NONE && tree->scene) return ORR_OK;
  if (wrong == RTC_ERROR_OUT_OF_MEMORY || wrong == RTC_ERROR_NONE)
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory for a mesh of %zu triangles", tree->count);
  return orr_fail(err, ORR_ERR_SYSTEM, "Embree refuses a mesh of %zu triangles (its error %d)",
                  tree->count, (int)wrong);
}

orr_status orr_mesh_tree_create(const orr_scene_mesh *mesh, orr_mesh_tree **out, orr_error *err) {
  *out = NULL;
  if (mesh->triangle_count > ORR_MESH_TREE_MOST)
    return orr_fail(err, ORR_ERR_CONFIG, "a mesh of %zu triangles: more than %d",
                    mesh->triangle_count, ORR_MESH_TREE_MOST);
  orr_mesh_tree *tree;
  ORR_TRY(orr_new(&tree, 1, sizeof *tree, err));
  orr_status status = take_triangles(tree, mesh, err);
  if (status == ORR_OK && tree->count > 0) status = build(tree, err);
  if (status == ORR_OK)
    *out = tree;
  else
    orr_mesh_tree_destroy(tree);
  return status;
}

void orr_mesh_tree_destroy(orr_mesh_tree *tree) {
  if (!tree) return;
  if (tree->scene) rtcReleaseScene(tree->scene);
  orr_free(tree->triangles);
  orr_free(tree);
}

static bool may_trace(const orr_rays16 *rays, size_t lane) {
  float square = 0.0f;
  bool fine = rays->active[lane] && rays->near[lane] <= rays->far[lane];
  for (size_t i = 0; i < 3; i++) {
    fine = fine && fabsf(rays->origin[i][lane]) <= MOST_COORDINATE;
    square += rays->direction[i][lane] * rays->direction[i][lane];
  }
  return fine && square >= LEAST_SQUARE && square <= MOST_SQUARE;
}

/* Some of Embree's kernels look at lanes that are not to be traced, and end the process at numbers
 * that they do not like: such lanes get a ray that is fine and empty. */
static void take_rays(const orr_rays16 *rays, struct RTCRay16 *out, int32_t traced[LANES]) {
  memcpy(out->org_x, rays->origin, sizeof rays->origin);
  memcpy(out->dir_x, rays->direction, sizeof rays->direction);
  for (size_t i = 0; i < LANES; i++) {
    bool fine = may_trace(rays, i);
    traced[i] = fine ? -1 : 0;
    out->tnear[i] = !fine ? 1.0f : rays->near[i] > 0.0f ? rays->near[i] : 0.0f;
    out->tfar[i] = fine ? rays->far[i] : 0.0f;
    out->time[i] = 0.0f;
    out->mask[i] = UINT32_MAX;
    out->id[i] = (unsigned)i;
    out->flags[i] = 0;
    if (fine) continue;
    out->org_x[i] = out->org_y[i] = out->org_z[i] = 0.0f;
    out->dir_x[i] = out->dir_y[i] = out->dir_z[i] = 1.0f;
  }
}

/* Where the ray of a lane crosses the triangle's plane. Between the nearest and the farthest corner
 * as seen along the ray: an edge-on triangle has no better answer. */
static float distance_to(const triangle *t, const double normal[3], const orr_rays16 *rays,
                         size_t lane) {
  double across = 0.0, along = 0.0, square = 0.0, reach[3] = {0.0, 0.0, 0.0};
  for (size_t i = 0; i < 3; i++) {
    double d = rays->direction[i][lane], o = rays->origin[i][lane];
    across += normal[i] * (t->corners[0][i] - o);
    along += normal[i] * d;
    square += d * d;
    for (size_t k = 0; k < 3; k++) reach[k] += d * (t->corners[k][i] - o);
  }
  double nearest = reach[0], farthest = reach[0], distance = across / along;
  for (size_t k = 1; k < 3; k++) {
    nearest = reach[k] < nearest ? reach[k] : nearest;
    farthest = reach[k] > farthest ? reach[k] : farthest;
  }
  if (!(distance >= nearest / square)) distance = nearest / square;
  if (distance > farthest / square) distance = farthest / square;
  if (distance < rays->near[lane]) distance = rays->near[lane];
  if (distance < 0.0) distance = 0.0;
  return distance < rays->far[lane] ? (float)distance : rays->far[lane];
}

static void put_lane(const triangle *t, const orr_rays16 *rays, size_t lane, orr_hits16 *out) {
  double normal[3], length = sqrt(normal_of(t, normal));
  out->distance[lane] = distance_to(t, normal, rays, lane);
  for (size_t i = 0; i < 3; i++) out->normal[i][lane] = (float)(normal[i] / length);
}

void orr_mesh_tree_hit(const orr_mesh_tree *tree, const orr_rays16 *rays, orr_hits16 *out) {
  struct RTCRayHit16 packet;
  struct RTCIntersectContext context;
  _Alignas(64) int32_t traced[LANES];
  for (size_t i = 0; i < LANES; i++) {
    packet.hit.geomID[i] = packet.hit.instID[0][i] = RTC_INVALID_GEOMETRY_ID;
    out->distance[i] = INFINITY;
    out->normal[0][i] = out->normal[1][i] = out->normal[2][i] = 0.0f;
  }
  if (!tree->scene) return;
  take_rays(rays, &packet.ray, traced);
  rtcInitIntersectContext(&context);
  context.flags = RTC_INTERSECT_CONTEXT_FLAG_INCOHERENT;
  rtcIntersect16(traced, tree->scene, &context, &packet);
  for (size_t i = 0; i < LANES; i++)
    if (traced[i] && packet.hit.geomID[i] == 0)
      put_lane(&tree->triangles[packet.hit.primID[i]], rays, i, out);
}

void orr_mesh_tree_blocked(const orr_mesh_tree *tree, const orr_rays16 *rays, int32_t out[16]) {
  struct RTCRay16 packet;
  struct RTCIntersectContext context;
  _Alignas(64) int32_t traced[LANES];
  memset(out, 0, LANES * sizeof *out);
  if (!tree->scene) return;
  take_rays(rays, &packet, traced);
  rtcInitIntersectContext(&context);
  context.flags = RTC_INTERSECT_CONTEXT_FLAG_INCOHERENT;
  rtcOccluded16(traced, tree->scene, &context, &packet);
  for (size_t i = 0; i < LANES; i++) out[i] = traced[i] && packet.tfar[i] < 0.0f ? -1 : 0;
}
