/* zlib streams, by libdeflate; private to data/. */
#ifndef ORR_DATA_DEFLATE_H
#define ORR_DATA_DEFLATE_H

#include "data/dataset.h"

/* orr_deflater_create has level 1, which the columns of a shard declare. */
orr_status orr_deflater_create_level(int level, orr_deflater **out, orr_error *err);
/* Most bytes that `count` bytes can become. */
size_t orr_deflate_bound(orr_deflater *deflater, size_t count);
/* Deflates into at least that many bytes; returns how many it took. */
size_t orr_deflate(orr_deflater *deflater, const void *bytes, size_t count, uint8_t *out,
                   size_t room);
/* False when the stream is damaged, or is not one of exactly `count` bytes. */
bool orr_deflate_undo(orr_inflater *inflater, const void *stream, size_t stream_count, void *out,
                      size_t count);
/* As PNG checks its chunks. */
uint32_t orr_deflate_crc32(const void *bytes, size_t count);

#endif
