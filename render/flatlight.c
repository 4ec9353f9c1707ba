#include "render/flatlight.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/flatlight_private.h"
#include "render/light.h"
#include "render/raster_rows.h"
#include <string.h>

enum { BAND = 16, GUESSES = 4096 }; /* rows that one task paints */
static const uint8_t table[3] = {236, 234, 230};

/* The memory of a thread: windows of at most BAND rows. */
typedef struct lane {
  int32_t *cells, *lit, *dark, *whole, *none;
  float *factor, *one;
  float *floor, *light, *out; /* 3 x BAND x width */
  void *block;
} lane;

struct orr_flatlight {
  int width, height;
  orr_quality quality;
  orr_flatlight_beams beams;
  lane *lanes;
  size_t lane_count;
  float steps[257];       /* linear values from which on an 8-bit one is written; the last: never */
  uint8_t guess[GUESSES]; /* the 8-bit value at i / GUESSES */
};

typedef struct painting {
  const orr_flatlight *flatlight;
  const orr_raster_rows *rows;
  const orr_scene *scene;
  orr_camera camera; /* of a picture whose corner is 0, 0 */
  float ambient[3];
  orr_image *image;
  int x, y;
} painting;

/* ---- making ---- */

orr_status orr_flatlight_create(int width, int height, const orr_quality *quality,
                                orr_flatlight **out, orr_error *err) {
  orr_flatlight *flatlight;
  *out = NULL;
  ORR_TRY(orr_new(&flatlight, 1, sizeof *flatlight, err));
  flatlight->width = width;
  flatlight->height = height;
  flatlight->quality = *quality;
  for (int i = 1; i < 256; i++) {
    double v = (i - 0.5) / 255.0;
    flatlight->steps[i] = (float)(v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
  }
  flatlight->steps[256] = INFINITY;
  for (int i = 0; i < GUESSES; i++)
    flatlight->guess[i] = orr_light_encode((double)i / GUESSES * (1.0 - 1e-6));
  *out = flatlight;
  return ORR_OK;
}

static void free_lanes(orr_flatlight *flatlight) {
  for (size_t i = 0; i < flatlight->lane_count; i++) orr_free(flatlight->lanes[i].block);
  orr_free(flatlight->lanes);
  flatlight->lanes = NULL;
  flatlight->lane_count = 0;
}

void orr_flatlight_destroy(orr_flatlight *flatlight) {
  if (!flatlight) return;
  free_lanes(flatlight);
  orr_flatlight_beams_destroy(&flatlight->beams);
  orr_free(flatlight);
}

static orr_status create_lane(lane *l, size_t width, orr_error *err) {
  size_t band = BAND * width, cells = BAND * (width + 1);
  _Static_assert(sizeof(float) == sizeof(int32_t), "one block of both");
  ORR_TRY(orr_new(&l->block, cells + 6 * width + 9 * band, sizeof(float), err));
  l->cells = l->block;
  l->lit = l->cells + cells;
  l->dark = l->lit + width;
  l->whole = l->dark + width;
  l->none = l->whole + width;
  l->factor = (float *)(l->none + width);
  l->one = l->factor + width;
  l->floor = l->one + width;
  l->light = l->floor + 3 * band;
  l->out = l->light + 3 * band;
  for (size_t i = 0; i < width; i++) {
    l->whole[i] = ORR_RASTER_WHOLE;
    l->one[i] = 1.0f;
  }
  return ORR_OK;
}

static orr_status reserve_lanes(orr_flatlight *flatlight, size_t count, orr_error *err) {
  if (count <= flatlight->lane_count) return ORR_OK;
  free_lanes(flatlight);
  ORR_TRY(orr_new(&flatlight->lanes, count, sizeof *flatlight->lanes, err));
  for (; flatlight->lane_count < count; flatlight->lane_count++)
    ORR_TRY(create_lane(&flatlight->lanes[flatlight->lane_count], (size_t)flatlight->width, err));
  return ORR_OK;
}

/* ---- light ---- */

static bool meets(const orr_flatlight_area *area, const orr_raster_cover *window) {
  return area->low[0] < window->x + window->width && area->high[0] > window->x &&
         area->low[1] < window->y + window->height && area->high[1] > window->y;
}

/* Into the cells: what the beam does not reach; false: nothing. */
static bool add_shadows(const painting *p, const orr_flatlight_beam *beam, int owner,
                        const orr_raster_cover *window) {
  const orr_flatlight_area *shadows = p->flatlight->beams.shadows + beam->first_shadow;
  bool any = false;
  for (size_t i = 0; i < beam->shadow_count; i++) {
    if (shadows[i].owner == owner || !meets(&shadows[i], window)) continue;
    orr_raster_cover_polygon(window, shadows[i].points, ORR_FLATLIGHT_CORNERS);
    any = true;
  }
  return any;
}

static double aim(const orr_flatlight_beam *beam, double x, double y) {
  double distance = sqrt(x * x + y * y);
  double cosine = (x * beam->direction[0] + y * beam->direction[1]) / orr_max(distance, 1e-9);
  if (!beam->spot) return orr_max(0.0, cosine);
  if (cosine <= beam->outer) return 0.0;
  if (cosine >= beam->inner) return 1.0;
  double angle = acos(orr_clamp(cosine, -1.0, 1.0));
  double s = orr_clamp((beam->angle - angle) / (ORR_LIGHT_SOFTNESS * beam->angle), 0.0, 1.0);
  return s * s * (3.0 - 2.0 * s);
}

static void shine_row(const painting *p, lane *l, const orr_flatlight_beam *beam,
                      const orr_raster_cover *window, int row, const int32_t *lit,
                      const int32_t *dark) {
  size_t width = (size_t)window->width;
  double x = window->x + 0.5 - beam->apex[0], y = window->y + row + 0.5 - beam->apex[1];
  orr_raster_shine s = {(float)x, (float)y, 0.0f, {0}};
  if (beam->falls) s.reach2 = (float)(beam->reach * beam->reach);
  for (int c = 0; c < 3; c++) s.colour[c] = (float)beam->colour[c];
  if (beam->aimed)
    for (size_t i = 0; i < width; i++) l->factor[i] = (float)aim(beam, x + (double)i, y);
  p->rows->shine(width, &s, lit, dark, beam->aimed ? l->factor : l->one,
                 l->light + (size_t)row * width, BAND * (size_t)p->flatlight->width);
}

static void add_beam(const painting *p, lane *l, const orr_flatlight_beam *beam, int owner,
                     const orr_raster_cover *window) {
  size_t width = (size_t)window->width;
  if (beam->mirrored && !meets(&beam->lit, window)) return;
  bool shadows = add_shadows(p, beam, owner, window);
  orr_raster_cover row = *window;
  row.height = 1;
  for (int y = 0; y < window->height; y++) {
    const int32_t *lit = l->whole, *dark = l->none;
    int32_t *cells = l->cells + (size_t)y * (width + 1);
    if (shadows) {
      p->rows->weigh(width, cells, ORR_RASTER_WHOLE, l->dark);
      dark = l->dark;
    }
    if (beam->mirrored) { /* the row's cells are free again */
      row.y = window->y + y;
      row.cells = cells;
      orr_raster_cover_polygon(&row, beam->lit.points, ORR_FLATLIGHT_CORNERS);
      p->rows->weigh(width, cells, ORR_RASTER_WHOLE, l->lit);
      lit = l->lit;
    }
    shine_row(p, l, beam, window, y, lit, dark);
  }
}

/* The light on the table, or on a body's top, in a window: rows of the window's width. */
static void find_light(const painting *p, lane *l, int owner, const orr_raster_cover *window) {
  const orr_flatlight_beams *all = &p->flatlight->beams;
  size_t plane = BAND * (size_t)p->flatlight->width;
  size_t count = (size_t)window->width * (size_t)window->height;
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < count; i++) l->light[c * plane + i] = p->ambient[c];
  for (size_t i = 0; i < all->count; i++) add_beam(p, l, &all->beams[i], owner, window);
}

/* ---- pictures ---- */

static void linear_of(const uint8_t colour[3], float out[3]) {
  for (int c = 0; c < 3; c++) out[c] = (float)orr_light_linear(colour[c]);
}

static void paint_floor(const painting *p, lane *l, const orr_raster_cover *band) {
  size_t width = (size_t)band->width, plane = BAND * width;
  float albedo[3];
  linear_of(table, albedo);
  find_light(p, l, -2, band);
  memcpy(l->floor, l->light, 3 * plane * sizeof *l->floor);
  for (size_t c = 0; c < 3; c++)
    for (size_t i = 0; i < width * (size_t)band->height; i++)
      l->out[c * plane + i] = albedo[c] * l->floor[c * plane + i];
}

static void paint_group(const painting *p, lane *l, size_t first, size_t count,
                        const orr_raster_cover *band) {
  const orr_scene_shape *shape = &p->scene->shapes[first];
  size_t stride = (size_t)band->width, plane = BAND * stride;
  bool goal = shape->layer == ORR_LAYER_GOAL;
  const orr_raster_target target = {p->image, 0, band->y, band->width, band->height};
  orr_raster_pose pose = orr_raster_scene_pose(shape->position, shape->angle);
  orr_raster_box box = orr_raster_scene_box(&target, &p->camera, shape, count, &pose);
  if (box.x0 >= box.x1 || box.y0 >= box.y1) return;
  const orr_raster_cover window = {box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0, l->cells};
  size_t width = (size_t)window.width;
  float albedo[3];
  linear_of(shape->colour, albedo);
  if (!goal) find_light(p, l, orr_flatlight_owner(p->scene, first), &window);
  for (size_t i = 0; i < count; i++) {
    orr_raster_outline outline;
    if (orr_raster_scene_outline(&p->camera, &shape[i], &pose, &outline))
      orr_raster_scene_cover(&window, &outline);
  }
  for (int y = 0; y < window.height; y++) {
    size_t at = (size_t)(window.y - band->y + y) * stride + (size_t)window.x;
    p->rows->weigh(width, l->cells + (size_t)y * (width + 1), ORR_RASTER_WHOLE, l->lit);
    p->rows->lay(width, l->lit, albedo, goal ? l->floor + at : l->light + (size_t)y * width,
                 l->out + at, plane);
  }
}

static uint8_t encode(const orr_flatlight *flatlight, float linear) {
  if (!(linear > 0.0f)) return 0;
  if (linear >= 1.0f) return 255;
  uint8_t value = flatlight->guess[(int)(linear * GUESSES)];
  while (linear >= flatlight->steps[value + 1]) value++;
  return value;
}

static void write_row(const painting *p, const lane *l, const orr_raster_cover *band, int row) {
  size_t width = (size_t)band->width, plane = BAND * width;
  int y = p->y + band->y + row;
  if (y < 0 || y >= p->image->height) return;
  int from = p->x < 0 ? -p->x : 0;
  int end = p->x + band->width > p->image->width ? p->image->width - p->x : band->width;
  const float *out = l->out + (size_t)row * width;
  for (int x = from; x < end; x++) {
    size_t at = (size_t)y * (size_t)p->image->width + (size_t)(p->x + x);
    for (size_t c = 0; c < 3; c++)
      p->image->pixels[at * 3 + c] = encode(p->flatlight, out[c * plane + (size_t)x]);
  }
}

static void paint_band(void *context, size_t index, size_t lane_index) {
  const painting *p = context;
  const orr_flatlight *flatlight = p->flatlight;
  lane *l = &flatlight->lanes[lane_index];
  int y = (int)index * BAND, left = flatlight->height - y;
  const orr_raster_cover band = {0, y, flatlight->width, left < BAND ? left : BAND, l->cells};
  paint_floor(p, l, &band);
  for (int layer = ORR_LAYER_GOAL; layer <= ORR_LAYER_ACTOR; layer++)
    for (size_t i = 0, count = 1; i < p->scene->shape_count; i += count) {
      count = 1;
      if ((int)p->scene->shapes[i].layer != layer) continue;
      count = orr_raster_scene_group(p->scene, i);
      paint_group(p, l, i, count, &band);
    }
  for (int row = 0; row < band.height; row++) write_row(p, l, &band, row);
}

orr_status orr_flatlight_paint(orr_flatlight *flatlight, const orr_scene *scene, orr_pool *pool,
                               orr_image *image, int x, int y, orr_error *err) {
  int width = flatlight->width, height = flatlight->height;
  orr_scene_sky sky = orr_light_sky(scene);
  double ambient[3];
  const orr_flatlight_stage stage = {.scene = scene,
                                     .camera = orr_camera_fit(scene, 0, 0, width, height),
                                     .width = width,
                                     .height = height,
                                     .shadow_rays = flatlight->quality.shadow_rays,
                                     .bounces = flatlight->quality.bounces};
  ORR_TRY(reserve_lanes(flatlight, orr_pool_lanes(pool), err));
  ORR_TRY(orr_flatlight_beams_find(&flatlight->beams, &stage, err));
  painting p = {.flatlight = flatlight,
                .rows = orr_raster_rows_best(),
                .scene = scene,
                .camera = stage.camera,
                .image = image,
                .x = x,
                .y = y};
  orr_light_sky_colour(&sky, 1.0, ambient);
  for (int c = 0; c < 3; c++) p.ambient[c] = (float)(sky.ambient * ambient[c]);
  orr_pool_run(pool, ((size_t)height + BAND - 1) / BAND, paint_band, &p);
  return ORR_OK;
}
