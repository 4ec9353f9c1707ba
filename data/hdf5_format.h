/* The part of the HDF5 file format that our own files use, read with every bound checked; private
 * to data/. */
#ifndef ORR_DATA_HDF5_FORMAT_H
#define ORR_DATA_HDF5_FORMAT_H

#include "data/hdf5.h"

typedef struct orr_hdf5_image {
  const uint8_t *bytes;
  size_t count;
} orr_hdf5_image;

/* NULL, or why this is not a file that we wrote. */
const char *orr_hdf5_check_superblock(orr_hdf5_image image);

/* A root attribute with one variable-length UTF-8 text: `length` bytes, no zero at the end. */
bool orr_hdf5_find_text(orr_hdf5_image image, const char *name, const uint8_t **text,
                        size_t *length);

#define ORR_HDF5_FORMAT_SIDES (1 + ORR_HDF5_SIDES)
typedef struct orr_hdf5_layout {
  int rank;                             /* -1: no plain shape */
  uint64_t dims[ORR_HDF5_FORMAT_SIDES]; /* of the first dimensions */
  const uint8_t *type;                  /* as encoded */
  size_t type_bytes;
  bool contiguous;        /* in one piece, with no filter, in this file */
  uint64_t offset, bytes; /* UINT64_MAX: never written */
  bool deflated;          /* in chunks, each a zlib stream, in this file */
  uint64_t tree;          /* their index */
  int chunk_rank;         /* one more than `rank`: the last side is the bytes of a value */
  uint32_t chunk[ORR_HDF5_FORMAT_SIDES + 1];
} orr_hdf5_layout;
bool orr_hdf5_find_column(orr_hdf5_image image, const char *name, orr_hdf5_layout *out);
/* Writes the names of the root group's members; false when the group is not as we write it, holds
 * more than `most`, or a name does not fit. */
bool orr_hdf5_list(orr_hdf5_image image, size_t most, char (*names)[ORR_NAME], size_t *count);
/* Fills `out` with the chunks of a deflated column whose chunks are one row each: false when they
 * are not exactly rows 0 ... rows - 1, whole, in order. */
bool orr_hdf5_find_chunks(orr_hdf5_image image, const orr_hdf5_layout *layout, size_t rows,
                          orr_hdf5_span *out);
bool orr_hdf5_is_type(const orr_hdf5_layout *layout, orr_hdf5_type type);

#endif
