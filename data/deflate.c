/* Deflating and inflating frames: the one file that calls libdeflate. */
#include "data/deflate.h"
#include "base/memory.h"
#include <libdeflate.h>

enum { LEVEL = 1 }; /* as the columns declare */

struct orr_deflater {
  struct libdeflate_compressor *library;
};

struct orr_inflater {
  struct libdeflate_decompressor *library;
};

orr_status orr_deflater_create(orr_deflater **out, orr_error *err) {
  return orr_deflater_create_level(LEVEL, out, err);
}

orr_status orr_deflater_create_level(int level, orr_deflater **out, orr_error *err) {
  ORR_TRY(orr_new(out, 1, sizeof **out, err));
  (*out)->library = libdeflate_alloc_compressor(level);
  if ((*out)->library) return ORR_OK;
  orr_deflater_destroy(*out);
  *out = NULL;
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory: cannot deflate frames");
}

void orr_deflater_destroy(orr_deflater *deflater) {
  if (!deflater) return;
  libdeflate_free_compressor(deflater->library);
  orr_free(deflater);
}

orr_status orr_inflater_create(orr_inflater **out, orr_error *err) {
  ORR_TRY(orr_new(out, 1, sizeof **out, err));
  (*out)->library = libdeflate_alloc_decompressor();
  if ((*out)->library) return ORR_OK;
  orr_inflater_destroy(*out);
  *out = NULL;
  return orr_fail(err, ORR_ERR_MEMORY, "out of memory: cannot inflate frames");
}

void orr_inflater_destroy(orr_inflater *inflater) {
  if (!inflater) return;
  libdeflate_free_decompressor(inflater->library);
  orr_free(inflater);
}

size_t orr_deflate_bound(orr_deflater *deflater, size_t count) {
  return libdeflate_zlib_compress_bound(deflater->library, count);
}

size_t orr_deflate(orr_deflater *deflater, const void *bytes, size_t count, uint8_t *out,
                   size_t room) {
  size_t taken = libdeflate_zlib_compress(deflater->library, bytes, count, out, room);
  ORR_ASSERT(taken > 0); /* 0: not enough room */
  return taken;
}

/* Without a place for the length, libdeflate takes no stream of another one. Its trailing checksum
 * (Adler-32) is checked too. */
bool orr_deflate_undo(orr_inflater *inflater, const void *stream, size_t stream_count, void *out,
                      size_t count) {
  return libdeflate_zlib_decompress(inflater->library, stream, stream_count, out, count, NULL) ==
         LIBDEFLATE_SUCCESS;
}

uint32_t orr_deflate_crc32(const void *bytes, size_t count) {
  return libdeflate_crc32(0, bytes, count);
}
