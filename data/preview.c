/* A contact sheet: frames are inflated strip by strip, coloured, and scaled into their tiles. */
#include "data/preview.h"
#include "base/memory.h"
#include "data/manifest.h"
#include <math.h>
#include <string.h>
#include <sys/stat.h>

enum { LEAST_SIDE = 64, MOST_SIDE = 224, GAP = 2, EPISODE_GAP = 6 }; /* pixels */
static const uint8_t background = 40;

/* The tile of a frame: `up` times larger or `down` times smaller, whichever is not 1. */
typedef struct tile {
  int up, down, width, height;
} tile;

static int larger(int a, int b) { return a > b ? a : b; }

static tile tile_of(const orr_space_picture *picture) {
  int side = larger(picture->width, picture->height);
  tile t = {.up = 1, .down = (side + MOST_SIDE - 1) / MOST_SIDE};
  if (side < LEAST_SIDE) t.up = LEAST_SIDE / side;
  t.width = larger(picture->width * t.up / t.down, 1);
  t.height = larger(picture->height * t.up / t.down, 1);
  return t;
}

/* Colours ---------------------------------------------------------------------------------- */

/* Finite depths of a strip, so that a distance has one shade all along it. */
typedef struct range {
  float low, high;
} range;

static range range_of(const float *depths, size_t count) {
  range r = {INFINITY, -INFINITY};
  for (size_t i = 0; i < count; i++) {
    if (!isfinite(depths[i])) continue;
    r.low = fminf(r.low, depths[i]);
    r.high = fmaxf(r.high, depths[i]);
  }
  return r;
}

static void colour_depth(float depth, range r, uint8_t out[3]) {
  static const uint8_t nothing[3] = {24, 32, 72};
  if (!isfinite(depth)) {
    memcpy(out, nothing, 3);
    return;
  }
  float far = r.high > r.low ? (depth - r.low) / (r.high - r.low) : 0;
  memset(out, (int)lroundf(255 - 215 * far), 3);
}

/* Okabe and Ito's colours, which the colour-blind tell apart too; black is nothing. */
static void colour_label(uint8_t label, uint8_t out[3]) {
  static const uint8_t colours[7][3] = {{230, 159, 0},  {86, 180, 233}, {0, 158, 115},
                                        {240, 228, 66}, {0, 114, 178},  {213, 94, 0},
                                        {204, 121, 167}};
  memset(out, 0, 3);
  if (label) memcpy(out, colours[(label - 1) % 7], 3);
}

static void colour_frame(const orr_space_picture *picture, range r, const void *frame,
                         uint8_t *out) {
  size_t count = (size_t)picture->width * (size_t)picture->height;
  const float *depths = frame;
  const uint8_t *bytes = frame;
  switch (picture->kind) {
  case ORR_PICTURE_RGB: memcpy(out, frame, 3 * count); return;
  case ORR_PICTURE_DEPTH:
    for (size_t i = 0; i < count; i++) colour_depth(depths[i], r, out + 3 * i);
    return;
  case ORR_PICTURE_LABELS:
    for (size_t i = 0; i < count; i++) colour_label(bytes[i], out + 3 * i);
    return;
  }
}

/* Tiles ------------------------------------------------------------------------------------ */

/* The mean of down x down pixels, or one pixel up x up times. A side shorter than `down` repeats
 * its last pixel. */
static void tile_pixel(const orr_space_picture *picture, tile t, const uint8_t *colours, int x,
                       int y, uint8_t out[3]) {
  int left = x * t.down / t.up, top = y * t.down / t.up, sums[3] = {0};
  for (int i = 0; i < t.down * t.down; i++) {
    int column = left + i % t.down, row = top + i / t.down;
    if (column >= picture->width) column = picture->width - 1;
    if (row >= picture->height) row = picture->height - 1;
    const uint8_t *pixel = colours + 3 * (row * picture->width + column);
    for (int c = 0; c < 3; c++) sums[c] += pixel[c];
  }
  int count = t.down * t.down;
  for (int c = 0; c < 3; c++) out[c] = (uint8_t)((sums[c] + count / 2) / count);
}

static void put_tile(const orr_space_picture *picture, tile t, const uint8_t *colours, int left,
                     int top, orr_image *image) {
  for (int y = 0; y < t.height; y++) {
    uint8_t *out = image->pixels + 3 * ((size_t)(top + y) * (size_t)image->width + (size_t)left);
    for (int x = 0; x < t.width; x++) tile_pixel(picture, t, colours, x, y, out + 3 * x);
  }
}

/* The i-th of `count` that are spread evenly over 0 ... last. */
static size_t spread(size_t i, size_t count, size_t last) {
  return count > 1 ? (i * last + (count - 1) / 2) / (count - 1) : 0;
}

static size_t frames_of(const orr_dataset *dataset, size_t episode) {
  size_t rows = orr_dataset_episode(dataset, episode).steps + 1;
  return rows < ORR_PREVIEW_FRAMES ? rows : ORR_PREVIEW_FRAMES;
}

/* The sheet -------------------------------------------------------------------------------- */

typedef struct sheet {
  const orr_dataset *dataset;
  const orr_space *observation;
  orr_inflater *inflater;
  uint8_t *frames, *colours; /* of a strip, and of one frame */
  orr_preview *out;
} sheet;

static orr_status put_strip(sheet *s, size_t episode, size_t p, int top, orr_error *err) {
  const orr_space_picture *picture = &s->observation->pictures[p];
  size_t bytes = orr_picture_bytes(picture), count = frames_of(s->dataset, episode);
  size_t last = orr_dataset_episode(s->dataset, episode).steps;
  for (size_t i = 0; i < count; i++) {
    ORR_TRY(orr_dataset_frame(s->dataset, episode, spread(i, count, last), p, s->inflater,
                              s->frames + i * bytes, err));
  }
  range r = {0, 0};
  if (picture->kind == ORR_PICTURE_DEPTH) {
    r = range_of((const float *)(const void *)s->frames, count * bytes / sizeof(float));
  }
  tile t = tile_of(picture);
  for (size_t i = 0; i < count; i++) {
    colour_frame(picture, r, s->frames + i * bytes, s->colours);
    put_tile(picture, t, s->colours, GAP + (int)i * (t.width + GAP), top, &s->out->image);
  }
  return ORR_OK;
}

/* Reserves the sheet and what a strip needs; every side of a picture is at most 1,024. */
static orr_status reserve(sheet *s, orr_error *err) {
  int width = 0, height = 0;
  size_t most = 0, episodes = orr_dataset_episodes(s->dataset);
  for (size_t p = 0; p < s->observation->picture_count; p++) {
    tile t = tile_of(&s->observation->pictures[p]);
    size_t pixels =
        (size_t)s->observation->pictures[p].width * (size_t)s->observation->pictures[p].height;
    if (t.width > width) width = t.width;
    if (pixels > most) most = pixels;
    height += t.height + GAP;
  }
  s->out->episodes = episodes < ORR_PREVIEW_EPISODES ? episodes : ORR_PREVIEW_EPISODES;
  for (size_t i = 0; i < s->out->episodes; i++) {
    size_t count = frames_of(s->dataset, spread(i, s->out->episodes, episodes - 1));
    if (count > s->out->frames) s->out->frames = count;
  }
  ORR_TRY(orr_new(&s->frames, s->out->frames, most * sizeof(float), err));
  ORR_TRY(orr_new(&s->colours, most, 3, err));
  ORR_TRY(orr_image_create(GAP + (int)s->out->frames * (width + GAP),
                           (int)s->out->episodes * (height + EPISODE_GAP) - EPISODE_GAP + GAP,
                           &s->out->image, err));
  memset(s->out->image.pixels, background,
         (size_t)s->out->image.width * (size_t)s->out->image.height * 3);
  return ORR_OK;
}

static orr_status fill(sheet *s, orr_error *err) {
  ORR_TRY(orr_inflater_create(&s->inflater, err));
  ORR_TRY(reserve(s, err));
  size_t last = orr_dataset_episodes(s->dataset) - 1;
  int top = GAP;
  for (size_t i = 0; i < s->out->episodes; i++, top += EPISODE_GAP) {
    size_t episode = spread(i, s->out->episodes, last);
    for (size_t p = 0; p < s->observation->picture_count; p++) {
      ORR_TRY(put_strip(s, episode, p, top, err));
      top += tile_of(&s->observation->pictures[p]).height + GAP;
    }
  }
  return ORR_OK;
}

/* Opening ---------------------------------------------------------------------------------- */

static orr_status open_folder(const char *folder, orr_dataset **out, orr_error *err) {
  orr_manifest manifest;
  ORR_TRY(orr_manifest_read(folder, &manifest, err));
  orr_split split = manifest.shards[0].split; /* the training ones come first */
  orr_manifest_clear(&manifest);
  return orr_dataset_open(folder, split, false, out, err);
}

orr_status orr_preview_make(const char *path, orr_preview *out, orr_error *err) {
  *out = (orr_preview){0};
  struct stat info;
  orr_dataset *dataset;
  bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
  ORR_TRY(folder ? open_folder(path, &dataset, err) : orr_dataset_open_shard(path, &dataset, err));
  out->split = orr_dataset_split(dataset);
  sheet s = {
      .dataset = dataset, .observation = &orr_dataset_info(dataset)->observation, .out = out};
  orr_status status = ORR_ERR_CONFIG;
  if (s.observation->picture_count > 0) {
    status = fill(&s, err);
  } else {
    orr_fail(err, ORR_ERR_CONFIG, "'%s' has no pictures", path);
    orr_hint(err, "Collect it again with `observe: {pixels: {}}` in the scenario.");
  }
  orr_inflater_destroy(s.inflater);
  orr_free(s.frames);
  orr_free(s.colours);
  orr_dataset_close(dataset);
  if (status != ORR_OK) orr_image_destroy(&out->image);
  return status;
}
