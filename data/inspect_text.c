/* Printing the summary that inspect.c gathers. */
#include "data/inspect_text.h"
#include <string.h>

static const char *text(const json_t *object, const char *key) {
  const char *value = json_string_value(json_object_get(object, key));
  return value ? value : "";
}

static double number(const json_t *object, const char *key) {
  return json_number_value(json_object_get(object, key));
}

static long long whole(const json_t *object, const char *key) {
  return (long long)json_integer_value(json_object_get(object, key));
}

static void print_bound(const json_t *value, const char *infinite, FILE *stream) {
  if (json_is_number(value)) {
    fprintf(stream, "%11.6g", json_number_value(value));
  } else {
    fprintf(stream, "%11s", infinite);
  }
}

static void print_space(const char *title, const json_t *space, FILE *stream) {
  const json_t *fields = json_object_get(space, "fields"), *field;
  size_t i;
  fprintf(stream, "\n%s (%zu)\n", title, json_array_size(fields));
  json_array_foreach(fields, i, field) {
    fprintf(stream, "  %-24s %-8s %-6s", text(field, "name"), text(field, "unit"),
            text(field, "quantity"));
    print_bound(json_object_get(field, "low"), "-inf", stream);
    print_bound(json_object_get(field, "high"), "inf", stream);
    fputc('\n', stream);
  }
}

static void print_groups(const json_t *groups, FILE *stream) {
  const json_t *group;
  size_t i;
  fprintf(stream, "\n%-10s %-8s %9s %10s %6s %8s %6s %8s %8s\n", "split", "policy", "episodes",
          "rows", "least", "mean", "most", "success", "contact");
  json_array_foreach(groups, i, group) {
    fprintf(stream, "%-10s %-8s %9lld %10lld %6lld %8.1f %6lld %7.1f%% %7.1f%%\n",
            text(group, "split"), text(group, "policy"), whole(group, "episodes"),
            whole(group, "rows"), whole(group, "steps_least"), number(group, "steps_mean"),
            whole(group, "steps_most"), 100 * number(group, "success_rate"),
            100 * number(group, "contact_share"));
  }
  fputs("(least, mean, most: control steps an episode; success at its end; contact: share of "
        "rows)\n",
        stream);
}

static void print_moments(const json_t *list, FILE *stream) {
  const json_t *item;
  size_t i;
  json_array_foreach(list, i, item) {
    fprintf(stream, "  %-24s %-8s %11.5g %11.5g %11.5g %11.5g\n", text(item, "name"),
            text(item, "unit"), number(item, "mean"), number(item, "std"), number(item, "low"),
            number(item, "high"));
  }
}

static void print_statistics(const json_t *summary, FILE *stream) {
  const json_t *statistics = json_object_get(summary, "statistics");
  fprintf(stream, "\nstatistics of %-18s %11s %11s %11s %11s\n", text(summary, "statistics_of"),
          "mean", "std", "low", "high");
  print_moments(json_object_get(statistics, "state"), stream);
  print_moments(json_object_get(statistics, "action"), stream);
}

static void print_bytes(double bytes, FILE *stream) {
  static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  int unit = 0;
  for (; bytes >= 1024 && unit < 4; unit++) bytes /= 1024;
  fprintf(stream, unit ? "%10.1f %-3s" : "%10.0f %-3s", bytes, units[unit]);
}

static void print_files(const json_t *files, FILE *stream) {
  const json_t *file;
  size_t i;
  fputs("\nfiles\n", stream);
  json_array_foreach(files, i, file) {
    fprintf(stream, "  %-22s", text(file, "name"));
    print_bytes(number(file, "bytes"), stream);
    if (json_object_get(file, "episodes")) {
      fprintf(stream, " %8lld episodes %10lld rows", whole(file, "episodes"), whole(file, "rows"));
    }
    if (whole(file, "diverged")) fprintf(stream, "  %lld diverged", whole(file, "diverged"));
    fputc('\n', stream);
  }
}

static void print_pictures(const json_t *pictures, FILE *stream) {
  const json_t *picture;
  size_t i;
  if (json_array_size(pictures) == 0) return;
  fprintf(stream, "\npictures (%zu) %37s %10s %10s\n", json_array_size(pictures), "frames",
          "B a frame", "ratio");
  json_array_foreach(pictures, i, picture) {
    char size[32];
    double frames = number(picture, "frames"), bytes = number(picture, "bytes");
    snprintf(size, sizeof size, "%lldx%lld", whole(picture, "width"), whole(picture, "height"));
    fprintf(stream, "  %-24s %-12s %10.0f %10.0f %9.1fx\n", text(picture, "name"), size, frames,
            bytes / frames, number(picture, "frame_bytes") * frames / bytes);
  }
}

void orr_inspect_print(const json_t *summary, FILE *stream) {
  fprintf(stream, "%-13s %s\n", text(summary, "kind"), text(summary, "path"));
  fprintf(stream, "%-13s %s\n", "scenario", text(summary, "scenario"));
  fprintf(stream, "%-13s %s\n", "world", text(summary, "world_hash"));
  fprintf(stream, "%-13s %s\n", "interface", text(summary, "interface_hash"));
  fprintf(stream, "%-13s %g s\n", "control step", number(summary, "control_dt"));
  fprintf(stream, "%-13s %s\n", "seed", text(summary, "seed"));
  print_groups(json_object_get(summary, "groups"), stream);
  print_space("observation", json_object_get(summary, "observation"), stream);
  print_pictures(json_object_get(summary, "pictures"), stream);
  print_space("action", json_object_get(summary, "action"), stream);
  print_statistics(summary, stream);
  print_files(json_object_get(summary, "files"), stream);
}
