/* Clips: pictures one after another, as a file that browsers and players show.
 *
 * The ending of the path says how: `.webp` by libwebp (small, 24-bit colours), `.gif` by giflib
 * (256 colours a picture, 1/100 s), `.mp4` by an ffmpeg process (H.264), and a folder, `name/`, of
 * numbered PNGs. The n-th picture is shown from n/frames_per_second on, rounded once: nothing adds
 * up. Files are written beside their place and renamed when whole. Same pictures, same bytes. */
#ifndef ORR_RENDER_CLIP_H
#define ORR_RENDER_CLIP_H

#include "base/image.h"

typedef enum orr_clip_kind {
  ORR_CLIP_WEBP,
  ORR_CLIP_GIF,
  ORR_CLIP_MP4,
  ORR_CLIP_FOLDER,
  ORR_CLIP_NONE /* the ending is none of these */
} orr_clip_kind;
/* Of a path, by its ending, in small letters or capitals. */
orr_clip_kind orr_clip_kind_of(const char *path);

typedef struct orr_clip_options {
  bool lossless;  /* WebP: every pixel as it is. MP4 and GIF refuse it; a folder always is */
  double quality; /* WebP and MP4: 0 smallest ... 100 */
} orr_clip_options;
extern const orr_clip_options orr_clip_default;

typedef struct orr_clip orr_clip;

/* `options` may be NULL. Says early what cannot be: a path that cannot be written, no ffmpeg. */
orr_status orr_clip_create(const char *path, int width, int height, double frames_per_second,
                           const orr_clip_options *options, orr_clip **out, orr_error *err);
/* The next picture, of the clip's size. After an error only abort is left. */
orr_status orr_clip_add(orr_clip *clip, const orr_image *image, orr_error *err);
/* Writes the rest, puts the file in its place, and frees the clip, also on failure. A clip without
 * pictures is an error. */
orr_status orr_clip_finish(orr_clip *clip, orr_error *err);
/* Leaves nothing behind; frees the clip. NULL is fine. */
void orr_clip_abort(orr_clip *clip);

#endif
