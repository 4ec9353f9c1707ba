/* Flat HDF5 files: named columns and texts at the root, and nothing else.
 *
 * Files for other programs, with groups, are written by hdf5_tree.h. A file is built in memory and
 * then written through base/file.h, so a full disk is met by our code and not inside the library
 * (which cannot close a file that it failed to write), and the bytes depend on the arguments alone:
 * no object times, earliest format, every column contiguous and aligned to 64 bytes. Columns of
 * frames are cut into chunks of one row, each a zlib stream, under the index of the earliest format
 * (a B-tree, version 1, whose unused bytes the library zeroes).
 *
 * The library writes; we read ourselves. HDF5's metadata has no checksums in this format, and the
 * library crashes on damaged bytes (1.10.8 does in H5HG_read, within 200 random bit flips). So
 *   - a seal of 64 bytes follows the last byte of HDF5 (which readers of HDF5 ignore): length and
 *     XXH3-128 of all before it. It finds damage; it is no proof of origin;
 *   - the small part of the format that our files use is read by hdf5_format.c, with every bound
 *     checked and no allocation. Files with anything else in the way are refused.
 * A reader maps the file: columns are pointers into the map. It takes no lock and may be used from
 * any thread; writing goes through the library's one global lock. */
#ifndef ORR_DATA_HDF5_H
#define ORR_DATA_HDF5_H

#include "base/space.h"

typedef enum orr_hdf5_type {
  ORR_HDF5_F32,
  ORR_HDF5_F64,
  ORR_HDF5_I32,
  ORR_HDF5_I64,
  ORR_HDF5_U8,
  ORR_HDF5_U64,
  ORR_HDF5_BOOL /* h5py's: an enum of int8, FALSE = 0, TRUE = 1 */
} orr_hdf5_type;
size_t orr_hdf5_type_size(orr_hdf5_type type);

#define ORR_HDF5_ALIGNMENT 64

/* What one row of a column is: a value (rank 0), a vector (rank 1) or a frame (rank 2 or 3). */
#define ORR_HDF5_SIDES 3
typedef struct orr_hdf5_row {
  orr_hdf5_type type;
  int rank;
  size_t sides[ORR_HDF5_SIDES]; /* the slowest first */
} orr_hdf5_row;
size_t orr_hdf5_row_bytes(const orr_hdf5_row *row); /* SIZE_MAX: impossibly large */

/* Borrowed bytes. */
typedef struct orr_hdf5_span {
  const uint8_t *bytes;
  size_t count;
} orr_hdf5_span;

/* Writing ---------------------------------------------------------------------------------- */

typedef struct orr_hdf5_writer orr_hdf5_writer;

orr_status orr_hdf5_create(const char *path, orr_hdf5_writer **out, orr_error *err);
/* A root attribute: one UTF-8 text of any length. */
orr_status orr_hdf5_put_text(orr_hdf5_writer *writer, const char *name, const char *text,
                             orr_error *err);
/* A root data set of `rows` x `width` values; width 0: a plain vector of `rows` values. */
orr_status orr_hdf5_put(orr_hdf5_writer *writer, const char *name, orr_hdf5_type type, size_t rows,
                        size_t width, const void *values, orr_error *err);
/* A root data set of `rows` frames, cut into chunks of one: `frames` are zlib streams, and the
 * column says that they were made at level 1. */
orr_status orr_hdf5_put_frames(orr_hdf5_writer *writer, const char *name, const orr_hdf5_row *row,
                               size_t rows, const orr_hdf5_span *frames, orr_error *err);

/* One source of a virtual column: the column of the same name in `file`, a name in the same
 * folder. */
typedef struct orr_hdf5_part {
  const char *file;
  size_t rows;
} orr_hdf5_part;
orr_status orr_hdf5_put_virtual(orr_hdf5_writer *writer, const char *name, const orr_hdf5_row *row,
                                const orr_hdf5_part *parts, size_t count, orr_error *err);

/* Writes beside `path`, fsyncs and renames; frees the writer, also on failure. */
orr_status orr_hdf5_commit(orr_hdf5_writer *writer, orr_error *err);
void orr_hdf5_abort(orr_hdf5_writer *writer); /* NULL is fine */

/* Reading ---------------------------------------------------------------------------------- */

typedef struct orr_hdf5_file orr_hdf5_file;

/* Maps the file and checks its seal. */
orr_status orr_hdf5_open(const char *path, orr_hdf5_file **out, orr_error *err);
/* A text of at most `limit` bytes; free with orr_free. */
orr_status orr_hdf5_text(const orr_hdf5_file *file, const char *name, size_t limit, char **out,
                         orr_error *err);
/* The values of a column in the map, its type, shape and place checked. *rows: SIZE_MAX takes any
 * number and says which, everything else must be met. NULL values when there are no rows. */
orr_status orr_hdf5_column(const orr_hdf5_file *file, const char *name, orr_hdf5_type type,
                           size_t width, size_t *rows, const void **values, orr_error *err);
/* Where the deflated frames of a column lie in the map, row by row (orr_free): type, shape, chunks
 * and filter are checked, and that each of the `rows` >= 1 frames is there; not that it inflates.
 * `rows` is the caller's, who has seen that many in the file. */
orr_status orr_hdf5_frames(const orr_hdf5_file *file, const char *name, const orr_hdf5_row *row,
                           size_t rows, orr_hdf5_span **frames, orr_error *err);
/* The names of all columns, bytewise sorted; an error when there are more than `most`, or one is
 * longer than a name. */
orr_status orr_hdf5_names(const orr_hdf5_file *file, size_t most, char (*names)[ORR_NAME],
                          size_t *count, orr_error *err);
/* Type and width (0: a plain vector) of a column, before it is asked for. */
orr_status orr_hdf5_look(const orr_hdf5_file *file, const char *name, orr_hdf5_type *type,
                         size_t *width, orr_error *err);
void orr_hdf5_close(orr_hdf5_file *file);             /* NULL is fine */
orr_hash orr_hdf5_hash(const orr_hdf5_file *file);    /* of all bytes before the seal */
const char *orr_hdf5_path(const orr_hdf5_file *file); /* as it was opened */

/* The seal of `count` bytes. */
#define ORR_HDF5_SEAL 64
void orr_hdf5_seal(const void *bytes, size_t count, uint8_t out[ORR_HDF5_SEAL]);

const char *orr_hdf5_library(void); /* "HDF5 1.10.8" */

#endif
