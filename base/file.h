/* The one file-system door: atomic writes, whole-file reads, folders.
 *
 * A file is written beside its place, fsynced, renamed, and its folder is fsynced: a reader sees
 * the old bytes or the new ones, never a mixture (Pillai et al., OSDI 2014). A test can make the
 * n-th call that touches the disk fail. */
#ifndef ORR_BASE_FILE_H
#define ORR_BASE_FILE_H

#include "base/error.h"
#include <stdint.h>
#include <stdio.h>

typedef struct orr_file_writer orr_file_writer;

/* Opens "<path>.orr-tmp<pid>" for writing. */
orr_status orr_file_begin(const char *path, orr_file_writer **out, orr_error *err);
orr_status orr_file_write(orr_file_writer *writer, const void *bytes, size_t count, orr_error *err);
/* For a writer that goes back to what it wrote; not to be mixed with the other ways to write. What
 * was never written, and what lies behind the end, reads as zeros. */
orr_status orr_file_write_at(orr_file_writer *writer, uint64_t offset, const void *bytes,
                             size_t count, orr_error *err);
orr_status orr_file_read_at(const orr_file_writer *writer, uint64_t offset, void *bytes,
                            size_t count, orr_error *err);
orr_status orr_file_resize(orr_file_writer *writer, uint64_t size, orr_error *err);
/* A stdio stream on the same temporary file (owned by the writer). */
FILE *orr_file_stream(orr_file_writer *writer);
/* The temporary path, for a library that writes by name (HDF5); pair with orr_file_commit. */
const char *orr_file_temporary(const orr_file_writer *writer);
/* fsync, rename over `path`, fsync the folder; frees the writer, also on failure. */
orr_status orr_file_commit(orr_file_writer *writer, orr_error *err);
/* Removes the temporary file; frees the writer. NULL is fine. */
void orr_file_abort(orr_file_writer *writer);

/* All of the above for bytes that are in memory. */
orr_status orr_file_put(const char *path, const void *bytes, size_t count, orr_error *err);

/* Reads a whole file of at most `limit` bytes; adds a zero byte after the last. Free with
 * orr_free. Refuses folders, devices and larger files. */
orr_status orr_file_get(const char *path, size_t limit, char **out_bytes, size_t *out_count,
                        orr_error *err);

/* Hands a whole file, of any length, to `chunk` piece by piece. */
typedef void orr_file_chunk_fn(void *context, const void *bytes, size_t count);
orr_status orr_file_scan(const char *path, orr_file_chunk_fn *chunk, void *context, orr_error *err);

/* Appends one line and flushes it (for metrics.jsonl: readers skip a torn last line). */
orr_status orr_file_append(const char *path, const char *line, orr_error *err);

#define ORR_PATH 4400 /* room for the longest path that a system opens, and a name behind it */
bool orr_file_exists(const char *path); /* a folder too */
bool orr_folder_exists(const char *path);
int64_t orr_file_size(const char *path);                      /* -1 when it is not there */
orr_status orr_folder_make(const char *path, orr_error *err); /* with its parents; fine if there */
/* The names in a folder that start with `prefix` and end with `suffix`, sorted bytewise. Free the
 * array and its texts with one orr_free. */
orr_status orr_folder_list(const char *path, const char *prefix, const char *suffix,
                           char ***out_names, size_t *out_count, orr_error *err);
/* Gives a file or folder another name on the same disk, durably; what has it is replaced, a folder
 * only when it is empty. */
orr_status orr_file_rename(const char *from, const char *to, orr_error *err);
/* A fresh folder below TMPDIR, or /tmp, whose name starts with `name`; `out`: ORR_PATH bytes. */
orr_status orr_folder_temporary(const char *name, char *out, orr_error *err);
orr_status orr_file_remove(const char *path, orr_error *err);   /* fine when it is not there */
orr_status orr_folder_remove(const char *path, orr_error *err); /* with all that is in it */
/* Joins "a" and "b" with one slash into `out`; asserts that it fits. */
void orr_path_join(char *out, size_t size, const char *folder, const char *name);

void orr_file_fail_at(int64_t n); /* for tests: as orr_alloc_fail_at; ENOSPC when writing,
                                    * EIO when reading or removing */

#endif
