/* GIF: each picture has colours of its own, is cut to the rectangle that changed, and is
 * transparent where it did not. Pictures that are the same are one, shown for longer. */
#include "base/memory.h"
#include "render/clip_private.h"
#include <gif_lib.h>
#include <string.h>

#define TICKS      100   /* a second */
#define MOST_TICKS 65535 /* of one picture */
#define CLEAR      255   /* index of what is transparent, before it is renumbered */

typedef struct gif_state {
  GifFileType *gif;
  orr_palette *palette;
  orr_error failure;    /* of the first write that failed */
  uint8_t *before;      /* the last picture that was added, RGB */
  GifByteType *indices; /* of the picture that waits to be written; whole width */
  orr_clip_area area;   /* of it */
  int64_t since;        /* when it is shown, ticks; -1: none waits */
  int colour_count;
  bool clear; /* some of it is transparent */
  uint8_t colours[256][3];
} gif_state;

static int write_bytes(GifFileType *gif, const GifByteType *bytes, int count) {
  orr_clip *clip = gif->UserData;
  gif_state *state = clip->state;
  if (state->failure.status != ORR_OK) return 0;
  if (orr_file_write(clip->file, bytes, (size_t)count, &state->failure) != ORR_OK) return 0;
  return count;
}

/* What the file system said, or else giflib. */
static orr_status refuse(orr_clip *clip, orr_error *err) {
  gif_state *state = clip->state;
  if (state->failure.status != ORR_OK) {
    if (err) *err = state->failure;
    return state->failure.status;
  }
  const char *why = state->gif ? GifErrorString(state->gif->Error) : NULL;
  return orr_fail(err, ORR_ERR_SYSTEM, "giflib cannot write '%s': %s", clip->path,
                  why ? why : "out of memory");
}

/* Players repeat it for ever (Netscape's extension). */
static bool put_header(const orr_clip *clip, GifFileType *gif) {
  static const GifByteType again[3] = {1, 0, 0};
  EGifSetGifVersion(gif, true);
  return EGifPutScreenDesc(gif, clip->width, clip->height, 8, 0, NULL) == GIF_OK &&
         EGifPutExtensionLeader(gif, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
         EGifPutExtensionBlock(gif, 11, "NETSCAPE2.0") == GIF_OK &&
         EGifPutExtensionBlock(gif, sizeof again, again) == GIF_OK &&
         EGifPutExtensionTrailer(gif) == GIF_OK;
}

static orr_status begin(orr_clip *clip, orr_error *err) {
  size_t pixels = (size_t)clip->width * (size_t)clip->height;
  gif_state *state;
  int error;
  ORR_TRY(orr_new(&state, 1, sizeof *state, err));
  clip->state = state;
  state->since = -1;
  ORR_TRY(orr_new(&state->before, pixels, 3, err));
  ORR_TRY(orr_new(&state->indices, pixels, 1, err));
  ORR_TRY(orr_palette_create(pixels, &state->palette, err));
  state->gif = EGifOpen(clip, write_bytes, &error);
  return state->gif && put_header(clip, state->gif) ? ORR_OK : refuse(clip, err);
}

/* ---- one picture ---- */

static bool same_pixel(const uint8_t *a, const uint8_t *b) { return !memcmp(a, b, 3); }

/* Chooses the colours of the area's changed pixels, and gives each its index. */
static void take_area(gif_state *state, const orr_image *image, bool first) {
  orr_clip_area area = state->area;
  orr_palette *palette = state->palette;
  orr_palette_begin(palette, (size_t)(area.x1 - area.x0) * (size_t)(area.y1 - area.y0));
  state->clear = false;
  for (int pass = 0; pass < 2; pass++) {
    for (int y = area.y0; y < area.y1; y++)
      for (int x = area.x0; x < area.x1; x++) {
        size_t at = (size_t)y * (size_t)image->width + (size_t)x;
        const uint8_t *now = image->pixels + 3 * at;
        bool clear = !first && same_pixel(now, state->before + 3 * at);
        state->clear |= clear;
        if (pass == 0 && !clear) orr_palette_add(palette, now);
        if (pass == 1)
          state->indices[at] = clear ? CLEAR : (GifByteType)orr_palette_index(palette, now);
      }
    if (pass == 0) state->colour_count = orr_palette_choose(palette, state->colours);
  }
}

/* ---- writing what waits ---- */

static bool put_picture(orr_clip *clip, int delay) {
  gif_state *state = clip->state;
  orr_clip_area area = state->area;
  int width = area.x1 - area.x0, count = 2;
  while (count < state->colour_count + state->clear) count *= 2;
  const GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT,
                                        .DelayTime = delay,
                                        .TransparentColor =
                                            state->clear ? count - 1 : NO_TRANSPARENT_COLOR};
  GifByteType bytes[4];
  GifColorType colours[256] = {{0, 0, 0}};
  for (int i = 0; i < state->colour_count; i++)
    colours[i] = (GifColorType){state->colours[i][0], state->colours[i][1], state->colours[i][2]};
  ColorMapObject *map = GifMakeMapObject(count, colours);
  if (!map) return false;
  bool good = EGifGCBToExtension(&control, bytes) == sizeof bytes &&
              EGifPutExtension(state->gif, GRAPHICS_EXT_FUNC_CODE, sizeof bytes, bytes) == GIF_OK &&
              EGifPutImageDesc(state->gif, area.x0, area.y0, width, area.y1 - area.y0, false,
                               map) == GIF_OK;
  for (int y = area.y0; good && y < area.y1; y++) {
    GifByteType *row = state->indices + (size_t)y * (size_t)clip->width + (size_t)area.x0;
    for (int x = 0; x < width; x++)
      if (row[x] == CLEAR) row[x] = (GifByteType)(count - 1);
    good = EGifPutLine(state->gif, row, width) == GIF_OK;
  }
  GifFreeMapObject(map);
  return good;
}

/* Shows what waits until `until`; the picture stays after its time when that is too long. */
static orr_status flush(orr_clip *clip, int64_t until, orr_error *err) {
  gif_state *state = clip->state;
  if (state->since < 0) return ORR_OK;
  int64_t delay = until - state->since;
  if (!put_picture(clip, (int)(delay < MOST_TICKS ? delay : MOST_TICKS))) return refuse(clip, err);
  state->since = -1;
  return ORR_OK;
}

static orr_status add(orr_clip *clip, const orr_image *image, orr_error *err) {
  gif_state *state = clip->state;
  orr_clip_area area = {0, 0, image->width, image->height};
  bool first = clip->count == 0;
  if (!first && !orr_clip_change(image, state->before, &area)) return ORR_OK;
  int64_t now = orr_clip_time(clip, clip->count, TICKS);
  ORR_TRY(flush(clip, now, err));
  state->area = area;
  take_area(state, image, first);
  state->since = now;
  memcpy(state->before, image->pixels, 3 * (size_t)image->width * (size_t)image->height);
  return ORR_OK;
}

static orr_status finish(orr_clip *clip, orr_error *err) {
  gif_state *state = clip->state;
  ORR_TRY(flush(clip, orr_clip_time(clip, clip->count, TICKS), err));
  int error;
  GifFileType *gif = state->gif;
  state->gif = NULL; /* freed by closing, also when that fails */
  return EGifCloseFile(gif, &error) == GIF_OK ? ORR_OK : refuse(clip, err);
}

static void end(orr_clip *clip) {
  gif_state *state = clip->state;
  int error;
  if (!state) return;
  if (state->gif) EGifCloseFile(state->gif, &error);
  orr_palette_destroy(state->palette);
  orr_free(state->before);
  orr_free(state->indices);
  orr_free(state);
}

const orr_clip_writer orr_clip_gif = {".gif", 65535, 50.0, begin, add, finish, end};
