/* orrery doctor: what this machine has, and what is missing. */
#include "base/build_info.h"
#include "base/file.h"
#include "base/memory.h"
#include "cli/verbs.h"
#include "data/dataset.h"
#include "view/view.h"
#include "worldmodel/tape.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef enum finding { GOOD, NOTE, MISSING } finding;

typedef struct check_list {
  json_t *json;       /* NULL: print text */
  char packages[512]; /* Debian packages that would help */
  bool broken;
} check_list;

static void add(check_list *list, finding what, const char *name, const char *text,
                const char *package) {
  static const char *const marks[] = {"ok", "note", "missing"};
  if (list->json)
    json_array_append_new(
        list->json, json_pack("{s:s, s:s, s:s}", "name", name, "state", marks[what], "text", text));
  else
    printf("%-8s %-12s %s\n", marks[what], name, text);
  if (what == MISSING) list->broken = true;
  if (what != GOOD && package) {
    size_t used = strlen(list->packages);
    snprintf(list->packages + used, sizeof list->packages - used, " %s", package);
  }
}

static bool on_path(const char *program) {
  const char *path = getenv("PATH");
  char folder[512], file[640];
  while (path && *path) {
    size_t length = strcspn(path, ":");
    snprintf(folder, sizeof folder, "%.*s", (int)length, path);
    snprintf(file, sizeof file, "%s/%s", folder, program);
    if (!access(file, X_OK)) return true;
    path += length + (path[length] == ':');
  }
  return false;
}

static void check_libraries(check_list *list) {
  add(list, GOOD, "chipmunk", orr_engine_library(ORR_ENGINE_CHIPMUNK), NULL);
  add(list, GOOD, "mujoco", orr_engine_library(ORR_ENGINE_MUJOCO), NULL);
  add(list, GOOD, "hdf5", orr_dataset_library(), NULL);
  add(list, GOOD, "onednn", orr_tape_library(), NULL);
  add(list, GOOD, "base", orr_build_libraries(), NULL);
}

static void check_machine(check_list *list) {
  char text[256];
  snprintf(text, sizeof text, "%s, kernels at level %s, %s", orr_cpu_name(), orr_isa_level(),
           orr_cpu_bf16() ? "bf16" : "no bf16");
  add(list, GOOD, "cpu", text, NULL);
  snprintf(text, sizeof text, "%zu usable", orr_usable_cores());
  add(list, GOOD, "threads", text, NULL);
}

static void check_window(check_list *list) {
  char text[512];
  orr_view_describe(text, sizeof text);
  bool font = !strstr(text, "font none");
  add(list, font ? GOOD : NOTE, "window", text, font ? NULL : "fonts-dejavu-core");
  const char *display = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
  if ((display && *display) || (wayland && *wayland))
    add(list, GOOD, "display", display && *display ? display : wayland, NULL);
  else
    add(list, NOTE, "display", "none: `orrery view` can only write --screenshot", NULL);
}

static void check_programs(check_list *list) {
  bool gnuplot = on_path("gnuplot");
  add(list, gnuplot ? GOOD : NOTE, "gnuplot",
      gnuplot ? "found" : "not found: reports have no plots", gnuplot ? NULL : "gnuplot-nox");
  bool ffmpeg = on_path("ffmpeg");
  add(list, ffmpeg ? GOOD : NOTE, "ffmpeg",
      ffmpeg ? "found" : "not found: clips are WebP or GIF, not MP4", ffmpeg ? NULL : "ffmpeg");
}

static void check_disk(check_list *list) {
  orr_error err;
  if (orr_file_put("orrery-doctor.orr-tmp", "x", 1, &err) == ORR_OK) {
    orr_file_remove("orrery-doctor.orr-tmp", NULL);
    add(list, GOOD, "folder", "the current folder can be written", NULL);
  } else {
    add(list, NOTE, "folder", err.message, NULL);
  }
}

static int run(const orr_invocation *invocation) {
  check_list list = {.json = invocation->json ? json_array() : NULL};
  add(&list, GOOD, "orrery", orr_build_id(), NULL);
  check_machine(&list);
  check_libraries(&list);
  check_window(&list);
  check_programs(&list);
  check_disk(&list);
  if (list.json) {
    json_dumpf(list.json, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(list.json);
  } else if (*list.packages) {
    printf("\nTo install what is missing:\n  sudo apt-get install --yes%s\n", list.packages);
  } else {
    puts("\nNothing is missing.");
  }
  return list.broken ? 1 : 0;
}

const orr_verb orr_verb_doctor = {
    .name = "doctor",
    .summary = "Say what this machine has, and what is missing",
    .arguments = "",
    .example = "orrery doctor",
    .groups = ORR_CLI_JSON,
    .run = run,
};
