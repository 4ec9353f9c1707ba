/* XXH3-128 and SHA-256. */
#include "base/hash.h"
#include "base/file.h"
#include <sha2.h>
#include <xxhash.h>

orr_hash orr_hash_bytes(const void *bytes, size_t count) {
  XXH128_hash_t hash = XXH3_128bits(count ? bytes : "", count);
  return (orr_hash){.low = hash.low64, .high = hash.high64};
}

orr_hash orr_hash_join(orr_hash a, orr_hash b) {
  uint64_t words[4] = {a.low, a.high, b.low, b.high};
  return orr_hash_bytes(words, sizeof words);
}

static void hex(const uint8_t *bytes, size_t count, char *out) {
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < count; i++) {
    out[2 * i] = digits[bytes[i] >> 4];
    out[2 * i + 1] = digits[bytes[i] & 15];
  }
  out[2 * count] = '\0';
}

void orr_hash_text(orr_hash hash, char out[ORR_HASH_TEXT]) {
  uint8_t bytes[16];
  for (int i = 0; i < 8; i++) {
    bytes[i] = (uint8_t)(hash.high >> (56 - 8 * i));
    bytes[8 + i] = (uint8_t)(hash.low >> (56 - 8 * i));
  }
  hex(bytes, sizeof bytes, out);
}

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool orr_hash_parse(const char *text, orr_hash *out) {
  uint64_t words[2] = {0, 0};
  for (int i = 0; i < 32; i++) {
    int value = digit(text[i]); /* the terminating zero is no digit: never reads past it */
    if (value < 0) return false;
    words[i / 16] = words[i / 16] << 4 | (uint64_t)value;
  }
  if (text[32]) return false;
  *out = (orr_hash){.low = words[1], .high = words[0]};
  return true;
}

static void sha256_chunk(void *context, const void *bytes, size_t count) {
  SHA256Update(context, bytes, count);
}

orr_status orr_sha256_file(const char *path, char out[ORR_SHA256_TEXT], orr_error *err) {
  SHA2_CTX context;
  SHA256Init(&context);
  ORR_TRY(orr_file_scan(path, sha256_chunk, &context, err));
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Final(digest, &context);
  hex(digest, sizeof digest, out);
  return ORR_OK;
}

void orr_sha256_bytes(const void *bytes, size_t count, char out[ORR_SHA256_TEXT]) {
  SHA2_CTX context;
  SHA256Init(&context);
  if (count) SHA256Update(&context, bytes, count);
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256Final(digest, &context);
  hex(digest, sizeof digest, out);
}
