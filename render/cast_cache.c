/* What is made once of a mesh or an image, and found again by its id. */
#include "base/maths.h"
#include "base/memory.h"
#include "render/cast_private.h"

#define KEPT 64 /* meshes, and images, that may be there without being seen */

/* Room for one more. */
static orr_status grow(orr_cast_list *list, orr_error *err) {
  void **items;
  if (list->count < list->capacity) return ORR_OK;
  size_t capacity = list->capacity ? 2 * list->capacity : 8;
  ORR_TRY(orr_new(&items, capacity, sizeof *items, err));
  for (size_t i = 0; i < list->count; i++) items[i] = list->items[i];
  orr_free(list->items);
  list->items = items;
  list->capacity = capacity;
  return ORR_OK;
}

/* Keeps what the picture `shown` had; 0: nothing. */
static void drop_meshes(orr_cast_list *list, uint64_t shown) {
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++) {
    orr_cast_mesh *mesh = list->items[i];
    if (shown && mesh->shown == shown) {
      list->items[kept++] = mesh;
      continue;
    }
    orr_mesh_tree_destroy(mesh->tree);
    orr_free(mesh);
  }
  list->count = kept;
}

static void drop_images(orr_cast_list *list, uint64_t shown) {
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++) {
    orr_cast_image *image = list->items[i];
    if (shown && image->shown == shown) {
      list->items[kept++] = image;
      continue;
    }
    orr_free(image->texels[0]);
    orr_free(image);
  }
  list->count = kept;
}

void orr_cast_cache_begin(orr_cast_cache *cache) {
  if (cache->meshes.count > KEPT) drop_meshes(&cache->meshes, cache->picture);
  if (cache->images.count > KEPT) drop_images(&cache->images, cache->picture);
  cache->picture++;
}

void orr_cast_cache_clear(orr_cast_cache *cache) {
  drop_meshes(&cache->meshes, 0);
  drop_images(&cache->images, 0);
  orr_free(cache->meshes.items);
  orr_free(cache->images.items);
  *cache = (orr_cast_cache){0};
}

/* ---- meshes ---- */

static void measure(orr_cast_mesh *mesh) {
  for (int k = 0; k < 3; k++) mesh->low[k] = INFINITY, mesh->high[k] = -INFINITY;
  for (size_t i = 0; i < mesh->source.vertex_count; i++) {
    const float *v = mesh->source.vertices[i];
    double square = 0.0;
    for (int k = 0; k < 3; k++) square += (double)v[k] * (double)v[k];
    if (!isfinite(square)) continue;
    mesh->radius = orr_max(mesh->radius, sqrt(square));
    for (int k = 0; k < 3; k++) {
      mesh->low[k] = orr_min(mesh->low[k], (double)v[k]);
      mesh->high[k] = orr_max(mesh->high[k], (double)v[k]);
    }
  }
  for (int k = 0; k < 3; k++)
    if (mesh->low[k] > mesh->high[k]) mesh->low[k] = mesh->high[k] = 0.0;
}

static bool same_mesh(const orr_scene_mesh *a, const orr_scene_mesh *b) {
  if (a->id != b->id || a->vertex_count != b->vertex_count) return false;
  if (a->triangle_count != b->triangle_count) return false;
  return a->id || (a->vertices == b->vertices && a->triangles == b->triangles);
}

orr_status orr_cast_cache_mesh(orr_cast_cache *cache, const orr_scene_mesh *mesh,
                               const orr_cast_mesh **out, orr_error *err) {
  orr_cast_mesh *made;
  for (size_t i = 0; i < cache->meshes.count; i++) {
    made = cache->meshes.items[i];
    if (!same_mesh(&made->source, mesh)) continue;
    made->shown = cache->picture;
    *out = made;
    return ORR_OK;
  }
  ORR_TRY(grow(&cache->meshes, err));
  ORR_TRY(orr_new(&made, 1, sizeof *made, err));
  made->source = *mesh;
  made->shown = cache->picture;
  measure(made);
  orr_status status = orr_mesh_tree_create(mesh, &made->tree, err);
  if (status != ORR_OK) {
    orr_free(made);
    return status;
  }
  cache->meshes.items[cache->meshes.count++] = made;
  *out = made;
  return ORR_OK;
}

/* ---- images ---- */

/* Each texel of level + 1 is the mean of those that it covers, two or three along a side. */
static void halve(orr_cast_image *image, int level) {
  int width = image->width[level], height = image->height[level];
  int columns = image->width[level + 1], rows = image->height[level + 1];
  for (int y = 0; y < rows; y++)
    for (int x = 0; x < columns; x++) {
      int left = x * width / columns, right = (x + 1) * width / columns, n = 0;
      int top = y * height / rows, low = (y + 1) * height / rows;
      float sum[3] = {0.0f, 0.0f, 0.0f};
      for (int i = top; i < low; i++)
        for (int j = left; j < right; j++, n++)
          for (int k = 0; k < 3; k++) sum[k] += image->texels[level][i * width + j][k];
      for (int k = 0; k < 3; k++) image->texels[level + 1][y * columns + x][k] = sum[k] / (float)n;
    }
}

static orr_status make_levels(orr_cast_image *image, orr_error *err) {
  size_t total = 0;
  int width = image->source.width, height = image->source.height;
  for (;;) {
    image->width[image->levels] = width;
    image->height[image->levels++] = height;
    total += (size_t)width * (size_t)height;
    if ((width == 1 && height == 1) || image->levels == ORR_CAST_LEVELS) break;
    width = width > 1 ? width / 2 : 1;
    height = height > 1 ? height / 2 : 1;
  }
  ORR_TRY(orr_new(&image->texels[0], total, sizeof *image->texels[0], err));
  for (int i = 1; i < image->levels; i++)
    image->texels[i] = image->texels[i - 1] + image->width[i - 1] * image->height[i - 1];
  return ORR_OK;
}

static orr_status make_image(orr_cast_image *image, orr_error *err) {
  float linear[256];
  ORR_TRY(make_levels(image, err));
  for (int i = 0; i < 256; i++) linear[i] = (float)orr_light_linear((uint8_t)i);
  size_t count = (size_t)image->width[0] * (size_t)image->height[0];
  for (size_t i = 0; i < count; i++)
    for (int k = 0; k < 3; k++)
      image->texels[0][i][k] = linear[image->source.pixels[3 * i + (size_t)k]];
  for (int level = 0; level + 1 < image->levels; level++) halve(image, level);
  return ORR_OK;
}

static bool same_image(const orr_scene_texture *a, const orr_scene_texture *b) {
  if (a->id != b->id || a->width != b->width || a->height != b->height) return false;
  return a->id || a->pixels == b->pixels;
}

orr_status orr_cast_cache_image(orr_cast_cache *cache, const orr_scene_texture *texture,
                                const orr_cast_image **out, orr_error *err) {
  orr_cast_image *made;
  for (size_t i = 0; i < cache->images.count; i++) {
    made = cache->images.items[i];
    if (!same_image(&made->source, texture)) continue;
    made->shown = cache->picture;
    *out = made;
    return ORR_OK;
  }
  ORR_TRY(grow(&cache->images, err));
  ORR_TRY(orr_new(&made, 1, sizeof *made, err));
  made->source = *texture;
  made->shown = cache->picture;
  orr_status status = make_image(made, err);
  if (status != ORR_OK) {
    orr_free(made);
    return status;
  }
  cache->images.items[cache->images.count++] = made;
  *out = made;
  return ORR_OK;
}
