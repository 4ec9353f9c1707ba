/* Any bytes as a PNG picture: its chunks get fitting checksums, so that the decoder has to look at
 * them. What is read is read to its last pixel, and the same the second time. */
#include "base/hash.h"
#include "base/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_PIXELS (1u << 20) /* larger ones are valid, but slow to fuzz */

static void require(bool fact) {
  if (!fact) abort();
}

static uint32_t number(const uint8_t *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static uint32_t crc(const uint8_t *bytes, size_t count) {
  uint32_t value = UINT32_MAX;
  for (size_t i = 0; i < count; i++) {
    value ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0);
  }
  return ~value;
}

static void repair(uint8_t *bytes, size_t count) {
  for (size_t at = 8; at < count && count - at >= 12;) {
    size_t length = number(bytes + at);
    if (length > count - at - 12) return;
    uint32_t sum = crc(bytes + at + 4, length + 4);
    for (int i = 0; i < 4; i++) bytes[at + 8 + length + (size_t)i] = (uint8_t)(sum >> (24 - 8 * i));
    at += 12 + length;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char path[64];
  orr_hash seen[2];
  if (size >= 24 && (uint64_t)number(data + 16) * number(data + 20) > MOST_PIXELS) return 0;
  uint8_t *bytes = malloc(size + 1);
  memcpy(bytes, data, size);
  repair(bytes, size);
  int fd = memfd_create("picture", 0);
  require(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  free(bytes);
  for (int n = 0; n < 2; n++) {
    orr_image image;
    orr_error err = {0};
    orr_status status = orr_image_read_png(path, &image, &err);
    require(status == ORR_OK || (err.status == status && err.message[0] && !image.pixels));
    if (status != ORR_OK) break;
    seen[n] = orr_hash_bytes(image.pixels, 3 * (size_t)image.width * (size_t)image.height);
    orr_image_destroy(&image);
    if (n == 1) require(orr_hash_equal(seen[0], seen[1]));
  }
  close(fd);
  return 0;
}
