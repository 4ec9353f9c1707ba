#include "render/clip.h"
#include "base/maths.h"
#include "base/memory.h"
#include "render/clip_private.h"
#include <string.h>
#include <strings.h>

const orr_clip_options orr_clip_default = {.lossless = false, .quality = 85.0};

static const orr_clip_writer *const writers[] = {
    [ORR_CLIP_WEBP] = &orr_clip_webp,
    [ORR_CLIP_GIF] = &orr_clip_gif,
    [ORR_CLIP_MP4] = &orr_clip_mp4,
    [ORR_CLIP_FOLDER] = &orr_clip_folder,
};

orr_clip_kind orr_clip_kind_of(const char *path) {
  size_t length = strlen(path);
  for (int kind = 0; kind < ORR_CLIP_NONE; kind++) {
    size_t ending = strlen(writers[kind]->ending);
    if (length > ending && !strcasecmp(path + length - ending, writers[kind]->ending))
      return (orr_clip_kind)kind;
  }
  return ORR_CLIP_NONE;
}

int64_t orr_clip_time(const orr_clip *clip, int64_t picture, int ticks) {
  return (int64_t)floor((double)picture * ticks / clip->frames_per_second + 0.5);
}

bool orr_clip_change(const orr_image *image, const uint8_t *before, orr_clip_area *out) {
  *out = (orr_clip_area){image->width, image->height, 0, 0};
  for (int y = 0; y < image->height; y++) {
    const uint8_t *now = image->pixels + 3 * (size_t)y * (size_t)image->width;
    const uint8_t *then = before + 3 * (size_t)y * (size_t)image->width;
    int x0 = 0, x1 = image->width;
    while (x0 < x1 && !memcmp(now + 3 * x0, then + 3 * x0, 3)) x0++;
    if (x0 == x1) continue;
    while (!memcmp(now + 3 * (x1 - 1), then + 3 * (x1 - 1), 3)) x1--;
    out->x0 = x0 < out->x0 ? x0 : out->x0;
    out->x1 = x1 > out->x1 ? x1 : out->x1;
    out->y0 = y < out->y0 ? y : out->y0;
    out->y1 = y + 1;
  }
  return out->y1 > 0;
}

static orr_status check(const char *path, orr_clip_kind kind, int width, int height,
                        double frames_per_second, const orr_clip_options *options, orr_error *err) {
  if (kind == ORR_CLIP_NONE) {
    orr_fail(err, ORR_ERR_CONFIG, "'%s' ends in no kind of clip", path);
    orr_hint(err, "Write a .webp, .gif or .mp4, or a folder/ of PNGs.");
    return ORR_ERR_CONFIG;
  }
  const orr_clip_writer *writer = writers[kind];
  if (width < 1 || height < 1 || width > writer->most_side || height > writer->most_side)
    return orr_fail(err, ORR_ERR_CONFIG, "a clip '%s' of %d x %d is not possible (1 to %d a side)",
                    path, width, height, writer->most_side);
  if (!(frames_per_second > 0.0) || frames_per_second > writer->most_frames_per_second)
    return orr_fail(err, ORR_ERR_CONFIG,
                    "'%s' cannot show %g pictures a second (above 0 and up to %g)", path,
                    frames_per_second, writer->most_frames_per_second);
  if (options->lossless && (kind == ORR_CLIP_GIF || kind == ORR_CLIP_MP4)) {
    orr_fail(err, ORR_ERR_CONFIG, "'%s' cannot be lossless", path);
    orr_hint(err, "Write a .webp, or a folder/ of PNGs.");
    return ORR_ERR_CONFIG;
  }
  if (!(options->quality >= 0.0 && options->quality <= 100.0))
    return orr_fail(err, ORR_ERR_CONFIG, "a quality of %g is not within 0 to 100",
                    options->quality);
  return ORR_OK;
}

/* Frees all but what is on the disk. */
static void release(orr_clip *clip) {
  clip->writer->end(clip);
  orr_free(clip->path);
  orr_free(clip);
}

orr_status orr_clip_create(const char *path, int width, int height, double frames_per_second,
                           const orr_clip_options *options, orr_clip **out, orr_error *err) {
  orr_clip_kind kind = orr_clip_kind_of(path);
  orr_clip *clip;
  *out = NULL;
  if (!options) options = &orr_clip_default;
  ORR_TRY(check(path, kind, width, height, frames_per_second, options, err));
  ORR_TRY(orr_new(&clip, 1, sizeof *clip, err));
  clip->writer = writers[kind];
  clip->width = width;
  clip->height = height;
  clip->frames_per_second = frames_per_second;
  clip->options = *options;
  clip->path = orr_strdup(path);
  orr_status status = clip->path ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  if (status == ORR_OK && kind != ORR_CLIP_FOLDER) status = orr_file_begin(path, &clip->file, err);
  if (status == ORR_OK) status = clip->writer->begin(clip, err);
  if (status != ORR_OK) {
    orr_clip_abort(clip);
    return status;
  }
  *out = clip;
  return ORR_OK;
}

orr_status orr_clip_add(orr_clip *clip, const orr_image *image, orr_error *err) {
  ORR_ASSERT(image->width == clip->width && image->height == clip->height);
  ORR_TRY(clip->writer->add(clip, image, err));
  clip->count++;
  return ORR_OK;
}

orr_status orr_clip_finish(orr_clip *clip, orr_error *err) {
  orr_status status = ORR_OK;
  if (!clip->count)
    status = orr_fail(err, ORR_ERR_CONFIG, "the clip '%s' has no pictures", clip->path);
  if (status == ORR_OK) status = clip->writer->finish(clip, err);
  if (status != ORR_OK) {
    orr_clip_abort(clip);
    return status;
  }
  if (clip->file) status = orr_file_commit(clip->file, err);
  clip->file = NULL;
  release(clip);
  return status;
}

void orr_clip_abort(orr_clip *clip) {
  if (!clip) return;
  orr_file_writer *file = clip->file;
  release(clip); /* first: ffmpeg may still be writing */
  orr_file_abort(file);
}
