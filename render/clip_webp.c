/* Animated WebP: libwebp finds what changed between two pictures, and takes lossy or lossless
 * compression for it, whichever is smaller; flat pictures come out lossless that way. */
#include "base/memory.h"
#include "render/clip_private.h"
#include <webp/encode.h>
#include <webp/mux.h>

#define TICKS 1000 /* a second */

typedef struct webp_state {
  WebPAnimEncoder *encoder;
  WebPConfig config;
  WebPPicture picture;
} webp_state;

static orr_status refuse(const orr_clip *clip, const char *why, orr_error *err) {
  return orr_fail(err, ORR_ERR_SYSTEM, "libwebp cannot write '%s': %s", clip->path, why);
}

static orr_status begin(orr_clip *clip, orr_error *err) {
  webp_state *state;
  WebPAnimEncoderOptions how;
  ORR_TRY(orr_new(&state, 1, sizeof *state, err));
  clip->state = state;
  if (!WebPAnimEncoderOptionsInit(&how) || !WebPConfigInit(&state->config) ||
      !WebPPictureInit(&state->picture))
    return refuse(clip, "another version of the library is installed", err);
  how.anim_params.loop_count = 0; /* for ever */
  how.anim_params.bgcolor = 0xFFFFFFFF;
  how.allow_mixed = !clip->options.lossless;
  state->config.lossless = clip->options.lossless;
  state->config.quality = clip->options.lossless ? 60.0f : (float)clip->options.quality;
  state->config.use_sharp_yuv = 1; /* coloured edges stay where they are */
  state->picture.use_argb = 1;
  state->picture.width = clip->width;
  state->picture.height = clip->height;
  state->encoder = WebPAnimEncoderNew(clip->width, clip->height, &how);
  return state->encoder ? ORR_OK : orr_fail(err, ORR_ERR_MEMORY, "out of memory");
}

static orr_status add(orr_clip *clip, const orr_image *image, orr_error *err) {
  webp_state *state = clip->state;
  if (!WebPPictureImportRGB(&state->picture, image->pixels, 3 * image->width))
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory");
  if (!WebPAnimEncoderAdd(state->encoder, &state->picture,
                          (int)orr_clip_time(clip, clip->count, TICKS), &state->config))
    return refuse(clip, WebPAnimEncoderGetError(state->encoder), err);
  return ORR_OK;
}

static orr_status finish(orr_clip *clip, orr_error *err) {
  webp_state *state = clip->state;
  WebPData data;
  WebPDataInit(&data);
  if (!WebPAnimEncoderAdd(state->encoder, NULL, (int)orr_clip_time(clip, clip->count, TICKS),
                          NULL) ||
      !WebPAnimEncoderAssemble(state->encoder, &data))
    return refuse(clip, WebPAnimEncoderGetError(state->encoder), err);
  orr_status status = orr_file_write(clip->file, data.bytes, data.size, err);
  WebPDataClear(&data);
  return status;
}

static void end(orr_clip *clip) {
  webp_state *state = clip->state;
  if (!state) return;
  WebPPictureFree(&state->picture);
  WebPAnimEncoderDelete(state->encoder);
  orr_free(state);
}

const orr_clip_writer orr_clip_webp = {".webp", 16383, 1000.0, begin, add, finish, end};
