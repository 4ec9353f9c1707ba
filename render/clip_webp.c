/* Animated WebP: each picture is cut to the rectangle that changed, and compressed without loss
 * when that has few colours, so that flat pictures stay crisp at no cost.
 *
 * Not by WebPAnimEncoder: with losses it takes pixels that differ a little from those before for
 * the same, so that slow changes are never shown and leave steps behind. */
#include "base/memory.h"
#include "render/clip_private.h"
#include <string.h>
#include <webp/encode.h>
#include <webp/mux.h>

#define TICKS        1000 /* a second */
#define MOST_TICKS   ((1 << 24) - 1)
#define FEW_COLOURS  1024
#define COLOUR_SLOTS 4096 /* a power of two */

typedef struct webp_state {
  WebPMux *mux;
  WebPPicture picture;
  WebPMemoryWriter bytes; /* of the picture that waits to be added */
  uint8_t *before;        /* the last picture that was added, RGB */
  orr_clip_area area;     /* of the one that waits */
  int64_t since;          /* when it is shown, ticks; -1: none waits */
  uint32_t seen[COLOUR_SLOTS];
} webp_state;

static orr_status refuse(const orr_clip *clip, const char *what, int error, orr_error *err) {
  bool memory = error == VP8_ENC_ERROR_OUT_OF_MEMORY || error == WEBP_MUX_MEMORY_ERROR;
  return orr_fail(err, memory ? ORR_ERR_MEMORY : ORR_ERR_SYSTEM,
                  "libwebp cannot %s '%s' (its error %d)", what, clip->path, error);
}

static orr_status begin(orr_clip *clip, orr_error *err) {
  size_t pixels = (size_t)clip->width * (size_t)clip->height;
  webp_state *state;
  ORR_TRY(orr_new(&state, 1, sizeof *state, err));
  clip->state = state;
  state->since = -1;
  WebPMemoryWriterInit(&state->bytes);
  if (!WebPPictureInit(&state->picture)) return refuse(clip, "begin", 0, err);
  ORR_TRY(orr_new(&state->before, pixels, 3, err));
  state->mux = WebPMuxNew();
  return state->mux ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

/* ---- one picture ---- */

static bool has_few_colours(webp_state *state, const orr_image *image) {
  orr_clip_area area = state->area;
  int count = 0;
  memset(state->seen, 0, sizeof state->seen);
  for (int y = area.y0; y < area.y1; y++)
    for (int x = area.x0; x < area.x1; x++) {
      const uint8_t *rgb = image->pixels + 3 * ((size_t)y * (size_t)image->width + (size_t)x);
      uint32_t key = 1 + ((uint32_t)rgb[0] << 16 | (uint32_t)rgb[1] << 8 | rgb[2]);
      uint32_t i = (key * 2654435761u) >> 20;
      while (state->seen[i] && state->seen[i] != key) i = (i + 1) % COLOUR_SLOTS;
      if (state->seen[i]) continue;
      state->seen[i] = key;
      if (++count > FEW_COLOURS) return false;
    }
  return true;
}

/* What did not change is transparent. */
static void clear_unchanged(webp_state *state, const orr_image *image) {
  orr_clip_area area = state->area;
  for (int y = area.y0; y < area.y1; y++)
    for (int x = area.x0; x < area.x1; x++) {
      size_t at = 3 * ((size_t)y * (size_t)image->width + (size_t)x);
      if (memcmp(image->pixels + at, state->before + at, 3)) continue;
      state->picture.argb[(y - area.y0) * state->picture.argb_stride + x - area.x0] = 0;
    }
}

static bool configure(const orr_clip *clip, bool lossless, WebPConfig *out) {
  if (!WebPConfigInit(out)) return false;
  out->lossless = lossless;
  out->quality = lossless ? 60.0f : (float)clip->options.quality;
  out->use_sharp_yuv = 1; /* coloured edges stay where they are */
  return true;
}

/* Compresses the area into `bytes`. */
static orr_status compress(orr_clip *clip, const orr_image *image, orr_error *err) {
  webp_state *state = clip->state;
  WebPPicture *picture = &state->picture;
  orr_clip_area area = state->area;
  WebPConfig config;
  bool lossless = clip->options.lossless || has_few_colours(state, image);
  if (!configure(clip, lossless, &config)) return refuse(clip, "begin", 0, err);
  picture->use_argb = 1;
  picture->width = area.x1 - area.x0;
  picture->height = area.y1 - area.y0;
  WebPMemoryWriterClear(&state->bytes);
  picture->writer = WebPMemoryWrite;
  picture->custom_ptr = &state->bytes;
  const uint8_t *corner =
      image->pixels + 3 * ((size_t)area.y0 * (size_t)image->width + (size_t)area.x0);
  bool good = WebPPictureImportRGB(picture, corner, 3 * image->width);
  if (good && lossless && clip->count) clear_unchanged(state, image);
  good = good && WebPEncode(&config, picture);
  int error = picture->error_code;
  WebPPictureFree(picture);
  return good ? ORR_OK : refuse(clip, "compress a picture of", error, err);
}

/* ---- one after another ---- */

/* Shows what waits until `until`. */
static orr_status flush(orr_clip *clip, int64_t until, orr_error *err) {
  webp_state *state = clip->state;
  if (state->since < 0) return ORR_OK;
  int64_t duration = until - state->since;
  const WebPMuxFrameInfo frame = {
      .bitstream = {state->bytes.mem, state->bytes.size},
      .x_offset = state->area.x0,
      .y_offset = state->area.y0,
      .duration = (int)(duration < MOST_TICKS ? duration : MOST_TICKS),
      .id = WEBP_CHUNK_ANMF,
      .dispose_method = WEBP_MUX_DISPOSE_NONE,
      .blend_method = WEBP_MUX_BLEND,
  };
  WebPMuxError error = WebPMuxPushFrame(state->mux, &frame, 1);
  state->since = -1;
  return error == WEBP_MUX_OK ? ORR_OK : refuse(clip, "add a picture to", (int)error, err);
}

static orr_status add(orr_clip *clip, const orr_image *image, orr_error *err) {
  webp_state *state = clip->state;
  orr_clip_area area = {0, 0, image->width, image->height};
  if (clip->count && !orr_clip_change(image, state->before, &area)) return ORR_OK;
  int64_t now = orr_clip_time(clip, clip->count, TICKS);
  ORR_TRY(flush(clip, now, err));
  area.x0 -= area.x0 % 2; /* WebP counts in twos */
  area.y0 -= area.y0 % 2;
  state->area = area;
  ORR_TRY(compress(clip, image, err));
  state->since = now;
  memcpy(state->before, image->pixels, 3 * (size_t)image->width * (size_t)image->height);
  return ORR_OK;
}

static orr_status finish(orr_clip *clip, orr_error *err) {
  webp_state *state = clip->state;
  WebPMuxAnimParams forever = {.bgcolor = 0xFFFFFFFF, .loop_count = 0};
  WebPData data = {0};
  ORR_TRY(flush(clip, orr_clip_time(clip, clip->count, TICKS), err));
  WebPMuxError error = WebPMuxSetAnimationParams(state->mux, &forever);
  if (error == WEBP_MUX_OK) error = WebPMuxSetCanvasSize(state->mux, clip->width, clip->height);
  if (error == WEBP_MUX_OK) error = WebPMuxAssemble(state->mux, &data);
  if (error != WEBP_MUX_OK) return refuse(clip, "write", (int)error, err);
  orr_status status = orr_file_write(clip->file, data.bytes, data.size, err);
  WebPDataClear(&data);
  return status;
}

static void end(orr_clip *clip) {
  webp_state *state = clip->state;
  if (!state) return;
  WebPMuxDelete(state->mux);
  WebPMemoryWriterClear(&state->bytes);
  orr_free(state->before);
  orr_free(state);
}

const orr_clip_writer orr_clip_webp = {".webp", 16383, 1000.0, begin, add, finish, end};
