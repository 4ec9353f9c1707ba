/* Folders: making, listing, removing (base/file.h). */
#include "base/file.h"
#include "base/file_errno.h"
#include "base/memory.h"
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool orr_folder_exists(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* mkdir that is content with a folder that stands; errno on failure. */
static bool make_one(const char *path) {
  if (orr_file_injected(ENOSPC)) return false;
  if (mkdir(path, 0777) == 0) return true;
  int why = errno; /* the stat below has its own, and would say "no such file" of a refusal */
  if (orr_folder_exists(path)) return true;
  errno = why == EEXIST ? ENOTDIR : why;
  return false;
}

orr_status orr_folder_make(const char *path, orr_error *err) {
  char partial[4096];
  size_t length = strlen(path);
  if (length == 0) return orr_file_refused(err, "create folder", path, ENOENT);
  if (length >= sizeof partial) return orr_file_refused(err, "create folder", path, ENAMETOOLONG);
  if (orr_folder_exists(path)) return ORR_OK;
  memcpy(partial, path, length + 1);
  for (size_t i = 1; i <= length; i++) {
    if (partial[i] != '/' && partial[i] != '\0') continue;
    char kept = partial[i];
    partial[i] = '\0';
    if (!make_one(partial)) return orr_file_refused(err, "create folder", path, errno);
    partial[i] = kept;
  }
  return ORR_OK;
}

orr_status orr_folder_temporary(const char *name, char *out, orr_error *err) {
  const char *below = getenv("TMPDIR");
  if (!below || !*below) below = "/tmp";
  int length = snprintf(out, ORR_PATH, "%s/%s-XXXXXX", below, name);
  if (length < 0 || length >= ORR_PATH)
    return orr_file_refused(err, "create folder", below, ENAMETOOLONG);
  if (orr_file_injected(ENOSPC) || !mkdtemp(out))
    return orr_file_refused(err, "create folder", out, errno);
  return ORR_OK;
}

/* Names one after another, each with its zero. */
typedef struct name_pile {
  char *bytes;
  size_t used, room, count;
} name_pile;

static bool pile_add(name_pile *pile, const char *name) {
  size_t bytes = strlen(name) + 1;
  if (pile->room - pile->used < bytes) {
    size_t room = 2 * pile->room + bytes + 256;
    char *grown = orr_realloc(pile->bytes, room, 1);
    if (!grown) return false;
    pile->bytes = grown;
    pile->room = room;
  }
  memcpy(pile->bytes + pile->used, name, bytes);
  pile->used += bytes;
  pile->count++;
  return true;
}

static bool matches(const char *name, const char *prefix, const char *suffix) {
  size_t length = strlen(name), before = prefix ? strlen(prefix) : 0;
  size_t after = suffix ? strlen(suffix) : 0;
  if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return false;
  if (length < before + after) return false;
  return (!before || memcmp(name, prefix, before) == 0) &&
         (!after || memcmp(name + length - after, suffix, after) == 0);
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The array and its texts in one block. */
static char **pile_sorted(const name_pile *pile) {
  size_t array = (pile->count + 1) * sizeof(char *);
  char **names = orr_alloc(array + pile->used, 1);
  if (!names) return NULL;
  char *text = (char *)names + array;
  if (pile->used) memcpy(text, pile->bytes, pile->used);
  for (size_t i = 0; i < pile->count; i++) {
    names[i] = text;
    text += strlen(text) + 1;
  }
  qsort(names, pile->count, sizeof *names, compare_names);
  return names;
}

orr_status orr_folder_list(const char *path, const char *prefix, const char *suffix,
                           char ***out_names, size_t *out_count, orr_error *err) {
  *out_names = NULL;
  *out_count = 0;
  DIR *folder = orr_file_injected(EIO) ? NULL : opendir(path);
  if (!folder) return orr_file_refused(err, "list folder", path, errno);
  name_pile pile = {0};
  bool good = true;
  errno = 0;
  for (struct dirent *entry; good && (entry = readdir(folder)) != NULL; errno = 0) {
    if (matches(entry->d_name, prefix, suffix)) good = pile_add(&pile, entry->d_name);
  }
  int error = good ? errno : 0;
  closedir(folder);
  char **names = good && error == 0 ? pile_sorted(&pile) : NULL;
  orr_free(pile.bytes);
  if (error != 0) return orr_file_refused(err, "list folder", path, error);
  if (!names) return orr_fail(err, ORR_ERR_MEMORY, "out of memory while listing '%s'", path);
  *out_names = names;
  *out_count = pile.count;
  return ORR_OK;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place) {
  (void)info, (void)type, (void)place;
  return orr_file_injected(EIO) ? -1 : remove(path);
}

orr_status orr_folder_remove(const char *path, orr_error *err) {
  struct stat info;
  if (lstat(path, &info) != 0 && errno == ENOENT) return ORR_OK;
  /* Bottom up, links themselves and not what they point at, never onto another disk. */
  if (nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0) return ORR_OK;
  return orr_file_refused(err, "remove folder", path, errno);
}

void orr_path_join(char *out, size_t size, const char *folder, const char *name) {
  size_t length = strlen(folder);
  while (length > 1 && folder[length - 1] == '/') length--;
  while (*name == '/' && length > 0) name++;
  bool bare = length == 0 || (length == 1 && folder[0] == '/');
  int written = snprintf(out, size, "%.*s%s%s", (int)length, folder, bare ? "" : "/", name);
  ORR_ASSERT(written >= 0 && (size_t)written < size);
}
