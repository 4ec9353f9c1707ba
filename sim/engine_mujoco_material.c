/* What the geoms of a model look like: colours, materials, textures, meshes, height fields as
 * triangles.
 *
 * Of MJCF materials: `reflectance` is our mirror, `specular` our gloss (both have exponent 64 by
 * default), what alpha lacks of 1 is glass that bends nothing. A 2D texture in four quarters of two
 * colours, MuJoCo's own `checker`, is a checker, any other one an image; a cube's is its mean
 * colour. `emission` and `shininess` have no counterpart. */
#include "sim/engine_mujoco.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- colours and materials -------------------------------------------------------------------- */

static uint8_t to_byte(double value) {
  return (uint8_t)lround(255.0 * fmin(fmax(value, 0.0), 1.0));
}

static const uint8_t *texture_at(const mjModel *m, int texture, int row, int column) {
  int at = m->tex_adr[texture] + 3 * (row * m->tex_width[texture] + column);
  return m->tex_rgb + at;
}

/* Whether nearly all of a quarter has the colour in its middle; edges and marks may be painted. */
static bool is_even(const mjModel *m, int texture, int row, int column) {
  int height = m->tex_height[texture] / 2, width = m->tex_width[texture] / 2, other = 0;
  const uint8_t *middle =
      texture_at(m, texture, row * height + height / 2, column * width + width / 2);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      other += memcmp(texture_at(m, texture, row * height + y, column * width + x), middle, 3) != 0;
  return 10 * (int64_t)other <= (int64_t)height * width;
}

/* The two colours of a checker; false: it is none. */
static bool is_checker(const mjModel *m, int texture, const uint8_t *out[2]) {
  int height = m->tex_height[texture], width = m->tex_width[texture];
  if (height < 2 || width < 2) return false;
  const uint8_t *quarters[4];
  for (int i = 0; i < 4; i++) {
    if (!is_even(m, texture, i / 2, i % 2)) return false;
    quarters[i] =
        texture_at(m, texture, (2 * (i / 2) + 1) * height / 4, (2 * (i % 2) + 1) * width / 4);
  }
  out[0] = quarters[0];
  out[1] = quarters[1];
  return memcmp(quarters[0], quarters[3], 3) == 0 && memcmp(quarters[1], quarters[2], 3) == 0 &&
         memcmp(quarters[0], quarters[1], 3) != 0;
}

static void mean_of(const mjModel *m, int texture, uint8_t out[3]) {
  size_t count = (size_t)m->tex_height[texture] * (size_t)m->tex_width[texture];
  const uint8_t *pixels = texture_at(m, texture, 0, 0);
  for (size_t k = 0; k < 3; k++) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) sum += pixels[3 * i + k];
    out[k] = (uint8_t)lround(sum / (double)(count ? count : 1));
  }
}

/* Width of the image on a geom: `texrepeat` counts images in 2 units of length, or in the geom. */
static double tile_of(const mjModel *m, int geom, int material) {
  double repeat = (double)m->mat_texrepeat[2 * material];
  double half = m->mat_texuniform[material] ? 1.0 : m->geom_size[3 * geom];
  return repeat > 0.0 ? 2.0 * half / repeat : 0.0;
}

static void tint(uint8_t colour[3], const uint8_t texel[3]) {
  for (int k = 0; k < 3; k++) colour[k] = (uint8_t)((colour[k] * texel[k] + 127) / 255);
}

static void fill_texture(const orr_mujoco_shared *shared, int geom, int material) {
  const mjModel *m = shared->model;
  int texture = m->mat_texid[material];
  uint8_t *colour = shared->colours[geom], mean[3];
  const uint8_t *two[2];
  orr_scene_material *out = &shared->materials[geom];
  if (m->tex_type[texture] != mjTEXTURE_2D) {
    mean_of(m, texture, mean);
    tint(colour, mean);
    return;
  }
  out->tile = tile_of(m, geom, material);
  if (!is_checker(m, texture, two)) {
    out->pattern = ORR_PATTERN_IMAGE;
    out->texture = &shared->textures[texture];
    return;
  }
  out->pattern = ORR_PATTERN_CHECKER;
  out->tile *= 0.5;
  memcpy(out->second, colour, sizeof out->second);
  tint(out->second, two[1]);
  tint(colour, two[0]);
}

/* A geom's own colour is the material's while it is MuJoCo's default. */
static const float *colour_of(const mjModel *m, int geom) {
  static const float usual[4] = {0.5f, 0.5f, 0.5f, 1.0f};
  const float *own = m->geom_rgba + 4 * geom;
  int material = m->geom_matid[geom];
  return material >= 0 && memcmp(own, usual, sizeof usual) == 0 ? m->mat_rgba + 4 * material : own;
}

/* Geoms of MJCF groups 3 and above are not drawn, as in MuJoCo's own viewer. */
static void fill_geom(const orr_mujoco_shared *shared, int geom) {
  const mjModel *m = shared->model;
  const float *colour = colour_of(m, geom);
  int material = m->geom_matid[geom];
  orr_scene_material *out = &shared->materials[geom];
  double alpha = fmin(fmax((double)colour[3], 0.0), 1.0);
  for (int k = 0; k < 3; k++) shared->colours[geom][k] = to_byte((double)colour[k]);
  shared->shown[geom] = m->geom_group[geom] < 3 && alpha > 0.0;
  *out = (orr_scene_material){.glass = 1.0 - alpha};
  if (out->glass > 0.0) out->index = 1.0;
  if (material < 0) return;
  out->pattern = ORR_PATTERN_PLAIN;
  out->mirror = fmin(fmax((double)m->mat_reflectance[material], 0.0), 1.0);
  out->gloss = fmin(fmax((double)m->mat_specular[material], 0.0), 1.0);
  if (out->mirror + out->glass > 1.0) out->glass = 1.0 - out->mirror;
  if (m->mat_texid[material] >= 0) fill_texture(shared, geom, material);
}

static void fill_textures(const orr_mujoco_shared *shared) {
  const mjModel *m = shared->model;
  for (int i = 0; i < m->ntex; i++) {
    size_t bytes = 3 * (size_t)m->tex_width[i] * (size_t)m->tex_height[i];
    const uint8_t *pixels = m->tex_rgb + m->tex_adr[i];
    shared->textures[i] = (orr_scene_texture){m->tex_width[i], m->tex_height[i], pixels,
                                              orr_hash_bytes(pixels, bytes).low | 1};
  }
}

/* --- meshes ----------------------------------------------------------------------------------- */

/* How a renderer knows it again, and the ball that holds it. */
static void identify(orr_scene_mesh *mesh) {
  orr_hash vertices = orr_hash_bytes(mesh->vertices, mesh->vertex_count * sizeof *mesh->vertices);
  orr_hash triangles =
      orr_hash_bytes(mesh->triangles, mesh->triangle_count * sizeof *mesh->triangles);
  mesh->id = orr_hash_join(vertices, triangles).low | 1;
  double square = 0.0;
  for (size_t i = 0; i < mesh->vertex_count; i++) {
    double own = 0.0;
    for (int k = 0; k < 3; k++) own += (double)mesh->vertices[i][k] * (double)mesh->vertices[i][k];
    square = fmax(square, own);
  }
  mesh->radius = sqrt(square);
}

static void fill_meshes(const orr_mujoco_shared *shared) {
  const mjModel *m = shared->model;
  for (int i = 0; i < m->nmesh; i++) {
    const float *vertices = m->mesh_vert + 3 * m->mesh_vertadr[i];
    const int *faces = m->mesh_face + 3 * m->mesh_faceadr[i];
    shared->meshes[i] = (orr_scene_mesh){.vertices = (const float(*)[3])vertices,
                                         .triangles = (const int(*)[3])faces,
                                         .vertex_count = (size_t)m->mesh_vertnum[i],
                                         .triangle_count = (size_t)m->mesh_facenum[i]};
    identify(&shared->meshes[i]);
  }
}

/* --- height fields ---------------------------------------------------------------------------- */

/* A height field is a block: its surface, walls around it, a floor that is a fan from its middle.
 * Vertices: the grid row by row, below it the points of its edge in one round, the middle. */
typedef struct field {
  int rows, columns, round; /* round: points of the edge */
  double size[4];           /* half x, half y, height of 1, depth */
  float (*vertices)[3];
  int (*triangles)[3];
  size_t triangle_count;
} field;

static void add_triangle(field *f, int a, int b, int c) {
  int *out = f->triangles[f->triangle_count++];
  out[0] = a, out[1] = b, out[2] = c;
}

/* The grid's vertex at a place of the round, counterclockwise seen from above. */
static int edge_vertex(const field *f, int place) {
  int along = f->columns - 1, up = f->rows - 1;
  place %= f->round;
  if (place < along) return place;
  if (place < along + up) return (place - along) * f->columns + along;
  if (place < 2 * along + up) return up * f->columns + 2 * along + up - place;
  return (f->round - place) * f->columns;
}

static void put_surface(field *f, const float *heights) {
  for (int r = 0; r < f->rows; r++)
    for (int c = 0; c < f->columns; c++) {
      float *v = f->vertices[r * f->columns + c];
      v[0] = (float)(f->size[0] * (2.0 * c / (f->columns - 1) - 1.0));
      v[1] = (float)(f->size[1] * (2.0 * r / (f->rows - 1) - 1.0));
      v[2] = (float)(f->size[2] * (double)heights[r * f->columns + c]);
    }
  for (int r = 0; r + 1 < f->rows; r++)
    for (int c = 0; c + 1 < f->columns; c++) {
      int at = r * f->columns + c, above = at + f->columns;
      add_triangle(f, at, at + 1, above + 1); /* split as MuJoCo's prisms are */
      add_triangle(f, at, above + 1, above);
    }
}

static void put_walls(field *f) {
  int first = f->rows * f->columns, middle = first + f->round;
  for (int i = 0; i < f->round; i++) {
    int top = edge_vertex(f, i), next = edge_vertex(f, i + 1), low = first + i;
    int low_next = first + (i + 1) % f->round;
    memcpy(f->vertices[low], f->vertices[top], sizeof f->vertices[low]);
    f->vertices[low][2] = (float)-f->size[3];
    add_triangle(f, top, low, low_next);
    add_triangle(f, top, low_next, next);
    add_triangle(f, low, middle, low_next);
  }
  f->vertices[middle][0] = f->vertices[middle][1] = 0.0f;
  f->vertices[middle][2] = (float)-f->size[3];
}

static bool fill_field(orr_arena *arena, const mjModel *m, int index, orr_scene_mesh *out) {
  field f = {.rows = m->hfield_nrow[index], .columns = m->hfield_ncol[index]};
  if (f.rows < 2 || f.columns < 2) return true;
  f.round = 2 * (f.rows + f.columns - 2);
  memcpy(f.size, m->hfield_size + 4 * index, sizeof f.size);
  size_t grid = (size_t)f.rows * (size_t)f.columns, round = (size_t)f.round;
  size_t cells = (size_t)(f.rows - 1) * (size_t)(f.columns - 1);
  f.vertices = orr_arena_alloc(arena, grid + round + 1, sizeof *f.vertices);
  f.triangles = orr_arena_alloc(arena, 2 * cells + 3 * round, sizeof *f.triangles);
  if (!f.vertices || !f.triangles) return false;
  put_surface(&f, m->hfield_data + m->hfield_adr[index]);
  put_walls(&f);
  *out = (orr_scene_mesh){.vertices = (const float(*)[3])f.vertices,
                          .triangles = (const int(*)[3])f.triangles,
                          .vertex_count = grid + round + 1,
                          .triangle_count = f.triangle_count};
  identify(out);
  return true;
}

static bool fill_fields(orr_scenario *scenario, orr_mujoco_shared *shared) {
  const mjModel *m = shared->model;
  const orr_mujoco_shared *of_base = scenario->base ? scenario->base->shared : NULL;
  if (of_base && shared->mjcf) { /* a variant has the model of its base */
    shared->fields = of_base->fields;
    return true;
  }
  shared->fields = orr_arena_alloc(scenario->arena, (size_t)m->nhfield + 1, sizeof *shared->fields);
  bool fine = shared->fields != NULL;
  for (int i = 0; i < m->nhfield && fine; i++)
    fine = fill_field(scenario->arena, m, i, &shared->fields[i]);
  return fine;
}

bool orr_mujoco_materials(orr_scenario *scenario, orr_mujoco_shared *shared) {
  const mjModel *m = shared->model;
  orr_arena *arena = scenario->arena;
  size_t geoms = (size_t)m->ngeom, textures = (size_t)m->ntex, meshes = (size_t)m->nmesh;
  shared->colours = orr_arena_alloc(arena, geoms + 1, sizeof *shared->colours);
  shared->materials = orr_arena_alloc(arena, geoms + 1, sizeof *shared->materials);
  shared->shown = orr_arena_alloc(arena, geoms + 1, sizeof *shared->shown);
  shared->textures = orr_arena_alloc(arena, textures + 1, sizeof *shared->textures);
  shared->meshes = orr_arena_alloc(arena, meshes + 1, sizeof *shared->meshes);
  if (!shared->colours || !shared->materials || !shared->shown) return false;
  if (!shared->textures || !shared->meshes) return false;
  fill_textures(shared);
  fill_meshes(shared);
  for (int i = 0; i < m->ngeom; i++) fill_geom(shared, i);
  for (size_t i = 0; i < scenario->parts->outline_count && !shared->mjcf; i++) {
    char name[32];
    snprintf(name, sizeof name, "g%zu", i);
    int geom = mj_name2id(m, mjOBJ_GEOM, name);
    shared->materials[geom] = scenario->parts->materials[i];
    memcpy(shared->colours[geom], scenario->parts->colours[i], 3);
  }
  return fill_fields(scenario, shared);
}
