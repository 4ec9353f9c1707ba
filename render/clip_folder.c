/* A folder of PNGs, 000000.png and on. It is filled beside its place and renamed. */
#include "base/memory.h"
#include "render/clip_private.h"
#include <string.h>
#include <unistd.h>

#define TEMPORARY ".orr-tmp"

/* `state` is the path of the folder that is being filled. */
static orr_status begin(orr_clip *clip, orr_error *err) {
  size_t length = strlen(clip->path);
  char *folder;
  while (length > 1 && clip->path[length - 1] == '/') clip->path[--length] = '\0';
  char **names;
  size_t count = 0;
  if (orr_folder_exists(clip->path)) {
    ORR_TRY(orr_folder_list(clip->path, "", "", &names, &count, err));
    orr_free(names);
  }
  if (count || (orr_file_exists(clip->path) && !orr_folder_exists(clip->path))) {
    orr_fail(err, ORR_ERR_FILE, "'%s' is already there, with something in it", clip->path);
    orr_hint(err, "Choose another folder, or remove this one.");
    return ORR_ERR_FILE;
  }
  ORR_TRY(orr_new(&folder, length + 32, 1, err));
  snprintf(folder, length + 32, "%s" TEMPORARY "%ld", clip->path, (long)getpid());
  clip->state = folder;
  return orr_folder_make(folder, err);
}

static orr_status add(orr_clip *clip, const orr_image *image, orr_error *err) {
  char name[32], path[ORR_PATH];
  snprintf(name, sizeof name, "%06lld.png", (long long)clip->count);
  orr_path_join(path, sizeof path, clip->state, name);
  return orr_image_write_png(image, path, err);
}

static orr_status finish(orr_clip *clip, orr_error *err) {
  return orr_file_rename(clip->state, clip->path, err); /* an empty folder is replaced */
}

static void end(orr_clip *clip) {
  if (!clip->state) return;
  orr_folder_remove(clip->state, NULL); /* fine when it was renamed */
  orr_free(clip->state);
}

const orr_clip_writer orr_clip_folder = {"/", 1 << 15, 1000.0, begin, add, finish, end};
