/* Atomic writes, whole-file reads, appending. Folders are in folder.c. */
#include "base/file.h"
#include "base/file_errno.h"
#include "base/inject.h"
#include "base/memory.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct orr_file_writer {
  char *path, *temporary;
  FILE *stream;
};

static atomic_int_fast64_t fail_countdown;

void orr_file_fail_at(int64_t n) { atomic_store(&fail_countdown, n); }

bool orr_file_injected(int error) {
  if (!orr_inject(&fail_countdown)) return false;
  errno = error;
  return true;
}

static void errno_hint(orr_error *err, int error) {
  switch (error) {
  case ENOSPC:
  case EDQUOT:
    orr_hint(err, "Nothing was lost: what stood there before is intact. Free some space on this "
                  "disk and run again.");
    return;
  case ENOENT: orr_hint(err, "There is no such file or folder: check the spelling."); return;
  case EACCES:
  case EPERM:
    orr_hint(err, "Check the owner and the permissions of the file and its folder.");
    return;
  case EROFS: orr_hint(err, "This disk is mounted read-only: choose another folder."); return;
  case ENOTDIR: orr_hint(err, "A part of this path is a file, not a folder."); return;
  case EMFILE:
  case ENFILE: orr_hint(err, "Too many files are open (ulimit -n)."); return;
  case EIO: orr_hint(err, "The disk reports a hardware error: see dmesg."); return;
  default: return;
  }
}

orr_status orr_file_refused(orr_error *err, const char *what, const char *path, int error) {
  orr_fail(err, ORR_ERR_FILE, "cannot %s '%s': %s", what, path, strerror(error));
  errno_hint(err, error);
  return ORR_ERR_FILE;
}

/* Writing ---------------------------------------------------------------------------------- */

static orr_file_writer *writer_create(const char *path) {
  orr_file_writer *writer = orr_alloc(1, sizeof *writer);
  if (!writer) return NULL;
  size_t room = strlen(path) + 32;
  writer->path = orr_strdup(path);
  writer->temporary = orr_alloc(room, 1);
  if (writer->path && writer->temporary) {
    snprintf(writer->temporary, room, "%s.orr-tmp%ld", path, (long)getpid());
    return writer;
  }
  orr_free(writer->path);
  orr_free(writer->temporary);
  orr_free(writer);
  return NULL;
}

static void writer_free(orr_file_writer *writer) {
  orr_free(writer->path);
  orr_free(writer->temporary);
  orr_free(writer);
}

static FILE *open_temporary(const char *path) {
  if (orr_file_injected(ENOSPC)) return NULL;
  /* A leftover of a dead process with our number may stand there: overwrite, follow no link. */
  int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (fd < 0) return NULL;
  FILE *stream = fdopen(fd, "w+b");
  if (!stream) {
    close(fd);
    unlink(path);
  }
  return stream;
}

orr_status orr_file_begin(const char *path, orr_file_writer **out, orr_error *err) {
  *out = NULL;
  struct stat info;
  if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
    return orr_file_refused(err, "write", path, EISDIR);
  }
  orr_file_writer *writer = writer_create(path);
  if (!writer) return orr_fail(err, ORR_ERR_MEMORY, "out of memory while opening '%s'", path);
  writer->stream = open_temporary(writer->temporary);
  if (!writer->stream) {
    orr_file_refused(err, "write", path, errno);
    writer_free(writer);
    return ORR_ERR_FILE;
  }
  *out = writer;
  return ORR_OK;
}

orr_status orr_file_write(orr_file_writer *writer, const void *bytes, size_t count,
                          orr_error *err) {
  if (count == 0) return ORR_OK;
  if (orr_file_injected(ENOSPC) || fwrite(bytes, 1, count, writer->stream) != count) {
    return orr_file_refused(err, "write", writer->path, errno);
  }
  return ORR_OK;
}

orr_status orr_file_write_at(orr_file_writer *writer, uint64_t offset, const void *bytes,
                             size_t count, orr_error *err) {
  if (count > 0 && orr_file_injected(ENOSPC))
    return orr_file_refused(err, "write", writer->path, errno);
  for (size_t done = 0; done < count;) {
    ssize_t part = pwrite(fileno(writer->stream), (const char *)bytes + done, count - done,
                          (off_t)(offset + done));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return orr_file_refused(err, "write", writer->path, errno);
    done += (size_t)part;
  }
  return ORR_OK;
}

orr_status orr_file_read_at(const orr_file_writer *writer, uint64_t offset, void *bytes,
                            size_t count, orr_error *err) {
  if (count > 0 && orr_file_injected(EIO))
    return orr_file_refused(err, "read back", writer->path, errno);
  for (size_t done = 0; done < count;) {
    ssize_t part =
        pread(fileno(writer->stream), (char *)bytes + done, count - done, (off_t)(offset + done));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) return orr_file_refused(err, "read back", writer->path, errno);
    if (part == 0) { /* the end */
      memset((char *)bytes + done, 0, count - done);
      part = (ssize_t)(count - done);
    }
    done += (size_t)part;
  }
  return ORR_OK;
}

orr_status orr_file_resize(orr_file_writer *writer, uint64_t size, orr_error *err) {
  if (!orr_file_injected(ENOSPC) && ftruncate(fileno(writer->stream), (off_t)size) == 0)
    return ORR_OK;
  return orr_file_refused(err, "write", writer->path, errno);
}

FILE *orr_file_stream(orr_file_writer *writer) { return writer->stream; }

const char *orr_file_temporary(const orr_file_writer *writer) { return writer->temporary; }

/* A stream tells that it failed, not why, and a later call may have changed errno: writing on tells
 * again. The file is given up anyway. */
static void ask_why(orr_file_writer *writer) {
  static const char nothing[1 << 16];
  struct stat now;
  int fd = fileno(writer->stream);
  if (fstat(fd, &now) != 0) return;
  for (size_t done = 0; done < sizeof nothing;) {
    ssize_t part = pwrite(fd, nothing, sizeof nothing - done, now.st_size + (off_t)done);
    if (part < 0) return;
    done += (size_t)part;
  }
  errno = EIO;
}

/* Puts the bytes on the disk, also when a library replaced the file under our stream. */
static bool sync_temporary(orr_file_writer *writer) {
  if (ferror(writer->stream)) {
    ask_why(writer);
    return false;
  }
  if (orr_file_injected(ENOSPC) || fflush(writer->stream) != 0) return false;
  int fd = fileno(writer->stream);
  if (orr_file_injected(ENOSPC) || fsync(fd) != 0) return false;
  struct stat ours, named;
  if (fstat(fd, &ours) != 0 || stat(writer->temporary, &named) != 0) return false;
  if (ours.st_ino == named.st_ino && ours.st_dev == named.st_dev) return true;
  int other = open(writer->temporary, O_RDONLY | O_CLOEXEC);
  if (other < 0) return false;
  bool synced = fsync(other) == 0;
  int error = errno;
  close(other);
  errno = error;
  return synced;
}

/* Makes the rename itself durable. */
static bool sync_folder_of(const char *path) {
  char folder[4096];
  const char *slash = strrchr(path, '/');
  size_t length = slash ? (size_t)(slash - path) : 0;
  if (length >= sizeof folder) {
    errno = ENAMETOOLONG;
    return false;
  }
  memcpy(folder, path, length);
  folder[length] = '\0';
  if (orr_file_injected(ENOSPC)) return false;
  int fd = open(length ? folder : slash ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  bool synced = fsync(fd) == 0 || errno == EINVAL; /* some file systems cannot; nothing to do */
  int error = errno;
  close(fd);
  errno = error;
  return synced;
}

orr_status orr_file_commit(orr_file_writer *writer, orr_error *err) {
  bool written = sync_temporary(writer);
  int error = errno;
  if (fclose(writer->stream) != 0 && written) {
    written = false;
    error = errno;
  }
  if (written && (orr_file_injected(ENOSPC) || rename(writer->temporary, writer->path) != 0)) {
    written = false;
    error = errno;
  }
  orr_status status = ORR_OK;
  if (!written) {
    unlink(writer->temporary);
    status = orr_file_refused(err, "write", writer->path, error);
  } else if (!sync_folder_of(writer->path)) {
    status = orr_file_refused(err, "make durable", writer->path, errno);
    orr_hint(err, "The new file is complete and in its place, but may not survive a power cut.");
  }
  writer_free(writer);
  return status;
}

void orr_file_abort(orr_file_writer *writer) {
  if (!writer) return;
  fclose(writer->stream);
  unlink(writer->temporary);
  writer_free(writer);
}

orr_status orr_file_put(const char *path, const void *bytes, size_t count, orr_error *err) {
  orr_file_writer *writer;
  ORR_TRY(orr_file_begin(path, &writer, err));
  orr_status status = orr_file_write(writer, bytes, count, err);
  if (status != ORR_OK) {
    orr_file_abort(writer);
    return status;
  }
  return orr_file_commit(writer, err);
}

/* Appends `parts` in full; on failure cuts the file back to `length`. */
static bool append_parts(int fd, struct iovec *parts, int count, off_t length) {
  while (count > 0) {
    ssize_t done = orr_file_injected(ENOSPC) ? -1 : writev(fd, parts, count);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) {
      int error = errno;
      (void)!ftruncate(fd, length); /* a reader skips a torn line, should this fail too */
      errno = error;
      return false;
    }
    size_t left = (size_t)done;
    for (; count > 0 && left >= parts->iov_len; parts++, count--) left -= parts->iov_len;
    if (count > 0) {
      parts->iov_base = (char *)parts->iov_base + left;
      parts->iov_len -= left;
    }
  }
  return true;
}

orr_status orr_file_append(const char *path, const char *line, orr_error *err) {
  int fd =
      orr_file_injected(ENOSPC) ? -1 : open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return orr_file_refused(err, "append to", path, errno);
  struct stat info;
  char last = '\n', newline[] = "\n";
  bool good = fstat(fd, &info) == 0;
  if (good && info.st_size > 0) good = pread(fd, &last, 1, info.st_size - 1) == 1;
  /* The first ends the torn line of a killed writer. iovec has no const; writev does not write. */
  struct iovec parts[3] = {
      {newline, last == '\n' ? 0 : 1}, {(char *)(uintptr_t)line, strlen(line)}, {newline, 1}};
  good = good && append_parts(fd, parts, 3, info.st_size);
  int error = errno;
  if (close(fd) != 0 && good) {
    good = false;
    error = errno;
  }
  return good ? ORR_OK : orr_file_refused(err, "append to", path, error);
}

/* Reading ---------------------------------------------------------------------------------- */

/* Opens a regular file; *size is its length. O_NONBLOCK: a named pipe must not hang us. */
static orr_status open_regular(const char *path, int *fd, size_t *size, orr_error *err) {
  *fd = orr_file_injected(EIO) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (*fd < 0) return orr_file_refused(err, "read", path, errno);
  struct stat info;
  if (fstat(*fd, &info) != 0) {
    orr_file_refused(err, "read", path, errno);
  } else if (!S_ISREG(info.st_mode)) {
    orr_fail(err, ORR_ERR_FILE, "cannot read '%s': it is %s, not a file", path,
             S_ISDIR(info.st_mode) ? "a folder" : "a device or pipe");
  } else {
    *size = (size_t)info.st_size;
    return ORR_OK;
  }
  close(*fd);
  return ORR_ERR_FILE;
}

/* Reads up to `count` bytes, fewer only at the end of the file; -1 with errno. */
static ssize_t read_full(int fd, char *bytes, size_t count) {
  size_t done = 0;
  while (done < count) {
    ssize_t got = orr_file_injected(EIO) ? -1 : read(fd, bytes + done, count - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += (size_t)got;
  }
  return (ssize_t)done;
}

orr_status orr_file_get(const char *path, size_t limit, char **out_bytes, size_t *out_count,
                        orr_error *err) {
  *out_bytes = NULL;
  *out_count = 0;
  int fd;
  size_t size;
  ORR_TRY(open_regular(path, &fd, &size, err));
  char *bytes = NULL;
  orr_status status = ORR_OK;
  if (size > limit) {
    status = orr_fail(err, ORR_ERR_FILE, "'%s' has %zu bytes; at most %zu are allowed here", path,
                      size, limit);
  } else {
    status = orr_new(&bytes, size < SIZE_MAX ? size + 1 : size, 1, err);
  }
  if (status == ORR_OK) {
    ssize_t got = read_full(fd, bytes, size);
    if (got < 0) {
      status = orr_file_refused(err, "read", path, errno);
    } else if ((size_t)got != size) {
      status = orr_fail(err, ORR_ERR_FILE, "'%s' became shorter while it was read", path);
    }
  }
  close(fd);
  if (status != ORR_OK) {
    orr_free(bytes);
    return status;
  }
  *out_bytes = bytes;
  *out_count = size;
  return ORR_OK;
}

orr_status orr_file_scan(const char *path, orr_file_chunk_fn *chunk, void *context,
                         orr_error *err) {
  int fd;
  size_t size;
  ORR_TRY(open_regular(path, &fd, &size, err));
  char buffer[1 << 16];
  ssize_t got;
  while ((got = read_full(fd, buffer, sizeof buffer)) > 0) chunk(context, buffer, (size_t)got);
  orr_status status = got < 0 ? orr_file_refused(err, "read", path, errno) : ORR_OK;
  close(fd);
  return status;
}

bool orr_file_exists(const char *path) { return access(path, F_OK) == 0; }

int64_t orr_file_size(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 ? (int64_t)info.st_size : -1;
}

orr_status orr_file_rename(const char *from, const char *to, orr_error *err) {
  if (orr_file_injected(ENOSPC) || rename(from, to) != 0)
    return orr_file_refused(err, "write", to, errno);
  if (sync_folder_of(to)) return ORR_OK;
  orr_file_refused(err, "make durable", to, errno);
  orr_hint(err, "It is complete and in its place, but may not survive a power cut.");
  return ORR_ERR_FILE;
}

orr_status orr_file_remove(const char *path, orr_error *err) {
  if (!orr_file_injected(EIO) && (unlink(path) == 0 || errno == ENOENT)) return ORR_OK;
  return orr_file_refused(err, "remove", path, errno);
}
