/* Reading flat HDF5 files: seal, superblock, layout, map. */
#include "base/memory.h"
#include "data/hdf5_private.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct orr_hdf5_file {
  char *path;
  const uint8_t *bytes; /* the map */
  size_t size, count;   /* of the whole file; of what lies before the seal */
  orr_hash hash;
  hid_t file; /* negative once released */
};

static orr_status damaged(orr_error *err, const char *path, const char *why) {
  orr_fail(err, ORR_ERR_FILE, "'%s' is damaged: %s", path, why);
  orr_hint(err, "Delete this file and make it again; for a shard of a data set, run collect again: "
                "only what is missing is made, to the same bytes.");
  return ORR_ERR_FILE;
}

/* Map -------------------------------------------------------------------------------------- */

static orr_status map_file(orr_hdf5_file *file, orr_error *err) {
  int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hang us */
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0) {
    orr_fail(err, ORR_ERR_FILE, "cannot read '%s': %s", file->path, strerror(errno));
    orr_hint(err, "Check the spelling and the permissions of the file and its folder.");
    if (fd >= 0) close(fd);
    return ORR_ERR_FILE;
  }
  orr_status status = ORR_OK;
  if (!S_ISREG(info.st_mode)) {
    status = orr_fail(err, ORR_ERR_FILE, "cannot read '%s': it is not a file", file->path);
  } else if (info.st_size == 0) {
    status = damaged(err, file->path, "it is empty");
  } else {
    file->size = (size_t)info.st_size;
    void *map = mmap(NULL, file->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) {
      status = orr_fail(err, ORR_ERR_SYSTEM, "cannot map '%s' into memory: %s", file->path,
                        strerror(errno));
    } else {
      file->bytes = map;
    }
  }
  close(fd);
  return status;
}

/* Guards ----------------------------------------------------------------------------------- */

static uint64_t word_at(const uint8_t *bytes, size_t offset) {
  uint64_t word;
  memcpy(&word, bytes + offset, sizeof word);
  return word;
}

static const char hdf5_signature[8] = "\x89HDF\r\n\x1a\n";

static orr_status check_seal(orr_hdf5_file *file, orr_error *err) {
  bool is_hdf5 = file->size >= sizeof hdf5_signature &&
                 memcmp(file->bytes, hdf5_signature, sizeof hdf5_signature) == 0;
  if (!is_hdf5) return damaged(err, file->path, "it does not begin like an HDF5 file");
  if (file->size < 96 + ORR_HDF5_SEAL) return damaged(err, file->path, "it is cut short");
  uint8_t expected[ORR_HDF5_SEAL];
  file->count = file->size - ORR_HDF5_SEAL;
  const uint8_t *seal = file->bytes + file->count;
  if (memcmp(seal, "orrery-seal/1\n", 15) != 0) {
    return damaged(err, file->path, "its seal is missing: it was cut short, or another program "
                                    "has written to it");
  }
  orr_hdf5_seal(file->bytes, file->count, expected);
  if (memcmp(seal, expected, sizeof expected) != 0) {
    return damaged(err, file->path, "its bytes are not those that were written");
  }
  file->hash = (orr_hash){.low = word_at(seal, 24), .high = word_at(seal, 32)};
  return ORR_OK;
}

/* Version 0, as we write it: HDF5 File Format Specification 3.0, II.A. */
static orr_status check_superblock(const orr_hdf5_file *file, orr_error *err) {
  const uint8_t *b = file->bytes;
  if (b[8] != 0 || b[9] != 0 || b[10] != 0 || b[12] != 0 || b[13] != 8 || b[14] != 8) {
    return damaged(err, file->path, "its superblock is of an unknown kind");
  }
  uint64_t base = word_at(b, 24), end = word_at(b, 40), driver = word_at(b, 48);
  if (base != 0 || driver != UINT64_MAX || end != file->count) {
    return damaged(err, file->path, "its superblock does not fit its length");
  }
  return ORR_OK;
}

/* Opening ---------------------------------------------------------------------------------- */

static orr_status open_library(orr_hdf5_file *file, orr_error *err) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  /* No file locks: what we read never changes, and network file systems refuse them. */
  if (access >= 0 && H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
      H5Pset_file_locking(access, false, true) >= 0) {
    file->file = H5Fopen(file->path, H5F_ACC_RDONLY, access);
  }
  if (access >= 0) H5Pclose(access);
  return file->file >= 0 ? ORR_OK : orr_hdf5_refused(err, file->path, "cannot be opened", NULL);
}

orr_status orr_hdf5_open(const char *path, orr_hdf5_file **out, orr_error *err) {
  *out = NULL;
  orr_hdf5_file *file;
  ORR_TRY(orr_new(&file, 1, sizeof *file, err));
  file->file = H5I_INVALID_HID;
  file->path = orr_strdup(path);
  orr_status status =
      file->path ? map_file(file, err)
                 : orr_fail(err, ORR_ERR_MEMORY, "out of memory while opening '%s'", path);
  if (status == ORR_OK) status = check_seal(file, err);
  if (status == ORR_OK) status = check_superblock(file, err);
  if (status == ORR_OK) {
    orr_hdf5_silence before = orr_hdf5_hush();
    status = open_library(file, err);
    orr_hdf5_unhush(before);
  }
  if (status != ORR_OK) {
    orr_hdf5_close(file);
    return status;
  }
  *out = file;
  return ORR_OK;
}

void orr_hdf5_release(orr_hdf5_file *file) {
  if (file->file < 0) return;
  orr_hdf5_silence before = orr_hdf5_hush();
  H5Fclose(file->file);
  orr_hdf5_unhush(before);
  file->file = H5I_INVALID_HID;
}

void orr_hdf5_close(orr_hdf5_file *file) {
  if (!file) return;
  orr_hdf5_release(file);
  if (file->bytes) munmap((void *)(uintptr_t)file->bytes, file->size);
  orr_free(file->path);
  orr_free(file);
}

orr_hash orr_hdf5_hash(const orr_hdf5_file *file) {
  return file->hash;
}

size_t orr_hdf5_size(const orr_hdf5_file *file) {
  return file->size;
}

/* Texts ------------------------------------------------------------------------------------ */

/* The library's text of a scalar, variable-length attribute; NULL with nothing to free. */
static bool read_text(hid_t attribute, char **out) {
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  hid_t memory = orr_hdf5_text_type();
  bool good = type >= 0 && space >= 0 && memory >= 0 && H5Tequal(type, memory) > 0 &&
              H5Sget_simple_extent_type(space) == H5S_SCALAR &&
              H5Aread(attribute, memory, out) >= 0;
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  if (memory >= 0) H5Tclose(memory);
  return good;
}

orr_status orr_hdf5_text(orr_hdf5_file *file, const char *name, size_t limit, char **out,
                         orr_error *err) {
  ORR_ASSERT(file->file >= 0);
  *out = NULL;
  char *text = NULL;
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t attribute = H5Aopen(file->file, name, H5P_DEFAULT);
  bool good = attribute >= 0 && read_text(attribute, &text);
  orr_status status =
      good ? ORR_OK : orr_hdf5_refused(err, file->path, "has no text attribute", name);
  if (attribute >= 0) H5Aclose(attribute);
  orr_hdf5_unhush(before);
  if (status != ORR_OK) return status;
  if (text && strnlen(text, limit + 1) > limit) {
    status = orr_fail(err, ORR_ERR_FILE, "'%s': the text '%s' is longer than %zu bytes", file->path,
                      name, limit);
  } else {
    *out = orr_strdup(text ? text : ""); /* the library reads an empty text as NULL */
    if (!*out) status = orr_fail(err, ORR_ERR_MEMORY, "out of memory while reading '%s'", name);
  }
  if (text) H5free_memory(text);
  return status;
}

/* Columns ---------------------------------------------------------------------------------- */

/* What is wrong with type or shape of a column, or NULL. */
static const char *wrong_shape(hid_t column, orr_hdf5_type type, size_t width, size_t *rows) {
  hid_t stored = H5Dget_type(column), expected = orr_hdf5_file_type(type);
  bool same = stored >= 0 && expected >= 0 && H5Tequal(stored, expected) > 0;
  if (stored >= 0) H5Tclose(stored);
  if (expected >= 0) H5Tclose(expected);
  if (!same) return "has another type than it should";
  hid_t space = H5Dget_space(column);
  hsize_t dims[2] = {0, 0};
  int rank = width ? 2 : 1;
  bool good = space >= 0 && H5Sget_simple_extent_type(space) == H5S_SIMPLE &&
              H5Sget_simple_extent_ndims(space) == rank &&
              H5Sget_simple_extent_dims(space, dims, NULL) == rank;
  if (space >= 0) H5Sclose(space);
  if (!good || (width && dims[1] != width)) return "has another shape than it should";
  if (*rows != SIZE_MAX && dims[0] != *rows) return "has another number of rows than the others";
  *rows = (size_t)dims[0];
  return NULL;
}

/* What is wrong with how a column is stored, or NULL. */
static const char *wrong_storage(hid_t column) {
  hid_t properties = H5Dget_create_plist(column);
  if (properties < 0) return "cannot be read";
  bool good = H5Pget_layout(properties) == H5D_CONTIGUOUS &&
              H5Pget_external_count(properties) == 0 && H5Pget_nfilters(properties) == 0;
  H5Pclose(properties);
  return good ? NULL : "is not stored in one piece";
}

static const char *wrong_place(const orr_hdf5_file *file, hid_t column, size_t row_bytes,
                               size_t rows, const void **values) {
  size_t bytes;
  *values = NULL;
  if (rows == 0) return NULL;
  if (__builtin_mul_overflow(rows, row_bytes, &bytes)) return "is impossibly large";
  haddr_t offset = H5Dget_offset(column);
  if (offset == HADDR_UNDEF || H5Dget_storage_size(column) != bytes) return "was never written";
  if (bytes > file->count || offset > file->count - bytes) return "reaches beyond the file's end";
  if (offset % ORR_HDF5_ALIGNMENT) return "is not aligned to 64 bytes";
  *values = file->bytes + offset;
  return NULL;
}

orr_status orr_hdf5_column(orr_hdf5_file *file, const char *name, orr_hdf5_type type, size_t width,
                           size_t *rows, const void **values, orr_error *err) {
  ORR_ASSERT(file->file >= 0);
  size_t row_bytes;
  if (__builtin_mul_overflow(orr_hdf5_type_size(type), width ? width : 1, &row_bytes)) {
    return orr_fail(err, ORR_ERR_FILE, "'%s': the column '%s' is impossibly wide", file->path,
                    name);
  }
  orr_hdf5_silence before = orr_hdf5_hush();
  hid_t column = H5Dopen2(file->file, name, H5P_DEFAULT);
  const char *wrong = "does not exist";
  if (column >= 0) {
    wrong = wrong_shape(column, type, width, rows);
    if (!wrong) wrong = wrong_storage(column);
    if (!wrong) wrong = wrong_place(file, column, row_bytes, *rows, values);
    H5Dclose(column);
  }
  H5Eclear2(H5E_DEFAULT);
  orr_hdf5_unhush(before);
  if (!wrong) return ORR_OK;
  orr_fail(err, ORR_ERR_FILE, "'%s': the column '%s' %s", file->path, name, wrong);
  orr_hint(err, "This file was not written by this version of Orrery: make it again.");
  return ORR_ERR_FILE;
}
