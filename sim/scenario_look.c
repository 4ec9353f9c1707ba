/* What pictures show of a scenario beside its shapes: materials and the images painted on them, and
 * which bodies carry lamps and camera. */
#include "base/file.h"
#include "base/image.h"
#include "sim/colour.h"
#include "sim/scenario_check.h"

#include <stdio.h>
#include <string.h>

typedef struct looker {
  orr_checker check;
  orr_scenario *scenario;
  orr_parts *parts;
  orr_painting *paintings;
  bool failed; /* out of memory */
} looker;

static void *get(looker *l, size_t count, size_t size) {
  void *memory = orr_arena_alloc(l->scenario->arena, count ? count : 1, size);
  l->failed = l->failed || !memory;
  return memory;
}

static const orr_image_def *image_of(const orr_outline *outline) {
  const orr_union *pattern = &outline->def->pattern;
  return pattern->tag == ORR_PATTERN_IMAGE ? pattern->value : NULL;
}

/* A finding at the image of a shape. */
static void refuse(const looker *l, size_t outline, const char *hint, const char *message) {
  char path[160];
  int body = l->parts->outlines[outline].body;
  snprintf(path, sizeof path, "world.bodies[%d].shapes[%zu].pattern.image.file", body,
           outline - l->parts->first_outline[body]);
  orr_check_complain(&l->check, path, hint, message);
}

/* Copies the pixels into the scenario's arena. */
static bool keep(looker *l, const orr_image *image, orr_painting *out) {
  size_t bytes = (size_t)image->width * (size_t)image->height * 3;
  uint8_t *pixels = get(l, bytes, 1);
  if (l->failed) return false;
  memcpy(pixels, image->pixels, bytes);
  const int size[2] = {image->width, image->height};
  out->hash = orr_hash_join(orr_hash_bytes(size, sizeof size), orr_hash_bytes(pixels, bytes));
  out->texture = (orr_scene_texture){image->width, image->height, pixels, out->hash.low | 1};
  return true;
}

static bool load(looker *l, size_t outline, orr_painting *out) {
  orr_error err = {0};
  orr_image image = {0};
  char message[700];
  if (orr_file_size(out->path) < 0) {
    snprintf(message, sizeof message, "there is no file %.600s", out->path);
    refuse(l, outline, "its place is beside the scenario", message);
    return false;
  }
  orr_status status = orr_image_read_png(out->path, &image, &err);
  l->failed = l->failed || status == ORR_ERR_MEMORY;
  if (status != ORR_OK && status != ORR_ERR_MEMORY)
    refuse(l, outline, "an image is a PNG file", err.message);
  if (status != ORR_OK) return false;
  bool small = image.width <= ORR_MOST_IMAGE_SIDE && image.height <= ORR_MOST_IMAGE_SIDE;
  snprintf(message, sizeof message, "this image is %d x %d pixels; the most is %d a side",
           image.width, image.height, ORR_MOST_IMAGE_SIDE);
  if (!small) refuse(l, outline, "make it smaller", message);
  bool kept = small && keep(l, &image, out);
  orr_image_destroy(&image);
  return kept;
}

static const orr_painting *find(const orr_parts *parts, const char *path) {
  for (size_t i = 0; parts && i < parts->painting_count; i++)
    if (strcmp(parts->paintings[i].path, path) == 0) return &parts->paintings[i];
  return NULL;
}

/* The image of a file, read once; a variant borrows those of its base. NULL after a finding. */
static const orr_scene_texture *painting(looker *l, size_t outline, const char *file) {
  const orr_parts *of_base = l->scenario->base ? l->scenario->base->parts : NULL;
  const char *own = orr_config_path(l->check.config), *slash = strrchr(own, '/');
  int folder = slash && file[0] != '/' ? (int)(slash - own + 1) : 0;
  const char *path = orr_arena_printf(l->scenario->arena, "%.*s%s", folder, own, file);
  l->failed = l->failed || !path;
  if (l->failed) return NULL;
  const orr_painting *known = find(l->parts, path);
  if (known) return &known->texture;
  orr_painting *next = &l->paintings[l->parts->painting_count];
  known = find(of_base, path);
  *next = known ? *known : (orr_painting){.path = path};
  if (!known && !load(l, outline, next)) return NULL;
  l->parts->painting_count++;
  l->parts->painted = orr_hash_join(l->parts->painted, next->hash);
  return &next->texture;
}

static void fill_material(looker *l, size_t index, orr_scene_material *out) {
  const orr_shape_def *def = l->parts->outlines[index].def;
  out->mirror = def->mirror;
  out->glass = def->glass;
  out->index = def->index;
  out->gloss = def->gloss;
  out->pattern = (orr_scene_pattern)def->pattern.tag;
  if (out->pattern == ORR_PATTERN_CHECKER) {
    const orr_checker_def *checker = def->pattern.value;
    orr_colour_parse(checker->colour, out->second);
    out->tile = checker->tile;
  }
  const orr_image_def *image = image_of(&l->parts->outlines[index]);
  if (!image) return;
  out->tile = image->tile;
  out->texture = painting(l, index, image->file);
}

static void fill_materials(looker *l) {
  size_t count = l->parts->outline_count, images = 0;
  for (size_t i = 0; i < count; i++) images += image_of(&l->parts->outlines[i]) != NULL;
  orr_scene_material *materials = get(l, count, sizeof *materials);
  l->paintings = get(l, images, sizeof *l->paintings);
  l->parts->paintings = l->paintings;
  l->parts->materials = materials;
  for (size_t i = 0; i < count && !l->failed; i++) fill_material(l, i, &materials[i]);
}

static void fill_carriers(looker *l) {
  const orr_world_def *world = &l->scenario->world;
  const orr_light_def *lights = world->lights.items;
  const orr_camera_def *camera = world->camera;
  int *carriers = get(l, world->lights.count, sizeof *carriers);
  for (size_t i = 0; i < world->lights.count && !l->failed; i++)
    carriers[i] = orr_body_named(l->scenario, lights[i].body);
  l->parts->light_carriers = carriers;
  l->parts->camera_carrier = -1;
  if (camera)
    l->parts->camera_carrier =
        orr_body_named(l->scenario, camera->body ? camera->body : camera->follow);
}

orr_status orr_scenario_look(orr_scenario *scenario, const orr_config *config,
                             orr_diagnostics *diagnostics) {
  looker l = {.check = {scenario, config, diagnostics}, .scenario = scenario};
  size_t before = orr_diagnostics_count(diagnostics);
  l.parts = (orr_parts *)(uintptr_t)scenario->parts; /* not yet shared */
  fill_materials(&l);
  if (!l.failed) fill_carriers(&l);
  if (l.failed) return ORR_ERR_MEMORY;
  return orr_diagnostics_count(diagnostics) == before ? ORR_OK : ORR_ERR_CONFIG;
}
