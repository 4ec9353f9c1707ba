/* What the kinds of clips share. */
#ifndef ORR_RENDER_CLIP_PRIVATE_H
#define ORR_RENDER_CLIP_PRIVATE_H

#include "base/file.h"
#include "render/clip.h"

/* How one kind of file is written. `state` is its own; `end` frees it and is always called. */
typedef struct orr_clip_writer {
  const char *ending;
  int most_side; /* pixels */
  double most_frames_per_second;
  orr_status (*begin)(orr_clip *clip, orr_error *err);
  orr_status (*add)(orr_clip *clip, const orr_image *image, orr_error *err);
  orr_status (*finish)(orr_clip *clip, orr_error *err); /* all but the renaming */
  void (*end)(orr_clip *clip);
} orr_clip_writer;
extern const orr_clip_writer orr_clip_webp, orr_clip_gif, orr_clip_mp4, orr_clip_folder;

struct orr_clip {
  const orr_clip_writer *writer;
  char *path;
  int width, height;
  double frames_per_second;
  orr_clip_options options;
  int64_t count;         /* pictures so far */
  orr_file_writer *file; /* NULL: a folder */
  void *state;
};

/* When a picture is shown: in 1/ticks s since the first. */
int64_t orr_clip_time(const orr_clip *clip, int64_t picture, int ticks);

typedef struct orr_clip_area {
  int x0, y0, x1, y1; /* x1, y1 excluded */
} orr_clip_area;
/* What differs between a picture and the one before; false when nothing does. */
bool orr_clip_change(const orr_image *image, const uint8_t *before, orr_clip_area *out);

/* At most 255 colours for the pixels of one picture (clip_palette.c). */
typedef struct orr_palette orr_palette;
orr_status orr_palette_create(size_t most_pixels, orr_palette **out, orr_error *err);
void orr_palette_destroy(orr_palette *palette);
void orr_palette_begin(orr_palette *palette, size_t pixels); /* so many will be added at most */
void orr_palette_add(orr_palette *palette, const uint8_t rgb[3]);
/* Chooses the colours: exactly those that were added when they are few enough. Returns how many. */
int orr_palette_choose(orr_palette *palette, uint8_t colours[255][3]);
int orr_palette_index(const orr_palette *palette, const uint8_t rgb[3]); /* of an added colour */

#endif
