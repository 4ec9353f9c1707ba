#include "data/hdf5_tree.h"
#include "base/memory.h"
#include "data/hdf5_driver.h"
#include <string.h>

#define CHUNK_BYTES ((size_t)64 << 10) /* of a column that may grow */

struct orr_hdf5_tree {
  char *path;
  hid_t registered, links, file;
  orr_hdf5_driver driver;
};

/* Opening and closing ---------------------------------------------------------------------- */

/* The disk's failure, if there was one; else the library's. */
static orr_status outcome(orr_hdf5_tree *tree, bool good, const char *what, const char *name,
                          orr_error *err) {
  if (tree->driver.failure.status != ORR_OK) {
    if (err) *err = tree->driver.failure;
    H5Eclear2(H5E_DEFAULT);
    return tree->driver.failure.status;
  }
  return good ? ORR_OK : orr_hdf5_refused(err, tree->path, what, name);
}

static bool begin(orr_hdf5_tree *tree) {
  tree->registered = orr_hdf5_driver_register();
  if (tree->registered < 0) return false;
  tree->file = orr_hdf5_driver_create(tree->registered, tree->path, &tree->driver);
  tree->links = H5Pcreate(H5P_LINK_CREATE);
  return tree->file >= 0 && tree->links >= 0 &&
         H5Pset_create_intermediate_group(tree->links, 1) >= 0;
}

/* Closes what the library holds; false when it could not finish the file. */
static bool finish(orr_hdf5_tree *tree) {
  bool good = tree->file >= 0 && H5Fclose(tree->file) >= 0;
  if (tree->links >= 0) H5Pclose(tree->links);
  if (tree->registered >= 0) H5FDunregister(tree->registered);
  tree->file = tree->links = tree->registered = H5I_INVALID_HID;
  return good;
}

static void free_tree(orr_hdf5_tree *tree) {
  orr_file_abort(tree->driver.writer);
  orr_free(tree->path);
  orr_free(tree);
}

orr_status orr_hdf5_tree_create(const char *path, orr_hdf5_tree **out, orr_error *err) {
  *out = NULL;
  orr_hdf5_tree *tree;
  ORR_TRY(orr_new(&tree, 1, sizeof *tree, err));
  tree->registered = tree->links = tree->file = H5I_INVALID_HID;
  tree->path = orr_strdup(path);
  orr_status status = tree->path ? orr_file_begin(path, &tree->driver.writer, err)
                                 : orr_fail(err, ORR_ERR_MEMORY, "out of memory: '%s'", path);
  if (status != ORR_OK) {
    free_tree(tree);
    return status;
  }
  orr_hdf5_silence before = orr_hdf5_hush();
  status = outcome(tree, begin(tree), "cannot be created", NULL, err);
  orr_hdf5_unhush(before);
  if (status == ORR_OK) {
    *out = tree;
  } else {
    orr_hdf5_tree_abort(tree);
  }
  return status;
}

orr_status orr_hdf5_tree_commit(orr_hdf5_tree *tree, orr_error *err) {
  orr_hdf5_silence before = orr_hdf5_hush();
  orr_status status = outcome(tree, finish(tree), "cannot be finished", NULL, err);
  orr_hdf5_unhush(before);
  if (status == ORR_OK) {
    status = orr_file_commit(tree->driver.writer, err);
    tree->driver.writer = NULL;
  }
  free_tree(tree);
  return status;
}

void orr_hdf5_tree_abort(orr_hdf5_tree *tree) {
  if (!tree) return;
  /* What the library still writes is dropped. */
  if (tree->driver.failure.status == ORR_OK) tree->driver.failure.status = ORR_ERR_CANCELLED;
  orr_hdf5_silence before = orr_hdf5_hush();
  finish(tree);
  H5Eclear2(H5E_DEFAULT);
  orr_hdf5_unhush(before);
  free_tree(tree);
}

/* Attributes ------------------------------------------------------------------------------- */

orr_status orr_hdf5_tree_text(orr_hdf5_tree *tree, const char *path, const char *name,
                              const char *text, orr_error *err) {
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t object = H5Oopen(tree->file, path, H5P_DEFAULT);
  bool good = object >= 0 && orr_hdf5_set_text(object, name, text);
  if (object >= 0) H5Oclose(object);
  orr_status status = outcome(tree, good, "cannot hold text", name, err);
  orr_hdf5_unhush(before);
  return status;
}

static orr_status put_number(orr_hdf5_tree *tree, const char *path, const char *name, hid_t type,
                             const void *value, orr_error *err) {
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t space = H5Screate(H5S_SCALAR);
  hid_t attribute =
      H5Acreate_by_name(tree->file, path, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  bool good = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
  if (attribute >= 0) H5Aclose(attribute);
  if (space >= 0) H5Sclose(space);
  orr_status status = outcome(tree, good, "cannot hold number", name, err);
  orr_hdf5_unhush(before);
  return status;
}

orr_status orr_hdf5_tree_integer(orr_hdf5_tree *tree, const char *path, const char *name,
                                 int64_t value, orr_error *err) {
  return put_number(tree, path, name, H5T_STD_I64LE, &value, err);
}

orr_status orr_hdf5_tree_unsigned(orr_hdf5_tree *tree, const char *path, const char *name,
                                  uint64_t value, orr_error *err) {
  return put_number(tree, path, name, H5T_STD_U64LE, &value, err);
}

/* Columns ---------------------------------------------------------------------------------- */

/* A column that may grow, in chunks of `chunk_rows`; takes no ownership of `type`. */
static hid_t new_column(orr_hdf5_tree *tree, const char *path, hid_t type, const orr_hdf5_row *row,
                        size_t rows, size_t chunk_rows) {
  hsize_t dims[ORR_HDF5_MOST_RANK], most[ORR_HDF5_MOST_RANK], chunk[ORR_HDF5_MOST_RANK];
  ORR_ASSERT(rows > 0);
  int rank = orr_hdf5_shape(dims, rows, row);
  orr_hdf5_shape(most, rows, row);
  orr_hdf5_shape(chunk, chunk_rows < rows ? chunk_rows : rows, row);
  most[0] = H5S_UNLIMITED;
  hid_t space = H5Screate_simple(rank, dims, most), properties = H5Pcreate(H5P_DATASET_CREATE);
  hid_t column = H5I_INVALID_HID;
  if (H5Pset_chunk(properties, rank, chunk) >= 0) {
    column = orr_hdf5_new_column(tree->file, path, type, space, tree->links, properties);
  }
  if (properties >= 0) H5Pclose(properties);
  if (space >= 0) H5Sclose(space);
  return column;
}

static bool put_all(orr_hdf5_tree *tree, const char *path, hid_t type, const orr_hdf5_row *row,
                    size_t rows, size_t chunk_rows, const void *values) {
  hid_t column = new_column(tree, path, type, row, rows, chunk_rows);
  bool good = column >= 0 && H5Dwrite(column, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
  if (column >= 0 && H5Dclose(column) < 0) good = false;
  return good;
}

orr_status orr_hdf5_tree_column(orr_hdf5_tree *tree, const char *path, const orr_hdf5_row *row,
                                size_t rows, const void *values, orr_error *err) {
  size_t bytes = orr_hdf5_row_bytes(row);
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t type = orr_hdf5_file_type(row->type);
  bool good = put_all(tree, path, type, row, rows, 1 + (CHUNK_BYTES - 1) / bytes, values);
  if (type >= 0) H5Tclose(type);
  orr_status status = outcome(tree, good, "cannot hold column", path, err);
  orr_hdf5_unhush(before);
  return status;
}

orr_status orr_hdf5_tree_frames(orr_hdf5_tree *tree, const char *path, const orr_hdf5_row *row,
                                size_t rows, const orr_hdf5_span *frames, orr_error *err) {
  orr_hdf5_silence before = orr_hdf5_hush();
  bool good = orr_hdf5_set_frames(tree->file, path, tree->links, row, rows, frames);
  orr_status status = outcome(tree, good, "cannot hold frames", path, err);
  orr_hdf5_unhush(before);
  return status;
}

orr_status orr_hdf5_tree_words(orr_hdf5_tree *tree, const char *path, size_t rows, size_t width,
                               const char *texts, orr_error *err) {
  const orr_hdf5_row row = {.rank = 0};
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t type = H5Tcopy(H5T_C_S1);
  bool good = type >= 0 && H5Tset_size(type, width) >= 0 &&
              H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0 &&
              put_all(tree, path, type, &row, rows, 1 + (CHUNK_BYTES - 1) / width, texts);
  if (type >= 0) H5Tclose(type);
  orr_status status = outcome(tree, good, "cannot hold texts", path, err);
  orr_hdf5_unhush(before);
  return status;
}

/* Byte strings of any length --------------------------------------------------------------- */

orr_status orr_hdf5_tree_blobs(orr_hdf5_tree *tree, const char *path, size_t rows, orr_error *err) {
  const orr_hdf5_row row = {.rank = 0};
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t type = H5Tvlen_create(H5T_STD_U8LE);
  hid_t column = new_column(tree, path, type, &row, rows, ORR_HDF5_TREE_BLOBS);
  bool good = column >= 0 && H5Dclose(column) >= 0;
  if (type >= 0) H5Tclose(type);
  orr_status status = outcome(tree, good, "cannot hold byte strings", path, err);
  orr_hdf5_unhush(before);
  return status;
}

static bool write_blobs(hid_t column, size_t first, size_t count, const orr_hdf5_span *blobs) {
  hvl_t strings[ORR_HDF5_TREE_BLOBS];
  const hsize_t start = first, length = count;
  ORR_ASSERT(count <= ORR_HDF5_TREE_BLOBS);
  for (size_t i = 0; i < count; i++) { /* the library has no const here, and only reads */
    strings[i] = (hvl_t){.len = blobs[i].count, .p = (void *)(uintptr_t)blobs[i].bytes};
  }
  hid_t type = H5Dget_type(column), target = H5Dget_space(column);
  hid_t source = H5Screate_simple(1, &length, NULL);
  bool good = type >= 0 && target >= 0 && source >= 0 &&
              H5Sselect_hyperslab(target, H5S_SELECT_SET, &start, NULL, &length, NULL) >= 0 &&
              H5Dwrite(column, type, source, target, H5P_DEFAULT, strings) >= 0;
  if (type >= 0) H5Tclose(type);
  if (target >= 0) H5Sclose(target);
  if (source >= 0) H5Sclose(source);
  return good;
}

orr_status orr_hdf5_tree_put_blobs(orr_hdf5_tree *tree, const char *path, size_t first,
                                   size_t count, const orr_hdf5_span *blobs, orr_error *err) {
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t column = H5Dopen2(tree->file, path, H5P_DEFAULT);
  bool good = column >= 0 && write_blobs(column, first, count, blobs);
  if (column >= 0 && H5Dclose(column) < 0) good = false;
  orr_status status = outcome(tree, good, "cannot hold byte strings", path, err);
  orr_hdf5_unhush(before);
  return status;
}
