/* HDF5 files with groups, for other programs: the exporters write them.
 *
 * They may be far larger than memory, so the library writes to the disk as the file grows, through
 * a driver of ours (hdf5_driver.h) that goes through base/file.h: the file appears under its name
 * when it is whole, and a full disk is an error of ours, not one inside the library. Paths are
 * "group/group/name"; groups on the way are made. The bytes depend on the calls alone, and any
 * reader of HDF5 1.8 or later opens them. No seal: other programs may append. */
#ifndef ORR_DATA_HDF5_TREE_H
#define ORR_DATA_HDF5_TREE_H

#include "data/hdf5.h"

typedef struct orr_hdf5_tree orr_hdf5_tree;

orr_status orr_hdf5_tree_create(const char *path, orr_hdf5_tree **out, orr_error *err);
/* Attributes of a group or column that stands. */
orr_status orr_hdf5_tree_text(orr_hdf5_tree *tree, const char *path, const char *name,
                              const char *text, orr_error *err);
orr_status orr_hdf5_tree_integer(orr_hdf5_tree *tree, const char *path, const char *name,
                                 int64_t value, orr_error *err);
orr_status orr_hdf5_tree_unsigned(orr_hdf5_tree *tree, const char *path, const char *name,
                                  uint64_t value, orr_error *err);
/* `rows` >= 1 rows, to which another program may append. */
orr_status orr_hdf5_tree_column(orr_hdf5_tree *tree, const char *path, const orr_hdf5_row *row,
                                size_t rows, const void *values, orr_error *err);
/* As orr_hdf5_put_frames. */
orr_status orr_hdf5_tree_frames(orr_hdf5_tree *tree, const char *path, const orr_hdf5_row *row,
                                size_t rows, const orr_hdf5_span *frames, orr_error *err);
/* A column of `rows` >= 1 byte strings of any length, to be filled by the call below: at most
 * ORR_HDF5_TREE_BLOBS rows at a time, from row `first` on. */
#define ORR_HDF5_TREE_BLOBS 64
orr_status orr_hdf5_tree_blobs(orr_hdf5_tree *tree, const char *path, size_t rows, orr_error *err);
orr_status orr_hdf5_tree_put_blobs(orr_hdf5_tree *tree, const char *path, size_t first,
                                   size_t count, const orr_hdf5_span *blobs, orr_error *err);
/* A column of `rows` >= 1 short texts, padded with zeros to `width` bytes each. */
orr_status orr_hdf5_tree_words(orr_hdf5_tree *tree, const char *path, size_t rows, size_t width,
                               const char *texts, orr_error *err);

/* Gives the file its name; frees the tree, also on failure. */
orr_status orr_hdf5_tree_commit(orr_hdf5_tree *tree, orr_error *err);
void orr_hdf5_tree_abort(orr_hdf5_tree *tree); /* NULL is fine */

#endif
