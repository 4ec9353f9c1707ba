/* A scene made ready for rays, once a picture: everything relative to the eye, in floats. */
#include "base/maths.h"
#include "base/memory.h"
#include "base/rotation.h"
#include "render/cast_private.h"
#include "render/solid.h"
#include <cglm/cglm.h>
#include <string.h>

#define HUGE_RADIUS 1e30f /* of what is never culled */

/* ---- memory ---- */

/* Room for `count` items, grown by doubling; what was there is lost. */
static orr_status make_room(void *list, size_t size, size_t count, size_t *capacity,
                            orr_error *err) {
  void *memory;
  if (count <= *capacity) return ORR_OK;
  memcpy(&memory, list, sizeof memory);
  orr_free(memory);
  memory = NULL;
  memcpy(list, &memory, sizeof memory);
  *capacity = 0;
  size_t wanted = count + count / 2;
  ORR_TRY(orr_new(list, wanted, size, err));
  *capacity = wanted;
  return ORR_OK;
}

static orr_status make_rooms(orr_cast_stage *stage, const orr_scene *scene, orr_error *err) {
  orr_cast_scene *out = &stage->scene;
  size_t solids = scene->shape_count + 1, edges = 0;
  size_t padded = (solids + ORR_CAST_BLOCK - 1) / ORR_CAST_BLOCK * ORR_CAST_BLOCK;
  for (size_t i = 0; i < scene->shape_count; i++)
    if (scene->shapes[i].kind == ORR_SCENE_PRISM) edges += scene->shapes[i].vertex_count;
  ORR_TRY(make_room(&out->solids, sizeof *out->solids, solids, &stage->solid_capacity, err));
  ORR_TRY(make_room(&out->known, 1, solids + 1, &stage->label_capacity, err));
  ORR_TRY(make_room(&stage->boxes, sizeof *stage->boxes, solids, &stage->box_capacity, err));
  ORR_TRY(make_room(&stage->edges, sizeof *stage->edges, edges, &stage->edge_capacity, err));
  size_t numbers = padded * (size_t)(4 + 6 * out->lamp_count);
  ORR_TRY(
      make_room(&stage->numbers, sizeof *stage->numbers, numbers, &stage->number_capacity, err));
  float *next = stage->numbers;
  float **lists[4] = {&out->balls.x, &out->balls.y, &out->balls.z, &out->balls.radius};
  for (int k = 0; k < 4; k++, next += padded) *lists[k] = next;
  for (int i = 0; i < out->lamp_count; i++)
    for (int k = 0; k < 3; k++) {
      out->lamps[i].low[k] = next;
      out->lamps[i].high[k] = next + padded;
      next += 2 * padded;
    }
  out->words = (int)((solids + 63) / 64);
  size_t tiles = (size_t)out->across * (size_t)out->down_count * (size_t)out->words;
  return make_room(&out->tiles, sizeof *out->tiles, tiles, &stage->word_capacity, err);
}

void orr_cast_stage_clear(orr_cast_stage *stage) {
  orr_cast_cache_clear(&stage->cache);
  orr_free(stage->scene.solids);
  orr_free(stage->scene.tiles);
  orr_free(stage->scene.known);
  orr_free(stage->boxes);
  orr_free(stage->edges);
  orr_free(stage->numbers);
}

/* ---- solids ---- */

static void linear_colour(const orr_cast_scene *scene, const uint8_t colour[3], double factor,
                          float out[3]) {
  for (int k = 0; k < 3; k++) out[k] = (float)(factor * (double)scene->linear[colour[k]]);
}

static void set_frame(const orr_scene_shape *shape, const orr_eye *eye, orr_cast_solid *s,
                      double place[3]) {
  double q[4] = {1.0, 0.0, 0.0, 0.0}, square = 0.0, matrix[3][3], away[3];
  for (int k = 0; k < 4; k++) square += shape->rotation[k] * shape->rotation[k];
  for (int k = 0; k < 4 && square > 1e-24; k++) q[k] = shape->rotation[k] / sqrt(square);
  orr_quaternion_matrix(q, matrix);
  for (int k = 0; k < 3; k++) away[k] = eye->position[k] - shape->position[k];
  for (int k = 0; k < 3; k++) {
    place[k] = 0.0;
    s->centre[k] = (float)-away[k];
    for (int i = 0; i < 3; i++) {
      s->axes[k][i] = (float)matrix[i][k];
      place[k] += matrix[i][k] * away[i];
    }
    s->eye[k] = (float)place[k];
  }
}

/* The corners may go round either way. */
static void set_edges(const orr_scene_shape *shape, float (*edges)[3], orr_cast_solid *s) {
  size_t n = shape->vertex_count;
  double area = 0.0;
  for (size_t i = 0; i < n; i++) {
    const double *a = shape->vertices[i], *b = shape->vertices[(i + 1) % n];
    area += a[0] * b[1] - a[1] * b[0];
  }
  s->edges = (const float(*)[3])edges;
  s->edge_count = 0;
  for (size_t i = 0; i < n; i++) {
    const double *a = shape->vertices[i], *b = shape->vertices[(i + 1) % n];
    double x = b[1] - a[1], y = a[0] - b[0], length = area < 0.0 ? -hypot(x, y) : hypot(x, y);
    if (length == 0.0) continue; /* a corner twice */
    float *edge = edges[s->edge_count++];
    edge[0] = (float)(x / length);
    edge[1] = (float)(y / length);
    edge[2] = (float)((x * a[0] + y * a[1]) / length);
  }
}

static void prism_box(const orr_scene_shape *shape, double low[3], double high[3]) {
  low[0] = low[1] = INFINITY;
  high[0] = high[1] = -INFINITY;
  for (size_t i = 0; i < shape->vertex_count; i++)
    for (int k = 0; k < 2; k++) {
      low[k] = orr_min(low[k], shape->vertices[i][k]);
      high[k] = orr_max(high[k], shape->vertices[i][k]);
    }
}

static orr_cast_box box_of(const orr_scene_shape *shape, const orr_cast_mesh *mesh) {
  const double *size = shape->size;
  double high[3] = {size[0], size[0], size[0]}, low[3];
  orr_cast_box box;
  switch (shape->kind) {
  case ORR_SCENE_SPHERE: break;
  case ORR_SCENE_CAPSULE: high[2] = size[0] + size[1]; break;
  case ORR_SCENE_CYLINDER: high[2] = size[1]; break;
  case ORR_SCENE_PLANE: memcpy(high, (double[3]){size[0], size[1], 0.0}, sizeof high); break;
  default: memcpy(high, size, sizeof high);
  }
  for (int k = 0; k < 3; k++) low[k] = -high[k];
  if (shape->kind == ORR_SCENE_PRISM) prism_box(shape, low, high);
  if (mesh) {
    memcpy(low, mesh->low, sizeof low);
    memcpy(high, mesh->high, sizeof high);
  }
  for (int k = 0; k < 3; k++) {
    box.middle[k] = (float)(0.5 * (low[k] + high[k]));
    box.half[k] = (float)(0.5 * (high[k] - low[k]));
  }
  return box;
}

static orr_status set_material(orr_cast_stage *stage, const orr_scene_shape *shape,
                               double world_radius, const double place[3], orr_cast_solid *s,
                               orr_error *err) {
  const orr_scene_material *m = &shape->material;
  bool plane = s->kind == ORR_SCENE_PLANE, automatic = m->pattern == ORR_PATTERN_AUTO;
  double mirror = s->goal ? 0.0 : orr_clamp(m->mirror, 0.0, 1.0), tile = m->tile;
  uint8_t darker[3];
  for (int k = 0; k < 3; k++) darker[k] = (uint8_t)lround(0.9 * shape->colour[k]);
  linear_colour(&stage->scene, shape->colour, 1.0, s->colour);
  linear_colour(&stage->scene, automatic ? darker : m->second, 1.0, s->second);
  s->mirror = (float)mirror;
  s->glass = s->goal ? 0.0f : (float)orr_clamp(m->glass, 0.0, 1.0 - mirror);
  s->index = plane ? 1.0f : (float)(m->index > 0.0 ? m->index : ORR_GLASS_INDEX);
  s->gloss = (float)m->gloss;
  s->pattern = automatic ? (plane ? ORR_PATTERN_CHECKER : ORR_PATTERN_PLAIN) : m->pattern;
  if (s->pattern == ORR_PATTERN_IMAGE && !m->texture) s->pattern = ORR_PATTERN_PLAIN;
  if (s->pattern == ORR_PATTERN_PLAIN) return ORR_OK;
  if (!(tile > 0.0)) tile = orr_light_tile(plane ? world_radius : (double)s->radius);
  s->per_tile = (float)(1.0 / tile);
  for (int k = 0; k < 2; k++)
    s->offset[k] = (float)(place[k] - 2.0 * tile * floor(0.5 * place[k] / tile));
  return s->pattern == ORR_PATTERN_IMAGE
             ? orr_cast_cache_image(&stage->cache, m->texture, &s->image, err)
             : ORR_OK;
}

static orr_status set_solid(orr_cast_stage *stage, const orr_eye *eye, const orr_scene_shape *shape,
                            double world_radius, int index, orr_error *err) {
  orr_cast_solid *s = &stage->scene.solids[index];
  const orr_cast_mesh *mesh = NULL;
  double place[3];
  *s = (orr_cast_solid){
      .kind = shape->kind, .label = orr_solid_label(shape), .goal = shape->layer == ORR_LAYER_GOAL};
  set_frame(shape, eye, s, place);
  if (shape->kind == ORR_SCENE_MESH)
    ORR_TRY(orr_cast_cache_mesh(&stage->cache, &shape->mesh, &mesh, err));
  s->tree = mesh ? mesh->tree : NULL;
  stage->boxes[index] = box_of(shape, mesh);
  s->radius = (float)(mesh ? mesh->radius : orr_solid_radius(shape));
  s->reach = s->radius;
  bool ellipsoid = s->kind == ORR_SCENE_ELLIPSOID;
  for (int k = 0; k < 3; k++)
    s->size[k] = (float)(ellipsoid ? 1.0 / shape->size[k] : shape->size[k]);
  bool plane = s->kind == ORR_SCENE_PLANE;
  s->endless = plane && !(shape->size[0] > 0.0 && shape->size[1] > 0.0);
  float about = plane ? fabsf(s->eye[2]) : glm_vec3_norm(s->centre) + s->radius;
  s->bias = stage->scene.step * about;
  return set_material(stage, shape, world_radius, place, s, err);
}

/* ---- bounds ---- */

/* How far a solid reaches from the middle of its box along a unit vector of the world. */
static float reach_along(const orr_cast_solid *s, orr_cast_box *box, vec3 axis) {
  float part[3], sum = 0.0f;
  for (int k = 0; k < 3; k++) part[k] = fabsf(glm_vec3_dot((float *)s->axes[k], axis));
  float flat = sqrtf(fmaxf(0.0f, 1.0f - part[2] * part[2]));
  switch (s->kind) {
  case ORR_SCENE_SPHERE: return s->size[0];
  case ORR_SCENE_CAPSULE: return s->size[0] + part[2] * s->size[1];
  case ORR_SCENE_CYLINDER: return flat * s->size[0] + part[2] * s->size[1];
  case ORR_SCENE_ELLIPSOID:
    for (int k = 0; k < 3; k++) part[k] *= box->half[k];
    return glm_vec3_norm(part);
  default:
    for (int k = 0; k < 3; k++) sum += part[k] * box->half[k];
    return sum;
  }
}

static void middle_of(const orr_cast_solid *s, const orr_cast_box *box, vec3 out) {
  glm_vec3_copy((float *)s->centre, out);
  for (int k = 0; k < 3; k++) glm_vec3_muladds((float *)s->axes[k], box->middle[k], out);
}

/* Wider than the solid by more than anything that rays compute is off. */
static float margin_of(const orr_cast_solid *s) { return 1e-4f * s->radius + 8.0f * s->bias; }

static void set_balls(orr_cast_stage *stage) {
  orr_cast_scene *scene = &stage->scene;
  int padded = (scene->count + ORR_CAST_BLOCK - 1) / ORR_CAST_BLOCK * ORR_CAST_BLOCK;
  for (int i = 0; i < padded; i++) {
    const orr_cast_solid *s = &scene->solids[i];
    bool real = i < scene->count, plane = real && s->kind == ORR_SCENE_PLANE;
    scene->balls.x[i] = real && !plane ? s->centre[0] : 0.0f;
    scene->balls.y[i] = real && !plane ? s->centre[1] : 0.0f;
    scene->balls.z[i] = real && !plane ? s->centre[2] : 0.0f;
    scene->balls.radius[i] = plane ? HUGE_RADIUS : real ? s->radius + margin_of(s) : -HUGE_RADIUS;
  }
}

static void set_sun_bounds(orr_cast_stage *stage, orr_cast_lamp *lamp) {
  orr_cast_scene *scene = &stage->scene;
  int padded = (scene->count + ORR_CAST_BLOCK - 1) / ORR_CAST_BLOCK * ORR_CAST_BLOCK;
  vec3 axes[3];
  glm_vec3_copy(lamp->across[0], axes[0]);
  glm_vec3_copy(lamp->across[1], axes[1]);
  glm_vec3_negate_to(lamp->direction, axes[2]);
  for (int i = 0; i < padded; i++) {
    const orr_cast_solid *s = &scene->solids[i];
    bool casts = i >= scene->first_caster && i < scene->first_goal;
    vec3 middle = {0.0f, 0.0f, 0.0f};
    if (casts) middle_of(s, &stage->boxes[i], middle);
    for (int k = 0; k < 3; k++) {
      float at = glm_vec3_dot(middle, axes[k]);
      float reach = casts ? reach_along(s, &stage->boxes[i], axes[k]) + margin_of(s) : -HUGE_RADIUS;
      lamp->low[k][i] = at - reach;
      lamp->high[k][i] = at + reach;
    }
  }
}

/* ---- lamps, sky, eye ---- */

static void set_lamps(orr_cast_stage *stage, const orr_eye *eye, const orr_scene *scene) {
  orr_scene_light lamps[ORR_MOST_LAMPS];
  size_t count = orr_light_lamps(scene, lamps, ORR_MOST_LAMPS);
  stage->scene.lamp_count = (int)count;
  for (size_t i = 0; i < count; i++) {
    orr_cast_lamp *out = &stage->scene.lamps[i];
    *out = (orr_cast_lamp){.kind = lamps[i].kind,
                           .radius = (float)orr_max(lamps[i].radius, 0.0),
                           .reach = (float)lamps[i].reach,
                           .angle = (float)lamps[i].angle};
    linear_colour(&stage->scene, lamps[i].colour, lamps[i].power, out->colour);
    for (int k = 0; k < 3; k++) {
      out->position[k] = (float)(lamps[i].position[k] - eye->position[k]);
      out->direction[k] = (float)lamps[i].direction[k];
    }
    vec3 up = {0.0f, 0.0f, 1.0f}, ahead = {1.0f, 0.0f, 0.0f};
    bool flat = fabsf(out->direction[2]) < 0.7f;
    glm_vec3_crossn(out->direction, flat ? up : ahead, out->across[0]);
    glm_vec3_cross(out->direction, out->across[0], out->across[1]);
  }
}

static void set_surroundings(orr_cast_scene *out, const orr_eye *eye, const orr_scene *scene,
                             const double low[3], const double high[3], double radius) {
  orr_scene_sky sky = orr_light_sky(scene);
  out->ambient = (float)sky.ambient;
  linear_colour(out, sky.horizon, 1.0, out->horizon);
  linear_colour(out, sky.zenith, 1.0, out->zenith);
  out->radius = (float)radius;
  out->parallel = eye->parallel;
  out->near = (float)eye->near;
  out->pixel = (float)(1.0 / eye->scale);
  for (int k = 0; k < 3; k++) {
    out->middle[k] = (float)(0.5 * (low[k] + high[k]) - eye->position[k]);
    out->right[k] = (float)(eye->right[k] / eye->scale);
    out->down[k] = (float)(eye->down[k] / eye->scale);
    out->forward[k] = (float)eye->forward[k];
  }
  out->centre[0] = (float)eye->middle[0];
  out->centre[1] = (float)eye->middle[1];
}

static void set_start(orr_cast_stage *stage) {
  orr_cast_scene *scene = &stage->scene;
  scene->start = 0.0f;
  for (int i = 0; i < scene->count && scene->parallel; i++) {
    const orr_cast_solid *s = &scene->solids[i];
    if (s->kind == ORR_SCENE_PLANE) continue;
    float depth = glm_vec3_dot(scene->forward, (float *)s->centre) - s->radius - margin_of(s);
    if (depth < scene->start) scene->start = depth;
  }
}

/* Planes, what throws shadows, goals. */
static int rank_of(const orr_scene_shape *shape) {
  return shape->layer == ORR_LAYER_GOAL ? 2 : shape->kind == ORR_SCENE_PLANE ? 0 : 1;
}

static orr_status set_solids(orr_cast_stage *stage, const orr_eye *eye, const orr_scene *scene,
                             double radius, orr_error *err) {
  orr_cast_scene *out = &stage->scene;
  float(*edges)[3] = stage->edges;
  out->count = 0;
  out->known[0] = 0;
  for (int rank = 0; rank < 3; rank++) {
    if (rank == 1) out->first_caster = out->count;
    if (rank == 2) out->first_goal = out->count;
    for (size_t i = 0; i < scene->shape_count; i++) {
      const orr_scene_shape *shape = &scene->shapes[i];
      if (rank_of(shape) != rank || !orr_solid_drawable(shape)) continue;
      ORR_TRY(set_solid(stage, eye, shape, radius, out->count, err));
      orr_cast_solid *s = &out->solids[out->count++];
      out->known[out->count] = s->label;
      if (s->kind != ORR_SCENE_PRISM) continue;
      set_edges(shape, edges, s);
      edges += s->edge_count;
    }
  }
  return ORR_OK;
}

orr_status orr_cast_stage_set(orr_cast_stage *stage, const orr_eye *eye, const orr_scene *scene,
                              orr_error *err) {
  orr_cast_scene *out = &stage->scene;
  double low[3], high[3], square = 0.0;
  orr_eye_bounds(scene, low, high);
  for (int k = 0; k < 3; k++) square += 0.25 * (high[k] - low[k]) * (high[k] - low[k]);
  out->step = 2e-6f;
  orr_cast_cache_begin(&stage->cache);
  set_lamps(stage, eye, scene);
  set_surroundings(out, eye, scene, low, high, sqrt(square));
  ORR_TRY(make_rooms(stage, scene, err));
  ORR_TRY(set_solids(stage, eye, scene, sqrt(square), err));
  set_balls(stage);
  for (int i = 0; i < out->lamp_count; i++)
    if (out->lamps[i].kind == ORR_SCENE_LIGHT_SUN) set_sun_bounds(stage, &out->lamps[i]);
  set_start(stage);
  orr_cast_list_tiles(stage, eye);
  return ORR_OK;
}
