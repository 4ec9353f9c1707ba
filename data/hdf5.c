/* Writing flat HDF5 files: the one file that calls the library. */
#include "data/hdf5.h"
#include "base/file.h"
#include "base/memory.h"
#include <hdf5.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "columns are mapped as they lie on disk");

/* The library -------------------------------------------------------------------------------- */

#define TEXT_OF(x)  #x
#define VALUE_OF(x) TEXT_OF(x)
const char *orr_hdf5_library(void) {
  return "HDF5 " VALUE_OF(H5_VERS_MAJOR) "." VALUE_OF(H5_VERS_MINOR) "." VALUE_OF(H5_VERS_RELEASE);
}

/* The library prints every failure to stderr unless told not to; the setting is per thread. */
typedef struct silence {
  H5E_auto2_t handler;
  void *data;
} silence;

static silence hush(void) {
  silence before = {NULL, NULL};
  H5Eget_auto2(H5E_DEFAULT, &before.handler, &before.data);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  return before;
}

static void unhush(silence before) { H5Eset_auto2(H5E_DEFAULT, before.handler, before.data); }

/* Upwards, the first entry is where it went wrong; one is enough. */
static herr_t innermost(unsigned n, const H5E_error2_t *entry, void *out) {
  if (n == 0 && entry->desc) snprintf(out, 128, "%s", entry->desc);
  return n == 0 ? 0 : 1;
}

/* "'path': what (the library's innermost reason)". */
static orr_status refused(orr_error *err, const char *path, const char *what, const char *name) {
  char reason[128] = "no reason given";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, innermost, reason);
  H5Eclear2(H5E_DEFAULT);
  return orr_fail(err, ORR_ERR_FILE, "'%s': %s%s%s%s (HDF5: %s)", path, what, name ? " '" : "",
                  name ? name : "", name ? "'" : "", reason);
}

size_t orr_hdf5_type_size(orr_hdf5_type type) {
  static const size_t sizes[] = {4, 8, 4, 8, 1, 8, 1};
  return sizes[type];
}

static hid_t bool_type(void) {
  hid_t type = H5Tenum_create(H5T_STD_I8LE);
  const int8_t no = 0, yes = 1;
  if (type < 0) return type;
  if (H5Tenum_insert(type, "FALSE", &no) >= 0 && H5Tenum_insert(type, "TRUE", &yes) >= 0) {
    return type;
  }
  H5Tclose(type);
  return H5I_INVALID_HID;
}

static hid_t file_type(orr_hdf5_type type) {
  switch (type) {
  case ORR_HDF5_F32: return H5Tcopy(H5T_IEEE_F32LE);
  case ORR_HDF5_F64: return H5Tcopy(H5T_IEEE_F64LE);
  case ORR_HDF5_I32: return H5Tcopy(H5T_STD_I32LE);
  case ORR_HDF5_I64: return H5Tcopy(H5T_STD_I64LE);
  case ORR_HDF5_U8: return H5Tcopy(H5T_STD_U8LE);
  case ORR_HDF5_U64: return H5Tcopy(H5T_STD_U64LE);
  case ORR_HDF5_BOOL: return bool_type();
  }
  return H5I_INVALID_HID;
}

static hid_t text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0) return type;
  if (H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0) return type;
  H5Tclose(type);
  return H5I_INVALID_HID;
}

size_t orr_hdf5_row_bytes(const orr_hdf5_row *row) {
  size_t bytes = orr_hdf5_type_size(row->type);
  for (int i = 0; i < row->rank; i++) {
    if (__builtin_mul_overflow(bytes, row->sides[i], &bytes)) return SIZE_MAX;
  }
  return bytes;
}

/* The shape of a column, or of its first `rows` rows; returns its rank. */
enum { MOST_RANK = 1 + ORR_HDF5_SIDES };
static int set_shape(hsize_t dims[MOST_RANK], size_t rows, const orr_hdf5_row *row) {
  ORR_ASSERT(row->rank >= 0 && row->rank <= ORR_HDF5_SIDES);
  dims[0] = rows;
  for (int i = 0; i < row->rank; i++) dims[i + 1] = row->sides[i];
  return row->rank + 1;
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
  silence before = hush();
  orr_status status = ORR_OK;
  writer->file = create_in_memory();
  if (writer->file < 0) {
    status = refused(err, path, "cannot be created", NULL);
    orr_hdf5_abort(writer);
  } else {
    *out = writer;
  }
  unhush(before);
  return status;
}

void orr_hdf5_abort(orr_hdf5_writer *writer) {
  if (!writer) return;
  silence before = hush();
  if (writer->file >= 0) H5Fclose(writer->file);
  unhush(before);
  orr_free(writer->path);
  orr_free(writer);
}

orr_status orr_hdf5_put_text(orr_hdf5_writer *writer, const char *name, const char *text,
                             orr_error *err) {
  silence before = hush();
  hid_t type = text_type(), space = H5Screate(H5S_SCALAR);
  hid_t attribute = H5Acreate2(writer->file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  bool good = attribute >= 0 && H5Awrite(attribute, type, &text) >= 0;
  if (attribute >= 0) H5Aclose(attribute);
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  orr_status status = good ? ORR_OK : refused(err, writer->path, "cannot hold text", name);
  unhush(before);
  return status;
}

/* A data set without times and fill values, with `properties` set by the caller; takes no
 * ownership. */
static hid_t create_column(hid_t file, const char *name, hid_t type, hid_t space,
                           hid_t properties) {
  if (H5Pset_obj_track_times(properties, false) < 0 ||
      H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER) < 0) {
    return H5I_INVALID_HID;
  }
  return H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
}

orr_status orr_hdf5_put(orr_hdf5_writer *writer, const char *name, orr_hdf5_type type, size_t rows,
                        size_t width, const void *values, orr_error *err) {
  const orr_hdf5_row row = {type, width ? 1 : 0, {width}};
  hsize_t dims[MOST_RANK];
  int rank = set_shape(dims, rows, &row);
  silence before = hush();
  hid_t kind = file_type(type), space = H5Screate_simple(rank, dims, NULL);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  hid_t column = create_column(writer->file, name, kind, space, properties);
  bool good =
      column >= 0 && (!rows || H5Dwrite(column, kind, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
  if (column >= 0) H5Dclose(column);
  if (properties >= 0) H5Pclose(properties);
  if (space >= 0) H5Sclose(space);
  if (kind >= 0) H5Tclose(kind);
  orr_status status = good ? ORR_OK : refused(err, writer->path, "cannot hold column", name);
  unhush(before);
  return status;
}

/* An empty column, one frame a chunk. */
static hid_t create_frames(hid_t file, const char *name, const orr_hdf5_row *row, size_t rows) {
  hsize_t dims[MOST_RANK], chunk[MOST_RANK];
  int rank = set_shape(dims, rows, row);
  set_shape(chunk, 1, row);
  hid_t kind = file_type(row->type), space = H5Screate_simple(rank, dims, NULL);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE), column = H5I_INVALID_HID;
  if (H5Pset_chunk(properties, rank, chunk) >= 0 && H5Pset_deflate(properties, 1) >= 0) {
    column = create_column(file, name, kind, space, properties);
  }
  if (properties >= 0) H5Pclose(properties);
  if (space >= 0) H5Sclose(space);
  if (kind >= 0) H5Tclose(kind);
  return column;
}

orr_status orr_hdf5_put_frames(orr_hdf5_writer *writer, const char *name, const orr_hdf5_row *row,
                               size_t rows, const orr_hdf5_span *frames, orr_error *err) {
  silence before = hush();
  hid_t column = create_frames(writer->file, name, row, rows);
  bool good = column >= 0;
  for (size_t i = 0; i < rows && good; i++) {
    const hsize_t corner[MOST_RANK] = {i};
    good = H5Dwrite_chunk(column, H5P_DEFAULT, 0, corner, frames[i].count, frames[i].bytes) >= 0;
  }
  if (column >= 0 && H5Dclose(column) < 0) good = false;
  orr_status status = good ? ORR_OK : refused(err, writer->path, "cannot hold frames", name);
  unhush(before);
  return status;
}

/* Maps rows [first, first + part->rows) of `space` to the whole of the part's column. */
static bool add_part(hid_t properties, hid_t space, const char *name, const orr_hdf5_part *part,
                     size_t first, const orr_hdf5_row *row) {
  const hsize_t start[MOST_RANK] = {first};
  hsize_t dims[MOST_RANK];
  int rank = set_shape(dims, part->rows, row);
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
  hsize_t dims[MOST_RANK];
  int rank = set_shape(dims, rows, row);
  silence before = hush();
  hid_t kind = file_type(row->type), space = H5Screate_simple(rank, dims, NULL);
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  bool good = kind >= 0 && space >= 0 && properties >= 0;
  for (size_t i = 0; i < count && good; first += parts[i++].rows) {
    good = parts[i].rows == 0 || add_part(properties, space, name, &parts[i], first, row);
  }
  good = good && H5Sselect_all(space) >= 0;
  hid_t column = good ? create_column(writer->file, name, kind, space, properties) : -1;
  if (column >= 0) H5Dclose(column);
  if (properties >= 0) H5Pclose(properties);
  if (space >= 0) H5Sclose(space);
  if (kind >= 0) H5Tclose(kind);
  orr_status status =
      column >= 0 ? ORR_OK : refused(err, writer->path, "cannot hold virtual column", name);
  unhush(before);
  return status;
}

/* The finished file as bytes with the seal behind them. */
static orr_status take_image(orr_hdf5_writer *writer, uint8_t **out, size_t *out_count,
                             orr_error *err) {
  ssize_t count =
      H5Fflush(writer->file, H5F_SCOPE_GLOBAL) < 0 ? -1 : H5Fget_file_image(writer->file, NULL, 0);
  if (count <= 0) return refused(err, writer->path, "cannot be finished", NULL);
  uint8_t *bytes;
  ORR_TRY(orr_new(&bytes, (size_t)count + ORR_HDF5_SEAL, 1, err));
  if (H5Fget_file_image(writer->file, bytes, (size_t)count) != count) {
    orr_free(bytes);
    return refused(err, writer->path, "cannot be finished", NULL);
  }
  orr_hdf5_seal(bytes, (size_t)count, bytes + count);
  *out = bytes;
  *out_count = (size_t)count + ORR_HDF5_SEAL;
  return ORR_OK;
}

orr_status orr_hdf5_commit(orr_hdf5_writer *writer, orr_error *err) {
  uint8_t *bytes = NULL;
  size_t count = 0;
  silence before = hush();
  orr_status status = take_image(writer, &bytes, &count, err);
  unhush(before);
  if (status == ORR_OK) status = orr_file_put(writer->path, bytes, count, err);
  orr_free(bytes);
  orr_hdf5_abort(writer);
  return status;
}
