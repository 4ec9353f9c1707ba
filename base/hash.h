/* Hashes: XXH3-128 for state and configuration identity, SHA-256 for files in manifests. */
#ifndef ORR_BASE_HASH_H
#define ORR_BASE_HASH_H

#include "base/error.h"
#include <stdint.h>

typedef struct orr_hash {
  uint64_t low, high;
} orr_hash;

orr_hash orr_hash_bytes(const void *bytes, size_t count);
orr_hash orr_hash_join(orr_hash a, orr_hash b); /* order matters */
static inline bool orr_hash_equal(orr_hash a, orr_hash b) {
  return a.low == b.low && a.high == b.high;
}
#define ORR_HASH_TEXT 33 /* 32 hexadecimal digits and a zero */
void orr_hash_text(orr_hash hash, char out[ORR_HASH_TEXT]);
bool orr_hash_parse(const char *text, orr_hash *out);

#define ORR_SHA256_TEXT 65
orr_status orr_sha256_file(const char *path, char out[ORR_SHA256_TEXT], orr_error *err);
void orr_sha256_bytes(const void *bytes, size_t count, char out[ORR_SHA256_TEXT]);

#endif
