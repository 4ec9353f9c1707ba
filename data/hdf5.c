/* Writing flat HDF5 files. */
#include "data/hdf5.h"
#include "base/file.h"
#include "base/memory.h"
#include "data/hdf5_library.h"
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "columns are mapped as they lie on disk");

size_t orr_hdf5_type_size(orr_hdf5_type type) {
  static const size_t sizes[] = {4, 8, 4, 8, 1, 8, 1};
  return sizes[type];
}

size_t orr_hdf5_row_bytes(const orr_hdf5_row *row) {
  size_t bytes = orr_hdf5_type_size(row->type);
  for (int i = 0; i < row->rank; i++) {
    if (__builtin_mul_overflow(bytes, row->sides[i], &bytes)) return SIZE_MAX;
  }
  return bytes;
}

/* Seal: 16 bytes of magic, the length and the hash of what comes before, zeros. Little endian. */
void orr_hdf5_seal(const void *bytes, size_t count, uint8_t out[ORR_HDF5_SEAL]) {
  static const char magic[16] = "orrery-seal/1\n";
  orr_hash hash = orr_hash_bytes(bytes, count);
  uint64_t words[3] = {count, hash.low, hash.high};
  memset(out, 0, ORR_HDF5_SEAL);
  memcpy(out, magic, sizeof magic);
  memcpy(out + sizeof magic, words, sizeof words);
}

/* Writing ---------------------------------------------------------------------------------- */

struct orr_hdf5_writer {
  char *path;
  hid_t file; /* in memory */
};

#define GROWTH ((size_t)1 << 20) /* of the file in memory, bytes */

static hid_t create_in_memory(void) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = H5I_INVALID_HID;
  if (access < 0) return access;
  /* Strong: closing the file closes whatever a failure left open in it. Small data blocks would
   * be carved out of a shared, unaligned block. */
  if (H5Pset_fapl_core(access, GROWTH, false) >= 0 &&
      H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST) >= 0 &&
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
      H5Pset_small_data_block_size(access, 0) >= 0 &&
      H5Pset_alignment(access, 1, ORR_HDF5_ALIGNMENT) >= 0) {
    file = H5Fcreate("orrery", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  }
  H5Pclose(access);
  return file;
}

orr_status orr_hdf5_create(const char *path, orr_hdf5_writer **out, orr_error *err) {
  *out = NULL;
  orr_hdf5_writer *writer;
  ORR_TRY(orr_new(&writer, 1, sizeof *writer, err));
  writer->path = orr_strdup(path);
  if (!writer->path) {
    orr_free(writer);
    return orr_fail(err, ORR_ERR_MEMORY, "out of memory while creating '%s'", path);
  }
  orr_hdf5_silence before = orr_hdf5_hush();
  orr_status status = ORR_OK;
  writer->file = create_in_memory();
  if (writer->file < 0) {
    status = orr_hdf5_refused(err, path, "cannot be created", NULL);
    orr_hdf5_abort(writer);
  } else {
    *out = writer;
  }
  orr_hdf5_unhush(before);
  return status;
}

void orr_hdf5_abort(orr_hdf5_writer *writer) {
  if (!writer) return;
  orr_hdf5_silence before = orr_hdf5_hush();
  if (writer->file >= 0) H5Fclose(writer->file);
  orr_hdf5_unhush(before);
  orr_free(writer->path);
  orr_free(writer);
}

orr_status orr_hdf5_put_text(orr_hdf5_writer *writer, const char *name, const char *text,
                             orr_error *err) {
  orr_hdf5_silence before = orr_hdf5_hush();
  orr_status status = orr_hdf5_set_text(writer->file, name, text)
                          ? ORR_OK
                          : orr_hdf5_refused(err, writer->path, "cannot hold text", name);
  orr_hdf5_unhush(before);
  return status;
}

orr_status orr_hdf5_put(orr_hdf5_writer *writer, const char *name, orr_hdf5_type type, size_t rows,
                        size_t width, const void *values, orr_error *err) {
  const orr_hdf5_row row = {type, width ? 1 : 0, {width}};
  hsize_t dims[ORR_HDF5_MOST_RANK];
  int rank = orr_hdf5_shape(dims, rows, &row);
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t kind = orr_hdf5_file_type(type), space = H5Screate_simple(rank, dims, NULL);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  hid_t column = orr_hdf5_new_column(writer->file, name, kind, space, H5P_DEFAULT, properties);
  bool good =
      column >= 0 && (!rows || H5Dwrite(column, kind, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  if (column >= 0) H5Dclose(column);
  if (properties >= 0) H5Pclose(properties);
  if (space >= 0) H5Sclose(space);
  if (kind >= 0) H5Tclose(kind);
  orr_status status =
      good ? ORR_OK : orr_hdf5_refused(err, writer->path, "cannot hold column", name);
  orr_hdf5_unhush(before);
  return status;
}

orr_status orr_hdf5_put_frames(orr_hdf5_writer *writer, const char *name, const orr_hdf5_row *row,
                               size_t rows, const orr_hdf5_span *frames, orr_error *err) {
  orr_hdf5_silence before = orr_hdf5_hush();
  orr_status status = orr_hdf5_set_frames(writer->file, name, H5P_DEFAULT, row, rows, frames)
                          ? ORR_OK
                          : orr_hdf5_refused(err, writer->path, "cannot hold frames", name);
  orr_hdf5_unhush(before);
  return status;
}

/* Maps rows [first, first + part->rows) of `space` to the whole of the part's column. */
static bool add_part(hid_t properties, hid_t space, const char *name, const orr_hdf5_part *part,
                     size_t first, const orr_hdf5_row *row) {
  const hsize_t start[ORR_HDF5_MOST_RANK] = {first};
  hsize_t dims[ORR_HDF5_MOST_RANK];
  int rank = orr_hdf5_shape(dims, part->rows, row);
  hid_t source = H5Screate_simple(rank, dims, NULL);
  if (source < 0) return false;
  bool good = H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, dims, NULL) >= 0 &&
              H5Pset_virtual(properties, space, part->file, name, source) >= 0;
  H5Sclose(source);
  return good;
}

orr_status orr_hdf5_put_virtual(orr_hdf5_writer *writer, const char *name, const orr_hdf5_row *row,
                                const orr_hdf5_part *parts, size_t count, orr_error *err) {
  size_t rows = 0, first = 0;
  for (size_t i = 0; i < count; i++) rows += parts[i].rows;
  hsize_t dims[ORR_HDF5_MOST_RANK];
  int rank = orr_hdf5_shape(dims, rows, row);
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t kind = orr_hdf5_file_type(row->type), space = H5Screate_simple(rank, dims, NULL);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  bool good = kind >= 0 && space >= 0 && properties >= 0;
  for (size_t i = 0; i < count && good; first += parts[i++].rows) {
    good = parts[i].rows == 0 || add_part(properties, space, name, &parts[i], first, row);
  }
  good = good && H5Sselect_all(space) >= 0;
  hid_t column =
      good ? orr_hdf5_new_column(writer->file, name, kind, space, H5P_DEFAULT, properties) : -1;
  if (column >= 0) H5Dclose(column);
  if (properties >= 0) H5Pclose(properties);
  if (space >= 0) H5Sclose(space);
  if (kind >= 0) H5Tclose(kind);
  orr_status status = column >= 0
                          ? ORR_OK
                          : orr_hdf5_refused(err, writer->path, "cannot hold virtual column", name);
  orr_hdf5_unhush(before);
  return status;
}

/* The finished file as bytes with the seal behind them. */
static orr_status take_image(orr_hdf5_writer *writer, uint8_t **out, size_t *out_count,
                             orr_error *err) {
  ssize_t count =
      H5Fflush(writer->file, H5F_SCOPE_GLOBAL) < 0 ? -1 : H5Fget_file_image(writer->file, NULL, 0);
  if (count <= 0) return orr_hdf5_refused(err, writer->path, "cannot be finished", NULL);
  uint8_t *bytes;
  ORR_TRY(orr_new(&bytes, (size_t)count + ORR_HDF5_SEAL, 1, err));
  if (H5Fget_file_image(writer->file, bytes, (size_t)count) != count) {
    orr_free(bytes);
    return orr_hdf5_refused(err, writer->path, "cannot be finished", NULL);
  }
  orr_hdf5_seal(bytes, (size_t)count, bytes + count);
  *out = bytes;
  *out_count = (size_t)count + ORR_HDF5_SEAL;
  return ORR_OK;
}

orr_status orr_hdf5_commit(orr_hdf5_writer *writer, orr_error *err) {
  uint8_t *bytes = NULL;
  size_t count = 0;
  orr_hdf5_silence before = orr_hdf5_hush();
  orr_status status = take_image(writer, &bytes, &count, err);
  orr_hdf5_unhush(before);
  if (status == ORR_OK) status = orr_file_put(writer->path, bytes, count, err);
  orr_free(bytes);
  orr_hdf5_abort(writer);
  return status;
}
