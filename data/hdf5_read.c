/* Reading flat HDF5 files: map, seal, texts, columns. */
#include "base/memory.h"
#include "data/hdf5_format.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct orr_hdf5_file {
  char *path;
  void *map;
  size_t size;          /* of the whole file, bytes */
  orr_hdf5_image image; /* what lies before the seal */
  orr_hash hash;        /* of that */
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
      file->map = map;
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

static orr_status check_seal(orr_hdf5_file *file, orr_error *err) {
  static const char signature[8] = "\x89HDF\r\n\x1a\n";
  const uint8_t *bytes = file->map;
  if (file->size < sizeof signature || memcmp(bytes, signature, sizeof signature) != 0) {
    return damaged(err, file->path, "it does not begin like an HDF5 file");
  }
  if (file->size < ORR_HDF5_SEAL + sizeof signature) {
    return damaged(err, file->path, "it is cut short");
  }
  size_t count = file->size - ORR_HDF5_SEAL;
  const uint8_t *seal = bytes + count;
  if (memcmp(seal, "orrery-seal/1\n", 15) != 0) {
    return damaged(err, file->path,
                   "its seal is missing: it was cut short, or another program "
                   "has written to it");
  }
  uint8_t expected[ORR_HDF5_SEAL];
  orr_hdf5_seal(bytes, count, expected);
  if (memcmp(seal, expected, sizeof expected) != 0) {
    return damaged(err, file->path, "its bytes are not those that were written");
  }
  file->hash = (orr_hash){.low = word_at(seal, 24), .high = word_at(seal, 32)};
  file->image = (orr_hdf5_image){bytes, count};
  return ORR_OK;
}

/* Opening ---------------------------------------------------------------------------------- */

orr_status orr_hdf5_open(const char *path, orr_hdf5_file **out, orr_error *err) {
  *out = NULL;
  orr_hdf5_file *file;
  ORR_TRY(orr_new(&file, 1, sizeof *file, err));
  file->path = orr_strdup(path);
  orr_status status = file->path
                          ? map_file(file, err)
                          : orr_fail(err, ORR_ERR_MEMORY, "out of memory while opening '%s'", path);
  if (status == ORR_OK) status = check_seal(file, err);
  if (status == ORR_OK) {
    const char *why = orr_hdf5_check_superblock(file->image);
    if (why) status = damaged(err, path, why);
  }
  if (status == ORR_OK) {
    *out = file;
  } else {
    orr_hdf5_close(file);
  }
  return status;
}

void orr_hdf5_close(orr_hdf5_file *file) {
  if (!file) return;
  if (file->map) munmap(file->map, file->size);
  orr_free(file->path);
  orr_free(file);
}

orr_hash orr_hdf5_hash(const orr_hdf5_file *file) { return file->hash; }

const char *orr_hdf5_path(const orr_hdf5_file *file) { return file->path; }

/* Texts and columns ------------------------------------------------------------------------ */

static orr_status foreign(const orr_hdf5_file *file, orr_error *err, const char *kind,
                          const char *name, const char *wrong) {
  orr_fail(err, ORR_ERR_FILE, "'%s': the %s '%s' %s", file->path, kind, name, wrong);
  orr_hint(err, "This file was not written by this version of Orrery: make it again.");
  return ORR_ERR_FILE;
}

orr_status orr_hdf5_text(const orr_hdf5_file *file, const char *name, size_t limit, char **out,
                         orr_error *err) {
  const uint8_t *text;
  size_t length;
  *out = NULL;
  if (!orr_hdf5_find_text(file->image, name, &text, &length)) {
    return foreign(file, err, "text", name, "does not exist");
  }
  if (length > limit) return foreign(file, err, "text", name, "is too long");
  ORR_TRY(orr_new(out, length + 1, 1, err));
  memcpy(*out, text, length);
  return ORR_OK;
}

/* What is wrong with the shape of a column, or NULL. */
static const char *wrong_shape(const orr_hdf5_layout *layout, size_t width, size_t *rows) {
  if (layout->rank != (width ? 2 : 1) || (width && layout->dims[1] != width)) {
    return "has another shape than it should";
  }
  if (*rows != SIZE_MAX && layout->dims[0] != *rows) {
    return "has another number of rows than the others";
  }
  *rows = (size_t)layout->dims[0];
  return NULL;
}

/* What is wrong with the place of a column, or NULL. */
static const char *wrong_place(const orr_hdf5_file *file, const orr_hdf5_layout *layout,
                               size_t row_bytes, size_t rows) {
  size_t bytes;
  if (!layout->contiguous) return "is not stored in one piece";
  if (rows == 0) return NULL;
  if (__builtin_mul_overflow(rows, row_bytes, &bytes)) return "is impossibly large";
  if (layout->offset == UINT64_MAX || layout->bytes != bytes) return "was never written";
  if (bytes > file->image.count || layout->offset > file->image.count - bytes) {
    return "reaches beyond the file's end";
  }
  return layout->offset % ORR_HDF5_ALIGNMENT ? "is not aligned to 64 bytes" : NULL;
}

orr_status orr_hdf5_column(const orr_hdf5_file *file, const char *name, orr_hdf5_type type,
                           size_t width, size_t *rows, const void **values, orr_error *err) {
  orr_hdf5_layout layout;
  size_t row_bytes;
  const char *wrong = NULL;
  *values = NULL;
  if (!orr_hdf5_find_column(file->image, name, &layout)) {
    wrong = "does not exist";
  } else if (!orr_hdf5_is_type(&layout, type)) {
    wrong = "has another type than it should";
  } else if (__builtin_mul_overflow(orr_hdf5_type_size(type), width ? width : 1, &row_bytes)) {
    wrong = "is impossibly wide";
  } else {
    wrong = wrong_shape(&layout, width, rows);
    if (!wrong) wrong = wrong_place(file, &layout, row_bytes, *rows);
  }
  if (wrong) return foreign(file, err, "column", name, wrong);
  if (*rows) *values = file->image.bytes + layout.offset;
  return ORR_OK;
}

/* What is wrong with a column of frames, or NULL. */
static const char *wrong_frames(const orr_hdf5_layout *layout, const orr_hdf5_row *row,
                                size_t rows) {
  if (!orr_hdf5_is_type(layout, row->type)) return "has another type than it should";
  bool same = layout->rank == row->rank + 1;
  for (int i = 0; same && i < row->rank; i++) same = layout->dims[i + 1] == row->sides[i];
  if (!same) return "has another shape than it should";
  if (layout->dims[0] != rows) return "has another number of rows than the others";
  bool one = layout->deflated && layout->chunk_rank == layout->rank + 1 && layout->chunk[0] == 1 &&
             layout->chunk[layout->rank] == orr_hdf5_type_size(row->type);
  for (int i = 0; one && i < row->rank; i++) one = layout->chunk[i + 1] == row->sides[i];
  return one ? NULL : "is not stored frame by frame, deflated";
}

orr_status orr_hdf5_frames(const orr_hdf5_file *file, const char *name, const orr_hdf5_row *row,
                           size_t rows, orr_hdf5_span **frames, orr_error *err) {
  orr_hdf5_layout layout;
  *frames = NULL;
  if (!orr_hdf5_find_column(file->image, name, &layout)) {
    return foreign(file, err, "column", name, "does not exist");
  }
  const char *wrong = wrong_frames(&layout, row, rows);
  if (wrong) return foreign(file, err, "column", name, wrong);
  ORR_TRY(orr_new(frames, rows, sizeof **frames, err));
  if (orr_hdf5_find_chunks(file->image, &layout, rows, *frames)) return ORR_OK;
  orr_free(*frames);
  *frames = NULL;
  return foreign(file, err, "column", name, "has a frame that is missing or out of its place");
}

orr_status orr_hdf5_names(const orr_hdf5_file *file, size_t most, char (*names)[ORR_NAME],
                          size_t *count, orr_error *err) {
  *count = 0;
  if (orr_hdf5_list(file->image, most, names, count)) return ORR_OK;
  orr_fail(err, ORR_ERR_FILE, "'%s': its columns cannot be listed", file->path);
  orr_hint(err, "This file was not written by this version of Orrery: make it again.");
  return ORR_ERR_FILE;
}

orr_status orr_hdf5_look(const orr_hdf5_file *file, const char *name, orr_hdf5_type *type,
                         size_t *width, orr_error *err) {
  orr_hdf5_layout layout;
  if (!orr_hdf5_find_column(file->image, name, &layout)) {
    return foreign(file, err, "column", name, "does not exist");
  }
  int found = 0;
  while (found <= ORR_HDF5_BOOL && !orr_hdf5_is_type(&layout, (orr_hdf5_type)found)) found++;
  bool plain = layout.rank == 1 || (layout.rank == 2 && layout.dims[1] > 0);
  if (found > ORR_HDF5_BOOL || !plain) {
    return foreign(file, err, "column", name, "has an unknown type or shape");
  }
  *type = (orr_hdf5_type)found;
  *width = layout.rank == 2 ? (size_t)layout.dims[1] : 0;
  return ORR_OK;
}
