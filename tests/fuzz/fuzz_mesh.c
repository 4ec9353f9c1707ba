/* Any bytes as a mesh: the first picks the format. What the reader accepts is whole, may be hit by
 * rays, and, unless it has a flaw, makes a body in MuJoCo, or is refused with a message. */
#include "base/maths.h"
#include "render/mesh_tree.h"
#include "sim/mesh_file.h"
#include "sim/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_TRIANGLES 300 /* that MuJoCo is asked about */

static char folder[] = "/tmp/orr-fuzz-XXXXXX";
static char paths[2][sizeof folder + 8]; /* both are links to the file in memory */
static int memory;

static void require(bool fact) {
  if (!fact) abort();
}

static void remove_folder(void) {
  unlink(paths[0]);
  unlink(paths[1]);
  rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  char target[40];
  memory = memfd_create("mesh", 0);
  require(memory >= 0 && mkdtemp(folder));
  snprintf(target, sizeof target, "/proc/self/fd/%d", memory);
  snprintf(paths[0], sizeof paths[0], "%s/a.obj", folder);
  snprintf(paths[1], sizeof paths[1], "%s/a.stl", folder);
  require(symlink(target, paths[0]) == 0 && symlink(target, paths[1]) == 0);
  return atexit(remove_folder);
}

static void check_mesh(const orr_mesh_file *mesh) {
  require(mesh->vertex_count >= 3 && mesh->triangle_count >= 1);
  for (size_t i = 0; i < mesh->vertex_count; i++)
    for (size_t k = 0; k < 3; k++) require(fabsf(mesh->vertices[i][k]) <= 1e9f);
  for (size_t i = 0; i < mesh->triangle_count; i++)
    for (size_t k = 0; k < 3; k++)
      require(mesh->triangles[i][k] >= 0 && (size_t)mesh->triangles[i][k] < mesh->vertex_count);
}

/* From beside the first vertices to the middles of the first triangles. */
static void trace(const orr_mesh_file *mesh) {
  orr_scene_mesh shown = {.vertices = (const float(*)[3])mesh->vertices,
                          .triangles = (const int(*)[3])mesh->triangles,
                          .vertex_count = mesh->vertex_count,
                          .triangle_count = mesh->triangle_count};
  orr_mesh_tree *tree;
  orr_rays16 rays;
  orr_hits16 hits;
  int32_t blocked[16];
  require(orr_mesh_tree_create(&shown, &tree, NULL) == ORR_OK);
  for (size_t i = 0; i < 16; i++) {
    const float *from = mesh->vertices[i % mesh->vertex_count];
    const int *corners = mesh->triangles[i % mesh->triangle_count];
    for (size_t c = 0; c < 3; c++) {
      float to = 0.0f;
      for (size_t k = 0; k < 3; k++) to += mesh->vertices[corners[k]][c] / 3.0f;
      rays.origin[c][i] = 2.0f * from[c] - to + (float)(i % 3);
      rays.direction[c][i] = to - rays.origin[c][i];
    }
    rays.near[i] = 0.0f;
    rays.far[i] = i & 1 ? INFINITY : 1.5f;
    rays.active[i] = i % 5 ? -1 : 0;
  }
  orr_mesh_tree_hit(tree, &rays, &hits);
  orr_mesh_tree_blocked(tree, &rays, blocked);
  for (size_t i = 0; i < 16; i++) {
    require(hits.distance[i] >= 0.0f &&
            (hits.distance[i] <= rays.far[i] || isinf(hits.distance[i])));
    require(rays.active[i] || (isinf(hits.distance[i]) && blocked[i] == 0));
  }
  orr_mesh_tree_destroy(tree);
}

static void make_body(const char *path) {
  char text[400];
  orr_diagnostics *found = orr_diagnostics_create();
  orr_config *config;
  orr_scenario *scenario = NULL;
  snprintf(text, sizeof text,
           "scenario: fuzz\nworld:\n  engine: mujoco\n"
           "  space: {dimensions: 3, size: [2, 2, 2]}\n"
           "  bodies: [{name: a, mass: 1, shapes: [{geometry: {mesh: {file: %s}}}]}]\n",
           path);
  require(orr_config_parse(text, strlen(text), "fuzz", &config, found) == ORR_OK);
  orr_status status = orr_scenario_read(config, &scenario, found);
  require((status == ORR_OK) == (orr_diagnostics_count(found) == 0));
  if (getenv("ORR_FUZZ_SAY") && status != ORR_OK) orr_diagnostics_print(found, stderr, false);
  orr_scenario_destroy(scenario);
  orr_config_destroy(config);
  orr_diagnostics_destroy(found);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const double one[3] = {1.0, 1.0, 1.0};
  if (size < 1) return 0;
  const char *path = paths[data[0] & 1];
  require(ftruncate(memory, 0) == 0);
  require(pwrite(memory, data + 1, size - 1, 0) == (ssize_t)(size - 1));
  orr_mesh_file mesh;
  orr_error err = {0};
  orr_status status = orr_mesh_file_read(path, &mesh, &err);
  require(status == ORR_OK || (err.status == status && err.message[0] && !mesh.vertices));
  if (status != ORR_OK) return 0;
  check_mesh(&mesh);
  trace(&mesh);
  bool fine = mesh.triangle_count <= MOST_TRIANGLES && !orr_mesh_file_flaw(&mesh, one);
  orr_mesh_file_destroy(&mesh);
  if (fine) make_body(path);
  return 0;
}
