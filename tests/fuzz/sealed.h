/* Any bytes as an HDF5 file of ours: with a fitting length and seal, so that readers look at
 * them. */
#ifndef ORR_TESTS_FUZZ_SEALED_H
#define ORR_TESTS_FUZZ_SEALED_H

#include "data/hdf5.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static inline void require(bool fact) {
  if (!fact) abort();
}

/* A file in memory with these bytes and their seal; returns its descriptor. */
static inline int make_file(const uint8_t *data, size_t size) {
  uint8_t *bytes = malloc(size + ORR_HDF5_SEAL);
  uint64_t end = size;
  memcpy(bytes, data, size);
  if (size >= 48) memcpy(bytes + 40, &end, sizeof end); /* the superblock's end of file */
  orr_hdf5_seal(bytes, size, bytes + size);
  int fd = memfd_create("sealed", 0);
  require(fd >= 0 && write(fd, bytes, size + ORR_HDF5_SEAL) == (ssize_t)(size + ORR_HDF5_SEAL));
  free(bytes);
  return fd;
}

#endif
